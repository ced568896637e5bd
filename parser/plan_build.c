#include "parser/plan_build.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/digest.h"
#include "parser/address.h"
#include "parser/plan_distinct.h"

#define GROWING_FIRST  16
#define TABLE_FIRST    64
#define NOTE_TEXT_MAX  256
#define NOTES_COMPARED 8

/* As in the "actions" of a JSON plan. */
static const char *const action_words[ACTION_COUNT] = {
    [ACTION_DELETE] = "delete",
    [ACTION_REPLACE] = "delete,create",
    [ACTION_REPLACE_CREATE_FIRST] = "create,delete",
    [ACTION_FORGET] = "forget",
    [ACTION_CREATE_THEN_FORGET] = "create,forget",
    [ACTION_OTHER] = "other",
    [ACTION_UPDATE] = "update",
    [ACTION_CREATE] = "create",
    [ACTION_NOOP] = "no-op",
    [ACTION_READ] = "read",
    [ACTION_OPEN] = "open",
};

void *growing_push(struct arena *arena, struct growing *list, size_t item_size)
{
	char *item;

	if (!list->items || list->count == list->cap) {
		size_t cap = list->cap > 0 ? list->cap * 2 : GROWING_FIRST;
		char *items = arena_alloc(arena, cap * item_size);

		if (list->items)
			memcpy(items, list->items, list->count * item_size);
		list->items = items;
		list->cap = cap;
	}
	item = (char *)list->items + list->count * item_size;
	memset(item, 0, item_size);
	list->count++;
	return item;
}

void plan_build_init(struct plan_build *build, struct arena *arena, enum plan_form form)
{
	*build = (struct plan_build){.arena = arena, .plan = arena_make(arena, struct plan)};
	*build->plan = (struct plan){
	    .form = form,
	    .tool_version = STR_EMPTY,
	    .format_version = STR_EMPTY,
	    .timestamp = STR_EMPTY,
	    .text = {STR_EMPTY, STR_EMPTY, STR_EMPTY, STR_EMPTY, STR_EMPTY},
	};
}

static void note_limit(struct plan_build *build, const char *what, int limit)
{
	if (!build->over_limit)
		plan_build_note(build, "more than %d %s: the rest is not listed", limit, what);
	build->over_limit = true;
}

struct change_row *plan_build_row(struct plan_build *build, enum change_set set)
{
	struct change_row *row = &build->spare_row;

	if (build->rows[set].count < PLAN_ROWS_MAX)
		row = growing_add(build->arena, &build->rows[set], struct change_row);
	else
		note_limit(build, "changes", PLAN_ROWS_MAX);
	row->body = STR_EMPTY;
	row->head = (struct change_head){
	    .address = STR_EMPTY,
	    .previous_address = STR_EMPTY,
	    .module = STR_EMPTY,
	    .mode = STR_EMPTY,
	    .type = STR_EMPTY,
	    .name = STR_EMPTY,
	    .provider = STR_EMPTY,
	    .deposed = STR_EMPTY,
	    .index = value_null(),
	    .action = ACTION_OTHER,
	    .action_text = STR_EMPTY,
	    .reason = STR_EMPTY,
	    .import_id = STR_EMPTY,
	};
	return row;
}

struct diagnostic *plan_build_diagnostic(struct plan_build *build, enum severity severity)
{
	struct diagnostic *diagnostic = &build->spare_diagnostic;

	if (build->diagnostics.count < PLAN_DIAGNOSTICS_MAX)
		diagnostic = growing_add(build->arena, &build->diagnostics, struct diagnostic);
	else
		note_limit(build, "errors and warnings", PLAN_DIAGNOSTICS_MAX);
	*diagnostic = (struct diagnostic){
	    .severity = severity,
	    .summary = STR_EMPTY,
	    .detail = STR_EMPTY,
	    .address = STR_EMPTY,
	    .file = STR_EMPTY,
	};
	return diagnostic;
}

static bool noted_lately(const struct plan_build *build, struct str text)
{
	const struct str *notes = build->notes.items;
	size_t count = build->notes.count;

	for (size_t i = count > NOTES_COMPARED ? count - NOTES_COMPARED : 0; i < count; i++) {
		if (str_eq(notes[i], text))
			return true;
	}
	return false;
}

void plan_build_note(struct plan_build *build, const char *fmt, ...)
{
	char text[NOTE_TEXT_MAX];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (noted_lately(build, str_from(text)))
		return;
	*growing_add(build->arena, &build->notes, struct str) =
	    str_copy(build->arena, str_from(text));
}

void plan_build_fill_head(struct arena *arena, struct change_head *head)
{
	struct address address;

	if (head->action_text.len == 0)
		head->action_text = str_from(action_words[head->action]);
	if (!address_parse(arena, head->address, &address))
		return;
	head->module = address.module;
	head->mode = address.mode;
	head->type = address.type;
	head->name = address.name;
	head->index = address.index;
}

static bool step_is(const struct apply_step *step, struct str address, enum action action)
{
	return step->action == action && str_eq(step->address, address);
}

/* The slot of this address and action, or the free one where it belongs. */
static uint32_t *table_slot(const struct plan_build *build, struct str address, enum action action)
{
	const struct apply_step *steps = build->steps.items;
	const struct step_table *table = &build->table;
	size_t at = (size_t)(hash_bytes(address) * 31 + (uint64_t)action) & (table->size - 1);

	while (table->slots[at] && !step_is(&steps[table->slots[at] - 1], address, action))
		at = (at + 1) & (table->size - 1);
	return &table->slots[at];
}

static void table_grow(struct plan_build *build)
{
	struct step_table old = build->table;
	const struct apply_step *steps = build->steps.items;

	build->table.size = old.size > 0 ? old.size * 2 : TABLE_FIRST;
	build->table.slots = arena_array(build->arena, uint32_t, build->table.size);
	for (size_t i = 0; steps && i < old.size; i++) {
		const struct apply_step *step;

		if (!old.slots[i])
			continue;
		step = &steps[old.slots[i] - 1];
		*table_slot(build, step->address, step->action) = old.slots[i];
	}
}

/* The newest step of this address and action, or NULL. */
static struct apply_step *step_find(
    const struct plan_build *build, struct str address, enum action action)
{
	struct apply_step *steps = build->steps.items;
	uint32_t slot;

	if (build->table.size == 0)
		return NULL;
	slot = *table_slot(build, address, action);
	return slot ? &steps[slot - 1] : NULL;
}

static struct apply_step *step_add(struct plan_build *build, struct str address, enum action action)
{
	struct apply_step *step;
	uint32_t *slot;

	if (build->table.used * 2 >= build->table.size)
		table_grow(build);
	slot = table_slot(build, address, action);
	build->table.used += *slot ? 0 : 1;
	step = growing_add(build->arena, &build->steps, struct apply_step);
	*step = (struct apply_step){.address = address, .action = action, .state = APPLY_STARTED};
	*slot = (uint32_t)build->steps.count;
	return step;
}

void plan_step_begin(struct plan_build *build, struct str address, enum action action)
{
	const struct apply_step *step = step_find(build, address, action);

	if (address.len == 0)
		return;
	if (build->steps.count < PLAN_ROWS_MAX && (!step || step->state != APPLY_STARTED))
		(void)step_add(build, address, action);
}

void plan_step_end(
    struct plan_build *build, struct str address, enum action action, enum apply_state state)
{
	struct apply_step *step;

	plan_step_begin(build, address, action);
	step = step_find(build, address, action);
	if (step)
		step->state = state;
}

bool plan_step_is_open(const struct plan_build *build, struct str address, enum action action)
{
	const struct apply_step *step = step_find(build, address, action);

	return step && step->state == APPLY_STARTED;
}

bool plan_step_fail(struct plan_build *build, struct str address)
{
	bool found = false;

	for (int action = 0; action < ACTION_COUNT; action++) {
		struct apply_step *step = step_find(build, address, (enum action)action);

		if (!step || step->state != APPLY_STARTED)
			continue;
		step->state = APPLY_FAILED;
		found = true;
	}
	return found;
}

void plan_steps_cut(struct plan_build *build)
{
	build->table = (struct step_table){0};
}

static void count_row(const struct change_head *head, struct plan_summary *summary)
{
	struct change_entry entry = {.action = (uint8_t)head->action};

	if (head->importing)
		entry.flags |= ENTRY_IMPORTING;
	if (head->previous_address.len > 0)
		entry.flags |= ENTRY_MOVED;
	if (head->mode.len > 0 && !str_is(head->mode, "managed"))
		entry.flags |= ENTRY_DATA;
	plan_summary_add(summary, &entry);
}

void plan_build_count(const struct plan_build *build, struct plan_summary *summary)
{
	const struct change_row *rows = build->rows[CHANGES_RESOURCE].items;

	*summary = (struct plan_summary){
	    .output = build->rows[CHANGES_OUTPUT].count,
	    .drift = build->rows[CHANGES_DRIFT].count,
	    .deferred = build->rows[CHANGES_DEFERRED].count,
	    .invoke = build->invocations.count,
	};
	for (size_t i = 0; i < build->rows[CHANGES_RESOURCE].count; i++)
		count_row(&rows[i].head, summary);
}

/* The apply of a saved plan prints no plan; what it did is what there was to do. */
static void count_applied(const struct plan_build *build, struct plan_summary *summary)
{
	const struct apply_report *apply = &build->plan->apply;

	if (summary->known || !apply->has_counts || build->rows[CHANGES_RESOURCE].count > 0)
		return;
	summary->known = true;
	summary->import = apply->import;
	summary->add = apply->add;
	summary->change = apply->change;
	summary->destroy = apply->destroy;
	summary->forget = apply->forget;
	summary->invoke = apply->invoke;
}

struct plan *plan_build_finish(struct plan_build *build)
{
	struct plan *plan = build->plan;

	count_applied(build, &plan->summary);
	for (int set = 0; set < CHANGE_SETS; set++) {
		plan->rows[set] = build->rows[set].items;
		plan->counts[set] = build->rows[set].count;
	}
	plan->diagnostics = build->diagnostics.items;
	plan->diagnostic_count =
	    distinct_diagnostics(build->arena, build->diagnostics.items, build->diagnostics.count);
	plan->invocations = build->invocations.items;
	plan->invocation_count = build->invocations.count;
	plan->notes = build->notes.items;
	plan->note_count = build->notes.count;
	plan->apply.steps = build->steps.items;
	plan->apply.step_count = build->steps.count;
	plan->result = plan_decide_result(plan);
	return plan;
}

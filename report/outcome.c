#include "report/outcome.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/size.h"
#include "report/hide.h"
#include "report/keep.h"

#define ROWS_FIRST ((size_t)16)

static const char *const delivery_state_names[] = {
    [DELIVERY_SENT] = "sent",
    [DELIVERY_UPDATED] = "updated",
    [DELIVERY_UNCHANGED] = "unchanged",
    [DELIVERY_SKIPPED] = "skipped",
    [DELIVERY_DRY_RUN] = "dry_run",
    [DELIVERY_FAILED] = "failed",
};

static const char *const group_titles[CHANGE_GROUPS] = {
    [GROUP_DESTROY] = "Destroy",
    [GROUP_REPLACE] = "Replace",
    [GROUP_FORGET] = "Forget",
    [GROUP_OTHER] = "Unknown action",
    [GROUP_UPDATE] = "Update",
    [GROUP_CREATE] = "Create",
    [GROUP_IMPORT] = "Import",
    [GROUP_MOVE] = "Move",
};

/* No-ops, reads and opens are rows only when they are imported or moved. */
static const enum change_group action_groups[ACTION_COUNT] = {
    [ACTION_DELETE] = GROUP_DESTROY,
    [ACTION_REPLACE] = GROUP_REPLACE,
    [ACTION_REPLACE_CREATE_FIRST] = GROUP_REPLACE,
    [ACTION_FORGET] = GROUP_FORGET,
    [ACTION_CREATE_THEN_FORGET] = GROUP_FORGET,
    [ACTION_OTHER] = GROUP_OTHER,
    [ACTION_UPDATE] = GROUP_UPDATE,
    [ACTION_CREATE] = GROUP_CREATE,
    [ACTION_NOOP] = GROUP_MOVE,
    [ACTION_READ] = GROUP_MOVE,
    [ACTION_OPEN] = GROUP_MOVE,
};

const char *delivery_state_name(enum delivery_state state)
{
	return delivery_state_names[state];
}

enum change_group change_group(const struct change_head *head)
{
	enum change_group group = action_groups[head->action];

	return group == GROUP_MOVE && head->importing ? GROUP_IMPORT : group;
}

const char *change_group_title(enum change_group group)
{
	return group_titles[group];
}

/* The rows of one set as they come in. */
struct collector {
	const struct outcome_rules *rules;
	struct arena *arena, *scratch;
	struct secrets *secrets;
	size_t lone_surrogates; /* in the changes that were visited */
	struct keep *keep;	/* NULL: the strings live as long as the outcome already */
	struct outcome_change *rows;
	size_t count, room;
};

static struct outcome_change *collector_next(struct collector *collector)
{
	size_t size = sizeof(*collector->rows);

	if (collector->count == collector->room) {
		size_t room = size_max(ROWS_FIRST, collector->room * 2);

		collector->rows = arena_grow(
		    collector->arena, collector->rows, collector->room * size, room * size);
		collector->room = room;
	}
	return &collector->rows[collector->count++];
}

/* A change_visitor: redacts first; from here on there are no raw values. */
static bool collect(void *context, const struct change *change, struct err *err)
{
	struct collector *collector = context;
	struct shown_change shown;
	struct outcome_change *row;
	struct diff diff;

	if (!redact_change(collector->scratch, change, &shown, err))
		return false;
	secrets_collect(collector->secrets, change);
	collector->lone_surrogates += change->lone_surrogates;
	row = collector_next(collector);
	*row = (struct outcome_change){.has_values = shown.has_values};
	if (!collector->keep) {
		row->head = shown.head;
		row->body = shown.body;
		return true;
	}
	if (shown.body.len > 0)
		row->body = str_copy(collector->arena, shown.body);
	keep_head(collector->keep, &shown.head, &row->head);
	diff_values(collector->scratch, &shown, collector->rules->noise, &diff);
	keep_diff(collector->keep, &diff, row);
	return true;
}

/* How many rows there will be at most, so that the table is allocated once. */
static size_t count_rows(const struct plan *plan, enum change_set set)
{
	size_t count = 0;

	if (!plan->entries[set])
		return plan->counts[set];
	for (size_t i = 0; i < plan->counts[set]; i++) {
		const struct change_entry *entry = &plan->entries[set][i];

		count += set == CHANGES_DEFERRED || action_is_change(entry->action) ||
			 (entry->flags & (ENTRY_MOVED | ENTRY_IMPORTING)) != 0;
	}
	return count;
}

static void collector_start(
    struct collector *collector, const struct plan *plan, enum change_set set)
{
	collector->count = 0;
	collector->room = count_rows(plan, set);
	collector->rows = arena_alloc(collector->arena, collector->room * sizeof(*collector->rows));
}

/* Moves row order[i] to place i for all i, with one row of extra memory. `order` is used up. */
static void permute(struct outcome_change *rows, uint32_t *order, size_t count)
{
	for (size_t start = 0; start < count; start++) {
		struct outcome_change first = rows[start];
		size_t at = start;

		if (order[start] == start)
			continue;
		while (order[at] != start) {
			size_t from = order[at];

			rows[at] = rows[from];
			order[at] = (uint32_t)at;
			at = from;
		}
		rows[at] = first;
		order[at] = (uint32_t)at;
	}
}

/* A counting sort: stable, so that each group keeps the order of the input. */
static void sort_by_group(struct arena *scratch, struct outcome_change *rows, size_t count)
{
	struct arena_mark mark = arena_save(scratch);
	size_t starts[CHANGE_GROUPS + 1] = {0};
	uint32_t *order = arena_array(scratch, uint32_t, count);

	for (size_t i = 0; i < count; i++)
		starts[change_group(&rows[i].head) + 1]++;
	for (size_t group = 0; group < CHANGE_GROUPS; group++)
		starts[group + 1] += starts[group];
	for (size_t i = 0; i < count; i++)
		order[starts[change_group(&rows[i].head)]++] = (uint32_t)i;
	permute(rows, order, count);
	arena_rewind(scratch, mark);
}

/* What loses something comes first, so that the budget for values goes to it. */
static bool add_changes(
    struct collector *collector, const struct plan *plan, struct outcome *outcome, struct err *err)
{
	collector_start(collector, plan, CHANGES_RESOURCE);
	if (!plan_visit(plan, (struct plan_selection){CHANGES_RESOURCE, VISIT_LOSSES},
		collector->scratch, collect, collector, err) ||
	    !plan_visit(plan, (struct plan_selection){CHANGES_RESOURCE, VISIT_GAINS},
		collector->scratch, collect, collector, err))
		return false;
	sort_by_group(collector->scratch, collector->rows, collector->count);
	outcome->changes = collector->rows;
	outcome->change_count = collector->count;
	return true;
}

static bool add_set(struct collector *collector, const struct plan *plan, enum change_set set,
    const struct outcome_change **rows, size_t *count, struct err *err)
{
	enum visit_filter filter = set == CHANGES_DEFERRED ? VISIT_ALL : VISIT_CHANGED;

	collector_start(collector, plan, set);
	if (!plan_visit(plan, (struct plan_selection){set, filter}, collector->scratch, collect,
		collector, err))
		return false;
	*rows = collector->rows;
	*count = collector->count;
	return true;
}

static void add_facts(const struct plan *plan, struct outcome *outcome)
{
	outcome->has_plan = true;
	outcome->form = plan->form;
	outcome->tool = plan->tool;
	outcome->tool_version = plan->tool_version;
	outcome->format_version = plan->format_version;
	outcome->errored = plan->errored;
	outcome->refresh_only = plan->refresh_only;
	outcome->applyable = plan->applyable;
	outcome->complete = plan->complete;
	outcome->result = plan->result;
	outcome->summary = plan->summary;
	outcome->invocations = plan->invocations;
	outcome->invocation_count = plan->invocation_count;
	outcome->checks = plan->checks;
	outcome->check_count = plan->check_count;
	outcome->diagnostics = plan->diagnostics;
	outcome->diagnostic_count = plan->diagnostic_count;
	outcome->notes = plan->notes;
	outcome->note_count = plan->note_count;
	outcome->apply = plan->apply;
	outcome->text = plan->text;
}

static void add_note(struct arena *arena, struct str note, struct outcome *outcome)
{
	struct str *notes = arena_array(arena, struct str, outcome->note_count + 1);

	for (size_t i = 0; i < outcome->note_count; i++)
		notes[i] = outcome->notes[i];
	notes[outcome->note_count++] = note;
	outcome->notes = notes;
}

/* Strings that were no Unicode: what is shown of them is not what they are. */
static void add_surrogate_note(struct arena *arena, size_t count, struct outcome *outcome)
{
	if (count > 0)
		add_note(arena,
		    str_format(arena, "%zu lone surrogate%s in strings of the plan, read as U+FFFD",
			count, count == 1 ? "" : "s"),
		    outcome);
}

/* Not all secrets are known: then no free text can be shown, only what has marks of its own. */
static void withhold_texts(struct arena *arena, const struct plan *plan, struct outcome *outcome)
{
	struct diagnostic *copies = arena_array(arena, struct diagnostic, plan->diagnostic_count);

	for (size_t i = 0; i < plan->diagnostic_count; i++) {
		copies[i] = plan->diagnostics[i];
		copies[i].detail = STR_EMPTY;
	}
	outcome->diagnostics = copies;
	outcome->text = (struct plan_text_parts){.summary_line = plan->text.summary_line};
	add_note(arena,
	    STR("the plan has more sensitive values than are looked for: "
		"terraform's own text is left out"),
	    outcome);
}

NODISCARD static bool collect_all(
    struct collector *collector, const struct plan *plan, struct outcome *outcome, struct err *err)
{
	return secrets_collect_variables(collector->secrets, plan, collector->scratch, err) &&
	       add_changes(collector, plan, outcome, err) &&
	       add_set(collector, plan, CHANGES_OUTPUT, &outcome->outputs, &outcome->output_count,
		   err) &&
	       add_set(
		   collector, plan, CHANGES_DRIFT, &outcome->drift, &outcome->drift_count, err) &&
	       add_set(collector, plan, CHANGES_DEFERRED, &outcome->deferred,
		   &outcome->deferred_count, err);
}

bool outcome_add_plan(struct arena *arena, struct arena *scratch, const struct plan *plan,
    const struct outcome_rules *rules, struct outcome *outcome, struct err *err)
{
	static const struct outcome_rules no_rules = {.noise = NULL};
	struct outcome before = *outcome;
	struct keep keep;
	struct collector collector = {
	    .arena = arena, .scratch = scratch, .secrets = secrets_new(arena), .rules = rules ? rules : &no_rules};

	if (plan->form == PLAN_FORM_JSON) {
		keep_init(&keep, arena);
		collector.keep = &keep;
	}
	add_facts(plan, outcome);
	if (!collect_all(&collector, plan, outcome, err)) {
		/* half a plan with half its secrets known is nothing to show */
		*outcome = before;
		return false;
	}
	add_surrogate_note(arena, collector.lone_surrogates, outcome);
	if (secrets_full(collector.secrets))
		withhold_texts(arena, plan, outcome);
	secrets_seal(collector.secrets);
	outcome->secrets = collector.secrets;
	outcome_hide(arena, collector.secrets, outcome);
	return true;
}

#include "report/outcome.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/size.h"
#include "parser/detectors.h"
#include "parser/plan_parts.h"
#include "report/hide.h"
#include "report/keep.h"
#include "report/plan_leaves.h"

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
	struct plan_leaves leaves;
	enum change_set set;
	enum leaf_kind kind;
	bool has_leaves; /* do the rows of this set count for the fingerprint? */
	struct outcome_change *rows;
	size_t count, room;
	struct own_rows done[CHANGE_SETS + 1]; /* and of INVOKED */
};

#define INVOKED ((size_t)CHANGE_SETS)

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

/* The values of a row were over the budget. */
static bool lacks_values(const struct outcome_change *row)
{
	for (size_t i = 0; i < row->attribute_count; i++) {
		if (!row->attributes[i].has_values)
			return true;
	}
	return row->attribute_count == 0 && row->attributes_left_out > 0;
}

/* Does the row show a change without all values that its leaf is made of? */
static bool shows_in_part(const struct outcome_change *row)
{
	for (size_t i = 0; i < row->attribute_count; i++) {
		const struct attribute_change *attribute = &row->attributes[i];

		if (attribute->in_text || attribute->view != DIFF_VALUES)
			return true;
	}
	return row->attribute_count == 0 || row->attributes_left_out > 0;
}

static void add_leaf(
    struct collector *collector, const struct made_leaf *made, struct outcome_change *row)
{
	struct plan_leaves *leaves = &collector->leaves;
	bool has_values = !lacks_values(row);

	row->leaf = plan_leaves_add(leaves, row->head.address, made);
	/* a diff aligns lists: of what only moved it shows nothing */
	if (!has_values || made->has_lists || shows_in_part(row))
		plan_leaves_hold_last(leaves, made->open_texts, has_values);
}

/* What may be shown of a change, and what must be hidden everywhere. */
struct redacted {
	struct change marked;
	struct shown_change shown;
	struct made_leaf leaf; /* where the set has leaves */
};

/* A change_preparer: from here on there are no raw values. Of the collector it uses what stays as
 * it is during a visit. */
static bool prepare(const void *context, struct arena *arena, const struct change *change,
    const void **prepared, struct err *err)
{
	const struct collector *collector = context;
	struct redacted *redacted = arena_alloc(arena, sizeof(*redacted));

	*prepared = redacted;
	detectors_mark(arena, collector->rules->detectors, change, &redacted->marked);
	if (!redact_marked(arena, &redacted->marked, &redacted->shown, err))
		return false;
	return !collector->has_leaves ||
	       plan_leaves_make(&collector->leaves, arena, collector->kind, change,
		   &redacted->shown, &redacted->leaf, err);
}

static void keep_values(
    struct collector *collector, const struct shown_change *shown, struct outcome_change *row)
{
	struct diff_rules rules = {
	    .noise = collector->rules->noise, .names_only = !keep_has_room(collector->keep)};
	struct diff diff, full;

	diff_values(collector->scratch, shown, &rules, &diff);
	/* what a reviewer has to see is not left out because it stands behind what he need not */
	if (diff.may_call_out && keep_takes_look(collector->keep)) {
		rules.names_only = false;
		diff_values(collector->scratch, shown, &rules, &full);
		if (keep_called(collector->keep, collector->scratch, &full, row))
			return;
	}
	keep_diff(collector->keep, collector->scratch, &diff, row);
}

/* A prepared_visitor. */
static bool collect(
    void *context, const struct change *change, const void *prepared, struct err *err UNUSED)
{
	struct collector *collector = context;
	const struct redacted *redacted = prepared;
	struct outcome_change *row;

	secrets_collect(collector->secrets, &redacted->marked);
	collector->lone_surrogates += change->lone_surrogates;
	row = collector_next(collector);
	*row = (struct outcome_change){.has_values = redacted->shown.has_values};
	if (!collector->keep) {
		row->head = redacted->shown.head;
		row->body = redacted->shown.body;
		return true;
	}
	if (redacted->shown.body.len > 0)
		row->body = str_copy(collector->arena, redacted->shown.body);
	keep_head(collector->keep, &redacted->shown.head, &row->head);
	keep_values(collector, &redacted->shown, row);
	if (collector->has_leaves)
		add_leaf(collector, &redacted->leaf, row);
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
	collector->set = set;
	collector->kind = leaf_kind_of(set);
	collector->has_leaves = collector->keep && set != CHANGES_DRIFT;
	collector->count = 0;
	collector->room = count_rows(plan, set);
	collector->rows = arena_alloc(collector->arena, collector->room * sizeof(*collector->rows));
}

/* The rows of the set are complete. */
static void collector_finish(
    struct collector *collector, const struct outcome_change **rows, size_t *count)
{
	collector->done[collector->set] =
	    (struct own_rows){.rows = collector->rows, .count = collector->count};
	*rows = collector->rows;
	*count = collector->count;
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
	enum change_group last = (enum change_group)0;
	bool is_sorted = true;
	uint32_t *order;

	for (size_t i = 0; i < count; i++) {
		enum change_group group = change_group(&rows[i].head);

		starts[group + 1]++;
		is_sorted = is_sorted && group >= last;
		last = group;
	}
	if (is_sorted)
		return;
	order = arena_array(scratch, uint32_t, count);
	for (size_t group = 0; group < CHANGE_GROUPS; group++)
		starts[group + 1] += starts[group];
	for (size_t i = 0; i < count; i++)
		order[starts[change_group(&rows[i].head)]++] = (uint32_t)i;
	permute(rows, order, count);
	arena_rewind(scratch, mark);
}

NODISCARD static bool visit(
    struct collector *collector, const struct plan *plan, enum visit_filter filter, struct err *err)
{
	const struct outcome_rules *rules = collector->rules;
	struct prepared_visit how = {.prepare = prepare,
	    .prepare_context = collector,
	    .visitor = collect,
	    .context = collector};

	if (collector->set == CHANGES_RESOURCE) {
		how.first = rules->tap;
		how.first_context = rules->tap_context;
	}

	return plan_visit_prepared(
	    plan, (struct plan_selection){collector->set, filter}, collector->scratch, &how, err);
}

/* What loses something comes first, so that the budget for values goes to it. */
static bool add_changes(
    struct collector *collector, const struct plan *plan, struct outcome *outcome, struct err *err)
{
	collector_start(collector, plan, CHANGES_RESOURCE);
	if (!visit(collector, plan, VISIT_LOSSES, err) || !visit(collector, plan, VISIT_GAINS, err))
		return false;
	sort_by_group(collector->scratch, collector->rows, collector->count);
	collector_finish(collector, &outcome->changes, &outcome->change_count);
	return true;
}

static bool add_set(struct collector *collector, const struct plan *plan, enum change_set set,
    const struct outcome_change **rows, size_t *count, struct err *err)
{
	enum visit_filter filter = set == CHANGES_DEFERRED ? VISIT_ALL : VISIT_CHANGED;

	collector_start(collector, plan, set);
	if (!visit(collector, plan, filter, err))
		return false;
	collector_finish(collector, rows, count);
	return true;
}

/*
 * What a refresh found is no part of what was reviewed, but where writing it into the state is all
 * that the plan does to resources: it lists none then, not as no-ops either. Older versions of
 * Terraform do not say whether a plan can be applied.
 */
static bool writes_drift(const struct plan *plan)
{
	return plan->refresh_only || (plan->applyable != TRI_NO && !plan_lists_managed(plan));
}

NODISCARD static bool add_drift(
    struct collector *collector, const struct plan *plan, struct outcome *outcome, struct err *err)
{
	collector_start(collector, plan, CHANGES_DRIFT);
	collector->has_leaves = collector->keep && writes_drift(plan);
	if (!visit(collector, plan, VISIT_CHANGED, err))
		return false;
	collector_finish(collector, &outcome->drift, &outcome->drift_count);
	return true;
}

/* Of an action its configuration is shown as what comes into being. */
static struct shown_change configuration_of(const struct shown_change *shown)
{
	struct shown_change only = *shown;
	const struct value *config = value_get_c(shown->after.value, "config");

	only.after.value = config ? *config : value_null();
	return only;
}

/* A change_visitor. Those for which the outcome has no row have a leaf all the same. */
static bool collect_invocation(void *context, const struct change *change, struct err *err)
{
	struct collector *collector = context;
	struct outcome_change *row;
	const struct redacted *redacted;
	const struct change_leaf *leaf;
	struct shown_change shown;
	const void *prepared;

	if (!prepare(collector, collector->scratch, change, &prepared, err))
		return false;
	redacted = prepared;
	secrets_collect(collector->secrets, &redacted->marked);
	leaf = plan_leaves_add(&collector->leaves, change->head.address, &redacted->leaf);
	plan_leaves_hold_last(&collector->leaves, redacted->leaf.open_texts, true);
	if (collector->count == collector->room)
		return true;
	shown = configuration_of(&redacted->shown);
	row = collector_next(collector);
	*row = (struct outcome_change){.has_values = true, .leaf = leaf};
	keep_head(collector->keep, &shown.head, &row->head);
	keep_values(collector, &shown, row);
	return true;
}

NODISCARD static bool add_invocations(
    struct collector *collector, const struct plan *plan, struct outcome *outcome, struct err *err)
{
	collector->kind = LEAF_ACTION;
	collector->has_leaves = true;
	collector->count = 0;
	collector->room = plan->invocation_count;
	collector->rows = arena_array(collector->arena, struct outcome_change, collector->room);
	if (!parts_visit_invocations(plan, collector->scratch, collect_invocation, collector, err))
		return false;
	collector->done[INVOKED] =
	    (struct own_rows){.rows = collector->rows, .count = collector->count};
	if (collector->count > 0 && collector->count == plan->invocation_count)
		outcome->invocation_rows = collector->rows;
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

static void add_budget_note(struct arena *arena, const struct keep *keep, struct outcome *outcome)
{
	if (keep && keep->not_looked > 0)
		add_note(arena,
		    str_format(arena,
			"%zu change%s not searched for what opens or allows something: the plan "
			"changes more values than are kept",
			keep->not_looked, keep->not_looked == 1 ? " was" : "s were"),
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
	       secrets_collect_rest(collector->secrets, plan, collector->scratch, err) &&
	       add_changes(collector, plan, outcome, err) &&
	       add_set(collector, plan, CHANGES_OUTPUT, &outcome->outputs, &outcome->output_count,
		   err) &&
	       add_set(collector, plan, CHANGES_DEFERRED, &outcome->deferred,
		   &outcome->deferred_count, err) &&
	       add_invocations(collector, plan, outcome, err) &&
	       add_drift(collector, plan, outcome, err);
}

/* A row in which a secret stood unmarked. */
static void suspect_row(void *context, const struct outcome_change *row)
{
	struct collector *collector = context;

	if (collector->keep)
		plan_leaves_suspect(&collector->leaves, row->head.address);
}

/* Takes the secrets out; what held one counts as hidden in the fingerprint, too. */
NODISCARD static bool hide_all(
    struct collector *collector, const struct plan *plan, struct outcome *outcome, struct err *err)
{
	struct plan_leaves *leaves = &collector->leaves;

	for (size_t set = 0; set < ARRAY_LEN(collector->done); set++) {
		struct own_rows *own = &collector->done[set];

		own->changed = suspect_row;
		own->context = collector;
		outcome_hide_in_rows(
		    collector->arena, collector->secrets, collector->rules->detectors, own);
	}
	outcome_hide_rest(collector->arena, collector->secrets, outcome);
	if (!collector->keep)
		return true;
	if (!plan_leaves_recheck(leaves, plan, collector->rules->detectors, collector->secrets,
		collector->scratch, err))
		return false;
	plan_leaves_finish(leaves, &outcome->fingerprint);
	return true;
}

/* What outcome_add_plan() does once it has all it needs. */
NODISCARD static bool take_plan(
    struct collector *collector, const struct plan *plan, struct outcome *outcome, struct err *err)
{
	struct arena *arena = collector->arena;

	add_facts(plan, outcome);
	if (!collect_all(collector, plan, outcome, err))
		return false;
	add_surrogate_note(arena, collector->lone_surrogates, outcome);
	add_budget_note(arena, collector->keep, outcome);
	for (size_t i = 0; i < collector->rules->literal_count; i++)
		secrets_add_own(collector->secrets, collector->rules->literals[i]);
	if (secrets_full(collector->secrets))
		withhold_texts(arena, plan, outcome);
	secrets_seal(collector->secrets);
	outcome->secrets = collector->secrets;
	outcome->detectors = collector->rules->detectors;
	return hide_all(collector, plan, outcome, err);
}

bool outcome_add_plan(struct arena *arena, struct arena *scratch, const struct plan *plan,
    const struct outcome_rules *rules, struct outcome *outcome, struct err *err)
{
	static const struct outcome_rules no_rules = {.fingerprint_key = STR_INIT("")};
	const struct outcome before = *outcome;
	struct keep keep;
	struct collector collector = {
	    .arena = arena,
	    .scratch = scratch,
	    .secrets = secrets_new(arena),
	    .rules = rules ? rules : &no_rules,
	};
	bool ok;

	if (plan->form == PLAN_FORM_JSON) {
		keep_init(&keep, arena);
		origins_open(&keep.origins, plan);
		collector.keep = &keep;
		plan_leaves_open(&collector.leaves, arena, collector.rules->fingerprint_key);
	}
	ok = take_plan(&collector, plan, outcome, err);
	if (collector.keep)
		origins_close(&keep.origins);
	plan_leaves_close(&collector.leaves);
	/* half a plan with half its secrets known is nothing to show */
	if (!ok)
		*outcome = before;
	return ok;
}

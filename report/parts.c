#include "report/parts.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/size.h"
#include "report/callout.h"
#include "report/wording.h"

#define NOTES_MAX	 ((size_t)7)
#define POLICY_NOTES_MAX ((size_t)5)

#define CHANGE_LEVELS	 6
#define FINDING_LEVELS	 8

/* How a part looks and how far it goes, whatever it holds. */
static const struct {
	const char *icon, *title;
	unsigned top, whole_top;
} kinds[PART_KINDS] = {
    [PART_ERRORS] = {"❌", "Errors", 3, 1},
    [PART_ERROR_TEXT] = {NULL, NULL, 2, 1},
    [PART_LOST] = {"🚨", NULL, 1, 1},
    [PART_FAILED] = {"❌", NULL, 1, 1},
    [PART_UNFINISHED] = {"⏳", NULL, 1, 1},
    [PART_UNSTARTED] = {"⏹️", NULL, 1, 1},
    [PART_DONE] = {"✅", NULL, 1, 1},
    [PART_TAIL] = {NULL, NULL, 3, 1},
    [PART_DESTROY] = {"🔴", NULL, CHANGE_LEVELS, 4},
    [PART_REPLACE] = {"🟠", NULL, CHANGE_LEVELS, 4},
    [PART_FORGET] = {"🟣", NULL, CHANGE_LEVELS, 4},
    [PART_OTHER] = {"❓", NULL, CHANGE_LEVELS, 4},
    [PART_UPDATE] = {"🟡", NULL, CHANGE_LEVELS, 4},
    [PART_CREATE] = {"🟢", NULL, CHANGE_LEVELS, 4},
    [PART_IMPORT] = {"📥", NULL, CHANGE_LEVELS, 4},
    [PART_MOVE] = {"🚚", NULL, CHANGE_LEVELS, 4},
    [PART_DENIED] = {"⛔", NULL, FINDING_LEVELS, 1},
    [PART_OVERRIDDEN] = {"🚨", NULL, FINDING_LEVELS, 1},
    [PART_BROKEN] = {"💥", NULL, FINDING_LEVELS, 1},
    [PART_UNDECIDED] = {"❔", NULL, FINDING_LEVELS, 1},
    [PART_WARNED] = {"⚠️", NULL, FINDING_LEVELS, 1},
    [PART_NOTED] = {"ℹ️", NULL, FINDING_LEVELS, 1},
    [PART_LET_GO] = {"🎫", NULL, FINDING_LEVELS, 1},
    [PART_OUTPUTS] = {"📤", "Outputs", CHANGE_LEVELS, 1},
    [PART_CHECKS] = {"🚨", "Failed checks", 2, 1},
    [PART_INVOCATIONS] = {"⚡", "Actions to invoke", CHANGE_LEVELS, 1},
    [PART_DEFERRED] = {"⏸️", "Deferred", CHANGE_LEVELS, 1},
    [PART_DRIFT] = {"🌀", "Changed outside of Terraform", CHANGE_LEVELS, 1},
    [PART_WARNINGS] = {"⚠️", "Warnings", 3, 1},
    [PART_PLANNED] = {"📄", "Planned changes", CHANGE_LEVELS, 1},
    [PART_WAIVERS] = {"🎫", "Waivers", 1, 1},
};

void parts_init(struct arena *arena, size_t room, struct parts *out)
{
	*out = (struct parts){
	    .list = arena_array(arena, struct part, room),
	    .budget = arena_array(arena, struct budget_part, room),
	    .room = room,
	};
}

struct part *parts_add_items(
    struct parts *parts, enum part_kind kind, const struct outcome *outcome, size_t count)
{
	struct part *part;

	if (count == 0 || parts->count == parts->room)
		return NULL;
	part = &parts->list[parts->count];
	*part = (struct part){
	    .kind = kind,
	    .icon = kinds[kind].icon,
	    .title = kinds[kind].title,
	    .total = count,
	    .outcome = outcome,
	};
	parts->budget[parts->count++] = (struct budget_part){
	    .kind = kind,
	    .count = count,
	    .most = count,
	    .top = kinds[kind].top > 0 ? kinds[kind].top : 1,
	    .whole_top = kinds[kind].whole_top > 0 ? kinds[kind].whole_top : 1,
	};
	return part;
}

struct part *parts_add_single(
    struct parts *parts, enum part_kind kind, const struct outcome *outcome)
{
	return parts_add_items(parts, kind, outcome, 1);
}

/* --- verdicts --- */

static const enum part_kind section_kinds[FINDING_SECTIONS] = {
    [FINDINGS_DENIED] = PART_DENIED,
    [FINDINGS_OVERRIDDEN] = PART_OVERRIDDEN,
    [FINDINGS_BROKEN] = PART_BROKEN,
    [FINDINGS_UNDECIDED] = PART_UNDECIDED,
    [FINDINGS_WARNED] = PART_WARNED,
    [FINDINGS_NOTED] = PART_NOTED,
    [FINDINGS_LET_GO] = PART_LET_GO,
};

static void add_sections(struct parts *parts, const struct outcome *outcome,
    const struct findings *findings, size_t from, size_t to)
{
	for (size_t i = from; i <= to; i++) {
		struct part *part =
		    parts_add_items(parts, section_kinds[i], outcome, findings->block_counts[i]);

		if (!part)
			continue;
		part->title = finding_section_title((enum finding_section)i, findings->after_apply);
		part->total = findings->counts[i];
		part->folded = i >= FINDINGS_NOTED;
		part->items.blocks = findings->blocks[i];
		part->findings = findings;
		part->section = (enum finding_section)i;
	}
}

static void add_verdict_line(
    struct parts *parts, const struct outcome *outcome, const struct findings *findings)
{
	struct part *part = parts_add_single(parts, PART_VERDICT, outcome);
	const struct str *notes;
	size_t count = findings_notes(findings, &notes);

	if (part)
		part->findings = findings;
	part =
	    parts_add_items(parts, PART_POLICY_NOTES, outcome, size_min(count, POLICY_NOTES_MAX));
	if (part)
		part->items.notes = notes;
}

void parts_add_verdict(struct parts *parts, const struct verdict_parts *told)
{
	if (told->findings)
		add_verdict_line(parts, told->outcome, told->findings);
	if (told->after_apply)
		add_verdict_line(parts, told->outcome, told->after_apply);
}

void parts_add_denials(struct parts *parts, const struct verdict_parts *told)
{
	if (told->after_apply)
		add_sections(
		    parts, told->outcome, told->after_apply, FINDINGS_DENIED, FINDINGS_BROKEN);
	if (told->findings)
		add_sections(
		    parts, told->outcome, told->findings, FINDINGS_DENIED, FINDINGS_BROKEN);
}

void parts_add_open(struct parts *parts, const struct verdict_parts *told)
{
	bool again = told->after_apply != NULL;

	if (again)
		add_sections(
		    parts, told->outcome, told->after_apply, FINDINGS_UNDECIDED, FINDINGS_LET_GO);
	if (told->findings)
		add_sections(parts, told->outcome, told->findings, findings_first_open(again),
		    FINDINGS_LET_GO);
}

void parts_add_waivers(struct parts *parts, const struct verdict_parts *told)
{
	struct part *part;

	if (!told->findings)
		return;
	part = parts_add_items(
	    parts, PART_WAIVERS, told->outcome, told->findings->verdict->waiver_count);
	if (!part)
		return;
	part->findings = told->findings;
	part->folded = true;
}

/* --- texts --- */

static void add_diagnostics(struct arena *arena, struct parts *parts, enum part_kind kind,
    const struct outcome *outcome, enum severity severity)
{
	const struct diagnostic **found =
	    arena_alloc(arena, (outcome->diagnostic_count + 1) * sizeof(const struct diagnostic *));
	size_t count = 0;
	struct part *part;

	for (size_t i = 0; i < outcome->diagnostic_count; i++) {
		if (outcome->diagnostics[i].severity == severity)
			found[count++] = &outcome->diagnostics[i];
	}
	part = parts_add_items(parts, kind, outcome, count);
	if (part) {
		part->items.diagnostics = found;
		part->folded = kind == PART_WARNINGS;
	}
	if (!part && kind == PART_ERRORS && outcome->text.errors.len > 0)
		(void)parts_add_single(parts, PART_ERROR_TEXT, outcome);
}

static void add_notes(struct arena *arena, struct parts *parts, const struct outcome *outcome)
{
	struct str *notes = arena_array(arena, struct str, NOTES_MAX);
	struct str exit = wording_exit(arena, outcome);
	size_t count = 0;
	struct part *part;

	if (exit.len > 0)
		notes[count++] = exit;
	if (outcome->problem.len > 0)
		notes[count++] = outcome->problem;
	for (size_t i = 0; i < outcome->note_count && count < NOTES_MAX; i++) {
		if (outcome->notes[i].len > 0)
			notes[count++] = outcome->notes[i];
	}
	part = parts_add_items(parts, PART_NOTES, outcome, count);
	if (part)
		part->items.notes = notes;
}

/* --- changes --- */

static const enum part_kind group_kinds[CHANGE_GROUPS] = {
    [GROUP_DESTROY] = PART_DESTROY,
    [GROUP_REPLACE] = PART_REPLACE,
    [GROUP_FORGET] = PART_FORGET,
    [GROUP_OTHER] = PART_OTHER,
    [GROUP_UPDATE] = PART_UPDATE,
    [GROUP_CREATE] = PART_CREATE,
    [GROUP_IMPORT] = PART_IMPORT,
    [GROUP_MOVE] = PART_MOVE,
};

static void add_group(struct arena *arena, struct parts *parts, const struct outcome *outcome,
    enum change_group group)
{
	size_t count = parts->groups.counts[group];
	const struct outcome_change *rows = callout_first(arena, parts->groups.rows[group], count);
	struct collapsed_list list = {.count = count};
	struct part *part;

	if (group == GROUP_UPDATE && count > 0)
		collapse_updates(arena, rows, count, &list);
	part = parts_add_items(parts, group_kinds[group], outcome, list.count);
	if (!part)
		return;
	part->title = change_group_title(group);
	part->total = count;
	part->folded = !change_group_is_loss(group) && list.count > FOLD_OVER;
	if (group == GROUP_UPDATE)
		part->items.updates = list.items;
	else
		part->items.changes = rows;
}

static void add_groups(
    struct arena *arena, struct parts *parts, const struct outcome *outcome, bool losses)
{
	for (size_t i = 0; i < CHANGE_GROUPS; i++) {
		if (change_group_is_loss((enum change_group)i) == losses)
			add_group(arena, parts, outcome, (enum change_group)i);
	}
}

static void add_changes(struct parts *parts, enum part_kind kind, const struct outcome *outcome,
    const struct outcome_change *changes, size_t count)
{
	struct part *part = parts_add_items(parts, kind, outcome, count);

	if (!part)
		return;
	part->items.changes = changes;
	part->folded = count > FOLD_OVER || kind == PART_PLANNED ||
		       (kind == PART_DRIFT && !outcome->refresh_only);
}

static bool check_failed(const struct plan_check *check)
{
	return str_is(check->status, "fail") || str_is(check->status, "error");
}

static void add_checks(struct arena *arena, struct parts *parts, const struct outcome *outcome)
{
	const struct plan_check **found =
	    arena_alloc(arena, (outcome->check_count + 1) * sizeof(const struct plan_check *));
	size_t count = 0;
	struct part *part;

	for (size_t i = 0; i < outcome->check_count; i++) {
		if (check_failed(&outcome->checks[i]))
			found[count++] = &outcome->checks[i];
	}
	part = parts_add_items(parts, PART_CHECKS, outcome, count);
	if (part)
		part->items.checks = found;
}

static void add_others(struct arena *arena, struct parts *parts, const struct outcome *outcome)
{
	struct part *part;

	add_changes(parts, PART_OUTPUTS, outcome, outcome->outputs, outcome->output_count);
	add_checks(arena, parts, outcome);
	part = parts_add_items(parts, PART_INVOCATIONS, outcome, outcome->invocation_count);
	if (part)
		part->items.invocations = outcome->invocations;
	add_changes(parts, PART_DEFERRED, outcome, outcome->deferred, outcome->deferred_count);
	add_changes(parts, PART_DRIFT, outcome, outcome->drift, outcome->drift_count);
}

static void add_applied(struct arena *arena, struct parts *parts, const struct outcome *outcome)
{
	static const enum part_kind section_parts[APPLIED_SECTIONS] = {
	    [APPLIED_LOST] = PART_LOST,
	    [APPLIED_FAILED] = PART_FAILED,
	    [APPLIED_UNFINISHED] = PART_UNFINISHED,
	    [APPLIED_UNSTARTED] = PART_UNSTARTED,
	    [APPLIED_DONE] = PART_DONE,
	};

	applied_of(arena, outcome, &parts->applied);
	if (parts->applied.counts[APPLIED_LOST] > 0)
		(void)parts_add_single(parts, PART_LOST_CAUTION, outcome);
	for (size_t i = 0; i < APPLIED_SECTIONS; i++) {
		struct part *part =
		    parts_add_items(parts, section_parts[i], outcome, parts->applied.counts[i]);

		if (!part)
			continue;
		part->title = applied_section_title((enum applied_section)i);
		part->items.applied = parts->applied.rows[i];
		part->folded = i == APPLIED_DONE && part->total > FOLD_OVER;
	}
}

static bool has_losses(const struct parts *parts, const struct outcome *outcome)
{
	size_t losses = 0;

	for (size_t i = 0; i < CHANGE_GROUPS; i++) {
		if (change_group_is_loss((enum change_group)i))
			losses += parts->groups.counts[i];
	}
	return losses + outcome->summary.destroy + outcome->summary.forget > 0;
}

/* The changes are told as those of a plan, or as what an apply came to. */
static void add_body(struct arena *arena, struct parts *parts, const struct verdict_parts *told)
{
	const struct outcome *outcome = told->outcome;
	bool is_apply = outcome_tells_apply(outcome);

	if (is_apply)
		add_applied(arena, parts, outcome);
	if (outcome->tail.len > 0)
		(void)parts_add_single(parts, PART_TAIL, outcome);
	if (!is_apply && has_losses(parts, outcome))
		(void)parts_add_single(parts, PART_CAUTION, outcome);
	if (!is_apply)
		add_groups(arena, parts, outcome, true);
	parts_add_open(parts, told);
	if (!is_apply)
		add_groups(arena, parts, outcome, false);
	add_others(arena, parts, outcome);
}

void parts_add_outcome(struct arena *arena, const struct outcome *outcome, struct parts *parts)
{
	bool failed = outcome_status_is_failure(outcome_status(outcome));
	struct verdict_parts told = {.outcome = outcome};

	groups_of(outcome, &parts->groups);
	parts->tells_verdict = verdict_is_told(outcome, &outcome->verdict);
	parts->tells_after_apply = verdict_is_told(outcome, &outcome->after_apply);
	findings_of(arena, &outcome->verdict, false, &parts->findings);
	findings_of(arena, &outcome->after_apply, true, &parts->after_apply);
	told.findings = parts->tells_verdict ? &parts->findings : NULL;
	told.after_apply = parts->tells_after_apply ? &parts->after_apply : NULL;
	(void)parts_add_single(parts, PART_TITLE, outcome);
	(void)parts_add_single(parts, PART_LINKS, outcome);
	parts_add_verdict(parts, &told);
	parts_add_denials(parts, &told);
	add_notes(arena, parts, outcome);
	if (failed)
		add_diagnostics(arena, parts, PART_ERRORS, outcome, SEVERITY_ERROR);
	add_body(arena, parts, &told);
	if (!failed)
		add_diagnostics(arena, parts, PART_ERRORS, outcome, SEVERITY_ERROR);
	add_diagnostics(arena, parts, PART_WARNINGS, outcome, SEVERITY_WARNING);
	parts_add_waivers(parts, &told);
	if (outcome_tells_apply(outcome) && outcome->text.changes.len == 0)
		add_changes(parts, PART_PLANNED, outcome, outcome->changes, outcome->change_count);
	(void)parts_add_single(parts, PART_REPORT_LINK, outcome);
}

bool part_is_loss(const struct part *part)
{
	return part->kind >= PART_DESTROY && part->kind <= PART_OTHER;
}

bool part_is_changes(const struct part *part)
{
	return part_is_loss(part) || (part->kind >= PART_UPDATE && part->kind <= PART_MOVE);
}

size_t part_resources(const struct part *part, size_t from, size_t to)
{
	size_t resources = 0;

	if (part->kind != PART_UPDATE)
		return to - from;
	for (size_t i = from; i < to; i++)
		resources += part->items.updates[i].count;
	return resources;
}

void parts_count_shown(struct parts *parts)
{
	parts->told = (struct told){.listed = 0};
	for (size_t i = 0; i < parts->count; i++) {
		const struct part *part = &parts->list[i];
		size_t named = parts->budget[i].reach[0];

		if (!part_is_changes(part))
			continue;
		parts->told.listed += part_resources(part, 0, named);
		if (part_is_loss(part)) {
			parts->told.losses += part->total;
			parts->told.named += named;
		}
	}
}

/* What is destroyed, replaced or forgotten, or of an unknown action: a destroy is only one of them.
 */
static void say_losses(struct buf *buf, const struct told *told)
{
	size_t totals = told->losses - told->named - told->by_type;

	wording_count(buf, told->named);
	buf_adds(buf, " of ");
	wording_things(buf, told->losses, "loss", "losses");
	buf_adds(buf, " named, ");
	wording_count(buf, told->by_type);
	buf_adds(buf, " counted by type, ");
	if (totals > 0) {
		wording_count(buf, totals);
		buf_adds(buf, " in the totals only, ");
	}
	buf_adds(buf, "0 omitted");
}

bool parts_say_shown(struct buf *buf, const struct parts *parts, const struct outcome *outcome)
{
	/* those of the plan are not listed beside the steps of an apply: none is missing */
	if (outcome_tells_apply(outcome) || parts->told.listed >= outcome->change_count)
		return false;
	wording_count(buf, parts->told.listed);
	buf_adds(buf, " of ");
	wording_things(buf, outcome->change_count, "resource", "resources");
	buf_adds(buf, " shown; ");
	if (parts->told.named < parts->told.losses)
		say_losses(buf, &parts->told);
	else
		buf_adds(buf, "0 destroys omitted");
	return true;
}

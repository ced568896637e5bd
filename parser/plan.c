#include "parser/plan.h"

#include "base/arena.h"
#include "base/err.h"

#define FORMAT_MAX 100000

struct action_words {
	const char *words;
	enum action action;
};

static const char *const action_names[ACTION_COUNT] = {
    [ACTION_DELETE] = "delete",
    [ACTION_REPLACE] = "replace",
    [ACTION_REPLACE_CREATE_FIRST] = "replace",
    [ACTION_FORGET] = "forget",
    [ACTION_CREATE_THEN_FORGET] = "create-then-forget",
    [ACTION_OTHER] = "other",
    [ACTION_UPDATE] = "update",
    [ACTION_CREATE] = "create",
    [ACTION_NOOP] = "no-op",
    [ACTION_READ] = "read",
    [ACTION_OPEN] = "open",
};

static const char *const action_symbols[ACTION_COUNT] = {
    [ACTION_DELETE] = "-",
    [ACTION_REPLACE] = "-/+",
    [ACTION_REPLACE_CREATE_FIRST] = "+/-",
    [ACTION_FORGET] = ".",
    [ACTION_CREATE_THEN_FORGET] = "+/.",
    [ACTION_OTHER] = "?",
    [ACTION_UPDATE] = "~",
    [ACTION_CREATE] = "+",
    [ACTION_NOOP] = " ",
    [ACTION_READ] = "<=",
    [ACTION_OPEN] = "<=",
};

/* The most frequent first. */
static const struct action_words action_words[] = {
    {"no-op", ACTION_NOOP},
    {"create", ACTION_CREATE},
    {"update", ACTION_UPDATE},
    {"delete", ACTION_DELETE},
    {"delete,create", ACTION_REPLACE},
    {"create,delete", ACTION_REPLACE_CREATE_FIRST},
    {"read", ACTION_READ},
    {"forget", ACTION_FORGET},
    {"create,forget", ACTION_CREATE_THEN_FORGET},
    {"forget,create", ACTION_CREATE_THEN_FORGET},
    {"open", ACTION_OPEN},
};

static const char *const form_names[] = {
    [PLAN_FORM_JSON] = "json",
    [PLAN_FORM_TEXT] = "text",
    [PLAN_FORM_STREAM] = "stream",
};

static const char *const tool_names[] = {
    [TOOL_TERRAFORM] = "Terraform",
    [TOOL_OPENTOFU] = "OpenTofu",
};

static const char *const result_names[] = {
    [PLAN_NO_CHANGES] = "no_changes",
    [PLAN_CHANGES] = "changes",
    [PLAN_ERROR] = "error",
};

static const char *const severity_names[] = {
    [SEVERITY_ERROR] = "error",
    [SEVERITY_WARNING] = "warning",
};

const char *action_name(enum action action)
{
	return action_names[action];
}

const char *action_symbol(enum action action)
{
	return action_symbols[action];
}

bool action_is_replace(enum action action)
{
	return action == ACTION_REPLACE || action == ACTION_REPLACE_CREATE_FIRST;
}

bool action_is_change(enum action action)
{
	return action != ACTION_NOOP && action != ACTION_READ && action != ACTION_OPEN;
}

enum action action_from_words(struct str words)
{
	for (size_t i = 0; i < ARRAY_LEN(action_words); i++) {
		if (str_is(words, action_words[i].words))
			return action_words[i].action;
	}
	return ACTION_OTHER;
}

const char *plan_form_name(enum plan_form form)
{
	return form_names[form];
}

const char *tool_name(enum tool tool)
{
	return tool_names[tool];
}

const char *plan_result_name(enum plan_result result)
{
	return result_names[result];
}

const char *severity_name(enum severity severity)
{
	return severity_names[severity];
}

void plan_add_note(struct arena *arena, struct plan *plan, struct str note)
{
	struct str *notes = arena_array(arena, struct str, plan->note_count + 1);

	if (plan->note_count > 0)
		memcpy(notes, plan->notes, plan->note_count * sizeof(*notes));
	notes[plan->note_count] = note;
	plan->notes = notes;
	plan->note_count++;
}

static void count_action(struct plan_summary *summary, enum action action)
{
	switch (action) {
	case ACTION_REPLACE:
	case ACTION_REPLACE_CREATE_FIRST:
		summary->replace++;
		summary->add++;
		summary->destroy++;
		break;
	case ACTION_DELETE:
		summary->destroy++;
		break;
	case ACTION_CREATE_THEN_FORGET:
		summary->add++;
		summary->forget++;
		break;
	case ACTION_FORGET:
		summary->forget++;
		break;
	case ACTION_CREATE:
		summary->add++;
		break;
	case ACTION_UPDATE:
		summary->change++;
		break;
	case ACTION_NOOP:
		summary->no_op++;
		break;
	case ACTION_READ:
	case ACTION_OPEN:
		summary->read++;
		break;
	case ACTION_OTHER:
		summary->other++;
		break;
	}
}

bool entry_is_change(const struct change_entry *entry)
{
	/* Terraform drops the state of a removed data source; it neither counts nor prints that. */
	if (entry->action == ACTION_DELETE && (entry->flags & ENTRY_DATA))
		return false;
	return action_is_change((enum action)entry->action);
}

bool plan_lists_managed(const struct plan *plan)
{
	const struct change_entry *entries = plan->entries[CHANGES_RESOURCE];

	for (size_t i = 0; entries && i < plan->counts[CHANGES_RESOURCE]; i++) {
		if (!(entries[i].flags & ENTRY_DATA))
			return true;
	}
	return false;
}

void plan_summary_add(struct plan_summary *summary, const struct change_entry *entry)
{
	if (entry->flags & ENTRY_IMPORTING)
		summary->import++;
	if (entry->flags & ENTRY_MOVED)
		summary->move++;
	if (entry->action != ACTION_DELETE || !(entry->flags & ENTRY_DATA))
		count_action(summary, (enum action)entry->action);
}

/* Outputs became part of a plan in 0.14; the JSON of 0.12 and 0.13 calls every output "create". */
static bool plans_outputs(const struct plan *plan)
{
	return plan->form != PLAN_FORM_JSON || (!str_starts(plan->tool_version, STR("0.12.")) &&
						   !str_starts(plan->tool_version, STR("0.13.")));
}

static bool has_changes(const struct plan *plan)
{
	const struct plan_summary *sum = &plan->summary;
	const size_t figures[] = {sum->import, sum->add, sum->change, sum->destroy, sum->forget,
	    sum->other, sum->move, sum->deferred, sum->invoke,
	    plans_outputs(plan) ? sum->output : 0, plan->refresh_only ? sum->drift : 0};

	for (size_t i = 0; i < ARRAY_LEN(figures); i++) {
		if (figures[i] > 0)
			return true;
	}
	return false;
}

/* A text without a summary line has rows only. */
static bool has_change_rows(const struct plan *plan)
{
	const struct change_row *rows = plan->rows[CHANGES_RESOURCE];

	for (size_t i = 0; rows && i < plan->counts[CHANGES_RESOURCE]; i++) {
		if (action_is_change(rows[i].head.action) || rows[i].head.importing ||
		    rows[i].head.previous_address.len > 0)
			return true;
	}
	return false;
}

/* "1.2"; false for what is no such version. */
static bool parse_format(struct str text, int64_t *major, int64_t *minor)
{
	struct err ignored = {0};
	struct str part;

	return str_split(&text, '.', &part) && str_to_int64(part, 0, FORMAT_MAX, major, &ignored) &&
	       str_to_int64(text, 0, FORMAT_MAX, minor, &ignored);
}

enum format_age plan_format_age(struct str format_version)
{
	int64_t major = 0, minor = 0;

	if (format_version.len == 0)
		return FORMAT_KNOWN;
	if (!parse_format(format_version, &major, &minor))
		return FORMAT_STRANGE;
	if (major > PLAN_FORMAT_MAJOR)
		return FORMAT_NEWER_MAJOR;
	if (major == PLAN_FORMAT_MAJOR && minor > PLAN_FORMAT_MINOR)
		return FORMAT_NEWER_MINOR;
	return FORMAT_KNOWN;
}

/*
 * Terraform says itself whether there is something to apply, also when that is a part of the plan
 * this program does not know. Where it does not say so, a format of the future may hold anything.
 */
static bool may_have_changes(const struct plan *plan)
{
	if (plan->form != PLAN_FORM_JSON || plan->applyable == TRI_NO)
		return false;
	return plan->applyable == TRI_YES || plan_format_age(plan->format_version) != FORMAT_KNOWN;
}

/* A list of changes whose end, with the figures, is missing: what is not seen may be anything. */
static bool is_cut(const struct plan *plan)
{
	return plan->form == PLAN_FORM_TEXT && plan->has_result && !plan->summary.known &&
	       !plan->apply.present;
}

enum plan_result plan_decide_result(const struct plan *plan)
{
	if (plan->errored)
		return PLAN_ERROR;
	for (size_t i = 0; i < plan->diagnostic_count; i++) {
		if (plan->diagnostics[i].severity == SEVERITY_ERROR)
			return PLAN_ERROR;
	}
	if (has_changes(plan) || has_change_rows(plan) || may_have_changes(plan) || is_cut(plan))
		return PLAN_CHANGES;
	return PLAN_NO_CHANGES;
}

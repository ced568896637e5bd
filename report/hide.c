#include "report/hide.h"

#include "base/arena.h"

/* Hiding gives another kind, or another list or map around it. */
static bool is_same(struct value a, struct value b)
{
	bool container = a.kind == VALUE_LIST || a.kind == VALUE_MAP;

	return a.kind == b.kind && (!container || a.as.items == b.as.items);
}

static bool attribute_is_clean(
    struct arena *arena, const struct secrets *secrets, struct attribute_change *attribute)
{
	struct shown before = secrets_hide_value(arena, secrets, attribute->before);
	struct shown after = secrets_hide_value(arena, secrets, attribute->after);
	bool clean = is_same(before.value, attribute->before.value) &&
		     is_same(after.value, attribute->after.value);

	attribute->before = before;
	attribute->after = after;
	return clean;
}

static void hide_in_attributes(
    struct arena *arena, const struct secrets *secrets, struct outcome_change *change)
{
	struct attribute_change *copies = NULL;

	for (size_t i = 0; i < change->attribute_count; i++) {
		struct attribute_change attribute = change->attributes[i];

		if (!attribute.has_values || attribute_is_clean(arena, secrets, &attribute))
			continue;
		if (!copies) {
			copies =
			    arena_array(arena, struct attribute_change, change->attribute_count);
			memcpy(
			    copies, change->attributes, change->attribute_count * sizeof(*copies));
		}
		copies[i] = attribute;
	}
	if (copies)
		change->attributes = copies;
}

/* The rows were made for this outcome: only their type says that nobody else may change them. */
static const struct outcome_change *hide_in_rows(struct arena *arena, const struct secrets *secrets,
    const struct outcome_change *rows, size_t count)
{
	struct outcome_change *copies = NULL;

	for (size_t i = 0; i < count; i++) {
		struct outcome_change row = rows[i];

		row.body = secrets_hide(arena, secrets, row.body);
		row.head.import_id = secrets_hide(arena, secrets, row.head.import_id);
		hide_in_attributes(arena, secrets, &row);
		if (row.attributes == rows[i].attributes && row.body.ptr == rows[i].body.ptr &&
		    row.head.import_id.ptr == rows[i].head.import_id.ptr)
			continue;
		if (!copies) {
			copies = arena_array(arena, struct outcome_change, count);
			memcpy(copies, rows, count * sizeof(*copies));
		}
		copies[i] = row;
	}
	return copies ? copies : rows;
}

static void hide_in_diagnostics(
    struct arena *arena, const struct secrets *secrets, struct outcome *outcome)
{
	struct diagnostic *copies =
	    arena_array(arena, struct diagnostic, outcome->diagnostic_count);

	for (size_t i = 0; i < outcome->diagnostic_count; i++) {
		copies[i] = outcome->diagnostics[i];
		copies[i].summary = secrets_hide(arena, secrets, copies[i].summary);
		copies[i].detail = secrets_hide(arena, secrets, copies[i].detail);
	}
	outcome->diagnostics = copies;
}

static void hide_in_checks(
    struct arena *arena, const struct secrets *secrets, struct outcome *outcome)
{
	struct plan_check *copies = arena_array(arena, struct plan_check, outcome->check_count);

	for (size_t i = 0; i < outcome->check_count; i++) {
		copies[i] = outcome->checks[i];
		copies[i].problem = secrets_hide(arena, secrets, copies[i].problem);
	}
	outcome->checks = copies;
}

/* Messages are made of shown values, but a secret can stand where the plan does not mark it. */
static void hide_in_verdict(
    struct arena *arena, const struct secrets *secrets, struct verdict *verdict)
{
	for (size_t i = 0; i < verdict->finding_count; i++) {
		struct finding *finding = &verdict->findings[i];

		finding->message = secrets_hide(arena, secrets, finding->message);
		finding->remediation = secrets_hide(arena, secrets, finding->remediation);
		finding->item = secrets_hide(arena, secrets, finding->item);
	}
	verdict->break_glass = secrets_hide(arena, secrets, verdict->break_glass);
}

void outcome_hide(struct arena *arena, const struct secrets *secrets, struct outcome *outcome)
{
	struct str *const texts[] = {&outcome->text.summary_line, &outcome->text.changes,
	    &outcome->text.outside, &outcome->text.errors, &outcome->text.warnings, &outcome->tail,
	    &outcome->exit_reason, &outcome->problem};

	if (secrets_count(secrets) == 0)
		return;
	outcome->changes = hide_in_rows(arena, secrets, outcome->changes, outcome->change_count);
	outcome->outputs = hide_in_rows(arena, secrets, outcome->outputs, outcome->output_count);
	outcome->drift = hide_in_rows(arena, secrets, outcome->drift, outcome->drift_count);
	outcome->deferred =
	    hide_in_rows(arena, secrets, outcome->deferred, outcome->deferred_count);
	hide_in_diagnostics(arena, secrets, outcome);
	hide_in_checks(arena, secrets, outcome);
	hide_in_verdict(arena, secrets, &outcome->verdict);
	hide_in_verdict(arena, secrets, &outcome->after_apply);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		*texts[i] = secrets_hide(arena, secrets, *texts[i]);
}

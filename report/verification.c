#include "report/verification.h"

#include "base/arena.h"
#include "base/err.h"
#include "report/wording.h"

#define NAME_MAX_SHOWN ((size_t)200)

static void add_note(struct verification *verification, struct str note)
{
	if (verification->note_count < VERIFY_NOTES_MAX)
		verification->notes[verification->note_count++] = note;
}

static struct str shown_name(struct arena *arena, struct str name)
{
	return wording_name(arena, name, NAME_MAX_SHOWN);
}

static bool has_another_key(
    const struct plan_fingerprint *reviewed, const struct plan_fingerprint *planned)
{
	return reviewed && reviewed->key_id.len > 0 && planned->key_id.len > 0 &&
	       !str_eq(reviewed->key_id, planned->key_id);
}

/* What is left out on one side cannot be compared; what is keyed on one side only always differs.
 */
static void note_hidden(struct arena *arena, const struct plan_fingerprint *reviewed,
    const struct plan_fingerprint *planned, struct verification *out)
{
	size_t left_out = planned->hidden_left_out;

	if (has_another_key(reviewed, planned))
		add_note(out, STR("the plan was reviewed with another fingerprint_key: hidden "
				  "values count as different"));
	else if (reviewed && reviewed->hidden_keyed > 0 && left_out > 0)
		add_note(out, STR("the plan was reviewed with a fingerprint_key and this run has "
				  "none: hidden "
				  "values count as different"));
	else if (reviewed && reviewed->hidden_left_out > 0 && planned->hidden_keyed > 0)
		add_note(out, STR("the plan was reviewed without a fingerprint_key and this run "
				  "has one: hidden "
				  "values count as different"));
	else if (left_out > 0)
		add_note(out,
		    str_format(arena, "%zu hidden value%s not compared: no fingerprint_key is set",
			left_out, left_out == 1 ? " is" : "s are"));
}

/* Of a root without a name of its own nothing can be said. */
static void note_directory(
    struct arena *arena, const struct report *report, struct verification *out)
{
	const struct fact *directory = &out->planned->facts.directory;

	if (!fact_known(directory) || report->directory.len == 0 ||
	    str_eq(report->directory, directory->value))
		return;
	add_note(out,
	    str_format(arena, "the reviewed plan was for directory '%.*s', this one is for '%.*s'",
		STR_ARG(shown_name(arena, report->directory)),
		STR_ARG(shown_name(arena, directory->value))));
}

static void note_problems(const struct report *report, struct verification *out)
{
	for (size_t i = 0; i < out->planned->note_count; i++)
		add_note(out, out->planned->notes[i]);
	if (report && report->errored)
		add_note(out, STR("the plan that was reviewed had failed and was not whole"));
	if (out->comparison.is_partial)
		add_note(out,
		    STR("not all actions are listed: the list of what differs may not be whole"));
}

void verify_fingerprint(struct arena *arena, struct str fingerprint, const struct outcome *planned,
    struct verification *out)
{
	bool same = str_eq(fingerprint, planned->fingerprint.text);

	*out = (struct verification){
	    .match = same ? PLAN_IDENTICAL : PLAN_DIFFERS,
	    .fingerprint = fingerprint,
	    .report_name = STR_EMPTY,
	    .planned = planned,
	};
	note_hidden(arena, NULL, &planned->fingerprint, out);
	note_problems(NULL, out);
	if (!same)
		add_note(out, STR("give the report of the reviewed plan instead of its fingerprint "
				  "to see what "
				  "differs"));
}

/* Plans with one fingerprint list the same changes: of a report that does not, somebody took the
 * leaves away that would have told. */
static bool has_other_rows(const struct plan_comparison *comparison)
{
	return comparison->counts[DELTA_NEW] + comparison->counts[DELTA_CHANGED] +
		   comparison->counts[DELTA_MISSING] >
	       0;
}

/* NOLINTNEXTLINE(readability-function-size): a report with its name, a plan, and the result */
bool verify_report(struct arena *arena, const struct report *report, struct str report_name,
    const struct outcome *planned, struct verification *out, struct err *err)
{
	*out = (struct verification){
	    .fingerprint = report->fingerprint.text,
	    .report = report,
	    .report_name = report_name,
	    .planned = planned,
	};
	if (report->fingerprint.text.len == 0)
		return err_set(err, ERR_INVALID, "the report '%.*s' has no %s",
		    STR_ARG(report_name),
		    report->has_plan
			? "fingerprint: its plan was read from text, which does not tell the values"
			: "plan");
	plan_compare(arena, report, planned, &out->comparison);
	out->match = out->comparison.match;
	if (out->match == PLAN_IDENTICAL && has_other_rows(&out->comparison))
		return err_set(err, ERR_INVALID,
		    "the changes in the report '%.*s' are not those of its fingerprint: the report "
		    "was changed by hand",
		    STR_ARG(report_name));
	note_directory(arena, report, out);
	note_hidden(arena, &report->fingerprint, &planned->fingerprint, out);
	note_problems(report, out);
	return true;
}

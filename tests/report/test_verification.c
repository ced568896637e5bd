#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/input.h"
#include "base/json_read.h"
#include "parser/plan_read.h"
#include "report/verification.h"
#include "tests/support/schema_check.h"

#define A(address, actions, before, after)                                                 \
	"{\"address\":\"" address "\",\"mode\":\"managed\",\"type\":\"a\",\"name\":\"n\"," \
	"\"change\":{\"actions\":[\"" actions "\"],\"before\":" before ",\"after\":" after "}}"
#define ONE   A("a.one", "update", "{\"x\":1,\"y\":\"s\"}", "{\"x\":2,\"y\":\"t\"}")
#define TWO   A("a.two", "delete", "{\"x\":1}", "null")
#define THREE A("a.three", "create", "null", "{\"x\":1}")
#define PW(new)                                                                                  \
	"{\"address\":\"a.pw\",\"mode\":\"managed\",\"type\":\"a\",\"name\":\"pw\",\"change\":{" \
	"\"actions\":[\"update\"],\"before\":{\"secret\":\"old\"},\"after\":{\"secret\":\"" new "\"},\"before_sensitive\":{\"secret\":true},\"after_sensitive\":{\"secret\":true}}}"
#define DEPOSED(old)                                                                       \
	"{\"address\":\"a.one\",\"deposed\":\"00a1\",\"mode\":\"managed\",\"type\":\"a\"," \
	"\"name\":"                                                                        \
	"\"one\",\"change\":{\"actions\":[\"delete\"],\"before\":{\"k\":\"" old            \
	"\"},\"after\":null}}"
#define MARKED(before, after)                                                                    \
	"{\"address\":\"a.m\",\"mode\":\"managed\",\"type\":\"a\",\"name\":\"m\",\"change\":{"   \
	"\"actions\":[\"update\"],\"before\":{\"t\":\"clear-text-1\"},\"after\":{\"t\":\"clear-" \
	"text-1\""                                                                               \
	"},\"before_sensitive\":{\"t\":" before "},\"after_sensitive\":{\"t\":" after "}}}"
#define OUT ",\"o\":{\"actions\":[\"create\"],\"before\":null,\"after\":\"v\"}"

static struct outcome *outcome_of(
    struct arena *arena, const char *changes, const char *outputs, const char *key)
{
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct outcome *outcome = arena_make(arena, struct outcome);
	struct outcome_rules rules = {.fingerprint_key = str_from(key)};
	struct plan_options options = {0};
	struct plan *plan = NULL;
	struct err err = {0};
	struct str json = str_format(arena,
	    "{\"format_version\":\"1.2\",\"resource_changes\":[%s],\"output_changes\":{"
	    "\"same\":{\"actions\":[\"no-op\"],\"before\":1,\"after\":1}%s}}",
	    changes, outputs);

	if (!plan_read(arena, input_from_str(arena, "plan.json", json), &options, &plan, &err) ||
	    !outcome_add_plan(arena, scratch, plan, &rules, outcome, &err))
		fail_msg("%s: %s", changes, err.text);
	outcome->version = "0";
	outcome->facts.directory = (struct fact){STR("prod"), STR("test")};
	return outcome;
}

static struct report *report_of(struct arena *arena, const struct outcome *outcome)
{
	struct report *report = arena_make(arena, struct report);
	struct err err = {0};
	struct sink sink;
	struct buf buf;

	buf_init(&buf, arena, (size_t)1 << 20);
	sink_to_buf(&sink, &buf);
	render_json(outcome, &sink);
	assert_true(sink_finish(&sink, &err));
	if (!report_read(arena, input_from_str(arena, "r.json", buf_str(&buf)), report, &err))
		fail_msg("%s", err.text);
	return report;
}

static struct str as_text(struct arena *arena, const struct verification *verification)
{
	struct render_options options = {.columns = 0};
	struct err err = {0};
	struct str text;

	if (!render_verification(arena, verification, &options, &text, &err))
		fail_msg("%s", err.text);
	return text;
}

/* What a program reads: as docs/schema/verify.json has it. */
static struct value as_json(
    struct arena *arena, const char *label, const struct verification *verification)
{
	struct value value = value_null();
	struct err err = {0};
	struct sink sink;
	struct buf buf;

	buf_init(&buf, arena, (size_t)1 << 20);
	sink_to_buf(&sink, &buf);
	if (!render_verification_json(verification, &sink, &err) || !sink_finish(&sink, &err) ||
	    !jsonr_read(arena, buf_str(&buf), &(struct jsonr){0}, &value, &err))
		fail_msg("%s", err.text);
	if (!schema_matches(label, schema_read(arena, "docs/schema/verify.json"), value))
		fail_msg("%s: not by its schema:\n%.*s", label, (int)buf_str(&buf).len,
		    buf_str(&buf).ptr);
	return value;
}

struct row {
	const char *label;
	const char *reviewed, *reviewed_outputs, *planned, *planned_outputs;
	enum plan_match match;
	size_t same, counts[PLAN_DELTAS];
	const char *says; /* in the text; NULL: nothing more */
};

#define X50		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X400		    X50 X50 X50 X50 X50 X50 X50 X50
#define LONG(a, b)	    A("a.l", "update", "{\"x\":\"" X400 "1" a "\"}", "{\"x\":\"" X400 "2" b "\"}")
#define JSON(before, after) A("a.j", "update", "{\"j\":\"" before "\"}", "{\"j\":\"" after "\"}")
#define LINES10(x) \
	x "0\\n" x "1\\n" x "2\\n" x "3\\n" x "4\\n" x "5\\n" x "6\\n" x "7\\n" x "8\\n" x "9\\n"
#define LINES(a)                           \
	A("a.t", "update", "{\"x\":\"\"}", \
	    "{\"x\":\"" LINES10("a") LINES10("b") LINES10("c") a "\\nz\"}")

static const struct row rows[] = {
    {"identical", ONE "," TWO, "", TWO "," ONE, "", PLAN_IDENTICAL, 2, {0, 0, 0}, "identical"},
    {"nothing at all", "", "", "", "", PLAN_IDENTICAL, 0, {0, 0, 0}, "identical"},
    {"less", ONE "," TWO, OUT, TWO, "", PLAN_SUBSET, 1, {0, 0, 2}, "- a.one  update"},
    {"nothing left", ONE, "", "", "", PLAN_SUBSET, 0, {0, 0, 1}, "Reviewed, no longer planned (1)"},
    {"more", ONE, "", ONE "," TWO, "", PLAN_DIFFERS, 1, {1, 0, 0}, "+ a.two  delete"},
    {"an output more", ONE, "", ONE, OUT, PLAN_DIFFERS, 1, {1, 0, 0}, "+ output o  create"},
    {"another one", ONE, "", THREE, "", PLAN_DIFFERS, 0, {1, 0, 1}, "New, not reviewed (1)"},
    {"a value", ONE, "", A("a.one", "update", "{\"x\":1,\"y\":\"s\"}", "{\"x\":3,\"y\":\"t\"}"), "",
	PLAN_DIFFERS, 0, {0, 1, 0},
	"      x\n        reviewed: 1 -> 2\n        now:      1 -> 3\n"},
    {"a value that does not change now", ONE, "",
	A("a.one", "update", "{\"x\":1,\"y\":\"s\"}", "{\"x\":2,\"y\":\"s\"}"), "", PLAN_DIFFERS, 0,
	{0, 1, 0}, "      y\n        reviewed: \"s\" -> \"t\"\n        now:      not changed\n"},
    {"a value that changes as well",
	A("a.one", "update", "{\"x\":1,\"y\":\"s\"}", "{\"x\":2,\"y\":\"s\"}"), "", ONE, "",
	PLAN_DIFFERS, 0, {0, 1, 0},
	"      y\n        reviewed: not changed\n        now:      \"s\" -> \"t\"\n"},
    {"an action", TWO, "", A("a.two", "forget", "{\"x\":1}", "null"), "", PLAN_DIFFERS, 0,
	{0, 1, 0},
	"      actions\n        reviewed: [\"delete\"]\n        now:      [\"forget\"]\n"},
    {"a policy", A("a.p", "update", "{\"p\":\"a\\nb\\nc\\n\"}", "{\"p\":\"a\\nX\\nc\\n\"}"), "",
	A("a.p", "update", "{\"p\":\"a\\nb\\nc\\n\"}", "{\"p\":\"a\\nY\\nc\\n\"}"), "",
	PLAN_DIFFERS, 0, {0, 1, 0}, "          + X\n        now:\n          - b\n          + Y\n"},
    {"an output", ONE, ",\"o\":{\"actions\":[\"update\"],\"before\":1,\"after\":2}", ONE,
	",\"o\":{\"actions\":[\"update\"],\"before\":1,\"after\":3}", PLAN_DIFFERS, 1, {0, 1, 0},
	"~ output o  update"},
    {"a deposed object", ONE, "", ONE "," DEPOSED("x"), "", PLAN_DIFFERS, 1, {1, 0, 0},
	"+ a.one (deposed 00a1)  delete"},
    {"a deposed object is another one", DEPOSED("x"), "", DEPOSED("y"), "", PLAN_DIFFERS, 0,
	{0, 1, 0}, "~ a.one (deposed 00a1)  delete"},
    {"a secret becomes public", MARKED("false", "true"), "", MARKED("true", "false"), "",
	PLAN_DIFFERS, 0, {0, 1, 0},
	"        reviewed:\n          ! marked as sensitive from now on\n"
	"        now:\n          ! no longer marked as sensitive\n"},
    {"a long value that ends in another way", LONG(X400 "good", X400 "good"), "",
	LONG(X400 "good", X400 "evil"), "", PLAN_DIFFERS, 0, {0, 1, 0}, "xgood\"\n        now: "},
    {"a long value that ends in another way now", LONG(X400 "good", X400 "good"), "",
	LONG(X400 "good", X400 "evil"), "", PLAN_DIFFERS, 0, {0, 1, 0}, "xevil\"\n"},
    {"a long value that was another one before", LONG(X400 "good", X400 "good"), "",
	LONG(X400 "evil", X400 "good"), "", PLAN_DIFFERS, 0, {0, 1, 0}, "xevil\" -> "},
    {"the last of many lines", LINES("good"), "", LINES("evil"), "", PLAN_DIFFERS, 0, {0, 1, 0},
	"          (28 lines are the same on both sides)\n          + c8\n          + c9\n"
	"          + evil\n"},
    {"JSON written another way", JSON("{\\\"a\\\":1}", "{\\\"a\\\":2}"), "",
	JSON("{\\\"a\\\":1}", "{\\\"a\\\": 2}"), "", PLAN_DIFFERS, 0, {0, 1, 0},
	"      in how JSON text is written, or in what stays as it is around what changes\n"},
    {"hostile names", "", "",
	A("a.\\u001b[31m\\u202e`<b>", "create", "null", "{\"\\u0007k\":\"\\u001b]0;x\"}"), "",
	PLAN_DIFFERS, 0, {1, 0, 0}, "+ a.\\x1b[31m"},
};

static void test_comparisons(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		const struct row *row = &rows[i];
		struct outcome *planned = outcome_of(arena, row->planned, row->planned_outputs, "");
		struct report *report =
		    report_of(arena, outcome_of(arena, row->reviewed, row->reviewed_outputs, ""));
		struct verification verification;
		struct err err = {0};
		struct str text;

		assert_true(
		    verify_report(arena, report, STR("r.json"), planned, &verification, &err));
		text = as_text(arena, &verification);
		if (verification.match != row->match || !str_contains(text, str_from(row->says)))
			fail_msg("%s:\n%.*s", row->label, (int)text.len, text.ptr);
		assert_int_equal(verification.comparison.same, row->same);
		for (size_t delta = 0; delta < PLAN_DELTAS; delta++)
			assert_int_equal(verification.comparison.counts[delta], row->counts[delta]);
		assert_true(
		    str_is(value_get_str(as_json(arena, row->label, &verification), "result"),
			plan_match_name(row->match)));
		assert_false(str_contains(text, STR("\x1b")));

		verify_fingerprint(arena, report->fingerprint.text, planned, &verification);
		assert_int_equal(verification.match,
		    row->match == PLAN_IDENTICAL ? PLAN_IDENTICAL : PLAN_DIFFERS);
		assert_true(as_text(arena, &verification).len > 0);
		as_json(arena, row->label, &verification);
	}
}

static void test_hidden_values(void **state)
{
	static const struct {
		const char *label, *reviewed_key, *key;
		enum plan_match match;
		const char *says;
	} cases[] = {
	    {"both keyed", "k", "k", PLAN_DIFFERS, "in (sensitive) values, of: secret"},
	    {"no key", "", "", PLAN_IDENTICAL, "1 hidden value is not compared"},
	    {"keyed then", "k", "", PLAN_DIFFERS, "reviewed with a fingerprint_key"},
	    {"another key", "k", "l", PLAN_DIFFERS, "reviewed with another fingerprint_key"},
	    {"keyed now", "", "k", PLAN_DIFFERS, "reviewed without a fingerprint_key"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct report *report =
		    report_of(arena, outcome_of(arena, PW("new1"), "", cases[i].reviewed_key));
		struct outcome *planned = outcome_of(arena, PW("new2"), "", cases[i].key);
		struct verification verification;
		struct err err = {0};
		struct str text;

		assert_true(
		    verify_report(arena, report, STR("r.json"), planned, &verification, &err));
		text = as_text(arena, &verification);
		if (verification.match != cases[i].match ||
		    !str_contains(text, str_from(cases[i].says)))
			fail_msg("%s:\n%.*s", cases[i].label, (int)text.len, text.ptr);
		as_json(arena, cases[i].label, &verification);
		assert_false(str_contains(text, STR("new1")));
		assert_false(str_contains(text, STR("new2")));
	}
}

static void test_notes(void **state)
{
	const struct str notes[] = {STR("text before the JSON was skipped")};
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct report *report = report_of(arena, outcome_of(arena, ONE, "", ""));
	struct outcome *planned = outcome_of(arena, ONE, "", "");
	struct verification verification;
	struct err err = {0};
	struct str text;

	(void)state;
	planned->facts.directory.value = STR("dev");
	report->errored = true;
	planned->notes = notes;
	planned->note_count = ARRAY_LEN(notes);
	assert_true(verify_report(arena, report, STR("r.json"), planned, &verification, &err));
	text = as_text(arena, &verification);
	assert_true(str_contains(
	    text, STR("note: the reviewed plan was for directory 'prod', this one is for 'dev'")));
	assert_true(str_contains(text, STR("the plan that was reviewed had failed")));
	assert_true(str_contains(text, STR("note: text before the JSON was skipped")));
	report->fingerprint.text = STR_EMPTY;
	assert_false(verify_report(arena, report, STR("r.json"), planned, &verification, &err));
	assert_int_equal(err.code, ERR_INVALID);
}

/* --- docs/schema/verify.json --- */

static const char action_plan[] =
    "{\"format_version\":\"1.2\",\"resource_changes\":[],\"action_invocations\":[{"
    "\"address\":\"action.a.run\",\"type\":\"a\",\"name\":\"run\",\"config_values\":{\"x\":%d},"
    "\"lifecycle_action_trigger\":{\"actions_list_index\":%d}}]}";

static struct outcome *action_outcome(struct arena *arena, int value, int place)
{
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct outcome *outcome = arena_make(arena, struct outcome);
	struct plan_options options = {0};
	struct plan *plan = NULL;
	struct err err = {0};
	struct str json = str_format(arena, action_plan, value, place);

	if (!plan_read(arena, input_from_str(arena, "plan.json", json), &options, &plan, &err) ||
	    !outcome_add_plan(arena, scratch, plan, NULL, outcome, &err))
		fail_msg("%s", err.text);
	outcome->version = "0";
	return outcome;
}

/* Actions to invoke are neither changes nor outputs. */
static void test_invocations(void **state)
{
	static const struct {
		const char *label;
		int reviewed, planned; /* 0: none */
		int place;	       /* of the planned one */
		enum plan_delta delta;
		const char *says;
	} cases[] = {
	    {"a new one", 0, 1, 0, DELTA_NEW, "+ action action.a.run\n"},
	    {"another one", 1, 2, 0, DELTA_CHANGED,
		"~ action action.a.run\n      x\n        reviewed: null -> 1\n        now:      "
		"null -> 2\n"},
	    {"at another place", 1, 1, 1, DELTA_CHANGED, "in which order it is invoked"},
	    {"one less", 1, 0, 0, DELTA_MISSING, "- action action.a.run\n"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct outcome *none = outcome_of(arena, "", "", "");
		struct outcome *reviewed =
		    cases[i].reviewed ? action_outcome(arena, cases[i].reviewed, 0) : none;
		struct outcome *planned =
		    cases[i].planned ? action_outcome(arena, cases[i].planned, cases[i].place)
				     : none;
		struct verification verification;
		struct err err = {0};
		struct str text;

		assert_true(verify_report(arena, report_of(arena, reviewed), STR("r.json"), planned,
		    &verification, &err));
		if (verification.comparison.counts[cases[i].delta] != 1)
			fail_msg("%s: %zu", cases[i].label,
			    verification.comparison.counts[cases[i].delta]);
		as_json(arena, cases[i].label, &verification);
		text = as_text(arena, &verification);
		if (!str_contains(text, str_from(cases[i].says)))
			fail_msg("%s:\n%.*s", cases[i].label, STR_ARG(text));
	}
}

/* What it shares with a report it says in the same words. */
static void test_schema(void **state)
{
	static const char *const shared[] = {"attribute", "change", "output"};
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct value own = schema_read(arena, "docs/schema/verify.json");
	struct value report = schema_read(arena, "docs/schema/outcome.json");

	(void)state;
	schema_check_described(own);
	for (size_t i = 0; i < ARRAY_LEN(shared); i++) {
		const struct value *here = value_get_c(*value_get_c(own, "$defs"), shared[i]);
		const struct value *there = value_get_c(*value_get_c(report, "$defs"), shared[i]);

		assert_non_null(here);
		if (!there || !value_equal(*here, *there))
			fail_msg("'%s' is not as in docs/schema/outcome.json", shared[i]);
	}
}

/* The schema refuses what it does not name: else it would say nothing. */
static void test_schema_refuses(void **state)
{
	static const char *const wrong[] = {
	    "{}",
	    "{\"schema\":\"https://tfherald.dev/schema/verify/1\",\"version\":1}",
	    "[]",
	};
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct value schema = schema_read(arena, "docs/schema/verify.json");

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct value value = value_null();
		struct err err = {0};

		assert_true(
		    jsonr_read(arena, str_from(wrong[i]), &(struct jsonr){0}, &value, &err));
		assert_false(schema_matches(wrong[i], schema, value));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_comparisons),
	    cmocka_unit_test(test_hidden_values),
	    cmocka_unit_test(test_notes),
	    cmocka_unit_test(test_invocations),
	    cmocka_unit_test(test_schema),
	    cmocka_unit_test(test_schema_refuses),
	};

	return cmocka_run_group_tests_name("report/verification", tests, NULL, NULL);
}

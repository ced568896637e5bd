/* SARIF: golden files, that it is JSON whatever is in it, and what GitHub asks of it. */
#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json_read.h"
#include "tests/support/checked_text.h"
#include "tests/support/outcomes.h"

static struct value parsed(struct arena *arena, const char *name, struct str text)
{
	struct value value = value_null();
	struct err err = {0};

	if (!jsonr_read(arena, text, &(struct jsonr){0}, &value, &err))
		fail_msg("%s: %d:%d: %s", name, err.line, err.column, err.text);
	return value;
}

/* runs[run].a.b.c; a number is an index. */
static struct value at(struct value value, const char *path)
{
	struct str rest = str_from(path), part;

	while (str_split(&rest, '.', &part)) {
		struct err err = {0};
		const struct value *next = value_get(value, part);
		int64_t index;

		if (value.kind == VALUE_LIST) {
			assert_true(str_to_int64(part, 0, 100000, &index, &err));
			assert_true(index < value.len);
			next = &value.as.items[index];
		}
		if (!next)
			return value_null();
		value = *next;
	}
	return value;
}

static void is_json(const char *name, struct str text)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();

	(void)parsed(arena, name, text);
}

static void golden(void **state)
{
	(void)state;
	checked_golden(render_sarif, "sarif", is_json);
}

static struct finding finding_of(const char *id, enum level level)
{
	struct finding finding = plain_finding(level);

	finding.rule_id = str_from(id);
	finding.fingerprint = STR("abc");
	finding.file = STR("envs/prod/main.tf");
	finding.line = 7;
	finding.column = 2;
	return finding;
}

static void levels(void **state)
{
	static const struct {
		const char *name;
		enum level rule_level, level;
		enum finding_fate fate;
		const char *expected;
		bool suppressed;
		const char *baseline;
	} rows[] = {
	    {"denied", LEVEL_DENY, LEVEL_DENY, FATE_STANDS, "error", false, NULL},
	    {"warned", LEVEL_WARN, LEVEL_WARN, FATE_STANDS, "warning", false, NULL},
	    {"noted", LEVEL_INFO, LEVEL_INFO, FATE_STANDS, "note", false, NULL},
	    {"waived", LEVEL_DENY, LEVEL_INFO, FATE_WAIVED, "error", true, NULL},
	    {"released", LEVEL_DENY, LEVEL_INFO, FATE_RELEASED, "error", true, NULL},
	    {"overridden", LEVEL_DENY, LEVEL_INFO, FATE_OVERRIDDEN, "error", true, NULL},
	    {"there before", LEVEL_DENY, LEVEL_WARN, FATE_PREEXISTING, "warning", false,
		"unchanged"},
	    {"not yet", LEVEL_DENY, LEVEL_WARN, FATE_NOT_YET, "warning", false, NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct finding finding = finding_of("r", rows[i].level);
		struct verdict verdict = {
		    .evaluated = true, .findings = &finding, .finding_count = 1};
		struct value result;

		finding.rule_level = rows[i].rule_level;
		finding.fate = rows[i].fate;
		result = at(parsed(arena, rows[i].name,
				checked_verdict_text(arena, render_sarif, &verdict)),
		    "runs.0.results.0");
		if (!str_is(value_get_str(result, "level"), rows[i].expected) ||
		    (at(result, "suppressions").kind == VALUE_LIST) != rows[i].suppressed ||
		    !str_is(value_get_str(result, "baselineState"),
			rows[i].baseline ? rows[i].baseline : ""))
			fail_msg("%s", rows[i].name);
	}
}

static void places(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct finding finding = finding_of("r", LEVEL_DENY);
	struct verdict verdict = {.evaluated = true, .findings = &finding, .finding_count = 1};
	struct value place;

	(void)state;
	finding.file = STR("a b/\xc3\xa4:#?%.tf");
	place = at(parsed(arena, "place", checked_verdict_text(arena, render_sarif, &verdict)),
	    "runs.0.results.0.locations.0.physicalLocation");
	assert_true(
	    str_is(value_text(at(place, "artifactLocation.uri")), "a%20b/%C3%A4%3A%23%3F%25.tf"));
	assert_int_equal(at(place, "region.startLine").as.integer, 7);
	assert_int_equal(at(place, "region.startColumn").as.integer, 2);
	/* nothing known of the resource: the root module, the rule, the directory */
	finding.file = STR_EMPTY;
	verdict.root_file = STR("envs/prod/main.tf");
	place = at(parsed(arena, "root", checked_verdict_text(arena, render_sarif, &verdict)),
	    "runs.0.results.0.locations.0.physicalLocation");
	assert_true(str_is(value_text(at(place, "artifactLocation.uri")), "envs/prod/main.tf"));
	assert_int_equal(at(place, "region.startLine").as.integer, 1);
	verdict.root_file = STR_EMPTY;
	place = at(parsed(arena, "rule", checked_verdict_text(arena, render_sarif, &verdict)),
	    "runs.0.results.0.locations.0.physicalLocation");
	assert_true(str_is(value_text(at(place, "artifactLocation.uri")), "tfherald.yaml"));
	finding.place.file = STR("pack:tags@1.0");
	place = at(parsed(arena, "directory", checked_verdict_text(arena, render_sarif, &verdict)),
	    "runs.0.results.0.locations.0.physicalLocation");
	assert_true(str_is(value_text(at(place, "artifactLocation.uri")), "envs/prod"));
}

/* Every tool has a run of its own, with its own names of rules. */
static void tools(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct finding list[] = {finding_of("own", LEVEL_DENY), finding_of("tflint:a", LEVEL_DENY),
	    finding_of("tflint:b", LEVEL_WARN), finding_of("my-scanner:x:y", LEVEL_WARN)};
	struct verdict verdict = {
	    .evaluated = true, .findings = list, .finding_count = ARRAY_LEN(list)};
	struct value document;

	(void)state;
	list[1].tool = STR("tflint 0.50.0");
	list[2].tool = STR("tflint v0.51.0");
	list[3].tool = STR("My Scanner");
	document = parsed(arena, "tools", checked_verdict_text(arena, render_sarif, &verdict));
	assert_int_equal(at(document, "runs").len, 3);
	assert_true(str_is(value_text(at(document, "runs.1.tool.driver.name")), "tflint"));
	assert_true(str_is(value_text(at(document, "runs.1.tool.driver.version")), "0.50.0"));
	assert_int_equal(at(document, "runs.1.results").len, 2);
	assert_true(str_is(value_text(at(document, "runs.1.results.1.ruleId")), "b"));
	assert_int_equal(at(document, "runs.1.results.1.ruleIndex").as.integer, 1);
	assert_true(str_is(value_text(at(document, "runs.2.tool.driver.name")), "My Scanner"));
	assert_true(str_is(value_text(at(document, "runs.2.results.0.ruleId")), "x:y"));
	assert_int_equal(at(document, "runs.0.results").len, 1);
}

/* More results than are taken: denials stay, and what is missing is said. */
static void too_many(void **state)
{
	enum {
		COUNT = 25010
	};
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct finding *list = arena_array(arena, struct finding, COUNT);
	struct verdict verdict = {.evaluated = true, .findings = list, .finding_count = COUNT};
	struct value document;

	(void)state;
	for (size_t i = 0; i < COUNT; i++)
		list[i] = finding_of("r", i + 1 == COUNT ? LEVEL_DENY : LEVEL_WARN);
	document = parsed(arena, "many", checked_verdict_text(arena, render_sarif, &verdict));
	assert_int_equal(at(document, "runs.0.results").len, 25000);
	assert_true(str_is(value_text(at(document, "runs.0.results.0.level")), "error"));
	assert_true(str_is(value_text(at(document,
			       "runs.0.invocations.0.toolExecutionNotifications.0.message.text")),
	    "10 more results do not fit into this file"));
}

static void hostile(void **state)
{
	(void)state;
	for (size_t i = 0; i < hostile_text_count; i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct str evil = str_from(hostile_texts[i]);
		struct finding finding = finding_of("r", LEVEL_DENY);
		struct verdict verdict = {.evaluated = true,
		    .findings = &finding,
		    .finding_count = 1,
		    .notes = &evil,
		    .note_count = 1};
		struct str text, shown;
		struct value document;

		finding.rule_id = finding.title = finding.description = finding.url = evil;
		finding.address = finding.message = finding.remediation = finding.release = evil;
		finding.file = finding.item = evil;
		finding.tool = str_format(arena, "evil %.*s", STR_ARG(evil));
		text = checked_verdict_text(arena, render_sarif, &verdict);
		document = parsed(arena, hostile_texts[i], text);
		shown = value_text(at(document, "runs.1.results.0.message.text"));
		/* no link, no argument, no control character */
		assert_false(str_contains(shown, STR("](")));
		assert_false(str_contains(shown, STR("{0}")));
		assert_false(str_contains(shown, STR("\x1b")));
		assert_false(str_contains(text, STR("\xe2\x80\xae")));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(golden),
	    cmocka_unit_test(levels),
	    cmocka_unit_test(places),
	    cmocka_unit_test(tools),
	    cmocka_unit_test(too_many),
	    cmocka_unit_test(hostile),
	};
	return cmocka_run_group_tests_name("report/render_sarif", tests, NULL, NULL);
}

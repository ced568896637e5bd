/* Results of other tools: what becomes of levels, kinds, places, texts, and of what is wrong. */
#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "policies/import_sarif.h"
#include "policies/template.h"

#define DRIVER "\"tool\":{\"driver\":{\"name\":\"TFLint\",\"version\":\"0.50.0\""
#define RULES                                                                                      \
	",\"rules\":[{\"id\":\"other\"},{\"id\":\"r1\",\"shortDescription\":{\"text\":\"Title\"}," \
	"\"fullDescription\":{\"text\":\"Why.\"},\"helpUri\":\"https://example.com/r1\","          \
	"\"defaultConfiguration\":{\"level\":\"error\"},"                                          \
	"\"messageStrings\":{\"m\":{\"text\":\"{0} is {1}, {{not}} {2}\"}}}]"
#define RUN(results)           \
	"{" DRIVER RULES "}}," \
	"\"results\":[" results "]}"
#define DOCUMENT(runs)	"{\"version\":\"2.1.0\",\"runs\":[" runs "]}"
#define RESULT(members) DOCUMENT(RUN("{\"message\":{\"text\":\"text\"}" members "}"))

static void describe(struct buf *buf, const struct imported_result *result)
{
	const struct finding *finding = &result->finding;

	buf_addf(buf, "%s %.*s '%.*s'", level_name(finding->level), STR_ARG(finding->rule_id),
	    STR_ARG(finding->message));
	if (finding->fate == FATE_WAIVED)
		buf_addf(buf, " waived: %.*s", STR_ARG(finding->waiver->reason));
	if (result->path.len > 0)
		buf_addf(buf, " at %s%.*s:%d:%d", result->absolute ? "absolute " : "",
		    STR_ARG(result->path), result->line, result->column);
	if (result->address.len > 0)
		buf_addf(buf, " of %.*s", STR_ARG(result->address));
	buf_adds(buf, "\n");
}

static struct str imported(struct arena *arena, struct str text)
{
	struct imported_results results = {0};
	struct err err = {0};
	struct buf buf;
	char line[ERR_TEXT_MAX + 100];

	buf_init(&buf, arena, (size_t)1 << 20);
	if (!import_sarif(arena, "f.sarif", text, &results, &err)) {
		err_format(&err, line, sizeof(line));
		return str_format(arena, "%s", line);
	}
	for (size_t i = 0; i < results.count; i++)
		describe(&buf, &results.items[i]);
	if (results.passed_over > 0)
		buf_addf(&buf, "passed over %zu\n", results.passed_over);
	return buf_str(&buf);
}

#define AT(uri, region)                                                               \
	",\"locations\":[{\"physicalLocation\":{\"artifactLocation\":{\"uri\":\"" uri \
	"\"},\"region\":{" region "}}}]"
#define LOGICAL(members) ",\"locations\":[{\"logicalLocations\":[{" members "}]}]"

static const struct {
	const char *name, *text, *expected;
} rows[] = {
    {"nothing", DOCUMENT(""), ""},
    {"no results", DOCUMENT("{" DRIVER "}}}"), ""},
    {"results null", DOCUMENT("{" DRIVER "}},\"results\":null}"), ""},
    {"no level", RESULT(",\"ruleId\":\"new\""), "warn tflint:new 'text'\n"},
    {"level of the rule", RESULT(",\"ruleId\":\"r1\""), "deny tflint:r1 'text'\n"},
    {"rule by index", RESULT(",\"ruleIndex\":1"), "deny tflint:r1 'text'\n"},
    {"rule by reference", RESULT(",\"rule\":{\"index\":1}"), "deny tflint:r1 'text'\n"},
    {"rule by reference and id", RESULT(",\"rule\":{\"id\":\"r1\"}"), "deny tflint:r1 'text'\n"},
    {"index out of range", RESULT(",\"ruleId\":\"r1\",\"ruleIndex\":99"),
	"deny tflint:r1 'text'\n"},
    {"index of another rule", RESULT(",\"ruleId\":\"r1\",\"ruleIndex\":0"),
	"deny tflint:r1 'text'\n"},
    {"part of a rule", RESULT(",\"ruleId\":\"r1/a\",\"ruleIndex\":1"), "deny tflint:r1/a 'text'\n"},
    {"no rule", RESULT(""), "warn tflint:unnamed 'text'\n"},
    {"own level", RESULT(",\"ruleId\":\"r1\",\"level\":\"note\""), "info tflint:r1 'text'\n"},
    {"none", RESULT(",\"level\":\"none\""), "info tflint:unnamed 'text'\n"},
    {"bad level", RESULT(",\"level\":\"fatal\""),
	"f.sarif: runs[0].results[0].level: expected error, warning, note or none"},
    {"pass", RESULT(",\"kind\":\"pass\""), "passed over 1\n"},
    {"not applicable", RESULT(",\"kind\":\"notApplicable\""), "passed over 1\n"},
    {"open", RESULT(",\"kind\":\"open\",\"level\":\"none\""), "warn tflint:unnamed 'text'\n"},
    {"informational", RESULT(",\"kind\":\"informational\""), "info tflint:unnamed 'text'\n"},
    {"bad kind", RESULT(",\"kind\":1"), "warn tflint:unnamed 'text'\n"},
    {"unknown kind", RESULT(",\"kind\":\"x\""),
	"f.sarif: runs[0].results[0].kind: expected fail, pass, open, review, informational or "
	"notApplicable"},
    {"not there any more", RESULT(",\"baselineState\":\"absent\""), "passed over 1\n"},
    {"suppressed", RESULT(",\"suppressions\":[{\"kind\":\"inSource\",\"justification\":\"why\"}]"),
	"info tflint:unnamed 'text' waived: why\n"},
    {"suppression refused",
	RESULT(",\"suppressions\":[{\"kind\":\"inSource\"},{\"status\":\"rejected\"}]"),
	"warn tflint:unnamed 'text'\n"},
    {"no suppression", RESULT(",\"suppressions\":[]"), "warn tflint:unnamed 'text'\n"},
    {"message by id",
	DOCUMENT(RUN("{\"ruleId\":\"r1\",\"message\":{\"id\":\"m\",\"arguments\":[\"a\",\"b\"]}}")),
	"deny tflint:r1 'a is b, {not}'\n"},
    {"braces without arguments", DOCUMENT(RUN("{\"message\":{\"text\":\"{0} {{\"}}")),
	"warn tflint:unnamed '{0} {{'\n"},
    {"controls", DOCUMENT(RUN("{\"message\":{\"text\":\"a\\u001b[31m\\u0000\\u202eb\\r\\nc\"}}")),
	"warn tflint:unnamed 'ab\nc'\n"},
    {"rule with blanks", RESULT(",\"ruleId\":\"a b\\n:c\""), "warn tflint:a-b-:c 'text'\n"},
    {"place", RESULT(AT("a%20b/main.tf", "\"startLine\":3,\"startColumn\":5")),
	"warn tflint:unnamed 'text' at a b/main.tf:3:5\n"},
    {"file URI", RESULT(AT("file:///work/a.tf", "\"startLine\":3")),
	"warn tflint:unnamed 'text' at absolute /work/a.tf:3:0\n"},
    {"file URI with a host", RESULT(AT("file://host/work/a.tf", "")),
	"warn tflint:unnamed 'text' at absolute /work/a.tf:0:0\n"},
    {"windows", RESULT(AT("env\\\\main.tf", "")),
	"warn tflint:unnamed 'text' at env/main.tf:0:0\n"},
    {"other scheme", RESULT(AT("https://example.com/a.tf", "")), "warn tflint:unnamed 'text'\n"},
    {"negative line", RESULT(AT("a.tf", "\"startLine\":-3,\"startColumn\":99999999999")),
	"warn tflint:unnamed 'text' at a.tf:0:0\n"},
    {"line is text", RESULT(AT("a.tf", "\"startLine\":\"3\"")),
	"warn tflint:unnamed 'text' at a.tf:0:0\n"},
    {"invalid UTF-8 in a path", RESULT(AT("a%ff.tf", "")), "warn tflint:unnamed 'text'\n"},
    {"bad escape", RESULT(AT("a%zz%2", "")), "warn tflint:unnamed 'text' at a%zz%2:0:0\n"},
    {"base",
	DOCUMENT("{" DRIVER "}},\"originalUriBaseIds\":{\"A\":{\"uri\":\"file:///w/\"},"
		 "\"B\":{\"uri\":\"sub/"
		 "\",\"uriBaseId\":\"A\"}},\"results\":[{\"message\":{\"text\":\"t\"},"
		 "\"locations\":[{\"physicalLocation\":{\"artifactLocation\":{\"uri\":\"m.tf\","
		 "\"uriBaseId\":\"B\"}}}]}]}"),
	"warn tflint:unnamed 't' at absolute /w/sub/m.tf:0:0\n"},
    {"base that stands on itself",
	DOCUMENT(
	    "{" DRIVER "}},\"originalUriBaseIds\":{\"A\":{\"uri\":\"a/\",\"uriBaseId\":\"A\"}},"
	    "\"results\":[{\"message\":{\"text\":\"t\"},\"locations\":[{\"physicalLocation\":"
	    "{\"artifactLocation\":{\"uri\":\"m.tf\",\"uriBaseId\":\"A\"}}}]}]}"),
	"warn tflint:unnamed 't' at a/a/a/a/a/a/a/a/m.tf:0:0\n"},
    {"artifact by index",
	DOCUMENT("{" DRIVER "}},\"artifacts\":[{\"location\":{\"uri\":\"x.tf\"}}],\"results\":[{"
		 "\"message\":{\"text\":\"t\"},\"locations\":[{\"physicalLocation\":"
		 "{\"artifactLocation\":{\"index\":0}}}]}]}"),
	"warn tflint:unnamed 't' at x.tf:0:0\n"},
    {"resource",
	RESULT(LOGICAL("\"fullyQualifiedName\":\"module.a.aws_x.y[0]\",\"kind\":\"resource\"")),
	"warn tflint:unnamed 'text' of module.a.aws_x.y[0]\n"},
    {"function", RESULT(LOGICAL("\"fullyQualifiedName\":\"a.b\",\"kind\":\"function\"")),
	"warn tflint:unnamed 'text'\n"},
    {"no address", RESULT(LOGICAL("\"fullyQualifiedName\":\"a b\"")),
	"warn tflint:unnamed 'text'\n"},
    {"name with blanks",
	DOCUMENT(
	    "{\"tool\":{\"driver\":{\"name\":\"Snyk IaC: x\"}},\"results\":[{\"message\":{}}]}"),
	"warn snyk-iac--x:unnamed ''\n"},
    {"two runs", DOCUMENT(RUN("{\"message\":{}}") "," RUN("{\"message\":{}}")),
	"warn tflint:unnamed ''\nwarn tflint:unnamed ''\n"},
    /* wrong documents */
    {"empty", "", "f.sarif:1:1: "},
    {"syntax", "{\"version\":\n \"2.1.0\",,}", "f.sarif:2:10: "},
    {"twice", "{\"version\":\"2.1.0\",\n\"version\":\"2.1.0\"}", "f.sarif:2:"},
    {"list", "[]", "f.sarif: expected a SARIF document, an object with 'version' and 'runs'"},
    {"runs is text", "{\"version\":\"2.1.0\",\"runs\":\"\"}",
	"f.sarif: expected a SARIF document, an object with 'version' and 'runs'"},
    {"other version", "{\"version\":\"1.0.0\",\"runs\":[]}",
	"f.sarif: expected SARIF of version 2.1.0, not '1.0.0'"},
    {"no tool", DOCUMENT("{\"results\":[]}"),
	"f.sarif: runs[0].tool.driver.name: expected a string"},
    {"run is text", DOCUMENT("\"x\""), ""},
    {"results is text", DOCUMENT("{" DRIVER "}},\"results\":\"x\"}"),
	"f.sarif: runs[0].results: expected a list, not string"},
    {"result is text", DOCUMENT(RUN("{\"message\":{}},\"x\"")),
	"f.sarif: runs[0].results[1]: expected an object"},
    {"no message", DOCUMENT(RUN("{}")),
	"f.sarif: runs[0].results[0].message: expected an object with a text"},
    {"message is text", DOCUMENT(RUN("{\"message\":\"x\"}")),
	"f.sarif: runs[0].results[0].message: expected an object with a text"},
    {"not UTF-8", "{\"version\":\"\xff\"}", "f.sarif:1:"},
};

static void documents(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct str text = imported(arena, str_from(rows[i].text));
		bool place = str_ends(str_from(rows[i].expected), STR(" ")) ||
			     str_ends(str_from(rows[i].expected), STR(":"));

		if (place ? !str_starts(text, str_from(rows[i].expected))
			  : !str_is(text, rows[i].expected))
			fail_msg("%s: %.*s", rows[i].name, STR_ARG(text));
	}
}

static void words_of_a_rule(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct imported_results results = {0};
	struct err err = {0};
	const struct finding *finding;

	(void)state;
	assert_true(import_sarif(arena, "f", STR(RESULT(",\"ruleId\":\"r1\"")), &results, &err));
	finding = &results.items[0].finding;
	assert_true(str_is(finding->tool, "TFLint 0.50.0"));
	assert_true(str_is(finding->title, "Title"));
	assert_true(str_is(finding->description, "Why."));
	assert_true(str_is(finding->url, "https://example.com/r1"));
	assert_int_equal(finding->kind, FINDING_IMPORTED);
}

/* A waiver is bound to what the tool calls the finding, not to where it stands. */
static void prints(void **state)
{
	static const struct {
		const char *name, *a, *b;
		bool same;
	} pairs[] = {
	    {"another line", RESULT(AT("a.tf", "\"startLine\":1")),
		RESULT(AT("a.tf", "\"startLine\":2")), true},
	    {"another rule", RESULT(",\"ruleId\":\"a\""), RESULT(",\"ruleId\":\"b\""), false},
	    {"another fingerprint", RESULT(",\"fingerprints\":{\"a\":\"1\"}"),
		RESULT(",\"fingerprints\":{\"a\":\"2\"}"), false},
	    {"same fingerprint, another message",
		DOCUMENT(RUN("{\"message\":{\"text\":\"a\"},\"partialFingerprints\":{\"x\":\"1\","
			     "\"y\":\"2\"}}")),
		DOCUMENT(RUN("{\"message\":{\"text\":\"b\"},\"partialFingerprints\":{\"y\":\"2\","
			     "\"x\":\"1\"}}")),
		true},
	    {"another message", DOCUMENT(RUN("{\"message\":{\"text\":\"a\"}}")),
		DOCUMENT(RUN("{\"message\":{\"text\":\"b\"}}")), false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct imported_results results = {0};
		struct err err = {0};

		assert_true(import_sarif(arena, "f", str_from(pairs[i].a), &results, &err));
		assert_true(import_sarif(arena, "f", str_from(pairs[i].b), &results, &err));
		assert_int_equal(results.count, 2);
		if (str_eq(results.items[0].finding.value_fingerprint,
			results.items[1].finding.value_fingerprint) != pairs[i].same)
			fail_msg("%s", pairs[i].name);
	}
}

static struct str repeated(struct arena *arena, size_t count)
{
	struct buf buf;

	buf_init(&buf, arena, (size_t)8 << 20);
	buf_adds(&buf, "{\"version\":\"2.1.0\",\"runs\":[{" DRIVER "}},\"results\":[");
	for (size_t i = 0; i < count; i++)
		buf_adds(&buf, i > 0 ? ",{\"message\":{}}" : "{\"message\":{}}");
	buf_adds(&buf, "]}]}");
	return buf_str(&buf);
}

static void limits(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct imported_results results = {0};
	struct err err = {0};
	struct buf buf;
	struct str text;

	(void)state;
	assert_true(import_sarif(arena, "f", repeated(arena, IMPORT_RESULTS_MAX), &results, &err));
	assert_int_equal(results.count, IMPORT_RESULTS_MAX);
	assert_false(import_sarif(arena, "f", repeated(arena, 1), &results, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	/* a long text is cut on a code point */
	buf_init(&buf, arena, (size_t)1 << 20);
	buf_adds(&buf, "{\"version\":\"2.1.0\",\"runs\":[{" DRIVER "}},\"results\":[{\"message\":{"
		       "\"text\":\"");
	for (int i = 0; i < 100000; i++)
		buf_adds(&buf, "\xe2\x82\xac");
	buf_adds(&buf, "\"}}]}]}");
	results = (struct imported_results){0};
	err_clear(&err);
	assert_true(import_sarif(arena, "f", buf_str(&buf), &results, &err));
	text = results.items[0].finding.message;
	assert_true(text.len > TEMPLATE_MAX - 6 && text.len <= TEMPLATE_MAX && text.len % 3 == 0);
	/* nested as deep as JSON goes */
	buf_rewind(&buf, 0);
	buf_repeat(&buf, '[', 5000);
	assert_false(import_sarif(arena, "f", buf_str(&buf), &results, &err));
	assert_int_equal(err.code, ERR_LIMIT);
}

/* Where a level is from, for who explains it. */
static void test_said(void **state)
{
	static const struct {
		const char *name, *text, *said;
	} documents[] = {
	    {"its own", RESULT(",\"ruleId\":\"r1\",\"level\":\"note\""), "note"},
	    {"the rule's", RESULT(",\"ruleId\":\"r1\""), "error, by the rule"},
	    {"nobody's", RESULT(",\"ruleId\":\"other\""), "no level"},
	    {"of a kind", RESULT(",\"ruleId\":\"r1\",\"kind\":\"review\",\"level\":\"none\""),
		"kind review"},
	};
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(documents); i++) {
		struct imported_results results = {0};
		struct err err = {0};

		if (!import_sarif(arena, "f.sarif", str_from(documents[i].text), &results, &err) ||
		    results.count != 1)
			fail_msg("%s: %s", documents[i].name, err.text);
		if (strcmp(results.items[0].said, documents[i].said) != 0 ||
		    strcmp(results.items[0].document, "f.sarif") != 0)
			fail_msg("%s: '%s'", documents[i].name, results.items[0].said);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_said),
	    cmocka_unit_test(documents),
	    cmocka_unit_test(words_of_a_rule),
	    cmocka_unit_test(prints),
	    cmocka_unit_test(limits),
	};
	return cmocka_run_group_tests_name("policies/import_sarif", tests, NULL, NULL);
}

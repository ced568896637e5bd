#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/input.h"
#include "parser/plan_read.h"
#include "report/render.h"
#include "report/report_read.h"

static const char plan_json[] =
    "{\"format_version\":\"1.2\",\"terraform_version\":\"1.11.4\",\"resource_changes\":["
    "{\"address\":\"a.update\",\"mode\":\"managed\",\"type\":\"a\",\"name\":\"update\",\"change\":{"
    "\"actions\":[\"update\"],\"before\":{\"x\":1,\"t\":\"\\u00e9\\n\"},\"after\":{\"x\":2}}},"
    "{\"address\":\"a.b[\\\"k\\\"]\",\"mode\":\"managed\",\"type\":\"a\",\"name\":\"b\",\"index\":"
    "\"k\",\"change\":{\"actions\":[\"delete\"],\"before\":{\"x\":1},\"after\":null}}],"
    "\"output_changes\":{\"o\":{\"actions\":[\"create\"],\"before\":null,\"after\":\"v\"}}}";

static struct str report_of(struct arena *arena)
{
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct outcome *outcome = arena_make(arena, struct outcome);
	struct plan_options options = {0};
	struct plan *plan = NULL;
	struct err err = {0};
	struct sink sink;
	struct buf buf;

	assert_true(plan_read(
	    arena, input_from_str(arena, "plan.json", str_from(plan_json)), &options, &plan, &err));
	assert_true(outcome_add_plan(arena, scratch, plan, NULL, outcome, &err));
	outcome->version = "0";
	outcome->facts.directory = (struct fact){STR("prod/db"), STR("test")};
	outcome->facts.commit = (struct fact){STR("0123456789abcdef"), STR("test")};
	buf_init(&buf, arena, (size_t)1 << 20);
	sink_to_buf(&sink, &buf);
	render_json(outcome, &sink);
	assert_true(sink_finish(&sink, &err));
	return buf_str(&buf);
}

static bool read_it(struct arena *arena, struct str text, struct report *report, struct err *err)
{
	*err = (struct err){0};
	return report_read(arena, input_from_str(arena, "report.json", text), report, err);
}

static void test_what_was_written_is_read(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct report report;
	struct value row;
	struct err err;

	(void)state;
	if (!read_it(arena, report_of(arena), &report, &err))
		fail_msg("%s", err.text);
	assert_true(report.has_plan);
	assert_false(report.errored);
	assert_true(str_is(report.directory, "prod/db"));
	assert_true(str_is(report.commit, "0123456789abcdef"));
	assert_true(str_is(report.operation, "plan"));
	assert_int_equal(report.row_count, 3);
	assert_int_equal(report.fingerprint.count, 3);
	assert_int_equal(report.rows[0].kind, LEAF_OUTPUT);
	assert_true(report_load(arena, &report, &report.rows[0], &row, &err));
	assert_true(str_is(value_get_str(row, "name"), "o"));
	assert_true(report_load(arena, &report, &report.rows[1], &row, &err));
	assert_true(str_is(value_get_str(row, "address"), "a.b[\"k\"]"));
}

/* Cut anywhere: an error with a code, never a crash and never half a report. */
static void test_truncated(void **state)
{
	struct arena *keep CLEANUP(arena_free_ptr) = arena_new();
	struct str whole = str_trim_end(report_of(keep));

	(void)state;
	for (size_t len = 0; len < whole.len; len++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct report report;
		struct err err;

		if (read_it(arena, str_from_to(whole, 0, len), &report, &err))
			fail_msg("cut at %zu: it was read", len);
		assert_int_equal(err_exit_status(err.code), 65);
	}
}

/* One byte is another one: an error, or a report whose leaves still are those of its fingerprint.
 */
static void test_damaged(void **state)
{
	static const char bytes[] = {'"', '{', '}', '[', ',', ':', '\\', '0', 'A', '\0', '\xff'};
	struct arena *keep CLEANUP(arena_free_ptr) = arena_new();
	struct str whole = report_of(keep);

	(void)state;
	for (size_t i = 0; i < whole.len; i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		char *copy = str_to_c(arena, whole);
		struct report report;
		struct err err;

		copy[i] = bytes[i % sizeof(bytes)];
		if (read_it(arena, (struct str){copy, whole.len}, &report, &err))
			assert_true(report.row_count <= 3);
		else
			assert_int_equal(err_exit_status(err.code), 65);
	}
}

#define HEAD "{\"schema\":\"https://tfherald.dev/schema/outcome/1\",\"version\":1,"

static void test_refused(void **state)
{
	static const struct {
		const char *label, *text, *says;
	} rows[] = {
	    {"nothing", "", "expected the JSON of a report"},
	    {"white space", " \n\t ", "expected the JSON of a report"},
	    {"a list", "[]", "expected the JSON of a report"},
	    {"text", "Plan: 1 to add", "expected the JSON of a report"},
	    {"a plan", plan_json, "no 'schema' and 'version'"},
	    {"no version", "{\"schema\":\"https://tfherald.dev/schema/outcome/1\"}",
		"no 'schema' and 'version'"},
	    {"another schema", "{\"schema\":\"https://tfherald.dev/schema/check/1\",\"version\":1}",
		"the schema is not that of a report"},
	    {"a schema that is no text", "{\"schema\":1,\"version\":1}",
		"the schema is not that of a report"},
	    {"a newer version",
		"{\"schema\":\"https://tfherald.dev/schema/outcome/1\",\"version\":2}",
		"version that this tfherald does not know"},
	    {"a version as text",
		"{\"schema\":\"https://tfherald.dev/schema/outcome/1\",\"version\":\"1\"}",
		"version that this tfherald does not know"},
	    {"a fingerprint that is none", HEAD "\"fingerprint\":{\"plan\":\"abc\"}}",
		"expected a fingerprint"},
	    {"a fingerprint without text", HEAD "\"fingerprint\":7}", "expected a fingerprint"},
	    {"two plans", HEAD "\"plan\":null,\"plan\":{\"changes\":[]}}", "stands twice"},
	    {"two lists of changes", HEAD "\"plan\":{\"changes\":[],\"changes\":[]}}",
		"stands twice"},
	    {"changes that are no list", HEAD "\"plan\":{\"changes\":{}}}", "expected an array"},
	    {"a plan that is no object", HEAD "\"plan\":[1]}", "expected an object"},
	    {"a leaf that is none", HEAD "\"plan\":{\"changes\":[{\"leaf\":\"x\"}]}}",
		"expected 32 letters"},
	    {"a leaf that is a number", HEAD "\"plan\":{\"changes\":[{\"leaf\":1}]}}",
		"expected 32 letters"},
	    {"figures that are too large",
		HEAD "\"fingerprint\":{\"plan\":\"pf1:AAAAAAAAAAAAAAAAAAAAAA\",\"leaves\":1e99,"
		     "\"hidden_keyed\":-1},\"plan\":{\"changes\":[]}}",
		"not that of the changes"},
	    {"leaves that are not there",
		HEAD "\"fingerprint\":{\"plan\":\"pf1:AAAAAAAAAAAAAAAAAAAAAA\",\"leaves\":1},"
		     "\"plan\":{\"changes\":[]}}",
		"not that of the changes"},
	    {"leaves of another fingerprint",
		HEAD
		"\"fingerprint\":{\"plan\":\"pf1:AAAAAAAAAAAAAAAAAAAAAA\",\"leaves\":0},\"plan\":"
		"null}",
		"not that of the changes"},
	    {"one leaf more",
		HEAD
		"\"fingerprint\":{\"plan\":\"pf1:AAAAAAAAAAAAAAAAAAAAAA\",\"leaves\":0},"
		"\"plan\":{\"invocations\":[{\"leaf\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}]}}",
		"not that of the changes"},
	    {"a leaf of another address",
		HEAD "\"fingerprint\":{\"plan\":\"pf1:AAAAAAAAAAAAAAAAAAAAAA\",\"leaves\":0},"
		     "\"plan\":{\"changes\":[{\"leaf\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}]}}",
		"not that of 'address'"},
	    {"two documents", HEAD "\"plan\":null}{}", "behind the end"},
	    {"a key twice in a change", HEAD "\"plan\":{\"changes\":[{\"a\":1,\"a\":2}]}}", ""},
	    {"a change that is cut", HEAD "\"plan\":{\"changes\":[{\"a\":]}}", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct report report;
		struct err err;
		char text[ERR_TEXT_MAX + 100];

		if (read_it(arena, str_from(rows[i].text), &report, &err))
			fail_msg("%s: it was read", rows[i].label);
		err_format(&err, text, sizeof(text));
		if (!strstr(text, rows[i].says) || !strstr(text, "report.json"))
			fail_msg("%s: %s", rows[i].label, text);
		assert_int_equal(err_exit_status(err.code), 65);
	}
}

static void test_accepted(void **state)
{
	static const struct {
		const char *label, *text;
		bool has_plan;
		size_t rows;
	} rows[] = {
	    {"hardly anything", HEAD "\"plan\":null}", false, 0},
	    {"no plan at all", HEAD "\"x\":1}", false, 0},
	    {"keys that nobody knows", HEAD "\"new\":{\"a\":[1,{}]},\"plan\":{\"new\":[{}]}}", true,
		0},
	    {"changes of an older version", HEAD "\"plan\":{\"changes\":[{\"address\":\"a\"}]}}",
		true, 0},
	    {"facts of other types", HEAD "\"facts\":[],\"time\":7,\"operation\":{},\"plan\":null}",
		false, 0},
	    {"a change that is no object", HEAD "\"plan\":{\"changes\":[7,null,[]]}}", true, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct report report;
		struct err err;

		if (!read_it(arena, str_from(rows[i].text), &report, &err))
			fail_msg("%s: %s", rows[i].label, err.text);
		assert_int_equal(report.has_plan, rows[i].has_plan);
		assert_int_equal(report.row_count, rows[i].rows);
	}
}

static void test_deep(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct report report;
	struct buf buf;
	struct err err;

	(void)state;
	buf_init(&buf, arena, (size_t)1 << 20);
	buf_adds(&buf, HEAD "\"plan\":{\"changes\":[{\"x\":");
	buf_repeat(&buf, '[', 100000);
	assert_false(read_it(arena, buf_str(&buf), &report, &err));
	assert_int_equal(err_exit_status(err.code), 65);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_what_was_written_is_read),
	    cmocka_unit_test(test_truncated),
	    cmocka_unit_test(test_damaged),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_accepted),
	    cmocka_unit_test(test_deep),
	};

	return cmocka_run_group_tests_name("report/report_read", tests, NULL, NULL);
}

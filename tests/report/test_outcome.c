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
#include "report/outcome.h"
#include "report/wording.h"
#include "tests/support/outcomes.h"

static const char plan_json[] =
    "{\"format_version\":\"1.2\",\"terraform_version\":\"1.11.4\",\"resource_changes\":["
    "{\"address\":\"a.create\",\"mode\":\"managed\",\"type\":\"a\",\"name\":\"create\","
    "\"change\":{\"actions\":[\"create\"],\"before\":null,\"after\":{\"x\":1},"
    "\"after_unknown\":{\"id\":true}}},"
    "{\"address\":\"a.noop\",\"mode\":\"managed\",\"type\":\"a\",\"name\":\"noop\","
    "\"change\":{\"actions\":[\"no-op\"],\"before\":{},\"after\":{}}},"
    "{\"address\":\"a.update\",\"mode\":\"managed\",\"type\":\"a\",\"name\":\"update\","
    "\"change\":{\"actions\":[\"update\"],\"before\":{\"p\":\"secret1\",\"x\":1},"
    "\"after\":{\"p\":\"secret2\",\"x\":2},\"before_sensitive\":{\"p\":true},"
    "\"after_sensitive\":{\"p\":true}}},"
    "{\"address\":\"a.delete\",\"mode\":\"managed\",\"type\":\"a\",\"name\":\"delete\","
    "\"deposed\":\"d1\",\"change\":{\"actions\":[\"delete\"],\"before\":{\"x\":1},"
    "\"after\":null}},"
    "{\"address\":\"a.moved\",\"previous_address\":\"a.old\",\"mode\":\"managed\",\"type\":\"a\","
    "\"name\":\"moved\",\"change\":{\"actions\":[\"no-op\"],\"before\":{},\"after\":{}}},"
    "{\"address\":\"a.replace\",\"mode\":\"managed\",\"type\":\"a\",\"name\":\"replace\","
    "\"action_reason\":\"replace_because_cannot_update\",\"change\":{\"actions\":"
    "[\"delete\",\"create\"],\"before\":{\"x\":1},\"after\":{\"x\":2},"
    "\"replace_paths\":[[\"x\"]]}}],"
    "\"output_changes\":{\"o\":{\"actions\":[\"create\"],\"before\":null,\"after\":\"v\"}}}";

static struct outcome *outcome_of(struct arena *arena, const char *json)
{
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct outcome *outcome = arena_make(arena, struct outcome);
	struct plan_options options = {0};
	struct err err = {0};
	struct plan *plan = NULL;
	struct input *input = input_from_str(arena, "plan.json", str_from(json));

	if (!plan_read(arena, input, &options, &plan, &err) ||
	    !outcome_add_plan(arena, scratch, plan, NULL, outcome, &err))
		print_error("%s\n", err.text);
	assert_int_equal(err.code, ERR_NONE);
	return outcome;
}

static void test_order_by_importance(void **state)
{
	static const char *const order[] = {
	    "a.delete", "a.replace", "a.update", "a.create", "a.moved"};
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct outcome *outcome = outcome_of(arena, plan_json);

	(void)state;
	assert_true(outcome->has_plan);
	assert_int_equal(outcome->change_count, ARRAY_LEN(order));
	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		assert_string_equal(str_to_c(arena, outcome->changes[i].head.address), order[i]);
	assert_true(str_is(outcome->changes[0].head.deposed, "d1"));
	assert_true(str_is(outcome->changes[4].head.previous_address, "a.old"));
	assert_true(str_is(outcome->changes[1].head.type, "a"));
	assert_int_equal(outcome->output_count, 1);
}

/* A secret of one change stands unmarked in another: as a part of a view, and as what an item of a
 * list is known by. */
static void test_secrets_in_diffs(void **state)
{
	static const char json[] =
	    "{\"format_version\":\"1.2\",\"resource_changes\":["
	    "{\"address\":\"a.x\",\"mode\":\"managed\",\"type\":\"a\",\"name\":\"x\",\"change\":{"
	    "\"actions\":[\"update\"],\"before\":{\"p\":\"hunter2hunter2\"},\"after\":{\"p\":\"q\"}"
	    ","
	    "\"before_sensitive\":{\"p\":true},\"after_sensitive\":{\"p\":true}}},"
	    "{\"address\":\"a.y\",\"mode\":\"managed\",\"type\":\"a\",\"name\":\"y\",\"change\":{"
	    "\"actions\":[\"update\"],\"before\":{\"l\":[{\"name\":\"hunter2hunter2\",\"v\":1}],"
	    "\"t\":\"a\\nhunter2hunter2\\n\",\"j\":\"{\\\"u\\\":[\\\"hunter2hunter2\\\",2]}\"},"
	    "\"after\":{\"l\":[{\"name\":\"hunter2hunter2\",\"v\":2}],\"t\":\"a\\nb\\n\","
	    "\"j\":\"{\\\"u\\\":[1,2]}\"}}}]}";
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct outcome *outcome = outcome_of(arena, json);
	const struct outcome_change *change = &outcome->changes[1];

	(void)state;
	assert_int_equal(change->attribute_count, 3);
	for (size_t i = 0; i < change->attribute_count; i++) {
		const struct attribute_change *row = &change->attributes[i];

		assert_false(str_contains(row->path, STR("hunter2")));
		for (size_t k = 0; k < row->part_count; k++)
			assert_false(str_contains(row->parts[k].cells[0], STR("hunter2")));
	}
}

#define MANY 5000

/* Every seventh row holds a copy of a secret that the first one marks: of so many rows two threads
 * search them. */
static void test_secrets_in_many_rows(void **state)
{
	static const char head[] =
	    "{\"format_version\":\"1.2\",\"resource_changes\":[{\"address\":\"a.x\",\"mode\":"
	    "\"managed\",\"type\":\"a\",\"name\":\"x\",\"change\":{\"actions\":[\"create\"],"
	    "\"before\":null,\"after\":{\"p\":\"hunter2hunter2\"},\"after_sensitive\":{\"p\":"
	    "true}}}";
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct outcome *outcome;
	struct buf buf;

	(void)state;
	buf_init(&buf, arena, SIZE_MAX);
	buf_adds(&buf, head);
	for (int i = 0; i < MANY; i++)
		buf_addf(&buf,
		    ",{\"address\":\"a.%s%d\",\"mode\":\"managed\",\"type\":\"a\",\"name\":\"y\","
		    "\"change\":{\"actions\":[\"delete\"],\"before\":{\"v\":\"%s\",\"w\":\"seen\"},"
		    "\"after\":null}}",
		    i % 7 == 0 ? "hides" : "open", i, i % 7 == 0 ? "a hunter2hunter2" : "public");
	buf_adds(&buf, "]}");
	outcome = outcome_of(arena, str_to_c(arena, buf_str(&buf)));
	assert_int_equal(outcome->change_count, MANY + 1);
	for (size_t i = 0; i < outcome->change_count; i++) {
		const struct outcome_change *row = &outcome->changes[i];
		bool hides = str_starts(row->head.address, STR("a.hides"));

		if (row->head.action == ACTION_CREATE)
			continue;
		assert_int_equal(row->attribute_count, 2);
		assert_int_equal(
		    row->attributes[0].before.value.kind, hides ? VALUE_HIDDEN : VALUE_STRING);
		assert_int_equal(row->attributes[1].before.value.kind, VALUE_STRING);
	}
}

/* By the code in the plan; what the provider makes up comes from nowhere. */
static void test_origins(void **state)
{
	static const char json[] =
	    "{\"format_version\":\"1.2\",\"resource_changes\":[{\"address\":\"module.m[0].a.b[1]\","
	    "\"mode\":\"managed\",\"type\":\"a\",\"name\":\"b\",\"change\":{\"actions\":["
	    "\"create\"],"
	    "\"before\":null,\"after\":{},\"after_unknown\":{\"id\":true,\"key\":true,\"made\":"
	    "true}}}],"
	    "\"configuration\":{\"root_module\":{\"module_calls\":{\"m\":{\"expressions\":{\"k\":"
	    "{\"references\":[\"aws_kms_key.main.arn\",\"aws_kms_key.main\"]}},\"module\":{"
	    "\"resources\":["
	    "{\"address\":\"a.b\",\"mode\":\"managed\",\"type\":\"a\",\"name\":\"b\","
	    "\"expressions\":"
	    "{\"key\":{\"references\":[\"var.k\"]}}}]}}}}}}";
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	const struct outcome_change *change = outcome_of(arena, json)->changes;

	(void)state;
	assert_int_equal(change->attribute_count, 3);
	assert_int_equal(change->attributes[0].origin.len, 0);
	assert_true(str_is(change->attributes[1].path, "key"));
	assert_true(str_is(change->attributes[1].origin, "aws_kms_key.main.arn"));
	assert_int_equal(change->attributes[2].origin.len, 0);
}

static void test_values_are_redacted(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	const struct outcome_change *change = &outcome_of(arena, plan_json)->changes[2];

	(void)state;
	assert_int_equal(change->attribute_count, 2);
	assert_true(str_is(change->attributes[0].path, "p"));
	assert_int_equal(change->attributes[0].before.value.kind, VALUE_HIDDEN);
	assert_int_equal(change->attributes[0].after.value.kind, VALUE_HIDDEN);
	assert_true(change->attributes[1].has_values);
	assert_int_equal(change->attributes[1].after.value.as.integer, 2);
}

static void test_replacement_is_explained(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	const struct outcome_change *change = &outcome_of(arena, plan_json)->changes[1];

	(void)state;
	assert_int_equal(change->attribute_count, 1);
	assert_true(change->attributes[0].forces_replacement);
	assert_true(str_is(change->head.reason, "replace_because_cannot_update"));
}

static void add_updates(struct buf *buf, size_t count, size_t bytes, const char *action)
{
	for (size_t i = 0; i < count; i++) {
		buf_addf(buf,
		    "%s{\"address\":\"a.%s[%zu]\",\"mode\":\"managed\",\"type\":\"a\",\"name\":"
		    "\"%s\",\"index\":%zu,\"change\":{\"actions\":[\"%s\"],\"before\":{\"x\":\"",
		    buf_str(buf).ptr[buf->len - 1] == '[' ? "" : ",", action, i, action, i, action);
		buf_repeat(buf, 'b', bytes);
		buf_adds(buf, "\"},\"after\":{\"x\":\"");
		buf_repeat(buf, 'a', bytes);
		buf_adds(buf, "\"}}}");
	}
}

/* 30 updates of 1 MB stand in front of the destroys: the budget goes to the destroys all the same.
 */
static void test_budget_goes_to_what_matters(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct outcome *outcome;
	size_t with_values = 0;
	struct buf buf;

	(void)state;
	buf_init(&buf, arena, (size_t)64 << 20);
	buf_adds(&buf, "{\"format_version\":\"1.2\",\"resource_changes\":[");
	add_updates(&buf, 30, 500000, "update");
	add_updates(&buf, 3, 500000, "delete");
	buf_adds(&buf, "]}");
	buf_addc(&buf, '\0');
	outcome = outcome_of(arena, buf.ptr);
	assert_int_equal(outcome->change_count, 33);
	for (size_t i = 0; i < 33; i++) {
		assert_int_equal(outcome->changes[i].attribute_count, 1);
		with_values += outcome->changes[i].attributes[0].has_values;
	}
	assert_true(outcome->changes[0].attributes[0].has_values);
	assert_true(outcome->changes[2].attributes[0].has_values);
	assert_false(outcome->changes[32].attributes[0].has_values);
	assert_true(with_values >= 10 && with_values < 33);
	/* equal lists of names are kept once */
	assert_ptr_equal(outcome->changes[31].attributes, outcome->changes[32].attributes);
}

static void test_groups(void **state)
{
	static const struct {
		const char *label;
		struct change_head head;
		enum change_group want;
	} rows[] = {
	    {"delete", {.action = ACTION_DELETE}, GROUP_DESTROY},
	    {"replace", {.action = ACTION_REPLACE}, GROUP_REPLACE},
	    {"create first", {.action = ACTION_REPLACE_CREATE_FIRST}, GROUP_REPLACE},
	    {"forget", {.action = ACTION_FORGET}, GROUP_FORGET},
	    {"create then forget", {.action = ACTION_CREATE_THEN_FORGET}, GROUP_FORGET},
	    {"other", {.action = ACTION_OTHER}, GROUP_OTHER},
	    {"import and update", {.action = ACTION_UPDATE, .importing = true}, GROUP_UPDATE},
	    {"import only", {.action = ACTION_NOOP, .importing = true}, GROUP_IMPORT},
	    {"move only", {.action = ACTION_NOOP}, GROUP_MOVE},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (change_group(&rows[i].head) != rows[i].want)
			print_error("%s: %s\n", rows[i].label,
			    change_group_title(change_group(&rows[i].head)));
		assert_int_equal(change_group(&rows[i].head), rows[i].want);
	}
}

static void test_headlines(void **state)
{
	static const struct {
		enum sample sample;
		enum outcome_status status;
		const char *want;
	} rows[] = {
	    {SAMPLE_no_changes, STATUS_NO_CHANGES, "No changes"},
	    {SAMPLE_create, STATUS_CHANGES, "1 to add, 0 to destroy"},
	    {SAMPLE_typical, STATUS_LOSSES,
		"1 to import, 2 to add, 1 to change, 3 to destroy (1 replaced), 1 to forget, "
		"1 of unknown action, 1 to move, 1 output, 1 action"},
	    {SAMPLE_errored, STATUS_FAILED,
		"Plan failed; planned before the error: 1 to add, 0 to destroy"},
	    {SAMPLE_no_plan, STATUS_NO_PLAN, "No plan could be read"},
	    {SAMPLE_applied, STATUS_APPLIED, "Apply complete: 1 added"},
	    {SAMPLE_apply_failed, STATUS_APPLY_FAILED, "Apply failed after 1 of 3 changes"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct outcome *outcome = sample_outcome(arena, rows[i].sample);
		struct str got = outcome_headline(arena, outcome);

		if (!str_is(got, rows[i].want))
			print_error(
			    "%s: '%.*s'\n", sample_name(rows[i].sample), (int)got.len, got.ptr);
		assert_true(str_is(got, rows[i].want));
		assert_int_equal(outcome_status(outcome), rows[i].status);
	}
}

static void test_counts_with_commas(void **state)
{
	static const struct {
		size_t count;
		const char *want;
	} rows[] = {{0, "0"}, {999, "999"}, {1000, "1,000"}, {4980, "4,980"},
	    {1234567, "1,234,567"}, {100000, "100,000"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct buf buf;

		buf_init(&buf, arena, 100);
		wording_count(&buf, rows[i].count);
		assert_string_equal(str_to_c(arena, buf_str(&buf)), rows[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_order_by_importance),
	    cmocka_unit_test(test_values_are_redacted),
	    cmocka_unit_test(test_origins),
	    cmocka_unit_test(test_secrets_in_diffs),
	    cmocka_unit_test(test_secrets_in_many_rows),
	    cmocka_unit_test(test_replacement_is_explained),
	    cmocka_unit_test(test_budget_goes_to_what_matters),
	    cmocka_unit_test(test_groups),
	    cmocka_unit_test(test_headlines),
	    cmocka_unit_test(test_counts_with_commas),
	};

	return cmocka_run_group_tests_name("report/outcome", tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json_read.h"
#include "report/render.h"
#include "tests/support/golden.h"
#include "tests/support/outcomes.h"
#include "tests/support/schema_check.h"

static struct str rendered(struct arena *arena, const struct outcome *outcome)
{
	struct buf buf;
	struct sink sink;
	struct str text = STR_EMPTY;
	struct err err = {0};

	buf_init(&buf, arena, (size_t)256 << 20);
	sink_to_buf(&sink, &buf);
	render_json(outcome, &sink);
	assert_true(sink_finish(&sink, &err));
	assert_true(buf_finish(&buf, &text, &err));
	return text;
}

static struct value parsed(struct arena *arena, struct str text)
{
	struct value value = value_null();
	struct err err = {0};

	if (!jsonr_read(arena, text, &(struct jsonr){0}, &value, &err))
		print_error("line %d: %s\n", err.line, err.text);
	assert_int_equal(err.code, ERR_NONE);
	return value;
}

static void test_golden(void **state)
{
	(void)state;
	for (size_t i = 0; i < SAMPLE_COUNT; i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct outcome *outcome = sample_outcome(arena, (enum sample)i);
		struct str name = str_format(arena, "%s.json", sample_name((enum sample)i));

		golden_check(name.ptr, rendered(arena, outcome));
	}
}

/* Rows of a large plan are written in two threads: the report is that of one. */
static void test_many_changes(void **state)
{
	static const size_t counts[] = {1999, 2000, 2303, 2304, 2305, 9000};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct outcome *outcome = sample_outcome(arena, SAMPLE_typical);
		struct outcome_change *rows = arena_array(arena, struct outcome_change, counts[i]);
		const struct value *plan, *changes;
		struct value report;

		for (size_t k = 0; k < counts[i]; k++) {
			rows[k] = outcome->changes[k % outcome->change_count];
			rows[k].head.address = str_format(arena, "a_b.c[%zu]", k);
		}
		outcome->changes = rows;
		outcome->change_count = counts[i];
		report = parsed(arena, rendered(arena, outcome));

		plan = value_get_c(report, "plan");
		changes = value_get_c(*plan, "changes");
		assert_int_equal(changes->len, counts[i]);
		for (size_t k = 0; k < counts[i]; k++)
			assert_true(str_eq(
			    value_get_str(changes->as.items[k], "address"), rows[k].head.address));
	}
}

/* --- docs/schema/outcome.json --- */

static void test_schema(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct value schema = schema_read(arena, "docs/schema/outcome.json");

	(void)state;
	for (size_t i = 0; i < SAMPLE_COUNT; i++) {
		struct outcome *outcome = sample_outcome(arena, (enum sample)i);

		assert_true(schema_matches(
		    sample_name((enum sample)i), schema, parsed(arena, rendered(arena, outcome))));
	}
}

static void test_every_field_is_described(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();

	(void)state;
	schema_check_described(schema_read(arena, "docs/schema/outcome.json"));
}

/* --- what readers rely on --- */

static void test_order_and_lines(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct outcome *outcome = sample_outcome(arena, SAMPLE_typical);
	struct str text = rendered(arena, outcome), rest = text, line;
	size_t deliveries, plan, summary, result, outputs, changes, rows = 0;

	(void)state;
	assert_true(str_find(text, STR("\n  \"deliveries\""), &deliveries));
	assert_true(str_find(text, STR("\n  \"plan\""), &plan));
	assert_true(str_find(text, STR("\n    \"summary\""), &summary));
	assert_true(str_find(text, STR("\n    \"result\": \"changes\""), &result));
	assert_true(str_find(text, STR("\n    \"outputs\""), &outputs));
	assert_true(str_find(text, STR("\n    \"changes\""), &changes));
	assert_true(deliveries < plan && plan < summary && summary < result && outputs < changes);
	rest = str_skip(text, changes + 1);
	while (str_line(&rest, &line))
		rows += str_starts(line, STR("      {\"address\": "));
	assert_int_equal(rows, outcome->change_count);
}

static void test_verdict_order_and_lines(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct outcome *outcome = sample_outcome(arena, SAMPLE_denied);
	struct str text = rendered(arena, outcome), line;
	size_t verdict, findings, after, deliveries, rows = 0;

	(void)state;
	assert_true(str_find(text, STR("\n  \"verdict\": {"), &verdict));
	assert_true(str_find(text, STR("\n    \"findings\": ["), &findings));
	assert_true(str_find(text, STR("\n  \"after_apply\": null"), &after));
	assert_true(str_find(text, STR("\n  \"deliveries\""), &deliveries));
	assert_true(verdict < findings && findings < after && after < deliveries);
	while (str_line(&text, &line))
		rows += str_starts(line, STR("      {\"rule\": ")) &&
			str_contains(line, STR("\"fate\": "));
	assert_int_equal(rows, outcome->verdict.finding_count);
}

static struct value first_attribute(struct arena *arena, struct shown before, struct shown after)
{
	struct attribute_change row = {
	    .path = STR("a"),
	    .difference = DIFFERENCE_CHANGED,
	    .has_values = true,
	    .before = before,
	    .after = after,
	};
	struct outcome_change change = {
	    .has_values = true, .attributes = &row, .attribute_count = 1};
	struct outcome outcome = {
	    .has_plan = true, .version = "0", .changes = &change, .change_count = 1};
	struct value document = parsed(arena, rendered(arena, &outcome));
	const struct value *changes = value_get_c(*value_get_c(document, "plan"), "changes");

	return value_get_c(changes->as.items[0], "attributes")->as.items[0];
}

/* A string that reads "(sensitive)" and a hidden value are two things. */
static void test_hidden_is_no_string(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct shown hidden = {value_hidden(true)}, text = {value_string(STR("(sensitive)"))};
	struct value row = first_attribute(arena, hidden, text);

	(void)state;
	assert_int_equal(value_get_c(row, "before")->kind, VALUE_NULL);
	assert_true(value_get_bool(row, "before_sensitive", false));
	assert_true(str_is(value_get_str(row, "after"), "(sensitive)"));
	assert_null(value_get_c(row, "after_sensitive"));
	assert_null(value_get_c(row, "after_unknown"));
}

static void test_places_inside_of_values(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct value items[] = {value_int(1), value_unknown(), value_hidden(true)};
	struct value_entry entries[] = {
	    {value_string(STR("k")), value_list(items, 3)},
	    {value_string(STR("l")), value_int(2)},
	};
	struct shown map, none = {value_null()};
	struct str duplicate;
	struct value row;

	(void)state;
	assert_true(value_map(arena, entries, 2, &map.value, &duplicate));
	row = first_attribute(arena, none, map);
	assert_true(value_equal(
	    *value_get_c(row, "after"), parsed(arena, STR("{\"k\":[1,null,null],\"l\":2}"))));
	assert_true(value_equal(
	    *value_get_c(row, "after_unknown"), parsed(arena, STR("{\"k\":[false,true,false]}"))));
	assert_true(value_equal(*value_get_c(row, "after_sensitive"),
	    parsed(arena, STR("{\"k\":[false,false,true]}"))));
}

static void test_without_a_plan(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct outcome *outcome = sample_outcome(arena, SAMPLE_no_plan);
	struct value document = parsed(arena, rendered(arena, outcome));

	(void)state;
	assert_int_equal(value_get_c(document, "plan")->kind, VALUE_NULL);
	assert_true(str_is(
	    value_get_str(document, "problem"), "the output of 'terraform plan' holds no plan"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_golden),
	    cmocka_unit_test(test_many_changes),
	    cmocka_unit_test(test_schema),
	    cmocka_unit_test(test_every_field_is_described),
	    cmocka_unit_test(test_order_and_lines),
	    cmocka_unit_test(test_verdict_order_and_lines),
	    cmocka_unit_test(test_hidden_is_no_string),
	    cmocka_unit_test(test_places_inside_of_values),
	    cmocka_unit_test(test_without_a_plan),
	};

	return cmocka_run_group_tests_name("report/outcome_json", tests, NULL, NULL);
}

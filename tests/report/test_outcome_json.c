#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json_read.h"
#include "report/render.h"
#include "tests/support/golden.h"
#include "tests/support/outcomes.h"

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

/* --- docs/schema/outcome.json, as far as it uses the language of JSON Schema --- */

struct checker {
	struct value root;
	const char *label;
};

static bool type_is(struct str type, struct value value)
{
	static const struct {
		const char *name;
		unsigned kinds;
	} types[] = {
	    {"null", 1u << VALUE_NULL},
	    {"boolean", 1u << VALUE_BOOL},
	    {"integer", 1u << VALUE_INT},
	    {"number", 1u << VALUE_INT | 1u << VALUE_NUMBER},
	    {"string", 1u << VALUE_STRING},
	    {"array", 1u << VALUE_LIST},
	    {"object", 1u << VALUE_MAP},
	};

	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		if (str_is(type, types[i].name))
			return (types[i].kinds >> value.kind & 1u) != 0;
	}
	return false;
}

static bool matches(const struct checker *checker, struct value schema, struct value value);

static bool type_matches(struct value schema, struct value value)
{
	const struct value *type = value_get_c(schema, "type");
	bool any = false;

	if (!type || type->kind == VALUE_STRING)
		return !type || type_is(value_text(*type), value);
	for (size_t i = 0; i < type->len; i++)
		any = any || type_is(value_text(type->as.items[i]), value);
	return any;
}

static bool enum_matches(struct value schema, struct value value)
{
	const struct value *words = value_get_c(schema, "enum");
	const struct value *constant = value_get_c(schema, "const");
	bool any = !words;

	for (size_t i = 0; words && i < words->len; i++)
		any = any || value_equal(words->as.items[i], value);
	return any && (!constant || value_equal(*constant, value));
}

/* Stricter than the schema: what it does not name is not written either. */
static bool properties_match(const struct checker *checker, struct value schema, struct value value)
{
	const struct value *properties = value_get_c(schema, "properties");
	const struct value *required = value_get_c(schema, "required");

	if (value.kind != VALUE_MAP || !properties)
		return true;
	for (size_t i = 0; required && i < required->len; i++) {
		if (!value_get(value, value_text(required->as.items[i])))
			return false;
	}
	for (size_t i = 0; i < value.len; i++) {
		const struct value_entry *entry = &value.as.entries[i];
		const struct value *inner = value_get(*properties, value_text(entry->key));

		if (!inner || !matches(checker, *inner, entry->value)) {
			print_error("%s: in '%.*s'\n", checker->label, (int)entry->key.len,
			    entry->key.as.text);
			return false;
		}
	}
	return true;
}

static bool items_match(const struct checker *checker, struct value schema, struct value value)
{
	const struct value *items = value_get_c(schema, "items");

	for (size_t i = 0; items && value.kind == VALUE_LIST && i < value.len; i++) {
		if (!matches(checker, *items, value.as.items[i]))
			return false;
	}
	return true;
}

/* "oneOf" is only used with null and one other. */
static bool one_matches(const struct checker *checker, struct value schema, struct value value)
{
	const struct value *choices = value_get_c(schema, "oneOf");

	if (!choices)
		return true;
	return matches(checker, choices->as.items[value.kind == VALUE_NULL ? 0 : 1], value);
}

static bool matches(const struct checker *checker, struct value schema, struct value value)
{
	const struct value *defs = value_get_c(checker->root, "$defs");
	struct str ref = value_get_str(schema, "$ref");

	if (str_eat(&ref, STR("#/$defs/")))
		return matches(checker, *value_get(*defs, ref), value);
	return type_matches(schema, value) && enum_matches(schema, value) &&
	       properties_match(checker, schema, value) && items_match(checker, schema, value) &&
	       one_matches(checker, schema, value);
}

static struct value read_schema(struct arena *arena)
{
	struct err err = {0};
	struct str text = STR_EMPTY;

	if (!file_read(arena, "docs/schema/outcome.json", (size_t)1 << 20, &text, &err))
		print_error("%s\n", err.text);
	return parsed(arena, text);
}

static void test_schema(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct checker checker = {.root = read_schema(arena)};

	(void)state;
	for (size_t i = 0; i < SAMPLE_COUNT; i++) {
		struct outcome *outcome = sample_outcome(arena, (enum sample)i);

		checker.label = sample_name((enum sample)i);
		assert_true(
		    matches(&checker, checker.root, parsed(arena, rendered(arena, outcome))));
	}
}

/* Every property says what it means. */
static void check_described(struct value schema)
{
	const struct value *properties = value_get_c(schema, "properties");

	for (size_t i = 0; properties && i < properties->len; i++) {
		const struct value_entry *entry = &properties->as.entries[i];

		if (value_get_str(entry->value, "description").len == 0)
			print_error(
			    "'%.*s' is not described\n", (int)entry->key.len, entry->key.as.text);
		assert_true(value_get_str(entry->value, "description").len > 0);
		check_described(entry->value);
	}
	if (value_get_c(schema, "items"))
		check_described(*value_get_c(schema, "items"));
	if (value_get_c(schema, "oneOf"))
		check_described(value_get_c(schema, "oneOf")->as.items[1]);
}

static void test_every_field_is_described(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct value schema = read_schema(arena);
	const struct value *defs = value_get_c(schema, "$defs");

	(void)state;
	check_described(schema);
	for (size_t i = 0; i < defs->len; i++)
		check_described(defs->as.entries[i].value);
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
	    cmocka_unit_test(test_schema),
	    cmocka_unit_test(test_every_field_is_described),
	    cmocka_unit_test(test_order_and_lines),
	    cmocka_unit_test(test_hidden_is_no_string),
	    cmocka_unit_test(test_places_inside_of_values),
	    cmocka_unit_test(test_without_a_plan),
	};

	return cmocka_run_group_tests_name("report/outcome_json", tests, NULL, NULL);
}

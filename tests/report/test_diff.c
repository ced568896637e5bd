#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json_read.h"
#include "report/diff.h"

/* "HIDDEN", "HIDDEN!" (changed) and "UNKNOWN" in the JSON of a row stand for those kinds. */
static struct value with_kinds(struct arena *arena, struct value value)
{
	struct str text = value_text(value);
	struct value copy = value;

	if (str_is(text, "HIDDEN") || str_is(text, "HIDDEN!"))
		return value_hidden(text.len == 7);
	if (str_is(text, "UNKNOWN"))
		return value_unknown();
	if (value.kind == VALUE_LIST) {
		struct value *items = arena_array(arena, struct value, value.len);

		for (size_t i = 0; i < value.len; i++)
			items[i] = with_kinds(arena, value.as.items[i]);
		copy.as.items = items;
	}
	if (value.kind == VALUE_MAP) {
		struct value_entry *entries = arena_array(arena, struct value_entry, value.len);
		struct str duplicate;

		for (size_t i = 0; i < value.len; i++) {
			entries[i].key = value.as.entries[i].key;
			entries[i].value = with_kinds(arena, value.as.entries[i].value);
		}
		assert_true(value_map(arena, entries, value.len, &copy, &duplicate));
	}
	return copy;
}

static struct value parsed(struct arena *arena, const char *json)
{
	struct err err = {0};
	struct value value = value_null();

	if (!jsonr_read(arena, str_from(json), &(struct jsonr){0}, &value, &err))
		print_error("%s: %s\n", json, err.text);
	assert_int_equal(err.code, ERR_NONE);
	return with_kinds(arena, value);
}

struct row {
	const char *label, *before, *after, *replace_paths;
	const char *want; /* "+path", "-path", "~path", '!' behind what forces a replacement */
};

static const struct row rows[] = {
    {"equal", "{\"a\":1}", "{\"a\":1}", "null", ""},
    {"changed", "{\"a\":1}", "{\"a\":2}", "null", "~a"},
    {"kind changed", "{\"a\":1}", "{\"a\":\"1\"}", "null", "~a"},
    {"numbers by value", "{\"a\":1.0}", "{\"a\":1}", "null", ""},
    {"large numbers", "{\"a\":12345678901234567890}", "{\"a\":12345678901234567891}", "null", "~a"},
    {"added", "{}", "{\"a\":1}", "null", "+a"},
    {"removed", "{\"a\":1}", "{}", "null", "-a"},
    {"null is absent", "{\"a\":null}", "{\"b\":null}", "null", ""},
    {"null to empty string", "{\"a\":null}", "{\"a\":\"\"}", "null", "+a"},
    {"create lists attributes", "null", "{\"a\":1,\"b\":{\"c\":2}}", "null", "+a +b"},
    {"delete lists attributes", "{\"a\":1,\"b\":null}", "null", "null", "-a"},
    {"deep", "{\"a\":{\"b\":[{\"c\":1}]}}", "{\"a\":{\"b\":[{\"c\":2}]}}", "null", "~a.b[0].c"},
    {"list grows", "{\"a\":[1]}", "{\"a\":[1,2]}", "null", "+a[1]"},
    {"list shrinks", "{\"a\":[1,2]}", "{\"a\":[1]}", "null", "-a[1]"},
    {"list to map", "{\"a\":[1]}", "{\"a\":{\"b\":1}}", "null", "~a"},
    {"scalar to map", "{\"a\":1}", "{\"a\":{\"b\":1}}", "null", "~a"},
    {"unsorted maps", "{\"b\":1,\"a\":2,\"c\":3}", "{\"c\":4,\"a\":2,\"d\":5}", "null", "-b ~c +d"},
    {"quoted keys", "{\"a\":{}}", "{\"a\":{\"x/y\":1,\"q\\\"\\\\\":2,\"\":3}}", "null",
	"+a[\"x/y\"] +a[\"q\\\"\\\\\"] +a[\"\"]"},
    {"quoted first key", "{\"a b\":1}", "{\"a b\":2}", "null", "~[\"a b\"]"},
    {"hidden unchanged", "{\"a\":\"HIDDEN\"}", "{\"a\":\"HIDDEN\"}", "null", ""},
    {"hidden changed", "{\"a\":\"HIDDEN!\"}", "{\"a\":\"HIDDEN!\"}", "null", "~a"},
    {"hidden added", "{}", "{\"a\":\"HIDDEN!\"}", "null", "+a"},
    {"hidden null", "{\"a\":null}", "{\"a\":\"HIDDEN\"}", "null", ""},
    {"unknown", "{\"a\":1}", "{\"a\":\"UNKNOWN\"}", "null", "~a"},
    {"unknown added", "{}", "{\"a\":\"UNKNOWN\"}", "null", "+a"},
    {"unknown in a list", "{\"a\":[1,2]}", "{\"a\":[1,\"UNKNOWN\"]}", "null", "~a[1]"},
    {"whole unknown", "{\"a\":1}", "\"UNKNOWN\"", "null", "~"},
    {"forces", "{\"a\":1,\"b\":1}", "{\"a\":2,\"b\":2}", "[[\"a\"]]", "~a! ~b"},
    {"forces below", "{\"a\":{\"b\":1}}", "{\"a\":{\"b\":2}}", "[[\"a\"]]", "~a.b!"},
    {"forces above", "{\"a\":null}", "{\"a\":[{\"b\":2}]}", "[[\"a\",0,\"b\"]]", "+a!"},
    {"forces elsewhere", "{\"a\":[1,2]}", "{\"a\":[3,2]}", "[[\"a\",1]]", "~a[0]"},
    {"odd replace paths", "{\"a\":1}", "{\"a\":2}", "[1,\"a\",[-1],[null]]", "~a"},
    {"output", "\"a\"", "\"b\"", "null", "~"},
    {"output comes", "null", "\"b\"", "null", "+"},
};

static struct str diff_text(struct arena *arena, const struct row *row)
{
	struct shown_change change = {
	    .has_values = true,
	    .before = {parsed(arena, row->before)},
	    .after = {parsed(arena, row->after)},
	    .replace_paths = parsed(arena, row->replace_paths),
	};
	struct diff diff;
	struct buf buf;

	diff_values(arena, &change, NULL, &diff);
	buf_init(&buf, arena, 10000);
	for (size_t i = 0; i < diff.count; i++) {
		buf_adds(&buf, i > 0 ? " " : "");
		buf_addc(&buf, "+-~"[diff.rows[i].difference]);
		buf_add(&buf, diff.rows[i].path);
		buf_adds(&buf, diff.rows[i].forces_replacement ? "!" : "");
	}
	return buf_str(&buf);
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct str got = diff_text(arena, &rows[i]);

		struct str want = str_from(rows[i].want);

		if (!str_eq(got, want))
			print_error("%s: want '%.*s', got '%.*s'\n", rows[i].label, STR_ARG(want),
			    STR_ARG(got));
		assert_true(str_eq(got, want));
	}
}

static void test_at_most_500_rows(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct value *items = arena_array(arena, struct value, 10000);
	struct value empty = {.kind = VALUE_LIST};
	struct shown_change change = {.has_values = true, .before = {empty}};
	struct diff diff;

	(void)state;
	for (size_t i = 0; i < 10000; i++)
		items[i] = value_int((int64_t)i);
	change.after.value = value_list(items, 10000);
	diff_values(arena, &change, NULL, &diff);
	assert_int_equal(diff.count, ATTRIBUTES_MAX);
	assert_int_equal(diff.left_out, 10000 - ATTRIBUTES_MAX);
	assert_string_equal(str_to_c(arena, diff.rows[499].path), "[499]");
}

static struct value nested(struct arena *arena, size_t depth, int64_t leaf)
{
	struct value value = value_int(leaf);

	for (size_t i = 0; i < depth; i++) {
		struct value *item = arena_make(arena, struct value);

		*item = value;
		value = value_list(item, 1);
	}
	return value;
}

static void test_depth_is_bounded(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct shown_change change = {
	    .has_values = true,
	    .before = {nested(arena, 1000, 1)},
	    .after = {nested(arena, 1000, 2)},
	};
	struct diff diff;

	(void)state;
	diff_values(arena, &change, NULL, &diff);
	assert_int_equal(diff.count, 1);
	assert_int_equal(diff.rows[0].path.len, JSON_DEPTH_MAX * 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_at_most_500_rows),
	    cmocka_unit_test(test_depth_is_bounded),
	};

	return cmocka_run_group_tests_name("report/diff", tests, NULL, NULL);
}

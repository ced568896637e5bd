#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"

static struct str bytes(const char *ptr, size_t len)
{
	return (struct str){ptr, len};
}

static void assert_str(const char *name, struct str got, struct str want)
{
	if (!str_eq(got, want))
		fail_msg("%s: got '%.*s', wanted '%.*s'", name, STR_ARG(got), STR_ARG(want));
}

static void test_from_and_equality(void **state)
{
	(void)state;
	assert_true(str_eq(str_from(NULL), STR_EMPTY));
	assert_non_null(str_from(NULL).ptr);
	assert_true(str_is(STR("abc"), "abc"));
	assert_false(str_is(STR("abc"), "abcd"));
	assert_false(str_is(STR("abc"), NULL));
	assert_true(str_is(STR(""), NULL));
	assert_false(str_eq(STR("a\0b"), STR("a\0c")));
	assert_true(str_eq(STR("a\0b"), bytes("a\0b", 3)));
}

static void test_order(void **state)
{
	static const struct {
		struct str a, b;
		int want;
	} rows[] = {
	    {STR_INIT(""), STR_INIT(""), 0},
	    {STR_INIT(""), STR_INIT("a"), -1},
	    {STR_INIT("a"), STR_INIT("ab"), -1},
	    {STR_INIT("ab"), STR_INIT("ab"), 0},
	    {STR_INIT("b"), STR_INIT("ab"), 1},
	    {STR_INIT("a\0a"), STR_INIT("a\0b"), -1},
	    {STR_INIT("\x7f"), STR_INIT("\x80"), -1}, /* bytes have no sign */
	    {STR_INIT("Z"), STR_INIT("a"), -1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (str_cmp(rows[i].a, rows[i].b) != rows[i].want ||
		    str_cmp(rows[i].b, rows[i].a) != -rows[i].want)
			fail_msg("row %zu", i);
	}
}

static void test_equality_without_case(void **state)
{
	(void)state;
	assert_true(str_eq_nocase(STR("aZ-09"), STR("Az-09")));
	assert_false(str_eq_nocase(STR("a"), STR("ab")));
	assert_false(str_eq_nocase(STR("@"), STR("`")));
	assert_false(str_eq_nocase(STR("["), STR("{")));
	assert_false(str_eq_nocase(STR("\xc3\x89"), STR("\xc3\xa9")));
}

static void test_find(void **state)
{
	static const struct {
		const char *text, *part;
		int at; /* -1: not there */
	} rows[] = {
	    {"hello", "", 0},
	    {"", "", 0},
	    {"", "a", -1},
	    {"hello", "l", 2},
	    {"hello", "lo", 3},
	    {"hello", "hello", 0},
	    {"hello", "hellos", -1},
	    {"aaab", "aab", 1},
	};
	size_t at;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		bool found = str_find(str_from(rows[i].text), str_from(rows[i].part), &at);

		if (found != (rows[i].at >= 0) || (found && at != (size_t)rows[i].at))
			fail_msg("'%s' in '%s'", rows[i].part, rows[i].text);
		assert_int_equal(
		    str_contains(str_from(rows[i].text), str_from(rows[i].part)), found);
	}
	assert_true(str_find_char(STR("a\xff"
				      "b"),
	    '\xff', &at));
	assert_int_equal(at, 1);
	assert_true(str_find_char(STR("a\0b"), '\0', &at));
	assert_int_equal(at, 1);
	assert_false(str_find_char(STR("abc"), '\0', &at));
	assert_false(str_find_char(STR_EMPTY, 'a', &at));
}

static void test_starts_ends_and_eat(void **state)
{
	struct str text = STR("module.a.b");

	(void)state;
	assert_true(str_starts(text, STR("module.")));
	assert_true(str_starts(text, STR_EMPTY));
	assert_false(str_starts(STR("mod"), STR("module.")));
	assert_true(str_ends(text, STR(".b")));
	assert_true(str_ends(text, STR_EMPTY));
	assert_false(str_ends(STR("b"), STR(".b")));
	assert_false(str_eat(&text, STR("data.")));
	assert_true(str_eat(&text, STR("module.")));
	assert_false(str_eat_end(&text, STR(".a")));
	assert_true(str_eat_end(&text, STR(".b")));
	assert_str("rest", text, STR("a"));
}

static void test_skip_and_trim(void **state)
{
	static const struct {
		const char *in, *trimmed, *end_trimmed;
	} rows[] = {
	    {"", "", ""}, {" \t\r\n\v\f", "", ""}, {" a b ", "a b", " a b"}, {"a", "a", "a"},
	    {"\n\na\n", "a", "\n\na"},
	    {"\xc2\xa0"
	     "a\xc2\xa0",
		"\xc2\xa0"
		"a\xc2\xa0",
		"\xc2\xa0"
		"a\xc2\xa0"}, /* ASCII only */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_str(rows[i].in, str_trim(str_from(rows[i].in)), str_from(rows[i].trimmed));
		assert_str(
		    rows[i].in, str_trim_end(str_from(rows[i].in)), str_from(rows[i].end_trimmed));
	}
	assert_str("skip", str_skip(STR("abc"), 1), STR("bc"));
	assert_str("skip all", str_skip(STR("abc"), 3), STR_EMPTY);
	assert_str("skip more", str_skip(STR("abc"), SIZE_MAX), STR_EMPTY);
	assert_str("part", str_from_to(STR("abcd"), 1, 3), STR("bc"));
}

struct cut_row {
	const char *in;
	size_t count;
	const char *parts[5];
};

static void test_split(void **state)
{
	static const struct cut_row rows[] = {
	    {"", 0, {NULL}},
	    {"a", 1, {"a"}},
	    {"a,b", 2, {"a", "b"}},
	    {",a,,b", 4, {"", "a", "", "b"}},
	    {"a,", 1, {"a"}},
	    {",", 1, {""}},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str rest = str_from(rows[i].in), part;
		size_t count = 0;

		while (str_split(&rest, ',', &part)) {
			assert_true(count < rows[i].count);
			assert_str(rows[i].in, part, str_from(rows[i].parts[count++]));
		}
		assert_int_equal(count, rows[i].count);
		assert_non_null(rest.ptr);
	}
}

static void test_lines(void **state)
{
	static const struct cut_row rows[] = {
	    {"", 0, {NULL}}, {"\n", 1, {""}}, {"a\nb", 2, {"a", "b"}},
	    {"a\r\nb\r\n", 2, {"a", "b"}}, {"a\r\r\n\r\n\n", 3, {"a\r", "", ""}},
	    {"a\rb\n", 1, {"a\rb"}},
	    {"a\r", 1, {"a\r"}}, /* no LF: perhaps the other half is still to come */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str rest = str_from(rows[i].in), line;
		size_t count = 0;

		while (str_line(&rest, &line)) {
			assert_true(count < rows[i].count);
			assert_str(rows[i].in, line, str_from(rows[i].parts[count++]));
		}
		assert_int_equal(count, rows[i].count);
	}
}

static void test_copies(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct str copy = str_copy(arena, STR("a\0b"));

	(void)state;
	assert_str("copy", copy, STR("a\0b"));
	assert_int_equal(copy.ptr[3], '\0');
	assert_string_equal(str_to_c(arena, str_from_to(STR("abcd"), 1, 3)), "bc");
	assert_string_equal(str_to_c(arena, STR_EMPTY), "");
}

static void test_format(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	char x[1001];

	(void)state;
	assert_str("empty", str_format(arena, "%s", ""), STR_EMPTY);
	assert_str("short", str_format(arena, "%d-%s", 7, "b"), STR("7-b"));
	memset(x, 'x', sizeof(x));
	for (size_t len = 250; len < 260; len++) {
		struct str text = str_format(arena, "%.*s", (int)len, x);

		assert_str("around the size of the stack buffer", text, bytes(x, len));
		assert_int_equal(text.ptr[text.len], '\0');
	}
	assert_str("long", str_format(arena, "%.1000s", x), bytes(x, 1000));
}

struct number_row {
	const char *name, *in;
	int64_t min, max, want;
	bool ok;
};

static const struct number_row number_rows[] = {
    {"zero", "0", -1, 1, 0, true},
    {"minus zero", "-0", -1, 1, 0, true},
    {"leading zeros", "007", 0, 10, 7, true},
    {"lowest", "-9223372036854775808", INT64_MIN, INT64_MAX, INT64_MIN, true},
    {"highest", "9223372036854775807", INT64_MIN, INT64_MAX, INT64_MAX, true},
    {"one too low", "-9223372036854775809", INT64_MIN, INT64_MAX, 0, false},
    {"one too high", "9223372036854775808", INT64_MIN, INT64_MAX, 0, false},
    {"ten times too high", "92233720368547758070", INT64_MIN, INT64_MAX, 0, false},
    {"very long", "1000000000000000000000000000000000", INT64_MIN, INT64_MAX, 0, false},
    {"at the limits", "5", 5, 5, 5, true},
    {"below", "4", 5, 9, 0, false},
    {"above", "10", 5, 9, 0, false},
    {"empty", "", 0, 9, 0, false},
    {"sign only", "-", -9, 9, 0, false},
    {"two signs", "--1", -9, 9, 0, false},
    {"plus", "+1", 0, 9, 0, false},
    {"space before", " 1", 0, 9, 0, false},
    {"space behind", "1 ", 0, 9, 0, false},
    {"hexadecimal", "0x1", 0, 9, 0, false},
    {"fraction", "1.0", 0, 9, 0, false},
    {"letter", "1a", 0, 9, 0, false},
};

static void test_integers(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(number_rows); i++) {
		const struct number_row *row = &number_rows[i];
		struct err err = {.code = ERR_NONE};
		int64_t got = 77;
		bool ok = str_to_int64(str_from(row->in), row->min, row->max, &got, &err);

		if (ok != row->ok || got != (ok ? row->want : 77))
			fail_msg("%s", row->name);
		assert_int_equal(err.code, ok ? ERR_NONE : ERR_INVALID);
	}
}

static void test_integer_error_names_the_range(void **state)
{
	struct err err = {.code = ERR_NONE};
	int64_t got;

	(void)state;
	assert_false(str_to_int64(STR("many"), 1, 64, &got, &err));
	assert_string_equal(err.text, "expected a whole number from 1 to 64, not 'many'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_from_and_equality),
	    cmocka_unit_test(test_order),
	    cmocka_unit_test(test_equality_without_case),
	    cmocka_unit_test(test_find),
	    cmocka_unit_test(test_starts_ends_and_eat),
	    cmocka_unit_test(test_skip_and_trim),
	    cmocka_unit_test(test_split),
	    cmocka_unit_test(test_lines),
	    cmocka_unit_test(test_copies),
	    cmocka_unit_test(test_format),
	    cmocka_unit_test(test_integers),
	    cmocka_unit_test(test_integer_error_names_the_range),
	};

	return cmocka_run_group_tests_name("base/str", tests, NULL, NULL);
}

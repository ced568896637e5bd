/* Two sides that are too long are cut so that one can see where they differ. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "report/both_sides.h"
#include "tests/support/diff_sketch.h"

#define TEN(c)	   c c c c c c c c c c
#define HUNDRED(c) TEN(TEN(c))

static const struct row {
	const char *label, *before, *after; /* JSON */
	size_t max;
	const char *want_before, *want_after;
} rows[] = {
    {"short", "\"a\"", "\"b\"", 12, "\"a\"", "\"b\""},
    {"another kind", "\"1\"", "1", 12, "\"1\"", "1"},
    {"differs at once", "\"Abcdefghijklmnop\"", "\"Bbcdefghijklmnop\"", 12, "\"Abcdefghijkl…\"",
	"\"Bbcdefghijkl…\""},
    {"differs at the end", "\"" TEN("x") TEN("y") "1\"", "\"" TEN("x") TEN("y") "2\"", 12,
	"\"…xyyyyyyyyyy1\"", "\"…xyyyyyyyyyy2\""},
    {"differs in the middle", "\"" TEN("x") TEN("y") "1" TEN("z") TEN("z") "\"",
	"\"" TEN("x") TEN("y") "2" TEN("z") TEN("z") "\"", 12, "\"…yyyy1zzzzzzz…\"",
	"\"…yyyy2zzzzzzz…\""},
    {"one is the beginning of the other", "\"" TEN("x") TEN("y") "\"",
	"\"" TEN("x") TEN("y") "evil\"", 12, "\"…yyyyyyyy\"", "\"…yyyyyyyyevil\""},
    {"after very much that is the same", "\"" HUNDRED("x") HUNDRED("y") "1\"",
	"\"" HUNDRED("x") HUNDRED("y") "2\"", 12, "\"…yyyyyyyyyyy1\"", "\"…yyyyyyyyyyy2\""},
    {"not within a letter", "\"" TEN("日") "a\"", "\"" TEN("日") "b\"", 12, "\"…日日日a\"",
	"\"…日日日b\""},
    {"letters that begin alike", "\"" TEN("x") "日\"", "\"" TEN("x") "旦\"", 12, "\"…xxxxxxxxx日\"",
	"\"…xxxxxxxxx旦\""},
    {"lists", "[" TEN("1,") "2]", "[" TEN("1,") "3]", 12, "… 1, 1, 1, 2]", "… 1, 1, 1, 3]"},
    {"maps", "{\"a\":1,\"abcdefghijkl\":2}", "{\"b\":1}", 12, "{\"a\": 1, \"abcdefghijkl\": 2}",
	"{\"b\": 1}"},
    {"another kind that is long", "{\"" TEN("abcde") "\":2}", "1", 12,
	"{\"abcdea…[45 bytes, sha256 e1e64ce4]…: 2}", "1"},
    {"two differences", "\"1" TEN("x") TEN("x") " safe\"", "\"2" TEN("x") TEN("x") " evil\"", 24,
	"\"1xxxxxxxxxxxxxxx…x safe\"", "\"2xxxxxxxxxxxxxxx…x evil\""},
    {"two differences with another length", "\"1" TEN("x") TEN("x") "\"",
	"\"2" TEN("x") TEN("x") " ; evil\"", 24, "\"1xxxxxxxxxxxxxxxxxxxx\"",
	"\"2xxxxxxxxxxxxxxxxxxxx ; evil\""},
    {"three differences", "\"1" TEN("x") TEN("x") "3" TEN("y") TEN("yyy") "5" TEN("z") "\"",
	"\"2" TEN("x") TEN("x") "4" TEN("y") TEN("yyy") "6" TEN("z") "\"", 12,
	"\"1xxxxxxx…[52 bytes, sha256 eed47f99]…yy5z…\"",
	"\"2xxxxxxx…[52 bytes, sha256 9faab4ab]…yy6z…\""},
};

static bool is_row(const struct row *row, struct both_sides sides)
{
	if (str_is(sides.before, row->want_before) && str_is(sides.after, row->want_after))
		return true;
	print_error("%s:\n want '%s' '%s'\n  got '%.*s' '%.*s'\n", row->label, row->want_before,
	    row->want_after, STR_ARG(sides.before), STR_ARG(sides.after));
	return false;
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct shown before = {diff_value(arena, rows[i].before)};
		struct shown after = {diff_value(arena, rows[i].after)};
		struct both_sides sides;

		both_sides_of(arena, &before, &after, rows[i].max, &sides);
		assert_true(is_row(&rows[i], sides));
	}
}

static void test_one_side_begins_at_its_beginning(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct shown side = {value_string(STR("0123456789abcdef"))};
	struct both_sides sides;

	(void)state;
	both_sides_of(arena, NULL, &side, 12, &sides);
	assert_int_equal(sides.before.len, 0);
	assert_true(str_is(sides.after, "\"0123456789ab…\"") && sides.is_cut);
	both_sides_of(arena, &side, NULL, 20, &sides);
	assert_int_equal(sides.after.len, 0);
	assert_true(str_is(sides.before, "\"0123456789abcdef\"") && !sides.is_cut);
}

/* Wherever two texts differ and whatever they are made of, it is seen. */
static void test_never_the_same(void **state)
{
	static const char *const letters[] = {"x", "\n", "\xe6\x97\xa5", "\xf0\x9f\x98\x80", "\""};

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(letters); k++) {
		for (size_t at = 0; at < 60; at++) {
			struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
			struct str c = str_from(letters[k]), text = STR_EMPTY;
			struct both_sides sides;
			struct shown before, after;

			for (size_t i = 0; i < at; i++)
				text = str_format(arena, "%.*s%.*s", STR_ARG(text), STR_ARG(c));
			before.value = value_string(
			    str_format(arena, "%.*s1%.*s", STR_ARG(text), STR_ARG(text)));
			after.value = value_string(
			    str_format(arena, "%.*s2%.*s", STR_ARG(text), STR_ARG(text)));
			both_sides_of(arena, &before, &after, 16, &sides);
			assert_true(str_contains(sides.before, STR("1")));
			assert_true(str_contains(sides.after, STR("2")));
			assert_false(str_eq(sides.before, sides.after));
		}
	}
}

/* A text with a few changes in it. */
static struct str changed(struct arena *arena, struct str text, uint32_t *seed)
{
	char *bytes = arena_alloc(arena, text.len + 8);
	size_t len = 0, every = 3 + (*seed >> 8) % 150;

	for (size_t i = 0; i < text.len; i++) {
		*seed = *seed * 1664525 + 1013904223;
		if ((*seed >> 16) % every > 0)
			bytes[len++] = text.ptr[i];
		else if ((*seed >> 28) > 7)
			bytes[len++] = (char)('a' + (*seed >> 26) % 3);
	}
	return (struct str){bytes, len};
}

static struct both_sides beside(struct arena *arena, struct str a, struct str b, size_t max)
{
	struct both_sides sides;

	both_sides_of(
	    arena, &(struct shown){value_string(a)}, &(struct shown){value_string(b)}, max, &sides);
	return sides;
}

/* Whatever differs: neither do both sides look the same, nor two changes of one text that does not
 * repeat itself. */
static void test_anything_differs(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	uint32_t seed = 11;
	char letters[301];

	(void)state;
	for (size_t i = 0; i < 300; i++)
		letters[i] = (char)('a' + i * i / 7 % 26);
	letters[300] = '\0';
	for (int round = 0; round < 20000; round++) {
		struct arena_mark mark = arena_save(arena);
		size_t max = 12 + (size_t)round % 60;
		struct str all = str_from_to(str_from(letters), 0, (size_t)round % 300), a, b, c;
		struct both_sides one, two;

		a = changed(arena, all, &seed);
		b = changed(arena, a, &seed);
		c = changed(arena, a, &seed);
		one = beside(arena, a, b, max);
		two = beside(arena, a, c, max);
		assert_true(str_eq(a, b) || !str_eq(one.before, one.after));
		if (!str_eq(b, c) && str_eq(one.before, two.before) && str_eq(one.after, two.after))
			fail_msg("%zu: %.*s: %.*s, %.*s", max, STR_ARG(a), STR_ARG(b), STR_ARG(c));
		assert_true(one.before.len < 2 * max + 100);
		arena_rewind(arena, mark);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_one_side_begins_at_its_beginning),
	    cmocka_unit_test(test_never_the_same),
	    cmocka_unit_test(test_anything_differs),
	};

	return cmocka_run_group_tests_name("report/both_sides", tests, NULL, NULL);
}

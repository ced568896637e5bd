#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "base/process.h"
#include "base/tape.h"

/* What a tape of that limit makes of a text that comes in pieces. */
static void check_pieces(
    const char *label, struct str text, size_t limit, size_t piece, const char *want)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct str rest = text;
	struct capture got;
	struct tape tape;

	tape_init(&tape, arena, limit);
	for (; rest.len > 0; rest = str_skip(rest, piece))
		tape_add(&tape, str_from_to(rest, 0, rest.len < piece ? rest.len : piece));
	tape_finish(&tape, arena, &got);
	assert_int_equal(got.total, text.len);
	assert_int_equal(got.cut, text.len > 16);
	if (!str_is(got.text, want))
		fail_msg("%s in pieces of %zu: '%.*s'", label, piece, STR_ARG(got.text));
}

static void test_small(void **state)
{
	static const struct {
		const char *label, *text;
		size_t limit;
		const char *want;
	} rows[] = {
	    {"empty", "", 16, ""},
	    {"under the limit", "abc", 16, "abc"},
	    {"exactly the limit", "0123456789abcdef", 16, "0123456789abcdef"},
	    {"a limit too small is raised", "0123456789abcdef", 0, "0123456789abcdef"},
	    {"one more", "0123456789abcdefg", 16, "01234567\n[... 1 bytes left out ...]\n9abcdefg"},
	    {"cut at line ends", "ab\ncdefghijklmnop\nxy\n", 16,
		"ab\n[... 15 bytes left out ...]\nxy\n"},
	    {"no line end near", "aaaaaaaaaaaaaaaaaaaaaaaa", 16,
		"aaaaaaaa\n[... 8 bytes left out ...]\naaaaaaaa"},
	    {"only line ends", "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n", 16,
		"\n\n\n\n\n\n\n\n[... 5 bytes left out ...]\n\n\n\n\n\n\n\n"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (size_t piece = 1; piece <= 24; piece++)
			check_pieces(rows[i].label, str_from(rows[i].text), rows[i].limit, piece,
			    rows[i].want);
}

/* Every length and every place where the ring may stand: head and tail are the true ones. */
static void test_every_turn(void **state)
{
	char text[400];

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)('0' + (i * 7) % 64);
	for (size_t len = 1; len <= sizeof(text); len += 3) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct capture got;
		struct tape tape;
		size_t step = 1 + len % 13;

		tape_init(&tape, arena, 41); /* halves of 20 and 21 */
		for (size_t at = 0; at < len; at += step)
			tape_add(&tape, (struct str){text + at, len - at < step ? len - at : step});
		assert_int_equal(tape_is_cut(&tape), len > 41);
		tape_finish(&tape, arena, &got);
		if (len <= 41) {
			assert_true(str_eq(got.text, (struct str){text, len}));
			continue;
		}
		assert_true(str_starts(got.text, (struct str){text, 20}));
		assert_true(str_ends(got.text, (struct str){text + len - 21, 21}));
	}
}

static void test_clone(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct capture a, b;
	struct tape tape, copy;

	(void)state;
	tape_init(&tape, arena, 16);
	tape_init(&copy, arena, 16);
	assert_true(tape_ends_line(&tape));
	tape_add(&tape, STR("0123456789abcdefghij\n"));
	assert_true(tape_ends_line(&tape));
	tape_clone(&copy, &tape);
	tape_add(&tape, STR("x"));
	tape_add(&copy, STR("x"));
	assert_false(tape_ends_line(&tape));
	tape_finish(&tape, arena, &a);
	tape_finish(&copy, arena, &b);
	assert_true(str_eq(a.text, b.text));
	assert_int_equal(a.total, b.total);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_small),
	    cmocka_unit_test(test_every_turn),
	    cmocka_unit_test(test_clone),
	};

	return cmocka_run_group_tests_name("base/tape", tests, NULL, NULL);
}

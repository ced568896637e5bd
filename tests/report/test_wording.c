#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "report/wording.h"

struct text_row {
	const char *label;
	struct str text;
	size_t max;
	const char *want;
};

static void check(const struct text_row *row, struct str got)
{
	if (!str_is(got, row->want) || got.len > row->max || !utf8_is_valid(got))
		print_error("%s: '%.*s'\n", row->label, (int)got.len, got.ptr);
	assert_true(str_is(got, row->want));
	assert_true(got.len <= row->max);
	assert_true(utf8_is_valid(got));
}

#define FIFTY(c)                                                                                  \
	c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c \
	    c c c c c
#define FIFTY_AT(c) c c c c c c c c c c c c c c c c c c c c c c c c c

static const struct text_row name_rows[] = {
    {"plain", STR_INIT("aws_x.y[\"a\"]"), 100, "aws_x.y[\"a\"]"},
    {"empty", STR_INIT(""), 100, ""},
    {"spaces stay", STR_INIT(" a "), 100, " a "},
    {"escape", STR_INIT("a\033[31mb"), 100, "a\\x1b[31mb"},
    {"NUL", STR_INIT("a\0b"), 100, "a\\x00b"},
    {"delete", STR_INIT("a\x7f"), 100, "a\\x7f"},
    {"lines", STR_INIT("a\r\n\tb"), 100, "a\\r\\n\\tb"},
    {"right to left", STR_INIT("a\xe2\x80\xae"), 100, "a\\u202e"},
    {"zero width", STR_INIT("a\xe2\x80\x8b"), 100, "a\\u200b"},
    {"C1", STR_INIT("a\xc2\x9b"), 100, "a\\u009b"},
    {"spaces that are none", STR_INIT("a\xc2\xa0\xe3\x80\x80"), 100, "a\\u00a0\\u3000"},
    {"soft hyphen", STR_INIT("a\xc2\xad"), 100, "a\\u00ad"},
    {"tag", STR_INIT("a\xf3\xa0\x81\x81"), 100, "a\\udb40\\udc41"},
    {"line separator", STR_INIT("a\xe2\x80\xa8"), 100, "a\\u2028"},
    {"no UTF-8", STR_INIT("a\xff\xfe"), 100, "a\\xff\\xfe"},
    {"a real U+FFFD", STR_INIT("a\xef\xbf\xbd"), 100, "a\xef\xbf\xbd"},
    {"letters", STR_INIT("\xe6\x97\xa5\xc3\xa9"), 100, "\xe6\x97\xa5\xc3\xa9"},
    {"cut", STR_INIT("abcdefghij"), 8, "abcde…"},
    {"as long as may be", STR_INIT("abcdefgh"), 8, "abcdefgh"},
    {"cut within a letter", STR_INIT("abcd\xe6\x97\xa5xyz"), 8, "abcd…"},
    {"both ends are kept", STR_INIT(FIFTY("a") FIFTY("b") "[\"x\"]"), 64,
	FIFTY_AT("a") "…b62dc9ed…bbbbbbbbbbbbbbbbbbbb[\"x\"]"},
    {"another middle", STR_INIT(FIFTY("a") "c" FIFTY("b") "[\"x\"]"), 64,
	FIFTY_AT("a") "…13ff7297…bbbbbbbbbbbbbbbbbbbb[\"x\"]"},
    {"an end of escapes", STR_INIT(FIFTY("a") FIFTY("\033") "\xe6\x97\xa5"), 64,
	FIFTY_AT("a") "aa…8825f331…\\x1b\\x1b\\x1b\\x1b\\x1b日"},
    {"escapes make it longer", STR_INIT("a\033\033\033"), 10, "a\\x1b…"},
};

static void test_names_lose_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(name_rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();

		check(&name_rows[i], wording_name(arena, name_rows[i].text, name_rows[i].max));
	}
}

static void test_an_action_is_named(void **state)
{
	static const struct text_row rows[] = {
	    {"a word", STR_INIT("explode"), 100, "explode"},
	    {"none", STR_INIT(""), 100, "the plan names no action"},
	    {"hostile", STR_INIT("a\033"), 100, "a\\x1b"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		const struct change_head head = {.action_text = rows[i].text};

		check(&rows[i], wording_action(arena, &head));
	}
}

static const struct text_row tail_rows[] = {
    {"empty", STR_INIT(""), 10, ""},
    {"all of it", STR_INIT("one\ntwo\n"), 10, "one\ntwo"},
    {"whole lines", STR_INIT("one\ntwo\nthree\n"), 10, "two\nthree"},
    {"a line of just that length", STR_INIT("one\n0123456789\n"), 10, "0123456789"},
    {"an endless line", STR_INIT("0123456789abcdef"), 10, "6789abcdef"},
    {"within a letter", STR_INIT("abc\xe6\x97\xa5xyz"), 5, "xyz"},
};

static void test_last_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(tail_rows); i++)
		check(&tail_rows[i], wording_last_lines(tail_rows[i].text, tail_rows[i].max));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_names_lose_nothing),
	    cmocka_unit_test(test_an_action_is_named),
	    cmocka_unit_test(test_last_lines),
	};

	return cmocka_run_group_tests_name("report/wording", tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "parser/ansi.h"

struct ansi_case {
	const char *name;
	struct str text, want, want_lines; /* want_lines empty: the same */
};

static const struct ansi_case cases[] = {
    {"nothing to do", STR_INIT("plain\ntext"), STR_INIT("plain\ntext"), STR_INIT("")},
    {"empty", STR_INIT(""), STR_INIT(""), STR_INIT("")},
    {"colours", STR_INIT("\x1b[1m\x1b[38;5;9mPlan:\x1b[0m 1"), STR_INIT("Plan: 1"), STR_INIT("")},
    {"colon parameters", STR_INIT("\x1b[38:2::1:2:3mx\x1b[m"), STR_INIT("x"), STR_INIT("")},
    {"intermediate byte", STR_INIT("\x1b[0 qx"), STR_INIT("x"), STR_INIT("")},
    {"erase line", STR_INIT("\x1b[2Kx"), STR_INIT("x"), STR_INIT("")},
    {"title ended by BEL", STR_INIT("\x1b]0;title\x07x"), STR_INIT("x"), STR_INIT("")},
    {"link ended by ST", STR_INIT("\x1b]8;;http://a\x1b\\x\x1b]8;;\x1b\\"), STR_INIT("x"),
	STR_INIT("")},
    {"DCS and APC",
	STR_INIT("\x1bPq1\x1b\\a\x1b_bk;t=1\x07"
		 "b"),
	STR_INIT("ab"), STR_INIT("")},
    {"an unfinished title hides no line", STR_INIT("\x1b]0;t\n  # a.b will be destroyed"),
	STR_INIT("\n  # a.b will be destroyed"), STR_INIT("")},
    {"an unfinished CSI hides no line", STR_INIT("a\x1b[12\nb"), STR_INIT("a\nb"), STR_INIT("")},
    {"an escape before a line feed", STR_INIT("a\x1b\nb"), STR_INIT("a\nb"), STR_INIT("")},
    {"an escape inside of a title", STR_INIT("\x1b]0;t\x1b[1mx"), STR_INIT("x"), STR_INIT("")},
    {"cut after the escape", STR_INIT("a\x1b"), STR_INIT("a"), STR_INIT("")},
    {"cut inside of a sequence", STR_INIT("a\x1b[3"), STR_INIT("a"), STR_INIT("")},
    {"character set", STR_INIT("\x1b(Bx\x1b=y"), STR_INIT("xy"), STR_INIT("")},
    {"CR LF", STR_INIT("a\r\nb\r\n"), STR_INIT("a\nb\n"), STR_INIT("")},
    {"CR CR LF", STR_INIT("a\r\r\nb"), STR_INIT("a\nb"), STR_INIT("")},
    {"CR at the end", STR_INIT("a\r"), STR_INIT("a"), STR_INIT("")},
    {"a redrawn line", STR_INIT("x\n10 %\r20 %\rdone\ny"), STR_INIT("x\ndone\ny"),
	STR_INIT("x\n10 % 20 % done\ny")},
    {"a CR first on the line", STR_INIT("a\n\rb"), STR_INIT("a\nb"), STR_INIT("")},
    {"a CR behind colours", STR_INIT("\x1b[1m\rb\x1b[0m\r\n"), STR_INIT("b\n"), STR_INIT("")},
    {"UTF-8 stays", STR_INIT("\x1b[31m\xe2\x95\xb7\x1b[0m"), STR_INIT("\xe2\x95\xb7"),
	STR_INIT("")},
    {"other control characters stay", STR_INIT("a\tb\x01\x1b[0m"), STR_INIT("a\tb\x01"),
	STR_INIT("")},
};

static bool check(const char *name, struct str got, struct str want)
{
	if (str_eq(got, want))
		return true;
	print_error("%s: got '%.*s', want '%.*s'\n", name, STR_ARG(got), STR_ARG(want));
	return false;
}

static void test_strip(void **state)
{
	struct arena *arena = arena_new();
	size_t bad = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct ansi_case *row = &cases[i];
		struct str lines = row->want_lines.len > 0 ? row->want_lines : row->want;

		bad += check(row->name, ansi_strip(arena, row->text), row->want) ? 0 : 1;
		bad += check(row->name, ansi_strip_lines(arena, row->text), lines) ? 0 : 1;
	}
	assert_int_equal(bad, 0);
	arena_free(arena);
}

static void test_no_copy(void **state)
{
	struct arena *arena = arena_new();
	struct str text = STR("clean\n");

	(void)state;
	assert_ptr_equal(ansi_strip(arena, text).ptr, text.ptr);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_strip),
	    cmocka_unit_test(test_no_copy),
	};

	return cmocka_run_group_tests_name("parser/ansi", tests, NULL, NULL);
}

/* Lines that are left out of a stream, however it is cut into pieces; the rest comes through whole,
 * and at once. */
#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/line_filter.h"
#include "base/size.h"

static const char *const lines[] = {"Saved to: /tmp/x", "Saved to:", "    go /tmp/x", NULL};

static const struct {
	const char *name, *in, *out;
	const char *at_once; /* what has come through before the end; NULL: all of it */
} rows[] = {
    {"nothing", "", "", NULL},
    {"none of them", "a\nb\n\nc", "a\nb\n\nc", NULL},
    {"the only one", "Saved to: /tmp/x\n", "", NULL},
    {"between others", "a\nSaved to: /tmp/x\nb\n", "a\nb\n", NULL},
    {"two in a row", "Saved to: /tmp/x\n    go /tmp/x\nb", "b", NULL},
    {"the beginning of another", "Saved to:\nb\n", "b\n", NULL},
    {"longer", "Saved to: /tmp/xy\n", "Saved to: /tmp/xy\n", NULL},
    {"shorter", "Saved to: /tmp\n", "Saved to: /tmp\n", NULL},
    {"not from the start", "x Saved to:\n", "x Saved to:\n", NULL},
    {"behind a colour", "\033[0mSaved to:\n", "\033[0mSaved to:\n", NULL},
    {"blank lines", "\n\nSaved to:\n\n", "\n\n\n", NULL},
    {"without an end", "a\nSaved to: /tmp/x", "a\nSaved to: /tmp/x", "a\n"},
    {"a prompt", "  Enter a value: ", "  Enter a value: ", NULL},
    {"again and again", "Saved to\nSaved to:\nSaved to\n", "Saved to\nSaved to\n", NULL},
    {"CRLF", "Saved to:\r\n", "Saved to:\r\n", NULL},
};

static void keep(void *context, struct str bytes)
{
	buf_add(context, bytes);
}

static void check_row(size_t i, size_t piece)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct str in = str_from(rows[i].in);
	const char *at_once = rows[i].at_once ? rows[i].at_once : rows[i].out;
	struct buf out;
	struct line_filter filter = {.lines = lines, .pass = keep, .context = &out};

	buf_init(&out, arena, 1000);
	for (size_t at = 0; at < in.len; at += piece)
		line_filter_add(&filter, str_from_to(in, at, size_min(in.len, at + piece)));
	if (!str_is(buf_str(&out), at_once))
		fail_msg("%s, pieces of %zu: at once '%.*s'", rows[i].name, piece,
		    STR_ARG(buf_str(&out)));
	line_filter_end(&filter);
	if (!str_is(buf_str(&out), rows[i].out))
		fail_msg("%s, pieces of %zu: '%.*s'", rows[i].name, piece, STR_ARG(buf_str(&out)));
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		for (size_t piece = 1; piece < 40; piece++)
			check_row(i, piece);
	}
}

static void test_none(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct buf out;
	struct line_filter filter = {.pass = keep, .context = &out};

	(void)state;
	buf_init(&out, arena, 1000);
	line_filter_add(&filter, STR("Saved to:\nx\0y"));
	line_filter_end(&filter);
	assert_true(str_eq(buf_str(&out), STR("Saved to:\nx\0y")));
}

/* A byte that is none in C text is no beginning of a line. */
static void test_zero_bytes(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct str in = STR("Saved to:\0\nSaved to:\n\0\n");
	struct buf out;
	struct line_filter filter = {.lines = lines, .pass = keep, .context = &out};

	(void)state;
	buf_init(&out, arena, 1000);
	for (size_t i = 0; i < in.len; i++)
		line_filter_add(&filter, str_from_to(in, i, i + 1));
	line_filter_end(&filter);
	assert_true(str_eq(buf_str(&out), STR("Saved to:\0\n\0\n")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_none),
	    cmocka_unit_test(test_zero_bytes),
	};

	return cmocka_run_group_tests_name("base/line_filter", tests, NULL, NULL);
}

#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "cmd/line_reader.h"

#define LIMIT ((size_t)10)

struct row {
	const char *name, *text;
	const char *lines; /* each with a bar behind it; "!" for one that is too long */
};

static const struct row rows[] = {
    {"nothing", "", ""},
    {"one", "ab\n", "ab|"},
    {"without its end", "ab", "ab|"},
    {"empty ones", "\n\n", "||"},
    {"CRLF", "a\r\nb\r\n", "a|b|"},
    {"as long as may be", "123456789\n", "123456789|"},
    {"one too long", "1234567890\nb\n", "!|b|"},
    {"far too long", "12345678901234567890123456789012345678901\nb", "!|b|"},
    {"too long at the end", "a\n12345678901234567890", "a|!|"},
    {"nothing behind one too long", "12345678901\n", "!|"},
    {"as long as the limit, without its end", "1234567890", "!|"},
    {"many", "1\n22\n333\n4444\n55555\n666666\n", "1|22|333|4444|55555|666666|"},
};

static void read_all(struct arena *arena, int fd, char *out, size_t size)
{
	struct line_reader reader;
	enum line_kind kind;
	struct str line;
	struct err err = {0};

	line_reader_init(&reader, arena, fd, LIMIT);
	out[0] = '\0';
	for (;;) {
		size_t used = strlen(out);

		if (!line_reader_next(&reader, &kind, &line, &err))
			fail_msg("%s", err.text);
		if (kind == LINE_END)
			break;
		snprintf(out + used, size - used, "%.*s|",
		    STR_ARG(kind == LINE_TOO_LONG ? STR("!") : line));
	}
	assert_true(line_reader_next(&reader, &kind, &line, &err));
	assert_int_equal(kind, LINE_END);
}

static void test_lines(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char out[200];
		int ends[2];

		assert_int_equal(pipe(ends), 0);
		assert_int_equal(write(ends[1], rows[i].text, strlen(rows[i].text)),
		    (ssize_t)strlen(rows[i].text));
		close(ends[1]);
		read_all(arena, ends[0], out, sizeof(out));
		close(ends[0]);
		if (strcmp(out, rows[i].lines) != 0)
			fail_msg("%s: '%s'", rows[i].name, out);
	}
	arena_free(arena);
}

/* An answer must not wait for the next question. */
static void test_waiting(void **state)
{
	struct arena *arena = arena_new();
	struct line_reader reader;
	enum line_kind kind;
	struct str line;
	struct err err = {0};
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	line_reader_init(&reader, arena, ends[0], LIMIT);
	assert_false(line_reader_has_line(&reader));
	assert_int_equal(write(ends[1], "a\nb\nc", 5), 5);
	assert_true(line_reader_next(&reader, &kind, &line, &err));
	assert_true(str_is(line, "a"));
	assert_true(line_reader_has_line(&reader));
	assert_true(line_reader_next(&reader, &kind, &line, &err));
	assert_true(str_is(line, "b"));
	assert_false(line_reader_has_line(&reader));
	close(ends[1]);
	close(ends[0]);
	assert_false(line_reader_next(&reader, &kind, &line, &err));
	assert_int_equal(err.code, ERR_IO);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_lines),
	    cmocka_unit_test(test_waiting),
	};

	return cmocka_run_group_tests_name("cmd/line_reader", tests, NULL, NULL);
}

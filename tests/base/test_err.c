#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

struct text_row {
	const char *name, *in, *want;
};

/* What a hostile name must not do to the line it is shown in. */
static const struct text_row text_rows[] = {
    {"plain", "expected a list", "expected a list"},
    {"line feed and tab", "a\nb\tc", "a b c"},
    {"carriage return", "good\rbad", "good?bad"},
    {"escape", "\x1b[31mred", "?[31mred"},
    {"delete", "a\x7f", "a?"},
    {"c1 control",
	"a\xc2\x9b"
	"31m",
	"a?31m"},
    {"bidi override",
	"a\xe2\x80\xae"
	"b",
	"a?b"},
    {"line separator",
	"a\xe2\x80\xa8"
	"b",
	"a?b"},
    {"not UTF-8", "a\xff\xc3", "a??"},
    {"UTF-8 stays", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"},
    {"replacement character stays", "\xef\xbf\xbd", "\xef\xbf\xbd"},
    {"empty", "", ""},
};

static void test_text_is_cleaned(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(text_rows); i++) {
		const struct text_row *row = &text_rows[i];
		struct err err = {.code = ERR_NONE};

		assert_false(err_set(&err, ERR_USAGE, "%s", row->in));
		assert_int_equal(err.code, ERR_USAGE);
		if (strcmp(err.text, row->want) != 0)
			fail_msg("%s: got '%s'", row->name, err.text);
	}
}

static void test_set_at_keeps_the_place(void **state)
{
	struct err err = {.code = ERR_NONE};

	(void)state;
	assert_false(err_set_at(&err, ERR_SYNTAX, "a.yaml", 3, 7, "unknown key '%s'", "x"));
	assert_int_equal(err.code, ERR_SYNTAX);
	assert_string_equal(err.file, "a.yaml");
	assert_int_equal(err.line, 3);
	assert_int_equal(err.column, 7);
	assert_string_equal(err.text, "unknown key 'x'");
}

static void test_context_is_prepended(void **state)
{
	struct err err = {.code = ERR_NONE};

	(void)state;
	(void)err_set(&err, ERR_IO, "no such file");
	assert_false(err_context(&err, "plan '%s'", "a\nb"));
	assert_false(err_context(&err, "apply"));
	assert_string_equal(err.text, "apply: plan 'a b': no such file");
	assert_int_equal(err.code, ERR_IO);
}

/* The text is full to the last byte, wherever the cut falls in a character. */
static void test_long_text_is_cut_between_characters(void **state)
{
	char text[2 * ERR_TEXT_MAX];

	(void)state;
	for (size_t shift = 0; shift < 5; shift++) {
		struct err err = {.code = ERR_NONE};
		size_t at = 0;

		while (at < shift)
			text[at++] = 'x';
		for (; at + 5 < sizeof(text); at += 4)
			memcpy(text + at, "\xf0\x9f\x98\x80", 4);
		text[at] = '\0';
		(void)err_set(&err, ERR_USAGE, "%s", text);
		assert_int_equal(strlen(err.text), shift + (ERR_TEXT_MAX - 1 - shift) / 4 * 4);
		assert_null(strchr(err.text, '?'));
		(void)err_context(&err, "ctx");
		assert_true(strlen(err.text) < ERR_TEXT_MAX);
		assert_true(strlen(err.text) >= ERR_TEXT_MAX - 4);
		assert_memory_equal(err.text, "ctx: ", 5);
		(void)err_context(&err, "%s", text);
		assert_true(strlen(err.text) < ERR_TEXT_MAX);
		assert_null(strchr(err.text, '?'));
	}
}

static void test_long_text_without_utf8_is_cut(void **state)
{
	char text[2 * ERR_TEXT_MAX];
	struct err err = {.code = ERR_NONE};

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	(void)err_set(&err, ERR_USAGE, "%s", text);
	assert_int_equal(strlen(err.text), ERR_TEXT_MAX - 1);
}

static void test_in_file_fills_only_what_is_unknown(void **state)
{
	struct err err = {.code = ERR_NONE};

	(void)state;
	(void)err_set_at(&err, ERR_SYNTAX, NULL, 2, 1, "bad");
	assert_false(err_in_file(&err, "inner"));
	assert_false(err_in_file(&err, "outer"));
	assert_string_equal(err.file, "inner");
	assert_int_equal(err.line, 2);
}

static void test_clear(void **state)
{
	struct err err = {.code = ERR_NONE};

	(void)state;
	(void)err_set_at(&err, ERR_IO, "f", 1, 1, "x");
	err_clear(&err);
	assert_int_equal(err.code, ERR_NONE);
	assert_null(err.file);
	assert_string_equal(err.text, "");
	assert_false(err_set(&err, ERR_LIMIT, "again"));
}

static void test_codes_have_status_and_meaning(void **state)
{
	static const struct {
		enum err_code code;
		int status;
	} rows[] = {
	    {ERR_NONE, 0},
	    {ERR_USAGE, 64},
	    {ERR_SYNTAX, 65},
	    {ERR_INVALID, 65},
	    {ERR_LIMIT, 65},
	    {ERR_IO, 66},
	    {ERR_NETWORK, 69},
	    {ERR_BUG, 70},
	    {ERR_EXEC, 126},
	    {ERR_NOT_FOUND, 127},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(err_exit_status(rows[i].code), rows[i].status);
		assert_true(strlen(err_meaning(rows[i].code)) > 5);
	}
}

struct format_row {
	const char *file;
	int line, column;
	const char *want;
};

static void test_format(void **state)
{
	static const struct format_row rows[] = {
	    {NULL, 0, 0, "bad"},
	    {NULL, 4, 2, "bad"},
	    {"f", 0, 0, "f: bad"},
	    {"f", 0, 9, "f: bad"},
	    {"f", 4, 0, "f:4: bad"},
	    {"f", 4, 2, "f:4:2: bad"},
	    {"f\x1b[2J", 4, 2, "f?[2J:4:2: bad"},
	};
	char out[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = {.code = ERR_NONE};

		(void)err_set_at(
		    &err, ERR_SYNTAX, rows[i].file, rows[i].line, rows[i].column, "bad");
		err_format(&err, out, sizeof(out));
		assert_string_equal(out, rows[i].want);
	}
}

static void test_format_into_little_room(void **state)
{
	struct err err = {.code = ERR_NONE};
	char out[8] = "-------";

	(void)state;
	(void)err_set(&err, ERR_SYNTAX,
	    "ab\xe2\x82\xac"
	    "cd");
	err_format(&err, out, 0);
	assert_string_equal(out, "-------");
	err_format(&err, out, 1);
	assert_string_equal(out, "");
	err_format(&err, out, 5);
	assert_string_equal(out, "ab");
	err_format(&err, out, 6);
	assert_string_equal(out, "ab\xe2\x82\xac");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_text_is_cleaned),
	    cmocka_unit_test(test_set_at_keeps_the_place),
	    cmocka_unit_test(test_context_is_prepended),
	    cmocka_unit_test(test_long_text_is_cut_between_characters),
	    cmocka_unit_test(test_long_text_without_utf8_is_cut),
	    cmocka_unit_test(test_in_file_fills_only_what_is_unknown),
	    cmocka_unit_test(test_clear),
	    cmocka_unit_test(test_codes_have_status_and_meaning),
	    cmocka_unit_test(test_format),
	    cmocka_unit_test(test_format_into_little_room),
	};

	return cmocka_run_group_tests_name("base/err", tests, NULL, NULL);
}

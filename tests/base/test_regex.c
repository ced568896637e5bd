#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/regex.h"

static struct regex *compiled(const char *pattern)
{
	struct regex *regex = NULL;
	struct err err = {0};

	if (!regex_compile(str_from(pattern), &regex, &err))
		fail_msg("'%s': %s", pattern, err.text);
	return regex;
}

static void test_match(void **state)
{
	static const struct {
		const char *pattern, *subject;
		bool want;
		const char *whole, *first;
	} rows[] = {
	    {"abc", "xabcx", true, "abc", NULL},
	    {"^abc$", "abc", true, "abc", NULL},
	    {"^abc$", "abc\n", false, NULL, NULL},   /* DOLLAR_ENDONLY */
	    {"(?m)^b$", "a\nb\nc", true, "b", NULL}, /* newline is LF */
	    {"(?m)^b$", "a\rb\rc", false, NULL, NULL},
	    {"", "abc", true, "", NULL},
	    {"", "", true, "", NULL},
	    {"a(b)?c", "ac", true, "ac", ""},
	    {"a(b)?c", "abc", true, "abc", "b"},
	    {"(x)|y", "y", true, "y", ""},
	    {"^.$", "\xc3\xa9", true, "\xc3\xa9", NULL},
	    {"\\x{e9}", "caf\xc3\xa9", true, "\xc3\xa9", NULL},
	    {"(?i)\xc3\x89", "\xc3\xa9", true, "\xc3\xa9", NULL},
	    {"a.b", "a\nb", false, NULL, NULL},
	    {"(?<=foo)(bar)", "foobar", true, "bar", "bar"},
	    {"^prod-(.+)$", "prod-eu", true, "prod-eu", "eu"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct regex *regex CLEANUP(regex_free_ptr) = compiled(rows[i].pattern);
		struct str subject = str_from(rows[i].subject);
		struct regex_match got;
		struct err err = {0};
		bool matched;

		assert_true(regex_matches(regex, subject, &matched, &err));
		assert_true(regex_find(regex, arena, subject, 0, &got, &err));
		if (matched != rows[i].want || got.matched != rows[i].want)
			fail_msg("'%s' in '%s'", rows[i].pattern, rows[i].subject);
		if (!rows[i].want)
			continue;
		assert_true(str_is(got.groups[0], rows[i].whole));
		assert_true(str_is(str_from_to(subject, got.from, got.to), rows[i].whole));
		assert_int_equal(got.group_count, rows[i].first ? 2 : 1);
		if (rows[i].first)
			assert_true(str_is(got.groups[1], rows[i].first));
	}
}

static void test_start(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct regex *regex CLEANUP(regex_free_ptr) = compiled("\\bb");
	struct str subject = STR("b ab b\xc3\xa9");
	struct regex_match got;
	struct err err = {0};

	(void)state;
	assert_true(regex_find(regex, arena, subject, 0, &got, &err));
	assert_int_equal(got.from, 0);
	/* looks behind `start`: the second b stands after a letter */
	assert_true(regex_find(regex, arena, subject, 3, &got, &err));
	assert_int_equal(got.from, 5);
	assert_true(regex_find(regex, arena, subject, subject.len, &got, &err));
	assert_false(got.matched);
	assert_true(regex_find(regex, arena, subject, subject.len + 5, &got, &err));
	assert_false(got.matched);
	assert_false(regex_find(regex, arena, subject, 7, &got, &err));
	assert_int_equal(err.code, ERR_INVALID);
}

static void test_refused(void **state)
{
	static const struct {
		const char *pattern;
		int column;
		const char *text;
	} rows[] = {
	    {"a(b", 4, "the regular expression 'a(b' does not parse: missing closing parenthesis"},
	    {"\xc3\xa9[", 3,
		"the regular expression '\xc3\xa9[' does not parse: missing terminating ] for "
		"character class"},
	    {"*", 1,
		"the regular expression '*' does not parse: quantifier does not follow a "
		"repeatable item"},
	    {"a\\C", 4,
		"the regular expression 'a\\C' does not parse: using \\C is disabled by the "
		"application"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct regex *regex = NULL;
		struct err err = {0};

		assert_false(regex_compile(str_from(rows[i].pattern), &regex, &err));
		assert_int_equal(err.code, ERR_SYNTAX);
		if (err.column != rows[i].column || strcmp(err.text, rows[i].text) != 0)
			fail_msg("'%s': %d '%s'", rows[i].pattern, err.column, err.text);
		assert_null(regex);
	}
}

static void test_refused_bytes(void **state)
{
	struct regex *regex = NULL;
	struct err err = {0};

	(void)state;
	assert_false(regex_compile(STR("a\xff"), &regex, &err));
	assert_int_equal(err.code, ERR_SYNTAX);
	assert_int_equal(err.column, 2);
}

static void test_limits(void **state)
{
	char *long_pattern = malloc(65537), groups[400];
	struct regex *regex = NULL;
	struct err err = {0};

	(void)state;
	assert_non_null(long_pattern);
	memset(long_pattern, 'a', 65537);
	assert_false(regex_compile((struct str){long_pattern, 65537}, &regex, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	free(long_pattern);
	err_clear(&err);
	for (size_t i = 0; i < 300; i++)
		groups[i] = "(a)"[i % 3];
	assert_false(regex_compile((struct str){groups, 300}, &regex, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	err_clear(&err);
	assert_true(regex_compile((struct str){groups, 297}, &regex, &err));
	regex_free(regex);
	assert_false(regex_compile(STR("(((a{1000}){1000}){1000}){1000}"), &regex, &err));
	assert_int_equal(err.code, ERR_SYNTAX);
}

static void test_gives_up(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct regex *regex CLEANUP(regex_free_ptr) = compiled("^(a+)+$");
	struct regex_match got;
	struct err err = {0};
	uint32_t effort;
	bool matched;
	char subject[41];

	(void)state;
	memset(subject, 'a', 40);
	subject[40] = 'b';
	assert_false(regex_matches(regex, (struct str){subject, 41}, &matched, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	assert_non_null(strstr(err.text, "needs too much work (match limit exceeded)"));
	err_clear(&err);
	assert_false(
	    regex_matches_effort(regex, (struct str){subject, 41}, &matched, &effort, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	assert_int_equal(effort, 10000000);
	err_clear(&err);
	assert_false(regex_find(regex, arena, (struct str){subject, 41}, 0, &got, &err));
	assert_int_equal(err.code, ERR_LIMIT);
}

static void test_effort(void **state)
{
	static const struct {
		const char *pattern;
		size_t len; /* of a text of the letter a */
		bool matched;
		uint32_t effort;
	} rows[] = {
	    {"^a+$", 40, true, 100},
	    {"^b", 40, false, 100},
	    {"^(a|aa)+$", 200, true, 1000},
	    {"^(a|aa)+[xy]", 12, false, 10000},
	    {"^(a|aa)+[xy]", 22, false, 1000000},
	};
	char subject[200];

	(void)state;
	memset(subject, 'a', sizeof(subject));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct regex *regex CLEANUP(regex_free_ptr) = compiled(rows[i].pattern);
		struct err err = {0};
		uint32_t effort;
		bool matched;

		if (!regex_matches_effort(
			regex, (struct str){subject, rows[i].len}, &matched, &effort, &err))
			fail_msg("%s: %s", rows[i].pattern, err.text);
		if (matched != rows[i].matched || effort != rows[i].effort)
			fail_msg("%s: %d, %u", rows[i].pattern, matched, effort);
	}
}

/* Harmless patterns over long texts are not refused; the library would need a deep stack for JIT.
 */
static void test_long_subject(void **state)
{
	static const char *const patterns[] = {
	    "^(?:.|\\n)*z$", "^(a|b)+z$", "^.*z$", "(?s)^(.*?)z$"};
	size_t len = 100000;
	char *subject = malloc(len);
	bool matched;

	(void)state;
	assert_non_null(subject);
	memset(subject, 'a', len);
	subject[len - 1] = 'z';
	for (size_t i = 0; i < ARRAY_LEN(patterns); i++) {
		struct regex *regex CLEANUP(regex_free_ptr) = compiled(patterns[i]);
		struct err err = {0};

		if (!regex_matches(regex, (struct str){subject, len}, &matched, &err) || !matched)
			fail_msg("'%s': %s", patterns[i], err.text);
	}
	free(subject);
}

static void test_invalid_subject(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct regex *regex CLEANUP(regex_free_ptr) = compiled("a");
	struct regex_match got;
	struct err err = {0};
	bool matched;

	(void)state;
	assert_false(regex_matches(regex,
	    STR("\xff"
		"a"),
	    &matched, &err));
	assert_int_equal(err.code, ERR_INVALID);
	assert_string_equal(err.text, "the text to be matched is not valid UTF-8");
	err_clear(&err);
	assert_false(regex_find(regex, arena, STR("a\xc3"), 0, &got, &err));
	assert_int_equal(err.code, ERR_INVALID);
	regex_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_match),
	    cmocka_unit_test(test_start),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_refused_bytes),
	    cmocka_unit_test(test_limits),
	    cmocka_unit_test(test_gives_up),
	    cmocka_unit_test(test_effort),
	    cmocka_unit_test(test_long_subject),
	    cmocka_unit_test(test_invalid_subject),
	};

	return cmocka_run_group_tests_name("base/regex", tests, NULL, NULL);
}

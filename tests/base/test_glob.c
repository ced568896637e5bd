#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/glob.h"

static const struct {
	const char *pattern, *text;
	bool path, name;
} rows[] = {
    {"", "", true, true},
    {"", "a", false, false},
    {"a", "", false, false},
    {"abc", "abc", true, true},
    {"abc", "ABC", false, false},
    {"abc", "abcd", false, false},
    {"*", "", true, true},
    {"*", "abc", true, true},
    {"*", "a/b", false, true},
    {"a*c", "abbbc", true, true},
    {"a*c", "ab/c", false, true},
    {"a*b*c", "a-b-b-c", true, true},
    {"a*b*c", "a-c-b", false, false},
    {"*.tf", "main.tf", true, true},
    {"*.tf", "mod/main.tf", false, true},
    {"?", "a", true, true},
    {"?", "", false, false},
    {"?", "\xc3\xa9", true, true},
    {"??", "\xc3\xa9", false, false},
    {"?", "/", false, true},
    {"a?b", "a/b", false, true},
    /* whole segments */
    {"**", "", true, true},
    {"**", "a", true, true},
    {"**", "a/b/c", true, true},
    {"**/x", "x", true, false},
    {"**/x", "a/x", true, true},
    {"**/x", "a/b/x", true, true},
    {"**/x", "ax", false, false},
    {"envs/**", "envs", true, false},
    {"envs/**", "envs/a", true, true},
    {"envs/**", "envs/a/b", true, true},
    {"envs/**", "envsx", false, false},
    {"envs/**/x", "envs/x", true, false},
    {"envs/**/x", "envs/a/b/x", true, true},
    {"envs/**/x", "envs/a/b/xy", false, false},
    {"**/a/**/b", "a/b", true, false},
    {"**/a/**/b", "x/a/y/a/z/b", true, true},
    {"**/a/**/b", "x/b/a", false, false},
    {"a/**/b/*/c", "a/b/b/x/c", true, true},
    {"**/**/x", "x", true, false},
    {"a**b", "axxb", true, true},
    {"a**b", "ax/xb", false, true},
    {"a//b", "a//b", true, true},
    {"a/**/b", "a//b", true, true},
    {"a/*", "a/", true, true},
    /* sets */
    {"[abc]", "b", true, true},
    {"[abc]", "d", false, false},
    {"[a-c]x", "bx", true, true},
    {"[!a-c]", "d", true, true},
    {"[!a-c]", "b", false, false},
    {"[^a-c]", "d", true, true},
    {"[]]", "]", true, true},
    {"[]-a]", "^", true, true},
    {"[!]]", "]", false, false},
    {"[!]]", "a", true, true},
    {"[a-]", "-", true, true},
    {"[-a]", "-", true, true},
    {"[\\]]", "]", true, true},
    {"[\\!a]", "!", true, true},
    {"[\xc3\xa0-\xc3\xbf]", "\xc3\xa9", true, true},
    {"[!a]", "/", false, true},
    {"a[/]b", "a/b", false, true},
    {"[a/b]", "a", true, true},
    {"[z-a]", "m", false, false},
    {"x[0-9][0-9]", "x42", true, true},
    /* escapes */
    {"\\*", "*", true, true},
    {"\\*", "a", false, false},
    {"a\\/b", "a/b", true, true},
    {"\\[a]", "[a]", true, true},
    {"\\\\", "\\", true, true},
    {"\\a", "a", true, true},
    /* broken ones are text */
    {"[abc", "[abc", true, true},
    {"[abc", "a", false, false},
    {"a\\", "a\\", true, true},
    {"*[", "*[", true, true},
    {"*[", "x[", false, false},
    /* bytes that are no UTF-8 */
    {"a*", "a\xff", true, true},
    {"?", "\xff", true, true},
    {"\xff", "\xff", true, true},
    {"module.*.aws_instance.web[[]0]", "module.a.aws_instance.web[0]", true, true},
};

static void test_match(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str pattern = str_from(rows[i].pattern), text = str_from(rows[i].text);

		if (glob_match(pattern, text) != rows[i].path)
			fail_msg("path '%s' '%s'", rows[i].pattern, rows[i].text);
		if (glob_match_name(pattern, text) != rows[i].name)
			fail_msg("name '%s' '%s'", rows[i].pattern, rows[i].text);
	}
}

static void test_check(void **state)
{
	static const struct {
		const char *pattern;
		int column;
		const char *text;
	} bad[] = {
	    {"[abc", 1, "the pattern '[abc': '[' has no ']'; write '\\[' for the character itself"},
	    {"\xc3\xa9/x[!]", 4,
		"the pattern '\xc3\xa9/x[!]': '[' has no ']'; write '\\[' for the character "
		"itself"},
	    {"[a\\]", 1,
		"the pattern '[a\\]': '[' has no ']'; write '\\[' for the character itself"},
	    {"ab\\", 3, "the pattern 'ab\\': nothing follows the '\\' at the end"},
	    {"[", 1, "the pattern '[': '[' has no ']'; write '\\[' for the character itself"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err err = {0};

		assert_false(glob_check(str_from(bad[i].pattern), &err));
		assert_int_equal(err.code, ERR_SYNTAX);
		assert_int_equal(err.column, bad[i].column);
		assert_string_equal(err.text, bad[i].text);
	}
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *pattern = rows[i].pattern;
		struct err err = {0};
		bool broken = strcmp(pattern, "[abc") == 0 || strcmp(pattern, "a\\") == 0 ||
			      strcmp(pattern, "*[") == 0;

		if (glob_check(str_from(pattern), &err) == broken)
			fail_msg("'%s'", pattern);
	}
}

/* What makes a backtracking matcher take for ever: it would run into the deadline of tests/run.sh.
 */
static void test_hostile(void **state)
{
	char *text = malloc(200001), pattern[401];

	(void)state;
	assert_non_null(text);
	memset(text, 'a', 200000);
	text[200000] = 'b';
	for (size_t i = 0; i < 200; i++) {
		pattern[2 * i] = '*';
		pattern[2 * i + 1] = 'a';
	}
	pattern[400] = 'c';
	assert_false(glob_match((struct str){pattern, 401}, (struct str){text, 200001}));
	for (size_t i = 0; i < 200000; i++)
		text[i] = i % 2 ? '/' : 'a';
	assert_false(glob_match(
	    STR("**/a/**/a/**/a/**/a/**/a/**/a/**/a/**/a/**/c"), (struct str){text, 200001}));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_match),
	    cmocka_unit_test(test_check),
	    cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests_name("base/glob", tests, NULL, NULL);
}

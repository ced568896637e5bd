/* Names, what a program mentions, patterns, late binding. */
#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/regex.h"
#include "policies/cel/run.h"
#include "tests/support/cel_check.h"

static struct arena *arena;

static int setup(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

/* --- qualified names, containers, shadows --- */

static const struct {
	const char *container, *expression, *result;
} name_rows[] = {
    {"", "x", "1"},
    {"", "a.b", "2"},
    {"", "a.b.c", "3"},
    {"", "a.b.c.d", "error: no such overload: 'd' of int; only maps have fields"},
    {"", "(a).b", "20"},
    {"", "a.z", "26"},
    {"", "n.x", "error: undeclared reference to 'n'"},
    {"n", "x", "10"},
    {"n", ".x", "1"},
    {"n.m", "x", "10"},
    {"n.m", "y", "error: undeclared reference to 'y'"},
    {"", "[7].map(x, x)[0]", "7"},
    {"", "[7].map(x, .x)[0]", "1"},
    {"", "[{'b': 5}].map(a, a.b)[0]", "5"},
    {"", "type(timestamp('2020-01-01T00:00:00Z')) == google.protobuf.Timestamp", "true"},
    {"google.protobuf", "type(duration('1s')) == Duration", "true"},
    {"", "math.greatest(1, 3, 2)", "3"},
    {"", "[1].map(math, math + 1)[0]", "2"},
    {"", "nothing(1)", "error: undeclared function 'nothing'"},
    {"", "true || nothing(1) == y", "true"},
    {"", "'a'.nothing()", "error: undeclared function 'nothing'"},
    {"", "a.b.nothing()", "error: undeclared function 'nothing'"},
};

static void test_names(void **state)
{
	struct cel_variable variables[] = {{STR("x"), NULL}, {STR("a.b"), NULL},
	    {STR("a.b.c"), NULL}, {STR("a"), NULL}, {STR("n.x"), NULL}};
	struct value activation[] = {value_int(1), value_int(2), value_int(3),
	    cel_check_json(arena, "{\"b\": 20, \"z\": 26}"), value_int(10)};
	struct cel_check check = {.arena = arena,
	    .run = cel_run_new(arena),
	    .scope = {.variables = variables, .variable_count = 5, .dynamic = true},
	    .activation = activation};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(name_rows); i++) {
		bool without = strcmp(name_rows[i].expression, "n.x") == 0;
		struct str got;

		check.scope.variable_count = without ? 4 : 5;
		check.scope.container = str_from(name_rows[i].container);
		got = cel_check_run(&check, name_rows[i].expression);
		if (!str_is(got, name_rows[i].result))
			fail_msg("%s in '%s': %.*s", name_rows[i].expression,
			    name_rows[i].container, STR_ARG(got));
	}
	cel_run_free(check.run);
}

/* --- what a program mentions --- */

static struct cel_program *compile(const struct cel_scope *scope, const char *text)
{
	struct cel_problems problems;
	struct cel_program *program;

	if (!cel_compile(arena, scope, str_from(text), &program, &problems))
		fail_msg("%s: %.*s", text, STR_ARG(problems.items[0].text));
	return program;
}

static bool has_path(const struct cel_program *program, const char *path)
{
	struct cel_paths paths = cel_paths(program);

	for (size_t i = 0; i < paths.count; i++) {
		if (str_is(paths.items[i], path))
			return true;
	}
	return false;
}

static void test_mentions(void **state)
{
	struct cel_variable variables[] = {
	    {STR("resource"), NULL}, {STR("params"), NULL}, {STR("plan"), NULL}, {STR("pr"), NULL}};
	struct cel_scope scope = {.variables = variables, .variable_count = 4};
	struct cel_named named = {.name = STR("inner")};
	const struct cel_program *program;

	(void)state;
	named.program = compile(&scope, "plan.summary.destroy > 3 && size(params.ports) > 1");
	scope.named = &named;
	scope.named_count = 1;
	program = compile(&scope, "inner && as_list(resource.after.rules[0].cidrs).exists(c, c in "
				  "params.nets) && resource.after.tags['a.b'] == 'x' && "
				  "has(resource.before.id) && resource.after.list[size(pr)].x == "
				  "1 && changed(resource.after.name)");
	assert_true(cel_mentions_variable(program, 0));
	assert_true(cel_mentions_variable(program, 2)); /* through the named expression */
	assert_false(cel_mentions_variable(named.program, 0));
	assert_true(cel_mentions_field(program, 0, STR("after")));
	assert_true(cel_mentions_field(program, 0, STR("before")));
	assert_false(cel_mentions_field(program, 0, STR("changed_paths")));
	assert_true(cel_mentions_field(program, 2, STR("summary")));
	assert_true(cel_mentions_field(program, 3, STR("anything"))); /* as a whole */
	assert_true(cel_calls(program, "size"));
	assert_true(cel_calls(program, "as_list"));
	assert_true(cel_calls(program, "changed"));
	assert_false(cel_calls(program, "matches"));
	assert_true(has_path(program, "resource.after.rules[0].cidrs"));
	assert_true(has_path(program, "resource.after.tags[\"a.b\"]"));
	assert_true(has_path(program, "resource.before.id"));
	assert_true(has_path(program, "resource.after.list"));
	assert_true(has_path(program, "params.nets"));
	assert_true(has_path(program, "plan.summary.destroy"));
	assert_true(has_path(program, "pr"));
	assert_false(has_path(program, "resource.after"));
	assert_false(has_path(program, "c"));
}

/* --- problems: all of them, in order --- */

static void test_problems(void **state)
{
	struct cel_variable variables[CEL_VARIABLES_MAX + 1];
	struct cel_scope scope = {.variables = variables};
	struct cel_problems problems;
	struct cel_program *program;
	char text[2000] = "true";

	(void)state;
	for (int i = 0; i < 50; i++)
		(void)snprintf(text + strlen(text), sizeof(text) - strlen(text), " && n%d", i);
	assert_false(cel_compile(arena, &scope, str_from(text), &program, &problems));
	assert_int_equal(problems.count, CEL_PROBLEMS_MAX);
	for (size_t i = 1; i < problems.count; i++)
		assert_true(problems.items[i - 1].at < problems.items[i].at);
	assert_false(cel_compile(arena, &scope, STR("1 +"), &program, &problems));
	assert_int_equal(problems.count, 1);
	for (size_t i = 0; i <= CEL_VARIABLES_MAX; i++)
		variables[i] = (struct cel_variable){STR("v"), NULL};
	scope.variable_count = CEL_VARIABLES_MAX + 1;
	assert_false(cel_compile(arena, &scope, STR("1"), &program, &problems));
}

/* --- patterns with RE2's meaning --- */

static const struct {
	const char *pattern, *text;
	int matched; /* -1: refused */
} patterns[] = {
    {"^a.c$", "abc", 1},
    {"^a.c$", "abc\n", 0},
    {"a.c", "a\nc", 0},
    {"(?s)a.c", "a\nc", 1},
    {"(?i)ABC", "abc", 1},
    {"(?m)^b$", "a\nb\nc", 1},
    {"(?P<n>a)(?<m>b)", "ab", 1},
    {"(?:a|b)+", "ab", 1},
    {"(?i:A)b", "ab", 1},
    {"a{2,3}", "aa", 1},
    {"^a{,3}$", "a{,3}", 1},
    {"^{$", "{", 1},
    {"a{2}?b", "aab", 1},
    {"a*?b", "aab", 1},
    {"\\d+\\.\\d+", "1.2", 1},
    {"\\pL+", "\xc3\xa9", 1},
    {"^\\p{Greek}$", "\xce\xb1", 1},
    {"^\\w$", "\xc3\xa9", 0},
    {"^\\s$", "\x0b", 0},
    {"^\\S$", "\x0b", 1},
    {"^\\v$", "\x0b", 1},
    {"^[\\s]$", "\t", 1},
    {"^[[:alpha:]]+$", "abc", 1},
    {"^[]a]+$", "]a", 1},
    {"^[^]a]+$", "xyz", 1},
    {"^[[]$", "[", 1},
    {"^[a-c-]+$", "a-c", 1},
    {"\\x41\\x{42}", "AB", 1},
    {"^\\x{4F}\\x{6f}$", "Oo", 1},
    {"^[\\x{4F}\\p{Greek}]{2}$", "O\xce\xb1", 1},
    {"\\101", "A", 1},
    {"\\Qa.b\\E.", "a.bx", 1},
    {"\\Qa.b\\E", "axb", 0},
    {"\\Aab\\z", "ab", 1},
    {"\\ba\\B", "ab", 1},
    {"a|", "", 1},
    {"()", "", 1},
    {"", "x", 1},
    {"^[\\w-.]+$", "a-.", 1},
    {"^[\\w-.]+$", "a/", 0},
    {"^[\\s-.]$", "-", 1},
    {"^[\\s-.]$", "+", 0},
    {"^[[:alpha:]-_]+$", "a-_", 1},
    {"^[\\w--/]+$", "a./", 1},
    {"^[\\d-]+$", "1-", 1},
    {"^[[:^alpha:]]+$", "12", 1},
    {"^[[:]+$", "[:", 1},
    {"^\\p{^Lu}\\P{Lu}$", "ab", 1},
    {"[[:<:]]a", "", -1},
    {"[[:>:]]", "", -1},
    {"[[:nope:]]", "", -1},
    {"\\p{L&}", "", -1},
    {"\\p{Xan}", "", -1},
    {"[\\p{Xwd}]", "", -1},
    {"\\p{Script=Latin}", "", -1},
    {"\\p{L", "", -1},
    {"(?=a)", "", -1},
    {"(?!a)", "", -1},
    {"(?<=a)b", "", -1},
    {"(?<!a)b", "", -1},
    {"(?>a)", "", -1},
    {"(a)\\1", "", -1},
    {"(?P<n>a)(?P=n)", "", -1},
    {"\\k<n>", "", -1},
    {"\\g1", "", -1},
    {"a++", "", -1},
    {"a*+", "", -1},
    {"a?+", "", -1},
    {"a{2}+", "", -1},
    {"a**", "", -1},
    {"a+*", "", -1},
    {"a{2}{3}", "", -1},
    {"a{1001}", "", -1},
    {"(*UTF8)a", "", -1},
    {"(*COMMIT)", "", -1},
    {"(?R)", "", -1},
    {"(?1)", "", -1},
    {"(?&n)", "", -1},
    {"(?(1)a)", "", -1},
    {"(?#x)", "", -1},
    {"(?|a|b)", "", -1},
    {"(?C)", "", -1},
    {"(?x)a", "", -1},
    {"(?J)a", "", -1},
    {"(?)", "", -1},
    {"\\C", "", -1},
    {"\\Z", "", -1},
    {"\\G", "", -1},
    {"\\K", "", -1},
    {"\\R", "", -1},
    {"\\X", "", -1},
    {"\\h", "", -1},
    {"\\cA", "", -1},
    {"\\N{U+41}", "", -1},
    {"\\x4", "", -1},
    {"[\\b]", "", -1},
    {"[a", "", -1},
    {"(a", "", -1},
    {"a)", "", -1},
    {"*a", "", -1},
    {"a\\", "", -1},
    {"[z-a]", "", -1},
};

/* 1 or 0, or -1: refused */
static int match_pattern(const char *text, const char *subject, struct err *err)
{
	struct regex *regex CLEANUP(regex_free_ptr) = NULL;
	struct str pattern = str_copy(arena, str_from(text));
	bool matched = false;

	if (!regex_compile_re2(arena, pattern, &regex, err))
		return -1;
	if (!regex_matches(regex, str_from(subject), &matched, err))
		return -2;
	return matched;
}

static void test_patterns(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(patterns); i++) {
		struct err err = {0};
		int matched = match_pattern(patterns[i].pattern, patterns[i].text, &err);

		if (matched != patterns[i].matched)
			fail_msg("%s: %d %s", patterns[i].pattern, matched, err.text);
	}
}

/* More patterns than the cache holds, each of them several times. */
static void test_pattern_cache(void **state)
{
	struct cel_variable variable = {STR("l"), NULL};
	struct cel_scope scope = {.variables = &variable, .variable_count = 1};
	struct cel_run *run = cel_run_new(arena);
	struct cel_program *program = compile(&scope, "l.all(p, l.exists(t, t.matches(p)))");
	struct value items[40], list, result;

	(void)state;
	for (int i = 0; i < 40; i++)
		items[i] = value_string(str_format(arena, "^%d$|^%d", i, i));
	items[39] = value_string(str_format(arena, "%0300d", 1)); /* too long to be kept */
	list = value_list(items, 40);
	for (int i = 0; i < 3; i++) {
		result = cel_evaluate(run, program, &list, arena, NULL);
		assert_int_equal(result.kind, VALUE_BOOL);
		assert_false(result.as.boolean);
	}
	cel_program_free(program);
	cel_run_free(run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_mentions),
	    cmocka_unit_test(test_problems),
	    cmocka_unit_test(test_patterns),
	    cmocka_unit_test(test_pattern_cache),
	};

	return cmocka_run_group_tests_name("policies/cel/compile", tests, setup, teardown);
}

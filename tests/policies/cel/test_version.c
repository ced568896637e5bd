/* Versions, their order, and Terraform's constraints. */
#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "policies/cel/version.h"
#include "tests/support/cel_check.h"

static const struct {
	const char *text;
	bool strict, loose;
} texts[] = {
    {"1.2.3", true, true},
    {"0.0.0", true, true},
    {"1.2.3-rc.1+build.5", true, true},
    {"1.2.3-0a", true, true},
    {"1.2.3+007", true, true},
    {"1.2", false, true},
    {"1", false, true},
    {"v1.2.3", false, true},
    {"1.2.3.4", false, true},
    {"01.2.3", false, true},
    {"1.2.3-01", false, true},
    {" 1.2.3 ", false, true},
    {"1.2.3.4.5", false, false},
    {"1.2.3-", false, false},
    {"1.2.3-a..b", false, false},
    {"1.2.3-a.", false, false},
    {"1.2.3+", false, false},
    {"1.2.x", false, false},
    {"1..3", false, false},
    {"99999999999999999999.0.0", false, false},
    {"", false, false},
    {"1.2.3 4", false, false},
    {"1.2.3-\xc3\xa9", false, false},
};

/* In order of precedence: semver.org, 11. */
static const char *const ordered[] = {"0.9.9", "1.0.0-1", "1.0.0-2", "1.0.0-10", "1.0.0-alpha",
    "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11",
    "1.0.0-rc.1", "1.0.0", "1.0.1", "1.2.0", "1.10.0", "2.0.0"};

static const struct {
	const char *version, *constraint;
	bool holds;
} constraints[] = {
    {"1.2.3", "1.2.3", true},
    {"1.2.3", "= 1.2.3", true},
    {"1.2.3", "!= 1.2.3", false},
    {"1.2.3", ">= 1.2, < 2.0", true},
    {"2.0.0", ">= 1.2, < 2.0", false},
    {"1.2.0", "~> 1.2", true},
    {"1.9.0", "~> 1.2", true},
    {"2.0.0", "~> 1.2", false},
    {"1.1.9", "~> 1.2", false},
    {"1.2.9", "~> 1.2.3", true},
    {"1.3.0", "~> 1.2.3", false},
    {"5.0.0", "~> 1", true},
    {"0.9.0", "~> 1", false},
    {"1.2.0", ">1.1,<1.3,!=1.2.1", true},
    {"1.2.1", ">1.1,<1.3,!=1.2.1", false},
    {"1.0.0-beta", "> 0.9", false},
    {"1.0.0-beta", "1.0.0-beta", true},
    {"1.0.0-beta", ">= 1.0.0-alpha", true},
    {"1.0.1-beta", ">= 1.0.0-alpha", false},
    {"1.0.0-beta", "!= 1.0.0", true},
    {"v1.2", "= 1.2.0", true},
};

static const char *const no_constraints[] = {"", " ", "x", "~> ", ">", "=> 1.0", "1.0,,2.0",
    "~>> 1", "1.0 2.0", ">= 1.0 < 2.0", "^1.2", "*"};

static const char *const truths[] = {
    "semver('1.2.3').major() == 1 && semver('1.2.3').patch() == 3",
    "semver('v1.2', true).patch() == 0",
    "semver('1.0.0') == semver('1.0.0')",
    "semver('1.0.0').compareTo(semver('1.0.0+x')) == 0",
    "isSemver('v1.0', true) && !isSemver('v1.0') && !isSemver('1.2.3.4', true)",
    "'1.2.3'.satisfies('~> 1.0')",
    "semver('1.2.3').satisfies('~> 1.0')",
    "string(semver('1.2.3-rc.1')) == '1.2.3-rc.1'",
    "glob('envs/prod/db', 'envs/*/db')",
    "!glob('envs/prod/db', 'envs/db')",
};

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

static void test_texts(void **state)
{
	struct version version;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct str text = str_copy(arena, str_from(texts[i].text));

		if (version_parse(text, &version) != texts[i].strict ||
		    version_parse_loose(text, &version) != texts[i].loose)
			fail_msg("%s", texts[i].text);
	}
}

static int compare(const char *left, const char *right)
{
	struct version a, b;
	int order;

	assert_true(version_parse(str_from(left), &a) && version_parse(str_from(right), &b));
	order = version_cmp(&a, &b);
	return (order > 0) - (order < 0);
}

static void test_order(void **state)
{
	size_t count = ARRAY_LEN(ordered);

	(void)state;
	for (size_t pair = 0; pair < count * count; pair++) {
		size_t i = pair / count, j = pair % count;

		if (compare(ordered[i], ordered[j]) != (i > j) - (i < j))
			fail_msg("%s and %s", ordered[i], ordered[j]);
	}
}

static void test_constraints(void **state)
{
	struct version version;
	struct err err = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(constraints); i++) {
		struct str constraint = str_from(constraints[i].constraint);

		assert_true(version_parse_loose(str_from(constraints[i].version), &version));
		if (!version_constraint_check(constraint, &err) ||
		    version_satisfies(&version, constraint) != constraints[i].holds)
			fail_msg("%s, %s", constraints[i].version, constraints[i].constraint);
	}
	for (size_t i = 0; i < ARRAY_LEN(no_constraints); i++) {
		struct err problem = {0};

		if (version_constraint_check(str_from(no_constraints[i]), &problem))
			fail_msg("'%s' is taken", no_constraints[i]);
	}
}

static void test_functions(void **state)
{
	struct cel_check check = {.arena = arena, .run = cel_run_new(arena)};

	(void)state;
	cel_check_truths(&check, truths, ARRAY_LEN(truths));
	cel_run_free(check.run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_texts),
	    cmocka_unit_test(test_order),
	    cmocka_unit_test(test_constraints),
	    cmocka_unit_test(test_functions),
	};

	return cmocka_run_group_tests_name("policies/cel/version", tests, setup, teardown);
}

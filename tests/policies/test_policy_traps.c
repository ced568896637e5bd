/*
 * test_policy_traps.c: what YAML makes of expressions is explained, and shown with a caret.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "tests/support/policy_reading.h"

#define RULE  "rules:\n  - id: r\n    level: deny\n    match: {actions: [create]}\n"

#define BLOCK "; write it as a block scalar: '|' and the text on the next line"
static void test_traps(void **state)
{
	static const struct {
		const char *line, *want; /* the beginning of the problem; NULL: none */
	} rows[] = {
	    {"require: !has(resource.x)",
		"5:14 'require': a plain text that begins with '!' is a tag to YAML" BLOCK},
	    {"require: !(a || b)", "5:19 'require': a plain text that begins with '!' is a tag"},
	    {"forbid: !x.exists(t, t == 1)", "5:24 'forbid': a plain text that begins with '!'"},
	    {"require: a ? b : c", "5:20 'require': ': ' in a plain text makes a map"},
	    {"require:\n      a ? b\n      : c", "7:7 'require': "},
	    {"require: \"x\" in y", "5:18 'require': a text that begins with a quote ends"},
	    {"require: 'x' in y", "5:18 'require': a text that begins with a quote ends"},
	    {"forbid: {a: 1}.a == 1", "5:19 'forbid': a plain text that begins with '{' is a map"},
	    {"forbid: {a: 1}", "5:13 'forbid': a map stands here: YAML takes a text that begins"},
	    {"forbid: [1].exists(x, x)", "5:16 'forbid': a plain text that begins with '[' is a"},
	    {"forbid: [1]", "5:13 'forbid': a plain text that begins with '[' is a list to YAML"},
	    {"forbid: *x", "5:14 'forbid': a plain text that begins with '*' is an alias"},
	    {"forbid: &&x", "5:5 'forbid': a plain text that begins with '&' is an anchor"},
	    {"forbid: x == \"a #b\"", "5:13 'forbid': ' #' begins a comment in a plain text"},
	    {"message: Fix: do this", "5:17 'message': ': ' in a plain text makes a map"},
	    {"when: {a: b}", "5:11 'when': a map stands here"},
	    {"each: @x", "5:11 'each': a plain text cannot begin with '@'"},
	    {"variables: {a: !b c}", "5:20 'a': a plain text that begins with '!' is a tag"},
	    {"variables:\n      a: x ? y : z", "6:16 'a': ': ' in a plain text makes a map"},
	    {"message: !foo bar",
		"5:14 'message': a plain text that begins with '!' is a tag to YAML; put it in"},
	    {"forbid: \"true\"\n    forbid: \"false\"",
		"6:5 the key 'forbid' stands here a second time"},
	    /* a mistake of another key is not blamed on the text above it */
	    {"forbid: x\n    owners: [a", "8:1 flow sequence without a closing bracket"},
	    {"forbid: |\n      x\n    owners: {a", "9:"}, {"forbid: |\n      !a", NULL},
	    {"forbid: \"!a\"", NULL}, {"forbid: x # a comment", NULL},
	    {"forbid: 'x == \"a\"' # a \" comment", NULL}, {"forbid: &x a", NULL},
	    {"forbid: a ? b:c", NULL}, /* strange but YAML leaves it alone */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct str text = str_format(arena, RULE "    %s\n    url: x\n", rows[i].line);
		struct reading *reading = reading_of(arena, POLICY_CHAIN, "tfherald.yaml", text);
		struct str got = reading_problems(arena, reading);

		if (rows[i].want ? !str_starts(got, str_from(rows[i].want)) : got.len > 0)
			fail_msg("%s: '%.*s'", rows[i].line, STR_ARG(got));
	}
}

static void test_carets(void **state)
{
	static const struct {
		const char *label, *text, *want;
	} rows[] = {
	    {"simple", "undecided: no\n", "  undecided: no\n             ^"},
	    {"wide letters", "labels: {\xe4\xb8\xad: [x]}\n",
		"  labels: {\xe4\xb8\xad: [x]}\n           ^"},
	    {"tabs", "undecided:\tno\n", "  undecided: no\n             ^"},
	    {"no end of line", "undecided: no", "  undecided: no\n             ^"},
	    {"byte order mark", "\xef\xbb\xbfundecided: no\n", "  undecided: no\n             ^"},
	    {"long",
		"labels: {aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa: x, b: "
		"[]}\n",
		"  ...aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa: x, b: []}\n"
		"                                                                 ^"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct reading *reading =
		    reading_of(arena, POLICY_CHAIN, "tfherald.yaml", str_from(rows[i].text));

		if (reading->problems.count != 1 ||
		    !str_is(reading->problems.carets[0], rows[i].want))
			fail_msg("%s:\n%.*s\nwant:\n%s", rows[i].label,
			    STR_ARG(reading->problems.carets[0]), rows[i].want);
		assert_string_equal(reading->problems.items[0].file, "tfherald.yaml");
	}
}

/* Two chains have files of one name: each problem shows its own. */
static void test_two_chains(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct reading *one =
	    reading_of(arena, POLICY_CHAIN, "tfherald.yaml", STR("labels: {a: 1}\n"));
	struct policy_file other;

	(void)state;
	policy_file_read(arena, POLICY_CHAIN, STR("tfherald.yaml"), STR("labels: {b: 2}\n"), &other,
	    &one->problems);
	policy_problem(&one->problems, &one->file.labels[0].place, "first");
	policy_problem(&one->problems, &other.labels[0].place, "second");
	assert_true(str_is(one->problems.carets[0], "  labels: {a: 1}\n           ^"));
	assert_true(str_is(one->problems.carets[1], "  labels: {b: 2}\n           ^"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_traps),
	    cmocka_unit_test(test_carets),
	    cmocka_unit_test(test_two_chains),
	};

	return cmocka_run_group_tests_name("policies/policy_traps", tests, NULL, NULL);
}

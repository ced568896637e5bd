#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"

#include "tests/support/verdict_world.h"

#define RULE(more) POLICY("rules:\n  - {id: r, level: deny, " more "}\n")
#define TEXT_MAX   4096

/* Fingerprints of the first finding of a rule on a plan: the finding's, then the value's. */
static struct str prints(
    struct arena *arena, const struct source_row *rules, const char *plan, const char *key)
{
	struct verdict_world world;
	struct str text;

	verdict_world_begin(&world, rules, NULL);
	world.world.fingerprint_key = str_from(key);
	verdict_world_plan(&world, plan);
	verdict_world_judge(&world);
	assert_int_equal(world.verdict.finding_count, 1);
	text = str_format(arena, "%.*s %.*s", STR_ARG(world.verdict.findings[0].fingerprint),
	    STR_ARG(world.verdict.findings[0].value_fingerprint));
	verdict_world_end(&world);
	return text;
}

#define P   RULE("forbid: resource.after.p > 0")
#define NET RULE("each: network_rules(resource), forbid: 'item.covers([22])'")
#define BLOCK(from, to)                                             \
	"{'protocol': 'tcp', 'from_port': " from ", 'to_port': " to \
	", 'cidr_blocks': ['0.0.0.0/0']}"
#define SG(blocks) PLAN(CREATE("aws_security_group", "a", "{'ingress': [" blocks "]}"))

static void test_pairs(void **state)
{
	(void)state;
	struct arena *arena = arena_new();
	const struct {
		const char *name;
		const struct source_row *rules;
		const char *a, *b;
		bool same;
	} rows[] = {
	    {"the same again", P, PLAN(CREATE("t", "a", "{'p': 1}")),
		PLAN(CREATE("t", "a", "{'p': 1, 'q': 2}")), true},
	    {"another value", P, PLAN(CREATE("t", "a", "{'p': 1}")),
		PLAN(CREATE("t", "a", "{'p': 2}")), false},
	    {"another address", P, PLAN(CREATE("t", "a", "{'p': 1}")),
		PLAN(CREATE("t", "b", "{'p': 1}")), false},
	    {"blocks in another order", NET, SG(BLOCK("80", "80") "," BLOCK("22", "22")),
		SG(BLOCK("22", "22") "," BLOCK("80", "80")), true},
	    {"other ports", NET, SG(BLOCK("22", "22")), SG(BLOCK("20", "30")), false},
	    {"the plan, more destroyed", RULE("scope: plan, require: plan.summary.destroy == 0"),
		PLAN(DELETE("t", "a", "{}")),
		PLAN(DELETE("t", "a", "{}") "," DELETE("t", "b", "{}")), false},
	    {"undecided about other paths",
		RULE("forbid: 'resource.after.p == 1 && resource.after.q == 1'"),
		PLAN(CREATE_UNKNOWN("t", "a", "{'q': 1}", "{'p': true}")),
		PLAN(CREATE_UNKNOWN("t", "a", "{'p': 1}", "{'q': true}")), false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct str a = prints(arena, rows[i].rules, rows[i].a, "");
		struct str b = prints(arena, rows[i].rules, rows[i].b, "");

		if (str_eq(a, b) != rows[i].same)
			fail_msg("%s: %.*s, %.*s", rows[i].name, STR_ARG(a), STR_ARG(b));
	}
	arena_free(arena);
}

#define VARIABLES                                                                              \
	PLAN_WITH(CREATE("t", "a", "{}"),                                                      \
	    ",'variables':{'v':{'value':'s3cr3t'}},'configuration':{'root_module':{'variables" \
	    "':{'v':{'sensitive':true}}}}")

static void test_hidden(void **state)
{
	(void)state;
	struct arena *arena = arena_new();
	const struct {
		const char *name;
		const struct source_row *rules;
		const char *plan;
	} rows[] = {
	    {"a value", P, PLAN(CREATE_SECRET("t", "a", "{'p': 1}", "{'p': true}"))},
	    {"an item", RULE("each: resource.after.l, forbid: item > 0"),
		PLAN(CREATE_SECRET("t", "a", "{'l': [1]}", "{'l': [true]}"))},
	    {"an item of a list that is hidden as a whole",
		RULE("each: resource.after.l, forbid: item > 0"),
		PLAN(CREATE_SECRET("t", "a", "{'l': [1]}", "{'l': true}"))},
	    {"an item that is computed",
		RULE("each: 'resource.after.l.map(x, x + x)', forbid: "
		     "'item != \"\"'"),
		PLAN(CREATE_SECRET("t", "a", "{'l': ['a']}", "{'l': [true]}"))},
	    {"a variable", RULE("scope: plan, forbid: plan.variables.v == \"s3cr3t\""), VARIABLES},
	    {"all variables", RULE("scope: plan, forbid: plan.variables.size() == 1"), VARIABLES},
	    {"an item that is computed from all variables",
		RULE("scope: plan, each: '[plan.variables].map(x, x.v + \"!\")', forbid: 'item != "
		     "\"\"'"),
		VARIABLES},
	    {"a value in an item", RULE("each: resource.after.l, forbid: item.p > 0"),
		PLAN(CREATE_SECRET("t", "a", "{'l': [{'p': 1}]}", "{'l': [{'p': true}]}"))},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct str none = prints(arena, rows[i].rules, rows[i].plan, "");
		struct str one = prints(arena, rows[i].rules, rows[i].plan, "one key");
		struct str same = prints(arena, rows[i].rules, rows[i].plan, "one key");
		struct str other = prints(arena, rows[i].rules, rows[i].plan, "another key");

		if (!str_ends(none, STR(" ")))
			fail_msg("%s, without a key: %.*s", rows[i].name, STR_ARG(none));
		if (str_ends(one, STR(" ")) || !str_eq(one, same) || str_eq(one, other))
			fail_msg("%s: %.*s %.*s", rows[i].name, STR_ARG(one), STR_ARG(other));
	}
	arena_free(arena);
}

/* What says nothing that stays the same has no value to bind a waiver to. */
static void test_no_value(void **state)
{
	(void)state;
	struct arena *arena = arena_new();
	struct str text =
	    prints(arena, RULE("match: {types: [t]}, forbid: 'plan.by_type(\"t\").size() == 1'"),
		PLAN(CREATE("t", "a", "{}")), "key");

	assert_true(str_ends(text, STR(" ")));
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_pairs),
	    cmocka_unit_test(test_hidden),
	    cmocka_unit_test(test_no_value),
	};

	return cmocka_run_group_tests_name("policies/fingerprints", tests, NULL, NULL);
}

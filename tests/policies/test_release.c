#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "tests/support/verdict_world.h"

/* Two chains: the stricter of both, evaluated once where they say the same; what releases. */

struct row {
	const char *name;
	const struct source_row *trusted, *head;
	const char *text, *tallies; /* tallies NULL: not looked at */
};

#define RULE(level, more) "rules:\n  - {id: r, level: " level ", " more "}\n"
#define P_IS_1		  "forbid: resource.after.p == 1"
#define LABELLED	  "forbid: 'resource.after.p == 1 && labels.env == \"prod\"'"
#define VIOLATION	  "deny violation r t.a\n"
#define WEAKENS(text)	  "deny weakens r \"weakens r (tfherald.yaml:3" text "\"\n"
#define NOT_PROVEN	  " and cannot be proven stricter"
#define OWNERS		  "owners: {policy: ['@o']}\n"

/* `pr` NULL: nobody could be asked. */
static unsigned run_row(const struct row *row, const char *pr, bool undecided)
{
	struct verdict_world world;
	unsigned wrong = 0;

	verdict_world_begin(&world, row->head, row->trusted);
	if (pr)
		world.world.pr = verdict_json(world.arena, pr);
	verdict_world_plan(&world, undecided ? PLAN(CREATE_UNKNOWN("t", "a", "{}", "{'p': true}"))
					     : PLAN(CREATE("t", "a", "{'p': 1}")));
	verdict_world_judge(&world);
	verdict_check(&wrong, row->name, verdict_world_text(&world), row->text);
	if (row->tallies)
		verdict_check(&wrong, row->name, verdict_world_tallies(&world), row->tallies);
	verdict_world_end(&world);
	return wrong;
}

static void test_stricter(void **state)
{
	(void)state;
	const struct row rows[] = {
	    {"the same in both is run once", POLICY(RULE("deny", P_IS_1)),
		POLICY("# moved\n\n" RULE("deny", P_IS_1)), VIOLATION, "r 1/0/1/0/0\n"},
	    {"only in the head", POLICY("rules: []\n"), POLICY(RULE("deny", P_IS_1)), VIOLATION,
		"r 1/0/1/0/0\n"},
	    {"only in the trusted one", POLICY(RULE("deny", P_IS_1)), POLICY("rules: []\n"),
		WEAKENS("): removed") VIOLATION, "r 1/0/1/0/0\n"},
	    {"another expression, both violated", POLICY(RULE("deny", P_IS_1)),
		POLICY(RULE("deny", "forbid: 1 == resource.after.p")),
		WEAKENS(", now tfherald.yaml:3): the condition differs" NOT_PROVEN) VIOLATION,
		"r 1/0/1/0/0\nr 1/0/1/0/0\n"},
	    {"another expression, the trusted one violated", POLICY(RULE("deny", P_IS_1)),
		POLICY(RULE("deny", "forbid: 'false'")),
		WEAKENS(", now tfherald.yaml:3): the condition differs" NOT_PROVEN) VIOLATION,
		NULL},
	    {"another expression, the head's violated", POLICY(RULE("deny", "forbid: 'false'")),
		POLICY(RULE("deny", P_IS_1)),
		WEAKENS(", now tfherald.yaml:3): the condition differs" NOT_PROVEN) VIOLATION,
		NULL},
	    {"a level lowered", POLICY(RULE("deny", P_IS_1)), POLICY(RULE("warn", P_IS_1)),
		WEAKENS(", now tfherald.yaml:3): level deny -> warn") VIOLATION, NULL},
	    {"a level raised", POLICY(RULE("warn", P_IS_1)), POLICY(RULE("deny", P_IS_1)),
		VIOLATION, NULL},
	    {"disabled in the head", POLICY(RULE("deny", P_IS_1)),
		POLICY(RULE("deny", P_IS_1 ", disabled: true")),
		WEAKENS(", now tfherald.yaml:3): disabled") VIOLATION, NULL},
	    {"a label that the rule reads", POLICY("labels: {env: prod}\n" RULE("deny", LABELLED)),
		POLICY("labels: {env: dev}\n" RULE("deny", LABELLED)),
		"deny weakens labels.env \"weakens labels.env (tfherald.yaml:2, now "
		"tfherald.yaml:2): 'prod' -> 'dev'; used by 'r'\"\n" VIOLATION,
		NULL},
	    {"a param loosened",
		POLICY("params: {n: {type: int, value: 0, tighten: lower}}\n" RULE(
		    "deny", "require: resource.after.p <= params.n")),
		POLICY("params: {n: {type: int, value: 5, tighten: lower}}\n" RULE(
		    "deny", "require: resource.after.p <= params.n")),
		"deny weakens params.n \"weakens params.n (tfherald.yaml:2, now "
		"tfherald.yaml:2): 0 -> 5, which is not lower than 0; used by 'r'\"\n" VIOLATION,
		NULL},
	    {"what may be waived in one only stands twice",
		POLICY(RULE("deny", P_IS_1 ", waivable: false")), POLICY(RULE("deny", P_IS_1)),
		WEAKENS(", now tfherald.yaml:3): waivable false -> true") VIOLATION VIOLATION,
		NULL},
	};
	unsigned wrong = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		wrong += run_row(&rows[i], NULL, false);
	assert_int_equal(wrong, 0);
}

/* A rule whose param the head changes is run for both chains, and is one rule. */
static void test_counted_once(void **state)
{
#define WITH_LIMIT(limit)                                                                        \
	POLICY("params: {n: {type: int, value: " limit ", tighten: lower}}\n" RULE(              \
	    "deny", "require: resource.after.p <= params.n") "  - {id: s, level: deny, forbid: " \
							     "'false'}\n")
	struct verdict_world world;
	unsigned wrong = 0;

	(void)state;
	verdict_world_begin(&world, WITH_LIMIT("0"), WITH_LIMIT("5"));
	verdict_world_plan(&world, PLAN(CREATE("t", "a", "{'p': 1}")));
	verdict_world_judge(&world);
	verdict_check(&wrong, "in both chains", verdict_world_tallies(&world),
	    "r 1/1/0/0/0\ns 1/1/0/0/0\nr 1/0/1/0/0\n");
	assert_int_equal(wrong, 0);
	assert_int_equal(world.verdict.rules, 2);
	assert_int_equal(world.verdict.rules_matched, 2);
	verdict_world_end(&world);
}

static void test_settings(void **state)
{
	(void)state;
	const struct row rows[] = {
	    {"undecided raised by the head, rule the same", POLICY(RULE("deny", P_IS_1)),
		POLICY("undecided: deny\n" RULE("deny", P_IS_1)),
		"deny undecided r t.a on after.p\n", NULL},
	    {"undecided lowered by the head", POLICY("undecided: deny\n" RULE("deny", P_IS_1)),
		POLICY("undecided: warn\n" RULE("deny", P_IS_1)),
		"deny undecided r t.a on after.p\ndeny weakens undecided \"weakens undecided "
		"(tfherald.yaml:2, now tfherald.yaml:2): deny -> warn\"\n",
		NULL},
	};
	unsigned wrong = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		wrong += run_row(&rows[i], NULL, true);
	assert_int_equal(wrong, 0);
}

/* --- released --- */

#define APPROVED(user, commit) "{'approvals': [{'user': '" user "', 'commit': '" commit "'}]}"
#define RELEASED(rule, text) \
	"info weakens " rule " (released) \"weakens " rule " (tfherald.yaml:" text "\"\n"

static void test_released(void **state)
{
	(void)state;
	const struct row rows[] = {
	    {"a level lowered", POLICY(OWNERS RULE("deny", P_IS_1)),
		POLICY(OWNERS RULE("warn", P_IS_1)),
		"warn violation r t.a\n" RELEASED(
		    "r", "4, now tfherald.yaml:4): level deny -> warn"),
		"r 1/0/1/0/0\n"},
	    {"a rule removed", POLICY(OWNERS RULE("deny", P_IS_1)), POLICY(OWNERS),
		RELEASED("r", "4): removed") "note no policy rules are in force here: nothing was "
					     "checked\n",
		""},
	    {"a broken rule mended", POLICY(OWNERS RULE("deny", "forbid: resource.after.q == 1")),
		POLICY(OWNERS RULE("deny", "forbid: 'get(resource.after.q, 0) == 1'")),
		RELEASED("r", "4, now tfherald.yaml:4): the condition differs" NOT_PROVEN), NULL},
	    {"the head cannot name who releases", POLICY(RULE("deny", P_IS_1)),
		POLICY(OWNERS RULE("warn", P_IS_1)),
		"deny weakens owners.policy \"weakens owners.policy (tfherald.yaml, now "
		"tfherald.yaml:2): set in place of CODEOWNERS\"\n"
		"deny weakens r \"weakens r (tfherald.yaml:3, now tfherald.yaml:4): level deny -> "
		"warn\"\n" VIOLATION,
		NULL},
	};
	unsigned wrong = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		wrong += run_row(&rows[i], APPROVED("o", "c0ffee"), false);
	assert_int_equal(wrong, 0);
}

static void test_not_released(void **state)
{
	(void)state;
	static const char *const answers[] = {NULL, "{'approvals': []}", APPROVED("x", "c0ffee"),
	    APPROVED("o", "0ldc0de"), APPROVED("", "c0ffee"), "{'approvals': [{'user': 'o'}]}",
	    "{'approvals': 'o'}", "{}",
	    /* his own */
	    "{'author': 'O', 'approvals': [{'user': 'o', 'commit': 'c0ffee'}]}"};
	const struct row row = {"not released", POLICY(OWNERS RULE("deny", P_IS_1)),
	    POLICY(OWNERS RULE("warn", P_IS_1)),
	    "deny weakens r \"weakens r (tfherald.yaml:4, now tfherald.yaml:4): level deny -> "
	    "warn\"\n" VIOLATION,
	    NULL};
	unsigned wrong = 0;

	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		wrong += run_row(&row, answers[i], false);
	assert_int_equal(wrong, 0);
}

/* A pack that goes back to an older version takes all its rules along; those that stay are run. */
static void test_released_and_the_same(void **state)
{
	(void)state;
	static const struct str rule = STR_INIT("r");
	const struct source_row *rules = POLICY(OWNERS RULE("deny", P_IS_1));
	struct verdict_world world;
	unsigned wrong = 0;

	verdict_world_begin(&world, rules, rules);
	world.weakening = (struct weakening){.rule = STR("pack:x"),
	    .what = STR("version 1.1 -> 1.0"),
	    .trusted = {STR("tfherald.yaml"), 1, 1},
	    .head = {STR("tfherald.yaml"), 1, 1},
	    .rules = {&rule, 1}};
	world.world.pr = verdict_json(world.arena, APPROVED("o", "c0ffee"));
	verdict_world_plan(&world, PLAN(CREATE("t", "a", "{'p': 1}")));
	verdict_world_judge(&world);
	verdict_check(&wrong, "released, and the same in both", verdict_world_text(&world),
	    VIOLATION RELEASED("pack:x", "1, now tfherald.yaml:1): version 1.1 -> 1.0"));
	verdict_world_end(&world);
	assert_int_equal(wrong, 0);
}

static void test_teams_release(void **state)
{
	(void)state;
	const struct row row = {"by a member of a team",
	    POLICY("owners: {policy: ['@acme/dba', '@x']}\n" RULE("deny", P_IS_1)),
	    POLICY("owners: {policy: ['@acme/dba', '@x']}\n" RULE("info", P_IS_1)),
	    "info violation r t.a\n" RELEASED("r", "4, now tfherald.yaml:4): level deny -> info"),
	    NULL};

	assert_int_equal(run_row(&row,
			     "{'approvals': [{'user': 'y', 'commit': 'c0ffee', 'teams': "
			     "['Acme/DBA']}]}",
			     false),
	    0);
}

/* --- the sentence below --- */

static void test_release_text(void **state)
{
	(void)state;
	const struct {
		const char *name;
		const struct source_row *rules;
		const char *release;
	} rows[] = {
	    {"a waiver", POLICY(RULE("deny", P_IS_1)),
		"change the plan, or add a waiver on the base branch (tfherald policy waive r "
		"'t.a' PLAN)"},
	    {"owners", POLICY(OWNERS RULE("deny", P_IS_1)),
		"change the plan, or add a waiver on the base branch (tfherald policy waive r "
		"'t.a' PLAN), owned by @o"},
	    {"owners of the rule",
		POLICY(OWNERS RULE("deny", P_IS_1 ", owners: ['@a', '@b', '@c']")),
		"change the plan, or add a waiver on the base branch (tfherald policy waive r "
		"'t.a' PLAN), owned by @a, @b or @c"},
	    {"not waivable", POLICY(OWNERS RULE("deny", P_IS_1 ", waivable: false")),
		"cannot be waived; change the plan, or ask @o"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct verdict_world world;
		unsigned wrong = 0;

		verdict_world_begin(&world, rows[i].rules, NULL);
		verdict_world_plan(&world, PLAN(CREATE("t", "a", "{'p': 1}")));
		verdict_world_judge(&world);
		verdict_check(
		    &wrong, rows[i].name, world.verdict.findings[0].release, rows[i].release);
		verdict_world_end(&world);
		assert_int_equal(wrong, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_stricter),
	    cmocka_unit_test(test_counted_once),
	    cmocka_unit_test(test_settings),
	    cmocka_unit_test(test_released),
	    cmocka_unit_test(test_not_released),
	    cmocka_unit_test(test_released_and_the_same),
	    cmocka_unit_test(test_teams_release),
	    cmocka_unit_test(test_release_text),
	};

	return cmocka_run_group_tests_name("policies/release", tests, NULL, NULL);
}

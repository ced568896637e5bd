#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "tests/support/verdict_world.h"

/* Waivers: which finding each covers, and what is said of each. */

struct row {
	const char *name;
	const struct source_row *rules;
	const char *plan;
	const char *text, *waivers;
};

#define RULE(more) "rules:\n  - {id: r, level: deny, " more "}\n"
#define P_IS_1	   RULE("forbid: resource.after.p == 1")
#define W(resource, expires, more) \
	"  - {rule: r, resource: " resource ", reason: x, expires: " expires more "}\n"
#define BAD    PLAN(CREATE("t", "a", "{'p': 1}"))
#define STANDS "deny violation r t.a\n"
#define WAIVED "info violation r t.a (waived)\n"

static void run_rows(const struct row *rows, size_t count)
{
	unsigned wrong = 0;

	for (size_t i = 0; i < count; i++) {
		struct verdict_world world;

		verdict_world_begin(&world, rows[i].rules, NULL);
		verdict_world_plan(&world, rows[i].plan);
		verdict_world_judge(&world);
		verdict_check(&wrong, rows[i].name, verdict_world_text(&world), rows[i].text);
		verdict_check(&wrong, rows[i].name, verdict_world_waivers(&world), rows[i].waivers);
		verdict_world_end(&world);
	}
	assert_int_equal(wrong, 0);
}

static void test_states(void **state)
{
	(void)state;
	const struct row rows[] = {
	    {"expiring", POLICY_AND_WAIVERS(P_IS_1, W("t.a", "2026-11-30", "")), BAD, WAIVED,
		"r t.a expiring 1\n"},
	    {"the last day", POLICY_AND_WAIVERS(P_IS_1, W("t.a", "2026-11-22", "")), BAD, WAIVED,
		"r t.a expiring 1\n"},
	    {"expired", POLICY_AND_WAIVERS(P_IS_1, W("t.a", "2026-11-21", "")), BAD, STANDS,
		"r t.a expired 1\n"},
	    {"unused", POLICY_AND_WAIVERS(P_IS_1, W("t.b", "2026-11-30", "")), BAD, STANDS,
		"r t.b unused 0\n"},
	    {"of another rule",
		POLICY_AND_WAIVERS(P_IS_1 "  - {id: s, level: warn, forbid: 'true'}\n",
		    "  - {rule: s, resource: t.a, reason: x, expires: 2026-11-30}\n"),
		BAD, STANDS "info violation s t.a (waived)\n", "s t.a expiring 1\n"},
	    {"bound to no value, over 14 days",
		POLICY_AND_WAIVERS(P_IS_1, W("t.a", "2026-12-31", "")), BAD, STANDS,
		"r t.a malformed 1: it is bound to no value ('value: vf1:...', see tfherald policy "
		"waive) and lasts more than 14 days\n"},
	    {"bound to another value",
		POLICY_AND_WAIVERS(
		    P_IS_1, W("t.a", "2026-12-31", ", value: 'vf1:AAAAAAAAAAAAAAAAAAAAAA'")),
		BAD, STANDS, "r t.a unused 0\n"},
	    {"over 90 days",
		POLICY_AND_WAIVERS(
		    P_IS_1, W("t.a", "2027-12-31", ", value: 'vf1:AAAAAAAAAAAAAAAAAAAAAA'")),
		BAD, STANDS,
		"r t.a malformed 0: it lasts more than 90 days (waiver_policy.max_days)\n"},
	    {"over the days of the policy",
		POLICY_AND_WAIVERS(
		    "waiver_policy: {max_days: 3}\n" P_IS_1, W("t.a", "2026-11-30", "")),
		BAD, STANDS,
		"r t.a malformed 1: it lasts more than 3 days (waiver_policy.max_days)\n"},
	    {"a ticket is required",
		POLICY_AND_WAIVERS("waiver_policy: {require: [ticket]}\n" P_IS_1,
		    W("t.a", "2026-11-30", "") W("t.a", "2026-11-29", ", ticket: T-1")),
		BAD, WAIVED,
		"r t.a malformed 1: waiver_policy (tfherald.yaml:2:16) wants 'ticket'\nr t.a "
		"expiring 1\n"},
	    {"not to be waived",
		POLICY_AND_WAIVERS(RULE("forbid: resource.after.p == 1, waivable: false"),
		    W("t.a", "2026-11-30", "")),
		BAD, STANDS, "r t.a malformed 0: rule 'r' (tfherald.yaml:3:5) cannot be waived\n"},
	    {"named approvers cannot be asked",
		POLICY_AND_WAIVERS(P_IS_1, W("t.a", "2026-11-30", ", approved_by: '@o'")), BAD,
		WAIVED, "r t.a expiring 1 unverified\n"},
	};

	run_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_addresses(void **state)
{
	(void)state;
#define AT(address) \
	PLAN(CHANGE_AT(address, "", "managed", "t", "a", "'create'", "null", "{'p': 1}", ""))
	const struct row rows[] = {
	    {"a star", POLICY_AND_WAIVERS(P_IS_1, W("'*'", "2026-11-30", "")), BAD, WAIVED,
		"r * expiring 1\n"},
	    {"brackets and quotes are literal",
		POLICY_AND_WAIVERS(P_IS_1, W("'t.a[\"x\"]'", "2026-11-30", "")),
		AT("t.a[\\\"x\\\"]"), "info violation r t.a[\"x\"] (waived)\n",
		"r t.a[\"x\"] expiring 1\n"},
	    {"no class of characters", POLICY_AND_WAIVERS(P_IS_1, W("'t.a[01]'", "2026-11-30", "")),
		AT("t.a[0]"), "deny violation r t.a[0]\n", "r t.a[01] unused 0\n"},
	    {"a question mark is literal", POLICY_AND_WAIVERS(P_IS_1, W("'t.?'", "2026-11-30", "")),
		BAD, STANDS, "r t.? unused 0\n"},
	    {"a star in the middle", POLICY_AND_WAIVERS(P_IS_1, W("'t.*[*]'", "2026-11-30", "")),
		AT("t.a[0]"), "info violation r t.a[0] (waived)\n", "r t.*[*] expiring 1\n"},
	    {"all of a thousand stars",
		POLICY_AND_WAIVERS(
		    P_IS_1, W("'*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b'", "2026-11-30", "")),
		AT("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac"),
		"deny violation r "
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac\n",
		"r *a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b unused 0\n"},
	    {"an address that is longer", POLICY_AND_WAIVERS(P_IS_1, W("t.a", "2026-11-30", "")),
		AT("t.a[0]"), "deny violation r t.a[0]\n", "r t.a unused 0\n"},
	    {"a rule about the whole plan",
		POLICY_AND_WAIVERS(RULE("scope: plan, require: plan.summary.add == 0"),
		    W("'*'", "2026-11-30", "")),
		BAD, "info violation r (waived)\n", "r * expiring 1\n"},
	};

	run_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_errors(void **state)
{
	(void)state;
#define Q_IS_1 RULE("forbid: resource.after.q == 1")
	const struct row rows[] = {
	    {"of one resource", POLICY_AND_WAIVERS(Q_IS_1, W("t.a", "2026-11-30", "")), BAD,
		"info error r t.a (waived) \"no such key: 'q'\"\n", "r t.a expiring 1\n"},
	    {"the first address does not stand for the others",
		POLICY_AND_WAIVERS(Q_IS_1, W("t.a", "2026-11-30", "")),
		PLAN(CREATE("t", "a", "{}") "," CREATE("t", "b", "{}")),
		"deny error r t.a \"no such key: 'q'\" x2\n", "r t.a unused 0\n"},
	    {"a waiver for all of them", POLICY_AND_WAIVERS(Q_IS_1, W("'*'", "2026-11-30", "")),
		PLAN(CREATE("t", "a", "{}") "," CREATE("t", "b", "{}")),
		"info error r t.a (waived) \"no such key: 'q'\" x2\n", "r * expiring 1\n"},
	};

	run_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

/* --- bound to a value --- */

static void test_values(void **state)
{
	(void)state;
	static const struct {
		const char *name, *plan;
		const char *text;
	} rows[] = {
	    {"the same", BAD, WAIVED},
	    {"the same, beside other changes", PLAN(CREATE("t", "a", "{'q': 2, 'p': 1}")), WAIVED},
	    {"the same number", PLAN(CREATE("t", "a", "{'p': 1.0}")), WAIVED},
	    {"another value", PLAN(CREATE("t", "a", "{'p': 2}")), STANDS},
	    {"another action", PLAN(UPDATE("t", "a", "{'p': 7}", "{'p': 1}")), STANDS},
	};
	unsigned wrong = 0;
	struct verdict_world world;
	char waivers[400];

	verdict_world_begin(&world, POLICY(RULE("forbid: resource.after.p < 5")), NULL);
	verdict_world_plan(&world, BAD);
	verdict_world_judge(&world);
	(void)snprintf(waivers, sizeof(waivers),
	    "version: 1\nwaivers:\n" W("t.a", "2026-12-31", ", value: '%.*s'"),
	    STR_ARG(world.verdict.findings[0].value_fingerprint));
	verdict_world_end(&world);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct source_row files[] = {
		    {"tfherald.yaml", "version: 1\n" RULE("forbid: resource.after.p < 5"), false},
		    {"tfherald.waivers.yaml", waivers, false}, {NULL, NULL, false}};

		verdict_world_begin(&world, files, NULL);
		verdict_world_plan(&world, rows[i].plan);
		verdict_world_judge(&world);
		verdict_check(&wrong, rows[i].name, verdict_world_text(&world), rows[i].text);
		verdict_world_end(&world);
	}
	assert_int_equal(wrong, 0);
}

/* --- whose waivers count --- */

static void test_chains(void **state)
{
	(void)state;
#define OWNERS "owners: {policy: ['@o']}\n"
	const struct {
		const char *name;
		const struct source_row *trusted, *head;
		const char *pr, *text, *waivers;
	} rows[] = {
	    {"of the base branch", POLICY_AND_WAIVERS(P_IS_1, W("t.a", "2026-11-30", "")),
		POLICY(P_IS_1), NULL, WAIVED, "r t.a expiring 1\n"},
	    {"of both, listed once", POLICY_AND_WAIVERS(P_IS_1, W("t.a", "2026-11-30", "")),
		POLICY_AND_WAIVERS(P_IS_1, W("t.a", "2026-11-30", "")), NULL, WAIVED,
		"r t.a expiring 1\n"},
	    {"of the head only", POLICY(P_IS_1),
		POLICY_AND_WAIVERS(P_IS_1, W("t.a", "2026-11-30", "")), NULL, STANDS,
		"r t.a untrusted 1\n"},
	    {"made longer", POLICY_AND_WAIVERS(P_IS_1, W("t.a", "2026-11-21", "")),
		POLICY_AND_WAIVERS(P_IS_1, W("t.a", "2026-11-30", "")), NULL, STANDS,
		"r t.a expired 1\nr t.a untrusted 1\n"},
	    {"approved by the owners", POLICY(OWNERS P_IS_1),
		POLICY_AND_WAIVERS(OWNERS P_IS_1, W("t.a", "2026-11-30", "")),
		"{'approvals': [{'user': 'o', 'commit': 'c0ffee'}]}", WAIVED, "r t.a expiring 1\n"},
	    {"approved by the owner of the rule",
		POLICY(OWNERS RULE("forbid: resource.after.p == 1, owners: ['@x']")),
		POLICY_AND_WAIVERS(OWNERS RULE("forbid: resource.after.p == 1, owners: ['@x']"),
		    W("t.a", "2026-11-30", "")),
		"{'approvals': [{'user': 'x', 'commit': 'c0ffee'}]}", WAIVED, "r t.a expiring 1\n"},
	    {"approved by somebody else", POLICY(OWNERS P_IS_1),
		POLICY_AND_WAIVERS(OWNERS P_IS_1, W("t.a", "2026-11-30", "")),
		"{'approvals': [{'user': 'x', 'commit': 'c0ffee'}]}", STANDS,
		"r t.a untrusted 1\n"},
	    {"the head's own waiver policy does not help",
		POLICY(OWNERS "waiver_policy: {max_days: 3}\n" P_IS_1),
		POLICY_AND_WAIVERS(OWNERS "waiver_policy: {max_days: 2}\n" P_IS_1,
		    W("t.a", "2026-11-24", "") W("t.a", "2026-11-30", "")),
		"{'approvals': [{'user': 'o', 'commit': 'c0ffee'}]}", STANDS,
		"r t.a malformed 1: it lasts more than 2 days (waiver_policy.max_days)\n"
		"r t.a malformed 1: it lasts more than 2 days (waiver_policy.max_days)\n"},
	};
	unsigned wrong = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct verdict_world world;

		verdict_world_begin(&world, rows[i].head, rows[i].trusted);
		if (rows[i].pr)
			world.world.pr = verdict_json(world.arena, rows[i].pr);
		verdict_world_plan(&world, BAD);
		verdict_world_judge(&world);
		verdict_check(&wrong, rows[i].name, verdict_world_text(&world), rows[i].text);
		verdict_check(&wrong, rows[i].name, verdict_world_waivers(&world), rows[i].waivers);
		verdict_world_end(&world);
	}
	assert_int_equal(wrong, 0);
}

/* An owner whom only the head names lets nothing through. */
static void test_owners_of_the_head(void **state)
{
	(void)state;
	struct verdict_world world;

	verdict_world_begin(&world,
	    POLICY_AND_WAIVERS("owners: {policy: ['@evil']}\n" P_IS_1, W("t.a", "2026-11-30", "")),
	    POLICY(OWNERS P_IS_1));
	world.world.pr =
	    verdict_json(world.arena, "{'approvals': [{'user': 'evil', 'commit': 'c0ffee'}]}");
	verdict_world_plan(&world, BAD);
	verdict_world_judge(&world);
	assert_int_equal(world.verdict.waivers[0].state, WAIVER_UNTRUSTED);
	assert_int_equal(world.verdict.waived, 0);
	verdict_world_end(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_states),
	    cmocka_unit_test(test_addresses),
	    cmocka_unit_test(test_errors),
	    cmocka_unit_test(test_values),
	    cmocka_unit_test(test_chains),
	    cmocka_unit_test(test_owners_of_the_head),
	};

	return cmocka_run_group_tests_name("policies/waive", tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "tests/support/verdict_world.h"

/* Rules about the plan, its outputs, drift, and all plans of a pull request. */

struct row {
	const char *name;
	const struct source_row *rules;
	const char *plan;
	const char *text;
};

static void run_rows(const struct row *rows, size_t count)
{
	unsigned wrong = 0;

	for (size_t i = 0; i < count; i++) {
		struct verdict_world world;

		verdict_world_begin(&world, rows[i].rules, NULL);
		verdict_world_plan(&world, rows[i].plan);
		verdict_world_judge(&world);
		verdict_check(&wrong, rows[i].name, verdict_world_text(&world), rows[i].text);
		verdict_world_end(&world);
	}
	assert_int_equal(wrong, 0);
}

#define RULE(scope, more) POLICY("rules:\n  - {id: r, level: deny, scope: " scope ", " more "}\n")
#define TWO		  PLAN(CREATE("t", "a", "{}") "," DELETE("t", "b", "{}"))

static void test_plan(void **state)
{
	(void)state;
	const struct row rows[] = {
	    {"a violation",
		RULE("plan", "require: plan.summary.destroy == 0, message: "
			     "'${plan.summary.destroy} destroyed'"),
		TWO, "deny violation r \"1 destroyed\"\n"},
	    {"a pass", RULE("plan", "require: plan.summary.destroy <= 1"), TWO, ""},
	    {"count by action", RULE("plan", "forbid: plan.count.create == 1"), TWO,
		"deny violation r\n"},
	    {"each resource",
		RULE("plan", "each: plan.resources, forbid: 'item.action == "
			     "\"delete\"', message: '${item.address}'"),
		TWO, "deny violation r [t.b] \"t.b\"\n"},
	    {"not complete", RULE("plan", "require: plan.summary.destroy <= 1"),
		"{'format_version':'1.2','complete':false,'resource_changes':[]}",
		"warn undecided r on plan.complete\n"},
	    {"deferred changes", RULE("plan", "require: plan.summary.destroy <= 1"),
		PLAN_WITH(CREATE("t", "a", "{}"),
		    ",'deferred_changes':[{'reason':'x','resource_change':" CREATE(
			"t", "b", "{}") "}]"),
		"warn undecided r on plan.complete\n"},
	    {"an output that is unknown", RULE("plan", "forbid: plan.outputs.o.after == 1"),
		PLAN_WITH("", ",'output_changes':{'o':{'actions':['create'],'before':null,"
			      "'after_unknown':true}}"),
		"warn undecided r on plan.outputs.o.after\n"},
	    {"no configuration", RULE("plan", "forbid: 'plan.modules.size() > 0'"), TWO,
		"warn undecided r on plan.modules\n"},
	    {"nobody was asked", RULE("plan", "require: 'pr.approved_by(\"@x\")'"), TWO,
		"warn undecided r on pr\n"},
	};

	run_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

#define OUTPUT(more) \
	PLAN_WITH("", ",'output_changes':{'o':{'actions':['create'],'before':null," more "}}")

static void test_output(void **state)
{
	(void)state;
	const struct row rows[] = {
	    {"a violation", RULE("output", "forbid: 'output.name == \"o\" && output.after == 1'"),
		OUTPUT("'after':1"), "deny violation r o\n"},
	    {"unknown", RULE("output", "forbid: output.after == 1"), OUTPUT("'after_unknown':true"),
		"warn undecided r o on after\n"},
	    {"a secret is seen and not told",
		RULE("output", "forbid: 'output.after == \"s3cr3t\" && output.sensitive', "
			       "message: '${output.after}'"),
		OUTPUT("'after':'s3cr3t','after_sensitive':true"),
		"deny violation r o \"(sensitive)\"\n"},
	};

	run_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_drift(void **state)
{
	(void)state;
	const struct row rows[] = {
	    {"of the drift only", RULE("drift", "forbid: resource.after.p == 1"),
		PLAN_WITH(CREATE("t", "a", "{'p': 1}"),
		    ",'resource_drift':[" UPDATE("t", "b", "{'p': 2}", "{'p': 1}") "]"),
		"deny violation r t.b\n"},
	    {"resource rules do not look at drift",
		RULE("resource", "forbid: resource.after.p == 1"),
		PLAN_WITH("", ",'resource_drift':[" UPDATE("t", "b", "{'p': 2}", "{'p': 1}") "]"),
		"note none of the 1 policy rule matched anything in this plan\n"},
	};

	run_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

/* --- run --- */

#define RUN                                                                                \
	"rules:\n  - {id: r, level: deny, scope: run, require: run.summary.destroy <= 1, " \
	"message: '${run.summary.destroy} in ${size(run.plans)}'}\n"

static struct str judge_run(struct verdict_world *worlds, size_t count)
{
	const struct evaluation *plans[4];
	struct policy_problems problems;
	struct err err = {0};

	policy_problems_init(&problems, worlds[0].arena);
	for (size_t i = 0; i < count; i++)
		plans[i] = &worlds[i].evaluation;
	if (!evaluate_run(worlds[0].arena, plans, count, &problems, &worlds[0].verdict, &err))
		fail_msg("%s", err.text);
	return verdict_world_text(&worlds[0]);
}

static void run_of(
    const char *name, const struct source_row *rules, const char *second, const char *text)
{
	struct verdict_world worlds[2];
	unsigned wrong = 0;

	for (size_t i = 0; i < 2; i++) {
		verdict_world_begin(&worlds[i], rules, NULL);
		verdict_world_plan(&worlds[i], i == 0 ? TWO : second);
		verdict_world_judge(&worlds[i]);
		assert_int_equal(worlds[i].verdict.counts[LEVEL_DENY], 0);
	}
	verdict_check(&wrong, name, judge_run(worlds, 2), text);
	for (size_t i = 0; i < 2; i++)
		verdict_world_end(&worlds[i]);
	assert_int_equal(wrong, 0);
}

static void test_run(void **state)
{
	(void)state;
	run_of("both together, once", POLICY(RUN), TWO, "deny violation r \"2 in 2\"\n");
	run_of("one without", POLICY(RUN), PLAN(CREATE("t", "a", "{}")), "");
	run_of("not complete", POLICY(RUN),
	    "{'format_version':'1.2','complete':false,'resource_changes':[]}",
	    "warn undecided r \"1 in 2\" on plan.complete\n");
	run_of("errored", POLICY(RUN), PLAN_WITH("", ",'errored':true"),
	    "warn undecided r \"1 in 2\" on plan.complete\n");
	run_of("waived",
	    POLICY_AND_WAIVERS(
		RUN, "  - {rule: r, resource: '*', reason: x, expires: 2026-11-30}\n"),
	    TWO, "info violation r (waived) \"2 in 2\"\n");
}

/* A waiver that only a rule of scope run can use is not unused before that rule has run. */
static void test_run_waivers(void **state)
{
	(void)state;
	struct verdict_world world;
	unsigned wrong = 0;

	verdict_world_begin(&world,
	    POLICY_AND_WAIVERS(
		RUN, "  - {rule: r, resource: '*', reason: x, expires: 2026-11-30}\n"),
	    NULL);
	verdict_world_plan(&world, PLAN(DELETE("t", "a", "{}") "," DELETE("t", "b", "{}")));
	verdict_world_judge(&world);
	verdict_check(&wrong, "plan", verdict_world_waivers(&world), "r * expiring 0\n");
	verdict_check(
	    &wrong, "run", judge_run(&world, 1), "info violation r (waived) \"2 in 1\"\n");
	verdict_check(&wrong, "run", verdict_world_waivers(&world), "r * expiring 1\n");
	verdict_world_end(&world);
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_plan),
	    cmocka_unit_test(test_output),
	    cmocka_unit_test(test_drift),
	    cmocka_unit_test(test_run),
	    cmocka_unit_test(test_run_waivers),
	};

	return cmocka_run_group_tests_name("policies/evaluate_scopes", tests, NULL, NULL);
}

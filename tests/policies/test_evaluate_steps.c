/*
 * The evaluation in steps where it does not go its whole way. That it comes to the same as the
 * evaluation as a whole is looked at for every verdict of the tests (verdict_world.c).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "base/input.h"
#include "parser/plan_read.h"
#include "tests/support/verdict_world.h"

#define TABLE_MAX ((size_t)4 << 20)
#define FILE_MAX  ((size_t)300 << 10)
#define EVERY	  8 /* plan of the corpus is judged */

#define ALL_SCOPES                                                                       \
	POLICY("rules:\n"                                                                \
	       "  - {id: r, level: deny, match: {actions: [delete]}, forbid: 'true',"    \
	       " message: '${resource.address}'}\n"                                      \
	       "  - {id: u, level: warn, require: 'resource.after.tags.Name != \"\"'}\n" \
	       "  - {id: n, level: deny, match: {actions: [no-op]},"                     \
	       " forbid: 'resource.type.startsWith(\"a\")'}\n"                           \
	       "  - {id: d, level: warn, scope: drift, forbid: 'true'}\n"                \
	       "  - {id: o, level: warn, scope: output, forbid: output.sensitive}\n"     \
	       "  - {id: p, level: deny, scope: plan, each: plan.resources,"             \
	       " forbid: 'item.action == \"delete\"', message: '${item.address}'}\n")

static const char three[] =
    PLAN(DELETE("t", "a", "{}") "," DELETE("t", "b", "{}") "," DELETE("t", "c", "{}"));

struct until {
	struct evaluator *evaluator;
	size_t left; /* changes to judge before the caller gives up */
};

static bool judge_until(void *context, const struct change *change, struct err *err)
{
	struct until *until = context;

	if (until->left == 0)
		return err_set(err, ERR_IO, "the plan ends here");
	until->left--;
	return evaluate_change(until->evaluator, change, err);
}

static bool visit(struct verdict_world *world, struct until *until, struct err *err)
{
	const struct plan_selection changed = {CHANGES_RESOURCE, VISIT_CHANGED};
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();

	return plan_visit(world->plan, changed, scratch, judge_until, until, err);
}

static struct evaluator *begin(struct verdict_world *world, struct policy_problems *problems)
{
	struct evaluator *evaluator = NULL;
	struct err err = {0};

	policy_problems_init(problems, world->arena);
	world->evaluation = (struct evaluation){
	    .plan = world->plan, .head = world->head.set, .world = &world->world};
	assert_true(evaluate_begin(world->arena, world->scratch, &world->evaluation, problems,
	    &world->verdict, &evaluator, &err));
	return evaluator;
}

/* After 0 to 3 changes the caller gives up; a new evaluation then comes to the same as ever. */
static void test_given_up(void **state)
{
	(void)state;
	for (size_t judged = 0; judged <= 3; judged++) {
		struct verdict_world world;
		struct policy_problems problems;
		struct until until = {.left = judged};
		struct err err = {0};

		verdict_world_begin(&world, ALL_SCOPES, NULL);
		verdict_world_plan(&world, three);
		until.evaluator = begin(&world, &problems);
		assert_non_null(until.evaluator);
		assert_int_equal(visit(&world, &until, &err), judged == 3);
		assert_int_equal(err.code, judged == 3 ? ERR_NONE : ERR_IO);
		evaluate_end(until.evaluator);
		verdict_world_judge(&world);
		assert_int_equal(world.verdict.finding_count, 6);
		verdict_world_end(&world);
	}
}

/* Nobody judged a change: finish looks at all of them. */
static void test_nothing_but_finish(void **state)
{
	struct verdict_world world;
	struct policy_problems problems;
	struct evaluator *evaluator;
	struct err err = {0};

	(void)state;
	verdict_world_begin(&world, ALL_SCOPES, NULL);
	verdict_world_plan(&world, three);
	evaluator = begin(&world, &problems);
	assert_true(evaluate_finish(evaluator, &err));
	evaluate_end(evaluator);
	assert_int_equal(world.verdict.finding_count, 6);
	verdict_world_end(&world);
}

static void test_withheld(void **state)
{
	struct verdict_world world;
	struct policy_problems problems;
	struct until until = {.left = SIZE_MAX};
	struct err err = {0};

	(void)state;
	verdict_world_begin(&world, ALL_SCOPES, NULL);
	verdict_world_plan(&world, PLAN_WITH(DELETE("t", "a", "{}"), ",'errored':true"));
	until.evaluator = begin(&world, &problems);
	assert_null(until.evaluator);
	assert_true(world.verdict.withheld.len > 0);
	assert_true(visit(&world, &until, &err));
	assert_true(evaluate_finish(NULL, &err));
	evaluate_end(NULL);
	assert_int_equal(world.verdict.finding_count, 0);
	verdict_world_end(&world);
}

static void use_unchecked(struct verdict_world *world, const struct source_row *rows)
{
	ruleset_world_end(&world->head);
	ruleset_world_begin(&world->head, rows, "");
	world->head.source.name = STR("script");
	ruleset_world_load(&world->head);
	assert_true(world->head.loaded);
}

/* A rule is compiled when it is first needed: that it cannot be is told by the last step. */
static void test_rule_that_does_not_compile(void **state)
{
	static const struct source_row rows[] = {
	    {"tfherald.yaml",
		"version: 1\nrules:\n"
		"  - {id: bad, level: deny, match: {types: [t], actions: [delete]}, forbid: "
		"'nobody.knows == 1'}\n"
		"  - {id: good, level: deny, match: {actions: [delete]}, forbid: 'true'}\n",
		false},
	    {NULL, NULL, false}};

	(void)state;
	for (int in_steps = 0; in_steps < 2; in_steps++) {
		struct verdict_world world;
		struct policy_problems problems;
		struct until until = {.left = SIZE_MAX};
		struct err err = {0};

		verdict_world_begin(&world, ALL_SCOPES, NULL);
		verdict_world_plan(&world, three);
		use_unchecked(&world, rows);
		until.evaluator = begin(&world, &problems);
		assert_true(!in_steps || visit(&world, &until, &err));
		assert_false(evaluate_finish(until.evaluator, &err));
		evaluate_end(until.evaluator);
		assert_int_equal(err.code, ERR_INVALID);
		assert_string_equal(err.text, "a rule cannot be used");
		assert_int_equal(problems.count, 1);
		assert_int_equal(problems.items[0].line, 3);
		verdict_world_end(&world);
	}
}

/* --- real plans --- */

static const char *shared_dir(void)
{
	const char *dir = getenv("TFHERALD_SHARED"), *ci = getenv("CI");

	if (!dir || !*dir)
		dir = access("../shared/data/plans/manifest.tsv", R_OK) == 0 ? "../shared" : NULL;
	if (!dir && ci && str_is(str_from(ci), "true"))
		fail_msg("the shared data is missing");
	if (!dir)
		skip();
	return dir;
}

/* verdict_world_judge() compares the steps with the whole. */
static bool judge_file(const char *shared, struct str id)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct str path = str_format(arena, "%s/data/plans/files/%.*s.json", shared, STR_ARG(id));
	struct verdict_world world;
	struct str text;
	struct err err = {0};

	if (!file_read(arena, path.ptr, FILE_MAX, &text, &err))
		return false;
	verdict_world_begin(&world, ALL_SCOPES, NULL);
	if (!plan_read(world.arena, input_from_str(world.arena, "plan.json", text), NULL,
		&world.plan, &err)) {
		verdict_world_end(&world);
		return false;
	}
	verdict_world_judge(&world);
	verdict_world_end(&world);
	return true;
}

static void test_corpus(void **state)
{
	const char *shared = shared_dir();
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct str path = str_format(arena, "%s/data/plans/manifest.tsv", shared);
	struct str table, line, id, kind;
	size_t at = 0, judged = 0;
	struct err err = {0};

	(void)state;
	assert_true(file_read(arena, path.ptr, TABLE_MAX, &table, &err));
	while (str_line(&table, &line)) {
		if (!str_split(&line, '\t', &id) || !str_split(&line, '\t', &kind) ||
		    !str_is(kind, "plan_json") || at++ % EVERY != 0)
			continue;
		judged += judge_file(shared, id);
	}
	assert_true(judged > 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_given_up),
	    cmocka_unit_test(test_nothing_but_finish),
	    cmocka_unit_test(test_withheld),
	    cmocka_unit_test(test_rule_that_does_not_compile),
	    cmocka_unit_test(test_corpus),
	};

	return cmocka_run_group_tests_name("policies/evaluate_steps", tests, NULL, NULL);
}

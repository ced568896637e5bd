#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "tests/support/ruleset_world.h"

#define V	   "version: 1\n"
#define RULE(more) V "rules:\n  - {id: r, level: deny, " more "}\n"

/* Everything is compiled; each line of `problems` is a place and a part of the text. */
struct row {
	const char *name, *text;
	struct {
		int line, column;
		const char *part;
	} problems[4];
};

static const struct row rows[] = {
    {"good",
	RULE("require: \"resource.after.x == params.n\"") "params: {n: {type: int, value: 1}}\n",
	{{0}}},
    {"a variable of the chain, through another",
	RULE("require: v") "variables: {v: w && true, w: \"resource.type == 'a'\"}\n", {{0}}},
    {"its own variable hides that of the chain",
	RULE("require: v, variables: {v: 'labels.x == \"y\"'}") "variables: {v: item.x == 1}\n",
	{{0}}},
    {"each brings item and index",
	RULE("each: '[1, 2]', require: 'item > index', message: '${item} ${index}', remediation: "
	     "'${item}'"),
	{{0}}},
    {"unknown name", RULE("require: \"true && resourc.x\""), {{3, 44, "resourc"}}},
    {"unknown field", RULE("require: \"resource.aftr.x == 1\""), {{3, 45, "aftr"}}},
    {"unknown function", RULE("require: \"startWith('a', 'b')\""), {{3, 0, "startWith"}}},
    {"unknown param", RULE("require: params.m > 1") "params: {n: {type: int, value: 1}}\n",
	{{3, 0, "m"}}},
    {"syntax", RULE("require: \"a &&\""), {{3, 0, ""}}},
    {"in a block scalar",
	V "rules:\n  - id: r\n    level: deny\n    require: |\n      true &&\n"
	  "        nope\n",
	{{7, 9, "nope"}}},
    {"item without each", RULE("require: item > 1"),
	{{3, 35, "'item' is only there in rules with 'each'"}}},
    {"item in each and when", RULE("each: '[item]', when: 'index > 0', forbid: 'item > 1'"),
	{{3, 0, "'item' is only there in the condition"},
	    {3, 0, "'index' is only there in the condition"}}},
    {"a resource in a rule about the plan", RULE("scope: plan, require: resource.type == 'a'"),
	{{3, 48,
	    "rule 'r' (scope plan): 'resource' is only there in rules of scope resource and "
	    "drift"}}},
    {"a resource behind a variable",
	RULE("scope: plan, require: v") "variables: {v: resource.type == 'a'}\n",
	{{4, 16, "rule 'r' (scope plan): 'resource'"}}},
    {"output and run", RULE("require: output.name == run.x"),
	{{3, 0, "'output' is only there in rules of scope output"},
	    {3, 0, "'run' is only there in rules of scope run"}}},
    {"one plan in scope run", RULE("scope: run, require: \"plan.complete && run.plans == []\""),
	{{3, 0, "'plan' is only there in rules about one plan"}}},
    {"an output", RULE("scope: output, require: output.sensitive"), {{0}}},
    {"messages are checked too", RULE("require: 'true', message: 'x ${nope} ${'"),
	{{3, 0, ""}, {3, 0, ""}}},
    {"item in a message without each", RULE("require: 'true', message: 'x ${item}'"),
	{{3, 0, "item"}}},
    {"named expressions in messages",
	RULE("require: 'true', message: 'x ${v}'") "variables: {v: '1'}\n", {{0}}},
    {"round in circles", RULE("require: a") "variables: {a: b, b: c, c: a, d: d}\n",
	{{4, 16, "variable 'a' depends on itself"}, {4, 0, "variable 'd' depends on itself"}}},
    {"a broken variable is told once",
	RULE("require: a") "  - {id: s, level: warn, require: a}\n"
			   "variables: {a: nope}\n",
	{{5, 16, "nope"}}},
    {"not used, but wrong", RULE("require: 'true'") "variables: {a: nope}\n", {{4, 16, "nope"}}},
    {"a rule that is not in force is compiled, too", RULE("match: {dirs: [x]}, require: nope"),
	{{3, 0, "nope"}}},
};

static unsigned check(const struct row *row, const struct ruleset_world *world)
{
	const struct policy_problems *problems = world->problems;
	size_t count = 0;
	bool good = true;

	while (count < 4 && row->problems[count].part != NULL) {
		const struct err *got = &problems->items[count];

		good &= count < problems->count && got->line == row->problems[count].line &&
			(row->problems[count].column == 0 ||
			    got->column == row->problems[count].column) &&
			strstr(got->text, row->problems[count].part) != NULL &&
			problems->carets[count].len > 0;
		count++;
	}
	if (good && count == problems->count)
		return 0;
	print_error("%s:\n%.*s", row->name, STR_ARG(ruleset_world_problems(world)));
	return 1;
}

static void test_problems(void **state)
{
	(void)state;
	unsigned wrong = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct source_row files[] = {
		    {"tfherald.yaml", rows[i].text, false}, {NULL, NULL, false}};
		struct ruleset_world world;

		ruleset_world_begin(&world, files, "");
		world.request.check_all = true;
		ruleset_world_load(&world);
		wrong += check(&rows[i], &world);
		ruleset_world_end(&world);
	}
	assert_int_equal(wrong, 0);
}

/* Nothing is compiled before it is asked for, and then once. */
static void test_lazy(void **state)
{
	(void)state;
	const struct source_row files[] = {
	    {"tfherald.yaml", RULE("require: nope") "  - {id: s, level: deny, require: 'true'}\n",
		false},
	    {NULL, NULL, false}};
	const struct rule_programs *programs, *again;
	struct ruleset_world world;

	ruleset_world_begin(&world, files, "");
	ruleset_world_load(&world);
	assert_int_equal(world.problems->count, 0);
	assert_true(ruleset_programs(world.set, 1, &programs, world.problems));
	assert_non_null(programs->condition);
	assert_null(programs->each);
	assert_int_equal(world.problems->count, 0);
	assert_false(ruleset_programs(world.set, 0, &programs, world.problems));
	assert_int_equal(world.problems->count, 1);
	assert_false(ruleset_programs(world.set, 0, &again, world.problems));
	assert_int_equal(world.problems->count, 1);
	assert_ptr_equal(programs, again);
	assert_int_equal(world.set->scope.variable_count, POLICY_VARIABLE_COUNT);
	ruleset_world_end(&world);
}

/* What files of the chain call by a name does not change a pack. */
static void test_pack_is_apart(void **state)
{
	(void)state;
	const struct source_row files[] = {
	    {"tfherald.yaml",
		V "use: [pack:tags@1.0]\nvariables: {t: 'false', required: 'false'}\nrules:\n"
		  "  - {id: r, level: deny, require: 'params.required_tags == []'}\n",
		false},
	    {NULL, NULL, false}};
	struct ruleset_world world;

	ruleset_world_begin(&world, files, "");
	world.request.check_all = true;
	ruleset_world_load(&world);
	if (world.problems->count > 0)
		print_error("%.*s", STR_ARG(ruleset_world_problems(&world)));
	assert_int_equal(world.problems->count, 0);
	ruleset_world_end(&world);
}

/* Hundreds of variables, each used by the next. */
static void test_long_ladder(void **state)
{
	(void)state;
	struct arena *arena = arena_new();

	for (size_t length = 90; length <= 900; length += 810) {
		struct source_row files[] = {{"tfherald.yaml", NULL, false}, {NULL, NULL, false}};
		struct ruleset_world world;
		struct str text;
		struct err err = {0};
		struct buf buf;

		buf_init(&buf, arena, (size_t)1 << 20);
		buf_adds(&buf, RULE("require: v0") "variables:\n");
		for (size_t i = 0; i < length; i++)
			buf_addf(&buf, "  v%zu: v%zu\n", i, i + 1);
		buf_addf(&buf, "  v%zu: 'true'\n", length);
		assert_true(buf_finish(&buf, &text, &err));
		files[0].text = text.ptr;
		ruleset_world_begin(&world, files, "");
		ruleset_world_load(&world);
		const struct rule_programs *programs;
		bool good = ruleset_programs(world.set, 0, &programs, world.problems);
		assert_int_equal(good, length == 90);
		assert_int_equal(world.problems->count, length == 90 ? 0 : 1);
		ruleset_world_end(&world);
	}
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_problems),
	    cmocka_unit_test(test_lazy),
	    cmocka_unit_test(test_pack_is_apart),
	    cmocka_unit_test(test_long_ladder),
	};

	return cmocka_run_group_tests_name("policies/ruleset_programs", tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "policies/host.h"
#include "tests/support/verdict_world.h"

/* What expressions see of a plan, asked one by one: each expression has to be true of the change
 * t.a. */

#define ANY "actions: [create, update, delete, replace, forget, read, no-op, import]"

static void assert_holds(const char *expression, const char *plan)
{
	struct source_row files[] = {{"tfherald.yaml", NULL, false}, {NULL, NULL, false}};
	struct arena *arena = arena_new();
	struct verdict_world world;

	files[0].text = str_format(arena,
	    "version: 1\nrules:\n  - id: r\n    level: deny\n    match: {address: [t.a], " ANY
	    "}\n    require: |\n      %s\n",
	    expression)
			    .ptr;
	verdict_world_begin(&world, files, NULL);
	verdict_world_plan(&world, plan);
	verdict_world_judge(&world);
	if (world.verdict.tallies[0].passed != 1)
		fail_msg("%s: %.*s", expression, STR_ARG(verdict_world_text(&world)));
	verdict_world_end(&world);
	arena_free(arena);
}

#define CONFIGURATION                                                                             \
	",'configuration':{'provider_config':{'aws':{'name':'aws','full_name':'registry/aws',"    \
	"'version_constraint':'~> 5.0'},'aws.west':{'name':'aws','alias':'west'}},'root_module':" \
	"{'resources':[{'address':'t.a','mode':'managed','type':'t','name':'a',"                  \
	"'provider_config_key':'aws.west','expressions':{'p':{'references':['u.b.id','u.b']},"    \
	"'k':{'references':['u.d[0].id','u.d[0]','u.d']},"                                        \
	"'all':{'references':['u.d[0].id','u.d[0]','u.d','u.d']}}}],"                             \
	"'variables':{'v':{},'s':{'sensitive':true}},'module_calls':{'m':{'source':'./m',"        \
	"'version_constraint':'1.0','module':{}}}}}"
#define VARIABLES ",'variables':{'v':{'value':1},'s':{'value':'x'}}"
#define FULL                                                                                      \
	PLAN_WITH(                                                                                \
	    CHANGE("t", "a", "'delete','create'", "{'p': 1, 'q': {'r': 1}}", "{'q': {'r': 2}}",   \
		",'after_unknown':{'p':true},'replace_paths':[['q','r'],['z']]") "," CREATE("u",  \
		"b", "{'x': 1}") "," CREATE("u", "c", "{'x': 2}"),                                \
	    VARIABLES CONFIGURATION ",'output_changes':{'o':{'actions':['create'],'before':null," \
				    "'after':5}}")

static void test_expressions(void **state)
{
	(void)state;
	static const char *const expressions[] = {
	    "resource.action == 'replace' && resource.actions == ['delete', 'create']",
	    "resource.replace_paths == [['q', 'r'], ['z']]",
	    "replaced_by(resource.after.q.r) && replaced_by(resource.after.q)",
	    "replaced_by(resource.after.z.deep) && !replaced_by(resource.after.p)",
	    "changed(resource.after.q) && changed(resource.after.q.r)",
	    "!changed(resource.after.none)",
	    "resource.changed_paths == ['q.r', 'p'] || resource.changed_paths == ['p', 'q.r']",
	    "resource.provider_config == 'aws.west'",
	    "refers(resource.after.p, 'u.b') && !refers(resource.after.p, 'u.c')",
	    "refers(resource.after.p, plan.by_type('u')[0])",
	    "refers(resource.after.k, 'u.d[0]') && !refers(resource.after.k, 'u.d[1]')",
	    "refers(resource.after.k, 'u.d') && refers(resource.after.k, 'u')",
	    "refers(resource.after.all, 'u.d[1]')",
	    "plan.by_type('u').map(u, u.after.x) == [1, 2]",
	    "plan.by_type('none') == []",
	    "plan.by_type('u').filter(u, refers(resource.after.p, u)).size() == 1",
	    "plan.count.create == 2 && plan.count.replace == 1 && plan.count['delete'] == 0",
	    "plan.summary.add == 3 && plan.summary.destroy == 1 && plan.summary.replace == 1",
	    "plan.complete && !plan.errored && plan.terraform_version == '1.9.0'",
	    "plan.outputs.o.after == 5 && plan.outputs.o.action == 'create'",
	    "plan.variables.v == 1 && plan.variables.s == 'x'",
	    ("plan.modules.exists(m, m.address == 'module.m' && m.source == './m' && m.version == "
	     "'1.0')"),
	    "plan.resources.size() == 3 && plan.resources[1].address == 'u.b'",
	    "plan.drift == []",
	    "dir == '.' && dir_parts == [] && operation == 'plan'",
	    "now == timestamp('2026-11-22T00:00:00Z')",
	};

	for (size_t i = 0; i < sizeof(expressions) / sizeof(expressions[0]); i++) {
		assert_holds(expressions[i], FULL);
	}
}

/* What the documentation lists is there, and known of such a plan. */
static void test_documented_fields(void **state)
{
	static const struct {
		const char *name;
		enum policy_variable variable;
	} rows[] = {{"resource", VARIABLE_resource}, {"plan", VARIABLE_plan}};
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct policy_field *field = policy_fields(rows[i].variable);

		for (; field->name; field++) {
			struct str expression = str_format(
			    arena, "type(%s.%s) != type(now)", rows[i].name, field->name);

			assert_holds(expression.ptr, FULL);
		}
	}
	arena_free(arena);
}

static void test_approvals(void **state)
{
	(void)state;
	struct arena *arena = arena_new();
	static const struct {
		const char *name, *pr, *team;
		int answer; /* -1: unknown */
	} rows[] = {
	    {"a user", "{'approvals': [{'user': 'a', 'commit': 'c'}]}", "@a", 1},
	    {"without the at, another case", "{'approvals': [{'user': '@A', 'commit': 'c'}]}", "a",
		1},
	    {"a team", "{'approvals': [{'user': 'a', 'commit': 'c', 'teams': ['x/y', 'x/z']}]}",
		"@X/Z", 1},
	    {"the second one",
		"{'approvals': [{'user': 'b', 'commit': 'c'}, {'user': 'a', 'commit': 'c'}]}", "@a",
		1},
	    {"another commit", "{'approvals': [{'user': 'a', 'commit': 'd'}]}", "@a", 0},
	    {"no commit", "{'approvals': [{'user': 'a'}]}", "@a", 0},
	    {"nobody", "{'approvals': []}", "@a", 0},
	    {"no name at all", "{'approvals': [{'commit': 'c'}]}", "@", 0},
	    {"rubbish", "{'approvals': ['a', 1, null, {'user': 1, 'commit': 'c'}]}", "@a", 0},
	    {"no list", "{'approvals': 'a'}", "@a", -1},
	    {"not known", "{}", "@a", -1},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct value answer =
		    approvals_by(verdict_json(arena, rows[i].pr), str_from(rows[i].team), STR("c"));
		int got = answer.kind == VALUE_BOOL ? answer.as.boolean : -1;

		if (got != rows[i].answer)
			fail_msg("%s: %d", rows[i].name, got);
	}
	assert_int_equal(approvals_by(value_unknown(), STR("a"), STR("c")).kind, VALUE_UNKNOWN);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_expressions),
	    cmocka_unit_test(test_documented_fields),
	    cmocka_unit_test(test_approvals),
	};

	return cmocka_run_group_tests_name("policies/host", tests, NULL, NULL);
}

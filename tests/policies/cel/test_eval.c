/* What expressions give: values, errors, limits. Both evaluators, one table. */
#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "tests/support/cel_check.h"
#include "tests/support/valgrind.h"

static const char resource_json[] =
    "{\"type\": \"aws_security_group_rule\", \"name\": \"ssh\", \"index\": 0, \"actions\": "
    "[\"create\"], \"after\": {\"from_port\": 20, \"to_port\": 30, \"protocol\": \"tcp\", "
    "\"cidr_blocks\": [\"10.0.0.0/8\", \"0.0.0.0/0\"], \"ipv6_cidr_blocks\": null, "
    "\"one\": \"x\", \"tags\": {\"Owner\": \"me\", \"a.b\": \"c\"}, \"nested\": [{\"deep\": 1}], "
    "\"cpu\": 1.5, \"secret\": \"!secret:geheim\", \"big\": 12345678901234567890123}, "
    "\"before\": null}";

static const struct cel_check_row rows[] = {
    /* names and fields */
    {"resource.type", "aws_security_group_rule"},
    {"resource.after.from_port", "20"},
    {"resource.after.from_port <= 22 && 22 <= resource.after.to_port", "true"},
    {"resource['after']['to_port']", "30"},
    {"resource.after.nested[0].deep == 1", "true"},
    {"resource.after.missing", "error: no such key: 'missing'"},
    {"resource.before.x", "error: no such overload: 'x' of null; only maps have fields"},
    {"resource.after.cidr_blocks[1]", "0.0.0.0/0"},
    {"resource.after.cidr_blocks[2]", "error: index out of bounds of a list with 2 items"},
    {"resource.after.cidr_blocks[-1]", "error: index out of bounds of a list with 2 items"},
    {"resource.after.tags['nope']", "error: no such key: 'nope'"},
    {"has(resource.after.tags)", "true"},
    {"has(resource.after.nope)", "false"},
    {"has(resource.before.x)", "error: no such overload: has() of null; only maps have fields"},
    {"prod", "true"},
    {"prod && prod", "true"},
    {"port_count", "2"},
    {"broken", "error: in 'broken': no such key: 'nowhere'"},
    {"true || broken", "true"},
    {"type(1) == int", "true"},
    {"type(resource) == map", "true"},
    {"type(null) == null_type", "true"},
    /* logic: a deciding operand, then unknown, then error */
    {"false && resource.after.nope", "false"},
    {"resource.after.nope && false", "false"},
    {"resource.after.nope == 1 || true", "true"},
    {"resource.after.nope == 1 || false", "error: no such key: 'nope'"},
    {"true && resource.after.from_port", "error: no such overload: _&&_(int)"},
    {"resource.after.from_port && false", "false"},
    {"resource.after.from_port == 20 ? 'yes' : 'no'", "yes"},
    {"resource.after.nope ? 1 : 2", "error: no such key: 'nope'"},
    {"resource.after.from_port ? 1 : 2", "error: no such overload: _?_:_(int)"},
    {"!(resource.type == 'x')", "true"},
    {"!resource.type", "error: no such overload: !_(string)"},
    /* loops */
    {"[1, 2, 3].all(x, x > 0)", "true"},
    {"[1, 2, 3].all(x, x > 1)", "false"},
    {"[1, 0, 3].all(x, 1 / x > 1)", "false"},
    {"[0, 1].all(x, 1 / x > 0)", "error: division by zero"},
    {"[0, 1].exists(x, 1 / x > 0)", "true"},
    {"[1, 2].exists(x, x)", "error: the condition of a macro is a int; a bool is needed"},
    {"[].exists(x, x > 1)", "false"},
    {"[].all(x, x > 1)", "true"},
    {"[1, 2, 2].exists_one(x, x == 2)", "false"},
    {"[1, 2].exists_one(x, x == 2)", "true"},
    {"[0, 2].exists_one(x, 2 / x == 1)", "error: division by zero"},
    {"[1, 2, 3].map(x, x * 2)", "[2, 4, 6]"},
    {"[1, 2, 3].map(x, x > 1, x * 2)", "[4, 6]"},
    {"[1, 2, 3].filter(x, x != 2)", "[1, 3]"},
    {"resource.after.tags.all(k, k.size() > 2)", "true"},
    {"resource.after.tags.exists(k, v, v == 'c')", "true"},
    {"['a', 'b'].exists(i, v, i == 1 && v == 'b')", "true"},
    {"['a', 'b'].transformList(i, v, v + string(i))", "[\"a0\", \"b1\"]"},
    {"{'a': 1, 'b': 2}.transformMap(k, v, v > 1, v * 2) == {'b': 4}", "true"},
    {"['a', 'b'].transformMapEntry(i, v, {v: i}) == {'a': 0, 'b': 1}", "true"},
    {"5.exists(x, true)", "error: expression of type 'int' cannot be range of a comprehension"},
    {"[[1, 2], [3]].exists(l, l.exists(x, x == 3))", "true"},
    {"[1, 2].map(x, [x, x + 1].map(x, x * 10))", "[[10, 20], [20, 30]]"},
    {"[1, 2, 3].filter(x, [x].all(x, x > 1))", "[2, 3]"},
    {"cel.bind(x, 1 / 0, true)", "true"},
    {"cel.bind(x, 20, resource.after.from_port == x)", "true"},
    {"resource.after.cidr_blocks.exists(c, cidr(c).prefixLength() == 0)", "true"},
    /* numbers of data adapt */
    {"resource.after.cpu * 2 == 3.0", "true"},
    {"resource.after.from_port % 2 == 0", "true"},
    {"resource.after.big > 1", "true"},
    /* containers */
    {"{'a': 1, 'a': 2}['a']", "does not compile: 0: the map has a key twice"},
    {"[1, ?optional.none(), ?optional.of(3)]", "[1, 3]"},
    {"resource.after.from_port in [20, 22]", "true"},
    {"resource.type in ['a', 'b']", "false"},
    {"resource.after.from_port in ['a']", "false"},
    {"'Owner' in resource.after.tags", "true"},
    {"resource.after.?nope.orValue('d')", "d"},
    {"resource.?after.?tags.?Owner.orValue('d')", "me"},
    {"resource.after.cidr_blocks[?5].hasValue()", "false"},
    /* paths that may be missing */
    {"as_list(resource.after.cidr_blocks).size()", "2"},
    {"as_list(resource.after.ipv6_cidr_blocks)", "[]"},
    {"as_list(resource.after.nope.deeper[3].still)", "[]"},
    {"as_list(resource.before.x)", "[]"},
    {"as_list(resource.after.one)", "[\"x\"]"},
    {"as_list(resource.after.cidr_blocks[7].x)", "[]"},
    {"as_list(resource.after.one.x)",
	"error: no such overload: 'x' of string; only maps have fields"},
    {"as_map(resource.after.nope)", "{}"},
    {"as_map(resource.after.tags).Owner", "me"},
    {"as_map(resource.after.one)", "error: no such overload: as_map(string)"},
    {"get(resource.after.nope.x, 7)", "7"},
    {"get(resource.before, 'nothing')", "nothing"},
    {"get(resource.after.from_port, 7)", "20"},
    {"is_set(resource.after.ipv6_cidr_blocks)", "false"},
    {"is_set(resource.after.one)", "true"},
    {"unknown(resource.after.one)", "false"},
    {"known(resource.after.nope)", "true"},
    {"sensitive(resource.after.secret)", "true"},
    {"sensitive(resource.after)", "true"},
    {"sensitive(resource.after.one)", "false"},
    {"changed(resource.after.one)", "error: changed() needs a plan"},
    /* patterns */
    {"resource.type.matches('^aws_.*_rule$')", "true"},
    {"resource.type.matches(resource.after.one)", "false"},
    {"resource.name.matches('(?P<n>s+)h')", "true"},
};

static const struct {
	const char *expression, *problems;
} refused[] = {
    {"resouce.type == 'x'", "0: unknown name 'resouce'; did you mean 'resource'?"},
    {"variables.prod", "0: unknown name 'variables'; a variable is written without it, as 'prod'"},
    {"resource.afer.x", "9: 'resource' has no field 'afer'; did you mean 'after'?"},
    {"resource.zzz", "9: 'resource' has no field 'zzz'; it has type, name, index, actions, after, "
		     "before, address"},
    {"has(resource.adress)", "13: 'resource' has no field 'adress'; did you mean 'address'?"},
    {"1 + 'a' == 2", "2: no such overload: _+_(int, string)"},
    {"'a' && true", "0: '&&' needs true or false, this is a string"},
    {"prod ? 1 / 0 : 1", NULL},
    {"1 / 0", "2: division by zero"},
    {"resource.type.startWith('a')", "14: unknown method 'startWith'; did you mean 'startsWith'?"},
    {"sizee(resource)", "0: unknown function 'sizee'; did you mean 'size'?"},
    {"nowhere && sizee(resource)",
	"0: unknown name 'nowhere'; 11: unknown function 'sizee'; did you mean 'size'?"},
    {"resource.type.matches('a(?=b)')",
	"22: the regular expression 'a(?=b)' has look-around at character 2, which RE2 does not "
	"have"},
    {"'x'.matches('(')", /* told once, though all of it is literal */
	"12: the regular expression '(' does not parse: missing closing parenthesis"},
    {"prod && cidr('10.0.0.0/33').prefixLength() == 1",
	"8: cidr() needs a range such as '10.0.0.0/8' or '2001:db8::/32'"},
    {"prod && satisfies(resource.name, '~> x')",
	"33: '~> x' is no version constraint; one looks like '~> 1.2, != 1.3.0'"},
    {"changed(resource.after.one.map(x, x))", ""},
    {"google.protobuf.Struct{}", ""},
};

static struct arena *arena;
static struct cel_check check;

static int setup(void **state)
{
	static const char *const fields[] = {
	    "type", "name", "index", "actions", "after", "before", "address", NULL};
	static struct cel_variable variables[2];
	static struct cel_named named[4];
	static struct value activation[2];
	static const char *const texts[] = {"labels.env == 'prod'",
	    "as_list(resource.after.cidr_blocks).size()", "resource.after.nowhere"};
	static const char *const names[] = {"prod", "port_count", "broken"};

	(void)state;
	arena = arena_new();
	variables[0] = (struct cel_variable){STR("resource"), fields};
	variables[1] = (struct cel_variable){STR("labels"), NULL};
	activation[0] = cel_check_json(arena, resource_json);
	activation[1] = cel_check_json(arena, "{\"env\": \"prod\"}");
	check = (struct cel_check){.arena = arena,
	    .run = cel_run_new(arena),
	    .scope = {.variables = variables, .variable_count = 2},
	    .activation = activation};
	for (size_t i = 0; i < 3; i++) {
		struct cel_problems problems;
		struct cel_program *program;

		assert_true(
		    cel_compile(arena, &check.scope, str_from(texts[i]), &program, &problems));
		named[i] = (struct cel_named){str_from(names[i]), program};
	}
	check.scope.named = named;
	check.scope.named_count = 3;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	cel_run_free(check.run);
	arena_free(arena);
	return 0;
}

static void test_rows(void **state)
{
	(void)state;
	cel_check_rows(&check, rows, ARRAY_LEN(rows));
}

static void test_refused(void **state)
{
	size_t wrong = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		const char *wanted = refused[i].problems;
		struct str got = cel_check_run(&check, refused[i].expression);
		bool is_refused = str_eat(&got, STR("does not compile: "));

		if (wanted ? is_refused && (*wanted == '\0' || str_is(got, wanted)) : !is_refused)
			continue;
		wrong++;
		print_error("%s\n  gives %.*s\n  not   %s\n", refused[i].expression, STR_ARG(got),
		    wanted ? wanted : "(compiles)");
	}
	assert_int_equal(wrong, 0);
}

/* Each ends quickly, in an error value. */
static void test_limits(void **state)
{
	static const char list[] = "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20]";
	static const char *const bodies[] = {
	    "L.all(a, L.all(b, L.all(c, L.all(d, L.all(e, L.all(f, a + b + c > 0))))))",
	    "L.map(a, L.map(b, L.map(c, L.map(d, L.map(e, L.map(f, [a, b, c]))))))",
	    "cel.bind(a, L + L + L + L, cel.bind(b, a + a + a + a + a + a, cel.bind(c, b + b + b + "
	    "b + b + b + b + b, cel.bind(d, c + c + c + c + c + c, cel.bind(e, d + d + d + d + d + "
	    "d, cel.bind(f, e + e + e + e + e + e + e, cel.bind(g, f + f + f + f + f, "
	    "size(g + g + g + g + g) > 0)))))))",
	    "L.exists(x, (resource.after.long + 'b').matches('^(a+)+$'))",
	    ("L.exists(x, L.exists(y, L.exists(z, (resource.after.long + "
	     "'b').matches('^(a|a)*(a|a)*(a|a)*(a|a)*$'))))"),
	};
	struct value activation[2] = {cel_check_json(arena,
	    "{\"after\": {\"long\": "
	    "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}}")};
	struct cel_check limited = check;

	(void)state;
	limited.activation = activation;
	for (size_t i = 0; i < (under_valgrind() ? 2 : ARRAY_LEN(bodies)); i++) {
		char text[4096] = "";
		struct str got;

		for (const char *c = bodies[i]; *c; c++) {
			size_t len = strlen(text);

			if (*c == 'L')
				memcpy(text + len, list, sizeof(list));
			else
				text[len] = *c, text[len + 1] = '\0';
		}
		got = cel_check_run(&limited, text);
		if (!str_starts(got, STR("limit: ")))
			fail_msg("%s: %.*s", bodies[i], STR_ARG(got));
	}
}

/* A budget for the run: the first ones get through, later ones are refused. */
static void test_budget(void **state)
{
	struct cel_run *run = cel_run_new(arena);
	struct cel_program *program;
	struct cel_problems problems;
	size_t good = 0;

	(void)state;
	assert_true(
	    cel_compile(arena, &check.scope, STR("[1, 2, 3].all(x, x > 0)"), &program, &problems));
	cel_run_budget(run, 100);
	for (int i = 0; i < 50; i++) {
		struct value value = cel_evaluate(run, program, check.activation, arena, NULL);

		good += value.kind == VALUE_BOOL;
		if (value.kind != VALUE_BOOL)
			assert_true(cel_error_of(value)->is_limit);
	}
	assert_in_range(good, 5, 20);
	assert_true(cel_run_steps(run) >= 100);
	cel_program_free(program);
	cel_run_free(run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_limits),
	    cmocka_unit_test(test_budget),
	};

	return cmocka_run_group_tests_name("policies/cel/eval", tests, setup, teardown);
}

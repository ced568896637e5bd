/* What is known only after apply: decided where the answer does not depend on it, else unknown. */
#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "base/arena.h"
#include "tests/support/cel_check.h"

static const char resource_json[] =
    "{\"a\": \"!unknown:after.a\", \"b\": \"!unknown:after.b\", \"one\": 1, \"yes\": true, \"no\": "
    "false, \"list\": [1, \"!unknown:after.list[1]\", 3], \"map\": {\"k\": 1, \"u\": "
    "\"!unknown:after.map.u\"}, \"known\": [1, 2], \"secret\": \"!hidden\", \"nil\": null, "
    "\"rules\": [{\"port\": 22, \"cidrs\": \"!unknown:after.rules[0].cidrs\"}, {\"port\": 443, "
    "\"cidrs\": [\"10.0.0.0/8\"]}]}";

static const struct cel_check_row rows[] = {
    /* deciding, then unknown, then error */
    {"r.a", "unknown: after.a"},
    {"r.a == 1 && r.no", "false"},
    {"r.no && r.a == 1", "false"},
    {"r.a == 1 && r.yes", "unknown: after.a"},
    {"r.a == 1 || r.yes", "true"},
    {"r.a == 1 || r.no", "unknown: after.a"},
    {"r.a == 1 && r.nope == 1", "unknown: after.a"},
    {"r.nope == 1 && r.a == 1", "unknown: after.a"},
    {"r.nope == 1 || r.a == 1 || r.yes", "true"},
    {"r.nope == 1 && r.a == 1 && r.no", "false"},
    {"r.b == 1 && r.a == 1", "unknown: after.a, after.b"},
    {"r.a == 1 && (r.a == 2 || r.b == 1)", "unknown: after.a, after.b"},
    {"!(r.a == 1)", "unknown: after.a"},
    {"r.a ? 1 : 2", "unknown: after.a"},
    {"r.yes ? 1 : r.a", "1"},
    {"r.one && r.a == 1", "unknown: after.a"},
    /* strict functions: error beats unknown */
    {"r.a + r.nope", "error: no such key: 'nope'"},
    {"r.nope + r.a", "error: no such key: 'nope'"},
    {"r.a + r.b", "unknown: after.a, after.b"},
    {"r.a + 1 == 2", "unknown: after.a"},
    {"r.a.x.y", "unknown: after.a"},
    {"r.a[0]", "unknown: after.a"},
    {"r.known[r.a]", "unknown: after.a"},
    {"r.a[r.nope]", "error: no such key: 'nope'"},
    {"has(r.a)", "true"},
    {"has(r.a.x)", "unknown: after.a"},
    {"has(r.nope)", "false"},
    {"size(r.list)", "unknown: after.list[1]"},
    {"size(r.known)", "2"},
    {"r.list[0]", "1"},
    {"r.list[1]", "unknown: after.list[1]"},
    {"r.map.k", "1"},
    {"'k' in r.map", "true"},
    {"'nope' in r.map", "false"},
    {"'u' in r.map", "true"},
    {"1 in r.list", "true"},
    {"9 in r.list", "unknown: after.list[1]"},
    {"r.list == [1, 2, 3]", "unknown: after.list[1]"},
    {"r.list == [2, 2, 3]", "false"},
    /* how long it will be is not known either */
    {"r.list == [1, 2]", "unknown: after.list[1]"},
    {"r.map == {'k': 2, 'u': 1}", "false"},
    {"r.map == {'k': 1, 'u': 1}", "unknown: after.map.u"},
    {"r.a == r.a", "unknown: after.a"},
    /* loops */
    {"r.a.exists(x, x == 1)", "unknown: after.a"},
    {"r.list.exists(x, x == 3)", "true"},
    {"r.list.exists(x, x == 4)", "unknown: after.list[1]"},
    {"r.list.all(x, x > 1)", "false"},
    {"r.list.all(x, x > 0)", "unknown: after.list[1]"},
    {"r.list.map(x, x + 1)[0]", "2"},
    {"r.list.map(x, x + 1)[1]", "unknown: after.list[1]"},
    {"r.list.map(x, x + 1).size()", "unknown: after.list[1]"},
    {"r.list.filter(x, x > 1)", "unknown: after.list[1]"},
    {"r.list.filter(x, true)[2]", "3"},
    {"r.list.exists_one(x, x == 1)", "unknown: after.list[1]"},
    {"r.list.exists_one(x, x > 0)", "false"},
    {"r.rules.exists(r, r.port == 22 && r.cidrs.exists(c, c == '0.0.0.0/0'))",
	"unknown: after.rules[0].cidrs"},
    {"r.rules.exists(r, r.port == 80 && r.cidrs.exists(c, c == '0.0.0.0/0'))", "false"},
    {"r.map.all(k, k != 'x')", "true"},
    {"r.map.exists(k, v, v == 2)", "unknown: after.map.u"},
    {"r.map.transformMap(k, v, v + 1).k", "2"},
    /* literals */
    {"[r.a, 1][1]", "1"},
    {"[r.a, 1][0]", "unknown: after.a"},
    {"[r.a, r.b] == [1, 2]", "unknown: after.a, after.b"},
    {"{'x': r.a}.x", "unknown: after.a"},
    {"{r.a: 1}", "unknown: after.a"},
    {"{r.a: 1, 'b': r.nope}", "error: no such key: 'nope'"},
    /* paths that may be missing */
    {"as_list(r.a)", "unknown: after.a"},
    {"as_list(r.a.b)", "unknown: after.a"},
    {"as_list(r.list)[0]", "1"},
    {"as_map(r.a)", "unknown: after.a"},
    {"get(r.a, 1)", "unknown: after.a"},
    {"get(r.nope, r.a)", "unknown: after.a"},
    {"is_set(r.a)", "unknown: after.a"},
    {"is_set(r.list)", "true"},
    {"unknown(r.a)", "true"},
    {"unknown(r.a.b.c)", "true"},
    {"unknown(r.list)", "true"},
    {"unknown(r.known)", "false"},
    {"unknown(r.nope.x)", "false"},
    {"known(r.a)", "false"},
    {"known(r.nil)", "true"},
    /* what is unknown as a whole, and secrets */
    {"pr.number == 1", "unknown: pr"},
    {"pr.number == 1 || r.yes", "true"},
    {"r.secret", "hidden:"},
    {"r.secret == 'x'", "hidden:"},
    {"'%s'.format([r.secret])", "hidden:"},
    {"'%s'.format([[1, {'a': r.secret}]])", "hidden:"},
    {"sensitive(r.secret)", "true"},
    {"sensitive(r.a)", "false"},
    {"sensitive(r.a.b)", "unknown: after.a"},
    {"sensitive(r.a[0])", "unknown: after.a"},
    {"unknown(r.secret)", "false"},
    {"slow", "unknown: after.a, after.b"},
    {"slow && r.no", "false"},
    {"cel.bind(x, r.a, true)", "true"},
    {"cel.bind(x, r.a, x == 1)", "unknown: after.a"},
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

static void test_rows(void **state)
{
	struct cel_variable variables[] = {{STR("r"), NULL}, {STR("pr"), NULL}};
	struct value activation[] = {cel_check_json(arena, resource_json),
	    cel_check_json(arena, "[\"!unknown:pr\"]").as.items[0]};
	struct cel_check check = {.arena = arena,
	    .run = cel_run_new(arena),
	    .scope = {.variables = variables, .variable_count = 2},
	    .activation = activation};
	struct cel_problems problems;
	struct cel_program *program;
	struct cel_named named = {.name = STR("slow")};

	(void)state;
	assert_true(
	    cel_compile(arena, &check.scope, STR("r.b == 1 && r.a == 1"), &program, &problems));
	named.program = program;
	check.scope.named = &named;
	check.scope.named_count = 1;
	cel_check_rows(&check, rows, ARRAY_LEN(rows));
	cel_run_free(check.run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests_name("policies/cel/unknown", tests, setup, teardown);
}

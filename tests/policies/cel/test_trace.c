/* What a traced run keeps: values of nodes, absorbed errors, explanations, residuals. */
#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "tests/support/cel_check.h"

static const char resource_json[] =
    "{\"port\": 22, \"key\": \"!unknown:after.key\", \"zone\": \"!unknown:after.zone\", "
    "\"password\": \"!secret:geheim\", \"list\": [1, 2, 3, 4, 5]}";

static struct arena *arena;
static struct cel_run *run;
static struct value resource;

static int setup(void **state)
{
	(void)state;
	arena = arena_new();
	run = cel_run_new(arena);
	resource = cel_check_json(arena, resource_json);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	cel_run_free(run);
	arena_free(arena);
	return 0;
}

static struct value trace_run(const char *text, struct cel_trace *trace)
{
	struct cel_variable variable = {STR("r"), NULL};
	struct cel_scope scope = {.variables = &variable, .variable_count = 1};
	struct cel_problems problems;
	struct cel_program *program;

	if (!cel_compile(arena, &scope, str_from(text), &program, &problems))
		fail_msg("%s: %.*s", text, STR_ARG(problems.items[0].text));
	cel_trace_begin(arena, program, trace);
	return cel_evaluate(run, program, &resource, arena, trace);
}

static const struct {
	const char *expression, *explanation, *residual;
} rows[] = {
    {"r.port == 22 && r.key == 'x'",
	"r.port == 22 && r.key == 'x'  => (known after apply): after.key\n"
	"  r.port == 22  => true\n"
	"    r.port  => 22\n"
	"  r.key == 'x'  => (known after apply): after.key\n"
	"    r.key  => (known after apply): after.key\n",
	"r.key == 'x'"},
    {"r.port == 23 && r.key == 'x'",
	"r.port == 23 && r.key == 'x'  => false\n"
	"  r.port == 23  => false\n"
	"    r.port  => 22\n"
	"  r.key == 'x'  -- not needed\n",
	""},
    {"r.prt == 23 || r.port == 22",
	"r.prt == 23 || r.port == 22  => true\n"
	"  r.prt == 23  => error: no such key: 'prt' (passed over)\n"
	"    r.prt  => error: no such key: 'prt' (passed over)\n"
	"  r.port == 22  => true\n"
	"    r.port  => 22\n",
	""},
    {"r.password == 'x'", "r.password == 'x'  => false\n  r.password  => (sensitive)\n", ""},
    {"r.list.all(x,\n   x > 0)",
	"r.list.all(x, x > 0)  => true\n"
	"  r.list  => [1, 2, 3, 4, 5]\n"
	"  x > 0  => true | true | true | ... (5 rounds)\n"
	"    x  => 1 | 2 | 3 | ... (5 rounds)\n",
	""},
    {"r.port == 22 && (r.key == 'x' || r.port == 3 || r.zone == 'y') && r.zone == 'z'", NULL,
	"(r.key == 'x' || r.zone == 'y') && r.zone == 'z'"},
    {"as_list(r.key.x).exists(k, k == 1)", NULL, "as_list(r.key.x).exists(k, k == 1)"},
};

static void test_explain(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct cel_trace trace;
		struct str residual;
		struct buf buf;

		(void)trace_run(rows[i].expression, &trace);
		buf_init(&buf, arena, 10000);
		cel_explain(&buf, &trace);
		if (rows[i].explanation && !str_is(buf_str(&buf), rows[i].explanation))
			fail_msg("%s:\n%.*s", rows[i].expression, STR_ARG(buf_str(&buf)));
		residual = cel_residual(arena, &trace);
		if (!str_is(residual, rows[i].residual))
			fail_msg("%s: %.*s", rows[i].expression, STR_ARG(residual));
	}
}

/* The node that failed first, with its bytes. */
static void test_error_place(void **state)
{
	static const struct {
		const char *expression, *place;
	} places[] = {
	    {"r.port + r.nope.x", "r.nope"},
	    {"r.port + r.list == 3", "r.port + r.list"},
	    {"r.list.map(x, 1 / (x - 2))", "1 / (x - 2)"},
	    {"r.list[9] == 1", "r.list[9]"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		struct cel_trace trace;
		struct value value = trace_run(places[i].expression, &trace);
		const struct cel_error *error = cel_error_of(value);
		struct str text = str_from(places[i].expression);

		assert_non_null(error);
		if (error->to > text.len ||
		    !str_is(str_from_to(text, error->from, error->to), places[i].place))
			fail_msg("%s: %u to %u: %.*s", places[i].expression, error->from, error->to,
			    STR_ARG(error->text));
	}
}

static void test_absorbed(void **state)
{
	struct cel_trace trace;
	struct value value;

	(void)state;
	value = trace_run("r.a == 1 || r.b == 2 || r.port == 22", &trace);
	assert_true(value.kind == VALUE_BOOL && value.as.boolean);
	assert_int_equal(trace.absorbed_count, 2);
	value = trace_run("r.list.exists(x, x / 0 == 1 || x == 5)", &trace);
	assert_true(value.kind == VALUE_BOOL && value.as.boolean);
	assert_in_range(trace.absorbed_count, 4, 8);
	value = trace_run("r.list.map(x, r.nope).size() == 1", &trace);
	assert_int_equal(value.kind, CEL_ERROR);
	assert_int_equal(trace.absorbed_count, 0);
}

/* Never NULL, whatever went wrong, and no text in the fast run. */
static void test_fast_errors(void **state)
{
	struct cel_variable variable = {STR("r"), NULL};
	struct cel_scope scope = {.variables = &variable, .variable_count = 1};
	struct cel_problems problems;
	struct cel_program *program;
	struct value value;

	(void)state;
	assert_true(cel_compile(arena, &scope, STR("r.nope == 1"), &program, &problems));
	value = cel_evaluate(run, program, &resource, arena, NULL);
	assert_int_equal(value.kind, CEL_ERROR);
	assert_non_null(cel_error_of(value));
	assert_false(cel_error_of(value)->is_limit);
	assert_null(cel_error_of(value_null()));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_explain),
	    cmocka_unit_test(test_error_place),
	    cmocka_unit_test(test_absorbed),
	    cmocka_unit_test(test_fast_errors),
	};

	return cmocka_run_group_tests_name("policies/cel/trace", tests, setup, teardown);
}

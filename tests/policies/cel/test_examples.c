/* The tables of functions and macros: whole, and every example gives true, in both evaluators. */
#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "policies/cel/trace.h"

static struct arena *arena;
static struct cel_run *run;

static int setup(void **state)
{
	(void)state;
	arena = arena_new();
	run = cel_run_new(arena);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	cel_run_free(run);
	arena_free(arena);
	return 0;
}

static void check_true(const char *name, const char *example)
{
	struct cel_scope scope = {0};
	struct cel_program *program;
	struct cel_problems problems = {0};
	struct cel_trace trace;
	struct value fast, traced;

	if (!cel_compile(arena, &scope, str_from(example), &program, &problems))
		fail_msg("%s: '%s': %.*s", name, example, STR_ARG(problems.items[0].text));
	fast = cel_evaluate(run, program, NULL, arena, NULL);
	cel_trace_begin(arena, program, &trace);
	traced = cel_evaluate(run, program, NULL, arena, &trace);
	if (cel_is_error(traced))
		fail_msg("%s: '%s': %.*s", name, example, STR_ARG(cel_error_of(traced)->text));
	if (traced.kind != VALUE_BOOL || !traced.as.boolean || fast.kind != VALUE_BOOL ||
	    !fast.as.boolean)
		fail_msg("%s: '%s' is not true", name, example);
	cel_program_free(program);
}

/* One line, lower case (names in capitals may begin it), no full stop. */
static void check_help(const char *name, const char *help)
{
	size_t len = help != NULL ? strlen(help) : 0;

	if (len < 3 || strchr(".?", help[len - 1]) != NULL || strchr(help, '\n') != NULL ||
	    (help[0] >= 'A' && help[0] <= 'Z' && help[1] >= 'a' && help[1] <= 'z'))
		fail_msg("%s: '%s'", name, help != NULL ? help : "");
}

static void test_macros(void **state)
{
	(void)state;
	for (const struct cel_macro_doc *doc = cel_macro_docs; doc->signature != NULL; doc++) {
		check_help(doc->signature, doc->help);
		if (doc->example != NULL)
			check_true(doc->signature, doc->example);
	}
}

static void check_function(const struct cel_function *function)
{
	bool is_operator = (function->flags & CEL_OPERATOR) != 0;

	check_help(function->name, function->help);
	if (function->signature == NULL || function->signature[0] == '\0')
		fail_msg("%s has no signature", function->name);
	if (function->fn == NULL || function->min > function->max)
		fail_msg("%s is not whole", function->name);
	if (!(function->flags & (CEL_GLOBAL | CEL_METHOD | CEL_OPERATOR)))
		fail_msg("%s cannot be called", function->name);
	if (function->example == NULL && !is_operator)
		fail_msg("%s has no example", function->name);
	if (function->example != NULL)
		check_true(function->name, function->example);
}

static void test_functions(void **state)
{
	size_t count = 0;

	(void)state;
	for (size_t i = 0; cel_function_tables[i] != NULL; i++) {
		const struct cel_function *function = cel_function_tables[i];

		for (; function->name != NULL; function++, count++)
			check_function(function);
	}
	assert_true(count > 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_macros, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_functions, setup, teardown),
	};

	return cmocka_run_group_tests_name("policies/cel/examples", tests, NULL, NULL);
}

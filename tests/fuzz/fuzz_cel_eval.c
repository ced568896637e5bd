/*
 * Any expression ends: with a value, an unknown or an error, within its budget, and the same in
 * both evaluators. The first line of the input is the expression, the rest a JSON document that it
 * finds as `x`; the bytes 0x01 in it stand for a value known only after apply.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json_read.h"
#include "policies/cel/trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define BUDGET ((uint64_t)2000000)

static void promise(bool kept)
{
	if (!kept)
		abort();
}

/* The document, or a value with a bit of everything. */
static struct value document(struct arena *arena, struct str text)
{
	static const char fallback[] = "{\"a\":[1,2.5,\"s\",null,true],\"m\":{\"k\":\"10.0.0.0/"
				       "8\"},\"n\":12345678901234567890}";
	struct jsonr json = {0};
	struct value value;
	struct err err = {0};

	if (text.len == 1 && text.ptr[0] == 0x01)
		return value_unknown();
	if (text.len > 0 && jsonr_read(arena, text, &json, &value, &err))
		return value;
	json = (struct jsonr){0};
	err = (struct err){0};
	promise(jsonr_read(arena, str_from(fallback), &json, &value, &err));
	return value;
}

static struct value evaluate(struct arena *arena, const struct cel_program *program,
    const struct value *activation, struct cel_trace *trace)
{
	struct cel_run *run = cel_run_new(arena);
	struct value value;

	cel_run_budget(run, BUDGET);
	value = cel_evaluate(run, program, activation, arena, trace);
	promise(cel_run_steps(run) <= 2 * BUDGET);
	cel_run_free(run);
	return value;
}

static bool is_limit(struct value value)
{
	return cel_is_error(value) && cel_error_of(value)->is_limit;
}

/* A limit may be reached by one and not by the other: they evaluate in another order. */
static void compare(struct value fast, struct value traced)
{
	if (is_limit(fast) || is_limit(traced))
		return;
	promise(fast.kind == traced.kind);
	if (fast.kind == VALUE_BOOL)
		promise(fast.as.boolean == traced.as.boolean);
}

static void run_program(struct arena *arena, struct cel_program *program, struct value x)
{
	const struct value activation[] = {x};
	struct cel_trace trace;
	struct value fast = evaluate(arena, program, activation, NULL), traced;
	struct buf out;

	cel_trace_begin(arena, program, &trace);
	traced = evaluate(arena, program, activation, &trace);
	compare(fast, traced);
	buf_init(&out, arena, 65536);
	cel_explain(&out, &trace);
	(void)cel_residual(arena, &trace);
	(void)cel_to_text(arena, traced, 200);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct cel_variable variables[] = {{STR_INIT("x"), NULL}};
	static const struct cel_scope scope = {
	    .variables = variables, .variable_count = 1, .container = {"", 0}};
	struct arena *arena = arena_new();
	struct cel_problems problems = {0};
	struct cel_program *program = NULL;
	char *copy = arena_alloc(arena, size + 1);
	struct str rest, text = STR_EMPTY;

	memcpy(copy, data, size);
	rest = (struct str){copy, size};
	(void)str_split(&rest, '\n', &text);
	if (cel_compile(arena, &scope, text, &program, &problems)) {
		run_program(arena, program, document(arena, rest));
		cel_program_free(program);
	} else {
		promise(problems.count > 0);
	}
	arena_free(arena);
	return 0;
}

#include "cmd/expression.h"

#include "base/arena.h"
#include "base/err.h"

#define PATHS_MAX  200
#define DEPTH_MAX  400
#define VISITS_MAX 100000

bool question_add_variable(
    struct question *question, struct str name, struct value value, struct err *err)
{
	size_t at = 0;

	while (at < question->variable_count && !str_eq(question->variables[at].name, name))
		at++;
	if (at == CEL_VARIABLES_MAX)
		return err_set(err, ERR_LIMIT, "over %d variables", CEL_VARIABLES_MAX);
	question->variables[at] = (struct cel_variable){.name = name};
	question->activation[at] = value;
	if (at == question->variable_count)
		question->variable_count++;
	return true;
}

bool question_add_variables(struct question *question, struct value map, struct err *err)
{
	if (map.kind != VALUE_MAP)
		return err_set(err, ERR_INVALID, "expected an object of variables, not %s",
		    value_kind_name((enum value_kind)map.kind));
	for (size_t i = 0; i < map.len; i++) {
		if (!question_add_variable(
			question, value_text(map.as.entries[i].key), map.as.entries[i].value, err))
			return false;
	}
	return true;
}

static bool is_open(struct value value)
{
	return cel_is_unknown(value) || (value.marks & VALUE_HAS_UNKNOWN) != 0;
}

/* What is unknown inside a value, as a sorted set. Values share parts, so visits are counted. */
struct search {
	struct str *paths;
	size_t count, visits;
};

static void add_path(struct search *search, struct str path)
{
	size_t at = 0;

	while (at < search->count && str_cmp(search->paths[at], path) < 0)
		at++;
	if (search->count == PATHS_MAX || (at < search->count && str_eq(search->paths[at], path)))
		return;
	memmove(search->paths + at + 1, search->paths + at,
	    (search->count - at) * sizeof(*search->paths));
	search->paths[at] = path;
	search->count++;
}

static void find_unknowns(
    struct arena *arena, struct value value, unsigned depth, struct search *search)
{
	struct cel_unknowns found;

	value = cel_load(value);
	if (!is_open(value) || depth > DEPTH_MAX || ++search->visits > VISITS_MAX)
		return;
	found = cel_unknown_paths(arena, value);
	for (size_t i = 0; i < found.count; i++)
		add_path(search, found.paths[i]);
	for (size_t i = 0; value.kind == VALUE_LIST && i < value.len; i++)
		find_unknowns(arena, value.as.items[i], depth + 1, search);
	for (size_t i = 0; value.kind == VALUE_MAP && i < value.len; i++)
		find_unknowns(arena, value.as.entries[i].value, depth + 1, search);
}

/* The text of an error and the paths of an unknown are kept by a traced run only. */
static void look_closer(struct arena *arena, struct value value, struct answer *answer)
{
	struct search search = {.paths = arena_array(arena, struct str, PATHS_MAX)};
	const struct cel_error *error;

	if (cel_is_error(value)) {
		error = cel_error_of(value);
		answer->kind = ANSWER_ERROR;
		answer->problems.items[0] = (struct cel_problem){error->from, error->text};
		answer->problems.count = 1;
		return;
	}
	answer->kind = ANSWER_UNKNOWN;
	find_unknowns(arena, value, 0, &search);
	answer->unknowns = (struct cel_unknowns){search.paths, search.count};
}

static void run_program(struct arena *arena, struct cel_run *run, const struct question *question,
    const struct cel_program *program, struct answer *answer)
{
	struct cel_trace trace;

	if (!question->traced)
		answer->value = cel_evaluate(run, program, question->activation, arena, NULL);
	if (!question->traced && !cel_is_error(answer->value) && !is_open(answer->value))
		return;
	cel_trace_begin(arena, program, &trace);
	answer->value = cel_evaluate(run, program, question->activation, arena, &trace);
	if (cel_is_error(answer->value) || is_open(answer->value))
		look_closer(arena, answer->value, answer);
}

static NODISCARD bool compile(struct arena *arena, const struct question *question, bool dynamic,
    struct cel_program **program, struct cel_problems *problems)
{
	struct cel_scope scope = {
	    .variables = question->variables,
	    .variable_count = question->variable_count,
	    .container = question->container,
	    .dynamic = dynamic,
	};

	*problems = (struct cel_problems){0};
	return cel_compile(arena, &scope, question->text, program, problems);
}

/* A policy would not have got as far: what it would be told says more, of all problems at once. */
static void explain_error(
    struct arena *arena, const struct question *question, struct answer *answer)
{
	struct cel_program *program;
	struct cel_problems problems;

	if (compile(arena, question, false, &program, &problems))
		cel_program_free(program);
	else
		answer->problems = problems;
}

struct answer expression_answer(
    struct arena *arena, struct cel_run *run, const struct question *question)
{
	struct cel_program *program;
	struct answer answer = {.kind = ANSWER_VALUE};

	if (!compile(arena, question, true, &program, &answer.problems)) {
		answer.kind = ANSWER_ERROR;
		return answer;
	}
	run_program(arena, run, question, program, &answer);
	cel_program_free(program);
	if (answer.kind == ANSWER_ERROR)
		explain_error(arena, question, &answer);
	return answer;
}

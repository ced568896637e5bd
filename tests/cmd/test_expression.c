/*
 * Our own vectors for values that are not known, tests/fixtures/policies/unknown/: each line is a
 * name, an expression, bindings as of `policy eval --batch`, and its value, unknown paths or error
 * (a part of its text). In both evaluators.
 */
#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json_read.h"
#include "cmd/expression.h"
#include "policies/cel/typed_json.h"

#define FILE_MAX ((size_t)1 << 20)

static struct arena *arena, *run_arena;
static struct cel_run *run;

static int setup(void **state)
{
	(void)state;
	arena = arena_new();
	run_arena = arena_new();
	run = cel_run_new(run_arena);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	cel_run_free(run);
	arena_free(run_arena);
	arena_free(arena);
	return 0;
}

static struct value json(const char *name, struct str text)
{
	struct jsonr reader = {0};
	struct value value = value_null();
	struct err err = {0};

	if (!jsonr_read(arena, text, &reader, &value, &err))
		fail_msg("%s: %s", name, err.text);
	return value;
}

static void read_question(struct value row, struct question *question)
{
	const struct value *bindings = value_get_c(row, "bindings");

	*question = (struct question){.text = value_get_str(row, "expr"), .container = STR_EMPTY};
	for (size_t i = 0; bindings && i < bindings->len; i++) {
		const struct value_entry *entry = &bindings->as.entries[i];
		struct value value = value_null();
		struct err err = {0};

		if (!typed_json_read(arena, entry->value, &value, &err) ||
		    !question_add_variable(question, value_text(entry->key), value, &err))
			fail_msg("%.*s: %s", STR_ARG(question->text), err.text);
	}
}

static const char *differs(struct value row, const struct answer *answer)
{
	const struct value *value = value_get_c(row, "value"), *paths = value_get_c(row, "unknown");
	struct str error = value_get_str(row, "error");
	struct buf buf;
	struct err err = {0};

	if (value) {
		buf_init(&buf, arena, FILE_MAX);
		if (answer->kind != ANSWER_VALUE || !expression_print(&buf, answer->value, &err))
			return "no value";
		return value_equal(json("answer", buf_str(&buf)), *value) ? NULL : "another value";
	}
	if (!paths) {
		if (answer->kind != ANSWER_ERROR || error.len == 0)
			return "no error";
		return str_contains(answer->problems.items[0].text, error) ? NULL : "another error";
	}
	if (answer->kind != ANSWER_UNKNOWN)
		return "not unknown";
	for (size_t i = 0; i < paths->len && i < answer->unknowns.count; i++) {
		if (!str_eq(value_text(paths->as.items[i]), answer->unknowns.paths[i]))
			return "other paths";
	}
	return paths->len == answer->unknowns.count ? NULL : "more or fewer paths";
}

static size_t check_file(const char *path)
{
	struct str text, line;
	struct err err = {0};
	size_t count = 0;

	if (!file_read(arena, path, FILE_MAX, &text, &err))
		fail_msg("%s", err.text);
	for (; str_line(&text, &line); count++) {
		struct value row = json(path, line);
		struct question question;

		read_question(row, &question);
		for (int traced = 0; traced <= 1; traced++) {
			question.traced = traced == 1;
			struct answer answer = expression_answer(arena, run, &question);
			const char *why = differs(row, &answer);

			if (why)
				fail_msg("%s: %.*s (%.*s): %s%s", path,
				    STR_ARG(value_get_str(row, "name")), STR_ARG(question.text),
				    why, traced ? ", traced" : "");
		}
	}
	return count;
}

static void test_unknowns(void **state)
{
	size_t count = 0;

	(void)state;
	count += check_file("tests/fixtures/policies/unknown/logic.jsonl");
	count += check_file("tests/fixtures/policies/unknown/functions.jsonl");
	count += check_file("tests/fixtures/policies/unknown/containers.jsonl");
	count += check_file("tests/fixtures/policies/unknown/macros.jsonl");
	assert_true(count >= 100);
}

/* --- random conditions against a model of three-valued logic with errors --- */

enum outcome {
	IS_TRUE,
	IS_FALSE,
	IS_ERROR,
	IS_UNKNOWN
};

static const char *const leaves[][8] = {
    [IS_TRUE] = {"true", "t", "1 < 2", "\"abc\".startsWith(\"a\")", "l.exists(x, x == 2)",
	"has(m.a)", "\"aaa\".matches(\"^a+$\")", "l.all(x, x > 0)"},
    [IS_FALSE] = {"false", "f", "2 < 1", "s.startsWith(\"z\")", "l.exists(x, x == 7)", "m.a == 2",
	"has(m.zz)", "l == [1]"},
    [IS_ERROR] = {"1 / z > 0", "m.zz == 1", "l[9] == 1", "int(s) == 1", "l[0] / z == 1",
	"\"x\".charAt(5) == \"\"", "l.exists(x, x / z == 1)", "no_such_name"},
    [IS_UNKNOWN] = {"u", "u == 1", "u.a.b == \"c\"", "!u", "ul[1] == 5", "ul.exists(x, x == 5)",
	"string(u) == \"1\"", "u in l"},
};

struct model {
	struct buf text;
	uint32_t seed;
};

static uint32_t choose(struct model *model, uint32_t count)
{
	model->seed = model->seed * 1664525 + 1013904223;
	return (model->seed >> 16) % count;
}

/* What `&&` (decider IS_FALSE) or `||` (IS_TRUE) makes of two. */
static enum outcome join(enum outcome a, enum outcome b, enum outcome decider)
{
	if (a == decider || b == decider)
		return decider;
	if (a == IS_UNKNOWN || b == IS_UNKNOWN)
		return IS_UNKNOWN;
	return a == IS_ERROR || b == IS_ERROR ? IS_ERROR : a;
}

static enum outcome invert(enum outcome a)
{
	if (a == IS_TRUE)
		return IS_FALSE;
	return a == IS_FALSE ? IS_TRUE : a;
}

static enum outcome grow(struct model *model, unsigned depth);

static enum outcome grow_chain(struct model *model, unsigned depth, enum outcome decider)
{
	enum outcome joined = grow(model, depth);

	for (uint32_t more = 1 + choose(model, 3); more > 0; more--) {
		buf_adds(&model->text, decider == IS_FALSE ? " && " : " || ");
		joined = join(joined, grow(model, depth), decider);
	}
	return joined;
}

static enum outcome grow_condition(struct model *model, unsigned depth)
{
	enum outcome condition = grow(model, depth), yes, no;

	buf_adds(&model->text, " ? ");
	yes = grow(model, depth);
	buf_adds(&model->text, " : ");
	no = grow(model, depth);
	if (condition == IS_TRUE)
		return yes;
	return condition == IS_FALSE ? no : condition;
}

static enum outcome grow_inside(struct model *model, unsigned depth)
{
	switch (depth == 0 ? 5 : choose(model, 6)) {
	case 0:
	case 1:
		return grow_chain(model, depth - 1, IS_FALSE);
	case 2:
	case 3:
		return grow_chain(model, depth - 1, IS_TRUE);
	case 4:
		return grow_condition(model, depth - 1);
	default:
		break;
	}
	enum outcome leaf = (enum outcome)choose(model, ARRAY_LEN(leaves));
	buf_adds(&model->text, leaves[leaf][choose(model, ARRAY_LEN(leaves[0]))]);
	return leaf;
}

static enum outcome grow(struct model *model, unsigned depth)
{
	bool inverted = choose(model, 4) == 0;
	enum outcome inside;

	buf_adds(&model->text, inverted ? "!(" : "(");
	inside = grow_inside(model, depth);
	buf_addc(&model->text, ')');
	return inverted ? invert(inside) : inside;
}

static enum outcome outcome_of(const struct answer *answer)
{
	if (answer->kind != ANSWER_VALUE)
		return answer->kind == ANSWER_ERROR ? IS_ERROR : IS_UNKNOWN;
	return answer->value.as.boolean ? IS_TRUE : IS_FALSE;
}

static void test_random_logic(void **state)
{
	static const char bindings[] =
	    "{\"bindings\":{\"t\":{\"boolValue\":true},\"f\":{\"boolValue\":false},"
	    "\"z\":{\"int64Value\":0},\"s\":{\"stringValue\":\"str\"},"
	    "\"l\":{\"listValue\":{\"values\":[{\"int64Value\":1},{\"int64Value\":2}]}},"
	    "\"m\":{\"mapValue\":{\"entries\":[{\"key\":{\"stringValue\":\"a\"},"
	    "\"value\":{\"int64Value\":1}}]}},\"u\":{\"unknown\":[\"u\"]},"
	    "\"ul\":{\"listValue\":{\"values\":[{\"int64Value\":1},{\"unknown\":[\"ul[1]\"]}]}}}}";
	struct question question;

	(void)state;
	read_question(json("bindings", str_from(bindings)), &question);
	for (uint32_t seed = 1; seed <= 1500; seed++) {
		struct model model = {.seed = seed};
		struct arena_mark mark = arena_save(arena);
		enum outcome want;

		buf_init(&model.text, arena, CEL_TEXT_MAX);
		want = grow(&model, 1 + seed % 3);
		question.text = buf_str(&model.text);
		for (int traced = 0; traced <= 1; traced++) {
			question.traced = traced == 1;
			struct answer answer = expression_answer(arena, run, &question);

			if (outcome_of(&answer) != want)
				fail_msg("seed %u%s: wanted %d, not %d: %.*s", seed,
				    traced ? ", traced" : "", want, outcome_of(&answer),
				    STR_ARG(question.text));
		}
		arena_rewind(arena, mark);
	}
}

/* A set of paths is cut off, and time and memory stay small, however much is unknown. */
static void test_many_unknowns(void **state)
{
	enum {
		COUNT = 50000
	};
	struct value *items = arena_array(arena, struct value, COUNT);
	struct question question = {
	    .text = STR("[x, x, x].map(y, [y, y])"), .container = STR_EMPTY};
	struct answer answer;
	struct err err = {0};

	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		struct str path = str_format(arena, "x[%zu]", i);

		items[i] = value_unknown();
		items[i].as.text = path.ptr;
		items[i].len = (uint32_t)path.len;
	}
	assert_true(question_add_variable(&question, STR("x"), value_list(items, COUNT), &err));
	answer = expression_answer(arena, run, &question);
	assert_int_equal(answer.kind, ANSWER_UNKNOWN);
	assert_in_range(answer.unknowns.count, 1, 1000);
	question.text = STR("size(x) + size(x) == size([x, x])");
	answer = expression_answer(arena, run, &question);
	assert_int_equal(answer.kind, ANSWER_UNKNOWN);
	assert_in_range(answer.unknowns.count, 1, 1000);
}

static void test_variables(void **state)
{
	struct question question = {.text = STR("v0 + v63"), .container = STR_EMPTY};
	struct answer answer;
	struct err err = {0};

	(void)state;
	for (int i = 0; i < CEL_VARIABLES_MAX; i++)
		assert_true(question_add_variable(
		    &question, str_format(arena, "v%d", i), value_int(i), &err));
	assert_true(question_add_variable(&question, STR("v0"), value_int(100), &err));
	answer = expression_answer(arena, run, &question);
	assert_int_equal(answer.kind, ANSWER_VALUE);
	assert_int_equal(answer.value.as.integer, 163);
	assert_false(question_add_variable(&question, STR("one more"), value_int(1), &err));
	assert_int_equal(err.code, ERR_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_unknowns, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_random_logic, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_many_unknowns, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_variables, setup, teardown),
	};

	return cmocka_run_group_tests_name("cmd/expression", tests, NULL, NULL);
}

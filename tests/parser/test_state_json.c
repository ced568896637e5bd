#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/input.h"
#include "parser/plan_read.h"
#include "parser/state_json.h"

#define TEXT_MAX ((size_t)64 << 20)

static const char whole[] =
    "{\"format_version\":\"1.0\",\"terraform_version\":\"1.11.4\",\"values\":{\"outputs\":{\"o\":{"
    "\"sensitive\":true,\"type\":\"string\",\"value\":\"x\"},\"p\":{\"sensitive\":false,\"value\":["
    "1]}"
    "},\"root_module\":{\"resources\":["
    "{\"address\":\"t.a[0]\",\"mode\":\"managed\",\"type\":\"t\",\"name\":\"a\",\"index\":0,"
    "\"provider_name\":\"p\",\"schema_version\":0,\"values\":{\"id\":\"1\",\"pw\":\"s\"},"
    "\"sensitive_values\":{\"pw\":true}},"
    "{\"address\":\"t.a[0]\",\"mode\":\"managed\",\"type\":\"t\",\"name\":\"a\",\"index\":0,"
    "\"deposed_key\":\"00ff\",\"values\":{\"id\":\"0\"}},"
    "{\"address\":\"data.t.d\",\"mode\":\"data\",\"type\":\"t\",\"name\":\"d\",\"values\":{}}],"
    "\"child_modules\":[{\"resources\":[{\"address\":\"module.m[\\\"k\\\"].t.b\",\"type\":\"t\","
    "\"name\":\"b\",\"values\":{\"id\":\"2\"}}],\"address\":\"module.m[\\\"k\\\"]\","
    "\"child_modules\":[{\"resources\":[{\"address\":\"module.m[\\\"k\\\"].module.n.data.t.c\","
    "\"values\":null}]}]}]}}}";

static const struct state *read_state(struct arena *arena, const char *json)
{
	const struct state *state = NULL;
	struct err err = {0};

	if (!state_read_json(arena, input_from_str(arena, "s", str_from(json)), &state, &err))
		fail_msg("%s", err.text);
	return state;
}

static void resources_become_changes(void **unused)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	const struct state *state = read_state(arena, whole);
	struct change change;
	struct err err = {0};

	(void)unused;
	assert_int_equal(state_count(state), 5);
	assert_true(state_change(arena, state, 0, &change, &err));
	assert_true(str_is(change.head.address, "t.a[0]"));
	assert_true(str_is(change.head.type, "t") && str_is(change.head.provider, "p"));
	assert_int_equal(change.head.index.as.integer, 0);
	assert_int_equal(change.head.action, ACTION_NOOP);
	assert_true(str_is(change.head.action_text, "no-op"));
	assert_true(change.has_values);
	assert_true(str_is(value_get_str(change.after, "id"), "1"));
	assert_true(value_get_c(change.after, "pw")->marks & VALUE_SENSITIVE);
	assert_false(change.after.marks & VALUE_HAS_UNKNOWN);
	assert_true(value_equal(change.before, change.after));
	assert_true(state_change(arena, state, 1, &change, &err));
	assert_true(str_is(change.head.deposed, "00ff"));
	assert_true(state_change(arena, state, 2, &change, &err));
	assert_true(str_is(change.head.mode, "data") && change.head.module.len == 0);
	assert_true(state_change(arena, state, 4, &change, &err));
	assert_true(str_is(change.head.module, "module.m[\"k\"].module.n"));
	assert_true(str_is(change.head.mode, "data"));
	assert_int_equal(change.after.kind, VALUE_NULL);
}

static void resources_are_found(void **unused)
{
	static const struct {
		const char *address, *id; /* NULL: not there */
	} rows[] = {
	    {"t.a[0]", "1"},
	    {"module.m[\"k\"].t.b", "2"},
	    {"t.a", NULL},
	    {"t.a[1]", NULL},
	    {"", NULL},
	};
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	const struct state *state = read_state(arena, whole);

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct change change;
		struct err err = {0};
		bool found;

		assert_true(
		    state_find(arena, state, str_from(rows[i].address), &change, &found, &err));
		if (found != (rows[i].id != NULL) ||
		    (found && !str_is(value_get_str(change.after, "id"), rows[i].id)))
			fail_msg("%s", rows[i].address);
	}
}

static void outputs_are_found(void **unused)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	const struct state *state = read_state(arena, whole);
	struct value value;
	struct err err = {0};
	bool found;

	(void)unused;
	assert_true(state_output(arena, state, STR("o"), &value, &found, &err) && found);
	assert_true(str_is(value_text(value), "x") && (value.marks & VALUE_SENSITIVE));
	assert_true(state_output(arena, state, STR("p"), &value, &found, &err) && found);
	assert_true(value.kind == VALUE_LIST && !(value.marks & VALUE_SENSITIVE));
	assert_true(state_output(arena, state, STR("q"), &value, &found, &err));
	assert_false(found);
}

static const struct {
	const char *name, *json;
} empties[] = {
    {"no values", "{\"format_version\":\"1.0\"}"},
    {"null values", "{\"format_version\":\"0.1\",\"values\":null}"},
    {"empty values", "{\"format_version\":\"0.2\",\"values\":{}}"},
    {"empty module", "{\"format_version\":\"1.0\",\"values\":{\"root_module\":{}}}"},
    {"strange kinds", "{\"format_version\":\"1.0\",\"values\":{\"outputs\":[],\"root_module\":{"
		      "\"resources\":{},\"child_modules\":[1,null,[]]}}}"},
    {"strange resources",
	"{\"format_version\":\"1.0\",\"values\":{\"root_module\":{\"resources\":[1,null,[]]}}}"},
};

static void empty_states_are_states(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(empties); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		const struct state *state = read_state(arena, empties[i].json);
		struct change change;
		struct err err = {0};
		bool found = true;

		if (state_count(state) != 0)
			fail_msg("%s", empties[i].name);
		assert_true(state_find(arena, state, STR("t.a"), &change, &found, &err));
		assert_false(found);
	}
}

static const struct {
	const char *json;
	enum err_code code;
	const char *text;
} errors[] = {
    {"", ERR_SYNTAX, "empty, expected the JSON of a state"},
    {"  \n", ERR_SYNTAX, "empty, expected the JSON of a state"},
    {"[]", ERR_INVALID, "no state: expected a JSON object"},
    {"\"x\"", ERR_INVALID, "no state: expected a JSON object"},
    {"{}", ERR_INVALID, "no state: it has neither format_version nor values"},
    {"{\"format_version\":\"1.2\",\"resource_changes\":[]}", ERR_INVALID,
	"a plan, expected 'terraform show -json' without a plan file"},
    {"{\"version\":4,\"serial\":1,\"resources\":[]}", ERR_INVALID,
	"a state file, expected the output of 'terraform show -json'"},
    {"{\"format_version\":\"1.0\",", ERR_SYNTAX, NULL},
    {"{\"values\":{\"root_module\":{\"resources\":[{\"address\":\"t.a\"]}}}", ERR_SYNTAX, NULL},
};

static void errors_are_told(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(errors); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		const struct state *state = NULL;
		struct err err = {0};

		if (state_read_json(
			arena, input_from_str(arena, "s", str_from(errors[i].json)), &state, &err))
			fail_msg("%s is accepted", errors[i].json);
		if (err.code != errors[i].code ||
		    (errors[i].text && !str_is(str_from(err.text), errors[i].text)))
			fail_msg("%s: %s", errors[i].json, err.text);
		assert_string_equal(err.file, "s");
	}
}

/* The hole is in a value: seen when it is loaded. */
static void broken_values_are_told(void **unused)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	const struct state *state =
	    read_state(arena, "{\"format_version\":\"1.0\",\"values\":{\"root_module\":{"
			      "\"resources\":[{\"address\":\"t.a\","
			      "\"type\":\"t\",\"values\":{\"x\":01}}]}}}");
	struct change change;
	struct err err = {0};

	(void)unused;
	assert_false(state_change(arena, state, 0, &change, &err));
	assert_int_equal(err.code, ERR_SYNTAX);
}

static void prior_state_of_a_plan(void **unused)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct str json = str_format(arena,
	    "{\"format_version\":\"1.2\",\"resource_changes\":[],\"prior_state\":%s}", whole);
	const struct state *state = NULL;
	struct plan *plan = NULL;
	struct change change;
	struct err err = {0};
	bool found;

	(void)unused;
	assert_true(plan_read_json(arena, input_from_str(arena, "p", json), NULL, &plan, &err));
	assert_true(state_read_prior(arena, plan, &state, &err));
	assert_int_equal(state_count(state), 5);
	assert_true(state_find(arena, state, STR("t.a[0]"), &change, &found, &err) && found);
	json = STR("{\"format_version\":\"1.2\",\"resource_changes\":[],\"prior_state\":null}");
	assert_true(plan_read_json(arena, input_from_str(arena, "p", json), NULL, &plan, &err));
	assert_true(state_read_prior(arena, plan, &state, &err));
	assert_int_equal(state_count(state), 0);
}

/* --- every real state --- */

static const char *shared_dir(void)
{
	const char *dir = getenv("TFHERALD_SHARED");
	const char *ci = getenv("CI");

	if (dir && *dir)
		return dir;
	if (access("../shared/data/plans/manifest.tsv", R_OK) == 0)
		return "../shared";
	if (ci && str_is(str_from(ci), "true"))
		fail_msg("the corpus is not there");
	return NULL;
}

static size_t check_state(struct arena *arena, const char *path)
{
	struct input *input CLEANUP(input_close_ptr) = NULL;
	const struct state *state = NULL;
	struct change change, again;
	struct err err = {0};
	bool found;

	if (!input_open(arena, path, 0, &input, &err) ||
	    !state_read_json(arena, input, &state, &err))
		fail_msg("%s: %s", path, err.text);
	for (size_t i = 0; i < state_count(state); i++) {
		if (!state_change(arena, state, i, &change, &err))
			fail_msg("%s: %s", path, err.text);
		assert_true(change.head.address.len > 0 && change.head.type.len > 0);
		assert_int_equal(change.head.action, ACTION_NOOP);
		assert_true(state_find(arena, state, change.head.address, &again, &found, &err));
		assert_true(found || change.head.deposed.len > 0);
	}
	return state_count(state);
}

static void every_real_state(void **unused)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	const char *shared = shared_dir();
	struct str manifest, line;
	size_t states = 0, resources = 0;
	struct err err = {0};

	(void)unused;
	if (!shared)
		skip();
	assert_true(file_read(arena, str_format(arena, "%s/data/plans/manifest.tsv", shared).ptr,
	    TEXT_MAX, &manifest, &err));
	while (str_line(&manifest, &line)) {
		struct arena *each CLEANUP(arena_free_ptr) = arena_new();
		struct str id, kind;

		if (!str_split(&line, '\t', &id) || !str_split(&line, '\t', &kind) ||
		    !str_is(kind, "state_json"))
			continue;
		states++;
		resources += check_state(each,
		    str_format(each, "%s/data/plans/files/%.*s.json", shared, STR_ARG(id)).ptr);
	}
	assert_true(states >= 20 && resources >= 90);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(resources_become_changes),
	    cmocka_unit_test(resources_are_found),
	    cmocka_unit_test(outputs_are_found),
	    cmocka_unit_test(empty_states_are_states),
	    cmocka_unit_test(errors_are_told),
	    cmocka_unit_test(broken_values_are_told),
	    cmocka_unit_test(prior_state_of_a_plan),
	    cmocka_unit_test(every_real_state),
	};

	return cmocka_run_group_tests_name("parser/state_json", tests, NULL, NULL);
}

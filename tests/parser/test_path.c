#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "parser/path.h"
#include "tests/support/verdict_world.h"

/* What is written is read back as the same key. */
static void test_keys(void **state)
{
	(void)state;
	static const struct {
		const char *key;
		const char *want; /* after "a" */
	} rows[] = {
	    {"Name", "a.Name"},
	    {"0", "a.0"},
	    {"x-y_z", "a.x-y_z"},
	    {"a.b", "a[\"a.b\"]"},
	    {"", "a[\"\"]"},
	    {"]", "a[\"]\"]"},
	    {"\"]", "a[\"\\\"]\"]"},
	    {"c:\\", "a[\"c:\\\\\"]"},
	    {"\xc3\xa9", "a[\"\xc3\xa9\"]"},
	};
	struct arena *arena = arena_new();

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct path_step first, second;
		struct buf buf;
		struct str path;

		buf_init(&buf, arena, 1000);
		path_add_key(&buf, STR("a"));
		path_add_key(&buf, str_from(rows[i].key));
		path = buf_str(&buf);
		if (!str_is(path, rows[i].want))
			fail_msg("%s: %.*s", rows[i].key, STR_ARG(path));
		if (!path_next(&path, &first) || !path_next(&path, &second) || path.len != 0 ||
		    !str_is(path_name(arena, &second), rows[i].key))
			fail_msg("%s is read back as something else", rows[i].want);
	}
	arena_free(arena);
}

static void test_indexes(void **state)
{
	(void)state;
	struct arena *arena = arena_new();
	struct buf buf;

	buf_init(&buf, arena, 1000);
	path_add_index(&buf, 0);
	path_add_key(&buf, STR("x"));
	path_add_index(&buf, INT64_MAX);
	assert_true(str_is(buf_str(&buf), "[0].x[9223372036854775807]"));
	arena_free(arena);
}

static void test_value(void **state)
{
	(void)state;
	struct arena *arena = arena_new();
	static const struct {
		const char *path;
		int64_t want; /* -1: not there */
	} rows[] = {
	    {"p", 1},
	    {"q.r[1].s", 2},
	    {"m[\"a.b\"]", 3},
	    {"m[\"a.b\"].x", -1},
	    {"m[\"]\"]", 4},
	    {"m[\"say \\\"x\\\"]\"]", 5},
	    {"m[\"\"]", 6},
	    {"q.r[2]", -1},
	    {"q.r[x]", -1},
	    {"q.r[", -1},
	    {"m[\"a.b", -1},
	    {"q[0]", -1},
	    {"nope", -1},
	    {"", -1},
	    {"..", -1},
	    {"q.r[99999999999999999999]", -1},
	};
	struct value value =
	    verdict_json(arena, "{'p': 1, 'q': {'r': [0, {'s': 2}]}, 'm': {'a.b': 3, ']': 4, "
				"'say \\'x\\']': 5, '': 6}}");

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct value *at = path_value(arena, value, str_from(rows[i].path));

		if (rows[i].want < 0 ? at != NULL : !at || at->as.integer != rows[i].want)
			fail_msg("%s", rows[i].path);
	}
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_keys),
	    cmocka_unit_test(test_indexes),
	    cmocka_unit_test(test_value),
	};

	return cmocka_run_group_tests_name("parser/path", tests, NULL, NULL);
}

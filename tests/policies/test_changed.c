#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"

#include "base/buf.h"
#include "parser/overlay.h"
#include "policies/changed.h"
#include "tests/support/verdict_world.h"

static struct value overlaid(struct arena *arena, const char *text, const char *unknown)
{
	struct err err = {0};
	struct value value;

	if (!overlay_value(arena, verdict_json(arena, text), verdict_json(arena, unknown),
		verdict_json(arena, "{}"), &value, &err))
		fail_msg("%s", err.text);
	return value;
}

static void test_sameness(void **state)
{
	(void)state;
	struct arena *arena = arena_new();
	static const struct {
		const char *name, *a, *b, *unknown;
		enum sameness same;
	} rows[] = {
	    {"equal", "{'p': 1}", "{'p': 1}", "{}", SAME},
	    {"numbers by value", "{'p': 1}", "{'p': 1.0}", "{}", SAME},
	    {"null and absent", "{'p': null}", "{}", "{}", SAME},
	    {"absent and null", "{}", "{'p': null}", "{}", SAME},
	    {"another value", "{'p': 1}", "{'p': 2}", "{}", DIFFERENT},
	    {"one more", "{}", "{'p': 1}", "{}", DIFFERENT},
	    {"one less", "{'p': 1}", "{}", "{}", DIFFERENT},
	    {"order of keys", "{'p': 1, 'q': 2}", "{'q': 2, 'p': 1}", "{}", SAME},
	    {"another kind", "{'p': '1'}", "{'p': 1}", "{}", DIFFERENT},
	    {"a longer list", "[1]", "[1, 2]", "{}", DIFFERENT},
	    {"unknown", "{'p': 1}", "{}", "{'p': true}", SAME_UNKNOWN},
	    {"unknown, but another part differs", "{'p': 1, 'q': 1}", "{'q': 2}", "{'p': true}",
		DIFFERENT},
	    {"unknown, and what follows is new", "{'q': 1}", "{'q': 1, 'r': 2}", "{'p': true}",
		DIFFERENT},
	    {"an unknown item of a list", "[1, 2]", "[1, null]", "[false, true]", SAME_UNKNOWN},
	    {"an unknown item, another one differs", "[1, 2]", "[3, null]", "[false, true]",
		DIFFERENT},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct value a = overlaid(arena, rows[i].a, "{}");
		struct value b = overlaid(arena, rows[i].b, rows[i].unknown);

		if (value_sameness(&a, &b) != rows[i].same)
			fail_msg("%s", rows[i].name);
		if (value_sameness(&b, &a) != rows[i].same)
			fail_msg("%s, the other way round", rows[i].name);
	}
	assert_int_equal(value_sameness(NULL, NULL), SAME);
	arena_free(arena);
}

static void test_changed_paths(void **state)
{
	(void)state;
	struct arena *arena = arena_new();
	static const struct {
		const char *name, *before, *after, *unknown, *paths;
	} rows[] = {
	    {"nothing", "{'p': 1}", "{'p': 1}", "{}", ""},
	    {"nothing at all", "null", "null", "{}", ""},
	    {"deepest", "{'p': {'q': [1, 2]}}", "{'p': {'q': [1, 3]}}", "{}", "p.q[1]\n"},
	    {"created", "null", "{'p': 1, 'q': null}", "{}", "p\n"},
	    {"deleted", "{'p': 1}", "null", "{}", "p\n"},
	    {"unknown after", "{'p': 1}", "{}", "{'p': true}", "p\n"},
	    {"another kind", "{'p': {'q': 1}}", "{'p': 1}", "{}", "p\n"},
	    {"a shorter list", "{'p': [1, 2]}", "{'p': [1]}", "{}", "p[1]\n"},
	    {"quoted keys", "{'p': {'a.b': 1, '': 1, 'c\\\\': 1}}", "{'p': {}}", "{}",
		"p[\"a.b\"]\np[\"\"]\np[\"c\\\\\"]\n"},
	};
	unsigned wrong = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct value paths = changed_paths(arena, overlaid(arena, rows[i].before, "{}"),
		    overlaid(arena, rows[i].after, rows[i].unknown));
		struct buf buf;

		buf_init(&buf, arena, 4096);
		for (uint32_t k = 0; k < paths.len; k++)
			buf_addf(&buf, "%.*s\n", STR_ARG(value_text(paths.as.items[k])));
		verdict_check(&wrong, rows[i].name, buf_str(&buf), rows[i].paths);
	}
	assert_int_equal(wrong, 0);
	arena_free(arena);
}

/* The list of what changed has an end, and a path that is too long does not spoil the others. */
static void test_limits(void **state)
{
	(void)state;
	struct arena *arena = arena_new();
	struct value *items = arena_array(arena, struct value, 5000);
	struct value_entry *entries = arena_array(arena, struct value_entry, 2);
	char *long_key = arena_alloc(arena, 20000);
	struct value before, after, paths;
	struct str duplicate;

	for (size_t i = 0; i < 5000; i++)
		items[i] = value_int((int64_t)i + 1);
	memset(long_key, 'x', 20000);
	entries[0] =
	    (struct value_entry){value_string((struct str){long_key, 20000}), value_int(1)};
	entries[1] = (struct value_entry){value_string(STR("y")), value_list(items, 5000)};
	before = verdict_json(arena, "{}");
	assert_true(value_map(arena, entries, 2, &after, &duplicate));
	paths = changed_paths(arena, before, after);
	assert_int_equal(paths.len, 1);
	assert_true(str_is(value_text(paths.as.items[0]), "y"));
	before = verdict_json(arena, "{'y': []}");
	paths = changed_paths(arena, before, after);
	assert_int_equal(paths.len, CHANGED_PATHS_MAX);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_sameness),
	    cmocka_unit_test(test_changed_paths),
	    cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests_name("policies/changed", tests, NULL, NULL);
}

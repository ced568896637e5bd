#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "report/noise.h"

#define KEYS_MAX 80

static const struct row {
	const char *label, *path;
	const char *keys; /* by blanks */
	bool want;
} rows[] = {
    {"a name", "tags_all", "tags_all", true},
    {"all below", "tags_all", "tags_all a b", true},
    {"not what is above", "tags.version", "tags", false},
    {"two names", "tags.version", "tags version", true},
    {"a quoted key", "tags[\"version\"]", "tags version", true},
    {"another key", "tags.version", "tags versions", false},
    {"a key with a dot", "tags[\"a.b\"]", "tags a.b", true},
    {"a key with escapes", "tags[\"a\\\"b\"]", "tags a\"b", true},
    {"a part of a name", "tags.git_*", "tags git_sha", true},
    {"one name", "tags.*", "tags anything", true},
    {"a star is one name", "a.*.c", "a x y c", false},
    {"any names", "**.etag", "a b etag", true},
    {"any names, none", "**.etag", "etag", true},
    {"any names in the middle", "a.**.z", "a z", true},
    {"any names, twice", "**.a.**.b", "x a y y b", true},
    {"any names, no end", "**.a.**.b", "x a y y", false},
    {"positions count for nothing", "rule[0].etag", "rule etag", true},
    {"a question mark", "tags.v?", "tags v1", true},
    {"a first star", "*_fingerprint", "tag_fingerprint", true},
    {"built in", NULL, "tags_all x", true},
    {"nothing of that", NULL, "instance_type", false},
    {"case counts", "Tags", "tags", false},
};

static size_t split(const char *text, struct str keys[KEYS_MAX])
{
	struct str rest = str_from(text);
	size_t count = 0;

	while (count < KEYS_MAX && str_split(&rest, ' ', &keys[count]))
		count++;
	return count;
}

static void test_paths(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct noise_rule rule = {str_from(rows[i].path), STR("why")};
		const struct noise *noise = noise_new(arena, &rule, rows[i].path ? 1 : 0);
		struct str keys[KEYS_MAX];
		size_t count = split(rows[i].keys, keys);
		struct str reason = STR_EMPTY;

		if (noise_may_start(noise, keys[0]))
			reason = noise_reason(noise, keys, count, false);
		if ((reason.len > 0) != rows[i].want)
			print_error("%s: '%.*s'\n", rows[i].label, STR_ARG(reason));
		assert_true((reason.len > 0) == rows[i].want);
		if (rows[i].path && rows[i].want)
			assert_true(str_is(reason, "why"));
	}
}

static void test_only_what_nobody_sets(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	const struct noise *noise = noise_new(arena, NULL, 0);
	struct str etag = STR("etag");

	(void)state;
	assert_int_equal(noise_reason(noise, &etag, 1, false).len, 0);
	assert_true(noise_reason(noise, &etag, 1, true).len > 0);
	assert_int_equal(noise_reason(NULL, &etag, 1, true).len, 0);
}

static void test_long_paths(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct noise_rule rules[] = {{STR("**.z"), STR("why")}, {STR("a.a"), STR("short")}};
	const struct noise *noise = noise_new(arena, rules, 2);
	struct str keys[KEYS_MAX];

	(void)state;
	for (size_t i = 0; i < KEYS_MAX; i++)
		keys[i] = STR("a");
	assert_true(str_is(noise_reason(noise, keys, KEYS_MAX, false), "short"));
	keys[62] = STR("z");
	keys[1] = STR("b");
	assert_true(str_is(noise_reason(noise, keys, KEYS_MAX, false), "why"));
}

static void test_check(void **state)
{
	static const char *const bad[] = {"", ".", "a.", ".a", "a..b", "[", "a[", "a[\"b", "**",
	    "*", "**.*", "*.**", "?*", "*.*", "***", "[0]", "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q"};
	static const char *const good[] = {
	    "a", "a.b", "a[0].b", "a[\"b\"].c", "*a*", "**.b", "a-b_c"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err err = {0};

		if (noise_check(str_from(bad[i]), &err))
			print_error("'%s' is taken\n", bad[i]);
		assert_int_equal(err.code, ERR_INVALID);
	}
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		struct err err = {0};

		if (!noise_check(str_from(good[i]), &err))
			print_error("%s\n", err.text);
		assert_int_equal(err.code, ERR_NONE);
	}
}

/* What is built in reads well and can be matched. */
static void test_builtins(void **state)
{
	(void)state;
	for (size_t i = 0; i < noise_builtin_count; i++) {
		struct err err = {0};

		assert_true(noise_check(str_from(noise_builtins[i].path), &err));
		assert_true(
		    noise_builtins[i].reason[0] >= 'a' && noise_builtins[i].reason[0] <= 'z');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_paths),
	    cmocka_unit_test(test_only_what_nobody_sets),
	    cmocka_unit_test(test_long_paths),
	    cmocka_unit_test(test_check),
	    cmocka_unit_test(test_builtins),
	};

	return cmocka_run_group_tests_name("report/noise", tests, NULL, NULL);
}

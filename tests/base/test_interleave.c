#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "base/interleave.h"
#include "base/process.h"
#include "base/tape.h"

struct both {
	struct arena *arena;
	struct tape out, err;
	struct interleave merged;
};

static void both_init(struct both *both, struct arena *arena, size_t limit)
{
	both->arena = arena;
	tape_init(&both->out, arena, limit);
	tape_init(&both->err, arena, limit);
	interleave_init(&both->merged, arena);
}

static void both_add(struct both *both, int who, struct str bytes)
{
	const struct tape *tapes[2] = {&both->out, &both->err};

	interleave_add(&both->merged, who, bytes, tapes);
	tape_add(who ? &both->err : &both->out, bytes);
}

static void both_finish(struct both *both, struct process_result *got)
{
	const struct capture *single[2] = {&got->out, &got->err};

	tape_finish(&both->out, both->arena, &got->out);
	tape_finish(&both->err, both->arena, &got->err);
	interleave_finish(&both->merged, single, &got->merged);
}

/* A script: 'o' or 'e', then what that stream says, up to '|'. */
static void test_scripts(void **state)
{
	static const struct {
		const char *label, *script, *want;
	} rows[] = {
	    {"nobody", "", ""},
	    {"one", "oa\n|ob", "a\nb"},
	    {"the other", "ea\n|eb", "a\nb"},
	    {"in turns", "oa\n|eb\n|oc\n", "a\nb\nc\n"},
	    {"a line waits for its end", "oa|eb\n|oc\n", "b\nac\n"},
	    {"an early line waits too", "ox\na|eb\n|oc\n", "x\nb\nac\n"},
	    {"both wait", "oa|eb|oc\n|ed\n", "ac\nbd\n"},
	    {"nobody finishes", "oa|eb", "a\nb"},
	    {"only the second finishes", "oa|eb\n", "b\na"},
	    {"nothing is no word", "o|ea\n|o|eb\n", "a\nb\n"},
	    {"many lines at once", "oa\nb\nc|ed\ne\n|of\n", "a\nb\nd\ne\ncf\n"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct str rest = str_from(rows[i].script), part;
		struct process_result got = {.status = 0};
		struct both both;

		both_init(&both, arena, 1000);
		while (str_split(&rest, '|', &part))
			if (part.len > 0)
				both_add(&both, part.ptr[0] == 'e', str_skip(part, 1));
		both_finish(&both, &got);
		if (!str_is(got.merged.text, rows[i].want))
			fail_msg("%s: '%.*s'", rows[i].label, STR_ARG(got.merged.text));
	}
}

/* A line over the limit for unfinished ones is let out; the other stream begins a line of its own.
 */
static void test_long_line(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	char *line = arena_alloc(arena, INTERLEAVE_PART_MAX);
	struct process_result got = {.status = 0};
	struct both both;

	(void)state;
	memset(line, 'a', INTERLEAVE_PART_MAX);
	both_init(&both, arena, (size_t)1 << 20);
	both_add(&both, 1, STR("x\n"));
	both_add(&both, 0, (struct str){line, INTERLEAVE_PART_MAX});
	both_add(&both, 1, STR("y\n"));
	both_add(&both, 0, STR("b"));
	both_add(&both, 0, STR("b"));
	both_add(&both, 1, STR("z\n"));
	both_add(&both, 0, STR("c\n"));
	both_finish(&both, &got);
	assert_int_equal(got.merged.text.len, 2 + 2 + INTERLEAVE_PART_MAX + 3 + 2 + 2);
	assert_true(str_starts(got.merged.text, STR("x\ny\naaa")));
	assert_true(str_ends(got.merged.text, STR("aabb\nz\nc\n")));
}

/* The first stream is over its limit before the second says a word. */
static void test_late_second(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct process_result got = {.status = 0};
	struct both both;

	(void)state;
	both_init(&both, arena, 32);
	for (int i = 0; i < 20; i++)
		both_add(&both, 0, STR("line\n"));
	both_add(&both, 0, STR("un"));
	both_add(&both, 1, STR("err\n"));
	both_finish(&both, &got);
	assert_true(got.merged.cut);
	assert_int_equal(got.merged.total, 20 * 5 + 2 + 1 + 4);
	assert_true(str_ends(got.merged.text, STR("\nun\nerr\n")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_scripts),
	    cmocka_unit_test(test_long_line),
	    cmocka_unit_test(test_late_second),
	};

	return cmocka_run_group_tests_name("base/interleave", tests, NULL, NULL);
}

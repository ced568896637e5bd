#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void test_alignment_and_zeroes(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	static const size_t sizes[] = {
	    0, 1, 2, 15, 16, 17, 100, 4095, 16384, 300000, 2000000, 4 << 20, 9 << 20, 1};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		unsigned char *bytes = arena_alloc(arena, sizes[i]);
		const unsigned char *zeroes;

		assert_non_null(bytes);
		assert_int_equal((uintptr_t)bytes % 16, 0);
		memset(bytes, 0xa5, sizes[i]);
		zeroes = arena_zalloc(arena, sizes[i]);
		for (size_t at = 0; at < sizes[i]; at++)
			assert_int_equal(zeroes[at], 0);
	}
}

static void test_zero_sized_objects_are_apart(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();

	(void)state;
	assert_ptr_not_equal(arena_alloc(arena, 0), arena_alloc(arena, 0));
}

static void test_typed_macros(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct pair {
		int a, b;
	} *pair = arena_make(arena, struct pair), *pairs = arena_array(arena, struct pair, 1000);

	(void)state;
	assert_int_equal(pair->a + pair->b, 0);
	for (size_t i = 0; i < 1000; i++)
		assert_int_equal(pairs[i].a + pairs[i].b, 0);
	assert_non_null(arena_array(arena, struct pair, 0));
}

static void test_free_of_nothing(void **state)
{
	(void)state;
	arena_free(NULL);
}

static void test_rewind_gives_memory_back(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	char *kept = arena_alloc(arena, 100);
	struct arena_mark mark = arena_save(arena);
	size_t held;

	(void)state;
	memset(kept, 'k', 100);
	for (int i = 0; i < 1000; i++)
		memset(arena_alloc(arena, 10000), 'x', 10000);
	assert_true(arena_held(arena) >= 10000000);
	arena_rewind(arena, mark);
	held = arena_held(arena);
	assert_true(held <= 4300000); /* the first block and the spare */
	arena_rewind(arena, mark);
	assert_int_equal(arena_held(arena), held);
	for (int i = 0; i < 100; i++)
		assert_int_equal(kept[i], 'k');
}

static void test_nested_marks(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct arena_mark marks[20];
	unsigned char *objects[20];

	(void)state;
	for (size_t i = 0; i < 20; i++) {
		objects[i] = memset(arena_alloc(arena, 1 << i), (int)i, 1 << i);
		marks[i] = arena_save(arena);
	}
	for (size_t i = 20; i-- > 0;) {
		arena_rewind(arena, marks[i]);
		memset(arena_alloc(arena, 77), 0xff, 77);
		assert_int_equal(objects[i][0], i);
		assert_int_equal(objects[i][(1 << i) - 1], i);
	}
}

/* A large object made right before or right after a mark: only the second one goes. */
static void test_marks_beside_large_objects(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	size_t large = (size_t)3 << 20;
	unsigned char *before = memset(arena_alloc(arena, large), 1, large);
	struct arena_mark mark = arena_save(arena);
	size_t held = arena_held(arena);

	(void)state;
	memset(arena_alloc(arena, large), 2, large);
	memset(arena_alloc(arena, 5), 3, 5);
	memset(arena_alloc(arena, large), 4, large);
	assert_true(arena_held(arena) > 3 * large);
	arena_rewind(arena, mark);
	assert_int_equal(arena_held(arena), held);
	assert_int_equal(before[0], 1);
	assert_int_equal(before[large - 1], 1);
}

/* A mark at the very beginning, with nothing allocated. */
static void test_mark_of_an_empty_arena(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct arena_mark mark = arena_save(arena);

	(void)state;
	for (int round = 0; round < 3; round++) {
		memset(arena_alloc(arena, 100000), 1, 100000);
		memset(arena_alloc(arena, 1000000), 1, 1000000);
		arena_rewind(arena, mark);
	}
}

/* One change of a plan after the other: after a few rounds the system is not asked again. */
static void test_scratch_settles(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct arena_mark mark = arena_save(arena);
	size_t held = 0;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		for (int i = 0; i < 10; i++)
			(void)arena_alloc(arena, 3000);
		arena_rewind(arena, mark);
		if (round == 10)
			held = arena_held(arena);
		if (round > 10)
			assert_int_equal(arena_held(arena), held);
	}
}

static void test_grow_keeps_content(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	unsigned char *bytes = arena_grow(arena, NULL, 0, 1);
	size_t size = 1;

	(void)state;
	bytes[0] = 0;
	while (size < (size_t)5 << 20) {
		size_t more = size * 2 + 3;

		bytes = arena_grow(arena, bytes, size, more);
		for (size_t at = size; at < more; at++)
			bytes[at] = (unsigned char)(at * 7);
		size = more;
		if (size > 1000 && size < 3000)
			memset(arena_alloc(arena, 20), 0xff, 20); /* no longer the newest */
	}
	for (size_t at = 0; at < size; at++)
		assert_int_equal(bytes[at], (unsigned char)(at * 7));
}

static void test_grow_to_less_and_from_nothing(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	char *bytes = arena_alloc(arena, 0);

	(void)state;
	bytes = arena_grow(arena, bytes, 0, 40);
	memset(bytes, 'a', 40);
	bytes = arena_grow(arena, bytes, 40, 10);
	assert_memory_equal(bytes, "aaaaaaaaaa", 10);
	bytes = arena_grow(arena, bytes, 10, 10);
	assert_memory_equal(bytes, "aaaaaaaaaa", 10);
}

/* A large object that grows and is rewound over. */
static void test_grown_large_object_is_rewound(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct arena_mark mark = arena_save(arena);
	size_t held = arena_held(arena), size = 1 << 20;
	char *bytes = arena_alloc(arena, size);

	(void)state;
	bytes[0] = 'a';
	bytes = arena_grow(arena, bytes, size, 4 * size);
	(void)arena_alloc(arena, size);
	bytes = arena_grow(arena, bytes, 4 * size, 8 * size);
	assert_int_equal(bytes[0], 'a');
	arena_rewind(arena, mark);
	assert_true(arena_held(arena) <= held + (64 << 10));
}

#define OBJECTS 400

struct object {
	unsigned char *bytes;
	size_t size;
	unsigned char fill;
};

static void check_object(const struct object *object)
{
	size_t at = 0;

	while (at < object->size && object->bytes[at] == object->fill)
		at++;
	assert_int_equal(at, object->size);
}

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

static size_t random_size(uint32_t *seed)
{
	static const size_t ranges[] = {16, 64, 500, 5000, 40000, 400000};
	uint32_t pick = next_random(seed) % 64;
	size_t range = ranges[pick < 60 ? pick % 4 : pick % 2 + 4];

	return next_random(seed) % range;
}

/* Allocates, grows, saves and rewinds at random: no object ever changes another. */
static void test_random_use(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct object objects[OBJECTS];
	struct arena_mark marks[OBJECTS + 1];
	size_t count = 0;
	uint32_t seed = 42;

	(void)state;
	for (int round = 0; round < 10000; round++) {
		struct object *last = &objects[count > 0 ? count - 1 : 0];
		size_t size = random_size(&seed);

		if (count == OBJECTS || next_random(&seed) % 300 == 0) {
			size_t keep = next_random(&seed) % (count + 1);

			for (size_t i = 0; i < count; i++)
				check_object(&objects[i]);
			if (keep < count)
				arena_rewind(arena, marks[keep]);
			count = keep;
		} else if (count > 0 && next_random(&seed) % 4 == 0) {
			last->bytes = arena_grow(arena, last->bytes, last->size, last->size + size);
			memset(last->bytes + last->size, last->fill, size);
			last->size += size;
		} else {
			marks[count] = arena_save(arena);
			objects[count] =
			    (struct object){arena_alloc(arena, size), size, (unsigned char)round};
			memset(objects[count].bytes, (unsigned char)round, size);
			count++;
		}
	}
}

/* Not _exit(), which would lose what was measured of the coverage. */
static void leave(int signal_number)
{
	(void)signal_number;
	exit(42); /* NOLINT(bugprone-signal-handler): abort() was called on purpose, nothing is held
		   */
}

static void alloc_too_much(struct arena *arena)
{
	(void)arena_alloc(arena, SIZE_MAX);
}

static void array_too_much(struct arena *arena)
{
	(void)arena_alloc_array(arena, SIZE_MAX / 4, 8);
}

static void grow_too_much(struct arena *arena)
{
	void *large = arena_alloc(arena, 1 << 20);

	(void)arena_grow(arena, large, 1 << 20, SIZE_MAX);
}

/* Sizes that overflow end the program and say why. */
static void test_out_of_memory_ends_the_program(void **state)
{
	static void (*const rows[])(struct arena *) = {
	    alloc_too_much, array_too_much, grow_too_much};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		int status, channel[2];
		char text[64] = "";
		pid_t child;

		assert_int_equal(pipe(channel), 0);
		child = fork();
		assert_true(child >= 0);
		if (child == 0) {
			(void)signal(SIGABRT, leave);
			(void)dup2(channel[1], STDERR_FILENO);
			rows[i](arena);
			_exit(1);
		}
		(void)close(channel[1]);
		assert_true(read(channel[0], text, sizeof(text) - 1) > 0);
		(void)close(channel[0]);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 42);
		assert_string_equal(text, "tfherald: out of memory\n");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_alignment_and_zeroes),
	    cmocka_unit_test(test_zero_sized_objects_are_apart),
	    cmocka_unit_test(test_typed_macros),
	    cmocka_unit_test(test_free_of_nothing),
	    cmocka_unit_test(test_rewind_gives_memory_back),
	    cmocka_unit_test(test_nested_marks),
	    cmocka_unit_test(test_marks_beside_large_objects),
	    cmocka_unit_test(test_mark_of_an_empty_arena),
	    cmocka_unit_test(test_scratch_settles),
	    cmocka_unit_test(test_grow_keeps_content),
	    cmocka_unit_test(test_grow_to_less_and_from_nothing),
	    cmocka_unit_test(test_grown_large_object_is_rewound),
	    cmocka_unit_test(test_random_use),
	    cmocka_unit_test(test_out_of_memory_ends_the_program),
	};

	return cmocka_run_group_tests_name("base/arena", tests, NULL, NULL);
}

#include "base/ahead.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

/* Makes the numbers 0, 1, 2, ... in batches of `each`. */
struct numbers {
	size_t next, each, count;
	size_t fails_at; /* SIZE_MAX: never */
};

struct made {
	size_t count;
	size_t items[64];
};

static bool make_numbers(void *context, struct ahead_batch *batch, struct err *err)
{
	struct numbers *numbers = context;
	struct made *made = arena_alloc(batch->arena, sizeof(*made));

	made->count = 0;
	batch->made = made;
	/* memory that nobody needs any more comes back: what was handed out stays whole */
	memset(arena_alloc(batch->arena, 30000), 'x', 30000);
	while (made->count < numbers->each && numbers->next < numbers->count) {
		if (numbers->next == numbers->fails_at)
			return err_set(err, ERR_SYNTAX, "number %zu", numbers->next);
		made->items[made->count++] = numbers->next++;
	}
	batch->is_last = numbers->next == numbers->count;
	return true;
}

/* Gives how many came, in order; `most` batches are taken. */
static size_t take(struct numbers *numbers, bool threaded, size_t most, struct err *err)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct ahead *ahead CLEANUP(ahead_stop_ptr) =
	    ahead_start(arena, make_numbers, numbers, threaded);
	size_t seen = 0;

	for (size_t i = 0; i < most; i++) {
		const struct ahead_batch *batch = ahead_next(ahead);
		const struct made *made = batch->made;

		for (size_t k = 0; k < made->count; k++)
			assert_int_equal(made->items[k], seen++);
		if (batch->failed)
			*err = batch->err;
		if (batch->is_last)
			break;
	}
	return seen;
}

static const struct {
	const char *name;
	size_t each, count, fails_at, most, want;
	const char *error;
} rows[] = {
    {"nothing", 3, 0, SIZE_MAX, SIZE_MAX, 0, ""},
    {"one batch", 3, 3, SIZE_MAX, SIZE_MAX, 3, ""},
    {"fewer batches than there may be", 3, 10, SIZE_MAX, SIZE_MAX, 10, ""},
    {"as many", 5, 5 * AHEAD_BATCHES, SIZE_MAX, SIZE_MAX, 5 * AHEAD_BATCHES, ""},
    {"many", 7, 20000, SIZE_MAX, SIZE_MAX, 20000, ""},
    {"an error at once", 7, 1000, 0, SIZE_MAX, 0, "number 0"},
    {"an error inside a batch", 7, 1000, 500, SIZE_MAX, 500, "number 500"},
    {"an error between two", 5, 1000, 500, SIZE_MAX, 500, "number 500"},
    {"stopped before the first", 7, 20000, SIZE_MAX, 0, 0, ""},
    {"stopped early", 7, 20000, SIZE_MAX, 2, 14, ""},
    {"stopped before the error", 7, 20000, 50, 3, 21, ""},
};

static void batches_come_in_order(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows) * 2; i++) {
		size_t row = i / 2;
		struct numbers numbers = {0, rows[row].each, rows[row].count, rows[row].fails_at};
		struct err err = {0};
		size_t seen = take(&numbers, i % 2 == 1, rows[row].most, &err);

		if (seen != rows[row].want || strcmp(err.text, rows[row].error) != 0)
			fail_msg("%s, %s: %zu, '%s'", rows[row].name,
			    i % 2 == 1 ? "threaded" : "not threaded", seen, err.text);
	}
}

static void nothing_is_stopped(void **state)
{
	(void)state;
	ahead_stop(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(batches_come_in_order),
	    cmocka_unit_test(nothing_is_stopped),
	};

	return cmocka_run_group_tests_name("base/ahead", tests, NULL, NULL);
}

#include "base/ahead.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sched.h>
#include <string.h>

/* Makes the numbers 0, 1, 2, ... in batches of `each`. */
struct numbers {
	size_t next, each, count;
	size_t fails_at; /* SIZE_MAX: never */
	/* of the finisher */
	bool finishes;
	size_t refuses; /* SIZE_MAX: none */
	size_t finished;
	bool out_of_order;
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

/* All have to come by here, in order, each once; what is behind the refused one is left out. */
static bool finish_numbers(void *context, struct ahead_batch *batch, struct err *err)
{
	struct numbers *numbers = context;
	struct made *made = batch->made;

	for (size_t i = 0; i < made->count; i++) {
		if (made->items[i] == numbers->refuses) {
			made->count = i;
			return err_set(err, ERR_SYNTAX, "refused %zu", numbers->refuses);
		}
		numbers->out_of_order |= made->items[i] != numbers->finished++;
	}
	return true;
}

/* Now the one is slower, now the other. */
static void dawdle(size_t seen)
{
	if (seen / 700 % 3 == 1)
		(void)sched_yield();
}

/* Gives how many came, in order; `most` batches are taken. */
static size_t take(struct numbers *numbers, bool threaded, size_t most, struct err *err)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct ahead_work work = {.make = make_numbers,
	    .finish = numbers->finishes ? finish_numbers : NULL,
	    .context = numbers};
	struct ahead *ahead CLEANUP(ahead_stop_ptr) = ahead_start(arena, &work, threaded);
	size_t seen = 0;

	for (size_t i = 0; i < most; i++) {
		const struct ahead_batch *batch = ahead_next(ahead);
		const struct made *made = batch->made;

		for (size_t k = 0; k < made->count; k++)
			assert_int_equal(made->items[k], seen++);
		dawdle(seen);
		if (batch->failed)
			*err = batch->err;
		if (batch->is_last)
			break;
	}
	return seen;
}

#define NEVER SIZE_MAX

static const struct {
	const char *name;
	size_t each, count, fails_at, refuses, most, want;
	const char *error;
} rows[] = {
    {"nothing", 3, 0, NEVER, NEVER, SIZE_MAX, 0, ""},
    {"one batch", 3, 3, NEVER, NEVER, SIZE_MAX, 3, ""},
    {"fewer batches than there may be", 3, 10, NEVER, NEVER, SIZE_MAX, 10, ""},
    {"as many", 5, 5 * AHEAD_BATCHES, NEVER, NEVER, SIZE_MAX, 5 * AHEAD_BATCHES, ""},
    {"many", 7, 20000, NEVER, NEVER, SIZE_MAX, 20000, ""},
    {"an error at once", 7, 1000, 0, NEVER, SIZE_MAX, 0, "number 0"},
    {"an error inside a batch", 7, 1000, 500, NEVER, SIZE_MAX, 500, "number 500"},
    {"an error between two", 5, 1000, 500, NEVER, SIZE_MAX, 500, "number 500"},
    {"stopped before the first", 7, 20000, NEVER, NEVER, 0, 0, ""},
    {"stopped early", 7, 20000, NEVER, NEVER, 2, 14, ""},
    {"stopped before the error", 7, 20000, 50, NEVER, 3, 21, ""},
    {"the first is refused", 7, 20000, NEVER, 0, SIZE_MAX, 0, "refused 0"},
    {"one is refused", 7, 20000, NEVER, 10002, SIZE_MAX, 10002, "refused 10002"},
    {"the last is refused", 7, 20000, NEVER, 19999, SIZE_MAX, 19999, "refused 19999"},
    {"refused before an error in the same batch", 7, 1000, 502, 500, SIZE_MAX, 500, "refused 500"},
    {"refused before an error in a later one", 7, 1000, 530, 500, SIZE_MAX, 500, "refused 500"},
    {"an error before what would be refused", 7, 1000, 500, 501, SIZE_MAX, 500, "number 500"},
    {"stopped before it is refused", 7, 20000, NEVER, 50, 3, 21, ""},
};

/* With and without a thread, with and without a finisher. */
static void check_row(size_t row, bool threaded, bool finishes)
{
	struct numbers numbers = {.each = rows[row].each,
	    .count = rows[row].count,
	    .fails_at = rows[row].fails_at,
	    .finishes = finishes,
	    .refuses = rows[row].refuses};
	struct err err = {0};
	size_t seen = take(&numbers, threaded, rows[row].most, &err);

	if (seen != rows[row].want || strcmp(err.text, rows[row].error) != 0 ||
	    numbers.out_of_order || (finishes && numbers.finished < seen))
		fail_msg("%s,%s threaded,%s finished: %zu, '%s'", rows[row].name,
		    threaded ? "" : " not", finishes ? "" : " not", seen, err.text);
}

static void batches_come_in_order(void **state)
{
	(void)state;
	for (size_t row = 0; row < ARRAY_LEN(rows); row++) {
		for (int threaded = 0; threaded < 2; threaded++) {
			check_row(row, threaded, true);
			if (rows[row].refuses == NEVER)
				check_row(row, threaded, false);
		}
	}
}

/* Squares of 0 .. 9999, seven a batch, made by two at the same time. */
static bool make_squares(void *context, struct ahead_batch *batch, struct err *err UNUSED)
{
	const size_t *count = context;
	struct made *made = arena_alloc(batch->arena, sizeof(*made));
	size_t first = batch->number * 7;

	made->count = 0;
	batch->made = made;
	for (size_t i = first; i < first + 7 && i < *count; i++)
		made->items[made->count++] = i * i;
	dawdle(first);
	batch->is_last = first + 7 >= *count;
	return true;
}

static size_t take_squares(size_t count, bool threaded)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct ahead_work work = {.make = make_squares, .context = &count, .independent = true};
	struct ahead *ahead CLEANUP(ahead_stop_ptr) = ahead_start(arena, &work, threaded);
	const struct ahead_batch *batch;
	size_t seen = 0;

	do {
		const struct made *made;

		batch = ahead_next(ahead);
		made = batch->made;
		for (size_t i = 0; i < made->count; i++, seen++)
			assert_int_equal(made->items[i], seen * seen);
		dawdle(seen + 350);
	} while (!batch->is_last);
	return seen;
}

static void independent_batches_come_in_order(void **state)
{
	static const size_t counts[] = {0, 1, 7, 8, 42, 43, 49, 10000, 99999};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		assert_int_equal(take_squares(counts[i], false), counts[i]);
		assert_int_equal(take_squares(counts[i], true), counts[i]);
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
	    cmocka_unit_test(independent_batches_come_in_order),
	    cmocka_unit_test(nothing_is_stopped),
	};

	return cmocka_run_group_tests_name("base/ahead", tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/ahead_select.h"
#include "base/arena.h"

struct numbers {
	size_t modulus;
};

/* Takes memory that nobody could keep for all items. */
static bool is_multiple(const void *context, struct arena *scratch, size_t item)
{
	const struct numbers *numbers = context;
	size_t *copy = arena_alloc(scratch, (size_t)64 << 10);

	*copy = item;
	return *copy % numbers->modulus == 0;
}

static void test_counts(void **state)
{
	static const size_t counts[] = {0, 1, 255, 256, 257, 1999, 2000, 2048, 10001};
	static const struct numbers numbers[] = {{1}, {3}, {100000}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(counts) * ARRAY_LEN(numbers); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		size_t count = counts[i / ARRAY_LEN(numbers)];
		const struct numbers *asked = &numbers[i % ARRAY_LEN(numbers)];
		const bool *answers = ahead_select(arena, count, is_multiple, asked);

		for (size_t k = 0; k < count; k++) {
			if (answers[k] != (k % asked->modulus == 0))
				fail_msg("%zu of %zu, by %zu", k, count, asked->modulus);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_counts)};

	return cmocka_run_group_tests_name("base/ahead_select", tests, NULL, NULL);
}

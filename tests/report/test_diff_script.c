/* Properties: a script leads from one side to the other and is shortest, an assignment is best. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/size.h"
#include "report/diff_align.h"
#include "report/diff_parts.h"
#include "report/diff_walk.h"
#include "tests/support/diff_sketch.h"

static uint32_t next_random(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*state >> 33);
}

static struct diff_lines random_lines(
    struct arena *arena, uint64_t *seed, size_t count, int letters)
{
	struct diff_lines lines = {
	    .items = arena_array(arena, struct diff_line, count), .count = count};

	for (size_t i = 0; i < count; i++)
		lines.items[i].text =
		    str_format(arena, "%c", 'a' + (int)(next_random(seed) % (unsigned)letters));
	return lines;
}

/* The longest common subsequence, the slow way. */
static size_t longest(struct arena *arena, const struct diff_lines *a, const struct diff_lines *b)
{
	size_t width = b->count + 1;
	size_t *table = arena_array(arena, size_t, (a->count + 1) * width);

	for (size_t i = 1; i <= a->count; i++) {
		for (size_t j = 1; j <= b->count; j++)
			table[i * width + j] =
			    str_eq(a->items[i - 1].text, b->items[j - 1].text)
				? table[(i - 1) * width + j - 1] + 1
				: size_max(table[(i - 1) * width + j], table[i * width + j - 1]);
	}
	return table[a->count * width + b->count];
}

/* What is not marked must be the same on both sides, one after the other. */
static void assert_leads(
    const struct diff_lines *a, const struct diff_lines *b, const struct diff_marks *marks)
{
	size_t i = 0, j = 0;

	while (i < a->count || j < b->count) {
		if (i < a->count && marks->removed[i]) {
			i++;
		} else if (j < b->count && marks->added[j]) {
			j++;
		} else {
			assert_true(i < a->count && j < b->count);
			assert_true(str_eq(a->items[i++].text, b->items[j++].text));
		}
	}
}

static void test_scripts_are_shortest(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		int letters = 1 + (int)(next_random(&seed) % 6);
		struct diff_lines a = random_lines(arena, &seed, next_random(&seed) % 30, letters);
		struct diff_lines b = random_lines(arena, &seed, next_random(&seed) % 30, letters);
		struct diff_marks marks;
		size_t common = longest(arena, &a, &b);

		diff_script(arena, &a, &b, &marks);
		assert_leads(&a, &b, &marks);
		assert_int_equal(marks.removed_count, a.count - common);
		assert_int_equal(marks.added_count, b.count - common);
	}
}

/* Too much for a shortest one: it still leads there, within bounds. */
static void test_scripts_are_bounded(void **state)
{
	uint64_t seed = 2;

	(void)state;
	for (int round = 0; round < 20; round++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		int letters = 2 + (int)(next_random(&seed) % 20);
		struct diff_lines a = random_lines(arena, &seed, 2000, letters);
		struct diff_lines b = random_lines(arena, &seed, 2500, letters);
		struct diff_marks marks;

		diff_script(arena, &a, &b, &marks);
		assert_leads(&a, &b, &marks);
	}
}

static int best_of(const int *weights, size_t rows, size_t columns, size_t row, unsigned taken)
{
	int best = row == rows ? 0 : -1000000;

	for (size_t c = 0; row < rows && c < columns; c++) {
		int sum;

		if (taken >> c & 1)
			continue;
		sum = weights[row * columns + c] +
		      best_of(weights, rows, columns, row + 1, taken | 1u << c);
		best = sum > best ? sum : best;
	}
	return best;
}

static void test_assignments_are_best(void **state)
{
	uint64_t seed = 3;

	(void)state;
	for (int round = 0; round < 500; round++) {
		size_t rows = 1 + next_random(&seed) % 5;
		size_t columns = rows + next_random(&seed) % 2;
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		int *weights = arena_array(arena, int, rows *columns), sum = 0;
		uint32_t *column_of = arena_array(arena, uint32_t, rows);
		unsigned taken = 0;

		for (size_t i = 0; i < rows * columns; i++)
			weights[i] = (int)(next_random(&seed) % 10);
		align_assign(arena, weights, rows, columns, column_of);
		for (size_t r = 0; r < rows; r++) {
			assert_true(column_of[r] < columns);
			assert_false(taken >> column_of[r] & 1);
			taken |= 1u << column_of[r];
			sum += weights[r * columns + column_of[r]];
		}
		assert_int_equal(sum, best_of(weights, rows, columns, 0, 0));
	}
}

/* --- large lists of objects: every item has one partner at most, and in bounded time --- */

static struct value item_of(struct arena *arena, const char *key, size_t name, size_t content)
{
	struct value_entry *entries = arena_array(arena, struct value_entry, 3);
	struct value out;
	struct str twice;

	entries[0] = (struct value_entry){value_string(STR("a")), value_int((int64_t)content)};
	entries[1] = (struct value_entry){value_string(STR("b")), value_int((int64_t)content / 3)};
	entries[2] = (struct value_entry){
	    value_string(str_from(key)), value_string(str_format(arena, "n%zu", name))};
	assert_true(value_map(arena, entries, 3, &out, &twice));
	return out;
}

static struct value list_of(struct arena *arena, size_t count, const char *key, size_t step)
{
	struct value *items = arena_array(arena, struct value, count);

	for (size_t i = 0; i < count; i++)
		items[i] = item_of(arena, key, i * step % count, i + step);
	return value_list(items, count);
}

static void test_large_lists(void **state)
{
	static const char *const keys[] = {"name", "other", "same"};

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(keys); k++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct value before = list_of(arena, 10000, keys[k], 1);
		struct value after = list_of(arena, 10000, keys[k], k == 2 ? 1 : 7);
		struct alignment alignment;
		size_t work = DIFF_WORK_MAX;

		align_items(arena, &before, &after, &work, &alignment);
		assert_true(work > 0);
		assert_true((alignment.identity != NULL) == (k == 0));
		for (uint32_t i = 0; i < before.len; i++) {
			uint32_t j = alignment.after_of[i];

			assert_true(j == NO_ITEM || alignment.before_of[j] == i);
		}
	}
}

/* 199 levels with two items each: comparing them again and again must end. */
static void test_deep_lists(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct shown_change change = {.has_values = true};
	struct diff_rules rules = {0};
	struct diff diff;

	(void)state;
	for (int side = 0; side < 2; side++) {
		struct value value = list_of(arena, 3000, "x", side == 0 ? 1 : 7);

		for (int depth = 0; depth < 195; depth++) {
			struct value *items = arena_array(arena, struct value, 2);

			items[0] = value;
			items[1] = list_of(arena, 2, "y", (size_t)side + 1);
			value = value_list(items, 2);
		}
		*(side == 0 ? &change.before : &change.after) = (struct shown){value};
	}
	diff_values(arena, &change, &rules, &diff);
	assert_true(diff.count > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_scripts_are_shortest),
	    cmocka_unit_test(test_scripts_are_bounded),
	    cmocka_unit_test(test_assignments_are_best),
	    cmocka_unit_test(test_large_lists),
	    cmocka_unit_test(test_deep_lists),
	};

	return cmocka_run_group_tests_name("report/diff_script", tests, NULL, NULL);
}

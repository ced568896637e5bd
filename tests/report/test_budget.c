#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/compiler.h"
#include "report/budget.h"
#include "report/importance.h"

/*
 * Two kinds of parts: 0 and 1. An item of level n takes n times its part's size; the whole takes 10
 * bytes, of which 4 are the line for the rest, at level 2 another 6 (in that line).
 */
struct world {
	size_t sizes[2];
	size_t big;	 /* this item of part 0 takes 1,000 more from level 2 on; 0: none */
	size_t measured; /* calls */
};

static void measure(
    void *context, size_t part, size_t item, unsigned level, struct budget_size *out)
{
	struct world *world = context;

	world->measured++;
	if (item == BUDGET_WHOLE)
		out->units[0] = 10 + 6 * (size_t)(level - 1);
	else if (item == BUDGET_REST)
		out->units[0] = 4 + 6 * (size_t)(level - 1);
	else
		out->units[0] = level * world->sizes[part] +
				(level > 1 && part == 0 && item + 1 == world->big ? 1000 : 0);
	out->units[1] = item == BUDGET_WHOLE;
}

static const struct budget_step steps[] = {
    {0, true, 1, 0},
    {1, true, 1, 0},
    {0, false, 1, 2},
    {0, true, 2, 0},
    {1, false, 1, 2},
    {0, false, 1, BUDGET_ALL},
    {0, false, 2, BUDGET_ALL},
    {1, false, 3, BUDGET_ALL},
};

static const struct {
	const char *label;
	size_t limit, blocks;
	size_t counts[2], most;
	struct world world;
	unsigned wholes[2];
	size_t reach[2][3];
	size_t used;
} rows[] = {
    {"nothing", 0, 9, {3, 3}, 9, {{10, 10}, 0, 0}, {0, 0}, {{0}, {0}}, 0},
    {"a heading", 10, 9, {3, 3}, 9, {{10, 10}, 0, 0}, {1, 0}, {{0}, {0}}, 10},
    {"two headings", 20, 9, {3, 3}, 9, {{10, 10}, 0, 0}, {1, 1}, {{0}, {0}}, 20},
    {"two blocks are one too many", 99, 1, {3, 3}, 9, {{10, 10}, 0, 0}, {1, 0}, {{0}, {0}}, 10},
    {"an item", 39, 9, {3, 3}, 9, {{10, 10}, 0, 0}, {1, 1}, {{1}, {0}}, 30},
    {"the next kind of step", 46, 9, {3, 3}, 9, {{10, 10}, 0, 0}, {2, 1}, {{2}, {0}}, 46},
    {"the last makes room", 52, 9, {3, 1}, 9, {{10, 10}, 0, 0}, {2, 1}, {{3}, {1}}, 52},
    {"the rest is shorter than its line", 23, 9, {4, 0}, 9, {{3, 3}, 0, 0}, {2, 0}, {{4, 1}, {0}},
	21},
    {"one byte less", 51, 9, {3, 1}, 9, {{10, 10}, 0, 0}, {2, 1}, {{2}, {0}}, 46},
    {"without a rest from the start", 30, 9, {2, 3}, 9, {{7, 99}, 0, 0}, {2, 1}, {{2}, {0}}, 30},
    {"everything", 999, 9, {3, 2}, 9, {{10, 10}, 0, 0}, {2, 1}, {{3, 3}, {2, 2, 2}}, 132},
    {"a part without items", 999, 9, {0, 2}, 9, {{10, 10}, 0, 0}, {0, 1}, {{0}, {2, 2, 2}}, 66},
    {"no more than most", 999, 9, {3, 3}, 2, {{10, 10}, 0, 0}, {2, 1}, {{2, 2}, {2, 2, 2}}, 126},
    {"the first that does not fit ends it", 999, 9, {3, 2}, 9, {{10, 10}, 2, 0}, {2, 1},
	{{3, 1}, {2}}, 72},
};

static void fill(struct budget *budget, struct budget_part parts[2], size_t at, struct world *world)
{
	memset(parts, 0, 2 * sizeof(*parts));
	for (size_t i = 0; i < 2; i++)
		parts[i] = (struct budget_part){.kind = (unsigned)i,
		    .count = rows[at].counts[i],
		    .most = rows[at].most,
		    .top = 2 + (unsigned)i,
		    .whole_top = i == 0 ? 2 : 1};
	*world = rows[at].world;
	*budget = (struct budget){.parts = parts,
	    .part_count = 2,
	    .limit = {{rows[at].limit, rows[at].blocks, 99}},
	    .measure = measure,
	    .context = world};
}

static bool is_as_wanted(size_t at, const struct budget_part parts[2], size_t used)
{
	bool ok = used == rows[at].used;

	for (size_t i = 0; i < 2; i++) {
		ok = ok && parts[i].whole == rows[at].wholes[i];
		for (size_t level = 0; level < 3; level++)
			ok = ok && parts[i].reach[level] == rows[at].reach[i][level];
	}
	return ok;
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct budget_part parts[2];
		struct budget budget;
		struct world world;

		fill(&budget, parts, i, &world);
		(void)budget_spend(&budget, steps, ARRAY_LEN(steps));
		if (!is_as_wanted(i, parts, budget.used.units[0]))
			print_error("%s: wholes %u %u, reach %zu %zu, %zu %zu %zu, %zu used\n",
			    rows[i].label, parts[0].whole, parts[1].whole, parts[0].reach[0],
			    parts[0].reach[1], parts[1].reach[0], parts[1].reach[1],
			    parts[1].reach[2], budget.used.units[0]);
		assert_true(is_as_wanted(i, parts, budget.used.units[0]));
	}
}

static void check_no_less(const struct budget_part before[2], const struct budget_part after[2])
{
	for (size_t i = 0; i < 2; i++) {
		assert_true(after[i].whole >= before[i].whole);
		for (size_t level = 0; level < BUDGET_LEVELS; level++)
			assert_true(after[i].reach[level] >= before[i].reach[level]);
	}
}

static void test_more_room_never_takes_away(void **state)
{
	(void)state;
	for (size_t row = 0; row < ARRAY_LEN(rows); row++) {
		struct budget_part before[2] = {{0}};

		for (size_t limit = 0; limit < 300; limit++) {
			struct budget_part parts[2];
			struct budget budget;
			struct world world;

			fill(&budget, parts, row, &world);
			budget.limit.units[0] = limit;
			(void)budget_spend(&budget, steps, ARRAY_LEN(steps));
			assert_true(budget.used.units[0] <= limit);
			check_no_less(before, parts);
			memcpy(before, parts, sizeof(before));
		}
	}
}

static void test_levels_of_items(void **state)
{
	const struct budget_part part = {.reach = {5, 3, 3, 1}};
	static const unsigned wanted[] = {4, 3, 3, 1, 1, 0, 0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
		assert_int_equal(budget_level(&part, i), wanted[i]);
}

/* A million items cost what is told of them. */
static void test_nothing_is_measured_in_vain(void **state)
{
	struct world world = {.sizes = {10, 10}};
	struct budget_part parts[] = {
	    {.kind = 0, .count = 1000000, .most = 1000000, .top = 2, .whole_top = 2}};
	struct budget budget = {.parts = parts,
	    .part_count = 1,
	    .limit = {{1000, 9, 9}},
	    .measure = measure,
	    .context = &world};

	(void)state;
	assert_false(budget_spend(&budget, steps, ARRAY_LEN(steps)));
	assert_in_range(parts[0].reach[0], 90, 100);
	assert_in_range(world.measured, 1, 300);
}

/* Every kind has a step, levels never go down within a kind, and the last step of each takes all.
 */
static void test_steps_reach_everything(void **state)
{
	unsigned reached[PART_KINDS] = {0};
	bool takes_all[PART_KINDS] = {false};

	(void)state;
	for (size_t i = 0; i < importance_step_count; i++) {
		const struct budget_step *step = &importance_steps[i];

		assert_in_range(step->kind, 0, PART_KINDS - 1);
		assert_in_range(step->level, 1, BUDGET_LEVELS);
		if (!step->of_whole && step->upto == BUDGET_ALL) {
			takes_all[step->kind] = true;
			reached[step->kind] = step->level;
		}
	}
	for (size_t kind = 0; kind < PART_KINDS; kind++) {
		if (!takes_all[kind] || reached[kind] == 0)
			print_error("part %zu has no step that takes all\n", kind);
		assert_true(takes_all[kind]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_more_room_never_takes_away),
	    cmocka_unit_test(test_levels_of_items),
	    cmocka_unit_test(test_nothing_is_measured_in_vain),
	    cmocka_unit_test(test_steps_reach_everything),
	};

	return cmocka_run_group_tests_name("report/budget", tests, NULL, NULL);
}

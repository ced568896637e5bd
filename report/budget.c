#include "report/budget.h"

#include "base/size.h"

static struct budget_size measured(
    const struct budget *budget, size_t part, size_t item, unsigned level)
{
	struct budget_size size = {{0}};

	if (level > 0)
		budget->measure(budget->context, part, item, level, &size);
	return size;
}

static void add(struct budget_size *to, struct budget_size more)
{
	for (size_t i = 0; i < BUDGET_UNITS; i++)
		to->units[i] += size_min(more.units[i], BUDGET_TOO_MUCH);
}

static void subtract(struct budget_size *from, struct budget_size less)
{
	for (size_t i = 0; i < BUDGET_UNITS; i++)
		from->units[i] -= size_min(less.units[i], from->units[i]);
}

static bool fits(const struct budget *budget, struct budget_size used)
{
	for (size_t i = 0; i < BUDGET_UNITS; i++) {
		if (used.units[i] > budget->limit.units[i])
			return false;
	}
	return true;
}

unsigned budget_level(const struct budget_part *part, size_t item)
{
	unsigned level = 0;

	while (level < BUDGET_LEVELS && item < part->reach[level])
		level++;
	return level;
}

static bool raise_whole(struct budget *budget, size_t at, unsigned level)
{
	struct budget_part *part = &budget->parts[at];
	struct budget_size used = budget->used;

	level = level < part->whole_top ? level : part->whole_top;
	if (part->whole >= level)
		return true;
	subtract(&used, measured(budget, at, BUDGET_WHOLE, part->whole));
	add(&used, measured(budget, at, BUDGET_WHOLE, level));
	/* the line for the rest is gone already when there is no rest */
	if (part->reach[0] == part->count) {
		add(&used, measured(budget, at, BUDGET_REST, part->whole));
		subtract(&used, measured(budget, at, BUDGET_REST, level));
	}
	if (!fits(budget, used))
		return false;
	budget->used = used;
	part->whole = level;
	return true;
}

static void set_reach(struct budget_part *part, unsigned level, size_t count)
{
	for (unsigned i = 0; i < level; i++)
		part->reach[i] = size_max(part->reach[i], count);
}

/*
 * Items up to `upto` get `level`. When the last item gets its line the line for the rest goes away,
 * which may make room for the very items before it: they are measured on as long as that could be.
 */
static bool raise_items(struct budget *budget, size_t at, unsigned level, size_t upto)
{
	struct budget_part *part = &budget->parts[at];
	struct budget_size used = budget->used, rest = {{0}};
	size_t from, item;

	level = level < part->top ? level : part->top;
	upto = size_min(upto, size_min(part->count, part->most));
	if (level == 0 || part->reach[level - 1] >= upto)
		return true;
	from = part->reach[level - 1];
	if (part->reach[0] < part->count && upto == part->count)
		rest = measured(budget, at, BUDGET_REST, part->whole);
	for (item = from; item < upto; item++) {
		struct budget_size bare;

		subtract(&used, measured(budget, at, item, budget_level(part, item)));
		add(&used, measured(budget, at, item, level));
		bare = used;
		subtract(&bare, rest);
		if (item + 1 == upto)
			used = bare;
		if (!fits(budget, bare))
			break;
		if (fits(budget, used)) {
			budget->used = used;
			set_reach(part, level, item + 1);
		}
	}
	return part->reach[level - 1] >= upto;
}

static bool take(struct budget *budget, const struct budget_step *step, size_t at)
{
	struct budget_part *part = &budget->parts[at];

	if (part->kind != step->kind || part->count == 0)
		return true;
	if (step->of_whole)
		return raise_whole(budget, at, step->level);
	/* nothing stands there without its heading */
	return raise_whole(budget, at, 1) && raise_items(budget, at, step->level, step->upto);
}

bool budget_spend(struct budget *budget, const struct budget_step *steps, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		for (size_t at = 0; at < budget->part_count; at++) {
			if (!take(budget, &steps[i], at))
				return false;
		}
	}
	return true;
}

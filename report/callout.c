#include "report/callout.h"

#include "base/arena.h"

/* What opens most to most comes first; what is not here comes last. */
static const char *const worst_first[] = {
    "now allows *",
    "now open to everyone",
    "now open to the internet",
    "now open to half of the internet",
    "no longer denied",
    "new principal outside the account",
    "now allows every action",
    "denies less",
};

static size_t badness(struct str text)
{
	size_t rank = 0;

	while (rank < ARRAY_LEN(worst_first) && !str_starts(text, str_from(worst_first[rank])))
		rank++;
	return ARRAY_LEN(worst_first) - rank;
}

/* Others remark on how a text is written, which harms nobody. */
static bool calls_out(const struct attribute_change *row)
{
	return (row->view == DIFF_STATEMENTS || row->view == DIFF_RULES) && row->noise.len == 0;
}

static bool is_callout(const struct diff_part *part)
{
	return part->mark == PART_REMARK && part->cell_count > 0;
}

struct str callout_of(const struct outcome_change *change, size_t *more)
{
	struct str worst = STR_EMPTY;
	size_t count = 0;

	for (size_t i = 0; i < change->attribute_count; i++) {
		const struct attribute_change *row = &change->attributes[i];

		for (size_t k = 0; calls_out(row) && k < row->part_count; k++) {
			if (!is_callout(&row->parts[k]))
				continue;
			if (count++ == 0 || badness(row->parts[k].cells[0]) > badness(worst))
				worst = row->parts[k].cells[0];
		}
	}
	*more = count > 0 ? count - 1 : 0;
	return worst;
}

struct str callout_of_any(const struct outcome_change *const *changes, size_t count, size_t *more)
{
	struct str worst = STR_EMPTY;

	*more = 0;
	for (size_t i = 0; i < count; i++) {
		size_t others;
		struct str text = callout_of(changes[i], &others);

		if (text.len > 0 && (worst.len == 0 || badness(text) > badness(worst))) {
			worst = text;
			*more = others;
		}
	}
	return worst;
}

bool callout_has(const struct outcome_change *change)
{
	for (size_t i = 0; i < change->attribute_count; i++) {
		const struct attribute_change *row = &change->attributes[i];

		for (size_t k = 0; calls_out(row) && k < row->part_count; k++) {
			if (is_callout(&row->parts[k]))
				return true;
		}
	}
	return false;
}

/* --- order --- */

enum rank {
	RANK_CALLOUT,
	RANK_CREATE,
	RANK_OTHER,
	RANKS,
};

static enum rank rank_of(const struct outcome_change *change)
{
	if (callout_has(change))
		return RANK_CALLOUT;
	return change_group(&change->head) == GROUP_CREATE ? RANK_CREATE : RANK_OTHER;
}

uint32_t *callout_order(struct arena *arena, const struct outcome_change *rows, size_t count)
{
	uint32_t *order = arena_array(arena, uint32_t, count);
	uint8_t *ranks = arena_array(arena, uint8_t, count);
	size_t counts[RANKS] = {0}, next[RANKS] = {0};

	for (size_t i = 0; i < count; i++) {
		ranks[i] = (uint8_t)rank_of(&rows[i]);
		counts[ranks[i]]++;
	}
	for (size_t rank = 1; rank < RANKS; rank++)
		next[rank] = next[rank - 1] + counts[rank - 1];
	for (size_t i = 0; i < count; i++)
		order[next[ranks[i]]++] = (uint32_t)i;
	return order;
}

const struct outcome_change *callout_first(
    struct arena *arena, const struct outcome_change *rows, size_t count)
{
	struct outcome_change *sorted;
	size_t with = 0, leading = 0, next[2] = {0};

	for (size_t i = 0; i < count; i++) {
		bool has = callout_has(&rows[i]);

		with += has;
		leading += has && leading == i;
	}
	if (with == leading)
		return rows;
	sorted = arena_array(arena, struct outcome_change, count);
	next[0] = with;
	for (size_t i = 0; i < count; i++)
		sorted[next[callout_has(&rows[i])]++] = rows[i];
	return sorted;
}

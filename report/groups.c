#include "report/groups.h"

#include <string.h>

void groups_of(const struct outcome *outcome, struct groups *out)
{
	const struct outcome_change *next = outcome->changes;

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < outcome->change_count; i++)
		out->counts[change_group(&outcome->changes[i].head)]++;
	for (size_t group = 0; group < CHANGE_GROUPS; group++) {
		out->rows[group] = next;
		next += out->counts[group];
	}
}

bool change_group_is_loss(enum change_group group)
{
	return group <= GROUP_OTHER;
}

/* A hash of the type's length, beginning and end. */
static size_t hash_of(struct str type)
{
	size_t hash = type.len;

	for (size_t i = 0; i < type.len && i < 8; i++)
		hash = hash * 31 + (unsigned char)type.ptr[type.len - 1 - i];
	return hash * 31 + (type.len > 4 ? (unsigned char)type.ptr[type.len / 2] : 0);
}

#define SLOTS ((size_t)2 * TYPE_COUNTS_MAX)

static size_t *slot_of(struct type_counts *counts, size_t *slots, struct str type)
{
	size_t at = hash_of(type) % SLOTS;

	while (slots[at] > 0 && !str_eq(counts->rows[slots[at] - 1].type, type))
		at = (at + 1) % SLOTS;
	return &slots[at];
}

struct counter {
	struct type_counts *counts;
	size_t last;	     /* the row of the type before + 1: types mostly stand together */
	size_t slots[SLOTS]; /* finds the row of a type: its number + 1, 0 where there is none */
};

static void count_type(struct counter *counter, struct str type)
{
	struct type_counts *counts = counter->counts;
	size_t *slot;

	if (counter->last > 0 && str_eq(counts->rows[counter->last - 1].type, type)) {
		counts->rows[counter->last - 1].count++;
		return;
	}
	slot = slot_of(counts, counter->slots, type);
	if (*slot == 0 && counts->row_count < TYPE_COUNTS_MAX) {
		counts->rows[counts->row_count].type = type;
		counts->rows[counts->row_count].count = 0;
		*slot = ++counts->row_count;
	}
	counter->last = *slot;
	if (*slot == 0)
		counts->other++;
	else
		counts->rows[*slot - 1].count++;
}

static void sort(struct type_counts *counts)
{
	for (size_t i = 1; i < counts->row_count; i++) {
		size_t at = i;

		while (at > 0 && counts->rows[at - 1].count < counts->rows[at].count) {
			struct str type = counts->rows[at].type;
			size_t count = counts->rows[at].count;

			counts->rows[at] = counts->rows[at - 1];
			counts->rows[at - 1].type = type;
			counts->rows[at - 1].count = count;
			at--;
		}
	}
}

void groups_count_types(const struct outcome_change *rows, size_t count, struct type_counts *out)
{
	struct counter counter = {.counts = out};

	out->row_count = 0;
	out->other = 0;
	for (size_t i = 0; i < count; i++)
		count_type(&counter, rows[i].head.type);
	sort(out);
}

void groups_count_types_of(
    const struct outcome_change *const *rows, size_t count, struct type_counts *out)
{
	struct counter counter = {.counts = out};

	out->row_count = 0;
	out->other = 0;
	for (size_t i = 0; i < count; i++)
		count_type(&counter, rows[i]->head.type);
	sort(out);
}

#include "report/change_index.h"

#include <string.h>

#include "base/arena.h"
#include "base/digest.h"

#define FREE_SLOT UINT32_MAX

static bool is_it(const struct change_head *head, struct str address, struct str deposed)
{
	return str_eq(head->address, address) && str_eq(head->deposed, deposed);
}

static uint32_t *slot_of(const struct change_index *index, struct str address, struct str deposed)
{
	uint64_t key = deposed.len > 0 ? 3 * hash_bytes(deposed) : 0;
	size_t at = (size_t)(hash_bytes(address) ^ key) & index->mask;

	while (index->slots[at] != FREE_SLOT &&
	       !is_it(&index->changes[index->slots[at]].head, address, deposed))
		at = (at + 1) & index->mask;
	return &index->slots[at];
}

size_t change_index_find(const struct change_index *index, struct str address, struct str deposed)
{
	uint32_t number = address.len > 0 ? *slot_of(index, address, deposed) : FREE_SLOT;

	return number == FREE_SLOT ? CHANGE_NONE : number;
}

/* Findings stand by importance: the first that stands is the worst. */
static void add_finding(struct change_index *index, const struct finding *finding)
{
	size_t number = change_index_find(index, finding->address, finding->deposed);

	if (number == CHANGE_NONE || !finding_stands(finding))
		return;
	if (!index->findings[number].worst)
		index->findings[number].worst = finding;
	index->findings[number].count++;
}

void change_index_of(struct arena *arena, const struct outcome *outcome, struct change_index *out)
{
	size_t size = 16;

	while (size < 2 * outcome->change_count)
		size *= 2;
	*out = (struct change_index){
	    .changes = outcome->changes,
	    .slots = arena_array(arena, uint32_t, size),
	    .mask = size - 1,
	    .findings = arena_array(arena, struct change_findings, outcome->change_count),
	};
	memset(out->slots, 0xff, size * sizeof(uint32_t));
	for (size_t i = 0; i < outcome->change_count; i++) {
		const struct change_head *head = &outcome->changes[i].head;
		uint32_t *slot = NULL;

		if (head->address.len == 0)
			continue;
		slot = slot_of(out, head->address, head->deposed);
		if (*slot == FREE_SLOT)
			*slot = (uint32_t)i;
	}
	for (size_t i = 0; i < outcome->verdict.finding_count; i++)
		add_finding(out, &outcome->verdict.findings[i]);
}

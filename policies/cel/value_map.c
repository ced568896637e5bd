/* Maps that an expression builds: keys of several types, found fast. */
#include "policies/cel/value.h"

#include "base/arena.h"
#include "base/size.h"
#include "policies/cel/function.h"
#include "policies/cel/number.h"
#include "policies/cel/result.h"

/* In the tag of a map with CEL_MIXED_KEYS: a sorted permutation stands behind the entries. */
#define HAS_ORDER     1

#define STEPS_PER_KEY 4 /* of sorting */

enum key_class {
	KEY_BOOL,
	KEY_NUMBER,
	KEY_TEXT,
	KEY_NONE,
};

static enum key_class class_of(struct value key)
{
	if (key.kind == VALUE_STRING)
		return KEY_TEXT;
	if (key.kind == VALUE_INT || key.kind == CEL_UINT)
		return KEY_NUMBER;
	return key.kind == VALUE_BOOL ? KEY_BOOL : KEY_NONE;
}

static int key_order(struct value a, struct value b)
{
	enum key_class a_class = class_of(a), b_class = class_of(b);
	bool nan;

	if (a_class != b_class)
		return a_class < b_class ? -1 : 1;
	if (a_class == KEY_TEXT)
		return str_cmp(cel_text(a), cel_text(b));
	if (a_class == KEY_BOOL)
		return (a.as.boolean > b.as.boolean) - (a.as.boolean < b.as.boolean);
	return cel_number_order(a, b, &nan);
}

/* --- look-up --- */

static const uint32_t *order_behind(struct value map)
{
	return (const uint32_t *)(const void *)(map.as.entries + map.len);
}

static const struct value *get_linear(struct value map, struct value key)
{
	for (size_t i = 0; i < map.len; i++) {
		if (key_order(map.as.entries[i].key, key) == 0)
			return &map.as.entries[i].value;
	}
	return NULL;
}

static const struct value *get_sorted(struct value map, struct value key)
{
	const uint32_t *order = order_behind(map);
	size_t low = 0, high = map.len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct value_entry *entry = map.as.entries + order[middle];
		int side = key_order(key, entry->key);

		if (side == 0)
			return &entry->value;
		if (side < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

const struct value *cel_map_get(struct value map, struct value key)
{
	if (map.kind != VALUE_MAP)
		return NULL;
	if (LIKELY(!(map.marks & CEL_MIXED_KEYS)))
		return key.kind == VALUE_STRING ? value_get(map, cel_text(key)) : NULL;
	if (key.kind == CEL_DOUBLE && !cel_integral(key, &key))
		return NULL;
	if (class_of(key) == KEY_NONE)
		return NULL;
	return map.tag == HAS_ORDER ? get_sorted(map, key) : get_linear(map, key);
}

/* --- building --- */

struct sorting {
	const struct value_entry *entries;
	uint32_t *from, *to;
};

static void merge(struct sorting *sorting, size_t start, size_t middle, size_t end)
{
	size_t left = start, right = middle;

	for (size_t at = start; at < end; at++) {
		bool take_left =
		    right >= end ||
		    (left < middle && key_order(sorting->entries[sorting->from[left]].key,
					  sorting->entries[sorting->from[right]].key) <= 0);

		sorting->to[at] = take_left ? sorting->from[left++] : sorting->from[right++];
	}
}

/* The result is in sorting->from. */
static void sort_keys(struct sorting *sorting, size_t count)
{
	for (size_t i = 0; i < count; i++)
		sorting->from[i] = (uint32_t)i;
	for (size_t width = 1; width < count; width *= 2) {
		uint32_t *sorted = sorting->to;

		for (size_t start = 0; start < count; start += 2 * width)
			merge(sorting, start, size_min(start + width, count),
			    size_min(start + 2 * width, count));
		sorting->to = sorting->from;
		sorting->from = sorted;
	}
}

static bool has_duplicate_small(const struct value_entry *entries, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		for (size_t j = 0; j < i; j++) {
			if (key_order(entries[i].key, entries[j].key) == 0)
				return true;
		}
	}
	return false;
}

static bool has_duplicate_sorted(struct value map)
{
	const uint32_t *order = order_behind(map);

	for (size_t i = 1; i < map.len; i++) {
		if (key_order(map.as.entries[order[i - 1]].key, map.as.entries[order[i]].key) == 0)
			return true;
	}
	return false;
}

static struct value repeated_key(struct cel_run *run)
{
	return cel_fail(run, "the map has a key twice");
}

static uint8_t marks_of(const struct value_entry *entries, size_t count)
{
	uint8_t members = 0, marks;

	for (size_t i = 0; i < count; i++)
		members |= entries[i].value.marks;
	marks = members & (VALUE_HAS_UNKNOWN | VALUE_HAS_SENSITIVE);
	if (members & VALUE_SENSITIVE)
		marks |= VALUE_HAS_SENSITIVE;
	return marks;
}

static struct value mixed_map(struct cel_run *run, struct value_entry *entries, size_t count)
{
	struct value map = {.kind = VALUE_MAP,
	    .marks = marks_of(entries, count) | CEL_MIXED_KEYS,
	    .len = (uint32_t)count,
	    .as.entries = entries};
	size_t bytes = count * sizeof(*entries);
	struct value_entry *moved;
	struct sorting sorting;

	if (count <= MAP_LINEAR_MAX)
		return has_duplicate_small(entries, count) ? repeated_key(run) : map;
	moved = cel_alloc(run, bytes + 3 * count * sizeof(uint32_t));
	if (!moved)
		return cel_out_of_memory(run);
	memcpy(moved, entries, bytes);
	sorting.entries = moved;
	sorting.from = (uint32_t *)(void *)(moved + count) + count;
	sorting.to = sorting.from + count;
	sort_keys(&sorting, count);
	memcpy(moved + count, sorting.from, count * sizeof(uint32_t));
	map.as.entries = moved;
	map.tag = HAS_ORDER;
	return has_duplicate_sorted(map) ? repeated_key(run) : map;
}

/* A double from data can be a key when it is integral. */
static bool take_key(struct value *key, bool *all_text)
{
	*key = cel_load(*key);
	if (key->kind == CEL_DOUBLE && (cel_is_strict(*key) || !cel_integral(*key, key)))
		return false;
	*all_text = *all_text && key->kind == VALUE_STRING;
	return class_of(*key) != KEY_NONE;
}

struct value cel_map(struct cel_run *run, struct value_entry *entries, size_t count)
{
	bool all_text = true;
	struct value map;
	struct str duplicate;

	if (count > UINT32_MAX)
		return cel_out_of_memory(run);
	if (count > MAP_LINEAR_MAX && !cel_pay(run, count * STEPS_PER_KEY))
		return cel_out_of_steps(run);
	for (size_t i = 0; i < count; i++) {
		if (!take_key(&entries[i].key, &all_text))
			return cel_fail(run, "a key is a string, int, uint or bool, not %s",
			    cel_kind_name(entries[i].key.kind));
	}
	/* The layout of a plan's map, so that it can be used like one. */
	if (!all_text)
		return mixed_map(run, entries, count);
	if (!value_map(cel_arena(run), entries, count, &map, &duplicate))
		return repeated_key(run);
	return map;
}

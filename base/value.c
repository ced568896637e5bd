#include "base/value.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/size.h"

static const char *const kind_names[] = {
    [VALUE_NULL] = "null",
    [VALUE_BOOL] = "bool",
    [VALUE_INT] = "number",
    [VALUE_NUMBER] = "number",
    [VALUE_STRING] = "string",
    [VALUE_LIST] = "list",
    [VALUE_MAP] = "map",
    [VALUE_UNKNOWN] = "unknown",
    [VALUE_HIDDEN] = "hidden",
};

static uint32_t checked_len(size_t len)
{
	if (len > UINT32_MAX)
		abort();
	return (uint32_t)len;
}

/* What a container has to say about its members, given all their marks together. */
static uint8_t marks_upwards(uint8_t members)
{
	uint8_t marks = members & (VALUE_HAS_UNKNOWN | VALUE_HAS_SENSITIVE);

	if (members & VALUE_SENSITIVE)
		marks |= VALUE_HAS_SENSITIVE;
	return marks;
}

struct value value_string(struct str text)
{
	return (struct value){
	    .kind = VALUE_STRING, .len = checked_len(text.len), .as.text = text.ptr};
}

struct value value_list(const struct value *items, size_t count)
{
	uint8_t marks = 0;

	for (size_t i = 0; i < count; i++)
		marks |= items[i].marks;
	return (struct value){.kind = VALUE_LIST,
	    .marks = marks_upwards(marks),
	    .len = checked_len(count),
	    .as.items = items};
}

static struct str key_of(const struct value_entry *entry)
{
	return (struct str){entry->key.as.text, entry->key.len};
}

/* Merges two sorted neighbours of `from` into `to`. */
static void merge_runs(const struct value_entry *entries, const uint32_t *from, uint32_t *to,
    size_t middle, size_t end)
{
	size_t left = 0, right = middle;

	for (size_t at = 0; at < end; at++) {
		bool take_left =
		    right >= end || (left < middle && str_cmp(key_of(&entries[from[left]]),
							  key_of(&entries[from[right]])) <= 0);

		to[at] = take_left ? from[left++] : from[right++];
	}
}

/*
 * A merge sort of our own: qsort() knows no context, and its worst case is quadratic on some
 * systems. Sorts `order` with the help of `spare`; returns the one of the two that holds the
 * result.
 */
static uint32_t *sort_order(
    const struct value_entry *entries, uint32_t *order, uint32_t *spare, size_t count)
{
	for (size_t width = 1; width < count; width *= 2) {
		uint32_t *sorted = spare;

		for (size_t start = 0; start < count; start += 2 * width) {
			size_t end = size_min(2 * width, count - start);

			merge_runs(
			    entries, order + start, spare + start, size_min(width, end), end);
		}
		spare = order;
		order = sorted;
	}
	return order;
}

static size_t order_bytes(size_t count)
{
	return count * sizeof(uint32_t);
}

/* The permutation behind the entries of an unsorted map of more than MAP_LINEAR_MAX entries. */
static const uint32_t *map_order(struct value map)
{
	return (const uint32_t *)(const void *)(map.as.entries + map.len);
}

static bool has_order(struct value map)
{
	return map.len > MAP_LINEAR_MAX && !(map.marks & VALUE_SORTED);
}

/* Moves the entries to where the permutation fits behind them. */
static const struct value_entry *add_order(
    struct arena *arena, const struct value_entry *entries, size_t count)
{
	size_t bytes = count * sizeof(*entries);
	struct value_entry *moved = arena_alloc(arena, bytes + order_bytes(count));
	uint32_t *order = (uint32_t *)(void *)(moved + count);
	struct arena_mark mark = arena_save(arena);
	uint32_t *work = arena_alloc(arena, 2 * order_bytes(count));

	memcpy(moved, entries, bytes);
	for (size_t i = 0; i < count; i++)
		work[i] = (uint32_t)i;
	memcpy(order, sort_order(moved, work, work + count, count), order_bytes(count));
	arena_rewind(arena, mark);
	return moved;
}

/* Two keys that are the same have the same one. */
static uint64_t key_bit(struct str key)
{
	unsigned ends = 0;

	if (key.len > 0)
		ends = (unsigned char)key.ptr[0] * 7u + (unsigned char)key.ptr[key.len - 1] * 3u;
	return UINT64_C(1) << ((ends + key.len) & 63);
}

static bool find_duplicate_small(
    const struct value_entry *entries, size_t count, struct str *duplicate)
{
	uint64_t seen = 0;

	for (size_t i = 0; i < count; i++) {
		struct str key = key_of(&entries[i]);
		uint64_t bit = key_bit(key);

		for (size_t j = 0; (seen & bit) && j < i; j++) {
			if (!str_eq(key, key_of(&entries[j])))
				continue;
			*duplicate = key;
			return true;
		}
		seen |= bit;
	}
	return false;
}

static bool find_duplicate_ordered(struct value map, struct str *duplicate)
{
	const uint32_t *order = map_order(map);

	for (size_t i = 1; i < map.len; i++) {
		struct str key = key_of(&map.as.entries[order[i]]);

		if (str_eq(key, key_of(&map.as.entries[order[i - 1]]))) {
			*duplicate = key;
			return true;
		}
	}
	return false;
}

bool value_map(struct arena *arena, struct value_entry *entries, size_t count, struct value *out,
    struct str *duplicate)
{
	struct value map = {.kind = VALUE_MAP, .len = checked_len(count), .as.entries = entries};
	uint8_t marks = 0;
	int order = -1;

	for (size_t i = 0; i < count; i++) {
		marks |= entries[i].value.marks;
		if (i > 0 && order < 0)
			order = str_cmp(key_of(&entries[i - 1]), key_of(&entries[i]));
		if (order == 0) {
			*duplicate = key_of(&entries[i]);
			return false;
		}
	}
	bool sorted = order < 0;
	map.marks = marks_upwards(marks);
	if (sorted)
		map.marks |= VALUE_SORTED;
	*out = map;
	if (sorted)
		return true;
	if (count <= MAP_LINEAR_MAX)
		return !find_duplicate_small(entries, count, duplicate);
	out->as.entries = add_order(arena, entries, count);
	return !find_duplicate_ordered(*out, duplicate);
}

struct value value_map_like(struct arena *arena, struct value map, struct value_entry *entries)
{
	size_t bytes = map.len * sizeof(*entries);
	struct value out = {.kind = VALUE_MAP, .len = map.len};
	uint8_t marks = 0;

	for (size_t i = 0; i < map.len; i++)
		marks |= entries[i].value.marks;
	out.marks = marks_upwards(marks) | (map.marks & VALUE_SORTED);
	out.as.entries = entries;
	if (has_order(map)) {
		struct value_entry *moved = arena_alloc(arena, bytes + order_bytes(map.len));

		memcpy(moved, entries, bytes);
		memcpy(moved + map.len, map_order(map), order_bytes(map.len));
		out.as.entries = moved;
	}
	return out;
}

static const struct value *get_linear(struct value map, struct str key)
{
	for (size_t i = 0; i < map.len; i++) {
		if (str_eq(key_of(&map.as.entries[i]), key))
			return &map.as.entries[i].value;
	}
	return NULL;
}

const struct value *value_get(struct value map, struct str key)
{
	size_t low = 0, high = map.len;
	const struct value_entry *entries = map.as.entries;
	const uint32_t *order;

	if (map.kind != VALUE_MAP)
		return NULL;
	if (map.len <= MAP_LINEAR_MAX)
		return get_linear(map, key);
	order = has_order(map) ? map_order(map) : NULL;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct value_entry *entry = &entries[order ? order[middle] : middle];
		int side = str_cmp(key, key_of(entry));

		if (side == 0)
			return &entry->value;
		if (side < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

void value_pick(struct value map, const struct value_wanted *wanted, size_t count)
{
	size_t next = 0;

	for (size_t i = 0; i < count; i++)
		*wanted[i].out = value_null();
	for (size_t i = 0; map.kind == VALUE_MAP && i < map.len; i++) {
		struct str key = key_of(&map.as.entries[i]);

		for (size_t tried = 0; tried < count; tried++) {
			size_t at = next + tried < count ? next + tried : next + tried - count;

			if (!str_eq(wanted[at].key, key))
				continue;
			*wanted[at].out = map.as.entries[i].value;
			next = at + 1 < count ? at + 1 : 0;
			break;
		}
	}
}

const struct value *value_get_c(struct value map, const char *key)
{
	return value_get(map, str_from(key));
}

struct str value_get_str(struct value map, const char *key)
{
	const struct value *value = value_get_c(map, key);

	return value && value->kind == VALUE_STRING ? value_text(*value) : STR_EMPTY;
}

bool value_get_bool(struct value map, const char *key, bool fallback)
{
	const struct value *value = value_get_c(map, key);

	return value && value->kind == VALUE_BOOL ? value->as.boolean : fallback;
}

int64_t value_get_int(struct value map, const char *key, int64_t fallback)
{
	const struct value *value = value_get_c(map, key);

	return value && value->kind == VALUE_INT ? value->as.integer : fallback;
}

static bool number_equal(struct value a, struct value b)
{
	char a_scratch[24], b_scratch[24];
	struct str a_text, b_text;

	if (a.kind == VALUE_INT && b.kind == VALUE_INT)
		return a.as.integer == b.as.integer;
	return value_as_number_text(a, a_scratch, &a_text) &&
	       value_as_number_text(b, b_scratch, &b_text) && number_cmp(a_text, b_text) == 0;
}

static bool list_equal(struct value a, struct value b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++) {
		if (!value_equal(a.as.items[i], b.as.items[i]))
			return false;
	}
	return true;
}

static bool map_equal(struct value a, struct value b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++) {
		const struct value_entry *left = &a.as.entries[i], *right = &b.as.entries[i];
		const struct value *other = &right->value;

		/* nearly always the key stands at the same place on both sides */
		if (!str_eq(key_of(left), key_of(right)))
			other = value_get(b, key_of(left));
		if (!other || !value_equal(left->value, *other))
			return false;
	}
	return true;
}

bool value_equal(struct value a, struct value b)
{
	switch ((enum value_kind)a.kind) {
	case VALUE_INT:
	case VALUE_NUMBER:
		return number_equal(a, b);
	case VALUE_NULL:
	case VALUE_UNKNOWN:
		return a.kind == b.kind;
	case VALUE_BOOL:
		return b.kind == VALUE_BOOL && a.as.boolean == b.as.boolean;
	case VALUE_STRING:
		return b.kind == VALUE_STRING && str_eq(value_text(a), value_text(b));
	case VALUE_LIST:
		return b.kind == VALUE_LIST && list_equal(a, b);
	case VALUE_MAP:
		return b.kind == VALUE_MAP && map_equal(a, b);
	case VALUE_HIDDEN:
		return b.kind == VALUE_HIDDEN && !a.as.changed && !b.as.changed;
	}
	return false;
}

bool value_as_number_text(struct value value, char scratch[24], struct str *out)
{
	size_t at = 24;
	uint64_t rest;

	if (value.kind == VALUE_NUMBER) {
		*out = value_text(value);
		return true;
	}
	if (value.kind != VALUE_INT)
		return false;
	rest = value.as.integer < 0 ? -(uint64_t)value.as.integer : (uint64_t)value.as.integer;
	do {
		scratch[--at] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	if (value.as.integer < 0)
		scratch[--at] = '-';
	*out = (struct str){scratch + at, 24 - at};
	return true;
}

static const char *copy_bytes(struct arena *arena, struct value value)
{
	return memcpy(arena_alloc(arena, value.len), value.as.text, value.len);
}

static const struct value *copy_items(struct arena *arena, struct value list)
{
	struct value *items = arena_array(arena, struct value, list.len);

	for (size_t i = 0; i < list.len; i++)
		items[i] = value_copy(arena, list.as.items[i]);
	return items;
}

static const struct value_entry *copy_entries(struct arena *arena, struct value map)
{
	size_t extra = has_order(map) ? order_bytes(map.len) : 0;
	size_t bytes = map.len * sizeof(struct value_entry);
	struct value_entry *entries = arena_alloc(arena, bytes + extra);

	if (extra > 0)
		memcpy(entries + map.len, map_order(map), extra);
	for (size_t i = 0; i < map.len; i++) {
		entries[i].key = value_copy(arena, map.as.entries[i].key);
		entries[i].value = value_copy(arena, map.as.entries[i].value);
	}
	return entries;
}

struct value value_copy(struct arena *arena, struct value value)
{
	switch ((enum value_kind)value.kind) {
	case VALUE_STRING:
	case VALUE_NUMBER:
		value.as.text = copy_bytes(arena, value);
		break;
	case VALUE_LIST:
		value.as.items = copy_items(arena, value);
		break;
	case VALUE_MAP:
		value.as.entries = copy_entries(arena, value);
		break;
	case VALUE_NULL:
	case VALUE_BOOL:
	case VALUE_INT:
	case VALUE_UNKNOWN:
	case VALUE_HIDDEN:
		break;
	}
	return value;
}

const char *value_kind_name(enum value_kind kind)
{
	return kind_names[kind];
}

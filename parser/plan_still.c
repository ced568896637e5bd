#include "parser/plan_still.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/json_read.h"
#include "base/size.h"
#include "parser/overlay.h"

#include <string.h>

/* More marks than that, or lists of them, take the whole of the values. */
#define VALUES_MAX     16
#define NAME_MAX_BYTES ((size_t)128)

struct still {
	struct arena *arena;
	struct str values;
	struct value found[VALUES_MAX];
	uint32_t count;
};

NODISCARD static bool read_text(
    struct arena *arena, struct str text, size_t *end, struct value *out)
{
	struct jsonr json = {.allow_trailing = true};
	struct err ignored = {0};

	if (!jsonr_read(arena, text, &json, out, &ignored))
		return false;
	*end = json.end;
	return true;
}

/* `"key":` */
static bool write_name(struct str key, char out[NAME_MAX_BYTES], struct str *name)
{
	if (key.len > NAME_MAX_BYTES - 3)
		return false;
	out[0] = '"';
	memcpy(out + 1, key.ptr, key.len);
	out[1 + key.len] = '"';
	out[2 + key.len] = ':';
	*name = (struct str){out, key.len + 3};
	return true;
}

/* The member of this name, when there is one only, wherever in the values. */
static bool take_member(struct still *still, struct str key)
{
	char bytes[NAME_MAX_BYTES];
	struct str name;
	size_t at, again, end;

	if (still->count == VALUES_MAX || !write_name(key, bytes, &name) ||
	    !str_find(still->values, name, &at) ||
	    str_find(str_skip(still->values, at + name.len), name, &again) ||
	    !read_text(still->arena, str_skip(still->values, at + name.len), &end,
		&still->found[still->count]))
		return false;
	still->found[still->count++].marks |= VALUE_SENSITIVE | VALUE_HAS_SENSITIVE;
	return true;
}

/* Takes what is marked with `true`. Depth is bounded by the reader. */
static bool take_marked(struct still *still, struct value marks)
{
	for (uint32_t i = 0; marks.kind == VALUE_MAP && i < marks.len; i++) {
		const struct value_entry *entry = &marks.as.entries[i];
		bool is_mark = entry->value.kind == VALUE_BOOL && entry->value.as.boolean;

		if (is_mark ? !take_member(still, value_text(entry->key))
			    : !take_marked(still, entry->value))
			return false;
	}
	return marks.kind == VALUE_MAP || (marks.kind == VALUE_BOOL && !marks.as.boolean);
}

NODISCARD static bool read_marked(
    struct arena *arena, const struct still_parts *parts, struct value marks, struct change *out)
{
	struct still still = {.arena = arena, .values = parts->before};
	struct err ignored = {0};
	struct value values, *items;
	size_t end;

	*out = (struct change){.has_values = true, .body = STR_EMPTY};
	if (take_marked(&still, marks)) {
		items = arena_array(arena, struct value, still.count);
		memcpy(items, still.found, still.count * sizeof(*items));
		out->before = value_list(items, still.count);
		out->before.marks |= VALUE_HAS_SENSITIVE;
		return true;
	}
	return read_text(arena, still.values, &end, &values) &&
	       overlay_value(arena, values, value_null(), marks, &out->before, &ignored);
}

/* Nothing changes, nothing is unknown, and one side says all of it. */
static bool is_still(const struct still_parts *parts)
{
	return parts->before.len > 0 && str_eq(parts->before, parts->after) &&
	       parts->before_marks.len > 0 && str_eq(parts->before_marks, parts->after_marks) &&
	       str_is(parts->unknown, "{}");
}

bool still_read(struct arena *arena, const struct still_parts *parts, struct change *out)
{
	struct value marks;
	size_t end;

	return is_still(parts) && read_text(arena, parts->before_marks, &end, &marks) &&
	       read_marked(arena, parts, marks, out);
}

/* --- in the text of a record --- */

/* From the end, where the marks are, which are few. */
static bool find_last(struct str text, struct str word, size_t *at)
{
	const char *from = text.ptr, *end = text.len < word.len ? from : from + text.len - word.len;

	while (end > from && (*end != word.ptr[0] || memcmp(end, word.ptr, word.len) != 0))
		end--;
	*at = (size_t)(end - from);
	return end > from;
}

/* `X` of `X` between `X`: the same twice. */
static bool halve(struct str both, struct str between, struct str *half)
{
	size_t len;

	if (both.len <= between.len || (both.len - between.len) % 2 != 0)
		return false;
	len = (both.len - between.len) / 2;
	*half = str_from_to(both, 0, len);
	return str_starts(str_skip(both, len), between);
}

/* Words are looked for with their quotes, which inside of a string are escaped; before "change"
 * stand only the scalars that a record begins with. */
bool still_find(struct str record, struct still_parts *out)
{
	const struct str beginning = STR("\"change\":{\"actions\":[\"no-op\"],\"before\":");
	const struct str before_marks = STR(",\"after_unknown\":{},\"before_sensitive\":");
	const struct str between = STR(",\"after_sensitive\":");
	struct str rest;
	size_t from, at, len;

	if (!str_find(record, beginning, &from))
		return false;
	rest = str_skip(record, from + beginning.len);
	if (!find_last(rest, before_marks, &at) ||
	    !halve(str_from_to(rest, 0, at), STR(",\"after\":"), &out->before))
		return false;
	out->after = str_from_to(rest, at - out->before.len, at);
	out->unknown = STR("{}");
	rest = str_skip(rest, at + before_marks.len);
	if (!str_find(rest, between, &len))
		return false;
	out->before_marks = str_from_to(rest, 0, len);
	rest = str_skip(rest, len + between.len);
	out->after_marks = str_from_to(rest, 0, len < rest.len ? len : rest.len);
	return true;
}

/* --- of many --- */

#define ITEMS_FIRST ((size_t)1024)

static void keep(struct still_marks *marks, struct value value)
{
	if (marks->count == marks->room) {
		size_t room = size_max(ITEMS_FIRST, 2 * marks->room);

		marks->items = arena_grow(
		    marks->arena, marks->items, marks->room * sizeof(value), room * sizeof(value));
		marks->room = room;
	}
	marks->items[marks->count++] = value_copy(marks->arena, value);
}

/* Those of the texts that come first are kept; a few types make up most of a plan. */
NODISCARD static bool marks_of(struct still_marks *marks, struct str text, struct value *out)
{
	struct still_known *known;
	size_t end;

	for (size_t i = 0; i < marks->known_count; i++) {
		known = &marks->known[i];
		if (str_eq(known->text, text)) {
			*out = known->marks;
			return true;
		}
	}
	if (marks->known_count == STILL_KNOWN_MAX || text.len > STILL_KNOWN_MAX_BYTES)
		return read_text(marks->scratch, text, &end, out);
	text = str_copy(marks->arena, text);
	if (!read_text(marks->arena, text, &end, out))
		return false;
	marks->known[marks->known_count++] = (struct still_known){text, *out};
	return true;
}

NODISCARD static bool take(struct still_marks *marks, const struct still_parts *parts)
{
	struct change change;
	struct value read;

	if (!is_still(parts) || !marks_of(marks, parts->before_marks, &read) ||
	    !read_marked(marks->scratch, parts, read, &change))
		return false;
	for (uint32_t i = 0; change.before.kind == VALUE_LIST && i < change.before.len; i++) {
		const struct value *item = &change.before.as.items[i];

		marks->bytes += item->kind == VALUE_STRING ? item->len : parts->before.len;
		keep(marks, *item);
	}
	if (change.before.kind != VALUE_LIST) {
		marks->bytes += parts->before.len;
		keep(marks, change.before);
	}
	return true;
}

bool still_marks_take(struct still_marks *marks, const struct still_parts *parts)
{
	struct arena_mark mark = arena_save(marks->scratch);
	bool taken = marks->bytes <= STILL_BYTES_MAX && take(marks, parts);

	arena_rewind(marks->scratch, mark);
	return taken;
}

struct value still_marks_list(const struct still_marks *marks)
{
	return value_list(marks->items, marks->count);
}

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

/* `X,"after":X`: the same on both sides. */
static bool halve(struct str both, struct str *half)
{
	const struct str between = STR(",\"after\":");
	size_t len;

	if (both.len <= between.len || (both.len - between.len) % 2 != 0)
		return false;
	len = (both.len - between.len) / 2;
	*half = str_from_to(both, 0, len);
	return str_starts(str_skip(both, len), between) &&
	       memcmp(both.ptr, both.ptr + len + between.len, len) == 0;
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

/* From the end, where the marks are, which are few. */
static bool find_last(struct str text, struct str word, size_t *at)
{
	const char *from = text.ptr, *end = text.len < word.len ? from : from + text.len - word.len;

	while (end > from && (*end != word.ptr[0] || memcmp(end, word.ptr, word.len) != 0))
		end--;
	*at = (size_t)(end - from);
	return end > from;
}

static bool read_parts(struct arena *arena, struct str rest, struct change *out)
{
	const struct str before_marks = STR(",\"after_unknown\":{},\"before_sensitive\":");
	struct still still = {.arena = arena};
	struct err ignored = {0};
	struct value marks, values, *items;
	size_t at, end;

	if (!find_last(rest, before_marks, &at) || !halve(str_from_to(rest, 0, at), &still.values))
		return false;
	rest = str_skip(rest, at + before_marks.len);
	if (!read_text(arena, rest, &end, &marks))
		return false;
	at = end;
	end = at + STR(",\"after_sensitive\":").len;
	if (!str_starts(str_skip(rest, at), STR(",\"after_sensitive\":")) ||
	    !str_starts(str_skip(rest, end), str_from_to(rest, 0, at)))
		return false;
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

/* Words are looked for with their quotes, which inside of a string are escaped; before "change"
 * stand only the scalars that a record begins with. */
bool still_read(struct arena *arena, struct str record, struct change *out)
{
	const struct str beginning = STR("\"change\":{\"actions\":[\"no-op\"],\"before\":");
	struct arena_mark mark = arena_save(arena);
	size_t at;

	*out = (struct change){.has_values = true, .body = STR_EMPTY};
	if (str_find(record, beginning, &at) &&
	    read_parts(arena, str_skip(record, at + beginning.len), out))
		return true;
	arena_rewind(arena, mark);
	return false;
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

bool still_marks_take(struct still_marks *marks, struct str record)
{
	struct arena_mark mark = arena_save(marks->scratch);
	struct change change;

	if (record.len == 0 || marks->bytes > STILL_BYTES_MAX ||
	    !still_read(marks->scratch, record, &change))
		return false;
	for (uint32_t i = 0; change.before.kind == VALUE_LIST && i < change.before.len; i++) {
		const struct value *item = &change.before.as.items[i];

		marks->bytes += item->kind == VALUE_STRING ? item->len : record.len;
		keep(marks, *item);
	}
	if (change.before.kind != VALUE_LIST) {
		marks->bytes += record.len;
		keep(marks, change.before);
	}
	arena_rewind(marks->scratch, mark);
	return true;
}

struct value still_marks_list(const struct still_marks *marks)
{
	return value_list(marks->items, marks->count);
}

#include "parser/unknowns.h"

#include "base/arena.h"
#include "base/json_read.h"
#include "parser/path.h"

/* A longer path is that of the part around it: it is there to be read. */
#define PATH_BYTES_MAX ((size_t)4 << 10)

struct stamp {
	struct arena *arena;
	struct buf path;
	int depth;
	int in_secret; /* what is below a secret has its path: keys may be secret, too */
};

static struct value stamp_value(struct stamp *s, struct value value);

/* What was begun and did not fit goes as a whole. */
static struct value stamp_member(struct stamp *s, struct value value, size_t before)
{
	if (s->path.overflow)
		buf_rewind(&s->path, before);
	value = stamp_value(s, value);
	buf_rewind(&s->path, before);
	return value;
}

static struct value stamp_list(struct stamp *s, struct value list)
{
	struct value *items = arena_alloc(s->arena, list.len * sizeof(*items));
	size_t before = s->path.len;

	for (uint32_t i = 0; i < list.len; i++) {
		items[i] = list.as.items[i];
		if (!(items[i].marks & VALUE_HAS_UNKNOWN))
			continue;
		if (!s->in_secret)
			path_add_index(&s->path, (int64_t)i);
		items[i] = stamp_member(s, items[i], before);
	}
	list.as.items = items;
	return list;
}

static struct value stamp_map(struct stamp *s, struct value map)
{
	struct value_entry *entries = arena_alloc(s->arena, map.len * sizeof(*entries));
	size_t before = s->path.len;
	struct value stamped = map;
	struct str twice;

	for (uint32_t i = 0; i < map.len; i++) {
		entries[i] = map.as.entries[i];
		if (!(entries[i].value.marks & VALUE_HAS_UNKNOWN))
			continue;
		if (!s->in_secret)
			path_add_key(&s->path, value_text(entries[i].key));
		entries[i].value = stamp_member(s, entries[i].value, before);
	}
	stamped.as.entries = entries;
	/* the order of others stands behind the entries: made anew */
	if (map.marks & VALUE_SORTED)
		return stamped;
	if (!value_map(s->arena, entries, map.len, &stamped, &twice))
		return map; /* keys of a map do not repeat */
	stamped.marks |= map.marks;
	return stamped;
}

static struct value stamp_value(struct stamp *s, struct value value)
{
	struct value stamped = value;

	if (value.kind == VALUE_UNKNOWN) {
		struct str path = str_copy(s->arena, buf_str(&s->path));

		stamped.as.text = path.ptr;
		stamped.len = (uint32_t)path.len;
		return stamped;
	}
	if (!(value.marks & VALUE_HAS_UNKNOWN) || s->depth > JSON_DEPTH_MAX)
		return value;
	s->depth++;
	s->in_secret += (value.marks & VALUE_SENSITIVE) != 0;
	if (value.kind == VALUE_LIST)
		stamped = stamp_list(s, value);
	else if (value.kind == VALUE_MAP)
		stamped = stamp_map(s, value);
	s->in_secret -= (value.marks & VALUE_SENSITIVE) != 0;
	s->depth--;
	return stamped;
}

struct value unknowns_stamp(struct arena *arena, struct value value, struct str path)
{
	struct stamp s = {.arena = arena};

	if (!(value.marks & VALUE_HAS_UNKNOWN))
		return value;
	buf_init(&s.path, arena, PATH_BYTES_MAX);
	buf_add(&s.path, path);
	return stamp_value(&s, value);
}

#include "parser/overlay.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/json_read.h"

/* One of the two trees that are laid over a value. They have the same form and differ in what
 * `true` does to the part under it. */
enum layer {
	LAYER_UNKNOWN,
	LAYER_SENSITIVE,
};

struct overlay {
	struct arena *arena;
	enum layer layer;
	struct err *err;
};

static const uint8_t marks_inside = VALUE_HAS_UNKNOWN | VALUE_HAS_SENSITIVE;

NODISCARD static bool lay(
    const struct overlay *o, struct value value, struct value tree, int depth, struct value *out);

/* Nearly all of them are false, {} or []: seen without a look at the value. */
static bool leaf_is_blank(struct value leaf)
{
	if (leaf.kind == VALUE_MAP || leaf.kind == VALUE_LIST)
		return leaf.len == 0;
	return leaf.kind == VALUE_NULL || (leaf.kind == VALUE_BOOL && !leaf.as.boolean);
}

/* No `true` in it anywhere? Anything that is neither false nor null nor a branch counts as true. */
static bool tree_is_blank(struct value tree, int depth)
{
	if (leaf_is_blank(tree))
		return true;
	if ((tree.kind != VALUE_MAP && tree.kind != VALUE_LIST) || depth > JSON_DEPTH_MAX)
		return false;
	for (uint32_t i = 0; i < tree.len; i++) {
		struct value part =
		    tree.kind == VALUE_MAP ? tree.as.entries[i].value : tree.as.items[i];

		if (!tree_is_blank(part, depth + 1))
			return false;
	}
	return true;
}

static struct value apply(enum layer layer, struct value value)
{
	if (layer == LAYER_UNKNOWN)
		return value_unknown();
	value.marks |= VALUE_SENSITIVE | VALUE_HAS_SENSITIVE;
	return value;
}

static bool same_node(struct value a, struct value b)
{
	return a.kind == b.kind && a.marks == b.marks && a.len == b.len && a.as.items == b.as.items;
}

static uint8_t inner_marks(struct value value)
{
	return value.marks & marks_inside;
}

/* The entries of a map with what the layer makes of those that the tree knows; NULL: none changed.
 */
NODISCARD static bool lay_entries(const struct overlay *o, struct value map, struct value tree,
    int depth, struct value_entry **changed, size_t *missing)
{
	for (uint32_t i = 0; i < tree.len; i++) {
		const struct value_entry *leaf = &tree.as.entries[i];
		const struct value *old;
		struct value part;
		size_t at;

		if (leaf_is_blank(leaf->value))
			continue;
		old = value_get(map, value_text(leaf->key));
		if (!old) {
			*missing += tree_is_blank(leaf->value, depth) ? 0 : 1;
			continue;
		}
		if (!lay(o, *old, leaf->value, depth + 1, &part))
			return false;
		if (same_node(part, *old))
			continue;
		if (!*changed) {
			*changed = arena_alloc(o->arena, map.len * sizeof(**changed));
			memcpy(*changed, map.as.entries, map.len * sizeof(**changed));
		}
		/* value_get() points into the entries */
		at = (size_t)((const char *)old - (const char *)map.as.entries) /
		     sizeof(struct value_entry);
		(*changed)[at].value = part;
	}
	return true;
}

/*
 * Adds the parts that stand in the tree only; both sorted stay sorted. A secret in a place that is
 * not there is a null that is marked: what the other side of a change has there is hidden by it.
 */
NODISCARD static bool insert_missing(const struct overlay *o, struct value map, struct value tree,
    int depth, struct value_entry **entries, size_t *count)
{
	struct value_entry *merged =
	    arena_alloc(o->arena, (map.len + *count) * sizeof(struct value_entry));
	const bool sorted = (map.marks & VALUE_SORTED) && (tree.marks & VALUE_SORTED);
	uint32_t old = 0;
	size_t used = 0;

	if (!sorted) {
		memcpy(merged, *entries, map.len * sizeof(*merged));
		old = map.len;
		used = map.len;
	}
	for (uint32_t i = 0; i < tree.len; i++) {
		const struct value_entry *leaf = &tree.as.entries[i];

		if (tree_is_blank(leaf->value, depth) || value_get(map, value_text(leaf->key)))
			continue;
		while (old < map.len &&
		       str_cmp(value_text((*entries)[old].key), value_text(leaf->key)) < 0)
			merged[used++] = (*entries)[old++];
		merged[used].key = leaf->key;
		if (!lay(o, value_null(), leaf->value, depth + 1, &merged[used].value))
			return false;
		used++;
	}
	while (old < map.len)
		merged[used++] = (*entries)[old++];
	*entries = merged;
	*count = used;
	return true;
}

NODISCARD static bool finish_map(const struct overlay *o, struct value map,
    struct value_entry *entries, size_t count, struct value *out)
{
	uint8_t marks = inner_marks(map) | (map.marks & VALUE_SENSITIVE);
	struct str twice;

	for (size_t i = 0; i < count; i++)
		marks |= inner_marks(entries[i].value);
	if (count == map.len)
		*out = value_map_like(o->arena, map, entries);
	else if (!value_map(o->arena, entries, count, out, &twice))
		return err_set(o->err, ERR_INVALID, "a key stands twice");
	out->marks |= marks;
	return true;
}

NODISCARD static bool lay_map(
    const struct overlay *o, struct value map, struct value tree, int depth, struct value *out)
{
	struct value_entry *entries = NULL;
	size_t missing = 0, count = map.len;

	*out = map;
	if (!lay_entries(o, map, tree, depth, &entries, &missing))
		return false;
	if (!entries && missing == 0)
		return true;
	if (!entries) {
		entries = arena_alloc(o->arena, map.len * sizeof(*entries));
		if (map.len > 0)
			memcpy(entries, map.as.entries, map.len * sizeof(*entries));
	}
	if (missing > 0) {
		count = missing;
		if (!insert_missing(o, map, tree, depth, &entries, &count))
			return false;
	}
	return finish_map(o, map, entries, count, out);
}

/* How many items there are with those that only the tree has. */
static uint32_t list_reach(struct value list, struct value tree, int depth)
{
	uint32_t reach = tree.len;

	while (reach > list.len && tree_is_blank(tree.as.items[reach - 1], depth))
		reach--;
	return reach > list.len ? reach : list.len;
}

static struct value *copy_items(struct arena *arena, struct value list, uint32_t count)
{
	struct value *items = arena_array(arena, struct value, count);

	if (list.len > 0)
		memcpy(items, list.as.items, list.len * sizeof(*items));
	return items;
}

NODISCARD static bool lay_list(const struct overlay *o, struct value list, bool is_there,
    struct value tree, int depth, struct value *out)
{
	const uint32_t reach = list_reach(list, tree, depth);
	struct value *items = NULL;
	uint8_t marks = list.marks;

	*out = list;
	/* Which item is meant nobody can tell. A list that is not there yet has only those marked.
	 */
	if (is_there && o->layer == LAYER_UNKNOWN && tree.len != list.len) {
		if (!tree_is_blank(tree, depth))
			*out = value_unknown();
		return true;
	}
	if (reach > list.len && o->layer == LAYER_SENSITIVE) {
		*out = apply(o->layer, list);
		return true;
	}
	for (uint32_t i = 0; i < tree.len && i < reach; i++) {
		struct value old = i < list.len ? list.as.items[i] : value_null();
		struct value part;

		if (!lay(o, old, tree.as.items[i], depth + 1, &part))
			return false;
		if (same_node(part, old))
			continue;
		if (!items)
			items = copy_items(o->arena, list, reach);
		items[i] = part;
		marks |= inner_marks(part);
	}
	if (items) {
		*out = value_list(items, reach);
		out->marks |= marks;
	}
	return true;
}

/* What stands only in the tree: an unknown part inside something that is not there yet. */
static struct value empty_like(struct value tree)
{
	struct value empty = value_list(NULL, 0);

	if (tree.kind == VALUE_MAP) {
		empty.kind = VALUE_MAP;
		empty.marks = VALUE_SORTED;
	}
	return empty;
}

static bool lay(
    const struct overlay *o, struct value value, struct value tree, int depth, struct value *out)
{
	bool is_there = value.kind == VALUE_LIST;

	*out = value;
	if (depth > JSON_DEPTH_MAX)
		return err_set(
		    o->err, ERR_LIMIT, "values are nested more than %d deep", JSON_DEPTH_MAX);
	if (leaf_is_blank(tree))
		return true;
	if (value.kind == VALUE_NULL && o->layer == LAYER_UNKNOWN &&
	    (tree.kind == VALUE_MAP || tree.kind == VALUE_LIST) && !tree_is_blank(tree, depth))
		value = empty_like(tree);
	if (tree.kind == VALUE_MAP && value.kind == VALUE_MAP)
		return lay_map(o, value, tree, depth, out);
	if (tree.kind == VALUE_LIST && value.kind == VALUE_LIST)
		return lay_list(o, value, is_there, tree, depth, out);
	if (!tree_is_blank(tree, depth))
		*out = apply(o->layer, value);
	return true;
}

bool overlay_value(struct arena *arena, struct value value, struct value unknown,
    struct value sensitive, struct value *out, struct err *err)
{
	struct overlay o = {.arena = arena, .layer = LAYER_UNKNOWN, .err = err};

	if (!lay(&o, value, unknown, 0, out))
		return false;
	o.layer = LAYER_SENSITIVE;
	return lay(&o, *out, sensitive, 0, out);
}

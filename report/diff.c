#include "report/diff.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json_read.h"
#include "base/size.h"
#include "parser/path.h"

#define ROWS_FIRST     ((size_t)8)
#define PATH_BYTES_MAX ((size_t)1 << 20)

/* One step down: a key, or a position when `key.ptr` is NULL. */
struct step {
	const char *key;
	size_t len; /* of the key, or the position */
};

struct walk {
	struct arena *arena;
	struct diff *out;
	size_t room; /* rows allocated */
	struct value replace_paths;
	size_t depth;
	struct step steps[JSON_DEPTH_MAX];
};

static const struct value nothing = {.kind = VALUE_NULL};

static bool is_container(uint8_t kind)
{
	return kind == VALUE_MAP || kind == VALUE_LIST;
}

static struct str key_of(const struct step *step)
{
	return (struct str){step->key, step->len};
}

/* Most differences stand at a plain top-level key: its path is the key itself. */
static struct str walk_path(const struct walk *walk)
{
	struct buf buf;

	if (walk->depth == 0)
		return STR_EMPTY;
	if (walk->depth == 1 && walk->steps[0].key && path_key_is_plain(key_of(&walk->steps[0])))
		return key_of(&walk->steps[0]);
	buf_init(&buf, walk->arena, PATH_BYTES_MAX);
	for (size_t i = 0; i < walk->depth; i++) {
		if (walk->steps[i].key)
			path_add_key(&buf, key_of(&walk->steps[i]));
		else
			path_add_index(&buf, (int64_t)walk->steps[i].len);
	}
	return buf_str(&buf);
}

static bool step_matches(const struct step *step, struct value part)
{
	struct str text = value_text(part);

	if (part.kind == VALUE_INT)
		return !step->key && part.as.integer >= 0 && (uint64_t)part.as.integer == step->len;
	return step->key && text.len == step->len && memcmp(text.ptr, step->key, text.len) == 0;
}

/* One of the two paths is the beginning of the other. */
static bool path_touches(const struct walk *walk, struct value path)
{
	size_t depth = size_min(walk->depth, path.len);

	if (path.kind != VALUE_LIST)
		return false;
	for (size_t i = 0; i < depth; i++) {
		if (!step_matches(&walk->steps[i], path.as.items[i]))
			return false;
	}
	return true;
}

static bool forces_replacement(const struct walk *walk)
{
	if (walk->replace_paths.kind != VALUE_LIST)
		return false;
	for (size_t i = 0; i < walk->replace_paths.len; i++) {
		if (path_touches(walk, walk->replace_paths.as.items[i]))
			return true;
	}
	return false;
}

static struct attribute_change *next_row(struct walk *walk)
{
	struct diff *out = walk->out;

	if (out->count >= ATTRIBUTES_MAX) {
		out->left_out++;
		return NULL;
	}
	if (out->count == walk->room) {
		size_t room = walk->room ? walk->room * 2 : ROWS_FIRST;

		out->rows = arena_grow(walk->arena, out->rows, walk->room * sizeof(*out->rows),
		    room * sizeof(*out->rows));
		walk->room = room;
	}
	return &out->rows[out->count++];
}

static void add_row(struct walk *walk, const struct value *before, const struct value *after)
{
	struct attribute_change *row = next_row(walk);

	if (!row)
		return;
	*row = (struct attribute_change){
	    .path = walk_path(walk),
	    .difference = before->kind == VALUE_NULL  ? DIFFERENCE_ADDED
			  : after->kind == VALUE_NULL ? DIFFERENCE_REMOVED
						      : DIFFERENCE_CHANGED,
	    .forces_replacement = forces_replacement(walk),
	    .has_values = true,
	    .before = {*before},
	    .after = {*after},
	};
}

static bool leaf_differs(const struct value *before, const struct value *after)
{
	if (before->kind == VALUE_HIDDEN || after->kind == VALUE_HIDDEN)
		return (before->kind == VALUE_HIDDEN && before->as.changed) ||
		       (after->kind == VALUE_HIDDEN && after->as.changed);
	if (after->kind == VALUE_UNKNOWN)
		return true;
	if (before->kind == VALUE_STRING && after->kind == VALUE_STRING)
		return before->len != after->len ||
		       memcmp(before->as.text, after->as.text, before->len) != 0;
	return !value_equal(*before, *after);
}

static void walk_pair(struct walk *walk, const struct value *before, const struct value *after);

static void walk_key(
    struct walk *walk, struct value key, const struct value *before, const struct value *after)
{
	walk->steps[walk->depth++] = (struct step){key.as.text, key.len};
	walk_pair(walk, before, after);
	walk->depth--;
}

/* Both sides in byte order of their keys: one merge. */
static void walk_sorted(struct walk *walk, const struct value *before, const struct value *after)
{
	const struct value_entry *a = before->as.entries, *a_end = a + before->len;
	const struct value_entry *b = after->as.entries, *b_end = b + after->len;

	while (a < a_end || b < b_end) {
		int order = a == a_end	 ? 1
			    : b == b_end ? -1
					 : str_cmp(value_text(a->key), value_text(b->key));

		if (order < 0) {
			walk_key(walk, a->key, &a->value, &nothing);
		} else {
			walk_key(walk, b->key, order == 0 ? &a->value : &nothing, &b->value);
			b++;
		}
		a += order <= 0;
	}
}

static void walk_unsorted(struct walk *walk, const struct value *before, const struct value *after)
{
	for (size_t i = 0; i < before->len; i++) {
		const struct value_entry *entry = &before->as.entries[i];
		const struct value *other = value_get(*after, value_text(entry->key));

		walk_key(walk, entry->key, &entry->value, other ? other : &nothing);
	}
	for (size_t i = 0; i < after->len; i++) {
		const struct value_entry *entry = &after->as.entries[i];

		if (!value_get(*before, value_text(entry->key)))
			walk_key(walk, entry->key, &nothing, &entry->value);
	}
}

static void walk_maps(struct walk *walk, const struct value *before, const struct value *after)
{
	bool sorted = (before->marks & VALUE_SORTED || before->len < 2) &&
		      (after->marks & VALUE_SORTED || after->len < 2);

	if (sorted)
		walk_sorted(walk, before, after);
	else
		walk_unsorted(walk, before, after);
}

static void walk_lists(struct walk *walk, const struct value *before, const struct value *after)
{
	size_t count = size_max(before->len, after->len);

	for (size_t i = 0; i < count; i++) {
		walk->steps[walk->depth++] = (struct step){NULL, i};
		walk_pair(walk, i < before->len ? &before->as.items[i] : &nothing,
		    i < after->len ? &after->as.items[i] : &nothing);
		walk->depth--;
	}
}

/* Recursion is bounded by steps[]: what lies deeper is compared as a whole. */
static void walk_pair(struct walk *walk, const struct value *before, const struct value *after)
{
	if (before->kind == VALUE_NULL && after->kind == VALUE_NULL)
		return;
	if (before->kind == after->kind && is_container(before->kind) &&
	    walk->depth < JSON_DEPTH_MAX) {
		if (before->kind == VALUE_MAP)
			walk_maps(walk, before, after);
		else
			walk_lists(walk, before, after);
		return;
	}
	if (leaf_differs(before, after))
		add_row(walk, before, after);
}

/* Of a resource that comes or goes the attributes are listed, not one row for all of it. */
static struct value root_of(struct value side, struct value other)
{
	struct value empty = {.kind = VALUE_MAP, .marks = VALUE_SORTED};

	return side.kind == VALUE_NULL && other.kind == VALUE_MAP ? empty : side;
}

void diff_values(struct arena *arena, const struct shown_change *change, const struct noise *noise,
    struct diff *out)
{
	struct walk walk;
	struct value before = root_of(change->before.value, change->after.value);
	struct value after = root_of(change->after.value, change->before.value);

	*out = (struct diff){0};
	/* steps[] stays as it is: 3 kB that need no zeroes for each of 100,000 changes */
	walk.arena = arena;
	walk.out = out;
	walk.room = 0;
	walk.replace_paths = change->replace_paths;
	walk.depth = 0;
	if (change->has_values)
		walk_pair(&walk, &before, &after);
}

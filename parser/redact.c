#include "parser/redact.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/json_read.h"
#include "parser/detectors.h"

/* A secret shorter than this that happens to stand inside an import identity is no evidence. */
#define SECRET_PART_MIN 4

struct redaction {
	struct arena *arena;
	struct err *err;
};

/* Items of longer lists are paired by position only. */
#define ALIGNED_MAX 200

/* One part of a change on both sides; NULL: not there. Both are raw. */
struct sides {
	const struct value *mine, *other;
	bool by_position; /* in a list: the other one may be another thing altogether */
};

NODISCARD static bool redact(
    const struct redaction *r, struct sides sides, int depth, struct value *out);

static bool is_secret(const struct value *value)
{
	return value && (value->marks & VALUE_SENSITIVE);
}

static bool has_secret(const struct value *value)
{
	return value && (value->marks & (VALUE_SENSITIVE | VALUE_HAS_SENSITIVE));
}

static bool has_mark(const struct value *value)
{
	return value &&
	       (value->marks & (VALUE_SENSITIVE | VALUE_HAS_SENSITIVE | VALUE_HAS_DETECTED));
}

static bool is_container(const struct value *value)
{
	return value->kind == VALUE_MAP || value->kind == VALUE_LIST;
}

/* Detectors look at both sides by themselves; of one place both are hidden all the same, because
 * what one of them knows the other gives away. */
static bool is_detected(struct sides sides)
{
	const struct value *other = sides.other;

	if (sides.mine->marks & VALUE_DETECTED)
		return true;
	return other && (other->marks & VALUE_DETECTED) && !sides.by_position &&
	       !is_container(sides.mine) && sides.mine->kind != VALUE_NULL;
}

/* Of nothing on both sides there is nothing to hide. */
static bool is_nothing(struct sides sides)
{
	return sides.mine->kind == VALUE_NULL && (!sides.other || sides.other->kind == VALUE_NULL);
}

/* What is not known yet may become anything. */
static struct value hide(struct sides sides)
{
	bool changed = !sides.other ||
		       ((sides.mine->marks | sides.other->marks) & VALUE_HAS_UNKNOWN) ||
		       !value_equal(*sides.mine, *sides.other);
	struct value hidden = value_hidden(changed);

	if (!changed && is_secret(sides.mine))
		hidden.tag = SHOWN_MARKED;
	return hidden;
}

/* Usually it stands at the same place on both sides. */
static const struct value *other_member(const struct value *other, uint32_t i, struct str key)
{
	if (!other || other->kind != VALUE_MAP)
		return NULL;
	if (i < other->len && str_eq(value_text(other->as.entries[i].key), key))
		return &other->as.entries[i].value;
	return value_get(*other, key);
}

NODISCARD static bool redact_map(
    const struct redaction *r, struct sides sides, int depth, struct value *out)
{
	struct value map = *sides.mine;
	struct value_entry *entries = arena_array(r->arena, struct value_entry, map.len);

	for (uint32_t i = 0; i < map.len; i++) {
		const struct value_entry *entry = &map.as.entries[i];
		struct sides part = {.mine = &entry->value, .by_position = sides.by_position};

		part.other = other_member(sides.other, i, value_text(entry->key));
		entries[i] = *entry;
		if ((has_mark(part.mine) || has_mark(part.other)) &&
		    !redact(r, part, depth + 1, &entries[i].value))
			return false;
	}
	*out = value_map_like(r->arena, map, entries);
	out->tag = map.tag;
	return true;
}

static struct str identity_of(const struct value *item)
{
	static const char *const keys[] = {"name", "key", "id", "sid", "Sid"};

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		struct str text = value_get_str(*item, keys[i]);

		if (text.len > 0)
			return text;
	}
	return STR_EMPTY;
}

/* Its counterpart in another list: by identity, as people compare them, else by position. */
static struct sides item_sides(struct value list, const struct value *other, uint32_t i)
{
	struct sides part = {.mine = &list.as.items[i]};
	struct str identity;

	part.by_position = !is_container(part.mine);

	if (!other || other->kind != VALUE_LIST || !other->as.items)
		return part;
	if (i < other->len)
		part.other = &other->as.items[i];
	identity = identity_of(part.mine);
	if (identity.len == 0 || (part.other && str_eq(identity, identity_of(part.other))))
		return part;
	for (uint32_t k = 0; k < other->len && k < ALIGNED_MAX; k++) {
		if (!str_eq(identity, identity_of(&other->as.items[k])))
			continue;
		part.other = &other->as.items[k];
		return part;
	}
	part.by_position = true;
	return part;
}

NODISCARD static bool redact_list(
    const struct redaction *r, struct sides sides, int depth, struct value *out)
{
	struct value list = *sides.mine;
	struct value *items = arena_array(r->arena, struct value, list.len);
	uint8_t marks = 0;

	for (uint32_t i = 0; i < list.len; i++) {
		if (!redact(r, item_sides(list, sides.other, i), depth + 1, &items[i]))
			return false;
		marks |= items[i].marks & VALUE_HAS_UNKNOWN;
	}
	*out = value_list(items, list.len);
	out->marks |= marks;
	out->tag = list.tag;
	return true;
}

/*
 * Items of a list may have moved, so one side's marks say nothing about the place on a side without
 * any: there the secret of the other side may stand anywhere.
 */
static bool secret_may_hide_in(struct sides sides)
{
	return sides.mine->kind == VALUE_LIST && sides.mine->len > 0 && !has_secret(sides.mine) &&
	       has_secret(sides.other);
}

/* The same for a part whose other side has another shape, with a secret somewhere in it. */
static bool shapes_differ(struct sides sides)
{
	return has_secret(sides.other) && sides.mine->kind != sides.other->kind &&
	       sides.mine->kind != VALUE_NULL && sides.mine->kind != VALUE_UNKNOWN;
}

/* The other side was opened: then so is this one, where it is JSON. */
static bool open_text(const struct redaction *r, struct sides sides, struct value *out)
{
	struct jsonr reader = {0};
	struct err err = {0};

	if (!sides.other || !is_container(sides.other) || !shown_is_json_text(sides.other) ||
	    sides.mine->kind != VALUE_STRING ||
	    !jsonr_read(r->arena, value_text(*sides.mine), &reader, out, &err))
		return false;
	if (!is_container(out))
		return false;
	out->tag = SHOWN_JSON_TEXT;
	return true;
}

/* Is it, or an item of it, what stands on the secret side? */
static bool repeats(struct sides sides)
{
	const struct value *mine = sides.mine, *other = sides.other;

	if (value_equal(*mine, *other))
		return true;
	for (uint32_t i = 0; mine->kind == VALUE_LIST && i < mine->len; i++) {
		for (uint32_t k = 0; other->kind == VALUE_LIST && k < other->len; k++) {
			if (k >= ALIGNED_MAX || value_equal(mine->as.items[i], other->as.items[k]))
				return true;
		}
	}
	return false;
}

/* The other side is secret as a whole, this one in its own marks: of it is hidden, besides, what
 * it repeats of the other. */
NODISCARD static bool redact_beside(
    const struct redaction *r, struct sides sides, int depth, struct value *out)
{
	struct value map = *sides.mine;
	struct value_entry *entries = arena_array(r->arena, struct value_entry, map.len);

	for (uint32_t i = 0; i < map.len; i++) {
		const struct value_entry *entry = &map.as.entries[i];
		struct sides part = {.mine = &entry->value};
		const struct value *other = other_member(sides.other, i, value_text(entry->key));
		struct value *to = &entries[i].value;

		entries[i] = *entry;
		if (other && other->kind == VALUE_MAP && part.mine->kind == VALUE_MAP &&
		    !is_secret(part.mine) && depth < JSON_DEPTH_MAX) {
			part.other = other;
			if (!redact_beside(r, part, depth + 1, to))
				return false;
		} else if (other && part.mine->kind != VALUE_NULL &&
			   repeats((struct sides){.mine = part.mine, .other = other})) {
			*to = value_hidden(!value_equal(*part.mine, *other));
		} else if (!redact(r, part, depth + 1, to)) {
			return false;
		}
	}
	*out = value_map_like(r->arena, map, entries);
	out->tag = map.tag;
	return true;
}

/* A resource whose marks one side gives for the object as such. */
static bool is_beside_secret(struct sides sides, int depth)
{
	return depth == 0 && sides.mine->kind == VALUE_MAP && !is_secret(sides.mine) &&
	       is_secret(sides.other) && sides.other->kind == VALUE_MAP &&
	       !value_equal(*sides.mine, *sides.other);
}

static bool redact(const struct redaction *r, struct sides sides, int depth, struct value *out)
{
	struct value opened;

	*out = *sides.mine;
	if (depth > JSON_DEPTH_MAX)
		return err_set(
		    r->err, ERR_LIMIT, "values are nested more than %d deep", JSON_DEPTH_MAX);
	if (!has_mark(sides.mine) && !has_mark(sides.other))
		return true;
	if (is_nothing(sides)) {
		*out = value_null();
		return true;
	}
	if (is_detected(sides)) {
		*out = hide(sides);
		return true;
	}
	if (is_beside_secret(sides, depth))
		return redact_beside(r, sides, depth, out);
	if (open_text(r, sides, &opened))
		sides.mine = &opened;
	*out = *sides.mine;
	if (is_secret(sides.mine) || is_secret(sides.other) || secret_may_hide_in(sides) ||
	    shapes_differ(sides)) {
		*out = hide(sides);
		return true;
	}
	if (sides.mine->kind == VALUE_MAP)
		return redact_map(r, sides, depth, out);
	if (sides.mine->kind == VALUE_LIST)
		return redact_list(r, sides, depth, out);
	return true;
}

/* Does a secret of this value stand in the text? */
static bool tells_secret(struct str text, struct value value, bool secret, int depth)
{
	struct str leaf = value_text(value);

	if (depth > JSON_DEPTH_MAX)
		return true;
	if (!secret && !has_secret(&value))
		return false;
	secret = secret || is_secret(&value);
	if (value.kind != VALUE_MAP && value.kind != VALUE_LIST)
		return secret && leaf.len > 0 &&
		       (str_eq(leaf, text) ||
			   (leaf.len >= SECRET_PART_MIN && str_contains(text, leaf)));
	for (uint32_t i = 0; i < value.len; i++) {
		struct value part =
		    value.kind == VALUE_MAP ? value.as.entries[i].value : value.as.items[i];

		if (tells_secret(text, part, secret, depth + 1))
			return true;
	}
	return false;
}

static bool id_is_secret(struct value value)
{
	return is_secret(&value) || is_secret(value_get(value, STR("id")));
}

/* Quoted in a text for people, it would not be found there. */
static bool identity_tells(const struct change *change)
{
	const struct value *identity = value_get(change->importing, STR("identity"));

	for (uint32_t i = 0; identity && identity->kind == VALUE_MAP && i < identity->len; i++) {
		struct str text = value_text(identity->as.entries[i].value);

		if (text.len > 0 && (tells_secret(text, change->before, false, 0) ||
					tells_secret(text, change->after, false, 0)))
			return true;
	}
	return false;
}

static void redact_import(const struct change *change, struct change_head *head)
{
	if (!head->importing || head->import_id.len == 0)
		return;
	if (id_is_secret(change->before) || id_is_secret(change->after) ||
	    tells_secret(head->import_id, change->before, false, 0) ||
	    tells_secret(head->import_id, change->after, false, 0) || identity_tells(change))
		head->import_id = STR(SHOWN_SENSITIVE);
}

/* Of a create or a delete one side is not there; that is no secret, its action says so. */
NODISCARD static bool redact_side(
    const struct redaction *r, struct sides sides, bool may_be_absent, struct value *out)
{
	if (may_be_absent && sides.mine->kind == VALUE_NULL) {
		*out = value_null();
		return true;
	}
	return redact(r, sides, 0, out);
}

bool redact_marked(
    struct arena *arena, const struct change *change, struct shown_change *out, struct err *err)
{
	const struct redaction r = {arena, err};
	const struct sides before = {.mine = &change->before, .other = &change->after};
	const struct sides after = {.mine = &change->after, .other = &change->before};
	const enum action action = change->head.action;

	*out = (struct shown_change){
	    .head = change->head,
	    .has_values = change->has_values,
	    .before = {change->before},
	    .after = {change->after},
	    .replace_paths = change->replace_paths,
	    .body = change->body,
	};
	if (!change->has_values)
		return true;
	if (!has_mark(&change->before) && !has_mark(&change->after))
		return true;
	redact_import(change, &out->head);
	if (!redact_side(&r, before, action == ACTION_CREATE, &out->before.value) ||
	    !redact_side(&r, after, action == ACTION_DELETE, &out->after.value))
		return err_context(err, "'%.*s'", STR_ARG(change->head.address));
	return true;
}

bool redact_change(struct arena *arena, const struct detectors *detectors,
    const struct change *change, struct shown_change *out, struct err *err)
{
	struct change marked;

	detectors_mark(arena, detectors, change, &marked);
	return redact_marked(arena, &marked, out, err);
}

static bool has_text(struct value value)
{
	if (!is_container(&value))
		return false;
	if (shown_is_json_text(&value))
		return true;
	for (uint32_t i = 0; i < value.len; i++) {
		if (has_text(
			value.kind == VALUE_MAP ? value.as.entries[i].value : value.as.items[i]))
			return true;
	}
	return false;
}

struct value redact_close_texts(struct arena *arena, struct value shown)
{
	struct value out = shown;
	struct str twice;

	if (!has_text(shown))
		return shown;
	if (shown_is_json_text(&shown))
		return value_hidden(true);
	if (shown.kind == VALUE_LIST) {
		struct value *items = arena_array(arena, struct value, shown.len);

		for (uint32_t i = 0; i < shown.len; i++)
			items[i] = redact_close_texts(arena, shown.as.items[i]);
		out.as.items = items;
		return out;
	}
	struct value_entry *entries = arena_array(arena, struct value_entry, shown.len);

	for (uint32_t i = 0; i < shown.len; i++)
		entries[i] = (struct value_entry){
		    shown.as.entries[i].key, redact_close_texts(arena, shown.as.entries[i].value)};
	/* the keys are those of a map */
	if (value_map(arena, entries, shown.len, &out, &twice))
		out.marks |= shown.marks;
	return out;
}

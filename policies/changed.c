#include "policies/changed.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/json_read.h"
#include "base/size.h"
#include "parser/path.h"

static const struct value *or_null(const struct value *value)
{
	static const struct value null = {.kind = VALUE_NULL};

	return value ? value : &null;
}

static enum sameness worse(enum sameness a, enum sameness b)
{
	if (a == DIFFERENT || b == DIFFERENT)
		return DIFFERENT;
	return a == SAME_UNKNOWN || b == SAME_UNKNOWN ? SAME_UNKNOWN : SAME;
}

static enum sameness compare_lists(struct value a, struct value b)
{
	enum sameness result = a.len == b.len ? SAME : DIFFERENT;

	for (uint32_t i = 0; i < a.len && result != DIFFERENT; i++)
		result = worse(result, value_sameness(&a.as.items[i], &b.as.items[i]));
	return result;
}

static enum sameness compare_maps(struct value a, struct value b)
{
	enum sameness result = SAME;

	for (uint32_t i = 0; i < a.len && result != DIFFERENT; i++) {
		struct str key = value_text(a.as.entries[i].key);

		result = worse(result, value_sameness(&a.as.entries[i].value, value_get(b, key)));
	}
	for (uint32_t i = 0; i < b.len && result != DIFFERENT; i++) {
		if (!value_get(a, value_text(b.as.entries[i].key)))
			result = worse(result, value_sameness(NULL, &b.as.entries[i].value));
	}
	return result;
}

enum sameness value_sameness(const struct value *a, const struct value *b)
{
	struct value left = *or_null(a), right = *or_null(b);

	if (left.kind == VALUE_UNKNOWN || right.kind == VALUE_UNKNOWN)
		return SAME_UNKNOWN;
	if (left.kind == VALUE_LIST && right.kind == VALUE_LIST)
		return compare_lists(left, right);
	if (left.kind == VALUE_MAP && right.kind == VALUE_MAP)
		return compare_maps(left, right);
	return value_equal(left, right) ? SAME : DIFFERENT;
}

#define ROWS_FIRST ((size_t)16)

/* The walk over both sides; `path` grows and shrinks with it. */
struct walk {
	struct arena *arena;
	struct buf path;
	struct value *rows;
	size_t count, room;
};

static void add_row(struct walk *state)
{
	size_t size = sizeof(*state->rows);

	if (state->count == state->room) {
		size_t room = size_max(ROWS_FIRST, state->room * 2);

		state->rows =
		    arena_grow(state->arena, state->rows, state->room * size, room * size);
		state->room = room;
	}
	state->rows[state->count++] = value_string(str_copy(state->arena, buf_str(&state->path)));
}

static void walk(
    struct walk *state, const struct value *before, const struct value *after, int depth);

static void walk_maps(struct walk *state, struct value before, struct value after, int depth)
{
	size_t len = state->path.len;

	for (uint32_t i = 0; i < after.len; i++) {
		struct str key = value_text(after.as.entries[i].key);

		path_add_key(&state->path, key);
		walk(state, value_get(before, key), &after.as.entries[i].value, depth);
		buf_rewind(&state->path, len);
	}
	for (uint32_t i = 0; i < before.len; i++) {
		struct str key = value_text(before.as.entries[i].key);

		if (value_get(after, key))
			continue;
		path_add_key(&state->path, key);
		walk(state, &before.as.entries[i].value, NULL, depth);
		buf_rewind(&state->path, len);
	}
}

static void walk_lists(struct walk *state, struct value before, struct value after, int depth)
{
	size_t len = state->path.len;
	uint32_t count = before.len > after.len ? before.len : after.len;

	for (uint32_t i = 0; i < count; i++) {
		path_add_index(&state->path, i);
		walk(state, i < before.len ? &before.as.items[i] : NULL,
		    i < after.len ? &after.as.items[i] : NULL, depth);
		buf_rewind(&state->path, len);
	}
}

static void walk(
    struct walk *state, const struct value *before, const struct value *after, int depth)
{
	struct value left = *or_null(before), right = *or_null(after);

	if (state->count == CHANGED_PATHS_MAX || value_sameness(&left, &right) == SAME)
		return;
	if (depth < JSON_DEPTH_MAX && left.kind == VALUE_MAP && right.kind == VALUE_MAP)
		walk_maps(state, left, right, depth + 1);
	else if (depth < JSON_DEPTH_MAX && left.kind == VALUE_LIST && right.kind == VALUE_LIST)
		walk_lists(state, left, right, depth + 1);
	else if (state->path.len > 0)
		add_row(state);
}

#define PATH_MAX_BYTES ((size_t)16 << 10)

struct value changed_paths(struct arena *arena, struct value before, struct value after)
{
	struct walk state = {.arena = arena};

	buf_init(&state.path, arena, PATH_MAX_BYTES);
	if (before.kind == VALUE_NULL && after.kind == VALUE_MAP)
		walk_maps(&state, (struct value){.kind = VALUE_MAP}, after, 1);
	else if (after.kind == VALUE_NULL && before.kind == VALUE_MAP)
		walk_maps(&state, before, (struct value){.kind = VALUE_MAP}, 1);
	else
		walk(&state, &before, &after, 0);
	return value_list(state.rows, state.count);
}

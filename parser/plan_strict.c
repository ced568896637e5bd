#include "parser/plan_strict.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/input.h"
#include "base/json_read.h"

/* Values up to this size are read as a whole. */
#define WHOLE_MAX ((uint64_t)1 << 20)

struct checker {
	struct arena *arena;
	const struct input *input;
	struct cursor *cursor; /* only for positions */
};

struct key_list {
	struct str *keys;
	size_t count, capacity;
};

NODISCARD static bool check_value(
    const struct checker *checker, struct span span, int depth, struct err *err);

NODISCARD static bool check_whole(const struct checker *checker, struct span span, struct err *err)
{
	struct arena_mark mark = arena_save(checker->arena);
	struct jsonr json = {.file = input_name(checker->input)};
	struct value value;
	struct str text;
	bool ok;

	if (!input_text(checker->arena, checker->input, span.offset, (size_t)span.len, &text, err))
		return false;
	ok = jsonr_read(checker->arena, text, &json, &value, err);
	if (!ok && err->line > 0) {
		int line = 0, column = 0;

		cursor_position(checker->cursor, span.offset, &line, &column);
		if (err->line == 1)
			err->column += column - 1;
		err->line += line - 1;
	}
	arena_rewind(checker->arena, mark);
	return ok;
}

static void add_key(struct arena *arena, struct key_list *list, struct str key)
{
	if (list->count == list->capacity) {
		size_t capacity = list->capacity ? list->capacity * 2 : 16;

		list->keys = arena_grow(arena, list->keys, list->capacity * sizeof(struct str),
		    capacity * sizeof(struct str));
		list->capacity = capacity;
	}
	list->keys[list->count++] = str_copy(arena, key);
}

static int compare_keys(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

NODISCARD static bool check_keys(
    const struct checker *checker, struct key_list *list, uint64_t offset, struct err *err)
{
	int line = 0, column = 0;

	if (list->count < 2)
		return true;
	qsort(list->keys, list->count, sizeof(struct str), compare_keys);
	for (size_t i = 1; i < list->count; i++) {
		if (!str_eq(list->keys[i - 1], list->keys[i]))
			continue;
		cursor_position(checker->cursor, offset, &line, &column);
		return err_set_at(err, ERR_SYNTAX, input_name(checker->input), line, column,
		    "a map holds the key '%.*s' twice", STR_ARG(list->keys[i]));
	}
	return true;
}

/* Between two values of a container stand white space, one comma and, in a map, a key. */
NODISCARD static bool check_children(const struct checker *checker, struct arena *arena,
    struct span span, char open, int depth, struct err *err)
{
	struct cursor *cursor = cursor_new(arena, checker->input, span.offset);
	struct key_list keys = {0};
	struct span child;
	struct str key;
	bool more;

	if (!cursor_enter(cursor, open, err))
		return false;
	for (;;) {
		if (!(open == '{' ? cursor_key(cursor, &key, &more, err)
				  : cursor_item(cursor, &more, err)))
			return false;
		if (!more)
			break;
		if (open == '{')
			add_key(arena, &keys, key);
		if (!cursor_skip(cursor, &child, err) ||
		    !check_value(checker, child, depth + 1, err))
			return false;
	}
	return check_keys(checker, &keys, span.offset, err);
}

static bool check_value(const struct checker *checker, struct span span, int depth, struct err *err)
{
	struct arena *arena CLEANUP(arena_free_ptr) = NULL;
	size_t got;
	char open;

	if (span.len <= WHOLE_MAX)
		return check_whole(checker, span, err);
	if (!input_read_at(checker->input, span.offset, &open, 1, &got, err))
		return false;
	if (got == 0 || (open != '{' && open != '['))
		return check_whole(checker, span, err);
	if (depth > JSON_DEPTH_MAX)
		return err_set(
		    err, ERR_LIMIT, "values are nested more than %d deep", JSON_DEPTH_MAX);
	arena = arena_new();
	return check_children(checker, arena, span, open, depth, err);
}

bool strict_check(const struct input *input, uint64_t offset, struct err *err)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct checker checker = {arena, input, cursor_new(arena, input, offset)};
	struct cursor *walker = cursor_new(arena, input, offset);
	struct span span;

	if (!cursor_skip(walker, &span, err))
		return false;
	return check_value(&checker, span, 0, err);
}

#include "base/json_cursor.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json_skip.h"
#include "base/json_token.h"
#include "base/json_window.h"

struct cursor {
	struct json_window window;
	struct arena *arena;
	char *decoded; /* CURSOR_SCALAR_MAX bytes, made when the first escape is met */
	bool fresh;    /* behind an opening bracket: no comma is due */
	int depth;
	char open[JSON_DEPTH_MAX];
};

struct cursor *cursor_new_windowed(
    struct arena *arena, const struct input *input, uint64_t offset, size_t window)
{
	struct cursor *cursor = arena_make(arena, struct cursor);

	cursor->arena = arena;
	json_window_init(&cursor->window, arena, input, offset, window);
	return cursor;
}

struct cursor *cursor_new(struct arena *arena, const struct input *input, uint64_t offset)
{
	return cursor_new_windowed(arena, input, offset, CURSOR_WINDOW);
}

struct cursor *cursor_new_ahead(struct arena *arena, const struct input *input, uint64_t offset)
{
	struct cursor *cursor = cursor_new(arena, input, offset);

	json_window_read_ahead(&cursor->window, arena);
	return cursor;
}

void cursor_close(struct cursor *cursor)
{
	json_window_close(&cursor->window);
}

struct str cursor_seen(const struct cursor *cursor, uint64_t offset)
{
	const struct json_window *window = &cursor->window;
	uint64_t len = cursor_offset(cursor) - offset;

	if (len > (uint64_t)(window->at - window->data) || window->at < window->data)
		return STR_EMPTY;
	return (struct str){window->at - len, (size_t)len};
}

uint64_t cursor_offset(const struct cursor *cursor)
{
	return json_window_offset(&cursor->window, cursor->window.at);
}

void cursor_position(const struct cursor *cursor, uint64_t offset, int *line, int *column)
{
	json_window_position(&cursor->window, offset, line, column);
}

/* Moves over white space into further windows, until something stands there or the input ends. */
static bool skip_space(struct json_window *window, struct err *err)
{
	for (;;) {
		while (window->at < window->end && json_is_space(*window->at))
			window->at++;
		if (window->at < window->end || window->last)
			return true;
		if (!json_window_more(window, err))
			return false;
	}
}

/* The byte that stands next, behind white space; a space at the end of the input. */
static inline bool next_byte(struct json_window *window, char *byte, struct err *err)
{
	/* behind the window stand spaces, so this needs no look at its end */
	if (UNLIKELY((unsigned char)*window->at <= ' ') && !skip_space(window, err))
		return false;
	*byte = *window->at;
	return true;
}

static bool error_expected(struct cursor *cursor, const char *expected, struct err *err)
{
	return json_window_expected(&cursor->window, cursor->window.at, expected, err);
}

static bool error_fault(
    struct cursor *cursor, enum json_fault fault, const char *at, struct err *err)
{
	const struct json_window *window = &cursor->window;

	if (fault == JSON_FAULT_END)
		return json_window_expected(window, window->end, "", err);
	if (fault == JSON_FAULT_VALUE || fault == JSON_FAULT_DIGIT)
		return json_window_expected(window, at, json_fault_text(fault), err);
	return json_window_error(window, ERR_SYNTAX, at, json_fault_text(fault), err);
}

static bool error_too_long(struct cursor *cursor, const char *at, struct err *err)
{
	return json_window_error(
	    &cursor->window, ERR_LIMIT, at, "key or value is longer than 65536 bytes", err);
}

bool cursor_peek(struct cursor *cursor, char *kind, struct err *err)
{
	if (!next_byte(&cursor->window, kind, err))
		return false;
	if (cursor->window.at >= cursor->window.end)
		*kind = 0;
	else if (*kind == 0)
		return error_expected(cursor, "expected a value", err);
	return true;
}

bool cursor_enter(struct cursor *cursor, char open, struct err *err)
{
	char byte;

	if (!next_byte(&cursor->window, &byte, err))
		return false;
	if (byte != open)
		return error_expected(
		    cursor, open == '{' ? "expected an object" : "expected an array", err);
	if (cursor->depth == JSON_DEPTH_MAX)
		return json_window_error(&cursor->window, ERR_LIMIT, cursor->window.at,
		    "nesting is deeper than 200 levels", err);
	cursor->open[cursor->depth++] = open;
	cursor->fresh = true;
	cursor->window.at++;
	return true;
}

/* A comma, the closing bracket, or nothing behind the opening one; then stands at the next byte. */
static inline bool next_member(struct cursor *cursor, bool *more, struct err *err)
{
	struct json_window *window = &cursor->window;
	char open = cursor->open[cursor->depth - 1], byte;

	if (!next_byte(window, &byte, err))
		return false;
	*more = byte != open + 2;
	if (!*more) {
		window->at++;
		cursor->depth--;
		cursor->fresh = false;
		return true;
	}
	if (cursor->fresh) {
		cursor->fresh = false;
		return true;
	}
	if (byte != ',')
		return error_expected(cursor,
		    open == '{' ? "expected ',' or '}' after a value in an object"
				: "expected ',' or ']' after a value in an array",
		    err);
	window->at++;
	return next_byte(window, &byte, err);
}

/*
 * The string at `at`, where a quote stands. It is kept in the window; *start says where it begins
 * as long as window->keep is set.
 */
static inline bool take_string(struct cursor *cursor, struct json_string *string, struct err *err)
{
	struct json_window *window = &cursor->window;

	window->keep = window->at;
	for (;;) {
		const char *at = window->at + 1;

		if (LIKELY(json_string_plain(&at, window->end, string))) {
			window->at = at;
			break;
		}
		enum json_fault fault = json_string_scan(&at, window->end, string);
		if (fault == JSON_FINE) {
			window->at = at;
			break;
		}
		if (fault != JSON_FAULT_END || window->last)
			return error_fault(cursor, fault, at, err);
		if (!json_window_more(window, err))
			return false;
	}
	return string->raw.len <= CURSOR_SCALAR_MAX || error_too_long(cursor, window->keep, err);
}

/* Lets go of the string taken and gives its text. */
static inline struct str string_text(struct cursor *cursor, struct json_string string)
{
	size_t lone = 0;

	/* the window may have moved since */
	string.raw.ptr = cursor->window.keep + 1;
	cursor->window.keep = NULL;
	if (LIKELY(!string.escaped))
		return string.raw;
	if (!cursor->decoded)
		cursor->decoded = arena_alloc(cursor->arena, CURSOR_SCALAR_MAX);
	string.raw.len = json_string_decode(string.raw, cursor->decoded, &lone);
	string.raw.ptr = cursor->decoded;
	return string.raw;
}

bool cursor_key(struct cursor *cursor, struct str *key, bool *more, struct err *err)
{
	struct json_window *window = &cursor->window;
	struct json_string string;
	char byte;

	assert(cursor->depth > 0 && cursor->open[cursor->depth - 1] == '{');
	if (!next_member(cursor, more, err))
		return false;
	if (!*more)
		return true;
	if (*window->at != '"')
		return error_expected(cursor, "expected a key in double quotes", err);
	if (!take_string(cursor, &string, err) || !next_byte(window, &byte, err))
		return false;
	if (byte != ':')
		return error_expected(cursor, "expected ':' after a key", err);
	window->at++;
	*key = string_text(cursor, string);
	return true;
}

bool cursor_take_key(struct cursor *cursor, struct str name)
{
	const char *at = cursor->window.at;
	size_t left = (size_t)(cursor->window.end - at);

	if (!cursor->fresh && left > 0 && *at++ != ',')
		return false;
	if (left < name.len + 4 || at[0] != '"' || at[1 + name.len] != '"' ||
	    at[2 + name.len] != ':' || memcmp(at + 1, name.ptr, name.len) != 0)
		return false;
	cursor->fresh = false;
	cursor->window.at = at + name.len + 3;
	return true;
}

bool cursor_item(struct cursor *cursor, bool *more, struct err *err)
{
	assert(cursor->depth > 0 && cursor->open[cursor->depth - 1] == '[');
	return next_member(cursor, more, err);
}

static inline bool ends_scalar(char byte)
{
	return byte == ',' || byte == '}' || byte == ']' || json_is_space(byte);
}

/* A number or literal, or something that should be one. */
static bool skip_scalar(struct cursor *cursor, struct err *err)
{
	struct json_window *window = &cursor->window;
	bool is_kept = window->keep != NULL;
	struct value value;
	const char *start, *end;

	if (!is_kept)
		window->keep = window->at;
	for (;;) {
		while (window->at < window->end && !ends_scalar(*window->at))
			window->at++;
		if (window->at < window->end || window->last)
			break;
		if (!json_window_more(window, err))
			return false;
	}
	start = window->keep;
	end = window->at;
	if ((size_t)(end - start) > CURSOR_SCALAR_MAX)
		return error_too_long(cursor, start, err);
	enum json_fault fault = json_scalar_scan(&start, end, &value);
	if (fault == JSON_FINE && start != end)
		fault = JSON_FAULT_VALUE;
	/* the end of the word is no end of the input, unless it is */
	if (fault == JSON_FAULT_END && end < window->end)
		fault = JSON_FAULT_VALUE;
	if (fault != JSON_FINE)
		return error_fault(cursor, fault, start, err);
	if (!is_kept)
		window->keep = NULL;
	return true;
}

static inline bool skip_value(struct cursor *cursor, char first, struct err *err)
{
	if (first == '"')
		return json_skip_string(&cursor->window, err);
	if (first == '{' || first == '[')
		return json_skip_container(&cursor->window, cursor->depth, err);
	return skip_scalar(cursor, err);
}

bool cursor_skip(struct cursor *cursor, struct span *span, struct err *err)
{
	char byte;

	if (!next_byte(&cursor->window, &byte, err))
		return false;
	uint64_t offset = cursor_offset(cursor);
	if (!skip_value(cursor, byte, err))
		return false;
	*span = (struct span){offset, cursor_offset(cursor) - offset};
	return true;
}

static bool may_hold_true(const char *at, size_t len)
{
	for (size_t i = 0; i + 4 <= len; i++) {
		if (at[i] == 't' && memcmp(at + i, "true", 4) == 0)
			return true;
	}
	return false;
}

bool cursor_skip_marks(struct cursor *cursor, bool *has, struct err *err)
{
	struct json_window *window = &cursor->window;
	uint64_t end_offset;
	const char *start;
	char byte;

	if (!next_byte(window, &byte, err))
		return false;
	*has = false;
	if (byte == '{' && window->end - window->at >= 2 && window->at[1] == '}') {
		window->at += 2; /* nearly all */
		return true;
	}
	start = window->at;
	end_offset = window->end_offset;
	if (!skip_value(cursor, byte, err))
		return false;
	/* when the window has moved on, its beginning is gone */
	*has =
	    window->end_offset != end_offset || may_hold_true(start, (size_t)(window->at - start));
	return true;
}

void cursor_count(struct cursor *cursor, struct json_count *count)
{
	cursor->window.count = count;
}

bool cursor_string(struct cursor *cursor, struct str *text, bool *is_null, struct err *err)
{
	struct json_string string;
	char byte;

	if (!next_byte(&cursor->window, &byte, err))
		return false;
	*is_null = byte != '"';
	if (*is_null) {
		*text = STR_EMPTY;
		return skip_value(cursor, byte, err);
	}
	if (!take_string(cursor, &string, err))
		return false;
	*text = string_text(cursor, string);
	return true;
}

bool cursor_raw(struct cursor *cursor, struct str *raw, struct err *err)
{
	struct json_window *window = &cursor->window;
	char byte;

	if (!next_byte(window, &byte, err))
		return false;
	window->keep = window->at;
	if (!skip_value(cursor, byte, err))
		return false;
	*raw = (struct str){window->keep, (size_t)(window->at - window->keep)};
	if (raw->len > CURSOR_SCALAR_MAX)
		return error_too_long(cursor, window->keep, err);
	window->keep = NULL;
	return true;
}

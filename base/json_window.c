#include "base/json_window.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/input.h"
#include "base/json_cursor.h"
#include "base/json_token.h"

/* A key or scalar of full length with its quotes, and room for the white space behind it. */
#define KEEP_MAX (CURSOR_SCALAR_MAX + 4096)

void json_window_init(struct json_window *window, struct arena *arena, const struct input *input,
    uint64_t offset, size_t size)
{
	uint64_t left = input_size(input) > offset ? input_size(input) - offset : 0;

	/* one byte more than the input, so that the first read sees its end */
	if (left < size)
		size = (size_t)left + 1;
	char *memory = arena_alloc(arena, KEEP_MAX + size + JSON_WINDOW_PAD);
	*window = (struct json_window){.input = input, .data = memory + KEEP_MAX, .size = size};
	json_window_seek(window, offset);
}

void json_window_seek(struct json_window *window, uint64_t offset)
{
	window->at = window->end = window->data;
	window->keep = NULL;
	window->end_offset = offset;
	window->last = false;
	memset(window->data, ' ', JSON_WINDOW_PAD);
}

bool json_window_more(struct json_window *window, struct err *err)
{
	const char *from = window->keep ? window->keep : window->at;
	size_t kept = (size_t)(window->end - from), got;
	char *start = window->data - kept;

	if (kept > KEEP_MAX)
		return json_window_error(
		    window, ERR_LIMIT, from, "key or value is longer than 65536 bytes", err);
	window->at = start + (window->at - from);
	if (window->keep)
		window->keep = start;
	memmove(start, from, kept);
	if (!input_read_at(
		window->input, window->end_offset, window->data, window->size, &got, err))
		return false;
	window->end = window->data + got;
	window->end_offset += got;
	window->last = got < window->size;
	memset(window->data + got, ' ', JSON_WINDOW_PAD);
	return true;
}

/* Lines and columns (code points) from 0, over one more piece of the input. */
static void count_lines(const char *piece, size_t len, uint64_t *lines, uint64_t *columns)
{
	const char *end = piece + len, *next;

	while ((next = memchr(piece, '\n', (size_t)(end - piece))) != NULL) {
		piece = next + 1;
		(*lines)++;
		*columns = 0;
	}
	for (; piece < end; piece++)
		*columns += ((unsigned char)*piece & 0xC0) != 0x80;
}

void json_window_position(const struct json_window *window, uint64_t offset, int *line, int *column)
{
	char piece[16384];
	uint64_t lines = 0, columns = 0;
	size_t got;

	*line = *column = 0;
	for (uint64_t at = 0; at < offset; at += got) {
		struct err ignored = {.code = ERR_NONE};
		uint64_t left = offset - at;
		size_t wanted = left < sizeof(piece) ? (size_t)left : sizeof(piece);

		if (!input_read_at(window->input, at, piece, wanted, &got, &ignored) || got == 0)
			return;
		count_lines(piece, got, &lines, &columns);
	}
	*line = lines < INT_MAX ? (int)lines + 1 : INT_MAX;
	*column = columns < INT_MAX ? (int)columns + 1 : INT_MAX;
}

bool json_window_error(const struct json_window *window, enum err_code code, const char *at,
    const char *text, struct err *err)
{
	int line, column;

	json_window_position(window, json_window_offset(window, at), &line, &column);
	return err_set_at(err, code, input_name(window->input), line, column, "%s", text);
}

bool json_window_expected(
    const struct json_window *window, const char *at, const char *expected, struct err *err)
{
	char text[128], found[JSON_FOUND_MAX];

	if (at >= window->end)
		return json_window_error(
		    window, ERR_SYNTAX, window->end, json_fault_text(JSON_FAULT_END), err);
	(void)snprintf(text, sizeof(text), "%s, found %s", expected, json_found(*at, found));
	return json_window_error(window, ERR_SYNTAX, at, text, err);
}

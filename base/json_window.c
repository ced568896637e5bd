#include "base/json_window.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/ahead.h"
#include "base/arena.h"
#include "base/input.h"
#include "base/json_cursor.h"
#include "base/json_token.h"

/* A key or scalar of full length with its quotes, and room for the white space behind it. */
#define KEEP_MAX (CURSOR_SCALAR_MAX + 4096)
/* Below it a thread costs more than it saves. */
#define AHEAD_MIN ((uint64_t)8 << 20)

/* What the reading thread needs, and what it makes. */
struct reader {
	const struct input *input;
	uint64_t offset;
	size_t size;
	/* Of each batch that exists, used again: memory of the batch would be cleared by the system
	 * for every part. KEEP_MAX bytes in front of the data, JSON_WINDOW_PAD behind. */
	char *data[AHEAD_BATCHES];
};

struct part {
	char *data;
	size_t got;
};

static char *new_window(struct arena *arena, size_t size)
{
	return (char *)arena_alloc(arena, KEEP_MAX + size + JSON_WINDOW_PAD) + KEEP_MAX;
}

void json_window_init(struct json_window *window, struct arena *arena, const struct input *input,
    uint64_t offset, size_t size)
{
	uint64_t left = input_size(input) > offset ? input_size(input) - offset : 0;

	/* one byte more than the input, so that the first read sees its end */
	if (left < size)
		size = (size_t)left + 1;
	*window =
	    (struct json_window){.input = input, .own = new_window(arena, size), .size = size};
	json_window_seek(window, offset);
}

/* An ahead_step. */
static bool read_part(void *context, struct ahead_batch *batch, struct err *err)
{
	struct reader *reader = context;
	struct part *part = arena_alloc(batch->arena, sizeof(*part));

	part->data = reader->data[batch->number % AHEAD_BATCHES];
	batch->made = part;
	if (!input_read_at(reader->input, reader->offset + batch->number * reader->size, part->data,
		reader->size, &part->got, err))
		return false;
	batch->is_last = part->got < reader->size;
	return true;
}

void json_window_read_ahead(struct json_window *window, struct arena *arena)
{
	struct reader *reader;
	struct str bytes;

	if (input_in_memory(window->input, &bytes) ||
	    window->end_offset >= input_size(window->input) ||
	    input_size(window->input) - window->end_offset < AHEAD_MIN)
		return;
	reader = arena_make(arena, struct reader);
	*reader = (struct reader){
	    .input = window->input, .offset = window->end_offset, .size = window->size};
	for (size_t i = 0; i < AHEAD_BATCHES; i++)
		reader->data[i] = new_window(arena, window->size);
	window->ahead = ahead_start(arena,
	    &(struct ahead_work){.make = read_part, .context = reader, .independent = true}, true);
}

void json_window_close(struct json_window *window)
{
	ahead_stop(window->ahead);
	window->ahead = NULL;
}

void json_window_seek(struct json_window *window, uint64_t offset)
{
	json_window_close(window);
	window->data = window->own;
	window->at = window->end = window->data;
	window->keep = NULL;
	window->end_offset = offset;
	window->last = false;
	memset(window->data, ' ', JSON_WINDOW_PAD);
}

/* Takes the part that was read ahead. What is kept stands in the one before, which goes back. */
NODISCARD static bool take_part(
    struct json_window *window, const char *from, size_t kept, size_t *got, struct err *err)
{
	char *saved = window->own - kept;
	const struct ahead_batch *batch;
	const struct part *part;

	memcpy(saved, from, kept);
	batch = ahead_next(window->ahead);
	if (batch->failed) {
		*err = batch->err;
		return false;
	}
	part = batch->made;
	memcpy(part->data - kept, saved, kept);
	window->data = part->data;
	*got = part->got;
	return true;
}

NODISCARD static bool read_part_here(
    struct json_window *window, const char *from, size_t kept, size_t *got, struct err *err)
{
	memmove(window->data - kept, from, kept);
	return input_read_at(
	    window->input, window->end_offset, window->data, window->size, got, err);
}

bool json_window_more(struct json_window *window, struct err *err)
{
	const char *from = window->keep ? window->keep : window->at;
	size_t kept = (size_t)(window->end - from), before = (size_t)(window->at - from), got;

	if (kept > KEEP_MAX)
		return json_window_error(
		    window, ERR_LIMIT, from, "key or value is longer than 65536 bytes", err);
	if (!(window->ahead ? take_part(window, from, kept, &got, err)
			    : read_part_here(window, from, kept, &got, err)))
		return false;
	window->at = window->data - kept + before;
	if (window->keep)
		window->keep = window->data - kept;
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

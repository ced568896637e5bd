/*
 * json_window.h: a part of an input in memory, moved forward as it is read; the ground of
 * json_cursor.c and json_skip.c.
 *
 * Behind `end` stand JSON_WINDOW_PAD spaces, so that blocks may be read and classified past it.
 * Memory is the window plus about 68 KiB; of one that reads ahead AHEAD_BATCHES times that. Errors:
 * ERR_IO, ERR_LIMIT. Layer: base.
 */
#ifndef BASE_JSON_WINDOW_H
#define BASE_JSON_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct ahead;
struct arena;
struct json_count;
struct input;

#define JSON_WINDOW_PAD ((size_t)128)

struct json_window {
	const struct input *input;
	char *data; /* where the next part is read to; what is kept is moved in front of it */
	const char *at, *end;
	const char *keep;	  /* nothing from here on may be dropped; NULL: from `at` on */
	uint64_t end_offset;	  /* of `end` in the input */
	size_t size;		  /* bytes of a part */
	bool last;		  /* the input ends at `end` */
	char *own;		  /* `data`, but while a second thread reads: then data is its */
	struct ahead *ahead;	  /* NULL: there is none */
	struct json_count *count; /* sees what json_skip_container() gets over; or NULL */
};

void json_window_init(struct json_window *window, struct arena *arena, const struct input *input,
    uint64_t offset, size_t size);
/* A second thread reads what comes next, if that is much. Right behind json_window_init(). */
void json_window_read_ahead(struct json_window *window, struct arena *arena);
void json_window_close(struct json_window *window); /* ends that thread */
/* Reads the next part; `at`, `end` and `keep` move. Only if not `last`. */
NODISCARD bool json_window_more(struct json_window *window, struct err *err);
/* Empties the window and goes to `offset`; nothing is read ahead from there. */
void json_window_seek(struct json_window *window, uint64_t offset);

static inline uint64_t json_window_offset(const struct json_window *window, const char *at)
{
	return window->end_offset - (uint64_t)(window->end - at);
}

void json_window_position(
    const struct json_window *window, uint64_t offset, int *line, int *column);
/* Sets an error with the position of `at`; returns false. */
bool json_window_error(const struct json_window *window, enum err_code code, const char *at,
    const char *text, struct err *err);
/* "expected, found 'x'", or that the input ended. */
bool json_window_expected(
    const struct json_window *window, const char *at, const char *expected, struct err *err);

#endif

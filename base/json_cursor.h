/*
 * json_cursor.h: the indexer. Walks over a JSON input of any size in windows of 256 KiB and skips
 *what nobody asked for at several gigabytes a second.
 *
 * A pull interface over the shallow part of a document: enter an object or array, take keys and
 *small scalars, skip the rest. Offsets are absolute in the input, so a caller can read a skipped
 *value later with input_read_at() and jsonr_read().
 *
 *	cursor_enter(c, '{');
 *	while (cursor_key(c, &key, &more, err) && more)
 *		... cursor_skip(c, &span, err) ...;
 *
 * In skipped values brackets must match, strings must end, hold no control characters and only
 *known escapes; depth is limited to JSON_DEPTH_MAX. Commas, numbers, literals, UTF-8 and duplicate
 *keys are checked in what is read (jsonr_read), or everywhere with --strict-json (the caller reads
 *all). Bytes are classified 64 at a time with SSE2 or NEON, or by a portable loop; there is no
 *run-time dispatch.
 *
 * Errors: ERR_SYNTAX with line and column, ERR_LIMIT (depth, key or scalar over CURSOR_SCALAR_MAX),
 * ERR_IO. After an error the cursor is dead. Layer: base.
 */
#ifndef BASE_JSON_CURSOR_H
#define BASE_JSON_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json_read.h"
#include "base/str.h"

struct arena;
struct err;
struct input;
struct cursor; /* opaque */
struct json_count;

#define CURSOR_WINDOW	  ((size_t)256 << 10)
#define CURSOR_SCALAR_MAX ((size_t)64 << 10)

struct span {
	uint64_t offset, len;
};

/* Starts at `offset`; white space before the first value is skipped. */
struct cursor *cursor_new(struct arena *arena, const struct input *input, uint64_t offset);
/* For a whole document: a second thread reads what comes next. cursor_close() ends it. */
struct cursor *cursor_new_ahead(struct arena *arena, const struct input *input, uint64_t offset);
void cursor_close(struct cursor *cursor);
DEFINE_CLEANUP(struct cursor *, cursor_close)
/* With windows of another size: for tests, which put their edges everywhere. */
struct cursor *cursor_new_windowed(
    struct arena *arena, const struct input *input, uint64_t offset, size_t window);

/* The first byte of the next value ('{', '[', '"', digit, 't' ...), 0 at the end of input. */
NODISCARD bool cursor_peek(struct cursor *cursor, char *kind, struct err *err);

/* Enters an object ('{') or array ('['); ERR_SYNTAX if something else stands there. */
NODISCARD bool cursor_enter(struct cursor *cursor, char open, struct err *err);

/*
 * In an object: the next key (decoded; valid until the next call), or *more = false after the
 * closing bracket has been taken. In an array: cursor_item() the same without a key.
 */
NODISCARD bool cursor_key(struct cursor *cursor, struct str *key, bool *more, struct err *err);
NODISCARD bool cursor_item(struct cursor *cursor, bool *more, struct err *err);
/* Takes the next key where it is this one, written without white space and with nothing of it to
 * escape; faster than cursor_key(). False: who knows, nothing was taken. */
bool cursor_take_key(struct cursor *cursor, struct str name);

/* Skips the next value whole and tells where it stands. */
NODISCARD bool cursor_skip(struct cursor *cursor, struct span *span, struct err *err);

/* Skips a tree of marks: *has is false when no `true` stands in it. It may be true without one when
 * the tree is large. */
NODISCARD bool cursor_skip_marks(struct cursor *cursor, bool *has, struct err *err);
/* What is skipped from here on is counted in (json_count.h); NULL: no longer. */
void cursor_count(struct cursor *cursor, struct json_count *count);

/* The next value as a string, decoded, valid until the next call; null gives *is_null and "". Any
 * other kind is skipped and gives *is_null too. */
NODISCARD bool cursor_string(
    struct cursor *cursor, struct str *text, bool *is_null, struct err *err);
/* The raw bytes of the next value if it is at most CURSOR_SCALAR_MAX long (else ERR_LIMIT). */
NODISCARD bool cursor_raw(struct cursor *cursor, struct str *raw, struct err *err);

/* What was read from `offset` on, while it still stands in memory; else empty. Until the next call.
 */
struct str cursor_seen(const struct cursor *cursor, uint64_t offset);
/* Where the cursor stands. */
uint64_t cursor_offset(const struct cursor *cursor);
/* Line and column of an offset, for errors; reads the input again. */
void cursor_position(const struct cursor *cursor, uint64_t offset, int *line, int *column);

#endif

/*
 * input.h: bytes that can be read at any offset, wherever they come from.
 *
 * A regular file is read with pread; a pipe or a terminal is taken into memory up to 16 MiB and
 * from there into an unlinked temporary file (mode 0600). Nothing is mapped: mapped pages count as
 * memory, and a file truncated meanwhile would kill the program. A document in UTF-16 or with a
 * byte order mark is turned into plain UTF-8 on opening; offsets and the size are those of the
 * UTF-8 without the mark. Nothing is printed: input_encoding() tells it for a note.
 *
 * Errors: ERR_IO (missing, unreadable, a directory, shrank while reading), ERR_LIMIT over `limit`
 * bytes. Ownership: the arena's, also the bytes in memory, which may be used after input_close();
 * the descriptor is closed by input_close(). Layer: base.
 */
#ifndef BASE_INPUT_H
#define BASE_INPUT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/file.h"
#include "base/str.h"
#include "base/utf8.h"

struct arena;
struct err;

struct input; /* opaque */

#define INPUT_MEMORY_MAX ((size_t)16 << 20)

/* `path` "-" is standard input. `limit` 0: none. */
NODISCARD bool input_open(
    struct arena *arena, const char *path, uint64_t limit, struct input **out, struct err *err);
/* How much of a stream is taken in so far: for another thread that tells who waits. */
struct input_seen {
	_Atomic uint64_t bytes;
};
NODISCARD bool input_open_seen(struct arena *arena, const char *path, struct input_seen *seen,
    struct input **out, struct err *err);
/* Takes over `fd` (closed by input_close(), and on failure), except standard input, which stays
 * open. A file is taken from where the descriptor stands. */
NODISCARD bool input_from_fd(struct arena *arena, int fd, const char *name, uint64_t limit,
    struct input **out, struct err *err);
/* Bytes that outlive the input; nothing is copied. */
struct input *input_from_str(struct arena *arena, const char *name, struct str bytes);
void input_close(struct input *input); /* NULL is allowed */
DEFINE_CLEANUP(struct input *, input_close)

const char *input_name(const struct input *input);
uint64_t input_size(const struct input *input);
/* How it was encoded before it was turned into UTF-8. */
enum encoding input_encoding(const struct input *input);

/* Reads up to `len` bytes at `offset`; *got is less only at the end. */
NODISCARD bool input_read_at(const struct input *input, uint64_t offset, char *out, size_t len,
    size_t *got, struct err *err);
/* The bytes when they stand in memory as a whole, else false: saves the copy. */
bool input_in_memory(const struct input *input, struct str *bytes);
/* A part of it as text: a view when in memory, else read into the arena. */
NODISCARD bool input_text(struct arena *arena, const struct input *input, uint64_t offset,
    size_t len, struct str *out, struct err *err);

#endif

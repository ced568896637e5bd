/*
 * file.h: small files read as a whole, and files written so that nobody ever sees half of one.
 *
 * Errors: ERR_IO with the path and the reason, ERR_LIMIT. Layer: base.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct arena;
struct err;

/* A whole small file (regular, pipe or "-"), NUL-terminated in the arena; UTF-16 and a byte order
 * mark are turned into plain UTF-8 as by input_open(). `limit` 0: none. */
NODISCARD bool file_read(
    struct arena *arena, const char *path, size_t limit, struct str *out, struct err *err);

/*
 * Writes a file by a temporary name in the same directory and rename(2). A file that exists keeps
 * its mode, a symbolic link stays one. "-", /dev/stdout and whatever else is no regular file (a
 * pipe, /dev/null) is written directly.
 */
NODISCARD bool file_write(struct arena *arena, const char *path, struct str bytes, struct err *err);

/* The same for a stream: open, write through fd, commit (rename) or abandon (unlink). */
struct file_draft {
	int fd;
	char *path;  /* the file; NULL: nothing is open */
	char *draft; /* its temporary name; NULL: written directly */
};
NODISCARD bool file_draft_open(
    struct arena *arena, const char *path, struct file_draft *out, struct err *err);
NODISCARD bool file_draft_commit(struct file_draft *draft, struct err *err);
void file_draft_abandon(struct file_draft *draft); /* harmless after commit */

#endif

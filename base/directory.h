/*
 * directory.h: the names in a directory, one after the other, in the order of the file system.
 *
 *	struct directory dir CLEANUP(directory_close) = DIRECTORY_NONE;
 *
 *	if (!directory_open(path, &dir, err))
 *		return false;
 *	while ((name = directory_next(&dir)) != NULL)
 *		...
 *	return directory_finish(&dir, err);
 *
 * Ownership: a struct directory owns the open stream and borrows `path`, which only errors name.
 * Errors: ERR_IO with the path and the reason. Layer: base.
 */
#ifndef BASE_DIRECTORY_H
#define BASE_DIRECTORY_H

#include <dirent.h>
#include <stdbool.h>

#include "base/compiler.h"

struct err;

struct directory {
	DIR *stream; /* NULL: nothing is open */
	const char *path;
	int failure; /* why reading stopped early; 0: it did not */
};

#define DIRECTORY_NONE ((struct directory){.stream = NULL})

NODISCARD bool directory_open(const char *path, struct directory *out, struct err *err);

/* The directory that a descriptor stands for. Takes the descriptor over, on failure too. */
NODISCARD bool directory_open_fd(int fd, const char *path, struct directory *out, struct err *err);

/* NULL after the last name; "." and ".." are left out. Valid until the next call. */
const char *directory_next(struct directory *dir);

/* After the last name: whether that really was the last one. */
NODISCARD bool directory_finish(const struct directory *dir, struct err *err);

void directory_close(struct directory *dir); /* for CLEANUP; harmless when nothing is open */

#endif

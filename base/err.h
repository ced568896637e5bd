/*
 * err.h: what went wrong, told once.
 *
 * Every function that can fail returns bool and takes `struct err *err` last. On failure err_set()
 * has been called exactly once; callers may only prepend context. On success err is untouched. Only
 * cmd/main.c prints an error and turns its code into an exit status.
 *
 * Texts: one line, lower case, no full stop, user text in single quotes; they name paths and types,
 * never values of a plan. Control characters in the text are replaced when it is set.
 *
 * Ownership: owns nothing; `file` must outlive the struct (static or run arena).
 * Layer: base.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdarg.h>
#include <stdbool.h>

#include "base/compiler.h"

/* code, exit status, meaning: one list for the enum and both. cmd/exit_codes.h has all statuses. */
#define ERR_CODES(X)                                                             \
	X(ERR_NONE, 0, "no error")                                               \
	X(ERR_USAGE, 64, "the command line is wrong")                            \
	X(ERR_SYNTAX, 65, "an input does not parse")                             \
	X(ERR_INVALID, 65, "an input parses but is invalid")                     \
	X(ERR_LIMIT, 65, "an input is over a limit")                             \
	X(ERR_IO, 66, "an input cannot be read, or an output cannot be written") \
	X(ERR_NETWORK, 69, "a service is unavailable")                           \
	X(ERR_BUG, 70, "a bug in tfherald")                                      \
	X(ERR_EXEC, 126, "the child cannot be executed")                         \
	X(ERR_NOT_FOUND, 127, "the child is not found")

enum err_code {
#define X(name, status, meaning) name,
	ERR_CODES(X)
#undef X
};

#define ERR_TEXT_MAX 512

struct err {
	enum err_code code;
	const char *file; /* input the error is about, or NULL */
	int line, column; /* in that file, from 1; 0: unknown */
	char text[ERR_TEXT_MAX];
};

/* Sets err and returns false, so that `return err_set(err, ...)` reads well. */
bool err_set(struct err *err, enum err_code code, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* The same with a place in an input. */
bool err_set_at(struct err *err, enum err_code code, const char *file, int line, int column,
    const char *fmt, ...) PRINTF_LIKE(6, 7);

/* Prepends "context: " to a set error and returns false. */
bool err_context(struct err *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Fills in the file (and keeps line and column) where a lower layer could not know it. */
bool err_in_file(struct err *err, const char *file);

/* Takes an error back, for callers that can go on without what failed. */
void err_clear(struct err *err);

int err_exit_status(enum err_code code);
const char *err_meaning(enum err_code code);

/* "file:line:column: text" with the parts that are known; into `out` of `size` bytes, terminated.
 */
void err_format(const struct err *err, char *out, size_t size);

#endif

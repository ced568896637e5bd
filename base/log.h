/*
 * log.h: lines for the person at the terminal, on standard error.
 *
 * The level is the one static of the program. Only cmd/ and traces (LOG_DEBUG) call this. A line is
 * written whole with one write(2), so that it does not mix with the child's output; control
 *characters are replaced, because texts can hold names from a plan.
 *
 *	tfherald: warning: ...        error and warning; notes and debug have their own words
 *
 * Layer: base.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/str.h"

struct masker;

enum log_level {
	LOG_ERROR,
	LOG_WARN,
	LOG_INFO,
	LOG_DEBUG,
};

void log_set_level(enum log_level level);
bool log_level_from_str(struct str text, enum log_level *out);
const char *log_level_name(enum log_level level);
void log_set_fd(int fd); /* tests; default 2 */
void log_set_colour(bool on);
/* Hides in every line; sealed; lives as long as lines are written. NULL: nothing. */
void log_set_masker(const struct masker *masker);

void log_error(const char *fmt, ...) PRINTF_LIKE(1, 2);
void log_warn(const char *fmt, ...) PRINTF_LIKE(1, 2);
void log_info(const char *fmt, ...) PRINTF_LIKE(1, 2);
void log_debug(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* Lines that belong to the error said last (a line of a file and its caret): without a prefix. */
void log_quote(struct str lines);

#endif

/*
 * exit_codes.h: every exit status and its meaning. Those that come from an error are in base/err.h;
 * the rest is decided by commands and stands here. `help exit-codes` and the manual page print
 * both.
 *
 * Source: architecture.md 5. Layer: cmd.
 */
#ifndef CMD_EXIT_CODES_H
#define CMD_EXIT_CODES_H

#include <stddef.h>

enum exit_status {
	EXIT_DONE = 0,
	EXIT_DENIED = 3,
	EXIT_NOT_REVIEWED = 4,
	EXIT_NOT_NOTIFIED = 5,
	EXIT_INVALID = 65,
	EXIT_SERVICE = 69,
	EXIT_SIGNAL = 128, /* plus the signal's number */
};

struct exit_code_row {
	const char *status; /* "3", "128+n" */
	const char *meaning;
};

/* Rows in order of status; `at` from 0. */
int exit_code_count(void);
struct exit_code_row exit_code_at(int at);

#endif

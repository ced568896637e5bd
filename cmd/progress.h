/*
 * progress.h: one line on standard error while something lasts: "tfherald: reading 'tfplan' ... 3
 * s", "tfherald: reading 'standard input' ... 12.4 MB, 3 s".
 *
 * Only when standard error is a terminal that can erase a line, only after half a second, and gone
 * at the end: nothing of it stays in a log. What runs meanwhile must neither print nor begin
 * another. A thread of its own writes it; signals go to the others.
 *
 * Errors: none; without a thread there is no line. Layer: cmd.
 */
#ifndef CMD_PROGRESS_H
#define CMD_PROGRESS_H

#include "base/input.h"
#include "cmd/app.h"

struct progress;

#define PROGRESS_AFTER_MS 500
#define PROGRESS_EVERY_MS 250

/* `what` is ours ("reading"); `name` may be anything, or NULL. NULL: there is none to be shown. */
struct progress *progress_begin(const struct app *app, const char *what, const char *name);
/* `seen`: how much there is so far; as long as the progress. */
struct progress *progress_begin_seen(
    const struct app *app, const char *what, const char *name, const struct input_seen *seen);
void progress_end(struct progress *progress); /* NULL is allowed */

#endif

/*
 * process_signals.h: what happens to signals while a child runs.
 *
 * Between signals_begin() and signals_end() we survive SIGINT, SIGQUIT, SIGTERM and SIGHUP. The
 * handler itself passes a signal on to the child, so that one which comes while we are stuck in a
 * write is not held up; each at most once. SIGINT and SIGQUIT from the terminal are not passed on:
 * the child is in the same process group and has them already. A signal that was ignored before
 * stays ignored (nohup). SIGPIPE is ignored meanwhile.
 *
 * Handlers cannot be given a context, so this is one of the few statics of the program; there is
 * one child at a time. Errors: ERR_IO (no pipe). Layer: base; part of process.h.
 */
#ifndef BASE_PROCESS_SIGNALS_H
#define BASE_PROCESS_SIGNALS_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/compiler.h"

struct err;

/* Installs the handlers. The signals stay blocked until signals_child() tells for whom they are. */
NODISCARD bool signals_begin(struct err *err);
void signals_child(pid_t child);
/* Before the child is reaped: its number may then belong to somebody else. */
void signals_forget_child(void);
/* Readable after a signal, the end of a child included; -1 outside. */
int signals_fd(void);
void signals_drain(void);
/* Puts everything back; returns the first signal that came to us, or 0. */
int signals_end(void);

/* A pipe whose ends are close-on-exec and not 0, 1 or 2, even when those were closed. */
NODISCARD bool pipe_open(int fds[2], struct err *err);

#endif

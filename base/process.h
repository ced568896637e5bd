/*
 * process.h: runs one child: argv only, never a shell.
 *
 * Standard input is passed through (the child inherits ours). Standard output and error are read
 * from two pipes, passed on at once, byte for byte, and captured apart; `merged` holds whole lines
 * of both in the order they were read, for display only. A prompt without a newline appears at
 * once. A capture keeps its first and last half when it is over its limit, with a line
 * between that says how much is missing; pass-through is never cut. All our descriptors are
 * close-on-exec.
 *
 * With a masker, what it hides is hidden in both; only what may still become a literal of it is
 * held back, and no longer than PROCESS_HOLD_NS when nothing follows (a prompt that ends like one
 * begins).
 *
 * Signals: Ctrl-C reaches the child's process group by itself, so SIGINT and SIGQUIT from the
 * terminal (SI_KERNEL) are not forwarded (two interrupts make terraform exit without saving state);
 * SIGTERM, SIGHUP and a SIGINT sent by a process are forwarded, once each; then we go on waiting.
 * While a child runs we survive these signals; afterwards `our_signal` tells which one came.
 * If our own standard output goes away (EPIPE), the capture goes on and the child is not disturbed.
 *
 * Errors: ERR_NOT_FOUND, ERR_EXEC (not executable), ERR_IO (no pipe, no process). A child that
 * fails is a result. A grandchild that keeps a pipe open after the child's end is waited for 2
 * seconds. Layer: base.
 */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct arena;
struct err;
struct masker;

#define CAPTURE_LIMIT	((size_t)64 << 20)
#define PROCESS_HOLD_NS UINT64_C(150000000)

struct process {
	const char *const *argv;    /* NULL-terminated; argv[0] is looked up in PATH */
	const char *directory;	    /* NULL: ours */
	const char *const *env_add; /* NULL-terminated "NAME=value" list added to ours, or NULL */
	int stdin_fd;		    /* -1: pass ours through */
	int stdout_fd, stderr_fd;   /* where to pass on to; -1: capture only */
	size_t capture_limit;	    /* per stream; 0: CAPTURE_LIMIT */
	int stdout_to; /* >= 0: the child's stdout goes straight to this descriptor, no capture */
	bool want_merged;
	/* Whole lines of its stdout that are recorded but not passed on, NULL at the end; or NULL
	 */
	const char *const *unpassed_lines;
	uint64_t timeout_ns;	     /* 0: none; SIGTERM, then SIGKILL 5 s later */
	const struct masker *masker; /* hides in what is passed on and captured; NULL: nothing */
};

struct capture {
	struct str text;
	uint64_t total; /* bytes the child wrote */
	bool cut;	/* total is more than text holds */
};

struct process_result {
	int status;	  /* 0-255, or 128+n when a signal ended it */
	int child_signal; /* that n, or 0 */
	int our_signal;	  /* the signal that we received meanwhile, or 0 */
	bool timed_out;
	int pass_errno; /* why passing on stopped (EPIPE: the reader went away), or 0 */
	struct capture out, err, merged;
};

#define PROCESS_DEFAULTS .stdin_fd = -1, .stdout_fd = -1, .stderr_fd = -1, .stdout_to = -1

NODISCARD bool process_run(struct arena *arena, const struct process *process,
    struct process_result *out, struct err *err);

/* Full path of a program as PATH finds it (a name with '/' is taken from here), or NULL. */
char *process_find(struct arena *arena, const char *program);

/*
 * Files to unlink when a signal ends us before the normal clean-up: a fixed small table that the
 * handler can walk. SIGINT, SIGTERM and SIGHUP outside process_run() unlink, then die by the
 * signal.
 */
void cleanup_files_install(void);
void cleanup_files_add(const char *path);    /* copied; at most 16, 4,095 bytes each */
void cleanup_files_remove(const char *path); /* unlinks it too */
void cleanup_files_run(void);

#endif

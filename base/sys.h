/*
 * sys.h: the door to the operating system: clock, environment, randomness, terminal, temporary
 * files.
 *
 * Everything below cmd/ asks this struct and never the system itself, so that a test can script
 * time and environment. sys_real() is the one that talks to the kernel; tests/support/ has the
 * scripted one. Units: wall clock in seconds since 1970 (UTC) and nanoseconds; monotonic in
 * nanoseconds. Layer: base.
 */
#ifndef BASE_SYS_H
#define BASE_SYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct arena;
struct err;

struct sys {
	void *state;
	int64_t (*now)(void *state);	    /* seconds since 1970 */
	uint64_t (*monotonic)(void *state); /* ns */
	void (*sleep)(void *state, uint64_t ns);
	NODISCARD bool (*random)(void *state, void *out, size_t len, struct err *err);
	/* NULL when unset; the text lives as long as the process */
	const char *(*env)(void *state, const char *name);
	/* All of it, "NAME=value", NULL at the end. */
	const char *const *(*environment)(void *state);
	bool (*is_terminal)(void *state, int fd);
	int (*columns)(void *state, int fd); /* 0: unknown */
	const char *(*tmpdir)(void *state);
};

const struct sys *sys_real(void);

/* "" counts as unset; so does the string "<nil>" that CircleCI writes for empty values. */
struct str sys_env(const struct sys *sys, const char *name);
bool sys_env_is_set(const struct sys *sys, const char *name);

/* A new file, mode 0600, close-on-exec, in tmpdir; the caller unlinks it. */
NODISCARD bool sys_temp_file(const struct sys *sys, struct arena *arena, const char *suffix,
    char **path, int *fd, struct err *err);

/* "2026-11-22T10:15:00Z" */
struct str time_to_rfc3339(struct arena *arena, int64_t seconds);

#endif

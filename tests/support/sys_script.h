/*
 * sys_script.h: a struct sys that does what a test tells it.
 *
 * Time stands still but for sleep(), which moves both clocks and returns at once. Randomness is a
 * fixed sequence that depends on `seed` only. Nothing of the real environment is seen; temporary
 * files are the one real thing (in `tmpdir`, default /tmp).
 *
 * Ownership: names and values given are borrowed. One table of at most SYS_SCRIPT_ENV_MAX
 * variables; more is a bug in the test and aborts. Layer: tests.
 */
#ifndef TESTS_SUPPORT_SYS_SCRIPT_H
#define TESTS_SUPPORT_SYS_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/sys.h"

#define SYS_SCRIPT_ENV_MAX 128
#define SYS_SCRIPT_NOW	   INT64_C(1795342500) /* 2026-11-22T10:15:00Z */

struct sys_script {
	struct sys sys; /* hand out &script.sys */

	int64_t now;	    /* settable at any time */
	uint64_t monotonic; /* ns */
	uint64_t part;	    /* ns of a second that sleep() has not yet moved `now` by */
	uint64_t slept;	    /* ns, the sum of all sleeps */
	unsigned sleeps;    /* how many */
	uint64_t seed;
	bool random_fails; /* ERR_IO from random() */
	bool terminal[3];  /* descriptors 0 to 2 */
	int columns;	   /* what a terminal says; others say 0 */
	const char *tmpdir;

	struct {
		const char *name, *value;
	} env[SYS_SCRIPT_ENV_MAX];
	size_t env_count;
	const char *environment[SYS_SCRIPT_ENV_MAX + 1]; /* the same as one list */
	char environment_text[16384];
};

/* Everything at its default: SYS_SCRIPT_NOW, no environment, no terminal. Must not be moved after.
 */
void sys_script_init(struct sys_script *script);
/* Sets or replaces a variable; NULL removes it. */
void sys_script_env(struct sys_script *script, const char *name, const char *value);
/* The same for a NULL-terminated list of name, value, name, value. */
void sys_script_env_list(struct sys_script *script, const char *const *pairs);

#endif

/*
 * app.h: what a command gets from main: the system, memory, streams, the network door.
 *
 * There are no globals, so every command runs in-process in tests with scripted parts.
 * Layer: cmd.
 */
#ifndef CMD_APP_H
#define CMD_APP_H

#include <stdbool.h>

#include "base/log.h"
#include "base/sys.h"

struct arena;
struct http;
struct masker;
struct masks;

/* Options that are accepted before and after the command. */
struct global_options {
	const char *chdir;     /* or NULL */
	const char *log_level; /* or NULL: settings, else info */
	bool no_color;
	bool help;
	bool version;
};

struct app {
	const struct sys *sys;
	struct arena *run;     /* as long as the program */
	struct arena *scratch; /* rewound at will by whoever uses it */
	/* The same for policies, which are judged beside the rest, in a thread of their own. */
	struct arena *rules, *rules_scratch;
	int in, out, diag;	 /* descriptors 0, 1, 2; others in tests */
	const struct http *http; /* NULL: opened on first use (libcurl is slow to load) */
	struct global_options globals;
	bool key_was_missed;	   /* fingerprint_key.h: it was said */
	const struct masks *masks; /* masks.h; NULL: no settings were read; until app_close() */
};

/* Releases what is foreign, and the log from its masks; the arenas are the caller's. */
void app_close(struct app *app);
/* What is hidden in what passes by; NULL: nothing. */
const struct masker *app_masker(const struct app *app);

/* Colour on this descriptor: a terminal, NO_COLOR unset, TERM not dumb, no --no-color. */
bool app_colour(const struct app *app, int fd);

#endif

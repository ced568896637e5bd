/*
 * session.h: what every command that reads a plan needs first: where it is, its settings, its
 * facts.
 *
 * Errors: those of workspace_find(), settings_load(), facts_resolve(). Ownership: the run arena.
 * Layer: cmd.
 */
#ifndef CMD_SESSION_H
#define CMD_SESSION_H

#include "cmd/ci.h"
#include "cmd/settings.h"
#include "policies/facts.h"

struct session {
	struct workspace workspace;
	struct settings settings;
	struct facts facts;
};

/* What the command line says; each NULL when it does not. */
struct session_options {
	const char *directory; /* of the run, when it is not the working one (terraform -chdir) */
	const char *target, *terraform;
};

/* Also sets the log level. */
NODISCARD bool session_open(
    struct app *app, const struct session_options *options, struct session *out, struct err *err);

/* The facts; for those who tell somebody. */
NODISCARD bool session_find_facts(
    struct app *app, struct session *session, const struct fact_options *options, struct err *err);

const char *session_terraform(const struct session *session);

#endif

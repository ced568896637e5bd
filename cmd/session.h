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
#include "cmd/trust.h"
#include "policies/facts.h"

/* Whose rules and settings count: what trust_find() found, for those who show it. */
struct session_trust {
	struct str trusted; /* "origin/main at 1a2b3c4", "working tree"; empty: see `problem` */
	struct str base_commit, head_commit;
	struct str notes[TRUST_NOTES_MAX];
	size_t note_count;
	struct str problem; /* why there is none; only after session_look_around() */
};

struct session {
	struct workspace workspace;
	struct settings settings;
	struct facts facts;
	struct session_trust trust;
	bool is_elsewhere; /* in another repository than the working directory is */
};

/* What the command line says; each NULL or false when it does not. */
struct session_options {
	const char *directory; /* of the run, when it is not the working one (terraform -chdir) */
	const char *target, *terraform;
	bool fail_on_leak;
};

#define OPTION_FAIL_ON_LEAK(STRUCT, MEMBER)                             \
	{                                                               \
		.name = "fail-on-leak", .type = OPT_FLAG,               \
		.offset = offsetof(struct STRUCT, MEMBER),              \
		.help = "deny a plan in which a secret stands unmarked" \
	}

/* Also sets the log level. */
NODISCARD bool session_open(
    struct app *app, const struct session_options *options, struct session *out, struct err *err);

/*
 * The facts, and the settings that count: in CI the trusted ones come from the trusted chain. For
 * those who run or tell something; before any child starts. Errors: also those of trust_find().
 */
NODISCARD bool session_find_facts(
    struct app *app, struct session *session, const struct fact_options *options, struct err *err);
/* The same for commands that only show: a base that cannot be found is a problem to be shown. */
NODISCARD bool session_look_around(
    struct app *app, struct session *session, const struct fact_options *options, struct err *err);

const char *session_terraform(const struct session *session);

#endif

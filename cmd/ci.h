/*
 * ci.h: facts of the run from the CI platform, explicit options and git. One table, one row per
 * platform.
 *
 * Sources: delivery.md 7 and api-facts 1.3, 1.4. "", "false", "null" and "<nil>" count as unset; a
 * commit must be 40 or 64 hex digits. Options win over CI variables, these over git. On GitHub
 * Actions the commit is the pull request's head from the event file, not the merge commit.
 *
 * Ownership: the run arena. Layer: cmd.
 */
#ifndef CMD_CI_H
#define CMD_CI_H

#include "cmd/app.h"
#include "cmd/settings.h"
#include "policies/facts.h"

/* Shared by the commands that notify: each NULL when not given. */
struct fact_options {
	const char *repo, *pr, *commit, *branch, *link;
	const char *base; /* a branch, a commit or HEAD (cmd/trust.h) */
};

/*
 * Fills everything but the operation, which the caller sets afterwards. Errors: ERR_USAGE for an
 * option that is no commit, number, repository or link; what CI says wrongly is left out with a
 * note in the log.
 */
NODISCARD bool facts_resolve(struct app *app, const struct workspace *workspace,
    const struct settings *settings, const struct fact_options *options, struct facts *out,
    struct err *err);

/* The environment variables the program reads: one table for `help environment` and the docs. */
struct environment_row {
	const char *name, *help;
};
extern const struct environment_row environment_rows[]; /* ends with name NULL */

/*
 * The token for GitHub's API and the variable it comes from: TFHERALD_GITHUB_TOKEN, else
 * GITHUB_TOKEN. There is no setting for it. Empty, with origin NULL, when neither is set.
 */
struct str github_token(const struct app *app, const char **origin);

/*
 * The API's address: github.base_url, else GITHUB_API_URL, else by the host: api.github.com,
 * HOST/api/v3 or api.SUB.ghe.com. The token goes there, and a file can come with a pull request: a
 * github.base_url from a file counts only for the repository's own host or a loopback address;
 * another one is left out with a warning (the environment and options may name any). Empty for
 * hosts that are known to be another service (bitbucket.org, gitlab.com).
 */
struct str github_api_url(struct arena *arena, const struct sys *sys,
    const struct settings *settings, const struct facts *facts);

#endif

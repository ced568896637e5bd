/*
 * masks.h: what is hidden because the environment and the settings say so: our own tokens, the
 * values of variables whose names tell (AWS_SECRET_ACCESS_KEY, TF_TOKEN_*, *_OIDC_TOKEN, SLACK_*,
 * TF_VAR_db_password, *_PASSWORD, *_SECRET, *_TOKEN, ...), what `redact` names beside, and which
 * detectors are off.
 *
 * An empty value, or one under MASKER_MIN bytes, hides nothing; nor does a word or a reference
 * under a name that tells. Errors: ERR_INVALID for a pattern that does not compile. Ownership: the
 * run arena; compiled patterns until masks_close(). Layer: cmd.
 */
#ifndef CMD_MASKS_H
#define CMD_MASKS_H

#include "base/masker.h"
#include "cmd/settings.h"
#include "parser/detectors.h"

#define MASKS_MAX 500 /* literals; further ones are not taken */

struct masks {
	const struct str *literals;
	size_t literal_count;
	struct masker *masker; /* of the literals in all their forms, and private keys; sealed */
	struct detectors detectors;
	const struct masks *previous; /* of another directory of the same command */
};

/* What the environment alone tells, for what goes wrong before settings are read: into app->masks,
 * too. */
void masks_load_environment(struct app *app);
/* Into app->masks. */
NODISCARD bool masks_load(struct app *app, const struct settings *settings, struct err *err);
/* With those before; NULL is allowed. */
void masks_close(const struct masks *masks);

#endif

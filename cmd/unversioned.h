/*
 * unversioned.h: policy files where there is no repository: a tarball, a docker context.
 *
 * Nobody can tell there what was merged and what somebody wrote into the files. On a laptop they
 * are trusted with a note; in CI a run with policies ends with status 65, unless `--base HEAD` (or
 * TFHERALD_BASE) says that the files at hand shall judge themselves. Whoever has no policies is not
 * asked for anything. Why: docs/decisions/0010.
 *
 * Layer: cmd.
 */
#ifndef CMD_UNVERSIONED_H
#define CMD_UNVERSIONED_H

#include "cmd/trust.h"

/* Errors: ERR_INVALID with the file and what to do. `base` as for trust_find(). */
NODISCARD bool unversioned_allowed(struct app *app, const struct workspace *workspace,
    const struct facts *facts, const char *base, struct err *err);

#endif

/*
 * policy_world.h: what rules can see besides the plan: git, pull request, backend, documents,
 * clock.
 *
 * Layer: cmd, for policies.c.
 */
#ifndef CMD_POLICY_WORLD_H
#define CMD_POLICY_WORLD_H

#include "cmd/policies.h"

/* Fills policies->world. Errors: ERR_INVALID and ERR_SYNTAX for --facts, --data, --now. */
NODISCARD bool policy_world_make(struct policies *policies, const struct session *session,
    const struct policy_options *options, struct err *err);

/* {type, config} of the `backend` or `cloud` block of a directory (cmd/backend_block.h); UNKNOWN
 * when nothing says. Unknown in `config` is what is no literal. */
NODISCARD bool backend_read(struct arena *arena, const struct source *source, struct str directory,
    struct value *out, struct err *err);

#endif

/*
 * plan_secrets.h: what is secret in a plan of which no outcome is made: all that it marks, and our
 * own with them.
 *
 * Ownership: the run arena's; the scratch arena is rewound. Errors: those of plan_visit(). A plan
 * with more of them than are looked for is no error (secrets_full()). Layer: cmd.
 */
#ifndef CMD_PLAN_SECRETS_H
#define CMD_PLAN_SECRETS_H

#include "cmd/app.h"
#include "parser/secrets.h"

/* Sealed. After masks_load(). */
NODISCARD bool plan_secrets_collect(
    struct app *app, const struct plan *plan, struct secrets **out, struct err *err);

#endif

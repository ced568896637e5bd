/*
 * apply_after.h: after an apply: what could not be decided before is decided on the new state.
 *
 * Reads the state with `show -json` of the same program, wrapper and -chdir. A state that cannot be
 * read is said (withheld), never an error: the apply has happened.
 *
 * Errors: problems of the rules. Ownership: the run arena. Layer: cmd.
 */
#ifndef CMD_APPLY_AFTER_H
#define CMD_APPLY_AFTER_H

#include "cmd/apply_gate.h"

/* *out stays as it is when nothing was undecided. */
NODISCARD bool apply_after(struct app *app, struct policies *policies,
    const struct gate_result *gate, struct verdict *out, struct err *err);

#endif

/*
 * break_glass.h: may this run override denials?
 *
 * Only when the trusted root file has `break_glass:` and the environment TFHERALD_BREAK_GLASS, and,
 * where `who` names people and CI says who started the run, when it is one of them. Membership of a
 * team cannot be asked here: that is said, and who it was, behind the reason.
 *
 * Errors: ERR_USAGE with everything that is missing. Source: policies design, 5. Layer: cmd.
 */
#ifndef CMD_BREAK_GLASS_H
#define CMD_BREAK_GLASS_H

#include "cmd/policies.h"

NODISCARD bool break_glass_check(struct policies *policies, const struct session *session,
    const struct policy_options *options, bool no_gate, struct err *err);

#endif

/*
 * policy_record.h: a change of a real plan -> a test of a rule, redacted.
 *
 * What is sensitive becomes !sensitive "(sensitive)", what is known only after apply !unknown. The
 * test expects what the rule says of the recorded values, not of the hidden ones: it passes as it
 * stands. Where that differs from what the rule says in the plan, a comment tells.
 * Errors: those of redact_change(), evaluate_rule(). Layer: cmd.
 */
#ifndef CMD_POLICY_RECORD_H
#define CMD_POLICY_RECORD_H

#include "cmd/policy_plan.h"

struct buf;

/* Appends one item of `tests:` when the rule looks at the change (NULL: at the whole plan);
 * *recorded tells. */
NODISCARD bool policy_record(const struct policy_plan *plan, const struct found_rule *found,
    const struct change *change, struct buf *out, bool *recorded, struct err *err);

#endif

/*
 * imported_rule.h: a rule of another tool ("tflint:aws_instance_invalid_type"), which is known by
 * its findings alone (check --import): for `policy explain` and `policy waive`.
 *
 * Errors: ERR_USAGE with what is closest. Ownership: the run arena. Layer: cmd.
 */
#ifndef CMD_IMPORTED_RULE_H
#define CMD_IMPORTED_RULE_H

#include "cmd/policy_plan.h"

struct buf;

/* No rule of the policies has a ':' or '/' in its id. */
bool imported_rule_is(struct str id);

/* Why there is no finding of it in the verdict: no file was imported, none of them has one, an
 * override disables the rule, or (*err stays empty, true) it has some, about other resources. */
NODISCARD bool imported_rule_has(const struct policy_plan *plan, struct str id, struct err *err);

/* Where the rule is from, what its levels count as, what overrides say, and its findings; `address`
 * empty: about all resources. */
NODISCARD bool imported_rule_explain(
    struct policy_plan *plan, struct str id, struct str address, struct buf *out, struct err *err);

#endif

/*
 * terraform_data.h: looks through `terraform_data`, whose output is its input.
 *
 * Terraform does not know terraform_data.X.output before it has made X, although its planned
 * `input` says it: a value could be laundered through it. An unknown leaf whose only reference is
 * terraform_data.X.output, also through variables and outputs of modules and through other
 * terraform_data, becomes what X's planned input holds.
 *
 * The plan tells what an expression refers to, not what it does with it: upper(X.output) looks the
 * same as X.output. Nothing is filled in when X or a module on the way is one of several and the
 * reference has no constant index; when there is more than one reference, or more than one unknown
 * leaf under one expression; in blocks that cannot be told apart; in dynamic blocks (they are not
 * in the plan's configuration).
 *
 * Source: policies design, 3. Errors: those of plan_load(). Ownership: `arena`. Limits: chains of
 * FOLLOW_CHAIN_MAX terraform_data, REFERENCE_STEPS_MAX steps a change; what is over them stays
 * unknown. Layer: parser.
 */
#ifndef PARSER_TERRAFORM_DATA_H
#define PARSER_TERRAFORM_DATA_H

#include "parser/configuration.h"

#define FOLLOW_CHAIN_MAX 16

/* Is there any in the plan? If not, there is nothing to fill, and no need to read a configuration.
 */
bool terraform_data_present(const struct plan *plan);

/* Replaces such leaves in `after`. The rest of the change is shared. */
NODISCARD bool terraform_data_fill(struct arena *arena, const struct configuration *configuration,
    struct change *change, struct err *err);

/* One leaf of one change: an address with its keys, a path in the form of unknowns.h. */
struct data_place {
	struct str address, path;
};

/* *found is false when there is no such change or leaf, or when it stays unknown. */
NODISCARD bool terraform_data_resolve(struct arena *arena,
    const struct configuration *configuration, struct data_place place, struct value *out,
    bool *found, struct err *err);

#endif

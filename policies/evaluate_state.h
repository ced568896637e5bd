/*
 * evaluate_state.h: what was undecided before an apply, decided on the state after it.
 *
 * Each undecided finding of a resource or an output: its planned change with the state's values as
 * `after` (`before`, action and reasons as they were planned), and the same rule again. A violation
 * is a finding of its own; what is still undecided, or not in the state, stays a finding of kind
 * UNDECIDED and is counted in a note. Other rules and resources are not looked at.
 *
 * Errors: those of plan_load(), state_find(). Ownership: findings in `arena`; `scratch` is rewound.
 * Layer: policies.
 */
#ifndef POLICIES_EVALUATE_STATE_H
#define POLICIES_EVALUATE_STATE_H

#include "parser/state_json.h"
#include "policies/evaluate.h"

struct evaluation_state {
	const struct evaluation *evaluation;
	const struct state *state;
	const struct verdict *before; /* of the same evaluation */
};

/* Anything in it that a state could decide? */
bool evaluate_has_undecided(const struct verdict *verdict);

NODISCARD bool evaluate_again(struct arena *arena, struct arena *scratch,
    const struct evaluation_state *after, struct policy_problems *problems, struct verdict *out,
    struct err *err);

#endif

/*
 * apply_gate.h: rules are evaluated before anything is applied.
 *
 *	apply PLANFILE		the saved plan is read and judged, then applied
 *	apply, destroy		split: plan into a temporary file (0600, removed on every exit),
 *				judge it, ask for the approval that terraform would ask for, apply
 *				that file
 *	everything else		cannot be judged before: refused while a rule can deny
 *
 * What was denied, failed to plan, or was not approved has applied nothing; `stopped` says so. The
 * output of both steps passes through. Approval: in terraform's own words, read from standard
 * input; terraform does that also where no terminal is, and so do we.
 *
 * Errors: ERR_USAGE when it cannot be judged (names the way out), ERR_INVALID when a saved plan or
 * the plan just made cannot be read while rules can deny; those of child_run(). Problems of the
 * rules themselves are in `failure`: the plan is told all the same. Source: policies design, 6.
 * Ownership: the run arena. Layer: cmd.
 */
#ifndef CMD_APPLY_GATE_H
#define CMD_APPLY_GATE_H

#include "base/err.h"
#include "cmd/apply_split.h"
#include "cmd/child_run.h"
#include "cmd/policies.h"

struct apply_gate {
	struct app *app;
	struct policies *policies;
	struct child_run run; /* as it would run without a gate */
	bool no_gate;
};

struct gate_result {
	struct child_args args; /* of the command as it was given */
	struct apply_words words;
	struct child_outcome child; /* of the last step that ran */
	bool ran;		    /* one did */
	const struct plan *judged;  /* NULL: none was */
	struct verdict verdict;
	struct str stopped; /* why nothing was applied; empty: the command had its way */
	bool has_failure;
	struct err failure; /* of the rules */
};

NODISCARD bool apply_gate(const struct apply_gate *gate, struct gate_result *out, struct err *err);

/* One more thing that has to be said. */
void verdict_add_note(struct arena *arena, struct verdict *verdict, struct str note);

#endif

/*
 * eval.h: how nodes are evaluated; for the engine's own files only.
 *
 * Each kind has one plain function, which says what the kind means; the traced run uses only
 * those. cel_specialise() gives a node of the fast tree a quicker function with the same meaning
 * where there is one.
 *
 * Layer: policies.
 */
#ifndef POLICIES_CEL_EVAL_H
#define POLICIES_CEL_EVAL_H

#include "policies/cel/run.h"

/* What an IDENT is: in node->variant. */
enum cel_ident {
	CEL_IDENT_VARIABLE,   /* slot: number of the variable */
	CEL_IDENT_LOCAL,      /* slot: in the frame */
	CEL_IDENT_UNDECLARED, /* an error of evaluation (cel_scope.dynamic) */
};

extern cel_eval_fn *const cel_plain_eval[CEL_NODE_KINDS];

cel_eval_fn cel_eval_const, cel_eval_ident, cel_eval_named, cel_eval_bind; /* eval.c */
cel_eval_fn cel_eval_select, cel_eval_has, cel_eval_index;		   /* eval_select.c */
cel_eval_fn cel_eval_select_variable, cel_eval_select_twice;
cel_eval_fn cel_eval_and, cel_eval_or, cel_eval_not, cel_eval_if; /* eval_logic.c */
cel_eval_fn cel_eval_loop;					  /* eval_loop.c */
cel_eval_fn cel_eval_list, cel_eval_map, cel_eval_struct;	  /* eval_build.c */
cel_eval_fn cel_eval_chain;					  /* eval_chain.c */
cel_eval_fn cel_eval_call;					  /* eval_call.c */

/* Functions that replace the plain ones by enum cel_loop and enum cel_chain. */
extern cel_eval_fn *const cel_loop_eval[CEL_LOOPS];
extern cel_eval_fn *const cel_chain_eval[CEL_CHAINS];

/* The strict rule of functions (function.h), then the call. */
struct value cel_call_strict(
    struct cel_run *run, const struct cel_node *node, const struct value *args, size_t count);

/* The entry of a string key; NULL: not there. Remembers where it was. */
const struct value *cel_find_field(
    struct cel_run *run, const struct cel_node *node, const struct value *map);

/* Several unknowns and errors on the way to one result. Starts as {0}. */
struct cel_pending {
	bool has_unknown, has_error;
	struct value unknown, error; /* all unknowns; the first error */
};
void cel_pending_add(struct cel_run *run, struct cel_pending *pending, struct value special);

/* Sets node->eval and node->cost of the fast tree; the children are done already. */
void cel_specialise(struct arena *arena, struct cel_node *node); /* specialise.c */

#endif

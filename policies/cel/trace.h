/*
 * trace.h: what happened inside one evaluation, for reports and `policy explain`.
 *
 * cel_trace_begin() before, cel_evaluate() with it, then read. A node inside a loop keeps the
 * values of its last TRACE_KEPT rounds. Errors that && and || absorbed are listed (they hide
 * typos). Ownership: the arena given. Layer: policies.
 */
#ifndef POLICIES_CEL_TRACE_H
#define POLICIES_CEL_TRACE_H

#include "policies/cel/cel.h"

#define TRACE_KEPT     3
#define TRACE_ABSORBED 20

struct cel_node_trace {
	uint32_t rounds;		 /* how often it was evaluated; 0: never */
	struct value values[TRACE_KEPT]; /* the first ones */
};

struct cel_trace {
	struct arena *arena;
	const struct cel_program *program;
	const struct cel_node *root;  /* the tree that a traced run walks: nothing reordered */
	struct cel_node_trace *nodes; /* by node id */
	const struct cel_error *absorbed[TRACE_ABSORBED];
	size_t absorbed_count;
};

void cel_trace_begin(struct arena *arena, const struct cel_program *program, struct cel_trace *out);
/* The same for another run, whose errors live in this arena: forgets the last one. One that is {0}
 * stays so. */
void cel_trace_again(struct cel_trace *trace, struct arena *arena);

/* The paths of an unknown result, and the text of an error one. */
struct cel_unknowns cel_unknown_paths(struct arena *arena, struct value unknown);
const struct cel_error *cel_error_of(struct value error); /* never NULL for a traced one */

/*
 * The tree, one line per node that says something: source text, value, absorbed errors marked; the
 * operands of && and || on lines of their own below; nodes that were not evaluated dimmed as "not
 * needed". Values as cel_to_text() prints them, cut at 80 bytes.
 */
void cel_explain(struct buf *buf, const struct cel_trace *trace);
/* What an undecided condition still asks: the operands of && and || that are not decided, as
 * source: "resource.after.kms_key_id.startsWith(...)". */
struct str cel_residual(struct arena *arena, const struct cel_trace *trace);

/* The line of the source in which byte `at` stands (cut to 100 columns around it), and a ^ below:
 * "  source line\n      ^", made safe to show. Without a last line end. */
void cel_caret(struct buf *buf, struct str text, size_t at);

#endif

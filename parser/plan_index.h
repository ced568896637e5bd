/*
 * plan_index.h: one pass over the JSON of a plan, of any size, in windows. Finds where every change
 * stands and counts them; loads nothing but what identifies a change.
 *
 * The members may come in any order. Old, cut-down and newer plans lack some and have others: a
 * missing or null member is empty, an unknown one is skipped and named in `unknown_parts`.
 *
 * Errors: ERR_SYNTAX and ERR_INVALID with line and column, ERR_LIMIT for a record over 4 GiB,
 * ERR_IO. Ownership: entries and texts in `arena`; nothing else is kept. Layer: parser.
 */
#ifndef PARSER_PLAN_INDEX_H
#define PARSER_PLAN_INDEX_H

#include "parser/plan.h"

struct plan_index {
	struct plan *plan; /* entries, counts, summary, versions, flags and spans are filled in */
	struct span checks, condition_results;
	struct span action_invocations, deferred_actions;
	struct str unknown_parts; /* "a, b"; the first few */
	uint64_t end;		  /* of the document */
};

/* `offset` is that of the document's first bracket. `plan` is zeroed but for `input`. */
NODISCARD bool plan_index_read(struct arena *arena, struct plan *plan, uint64_t offset,
    struct plan_index *out, struct err *err);

#endif

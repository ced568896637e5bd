/*
 * diff_align.h: which item of a list became which.
 *
 * What is the same at both ends is paired first; then items go by identity (a key such as id or
 * name, when every item has it and no two the same), else what is equal, else by likeness: the best
 * assignment while the two lists multiply to ALIGN_EXACT_MAX at most, beyond it within a window.
 * What has nothing in common with anything comes or goes.
 *
 * Ownership: `arena`. Time: linear but for the likeness of what is left, which is bounded; `work`
 * is counted down by what is looked at, and at 0 items are paired by position. Layer: report; for
 * diff*.c only.
 */
#ifndef REPORT_DIFF_ALIGN_H
#define REPORT_DIFF_ALIGN_H

#include "base/value.h"

struct arena;

#define ALIGN_EXACT_MAX ((size_t)2500)

struct alignment {
	uint32_t *after_of;   /* of each item before; NO_ITEM: it goes */
	uint32_t *before_of;  /* of each item after; NO_ITEM: it comes */
	const char *identity; /* the key they were paired by; NULL: none */
	bool is_moved;	      /* items that are the same, or named so, stand in another order */
};

void align_items(struct arena *arena, const struct value *before, const struct value *after,
    size_t *work, struct alignment *out);

/* The key by which both are the same thing; NULL: there is none. */
const char *align_identity(const struct value *before, const struct value *after);

/* Equal as the diff sees it: null is absent, what is unknown or hidden and changed is not. */
bool align_same(const struct value *before, const struct value *after, size_t *work);

/* The best assignment of rows to columns, `weights` row by row: of each row its column. rows <=
 * columns. */
void align_assign(
    struct arena *arena, const int *weights, size_t rows, size_t columns, uint32_t *column_of);

#endif

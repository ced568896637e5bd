/*
 * budget.h: how much is told of what, so that the whole fits. One allocator for every page that has
 * a limit: Markdown, Slack, the page of `check`, summaries of check runs.
 *
 * What is told is a list of parts (a group of changes, the denials, the warnings). A part is told
 * as a whole first (its heading and counts), in levels of its own, then item by item, in levels
 * from a line to everything. Which raise comes before which is a table of steps that knows no
 * limit; the budget takes the raises of that table one after the other and stops at the first that
 * does not fit. So a smaller limit gives a beginning of what a larger one gives, and nothing gets
 * more detail when there is less room.
 *
 * Sizes are asked for when they are needed, and no longer once the room is gone: the time is that
 * of what is told, not of what there is. Levels are kept as one number per level of a part.
 *
 * Pure. Ownership: the caller's. Limits: BUDGET_LEVELS levels, BUDGET_UNITS units. Layer: report.
 */
#ifndef REPORT_BUDGET_H
#define REPORT_BUDGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BUDGET_UNITS  3 /* bytes; of Slack: characters, blocks, bytes of JSON */
#define BUDGET_LEVELS 8 /* of an item: 1 a line, the highest everything */

struct budget_size {
	size_t units[BUDGET_UNITS];
};
#define BUDGET_TOO_MUCH (SIZE_MAX / 8) /* in a unit: fits nowhere */

struct budget_part {
	unsigned kind;	    /* which steps are about it */
	size_t count;	    /* items; a part without any is not told */
	size_t most;	    /* items that may be told one by one */
	unsigned top;	    /* highest level of an item */
	unsigned whole_top; /* highest level of the whole, at least 1 */
	/* Decided by the budget: */
	unsigned whole;		     /* 0: not told at all */
	size_t reach[BUDGET_LEVELS]; /* reach[l - 1]: the first so many items have level l */
};

struct budget_step {
	unsigned kind;
	bool of_whole;	/* raises the whole to `level`, else items */
	unsigned level; /* more than the part's highest: the highest */
	size_t upto;	/* the first so many items */
};
#define BUDGET_ALL SIZE_MAX

/* What is measured beside an item. */
#define BUDGET_WHOLE SIZE_MAX	    /* heading, the line that stands for all items, end */
#define BUDGET_REST  (SIZE_MAX - 1) /* of that, what is not there when each item has a line */

/*
 * Sizes must not depend on the limit. An item of level 0 has none. The line for the rest may be
 * measured as the longest that it could get.
 */
typedef void budget_measure(
    void *context, size_t part, size_t item, unsigned level, struct budget_size *out);

struct budget {
	struct budget_part *parts;
	size_t part_count;
	struct budget_size limit, used; /* used: what is there in any case, to begin with */
	budget_measure *measure;
	void *context;
};

/* True when every step was taken to its end. */
bool budget_spend(struct budget *budget, const struct budget_step *steps, size_t count);
unsigned budget_level(const struct budget_part *part, size_t item);

#endif

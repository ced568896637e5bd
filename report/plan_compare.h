/*
 * plan_compare.h: is the plan at hand the one that was reviewed? And if not, what differs?
 *
 * By leaves: a row is the same when its leaf is; rows of one address with other leaves are the same
 * row, changed. The fingerprints decide about identical.
 *
 * Ownership: `arena`, rows shared with the arguments. Errors: those of report_load(). Layer:
 * report.
 */
#ifndef REPORT_PLAN_COMPARE_H
#define REPORT_PLAN_COMPARE_H

#include "report/outcome.h"
#include "report/report_read.h"

enum plan_match {
	PLAN_IDENTICAL,
	PLAN_SUBSET, /* nothing that was not reviewed, and less than that */
	PLAN_DIFFERS,
};
const char *plan_match_name(enum plan_match match); /* "identical", "subset", "differs" */

enum plan_delta {
	DELTA_NEW,     /* in this plan only */
	DELTA_CHANGED, /* in both, and not the same */
	DELTA_MISSING, /* was reviewed, is not in this plan */
};
#define PLAN_DELTAS (DELTA_MISSING + 1)

/* A row of the plan at hand: a change (outputs too), or an invocation. */
struct planned_row {
	struct change_leaf leaf;
	enum leaf_kind kind;
	const struct outcome_change *change; /* of an invocation: its configuration */
	const struct action_invocation *invocation;
};

struct row_pair {
	const struct report_row *reviewed; /* NULL of DELTA_NEW */
	const struct planned_row *planned; /* NULL of DELTA_MISSING */
};

struct plan_comparison {
	enum plan_match match;
	size_t same;
	struct row_pair *pairs[PLAN_DELTAS]; /* in the order of their leaves */
	size_t counts[PLAN_DELTAS];
	bool is_partial; /* not all rows are listed on one side: the pairs are not all */
};

/* Both have a fingerprint. */
void plan_compare(struct arena *arena, const struct report *reviewed, const struct outcome *outcome,
    struct plan_comparison *out);

/* One thing that differs in a changed row, each side as it stands in a report, or NULL: not there.
 */
struct row_difference {
	struct str path; /* of an attribute; "action", "previous_address", "importing" otherwise */
	bool is_attribute;
	const struct value *reviewed, *planned;
};

struct row_differences {
	struct row_difference *items;
	size_t count;
	/* Nothing that is shown differs. Then these are the attributes with hidden parts: at least
	 * one of them does. None: is_cut, or it is nothing that a report holds. */
	bool is_hidden;
	bool is_cut; /* of one side not all attributes are in the report, or not all values */
};

NODISCARD bool row_compare(struct arena *arena, const struct report *reviewed,
    const struct row_pair *pair, struct row_differences *out, struct err *err);

/* The row as a report would have it. */
NODISCARD bool planned_row_value(
    struct arena *arena, const struct planned_row *row, struct value *out, struct err *err);
/* A side of an attribute, `key` "before" or "after": what is hidden or unknown there is again. */
NODISCARD bool attribute_side(struct arena *arena, struct value attribute, const char *key,
    struct shown *out, struct err *err);

#endif

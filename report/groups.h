/*
 * groups.h: the changes of an outcome by group and by type, for renderers.
 *
 * Layer: report.
 */
#ifndef REPORT_GROUPS_H
#define REPORT_GROUPS_H

#include "report/outcome.h"

struct groups {
	const struct outcome_change *rows[CHANGE_GROUPS]; /* groups stand one after the other */
	size_t counts[CHANGE_GROUPS];
};
void groups_of(const struct outcome *outcome, struct groups *out);

/* What is lost when the group is applied: never left out while there is room. */
bool change_group_is_loss(enum change_group group);

#define TYPE_COUNTS_MAX 256

/* Most frequent first; of equally many, in the order in which they come. */
struct type_counts {
	struct {
		struct str type;
		size_t count;
	} rows[TYPE_COUNTS_MAX];
	size_t row_count;
	size_t other; /* of further types */
};
void groups_count_types(const struct outcome_change *rows, size_t count, struct type_counts *out);
/* The same of changes that do not stand together. */
void groups_count_types_of(
    const struct outcome_change *const *rows, size_t count, struct type_counts *out);

#endif

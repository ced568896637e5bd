/*
 * diff.h: which places of a resource differ between two shown values.
 *
 * Walks both sides together and lists the deepest places that differ, maps by key, lists by
 * position. A HIDDEN leaf differs when its `changed` bit says so. UNKNOWN on the after side always
 * counts as changed. Absent and null are the same.
 *
 * Ownership: rows in `arena`, values shared with the arguments. Limit: ATTRIBUTES_MAX rows, depth
 * JSON_DEPTH_MAX. Layer: report.
 */
#ifndef REPORT_DIFF_H
#define REPORT_DIFF_H

#include "report/outcome.h"

struct diff {
	struct attribute_change *rows;
	size_t count, left_out;
};

void diff_values(struct arena *arena, const struct shown_change *change, struct diff *out);

#endif

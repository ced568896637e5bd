/*
 * diff.h: what differs between the two sides of a change, as a person would say it.
 *
 * Walks both sides together. Maps go by key; lists of objects by identity (id, name, key, sid,
 * ...), lists of plain values as sets where order says nothing, other lists by the best alignment.
 * JSON and base64 inside strings is opened. IAM documents and network rules (policies/shapes_*.h)
 * are compared as such. Several lines of text are compared line by line. Everything else is the
 * deepest place that differs. A HIDDEN leaf differs when its `changed` bit says so. UNKNOWN on the
 * after side always counts as changed. Absent and null are the
 * same, but in JSON inside strings.
 *
 * Ownership: rows and texts in `arena`, or shared with the arguments. Limits: ATTRIBUTES_MAX rows
 * and beyond them the first ones of each attribute at the top (10, of what forces the replacement
 * and of what is called out 10 more each), DIFF_PARTS_MAX parts a row, depth JSON_DEPTH_MAX; what
 * is over is counted. Time: linear in the size of the two sides but for alignments, which are
 * bounded. Layer: report.
 */
#ifndef REPORT_DIFF_H
#define REPORT_DIFF_H

#include "report/outcome.h"

#define DIFF_PARTS_MAX	       2000
#define DIFF_SENSITIVE_CHANGED "(sensitive, changed)" /* in cells; nobody knows to what */

struct noise; /* noise.h; which rows are folded */

struct diff {
	struct attribute_change *rows;
	size_t count, left_out;
	bool may_call_out; /* with names only: something that a full look could call out differs */
};

struct diff_rules {
	const struct noise *noise; /* NULL: nothing is folded */
	bool names_only; /* the rows only tell where: texts are not opened, views have no parts */
};

void diff_values(struct arena *arena, const struct shown_change *change,
    const struct diff_rules *rules, struct diff *out);

#endif

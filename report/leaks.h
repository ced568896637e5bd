/*
 * leaks.h: secrets that stand unmarked in a plan, as findings that deny (--fail-on-leak).
 *
 * What is searched: leak_search.h. The message names the address, the path and what to do, never
 * the value. A plan that does not tell its values cannot be judged, which is no pass: its verdict
 * is withheld, unless something else denies. Ownership: `arena`; `scratch` is rewound. Errors:
 * those of plan_visit(). Layer: report.
 */
#ifndef REPORT_LEAKS_H
#define REPORT_LEAKS_H

#include "report/outcome.h"

struct leak_question {
	const struct plan *plan;
	const struct detectors *detectors; /* NULL: all are on */
	struct str directory;
};

/* Adds a finding for each to the verdict, which counts as evaluated then, and seals it. */
NODISCARD bool leaks_judge(struct arena *arena, struct arena *scratch,
    const struct leak_question *question, struct verdict *verdict, struct err *err);

/* What of a plan that was judged was not searched, for the log; NULL: all of it was. */
const char *leaks_caveat(const struct plan *plan);

#endif

/*
 * leaks.h: secrets that stand unmarked in a plan, as findings that deny (--fail-on-leak).
 *
 * Looks for the shapes of parser/detectors.h in what the changes of a plan leave behind. The
 * message names the address, the path and what to do, never the value. Ownership: `arena`;
 * `scratch` is rewound. Errors: those of plan_visit(). Layer: report.
 */
#ifndef REPORT_LEAKS_H
#define REPORT_LEAKS_H

#include "report/outcome.h"

struct leak_search {
	const struct plan *plan;
	const struct detectors *detectors; /* NULL: all are on */
	struct str directory;
};

/* Adds a finding for each to the verdict, which counts as evaluated then, and seals it. */
NODISCARD bool leaks_judge(struct arena *arena, struct arena *scratch,
    const struct leak_search *search, struct verdict *verdict, struct err *err);

#endif

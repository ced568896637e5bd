/*
 * applied.h: what an apply came to, change by change: its steps held against what was planned.
 *
 * A replace is two steps and one change; forgets and moves are no steps at all; what was never
 * begun is only in the plan. Layer: report.
 */
#ifndef REPORT_APPLIED_H
#define REPORT_APPLIED_H

#include "report/outcome.h"

/* In the order in which they are told. */
enum applied_section {
	APPLIED_LOST, /* destroyed to be replaced, and not created again */
	APPLIED_FAILED,
	APPLIED_UNFINISHED, /* begun, end not seen */
	APPLIED_UNSTARTED,  /* planned, but a failed apply did not come to it */
	APPLIED_DONE,
};
#define APPLIED_SECTIONS (APPLIED_DONE + 1)
const char *applied_section_title(enum applied_section section);

struct applied_row {
	struct str address;
	enum action action;
	enum applied_section section;
	const char *what; /* "create", "import", "destroyed, not created again" */
};

struct applied {
	const struct applied_row *rows[APPLIED_SECTIONS]; /* unstarted: losses first */
	size_t counts[APPLIED_SECTIONS];
	size_t done, total; /* changes that do something to a resource */
};
/* Rows are in `arena`, their strings are the outcome's. */
void applied_of(struct arena *arena, const struct outcome *outcome, struct applied *out);

#endif

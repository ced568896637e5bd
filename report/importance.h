/*
 * importance.h: what there is to tell of an outcome, and what comes before what when there is not
 * room for all of it.
 *
 * The order of the kinds is that of the page; the order of the steps is that of importance. Both
 * are the same for every renderer with a limit. Layer: report.
 */
#ifndef REPORT_IMPORTANCE_H
#define REPORT_IMPORTANCE_H

#include "report/budget.h"

enum part_kind {
	PART_TITLE,	/* the title as long as it is */
	PART_LINKS,	/* to the log, the commit */
	PART_DIRECTORY, /* of `check`: the heading of a directory; those that deny have a kind of
			   their own */
	PART_DIRECTORY_DENIED,
	PART_TABLE, /* of `check`: a row for each directory */
	PART_VERDICT,
	PART_POLICY_NOTES,
	PART_DENIED,
	PART_OVERRIDDEN,
	PART_BROKEN,
	PART_NOTES,
	PART_ERRORS,
	PART_ERROR_TEXT, /* where there is no plan and no diagnostic */
	PART_LOST_CAUTION,
	PART_LOST, /* what an apply came to, in the order of enum applied_section */
	PART_FAILED,
	PART_UNFINISHED,
	PART_UNSTARTED,
	PART_DONE,
	PART_TAIL,
	PART_CAUTION,
	PART_DESTROY, /* in the order of enum change_group */
	PART_REPLACE,
	PART_FORGET,
	PART_OTHER,
	PART_UNDECIDED,
	PART_WARNED,
	PART_NOTED,
	PART_LET_GO,
	PART_UPDATE,
	PART_CREATE,
	PART_IMPORT,
	PART_MOVE,
	PART_OUTPUTS,
	PART_CHECKS,
	PART_INVOCATIONS,
	PART_DEFERRED,
	PART_DRIFT,
	PART_WARNINGS,
	PART_WAIVERS,
	PART_PLANNED,	  /* of an apply: the changes of its plan, with their diffs */
	PART_TEXT,	  /* Terraform's own text of the plan */
	PART_REPORT_LINK, /* when not every loss is named: where they are */
	PART_KINDS,
};

/*
 * Levels of a change: 1 its address, 2 names and reasons, 3 to 5 its diff, short, longer, whole.
 * Of a rule with its findings: 1 its head, then more and more rows, lines and text.
 * Of the whole: 1 heading and number, 2 to 4 numbers by type (3, 12, all).
 */
extern const struct budget_step importance_steps[];
extern const size_t importance_step_count;

#endif

/*
 * parts.h: what an outcome has to tell, as parts of a page in the order of the page, each with its
 * items. Renderers say how a part looks; the budget (budget.h) decides how much of it there is.
 *
 * Ownership: lists in the arena given, pointing into the outcome. Layer: report.
 */
#ifndef REPORT_PARTS_H
#define REPORT_PARTS_H

#include "report/applied.h"
#include "report/collapse.h"
#include "report/findings.h"
#include "report/groups.h"
#include "report/importance.h"

#define PARTS_MAX 64 /* of one outcome */
#define FOLD_OVER 20 /* longer lists of what is no loss are folded */

struct part {
	enum part_kind kind;
	const char *icon, *title; /* NULL: no heading */
	size_t total;		  /* what the heading counts */
	bool folded;		  /* behind its heading */
	bool open;		  /* its diffs stand there without a click; the renderer's to say */
	union {
		const struct outcome_change *changes;
		const struct collapsed *updates;
		const struct diagnostic *const *diagnostics;
		const struct applied_row *applied;
		const struct action_invocation *invocations;
		const struct plan_check *const *checks;
		const struct str *notes;
		const struct finding_block *blocks;
		const struct outcome *const *outcomes; /* of `check` */
	} items;
	const struct outcome *outcome;
	const struct findings *findings; /* of the parts of a verdict */
	enum finding_section section;
};

/* Of the changes of resources. What is lost and neither named nor counted by its type is in the
 * heading of its group or in the caution only. */
struct told {
	size_t listed; /* with a line of their own, or in one line with others */
	size_t losses, named, by_type;
};

struct parts {
	struct part *list;
	struct budget_part *budget; /* of each, the same number */
	size_t count, room;
	struct groups groups;
	struct applied applied; /* of an apply, else empty */
	struct findings findings, after_apply;
	bool tells_verdict, tells_after_apply;
	struct told told;
};

void parts_init(struct arena *arena, size_t room, struct parts *out);
/* Everything that the outcome has to tell, from PART_TITLE to PART_REPORT_LINK. */
void parts_add_outcome(struct arena *arena, const struct outcome *outcome, struct parts *parts);
/* One item that is there or not; or `count` of them, NULL when that is 0. */
struct part *parts_add_items(
    struct parts *parts, enum part_kind kind, const struct outcome *outcome, size_t count);
struct part *parts_add_single(
    struct parts *parts, enum part_kind kind, const struct outcome *outcome);
/* What a verdict has to say: its line, its sections. Of `check`: a directory. */
struct verdict_parts {
	const struct outcome *outcome;
	const struct findings *findings;
	const struct findings *after_apply; /* NULL: nothing was decided again */
};
void parts_add_verdict(struct parts *parts, const struct verdict_parts *told);
void parts_add_denials(struct parts *parts, const struct verdict_parts *told);
void parts_add_open(struct parts *parts, const struct verdict_parts *told); /* not denied */
void parts_add_waivers(struct parts *parts, const struct verdict_parts *told);

/* Fills `told` from what the budget decided; by_type grows as the lines for the rest are written.
 */
void parts_count_shown(struct parts *parts);
/* "37 of 412 resources shown; 0 destroys omitted"; false: all are, there is nothing to say. */
bool parts_say_shown(struct buf *buf, const struct parts *parts, const struct outcome *outcome);
#define SHOWN_MAX ((size_t)170) /* bytes of that */

/* The number of resources that the first `items` of a part stand for. */
size_t part_resources(const struct part *part, size_t from, size_t to);
/* Is it a list of changes of resources (PART_DESTROY to PART_MOVE)? */
bool part_is_changes(const struct part *part);
bool part_is_loss(const struct part *part);

#endif

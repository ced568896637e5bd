/*
 * iam_remarks.h: what a changed IAM statement now lets somebody do.
 *
 * Not said is what one statement of the document before allowed to the same or to more principals,
 * on the same or more resources, under the same or fewer conditions (iam_cover.h). In doubt it is
 * said: a remark too many costs less than one too few.
 *
 * Layer: report; for diff_iam.c only.
 */
#ifndef REPORT_IAM_REMARKS_H
#define REPORT_IAM_REMARKS_H

#include "report/diff_parts.h"

/* What a line of a statement is, in the order in which they stand; a Not... is IAM_NOT more. */
enum iam_word {
	IAM_STATEMENT, /* all of it, known after apply or sensitive */
	IAM_EFFECT,
	IAM_SID,
	IAM_PRINCIPAL,
	IAM_NOT_PRINCIPAL,
	IAM_ACTION,
	IAM_NOT_ACTION,
	IAM_RESOURCE,
	IAM_NOT_RESOURCE,
	IAM_CONDITION,
};
#define IAM_NOT	  1
#define IAM_WORDS (IAM_CONDITION + 1)

/* The accounts that the resource itself says it is in. */
#define IAM_ACCOUNTS_MAX 4
struct iam_accounts {
	struct str ids[IAM_ACCOUNTS_MAX];
	size_t count;
};
void iam_accounts_of(struct iam_accounts *accounts, const struct shown_change *change);

/* What is known of the document and its resource. */
struct iam_known {
	struct iam_accounts accounts;
	const struct diff_lines *allowed; /* each statement before that allowed something */
	size_t allowed_count;
	size_t work; /* steps left for comparing with those; at 0 nothing was allowed before */
};
#define IAM_WORK ((size_t)4 << 20)

/* `before` or `after` NULL: it comes or goes; `text`: its lines with what comes and goes marked. */
void iam_add_remarks(struct diff_parts *parts, struct iam_known *known, const struct value *before,
    const struct value *after, const struct diff_text *text);

#endif

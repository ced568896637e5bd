/*
 * iam_cover.h: does one entry of an IAM statement, or a whole statement, cover another?
 *
 * Patterns are compared by what they match (* and ?), actions without regard to case. The answer
 * "no" is the one in doubt: what is known after apply or sensitive covers nothing and is covered by
 * nothing, and when the work is used up nothing is covered any more. A variable of a policy
 * (${aws:username}) and what follows it may be anything.
 *
 * Source: "IAM JSON policy elements: Action, Resource, Variables". Layer: report; for
 * iam_remarks.c.
 */
#ifndef REPORT_IAM_COVER_H
#define REPORT_IAM_COVER_H

#include "report/diff_parts.h"
#include "report/iam_remarks.h"

/* Is the line covered by one of `lines` of the same word? */
bool iam_line_covered(const struct diff_lines *lines, const struct diff_line *line, size_t *work);

/* Is all that stands under `word` and its Not in `after` covered by what stands in `before`? */
bool iam_word_covered(const struct diff_lines *before, const struct diff_lines *after,
    enum iam_word word, size_t *work);

/* What `line` of the statement `after` allows (NULL: all of it): did the statement `before`? */
bool iam_statement_covered(const struct diff_lines *before, const struct diff_lines *after,
    const struct diff_line *line, size_t *work);

#endif

/*
 * hide.h: takes the literal secrets of a plan, and in texts what has the shape of a secret
 * (parser/detectors.h), out of an outcome, where they stand unmarked:
 * attribute values, Terraform's own text, diagnostics (parser/secrets.h says why they do).
 *
 * Ownership: changed parts are copies in `arena`; what holds no secret is left as it is.
 * Layer: report.
 */
#ifndef REPORT_HIDE_H
#define REPORT_HIDE_H

#include "parser/secrets.h"
#include "report/outcome.h"

/* In the rows, by whoever made them and may still write them: of 100,000 none is copied, and no
 * second look is taken. `changed` is told of each row whose attributes or import held a secret,
 * before. */
struct own_rows {
	struct outcome_change *rows;
	size_t count;
	void (*changed)(void *context, const struct outcome_change *row);
	void *context;
};
void outcome_hide_in_rows(struct arena *arena, const struct secrets *secrets,
    const struct detectors *detectors, const struct own_rows *own);
/* Everywhere else: again, once more has been set. */
void outcome_hide_rest(struct arena *arena, const struct secrets *secrets, struct outcome *outcome);

#endif

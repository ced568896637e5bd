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

void outcome_hide(struct arena *arena, const struct secrets *secrets, struct outcome *outcome);

#endif

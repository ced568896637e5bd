/*
 * verdict_json.h: a verdict as JSON: the same object in the report (docs/schema/outcome.json) and
 * in `check --format json` (docs/schema/check.json).
 *
 * Findings come first, by importance, one per line. Nothing in it is secret (finding.h). Layer:
 * report.
 */
#ifndef REPORT_VERDICT_JSON_H
#define REPORT_VERDICT_JSON_H

#include "base/json_write.h"
#include "policies/finding.h"

/* As field `key`; null when no policies were evaluated and none were withheld. */
void verdict_write(struct jsonw *writer, const char *key, const struct verdict *verdict);

#endif

/*
 * attribute_json.h: a changed attribute in the JSON of a report. Layer: report.
 */
#ifndef REPORT_ATTRIBUTE_JSON_H
#define REPORT_ATTRIBUTE_JSON_H

#include "base/json_write.h"
#include "report/outcome.h"

void attribute_write(struct jsonw *writer, const struct attribute_change *row);

#endif

/*
 * json_fields.h: fields of our JSON documents: what is not there is null, never "".
 *
 * Layer: report.
 */
#ifndef REPORT_JSON_FIELDS_H
#define REPORT_JSON_FIELDS_H

#include "base/json_write.h"
#include "parser/plan.h"

void json_field_text(struct jsonw *writer, const char *key, struct str text); /* empty: null */
void json_field_string(struct jsonw *writer, const char *key, struct str text);
void json_field_size(struct jsonw *writer, const char *key, size_t size);
void json_field_tristate(struct jsonw *writer, const char *key, enum tristate tristate);

#endif

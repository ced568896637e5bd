/*
 * schema_check.h: a document against one of our JSON schemas, as far as they use the language of
 * JSON Schema. Stricter than that: what the schema does not name is not there either.
 */
#ifndef TESTS_SUPPORT_SCHEMA_CHECK_H
#define TESTS_SUPPORT_SCHEMA_CHECK_H

#include "base/value.h"

struct arena;

/* The schema file; ends the test when it cannot be read. */
struct value schema_read(struct arena *arena, const char *path);
/* False, and the way to the place is printed. */
bool schema_matches(const char *label, struct value schema, struct value value);
/* Ends the test when a property does not say what it means. */
void schema_check_described(struct value schema);

#endif

/*
 * plan_parts.h: the small lists of a JSON plan that are kept in memory: checks and action
 * invocations.
 *
 * Errors: ERR_SYNTAX, ERR_INVALID with line and column, ERR_IO. Over PARTS_MAX elements the rest is
 * left out with a note. Ownership: `arena`. Layer: parser; for plan_json.c.
 */
#ifndef PARSER_PLAN_PARTS_H
#define PARSER_PLAN_PARTS_H

#include "parser/plan_index.h"

#define PARTS_MAX 10000

NODISCARD bool parts_read(
    struct arena *arena, struct plan *plan, const struct plan_index *index, struct err *err);

#endif

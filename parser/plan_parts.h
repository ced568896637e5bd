/*
 * plan_parts.h: the small lists of a JSON plan that are kept in memory: checks and action
 * invocations.
 *
 * Errors: ERR_SYNTAX, ERR_INVALID, ERR_LIMIT with line and column, ERR_IO. Over PARTS_MAX elements
 * the rest is left out with a note. Ownership: `arena`. Layer: parser.
 */
#ifndef PARSER_PLAN_PARTS_H
#define PARSER_PLAN_PARTS_H

#include "parser/plan_index.h"

#define PARTS_MAX 10000

/*
 * All action invocations of a JSON plan, deferred ones last, also those over PARTS_MAX, each as a
 * change: action_text "invoke", nothing before, and after it a map of `config` (overlaid) and
 * `trigger`. They are raw. Of other plans: none. `scratch` is rewound after each.
 */
NODISCARD bool parts_visit_invocations(const struct plan *plan, struct arena *scratch,
    change_visitor *visitor, void *context, struct err *err);

NODISCARD bool parts_read(
    struct arena *arena, struct plan *plan, const struct plan_index *index, struct err *err);

#endif

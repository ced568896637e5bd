/*
 * plan_change.h: one record of a JSON plan -> struct change.
 *
 * Errors: ERR_INVALID where a part has another kind than every Terraform writes; ERR_LIMIT from the
 * overlay. Parts that are missing are left empty: old versions and cut-down plans lack many.
 * Ownership: strings are views of the record's text, new ones live in `arena`. Layer: parser.
 */
#ifndef PARSER_PLAN_CHANGE_H
#define PARSER_PLAN_CHANGE_H

#include "parser/plan.h"

/* The record inside a list element: of a deferred change its "resource_change". */
struct value change_record(enum change_set set, struct value element);

/* What is known without values. `element` of resource_changes, resource_drift or deferred_changes.
 */
NODISCARD bool change_read_head(struct arena *arena, enum change_set set, struct value element,
    struct change_head *out, struct err *err);

/* The same with values, overlaid. */
NODISCARD bool change_read(struct arena *arena, enum change_set set, struct value element,
    struct change *out, struct err *err);

/* An output change. `sensitive`: something outside of the change itself calls the output so. */
NODISCARD bool change_read_output(struct arena *arena, struct str name, struct value change,
    bool sensitive, struct change *out, struct err *err);

/* ["delete","create"] -> "delete,create" */
NODISCARD bool change_action_text(
    struct arena *arena, struct value actions, struct str *out, struct err *err);

#endif

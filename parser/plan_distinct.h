/*
 * plan_distinct.h: what an apply repeats of its plan, and stderr of stdout, is kept once.
 *
 * Ownership: works in place; the arena is for what is needed meanwhile. Errors: none.
 * Limits: time grows with the square of the count (cheaply); callers keep to
 * PLAN_DIAGNOSTICS_MAX. Layer: parser.
 */
#ifndef PARSER_PLAN_DISTINCT_H
#define PARSER_PLAN_DISTINCT_H

#include "parser/plan.h"

/* The first of each stays, in the same order; returns how many these are. */
size_t distinct_diagnostics(struct arena *arena, struct diagnostic *items, size_t count);
size_t distinct_texts(struct arena *arena, struct str *items, size_t count);

#endif

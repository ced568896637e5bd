/*
 * plan_sketch.h: what was read from a text or stream, as a few lines that a table of tests can
 *hold.
 *
 *	changes 0/1/0/0/0          import, add, change, destroy, forget
 *	+ aws_x.y reason=replace_by_request
 *	output + name
 *	error 'summary' with aws_x.y on main.tf:3
 */
#ifndef TESTS_SUPPORT_PLAN_SKETCH_H
#define TESTS_SUPPORT_PLAN_SKETCH_H

#include "parser/plan.h"

struct str plan_sketch(struct arena *arena, const struct plan *plan);

#endif

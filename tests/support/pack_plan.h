/*
 * pack_plan.h: the document of a policy test -> a plan that has it, read as any plan is read.
 *
 *	resource: {type, action, before, after, ...}  the change at hand
 *	resources: [...]                              others of the same plan
 *	references: {bucket: [aws_s3_bucket.a.id]}    of a resource: what its configuration refers to
 *
 * !unknown becomes after_unknown. Ends the test on a document that makes no plan. Layer: tests.
 */
#ifndef TESTS_SUPPORT_PACK_PLAN_H
#define TESTS_SUPPORT_PACK_PLAN_H

#include "parser/plan.h"

struct pack_plan {
	struct plan *plan;
	struct change change; /* of `resource` */
	bool has_change;
};

void pack_plan(struct arena *arena, struct value document, struct pack_plan *out);

#endif

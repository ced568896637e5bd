/*
 * policy_test_plan.h: what a test of a rule says of a resource, an output or a plan -> struct plan.
 *
 * The documents become a small plan as `terraform show -json` writes it, which is read by the same
 * parser as every plan: unknown and sensitive values, addresses and references are the real thing.
 *
 *	resource:  address type name index mode provider provider_config module action actions
 *	           action_reason before after previous_address importing replace_paths deposed
 *	           references: {ATTRIBUTE: [aws_kms_key.main.arn]} (what the code says, for
 *refers()) type (or address) is needed; the rest has defaults: action by before and after, the name
 *"test", mode managed resources: the other resources of the plan output:    name action before
 *after sensitive plan:      the keys that expressions know: summary count resources outputs
 *variables checks drift modules providers terraform_version complete errored timestamp; and
 *	           configuration, as Terraform writes it
 *	run:       {plans: [plan, plan ...]}
 *
 * What a test does not speak of is not known: without plan, resources and references there is no
 * plan at all. Errors: ERR_INVALID says which key. Limits: TEST_RESOURCES_MAX. Ownership: `arena`.
 * Layer: cmd.
 */
#ifndef CMD_POLICY_TEST_PLAN_H
#define CMD_POLICY_TEST_PLAN_H

#include "policies/policy.h"

struct err;

#define TEST_RESOURCES_MAX 10000

struct test_plan {
	struct plan *plan; /* NULL: the test says nothing of it */
	bool has_change;
	struct change change; /* the resource or output that the rule is asked about */
};

NODISCARD bool test_plan_make(struct arena *arena, struct value document, enum rule_scope scope,
    struct test_plan *out, struct err *err);

/* One of `run: {plans: [...]}`. */
NODISCARD bool test_plan_of_run(
    struct arena *arena, struct value document, struct plan **out, struct err *err);

#endif

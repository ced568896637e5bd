/*
 * check_plan.h: one plan of `check`: its directory, its policies, its verdict, its outcome.
 *
 * In steps, each for all plans before the next one: open (policies are read before any child
 * starts), load, import what other tools found, judge.
 *
 * Errors: ERR_USAGE when the directory cannot be told, those of plan_from_file(), policies_open().
 * Ownership: the run arena; check_plan_close() releases what is foreign. Layer: cmd.
 */
#ifndef CMD_CHECK_PLAN_H
#define CMD_CHECK_PLAN_H

#include "cmd/policies.h"
#include "report/outcome.h"

struct check_plan_options {
	struct fact_options facts;
	struct policy_options policies;
	struct option_list imports;
	const char *terraform;
	bool strict_json, fail_on_leak;
};

struct check_plan {
	const char *path; /* of the plan */
	struct session session;
	struct policies policies;
	struct plan *plan;
	struct outcome outcome;
	struct outcome_rules rules;
	bool opened;
};

/* `operand`: "[DIR=]PLAN". `first`: an open one of the same command, or NULL. */
NODISCARD bool check_plan_open(struct app *app, const char *operand,
    const struct check_plan_options *options, const struct check_plan *first,
    struct check_plan *out, struct err *err);
NODISCARD bool check_plan_load(struct app *app, const struct check_plan_options *options,
    struct check_plan *plan, struct err *err);
NODISCARD bool check_plan_judge(struct app *app, struct check_plan *plan, struct err *err);
void check_plan_close(struct check_plan *plan);

/* "[DIR=]PLAN" -> both; without DIR= the folder of the plan when it holds Terraform files. Errors:
 * ERR_USAGE with the hint. */
NODISCARD bool check_plan_split(struct arena *arena, const char *operand, const char **directory,
    const char **path, struct err *err);

#endif

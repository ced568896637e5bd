/*
 * host.h: what expressions can see of a plan: the values of `resource`, `plan`, `output`, and the
 * functions that need them (iam_statements, network_rules, plan.by_type, pr.approved_by, covers).
 *
 * A struct policy_host belongs to one evaluation; results that depend only on the change at hand
 * are made once per change and kept until host_change() is called again. Layer: policies.
 */
#ifndef POLICIES_HOST_H
#define POLICIES_HOST_H

#include "policies/cel/cel.h"
#include "policies/evaluate.h"

struct configuration;
struct policy_host;

/* Fields that `resource`, `plan`, ... have, for cel_variable.fields: NULL-terminated. */
extern const char *const resource_fields[],
    *const plan_fields[], *const output_fields[], *const git_fields[], *const pr_fields[],
									   *const backend_fields[],
									       *const run_fields[];

/* The same with their meaning, up to one without a name; NULL: any field, or none. */
struct policy_field {
	const char *name, *type;
	const char *help; /* may be empty */
};
const struct policy_field *policy_fields(enum policy_variable variable);

/* Tables of host functions, NULL-terminated, for cel_scope. */
extern const struct cel_function *const policy_functions[];

struct policy_host *host_new(
    struct arena *arena, const struct plan *plan, const struct policy_world *world);
const struct cel_host *host_cel(const struct policy_host *host);

/* Which of the fields that cost something (resource.changed_paths, resource.provider_config,
 * plan.resources) a rule mentions, its messages too. True: one that was not made so far, so that
 * host_change() and host_plan() have to be asked again. */
bool host_want(struct policy_host *host, const struct rule_programs *programs);

/* The change at hand: sets `resource` (or `output`). `scratch` lives until the next call. With
 * `shown` set, values are those that may be shown (hidden leaves), for messages. With `paths`,
 * unknown leaves carry their paths, for traced runs. */
enum host_view {
	HOST_RAW,
	HOST_RAW_WITH_PATHS,
	HOST_SHOWN
};
NODISCARD bool host_change(struct policy_host *host, struct arena *scratch,
    const struct change *change, enum host_view view, struct value *resource, struct err *err);

/* The same where no change is at hand: what functions look up is of this view. */
void host_look(struct policy_host *host, enum host_view view);

/* The world has the secrets now: what was made of shown values before is made again. */
void host_forget_shown(struct policy_host *host);

/* `plan` as a value: made on first use, in the arena of host_new(). False: there is no plan, and
 * the value is unknown. */
bool host_plan(struct policy_host *host, enum host_view view, struct value *plan);

/* Has this user or team approved this commit, by pr.approvals ({user, teams, commit})? A bool, or
 * UNKNOWN where nobody could be asked. */
struct value approvals_by(struct value pr, struct str team, struct str commit);

/* The configuration of the plan, read once; NULL when there is none that can be read. */
const struct configuration *host_configuration(struct policy_host *host);

/* References that make this path of the change at hand unknown: "aws_kms_key.main.arn". */
struct policy_names host_causes(
    struct policy_host *host, struct arena *arena, struct str address, struct str path);

#endif

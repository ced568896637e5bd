/* The fields of what expressions see, with what they mean: a typo in one of them is an error when a
 * rule is compiled, and docs/expressions.md lists them. */

#include "policies/host.h"

#include "policies/ruleset.h"

#define RESOURCE(X)                                                                                \
	X(address, "string", "the whole address, with the keys of its instance")                   \
	X(type, "string", "`aws_s3_bucket`")                                                       \
	X(name, "string", "as the code calls it")                                                  \
	X(index, "int, string or null", "of `count` or `for_each`")                                \
	X(mode, "string", "`managed` or `data`")                                                   \
	X(provider, "string", "source of the provider")                                            \
	X(provider_config, "string or null", "the provider block that the code names: `aws.west`") \
	X(module, "string", "address of its module, empty in the root module")                     \
	X(action, "string",                                                                        \
	    "`create`, `update`, `replace`, `delete`, `forget`, `read`, `no-op` ...")              \
	X(actions, "list(string)", "as the plan says it: `[\"delete\", \"create\"]`")              \
	X(action_reason, "string or null", "why Terraform chose it: `replace_because_tainted`")    \
	X(before, "map or null", "the values in the state; null when it does not exist yet")       \
	X(after, "map or null", "the values to come; null when it is destroyed")                   \
	X(previous_address, "string or null", "where it is moved from")                            \
	X(importing, "bool", "it is imported")                                                     \
	X(replace_paths, "list(list)",                                                             \
	    "paths of attributes that force the replacement: `[[\"ami\"]]`")                       \
	X(changed_paths, "list(string)", "paths of attributes that differ: `tags.Name`")           \
	X(deposed, "string or null", "key of a deposed object")

#define PLAN(X)                                                                                    \
	X(summary, "map(int)",                                                                     \
	    "`add`, `change`, `destroy`, `drift`, `forget`, `import`, `move`, `no_op`, `output`, " \
	    "`read`, `replace`; a replacement counts in `add` and `destroy`, too")                 \
	X(count, "map(int)", "how many changes have an action, by the words of `resource.action`") \
	X(resources, "list(map)",                                                                  \
	    "every change: `action`, `address`, `deposed`, `importing`, `mode`, `module`, "        \
	    "`name`, "                                                                             \
	    "`type`; values are in `plan.by_type()`")                                              \
	X(losses, "list(map)", "those that destroy, replace or forget")                            \
	X(outputs, "map(map)", "by name: `action`, `before`, `after`")                             \
	X(variables, "map", "values of the root module's variables")                               \
	X(checks, "list(map)", "`address`, `kind`, `status`, `problem`")                           \
	X(drift, "list(map)", "what changed outside of Terraform, as in `resources`")              \
	X(modules, "list(map)", "calls in the code: `address`, `source`, `version`")               \
	X(providers, "list(map)",                                                                  \
	    "of the code: `name`, `alias`, `source`, `constraint`, `module`, `config`, and "       \
	    "`locked` (`version`, `constraints`, `hashes` of the lock file; null when it is not "  \
	    "in it)")                                                                              \
	X(blocks, "list(map)",                                                                     \
	    "resource and data blocks of the code: `address`, `mode`, `module`, `name`, `type`, "  \
	    "`provisioners`")                                                                      \
	X(terraform_version, "string", "that made the plan")                                       \
	X(complete, "bool", "nothing is deferred or left out by `-target`")                        \
	X(errored, "bool", "planning failed")                                                      \
	X(timestamp, "string", "when it was made")

#define OUTPUT(X)                                                    \
	X(name, "string", "")                                        \
	X(action, "string", "`create`, `update`, `delete`, `no-op`") \
	X(before, "any", "")                                         \
	X(after, "any", "")                                          \
	X(sensitive, "bool", "marked as such before or after")

#define RUN(X)                                                                   \
	X(plans, "list(map)", "`dir`, `labels`, `summary` of each plan")         \
	X(summary, "map(int)",                                                   \
	    "over all of them: `add`, `change`, `destroy`, `forget`, `import`, " \
	    "`replace`")

#define BACKEND(X)                                    \
	X(type, "string", "`s3`, `gcs`, `local` ...") \
	X(config, "map", "its settings, as the code has them")

#define GIT(X)                                               \
	X(branch, "string", "of the run")                    \
	X(base, "string", "branch that it goes to")          \
	X(author, "string", "of the commit; from `--facts`") \
	X(changed_files, "list(string)", "between the base branch and the commit")

#define PR(X)                         \
	X(number, "int", "")          \
	X(labels, "list(string)", "") \
	X(draft, "bool", "")          \
	X(author, "string", "")       \
	X(approvals, "list(map)", "`user`, `teams`, `commit`; ask `pr.approved_by()`")

#define NAME(name, type, help)	#name,
#define FIELD(name, type, help) {#name, type, help},
#define FIELDS(variable, LIST)                                     \
	const char *const variable##_fields[] = {LIST(NAME) NULL}; \
	static const struct policy_field variable##_help[] = {LIST(FIELD){0}}

FIELDS(resource, RESOURCE);
FIELDS(plan, PLAN);
FIELDS(output, OUTPUT);
FIELDS(run, RUN);
FIELDS(backend, BACKEND);
FIELDS(git, GIT);
FIELDS(pr, PR);

const struct policy_field *policy_fields(enum policy_variable variable)
{
	static const struct policy_field *const fields[POLICY_VARIABLE_COUNT] = {
	    [VARIABLE_resource] = resource_help,
	    [VARIABLE_plan] = plan_help,
	    [VARIABLE_output] = output_help,
	    [VARIABLE_run] = run_help,
	    [VARIABLE_backend] = backend_help,
	    [VARIABLE_git] = git_help,
	    [VARIABLE_pr] = pr_help,
	};

	return fields[variable];
}

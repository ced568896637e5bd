/*
 * policy_plan.h: a plan with the policies of its directory and its secrets, for the commands that
 * look at one rule and one resource: `policy explain`, `record`, `waive`.
 *
 * Nothing of the plan is printed but through policy_plan_hide() or as shown values of a marked
 * change. Errors: those
 * of check_plan_split(), policies_open(), plan_from_file(); ERR_USAGE for a rule or an address that
 * is not there, with the closest one. Ownership: the run arena; policy_plan_close() releases what
 * is foreign. Layer: cmd.
 */
#ifndef CMD_POLICY_PLAN_H
#define CMD_POLICY_PLAN_H

#include "cmd/import_findings.h"
#include "parser/secrets.h"

struct policy_plan_options {
	struct policy_options policies;
	struct option_list imports; /* of explain and waive; else none */
	const char *terraform;
};

struct policy_plan {
	struct app *app;
	const char *path;
	struct session session;
	struct policies policies;
	struct plan *plan;
	struct imported_results imported; /* what the other tools' files say, before any override */
	struct secrets *secrets;
	bool opened;
};

/* `operand`: "[DIR=]PLAN". */
NODISCARD bool policy_plan_open(struct app *app, const char *operand,
    const struct policy_plan_options *options, struct policy_plan *out, struct err *err);
void policy_plan_close(struct policy_plan *plan); /* harmless when nothing is open */

/* The text without literal secrets of the plan and the environment, and without what looks like
 * one. */
struct str policy_plan_hide(const struct policy_plan *plan, struct str text);

/* The change, strings with literal secrets of the plan marked sensitive wherever they stand. */
struct change policy_plan_marked(
    const struct policy_plan *plan, struct arena *arena, const struct change *change);

/* A rule of the head's chain, else of the trusted one; also one that is not in force. */
struct found_rule {
	struct ruleset *ruleset;
	size_t index;
};
NODISCARD bool policy_plan_rule(
    const struct policy_plan *plan, struct str id, struct found_rule *out, struct err *err);

/* The change with this address that a rule of that scope would look at; *has false: the rule is
 * about the whole plan. */
NODISCARD bool policy_plan_change(const struct policy_plan *plan, enum rule_scope scope,
    struct str address, struct change *out, bool *has, struct err *err);

/* Which changes of a plan the rules of a scope look at; false: the whole plan. */
bool rule_scope_set(enum rule_scope scope, enum change_set *set);

#define POLICY_PLAN_OPTION_IMPORT(STRUCT, MEMBER)                                   \
	{                                                                           \
		.name = "import", .type = OPT_LIST, .arg = "FILE",                  \
		.offset = offsetof(struct STRUCT, MEMBER.imports),                  \
		.help = "findings of another tool, as SARIF 2.1.0; may be repeated" \
	}
#define POLICY_PLAN_OPTION_TERRAFORM(STRUCT, MEMBER)                     \
	{                                                                \
		.name = "terraform", .type = OPT_COMMAND, .arg = "PATH", \
		.offset = offsetof(struct STRUCT, MEMBER.terraform),     \
		.help = "program that reads saved plan files"            \
	}

#endif

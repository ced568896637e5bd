/*
 * policies.h: everything that rules need before a plan is there: whose rules count, the chains,
 * what is known of git and the pull request, documents. One door for check, plan, apply and `policy
 * ...`.
 *
 * policies_open() reads all of it before a child starts (plan code could rewrite the repository).
 * policies_judge() runs the rules on a plan. Every problem of the policy files is said on standard
 * error, each with its place; the last one is the error.
 *
 * --facts FILE (JSON) says what could not be asked: {"pr": {number, labels, draft, author,
 * approvals: [{user, teams, commit}]}, "git": {branch, base, author, changed_files}, "backend":
 * {type, config}}. What nobody says is unknown, never empty.
 *
 * Errors: ERR_INVALID, ERR_SYNTAX (65) for policies, facts and documents; those of trust_find().
 * Ownership: the arena `app->rules`, with `app->rules_scratch` for what is rewound: rules are
 * judged beside the rest, in a thread of their own, which shares no arena. What the rules know of
 * the world is read before that and lives in the run arena. policies_close() releases what is
 * foreign. Layer: cmd.
 */
#ifndef CMD_POLICIES_H
#define CMD_POLICIES_H

#include "cmd/backend_move.h"
#include "cmd/command.h"
#include "cmd/session.h"
#include "cmd/source_witness.h"
#include "cmd/trust.h"
#include "policies/evaluate.h"
#include "policies/ruleset.h"

/* The options that the commands share. */
struct policy_options {
	const char *base;	 /* --base NAME */
	const char *facts;	 /* --facts FILE */
	const char *now;	 /* --now TIME */
	const char *break_glass; /* --break-glass REASON; apply only */
	struct option_list data; /* --data NAME=FILE */
	bool strict_unknown;
};

/* The option rows that plan, apply and check share; in alphabetical order with others by the
 * caller. STRUCT is the command's values, MEMBER its struct policy_options. */
#define POLICY_OPTION_BASE(STRUCT, MEMBER)                            \
	{                                                             \
		.name = "base", .type = OPT_TEXT, .arg = "NAME",      \
		.offset = offsetof(struct STRUCT, MEMBER.base),       \
		.help = "branch or commit whose policies are trusted" \
	}
#define POLICY_OPTION_DATA(STRUCT, MEMBER)                                      \
	{                                                                       \
		.name = "data", .type = OPT_LIST, .arg = "NAME=FILE",           \
		.offset = offsetof(struct STRUCT, MEMBER.data),                 \
		.help = "a JSON or YAML document for expressions, as data.NAME" \
	}
#define POLICY_OPTION_FACTS(STRUCT, MEMBER)                                  \
	{                                                                    \
		.name = "facts", .type = OPT_FILE, .arg = "FILE",            \
		.offset = offsetof(struct STRUCT, MEMBER.facts),             \
		.help = "what is known of the pull request and git, as JSON" \
	}
#define POLICY_OPTION_NOW(STRUCT, MEMBER)                                       \
	{                                                                       \
		.name = "now", .type = OPT_TEXT, .arg = "TIME",                 \
		.offset = offsetof(struct STRUCT, MEMBER.now),                  \
		.help = "clock of waivers and rules, e.g. 2026-12-31T12:00:00Z" \
	}
#define POLICY_OPTION_STRICT(STRUCT, MEMBER)                                               \
	{                                                                                  \
		.name = "strict-unknown", .type = OPT_FLAG,                                \
		.offset = offsetof(struct STRUCT, MEMBER.strict_unknown),                  \
		.help = "what cannot be decided before apply counts with the rule's level" \
	}

/* The chains of one directory. */
struct outcome_rules;

struct policies {
	struct app *app;
	const struct workspace *workspace;
	struct trust trust;
	struct source_witness
	    *witness;		 /* of what the head's chain was read from; NULL: one chain */
	struct ruleset *trusted; /* NULL: only one chain */
	struct ruleset *head;
	struct moved_directory *moved; /* whose state this directory takes over, or may */
	size_t moved_count;
	struct backend_move move;
	struct ruleset_comparison weakenings;
	const struct codeowners *owners;
	struct policy_world world;
	struct policy_problems problems;
	struct evaluation evaluation;	/* of the last policies_judge() */
	struct evaluator *evaluator;	/* between policies_begin() and policies_judge() */
	struct verdict *verdict;	/* that it fills; NULL: not begun */
	struct locator *locator;	/* of the head; shared by all directories of a command */
	const struct finding *imported; /* of other tools, for policies_judge(); or none */
	size_t imported_count;
	const struct outcome_rules
	    *rules; /* detectors, and whether a leak denies; NULL: the defaults */
};

/* `check_all`: compile every rule now and report every problem, not only of those that match; rules
 * of packs were checked when they were made. */
NODISCARD bool policies_open(struct app *app, const struct session *session,
    const struct policy_options *options, bool check_all, struct policies *out, struct err *err);
/* The same for another directory of the same repository: the trust is shared, not found again. */
NODISCARD bool policies_open_directory(const struct policies *first, const struct session *session,
    const struct policy_options *options, bool check_all, struct policies *out, struct err *err);
void policies_close(struct policies *policies); /* harmless when nothing is open */

/* Any rule at all in either chain, or the demand for one? */
bool policies_present(const struct policies *policies);
/* Any rule of level deny that may end a run? */
bool policies_can_deny(const struct policies *policies);

/* For who visits the changes anyhow: outcome_add_plan() hands them on with these, when nothing is
 * imported, and policies_judge() on the same plan does the rest. */
NODISCARD bool policies_begin(struct policies *policies, const struct plan *plan,
    struct outcome_rules *tapped, struct err *err);

NODISCARD bool policies_judge(
    struct policies *policies, const struct plan *plan, struct verdict *out, struct err *err);

/* Problems that came later (a rule compiles when its type occurs): said, and the last one is err.
 */
NODISCARD bool policies_report(
    struct app *app, const struct policy_problems *problems, struct err *err);

#endif

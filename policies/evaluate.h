/*
 * evaluate.h: rules over a plan -> findings.
 *
 * Goes through the changes once: an index by type says which rules want which entry, an entry that
 * no rule wants is not loaded. Conditions see raw values; what is reported is evaluated again,
 * traced, and messages over shown values. Two rulesets (the trusted chain and the head's) give the
 * stricter result of the two; rules that are the same in both are evaluated once.
 *
 * Errors: those of plan_visit(); rule errors are findings. Ownership: findings in `arena`;
 * `scratch` is rewound after each change. Limits: FINDINGS_MAX are kept, further ones are counted.
 * Steps: RULE_STEPS of one rule in all, about ten seconds; EVALUATION_STEPS of the run. A rule that
 * uses up its own becomes an error, the others go on. Layer: policies.
 */
#ifndef POLICIES_EVALUATE_H
#define POLICIES_EVALUATE_H

#include "policies/facts.h"
#include "policies/finding.h"
#include "policies/ruleset.h"

#define FINDINGS_MAX	 10000
#define EVALUATION_STEPS ((uint64_t)10000000000)
#define RULE_STEPS	 ((uint64_t)2000000000)

struct buf;
struct codeowners;
struct locator;
struct secrets;

/* What rules can see besides the plan. Each UNKNOWN (with its name as path) when it is not known.
 */
struct policy_world {
	const char *operation_word; /* "check", "drift"; NULL: that of the facts */
	const struct facts *facts;
	struct value git, pr, data, backend;
	/* source -> {version, constraints, hashes}, from the lock file; any other kind: not known
	 */
	struct value provider_locks;
	int64_t now;
	struct str fingerprint_key; /* empty: none */
	/* Of the plan, sealed: also where it does not mark them they are hidden from messages. NULL
	 * until they are all known. */
	const struct secrets *secrets;
	bool
	    tell_all; /* messages and fingerprints of all findings, not of the first of each rule */
	bool strict_unknown;		 /* undecided counts as deny */
	struct str break_glass;		 /* reason; empty: none */
	bool after_apply;		 /* deciding undecided findings again on the new state */
	const struct codeowners *owners; /* of the trusted chain; NULL: none */
	uint64_t rule_steps;		 /* 0: RULE_STEPS */
	/* The head's policy files are not those of the commit at hand: approvals of it release
	 * none. */
	bool files_unapproved;
	bool in_pull_request; /* head-only waivers and weakenings count for something */
};

struct moved_directory {
	struct ruleset *rules;
	struct str directory;
};

struct evaluation {
	const struct plan *plan;
	struct ruleset *trusted; /* NULL: only one chain */
	struct ruleset *head;	 /* or the only one */
	/* whose backend this directory took over, or (moved_doubt) all whose it may be */
	const struct moved_directory *moved;
	size_t moved_count;
	struct policy_place moved_place;	     /* of the backend block that takes it over */
	struct str moved_doubt;			     /* why it is not sure; empty: it is */
	const struct ruleset_comparison *weakenings; /* or NULL */
	const struct policy_world *world;
	/* Of other tools, about this directory: they join before waivers are applied. */
	const struct finding *imported;
	size_t imported_count;
	struct locator *locator; /* NULL: findings get no file and line */
};

/* A text (or stream) that counts more than it lists, or ends before it counts, was cut: what is
 * missing was judged by nobody. */
bool plan_is_cut_text(const struct plan *plan);

NODISCARD bool evaluate_plan(struct arena *arena, struct arena *scratch,
    const struct evaluation *evaluation, struct policy_problems *problems, struct verdict *out,
    struct err *err);

/*
 * The same in steps, for a caller that loads the changes anyhow: begin, each change of
 * CHANGES_RESOURCE that VISIT_CHANGED takes, in any order (all of them or none), finish, which
 * looks at the rest and fills the verdict. Rules whose texts are computed from values wait until
 * finish, for which the world has the secrets: a part of one, or another writing, would not be
 * found in a text. Where equal errors become one finding it names the first
 * that was judged; nothing else depends on the order. NULL from begin: the verdict is withheld, and
 * the other steps take that. The evaluation and `out` have to stay. evaluate_end() releases,
 * finished or not.
 */
struct evaluator;
NODISCARD bool evaluate_begin(struct arena *arena, struct arena *scratch,
    const struct evaluation *evaluation, struct policy_problems *problems, struct verdict *out,
    struct evaluator **evaluator, struct err *err);
NODISCARD bool evaluate_change(
    struct evaluator *evaluator, const struct change *change, struct err *err);
NODISCARD bool evaluate_finish(struct evaluator *evaluator, struct err *err);
void evaluate_end(struct evaluator *evaluator);

/* Scope `run`: once over all plans of one pull request. The rules of every directory's chain, each
 * rule (by its place) once. `out` is a verdict of its own. */
NODISCARD bool evaluate_run(struct arena *arena, const struct evaluation *const *plans,
    size_t count, struct policy_problems *problems, struct verdict *out, struct err *err);

/* One rule on one resource, for `policy test` and `policy explain`.
 * NOT_MATCHED: `match` does not take it; GUARDED: `when` is false. */
enum rule_end {
	RULE_NOT_MATCHED,
	RULE_GUARDED,
	RULE_PASS,
	RULE_VIOLATION,
	RULE_UNDECIDED,
	RULE_ERROR,
};
struct rule_result {
	enum rule_end end;
	const struct str *paths; /* UNDECIDED */
	size_t path_count;
	struct str error;
	struct str message;
	size_t item_count, item; /* `each`: how many items, and which one decided */
};
const char *rule_end_name(enum rule_end end);

struct rule_subject {
	struct ruleset *ruleset;
	size_t rule;
	const struct change *change; /* NULL: of scope plan */
	const struct plan *plan;     /* may be NULL */
	const struct policy_world *world;
};
NODISCARD bool evaluate_rule(struct arena *arena, const struct rule_subject *subject,
    struct rule_result *out, struct policy_problems *problems, struct err *err);

/* policy explain: the trees of each, when and condition with the values of every node. */
NODISCARD bool evaluate_explain(struct arena *arena, const struct rule_subject *subject,
    struct buf *out, struct policy_problems *problems, struct err *err);

#endif

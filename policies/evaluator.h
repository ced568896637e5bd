/*
 * evaluator.h: what evaluate.c, judge.c, type_rules.c and the makers of findings share.
 *
 * Layer: policies; for those files only.
 */
#ifndef POLICIES_EVALUATOR_H
#define POLICIES_EVALUATOR_H

#include "base/arena.h"
#include "policies/cel/trace.h"
#include "policies/evaluate.h"
#include "policies/host.h"

/* One rule of one ruleset, ready to run. */
struct judged_rule {
	struct ruleset *ruleset;
	size_t index; /* in the ruleset */
	const struct rule *rule;
	const struct rule_programs *programs;	     /* NULL: not compiled yet */
	struct value params, labels, dir, dir_parts; /* as its chain has them */
	struct rule_tally *tally;		     /* in the verdict */
	uint64_t steps;				     /* used so far */
	size_t existing;			     /* findings of what was there before */
	bool error_seen;			     /* its one finding of kind ERROR is there */
	bool is_trusted, is_head;
	bool waits; /* it has something to say, and is to say it when all secrets are known */
	bool mentions_plan;
	struct rule_traces *traces;	       /* for its findings, one after the other */
	const struct after_paths *after_paths; /* NULL: no violation can have been there before */
};

/* The rules that look at one type of the plan. */
struct type_rules {
	uint64_t hash;
	struct str type;
	struct judged_rule *const *rules;
	size_t count;
	unsigned actions; /* of all of them together */
};

struct type_table { /* open addressing; hash 0: free */
	struct type_rules *slots;
	size_t size, count; /* size: a power of two */
	unsigned actions;   /* of all rules */
};

struct finding_list {
	struct finding *items;
	size_t count, room;
	size_t kept[LEVEL_DENY + 1];
};

/* Which rules look at a change that is judged. */
enum turn {
	TURN_ALL,
	TURN_AHEAD,   /* of those that wait for the secrets: only that they pass */
	TURN_WAITING, /* these, where they do not */
};

/* Changes that a rule waits for, by the hashes of their addresses: a few too many do no harm. */
struct waited {
	uint64_t *hashes; /* sorted before they are looked up */
	size_t count, room;
};

struct evaluator {
	struct arena *arena, *scratch;
	struct arena *results; /* of one evaluation */
	struct arena *trace;   /* of one traced evaluation and what is made from it */
	struct arena *kept;    /* values of named expressions, of one subject */
	struct arena_mark kept_start;
	bool keeps; /* the views at hand are those of that subject */
	const struct evaluation *evaluation;
	const struct policy_world *world;
	const struct plan *plan;
	struct policy_host *host;
	struct cel_run *run;
	struct policy_problems *problems;
	struct verdict *verdict;
	struct value activation[POLICY_VARIABLE_COUNT];
	struct value guard; /* of the rule at hand: true or unknown */

	struct judged_rule *rules;
	size_t rule_count;
	struct type_table types;
	enum rule_scope scope;	     /* being evaluated */
	const struct change *change; /* NULL in plan and run scope */
	enum host_view view;	     /* of the change and of `plan` in the activation */
	bool outdated;		     /* a rule was compiled that wants more than the view has */
	bool incomplete;	     /* the plan is: its plan-scope rules are undecided */
	enum turn turn;
	struct waited waited;
	size_t value_texts; /* bytes of them that findings hold */
	struct finding_list findings;
	bool
	    changed_judged; /* what VISIT_CHANGED takes of CHANGES_RESOURCE, by evaluate_change() */
	size_t problems_before; /* that others had */
	size_t switched_off;	/* findings of other tools whose rule is disabled */
};

/* --- evaluate.c --- */

void evaluator_begin(struct evaluator *evaluator, struct arena *arena, struct arena *scratch,
    const struct evaluation *evaluation);
/* The variables that do not change from one resource to the next. */
void evaluator_bind(struct evaluator *evaluator);
/* Fills what a rule sees of its own chain: params, labels, directory. */
void judged_rule_begin(
    struct evaluator *evaluator, struct ruleset *ruleset, size_t index, struct judged_rule *rule);
/* Rules of both chains that are to be run. */
void evaluator_choose(struct evaluator *evaluator);
/* Parts of it are missing: what counts them cannot be decided. */
bool plan_is_incomplete(const struct plan *plan);
/* Rules of scope plan or run. */
NODISCARD bool judge_whole(struct evaluator *evaluator, enum rule_scope scope, struct err *err);
void evaluator_end(struct evaluator *evaluator);

/* --- evaluate_finish.c --- */

/* Both chains become one, waivers, releases, counts: the verdict. */
void evaluator_finish(struct evaluator *evaluator);

/* --- judge.c --- */

/* What one evaluation gave. `value` is the deciding UNKNOWN or ERROR. */
struct ruling {
	enum rule_end end;
	struct value value;
};

/* Of one traced run of a rule; those of expressions that it does not have stay unused. */
struct rule_traces {
	struct cel_trace each, when, condition;
};
void rule_traces_begin(
    struct arena *arena, const struct rule_programs *programs, struct rule_traces *out);
/* Those of the rule, empty: the trees are copied once. */
struct rule_traces *rule_traces_again(struct evaluator *evaluator, struct judged_rule *rule);

/* Compiles on first use; false when it does not compile (problems were told). */
bool judge_ready(struct evaluator *evaluator, struct judged_rule *rule);
/* `when`, then the items of `each`; a single pseudo-item without it. False: *ruling says why there
 * are none, for instance that the rule is guarded. */
bool judge_items(struct evaluator *evaluator, const struct judged_rule *rule,
    struct rule_traces *traces, struct value *items, struct ruling *ruling);
/* One item (or the resource itself), after judge_items(). `traces` NULL: fast. */
struct ruling judge_item(struct evaluator *evaluator, const struct judged_rule *rule,
    struct value item, size_t index, struct rule_traces *traces);
/* Every item of the change at hand; what is no pass is reported. */
/* Has the rule nothing to say of the change at hand? Counted if so; else nothing is. */
bool judge_passes(struct evaluator *evaluator, struct judged_rule *rule);
NODISCARD bool judge_rule(struct evaluator *evaluator, struct judged_rule *rule, struct err *err);
/* Sets `resource` or `output` for a view of a change (NULL: there is none), and makes `plan` one
 * of that view when it is next asked for. */
NODISCARD bool judge_view(struct evaluator *evaluator, struct arena *arena,
    const struct change *change, enum host_view view, struct err *err);
/* `plan` costs something: it is made when a program mentions it. */
void judge_bind_plan(struct evaluator *evaluator);

/* --- type_rules.c --- */

NODISCARD bool type_rules_build(
    struct evaluator *evaluator, enum change_set set, enum rule_scope scope, struct err *err);
/* NULL: no rule looks at it. */
const struct type_rules *type_rules_find(const struct type_table *table, uint64_t hash);

/* --- findings.c --- */

/* Makes the finding of a ruling that is no pass. `item` is -1 without `each`. */
NODISCARD bool finding_report(struct evaluator *evaluator, struct judged_rule *rule,
    struct value item, int64_t index, struct ruling ruling, struct err *err);
/* Keeps it; of a level that is full it is only counted. */
void finding_add(struct evaluator *evaluator, const struct finding *finding);
/* Binds `item` and `index` (-1: none) as they may be shown; the change stands there as HOST_SHOWN.
 */
void finding_bind_shown_item(
    struct evaluator *evaluator, const struct judged_rule *rule, int64_t index);
/* A message or remediation over what stands in the activation; in the evaluator's arena. */
struct str finding_render(struct evaluator *evaluator, const struct policy_template *text);

/* --- launder.c --- */

/*
 * What is unknown only because it comes out of a terraform_data: does its input prove a violation?
 * Then *filled is the change with those values, and *item and *index say which item violates (in:
 * -1, any of them).
 */
bool is_laundered(struct evaluator *evaluator, const struct judged_rule *rule,
    struct change *filled, struct value *item, int64_t *index);

/* --- preexisting.c --- */

/* What a rule reads of `after`, if it is one whose violations `before` can have, too; else NULL. */
struct after_paths;
const struct after_paths *preexisting_paths(
    struct arena *arena, const struct rule *rule, const struct rule_programs *programs);
bool preexisting(
    struct evaluator *evaluator, const struct judged_rule *rule, struct value item, bool has_item);

/* --- imported.c --- */

/* Findings of other tools, with the level that counts. */
void imported_add(struct evaluator *evaluator);
/* Says how many were left out; empty: none. */
struct str imported_note(const struct evaluator *evaluator);

/* --- fingerprints.c --- */

/* "vf1:..." of the item, else of the values at the paths that the rule mentions, and their texts;
 * empty: not possible. */
void finding_take_value(struct evaluator *evaluator, const struct judged_rule *rule,
    struct value item, bool has_item, struct finding *out);
struct str finding_fingerprint(struct arena *arena, const struct finding *finding);

/* --- waive.c, release.c: after all findings are there --- */

void waivers_apply(struct evaluator *evaluator);
void weakenings_report(struct evaluator *evaluator);
/* Has the trusted chain's owner of this rule approved that the head's version counts? */
bool rule_is_released(const struct evaluator *evaluator, struct str rule);
/* The same for a setting: "undecided", "require_rules", "waiver_policy.max_days". */
bool setting_is_released(const struct evaluator *evaluator, const char *key);
/* Who decides about a file, or about a rule (of the trusted chain, where it has it). */
struct policy_names policy_owners(
    const struct evaluator *evaluator, const struct rule *rule, struct str file);
/* Has one of them approved the commit at hand? */
bool is_approved_by_any(const struct evaluator *evaluator, struct policy_names owners);

#endif

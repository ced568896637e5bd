/*
 * ruleset.h: the rules that hold for one directory: every policy file from the repository root down
 * to it, packs and included files, put together.
 *
 * Rules accumulate; labels, params and variables merge downward, the nearest wins; an `override`
 * changes level, params or disabled of an inherited rule, or level and disabled of one of another
 * tool ("tflint:x"), which nobody has to have declared. Locks are proven here: an override,
 * param, label or variable below a lock that is not provably tighter is a problem that names both
 * places. Expressions are compiled when first asked for (ruleset_program()), packs likewise;
 * `check_all` compiles all of them at once and reports every problem (policy lint, policy test),
 * `check_own` (check) all but those of packs.
 *
 * Rules of a used file hold from the directory of the tfherald.yaml that uses it: its `dirs` globs
 * are relative to that. Params of a pack are defaults: what a file of the chain sets counts.
 * Variables of a pack are seen by its own rules only, those of a file by the rules at and below it.
 *
 * A lock binds the directories below; the file that uses a pack or another file may override their
 * rules freely. `directories:` labels win over the explicit labels of the same file and give way to
 * those of nearer ones.
 *
 * Errors: problems, with places; loading goes on after them. Limits: 64 directories, 1,000 included
 * files, RULESET_RULES_MAX rules, RULESET_NAMES_MAX labels, params and variables each, CEL's own.
 * Ownership: the arena given; ruleset_free() releases compiled patterns. Layer: policies.
 */
#ifndef POLICIES_RULESET_H
#define POLICIES_RULESET_H

#include "policies/cel/cel.h"
#include "policies/policy_file.h"
#include "policies/source.h"

#define RULESET_DEPTH_MAX    64
#define RULESET_INCLUDES_MAX 1000
#define RULESET_RULES_MAX    50000
#define RULESET_NAMES_MAX    1000

/* The variables of every rule, by number: activation[i]. */
#define POLICY_VARIABLES(X)                                      \
	X(operation, "plan, apply, check or drift")              \
	X(resource, "the resource at hand")                      \
	X(plan, "the whole plan")                                \
	X(output, "scope output: the output at hand")            \
	X(run, "scope run: all plans of one `check`")            \
	X(backend, "where the state is")                         \
	X(item, "one item of `each`")                            \
	X(index, "its number, from 0")                           \
	X(params, "typed parameters")                            \
	X(labels, "facts about the directory")                   \
	X(dir, "the directory, relative to the repository root") \
	X(dir_parts, "its parts, a list")                        \
	X(git, "what git says")                                  \
	X(pr, "the pull request")                                \
	X(data, "documents of `data:`, by name")                 \
	X(now, "time of the run, `--now` sets it")

enum policy_variable {
#define X(name, help) VARIABLE_##name,
	POLICY_VARIABLES(X)
#undef X
};
#define POLICY_VARIABLE_COUNT (VARIABLE_now + 1)

/* Programs of one rule, compiled when first asked for. */
struct rule_programs {
	struct cel_program *each, *when, *condition;
	struct policy_template *message, *remedy; /* template.h */
	bool compiled, broken;
	bool waits; /* its texts are computed from values: made once all secrets are known */
};

/* What the chain makes of a rule: states[i] belongs to rules[i]. */
struct variable_space; /* ruleset_names.h */
struct rule_state {
	size_t depth;		    /* of the directory it holds from; 0 is the root */
	const struct param *params; /* set by overrides, for this rule only */
	size_t param_count;
	struct variable_space *space; /* named expressions that it sees besides its own */
	const struct mentions *sees;  /* ruleset_names.h; NULL: not looked at yet */
	struct str inactive; /* why it is not in force here: "disabled", "dirs: ..."; or empty */
	struct policy_place inactive_place;
};

/* A pack in use: the pin as it was written. */
struct used_pack {
	struct str name, version;
	struct policy_place place;
};

/* What a chain makes of the rules of another tool, whose ids have a ':'. */
struct tool_level {
	bool has_level, disabled;
	enum level level;
	struct policy_place place; /* of the nearest override; line 0: nobody says anything */
};

struct ruleset {
	struct arena *arena;
	struct str directory; /* "." written as "" */
	struct str source;    /* name of the source: "origin/main at 1a2b3c4" */

	/* Effective, in order of the chain, used files and packs before the file that uses them.
	 * The first rule_count are in force; then, up to rule_total, those that are not: disabled,
	 * or `dirs` or `labels` do not match this directory (states[i].inactive says why). */
	struct rule *rules;
	struct rule_programs *programs;
	struct rule_state *states;
	size_t rule_count, rule_total;
	struct param *params;
	size_t param_count;
	struct label *labels;
	size_t label_count;
	struct named_text *variables;
	size_t variable_count;
	struct data_document *data;
	size_t data_count;
	struct waiver *waivers;
	size_t waiver_count;
	struct rule_override
	    *tool_overrides; /* "tflint:x", "tflint:*"; what counts more is later */
	size_t tool_override_count;
	struct policy_test *tests; /* of all files read, packs left out */
	size_t test_count;
	const struct policy_file **files; /* in order of the chain */
	size_t file_count;
	struct str *not_read; /* "prod/tfherald.yml" and the like */
	size_t not_read_count;

	enum level undecided; /* strictest of the chain */
	bool require_rules;
	int64_t waiver_max_days;
	struct policy_names waiver_require, owners_policy, owners_team;
	struct policy_place owners_place; /* line 0: nobody gave it; likewise the next */
	struct policy_place undecided_place, require_rules_place, waiver_policy_place;
	struct policy_place break_glass_place;
	bool has_break_glass; /* of the root file only */
	struct policy_names break_glass_who, break_glass_notify;

	struct value params_value, labels_value; /* for the activation */
	struct cel_scope scope;			 /* variables and functions, for `policy eval` */
	struct used_pack *packs;
	size_t pack_count;
	struct variable_space *space; /* of the chain */
	struct cel_program **owned;   /* for ruleset_free() */
	struct policy_template **owned_templates;
	size_t owned_count, owned_template_count;
};

struct ruleset_request {
	const struct source *source;
	struct str directory;	   /* of the root module; "" for the repository root */
	bool check_all;		   /* compile everything, report every problem */
	bool check_own;		   /* the same without rules of packs, which we checked */
	struct policy_names extra; /* files given on the command line (--rules FILE), relative; as
				      if the root file used them */
	bool tests;		   /* also read the *_test.yaml files */
	/* A pack as a file (policies/packs/x.yaml), as if the root file used it, with its tests;
	 * empty: none. For who writes packs: those that ship are named in `use`. */
	struct str pack_file, pack_text;
};

/* False when the source could not be read (ERR_IO, ERR_NETWORK); what is wrong with the files is
 * in problems. Rules and waivers are marked as trusted and head: there is only one chain so far. */
NODISCARD bool ruleset_load(struct arena *arena, const struct ruleset_request *request,
    struct ruleset **out, struct policy_problems *problems, struct err *err);
void ruleset_free(struct ruleset *ruleset);

/* The programs of rule i; false (once, problems reported) when one does not compile. */
NODISCARD bool ruleset_programs(struct ruleset *ruleset, size_t rule,
    const struct rule_programs **out, struct policy_problems *problems);

/* The index of a rule, also of one that is not in force; SIZE_MAX: there is none. */
size_t ruleset_find(const struct ruleset *ruleset, struct str id);

/* Why `dirs` or `labels` of rule i do not match the directory (and labels) of the ruleset; empty:
 * they do. For rulesets whose directory was changed, by `policy test`. */
struct str ruleset_rule_elsewhere(const struct ruleset *ruleset, size_t rule);

/* params as rule i sees them: those of the directory, changed by its overrides (those win, also
 * over params of nearer files: they speak of this rule). */
struct value ruleset_params(struct arena *arena, const struct ruleset *ruleset, size_t rule);

/* The nearest override counts, for its level and for `disabled` each. */
struct tool_level ruleset_tool_level(const struct ruleset *ruleset, struct str rule);
/* Does an override name just this one? */
bool ruleset_names_tool_rule(const struct ruleset *ruleset, struct str rule);

/* --- two chains --- */

/* Something of the trusted chain that the head would loosen, or may loosen (an expression that
 * differs cannot be proven stricter). */
struct weakening {
	struct str rule; /* id; of a setting its key; "params.x", "pack:tags", "p/rules.yaml" */
	struct str what; /* "level deny -> warn", "removed", "the condition differs" */
	struct policy_place trusted, head; /* head.line 0: not there any more */
	struct policy_names rules; /* ids of the trusted rules that it loosens: one, or all that
				      go with a file, a pack or a param; none: a setting */
};
/* Does it speak of this rule? */
bool weakening_is_about(const struct weakening *weakening, struct str rule);

struct ruleset_comparison {
	struct weakening *items;
	size_t count;
};
/* Marks in both which rules (and waivers) are the same (is_trusted and is_head), so that those are
 * evaluated once. */
void ruleset_compare(struct arena *arena, struct ruleset *trusted, struct ruleset *head,
    struct ruleset_comparison *out);

#endif

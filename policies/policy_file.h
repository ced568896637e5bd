/*
 * policy_file.h: one tfherald.yaml, tfherald.waivers.yaml, included file or pack -> structs.
 *
 * All problems of a file are reported in one run, each with file:line:column; unknown keys come
 * with a suggestion. Keys that are settings (policy_key() is false for them) are skipped in
 * tfherald.yaml: cmd/settings_*.c reads those, from the same file. YAML traps have a message of
 * their own (policies design, 1).
 *
 * Expressions are checked by the ruleset (they need its scope), not here. Dates: "2026-12-31".
 * Limits: 4 MiB a file (base/yaml.h), RULES_MAX rules a file. Ownership: the arena given; texts are
 * borrowed from `text`. Layer: policies.
 */
#ifndef POLICIES_POLICY_FILE_H
#define POLICIES_POLICY_FILE_H

#include "base/err.h"
#include "policies/policy.h"

#define POLICY_FILE	    "tfherald.yaml"
#define WAIVERS_FILE	    "tfherald.waivers.yaml"
#define RULES_MAX	    10000
#define POLICY_PROBLEMS_MAX 100

struct policy_source_text;

/* Problems collected over files; the same idea as cmd's struct problems. */
struct policy_problems {
	struct arena *arena;
	struct err items[POLICY_PROBLEMS_MAX];
	struct str carets[POLICY_PROBLEMS_MAX]; /* two lines that show the place, or empty */
	size_t count;
	size_t left_out;
	const struct policy_source_text *sources; /* the files, for `carets` */
};
void policy_problems_init(struct policy_problems *problems, struct arena *arena);
/* `code` is ERR_INVALID, ERR_SYNTAX or ERR_LIMIT. */
void policy_problem(struct policy_problems *problems, const struct policy_place *place,
    const char *fmt, ...) PRINTF_LIKE(3, 4);
/* The file that places name, for carets; `name` is found again by its address (two chains have
 * files of one name), so places have to keep that very str. */
void policy_problem_source(struct policy_problems *problems, struct str name, struct str text);
void policy_problem_err(struct policy_problems *problems, struct err *err); /* takes it over */

enum policy_file_kind {
	POLICY_CHAIN,	 /* tfherald.yaml: policy keys and settings */
	POLICY_INCLUDED, /* of `use:`: rules, variables, params, tests */
	POLICY_WAIVERS,
	POLICY_TESTS, /* *_test.yaml: tests only */
	POLICY_PACK,
};

struct policy_file {
	struct str name, directory;
	enum policy_file_kind kind;
	const struct yaml *yaml;

	struct policy_text directories; /* pattern: "envs/{env}/{service}" */
	struct label *labels;
	size_t label_count;
	struct param *params;
	size_t param_count;
	struct named_text *variables;
	size_t variable_count;
	struct use *uses;
	size_t use_count;
	struct rule *rules;
	size_t rule_count;
	struct rule_override *overrides;
	size_t override_count;
	struct policy_test *tests;
	size_t test_count;
	struct data_document *data;
	size_t data_count;
	struct waiver *waivers;
	size_t waiver_count;

	/* settings of policies; has_... : given in this file */
	bool has_undecided, has_require_rules, require_rules, has_waiver_policy, has_break_glass;
	enum level undecided; /* WARN or DENY */
	struct policy_place undecided_place, require_rules_place, waiver_policy_place,
	    break_glass_place;
	int64_t waiver_max_days;	    /* 0: not given */
	struct policy_names waiver_require; /* "reason", "ticket", "approved_by" */
	struct policy_names owners_policy, owners_team;
	struct policy_place owners_place;
	struct policy_names break_glass_who, break_glass_notify;
	struct str pack_name, pack_version; /* of a pack */
};

/* Is this top-level key of tfherald.yaml read here (and not by the settings)? */
bool policy_key(struct str key);
/* Name, type for the schema, one-line help: rows for documentation. NULL-name-terminated. */
struct policy_key_row {
	const char *name, *type, *inherited, *help;
};
extern const struct policy_key_row policy_key_rows[];

/* Never fails: what is wrong is in `problems`, the rest is filled. */
void policy_file_read(struct arena *arena, enum policy_file_kind kind, struct str name,
    struct str text, struct policy_file *out, struct policy_problems *problems);

/* An error of YAML in an expression, told as the trap that it most often is; others stay. */
void policy_yaml_error(struct str text, struct err *err);

/*
 * Tags that only documents of tests may have: !unknown and !sensitive; other unknown tags are kept,
 * because "!has(x)" is one. Whoever else reads a tfherald.yaml has to read it with these.
 */
struct yaml_read_options;
extern const struct yaml_read_options policy_yaml;

/* A value as it was written (struct param's `written`) -> a value of the type. ERR_INVALID: "item 2
 * is text, not an int". */
NODISCARD bool param_value(struct arena *arena, enum param_type type, struct value written,
    struct value *out, struct err *err);
/* Does this direction fit the type? TIGHTEN_NONE fits every one. */
bool tighten_fits(enum tighten tighten, enum param_type type);

#endif

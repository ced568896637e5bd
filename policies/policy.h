/*
 * policy.h: the words of policy files as data: rules, params, waivers, tests, each with its place.
 *
 * One struct per thing a person writes. policy_file.c fills them from YAML, ruleset.c puts the
 * files of a chain together, evaluate.c runs them. Enums stand beside the texts of the files
 * (policy_words.c). Source: the policies design page, 1 to 5.
 *
 * Ownership: the arena of whoever loaded them. Layer: policies.
 */
#ifndef POLICIES_POLICY_H
#define POLICIES_POLICY_H

#include "base/value.h"
#include "base/yaml.h"
#include "parser/plan.h"

struct cel_program;

/* --- words --- */

enum level {
	LEVEL_INFO,
	LEVEL_WARN,
	LEVEL_DENY,
};
enum rule_scope {
	SCOPE_RESOURCE,
	SCOPE_PLAN,
	SCOPE_OUTPUT,
	SCOPE_DRIFT,
	SCOPE_RUN,
};
enum rule_lock {
	LOCK_NONE,
	LOCK_WEAKEN, /* children may only tighten */
	LOCK_ALL,    /* children may not touch */
};
enum on_unknown {
	ON_UNKNOWN_DEFAULT, /* info for info rules, else the directory's `undecided` */
	ON_UNKNOWN_IGNORE,
	ON_UNKNOWN_INFO,
	ON_UNKNOWN_WARN,
	ON_UNKNOWN_DENY,
};
enum existing {
	EXISTING_WARN, /* at most warn */
	EXISTING_SAME,
	EXISTING_IGNORE,
};
enum tighten {
	TIGHTEN_NONE, /* no direction: a locked one may not change at all */
	TIGHTEN_SUPERSET,
	TIGHTEN_SUBSET,
	TIGHTEN_LOWER,
	TIGHTEN_HIGHER,
	TIGHTEN_TRUE,
	TIGHTEN_FALSE,
};
enum param_type {
	PARAM_BOOL,
	PARAM_INT,
	PARAM_DOUBLE,
	PARAM_STRING,
	PARAM_LIST_BOOL,
	PARAM_LIST_INT,
	PARAM_LIST_DOUBLE,
	PARAM_LIST_STRING,
	PARAM_MAP_STRING, /* map<string> */
};

const char *level_name(enum level level);
const char *rule_scope_name(enum rule_scope scope);
const char *rule_lock_name(enum rule_lock lock);
const char *on_unknown_name(enum on_unknown on_unknown);
const char *existing_name(enum existing existing);
const char *tighten_name(enum tighten tighten);
const char *param_type_name(enum param_type type);
/* NULL-terminated lists of those names, in the order of the enums. */
extern const char *const level_words[],
    *const rule_scope_words[], *const rule_lock_words[], *const on_unknown_words[],
							     *const existing_words[],
								 *const tighten_words[],
								     *const param_type_words[];

/* --- places and texts --- */

struct policy_place {
	struct str file; /* relative to the root; "pack:aws-baseline@1.0" */
	int line, column;
};

/* The text of an expression or message, which knows where each of its bytes stands. */
struct policy_text {
	struct str text; /* empty: not given */
	struct policy_place place;
	const struct yaml *yaml; /* NULL: `place` only (packs) */
	const struct value *node;
};
struct policy_place policy_text_place(const struct policy_text *text, size_t at);

struct policy_names { /* a list of strings */
	const struct str *items;
	size_t count;
};

/* --- rules --- */

/* What a person writes in `actions:`. A replace answers to `replace` only, in either order. */
enum match_action {
	MATCH_CREATE = 1 << 0,
	MATCH_READ = 1 << 1,
	MATCH_UPDATE = 1 << 2,
	MATCH_DELETE = 1 << 3,
	MATCH_REPLACE = 1 << 4,
	MATCH_FORGET = 1 << 5,
	MATCH_IMPORT = 1 << 6,
	MATCH_NO_OP = 1 << 7,
};
#define MATCH_ACTIONS_DEFAULT (MATCH_CREATE | MATCH_UPDATE | MATCH_REPLACE)
/* The words that an action (and importing) answers to. */
unsigned match_actions_of(enum action action, bool importing);

struct rule_match {
	struct policy_names types; /* names or globs; "!x" excludes; none: every type */
	struct policy_names dirs;  /* globs relative to the file; "!x" excludes */
	struct policy_names
	    modules; /* globs over the module address without indexes; "" is the root */
	struct policy_names address; /* globs, '*' matches everything */
	struct policy_names has;     /* top-level attributes that `after` (or before) must have */
	struct policy_names providers;
	struct value labels; /* map: name -> text or list of texts (globs) */
	unsigned actions;    /* MATCH_ bits */
	bool actions_given;
	bool deposed; /* look at deposed objects too */
	bool data;    /* look at data sources too (mode: data) */
};

struct named_text { /* `variables:` */
	struct str name;
	struct policy_text text;
};

struct rule {
	struct str id, title, description, url, remediation; /* remediation is a template too */
	struct policy_place place;			     /* of the rule */
	struct str directory;				     /* of its file, "" for the root */
	struct str pack;				     /* "aws-baseline@1.0"; empty: none */
	bool from_newer_pack; /* added after the pinned version: only warns */

	enum level level;
	bool waivable;
	bool disabled;
	enum rule_lock lock;
	enum rule_scope scope;
	struct rule_match match;
	struct policy_text each, when, condition, message, remedy;
	bool is_require; /* condition is `require:` */
	bool has_condition;
	const struct named_text *variables;
	size_t variable_count;
	enum on_unknown on_unknown;
	enum existing existing;
	int64_t enforce_from; /* seconds since 1970, start of that day UTC; 0: always */
	struct policy_names owners;

	struct rule_change *changes; /* what overrides did, outermost first (ruleset.c) */
	size_t change_count;
	bool is_trusted, is_head; /* which chain it is in; both when they say the same */
};

/* One step of an override: "level warn -> deny at prod/tfherald.yaml:3:5". */
struct rule_change {
	struct str what; /* "level warn -> deny", "disabled", "params.x ..." */
	struct policy_place place;
};

/* --- the other keys --- */

struct param {
	struct str name;
	enum param_type type;
	struct value value;   /* of that type; without type_given: plain scalars by their look */
	struct value written; /* as it stands there, for param_value() (policy_file.h) */
	enum tighten tighten;
	struct policy_place place;
	bool type_given; /* a child that only gives a value inherits type and tighten */
};

struct label {
	struct str name;
	struct value value; /* text */
	struct policy_place place;
};

struct rule_override {
	struct str rule;
	bool has_level, has_disabled, disabled;
	enum level level;
	struct param *params; /* set for this rule only */
	size_t param_count;
	struct policy_place place;
};

struct use {		 /* one entry of `use:` */
	struct str text; /* "pack:aws-baseline@1.0", "./policies/(star).yaml" */
	struct policy_place place;
};

struct data_document { /* `data: {name: path}` */
	struct str name, path;
	struct policy_place place;
};

struct policy_test {
	struct str rule, name;
	struct value
	    document; /* as written; !unknown and !sensitive became kinds (policy_test.c) */
	struct policy_place place;
};

struct waiver {
	struct str rule, resource, value, reason, ticket, approved_by, expires_text;
	int64_t expires; /* first second after the last valid one */
	struct policy_place place;
	struct str directory; /* of its file */
	struct str problem;   /* why it is not applied (malformed), else empty */
	bool is_trusted, is_head;
};

#endif

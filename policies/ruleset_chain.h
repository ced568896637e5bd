/*
 * ruleset_chain.h: a ruleset under construction, directory by directory from the root down.
 *
 * Each level: read its files (ruleset_files.c, ruleset_use.c, ruleset_packs.c), merge names and
 * settings (ruleset_merge.c, ruleset_params.c, ruleset_labels.c), add rules and apply overrides
 * (ruleset_rules.c, ruleset_override.c). Locks (ruleset_locks.c) bind what comes from a deeper
 * level than the rule. In the end ruleset_force.c says which rules hold in the directory.
 *
 * Layer: policies; for the files of the ruleset only.
 */
#ifndef POLICIES_RULESET_CHAIN_H
#define POLICIES_RULESET_CHAIN_H

#include "policies/ruleset_names.h"

struct include { /* files that use each other, innermost first */
	struct str path;
	const struct include *up;
};

/* Names of the chain that rules depend on. */
enum seen_kind {
	SEEN_PARAM,
	SEEN_LABEL,
	SEEN_VARIABLE,
	SEEN_DATA,
};
#define SEEN_KINDS (SEEN_DATA + 1)
struct seen_name {
	enum seen_kind kind;
	struct str name; /* empty: all of the kind */
	size_t rule;
};
struct seen_names {
	struct seen_name *items;
	size_t count;
};
void seen_sort(struct seen_names *names); /* by kind and name */
/* The first of sorted ones that is not before `wanted`. */
size_t seen_find(const struct seen_names *names, const struct seen_name *wanted);
/* Adds those that decide rule i; duplicates may occur. */
void ruleset_seen_names(struct ruleset *set, size_t rule, struct seen_names *out);

struct chain {
	struct arena *arena;
	const struct ruleset_request *request;
	struct policy_problems *problems;
	struct ruleset *set;
	struct err *err; /* of the source */
	bool gave_up;	 /* err is set: the source cannot be read */

	size_t depth;		    /* of the level at hand */
	struct str directory;	    /* of the level at hand */
	struct policy_file *own;    /* its tfherald.yaml, or NULL */
	struct policy_file **level; /* all its files with rules, used ones before their users */
	size_t level_count, level_room;
	struct str *read_paths; /* of used files and chain files: each is read once */
	size_t read_count, include_count;

	size_t *by_id; /* indices of set->rules, by id */
	size_t rule_room;
	struct seen_names locked; /* for this level, sorted, made when first asked for */
	bool locked_known;
};

/* Room for one more item of a growing array in an arena: doubles at powers of two. */
void *array_room(struct arena *arena, void *items, size_t count, size_t size);

/* --- files --- */

/* Reads a file of the source: false when it is not there or was reported. `asked` is the place that
 * wants it; line 0: a file of the chain. */
bool chain_read(struct chain *chain, struct str path, struct str *text, bool *found);
/* Tells a problem of the source, or gives up when it cannot be read at all. */
void chain_source_problem(struct chain *chain, struct str path, struct err *err);
bool chain_list(
    struct chain *chain, struct str directory, struct source_entry **entries, size_t *count);
/* Parses and adds it to set->files. */
struct policy_file *chain_parse(
    struct chain *chain, enum policy_file_kind kind, struct str name, struct str text);
bool chain_was_read(const struct chain *chain, struct str path);
void chain_note_read(struct chain *chain, struct str path);
/* To the level, and its tests to the set. */
void chain_add_file(struct chain *chain, struct policy_file *file);
struct str path_join(struct arena *arena, struct str directory, struct str name);

void chain_read_level(struct chain *chain);
/* What a file uses, then the file itself. `include` names the file. */
void chain_use_all(struct chain *chain, const struct policy_file *file, const struct include *up);
void chain_use_file(struct chain *chain, struct str path, const struct policy_place *place,
    const struct include *up);
void chain_read_tests(struct chain *chain, struct str path);
/* What used files bring belongs to the directory of the file of the chain that uses them. */
void chain_adopt(struct chain *chain, struct policy_file *file);
void chain_use_pack(struct chain *chain, const struct use *use);

/* --- globs over a source (ruleset_glob.c) --- */

bool path_has_glob(struct str path);
/* The files that match, in byte order by directory; false: a limit was passed (text in *why). */
bool chain_glob(
    struct chain *chain, struct str pattern, struct policy_names *out, const char **why);

/* --- names and settings --- */

void chain_merge_labels(struct chain *chain);
void chain_merge_params(struct chain *chain);
void chain_merge_variables(struct chain *chain);
void chain_merge_data(struct chain *chain);
void chain_merge_settings(struct chain *chain);
/* The labels that a `directories:` pattern gives to the directory of the run. */
struct label *chain_pattern_labels(
    struct chain *chain, const struct policy_text *pattern, struct str relative, size_t *count);

/* Two used files of this level say different things: neither is nearer. */
bool chain_clashes(
    const struct chain *chain, const struct policy_place *now, const struct policy_place *next);
/* Of the directory, or NULL. */
struct param *params_find(struct param *params, size_t count, struct str name);
/* Converts to the type; reports. */
bool param_convert(struct chain *chain, struct param *param, const struct param *inherited);
/* Is `to` at most as loose as `from`? *why: "which is not lower than 3". */
bool param_is_tighter(
    struct arena *arena, enum tighten tighten, struct value from, struct value to, struct str *why);
/* A value of a param in a message: short, in one line. */
struct str param_text(struct arena *arena, struct value value);

/* --- rules --- */

/* Indices of all rules, sorted by id; and one by its id, or SIZE_MAX. */
size_t *rules_by_id(struct arena *arena, const struct ruleset *set);
size_t rules_find(const struct ruleset *set, const size_t *by_id, struct str id);
void chain_add_rules(struct chain *chain);
size_t chain_find_rule(const struct chain *chain, struct str id);
void chain_apply_overrides(struct chain *chain);
/* Is it a rule of another tool, "tflint:x"? Ids of our own have no ':'. */
bool is_tool_rule(struct str rule);
void chain_override_tools(struct chain *chain);
void chain_check_waivers(struct chain *chain);
/* "; did you mean 'x'?" or nothing. */
struct str chain_suggest_rule(struct chain *chain, struct str id);

/* --- locks --- */

/* The strictest lock of a rule above this level that uses the name; NULL: none does. */
const struct rule *chain_locked(struct chain *chain, enum seen_kind kind, struct str name);
/* What rule i sees; found once. */
const struct mentions *ruleset_sees(struct ruleset *set, size_t i);
/* "tfherald.yaml:12:5" */
struct str place_text(struct arena *arena, const struct policy_place *place);
/* "rule 'x' (tfherald.yaml:12:5, lock: weaken)" */
struct str lock_text(struct arena *arena, const struct rule *rule);

/* --- the directory --- */

/* `path` below `directory`: "" for itself. */
struct str path_below(struct str directory, struct str path);
/* Sorts rules into those in force and the others. */
void chain_decide_force(struct chain *chain);

#endif

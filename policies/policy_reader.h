/*
 * policy_reader.h: how the parts of a policy file are read: tables of keys, fields by offset,
 * problems with places. Between policy_file.c and policy_file_*.c only.
 *
 * A reader walks one document. YAML scalars are texts that know whether they were quoted; the
 * scalars of an embedded pack (JSON) are typed already: the functions here take both.
 * Ownership: the reader's arena. Layer: policies.
 */
#ifndef POLICIES_POLICY_READER_H
#define POLICIES_POLICY_READER_H

#include "policies/policy_file.h"

#define POLICY_NAME_MAX	  100 /* bytes of an id or name */
#define POLICY_BLOCK_HINT "; write it as a block scalar: '|' and the text on the next line"

struct policy_reader {
	struct arena *arena;
	struct policy_file *file;
	struct policy_problems *problems;
	int line;	     /* packs: of the rule at hand; 0: not known */
	struct str pinned;   /* packs: version after '@' */
	struct buf *instead; /* of a waiver: problems go here as text; else NULL */
};

typedef void policy_key_fn(
    struct policy_reader *reader, const char *key, const struct value *node, void *into);

enum policy_field {
	FIELD_OTHER,	  /* `read` does it */
	FIELD_TEXT,	  /* struct str */
	FIELD_BOOL,	  /* bool */
	FIELD_WORD,	  /* an enum, by `words` */
	FIELD_NAMES,	  /* struct policy_names: a text or a list of texts */
	FIELD_EXPRESSION, /* struct policy_text */
	FIELD_MESSAGE,	  /* struct policy_text */
	FIELD_DATE,	  /* int64_t */
};

struct policy_key {
	const char *name; /* NULL ends the table */
	enum policy_field field;
	size_t offset; /* into what the map is read into */
	const char *const *words;
	policy_key_fn *read;
	unsigned kinds; /* bits of enum policy_file_kind; 0: all */
};
#define POLICY_KIND(kind) (1U << (kind))

/* Every key of a map by the table; `what` names the map in messages: "a rule". False when it is no
 * map. */
bool reader_map(struct policy_reader *reader, const struct value *node, const char *what,
    const struct policy_key *keys, void *into);
/* One of its entries. */
void reader_entry(struct policy_reader *reader, const struct value_entry *entry, const char *what,
    const struct policy_key *keys, void *into);
/* Goes through a list; `key` for the message when it is none. */
bool reader_list(struct policy_reader *reader, const char *key, const struct value *node);
/* A map with names of the author's choice: names are checked as identifiers. */
bool reader_named_map(struct policy_reader *reader, const char *key, const struct value *node);
bool name_is_valid(struct str name); /* letters, digits and '_', at most POLICY_NAME_MAX */
bool reader_name(struct policy_reader *reader, const char *what, const struct value *node);
/* Nothing stands behind the key: everything in it is commented out. */
bool reader_is_empty(struct value node);

bool reader_text(
    struct policy_reader *reader, const char *key, const struct value *node, struct str *out);
bool reader_bool(
    struct policy_reader *reader, const char *key, const struct value *node, bool *out);
bool reader_int(struct policy_reader *reader, const char *key, const struct value *node,
    int64_t min, int64_t max, int64_t *out);
bool reader_word(struct policy_reader *reader, const char *key, const struct value *node,
    const char *const *words, unsigned *out);
bool reader_names(struct policy_reader *reader, const char *key, const struct value *node,
    struct policy_names *out);
bool reader_expression(struct policy_reader *reader, const char *key, const struct value *node,
    struct policy_text *out);
bool reader_message(struct policy_reader *reader, const char *key, const struct value *node,
    struct policy_text *out);
bool reader_date(
    struct policy_reader *reader, const char *key, const struct value *node, int64_t *out);
/* A list that holds texts which are globs, "!" in front taken off. */
void reader_check_globs(struct policy_reader *reader, const char *key, const struct value *node,
    struct policy_names names);

/* The text of a scalar, also of a typed one; false for lists, maps, nothing and tags. */
bool scalar_text(struct arena *arena, struct value node, struct str *out);
/* A typed scalar, whatever the document. */
struct value scalar_typed(struct value node);
/* The same for a whole tree; copies lists and maps. */
struct value tree_typed(struct arena *arena, struct value node);
/* "text", "a list", "a map", "nothing", "an int": what stands there instead. */
const char *written_as(struct value node);

struct policy_place reader_place(const struct policy_reader *reader, const struct value *node);
void reader_problem(struct policy_reader *reader, const struct value *node, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
/* "; did you mean 'x'?" or "; known here: ..." */
struct str reader_hint(struct policy_reader *reader, struct str typed, const char *const *words);

/* --- the parts --- */

policy_key_fn read_rules, read_match, read_params, read_labels, read_directories, read_variables,
    read_uses, read_data, read_overrides, read_tests, read_waivers, read_undecided,
    read_require_rules, read_waiver_policy, read_owners, read_break_glass;

/* `variables:` of a rule or a file. */
void read_named_texts(struct policy_reader *reader, const char *key, const struct value *node,
    struct named_text **out, size_t *count);
/* params of an override: values only. */
void read_param_values(struct policy_reader *reader, const char *key, const struct value *node,
    struct param **out, size_t *count);

/* --- YAML traps (policy_traps.c) --- */

/* A value that cannot be an expression as it stands: says which trap it is. NULL: none. */
const char *trap_of_value(const struct yaml *yaml, const struct value *node);
/* A syntax error of YAML: the expression key in whose value it happened, and the trap. */
bool trap_of_error(struct str text, int line, struct str *key, const char **trap);

#endif

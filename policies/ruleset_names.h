/*
 * ruleset_names.h: what expressions mention, and where their named expressions come from.
 *
 * Mentions are found on the parsed tree, before anything is compiled: locks need them for rules
 * whose programs may never be wanted. A text that does not parse mentions nothing (it is a problem
 * of its own when it is compiled). Messages are left out: they decide nothing.
 *
 * Layer: policies; for the files of the ruleset only.
 */
#ifndef POLICIES_RULESET_NAMES_H
#define POLICIES_RULESET_NAMES_H

#include "policies/ruleset.h"

#define VARIABLE_NESTING_MAX 100

enum mention_kind {
	MENTION_BUILTIN, /* params, labels, resource ...: `variable`, and the field in `name` */
	MENTION_NAMED,	 /* any other free name: a named expression, or unknown */
};

struct mention {
	enum mention_kind kind;
	enum policy_variable variable;
	struct str name; /* BUILTIN: first field; empty: the variable as a whole */
	const struct policy_text *text;
	size_t at; /* byte of the text */
};

#define MENTIONS_MAX 1000

struct mentions {
	struct mention *items;
	size_t count;
	bool everything; /* more than MENTIONS_MAX: taken for all there is */
};

/* Adds those of one text; in order of the source, without duplicates. */
void mentions_scan(struct arena *arena, const struct policy_text *text, struct mentions *out);
void mentions_add(struct arena *arena, struct mentions *out, const struct mention *mention);
/* Does it see this field (or all of the variable)? */
bool mentions_field(
    const struct mentions *mentions, enum policy_variable variable, struct str field);

/* Names that a text sees: those of a chain or of a pack. */
struct variable_space {
	const struct named_text *texts;
	size_t count;
	struct named_state {
		struct mentions *mentions; /* NULL: not looked at yet */
		struct cel_program *program;
		enum {
			NAMED_NEW,
			NAMED_IN_WORK,
			NAMED_DONE,
			NAMED_BROKEN
		} state;
		uint32_t stamp; /* of the last visit */
	} * states;
	uint32_t stamp;
};

void variable_space_init(struct arena *arena, struct variable_space *space,
    const struct named_text *texts, size_t count);
/* The index in the space; SIZE_MAX: none of that name. */
size_t variable_space_find(const struct variable_space *space, struct str name);
const struct mentions *variable_space_mentions(
    struct arena *arena, struct variable_space *space, size_t i);

/* Adds what the named expressions in it mention. */
void mentions_follow(struct arena *arena, struct variable_space *space, struct mentions *out);
/* Every word of a text that is no built-in name, as a named one. */
void mentions_words(struct arena *arena, struct str text, struct mentions *out);
/* Everything that decides a rule: its each, when and condition, its own variables and all named
 * expressions behind them. */
void rule_sees(struct arena *arena, const struct rule *rule, struct variable_space *space,
    struct mentions *out);

/* The number of a built-in variable; false: it is none. */
bool policy_variable_find(struct str name, enum policy_variable *out);
const char *policy_variable_name(enum policy_variable variable);
const char *policy_variable_help(enum policy_variable variable); /* what it is, for the docs */

#endif

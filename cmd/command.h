/*
 * command.h: the tables that a command consists of. One const struct command per command, at the
 * end of its own file; one list in commands.c. Four readers: the option parser, --help, shell
 * completion and the manual page.
 *
 * A group ("policy") is a row that runs nothing; its commands are rows of the same list whose names
 * begin with its own ("policy eval"), each in a file of its own (cmd_policy_eval.c).
 *
 * Layer: cmd.
 */
#ifndef CMD_COMMAND_H
#define CMD_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "cmd/app.h"

struct err;

enum opt_type {
	OPT_FLAG,    /* bool; --name, --name=true|false; --no-name where that is its name */
	OPT_TEXT,    /* const char * */
	OPT_FILE,    /* const char *; completed as a file */
	OPT_DIR,     /* const char *; completed as a directory */
	OPT_INT,     /* int64_t within [min, max] */
	OPT_CHOICE,  /* int: index into choices */
	OPT_COMMAND, /* const char *; completed as a program */
	OPT_LIST,    /* struct option_list; may be given several times */
};

#define OPTION_LIST_MAX 32
struct option_list {
	const char *items[OPTION_LIST_MAX];
	size_t count;
};

struct opt {
	const char *name; /* without dashes; NULL ends the table; tables are sorted by name */
	enum opt_type type;
	const char *arg;	    /* name of the value in help, e.g. "FILE"; NULL for flags */
	size_t offset;		    /* in the command's values struct */
	const char *help;	    /* lower case, no full stop */
	const char *const *choices; /* OPT_CHOICE: NULL-terminated; OPT_TEXT: or NULL */
	int64_t min, max;	    /* OPT_INT */
};

/* What stands on the line besides options. */
struct operands {
	const char *const *items; /* NULL-terminated */
	size_t count;
	const char *const *child; /* what stood after "--", NULL-terminated; or NULL */
};

struct command {
	const char *name;	 /* of a command of a group: both words */
	const char *args;	 /* operands in the usage line, e.g. "[FILE]", or "" */
	const char *help;	 /* one line, no full stop */
	const char *description; /* paragraphs for --help and the manual page */
	const char *example;	 /* lines that work as they stand; for --help and the manual page */
	const struct opt *opts;
	size_t values_size; /* of the struct that opts point into; zeroed, then `defaults` copied */
	const void *defaults;		    /* or NULL */
	const char *const *operand_choices; /* of the first operand, or NULL */
	size_t operands_max;
	bool takes_child; /* accepts "-- COMMAND" */
	bool hidden;
	bool is_group;		 /* has no options and no `run` */
	bool operand_is_command; /* the first operand may name a command, too (help) */
	/* status is 0 on entry; it is the exit status when true is returned */
	NODISCARD bool (*run)(struct app *app, const void *values, const struct operands *operands,
	    int *status, struct err *err);
};

/* NULL-terminated, sorted by name (hidden ones last). */
extern const struct command *const commands[];
const struct command *command_find(struct str name);
/* The command of a group ("policy") that the second word ("eval") names, or NULL. */
const struct command *command_find_in(const struct command *group, struct str word);
/* Is it a command of this group? NULL: one that belongs to no group. */
bool command_is_in(const struct command *command, const struct command *group);
/* Its last word: "eval" of "policy eval". */
const char *command_word(const struct command *command);

#endif

/*
 * child_args.h: what the command after "--" is: which tool, which subcommand, where it saves its
 * plan.
 *
 * Understands terraform, tofu and terragrunt by the name of the program, also behind a wrapper such
 * as `aws-vault exec prod -- terraform plan`. Flags are read as terraform reads them: -x and --x
 * are equal, -out=F and -out F both work, -chdir=DIR stands before the subcommand; TF_CLI_ARGS and
 * TF_CLI_ARGS_plan count as arguments too.
 *
 * Layer: cmd.
 */
#ifndef CMD_CHILD_ARGS_H
#define CMD_CHILD_ARGS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct arena;
struct sys;

enum child_tool {
	CHILD_OTHER, /* a program we know nothing about */
	CHILD_TERRAFORM,
	CHILD_TOFU,
	CHILD_TERRAGRUNT,
};

struct child_args {
	const char *const *argv;
	size_t count;
	enum child_tool tool;
	size_t tool_at;		/* index of the program; > 0 behind a wrapper */
	size_t subcommand_at;	/* index of plan, apply, ...; 0: none */
	const char *subcommand; /* "plan"; "" when there is none */
	const char *chdir;	/* of -chdir, or NULL */
	const char *out;	/* of -out as it was written, or NULL */
	const char *saved_plan; /* operand of apply, or NULL */
	bool json;		/* -json: standard output is the stream */
	bool many;		/* terragrunt over several units: one -out would not do */
};

void child_args_read(
    struct arena *arena, const struct sys *sys, const char *const *argv, struct child_args *out);

/* A copy of argv with one more argument behind the subcommand. */
const char *const *child_args_insert(
    struct arena *arena, const struct child_args *args, const char *argument);

/* What stands behind the subcommand, as terraform sees it: the words of TF_CLI_ARGS_<subcommand>
 * and TF_CLI_ARGS come first. */
struct child_words {
	const char **words;
	size_t count;
};
struct child_words child_args_words(
    struct arena *arena, const struct sys *sys, const struct child_args *args);

/* The same program, wrapper and -chdir, running `show -json -no-color FILE` instead; `file` NULL:
 * the state at hand. */
const char *const *child_args_show(
    struct arena *arena, const struct child_args *args, const char *file);

/* Path of a file named in the arguments as we see it (below -chdir); NULL when that cannot be
 * known. */
const char *child_args_path(struct arena *arena, const struct child_args *args, const char *file);

/* "terraform plan": what may be shown of a command line, whose other words may be secrets. */
struct str child_args_title(struct arena *arena, const struct child_args *args);

#endif

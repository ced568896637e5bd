/*
 * apply_split.h: `terraform apply [flags]` as two commands: a plan that is saved, and the apply of
 * that plan. Pure: words in, words out.
 *
 * Which flag goes to which of the two is a table (terraform 1.11 and OpenTofu 1.10, `plan -help`
 * and `apply -help`). A flag that is not in it goes to both: each refuses what it does not know, so
 * nothing is applied by mistake. Words of TF_CLI_ARGS and TF_CLI_ARGS_apply are spelled out, and
 * those variables are emptied for the two (`environment`): terraform would add them, and
 * TF_CLI_ARGS_plan, by itself.
 *
 * Layer: cmd.
 */
#ifndef CMD_APPLY_SPLIT_H
#define CMD_APPLY_SPLIT_H

#include "cmd/child_args.h"
#include "policies/policy.h"

enum apply_mode {
	APPLY_NORMAL,
	APPLY_DESTROY,
	APPLY_REFRESH_ONLY,
};

/* What the words of an apply or destroy say. */
struct apply_words {
	struct child_words all;
	const char *operand; /* the saved plan; or NULL */
	size_t operand_count;
	enum apply_mode mode;
	bool approved; /* -auto-approve */
	bool json;
	const char *state; /* of -state-out, else of -state; or NULL */
};

void apply_words_read(struct arena *arena, const struct sys *sys, const struct child_args *args,
    struct apply_words *out);

struct apply_split {
	const char *const *plan, *const *apply; /* argv of both */
	const char *const *environment;		/* NAME=value for both */
	/* What the plan says about its file, which is gone when somebody reads that: to apply it,
	 * and where it is. NULL at the end. */
	const char *const *unpassed_lines;
};

/* `file`: where the plan is saved. `ephemeral`: names of the variables whose values no saved plan
 * holds: they are given to the apply again. */
void apply_split(struct arena *arena, const struct child_args *args,
    const struct apply_words *words, const char *file, struct policy_names ephemeral,
    struct apply_split *out);

#endif

#include "cmd/command.h"

/* Runs nothing: its commands are in files of their own, cmd_policy_eval.c and so on. */
extern const struct command command_policy;
const struct command command_policy = {
    .name = "policy",
    .args = "COMMAND",
    .help = "work on policies and their expressions",
    .description = "Policies are rules in directories; their conditions are expressions in CEL,\n"
		   "described in docs/expressions.md.",
    .example = "tfherald policy eval '[1, 2].exists(x, x > 1)'",
    .is_group = true,
};

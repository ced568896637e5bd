/*
 * options.h: a command line -> command, option values, operands.
 *
 * -x and --x are equal (as in terraform); --x=v and --x v both work; flags take no separate value;
 * a repeated option: the last one counts; global options stand before or after the command;
 * everything after "--" is the child's, or, for a command that runs none, an operand. An unknown
 * option or command names the closest known one. Names are never abbreviated. The value of "--x v"
 * may start with a dash unless v is an option known here. -h, -help, --help and --version anywhere
 * before "--" win over whatever else is wrong with the line but the name of the command.
 *
 * Errors: ERR_USAGE. Ownership: the arena's; texts are argv's. Layer: cmd.
 */
#ifndef CMD_OPTIONS_H
#define CMD_OPTIONS_H

#include "cmd/command.h"

extern const struct opt global_opts[]; /* into struct global_options */

struct command_line {
	const struct command *command; /* NULL: none was named */
	struct global_options globals;
	void *values; /* of the command; NULL when it has none */
	struct operands operands;
};

NODISCARD bool options_parse(struct arena *arena, int argc, const char *const *argv,
    struct command_line *out, struct err *err);

#endif

/*
 * completion.h: one shell's script, written out from the command tables. The scripts are static:
 * while a person presses Tab, tfherald is not run.
 *
 * Layer: cmd.
 */
#ifndef CMD_COMPLETION_H
#define CMD_COMPLETION_H

#include "base/buf.h"
#include "cmd/command.h"

void completion_bash(struct buf *buf);
void completion_fish(struct buf *buf);
void completion_zsh(struct buf *buf);

extern const char *const completion_shells[]; /* sorted; ends with NULL */

/* Calls `row` for every option of a command, the global ones last (NULL: only those). */
void completion_options(struct buf *buf, const struct command *command,
    void (*row)(struct buf *buf, const struct command *command, const struct opt *opt));

/* The commands, or those of a group; a space between them. */
void completion_commands(struct buf *buf, const struct command *group);
/* The groups, a space in front of each. */
void completion_groups(struct buf *buf);
/* The words that a command's first operand may be (of a group: its commands), split by `separator`;
 * nothing when any may. */
void completion_operands(struct buf *buf, const struct command *command, const char *separator);
/* Text within single quotes of a shell: a quote in it becomes '\''. */
void completion_quoted(struct buf *buf, struct str text);

#endif

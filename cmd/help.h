/*
 * help.h: what the command tables say, for people: --help, `help`, the manual page, completion
 * scripts.
 *
 * Layer: cmd.
 */
#ifndef CMD_HELP_H
#define CMD_HELP_H

#include "base/buf.h"
#include "cmd/command.h"

void help_overview(struct buf *buf);				   /* tfherald --help */
void help_command(struct buf *buf, const struct command *command); /* tfherald plan --help */
void help_exit_codes(struct buf *buf);				   /* tfherald help exit-codes */
void help_environment(struct buf *buf);				   /* tfherald help environment */
void help_manpage(struct buf *buf, const char *version);	   /* docs/tfherald.1, in mdoc */
void help_settings(struct buf *buf);				   /* docs/settings.md */
void help_expressions(struct buf *buf);				   /* docs/expressions.md */
void help_settings_schema(struct buf *buf); /* docs/schema/tfherald.schema.json */

NODISCARD bool completion_script(struct buf *buf, struct str shell, struct err *err);

#endif

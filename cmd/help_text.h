/*
 * help_text.h: text in 80 columns, shared by what prints help.
 *
 * Layer: cmd.
 */
#ifndef CMD_HELP_TEXT_H
#define CMD_HELP_TEXT_H

#include "base/buf.h"
#include "cmd/command.h"

#define HELP_COLUMNS 80

/* Words, filled up to 80 columns; lines after the first are indented; `column`: where it begins. */
void help_fill(struct buf *buf, struct str text, size_t column, size_t indent);
/* Two columns: `left`, then `right` filled from column `at` on (on its own line if need be). */
void help_columns(struct buf *buf, struct str left, struct str right, size_t at);
/*
 * The next paragraph of a text: its lines joined by spaces. Paragraphs are separated by empty
 * lines; one whose first line begins with a space is verbatim. False at the end.
 */
bool help_paragraph(struct arena *arena, struct str *rest, struct str *out, bool *verbatim);

/* "--report FILE" */
struct str help_option_label(struct arena *arena, const struct opt *opt);
/* Help text with choices, range and default added. `defaults` may be NULL. */
struct str help_option_text(struct arena *arena, const struct opt *opt, const void *defaults);
/* "tfherald plan [OPTIONS] [-- COMMAND...]" */
struct str help_usage(struct arena *arena, const struct command *command);

#endif

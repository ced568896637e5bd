/*
 * yaml_write.h: values -> YAML that reads back as the same values: tests that `policy record`
 * writes, waivers that `policy waive` writes.
 *
 * Block style, two blanks a level. Every string is quoted unless it is plainly a word, so that no
 * text becomes a number, a tag, an anchor or a comment. UNKNOWN is written as !unknown, HIDDEN as
 * !sensitive "(sensitive)"; nothing that is hidden is ever written. Layer: cmd.
 */
#ifndef CMD_YAML_WRITE_H
#define CMD_YAML_WRITE_H

#include "base/value.h"

struct buf;

/* A scalar text: plain when it is safe, else in double quotes, all on one line. */
void yaml_add_text(struct buf *buf, struct str text);
/* "key: value" and a line end, indented; what is nested on lines of its own below. */
void yaml_add_entry(struct buf *buf, struct str key, struct value value, size_t indent);

#endif

/*
 * waiver_file.h: waivers added to the text of a tfherald.waivers.yaml.
 *
 * Everything that stands there stays as it is, comments and line ends too. What comes out is read
 * again before it is given back: a text that could not be extended is refused, never broken.
 * Errors: ERR_SYNTAX, ERR_INVALID with what to do. Ownership: `arena`. Layer: cmd.
 */
#ifndef CMD_WAIVER_FILE_H
#define CMD_WAIVER_FILE_H

#include "policies/policy_file.h"

struct buf;

struct waiver_list {
	const struct waiver *items;
	size_t count;
};

/* `text` empty: there is no file yet. Of the waivers the texts count (rule, resource, value,
 * reason, ticket, approved_by, expires_text); empty ones are left out. */
NODISCARD bool waiver_file_add(struct arena *arena, struct str name, struct str text,
    const struct waiver_list *list, struct str *out, struct err *err);

/* One entry of the list as it is written, its dash `indent` blanks in. */
void waiver_write(struct buf *buf, const struct waiver *waiver, size_t indent);

#endif

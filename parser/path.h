/*
 * path.h: where a value stands inside another, as people and rules write it:
 *
 *	tags.Name    ingress[0].cidr_blocks    tags["a.b"]    m["say \"x\""]
 *
 * Keys of letters, digits, '_' and '-' stand as they are; all others in brackets and quotes, with
 * '"' and '\' escaped. Reading understands the escapes of HCL, too. Layer: parser.
 */
#ifndef PARSER_PATH_H
#define PARSER_PATH_H

#include "base/buf.h"
#include "base/value.h"

/* Needs no quotes. */
bool path_key_is_plain(struct str key);
/* One step more; the first key of an empty buf has no dot in front. */
void path_add_key(struct buf *path, struct str key);
void path_add_index(struct buf *path, int64_t index);

/* The first step of a path: a name, or what stands in brackets. */
struct path_step {
	bool is_index;	 /* [0] */
	struct str text; /* name, digits, or the text of a quoted key with its escapes */
};
/* Takes it off the front; false at the end, or when the path is broken. */
bool path_next(struct str *path, struct path_step *step);
/* The name that the step stands for, without escapes; a copy only where there are some. */
struct str path_name(struct arena *arena, const struct path_step *step);
/* Letters, digits, '_', '-' and what is not ASCII, off the front; may be empty. */
struct str path_take_name(struct str *rest);

/* The value there; NULL when there is none, the path is broken or empty. `arena` for path_name().
 */
const struct value *path_value(struct arena *arena, struct value value, struct str path);

#endif

/*
 * secrecy.h: what of a value the plan marks as sensitive, to be compared with the other side.
 *
 * That a secret becomes public, or the other way round, is a change, with the same value too. A
 * null has nothing to hide: its mark counts for nothing. Layer: parser.
 */
#ifndef PARSER_SECRECY_H
#define PARSER_SECRECY_H

#include <stdbool.h>

#include "base/value.h"

struct arena;
struct buf;

/* Seen without a look at the parts; false also of maps and lists whose parts have to tell. NULL:
 * not there. */
bool secrecy_is_alike(const struct value *a, const struct value *b);

/*
 * Appends both, each with its length, where the marks of the two sides differ; nothing where they
 * do not. False: nested too deep or too long. Memory of `scratch` is not given back.
 */
NODISCARD bool secrecy_write_difference(struct arena *scratch, const struct value *before,
    const struct value *after, struct buf *out, bool *differs);

#endif

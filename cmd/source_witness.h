/*
 * source_witness.h: a source that remembers what was read of it, to be compared with another one.
 *
 * What somebody approved is a commit; policies of the head are files, which a step before could
 * have written. Whether they are the same is asked of what was really read, absent files included.
 * Ownership: the arena's; the sources have to stay. Errors: those of the sources. Layer: cmd.
 */
#ifndef CMD_SOURCE_WITNESS_H
#define CMD_SOURCE_WITNESS_H

#include "policies/source.h"

struct source_witness; /* opaque */

/* `out` reads what `inner` reads. */
struct source_witness *source_witness_new(
    struct arena *arena, const struct source *inner, struct source *out);
/* The first file that is in neither of the two others (`second` may be NULL) as it was read here;
 * empty: there is none. */
NODISCARD bool source_witness_differs(const struct source_witness *witness,
    const struct source *first, const struct source *second, struct str *path, struct err *err);

#endif

/*
 * interleave.h: two streams as one text of whole lines, in the order they were read. For display:
 * two pipes do not keep the order in which their writer wrote.
 *
 * While only one stream has said anything nothing is copied: its own recording is the merged text.
 * An unfinished line waits for its end, up to INTERLEAVE_PART_MAX bytes.
 *
 * Ownership: the arena's. Errors: none. Layer: base; part of process.h.
 */
#ifndef BASE_INTERLEAVE_H
#define BASE_INTERLEAVE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"
#include "base/tape.h"

struct arena;
struct capture;

#define INTERLEAVE_PART_MAX ((size_t)64 << 10)

struct interleave {
	struct arena *arena;
	struct tape tape; /* made when the second stream speaks up */
	bool spoke[2];
	int open; /* whose unfinished line stands at the tape's end; -1: nobody's */
	struct {
		char *bytes;
		size_t used;
	} part[2];
};

void interleave_init(struct interleave *merged, struct arena *arena);
/* `tapes` are the recordings of both streams as they were before these bytes. */
void interleave_add(
    struct interleave *merged, int who, struct str bytes, const struct tape *tapes[2]);
/* `single` are the finished captures of both streams. */
void interleave_finish(
    struct interleave *merged, const struct capture *single[2], struct capture *out);

#endif

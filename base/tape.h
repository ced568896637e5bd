/*
 * tape.h: what a stream of any length said: all of it up to a limit, else its beginning and its
 * end.
 *
 * The whole limit is reserved at once and touched as it fills, so that a short stream costs what it
 * holds and a long one is never copied to grow. Past the limit the second half turns into a ring.
 * tape_finish() puts the ring in order and a line between the halves that says how much is missing;
 * both halves are cut at a line end where there is one near.
 *
 * Ownership: the arena's. Errors: none. Units: bytes. Layer: base; part of process.h.
 */
#ifndef BASE_TAPE_H
#define BASE_TAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct arena;
struct capture;

struct tape {
	char *bytes; /* limit + TAPE_NOTE_MAX reserved */
	size_t limit, used;
	size_t at;	/* once full: where in the second half the next byte goes */
	uint64_t total; /* bytes that came */
};

#define TAPE_LIMIT_MIN ((size_t)16)
#define TAPE_NOTE_MAX  ((size_t)64)

/* A limit under TAPE_LIMIT_MIN is raised to it. */
void tape_init(struct tape *tape, struct arena *arena, size_t limit);
void tape_add(struct tape *tape, struct str bytes);
/* The same recording on another tape of the same limit. */
void tape_clone(struct tape *to, const struct tape *from);
/* All bytes so far; only while total <= limit. */
struct str tape_all(const struct tape *tape);
bool tape_is_cut(const struct tape *tape);
bool tape_ends_line(const struct tape *tape); /* also true when empty */
/* The text; nothing may be added afterwards. `arena` is used and given back. */
void tape_finish(struct tape *tape, struct arena *arena, struct capture *out);

#endif

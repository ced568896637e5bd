/*
 * arena.h: memory that is released together.
 *
 * A function that returns memory takes the arena first; the result lives as long as the arena, or
 * until it is rewound to a mark taken before. The program has two: `run` (settings, plan index,
 * outcome) and `scratch` (one change at a time, rewound after each).
 *
 * Errors: none. Out of memory ends the program (a command-line tool cannot recover); sizes that
 * come from input are checked against a limit before they get here. In sanitizer builds
 * (ARENA_DEBUG) every allocation is its own malloc, so that ASan sees its bounds. Alignment: 16
 * bytes. Layer: base.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "base/compiler.h"

struct arena;

struct arena_mark {
	void *block;
	size_t used;
};

struct arena *arena_new(void);
void arena_free(struct arena *arena); /* NULL is allowed */
DEFINE_CLEANUP(struct arena *, arena_free)

void *arena_alloc(struct arena *arena, size_t size);  /* uninitialised; never NULL, even for 0 */
void *arena_zalloc(struct arena *arena, size_t size); /* zeroed */
void *arena_alloc_array(struct arena *arena, size_t count, size_t size); /* zeroed, checked */

/* Grows the last allocation in place when it is the newest, else copies; like realloc. */
void *arena_grow(struct arena *arena, void *old, size_t old_size, size_t new_size);

#define arena_make(arena, type)		((type *)arena_zalloc((arena), sizeof(type)))
#define arena_array(arena, type, count) ((type *)arena_alloc_array((arena), (count), sizeof(type)))

struct arena_mark arena_save(const struct arena *arena);
void arena_rewind(struct arena *arena, struct arena_mark mark);

/* Bytes held from the system, for figures and tests. */
size_t arena_held(const struct arena *arena);

#endif

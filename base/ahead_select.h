/*
 * ahead_select.h: asks one question of many items, in two threads where they are many.
 *
 * The test reads only what nobody writes meanwhile; what it needs for itself it takes from
 * `scratch`, which is rewound behind each item. Answers do not depend on who asks. Ownership: the
 * answers are the arena's. Units: items. Layer: base.
 */
#ifndef BASE_AHEAD_SELECT_H
#define BASE_AHEAD_SELECT_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

/* Runs in either thread. */
typedef bool ahead_test(const void *context, struct arena *scratch, size_t item);

/* By item. */
const bool *ahead_select(struct arena *arena, size_t count, ahead_test *test, const void *context);

#endif

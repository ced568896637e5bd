/*
 * words.h: what somebody may have meant who typed a word that is not known.
 *
 * Layer: base.
 */
#ifndef BASE_WORDS_H
#define BASE_WORDS_H

#include "base/str.h"

struct arena;

/* The closest of `words` (NULL-terminated) to what was typed, or NULL when none is close. */
const char *words_closest(struct str typed, const char *const *words);
/* "a, b or c", for messages. */
struct str words_listed(struct arena *arena, const char *const *words);

#endif

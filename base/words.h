/*
 * words.h: what somebody may have meant who typed a word that is not known.
 *
 * Layer: base.
 */
#ifndef BASE_WORDS_H
#define BASE_WORDS_H

#include "base/str.h"

struct arena;

/* Edits (insert, delete, replace, swap of neighbours) between two words of at most WORD_MAX bytes.
 */
#define WORD_MAX 64
size_t words_distance(struct str a, struct str b);
/* How many edits are a slip in a word of this length. */
size_t words_slips(size_t len);
/* The closest of `words` (NULL-terminated) to what was typed, or NULL when none is close. */
const char *words_closest(struct str typed, const char *const *words);
/* "a, b or c", for messages. */
struct str words_listed(struct arena *arena, const char *const *words);

#endif

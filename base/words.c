#include "base/words.h"

#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/size.h"

#define WORDS_OR_MAX 4096

static size_t smallest(size_t a, size_t b, size_t c)
{
	return size_min(size_min(a, b), c);
}

size_t words_slips(size_t len)
{
	return len < 4 ? 1 : len / 3;
}

size_t words_distance(struct str a, struct str b)
{
	size_t rows[3][WORD_MAX + 1];
	size_t *before = rows[0], *last = rows[1], *row = rows[2];

	for (size_t j = 0; j <= b.len; j++)
		last[j] = before[j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		size_t *free_row = before;

		row[0] = i;
		for (size_t j = 1; j <= b.len; j++) {
			size_t differ = a.ptr[i - 1] != b.ptr[j - 1];

			row[j] = smallest(last[j] + 1, row[j - 1] + 1, last[j - 1] + differ);
			if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] &&
			    a.ptr[i - 2] == b.ptr[j - 1])
				row[j] = size_min(row[j], before[j - 2] + 1);
		}
		before = last;
		last = row;
		row = free_row;
	}
	return last[b.len];
}

const char *words_closest(struct str typed, const char *const *words)
{
	const char *best = NULL;
	size_t least = words_slips(typed.len) + 1;

	if (typed.len == 0 || typed.len > WORD_MAX)
		return NULL;
	for (size_t i = 0; words[i] != NULL; i++) {
		struct str word = str_from(words[i]);
		size_t cost;

		if (word.len > WORD_MAX)
			continue;
		/* a beginning is as good as one slip */
		cost = typed.len >= 3 && str_starts(word, typed) ? 1 : words_distance(typed, word);
		if (cost < least) {
			least = cost;
			best = words[i];
		}
	}
	return best;
}

struct str words_listed(struct arena *arena, const char *const *words)
{
	struct buf buf;
	struct str out = STR_EMPTY;
	struct err err = {0};

	buf_init(&buf, arena, WORDS_OR_MAX);
	for (size_t i = 0; words[i] != NULL; i++) {
		if (i > 0)
			buf_adds(&buf, words[i + 1] != NULL ? ", " : " or ");
		buf_adds(&buf, words[i]);
	}
	if (!buf_finish(&buf, &out, &err))
		return STR("one of many words");
	return out;
}

#include "base/json_count.h"

#include <assert.h>
#include <string.h>

#include "base/size.h"

#define GRAM ((size_t)4)

static inline uint32_t slot_of(const char *bytes)
{
	uint32_t gram;

	memcpy(&gram, bytes, sizeof(gram));
	return (gram * 2654435761u) >> (32 - JSON_COUNT_BITS);
}

/* Two groups with one slot: either of them may stand there. */
#define SHARED 0xff

static void place_group(uint8_t *place, size_t i)
{
	*place = (uint8_t)(*place > 0 ? SHARED : i + 1);
}

void json_count_init(struct json_count *count, struct str word)
{
	assert(word.len >= JSON_COUNT_MIN && word.len <= JSON_COUNT_MAX);
	*count = (struct json_count){.word = word};
	for (size_t i = 0; i + GRAM <= word.len; i++)
		place_group(&count->places[slot_of(word.ptr + i)], i);
}

/* Does the word stand with its group i at this place, and no earlier than `from`? */
static bool stands(struct str word, struct str text, size_t at, size_t i, size_t from)
{
	return i <= at && at - i >= from && at - i + word.len <= text.len &&
	       memcmp(text.ptr + at - i, word.ptr, word.len) == 0;
}

/* Is the word around this group? Behind it the search goes on at `next`. */
static bool is_around(
    const struct json_count *count, struct str text, size_t at, size_t from, size_t *next)
{
	const struct str word = count->word;
	uint8_t place = count->places[slot_of(text.ptr + at)];
	size_t first = place == SHARED ? 0 : (size_t)place - 1;
	size_t last = place == SHARED ? word.len - GRAM : first;

	for (size_t i = first; i <= last; i++) {
		if (!stands(word, text, at, i, from))
			continue;
		*next = at - i + word.len;
		return true;
	}
	return false;
}

/* Every word of the text has one of its groups at a place that is looked at. */
static size_t count_in(const struct json_count *count, struct str text)
{
	const size_t step = count->word.len - GRAM + 1;
	size_t found = 0, from = 0, at = step - 1, next;

	while (at + GRAM <= text.len) {
		/* four looks at once: they are far more often in vain than not */
		while (at + 3 * step + GRAM <= text.len &&
		       (count->places[slot_of(text.ptr + at)] |
			   count->places[slot_of(text.ptr + at + step)] |
			   count->places[slot_of(text.ptr + at + 2 * step)] |
			   count->places[slot_of(text.ptr + at + 3 * step)]) == 0)
			at += 4 * step;
		if (at + GRAM > text.len)
			break;
		if (count->places[slot_of(text.ptr + at)] == 0) {
			at += step;
			continue;
		}
		if (is_around(count, text, at, from, &next)) {
			found++;
			from = next;
			at = next + step - 1;
			continue;
		}
		at += step;
	}
	return found;
}

void json_count_end(struct json_count *count)
{
	count->tail_len = 0;
}

void json_count_in(struct json_count *count, struct str piece)
{
	const size_t most = count->word.len - 1;
	char joint[2 * JSON_COUNT_MAX];
	size_t ahead = size_min(piece.len, most), kept;

	memcpy(joint, count->tail, count->tail_len);
	memcpy(joint + count->tail_len, piece.ptr, ahead);
	if (count->tail_len > 0)
		count->found += count_in(count, (struct str){joint, count->tail_len + ahead});
	count->found += count_in(count, piece);
	if (piece.len >= most) {
		memcpy(count->tail, piece.ptr + piece.len - most, most);
		count->tail_len = most;
		return;
	}
	/* a short piece: the tail is that of both */
	kept = size_min(count->tail_len + ahead, most);
	memmove(count->tail, joint + count->tail_len + ahead - kept, kept);
	count->tail_len = kept;
}

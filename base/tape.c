#include "base/tape.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/process.h"
#include "base/size.h"

/* How far from the cut a line end is looked for. */
#define LINE_REACH ((size_t)64 << 10)

void tape_init(struct tape *tape, struct arena *arena, size_t limit)
{
	*tape = (struct tape){.limit = size_max(limit, TAPE_LIMIT_MIN)};
	tape->bytes = arena_alloc(arena, tape->limit + TAPE_NOTE_MAX);
}

static size_t half_of(const struct tape *tape)
{
	return tape->limit / 2;
}

static void add_to_ring(struct tape *tape, struct str bytes)
{
	size_t half = half_of(tape), size = tape->limit - half, first;

	if (bytes.len >= size) {
		memcpy(tape->bytes + half, bytes.ptr + (bytes.len - size), size);
		tape->at = half;
		return;
	}
	first = size_min(bytes.len, tape->limit - tape->at);
	memcpy(tape->bytes + tape->at, bytes.ptr, first);
	memcpy(tape->bytes + half, bytes.ptr + first, bytes.len - first);
	tape->at += bytes.len;
	if (tape->at >= tape->limit)
		tape->at -= size;
}

void tape_add(struct tape *tape, struct str bytes)
{
	size_t fits = size_min(bytes.len, tape->limit - tape->used);

	memcpy(tape->bytes + tape->used, bytes.ptr, fits);
	tape->used += fits;
	tape->total += bytes.len;
	if (fits == bytes.len)
		return;
	if (tape->at == 0)
		tape->at = half_of(tape);
	add_to_ring(tape, str_skip(bytes, fits));
}

void tape_clone(struct tape *to, const struct tape *from)
{
	memcpy(to->bytes, from->bytes, from->used);
	to->used = from->used;
	to->at = from->at;
	to->total = from->total;
}

struct str tape_all(const struct tape *tape)
{
	return (struct str){tape->bytes, tape->used};
}

bool tape_is_cut(const struct tape *tape)
{
	return tape->total > tape->limit;
}

bool tape_ends_line(const struct tape *tape)
{
	size_t end = tape->used;

	if (tape_is_cut(tape) && tape->at > half_of(tape))
		end = tape->at;
	return end == 0 || tape->bytes[end - 1] == '\n';
}

/* Turns the ring round until its oldest byte stands first; the shorter part goes aside meanwhile.
 */
static void straighten(struct tape *tape, struct arena *arena)
{
	char *ring = tape->bytes + half_of(tape);
	size_t size = tape->limit - half_of(tape), newer = tape->at - half_of(tape);
	size_t older = size - newer;
	struct arena_mark mark = arena_save(arena);
	char *aside = arena_alloc(arena, size_min(newer, older));

	if (newer <= older) {
		memcpy(aside, ring, newer);
		memmove(ring, ring + newer, older);
		memcpy(ring + older, aside, newer);
	} else {
		memcpy(aside, ring + newer, older);
		memmove(ring + older, ring, newer);
		memcpy(ring, aside, older);
	}
	arena_rewind(arena, mark);
}

/* Without the unfinished line at the end, when that is short. */
static struct str without_last_part(struct str head)
{
	for (size_t i = 0; i < size_min(head.len, LINE_REACH); i++)
		if (head.ptr[head.len - 1 - i] == '\n')
			return str_from_to(head, 0, head.len - i);
	return head;
}

static struct str without_first_part(struct str tail)
{
	const char *end = memchr(tail.ptr, '\n', size_min(tail.len, LINE_REACH));

	return end ? str_skip(tail, (size_t)(end - tail.ptr) + 1) : tail;
}

void tape_finish(struct tape *tape, struct arena *arena, struct capture *out)
{
	char note[TAPE_NOTE_MAX];
	struct str head, tail;
	size_t note_len;

	*out = (struct capture){.text = tape_all(tape), .total = tape->total};
	if (!tape_is_cut(tape))
		return;
	out->cut = true;
	straighten(tape, arena);
	head = without_last_part(str_from_to(out->text, 0, half_of(tape)));
	tail = without_first_part(str_from_to(out->text, half_of(tape), tape->limit));
	note_len = (size_t)snprintf(note, sizeof(note), "\n[... %llu bytes left out ...]\n",
	    (unsigned long long)(tape->total - head.len - tail.len));
	if (head.ptr[head.len - 1] == '\n')
		head.len--; /* the note begins with it */
	memmove(tape->bytes + head.len + note_len, tail.ptr, tail.len);
	memcpy(tape->bytes + head.len, note, note_len);
	out->text = (struct str){tape->bytes, head.len + note_len + tail.len};
}

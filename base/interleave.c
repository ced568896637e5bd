#include "base/interleave.h"

#include <string.h>

#include "base/arena.h"
#include "base/process.h"

void interleave_init(struct interleave *merged, struct arena *arena)
{
	*merged = (struct interleave){.arena = arena, .open = -1};
}

/* Bytes up to and with the last line end. */
static size_t whole_lines(struct str bytes)
{
	size_t end = bytes.len;

	while (end > 0 && bytes.ptr[end - 1] != '\n')
		end--;
	return end;
}

/* Before `who` goes on: the other's unfinished line, when one had to be let out, is ended. */
static void close_other(struct interleave *merged, int who)
{
	if (merged->open >= 0 && merged->open != who)
		tape_add(&merged->tape, STR("\n"));
	merged->open = -1;
}

static void let_part_out(struct interleave *merged, int who)
{
	struct str part = {merged->part[who].bytes, merged->part[who].used};

	if (part.len > 0)
		tape_add(&merged->tape, part);
	merged->part[who].used = 0;
}

static void keep_part(struct interleave *merged, int who, struct str rest)
{
	if (rest.len == 0)
		return;
	/* Once its beginning is out, the rest of a line has nothing to wait for. */
	if (merged->open == who || merged->part[who].used + rest.len > INTERLEAVE_PART_MAX) {
		close_other(merged, who);
		let_part_out(merged, who);
		tape_add(&merged->tape, rest);
		merged->open = who;
		return;
	}
	memcpy(merged->part[who].bytes + merged->part[who].used, rest.ptr, rest.len);
	merged->part[who].used += rest.len;
}

static void add_lines(struct interleave *merged, int who, struct str bytes)
{
	size_t whole = whole_lines(bytes);

	if (whole > 0) {
		close_other(merged, who);
		let_part_out(merged, who);
		tape_add(&merged->tape, str_from_to(bytes, 0, whole));
	}
	keep_part(merged, who, str_skip(bytes, whole));
}

/* The second stream speaks up: what the first said so far becomes the beginning. */
static void begin(struct interleave *merged, int first, const struct tape *tape)
{
	for (int i = 0; i < 2; i++)
		merged->part[i].bytes = arena_alloc(merged->arena, INTERLEAVE_PART_MAX);
	tape_init(&merged->tape, merged->arena, tape->limit);
	if (!tape_is_cut(tape)) {
		add_lines(merged, first, tape_all(tape));
		return;
	}
	tape_clone(&merged->tape, tape);
	if (!tape_ends_line(tape))
		merged->open = first;
}

void interleave_add(
    struct interleave *merged, int who, struct str bytes, const struct tape *tapes[2])
{
	bool first_word = !merged->spoke[who];

	if (bytes.len == 0)
		return;
	merged->spoke[who] = true;
	if (!merged->spoke[1 - who])
		return;
	if (first_word)
		begin(merged, 1 - who, tapes[1 - who]);
	add_lines(merged, who, bytes);
}

void interleave_finish(
    struct interleave *merged, const struct capture *single[2], struct capture *out)
{
	if (!merged->spoke[0] || !merged->spoke[1]) {
		*out = *single[merged->spoke[1] ? 1 : 0];
		return;
	}
	for (int who = 0; who < 2; who++) {
		if (merged->part[who].used == 0)
			continue;
		close_other(merged, who);
		let_part_out(merged, who);
		merged->open = who;
	}
	tape_finish(&merged->tape, merged->arena, out);
}

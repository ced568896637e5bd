/*
 * bench_index.c: how fast the indexer walks over a plan. Argument: FILE, a plan in JSON.
 *
 * Does what parser/plan_index.c asks of the cursor: every element of resource_changes is entered,
 *its short members are taken, before and after are skipped. Prints the best of 5 runs: indexer 176
 *MB 39 ms 4512 MB/s
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/input.h"
#include "base/json_cursor.h"

#define RUNS 5

struct walk {
	struct cursor *cursor;
	struct err *err;
	uint64_t sum; /* of what was seen, so that nothing is optimised away */
	size_t elements;
};

static bool walk_change(struct walk *walk)
{
	struct str key, raw;
	struct span span;
	bool more;

	if (!cursor_enter(walk->cursor, '{', walk->err))
		return false;
	while (cursor_key(walk->cursor, &key, &more, walk->err)) {
		if (!more)
			return true;
		bool ok = str_eq(key, STR("actions")) ? cursor_raw(walk->cursor, &raw, walk->err)
						      : cursor_skip(walk->cursor, &span, walk->err);
		if (!ok)
			return false;
		walk->sum += key.len;
	}
	return false;
}

static bool walk_member(struct walk *walk, struct str key)
{
	struct span span;
	struct str text;
	bool is_null;

	if (str_eq(key, STR("change")))
		return walk_change(walk);
	if (str_eq(key, STR("address")) || str_eq(key, STR("type")) || str_eq(key, STR("mode")) ||
	    str_eq(key, STR("deposed"))) {
		if (!cursor_string(walk->cursor, &text, &is_null, walk->err))
			return false;
		walk->sum += text.len;
		return true;
	}
	return cursor_skip(walk->cursor, &span, walk->err);
}

static bool walk_element(struct walk *walk)
{
	struct str key;
	bool more;

	walk->elements++;
	if (!cursor_enter(walk->cursor, '{', walk->err))
		return false;
	while (cursor_key(walk->cursor, &key, &more, walk->err)) {
		if (!more)
			return true;
		if (!walk_member(walk, key))
			return false;
	}
	return false;
}

static bool walk_array(struct walk *walk)
{
	bool more;

	if (!cursor_enter(walk->cursor, '[', walk->err))
		return false;
	while (cursor_item(walk->cursor, &more, walk->err)) {
		if (!more)
			return true;
		if (!walk_element(walk))
			return false;
	}
	return false;
}

static bool walk_plan(struct walk *walk)
{
	struct str key;
	struct span span;
	bool more;

	if (!cursor_enter(walk->cursor, '{', walk->err))
		return false;
	while (cursor_key(walk->cursor, &key, &more, walk->err)) {
		if (!more)
			return true;
		bool ok = str_eq(key, STR("resource_changes"))
			      ? walk_array(walk)
			      : cursor_skip(walk->cursor, &span, walk->err);
		if (!ok)
			return false;
	}
	return false;
}

static double seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static bool measure(const char *path, double *best, uint64_t *size, struct err *err)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct input *input CLEANUP(input_close_ptr) = NULL;

	if (!input_open(arena, path, 0, &input, err))
		return false;
	*size = input_size(input);
	for (int run = 0; run < RUNS; run++) {
		double start = seconds();
		struct walk walk = {.cursor = cursor_new(arena, input, 0), .err = err};

		if (!walk_plan(&walk))
			return false;
		double took = seconds() - start;
		if (run == 0 || took < *best)
			*best = took;
	}
	return true;
}

int main(int argc, char **argv)
{
	struct err err = {.code = ERR_NONE};
	double best = 0;
	uint64_t size = 0;

	if (argc != 2) {
		(void)fputs("usage: bench_index FILE\n", stderr);
		return 64;
	}
	if (!measure(argv[1], &best, &size, &err)) {
		char text[ERR_TEXT_MAX + 256];

		err_format(&err, text, sizeof(text));
		(void)fprintf(stderr, "bench_index: %s\n", text);
		return err_exit_status(err.code);
	}
	(void)printf("indexer %.1f MB %.1f ms %.0f MB/s\n", (double)size / 1e6, best * 1e3,
	    (double)size / 1e6 / best);
	return 0;
}

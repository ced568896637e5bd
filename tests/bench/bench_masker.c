/*
 * bench_masker.c: the masker over text in memory, as the relay feeds it. Prints MB/s.
 *   bench_masker MASKS
 */
#include <stdio.h>
#include <time.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/masker.h"

#define BLOCK ((size_t)256 << 10)
#define TOTAL ((size_t)2 << 30)

static void count(void *context, struct str bytes)
{
	*(size_t *)context += bytes.len;
}

static double seconds(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

/* Lines as terraform prints them. */
static void fill(char *block)
{
	static const char line[] =
	    "      + tags.Owner                   = \"team-network-eu-west-1\"\n"
	    "  # module.unit[17].aws_instance.this[3] will be updated\n";

	for (size_t i = 0; i < BLOCK; i++)
		block[i] = line[i % (sizeof(line) - 1)];
}

int main(int argc, char **argv)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct masker *masker = masker_new(arena);
	struct masker_stream stream;
	char *block = arena_alloc(arena, BLOCK);
	int64_t masks = 20;
	struct err err = {0};
	size_t passed = 0;
	double best = 1e9;

	if (argc > 1 && !str_to_int64(str_from(argv[1]), 0, 1000, &masks, &err))
		return 1;
	for (int i = 0; i < masks; i++)
		masker_add_encoded(
		    masker, str_format(arena, "%c%dsecret-%d-Xk7%d", 'a' + i % 26, i, i * 7919, i));
	masker_add_private_keys(masker);
	masker_seal(masker);
	fill(block);
	masker_stream_init(&stream, arena, masker, count, &passed);
	for (int round = 0; round < 3; round++) {
		double start = seconds();

		for (size_t done = 0; done < TOTAL; done += BLOCK)
			masker_stream_add(&stream, (struct str){block, BLOCK});
		if (seconds() - start < best)
			best = seconds() - start;
	}
	printf("%d masks, %zu forms: %.0f MB/s, %.2f ms a GB\n", (int)masks, masker_count(masker),
	    (double)TOTAL / best / 1e6, best * 1e3 * 1e9 / (double)TOTAL);
	return passed == 0;
}

#include "parser/plan_distinct.h"

#include "base/arena.h"
#include "base/digest.h"

static bool diagnostic_equal(const struct diagnostic *a, const struct diagnostic *b)
{
	return a->severity == b->severity && a->line == b->line && str_eq(a->summary, b->summary) &&
	       str_eq(a->detail, b->detail) && str_eq(a->address, b->address) &&
	       str_eq(a->file, b->file);
}

static uint64_t diagnostic_hash(const struct diagnostic *diagnostic)
{
	const struct str texts[] = {
	    diagnostic->summary, diagnostic->detail, diagnostic->address, diagnostic->file};
	uint64_t hash = (uint64_t)diagnostic->line * 2 + (uint64_t)diagnostic->severity;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		hash = hash * 31 + hash_bytes(texts[i]);
	return hash;
}

size_t distinct_diagnostics(struct arena *arena, struct diagnostic *items, size_t count)
{
	uint64_t *hashes = arena_array(arena, uint64_t, count + 1);
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		uint64_t hash = diagnostic_hash(&items[i]);
		size_t at = 0;

		while (
		    at < kept && (hashes[at] != hash || !diagnostic_equal(&items[at], &items[i])))
			at++;
		if (at < kept)
			continue;
		hashes[kept] = hash;
		items[kept++] = items[i];
	}
	return kept;
}

size_t distinct_texts(struct arena *arena, struct str *items, size_t count)
{
	uint64_t *hashes = arena_array(arena, uint64_t, count + 1);
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		uint64_t hash = hash_bytes(items[i]);
		size_t at = 0;

		while (at < kept && (hashes[at] != hash || !str_eq(items[at], items[i])))
			at++;
		if (at < kept)
			continue;
		hashes[kept] = hash;
		items[kept++] = items[i];
	}
	return kept;
}

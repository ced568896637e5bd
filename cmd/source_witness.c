#include "cmd/source_witness.h"

#include "base/arena.h"
#include "base/digest.h"
#include "base/size.h"

#define SEEN_FIRST ((size_t)16)

struct seen_file {
	struct str path;
	size_t limit; /* it was read with */
	bool found;
	struct digest digest;
};

struct source_witness {
	struct arena *arena;
	const struct source *inner;
	struct seen_file *files;
	size_t count, room;
};

static struct seen_file *next_file(struct source_witness *witness)
{
	size_t size = sizeof(*witness->files);

	if (witness->count == witness->room) {
		size_t room = size_max(SEEN_FIRST, witness->room * 2);

		witness->files =
		    arena_grow(witness->arena, witness->files, witness->room * size, room * size);
		witness->room = room;
	}
	return &witness->files[witness->count++];
}

/* NOLINTNEXTLINE(readability-function-size): the parameters of struct source */
static bool read_seen(void *state, struct arena *arena, struct str path, size_t limit,
    struct str *text, bool *found, struct err *err)
{
	struct source_witness *witness = state;
	struct seen_file *seen;

	if (!witness->inner->read(witness->inner->state, arena, path, limit, text, found, err))
		return false;
	seen = next_file(witness);
	*seen = (struct seen_file){
	    .path = str_copy(witness->arena, path), .limit = limit, .found = *found};
	if (*found)
		seen->digest = digest_sha256(*text);
	return true;
}

/* A source.list */
static bool list_through(void *state, struct arena *arena, struct str directory,
    struct source_entry **entries, size_t *count, struct err *err)
{
	const struct source *inner = ((struct source_witness *)state)->inner;

	return inner->list(inner->state, arena, directory, entries, count, err);
}

/* A source.link */
static bool link_through(
    void *state, struct arena *arena, struct str path, struct str *target, struct err *err)
{
	const struct source *inner = ((struct source_witness *)state)->inner;

	return inner->link(inner->state, arena, path, target, err);
}

struct source_witness *source_witness_new(
    struct arena *arena, const struct source *inner, struct source *out)
{
	struct source_witness *witness = arena_make(arena, struct source_witness);

	witness->arena = arena;
	witness->inner = inner;
	*out = (struct source){
	    .state = witness,
	    .name = inner->name,
	    .read = read_seen,
	    .list = list_through,
	    .link = inner->link ? link_through : NULL,
	};
	return witness;
}

NODISCARD static bool is_same(
    const struct source *other, const struct seen_file *seen, bool *same, struct err *err)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct digest digest = {{0}};
	struct str text;
	bool found;

	*same = false;
	if (!other)
		return true;
	if (!other->read(other->state, arena, seen->path, seen->limit, &text, &found, err))
		return false;
	if (found)
		digest = digest_sha256(text);
	*same = found == seen->found && digest_equal(&digest, &seen->digest);
	return true;
}

bool source_witness_differs(const struct source_witness *witness, const struct source *first,
    const struct source *second, struct str *path, struct err *err)
{
	*path = STR_EMPTY;
	for (size_t i = 0; i < witness->count; i++) {
		const struct seen_file *seen = &witness->files[i];
		bool same;

		if (!is_same(first, seen, &same, err) ||
		    (!same && !is_same(second, seen, &same, err)))
			return false;
		if (!same) {
			*path = seen->path;
			return true;
		}
	}
	return true;
}

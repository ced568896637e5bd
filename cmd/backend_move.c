#include "cmd/backend_move.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/log.h"
#include "cmd/backend_identity.h"

/* --- the others at the base --- */

struct walk {
	struct arena *arena; /* of the answer */
	const struct source *base, *head;
	struct backend_side side; /* of the run */
	struct str *queue;
	size_t count, next;
	bool cut;
	enum backend_match best;
	struct backend_move *out;
};

static void enqueue(struct walk *walk, struct str path)
{
	if (walk->count == BACKEND_DIRECTORIES_MAX) {
		walk->cut = true;
		return;
	}
	walk->queue[walk->count++] = path;
}

/* .terraform, .git and the like hold no root modules. */
static bool enqueue_children(struct walk *walk, struct str directory, struct err *err)
{
	struct source_entry *entries;
	struct str path;
	size_t count;

	if (!walk->base->list(walk->base->state, walk->arena, directory, &entries, &count, err))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (entries[i].kind == SOURCE_DIRECTORY && !str_starts(entries[i].name, STR(".")) &&
		    source_join(walk->arena, directory, entries[i].name, &path))
			enqueue(walk, path);
	}
	return true;
}

/* What cannot be known is no reason to doubt, as long as the other one is still there. */
NODISCARD static bool is_gone(const struct walk *walk, struct arena *scratch, struct str directory,
    bool *gone, struct err *err)
{
	struct backend_block *blocks;
	size_t count;

	if (!backend_blocks(scratch, walk->head, directory, &blocks, &count, err))
		return false;
	*gone = count == 0;
	return true;
}

static struct str doubt_text(struct arena *arena, enum backend_match match, struct str part)
{
	if (match == BACKEND_SAME)
		return STR_EMPTY;
	if (part.len == 0)
		return STR("the backend cannot be read");
	if (match == BACKEND_OBSCURE)
		return str_format(arena, "'%.*s' of the backend is no plain text", STR_ARG(part));
	return str_format(arena,
	    "'%.*s' of one of the two backends is given elsewhere, as by -backend-config, and that "
	    "directory is gone",
	    STR_ARG(part));
}

static void add_candidate(
    struct walk *walk, enum backend_match match, struct str directory, struct str part)
{
	struct backend_move *out = walk->out;

	if (match > walk->best) { /* those before were less likely */
		walk->best = match;
		*out = (struct backend_move){
		    .directories = arena_array(walk->arena, struct str, BACKEND_CANDIDATES_MAX),
		    .place = walk->side.block->place,
		    .doubt = doubt_text(walk->arena, match, part),
		};
	}
	for (size_t i = 0; i < out->count; i++) {
		if (str_eq(out->directories[i], directory))
			return;
	}
	if (out->count == BACKEND_CANDIDATES_MAX)
		out->left_out++;
	else
		out->directories[out->count++] = directory;
}

NODISCARD static bool take_match(
    struct walk *walk, struct arena *scratch, const struct backend_side *base, struct err *err)
{
	struct str part;
	enum backend_match match = backend_match(scratch, &walk->side, base, &part);
	bool gone = true;

	if (match < walk->best || match == BACKEND_DIFFERS)
		return true;
	if (match == BACKEND_LACKS && !is_gone(walk, scratch, base->directory, &gone, err))
		return false;
	if (gone)
		add_candidate(walk, match, base->directory, part);
	return true;
}

NODISCARD static bool look_at(struct walk *walk, struct str directory, struct err *err)
{
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct backend_side base = {.block = NULL, .directory = directory};
	struct backend_block *blocks;
	size_t count;

	if (str_eq(directory, walk->side.directory))
		return true;
	if (!backend_blocks(scratch, walk->base, directory, &blocks, &count, err))
		return false;
	if (count == 0)
		return take_match(walk, scratch, &base, err);
	for (size_t i = 0; i < count; i++) {
		base.block = &blocks[i];
		if (!take_match(walk, scratch, &base, err))
			return false;
	}
	return true;
}

NODISCARD static bool walk_base(struct walk *walk, struct err *err)
{
	if (!walk->queue)
		walk->queue = arena_array(walk->arena, struct str, BACKEND_DIRECTORIES_MAX);
	walk->count = walk->next = 0;
	enqueue(walk, STR_EMPTY);
	while (walk->next < walk->count && walk->best < BACKEND_SAME) {
		struct str directory = walk->queue[walk->next++];

		if (!look_at(walk, directory, err) || !enqueue_children(walk, directory, err))
			return false;
	}
	if (walk->cut && walk->best < BACKEND_SAME)
		log_warn("whether this directory takes over the state of another one was looked up "
			 "in the first %d directories of the base only",
		    BACKEND_DIRECTORIES_MAX);
	return true;
}

/* --- the directory of the run --- */

/* What it had at the base is its own. */
static bool is_own(struct arena *arena, const struct backend_side *side,
    const struct backend_block *before, size_t count)
{
	struct str part;

	for (size_t i = 0; i < count; i++) {
		const struct backend_side base = {&before[i], side->directory};

		if ((str_eq(before[i].type, side->block->type) &&
			str_eq(before[i].raw, side->block->raw)) ||
		    backend_match(arena, side, &base, &part) == BACKEND_SAME)
			return true;
	}
	return false;
}

bool backend_move_find(struct arena *arena, const struct source *base, const struct source *head,
    struct str directory, struct backend_move *out, struct err *err)
{
	struct walk walk = {.arena = arena,
	    .base = base,
	    .head = head,
	    .side = {.directory = directory},
	    .best = BACKEND_DIFFERS,
	    .out = out};
	struct backend_block *blocks, *before;
	size_t count, before_count;

	*out = (struct backend_move){.doubt = STR_EMPTY};
	if (!backend_blocks(arena, head, directory, &blocks, &count, err))
		return false;
	if (count == 0)
		return true;
	if (!backend_blocks(arena, base, directory, &before, &before_count, err))
		return false;
	for (size_t i = 0; i < count && walk.best < BACKEND_SAME; i++) {
		walk.side.block = &blocks[i];
		if (!is_own(arena, &walk.side, before, before_count) && !walk_base(&walk, err))
			return false;
	}
	return true;
}

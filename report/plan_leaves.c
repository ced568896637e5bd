#include "report/plan_leaves.h"

#include <stdlib.h>
#include <string.h>

#include "base/ahead_select.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/size.h"
#include "parser/plan_parts.h"

#define BLOCK_LEAVES 1024
#define HELD_BYTES   ((size_t)8 << 20)
#define HELD_FIRST   ((size_t)1024)
#define FILTER	     ((size_t)32768)

struct kept_leaf {
	struct change_leaf leaf;
	uint64_t address_hash; /* of struct change_entry */
	bool is_suspect;
};

struct leaf_block {
	struct leaf_block *older;
	size_t count;
	struct kept_leaf leaves[BLOCK_LEAVES];
};

/* What entered a leaf as it is and no row shows: searched once all secrets are known. */
struct held_text {
	struct kept_leaf *kept;
	struct str text;
};

static const enum leaf_kind set_kinds[CHANGE_SETS] = {
    [CHANGES_RESOURCE] = LEAF_RESOURCE,
    [CHANGES_OUTPUT] = LEAF_OUTPUT,
    [CHANGES_DRIFT] = LEAF_DRIFT,
    [CHANGES_DEFERRED] = LEAF_DEFERRED,
};

enum leaf_kind leaf_kind_of(enum change_set set)
{
	return set_kinds[set];
}

void plan_leaves_open(struct plan_leaves *leaves, struct arena *arena, struct str key)
{
	*leaves = (struct plan_leaves){.arena = arena};
	leaves->held_arena = arena_new();
	leaf_maker_open(&leaves->maker, key);
}

void plan_leaves_close(struct plan_leaves *leaves)
{
	arena_free(leaves->held_arena);
	leaves->held_arena = NULL;
}

/* Leaves are pointed to: they stay where they are. */
static struct kept_leaf *next_leaf(struct plan_leaves *leaves)
{
	struct leaf_block *block = leaves->blocks;

	if (!block || block->count == BLOCK_LEAVES) {
		block = arena_alloc(leaves->arena, sizeof(*block));
		block->older = leaves->blocks;
		block->count = 0;
		leaves->blocks = block;
	}
	leaves->count++;
	return &block->leaves[block->count++];
}

/* NOLINTNEXTLINE(readability-function-size): those of leaf_make() */
bool plan_leaves_make(const struct plan_leaves *leaves, struct arena *scratch, enum leaf_kind kind,
    const struct change *change, const struct shown_change *shown, struct made_leaf *out,
    struct err *err)
{
	struct leaf_maker maker = {.key = leaves->maker.key};

	if (!leaf_make(&maker, scratch, kind, change, shown, &out->leaf, err))
		return false;
	out->has_lists = maker.has_lists;
	out->open_texts = buf_str(&maker.open_texts);
	out->hidden_keyed = maker.hidden_keyed;
	out->hidden_left_out = maker.hidden_left_out;
	return true;
}

const struct change_leaf *plan_leaves_add(
    struct plan_leaves *leaves, struct str address, const struct made_leaf *made)
{
	struct kept_leaf *kept = next_leaf(leaves);

	leaves->maker.hidden_keyed += made->hidden_keyed;
	leaves->maker.hidden_left_out += made->hidden_left_out;
	*kept = (struct kept_leaf){made->leaf, hash_bytes(address), false};
	return &kept->leaf;
}

void plan_leaves_hold_last(struct plan_leaves *leaves, struct str open_texts, bool must)
{
	struct kept_leaf *kept = &leaves->blocks->leaves[leaves->blocks->count - 1];
	size_t size = sizeof(*leaves->held);

	if (open_texts.len == 0)
		return;
	if (open_texts.len > HELD_BYTES - leaves->held_bytes) {
		kept->is_suspect = kept->is_suspect || must;
		leaves->has_suspects = leaves->has_suspects || must;
		return;
	}
	leaves->held_bytes += open_texts.len;
	if (leaves->held_count == leaves->held_room) {
		size_t room = size_max(HELD_FIRST, leaves->held_room * 2);

		leaves->held = arena_grow(
		    leaves->held_arena, leaves->held, leaves->held_room * size, room * size);
		leaves->held_room = room;
	}
	leaves->held[leaves->held_count++] =
	    (struct held_text){kept, str_copy(leaves->held_arena, open_texts)};
}

void plan_leaves_suspect(struct plan_leaves *leaves, struct str address)
{
	size_t size = sizeof(*leaves->others);

	if (leaves->other_count == leaves->other_room) {
		size_t room = leaves->other_room > 0 ? leaves->other_room * 2 : 64;

		leaves->others = arena_grow(
		    leaves->arena, leaves->others, leaves->other_room * size, room * size);
		leaves->other_room = room;
	}
	leaves->others[leaves->other_count++] = hash_bytes(address);
	leaves->has_suspects = true;
}

/* --- looking again --- */

struct recheck {
	struct plan_leaves *leaves;
	const struct detectors *detectors;
	const struct secrets *secrets;
	struct arena *scratch;
	enum leaf_kind kind;
	uint64_t *suspects; /* sorted hashes of addresses */
	size_t suspect_count;
	bool *may_be;		  /* FILTER, by the rest of a hash: nearly all are none */
	struct known_leaf *known; /* of the suspects, sorted by what they were */
	size_t known_count;
};

struct known_leaf {
	struct change_leaf was;
	struct kept_leaf *kept;
};

static int by_hash(const void *a, const void *b)
{
	const uint64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static int by_leaf(const void *a, const void *b)
{
	const struct known_leaf *left = a, *right = b;

	return leaf_cmp(&left->was, &right->was);
}

static bool has_suspect(const struct recheck *recheck, uint64_t address_hash)
{
	return recheck->may_be[address_hash % FILTER] &&
	       bsearch(&address_hash, recheck->suspects, recheck->suspect_count,
		   sizeof(*recheck->suspects), by_hash) != NULL;
}

static void list_suspects(struct recheck *recheck, struct arena *arena)
{
	struct plan_leaves *leaves = recheck->leaves;

	/* room for all; of what is never filled there is no memory */
	recheck->suspects =
	    arena_alloc(arena, (leaves->count + leaves->other_count) * sizeof(*recheck->suspects));
	for (struct leaf_block *block = leaves->blocks; block; block = block->older) {
		for (size_t i = 0; i < block->count; i++) {
			if (block->leaves[i].is_suspect)
				recheck->suspects[recheck->suspect_count++] =
				    block->leaves[i].address_hash;
		}
	}
	for (size_t i = 0; i < leaves->other_count; i++)
		recheck->suspects[recheck->suspect_count++] = leaves->others[i];
	qsort(recheck->suspects, recheck->suspect_count, sizeof(*recheck->suspects), by_hash);
	recheck->may_be = arena_zalloc(arena, FILTER);
	for (size_t i = 0; i < recheck->suspect_count; i++)
		recheck->may_be[recheck->suspects[i] % FILTER] = true;
}

static void recheck_begin(struct recheck *recheck, struct arena *arena)
{
	struct plan_leaves *leaves = recheck->leaves;

	list_suspects(recheck, arena);
	recheck->known = arena_alloc(arena, leaves->count * sizeof(*recheck->known));
	for (struct leaf_block *block = leaves->blocks; block; block = block->older) {
		for (size_t i = 0; i < block->count; i++) {
			struct kept_leaf *kept = &block->leaves[i];

			if (has_suspect(recheck, kept->address_hash))
				recheck->known[recheck->known_count++] =
				    (struct known_leaf){kept->leaf, kept};
		}
	}
	qsort(recheck->known, recheck->known_count, sizeof(*recheck->known), by_leaf);
}

static bool is_suspect(void *context, size_t i UNUSED, const struct change_entry *entry)
{
	return has_suspect(context, entry->address_hash);
}

/* All that are equal: two rows of a broken plan can be. Gives how many. */
static size_t replace(
    struct recheck *recheck, const struct change_leaf *was, const struct change_leaf *is)
{
	size_t count = recheck->known_count, low = 0, high = count, from;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (leaf_cmp(&recheck->known[middle].was, was) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (from = low; low < count && leaf_cmp(&recheck->known[low].was, was) == 0; low++)
		recheck->known[low].kept->leaf = *is;
	return low - from;
}

static void hide_in(struct arena *arena, const struct secrets *secrets, struct shown_change *shown)
{
	shown->before = secrets_hide_value(arena, secrets, shown->before);
	shown->after = secrets_hide_value(arena, secrets, shown->after);
	shown->head.import_id = secrets_hide(arena, secrets, shown->head.import_id);
}

/* A change_visitor. The figures are set right: what was counted for the leaf before is taken back.
 */
static bool look_again(void *context, const struct change *change, struct err *err)
{
	struct recheck *recheck = context;
	struct leaf_maker *maker = &recheck->leaves->maker;
	const struct leaf_maker at_first = *maker;
	struct leaf_maker between;
	struct change_leaf was, is;
	struct shown_change shown;
	size_t replaced = 0;

	if (!redact_change(recheck->scratch, recheck->detectors, change, &shown, err) ||
	    !leaf_make(maker, recheck->scratch, recheck->kind, change, &shown, &was, err))
		return false;
	between = *maker;
	hide_in(recheck->scratch, recheck->secrets, &shown);
	if (!leaf_make(maker, recheck->scratch, recheck->kind, change, &shown, &is, err))
		return false;
	if (leaf_cmp(&was, &is) != 0)
		replaced = replace(recheck, &was, &is);
	if (replaced == 0) {
		*maker = at_first;
		return true;
	}
	maker->hidden_keyed -= between.hidden_keyed - at_first.hidden_keyed;
	maker->hidden_keyed -= between.hidden_keyed - at_first.hidden_keyed;
	maker->hidden_left_out -= between.hidden_left_out - at_first.hidden_left_out;
	maker->hidden_left_out -= between.hidden_left_out - at_first.hidden_left_out;
	return true;
}

struct held_search {
	const struct held_text *held;
	const struct secrets *secrets;
};

/* An ahead_test. Text by text: as one they would look like something of several lines. */
static bool held_has_secret(const void *context, struct arena *scratch UNUSED, size_t i)
{
	const struct held_search *search = context;
	struct str rest = search->held[i].text;
	size_t end;

	while (str_find_char(rest, LEAF_OPEN_END, &end)) {
		if (secrets_are_in(search->secrets, str_from_to(rest, 0, end)))
			return true;
		rest = str_skip(rest, end + 1);
	}
	return false;
}

/* Of what is held, what has a secret in it. */
static void search_held(
    struct plan_leaves *leaves, const struct secrets *secrets, struct arena *temp)
{
	const struct held_search search = {leaves->held, secrets};
	const bool *found = ahead_select(temp, leaves->held_count, held_has_secret, &search);

	for (size_t i = 0; i < leaves->held_count; i++) {
		if (!found[i])
			continue;
		leaves->held[i].kept->is_suspect = true;
		leaves->has_suspects = true;
	}
}

/* NOLINTNEXTLINE(readability-function-size): a plan, how it is redacted, and its secrets */
bool plan_leaves_recheck(struct plan_leaves *leaves, const struct plan *plan,
    const struct detectors *detectors, const struct secrets *secrets, struct arena *scratch,
    struct err *err)
{
	struct arena *temp CLEANUP(arena_free_ptr) = arena_new();
	struct recheck recheck = {
	    .leaves = leaves, .detectors = detectors, .secrets = secrets, .scratch = scratch};

	if (secrets_count(secrets) == 0)
		return true;
	search_held(leaves, secrets, temp);
	if (!leaves->has_suspects)
		return true;
	recheck_begin(&recheck, temp);
	for (size_t set = 0; set < CHANGE_SETS; set++) {
		recheck.kind = leaf_kind_of((enum change_set)set);
		if (!plan_visit_wanted(
			plan, (enum change_set)set, is_suspect, scratch, look_again, &recheck, err))
			return false;
	}
	recheck.kind = LEAF_ACTION;
	return parts_visit_invocations(plan, scratch, look_again, &recheck, err);
}

void plan_leaves_finish(const struct plan_leaves *leaves, struct plan_fingerprint *out)
{
	struct arena *temp CLEANUP(arena_free_ptr) = arena_new();
	struct change_leaf *all = arena_alloc(temp, leaves->count * sizeof(*all));
	size_t count = 0;

	for (const struct leaf_block *block = leaves->blocks; block; block = block->older) {
		for (size_t i = 0; i < block->count; i++)
			all[count++] = block->leaves[i].leaf;
	}
	*out = (struct plan_fingerprint){
	    .text = plan_fingerprint_text(leaves->arena, all, count),
	    .count = count,
	    .hidden_keyed = leaves->maker.hidden_keyed,
	    .hidden_left_out = leaves->maker.hidden_left_out,
	    .key_id = leaves->maker.hidden_keyed > 0
			  ? plan_fingerprint_key_id(leaves->arena, leaves->maker.key)
			  : STR_EMPTY,
	};
}

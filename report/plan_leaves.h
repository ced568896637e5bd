/*
 * plan_leaves.h: the leaves of a plan (parser/change_leaf.h) while its changes are visited, and its
 * fingerprint at the end.
 *
 * A secret that the plan marks in one change can stand unmarked in another (parser/secrets.h); that
 * is known only when all were visited. A row that came to show such a secret is a suspect. What
 * entered a leaf and stands in no row is held until then, and is a suspect if a secret is in it.
 * Suspects are visited once more: few, so that hardly any change is read twice.
 *
 * Limits: 8 MiB of held text. What it does not take is a suspect unseen; but not changes over the
 * budget for values (outcome.h): their values are shown nowhere, so that nobody has the rest of
 * what a search would need, and a huge plan would be read twice.
 *
 * Ownership: `arena`; plan_leaves_close() releases handles. Memory: 48 bytes a change and what is
 * held. Errors: those of leaf_make() and plan_visit(). Layer: report.
 */
#ifndef REPORT_PLAN_LEAVES_H
#define REPORT_PLAN_LEAVES_H

#include "parser/plan_fingerprint.h"
#include "parser/secrets.h"

struct detectors;
struct held_text;
struct leaf_block;

struct plan_leaves {
	struct arena *arena;
	struct leaf_maker maker;
	struct leaf_block *blocks; /* newest first */
	size_t count;
	bool has_suspects;
	struct held_text *held; /* held_count */
	size_t held_count, held_room;
	struct arena *held_arena;
	size_t held_bytes;
	uint64_t *others; /* suspects by their address, hashes */
	size_t other_count, other_room;
};

void plan_leaves_open(struct plan_leaves *leaves, struct arena *arena, struct str key);
void plan_leaves_close(struct plan_leaves *leaves);

/* A leaf that is not among the others yet. */
struct made_leaf {
	struct change_leaf leaf;
	bool has_lists;	       /* lists on both sides that differ */
	struct str open_texts; /* of struct leaf_maker, in `scratch` */
	size_t hidden_keyed, hidden_left_out;
};
/* Of `leaves` nothing changes but the handle of its maker: while one thread makes leaves another
 * may add them. Memory of `scratch` is not given back. */
NODISCARD bool plan_leaves_make(const struct plan_leaves *leaves, struct arena *scratch,
    enum leaf_kind kind, const struct change *change, const struct shown_change *shown,
    struct made_leaf *out, struct err *err);
/* The leaf lives as long as the arena. */
const struct change_leaf *plan_leaves_add(
    struct plan_leaves *leaves, struct str address, const struct made_leaf *made);
/* The one added last, before its scratch memory is rewound: not all of its values stand in its row,
 * where secrets are looked for. `must`: looked at even when nothing more can be held. */
void plan_leaves_hold_last(struct plan_leaves *leaves, struct str open_texts, bool must);
/* A row with this address showed a secret. */
void plan_leaves_suspect(struct plan_leaves *leaves, struct str address);

/* Of the suspects: what is a secret of the plan counts as hidden. `secrets` are sealed. */
NODISCARD bool plan_leaves_recheck(struct plan_leaves *leaves, const struct plan *plan,
    const struct detectors *detectors, const struct secrets *secrets, struct arena *scratch,
    struct err *err);

void plan_leaves_finish(const struct plan_leaves *leaves, struct plan_fingerprint *out);

/* Which leaves the changes of a set have. */
enum leaf_kind leaf_kind_of(enum change_set set);

#endif

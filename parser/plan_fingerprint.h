/*
 * plan_fingerprint.h: a whole plan as 22 letters: equal when the same changes are made.
 *
 * "pf1:" and 16 bytes base64url of SHA-256 over the number of leaves (change_leaf.h) and the leaves
 * in the order of their bytes: of resource changes that are no no-op (moved and imported ones
 * included), of outputs, of what is deferred, of actions that are invoked; of drift only when
 * writing it into the state is all that the plan does to resources. It can be computed again from
 * the leaves of a report.
 *
 * Not in it: the order of the plan, counts, unchanged resources, what a refresh found, reads,
 * timestamps, versions, warnings, checks. Ownership: the arena's. Layer: parser.
 */
#ifndef PARSER_PLAN_FINGERPRINT_H
#define PARSER_PLAN_FINGERPRINT_H

#include "parser/change_leaf.h"
#include "parser/plan.h"

#define PLAN_FINGERPRINT_PREFIX "pf1:"

struct plan_fingerprint {
	struct str text; /* empty: there is none, as from a text plan */
	size_t count;	 /* of leaves */
	size_t hidden_keyed, hidden_left_out;
	struct str key_id; /* of what is keyed (plan_fingerprint_key_id()); empty: nothing is */
};

/* Sorts the leaves. */
struct str plan_fingerprint_text(struct arena *arena, struct change_leaf *leaves, size_t count);
/* 11 letters that are the same for the same key and tell nothing of it; of no key: empty. */
struct str plan_fingerprint_key_id(struct arena *arena, struct str key);
bool plan_fingerprint_is_key_id(struct str text);
/* Has it the form of one? */
bool plan_fingerprint_is_one(struct str text);

#endif

/*
 * ruleset_compare.h: what the two files of the comparison of chains share.
 *
 * Layer: policies; for the files of the ruleset only.
 */
#ifndef POLICIES_RULESET_COMPARE_H
#define POLICIES_RULESET_COMPARE_H

#include "policies/ruleset_chain.h"

struct comparing {
	struct arena *arena;
	struct ruleset *trusted, *head;
	size_t *head_by_id;
	struct ruleset_comparison *out;
	struct str *rules; /* of the newest weakening: compare_add_rule() */
};

/* One rule in both chains. */
struct rule_pair {
	struct comparing *comparing;
	size_t trusted_index, head_index;
	const struct rule *trusted, *head;
};

/* What the head loosens. A rule of a pack has the place of the `use:` that brings it: who owns that
 * file may release it. `head` NULL: it is not there any more. */
struct weakening *compare_add(struct comparing *at, struct str name, struct str what,
    const struct policy_place *trusted, const struct policy_place *head);
/* One more rule that the weakening is about. */
void compare_add_rule(struct comparing *at, struct weakening *weakening, struct str rule);

/* Tells what the head's rule may let through that the trusted one does not. */
void compare_rule(const struct rule_pair *pair);
/* All that decides what is found and how it is shown is the same. */
bool rules_are_same(const struct rule_pair *pair);

bool names_same(const struct policy_names *a, const struct policy_names *b);
/* Every name of `part` is in `whole`; else *missing is the first that is not. */
bool names_within(
    const struct policy_names *part, const struct policy_names *whole, struct str *missing);
/* NULL: not there. */
const struct value *label_value(const struct ruleset *set, struct str name);

/* params, labels, variables, documents that rules of the trusted chain depend on */
void compare_names(struct comparing *at);
/* levels of rules of other tools */
void compare_tools(struct comparing *at);
/* undecided, require_rules, waiver_policy, owners, break_glass */
void compare_settings(struct comparing *at);

#endif

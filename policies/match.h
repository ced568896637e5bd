/*
 * match.h: does a rule look at a change? The declarative half of a rule (`match:`), made ready so
 * that the index of a plan alone answers most of it.
 *
 * Two steps: match_type() per type of the plan (few), match_entry() by the bits of an index entry,
 * then match_change() on the loaded change for what needs its head or values.
 *
 * Patterns: "*" and "?" match every character in addresses and types (brackets and quotes are
 * literal in addresses); a "!" in front excludes; only exclusions: everything else. Layer:
 * policies.
 */
#ifndef POLICIES_MATCH_H
#define POLICIES_MATCH_H

#include "policies/policy.h"

/* "aws_*" with "!" exclusions against one name; an empty list takes everything. */
bool match_names(const struct policy_names *patterns, struct str name);
/* The same for resource addresses, where only '*' is special. */
bool match_addresses(const struct policy_names *patterns, struct str address);
/* One pattern in which only '*' is special. */
bool match_wildcard(struct str pattern, struct str text);

bool match_type(const struct rule_match *match, struct str type);
/* Actions, deposed objects and data sources. */
bool match_entry(const struct rule_match *match, const struct change_entry *entry);
bool match_change(const struct rule_match *match, const struct change *change);
/* It matches but for what nobody knows: text and streams do not tell the provider. */
bool match_is_unsure(const struct rule_match *match, const struct change *change);

/* How many changes of the plan one entry stands for to a rule: its MATCH_ bits. */
unsigned match_entry_actions(const struct change_entry *entry);

#endif

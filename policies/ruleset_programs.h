/*
 * ruleset_programs.h: the expressions of a ruleset, compiled when wanted.
 *
 * Layer: policies; for the files of the ruleset only.
 */
#ifndef POLICIES_RULESET_PROGRAMS_H
#define POLICIES_RULESET_PROGRAMS_H

#include "policies/ruleset.h"

/* All variables and functions, without named expressions. */
struct cel_scope ruleset_scope(const struct ruleset *set);
/* Compiles every rule and every named expression; problems are told. `packs`: those of packs too.
 */
void ruleset_check(struct ruleset *set, bool packs, struct policy_problems *problems);

#endif

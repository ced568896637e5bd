/*
 * moved.h: a directory that takes over the state of another one: a finding of its own, and the
 * rules of that one. Layer: policies, for evaluate.c.
 */
#ifndef POLICIES_MOVED_H
#define POLICIES_MOVED_H

#include "policies/evaluator.h"

/* Released when the owners of the old directory's policies approved the commit; where it may be one
 * of several, those of each. */
void moved_report(struct evaluator *evaluator);

bool is_moved(const struct evaluation *evaluation, const struct ruleset *ruleset);

/* Does rule i of an old directory's chain say something that the chain of this one does not? */
bool moved_rule_adds(const struct evaluator *evaluator, struct ruleset *old, size_t i);

#endif

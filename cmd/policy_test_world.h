/*
 * policy_test_world.h: what surrounds the resource of a test: pull request, git, backend,
 * documents, the clock; labels, params and directory in place of those that are in force.
 *
 * `locked: {version, constraints, hashes}` of its plan's providers is the lock file.
 * What the test does not say is unknown, as it is to a run that cannot ask. An approval without a
 * commit is one of the commit at hand. Errors: ERR_INVALID. Ownership: `arena`. Layer: cmd.
 */
#ifndef CMD_POLICY_TEST_WORLD_H
#define CMD_POLICY_TEST_WORLD_H

#include "policies/evaluate.h"

struct test_world {
	struct policy_world world;
	struct facts facts;
};

NODISCARD bool test_world_make(struct arena *arena, struct value document, int64_t now,
    struct test_world *out, struct err *err);

/* The ruleset as this test wants it: a copy that shares the programs of `ruleset`, which were all
 * compiled before. */
NODISCARD bool test_ruleset(struct arena *arena, const struct ruleset *ruleset, size_t rule,
    struct value document, struct ruleset **out, struct err *err);

/* Do `dirs` or `labels` of the rule not match the directory or labels that the test names? */
bool test_is_elsewhere(const struct ruleset *ruleset, size_t rule, struct value document);

/* A rule of scope run over `run: {plans: [...]}` of the document. */
struct test_run {
	const struct ruleset *ruleset;
	size_t rule;
	struct value document;
	const struct test_world *world;
};
NODISCARD bool test_judge_run(struct arena *arena, const struct test_run *run,
    struct rule_result *out, struct policy_problems *problems, struct err *err);

#endif

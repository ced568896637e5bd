/*
 * policy_tests.h: one test of a policy file -> did its rule say what the test expects?
 *
 * `labels`, `params`, `dir` of a test stand over those of the directory; of pull request, git,
 * backend and documents only what the test says is known. The ruleset was loaded with `check_all`.
 * Ownership: `arena`. Layer: cmd.
 */
#ifndef CMD_POLICY_TESTS_H
#define CMD_POLICY_TESTS_H

#include "policies/evaluate.h"

struct policy_test_outcome {
	const struct policy_test *test;
	bool good;
	struct str expected, got; /* "violation", "undecided (after.a)" */
	struct str detail;	  /* of one that is not good: why; lines; may be empty */
	enum rule_end end;
	const struct str *paths; /* of an undecided one */
	size_t path_count;
	bool ran; /* false: the test itself cannot be used; `detail` says why */
};

/* Never ends with an error: what is wrong with the test or its rule is in the outcome. */
void policy_test_run(struct arena *arena, const struct ruleset *ruleset,
    const struct policy_test *test, int64_t now, struct policy_test_outcome *out,
    struct policy_problems *problems);

/* The word of tests: "not_matched". */
const char *expect_word(enum rule_end end);

#endif

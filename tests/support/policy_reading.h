/*
 * policy_reading.h: a policy file read from a text, and its problems as one text.
 *
 * Everything lives in the arena given. Layer: tests.
 */
#ifndef TESTS_SUPPORT_POLICY_READING_H
#define TESTS_SUPPORT_POLICY_READING_H

#include "policies/policy_file.h"

struct reading {
	struct policy_file file;
	struct policy_problems problems;
};

struct reading *reading_of(
    struct arena *arena, enum policy_file_kind kind, const char *name, struct str text);

/* "3:5 text" for each problem, a line each. */
struct str reading_problems(struct arena *arena, const struct reading *reading);

#endif

/*
 * policy_lint.h: what can be wrong with policies that load: rules without tests, rules that hold
 * nowhere, files that govern nothing or belong to nobody, params and waivers that are not used.
 *
 * Errors are for files that cannot be used; everything else is a warning. Each is told once.
 * Ownership: the run arena. Limits: LINT_MAX are kept, further ones counted. Layer: cmd.
 */
#ifndef CMD_POLICY_LINT_H
#define CMD_POLICY_LINT_H

#include "cmd/policy_files.h"

#define LINT_MAX 2000

struct lint_finding {
	bool is_error;
	struct policy_place place;
	struct str text, caret;
};

struct lint_use; /* a rule or a param, and what was seen of it */

struct lint {
	struct app *app;
	const struct policy_tree *tree;
	struct policy_directories directories;
	struct lint_finding *findings;
	size_t finding_count, left_out, errors;
	struct lint_use *uses;
	size_t use_count;
	int64_t now;
};

NODISCARD bool lint_repository(struct lint *lint, struct str below, struct err *err);

/* Also by who looks at plans; nothing is added twice. */
void lint_add(struct lint *lint, bool is_error, const struct policy_place *place, const char *fmt,
    ...) PRINTF_LIKE(4, 5);

#endif

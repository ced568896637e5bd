/*
 * cel_check.h: evaluates expressions for tables of tests, always in both evaluators.
 *
 * Values are JSON, where "!unknown:PATH" is a value known only after apply, "!hidden" a secret
 * that may not be shown and "!secret:TEXT" a text marked as sensitive.
 */
#ifndef TESTS_SUPPORT_CEL_CHECK_H
#define TESTS_SUPPORT_CEL_CHECK_H

#include "policies/cel/trace.h"

struct value cel_check_json(struct arena *arena, const char *json);

struct cel_check {
	struct arena *arena;
	struct cel_run *run;
	struct cel_scope scope;
	const struct value *activation;
};

/*
 * "true", "[1, 2]" ... as cel_to_text() prints it; "error: TEXT"; "limit: TEXT";
 * "unknown: PATH, PATH"; "does not compile: AT: TEXT; AT: TEXT". "differs: ..." when the two
 * evaluators do not agree.
 */
struct str cel_check_run(const struct cel_check *check, const char *expression);

/* A result in those words. */
struct str cel_check_text(struct arena *arena, struct value value);

/* An arena and one variable `d`, which is the value of the JSON; both are the check's. */
void cel_check_open(struct cel_check *check, const char *json);
void cel_check_close(struct cel_check *check);

/* The whole table; then ends the test when a row gave something else. */
struct cel_check_row {
	const char *expression, *result;
};
void cel_check_rows(const struct cel_check *check, const struct cel_check_row *rows, size_t count);
/* Each is true. */
void cel_check_truths(const struct cel_check *check, const char *const *truths, size_t count);
/* Each is stopped at a limit. */
void cel_check_greedy(const struct cel_check *check, const char *const *greedy, size_t count);

#endif

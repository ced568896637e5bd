/*
 * child_run.h: runs the command after "--" and reads the plan it made.
 *
 * Its output passes through untouched. When it is a terraform plan without -out, a temporary one is
 * added (mode 0600, removed on every exit); a remote backend that cannot save plans makes terraform
 * refuse that, then it runs once more as it was given.
 *
 * Errors: ERR_NOT_FOUND, ERR_EXEC, ERR_IO. What cannot be read of its plan is a note, not an error:
 * the text still counts. Layer: cmd.
 */
#ifndef CMD_CHILD_RUN_H
#define CMD_CHILD_RUN_H

#include "base/process.h"
#include "cmd/app.h"
#include "parser/plan_read.h"
#include "policies/facts.h"

struct child_run {
	const char *const *argv;
	enum operation operation;
	bool no_json;
	size_t capture_limit;
	struct plan_options plan_options;
	const char *const *environment;	   /* NAME=value, NULL at the end, for the child; or NULL */
	const char *const *unpassed_lines; /* of its output; see process.h */
	struct plan *plan; /* the saved plan that it applies, when it has been read already */
};

struct child_outcome {
	struct process_result result;
	struct str title; /* "terraform plan" */
	uint64_t duration_ms;
	struct plan *plan;  /* NULL when there is none to be seen */
	struct str problem; /* why the JSON of its plan could not be read; or empty */
};

NODISCARD bool child_run(
    struct app *app, const struct child_run *run, struct child_outcome *out, struct err *err);

struct child_args;

/* A saved plan as JSON, by `show` of the same program; NULL, and why in *problem. */
struct plan *child_read_saved(struct app *app, const struct child_run *run,
    const struct child_args *args, const char *file, struct str *problem);

/* Has terraform said that its backend cannot save plans? */
bool child_refused_out(const struct process_result *result);

#endif

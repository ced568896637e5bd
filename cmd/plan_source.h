/*
 * plan_source.h: where the plan of a run comes from: a file, a saved plan that terraform turns into
 * JSON, standard input, or the output of a child.
 *
 * Errors: those of input_open() and plan_read(), ERR_NOT_FOUND and ERR_EXEC for terraform,
 * ERR_INVALID when it refuses the file. Ownership: the run arena; inputs stay open as long as the
 * program. Layer: cmd.
 */
#ifndef CMD_PLAN_SOURCE_H
#define CMD_PLAN_SOURCE_H

#include "cmd/app.h"
#include "parser/plan_read.h"

/* False for a text in which nothing of a plan or apply was recognised. */
bool plan_says_something(const struct plan *plan);

/*
 * Of two plans in one input nobody knows which one is going to be applied: `show` tells the first
 * one and says so; where plans are judged or compared it is an error.
 */
NODISCARD bool plan_is_alone(const struct plan *plan, const char *path, struct err *err);

/* `path` "-" is standard input. A saved plan file is shown with `terraform`. */
NODISCARD bool plan_from_file(struct app *app, const char *path, const char *terraform,
    const struct plan_options *options, struct plan **out, struct err *err);

/* Runs `argv` (.. show -json FILE) and reads what it prints, through an unlinked temporary file. */
NODISCARD bool plan_from_show(struct app *app, const char *const *argv, const char *directory,
    const struct plan_options *options, struct plan **out, struct err *err);

/* The same command's output alone, in an unlinked temporary file: `show -json` of a state. */
NODISCARD bool input_from_show(struct app *app, const char *const *argv, const char *directory,
    struct input **out, struct err *err);

/*
 * What a terraform command printed: text or the -json stream, its two outputs read apart. `json` is
 * the plan of the same run when there was one, else NULL. NULL when nothing in it speaks of a plan.
 */
struct plan *plan_from_output(
    struct arena *arena, struct str output, struct str errors, struct plan *json);

#endif

/*
 * plan_read.h: one input, whatever it is -> struct plan.
 *
 * Finds out what the input is (JSON plan, -json stream, human text, a saved plan file, something
 * else) by its content, never by its name. CI noise before or after a JSON document and several
 * documents in one file are read, with a note in plan->notes: the first document that is a plan
 * counts.
 *
 * Errors: ERR_SYNTAX (malformed or truncated JSON, binary rubbish, empty input), ERR_INVALID (JSON
 * that is no plan: says what it is instead, e.g. a state), ERR_LIMIT, ERR_IO. Ownership: the plan
 * in `arena`; the input must outlive it. Layer: parser.
 */
#ifndef PARSER_PLAN_READ_H
#define PARSER_PLAN_READ_H

#include "parser/plan.h"

enum input_kind {
	INPUT_JSON_PLAN,
	INPUT_STREAM,
	INPUT_TEXT,
	/* zip: terraform show -json has to turn it into JSON; the caller's business */
	INPUT_SAVED_PLAN,
	INPUT_EMPTY,
	INPUT_BINARY,
};

NODISCARD bool plan_detect(const struct input *input, enum input_kind *kind, struct err *err);

struct plan_options {
	bool strict_json; /* check skipped members too, and that nothing else is in the file */
};

/* INPUT_SAVED_PLAN is ERR_INVALID here: detect first. */
NODISCARD bool plan_read(struct arena *arena, const struct input *input,
    const struct plan_options *options, struct plan **out, struct err *err);

/* The single forms. */
NODISCARD bool plan_read_json(struct arena *arena, const struct input *input,
    const struct plan_options *options, struct plan **out, struct err *err);
/* Human text of plan, apply or destroy; never fails: what it cannot read it does not claim. */
struct plan *plan_read_text(struct arena *arena, struct str text);
/* Lines of JSON among other lines (which are kept as notes or parsed as error text). */
NODISCARD bool plan_read_stream(
    struct arena *arena, struct str text, struct plan **out, struct err *err);

/*
 * Adds to `plan` (from JSON) what only the text of the same run knows: errors, warnings, parts to
 * show, the apply report. When the figures disagree a note says so. `text` may be NULL.
 */
void plan_add_text(struct arena *arena, struct plan *plan, const struct plan *text);

#endif

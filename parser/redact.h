/*
 * redact.h: a raw change -> one that may be shown.
 *
 * redact_change() replaces every leaf that the plan marks sensitive by the kind HIDDEN, which keeps
 * one bit: whether it differs from the other side. Everything that renders, stores or sends takes
 * struct shown_change, so that forgetting to redact does not compile.
 *
 * A map or list marked as a whole becomes one HIDDEN. A value sensitive on one side only is hidden
 * on both (a diff would give it away). Of an import with a sensitive identity the id is hidden too.
 * Outputs that are sensitive are hidden as a whole.
 *
 * Ownership: result in `arena`, strings shared with the change. Layer: parser.
 */
#ifndef PARSER_REDACT_H
#define PARSER_REDACT_H

#include "parser/plan.h"

/* A value without secrets. A struct of its own, so that a raw value does not fit. */
struct shown {
	struct value value;
};

struct shown_change {
	struct change_head head;
	bool has_values;
	struct shown before, after;
	struct value replace_paths; /* names only */
	struct str body;
};

/* The text that stands for the kinds without a value of their own. */
#define SHOWN_SENSITIVE "(sensitive)"
#define SHOWN_UNKNOWN	"(known after apply)"

NODISCARD bool redact_change(
    struct arena *arena, const struct change *change, struct shown_change *out, struct err *err);

#endif

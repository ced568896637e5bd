/*
 * redact.h: a raw change -> one that may be shown.
 *
 * redact_change() replaces every leaf that the plan marks sensitive by the kind HIDDEN, which keeps
 * one bit: whether it differs from the other side. Everything that renders, stores or sends takes
 * struct shown_change, so that forgetting to redact does not compile.
 *
 * The same is done with what the detectors find (detectors.h): values that nobody marked. JSON
 * inside a string with something to hide in it is shown as the parsed tree, a MAP or LIST whose
 * `tag` is SHOWN_JSON_TEXT: what is not secret in it stays reviewable, and the bits of what is
 * stay, too. When one side is opened so is the other, where it is JSON.
 *
 * A map or list marked as a whole becomes one HIDDEN. What is null on both sides stays null. A
 * value sensitive on one side only is hidden on both (a diff would give it away), but of a whole
 * object only what is the same on both. Of an import with
 * a sensitive identity the id is hidden too. Outputs that are sensitive are hidden as a whole.
 *
 * Ownership: result in `arena`, strings shared with the change. Layer: parser.
 */
#ifndef PARSER_REDACT_H
#define PARSER_REDACT_H

#include "base/masker.h"
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
#define SHOWN_SENSITIVE MASKER_MARK
#define SHOWN_UNKNOWN	"(known after apply)"

/* `tag` of a MAP or LIST that stood as JSON text in a string; the second one of the after side,
 * when that text was the same, byte by byte, at the same place before. */
#define SHOWN_JSON_TEXT 1
#define SHOWN_JSON_SAME 2
/* `tag` of a HIDDEN that did not change: the plan marks it on this side. */
#define SHOWN_MARKED 3
static inline bool shown_is_json_text(const struct value *value)
{
	return value->tag == SHOWN_JSON_TEXT || value->tag == SHOWN_JSON_SAME;
}

struct detectors;

/* `detectors` NULL: all are on. Errors: ERR_LIMIT, values nested too deep. */
NODISCARD bool redact_change(struct arena *arena, const struct detectors *detectors,
    const struct change *change, struct shown_change *out, struct err *err);
/* The same for a change that went through detectors_mark() already. */
NODISCARD bool redact_marked(
    struct arena *arena, const struct change *marked, struct shown_change *out, struct err *err);

/* For those who take a string for a string (expressions): opened JSON text becomes HIDDEN again. */
struct value redact_close_texts(struct arena *arena, struct value shown);

#endif

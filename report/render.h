/*
 * render.h: outcome -> text. Pure: the same outcome and options give the same bytes.
 *
 * Every text that comes from a plan is escaped for where it lands (markdown.h, the terminal's
 * printable form, JSON, Slack's three characters); nothing in it can become markup, a mention or a
 * control code.
 *
 * Errors: ERR_LIMIT only when not even the shortest form fits; the size limits themselves are kept
 * by leaving out what matters least, with a line that says so. Ownership: the text in `arena`.
 * Layer: report.
 */
#ifndef REPORT_RENDER_H
#define REPORT_RENDER_H

#include "base/sink.h"
#include "report/outcome.h"

#define MARKDOWN_LIMIT                                                             \
	65000 /* bytes; GitHub's comment limit under every reading (api-facts 1.1) \
	       */

struct render_options {
	size_t max_bytes; /* 0: the renderer's own limit (Markdown, Slack), none (terminal) */
	bool colour;	  /* terminal */
	int columns;	  /* terminal; 0: 80 */
	bool details;	  /* terminal: attribute diffs too, not only the summary */
};

/* The summary a person reads at the end of a run. */
NODISCARD bool render_terminal(struct arena *arena, const struct outcome *outcome,
    const struct render_options *options, struct str *out, struct err *err);

/* The comment, without marker. */
NODISCARD bool render_markdown(struct arena *arena, const struct outcome *outcome,
    const struct render_options *options, struct str *out, struct err *err);

/* A list of Slack blocks as JSON, and the plain fallback text; both escaped for mrkdwn. */
struct slack_message {
	struct str text;   /* fallback, at most 3,000 characters */
	struct str blocks; /* JSON array of at most options->max_bytes and 14,000 bytes; at most 50
			      blocks, 9,000 characters of text */
};
/* `link_override`: to more details, in front of the links of the facts; may be NULL. */
NODISCARD bool render_slack(struct arena *arena, const struct outcome *outcome,
    const struct render_options *options, const char *link_override, struct slack_message *out,
    struct err *err);

/* The versioned JSON of docs/schema/outcome.json, streamed; one change per line. */
void render_json(const struct outcome *outcome, struct sink *sink);
/* One change (or output) or invocation of it, on one line. */
void render_json_change(const struct outcome_change *change, bool is_output, struct sink *sink);
void render_json_invocation(const struct action_invocation *invocation,
    const struct outcome_change *row, struct sink *sink);

#endif

/*
 * slack_message.h: the Slack message that the parts of an outcome are written into.
 *
 * The parts and what comes before what are those of every page (parts.h, importance.h); here a part
 * is a section, of which some kinds hold less. Sizes are characters, blocks and bytes of JSON.
 * Internal to report/render_slack*.c. Layer: report.
 */
#ifndef REPORT_SLACK_MESSAGE_H
#define REPORT_SLACK_MESSAGE_H

#include "base/buf.h"
#include "base/json_write.h"
#include "report/parts.h"

struct err;

struct message {
	struct arena *arena; /* scratch */
	struct arena *spare; /* for what is written to be measured only */
	const struct outcome *outcome;
	struct str link; /* instead of the one that the facts know; may be empty */
	struct jsonw writer;
	struct buf text; /* of the section that is being built; in neither arena */
	struct parts parts;
};

/* Says how an item looks at a level, and the line for those from `from` on. */
struct slack_writer {
	void (*begin)(struct message *message, const struct part *part); /* NULL: its heading */
	void (*item)(
	    struct message *message, const struct part *part, size_t index, unsigned level);
	void (*rest)(struct message *message, const struct part *part, size_t from, unsigned whole);
};

/* The parts and what the budget decides of them; the arenas, `outcome` and `text` are set. */
NODISCARD bool slack_plan(struct message *message, size_t max_bytes, struct err *err);

/* A name, and running text from elsewhere: in code, where nothing of it is markup. */
void slack_add_code(struct message *message, struct str text);
void slack_add_name(struct message *message, struct str name, size_t max);
void slack_add_data(struct message *message, struct str text, size_t max);
/* Between fences: a backtick becomes a letter that looks like it. */
void slack_add_block(struct message *message, struct str text);
void slack_add_link(struct buf *buf, struct str url, const char *label);
/* "… and 4,980 more"; right below a heading "4,980 not named here", the longer form. */
void slack_add_rest_words(struct message *message, size_t from, size_t left);
/* Bytes of the line for all items of a part: what it may have at most. */
size_t slack_rest_size(const struct message *message, const struct part *part, unsigned whole);

/* render_slack_text.c */
extern const struct slack_writer slack_note_writer, slack_error_writer, slack_tail_writer,
    slack_links_writer;

/* render_slack_changes.c */
extern const struct slack_writer slack_change_writer, slack_update_writer, slack_applied_writer,
    slack_deferred_writer, slack_figures_writer;

/* render_slack_findings.c */
extern const struct slack_writer slack_verdict_writer, slack_finding_writer, slack_waiver_writer;

#endif

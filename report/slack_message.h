/*
 * slack_message.h: the Slack message that sections are added to, each whole or not at all.
 *
 * Internal to report/render_slack*.c. Layer: report.
 */
#ifndef REPORT_SLACK_MESSAGE_H
#define REPORT_SLACK_MESSAGE_H

#include "base/buf.h"
#include "base/json_write.h"
#include "report/findings.h"
#include "report/outcome.h"

#define SLACK_MORE_SIZE ((size_t)60) /* "… and 4,980 more" */

struct message {
	struct arena *arena;
	const struct outcome *outcome;
	struct jsonw writer;
	size_t blocks;
	size_t room;	 /* bytes of text left for all further sections */
	struct buf text; /* of the section that is being built */
	struct findings findings, after_apply;
	bool tells_verdict, tells_after_apply;
};

void slack_begin_section(struct message *message);
/* Nothing is added when the section is empty or did not fit. */
void slack_end_section(struct message *message);
/* The three characters that mean something to Slack. */
void slack_add_escaped(struct buf *buf, struct str text);
/* A name, and running text from elsewhere: in code, where nothing of it is markup. */
void slack_add_code(struct message *message, struct str text);
void slack_add_data(struct message *message, struct str text, size_t max);
void slack_add_link(struct buf *buf, struct str url, const char *label);

/* render_slack_findings.c */
void slack_find_findings(struct message *message); /* of the outcome; decides what is told */
void slack_add_denials(struct message *message);   /* and the line of the verdict */
void slack_add_policy_warnings(struct message *message);

#endif

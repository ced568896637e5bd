/*
 * help_topics.h: what `help` knows besides commands. One table for `help`, the overview and
 * completion.
 *
 * Layer: cmd.
 */
#ifndef CMD_HELP_TOPICS_H
#define CMD_HELP_TOPICS_H

struct buf;

struct help_topic {
	const char *name, *help;
	void (*print)(struct buf *buf);
};
extern const struct help_topic help_topics[]; /* sorted; ends with name NULL */

#endif

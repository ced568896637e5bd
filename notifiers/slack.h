/*
 * slack.h: a Slack message by incoming webhook, or by bot token with chat.postMessage and
 * chat.update.
 *
 * With a token and a GitHub comment whose marker names the message's place, the message is updated,
 * else a new one is posted. The comment is waited for at most SLACK_PATIENCE_NS: a GitHub that
 * hangs keeps no message back. A webhook gives no place back and always posts, but not what the
 * comment shows to be out of date. A pull request from a fork has no token: skipped. HTTP 200 with
 * ok:false is Slack's normal failure. Blocks that Slack refuses are left out once (the text alone
 * then). A failed apply's errors follow in the thread of the message. A lost reply to a post cannot
 * be looked up without the history scope: reported, never repeated. Layer: notifiers.
 */
#ifndef NOTIFIERS_SLACK_H
#define NOTIFIERS_SLACK_H

#include "notifiers/channels.h"
#include "report/render.h"

#define SLACK_PATIENCE_NS (15 * UINT64_C(1000000000))

extern const struct notifier notifier_slack;

/* The JSON of a request; `channel`, `ts` and `thread` may be empty. For tests. */
struct slack_post {
	struct str channel, ts, thread;
	struct slack_message message; /* blocks empty: text only */
};
struct str slack_post_json(struct arena *arena, const struct slack_post *post);

/* What to do about an error word of the Web API or of a webhook; `needed`: the missing scope or "".
 */
struct str slack_error_text(struct arena *arena, struct str error, struct str needed);

/* The errors of a failed apply as one escaped text of at most 3,000 characters; empty: none. */
struct str slack_error_details(struct arena *arena, const struct outcome *outcome);

#endif

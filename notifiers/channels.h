/*
 * channels.h: makes the deliveries of a run. Each *_delivery() renders what it sends and returns a
 * delivery ready for dispatch_run(); when something needed is missing (a token, a pull request) it
 * is already done, with the reason in its record.
 *
 * Secrets (tokens, webhook URLs) come in as arguments and are only ever put into requests.
 * Ownership: the arena's. Layer: notifiers.
 */
#ifndef NOTIFIERS_CHANNELS_H
#define NOTIFIERS_CHANNELS_H

#include "notifiers/notifier.h"

struct own_secrets;

enum comment_mode {
	COMMENT_UPDATE,	  /* one comment per target and operation, updated in place */
	COMMENT_RECREATE, /* a new one; the old ones become a line that points to it */
	COMMENT_APPEND,	  /* a new one; the old ones stay */
};

/* Where a Slack message already stands, carried in the comment's marker. */
struct slack_place {
	struct str channel, ts;
};

struct github_config {
	struct str
	    api_url; /* https://api.github.com or https://HOST/api/v3, without a slash at the end */
	struct str token;
	enum comment_mode mode;
	bool skip_no_changes;	/* no new comment when nothing changes; an existing one is still
				   updated */
	size_t max_bytes;	/* of the comment, marker included; 0: MARKDOWN_LIMIT */
	struct str graphql_url; /* empty: derived from api_url; asked for the login of an app's
				   token, and for who edited our comments */
};

/*
 * Finds the pull request (by number, else by commit), finds our comment by marker and authorship,
 * and creates or updates it.
 */
struct delivery *github_delivery(
    struct arena *arena, const struct outcome *outcome, const struct github_config *config);
/*
 * The comment's marker shall carry the place of this Slack message. When the existing comment names
 * no place for its channel yet, the comment is written after Slack has answered. At most 8.
 */
void github_delivery_add_slack(struct delivery *comment, const struct delivery *slack);
/* The place that the marker of the existing comment names for a channel as it is configured; empty
 * when there is none. *known is false while the comment has not been looked for yet. */
struct slack_place github_delivery_slack_place(
    const struct delivery *comment, struct str channel, bool *known);

/* Adds the credentials that a delivery knows. */
void github_delivery_secrets(const struct delivery *comment, struct own_secrets *own);
void slack_delivery_secrets(const struct delivery *delivery, struct own_secrets *own);

/* The comment shows a newer run already: what this run has to say is out of date. */
bool github_delivery_is_outdated(const struct delivery *comment);

struct slack_config {
	struct str api_url; /* https://slack.com/api */
	struct str token;   /* bot token; or */
	struct str webhook; /* incoming webhook URL, a secret */
	struct str channel; /* id or #name, for a token; for a webhook a name for the record, may be
			       empty */
};

/*
 * `comment`: the GitHub delivery that finds an earlier message's place in its marker, or that this
 * run is out of date; may be NULL. It is waited for a while, not for ever.
 */
struct delivery *slack_delivery(struct arena *arena, const struct outcome *outcome,
    const struct slack_config *config, const struct delivery *comment);
/* The channel as it is configured; empty for a webhook, which has no place. */
struct str slack_delivery_channel(const struct delivery *delivery);
/* Known once the message was sent with a token. */
struct slack_place slack_delivery_place(const struct delivery *delivery);

/* Markdown into a file; for the job summary (append, under 1 MiB). Done when returned. */
struct delivery *file_delivery(
    struct arena *arena, const struct outcome *outcome, const char *path);
struct delivery *job_summary_delivery(
    struct arena *arena, const struct outcome *outcome, const char *path);

/*
 * For notifiers: an empty delivery, and the ends of one (STEP_DONE, for `return`). Texts are the
 * arena's or static.
 */
struct delivery *delivery_new(struct arena *arena, const struct notifier *notifier,
    const struct outcome *outcome, struct str channel);
enum step_result delivery_end(struct delivery *delivery, enum delivery_state state);
enum step_result delivery_skip(struct delivery *delivery, struct str reason);
enum step_result delivery_fail(struct delivery *delivery, struct str reason, struct str payload);

/* All notifiers, for listings. */
const struct notifier *const *channel_notifiers(size_t *count);

/* The conditions of a Slack route. One table: names, meaning. */
enum route_event {
	ROUTE_ALWAYS,
	ROUTE_PLAN_FAILED,
	ROUTE_DESTROY,
	ROUTE_APPLIED,
	ROUTE_APPLY_FAILED,
};
#define ROUTE_EVENTS (ROUTE_APPLY_FAILED + 1)
const char *route_event_name(enum route_event event);
bool route_event_from_str(struct str text, enum route_event *out);
bool route_event_holds(enum route_event event, const struct outcome *outcome);

#endif

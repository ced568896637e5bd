/*
 * github.h: the pull request comment over REST, as a state machine of stages:
 *
 *	look     the pull request, whose token it is, the comments (pages, at most
 *	         GITHUB_PAGES_MAX; of more the first and the newest)
 *	editors  who edited ours last; what somebody else edited is not ours any more
 *	decide   which comment is to be written, or that a newer run stands there already
 *	slack    waits for the first Slack message, whose place goes into the marker; not for ever
 *	fresh    when time has passed since the look (a repeat, a limit, Slack): looks and
 *	         decides again
 *	write    creates or updates; a body that is too long once more at half the size
 *	confirm  after an update: an older run may have written in between, then once more
 *	reread   after a creation: settles a race (the lowest id stays) or a lost reply
 *	retire   older ones of ours become one line that points to the current one (REST
 *	         cannot minimise)
 *	places   a Slack message that came later: its place is written into the marker
 *
 * GitHub has no conditional write: between fresh and write the time of one request remains, which
 * confirm covers when both runs do it.
 *
 * A comment of another author is never touched (github_comments.h). A pull request from a fork has
 * no token that may write: skipped, with the payload kept, never failed. Layer: notifiers.
 */
#ifndef NOTIFIERS_GITHUB_H
#define NOTIFIERS_GITHUB_H

#include "notifiers/github_comments.h"
#include "notifiers/github_failure.h"
#include "notifiers/github_pull.h"
#include "notifiers/own_secrets.h"

#define GITHUB_PAGES_MAX   30
#define GITHUB_CREATES_MAX 4
#define GITHUB_CONFIRM_MAX 2
#define GITHUB_RETIRE_MAX  6 /* a run */
/* for the first Slack message */
#define GITHUB_PATIENCE_NS (15 * UINT64_C(1000000000))

extern const struct notifier notifier_github;

enum github_ask {
	ASK_PULL,
	ASK_PULLS_OF_COMMIT,
	ASK_USER,
	ASK_VIEWER,
	ASK_PAGE,
	ASK_EDITORS,
	ASK_CREATE,
	ASK_UPDATE,
	ASK_FRESH,
	ASK_FRESH_LIST,
	ASK_CONFIRM,
	ASK_REREAD,
	ASK_MERGE,
	ASK_DELETE,
	ASK_RETIRE,
	ASK_PLACES_LOOK,
	ASK_PLACES,
};

enum github_stage {
	GITHUB_LOOK,
	GITHUB_EDITORS,
	GITHUB_DECIDE,
	GITHUB_SLACK,
	GITHUB_FRESH,
	GITHUB_WRITE,
	GITHUB_CONFIRM,
	GITHUB_REREAD,
	GITHUB_RETIRE,
	GITHUB_PLACES,
};

struct github {
	struct arena *arena;
	struct github_config config; /* max_bytes is halved after "is too long" */
	struct str api;		     /* .../repos/OWNER/NAME */
	enum github_stage stage;
	enum github_ask asked[STEP_REQUESTS_MAX];
	size_t asked_count;

	/* look */
	bool started, author_known, looked, outdated, dry_run;
	struct github_pull pull;
	struct str number; /* for URLs; NUMBER in a dry run that does not know it */
	struct github_author author;
	struct http_reply held_page; /* came before the author was known */
	bool page_is_held;
	struct str next_page;
	int pages;
	bool backwards, capped;		     /* from the last page on; not all were read */
	int64_t edited[GITHUB_COMMENTS_MAX]; /* asked for; then those that are not ours any more */
	size_t edited_count;
	struct str since; /* RFC 3339; where a re-read begins */
	struct github_comments found;

	/* write */
	struct marker marker;
	struct github_comment target; /* to be updated; id 0: create */
	int64_t dropped;	      /* one of found that cannot be updated */
	struct str body;	      /* as last rendered, with marker */
	bool shortened, created;
	int creates, confirms;
	int repeats;	    /* of an update that was handed back */
	bool slack_waited;  /* once is enough */
	bool overtaken;	    /* a newer run has written since */
	bool places_looked; /* the comment is still of this run */
	bool lost_reply;
	struct github_comments reread;
	int64_t remove; /* our own duplicate */
	enum delivery_state result;
	bool merge; /* the comment that stays gets our body first */

	const struct delivery *slacks[MARKER_SLACK_MAX];
	size_t slack_count;
	struct own_secrets *own;
};

/* What a stage or a handler works on. */
struct github_step {
	struct delivery *delivery;
	struct github *github;
	struct arena *arena;
	struct step_request *requests;
};

enum github_go {
	GO_ON,	/* run the next stage */
	GO_ASK, /* requests were put out */
	GO_WAIT,
	GO_END, /* the record is final */
};

/* Adds a request; `body` may be empty. */
struct step_request *github_ask(struct github_step *step, enum github_ask kind, const char *method,
    struct str url, struct str body);
/* {"body": text} */
struct str github_body_json(struct arena *arena, struct str text);
enum github_go github_fail(struct github_step *step, struct str reason);
/* The payload is kept all the same. */
enum github_go github_skip(struct github_step *step, struct str reason);
/* With the reason that a reply gives; a fork that may not is skipped. Returns false. */
bool github_fail_reply(
    struct github_step *step, enum github_action action, const struct http_reply *reply);
bool github_is_same_run(const struct github *github, const struct marker *marker);

/* github_look.c */
enum github_go github_look(struct github_step *step);
bool github_take_look(
    struct github_step *step, enum github_ask kind, const struct http_reply *reply);

struct str github_graphql_url(const struct github_step *step);
struct str github_comment_url(const struct github_step *step, int64_t id);
/* The comments that were written since the look. */
struct str github_since_url(const struct github_step *step);

/* github_editors.c */
enum github_go github_editors(struct github_step *step);
/* Takes those that somebody else edited out. */
void github_leave_edited(const struct github *github, struct github_comments *comments);
bool github_take_editors(struct github_step *step, const struct http_reply *reply);

/* github_fresh.c: what stands there now */
enum github_go github_fresh(struct github_step *step);
enum github_go github_confirm(struct github_step *step);
bool github_take_fresh(struct github_step *step, const struct http_reply *reply);
bool github_take_fresh_list(struct github_step *step, const struct http_reply *reply);
bool github_take_confirm(struct github_step *step, const struct http_reply *reply);
bool github_take_places_look(struct github_step *step, const struct http_reply *reply);

/* github_write.c: the stages from write on */
enum github_go github_write(struct github_step *step);
enum github_go github_reread(struct github_step *step);
enum github_go github_retire(struct github_step *step);
enum github_go github_places(struct github_step *step);
bool github_take_write(
    struct github_step *step, enum github_ask kind, const struct http_reply *reply);
/* The body for the current marker and size; false when it cannot be rendered (the delivery ended).
 */
NODISCARD bool github_render(struct github_step *step);
void github_collect_places(struct github_step *step);

#endif

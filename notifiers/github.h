/*
 * github.h: the pull request comment over REST, as a state machine of stages:
 *
 *	look     the pull request, whose token it is, the comments (pages, at most GITHUB_PAGES_MAX)
 *	decide   which comment is to be written, or that a newer run stands there already
 *	slack    waits for the first Slack message, whose place goes into the marker
 *	write    creates or updates; a body that is too long once more at half the size
 *	reread   after a creation: settles a race (the lowest id stays) or a lost reply
 *	retire   older ones of ours become one line that points to the current one (REST cannot
 *minimise) places   a Slack message that had to be posted anew: its place is written into the
 *marker
 *
 * A comment of another author is never touched (github_comments.h). Layer: notifiers.
 */
#ifndef NOTIFIERS_GITHUB_H
#define NOTIFIERS_GITHUB_H

#include "notifiers/github_comments.h"
#include "notifiers/github_pull.h"

#define GITHUB_PAGES_MAX   30
#define GITHUB_CREATES_MAX 3
#define GITHUB_RETIRE_MAX  6 /* a run */

extern const struct notifier notifier_github;

enum github_ask {
	ASK_PULL,
	ASK_PULLS_OF_COMMIT,
	ASK_USER,
	ASK_VIEWER,
	ASK_PAGE,
	ASK_CREATE,
	ASK_UPDATE,
	ASK_REREAD,
	ASK_MERGE,
	ASK_DELETE,
	ASK_RETIRE,
	ASK_PLACES,
};

enum github_stage {
	GITHUB_LOOK,
	GITHUB_DECIDE,
	GITHUB_SLACK,
	GITHUB_WRITE,
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
	struct str since; /* RFC 3339; where a re-read begins */
	struct github_comments found;

	/* write */
	struct marker marker;
	struct github_comment target; /* to be updated; id 0: create */
	int64_t dropped;	      /* one of found that cannot be updated */
	struct str body;	      /* as last rendered, with marker */
	bool shortened, created;
	int creates;
	bool lost_reply;
	struct github_comments reread;
	int64_t remove; /* our own duplicate */
	enum delivery_state result;
	bool merge; /* the comment that stays gets our body first */

	const struct delivery *slacks[MARKER_SLACK_MAX];
	size_t slack_count;
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

/* github_look.c */
enum github_go github_look(struct github_step *step);
bool github_take_look(
    struct github_step *step, enum github_ask kind, const struct http_reply *reply);

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

#include "notifiers/github.h"

#include "base/arena.h"
#include "base/err.h"

static void ask_comment(struct github_step *step, enum github_ask kind)
{
	github_ask(step, kind, "GET", github_comment_url(step, step->github->target.id), STR_EMPTY);
}

enum github_go github_fresh(struct github_step *step)
{
	struct github *github = step->github;

	step->delivery->waited = false;
	github->stage = GITHUB_WRITE;
	if (github->target.id)
		ask_comment(step, ASK_FRESH);
	/* one too many is settled after its creation */
	else if (github->config.mode == COMMENT_UPDATE)
		return GO_ON;
	else
		github_ask(step, ASK_FRESH_LIST, "GET", github_since_url(step), STR_EMPTY);
	return GO_ASK;
}

static bool decide_again(struct github_step *step)
{
	step->delivery->waited = false;
	step->github->stage = GITHUB_DECIDE;
	return true;
}

/* What the comment is now, among ours; NULL: not there, or not ours any more. */
static const struct github_comment *read_now(
    struct github_step *step, const struct http_reply *reply)
{
	struct github *github = step->github;

	github_comments_remove(&github->found, github->target.id);
	if (reply->status == 404)
		return NULL;
	return github_comments_add_one(
	    step->arena, reply->body, github->marker.key, &github->author, &github->found);
}

bool github_take_fresh(struct github_step *step, const struct http_reply *reply)
{
	bool gone = reply->failure == HTTP_OK && (reply->status == 404 || reply->status == 410);

	if (!gone && !http_reply_is_success(reply))
		return github_fail_reply(step, GITHUB_LIST_COMMENTS, reply);
	(void)read_now(step, reply);
	return decide_again(step);
}

bool github_take_fresh_list(struct github_step *step, const struct http_reply *reply)
{
	struct github *github = step->github;
	struct err err = {0};

	if (!http_reply_is_success(reply) ||
	    !github_comments_add(step->arena, reply->body, github->marker.key, &github->author,
		&github->found, &err))
		return github_fail_reply(step, GITHUB_LIST_COMMENTS, reply);
	github_leave_edited(github, &github->found);
	return decide_again(step);
}

enum github_go github_confirm(struct github_step *step)
{
	step->github->stage = GITHUB_RETIRE;
	ask_comment(step, ASK_CONFIRM);
	return GO_ASK;
}

static bool is_ours_still(const struct github *github, const struct github_comment *comment)
{
	return comment->marker.run == github->marker.run &&
	       str_eq(comment->marker.sha, github->marker.sha);
}

/* The write itself has succeeded: what cannot be read here changes nothing. */
bool github_take_confirm(struct github_step *step, const struct http_reply *reply)
{
	struct github *github = step->github;
	const struct github_comment *now;

	if (!http_reply_is_success(reply))
		return true;
	now = read_now(step, reply);
	if (!now || is_ours_still(github, now))
		return true;
	if (!marker_may_replace(&github->marker, &now->marker,
		step->delivery->outcome->facts.operation, github->pull.head)) {
		github->overtaken = true;
		return true;
	}
	if (github->confirms++ < GITHUB_CONFIRM_MAX) {
		github->target = *now;
		github->stage = GITHUB_WRITE;
	}
	return true;
}

bool github_take_places_look(struct github_step *step, const struct http_reply *reply)
{
	const struct github_comment *now =
	    http_reply_is_success(reply) ? read_now(step, reply) : NULL;

	step->github->places_looked = true;
	step->github->overtaken = !now || !is_ours_still(step->github, now);
	return true;
}

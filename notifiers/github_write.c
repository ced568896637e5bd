#include "notifiers/github.h"

#include "base/arena.h"
#include "base/err.h"

#include "report/markdown.h"
#include "report/render.h"

#define NS_PER_SECOND UINT64_C(1000000000)
#define READ_LAG_NS   (2 * NS_PER_SECOND) /* what was written may not be listed at once */
/* The least that is configured holds the longest marker and that. */
#define BODY_MIN_BYTES ((size_t)2048)
#define POINTER_MAX    ((size_t)4096)

bool github_render(struct github_step *step)
{
	struct github *github = step->github;
	struct render_options options = {0};
	struct err err = {0};
	struct str text;
	struct buf buf;

	buf_init(&buf, step->arena, github->config.max_bytes + MARKER_LINE_MAX);
	marker_write(&buf, &github->marker);
	buf_addc(&buf, '\n');
	options.max_bytes = github->config.max_bytes > buf.len + BODY_MIN_BYTES
				? github->config.max_bytes - buf.len
				: BODY_MIN_BYTES;
	if (render_markdown(step->arena, step->delivery->outcome, &options, &text, &err)) {
		buf_add(&buf, own_secrets_hide(github->own, step->arena, text));
		if (buf_finish(&buf, &github->body, &err))
			return true;
	}
	delivery_fail(step->delivery,
	    str_format(step->arena, "the comment cannot be rendered: %s", err.text), STR_EMPTY);
	return false;
}

static struct step_request *ask_patch(
    struct github_step *step, enum github_ask kind, int64_t id, struct str text)
{
	return github_ask(
	    step, kind, "PATCH", github_comment_url(step, id), github_body_json(step->arena, text));
}

static void ask_create(struct github_step *step)
{
	struct github *github = step->github;

	github_ask(step, ASK_CREATE, "POST",
	    str_format(step->arena, "%s/issues/%s/comments", str_to_c(step->arena, github->api),
		str_to_c(step->arena, github->number)),
	    github_body_json(step->arena, github->body))
	    ->earlier = github->creates++;
}

enum github_go github_write(struct github_step *step)
{
	struct github *github = step->github;

	if (!github_render(step))
		return GO_END;
	if (github->target.id == 0) {
		ask_create(step);
		return GO_ASK;
	}
	step->delivery->record.url = github->target.url;
	if (github_body_equal(github->target.body, github->body)) {
		/* after a lost reply: it was ours that arrived */
		github->result = github->repeats ? DELIVERY_UPDATED : DELIVERY_UNCHANGED;
		github->stage = GITHUB_RETIRE;
		return GO_ON;
	}
	ask_patch(step, ASK_UPDATE, github->target.id, github->body)->earlier = github->repeats;
	return GO_ASK;
}

/* Once more at half the size; true when that is worth a try. */
static bool shorten(struct github *github, const struct http_reply *reply)
{
	if (github->shortened || !github_is_too_long(reply))
		return false;
	github->shortened = true;
	github->config.max_bytes = github->body.len / 2;
	return true;
}

static bool end_dry_run(struct github_step *step)
{
	delivery_end(step->delivery, DELIVERY_DRY_RUN);
	return false;
}

/* Reads id and address of the comment that a reply is about. */
static bool take_comment(struct github_step *step, const struct http_reply *reply)
{
	struct reply *json CLEANUP(reply_free_ptr) = NULL;
	struct err err = {0};

	if (!http_reply_is_success(reply) || !reply_parse(reply->body, &json, &err) ||
	    reply_int(json, "id") <= 0)
		return false;
	step->github->target.id = reply_int(json, "id");
	/* whom the token writes as, should it be that nobody told before */
	if (step->github->author.id == 0 && step->github->author.login.len == 0)
		step->github->author.id = reply_int(reply_get(json, "user"), "id");
	step->github->target.url =
	    str_copy(step->arena, http_url_shown(reply_text(json, "html_url")));
	step->delivery->record.url = step->github->target.url;
	return true;
}

/* Not told whether the comment was created: look before creating again. */
static bool is_lost(const struct http_reply *reply)
{
	if (reply->failure != HTTP_OK)
		return reply->failure == HTTP_MAYBE_SENT || reply->failure == HTTP_TOO_LARGE;
	/* a 2xx gets here when its body was no comment */
	return reply->status >= 500 || reply->status == 408 || http_reply_is_success(reply);
}

static bool take_create(struct github_step *step, const struct http_reply *reply)
{
	struct github *github = step->github;

	if (reply->failure == HTTP_DRY_RUN)
		return end_dry_run(step);
	if (take_comment(step, reply)) {
		github->result = DELIVERY_SENT;
		github->created = true;
		/* what else was created meanwhile only matters where one comment shall stand */
		github->stage =
		    github->config.mode == COMMENT_UPDATE ? GITHUB_REREAD : GITHUB_RETIRE;
		return true;
	}
	if (reply->again || is_lost(reply)) {
		github->lost_reply = true;
		github->stage = GITHUB_REREAD;
		return true;
	}
	return shorten(github, reply) || github_fail_reply(step, GITHUB_WRITE_COMMENT, reply);
}

/* Somebody deleted it meanwhile: a new one then. */
static bool is_gone(const struct github *github, const struct http_reply *reply)
{
	return reply->failure == HTTP_OK && reply->status == 404 && !github->dropped;
}

static bool take_update(struct github_step *step, const struct http_reply *reply)
{
	struct github *github = step->github;

	if (reply->failure == HTTP_DRY_RUN)
		return end_dry_run(step);
	if (http_reply_is_success(reply)) {
		github->result = DELIVERY_UPDATED;
		github->stage = GITHUB_CONFIRM;
		return true;
	}
	if (reply->again) {
		github->repeats++;
		github->stage = GITHUB_FRESH;
		return true;
	}
	if (is_gone(github, reply)) {
		github->dropped = github->target.id;
		github->target = (struct github_comment){.url = STR_EMPTY, .body = STR_EMPTY};
		return true;
	}
	return shorten(github, reply) || github_fail_reply(step, GITHUB_WRITE_COMMENT, reply);
}

enum github_go github_reread(struct github_step *step)
{
	struct github *github = step->github;
	struct step_request *request;

	if (github->merge) {
		github->merge = false;
		ask_patch(step, ASK_MERGE, github->target.id, github->body);
		return GO_ASK;
	}
	if (github->remove) {
		int64_t id = github->remove;

		github->remove = 0;
		github_ask(step, ASK_DELETE, "DELETE", github_comment_url(step, id), STR_EMPTY);
		github->stage = GITHUB_RETIRE;
		return GO_ASK;
	}
	request = github_ask(step, ASK_REREAD, "GET", github_since_url(step), STR_EMPTY);
	request->wait_ns = github->lost_reply ? READ_LAG_NS : 0;
	return GO_ASK;
}

/* The comment of this very run that was not there before. */
static const struct github_comment *find_created(const struct github *github)
{
	for (size_t i = 0; i < github->reread.count; i++) {
		const struct github_comment *comment = &github->reread.items[i];

		if (!github_comments_has(&github->found, comment->id) &&
		    comment->marker.run == github->marker.run &&
		    str_eq(comment->marker.sha, github->marker.sha))
			return comment;
	}
	return NULL;
}

/* Two jobs created one each: the lowest id stays, with what is newer; ours goes. */
static bool settle_race(struct github_step *step)
{
	struct github *github = step->github;
	const struct github_comment *first = NULL;

	for (size_t i = 0; i < github->reread.count; i++) {
		const struct github_comment *comment = &github->reread.items[i];

		if (comment->id == github->dropped)
			continue;
		if (!first || comment->id < first->id)
			first = comment;
	}
	github->stage = GITHUB_RETIRE;
	if (github->config.mode != COMMENT_UPDATE || !first || first->id >= github->target.id)
		return true;
	github->remove = github->target.id;
	github->target = *first;
	github->stage = GITHUB_REREAD; /* which removes */
	if (!marker_may_replace(&github->marker, &first->marker,
		step->delivery->outcome->facts.operation, github->pull.head)) {
		github->result = DELIVERY_SKIPPED;
		step->delivery->record.url = first->url;
	} else
		github->merge = true;
	return true;
}

static void adopt_reread(struct github *github)
{
	for (size_t i = 0; i < github->reread.count; i++)
		github_comments_put(&github->found, &github->reread.items[i]);
}

static bool take_reread(struct github_step *step, const struct http_reply *reply)
{
	struct github *github = step->github;
	const struct github_comment *created;
	struct err err = {0};
	bool read = http_reply_is_success(reply) &&
		    github_comments_add(step->arena, reply->body, github->marker.key,
			&github->author, &github->reread, &err);

	github_leave_edited(github, &github->reread);
	if (!github->lost_reply) {
		github->stage = GITHUB_RETIRE;
		return !read || settle_race(step);
	}
	created = read ? find_created(github) : NULL;
	if (created) {
		github->lost_reply = false;
		github->created = true;
		github->target = *created;
		github->result = DELIVERY_SENT;
		step->delivery->record.url = created->url;
		return settle_race(step);
	}
	if (read && !github->reread.unproved && github->creates < GITHUB_CREATES_MAX) {
		github->lost_reply = false;
		adopt_reread(github);
		github->stage = GITHUB_DECIDE; /* another run may have come first */
		return true;
	}
	github_fail(
	    step, STR("cannot write the comment: GitHub has trouble or the connection broke; "
		      "the comment may have been written"));
	return false;
}

/* The lower one could not be written: then both stay, and the next run settles it. */
static bool take_merge(struct github_step *step, const struct http_reply *reply)
{
	struct github *github = step->github;

	if (http_reply_is_success(reply)) {
		step->delivery->record.url = github->target.url;
		github->result = DELIVERY_UPDATED;
		return true;
	}
	github->target = (struct github_comment){
	    .id = github->remove, .url = step->delivery->record.url, .body = github->body};
	github->remove = 0;
	github->stage = GITHUB_RETIRE;
	return true;
}

static struct str pointer_text(struct github_step *step)
{
	const struct github *github = step->github;
	struct buf buf;

	buf_init(&buf, step->arena, POINTER_MAX);
	/* no key: this comment is not found again */
	buf_addf(&buf, "<!-- tfherald v1 old=%.*s -->\n", STR_ARG(github->marker.key));
	buf_adds(&buf, "Out of date. ");
	if (github->target.url.len)
		markdown_link(&buf, STR("The current comment"), github->target.url);
	else
		buf_adds(&buf, "There is a newer comment.");
	return buf_str(&buf);
}

static bool is_superseded(const struct github *github, const struct github_comment *comment)
{
	return comment->id != github->target.id && comment->id != github->dropped;
}

enum github_go github_retire(struct github_step *step)
{
	struct github *github = step->github;
	size_t count = 0;

	github->stage = GITHUB_PLACES;
	if (github->config.mode == COMMENT_APPEND || github->target.id == 0 || github->overtaken)
		return GO_ON;
	for (size_t i = 0; i < github->found.count && count < GITHUB_RETIRE_MAX; i++) {
		const struct github_comment *comment = &github->found.items[i];

		if (!is_superseded(github, comment))
			continue;
		ask_patch(step, ASK_RETIRE, comment->id, pointer_text(step));
		count++;
	}
	return count ? GO_ASK : GO_ON;
}

static enum github_go finish(struct github_step *step)
{
	struct github *github = step->github;

	if (github->result == DELIVERY_SKIPPED)
		delivery_skip(step->delivery, STR("a newer run's comment stands there"));
	else
		delivery_end(step->delivery, github->result);
	if (github->capped && github->result != DELIVERY_SKIPPED)
		step->delivery->record.reason = str_format(
		    step->arena, "of the comments only %d pages were looked at", GITHUB_PAGES_MAX);
	return GO_END;
}

static bool slack_is_open(const struct github *github)
{
	for (size_t i = 0; i < github->slack_count; i++)
		if (!github->slacks[i]->done)
			return true;
	return false;
}

enum github_go github_places(struct github_step *step)
{
	struct github *github = step->github;
	struct str written = github->body;

	if (github->result == DELIVERY_SKIPPED || github->target.id == 0 || github->overtaken)
		return finish(step);
	step->delivery->patience_ns = 0; /* the comment stands; only the budget ends this */
	if (slack_is_open(github))
		return GO_WAIT;
	github_collect_places(step);
	if (!github_render(step))
		return GO_END;
	if (str_eq(written, github->body))
		return finish(step);
	if (!github->places_looked) {
		github->body = written;
		github_ask(step, ASK_PLACES_LOOK, "GET",
		    github_comment_url(step, github->target.id), STR_EMPTY);
		return GO_ASK;
	}
	ask_patch(step, ASK_PLACES, github->target.id, github->body);
	return GO_ASK;
}

/* A marker without a place costs one more Slack message at the next run; no reason to fail. */
static bool take_anything(struct github_step *step, const struct http_reply *reply)
{
	(void)step;
	(void)reply;
	return true;
}

bool github_take_write(
    struct github_step *step, enum github_ask kind, const struct http_reply *reply)
{
	static bool (*const takers[])(struct github_step *, const struct http_reply *) = {
	    [ASK_CREATE] = take_create,
	    [ASK_UPDATE] = take_update,
	    [ASK_FRESH] = github_take_fresh,
	    [ASK_FRESH_LIST] = github_take_fresh_list,
	    [ASK_CONFIRM] = github_take_confirm,
	    [ASK_PLACES_LOOK] = github_take_places_look,
	    [ASK_REREAD] = take_reread,
	    [ASK_MERGE] = take_merge,
	    [ASK_DELETE] = take_anything,
	    [ASK_RETIRE] = take_anything,
	    [ASK_PLACES] = take_anything,
	};

	return takers[kind](step, reply);
}

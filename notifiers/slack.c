#include "notifiers/slack.h"

#include "base/arena.h"
#include "base/err.h"

#include "notifiers/own_secrets.h"
#include "notifiers/reply.h"

#define LOST_TEXT "the message may have been posted"

enum slack_ask {
	SLACK_POST,
	SLACK_UPDATE,
	SLACK_WEBHOOK,
	SLACK_THREAD,
};

struct slack {
	struct slack_config config;
	const struct delivery *comment; /* or NULL */
	struct slack_message message;
	bool asked; /* a request is out */
	enum slack_ask ask;
	bool text_only;		  /* the blocks were refused */
	struct slack_place place; /* of an earlier message, then of ours */
	bool placed;		  /* sent: place is that of our message */
	struct str payload;
	struct own_secrets *own;
};

struct slack_step {
	struct delivery *delivery;
	struct slack *slack;
	struct arena *arena;
	struct step_request *request;
};

static const struct http_header slack_headers[] = {
    {STR_INIT("Content-Type"), STR_INIT("application/json; charset=utf-8")},
};

static bool uses_token(const struct slack *slack)
{
	return slack->config.webhook.len == 0 ||
	       (slack->config.token.len > 0 && slack->config.channel.len > 0);
}

static struct slack_message shown_message(const struct slack *slack)
{
	struct slack_message message = slack->message;

	if (slack->text_only)
		message.blocks = STR_EMPTY;
	return message;
}

static enum step_result ask(struct slack_step *step, enum slack_ask ask, struct str body)
{
	static const char *const methods[] = {
	    [SLACK_POST] = "chat.postMessage",
	    [SLACK_UPDATE] = "chat.update",
	    [SLACK_WEBHOOK] = "",
	    [SLACK_THREAD] = "chat.postMessage",
	};
	struct slack *slack = step->slack;
	bool webhook = ask == SLACK_WEBHOOK;

	slack->asked = true;
	slack->ask = ask;
	*step->request = (struct step_request){
	    .request =
		{
		    .method = "POST",
		    .url = webhook
			       ? slack->config.webhook
			       : str_format(step->arena, "%s/%s",
				     str_to_c(step->arena, slack->config.api_url), methods[ask]),
		    .token = webhook ? STR_EMPTY : slack->config.token,
		    .headers = slack_headers,
		    .header_count = ARRAY_LEN(slack_headers),
		    .body = body,
		    .fresh_connection = ask != SLACK_UPDATE,
		    .secret_url = webhook,
		    .needs_token = !webhook,
		},
	    .repeat = ask == SLACK_UPDATE ? REPEAT_SAFE : REPEAT_RECONCILE,
	};
	return STEP_MORE;
}

static enum step_result ask_message(struct slack_step *step)
{
	struct slack *slack = step->slack;
	struct slack_post post = {
	    .channel = STR_EMPTY,
	    .ts = STR_EMPTY,
	    .thread = STR_EMPTY,
	    .message = shown_message(slack),
	};
	enum slack_ask kind = SLACK_WEBHOOK;

	if (uses_token(slack)) {
		/* an update wants the id that Slack gave back, a post takes a name too */
		kind = slack->place.ts.len ? SLACK_UPDATE : SLACK_POST;
		post.channel = slack->place.ts.len ? slack->place.channel : slack->config.channel;
		post.ts = slack->place.ts;
	}
	slack->payload =
	    own_secrets_hide(slack->own, step->arena, slack_post_json(step->arena, &post));
	return ask(step, kind, slack->payload);
}

/* Where an earlier message stands; false: the comment has not been found yet. */
static bool find_place(struct slack_step *step)
{
	struct slack *slack = step->slack;
	struct slack_place place;
	bool known = true;

	if (!slack->comment)
		return true;
	place = github_delivery_slack_place(slack->comment, slack->config.channel, &known);
	if (known && uses_token(slack))
		slack->place = place;
	return known;
}

static enum step_result start(struct slack_step *step)
{
	struct slack *slack = step->slack;

	if (!find_place(step) && !step->delivery->overdue) {
		step->delivery->patience_ns = SLACK_PATIENCE_NS;
		return STEP_WAIT;
	}
	if (slack->comment && github_delivery_is_outdated(slack->comment))
		return delivery_skip(
		    step->delivery, STR("the comment is of a newer commit or run already"));
	return ask_message(step);
}

static enum step_result fail(struct slack_step *step, struct str reason)
{
	return delivery_fail(step->delivery,
	    own_secrets_hide(step->slack->own, step->arena, reason), step->slack->payload);
}

static bool is_fork(const struct delivery *delivery)
{
	return str_is(delivery->outcome->facts.fork.value, "true");
}

static enum step_result skip_fork(struct delivery *delivery, struct str payload)
{
	delivery->record.payload = payload;
	return delivery_skip(delivery,
	    STR("no access: pull requests from forks get no token or webhook; the payload is kept "
		"in the report (--report)"));
}

static bool has_credentials(const struct slack *slack)
{
	return slack->config.token.len || slack->config.webhook.len;
}

/* Nobody knows whether it was posted, and without the history scope nobody can look. */
static bool is_lost(const struct slack *slack, const struct http_reply *reply)
{
	if (slack->ask == SLACK_UPDATE)
		return false;
	return reply->failure == HTTP_MAYBE_SENT || reply->failure == HTTP_TOO_LARGE ||
	       (reply->failure == HTTP_OK && reply->status >= 500);
}

static bool is_gone(int status)
{
	return status == 403 || status == 404 || status == 410;
}

static enum step_result fail_reply(struct slack_step *step, const struct http_reply *reply)
{
	const char *lost = is_lost(step->slack, reply) ? "; " LOST_TEXT : "";
	const struct slack *slack = step->slack;

	if (is_fork(step->delivery) &&
	    (!has_credentials(slack) || (reply->failure == HTTP_OK && reply->status == 403)))
		return skip_fork(step->delivery, slack->payload);
	if (!has_credentials(slack))
		return fail(
		    step, STR("no token or webhook: set SLACK_BOT_TOKEN or SLACK_WEBHOOK_URL"));
	if (reply->failure != HTTP_OK)
		return fail(
		    step, str_format(step->arena, "%.*s%s", STR_ARG(reply->failure_text), lost));
	if (reply->status == 429)
		return fail(step, slack_error_text(step->arena, STR("ratelimited"), STR_EMPTY));
	if (reply->status >= 500)
		return fail(step,
		    str_format(step->arena, "Slack has trouble (HTTP %d)%s", reply->status, lost));
	if (slack->ask == SLACK_WEBHOOK && is_gone(reply->status))
		return fail(
		    step, str_format(step->arena,
			      "the webhook was removed or disabled; make a new one (HTTP %d)",
			      reply->status));
	return fail(
	    step, str_format(step->arena, "%.*s (HTTP %d)",
		      STR_ARG(slack_error_text(step->arena, STR_EMPTY, STR_EMPTY)), reply->status));
}

static bool is_one_of(struct str text, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_is(text, words[i]))
			return true;
	return false;
}

static bool refuses_blocks(struct str error)
{
	static const char *const words[] = {"invalid_blocks", "invalid_blocks_format",
	    "msg_blocks_too_long", "too_many_blocks", "invalid_payload"};

	return is_one_of(error, words, ARRAY_LEN(words));
}

/* The earlier message is gone or not ours to edit: a new one takes its place. */
static bool needs_new_message(struct str error)
{
	static const char *const words[] = {"message_not_found", "cant_update_message",
	    "edit_window_closed", "channel_not_found", "update_failed", "block_mismatch"};

	return is_one_of(error, words, ARRAY_LEN(words));
}

/* Errors that Slack reports although the message may be there. */
static bool is_internal(struct str error)
{
	static const char *const words[] = {
	    "internal_error", "fatal_error", "service_unavailable", "request_timeout"};

	return is_one_of(error, words, ARRAY_LEN(words));
}

static enum step_result take_error(struct slack_step *step, struct str error, struct str needed)
{
	struct slack *slack = step->slack;
	struct str text;

	if (refuses_blocks(error) && !slack->text_only) {
		slack->text_only = true;
		return ask_message(step);
	}
	if (slack->ask == SLACK_UPDATE && needs_new_message(error)) {
		slack->place = (struct slack_place){.channel = STR_EMPTY, .ts = STR_EMPTY};
		return ask_message(step);
	}
	text = slack_error_text(step->arena, error, needed);
	if (slack->ask != SLACK_UPDATE && is_internal(error))
		text = str_format(step->arena, "%.*s; " LOST_TEXT, STR_ARG(text));
	return fail(step, text);
}

static enum step_result take_sent(struct slack_step *step)
{
	struct slack *slack = step->slack;
	struct str details = STR_EMPTY;
	struct slack_post post = {
	    .channel = slack->place.channel,
	    .ts = STR_EMPTY,
	    .thread = slack->place.ts,
	    .message = {.text = STR_EMPTY, .blocks = STR_EMPTY},
	};

	delivery_end(step->delivery, slack->ask == SLACK_UPDATE ? DELIVERY_UPDATED : DELIVERY_SENT);
	if (slack->placed && route_event_holds(ROUTE_APPLY_FAILED, step->delivery->outcome))
		details = slack_error_details(step->arena, step->delivery->outcome);
	if (details.len == 0)
		return STEP_DONE;
	post.message.text = details;
	step->delivery->done = false; /* one more request; what it brings changes nothing */
	return ask(step, SLACK_THREAD,
	    own_secrets_hide(slack->own, step->arena, slack_post_json(step->arena, &post)));
}

static enum step_result take_api(struct slack_step *step, const struct http_reply *reply)
{
	struct slack *slack = step->slack;
	struct reply *json CLEANUP(reply_free_ptr) = NULL;
	struct err err = {0};

	if (reply->status != 200 || !reply_parse(reply->body, &json, &err) ||
	    !reply_is_object(json))
		return fail_reply(step, reply);
	if (!reply_bool(json, "ok"))
		return take_error(step, reply_text(json, "error"), reply_text(json, "needed"));
	if (reply_text(json, "ts").len && reply_text(json, "channel").len)
		slack->place = (struct slack_place){
		    .channel = str_copy(step->arena, reply_text(json, "channel")),
		    .ts = str_copy(step->arena, reply_text(json, "ts")),
		};
	slack->placed = slack->place.ts.len > 0;
	return take_sent(step);
}

/* A webhook answers in plain text: "ok", or the word for what is wrong. */
static enum step_result take_webhook(struct slack_step *step, const struct http_reply *reply)
{
	struct str word = str_trim(reply->body);
	struct reply *json CLEANUP(reply_free_ptr) = NULL;
	struct err err = {0};

	if (reply->status == 429 || reply->status >= 500)
		return fail_reply(step, reply);
	if (reply->status == 200 && str_is(word, "ok"))
		return take_sent(step);
	if (reply->status == 200 && reply_parse(word, &json, &err) && reply_bool(json, "ok"))
		return take_sent(step);
	if (reply->status == 200)
		return fail(step, STR("the webhook did not answer 'ok'; is it one of Slack?"));
	if (word.len == 0 || word.ptr[0] == '<' || word.ptr[0] == '{' ||
	    (reply->status == 403 && is_fork(step->delivery)))
		return fail_reply(step, reply);
	return take_error(step, word, STR_EMPTY);
}

static enum step_result slack_step_run(struct delivery *delivery, struct arena *arena,
    const struct http_reply *replies, size_t reply_count, struct step_request *requests,
    size_t *request_count)
{
	struct slack *slack = delivery->state;
	struct slack_step step = {delivery, slack, arena, requests};
	enum step_result result;

	*request_count = 0;
	if (delivery->done)
		return STEP_DONE;
	if (!slack->asked || reply_count == 0)
		result = start(&step);
	else if (slack->ask == SLACK_THREAD) {
		delivery->done = true; /* the message itself stands */
		result = STEP_DONE;
	} else if (replies[0].failure == HTTP_DRY_RUN)
		result = delivery_end(delivery, DELIVERY_DRY_RUN);
	else if (replies[0].failure != HTTP_OK)
		result = fail_reply(&step, &replies[0]);
	else if (slack->ask == SLACK_WEBHOOK)
		result = take_webhook(&step, &replies[0]);
	else
		result = take_api(&step, &replies[0]);
	*request_count = result == STEP_MORE ? 1 : 0;
	return result;
}

const struct notifier notifier_slack = {.name = "slack", .step = slack_step_run};

static void end_without_channel(struct delivery *delivery, struct arena *arena)
{
	struct slack *slack = delivery->state;
	struct slack_post post = {
	    .channel = STR_EMPTY,
	    .ts = STR_EMPTY,
	    .thread = STR_EMPTY,
	    .message = slack->message,
	};
	struct str payload = own_secrets_hide(slack->own, arena, slack_post_json(arena, &post));

	if (is_fork(delivery) && !has_credentials(slack))
		skip_fork(delivery, payload);
	else
		delivery_fail(delivery,
		    STR("no channel: a bot token needs one; set 'channel' in the route"), payload);
}

struct delivery *slack_delivery(struct arena *arena, const struct outcome *outcome,
    const struct slack_config *config, const struct delivery *comment)
{
	struct slack *slack = arena_make(arena, struct slack);
	struct delivery *delivery = delivery_new(arena, &notifier_slack, outcome,
	    config->channel.len ? str_format(arena, "slack %s", str_to_c(arena, config->channel))
				: STR("slack"));
	struct str api = config->api_url;
	struct err err = {0};

	while (str_eat_end(&api, STR("/")))
		continue;
	*slack = (struct slack){
	    .config =
		{
		    .api_url = str_copy(arena, api),
		    .token = str_copy(arena, str_trim(config->token)),
		    .webhook = str_copy(arena, str_trim(config->webhook)),
		    .channel = str_copy(arena, str_trim(config->channel)),
		},
	    .comment = comment,
	    .place = {.channel = STR_EMPTY, .ts = STR_EMPTY},
	    .payload = STR_EMPTY,
	    .own = own_secrets_new(arena),
	};
	delivery->state = slack;
	slack_delivery_secrets(delivery, slack->own);
	if (comment)
		github_delivery_secrets(comment, slack->own);
	if (!render_slack(arena, outcome, &(struct render_options){0}, NULL, &slack->message, &err))
		delivery_fail(delivery,
		    str_format(arena, "the message cannot be rendered: %s", err.text), STR_EMPTY);
	else if (uses_token(slack) && slack->config.channel.len == 0)
		end_without_channel(delivery, arena);
	return delivery;
}

void slack_delivery_secrets(const struct delivery *delivery, struct own_secrets *own)
{
	const struct slack *slack = delivery->state;

	own_secrets_add(own, slack->config.token);
	own_secrets_add_url(own, slack->config.webhook);
}

struct str slack_delivery_channel(const struct delivery *delivery)
{
	const struct slack *slack = delivery->state;

	return uses_token(slack) ? slack->config.channel : STR_EMPTY;
}

struct slack_place slack_delivery_place(const struct delivery *delivery)
{
	const struct slack *slack = delivery->state;

	if (!slack->placed)
		return (struct slack_place){.channel = STR_EMPTY, .ts = STR_EMPTY};
	return slack->place;
}

/* Slack messages against a double and by scripted replies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "notifiers/dispatch.h"
#include "notifiers/reply.h"
#include "notifiers/slack.h"
#include "tests/support/api_double.h"
#include "tests/support/http_script.h"
#include "tests/support/outcomes.h"
#include "tests/support/sys_script.h"

#define API  "http://127.0.0.1:9"
#define POST "POST /api/chat.postMessage"

struct world {
	struct arena *arena;
	struct sys_script sys;
	struct http_script script;
	struct api_double *api;
	struct outcome *outcome;
	struct slack_config config;
	struct delivery *message;
	const char *row; /* printed with a failure */
};

static struct world *new_world(enum sample sample)
{
	struct arena *arena = arena_new();
	struct world *world = arena_make(arena, struct world);

	world->arena = arena;
	sys_script_init(&world->sys);
	world->api = arena_make(arena, struct api_double);
	api_double_init(world->api, arena, STR(API));
	http_script_init(&world->script, arena, api_double_handle, world->api);
	world->script.clock = &world->sys;
	world->row = "only row";
	world->outcome = sample_outcome(arena, sample);
	world->config = (struct slack_config){.api_url = STR(API "/api/"),
	    .token = STR("xoxb-s3cret\n"),
	    .webhook = STR_EMPTY,
	    .channel = STR("#deploys")};
	return world;
}

static struct world *new_webhook_world(void)
{
	struct world *world = new_world(SAMPLE_typical);

	world->config.token = STR_EMPTY;
	world->config.channel = STR_EMPTY;
	world->config.webhook = STR(API "/services/T0/B0/s3cret");
	return world;
}

static void expect(struct world *world, enum delivery_state state, const char *reason)
{
	struct dispatch dispatch = {.sys = &world->sys.sys, .http = &world->script.http};
	const struct delivery_record *record;

	world->message = slack_delivery(world->arena, world->outcome, &world->config, NULL);
	record = &world->message->record;
	dispatch_run(&dispatch, world->arena, &world->message, 1);
	if (record->state != state || !str_is(record->reason, reason))
		print_error(
		    "state %d, reason '%.*s'\n", (int)record->state, STR_ARG(record->reason));
	assert_int_equal(record->state, state);
	assert_true(str_is(record->reason, reason));
	assert_false(str_contains(record->reason, STR("s3cret")));
	assert_false(str_contains(record->payload, STR("s3cret")));
	assert_false(str_contains(record->channel, STR("s3cret")));
	assert_int_equal(record->payload.len > 0, state == DELIVERY_FAILED);
}

static struct reply *last_body(const struct world *world, const char *pattern)
{
	struct reply *reply = NULL;
	struct err err = {0};

	assert_true(
	    reply_parse(http_script_last(&world->script, pattern)->request.body, &reply, &err));
	return reply;
}

static void test_posts(void **state)
{
	struct world *world = new_world(SAMPLE_typical);
	struct reply *body;
	const struct http_request *request;

	(void)state;
	expect(world, DELIVERY_SENT, "");
	body = last_body(world, POST);
	assert_true(str_is(reply_text(body, "channel"), "#deploys"));
	assert_true(reply_text(body, "text").len > 0);
	assert_true(reply_count(reply_get(body, "blocks")) > 0);
	assert_non_null(reply_get(body, "unfurl_links"));
	assert_false(reply_bool(body, "unfurl_links"));
	assert_null(reply_get(body, "thread_ts"));
	reply_free(body);
	request = &http_script_last(&world->script, POST)->request;
	assert_true(str_is(request->token, "xoxb-s3cret"));
	assert_true(request->fresh_connection);
	assert_true(str_is(slack_delivery_place(world->message).channel,
	    str_to_c(world->arena, world->api->messages[0].channel)));
	assert_true(slack_delivery_place(world->message).ts.len > 0);
	assert_true(str_is(world->message->record.channel, "slack #deploys"));
	arena_free(world->arena);
}

static void test_thread_of_failed_apply(void **state)
{
	struct world *world = new_world(SAMPLE_apply_failed);
	struct reply *body;

	(void)state;
	expect(world, DELIVERY_SENT, "");
	assert_int_equal(world->api->message_count, 2);
	assert_true(str_eq(world->api->messages[1].thread, world->api->messages[0].ts));
	body = last_body(world, POST);
	assert_null(reply_get(body, "blocks"));
	assert_true(str_starts(reply_text(body, "text"), STR("```\n")));
	reply_free(body);
	/* a thread that fails leaves the message as sent */
	http_script_rule(
	    &world->script, (struct script_rule){.pattern = POST, .status = 500, .after = 1});
	expect(world, DELIVERY_SENT, "");
	arena_free(world->arena);
}

static void test_details_are_escaped(void **state)
{
	struct arena *arena = arena_new();
	struct diagnostic diagnostics[60];
	struct outcome outcome = {.diagnostics = diagnostics, .diagnostic_count = 60};
	struct str text;

	(void)state;
	for (size_t i = 0; i < 60; i++)
		diagnostics[i] = (struct diagnostic){.severity = SEVERITY_ERROR,
		    .summary = STR("<!channel> & ```\n<@U1>"),
		    .detail = STR("x\x1b[31m\n  > `y`"),
		    .address = STR("a.b[\"<\"]"),
		    .file = STR_EMPTY};
	text = slack_error_details(arena, &outcome);
	assert_true(text.len <= 3000);
	assert_true(str_starts(text, STR("```\n&lt;!channel&gt; &amp; ''' &lt;@U1&gt;\n  with ")));
	assert_false(str_contains(text, STR("<")));
	assert_true(str_contains(text, STR("```\n")));
	assert_true(str_ends(text, STR(" more errors are in the log")));
	outcome.diagnostic_count = 0;
	assert_int_equal(slack_error_details(arena, &outcome).len, 0);
	arena_free(arena);
}

/* A first reply, and what comes of it. */
static void test_api_replies(void **state)
{
	static const struct {
		const char *name;
		struct script_rule rule;
		enum delivery_state state;
		const char *reason;
		size_t sent;
	} rows[] = {
	    {"ok without a place", {.status = 200, .body = "{\"ok\":true}"}, DELIVERY_SENT, "", 1},
	    {"channel_not_found",
		{.status = 200, .body = "{\"ok\":false,\"error\":\"channel_not_found\"}"},
		DELIVERY_FAILED,
		"the channel is not there or the bot cannot see it; invite the bot, or give the "
		"channel's id (channel_not_found)",
		1},
	    {"missing_scope",
		{.status = 200,
		    .body = "{\"ok\":false,\"error\":\"missing_scope\",\"needed\":\"chat:write\"}"},
		DELIVERY_FAILED,
		"the token lacks the scope chat:write; add it and install the app again "
		"(missing_scope)",
		1},
	    {"invalid_auth", {.status = 200, .body = "{\"ok\":false,\"error\":\"invalid_auth\"}"},
		DELIVERY_FAILED, "the token is not valid; check SLACK_BOT_TOKEN (invalid_auth)", 1},
	    {"unknown error",
		{.status = 200, .body = "{\"ok\":false,\"error\":\"x\\ny\\u001b[31m\"}"},
		DELIVERY_FAILED, "Slack says 'x y'", 1},
	    {"blocks refused once",
		{.status = 200, .body = "{\"ok\":false,\"error\":\"invalid_blocks\"}", .times = 1},
		DELIVERY_SENT, "", 2},
	    {"blocks refused always",
		{.status = 200, .body = "{\"ok\":false,\"error\":\"invalid_blocks\"}"},
		DELIVERY_FAILED, "Slack says 'invalid_blocks'", 2},
	    {"internal error",
		{.status = 200, .body = "{\"ok\":false,\"error\":\"internal_error\"}"},
		DELIVERY_FAILED, "Slack says 'internal_error'; the message may have been posted",
		1},
	    {"500 is not repeated", {.status = 500}, DELIVERY_FAILED,
		"Slack has trouble (HTTP 500); the message may have been posted", 1},
	    {"lost", {.failure = HTTP_MAYBE_SENT, .handled = true}, DELIVERY_FAILED,
		"host: broken by the script; the message may have been posted", 1},
	    {"refused", {.failure = HTTP_REFUSED}, DELIVERY_FAILED, "host: broken by the script",
		1},
	    {"not sent at first", {.failure = HTTP_NOT_SENT, .times = 1}, DELIVERY_SENT, "", 2},
	    {"told to wait", {.status = 429, .headers = "retry-after: 2\r\n", .times = 1},
		DELIVERY_SENT, "", 2},
	    {"told to wait too long", {.status = 429, .headers = "retry-after: 300\r\n"},
		DELIVERY_FAILED,
		"Slack's rate limit is used up for longer than the time for deliveries "
		"(ratelimited)",
		1},
	    {"HTML", {.status = 200, .body = "<html>"}, DELIVERY_FAILED,
		"an answer that was not expected; is there a proxy in between? (HTTP 200)", 1},
	    {"a list", {.status = 200, .body = "[]"}, DELIVERY_FAILED,
		"an answer that was not expected; is there a proxy in between? (HTTP 200)", 1},
	    {"404", {.status = 404, .body = ""}, DELIVERY_FAILED,
		"an answer that was not expected; is there a proxy in between? (HTTP 404)", 1},
	    {"dry run", {.failure = HTTP_DRY_RUN}, DELIVERY_DRY_RUN, "", 1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct world *world = new_world(SAMPLE_typical);
		struct script_rule rule = rows[i].rule;

		rule.pattern = POST;
		http_script_rule(&world->script, rule);
		world->row = rows[i].name;
		expect(world, rows[i].state, rows[i].reason);
		assert_int_equal(world->script.record_count, rows[i].sent);
		arena_free(world->arena);
	}
}

static void test_text_without_blocks(void **state)
{
	struct world *world = new_world(SAMPLE_typical);
	struct reply *body;

	(void)state;
	http_script_rule(
	    &world->script, (struct script_rule){.pattern = POST,
				.status = 200,
				.body = "{\"ok\":false,\"error\":\"msg_blocks_too_long\"}",
				.times = 1});
	expect(world, DELIVERY_SENT, "");
	body = last_body(world, POST);
	assert_null(reply_get(body, "blocks"));
	assert_true(reply_text(body, "text").len > 0);
	reply_free(body);
	arena_free(world->arena);
}

static void test_webhook(void **state)
{
	static const struct {
		int status;
		const char *body;
		enum delivery_state state;
		const char *reason;
	} rows[] = {
	    {200, "ok", DELIVERY_SENT, ""},
	    {200, "{\"ok\":true}", DELIVERY_SENT, ""},
	    {200, "<html>", DELIVERY_FAILED,
		"the webhook did not answer 'ok'; is it one of Slack?"},
	    {404, "no_service", DELIVERY_FAILED,
		"the webhook was removed or disabled; make a new one (no_service)"},
	    {410, "channel_is_archived", DELIVERY_FAILED,
		"the channel is archived (channel_is_archived)"},
	    {403, "action_prohibited", DELIVERY_FAILED,
		"the workspace does not let this webhook post there (action_prohibited)"},
	    {400, "invalid_payload", DELIVERY_FAILED, "Slack says 'invalid_payload'"},
	    {404, "", DELIVERY_FAILED,
		"the webhook was removed or disabled; make a new one (HTTP 404)"},
	    {410, "<html>", DELIVERY_FAILED,
		"the webhook was removed or disabled; make a new one (HTTP 410)"},
	    {400, "", DELIVERY_FAILED,
		"an answer that was not expected; is there a proxy in between? (HTTP 400)"},
	    {502, "<html>", DELIVERY_FAILED,
		"Slack has trouble (HTTP 502); the message may have been posted"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct world *world = new_webhook_world();
		const struct http_request *request;

		http_script_rule(&world->script,
		    (struct script_rule){
			.pattern = ".*", .status = rows[i].status, .body = rows[i].body});
		expect(world, rows[i].state, rows[i].reason);
		request = &world->script.records[0].request;
		assert_true(request->secret_url);
		assert_int_equal(request->token.len, 0);
		assert_true(str_is(world->message->record.channel, "slack"));
		assert_int_equal(slack_delivery_channel(world->message).len, 0);
		assert_int_equal(slack_delivery_place(world->message).ts.len, 0);
		arena_free(world->arena);
	}
}

static void test_nothing_given(void **state)
{
	struct world *world = new_world(SAMPLE_typical);

	(void)state;
	world->config.token = STR_EMPTY;
	http_script_rule(
	    &world->script, (struct script_rule){.pattern = ".*", .failure = HTTP_REFUSED});
	expect(world, DELIVERY_FAILED,
	    "no token or webhook: set SLACK_BOT_TOKEN or SLACK_WEBHOOK_URL");
	assert_true(world->script.records[0].request.needs_token);
	world->config.token = STR("xoxb-s3cret");
	world->config.channel = STR_EMPTY;
	expect(world, DELIVERY_FAILED,
	    "no channel: a bot token needs one; set 'channel' in the route");
	arena_free(world->arena);
}

/* Whatever the plan says, the request is JSON and holds no live mention. */
static void test_all_samples(void **state)
{
	(void)state;
	for (size_t i = 0; i < SAMPLE_COUNT; i++) {
		struct world *world = new_world((enum sample)i);
		struct reply *body;

		expect(world, DELIVERY_SENT, "");
		body = last_body(world, POST);
		assert_true(reply_is_object(body));
		assert_false(str_contains(reply_text(body, "text"), STR("<!")));
		assert_false(str_contains(reply_text(body, "text"), STR("<@")));
		reply_free(body);
		arena_free(world->arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_posts),
	    cmocka_unit_test(test_thread_of_failed_apply),
	    cmocka_unit_test(test_details_are_escaped),
	    cmocka_unit_test(test_api_replies),
	    cmocka_unit_test(test_text_without_blocks),
	    cmocka_unit_test(test_webhook),
	    cmocka_unit_test(test_nothing_given),
	    cmocka_unit_test(test_all_samples),
	};

	return cmocka_run_group_tests_name("notifiers/slack", tests, NULL, NULL);
}

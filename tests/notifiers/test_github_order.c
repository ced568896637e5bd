/* Runs that overlap, comments that somebody else touched, channels that hang; no network. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "tests/support/github_world.h"

#define ONE "GET /repos/acme/infra/issues/comments/.*"
#define S   UINT64_C(1000000000)

/* What another run does just before the service sees our first such request. */
struct meanwhile {
	struct world *world;
	const char *method, *path; /* a part of it */
	int64_t run;		   /* of the marker that it writes into the first comment */
	bool happened;
};

static void write_as(struct world *world, struct double_comment *comment, int64_t run)
{
	struct marker marker = {
	    .key = marker_key(world->arena, world->outcome, 7), .sha = STR(HEAD), .run = run};
	struct buf buf;

	buf_init(&buf, world->arena, 4096);
	marker_write(&buf, &marker);
	buf_adds(&buf, "\nplanted");
	comment->body = buf_str(&buf);
	comment->at = ++world->api->now;
	comment->editor = world->api->my_login;
}

static void meanwhile_handle(void *context, struct arena *arena,
    const struct server_request *request, struct server_answer *answer)
{
	struct meanwhile *meanwhile = context;

	if (!meanwhile->happened && meanwhile->run && str_is(request->method, meanwhile->method) &&
	    str_contains(request->path, str_from(meanwhile->path))) {
		meanwhile->happened = true;
		write_as(meanwhile->world, &meanwhile->world->api->comments[0], meanwhile->run);
	}
	api_double_handle(meanwhile->world->api, arena, request, answer);
}

static void set_meanwhile(struct meanwhile *meanwhile)
{
	meanwhile->world->script.handler = meanwhile_handle;
	meanwhile->world->script.context = meanwhile;
}

/* Run 30 stands, ours is 41; the update is refused or lost once. */
static void test_repeated_update(void **state)
{
	static const struct {
		const char *name;
		struct script_rule rule;
		int64_t run; /* that comes meanwhile; 0: none */
		enum delivery_state wanted;
		size_t patches;
	} rows[] = {
	    {"429, nobody came", {.status = 429, .headers = "retry-after: 3\r\n"}, 0,
		DELIVERY_UPDATED, 2},
	    {"429, a newer run", {.status = 429, .headers = "retry-after: 3\r\n"}, 42,
		DELIVERY_SKIPPED, 1},
	    {"429, an older run", {.status = 429, .headers = "retry-after: 3\r\n"}, 31,
		DELIVERY_UPDATED, 2},
	    {"502, a newer run", {.status = 502}, 42, DELIVERY_SKIPPED, 1},
	    {"not sent, a newer run", {.failure = HTTP_NOT_SENT}, 42, DELIVERY_SKIPPED, 1},
	    {"stored, reply lost", {.failure = HTTP_MAYBE_SENT, .handled = true}, 0,
		DELIVERY_UPDATED, 1},
	    {"reply lost, a newer run", {.failure = HTTP_MAYBE_SENT}, 42, DELIVERY_SKIPPED, 1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct world *world = world_new();
		struct meanwhile other = {world, "GET", "/issues/comments/", rows[i].run, false};
		struct script_rule rule = rows[i].rule;

		rule.pattern = PATCH;
		rule.times = 1;
		http_script_rule(&world->script, rule);
		world_set_fact(&world->outcome->facts.run, "41");
		world_plant(world, "herald", 42, HEAD, 30);
		set_meanwhile(&other);
		world_deliver(world);
		if (world->comment->record.state != rows[i].wanted)
			print_error(
			    "%s: %.*s\n", rows[i].name, STR_ARG(world->comment->record.reason));
		assert_int_equal(world->comment->record.state, rows[i].wanted);
		assert_int_equal(http_script_count(&world->script, PATCH), rows[i].patches);
		assert_int_equal(world_is_planted(world, 0), rows[i].wanted == DELIVERY_SKIPPED);
		assert_int_equal(world_standing(world), 1);
		world_end(world);
	}
}

/* A refused update is tried DISPATCH_ATTEMPTS times in all, not for ever. */
static void test_update_gives_up(void **state)
{
	struct world *world = world_new();

	(void)state;
	world_plant(world, "herald", 42, HEAD, 1);
	http_script_rule(&world->script, (struct script_rule){.pattern = PATCH, .status = 503});
	world_expect(world, DELIVERY_FAILED, "cannot write the comment: GitHub has trouble");
	assert_int_equal(http_script_count(&world->script, PATCH), 4);
	world_end(world);
}

/* The look itself had to wait: what it saw is old. */
static void test_slow_look(void **state)
{
	struct world *world = world_new();
	struct meanwhile other = {world, "GET", "/issues/comments/", 42, false};

	(void)state;
	http_script_rule(&world->script, (struct script_rule){.pattern = "GET /user",
					     .status = 429,
					     .headers = "retry-after: 5\r\n",
					     .times = 1});
	world_plant(world, "herald", 42, HEAD, 1);
	set_meanwhile(&other);
	world_expect(world, DELIVERY_SKIPPED, "the comment is of a newer");
	assert_int_equal(http_script_count(&world->script, PATCH), 0);
	world_end(world);
}

/* An older run writes between our update and the look after it: ours comes back. */
static void test_confirm(void **state)
{
	static const int64_t runs[] = {9, 11};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(runs); i++) {
		struct world *world = world_new();
		struct meanwhile other = {world, "GET", "/issues/comments/", runs[i], false};

		world_plant(world, "herald", 42, HEAD, 1);
		set_meanwhile(&other);
		world_expect(world, DELIVERY_UPDATED, "");
		assert_int_equal(http_script_count(&world->script, PATCH), runs[i] < 10 ? 2 : 1);
		assert_int_equal(world_is_planted(world, 0), runs[i] > 10);
		world_end(world);
	}
}

static void use_slack(struct world *world)
{
	world->slack = (struct slack_config){.api_url = STR(API "/api"),
	    .token = STR("xoxb-s3cret"),
	    .webhook = STR_EMPTY,
	    .channel = STR("C01234567")};
}

/* Slack takes its time with the first message; a newer run writes meanwhile. */
static void test_slow_slack(void **state)
{
	struct world *world = world_new();
	struct meanwhile other = {world, "GET", "/issues/comments/", 42, false};

	(void)state;
	use_slack(world);
	http_script_rule(
	    &world->script, (struct script_rule){.pattern = "POST /api/.*", .delay_ms = 8000});
	world_plant(world, "herald", 42, HEAD, 1);
	set_meanwhile(&other);
	world_expect(world, DELIVERY_SKIPPED, "the comment is of a newer");
	assert_int_equal(world->message->record.state, DELIVERY_SENT);
	world_end(world);
}

/* A Slack that hangs keeps the comment back for a while only; its place is written later. */
static void test_hanging_slack(void **state)
{
	struct world *world = world_new();

	(void)state;
	use_slack(world);
	http_script_rule(
	    &world->script, (struct script_rule){.pattern = "POST /api/.*", .delay_ms = 40000});
	world_expect(world, DELIVERY_SENT, "");
	assert_in_range(http_script_last(&world->script, POST)->at, 15 * S, 16 * S);
	assert_int_equal(http_script_count(&world->script, PATCH), 1);
	assert_true(str_contains(world_body(world, 0), STR(" slack=C01234567:")));
	world_end(world);
}

/* GitHub hangs: the message goes out all the same, anew, by token or webhook. */
static void test_hanging_github(void **state)
{
	(void)state;
	for (int webhook = 0; webhook < 2; webhook++) {
		struct world *world = world_new();

		use_slack(world);
		if (webhook) {
			world->slack.token = STR_EMPTY;
			world->slack.webhook = STR(API "/services/T0/B0/s3cret");
		}
		http_script_rule(
		    &world->script, (struct script_rule){.pattern = LIST, .delay_ms = 600000});
		world_expect(world, DELIVERY_FAILED, "cannot read the comments");
		assert_int_equal(world->message->record.state, DELIVERY_SENT);
		assert_true(
		    http_script_last(&world->script, "POST /(api|services)/.*")->at <= 16 * S);
		world->script.record_count = 0; /* its webhook is a secret in an URL */
		world_end(world);
	}
}

static void test_webhook_out_of_date(void **state)
{
	struct world *world = world_new();

	(void)state;
	world->slack = (struct slack_config){.api_url = STR(API "/api"),
	    .token = STR_EMPTY,
	    .webhook = STR(API "/services/T0/B0/s3cret"),
	    .channel = STR_EMPTY};
	world_plant(world, "herald", 42, HEAD, 11);
	world_expect(world, DELIVERY_SKIPPED, "the comment is of a newer");
	assert_int_equal(world->message->record.state, DELIVERY_SKIPPED);
	assert_int_equal(world->api->webhook_count, 0);
	world_end(world);
}

/* The newest marker of several of ours decides, not that of the lowest id. */
static void test_newest_of_duplicates(void **state)
{
	struct world *world = world_new();

	(void)state;
	world_plant(world, "herald", 42, HEAD, 9);
	world_plant(world, "herald", 42, HEAD, 11);
	world_expect(world, DELIVERY_SKIPPED, "the comment is of a newer");
	assert_true(str_ends(world->comment->record.url, STR("#issuecomment-1001")));
	assert_true(world_is_planted(world, 0));
	world_end(world);
}

/* A comment of ours that somebody else edited last is left alone, whatever its marker says. */
static void test_edited(void **state)
{
	static const struct {
		const char *name, *editor;
		bool no_graphql, replaced;
	} rows[] = {
	    {"by us", "herald", false, true},
	    {"by a stranger", "mallory", false, false},
	    {"by a stranger, and GraphQL does not tell", "mallory", true, true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct world *world = world_new();
		struct double_comment *comment = world_plant(world, "herald", 42, HEAD, 5);

		write_as(world, comment, rows[i].replaced ? 6 : 999999);
		comment->editor = str_from(rows[i].editor);
		world->api->no_graphql = rows[i].no_graphql;
		world_deliver(world);
		if (world_is_planted(world, 0) == rows[i].replaced)
			print_error("%s\n", rows[i].name);
		assert_int_equal(world->comment->record.state,
		    rows[i].replaced ? DELIVERY_UPDATED : DELIVERY_SENT);
		assert_int_equal(world_is_planted(world, 0), !rows[i].replaced);
		assert_int_equal(world_standing(world), rows[i].replaced ? 1 : 2);
		world_end(world);
	}
}

/* What a fork's token may not do is no failure, and the payload is kept. */
static void test_fork(void **state)
{
	static const char *const patterns[] = {"GET .*/pulls/7", LIST, POST, PATCH};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(patterns); i++) {
		struct world *world = world_new();

		world_set_fact(&world->outcome->facts.fork, "true");
		http_script_rule(&world->script,
		    (struct script_rule){.pattern = patterns[i], .status = 403, .body = "{}"});
		if (i == 3)
			world_plant(world, "herald", 42, HEAD, 1);
		world_expect(world, DELIVERY_SKIPPED, "the token may not do this: that of a pull");
		assert_true(world->comment->record.payload.len > 0);
		world_set_fact(&world->outcome->facts.fork, "false");
		world_expect(world, DELIVERY_FAILED, "cannot ");
		world_end(world);
	}
}

static void test_fork_slack(void **state)
{
	static const struct {
		const char *token, *webhook, *channel;
	} rows[] = {{"", "", "C01234567"}, {"", "", ""}, {"", API "/services/T0/B0/x", ""}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct world *world = world_new();

		world->slack = (struct slack_config){.api_url = STR(API "/api"),
		    .token = str_from(rows[i].token),
		    .webhook = str_from(rows[i].webhook),
		    .channel = str_from(rows[i].channel)};
		world_set_fact(&world->outcome->facts.fork, "true");
		http_script_rule(&world->script,
		    (struct script_rule){.pattern = "POST /api/.*", .failure = HTTP_REFUSED});
		http_script_rule(
		    &world->script, (struct script_rule){.pattern = "POST /services/.*",
					.status = 403,
					.body = "action_prohibited"});
		world_deliver(world);
		assert_int_equal(world->message->record.state, DELIVERY_SKIPPED);
		assert_true(world->message->record.payload.len > 0);
		world_end(world);
	}
}

/* A plan that prints our credentials, a service that echoes them. world_end() looks at bodies. */
static void test_own_secrets(void **state)
{
	struct world *world = world_new();

	(void)state;
	use_slack(world);
	world->config.token = STR("gh_s3cret_9");
	world_set_fact(&world->outcome->facts.target, "gh_s3cret_9 xoxb-s3cret");
	world_expect(world, DELIVERY_SENT, "");
	assert_int_equal(world->message->record.state, DELIVERY_SENT);
	assert_true(str_contains(world_body(world, 0), STR("(sensitive)")));
	assert_true(str_contains(world->api->messages[0].body, STR("(sensitive)")));
	http_script_rule(&world->script,
	    (struct script_rule){
		.pattern = PATCH, .status = 422, .body = "{\"message\":\"no: gh_s3cret_9\"}"});
	http_script_rule(&world->script, (struct script_rule){.pattern = "POST /api/.*",
					     .status = 200,
					     .body = "{\"ok\":false,\"error\":\"xoxb-s3cret\"}"});
	world_set_fact(&world->outcome->facts.run, "11");
	world_expect(world, DELIVERY_FAILED,
	    "cannot write the comment: GitHub did not accept the request (HTTP 422: no: "
	    "(sensitive))");
	assert_true(str_is(world->message->record.reason, "Slack says '(sensitive)'"));
	assert_false(str_contains(world->comment->record.payload, STR("s3cret")));
	assert_false(str_contains(world->message->record.payload, STR("s3cret")));
	world_end(world);
}

/* Addresses that a service tells: only those that can be shown. */
static void test_address(void **state)
{
	static const struct {
		const char *body, *url;
	} rows[] = {
	    {"{\"id\":5,\"html_url\":\"https://github.com/a/b/pull/7#issuecomment-5\"}",
		"https://github.com/a/b/pull/7#issuecomment-5"},
	    {"{\"id\":5,\"html_url\":\"javascript:alert(1)\"}", ""},
	    {"{\"id\":5,\"html_url\":\"https://x/\\u001b[2J\"}", ""},
	    {"{\"id\":5,\"html_url\":\"https://x/\\n::error::y\"}", ""},
	    {"{\"id\":5}", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct world *world = world_new();

		http_script_rule(&world->script,
		    (struct script_rule){.pattern = POST, .status = 201, .body = rows[i].body});
		world_expect(world, DELIVERY_SENT, "");
		assert_true(str_is(world->comment->record.url, rows[i].url));
		world_end(world);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_repeated_update),
	    cmocka_unit_test(test_update_gives_up),
	    cmocka_unit_test(test_slow_look),
	    cmocka_unit_test(test_confirm),
	    cmocka_unit_test(test_slow_slack),
	    cmocka_unit_test(test_hanging_slack),
	    cmocka_unit_test(test_hanging_github),
	    cmocka_unit_test(test_webhook_out_of_date),
	    cmocka_unit_test(test_newest_of_duplicates),
	    cmocka_unit_test(test_edited),
	    cmocka_unit_test(test_fork),
	    cmocka_unit_test(test_fork_slack),
	    cmocka_unit_test(test_own_secrets),
	    cmocka_unit_test(test_address),
	};

	return cmocka_run_group_tests_name("notifiers/github_order", tests, NULL, NULL);
}

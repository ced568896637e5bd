/* The pull request comment against a stateful double, without a network. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/sink.h"
#include "notifiers/http_print.h"
#include "tests/support/github_world.h"

static void test_creates(void **state)
{
	struct world *world = world_new();
	struct str line;
	struct str body;

	(void)state;
	world_expect(world, DELIVERY_SENT, "");
	assert_true(str_is(world->comment->record.url, API "/acme/infra/pull/7#issuecomment-1000"));
	assert_int_equal(world_standing(world), 1);
	body = world_body(world, 0);
	assert_true(str_line(&body, &line));
	assert_true(str_starts(line, STR("<!-- tfherald v1 key=")));
	assert_true(str_ends(line, STR(" run=10 sha=" HEAD " -->")));
	/* pull, user and comments together; the creation; the look afterwards */
	assert_int_equal(world->script.rounds, 3);
	assert_int_equal(world->script.record_count, 5);
	assert_true(http_script_last(&world->script, POST)->request.fresh_connection);
	assert_true(str_is(http_script_last(&world->script, POST)->request.token, "gh-s3cret"));
	world_end(world);
}

static void test_unchanged_then_updated(void **state)
{
	struct world *world = world_new();

	(void)state;
	world_expect(world, DELIVERY_SENT, "");
	world_expect(world, DELIVERY_UNCHANGED, "");
	assert_int_equal(http_script_count(&world->script, PATCH), 0);
	world_set_fact(&world->outcome->facts.run, "11");
	world_expect(world, DELIVERY_UPDATED, "");
	assert_int_equal(http_script_count(&world->script, PATCH), 1);
	assert_int_equal(world_standing(world), 1);
	assert_true(str_contains(world_body(world, 0), STR(" run=11 ")));
	world_end(world);
}

/* What stands there against what comes: may it be overwritten? */
static void test_order(void **state)
{
	static const struct {
		const char *name;
		enum operation operation;
		const char *their_sha;
		int64_t their_run;
		const char *our_sha, *our_run;
		bool replaced;
	} rows[] = {
	    {"newer run of one commit", OPERATION_PLAN, HEAD, 9, HEAD, "10", true},
	    {"same run", OPERATION_PLAN, HEAD, 10, HEAD, "10", true},
	    {"older run of one commit", OPERATION_PLAN, HEAD, 11, HEAD, "10", false},
	    {"the head replaces, whatever its number", OPERATION_PLAN, OLD, 99, HEAD, "10", true},
	    {"never the head's by an old commit", OPERATION_PLAN, HEAD, 1, OLD, "99", false},
	    {"neither is the head: newer run", OPERATION_PLAN, MERGE, 1, OLD, "2", true},
	    {"neither is the head: older run", OPERATION_PLAN, MERGE, 3, OLD, "2", false},
	    {"unknown run", OPERATION_PLAN, HEAD, 99, HEAD, "", true},
	    {"run that is no number", OPERATION_PLAN, HEAD, 99, HEAD, "x", true},
	    {"no commit: by run", OPERATION_PLAN, HEAD, 9, "", "10", true},
	    {"no commit: older run", OPERATION_PLAN, HEAD, 11, "", "10", false},
	    {"a run that no CI counts to", OPERATION_PLAN, HEAD, INT64_MAX, HEAD, "10", true},
	    {"apply: by run", OPERATION_APPLY, HEAD, 1, MERGE, "2", true},
	    {"apply: older", OPERATION_APPLY, HEAD, 3, MERGE, "2", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct world *world = world_new();
		enum delivery_state wanted = rows[i].replaced ? DELIVERY_UPDATED : DELIVERY_SKIPPED;

		world->outcome->facts.operation = rows[i].operation;
		world_set_fact(&world->outcome->facts.commit, rows[i].our_sha);
		world_set_fact(&world->outcome->facts.run, rows[i].our_run);
		world_plant(world, "herald", 42, rows[i].their_sha, rows[i].their_run);
		world_deliver(world);
		if (world->comment->record.state != wanted)
			print_error("%s\n", rows[i].name);
		assert_int_equal(world->comment->record.state, wanted);
		assert_int_equal(world_is_planted(world, 0), !rows[i].replaced);
		assert_int_equal(world_standing(world), 1);
		world_end(world);
	}
}

static void test_strangers(void **state)
{
	struct world *world = world_new();
	struct str own_marker;
	struct str line;

	(void)state;
	world_plant(world, "mallory", 666, HEAD, 999999);
	own_marker = world_body(world, 0);
	assert_true(str_line(&own_marker, &line));
	/* ours, but the marker is not the first line, quoted, or behind a blank */
	api_double_comment(
	    world->api, 7, "herald", 42, str_format(world->arena, "look:\n%.*s\n", STR_ARG(line)));
	api_double_comment(
	    world->api, 7, "herald", 42, str_format(world->arena, "> %.*s\n", STR_ARG(line)));
	api_double_comment(
	    world->api, 7, "herald", 42, str_format(world->arena, " %.*s\n", STR_ARG(line)));
	api_double_comment(world->api, 7, "herald", 42,
	    str_format(world->arena, "%.*s and more\n", STR_ARG(line)));
	world_expect(world, DELIVERY_SENT, "");
	assert_int_equal(world_standing(world), 6);
	assert_true(world_is_planted(world, 0));
	assert_int_equal(http_script_count(&world->script, "(PATCH|DELETE) .*"), 0);
	world_end(world);
}

/* Another directory, target, operation or pull request has a key of its own. */
static void test_keys(void **state)
{
	struct world *world = world_new();
	struct str keys[6];

	(void)state;
	keys[0] = marker_key(world->arena, world->outcome, 7);
	keys[1] = marker_key(world->arena, world->outcome, 8);
	world_set_fact(&world->outcome->facts.directory, "envs/stage");
	keys[2] = marker_key(world->arena, world->outcome, 7);
	world_set_fact(&world->outcome->facts.target, "stage");
	keys[3] = marker_key(world->arena, world->outcome, 7);
	world->outcome->facts.operation = OPERATION_APPLY;
	keys[4] = marker_key(world->arena, world->outcome, 7);
	world_set_fact(&world->outcome->facts.repository, "acme/other");
	keys[5] = marker_key(world->arena, world->outcome, 7);
	for (size_t i = 0; i < 6; i++) {
		assert_int_equal(keys[i].len, 22);
		for (size_t j = 0; j < i; j++)
			assert_false(str_eq(keys[i], keys[j]));
	}
	world_set_fact(&world->outcome->facts.repository, "ACME/Other");
	assert_true(str_eq(marker_key(world->arena, world->outcome, 7), keys[5]));
	world_end(world);
}

static void test_pages(void **state)
{
	struct world *world = world_new();

	(void)state;
	for (int i = 0; i < 230; i++)
		api_double_comment(world->api, 7, "somebody", 5, STR("hello"));
	world_plant(world, "herald", 42, HEAD, 9);
	world_expect(world, DELIVERY_UPDATED, "");
	assert_int_equal(http_script_count(&world->script, LIST), 3);
	assert_int_equal(world_standing(world), 231);
	world_end(world);
}

/* Over the cap: the first page and the newest ones, and the record says so. */
static void test_page_cap(void **state)
{
	struct world *world = world_new();

	(void)state;
	world->api->page_size = 1;
	for (int i = 0; i < 40; i++)
		api_double_comment(world->api, 7, "somebody", 5, STR("hello"));
	world_plant(world, "herald", 42, HEAD, 9);
	world_expect(world, DELIVERY_UPDATED, "of the comments only 30 pages were looked at");
	assert_int_equal(http_script_count(&world->script, LIST), GITHUB_PAGES_MAX);
	assert_int_equal(http_script_count(&world->script, "GET .*[?&]page=41"), 1);
	assert_int_equal(http_script_count(&world->script, "GET .*[?&]page=2"), 0);
	world_end(world);
}

static void test_next_page_elsewhere(void **state)
{
	struct world *world = world_new();

	(void)state;
	http_script_rule(
	    &world->script, (struct script_rule){.pattern = LIST,
				.status = 200,
				.headers = "link: <https://evil.example/x>; rel=\"next\"\r\n",
				.body = "[]"});
	world_expect(world, DELIVERY_FAILED,
	    "cannot read the comments of the pull request: the next page is said to be on another");
	assert_int_equal(http_script_count(&world->script, ".*evil.*|GET /x"), 0);
	assert_true(world->comment->record.payload.len > 0);
	world_end(world);
}

static void test_by_commit(void **state)
{
	struct world *world = world_new();
	struct double_pull *fork = api_double_pull(world->api, 3, HEAD);

	(void)state;
	fork->base_repository = STR("mallory/infra");
	api_double_pull(world->api, 4, HEAD)->open = false;
	world_set_fact(&world->outcome->facts.pull_request, "");
	world_expect(world, DELIVERY_SENT, "");
	assert_int_equal(http_script_count(&world->script, POST), 1);
	/* by number the same comment is found */
	world_set_fact(&world->outcome->facts.pull_request, "7");
	world_expect(world, DELIVERY_UNCHANGED, "");
	world_set_fact(&world->outcome->facts.pull_request, "");
	world_set_fact(&world->outcome->facts.commit, OLD);
	world_expect(world, DELIVERY_SKIPPED, "no pull request for commit 222222222222");
	http_script_rule(&world->script,
	    (struct script_rule){.pattern = "GET .*/commits/.*", .status = 422, .body = "{}"});
	world_expect(world, DELIVERY_SKIPPED, "no pull request for commit 222222222222");
	world_set_fact(&world->outcome->facts.commit, "not a commit");
	world_expect(world, DELIVERY_SKIPPED, "neither a pull request nor a commit is known");
	world_end(world);
}

static void test_by_merge_commit(void **state)
{
	struct world *world = world_new();

	(void)state;
	world->api->pulls[0].merge = STR(MERGE);
	world->api->pulls[0].open = false;
	world->outcome->facts.operation = OPERATION_APPLY;
	world->config.mode = COMMENT_APPEND;
	world_set_fact(&world->outcome->facts.pull_request, "");
	world_set_fact(&world->outcome->facts.commit, MERGE);
	world_expect(world, DELIVERY_SENT, "");
	/* a plan of the same commit has none */
	world->outcome->facts.operation = OPERATION_PLAN;
	world_expect(world, DELIVERY_SKIPPED, "no pull request for commit");
	world_end(world);
}

static void test_app_token(void **state)
{
	struct world *world = world_new();
	struct double_comment *other;

	(void)state;
	world->api->is_app = true;
	world->api->my_login = STR("github-actions");
	other = world_plant(world, "other-app[bot]", 77, HEAD, 50);
	other->type = STR("Bot");
	world_plant(world, "github-actions", 78, HEAD, 51); /* a person who calls himself so */
	world_expect(world, DELIVERY_SENT, "");
	world_set_fact(&world->outcome->facts.run, "12");
	world_expect(world, DELIVERY_UPDATED, "");
	assert_true(world_is_planted(world, 0));
	assert_true(world_is_planted(world, 1));
	assert_int_equal(world_standing(world), 3);
	world_end(world);
}

/* Neither /user nor GraphQL: nothing is proved to be ours, so nothing is touched or doubled. */
static void test_app_token_without_viewer(void **state)
{
	struct world *world = world_new();

	(void)state;
	world->api->is_app = true;
	world->api->no_graphql = true;
	world_plant(world, "mallory", 666, HEAD, 51);
	world_expect(world, DELIVERY_SENT, "");
	world_set_fact(&world->outcome->facts.run, "12");
	world_expect(world, DELIVERY_FAILED, "a bot's comment with the marker of this run's");
	assert_true(world->comment->record.payload.len > 0);
	assert_true(world_is_planted(world, 0));
	assert_int_equal(world_standing(world), 2);
	assert_int_equal(http_script_count(&world->script, PATCH), 0);
	world->api->no_graphql = false;
	world_expect(world, DELIVERY_UPDATED, "");
	world_end(world);
}

static void test_lost_replies(void **state)
{
	static const struct {
		const char *name;
		struct script_rule rule;
		size_t posts, standing;
		enum delivery_state wanted;
	} rows[] = {
	    {"stored, reply lost", {.failure = HTTP_MAYBE_SENT, .handled = true, .times = 1}, 1, 1,
		DELIVERY_SENT},
	    {"not stored, reply lost", {.failure = HTTP_MAYBE_SENT, .times = 1}, 2, 1,
		DELIVERY_SENT},
	    {"502, not stored", {.status = 502, .times = 1}, 2, 1, DELIVERY_SENT},
	    {"always 502", {.status = 502}, 4, 0, DELIVERY_FAILED},
	    {"200 with HTML, not stored", {.status = 200, .body = "<html>"}, 4, 0, DELIVERY_FAILED},
	    {"nothing was sent at first", {.failure = HTTP_NOT_SENT, .times = 2}, 3, 1,
		DELIVERY_SENT},
	    {"told to wait", {.status = 429, .headers = "retry-after: 1\r\n", .times = 1}, 2, 1,
		DELIVERY_SENT},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct world *world = world_new();
		struct script_rule rule = rows[i].rule;

		rule.pattern = POST;
		http_script_rule(&world->script, rule);
		world_deliver(world);
		if (world->comment->record.state != rows[i].wanted)
			print_error(
			    "%s: %.*s\n", rows[i].name, STR_ARG(world->comment->record.reason));
		assert_int_equal(world->comment->record.state, rows[i].wanted);
		assert_int_equal(http_script_count(&world->script, POST), rows[i].posts);
		assert_int_equal(world_standing(world), rows[i].standing);
		if (rows[i].wanted == DELIVERY_FAILED)
			assert_true(
			    str_starts(world->comment->record.payload, STR("<!-- tfherald v1 ")));
		world_end(world);
	}
}

static void test_too_long(void **state)
{
	struct world *world = world_new();
	size_t whole;

	(void)state;
	world->outcome->deliveries = NULL;
	world->outcome->facts.operation = OPERATION_PLAN;
	{
		struct facts facts = world->outcome->facts;

		world->outcome = generate_outcome(
		    world->arena, &(struct generated){.create = 400, .update = 300});
		world->outcome->facts = facts;
	}
	world_expect(world, DELIVERY_SENT, "");
	whole = world_body(world, 0).len;
	assert_true(whole > 5000 && whole <= MARKDOWN_LIMIT);
	world->api->max_body = whole - 100;
	world_set_fact(&world->outcome->facts.target, "second");
	world_expect(world, DELIVERY_SENT, "");
	assert_true(world_body(world, 1).len <= whole / 2 + 200);
	/* once only */
	world->api->max_body = 100;
	world_set_fact(&world->outcome->facts.target, "third");
	world_expect(world, DELIVERY_FAILED,
	    "cannot write the comment: GitHub finds it too long at half the size too; set "
	    "limits.github_comment lower (HTTP 422: Body is too long");
	world_end(world);
}

static void test_failures(void **state)
{
	static const struct {
		const char *pattern;
		int status;
		const char *headers, *body, *reason;
	} rows[] = {
	    {"GET .*/pulls/7", 401, "", "{\"message\":\"Bad credentials\"}",
		"cannot read the pull request: the token is not valid or has expired; check "
		"GITHUB_TOKEN (HTTP 401: Bad credentials)"},
	    {"GET .*/pulls/7", 404, "", "{\"message\":\"Not Found\"}",
		"cannot read the pull request: not visible to this token, or not there; check the"},
	    {"GET .*/pulls/7", 200, "", "<html>",
		"cannot read the pull request: the answer is not"},
	    {"GET .*/pulls/7", 500, "", "", "cannot read the pull request: GitHub has trouble"},
	    {"GET /user", 401, "", "{}", "cannot read the pull request: the token is not valid"},
	    {LIST, 403, "", "{}",
		"cannot read the comments of the pull request: the token needs the permission"},
	    {LIST, 200, "", "{}",
		"cannot read the comments of the pull request: the answer is not"},
	    {POST, 403, "x-accepted-github-permissions: pull_requests=write\r\n",
		"{\"message\":\"Resource not accessible by integration\"}",
		"cannot write the comment: the token needs the permission 'pull requests: write' "
		"(classic: scope 'repo'); tokens of forked pull requests never have it (GitHub "
		"accepts: "
		"pull_requests=write) (HTTP 403: Resource not accessible by integration)"},
	    {POST, 403, "", "{\"message\":\"Unable to create comment because issue is locked.\"}",
		"cannot write the comment: the conversation is locked"},
	    {POST, 403, "", "{\"message\":\"Repository was archived so is read-only.\"}",
		"cannot write the comment: the repository is archived"},
	    {POST, 410, "", "{\"message\":\"Issues are disabled for this repo\"}",
		"cannot write the comment: gone: issues and comments are disabled"},
	    {POST, 422, "", "{\"message\":\"Validation Failed\x1b[2J\\n::error::x\"}",
		"cannot write the comment: GitHub did not accept the request (HTTP 422"},
	    {POST, 429, "retry-after: 500\r\n", "{}",
		"cannot write the comment: GitHub's rate limit is used up"},
	    {POST, 418, "", "{}", "cannot write the comment: an answer that was not expected"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct world *world = world_new();
		size_t at;

		http_script_rule(&world->script, (struct script_rule){.pattern = rows[i].pattern,
						     .status = rows[i].status,
						     .headers = rows[i].headers,
						     .body = rows[i].body});
		world_expect(world, DELIVERY_FAILED, rows[i].reason);
		assert_false(str_find_char(world->comment->record.reason, '\n', &at));
		assert_false(str_find_char(world->comment->record.reason, '\x1b', &at));
		assert_true(world->comment->record.payload.len > 0);
		assert_int_equal(world_standing(world), 0);
		world_end(world);
	}
}

static void test_nothing_known(void **state)
{
	struct world *world = world_new();

	(void)state;
	world_set_fact(&world->outcome->facts.repository, "");
	world_expect(world, DELIVERY_FAILED, "the repository is not known");
	world_set_fact(&world->outcome->facts.repository, "acme/infra/../../user");
	world_expect(world, DELIVERY_FAILED, "the repository is not of the form owner/name");
	assert_int_equal(world->script.record_count, 0);
	world_end(world);
}

static void test_no_token(void **state)
{
	struct world *world = world_new();

	(void)state;
	world->config.token = STR_EMPTY;
	/* as the real door does */
	http_script_rule(
	    &world->script, (struct script_rule){.pattern = ".*", .failure = HTTP_REFUSED});
	world_expect(world, DELIVERY_FAILED, "no token: set GITHUB_TOKEN");
	assert_true(world->comment->record.payload.len > 0);
	assert_true(http_script_last(&world->script, "GET .*")->request.needs_token);
	world_set_fact(&world->outcome->facts.fork, "true");
	world_expect(world, DELIVERY_SKIPPED, "no token: pull requests from forks get none");
	assert_true(world->comment->record.payload.len > 0);
	world_end(world);
}

static void test_duplicates(void **state)
{
	struct world *world = world_new();

	(void)state;
	world_plant(world, "herald", 42, HEAD, 1);
	world_plant(world, "herald", 42, HEAD, 2);
	world_plant(world, "mallory", 666, HEAD, 3);
	world_plant(world, "herald", 42, HEAD, 4);
	world_expect(world, DELIVERY_UPDATED, "");
	assert_int_equal(http_script_count(&world->script, PATCH), 3);
	assert_true(str_contains(world_body(world, 0), STR(" run=10 ")));
	assert_true(str_contains(world_body(world, 1), STR("Out of date.")));
	assert_true(world_is_planted(world, 2));
	assert_true(str_contains(world_body(world, 3), STR("issuecomment-1000")));
	/* they are left alone from now on */
	world_expect(world, DELIVERY_UNCHANGED, "");
	assert_int_equal(http_script_count(&world->script, PATCH), 3);
	world_end(world);
}

static void test_modes(void **state)
{
	struct world *world = world_new();

	(void)state;
	world->config.mode = COMMENT_RECREATE;
	world_expect(world, DELIVERY_SENT, "");
	world_set_fact(&world->outcome->facts.run, "11");
	world_expect(world, DELIVERY_SENT, "");
	assert_int_equal(world_standing(world), 2);
	assert_true(str_contains(world_body(world, 0), STR("Out of date.")));
	assert_true(str_contains(world_body(world, 0), STR("issuecomment-1001")));
	assert_true(str_contains(world_body(world, 1), STR(" run=11 ")));
	world_expect(world, DELIVERY_UNCHANGED, "");
	/* an older run does not come out on top */
	world_set_fact(&world->outcome->facts.run, "9");
	world_expect(world, DELIVERY_SKIPPED, "the comment is of a newer commit or run");

	world->config.mode = COMMENT_APPEND;
	world_set_fact(&world->outcome->facts.target, "appended");
	world_expect(world, DELIVERY_SENT, "");
	world_set_fact(&world->outcome->facts.run, "12");
	world_expect(world, DELIVERY_SENT, "");
	assert_int_equal(world_standing(world), 4);
	world_expect(world, DELIVERY_UNCHANGED, "");
	assert_int_equal(world_standing(world), 4);
	world_end(world);
}

static void test_skip_no_changes(void **state)
{
	struct world *world = world_new();
	struct facts facts = world->outcome->facts;

	(void)state;
	world->config.skip_no_changes = true;
	world_expect(world, DELIVERY_SENT, "");
	world->outcome = sample_outcome(world->arena, SAMPLE_no_changes);
	world->outcome->facts = facts;
	world_set_fact(&world->outcome->facts.run, "11");
	world_expect(world, DELIVERY_UPDATED, "");
	world_set_fact(&world->outcome->facts.target, "other");
	world_expect(world, DELIVERY_SKIPPED, "no changes");
	assert_int_equal(world_standing(world), 1);
	world_end(world);
}

static void test_deleted_meanwhile(void **state)
{
	struct world *world = world_new();

	(void)state;
	world_plant(world, "herald", 42, HEAD, 1);
	http_script_rule(&world->script,
	    (struct script_rule){
		.pattern = PATCH, .status = 404, .body = "{\"message\":\"Not Found\"}"});
	world_expect(world, DELIVERY_SENT, "");
	assert_int_equal(world_standing(world), 2);
	world_end(world);
}

/* Another job creates its comment just before ours. */
struct race {
	struct world *world;
	int64_t run;
	bool happened;
};

static void race_handle(void *context, struct arena *arena, const struct server_request *request,
    struct server_answer *answer)
{
	struct race *race = context;

	if (!race->happened && str_is(request->method, "POST")) {
		race->happened = true;
		world_plant(race->world, "herald", 42, HEAD, race->run);
	}
	api_double_handle(race->world->api, arena, request, answer);
}

static void test_race(void **state)
{
	static const int64_t runs[] = {9, 11};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(runs); i++) {
		struct world *world = world_new();
		struct race race = {.world = world, .run = runs[i]};

		world->script.handler = race_handle;
		world->script.context = &race;
		if (runs[i] < 10)
			world_expect(world, DELIVERY_UPDATED, "");
		else
			world_expect(world, DELIVERY_SKIPPED, "a newer run's comment stands there");
		assert_true(str_ends(world->comment->record.url, STR("#issuecomment-1000")));
		assert_int_equal(world_standing(world), 1);
		assert_false(world->api->comments[0].deleted);
		assert_int_equal(world_is_planted(world, 0), runs[i] > 10);
		world_end(world);
	}
}

static void test_slack_place(void **state)
{
	struct world *world = world_new();

	(void)state;
	world->slack = (struct slack_config){.api_url = STR(API "/api"),
	    .token = STR("xoxb-s3cret"),
	    .webhook = STR_EMPTY,
	    .channel = STR("#deploys")};
	world_expect(world, DELIVERY_SENT, "");
	assert_int_equal(world->message->record.state, DELIVERY_SENT);
	assert_true(str_contains(world_body(world, 0), STR(" slack=deploys/C")));
	/* look, Slack, comment, look */
	assert_int_equal(world->script.rounds, 4);

	world_set_fact(&world->outcome->facts.run, "11");
	world_expect(world, DELIVERY_UPDATED, "");
	assert_int_equal(world->message->record.state, DELIVERY_UPDATED);
	assert_int_equal(world->api->message_count, 1);
	/* three rounds: the second holds both writes, the third confirms */
	assert_int_equal(world->script.rounds, 7);

	/* the message is gone: posted anew, and the marker follows */
	world->api->gone_messages = true;
	world_set_fact(&world->outcome->facts.run, "12");
	world_expect(world, DELIVERY_UPDATED, "");
	assert_int_equal(world->message->record.state, DELIVERY_SENT);
	assert_int_equal(world->api->message_count, 2);
	assert_true(str_contains(world_body(world, 0), world->api->messages[1].ts));
	assert_false(str_contains(world_body(world, 0), world->api->messages[0].ts));

	/* an older run touches neither */
	world_set_fact(&world->outcome->facts.run, "9");
	world_expect(world, DELIVERY_SKIPPED, "the comment is of a newer");
	assert_int_equal(world->message->record.state, DELIVERY_SKIPPED);
	world_end(world);
}

/* A comment that fails does not keep the message back, and the other way round. */
static void test_slack_alone(void **state)
{
	struct world *world = world_new();

	(void)state;
	world->slack = (struct slack_config){.api_url = STR(API "/api"),
	    .token = STR("xoxb-s3cret"),
	    .webhook = STR_EMPTY,
	    .channel = STR("C01234567")};
	http_script_rule(&world->script,
	    (struct script_rule){
		.pattern = "GET .*/pulls/7", .status = 404, .body = "{}", .times = 1});
	world_expect(world, DELIVERY_FAILED, "cannot read");
	assert_int_equal(world->message->record.state, DELIVERY_SENT);
	http_script_rule(&world->script, (struct script_rule){.pattern = "POST /api.*",
					     .status = 200,
					     .body = "{\"ok\":false,\"error\":\"invalid_auth\"}"});
	world_expect(world, DELIVERY_SENT, "");
	assert_int_equal(world->message->record.state, DELIVERY_FAILED);
	assert_false(str_contains(world_body(world, 0), STR(" slack=")));
	world_end(world);
}

static void test_dry_run(void **state)
{
	struct world *world = world_new();
	struct sink sink;
	struct buf buf;

	(void)state;
	buf_init(&buf, world->arena, (size_t)1 << 20);
	sink_to_buf(&sink, &buf);
	world->script.http = *http_print_new(world->arena, &sink);
	world_set_fact(&world->outcome->facts.pull_request, "");
	world_expect(world, DELIVERY_DRY_RUN, "");
	assert_true(str_contains(buf_str(&buf), STR("GET " API "/repos/acme/infra/commits/" HEAD)));
	assert_true(str_contains(
	    buf_str(&buf), STR("POST " API "/repos/acme/infra/issues/NUMBER/comments\n")));
	assert_true(str_contains(buf_str(&buf), STR("Authorization: Bearer (not shown)\n")));
	assert_true(str_contains(buf_str(&buf), STR("  \"body\": |\n    <!-- tfherald v1 ")));
	assert_false(str_contains(buf_str(&buf), STR("s3cret")));
	/* without a token too */
	world->config.token = STR_EMPTY;
	world_expect(world, DELIVERY_DRY_RUN, "");
	world_end(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_creates),
	    cmocka_unit_test(test_unchanged_then_updated),
	    cmocka_unit_test(test_order),
	    cmocka_unit_test(test_strangers),
	    cmocka_unit_test(test_keys),
	    cmocka_unit_test(test_pages),
	    cmocka_unit_test(test_page_cap),
	    cmocka_unit_test(test_next_page_elsewhere),
	    cmocka_unit_test(test_by_commit),
	    cmocka_unit_test(test_by_merge_commit),
	    cmocka_unit_test(test_app_token),
	    cmocka_unit_test(test_app_token_without_viewer),
	    cmocka_unit_test(test_lost_replies),
	    cmocka_unit_test(test_too_long),
	    cmocka_unit_test(test_failures),
	    cmocka_unit_test(test_nothing_known),
	    cmocka_unit_test(test_no_token),
	    cmocka_unit_test(test_duplicates),
	    cmocka_unit_test(test_modes),
	    cmocka_unit_test(test_skip_no_changes),
	    cmocka_unit_test(test_deleted_meanwhile),
	    cmocka_unit_test(test_race),
	    cmocka_unit_test(test_slack_place),
	    cmocka_unit_test(test_slack_alone),
	    cmocka_unit_test(test_dry_run),
	};

	return cmocka_run_group_tests_name("notifiers/github", tests, NULL, NULL);
}

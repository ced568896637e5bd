/* From the built program over real sockets to a GitHub and a Slack on loopback. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "tests/support/api_double.h"
#include "tests/support/http_server.h"
#include "tests/support/program.h"

#define COMMIT	"0123456789abcdef0123456789abcdef01234567"
#define FIXTURE "tests/fixtures/terraform/mixed.plan.json"

#define SLACK_SETTINGS                                            \
	"version: 1\nslack:\n  token: env:BOT_TOKEN\n  routes:\n" \
	"    - {on: [always], channel: C1}\n"

struct world {
	struct program program;
	struct api_double api;
	struct http_server *server;
	const char *plan;
};

/* A CircleCI job of pull request 7. */
static void world_begin(struct world *world)
{
	*world = (struct world){0};
	program_begin(&world->program);
	struct program *program = &world->program;
	struct arena *arena = program->arena;

	world->server = http_server_start(0, api_double_handle, &world->api);
	int port = http_server_port(world->server);
	struct str origin = str_format(arena, "http://127.0.0.1:%d", port);
	api_double_init(&world->api, arena, origin);
	world->api.now = (int64_t)time(NULL);
	api_double_pull(&world->api, 7, COMMIT);
	program_env(program, "CI", "true");
	program_env(program, "CIRCLECI", "true");
	program_env(program, "CIRCLE_PULL_REQUEST", "https://github.com/acme/infra/pull/7");
	program_env(program, "CIRCLE_SHA1", COMMIT);
	program_env(program, "CIRCLE_BUILD_NUM", "41");
	program_env(program, "CIRCLE_BUILD_URL", "https://circleci.com/gh/acme/infra/41");
	program_env(program, "GITHUB_API_URL", origin.ptr);
	program_env(program, "SLACK_API_URL", str_format(arena, "%s/api", origin.ptr).ptr);
	program_env(program, "HOOK", str_format(arena, "%s/services/T/B/x", origin.ptr).ptr);
	world->plan = program_fixture(program, FIXTURE);
}

static void world_end(struct world *world)
{
	http_server_stop(world->server);
	program_end(&world->program);
}

static void with_tokens(struct world *world)
{
	program_env(&world->program, "GITHUB_TOKEN", "ghp_token-for-tests");
	program_env(&world->program, "BOT_TOKEN", "xoxb-token-for-tests");
}

static struct program_result plan_file(struct world *world)
{
	return RUN(&world->program, "plan", "--report", "r.json", "--plan", world->plan);
}

static void comments_and_updates(void **state)
{
	struct world world;

	(void)state;
	world_begin(&world);
	with_tokens(&world);
	program_write(&world.program, "tfherald.yaml", STR(SLACK_SETTINGS));
	struct program_result result = plan_file(&world);
	program_expect("first run", &result, 0, "4 to add", NULL);
	assert_int_equal(world.api.comment_count, 1);
	assert_int_equal(world.api.message_count, 1);
	struct str body = world.api.comments[0].body;
	assert_true(str_contains(body, STR("<!-- tfherald v1 key=")));

	assert_true(str_contains(body, STR(" slack=C1")));
	assert_true(str_contains(body, STR("terraform_data.queue")));
	assert_true(str_contains(program_read(&world.program, "r.json"), STR("\"sent\"")));

	/* The same again leaves the comment alone; another plan updates it. */
	result = plan_file(&world);
	program_expect("second run", &result, 0, NULL, NULL);
	world.plan = program_fixture(&world.program, "tests/fixtures/terraform/create.plan.json");
	result = plan_file(&world);
	program_expect("third run", &result, 0, NULL, NULL);
	assert_int_equal(world.api.comment_count, 1);
	assert_true(str_contains(world.api.comments[0].body, STR("terraform_data.web[0]")));
	assert_true(http_server_matching(world.server, "POST /api/chat.update") >= 1);
	assert_int_equal(http_server_matching(world.server, "POST /api/chat.postMessage"), 1);
	world_end(&world);
}

/* What goes wrong at the host never changes the status, is one line, and is kept in the report. */
static void failures(void **state)
{
	static const struct {
		const char *name;
		struct server_rule rule;
		const char *err_has;
	} rows[] = {
	    {"401", {.pattern = ".* /repos/.*", .status = 401, .body = "{\"message\":\"Bad\"}"},
		"token"},
	    {"403",
		{.pattern = "(POST|PATCH) /repos/.*",
		    .status = 403,
		    .body = "{\"message\":\"Resource not accessible by integration\"}"},
		"pull requests: write"},
	    {"404",
		{.pattern = ".* /repos/.*", .status = 404, .body = "{\"message\":\"Not Found\"}"},
		"404"},
	    {"422",
		{.pattern = "POST /repos/.*",
		    .status = 422,
		    .body = "{\"message\":\"Validation Failed\"}"},
		"422"},
	    {"not JSON", {.pattern = "GET /repos/.*", .fault = SERVER_FAULT_NO_JSON}, "JSON"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct world world;

		world_begin(&world);
		with_tokens(&world);
		http_server_rule(world.server, &rows[i].rule);
		struct program_result result = plan_file(&world);
		program_expect(rows[i].name, &result, 0, "4 to add", rows[i].err_has);
		struct str report = program_read(&world.program, "r.json");
		if (!str_contains(report, STR("\"failed\"")) ||
		    !str_contains(report, STR("terraform_data.queue")))
			fail_msg("%s: the report does not keep the comment", rows[i].name);
		assert_false(str_contains(result.err, STR("ghp_token-for-tests")));
		assert_false(str_contains(report, STR("ghp_token-for-tests")));
		result = RUN(&world.program, "plan", "--strict-notify", "--plan", world.plan);
		program_expect(rows[i].name, &result, 5, NULL, "exit status 5");
		world_end(&world);
	}
}

/* Lets the program work in the background; its stdout, stderr and status become files. */
static void plan_file_begin(struct world *world)
{
	const char *const argv[] = {"sh", "-c",
	    "(\"$0\" plan --report r.json --plan \"$1\" > out 2> err; echo $? > ended) > start "
	    "2>&1 &",
	    getenv("TFHERALD"), world->plan, NULL};
	struct program_result result = program_other(&world->program, argv);

	program_expect("in the background", &result, 0, NULL, NULL);
}

static struct program_result plan_file_end(struct world *world)
{
	struct program *program = &world->program;
	struct timespec moment = {.tv_nsec = 20000000};
	struct program_result result = {.status = -1};

	for (int i = 0; i < 3000 && program_read(program, "ended").len == 0; i++)
		nanosleep(&moment, NULL);
	if (str_is(program_read(program, "ended"), "0\n"))
		result.status = 0;
	result.out = program_read(program, "out");
	result.err = program_read(program, "err");
	return result;
}

/* What the program repeats takes it some seconds: all of these run at the same time. */
static void failures_are_repeated(void **state)
{
	static const struct {
		const char *name;
		struct server_rule rule;
		const char *url, *err_has, *report_has;
		size_t comments;
	} rows[] = {
	    {"502 on reading", {.pattern = "GET /repos/.*", .status = 502, .times = 1}, NULL, NULL,
		"\"sent\"", 1},
	    {"429 with retry-after",
		{.pattern = "POST /repos/.*",
		    .status = 429,
		    .headers = "Retry-After: 1\r\n",
		    .times = 1},
		NULL, NULL, "\"sent\"", 1},
	    {"connection lost after the comment was stored",
		{.pattern = "POST /repos/.*", .fault = SERVER_FAULT_CLOSE_AFTER, .times = 1}, NULL,
		NULL, "\"sent\"", 1},
	    {"nobody there", {.pattern = "never"}, "http://127.0.0.1:1", "refused", "\"failed\"",
		0},
	};
	struct world worlds[ARRAY_LEN(rows)];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		world_begin(&worlds[i]);
		with_tokens(&worlds[i]);
		http_server_rule(worlds[i].server, &rows[i].rule);
		if (rows[i].url)
			program_env(&worlds[i].program, "GITHUB_API_URL", rows[i].url);
		plan_file_begin(&worlds[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct program_result result = plan_file_end(&worlds[i]);

		program_expect(rows[i].name, &result, 0, "4 to add", rows[i].err_has);
		if (worlds[i].api.comment_count != rows[i].comments)
			fail_msg("%s: %zu comments", rows[i].name, worlds[i].api.comment_count);
		struct str report = program_read(&worlds[i].program, "r.json");
		if (!str_contains(report, str_from(rows[i].report_has)))
			fail_msg(
			    "%s: the report does not say %s", rows[i].name, rows[i].report_has);
		world_end(&worlds[i]);
	}
}

static void missing_token(void **state)
{
	struct world world;

	(void)state;
	world_begin(&world);
	struct program_result result = plan_file(&world);
	program_expect("no token", &result, 0, NULL, "GITHUB_TOKEN");
	assert_int_equal(http_server_count(world.server), 0);
	result = RUN(&world.program, "plan", "--strict-notify", "--plan", world.plan);
	program_expect("no token, strict", &result, 5, NULL, "GITHUB_TOKEN");
	world_end(&world);
}

static void nothing_is_sent(void **state)
{
	static const struct {
		const char *name;
		const char *arguments[6];
		bool in_ci;
		const char *out_has;
	} rows[] = {
	    {"outside CI", {"plan"}, false, NULL},
	    {"--dry-run", {"plan", "--dry-run"}, true, "/repos/acme/infra/issues/7/comments"},
	    {"--dry-run outside CI", {"plan", "--dry-run", "--repo", "acme/infra", "--pr=7"}, false,
		"/repos/acme/infra/issues/7/comments"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct world world;
		const char *words[10];
		size_t count = 0;

		world_begin(&world);
		with_tokens(&world);
		if (!rows[i].in_ci) {
			program_env(&world.program, "CI", "");
			program_env(&world.program, "CIRCLECI", "");
		}
		for (; rows[i].arguments[count]; count++)
			words[count] = rows[i].arguments[count];
		words[count++] = "--plan";
		words[count++] = world.plan;
		words[count] = NULL;
		struct program_result result = program_run(&world.program, words);
		program_expect(rows[i].name, &result, 0, rows[i].out_has, NULL);
		assert_int_equal(http_server_count(world.server), 0);
		assert_false(str_contains(result.out, STR("token-for-tests")));
		world_end(&world);
	}
}

static void webhook_and_routes(void **state)
{
	static const struct {
		const char *name, *route, *plan;
		size_t messages;
	} rows[] = {
	    {"always", "{on: [always]}", FIXTURE, 1},
	    {"destroy, and there is one", "{on: [destroy]}", FIXTURE, 1},
	    {"destroy, and there is none", "{on: [destroy]}",
		"tests/fixtures/terraform/create.plan.json", 0},
	    {"other directories", "{on: [always], dirs: [\"envs/**\"]}", FIXTURE, 0},
	    {"plan_failed", "{on: plan_failed}", "tests/fixtures/terraform/error.plan.err.txt", 1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct world world;

		world_begin(&world);
		struct str settings = str_format(world.program.arena,
		    "github:\n  comment: off\nslack:\n  webhook: env:HOOK\n  routes:\n    - %s\n",
		    rows[i].route);
		program_write(&world.program, "tfherald.yaml", settings);
		struct program_result result = RUN(&world.program, "plan", "--report", "r.json",
		    "--plan", program_fixture(&world.program, rows[i].plan));
		if (world.api.webhook_count != rows[i].messages)
			fail_msg("%s: %zu messages\n%.*s", rows[i].name, world.api.webhook_count,
			    STR_ARG(result.err));
		assert_false(
		    str_contains(program_read(&world.program, "r.json"), STR("/services/T")));
		world_end(&world);
	}
}

static void deferred_status(void **state)
{
	struct world world;

	(void)state;
	world_begin(&world);
	with_tokens(&world);
	struct program_result result = RUN(&world.program, "plan", "--defer-exit", "--reports",
	    "reports", "--", "sh", "-c", "echo 'Error: no' >&2; exit 1");
	program_expect("deferred", &result, 0, NULL, "deferred exit status 1");
	const char *const list[] = {"sh", "-c", "cat reports/*.plan.*.json", NULL};
	result = program_other(&world.program, list);
	program_expect("report", &result, 0, "\"status\": 1", NULL);
	world_end(&world);
}

static void job_summary(void **state)
{
	struct world world;

	(void)state;
	world_begin(&world);
	with_tokens(&world);
	const char *path = program_write(&world.program, "summary.md", STR("before\n"));
	program_env(&world.program, "GITHUB_STEP_SUMMARY", path);
	struct program_result result = plan_file(&world);
	program_expect("summary", &result, 0, NULL, NULL);
	struct str text = program_read(&world.program, "summary.md");
	assert_true(str_starts(text, STR("before\n")));
	assert_true(str_contains(text, STR("terraform_data.queue")));
	world_end(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(comments_and_updates),
	    cmocka_unit_test(failures),
	    cmocka_unit_test(failures_are_repeated),
	    cmocka_unit_test(missing_token),
	    cmocka_unit_test(nothing_is_sent),
	    cmocka_unit_test(webhook_and_routes),
	    cmocka_unit_test(deferred_status),
	    cmocka_unit_test(job_summary),
	};
	return cmocka_run_group_tests_name("e2e/deliver", tests, NULL, NULL);
}

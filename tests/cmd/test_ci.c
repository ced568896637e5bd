#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "cmd/ci.h"
#include "cmd/ci_platform.h"
#include "tests/support/sys_script.h"

#define SHA   "0123456789abcdef0123456789abcdef01234567"
#define MERGE "ffffffffffffffffffffffffffffffffffffffff"
#define PAIRS 40
#define EVENT "tests-event.json"

struct world {
	struct sys_script script;
	struct app app;
	struct settings settings;
	struct workspace workspace;
	struct facts facts;
	char event[64];
};

static int setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	int fd;

	if (world == NULL)
		return -1;
	sys_script_init(&world->script);
	world->app = (struct app){.sys = &world->script.sys,
	    .run = arena_new(),
	    .scratch = arena_new(),
	    .in = 0,
	    .out = 1,
	    .diag = 2};
	world->workspace =
	    (struct workspace){.root = STR("/nowhere/infra"), .directory = STR("envs/prod")};
	for (size_t i = 0; i < SETTING_COUNT; i++)
		world->settings.values[i] =
		    (struct setting_value){.text = STR_EMPTY, .origin = STR("default")};
	snprintf(world->event, sizeof(world->event), "/tmp/tfherald-event-XXXXXX");
	fd = mkstemp(world->event);
	close(fd);
	log_set_level(LOG_ERROR);
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	unlink(world->event);
	arena_free(world->app.run);
	arena_free(world->app.scratch);
	free(world);
	return 0;
}

static void fresh(struct world *world, const char *const *env, const char *event)
{
	sys_script_init(&world->script);
	sys_script_env_list(&world->script, env);
	if (event != NULL) {
		FILE *file = fopen(world->event, "w");

		assert_non_null(file);
		fputs(event, file);
		fclose(file);
		sys_script_env(&world->script, "GITHUB_EVENT_PATH", world->event);
	}
}

struct ci_row {
	const char *name;
	const char *env[PAIRS];
	const char *event;				 /* the event file, or NULL */
	const char *repository, *commit, *pull, *branch; /* "": not known */
	const char *host;
};

#define CIRCLE "CIRCLECI", "true", "CI", "true", "CIRCLE_SHA1", SHA
#define GITHUB                                                                                    \
	"GITHUB_ACTIONS", "true", "GITHUB_SERVER_URL", "https://github.com", "GITHUB_REPOSITORY", \
	    "acme/infra", "GITHUB_SHA", MERGE

static const struct ci_row rows[] = {
    {"outside CI", {NULL}, NULL, "", "", "", "", ""},
    {"CI of unknown kind", {"CI", "true", NULL}, NULL, "", "", "", "", ""},
    {"CircleCI, pull request",
	{CIRCLE, "CIRCLE_PULL_REQUEST", "https://github.com/acme/infra/pull/12", "CIRCLE_BRANCH",
	    "feature", "CIRCLE_PROJECT_USERNAME", "8e4z1Akd74", "CIRCLE_PROJECT_REPONAME", "x",
	    NULL},
	NULL, "acme/infra", SHA, "12", "feature", "github.com"},
    {"CircleCI, enterprise host",
	{CIRCLE, "CIRCLE_PULL_REQUEST", "https://git.acme.io/acme/infra/pull/12/", NULL}, NULL,
	"acme/infra", SHA, "12", "", "git.acme.io"},
    {"CircleCI, Bitbucket",
	{CIRCLE, "CIRCLE_PULL_REQUEST", "https://bitbucket.org/acme/infra/pull-requests/3", NULL},
	NULL, "acme/infra", SHA, "3", "", "bitbucket.org"},
    {"CircleCI, several pull requests",
	{CIRCLE, "CIRCLE_PULL_REQUESTS",
	    "https://github.com/acme/infra/pull/7, https://github.com/acme/infra/pull/8", NULL},
	NULL, "acme/infra", SHA, "7", "", "github.com"},
    {"CircleCI, nil is unset",
	{CIRCLE, "CIRCLE_PULL_REQUEST", "<nil>", "CIRCLE_BRANCH", "null", "CIRCLE_PROJECT_USERNAME",
	    "acme", "CIRCLE_PROJECT_REPONAME", "infra", NULL},
	NULL, "acme/infra", SHA, "", "", "github.com"},
    {"CircleCI, address of another form",
	{CIRCLE, "CIRCLE_PULL_REQUEST", "https://github.com/acme/infra/issues/12", NULL}, NULL, "",
	SHA, "", "", ""},
    {"CircleCI, hostile address",
	{CIRCLE, "CIRCLE_PULL_REQUEST", "https://evil.example/../acme/infra/pull/12", NULL}, NULL,
	"", SHA, "", "", ""},
    {"CircleCI, number with rubbish",
	{CIRCLE, "CIRCLE_PULL_REQUEST", "https://github.com/acme/infra/pull/12?x=1", NULL}, NULL,
	"", SHA, "", "", ""},
    {"CircleCI, fork",
	{CIRCLE, "CIRCLE_PR_NUMBER", "5", "CIRCLE_BRANCH", "pull/5", "CIRCLE_PROJECT_USERNAME",
	    "acme", "CIRCLE_PROJECT_REPONAME", "infra", NULL},
	NULL, "acme/infra", SHA, "5", "pull/5", "github.com"},
    {"CircleCI, repository by its address",
	{CIRCLE, "CIRCLE_REPOSITORY_URL", "git@git.acme.io:acme/infra.git", NULL}, NULL,
	"acme/infra", SHA, "", "", "git.acme.io"},
    {"CircleCI, short commit", {"CIRCLECI", "true", "CIRCLE_SHA1", "0123456", NULL}, NULL, "", "",
	"", "", ""},
    {"Actions, push", {GITHUB, "GITHUB_EVENT_NAME", "push", "GITHUB_REF_NAME", "main", NULL},
	"{\"ref\":\"refs/heads/main\"}", "acme/infra", MERGE, "", "main", "github.com"},
    {"Actions, pull request",
	{GITHUB, "GITHUB_EVENT_NAME", "pull_request", "GITHUB_REF", "refs/pull/12/merge",
	    "GITHUB_REF_NAME", "12/merge", NULL},
	"{\"pull_request\":{\"number\":12,\"head\":{\"sha\":\"" SHA "\",\"ref\":\"feature\"}}}",
	"acme/infra", SHA, "12", "feature", "github.com"},
    {"Actions, pull request without event file",
	{GITHUB, "GITHUB_EVENT_NAME", "pull_request", "GITHUB_REF", "refs/pull/12/merge",
	    "GITHUB_HEAD_REF", "feature", NULL},
	NULL, "acme/infra", "", "12", "feature", "github.com"},
    {"Actions, event file is no JSON", {GITHUB, "GITHUB_EVENT_NAME", "pull_request", NULL},
	"{\"pull_request\":", "acme/infra", "", "", "", "github.com"},
    {"Actions, event of other types", {GITHUB, "GITHUB_EVENT_NAME", "pull_request", NULL},
	"{\"pull_request\":{\"number\":\"12\",\"head\":[],\"base\":7}}", "acme/infra", "", "", "",
	"github.com"},
    {"Actions, event is a list", {GITHUB, "GITHUB_EVENT_NAME", "pull_request", NULL}, "[1,2]",
	"acme/infra", "", "", "", "github.com"},
    {"Actions, negative number", {GITHUB, "GITHUB_EVENT_NAME", "pull_request", NULL},
	"{\"pull_request\":{\"number\":-1}}", "acme/infra", "", "", "", "github.com"},
    {"Actions, comment on a pull request",
	{GITHUB, "GITHUB_EVENT_NAME", "issue_comment", "GITHUB_REF_NAME", "main", NULL},
	"{\"issue\":{\"number\":9,\"pull_request\":{}}}", "acme/infra", "", "9", "", "github.com"},
    {"Actions, comment on an issue", {GITHUB, "GITHUB_EVENT_NAME", "issue_comment", NULL},
	"{\"issue\":{\"number\":9}}", "acme/infra", "", "", "", "github.com"},
    {"Actions, merge queue", {GITHUB, "GITHUB_EVENT_NAME", "merge_group", NULL},
	"{\"merge_group\":{\"head_sha\":\"" SHA "\",\"base_ref\":\"refs/heads/main\","
	"\"head_ref\":\"refs/heads/gh-readonly-queue/main/pr-12-abc\"}}",
	"acme/infra", SHA, "12", "gh-readonly-queue/main/pr-12-abc", "github.com"},
    {"Actions, workflow run", {GITHUB, "GITHUB_EVENT_NAME", "workflow_run", NULL},
	"{\"workflow_run\":{\"head_sha\":\"" SHA
	"\",\"head_branch\":\"feature\",\"pull_requests\":[{\"number\":4}]}}",
	"acme/infra", SHA, "4", "feature", "github.com"},
    {"Actions, workflow run of a fork", {GITHUB, "GITHUB_EVENT_NAME", "workflow_run", NULL},
	"{\"workflow_run\":{\"head_sha\":\"" SHA "\",\"pull_requests\":[]}}", "acme/infra", SHA, "",
	"", "github.com"},
};

static void check_fact(const char *row, const char *name, const struct fact *fact, const char *want)
{
	if (!str_is(fact->value, want) || fact_known(fact) != (want[0] != '\0'))
		fail_msg("%s: %s is '%.*s' (from %.*s), expected '%s'", row, name,
		    STR_ARG(fact->value), STR_ARG(fact->origin), want);
}

static void test_platforms(void **state)
{
	struct world *world = *state;
	struct fact_options options = {0};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = {0};

		fresh(world, rows[i].env, rows[i].event);
		if (!facts_resolve(&world->app, &world->workspace, &world->settings, &options,
			&world->facts, &err))
			fail_msg("%s: %s", rows[i].name, err.text);
		check_fact(
		    rows[i].name, "repository", &world->facts.repository, rows[i].repository);
		check_fact(rows[i].name, "commit", &world->facts.commit, rows[i].commit);
		check_fact(rows[i].name, "pull_request", &world->facts.pull_request, rows[i].pull);
		check_fact(rows[i].name, "branch", &world->facts.branch, rows[i].branch);
		check_fact(rows[i].name, "host", &world->facts.host, rows[i].host);
		if (world->facts.in_ci != (rows[i].env[0] != NULL))
			fail_msg("%s: in_ci", rows[i].name);
	}
}

static void test_more_facts(void **state)
{
	static const char *const circle[] = {"CIRCLECI", "true", "CIRCLE_BUILD_NUM", "77",
	    "CIRCLE_NODE_INDEX", "1", "CIRCLE_NODE_TOTAL", "4", "CIRCLE_BUILD_URL", "https://c/77",
	    "CIRCLE_PR_NUMBER", "3", "CIRCLE_USERNAME", "ann\033[31m", NULL};
	static const char *const actions[] = {GITHUB, "GITHUB_RUN_ID", "900", "GITHUB_RUN_NUMBER",
	    "15", "GITHUB_RUN_ATTEMPT", "2", "GITHUB_EVENT_NAME", "pull_request", "GITHUB_BASE_REF",
	    "main", NULL};
	struct world *world = *state;
	struct fact_options options = {0};
	struct err err = {0};

	fresh(world, circle, NULL);
	assert_true(facts_resolve(
	    &world->app, &world->workspace, &world->settings, &options, &world->facts, &err));
	check_fact("circle", "ci", &world->facts.ci, "CircleCI");
	check_fact("circle", "run", &world->facts.run, "77");
	check_fact("circle", "shard", &world->facts.shard, "1");
	check_fact("circle", "shards", &world->facts.shards, "4");
	check_fact("circle", "fork", &world->facts.fork, "true");
	check_fact("circle", "link", &world->facts.link, "https://c/77");
	check_fact("circle", "actor", &world->facts.actor, "ann");
	fresh(world, actions,
	    "{\"pull_request\":{\"number\":1,\"head\":{\"repo\":{\"full_name\":\"eve/infra\"}},"
	    "\"base\":{\"repo\":{\"full_name\":\"acme/infra\"}}}}");
	assert_true(facts_resolve(
	    &world->app, &world->workspace, &world->settings, &options, &world->facts, &err));
	check_fact("actions", "run", &world->facts.run, "15002");
	check_fact("actions", "fork", &world->facts.fork, "true");
	check_fact("actions", "base", &world->facts.base_branch, "main");
	check_fact("actions", "link", &world->facts.link,
	    "https://github.com/acme/infra/actions/runs/900/attempts/2");
}

static void test_options(void **state)
{
	static const char *const env[] = {
	    CIRCLE, "CIRCLE_PULL_REQUEST", "https://github.com/acme/infra/pull/12", NULL};
	struct world *world = *state;
	struct fact_options options = {.repo = "git.acme.io/x/y",
	    .pr = "9",
	    .commit = MERGE,
	    .branch = "b",
	    .link = "https://l"};
	struct err err = {0};

	fresh(world, env, NULL);
	assert_true(facts_resolve(
	    &world->app, &world->workspace, &world->settings, &options, &world->facts, &err));
	check_fact("options", "repository", &world->facts.repository, "x/y");
	check_fact("options", "host", &world->facts.host, "git.acme.io");
	check_fact("options", "pull_request", &world->facts.pull_request, "9");
	check_fact("options", "commit", &world->facts.commit, MERGE);
	check_fact("options", "branch", &world->facts.branch, "b");
	check_fact("options", "link", &world->facts.link, "https://l");
	assert_true(str_is(world->facts.commit.origin, "option --commit"));
}

struct bad_row {
	const char *name;
	struct fact_options options;
	const char *says;
};

static void test_bad_options(void **state)
{
	static const struct bad_row bad[] = {
	    {"repository without owner", {.repo = "infra"}, "--repo"},
	    {"repository with a space", {.repo = "a/b c"}, "--repo"},
	    {"repository climbing", {.repo = "a/.."}, "--repo"},
	    {"repository, empty part", {.repo = "a//b"}, "--repo"},
	    {"repository, slash at the end", {.repo = "a/b/"}, "--repo"},
	    {"pull request, word", {.pr = "twelve"}, "--pr"},
	    {"pull request, zero", {.pr = "0"}, "--pr"},
	    {"pull request, huge", {.pr = "99999999999999999999"}, "--pr"},
	    {"short commit", {.commit = "abc"}, "--commit"},
	    {"commit of 40 other characters",
		{.commit = "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"}, "--commit"},
	    {"link without scheme", {.link = "javascript:alert(1)"}, "--link"},
	};
	static const char *const none[] = {NULL};
	struct world *world = *state;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err err = {0};

		fresh(world, none, NULL);
		if (facts_resolve(&world->app, &world->workspace, &world->settings, &bad[i].options,
			&world->facts, &err) ||
		    err.code != ERR_USAGE ||
		    !str_contains(str_from(err.text), str_from(bad[i].says)))
			fail_msg("%s: %s", bad[i].name, err.text);
	}
}

static void test_place(void **state)
{
	static const char *const none[] = {NULL};
	struct world *world = *state;
	struct fact_options options = {.repo = "acme/infra"};
	struct err err = {0};

	fresh(world, none, NULL);
	assert_true(facts_resolve(
	    &world->app, &world->workspace, &world->settings, &options, &world->facts, &err));
	check_fact("place", "directory", &world->facts.directory, "envs/prod");
	check_fact("place", "target", &world->facts.target, "envs/prod");
	assert_int_equal(world->facts.now, SYS_SCRIPT_NOW);
	world->workspace.directory = STR(".");
	assert_true(facts_resolve(
	    &world->app, &world->workspace, &world->settings, &options, &world->facts, &err));
	check_fact("root", "target", &world->facts.target, "infra");
	world->settings.values[SET_TARGET].text = STR("production");
	assert_true(facts_resolve(
	    &world->app, &world->workspace, &world->settings, &options, &world->facts, &err));
	check_fact("set", "target", &world->facts.target, "production");
}

struct api_row {
	const char *name, *set, *origin, *env, *host, *want;
};

static const struct api_row apis[] = {
    {"github.com", "", "default", NULL, "github.com", "https://api.github.com"},
    {"no host", "", "default", NULL, "", "https://api.github.com"},
    {"enterprise server", "", "default", NULL, "git.acme.io", "https://git.acme.io/api/v3"},
    {"tenant", "", "default", NULL, "acme.ghe.com", "https://api.acme.ghe.com"},
    {"environment", "", "default", "https://git.acme.io/api/v3/", "github.com",
	"https://git.acme.io/api/v3"},
    {"Bitbucket", "", "default", NULL, "bitbucket.org", ""},
    {"file, same host", "https://git.acme.io/api/v3", "tfherald.yaml:1:1", NULL, "git.acme.io",
	"https://git.acme.io/api/v3"},
    {"file, api of the host", "https://api.github.com", "tfherald.yaml:1:1", NULL, "github.com",
	"https://api.github.com"},
    {"file, loopback", "http://127.0.0.1:8080", "tfherald.yaml:1:1", NULL, "github.com",
	"http://127.0.0.1:8080"},
    {"file, loopback v6", "http://[::1]:8080/x", "tfherald.yaml:1:1", NULL, "github.com",
	"http://[::1]:8080/x"},
    {"file, other host", "https://evil.example", "envs/a/tfherald.yaml:3:5", NULL, "github.com",
	"https://api.github.com"},
    {"file, host that ends alike", "https://evilgithub.com", "tfherald.yaml:1:1", NULL,
	"github.com", "https://api.github.com"},
    {"file, loopback as a beginning", "https://127.0.0.1.evil.example", "tfherald.yaml:1:1", NULL,
	"github.com", "https://api.github.com"},
    {"variable, other host", "https://proxy.example", "TFHERALD_GITHUB_BASE_URL", NULL,
	"github.com", "https://proxy.example"},
};

static void test_api(void **state)
{
	struct world *world = *state;

	log_set_fd(open("/dev/null", O_WRONLY | O_CLOEXEC));
	for (size_t i = 0; i < ARRAY_LEN(apis); i++) {
		struct setting_value *value = &world->settings.values[SET_GITHUB_BASE_URL];
		const char *env[] = {
		    "GITHUB_API_URL", apis[i].env != NULL ? apis[i].env : "", NULL};
		struct str url;

		fresh(world, env, NULL);
		value->text = str_from(apis[i].set);
		value->origin = str_from(apis[i].origin);
		value->is_set = apis[i].set[0] != '\0';
		world->facts.host.value = str_from(apis[i].host);
		url = github_api_url(
		    world->app.run, &world->script.sys, &world->settings, &world->facts);
		if (!str_is(url, apis[i].want))
			fail_msg("%s: '%.*s'", apis[i].name, STR_ARG(url));
	}
	log_set_fd(2);
}

static void test_token(void **state)
{
	static const char *const both[] = {
	    "GITHUB_TOKEN", "g", "TFHERALD_GITHUB_TOKEN", " t\n", NULL};
	static const char *const one[] = {"GITHUB_TOKEN", "g", NULL};
	static const char *const none[] = {"GITHUB_TOKEN", "<nil>", NULL};
	struct world *world = *state;
	const char *origin;

	fresh(world, both, NULL);
	assert_true(str_is(github_token(&world->app, &origin), "t"));
	assert_string_equal(origin, "TFHERALD_GITHUB_TOKEN");
	fresh(world, one, NULL);
	assert_true(str_is(github_token(&world->app, &origin), "g"));
	assert_string_equal(origin, "GITHUB_TOKEN");
	fresh(world, none, NULL);
	assert_int_equal(github_token(&world->app, &origin).len, 0);
	assert_null(origin);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_platforms, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_more_facts, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_options, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_bad_options, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_place, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_api, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_token, setup, teardown),
	};

	return cmocka_run_group_tests_name("cmd/ci", tests, NULL, NULL);
}

#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/input.h"
#include "base/json_read.h"
#include "base/log.h"
#include "base/process.h"
#include "cmd/app.h"
#include "cmd/options.h"
#include "notifiers/http.h"
#include "tests/support/git_world.h"
#include "tests/support/sys_script.h"

#define WORDS_MAX 12

/* One reply for every request; what was asked is kept. */
struct door {
	struct http http;
	struct http_reply github, slack;
	struct str asked[8], token[8];
	size_t count;
	bool closed;
};

struct world {
	struct sys_script script;
	struct app app;
	struct door door;
	struct arena *arena;
	char root[64], start[4096], out[96];
};

static bool door_begin(void *state, struct arena *arena, const struct http_request *request,
    struct http_reply *reply, uint64_t deadline, struct err *err)
{
	struct door *door = state;

	(void)deadline;
	if (door->closed)
		return err_set(err, ERR_NETWORK, "no network here");
	assert_true(door->count < ARRAY_LEN(door->asked));
	door->asked[door->count] = str_copy(arena, request->url);
	door->token[door->count++] = str_copy(arena, request->token);
	*reply = str_contains(request->url, STR("slack")) ? door->slack : door->github;
	return true;
}

static void write_file(struct world *world, const char *name, const char *text)
{
	FILE *file = fopen(str_format(world->arena, "%s/%s", world->root, name).ptr, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void make_dir(struct world *world, const char *name)
{
	assert_int_equal(mkdir(str_format(world->arena, "%s/%s", world->root, name).ptr, 0700), 0);
}

static int setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	if (world == NULL || getcwd(world->start, sizeof(world->start)) == NULL)
		return -1;
	world->arena = arena_new();
	sys_script_init(&world->script);
	snprintf(world->root, sizeof(world->root), "/tmp/tfherald-cfg-XXXXXX");
	if (mkdtemp(world->root) == NULL)
		return -1;
	make_dir(world, "repo");
	make_dir(world, "repo/.git");
	make_dir(world, "repo/envs");
	snprintf(world->out, sizeof(world->out), "%s/out", world->root);
	world->door.http = (struct http){.state = &world->door, .begin = door_begin};
	world->app = (struct app){.sys = &world->script.sys,
	    .run = arena_new(),
	    .scratch = arena_new(),
	    .diag = 2,
	    .http = &world->door.http};
	log_set_fd(open("/dev/null", O_WRONLY | O_CLOEXEC));
	*state = world;
	return chdir(str_format(world->arena, "%s/repo/envs", world->root).ptr);
}

static int teardown(void **state)
{
	struct world *world = *state;
	const char *const argv[] = {"rm", "-rf", world->root, NULL};
	struct process process = {PROCESS_DEFAULTS, .argv = argv};
	struct process_result result;
	struct err err = {0};
	bool ok = chdir(world->start) == 0 && process_run(world->arena, &process, &result, &err);

	log_set_fd(2);
	arena_free(world->app.run);
	arena_free(world->app.scratch);
	arena_free(world->arena);
	free(world);
	return ok ? 0 : -1;
}

/* A command line, in-process; what it printed. */
static struct str run(struct world *world, const char *const *argv, struct err *err)
{
	struct command_line line;
	struct err why = {0};
	struct str out = STR_EMPTY;
	int count = 0, status = 0;

	while (argv[count] != NULL)
		count++;
	if (!options_parse(world->arena, count, argv, &line, &why))
		fail_msg("%s", why.text);
	world->app.out = open(world->out, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
	assert_true(world->app.out >= 0);
	if (line.command->run(&world->app, line.values, &line.operands, &status, err) !=
	    (err->code == ERR_NONE))
		fail_msg("an error without text, or the other way round");
	close(world->app.out);
	if (!file_read(world->arena, world->out, 1000000, &out, &why))
		fail_msg("%s", why.text);
	return out;
}

/* The line that begins with a word, its runs of spaces made one. */
static struct str line_of(struct world *world, struct str text, const char *word)
{
	struct str rest = text, line;

	while (str_line(&rest, &line)) {
		struct str part, words = str_trim(line), joined = STR_EMPTY;

		if (!str_starts(words, str_format(world->arena, "%s ", word)))
			continue;
		while (str_split(&words, ' ', &part)) {
			if (part.len > 0)
				joined = str_format(world->arena, "%.*s%s%.*s", STR_ARG(joined),
				    joined.len > 0 ? " " : "", STR_ARG(part));
		}
		return joined;
	}
	return STR("(no such line)");
}

static void must_say(struct world *world, struct str text, const char *word, const char *want)
{
	struct str line = line_of(world, text, word);

	if (!str_is(line, want))
		fail_msg("'%.*s', expected '%s' in\n%.*s", STR_ARG(line), want, STR_ARG(text));
}

static void test_show(void **state)
{
	static const char *const argv[] = {"tfherald", "config", "show", NULL};
	struct world *world = *state;
	struct err err = {0};
	struct str out;

	write_file(world, "repo/tfherald.yaml",
	    "slack:\n  token: env:MINE\n  routes: [{on: [destroy, apply_failed], channel: '#a', "
	    "dirs: "
	    "x}]\n");
	write_file(world, "repo/envs/tfherald.yaml", "target: prod\n");
	sys_script_env(&world->script, "MINE", "xoxb-hush");
	sys_script_env(&world->script, "GITHUB_TOKEN", "ghp_hush");
	sys_script_env(&world->script, "CIRCLECI", "true");
	sys_script_env(
	    &world->script, "CIRCLE_PULL_REQUEST", "https://github.com/acme/infra/pull/12");
	out = run(world, argv, &err);
	if (err.code != ERR_NONE)
		fail_msg("%s", err.text);
	must_say(world, out, "pull_request", "pull_request 12 CIRCLE_PULL_REQUEST");
	must_say(world, out, "commit", "commit not known");
	must_say(world, out, "directory", "directory envs working directory");
	must_say(world, out, "github token", "github token set (from GITHUB_TOKEN)");
	must_say(world, out, "github api", "github api https://api.github.com");
	must_say(world, out, "slack.token", "slack.token set (from MINE) tfherald.yaml:2:10");
	must_say(world, out, "slack.webhook", "slack.webhook not set default");
	must_say(world, out, "github.comment", "github.comment directory default");
	must_say(world, out, "1", "1 destroy, apply_failed -> #a for x tfherald.yaml:3:12");
	must_say(world, out, "root", str_format(world->arena, "root %s/repo", world->root).ptr);
	assert_false(str_contains(out, STR("hush")));
}

static void test_show_json(void **state)
{
	static const char *const argv[] = {
	    "tfherald", "config", "show", "--format=json", "--pr=7", NULL};
	struct world *world = *state;
	struct jsonr reader = {0};
	struct value root, facts, settings;
	struct err err = {0};
	struct str out;

	write_file(world, "repo/tfherald.yaml", "limits: {capture: 1MiB}\n");
	sys_script_env(&world->script, "SLACK_WEBHOOK_URL", "https://hooks.slack.com/hush");
	out = run(world, argv, &err);
	assert_int_equal(err.code, ERR_NONE);
	assert_true(jsonr_read(world->arena, out, &reader, &root, &err));
	assert_false(str_contains(out, STR("hush")));
	facts = *value_get_c(root, "facts");
	assert_true(str_is(value_get_str(*value_get_c(facts, "pull_request"), "value"), "7"));
	assert_int_equal(value_get_c(*value_get_c(facts, "commit"), "value")->kind, VALUE_NULL);
	settings = *value_get_c(root, "settings");
	assert_int_equal(
	    value_get_int(*value_get_c(settings, "limits.capture"), "value", 0), 1 << 20);
	assert_true(str_is(value_get_str(*value_get_c(settings, "slack.webhook"), "value"),
	    "set (from SLACK_WEBHOOK_URL)"));
	assert_int_equal(value_get_c(root, "routes")->len, 1);
	assert_false(value_get_bool(root, "in_ci", true));
}

static void test_check(void **state)
{
	static const char *const all[] = {"tfherald", "config", "check", NULL};
	static const char *const here[] = {"tfherald", "config", "check", ".", NULL};
	static const char *const gone[] = {"tfherald", "config", "check", "gone", NULL};
	static const char *const json[] = {"tfherald", "config", "check", "--format=json", NULL};
	struct world *world = *state;
	struct err err = {0};
	struct str out;

	write_file(world, "repo/tfherald.yaml", "target: a\n");
	out = run(world, all, &err);
	assert_true(str_is(out, "1 file named tfherald.yaml, nothing wrong\n"));
	write_file(world, "repo/tfherald.yaml", "tarqet: a\nversion: 3\n");
	write_file(world, "repo/envs/tfherald.yml", "");
	make_dir(world, "repo/.terraform");
	write_file(world, "repo/.terraform/tfherald.yaml", "nonsense: [");
	make_dir(world, "repo/other");
	write_file(world, "repo/other/tfherald.yaml", "slack: {token: xoxb-hush}");
	assert_int_equal(
	    symlink("..", str_format(world->arena, "%s/repo/other/up", world->root).ptr), 0);
	out = run(world, all, &err);
	assert_int_equal(err.code, ERR_INVALID);
	assert_true(str_starts(str_from(err.text), STR("4 problems in the settings")));
	assert_true(str_contains(out, STR("tfherald.yaml:1:1: unknown key 'tarqet'")));
	assert_true(str_contains(out, STR("tfherald.yaml:2:10: version: 3 needs a newer")));
	assert_true(str_contains(out, STR("envs/tfherald.yml: is not read")));
	assert_true(str_contains(out, STR("other/tfherald.yaml:1:16: slack.token")));
	assert_false(str_contains(out, STR("hush")));
	err_clear(&err);
	out = run(world, here, &err);
	assert_true(str_starts(str_from(err.text), STR("1 problem in")));
	err_clear(&err);
	(void)run(world, gone, &err);
	assert_int_equal(err.code, ERR_IO);
	err_clear(&err);
	out = run(world, json, &err);
	assert_true(str_contains(out, STR("{\"file\": \"tfherald.yaml\", \"line\": 1")) ||
		    str_contains(out, STR("{\"file\":\"tfherald.yaml\",\"line\":1")));
}

static void test_config_usage(void **state)
{
	static const char *const none[] = {"tfherald", "config", NULL};
	static const char *const show[] = {"tfherald", "config", "show", "x", NULL};
	struct world *world = *state;
	struct err err = {0};

	(void)run(world, none, &err);
	assert_int_equal(err.code, ERR_USAGE);
	err_clear(&err);
	(void)run(world, show, &err);
	assert_int_equal(err.code, ERR_USAGE);
}

static void doctor_world(struct world *world)
{
	write_file(
	    world, "repo/terraform", "#!/bin/sh\necho \"Terraform v1.11.4\"\necho on linux\n");
	assert_int_equal(
	    chmod(str_format(world->arena, "%s/repo/terraform", world->root).ptr, 0700), 0);
	write_file(world, "repo/tfherald.yaml", "terraform: ../terraform\n");
	world->door.github = (struct http_reply){.status = 200, .body = STR("{}")};
	world->door.slack = (struct http_reply){
	    .status = 200, .body = STR("{\"ok\":true,\"team\":\"Acme\",\"user\":\"herald\"}")};
}

static const char *const doctor_argv[] = {"tfherald", "doctor", "--repo=acme/infra", NULL};

static void test_doctor_ok(void **state)
{
	struct world *world = *state;
	struct err err = {0};
	struct str out;

	doctor_world(world);
	write_file(world, "repo/envs/tfherald.yaml",
	    "slack: {token: env:MINE, routes: [{on: always, channel: '#a'}]}\n");
	sys_script_env(&world->script, "MINE", "xoxb-hush");
	sys_script_env(&world->script, "GITHUB_TOKEN", "ghp_hush");
	out = run(world, doctor_argv, &err);
	if (err.code != ERR_NONE)
		fail_msg("%s\n%.*s", err.text, STR_ARG(out));
	assert_true(str_contains(out, STR("Terraform v1.11.4\n")));
	assert_true(str_contains(out, STR("acme/infra is visible")));
	assert_true(str_contains(out, STR("team Acme, user herald")));
	assert_false(str_contains(out, STR("hush")));
	assert_int_equal(world->door.count, 2);
	assert_true(str_is(world->door.asked[0], "https://api.github.com/repos/acme/infra"));
	assert_true(str_is(world->door.token[0], "ghp_hush"));
	assert_true(str_is(world->door.asked[1], "https://slack.com/api/auth.test"));
}

struct doctor_row {
	const char *name;
	int github;
	const char *slack; /* body */
	enum err_code code;
	const char *says;
};

static void test_doctor_problems(void **state)
{
	static const struct doctor_row rows[] = {
	    {"token refused", 401, "{\"ok\":true}", ERR_INVALID, "the token is refused (401)"},
	    {"no permission", 403, "{\"ok\":true}", ERR_INVALID, "no permission"},
	    {"not visible", 404, "{\"ok\":true}", ERR_INVALID, "not visible to the token (404)"},
	    {"server error", 502, "{\"ok\":true}", ERR_NETWORK, "status 502"},
	    {"Slack refuses", 200, "{\"ok\":false,\"error\":\"invalid_auth\"}", ERR_INVALID,
		"the token is refused: invalid_auth"},
	    {"Slack is no JSON", 200, "<html>", ERR_NETWORK, "no JSON"},
	    {"both", 404, "<html>", ERR_INVALID, "not visible"},
	};
	struct world *world = *state;

	doctor_world(world);
	write_file(world, "repo/envs/tfherald.yaml",
	    "slack: {token: env:MINE, routes: [{on: always, channel: '#a'}]}\n");
	sys_script_env(&world->script, "MINE", "t");
	sys_script_env(&world->script, "GITHUB_TOKEN", "t");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = {0};
		struct str out;

		world->door.count = 0;
		world->door.github.status = rows[i].github;
		world->door.slack.body = str_from(rows[i].slack);
		out = run(world, doctor_argv, &err);
		if (err.code != rows[i].code || !str_contains(out, str_from(rows[i].says)))
			fail_msg("%s: %s\n%.*s", rows[i].name, err.text, STR_ARG(out));
	}
}

static void test_doctor_lacks(void **state)
{
	static const char *const offline[] = {
	    "tfherald", "doctor", "--offline", "--repo=acme/infra", NULL};
	struct world *world = *state;
	struct err err = {0};
	struct str out;

	doctor_world(world);
	write_file(world, "repo/tfherald.yaml",
	    "terraform: ./no-such-program\nslack: {token: env:MINE}\n");
	out = run(world, offline, &err);
	assert_int_equal(err.code, ERR_INVALID);
	assert_true(str_starts(str_from(err.text), STR("doctor: 3 problems")));
	assert_true(str_contains(out, STR("terraform.command")));
	assert_true(str_contains(out, STR("set TFHERALD_GITHUB_TOKEN")));
	assert_true(str_contains(out, STR("neither a token nor a webhook")));
	assert_int_equal(world->door.count, 0);
	err_clear(&err);
	doctor_world(world);
	sys_script_env(&world->script, "GITHUB_TOKEN", "t");
	world->door.closed = true;
	out = run(world, doctor_argv, &err);
	assert_int_equal(err.code, ERR_NETWORK);
	assert_true(str_contains(out, STR("no network here")));
	err_clear(&err);
	write_file(world, "repo/tfherald.yaml", "tarqet: x\n");
	out = run(world, doctor_argv, &err);
	assert_int_equal(err.code, ERR_INVALID);
	assert_true(str_contains(out, STR("tfherald.yaml:1:1: unknown key 'tarqet'")));
}

static void test_help_command(void **state)
{
	static const char *const overview[] = {"tfherald", "help", NULL};
	static const char *const plan[] = {"tfherald", "help", "plan", NULL};
	static const char *const topic[] = {"tfherald", "help", "exit-codes", NULL};
	static const char *const zsh[] = {"tfherald", "completion", "zsh", NULL};
	static const char *const no_shell[] = {"tfherald", "completion", NULL};
	static const char *const schema[] = {"tfherald", "generate-docs", "schema", NULL};
	struct world *world = *state;
	struct jsonr reader = {0};
	struct value root;
	struct err err = {0};

	assert_true(str_contains(run(world, overview, &err), STR("Commands:\n")));
	assert_true(str_starts(run(world, plan, &err), STR("Usage: tfherald plan")));
	assert_true(str_contains(run(world, topic, &err), STR("128+n")));
	assert_true(str_starts(run(world, zsh, &err), STR("#compdef tfherald")));
	assert_true(jsonr_read(world->arena, run(world, schema, &err), &reader, &root, &err));
	assert_non_null(value_get_c(*value_get_c(root, "properties"), "github"));
	assert_int_equal(err.code, ERR_NONE);
	(void)run(world, no_shell, &err);
	assert_int_equal(err.code, ERR_USAGE);
}

/* A pull request that changes a trusted setting: both versions are shown, the merged one counts. */
static void show_both(struct world *world, const struct git_world *git)
{
	static const char *const argv[] = {"tfherald", "config", "show", NULL};
	static const char *const json[] = {"tfherald", "config", "show", "--format", "json", NULL};
	static const char *const missing[] = {"tfherald", "config", "show", "--base", "gone", NULL};
	static const char *const doctor[] = {
	    "tfherald", "doctor", "--offline", "--base", "gone", NULL};
	struct err err = {0};
	struct str out;

	assert_int_equal(chdir(git_world_path(git, "clone").ptr), 0);
	sys_script_env(&world->script, "CIRCLECI", "true");
	sys_script_env(&world->script, "CIRCLE_BRANCH", "change");
	out = run(world, argv, &err);
	assert_true(str_contains(out, STR("trusted     origin/main at ")));
	assert_true(str_contains(out, STR("tofu       tfherald.yaml:1:12 of origin/main at ")));
	assert_true(str_contains(out, STR("after the merge       ./evil")));
	assert_true(str_contains(out, STR("origin/main is assumed")));
	out = run(world, json, &err);
	assert_true(str_contains(out, STR("\"after_merge\": \"./evil\"")));
	assert_true(str_contains(out, STR("\"trusted\": \"origin/main at ")));
	out = run(world, missing, &err);
	assert_true(str_contains(out, STR("trusted  not known")));
	assert_true(str_contains(out, STR("the base branch 'gone' is not here")));
	out = run(world, doctor, &err);
	assert_int_equal(err.code, ERR_INVALID);
	assert_true(str_contains(out, STR("problem  base branch")));
}

static void test_show_trusted(void **state)
{
	struct world *world = *state;
	struct git_world git;

	git_world_open(&git, world->arena);
	git_world_init(&git, "origin");
	git_world_write(&git, "origin/tfherald.yaml", "terraform: tofu\n");
	(void)git_world_commit(&git, "origin");
	git_world_clone(&git, "origin", "clone", NULL);
	git_world_run(&git, "clone", "git", "checkout", "-q", "-b", "change", NULL);
	git_world_write(&git, "clone/tfherald.yaml", "terraform: ./evil\n");
	(void)git_world_commit(&git, "clone");
	show_both(world, &git);
	git_world_close(&git);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_show, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_show_json, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_show_trusted, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_check, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_config_usage, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_doctor_ok, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_doctor_problems, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_doctor_lacks, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_help_command, setup, teardown),
	};

	return cmocka_run_group_tests_name("cmd/config", tests, NULL, NULL);
}

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
#include "base/log.h"
#include "cmd/app.h"
#include "cmd/settings_file.h"
#include "tests/support/sys_script.h"

struct world {
	struct sys_script script;
	struct app app;
	struct workspace workspace;
	struct settings settings;
	char root[64], log[96];
};

static void write_file(struct world *world, const char *name, const char *text)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", world->root, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void make_dir(struct world *world, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", world->root, name);
	assert_int_equal(mkdir(path, 0700), 0);
}

static int setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	if (world == NULL)
		return -1;
	sys_script_init(&world->script);
	world->app = (struct app){
	    .sys = &world->script.sys, .run = arena_new(), .scratch = arena_new(), .out = 1};
	snprintf(world->root, sizeof(world->root), "/tmp/tfherald-set-XXXXXX");
	if (mkdtemp(world->root) == NULL)
		return -1;
	make_dir(world, "envs");
	make_dir(world, "envs/prod");
	world->workspace = (struct workspace){
	    .root = str_from(world->root), .directory = STR("envs/prod"), .in_repository = true};
	snprintf(world->log, sizeof(world->log), "%s/log", world->root);
	log_set_fd(open(world->log, O_CREAT | O_RDWR | O_CLOEXEC | O_APPEND, 0600));
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	static const char *const names[] = {"envs/prod/tfherald.yaml", "envs/tfherald.yaml",
	    "tfherald.yaml", "log", "envs/prod", "envs", ""};
	struct world *world = *state;
	char path[256];

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", world->root, names[i]);
		(void)remove(path);
	}
	log_set_fd(2);
	arena_free(world->app.run);
	arena_free(world->app.scratch);
	free(world);
	return 0;
}

static bool load(struct world *world, struct err *err)
{
	return settings_load(&world->app, &world->workspace, &world->settings, err);
}

static void must_load(struct world *world)
{
	struct err err = {0};

	if (!load(world, &err))
		fail_msg("%s:%d:%d: %s", err.file, err.line, err.column, err.text);
}

static void check_text(
    struct world *world, enum setting_id id, const char *text, const char *origin)
{
	const struct setting_value *value = &world->settings.values[id];

	if (!str_is(value->text, text) || !str_is(value->origin, origin))
		fail_msg("%s is '%.*s' from '%.*s', expected '%s' from '%s'", setting_rows[id].key,
		    STR_ARG(value->text), STR_ARG(value->origin), text, origin);
}

static void test_defaults(void **state)
{
	struct world *world = *state;

	must_load(world);
	check_text(world, SET_VERSION, "1", "default");
	check_text(world, SET_TARGET, "", "default");
	check_text(world, SET_TERRAFORM_COMMAND, "terraform", "default");
	check_text(world, SET_GITHUB_MODE_APPLY, "append", "default");
	assert_int_equal(settings_number(&world->settings, SET_GITHUB_MODE_PLAN), COMMENT_UPDATE);
	assert_int_equal(settings_number(&world->settings, SET_GITHUB_MODE_APPLY), COMMENT_APPEND);
	assert_int_equal(settings_number(&world->settings, SET_LIMITS_GITHUB_COMMENT), 65000);
	assert_int_equal(settings_number(&world->settings, SET_LIMITS_CAPTURE), 64 << 20);
	assert_false(settings_bool(&world->settings, SET_GITHUB_SKIP_NO_CHANGES));
	assert_int_equal(world->settings.route_count, 0);
	assert_int_equal(world->settings.file_count, 0);
	for (size_t i = 0; i < SETTING_COUNT; i++)
		assert_false(world->settings.values[i].is_set);
}

static void test_cascade(void **state)
{
	struct world *world = *state;
	struct err err = {0};

	write_file(world, "tfherald.yaml",
	    "version: 1\nterraform: tofu\ntarget: root\ngithub:\n  mode: recreate\n  "
	    "skip_no_changes: true\nlimits: {capture: 1GiB}\n");
	write_file(world, "envs/tfherald.yaml", "target: envs\ngithub:\nlog: {level: warn}\n");
	write_file(
	    world, "envs/prod/tfherald.yaml", "target: '007'\nterraform:\n  command: ./tf\n");
	sys_script_env(&world->script, "TFHERALD_LOG_LEVEL", "error");
	must_load(world);
	check_text(world, SET_TARGET, "007", "envs/prod/tfherald.yaml:1:9");
	check_text(world, SET_TERRAFORM_COMMAND, "./tf", "envs/prod/tfherald.yaml:3:12");
	check_text(world, SET_GITHUB_MODE_PLAN, "recreate", "tfherald.yaml:5:9");
	check_text(world, SET_GITHUB_MODE_APPLY, "recreate", "tfherald.yaml:5:9");
	check_text(world, SET_LOG_LEVEL, "error", "TFHERALD_LOG_LEVEL");
	check_text(world, SET_LIMITS_CAPTURE, "1GiB", "tfherald.yaml:7:19");
	assert_true(settings_bool(&world->settings, SET_GITHUB_SKIP_NO_CHANGES));
	assert_int_equal(world->settings.file_count, 3);
	assert_true(str_is(world->settings.files[0], "tfherald.yaml"));
	assert_true(str_is(world->settings.files[2], "envs/prod/tfherald.yaml"));
	assert_true(settings_override(
	    world->app.run, &world->settings, SET_TARGET, "target", STR("x"), &err));
	check_text(world, SET_TARGET, "x", "option --target");
	assert_false(settings_override(
	    world->app.run, &world->settings, SET_LOG_LEVEL, "--log-level", STR("x"), &err));
	assert_int_equal(err.code, ERR_USAGE);
	assert_true(str_starts(str_from(err.text), STR("option '--log-level': expected error")));
}

static void test_root_only(void **state)
{
	struct world *world = *state;

	world->workspace.directory = STR(".");
	write_file(world, "tfherald.yaml", "");
	write_file(world, "envs/tfherald.yaml", "nonsense: [");
	must_load(world);
	assert_int_equal(world->settings.file_count, 1);
}

struct bad_row {
	const char *name, *text;
	int line, column;
	const char *says;
	const char *never; /* must not appear, or NULL */
};

static const struct bad_row bad[] = {
    {"newer format", "version: 2", 1, 10, "needs a newer tfherald", NULL},
    {"version is no number", "version: one", 1, 10, "expected a number from 1 to 1", NULL},
    {"unknown key", "tarqet: x", 1, 1, "unknown key 'tarqet'; did you mean 'target'?", NULL},
    {"unknown key, nothing near", "zzzzzz: x", 1, 1, "known here: version, target, terraform",
	NULL},
    {"unknown key in a group", "github:\n  coment: off", 2, 3,
	"unknown key 'github.coment'; did you mean 'comment'?", NULL},
    {"unknown key deeper", "github: {mode: {plam: append}}", 1, 17, "did you mean 'plan'?", NULL},
    {"dotted key", "github.comment: off", 1, 1, "written as maps", NULL},
    {"dotted short form", "github.mode: update", 1, 1, "unknown key 'github.mode'", NULL},
    {"rollup does not exist yet", "github: {comment: rollup}", 1, 19,
	"expected directory or off, not 'rollup'", NULL},
    {"near a choice", "github: {mode: udpate}", 1, 16, "did you mean 'update'?", NULL},
    {"yes is no bool", "github: {skip_no_changes: yes}", 1, 27, "expected true or false", NULL},
    {"list for a text", "target: [a]", 1, 9, "expected a single value, found a list", NULL},
    {"map for a text", "target: {a: b}", 1, 9, "found a map", NULL},
    {"nothing for a text", "target:", 1, 1, "found nothing", NULL},
    {"empty text", "target: ''", 1, 9, "is empty", NULL},
    {"text for a group", "limits: 5", 1, 9, "limits: expected a map, found text", NULL},
    {"list for a short form", "terraform: [tofu]", 1, 12, "expected a program or {command", NULL},
    {"the file is a list", "- target: x", 0, 0, "expected a map, found a list", NULL},
    {"the file is a text", "hello", 0, 0, "expected a map, found text", NULL},
    {"size too small", "limits: {github_comment: 10}", 1, 26, "expected a size from 4KiB to", NULL},
    {"size too large", "limits: {capture: 2GiB}", 1, 19, "from 64KiB to 1GiB", NULL},
    {"size overflows", "limits: {capture: 99999999999999999GiB}", 1, 19, "expected a size", NULL},
    {"size with another unit", "limits: {capture: 64MB}", 1, 19, "such as 65000, 64KiB", NULL},
    {"negative size", "limits: {capture: -1}", 1, 19, "expected a size", NULL},
    {"literal token", "slack: {token: xoxb-1234-secret}", 1, 16, "env:NAME", "secret}"},
    {"literal token is not repeated", "slack: {token: xoxb-1234-hush}", 1, 16, "env:NAME", "hush"},
    {"webhook's address", "slack: {webhook: 'https://hooks.slack.com/services/T/B/hush'}", 1, 18,
	"replace the secret", "hush"},
    {"env without a name", "slack: {token: 'env:'}", 1, 16, "name of an environment variable",
	NULL},
    {"env with a secret behind", "slack: {token: 'env:xoxb-hush'}", 1, 16,
	"name of an environment variable", "hush"},
    {"secret as a list", "slack: {token: [hush]}", 1, 16, "expected env:NAME, found a list",
	"hush"},
    {"address without TLS", "github: {base_url: 'http://git.acme.io'}", 1, 20, "https://", NULL},
    {"address with a user", "github: {base_url: 'https://a:b@git.acme.io'}", 1, 20, "without user",
	NULL},
    {"address without a host", "github: {base_url: 'https:///x'}", 1, 20, "HOST", NULL},
    {"routes are no list", "slack: {routes: {on: always}}", 1, 17, "expected a list of", NULL},
    {"route is a text", "slack: {routes: [always]}", 1, 18, "expected {on, channel, dirs}", NULL},
    {"route, unknown key", "slack: {routes: [{onn: always}]}", 1, 19, "did you mean 'on'?", NULL},
    {"route, unknown condition", "slack: {routes: [{on: aply_failed}]}", 1, 23,
	"did you mean 'apply_failed'?", NULL},
    {"route, no conditions", "slack: {routes: [{on: []}]}", 1, 23, "the list is empty", NULL},
    {"route, channel lost to a comment",
	"slack:\n  routes:\n    - channel: #deploys\n      on: always", 3, 7, "with quotes", NULL},
    {"route, mention as a channel", "slack: {routes: [{channel: '<!here>'}]}", 1, 28, "channel",
	NULL},
    {"route, glob", "slack: {routes: [{dirs: '[a'}]}", 1, 25, "slack.routes.dirs", NULL},
    {"route, absolute glob", "slack: {routes: [{dirs: /a}]}", 1, 25, "below the directory", NULL},
    {"route, climbing glob", "slack: {routes: [{dirs: ../a}]}", 1, 25, "below the directory", NULL},
    {"no YAML", "target: [", 0, 0, "", NULL},
    {"duplicate key", "target: a\ntarget: b", 2, 1, "target", NULL},
    {"two documents", "target: a\n---\ntarget: b", 0, 0, "", NULL},
    {"control characters", "target: \"a\\u0007b\"", 1, 9, "control characters", NULL},
};

static void test_bad(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err err = {0};

		write_file(world, "tfherald.yaml", bad[i].text);
		if (load(world, &err))
			fail_msg("%s: accepted", bad[i].name);
		if (!str_contains(str_from(err.text), str_from(bad[i].says)) ||
		    !str_is(str_from(err.file), "tfherald.yaml"))
			fail_msg("%s: %s: %s", bad[i].name, err.file, err.text);
		if (bad[i].line > 0 && (err.line != bad[i].line || err.column != bad[i].column))
			fail_msg("%s: at %d:%d: %s", bad[i].name, err.line, err.column, err.text);
		if (bad[i].never != NULL &&
		    str_contains(str_from(err.text), str_from(bad[i].never)))
			fail_msg("%s: %s", bad[i].name, err.text);
	}
}

static void test_all_problems(void **state)
{
	struct world *world = *state;
	struct err err = {0};
	struct str log;

	write_file(world, "tfherald.yaml", "a: 1\ngithub: {comment: x}\nlog: {level: loud}\n");
	write_file(world, "envs/prod/tfherald.yaml", "target: [\n");
	sys_script_env(&world->script, "TFHERALD_LIMITS_CAPTURE", "much");
	assert_false(load(world, &err));
	assert_true(str_contains(str_from(err.text), STR("(5 problems in all)")));
	assert_true(
	    str_contains(str_from(err.text), STR("environment variable TFHERALD_LIMITS_CAPTURE")));
	err_clear(&err);
	assert_true(file_read(world->app.run, world->log, 100000, &log, &err));
	assert_true(str_contains(log, STR("tfherald.yaml:1:1: unknown key 'a'")));
	assert_true(str_contains(log, STR("tfherald.yaml:2:19: github.comment")));
	assert_true(str_contains(log, STR("tfherald.yaml:3:14: log.level")));
	assert_true(str_contains(log, STR("envs/prod/tfherald.yaml:")));
}

static void test_many_problems(void **state)
{
	static char text[200000];
	struct world *world = *state;
	struct err err = {0};
	size_t used = 0;

	for (int i = 0; i < 5000; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "key%d: x\n", i);
	write_file(world, "tfherald.yaml", text);
	assert_false(load(world, &err));
	assert_true(str_contains(str_from(err.text), STR("(100 problems in all)")));
}

static void test_environment(void **state)
{
	static const char *const pairs[] = {"TFHERALD_TARGET", "prod", "TFHERALD_TERRAFORM_COMMAND",
	    "tofu", "TFHERALD_GITHUB_SKIP_NO_CHANGES", "true", "TFHERALD_GITHUB_MODE_PLAN",
	    "append", "TFHERALD_SLACK_TOKEN", "env:MY_TOKEN", "MY_TOKEN", "t1\n",
	    "TFHERALD_SLACK_WEBHOOK", "https://hooks.slack.com/x", "TFHERALD_VERSION", "7",
	    "TFHERALD_GITHUB_BASE_URL", "https://git.acme.io/api/v3/", NULL};
	struct world *world = *state;

	sys_script_env_list(&world->script, pairs);
	write_file(world, "tfherald.yaml", "target: file\nslack: {token: env:OTHER}\n");
	must_load(world);
	check_text(world, SET_TARGET, "prod", "TFHERALD_TARGET");
	check_text(world, SET_TERRAFORM_COMMAND, "tofu", "TFHERALD_TERRAFORM_COMMAND");
	check_text(world, SET_SLACK_TOKEN, "MY_TOKEN", "TFHERALD_SLACK_TOKEN");
	check_text(world, SET_SLACK_WEBHOOK, "TFHERALD_SLACK_WEBHOOK", "TFHERALD_SLACK_WEBHOOK");
	check_text(
	    world, SET_GITHUB_BASE_URL, "https://git.acme.io/api/v3", "TFHERALD_GITHUB_BASE_URL");
	check_text(world, SET_VERSION, "1", "default");
	assert_true(str_is(settings_secret(&world->app, &world->settings, SET_SLACK_TOKEN), "t1"));
	assert_true(str_is(settings_secret(&world->app, &world->settings, SET_SLACK_WEBHOOK),
	    "https://hooks.slack.com/x"));
}

static void test_secrets(void **state)
{
	struct world *world = *state;

	must_load(world);
	assert_int_equal(settings_secret(&world->app, &world->settings, SET_SLACK_TOKEN).len, 0);
	assert_int_equal(settings_secret(&world->app, &world->settings, SET_TARGET).len, 0);
	sys_script_env(&world->script, "SLACK_BOT_TOKEN", "bot");
	assert_true(str_is(settings_secret(&world->app, &world->settings, SET_SLACK_TOKEN), "bot"));
	/* a setting that names another variable is not helped out by the usual one */
	write_file(world, "tfherald.yaml", "slack: {token: env:MINE}\n");
	must_load(world);
	assert_int_equal(settings_secret(&world->app, &world->settings, SET_SLACK_TOKEN).len, 0);
}

static void test_routes(void **state)
{
	struct world *world = *state;
	const struct slack_route *routes;

	write_file(world, "tfherald.yaml",
	    "slack:\n  routes:\n    - {on: [apply_failed, destroy], channel: '#deploys'}\n    - "
	    "{channel: "
	    "C1}\n");
	write_file(world, "envs/prod/tfherald.yaml",
	    "slack:\n  routes:\n    - on: always\n      channel: \"#prod\"\n      dirs: [a/**, "
	    "b/]\n");
	must_load(world);
	routes = world->settings.routes;
	assert_int_equal(world->settings.route_count, 3);
	assert_int_equal(routes[0].events, 1u << ROUTE_APPLY_FAILED | 1u << ROUTE_DESTROY);
	assert_true(str_is(routes[0].channel, "#deploys"));
	assert_true(str_is(routes[0].base, ""));
	assert_int_equal(routes[1].events, 1u << ROUTE_APPLY_FAILED);
	assert_int_equal(routes[2].events, 1u << ROUTE_ALWAYS);
	assert_int_equal(routes[2].dir_count, 2);
	assert_true(str_is(routes[2].dirs[1], "b"));
	assert_true(str_is(routes[2].base, "envs/prod"));
	assert_true(str_is(routes[2].origin, "envs/prod/tfherald.yaml:3:7"));
	check_text(world, SET_SLACK_ROUTES, "3 routes", "envs/prod/tfherald.yaml:3:5");
}

static void test_default_route(void **state)
{
	struct world *world = *state;

	sys_script_env(&world->script, "SLACK_BOT_TOKEN", "t");
	must_load(world);
	assert_int_equal(world->settings.route_count, 0);
	sys_script_env(&world->script, "SLACK_WEBHOOK_URL", "https://hooks.slack.com/x");
	must_load(world);
	assert_int_equal(world->settings.route_count, 1);
	assert_int_equal(world->settings.routes[0].events, 1u << ROUTE_APPLY_FAILED);
	sys_script_env(&world->script, "SLACK_WEBHOOK_URL", NULL);
	write_file(world, "tfherald.yaml", "slack: {token: env:SLACK_BOT_TOKEN}\n");
	must_load(world);
	assert_int_equal(world->settings.route_count, 1);
}

static void test_links(void **state)
{
	struct world *world = *state;
	struct err err = {0};
	char path[128];

	snprintf(path, sizeof(path), "%s/tfherald.yaml", world->root);
	write_file(world, "log", "");
	write_file(world, "envs/tfherald.yaml", "target: linked\n");
	assert_int_equal(symlink("envs/tfherald.yaml", path), 0);
	must_load(world);
	check_text(world, SET_TARGET, "linked", "envs/tfherald.yaml:1:9");
	unlink(path);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_false(load(world, &err));
	assert_true(str_contains(str_from(err.text), STR("leads out of the repository")));
	unlink(path);
	err_clear(&err);
	assert_int_equal(symlink("nowhere", path), 0);
	assert_false(load(world, &err));
	unlink(path);
	err_clear(&err);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_false(load(world, &err));
	assert_int_equal(err.code, ERR_IO);
	assert_string_equal(err.file, "tfherald.yaml");
	assert_int_equal(rmdir(path), 0);
}

static void test_large_file(void **state)
{
	struct world *world = *state;
	struct err err = {0};
	char path[128];

	snprintf(path, sizeof(path), "%s/tfherald.yaml", world->root);
	write_file(world, "tfherald.yaml", "");
	assert_int_equal(truncate(path, (off_t)(SETTINGS_FILE_MAX + 1)), 0);
	assert_false(load(world, &err));
	assert_int_equal(err.code, ERR_LIMIT);
}

/* Entries of all files count together; a nearer file may switch on again what an outer one did not.
 */
static void test_redact(void **state)
{
	struct world *world = *state;

	write_file(world, "tfherald.yaml",
	    "redact:\n  detectors: {entropy: off, jwt: off}\n"
	    "  masks: [\"env:CORP\", \"regexp:corp-[0-9]+\"]\n  env: [LICENSE]\n"
	    "fail_on_leak: true\n");
	write_file(world, "envs/prod/tfherald.yaml",
	    "redact:\n  detectors: {entropy: on, npm_token: off}\n  env: [OTHER, LICENSE]\n"
	    "fail_on_leak: false\n");
	must_load(world);
	assert_true(str_is(
	    settings_text(&world->settings, SET_REDACT_DETECTORS), "jwt=off\nnpm_token=off"));
	assert_true(str_is(
	    settings_text(&world->settings, SET_REDACT_MASKS), "env:CORP\nregexp:corp-[0-9]+"));
	assert_true(str_is(settings_text(&world->settings, SET_REDACT_ENV), "LICENSE\nOTHER"));
	assert_true(settings_bool(&world->settings, SET_FAIL_ON_LEAK));
	/* a variable may not loosen it either */
	sys_script_env(&world->script, "TFHERALD_FAIL_ON_LEAK", "false");
	must_load(world);
	assert_true(settings_bool(&world->settings, SET_FAIL_ON_LEAK));
}

static void test_noise(void **state)
{
	struct world *world = *state;

	write_file(world, "tfherald.yaml",
	    "noise:\n  - {path: 'tags[\"a.b\"]', reason: the commit}\n  - path: '**.etag'\n");
	write_file(world, "envs/prod/tfherald.yaml",
	    "noise: [{path: '**.etag'}, {path: tags.x, reason: y}]\n");
	must_load(world);
	assert_true(str_is(settings_text(&world->settings, SET_NOISE),
	    "tags[\"a.b\"]\tthe commit\n**.etag\t\ntags.x\ty"));
}

static void write_entries(
    struct world *world, const char *path, const char *head, const char *entry, int count)
{
	struct buf text;

	buf_init(&text, world->app.run, (size_t)1 << 20);
	buf_adds(&text, head);
	for (int i = 0; i < count; i++) {
		const char *number = strstr(entry, "%d");

		buf_adds(&text, "    - ");
		buf_add(&text, (struct str){entry, (size_t)(number - entry)});
		buf_addf(&text, "%d%s\n", i, number + 2);
	}
	write_file(world, path, str_to_c(world->app.run, buf_str(&text)));
}

static void test_redact_problems(void **state)
{
	static const struct {
		const char *text, *says;
	} rows[] = {
	    {"redact: {detectors: {jwtt: off}}", "did you mean 'jwt'?"},
	    {"redact: {detectors: {jwt: maybe}}", "expected on or off"},
	    {"redact: {detectors: [jwt]}", "expected a map"},
	    {"redact: {masks: [hunter2hunter2]}", "a secret does not belong in a file"},
	    {"redact: {masks: [\"env:1X\"]}", "expected env:NAME or regexp:PATTERN"},
	    {"redact: {masks: [\"regexp:(?=x)\"]}", "which RE2 does not have"},
	    {"redact: {masks: [\"regexp:x*\"]}", "matches the empty text"},
	    {"redact: {masks: \"env:X\"}", "expected a list"},
	    {"redact: {env: [A-B]}", "name of an environment variable"},
	    {"redact: {env: [{}]}", "expected one line of text"},
	    {"fail_on_leak: often", "expected true or false"},
	    {"noise: tags", "expected a list of {path, reason}"},
	    {"noise: [tags]", "expected {path, reason}"},
	    {"noise: [{reason: x}]", "without a path"},
	    {"noise: [{path: a, reasn: x}]", "did you mean 'reason'?"},
	    {"noise: [{path: a..b}]", "is no path of an attribute"},
	    {"noise: [{path: '**'}]", "would fold every attribute"},
	    {"noise: [{path: '*'}]", "would fold every attribute"},
	    {"noise: [{path: \"a\\tb\"}]", "expected the path of an attribute"},
	    {"noise: [{path: a, reason: \"x\\ny\"}]", "expected one line"},
	};
	struct world *world = *state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = {0};

		write_file(world, "tfherald.yaml", rows[i].text);
		if (load(world, &err))
			fail_msg("%s: no problem", rows[i].text);
		if (!strstr(err.text, rows[i].says) || strstr(err.text, "hunter2"))
			fail_msg("%s: %s", rows[i].text, err.text);
	}
}

/* Too many are one problem, whatever else is wrong with them. */
static void test_redact_too_many(void **state)
{
	static const struct {
		const char *label, *root, *entry, *nearer_entry;
		int count, nearer;
		const char *says;
	} rows[] = {
	    {"as many as there may be", "redact:\n  masks:\n", "env:A%d", NULL, 200, 0, NULL},
	    {"one more", "redact:\n  masks:\n", "env:A%d", NULL, 201, 0,
		"redact.masks: more than 200 entries"},
	    {"ten thousand that are wrong, too", "redact:\n  masks:\n", "secret%d", NULL, 10000, 0,
		"redact.masks: more than 200 entries"},
	    {"in two files", "redact:\n  masks:\n", "env:A%d", "env:B%d", 150, 150,
		"redact.masks: more than 200 entries"},
	    {"the same in two files", "redact:\n  masks:\n", "env:A%d", "env:A%d", 150, 150, NULL},
	    {"variables", "redact:\n  env:\n", "A%d", NULL, 300, 0,
		"redact.env: more than 200 entries"},
	    {"noise", "noise:\n", "{path: a%d}", NULL, 300, 0, "noise: more than 200 entries"},
	};
	struct world *world = *state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = {0};
		bool ok;

		write_entries(world, "tfherald.yaml", rows[i].root, rows[i].entry, rows[i].count);
		write_entries(world, "envs/prod/tfherald.yaml",
		    rows[i].nearer > 0 ? rows[i].root : "", rows[i].nearer_entry, rows[i].nearer);
		ok = load(world, &err);
		if (ok != (rows[i].says == NULL))
			fail_msg("%s: %s", rows[i].label, err.text);
		if (!ok && (!strstr(err.text, rows[i].says) || strstr(err.text, "problems")))
			fail_msg("%s: %s", rows[i].label, err.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_defaults, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_redact, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_redact_problems, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_redact_too_many, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_noise, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_cascade, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_root_only, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_bad, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_all_problems, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_many_problems, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_environment, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_secrets, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_routes, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_default_route, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_links, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_large_file, setup, teardown),
	};

	return cmocka_run_group_tests_name("cmd/settings", tests, NULL, NULL);
}

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
#include "base/file.h"
#include "base/log.h"
#include "cmd/app.h"
#include "cmd/settings_file.h"
#include "policies/source.h"
#include "tests/support/sys_script.h"

/* A working tree, and what was merged. */
struct world {
	struct sys_script script;
	struct app app;
	struct workspace workspace;
	struct settings settings;
	struct source source;
	const char *merged, *merged_below; /* text of tfherald.yaml and prod/tfherald.yaml */
	bool broken;			   /* the source cannot read */
	char root[64], log[96];
};

static bool merged_read(void *state, struct arena *arena, struct str path, size_t limit,
    struct str *text, bool *found, struct err *err)
{
	struct world *world = state;
	const char *file = NULL;

	assert_int_equal(limit, SETTINGS_FILE_MAX);
	*found = false;
	if (world->broken)
		return err_set(err, ERR_INVALID, "'%.*s' is a symbolic link", STR_ARG(path));
	if (str_is(path, "tfherald.yaml"))
		file = world->merged;
	if (str_is(path, "prod/tfherald.yaml"))
		file = world->merged_below;
	*found = file != NULL;
	*text = str_copy(arena, str_from(file));
	return true;
}

static void write_file(struct world *world, const char *name, const char *text)
{
	char path[128];
	struct err err = {0};

	snprintf(path, sizeof(path), "%s/%s", world->root, name);
	assert_true(file_write(world->app.run, path, str_from(text), &err));
}

static int setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	char path[128];

	if (world == NULL)
		return -1;
	sys_script_init(&world->script);
	world->app = (struct app){
	    .sys = &world->script.sys, .run = arena_new(), .scratch = arena_new(), .out = 1};
	snprintf(world->root, sizeof(world->root), "/tmp/tfherald-trusted-XXXXXX");
	if (mkdtemp(world->root) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/prod", world->root);
	if (mkdir(path, 0700) != 0)
		return -1;
	world->workspace = (struct workspace){
	    .root = str_from(world->root), .directory = STR("prod"), .in_repository = true};
	world->source = (struct source){
	    .state = world, .name = STR("origin/main at 1a2b3c4"), .read = merged_read};
	snprintf(world->log, sizeof(world->log), "%s/log", world->root);
	log_set_fd(open(world->log, O_CREAT | O_RDWR | O_CLOEXEC | O_APPEND, 0600));
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	static const char *const names[] = {
	    "prod/tfherald.yaml", "tfherald.yaml", "log", "prod", ""};
	struct world *world = *state;
	char path[128];

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

static void load(struct world *world)
{
	struct err err = {0};

	if (!settings_load(&world->app, &world->workspace, &world->settings, &err))
		fail_msg("%s", err.text);
}

static void trust(struct world *world)
{
	settings_trust(&world->app, &world->workspace, &world->source, &world->settings);
	assert_true(str_is(world->settings.trusted_by, "origin/main at 1a2b3c4"));
}

static void check(struct world *world, enum setting_id id, const char *text, const char *origin)
{
	const struct setting_value *value = &world->settings.values[id];

	if (!str_is(value->text, text) || !str_is(value->origin, origin))
		fail_msg("%s is '%.*s' from '%.*s', expected '%s' from '%s'", setting_rows[id].key,
		    STR_ARG(value->text), STR_ARG(value->origin), text, origin);
}

/* NULL: nothing is pending. */
static void check_pending(struct world *world, enum setting_id id, const char *text)
{
	const struct setting_value *value = &world->settings.pending[id];

	if (world->settings.is_pending[id] != (text != NULL) ||
	    (text != NULL && !str_is(value->text, text)))
		fail_msg("%s: '%s' is pending", setting_rows[id].key,
		    world->settings.is_pending[id] ? value->text.ptr : "nothing");
}

static struct str log_text(struct world *world)
{
	struct str text;
	struct err err = {0};

	assert_true(file_read(world->app.run, world->log, 0, &text, &err));
	return text;
}

static void test_changed(void **state)
{
	struct world *world = *state;

	write_file(world, "tfherald.yaml",
	    "terraform: ./evil\ntarget: new\ngithub: {comment: off}\nlog: {level: warn}\n");
	world->merged = "terraform: tofu\ntarget: old\nlog: {level: debug}\n";
	load(world);
	trust(world);
	check(world, SET_TERRAFORM_COMMAND, "tofu", "tfherald.yaml:1:12 of origin/main at 1a2b3c4");
	check_pending(world, SET_TERRAFORM_COMMAND, "./evil");
	check(world, SET_GITHUB_COMMENT, "directory", "default");
	check_pending(world, SET_GITHUB_COMMENT, "off");
	/* these are the branch's own */
	check(world, SET_TARGET, "new", "tfherald.yaml:2:9");
	check_pending(world, SET_TARGET, NULL);
	check(world, SET_LOG_LEVEL, "warn", "tfherald.yaml:4:14");
	check_pending(world, SET_LOG_LEVEL, NULL);
}

static void test_same(void **state)
{
	struct world *world = *state;
	static const char text[] =
	    "terraform: tofu\nslack: {routes: [{on: always, channel: \"#a\", dirs: [x, y]}]}\n";

	write_file(world, "tfherald.yaml", text);
	world->merged = text;
	load(world);
	trust(world);
	check(world, SET_TERRAFORM_COMMAND, "tofu", "tfherald.yaml:1:12");
	for (size_t i = 0; i < SETTING_COUNT; i++)
		check_pending(world, (enum setting_id)i, NULL);
	assert_int_equal(world->settings.route_count, 1);
}

/* A file that the branch deleted, or that it adds. */
static void test_files(void **state)
{
	struct world *world = *state;

	world->merged = "github: {skip_no_changes: true}\n";
	world->merged_below = "terraform: ./near\n";
	load(world);
	trust(world);
	assert_true(settings_bool(&world->settings, SET_GITHUB_SKIP_NO_CHANGES));
	check_pending(world, SET_GITHUB_SKIP_NO_CHANGES, "false");
	check(world, SET_TERRAFORM_COMMAND, "./near",
	    "prod/tfherald.yaml:1:12 of origin/main at 1a2b3c4");
	world->merged = world->merged_below = NULL;
	write_file(world, "prod/tfherald.yaml", "terraform: ./far\n");
	load(world);
	trust(world);
	check(world, SET_TERRAFORM_COMMAND, "terraform", "default");
	check_pending(world, SET_TERRAFORM_COMMAND, "./far");
}

/* Variables and options come with the job, not with the branch. */
static void test_outside(void **state)
{
	struct world *world = *state;
	struct err err = {0};

	sys_script_env(&world->script, "TFHERALD_GITHUB_COMMENT", "off");
	sys_script_env(&world->script, "TFHERALD_FINGERPRINT_KEY", "the key itself");
	write_file(world, "tfherald.yaml", "terraform: ./evil\n");
	world->merged = "github: {comment: directory}\nterraform: tofu\nfingerprint_key: env:KEY\n";
	load(world);
	assert_true(settings_override(world->app.run, &world->settings, SET_TERRAFORM_COMMAND,
	    "--terraform", STR("./mine"), &err));
	trust(world);
	check(world, SET_GITHUB_COMMENT, "off", "TFHERALD_GITHUB_COMMENT");
	check(world, SET_TERRAFORM_COMMAND, "./mine", "option --terraform");
	check_pending(world, SET_TERRAFORM_COMMAND, NULL);
	check(world, SET_FINGERPRINT_KEY, "TFHERALD_FINGERPRINT_KEY", "TFHERALD_FINGERPRINT_KEY");
	assert_true(str_is(
	    settings_secret(&world->app, &world->settings, SET_FINGERPRINT_KEY), "the key itself"));
}

static void check_routes(struct world *world, const char *expected, const char *pending)
{
	struct str text = STR_EMPTY;

	for (size_t i = 0; i < world->settings.route_count; i++)
		text = str_format(world->app.run, "%.*s%s%.*s", STR_ARG(text), i > 0 ? " " : "",
		    STR_ARG(world->settings.routes[i].channel));
	if (!str_is(text, expected))
		fail_msg("routes '%.*s', expected '%s'", STR_ARG(text), expected);
	assert_int_equal(
	    world->settings.values[SET_SLACK_ROUTES].number, world->settings.route_count);
	check_pending(world, SET_SLACK_ROUTES, pending);
}

static void test_routes(void **state)
{
	struct world *world = *state;

	write_file(
	    world, "tfherald.yaml", "slack: {routes: [{on: always, channel: \"#quiet\"}]}\n");
	world->merged = "slack: {routes: [{on: always, channel: \"#a\"}]}\n";
	world->merged_below = "slack: {routes: [{on: destroy, channel: \"#b\"}]}\n";
	load(world);
	trust(world);
	check_routes(world, "#a #b", "1 route");
	world->merged = world->merged_below = NULL;
	load(world);
	trust(world);
	check_routes(world, "", "1 route");
}

/* The route that stands for none follows the token that counts. */
static void test_default_route(void **state)
{
	struct world *world = *state;

	write_file(world, "tfherald.yaml", "slack: {token: env:MINE}\n");
	load(world);
	assert_int_equal(world->settings.route_count, 1);
	trust(world);
	assert_int_equal(world->settings.route_count, 0);
	check_pending(world, SET_SLACK_TOKEN, "MINE");
	write_file(world, "tfherald.yaml", "");
	world->merged = "slack: {token: env:THEIRS}\n";
	load(world);
	assert_int_equal(world->settings.route_count, 0);
	trust(world);
	assert_int_equal(world->settings.route_count, 1);
	check_pending(world, SET_SLACK_ROUTES, NULL);
}

/* What was merged and is wrong is said, and locks nobody out. */
static void test_broken(void **state)
{
	struct world *world = *state;

	world->merged = "terraform: tofu\ntarqet: x\n";
	load(world);
	trust(world);
	check(world, SET_TERRAFORM_COMMAND, "tofu", "tfherald.yaml:1:12 of origin/main at 1a2b3c4");
	assert_true(str_contains(log_text(world),
	    STR("warning: settings of origin/main at 1a2b3c4: tfherald.yaml:2:1: unknown key")));
	world->merged = "a: [";
	load(world);
	trust(world);
	check(world, SET_TERRAFORM_COMMAND, "terraform", "default");
	world->broken = true;
	load(world);
	trust(world);
	assert_true(str_contains(log_text(world), STR("is a symbolic link")));
}

/* Keys of the policies stand in the same file; the key of the hashes in the root only. */
static void test_policy_keys(void **state)
{
	struct world *world = *state;
	struct err err = {0};

	write_file(world, "tfherald.yaml",
	    "version: 1\nrules: [{id: x}]\nparams: nonsense\nundecided: deny\n"
	    "fingerprint_key: env:KEY\ndata: {a: b}\n");
	load(world);
	check(world, SET_FINGERPRINT_KEY, "KEY", "tfherald.yaml:5:18");
	write_file(world, "prod/tfherald.yaml", "fingerprint_key: env:KEY\n");
	assert_false(settings_load(&world->app, &world->workspace, &world->settings, &err));
	assert_true(str_contains(str_from(err.text), STR("of the root only")));
	err_clear(&err);
	write_file(world, "prod/tfherald.yaml", "rulez: []\n");
	assert_false(settings_load(&world->app, &world->workspace, &world->settings, &err));
	assert_true(str_contains(str_from(err.text), STR("did you mean 'rules'?")));
	err_clear(&err);
	write_file(world, "prod/tfherald.yaml", "fingerprint_key: secret\n");
	assert_false(settings_load(&world->app, &world->workspace, &world->settings, &err));
	assert_false(str_contains(str_from(err.text), STR("secret'")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_changed, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_same, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_files, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_outside, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_routes, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_default_route, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_broken, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_policy_keys, setup, teardown),
	};

	return cmocka_run_group_tests_name("cmd/settings_trusted", tests, NULL, NULL);
}

#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "base/arena.h"
#include "base/err.h"
#include "cmd/trust.h"
#include "cmd/unversioned.h"
#include "tests/support/git_world.h"
#include "tests/support/sys_script.h"

/* libgit2 1.5 loses memory when it opens a partial clone and when history is missing. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libpcre2-8\nleak:libgit2\n";
}

static struct arena *arena;
static struct git_world world;
static struct sys_script script;
static struct app app;

static int setup(void **state)
{
	(void)state;
	arena = arena_new();
	sys_script_init(&script);
	app = (struct app){.sys = &script.sys, .run = arena, .scratch = arena};
	world.dir[0] = '\0';
	git_world_open(&world, arena);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	git_world_close(&world);
	arena_free(arena);
	return 0;
}

/*
 * origin: main has "merged", then "base"; change branched off "merged" and says "head"; old is a
 * release branch at "merged".
 */
static struct str make_origin(void)
{
	struct str first;

	git_world_init(&world, "origin");
	git_world_write(&world, "origin/tfherald.yaml", "merged");
	first = git_world_commit(&world, "origin");
	git_world_run(&world, "origin", "git", "branch", "old", NULL);
	git_world_run(&world, "origin", "git", "checkout", "-q", "-b", "change", NULL);
	git_world_write(&world, "origin/tfherald.yaml", "head");
	(void)git_world_commit(&world, "origin");
	git_world_run(&world, "origin", "git", "checkout", "-q", "main", NULL);
	git_world_write(&world, "origin/tfherald.yaml", "base");
	(void)git_world_commit(&world, "origin");
	return first;
}

enum place {
	LAPTOP,
	IN_CI,
};

struct trust_row {
	const char *name;
	enum place place;
	const char *checkout; /* what the clone is at */
	const char *branch, *base_branch, *pull_request, *fork, *option;
	const char *trusted; /* text of the trusted file, or a part of the error */
	const char *base_name;
	const char *note; /* a part of the first note, or NULL: none */
};

static const struct trust_row rows[] = {
    {"pull request, base known", IN_CI, "origin/change", "change", "main", "7", "", NULL, "base",
	"origin/main", NULL},
    {"pull request, base not known", IN_CI, "origin/change", "change", "", "7", "", NULL, "base",
	"origin/main", "origin/main is assumed"},
    {"branch without a pull request yet", IN_CI, "origin/change", "change", "", "", "", NULL,
	"base", "origin/main", "origin/main is assumed"},
    {"pull request into another branch", IN_CI, "origin/change", "change", "old", "7", "", NULL,
	"merged", "origin/old", "origin/old is not the default branch origin/main"},
    {"base that is not here", IN_CI, "origin/change", "change", "gone", "7", "", NULL,
	"error: trusted rules and settings: the base branch 'gone' is not here: run 'git fetch "
	"--depth=1 origin +refs/heads/gone:refs/remotes/origin/gone'",
	"", NULL},
    {"on the base branch", IN_CI, "origin/main", "main", "", "", "", NULL, "base", "HEAD", NULL},
    {"on the base branch, an older commit", IN_CI, "origin/main~1", "main", "", "", "", NULL,
	"merged", "HEAD", NULL},
    {"a tag of a merged commit", IN_CI, "origin/main~1", "v1.0", "", "", "", NULL, "merged", "HEAD",
	NULL},
    {"a tag of another commit", IN_CI, "origin/change", "v1.0", "", "", "", NULL, "base",
	"origin/main", "is assumed"},
    {"pull request from an old commit", IN_CI, "origin/main~1", "change", "main", "7", "", NULL,
	"base", "origin/main", NULL},
    {"fork whose branch is called main", IN_CI, "origin/change", "main", "main", "7", "true", NULL,
	"base", "origin/main", NULL},
    {"fork without a number", IN_CI, "origin/change", "main", "", "", "true", NULL, "base",
	"origin/main", "is assumed"},
    {"hostile base", IN_CI, "origin/change", "change", "../heads/change", "7", "", NULL,
	"error: trusted rules and settings: the base branch '../heads/change' is not here", "",
	NULL},
    {"base as git shows it", IN_CI, "origin/change", "change", "", "7", "", "origin/main", "base",
	"origin/main", NULL},
    {"a branch that is not here, as git shows it", IN_CI, "origin/change", "change", "", "7", "",
	"origin/gone",
	"error: trusted rules and settings: the base branch 'origin/gone' is not here", "", NULL},
    {"--base HEAD", IN_CI, "origin/change", "change", "", "7", "", "HEAD", "head", "HEAD", NULL},
    {"--base of no commit", IN_CI, "origin/change", "change", "", "7", "",
	"0123456789abcdef0123456789abcdef01234567",
	"error: trusted rules and settings: commit 0123456789abcdef0123456789abcdef01234567 is not "
	"in this clone",
	"", NULL},
    {"laptop", LAPTOP, "origin/change", "change", "", "", "", NULL, "base", "origin/main", NULL},
    {"laptop, on main", LAPTOP, "origin/main", "main", "", "", "", NULL, "base", "origin/main",
	NULL},
    {"laptop, a base that somebody named", LAPTOP, "origin/change", "change", "gone", "", "", NULL,
	"error: trusted rules and settings: the base branch 'gone' is not here", "", NULL},
};

static struct fact fact(const char *value)
{
	return (struct fact){str_from(value), value[0] != '\0' ? STR("test") : STR_EMPTY};
}

static struct facts facts_of(const struct trust_row *row)
{
	return (struct facts){.in_ci = row->place == IN_CI,
	    .branch = fact(row->branch),
	    .base_branch = fact(row->base_branch),
	    .pull_request = fact(row->pull_request),
	    .fork = fact(row->fork)};
}

static struct workspace at(const char *repository)
{
	return (struct workspace){.root = git_world_path(&world, repository),
	    .directory = STR("."),
	    .in_repository = true};
}

static struct str file_of(const struct source *source)
{
	struct str text;
	bool found;
	struct err err = {0};

	if (!source->read(source->state, arena, STR("tfherald.yaml"), 1000, &text, &found, &err))
		fail_msg("%s", err.text);
	return found ? text : STR("-");
}

static void check_row(const struct trust_row *row, const char *repository)
{
	struct workspace workspace = at(repository);
	struct facts facts = facts_of(row);
	struct trust trust;
	struct err err = {0};

	if (!trust_find(&app, &workspace, &facts, row->option, &trust, &err)) {
		struct str text = str_format(arena, "error: %s", err.text);

		trust_close(&trust);
		if (!str_starts(text, str_from(row->trusted)) || err.code != ERR_INVALID)
			fail_msg("%s: %.*s", row->name, STR_ARG(text));
		return;
	}
	if (!str_is(file_of(&trust.trusted), row->trusted) ||
	    !str_is(trust.base_name, row->base_name))
		fail_msg("%s: '%.*s' of '%.*s'", row->name, STR_ARG(file_of(&trust.trusted)),
		    STR_ARG(trust.base_name));
	if ((row->note != NULL) != (trust.note_count > 0) ||
	    (row->note != NULL && !str_contains(trust.notes[0], str_from(row->note))))
		fail_msg(
		    "%s: note '%s'", row->name, trust.note_count > 0 ? trust.notes[0].ptr : "");
	assert_true(str_is(trust.head.name, "working tree"));
	assert_int_equal(trust.head_commit.len, 40);
	assert_int_equal(trust.base_commit.len, 40);
	assert_true(trust.known && !trust.same);
	assert_true(trust.binds_settings == (row->place == IN_CI));
	assert_true(str_starts(trust.trusted.name, trust.base_name));
	trust_close(&trust);
	trust_close(&trust);
}

static void check_rows(const char *option)
{
	(void)make_origin();
	git_world_clone(&world, "origin", "clone", option);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		git_world_run(
		    &world, "clone", "git", "checkout", "-q", "--detach", rows[i].checkout, NULL);
		check_row(&rows[i], "clone");
	}
}

static void test_rows_full(void **state)
{
	(void)state;
	check_rows(NULL);
}

static void test_rows_blobless(void **state)
{
	(void)state;
	check_rows("--filter=blob:none");
}

/* A pull request can replace a directory by a submodule of its author. */
static void test_submodule(void **state)
{
	static const struct trust_row in_ci[] = {
	    {"submodule", IN_CI, "", "change", "main", "7", "", NULL,
		"error: trusted rules and settings: '", "", NULL},
	    {"submodule, --base main", IN_CI, "", "change", "", "7", "", "main",
		"error: trusted rules and settings: '", "", NULL},
	    {"submodule that judges itself", IN_CI, "", "change", "", "7", "", "HEAD", "base",
		"HEAD", NULL},
	    {"submodule on a laptop", LAPTOP, "", "change", "", "", "", NULL, "base", "origin/main",
		NULL},
	};

	(void)state;
	(void)make_origin();
	git_world_init(&world, "above");
	git_world_run(&world, "above", "git", "-c", "protocol.file.allow=always", "submodule",
	    "--quiet", "add", git_world_path(&world, "origin").ptr, "prod", NULL);
	for (size_t i = 0; i < ARRAY_LEN(in_ci); i++)
		check_row(&in_ci[i], "above/prod");
}

/* The files count as the head even where nothing was committed; the trusted chain is the commit. */
static void test_uncommitted(void **state)
{
	static const struct trust_row row = {
	    "main", IN_CI, NULL, "main", "", "", "", NULL, "", "", NULL};
	struct facts facts = facts_of(&row);
	struct workspace workspace;
	struct trust trust;
	struct err err = {0};

	(void)state;
	(void)make_origin();
	git_world_clone(&world, "origin", "clone", NULL);
	git_world_write(&world, "clone/tfherald.yaml", "edited");
	workspace = at("clone");
	assert_true(trust_find(&app, &workspace, &facts, NULL, &trust, &err));
	assert_true(str_is(file_of(&trust.trusted), "base"));
	assert_true(str_is(file_of(&trust.head), "edited"));
	/* what was found once stays what it is */
	git_world_run(&world, "clone", "git", "update-ref", "HEAD", "origin/change", NULL);
	assert_true(str_is(file_of(&trust.trusted), "base"));
	trust_close(&trust);
}

/* A local branch that a step called main proves nothing. */
static void test_local_name(void **state)
{
	static const struct trust_row row = {
	    "local", IN_CI, NULL, "main", "", "", "", NULL, "base", "origin/main", "is assumed"};
	struct facts facts = facts_of(&row);
	struct workspace workspace;
	struct trust trust;
	struct err err = {0};

	(void)state;
	(void)make_origin();
	git_world_clone(&world, "origin", "clone", NULL);
	git_world_run(&world, "clone", "git", "reset", "-q", "--hard", "origin/change", NULL);
	workspace = at("clone");
	facts.branch.origin = STR("git HEAD");
	assert_true(trust_find(&app, &workspace, &facts, NULL, &trust, &err));
	assert_true(str_is(file_of(&trust.trusted), "base"));
	trust_close(&trust);
}

/* The checkout of a CI platform that has the pull request's commit and nothing else. */
static void test_shallow(void **state)
{
	static const struct trust_row missing = {"shallow pull request", IN_CI, NULL, "change",
	    "main", "7", "", NULL,
	    "error: trusted rules and settings: the base branch 'main' is not here", "", NULL};
	static const struct trust_row unknown = {"shallow, base not known", IN_CI, NULL, "change",
	    "", "7", "", NULL,
	    "error: trusted rules and settings: no base branch is here (no origin/HEAD, "
	    "origin/main or origin/master): run 'git fetch --depth=1 origin",
	    "", NULL};
	static const struct trust_row fetched = {"after the fetch", IN_CI, NULL, "change", "main",
	    "7", "", NULL, "base", "origin/main", NULL};
	static const struct trust_row head = {
	    "HEAD judges itself", IN_CI, NULL, "change", "", "7", "", "HEAD", "head", "HEAD", NULL};
	static const struct trust_row main_row = {"shallow clone of the base branch", IN_CI, NULL,
	    "main", "", "", "", NULL, "base", "HEAD", NULL};
	struct str address;

	(void)state;
	(void)make_origin();
	address = str_format(arena, "file://%s/origin", world.dir);
	git_world_init(&world, "clone");
	git_world_run(&world, "clone", "git", "remote", "add", "origin", address.ptr, NULL);
	git_world_run(&world, "clone", "git", "fetch", "-q", "--depth=1", "origin",
	    "+refs/heads/change:refs/remotes/pull/7/merge", NULL);
	git_world_run(&world, "clone", "git", "checkout", "-q", "--detach",
	    "refs/remotes/pull/7/merge", NULL);
	check_row(&missing, "clone");
	check_row(&unknown, "clone");
	check_row(&head, "clone");
	git_world_run(&world, "clone", "git", "fetch", "-q", "--depth=1", "origin",
	    "+refs/heads/main:refs/remotes/origin/main", NULL);
	check_row(&fetched, "clone");
	git_world_run(&world, "clone", "git", "checkout", "-q", "-B", "main", "origin/main", NULL);
	check_row(&main_row, "clone");
}

/* The option wins over the variable; both may name a commit. */
static void test_option(void **state)
{
	struct trust_row row = {
	    "variable", IN_CI, NULL, "change", "", "7", "", NULL, "merged", NULL, NULL};
	struct str first = make_origin();

	(void)state;
	git_world_clone(&world, "origin", "clone", NULL);
	row.base_name = str_format(arena, "commit %.7s", first.ptr).ptr;
	sys_script_env(&script, "TFHERALD_BASE", first.ptr);
	check_row(&row, "clone");
	row.option = "HEAD";
	row.trusted = "base";
	row.base_name = "HEAD";
	check_row(&row, "clone");
	assert_true(trust_base_is_branch(STR("main")));
	assert_false(trust_base_is_branch(STR("HEAD")));
	assert_false(trust_base_is_branch(STR("")));
	assert_false(trust_base_is_branch(first));
}

static void check_working_tree(const struct workspace *workspace, bool in_ci, const char *note)
{
	struct facts facts = {.in_ci = in_ci};
	struct trust trust;
	struct err err = {0};

	facts.branch = facts.base_branch = facts.pull_request = facts.fork = fact("");
	if (!trust_find(&app, workspace, &facts, NULL, &trust, &err))
		fail_msg("%s", err.text);
	assert_true(trust.same && !trust.known);
	assert_true(trust.trusted.state == trust.head.state);
	assert_int_equal(trust.base_commit.len, 0);
	if (trust.note_count != 1 || !str_contains(trust.notes[0], str_from(note)))
		fail_msg("note '%s'", trust.note_count > 0 ? trust.notes[0].ptr : "");
	trust_close(&trust);
}

/* In CI, policies that nobody can know to be merged end the run; their absence is no matter. */
static void test_unversioned(void **state)
{
	static const struct {
		const char *name, *file, *text, *option;
		bool in_ci, allowed;
	} files[] = {
	    {"none", NULL, NULL, NULL, true, true},
	    {"settings", "files/a/tfherald.yaml", "slack: {channel: x}\n", NULL, true, true},
	    {"rules", "files/a/tfherald.yaml", "rules: []\n", NULL, true, false},
	    {"rules, on a laptop", "files/a/tfherald.yaml", "rules: []\n", NULL, false, true},
	    {"rules, --base HEAD", "files/a/tfherald.yaml", "rules: []\n", "HEAD", true, true},
	    {"rules, --base main", "files/a/tfherald.yaml", "rules: []\n", "main", true, false},
	    {"no YAML", "files/a/tfherald.yaml", "[", NULL, true, false},
	    {"empty", "files/a/tfherald.yaml", "", NULL, true, true},
	    {"above", "files/tfherald.yaml", "override: {}\n", NULL, true, false},
	    {"beside", "files/b/tfherald.yaml", "rules: []\n", NULL, true, true},
	    {"a directory", "files/a/tfherald.yaml/x", "", NULL, true, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		struct facts facts = {.in_ci = files[i].in_ci};
		struct workspace workspace;
		struct err err = {0};

		git_world_write(&world, "files/a/main.tf", "");
		if (files[i].file)
			git_world_write(&world, files[i].file, files[i].text);
		workspace = at("files/a");
		workspace.in_repository = false;
		if (unversioned_allowed(&app, &workspace, &facts, files[i].option, &err) !=
		    files[i].allowed)
			fail_msg("%s: '%s'", files[i].name, err.text);
		assert_int_equal(err.code, files[i].allowed ? 0 : ERR_INVALID);
		workspace.in_repository = true;
		err = (struct err){0};
		assert_true(unversioned_allowed(&app, &workspace, &facts, NULL, &err));
		git_world_run(&world, ".", "rm", "-rf", "files", NULL);
	}
}

/* No repository, one without a commit, one without a remote, one that cannot be read. */
static void test_working_tree(void **state)
{
	struct workspace workspace;

	(void)state;
	git_world_write(&world, "files/tfherald.yaml", "files");
	workspace = at("files");
	workspace.in_repository = false;
	check_working_tree(&workspace, false, "this is no git repository");
	check_working_tree(&workspace, true, "this is no git repository");
	workspace.in_repository = true;
	check_working_tree(&workspace, false, "the repository cannot be read");
	git_world_init(&world, "files");
	check_working_tree(&workspace, false, "no base branch is here");
	(void)git_world_commit(&world, "files");
	check_working_tree(&workspace, false, "no base branch is here");
}

/* On a laptop the fork's owner pulls from upstream. */
static void test_upstream(void **state)
{
	static const struct trust_row row = {"upstream", LAPTOP, NULL, "change", "release", "", "",
	    NULL, "base", "upstream/release", NULL};

	(void)state;
	(void)make_origin();
	git_world_clone(&world, "origin", "clone", NULL);
	git_world_run(&world, "clone", "git", "update-ref", "refs/remotes/upstream/release",
	    "origin/main", NULL);
	check_row(&row, "clone");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_rows_full, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_rows_blobless, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_submodule, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_uncommitted, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_local_name, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_shallow, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_option, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_working_tree, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_unversioned, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_upstream, setup, teardown),
	};

	return cmocka_run_group_tests_name("cmd/trust", tests, NULL, NULL);
}

#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "base/arena.h"
#include "base/err.h"
#include "cmd/git_tree.h"
#include "tests/support/git_world.h"

/* libgit2 1.5 loses memory when it opens a partial clone and when history is missing. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libpcre2-8\nleak:libgit2\n";
}

static struct arena *arena;
static struct git_world world;
static struct app app;

static int setup(void **state)
{
	(void)state;
	arena = arena_new();
	app = (struct app){.sys = sys_real(), .run = arena, .scratch = arena};
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

/* The paths, joined by a blank; "?" when they are not known. */
static struct str changed(const char *repository, struct str base, struct str head)
{
	struct str *paths, text = STR_EMPTY;
	size_t count;
	bool known;
	struct err err = {0};

	if (!git_changed_files(
		&app, git_world_path(&world, repository), base, head, &paths, &count, &known, &err))
		return str_format(arena, "error: %s", err.text);
	if (!known)
		return STR("?");
	for (size_t i = 0; i < count; i++)
		text = str_format(
		    arena, "%.*s%s%.*s", STR_ARG(text), i > 0 ? " " : "", STR_ARG(paths[i]));
	return text;
}

static void check(const char *repository, struct str base, struct str head, const char *expected)
{
	struct str text = changed(repository, base, head);

	if (!str_is(text, expected))
		fail_msg("%s: '%.*s', expected '%s'", repository, STR_ARG(text), expected);
}

/* What a pull request and the base branch did since they parted. */
struct history {
	struct str start, base, head;
};

static struct history make_history(void)
{
	struct history history;

	git_world_init(&world, "origin");
	git_world_write(&world, "origin/a.tf", "a\n");
	git_world_write(&world, "origin/envs/b.tf", "one line that is long enough\n");
	history.start = git_world_commit(&world, "origin");
	git_world_run(&world, "origin", "git", "checkout", "-q", "-b", "change", NULL);
	git_world_write(&world, "origin/new.tf", "n\n");
	git_world_run(&world, "origin", "git", "mv", "envs/b.tf", "envs/c.tf", NULL);
	(void)git_world_commit(&world, "origin");
	git_world_write(&world, "origin/new.tf", "n2\n");
	history.head = git_world_commit(&world, "origin");
	git_world_run(&world, "origin", "git", "checkout", "-q", "main", NULL);
	git_world_write(&world, "origin/a.tf", "a2\n");
	history.base = git_world_commit(&world, "origin");
	return history;
}

static void test_changed(void **state)
{
	struct history history = make_history();

	(void)state;
	check("origin", history.base, history.head, "envs/b.tf envs/c.tf new.tf");
	check("origin", history.head, history.base, "a.tf");
	check("origin", history.start, history.start, "");
	check("origin", history.head, history.start, "");
	check("gone", history.base, history.head,
	    str_format(arena,
		"error: the repository cannot be read: failed to resolve path '%s/gone': No such "
		"file or directory",
		world.dir)
		.ptr);
}

/* On a merge commit, as GitHub makes one for a pull request. */
static void test_merge_commit(void **state)
{
	struct history history = make_history();
	struct str merged;

	(void)state;
	git_world_run(&world, "origin", "git", "merge", "-q", "--no-edit", "change", NULL);
	merged = git_world_run(&world, "origin", "git", "rev-parse", "HEAD", NULL);
	check("origin", history.base, merged, "envs/b.tf envs/c.tf new.tf");
}

static void test_unknown(void **state)
{
	static const char *const ids[] = {
	    "", "HEAD", "main", "0123", "0123456789abcdef0123456789abcdef01234567"};
	struct history history = make_history();
	struct str other;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		check("origin", str_from(ids[i]), history.head, "?");
		check("origin", history.base, str_from(ids[i]), "?");
	}
	/* two histories that have nothing in common */
	git_world_run(&world, "origin", "git", "checkout", "-q", "--orphan", "other", NULL);
	other = git_world_commit(&world, "origin");
	check("origin", history.base, other, "?");
}

static void test_clones(void **state)
{
	struct history history = make_history();

	(void)state;
	git_world_clone(&world, "origin", "shallow", "--depth=1");
	git_world_run(&world, "shallow", "git", "fetch", "-q", "--depth=1", "origin",
	    "+refs/heads/change:refs/remotes/origin/change", NULL);
	check("shallow", history.base, history.head, "?");
	check("shallow", history.base, history.base, "");
	git_world_clone(&world, "origin", "blobless", "--filter=blob:none");
	check("blobless", history.base, history.head, "envs/b.tf envs/c.tf new.tf");
}

static void test_merged(void **state)
{
	struct history history = make_history();
	struct str root = git_world_path(&world, "origin");

	(void)state;
	assert_true(git_is_merged(&app, root, history.start, history.base));
	assert_true(git_is_merged(&app, root, history.base, history.base));
	assert_false(git_is_merged(&app, root, history.base, history.start));
	assert_false(git_is_merged(&app, root, history.head, history.base));
	assert_false(git_is_merged(&app, root, STR("main"), history.base));
	assert_false(
	    git_is_merged(&app, git_world_path(&world, "gone"), history.start, history.base));
	git_world_clone(&world, "origin", "shallow", "--depth=1");
	assert_false(
	    git_is_merged(&app, git_world_path(&world, "shallow"), history.start, history.base));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_changed, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_merge_commit, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_unknown, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_clones, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_merged, setup, teardown),
	};

	return cmocka_run_group_tests_name("cmd/git_diff", tests, NULL, NULL);
}

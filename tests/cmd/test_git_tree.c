#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "cmd/git_cat_file.h"
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

/* The contents of a file in a commit; "-" when there is none, else "error: ...". */
static struct str contents(
    const char *repository, struct str commit, const char *path, size_t limit)
{
	struct commit_tree *tree CLEANUP(git_tree_close_ptr) = NULL;
	struct source source;
	struct str text;
	bool found;
	struct err err = {0};

	if (!git_tree_open(
		&app, git_world_path(&world, repository), commit, &tree, &source, &err) ||
	    !source.read(source.state, arena, str_from(path), limit, &text, &found, &err))
		return str_format(arena, "error: %s", err.text);
	return found ? text : STR("-");
}

static void check_contents(
    const char *repository, struct str commit, const char *path, const char *expected)
{
	struct str text = contents(repository, commit, path, 1000);

	if (!str_is(text, expected))
		fail_msg("%s %s: '%.*s'", repository, path, STR_ARG(text));
}

static void check_problem(
    const char *repository, struct str commit, const char *path, const char *part)
{
	struct str text = contents(repository, commit, path, 1000);

	if (!str_starts(text, STR("error: ")) || !str_contains(text, str_from(part)))
		fail_msg("%s '%s': '%.*s', expected '%s'", repository, path, STR_ARG(text), part);
}

/* Names and kinds of a directory: "a b/ c@". */
static struct str listing(const char *repository, struct str commit, const char *path)
{
	static const char *const marks[] = {[SOURCE_FILE] = "",
	    [SOURCE_DIRECTORY] = "/",
	    [SOURCE_LINK] = "@",
	    [SOURCE_OTHER] = "@"};
	struct commit_tree *tree CLEANUP(git_tree_close_ptr) = NULL;
	struct source source;
	struct source_entry *entries;
	struct str text = STR_EMPTY;
	size_t count;
	struct err err = {0};

	if (!git_tree_open(
		&app, git_world_path(&world, repository), commit, &tree, &source, &err) ||
	    !source.list(source.state, arena, str_from(path), &entries, &count, &err))
		return str_format(arena, "error: %s", err.text);
	for (size_t i = 0; i < count; i++)
		text = str_format(arena, "%.*s%s%.*s%s", STR_ARG(text), i > 0 ? " " : "",
		    STR_ARG(entries[i].name), marks[entries[i].kind]);
	return text;
}

static void check_listing(
    const char *repository, struct str commit, const char *path, const char *expected)
{
	struct str text = listing(repository, commit, path);

	if (!str_is(text, expected))
		fail_msg(
		    "%s '%s': '%.*s', expected '%s'", repository, path, STR_ARG(text), expected);
}

/* The usual repository: a base commit, and a later one that changed the file. */
static struct str make_origin(void)
{
	struct str base;

	git_world_init(&world, "origin");
	git_world_write(&world, "origin/tfherald.yaml", "base\n");
	git_world_write(&world, "origin/envs/prod/tfherald.yaml", "prod\n");
	git_world_write(&world, "origin/envs.tf", "");
	base = git_world_commit(&world, "origin");
	git_world_write(&world, "origin/tfherald.yaml", "later\n");
	(void)git_world_commit(&world, "origin");
	return base;
}

static void test_full(void **state)
{
	struct str base = make_origin();
	struct commit_tree *tree;
	struct source source;
	struct err err = {0};

	(void)state;
	check_contents("origin", base, "tfherald.yaml", "base\n");
	check_contents("origin", base, "envs/prod/tfherald.yaml", "prod\n");
	check_contents("origin", STR("HEAD"), "tfherald.yaml", "later\n");
	check_contents("origin", base, "envs/tfherald.yaml", "-");
	check_contents("origin", base, "gone/tfherald.yaml", "-");
	check_contents("origin", base, "tfherald.yaml/x", "-");
	check_contents("origin", base, "envs.tf", "");
	check_problem("origin", base, "envs", "'envs' is a directory");
	check_listing("origin", base, "", "envs/ envs.tf tfherald.yaml");
	check_listing("origin", base, "envs/prod", "tfherald.yaml");
	check_listing("origin", base, "gone", "");
	check_listing("origin", base, "tfherald.yaml", "");
	assert_true(
	    git_tree_open(&app, git_world_path(&world, "origin"), base, &tree, &source, &err));
	assert_true(str_eq(git_tree_commit(tree), base));
	assert_true(str_is(source.name, str_format(arena, "commit %.7s", base.ptr).ptr));
	git_tree_close(tree);
}

/* Paths that a policy file may have made up. */
static const char *const outside[] = {"../x", "a/../../x", "/etc/passwd", "./x", "envs//prod",
    "envs/./prod", "envs/../tfherald.yaml", "/", "//"};

static void test_paths(void **state)
{
	struct str base = make_origin();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(outside); i++)
		check_problem("origin", base, outside[i], "inside the repository");
}

static const char *const no_commits[] = {"", "main", "HEAD^", "origin/main", ":/change", "@{-1}",
    "0123456789abcdef0123456789abcdef0123456",
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "refs/heads/main", "--help",
    "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"};

static void test_commits(void **state)
{
	struct str base = make_origin(), blob, tree;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(no_commits); i++)
		check_problem("origin", str_from(no_commits[i]), "x", "is no commit");
	check_problem("origin", STR("0123456789abcdef0123456789abcdef01234567"), "x",
	    "is not in this clone: run 'git fetch origin'");
	blob = git_world_run(&world, "origin", "git", "rev-parse", "HEAD:envs.tf", NULL);
	tree = git_world_run(&world, "origin", "git", "rev-parse", "HEAD:envs", NULL);
	check_problem("origin", blob, "x", "expected a commit, found a blob");
	check_problem("origin", tree, "x", "expected a commit, found a tree");
	check_problem("gone", base, "x", "the repository cannot be read");
	git_world_run(&world, "", "git", "init", "-q", "empty", NULL);
	check_problem("empty", STR("HEAD"), "x", "HEAD cannot be read");
}

static void test_limits(void **state)
{
	struct str base = make_origin(), text;

	(void)state;
	text = contents("origin", base, "tfherald.yaml", 4);
	assert_true(str_is(text, "error: 'tfherald.yaml': is larger than 4 bytes"));
	text = contents("origin", base, "tfherald.yaml", 5);
	assert_true(str_is(text, "base\n"));
	text = contents("origin", base, "envs.tf", 0);
	assert_true(str_is(text, ""));
}

static void check_link(struct str commit, const char *path, const char *expected)
{
	struct commit_tree *tree CLEANUP(git_tree_close_ptr) = NULL;
	struct source source;
	struct str target = STR_EMPTY;
	struct err err = {0};

	if (!git_tree_open(&app, git_world_path(&world, "origin"), commit, &tree, &source, &err) ||
	    !source.link(source.state, arena, str_from(path), &target, &err))
		fail_msg("'%s': %s", path, err.text);
	if (!str_is(target, expected))
		fail_msg("'%s': '%.*s'", path, STR_ARG(target));
}

static void test_others(void **state)
{
	struct str base;

	(void)state;
	(void)make_origin();
	git_world_run(&world, "origin", "ln", "-s", "tfherald.yaml", "link", NULL);
	git_world_run(&world, "origin", "ln", "-s", "envs", "dirlink", NULL);
	git_world_run(&world, "origin", "git", "update-index", "--add", "--cacheinfo",
	    "160000,0123456789abcdef0123456789abcdef01234567,module", NULL);
	git_world_run(&world, "origin", "git", "add", "link", "dirlink", NULL);
	git_world_run(&world, "origin", "git", "commit", "-q", "-m", "links", NULL);
	base = git_world_run(&world, "origin", "git", "rev-parse", "HEAD", NULL);
	check_listing("origin", base, "", "dirlink@ envs/ envs.tf link@ module@ tfherald.yaml");
	check_problem("origin", base, "link", "is a symbolic link");
	check_problem("origin", base, "module", "is a submodule");
	check_contents("origin", base, "dirlink/prod/tfherald.yaml", "-");
	check_contents("origin", base, "module/tfherald.yaml", "-");
	check_listing("origin", base, "dirlink", "");
	check_link(base, "link", "tfherald.yaml");
	check_link(base, "dirlink", "envs");
	check_link(base, "tfherald.yaml", "");
	check_link(base, "missing", "");
	check_link(base, "dirlink/prod", "");
}

/* A byte order mark and UTF-16, as in files. */
static void test_encodings(void **state)
{
	const char utf16[] = {(char)0xff, (char)0xfe, 'a', 0, '\n', 0};
	struct str base;
	FILE *file;

	(void)state;
	git_world_init(&world, "origin");
	git_world_write(&world, "origin/marked", "\xef\xbb\xbftext\n");
	file = fopen(git_world_path(&world, "origin/wide").ptr, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(utf16, 1, sizeof(utf16), file), sizeof(utf16));
	fclose(file);
	base = git_world_commit(&world, "origin");
	check_contents("origin", base, "marked", "text\n");
	check_contents("origin", base, "wide", "a\n");
}

/* The id of a tree made of raw bytes, which no git command would write. */
static struct str raw_tree(const char *name, struct str blob)
{
	char bytes[200];
	size_t at = (size_t)snprintf(bytes, sizeof(bytes), "100644 %s", name) + 1;
	FILE *file = fopen(git_world_path(&world, "tree").ptr, "wb");

	assert_non_null(file);
	for (size_t i = 0; i < 20; i++) {
		unsigned byte;

		assert_int_equal(sscanf(blob.ptr + 2 * i, "%2x", &byte), 1);
		bytes[at++] = (char)byte;
	}
	assert_int_equal(fwrite(bytes, 1, at, file), at);
	fclose(file);
	return git_world_run(&world, "origin", "git", "hash-object", "-t", "tree", "-w",
	    "--literally", git_world_path(&world, "tree").ptr, NULL);
}

static const char *const hostile_names[] = {"..", ".", ".git", "a/b", "../../etc/passwd"};

static void test_hostile_names(void **state)
{
	(void)state;
	(void)make_origin();
	for (size_t i = 0; i < ARRAY_LEN(hostile_names); i++) {
		const char *name = hostile_names[i];
		struct str blob =
		    git_world_run(&world, "origin", "git", "rev-parse", "HEAD:tfherald.yaml", NULL);
		struct str tree = raw_tree(name, blob);
		struct str commit = git_world_run(
		    &world, "origin", "git", "commit-tree", "-m", "x", tree.ptr, NULL);
		struct str text = listing("origin", commit, "");
		bool plain = strcmp(name, ".git") == 0;

		if (!str_is(text, str_format(arena, "%s%s", name, plain ? "" : "@").ptr))
			fail_msg("'%s': '%.*s'", name, STR_ARG(text));
		if (!plain && str_is(contents("origin", commit, name, 1000), "later\n"))
			fail_msg("'%s' was read", name);
	}
}

/* --- clones --- */

static void test_blobless(void **state)
{
	struct str base = make_origin(), missing;

	(void)state;
	git_world_clone(&world, "origin", "clone", "--filter=blob:none");
	missing = git_world_run(
	    &world, "clone", "git", "rev-list", "--objects", "--all", "--missing=print", NULL);
	assert_true(str_contains(missing, STR("?")));
	check_listing("clone", base, "", "envs/ envs.tf tfherald.yaml");
	check_contents("clone", base, "tfherald.yaml", "base\n");
	/* the second time it is there */
	check_contents("clone", base, "tfherald.yaml", "base\n");
}

static void test_treeless(void **state)
{
	struct str base = make_origin();

	(void)state;
	git_world_clone(&world, "origin", "clone", "--filter=tree:0");
	check_contents("clone", base, "envs/prod/tfherald.yaml", "prod\n");
	check_listing("clone", base, "envs", "prod/");
}

static void test_blobless_alone(void **state)
{
	struct str base = make_origin();
	const char *path = getenv("PATH");

	(void)state;
	git_world_clone(&world, "origin", "clone", "--filter=blob:none");
	git_world_clone(&world, "origin", "other", "--filter=blob:none");
	git_world_run(&world, "", "mv", "origin", "away", NULL);
	check_problem("clone", base, "tfherald.yaml", "git cannot give object");
	setenv("PATH", "/nonexistent", 1);
	check_problem("other", base, "tfherald.yaml", "the program git is not installed");
	setenv("PATH", path, 1);
}

static void test_shallow(void **state)
{
	struct str base = make_origin();

	(void)state;
	git_world_clone(&world, "origin", "clone", "--depth=1");
	check_contents("clone", STR("HEAD"), "tfherald.yaml", "later\n");
	check_problem("clone", base, "tfherald.yaml", "is not in this clone");
}

static void test_worktree(void **state)
{
	struct str base = make_origin();

	(void)state;
	git_world_clone(&world, "origin", "clone", "--filter=blob:none");
	git_world_run(&world, "clone", "git", "worktree", "add", "-q", "../side", NULL);
	git_world_run(&world, "clone", "git", "sparse-checkout", "set", "--cone", "envs", NULL);
	check_contents("side", base, "tfherald.yaml", "base\n");
	check_contents("side", STR("HEAD"), "tfherald.yaml", "later\n");
}

static void test_alternates(void **state)
{
	struct str base = make_origin();

	(void)state;
	git_world_run(&world, "", "git", "clone", "-q", "--shared", "origin", "clone", NULL);
	check_contents("clone", base, "tfherald.yaml", "base\n");
}

/* Only root can give files away. */
static void test_foreign_owner(void **state)
{
	struct str base = make_origin();

	(void)state;
	git_world_clone(&world, "origin", "clone", "--filter=blob:none");
	if (geteuid() != 0)
		skip();
	git_world_run(&world, "", "chown", "-R", "12345:12345", "clone", NULL);
	check_contents("clone", base, "envs/prod/tfherald.yaml", "prod\n");
	check_contents("clone", base, "tfherald.yaml", "base\n");
}

/* What the environment says of another repository does not count. */
static void test_environment(void **state)
{
	static const char *const names[] = {"GIT_DIR", "GIT_OBJECT_DIRECTORY", "GIT_WORK_TREE",
	    "GIT_INDEX_FILE", "GIT_NAMESPACE", "GIT_COMMON_DIR", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
	    "GIT_CEILING_DIRECTORIES", "GIT_TRACE", "GIT_CONFIG_COUNT"};
	struct str base = make_origin();

	(void)state;
	git_world_clone(&world, "origin", "clone", "--filter=blob:none");
	git_world_init(&world, "other");
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		setenv(names[i], git_world_path(&world, "other/.git").ptr, 1);
	check_contents("clone", base, "tfherald.yaml", "base\n");
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		unsetenv(names[i]);
}

static void configure(const char *key, const char *value)
{
	git_world_run(&world, "clone", "git", "config", key, value, NULL);
}

/* Hooks, monitors, filters, drivers: everything a repository can name as a program. */
static void test_nothing_is_executed(void **state)
{
	struct str base = make_origin();
	const char *touch;

	(void)state;
	git_world_clone(&world, "origin", "clone", "--filter=blob:none");
	touch = str_format(arena, "#!/bin/sh\ntouch %s/marker\n", world.dir).ptr;
	git_world_write(&world, "hooks/touch", touch);
	git_world_run(&world, "", "chmod", "+x", "hooks/touch", NULL);
	touch = git_world_path(&world, "hooks/touch").ptr;
	for (const char *const *hook = (const char *const[]){"post-checkout", "post-merge",
		 "reference-transaction", "pre-auto-gc", "post-index-change", "fsmonitor-watchman",
		 "post-rewrite", NULL};
	     *hook != NULL; hook++)
		git_world_run(&world, "clone", "cp", touch,
		    str_format(arena, ".git/hooks/%s", *hook).ptr, NULL);
	git_world_write(&world, "clone/.git/info/attributes", "* filter=x diff=x text eol=crlf\n");
	configure("core.fsmonitor", touch);
	configure("core.sshCommand", touch);
	configure("core.gitProxy", touch);
	configure("core.pager", touch);
	configure("core.editor", touch);
	configure("core.askPass", touch);
	configure("credential.helper", touch);
	configure("filter.x.smudge", touch);
	configure("filter.x.clean", touch);
	configure("filter.x.process", touch);
	configure("diff.x.textconv", touch);
	configure("diff.external", touch);
	configure("protocol.ext.allow", "always");
	check_contents("clone", base, "tfherald.yaml", "base\n");
	assert_false(git_world_exists(&world, "marker"));
	/* a remote that is a program */
	git_world_write(&world, "origin/tfherald.yaml", "newest\n");
	base = git_world_commit(&world, "origin");
	git_world_run(&world, "clone", "git", "fetch", "-q", "origin", NULL);
	git_world_run(&world, "", "rm", "-f", "marker", NULL);
	configure("remote.origin.url", str_format(arena, "ext::%s", touch).ptr);
	check_problem("clone", base, "tfherald.yaml", "git cannot give object");
	assert_false(git_world_exists(&world, "marker"));
}

/* refs/replace/ shows another object under an id; for us an object is its bytes. */
static void test_replaced(void **state)
{
	struct str base = make_origin();

	(void)state;
	git_world_run(&world, "origin", "git", "replace", base.ptr, "HEAD", NULL);
	check_contents("origin", base, "tfherald.yaml", "base\n");
}

static void test_many_entries(void **state)
{
	struct str commit;
	FILE *file;

	(void)state;
	git_world_init(&world, "origin");
	git_world_write(&world, "origin/x", "");
	(void)git_world_commit(&world, "origin");
	file = fopen(git_world_path(&world, "lines").ptr, "w");
	assert_non_null(file);
	for (int i = 0; i < 100001; i++)
		fprintf(file, "100644 blob e69de29bb2d1d6434b8b29ae775ad8c2e48c5391\tf%06d\n", i);
	fclose(file);
	git_world_write(&world, "make", "git -C \"$1\" mktree < \"$2\"\n");
	commit = git_world_run(&world, "", "sh", "make", "origin", "lines", NULL);
	commit = git_world_run(&world, "origin", "git", "commit-tree", "-m", "x", commit.ptr, NULL);
	check_contents("origin", commit, "f100000", "");
	check_listing(
	    "origin", commit, "", "error: '': holds more than 100000 files and directories");
}

/* --- git cat-file by itself --- */

static void test_cat_file(void **state)
{
	struct cat_file_object object;
	struct err err = {0};
	struct str base = make_origin(), blob;
	const char *git_dir = git_world_path(&world, "origin/.git").ptr;

	(void)state;
	blob = git_world_run(&world, "origin", "git", "rev-parse", "HEAD:tfherald.yaml", NULL);
	assert_true(git_cat_file(&app, git_dir, blob, 100, &object, &err));
	assert_true(str_is(object.type, "blob"));
	assert_true(str_is(object.bytes, "later\n"));
	assert_true(git_cat_file(&app, git_dir, base, 1000, &object, &err));
	assert_true(str_is(object.type, "commit"));
	assert_false(git_cat_file(&app, git_dir, blob, 5, &object, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	err_clear(&err);
	assert_false(git_cat_file(&app, "/nonexistent", blob, 100, &object, &err));
	assert_int_equal(err.code, ERR_INVALID);
}

/* A large file through a small limit: nothing hangs, nothing is kept beyond it. */
static void test_cat_file_large(void **state)
{
	struct cat_file_object object;
	struct err err = {0};
	struct str blob;
	size_t size = (size_t)3 << 20;
	char *text = arena_alloc(arena, size + 1);

	(void)state;
	memset(text, 'x', size);
	text[size] = '\0';
	git_world_init(&world, "origin");
	git_world_write(&world, "origin/large", text);
	(void)git_world_commit(&world, "origin");
	blob = git_world_run(&world, "origin", "git", "rev-parse", "HEAD:large", NULL);
	assert_false(git_cat_file(
	    &app, git_world_path(&world, "origin/.git").ptr, blob, size - 1, &object, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	err_clear(&err);
	assert_true(git_cat_file(
	    &app, git_world_path(&world, "origin/.git").ptr, blob, size, &object, &err));
	assert_true(str_eq(object.bytes, (struct str){text, size}));
}

/* A clock that is near the end of its patience at once. */
static uint64_t hasty(void *state)
{
	uint64_t *calls = state;

	return (*calls)++ * UINT64_C(59950000000);
}

/* A git that waits for something: it and what it started are ended. */
static void test_cat_file_hangs(void **state)
{
	uint64_t calls = 0;
	struct sys sys = *sys_real();
	struct app hurried = app;
	struct cat_file_object object;
	struct err err = {0};
	const char *path = getenv("PATH");
	struct str oid = STR("0123456789abcdef0123456789abcdef01234567");
	time_t start = time(NULL);

	(void)state;
	git_world_init(&world, "origin");
	git_world_write(&world, "bin/git", "#!/bin/sh\nsleep 60 &\nwait\n");
	git_world_run(&world, "", "chmod", "+x", "bin/git", NULL);
	sys.state = &calls;
	sys.monotonic = hasty;
	hurried.sys = &sys;
	setenv("PATH", str_format(arena, "%s/bin:%s", world.dir, path).ptr, 1);
	assert_false(git_cat_file(&hurried, "/nonexistent", oid, 100, &object, &err));
	setenv("PATH", path, 1);
	assert_true(str_contains(str_from(err.text), STR("did not answer within 60 seconds")));
	assert_true(time(NULL) - start < 30);
}

/* --- the base branch --- */

static void check_base(const char *repository, const char *branch, bool in_ci, const char *expected)
{
	struct git_base base;
	struct err err = {0};
	bool found = git_base_find(
	    &app, git_world_path(&world, repository), str_from(branch), in_ci, &base, &err);
	struct str text = found ? base.name : str_format(arena, "error: %s", err.text);

	if (found ? !str_is(text, expected) : !str_contains(text, str_from(expected)))
		fail_msg(
		    "%s '%s': '%.*s', expected '%s'", repository, branch, STR_ARG(text), expected);
	if (found)
		assert_int_equal(base.commit.len, 40);
	if (found)
		assert_int_equal(base.assumed, branch[0] == '\0');
}

static const char *const hostile_branches[] = {"../../heads/main", "main@{1}", "a..b", "main^",
    "x.lock", "a b", "-x", "/main", "main/", "*", "HEAD~1", "\x01", "a//b", ":main",
    "$(touch marker)", "';rm -rf /'"};

static void test_base(void **state)
{
	(void)state;
	(void)make_origin();
	git_world_run(&world, "origin", "git", "branch", "release/1", NULL);
	git_world_clone(&world, "origin", "clone", NULL);
	git_world_run(&world, "clone", "git", "branch", "local", NULL);
	check_base("clone", "", true, "origin/main");
	check_base("clone", "main", true, "origin/main");
	check_base("clone", "release/1", true, "origin/release/1");
	check_base("clone", "local", true, "'git fetch --depth=1 origin +refs/heads/local");
	check_base("clone", "local", false, "local");
	for (size_t i = 0; i < ARRAY_LEN(hostile_branches); i++) {
		check_base("clone", hostile_branches[i], true, "is not here: run 'git fetch");
		check_base("clone", hostile_branches[i], false, "is not here: run 'git fetch");
	}
}

static void test_base_assumed(void **state)
{
	(void)state;
	(void)make_origin();
	check_base("origin", "", true, "no base branch is here");
	git_world_run(&world, "origin", "git", "branch", "trunk", NULL);
	git_world_run(&world, "origin", "git", "branch", "master", NULL);
	git_world_clone(&world, "origin", "clone", NULL);
	git_world_run(&world, "clone", "git", "remote", "set-head", "origin", "-d", NULL);
	check_base("clone", "", true, "origin has main and master");
	git_world_run(&world, "clone", "git", "update-ref", "-d", "refs/remotes/origin/main", NULL);
	check_base("clone", "", true, "origin/master");
	git_world_run(&world, "clone", "git", "remote", "set-head", "origin", "trunk", NULL);
	check_base("clone", "", true, "origin/trunk");
	/* a branch that somebody pushed as HEAD is not what the remote calls its default */
	git_world_run(
	    &world, "clone", "git", "symbolic-ref", "-d", "refs/remotes/origin/HEAD", NULL);
	git_world_run(
	    &world, "clone", "git", "update-ref", "refs/remotes/origin/HEAD", "HEAD", NULL);
	check_base("clone", "", true, "origin/master");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_full, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_paths, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_commits, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_limits, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_others, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_encodings, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_hostile_names, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_blobless, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_treeless, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_blobless_alone, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_shallow, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_worktree, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_alternates, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_foreign_owner, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_environment, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_nothing_is_executed, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_replaced, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_many_entries, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_cat_file, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_cat_file_large, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_cat_file_hangs, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_base, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_base_assumed, setup, teardown),
	};

	return cmocka_run_group_tests_name("cmd/git_tree", tests, NULL, NULL);
}

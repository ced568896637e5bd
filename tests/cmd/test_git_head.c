#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/process.h"
#include "cmd/git_head.h"
#include "cmd/settings.h"

static struct arena *arena;
static char dir[64], start[4096];

static void run(const char *first, ...)
{
	const char *argv[16] = {first};
	struct process process = {PROCESS_DEFAULTS, .argv = argv, .directory = dir};
	struct process_result result;
	struct err err = {0};
	va_list args;

	va_start(args, first);
	for (size_t i = 1; i < ARRAY_LEN(argv) - 1; i++) {
		argv[i] = va_arg(args, const char *);
		if (argv[i] == NULL)
			break;
	}
	va_end(args);
	if (!process_run(arena, &process, &result, &err))
		fail_msg("%s", err.text);
	if (result.status != 0)
		fail_msg("%s %s: %.*s", first, argv[1], STR_ARG(result.err.text));
}

static int setup(void **state)
{
	(void)state;
	arena = arena_new();
	assert_non_null(getcwd(start, sizeof(start)));
	snprintf(dir, sizeof(dir), "/tmp/tfherald-git-XXXXXX");
	assert_non_null(mkdtemp(dir));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	if (chdir(start) != 0)
		return -1;
	run("rm", "-rf", dir, NULL);
	arena_free(arena);
	return 0;
}

/* On a laptop without git nothing can be made to look at. */
static void need_git(void)
{
	if (process_find(arena, "git") == NULL && getenv("CI") == NULL)
		skip();
}

static void make_repository(void)
{
	run("git", "init", "-q", "-b", "feature/x", ".", NULL);
	run("git", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty",
	    "-m", "x", NULL);
}

static void test_head(void **state)
{
	struct git_head head;

	(void)state;
	need_git();
	make_repository();
	run("git", "remote", "add", "other", "https://example.com/a/b", NULL);
	run("git", "remote", "add", "origin", "git@github.com:acme/infra.git", NULL);
	git_head_read(arena, str_from(dir), &head);
	assert_int_equal(head.problem.len, 0);
	assert_int_equal(head.commit.len, 40);
	assert_true(str_is(head.branch, "feature/x"));
	assert_true(str_is(head.host, "github.com"));
	assert_true(str_is(head.repository, "acme/infra"));
	run("git", "checkout", "-q", "--detach", NULL);
	git_head_read(arena, str_from(dir), &head);
	assert_int_equal(head.commit.len, 40);
	assert_int_equal(head.branch.len, 0);
}

static void test_remotes(void **state)
{
	struct git_head head;

	(void)state;
	need_git();
	make_repository();
	git_head_read(arena, str_from(dir), &head);
	assert_int_equal(head.repository.len, 0);
	run("git", "remote", "add", "upstream", "https://u:p@git.acme.io:8443/acme/infra", NULL);
	git_head_read(arena, str_from(dir), &head);
	assert_true(str_is(head.repository, "acme/infra"));
	assert_true(str_is(head.host, "git.acme.io"));
	run("git", "config", "url.ssh://git@github.com/.insteadOf", "https://u:p@git.acme.io:8443/",
	    NULL);
	git_head_read(arena, str_from(dir), &head);
	assert_true(str_is(head.repository, "acme/infra"));
	assert_true(str_is(head.host, "github.com"));
	run("git", "remote", "add", "another", "https://example.com/a/b", NULL);
	git_head_read(arena, str_from(dir), &head);
	assert_int_equal(head.repository.len, 0);
}

static void test_worktree(void **state)
{
	struct git_head head;
	struct workspace workspace;
	struct err err = {0};
	char path[128];

	(void)state;
	need_git();
	make_repository();
	run("git", "worktree", "add", "-q", "-b", "side", "wt", NULL);
	run("mkdir", "-p", "wt/envs/prod", NULL);
	snprintf(path, sizeof(path), "%s/wt", dir);
	git_head_read(arena, str_from(path), &head);
	assert_true(str_is(head.branch, "side"));
	snprintf(path, sizeof(path), "%s/wt/envs/prod", dir);
	assert_int_equal(chdir(path), 0);
	assert_true(workspace_find(arena, &workspace, &err));
	assert_true(workspace.in_repository);
	assert_true(str_ends(workspace.root, STR("/wt")));
	assert_true(str_is(workspace.directory, "envs/prod"));
}

static void test_workspace(void **state)
{
	struct workspace workspace;
	struct err err = {0};

	(void)state;
	assert_int_equal(chdir(dir), 0);
	assert_true(workspace_find(arena, &workspace, &err));
	assert_false(workspace.in_repository);
	assert_true(str_is(workspace.directory, "."));
	run("mkdir", ".git", NULL);
	assert_true(workspace_find(arena, &workspace, &err));
	assert_true(workspace.in_repository);
	assert_true(str_is(workspace.directory, "."));
	run("mkdir", "gone", NULL);
	assert_int_equal(chdir("gone"), 0);
	run("rmdir", "gone", NULL);
	assert_false(workspace_find(arena, &workspace, &err));
	assert_int_equal(err.code, ERR_IO);
}

static void test_broken(void **state)
{
	struct git_head head;

	(void)state;
	need_git();
	git_head_read(arena, str_from(dir), &head);
	assert_true(head.problem.len > 0);
	run("git", "init", "-q", "-b", "main", ".", NULL);
	git_head_read(arena, str_from(dir), &head);
	assert_true(str_starts(head.problem, STR("HEAD cannot be read")));
	assert_int_equal(head.commit.len, 0);
}

struct remote_row {
	const char *url, *host, *repository; /* host NULL: refused */
};

static const struct remote_row remotes[] = {
    {"git@github.com:acme/infra.git", "github.com", "acme/infra"},
    {"github.com:acme/infra", "github.com", "acme/infra"},
    {"https://github.com/acme/infra", "github.com", "acme/infra"},
    {"https://github.com/acme/infra.git/", "github.com", "acme/infra"},
    {"https://token@github.com/acme/infra.git", "github.com", "acme/infra"},
    {"https://user:pa@ss@github.com/acme/infra.git", "github.com", "acme/infra"},
    {"ssh://git@github.com:22/acme/infra.git", "github.com", "acme/infra"},
    {"ssh://git@ssh.github.com:443/acme/infra.git", "github.com", "acme/infra"},
    {"git://git.acme.io/group/sub/infra.git", "git.acme.io", "group/sub/infra"},
    {"git+ssh://git@github.com/acme/infra", "github.com", "acme/infra"},
    {" https://github.com/acme/infra\n", "github.com", "acme/infra"},
    {"", NULL, NULL},
    {"/srv/git/infra.git", NULL, NULL},
    {"./a:b/c", NULL, NULL},
    {"file:///srv/git/infra.git", NULL, NULL},
    {"https://github.com", NULL, NULL},
    {"https://github.com/infra", NULL, NULL},
    {"https:///acme/infra", NULL, NULL},
    {"https://github.com/../infra", NULL, NULL},
    {"https://github.com/a b/c", NULL, NULL},
    {"git@github.com:", NULL, NULL},
};

static void test_parse(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(remotes); i++) {
		struct str host = STR_EMPTY, repository = STR_EMPTY;
		bool ok = git_remote_parse(arena, str_from(remotes[i].url), &host, &repository);

		if (ok != (remotes[i].host != NULL) || !str_eq(host, str_from(remotes[i].host)) ||
		    !str_eq(repository, str_from(remotes[i].repository)))
			fail_msg("'%s': '%.*s' '%.*s'", remotes[i].url, STR_ARG(host),
			    STR_ARG(repository));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_head, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_remotes, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_worktree, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_workspace, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_broken, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_parse, setup, teardown),
	};

	return cmocka_run_group_tests_name("cmd/git_head", tests, NULL, NULL);
}

#include "tests/support/git_world.h"

#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "base/process.h"

#define WORDS_MAX 24

static const char *const environment[] = {"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1",
    "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a",
    "GIT_COMMITTER_EMAIL=a@example.com", "GIT_ALLOW_PROTOCOL=file", "LC_ALL=C", NULL};

struct str git_world_path(const struct git_world *world, const char *name)
{
	return str_format(world->arena, "%s/%s", world->dir, name);
}

static struct str run(const struct git_world *world, const char *directory, const char **argv)
{
	struct process process = {PROCESS_DEFAULTS, .argv = argv, .env_add = environment};
	struct process_result result;
	struct err err = {0};

	process.directory = git_world_path(world, directory).ptr;
	if (!process_run(world->arena, &process, &result, &err))
		fail_msg("%s", err.text);
	if (result.status != 0)
		fail_msg("%s %s %s: %.*s", argv[0], argv[1], argv[2], STR_ARG(result.err.text));
	return str_copy(world->arena, str_trim(result.out.text));
}

struct str git_world_run(const struct git_world *world, const char *directory, ...)
{
	const char *argv[WORDS_MAX + 1] = {NULL};
	va_list args;

	va_start(args, directory);
	for (size_t i = 0; i < WORDS_MAX; i++) {
		argv[i] = va_arg(args, const char *);
		if (argv[i] == NULL)
			break;
	}
	va_end(args);
	return run(world, directory, argv);
}

void git_world_open(struct git_world *world, struct arena *arena)
{
	*world = (struct git_world){.arena = arena};
	snprintf(world->dir, sizeof(world->dir), "/tmp/tfherald-world-XXXXXX");
	assert_non_null(mkdtemp(world->dir));
	/* another user's git serves from here, too */
	assert_int_equal(chmod(world->dir, 0755), 0);
}

void git_world_close(struct git_world *world)
{
	const char *argv[] = {"rm", "-rf", world->dir, NULL};
	struct process process = {PROCESS_DEFAULTS, .argv = argv};
	struct process_result result;
	struct err err = {0};

	if (world->dir[0] != '\0')
		assert_true(process_run(world->arena, &process, &result, &err));
}

static void make_directories(const char *path)
{
	char part[512];

	for (const char *at = strchr(path + 1, '/'); at != NULL; at = strchr(at + 1, '/')) {
		snprintf(part, sizeof(part), "%.*s", (int)(at - path), path);
		if (mkdir(part, 0755) != 0 && errno != EEXIST)
			fail_msg("%s: %s", part, strerror(errno));
	}
}

void git_world_write(const struct git_world *world, const char *path, const char *text)
{
	const char *full = git_world_path(world, path).ptr;
	struct err err = {0};

	make_directories(full);
	if (!file_write(world->arena, full, str_from(text), &err))
		fail_msg("%s", err.text);
}

bool git_world_exists(const struct git_world *world, const char *path)
{
	return access(git_world_path(world, path).ptr, F_OK) == 0;
}

void git_world_init(const struct git_world *world, const char *repository)
{
	if (process_find(world->arena, "git") == NULL && getenv("CI") == NULL)
		skip();
	git_world_run(world, "", "git", "init", "-q", "-b", "main", repository, NULL);
	git_world_run(world, repository, "git", "config", "uploadpack.allowFilter", "true", NULL);
	git_world_run(
	    world, repository, "git", "config", "uploadpack.allowAnySHA1InWant", "true", NULL);
}

struct str git_world_commit(const struct git_world *world, const char *repository)
{
	git_world_run(world, repository, "git", "add", "-A", NULL);
	git_world_run(
	    world, repository, "git", "commit", "-q", "--allow-empty", "-m", "change", NULL);
	return git_world_run(world, repository, "git", "rev-parse", "HEAD", NULL);
}

void git_world_clone(
    const struct git_world *world, const char *from, const char *to, const char *option)
{
	struct str address = str_format(world->arena, "file://%s/%s", world->dir, from);

	git_world_run(world, "", "git", "clone", "-q", address.ptr, to, option, NULL);
}

/*
 * git_world.h: real git repositories in a temporary directory, made with the git command, untouched
 * by the configuration of the machine.
 *
 * Every function ends the test with a message when something goes wrong. Ownership: the arena of
 * git_world_open(). Layer: tests.
 */
#ifndef TESTS_SUPPORT_GIT_WORLD_H
#define TESTS_SUPPORT_GIT_WORLD_H

#include "base/str.h"

struct arena;

struct git_world {
	struct arena *arena;
	char dir[64];
};

void git_world_open(struct git_world *world, struct arena *arena);
void git_world_close(struct git_world *world);

/* A path below the temporary directory. */
struct str git_world_path(const struct git_world *world, const char *name);

/* A program with arguments, NULL at the end, in a directory below; what it printed, trimmed. */
struct str git_world_run(const struct git_world *world, const char *directory, ...);
/* A file, with the directories that it needs. */
void git_world_write(const struct git_world *world, const char *path, const char *text);
bool git_world_exists(const struct git_world *world, const char *path);

/* `git init` on branch main. Skips the test where git is missing, unless CI is set. */
void git_world_init(const struct git_world *world, const char *repository);
/* Everything there is, committed; its id. */
struct str git_world_commit(const struct git_world *world, const char *repository);
/* `git clone` of `from` with one more option (or NULL), over a protocol that honours it. */
void git_world_clone(
    const struct git_world *world, const char *from, const char *to, const char *option);

#endif

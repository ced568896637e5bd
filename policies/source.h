/*
 * source.h: where policy files come from: the working tree, or the tree of another commit.
 *
 * Paths are relative to the repository root, with '/', "" for the root itself. A source never
 * follows anything out of the repository: what is a symbolic link, a device, a pipe or a submodule
 * is an error that says so, never read. Who must know what Terraform would read there asks for the
 * target of a link, and reads that.
 *
 * Implementations: policies/source_files.c (working tree), cmd/git_tree.c (a commit),
 * tests/support/source_script.c (a table). Errors: ERR_IO, ERR_LIMIT, ERR_INVALID with the path.
 * Ownership: texts in the arena given. Layer: policies.
 */
#ifndef POLICIES_SOURCE_H
#define POLICIES_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/str.h"

struct arena;
struct err;

enum source_kind {
	SOURCE_FILE,
	SOURCE_DIRECTORY,
	SOURCE_LINK,  /* a symbolic one: not read */
	SOURCE_OTHER, /* devices, submodules: exist, are not read */
};

struct source_entry {
	struct str name; /* without its directory */
	enum source_kind kind;
};

struct source {
	void *state;
	struct str name; /* "working tree", "origin/main at 1a2b3c4" */
	/* A whole file; *found false when there is none of that name. NUL-terminated. */
	NODISCARD bool (*read)(void *state, struct arena *arena, struct str path, size_t limit,
	    struct str *text, bool *found, struct err *err);
	/* The entries of a directory in byte order; a missing directory has none. */
	NODISCARD bool (*list)(void *state, struct arena *arena, struct str directory,
	    struct source_entry **entries, size_t *count, struct err *err);
	/* What a symbolic link says, as it stands there; empty: there is none of that name. NULL:
	 * the source lists no links. */
	NODISCARD bool (*link)(
	    void *state, struct arena *arena, struct str path, struct str *target, struct err *err);
};

/* The working tree below `root` (absolute). */
NODISCARD bool source_files(
    struct arena *arena, struct str root, struct source *out, struct err *err);

/* "a/b/../c" -> "a/c"; false when it would leave the repository or is absolute. */
NODISCARD bool source_join(
    struct arena *arena, struct str directory, struct str path, struct str *out);

#endif

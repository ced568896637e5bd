/*
 * git_tree.h: policy files of another commit, through libgit2; objects that a partial clone lacks
 * come from `git cat-file --batch`.
 *
 * Read before any child starts (plan code could rewrite .git). Proved on full, blobless, depth-1,
 * worktree and foreign-owner clones: nothing of the repository is executed, so the owner check of
 * libgit2 is switched off. Errors: ERR_INVALID with the fetch or option that is missing. Layer:
 * cmd.
 */
#ifndef CMD_GIT_TREE_H
#define CMD_GIT_TREE_H

#include "cmd/app.h"
#include "policies/source.h"

struct git_tree; /* opaque; freed with it */

/* What a base branch resolves to: refs/remotes/origin/NAME first (tip of the remote), in CI only
 * that or an explicit commit; on a laptop also upstream's or refs/heads/NAME. */
struct git_base {
	struct str ref;	   /* "refs/remotes/origin/main" */
	struct str commit; /* 40 or 64 hex digits */
};
/* `branch` empty: the default branch of origin (refs/remotes/origin/HEAD), else main, master. */
NODISCARD bool git_base_find(struct app *app, struct str root, struct str branch, bool in_ci,
    struct git_base *out, struct err *err);

/* A tree as a source: `commit` any revision git understands (a commit id, HEAD). */
NODISCARD bool git_tree_open(struct app *app, struct str root, struct str commit,
    struct git_tree **out, struct source *source, struct err *err);
void git_tree_close(struct git_tree *tree);
DEFINE_CLEANUP(struct git_tree *, git_tree_close)

/* Paths that differ between two commits, relative to the root; *known false when history or objects
 * are missing (a shallow clone): unknown, never empty. */
NODISCARD bool git_changed_files(struct app *app, struct str root, struct str base, struct str head,
    struct str **paths, size_t *count, bool *known, struct err *err);

#endif

/*
 * git_tree.h: policy files of another commit, through libgit2; objects that a partial clone lacks
 * come from `git cat-file --batch`.
 *
 * Read before any child starts (plan code could rewrite .git). An object is what its id says: every
 * byte is checked against it, so that a commit that was found once cannot change its meaning.
 * Nothing of the repository is executed by libgit2, so its owner check is switched off. GIT_DIR and
 * its kin do not count.
 * Errors: ERR_INVALID with the fetch or option that is missing, ERR_LIMIT. Layer: cmd.
 */
#ifndef CMD_GIT_TREE_H
#define CMD_GIT_TREE_H

#include "cmd/app.h"
#include "policies/source.h"

struct commit_tree; /* opaque; not "git_tree", which is libgit2's */

/* A base branch and the commit at its tip. */
struct git_base {
	struct str ref;	   /* "refs/remotes/origin/main" */
	struct str name;   /* "origin/main", to be shown */
	struct str branch; /* "main" */
	struct str commit; /* 40 hex digits */
	bool assumed;	   /* nobody named it: the remote's default branch, main or master */
};
/*
 * `branch` given: refs/remotes/origin/BRANCH; on a laptop else refs/remotes/upstream/BRANCH, else
 * refs/heads/BRANCH. Empty: the branch that refs/remotes/origin/HEAD names, else the one of main
 * and master that exists at origin (both: nobody can tell). Errors: ERR_INVALID that ends with
 * what to do.
 */
NODISCARD bool git_base_find(struct app *app, struct str root, struct str branch, bool in_ci,
    struct git_base *out, struct err *err);

/* A tree as a source: `commit` is 40 hex digits, or HEAD. source->name is "commit 1a2b3c4"; it may
 * be replaced. Submodules and names that no file can have are SOURCE_OTHER. */
NODISCARD bool git_tree_open(struct app *app, struct str root, struct str commit,
    struct commit_tree **out, struct source *source, struct err *err);
struct str git_tree_commit(const struct commit_tree *tree); /* 40 hex digits */
void git_tree_close(struct commit_tree *tree);
DEFINE_CLEANUP(struct commit_tree *, git_tree_close)

/* Paths that `head` changed since it left `base` (their merge base: what a pull request shows),
 * relative to the root, in byte order; of a rename both. *known false when history or objects are
 * missing (a shallow clone) or there are more than 100,000: unknown, never empty. */
NODISCARD bool git_changed_files(struct app *app, struct str root, struct str base, struct str head,
    struct str **paths, size_t *count, bool *known, struct err *err);

/* Is `commit` in the history of `base` (or that itself)? false also when history is missing. */
bool git_is_merged(struct app *app, struct str root, struct str commit, struct str base);

#endif

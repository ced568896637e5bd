/*
 * trust.h: whose rules and settings count in this run: the trusted chain, and the head's.
 *
 *	CI, pull request (or a branch that is not the base)  tip of the base branch at origin
 *	CI, base branch, or a commit that is merged already  HEAD, as committed
 *	laptop                                               tip of the base branch, else the files
 *	no repository                                        the files (unversioned.h)
 *
 * Never the merge base: the author of a pull request chooses that by branching from an old commit.
 * The head is always the working tree, which is what terraform reads. In CI a base that cannot be
 * found ends the run; `--base HEAD` says that the commit at hand shall judge itself. Why:
 * docs/decisions/0010.
 *
 * Everything is pinned by commit id here, before any child starts. Errors: ERR_INVALID with the
 * fetch or the option that is missing. Ownership: the run arena; trust_close() releases the
 * repository. Layer: cmd.
 */
#ifndef CMD_TRUST_H
#define CMD_TRUST_H

#include "cmd/git_tree.h"
#include "cmd/settings.h"
#include "policies/facts.h"
#include "policies/source.h"

#define TRUST_NOTES_MAX 4

struct trust {
	struct source trusted, head;
	bool same;	      /* they are one source (the working tree): load it once */
	bool known;	      /* `trusted` is a commit */
	bool binds_settings;  /* trusted settings come from `trusted` only: in CI */
	struct str base_name; /* "origin/main", "HEAD", "commit 1a2b3c4"; empty: working tree */
	struct str base_commit, head_commit; /* 40 hex digits; empty: not known */
	struct str notes[TRUST_NOTES_MAX];   /* what a person should know about it, one line each */
	size_t note_count;
	struct commit_tree *tree;
};

/* What --base and TFHERALD_BASE may say beside the name of a branch: a commit, or HEAD. */
bool trust_base_is_branch(struct str base);

/* The option (or NULL), else TFHERALD_BASE; empty: nobody says. */
struct str trust_base(const struct app *app, const char *option);

/* `base`: the option, or NULL; TFHERALD_BASE is looked up here. */
NODISCARD bool trust_find(struct app *app, const struct workspace *workspace,
    const struct facts *facts, const char *base, struct trust *out, struct err *err);
/* The files alone, with a note why: for commands that only show. */
NODISCARD bool trust_working_tree(struct app *app, const struct workspace *workspace,
    struct str note, struct trust *out, struct err *err);
void trust_close(struct trust *trust); /* harmless when nothing is open */

#endif

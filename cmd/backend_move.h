/*
 * backend_move.h: does the directory of this run take over the state of another one?
 *
 * The backend is part of a root module's identity: a directory that is new, or whose backend
 * changed, and whose backend is that of another directory at the trusted base, works on that one's
 * state; its rules count, too. Compared is what says where a state is, by a table of backend types
 * (bucket and key of s3, and so on); types that are not in it are equal to nothing. What
 * -backend-config gives cannot be known: a block that lacks a part is equal to nothing. `local`
 * counts with an absolute path only, `cloud` and `remote` with the name of one workspace. Blocks in
 * .tf files are read, .tf.json and generated ones are not.
 *
 * Errors: those of the sources. Limits: BACKEND_DIRECTORIES_MAX directories of the base are looked
 * at (said when there are more). Source: policies design, 4. Ownership: the arena. Layer: cmd.
 */
#ifndef CMD_BACKEND_MOVE_H
#define CMD_BACKEND_MOVE_H

#include "policies/policy.h"
#include "policies/source.h"

#define BACKEND_DIRECTORIES_MAX 5000

struct backend_move {
	bool found;
	struct str directory;	   /* whose state it was, at the base */
	struct policy_place place; /* of the backend block that takes it over */
};

NODISCARD bool backend_move_find(struct arena *arena, const struct source *base,
    const struct source *head, struct str directory, struct backend_move *out, struct err *err);

/* Where the state of a directory is, as one text; empty: it has no backend block, or it cannot be
 * known. Texts that are equal are the same state. */
NODISCARD bool backend_identity(struct arena *arena, const struct source *source,
    struct str directory, struct str *out, struct policy_place *place, struct err *err);

#endif

/*
 * backend_move.h: does the directory of this run take over the state of another one?
 *
 * The backend is part of a root module's identity: a directory that is new, or whose backend
 * changed, and whose backend is that of another directory at the trusted base, works on that one's
 * state; its rules count, too. What is written so that it cannot be read counts as that of the
 * other one; what is not there at all (-backend-config gives it) only when the other directory has
 * no backend any more, as after a move. Of several that it may be all count. A directory without a
 * block has a state of its own.
 *
 * Errors: those of the sources. Limits: BACKEND_DIRECTORIES_MAX directories of the base are looked
 * at (said when there are more). Source: policies design, 4. Ownership: the arena. Layer: cmd.
 */
#ifndef CMD_BACKEND_MOVE_H
#define CMD_BACKEND_MOVE_H

#include "policies/policy.h"
#include "policies/source.h"

#define BACKEND_DIRECTORIES_MAX 5000
#define BACKEND_CANDIDATES_MAX	100

struct backend_move {
	/* Whose state it was, at the base; where that is in doubt, all whose it may be. */
	struct str *directories;
	size_t count;		   /* at most BACKEND_CANDIDATES_MAX; 0: it takes over none */
	size_t left_out;	   /* of those in doubt */
	struct policy_place place; /* of the backend block that takes it over */
	struct str doubt;	   /* why that is not sure: "'key' of ..."; empty: it is sure */
};

NODISCARD bool backend_move_find(struct arena *arena, const struct source *base,
    const struct source *head, struct str directory, struct backend_move *out, struct err *err);

#endif

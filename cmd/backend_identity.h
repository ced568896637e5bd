/*
 * backend_identity.h: are two backend blocks the same state?
 *
 * Compared is what says where a state is, by a table of backend types: bucket and key of s3, and so
 * on, with the defaults of Terraform. Region, profile, credentials and the like say nothing about
 * it. Case, doubled slashes and dots in paths do not make a difference; the workspace is the
 * default one. Not known is another name of the same place: an access point of a bucket, another
 * host name, a percent-encoded address.
 *
 * Layer: cmd. Source: policies design, 4; the documentation of Terraform's backends.
 */
#ifndef CMD_BACKEND_IDENTITY_H
#define CMD_BACKEND_IDENTITY_H

#include "cmd/backend_block.h"

/* The higher, the surer. */
enum backend_match {
	BACKEND_DIFFERS,
	BACKEND_LACKS, /* as far as it is known; a part is given elsewhere, as by -backend-config */
	BACKEND_OBSCURE, /* as far as it is known; a part of `block` is written so that it cannot be
			  */
	BACKEND_SAME,
};

struct backend_side {
	const struct backend_block *block; /* NULL: there is none, which is a local state */
	struct str directory;		   /* of the block, in the repository */
};

/* `doubt`: which part it is that is not known, for LACKS and OBSCURE ("key"). */
enum backend_match backend_match(struct arena *arena, const struct backend_side *side,
    const struct backend_side *base, struct str *doubt);

#endif

/*
 * git_head.h: what the repository itself knows about this run, for runs outside CI.
 *
 * Errors: none that stop a run; what cannot be read is left empty and `problem` says why.
 * Layer: cmd.
 */
#ifndef CMD_GIT_HEAD_H
#define CMD_GIT_HEAD_H

#include "base/str.h"

struct arena;

struct git_head {
	struct str commit, branch;
	struct str host, repository; /* from the remote "origin", or the only remote */
	struct str problem;
};

void git_head_read(struct arena *arena, struct str root, struct git_head *out);

/* "git@github.com:acme/infra.git", "https://github.com/acme/infra" -> host and owner/name */
bool git_remote_parse(
    struct arena *arena, struct str url, struct str *host, struct str *repository);

#endif

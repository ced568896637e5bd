/*
 * git_cat_file.h: one object through `git cat-file --batch`, for clones that leave objects with
 * their remote (git clone --filter): git fetches what is missing, which libgit2 cannot.
 *
 * No shell. The environment's GIT_* are left out, but for those that say how to reach the remote;
 * hooks and the file monitor are switched off, protocols are file, http, https and ssh; nothing is
 * asked at the terminal. git still uses the repository's own remote and its credentials: that
 * configuration is no part of any commit. Limits: the caller's, and 60 seconds.
 *
 * Errors: ERR_INVALID (no git, no such object, the remote cannot be reached: with git's own last
 * words), ERR_LIMIT, ERR_IO. Ownership: the arena. Layer: cmd.
 */
#ifndef CMD_GIT_CAT_FILE_H
#define CMD_GIT_CAT_FILE_H

#include "cmd/app.h"

struct cat_file_object {
	struct str type; /* "blob", "tree", "commit", "tag" */
	struct str bytes;
};

/* `git_dir`: where the repository's own files are; `oid`: hex digits. The bytes are not checked
 * against it. */
NODISCARD bool git_cat_file(struct app *app, const char *git_dir, struct str oid, size_t limit,
    struct cat_file_object *out, struct err *err);

#endif

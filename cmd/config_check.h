/*
 * config_check.h: reads every tfherald.yaml below a directory and collects all that is wrong.
 *
 * Directories that are not part of the repository's own text (.git, .terraform, node_modules) are
 * left out; symbolic links to directories are not followed. Errors: ERR_IO (the directory cannot be
 * read), ERR_LIMIT (over 100,000 directories, 64 levels). Layer: cmd.
 */
#ifndef CMD_CONFIG_CHECK_H
#define CMD_CONFIG_CHECK_H

#include "cmd/settings_file.h"

/* `workspace.root` is where it begins; names of files are relative to it. */
NODISCARD bool config_check(struct arena *arena, const struct workspace *workspace,
    struct problems *problems, size_t *files, struct err *err);

#endif

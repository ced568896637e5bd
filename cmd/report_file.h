/*
 * report_file.h: --report FILE and --reports DIR: the outcome as JSON on disk; --html FILE.
 *
 * Written to a temporary name and renamed. In a directory the name is made from target, operation
 * and a hash of directory, target, operation and shard, so that parallel jobs do not meet.
 *
 * Errors: ERR_IO, ERR_USAGE. Layer: cmd.
 */
#ifndef CMD_REPORT_FILE_H
#define CMD_REPORT_FILE_H

#include "base/str.h"
#include "report/outcome.h"

NODISCARD bool report_write(
    struct arena *arena, const char *path, const struct outcome *outcome, struct err *err);
/* The same as the HTML page. */
NODISCARD bool html_write(
    struct arena *arena, const char *path, const struct outcome *outcome, struct err *err);

/* What the options of a command name to be written. */
struct written_file {
	const char *option, *path; /* "--report"; path NULL: not given */
};
/* ERR_USAGE when two of them are one file: the second would take the place of the first. Devices
 * and pipes take several. */
NODISCARD bool written_files_differ(
    const struct written_file *files, size_t count, struct err *err);

/* "envs-prod-db.plan.1a2b3c4d.json" below `directory`, which is made when it is missing. */
NODISCARD bool report_path(struct arena *arena, const char *directory,
    const struct outcome *outcome, const char **path, struct err *err);

#endif

/*
 * import_findings.h: findings of other tools (SARIF 2.1.0 files) join the verdict of a directory:
 * attributed, under the same levels and waivers.
 *
 * A result belongs to the directory that its file is in, or to one that calls the module its file
 * is in; else to the nearest directory above it; else to the first one. Paths are taken as relative
 * to what the document says, to the repository root, or to one of the directories, whichever is
 * there. Those of a directory stand in the order of file, line, column and rule. The resource is
 * the one the document names, else the block that the line is in.
 *
 * Errors: ERR_IO (66), ERR_SYNTAX, ERR_INVALID, ERR_LIMIT (65) with the file. Ownership: the run
 * arena. Layer: cmd.
 */
#ifndef CMD_IMPORT_FINDINGS_H
#define CMD_IMPORT_FINDINGS_H

#include "cmd/policies.h"
#include "policies/import_sarif.h"

/* Reads all files. Before anything is judged. */
NODISCARD bool imports_read(struct app *app, const struct option_list *files,
    struct imported_results *out, struct err *err);

struct import_target {
	struct policies *policies; /* gets its findings */
	const struct plan *plan;
};
/* At least one target, all of one repository. */
void imports_assign(struct app *app, const struct imported_results *results,
    const struct import_target *targets, size_t count);

#endif

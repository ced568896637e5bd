/*
 * import_findings.h: findings of other tools (SARIF 2.1.0 files) join a verdict: attributed, under
 * the same levels and waivers. Errors: ERR_IO, ERR_SYNTAX, ERR_INVALID with the file. Layer: cmd.
 */
#ifndef CMD_IMPORT_FINDINGS_H
#define CMD_IMPORT_FINDINGS_H

#include "cmd/policies.h"

NODISCARD bool import_findings(struct app *app, const struct policies *policies,
    const struct option_list *files, struct verdict *verdict, struct err *err);

#endif

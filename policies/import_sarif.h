/*
 * import_sarif.h: results of other tools (SARIF 2.1.0) as findings.
 *
 *	level error, warning, note and none   deny, warn, info
 *	no level                              that of the rule, else warn (SARIF 3.27.10)
 *	kind pass, notApplicable              passed over; so is a baselineState of "absent"
 *	kind open, review, informational      warn, warn, info
 *	suppressed by the tool                a finding that is waived, with the tool's reason
 *
 * The rule of a finding is called "TOOL:RULE" ("tflint:aws_instance_invalid_type", the tool's name
 * in lower case), which is what waivers and overrides name. Its value fingerprint is made of the
 * tool's own fingerprints, else of the message: so a waiver can be bound to it.
 *
 * Everything in such a file is foreign: texts are cut and made safe to show. Places are as the tool
 * wrote them; which file of the repository that is, and which resource, is for the caller to find.
 *
 * Errors: ERR_SYNTAX (line and column), ERR_INVALID (path in the document), ERR_LIMIT over
 * IMPORT_RESULTS_MAX. Ownership: `arena`; `text` must outlive the results. Layer: policies.
 */
#ifndef POLICIES_IMPORT_SARIF_H
#define POLICIES_IMPORT_SARIF_H

#include "policies/finding.h"

#define IMPORT_BYTES_MAX   ((size_t)64 << 20)
#define IMPORT_RESULTS_MAX 10000

struct imported_result {
	struct finding finding; /* without directory, address, file, fingerprint */
	const char *said;	/* of the level: "error", "no level", "kind open" */
	const char *document;	/* the file as it was given */
	struct str path;	/* percent-decoded, without file://; empty: none */
	bool absolute;		/* the path is */
	int line, column;	/* 0: not told */
	struct str address;	/* of a logical location that is one; else empty */
};

struct imported_results {
	struct imported_result *items;
	size_t count;
	size_t passed_over;
};

/* Appends the results of one document. `file` is for errors and names where they are from. */
NODISCARD bool import_sarif(struct arena *arena, const char *file, struct str text,
    struct imported_results *out, struct err *err);

#endif

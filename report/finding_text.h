/*
 * finding_text.h: one finding at a time, as the machine formats (SARIF, JUnit, annotations) tell
 * it: plain sentences, levels, places.
 *
 * Texts are one line of safe plain text (control characters gone, names letter by letter); escaping
 * for the format is left to the renderer. Ownership: the arena given. Layer: report.
 */
#ifndef REPORT_FINDING_TEXT_H
#define REPORT_FINDING_TEXT_H

#include "report/checked.h"
#include "report/findings.h"

/* "aws_x.y: message; cannot be verified before apply: depends on aws_kms_key.main.arn". */
struct str finding_sentence(
    struct arena *arena, const struct verdict *verdict, const struct finding *finding);
/* One line of its block, as plain text; empty when there is none. */
struct str finding_line(struct arena *arena, const struct verdict *verdict,
    const struct finding *finding, enum block_line line);
/* "db-protect: Production databases are never destroyed" */
struct str finding_heading(struct arena *arena, const struct finding *finding);

/* What it counts as, or would count as if nobody had let it go. */
enum level finding_shown_level(const struct finding *finding);

/* The nearest file that is known: of the resource, of the root module, of the rule. The file is
 * never empty; line 0: only the file is known. */
struct policy_place finding_place(const struct verdict *verdict, const struct finding *finding);

/* The verdicts of a check: of each directory, then that of rules over all of them. */
#define CHECKED_VERDICTS(checked) ((checked)->count + 1)
const struct verdict *checked_verdict(const struct checked *checked, size_t i);
/* "envs/prod", "." for the root, "all plans". */
struct str checked_name(const struct checked *checked, size_t i);

#endif

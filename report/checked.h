/*
 * checked.h: the verdicts of one `check`, over one or several directories, and their pictures.
 *
 * One outcome per directory (its verdict is in it), and the verdict of the rules of scope `run`
 * over all of them. Renderers are pure: data -> sink. Layer: report.
 */
#ifndef REPORT_CHECKED_H
#define REPORT_CHECKED_H

#include "report/outcome.h"
#include "report/render.h"

struct sink;

struct checked {
	const char *version; /* of tfherald */
	const struct outcome *const *outcomes;
	size_t count;
	struct verdict run; /* scope run; not evaluated: there was one plan only */
	const struct ruleset *const
	    *rulesets; /* of each outcome: rules for help texts; may be NULL */
};

/* Does any of them deny? */
bool checked_denied(const struct checked *checked);

/* What came of one directory, worst last. */
enum check_result {
	CHECK_PASSED,
	CHECK_WARNED,
	CHECK_OVERRIDDEN,
	CHECK_WITHHELD,
	CHECK_DENIED,
};
enum check_result checked_result(const struct verdict *verdict);
const char *check_result_text(enum check_result result); /* "DENIED by policy" */
/* The directory, never empty: "." for the root. */
struct str checked_directory(struct arena *arena, const struct outcome *outcome);
/* Is there anything to say of the rules about all plans? Then as an outcome of its own. */
bool checked_has_run(const struct checked *checked);
void checked_run_outcome(const struct checked *checked, struct outcome *out);
struct buf;
/* "3 directories: 1 denied" */
void checked_say_totals(struct buf *buf, const struct checked *checked);

/* For people. */
NODISCARD bool render_check_terminal(struct arena *arena, const struct checked *checked,
    const struct render_options *options, struct sink *sink, struct err *err);
NODISCARD bool render_check_markdown(struct arena *arena, const struct checked *checked,
    const struct render_options *options, struct sink *sink, struct err *err);
/* The verdicts as JSON (docs/schema/check.json). */
void render_check_json(struct arena *arena, const struct checked *checked, struct sink *sink);
/* SARIF 2.1.0: rule help, fingerprints, .tf file and line (render_sarif.c). */
void render_sarif(struct arena *arena, const struct checked *checked, struct sink *sink);
/* JUnit XML: a suite per directory, a case per rule, denials as failures (render_junit.c). */
void render_junit(struct arena *arena, const struct checked *checked, struct sink *sink);
/* GitHub workflow commands: ::error file=...,line=...:: (render_annotations.c). */
void render_annotations(struct arena *arena, const struct checked *checked, struct sink *sink);

#endif

/*
 * verification.h: what came of comparing a plan with the reviewed one, and its pictures.
 *
 * Values that are shown come from reports and outcomes, which are redacted. Layer: report.
 */
#ifndef REPORT_VERIFICATION_H
#define REPORT_VERIFICATION_H

#include "report/plan_compare.h"
#include "report/render.h"

#define VERIFY_SCHEMA	 "https://tfherald.dev/schema/verify/1" /* an identifier, never fetched */
#define VERIFY_VERSION	 1
#define VERIFY_NOTES_MAX 8

struct verification {
	enum plan_match match;
	struct str fingerprint;		    /* the reviewed one */
	const struct report *report;	    /* NULL: only its fingerprint is known */
	struct str report_name;		    /* path; empty: none */
	const struct outcome *planned;	    /* its facts have the directory */
	struct plan_comparison comparison;  /* without a report: empty */
	struct str notes[VERIFY_NOTES_MAX]; /* one line each, what a person should know */
	size_t note_count;
};

/* By their fingerprints alone: identical or differs. */
void verify_fingerprint(struct arena *arena, struct str fingerprint, const struct outcome *planned,
    struct verification *out);
/* ERR_INVALID: the report has no plan or no fingerprint. */
NODISCARD bool verify_report(struct arena *arena, const struct report *report,
    struct str report_name, const struct outcome *planned, struct verification *out,
    struct err *err);

NODISCARD bool render_verification(struct arena *arena, const struct verification *verification,
    const struct render_options *options, struct str *out, struct err *err);
NODISCARD bool render_verification_json(
    const struct verification *verification, struct sink *sink, struct err *err);

#endif

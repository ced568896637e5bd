/*
 * report_read.h: reads back a report that --report wrote (docs/schema/outcome.json), as far as a
 * plan is compared with it.
 *
 * One pass finds out what it is and where each change stands; a change is read when it is asked
 * for. A report comes from another job and may be anything: what is no whole report of a version
 * that we know is refused. So is one whose fingerprint is not that of its leaves. Fields that we do
 * not know are skipped.
 *
 * Errors: ERR_SYNTAX with line and column, ERR_INVALID, ERR_LIMIT (REPORT_BYTES_MAX,
 * REPORT_ROWS_MAX, REPORT_ROW_BYTES_MAX), ERR_IO. Ownership: `arena`; the input must stay open as
 * long as rows are loaded. Memory: 48 bytes a change. Layer: report.
 */
#ifndef REPORT_REPORT_READ_H
#define REPORT_REPORT_READ_H

#include "base/json_cursor.h"
#include "base/value.h"
#include "parser/plan_fingerprint.h"

struct arena;
struct err;
struct input;
struct secrets;

#define REPORT_BYTES_MAX     ((uint64_t)1 << 30)
#define REPORT_ROWS_MAX	     ((size_t)4000000)
#define REPORT_ROW_BYTES_MAX ((uint64_t)128 << 20)

struct report_row {
	struct change_leaf leaf;
	uint8_t kind; /* enum leaf_kind */
	struct span span;
};

struct report {
	const struct input *input;
	struct str operation, time; /* as they stand there; may be empty */
	struct str repository, commit, directory, target;
	bool has_plan, errored;
	struct plan_fingerprint fingerprint; /* text empty: it has none */
	struct report_row *rows;	     /* those that have a leaf, in its order */
	size_t row_count;		     /* less than fingerprint.count: not all are listed */
	/* Of the plan it is compared with, or NULL: what is secret now is not shown from a report
	 * that was made before anybody said so. */
	const struct secrets *secrets;
};

NODISCARD bool report_read(
    struct arena *arena, const struct input *input, struct report *out, struct err *err);

/* One row as it stands in the report, without `secrets`: a map. */
NODISCARD bool report_load(struct arena *arena, const struct report *report,
    const struct report_row *row, struct value *out, struct err *err);

#endif

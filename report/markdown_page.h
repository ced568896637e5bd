/*
 * markdown_page.h: the page that the parts of a Markdown comment are written on.
 *
 * What there is to tell is a list of parts (parts.h), how much of each the budget decides
 * (budget.h). A writer writes one item at a level, or the line for the rest; the same writer is
 * used to measure. What it writes depends on nothing that stands before it, but for a blank line
 * that is left out when there is one. Internal to report/render_markdown*.c and
 * report/render_check_markdown.c. Layer: report.
 */
#ifndef REPORT_MARKDOWN_PAGE_H
#define REPORT_MARKDOWN_PAGE_H

#include "base/buf.h"
#include "report/detail.h"
#include "report/parts.h"

struct err;

#define PAGE_FOOTER_MAX ((size_t)360) /* the last lines */

/* Where a text is read line by line. */
struct page_cursor {
	struct str rest;
	size_t next; /* the number of the line that `rest` begins with */
};

struct page {
	struct arena *arena; /* scratch, rewound after each item */
	struct arena *spare; /* for what is written to be measured only */
	struct buf out;	     /* in neither of them */
	size_t max_bytes;
	struct parts parts;
	bool in_html; /* within <summary>: nothing is Markdown there */
	struct page_cursor cursor;
	size_t text_start; /* where the plan's text begins */
	bool text_fenced;  /* its fence is closed */
	bool measuring;
};

/* Says how an item looks at a level (budget.h); and the line for those from `from` on. */
struct part_writer {
	void (*begin)(struct page *page, const struct part *part); /* NULL: its heading */
	void (*item)(struct page *page, const struct part *part, size_t index, unsigned level);
	/* `whole`: its level; NULL: "- … and 4,980 more" */
	void (*rest)(struct page *page, const struct part *part, size_t from, unsigned whole);
	void (*end)(struct page *page, const struct part *part); /* NULL: nothing, or the fold's */
};

/* Asks the budget, beside `fixed` bytes that are there in any case. */
void page_spend(struct page *page, size_t fixed);
/*
 * A comment up to what the budget decides; then page_write_comment(). The arenas, `out` and
 * `max_bytes` of the page are set. ERR_LIMIT when there is not even room for the title.
 */
NODISCARD bool page_plan_comment(struct page *page, const struct outcome *outcome, struct err *err);
void page_write_comment(struct page *page, const struct outcome *outcome);
/* What the budget left of it. */
void page_write_part(struct page *page, size_t at);
unsigned page_level_of(const struct page *page, enum part_kind kind); /* of its first item */
/* Bytes of the line for all items of a part: what it may have at most. */
size_t page_rest_size(const struct page *page, const struct part *part, unsigned whole);

/* A blank line, unless there is one. */
void page_blank(struct page *page);
/* "#### Errors (2)" and a blank line; or <details> with its summary line. */
void page_heading(struct page *page, const struct part *part);
void page_fold_end(struct page *page);
/* "- … and 4,980 more", without the line's end; of all of them "- 5,000 not named here", which is
 * the longer form. */
void page_rest_words(struct page *page, size_t from, size_t left);
void page_more(struct page *page, size_t count); /* the former, with it */
/* A name as code, for where it stands. */
void page_code(struct page *page, struct str text, size_t max);

/* render_check_markdown.c */
extern const struct part_writer directory_writer, table_writer;

/* render_markdown_changes.c */
extern const struct part_writer change_writer;	/* groups of changes */
extern const struct part_writer mixed_writer;	/* changes with their action: deferred, planned */
extern const struct part_writer update_writer;	/* collapsed */
extern const struct part_writer applied_writer; /* what an apply came to */
extern const struct part_writer output_writer, drift_writer, invocation_writer, check_writer;

/* render_markdown_diff.c */
/* Are the diffs of a part so short, taken together, that they stand there without a click? */
bool page_diffs_are_short(struct page *page, const struct part *part);
/* What can be shown of the change beside its line. */
bool page_has_diff(const struct part *part, const struct outcome_change *change);
/* A fence with the diffs of `count` changes, at most about `bytes`; one of several with its
 * address. `indent`: spaces before each line. Nothing when not even one line fits. */
struct page_diff_size {
	size_t bytes;
	const struct detail_limits *limits;
};
void page_diff(struct page *page, const struct outcome_change *const *changes, size_t count,
    const struct page_diff_size *size, const char *indent);

/* render_markdown_findings.c */
extern const struct part_writer verdict_writer, policy_note_writer, finding_writer, waiver_writer;

/* render_markdown_text.c */
extern const struct part_writer diagnostic_writer, error_text_writer, tail_writer, text_writer;
void page_add_text(
    struct page *page, const struct outcome *outcome); /* the part, if there is a text */
/* Long runs of backticks, which would make a fence long, are broken up by a space. */
#define FENCE_TICKS_MAX ((size_t)64)
struct str page_without_long_runs(struct arena *arena, struct str line);
/* A fence around what stands on the page from `start` on. */
void page_fence_around(struct page *page, size_t start, const char *info, const char *indent);

#endif

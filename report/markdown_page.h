/*
 * markdown_page.h: the page that the sections of the Markdown comment are written on.
 *
 * The page keeps the limit: a section writes what it has, looks whether it fitted, and goes back if
 * not. Sections come in order of importance, and each leaves room for the shortest form of those
 * after it (page->reserve). Internal to report/render_markdown*.c. Layer: report.
 */
#ifndef REPORT_MARKDOWN_PAGE_H
#define REPORT_MARKDOWN_PAGE_H

#include "base/buf.h"
#include "report/applied.h"
#include "report/findings.h"
#include "report/groups.h"

#define PAGE_FOOTER_MAX	 ((size_t)260) /* the last lines */
#define PAGE_SECTION_MIN ((size_t)120) /* heading and "... and N more" */

/* Destroys, replaces, forgets and unknown actions: what is neither named nor counted by its type is
 * in the heading of its group or in the caution only. */
struct losses {
	size_t total, named, counted;
};

struct page {
	struct arena *arena; /* scratch; `out` is in the caller's */
	const struct outcome *outcome;
	struct buf out;
	size_t max_bytes;
	size_t footer;	/* kept for the last lines */
	size_t reserve; /* kept for the shortest form of the sections to come */
	struct groups groups;
	struct applied applied; /* of an apply, else empty */
	struct findings findings, after_apply;
	bool tells_verdict, tells_after_apply;
	size_t listed; /* resources with a line of their own */
	struct losses losses;
};

/* Opens the room up to the reserve, less `aside`; returns where a section can go back to. */
size_t page_begin(struct page *page, size_t aside);
/* True when all of it fitted; else the page is as it was at `mark`. */
bool page_end(struct page *page, size_t mark);
/* "#### Errors (2)" and a blank line. */
void page_heading(struct page *page, const char *icon, const char *title, size_t count);
/* <details> with its summary line and the blank lines Markdown needs, and its end. */
void page_fold_begin(struct page *page, const char *icon, const char *title, size_t count);
void page_fold_end(struct page *page);
#define PAGE_FOLD_END_SIZE ((size_t)13)

/* render_markdown_changes.c */
void page_add_losses(struct page *page);  /* groups that lose something, never folded */
void page_add_gains(struct page *page);	  /* the other groups */
void page_add_applied(struct page *page); /* what an apply came to */
void page_add_outputs(struct page *page);
void page_add_others(struct page *page); /* drift, deferred, invocations, checks */
/* Sections that page_add_*() will write: each needs PAGE_SECTION_MIN. */
size_t page_count_sections(const struct page *page);

/* render_markdown_findings.c */
void page_find_findings(struct page *page);	     /* of the outcome; decides what is told */
size_t page_count_findings(const struct page *page); /* sections, as below */
void page_add_verdict(struct page *page);	     /* "**Policies**: 2 denied, ..." */
void page_add_denials(struct page *page);	     /* denied, overridden, broken */
void page_add_policy_warnings(struct page *page);    /* the other sections */
void page_add_waivers(struct page *page, int64_t now);

/* render_markdown_text.c */
void page_add_errors(struct page *page);
void page_add_tail(struct page *page); /* of the output of a child that failed */
void page_add_warnings(struct page *page);
void page_add_details(struct page *page); /* plan text or attribute diffs, in a fence */

#endif

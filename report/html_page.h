/*
 * html_page.h: how the HTML report is written: pieces of markup that are ours, and text that is
 * not.
 *
 * html_raw() takes literals of this program only. Everything else goes through html_text() or what
 * is built on it: the five characters of HTML are written as references, whatever else is not safe
 * to show is cleaned away, so that no text can become markup, in an element or in an attribute
 * (attributes always stand in double quotes).
 *
 * Internal to report/render_html*.c. Ownership: nothing is kept; `scratch` is rewound by whoever
 * fills it. Layer: report.
 */
#ifndef REPORT_HTML_PAGE_H
#define REPORT_HTML_PAGE_H

#include "base/sink.h"
#include "report/change_index.h"
#include "report/collapse.h"
#include "report/findings.h"
#include "report/module_tree.h"

struct arena;

#define HTML_ADDRESS_MAX ((size_t)2000)	  /* bytes */
#define HTML_TEXT_MAX	 ((size_t)4000)	  /* bytes of a running text: a message, a reason */
#define HTML_VALUE_MAX	 ((size_t)65536)  /* bytes of one side of a value; said on the page */
#define HTML_PART_MAX	 ((size_t)524288) /* bytes of a cell of a view, with escapes */
#define HTML_BLOCK_MAX	 ((size_t)65536)  /* bytes of a text of many lines */

/* page.css and page.js, embedded by report/html/embed_page.c when the program is built. */
extern const struct str html_page_css, html_page_js;

/* One outcome on the page; `prefix` makes its ids its own ("", or "d2-"). */
struct html {
	struct sink *sink;
	struct arena *scratch;
	const struct outcome *outcome;
	const char *prefix;
	struct module_tree tree;
	struct change_index index;
	const struct collapsed **items; /* of each change: what it is told with, or NULL */
	struct findings findings, after_apply;
	bool tells_verdict, tells_after_apply;
};

void html_raw(struct html *html, const char *markup);
void html_number(struct html *html, size_t number); /* 4980: for attributes */
void html_count(struct html *html, size_t count);   /* 4,980 */
/* "1 resource", "4,980 resources": `one` and `many` are ours. */
void html_things(struct html *html, size_t count, const char *one, const char *many);
/* Escaped; anything that is not printable is cleaned away (utf8_printable, lines are kept). */
void html_text(struct html *html, struct str text);
void html_name(struct html *html, struct str name, size_t max); /* wording_name */
void html_cut(struct html *html, struct str text, size_t max);	/* wording_cut: one line */
/* Lines of text in <pre>, at most HTML_BLOCK_MAX bytes; says how much is missing. */
void html_block(struct html *html, const char *class, struct str text);
/* "<h2>Title <span class=n>12</span></h2>"; 0: without the number. */
void html_heading(struct html *html, const char *title, size_t count);
/* <section class="..." id="..." aria-label="title"><h2>; closed by the caller. */
void html_section(struct html *html, const char *class, const char *title, size_t count);
/* The text as a link when it is one that a browser may follow: http or https, nothing strange. */
void html_link(struct html *html, struct str url, struct str text);
/* "destroy", "replace": the class and the data of a group; never data. */
const char *html_group(enum change_group group);

/* Says pieces of findings as escaped text; links become links. */
struct speaker html_speaker(struct html *html);

/* render_html_changes.c */
void html_put_changes(struct html *html);
/* Finds updates that say the same: html->items. */
void html_find_same(struct html *html);
/* Output, drift or deferred rows; `letter` begins their ids. */
void html_put_set(struct html *html, const char *title, const char *letter,
    const struct outcome_change *changes, size_t count);
/* render_html_diff.c: the table of what differs. */
void html_put_diff(struct html *html, const struct outcome_change *change);
/* render_html_findings.c */
void html_put_findings(struct html *html); /* denials, what is undecided */
void html_put_warnings(struct html *html); /* the other ones, behind the changes */
void html_put_waivers(struct html *html);
/* render_html_picture.c: the bars, by module and action */
void html_put_picture(struct html *html);
/* One bar of `counts`, `width` of 1000 wide. */
void html_put_bar(struct html *html, const size_t counts[CHANGE_GROUPS], size_t width);
/* render_html_facts.c: title and facts, errors, warnings, checks, apply, notes */
void html_put_head(struct html *html);
void html_put_verdict(struct html *html); /* "Policies: 2 denied, ..." and its notes */
void html_put_diagnostics(struct html *html, enum severity severity);
void html_put_checks(struct html *html);
void html_put_applied(struct html *html);
void html_put_invocations(struct html *html);

#endif

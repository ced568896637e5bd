/*
 * markdown.h: hostile text in GitHub-flavoured Markdown.
 *
 * Facts measured with cmark-gfm (api-facts 1.1): a fence ends at any line of as many fence
 * characters; a lone CR is a line end; <details> needs a blank line after <summary>; '|' ends a
 * table cell even inside backticks; @, #, commit ids and URLs outside code become links and
 * mentions. All functions append to a buf. Layer: report.
 */
#ifndef REPORT_MARKDOWN_H
#define REPORT_MARKDOWN_H

#include "base/buf.h"

/* Inline code span: longer fence than any run inside, one line, '|' safe in tables. */
void markdown_code(struct buf *buf, struct str text);
/* The same inside of HTML, where nothing is Markdown: <summary>. */
void markdown_html_code(struct buf *buf, struct str text);
/* Running text: every character that could start markup, a mention or a link is escaped. */
void markdown_text(struct buf *buf, struct str text);
/* A fenced block whose fence no line of the text can close. `info`: "diff", "hcl" or "". */
void markdown_fence(struct buf *buf, const char *info, struct str text);
/* How many bytes markdown_fence() would append. */
size_t markdown_fence_size(const char *info, struct str text);
/* A link whose target cannot break out; only http(s), else just the text. */
void markdown_link(struct buf *buf, struct str text, struct str url);
void markdown_code_link(struct buf *buf, struct str text, struct str url); /* text as code */

#endif

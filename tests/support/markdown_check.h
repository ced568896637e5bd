/*
 * markdown_check.h: is a Markdown text whole, and stays what comes from elsewhere inert in it?
 *
 * The functions print what is wrong and return false.
 */
#ifndef TESTS_SUPPORT_MARKDOWN_CHECK_H
#define TESTS_SUPPORT_MARKDOWN_CHECK_H

#include <stdbool.h>

#include "base/str.h"

/* Valid UTF-8; fences, tables and folds closed. */
bool markdown_is_whole(const char *label, struct str text);
/* The HTML that cmark-gfm makes of it: folds balanced, tables even, no element, link or mention out
 * of the hostile texts (outcomes.h). */
bool markdown_html_is_inert(const char *label, struct str html);

#endif

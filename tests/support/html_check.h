/*
 * html_check.h: is a page well formed, and is all of its markup ours?
 *
 * Every tag is one that the report writes and is closed where it was opened, every attribute is one
 * of ours in double quotes, every & begins a reference, no control characters, valid UTF-8, ids are
 * there once. What stands in <style> and <script> is taken as it is.
 */
#ifndef TESTS_SUPPORT_HTML_CHECK_H
#define TESTS_SUPPORT_HTML_CHECK_H

#include "base/str.h"

/* False with one line printed about the first thing that is wrong. */
bool html_is_ours(const char *label, struct str page);

#endif

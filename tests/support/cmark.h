/*
 * cmark.h: Markdown as GitHub's own family of renderers reads it (cmark-gfm with its extensions).
 */
#ifndef TESTS_SUPPORT_CMARK_H
#define TESTS_SUPPORT_CMARK_H

#include <stdbool.h>

#include "base/str.h"

bool cmark_is_there(void); /* on PATH */
void cmark_needed(void);   /* skips the test when it is not; where CI=true that is a failure */
/* With tables, strikethrough, autolinks, and raw HTML as it stands. */
struct str cmark_html(struct arena *arena, struct str markdown);

#endif

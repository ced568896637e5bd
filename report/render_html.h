/*
 * render_html.h: outcomes -> one HTML page that needs nothing else: no network, no other file.
 *
 * Streamed. With a script it searches, filters and folds; without one everything is still there to
 * read. A strict Content-Security-Policy names style and script by their hashes, so that nothing
 * else could run even if an escape were missing. Sections are folded by directory when there are
 * several outcomes; there has to be one. Errors: those of the sink. Time: linear. Layer: report.
 */
#ifndef REPORT_RENDER_HTML_H
#define REPORT_RENDER_HTML_H

#include "report/checked.h"
#include "report/render.h"

void render_html(const struct outcome *const *outcomes, size_t count, struct sink *sink);
/* With what the rules say of all plans together. */
void render_check_html(const struct checked *checked, struct sink *sink);

#endif

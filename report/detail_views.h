/*
 * detail_views.h: the parts of a view (attribute_change.view) as lines, for detail.c only.
 *
 * The first column is the mark; what is the same has none. A text keeps a gutter of its own, so
 * that a line of it that begins with '-' does not look removed. Layer: report.
 */
#ifndef REPORT_DETAIL_VIEWS_H
#define REPORT_DETAIL_VIEWS_H

#include "report/detail.h"

struct detail_view {
	struct arena *scratch; /* rewound after each line */
	detail_line *line;
	void *context;
	size_t width; /* columns of a line, about */
	size_t most;  /* parts that are written; remarks are, whatever this says */
};

/* A view that is one remark: it stands behind the path. */
bool detail_view_is_short(const struct attribute_change *row);
/* False: the callback stopped it. */
bool detail_view_lines(const struct detail_view *view, const struct attribute_change *row);

#endif

/*
 * both_sides.h: two values or texts that differ, cut so that one can see where.
 *
 * What is too long for its place is cut around the first difference, with a little of what is the
 * same before it and an ellipsis wherever something is missing. So the two sides never look the
 * same. The one place that knows how; every renderer asks here. Lengths are bytes of the text
 * before it is quoted. Time: linear. Layer: report.
 */
#ifndef REPORT_BOTH_SIDES_H
#define REPORT_BOTH_SIDES_H

#include "report/outcome.h"

struct both_sides {
	struct str before, after; /* one line each, as wording_value() writes them */
	bool is_cut;
};

/* Either may be NULL: its text is empty, and the other begins at its beginning. */
void both_sides_of(struct arena *arena, const struct shown *before, const struct shown *after,
    size_t max, struct both_sides *out);

/* How long the beginning is that two texts share, in whole characters. */
size_t both_sides_head(struct str a, struct str b);
/*
 * Where `text` is to begin when `max` bytes of it are shown, so that what follows the first `head`
 * bytes, which it shares with another, is among them. 0: at its beginning.
 */
size_t both_sides_from(struct str text, size_t head, size_t max);

#endif

/*
 * both_sides.h: two values or texts that differ, cut so that one can see where.
 *
 * What is too long for its place is cut around the first difference, with a little of what is the
 * same before it and an ellipsis wherever something is missing. Where more differs further on, the
 * last difference follows; when what is left out between the two differs as well, its length and
 * the beginning of its SHA-256 stand there. So the two sides never look the same, and neither do
 * two pairs of sides that differ. The one place that knows how; every renderer asks here. Lengths
 * are bytes of the text before it is quoted. Time: linear. Layer: report.
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

/* What is shown of a text beside another one: one or two pieces of it. */
struct cut {
	size_t from, to;    /* the first piece; what is before and behind it is left out */
	size_t resume, end; /* the second one, behind `to`; both 0: there is none */
	bool is_told;	    /* what is left out between them differs on both sides */
};
/* At most about `max` bytes of each. */
void both_sides_cut(struct str a, struct str b, size_t max, struct cut *of_a, struct cut *of_b);
/* "[12005 bytes, sha256 1a2b3c4d]" of what is left out between the two pieces. */
struct str both_sides_left_out(struct arena *arena, struct str text, const struct cut *cut);
/* In quotes, as JSON has it; an ellipsis wherever something is left out. */
struct str both_sides_string(struct arena *arena, struct str text, const struct cut *cut);
/* The same as it stands. */
struct str both_sides_pieces(struct arena *arena, struct str text, const struct cut *cut);
/* How alike two texts are: what they share at both ends, in bytes. */
size_t both_sides_share(struct str a, struct str b);

#endif

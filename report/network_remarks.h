/*
 * network_remarks.h: what network rules let in now and did not before.
 *
 * Items are those of policies/shapes_network.h. In doubt something was not open before, and a
 * denial is gone: a remark too many costs less than one too few.
 *
 * Limits: PAIRS_MAX pairs of rules are compared of one resource for each of the two questions; the
 * openings behind that count as new, and that not all denials were followed up is a remark.
 * Ownership: the arena of `parts`. Layer: report; for diff_network.c only.
 */
#ifndef REPORT_NETWORK_REMARKS_H
#define REPORT_NETWORK_REMARKS_H

#include "report/diff_parts.h"

/* The `kind` of a line that tells of something open: what of it is so as a whole. */
enum network_family {
	NETWORK_IPV4 = 1 << 0,
	NETWORK_IPV6 = 1 << 1,
};

/* Which of these ranges are open as a whole: bits of enum network_family. */
unsigned network_open_families(struct arena *arena, const struct value *cidrs);

struct network_before {
	const struct diff_lines *open; /* what was called out of it */
	const struct value *rules;
	size_t pairs; /* compared so far; 0 to begin with */
};

/* Is what `open` tells of its item (`value`) told by `before` as well, of all its ports? */
bool network_was_open(struct network_before *before, const struct diff_line *open);

/* Denials of `before` that are gone, or stand behind what they stood before (lists of items). */
void network_add_denials(
    struct diff_parts *parts, const struct value *before, const struct value *after);

#endif

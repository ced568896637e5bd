/*
 * network_remarks.h: what network rules let in now and did not before.
 *
 * Items are those of policies/shapes_network.h. In doubt something was not open before, and a
 * denial is gone: a remark too many costs less than one too few.
 *
 * Ownership: the arena of `parts`. Layer: report; for diff_network.c only.
 */
#ifndef REPORT_NETWORK_REMARKS_H
#define REPORT_NETWORK_REMARKS_H

#include "report/diff_parts.h"

/* Is what `open` tells of its item (`value`) told by `before` as well, of all its ports? */
bool network_was_open(
    const struct diff_lines *before, const struct value *denied, const struct diff_line *open);

/* Denials of `before` that are gone, or stand behind what they stood before (lists of items). */
void network_add_denials(
    struct diff_parts *parts, const struct value *before, const struct value *after);

#endif

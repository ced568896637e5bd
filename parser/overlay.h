/*
 * overlay.h: merges a change's values with the trees that say what is unknown and what is
 * sensitive.
 *
 * In Terraform's JSON an unknown attribute is an absent key of `after`, and null stands for unknown
 * only inside lists; after_unknown and before/after_sensitive are trees of the same shape holding
 * `true`. The overlay inserts what is missing and marks what is sensitive, so that look-up,
 * iteration and size are right. A subtree without unknown and sensitive parts is shared, not
 * copied.
 *
 * Ownership: new nodes in `arena`; the rest shared with the arguments. Errors: ERR_LIMIT over
 * JSON_DEPTH_MAX. A tree whose shape does not fit its value is read in the strict way: a `true`
 * where the value has no such place hides or makes unknown the closest part that is there. Only a
 * key that a map does not have hides no more than itself: it becomes a null that is marked. Layer:
 * parser.
 */
#ifndef PARSER_OVERLAY_H
#define PARSER_OVERLAY_H

#include "base/value.h"

NODISCARD bool overlay_value(struct arena *arena, struct value value, struct value unknown,
    struct value sensitive, struct value *out, struct err *err);

#endif

/*
 * callout.h: what a change does that nobody should miss: "now allows *", "now open to the internet:
 * tcp 22". It stands in the line of its change and comes before what has nothing of the kind.
 *
 * Ownership: texts are the changes'; lists in the arena given. Time: linear in the parts of what
 * differs. Layer: report.
 */
#ifndef REPORT_CALLOUT_H
#define REPORT_CALLOUT_H

#include "report/outcome.h"

/* The worst of them, not escaped; empty: there is none. `more`: how many others. */
struct str callout_of(const struct outcome_change *change, size_t *more);
/* The worst of several changes; `more` is that of its own change. */
struct str callout_of_any(const struct outcome_change *const *changes, size_t count, size_t *more);
bool callout_has(const struct outcome_change *change);

/* The rows with a call-out first, else in their order; `rows` itself when they stand so already. */
const struct outcome_change *callout_first(
    struct arena *arena, const struct outcome_change *rows, size_t count);
/* The numbers of the rows: those with a call-out, then creates, then the others. */
uint32_t *callout_order(struct arena *arena, const struct outcome_change *rows, size_t count);

#endif

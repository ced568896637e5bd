/*
 * state_json.h: `terraform show -json` of a state -> changes, so that what was undecided before an
 * apply can be decided on what is there now.
 *
 * Every resource of values.root_module and its child modules becomes a change with action no-op,
 * `after` its values (sensitive_values marked, nothing unknown), `before` equal; looked up by
 * address. Also reads the `prior_state` of a plan (the same form inside). Format versions 0.1
 * to 1.x; `values` is absent when the state is empty.
 *
 * Errors: ERR_SYNTAX, ERR_INVALID (no state), ERR_LIMIT. Limits: STATE_MAX bytes, STATE_ITEMS_MAX
 * resources. Ownership: the arena. Layer: parser.
 */
#ifndef PARSER_STATE_JSON_H
#define PARSER_STATE_JSON_H

#include "parser/plan.h"

#define STATE_MAX	((size_t)256 << 20)
#define STATE_ITEMS_MAX ((size_t)1000000)

struct state; /* opaque */

/* The input must outlive the state: values stay there until they are asked for. */
NODISCARD bool state_read_json(
    struct arena *arena, const struct input *input, const struct state **out, struct err *err);
/* What the plan was made on; a plan without it gives an empty state. */
NODISCARD bool state_read_prior(
    struct arena *arena, const struct plan *plan, const struct state **out, struct err *err);

/* Of the planned values: the resources and outputs as they are to be, without what is unknown. */
NODISCARD bool state_read_planned(
    struct arena *arena, const struct plan *plan, const struct state **out, struct err *err);

/* False: nothing of resource number i is marked sensitive. */
bool state_is_marked(const struct state *state, size_t i);
size_t state_count(const struct state *state);
/* Change number i; values valid as long as the arena. */
NODISCARD bool state_change(
    struct arena *arena, const struct state *state, size_t i, struct change *out, struct err *err);
/* By address, deposed objects left out; *found false when it is not there (any more). */
NODISCARD bool state_find(struct arena *arena, const struct state *state, struct str address,
    struct change *out, bool *found, struct err *err);
/* The value of an output, marked when it is sensitive. */
NODISCARD bool state_output(struct arena *arena, const struct state *state, struct str name,
    struct value *out, bool *found, struct err *err);

#endif

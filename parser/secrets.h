/*
 * secrets.h: the literal secrets of a plan, to hide them where they stand unmarked.
 *
 * Terraform loses marks: an output computed from a sensitive input, or its own text of a replace,
 * can show in clear what the same plan marks sensitive elsewhere (docs/decisions/0007). The strings
 * that a change marks are collected while it is visited; afterwards text and values are searched
 * for them.
 *
 * Units: bytes. Limits: strings of SECRET_MIN bytes and more, long ones piece by piece, SECRETS_MAX
 * forms of them; further ones are not collected and secrets_full() says so. Searching is
 * base/masker.h. Ownership: the arena's, copies of the strings too. Layer: parser.
 */
#ifndef PARSER_SECRETS_H
#define PARSER_SECRETS_H

#include "base/masker.h"
#include "parser/plan.h"
#include "parser/redact.h"

#define SECRET_MIN	 ((size_t)8)
#define SECRET_LINE_MIN	 MASKER_LINE_MIN
#define SECRETS_MAX	 MASKER_COUNT_MAX
#define SECRET_NAME_MIN	 ((size_t)12)
#define SECRET_NAME_LONG ((size_t)24)

struct secrets; /* opaque */

struct secrets *secrets_new(struct arena *arena);
/*
 * Takes over what this change marks sensitive, and what a detector found in it
 * (detectors_mark(); only what no ordinary word is): as it is and in the forms of
 * masker_add_encoded().
 */
void secrets_collect(struct secrets *secrets, const struct change *change);
void secrets_add(struct secrets *secrets, struct str secret);
/* One of the environment or the user's: also looked for in names. */
void secrets_add_own(struct secrets *secrets, struct str secret);
/* All strings and numbers inside. */
void secrets_add_value(struct secrets *secrets, struct value value);
/* The values of the variables that the root module declares sensitive; `scratch` is rewound. */
NODISCARD bool secrets_collect_variables(
    struct secrets *secrets, const struct plan *plan, struct arena *scratch, struct err *err);
/*
 * What the plan marks where nothing changes: in records that do nothing, in the state it was made
 * on, in the values it plans. Records without a mark are not read. `scratch` is rewound.
 */
NODISCARD bool secrets_collect_rest(
    struct secrets *secrets, const struct plan *plan, struct arena *scratch, struct err *err);
size_t secrets_count(const struct secrets *secrets);
bool secrets_full(const struct secrets *secrets);

/* Before the first search, after the last secret. */
void secrets_seal(struct secrets *secrets);

/* Also as JSON, five times over, or an address writes it, and where a line is broken in it. */
bool secrets_are_in(const struct secrets *secrets, struct str text);
/* The same text when none is in it, else a copy with SHOWN_SENSITIVE in their place. */
struct str secrets_hide(struct arena *arena, const struct secrets *secrets, struct str text);
/*
 * The same for an address, a path or another name. What the plan marks is looked for in it from
 * SECRET_NAME_MIN bytes on, with digits and letters or a blank in it, or from SECRET_NAME_LONG on:
 * a word stands in many names.
 */
struct str secrets_hide_name(struct arena *arena, const struct secrets *secrets, struct str name);
/* Does a string or a number hold one? */
bool secrets_are_in_scalar(const struct secrets *secrets, struct value value);
/* The change with the strings and numbers that hold one marked as sensitive. Its containers are
 * copies in `arena`. */
struct change secrets_mark(
    struct arena *arena, const struct secrets *secrets, const struct change *change);
/* The same for the leaves of a shown value: one that holds a secret becomes HIDDEN, and so does a
 * map with one among its keys. */
struct shown secrets_hide_value(
    struct arena *arena, const struct secrets *secrets, struct shown shown);

#endif

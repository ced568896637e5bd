/*
 * change_leaf.h: one change as a digest: what a plan does there, and nothing else.
 *
 * A leaf is SHA-256 over the kind of row, address, deposed key (these as their digest), action,
 * previous address, what is imported (id, identity), and every path at which the two sides differ,
 * with the canonical values (canonical.h) before and after. Absent and null are the same; what is
 * only known after apply is "unknown". A place that only one side marks as sensitive is in it, with
 * the same value too. Two leaves are different when any action, address, changed value or changed
 * mark is.
 *
 * Not in it, as they say why or when and not what: reasons and replace_paths, providers and
 * versions, values that stay as they are.
 *
 * A value that is not shown (redact.h: a part whose shown form is not the raw one) enters as
 * HMAC-SHA-256 under the key, so that nobody can search for it; without a key it is left out, only
 * that it changes is in, and `hidden_left_out` counts it. So does text with a part that is not
 * shown; of JSON text everything else is in without a key, too, but as what it says and not by its
 * bytes.
 *
 * Errors: ERR_LIMIT (nested too deep, over 1 GiB). Ownership: none. Units: bytes. Layer: parser.
 * Source: report design, 5.
 */
#ifndef PARSER_CHANGE_LEAF_H
#define PARSER_CHANGE_LEAF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/compiler.h"
#include "base/str.h"
#include "parser/redact.h"
#include "parser/secrets.h"

struct arena;
struct err;

#define LEAF_ADDRESS_BYTES 8	      /* of SHA-256 over kind, address and deposed key */
#define LEAF_VALUE_BYTES   16	      /* of SHA-256 over all of it */
#define LEAF_TEXT_LEN	   32	      /* of both in base64url */
#define LEAF_OPEN_MIN	   SECRET_MIN /* no shorter one can hold what is looked for */
#define LEAF_OPEN_END	   '\xff'     /* in no UTF-8 */

struct change_leaf {
	uint8_t address[LEAF_ADDRESS_BYTES];
	uint8_t value[LEAF_VALUE_BYTES];
};

/* The same address can stand in several lists of a plan. */
enum leaf_kind {
	LEAF_RESOURCE,
	LEAF_OUTPUT,
	LEAF_DRIFT, /* of a plan that does nothing to resources but write it into the state */
	LEAF_DEFERRED,
	LEAF_ACTION, /* an action that is invoked */
};

struct leaf_maker {
	struct str key;
	/* Over all changes: places that differ and hold something hidden. */
	size_t hidden_keyed, hidden_left_out;
	/* Of the last leaf. */
	bool has_lists;	       /* lists on both sides that differ */
	struct buf open_texts; /* strings of LEAF_OPEN_MIN bytes and more that enter as they are,
				  LEAF_OPEN_END behind each: here a secret nobody marked would
				  stand; in the memory of `scratch` */
};

/* `key` must outlive it; empty: what is hidden is left out. */
void leaf_maker_open(struct leaf_maker *maker, struct str key);

/* `shown` is what became of `change`. Memory of `scratch` is not given back. */
NODISCARD bool leaf_make(struct leaf_maker *maker, struct arena *scratch, enum leaf_kind kind,
    const struct change *change, const struct shown_change *shown, struct change_leaf *out,
    struct err *err);

/* Is it of a change with this address (an output: its name)? */
bool leaf_is_of(const struct change_leaf *leaf, struct arena *scratch, enum leaf_kind kind,
    struct str address, struct str deposed);
int leaf_cmp(const struct change_leaf *a, const struct change_leaf *b); /* by address, then value */
void leaf_letters(const struct change_leaf *leaf, char out[LEAF_TEXT_LEN]);
/* False when it is none. */
NODISCARD bool leaf_from_text(struct str text, struct change_leaf *out);

#endif

/*
 * canonical.h: one text for equal values, and its digest: what fingerprints are made of.
 *
 * Keys sorted, numbers by value (1, 1.0 and 1e0 are equal), unknown as unknown. A value that is
 * hidden (marked sensitive) enters as HMAC-SHA-256 under the fingerprint key; without a key there
 * is no fingerprint of a value with hidden parts (*ok false): a plain hash of a short secret can be
 * searched for. Source: report design, 5. Layer: parser.
 */
#ifndef PARSER_CANONICAL_H
#define PARSER_CANONICAL_H

#include "base/digest.h"
#include "base/value.h"

struct arena;
struct buf;

/*
 * Appends the canonical form: each value begins with a letter and a length, so that no two values
 * have the same text. What is marked sensitive, a leaf or a whole, is keyed with `key`. False, with
 * a part of it appended: something is hidden and there is no key, or its bytes are gone
 * (VALUE_HIDDEN), or it is nested over 400 deep. Memory of `scratch` is not given back.
 */
NODISCARD bool canonical_write(
    struct arena *scratch, struct value value, struct str key, struct buf *out);
/* The same of a value that is hidden, whatever its marks: keyed as a whole. `key` is not empty. */
NODISCARD bool canonical_write_secret(
    struct arena *scratch, struct value value, struct str key, struct buf *out);
/* The entries of a map in the order of the bytes of their keys: its own, or a copy. */
const struct value_entry *canonical_entries(struct arena *scratch, struct value map);
/* "vf1:" and 16 bytes base64url of SHA-256 over canonical forms in a row; empty when not possible.
 */
struct str value_fingerprint(struct arena *arena, struct arena *scratch, const struct value *values,
    size_t count, struct str key);

#endif

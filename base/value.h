/*
 * value.h: the one tree that plans, settings and expressions share.
 *
 * A struct value is 16 bytes and is passed by value; what it points to (string bytes, list items,
 * map entries) belongs to the arena it was built in, or to the text it was read from.
 *
 * Kinds beyond JSON: UNKNOWN (known only after apply) and HIDDEN (a secret, in shown values only;
 * its bytes are gone, `as.changed` says whether it differs from the other side of the change).
 * Numbers: what fits an int64 and was written without fraction or exponent is INT, everything else
 * keeps its lexeme (Terraform's numbers have arbitrary precision).
 * UNKNOWN: `as.text`/`len` may carry the path it was found at (parser/unknowns.h), else len is 0.
 * Expressions use the same struct with more kinds (policies/cel/value.h); those never get here.
 * Maps: string keys, order of the input. VALUE_SORTED says that the keys stand in byte order;
 * otherwise maps of more than MAP_LINEAR_MAX entries carry a sorted permutation behind their
 * entries.
 *
 * Limits: lists, maps and strings up to UINT32_MAX. Layer: base.
 */
#ifndef BASE_VALUE_H
#define BASE_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct arena;
struct err;

enum value_kind {
	VALUE_NULL,
	VALUE_BOOL,
	VALUE_INT,
	VALUE_NUMBER, /* lexeme */
	VALUE_STRING,
	VALUE_LIST,
	VALUE_MAP,
	VALUE_UNKNOWN,
	VALUE_HIDDEN,
};

enum value_mark {
	VALUE_HAS_UNKNOWN = 1 << 0,   /* unknown, or something unknown inside */
	VALUE_SENSITIVE = 1 << 1,     /* marked by the plan as a whole */
	VALUE_HAS_SENSITIVE = 1 << 2, /* something sensitive inside */
	VALUE_SORTED = 1 << 3,	      /* map keys in byte order */
	VALUE_DETECTED = 1 << 4,      /* a secret that nobody marked (parser/detectors.h) */
	VALUE_HAS_DETECTED = 1 << 5,  /* one inside, or itself one */
};

struct value_entry;

struct value {
	uint8_t kind;  /* enum value_kind */
	uint8_t marks; /* enum value_mark */
	uint16_t tag;  /* free for the owner of the tree; YAML: enum yaml_style */
	uint32_t len;  /* bytes of a string or lexeme, items of a list, entries of a map */
	union {
		bool boolean;
		bool changed; /* HIDDEN */
		int64_t integer;
		uint64_t natural;		   /* of expressions */
		double real;			   /* of expressions */
		const void *other;		   /* of expressions */
		const char *text;		   /* STRING, NUMBER, UNKNOWN (may be NULL) */
		const struct value *items;	   /* LIST */
		const struct value_entry *entries; /* MAP */
	} as;
};

struct value_entry {
	struct value key; /* VALUE_STRING */
	struct value value;
};

#define MAP_LINEAR_MAX 16

static inline struct value value_null(void)
{
	return (struct value){.kind = VALUE_NULL};
}

static inline struct value value_bool(bool boolean)
{
	return (struct value){.kind = VALUE_BOOL, .as.boolean = boolean};
}

static inline struct value value_int(int64_t integer)
{
	return (struct value){.kind = VALUE_INT, .as.integer = integer};
}

static inline struct value value_unknown(void)
{
	return (struct value){.kind = VALUE_UNKNOWN, .marks = VALUE_HAS_UNKNOWN};
}

static inline struct value value_hidden(bool changed)
{
	return (struct value){.kind = VALUE_HIDDEN, .as.changed = changed};
}

/* The bytes of a STRING or NUMBER; empty for every other kind. */
static inline struct str value_text(struct value value)
{
	if (value.kind == VALUE_STRING || value.kind == VALUE_NUMBER)
		return (struct str){value.as.text, value.len};
	return STR_EMPTY;
}

/*
 * Borrows; aborts over UINT32_MAX, readers check first. Lists and maps take over from their members
 * that something inside is unknown or sensitive.
 */
struct value value_string(struct str text);
struct value value_list(const struct value *items, size_t count);
/*
 * Takes over `entries`, which the caller filled in memory of this arena, finds out whether they are
 * sorted, and else adds the permutation. False when a key stands there twice: *duplicate is that
 * key.
 */
NODISCARD bool value_map(struct arena *arena, struct value_entry *entries, size_t count,
    struct value *out, struct str *duplicate);

/* A map with the keys of another one, in its order, and other values: nothing is left to check.
 * Takes over `entries`; marks as those of value_map(), no tag. */
struct value value_map_like(struct arena *arena, struct value map, struct value_entry *entries);

/* Look-up by key; NULL when the map lacks it or when it is no map. */
const struct value *value_get(struct value map, struct str key);
const struct value *value_get_c(struct value map, const char *key);
/*
 * Many keys of one map in one pass: *out becomes the value under the key, or null. Fastest when
 * they are listed in the order in which the map usually has them.
 */
struct value_wanted {
	struct str key;
	struct value *out;
};
void value_pick(struct value map, const struct value_wanted *wanted, size_t count);

/* Convenience for reading documents: the text/bool/int under a key, or the fallback. */
struct str value_get_str(struct value map, const char *key);
bool value_get_bool(struct value map, const char *key, bool fallback);
int64_t value_get_int(struct value map, const char *key, int64_t fallback);

/*
 * Deep equality: numbers by value of their lexeme (1, 1.0 and 1e0 are equal), maps without order.
 * UNKNOWN equals UNKNOWN; two HIDDEN are equal when neither is `changed`.
 */
bool value_equal(struct value a, struct value b);
int number_cmp(struct str a, struct str b); /* JSON number lexemes, by value, exact */
bool value_as_number_text(
    struct value value, char scratch[24], struct str *out); /* INT or NUMBER */

/* A deep copy whose strings, too, live in `arena`. */
struct value value_copy(struct arena *arena, struct value value);

const char *value_kind_name(enum value_kind kind); /* "null", "bool", "number", ... for messages */

#endif

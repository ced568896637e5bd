/*
 * value.h: what an expression computes with: struct value of base, with more kinds.
 *
 * A value of a plan *is* a value of an expression, without conversion: lists and maps of a plan are
 * read in place. cel_load() is applied to every item or entry that is taken out of a container (and
 * to every variable): it turns a NUMBER lexeme into DOUBLE or UINT (a larger integer stays NUMBER
 * and only compares, prints and converts), and HIDDEN into UNKNOWN with CEL_BECAUSE_HIDDEN.
 *
 * Numbers: one that comes from data adapts to the other operand (`cpu * 2` works for 1 and 1.5);
 * literals and results of functions are strict, as the specification wants them. The mark
 * CEL_STRICT tells them apart; an operation on an adapting operand gives an adapting result.
 *
 * Kinds from CEL_FIRST on never leave the engine: cel_export() makes plain values.
 *
 * Source: the CEL language definition; its conformance vectors where the two disagree.
 * Ownership: views into plan data, the program's arena (constants) or the run's arena.
 * Layer: policies.
 */
#ifndef POLICIES_CEL_VALUE_H
#define POLICIES_CEL_VALUE_H

#include "base/value.h"

struct arena;
struct buf;
struct cel_run;

enum cel_kind {
	CEL_FIRST = 16,
	CEL_ERROR = CEL_FIRST, /* as.other: struct cel_error, or NULL when not traced */
	CEL_UINT,	       /* as.natural */
	CEL_DOUBLE,	       /* as.real */
	CEL_BYTES,	       /* as.text, len */
	CEL_TYPE,	       /* as.text, len: the name of a type */
	CEL_DURATION,	       /* as.integer seconds, len: nanoseconds as int32_t, same sign */
	CEL_TIMESTAMP,	       /* as.integer seconds since 1970, len: nanoseconds 0..999999999 */
	CEL_OPTIONAL,	       /* as.items: the value when len is 1; len 0: none */
	CEL_IP,		       /* as.text, len: the text, checked; tag: 4 or 6 */
	CEL_CIDR,   /* as.text, len: the text, checked; tag: family << 8 | prefix length */
	CEL_SEMVER, /* as.text, len: the text, checked */
	CEL_KIND_END,
};

/* More marks, beside enum value_mark. */
#define CEL_STRICT	   ((uint8_t)(1 << 4)) /* a number that does not adapt */
#define CEL_MIXED_KEYS	   ((uint8_t)(1 << 5)) /* a MAP built by an expression: keys of any kind */
#define CEL_BECAUSE_HIDDEN ((uint8_t)(1 << 6)) /* UNKNOWN because it is a secret */
/* UNKNOWN whose as.other is a struct cel_unknowns instead of a path */
#define CEL_UNKNOWN_SET ((uint8_t)(1 << 7))

/* What an unknown result depends on; sorted, without duplicates. */
struct cel_unknowns {
	const struct str *paths; /* "after.ingress[0].cidr_blocks", "pr.labels" */
	size_t count;
};

struct cel_error {
	struct str text;   /* one line; names types and paths, never values of a plan */
	uint32_t from, to; /* bytes of the source of the node that failed */
	bool is_limit;	   /* step budget, memory, regular expression gave up */
};

static inline struct value cel_int(int64_t integer)
{
	return (struct value){.kind = VALUE_INT, .marks = CEL_STRICT, .as.integer = integer};
}

static inline struct value cel_uint(uint64_t natural)
{
	return (struct value){.kind = CEL_UINT, .marks = CEL_STRICT, .as.natural = natural};
}

static inline struct value cel_double(double real)
{
	return (struct value){.kind = CEL_DOUBLE, .marks = CEL_STRICT, .as.real = real};
}

static inline struct value cel_bytes(struct str bytes)
{
	return (struct value){.kind = CEL_BYTES, .len = (uint32_t)bytes.len, .as.text = bytes.ptr};
}

static inline struct value cel_type(struct str name)
{
	return (struct value){.kind = CEL_TYPE, .len = (uint32_t)name.len, .as.text = name.ptr};
}

static inline struct value cel_time(enum cel_kind kind, int64_t seconds, int32_t nanos)
{
	return (struct value){.kind = (uint8_t)kind, .len = (uint32_t)nanos, .as.integer = seconds};
}

static inline int32_t cel_nanos(struct value value)
{
	return (int32_t)value.len;
}

static inline struct value cel_none(void)
{
	return (struct value){.kind = CEL_OPTIONAL};
}

/* `value` must live as long as the result: cel_keep() (cel.h) copies one into the run's arena. */
static inline struct value cel_some(const struct value *value)
{
	return (struct value){.kind = CEL_OPTIONAL, .len = 1, .as.items = value};
}

static inline bool cel_is_error(struct value value)
{
	return value.kind == CEL_ERROR;
}

static inline bool cel_is_unknown(struct value value)
{
	return value.kind == VALUE_UNKNOWN;
}

/* The bytes of STRING, BYTES, TYPE, IP, CIDR, SEMVER and NUMBER. */
static inline struct str cel_text(struct value value)
{
	return (struct str){value.as.text, value.len};
}

/* The rare cases of cel_load(). */
struct value cel_load_slow(struct value value);

static inline struct value cel_load(struct value value)
{
	return LIKELY(value.kind != VALUE_NUMBER && value.kind != VALUE_HIDDEN)
		   ? value
		   : cel_load_slow(value);
}

/* Name of the type, as type() gives it: "int", "google.protobuf.Timestamp", "optional_type". */
struct str cel_type_name(struct value value);
/* For error texts: the same, without allocation. */
const char *cel_kind_name(uint8_t kind);

/*
 * Equality with unknowns: a bool; UNKNOWN when it depends on an unknown part (false as soon as
 * known parts differ; how long a list with an unknown item is, is unknown). Different types are not
 * equal (no error); numbers compare by value across int, uint, double and NUMBER; NaN equals
 * nothing. `run` NULL: no paths are collected and an UNKNOWN without paths is returned.
 */
struct value cel_equal(struct cel_run *run, struct value a, struct value b);

/* Order of two values of one type (numbers: of any two); false when they have none. *nan: one of
 * them is NaN, so that every comparison is false. Strings by code points, bytes by bytes, false
 * before true. */
bool cel_compare(struct value a, struct value b, int *order, bool *nan);

/* Entry of a map by key (STRING, INT, UINT, BOOL; a DOUBLE that is integral finds its integer), not
 * loaded; NULL: not there. Works for plan maps and for maps of expressions. */
const struct value *cel_map_get(struct value map, struct value key);

/* container[key], loaded: an item of a list (INT, or another number that is integral) or an entry
 * of a map. Out of range, a missing key and other types are error values. */
struct value cel_index(struct cel_run *run, struct value container, struct value key);

/* A plain value (kinds below CEL_FIRST) for JSON: bytes as base64, times as text, a type by its
 * name, optional as its value or null, keys as text; doubles get their shortest lexeme. False with
 * err for NaN, infinities, errors and results that are too large or too deep. Unknowns stay
 * UNKNOWN; those that are so because they are a secret become HIDDEN. */
struct err;
NODISCARD bool cel_export(
    struct arena *arena, struct value value, struct value *out, struct err *err);

/* For messages: strings as they are, everything else as string() would print it, lists and maps as
 * JSON; UNKNOWN "(known after apply)" or "(sensitive)". At most `limit` bytes, cut at a character
 * with "...". */
struct str cel_to_text(struct arena *arena, struct value value, size_t limit);
/* The same, or false where it does not fit. */
NODISCARD bool cel_to_whole_text(
    struct arena *arena, struct value value, size_t limit, struct str *out);

/* Text forms shared by string(), export and messages. */
struct str cel_duration_text(struct arena *arena, struct value duration);   /* "1.5s" */
struct str cel_timestamp_text(struct arena *arena, struct value timestamp); /* RFC 3339, UTC */
struct str cel_double_text(struct arena *arena, double real);		    /* shortest */

#endif

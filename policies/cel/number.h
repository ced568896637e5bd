/*
 * number.h: numbers of four kinds (INT, UINT, DOUBLE, NUMBER), and how two of them meet.
 *
 * Comparison is exact across kinds. One exception, which the conformance vectors want: the double
 * 2^63 counts as the largest int (and 2^64 as the largest uint), because that is what it was before
 * somebody converted it.
 *
 * Arithmetic of two strict numbers of different kinds is no overload; a number that adapts (no
 * CEL_STRICT) takes the kind of the other one.
 *
 * Layer: policies; part of value.h.
 */
#ifndef POLICIES_CEL_NUMBER_H
#define POLICIES_CEL_NUMBER_H

#include "policies/cel/value.h"

static inline bool cel_is_number(struct value value)
{
	return value.kind == VALUE_INT || value.kind == CEL_DOUBLE || value.kind == CEL_UINT ||
	       value.kind == VALUE_NUMBER;
}

static inline bool cel_is_strict(struct value value)
{
	return (value.marks & CEL_STRICT) != 0;
}

/* The text of a decimal number (as JSON writes it) as the nearest double; any length. */
double cel_text_double(struct str text);
/* Any number as a double, rounded. */
double cel_to_double(struct value number);
/* Truncated; false when it is out of range or NaN (the limits of int themselves included, as the
 * vectors want it). */
bool cel_double_to_int(double real, int64_t *out);
bool cel_double_to_uint(double real, uint64_t *out);

/* Is it an int for a function that wants one? An INT, or an adapting number that is integral and in
 * range. */
bool cel_int_argument(struct value value, int64_t *out);
/* The same for double: a DOUBLE, or an adapting number. */
bool cel_double_argument(struct value value, double *out);
/* The integer that a number of any kind is equal to, as INT or UINT; for keys and indexes. */
bool cel_integral(struct value number, struct value *out);

/* -1, 0, 1; *nan when one of them is NaN. */
int cel_number_order(struct value a, struct value b, bool *nan);

enum cel_meeting {
	CEL_MEET,      /* both have one kind now: INT, UINT or DOUBLE */
	CEL_MEET_NOT,  /* no overload takes them */
	CEL_MEET_SIGN, /* a negative number cannot become a uint */
};
/* Brings two numbers to one kind. */
enum cel_meeting cel_numbers_meet(struct value *a, struct value *b);

#endif

/*
 * json_token.h: the tokens of JSON in memory: strings, numbers, literals. The one place that knows
 * how they are written, for json_read.c and json_cursor.c.
 *
 * Each function starts at *at and leaves it behind the token, or at the byte that is wrong.
 * Errors: enum json_fault; the caller knows the place and makes a struct err of it. Layer: base.
 */
#ifndef BASE_JSON_TOKEN_H
#define BASE_JSON_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json_scan.h"
#include "base/value.h"

/* fault and text */
#define JSON_FAULTS(X)                                                              \
	X(JSON_FINE, "no error")                                                    \
	X(JSON_FAULT_END, "unexpected end of input (truncated?)")                   \
	X(JSON_FAULT_CONTROL, "control character in a string")                      \
	X(JSON_FAULT_ESCAPE, "unknown escape in a string")                          \
	X(JSON_FAULT_HEX, "expected four hexadecimal digits after \\u in a string") \
	X(JSON_FAULT_UTF8, "invalid UTF-8 in a string")                             \
	X(JSON_FAULT_ZERO, "number has a leading zero")                             \
	X(JSON_FAULT_DIGIT, "expected a digit in a number")                         \
	X(JSON_FAULT_VALUE, "expected a value")

enum json_fault {
#define X(name, text) name,
	JSON_FAULTS(X)
#undef X
};

struct json_string {
	struct str raw; /* between the quotes */
	bool escaped;	/* has backslashes */
};

/* *at stands behind the opening quote. Checks all that can be wrong with a string. */
NODISCARD enum json_fault json_string_scan(
    const char **at, const char *end, struct json_string *out);
/* The same for a string without escapes and in ASCII, inline: false leaves all to the above. */
static inline bool json_string_plain(const char **at, const char *end, struct json_string *out)
{
	uint32_t wide = 0;
	const char *stop = json_scan_plain(*at, end, &wide);

	if (UNLIKELY(stop >= end || *stop != '"' || wide != 0))
		return false;
	*out = (struct json_string){{*at, (size_t)(stop - *at)}, false};
	*at = stop + 1;
	return true;
}

/* Decodes the escapes of a scanned string into `out` of at least raw.len bytes; returns the length.
 * A lone surrogate becomes U+FFFD and is counted. */
size_t json_string_decode(struct str raw, char *out, size_t *lone_surrogates);
/* A backslash stands at *at: checks the escape and moves behind it. */
NODISCARD enum json_fault json_escape_scan(const char **at, const char *end);

/* A number, true, false or null. */
NODISCARD enum json_fault json_scalar_scan(const char **at, const char *end, struct value *out);

const char *json_fault_text(enum json_fault fault);

#define JSON_FOUND_MAX 24
/* "'x'" or "byte 0x07", for messages. */
const char *json_found(char byte, char out[JSON_FOUND_MAX]);

static inline bool json_is_space(char byte)
{
	return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
}

#endif

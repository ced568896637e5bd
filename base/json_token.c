#include "base/json_token.h"

#include <stdint.h>
#include <stdio.h>

#include "base/json_scan.h"
#include "base/utf8.h"

/* What stands for the byte after a backslash; 0: no such escape ('u' is handled apart). */
static const char escapes[256] = {
    ['"'] = '"',
    ['\\'] = '\\',
    ['/'] = '/',
    ['b'] = '\b',
    ['f'] = '\f',
    ['n'] = '\n',
    ['r'] = '\r',
    ['t'] = '\t',
};

static int hex_digit(char byte)
{
	int folded = byte | 0x20;

	if (byte >= '0' && byte <= '9')
		return byte - '0';
	if (folded >= 'a' && folded <= 'f')
		return folded - 'a' + 10;
	return -1;
}

enum json_fault json_escape_scan(const char **at, const char *end)
{
	const char *next = *at + 1;

	if (next >= end) {
		*at = end;
		return JSON_FAULT_END;
	}
	if (*next != 'u') {
		if (escapes[(unsigned char)*next] == 0)
			return JSON_FAULT_ESCAPE;
		*at = next + 1;
		return JSON_FINE;
	}
	next++;
	for (int digit = 0; digit < 4; digit++, next++) {
		if (next >= end) {
			*at = end;
			return JSON_FAULT_END;
		}
		if (hex_digit(*next) < 0) {
			*at = next;
			return JSON_FAULT_HEX;
		}
	}
	*at = next;
	return JSON_FINE;
}

enum json_fault json_string_scan(const char **at, const char *end, struct json_string *out)
{
	const char *start = *at;
	uint32_t wide = 0;

	out->escaped = false;
	for (;;) {
		*at = json_scan_plain(*at, end, &wide);
		if (*at >= end)
			return JSON_FAULT_END;
		if (LIKELY(**at == '"'))
			break;
		if (**at != '\\')
			return JSON_FAULT_CONTROL;
		out->escaped = true;
		enum json_fault fault = json_escape_scan(at, end);
		if (fault != JSON_FINE)
			return fault;
	}
	out->raw = (struct str){start, (size_t)(*at - start)};
	if (UNLIKELY(wide != 0)) {
		size_t valid = utf8_valid_prefix(out->raw);

		if (valid != out->raw.len) {
			*at = start + valid;
			return JSON_FAULT_UTF8;
		}
	}
	(*at)++;
	return JSON_FINE;
}

/* The four digits at `at`, known to be there. */
static uint32_t hex_unit(const char *at)
{
	uint32_t unit = 0;

	for (int i = 0; i < 4; i++)
		unit = unit << 4 | (uint32_t)hex_digit(at[i]);
	return unit;
}

/*
 * `at` stands on the 'u' of an escape; returns what follows it, and behind the second half of a
 * pair. A surrogate without its partner becomes U+FFFD.
 */
static const char *decode_unit(const char *at, const char *end, uint32_t *code, size_t *lone)
{
	uint32_t unit = hex_unit(at + 1), low;

	at += 5;
	*code = unit;
	if (unit < 0xD800 || unit > 0xDFFF)
		return at;
	if (unit < 0xDC00 && end - at >= 6 && at[0] == '\\' && at[1] == 'u') {
		low = hex_unit(at + 2);
		if (low >= 0xDC00 && low <= 0xDFFF) {
			*code = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
			return at + 6;
		}
	}
	*code = 0xFFFD;
	(*lone)++;
	return at;
}

size_t json_string_decode(struct str raw, char *out, size_t *lone_surrogates)
{
	const char *at = raw.ptr, *end = raw.ptr + raw.len;
	char *to = out;
	uint32_t code;

	while (at < end) {
		const char *stop = memchr(at, '\\', (size_t)(end - at));
		size_t plain = (size_t)((stop ? stop : end) - at);

		memcpy(to, at, plain);
		to += plain;
		if (!stop)
			break;
		at = stop + 1;
		if (*at != 'u') {
			*to++ = escapes[(unsigned char)*at++];
			continue;
		}
		at = decode_unit(at, end, &code, lone_surrogates);
		to += utf8_encode(code, to);
	}
	return (size_t)(to - out);
}

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

/* At least one digit. */
static enum json_fault digits_scan(const char **at, const char *end)
{
	const char *start = *at;

	while (*at < end && is_digit(**at))
		(*at)++;
	if (*at > start)
		return JSON_FINE;
	return *at >= end ? JSON_FAULT_END : JSON_FAULT_DIGIT;
}

static enum json_fault fraction_scan(const char **at, const char *end)
{
	enum json_fault fault = JSON_FINE;

	if (*at < end && **at == '.') {
		(*at)++;
		fault = digits_scan(at, end);
	}
	if (fault == JSON_FINE && *at < end && (**at | 0x20) == 'e') {
		(*at)++;
		if (*at < end && (**at == '+' || **at == '-'))
			(*at)++;
		fault = digits_scan(at, end);
	}
	return fault;
}

/* `digits` are known to be digits; false when the number does not fit. */
static bool integer_of(struct str digits, bool negative, int64_t *out)
{
	int64_t number = 0;

	for (size_t i = 0; i < digits.len; i++) {
		int64_t digit = digits.ptr[i] - '0';

		if (__builtin_mul_overflow(number, 10, &number))
			return false;
		if (negative ? __builtin_sub_overflow(number, digit, &number)
			     : __builtin_add_overflow(number, digit, &number))
			return false;
	}
	*out = number;
	/* minus zero is no integer */
	return number != 0 || !negative;
}

static enum json_fault number_scan(const char **at, const char *end, struct value *out)
{
	const char *start = *at;
	bool negative = *start == '-';
	int64_t integer;

	*at += negative;
	const char *first = *at;
	enum json_fault fault = digits_scan(at, end);
	struct str digits = {first, (size_t)(*at - first)};
	if (fault != JSON_FINE)
		return fault;
	if (digits.len > 1 && *first == '0') {
		*at = first;
		return JSON_FAULT_ZERO;
	}
	fault = fraction_scan(at, end);
	if (fault != JSON_FINE)
		return fault;
	if (*at == first + digits.len && digits.len < 20 &&
	    integer_of(digits, negative, &integer)) {
		*out = value_int(integer);
		return JSON_FINE;
	}
	size_t len = (size_t)(*at - start);
	if (len > UINT32_MAX)
		return JSON_FAULT_VALUE;
	*out = (struct value){.kind = VALUE_NUMBER, .len = (uint32_t)len, .as.text = start};
	return JSON_FINE;
}

enum json_fault json_scalar_scan(const char **at, const char *end, struct value *out)
{
	static const struct literal {
		struct str word;
		struct value value;
	} literals[] = {
	    {STR_INIT("null"), {.kind = VALUE_NULL}},
	    {STR_INIT("true"), {.kind = VALUE_BOOL, .as.boolean = true}},
	    {STR_INIT("false"), {.kind = VALUE_BOOL, .as.boolean = false}},
	};
	size_t left = (size_t)(end - *at);

	if (left == 0)
		return JSON_FAULT_END;
	if (**at == '-' || is_digit(**at))
		return number_scan(at, end, out);
	for (size_t i = 0; i < ARRAY_LEN(literals); i++) {
		struct str word = literals[i].word;

		if (**at != word.ptr[0])
			continue;
		if (memcmp(*at, word.ptr, left < word.len ? left : word.len) != 0)
			return JSON_FAULT_VALUE;
		*at += left < word.len ? left : word.len;
		*out = literals[i].value;
		return left < word.len ? JSON_FAULT_END : JSON_FINE;
	}
	return JSON_FAULT_VALUE;
}

const char *json_fault_text(enum json_fault fault)
{
	static const char *const texts[] = {
#define X(name, text) [name] = (text),
	    JSON_FAULTS(X)
#undef X
	};

	return texts[fault];
}

const char *json_found(char byte, char out[JSON_FOUND_MAX])
{
	bool shown = byte >= 0x20 && byte < 0x7f && byte != '\'';

	(void)snprintf(out, JSON_FOUND_MAX, shown ? "'%c'" : "byte 0x%02x",
	    shown ? byte : (unsigned char)byte);
	return out;
}

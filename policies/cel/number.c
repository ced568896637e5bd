#include "policies/cel/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/size.h"

#define INT_END		9223372036854775808.0  /* 2^63 */
#define UINT_END	18446744073709551616.0 /* 2^64 */

#define SHORT_TEXT	200
#define LONG_DIGITS	800 /* more cannot change the nearest double */
#define EXPONENT_MAX	1000000
#define INTEGRAL_DIGITS 320 /* of the largest double, with room */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int64_t read_exponent(struct str text)
{
	bool negative = str_eat(&text, STR("-"));
	int64_t exponent = 0;

	(void)str_eat(&text, STR("+"));
	for (size_t i = 0; i < text.len && is_digit(text.ptr[i]); i++) {
		if (exponent < EXPONENT_MAX)
			exponent = exponent * 10 + (text.ptr[i] - '0');
	}
	return negative ? -exponent : exponent;
}

/* The first digits of a long number, and an exponent that puts the point where it was. */
static double long_text_double(struct str text)
{
	char short_text[LONG_DIGITS + 40];
	size_t len = 0, digits = 0, at = 0;
	int64_t exponent = 0;
	bool after_point = false;

	if (str_eat(&text, STR("-")))
		short_text[len++] = '-';
	for (; at < text.len && (is_digit(text.ptr[at]) || text.ptr[at] == '.'); at++) {
		char c = text.ptr[at];

		if (c == '.') {
			after_point = true;
			continue;
		}
		if (digits == 0 && c == '0') {
			exponent -= after_point;
			continue;
		}
		if (digits < LONG_DIGITS) {
			short_text[len++] = c;
			digits++;
			exponent -= after_point;
		} else {
			exponent += !after_point;
		}
	}
	if (digits == 0)
		short_text[len++] = '0';
	if (at < text.len)
		exponent += read_exponent(str_skip(text, at + 1));
	(void)snprintf(short_text + len, sizeof(short_text) - len, "e%lld", (long long)exponent);
	return strtod(short_text, NULL);
}

double cel_text_double(struct str text)
{
	char copy[SHORT_TEXT + 1];

	if (text.len > SHORT_TEXT)
		return long_text_double(text);
	memcpy(copy, text.ptr, text.len);
	copy[text.len] = '\0';
	return strtod(copy, NULL);
}

double cel_to_double(struct value number)
{
	if (number.kind == CEL_DOUBLE)
		return number.as.real;
	if (number.kind == VALUE_INT)
		return (double)number.as.integer;
	if (number.kind == CEL_UINT)
		return (double)number.as.natural;
	return cel_text_double(cel_text(number));
}

bool cel_double_to_int(double real, int64_t *out)
{
	if (!(real > -INT_END && real < INT_END))
		return false;
	*out = (int64_t)real;
	return true;
}

bool cel_double_to_uint(double real, uint64_t *out)
{
	if (!(real >= 0 && real < UINT_END))
		return false;
	*out = (uint64_t)real;
	return true;
}

bool cel_integral(struct value number, struct value *out)
{
	double real = number.as.real;

	*out = number;
	if (number.kind == VALUE_INT || number.kind == CEL_UINT)
		return true;
	/* NaN is not equal to itself cut off. */
	if (number.kind != CEL_DOUBLE || !(trunc(real) == real))
		return false;
	if (real >= -INT_END && real < INT_END)
		*out = cel_int((int64_t)real);
	else if (real >= 0 && real < UINT_END)
		*out = cel_uint((uint64_t)real);
	else
		return false;
	out->marks = number.marks;
	return true;
}

bool cel_int_argument(struct value value, int64_t *out)
{
	struct value integral;

	if (LIKELY(value.kind == VALUE_INT)) {
		*out = value.as.integer;
		return true;
	}
	if (!cel_is_number(value) || cel_is_strict(value) || !cel_integral(value, &integral))
		return false;
	if (integral.kind == CEL_UINT && integral.as.natural > INT64_MAX)
		return false;
	*out = integral.as.integer; /* the same bits */
	return true;
}

bool cel_double_argument(struct value value, double *out)
{
	if (value.kind != CEL_DOUBLE && (!cel_is_number(value) || cel_is_strict(value)))
		return false;
	*out = cel_to_double(value);
	return true;
}

/* --- order --- */

static int order_of(bool less, bool greater)
{
	return less ? -1 : greater;
}

static int int_and_double(int64_t integer, double real)
{
	int64_t whole;
	double rest;

	if (real >= INT_END)
		return real == INT_END && integer == INT64_MAX ? 0 : -1;
	if (real < -INT_END)
		return 1;
	whole = (int64_t)real;
	if (integer != whole)
		return integer < whole ? -1 : 1;
	rest = real - (double)whole;
	return order_of(rest > 0, rest < 0);
}

static int uint_and_double(uint64_t natural, double real)
{
	uint64_t whole;

	if (real >= UINT_END)
		return real == UINT_END && natural == UINT64_MAX ? 0 : -1;
	if (real < 0)
		return 1;
	whole = (uint64_t)real;
	if (natural != whole)
		return natural < whole ? -1 : 1;
	return order_of(real > (double)whole, false);
}

static int int_and_uint(int64_t integer, uint64_t natural)
{
	if (integer < 0)
		return -1;
	return order_of((uint64_t)integer<natural, (uint64_t)integer> natural);
}

/* A NUMBER is far outside of what the other kinds hold, so fractions do not matter here. */
static struct str integral_text(struct value number, char scratch[INTEGRAL_DIGITS])
{
	int len;

	if (number.kind == VALUE_NUMBER)
		return cel_text(number);
	if (number.kind == VALUE_INT)
		len = snprintf(scratch, INTEGRAL_DIGITS, "%lld", (long long)number.as.integer);
	else if (number.kind == CEL_UINT)
		len = snprintf(
		    scratch, INTEGRAL_DIGITS, "%llu", (unsigned long long)number.as.natural);
	else
		len = snprintf(scratch, INTEGRAL_DIGITS, "%.0f", number.as.real);
	return (struct str){scratch, len > 0 ? (size_t)len : 0};
}

static int by_text(struct value a, struct value b)
{
	char a_scratch[INTEGRAL_DIGITS], b_scratch[INTEGRAL_DIGITS];

	if (a.kind == CEL_DOUBLE && isinf(a.as.real))
		return a.as.real > 0 ? 1 : -1;
	if (b.kind == CEL_DOUBLE && isinf(b.as.real))
		return b.as.real > 0 ? -1 : 1;
	return number_cmp(integral_text(a, a_scratch), integral_text(b, b_scratch));
}

static int same_kind(struct value a, struct value b)
{
	if (a.kind == VALUE_INT)
		return order_of(a.as.integer<b.as.integer, a.as.integer> b.as.integer);
	if (a.kind == CEL_UINT)
		return order_of(a.as.natural<b.as.natural, a.as.natural> b.as.natural);
	return order_of(a.as.real<b.as.real, a.as.real> b.as.real);
}

static bool is_nan(struct value value)
{
	return value.kind == CEL_DOUBLE && isnan(value.as.real);
}

int cel_number_order(struct value a, struct value b, bool *nan)
{
	*nan = is_nan(a) || is_nan(b);
	if (*nan)
		return 0;
	if (a.kind == VALUE_NUMBER || b.kind == VALUE_NUMBER)
		return by_text(a, b);
	if (a.kind == b.kind)
		return same_kind(a, b);
	if (a.kind == VALUE_INT)
		return b.kind == CEL_UINT ? int_and_uint(a.as.integer, b.as.natural)
					  : int_and_double(a.as.integer, b.as.real);
	if (b.kind == VALUE_INT)
		return a.kind == CEL_UINT ? -int_and_uint(b.as.integer, a.as.natural)
					  : -int_and_double(b.as.integer, a.as.real);
	return a.kind == CEL_UINT ? uint_and_double(a.as.natural, b.as.real)
				  : -uint_and_double(b.as.natural, a.as.real);
}

/* --- meeting --- */

static void become_double(struct value *number)
{
	double real = cel_to_double(*number);

	number->kind = CEL_DOUBLE;
	number->len = 0;
	number->as.real = real;
}

static enum cel_meeting int_meets_uint(struct value *integer, struct value *natural)
{
	if (integer->as.integer >= 0) {
		integer->kind = CEL_UINT; /* the same bits */
		return CEL_MEET;
	}
	if (cel_is_strict(*natural) || natural->as.natural > INT64_MAX)
		return CEL_MEET_SIGN;
	natural->kind = VALUE_INT;
	return CEL_MEET;
}

enum cel_meeting cel_numbers_meet(struct value *a, struct value *b)
{
	if (a->kind == b->kind && a->kind != VALUE_NUMBER)
		return CEL_MEET;
	if (!cel_is_number(*a) || !cel_is_number(*b) || (cel_is_strict(*a) && cel_is_strict(*b)))
		return CEL_MEET_NOT;
	if (a->kind == VALUE_INT && b->kind == CEL_UINT)
		return int_meets_uint(a, b);
	if (a->kind == CEL_UINT && b->kind == VALUE_INT)
		return int_meets_uint(b, a);
	become_double(a);
	become_double(b);
	return CEL_MEET;
}

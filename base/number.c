/* number_cmp(): the exact order of JSON number lexemes, whatever their size. */
#include "base/value.h"

#include "base/size.h"

/*
 * A lexeme taken apart: 0.d1d2d3... * 10^(point + exponent), where d1 is the first digit that is
 * not 0. The exponent stays text, because it can have any number of digits.
 */
struct number {
	bool negative;
	struct str digits; /* from d1, a point may stand inside; empty for zero */
	int64_t point;
	bool exponent_negative;
	struct str exponent; /* digits */
};

/* Differences of exponents are exact up to here. No text is long enough to make up for more. */
#define EXPONENT_LIMIT ((int64_t)1000000000000000000 / 10)

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static void take_exponent(struct number *number, struct str text)
{
	if (!str_eat(&text, STR("+")))
		number->exponent_negative = str_eat(&text, STR("-"));
	number->exponent = text;
}

static struct number number_parse(struct str text)
{
	struct number number = {.digits = STR_EMPTY, .exponent = STR_EMPTY};
	size_t end = 0, first = 0, point;

	number.negative = str_eat(&text, STR("-"));
	while (end < text.len && (is_digit(text.ptr[end]) || text.ptr[end] == '.'))
		end++;
	if (end < text.len)
		take_exponent(&number, str_skip(text, end + 1));
	text.len = end;
	if (!str_find_char(text, '.', &point))
		point = end;
	while (first < end && (text.ptr[first] == '0' || text.ptr[first] == '.'))
		first++;
	number.digits = str_skip(text, first);
	number.point = (int64_t)point - (int64_t)first + (first > point);
	return number;
}

/* The digit `at` places from the left of a text that is `len` places long, signed. */
static int exponent_digit(const struct number *number, size_t at, size_t len)
{
	size_t pad = len - number->exponent.len;
	int digit = at < pad ? 0 : number->exponent.ptr[at - pad] - '0';

	return number->exponent_negative ? -digit : digit;
}

/*
 * a - b, at most EXPONENT_LIMIT away from 0. The sum can be left alone beyond: the digits that
 * follow cannot bring it back.
 */
static int64_t exponent_difference(const struct number *a, const struct number *b)
{
	size_t len = size_max(a->exponent.len, b->exponent.len);
	int64_t sum = 0;

	for (size_t at = 0; at < len; at++) {
		sum = sum * 10 + exponent_digit(a, at, len) - exponent_digit(b, at, len);
		if (sum > EXPONENT_LIMIT)
			return EXPONENT_LIMIT;
		if (sum < -EXPONENT_LIMIT)
			return -EXPONENT_LIMIT;
	}
	return sum;
}

/* The next digit; zeros without end behind the last one. */
static char next_digit(struct str *digits)
{
	char digit = '0';

	(void)str_eat(digits, STR("."));
	if (digits->len > 0)
		digit = digits->ptr[0];
	*digits = str_skip(*digits, 1);
	return digit;
}

static int digits_cmp(struct str a, struct str b)
{
	while (a.len > 0 || b.len > 0) {
		int order = next_digit(&a) - next_digit(&b);

		if (order != 0)
			return order < 0 ? -1 : 1;
	}
	return 0;
}

/* -1, 0 or 1 */
static int number_sign(const struct number *number)
{
	if (number->digits.len == 0)
		return 0;
	return number->negative ? -1 : 1;
}

int number_cmp(struct str a_text, struct str b_text)
{
	struct number a = number_parse(a_text), b = number_parse(b_text);
	int sign = number_sign(&a);
	int64_t order;

	if (sign != number_sign(&b))
		return sign < number_sign(&b) ? -1 : 1;
	if (sign == 0)
		return 0;
	order = exponent_difference(&a, &b) + (a.point - b.point);
	if (order == 0)
		order = digits_cmp(a.digits, b.digits);
	return order == 0 ? 0 : (order < 0) == (sign > 0) ? -1 : 1;
}

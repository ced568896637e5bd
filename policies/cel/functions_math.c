/* The official extension for mathematics, version 2. */
#include <math.h>

#include "policies/cel/number.h"
#include "policies/cel/result.h"

/* --- the largest and the smallest --- */

static struct value extreme(
    struct cel_run *run, const char *name, const struct value *args, size_t count, int wanted)
{
	const struct value *items = args;
	size_t len = count;
	struct value best;
	bool nan;

	if (count == 1 && args[0].kind == VALUE_LIST) {
		items = args[0].as.items;
		len = args[0].len;
	}
	if (len == 0)
		return cel_fail(run, "%s() of an empty list", name);
	if (!cel_pay(run, len))
		return cel_out_of_steps(run);
	best = cel_load(items[0]);
	for (size_t i = 0; i < len; i++) {
		struct value item = cel_load(items[i]);

		if (!cel_is_number(item))
			return cel_no_overload(run, name, args, count);
		if (cel_number_order(item, best, &nan) == wanted && !nan)
			best = item;
	}
	return best;
}

static struct value greatest(struct cel_run *run, const struct value *args, size_t count)
{
	return extreme(run, "math.greatest", args, count, 1);
}

static struct value least(struct cel_run *run, const struct value *args, size_t count)
{
	return extreme(run, "math.least", args, count, -1);
}

/* --- rounding and classes: of doubles --- */

static struct value rounded(struct cel_run *run, const char *name, const struct value *args,
    double (*function)(double real))
{
	double real;

	if (!cel_double_argument(args[0], &real))
		return cel_no_overload(run, name, args, 1);
	return cel_double(function(real));
}

#define ROUNDING(name, text, function)                                                        \
	static struct value name(struct cel_run *run, const struct value *args, size_t count) \
	{                                                                                     \
		(void)count;                                                                  \
		return rounded(run, text, args, function);                                    \
	}

ROUNDING(round_up, "math.ceil", ceil)
ROUNDING(round_down, "math.floor", floor)
ROUNDING(round_nearest, "math.round", round)
ROUNDING(cut_off, "math.trunc", trunc)

#define CLASSIFYING(name, text, condition)                                                    \
	static struct value name(struct cel_run *run, const struct value *args, size_t count) \
	{                                                                                     \
		double real;                                                                  \
                                                                                              \
		if (!cel_double_argument(args[0], &real))                                     \
			return cel_no_overload(run, text, args, count);                       \
		return value_bool(condition);                                                 \
	}

CLASSIFYING(is_nan, "math.isNaN", isnan(real))
CLASSIFYING(is_inf, "math.isInf", isinf(real))
CLASSIFYING(is_finite, "math.isFinite", isfinite(real))

static struct value square_root(struct cel_run *run, const struct value *args, size_t count)
{
	if (!cel_is_number(args[0]))
		return cel_no_overload(run, "math.sqrt", args, count);
	return cel_double(sqrt(cel_to_double(args[0])));
}

/* --- sign and size --- */

static struct value absolute(struct cel_run *run, const struct value *args, size_t count)
{
	struct value value = args[0];

	if (value.kind == VALUE_NUMBER)
		return cel_double(fabs(cel_to_double(value)));
	if (value.kind == VALUE_INT && value.as.integer == INT64_MIN)
		return cel_fail(run, "integer overflow in math.abs");
	if (value.kind == VALUE_INT)
		value.as.integer = value.as.integer < 0 ? -value.as.integer : value.as.integer;
	else if (value.kind == CEL_DOUBLE)
		value.as.real = fabs(value.as.real);
	else if (value.kind != CEL_UINT)
		return cel_no_overload(run, "math.abs", args, count);
	return value;
}

static struct value sign(struct cel_run *run, const struct value *args, size_t count)
{
	struct value value = args[0];

	if (value.kind == VALUE_NUMBER) {
		value.kind = CEL_DOUBLE;
		value.as.real = cel_to_double(args[0]);
	}
	if (value.kind == VALUE_INT)
		value.as.integer = (value.as.integer > 0) - (value.as.integer < 0);
	else if (value.kind == CEL_UINT)
		value.as.natural = value.as.natural > 0;
	else if (value.kind == CEL_DOUBLE && !isnan(value.as.real))
		value.as.real = (value.as.real > 0) - (value.as.real < 0);
	else if (value.kind != CEL_DOUBLE)
		return cel_no_overload(run, "math.sign", args, count);
	return value;
}

/* --- bits --- */

/* Two ints or two uints: the bits are those of as.natural either way. */
static bool two_integers(const struct value *args, struct value *a, struct value *b)
{
	*a = args[0];
	*b = args[1];
	if (a->kind == CEL_DOUBLE && (cel_is_strict(*a) || !cel_integral(*a, a)))
		return false;
	if (b->kind == CEL_DOUBLE && (cel_is_strict(*b) || !cel_integral(*b, b)))
		return false;
	return cel_numbers_meet(a, b) == CEL_MEET && (a->kind == VALUE_INT || a->kind == CEL_UINT);
}

static struct value of_bits(uint8_t kind, uint64_t bits)
{
	struct value value = cel_uint(bits);

	value.kind = kind;
	return value;
}

#define BITWISE(name, text, operation)                                                        \
	static struct value name(struct cel_run *run, const struct value *args, size_t count) \
	{                                                                                     \
		struct value a, b;                                                            \
                                                                                              \
		if (!two_integers(args, &a, &b))                                              \
			return cel_no_overload(run, text, args, count);                       \
		return of_bits(a.kind, a.as.natural operation b.as.natural);                  \
	}

BITWISE(bit_and, "math.bitAnd", &)
BITWISE(bit_or, "math.bitOr", |)
BITWISE(bit_xor, "math.bitXor", ^)

static struct value bit_not(struct cel_run *run, const struct value *args, size_t count)
{
	struct value a, b, pair[2] = {args[0], args[0]};

	if (!two_integers(pair, &a, &b))
		return cel_no_overload(run, "math.bitNot", args, count);
	return of_bits(a.kind, ~a.as.natural);
}

/* Zeros come in from both sides, also into an int. */
static struct value shift(
    struct cel_run *run, const char *name, const struct value *args, bool left)
{
	struct value a, b, pair[2] = {args[0], args[0]};
	uint64_t bits;
	int64_t offset;

	if (!two_integers(pair, &a, &b) || !cel_int_argument(args[1], &offset))
		return cel_no_overload(run, name, args, 2);
	if (offset < 0)
		return cel_fail(run, "%s() by a negative offset", name);
	bits = a.as.natural;
	if (offset > 63)
		return of_bits(a.kind, 0);
	return of_bits(a.kind, left ? bits << offset : bits >> offset);
}

static struct value shift_left(struct cel_run *run, const struct value *args, size_t count)
{
	(void)count;
	return shift(run, "math.bitShiftLeft", args, true);
}

static struct value shift_right(struct cel_run *run, const struct value *args, size_t count)
{
	(void)count;
	return shift(run, "math.bitShiftRight", args, false);
}

#define NUMBERS(name) name "(number...) -> number; " name "(list) -> number"
#define DOUBLES(name) name "(double) -> double"
#define TESTS(name)   name "(double) -> bool"
#define BITS(name)    name "(int, int) -> int; " name "(uint, uint) -> uint"
#define SHIFT(name)   name "(int, int) -> int; " name "(uint, int) -> uint"

const struct cel_function cel_math_functions[] = {
    {"math.greatest", CEL_GLOBAL, 1, 255, greatest, NUMBERS("math.greatest"), "the largest number",
	"math.greatest(1, 2.5, 2u) == 2.5"},
    {"math.least", CEL_GLOBAL, 1, 255, least, NUMBERS("math.least"), "the smallest number",
	"math.least([3, 1, 2]) == 1"},
    {"math.ceil", CEL_GLOBAL, 1, 1, round_up, DOUBLES("math.ceil"), "rounded up",
	"math.ceil(1.2) == 2.0"},
    {"math.floor", CEL_GLOBAL, 1, 1, round_down, DOUBLES("math.floor"), "rounded down",
	"math.floor(-1.2) == -2.0"},
    {"math.round", CEL_GLOBAL, 1, 1, round_nearest, DOUBLES("math.round"),
	"rounded to the nearest whole number, halves away from zero", "math.round(-1.5) == -2.0"},
    {"math.trunc", CEL_GLOBAL, 1, 1, cut_off, DOUBLES("math.trunc"), "rounded towards zero",
	"math.trunc(-1.9) == -1.0"},
    {"math.abs", CEL_GLOBAL, 1, 1, absolute, "math.abs(number) -> number", "without its sign",
	"math.abs(-11) == 11"},
    {"math.sign", CEL_GLOBAL, 1, 1, sign, "math.sign(number) -> number", "-1, 0 or 1",
	"math.sign(-2.5) == -1.0"},
    {"math.sqrt", CEL_GLOBAL, 1, 1, square_root, "math.sqrt(number) -> double",
	"the square root; NaN of a negative number", "math.sqrt(81) == 9.0"},
    {"math.isNaN", CEL_GLOBAL, 1, 1, is_nan, TESTS("math.isNaN"), "is it not a number",
	"math.isNaN(0.0 / 0.0)"},
    {"math.isInf", CEL_GLOBAL, 1, 1, is_inf, TESTS("math.isInf"), "is it an infinity",
	"math.isInf(1.0 / 0.0)"},
    {"math.isFinite", CEL_GLOBAL, 1, 1, is_finite, TESTS("math.isFinite"),
	"is it neither an infinity nor NaN", "math.isFinite(1.5)"},
    {"math.bitAnd", CEL_GLOBAL, 2, 2, bit_and, BITS("math.bitAnd"), "the bits of both",
	"math.bitAnd(6, 3) == 2"},
    {"math.bitOr", CEL_GLOBAL, 2, 2, bit_or, BITS("math.bitOr"), "the bits of either",
	"math.bitOr(6, 3) == 7"},
    {"math.bitXor", CEL_GLOBAL, 2, 2, bit_xor, BITS("math.bitXor"), "the bits of only one",
	"math.bitXor(6, 3) == 5"},
    {"math.bitNot", CEL_GLOBAL, 1, 1, bit_not, "math.bitNot(int) -> int; math.bitNot(uint) -> uint",
	"all bits turned over", "math.bitNot(1) == -2"},
    {"math.bitShiftLeft", CEL_GLOBAL, 2, 2, shift_left, SHIFT("math.bitShiftLeft"),
	"the bits moved up; 64 places or more give 0", "math.bitShiftLeft(1, 4) == 16"},
    {"math.bitShiftRight", CEL_GLOBAL, 2, 2, shift_right, SHIFT("math.bitShiftRight"),
	"the bits moved down, zeros move in", "math.bitShiftRight(16, 4) == 1"},
    CEL_FUNCTIONS_END,
};

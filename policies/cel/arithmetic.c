/* The operators that compute: + - * / % and the negative sign. */
#include "policies/cel/arithmetic.h"

#include <math.h>

#include "policies/cel/number.h"
#include "policies/cel/result.h"
#include "policies/cel/time.h"

/* What one operator does with two numbers of one kind; false: *problem says why not. */
struct arithmetic {
	const char *name;
	bool (*integers)(int64_t a, int64_t b, int64_t *out);
	bool (*naturals)(uint64_t a, uint64_t b, uint64_t *out);
	double (*reals)(double a, double b); /* NULL: has none */
	bool divides;
};

#define CHECKED(name, builtin)                                             \
	static bool name##_integers(int64_t a, int64_t b, int64_t *out)    \
	{                                                                  \
		return !builtin(a, b, out);                                \
	}                                                                  \
	static bool name##_naturals(uint64_t a, uint64_t b, uint64_t *out) \
	{                                                                  \
		return !builtin(a, b, out);                                \
	}

CHECKED(add, __builtin_add_overflow)
CHECKED(subtract, __builtin_sub_overflow)
CHECKED(multiply, __builtin_mul_overflow)

static double add_reals(double a, double b)
{
	return a + b;
}

static double subtract_reals(double a, double b)
{
	return a - b;
}

static double multiply_reals(double a, double b)
{
	return a * b;
}

static bool divide_integers(int64_t a, int64_t b, int64_t *out)
{
	if (a == INT64_MIN && b == -1)
		return false;
	*out = a / b;
	return true;
}

static bool divide_naturals(uint64_t a, uint64_t b, uint64_t *out)
{
	*out = a / b;
	return true;
}

/* Division by zero gives an infinity or NaN, as IEEE 754 has it. */
static double divide_reals(double a, double b)
{
	return a / b;
}

/* The rest of INT64_MIN and -1 is 0, but the machine would trap. */
static bool rest_integers(int64_t a, int64_t b, int64_t *out)
{
	*out = b == -1 ? 0 : a % b;
	return true;
}

static bool rest_naturals(uint64_t a, uint64_t b, uint64_t *out)
{
	*out = a % b;
	return true;
}

static const struct arithmetic addition = {"_+_", add_integers, add_naturals, add_reals, false};
static const struct arithmetic subtraction = {
    "_-_", subtract_integers, subtract_naturals, subtract_reals, false};
static const struct arithmetic multiplication = {
    "_*_", multiply_integers, multiply_naturals, multiply_reals, false};
static const struct arithmetic division = {
    "_/_", divide_integers, divide_naturals, divide_reals, true};
static const struct arithmetic modulus = {"_%_", rest_integers, rest_naturals, NULL, true};

static struct value adapt(struct value result, uint8_t marks)
{
	result.marks = marks & CEL_STRICT;
	return result;
}

static struct value overflow(struct cel_run *run, const struct arithmetic *operation)
{
	return cel_fail(run, "integer overflow in %s", operation->name);
}

static struct value by_zero(struct cel_run *run, const struct arithmetic *operation)
{
	return cel_fail(run, "%s by zero", operation == &modulus ? "modulus" : "division");
}

static struct value compute(struct cel_run *run, const struct arithmetic *operation,
    const struct value *args, struct value a, struct value b)
{
	uint8_t marks = a.marks & b.marks;
	uint64_t natural;
	int64_t integer;

	if (a.kind == VALUE_INT) {
		if (operation->divides && b.as.integer == 0)
			return by_zero(run, operation);
		if (!operation->integers(a.as.integer, b.as.integer, &integer))
			return overflow(run, operation);
		return adapt(cel_int(integer), marks);
	}
	if (a.kind == CEL_UINT) {
		if (operation->divides && b.as.natural == 0)
			return by_zero(run, operation);
		if (!operation->naturals(a.as.natural, b.as.natural, &natural))
			return overflow(run, operation);
		return adapt(cel_uint(natural), marks);
	}
	if (a.kind != CEL_DOUBLE || !operation->reals)
		return cel_no_overload(run, operation->name, args, 2);
	return adapt(cel_double(operation->reals(a.as.real, b.as.real)), marks);
}

/* What a modulus needs: 80.0 from data is as good as 80. */
static void prefer_integral(struct value *number)
{
	struct value integral;

	if (number->kind == CEL_DOUBLE && !cel_is_strict(*number) &&
	    cel_integral(*number, &integral))
		*number = integral;
}

static struct value calculate(
    struct cel_run *run, const struct arithmetic *operation, const struct value *args)
{
	struct value a = args[0], b = args[1];

	if (!operation->reals) {
		prefer_integral(&a);
		prefer_integral(&b);
	}
	switch (cel_numbers_meet(&a, &b)) {
	case CEL_MEET:
		return compute(run, operation, args, a, b);
	case CEL_MEET_SIGN:
		return cel_fail(run, "a negative number and a uint have no common type");
	case CEL_MEET_NOT:
		break;
	}
	return cel_no_overload(run, operation->name, args, 2);
}

/* --- + of what is no number --- */

static struct value join_texts(struct cel_run *run, struct value a, struct value b)
{
	size_t len = (size_t)a.len + b.len;
	struct value result = a;
	char *text;

	if (a.len == 0 || b.len == 0)
		return a.len == 0 ? b : a;
	if (!cel_pay_bytes(run, len))
		return cel_out_of_steps(run);
	text = cel_alloc(run, len);
	if (!text)
		return cel_out_of_memory(run);
	memcpy(text, a.as.text, a.len);
	memcpy(text + a.len, b.as.text, b.len);
	result.marks = 0;
	result.len = (uint32_t)len;
	result.as.text = text;
	return result;
}

static struct value join_lists(struct cel_run *run, struct value a, struct value b)
{
	size_t count = (size_t)a.len + b.len;
	struct value *items;

	if (a.len == 0 || b.len == 0)
		return a.len == 0 ? b : a;
	if (!cel_pay(run, count))
		return cel_out_of_steps(run);
	items = cel_alloc_values(run, count);
	if (!items)
		return cel_out_of_memory(run);
	memcpy(items, a.as.items, a.len * sizeof(*items));
	memcpy(items + a.len, b.as.items, b.len * sizeof(*items));
	return cel_list(items, count);
}

/* --- times --- */

static struct value out_of_range(struct cel_run *run, const char *what)
{
	return cel_fail(run, "%s out of range", what);
}

static struct value durations(struct cel_run *run, struct value a, struct value b, bool add)
{
	int64_t left = cel_duration_nanos(a), right = cel_duration_nanos(b), sum;
	bool too_large = add ? __builtin_add_overflow(left, right, &sum)
			     : __builtin_sub_overflow(left, right, &sum);

	return too_large ? out_of_range(run, "duration") : cel_duration_from_nanos(sum);
}

static struct value move_timestamp(
    struct cel_run *run, struct value timestamp, struct value duration, bool forward)
{
	int sign = forward ? 1 : -1;
	struct value moved;

	if (!cel_timestamp_make(timestamp.as.integer + sign * duration.as.integer,
		cel_nanos(timestamp) + sign * (int64_t)cel_nanos(duration), &moved))
		return out_of_range(run, "timestamp");
	return moved;
}

static struct value time_between(struct cel_run *run, struct value a, struct value b)
{
	int64_t nanos;

	if (__builtin_mul_overflow(a.as.integer - b.as.integer, NANOS_PER_SECOND, &nanos) ||
	    __builtin_add_overflow(nanos, (int64_t)cel_nanos(a) - cel_nanos(b), &nanos))
		return out_of_range(run, "duration");
	return cel_duration_from_nanos(nanos);
}

/* --- the operators --- */

struct value cel_add(struct cel_run *run, const struct value *args, size_t count)
{
	struct value a = args[0], b = args[1];

	(void)count;
	if (a.kind != b.kind) {
		if (a.kind == CEL_TIMESTAMP && b.kind == CEL_DURATION)
			return move_timestamp(run, a, b, true);
		if (a.kind == CEL_DURATION && b.kind == CEL_TIMESTAMP)
			return move_timestamp(run, b, a, true);
		return calculate(run, &addition, args);
	}
	if (a.kind == VALUE_STRING || a.kind == CEL_BYTES)
		return join_texts(run, a, b);
	if (a.kind == VALUE_LIST)
		return join_lists(run, a, b);
	if (a.kind == CEL_DURATION)
		return durations(run, a, b, true);
	return calculate(run, &addition, args);
}

struct value cel_subtract(struct cel_run *run, const struct value *args, size_t count)
{
	struct value a = args[0], b = args[1];

	(void)count;
	if (a.kind == CEL_TIMESTAMP && b.kind == CEL_DURATION)
		return move_timestamp(run, a, b, false);
	if (a.kind == CEL_TIMESTAMP && b.kind == CEL_TIMESTAMP)
		return time_between(run, a, b);
	if (a.kind == CEL_DURATION && b.kind == CEL_DURATION)
		return durations(run, a, b, false);
	return calculate(run, &subtraction, args);
}

struct value cel_multiply(struct cel_run *run, const struct value *args, size_t count)
{
	(void)count;
	return calculate(run, &multiplication, args);
}

struct value cel_divide(struct cel_run *run, const struct value *args, size_t count)
{
	(void)count;
	return calculate(run, &division, args);
}

struct value cel_modulus(struct cel_run *run, const struct value *args, size_t count)
{
	(void)count;
	return calculate(run, &modulus, args);
}

/* A uint from data is beyond int, and so is its opposite (but for one): a double then. */
static bool is_large(struct value value)
{
	return value.kind == VALUE_NUMBER || (value.kind == CEL_UINT && !cel_is_strict(value));
}

struct value cel_negate(struct cel_run *run, const struct value *args, size_t count)
{
	struct value value = args[0];
	int64_t integer;

	if (value.kind == VALUE_INT) {
		if (__builtin_sub_overflow(0, value.as.integer, &integer))
			return cel_fail(run, "integer overflow in -_");
		return adapt(cel_int(integer), value.marks);
	}
	if (value.kind == CEL_DOUBLE || is_large(value))
		return adapt(cel_double(-cel_to_double(value)), value.marks);
	return cel_no_overload(run, "-_", args, count);
}

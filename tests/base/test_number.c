#include "base/value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"

struct order_row {
	const char *a, *b;
	int want;
};

static const struct order_row order_rows[] = {
    /* zeros */
    {"0", "-0", 0},
    {"0", "0.000", 0},
    {"0e99999999999999999999", "-0.0E-5", 0},
    {"0", "1e-999999999", -1},
    {"0", "-1e-999999999", 1},
    {"0", "1e999999999", -1},
    /* the same value written in other ways */
    {"1", "1.0", 0},
    {"1", "1e0", 0},
    {"1", "10e-1", 0},
    {"1.50e1", "15", 0},
    {"-1.50E+1", "-15", 0},
    {"0.001", "1e-3", 0},
    {"0.0010", "100e-5", 0},
    {"1e+05", "100000", 0},
    {"1000e00002", "1e5", 0},
    {"123456789012345678901234567890", "123456789012345678901234567890.0", 0},
    {"123.456e3", "123456", 0},
    {"0.00123e3", "1.23", 0},
    /* near neighbours */
    {"1", "2", -1},
    {"-1", "-2", 1},
    {"-1", "1", -1},
    {"9", "10", -1},
    {"-9", "-10", 1},
    {"9007199254740993", "9007199254740992", 1}, /* one double */
    {"0.1", "0.10000000000000000000000000000000001", -1},
    {"1.999999999999999999999", "2", -1},
    {"12", "12.5", -1},
    {"10", "1e2", -1},
    {"0.09", "0.1", -1},
    {"99999999999999999999999", "1e23", -1},
    {"18446744073709551616", "18446744073709551615", 1},
    /* huge exponents */
    {"1e999999999", "1e999999998", 1},
    {"-1e999999999", "-1e999999998", -1},
    {"1e-999999999", "1e-999999998", -1},
    {"9e999999998", "1e999999999", -1},
    {"10e999999998", "1e999999999", 0},
    {"1e9223372036854775807", "1e9223372036854775808", -1},
    {"10e9223372036854775807", "1e9223372036854775808", 0},
    {"1e-9223372036854775809", "0.1e-9223372036854775808", 0},
    {"10e99999999999999999999999999999", "1e100000000000000000000000000000", 0},
    {"1.5e100000000000000000000000000000", "15e99999999999999999999999999999", 0},
    {"1e99999999999999999999999999999", "1e-99999999999999999999999999999", 1},
    {"1e-99999999999999999999999999999", "1e99999999999999999999999999999", -1},
    {"1e0000000000000000000000000000000000001", "10", 0},
    {"1e-0", "1e+0", 0},
};

static void test_order(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(order_rows); i++) {
		const struct order_row *row = &order_rows[i];
		int got = number_cmp(str_from(row->a), str_from(row->b));
		int back = number_cmp(str_from(row->b), str_from(row->a));

		if (got != row->want || back != -row->want)
			fail_msg("%s with %s: %d and back %d", row->a, row->b, got, back);
	}
}

static void check_as_double(const char *a_text, const char *b_text)
{
	double a = strtod(a_text, NULL), b = strtod(b_text, NULL);

	if (number_cmp(str_from(a_text), str_from(b_text)) != (a > b) - (a < b))
		fail_msg("%s with %s", a_text, b_text);
}

/* Doubles of few digits have an order that the machine knows. */
static void test_order_of_small_decimals(void **state)
{
	static const char *const numbers[] = {"0", "-0.0", "1", "-1", "0.5", "-0.5", "5e-1", "2.25",
	    "-2.25", "1e2", "100", "99.75", "-1E2", "0.125", "12.5e-2", "1024", "1.024e3", "-3"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		for (size_t j = 0; j < ARRAY_LEN(numbers); j++)
			check_as_double(numbers[i], numbers[j]);
	}
}

/* A million digits are compared in one pass. */
static void test_long_lexemes(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct buf a, b;

	(void)state;
	buf_init(&a, arena, 3000000);
	buf_init(&b, arena, 3000000);
	buf_addc(&a, '1');
	buf_repeat(&a, '0', 1000000);
	buf_adds(&b, "1e1000000");
	assert_int_equal(number_cmp(buf_str(&a), buf_str(&b)), 0);
	buf_adds(&a, ".");
	buf_repeat(&a, '0', 1000000);
	assert_int_equal(number_cmp(buf_str(&a), buf_str(&b)), 0);
	buf_addc(&a, '1');
	assert_int_equal(number_cmp(buf_str(&a), buf_str(&b)), 1);
	buf_rewind(&a, 0);
	buf_adds(&a, "1e");
	buf_repeat(&a, '9', 1000000);
	assert_int_equal(number_cmp(buf_str(&a), buf_str(&b)), 1);
	assert_int_equal(number_cmp(buf_str(&a), buf_str(&a)), 0);
}

/* No JSON, and no crash either. */
static void test_what_is_no_number(void **state)
{
	static const char *const texts[] = {
	    "", "-", ".", "-.", "e", "1e", "1e+", "--1", "1.2.3", "abc", "1ex", "NaN", "..", "1e-"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		assert_int_equal(number_cmp(str_from(texts[i]), str_from(texts[i])), 0);
		(void)number_cmp(str_from(texts[i]), STR("1e99"));
		(void)number_cmp(STR("-1"), str_from(texts[i]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_order),
	    cmocka_unit_test(test_order_of_small_decimals),
	    cmocka_unit_test(test_long_lexemes),
	    cmocka_unit_test(test_what_is_no_number),
	};

	return cmocka_run_group_tests_name("base/number", tests, NULL, NULL);
}

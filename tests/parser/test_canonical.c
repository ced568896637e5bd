#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json_read.h"
#include "parser/canonical.h"
#include "parser/overlay.h"

#define TEXT_MAX ((size_t)16 << 20)

static struct value read_json(struct arena *arena, const char *json)
{
	struct jsonr reader = {0};
	struct value value;
	struct err err = {0};

	if (!jsonr_read(arena, str_from(json), &reader, &value, &err))
		fail_msg("%s: %s", json, err.text);
	return value;
}

static struct str form(struct arena *arena, struct value value, const char *key)
{
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct buf out;

	buf_init(&out, arena, TEXT_MAX);
	return canonical_write(scratch, value, str_from(key), &out) ? buf_str(&out) : STR("-");
}

static const struct {
	const char *json, *want;
} forms[] = {
    {"null", "z0:"},
    {"true", "t0:"},
    {"false", "f0:"},
    {"\"\"", "s0:"},
    {"\"abc\"", "s3:abc"},
    {"[]", "l0:"},
    {"{}", "m0:"},
    {"[1,\"1\"]", "l2:n3:1e0s1:1"},
    {"{\"b\":1,\"a\":null}", "m2:s1:az0:s1:bn3:1e0"},
    {"0", "n1:0"},
    {"-0", "n1:0"},
    {"0.000e99", "n1:0"},
    {"-0.0", "n1:0"},
    {"1", "n3:1e0"},
    {"1.0", "n3:1e0"},
    {"100", "n3:1e2"},
    {"1e2", "n3:1e2"},
    {"100.0", "n3:1e2"},
    {"0.01E+4", "n3:1e2"},
    {"10000e-2", "n3:1e2"},
    {"-12.50", "n7:-125e-1"},
    {"0.00125", "n6:125e-5"},
    {"102.030", "n8:10203e-2"},
    {"9223372036854775807", "n21:9223372036854775807e0"},
    {"9223372036854775808", "n21:9223372036854775808e0"},
    {"1e999999999", "n11:1e999999999"},
    {"10e999999998", "n11:1e999999999"},
    {"1e-999999999", "n12:1e-999999999"},
    {"1e100000000000000000000", "n23:1e100000000000000000000"},
    {"10e99999999999999999999", "n23:1e100000000000000000000"},
    {"0.1e100000000000000000001", "n23:1e100000000000000000000"},
    {"1e0000000000000000000000000001", "n3:1e1"},
    {"1000e99999999999999999", "n20:1e100000000000000002"},
    {"1e100000000000000002", "n20:1e100000000000000002"},
    {"0.001e100000000000000002", "n19:1e99999999999999999"},
    {"0.1e-99999999999999999999", "n24:1e-100000000000000000000"},
    {"10e-100000000000000000000", "n23:1e-99999999999999999999"},
};

static void forms_are_fixed(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct str found = form(arena, read_json(arena, forms[i].json), "");

		if (!str_is(found, forms[i].want))
			fail_msg("%s: %.*s", forms[i].json, STR_ARG(found));
	}
}

/* The forms of two values are equal when the values are. */
static void forms_are_equal_for_equal_values(void **state)
{
	static const char *const values[] = {"null", "\"null\"", "0", "-0", "1", "1.0", "10e-1",
	    "\"1\"", "[1]", "[[1]]", "[1,null]", "[null,1]", "{\"a\":1,\"b\":2}",
	    "{\"b\":2.0,\"a\":1}", "{\"a\":{\"b\":2}}", "[\"a\",\"b\"]", "[\"ab\"]", "[\"as1:b\"]",
	    "\"z0:\"", "1e400", "1e401", "10e400", "-1", "true", "false", "{\"a\":null}", "{}",
	    "[]", "\"u0:\"", "\"\"", "123456789012345678901234567890",
	    "123456789012345678901234567891", "1.23456789012345678901234567890e29"};
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		for (size_t j = 0; j < ARRAY_LEN(values); j++) {
			struct value a = read_json(arena, values[i]),
				     b = read_json(arena, values[j]);

			if (value_equal(a, b) != str_eq(form(arena, a, ""), form(arena, b, "")))
				fail_msg("%s and %s", values[i], values[j]);
		}
	}
}

static struct value laid(
    struct arena *arena, const char *json, const char *unknown, const char *sensitive)
{
	struct value value;
	struct err err = {0};

	assert_true(overlay_value(arena, read_json(arena, json), read_json(arena, unknown),
	    read_json(arena, sensitive), &value, &err));
	return value;
}

static void secrets_are_keyed(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct value secret = laid(arena, "{\"a\":\"hunter2\",\"b\":1}", "{}", "{\"a\":true}");
	struct value same = laid(arena, "{\"b\":1.0,\"a\":\"hunter2\"}", "{}", "{\"a\":true}");
	struct value other = laid(arena, "{\"a\":\"hunter3\",\"b\":1}", "{}", "{\"a\":true}");
	struct value plain = read_json(arena, "{\"a\":\"hunter2\",\"b\":1}");
	struct value whole = laid(arena, "{\"a\":{\"x\":1}}", "{}", "{\"a\":true}");
	struct value unknown = laid(arena, "{}", "{\"a\":true}", "{\"a\":true}");
	struct value hidden = value_hidden(false);
	struct str text = form(arena, secret, "key");

	(void)state;
	assert_true(str_is(form(arena, secret, ""), "-"));
	assert_false(str_contains(text, STR("hunter2")));
	assert_true(str_starts(text, STR("m2:s1:ah32:")));
	assert_true(str_eq(text, form(arena, same, "key")));
	assert_false(str_eq(text, form(arena, other, "key")));
	assert_false(str_eq(text, form(arena, secret, "yek")));
	assert_false(str_eq(text, form(arena, plain, "key")));
	assert_true(str_starts(form(arena, whole, "key"), STR("m1:s1:ah32:")));
	assert_true(str_is(form(arena, unknown, ""), "m1:s1:au0:"));
	assert_true(str_is(form(arena, hidden, "key"), "-"));
}

static void fingerprints(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	const struct value one[] = {read_json(arena, "[1,2]")};
	const struct value two[] = {value_int(1), value_int(2)};
	const struct value same[] = {read_json(arena, "1.0"), read_json(arena, "20e-1")};
	const struct value secret[] = {laid(arena, "{\"a\":1}", "{}", "true")};
	struct str text = value_fingerprint(arena, arena, two, 2, STR(""));

	(void)state;
	assert_int_equal(text.len, 4 + 22);
	assert_true(str_starts(text, STR("vf1:")));
	assert_true(str_eq(text, value_fingerprint(arena, arena, same, 2, STR("key"))));
	assert_false(str_eq(text, value_fingerprint(arena, arena, one, 1, STR(""))));
	assert_int_equal(value_fingerprint(arena, arena, secret, 1, STR("")).len, 0);
	assert_int_equal(value_fingerprint(arena, arena, secret, 1, STR("k")).len, 26);
}

static void long_numbers_take_linear_time(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct value number = {.kind = VALUE_NUMBER};
	struct buf text;

	(void)state;
	buf_init(&text, arena, TEXT_MAX);
	buf_adds(&text, "0.");
	buf_repeat(&text, '0', 1 << 20);
	buf_adds(&text, "1e");
	buf_repeat(&text, '9', 1 << 20);
	number.as.text = text.ptr;
	number.len = (uint32_t)text.len;
	assert_true(form(arena, number, "").len > 1 << 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(forms_are_fixed),
	    cmocka_unit_test(forms_are_equal_for_equal_values),
	    cmocka_unit_test(secrets_are_keyed),
	    cmocka_unit_test(fingerprints),
	    cmocka_unit_test(long_numbers_take_linear_time),
	};

	return cmocka_run_group_tests_name("parser/canonical", tests, NULL, NULL);
}

/* Values by themselves: numbers, equality with unknowns, maps, text, export. */
#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/utf8.h"
#include "policies/cel/cel.h"
#include "policies/cel/function.h"
#include "policies/cel/number.h"
#include "tests/support/cel_check.h"

static struct arena *arena;

static int setup(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static struct value json(const char *text)
{
	return cel_check_json(arena, text);
}

static struct value number(const char *lexeme)
{
	struct value value = value_string(str_from(lexeme));

	value.kind = VALUE_NUMBER;
	return cel_load(value);
}

static void test_load(void **state)
{
	static const struct {
		const char *lexeme;
		uint8_t kind;
		double real;
	} rows[] = {
	    {"7", VALUE_INT, 7},
	    {"-9223372036854775808", VALUE_INT, -9223372036854775808.0},
	    {"9223372036854775808", CEL_UINT, 9223372036854775808.0},
	    {"18446744073709551615", CEL_UINT, 18446744073709551615.0},
	    {"18446744073709551616", VALUE_NUMBER, 18446744073709551616.0},
	    {"-9223372036854775809", VALUE_NUMBER, -9223372036854775809.0},
	    {"1.5", CEL_DOUBLE, 1.5},
	    {"1e3", CEL_DOUBLE, 1000},
	    {"-0", CEL_DOUBLE, 0},
	    {"0e999999999999999999", CEL_DOUBLE, 0},
	    {"1e-99999", CEL_DOUBLE, 0},
	    {"1e99999", VALUE_NUMBER, HUGE_VAL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct value value = number(rows[i].lexeme);

		if (value.kind != rows[i].kind || cel_to_double(value) != rows[i].real ||
		    cel_is_strict(value))
			fail_msg("%s: kind %d", rows[i].lexeme, value.kind);
	}
	assert_true(signbit(number("-0").as.real));
	struct value hidden = cel_load(value_hidden(true));
	assert_true(cel_is_unknown(hidden) && (hidden.marks & CEL_BECAUSE_HIDDEN));
	assert_true(hidden.marks & VALUE_HAS_UNKNOWN);
}

static double long_number(size_t zeros, const char *middle, size_t nines, const char *end)
{
	char text[6000];
	size_t len = zeros;
	struct str parts[] = {str_from(middle), str_from(end)};

	memset(text, '0', zeros);
	memcpy(text + len, parts[0].ptr, parts[0].len);
	len += parts[0].len;
	memset(text + len, '9', nines);
	len += nines;
	memcpy(text + len, parts[1].ptr, parts[1].len);
	return cel_text_double((struct str){text, len + parts[1].len});
}

/* Longer than any buffer: the nearest double all the same. */
static void test_long_numbers(void **state)
{
	(void)state;
	assert_true(long_number(1, ".", 4000, "") == 1.0);
	assert_true(long_number(2000, "15.5", 0, "") == 15.5);
	assert_true(isinf(long_number(0, "", 5000, "")));
	assert_true(long_number(0, "", 4000, "e-3999") == 10.0);
	assert_true(long_number(0, "", 4000, "e-9999999999999999999999") == 0.0);
	assert_true(long_number(0, "-0.", 4000, "e+2") == -100.0);
	assert_true(long_number(5000, "", 0, "") == 0.0);
	assert_true(long_number(1, ".", 0, "") == 0.0);
}

static void test_number_order(void **state)
{
	static const char big[] = "36893488147419103232"; /* 2^65 */
	const struct {
		const char *name;
		struct value a, b;
		int order;
	} rows[] = {
	    {"int and int", cel_int(1), cel_int(2), -1},
	    {"2^53 + 1 is not the double 2^53", cel_int(9007199254740993),
		cel_double(9007199254740992.0), 1},
	    {"-(2^53 + 1)", cel_int(-9007199254740993), cel_double(-9007199254740992.0), -1},
	    {"uint 2^53 + 1", cel_uint(9007199254740993), cel_double(9007199254740992.0), 1},
	    {"largest int counts as the double 2^63", cel_int(INT64_MAX),
		cel_double(9223372036854775808.0), 0},
	    {"the one before does not", cel_int(INT64_MAX - 1), cel_double(9223372036854775808.0),
		-1},
	    {"smallest int", cel_int(INT64_MIN), cel_double(-9223372036854775808.0), 0},
	    {"below the smallest int", cel_int(INT64_MIN), cel_double(-1e300), 1},
	    {"fraction below", cel_int(-1), cel_double(-1.5), 1},
	    {"fraction above", cel_int(1), cel_double(1.5), -1},
	    {"negative int and uint", cel_int(-1), cel_uint(0), -1},
	    {"int and large uint", cel_int(INT64_MAX), cel_uint(UINT64_MAX), -1},
	    {"uint and negative double", cel_uint(0), cel_double(-0.5), 1},
	    {"uint and fraction", cel_uint(1), cel_double(1.5), -1},
	    {"large uint and double", cel_uint(UINT64_MAX), cel_double(1e30), -1},
	    {"largest uint and 2^64", cel_uint(UINT64_MAX), cel_double(18446744073709551616.0), 0},
	    {"number and its double", number(big), cel_double(36893488147419103232.0), 0},
	    {"number and the next double", number("36893488147419103233"),
		cel_double(36893488147419103232.0), 1},
	    {"number and uint", number(big), cel_uint(UINT64_MAX), 1},
	    {"negative number and int", number("-36893488147419103232"), cel_int(INT64_MIN), -1},
	    {"number and number", number(big), number("36893488147419103233"), -1},
	    {"number and infinity", number("1e400"), cel_double(HUGE_VAL), -1},
	    {"number and minus infinity", number("-1e400"), cel_double(-HUGE_VAL), 1},
	    {"number beyond doubles", number("1e400"), cel_double(1.7e308), 1},
	    {"number and small double", number(big), cel_double(0.5), 1},
	    {"zeros", cel_double(-0.0), cel_int(0), 0},
	};
	bool nan;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int order = cel_number_order(rows[i].a, rows[i].b, &nan);
		int turned = cel_number_order(rows[i].b, rows[i].a, &nan);

		if (order != rows[i].order || turned != -rows[i].order || nan)
			fail_msg("%s: %d and %d", rows[i].name, order, turned);
	}
	assert_int_equal(cel_number_order(cel_double(NAN), cel_int(0), &nan), 0);
	assert_true(nan);
}

enum answer {
	NO,
	YES,
	OPEN
};

static enum answer answer_of(struct value value)
{
	if (value.kind == VALUE_BOOL)
		return value.as.boolean ? YES : NO;
	assert_true(cel_is_unknown(value));
	return OPEN;
}

static void test_equal(void **state)
{
	static const struct {
		const char *name, *a, *b;
		enum answer equal;
	} rows[] = {
	    {"null", "null", "null", YES},
	    {"null and false", "null", "false", NO},
	    {"bools", "true", "false", NO},
	    {"int and double", "1", "1.0", YES},
	    {"int and text", "1", "\"1\"", NO},
	    {"texts", "\"abc\"", "\"abc\"", YES},
	    {"texts differ", "\"abc\"", "\"abd\"", NO},
	    {"long texts", "\"abcdefghijklmnopqrstuvwxyz0123456789\"",
		"\"abcdefghijklmnopqrstuvwxyz0123456789\"", YES},
	    {"empty lists", "[]", "[]", YES},
	    {"empty list and map", "[]", "{}", NO},
	    {"lists", "[1, [2, {\"a\": 3.0}]]", "[1.0, [2, {\"a\": 3}]]", YES},
	    {"order of a list", "[1, 2]", "[2, 1]", NO},
	    {"order of a map", "{\"a\": 1, \"b\": 2}", "{\"b\": 2, \"a\": 1}", YES},
	    {"other key", "{\"a\": 1}", "{\"b\": 1}", NO},
	    {"null is no missing key", "{\"a\": null}", "{}", NO},
	    {"large numbers", "12345678901234567890123", "1.2345678901234567890123e22", NO},
	    {"large integers", "12345678901234567890123", "12345678901234567890123", YES},
	    {"unknown", "\"!unknown:x\"", "1", OPEN},
	    {"two unknowns", "\"!unknown:x\"", "\"!unknown:x\"", OPEN},
	    {"secret", "\"!hidden\"", "1", OPEN},
	    {"unknown in a list", "[1, \"!unknown:x\"]", "[1, 2]", OPEN},
	    {"a known item differs", "[1, \"!unknown:x\"]", "[3, 2]", NO},
	    {"a later known item differs", "[\"!unknown:x\", 1]", "[1, 2]", NO},
	    {"unknown length", "[1, \"!unknown:x\"]", "[1]", OPEN},
	    {"unknown length, but another item", "[1, \"!unknown:x\"]", "[2]", NO},
	    {"unknown inside of an item leaves the length", "[{\"a\": \"!unknown:x\"}]", "[]", NO},
	    {"unknown in a map", "{\"a\": \"!unknown:x\", \"b\": 1}", "{\"a\": 1, \"b\": 1}", OPEN},
	    {"a known entry differs", "{\"a\": \"!unknown:x\", \"b\": 1}", "{\"a\": 1, \"b\": 2}",
		NO},
	    {"another number of entries", "{\"a\": \"!unknown:x\"}", "{}", NO},
	    {"deep", "[[[\"!unknown:x\", 1]]]", "[[[1, 2]]]", NO},
	    {"secret in a list", "[\"!hidden\"]", "[1]", OPEN},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct value a = json(rows[i].a), b = json(rows[i].b);
		enum answer forth = answer_of(cel_equal(NULL, a, b));
		enum answer back = answer_of(cel_equal(NULL, b, a));

		if (forth != rows[i].equal || back != rows[i].equal)
			fail_msg("%s: %d and %d", rows[i].name, forth, back);
	}
}

static void test_equal_of_own_kinds(void **state)
{
	struct value one = cel_int(1);
	struct value ip = value_string(STR("::1")), same = value_string(STR("0:0:0:0:0:0:0:1"));
	struct value range = value_string(STR("10.0.0.0/8"));
	struct value version = value_string(STR("1.2.0")), build = value_string(STR("1.2.0+x"));

	(void)state;
	ip.kind = same.kind = CEL_IP;
	ip.tag = same.tag = 6;
	range.kind = CEL_CIDR;
	version.kind = build.kind = CEL_SEMVER;
	assert_int_equal(answer_of(cel_equal(NULL, ip, same)), YES);
	assert_int_equal(answer_of(cel_equal(NULL, range, range)), YES);
	assert_int_equal(answer_of(cel_equal(NULL, range, ip)), NO);
	assert_int_equal(answer_of(cel_equal(NULL, version, build)), YES);
	assert_int_equal(answer_of(cel_equal(NULL, cel_some(&one), cel_some(&one))), YES);
	assert_int_equal(answer_of(cel_equal(NULL, cel_some(&one), cel_none())), NO);
	assert_int_equal(
	    answer_of(cel_equal(NULL, cel_bytes(STR("a")), value_string(STR("a")))), NO);
	assert_int_equal(answer_of(cel_equal(NULL, cel_double(NAN), cel_double(NAN))), NO);
	assert_int_equal(
	    answer_of(cel_equal(NULL, cel_time(CEL_DURATION, 1, 5), cel_time(CEL_TIMESTAMP, 1, 5))),
	    NO);
	assert_int_equal(
	    answer_of(cel_equal(NULL, cel_type(STR("int")), cel_type(STR("int")))), YES);
}

/* Deeper than anything real: an error, no crash. */
static void test_deep_values(void **state)
{
	struct value a = cel_int(1), b = cel_int(1), out;
	struct err err = {0};

	(void)state;
	for (int i = 0; i < 5000; i++) {
		struct value *inner = arena_array(arena, struct value, 2);

		inner[0] = a;
		inner[1] = b;
		a = value_list(&inner[0], 1);
		b = value_list(&inner[1], 1);
	}
	assert_int_equal(cel_equal(NULL, a, b).kind, CEL_ERROR);
	assert_false(cel_export(arena, a, &out, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	assert_true(cel_to_text(arena, a, 1000).len <= 1000);
}

/* --- maps --- */

static struct value_entry *some_entries(size_t count, bool mixed)
{
	struct value_entry *entries = arena_array(arena, struct value_entry, count);

	for (size_t i = 0; i < count; i++) {
		size_t key = (i * 7919) % count; /* in no order */

		entries[i].value = cel_int((int64_t)key);
		if (mixed && key % 3 == 0)
			entries[i].key = cel_int(-(int64_t)key);
		else if (mixed && key % 3 == 1)
			entries[i].key = cel_uint(key);
		else
			entries[i].key = value_string(str_format(arena, "k%zu", key));
	}
	return entries;
}

static struct cel_run *running(void)
{
	static const struct cel_scope scope;
	struct cel_run *run = cel_run_new(arena);
	struct cel_program *program;
	struct cel_problems problems;

	/* An evaluation fills the purse that functions pay from. */
	assert_true(cel_compile(arena, &scope, STR("1"), &program, &problems));
	(void)cel_evaluate(run, program, NULL, arena, NULL);
	cel_program_free(program);
	return run;
}

static void check_map(struct cel_run *run, size_t count, bool mixed)
{
	struct value_entry *entries = some_entries(count, mixed);
	struct value_entry *twice = some_entries(count, mixed);
	struct value map = cel_map(run, entries, count);

	assert_int_equal(map.kind, VALUE_MAP);
	assert_int_equal(map.len, count);
	assert_int_equal((map.marks & CEL_MIXED_KEYS) != 0, mixed);
	for (size_t i = 0; i < count; i++) {
		const struct value *found = cel_map_get(map, entries[i].key);

		assert_non_null(found);
		assert_int_equal(found->as.integer, entries[i].value.as.integer);
	}
	assert_null(cel_map_get(map, value_string(STR("none"))));
	assert_null(cel_map_get(map, cel_int(1000000)));
	assert_null(cel_map_get(map, cel_double(NAN)));
	assert_null(cel_map_get(map, value_null()));
	twice[count - 1].key = twice[0].key;
	assert_int_equal(cel_map(run, twice, count).kind, CEL_ERROR);
}

static void test_maps(void **state)
{
	static const size_t counts[] = {3, 8, 9, 100, 10007};
	struct cel_run *run = running();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		check_map(run, counts[i], false);
		check_map(run, counts[i], true);
	}
	cel_run_free(run);
}

static void test_map_keys(void **state)
{
	struct cel_run *run = running();
	struct value_entry same[2] = {{cel_int(1), cel_int(1)}, {cel_uint(1), cel_int(2)}};
	struct value_entry real[1] = {{cel_double(1.0), cel_int(1)}};
	struct value_entry data[1] = {{number("2.0"), cel_int(1)}};
	struct value_entry bools[2] = {
	    {value_bool(true), cel_int(1)}, {value_bool(false), value_unknown()}};
	struct value map;

	(void)state;
	assert_int_equal(cel_map(run, same, 2).kind, CEL_ERROR);
	assert_int_equal(cel_map(run, real, 1).kind, CEL_ERROR);
	map = cel_map(run, data, 1);
	assert_non_null(cel_map_get(map, cel_uint(2)));
	map = cel_map(run, bools, 2);
	assert_true(map.marks & VALUE_HAS_UNKNOWN);
	assert_non_null(cel_map_get(map, value_bool(true)));
	assert_null(cel_map_get(map, cel_int(1)));
	assert_int_equal(cel_map(run, NULL, 0).kind, VALUE_MAP);
	cel_run_free(run);
}

/* --- text --- */

static void test_double_text(void **state)
{
	static const struct {
		double real;
		const char *text;
	} rows[] = {
	    {0, "0"},
	    {-0.0, "-0"},
	    {1, "1"},
	    {-1.5, "-1.5"},
	    {0.1, "0.1"},
	    {0.1 + 0.2, "0.30000000000000004"},
	    {100, "100"},
	    {1234567, "1234567"},
	    {123456789012345680.0, "123456789012345680"},
	    {1e20, "100000000000000000000"},
	    {1e21, "1e+21"},
	    {1.5e300, "1.5e+300"},
	    {0.0000001, "0.0000001"},
	    {0.00000001, "1e-08"},
	    {5e-324, "5e-324"},
	    {1.7976931348623157e308, "1.7976931348623157e+308"},
	    {HUGE_VAL, "Infinity"},
	    {-HUGE_VAL, "-Infinity"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str text = cel_double_text(arena, rows[i].real);

		if (!str_is(text, rows[i].text))
			fail_msg("%s: got %.*s", rows[i].text, STR_ARG(text));
	}
	assert_true(str_is(cel_double_text(arena, NAN), "NaN"));
}

static void test_to_text(void **state)
{
	static const struct {
		const char *value;
		size_t limit;
		const char *text;
	} rows[] = {
	    {"\"as \\\"it\\\" is\"", 100, "as \"it\" is"},
	    {"[\"a\\n\\\"\", 1, 1.5, null, true, {\"k\": []}]", 100,
		"[\"a\\n\\\"\", 1, 1.5, null, true, {\"k\": []}]"},
	    {"\"!unknown:x\"", 100, "(known after apply)"},
	    {"\"!hidden\"", 100, "(sensitive)"},
	    {"\"!secret:bytes\"", 100, "(sensitive)"},
	    {"[\"!unknown:x\", \"!secret:y\"]", 100, "[\"(known after apply)\", \"(sensitive)\"]"},
	    {"\"abcdefghij\"", 10, "abcdefghij"},
	    {"\"abcdefghijk\"", 10, "abcdefg..."},
	    {"\"\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\"", 10,
		"\xc3\xa4\xc3\xa4\xc3\xa4..."},
	    {"[[[[[1, 2, 3]]]]]", 10, "[[[[[1,..."},
	    {"12345678901234567890123", 100, "12345678901234567890123"},
	    {"\"abc\"", 3, ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str text = cel_to_text(arena, json(rows[i].value), rows[i].limit);

		if (!str_is(text, rows[i].text))
			fail_msg("%s: got %.*s", rows[i].value, STR_ARG(text));
		assert_true(utf8_is_valid(text));
	}
}

static void test_to_text_of_own_kinds(void **state)
{
	struct value inner = cel_double(2.5);
	const struct {
		struct value value;
		const char *text;
	} rows[] = {
	    {cel_uint(7), "7"},
	    {cel_bytes(STR("a\xff")), "a\xef\xbf\xbd"},
	    {cel_type(STR("int")), "int"},
	    {cel_time(CEL_DURATION, -1, -500000000), "-1.5s"},
	    {cel_time(CEL_DURATION, 0, -1), "-0.000000001s"},
	    {cel_time(CEL_TIMESTAMP, 0, 120000000), "1970-01-01T00:00:00.12Z"},
	    {cel_some(&inner), "2.5"},
	    {cel_none(), "null"},
	    {{.kind = CEL_ERROR}, "(error)"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str text = cel_to_text(arena, rows[i].value, 100);

		if (!str_is(text, rows[i].text))
			fail_msg("%s: got %.*s", rows[i].text, STR_ARG(text));
	}
}

/* --- export --- */

static void test_export(void **state)
{
	struct value hidden = {
	    .kind = VALUE_UNKNOWN, .marks = VALUE_HAS_UNKNOWN | CEL_BECAUSE_HIDDEN};
	struct value items[] = {cel_int(1), cel_uint(UINT64_MAX), cel_uint(2), cel_double(2),
	    cel_double(0.5), cel_bytes(STR("hello")), cel_type(STR("int")),
	    cel_time(CEL_DURATION, 90, 0), cel_none(), value_unknown(), hidden};
	static const char *const texts[] = {"1", "18446744073709551615", "2", "2", "0.5",
	    "aGVsbG8=", "int", "90s", "null", "(known after apply)", "(sensitive)"};
	struct value_entry mixed[] = {{cel_int(1), cel_int(1)}, {value_bool(true), cel_int(2)}};
	struct value_entry twins[] = {
	    {cel_int(1), cel_int(1)}, {value_string(STR("1")), cel_int(2)}};
	struct cel_run *run = running();
	struct err err = {0};
	struct value out;

	(void)state;
	assert_true(cel_export(arena, value_list(items, ARRAY_LEN(items)), &out, &err));
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		assert_true(out.as.items[i].kind < CEL_FIRST);
		assert_false(out.as.items[i].marks & CEL_STRICT);
		if (!str_is(cel_to_text(arena, out.as.items[i], 100), texts[i]))
			fail_msg("item %zu is not %s", i, texts[i]);
	}
	assert_true(cel_export(arena, cel_map(run, mixed, 2), &out, &err));
	assert_non_null(value_get_c(out, "1"));
	assert_non_null(value_get_c(out, "true"));
	assert_false(cel_export(arena, cel_map(run, twins, 2), &out, &err));
	err_clear(&err);
	assert_false(cel_export(arena, cel_double(NAN), &out, &err));
	err_clear(&err);
	assert_false(cel_export(arena, (struct value){.kind = CEL_ERROR}, &out, &err));
	cel_run_free(run);
}

static void test_type_names(void **state)
{
	(void)state;
	assert_true(str_is(cel_type_name(value_null()), "null_type"));
	assert_true(
	    str_is(cel_type_name(cel_time(CEL_DURATION, 0, 0)), "google.protobuf.Duration"));
	assert_true(str_is(cel_type_name(cel_none()), "optional_type"));
	assert_string_equal(cel_kind_name(CEL_DOUBLE), "double");
	assert_string_equal(cel_kind_name(255), "value");
	for (int kind = CEL_FIRST; kind < CEL_KIND_END; kind++)
		assert_string_not_equal(cel_kind_name((uint8_t)kind), "value");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_load),
	    cmocka_unit_test(test_long_numbers),
	    cmocka_unit_test(test_number_order),
	    cmocka_unit_test(test_equal),
	    cmocka_unit_test(test_equal_of_own_kinds),
	    cmocka_unit_test(test_deep_values),
	    cmocka_unit_test(test_maps),
	    cmocka_unit_test(test_map_keys),
	    cmocka_unit_test(test_double_text),
	    cmocka_unit_test(test_to_text),
	    cmocka_unit_test(test_to_text_of_own_kinds),
	    cmocka_unit_test(test_export),
	    cmocka_unit_test(test_type_names),
	};

	return cmocka_run_group_tests_name("policies/cel/value", tests, setup, teardown);
}

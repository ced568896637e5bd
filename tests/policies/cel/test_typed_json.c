#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json_read.h"
#include "policies/cel/typed_json.h"

#define TEXT_MAX ((size_t)1 << 20)

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

static struct value json(const char *name, const char *text)
{
	struct jsonr reader = {0};
	struct value value = value_null();
	struct err err = {0};

	if (!jsonr_read(arena, str_from(text), &reader, &value, &err))
		fail_msg("%s: %s", name, err.text);
	return value;
}

struct row {
	const char *name, *text;
	const char *result; /* NULL: the same text */
};

#define GOOGLE "{\"objectValue\":{\"@type\":\"type.googleapis.com/google.protobuf."

static const struct row values[] = {
    {"int", "{\"int64Value\":\"-9223372036854775808\"}", NULL},
    {"int as a number", "{\"int64Value\":12}", "{\"int64Value\":\"12\"}"},
    {"uint", "{\"uint64Value\":\"18446744073709551615\"}", NULL},
    {"uint as a number", "{\"uint64Value\":18446744073709551615}",
	"{\"uint64Value\":\"18446744073709551615\"}"},
    {"double", "{\"doubleValue\":1.5}", NULL},
    {"double without fraction", "{\"doubleValue\":3}", NULL},
    {"double as text", "{\"doubleValue\":\"-1.5e300\"}", "{\"doubleValue\":-1.5e+300}"},
    {"not a number", "{\"doubleValue\":\"NaN\"}", NULL},
    {"infinity", "{\"doubleValue\":\"Infinity\"}", NULL},
    {"minus infinity", "{\"doubleValue\":\"-Infinity\"}", NULL},
    {"minus zero", "{\"doubleValue\":-0.0}", "{\"doubleValue\":-0}"},
    {"bool", "{\"boolValue\":true}", NULL},
    {"null", "{\"nullValue\":null}", NULL},
    {"null by its name", "{\"nullValue\":\"NULL_VALUE\"}", "{\"nullValue\":null}"},
    {"string", "{\"stringValue\":\"a\\u0000\\\"\xc3\xa4\"}", NULL},
    {"bytes", "{\"bytesValue\":\"AP+A\"}", NULL},
    {"bytes, padded", "{\"bytesValue\":\"YQ==\"}", NULL},
    {"bytes without padding", "{\"bytesValue\":\"YWI\"}", "{\"bytesValue\":\"YWI=\"}"},
    {"bytes of the other alphabet", "{\"bytesValue\":\"-_-_\"}", "{\"bytesValue\":\"+/+/\"}"},
    {"no bytes", "{\"bytesValue\":\"\"}", NULL},
    {"type", "{\"typeValue\":\"google.protobuf.Duration\"}", NULL},
    {"list",
	"{\"listValue\":{\"values\":[{\"int64Value\":\"1\"},{\"listValue\":{\"values\":[]}}]}}",
	NULL},
    {"empty list", "{\"listValue\":{}}", "{\"listValue\":{\"values\":[]}}"},
    {"map",
	"{\"mapValue\":{\"entries\":[{\"key\":{\"stringValue\":\"a\"},\"value\":{\"boolValue\":"
	"false}}]}}",
	NULL},
    {"map with keys of all types",
	"{\"mapValue\":{\"entries\":[{\"key\":{\"int64Value\":\"1\"},\"value\":{\"nullValue\":null}"
	"},"
	"{\"key\":{\"uint64Value\":\"2\"},\"value\":{\"nullValue\":null}},"
	"{\"key\":{\"boolValue\":true},\"value\":{\"nullValue\":null}},"
	"{\"key\":{\"stringValue\":\"1\"},\"value\":{\"nullValue\":null}}]}}",
	NULL},
    {"empty map", "{\"mapValue\":{}}", "{\"mapValue\":{\"entries\":[]}}"},
    {"duration", GOOGLE "Duration\",\"value\":\"1.5s\"}}", NULL},
    {"duration before zero", GOOGLE "Duration\",\"value\":\"-0.000000001s\"}}", NULL},
    {"timestamp", GOOGLE "Timestamp\",\"value\":\"2026-01-31T12:00:00Z\"}}", NULL},
    {"timestamp elsewhere", GOOGLE "Timestamp\",\"value\":\"2026-01-31T12:00:00+02:00\"}}",
	GOOGLE "Timestamp\",\"value\":\"2026-01-31T10:00:00Z\"}}"},
    {"wrapped bool", GOOGLE "BoolValue\",\"value\":true}}", "{\"boolValue\":true}"},
    {"wrapped int", GOOGLE "Int32Value\",\"value\":-5}}", "{\"int64Value\":\"-5\"}"},
    {"wrapped long", GOOGLE "Int64Value\",\"value\":\"5\"}}", "{\"int64Value\":\"5\"}"},
    {"wrapped uint", GOOGLE "UInt32Value\",\"value\":5}}", "{\"uint64Value\":\"5\"}"},
    {"wrapped float", GOOGLE "FloatValue\",\"value\":0.5}}", "{\"doubleValue\":0.5}"},
    {"wrapped list", GOOGLE "ListValue\",\"value\":[1,[null]]}}",
	"{\"listValue\":{\"values\":[{\"doubleValue\":1},{\"listValue\":{\"values\":[{"
	"\"nullValue\":null}]}}]}}"},
    {"wrapped object", GOOGLE "Struct\",\"value\":{\"a\":true}}}",
	"{\"mapValue\":{\"entries\":[{\"key\":{\"stringValue\":\"a\"},\"value\":{\"boolValue\":"
	"true}}]}}"},
    {"wrapped null", GOOGLE "Value\",\"value\":null}}", "{\"nullValue\":null}"},
    {"wrapped string", GOOGLE "StringValue\",\"value\":\"a\"}}", "{\"stringValue\":\"a\"}"},
    {"wrapped bytes", GOOGLE "BytesValue\",\"value\":\"YQ==\"}}", "{\"bytesValue\":\"YQ==\"}"},
    {"unknown", "{\"unknown\":[\"a.b\"]}", NULL},
    {"unknown in a list", "{\"listValue\":{\"values\":[{\"unknown\":[\"a\"]}]}}", NULL},
};

static void test_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		const struct row *row = &values[i];
		struct value value = value_null();
		struct buf buf;
		struct err err = {0};

		buf_init(&buf, arena, TEXT_MAX);
		if (!typed_json_read(arena, json(row->name, row->text), &value, &err) ||
		    !typed_json_write(&buf, value, &err))
			fail_msg("%s: %s", row->name, err.text);
		if (!str_is(buf_str(&buf), row->result ? row->result : row->text))
			fail_msg("%s: %.*s", row->name, STR_ARG(buf_str(&buf)));
	}
}

static const struct row wrong[] = {
    {"no object", "1", "expected an object with one key"},
    {"nothing", "{}", "expected an object with one key"},
    {"two", "{\"int64Value\":\"1\",\"boolValue\":true}", "expected an object with one key"},
    {"no such form", "{\"int32Value\":1}", "expected an object with one key"},
    {"too large", "{\"int64Value\":\"9223372036854775808\"}",
	"at .int64Value: expected an integer of 64 bits"},
    {"fraction", "{\"int64Value\":1.5}", "an integer of 64 bits"},
    {"blank", "{\"int64Value\":\" 1\"}", "an integer of 64 bits"},
    {"empty int", "{\"int64Value\":\"\"}", "an integer of 64 bits"},
    {"uint below zero", "{\"uint64Value\":-1}", "a natural number"},
    {"uint too large", "{\"uint64Value\":\"18446744073709551616\"}", "a natural number"},
    {"empty uint", "{\"uint64Value\":\"\"}", "a natural number"},
    {"hexadecimal", "{\"doubleValue\":\"0x10\"}", "a number, NaN"},
    {"inf", "{\"doubleValue\":\"inf\"}", "a number, NaN"},
    {"two numbers", "{\"doubleValue\":\"1 2\"}", "a number, NaN"},
    {"list as a number", "{\"doubleValue\":[]}", "a number, NaN"},
    {"bool as text", "{\"boolValue\":\"true\"}", "true or false"},
    {"string as a number", "{\"stringValue\":1}", "a string, not number"},
    {"null as false", "{\"nullValue\":false}", "expected null"},
    {"one digit of base64", "{\"bytesValue\":\"A\"}", "bytes in base64"},
    {"no base64", "{\"bytesValue\":\"a*bc\"}", "bytes in base64"},
    {"padding inside", "{\"bytesValue\":\"YQ==YQ==\"}", "bytes in base64"},
    {"list without values", "{\"listValue\":[]}", "{\"values\": [...]}"},
    {"values as an object", "{\"listValue\":{\"values\":{}}}", "{\"values\": [...]}"},
    {"wrong item", "{\"listValue\":{\"values\":[{\"boolValue\":true},{\"boolValue\":1}]}}",
	"at .listValue.values[1].boolValue: expected true or false"},
    {"entry without a value", "{\"mapValue\":{\"entries\":[{\"key\":{\"int64Value\":\"1\"}}]}}",
	"{\"key\": ..., \"value\": ...}"},
    {"double as a key",
	"{\"mapValue\":{\"entries\":[{\"key\":{\"doubleValue\":1},\"value\":{\"nullValue\":null}}]}"
	"}",
	".entries[0].key: expected a string, a whole number or a bool"},
    {"unknown as a key",
	"{\"mapValue\":{\"entries\":[{\"key\":{\"unknown\":[\"a\"]},\"value\":{\"nullValue\":null}}"
	"]}}",
	"a whole number or a bool"},
    {"key twice",
	"{\"mapValue\":{\"entries\":[{\"key\":{\"stringValue\":\"a\"},\"value\":{\"nullValue\":"
	"null}},"
	"{\"key\":{\"stringValue\":\"a\"},\"value\":{\"nullValue\":null}}]}}",
	"every key once"},
    {"key twice in two types",
	"{\"mapValue\":{\"entries\":[{\"key\":{\"int64Value\":1},\"value\":{\"nullValue\":null}},"
	"{\"key\":{\"uint64Value\":1},\"value\":{\"nullValue\":null}}]}}",
	"every key once"},
    {"message", GOOGLE "Empty\",\"value\":{}}}", "of a Duration, a Timestamp"},
    {"number as a wrapped list", GOOGLE "ListValue\",\"value\":1}}", "expected a list"},
    {"list as a wrapped object", GOOGLE "Struct\",\"value\":[]}}", "expected an object"},
    {"message without a type", "{\"objectValue\":{\"value\":\"1s\"}}", "of a Duration"},
    {"message without a value", GOOGLE "Duration\"}}", "of a Duration"},
    {"no duration", GOOGLE "Duration\",\"value\":\"soon\"}}", "a duration such as"},
    {"no time", GOOGLE "Timestamp\",\"value\":\"2026-02-30T00:00:00Z\"}}", "a time such as"},
    {"wrapped too large", GOOGLE "Int32Value\",\"value\":2147483648}}", "an integer of 32 bits"},
    {"unknown without a path", "{\"unknown\":[]}", "[\"path\"]"},
    {"unknown with a number", "{\"unknown\":[1]}", "[\"path\"]"},
};

static void test_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct value value = value_null();
		struct err err = {0};

		if (typed_json_read(arena, json(wrong[i].name, wrong[i].text), &value, &err))
			fail_msg("%s: accepted", wrong[i].name);
		if (err.code != ERR_INVALID ||
		    !str_contains(str_from(err.text), str_from(wrong[i].result)))
			fail_msg("%s: '%s'", wrong[i].name, err.text);
	}
}

/* Deep and large values are errors of the writer, never a crash. */
static void test_limits(void **state)
{
	struct value levels[TYPED_DEPTH_MAX + 1];
	struct value pairs[64][2];
	struct buf buf;
	struct err err = {0};

	(void)state;
	levels[0] = value_null();
	for (size_t i = 1; i <= TYPED_DEPTH_MAX; i++)
		levels[i] = value_list(&levels[i - 1], 1);
	buf_init(&buf, arena, TEXT_MAX);
	assert_true(typed_json_write(&buf, levels[TYPED_DEPTH_MAX - 1], &err));
	assert_false(typed_json_write(&buf, levels[TYPED_DEPTH_MAX], &err));
	assert_int_equal(err.code, ERR_LIMIT);

	/* 2^63 items that share their memory */
	pairs[0][0] = pairs[0][1] = value_null();
	for (size_t i = 1; i < ARRAY_LEN(pairs); i++)
		pairs[i][0] = pairs[i][1] = value_list(pairs[i - 1], 2);
	err_clear(&err);
	buf_init(&buf, arena, TEXT_MAX);
	assert_false(typed_json_write(&buf, pairs[63][0], &err));
	assert_int_equal(err.code, ERR_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_values, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_wrong, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_limits, setup, teardown),
	};

	return cmocka_run_group_tests_name("policies/cel/typed_json", tests, NULL, NULL);
}

/*
 * test_json_read.c: jsonr_read() on what it must take, and on what it must refuse and where.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json_read.h"
#include "base/json_write.h"
#include "base/sink.h"

struct accepted {
	const char *name, *text;
	const char *written; /* by jsonw_value() without indentation */
	size_t lone_surrogates;
};

static const struct accepted accepted_rows[] = {
    {"null", "null", "null", 0},
    {"true", " true\n", "true", 0},
    {"false", "\t\r\nfalse", "false", 0},
    {"zero", "0", "0", 0},
    {"minus zero keeps its sign", "-0", "-0", 0},
    {"largest int", "9223372036854775807", "9223372036854775807", 0},
    {"smallest int", "-9223372036854775808", "-9223372036854775808", 0},
    {"one more than an int", "9223372036854775808", "9223372036854775808", 0},
    {"twenty digits", "12345678901234567890", "12345678901234567890", 0},
    {"fraction keeps its zeros", "1.500", "1.500", 0},
    {"exponent", "1E+5", "1E+5", 0},
    {"small exponent", "-0.1e-30", "-0.1e-30", 0},
    {"empty string", "\"\"", "\"\"", 0},
    {"string", "\"abc\"", "\"abc\"", 0},
    {"long string", "\"0123456789abcdef0123456789abcdef0\"",
	"\"0123456789abcdef0123456789abcdef0\"", 0},
    {"utf-8", "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"",
	"\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"", 0},
    {"escapes", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\\"\\\\/\\b\\f\\n\\r\\t\"", 0},
    {"unicode escape", "\"\\u0041\\u00e4\\u20AC\"", "\"A\xc3\xa4\xe2\x82\xac\"", 0},
    {"escaped less-than", "\"\\u003cnone\\u003e\"", "\"<none>\"", 0},
    {"surrogate pair", "\"\\ud83d\\ude00\"", "\"\xf0\x9f\x98\x80\"", 0},
    {"nul", "\"a\\u0000b\"", "\"a\\u0000b\"", 0},
    {"lone high surrogate", "\"a\\ud83dz\"", "\"a\xef\xbf\xbdz\"", 1},
    {"lone low surrogate", "\"\\ude00\"", "\"\xef\xbf\xbd\"", 1},
    {"high surrogate, other escape", "\"\\ud83d\\u0041\"",
	"\"\xef\xbf\xbd"
	"A\"",
	1},
    {"two high surrogates and a low one", "\"\\ud83d\\ud83d\\ude00\"",
	"\"\xef\xbf\xbd\xf0\x9f\x98\x80\"", 1},
    {"high surrogate, newline escape", "\"\\ud83d\\n\"", "\"\xef\xbf\xbd\\n\"", 1},
    {"delete is no control character", "\"\x7f\"", "\"\x7f\"", 0},
    {"empty array", "[ ]", "[]", 0},
    {"empty object", "{\n}", "{}", 0},
    {"array", "[1, \"a\" ,null,[[]],{}]", "[1,\"a\",null,[[]],{}]", 0},
    {"object", "{\"a\":1,\"b\" : [true] , \"c\":{\"d\":\"e\"}}",
	"{\"a\":1,\"b\":[true],\"c\":{\"d\":\"e\"}}", 0},
    {"order is kept", "{\"z\":1,\"a\":2,\"m\":3}", "{\"z\":1,\"a\":2,\"m\":3}", 0},
    {"escaped key", "{\"a\\nb\":1}", "{\"a\\nb\":1}", 0},
    {"empty key", "{\"\":1}", "{\"\":1}", 0},
};

static struct str written(struct arena *arena, struct value value)
{
	struct buf buf;
	struct sink sink;
	struct jsonw writer;
	struct str text;
	struct err err = {.code = ERR_NONE};

	buf_init(&buf, arena, 1 << 20);
	sink_to_buf(&sink, &buf);
	jsonw_init(&writer, &sink, 0);
	jsonw_value(&writer, value);
	assert_true(sink_finish(&sink, &err));
	assert_true(buf_finish(&buf, &text, &err));
	return text;
}

/* The bytes alone in memory, so that ASan sees reading past their end. */
static struct str exact_copy(struct arena *arena, struct str text)
{
	char *bytes = arena_alloc(arena, text.len);

	memcpy(bytes, text.ptr, text.len);
	return (struct str){bytes, text.len};
}

static void test_accepts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(accepted_rows); i++) {
		const struct accepted *row = &accepted_rows[i];
		struct arena *arena = arena_new();
		struct jsonr reader = {.file = "t"};
		struct err err = {.code = ERR_NONE};
		struct value value;
		struct str text = exact_copy(arena, str_from(row->text));

		bool ok = jsonr_read(arena, text, &reader, &value, &err);
		struct str got = ok ? written(arena, value) : STR_EMPTY;
		/* whatever follows a value is written the way jsonw_value writes it */
		if (!ok || !str_eq(str_trim(got), str_from(row->written)))
			print_error("%s: got '%.*s' %s\n", row->name, STR_ARG(got), err.text);
		assert_true(ok);
		assert_true(str_eq(str_trim(got), str_from(row->written)));
		assert_int_equal(reader.lone_surrogates, row->lone_surrogates);
		assert_int_equal(reader.end, text.len);
		arena_free(arena);
	}
}

struct refused {
	const char *name, *text;
	int line, column;
	const char *message;
};

#define TRUNCATED "unexpected end of input (truncated?)"

static const struct refused refused_rows[] = {
    {"empty", "", 1, 1, "expected a JSON value, found nothing"},
    {"only space", " \n ", 2, 2, "expected a JSON value, found nothing"},
    {"truncated object", "{\"a\":1", 1, 7, TRUNCATED},
    {"truncated after a key", "{\"a\"", 1, 5, TRUNCATED},
    {"truncated after a colon", "{\"a\":", 1, 6, TRUNCATED},
    {"truncated in a string", "[\"abc", 1, 6, TRUNCATED},
    {"truncated in an escape", "[\"abc\\", 1, 7, TRUNCATED},
    {"truncated in a unicode escape", "[\"abc\\u12", 1, 10, TRUNCATED},
    {"truncated literal", "tru", 1, 4, TRUNCATED},
    {"truncated number", "[-", 1, 3, TRUNCATED},
    {"truncated fraction", "[1.", 1, 4, TRUNCATED},
    {"missing comma", "{\"a\":1 \"b\":2}", 1, 8,
	"expected ',' or '}' after a value in an object, found '\"'"},
    {"missing comma in an array", "[1\n 2]", 2, 2,
	"expected ',' or ']' after a value in an array, found '2'"},
    {"wrong bracket", "[1}", 1, 3, "expected ',' or ']' after a value in an array, found '}'"},
    {"trailing comma", "{\"a\":1,}", 1, 8, "expected a key after ',', found '}'"},
    {"trailing comma in an array", "[1,]", 1, 4, "expected a value, found ']'"},
    {"no key", "{1:2}", 1, 2, "expected a key in double quotes, found '1'"},
    {"single quotes", "{'a':2}", 1, 2, "expected a key in double quotes, found byte 0x27"},
    {"no colon", "{\"a\" 1}", 1, 6, "expected ':' after a key, found '1'"},
    {"leading zero", "[01]", 1, 2, "number has a leading zero"},
    {"negative leading zero", "[-012]", 1, 3, "number has a leading zero"},
    {"no digit after the point", "[1.x]", 1, 4, "expected a digit in a number, found 'x'"},
    {"no digit in the exponent", "[1e+]", 1, 5, "expected a digit in a number, found ']'"},
    {"plus", "[+1]", 1, 2, "expected a value, found '+'"},
    {"point first", "[.5]", 1, 2, "expected a value, found '.'"},
    {"hexadecimal", "0x10", 1, 2, "expected the end after the JSON value, found 'x'"},
    {"NaN", "[NaN]", 1, 2, "expected a value, found 'N'"},
    {"wrong literal", "[nuli]", 1, 2, "expected a value, found 'n'"},
    {"literal goes on", "[nulls]", 1, 6,
	"expected ',' or ']' after a value in an array, found 's'"},
    {"comment", "[1 // one\n]", 1, 4, "expected ',' or ']' after a value in an array, found '/'"},
    {"control character", "[\"a\tb\"]", 1, 4, "control character in a string"},
    {"newline in a string", "[\"ab\n\"]", 1, 5, "control character in a string"},
    {"unknown escape", "[\"ab\\x\"]", 1, 5, "unknown escape in a string"},
    {"bad hexadecimal digits", "[\"\\u12g4\"]", 1, 7,
	"expected four hexadecimal digits after \\u in a string"},
    {"invalid utf-8", "[\"\xc3\xa4\xff\"]", 1, 4, "invalid UTF-8 in a string"},
    {"overlong utf-8", "[\"a\xc0\xaf\"]", 1, 4, "invalid UTF-8 in a string"},
    {"surrogate in utf-8", "[\"\xed\xa0\x80\"]", 1, 3, "invalid UTF-8 in a string"},
    {"cut utf-8", "[\"\xe2\x82\"]", 1, 3, "invalid UTF-8 in a string"},
    {"columns are characters", "[\"\xc3\xa4\xe2\x82\xac\" x]", 1, 7,
	"expected ',' or ']' after a value in an array, found 'x'"},
    {"trailing text", "{} x", 1, 4, "expected the end after the JSON value, found 'x'"},
    {"binary", "\x01\x02", 1, 1, "expected a value, found byte 0x01"},
    {"duplicate key", "{\"a\":1,\n \"b\":[\",\",{\"x\":1,\"y\":2}], \"a\":2}", 2, 27,
	"duplicate key 'a'"},
    {"duplicate by an escape", "{\"a\":1,\"\\u0061\":2}", 1, 8, "duplicate key 'a'"},
    {"duplicate key in a large object",
	"{\"k\":0,\"b\":0,\"c\":0,\"d\":0,\"e\":0,\"f\":0,\"g\":0,\"h\":0,\"i\":0,\"j\":0,\"k\":0}",
	1, 62, "duplicate key 'k'"},
    {"long duplicate key is cut",
	"{\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\":1,"
	"\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\":1}",
	1, 75, "duplicate key 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...'"},
};

static void test_refuses(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refused_rows); i++) {
		const struct refused *row = &refused_rows[i];
		struct arena *arena = arena_new();
		struct jsonr reader = {.file = "t.json"};
		struct err err = {.code = ERR_NONE};
		struct value value;
		struct str text = exact_copy(arena, str_from(row->text));

		bool ok = jsonr_read(arena, text, &reader, &value, &err);
		if (ok || strcmp(err.text, row->message) != 0 || err.line != row->line ||
		    err.column != row->column)
			print_error("%s: %d:%d: %s\n", row->name, err.line, err.column, err.text);
		assert_false(ok);
		assert_int_equal(err.code, ERR_SYNTAX);
		assert_string_equal(err.file, "t.json");
		assert_string_equal(err.text, row->message);
		assert_int_equal(err.line, row->line);
		assert_int_equal(err.column, row->column);
		arena_free(arena);
	}
}

static void test_origin(void **state)
{
	struct arena *arena = arena_new();
	struct jsonr reader = {.origin_line = 10, .origin_column = 5};
	struct err first = {.code = ERR_NONE}, second = {.code = ERR_NONE};
	struct value value;

	(void)state;
	assert_false(jsonr_read(arena, STR("[x]"), &reader, &value, &first));
	assert_int_equal(first.line, 10);
	assert_int_equal(first.column, 6);
	assert_false(jsonr_read(arena, STR("[\nx]"), &reader, &value, &second));
	assert_int_equal(second.line, 11);
	assert_int_equal(second.column, 1);
	arena_free(arena);
}

static void test_trailing(void **state)
{
	struct arena *arena = arena_new();
	struct jsonr reader = {.allow_trailing = true};
	struct err err = {.code = ERR_NONE};
	struct value value;
	struct str rest = STR(" {\"a\":1}\n [2]  3");
	static const enum value_kind kinds[] = {VALUE_MAP, VALUE_LIST, VALUE_INT};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		assert_true(jsonr_read(arena, rest, &reader, &value, &err));
		assert_int_equal(value.kind, kinds[i]);
		rest = str_skip(rest, reader.end);
	}
	assert_int_equal(rest.len, 0);
	arena_free(arena);
}

static void test_depth(void **state)
{
	(void)state;
	for (size_t depth = JSON_DEPTH_MAX; depth <= JSON_DEPTH_MAX + 1; depth++) {
		struct arena *arena = arena_new();
		struct jsonr reader = {.file = "t"};
		struct err err = {.code = ERR_NONE};
		struct value value;
		struct buf buf;

		buf_init(&buf, arena, 4096);
		buf_repeat(&buf, '[', depth);
		buf_repeat(&buf, ']', depth);
		assert_int_equal(jsonr_read(arena, buf_str(&buf), &reader, &value, &err),
		    depth == JSON_DEPTH_MAX);
		if (depth > JSON_DEPTH_MAX) {
			assert_int_equal(err.code, ERR_LIMIT);
			assert_int_equal(err.column, JSON_DEPTH_MAX + 1);
			assert_string_equal(err.text, "nesting is deeper than 200 levels");
		}
		arena_free(arena);
	}
}

/* Containers that outgrow the stack on the stack, next to and inside each other. */
static void test_large_containers(void **state)
{
	struct arena *arena = arena_new();
	struct jsonr reader = {.file = "t"};
	struct err err = {.code = ERR_NONE};
	struct value value;
	struct buf buf;

	(void)state;
	buf_init(&buf, arena, 1 << 22);
	buf_adds(&buf, "[");
	for (int i = 0; i < 20000; i++)
		buf_addf(&buf, "%s{\"k%d\":[%d,\"v\"],\"\\u006c\":%d}", i ? "," : "", i, i, i);
	buf_adds(&buf, "]");
	assert_true(jsonr_read(arena, buf_str(&buf), &reader, &value, &err));
	assert_int_equal(value.len, 20000);
	for (uint32_t i = 0; i < value.len; i++)
		assert_int_equal(value_get_int(value.as.items[i], "l", -1), i);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_accepts),
	    cmocka_unit_test(test_refuses),
	    cmocka_unit_test(test_origin),
	    cmocka_unit_test(test_trailing),
	    cmocka_unit_test(test_depth),
	    cmocka_unit_test(test_large_containers),
	};

	return cmocka_run_group_tests_name("base/json_read", tests, NULL, NULL);
}

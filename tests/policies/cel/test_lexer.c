#include "policies/cel/lexer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"

struct world {
	struct arena *arena;
	struct cel_lexer lexer;
	struct cel_token token;
	size_t at;
	struct err err;
};

static void begin(struct world *world, struct arena *arena, struct str text)
{
	*world = (struct world){.arena = arena, .at = SIZE_MAX};
	world->lexer = (struct cel_lexer){.arena = arena, .text = text};
}

static bool next(struct world *world)
{
	return cel_lexer_next(&world->lexer, &world->token, &world->at, &world->err);
}

static void test_symbols_and_words(void **state)
{
	static const struct {
		const char *text;
		enum cel_token_kind kind;
	} rows[] = {
	    {"", CEL_TOKEN_END},
	    {" \t\r\n\f", CEL_TOKEN_END},
	    {"// to the end", CEL_TOKEN_END},
	    {"// \xc3\xa9 line\n x", CEL_TOKEN_NAME},
	    {"//\n//\n", CEL_TOKEN_END},
	    {"/", CEL_TOKEN_SLASH},
	    {"a", CEL_TOKEN_NAME},
	    {"_9", CEL_TOKEN_NAME},
	    {"iffy", CEL_TOKEN_NAME},
	    {"if", CEL_TOKEN_RESERVED},
	    {"while", CEL_TOKEN_RESERVED},
	    {"in", CEL_TOKEN_IN},
	    {"inn", CEL_TOKEN_NAME},
	    {"b", CEL_TOKEN_NAME},
	    {"r", CEL_TOKEN_NAME},
	    {"br", CEL_TOKEN_NAME},
	    {"`a-b`", CEL_TOKEN_QUOTED},
	    {"`/a b.c_1`", CEL_TOKEN_QUOTED},
	    {"true", CEL_TOKEN_LITERAL},
	    {"null", CEL_TOKEN_LITERAL},
	    {"==", CEL_TOKEN_EQ},
	    {"!=", CEL_TOKEN_NE},
	    {"<=", CEL_TOKEN_LE},
	    {"<", CEL_TOKEN_LT},
	    {">=", CEL_TOKEN_GE},
	    {">", CEL_TOKEN_GT},
	    {"&&", CEL_TOKEN_AND},
	    {"||", CEL_TOKEN_OR},
	    {"!", CEL_TOKEN_NOT},
	    {"!!", CEL_TOKEN_NOT},
	    {"--", CEL_TOKEN_MINUS},
	    {"?", CEL_TOKEN_QUESTION},
	    {"}", CEL_TOKEN_RIGHT_BRACE},
	};
	struct arena *arena = arena_new();
	struct world world;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		begin(&world, arena, str_from(rows[i].text));
		if (!next(&world) || world.token.kind != rows[i].kind)
			fail_msg("'%s': kind %d, %s", rows[i].text, (int)world.token.kind,
			    world.err.text);
	}
	arena_free(arena);
}

static void test_places(void **state)
{
	static const uint32_t places[][2] = {
	    {1, 2}, {3, 5}, {6, 15}, {15, 16}, {17, 21}, {21, 21}, {21, 21}};
	struct arena *arena = arena_new();
	struct world world;

	(void)state;
	begin(&world, arena, STR(" a <= br'''x'''. `b-`"));
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		assert_true(next(&world));
		assert_int_equal(world.token.from, places[i][0]);
		assert_int_equal(world.token.to, places[i][1]);
	}
	assert_int_equal(world.token.kind, CEL_TOKEN_END);
	arena_free(arena);
}

static void test_numbers(void **state)
{
	static const struct {
		const char *text;
		enum cel_token_kind kind;
		uint8_t value_kind;
		uint64_t natural;
		double real;
		size_t len; /* of the token */
	} rows[] = {
	    {"0", CEL_TOKEN_INT, CEL_UINT, 0, 0, 1},
	    {"007", CEL_TOKEN_INT, CEL_UINT, 7, 0, 3},
	    {"9223372036854775808", CEL_TOKEN_INT, CEL_UINT, (uint64_t)1 << 63, 0, 19},
	    {"18446744073709551615u", CEL_TOKEN_LITERAL, CEL_UINT, UINT64_MAX, 0, 21},
	    {"0xFf", CEL_TOKEN_INT, CEL_UINT, 255, 0, 4},
	    {"0xFFFFFFFFFFFFFFFFU", CEL_TOKEN_LITERAL, CEL_UINT, UINT64_MAX, 0, 19},
	    {"1.5", CEL_TOKEN_DOUBLE, CEL_DOUBLE, 0, 1.5, 3},
	    {".5", CEL_TOKEN_DOUBLE, CEL_DOUBLE, 0, 0.5, 2},
	    {"1e3", CEL_TOKEN_DOUBLE, CEL_DOUBLE, 0, 1000, 3},
	    {"1.5E-1", CEL_TOKEN_DOUBLE, CEL_DOUBLE, 0, 0.15, 6},
	    {"2e+2", CEL_TOKEN_DOUBLE, CEL_DOUBLE, 0, 200, 4},
	    {"1e-400", CEL_TOKEN_DOUBLE, CEL_DOUBLE, 0, 0, 6},
	    {"7.", CEL_TOKEN_INT, CEL_UINT, 7, 0, 1}, /* and a dot: the grammar has no `7.` */
	    {"7.f", CEL_TOKEN_INT, CEL_UINT, 7, 0, 1},
	    {"7-1", CEL_TOKEN_INT, CEL_UINT, 7, 0, 1},
	};
	struct arena *arena = arena_new();
	struct world world;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		begin(&world, arena, str_from(rows[i].text));
		if (!next(&world))
			fail_msg("'%s': %s", rows[i].text, world.err.text);
		if (world.token.kind != rows[i].kind ||
		    world.token.value.kind != rows[i].value_kind || world.token.to != rows[i].len)
			fail_msg("'%s': kind %d to %u", rows[i].text, (int)world.token.kind,
			    world.token.to);
		if (rows[i].value_kind == CEL_UINT)
			assert_true(world.token.value.as.natural == rows[i].natural);
		else
			assert_true(world.token.value.as.real == rows[i].real);
	}
	arena_free(arena);
}

static void test_strings(void **state)
{
	static const struct {
		const char *text;
		struct str want;
		uint8_t kind;
	} rows[] = {
	    {"''", STR_INIT(""), VALUE_STRING},
	    {"\"\"", STR_INIT(""), VALUE_STRING},
	    {"'a\"b'", STR_INIT("a\"b"), VALUE_STRING},
	    {"'''x''x'''", STR_INIT("x''x"), VALUE_STRING},
	    {"''''''", STR_INIT(""), VALUE_STRING},
	    {"\"\"\"a\nb\"\"\"", STR_INIT("a\nb"), VALUE_STRING},
	    {"'''a\r\nb\rc'''", STR_INIT("a\nb\nc"), VALUE_STRING},
	    {"'''a\\'''b'''", STR_INIT("a'''b"), VALUE_STRING},
	    {"'\\a\\b\\f\\n\\r\\t\\v\\\\\\?\\\"\\'\\`'", STR_INIT("\a\b\f\n\r\t\v\\?\"'`"),
		VALUE_STRING},
	    {"'\\x41\\X42\\u0043\\U00000044\\105'", STR_INIT("ABCDE"), VALUE_STRING},
	    {"'\\xff\\377\\303\\277'", STR_INIT("\xc3\xbf\xc3\xbf\xc3\x83\xc2\xbf"), VALUE_STRING},
	    {"'\\x00'", STR_INIT("\0"), VALUE_STRING},
	    {"'\\u2764'", STR_INIT("\xe2\x9d\xa4"), VALUE_STRING},
	    {"'\\ud83d\\ude00'", STR_INIT("\xf0\x9f\x98\x80"), VALUE_STRING},
	    {"'\\U0010ffff'", STR_INIT("\xf4\x8f\xbf\xbf"), VALUE_STRING},
	    {"r'\\n\\'", STR_INIT("\\n\\"), VALUE_STRING},
	    {"R\"\\\\\"", STR_INIT("\\\\"), VALUE_STRING},
	    {"r'''\\'''", STR_INIT("\\"), VALUE_STRING},
	    {"b'\xc3\xbf'", STR_INIT("\xc3\xbf"), CEL_BYTES},
	    {"b'\\377\\xff\\X00'", STR_INIT("\xff\xff\0"), CEL_BYTES},
	    {"B\"abc\"", STR_INIT("abc"), CEL_BYTES},
	    {"bR'\\x'", STR_INIT("\\x"), CEL_BYTES},
	    {"br'''a'b'''", STR_INIT("a'b"), CEL_BYTES},
	};
	struct arena *arena = arena_new();
	struct world world;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		begin(&world, arena, str_from(rows[i].text));
		if (!next(&world))
			fail_msg("%s: %s", rows[i].text, world.err.text);
		if (world.token.kind != CEL_TOKEN_LITERAL ||
		    world.token.value.kind != rows[i].kind ||
		    !str_eq(cel_text(world.token.value), rows[i].want))
			fail_msg("%s: kind %d, '%.*s'", rows[i].text, world.token.value.kind,
			    STR_ARG(cel_text(world.token.value)));
		assert_int_equal(world.token.to, strlen(rows[i].text));
	}
	arena_free(arena);
}

static void test_views(void **state)
{
	struct arena *arena = arena_new();
	struct str text = STR("r'a\\b'");
	struct world world;

	(void)state;
	begin(&world, arena, text);
	assert_true(next(&world));
	assert_ptr_equal(world.token.value.as.text, text.ptr + 2); /* nothing was copied */
	arena_free(arena);
}

static void test_faults(void **state)
{
	static const struct {
		const char *text;
		size_t at;
		const char *part; /* of the error text */
	} rows[] = {
	    {"  'abc", 2, "not closed: expected ' on the same line"},
	    {"'abc\n'", 0, "same line"},
	    {"'abc\\", 0, "not closed"},
	    {"'abc\\'", 0, "not closed"},
	    {"b\"x", 0, "expected \""},
	    {" br'''x''", 1, "expected '''"},
	    {"'ab\\q'", 3, "unknown escape"},
	    {"'ab\\", 0, "not closed"},
	    {"'\\x4'", 1, "two hexadecimal digits"},
	    {"'\\u12g4'", 1, "four hexadecimal"},
	    {"'\\U0001'", 1, "eight hexadecimal"},
	    {"'\\U00110000'", 1, "no Unicode code point"},
	    {"'\\UFFFFFFFF'", 1, "no Unicode code point"},
	    {"'\\ud83d'", 1, "no Unicode code point"},
	    {"'\\ud83d\\u0041'", 1, "no Unicode code point"},
	    {"'\\ude00\\ud83d'", 1, "no Unicode code point"},
	    {"'\\400'", 1, "three octal digits"},
	    {"'\\18'", 1, "three octal digits"},
	    {"'\\9'", 1, "three octal digits"},
	    {"b'\\u0041'", 2, "for strings"},
	    {"18446744073709551616", 0, "over the range of int and uint"},
	    {"0x10000000000000000", 0, "over the range"},
	    {"1e999", 0, "over the range of double"},
	    {"0x", 0, "hexadecimal digits"},
	    {"0X1F", 0, "after the number '0'"},
	    {"12abc", 0, "after the number '12'"},
	    {"1.5u", 0, "after the number '1.5'"},
	    {"``", 0, "backquotes"},
	    {"`a$b`", 0, "backquotes"},
	    {"`a", 0, "backquotes"},
	    {" = 1", 1, "use == to compare"},
	    {"=== 1", 0, "use == to compare"},
	    {"!== 1", 0, "use != to compare"},
	    {"<> 1", 0, "use !="},
	    {"& b", 0, "use &&"},
	    {"| b", 0, "use ||"},
	    {"=~ 'x'", 0, "matches"},
	    {"${var.x}", 0, "without ${ }"},
	    {"# x", 0, "begin with //"},
	    {"/* x", 0, "begin with //"},
	    {";", 0, "ends without it"},
	    {"?? 1", 0, "get(path, fallback)"},
	    {"\xe2\x80\x9cx", 0, "plain quotes"},
	    {"\xc2\xa0", 0, "no-break space"},
	    {"\xc3\xb3", 0, "ASCII letters"},
	    {"\x07", 0, "U+0007"},
	    {"@", 0, "unexpected character '@'"},
	};
	struct arena *arena = arena_new();
	struct world world;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		begin(&world, arena, str_from(rows[i].text));
		if (next(&world) || world.err.code != ERR_SYNTAX || world.at != rows[i].at ||
		    !str_contains(str_from(world.err.text), str_from(rows[i].part)))
			fail_msg("'%s': %d at %zu: %s", rows[i].text, (int)world.err.code, world.at,
			    world.err.text);
	}
	arena_free(arena);
}

static void test_long_number(void **state)
{
	struct arena *arena = arena_new();
	struct world world;
	char digits[2000];

	(void)state;
	for (size_t i = 0; i < sizeof(digits); i++)
		digits[i] = '0';
	digits[1] = '.';
	begin(&world, arena, (struct str){digits, sizeof(digits)});
	assert_false(next(&world));
	assert_non_null(strstr(world.err.text, "digits"));
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_symbols_and_words),
	    cmocka_unit_test(test_places),
	    cmocka_unit_test(test_numbers),
	    cmocka_unit_test(test_strings),
	    cmocka_unit_test(test_views),
	    cmocka_unit_test(test_faults),
	    cmocka_unit_test(test_long_number),
	};

	return cmocka_run_group_tests_name("policies/cel/lexer", tests, NULL, NULL);
}

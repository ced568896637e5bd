#include "policies/cel/ast.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "policies/cel/trace.h"
#include "tests/support/cel_sketch.h"

static void test_literals(void **state)
{
	static const struct cel_sketch_row rows[] = {
	    {"1", "1"},
	    {"-1", "-1"},
	    {"- 1", "-1"},
	    {"0x1F", "31"},
	    {"-0x1F", "-31"},
	    {"-0", "0"},
	    {"9223372036854775807", "9223372036854775807"},
	    {"-9223372036854775808", "-9223372036854775808"},
	    {"-0x8000000000000000", "-9223372036854775808"},
	    {"5u", "5u"},
	    {"1.5", "1.5000000000000000"},
	    {"-.5e1", "-5.0000000000000000"},
	    {"true", "true"},
	    {"null", "null"},
	    {"'a\\x62'", "'ab'"},
	    {"b'\\xff'", "b'\\xff'"},
	    {"// c\n1 // d", "1"},
	};

	(void)state;
	cel_sketch_check(rows, ARRAY_LEN(rows));
}

static void test_precedence(void **state)
{
	static const struct cel_sketch_row rows[] = {
	    {"a || b && c", "(|| a (&& b c))"},
	    {"a && b || c && d", "(|| (&& a b) (&& c d))"},
	    {"a && b && c && d", "(&& a b c d)"},
	    {"(a && b) && c", "(&& (&& a b) c)"},
	    {"a || b || c", "(|| a b c)"},
	    {"a == b && c < d", "(&& (_==_ a b) (_<_ c d))"},
	    {"a < b == c", "(_==_ (_<_ a b) c)"},
	    {"a in b in c", "(@in (@in a b) c)"},
	    {"1 + 2 * 3 - 4 % 5 / 6", "(_-_ (_+_ 1 (_*_ 2 3)) (_/_ (_%_ 4 5) 6))"},
	    {"a - b - c", "(_-_ (_-_ a b) c)"},
	    {"a != b >= c > d <= e", "(_<=_ (_>_ (_>=_ (_!=_ a b) c) d) e)"},
	    {"1 - -1", "(_-_ 1 -1)"},
	    {"4--4", "(_-_ 4 -4)"},
	    {"-a", "(-_ a)"},
	    {"--a", "(-_ (-_ a))"},
	    {"--1", "(-_ -1)"},
	    {"-1u", "(-_ 1u)"},
	    {"-a.b", "(-_ (. a b))"},
	    {"-1.f", "(. -1 f)"},
	    {"-(1)", "(-_ 1)"},
	    {"!a", "(! a)"},
	    {"!!a == b", "(_==_ (! (! a)) b)"},
	    {"!a.b()", "(! (.b a))"},
	    {"!a in b", "(@in (! a) b)"},
	    {"a ? b : c", "(? a b c)"},
	    {"a ? b : c ? d : e", "(? a b (? c d e))"},
	    {"a ? (b ? c : d) : e", "(? a (? b c d) e)"},
	    {"a || b ? c || d : e || f", "(? (|| a b) (|| c d) (|| e f))"},
	};

	(void)state;
	cel_sketch_check(rows, ARRAY_LEN(rows));
}

static void test_members(void **state)
{
	static const struct cel_sketch_row rows[] = {
	    {"a.b.c", "(. (. a b) c)"},
	    {".a.b", "(. .a b)"},
	    {"a . b", "(. a b)"},
	    {"a[0]['k']", "([] ([] a 0) 'k')"},
	    {"a.?b", "(.? a b)"},
	    {"a.?b.c[?d]", "([?] (. (.? a b) c) d)"},
	    {"a.`b-c d`", "(. a `b-c d`)"},
	    {"a.?`in`", "(.? a `in`)"},
	    {"a.if.for", "(. (. a if) for)"},
	    {"a.while()", "(.while a)"},
	    {"f()", "(f)"},
	    {".f(1)", "(.f 1)"},
	    {"a.f(b, c).g()", "(.g (.f a b c))"},
	    {"math.greatest(1, 2)", "(.greatest math 1 2)"},
	    {"'a'.size()", "(.size 'a')"},
	    {"[]", "[]"},
	    {"[1, 2,]", "[1, 2]"},
	    {"[,]", "[]"},
	    {"[?a, b, ?c.d]", "[?a, b, ?(. c d)]"},
	    {"{}", "{}"},
	    {"{,}", "{}"},
	    {"{'a': 1, ?b: c,}", "{'a': 1, ?b: c}"},
	    {"{a ? b : c : d}", "{(? a b c): d}"},
	    {"M{}", "M{}"},
	    {"a.b.M{x: 1, ?y: 2, `in`: 3,}", "a.b.M{x: 1, ?y: 2, in: 3}"},
	    {".a . b . M{if: M{}}.if", "(. .a.b.M{if: M{}} if)"},
	    {"{'a': [1]}.a[0]", "([] (. {'a': [1]} a) 0)"},
	    {"[[1], [[2]]]", "[[1], [[2]]]"},
	};

	(void)state;
	cel_sketch_check(rows, ARRAY_LEN(rows));
}

static void test_places(void **state)
{
	static const struct cel_sketch_row rows[] = {
	    {" a ", "a @1"},
	    {"(a + b).c[1]", "(a + b).c[1] @9 | (a + b).c @8 | (a + b) @3 | a @1 | b @5 | 1 @10"},
	    {"a && (b) && c", "a && (b) && c @2 | a @0 | (b) @6 | c @12"},
	    {"((a))", "((a)) @2"},
	    {"x ? -1 : - y", "x ? -1 : - y @2 | x @0 | -1 @4 | - y @9 | y @11"},
	    {".f(a, 'b')", ".f(a, 'b') @1 | a @3 | 'b' @6"},
	    {"a.?b.g(1)", "a.?b.g(1) @5 | a.?b @3 | a @0 | 1 @7"},
	    {"[1, {2: 3}]", "[1, {2: 3}] @0 | 1 @1 | {2: 3} @4 | 2 @5 | 3 @8"},
	    {"a.M{x: y}.z", "a.M{x: y}.z @10 | a.M{x: y} @3 | y @7"},
	    {"!a[0]", "!a[0] @0 | a[0] @2 | a @1 | 0 @3"},
	    {"a.`b`", "a.`b` @2 | a @0"},
	    {"has(a.b)", "has(a.b) @6 | a @4"},
	    {"a.all(x, x > 1)", "a.all(x, x > 1) @2 | a @0 | x > 1 @11 | x @9 | 1 @13"},
	    {"cel.bind(x, 1, x)", "cel.bind(x, 1, x) @4 | 1 @12 | x @15"},
	    {"get(a.b, 0)", "get(a.b, 0) @0 | a.b @6 | a @4 | 0 @9"},
	};
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = {.code = ERR_NONE};
		struct cel_ast ast;
		size_t at = 0;

		if (!cel_parse(arena, str_from(rows[i].text), &ast, &at, &err))
			fail_msg("%s: at %zu: %s", rows[i].text, at, err.text);
		struct str got = cel_sketch_places(arena, &ast);
		if (!str_is(got, rows[i].want))
			fail_msg("%s: got %.*s", rows[i].text, STR_ARG(got));
	}
	arena_free(arena);
}

static void test_flags(void **state)
{
	struct arena *arena = arena_new();
	struct err err = {.code = ERR_NONE};
	struct cel_ast ast;
	size_t at = 0;

	(void)state;
	assert_true(cel_parse(arena, STR("(a.b).c + ((d)).e"), &ast, &at, &err));
	assert_int_equal(ast.root->flags, 0);
	assert_int_equal(ast.root->height, 4);
	assert_int_equal(ast.nodes[1]->flags, 0);		/* (a.b).c */
	assert_int_equal(ast.nodes[2]->flags, CEL_PARENTHESES); /* (a.b) */
	assert_int_equal(ast.nodes[3]->flags, 0);		/* a */
	assert_int_equal(ast.nodes[5]->flags, CEL_PARENTHESES); /* ((d)) */
	assert_true(cel_is_chain(ast.nodes[1]));
	assert_false(cel_is_chain(ast.root));
	assert_true(cel_parse(arena, STR("a.b[c][0].`d`"), &ast, &at, &err));
	assert_true(cel_is_chain(ast.root));
	assert_true(cel_parse(arena, STR("a.?b"), &ast, &at, &err));
	assert_false(cel_is_chain(ast.root));
	assert_true(cel_parse(arena, STR("f(x).b"), &ast, &at, &err));
	assert_false(cel_is_chain(ast.root));
	arena_free(arena);
}

struct fault {
	const char *text;
	size_t at;
	const char *part; /* of the error text */
};

static void check_faults(const struct fault *rows, size_t count)
{
	struct arena *arena = arena_new();

	for (size_t i = 0; i < count; i++) {
		struct err err = {.code = ERR_NONE};
		struct cel_ast ast;
		size_t at = SIZE_MAX;

		if (cel_parse(arena, str_from(rows[i].text), &ast, &at, &err))
			fail_msg("%s: no error", rows[i].text);
		if (err.code != ERR_SYNTAX || at != rows[i].at ||
		    strstr(err.text, rows[i].part) == NULL)
			fail_msg("%s: %d at %zu: %s", rows[i].text, (int)err.code, at, err.text);
	}
	arena_free(arena);
}

static void test_faults(void **state)
{
	static const struct fault rows[] = {
	    {"", 0, "is empty"},
	    {"  // nothing\n", 0, "is empty"},
	    {"1 +", 3, "expected a value, found the end of the expression"},
	    {"1 +\n", 3, "found the end"}, /* not on a line that is not there */
	    {"a b", 2, "expected an operator or the end of the expression, found 'b'"},
	    {"a == == b", 5, "expected a value, found '=='"},
	    {"(a", 2, "expected an operator or ')' to close '(a'"},
	    {"f(a, ", 4, "expected a value"},
	    {"f(a,)", 4, "expected a value, found ')'"},
	    {"f(a b)", 4, "',' or ')' to close '(a b)'"},
	    {"[1 2]", 3, "',' or ']' to close '[1 2]', found '2'"},
	    {"{1: 2", 5, "',' or '}' to close '{1: 2'"},
	    {"{a}", 2, "':' after the key"},
	    {"{:a}", 1, "expected a value"},
	    {"a[1", 3, "an operator or ']' to close '[1'"},
	    {"a[]", 2, "expected a value, found ']'"},
	    {"M{1: 2}", 2, "a field name or '}'"},
	    {"M{a}", 3, "':' after the field name"},
	    {"f(){}", 3, "expected an operator or the end"},
	    {"a.?b{}", 4, "expected an operator or the end"},
	    {"(a){}", 3, "expected an operator or the end"},
	    {"f(a)(b)", 4, "expected an operator or the end"},
	    {"a.`b`()", 5, "expected an operator or the end"},
	    {"a.?b()", 4, "expected an operator or the end"},
	    {"`a`", 0, "backquotes are for fields"},
	    {"a.", 2, "field name after '.'"},
	    {"a.1", 1, "expected an operator"}, /* a double, as in `a .1` */
	    {"a.in", 2, "`in`"},
	    {"a.true", 2, "[\"key\"]"},
	    {"..a", 1, "a name after '.'"},
	    {".if", 1, "reserved word 'if'"},
	    {"a ? b", 5, "':' of the condition"},
	    {"a ? b ? c : d : e", 6, "in parentheses"},
	    {"a?.b", 1, "an optional field is written a.?b"},
	    {"9223372036854775808", 0, "over the range of int: a uint"},
	    {"-9223372036854775809", 0, "over the range of int"},
	    {"- -9223372036854775809", 2, "over the range of int"},
	    {"a == 'x\n'", 5, "not closed"},
	    {"a + 1x", 4, "after the number"},
	    {"a \xff", 2, "invalid UTF-8"},
	    {"a && 1 ? b", 10, "':' of the condition"},
	};

	(void)state;
	check_faults(rows, ARRAY_LEN(rows));
}

static void test_slips(void **state)
{
	static const struct fault rows[] = {
	    {"a and b", 2, "found 'and': use &&"},
	    {"a or b", 2, "found 'or': use ||"},
	    {"not a", 4, "found 'a': use !"},
	    {"a not in b", 2, "found 'not': use !"},
	    {"x is null", 2, "found 'is': use =="},
	    {"a = b", 2, "use == to compare"},
	    {"a & b", 2, "use &&"},
	    {"a <> b", 2, "use !="},
	    {"if a then b", 0, "reserved word 'if': write condition ? yes : no"},
	    {"a if b else c", 2, "write condition ? yes : no"},
	    {"a contains 'b'", 2, "text.contains(part)"},
	    {"${a.b}", 0, "without ${ }"},
	    {"for x in a", 0, "list.all(x"},
	    {"rb'x'", 2, "br'...'"},
	};

	(void)state;
	check_faults(rows, ARRAY_LEN(rows));
}

/* --- limits --- */

static struct str repeated(
    struct arena *arena, const char *open, const char *middle, const char *close, size_t count)
{
	struct buf buf;

	buf_init(&buf, arena, (size_t)1 << 20);
	for (size_t i = 0; i < count; i++)
		buf_adds(&buf, open);
	buf_adds(&buf, middle);
	for (size_t i = 0; i < count; i++)
		buf_adds(&buf, close);
	return buf_str(&buf);
}

static void test_limits(void **state)
{
	static const struct {
		const char *name, *open, *middle, *close;
		size_t fits, exceeds; /* repetitions */
	} rows[] = {
	    {"parentheses", "(", "1", ")", 199, 200},
	    {"lists", "[", "1", "]", 199, 10000},
	    {"maps", "{1:", "1", "}", 199, 10000},
	    {"messages", "M{a:", "1", "}", 199, 10000},
	    {"calls", "f(", "1", ")", 199, 10000},
	    {"methods", "x.f(", "1", ")", 199, 10000},
	    {"indexes inside", "x[", "1", "]", 199, 10000},
	    {"conditions", "a?b:", "1", "", 199, 10000},
	    {"not", "!", "a", "", 199, 60000},
	    {"minus", "-", "a", "", 199, 60000},
	    {"unclosed", "(", "", "", 0, 60000},
	    {"unclosed maps", "{", "", "", 0, 60000},
	    {"macros", "a.all(x,", "1", ")", 199, 5000},
	    {"bindings", "cel.bind(x,1,", "1", ")", 199, 4000},
	    {"sums", "1+", "1", "", 990, 9000},
	    {"relations", "1<", "1", "", 990, 9000},
	    {"selects", "", "a", ".b", 990, 20000},
	    {"indexes", "", "a", "[0]", 990, 9000},
	    {"optional chain", "", "a", ".optMap(x,x)", 0, 4000},
	    {"and", "a&&", "a", "", 15000, 20000},
	    {"or", "a||", "a", "", 15000, 20000},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena = arena_new();
		struct err err = {.code = ERR_NONE};
		struct cel_ast ast;
		size_t at = 0;

		if (rows[i].fits &&
		    !cel_parse(arena,
			repeated(arena, rows[i].open, rows[i].middle, rows[i].close, rows[i].fits),
			&ast, &at, &err))
			fail_msg("%s: %s", rows[i].name, err.text);
		if (rows[i].exceeds && (cel_parse(arena,
					    repeated(arena, rows[i].open, rows[i].middle,
						rows[i].close, rows[i].exceeds),
					    &ast, &at, &err) ||
					   err.code != ERR_LIMIT))
			fail_msg("%s: %d: %s", rows[i].name, (int)err.code, err.text);
		arena_free(arena);
	}
}

static void test_text_limits(void **state)
{
	struct arena *arena = arena_new();
	struct err err = {.code = ERR_NONE};
	struct cel_ast ast;
	size_t at = 0;

	(void)state;
	assert_true(
	    cel_parse(arena, repeated(arena, " ", "1", "", CEL_TEXT_MAX - 1), &ast, &at, &err));
	assert_false(
	    cel_parse(arena, repeated(arena, " ", "1", "", CEL_TEXT_MAX), &ast, &at, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	err_clear(&err);
	assert_false(cel_parse(arena, repeated(arena, "1==1||", "1", "", 10000), &ast, &at, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	assert_non_null(strstr(err.text, "20000 parts"));
	arena_free(arena);
}

/* --- cel_caret() --- */

static void test_caret(void **state)
{
	static const struct {
		const char *text;
		size_t at;
		const char *want;
	} rows[] = {
	    {"a = b", 2, "  a = b\n    ^"},
	    {"", 0, "  \n  ^"},
	    {"ab", 9, "  ab\n    ^"},
	    {"one\n\ttwo = 2\nthree", 9, "   two = 2\n       ^"},
	    {"one\r\ntwo\r\n", 4, "  one\n     ^"},
	    {"one\r\ntwo\r\n", 3, "  one\n     ^"},
	    {"\xc3\xa9\xe6\x97\xa5 x", 6, "  \xc3\xa9\xe6\x97\xa5 x\n      ^"},
	    {"a\xe6\x97\xa5", 3, "  a\xe6\x97\xa5\n   ^"}, /* inside of a character */
	    {"a\x1b[31mb", 6, "  ab\n   ^"},
	};
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf buf;

		buf_init(&buf, arena, 4096);
		cel_caret(&buf, str_from(rows[i].text), rows[i].at);
		if (!str_is(buf_str(&buf), rows[i].want))
			fail_msg("row %zu: got '%.*s'", i, STR_ARG(buf_str(&buf)));
	}
	arena_free(arena);
}

/* Whatever the place, two lines, neither longer than the window, and the ^ under the X. */
static void test_caret_window(void **state)
{
	static const size_t places[] = {0, 1, 40, 59, 60, 61, 99, 100, 150, 250, 298, 299};
	struct arena *arena = arena_new();
	char text[300];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		struct buf buf;
		struct str line, below, rest;

		for (size_t j = 0; j < sizeof(text); j++)
			text[j] = j == places[i] ? 'X' : 'a';
		buf_init(&buf, arena, 4096);
		cel_caret(&buf, (struct str){text, sizeof(text)}, places[i]);
		rest = buf_str(&buf);
		assert_true(str_line(&rest, &line) && str_line(&rest, &below));
		if (line.len > 102 || below.len == 0 || line.ptr[below.len - 1] != 'X')
			fail_msg("%zu: %.*s", places[i], STR_ARG(buf_str(&buf)));
	}
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_literals),
	    cmocka_unit_test(test_precedence),
	    cmocka_unit_test(test_members),
	    cmocka_unit_test(test_places),
	    cmocka_unit_test(test_flags),
	    cmocka_unit_test(test_faults),
	    cmocka_unit_test(test_slips),
	    cmocka_unit_test(test_limits),
	    cmocka_unit_test(test_text_limits),
	    cmocka_unit_test(test_caret),
	    cmocka_unit_test(test_caret_window),
	};

	return cmocka_run_group_tests_name("policies/cel/parse", tests, NULL, NULL);
}

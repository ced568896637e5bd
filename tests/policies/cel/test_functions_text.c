/* Functions of strings, conversions, format, base64 and JSON. */
#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "tests/support/cel_check.h"

/* Through `d`, so that nothing is folded away when it is compiled. */
static const char data[] =
    "{\"s\": \"tacocat\", \"u\": \"ta\xc2\xa9o\xc2\xa9\xce\xb1T\", \"empty\": \"\", \"n\": 3, "
    "\"whole\": 2.0, \"half\": 1.5, \"huge\": 36893488147419103232, "
    "\"words\": [\"a\", \"b\", \"c\"], \"mixed\": [\"a\", 1], \"part\": [\"a\", "
    "\"!unknown:d.part[1]\"], \"map\": {\"b\": [1, null], \"a\": true}, \"json\": "
    "\"{\\\"n\\\": 1, \\\"x\\\": 1.5, \\\"big\\\": 36893488147419103232, \\\"l\\\": [{}]}\", "
    "\"bad\": \"{\\\"secret\\\": }\", \"twice\": \"{\\\"a\\\":1,\\\"a\\\":2}\", "
    "\"unknown\": \"!unknown:d.unknown\", \"aaa\": \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}";

static const struct cel_check_row rows[] = {
    /* positions */
    {"d.s.charAt(d.n)", "o"},
    {"d.s.charAt(d.whole)", "c"},
    {"d.s.charAt(7)", ""},
    {"d.s.charAt(8)", "error: index out of range"},
    {"d.s.charAt(-1)", "error: index out of range"},
    {"d.s.charAt(d.half)", "error: no such overload: charAt(string, double)"},
    {"d.s.charAt(1u)", "error: no such overload: charAt(string, uint)"},
    {"d.u.charAt(2)", "\xc2\xa9"},
    {"d.u.indexOf('\xc2\xa9\xce\xb1T', 3)", "4"},
    {"d.s.indexOf('', 7)", "7"},
    {"d.s.indexOf('a', 8)", "error: index out of range"},
    {"d.empty.indexOf('a')", "-1"},
    {"d.u.lastIndexOf('\xc2\xa9', 3)", "2"},
    {"d.s.lastIndexOf('tacocats')", "-1"},
    {"d.s.lastIndexOf('', 3)", "3"},
    {"d.empty.lastIndexOf('')", "0"},
    {"d.u.substring(2, 6)", "\xc2\xa9o\xc2\xa9\xce\xb1"},
    {"d.s.substring(4, 3)", "error: invalid range of a substring: the end is before the start"},
    {"d.s.substring(0, 8)", "error: index out of range"},
    {"d.s.substring(9223372036854775807)", "error: index out of range"},
    /* changed copies */
    {"'\xc3\x84 Z[@`'.lowerAscii()", "\xc3\x84 z[@`"},
    {"'\xc3\xa4 z{`'.upperAscii()", "\xc3\xa4 Z{`"},
    {"d.u.reverse()", "T\xce\xb1\xc2\xa9o\xc2\xa9"
		      "at"},
    {"d.empty.reverse() + d.empty.trim() + d.empty.lowerAscii()", ""},
    {"' \\u2003x y\\u00a0'.trim()", "x y"},
    {"strings.quote(d.s + '\\n\"\\\\\\a')", "\"tacocat\\n\\\"\\\\\\a\""},
    {"d.s.replace('a', '')", "tcoct"},
    {"d.s.replace('a', 'AA', 1)", "tAAcocat"},
    {"d.s.replace('a', 'b', 0)", "tacocat"},
    {"d.s.replace('a', 'b', -1)", "tbcocbt"},
    {"'ab'.replace('', '-')", "-a-b-"},
    {"'ab'.replace('', '-', 2)", "-a-b"},
    {"'\xc2\xa9'.replace('', '-')", "-\xc2\xa9-"},
    {"d.aaa.replace('aa', 'b')", "bbbbbbbbbbbbbbbbbbb"},
    {"d.s.split('c')", "[\"ta\", \"o\", \"at\"]"},
    {"d.s.split('c', 2)", "[\"ta\", \"ocat\"]"},
    {"d.s.split('x')", "[\"tacocat\"]"},
    {"'a\xc2\xa9z'.split('')", "[\"a\", \"\xc2\xa9\", \"z\"]"},
    {"'abc'.split('', 2)", "[\"a\", \"bc\"]"},
    {"''.split('')", "[]"},
    {"''.split(',')", "[\"\"]"},
    {"',a,'.split(',')", "[\"\", \"a\", \"\"]"},
    {"d.s.split('c', 0)", "[]"},
    {"d.words.join('-') + d.words.join()", "a-b-cabc"},
    {"d.mixed.join()", "error: no such overload: join() of a list with other than strings"},
    {"d.part.join()", "unknown: d.part[1]"},
    /* standard */
    {"size(d.u) == 7 && d.u.size() == 7 && size(bytes(d.u)) == 10", "true"},
    {"size(d.n)", "error: no such overload: size(int)"},
    {"d.s.contains('coc') && d.s.startsWith('taco') && d.s.endsWith('cat')", "true"},
    {"d.s.contains(d.n)", "error: no such overload: contains(string, int)"},
    {"d.empty.startsWith('a') || d.empty.endsWith('a') || d.empty.contains('a')", "false"},
    {"matches(d.s, '^t.*t$') && d.s.matches('c{1}')", "true"},
    {"d.s.matches(d.n)", "error: no such overload: matches(string, int)"},
    {"d.unknown.startsWith(1 / d.n == 0 ? 'a' : 'b')", "unknown: d.unknown"},
    {"d.unknown.startsWith(d.nope)", "error: no such key: 'nope'"},
    /* conversions */
    {"int(d.half) + int('-12') + int('+1') + int(2u)", "-8"},
    {"int('9223372036854775808')", "does not compile: 0: the string is no int"},
    {"int(d.s)", "error: the string is no int"},
    {"int('')", "does not compile: 0: the string is no int"},
    {"int(double('NaN'))", "does not compile: 0: the value is out of the range of int"},
    {"uint(d.half) + uint('18446744073709551614')", "18446744073709551615"},
    {"uint('18446744073709551616')", "does not compile: 0: the value is out of the range of uint"},
    {"uint('-1')", "does not compile: 0: the string is no uint"},
    {"double('1e3') + double('.5') + double('5.') + double(2u)", "1007.5"},
    {"double('-Infinity') < double('-1e308') && double('+inf') > 0.0", "true"},
    {"double('0x10')", "does not compile: 0: the string is no double"},
    {"double('1e')", "does not compile: 0: the string is no double"},
    {"double('')", "does not compile: 0: the string is no double"},
    {"double(d.huge) == 36893488147419103232.0", "true"},
    {"bool('T') && !bool('0')", "true"},
    {"bool('yes')", "does not compile: 0: the string is no bool"},
    {"string(d.half) + string(1u) + string(true) + string(b'x') + string(int) + string(null)",
	"does not compile: 74: no such overload: string(null)"},
    {"string(d.half) + string(1u) + string(true) + string(b'x') + string(int)", "1.51truexint"},
    {"string(b'\\xff')", "does not compile: 0: the bytes are no UTF-8"},
    {"string(d.words)", "error: no such overload: string(list)"},
    {"bytes(d.s) == b'tacocat'", "true"},
    /* format */
    {"'%s %d %.2f %e %x %X %o %b %%'.format([d.s, d.n, d.half, 1.0, 255, 255, 8, 5])",
	"tacocat 3 1.50 1.000000e+00 ff FF 10 101 %"},
    {"'%s'.format([d.map])", "{a: true, b: [1, null]}"},
    {"'%s'.format([{10: 1, 9: 2, true: 3, 'x': 4}])", "{10: 1, 9: 2, true: 3, x: 4}"},
    {"'%d %d'.format([d.whole, d.huge])", "2 36893488147419103232"},
    {"'%x %b'.format([-255, -9223372036854775808])",
	"-ff -1000000000000000000000000000000000000000000000000000000000000000"},
    {"'%f %.0f'.format([d.n, d.half])", "3.000000 2"},
    {"'%.100f'.format([0.0]).size()", "102"},
    {"'%.100f'.format([-1.7976931348623157e308]).size()", "411"},
    {"'%.101f'.format([d.half])", "error: a precision of format() is at most 100"},
    {"'%.99999999999999999999f'.format([d.half])", "error: a precision of format() is at most 100"},
    {"'%d'.format([d.half])", "error: %d of format() takes integers, not double"},
    {"'%s'.format([optional.of(d.n)])",
	"error: %s of format() takes strings, bools, bytes, numbers, maps, lists, types, durations "
	"and timestamps, not optional"},
    {"d.s.format(d.words)", "tacocat"},
    {"(d.s + '%').format([])", "error: a clause of format() has no letter"},
    {"(d.s + '%.').format([])", "error: a clause of format() has no letter"},
    {"(d.s + '%q').format([1])",
	"error: format() knows no such clause; write %s, %d, %f, %e, %x, %X, %o, %b or %%"},
    {"(d.s + '%.2s').format([1])",
	"error: format() knows no such clause; write %s, %d, %f, %e, %x, %X, %o, %b or %%"},
    {"(d.s + '%s%s').format([1])", "error: format() has more clauses than values"},
    {"'%s'.format([d.part])", "unknown: d.part[1]"},
    /* encoders */
    {"base64.encode(bytes(d.s.substring(0, 1))) + base64.encode(b'ab') + base64.encode(b'')",
	"dA==YWI="},
    {"base64.decode('YWI') == b'ab' && base64.decode('YQ==') == b'a' && base64.decode('') == b''",
	"true"},
    {"base64.decode('YQ=')", "does not compile: 7: the string is no base64"},
    {"base64.decode('Y')", "does not compile: 7: the string is no base64"},
    {"base64.decode('Y=Q=')", "does not compile: 7: the string is no base64"},
    {"base64.decode('Y Q=')", "does not compile: 7: the string is no base64"},
    {"jsondecode(d.json).x * 2 == 3 && jsondecode(d.json).n + 0.5 == 1.5", "true"},
    {"jsondecode(d.json).big > 1 && jsondecode(d.json).l == [{}]", "true"},
    {"jsondecode('1.5') + 1", "2.5"},
    {"jsondecode(d.bad)", "error: the string is no JSON (line 1, column 12)"},
    {"jsondecode(d.twice)", "error: the string is no JSON (line 1, column 8)"},
    {"jsondecode('')", "does not compile: 0: the string is no JSON (line 1, column 1)"},
    {"jsondecode(d.unknown).x", "unknown: d.unknown"},
};

static struct cel_check check;

static int setup(void **state)
{
	(void)state;
	cel_check_open(&check, data);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	cel_check_close(&check);
	return 0;
}

static void test_rows(void **state)
{
	(void)state;
	cel_check_rows(&check, rows, ARRAY_LEN(rows));
}

/* A long text of the plan, handled in ways that multiply it: stopped, and quickly. */
static void test_limits(void **state)
{
	static const char *const greedy[] = {
	    "[1,2,3,4,5,6,7,8,9,10].all(x, (d + d + d + d).size() > 0)",
	    "d.replace('', 'a long text in the place of every character').size() > 0",
	    "(d + d + d + d).split('').size() > 0",
	    "('%s%s%s%s%s%s%s%s%s%s%s%s%s%s%s%s%s%s%s%s%s%s%s%s%s%s%s%s%s%s%s%s').format("
	    "[d,d,d,d,d,d,d,d,d,d,d,d,d,d,d,d,d,d,d,d,d,d,d,d,d,d,d,d,d,d,d,d]).size() > 0",
	    "d.lastIndexOf(d.substring(1) + 'b') < 0 && "
	    "d.lastIndexOf(d.substring(1000000) + 'b') < 0",
	    "jsondecode(d + d + d) == 1",
	    "[d,d,d,d,d,d,d,d,d,d,d,d,d,d,d,d].join(d) == ''",
	};
	size_t size = (size_t)2 << 20;
	char *text = arena_alloc(check.arena, size);
	struct cel_check long_check = check;
	struct value d;

	(void)state;
	memset(text, 'a', size);
	d = value_string((struct str){text, size});
	long_check.activation = &d;
	cel_check_greedy(&long_check, greedy, ARRAY_LEN(greedy));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests_name("policies/cel/functions_text", tests, setup, teardown);
}

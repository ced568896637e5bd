/* Operators, mathematics and optionals, over literals and over data that adapts. */
#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/cel_check.h"

static const char data[] =
    "{\"one\": 1, \"three\": 3, \"minus\": -4, \"half\": 1.5, \"whole\": 80.0, "
    "\"top\": 9223372036854775807, \"over\": 9223372036854775808, "
    "\"uint_top\": 18446744073709551615, \"huge\": 36893488147419103232, \"beyond\": 1e400, "
    "\"list\": [1, 2.5, \"x\", null], \"part\": [1, \"!unknown:d.part[1]\", 3], "
    "\"map\": {\"a\": 1, \"b\": \"!unknown:d.map.b\"}, \"nested\": [{\"k\": \"!unknown:d.k\"}], "
    "\"secret\": [\"!hidden\", 1], \"text\": \"abc\", \"unknown\": \"!unknown:d.unknown\"}";

#define OVERFLOW(name) "error: integer overflow in " name

static const struct cel_check_row rows[] = {
    /* strict: as the language has it */
    {"9223372036854775807 + 1", "does not compile: 20: integer overflow in _+_"},
    {"1 + 1.0", "does not compile: 2: no such overload: _+_(int, double)"},
    {"dyn(1) + dyn(1u)", "does not compile: 7: no such overload: _+_(int, uint)"},
    {"-7 / 2", "-3"},
    {"-7 % 2", "-1"},
    {"[-9223372036854775808].map(x, x % -1)", "[0]"},
    {"7.0 / 0.0", "Infinity"},
    {"5.0 % 2.0", "does not compile: 4: no such overload: _%_(double, double)"},
    /* adapting */
    {"d.one + 1.5", "2.5"},
    {"d.half + 1", "2.5"},
    {"d.half * 2 == 3", "true"},
    {"type(d.half * 2) == double", "true"},
    {"(d.half * 2) % 2", "1"},
    {"[10, 20, 30][d.whole - 79]", "20"},
    {"d.whole % 7", "3"},
    {"d.half % 2", "error: no such overload: _%_(double, int)"},
    {"d.one + 1u", "2"},
    {"type(d.one + 1u) == uint", "true"},
    {"d.minus + 1u", "error: a negative number and a uint have no common type"},
    {"d.three / 2", "1"},
    {"d.three / 2.0", "1.5"},
    {"d.one + d.half", "2.5"},
    {"d.one - 2u", OVERFLOW("_-_")},
    {"d.top + 1", OVERFLOW("_+_")},
    {"d.over + 1", "9223372036854775809"},
    {"d.over - 9223372036854775807", "1"},
    {"d.over + -1", "error: a negative number and a uint have no common type"},
    {"d.uint_top + 1", OVERFLOW("_+_")},
    {"-d.over == -9223372036854775808.0", "true"},
    {"-d.minus", "4"},
    {"d.huge + 1 == 36893488147419103232.0", "true"},
    {"d.huge > d.uint_top && d.huge < 1e20", "true"},
    {"d.huge == d.huge && d.huge != 1", "true"},
    {"d.huge % 2", "error: no such overload: _%_(number, int)"},
    {"d.beyond > 1.0e308", "true"},
    {"string(d.huge)", "36893488147419103232"},
    {"int(d.huge)", "error: the value is out of the range of int"},
    {"uint(d.over)", "9223372036854775808"},
    {"d.one / 0", "error: division by zero"},
    {"d.one % 0", "error: modulus by zero"},
    {"d.half / 0", "Infinity"},
    {"d.text + 1", "error: no such overload: _+_(string, int)"},
    {"-d.text", "error: no such overload: -_(string)"},
    /* comparison */
    {"d.one < d.half && d.half < 2 && d.one < 2u", "true"},
    {"9007199254740993 == dyn(9007199254740992.0)", "false"},
    {"d.text < 'abd' && b'\\x00' < b'\\x01' && false < true", "true"},
    {"d.text < 1", "error: no such overload: _<_(string, int)"},
    {"double('NaN') < 1.0 || double('NaN') >= 1.0 || double('NaN') == double('NaN')", "false"},
    {"double('NaN') != double('NaN')", "true"},
    /* lists, texts */
    {"[1] + d.list", "[1, 1, 2.5, \"x\", null]"},
    {"'ab' + d.text + ''", "ababc"},
    {"b'a' + b'b' == b'ab'", "true"},
    {"[0] + d.part == [0, 1, 2, 3]", "unknown: d.part[1]"},
    {"([0] + d.part)[1]", "1"},
    {"([0] + d.part)[2]", "unknown: d.part[1]"},
    /* index */
    {"d.list[1]", "2.5"},
    {"d.list[4]", "error: index out of bounds of a list with 4 items"},
    {"d.list['a']", "error: no such overload: _[_](list, string)"},
    {"d.part[2]", "3"},
    {"{1: 'a', 2u: 'b', true: 'c', 'd': 'e'}[d.one]", "a"},
    {"{1: 'a', 2u: 'b', true: 'c', 'd': 'e'}[2.0]", "b"},
    {"{1: 'a'}[1.5]", "does not compile: 8: no such key"},
    /* in */
    {"1 in d.list && 2.5 in d.list && null in d.list", "true"},
    {"'y' in d.list", "false"},
    {"3 in d.part", "true"},
    {"2 in d.part", "unknown: d.part[1]"},
    {"'b' in d.map && !('c' in d.map)", "true"},
    {"1 in d.secret", "true"},
    {"2 in d.secret", "hidden:"},
    {"'a' in d.text", "error: no such overload: @in(string, string)"},
    {"{'k': 1} in d.nested", "unknown: d.k"},
    {"{'j': 1} in d.nested", "false"},
    /* equality with unknowns */
    {"d.part == [1, 2, 4]", "false"},
    {"d.part != [1, 2, 3]", "unknown: d.part[1]"},
    {"d.map == {'a': 2, 'b': 1}", "false"},
    {"d.map == {'a': 1, 'b': 1}", "unknown: d.map.b"},
    {"[d.part, d.map] == [[1, 2, 3], {'a': 1, 'b': 2}]", "unknown: d.map.b, d.part[1]"},
    /* mathematics */
    {"math.greatest(d.list.filter(x, type(x) != string && x != null))", "2.5"},
    {"math.greatest(d.huge, 1)", "36893488147419103232"},
    {"math.greatest([])", "does not compile: 5: math.greatest() of an empty list"},
    {"math.least(1, 'a')", "does not compile: 5: no such overload: math.least(int, string)"},
    {"math.ceil(d.half) == 2.0 && math.ceil(d.one) == 1.0", "true"},
    {"math.ceil(1)", "does not compile: 5: no such overload: math.ceil(int)"},
    {"math.abs(d.minus)", "4"},
    {"math.abs(-9223372036854775808)", "does not compile: 5: "
				       "integer overflow in math.abs"},
    {"math.sign(d.huge)", "1"},
    {"math.sqrt(d.whole + 1)", "9"},
    {"math.isNaN(math.sqrt(-1.0))", "true"},
    {"math.bitAnd(d.whole, 16)", "16"},
    {"math.bitOr(1, 2u)", "does not compile: 5: no such overload: math.bitOr(int, uint)"},
    {"math.bitShiftRight(-1, 63)", "1"},
    {"math.bitShiftLeft(1, 64)", "0"},
    {"math.bitShiftLeft(1, -1)", "does not compile: 5: math.bitShiftLeft() by a negative offset"},
    {"math.bitNot(0u) == 18446744073709551615u", "true"},
    /* optionals */
    {"optional.of(d.map).value().a", "1"},
    {"optional.of(d.map).hasValue()", "true"},
    {"optional.of(d.map) == optional.of({'a': 2, 'b': 3})", "false"},
    {"optional.of(d.map) == optional.of({'a': 1, 'b': 3})", "unknown: d.map.b"},
    {"optional.none().value()", "error: value() of an optional that has none"},
    {"optional.ofNonZeroValue(d.one - 1).orValue(7)", "7"},
    {"d.list.first().value() == 1 && d.list.last().value() == null", "true"},
    {"[].first().hasValue()", "false"},
    {"d.part.last().value()", "3"},
    {"optional.unwrap([1])",
	"does not compile: 9: optional.unwrap() takes a list of optionals, not int"},
    {"d.?nope.orValue('x')", "x"},
    {"d.unknown + 1", "unknown: d.unknown"},
    /* size */
    {"size(d.part)", "unknown: d.part[1]"},
    {"size(d.map)", "2"},
    {"size(d.nested)", "1"},
    {"size(d.secret)", "2"},
    {"type(d.part) == list", "true"},
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

/* What grows without end is stopped, and says so. */
static void test_limits(void **state)
{
	static const char *const greedy[] = {
	    "[0,1,2,3,4,5,6,7,8,9].map(a, [0,1,2,3,4,5,6,7,8,9].map(b, "
	    "[0,1,2,3,4,5,6,7,8,9].map(c, [0,1,2,3,4,5,6,7,8,9].map(e, "
	    "[0,1,2,3,4,5,6,7,8,9].map(f, [0,1,2,3,4,5,6,7,8,9].map(g, d.text + 'x')))))) == []",
	    "cel.bind(a, d.list + d.list + d.list + d.list, cel.bind(b, a + a + a + a, cel.bind(c, "
	    "b + b + b + b, cel.bind(e, c + c + c + c, cel.bind(f, e + e + e + e, cel.bind(g, "
	    "f + f + f + f, cel.bind(h, g + g + g + g, cel.bind(i, h + h + h + h, i + i + i + i"
	    ")))))))).size() > 0",
	    "cel.bind(a, [d.list, d.list, d.list, d.list], cel.bind(b, [a, a, a, a, a, a], "
	    "cel.bind(c, "
	    "[b, b, b, b, b, b], cel.bind(e, [c, c, c, c, c, c], cel.bind(f, [e, e, e, e, e, e], "
	    "cel.bind(g, [f, f, f, f, f, f], cel.bind(h, [g, g, g, g, g, g], cel.bind(i, "
	    "[h, h, h, h, h, h], i == [h, h, h, h, h, h]))))))))",
	};

	(void)state;
	cel_check_greedy(&check, greedy, ARRAY_LEN(greedy));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests_name("policies/cel/operators", tests, setup, teardown);
}

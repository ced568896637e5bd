/* Texts that hold something: JSON, base64, several lines. Also hostile ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "tests/support/diff_sketch.h"
#include "tests/support/valgrind.h"

struct row {
	const char *label;
	struct diff_case in;
	const char *want; /* diff_sketch.h */
};

#define SIDES(a, b)                                                  \
	{                                                            \
		.before = (a), .after = (b), .action = ACTION_UPDATE \
	}

static const char *joined(struct arena *arena, const char *head, const char *same, const char *end)
{
	return str_format(arena, "%s%s%s", head, same, end).ptr;
}

static bool has_cell(const struct attribute_change *row, enum part_mark mark, struct str text)
{
	for (size_t i = 0; i < row->part_count; i++) {
		if (row->parts[i].mark == (uint8_t)mark &&
		    str_contains(row->parts[i].cells[0], text))
			return true;
	}
	return false;
}

/* Longer than a cell: cut around what differs. */
static void test_long_lines(void **state)
{
	static const struct {
		const char *head, *one, *two;
	} forms[] = {
	    {"{\"u\":\"a\\n", "1 end\\nb\\n\"}", "2 end\\nb\\n\"}"},
	    {"{\"users\":[\"", "1 end\"]}", "2 end\",\"a\"]}"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		char *same = arena_alloc(arena, 100001);
		struct diff_case in = {.action = ACTION_UPDATE};
		struct diff diff;

		memset(same, 'x', 100000);
		same[100000] = '\0';
		in.before = joined(arena, forms[i].head, same, forms[i].one);
		in.after = joined(arena, forms[i].head, same, forms[i].two);
		diff_of(arena, &in, &diff);
		assert_int_equal(diff.count, 1);
		assert_true(has_cell(&diff.rows[0], PART_REMOVED, STR("x1 end")));
		assert_true(has_cell(&diff.rows[0], PART_ADDED, STR("x2 end")));
	}
}

static const struct row json[] = {
    {"a leaf",
	SIDES("{\"d\":\"{\\\"a\\\":{\\\"b\\\":1}}\"}", "{\"d\":\"{\\\"a\\\":{\\\"b\\\":2}}\"}"),
	"~d.a.b@"},
    {"containers by name",
	SIDES("{\"d\":\"[{\\\"name\\\":\\\"w\\\",\\\"image\\\":\\\"a:1\\\"},{\\\"name\\\":"
	      "\\\"x\\\"}]\"}",
	    "{\"d\":\"[{\\\"name\\\":\\\"x\\\"},{\\\"image\\\":\\\"a:2\\\",\\\"name\\\":\\\"w\\\"}]"
	    "\"}"),
	"~d[name=\"w\"].image@ ~d@{! the members stand in another order, too}"},
    {"another spelling",
	SIDES("{\"d\":\"{\\\"a\\\":1,\\\"b\\\":2}\"}", "{\"d\":\" {\\\"b\\\":2,\\\"a\\\":1.0}\"}"),
	"~d{! the same JSON, written another way}(the same JSON, written another way)"},
    {"another spelling of what is destroyed",
	{.before = "{\"d\":\"[1,2]\"}", .after = "{\"d\":\"[1, 2]\"}"},
	"~d{! the same JSON, written another way}"},
    {"null goes from JSON",
	SIDES("{\"d\":\"{\\\"s\\\":{\\\"p\\\":null,\\\"n\\\":1}}\"}",
	    "{\"d\":\"{\\\"s\\\":{\\\"n\\\":1}}\"}"),
	"-d.s.p@"},
    {"null comes, 1 is 1.0",
	SIDES("{\"d\":\"{\\\"v\\\":1}\"}", "{\"d\":\"{\\\"v\\\":1.0,\\\"n\\\":null}\"}"), "+d.n@"},
    {"null on both sides of JSON",
	SIDES(
	    "{\"d\":\"{\\\"n\\\":null,\\\"v\\\":1}\"}", "{\"d\":\"{\\\"v\\\":2,\\\"n\\\":null}\"}"),
	"~d.v@"},
    {"null goes from opened JSON",
	SIDES("{\"d\":\"TEXT:{\\\"p\\\":null,\\\"q\\\":\\\"HIDDEN\\\"}\"}",
	    "{\"d\":\"TEXT:{\\\"q\\\":\\\"HIDDEN\\\"}\"}"),
	"-d.p@"},
    {"map to list", SIDES("{\"d\":\"{}\"}", "{\"d\":\"[]\"}"), "~d"},
    {"no JSON", SIDES("{\"d\":\"{a}\"}", "{\"d\":\"{b}\"}"), "~d"},
    {"a key twice", SIDES("{\"d\":\"{\\\"a\\\":1,\\\"a\\\":2}\"}", "{\"d\":\"{\\\"a\\\":1}\"}"),
	"~d"},
    {"comes", SIDES("{}", "{\"d\":\"{\\\"a\\\":1}\"}"), "+d"},
    {"JSON in JSON",
	SIDES("{\"d\":\"{\\\"a\\\":\\\"{\\\\\\\"b\\\\\\\":1}\\\"}\"}",
	    "{\"d\":\"{\\\"a\\\":\\\"{\\\\\\\"b\\\\\\\":2}\\\"}\"}"),
	"~d.a.b@"},
    {"opened with a secret",
	SIDES("{\"d\":\"TEXT:{\\\"p\\\":\\\"HIDDEN!\\\",\\\"q\\\":1}\"}",
	    "{\"d\":\"TEXT:{\\\"p\\\":\\\"HIDDEN!\\\",\\\"q\\\":2}\"}"),
	"~d.p@ ~d.q@"},
    {"opened on one side",
	SIDES(
	    "{\"d\":\"TEXT:{\\\"p\\\":\\\"HIDDEN\\\",\\\"q\\\":1}\"}", "{\"d\":\"{\\\"q\\\":2}\"}"),
	"~d.q@"},
    {"opened, then no JSON", SIDES("{\"d\":\"TEXT:{\\\"q\\\":1}\"}", "{\"d\":\"x\"}"), "~d"},
    {"opened and hidden", SIDES("{\"d\":\"TEXT:{\\\"q\\\":1}\"}", "{\"d\":\"HIDDEN!\"}"), "~d"},
    {"an order in text is kept",
	SIDES("{\"d\":\"{\\\"command\\\":[\\\"b\\\",\\\"a\\\"]}\"}",
	    "{\"d\":\"{\\\"command\\\":[\\\"a\\\",\\\"b\\\"]}\"}"),
	"~d.command@{- \"b\"; = \"a\"; + \"b\"}"},
};

static const struct row lines[] = {
    {"one of many",
	SIDES(
	    "{\"u\":\"a\\nb\\nc\\nd\\ne\\nf\\ng\\n\"}", "{\"u\":\"a\\nb\\nc\\nD\\ne\\nf\\ng\\n\"}"),
	"~u{. 1 line unchanged; = b; = c; - d; + D; = e; = f; . 1 line unchanged}"},
    {"at both ends",
	SIDES("{\"u\":\"a\\nb\\nc\\nd\\ne\\nf\\ng\\nh\"}",
	    "{\"u\":\"A\\nb\\nc\\nd\\ne\\nf\\ng\\nH\"}"),
	"~u{- a; + A; = b; = c; . 2 lines unchanged; = f; = g; - h; + H}"},
    {"items of YAML", SIDES("{\"u\":\"x:\\n- a\\n\"}", "{\"u\":\"x:\\n- a\\n- b\\n\"}"),
	"~u{= x:; = - a; + - b}"},
    {"one line to two", SIDES("{\"u\":\"a\"}", "{\"u\":\"a\\nb\"}"), "~u{= a; + b}"},
    {"one line and an end of line", SIDES("{\"u\":\"a\"}", "{\"u\":\"a\\n\"}"), "~u"},
    {"the end of the last line", SIDES("{\"u\":\"a\\nb\"}", "{\"u\":\"a\\nb\\n\"}"),
	"~u{. 2 lines unchanged; ! the last line ends with a line feed now}"},
    {"a line and the end of the last one",
	SIDES("{\"u\":\"a\\nb\\nc\\n\"}", "{\"u\":\"a\\nx\\nc\"}"),
	"~u{= a; - b; + x; = c; ! the last line has no line feed any more}"},
    {"ends of lines", SIDES("{\"u\":\"a\\nb\\n\"}", "{\"u\":\"a\\r\\nb\\r\\n\"}"),
	"~u{! only line ends change}"},
    {"an end of line of many", SIDES("{\"u\":\"a\\nb\\n\"}", "{\"u\":\"a\\r\\nB\\n\"}"),
	"~u{- a; - b; + a\\u000d; + B}"},
    {"a return inside a line is no end of it",
	SIDES("{\"u\":\"a\\nrm /x\\ry\\n\"}", "{\"u\":\"a\\nrm /xy\\n\"}"),
	"~u{= a; - rm /x\\u000dy; + rm /xy}"},
    {"a return at the very end", SIDES("{\"u\":\"a\\nb\\r\"}", "{\"u\":\"a\\nb\"}"),
	"~u{! only line ends change}"},
    {"a tab and a blank", SIDES("{\"u\":\"a:\\n\\tb\\n\"}", "{\"u\":\"a:\\n b\\n\"}"),
	"~u{= a:; - \\tb; +  b}"},
    {"a tab and as many blanks as it is wide",
	SIDES("{\"u\":\"a:\\n\\tb\\\\c\\n\"}", "{\"u\":\"a:\\n        b\\\\c\\n\"}"),
	"~u{= a:; - \\tb\\\\c; +         b\\\\c}"},
    {"a tab that nobody takes for anything else",
	SIDES("{\"u\":\"a:\\n\\tb\\n\"}", "{\"u\":\"a:\\n\\tc\\n\"}"), "~u{= a:; - \tb; + \tc}"},
    {"a line that moves is no other one",
	SIDES("{\"u\":\"\\ta\\nb\\nc\\nd\\n\"}", "{\"u\":\"b\\nc\\nd\\n\\ta\\n\"}"),
	"~u{- \ta; = b; = c; = d; + \ta}"},
    {"an escape and what it stands for",
	SIDES("{\"u\":\"x\\na\\\\u00a0b\"}", "{\"u\":\"x\\na\\u00a0b\"}"),
	"~u{= x; - a\\\\u00a0b; + a\\u00a0b}"},
    {"a blank at the end", SIDES("{\"u\":\"x\\nab\"}", "{\"u\":\"x\\nab \"}"),
	"~u{= x; - ab; + ab\\u0020}"},
    {"a variation selector", SIDES("{\"u\":\"x\\nab\"}", "{\"u\":\"x\\na\\ufe00b\"}"),
	"~u{= x; - ab; + a\\ufe00b}"},
    {"to nothing", SIDES("{\"u\":\"a\\nb\\n\"}", "{\"u\":\"\"}"), "~u{- a; - b}"},
    {"same lines again", SIDES("{\"u\":\"a\\na\\na\\n\"}", "{\"u\":\"a\\na\\na\\na\\n\"}"),
	"~u{. 1 line unchanged; = a; = a; + a}"},
    {"what nobody sees", SIDES("{\"u\":\"a\\nb\\u202e\\n\"}", "{\"u\":\"a\\n\\u001b[1mb\\tc\\n\"}"),
	"~u{= a; - b\\u202e; + \\u001b[1mb\tc}"},
    {"in a list", SIDES("{\"u\":[\"a\\nb\"]}", "{\"u\":[\"a\\nc\"]}"), "~u[0]{= a; - b; + c}"},
    {"comes", SIDES("{}", "{\"u\":\"a\\nb\"}"), "+u"},
};

/* "#!/bin/sh\necho one\n", "#!/bin/sh\necho two\n", {"a":1,"bcdefg":2}, ... :3} */
static const struct row base64[] = {
    {"lines",
	SIDES(
	    "{\"u\":\"IyEvYmluL3NoCmVjaG8gb25lCg==\"}", "{\"u\":\"IyEvYmluL3NoCmVjaG8gdHdvCg==\"}"),
	"~u@64{= #!/bin/sh; - echo one; + echo two}"},
    {"JSON", SIDES("{\"u\":\"eyJhIjoxLCJiY2RlZmciOjJ9\"}", "{\"u\":\"eyJhIjoxLCJiY2RlZmciOjN9\"}"),
	"~u.bcdefg@64"},
    {"null in JSON", /* {"a":1,"bcdefg":null}, {"a":1}  */
	SIDES("{\"u\":\"eyJhIjoxLCJiY2RlZmciOm51bGx9\"}", "{\"u\":\"eyJhIjoxfSAgICAgICAg\"}"),
	"-u.bcdefg@64"},
    {"one line",
	SIDES("{\"u\":\"ZWNobyBvbmUgYW5kIHR3bw==\"}", "{\"u\":\"ZWNobyBvbmUgYW5kIHNpeA==\"}"),
	"~u@64"},
    {"base64 of base64", /* of "hello world one\n", "... two\n" */
	SIDES("{\"u\":\"YUdWc2JHOGdkMjl5YkdRZ2IyNWxDZz09\"}",
	    "{\"u\":\"YUdWc2JHOGdkMjl5YkdRZ2RIZHZDZz09\"}"),
	"~u@64"},
    {"hexadecimal digits are no text",
	SIDES("{\"u\":\"0123456789abcdef0123\"}", "{\"u\":\"0123456789abcdef0124\"}"), "~u"},
    {"one side only", SIDES("{\"u\":\"IyEvYmluL3NoCmVjaG8gb25lCg==\"}", "{\"u\":\"short\"}"), "~u"},
    {"not UTF-8", SIDES("{\"u\":\"////////////////////\"}", "{\"u\":\"///////////////////+\"}"),
	"~u"},
};

static void check(const struct row *table, size_t count)
{
	for (size_t i = 0; i < count; i++)
		diff_expect(table[i].label, &table[i].in, table[i].want);
}

static void test_json(void **state)
{
	(void)state;
	check(json, ARRAY_LEN(json));
}

static void test_lines(void **state)
{
	(void)state;
	check(lines, ARRAY_LEN(lines));
}

static void test_base64(void **state)
{
	(void)state;
	check(base64, ARRAY_LEN(base64));
}

/* --- hostile --- */

static struct value repeated(struct arena *arena, size_t bytes, const char *line, const char *end)
{
	struct buf buf;

	buf_init(&buf, arena, bytes + 1000);
	while (buf.len < bytes)
		buf_adds(&buf, line);
	buf_adds(&buf, end);
	return value_string(buf_str(&buf));
}

static struct value counted(struct arena *arena, size_t count, size_t step)
{
	struct buf buf;

	buf_init(&buf, arena, (size_t)64 << 20);
	for (size_t i = 0; i < count; i++)
		buf_addf(&buf, "line %zu\n", i * step % count);
	return value_string(buf_str(&buf));
}

static struct value of_bytes(struct arena *arena, size_t count, char c)
{
	char *bytes = arena_alloc(arena, count);

	memset(bytes, c, count);
	return value_string((struct str){bytes, count});
}

static struct value bad_utf8(struct arena *arena, const char *end)
{
	return value_string(
	    str_format(arena, "a\n\xff\xfe%s\n\xc3\n\xed\xa0\x80\n\xf5zz%s", end, end));
}

static struct value sides_of(struct arena *arena, int which, bool after)
{
	size_t large = (size_t)(under_valgrind() ? 1 : 10) << 20;

	switch (which) {
	case 0:
		return repeated(arena, large, "a line\n", after ? "x\n" : "y\n");
	case 1:
		return repeated(arena, large, after ? "a\nb\n" : "b\na\n", "");
	case 2:
		return counted(arena, 400000, after ? 7 : 1);
	case 3:
		return of_bytes(arena, large, after ? 'A' : 'B');
	case 4:
		return repeated(arena, large, "\n", after ? "x" : "y");
	case 5:
		return bad_utf8(arena, after ? "1" : "2");
	case 6:
		return repeated(arena, large, "[", after ? "]]" : "]");
	default:
		return repeated(arena, large / 4, after ? "\\u202e" : "\xe2\x80\xae\n", "\n\n");
	}
}

static const char *const hostile_names[] = {"10 MB, one line differs", "10 MB of pairs",
    "400,000 lines in another order", "10 MB of one letter", "10 MB of empty lines",
    "invalid UTF-8", "10 MB of brackets", "bidirectional controls"};

static void test_hostile(void **state)
{
	(void)state;
	for (int i = 0; i < (int)ARRAY_LEN(hostile_names); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct shown_change change = {.has_values = true,
		    .before = {sides_of(arena, i, false)},
		    .after = {sides_of(arena, i, true)}};
		struct diff diff;

		diff_values(arena, &change, &(struct diff_rules){0}, &diff);
		if (diff.count != 1)
			fail_msg("%s: %zu rows", hostile_names[i], diff.count);
		assert_true(diff.rows[0].part_count <= DIFF_PARTS_MAX + 50);
		for (size_t k = 0; k < diff.rows[0].part_count; k++)
			assert_true(diff.rows[0].parts[k].cells[0].len < 4096);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_long_lines),
	    cmocka_unit_test(test_json),
	    cmocka_unit_test(test_lines),
	    cmocka_unit_test(test_base64),
	    cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests_name("report/diff_text", tests, NULL, NULL);
}

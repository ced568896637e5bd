/* The lines of a change, as the terminal and a fence show them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "report/detail.h"
#include "tests/support/diff_sketch.h"

#define TEN(c)	   c c c c c c c c c c
#define HUNDRED(c) TEN(TEN(c))
/* 160 columns with what differs */
#define LONG_TAIL   TEN("x") TEN("x") TEN("x") TEN("x") TEN("x") "xxxxxxxxx" HUNDRED("y")
#define LONG_TAIL_1 TEN("x") TEN("x") TEN("x") TEN("x") TEN("x") "xxxxxxxx" HUNDRED("y")

static bool add_line(void *context, const struct detail_text *line)
{
	struct buf *buf = context;

	assert_true(line->after == 0 || str_starts(str_skip(line->text, line->after), STR("-> ")));
	assert_true(line->forces == 0 ||
		    str_is(str_skip(line->text, line->forces), "# forces replacement"));
	buf_addc(buf, line->mark);
	buf_addc(buf, ' ');
	buf_add(buf, line->text);
	buf_addc(buf, '\n');
	return true;
}

static struct str lines_of(
    struct arena *arena, const struct diff_case *in, const struct detail_limits *limits)
{
	struct outcome_change change = {.has_values = true, .head.action = in->action};
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct diff diff;
	struct buf buf;

	diff_of(arena, in, &diff);
	change.attributes = diff.rows;
	change.attribute_count = diff.count;
	buf_init(&buf, arena, (size_t)1 << 20);
	assert_true(detail_lines(scratch, &change, limits, add_line, &buf));
	return buf_str(&buf);
}

static const struct row {
	const char *label;
	struct diff_case in;
	const char *want;
} rows[] = {
    {"values", {.before = "{\"a\":1}", .after = "{\"a\":2}", .action = ACTION_UPDATE},
	"~ a: 1 -> 2\n"},
    {"what forces comes first",
	{.before = "{\"a\":1,\"b\":1}",
	    .after = "{\"a\":2,\"b\":[]}",
	    .action = ACTION_REPLACE,
	    .replace_paths = "[[\"b\"]]"},
	"~ b: 1 -> [] # forces replacement\n~ a: 1 -> 2\n"},
    {"lines have a gutter of their own",
	{.before = "{\"u\":\"x:\\n- a\\n- b\\nc\\nd\\ne\\nf\\n\"}",
	    .after = "{\"u\":\"x:\\n- a\\n- B\\nc\\nd\\ne\\nf\\n\"}",
	    .action = ACTION_UPDATE},
	"~ u:\n      | x:\n      | - a\n-   | - b\n+   | - B\n      | c\n      | d\n"
	"      : … 2 lines unchanged\n"},
    {"members",
	{.before = "{\"users\":[\"a\",\"b\"]}",
	    .after = "{\"users\":[\"b\",\"c\"]}",
	    .action = ACTION_UPDATE},
	"~ users:\n-   \"a\"\n+   \"c\"\n      … 1 member unchanged\n"},
    {"rules are a table",
	{.type = "aws_security_group",
	    .action = ACTION_UPDATE,
	    .before = "{\"ingress\":[]}",
	    .after = "{\"ingress\":[{\"from_port\":22,\"to_port\":22,\"protocol\":\"tcp\","
		     "\"cidr_blocks\":[\"0.0.0.0/0\"],\"description\":\"ssh\"}]}"},
	"+ ingress:\n      direction  protocol  ports  from/to    description\n"
	"!   now open to the internet: tcp 22\n"
	"+   ingress    tcp       22     0.0.0.0/0  ssh\n"},
    {"a remark alone stands behind the path",
	{.before = "{\"d\":\"[1,2]\"}", .after = "{\"d\":\"[1, 2]\"}", .action = ACTION_DELETE},
	"~ d: the same JSON, written another way\n"},
    {"what was opened is said",
	{.before = "{\"d\":\"{\\\"a\\\":1}\",\"u\":\"IyEvYmluL3NoCmVjaG8gb25lCg==\"}",
	    .after = "{\"d\":\"{\\\"a\\\":2}\",\"u\":\"IyEvYmluL3NoCmVjaG8gdHdvCg==\"}",
	    .action = ACTION_UPDATE},
	"~ d.a (JSON): 1 -> 2\n~ u (base64, decoded):\n      | #!/bin/sh\n-   | echo one\n"
	"+   | echo two\n"},
    {"noise is one line",
	{.before = "{\"tags_all\":{\"a\":1,\"b\":1},\"etag\":\"x\",\"n\":1}",
	    .after = "{\"tags_all\":{\"a\":2,\"b\":2},\"etag\":\"UNKNOWN\",\"n\":2}",
	    .action = ACTION_UPDATE},
	"~ n: 1 -> 2\n# 3 attributes folded: tags_all.a, tags_all.b: repeats the tags, with the "
	"defaults of the provider; etag: set by the service whenever it writes\n"},
    {"only noise",
	{.before = "{\"tags_all\":{\"a\":1}}",
	    .after = "{\"tags_all\":{\"a\":2}}",
	    .action = ACTION_UPDATE},
	"# 1 attribute folded: tags_all.a: repeats the tags, with the defaults of the provider\n"},
    {"lines are cut around what differs",
	{.before = "{\"u\":\"a\\n" HUNDRED("x") HUNDRED("y") "1\\nb\\n\"}",
	    .after = "{\"u\":\"a\\n" HUNDRED("x") HUNDRED("y") "2\\nb\\n\"}",
	    .action = ACTION_UPDATE},
	"~ u:\n      | a\n-   | …" LONG_TAIL "1\n+   | …" LONG_TAIL "2\n      | b\n"},
    {"members are cut around what differs",
	{.type = "aws_iam_policy_attachment",
	    .before = "{\"users\":[\"" HUNDRED("x") HUNDRED("y") "1\"]}",
	    .after = "{\"users\":[\"" HUNDRED("x") HUNDRED("y") "2\",\"a\"]}",
	    .action = ACTION_UPDATE},
	"~ users:\n-   …" LONG_TAIL_1 "1\"\n+   …" LONG_TAIL_1 "2\"\n+   \"a\"\n"},
    {"a second difference far away in a line",
	{.before = "{\"u\":\"a\\n1" HUNDRED("x") HUNDRED("x") " --safe\\nb\\n\"}",
	    .after = "{\"u\":\"a\\n2" HUNDRED("x") HUNDRED("x") " ; evil\\nb\\n\"}",
	    .action = ACTION_UPDATE},
	"~ u:\n      | a\n-   | 1" HUNDRED("x") "xxxxxx…xxxxxxxxxxxx --safe\n"
						"+   | 2" HUNDRED(
						    "x") "xxxxxx…xxxxxxxxxxxx ; evil\n      | b\n"},
    {"unknown",
	{.before = "{\"a\":1}",
	    .after = "{\"a\":\"UNKNOWN\",\"id\":\"UNKNOWN\"}",
	    .action = ACTION_UPDATE},
	"# known after apply: a, id\n"},
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct str got = lines_of(arena, &rows[i].in, &detail_brief);

		if (!str_is(got, rows[i].want))
			print_error("%s:\n want '%s'\n  got '%.*s'\n", rows[i].label, rows[i].want,
			    STR_ARG(got));
		assert_true(str_is(got, rows[i].want));
	}
}

/* What is cut off is more of an attribute that is named already. */
static void test_first_of_each_attribute(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct diff_case in = {.action = ACTION_UPDATE};
	struct buf before, after;
	struct str got;

	(void)state;
	buf_init(&before, arena, 10000);
	buf_init(&after, arena, 10000);
	for (int i = 0; i < 100; i++) {
		buf_addf(&before, "%s\"r%03d\":1", i > 0 ? "," : "{\"many\":{", i);
		buf_addf(&after, "%s\"r%03d\":2", i > 0 ? "," : "{\"many\":{", i);
	}
	buf_adds(&before, "},\"z\":1}");
	buf_adds(&after, "},\"z\":2}");
	in.before = str_to_c(arena, buf_str(&before));
	in.after = str_to_c(arena, buf_str(&after));
	got = lines_of(arena, &in, &detail_brief);
	assert_true(
	    str_starts(got, STR("~ many.r000: 1 -> 2\n~ z: 1 -> 2\n~ many.r001: 1 -> 2\n")));
	assert_true(str_ends(got, STR("# 21 more attributes\n")));
}

static void test_origin(void **state)
{
	struct attribute_change attributes[] = {
	    {.path = STR("kms_key_id"),
		.difference = DIFFERENCE_CHANGED,
		.has_values = true,
		.before = {value_string(STR("old"))},
		.after = {value_unknown()},
		.origin = STR("aws_kms_key.main.arn"),
		.noise = STR_EMPTY},
	    {.path = STR("role"),
		.difference = DIFFERENCE_ADDED,
		.has_values = true,
		.after = {value_unknown()},
		.origin = STR("aws_iam_role.r.arn"),
		.noise = STR_EMPTY},
	};
	struct outcome_change change = {.has_values = true,
	    .head.action = ACTION_UPDATE,
	    .attributes = attributes,
	    .attribute_count = 2};
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct buf buf;

	(void)state;
	buf_init(&buf, arena, 10000);
	assert_true(detail_lines(scratch, &change, &detail_brief, add_line, &buf));
	assert_true(str_is(buf_str(&buf),
	    "~ kms_key_id: \"old\" -> (known after apply, from aws_kms_key.main.arn)\n"
	    "# known after apply: role (from aws_iam_role.r.arn)\n"));
}

/* A report that somebody else wrote: nothing of it reaches the terminal as it is. */
static void test_hostile_parts(void **state)
{
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	char *bytes = arena_alloc(arena, 100000);
	struct str cells[DIFF_RULE_CELLS] = {
	    {bytes, 100000}, STR("\xff\xfe"), STR("\033[31m"), STR("a\nb"), {bytes, 100000}};
	struct diff_part parts[500];
	struct attribute_change row = {.path = STR("p"),
	    .has_values = true,
	    .parts = parts,
	    .part_count = 500,
	    .parts_left_out = 7,
	    .origin = STR_EMPTY,
	    .noise = STR_EMPTY};
	struct outcome_change change = {.has_values = true,
	    .head.action = ACTION_UPDATE,
	    .attributes = &row,
	    .attribute_count = 1};

	(void)state;
	memset(bytes, 'x', 100000);
	for (size_t i = 0; i < 500; i++)
		parts[i] = (struct diff_part){(uint8_t)(i % 6), (uint8_t)(i % 3),
		    (uint8_t)(i % 2   ? DIFF_RULE_CELLS
			      : i % 3 ? 1
				      : 0),
		    cells};
	for (int view = DIFF_LINES; view <= DIFF_RULES; view++) {
		struct buf buf;
		struct str rest, line;

		row.view = (enum diff_view)view;
		buf_init(&buf, arena, (size_t)1 << 20);
		assert_true(detail_lines(scratch, &change, &detail_brief, add_line, &buf));
		rest = buf_str(&buf);
		assert_true(utf8_is_valid(rest));
		assert_false(str_contains(rest, STR("\033")));
		assert_true(str_contains(rest, STR("more lines")));
		while (str_line(&rest, &line))
			assert_true(line.len < 600);
	}
}

static const struct much {
	const char *label;
	size_t attributes, lines; /* in the plan, before and after differ in all of them */
	bool create;
	size_t brief, full; /* lines that are told */
} much[] = {
    {"a create of 300 attributes", 300, 1, true, 14, 302},
    {"an update of 300 attributes", 300, 0, false, 81, 300},
    {"an update of 500 lines", 0, 500, false, 62, 1001},
};

/* {"a0":1,...,"e":"","t":"0\n1\n..."} */
static const char *many(struct arena *arena, const struct much *row, size_t shift)
{
	struct buf buf;

	buf_init(&buf, arena, (size_t)1 << 20);
	buf_addc(&buf, '{');
	for (size_t i = 0; i < row->attributes; i++)
		buf_addf(&buf, "\"a%zu\":%zu,", i, i + shift);
	buf_adds(&buf, "\"e\":\"\",\"f\":[],\"t\":\"");
	for (size_t i = 0; i < row->lines; i++)
		buf_addf(&buf, "%zu\\n", i + shift);
	buf_adds(&buf, "\"}");
	buf_addc(&buf, '\0');
	return buf_str(&buf).ptr;
}

static size_t count_lines(struct str text)
{
	struct str line;
	size_t count = 0;

	while (str_line(&text, &line))
		count++;
	return count;
}

static void test_all_there_is(void **state)
{
	unsigned wrong = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(much); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct diff_case in = {.before = "{}", .after = many(arena, &much[i], 0)};
		size_t brief, full;

		in.action = much[i].create ? ACTION_CREATE : ACTION_UPDATE;
		if (!much[i].create)
			in.before = many(arena, &much[i], 100000);
		brief = count_lines(lines_of(arena, &in, &detail_brief));
		full = count_lines(lines_of(arena, &in, &detail_full));
		if (brief == much[i].brief && full == much[i].full)
			continue;
		wrong++;
		print_error("%s: %zu and %zu lines\n", much[i].label, brief, full);
	}
	assert_int_equal(wrong, 0);
}

static void test_empty(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	const struct diff_case in = {
	    .before = "{}", .after = "{\"e\":\"\",\"f\":[],\"n\":1}", .action = ACTION_CREATE};

	(void)state;
	assert_true(str_is(lines_of(arena, &in, &detail_brief), "+ n: 1\n# empty: e, f\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_first_of_each_attribute),
	    cmocka_unit_test(test_origin),
	    cmocka_unit_test(test_all_there_is),
	    cmocka_unit_test(test_empty),
	    cmocka_unit_test(test_hostile_parts),
	};

	return cmocka_run_group_tests_name("report/detail", tests, NULL, NULL);
}

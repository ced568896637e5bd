#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/base64.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "report/render_html.h"
#include "tests/support/golden.h"
#include "tests/support/html_check.h"
#include "tests/support/outcomes.h"
#include "tests/support/verdicts.h"

#define PAGE_MAX ((size_t)256 << 20)

static struct str rendered(struct arena *arena, const struct outcome *const *outcomes, size_t count)
{
	struct err err = {0};
	struct buf buf;
	struct sink sink;
	struct str text = STR_EMPTY;

	buf_init(&buf, arena, PAGE_MAX);
	sink_to_buf(&sink, &buf);
	render_html(outcomes, count, &sink);
	if (!sink_finish(&sink, &err) || !buf_finish(&buf, &text, &err))
		print_error("%s\n", err.text);
	assert_true(err.code == ERR_NONE);
	return text;
}

static struct str rendered_one(struct arena *arena, const struct outcome *outcome)
{
	return rendered(arena, &outcome, 1);
}

/* What stands between the first `begin` and the `end` behind it. */
static struct str between(struct str text, struct str begin, struct str end)
{
	size_t from, to;

	assert_true(str_find(text, begin, &from));
	text = str_skip(text, from + begin.len);
	assert_true(str_find(text, end, &to));
	return str_from_to(text, 0, to);
}

/* Style, script and their hashes are looked at in a browser, not here. */
static struct str without_assets(struct arena *arena, struct str page)
{
	static const struct str begins[] = {STR_INIT("style-src '"), STR_INIT("script-src '"),
	    STR_INIT("<style>"), STR_INIT("<script>")};
	static const struct str ends[] = {
	    STR_INIT("'"), STR_INIT("'"), STR_INIT("</style>"), STR_INIT("</script>")};
	struct buf buf;
	size_t at;

	buf_init(&buf, arena, PAGE_MAX);
	for (size_t i = 0; i < ARRAY_LEN(begins); i++) {
		assert_true(str_find(page, begins[i], &at));
		buf_add(&buf, str_from_to(page, 0, at + begins[i].len));
		buf_adds(&buf, "...");
		page = str_skip(page, at + begins[i].len);
		assert_true(str_find(page, ends[i], &at));
		page = str_skip(page, at);
	}
	buf_add(&buf, page);
	return buf_str(&buf);
}

static void test_golden(void **state)
{
	(void)state;
	for (size_t i = 0; i < SAMPLE_COUNT; i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct str name = str_format(arena, "%s.html", sample_name((enum sample)i));
		struct str page = rendered_one(arena, sample_outcome(arena, (enum sample)i));

		assert_true(html_is_ours(name.ptr, page));
		golden_check(name.ptr, without_assets(arena, page));
	}
}

/* --- the views of a diff --- */

#define CELLS(...)           \
	(const struct str[]) \
	{                    \
		__VA_ARGS__  \
	}
#define PART(mark_value, level_value, text)                                    \
	{                                                                      \
		.mark = (mark_value), .level = (level_value), .cell_count = 1, \
		.cells = CELLS(STR_INIT(text))                                 \
	}
#define PARTS(array) .parts = (array), .part_count = ARRAY_LEN(array)
#define TEXT_VALUE(literal)                                                                    \
	{                                                                                      \
		{                                                                              \
			.kind = VALUE_STRING, .len = sizeof(literal) - 1, .as.text = (literal) \
		}                                                                              \
	}

static const struct diff_part lines[] = {PART(PART_GAP, 0, "12 lines unchanged"),
    PART(PART_SAME, 0, "#!/bin/sh"), PART(PART_REMOVED, 0, "set -e </pre>"),
    PART(PART_ADDED, 0, "set -eu"), PART(PART_CHANGED, 0, "~ \xff")};
static const struct diff_part members[] = {
    PART(PART_REMOVED, 0, "10.0.0.0/8"), PART(PART_ADDED, 0, "0.0.0.0/0")};
static const struct diff_part statements[] = {PART(PART_CHANGED, 0, "Allow Read"),
    PART(PART_ADDED, 1, "Action *"), PART(PART_REMARK, 1, "now allows *"),
    PART(PART_GAP, 2, "3 statements unchanged")};
static const struct diff_part rules[] = {
    {.mark = PART_ADDED,
	.cell_count = DIFF_RULE_CELLS,
	.cells = CELLS(STR_INIT("ingress"), STR_INIT("tcp"), STR_INIT("22"), STR_INIT("0.0.0.0/0"),
	    STR_INIT("<b>ssh</b>"))},
    PART(PART_REMARK, 0, "open to the world"),
};

static void make_views(struct arena *arena, struct outcome *outcome)
{
	const struct attribute_change rows[] = {
	    {.path = STR("ami"),
		.difference = DIFFERENCE_CHANGED,
		.has_values = true,
		.forces_replacement = true,
		.before = TEXT_VALUE("ami-0aaa1"),
		.after = TEXT_VALUE("ami-0aaa2")},
	    {.path = STR("user_data"),
		.difference = DIFFERENCE_CHANGED,
		.view = DIFF_LINES,
		.has_values = true,
		.in_text = true,
		.decoded = true,
		.parts_left_out = 3,
		PARTS(lines)},
	    {.path = STR("cidr_blocks"),
		.difference = DIFFERENCE_CHANGED,
		.view = DIFF_MEMBERS,
		.has_values = true,
		PARTS(members)},
	    {.path = STR("policy"),
		.difference = DIFFERENCE_CHANGED,
		.view = DIFF_STATEMENTS,
		.has_values = true,
		PARTS(statements)},
	    {.path = STR("ingress"),
		.difference = DIFFERENCE_CHANGED,
		.view = DIFF_RULES,
		.has_values = true,
		PARTS(rules)},
	    {.path = STR("arn"),
		.difference = DIFFERENCE_ADDED,
		.has_values = true,
		.after = {{.kind = VALUE_UNKNOWN}},
		.origin = STR("aws_kms_key.main.arn")},
	    {.path = STR("tags.git_sha"),
		.difference = DIFFERENCE_CHANGED,
		.has_values = true,
		.before = TEXT_VALUE("1a2b"),
		.after = TEXT_VALUE("3c4d"),
		.noise = STR("changes with every <commit>")},
	    {.path = STR("left.out"), .difference = DIFFERENCE_CHANGED},
	};
	struct outcome_change *change = arena_make(arena, struct outcome_change);
	struct attribute_change *copy =
	    arena_array(arena, struct attribute_change, ARRAY_LEN(rows));

	memcpy(copy, rows, sizeof(rows));
	change->head = (struct change_head){.address = STR("module.a[\"x.y\"].aws_x.y"),
	    .module = STR("module.a[\"x.y\"]"),
	    .type = STR("aws_x"),
	    .name = STR("y"),
	    .action = ACTION_REPLACE};
	change->has_values = true;
	change->attributes = copy;
	change->attribute_count = ARRAY_LEN(rows);
	change->attributes_left_out = 2;
	outcome->changes = change;
	outcome->change_count = 1;
	outcome->summary.replace = outcome->summary.add = outcome->summary.destroy = 1;
}

static void test_views(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct outcome *outcome = sample_outcome(arena, SAMPLE_create);
	struct str page;

	(void)state;
	make_views(arena, outcome);
	page = rendered_one(arena, outcome);
	assert_true(html_is_ours("views", page));
	golden_check("views.html", without_assets(arena, page));
}

/* --- the policy of the page --- */

static void check_hash(struct arena *arena, struct str page, const char *element)
{
	struct str content =
	    between(page, str_format(arena, "<%s>", element), str_format(arena, "</%s>", element));
	struct digest digest = digest_sha256(content);
	struct str bytes = {(const char *)digest.bytes, DIGEST_SIZE};
	struct str policy = between(page, STR("Content-Security-Policy\" content=\""), STR("\""));
	struct str want = str_format(
	    arena, "%s-src 'sha256-%.*s'; ", element, STR_ARG(base64_encode(arena, bytes)));

	if (!str_contains(policy, want))
		print_error("%s: no '%s' in '%.*s'\n", element, want.ptr, STR_ARG(policy));
	assert_true(str_contains(policy, want));
	assert_true(str_starts(policy, STR("default-src 'none'; ")));
}

static void test_policy_names_what_is_there(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct str page = rendered_one(arena, sample_outcome(arena, SAMPLE_typical));

	(void)state;
	check_hash(arena, page, "style");
	check_hash(arena, page, "script");
	assert_false(str_contains(page, STR(" style=")));
	assert_false(str_contains(page, STR("unsafe")));
}

static void test_several_directories(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	const struct outcome *outcomes[SAMPLE_COUNT];
	struct str page;

	(void)state;
	for (size_t i = 0; i < SAMPLE_COUNT; i++)
		outcomes[i] = sample_outcome(arena, (enum sample)i);
	page = rendered(arena, outcomes, SAMPLE_COUNT);
	assert_true(html_is_ours("several", page));
	assert_true(str_contains(page, STR("<title>17 directories</title>")));
}

static void test_check_of_several(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	const struct outcome *outcomes[] = {
	    sample_outcome(arena, SAMPLE_denied), sample_outcome(arena, SAMPLE_judged)};
	struct checked checked = {.version = "0.1.0", .outcomes = outcomes, .count = 2};
	struct err err = {0};
	struct buf buf;
	struct sink sink;
	struct str page = STR_EMPTY;

	(void)state;
	verdict_of_hostile(arena, &checked.run);
	buf_init(&buf, arena, PAGE_MAX);
	sink_to_buf(&sink, &buf);
	render_check_html(&checked, &sink);
	assert_true(sink_finish(&sink, &err) && buf_finish(&buf, &page, &err));
	assert_true(html_is_ours("check", page));
	golden_check("check_several.html", without_assets(arena, page));
}

/* --- content that means harm, content that is too much --- */

static void test_hostile_content_is_text(void **state)
{
	static const struct generated rows[] = {
	    {.destroy = 250,
		.replace = 250,
		.update = 250,
		.create = 250,
		.outputs = 50,
		.warnings = 90,
		.errors = 40,
		.hostile = true},
	    {.update = 100, .hostile = true, .text = true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct outcome *outcome = generate_outcome(arena, &rows[i]);

		generate_verdict(arena,
		    &(struct generated_verdict){
			.findings = 200, .rules = 20, .text_bytes = 300, .hostile = true},
		    &outcome->verdict);
		assert_true(html_is_ours("hostile", rendered_one(arena, outcome)));
	}
}

enum excess {
	EXCESS_STRING,	/* 10 MB */
	EXCESS_KEYS,	/* 100,000 */
	EXCESS_DEPTH,	/* 199 */
	EXCESS_NAMES,	/* addresses, modules, paths of 1 MB */
	EXCESS_MODULES, /* a module in a module, 1,000 times */
};

static const struct {
	const char *label;
	enum excess excess;
	size_t most; /* bytes of the page */
} excess_rows[] = {
    {"a string of 10 MB", EXCESS_STRING, 400000},
    {"100,000 keys", EXCESS_KEYS, 200000},
    {"depth 199", EXCESS_DEPTH, 200000},
    {"names of 1 MB", EXCESS_NAMES, 200000},
    {"modules in modules", EXCESS_MODULES, 200000},
};

static struct str many(struct arena *arena, const char *piece, size_t bytes)
{
	struct buf buf;

	buf_init(&buf, arena, bytes + 100);
	while (buf.len < bytes)
		buf_adds(&buf, piece);
	return buf_str(&buf);
}

static struct value nested(struct arena *arena, size_t depth)
{
	struct value value = value_string(STR("<deep>"));

	for (size_t i = 0; i < depth; i++) {
		struct value *item = arena_make(arena, struct value);

		*item = value;
		value = value_list(item, 1);
	}
	return value;
}

static struct value wide(struct arena *arena, size_t count)
{
	struct value_entry *entries = arena_array(arena, struct value_entry, count);
	struct value map;
	struct str duplicate;

	for (size_t i = 0; i < count; i++)
		entries[i] = (struct value_entry){
		    value_string(str_format(arena, "<key>%06zu", i)), value_int((int64_t)i)};
	assert_true(value_map(arena, entries, count, &map, &duplicate));
	return map;
}

static void make_excess(struct arena *arena, struct outcome *outcome, enum excess excess)
{
	struct attribute_change *row = arena_make(arena, struct attribute_change);
	struct outcome_change *change = arena_make(arena, struct outcome_change);
	struct str name = STR("aws_x.y"), path = STR("path"), module = STR_EMPTY;
	struct value value = value_null();

	switch (excess) {
	case EXCESS_STRING:
		value = value_string(many(arena, "<x>&\xff\x1b[31m", (size_t)10 << 20));
		break;
	case EXCESS_KEYS:
		value = wide(arena, 100000);
		break;
	case EXCESS_DEPTH:
		value = nested(arena, 199);
		break;
	case EXCESS_NAMES:
		name = path = module = many(arena, "<x>\xe2\x80\xae", (size_t)1 << 20);
		break;
	case EXCESS_MODULES:
		module = many(arena, "module.a[\"<x>.\"].", (size_t)17000);
		module.len--;
		break;
	}
	*row = (struct attribute_change){.path = path,
	    .difference = DIFFERENCE_CHANGED,
	    .has_values = true,
	    .before = {value_null()},
	    .after = {value},
	    .origin = name,
	    .noise = name};
	change->head = (struct change_head){
	    .address = name, .module = module, .type = path, .action = ACTION_UPDATE};
	change->has_values = true;
	change->attributes = row;
	change->attribute_count = 1;
	row->noise.len = excess == EXCESS_NAMES ? row->noise.len : 0;
	outcome->changes = change;
	outcome->change_count = 1;
}

static void test_too_much_is_bounded(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(excess_rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct outcome *outcome = sample_outcome(arena, SAMPLE_create);
		struct str page;

		make_excess(arena, outcome, excess_rows[i].excess);
		page = rendered_one(arena, outcome);
		assert_true(html_is_ours(excess_rows[i].label, page));
		if (page.len > excess_rows[i].most)
			print_error("%s: %zu bytes\n", excess_rows[i].label, page.len);
		assert_true(page.len <= excess_rows[i].most);
	}
}

static void test_every_change_is_there(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct outcome *outcome = generate_outcome(arena,
	    &(struct generated){.destroy = 3000, .replace = 500, .update = 5000, .create = 9});
	struct str page = rendered_one(arena, outcome);
	size_t rows = 0, at;

	(void)state;
	assert_true(html_is_ours("all", page));
	for (struct str rest = page; str_find(rest, STR("<details class=\"c "), &at);) {
		rest = str_skip(rest, at + 1);
		rows++;
	}
	assert_int_equal(rows, 8509);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_golden),
	    cmocka_unit_test(test_views),
	    cmocka_unit_test(test_policy_names_what_is_there),
	    cmocka_unit_test(test_several_directories),
	    cmocka_unit_test(test_check_of_several),
	    cmocka_unit_test(test_hostile_content_is_text),
	    cmocka_unit_test(test_too_much_is_bounded),
	    cmocka_unit_test(test_every_change_is_there),
	};

	return cmocka_run_group_tests_name("report/render_html", tests, NULL, NULL);
}

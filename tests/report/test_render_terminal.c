#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/utf8.h"
#include "report/render.h"
#include "tests/support/golden.h"
#include "tests/support/outcomes.h"
#include "tests/support/verdicts.h"

static struct str rendered(
    struct arena *arena, const struct outcome *outcome, const struct render_options *options)
{
	struct err err = {0};
	struct str text = STR_EMPTY;

	if (!render_terminal(arena, outcome, options, &text, &err))
		print_error("%s\n", err.text);
	assert_true(err.code == ERR_NONE);
	return text;
}

struct golden_row {
	const char *label;
	struct render_options options;
};

static const struct golden_row golden_rows[] = {
    {"plain", {0}},
    {"colour", {.colour = true, .columns = 80}},
    {"details", {.details = true}},
};

static void test_golden(void **state)
{
	(void)state;
	for (size_t i = 0; i < SAMPLE_COUNT * ARRAY_LEN(golden_rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		const struct golden_row *row = &golden_rows[i / SAMPLE_COUNT];
		enum sample sample = (enum sample)(i % SAMPLE_COUNT);
		struct str name = str_format(arena, "%s.%s.txt", sample_name(sample), row->label);

		golden_check(
		    name.ptr, rendered(arena, sample_outcome(arena, sample), &row->options));
	}
}

static void test_no_control_codes_of_others(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct outcome *outcome = sample_outcome(arena, SAMPLE_hostile);
	struct str text = rendered(arena, outcome, &(struct render_options){.details = true});

	(void)state;
	assert_true(utf8_is_valid(text));
	for (size_t i = 0; i < text.len; i++)
		assert_true((unsigned char)text.ptr[i] >= 0x20 || text.ptr[i] == '\n');
	assert_false(str_contains(text, STR("\xe2\x80\xae")));
}

static void test_no_line_is_wider_than_the_terminal(void **state)
{
	static const int widths[] = {40, 60, 80, 200};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(widths) * SAMPLE_COUNT; i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		int columns = widths[i / SAMPLE_COUNT];
		enum sample sample = (enum sample)(i % SAMPLE_COUNT);
		struct render_options options = {.columns = columns, .details = true};
		struct str rest = rendered(arena, sample_outcome(arena, sample), &options);
		struct str line;
		bool fits = true;

		/* title and headline are never cut */
		(void)str_line(&rest, &line);
		(void)str_line(&rest, &line);
		while (str_line(&rest, &line) && fits)
			fits = utf8_width(line) <= (size_t)columns;
		if (!fits)
			print_error("%s at %d: '%.*s'\n", sample_name(sample), columns,
			    (int)line.len, line.ptr);
		assert_true(fits);
	}
}

#define LONG_NAME "module.network_eu_west_1[\"primary\"].module.cluster[\"customers\"].aws_db.main"
#define LONG_TEXT "https://artifacts.example.com/releases/component-with-long-name/"

/* One text again of what stands in several lines. */
static struct str joined(struct arena *arena, struct str text)
{
	struct buf buf;

	buf_init(&buf, arena, text.len);
	for (struct str rest = text, line; str_line(&rest, &line);)
		buf_add(&buf, str_trim(line));
	return buf_str(&buf);
}

static const char *const narrow_rows[] = {
    "- " LONG_NAME "[\"alpha\"]",
    "- " LONG_NAME "[\"beta\"]",
    "-/+ " LONG_NAME,
    "url forces replacement",
    "~ url: \"" LONG_TEXT "v1.zip\"",
    "-> \"" LONG_TEXT "v2.zip\"",
    "# forces replacement",
};

static void test_a_narrow_terminal_loses_nothing(void **state)
{
	struct attribute_change row = {.path = STR("url"),
	    .difference = DIFFERENCE_CHANGED,
	    .forces_replacement = true,
	    .has_values = true,
	    .before = {value_string(STR(LONG_TEXT "v1.zip"))},
	    .after = {value_string(STR(LONG_TEXT "v2.zip"))},
	    .origin = STR_EMPTY,
	    .noise = STR_EMPTY};
	struct outcome_change changes[] = {
	    {.head = {.address = STR(LONG_NAME "[\"alpha\"]"), .action = ACTION_DELETE}},
	    {.head = {.address = STR(LONG_NAME "[\"beta\"]"), .action = ACTION_DELETE}},
	    {.head = {.address = STR(LONG_NAME), .action = ACTION_REPLACE},
		.has_values = true,
		.attributes = &row,
		.attribute_count = 1},
	};

	(void)state;
	for (int columns = 30; columns <= 120; columns += 10) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct outcome *outcome = sample_outcome(arena, SAMPLE_create);
		struct str text;

		outcome->changes = changes;
		outcome->change_count = ARRAY_LEN(changes);
		text = rendered(
		    arena, outcome, &(struct render_options){.columns = columns, .details = true});
		text = joined(arena, text);
		for (size_t i = 0; i < ARRAY_LEN(narrow_rows); i++) {
			struct str want = str_from(narrow_rows[i]);

			if (!str_contains(text, want))
				print_error("at %d: no '%.*s' in\n%.*s\n", columns, STR_ARG(want),
				    STR_ARG(text));
			assert_true(str_contains(text, want));
		}
	}
}

/* "      12 x aws_a", "      7 of other types": all of them together. */
static size_t counted_by_type(struct str text)
{
	size_t total = 0;

	for (struct str rest = text, line; str_line(&rest, &line);) {
		size_t count = 0, at = 6;

		for (; str_starts(line, STR("      ")) && at < line.len && line.ptr[at] != ' ';
		     at++)
			count =
			    line.ptr[at] == ',' ? count : count * 10 + (size_t)(line.ptr[at] - '0');
		line = str_skip(line, at);
		total +=
		    str_starts(line, STR(" x ")) || str_is(line, " of other types") ? count : 0;
	}
	return total;
}

static void test_losses_are_never_hidden(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct outcome *few = generate_outcome(
	    arena, &(struct generated){.destroy = 150, .update = 5000, .create = 3});
	struct outcome *many = generate_outcome(arena, &(struct generated){.destroy = 9000});
	struct str text = rendered(arena, few, &(struct render_options){0});
	size_t lines = 0;

	(void)state;
	assert_true(str_contains(text, STR("... and 4,980 more")));
	for (struct str rest = text, line; str_line(&rest, &line);)
		lines += str_starts(line, STR("  - "));
	assert_int_equal(lines, 150);
	text = rendered(arena, many, &(struct render_options){0});
	lines = 0;
	for (struct str rest = text, line; str_line(&rest, &line);)
		lines += str_starts(line, STR("  - "));
	assert_int_equal(lines, 200);
	assert_true(str_contains(text, STR("  ... and 8,800 more\n      ")));
	assert_int_equal(counted_by_type(text), 8800);
}

/* `show` names all of it; a summary says where all of it is. */
static void test_all_is_named_where_nobody_asks_for_less(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct outcome *outcome = generate_outcome(
	    arena, &(struct generated){.destroy = 300, .update = 700, .create = 90});
	struct str text = rendered(arena, outcome, &(struct render_options){.details = true});

	(void)state;
	assert_false(str_contains(text, STR(" more\n")));
	for (size_t i = 0; i < outcome->change_count; i++)
		assert_true(str_contains(text, outcome->changes[i].head.address));
	text = rendered(arena, outcome,
	    &(struct render_options){.details = true, .max_bytes = (size_t)1 << 30});
	assert_false(str_contains(text, STR(" more\n")));
	text = rendered(arena, outcome, &(struct render_options){0});
	assert_true(str_contains(text, STR(" more\n")));
	assert_true(str_contains(text, STR("\nnote: not all is named here; 'tfherald show'")));
}

static const struct {
	const char *label;
	struct generated generated;
	bool details, colour;
	const char *want; /* at every limit */
} limit_rows[] = {
    {"nothing", {0}, false, false, "Plan: prod/network\n"},
    {"a quarter each", {.destroy = 1250, .replace = 1250, .update = 1250, .create = 1250}, true,
	true, "Destroy (1,250)"},
    {"deletes", {.destroy = 5000}, true, false, "Destroy (5,000)"},
    {"many of all", {.destroy = 100, .update = 5000, .create = 300, .warnings = 30}, false, true,
	"Destroy (100)"},
    {"errors", {.destroy = 20, .update = 20, .errors = 300}, true, false, "Errors (300)"},
    {"hostile", {.destroy = 250, .replace = 250, .update = 250, .warnings = 90, .hostile = true},
	true, true, "Destroy (250)"},
};

static const struct {
	const char *label, *want;
} tree_rows[] = {
    {"heading", "\nUpdate (40), Create (12)\n  + aws_x.y[42]"},
    {"rows without their module", "\n  module.a  ~13 +4\n    + aws_x.y[40]"},
    {"creates first", "\n    + aws_x.y[49]\n    ~ aws_x.y[1]\n"},
    {"folded", "\n    ... and 12 more\n"},
    {"a module in a module", "\n    module.b[\"x.y\"]  ~13 +4\n      + aws_x.y[41]"},
};

static void test_gains_are_a_tree_of_modules(void **state)
{
	static const char *const modules[] = {"", "module.a", "module.a.module.b[\"x.y\"]"};
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct outcome *outcome =
	    generate_outcome(arena, &(struct generated){.update = 40, .create = 12});
	struct outcome_change *changes = arena_array(arena, struct outcome_change, 52);
	struct str text;

	(void)state;
	memcpy(changes, outcome->changes, 52 * sizeof(*changes));
	for (size_t i = 0; i < 52; i++) {
		struct change_head *head = &changes[i].head;

		head->module = str_from(modules[i % 3]);
		head->address =
		    str_format(arena, "%s%saws_x.y[%zu]", modules[i % 3], i % 3 > 0 ? "." : "", i);
	}
	outcome->changes = changes;
	text = rendered(arena, outcome, &(struct render_options){.columns = 60});
	for (size_t i = 0; i < ARRAY_LEN(tree_rows); i++) {
		bool ok = str_contains(text, str_from(tree_rows[i].want));

		if (!ok)
			print_error("%s:\n%.*s\n", tree_rows[i].label, STR_ARG(text));
		assert_true(ok);
	}
}

static void test_limit_is_kept(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(limit_rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct outcome *outcome = generate_outcome(arena, &limit_rows[i].generated);

		for (size_t limit = 1000; limit < 100000; limit += limit / 2) {
			struct render_options options = {.max_bytes = limit,
			    .details = limit_rows[i].details,
			    .colour = limit_rows[i].colour};
			struct str text = rendered(arena, outcome, &options);
			bool ok = text.len <= limit && str_ends(text, STR("\n")) &&
				  str_contains(text, str_from(limit_rows[i].want));

			if (!ok)
				print_error("%s at %zu: %s\n", limit_rows[i].label, limit,
				    str_to_c(arena, text));
			assert_true(ok);
		}
	}
}

static const struct {
	const char *label;
	struct generated_verdict verdict;
	const char *want;
} verdict_rows[] = {
    {"ten thousand of a rule",
	{.findings = 10000, .rules = 1, .text_bytes = 20, .level = LEVEL_DENY},
	"Denied by policy (10,000)\n"},
    {"ten thousand of 999 rules",
	{.findings = 10000, .rules = 999, .text_bytes = 20, .level = LEVEL_DENY},
	"Denied by policy (10,000)\n"},
    {"long hostile messages",
	{.findings = 300, .rules = 3, .text_bytes = 10000, .level = LEVEL_DENY, .hostile = true},
	"Denied by policy (300)\n"},
    {"many warnings",
	{.findings = 3000, .rules = 30, .text_bytes = 100, .level = LEVEL_WARN, .hostile = true},
	"Policies: 3,000 warnings (30 rules, 340 resources)"},
};

static void test_findings_are_never_hidden(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(verdict_rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct outcome *outcome = sample_outcome(arena, SAMPLE_typical);

		generate_verdict(arena, &verdict_rows[i].verdict, &outcome->verdict);
		outcome->verdict.trusted_source = STR_EMPTY;
		for (size_t limit = 1000; limit < 3000000; limit *= 4) {
			struct render_options options = {.max_bytes = limit, .details = true};
			struct str text = rendered(arena, outcome, &options);
			bool ok =
			    text.len <= limit && str_contains(text, str_from(verdict_rows[i].want));

			if (!ok)
				print_error("%s at %zu: %s\n", verdict_rows[i].label, limit,
				    str_to_c(arena, text));
			assert_true(ok);
		}
	}
}

static void test_lines_are_cut_at_the_end_only(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct outcome *outcome = sample_outcome(arena, SAMPLE_typical);
	struct str text = rendered(arena, outcome, &(struct render_options){.max_bytes = 250});
	struct str rest = text, line, last = STR_EMPTY;

	(void)state;
	assert_true(text.len <= 250);
	assert_true(str_starts(text, STR("Plan: prod/network\n")));
	while (str_line(&rest, &line))
		last = line;
	assert_true(str_starts(last, STR("... ")) && str_ends(last, STR(" more lines")));
}

static void test_notes(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct outcome *outcome = sample_outcome(arena, SAMPLE_no_plan);
	struct str text;

	(void)state;
	outcome->facts.target.value = STR(".");
	outcome->child.status = 137;
	outcome->child.signal = 9;
	outcome->tail = STR("said before");
	text = rendered(arena, outcome, &(struct render_options){0});
	assert_true(str_starts(
	    text, STR("Plan\nNo plan could be read\nnote: 'terraform plan' was ended by signal 9\n"
		      "note: the output of")));
	/* it stands right above */
	assert_false(str_contains(text, STR("said before")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_golden),
	    cmocka_unit_test(test_no_control_codes_of_others),
	    cmocka_unit_test(test_a_narrow_terminal_loses_nothing),
	    cmocka_unit_test(test_no_line_is_wider_than_the_terminal),
	    cmocka_unit_test(test_losses_are_never_hidden),
	    cmocka_unit_test(test_all_is_named_where_nobody_asks_for_less),
	    cmocka_unit_test(test_gains_are_a_tree_of_modules),
	    cmocka_unit_test(test_limit_is_kept),
	    cmocka_unit_test(test_findings_are_never_hidden),
	    cmocka_unit_test(test_lines_are_cut_at_the_end_only),
	    cmocka_unit_test(test_notes),
	};

	return cmocka_run_group_tests_name("report/render_terminal", tests, NULL, NULL);
}

/* Diffs of real plans: what is known to stand in some of them, and what must hold for all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "base/input.h"
#include "base/utf8.h"
#include "parser/plan_read.h"
#include "report/noise.h"
#include "report/outcome.h"
#include "tests/support/diff_sketch.h"

#define TABLE_MAX ((size_t)4 << 20)
#define FILE_MAX  ((size_t)3 << 20) /* larger ones are for the benchmarks */

static const char *shared_dir(void)
{
	const char *dir = getenv("TFHERALD_SHARED"), *ci = getenv("CI");

	if (!dir || !*dir)
		dir = access("../shared/data/plans/manifest.tsv", R_OK) == 0 ? "../shared" : NULL;
	if (!dir && ci && str_is(str_from(ci), "true"))
		fail_msg("the shared data is missing");
	if (!dir)
		skip();
	return dir;
}

static bool load(struct arena *arena, const char *shared, struct str id, struct outcome *out)
{
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	const struct outcome_rules rules = {
	    .noise = noise_new(arena, NULL, 0), .fingerprint_key = STR_EMPTY};
	struct plan_options options = {0};
	struct err err = {0};
	struct plan *plan = NULL;
	struct str text;
	struct str path = str_format(arena, "%s/data/plans/files/%.*s.json", shared, STR_ARG(id));

	*out = (struct outcome){0};
	return file_read(arena, path.ptr, FILE_MAX, &text, &err) &&
	       plan_read(arena, input_from_str(arena, "plan.json", text), &options, &plan, &err) &&
	       outcome_add_plan(arena, scratch, plan, &rules, out, &err);
}

static const struct row {
	const char *id, *address;
	const char *want; /* the beginning of the sketch */
} rows[] = {
    {"0faf590feb96", "terraform_data.pol",
	"~input{~ Allow; => Principal AWS:arn:aws:iam::123456789012:root; -> Action s3:Put*; "
	"+> Action s3:*; => Action s3:Get*; => Resource *; !> now allows every action of s3}"},
    {"0faf590feb96", "terraform_data.script",
	"~input{= #!/bin/bash; = set -e; - echo one; + echo two; = + not a diff; = - nor this; "
	". 2 lines unchanged}"},
    {"0f437bf7dce1", "terraform_data.web", "~input.ports{= 80; + 8080; = 443} ~input.size"},
    {"0524c74fa124", "aws_security_group_rule.egress", "+rule{+ egress|all|all|0.0.0.0/0|"},
};

static const struct outcome_change *find(const struct outcome *outcome, const char *address)
{
	for (size_t i = 0; i < outcome->change_count; i++) {
		if (str_is(outcome->changes[i].head.address, address))
			return &outcome->changes[i];
	}
	return NULL;
}

static struct str sketch(struct arena *arena, const struct outcome_change *change)
{
	struct diff diff = {.count = change->attribute_count};

	diff.rows = arena_array(arena, struct attribute_change, diff.count);
	for (size_t i = 0; i < diff.count; i++)
		diff.rows[i] = change->attributes[i];
	return diff_sketch(arena, &diff);
}

static void test_known(void **state)
{
	const char *shared = shared_dir();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct outcome *outcome = arena_make(arena, struct outcome);
		const struct outcome_change *change;
		struct str got, want = str_from(rows[i].want);

		assert_true(load(arena, shared, str_from(rows[i].id), outcome));
		change = find(outcome, rows[i].address);
		got = change ? sketch(arena, change) : STR("no such change");
		if (!str_starts(got, want))
			print_error("%s:\n want '%.*s'\n  got '%.*s'\n", rows[i].address,
			    STR_ARG(want), STR_ARG(got));
		assert_true(str_starts(got, want));
	}
}

static void assert_part(struct arena *arena, enum diff_view view, const struct diff_part *part)
{
	assert_true(part->mark <= PART_REMARK && part->level <= 1);
	assert_true(
	    part->cell_count == 1 || (view == DIFF_RULES && part->cell_count == DIFF_RULE_CELLS));
	for (size_t i = 0; i < part->cell_count; i++) {
		struct str cell = part->cells[i];

		assert_true(utf8_is_valid(cell));
		assert_true(str_eq(utf8_printable(arena, cell, false), cell));
		assert_true(cell.len < 4096);
	}
}

static void assert_row(
    struct arena *arena, const struct outcome_change *change, const struct attribute_change *row)
{
	enum change_group group = change_group(&change->head);

	assert_non_null(row->origin.ptr);
	assert_non_null(row->noise.ptr);
	if (group <= GROUP_OTHER || row->forces_replacement)
		assert_int_equal(row->noise.len, 0);
	if (row->origin.len > 0)
		assert_int_equal(row->after.value.kind, VALUE_UNKNOWN);
	if (row->view == DIFF_VALUES) {
		assert_int_equal(row->part_count, 0);
		return;
	}
	assert_true(row->part_count > 0);
	assert_int_equal(row->before.value.kind, VALUE_NULL);
	assert_int_equal(row->after.value.kind, VALUE_NULL);
	for (size_t i = 0; i < row->part_count; i++)
		assert_part(arena, row->view, &row->parts[i]);
}

static void assert_rows(
    struct arena *arena, const struct outcome_change *changes, size_t count, size_t *views)
{
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < changes[i].attribute_count; k++) {
			assert_row(arena, &changes[i], &changes[i].attributes[k]);
			views[changes[i].attributes[k].view]++;
		}
	}
}

static void test_all(void **state)
{
	const char *shared = shared_dir();
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct str path = str_format(arena, "%s/data/plans/manifest.tsv", shared);
	struct str table, line, id, kind;
	size_t views[DIFF_RULES + 1] = {0}, plans = 0;
	struct err err = {0};

	(void)state;
	assert_true(file_read(arena, path.ptr, TABLE_MAX, &table, &err));
	while (str_line(&table, &line)) {
		struct arena *own CLEANUP(arena_free_ptr) = arena_new();
		struct outcome outcome;

		if (!str_split(&line, '\t', &id) || !str_split(&line, '\t', &kind) ||
		    !str_is(kind, "plan_json") || !load(own, shared, id, &outcome))
			continue;
		assert_rows(own, outcome.changes, outcome.change_count, views);
		assert_rows(own, outcome.outputs, outcome.output_count, views);
		assert_rows(own, outcome.drift, outcome.drift_count, views);
		plans++;
	}
	assert_true(plans > 100);
	for (size_t i = 0; i < ARRAY_LEN(views); i++)
		assert_true(views[i] > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_known),
	    cmocka_unit_test(test_all),
	};

	return cmocka_run_group_tests_name("report/diff_plans", tests, NULL, NULL);
}

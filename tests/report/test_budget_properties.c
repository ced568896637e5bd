#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/input.h"
#include "base/json_read.h"
#include "base/utf8.h"
#include "parser/plan_read.h"
#include "report/markdown_page.h"
#include "report/render.h"
#include "report/slack_message.h"
#include "report/wording.h"
#include "tests/support/cmark.h"
#include "tests/support/markdown_check.h"
#include "tests/support/outcomes.h"
#include "tests/support/random_outcomes.h"
#include "tests/support/valgrind.h"

/*
 * Whatever the plan and whatever the limit: the page fits, is whole, names or counts every loss and
 * denial, and says no less when there is more room.
 */

#define LIMIT_FIRST ((size_t)1000)
#define LIMIT_LAST  ((size_t)65000)
#define CORPUS_MAX  ((size_t)4 << 20)

/* What the budget decided at some limit. */
struct levels {
	size_t limit, count;
	struct budget_part parts[PARTS_MAX];
	char *tokens; /* of each change whether its address stands there */
};

static size_t next_limit(size_t limit, size_t step)
{
	if (limit >= LIMIT_LAST)
		return LIMIT_LAST + 1;
	limit += limit / step + 13;
	return limit > LIMIT_LAST ? LIMIT_LAST : limit;
}

/* --- no more detail with less room --- */

static bool is_more(const struct budget_part *small, const struct budget_part *large)
{
	if (small->whole > large->whole)
		return true;
	for (size_t i = 0; i < BUDGET_LEVELS; i++) {
		if (small->reach[i] > large->reach[i])
			return true;
	}
	return false;
}

static bool is_monotone(
    const char *label, const struct levels *small, const struct levels *large, size_t tokens)
{
	for (size_t i = 0; i < small->count; i++) {
		if (!is_more(&small->parts[i], &large->parts[i]))
			continue;
		print_error("%s: part %u has more detail at %zu than at %zu\n", label,
		    small->parts[i].kind, small->limit, large->limit);
		return false;
	}
	for (size_t i = 0; i < tokens; i++) {
		if (!small->tokens[i] || large->tokens[i])
			continue;
		print_error("%s: u%zuu is named at %zu and not at %zu\n", label, i, small->limit,
		    large->limit);
		return false;
	}
	return true;
}

/* Which of "u0u", "u1u", ... stand in it. */
static char *tokens_in(struct arena *arena, struct str text, size_t count)
{
	char *found = arena_zalloc(arena, count + 1);

	for (size_t i = 0; i + 2 < text.len; i++) {
		size_t number = 0, at = i + 1;

		while (text.ptr[i] == 'u' && at < text.len && text.ptr[at] >= '0' &&
		       text.ptr[at] <= '9' && number < count)
			number = number * 10 + (size_t)(text.ptr[at++] - '0');
		if (text.ptr[i] == 'u' && at > i + 1 && at < text.len && text.ptr[at] == 'u' &&
		    number < count)
			found[number] = 1;
	}
	return found;
}

/* --- nothing that is lost is left out --- */

static bool says(
    struct arena *arena, struct str text, const char *before, size_t count, const char *after)
{
	struct buf buf;

	buf_init(&buf, arena, 300);
	buf_adds(&buf, before);
	wording_count(&buf, count);
	buf_adds(&buf, after);
	return str_contains(text, buf_str(&buf));
}

static bool losses_are_told(struct arena *arena, const struct parts *parts, struct str text)
{
	static const struct {
		enum change_group group;
		const char *words;
	} rows[] = {
	    {GROUP_DESTROY, " destroyed"},
	    {GROUP_REPLACE, " destroyed and created again"},
	    {GROUP_FORGET, " forgotten"},
	    {GROUP_OTHER, " with an unknown action"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t count = parts->groups.counts[rows[i].group];

		if (count > 0 && !says(arena, text, "", count, rows[i].words))
			return false;
	}
	return true;
}

/* A part that is opened says how many it has, and of those without a line how many they are. */
static bool part_adds_up(
    struct arena *arena, const struct part *part, const struct budget_part *told, struct str text)
{
	size_t left = part->total - part_resources(part, 0, told->reach[0]);
	bool ok;

	if (told->whole == 0 || !part_is_loss(part))
		return true;
	ok = says(arena, text, " (", part->total, ")\n");
	if (left > 0)
		ok = ok && (says(arena, text, "… and ", left, " more") ||
			       says(arena, text, "", left, " not named here"));
	return ok;
}

static bool denials_are_told(struct arena *arena, const struct outcome *outcome, struct str text)
{
	size_t count = outcome->verdict.counts[LEVEL_DENY];

	return outcome_status(outcome) != STATUS_DENIED || count == 0 ||
	       says(arena, text, "", count, count == 1 ? " denial" : " denials") ||
	       says(arena, text, "Denied by policy (", count, ")");
}

static bool nothing_is_hidden(
    struct arena *arena, const struct outcome *outcome, const struct parts *parts, struct str text)
{
	bool ok = losses_are_told(arena, parts, text) && denials_are_told(arena, outcome, text);

	for (size_t i = 0; i < parts->count && ok; i++)
		ok = part_adds_up(arena, &parts->list[i], &parts->budget[i], text);
	return ok;
}

/* --- Markdown --- */

static struct str write_markdown(
    struct arena *arena, const char *label, const struct outcome *outcome, struct levels *levels)
{
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct arena *spare CLEANUP(arena_free_ptr) = arena_new();
	struct page page = {.arena = scratch, .spare = spare, .max_bytes = levels->limit};
	struct err err = {0};
	struct str text = STR_EMPTY;
	bool ok;

	buf_init(&page.out, arena, levels->limit);
	ok = page_plan_comment(&page, outcome, &err);
	if (ok) {
		page_write_comment(&page, outcome);
		ok = buf_finish(&page.out, &text, &err);
	}
	if (!ok)
		print_error("%s at %zu: %s\n", label, levels->limit, err.text);
	assert_true(ok);
	ok = text.len <= levels->limit && markdown_is_whole(label, text) &&
	     nothing_is_hidden(scratch, outcome, &page.parts, text);
	if (!ok)
		print_error("%s at %zu:\n%s\n", label, levels->limit, str_to_c(arena, text));
	assert_true(ok);
	levels->count = page.parts.count;
	memcpy(levels->parts, page.parts.budget, page.parts.count * sizeof(levels->parts[0]));
	levels->tokens = tokens_in(arena, text, outcome->change_count);
	return text;
}

static void check_markdown(const char *label, const struct outcome *outcome, size_t step)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct levels *small = arena_make(arena, struct levels);
	struct levels *large = arena_make(arena, struct levels);

	for (size_t limit = LIMIT_FIRST; limit <= LIMIT_LAST; limit = next_limit(limit, step)) {
		struct levels *kept = small;

		large->limit = limit;
		(void)write_markdown(arena, label, outcome, large);
		if (small->limit > 0)
			assert_true(is_monotone(label, small, large, outcome->change_count));
		small = large;
		large = kept;
	}
}

/* --- Slack --- */

static size_t check_block(const char *label, struct value block)
{
	const struct value *text = value_get_c(block, "text");
	const struct value *elements = value_get_c(block, "elements");
	struct str type = value_get_str(block, "type");
	struct str bytes;

	if (elements)
		text = &elements->as.items[0];
	assert_non_null(text);
	bytes = value_get_str(*text, "text");
	if (bytes.len == 0 || utf8_count(bytes) > (str_is(type, "header") ? 150 : 3000))
		print_error("%s: a block of %zu characters\n", label, utf8_count(bytes));
	assert_true(bytes.len > 0);
	assert_true(utf8_count(bytes) <= (str_is(type, "header") ? 150 : 3000));
	assert_false(str_contains(bytes, STR("<!")) || str_contains(bytes, STR("<@")));
	return utf8_count(bytes);
}

static void check_blocks(const char *label, struct str json)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct value blocks = value_null();
	struct err err = {0};
	size_t total = 0;

	if (!jsonr_read(arena, json, &(struct jsonr){0}, &blocks, &err))
		print_error("%s: %s\n", label, err.text);
	assert_int_equal(blocks.kind, VALUE_LIST);
	assert_in_range(blocks.len, 1, 50);
	for (size_t i = 0; i < blocks.len; i++)
		total += check_block(label, blocks.as.items[i]);
	assert_in_range(total, 1, 9000);
}

static void plan_slack(
    struct arena *arena, const char *label, const struct outcome *outcome, struct levels *levels)
{
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct arena *spare CLEANUP(arena_free_ptr) = arena_new();
	struct message message = {.arena = scratch, .spare = spare, .outcome = outcome};
	struct slack_message out;
	struct err err = {0};

	buf_init(&message.text, arena, 14000);
	assert_true(slack_plan(&message, levels->limit, &err));
	levels->count = message.parts.count;
	memcpy(levels->parts, message.parts.budget, levels->count * sizeof(levels->parts[0]));
	assert_true(render_slack(arena, outcome,
	    &(struct render_options){.max_bytes = levels->limit}, NULL, &out, &err));
	if (out.blocks.len > levels->limit)
		print_error("%s: %zu of %zu\n", label, out.blocks.len, levels->limit);
	assert_true(out.blocks.len <= levels->limit);
	levels->tokens = tokens_in(arena, out.blocks, outcome->change_count);
	check_blocks(label, out.blocks);
	for (size_t i = 0; i < message.parts.count; i++) {
		const struct part *part = &message.parts.list[i];

		if (!part_is_loss(part) || message.parts.budget[i].whole == 0)
			continue;
		assert_true(says(scratch, out.blocks, " (", part->total, ")*\\n"));
	}
}

static void check_slack(const char *label, const struct outcome *outcome)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct levels *small = arena_make(arena, struct levels);
	struct levels *large = arena_make(arena, struct levels);

	for (size_t limit = LIMIT_FIRST; limit <= 14000; limit += limit / 3) {
		struct levels *kept = small;

		large->limit = limit;
		plan_slack(arena, label, outcome, large);
		if (small->limit > 0)
			assert_true(is_monotone(label, small, large, outcome->change_count));
		small = large;
		large = kept;
	}
}

/* --- plans of chance --- */

static const struct {
	const char *label;
	struct random_limits limits;
	size_t seeds, step; /* limits grow by 1/step */
} random_rows[] = {
    {"small", {3, 4, 3, 4, 0, false}, 20, 6},
    {"small, hostile", {3, 4, 3, 4, 4, true}, 25, 6},
    {"middle", {25, 8, 20, 20, 40, false}, 6, 8},
    {"middle, hostile", {25, 8, 20, 20, 40, true}, 10, 8},
    {"large", {400, 12, 300, 60, 500, false}, 2, 5},
    {"large, hostile", {400, 12, 300, 60, 500, true}, 3, 5},
    {"wide", {2, 400, 0, 0, 0, true}, 3, 6},
};

static void test_random_plans(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(random_rows); i++) {
		size_t seeds = under_valgrind() ? 1 : random_rows[i].seeds;

		for (size_t seed = 0; seed < seeds; seed++) {
			struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
			struct outcome *outcome =
			    random_outcome(arena, 1000 * i + seed, &random_rows[i].limits);
			struct str label =
			    str_format(arena, "%s, seed %zu", random_rows[i].label, seed);

			check_markdown(label.ptr, outcome, random_rows[i].step);
			check_slack(label.ptr, outcome);
		}
	}
}

/* Every single limit around one place: no step of one byte takes anything away. */
static void test_byte_by_byte(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct outcome *outcome =
	    random_outcome(arena, 4711, &(struct random_limits){6, 4, 4, 6, 8, true});
	struct levels *small = arena_make(arena, struct levels);
	struct levels *large = arena_make(arena, struct levels);
	size_t step = under_valgrind() ? 50 : 1;

	(void)state;
	for (size_t limit = 1000; limit <= 9000; limit += limit < 3000 ? step : 17 * step) {
		struct levels *kept = small;

		large->limit = limit;
		(void)write_markdown(arena, "byte by byte", outcome, large);
		if (small->limit > 0)
			assert_true(
			    is_monotone("byte by byte", small, large, outcome->change_count));
		small = large;
		large = kept;
	}
}

static void check_html(const char *label, const struct outcome *outcome, size_t limit)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct levels *levels = arena_make(arena, struct levels);
	struct str text;

	levels->limit = limit;
	text = write_markdown(arena, label, outcome, levels);
	if (!markdown_html_is_inert(label, cmark_html(arena, text))) {
		print_error("%s\n", str_to_c(arena, text));
		assert_true(false);
	}
}

static void test_html_of_random_plans(void **state)
{
	(void)state;
	cmark_needed();
	for (size_t seed = 0; seed < 40; seed++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct outcome *outcome = random_outcome(
		    arena, 99 + seed, &(struct random_limits){2 + seed, 6, 6, 6, seed, true});
		struct str label = str_format(arena, "seed %zu", seed);

		check_html(label.ptr, outcome, LIMIT_FIRST + seed * seed * 40);
		if (seed % 4 == 0)
			check_html(label.ptr, outcome, LIMIT_LAST);
	}
}

/* --- real plans --- */

static const char *shared_dir(void)
{
	const char *dir = getenv("TFHERALD_SHARED");

	if (dir && *dir)
		return dir;
	return access("../shared/data/plans/manifest.tsv", R_OK) == 0 ? "../shared" : NULL;
}

static bool read_outcome(
    struct arena *arena, const char *shared, struct str id, struct outcome *outcome)
{
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct str path = str_format(arena, "%s/data/plans/files/%.*s.json", shared, STR_ARG(id));
	const struct plan_options options = {.strict_json = false};
	struct input *input = NULL;
	struct plan *plan = NULL;
	struct err err = {0};

	*outcome = *sample_outcome(arena, SAMPLE_no_changes);
	return input_open(arena, path.ptr, 0, &input, &err) &&
	       plan_read(arena, input, &options, &plan, &err) &&
	       outcome_add_plan(arena, scratch, plan, NULL, outcome, &err);
}

static void check_real_plan(
    struct arena *arena, struct str id, size_t number, const struct outcome *outcome)
{
	struct str label = str_copy(arena, id);

	if (under_valgrind() && number % 5 != 0)
		return;
	check_markdown(label.ptr, outcome, number % 10 == 0 ? 3 : 1);
	if (number % 5 == 0)
		check_slack(label.ptr, outcome);
	if (number % 16 == 0 && cmark_is_there())
		check_html(label.ptr, outcome, number % 32 == 0 ? LIMIT_LAST : 6000);
}

static void test_real_plans(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	const char *shared = shared_dir(), *ci = getenv("CI");
	struct str rest, line, id;
	struct err err = {0};
	size_t read = 0;

	(void)state;
	if (!shared && ci && strcmp(ci, "true") == 0)
		fail_msg("the corpus is missing: set TFHERALD_SHARED");
	if (!shared)
		skip();
	assert_true(file_read(arena, str_format(arena, "%s/data/plans/manifest.tsv", shared).ptr,
	    CORPUS_MAX, &rest, &err));
	while (str_line(&rest, &line)) {
		struct arena *own CLEANUP(arena_free_ptr) = arena_new();
		struct outcome *outcome = arena_make(own, struct outcome);

		if (!str_split(&line, '\t', &id) || !str_starts(line, STR("plan_json")))
			continue;
		if (read_outcome(own, shared, id, outcome))
			check_real_plan(own, id, read++, outcome);
	}
	assert_true(read > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_random_plans),
	    cmocka_unit_test(test_byte_by_byte),
	    cmocka_unit_test(test_html_of_random_plans),
	    cmocka_unit_test(test_real_plans),
	};

	return cmocka_run_group_tests_name("report/budget_properties", tests, NULL, NULL);
}

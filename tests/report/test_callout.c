/* What a change does that nobody should miss, and in which order changes stand because of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/size.h"
#include "report/callout.h"
#include "report/keep.h"
#include "report/render.h"
#include "tests/support/diff_sketch.h"
#include "tests/support/leaf_plan.h"
#include "tests/support/outcomes.h"

#define REMARKS 3

static const struct row {
	const char *label;
	enum diff_view view;
	const char *remarks[REMARKS], *noise, *want;
	size_t more;
} rows[] = {
    {"none", DIFF_STATEMENTS, {NULL}, "", "", 0},
    {"one", DIFF_STATEMENTS, {"now allows *"}, "", "now allows *", 0},
    {"the worst", DIFF_STATEMENTS,
	{"no condition any more", "now allows every action of s3", "now allows *"}, "",
	"now allows *", 2},
    {"the first of equals", DIFF_RULES,
	{"now open to the internet: tcp 22", "now open to the internet: tcp 23"}, "",
	"now open to the internet: tcp 22", 1},
    {"what this version ranks nowhere", DIFF_STATEMENTS, {"something new"}, "", "something new", 0},
    {"how a text is written", DIFF_LINES, {"the same JSON, written another way"}, "", "", 0},
    {"noise", DIFF_STATEMENTS, {"now allows *"}, "why", "", 0},
};

static struct outcome_change change_of(struct arena *arena, const struct row *row)
{
	struct diff_part *parts = arena_array(arena, struct diff_part, REMARKS + 1);
	struct str *cells = arena_array(arena, struct str, REMARKS + 1);
	struct attribute_change *attribute = arena_make(arena, struct attribute_change);
	size_t count = 1;

	cells[0] = STR("Allow");
	parts[0] = (struct diff_part){.mark = PART_CHANGED, .cells = cells, .cell_count = 1};
	for (size_t i = 0; i < REMARKS && row->remarks[i]; i++) {
		cells[count] = str_from(row->remarks[i]);
		parts[count] = (struct diff_part){
		    .mark = PART_REMARK, .cells = &cells[count], .cell_count = 1};
		count++;
	}
	*attribute = (struct attribute_change){.view = row->view,
	    .has_values = true,
	    .parts = parts,
	    .part_count = (uint32_t)count,
	    .noise = str_from(row->noise)};
	return (struct outcome_change){
	    .head.action = ACTION_UPDATE, .attributes = attribute, .attribute_count = 1};
}

static void test_worst(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct outcome_change change = change_of(arena, &rows[i]);
		size_t more;
		struct str got = callout_of(&change, &more);

		if (!str_is(got, rows[i].want) || more != rows[i].more)
			print_error("%s: '%.*s' and %zu more\n", rows[i].label, STR_ARG(got), more);
		assert_true(str_is(got, rows[i].want));
		assert_int_equal(more, rows[i].more);
		assert_true(callout_has(&change) == (got.len > 0));
	}
}

/* '!' has a call-out, '+' is a create, '~' an update. */
static const struct {
	const char *label, *in, *order, *first;
} orders[] = {
    {"nothing", "", "", ""},
    {"as they stand", "~~~", "012", "~~~"},
    {"call-outs first", "~!~!", "1302", "!!~~"},
    {"they stand first already", "!!~~", "0123", "!!~~"},
    {"creates come before updates", "~~+", "201", "~~+"},
    {"all of it", "~+!~+!", "251403", "!!~+~+"},
};

static void test_order(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(orders); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct outcome_change changes[8];
		const struct outcome_change *sorted;
		size_t count = str_from(orders[i].in).len;
		uint32_t *order;

		for (size_t k = 0; k < count; k++) {
			changes[k] = change_of(arena, &rows[orders[i].in[k] == '!']);
			if (orders[i].in[k] == '+')
				changes[k].head.action = ACTION_CREATE;
		}
		order = callout_order(arena, changes, count);
		sorted = callout_first(arena, changes, count);
		for (size_t k = 0; k < count; k++) {
			bool is_create = sorted[k].head.action == ACTION_CREATE;
			const char *is = callout_has(&sorted[k]) ? "!" : is_create ? "+" : "~";

			if (order[k] != (uint32_t)(orders[i].order[k] - '0') ||
			    *is != orders[i].first[k])
				print_error("%s: at %zu\n", orders[i].label, k);
			assert_int_equal(order[k], orders[i].order[k] - '0');
			assert_int_equal(*is, orders[i].first[k]);
		}
	}
}

/* --- in the line of the change, before the others --- */

#define POLICY(action)                                                                    \
	"{\"policy\":\"{\\\"Statement\\\":[{\\\"Effect\\\":\\\"Allow\\\",\\\"Action\\\":" \
	"\\\"" action "\\\",\\\"Resource\\\":\\\"arn:x\\\"}]}\"}"

static struct outcome *policies_outcome(struct arena *arena)
{
	static const struct diff_case cases[] = {
	    {.action = ACTION_UPDATE, .before = POLICY("s3:GetObject"), .after = POLICY("s3:Get*")},
	    {.action = ACTION_UPDATE, .before = POLICY("s3:GetObject"), .after = POLICY("*")},
	};
	struct outcome *outcome = sample_outcome(arena, SAMPLE_create);
	struct outcome_change *changes = arena_array(arena, struct outcome_change, 40);
	struct diff diff;

	for (size_t i = 0; i < 40; i++) {
		diff_of(arena, &cases[i == 39], &diff);
		changes[i] = (struct outcome_change){.has_values = true,
		    .head = {.address = str_format(
				 arena, "aws_iam_policy.%s[%zu]", i == 39 ? "evil" : "p", i),
			.type = STR("aws_iam_policy"),
			.name = STR("p"),
			.action = ACTION_UPDATE},
		    .attributes = diff.rows,
		    .attribute_count = diff.count};
	}
	outcome->changes = changes;
	outcome->change_count = 40;
	return outcome;
}

static void check_first(const char *renderer, struct str text, const char *line)
{
	size_t evil = 0, other = text.len;
	bool ok = str_find(text, str_from(line), &evil) &&
		  (!str_find(text, STR("aws_iam_policy.p["), &other) || evil < other);

	if (!ok)
		print_error("%s:\n%.*s\n", renderer, STR_ARG(text));
	assert_true(ok);
}

static void test_renderers(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct outcome *outcome = policies_outcome(arena);
	struct render_options options = {0};
	struct slack_message message;
	struct err err = {0};
	struct str text;

	(void)state;
	assert_true(render_markdown(arena, outcome, &options, &text, &err));
	check_first("markdown", text,
	    "<code>aws_iam_policy.evil[39]</code> — ⚠️ <code>now allows *</code>");
	assert_true(render_slack(arena, outcome, &options, NULL, &message, &err));
	check_first(
	    "slack", message.blocks, "• `aws_iam_policy.evil[39]` — ⚠️ `now allows *`");
	assert_true(render_terminal(arena, outcome, &options, &text, &err));
	check_first("summary", text, "aws_iam_policy.evil[39]  ! now allows *");
}

/* --- behind more values than are kept --- */

#define UPDATED(address)                                                                          \
	"{\"address\":\"" address "\",\"mode\":\"managed\",\"type\":\"aws_iam_policy\",\"name\":" \
	"\"p\",\"change\":{\"actions\":[\"update\"],\"before\":"

/* Changes that use up the budget, and one behind them. */
static struct str large_plan(struct arena *arena, const char *before, const char *after)
{
	struct buf buf;

	buf_init(&buf, arena, (size_t)32 << 20);
	buf_adds(&buf, "{\"format_version\":\"1.2\",\"resource_changes\":[");
	for (size_t left = OUTCOME_DIFF_BYTES, size; left > KEEP_VALUES_MIN; left -= size) {
		size = size_min(left - (KEEP_VALUES_MIN / 2), (size_t)4 << 20);
		buf_addf(&buf, UPDATED("a.large[%zu]") "{\"x\":1},\"after\":{\"x\":\"", left);
		buf_repeat(&buf, 'x', size - (size_t)1000);
		buf_adds(&buf, "\"}}},");
	}
	buf_addf(&buf, UPDATED("aws_iam_policy.p") "%s,\"after\":%s}}]}", before, after);
	return buf_str(&buf);
}

static void test_over_the_budget(void **state)
{
	static const struct {
		const char *label, *before, *after, *worst;
	} cases[] = {
	    {"called out", POLICY("s3:GetObject"), POLICY("*"), "now allows *"},
	    {"comes", "null", POLICY("*"), "now allows *"},
	    {"nothing to call out", POLICY("*"), POLICY("s3:GetObject"), ""},
	    {"no document", "{\"x\":1}", "{\"x\":2}", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		const struct outcome *outcome = leaf_plan_outcome(
		    arena, cases[i].label, large_plan(arena, cases[i].before, cases[i].after), "");
		const struct outcome_change *last = &outcome->changes[outcome->change_count - 1];
		size_t more;
		bool has_values = last->attributes[0].has_values;

		if (!str_is(callout_of(last, &more), cases[i].worst) ||
		    has_values != (cases[i].worst[0] != '\0'))
			fail_msg("%s: '%.*s'", cases[i].label, STR_ARG(callout_of(last, &more)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_worst),
	    cmocka_unit_test(test_order),
	    cmocka_unit_test(test_renderers),
	    cmocka_unit_test(test_over_the_budget),
	};

	return cmocka_run_group_tests_name("report/callout", tests, NULL, NULL);
}

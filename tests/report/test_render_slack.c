#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json_read.h"
#include "base/utf8.h"
#include "report/render.h"
#include "tests/support/golden.h"
#include "tests/support/outcomes.h"
#include "tests/support/verdicts.h"

static struct slack_message rendered(struct arena *arena, const struct outcome *outcome)
{
	struct slack_message message = {STR_EMPTY, STR_EMPTY};
	struct err err = {0};

	if (!render_slack(arena, outcome, &(struct render_options){0}, NULL, &message, &err))
		print_error("%s\n", err.text);
	assert_int_equal(err.code, ERR_NONE);
	return message;
}

static void test_golden(void **state)
{
	(void)state;
	for (size_t i = 0; i < SAMPLE_COUNT; i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct slack_message message =
		    rendered(arena, sample_outcome(arena, (enum sample)i));
		struct str name = str_format(arena, "%s.slack.json", sample_name((enum sample)i));
		struct str text = str_format(
		    arena, "%.*s\n%s\n", STR_ARG(message.text), str_to_c(arena, message.blocks));

		golden_check(name.ptr, text);
	}
}

/* The text objects of a block: its own, or those of a context. Returns their bytes. */
static size_t check_texts(struct value block)
{
	const struct value *text = value_get_c(block, "text");
	const struct value *elements = value_get_c(block, "elements");
	struct str type = value_get_str(block, "type");
	struct str bytes;

	if (elements)
		text = &elements->as.items[0];
	assert_non_null(text);
	bytes = value_get_str(*text, "text");
	assert_true(bytes.len > 0);
	assert_true(utf8_count(bytes) <= (str_is(type, "header") ? 150 : 3000));
	/* markup of Slack that data could bring along */
	assert_false(str_contains(bytes, STR("<!")));
	assert_false(str_contains(bytes, STR("<@")));
	assert_false(str_contains(bytes, STR("<https://evil")));
	return utf8_count(bytes);
}

static void check_message(const char *label, const struct slack_message *message)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct value blocks = value_null();
	struct err err = {0};
	size_t total = 0;

	if (!jsonr_read(arena, message->blocks, &(struct jsonr){0}, &blocks, &err))
		print_error("%s: %s\n", label, err.text);
	assert_int_equal(blocks.kind, VALUE_LIST);
	assert_true(blocks.len >= 1 && blocks.len <= 50);
	for (size_t i = 0; i < blocks.len; i++)
		total += check_texts(blocks.as.items[i]);
	assert_true(total <= 9000);
	assert_true(message->blocks.len <= 14000);
	assert_true(message->text.len > 0 && message->text.len <= 3000);
}

static const struct {
	const char *label;
	struct generated generated;
} rows[] = {
    {"nothing", {0}},
    {"a few", {.destroy = 2, .replace = 2, .update = 2, .create = 2, .outputs = 3}},
    {"thousands", {.destroy = 3000, .replace = 3000, .update = 3000, .create = 3000}},
    {"hostile", {.destroy = 300,
		    .replace = 300,
		    .update = 300,
		    .create = 300,
		    .warnings = 9,
		    .hostile = true}},
    {"errors", {.destroy = 20, .errors = 30, .hostile = true}},
    {"hundred thousand", {.update = 100000}},
};

static void test_limits(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct slack_message message =
		    rendered(arena, generate_outcome(arena, &rows[i].generated));

		check_message(rows[i].label, &message);
	}
}

static void test_samples_are_valid(void **state)
{
	(void)state;
	for (size_t i = 0; i < SAMPLE_COUNT; i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct slack_message message =
		    rendered(arena, sample_outcome(arena, (enum sample)i));

		check_message(sample_name((enum sample)i), &message);
	}
}

static void test_failed_apply(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct outcome *outcome = sample_outcome(arena, SAMPLE_apply_failed);
	struct slack_message message = rendered(arena, outcome);
	size_t error, before;

	(void)state;
	assert_true(str_find(message.blocks, STR("Unsupported argument"), &error));
	assert_true(str_find(message.blocks, STR("Applied before it failed (1)"), &before));
	assert_true(error < before);
	assert_true(
	    str_contains(message.blocks, STR("<https://circleci.com/gh/acme/infra/42|CI log>")));
}

/* Data outside of code would be markup: bold, links, code of its own. */
static const struct {
	const char *label, *problem, *reason, *tail;
	const char *want, *must_not;
} data_rows[] = {
    {"bold problem", "*b* `c` https://x.example", "", "", "`*b* ʼcʼ https://x.example`", "\n*b*"},
    {"bold reason", "", "*b* _i_", "", " — `*b*  i`", " — *b*"},
    {"known reason", "", "replace_because_tainted", "", " — tainted", "`tainted`"},
    {"last output", "", "", "```*b*``` <!here>\n", "```ʼʼʼ*b*ʼʼʼ &lt;!here&gt;```", "<!here>"},
    {"links are not made", "", "", "", "\"verbatim\":true", "\"verbatim\":false"},
};

static void test_data_is_no_markup(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(data_rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct outcome *outcome =
		    generate_outcome(arena, &(struct generated){.replace = 1});
		struct outcome_change change = outcome->changes[0];
		struct slack_message message;
		bool ok;

		change.head.reason = str_from(data_rows[i].reason);
		outcome->changes = &change;
		outcome->problem = str_from(data_rows[i].problem);
		outcome->tail = str_from(data_rows[i].tail);
		message = rendered(arena, outcome);
		ok = str_contains(message.blocks, str_from(data_rows[i].want)) &&
		     !str_contains(message.blocks, str_from(data_rows[i].must_not));
		if (!ok)
			print_error(
			    "%s: %s\n", data_rows[i].label, str_to_c(arena, message.blocks));
		assert_true(ok);
	}
}

static void test_updates_have_diffs(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct outcome *outcome = sample_outcome(arena, SAMPLE_typical);
	struct slack_message message = rendered(arena, outcome);
	size_t at;

	(void)state;
	assert_true(str_find(message.blocks, STR("Update ("), &at));
	assert_true(str_contains(str_skip(message.blocks, at), STR("```~ ")));
}

/* A destroy that Terraform puts off is named, and so is what would be done. */
static void test_deferred_losses_are_named(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct outcome *outcome =
	    generate_outcome(arena, &(struct generated){.destroy = 2, .create = 1});
	struct slack_message message;

	(void)state;
	outcome->deferred = outcome->changes;
	outcome->deferred_count = outcome->summary.deferred = outcome->change_count;
	outcome->change_count = 0;
	outcome->summary = (struct plan_summary){.known = true, .deferred = 3};
	message = rendered(arena, outcome);
	assert_true(str_contains(message.blocks, STR("*3 deferred (2 of them losses)*")));
	assert_true(str_contains(message.text, STR("3 deferred (2 of them losses)")));
	assert_true(str_contains(message.blocks, STR("Deferred (3)")));
	assert_true(str_contains(message.blocks, STR("` (delete)\\n")));
	assert_true(str_contains(message.blocks, STR("` (create)")));
}

/* Long addresses that differ in the middle only: whole, where there is room. */
static void test_long_addresses(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct outcome *outcome = generate_outcome(arena, &(struct generated){.replace = 1});
	struct outcome_change change = outcome->changes[0];
	struct buf buf;

	(void)state;
	buf_init(&buf, arena, 1000);
	buf_repeat(&buf, 'a', 250);
	buf_adds(&buf, "-middle-");
	buf_repeat(&buf, 'b', 250);
	change.head.address = buf_str(&buf);
	outcome->changes = &change;
	assert_true(str_contains(rendered(arena, outcome).blocks, STR("a-middle-b")));
}

static void test_how_it_ended(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct outcome *outcome = sample_outcome(arena, SAMPLE_no_plan);
	struct str line = STR("0123456789 0123456789 0123456789 0123456789\n"), tail = STR_EMPTY;
	struct slack_message message;

	(void)state;
	for (size_t i = 0; i < 40; i++)
		tail = str_format(arena, "%.*s%.*s", STR_ARG(tail), STR_ARG(line));
	outcome->child.signal = 9;
	outcome->child.command = STR("a*b*");
	outcome->facts.target.value = STR(".");
	outcome->tail = tail;
	message = rendered(arena, outcome);
	assert_true(str_contains(message.blocks, STR("`'a*b*' was ended by signal 9`")));
	assert_true(str_contains(message.blocks, STR("\"❌ Plan\"")));
	assert_true(str_starts(message.text, STR("❌ Plan: No plan could be read")));
	assert_true(message.blocks.len < 2000); /* 500 characters of the tail, not 1,760 */
	check_message("ended by a signal", &message);
}

static void test_losses_are_counted_by_type(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct slack_message message =
	    rendered(arena, generate_outcome(arena, &(struct generated){.destroy = 3000}));

	(void)state;
	assert_true(str_contains(message.blocks, STR(" more: ")));
	assert_true(str_contains(message.blocks, STR(" × `aws_thing_")));
}

static const struct {
	const char *label;
	struct generated_verdict verdict;
	const char *want;
} verdict_rows[] = {
    {"ten thousand of a rule",
	{.findings = 10000, .rules = 1, .text_bytes = 20, .level = LEVEL_DENY},
	"Denied by policy (10,000)"},
    {"ten thousand of 999 rules",
	{.findings = 10000, .rules = 999, .text_bytes = 20, .level = LEVEL_DENY}, "more of "},
    {"long hostile messages",
	{.findings = 300, .rules = 3, .text_bytes = 10000, .level = LEVEL_DENY, .hostile = true},
	"Denied by policy (300)"},
    {"errors",
	{.findings = 300,
	    .rules = 3,
	    .text_bytes = 300,
	    .level = LEVEL_WARN,
	    .kind = FINDING_ERROR,
	    .hostile = true},
	"Rules that fail (300)"},
};

static void test_findings_are_never_hidden(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(verdict_rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct outcome *outcome = generate_outcome(
		    arena, &(struct generated){.destroy = 300, .update = 300, .hostile = true});
		struct slack_message message;

		generate_verdict(arena, &verdict_rows[i].verdict, &outcome->verdict);
		message = rendered(arena, outcome);
		check_message(verdict_rows[i].label, &message);
		if (!str_contains(message.blocks, str_from(verdict_rows[i].want)))
			print_error(
			    "%s: %s\n", verdict_rows[i].label, str_to_c(arena, message.blocks));
		assert_true(str_contains(message.blocks, str_from(verdict_rows[i].want)));
		assert_true(str_contains(message.blocks, STR("Destroy (300)")));
	}
}

static void test_link_override(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct slack_message message;
	struct err err = {0};

	(void)state;
	assert_true(
	    render_slack(arena, sample_outcome(arena, SAMPLE_create), &(struct render_options){0},
		"https://github.com/acme/infra/pull/12#issuecomment-1", &message, &err));
	assert_true(str_contains(
	    message.blocks, STR("<https://github.com/acme/infra/pull/12#issuecomment-1|details>")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_golden),
	    cmocka_unit_test(test_limits),
	    cmocka_unit_test(test_samples_are_valid),
	    cmocka_unit_test(test_failed_apply),
	    cmocka_unit_test(test_data_is_no_markup),
	    cmocka_unit_test(test_updates_have_diffs),
	    cmocka_unit_test(test_deferred_losses_are_named),
	    cmocka_unit_test(test_long_addresses),
	    cmocka_unit_test(test_how_it_ended),
	    cmocka_unit_test(test_losses_are_counted_by_type),
	    cmocka_unit_test(test_findings_are_never_hidden),
	    cmocka_unit_test(test_link_override),
	};

	return cmocka_run_group_tests_name("report/render_slack", tests, NULL, NULL);
}

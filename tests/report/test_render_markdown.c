#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "report/render.h"
#include "tests/support/cmark.h"
#include "tests/support/golden.h"
#include "tests/support/markdown_check.h"
#include "tests/support/outcomes.h"
#include "tests/support/valgrind.h"
#include "tests/support/verdicts.h"

static struct str rendered(struct arena *arena, const struct outcome *outcome, size_t max_bytes)
{
	struct render_options options = {.max_bytes = max_bytes};
	struct err err = {0};
	struct str text = STR_EMPTY;

	if (!render_markdown(arena, outcome, &options, &text, &err))
		print_error("limit %zu: %s\n", max_bytes, err.text);
	assert_true(err.code == ERR_NONE);
	return text;
}

static size_t count_of(struct str text, struct str part)
{
	size_t count = 0, at;

	while (str_find(text, part, &at)) {
		text = str_skip(text, at + part.len);
		count++;
	}
	return count;
}

static void test_golden(void **state)
{
	(void)state;
	for (size_t i = 0; i < SAMPLE_COUNT; i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct outcome *outcome = sample_outcome(arena, (enum sample)i);
		struct str name = str_format(arena, "%s.md", sample_name((enum sample)i));

		golden_check(name.ptr, rendered(arena, outcome, 0));
	}
}

static void check_structure(const char *label, struct str text)
{
	assert_true(markdown_is_whole(label, text));
}

struct limit_row {
	const char *label;
	struct generated generated;
};

static const struct limit_row limit_rows[] = {
    {"nothing", {0}},
    {"one of each", {.destroy = 1, .replace = 1, .update = 1, .create = 1, .outputs = 1}},
    {"a dozen", {.destroy = 3, .replace = 3, .update = 3, .create = 3, .warnings = 3}},
    {"hundred hostile", {.destroy = 25,
			    .replace = 25,
			    .update = 25,
			    .create = 25,
			    .outputs = 40,
			    .warnings = 30,
			    .hostile = true}},
    {"errors", {.destroy = 2, .create = 50, .errors = 40, .warnings = 40, .hostile = true}},
    {"long text", {.destroy = 5, .update = 100, .text = true}},
    {"many destroys", {.destroy = 5000, .replace = 40, .create = 10}},
    {"many replaces", {.destroy = 40, .replace = 5000, .create = 5000, .hostile = true}},
    {"many updates", {.destroy = 2, .update = 20000, .create = 300, .text = true}},
};

static void test_limits(void **state)
{
	size_t part = under_valgrind() ? 1 : 3;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(limit_rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct outcome *outcome = generate_outcome(arena, &limit_rows[i].generated);

		for (size_t limit = 1000; limit <= 65000; limit += limit / part + 7) {
			struct str text = rendered(arena, outcome, limit);

			if (text.len > limit)
				print_error(
				    "%s: %zu of %zu\n", limit_rows[i].label, text.len, limit);
			assert_true(text.len <= limit);
			check_structure(limit_rows[i].label, text);
		}
	}
}

static void test_hundred_thousand(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct outcome *outcome = generate_outcome(
	    arena, &(struct generated){.destroy = 7, .update = 60000, .create = 40000});
	struct str text = rendered(arena, outcome, 0);

	(void)state;
	assert_true(text.len <= MARKDOWN_LIMIT);
	assert_true(str_contains(text, STR("of 100,007 resources shown; 0 destroys omitted")));
	assert_int_equal(count_of(text, STR("#### 🔴 Destroy (7)")), 1);
}

static void test_losses_are_counted_by_type(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct outcome *outcome = generate_outcome(
	    arena, &(struct generated){.destroy = 9000, .replace = 3, .create = 20});
	struct str text = rendered(arena, outcome, 0);

	(void)state;
	assert_true(str_contains(text, STR(" × `aws_thing_")));
	assert_true(str_contains(text, STR(" of 9,003 losses named, ")));
	/* three replaces still have a line each */
	assert_true(count_of(text, STR("- `module.m[0].aws_thing_0.r[0]`")) >= 2);
	assert_false(str_contains(text, STR("<summary>📄")));
}

/* The page goes to the losses: a line each while they fit, then counts; nothing twice. */
static const struct {
	const char *label;
	struct generated generated;
	size_t max_bytes, named_min; /* of the losses */
} loss_rows[] = {
    {"deletes only", {.destroy = 5000}, 0, 1500},
    {"a quarter each", {.destroy = 1250, .replace = 1250, .update = 1250, .create = 1250}, 0, 1500},
    {"all fit", {.destroy = 100, .replace = 100, .update = 5000}, 0, 200},
    {"small", {.destroy = 1250, .replace = 1250, .update = 1250, .create = 1250}, 2000, 6},
    {"smallest", {.destroy = 5000, .replace = 5000, .update = 90, .create = 90}, 1000, 0},
};

static void test_losses_come_first(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(loss_rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		const struct generated *generated = &loss_rows[i].generated;
		size_t total = generated->destroy + generated->replace, named, at, end;
		struct str text =
		    rendered(arena, generate_outcome(arena, generated), loss_rows[i].max_bytes);
		struct str losses, footer;

		assert_true(str_find(text, STR("#### 🔴 Destroy"), &at));
		losses = str_skip(text, at);
		if (!str_find(losses, STR("<details>"), &end) &&
		    !str_find(losses, STR(" resources shown; "), &end))
			end = losses.len;
		losses = str_from_to(losses, 0, end);
		named = count_of(losses, STR("\n- `"));
		if (named < loss_rows[i].named_min)
			print_error("%s: %zu named\n", loss_rows[i].label, named);
		assert_true(named >= loss_rows[i].named_min && named <= total);
		footer = named == total ? STR("; 0 destroys omitted\n")
					: str_format(arena, " losses named, ");
		assert_int_equal(count_of(text, footer), 1);
		assert_int_equal(count_of(losses, STR(" × `aws_thing_")) > 0, named < total);
		/* a group of which not all are named says what the rest is */
		assert_int_equal(count_of(losses, STR(" more\n")), 0);
		assert_int_equal(count_of(text, STR("@@ ")), 0);
	}
}

static const struct {
	const char *label;
	struct child_facts child;
	int exit_status;
	const char *exit_reason, *want; /* NULL: no such line */
} exit_rows[] = {
    {"success", {.ran = true}, 0, "done", NULL},
    {"changes", {.ran = true, .status = 2}, 2, "the status of 'sh' (changes present)", NULL},
    {"status", {.ran = true, .status = 11}, 11, "'sh' ended with status 11",
	"> ℹ️ 'sh' ended with status 11\n"},
    {"status of a report", {.ran = true, .status = 1}, 0, "",
	"> ℹ️ 'sh' ended with status 1\n"},
    {"signal", {.ran = true, .status = 137, .signal = 9}, 137, "sh was ended by signal 9",
	"> ℹ️ 'sh' was ended by signal 9\n"},
    {"other reason", {.ran = true}, 3, "@team was not asked",
	"> ℹ️ @&#8203;team was not asked\n"},
};

static void test_how_the_child_ended(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(exit_rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct outcome *outcome = sample_outcome(arena, SAMPLE_create);
		struct str text;
		bool ok;

		outcome->child = exit_rows[i].child;
		outcome->child.command = STR("sh");
		outcome->exit_status = exit_rows[i].exit_status;
		outcome->exit_reason = str_from(exit_rows[i].exit_reason);
		text = rendered(arena, outcome, 0);
		ok = exit_rows[i].want ? str_contains(text, str_from(exit_rows[i].want))
				       : !str_contains(text, STR("ℹ️"));
		if (!ok)
			print_error("%s: %s\n", exit_rows[i].label, str_to_c(arena, text));
		assert_true(ok);
	}
}

static const struct {
	const char *label, *tail;
	size_t repeat, max_bytes;
	const char *want, *must_not;
} tail_rows[] = {
    {"panic", "panic: nil\n", 1, 0, "```\npanic: nil\n```\n\n</details>", NULL},
    {"fences", "```\n</details> @team\n", 1, 0, "````\n```\n</details> @team\n````", NULL},
    {"backticks", "````````````````````````````````````````", 90, 0, "📄", NULL},
    {"colours", "\033[31mred\033[0m\n", 1, 0, "```\nred\n```", "\033"},
    {"the last lines stay", "one line of it\n", 300, 1000, "one line of it\n```", NULL},
};

static void test_last_output(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(tail_rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct outcome *outcome = sample_outcome(arena, SAMPLE_no_plan);
		struct str tail = STR_EMPTY, text;

		for (size_t n = 0; n < tail_rows[i].repeat; n++)
			tail = str_format(arena, "%.*s%s", STR_ARG(tail), tail_rows[i].tail);
		outcome->text.errors = STR_EMPTY;
		outcome->tail = tail;
		text = rendered(arena, outcome, tail_rows[i].max_bytes);
		check_structure(tail_rows[i].label, text);
		if (!str_contains(text, str_from(tail_rows[i].want)))
			print_error("%s: %s\n", tail_rows[i].label, str_to_c(arena, text));
		assert_true(str_contains(text, str_from(tail_rows[i].want)));
		assert_false(
		    tail_rows[i].must_not && str_contains(text, str_from(tail_rows[i].must_not)));
	}
}

static const struct {
	const char *label, *directory, *want;
} title_rows[] = {
    {"a directory", "prod", "## Plan: `prod`\n"},
    {"here", ".", "## Plan\n"},
    {"here, as a path", "./", "## Plan\n"},
    {"nothing", "", "## Plan\n"},
};

static void test_title(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(title_rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct outcome *outcome = sample_outcome(arena, SAMPLE_create);
		struct str text;

		outcome->facts.target.value = STR_EMPTY;
		outcome->facts.directory.value = str_from(title_rows[i].directory);
		text = rendered(arena, outcome, 0);
		if (!str_starts(text, str_from(title_rows[i].want)))
			print_error("%s: %.40s\n", title_rows[i].label, text.ptr);
		assert_true(str_starts(text, str_from(title_rows[i].want)));
	}
}

static const struct {
	const char *label, *version;
	bool shown;
} version_rows[] = {
    {"a release", "1.11.4", true},
    {"a build of one", "1.15.0-beta2+x", true},
    {"what would be a link", "www.evil.example", false},
};

static void test_version(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(version_rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct outcome *outcome = sample_outcome(arena, SAMPLE_create);
		struct str version = str_from(version_rows[i].version);
		bool shown;

		outcome->has_plan = true;
		outcome->tool_version = version;
		shown = str_contains(rendered(arena, outcome, 0), version);
		if (shown != version_rows[i].shown)
			print_error("%s\n", version_rows[i].label);
		assert_int_equal(shown, version_rows[i].shown);
	}
}

static void test_errored_plan_shows_the_error_first(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct str text = rendered(arena, sample_outcome(arena, SAMPLE_errored), 0);
	size_t error, create;

	(void)state;
	assert_true(str_find(text, STR("Unsupported argument"), &error));
	assert_true(str_find(text, STR("Create (1)"), &create));
	assert_true(error < create);
}

static void test_too_small_a_limit(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct render_options options = {.max_bytes = 60};
	struct err err = {0};
	struct str text;

	(void)state;
	assert_false(
	    render_markdown(arena, sample_outcome(arena, SAMPLE_typical), &options, &text, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	assert_string_equal(
	    err.text, "a comment of 60 bytes has no room for its title, allow at least 1000");
}

static void test_hostile_text_stays_inert(void **state)
{
	static const size_t limits[] = {0, 20000, 5000, 2000, 1000};
	static const enum sample samples[] = {SAMPLE_hostile, SAMPLE_hostile_policies};

	(void)state;
	cmark_needed();
	for (size_t i = 0; i < ARRAY_LEN(limits) * ARRAY_LEN(samples); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		size_t limit = limits[i % ARRAY_LEN(limits)];
		enum sample sample = samples[i / ARRAY_LEN(limits)];
		struct outcome *outcome = sample_outcome(arena, sample);
		struct str html = cmark_html(arena, rendered(arena, outcome, limit));
		struct str label = str_format(arena, "%s at %zu", sample_name(sample), limit);

		assert_true(markdown_html_is_inert(label.ptr, html));
	}
}

/* --- policies --- */

static const struct {
	const char *label;
	struct generated_verdict verdict;
	size_t named_min; /* rows at the default limit */
	const char *want; /* at every limit */
} verdict_rows[] = {
    {"one", {.findings = 1, .rules = 1, .text_bytes = 20, .level = LEVEL_DENY}, 1,
	"Denied by policy (1)"},
    {"two hundred of a rule", {.findings = 200, .rules = 1, .text_bytes = 20, .level = LEVEL_DENY},
	200, "Denied by policy (200)"},
    {"ten thousand of a rule",
	{.findings = 10000, .rules = 1, .text_bytes = 20, .level = LEVEL_DENY}, 20,
	"Denied by policy (10,000)"},
    {"ten thousand of 999 rules",
	{.findings = 10000, .rules = 999, .text_bytes = 20, .level = LEVEL_DENY}, 0,
	"Denied by policy (10,000)"},
    {"messages of ten thousand bytes",
	{.findings = 100, .rules = 3, .text_bytes = 10000, .level = LEVEL_DENY, .hostile = true},
	60, "Denied by policy (100)"},
    {"errors",
	{.findings = 3000,
	    .rules = 300,
	    .text_bytes = 500,
	    .level = LEVEL_WARN,
	    .kind = FINDING_ERROR,
	    .hostile = true},
	300, "Rules that fail (3,000)"},
    {"warnings",
	{.findings = 10000, .rules = 40, .text_bytes = 90, .level = LEVEL_WARN, .hostile = true}, 0,
	"Policy warnings (10,000)"},
};

/* The limit is kept, and each denial is named or counted. */
static void test_findings_are_never_hidden(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(verdict_rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct outcome *outcome = generate_outcome(
		    arena, &(struct generated){
			       .destroy = 300, .update = 300, .create = 300, .warnings = 3});

		generate_verdict(arena, &verdict_rows[i].verdict, &outcome->verdict);
		for (size_t limit = 1000; limit <= 65000; limit += limit / 2 + 7) {
			struct str text = rendered(arena, outcome, limit);
			bool ok = text.len <= limit &&
				  str_contains(text, str_from(verdict_rows[i].want)) &&
				  str_contains(text, STR("Destroy (300)"));

			if (!ok)
				print_error("%s at %zu: %s\n", verdict_rows[i].label, limit,
				    str_to_c(arena, text));
			assert_true(ok);
			check_structure(verdict_rows[i].label, text);
		}
		if (count_of(rendered(arena, outcome, 0), STR("\n- `module.m[")) <
		    verdict_rows[i].named_min)
			print_error("%s: not enough are named\n", verdict_rows[i].label);
		assert_true(count_of(rendered(arena, outcome, 0), STR("\n- `module.m[")) >=
			    verdict_rows[i].named_min);
	}
}

static size_t number_in(struct str text)
{
	size_t number = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] >= '0' && text.ptr[i] <= '9')
			number = number * 10 + (size_t)(text.ptr[i] - '0');
	}
	return number;
}

/* Of lines of one rule each, "- **deny** `rule-001`: title (30)", and of the one that says what is
 * left, "- … and 4,980 of 12 more rules". */
static size_t counted_in(struct str line)
{
	size_t at;

	if (str_starts(line, STR("- **deny**")) && str_find(line, STR("("), &at))
		return number_in(str_skip(line, at));
	if (str_find(line, STR(" of "), &at) && str_contains(line, STR(" more rule")))
		return number_in(str_from_to(line, 0, at));
	/* of rules that are told with some of their resources */
	if (str_starts(line, STR("- … and ")))
		return number_in(line);
	return str_starts(line, STR("- `module."));
}

/* What is counted by rule and what is counted as the rest is all there is. */
static void test_denials_add_up(void **state)
{
	(void)state;
	for (size_t limit = 2500; limit < 30000; limit += 2500) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct outcome *outcome = sample_outcome(arena, SAMPLE_no_changes);
		struct str text, line;
		size_t sum = 0;

		generate_verdict(arena,
		    &(struct generated_verdict){
			.findings = 9999, .rules = 333, .text_bytes = 300, .level = LEVEL_DENY},
		    &outcome->verdict);
		text = rendered(arena, outcome, limit);
		while (str_line(&text, &line))
			sum += counted_in(line);
		if (sum != 9999)
			print_error("%zu of 9999 at %zu\n", sum, limit);
		assert_int_equal(sum, 9999);
	}
}

static void test_denials_come_first(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct str text = rendered(arena, sample_outcome(arena, SAMPLE_denied), 0);
	static const char *const order[] = {"## Plan DENIED by policy", "Denied by policy (7)",
	    "Resources will be lost", "Destroy (2)", "Cannot be decided before apply",
	    "Policy warnings", "Update (1)", "Waivers:"};
	size_t last = 0, at = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		if (!str_find(text, str_from(order[i]), &at) || at < last)
			print_error("'%s' is not in its place\n", order[i]);
		assert_true(str_find(text, str_from(order[i]), &at) && at >= last);
		last = at;
	}
	assert_false(str_contains(text, STR("absorbed")));
}

/* Who has no policies sees nothing new. */
static void test_no_policies_no_noise(void **state)
{
	static const char *const words[] = {"olicies", "olicy", "Waivers"};

	(void)state;
	for (size_t i = 0; i <= SAMPLE_apply_failed; i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct outcome *outcome = sample_outcome(arena, (enum sample)i);
		struct str note = STR("no policy rules are in force here: nothing was checked");
		struct str text;

		outcome->verdict.evaluated = !outcome->errored;
		outcome->verdict.notes = &note;
		outcome->verdict.note_count = 1;
		if (outcome->errored || outcome->result == PLAN_ERROR)
			outcome->verdict.withheld = STR("an errored plan gets no verdict");
		text = rendered(arena, outcome, 0);
		for (size_t k = 0; k < ARRAY_LEN(words); k++)
			assert_false(str_contains(text, str_from(words[k])));
		if (outcome->verdict.withheld.len > 0)
			continue;
		outcome->verdict.nothing_evaluated = outcome->verdict.denied = true;
		assert_true(str_contains(rendered(arena, outcome, 0), STR("no policy rules are")));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_golden),
	    cmocka_unit_test(test_limits),
	    cmocka_unit_test(test_hundred_thousand),
	    cmocka_unit_test(test_losses_are_counted_by_type),
	    cmocka_unit_test(test_losses_come_first),
	    cmocka_unit_test(test_how_the_child_ended),
	    cmocka_unit_test(test_last_output),
	    cmocka_unit_test(test_title),
	    cmocka_unit_test(test_version),
	    cmocka_unit_test(test_errored_plan_shows_the_error_first),
	    cmocka_unit_test(test_too_small_a_limit),
	    cmocka_unit_test(test_hostile_text_stays_inert),
	    cmocka_unit_test(test_findings_are_never_hidden),
	    cmocka_unit_test(test_denials_add_up),
	    cmocka_unit_test(test_denials_come_first),
	    cmocka_unit_test(test_no_policies_no_noise),
	};

	return cmocka_run_group_tests_name("report/render_markdown", tests, NULL, NULL);
}

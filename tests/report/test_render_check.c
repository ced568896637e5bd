#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json_read.h"
#include "base/utf8.h"
#include "report/checked.h"
#include "tests/support/golden.h"
#include "tests/support/outcomes.h"
#include "tests/support/schema_check.h"
#include "tests/support/verdicts.h"

#define DIRECTORIES_MAX 8

static const struct {
	const char *label;
	enum sample samples[DIRECTORIES_MAX];
	size_t count;
	bool run, denied;
} checks[] = {
    {"one_denied", {SAMPLE_denied}, 1, false, true},
    {"one_passed", {SAMPLE_nothing_matched}, 1, false, false},
    {"not_evaluated", {SAMPLE_create}, 1, false, false},
    {"one_judged", {SAMPLE_judged}, 1, false, false},
    {"one_withheld", {SAMPLE_withheld}, 1, false, false},
    {"several",
	{SAMPLE_judged, SAMPLE_denied, SAMPLE_nothing_matched, SAMPLE_overridden, SAMPLE_withheld},
	5, true, true},
    {"hostile", {SAMPLE_hostile_policies, SAMPLE_judged}, 2, false, true},
};

static void add_run(struct arena *arena, struct checked *checked)
{
	verdict_of_after_apply(arena, &checked->run);
	checked->run.findings[0].address = STR_EMPTY;
	checked->run.findings[0].message =
	    STR("17 resources would be destroyed, at most 10 may be");
	checked->run.finding_count = 1;
	verdict_seal(arena, &checked->run);
}

static struct checked *check_of(struct arena *arena, size_t at)
{
	const struct outcome **outcomes =
	    arena_alloc(arena, DIRECTORIES_MAX * sizeof(const struct outcome *));
	struct checked *checked = arena_make(arena, struct checked);

	for (size_t i = 0; i < checks[at].count; i++) {
		struct outcome *outcome = sample_outcome(arena, checks[at].samples[i]);
		struct str name =
		    str_format(arena, "envs/%zu/%s", i, sample_name(checks[at].samples[i]));

		outcome->facts.directory = outcome->facts.target = (struct fact){name, STR("test")};
		outcomes[i] = outcome;
	}
	*checked =
	    (struct checked){.version = "0.1.0", .outcomes = outcomes, .count = checks[at].count};
	if (checks[at].run)
		add_run(arena, checked);
	return checked;
}

typedef bool renderer(struct arena *arena, const struct checked *checked,
    const struct render_options *options, struct sink *sink, struct err *err);

static struct str rendered(struct arena *arena, const struct checked *checked, renderer *render,
    const struct render_options *options)
{
	struct buf buf;
	struct sink sink;
	struct str text = STR_EMPTY;
	struct err err = {0};
	bool ok;

	buf_init(&buf, arena, (size_t)64 << 20);
	sink_to_buf(&sink, &buf);
	ok = render(arena, checked, options, &sink, &err) && sink_finish(&sink, &err) &&
	     buf_finish(&buf, &text, &err);
	if (!ok)
		print_error("%s\n", err.text);
	assert_true(ok);
	return text;
}

static bool json_renderer(struct arena *arena, const struct checked *checked,
    const struct render_options *options, struct sink *sink, struct err *err)
{
	(void)options;
	(void)err;
	render_check_json(arena, checked, sink);
	return true;
}

static const struct {
	const char *suffix;
	renderer *render;
	struct render_options options;
} forms[] = {
    {"txt", render_check_terminal, {.details = true}},
    {"80.txt", render_check_terminal, {.details = true, .columns = 80, .colour = true}},
    {"md", render_check_markdown, {0}},
    {"json", json_renderer, {0}},
};

static void test_golden(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(checks) * ARRAY_LEN(forms); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		size_t form = i % ARRAY_LEN(forms), at = i / ARRAY_LEN(forms);
		struct str name =
		    str_format(arena, "check_%s.%s", checks[at].label, forms[form].suffix);

		golden_check(name.ptr,
		    rendered(arena, check_of(arena, at), forms[form].render, &forms[form].options));
	}
}

static void test_schema(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct value schema = schema_read(arena, "docs/schema/check.json");

	(void)state;
	schema_check_described(schema);
	for (size_t i = 0; i < ARRAY_LEN(checks); i++) {
		struct str text =
		    rendered(arena, check_of(arena, i), json_renderer, &(struct render_options){0});
		struct value document = value_null();
		struct err err = {0};

		assert_true(jsonr_read(arena, text, &(struct jsonr){0}, &document, &err));
		assert_true(schema_matches(checks[i].label, schema, document));
	}
}

static void test_denied(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(checks); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();

		if (checked_denied(check_of(arena, i)) != checks[i].denied)
			print_error("%s\n", checks[i].label);
		assert_int_equal(checked_denied(check_of(arena, i)), checks[i].denied);
	}
}

static void test_run_alone_denies(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct checked *checked = check_of(arena, 1);
	struct str text;

	(void)state;
	add_run(arena, checked);
	assert_true(checked_denied(checked));
	text = rendered(arena, checked, render_check_terminal, &(struct render_options){0});
	assert_true(str_contains(text, STR("All plans together: DENIED by policy\n")));
	text = rendered(arena, checked, render_check_markdown, &(struct render_options){0});
	assert_true(str_contains(text, STR("Policy check: DENIED by policy\n")));
}

/* A hundred directories, some with thousands of findings: the limit is kept, none that denies is
 * left out. */
static void test_many_directories(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	const struct outcome *outcomes[100];
	struct checked checked = {.version = "0", .outcomes = outcomes, .count = 100};

	(void)state;
	for (size_t i = 0; i < 100; i++) {
		struct outcome *outcome = sample_outcome(arena, SAMPLE_create);

		outcome->facts.target.value = str_format(arena, "root/%03zu", i);
		generate_verdict(arena,
		    &(struct generated_verdict){.findings = i % 10 == 9 ? 3000 : 3,
			.rules = i % 10 == 9 ? 150 : 1,
			.text_bytes = 200,
			.level = i % 10 == 9 ? LEVEL_DENY : LEVEL_WARN},
		    &outcome->verdict);
		outcomes[i] = outcome;
	}
	for (size_t limit = 4000; limit <= 65000; limit *= 2) {
		struct str text = rendered(arena, &checked, render_check_markdown,
		    &(struct render_options){.max_bytes = limit});

		assert_true(text.len <= limit && utf8_is_valid(text));
		assert_true(str_contains(text, STR("**100 directories: 10 denied**")));
	}
	for (size_t i = 9; i < 100; i += 10) {
		struct str text =
		    rendered(arena, &checked, render_check_markdown, &(struct render_options){0});
		struct str want = str_format(arena, "### ⛔ `root/%03zu`: DENIED", i);

		if (!str_contains(text, want))
			print_error("%s is not there\n", want.ptr);
		assert_true(str_contains(text, want));
	}
}

static void test_no_control_codes_of_others(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct str text = rendered(arena, check_of(arena, ARRAY_LEN(checks) - 1),
	    render_check_terminal, &(struct render_options){.details = true});

	(void)state;
	assert_true(utf8_is_valid(text));
	for (size_t i = 0; i < text.len; i++)
		assert_true((unsigned char)text.ptr[i] >= 0x20 || text.ptr[i] == '\n');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_golden),
	    cmocka_unit_test(test_schema),
	    cmocka_unit_test(test_denied),
	    cmocka_unit_test(test_run_alone_denies),
	    cmocka_unit_test(test_many_directories),
	    cmocka_unit_test(test_no_control_codes_of_others),
	};

	return cmocka_run_group_tests_name("report/render_check", tests, NULL, NULL);
}

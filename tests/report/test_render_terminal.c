#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/utf8.h"
#include "report/render.h"
#include "tests/support/golden.h"
#include "tests/support/outcomes.h"

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
	assert_true(str_contains(text, STR("Destroy (9,000)\n  100 x aws_thing_0\n")));
}

static void test_limit_is_kept(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct outcome *outcome = generate_outcome(arena,
	    &(struct generated){.destroy = 100, .update = 5000, .create = 300, .warnings = 30});

	(void)state;
	for (size_t limit = 5000; limit < 30000; limit += 1111) {
		struct str text =
		    rendered(arena, outcome, &(struct render_options){.max_bytes = limit});

		assert_true(text.len <= limit);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_golden),
	    cmocka_unit_test(test_no_control_codes_of_others),
	    cmocka_unit_test(test_no_line_is_wider_than_the_terminal),
	    cmocka_unit_test(test_losses_are_never_hidden),
	    cmocka_unit_test(test_limit_is_kept),
	};

	return cmocka_run_group_tests_name("report/render_terminal", tests, NULL, NULL);
}

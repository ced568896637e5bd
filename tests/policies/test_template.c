#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "policies/template.h"

static const struct cel_variable variables[] = {
    {STR_INIT("name"), NULL},
    {STR_INIT("number"), NULL},
    {STR_INIT("later"), NULL},
    {STR_INIT("secret"), NULL},
    {STR_INIT("map"), NULL},
};
static const struct cel_scope scope = {
    .variables = variables, .variable_count = ARRAY_LEN(variables)};

static void fill(struct arena *arena, struct value activation[5])
{
	struct value_entry *entries = arena_array(arena, struct value_entry, 2);
	struct str duplicate;

	entries[0] = (struct value_entry){value_string(STR("key")), value_hidden(false)};
	entries[1] = (struct value_entry){value_string(STR("open")), value_string(STR("yes"))};
	activation[0] = value_string(STR("aws_x.y\x1b[31m"));
	activation[1] = value_int(7);
	activation[2] = value_unknown();
	activation[3] = value_hidden(false);
	assert_true(value_map(arena, entries, 2, &activation[4], &duplicate));
}

static struct str render(struct arena *arena, struct str text)
{
	struct cel_problems problems = {.count = 0};
	struct policy_template *template = NULL;
	struct cel_run *run = cel_run_new(arena);
	struct value activation[5];
	struct str out;

	fill(arena, activation);
	if (!template_compile(arena, &scope, text, &template, &problems))
		fail_msg("'%.*s': %zu problems: %u %.*s", STR_ARG(text), problems.count,
		    problems.items[0].at, STR_ARG(problems.items[0].text));
	out = template_printable(arena, template_render(arena, run, template, activation));
	template_free(template);
	cel_run_free(run);
	return out;
}

static void test_rendered(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
	    {"", ""},
	    {"plain text", "plain text"},
	    {"${number}", "7"},
	    {"a ${number} b ${ number + 1 } c", "a 7 b 8 c"},
	    {"${number}${number}", "77"},
	    {"cost: $5 {x} $", "cost: $5 {x} $"},
	    {"$${number} is ${number}", "${number} is 7"},
	    {"$$${number}", "$${number}"},
	    {"${'}'}|", "}|"},
	    {"${\"a}\\\"}b\"}|", "a}\"}b|"},
	    {"${r'\\'}|", "\\|"},
	    {"${'''a'}'''}|", "a'}|"},
	    {"${{'a': 1}['a']}|", "1|"},
	    {"${{'a': {'b': '}'}}.a.b}|", "}|"},
	    {"${'$' + '{'}|", "${|"},
	    {"${later}|", "(known after apply)|"},
	    {"${secret}|", "(sensitive)|"},
	    {"${map.key}|", "(sensitive)|"},
	    {"${map.open}|", "yes|"},
	    {"${secret + 'x'}|", "(sensitive)|"},
	    {"${name}|", "aws_x.y|"},
	    {"${1 / (number - 7)}|", "(error: "},
	    {"${map.nothing}|", "(error: "},
	    {"line\nline ${number}\n", "line\nline 7\n"},
	    {"bell\a and \xff", "bell and \xef\xbf\xbd"},
	    {"\xc2\xb7 ${number} \xe2\x80\xae", "\xc2\xb7 7 "},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct str got = render(arena, str_from(rows[i].text));
		struct str want = str_from(rows[i].want);

		if (!(str_ends(want, STR(": ")) ? str_starts(got, want) : str_eq(got, want)))
			fail_msg(
			    "'%s': '%.*s', want '%s'", rows[i].text, STR_ARG(got), rows[i].want);
	}
}

/* The byte counts from the beginning of the text. */
static void test_refused(void **state)
{
	static const struct {
		const char *text;
		unsigned at;
		const char *want; /* NULL: whatever the expression language says */
	} rows[] = {
	    {"a ${", 2, "'${' is not closed by '}'; write '$${' for the text itself"},
	    {"a ${number", 2, "'${' is not closed by '}'; write '$${' for the text itself"},
	    {"a ${'}", 2, "'${' is not closed by '}'; write '$${' for the text itself"},
	    {"a ${{}", 2, "'${' is not closed by '}'; write '$${' for the text itself"},
	    {"a ${}", 4, "an expression is missing between '${' and '}'"},
	    {"a ${  } b", 4, "an expression is missing between '${' and '}'"},
	    {"a ${number} ${nmber}", 14, NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct cel_problems problems = {.count = 0};
		struct policy_template *template = NULL;

		if (template_compile(arena, &scope, str_from(rows[i].text), &template, &problems) ||
		    problems.count != 1 || problems.items[0].at != rows[i].at ||
		    (rows[i].want && !str_is(problems.items[0].text, rows[i].want)))
			fail_msg("'%s': %zu problems: %u '%.*s'", rows[i].text, problems.count,
			    problems.items[0].at, STR_ARG(problems.items[0].text));
	}
}

static void test_every_problem(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct cel_problems problems = {.count = 0};
	struct policy_template *template = NULL;

	(void)state;
	assert_false(
	    template_compile(arena, &scope, STR("${nmber} ${} ${naem} ${"), &template, &problems));
	assert_int_equal(problems.count, 4);
	assert_int_equal(problems.items[0].at, 2);
	assert_int_equal(problems.items[1].at, 11);
	assert_int_equal(problems.items[2].at, 15);
	assert_int_equal(problems.items[3].at, 21);
}

static void test_mentions(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct cel_problems problems = {.count = 0};
	struct policy_template *template = NULL;

	(void)state;
	assert_true(template_compile(
	    arena, &scope, STR("name $${later} ${number} ${map.key}"), &template, &problems));
	assert_false(template_mentions_variable(template, 0));
	assert_true(template_mentions_variable(template, 1));
	assert_false(template_mentions_variable(template, 2));
	assert_true(template_mentions_variable(template, 4));
	template_free(template);
	template_free(NULL);
}

static void test_limit(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct buf buf;
	struct str got;

	(void)state;
	buf_init(&buf, arena, (size_t)1 << 20);
	buf_adds(&buf, "x");
	for (int i = 0; i < 3000; i++)
		buf_adds(&buf, "\xc3\xa9");
	got = render(arena, buf_str(&buf));
	assert_int_equal(got.len, TEMPLATE_MAX); /* x, 2046 letters of two bytes, and the mark */
	assert_true(str_ends(got, STR("\xc3\xa9...")));
	buf_rewind(&buf, 0);
	for (int i = 0; i < 400; i++)
		buf_adds(&buf, "${'0123456789abcdef'}");
	got = render(arena, buf_str(&buf));
	assert_int_equal(got.len, TEMPLATE_MAX);
	buf_rewind(&buf, 0);
	buf_repeat(&buf, 'x', TEMPLATE_MAX);
	assert_int_equal(render(arena, buf_str(&buf)).len, TEMPLATE_MAX);
	/* a value is whole or not there: nobody knows the half of a secret */
	buf_rewind(&buf, 0);
	buf_adds(&buf, "a ${'");
	buf_repeat(&buf, 'x', TEMPLATE_MAX_RAW);
	buf_adds(&buf, "'} b");
	assert_true(str_is(render(arena, buf_str(&buf)), "a (too long to show) b"));
	buf_rewind(&buf, 0);
	for (int i = 0; i < 1001; i++)
		buf_adds(&buf, "${1}");
	{
		struct cel_problems problems = {.count = 0};
		struct policy_template *template = NULL;

		assert_false(template_compile(arena, &scope, buf_str(&buf), &template, &problems));
		assert_true(str_is(problems.items[0].text, "more than 1,000 parts in one text"));
	}
}

/* Every beginning of a text with everything in it. */
static void test_every_beginning(void **state)
{
	static const char text[] = "a $${x} ${'}' + \"\\\"}\" + '''}''' + r'\\' + {'a': '}'}['a']} "
				   "${number}$";

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct cel_problems problems = {.count = 0};
		struct policy_template *template = NULL;
		char *copy = malloc(i + 1);

		assert_non_null(copy);
		memcpy(copy, text, i);
		if (template_compile(arena, &scope, (struct str){copy, i}, &template, &problems))
			template_free(template);
		else
			assert_true(problems.count > 0);
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rendered),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_every_problem),
	    cmocka_unit_test(test_mentions),
	    cmocka_unit_test(test_limit),
	    cmocka_unit_test(test_every_beginning),
	};

	return cmocka_run_group_tests_name("policies/template", tests, NULL, NULL);
}

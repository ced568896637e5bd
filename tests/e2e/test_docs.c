/* Every example that we show parses: command lines of README, docs and help, settings of README. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/input.h"
#include "tests/support/program.h"

#define WORDS_MAX 24

static struct str read_page(struct arena *arena, const char *path)
{
	struct err err = {0};
	struct str text;

	if (!file_read(arena, path, (size_t)1 << 20, &text, &err))
		fail_msg("%s", err.text);
	return text;
}

/* The words of a command line up to the child, a pipe or a comment; then --help instead of running
 * it. */
static size_t words_of(struct arena *arena, struct str line, const char **words)
{
	struct str word;
	size_t count = 0;

	while (count + 2 < WORDS_MAX && str_split(&line, ' ', &word)) {
		if (word.len == 0)
			continue;
		if (str_is(word, "--") || str_is(word, "|") || word.ptr[0] == '#' ||
		    word.ptr[0] == '>')
			break;
		words[count++] = str_to_c(arena, word);
	}
	words[count++] = "--help";
	words[count] = NULL;
	return count;
}

static size_t check_lines(struct program *program, const char *page, struct str text)
{
	struct str line;
	size_t checked = 0;

	while (str_line(&text, &line)) {
		const char *words[WORDS_MAX];
		size_t at;

		line = str_trim(line);
		(void)str_eat(&line, STR("command: "));
		if (str_find(line, STR("| tfherald "), &at))
			line = str_skip(line, at + 2);
		if (!str_eat(&line, STR("tfherald ")))
			continue;
		words_of(program->arena, line, words);
		struct program_result result = program_run(program, words);
		if (result.status != 0)
			fail_msg(
			    "%s: 'tfherald %.*s': %.*s", page, STR_ARG(line), STR_ARG(result.err));
		checked++;
	}
	return checked;
}

static void command_lines_parse(void **state)
{
	static const char *const pages[] = {"README.md", "CONTRIBUTING.md", "docs/report.md"};
	struct program program;

	(void)state;
	program_begin(&program);
	for (size_t i = 0; i < ARRAY_LEN(pages); i++)
		check_lines(&program, pages[i], read_page(program.arena, pages[i]));
	assert_true(check_lines(&program, "README.md", read_page(program.arena, "README.md")) > 4);
	program_end(&program);
}

static void help_examples_parse(void **state)
{
	static const char *const commands[] = {
	    "apply", "completion", "config", "doctor", "help", "plan", "policy", "show", "version"};
	struct program program;

	(void)state;
	program_begin(&program);
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		struct program_result result = RUN(&program, "help", commands[i]);
		program_expect(commands[i], &result, 0, NULL, NULL);
		if (check_lines(&program, commands[i], result.out) == 0)
			fail_msg("'help %s' has no example", commands[i]);
	}
	program_end(&program);
}

/* The fenced blocks of the README that are settings. */
static void settings_parse(void **state)
{
	struct program program;
	struct str rest;
	size_t from, to, checked = 0;

	(void)state;
	program_begin(&program);
	rest = read_page(program.arena, "README.md");
	while (str_find(rest, STR("```yaml\n"), &from)) {
		rest = str_skip(rest, from + strlen("```yaml\n"));
		assert_true(str_find(rest, STR("```"), &to));
		struct str block = {rest.ptr, to};
		rest = str_skip(rest, to + 3);
		if (!str_starts(block, STR("version: 1\n")))
			continue;
		program_write(&program, "tfherald.yaml", block);
		struct program_result result = RUN(&program, "config", "check");
		program_expect("README.md", &result, 0, NULL, NULL);
		checked++;
	}
	assert_true(checked > 0);
	program_end(&program);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(command_lines_parse),
	    cmocka_unit_test(help_examples_parse),
	    cmocka_unit_test(settings_parse),
	};
	return cmocka_run_group_tests_name("e2e/docs", tests, NULL, NULL);
}

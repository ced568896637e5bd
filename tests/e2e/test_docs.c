/* Every example that we show holds: command lines of README, docs and help; settings, policies with
 * their tests, and facts. */
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

/* The next word as a shell takes it, without its quotes; false at the end of the line. */
static bool next_word(struct arena *arena, struct str *line, const char **word)
{
	char *out = str_to_c(arena, *line);
	size_t n = 0, i = 0;
	char quote = '\0';

	while (i < line->len && line->ptr[i] == ' ')
		i++;
	if (i == line->len)
		return false;
	for (; i < line->len && (quote != '\0' || line->ptr[i] != ' '); i++) {
		char c = line->ptr[i];

		if (c == quote || (quote == '\0' && (c == '\'' || c == '"')))
			quote = quote == '\0' ? c : '\0';
		else
			out[n++] = c;
	}
	out[n] = '\0';
	*line = str_skip(*line, i);
	*word = out;
	return true;
}

static bool ends_command(const char *word)
{
	static const char *const words[] = {"--", "|", "\\", ">"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (strcmp(word, words[i]) == 0)
			return true;
	}
	return word[0] == '#';
}

/* The words of a command line up to the child, a pipe or a comment; then --help instead of running
 * it. */
static size_t words_of(struct arena *arena, struct str line, const char **words)
{
	const char *word;
	size_t count = 0;

	while (count + 2 < WORDS_MAX && next_word(arena, &line, &word) && !ends_command(word))
		words[count++] = word;
	words[count++] = "--help";
	words[count] = NULL;
	return count;
}

/* What stands after "tfherald". */
static void check_line(struct program *program, const char *page, struct str line)
{
	const char *words[WORDS_MAX];
	struct program_result result;

	words_of(program->arena, line, words);
	result = program_run(program, words);
	if (result.status != 0)
		fail_msg("%s: 'tfherald %.*s': %.*s", page, STR_ARG(line), STR_ARG(result.err));
}

static size_t check_lines(struct program *program, const char *page, struct str text)
{
	struct str line;
	size_t checked = 0;

	while (str_line(&text, &line)) {
		size_t at;

		line = str_trim(line);
		(void)str_eat(&line, STR("command: "));
		if (str_find(line, STR("| tfherald "), &at))
			line = str_skip(line, at + 2);
		if (!str_eat(&line, STR("tfherald ")))
			continue;
		if (program_takes_row(checked))
			check_line(program, page, line);
		checked++;
	}
	return checked;
}

/* `tfherald ...` within a text, where a line may end. */
static size_t check_spans(struct program *program, const char *page, struct str text)
{
	size_t checked = 0, from, to;

	while (str_find(text, STR("`tfherald"), &from)) {
		struct str span;
		char *line;

		text = str_skip(text, from + strlen("`tfherald"));
		assert_true(str_find(text, STR("`"), &to));
		span = (struct str){text.ptr, to};
		text = str_skip(text, to + 1);
		if (!str_starts(span, STR(" ")) && !str_starts(span, STR("\n")))
			continue;
		line = str_to_c(program->arena, span);
		for (size_t i = 0; i < span.len; i++)
			line[i] = line[i] == '\n' ? ' ' : line[i];
		if (program_takes_row(checked))
			check_line(program, page, str_from(line));
		checked++;
	}
	return checked;
}

static void command_lines_parse(void **state)
{
	static const struct {
		const char *page;
		size_t least; /* that it has to have */
	} pages[] = {
	    {"README.md", 5},
	    {"CONTRIBUTING.md", 0},
	    {"docs/report.md", 0},
	    {"docs/settings.md", 0},
	    {"docs/policies.md", 8},
	};
	struct program program;

	(void)state;
	program_begin(&program);
	for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
		struct str text = read_page(program.arena, pages[i].page);
		size_t checked = check_lines(&program, pages[i].page, text) +
				 check_spans(&program, pages[i].page, text);

		if (checked < pages[i].least)
			fail_msg("%s: %zu command lines only", pages[i].page, checked);
	}
	program_end(&program);
}

static void help_examples_parse(void **state)
{
	static const char *const commands[] = {"apply", "check", "completion", "config", "doctor",
	    "help", "plan", "policy", "policy effective", "policy eval", "policy explain",
	    "policy lint", "policy list", "policy record", "policy test", "policy waive", "show",
	    "verify", "version"};
	struct program program;

	(void)state;
	program_begin(&program);
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		const char *words[WORDS_MAX] = {"help"};
		struct str rest = str_from(commands[i]);
		struct program_result result;

		if (!program_takes_row(i))
			continue;
		for (size_t k = 1; next_word(program.arena, &rest, &words[k]); k++)
			continue;
		result = program_run(&program, words);
		program_expect(commands[i], &result, 0, NULL, NULL);
		if (check_lines(&program, commands[i], result.out) == 0)
			fail_msg("'help %s' has no example", commands[i]);
	}
	program_end(&program);
}

/* README has a row for every status that the program knows. */
static void exit_statuses_are_listed(void **state)
{
	struct program program;
	struct program_result help;
	struct str readme, line;
	size_t listed = 0, end;

	(void)state;
	program_begin(&program);
	readme = read_page(program.arena, "README.md");
	help = program_run(&program, (const char *const[]){"help", "exit-codes", NULL});
	while (str_line(&help.out, &line)) {
		struct str row;

		if (!str_eat(&line, STR("  ")) || !str_find(line, STR("  "), &end) || end == 0)
			continue;
		row = str_format(program.arena, "\n| %.*s |", (int)end, line.ptr);
		if (!str_contains(readme, row))
			fail_msg("README.md does not list status '%.*s'", (int)end, line.ptr);
		listed++;
	}
	assert_true(listed >= 12);
	program_end(&program);
}

/* --- fenced blocks --- */

/* The next block of a language; false: there is none. */
static bool next_block(struct str *rest, const char *fence, struct str *block)
{
	size_t from, to;

	if (!str_find(*rest, str_from(fence), &from))
		return false;
	*rest = str_skip(*rest, from + strlen(fence));
	assert_true(str_find(*rest, STR("\n```"), &to));
	*block = (struct str){rest->ptr, to + 1};
	*rest = str_skip(*rest, to + strlen("\n```"));
	return true;
}

/* Where a block of a policy file belongs: waivers beside the first one, overrides below it. */
static const char *file_of(struct str block)
{
	if (str_contains(block, STR("\nwaivers:")))
		return "tfherald.waivers.yaml";
	if (str_contains(block, STR("\noverride:")))
		return "below/tfherald.yaml";
	return "tfherald.yaml";
}

static size_t write_blocks(struct program *program, const char *page)
{
	struct str rest = read_page(program->arena, page), block;
	size_t count = 0;

	program_write(program, "main.tf", STR_EMPTY);
	assert_int_equal(
	    program_other(program, (const char *const[]){"mkdir", ".git", "below", NULL}).status,
	    0);
	program_write(program, "below/main.tf", STR_EMPTY);
	while (next_block(&rest, "```yaml\n", &block)) {
		if (!str_starts(block, STR("version: 1\n")))
			continue;
		if (program_read(program, file_of(block)).len > 0)
			fail_msg("%s: a second %s", page, file_of(block));
		program_write(program, file_of(block), block);
		count++;
	}
	return count;
}

/* Its rules are fit to be copied: they load, their tests pass, nothing is to be said against them.
 */
static void policies_hold(void **state)
{
	struct program program;
	struct program_result result;

	(void)state;
	program_begin(&program);
	assert_int_equal(write_blocks(&program, "docs/policies.md"), 3);
	result = RUN(&program, "config", "check");
	program_expect("config check", &result, 0, "nothing wrong", NULL);
	result = RUN(&program, "policy", "test");
	program_expect("policy test", &result, 0, "8 tests passed", NULL);
	result = RUN(&program, "policy", "lint", "--strict");
	program_expect("policy lint", &result, 0, "0 errors, 0 warnings", NULL);
	result = RUN(&program, "policy", "effective", "--now", "2026-11-22", "below");
	program_expect("override", &result, 0, "level deny -> warn at below/tfherald.yaml:3", NULL);
	program_expect("waiver", &result, 0, "  active  sg-admin-port on module.edge.", NULL);
	program_end(&program);
}

/* Every fact of the example is one that rules see. */
static void facts_hold(void **state)
{
	static const char rules[] =
	    "version: 1\nrules:\n  - id: facts\n    title: x\n    level: deny\n    scope: plan\n"
	    "    require: |\n      pr.number == 7 && pr.labels == [\"allow-destroy\"] &&\n"
	    "      pr.approvals[0].user == \"alice\" && git.author == \"bob\"\n";
	static const char plan[] =
	    "{\"format_version\":\"1.2\",\"terraform_version\":\"1.9.0\",\"complete\":true,"
	    "\"resource_changes\":[]}";
	struct program program;
	struct program_result result;
	struct str rest, block;

	(void)state;
	program_begin(&program);
	rest = read_page(program.arena, "docs/policies.md");
	assert_true(next_block(&rest, "```json\n", &block));
	program_write(&program, "main.tf", STR_EMPTY);
	program_write(&program, "tfherald.yaml", str_from(rules));
	program_write(&program, "plan.json", str_from(plan));
	program_write(&program, "facts.json", block);
	result = RUN(&program, "check", "--strict-unknown", ".=plan.json");
	program_expect("without facts", &result, 3, "facts", NULL);
	result = RUN(&program, "check", "--strict-unknown", "--facts", "facts.json", ".=plan.json");
	program_expect("with facts", &result, 0, NULL, NULL);
	program_end(&program);
}

/* The fenced blocks of the README that are settings or policies. */
static void settings_parse(void **state)
{
	struct program program;
	struct str rest, block;
	size_t checked = 0;

	(void)state;
	program_begin(&program);
	rest = read_page(program.arena, "README.md");
	program_write(&program, "main.tf", STR_EMPTY);
	while (next_block(&rest, "```yaml\n", &block)) {
		if (!str_starts(block, STR("version: 1\n")))
			continue;
		program_write(&program, "tfherald.yaml", block);
		struct program_result result = RUN(&program, "config", "check");
		program_expect("README.md", &result, 0, NULL, NULL);
		result = RUN(&program, "policy", "lint");
		program_expect("README.md", &result, 0, NULL, NULL);
		checked++;
	}
	assert_true(checked > 1);
	program_end(&program);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(command_lines_parse),
	    cmocka_unit_test(help_examples_parse),
	    cmocka_unit_test(exit_statuses_are_listed),
	    cmocka_unit_test(settings_parse),
	    cmocka_unit_test(policies_hold),
	    cmocka_unit_test(facts_hold),
	};
	return cmocka_run_group_tests_name("e2e/docs", tests, NULL, NULL);
}

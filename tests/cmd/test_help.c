#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/input.h"
#include "base/utf8.h"
#include "cmd/ci.h"
#include "cmd/completion.h"
#include "cmd/exit_codes.h"
#include "cmd/help.h"
#include "cmd/help_topics.h"
#include "cmd/options.h"
#include "cmd/pack_docs.h"
#include "cmd/settings.h"
#include "policies/host.h"
#include "policies/packs.h"

#define PAGE_MAX ((size_t)4 << 20)

static struct arena *arena;

static int setup(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

/* Lower case (names in capitals may begin it), no full stop, one line, something to read. */
static void check_help_line(const char *where, const char *name, const char *help)
{
	size_t len = help != NULL ? strlen(help) : 0;

	if (len < 3 || help[len - 1] == '.' || strchr(help, '\n') != NULL || help[0] == ' ')
		fail_msg("%s, %s: '%s'", where, name, help != NULL ? help : "");
	if (help[0] >= 'A' && help[0] <= 'Z' && help[1] >= 'a' && help[1] <= 'z' &&
	    strncmp(help, "GitHub", 6) != 0 && strncmp(help, "CircleCI", 8) != 0)
		fail_msg("%s, %s: begins with a capital: '%s'", where, name, help);
}

static bool name_is_plain(const char *name)
{
	return name[0] != '\0' &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(name);
}

/* A command of a group has two words, and its group stands in the table. */
static bool command_name_is_plain(const struct command *command)
{
	const char *word = command_word(command);
	struct str group = {command->name, (size_t)(word - command->name)};

	if (group.len == 0)
		return name_is_plain(command->name);
	if (!str_eat_end(&group, STR(" ")) || command_find(group) == NULL)
		return false;
	return command_find(group)->is_group && command_is_in(command, command_find(group)) &&
	       command_find_in(command_find(group), str_from(word)) == command &&
	       name_is_plain(word);
}

static bool is_global(const char *name)
{
	for (const struct opt *opt = global_opts; opt->name != NULL; opt++) {
		if (strcmp(opt->name, name) == 0)
			return true;
	}
	return false;
}

static void check_options(const char *where, const struct opt *opts, size_t size)
{
	for (const struct opt *opt = opts; opt != NULL && opt->name != NULL; opt++) {
		check_help_line(where, opt->name, opt->help);
		if (!name_is_plain(opt->name))
			fail_msg("%s: the name '%s'", where, opt->name);
		if (opt[1].name != NULL && strcmp(opt->name, opt[1].name) >= 0)
			fail_msg("%s: '%s' and '%s' are not sorted", where, opt->name, opt[1].name);
		if ((opt->type == OPT_FLAG) != (opt->arg == NULL))
			fail_msg("%s: --%s: only a flag has no value", where, opt->name);
		if (opt->type == OPT_CHOICE && (opt->choices == NULL || opt->choices[0] == NULL))
			fail_msg("%s: --%s has no choices", where, opt->name);
		if (opt->type == OPT_INT && opt->min >= opt->max)
			fail_msg("%s: --%s has no range", where, opt->name);
		if (opt->offset >= size)
			fail_msg("%s: --%s points out of its struct", where, opt->name);
	}
}

static void test_commands(void **state)
{
	(void)state;
	check_options("global", global_opts, sizeof(struct global_options));
	for (size_t i = 0; commands[i] != NULL; i++) {
		const struct command *command = commands[i];
		const struct command *next = commands[i + 1];

		check_help_line("commands", command->name, command->help);
		check_options(command->name, command->opts, command->values_size);
		if (next != NULL && command->hidden > next->hidden)
			fail_msg("'%s' is hidden and not at the end", command->name);
		if (next != NULL && command->hidden == next->hidden &&
		    strcmp(command->name, next->name) >= 0)
			fail_msg("'%s' and '%s' are not sorted", command->name, next->name);
		if (!command_name_is_plain(command) || command->args == NULL ||
		    (command->run == NULL) != command->is_group)
			fail_msg("'%s' is not whole", command->name);
		if (command->is_group && (command->opts != NULL || command->operands_max > 0))
			fail_msg("'%s' is a group and takes more than commands", command->name);
		if (command->description == NULL || command->example == NULL ||
		    !str_contains(str_from(command->example), STR("tfherald")))
			fail_msg("'%s' lacks a description or an example", command->name);
		assert_ptr_equal(command_find(str_from(command->name)), command);
		for (const struct opt *opt = command->opts; opt != NULL && opt->name; opt++) {
			if (is_global(opt->name))
				fail_msg("%s: --%s is global, too", command->name, opt->name);
		}
	}
	assert_null(command_find(STR("")));
}

static void check_width(const char *where, struct str text)
{
	struct str rest = text, line;

	while (str_line(&rest, &line)) {
		if (utf8_width(line) > 80 && str_contains(str_trim(line), STR("  ")))
			fail_msg("%s: wider than 80 columns: %.*s", where, STR_ARG(line));
		if (line.len > 0 && line.ptr[line.len - 1] == ' ')
			fail_msg("%s: space at the end: '%.*s'", where, STR_ARG(line));
	}
}

static struct str printed(void (*print)(struct buf *buf))
{
	struct buf buf;
	struct str text;
	struct err err = {0};

	buf_init(&buf, arena, PAGE_MAX);
	print(&buf);
	assert_true(buf_finish(&buf, &text, &err));
	return text;
}

static void test_pages(void **state)
{
	struct buf buf;
	struct str text = printed(help_overview);

	(void)state;
	check_width("overview", text);
	assert_true(str_contains(text, STR("  plan ")));
	assert_true(str_contains(text, STR("  policy ")));
	assert_false(str_contains(text, STR("  policy eval ")));
	assert_false(str_contains(text, STR("  eval ")));
	assert_false(str_contains(text, STR("generate-docs")));
	for (size_t i = 0; commands[i] != NULL; i++) {
		buf_init(&buf, arena, PAGE_MAX);
		help_command(&buf, commands[i]);
		check_width(commands[i]->name, buf_str(&buf));
		assert_false(buf.overflow);
		assert_true(str_starts(buf_str(&buf), STR("Usage: tfherald ")));
		for (const struct opt *opt = commands[i]->opts; opt != NULL && opt->name; opt++) {
			if (!str_contains(buf_str(&buf), str_format(arena, "  --%s", opt->name)))
				fail_msg("help of %s lacks --%s", commands[i]->name, opt->name);
		}
	}
	for (const struct help_topic *topic = help_topics; topic->name != NULL; topic++) {
		check_help_line("topics", topic->name, topic->help);
		check_width(topic->name, printed(topic->print));
		if (topic[1].name != NULL)
			assert_true(strcmp(topic->name, topic[1].name) < 0);
	}
}

/* Every status that an error can have is in the table, and the operands of `help` are its topics.
 */
static void test_tables(void **state)
{
	static const enum err_code codes[] = {
#define X(name, status, meaning) name,
	    ERR_CODES(X)
#undef X
	};
	const char *const *topics = command_find(STR("help"))->operand_choices;
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		char status[16];
		bool found = false;

		snprintf(status, sizeof(status), "%d", err_exit_status(codes[i]));
		for (int at = 0; at < exit_code_count(); at++)
			found = found || strcmp(exit_code_at(at).status, status) == 0;
		if (!found)
			fail_msg("exit status %s is in no table", status);
	}
	for (; help_topics[count].name != NULL; count++)
		assert_string_equal(help_topics[count].name, topics[count]);
	assert_null(topics[count]);
}

static void test_environment(void **state)
{
	(void)state;
	for (const struct environment_row *row = environment_rows; row->name != NULL; row++) {
		check_help_line("environment", row->name, row->help);
		if (row[1].name != NULL &&
		    !(strcasecmp(row->name, row[1].name) < 0 || strcmp(row->name, row[1].name) < 0))
			fail_msg("'%s' and '%s' are not sorted", row->name, row[1].name);
	}
}

/* Up to and with the last dot: rows of a group stand together. */
static void test_settings_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		const struct setting_row *row = &setting_rows[i];

		if (row->key == NULL)
			fail_msg("setting %zu has no row", i);
		check_help_line("settings", row->key, row->help);
		assert_true(strspn(row->key, "abcdefghijklmnopqrstuvwxyz_.") == strlen(row->key));
		if (row->type == SETTING_CHOICE &&
		    (row->choices == NULL || row->choices[0] == NULL))
			fail_msg("%s has no choices", row->key);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(row->key, setting_rows[j].key);
	}
}

static void print_manpage(struct buf *buf)
{
	help_manpage(buf, TFHERALD_VERSION);
}

static void check_functions(struct str page, const struct cel_function *const *tables)
{
	for (size_t i = 0; tables[i] != NULL; i++) {
		for (const struct cel_function *row = tables[i]; row->name != NULL; row++) {
			if (!str_contains(page, str_from(row->help)))
				fail_msg("docs/expressions.md lacks %s", row->name);
		}
	}
}

static void test_expressions(void **state)
{
	struct str page = printed(help_expressions);

	(void)state;
	check_functions(page, cel_function_tables);
	check_functions(page, policy_functions);
}

struct document {
	const char *path;
	void (*print)(struct buf *buf);
};

static void test_documents(void **state)
{
	static const struct document documents[] = {
	    {"docs/tfherald.1", print_manpage},
	    {"docs/settings.md", help_settings},
	    {"docs/expressions.md", help_expressions},
	    {"docs/schema/tfherald.schema.json", help_settings_schema},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(documents); i++) {
		struct str stored;
		struct err err = {0};

		if (!file_read(arena, documents[i].path, PAGE_MAX, &stored, &err))
			fail_msg("%s; run 'make docs'", err.text);
		if (!str_eq(stored, printed(documents[i].print)))
			fail_msg(
			    "'%s' differs from the tables; run 'make docs'", documents[i].path);
	}
}

static void check_page(const char *path, struct buf *buf)
{
	struct str stored;
	struct err err = {0};

	assert_false(buf->overflow);
	if (!file_read(arena, path, PAGE_MAX, &stored, &err))
		fail_msg("%s; run 'make docs'", err.text);
	if (!str_eq(stored, buf_str(buf)))
		fail_msg("'%s' differs from the packs; run 'make docs'", path);
}

/* Sorted by name, as make does it. */
static size_t find_packs(const char *paths[64])
{
	size_t count = 0;

	while (packs[count].name != NULL && count < 64) {
		paths[count] = str_format(arena, "policies/packs/%s.yaml", packs[count].name).ptr;
		count++;
	}
	return count;
}

static void test_packs(void **state)
{
	const char *paths[64];
	size_t count = find_packs(paths);
	struct buf buf;
	struct err err = {0};

	(void)state;
	for (size_t i = 0; i < count; i++) {
		buf_init(&buf, arena, PAGE_MAX);
		if (!pack_docs_page(&buf, paths[i], &err))
			fail_msg("%s: %s", paths[i], err.text);
		check_page(str_format(arena, "docs/packs/%s.md", packs[i].name).ptr, &buf);
	}
	buf_init(&buf, arena, PAGE_MAX);
	assert_true(pack_docs_index(&buf, paths, count, &err));
	check_page("docs/packs/README.md", &buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_commands),
	    cmocka_unit_test(test_pages),
	    cmocka_unit_test(test_tables),
	    cmocka_unit_test(test_environment),
	    cmocka_unit_test(test_settings_table),
	    cmocka_unit_test(test_expressions),
	    cmocka_unit_test(test_documents),
	    cmocka_unit_test(test_packs),
	};

	return cmocka_run_group_tests_name("cmd/help", tests, setup, teardown);
}

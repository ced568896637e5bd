#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/words.h"
#include "cmd/options.h"
#include "cmd/run.h"

#define WORDS_MAX 16

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

static int count(const char *const *words)
{
	int n = 0;

	while (n < WORDS_MAX && words[n] != NULL)
		n++;
	return n;
}

struct wrong_row {
	const char *name;
	const char *argv[WORDS_MAX];
	const char *says; /* a part of the message */
};

static const struct wrong_row wrong[] = {
    {"unknown command", {"tfherald", "plna"}, "did you mean 'plan'?"},
    {"nothing like a command", {"tfherald", "xyzzyx"}, "unknown command 'xyzzyx'; see"},
    {"unknown command with help", {"tfherald", "plna", "--help"}, "unknown command 'plna'"},
    {"abbreviated command", {"tfherald", "pl"}, "unknown command 'pl'"},
    {"unknown option", {"tfherald", "plan", "--reprot", "x"}, "did you mean '--report'?"},
    {"abbreviated option", {"tfherald", "plan", "--dry"}, "did you mean '--dry-run'?"},
    {"terraform's option", {"tfherald", "plan", "-zzzzzz=1"}, "stand after '--'"},
    {"what no person types",
	{"tfherald", "--"
		     "0123456789012345678901234567890123456789012345678901234567890123456789"
		     "0123456789012345678901234567890123456789012345678901234567890123456789"
		     "0123456789012345678901234567890123456789012345678901234567890123456789"},
	"unknown option '(212 bytes)'"},
    {"a number as an operand", {"tfherald", "policy", "eval", "-1"},
	"unknown option '-1'; if it is no option, put '--' before it; see"},
    {"what was typed", {"tfherald", "version", "-zzzzzz=1"}, "unknown option '-zzzzzz'; see"},
    {"too many operands behind dashes", {"tfherald", "policy", "eval", "--", "-1", "-2"},
	"policy eval: unexpected '-2'"},
    {"a group and dashes", {"tfherald", "policy", "--", "eval"}, "'--' is for commands"},
    {"three dashes", {"tfherald", "plan", "---report=x"}, "unknown option"},
    {"dashes and a value", {"tfherald", "plan", "--=x"}, "unknown option"},
    {"option in front of its command", {"tfherald", "--report", "x", "plan"},
	"belongs behind the command"},
    {"value missing at the end", {"tfherald", "plan", "--report"},
	"expects a value: --report=FILE"},
    {"value missing before an option", {"tfherald", "plan", "--report", "--dry-run"},
	"expects a value"},
    {"value missing before the child", {"tfherald", "plan", "--report", "--", "x"},
	"expects a value"},
    {"empty file name", {"tfherald", "plan", "--report="}, "expects a name"},
    {"flag with a value", {"tfherald", "plan", "--dry-run=yes"}, "neither true nor false"},
    {"flag with an empty value", {"tfherald", "plan", "--dry-run="}, "neither true nor false"},
    {"unknown choice", {"tfherald", "config", "show", "--format=xml"},
	"expects terminal or json, not 'xml'"},
    {"global choice", {"tfherald", "--log-level=loud", "plan"}, "error, warn, info or debug"},
    {"too many operands", {"tfherald", "version", "now"}, "unexpected 'now'"},
    {"program without dashes", {"tfherald", "plan", "terraform"}, "stands after '--'"},
    {"child for a command without", {"tfherald", "version", "--", "terraform"},
	"'--' is for commands that run a program"},
    {"child without a command", {"tfherald", "--", "terraform", "plan"}, "no command stands"},
    {"unknown operand", {"tfherald", "config", "chek"}, "did you mean 'check'?"},
    {"unknown topic", {"tfherald", "help", "exitcodes"}, "did you mean 'exit-codes'?"},
    {"topic like a command", {"tfherald", "help", "aply"}, "did you mean 'apply'?"},
    {"hint names the command", {"tfherald", "plan", "--bogus"}, "see 'tfherald plan --help'"},
    {"group and no such command", {"tfherald", "policy", "evl"},
	"policy: unknown command 'evl'; did you mean 'eval'? see 'tfherald policy --help'"},
    {"group and no such command, with help", {"tfherald", "policy", "xyzzyx", "--help"},
	"policy: unknown command"},
    {"option in front of the group's command", {"tfherald", "policy", "--batch", "eval"},
	"as in 'tfherald policy eval --batch ...'"},
    {"two words as one", {"tfherald", "policy eval"}, "unknown command 'policy eval'"},
    {"second word alone", {"tfherald", "eval", "1"}, "unknown command 'eval'"},
    {"too many operands of a group's command", {"tfherald", "policy", "eval", "1", "2"},
	"policy eval: unexpected '2'"},
    {"hint without a command", {"tfherald", "--bogus"}, "see 'tfherald --help'"},
};

static void test_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct command_line line;
		struct err err = {0};
		bool ok = options_parse(arena, count(wrong[i].argv), wrong[i].argv, &line, &err);

		if (ok || err.code != ERR_USAGE ||
		    !str_contains(str_from(err.text), str_from(wrong[i].says)))
			fail_msg("%s: '%s'", wrong[i].name, ok ? "(accepted)" : err.text);
	}
}

static const struct run_options *parse(const char *const *argv, struct command_line *line)
{
	struct err err = {0};

	if (!options_parse(arena, count(argv), argv, line, &err))
		fail_msg("%s", err.text);
	return line->values;
}

static void test_forms(void **state)
{
	static const char *const rows[][WORDS_MAX] = {
	    {"tfherald", "plan", "--report=f", "--dry-run"},
	    {"tfherald", "plan", "-report=f", "-dry-run"},
	    {"tfherald", "plan", "--report", "f", "--dry-run=true"},
	    {"tfherald", "plan", "-report", "f", "-dry-run=true"},
	    {"tfherald", "--log-level=debug", "plan", "--report=f", "--dry-run"},
	    {"tfherald", "plan", "--report=g", "--dry-run=false", "--report=f", "--dry-run"},
	    {"tfherald", "plan", "--report=f", "--dry-run", "--no-color", "--log-level", "debug"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct command_line line;
		const struct run_options *options = parse(rows[i], &line);

		print_message("row %zu\n", i);
		assert_string_equal(options->report, "f");
		assert_true(options->dry_run);
		assert_null(options->markdown);
		assert_null(line.operands.child);
		assert_int_equal(line.operands.count, 0);
	}
}

static void test_values(void **state)
{
	static const char *const dash[] = {
	    "tfherald", "plan", "--target", "-x", "--branch=", "--plan", "-", NULL};
	static const char *const equals[] = {
	    "tfherald", "plan", "--target=a=b", "--commit=--pr", NULL};
	struct command_line line;
	const struct run_options *options = parse(dash, &line);

	(void)state;
	assert_string_equal(options->target, "-x");
	assert_string_equal(options->facts.branch, "");
	assert_string_equal(options->plan, "-");
	options = parse(equals, &line);
	assert_string_equal(options->target, "a=b");
	assert_string_equal(options->facts.commit, "--pr");
}

static void test_child(void **state)
{
	static const char *const argv[] = {"tfherald", "-no-color", "plan", "--", "terraform",
	    "plan", "--help", "--", "--bogus", NULL};
	static const char *const none[] = {"tfherald", "plan", "--", NULL};
	struct command_line line;

	(void)state;
	parse(argv, &line);
	assert_true(line.globals.no_color);
	assert_false(line.globals.help);
	assert_string_equal(line.operands.child[0], "terraform");
	assert_string_equal(line.operands.child[2], "--help");
	assert_string_equal(line.operands.child[4], "--bogus");
	assert_null(line.operands.child[5]);
	parse(none, &line);
	assert_non_null(line.operands.child);
	assert_null(line.operands.child[0]);
}

/* Behind "--" of a command that runs no program: operands, whatever they look like. */
static void test_end_of_options(void **state)
{
	static const struct {
		const char *name;
		const char *argv[WORDS_MAX];
		size_t count;
		const char *first, *last;
	} rows[] = {
	    {"a number", {"tfherald", "policy", "eval", "--", "-1"}, 1, "-1", "-1"},
	    {"an option of the command", {"tfherald", "policy", "eval", "--", "--batch"}, 1,
		"--batch", "--batch"},
	    {"help", {"tfherald", "show", "--", "--help"}, 1, "--help", "--help"},
	    {"dashes again", {"tfherald", "show", "--", "--"}, 1, "--", "--"},
	    {"on both sides", {"tfherald", "check", "a=b", "--", "-c=d"}, 2, "a=b", "-c=d"},
	    {"nothing behind it", {"tfherald", "show", "x", "--"}, 1, "x", "x"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct command_line line;
		struct err err = {0};

		if (!options_parse(arena, count(rows[i].argv), rows[i].argv, &line, &err))
			fail_msg("%s: %s", rows[i].name, err.text);
		if (line.operands.count != rows[i].count || line.operands.child != NULL ||
		    line.globals.help || strcmp(line.operands.items[0], rows[i].first) != 0 ||
		    strcmp(line.operands.items[rows[i].count - 1], rows[i].last) != 0)
			fail_msg("%s: %zu operands", rows[i].name, line.operands.count);
	}
}

struct help_row {
	const char *name;
	const char *argv[WORDS_MAX];
	const char *command; /* or NULL */
};

static const struct help_row helps[] = {
    {"alone", {"tfherald", "--help"}, NULL},
    {"short", {"tfherald", "-h"}, NULL},
    {"one dash", {"tfherald", "-help"}, NULL},
    {"behind the command", {"tfherald", "plan", "--help"}, "plan"},
    {"before the command", {"tfherald", "--help", "plan"}, "plan"},
    {"after a mistake", {"tfherald", "plan", "--bogus", "-h"}, "plan"},
    {"before a mistake", {"tfherald", "plan", "-h", "--bogus"}, "plan"},
    {"where a value is due", {"tfherald", "plan", "--report", "--help"}, "plan"},
    {"mistake before the command", {"tfherald", "--bogus", "--help"}, NULL},
    {"too many operands", {"tfherald", "version", "x", "--help"}, "version"},
    {"with a child", {"tfherald", "plan", "-h", "--", "terraform"}, "plan"},
};

static void test_help(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(helps); i++) {
		struct command_line line;
		struct err err = {0};
		const char *name;

		if (!options_parse(arena, count(helps[i].argv), helps[i].argv, &line, &err))
			fail_msg("%s: %s", helps[i].name, err.text);
		name = line.command != NULL ? line.command->name : "(none)";
		if (!line.globals.help ||
		    !str_is(str_from(name), helps[i].command != NULL ? helps[i].command : "(none)"))
			fail_msg("%s: help of %s", helps[i].name, name);
	}
}

static void test_other(void **state)
{
	static const char *const empty[] = {"tfherald", NULL};
	static const char *const version[] = {"tfherald", "-version", NULL};
	static const char *const topic[] = {"tfherald", "help", "plan", NULL};
	struct command_line line;
	struct err err = {0};

	(void)state;
	parse(empty, &line);
	assert_null(line.command);
	assert_true(options_parse(arena, 0, empty, &line, &err));
	parse(version, &line);
	assert_true(line.globals.version);
	parse(topic, &line);
	assert_string_equal(line.operands.items[0], "plan");
	assert_null(line.operands.items[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_wrong),
	    cmocka_unit_test(test_forms),
	    cmocka_unit_test(test_values),
	    cmocka_unit_test(test_child),
	    cmocka_unit_test(test_end_of_options),
	    cmocka_unit_test(test_help),
	    cmocka_unit_test(test_other),
	};

	return cmocka_run_group_tests_name("cmd/options", tests, setup, teardown);
}

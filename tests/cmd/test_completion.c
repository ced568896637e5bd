#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/process.h"
#include "cmd/completion.h"
#include "cmd/help.h"

#define SCRIPT_MAX ((size_t)1 << 20)

static struct arena *arena;
static char dir[64];

static int setup(void **state)
{
	(void)state;
	arena = arena_new();
	snprintf(dir, sizeof(dir), "/tmp/tfherald-comp-XXXXXX");
	return mkdtemp(dir) == NULL;
}

static struct str run(const char *const *argv, int *status)
{
	struct process process = {PROCESS_DEFAULTS, .argv = argv, .directory = dir};
	struct process_result result;
	struct err err = {0};

	if (!process_run(arena, &process, &result, &err))
		fail_msg("%s", err.text);
	*status = result.status;
	if (result.status != 0)
		print_error("%.*s\n", STR_ARG(result.err.text));
	return result.out.text;
}

static int teardown(void **state)
{
	const char *const argv[] = {"rm", "-rf", dir, NULL};
	int status;

	(void)state;
	(void)run(argv, &status);
	arena_free(arena);
	return status;
}

static struct str script(const char *shell)
{
	struct buf buf;
	struct str text = STR_EMPTY;
	struct err err = {0};

	buf_init(&buf, arena, SCRIPT_MAX);
	if (!completion_script(&buf, str_from(shell), &err) || !buf_finish(&buf, &text, &err))
		fail_msg("%s", err.text);
	return text;
}

static const char *write_script(const char *shell)
{
	const char *path = str_format(arena, "%s/tfherald.%s", dir, shell).ptr;
	struct str text = script(shell);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fwrite(text.ptr, 1, text.len, file);
	fclose(file);
	return path;
}

static void test_syntax(void **state)
{
	(void)state;
	for (size_t i = 0; completion_shells[i] != NULL; i++) {
		const char *shell = completion_shells[i];
		const char *const argv[] = {shell, "-n", write_script(shell), NULL};
		int status;

		if (process_find(arena, shell) == NULL) {
			print_message("%s is not on PATH\n", shell);
			continue;
		}
		(void)run(argv, &status);
		if (status != 0)
			fail_msg("%s -n: status %d", shell, status);
	}
}

struct word_row {
	const char *
	    words; /* as in COMP_WORDS, apart by spaces, the last one at the cursor; "." is empty */
	const char *has;   /* a line that must be among the answers, or NULL */
	const char *lacks; /* or NULL */
};

static const struct word_row words[] = {
    {"tfherald pl", "plan", "apply"},
    {"tfherald .", "completion", "generate-docs"},
    {"tfherald --lo", "--log-level", "--report"},
    {"tfherald -lo", "--log-level", NULL},
    {"tfherald plan --rep", "--report", "--format"},
    {"tfherald plan -rep", "--reports", NULL},
    {"tfherald plan -", "--", NULL},
    {"tfherald version -", "--help", "--"},
    {"tfherald --log-level d", "debug", "plan"},
    {"tfherald --log-level = d", "debug", NULL},
    {"tfherald --log-level debug pl", "plan", NULL},
    {"tfherald --log-level = debug pl", "plan", NULL},
    {"tfherald --no-color pl", "plan", NULL},
    {"tfherald config s", "show", "plan"},
    {"tfherald po", "policy", "policy eval"},
    {"tfherald policy .", "eval", "plan"},
    {"tfherald policy ev", "eval", "policy"},
    {"tfherald policy eval --ba", "--batch", "--report"},
    {"tfherald policy --ba", "", "--batch"},
    {"tfherald policy --no-color eval --vars some", "some file.json", NULL},
    {"tfherald policy eval some", "some file.json", "eval"},
    {"tfherald config show --format .", "json", NULL},
    {"tfherald config show --format = js", "json", "terminal"},
    {"tfherald completion .", "zsh", NULL},
    {"tfherald help p", "plan", NULL},
    {"tfherald help ex", "exit-codes", NULL},
    {"tfherald show some", "some file.json", NULL},
    {"tfherald plan --report some", "some file.json", NULL},
    {"tfherald plan --reports some", "some-dir", "some file.json"},
    {"tfherald --chdir some", "some-dir", "some file.json"},
    {"tfherald plan --terraform prin", "printf", NULL},
    {"tfherald plan -- prin", "printf", "--report"},
    {"tfherald plan -- terraform some", "some file.json", NULL},
    {"tfherald plan --target x --rep", "--report", NULL},
};

/* Sets the variables that bash would, calls the function, prints the answers. */
static const char driver[] = "touch 'some file.json'; mkdir -p some-dir\n"
			     "source \"$1\" || exit\n"
			     "shift\n"
			     "COMP_WORDS=()\n"
			     "for word in \"$@\"; do\n"
			     "  [[ $word == . ]] && word=\n"
			     "  COMP_WORDS+=(\"$word\")\n"
			     "done\n"
			     "COMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n"
			     "_tfherald\n"
			     "printf '%s\\n' \"${COMPREPLY[@]}\"\n";

static struct str complete(const char *path, const char *line)
{
	const char *argv[32] = {"bash", "--norc", "-c", driver, "driver", path};
	struct str rest = str_from(line), word;
	size_t count = 6;
	int status;
	struct str out;

	while (str_split(&rest, ' ', &word) && count + 1 < ARRAY_LEN(argv))
		argv[count++] = str_to_c(arena, word);
	out = run(argv, &status);
	if (status != 0)
		fail_msg("%s: status %d", line, status);
	return str_format(arena, "\n%.*s", STR_ARG(out));
}

static void test_bash(void **state)
{
	const char *path = write_script("bash");

	(void)state;
	if (process_find(arena, "bash") == NULL)
		skip();
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		struct str out = complete(path, words[i].words);
		struct str has = str_format(arena, "\n%s\n", words[i].has);
		struct str lacks =
		    str_format(arena, "\n%s\n", words[i].lacks != NULL ? words[i].lacks : "\x01");

		if (!str_contains(out, has) || str_contains(out, lacks))
			fail_msg("'%s' gives:%.*s", words[i].words, STR_ARG(out));
	}
}

struct fish_row {
	const char *line, *has, *lacks;
};

static void test_fish(void **state)
{
	static const struct fish_row rows[] = {
	    {"tfherald pl", "plan", "apply"},
	    {"tfherald plan --rep", "--report", "--format"},
	    {"tfherald config ", "show", "plan"},
	    {"tfherald policy ", "eval", "plan"},
	    {"tfherald policy eval --ba", "--batch", "--report"},
	    {"tfherald policy --no-color eval --ba", "--batch", NULL},
	    {"tfherald --log-level debug pl", "plan", NULL},
	    {"tfherald --log-level d", "debug", NULL},
	    {"tfherald plan -- prin", "printf", "--report"},
	};
	const char *path = write_script("fish");

	(void)state;
	if (process_find(arena, "fish") == NULL)
		skip();
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *const argv[] = {"fish", "--no-config", "-c",
		    "source $argv[1]; complete -C $argv[2] | string replace -r '\\t.*' ''; true",
		    path, rows[i].line, NULL};
		int status;
		struct str out = str_format(arena, "\n%.*s", STR_ARG(run(argv, &status)));

		if (status != 0 || !str_contains(out, str_format(arena, "\n%s\n", rows[i].has)) ||
		    (rows[i].lacks != NULL &&
			str_contains(out, str_format(arena, "\n%s\n", rows[i].lacks))))
			fail_msg("'%s' gives:%.*s", rows[i].line, STR_ARG(out));
	}
}

static void test_unknown(void **state)
{
	struct buf buf;
	struct err err = {0};

	(void)state;
	buf_init(&buf, arena, SCRIPT_MAX);
	assert_false(completion_script(&buf, STR("tcsh"), &err));
	assert_int_equal(err.code, ERR_USAGE);
	assert_int_equal(buf_str(&buf).len, 0);
}

static void test_quoted(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, arena, 100);
	completion_quoted(&buf, STR("it's $HOME"));
	assert_true(str_is(buf_str(&buf), "'it'\\''s $HOME'"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_syntax, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_bash, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_fish, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_unknown, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_quoted, setup, teardown),
	};

	return cmocka_run_group_tests_name("cmd/completion", tests, NULL, NULL);
}

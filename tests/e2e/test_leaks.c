/* --fail-on-leak on what is no JSON, and secrets on the command line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/program.h"

#define TOKEN "ghp_abcdefghijklmnopqrstuvwxyz0123456789"
#define TEXT(value)                                                              \
	"Terraform will perform the following actions:\n\n"                      \
	"  # a_b.c will be created\n  + resource \"a_b\" \"c\" {\n"              \
	"      + x = \"" value "\"\n    }\n\nPlan: 1 to add, 0 to change, 0 to " \
	"destroy.\n"

static const char stream[] =
    "{\"@level\":\"info\",\"@message\":\"Terraform 1.11.4\",\"@module\":\"terraform.ui\",\"type\":"
    "\"version\",\"terraform\":\"1.11.4\",\"ui\":\"1.2\"}\n"
    "{\"@level\":\"info\",\"@message\":\"x\",\"@module\":\"terraform.ui\",\"type\":"
    "\"planned_change\",\"change\":{\"resource\":{\"addr\":\"a_b.c\",\"module\":\"\",\"resource\":"
    "\"a_b.c\",\"implied_provider\":\"a\",\"resource_type\":\"a_b\",\"resource_name\":\"c\","
    "\"resource_key\":null},\"action\":\"create\"}}\n"
    "{\"@level\":\"info\",\"@message\":\"Plan\",\"@module\":\"terraform.ui\",\"type\":"
    "\"change_summary\",\"changes\":{\"add\":1,\"change\":0,\"import\":0,\"remove\":0,"
    "\"operation\":\"plan\"}}\n";

static void begin(struct program *program)
{
	program_begin(program);
	(void)program_write(program, "main.tf", STR("\n"));
	(void)program_write(program, "leak.txt", STR(TEXT(TOKEN)));
	(void)program_write(program, "plain.txt", STR(TEXT("plain")));
	(void)program_write(program, "stream.jsonl", str_from(stream));
}

static void test_no_json(void **state)
{
	static const struct {
		const char *label, *words[6];
		int status;
		const char *out_has, *err_has;
	} rows[] = {
	    {"show of a text", {"show", "--fail-on-leak", "leak.txt"}, 3, "leak/github_token",
		"was read as text"},
	    {"show of a text without one", {"show", "--fail-on-leak", "plain.txt"}, 0, "a_b.c",
		"was read as text"},
	    {"show of a stream", {"show", "--fail-on-leak", "stream.jsonl"}, 65, "no verdict",
		"--fail-on-leak cannot be decided"},
	    {"show of a stream that nobody asked about", {"show", "stream.jsonl"}, 0, "a_b.c",
		NULL},
	    {"check of a text", {"check", "--fail-on-leak", ".=leak.txt"}, 3, "leak/github_token",
		"was read as text"},
	    {"check of a stream", {"check", "--fail-on-leak", ".=stream.jsonl"}, 65, "no verdict",
		"--fail-on-leak cannot be decided"},
	    {"plan of a text", {"plan", "--fail-on-leak", "--plan", "leak.txt"}, 3,
		"leak/github_token", "exit status 3"},
	    {"plan of a stream", {"plan", "--fail-on-leak", "--plan", "stream.jsonl"}, 65,
		"no verdict", "--fail-on-leak cannot be decided"},
	};
	struct program program;

	(void)state;
	begin(&program);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct program_result result = program_run(&program, rows[i].words);

		program_expect(
		    rows[i].label, &result, rows[i].status, rows[i].out_has, rows[i].err_has);
		if (str_contains(result.out, STR(TOKEN)) || str_contains(result.err, STR(TOKEN)))
			fail_msg("%s shows the secret", rows[i].label);
	}
	program_end(&program);
}

/* "tfherald --$TOKEN": whoever sees the error shall not see the secret, nor a part of it. */
static void test_command_line(void **state)
{
#define SECRET "s3cr3t-value-99=="
	static const struct {
		const char *label, *words[6];
		int status;
		const char *err_has;
	} rows[] = {
	    {"an option", {"--" SECRET}, 64, "a secret of the environment is in it"},
	    {"an option of a command", {"show", "--" SECRET}, 64, "a secret of the environment"},
	    {"a command", {SECRET}, 64, "a secret of the environment"},
	    {"a choice", {"show", "--format", SECRET, "x"}, 64, "a secret of the environment"},
	    {"a number", {"show", "--max-bytes=" SECRET, "x"}, 64, "a secret of the environment"},
	    {"an operand too many", {"version", SECRET}, 64, "a secret of the environment"},
	    {"a file", {"show", SECRET}, 66, "cannot open '(sensitive)'"},
	    {"no secret", {"show", "--fromat"}, 64, "unknown option '--fromat'"},
	};
	struct program program;

	(void)state;
	begin(&program);
	program_env(&program, "MY_TOKEN", SECRET);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct program_result result = program_run(&program, rows[i].words);

		program_expect(rows[i].label, &result, rows[i].status, NULL, rows[i].err_has);
		if (str_contains(result.err, STR("s3cr3t")))
			fail_msg("%s: %.*s", rows[i].label, STR_ARG(result.err));
	}
	program_end(&program);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_no_json),
	    cmocka_unit_test(test_command_line),
	};

	return cmocka_run_group_tests_name("e2e/leaks", tests, NULL, NULL);
}

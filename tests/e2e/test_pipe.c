/* Standard input and output: terraform's output in every form and what is none, files called -. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "tests/support/program.h"

#define LARGE ((size_t)300000) /* bytes of a value: many blocks of the relay */

#define HEAD  "{\"format_version\":\"1.2\",\"terraform_version\":\"1.11.4\",\"resource_changes\":["
#define CREATE                                                                                \
	"{\"address\":\"t.a\",\"mode\":\"managed\",\"type\":\"t\",\"name\":\"a\",\"change\":" \
	"{\"actions\":[\"create\"],\"before\":null,\"after\":{\"p\":\"%\"}}}"
#define PLAN HEAD CREATE "]}"
#define TEXT                                                                         \
	"Terraform will perform the following actions:\n\n  # t.a will be created\n" \
	"  + resource \"t\" \"a\" {\n      + p = \"x\"\n    }\n\n"                   \
	"Plan: 1 to add, 0 to change, 0 to destroy.\n"
#define STREAM                                                                                   \
	"{\"@level\":\"info\",\"@message\":\"t.a: Plan to create\",\"type\":\"planned_change\"," \
	"\"change\":{\"resource\":{\"addr\":\"t.a\",\"resource_type\":\"t\",\"resource_name\":"  \
	"\"a\"},\"action\":\"create\"}}\n"                                                       \
	"{\"@level\":\"info\",\"@message\":\"Plan: 1 to add\",\"type\":\"change_summary\","      \
	"\"changes\":{\"add\":1,\"change\":0,\"remove\":0,\"operation\":\"plan\"}}\n"

static const struct {
	const char *name, *input;
	int status;
	bool passes;	  /* it goes on to standard output */
	const char *says; /* on standard error */
} rows[] = {
    {"text", TEXT, 0, true, "1 to add"},
    {"stream", STREAM, 0, true, "1 to add"},
    {"JSON", PLAN, 0, false, "1 to add"},
    {"JSON behind empty lines", "\n\n  " PLAN "\n", 0, false, "1 to add"},
    {"JSON of an errored plan", HEAD "],\"errored\":true}", 1, false, "reported an error"},
    {"two plans", PLAN "\n" PLAN, 65, false, "holds more than one JSON document"},
    {"a saved plan", "PK\003\004rest", 65, false, "terraform show -json turns it into JSON"},
    {"half a plan", HEAD CREATE, 65, false, "standard input"},
    {"nothing", "", 65, false, "'standard input' is empty"},
    {"no plan", "hello\n", 65, true, "neither a summary nor an error of terraform"},
};

/* Every % is a value as long as that. */
static struct str filled(struct arena *arena, const char *text, size_t len)
{
	struct str rest = str_from(text);
	struct buf buf;
	size_t at;

	buf_init(&buf, arena, SIZE_MAX);
	for (; str_find_char(rest, '%', &at); rest = str_skip(rest, at + 1)) {
		buf_add(&buf, str_from_to(rest, 0, at));
		buf_repeat(&buf, 'x', len);
	}
	buf_add(&buf, rest);
	return buf_str(&buf);
}

static void pipe_in(struct program *program, const char *label, size_t row, struct str input)
{
	struct program_result result;

	program->input = program_write(program, "in", input);
	result = RUN(program, "plan");
	program_expect(label, &result, rows[row].status, NULL, rows[row].says);
	if (!str_eq(result.out, rows[row].passes ? input : STR_EMPTY))
		fail_msg("%s: on standard output: %.*s", label, STR_ARG(result.out));
	assert_int_equal(program_left_over(program), 0);
}

static void forms(void **state)
{
	struct program program;

	(void)state;
	program_begin(&program);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		pipe_in(&program, rows[i].name, i, filled(program.arena, rows[i].input, 1));
	program_end(&program);
}

/* What does not fit into one read. */
static void large_document(void **state)
{
	struct program program;

	(void)state;
	program_begin(&program);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (strchr(rows[i].input, '%'))
			pipe_in(
			    &program, rows[i].name, i, filled(program.arena, rows[i].input, LARGE));
	}
	program_end(&program);
}

/* A denial is one in a pipe, too. */
static void policies_count(void **state)
{
	struct program program;
	struct program_result result;

	(void)state;
	program_begin(&program);
	program_write(&program, "main.tf", STR_EMPTY);
	program_write(&program, "tfherald.yaml",
	    STR("version: 1\nrules:\n  - {id: no-t, title: No t, level: deny, match: {types: [t]}, "
		"forbid: 'true'}\n"));
	program.input = program_write(&program, "in", filled(program.arena, PLAN, 1));
	result = RUN(&program, "plan");
	program_expect("JSON", &result, 3, NULL, "no-t");
	program.input = program_write(&program, "in", STR(TEXT));
	result = RUN(&program, "plan");
	program_expect("text", &result, 3, NULL, "no-t");
	program_end(&program);
}

/* A file called - is standard output, which then holds nothing else. */
static void files_to_standard_output(void **state)
{
	static const struct {
		const char *option, *starts, *ends;
	} files[] = {
	    {"--report", "{\n", "}\n"},
	    {"--markdown", "## Plan", "</sub>\n"},
	    {"--html", "<!DOCTYPE html>", "</html>\n"},
	};
	struct program program;

	(void)state;
	program_begin(&program);
	const char *plan = program_write(&program, "plan.json", filled(program.arena, PLAN, 1));
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		struct program_result result =
		    RUN(&program, "plan", "--plan", plan, files[i].option, "-");

		program_expect(files[i].option, &result, 0, files[i].starts, "1 to add");
		if (!str_starts(result.out, str_from(files[i].starts)) ||
		    !str_ends(result.out, str_from(files[i].ends)))
			fail_msg("%s: %.*s", files[i].option, STR_ARG(result.out));
	}
	program_end(&program);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(forms),
	    cmocka_unit_test(large_document),
	    cmocka_unit_test(policies_count),
	    cmocka_unit_test(files_to_standard_output),
	};

	return cmocka_run_group_tests_name("e2e/pipe", tests, NULL, NULL);
}

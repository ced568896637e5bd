/* Bad input is normal input: one clear line, the documented exit status, nothing lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "tests/support/program.h"

#define PLAN_TEXT "\nPlan: 1 to add, 0 to change, 0 to destroy.\n"

static void inputs(void **state)
{
	static const struct {
		const char *name;
		struct str content;
		int status;
		const char *out_has, *err_has;
	} rows[] = {
	    {"empty file", STR_INIT(""), 65, NULL, "is empty"},
	    {"truncated JSON",
		STR_INIT("{\"format_version\":\"1.2\",\"resource_changes\":[{\"addr"), 65, NULL,
		":1:"},
	    {"malformed JSON", STR_INIT("{\"format_version\":\"1.2\",\n\"resource_changes\":[}]}"),
		65, NULL, ":2:"},
	    {"JSON that is no plan", STR_INIT("{\"hello\":\"world\"}"), 65, NULL, "plan"},
	    {"a JSON array", STR_INIT("[1,2,3]"), 65, NULL, "input"},
	    {"a state",
		STR_INIT("{\"format_version\":\"1.0\",\"terraform_version\":\"1.11.4\","
			 "\"values\":{\"root_module\":{}}}"),
		65, NULL, "state"},
	    {"binary rubbish",
		STR_INIT("\x00\x01\x02\xff\xfe rubbish \x00\x00\x7f"
			 "ELF\x00\x00\x01"),
		65, NULL, "input"},
	    {"text without a plan", STR_INIT("hello\nworld\n"), 65, NULL, "no plan"},
	    {"errored plan",
		STR_INIT("{\"format_version\":\"1.2\",\"terraform_version\":\"1.11.4\","
			 "\"resource_changes\":[],\"errored\":true}"),
		0, "failed", NULL},
	    {"UTF-8 with a byte order mark",
		STR_INIT("\xef\xbb\xbf{\"format_version\":\"1.2\",\"resource_changes\":[]}"), 0,
		"No changes", NULL},
	    {"noise around a document",
		STR_INIT(
		    "+ terraform show -json\n{\"format_version\":\"1.2\",\"resource_changes\":[]}\n"
		    "done\n"),
		0, "No changes", NULL},
	    {"duplicate keys in a change",
		STR_INIT(
		    "{\"format_version\":\"1.2\",\"resource_changes\":[{\"address\":\"a.b\","
		    "\"mode\":\"managed\",\"type\":\"a\",\"name\":\"b\",\"change\":{\"actions\":"
		    "[\"create\"],\"before\":null,\"after\":{\"x\":1,\"x\":2}}}]}"),
		65, NULL, "duplicate key"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct program program;

		if (!program_takes_row(i))
			continue;
		program_begin(&program);
		program_write(&program, "input", rows[i].content);
		struct program_result result = RUN(&program, "show", "input");
		program_expect(
		    rows[i].name, &result, rows[i].status, rows[i].out_has, rows[i].err_has);
		program_end(&program);
	}
}

static void command_lines(void **state)
{
	static const struct {
		const char *name;
		const char *arguments[8];
		int status;
		const char *out_has, *err_has;
	} rows[] = {
	    {"missing file", {"show", "nowhere.json"}, 66, NULL, "nowhere.json"},
	    {"a directory", {"show", "tmp"}, 66, NULL, "directory"},
	    {"unknown option", {"show", "--fromat", "json", "x"}, 64, NULL, "--format"},
	    {"unknown command", {"paln"}, 64, NULL, "plan"},
	    {"no command", {NULL}, 64, NULL, "which command"},
	    {"help", {"--help"}, 0, "plan", NULL},
	    {"single dash", {"-help"}, 0, "plan", NULL},
	    {"version", {"version"}, 0, "tfherald ", NULL},
	    {"value missing", {"show", "--format"}, 64, NULL, "--format"},
	    {"unknown choice", {"show", "--format", "yaml", "x"}, 64, NULL, "markdown"},
	    {"too many operands", {"show", "a", "b"}, 64, NULL, NULL},
	    {"nothing after --", {"plan", "--"}, 64, NULL, "--"},
	    {"file and command", {"plan", "--plan", "x", "--", "true"}, 64, NULL, "--plan"},
	    {"defer without a report", {"plan", "--defer-exit", "--", "true"}, 64, NULL,
		"--report"},
	    {"empty standard input", {"plan"}, 65, NULL, "terraform plan"},
	    {"chdir to nowhere", {"--chdir", "nowhere", "show", "x"}, 66, NULL, "nowhere"},
	    {"child not found", {"plan", "--", "no-such-program-x"}, 127, NULL,
		"no-such-program-x"},
	    {"child not executable", {"plan", "--", "./plain.txt"}, 126, NULL, "plain.txt"},
	    {"child fails", {"plan", "--", "sh", "-c", "echo out; echo bad >&2; exit 7"}, 7,
		"out\n", "bad\n"},
	    {"child is killed", {"plan", "--", "sh", "-c", "echo before; kill -9 $$"}, 137,
		"before\n", "signal 9"},
	    {"child closes its pipes early",
		{"plan", "--", "sh", "-c", "echo early; exec >&- 2>&-; sleep 0.2; exit 3"}, 3,
		"early\n", NULL},
	    {"report into nowhere", {"show", "--report", "no/such/dir/r.json", "plan.txt"}, 66,
		NULL, "no/such/dir"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct program program;

		if (!program_takes_row(i))
			continue;
		program_begin(&program);
		program_write(&program, "plain.txt", STR("text"));
		program_write(&program, "plan.txt", STR(PLAN_TEXT));
		struct program_result result = program_run(&program, rows[i].arguments);
		program_expect(
		    rows[i].name, &result, rows[i].status, rows[i].out_has, rows[i].err_has);
		program_end(&program);
	}
}

static void settings(void **state)
{
	static const struct {
		const char *name, *content, *err_has;
	} rows[] = {
	    {"unknown key", "version: 1\ngithub:\n  skip_no_change: true\n", "tfherald.yaml:3:3: "},
	    {"suggestion", "tarrget: x\n", "target"},
	    {"literal secret", "slack:\n  token: xoxb-123-secret\n", "env:"},
	    {"newer version", "version: 2\n", "tfherald.yaml:1:"},
	    {"no YAML", "a: [1, 2\n", "tfherald.yaml:"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct program program;

		if (!program_takes_row(i))
			continue;
		program_begin(&program);
		program_write(&program, "tfherald.yaml", str_from(rows[i].content));
		program_write(&program, "plan.txt", STR(PLAN_TEXT));
		struct program_result result = RUN(&program, "plan", "--plan", "plan.txt");
		program_expect(rows[i].name, &result, 65, NULL, rows[i].err_has);
		assert_false(str_contains(result.err, STR("xoxb-123-secret")));
		program_end(&program);
	}
}

/* What stops us is told to those who wait for the report, too. */
static void reports_of_failures(void **state)
{
	static const struct {
		const char *name;
		const char *arguments[10];
		int status;
		const char *report_has;
	} rows[] = {
	    {"child not found", {"plan", "--report", "r.json", "--", "no-such-program-x"}, 127,
		"\"status\": 127"},
	    {"file missing", {"plan", "--report", "r.json", "--plan", "nowhere"}, 66, "nowhere"},
	    {"file is no plan", {"plan", "--report", "r.json", "--plan", "plain.txt"}, 65,
		"\"result\": \"error\""},
	    {"deferred", {"plan", "--defer-exit", "--report", "r.json", "--plan", "plain.txt"}, 0,
		"\"status\": 65"},
	    {"unknown failure", {"plan", "--report", "r.json", "--", "sh", "-c", "exit 9"}, 9,
		"\"result\": \"error\""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct program program;

		if (!program_takes_row(i))
			continue;
		program_begin(&program);
		program_write(&program, "plain.txt", STR("nothing of a plan"));
		struct program_result result = program_run(&program, rows[i].arguments);
		program_expect(rows[i].name, &result, rows[i].status, NULL, NULL);
		struct str report = program_read(&program, "r.json");
		if (!str_contains(report, str_from(rows[i].report_has)))
			fail_msg("%s: %.*s", rows[i].name, STR_ARG(report));
		program_end(&program);
	}
}

static void report_that_cannot_be_written(void **state)
{
	struct program program;

	(void)state;
	program_begin(&program);
	struct program_result result =
	    RUN(&program, "plan", "--report", "no/dir/r.json", "--", "sh", "-c", "exit 7");
	program_expect("the child's status wins", &result, 7, NULL, "no/dir");
	result = RUN(&program, "plan", "--report", "no/dir/r.json", "--defer-exit", "--", "sh",
	    "-c", "exit 7");
	program_expect("nothing is deferred", &result, 7, NULL, "no/dir");
	result = RUN(&program, "plan", "--report", "no/dir/r.json", "--", "true");
	program_expect("alone it counts", &result, 66, NULL, "no/dir");
	program_end(&program);
}

/* The end of the output is not the end of us; what the child said was said. */
static void output_goes_away(void **state)
{
	struct program program;
	const char *const argv[] = {"sh", "-c",
	    "\"$0\" plan --report r.json -- sh -c 'i=0; while [ $i -lt 20000 ]; do echo line $i; "
	    "i=$((i+1)); done; exit 5' 2>err | head -n 1; cat r.json",
	    getenv("TFHERALD"), NULL};

	(void)state;
	program_begin(&program);
	struct program_result result = program_other(&program, argv);
	program_expect("broken pipe", &result, 0, "line 0\n", NULL);
	program_expect("the child's status is kept", &result, 0, "\"status\": 5", NULL);
	program_end(&program);
}

static void full_disk_is_said(void **state)
{
	struct program program;
	const char *const argv[] = {
	    "sh", "-c", "exec \"$0\" show plan.txt > /dev/full", getenv("TFHERALD"), NULL};

	(void)state;
	if (access("/dev/full", W_OK) != 0)
		skip();
	program_begin(&program);
	program_write(&program, "plan.txt", STR(PLAN_TEXT));
	struct program_result result = program_other(&program, argv);
	program_expect("/dev/full", &result, 66, NULL, "No space left");
	const char *const child[] = {
	    "sh", "-c", "exec \"$0\" plan -- echo hi > /dev/full", getenv("TFHERALD"), NULL};
	result = program_other(&program, child);
	program_expect("a child's output", &result, 66, NULL, "No space left");
	const char *const closed[] = {
	    "sh", "-c", "exec \"$0\" version >&-", getenv("TFHERALD"), NULL};
	result = program_other(&program, closed);
	program_expect("closed standard output", &result, 66, NULL, "cannot write");
	program_end(&program);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(inputs),
	    cmocka_unit_test(command_lines),
	    cmocka_unit_test(settings),
	    cmocka_unit_test(reports_of_failures),
	    cmocka_unit_test(report_that_cannot_be_written),
	    cmocka_unit_test(output_goes_away),
	    cmocka_unit_test(full_disk_is_said),
	};
	return cmocka_run_group_tests_name("e2e/bad_input", tests, NULL, NULL);
}

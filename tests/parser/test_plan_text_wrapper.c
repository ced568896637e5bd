#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "parser/plan_read.h"
#include "parser/plan_text.h"
#include "tests/support/plan_sketch.h"

struct line_case {
	const char *name, *line;
	enum wrapper_kind kind;
	const char *unit, *text;
};

static const struct line_case lines[] = {
    {"pretty", "12:00:00.123 STDOUT [a/b] tofu:   # x.y will be created", WRAPPER_OUT, "a/b",
	"  # x.y will be created"},
    {"pretty, empty", "12:00:00.123 STDOUT [a/b] tofu:", WRAPPER_OUT, "a/b", ""},
    {"pretty without unit", "12:00:00.123 STDERR terraform: Error: x", WRAPPER_ERR, "", "Error: x"},
    {"wrapper script", "12:00:00.123 STDOUT [u] tfwrapper.sh: No changes. x", WRAPPER_OUT, "u",
	"No changes. x"},
    {"without time", "STDOUT [u] terraform: x", WRAPPER_OUT, "u", "x"},
    {"without time and tool", "STDOUT x", WRAPPER_NONE, "", "STDOUT x"},
    {"init is at level INFO", "12:00:00.123 INFO   [u] tofu: Initializing", WRAPPER_OUT, "u",
	"Initializing"},
    {"own info", "12:00:00.123 INFO   The stack at . will be processed", WRAPPER_LOG, "",
	"The stack at . will be processed"},
    {"own error", "12:00:00.123 ERROR  [u] terraform invocation failed", WRAPPER_FAILED, "u",
	"terraform invocation failed"},
    {"an error is no tool", "12:00:00.123 ERROR  Error: bad", WRAPPER_FAILED, "", "Error: bad"},
    {"fields", "time=2024-11-22T12:00:00Z level=stdout prefix=u tf-path=tofu msg=  + a = \"b\"",
	WRAPPER_OUT, "u", "  + a = \"b\""},
    {"fields, error", "time=\"2024-11-22\" level=error msg=\"it failed\" prefix=\"[u]\" ",
	WRAPPER_FAILED, "u", "it failed"},
    {"logrus, bare", "time=2021-12-10T14:17:10Z level=info msg=Executing hook prefix=[/a] ",
	WRAPPER_LOG, "/a", "Executing hook"},
    {"logrus on a terminal", "ERRO[0012] Module /a has finished with an error", WRAPPER_FAILED, "",
	"Module /a has finished with an error"},
    {"before 0.27", "[terragrunt] [/a] 2019/01/31 12:00:00 Running command: terraform plan",
	WRAPPER_LOG, "/a", "Running command: terraform plan"},
    {"before 0.27, failure", "[terragrunt] 2019/01/31 12:00:00 Hit multiple errors:",
	WRAPPER_FAILED, "", "Hit multiple errors:"},
    {"module prefix", "[/a/b] Plan: 1 to add", WRAPPER_OUT, "/a/b", "Plan: 1 to add"},
    {"a time alone", "12:00:00 lunch", WRAPPER_NONE, "", "12:00:00 lunch"},
    {"plain", "  # x.y will be created", WRAPPER_NONE, "", "  # x.y will be created"},
    {"empty", "", WRAPPER_NONE, "", ""},
};

static void test_lines(void **state)
{
	size_t bad = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		struct wrapper_line got = wrapper_recognise(str_from(lines[i].line), true);

		if (got.kind == lines[i].kind && str_is(got.unit, lines[i].unit) &&
		    str_is(got.text, lines[i].text))
			continue;
		print_error("%s: %d '%.*s' '%.*s'\n", lines[i].name, (int)got.kind,
		    STR_ARG(got.unit), STR_ARG(got.text));
		bad++;
	}
	assert_int_equal(bad, 0);
}

static const struct {
	const char *line, *rest; /* rest NULL: no time in front */
} stamps[] = {
    {"2026-11-22T10:28:00.1234567Z Plan: 1", "Plan: 1"},
    {"2026-11-22T10:28:00Z", ""},
    {"2026-11-22T10:28:00+01:00   x", "  x"},
    {"[2026-11-22T10:28:00.123Z] x", "x"},
    {"2026-11-22T10:28:00.123456Z 01O x", "x"},
    {"2026-11-22T10:28:00.123456Z 01E+x", "x"},
    {"2026/11/22 10:28:00 [DEBUG] x", NULL},
    {"2026-11-22 x", NULL},
    {"", NULL},
};

static void test_stamps(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(stamps); i++) {
		struct str line = str_from(stamps[i].line);
		bool eaten = wrapper_eat_timestamp(&line);

		if (eaten != (stamps[i].rest != NULL) || (eaten && !str_is(line, stamps[i].rest)))
			fail_msg("'%s' -> '%.*s'", stamps[i].line, STR_ARG(line));
	}
}

static const struct {
	const char *name, *text, *want;
} texts[] = {
    {"interleaved units",
	"10:00:00.000 STDOUT [a] tofu: OpenTofu will perform the following actions:\n"
	"10:00:00.000 STDOUT [b] tofu: OpenTofu will perform the following actions:\n"
	"10:00:00.000 STDOUT [a] tofu:   # x.a will be created\n"
	"10:00:00.000 STDOUT [b] tofu:   # x.b will be destroyed\n"
	"10:00:00.000 STDOUT [a] tofu:   + resource \"x\" \"a\" {\n"
	"10:00:00.000 STDOUT [b] tofu:   - resource \"x\" \"b\" {\n"
	"10:00:00.000 STDERR [a] tofu: ╷\n"
	"10:00:00.000 STDOUT [b] tofu:     }\n"
	"10:00:00.000 STDERR [a] tofu: │ Warning: odd\n"
	"10:00:00.000 STDOUT [b] tofu: Plan: 0 to add, 0 to change, 1 to destroy.\n"
	"10:00:00.000 STDERR [a] tofu: ╵\n"
	"10:00:00.000 STDOUT [a] tofu:     }\n"
	"10:00:00.000 STDOUT [a] tofu: Plan: 1 to add, 0 to change, 0 to destroy.\n",
	"changes 0/1/0/1/0 tofu\n+ x.a\n- x.b\nwarning 'odd'\n"
	"note 2 plans in one text: their figures are added up\n"
	"note the output of 2 Terragrunt units\n"},
    {"times of a CI system",
	"2026-11-22T10:28:00.0Z Terraform will perform the following actions:\n"
	"2026-11-22T10:28:00.0Z \n"
	"2026-11-22T10:28:00.0Z   # x.a will be created\n"
	"2026-11-22T10:28:00.0Z   + resource \"x\" \"a\" {\n"
	"2026-11-22T10:28:00.0Z     }\n"
	"2026-11-22T10:28:00.0Z Plan: 1 to add, 0 to change, 0 to destroy.\n",
	"changes 0/1/0/0/0\n+ x.a\n"},
    {"module prefixes",
	"[/a] Terraform will perform the following actions:\n[/a]   # x.a will be created\n"
	"[/b] No changes. Infrastructure is up-to-date.\n"
	"[/a] Plan: 1 to add, 0 to change, 0 to destroy.\n",
	"changes 0/1/0/0/0\n+ x.a\nnote 2 plans in one text: their figures are added up\n"
	"note the output of 2 Terragrunt units\n"},
    {"a failure of the wrapper",
	"10:00:00.000 INFO   Downloading\n10:00:00.000 ERROR  error downloading 'git::x'\n",
	"error 0/0/0/0/0 unknown\nerror 'error downloading 'git::x''\n"},
    {"a complaint after a result",
	"10:00:00.000 STDOUT [a] tofu: No changes. Fine.\n10:00:00.000 ERROR  [a] hook failed\n",
	"no_changes 0/0/0/0/0\nnote the wrapper says: hook failed\n"},
    {"brackets that are no units", "[command]/bin/terraform plan\n[x] y\nNo changes. Fine.\n",
	"no_changes 0/0/0/0/0\n"},
};

static void test_texts(void **state)
{
	size_t bad = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct arena *arena = arena_new();
		struct str got = plan_sketch(arena, plan_read_text(arena, str_from(texts[i].text)));

		if (!str_is(got, texts[i].want)) {
			print_error(
			    "%s:\n%.*s--- wanted:\n%s", texts[i].name, STR_ARG(got), texts[i].want);
			bad++;
		}
		arena_free(arena);
	}
	assert_int_equal(bad, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_lines),
	    cmocka_unit_test(test_stamps),
	    cmocka_unit_test(test_texts),
	};

	return cmocka_run_group_tests_name("parser/plan_text_wrapper", tests, NULL, NULL);
}

/* Workflow commands: golden files, escapes, the ten of each kind, and that data gives no command.
 */
#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "tests/support/checked_text.h"
#include "tests/support/outcomes.h"

/* Commands begin with a kind and a property of ours; other lines can be none. */
static size_t count_commands(const char *name, struct str text)
{
	static const char *const starts[] = {"::error file=", "::warning file=", "::notice file=",
	    "::error title=tfherald::", "::notice title=tfherald::"};
	size_t count = 0;
	struct str line;

	while (str_line(&text, &line)) {
		bool known = false;

		for (size_t i = 0; i < ARRAY_LEN(starts); i++)
			known |= str_starts(line, str_from(starts[i]));
		count += known;
		if (!known &&
		    (str_starts(str_trim(line), STR("::")) || str_contains(line, STR("##["))))
			fail_msg("%s: %.*s", name, STR_ARG(line));
		if (str_contains(line, STR("\r")) || str_contains(line, STR("\x1b")))
			fail_msg("%s: control character", name);
	}
	return count;
}

static void has_commands(const char *name, struct str text)
{
	(void)count_commands(name, text);
}

static void golden(void **state)
{
	(void)state;
	checked_golden(render_annotations, "github.txt", has_commands);
}

static struct finding finding_of(enum level level)
{
	struct finding finding = plain_finding(level);

	finding.file = STR("main.tf");
	finding.line = 7;
	finding.column = 2;
	return finding;
}

static struct str of_findings(struct arena *arena, struct finding *list, size_t count)
{
	struct verdict verdict = {.evaluated = true, .findings = list, .finding_count = count};

	return checked_verdict_text(arena, render_annotations, &verdict);
}

static void one(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct finding finding = finding_of(LEVEL_DENY);
	struct str text;

	(void)state;
	text = of_findings(arena, &finding, 1);
	assert_true(
	    str_is(text, "::error file=main.tf,line=7,col=2,title=r%3A Title::aws_x.y: message\n"));
	finding.level = LEVEL_WARN;
	finding.file = STR("a,b:c%.tf");
	finding.line = 0;
	finding.message = STR("50% of, all: things");
	finding.remediation = STR("do x");
	text = of_findings(arena, &finding, 1);
	assert_true(str_is(text, "::warning file=a%2Cb%3Ac%25.tf,title=r%3A Title::aws_x.y: 50%25 "
				 "of, all: things%0AHow to fix: do x\n"));
	finding.fate = FATE_WAIVED;
	finding.level = LEVEL_INFO;
	text = of_findings(arena, &finding, 1);
	assert_int_equal(text.len, 0);
}

static void ten_of_each(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct finding list[60];
	struct str text;

	(void)state;
	for (size_t i = 0; i < 60; i++)
		list[i] = finding_of(i < 25 ? LEVEL_DENY : i < 36 ? LEVEL_WARN : LEVEL_INFO);
	text = of_findings(arena, list, 45);
	assert_int_equal(count_commands("45", text), 29);
	assert_true(
	    str_ends(text, STR("tfherald: 15 errors, 1 warning more in this log: GitHub shows "
			       "10 annotations of each kind for a step\n")));
	text = of_findings(arena, list, 10);
	assert_int_equal(count_commands("10", text), 10);
	assert_false(str_contains(text, STR("more")));
}

static void hostile(void **state)
{
	static const char *const more[] = {"\n::error::x", "\r\n::set-output name=x::y",
	    "##[add-mask]x", "a\n##[stop-commands]x", "::stop-commands::x", "%0A::error::x"};

	(void)state;
	for (size_t i = 0; i < hostile_text_count + ARRAY_LEN(more); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		const char *name =
		    i < hostile_text_count ? hostile_texts[i] : more[i - hostile_text_count];
		struct str evil = str_from(name);
		struct finding list[12];

		for (size_t k = 0; k < 12; k++) {
			list[k] = finding_of(LEVEL_DENY);
			list[k].rule_id = list[k].title = list[k].remediation = evil;
			list[k].address = list[k].message = list[k].file = list[k].tool = evil;
		}
		assert_int_equal(count_commands(name, of_findings(arena, list, 12)), 10);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(golden),
	    cmocka_unit_test(one),
	    cmocka_unit_test(ten_of_each),
	    cmocka_unit_test(hostile),
	};
	return cmocka_run_group_tests_name("report/render_annotations", tests, NULL, NULL);
}

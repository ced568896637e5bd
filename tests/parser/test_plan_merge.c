#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "parser/plan_read.h"
#include "tests/support/plan_sketch.h"

#define EMPTY_PLAN                                                                        \
	{                                                                                 \
		.tool_version = STR_INIT("1.11.4"), .summary = {.add = 1, .known = true } \
	}

static struct plan *merge(struct arena *arena, const char *text)
{
	struct plan *plan = arena_make(arena, struct plan);

	*plan = (struct plan)EMPTY_PLAN;
	plan->result = PLAN_CHANGES;
	plan->has_result = true;
	plan_add_text(arena, plan, text ? plan_read_text(arena, str_from(text)) : NULL);
	return plan;
}

static const struct {
	const char *name, *text, *want;
} cases[] = {
    {"no text", NULL, "changes 0/1/0/0/0 version=1.11.4\n"},
    {"agrees", "Plan: 1 to add, 0 to change, 0 to destroy.\n",
	"changes 0/1/0/0/0 version=1.11.4\n"},
    {"disagrees", "Plan: 2 to add, 0 to change, 0 to destroy.\n",
	"changes 0/1/0/0/0 version=1.11.4\n"
	"note the text says 0 to import, 2 to add, 0 to change, 0 to destroy; the JSON of the "
	"plan, "
	"which counts, says 0, 1, 0 and 0\n"},
    {"an error of the run", "Error: Bad\n\nError: Bad\n",
	"error 0/1/0/0/0 version=1.11.4\nerror 'Bad'\n"},
    {"refresh only", "No changes. Your infrastructure still matches the configuration.\n",
	"changes 0/1/0/0/0 refresh-only version=1.11.4\nnote the text says 0 to import, 0 to add, "
	"0 to change, 0 to destroy; the JSON of the plan, which counts, says 0, 1, 0 and 0\n"},
    {"the apply of a saved plan",
	"aws_x.y: Creating...\naws_x.y: Creation complete after 1s\n\n"
	"Apply complete! Resources: 1 added, 0 changed, 0 destroyed.\n",
	"changes 0/1/0/0/0 version=1.11.4\napply complete 0/1/0/0/0/0\nstep aws_x.y create done\n"},
    {"the apply of a saved plan that failed",
	"aws_x.y: Creating...\n\nError: no\n\n  with aws_x.y,\n",
	"error 0/1/0/0/0 version=1.11.4\nerror 'no' with aws_x.y\napply\nstep aws_x.y create "
	"failed\n"},
};

static void test_merge(void **state)
{
	size_t bad = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena *arena = arena_new();
		struct str got = plan_sketch(arena, merge(arena, cases[i].text));

		if (!str_is(got, cases[i].want)) {
			print_error(
			    "%s:\n%.*s--- wanted:\n%s", cases[i].name, STR_ARG(got), cases[i].want);
			bad++;
		}
		arena_free(arena);
	}
	assert_int_equal(bad, 0);
}

/* stdout and stderr of one run: what the one says must not cover the other. */
static void test_channels(void **state)
{
	struct arena *arena = arena_new();
	struct plan *plan = plan_read_text(arena,
	    STR("Terraform will perform the following actions:\n\n  # a.c will be created\n"
		"  + resource \"a\" \"c\" {\n    }\n\nPlan: 1 to add, 0 to change, 0 to destroy.\n"
		"a.c: Creating...\n"));

	(void)state;
	plan_add_text(arena, plan, plan_read_text(arena, STR("noise\n")));
	assert_true(plan->apply.present);
	assert_true(str_is(plan->text.summary_line, "Plan: 1 to add, 0 to change, 0 to destroy."));
	plan_add_text(arena, plan, plan_read_text(arena, STR("Error: no\n\n  with a.c,\n\nD\n")));
	assert_true(str_is(plan_sketch(arena, plan),
	    "error 0/1/0/0/0\n+ a.c\nerror 'no' with a.c (D)\napply\nstep a.c create failed\n"));
	assert_true(plan->text.changes.len > 0 && plan->text.errors.len > 0);
	plan_add_text(arena, plan, plan_read_text(arena, STR("Error: no\n\n  with a.c,\n\nD\n")));
	assert_int_equal(plan->diagnostic_count, 1);
	plan_add_text(arena, plan, plan_read_text(arena, STR("Error: no\n\n  with a.c,\n\nE\n")));
	assert_int_equal(plan->diagnostic_count, 2);
	plan = plan_read_text(arena, STR("a.c (deposed object 1): Destroying...\n"));
	plan_add_text(arena, plan, plan_read_text(arena, STR("Error: no\n\n  with a.c,\n")));
	assert_int_equal(plan->apply.steps[0].state, APPLY_FAILED);
	plan = plan_read_text(arena, STR("hello\n"));
	plan_add_text(arena, plan, plan_read_text(arena, STR("noise\n")));
	assert_false(plan->has_result);
	assert_int_equal(plan->result, PLAN_NO_CHANGES);
	arena_free(arena);
}

static void test_parts(void **state)
{
	struct arena *arena = arena_new();
	const struct plan *plan =
	    merge(arena, "noise\nNote: Objects have changed outside of Terraform\n\n"
			 "  # a.b has changed\n  ~ resource \"a\" \"b\" {\n    }\n\n\n"
			 "Unless you have made equivalent changes to your\nconfiguration.\n\n"
			 "────────────────────────────────────\n\n"
			 "Terraform will perform the following actions:\n\n"
			 "  # a.c will be created\n  + resource \"a\" \"c\" {\n    }\n\n"
			 "Plan: 1 to add, 0 to change, 0 to destroy.\n\n"
			 "Changes to Outputs:\n  + o = 1\n"
			 "╷\n│ Warning: W\n│ \n│ Detail\n╵\n"
			 "noise\n");

	(void)state;
	assert_true(str_is(plan->text.summary_line, "Plan: 1 to add, 0 to change, 0 to destroy."));
	assert_true(str_is(plan->text.changes,
	    "  # a.c will be created\n  + resource \"a\" \"c\" {\n    }\n\n"
	    "Plan: 1 to add, 0 to change, 0 to destroy.\n\nChanges to Outputs:\n  + o = 1"));
	assert_true(str_is(plan->text.outside,
	    "Note: Objects have changed outside of Terraform\n\n"
	    "  # a.b has changed\n  ~ resource \"a\" \"b\" {\n    }\n\n\n"
	    "Unless you have made equivalent changes to your\nconfiguration."));
	assert_true(str_is(plan->text.warnings, "Warning: W\n\nDetail"));
	assert_true(str_is(plan->text.errors, ""));
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_merge),
	    cmocka_unit_test(test_channels),
	    cmocka_unit_test(test_parts),
	};

	return cmocka_run_group_tests_name("parser/plan_merge", tests, NULL, NULL);
}

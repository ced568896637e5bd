#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "parser/plan_read.h"
#include "tests/support/plan_sketch.h"

struct stream_case {
	const char *name, *text, *want;
};

#define RESOURCE(addr) "{\"resource\":{\"addr\":\"" addr "\",\"resource_type\":\"a\"}"
#define PLANNED(addr, rest)                                                    \
	"{\"@level\":\"info\",\"@message\":\"m\",\"type\":\"planned_change\"," \
	"\"change\":" RESOURCE(addr) "," rest "}}\n"
#define HOOK(type, addr, action)               \
	"{\"@message\":\"m\",\"type\":\"" type \
	"\",\"hook\":" RESOURCE(addr) ",\"action\":\"" action "\"}}\n"
#define SUMMARY(text, figures) \
	"{\"@message\":\"" text "\",\"type\":\"change_summary\",\"changes\":{" figures "}}\n"

static const struct stream_case cases[] = {
    {"every action",
	"{\"@message\":\"Terraform "
	"1.11.4\",\"terraform\":\"1.11.4\",\"type\":\"version\"}\n" PLANNED(
	    "a.c", "\"action\":\"create\"") PLANNED("a.u", "\"action\":\"update\"") PLANNED("a.d",
	    "\"action\":\"delete\",\"reason\":\"delete_because_no_resource_config\"")
	    PLANNED("a.r[\\\"x y\\\"]", "\"action\":\"replace\",\"reason\":\"tainted\"")
		PLANNED("data.a.b", "\"action\":\"read\"") PLANNED("a.n", "\"action\":\"noop\"")
		    PLANNED("a.m", "\"action\":\"move\",\"previous_resource\":{\"addr\":\"a.old\"}")
			PLANNED("a.f", "\"action\":\"remove\"") PLANNED("a.i",
			    "\"action\":\"import\",\"importing\":{\"id\":\"i-1\"},"
			    "\"generated_config\":\"x\"") PLANNED("a.z", "\"action\":\"freeze\"")
			    SUMMARY("Plan: x", "\"add\":2,\"change\":1,\"import\":1,\"remove\":2,"
					       "\"operation\":\"plan\""),
	"changes 1/2/1/2/1 version=1.11.4\n+ a.c\n~ a.u\n"
	"- a.d reason=delete_because_no_resource_config\n"
	"-/+ a.r[\"x y\"] reason=replace_because_tainted\n<= data.a.b\n  a.n\n  a.m from=a.old\n. "
	"a.f\n"
	"  a.i import=i-1 generated\n? a.z words=freeze\n"},
    {"drift, deferred, outputs, actions",
	"{\"@message\":\"\",\"tofu\":\"1.8.0\",\"type\":\"version\"}\n"
	"{\"type\":\"resource_drift\",\"change\":" RESOURCE(
	    "a.b") ",\"action\":\"update\"}}\n"
		   "{\"type\":\"deferred_change\",\"deferred\":{\"reason\":\"absent_prereq\","
		   "\"change\":" RESOURCE(
		       "a.c") ",\"action\":\"create\"}}}\n"
			      "{\"type\":\"outputs\",\"outputs\":{\"o\":{\"action\":\"create\","
			      "\"sensitive\":true},"
			      "\"p\":{\"action\":\"noop\",\"sensitive\":false}}}\n"
			      "{\"type\":\"planned_action_invocation\",\"invocation\":{\"action_"
			      "addr\":{\"addr\":"
			      "\"action.x.y\",\"action_type\":\"x\"},\"lifecycle_trigger\":{"
			      "\"triggering_event\":"
			      "\"AfterCreate\",\"triggering_resource\":{\"addr\":\"a.c\"}}}}\n",
	"changes 0/0/0/0/0 unknown no-result tofu version=1.8.0\noutput + o sensitive\ndrift ~ "
	"a.b\n"
	"deferred + a.c reason=absent_prereq\ninvoke action.x.y x AfterCreate of a.c\n"},
    {"diagnostics",
	"{\"@level\":\"error\",\"@message\":\"Error: Bad\",\"type\":\"diagnostic\",\"diagnostic\":{"
	"\"severity\":\"error\",\"summary\":\"Bad\",\"detail\":\"D\",\"address\":\"a.b\","
	"\"range\":{\"filename\":\"main.tf\",\"start\":{\"line\":11,\"column\":1}}}}\n"
	"{\"@level\":\"warn\",\"type\":\"diagnostic\",\"diagnostic\":{\"severity\":\"warning\","
	"\"summary\":\"W\",\"snippet\":{\"start_line\":3}}}\n"
	"{\"@level\":\"error\",\"@message\":\"no type\"}\n",
	"error 0/0/0/0/0 unknown\nerror 'Bad' with a.b on main.tf:11 (D)\nwarning 'W'\n"
	"error 'no type'\n"},
    {"apply",
	HOOK("apply_start", "a.b", "create") HOOK("apply_progress", "a.b", "create") HOOK(
	    "apply_complete", "a.b", "create") HOOK("apply_start", "a.c", "delete")
	    HOOK("apply_errored", "a.c", "delete") HOOK("apply_start", "a.d", "update") SUMMARY(
		"Apply complete!", "\"add\":1,\"change\":0,\"remove\":0,\"operation\":\"apply\""),
	"changes 0/1/0/0/0\napply complete 0/1/0/0/0/0\nstep a.b create done\nstep a.c delete "
	"failed\n"
	"step a.d update started\n"},
    {"destroy",
	SUMMARY(
	    "Destroy complete!", "\"add\":0,\"change\":0,\"remove\":2,\"operation\":\"destroy\""),
	"changes 0/0/0/2/0 destroy-mode\napply complete 0/0/0/2/0/0\n"},
    {"an array",
	"[\n  {\"type\":\"planned_change\",\"change\":" RESOURCE(
	    "a.b") ",\"action\":\"create\"}},\n  "
		   "{\"type\":\"log\",\"@message\":\"x\"}\n]\n",
	"changes 0/1/0/0/0 unknown no-result\n+ a.b\n"},
    {"noise and an error as text",
	"+ terraform plan -json\n{\"level\":\"x\"}\n" PLANNED(
	    "a.b", "\"action\":\"create\"") "╷\n│ Error: Failed to read\n│ \n│ "
					    "why\n╵\n{broken}\n{\"type\":\"log\"}\n",
	"error 0/1/0/0/0 unknown\n+ a.b\nerror 'Failed to read' (why)\n"
	"note 8 lines are no messages of terraform -json\n"},
    {"cut in the last line", PLANNED("a.b", "\"action\":\"create\"") "{\"@level\":\"info\",\"@mess",
	"changes 0/1/0/0/0 unknown no-result\n+ a.b\nnote the last line is cut off\n"},
    {"behind a wrapper",
	"2026-11-22T10:28:00.1Z " PLANNED(
	    "a.b", "\"action\":\"create\"") "10:00:00.000 STDOUT [u] tofu: " PLANNED("a.c",
	    "\"action\":\"create\"") "{\"level\":\"stdout\",\"msg\":\"{\\\"type\\\":\\\"log\\\"}\","
				     "\"time\":\"x\"}\n",
	"changes 0/2/0/0/0 unknown no-result\n+ a.b\n+ a.c\n"},
    {"a type of a later version",
	"{\"type\":\"moon_phase\",\"@message\":\"x\"}\n{\"type\":\"moon_phase\"}\n"
	"{\"type\":\"test_run\"}\n",
	"no_changes 0/0/0/0/0 unknown no-result\n"
	"note messages of the type 'moon_phase' are not known to this version\n"},
    {"members of other kinds",
	"{\"type\":\"planned_change\",\"change\":7}\n{\"type\":\"outputs\",\"outputs\":[1]}\n"
	"{\"type\":\"change_summary\",\"changes\":{\"add\":-1,\"change\":\"x\",\"operation\":"
	"\"plan\"}}\n"
	"{\"type\":\"diagnostic\",\"diagnostic\":null,\"@message\":\"m\"}\n{\"type\":\"apply_"
	"start\"}\n",
	"error 0/0/0/0/0 unknown\n?  words=other\nerror 'm'\napply\n"
	"note a summary without figures was left out\n"},
    {"a broken summary hides no destroy",
	PLANNED("a.b", "\"action\":\"delete\"")
	    SUMMARY("x", "\"add\":\"x\",\"change\":-1,\"remove\":1e+99,\"operation\":\"plan\""),
	"changes 0/0/0/1/0 unknown no-result\n- a.b\nnote a summary without figures was left "
	"out\n"},
    {"messages behind the prefix of a log",
	"Nov 22 host ci[7]: " PLANNED("a.b", "\"action\":\"delete\"") "Nov 22 host ci[7]: " SUMMARY(
	    "Plan: x", "\"remove\":1,\"operation\":\"plan\""),
	"changes 0/0/0/1/0\n- a.b\n"},
    {"lone surrogates", PLANNED("a.b[\\\"\\ud800\\\"]", "\"action\":\"create\""),
	"changes 0/1/0/0/0 unknown no-result\n+ a.b[\"\xef\xbf\xbd\"]\n"
	"note 1 lone surrogates replaced by U+FFFD\n"},
};

static void test_streams(void **state)
{
	size_t bad = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena *arena = arena_new();
		struct plan *plan = NULL;
		struct err err = {0};
		struct str got;

		if (plan_read_stream(arena, str_from(cases[i].text), &plan, &err))
			got = plan_sketch(arena, plan);
		else
			got = str_from(err.text);
		if (!str_is(got, cases[i].want)) {
			print_error(
			    "%s:\n%.*s--- wanted:\n%s", cases[i].name, STR_ARG(got), cases[i].want);
			bad++;
		}
		arena_free(arena);
	}
	assert_int_equal(bad, 0);
}

static void test_no_stream(void **state)
{
	static const char *const texts[] = {"", "hello\n", "{\"a\":1}\n", "[1]", "[", "{"};
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct plan *plan;
		struct err err = {0};

		assert_false(plan_read_stream(arena, str_from(texts[i]), &plan, &err));
		assert_int_equal(err.code, ERR_SYNTAX);
		assert_string_equal(err.text, "there is no message of terraform -json in it");
	}
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_streams),
	    cmocka_unit_test(test_no_stream),
	};

	return cmocka_run_group_tests_name("parser/ui_stream", tests, NULL, NULL);
}

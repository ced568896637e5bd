#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/input.h"
#include "parser/plan_read.h"
#include "report/leak_search.h"
#include "report/leaks.h"

#define TOKEN	    "ghp_abcdefghijklmnopqrstuvwxyz0123456789"
#define BASE64	    "Z2hwX2FiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6MDEyMzQ1Njc4OQ=="
#define JSON(parts) "{\"format_version\":\"1.2\"," parts "}"
#define PLAN(rows)  JSON("\"resource_changes\":[" rows "]")
#define ROW(address, actions, change)                                                      \
	"{\"address\":\"" address "\",\"mode\":\"managed\",\"type\":\"a\",\"name\":\"b\"," \
	"\"change\":{\"actions\":[\"" actions "\"]," change "}}"
#define CREATE(after) ROW("a.b", "create", "\"before\":null,\"after\":" after)
#define OUTPUT(name, after)                                                  \
	JSON("\"resource_changes\":[],\"output_changes\":{\"" name           \
	     "\":{\"actions\":[\"create\"],\"before\":null,\"after\":" after \
	     ",\"before_sensitive\":false,\"after_sensitive\":false}}")
#define TEXT(lines)                                                   \
	"Terraform will perform the following actions:\n\n"           \
	"  # a.b will be created\n  + resource \"a\" \"b\" {\n" lines \
	"    }\n\nPlan: 1 to add, 0 to change, 0 to destroy.\n"
#define STREAM(change)                                                                         \
	"{\"@level\":\"info\",\"@message\":\"Terraform 1.11.4\",\"@module\":\"terraform.ui\"," \
	"\"type\":\"version\",\"terraform\":\"1.11.4\",\"ui\":\"1.2\"}\n" change               \
	"{\"@level\":\"info\",\"@message\":\"Plan\",\"@module\":\"terraform.ui\",\"type\":"    \
	"\"change_summary\",\"changes\":{\"add\":1,\"change\":0,\"import\":0,\"remove\":0,"    \
	"\"operation\":\"plan\"}}\n"
#define PLANNED(address, key)                                                                    \
	"{\"@level\":\"info\",\"@message\":\"x\",\"@module\":\"terraform.ui\",\"type\":"         \
	"\"planned_change\",\"change\":{\"resource\":{\"addr\":\"" address "\",\"module\":\"\"," \
	"\"resource\":\"" address "\",\"implied_provider\":\"a\",\"resource_type\":\"a\","       \
	"\"resource_name\":\"b\",\"resource_key\":" key "},\"action\":\"create\"}}\n"

/* `says`: how the message of the only finding begins; NULL: nothing is found. */
static const struct row {
	const char *label, *plan, *says, *action;
	bool withheld;
} rows[] = {
    {"a value", PLAN(CREATE("{\"x\":\"" TOKEN "\"}")), "'x' of 'a.b' looks like a secret (GitHub",
	"create", false},
    {"a value that is marked",
	PLAN(ROW("a.b", "create",
	    "\"before\":null,\"after\":{\"x\":\"" TOKEN "\"},\"after_sensitive\":{\"x\":true}")),
	NULL, NULL, false},
    {"base64 of it", PLAN(CREATE("{\"x\":\"" BASE64 "\"}")), "'x' of 'a.b' looks like", "create",
	false},
    {"of a delete", PLAN(ROW("a.b", "delete", "\"before\":{\"x\":\"" TOKEN "\"},\"after\":null")),
	"'x' of 'a.b' looks like", "delete", false},
    {"what was there before an update",
	PLAN(ROW("a.b", "update", "\"before\":{\"x\":\"" TOKEN "\"},\"after\":{\"x\":\"y\"}")),
	NULL, NULL, false},
    {"of a replace, unchanged",
	PLAN("{\"address\":\"a.b\",\"mode\":\"managed\",\"type\":\"a\",\"name\":\"b\",\"change\":{"
	     "\"actions\":[\"delete\",\"create\"],\"before\":{\"x\":\"" TOKEN
	     "\",\"y\":1},\"after\":{\"x\":\"" TOKEN "\",\"y\":2}}}"),
	"'x' of 'a.b' looks like", "replace", false},
    {"of a no-op",
	PLAN(ROW(
	    "a.b", "no-op", "\"before\":{\"x\":\"" TOKEN "\"},\"after\":{\"x\":\"" TOKEN "\"}")),
	NULL, NULL, false},
    {"a key", PLAN(CREATE("{\"" TOKEN "\":1}")),
	"the key '(sensitive)' of 'a.b' holds what looks like a secret (GitHub", "create", false},
    {"a key of a map in a list", PLAN(CREATE("{\"l\":[1,{\"" TOKEN "\":1}]}")),
	"the key 'l[1].(sensitive)' of 'a.b' holds", "create", false},
    {"a key of a map that is marked",
	PLAN(ROW("a.b", "create",
	    "\"before\":null,\"after\":{\"m\":{\"" TOKEN
	    "\":1}},\"after_sensitive\":{\"m\":true}")),
	NULL, NULL, false},
    {"an address",
	PLAN(ROW("a.b[\\\"" TOKEN "\\\"]", "create", "\"before\":null,\"after\":{\"x\":1}")),
	"the address 'a.b[\"(sensitive)\"]' holds", "create", false},
    {"an old address",
	PLAN("{\"address\":\"a.b\",\"previous_address\":\"a.b[\\\"" TOKEN
	     "\\\"]\",\"mode\":\"managed\",\"type\":\"a\",\"name\":\"b\",\"change\":{"
	     "\"actions\":[\"no-op\"],\"before\":{},\"after\":{}}}"),
	"the old address 'a.b[\"(sensitive)\"]' of 'a.b' holds", "no-op", false},
    {"an import id",
	PLAN(ROW("a.b", "create",
	    "\"before\":null,\"after\":{\"x\":1},\"importing\":{\"id\":\"" TOKEN "\"}")),
	"the import id of 'a.b' holds", "create", false},
    {"an import id that is marked elsewhere",
	PLAN(ROW("a.b", "create",
	    "\"before\":null,\"after\":{\"x\":\"" TOKEN "\"},\"after_sensitive\":{\"x\":true},"
	    "\"importing\":{\"id\":\"" TOKEN "\"}")),
	NULL, NULL, false},
    {"an output", OUTPUT("o", "\"" TOKEN "\""), "the output 'o' looks like a secret", "create",
	false},
    {"a part of an output", OUTPUT("o", "{\"k\":\"" TOKEN "\"}"),
	"'k' of the output 'o' looks like", "create", false},
    {"the name of an output", OUTPUT(TOKEN, "1"), "the name of the output '(sensitive)' holds",
	"create", false},
    {"drift", JSON("\"resource_drift\":[" CREATE("{\"x\":\"" TOKEN "\"}") "]"),
	"'x' of 'a.b' looks like", "create", false},
    {"a deferred change",
	JSON("\"resource_changes\":[],\"deferred_changes\":[{\"reason\":\"a\","
	     "\"resource_change\":" CREATE("{\"x\":\"" TOKEN "\"}") "}]"),
	"'x' of 'a.b' looks like", "create", false},
    {"an action",
	JSON("\"resource_changes\":[],\"action_invocations\":[{\"address\":\"action.b.c\","
	     "\"type\":\"b\",\"name\":\"c\",\"config_values\":{\"x\":\"" TOKEN "\"}}]"),
	"'config.x' of the action 'action.b.c' looks like", "other", false},
    {"an action that is put off",
	JSON("\"resource_changes\":[],\"deferred_action_invocations\":[{\"reason\":\"x\","
	     "\"action_invocation\":{\"address\":\"action.b.c\",\"type\":\"b\",\"name\":\"c\","
	     "\"config_values\":{\"x\":\"" TOKEN "\"}}}]"),
	"'config.x' of the action 'action.b.c' looks like", "other", false},
    {"an action's value that is marked",
	JSON("\"resource_changes\":[],\"action_invocations\":[{\"address\":\"action.b.c\","
	     "\"type\":\"b\",\"name\":\"c\",\"config_values\":{\"x\":\"" TOKEN
	     "\"},\"config_sensitive\":{\"x\":true}}]"),
	NULL, NULL, false},
    {"a check",
	JSON("\"resource_changes\":[],\"checks\":[{\"address\":{\"kind\":\"check\","
	     "\"to_display\":\"check.c\"},\"status\":\"fail\",\"instances\":[{\"address\":{"
	     "\"to_display\":\"check.c\"},\"status\":\"fail\",\"problems\":[{\"message\":"
	     "\"bad " TOKEN "\"}]}]}]"),
	"the check 'check.c' holds", "other", false},
    {"a name alone", PLAN(CREATE("{\"password\":\"hunter2hunter2\"}")), NULL, NULL, false},

    {"a text", TEXT("      + x = \"" TOKEN "\"\n"), "'x' of 'a.b' holds", "create", false},
    {"a line of a text", TEXT("      + x = <<-EOT\n            say " TOKEN " now\n        EOT\n"),
	"the text of 'a.b' holds", "create", false},
    {"base64 in a text", TEXT("      + x = \"" BASE64 "\"\n"), "'x' of 'a.b' holds", "create",
	false},
    {"the address in a text",
	"Terraform will perform the following actions:\n\n"
	"  # a.b[\"" TOKEN "\"] will be created\n  + resource \"a\" \"b\" {\n      + x = 1\n"
	"    }\n\nPlan: 1 to add, 0 to change, 0 to destroy.\n",
	"the address 'a.b[\"(sensitive)\"]' holds", "create", false},
    {"an output of a text",
	"Changes to Outputs:\n  + o = \"" TOKEN "\"\n\nYou can apply this plan to save these new "
	"output values to the Terraform\nstate, without changing any real infrastructure.\n",
	"the output 'o' looks like", "create", false},
    {"an error in a text",
	TEXT("      + x = 1\n") "\nWarning: careful\n\n  with a.b,\n  on main.tf line "
				"1:\n\nuse " TOKEN " no more\n",
	"a message of terraform about 'a.b' holds", "other", false},
    {"nothing in a text", TEXT("      + x = 1\n      + y = (sensitive value)\n"), NULL, NULL,
	false},
    {"a text that counts and lists nothing", "Plan: 1 to add, 0 to change, 0 to destroy.\n", NULL,
	NULL, true},
    {"a text without changes", "No changes. Your infrastructure matches the configuration.\n", NULL,
	NULL, false},
    {"a stream", STREAM(PLANNED("a.b", "null")), NULL, NULL, true},
    {"an address in a stream", STREAM(PLANNED("a.b[\\\"" TOKEN "\\\"]", "\"" TOKEN "\"")),
	"the address 'a.b[\"(sensitive)\"]' holds", "create", false},
};

static void judge(struct arena *arena, const struct row *row, struct verdict *verdict)
{
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct input *input = input_from_str(arena, "plan", str_from(row->plan));
	struct leak_question question = {.directory = STR("prod")};
	struct plan_options options = {0};
	struct plan *plan = NULL;
	struct err err = {0};

	if (!plan_read(arena, input, &options, &plan, &err))
		fail_msg("%s: %s", row->label, err.text);
	question.plan = plan;
	if (!leaks_judge(arena, scratch, &question, verdict, &err))
		fail_msg("%s: %s", row->label, err.text);
}

static void shows_no_secret(const char *label, const struct finding *finding)
{
	const struct str texts[] = {finding->message, finding->address, finding->item,
	    finding->remediation, finding->rule_id};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (str_contains(texts[i], STR("ghp_a")) || str_contains(texts[i], STR("Z2hw")))
			fail_msg("%s: %.*s", label, STR_ARG(texts[i]));
	}
}

static void test_places(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		const struct row *row = &rows[i];
		struct verdict verdict = {0};
		const struct finding *finding;

		judge(arena, row, &verdict);
		if ((verdict.withheld.len > 0) != row->withheld)
			fail_msg("%s: '%.*s'", row->label, STR_ARG(verdict.withheld));
		if (verdict.finding_count != (row->says ? 1 : 0))
			fail_msg("%s: %zu findings", row->label, verdict.finding_count);
		assert_int_equal(verdict.denied, row->says != NULL);
		if (!row->says)
			continue;
		finding = &verdict.findings[0];
		if (!str_starts(finding->message, str_from(row->says)) ||
		    !str_eq(str_from(action_name(finding->action)), str_from(row->action)))
			fail_msg("%s: %s %.*s", row->label, action_name(finding->action),
			    STR_ARG(finding->message));
		assert_true(finding->remediation.len > 0);
		shows_no_secret(row->label, finding);
	}
}

/* What a plan does not tell cannot be denied away: a finding is one, with a verdict or without. */
static void test_denials_that_stand_already(void **state)
{
	static const struct row stream = {
	    .label = "stream", .plan = STREAM(PLANNED("a.b", "null"))};
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct verdict denied = {.denied = true};
	struct verdict withheld = {.withheld = STR_INIT("errored")};

	(void)state;
	judge(arena, &stream, &denied);
	assert_int_equal(denied.withheld.len, 0);
	judge(arena, &stream, &withheld);
	assert_true(str_is(withheld.withheld, "errored"));
}

static void test_many(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct verdict verdict = {0};
	struct row row = {.label = "many"};
	struct buf text;

	(void)state;
	buf_init(&text, arena, (size_t)1 << 20);
	buf_adds(&text, "{\"format_version\":\"1.2\",\"resource_changes\":[{\"address\":\"a.b\",");
	buf_adds(&text, "\"mode\":\"managed\",\"type\":\"a\",\"name\":\"b\",\"change\":{");
	buf_adds(&text, "\"actions\":[\"create\"],\"before\":null,\"after\":{\"l\":[1");
	for (int i = 0; i < LEAKS_MAX + 5; i++)
		buf_addf(&text, ",{\"" TOKEN "%d\":%d}", i, i);
	buf_adds(&text, "]}}}]}");
	row.plan = str_to_c(arena, buf_str(&text));
	judge(arena, &row, &verdict);
	assert_int_equal(verdict.finding_count, LEAKS_MAX);
	assert_int_equal(verdict.left_out[LEVEL_DENY], 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_places),
	    cmocka_unit_test(test_denials_that_stand_already),
	    cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests_name("report/leaks", tests, NULL, NULL);
}

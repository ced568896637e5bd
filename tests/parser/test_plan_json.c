#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/input.h"
#include "parser/plan_read.h"
#include "tests/support/valgrind.h"

#define TEXT_MAX ((size_t)32 << 20)
#define FLIPS	 20000

/* A record with the given address, mode and member "change". */
#define RECORD(address, mode, change)                                                       \
	"{\"address\":\"" address "\",\"mode\":\"" mode                                     \
	"\",\"type\":\"t\",\"name\":\"n\",\"provider_name\":\"registry.terraform.io/h/t\"," \
	"\"change\":" change "}"
#define ACTIONS(words) "{\"actions\":[" words "],\"before\":null,\"after\":{}}"
#define PLAN(members)  "{\"format_version\":\"1.2\",\"terraform_version\":\"1.9.5\"," members "}"
#define CHANGES(list)  "\"resource_changes\":[" list "]"

struct count_case {
	const char *name, *json;
	/* import add change destroy forget replace move read no-op other output drift deferred
	 * invoke */
	const char *want;
	enum plan_result result;
};

static const struct count_case counts[] = {
    {"nothing", PLAN(CHANGES("")), "0 0 0 0 0 0 0 0 0 0 0 0 0 0", PLAN_NO_CHANGES},
    {"null lists",
	PLAN("\"resource_changes\":null,\"output_changes\":null,\"resource_drift\":null,"
	     "\"checks\":null,\"planned_values\":null,\"configuration\":null"),
	"0 0 0 0 0 0 0 0 0 0 0 0 0 0", PLAN_NO_CHANGES},
    {"create", PLAN(CHANGES(RECORD("t.n", "managed", ACTIONS("\"create\"")))),
	"0 1 0 0 0 0 0 0 0 0 0 0 0 0", PLAN_CHANGES},
    {"update", PLAN(CHANGES(RECORD("t.n", "managed", ACTIONS("\"update\"")))),
	"0 0 1 0 0 0 0 0 0 0 0 0 0 0", PLAN_CHANGES},
    {"both kinds of replace",
	PLAN(CHANGES(RECORD("t.a", "managed", ACTIONS("\"delete\",\"create\"")) "," RECORD(
	    "t.b", "managed", ACTIONS("\"create\",\"delete\"")))),
	"0 2 0 2 0 2 0 0 0 0 0 0 0 0", PLAN_CHANGES},
    {"actions with white space",
	PLAN(CHANGES(RECORD("t.a", "managed", ACTIONS(" \"delete\" ,\n\"create\" ")))),
	"0 1 0 1 0 1 0 0 0 0 0 0 0 0", PLAN_CHANGES},
    {"escaped action", PLAN(CHANGES(RECORD("t.a", "managed", ACTIONS("\"\\u0063reate\"")))),
	"0 1 0 0 0 0 0 0 0 0 0 0 0 0", PLAN_CHANGES},
    {"forget", PLAN(CHANGES(RECORD("t.a", "managed", ACTIONS("\"forget\"")))),
	"0 0 0 0 1 0 0 0 0 0 0 0 0 0", PLAN_CHANGES},
    {"create, then forget",
	PLAN(CHANGES(RECORD("t.a", "managed", ACTIONS("\"create\",\"forget\"")))),
	"0 1 0 0 1 0 0 0 0 0 0 0 0 0", PLAN_CHANGES},
    {"read and no-op",
	PLAN(CHANGES(RECORD("data.t.a", "data", ACTIONS("\"read\"")) "," RECORD(
	    "t.b", "managed", ACTIONS("\"no-op\"")))),
	"0 0 0 0 0 0 0 1 1 0 0 0 0 0", PLAN_NO_CHANGES},
    {"a data source that goes", PLAN(CHANGES(RECORD("data.t.a", "data", ACTIONS("\"delete\"")))),
	"0 0 0 0 0 0 0 0 0 0 0 0 0 0", PLAN_NO_CHANGES},
    {"ephemeral open", PLAN(CHANGES(RECORD("ephemeral.t.a", "ephemeral", ACTIONS("\"open\"")))),
	"0 0 0 0 0 0 0 1 0 0 0 0 0 0", PLAN_NO_CHANGES},
    {"an action of the future",
	PLAN(CHANGES(RECORD("t.a", "managed", ACTIONS("\"transmogrify\"")))),
	"0 0 0 0 0 0 0 0 0 1 0 0 0 0", PLAN_CHANGES},
    {"no actions", PLAN(CHANGES(RECORD("t.a", "managed", ACTIONS("")))),
	"0 0 0 0 0 0 0 0 0 1 0 0 0 0", PLAN_CHANGES},
    {"no change", PLAN(CHANGES("{\"type\":\"t\",\"name\":\"n\"}")), "0 0 0 0 0 0 0 0 0 1 0 0 0 0",
	PLAN_CHANGES},
    {"import only",
	PLAN(CHANGES(
	    RECORD("t.a", "managed", "{\"actions\":[\"no-op\"],\"importing\":{\"id\":\"x\"}}"))),
	"1 0 0 0 0 0 0 0 1 0 0 0 0 0", PLAN_CHANGES},
    {"importing null",
	PLAN(CHANGES(RECORD("t.a", "managed", "{\"importing\":null,\"actions\":[\"no-op\"]}"))),
	"0 0 0 0 0 0 0 0 1 0 0 0 0 0", PLAN_NO_CHANGES},
    {"moved only",
	PLAN(CHANGES("{\"previous_address\":\"t.old\",\"address\":\"t.new\",\"mode\":\"managed\","
		     "\"change\":" ACTIONS("\"no-op\"") "}")),
	"0 0 0 0 0 0 1 0 1 0 0 0 0 0", PLAN_CHANGES},
    {"moved nowhere",
	PLAN(CHANGES("{\"previous_address\":\"t.a\",\"address\":\"t.a\",\"mode\":\"managed\","
		     "\"change\":" ACTIONS("\"no-op\"") "}")),
	"0 0 0 0 0 0 0 0 1 0 0 0 0 0", PLAN_NO_CHANGES},
    {"deposed",
	PLAN(CHANGES(
	    "{\"address\":\"t.a\",\"mode\":\"managed\",\"deposed\":\"a1b2\",\"change\":" ACTIONS(
		"\"delete\"") "}," RECORD("t.a", "managed", ACTIONS("\"no-op\"")))),
	"0 0 0 1 0 0 0 0 1 0 0 0 0 0", PLAN_CHANGES},
    {"outputs only",
	PLAN("\"output_changes\":{\"a\":{\"actions\":[\"create\"],\"after\":1},"
	     "\"b\":{\"actions\":[\"no-op\"]}}"),
	"0 0 0 0 0 0 0 0 0 0 1 0 0 0", PLAN_CHANGES},
    {"outputs of 0.12, which are always created",
	"{\"terraform_version\":\"0.12.24\",\"output_changes\":{\"a\":{\"actions\":[\"create\"]}},"
	"\"resource_changes\":[]}",
	"0 0 0 0 0 0 0 0 0 0 1 0 0 0", PLAN_NO_CHANGES},
    {"drift alone is no change",
	PLAN("\"resource_drift\":[" RECORD("t.a", "managed", ACTIONS("\"update\"")) "]"),
	"0 0 0 0 0 0 0 0 0 0 0 1 0 0", PLAN_NO_CHANGES},
    {"refresh-only",
	PLAN("\"applyable\":true,\"resource_drift\":[" RECORD(
	    "t.a", "managed", ACTIONS("\"delete\"")) "]"),
	"0 0 0 0 0 0 0 0 0 0 0 1 0 0", PLAN_CHANGES},
    {"deferred",
	PLAN("\"deferred_changes\":[{\"reason\":\"provider_config_unknown\",\"resource_"
	     "change\":" RECORD("t.a", "managed", ACTIONS("\"create\"")) "}]"),
	"0 0 0 0 0 0 0 0 0 0 0 0 1 0", PLAN_CHANGES},
    {"action invocations",
	PLAN(CHANGES("") ",\"action_invocations\":[{\"address\":\"action.x.y\",\"type\":\"x\","
			 "\"lifecycle_action_trigger\":{\"triggering_resource_address\":\"t.a\","
			 "\"action_trigger_event\":\"AfterCreate\"}}]"),
	"0 0 0 0 0 0 0 0 0 0 0 0 0 1", PLAN_CHANGES},
    {"errored", PLAN("\"errored\":true,\"planned_values\":{}"), "0 0 0 0 0 0 0 0 0 0 0 0 0 0",
	PLAN_ERROR},
    {"the redacted form of HCP Terraform",
	"{\"plan_format_version\":\"1.1\",\"provider_schemas\":{}," CHANGES(
	    RECORD("t.a", "managed", ACTIONS("\"create\""))) "}",
	"0 1 0 0 0 0 0 0 0 0 0 0 0 0", PLAN_CHANGES},
    {"a newer minor version says nothing of changes",
	"{\"format_version\":\"1.9\",\"resource_changes\":[]}", "0 0 0 0 0 0 0 0 0 0 0 0 0 0",
	PLAN_CHANGES},
    {"a newer version that says there is nothing",
	"{\"format_version\":\"1.9\",\"applyable\":false,\"resource_changes\":[]}",
	"0 0 0 0 0 0 0 0 0 0 0 0 0 0", PLAN_NO_CHANGES},
};

struct refuse_case {
	const char *name, *json;
	enum err_code code;
	int line, column;
	const char *text;
};

static const struct refuse_case refused[] = {
    {"empty", "", ERR_SYNTAX, 0, 0, "holds no JSON"},
    {"truncated in a key", "{\"resource_ch", ERR_SYNTAX, 1, 14, "truncated"},
    {"truncated in the changes", "{\"resource_changes\":[{\"address\":\"x\"", ERR_SYNTAX, 1, 36,
	""},
    {"a state", "{\"format_version\":\"1.0\",\"values\":{}}", ERR_INVALID, 0, 0,
	"'p' is the JSON of a state, not of a plan; use terraform show -json PLANFILE"},
    {"an empty state", "{\"format_version\":\"1.0\"}", ERR_INVALID, 0, 0, "the JSON of a state"},
    {"an empty state with its tool", "{\"format_version\":\"1.0\",\"terraform_version\":\"1.9\"}",
	ERR_INVALID, 0, 0, "the JSON of a state"},
    {"nothing but the version of a plan", "{\"format_version\":\"1.2\"}", ERR_INVALID, 0, 0,
	"'p' is JSON with nothing but versions, not that of a plan;"},
    {"nothing but versions of the future",
	"{\"format_version\":\"9.0\",\"terraform_version\":\"2\"}", ERR_INVALID, 0, 0,
	"'p' is JSON with nothing but versions"},
    {"a version and the unknown", "{\"format_version\":\"1.0\",\"functions\":{}}", ERR_INVALID, 0,
	0, "'p' is JSON, but not that of a plan;"},
    {"a state of the future", "{\"format_version\":\"9.0\",\"values\":{},\"x\":1}", ERR_INVALID, 0,
	0, "the JSON of a state"},
    {"a state file", "{\"version\":4,\"serial\":1,\"lineage\":\"x\",\"resources\":[]}", ERR_INVALID,
	0, 0, "is a state file, not the JSON of a plan"},
    {"schemas", "{\"format_version\":\"1.0\",\"provider_schemas\":{}}", ERR_INVALID, 0, 0,
	"provider schemas"},
    {"validate", "{\"format_version\":\"1.0\",\"valid\":true,\"diagnostics\":[]}", ERR_INVALID, 0,
	0, "terraform validate"},
    {"a list", "[{}]", ERR_INVALID, 0, 0, "a JSON list"},
    {"an empty object", "{}", ERR_INVALID, 0, 0, "'p' is JSON, but not that of a plan;"},
    {"a stream", "{\"@level\":\"info\",\"@message\":\"x\"}", ERR_INVALID, 0, 0, "-json stream"},
    {"changes are a text", "{\"resource_changes\":\"x\"}", ERR_INVALID, 1, 21,
	"'resource_changes' is a string, expected a list"},
    {"a change is a number", "{\"resource_changes\":[\n 7]}", ERR_INVALID, 2, 2,
	"a change is a number, expected a map"},
    {"'change' is a list", "{\"resource_changes\":[{\"change\":[]}]}", ERR_INVALID, 1, 32,
	"'change' is a list, expected a map"},
    {"'actions' is a word", "{\"resource_changes\":[{\"change\":{\"actions\":\"create\"}}]}",
	ERR_INVALID, 1, 43, "'actions' is a string, expected a list of words"},
    {"'actions' holds a number", "{\"resource_changes\":[{\"change\":{\"actions\":[1,2]}}]}",
	ERR_INVALID, 1, 43, "'actions' holds a number, expected words"},
    {"a member twice", "{\"resource_changes\":[],\n\"resource_changes\":[]}", ERR_SYNTAX, 1, 23,
	"the key 'resource_changes' stands there twice"},
    {"a key of a change twice",
	"{\"resource_changes\":[{\"address\":\"a\",\"address\":\"b\",\"mode\":\"managed\"}]}",
	ERR_SYNTAX, 1, 47, "a key of a change stands there twice"},
    {"outputs are a list", "{\"output_changes\":[]}", ERR_INVALID, 1, 19,
	"'output_changes' is a list, expected a map"},
    {"one bracket too many", "{\"resource_changes\":[]}\n}", ERR_SYNTAX, 2, 1, "one is too many"},
};

static void count_text(struct buf *out, const struct plan_summary *sum)
{
	const size_t figures[] = {sum->import, sum->add, sum->change, sum->destroy, sum->forget,
	    sum->replace, sum->move, sum->read, sum->no_op, sum->other, sum->output, sum->drift,
	    sum->deferred, sum->invoke};

	for (size_t i = 0; i < ARRAY_LEN(figures); i++)
		buf_addf(out, "%s%zu", i ? " " : "", figures[i]);
}

static struct plan *read_json(struct arena *arena, const char *name, const char *json)
{
	struct input *input = input_from_str(arena, "p", str_from(json));
	struct plan *plan = NULL;
	struct err err = {0};

	if (!plan_read_json(arena, input, NULL, &plan, &err))
		fail_msg("%s: %d:%d: %s", name, err.line, err.column, err.text);
	return plan;
}

static void plans_are_counted(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct plan *plan = read_json(arena, counts[i].name, counts[i].json);
		struct buf text;

		buf_init(&text, arena, 1000);
		count_text(&text, &plan->summary);
		if (!str_is(buf_str(&text), counts[i].want))
			fail_msg("%s: %.*s, expected %s", counts[i].name, STR_ARG(buf_str(&text)),
			    counts[i].want);
		if (plan->result != counts[i].result)
			fail_msg("%s: %s", counts[i].name, plan_result_name(plan->result));
		assert_true(plan->summary.known && plan->has_result);
	}
}

static void others_are_refused(void **state)
{
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct input *input = input_from_str(arena, "p", str_from(refused[i].json));
		struct plan *plan = NULL;
		struct err err = {0};

		if (plan_read_json(arena, input, NULL, &plan, &err))
			fail_msg("%s: was read", refused[i].name);
		if (err.code != refused[i].code || err.line != refused[i].line ||
		    err.column != refused[i].column || !strstr(err.text, refused[i].text)) {
			print_error("%s: code %d at %d:%d: %s\n", refused[i].name, (int)err.code,
			    err.line, err.column, err.text);
			wrong++;
		}
	}
	assert_int_equal(wrong, 0);
}

static const struct {
	const char *name, *json, *note;
} notes[] = {
    {"newer major", "{\"format_version\":\"2.0\",\"resource_changes\":[],\"wishes\":[]}",
	"format version 2.0 is newer than the 1.x this program knows|"
	"parts of the plan that this program does not know: wishes"},
    {"newer minor", "{\"format_version\":\"1.3\",\"resource_changes\":[]}",
	"format version 1.3 is newer than the 1.2 this program knows"},
    {"no version", "{\"format_version\":\"next\",\"resource_changes\":[]}",
	"the format version 'next' is none that this program knows"},
    {"old", "{\"format_version\":\"0.1\",\"resource_changes\":[],\"x\":1}", ""},
    {"noise before", "Initializing\n$ terraform show\n{\"resource_changes\":[]}\n",
	"text before the JSON of the plan was skipped"},
    {"noise behind", "{\"resource_changes\":[]}\n::debug::done\n",
	"text behind the JSON of the plan was skipped"},
    {"another plan behind", "{\"resource_changes\":[]} {\"resource_changes\":[]}",
	"more JSON documents follow the plan; the first that is a plan was read"},
    {"a state before", "{\"format_version\":\"1.0\",\"values\":{}}\n{\"resource_changes\":[]}",
	"the input holds several JSON documents; the first that is a plan was read"},
    {"a broken line before", "{oops\n{\"resource_changes\":[]}",
	"text before the JSON of the plan was skipped"},
    {"a log in square brackets", "[INFO] start\n{\"resource_changes\":[]}",
	"text before the JSON of the plan was skipped"},
};

static void surroundings_are_noted(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(notes); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct plan *plan = read_json(arena, notes[i].name, notes[i].json);
		struct buf text;

		buf_init(&text, arena, 10000);
		for (size_t n = 0; n < plan->note_count; n++) {
			buf_adds(&text, n ? "|" : "");
			buf_add(&text, plan->notes[n]);
		}
		if (!str_is(buf_str(&text), notes[i].note))
			fail_msg("%s: %.*s", notes[i].name, STR_ARG(buf_str(&text)));
	}
}

static const struct {
	const char *name, *json;
	enum tool tool;
} tools[] = {
    {"by a change",
	"{\"resource_changes\":[{\"provider_name\":\"registry.opentofu.org/hashicorp/aws\","
	"\"address\":\"a.b\",\"mode\":\"managed\"}]}",
	TOOL_OPENTOFU},
    {"a built-in provider tells nothing",
	"{\"resource_changes\":[{\"provider_name\":\"terraform.io/builtin/terraform\","
	"\"address\":\"a.b\",\"mode\":\"managed\"},"
	"{\"provider_name\":\"registry.opentofu.org/hashicorp/aws\",\"address\":\"a.c\","
	"\"mode\":\"managed\"}]}",
	TOOL_OPENTOFU},
    {"by the configuration",
	"{\"planned_values\":{},\"configuration\":{\"provider_config\":{\"null\":{\"name\":"
	"\"null\","
	"\"full_name\":\"registry.opentofu.org/hashicorp/null\"}},\"root_module\":{}}}",
	TOOL_OPENTOFU},
    {"nothing said", "{\"planned_values\":{}}", TOOL_TERRAFORM},
};

static void tools_are_told_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(tools); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();

		if (read_json(arena, tools[i].name, tools[i].json)->tool != tools[i].tool)
			fail_msg("%s", tools[i].name);
	}
}

/* One line per change: what a visitor is handed. */
struct log {
	struct buf text;
	size_t stop_after; /* 0: never */
	size_t seen;
};

static bool log_change(void *context, const struct change *change, struct err *err)
{
	const struct change_head *head = &change->head;
	struct log *log = context;

	buf_addf(&log->text, "%.*s", STR_ARG(head->address));
	buf_addf(&log->text, " %s", action_name(head->action));
	if (head->previous_address.len > 0)
		buf_addf(&log->text, " from=%.*s", STR_ARG(head->previous_address));
	if (head->deposed.len > 0)
		buf_addf(&log->text, " deposed=%.*s", STR_ARG(head->deposed));
	if (head->mode.len > 0 && !str_is(head->mode, "managed"))
		buf_addf(&log->text, " mode=%.*s", STR_ARG(head->mode));
	if (head->importing)
		buf_addf(&log->text, " import=%.*s", STR_ARG(head->import_id));
	if (head->reason.len > 0)
		buf_addf(&log->text, " reason=%.*s", STR_ARG(head->reason));
	if (head->action == ACTION_OTHER)
		buf_addf(&log->text, " words=%.*s", STR_ARG(head->action_text));
	if (head->generated_config)
		buf_adds(&log->text, " generated");
	if (head->sensitive_output)
		buf_adds(&log->text, " sensitive");
	buf_addc(&log->text, '\n');
	log->seen++;
	if (log->stop_after && log->seen == log->stop_after)
		return err_set(err, ERR_INVALID, "enough");
	return true;
}

static void checks_are_read(void **state)
{
	static const char json[] =
	    "{\"resource_changes\":[],\"checks\":[{\"address\":{\"kind\":\"check\",\"to_display\":"
	    "\"check.a\"},\"status\":\"fail\",\"instances\":[{\"problems\":[{\"message\":\"too "
	    "bad\"}]}]}],\"condition_results\":[{\"address\":\"output.b\",\"condition_type\":"
	    "\"OutputPrecondition\",\"result\":false,\"unknown\":true},{\"address\":\"t.c\","
	    "\"result\":true},{\"address\":\"t.d\",\"result\":false,\"error_message\":\"no\"},7],"
	    "\"action_invocations\":[{\"address\":\"action.x.y\",\"type\":\"x\","
	    "\"lifecycle_action_trigger\":{\"triggering_resource_address\":\"t.a\","
	    "\"action_trigger_event\":\"BeforeUpdate\"}}],\"deferred_action_invocations\":"
	    "[{\"reason\":\"later\",\"action_invocation\":{\"address\":\"action.x.z\"}}]}";
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct plan *plan = read_json(arena, "checks", json);
	struct buf text;

	(void)state;
	buf_init(&text, arena, 10000);
	for (size_t i = 0; i < plan->check_count; i++)
		buf_addf(&text, "%.*s %.*s %.*s|", STR_ARG(plan->checks[i].address),
		    STR_ARG(plan->checks[i].status), STR_ARG(plan->checks[i].problem));
	for (size_t i = 0; i < plan->invocation_count; i++)
		buf_addf(&text, "%.*s %.*s|", STR_ARG(plan->invocations[i].address),
		    STR_ARG(plan->invocations[i].trigger));
	assert_string_equal(str_to_c(arena, buf_str(&text)),
	    "check.a fail too bad|output.b unknown |t.c pass |t.d fail no|"
	    "action.x.y before_update of t.a|action.x.z deferred: later|");
	assert_int_equal(plan->summary.invoke, 1);
	assert_int_equal(plan->summary.deferred, 1);
}

static const struct {
	const char *name, *json;
	int line, column; /* 0: it is fine */
} strict[] = {
    {"fine", "{\"resource_changes\":[],\"configuration\":{\"a\":[1,2]}}", 0, 0},
    {"a number", "{\"resource_changes\":[],\n\"configuration\":{\"a\":[1,02]}}", 2, 25},
    {"a duplicate", "{\"resource_changes\":[],\"configuration\":{\"a\":1,\"a\":2}}", 1, 45},
    {"not UTF-8", "{\"resource_changes\":[],\"configuration\":{\"a\":\"\xff\"}}", 1, 45},
    {"text before it", "a log\n{\"resource_changes\":[]}", 1, 1},
    {"text behind it", "{\"resource_changes\":[]}\n  done", 2, 3},
    {"another document", "{\"resource_changes\":[]}\n{}", 2, 1},
    {"white space behind it", "{\"resource_changes\":[]}\r\n \t\n", 0, 0},
};

static void strict_reads_everything(void **state)
{
	const struct plan_options options = {.strict_json = true};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(strict); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct input *input = input_from_str(arena, "p", str_from(strict[i].json));
		struct plan *plan = NULL;
		struct err err = {0};
		bool ok;

		assert_true(plan_read_json(arena, input, NULL, &plan, &err));
		ok = plan_read_json(arena, input, &options, &plan, &err);
		if (ok != (strict[i].line == 0) || err.line != strict[i].line)
			fail_msg("%s: %d:%d: %s", strict[i].name, err.line, err.column, err.text);
	}
}

/* Values over 1 MiB are taken apart: faults are found inside of them, at their place. */
static void strict_takes_large_values_apart(void **state)
{
	static const struct {
		const char *name, *tail;
		int line;
	} rows[] = {
	    {"fine", "{\"x\":1}]}}", 0},
	    {"a number", "\n{\"x\":01}]}}", 2},
	    {"a duplicate in the large map", "{\"x\":1}],\"a\":7}}", 1},
	};
	const struct plan_options options = {.strict_json = true};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct plan *plan = NULL;
		struct input *input;
		struct buf text;
		struct err err = {0};
		bool ok;

		buf_init(&text, arena, TEXT_MAX);
		buf_adds(&text, "{\"resource_changes\":[],\"planned_values\":{\"a\":[");
		for (int n = 0; n < 3; n++) {
			buf_adds(&text, "[\"");
			buf_repeat(&text, 'x', 500000);
			buf_adds(&text, "\",1],");
		}
		buf_adds(&text, rows[i].tail);
		input = input_from_str(arena, "p", buf_str(&text));
		ok = plan_read_json(arena, input, &options, &plan, &err);
		if (ok != (rows[i].line == 0) || err.line != rows[i].line)
			fail_msg("%s: %d:%d: %s", rows[i].name, err.line, err.column, err.text);
	}
}

/* Has a bit of everything. */
static const char sample[] =
    "{\"format_version\":\"1.2\",\"terraform_version\":\"1.11.4\",\"variables\":{\"a\":{\"value\":"
    "1}},"
    "\"planned_values\":{\"outputs\":{\"o\":{\"sensitive\":true,\"value\":\"s\"}},\"root_module\":"
    "{}},\"resource_changes\":[{\"address\":\"t.a\",\"previous_address\":\"t.b\",\"mode\":"
    "\"managed\",\"type\":\"t\",\"name\":\"a\",\"index\":\"k\",\"provider_name\":"
    "\"registry.terraform.io/h/t\",\"deposed\":\"0f\",\"change\":{\"actions\":[\"delete\","
    "\"create\"],\"before\":{\"l\":[1,2],\"p\":\"x\"},\"after\":{\"l\":[null,2.5e3],\"p\":"
    "\"\\u00e9\\n\"},\"after_unknown\":{\"id\":true,\"l\":[true]},\"before_sensitive\":{\"p\":true}"
    ","
    "\"after_sensitive\":{\"p\":true},\"replace_paths\":[[\"p\"]],\"importing\":{\"id\":\"i\"}},"
    "\"action_reason\":\"x\"},{\"type\":\"t\",\"name\":\"n\"}],\"output_changes\":{\"o\":{"
    "\"actions\":[\"create\"],\"before\":null,\"after\":\"s\",\"after_unknown\":false}},"
    "\"deferred_changes\":[{\"reason\":\"r\",\"resource_change\":{\"address\":\"t.d\",\"mode\":"
    "\"managed\",\"change\":{\"actions\":[\"create\"]}}}],\"checks\":[{\"status\":\"pass\"}],"
    "\"configuration\":{\"provider_config\":{\"t\":{\"full_name\":\"x\"}}},\"timestamp\":\"t\","
    "\"applyable\":true,\"complete\":true,\"errored\":false}";

/* Reads and visits it all; any error is fine, a crash is not. */
static bool survive(struct str text)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct input *input = input_from_str(arena, "p", text);
	struct plan *plan = NULL;
	struct log log = {0};
	struct err err = {0};

	buf_init(&log.text, arena, TEXT_MAX);
	if (!plan_read_json(arena, input, NULL, &plan, &err)) {
		assert_int_not_equal(err.code, ERR_NONE);
		assert_true(err.text[0] != '\0');
		return false;
	}
	for (size_t set = 0; set < CHANGE_SETS; set++) {
		if (!plan_visit(plan, (struct plan_selection){(enum change_set)set, VISIT_ALL},
			scratch, log_change, &log, &err))
			return false;
	}
	return true;
}

static void every_truncation_is_an_error(void **state)
{
	char *copy = malloc(sizeof(sample));
	size_t step = under_valgrind() ? 7 : 1;

	(void)state;
	assert_non_null(copy);
	assert_true(survive(str_from(sample)));
	for (size_t len = 0; len < sizeof(sample) - 1; len += step) {
		char *exact = malloc(len + 1);

		assert_non_null(exact);
		memcpy(exact, sample, len);
		exact[len] = '\0';
		if (survive((struct str){exact, len}))
			fail_msg("%zu bytes were read as a plan", len);
		free(exact);
	}
	free(copy);
}

static uint32_t next_random(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

static void flipped_bytes_do_not_crash(void **state)
{
	static const char lively[] = "{}[]\",:\\ \n0-.etfnu\x80\xff";
	char *copy = malloc(sizeof(sample));
	uint32_t seed = 20261122;

	(void)state;
	assert_non_null(copy);
	for (int i = 0; i < (under_valgrind() ? FLIPS / 10 : FLIPS); i++) {
		memcpy(copy, sample, sizeof(sample));
		for (uint32_t n = 0; n <= next_random(&seed) % 3; n++)
			copy[next_random(&seed) % (sizeof(sample) - 1)] =
			    lively[next_random(&seed) % (sizeof(lively) - 1)];
		(void)survive((struct str){copy, sizeof(sample) - 1});
	}
	free(copy);
}

static void actions_have_names(void **state)
{
	static const char *const words[] = {"delete", "delete,create", "create,delete", "forget",
	    "create,forget", "x", "update", "create", "no-op", "read", "open"};

	(void)state;
	for (size_t i = 0; i < ACTION_COUNT; i++) {
		assert_int_equal(action_from_words(str_from(words[i])), i);
		assert_non_null(action_name((enum action)i));
		assert_non_null(action_symbol((enum action)i));
	}
	assert_string_equal(action_symbol(ACTION_REPLACE_CREATE_FIRST), "+/-");
	assert_true(action_is_replace(ACTION_REPLACE));
	assert_false(action_is_replace(ACTION_CREATE_THEN_FORGET));
	assert_true(action_is_change(ACTION_OTHER));
	assert_false(action_is_change(ACTION_OPEN));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(plans_are_counted),
	    cmocka_unit_test(others_are_refused),
	    cmocka_unit_test(surroundings_are_noted),
	    cmocka_unit_test(tools_are_told_apart),
	    cmocka_unit_test(checks_are_read),
	    cmocka_unit_test(strict_reads_everything),
	    cmocka_unit_test(strict_takes_large_values_apart),
	    cmocka_unit_test(every_truncation_is_an_error),
	    cmocka_unit_test(flipped_bytes_do_not_crash),
	    cmocka_unit_test(actions_have_names),
	};

	return cmocka_run_group_tests_name("parser/plan_json", tests, NULL, NULL);
}

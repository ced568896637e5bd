#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/input.h"
#include "parser/plan_read.h"
#include "policies/cel/trace.h"
#include "policies/host.h"
#include "policies/ruleset.h"

/* The functions of rules over resources of a plan: iam_statements(), network_rules(), covers(). */

#define RESOURCE(type, after, unknown, sensitive)                                             \
	"{\"address\": \"" type ".x\", \"mode\": \"managed\", \"type\": \"" type              \
	"\", \"name\": \"x\", \"change\": {\"actions\": [\"create\"], \"before\": null, "     \
	"\"after\": " after ", \"after_unknown\": " unknown ", \"before_sensitive\": false, " \
	"\"after_sensitive\": " sensitive "}}"
#define CODE(type, expressions)                                                  \
	"{\"address\": \"" type ".x\", \"mode\": \"managed\", \"type\": \"" type \
	"\", \"name\": \"x\", \"expressions\": " expressions "}"

static const char plan_json[] =
    "{\"format_version\": \"1.2\", \"terraform_version\": \"1.11.4\", \"resource_changes\": ["
    /* the code sets no policy; sets one; sets none of a group's rules */
    RESOURCE("aws_sns_topic", "{\"name\": \"n\"}", "{\"policy\": true}", "{}") "," RESOURCE(
	"aws_sqs_queue", "{\"name\": \"n\"}", "{\"policy\": true}",
	"{}") "," RESOURCE("aws_security_group", "{\"name\": \"n\"}", "{\"ingress\": true}",
	"{}") "," RESOURCE("aws_network_acl",
	"{\"ingress\": [{\"protocol\": \"6\", \"action\": \"allow\", \"from_port\": 22, "
	"\"to_port\": 22, \"cidr_block\": \"0.0.0.0/0\"}]}",
	"{}",
	"{\"ingress\": [{\"from_port\": true, \"cidr_block\": true}]}") "], \"configuration\": "
									"{\"root_module\": "
									"{\"resources\": [" CODE(
									    "a"
									    "w"
									    "s"
									    "_"
									    "s"
									    "n"
									    "s"
									    "_"
									    "t"
									    "o"
									    "p"
									    "i"
									    "c",
									    "{\"name\": "
									    "{\"constant_value\": "
									    "\"n\"}}") "," CODE("aw"
												"s_"
												"sq"
												"s_"
												"qu"
												"eu"
												"e",
									    "{\"name\": "
									    "{\"constant_value\": "
									    "\"n\"}, \"policy\": "
									    "{\"references\": "
									    "[\"aws_x.y.arn\", "
									    "\"aws_x.y\"]}}") "," CODE("aws_security_group",
									    "{\"name\": "
									    "{\"constant_value\": "
									    "\"n\"}}") "]}}}";

static const struct {
	const char *type;
	enum host_view view;
	const char *text, *want;
} rows[] = {
    {"aws_sns_topic", HOST_RAW, "size(iam_statements(resource)) == 0", "true"},
    {"aws_sns_topic", HOST_RAW_WITH_PATHS, "size(iam_statements(resource)) == 0", "true"},
    {"aws_sqs_queue", HOST_RAW_WITH_PATHS, "size(iam_statements(resource)) == 0",
	"unknown after.policy"},
    {"aws_security_group", HOST_RAW_WITH_PATHS, "network_rules(resource).exists(r, r.open)",
	"unknown after.ingress"},
    {"aws_security_group", HOST_RAW, "size(iam_statements(resource))", "0"},
    {"aws_network_acl", HOST_RAW, "network_rules(resource)[0].covers([22])", "true"},
    {"aws_network_acl", HOST_RAW, "network_rules(resource)[0].covers(22)", "true"},
    {"aws_network_acl", HOST_RAW, "network_rules(resource)[0].covers([23])", "false"},
    {"aws_network_acl", HOST_RAW, "network_rules(resource)[0].covers('22')", "error"},
    {"aws_network_acl", HOST_RAW, "network_rules(resource)[0].covers(['22'])", "error"},
    {"aws_network_acl", HOST_RAW, "{'a': 1}.covers([22])", "error"},
    {"aws_network_acl", HOST_RAW, "network_rules(resource)[0].open", "true"},
    {"aws_network_acl", HOST_RAW, "network_rules('x')", "error"},
    /* what is hidden is not known, wherever it went */
    {"aws_network_acl", HOST_SHOWN, "network_rules(resource)[0].covers([22])", "unknown"},
    {"aws_network_acl", HOST_SHOWN, "network_rules(resource)[0].open", "unknown"},
    {"aws_network_acl", HOST_SHOWN, "network_rules(resource)[0].cidrs[0]", "unknown"},
    {"aws_network_acl", HOST_SHOWN, "network_rules(resource)[0].protocol", "tcp"},
};

struct asked {
	struct policy_host *host;
	struct cel_run *run;
	struct arena *arena;
	size_t row;
	struct str got;
};

static struct str sketch(struct arena *arena, struct value value)
{
	struct cel_unknowns unknowns;

	if (cel_is_error(value))
		return STR("error");
	if (!cel_is_unknown(value))
		return str_copy(arena, cel_to_text(arena, value, 100));
	unknowns = cel_unknown_paths(arena, value);
	return unknowns.count == 0 ? STR("unknown")
				   : str_format(arena, "unknown %.*s", STR_ARG(unknowns.paths[0]));
}

static struct value evaluate(struct asked *asked, struct value resource, const char *text)
{
	static const struct cel_variable variable = {STR_INIT("resource"), NULL};
	const struct cel_scope scope = {
	    .variables = &variable, .variable_count = 1, .host_functions = policy_functions};
	struct cel_problems problems = {.count = 0};
	struct cel_program *program = NULL;
	struct cel_trace trace = {.program = NULL};
	struct value value;

	if (!cel_compile(asked->arena, &scope, str_from(text), &program, &problems))
		fail_msg("%s: %.*s", text, STR_ARG(problems.items[0].text));
	cel_trace_begin(asked->arena, program, &trace);
	value = cel_evaluate(asked->run, program, &resource, asked->arena, &trace);
	cel_program_free(program);
	return value;
}

static bool ask(void *context, const struct change *change, struct err *err)
{
	struct asked *asked = context;
	struct arena *scratch;
	struct value resource;

	if (!str_is(change->head.type, rows[asked->row].type))
		return true;
	scratch = arena_new();
	if (!host_change(asked->host, scratch, change, rows[asked->row].view, &resource, err))
		fail_msg("%s", err->text);
	asked->got = sketch(asked->arena, evaluate(asked, resource, rows[asked->row].text));
	arena_free(scratch);
	return true;
}

static struct plan *read_plan(struct arena *arena, struct str text)
{
	const struct plan_options options = {.strict_json = false};
	struct input *input = input_from_str(arena, "plan.json", text);
	struct plan *plan = NULL;
	struct err err = {0};

	if (!plan_read(arena, input, &options, &plan, &err))
		fail_msg("%s", err.text);
	return plan;
}

static void test_functions(void **state)
{
	const struct plan_selection all = {CHANGES_RESOURCE, VISIT_ALL};
	const struct policy_world world = {.now = 0};
	struct str text = {plan_json, sizeof(plan_json) - 1};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena = arena_new(), *scratch = arena_new();
		struct plan *plan = read_plan(arena, text);
		struct asked asked = {.host = host_new(arena, plan, &world),
		    .run = cel_run_new(arena),
		    .arena = arena,
		    .row = i,
		    .got = STR("not there")};
		struct err err = {0};

		cel_run_host(asked.run, host_cel(asked.host));
		if (!plan_visit(plan, all, scratch, ask, &asked, &err))
			fail_msg("%s", err.text);
		if (!str_is(asked.got, rows[i].want))
			fail_msg("%s of %s: %.*s, expected %s", rows[i].text, rows[i].type,
			    STR_ARG(asked.got), rows[i].want);
		cel_run_free(asked.run);
		arena_free(scratch);
		arena_free(arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_functions),
	};

	return cmocka_run_group_tests_name("policies/host_shapes", tests, NULL, NULL);
}

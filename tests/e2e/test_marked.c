/* What the plan marks somewhere is shown nowhere: not where something else holds a copy of it. */
#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "tests/support/program.h"

#define SECRET "C0py-0f-s3cret"

#define HEAD   "{\"format_version\":\"1.2\",\"terraform_version\":\"1.11.4\","
#define RECORD(name, action, before, after, marks)                                              \
	"{\"address\":\"x_y." name "\",\"mode\":\"managed\",\"type\":\"x_y\",\"name\":\"" name  \
	"\",\"provider_name\":\"registry.terraform.io/x/x\",\"change\":{\"actions\":[\"" action \
	"\"],\"before\":" before ",\"after\":" after                                            \
	",\"after_unknown\":{},\"before_sensitive\":" marks ",\"after_sensitive\":" marks "}}"
#define COPY RECORD("b", "create", "null", "{\"k\":\"" SECRET "\",\"open\":\"to-be-seen\"}", "{}")
#define STATE(mode)                                                                          \
	"\"root_module\":{\"resources\":[],\"child_modules\":[{\"resources\":[{\"address\":" \
	"\"module.m." mode "x_z.q\",\"mode\":\"managed\",\"type\":\"x_z\",\"name\":\"q\","   \
	"\"values\":{\"p\":\"" SECRET "\"},\"sensitive_values\":{\"p\":true}}]}]}"

#define ACTION(config, marks)                                                                    \
	"\"action_invocations\":[{\"address\":\"action.x_w.z\",\"type\":\"x_w\",\"name\":\"z\"," \
	"\"config_values\":" config ",\"config_unknown\":{},\"config_sensitive\":" marks         \
	",\"lifecycle_action_trigger\":{\"action_trigger_event\":\"AfterCreate\","               \
	"\"triggering_resource_address\":\"x_y.b\"}}]"

struct row {
	const char *name, *json;
};

static const struct row rows[] = {
    {"a no-op marks it",
	HEAD "\"resource_changes\":[" RECORD("a", "no-op", "{\"p\":\"" SECRET "\"}",
	    "{\"p\":\"" SECRET "\"}", "{\"p\":true}") "," COPY "]}"},
    {"a no-op with the name twice",
	HEAD "\"resource_changes\":[" RECORD("a", "no-op",
	    "{\"m\":{\"p\":\"harmless-1\"},\"p\":\"" SECRET "\"}",
	    "{\"m\":{\"p\":\"harmless-1\"},\"p\":\"" SECRET "\"}", "{\"p\":true}") "," COPY "]}"},
    {"a no-op with a mark in a map",
	HEAD "\"resource_changes\":[" RECORD("a", "no-op", "{\"m\":{\"p\":\"" SECRET "\"},\"q\":1}",
	    "{\"m\":{\"p\":\"" SECRET "\"},\"q\":1}", "{\"m\":{\"p\":true}}") "," COPY "]}"},
    {"a no-op with a mark in a list",
	HEAD "\"resource_changes\":[" RECORD("a", "no-op", "{\"m\":[{\"p\":\"" SECRET "\"}]}",
	    "{\"m\":[{\"p\":\"" SECRET "\"}]}", "{\"m\":[{\"p\":true}]}") "," COPY "]}"},
    {"a no-op that is marked as a whole",
	HEAD "\"resource_changes\":[" RECORD("a", "no-op", "{\"p\":\"" SECRET "\"}",
	    "{\"p\":\"" SECRET "\"}", "true") "," COPY "]}"},
    {"a no-op, written with spaces",
	HEAD "\"resource_changes\":[{\"address\": \"x_y.a\", \"mode\": \"managed\", \"type\": "
	     "\"x_y\", \"name\": \"a\", \"change\": {\"actions\": [\"no-op\"], \"before\": {\"p\": "
	     "\"" SECRET "\"}, \"after\": {\"p\": \"" SECRET "\"}, \"after_sensitive\": {\"p\": "
	     "true}}}," COPY "]}"},
    {"a no-op whose sides differ",
	HEAD "\"resource_changes\":[{\"address\":\"x_y.a\",\"mode\":\"managed\",\"type\":\"x_y\","
	     "\"name\":\"a\",\"change\":{\"actions\":[\"no-op\"],\"before\":{\"p\":1},\"after\":{"
	     "\"p\":\"" SECRET "\"},\"after_unknown\":{},\"before_sensitive\":{},"
	     "\"after_sensitive\":{\"p\":true}}}," COPY "]}"},
    {"a read marks it", HEAD "\"resource_changes\":[" RECORD("a", "read", "null",
			    "{\"p\":\"" SECRET "\"}", "{\"p\":true}") "," COPY "]}"},
    {"an output that stays as it is",
	HEAD "\"resource_changes\":[" COPY "],\"output_changes\":{\"o\":{\"actions\":[\"no-op\"],"
	     "\"before\":\"" SECRET "\",\"after\":\"" SECRET "\",\"after_unknown\":false,"
	     "\"before_sensitive\":true,\"after_sensitive\":true}}}"},
    {"the prior state marks it",
	HEAD "\"resource_changes\":[" COPY "],\"prior_state\":{\"format_version\":\"1.0\","
	     "\"values\":{" STATE("") "}}}"},
    {"a data source of the prior state, and another mark",
	HEAD "\"resource_changes\":[" RECORD("a", "no-op", "{\"p\":\"another one\"}",
	    "{\"p\":\"another one\"}",
	    "{\"p\":true}") "," COPY "],\"prior_state\":{"
			    "\"format_version\":\"1.0\",\"values\":{" STATE(
				"data.") "}},\"configuration\":{"
					 "\"root_module\":{\"resources\":[{\"mode\":\"data\"}]}}}"},
    {"the prior state, written with spaces",
	HEAD "\"resource_changes\":[" COPY "], \"prior_state\": {\"format_version\": \"1.0\", "
	     "\"values\": {\"root_module\": {\"resources\": [{\"address\": \"x_z.q\", \"values\": "
	     "{\"p\": \"" SECRET "\"}, \"sensitive_values\": {\"p\": true}}]}}}}"},
    {"the planned values mark it",
	HEAD "\"resource_changes\":[" COPY "],\"planned_values\":{" STATE("") "}}"},
    {"the configuration of an action copies it",
	HEAD "\"resource_changes\":[" RECORD("a", "no-op", "{\"p\":\"" SECRET "\"}",
	    "{\"p\":\"" SECRET "\"}",
	    "{\"p\":true}") "]," ACTION("{\"k\":\"a " SECRET "\",\"open\":\"to-be-seen\"}",
	    "{}") "}"},
    {"the configuration of an action marks it", HEAD
	"\"resource_changes\":[" COPY "]," ACTION("{\"k\":\"" SECRET "\"}", "{\"k\":true}") "}"},
    {"as JSON in JSON",
	HEAD "\"resource_changes\":[" RECORD("a", "no-op", "{\"p\":\"" SECRET "\\\"&\"}",
	    "{\"p\":\"" SECRET "\\\"&\"}", "{\"p\":true}") "," RECORD("b", "create", "null",
	    "{\"k\":\"{\\\"x\\\":\\\"{\\\\\\\"y\\\\\\\":\\\\\\\"" SECRET
	    "\\\\\\\\\\\\\\\"\\\\\\\\u0026\\\\\\\"}\\\"}\",\"open\":\"to-be-seen\"}",
	    "{}") "]}"},
};

static void test_copies(void **state)
{
	static const char *const formats[] = {
	    "terminal", "summary", "markdown", "slack", "json", "html"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct program program;

		if (!program_takes_row(i))
			continue;
		program_begin(&program);
		(void)program_write(&program, "plan.json", str_from(rows[i].json));
		for (size_t k = 0; k < ARRAY_LEN(formats); k++) {
			struct program_result result =
			    RUN(&program, "show", "--format", formats[k], "plan.json");

			program_expect(rows[i].name, &result, 0, NULL, NULL);
			if (str_contains(result.out, STR(SECRET)) ||
			    (k == 0 && !str_contains(result.out, STR("to-be-seen"))))
				fail_msg(
				    "%s, %s:\n%.*s", rows[i].name, formats[k], STR_ARG(result.out));
		}
		program_end(&program);
	}
}

/* A secret of the environment in names: of a resource, a key, an output, and as a number. */
static void test_names(void **state)
{
	static const char *const formats[] = {
	    "terminal", "summary", "markdown", "slack", "json", "html"};
	static const char json[] =
	    HEAD "\"resource_changes\":[{\"address\":\"x_y.b[\\\"" SECRET
		 "\\\"]\",\"previous_address\":\"x_y.c[\\\"" SECRET
		 "\\\"]\",\"mode\":\"managed\",\"type\":\"x_y\",\"name\":\"b\",\"index\":\"" SECRET
		 "\",\"provider_name\":\"registry.terraform.io/x/x\",\"change\":{\"actions\":["
		 "\"update\"],\"before\":{\"tags\":{},\"m\":null,\"n\":1},\"after\":{\"tags\":{"
		 "\"" SECRET "\":\"v\"},\"m\":[{\"" SECRET "\":1}],\"n\":987654321012,\"open\":"
		 "\"to-be-seen\"},\"after_unknown\":{\"" SECRET "\":true},\"before_sensitive\":{},"
		 "\"after_sensitive\":{}}}],\"output_changes\":{\"" SECRET "\":{\"actions\":["
		 "\"create\"],\"before\":null,\"after\":\"v\",\"after_unknown\":false,"
		 "\"before_sensitive\":false,\"after_sensitive\":false}}}";

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
		struct program program;
		struct program_result result;

		program_begin(&program);
		(void)program_write(&program, "plan.json", str_from(json));
		program_env(&program, "MY_TOKEN", SECRET);
		program_env(&program, "MY_PASSWORD", "987654321012");
		result = RUN(&program, "show", "--format", formats[i], "plan.json");
		program_expect(formats[i], &result, 0, NULL, NULL);
		if (str_contains(result.out, STR(SECRET)) ||
		    str_contains(result.out, STR("987654321012")) ||
		    (i == 0 && !str_contains(result.out, STR("to-be-seen"))))
			fail_msg("%s:\n%.*s", formats[i], STR_ARG(result.out));
		program_end(&program);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_copies), cmocka_unit_test(test_names)};

	return cmocka_run_group_tests_name("e2e/marked", tests, NULL, NULL);
}

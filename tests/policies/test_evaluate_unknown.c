#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/json_read.h"
#include "base/json_write.h"
#include "tests/support/verdict_world.h"

/*
 * What is known only after apply, and what may not be told: whole rules over whole plans.
 *
 * tests/fixtures/policies/unknown/rules.jsonl: {name, rules: YAML of the list `rules`, resources:
 * changes {type, name, actions, before, after, after_unknown, after_sensitive; address,
 * module_address}, more: other members of the plan, expect: lines}.
 */

#define FIXTURE	    "tests/fixtures/policies/unknown/rules.jsonl"
#define FIXTURE_MAX ((size_t)4 << 20)

static void write_fields(
    struct jsonw *writer, struct value map, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct value *value = value_get_c(map, names[i]);

		if (!value)
			continue;
		jsonw_key(writer, names[i]);
		jsonw_value(writer, *value);
	}
}

static void write_change(struct jsonw *writer, struct arena *arena, struct value resource)
{
	static const char *const head[] = {"address", "module_address", "type", "name"};
	static const char *const change[] = {
	    "actions", "before", "after", "after_unknown", "after_sensitive", "replace_paths"};

	jsonw_begin_object(writer);
	if (!value_get_c(resource, "address"))
		jsonw_field_str(writer, "address",
		    str_format(arena, "%.*s.%.*s", STR_ARG(value_get_str(resource, "type")),
			STR_ARG(value_get_str(resource, "name"))));
	write_fields(writer, resource, head, sizeof(head) / sizeof(head[0]));
	jsonw_field_str(writer, "mode", STR("managed"));
	jsonw_key(writer, "change");
	jsonw_begin_object(writer);
	write_fields(writer, resource, change, sizeof(change) / sizeof(change[0]));
	jsonw_end_object(writer);
	jsonw_end_object(writer);
}

static struct str plan_text(struct arena *arena, struct value row)
{
	const struct value *resources = value_get_c(row, "resources");
	const struct value *more = value_get_c(row, "more");
	struct str text = STR_EMPTY;
	struct jsonw writer;
	struct err err = {0};
	struct sink sink;
	struct buf buf;

	buf_init(&buf, arena, FIXTURE_MAX);
	sink_to_buf(&sink, &buf);
	jsonw_init(&writer, &sink, 0);
	jsonw_begin_object(&writer);
	jsonw_field_str(&writer, "format_version", STR("1.2"));
	jsonw_field_bool(&writer, "complete", true);
	jsonw_key(&writer, "resource_changes");
	jsonw_begin_array(&writer);
	for (uint32_t i = 0; i < resources->len; i++)
		write_change(&writer, arena, resources->as.items[i]);
	jsonw_end_array(&writer);
	for (uint32_t i = 0; more && i < more->len; i++) {
		jsonw_key_str(&writer, value_text(more->as.entries[i].key));
		jsonw_value(&writer, more->as.entries[i].value);
	}
	jsonw_end_object(&writer);
	if (!sink_finish(&sink, &err) || !buf_finish(&buf, &text, &err))
		fail_msg("%s", err.text);
	return text;
}

static const char *expected(struct arena *arena, struct value row)
{
	const struct value *lines = value_get_c(row, "expect");
	struct buf buf;

	buf_init(&buf, arena, FIXTURE_MAX);
	for (uint32_t i = 0; i < lines->len; i++)
		buf_addf(&buf, "%.*s\n", STR_ARG(value_text(lines->as.items[i])));
	return str_to_c(arena, buf_str(&buf));
}

static unsigned run_row(struct arena *arena, struct value row)
{
	const char *name = str_to_c(arena, value_get_str(row, "name"));
	struct str rules = value_get_str(row, "rules");
	struct source_row files[] = {{"tfherald.yaml", NULL, false}, {NULL, NULL, false}};
	struct verdict_world world;
	unsigned wrong = 0;

	files[0].text = str_format(arena, "version: 1\nrules:\n%.*s", STR_ARG(rules)).ptr;
	verdict_world_begin(&world, files, NULL);
	verdict_world_plan_text(&world, plan_text(arena, row));
	verdict_world_judge(&world);
	verdict_check(&wrong, name, verdict_world_text(&world), expected(arena, row));
	verdict_world_end(&world);
	return wrong;
}

static void test_vectors(void **state)
{
	(void)state;
	struct arena *arena = arena_new();
	struct str text, line;
	struct err err = {0};
	unsigned wrong = 0, rows = 0;

	if (!file_read(arena, FIXTURE, FIXTURE_MAX, &text, &err))
		fail_msg("%s", err.text);
	while (str_split(&text, '\n', &line)) {
		struct jsonr json = {0};
		struct value row;

		if (line.len == 0)
			continue;
		if (!jsonr_read(arena, line, &json, &row, &err))
			fail_msg("row %u: %s", rows, err.text);
		wrong += run_row(arena, row);
		rows++;
	}
	assert_true(rows >= 40);
	assert_int_equal(wrong, 0);
	arena_free(arena);
}

/* --- nothing that is hidden gets out --- */

#define RULE(more) POLICY("rules:\n  - {id: r, level: deny, " more "}\n")
#define SECRET                                                                                     \
	PLAN(CREATE_SECRET("t", "a",                                                               \
	    "{'p': 's3cr3t', 'l': ['s3cr3t', 'x'], 'm': {'s3cr3t': 's3cr3t'}, 'q': 1, 'n': null}", \
	    "{'p': true, 'l': [true, false], 'm': true}"))
#define VARIABLE                                                                                \
	PLAN_WITH(CREATE("t", "a", "{}"),                                                       \
	    ",'variables':{'v':{'value':'s3cr3t'},'w':{'value':['s3cr3t']}},'configuration':{'" \
	    "root_module':{'variables':{'v':{'sensitive':true},'w':{'sensitive':true}}}}")

struct secret_row {
	const char *name;
	const struct source_row *rules;
	const char *plan, *text; /* text NULL: not looked at */
};

static unsigned find_secret(const struct secret_row *row)
{
	struct verdict_world world;
	unsigned wrong = 0;
	struct str all;
	size_t at;

	verdict_world_begin(&world, row->rules, NULL);
	verdict_world_plan(&world, row->plan);
	verdict_world_judge(&world);
	if (row->text)
		verdict_check(&wrong, row->name, verdict_world_text(&world), row->text);
	all = verdict_world_everything(&world);
	if (world.verdict.finding_count == 0 || str_find(all, STR("s3cr3t"), &at)) {
		print_error("%s: %.*s\n", row->name, STR_ARG(all));
		wrong++;
	}
	verdict_world_end(&world);
	return wrong;
}

static void find_secrets(const struct secret_row *rows, size_t count)
{
	unsigned wrong = 0;

	for (size_t i = 0; i < count; i++)
		wrong += find_secret(&rows[i]);
	assert_int_equal(wrong, 0);
}

static void test_secrets(void **state)
{
	(void)state;
	const struct secret_row rows[] = {
	    {"in a message",
		RULE("forbid: resource.after.q == 1, message: "
		     "'${resource.after.p} ${resource.after}'"),
		SECRET, NULL},
	    {"computed", RULE("forbid: 'true', message: '${resource.after.p + resource.after.p}'"),
		SECRET, "deny violation r t.a \"(sensitive)\"\n"},
	    {"an item",
		RULE("each: resource.after.l, forbid: 'item.startsWith(\"s3\")', message: "
		     "'${item}'"),
		SECRET, "deny violation r t.a [[0]] \"(sensitive)\"\n"},
	    {"items that are computed",
		RULE("each: 'resource.after.l.map(x, x + \"!\")', forbid: "
		     "'item.startsWith(\"s3\")', message: '${item}'"),
		SECRET, NULL},
	    {"keys of a map",
		RULE("each: 'resource.after.m.map(k, k)', forbid: 'true', message: "
		     "'${item}'"),
		SECRET, "deny violation r t.a [[0]] \"(sensitive)\"\n"},
	    {"changed paths", RULE("forbid: 'true', message: '${resource.changed_paths}'"), SECRET,
		NULL},
	};

	find_secrets(rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_secrets_in_errors(void **state)
{
	(void)state;
	const struct secret_row rows[] = {
	    {"a key in an error", RULE("forbid: '{\"a\": 1}[resource.after.p] == 1'"), SECRET,
		"deny error r t.a \"no such key\"\n"},
	    {"a pattern in an error", RULE("forbid: '\"x\".matches(resource.after.p + \"(\")'"),
		SECRET, NULL},
	    {"a number in an error", RULE("forbid: 'int(resource.after.p) == 1'"), SECRET, NULL},
	    {"a time in an error", RULE("forbid: 'timestamp(resource.after.p) == now'"), SECRET,
		NULL},
	    {"a duration in an error",
		RULE("forbid: 'duration(resource.after.p) > duration(\"1s\")'"), SECRET, NULL},
	    {"an address in an error", RULE("forbid: 'cidr(resource.after.p).prefixLength() == 0'"),
		SECRET, NULL},
	    {"a version in an error", RULE("forbid: 'satisfies(\"1.2.3\", resource.after.p)'"),
		SECRET, NULL},
	    {"another version", RULE("forbid: 'semver(resource.after.p) == semver(\"1.2.3\")'"),
		SECRET, NULL},
	    {"JSON in an error", RULE("forbid: 'jsondecode(resource.after.p).x == 1'"), SECRET,
		NULL},
	    {"base64 in an error",
		RULE("forbid: 'base64.decode(resource.after.p + \"!\") == b\"x\"'"), SECRET, NULL},
	    {"format in an error", RULE("forbid: '\"%d\".format([resource.after.p]) == \"1\"'"),
		SECRET, NULL},
	    {"an absorbed error",
		RULE("forbid: '{\"a\": 1}[resource.after.p] == 1 || resource.after.q == 1'"),
		SECRET, "deny violation r t.a\n"},
	};

	find_secrets(rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_secrets_of_the_plan(void **state)
{
	(void)state;
	const struct secret_row rows[] = {
	    {"a variable in a message",
		RULE("forbid: plan.variables.v == \"s3cr3t\", message: '${plan.variables.v}'"),
		VARIABLE, "deny violation r t.a \"(sensitive)\"\n"},
	    {"items of a variable",
		RULE("each: plan.variables.w, forbid: 'true', message: '${item}'"), VARIABLE,
		"deny violation r t.a [[0]] \"(sensitive)\"\n"},
	    {"items of a variable, of the plan",
		RULE("scope: plan, each: plan.variables.w, forbid: 'true', message: '${item}'"),
		VARIABLE, "deny violation r [[0]] \"(sensitive)\"\n"},
	    {"by_type in a message",
		RULE("match: {types: [t]}, forbid: 'plan.by_type(\"t\").size() == 1', message: "
		     "'${plan.by_type(\"t\")[0].after.p}'"),
		SECRET, "deny violation r t.a \"(sensitive)\"\n"},
	};
	find_secrets(rows, sizeof(rows) / sizeof(rows[0]));
}

static struct str explained(struct verdict_world *world)
{
	struct policy_problems problems;
	struct err err = {0};
	struct change change;
	const struct rule_subject subject = {
	    world->head.set, 0, &change, world->plan, &world->world};
	struct buf buf;

	policy_problems_init(&problems, world->arena);
	buf_init(&buf, world->arena, FIXTURE_MAX);
	if (!plan_load(world->plan, CHANGES_RESOURCE, 0, world->arena, &change, &err) ||
	    !evaluate_explain(world->arena, &subject, &buf, &problems, &err))
		fail_msg("%s", err.text);
	return buf_str(&buf);
}

static struct str message_of(struct verdict_world *world)
{
	struct policy_problems problems;
	struct rule_result result = {.message = STR_EMPTY};
	struct err err = {0};
	struct change change;
	const struct rule_subject subject = {
	    world->head.set, 0, &change, world->plan, &world->world};

	policy_problems_init(&problems, world->arena);
	if (!plan_load(world->plan, CHANGES_RESOURCE, 0, world->arena, &change, &err) ||
	    !evaluate_rule(world->arena, &subject, &result, &problems, &err))
		fail_msg("%s", err.text);
	assert_int_equal(result.end, RULE_VIOLATION);
	return result.message;
}

static void test_explained_secrets(void **state)
{
	(void)state;
	const struct {
		const char *name;
		const struct source_row *rules;
		const char *plan;
	} rows[] = {
	    {"a value",
		RULE("forbid: resource.after.p.size() == 6, message: '${resource.after.p}'"),
		SECRET},
	    {"an item", RULE("each: resource.after.l, forbid: 'true', message: '${item}'"), SECRET},
	    {"a variable",
		RULE("forbid: plan.variables.v.size() == 6, message: '${plan.variables.v}'"),
		VARIABLE},
	    {"items of a variable",
		RULE("each: plan.variables.w, forbid: 'true', message: '${item}'"), VARIABLE},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct verdict_world world;
		size_t at;

		verdict_world_begin(&world, rows[i].rules, NULL);
		verdict_world_plan(&world, rows[i].plan);
		if (str_find(explained(&world), STR("s3cr3t"), &at) ||
		    !str_is(message_of(&world), "(sensitive)"))
			fail_msg("%s: %.*s %.*s", rows[i].name, STR_ARG(explained(&world)),
			    STR_ARG(message_of(&world)));
		verdict_world_end(&world);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_vectors),
	    cmocka_unit_test(test_secrets),
	    cmocka_unit_test(test_secrets_in_errors),
	    cmocka_unit_test(test_secrets_of_the_plan),
	    cmocka_unit_test(test_explained_secrets),
	};

	return cmocka_run_group_tests_name("policies/evaluate_unknown", tests, NULL, NULL);
}

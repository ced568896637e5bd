#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/input.h"
#include "parser/configuration.h"
#include "parser/plan_read.h"

#define TEXT_MAX ((size_t)64 << 20)
#define FIXTURE	 "tests/fixtures/configuration/plan.json"

static const struct configuration *read_configuration(
    struct arena *arena, const char *name, const struct plan *plan)
{
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	const struct configuration *configuration = NULL;
	struct err err = {0};

	if (!configuration_read(arena, scratch, plan, &configuration, &err))
		fail_msg("%s: %d:%d: %s", name, err.line, err.column, err.text);
	return configuration;
}

static const struct plan *read_plan(struct arena *arena, struct input *input)
{
	struct plan *plan = NULL;
	struct err err = {0};

	if (!plan_read_json(arena, input, NULL, &plan, &err))
		fail_msg("%d:%d: %s", err.line, err.column, err.text);
	return plan;
}

/* A configuration whose root module has these members. */
static const struct configuration *from_root(
    struct arena *arena, const char *name, const char *members)
{
	struct str text = str_format(arena,
	    "{\"format_version\":\"1.2\",\"resource_changes\":[],\"configuration\":{\"root_"
	    "module\":{"
	    "%s}}}",
	    members);

	return read_configuration(arena, name, read_plan(arena, input_from_str(arena, "p", text)));
}

static struct str join(struct arena *arena, struct config_names names)
{
	struct buf text;

	buf_init(&text, arena, TEXT_MAX);
	for (size_t i = 0; i < names.count; i++) {
		buf_adds(&text, i ? " " : "");
		buf_add(&text, names.items[i]);
	}
	return buf_str(&text);
}

/* --- a plan of the real Terraform --- */

static const struct {
	const char *address, *path, *want;
} references[] = {
    {"terraform_data.use", "after.input", "terraform_data.known.output.cidr"},
    {"terraform_data.use", "input", "terraform_data.known.output.cidr"},
    {"terraform_data.use", "after", "terraform_data.known.output.cidr"},
    {"terraform_data.use", "", "terraform_data.known.output.cidr"},
    {"terraform_data.use", "after.id", ""},
    {"terraform_data.use_all", "after.input.cidr", "terraform_data.known.output"},
    {"terraform_data.use_part", "after.input.cidrs[0]", "terraform_data.known.output.cidr"},
    {"terraform_data.use_key", "after.input", "terraform_data.known.output[\"k.x\"][1]"},
    {"terraform_data.use_index", "after.input", "terraform_data.multi.output"},
    {"terraform_data.use_each", "after.input", "terraform_data.each.output"},
    {"terraform_data.use_splat", "after.input[1]", "terraform_data.multi"},
    {"terraform_data.use_two", "after.input",
	"terraform_data.use.output terraform_data.known.output.cidr"},
    {"terraform_data.use_local", "after.input", "local.l"},
    {"terraform_data.multi[1]", "after.input", ""},
    {"terraform_data.each[\"b.c\"]", "after.input", ""},
    {"terraform_data.values[\"v\"]", "after.input", "terraform_data.known.output.cidr"},
    {"terraform_data.many", "after.triggers_replace[2]",
	"terraform_data.multi.output terraform_data.each.output var.who local.l"},
    {"terraform_data.mod_out", "after.input", "module.m.terraform_data.r.output"},
    {"terraform_data.mod_pass", "after.input", "terraform_data.known.output"},
    {"terraform_data.mod_nested", "after.input", "module.e.module.inner.terraform_data.n.output"},
    {"terraform_data.mod_all", "after.input", "module.m"},
    {"module.m[0].terraform_data.r[0]", "after.input", "terraform_data.known.output.cidr"},
    {"module.m[0].terraform_data.l", "after.input[0]", "terraform_data.multi"},
    {"module.m[1].module.inner.terraform_data.n3", "after.input.one",
	"terraform_data.src.output.a var.who"},
    {"module.nowhere.terraform_data.l", "after.input", ""},
    {"terraform_data.nowhere", "after.input", ""},
    {"", "", ""},
    {"terraform_data.use", "after.input[", "terraform_data.known.output.cidr"},
    {"terraform_data.use", "after[[[", ""},
};

static void references_of_a_real_plan(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct input *input CLEANUP(input_close_ptr) = NULL;
	const struct configuration *configuration;
	struct err err = {0};

	(void)state;
	assert_true(input_open(arena, FIXTURE, 0, &input, &err));
	configuration = read_configuration(arena, FIXTURE, read_plan(arena, input));
	for (size_t i = 0; i < ARRAY_LEN(references); i++) {
		struct str found =
		    join(arena, configuration_references(arena, configuration,
				    str_from(references[i].address), str_from(references[i].path)));

		if (!str_is(found, references[i].want))
			fail_msg("%s %s: %.*s", references[i].address, references[i].path,
			    STR_ARG(found));
	}
}

static void parts_of_a_real_plan(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct input *input CLEANUP(input_close_ptr) = NULL;
	const struct configuration *configuration;
	const struct config_resource *resource;
	const struct config_provider *providers;
	const struct config_module *modules;
	struct value expressions;
	struct err err = {0};
	size_t count;

	(void)state;
	assert_true(input_open(arena, FIXTURE, 0, &input, &err));
	configuration = read_configuration(arena, FIXTURE, read_plan(arena, input));
	modules = configuration_modules(configuration, &count);
	assert_int_equal(count, 6);
	assert_true(str_is(modules[0].address, "module.e") && modules[0].repeated);
	assert_true(str_is(modules[1].address, "module.e.module.inner"));
	assert_true(str_is(modules[1].name, "inner") && !modules[1].repeated);
	assert_true(str_is(
	    configuration_module_source(configuration, STR("module.one.module.inner")), "./inner"));
	assert_int_equal(configuration_module_source(configuration, STR("module.x")).len, 0);
	providers = configuration_providers(configuration, &count);
	assert_int_equal(count, 1);
	assert_true(str_is(providers[0].full_name, "terraform.io/builtin/terraform"));
	assert_true(str_is(providers[0].key, "terraform"));
	(void)configuration_resources(configuration, &count);
	assert_int_equal(count, 45);
	resource = configuration_find(configuration, STR("terraform_data.many"));
	assert_non_null(resource);
	assert_true(str_is(join(arena, resource->provisioners), "local-exec remote-exec"));
	assert_true(str_is(resource->provider_key, "terraform") && !resource->repeated);
	expressions = configuration_expressions(arena, configuration, resource);
	assert_non_null(value_get_c(expressions, "triggers_replace"));
	resource = configuration_find(
	    configuration, STR("module.m.module.inner.data.terraform_remote_state.s"));
	assert_non_null(resource);
	assert_true(str_is(resource->mode, "data") && str_is(resource->name, "s"));
	assert_true(str_is(resource->type, "terraform_remote_state"));
	assert_true(str_is(resource->module, "module.m.module.inner"));
	assert_true(configuration_variable_is_sensitive(configuration, STR("who")));
	assert_false(configuration_variable_is_sensitive(configuration, STR("plain")));
	assert_false(configuration_variable_is_sensitive(configuration, STR("v")));
	assert_true(configuration_variable_is_sensitive(NULL, STR("plain")));
}

static const struct {
	const char *address, *want;
} addresses[] = {
    {"aws_x.y", "aws_x.y"},
    {"aws_x.y[0]", "aws_x.y"},
    {"aws_x.y[\"a.b[1]\"]", "aws_x.y"},
    {"aws_x.y[\"a\\\"]b\"]", "aws_x.y"},
    {"module.a[0].module.b[\"]\"].data.x.y[2]", "module.a.module.b.data.x.y"},
    {"module.a[0]", "module.a"},
    {"x.y[\"unterminated", "x.y"},
    {"", ""},
};

static void addresses_lose_their_keys(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(addresses); i++) {
		struct str found = configuration_address(arena, str_from(addresses[i].address));

		if (!str_is(found, addresses[i].want))
			fail_msg("%s: %.*s", addresses[i].address, STR_ARG(found));
	}
}

/* --- made up ones --- */

#define RESOURCE(name, expressions)                                                        \
	"{\"address\":\"t." name "\",\"mode\":\"managed\",\"type\":\"t\",\"name\":\"" name \
	"\",\"expressions\":" expressions "}"
#define REFERS(list) "{\"references\":[" list "]}"

static const struct {
	const char *name, *root; /* members of the root module */
	const char *address, *path, *want;
} made[] = {
    {"no members", "", "t.a", "after.x", ""},
    {"strange kinds", "\"resources\":1,\"module_calls\":[],\"outputs\":null,\"variables\":true",
	"t.a", "after.x", ""},
    {"strange items",
	"\"resources\":[1,null,{},{\"address\":1}],\"module_calls\":{\"m\":null,\"n\":3},"
	"\"outputs\":{\"o\":[]}",
	"t.a", "after.x", ""},
    {"no expressions", "\"resources\":[{\"address\":\"t.a\"}]", "t.a", "after.x", ""},
    {"block", "\"resources\":[" RESOURCE("a", "{\"b\":[{\"x\":" REFERS("\"t.b.id\"") "}]}") "]",
	"t.a", "after.b[0].x", "t.b.id"},
    {"a whole block",
	"\"resources\":[" RESOURCE(
	    "a", "{\"b\":[{\"x\":" REFERS("\"t.b.id\"") ",\"y\":" REFERS("\"t.c.id\"") "}]}") "]",
	"t.a", "after.b", "t.b.id t.c.id"},
    {"the block that is meant",
	"\"resources\":[" RESOURCE(
	    "a", "{\"b\":[{\"x\":" REFERS("\"t.b.id\"") "},{\"x\":" REFERS("\"t.c.id\"") "}]}") "]",
	"t.a", "after.b[1].x", "t.c.id"},
    {"a block beyond those",
	"\"resources\":[" RESOURCE(
	    "a", "{\"b\":[{\"x\":" REFERS("\"t.b.id\"") "},{\"x\":" REFERS("\"t.c.id\"") "}]}") "]",
	"t.a", "after.b[2].x", "t.b.id t.c.id"},
    {"block as a map",
	"\"resources\":[" RESOURCE("a", "{\"b\":{\"k.1\":{\"x\":" REFERS("\"t.b.id\"") "}}}") "]",
	"t.a", "after.b[\"k.1\"].x", "t.b.id"},
    {"no prefixes in old versions",
	"\"resources\":[" RESOURCE("a", "{\"x\":" REFERS("\"t.b\",\"t.c.id\",\"t.b\"") "}") "]",
	"t.a", "after.x", "t.b t.c.id"},
    {"names that only begin alike",
	"\"resources\":[" RESOURCE("a", "{\"x\":" REFERS("\"t.bb.id\",\"t.b.id\",\"t.b\"") "}") "]",
	"t.a", "after.x", "t.bb.id t.b.id"},
    {"known while planning",
	"\"resources\":[" RESOURCE(
	    "a", "{\"x\":" REFERS("\"count.index\",\"each.key\",\"path.module\",\"self.id\","
				  "\"terraform.workspace\"") "}") "]",
	"t.a", "after.x", ""},
    {"data and ephemeral",
	"\"resources\":[" RESOURCE(
	    "a", "{\"x\":" REFERS("\"data.t.b[0].id\",\"ephemeral.t.c.x\"") "}") "]",
	"t.a", "after.x", "data.t.b.id ephemeral.t.c.x"},
    {"references of other kinds",
	"\"resources\":[" RESOURCE("a", "{\"x\":{\"references\":[1,null,\"\",\"t.b.c\"]}}") "]",
	"t.a", "after.x", "t.b.c"},
    {"address put together",
	"\"resources\":[{\"mode\":\"data\",\"type\":\"t\",\"name\":\"a\",\"expressions\":{"
	"\"x\":" REFERS("\"t.b.id\"") "}}]",
	"data.t.a", "after.x", "t.b.id"},
    {"an output that is not there",
	"\"resources\":[" RESOURCE(
	    "a", "{\"x\":" REFERS("\"module.m.o\"") "}") "],"
							 "\"module_calls\":{\"m\":{\"module\":{}}}",
	"t.a", "after.x", ""},
    {"outputs in a circle",
	"\"resources\":[" RESOURCE("a",
	    "{\"x\":" REFERS(
		"\"module.m.o\"") "}") "],"
				       "\"module_calls\":{\"m\":{\"expressions\":{\"v\":" REFERS(
					   "\"module.m.o\",\"module.m.o\"") "},"
									    "\"module\":{"
									    "\"outputs\":{\"o\":{"
									    "\"expression\""
									    ":" REFERS(
										"\"var.v\",\"var."
										"v\"") "}}}}}",
	"t.a", "after.x", ""},
    {"members of a call in another order",
	"\"module_calls\":{\"m\":{\"module\":{\"resources\":[" RESOURCE(
	    "a", "{\"x\":" REFERS(
		     "\"var.v\"") "}") "]},\"expressions\":{\"v\":" REFERS("\"t.b.id\"") "}}}",
	"module.m.t.a", "after.x", "t.b.id"},
};

static void references_of_made_up_ones(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(made); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		const struct configuration *configuration =
		    from_root(arena, made[i].name, made[i].root);
		struct str found =
		    join(arena, configuration_references(arena, configuration,
				    str_from(made[i].address), str_from(made[i].path)));

		if (!str_is(found, made[i].want))
			fail_msg("%s: %.*s", made[i].name, STR_ARG(found));
	}
}

/* What stands in "references" for x of t.a, and what of it names whom. */
static const struct {
	const char *name, *list, *want;
	const char *named, *not_named; /* addresses of changes; NULL: not asked */
} keyed[] = {
    {"an instance and its tail", "\"t.b[\\\"x\\\"].id\",\"t.b[\\\"x\\\"]\",\"t.b\"",
	"t.b[\"x\"].id", "t.b[\"x\"]", "t.b[\"y\"]"},
    {"an instance and the whole resource",
	"\"t.b[\\\"x\\\"].id\",\"t.b[\\\"x\\\"]\",\"t.b\",\"t.b\"", "t.b[\"x\"].id t.b",
	"t.b[\"y\"]", "t.c[\"y\"]"},
    {"the whole resource and an instance", "\"t.b\",\"t.b[0].id\",\"t.b[0]\",\"t.b\"",
	"t.b t.b[0].id", "t.b[1]", NULL},
    {"a bare instance", "\"t.b[1]\",\"t.b\"", "t.b[1]", "t.b[1]", "t.b[10]"},
    {"two instances", "\"t.b[0].id\",\"t.b[0]\",\"t.b\",\"t.b[2].id\",\"t.b[2]\",\"t.b\"",
	"t.b[0].id t.b[2].id", "t.b[2]", "t.b[1]"},
    {"a computed key", "\"t.b\",\"each.key\"", "t.b", "t.b[\"x\"]", NULL},
    {"an index into an attribute", "\"t.b.l[0]\",\"t.b.l\",\"t.b\"", "t.b.l[0]", "t.b[1]", NULL},
    {"a number in quotes", "\"t.b[\\\"0\\\"].id\"", "t.b[\"0\"].id", "t.b[0]", "t.b[1]"},
    {"brackets in a key", "\"t.b[\\\"a].b[\\\"].id\"", "t.b[\"a].b[\"].id", "t.b[\"a].b[\"]",
	"t.b[\"a\"]"},
    {"asked for all", "\"t.b[0].id\"", "t.b[0].id", "t.b", "t.bb"},
    {"a key that does not end", "\"t.b[\"", "t.b[", "t.b[0]", NULL},
    {"the instance of a module counts not", "\"module.n[0].o\"", "module.n.t.i[1].id",
	"module.n[1].t.i[1]", "module.n[0].t.i[0]"},
};

static bool is_named(
    struct arena *arena, struct config_names names, struct str address, struct str key)
{
	bool named = false;

	address = configuration_address(arena, address);
	for (size_t i = 0; i < names.count; i++)
		named = named || configuration_names(names.items[i], address, key);
	return named;
}

static void references_with_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(keyed); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct str root = str_format(arena,
		    "\"resources\":[" RESOURCE("a",
			"{\"x\":" REFERS("%s") "}") "],"
						    "\"module_calls\":{\"n\":{\"module\":{"
						    "\"outputs\":{\"o\":{\"expression\":" REFERS(
							"\"t.i[1].id\"") "}}}}}",
		    keyed[i].list);
		struct config_names names = configuration_instances(
		    arena, from_root(arena, keyed[i].name, root.ptr), STR("t.a"), STR("after.x"));
		struct str yes = str_from(keyed[i].named);

		if (!str_is(join(arena, names), keyed[i].want))
			fail_msg("%s: %.*s", keyed[i].name, STR_ARG(join(arena, names)));
		if (!is_named(arena, names, yes, configuration_key(yes)))
			fail_msg("%s: %s is not named", keyed[i].name, keyed[i].named);
		if (keyed[i].not_named && is_named(arena, names, str_from(keyed[i].not_named),
					      configuration_key(str_from(keyed[i].not_named))))
			fail_msg("%s: %s is named", keyed[i].name, keyed[i].not_named);
	}
}

/* Over the limit an instance stands for all: nothing that is referred to is called missing. */
static void too_many_instances(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct config_names names;
	struct buf root;

	(void)state;
	buf_init(&root, arena, TEXT_MAX);
	buf_adds(
	    &root, "\"resources\":[{\"address\":\"t.a\",\"expressions\":{\"x\":{\"references\":[");
	for (int i = 0; i < REFERENCES_MAX * 2; i++)
		buf_addf(&root, "%s\"t.b[%d].id\"", i ? "," : "", i);
	buf_adds(&root, "]}}}]");
	names = configuration_instances(arena,
	    from_root(arena, "too many instances",
		str_format(arena, "%.*s", STR_ARG(buf_str(&root))).ptr),
	    STR("t.a"), STR("after.x"));
	assert_true(str_is(join(arena, names), "t.b.id"));
	assert_true(is_named(arena, names, STR("t.b[127]"), STR("[127]")));
}

static void broken_ones_are_told(void **state)
{
	static const char *const texts[] = {"{\"root_module\":{\"resources\":[{\"address\":tru}]}}",
	    "{\"root_module\":{\"resources\":[{\"address\" \"x\"}]}}", "{\"root_module\" {}}",
	    "{\"provider_config\":{\"a\":{}} 1}"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
		struct plan plan = {.form = PLAN_FORM_JSON,
		    .input = input_from_str(arena, "p", str_from(texts[i])),
		    .configuration = {0, str_from(texts[i]).len}};
		const struct configuration *configuration = NULL;
		struct err err = {0};

		if (configuration_read(arena, scratch, &plan, &configuration, &err))
			fail_msg("row %zu is accepted", i);
		assert_int_equal(err.code, ERR_SYNTAX);
	}
}

static void limits_hold(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct plan plan = {
	    .form = PLAN_FORM_JSON, .configuration = {0, (uint64_t)CONFIGURATION_MAX + 1}};
	const struct configuration *configuration = NULL;
	struct err err = {0};
	struct buf text;

	(void)state;
	assert_false(configuration_read(arena, scratch, &plan, &configuration, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	assert_string_equal(err.text, "the configuration is over 256 MiB");

	/* addresses that say a long name again and again */
	buf_init(&text, arena, TEXT_MAX);
	buf_adds(&text, "{\"root_module\":{\"module_calls\":{\"");
	buf_repeat(&text, 'm', 60000);
	buf_adds(&text, "\":{\"module\":{\"resources\":[{}");
	for (int i = 0; i < 5000; i++)
		buf_adds(&text, ",{}");
	buf_adds(&text, "]}}}}}");
	plan = (struct plan){.form = PLAN_FORM_JSON,
	    .input = input_from_str(arena, "p", buf_str(&text)),
	    .configuration = {0, text.len}};
	err = (struct err){0};
	assert_false(configuration_read(arena, scratch, &plan, &configuration, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	assert_string_equal(err.text, "configuration: the addresses are over 256 MiB in all");
}

static void providers_have_their_constants(void **state)
{
	static const char text[] =
	    "{\"resource_changes\":[],\"configuration\":{\"provider_config\":{\"aws.west\":{"
	    "\"name\":"
	    "\"aws\",\"full_name\":\"registry.terraform.io/hashicorp/aws\",\"version_constraint\":"
	    "\"~> 5.0\",\"alias\":\"west\",\"expressions\":{\"region\":{\"constant_value\":"
	    "\"us-west-2\"},\"profile\":{\"references\":[\"var.p\"]}}}}}}";
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	const struct configuration *configuration = read_configuration(
	    arena, "providers", read_plan(arena, input_from_str(arena, "p", str_from(text))));
	const struct config_provider *providers;
	size_t count;

	(void)state;
	providers = configuration_providers(configuration, &count);
	assert_int_equal(count, 1);
	assert_true(str_is(providers[0].key, "aws.west") && str_is(providers[0].alias, "west"));
	assert_true(str_is(providers[0].name, "aws"));
	assert_true(str_is(providers[0].constraint, "~> 5.0"));
	assert_true(str_is(value_get_str(providers[0].config, "region"), "us-west-2"));
	assert_int_equal(providers[0].config.len, 1);
}

/* --- every real plan --- */

static const char *shared_dir(void)
{
	const char *dir = getenv("TFHERALD_SHARED");
	const char *ci = getenv("CI");

	if (dir && *dir)
		return dir;
	if (access("../shared/data/plans/manifest.tsv", R_OK) == 0)
		return "../shared";
	if (ci && str_is(str_from(ci), "true"))
		fail_msg("the corpus is not there");
	return NULL;
}

static struct str column(struct str line, int number)
{
	struct str part = STR_EMPTY;

	for (int i = 0; i <= number; i++) {
		if (!str_split(&line, '\t', &part))
			return STR_EMPTY;
	}
	return part;
}

struct seen {
	const char *id;
	struct arena *arena;
	const struct configuration *configuration;
	size_t changes, missing, references, dangling;
};

/* Does the configuration, or the root, know what a reference begins with? */
static bool resolves(const struct seen *seen, struct str name)
{
	static const char *const words[] = {"var.", "local.", "module."};
	struct str head = name;
	size_t dot;

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (str_starts(name, str_from(words[i])) || str_contains(name, STR(".local.")))
			return true;
	}
	/* shorter and shorter up to the resource */
	for (;;) {
		if (configuration_find(
			seen->configuration, configuration_address(seen->arena, head)))
			return true;
		dot = head.len;
		while (dot > 0 && head.ptr[dot - 1] != '.')
			dot--;
		if (dot == 0)
			return false;
		head.len = dot - 1;
	}
}

static bool check_change(void *context, const struct change *change, struct err *err)
{
	struct seen *seen = context;
	struct str address = configuration_address(seen->arena, change->head.address);
	struct config_names names;

	(void)err;
	if (!str_is(change->head.mode, "managed") || change->head.deposed.len > 0 ||
	    change->head.action == ACTION_DELETE || change->head.action == ACTION_FORGET)
		return true;
	seen->changes++;
	seen->missing += configuration_find(seen->configuration, address) ? 0 : 1;
	names = configuration_references(seen->arena, seen->configuration, address, STR("after"));
	for (size_t i = 0; i < names.count; i++) {
		seen->references++;
		if (resolves(seen, names.items[i]))
			continue;
		seen->dangling++;
		if (getenv("SHOW_DANGLING"))
			print_message("%s: %.*s: %.*s\n", seen->id, STR_ARG(address),
			    STR_ARG(names.items[i]));
	}
	return true;
}

static void check_plan(struct arena *arena, const char *path, struct seen *seen)
{
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct input *input CLEANUP(input_close_ptr) = NULL;
	struct plan *plan = NULL;
	struct err err = {0};

	seen->id = path;
	assert_true(input_open(arena, path, 0, &input, &err));
	if (!plan_read(arena, input, NULL, &plan, &err))
		return; /* what is no plan is the business of other tests */
	seen->arena = arena;
	seen->configuration = read_configuration(arena, path, plan);
	if (plan->configuration.len <= 4)
		return;
	/* some have a key twice in a change, which is the business of other tests too */
	(void)!plan_visit(plan, (struct plan_selection){CHANGES_RESOURCE, VISIT_ALL}, scratch,
	    check_change, seen, &err);
}

static void every_real_plan(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	const char *shared = shared_dir();
	struct str manifest, line;
	struct seen seen = {0};
	struct err err = {0};
	size_t plans = 0;

	(void)state;
	if (!shared)
		skip();
	assert_true(file_read(arena, str_format(arena, "%s/data/plans/manifest.tsv", shared).ptr,
	    TEXT_MAX, &manifest, &err));
	while (str_line(&manifest, &line)) {
		struct arena *each CLEANUP(arena_free_ptr) = arena_new();
		struct str id = column(line, 0);

		if (!str_is(column(line, 1), "plan_json"))
			continue;
		plans++;
		check_plan(each,
		    str_format(each, "%s/data/plans/files/%.*s.json", shared, STR_ARG(id)).ptr,
		    &seen);
	}
	print_message("%zu plans, %zu changes (%zu not in the configuration), %zu references (%zu "
		      "dangling)\n",
	    plans, seen.changes, seen.missing, seen.references, seen.dangling);
	assert_true(plans > 300);
	assert_true(seen.changes > 1000);
	/* some plans were cut down by hand */
	assert_true(seen.missing * 100 < seen.changes);
	assert_true(seen.dangling * 100 < seen.references);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(references_of_a_real_plan),
	    cmocka_unit_test(parts_of_a_real_plan),
	    cmocka_unit_test(addresses_lose_their_keys),
	    cmocka_unit_test(references_of_made_up_ones),
	    cmocka_unit_test(references_with_keys),
	    cmocka_unit_test(too_many_instances),
	    cmocka_unit_test(broken_ones_are_told),
	    cmocka_unit_test(limits_hold),
	    cmocka_unit_test(providers_have_their_constants),
	    cmocka_unit_test(every_real_plan),
	};

	return cmocka_run_group_tests_name("parser/configuration", tests, NULL, NULL);
}

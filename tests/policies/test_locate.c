/* From addresses to lines of .tf files and back, over module calls. */
#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/input.h"
#include "parser/plan_read.h"
#include "policies/locate.h"
#include "tests/support/source_script.h"

static const struct source_row files[] = {
    {"envs/prod/main.tf",
	"# resource \"aws_x\" \"in_comment\" {}\n"
	"resource \"aws_x\" \"y\" {\n"
	"  policy = <<EOT\n"
	"resource \"aws_x\" \"in_heredoc\" {}\n"
	"EOT\n"
	"}\n"
	"  data \"aws_ami\" \"y\" {}\n"
	"module \"net\" {\n"
	"  source = \"../../modules/net\"\n"
	"}\n"
	"module \"vpc\" {\n"
	"  source = \"terraform-aws-modules/vpc/aws\"\n"
	"}\n"
	"module \"out\" {\n"
	"  source = \"../../../elsewhere\"\n"
	"}\n"
	"module \"loop\" {\n"
	"  source = \".\"\n"
	"}\n"
	"output \"id\" {\n"
	"  value = 1\n"
	"}\n",
	false},
    {"envs/prod/a.tf", "ephemeral \"vault_x\" \"e\" {}\n", false},
    {"modules/net/main.tf",
	"resource \"aws_x\" \"deep\" {}\n"
	"module \"inner\" {\n"
	"  source = \"./inner\"\n"
	"}\n",
	false},
    {"modules/net/inner/sg.tf", "\n\nresource \"aws_sg\" \"it\" {\n}\n", false},
    {"json/main.tf.json", "{\"resource\": {\"aws_x\": {\"y\": {}}}}", false},
    {"links/main.tf", NULL, false},
    {"broken/main.tf", "", true},
    {"broken/other.tf", "resource \"aws_x\" \"y\" {}\n", false},
    {"root.tf", "resource \"aws_x\" \"top\" {}\n", false},
    {NULL, NULL, false},
};

static struct str text_of(struct arena *arena, bool found, const struct policy_place *place)
{
	if (!found)
		return STR("-");
	return str_format(arena, "%.*s:%d:%d", STR_ARG(place->file), place->line, place->column);
}

static struct locator *new_locator(struct arena *arena, struct source_script *script)
{
	struct source source = source_script(script, files);

	return locator_new(arena, &source);
}

static const struct {
	const char *name, *directory, *address, *expected;
} rows[] = {
    {"resource", "envs/prod", "aws_x.y", "envs/prod/main.tf:2:1"},
    {"instance", "envs/prod", "aws_x.y[\"a.b\"]", "envs/prod/main.tf:2:1"},
    {"data", "envs/prod", "data.aws_ami.y[0]", "envs/prod/main.tf:7:3"},
    {"ephemeral", "envs/prod", "ephemeral.vault_x.e", "envs/prod/a.tf:1:1"},
    {"other name", "envs/prod", "aws_x.z", "-"},
    {"comment", "envs/prod", "aws_x.in_comment", "-"},
    {"heredoc", "envs/prod", "aws_x.in_heredoc", "-"},
    {"module", "envs/prod", "module.net.aws_x.deep", "modules/net/main.tf:1:1"},
    {"module in module", "envs/prod", "module.net[0].module.inner[\"k\"].aws_sg.it[1]",
	"modules/net/inner/sg.tf:3:1"},
    {"not in the module", "envs/prod", "module.net.aws_x.gone", "envs/prod/main.tf:8:1"},
    {"registry", "envs/prod", "module.vpc.aws_vpc.this[0]", "envs/prod/main.tf:11:1"},
    {"inside of registry", "envs/prod", "module.vpc.module.x.aws_vpc.this",
	"envs/prod/main.tf:11:1"},
    {"out of the repository", "envs/prod", "module.out.aws_x.y", "envs/prod/main.tf:14:1"},
    {"calls itself", "envs/prod", "module.loop.module.loop.module.loop.aws_x.y",
	"envs/prod/main.tf:2:1"},
    {"unknown module", "envs/prod", "module.gone.aws_x.y", "-"},
    {"a module itself", "envs/prod", "module.net.module.inner", "modules/net/main.tf:2:1"},
    {"no address", "envs/prod", "this is none", "-"},
    {"hostile", "envs/prod", "module..module.", "-"},
    {"empty", "envs/prod", "", "-"},
    {"root", "", "aws_x.top", "root.tf:1:1"},
    {"root as dot", ".", "aws_x.top", "root.tf:1:1"},
    {"JSON", "json", "aws_x.y", "json/main.tf.json:0:0"},
    {"link", "links", "aws_x.y", "-"},
    {"cannot be read", "broken", "aws_x.y", "broken/other.tf:1:1"},
    {"no directory", "nowhere", "aws_x.y", "-"},
};

static void addresses(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct source_script script;
	struct locator *locator = new_locator(arena, &script);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct policy_place place;
		bool found = locate_address(
		    locator, NULL, str_from(rows[i].directory), str_from(rows[i].address), &place);
		struct str text = text_of(arena, found, &place);

		if (!str_is(text, rows[i].expected))
			fail_msg("%s: %.*s", rows[i].name, STR_ARG(text));
	}
	/* seven directories, each once */
	assert_int_equal(script.lists, 8);
}

static void other_things(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct source_script script;
	struct locator *locator = new_locator(arena, &script);
	struct policy_place place;

	(void)state;
	assert_true(locate_output(locator, STR("envs/prod"), STR("id"), &place));
	assert_int_equal(place.line, 20);
	assert_false(locate_output(locator, STR("envs/prod"), STR("gone"), &place));
	assert_true(locate_directory(locator, STR("envs/prod"), &place));
	assert_true(str_is(place.file, "envs/prod/main.tf"));
	assert_true(locate_directory(locator, STR("modules/net/inner"), &place));
	assert_true(str_is(place.file, "modules/net/inner/sg.tf"));
	assert_true(locate_directory(locator, STR("json"), &place));
	assert_true(str_is(place.file, "json/main.tf.json"));
	assert_false(locate_directory(locator, STR("nowhere"), &place));
	assert_true(locate_has_file(locator, STR("root.tf")));
	assert_true(locate_has_file(locator, STR("json/main.tf.json")));
	assert_false(locate_has_file(locator, STR("envs/prod/b.tf")));
	assert_false(locate_has_file(locator, STR("")));
}

static void lines(void **state)
{
	static const struct {
		const char *file;
		int line;
		const char *expected;
	} places[] = {
	    {"envs/prod/main.tf", 1, ""},
	    {"envs/prod/main.tf", 2, "aws_x.y"},
	    {"envs/prod/main.tf", 6, "aws_x.y"},
	    {"envs/prod/main.tf", 7, "data.aws_ami.y"},
	    {"envs/prod/main.tf", 9, "module.net"},
	    {"envs/prod/main.tf", 21, ""},
	    {"envs/prod/main.tf", 2000000000, ""},
	    {"envs/prod/a.tf", 1, "ephemeral.vault_x.e"},
	    {"envs/prod/gone.tf", 1, ""},
	    {"modules/net/inner/sg.tf", 4, "aws_sg.it"},
	};
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct source_script script;
	struct locator *locator = new_locator(arena, &script);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		struct str address = locate_line(locator, str_from(places[i].file), places[i].line);

		if (!str_is(address, places[i].expected))
			fail_msg("%s:%d: %.*s", places[i].file, places[i].line, STR_ARG(address));
	}
}

/* --- with the configuration of a plan --- */

static const struct configuration *configuration_of(struct arena *arena)
{
	static const char text[] =
	    "{\"format_version\":\"1.2\",\"resource_changes\":[],\"configuration\":{\"root_"
	    "module\":"
	    "{\"module_calls\":{\"net\":{\"source\":\"../../modules/net\",\"module\":"
	    "{\"module_calls\":{\"inner\":{\"source\":\"./inner\",\"module\":{}}}}},"
	    "\"vpc\":{\"source\":\"terraform-aws-modules/vpc/aws\",\"module\":{}}}}}}";
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct plan *plan = NULL;
	const struct configuration *configuration = NULL;
	struct err err = {0};

	if (!plan_read_json(arena, input_from_str(arena, "p", str_from(text)), NULL, &plan, &err) ||
	    !configuration_read(arena, scratch, plan, &configuration, &err))
		fail_msg("%s", err.text);
	return configuration;
}

static void modules(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	const struct configuration *configuration = configuration_of(arena);
	struct source_script script;
	struct locator *locator = new_locator(arena, &script);
	struct str root = STR("envs/prod"), module;
	struct policy_place place;

	(void)state;
	assert_true(locate_module(locator, configuration, root, root, &module));
	assert_int_equal(module.len, 0);
	assert_true(locate_module(locator, configuration, root, STR("modules/net"), &module));
	assert_true(str_is(module, "module.net"));
	assert_true(locate_module(locator, configuration, root, STR("modules/net/inner"), &module));
	assert_true(str_is(module, "module.net.module.inner"));
	assert_false(locate_module(locator, configuration, root, STR("modules"), &module));
	assert_false(locate_module(locator, NULL, root, STR("modules/net"), &module));
	assert_true(locate_address(
	    locator, configuration, root, STR("module.net.module.inner.aws_sg.it"), &place));
	assert_true(str_is(place.file, "modules/net/inner/sg.tf"));
}

static void findings(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct source_script script;
	struct locator *locator = new_locator(arena, &script);
	struct rule output = {.scope = SCOPE_OUTPUT};
	struct policy_place place = {STR("envs/tfherald.yaml"), 7, 3};
	struct finding list[] = {
	    {.address = STR("aws_x.y")},
	    {.address = STR("id"), .rule = &output},
	    {.address = STR_EMPTY},
	    {.kind = FINDING_WEAKENS, .place = place},
	    {.kind = FINDING_WEAKENS, .place = {STR("pack:tags@1.0"), 7, 3}},
	    {.address = STR("aws_x.y"), .file = STR("Dockerfile"), .line = 9},
	};
	static const char *const expected[] = {"envs/prod/main.tf:2:1", "envs/prod/main.tf:20:1",
	    ":0:0", "envs/tfherald.yaml:7:3", ":0:0", "Dockerfile:9:0"};

	(void)state;
	locate_findings(locator, NULL, STR("envs/prod"), list, ARRAY_LEN(list));
	for (size_t i = 0; i < ARRAY_LEN(list); i++) {
		struct policy_place found = {list[i].file, list[i].line, list[i].column};
		struct str text = text_of(arena, true, &found);

		if (!str_is(text, expected[i]))
			fail_msg("%zu: %.*s", i, STR_ARG(text));
	}
}

/* Many files and blocks, none of which takes more than its turn. */
static void many(void **state)
{
	enum {
		COUNT = 3000
	};
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct source_row *table = arena_array(arena, struct source_row, COUNT + 1);
	struct source_script script;
	struct source source;
	struct locator *locator;
	size_t found = 0;

	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		struct str path = str_format(arena, "big/f%05zu.tf", i);
		struct str text = str_format(arena, "resource \"aws_x\" \"r%zu\" {}\n", i);

		table[i] = (struct source_row){.path = path.ptr, .text = text.ptr};
	}
	source = source_script(&script, table);
	locator = locator_new(arena, &source);
	for (size_t i = 0; i < COUNT; i++) {
		struct policy_place place;

		found += locate_address(
		    locator, NULL, STR("big"), str_format(arena, "aws_x.r%zu", i), &place);
	}
	assert_int_equal(found, LOCATE_FILES_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(addresses),
	    cmocka_unit_test(other_things),
	    cmocka_unit_test(lines),
	    cmocka_unit_test(modules),
	    cmocka_unit_test(findings),
	    cmocka_unit_test(many),
	};
	return cmocka_run_group_tests_name("policies/locate", tests, NULL, NULL);
}

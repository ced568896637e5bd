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
#include "parser/terraform_data.h"

#define TEXT_MAX ((size_t)16 << 20)
#define FIXTURE	 "tests/fixtures/configuration/plan.json"

struct fixture {
	struct arena *arena;
	struct plan *plan;
	const struct configuration *configuration;
};

static void open_fixture(struct fixture *f, struct arena *arena, struct input *input)
{
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct err err = {0};

	f->arena = arena;
	if (!plan_read_json(arena, input, NULL, &f->plan, &err) ||
	    !configuration_read(arena, scratch, f->plan, &f->configuration, &err))
		fail_msg("%d:%d: %s", err.line, err.column, err.text);
}

static void add_value(struct buf *out, struct value value)
{
	char digits[24];
	struct str number;

	if (value_as_number_text(value, digits, &number))
		buf_add(out, number);
	else if (value.kind == VALUE_STRING)
		buf_add(out, value_text(value));
	else
		buf_adds(out, value_kind_name((enum value_kind)value.kind));
	if (value.marks & VALUE_SENSITIVE)
		buf_adds(out, "!");
	if (value.kind == VALUE_LIST || value.kind == VALUE_MAP)
		buf_addc(out, value.kind == VALUE_LIST ? '[' : '{');
	for (uint32_t i = 0; value.kind == VALUE_LIST && i < value.len; i++) {
		buf_adds(out, i ? "," : "");
		add_value(out, value.as.items[i]);
	}
	for (uint32_t i = 0; value.kind == VALUE_MAP && i < value.len; i++) {
		buf_adds(out, i ? "," : "");
		buf_add(out, value_text(value.as.entries[i].key));
		buf_addc(out, '=');
		add_value(out, value.as.entries[i].value);
	}
	if (value.kind == VALUE_LIST || value.kind == VALUE_MAP)
		buf_addc(out, value.kind == VALUE_LIST ? ']' : '}');
}

static const char *resolve(const struct fixture *f, const char *address, const char *path)
{
	struct data_place place = {str_from(address), str_from(path)};
	struct value value;
	struct buf text;
	struct str out;
	struct err err = {0};
	bool found;

	if (!terraform_data_resolve(f->arena, f->configuration, place, &value, &found, &err))
		fail_msg("%s: %s", address, err.text);
	if (!found)
		return "-";
	buf_init(&text, f->arena, TEXT_MAX);
	add_value(&text, value);
	assert_true(buf_finish(&text, &out, &err));
	return out.ptr;
}

static const struct {
	const char *address, *path, *want;
} places[] = {
    {"terraform_data.use", "after.input", "0.0.0.0/0"},
    {"terraform_data.use", "input", "0.0.0.0/0"},
    {"terraform_data.use", "after.output", "-"},
    {"terraform_data.use", "after.id", "-"},
    {"terraform_data.use_all", "after.input", "map{cidr=0.0.0.0/0,k.x=list[p,q],port=22}"},
    {"terraform_data.use_all", "after.input.port", "22"}, /* below the leaf */
    {"terraform_data.use_key", "after.input", "q"},
    {"terraform_data.use_chain", "after.input", "0.0.0.0/0"},
    {"terraform_data.use_chain2", "after.input", "0.0.0.0/0"},
    {"terraform_data.use_part", "after.input.cidrs[0]", "0.0.0.0/0"},
    {"terraform_data.use_part", "after.input.cidrs[1]", "-"}, /* known */
    {"terraform_data.use_unknown", "after.input", "-"},
    {"terraform_data.use_secret", "after.input", "s3cret!"},
    {"terraform_data.use_index", "after.input", "multi-1"},
    {"terraform_data.use_each", "after.input", "b.c"},
    {"terraform_data.use_splat", "after.input[0]", "-"},
    {"terraform_data.use_dynamic", "after.input", "-"},
    {"terraform_data.use_two", "after.input", "-"},
    {"terraform_data.use_local", "after.input", "-"},
    {"terraform_data.use_id", "after.input", "-"},
    {"terraform_data.mod_out", "after.input", "0.0.0.0/0"},
    {"terraform_data.mod_pass", "after.input", "0.0.0.0/0"},
    {"terraform_data.mod_nested", "after.input", "-"}, /* each.value */
    {"terraform_data.mod_splat", "after.input[0]", "-"},
    {"terraform_data.mod_all", "after.input[0].out", "-"},
    {"terraform_data.values[\"v\"]", "after.input", "-"},
    {"module.m[1].terraform_data.r[0]", "after.input", "0.0.0.0/0"},
    {"module.one.module.inner.terraform_data.n3", "after.input",
	"map{cidr=0.0.0.0/0,k.x=list[p,q],port=22}"},
    {"module.m[0].module.inner.terraform_data.n3", "after.input.one", "-"},
    {"terraform_data.nowhere", "after.input", "-"},
    {"", "", "-"},
    {"terraform_data.use", "after.input[0", "-"},
};

static void places_of_a_real_plan(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct input *input CLEANUP(input_close_ptr) = NULL;
	struct fixture f;
	struct err err = {0};

	(void)state;
	assert_true(input_open(arena, FIXTURE, 0, &input, &err));
	open_fixture(&f, arena, input);
	assert_true(terraform_data_present(f.plan));
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		const char *found = resolve(&f, places[i].address, places[i].path);

		if (!str_is(str_from(found), places[i].want))
			fail_msg("%s %s: %s", places[i].address, places[i].path, found);
	}
}

/* --- made up ones --- */

#define DATA(name, after, unknown)                                                  \
	"{\"address\":\"terraform_data." name                                       \
	"\",\"mode\":\"managed\",\"type\":\"terraform_data\","                      \
	"\"name\":\"" name                                                          \
	"\",\"change\":{\"actions\":[\"create\"],\"before\":null,\"after\":{" after \
	"},\"after_unknown\":{" unknown "}}}"
#define USER(after, unknown)                                                                   \
	"{\"address\":\"t.a\",\"mode\":\"managed\",\"type\":\"t\",\"name\":\"a\",\"change\":{" \
	"\"actions\":[\"create\"],\"before\":null,\"after\":{" after                           \
	"},\"after_unknown\":{" unknown "}}}"
#define CODE(address, expressions)                                                         \
	"{\"address\":\"" address "\",\"mode\":\"managed\",\"type\":\"t\",\"name\":\"a\"," \
	"\"expressions\":{" expressions "}}"
#define REFERS(name)	"{\"references\":[\"" name "\"]}"
#define CONSTANT(value) "{\"constant_value\":" value "}"
#define PLAN(changes, code)                                          \
	"{\"format_version\":\"1.2\",\"resource_changes\":[" changes \
	"],\"configuration\":{\"root_module\":{\"resources\":[" code "]}}}"

static const struct {
	const char *name, *json, *want; /* after of t.a */
} made[] = {
    {"a value",
	PLAN(USER("", "\"x\":true") "," DATA("d", "\"input\":1", "\"output\":true"),
	    CODE("t.a", "\"x\":" REFERS("terraform_data.d.output")) "," CODE(
		"terraform_data.d", "")),
	"map{x=1}"},
    {"input is null",
	PLAN(USER("", "\"x\":true") "," DATA("d", "\"input\":null", "\"output\":true"),
	    CODE("t.a", "\"x\":" REFERS("terraform_data.d.output")) "," CODE(
		"terraform_data.d", "")),
	"map{x=null}"},
    {"not the output",
	PLAN(USER("", "\"x\":true") "," DATA("d", "\"input\":1", "\"output\":true"),
	    CODE("t.a", "\"x\":" REFERS("terraform_data.d.outputs")) "," CODE(
		"terraform_data.d", "")),
	"map{x=unknown}"},
    {"part that is not there",
	PLAN(USER("", "\"x\":true") "," DATA("d", "\"input\":1", "\"output\":true"),
	    CODE("t.a", "\"x\":" REFERS("terraform_data.d.output.a[0]")) "," CODE(
		"terraform_data.d", "")),
	"map{x=unknown}"},
    {"itself",
	PLAN(USER("", "\"x\":true") "," DATA("d", "", "\"input\":true,\"output\":true"),
	    CODE("t.a", "\"x\":" REFERS("terraform_data.d.output")) "," CODE(
		"terraform_data.d", "\"input\":" REFERS("terraform_data.d.output"))),
	"map{x=unknown}"},
    {"no such change",
	PLAN(USER("", "\"x\":true") "," DATA("e", "\"input\":1", "\"output\":true"),
	    CODE("t.a", "\"x\":" REFERS("terraform_data.d.output")) "," CODE(
		"terraform_data.d", "")),
	"map{x=unknown}"},
    {"no such code: its input is known",
	PLAN(USER("", "\"x\":true") "," DATA("d", "\"input\":1", "\"output\":true"),
	    CODE("t.a", "\"x\":" REFERS("terraform_data.d.output"))),
	"map{x=1}"},
    {"an expression with several leaves",
	PLAN(USER("\"x\":[null,null]", "\"x\":[true,true]") "," DATA(
		 "d", "\"input\":1", "\"output\":true"),
	    CODE("t.a", "\"x\":" REFERS("terraform_data.d.output")) "," CODE(
		"terraform_data.d", "")),
	"map{x=list[unknown,unknown]}"},
    {"a block",
	PLAN(USER("\"b\":[{}]", "\"b\":[{\"x\":true}]") "," DATA(
		 "d", "\"input\":1", "\"output\":true"),
	    CODE("t.a", "\"b\":[{\"x\":" REFERS("terraform_data.d.output") "}]") "," CODE(
		"terraform_data.d", "")),
	"map{b=list[map{x=1}]}"},
    {"blocks of a set in another order",
	PLAN(USER("\"b\":[{\"p\":2},{\"p\":1,\"x\":5}]", "\"b\":[{\"x\":true},{}]") "," DATA(
		 "d", "\"input\":1", "\"output\":true"),
	    CODE("t.a",
		"\"b\":[{\"p\":" CONSTANT("1") ",\"x\":" CONSTANT("5") "},{\"p\":" CONSTANT(
		    "2") ",\"x\":" REFERS("terraform_data.d.output") "}]") "," CODE("terraform_"
										    "data.d",
		"")),
	"map{b=list[map{p=2,x=1},map{p=1,x=5}]}"},
    {"blocks that cannot be told apart",
	PLAN(USER("\"b\":[{},{}]", "\"b\":[{\"x\":true},{\"x\":true}]") "," DATA(
		 "d", "\"input\":1", "\"output\":true"),
	    CODE("t.a", "\"b\":[{\"x\":" REFERS("terraform_data.d.output") "},{\"x\":" REFERS(
			    "t.b.id") "}]") "," CODE("terraform_data.d", "")),
	"map{b=list[map{x=unknown},map{x=unknown}]}"},
    {"blocks that are dynamic too",
	PLAN(USER("\"b\":[{},{}]", "\"b\":[{\"x\":true},{\"x\":true}]") "," DATA(
		 "d", "\"input\":1", "\"output\":true"),
	    CODE("t.a", "\"b\":[{\"x\":" REFERS("terraform_data.d.output") "}]") "," CODE(
		"terraform_data.d", "")),
	"map{b=list[map{x=unknown},map{x=unknown}]}"},
    {"input with something unknown",
	PLAN(USER("", "\"x\":true") "," DATA(
		 "d", "\"input\":{\"a\":1}", "\"input\":{\"b\":true},\"output\":true"),
	    CODE("t.a", "\"x\":" REFERS("terraform_data.d.output")) "," CODE(
		"terraform_data.d", "")),
	"map{x=map{a=1,b=unknown}}"},
    {"without terraform_data",
	PLAN(USER("", "\"x\":true"), CODE("t.a", "\"x\":" REFERS("terraform_data.d.output"))),
	"map{x=unknown}"},
};

static void changes_are_filled(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(made); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct fixture f;
		struct change change;
		struct buf text;
		struct err err = {0};

		open_fixture(&f, arena, input_from_str(arena, "p", str_from(made[i].json)));
		assert_true(plan_load(f.plan, CHANGES_RESOURCE, 0, arena, &change, &err));
		assert_true(terraform_data_fill(arena, f.configuration, &change, &err));
		buf_init(&text, arena, TEXT_MAX);
		add_value(&text, change.after);
		if (!str_is(buf_str(&text), made[i].want))
			fail_msg("%s: %.*s", made[i].name, STR_ARG(buf_str(&text)));
		assert_int_equal(change.after.marks & VALUE_HAS_UNKNOWN,
		    str_contains(buf_str(&text), STR("unknown")) ? VALUE_HAS_UNKNOWN : 0);
	}
}

/* d0 <- d1 <- ... <- dN: followed up to FOLLOW_CHAIN_MAX of them. */
static void chains_end(void **state)
{
	(void)state;
	for (int length = 1; length <= FOLLOW_CHAIN_MAX + 2; length++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct buf changes, code, json;
		struct fixture f;
		const char *found;

		buf_init(&changes, arena, TEXT_MAX);
		buf_init(&code, arena, TEXT_MAX);
		buf_init(&json, arena, TEXT_MAX);
		for (int i = 0; i <= length; i++) {
			buf_addf(&changes,
			    "%s{\"address\":\"terraform_data.d%d\",\"mode\":\"managed\",\"type\":"
			    "\"terraform_data\",\"name\":\"d%d\",\"change\":{\"actions\":["
			    "\"create\"],"
			    "\"after\":{%s},\"after_unknown\":{%s\"output\":true}}}",
			    i ? "," : "", i, i, i ? "" : "\"input\":7", i ? "\"input\":true," : "");
			buf_addf(&code,
			    "%s{\"address\":\"terraform_data.d%d\",\"mode\":\"managed\","
			    "\"expressions\":{\"input\":{\"references\":[\"terraform_data.d%d."
			    "output\"]}}}",
			    i ? "," : "", i, i - 1);
		}
		buf_addf(&json,
		    "{\"resource_changes\":[%.*s],\"configuration\":{\"root_module\":{"
		    "\"resources\":["
		    "%.*s]}}}",
		    (int)changes.len, changes.ptr, (int)code.len, code.ptr);
		open_fixture(&f, arena, input_from_str(arena, "p", buf_str(&json)));
		found =
		    resolve(&f, str_format(arena, "terraform_data.d%d", length).ptr, "after.input");
		assert_string_equal(found, length <= FOLLOW_CHAIN_MAX ? "7" : "-");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(places_of_a_real_plan),
	    cmocka_unit_test(changes_are_filled),
	    cmocka_unit_test(chains_end),
	};

	return cmocka_run_group_tests_name("parser/terraform_data", tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json_read.h"
#include "base/size.h"
#include "tests/support/diff_sketch.h"

struct row {
	const char *label;
	struct diff_case in;
	const char *want; /* diff_sketch.h */
};

#define SIDES(a, b)                                                  \
	{                                                            \
		.before = (a), .after = (b), .action = ACTION_UPDATE \
	}
#define FORCES(a, b, paths)                                           \
	{                                                             \
		.before = (a), .after = (b), .replace_paths = (paths) \
	}

#define OF_TYPE(t, a, b)                                                          \
	{                                                                         \
		.type = (t), .before = (a), .after = (b), .action = ACTION_UPDATE \
	}

static const struct row rows[] = {
    {"equal", SIDES("{\"a\":1}", "{\"a\":1}"), ""},
    {"changed", SIDES("{\"a\":1}", "{\"a\":2}"), "~a"},
    {"kind changed", SIDES("{\"a\":1}", "{\"a\":\"1\"}"), "~a"},
    {"numbers by value", SIDES("{\"a\":1.0}", "{\"a\":1}"), ""},
    {"large numbers", SIDES("{\"a\":12345678901234567890}", "{\"a\":12345678901234567891}"), "~a"},
    {"added", SIDES("{}", "{\"a\":1}"), "+a"},
    {"removed", SIDES("{\"a\":1}", "{}"), "-a"},
    {"null is absent", SIDES("{\"a\":null}", "{\"b\":null}"), ""},
    {"null to empty string", SIDES("{\"a\":null}", "{\"a\":\"\"}"), "+a"},
    {"create lists attributes", SIDES("null", "{\"a\":1,\"b\":{\"c\":2}}"), "+a +b"},
    {"delete lists attributes", SIDES("{\"a\":1,\"b\":null}", "null"), "-a"},
    {"deep", SIDES("{\"a\":{\"b\":[{\"c\":1}]}}", "{\"a\":{\"b\":[{\"c\":2}]}}"), "~a.b[0].c"},
    {"list to map", SIDES("{\"a\":[1]}", "{\"a\":{\"b\":1}}"), "~a"},
    {"scalar to map", SIDES("{\"a\":1}", "{\"a\":{\"b\":1}}"), "~a"},
    {"unsorted maps", SIDES("{\"b\":1,\"a\":2,\"c\":3}", "{\"c\":4,\"a\":2,\"d\":5}"), "-b ~c +d"},
    {"quoted keys", SIDES("{\"a\":{}}", "{\"a\":{\"x/y\":1,\"q\\\"\\\\\":2,\"\":3}}"),
	"+a[\"x/y\"] +a[\"q\\\"\\\\\"] +a[\"\"]"},
    {"quoted first key", SIDES("{\"a b\":1}", "{\"a b\":2}"), "~[\"a b\"]"},
    {"hidden unchanged", SIDES("{\"a\":\"HIDDEN\"}", "{\"a\":\"HIDDEN\"}"), ""},
    {"hidden changed", SIDES("{\"a\":\"HIDDEN!\"}", "{\"a\":\"HIDDEN!\"}"), "~a"},
    {"hidden added", SIDES("{}", "{\"a\":\"HIDDEN!\"}"), "+a"},
    {"hidden null", SIDES("{\"a\":null}", "{\"a\":\"HIDDEN\"}"), ""},
    {"unknown", SIDES("{\"a\":1}", "{\"a\":\"UNKNOWN\"}"), "~a"},
    {"unknown added", SIDES("{}", "{\"a\":\"UNKNOWN\"}"), "+a"},
    {"whole unknown", SIDES("{\"a\":1}", "\"UNKNOWN\""), "~"},
    {"forces", FORCES("{\"a\":1,\"b\":1}", "{\"a\":2,\"b\":2}", "[[\"a\"]]"), "~a! ~b"},
    {"forces below", FORCES("{\"a\":{\"b\":1}}", "{\"a\":{\"b\":2}}", "[[\"a\"]]"), "~a.b!"},
    {"forces above", FORCES("{\"a\":null}", "{\"a\":[{\"b\":2}]}", "[[\"a\",0,\"b\"]]"), "+a!"},
    {"odd replace paths", FORCES("{\"a\":1}", "{\"a\":2}", "[1,\"a\",[-1],[null]]"), "~a"},
    {"output", SIDES("\"a\"", "\"b\""), "~"},
    {"output comes", SIDES("null", "\"b\""), "+"},
};

static const struct row lists[] = {
    {"one item each", SIDES("{\"a\":[\"x\"]}", "{\"a\":[\"y\"]}"), "~a[0]"},
    {"grows", SIDES("{\"a\":[1]}", "{\"a\":[1,2]}"), "~a{= 1; + 2}"},
    {"shrinks", SIDES("{\"a\":[1,2]}", "{\"a\":[1]}"), "~a{= 1; - 2}"},
    {"from empty", SIDES("{\"a\":[]}", "{\"a\":[2,1]}"), "~a{+ 2; + 1}"},
    {"numbers by value", SIDES("{\"a\":[1.0,2]}", "{\"a\":[1,2]}"), ""},
    {"texts are no numbers", SIDES("{\"a\":[1,2]}", "{\"a\":[\"1\",2]}"), "~a{- 1; + \"1\"; = 2}"},
    {"an order is kept",
	SIDES("{\"command\":[\"-x\",\"a\",\"-y\"]}", "{\"command\":[\"-y\",\"a\",\"-x\"]}"),
	"~command{- \"-x\"; - \"a\"; = \"-y\"; + \"a\"; + \"-x\"}"},
    {"far apart", SIDES("{\"c\":[9,\"1\",2,3,4,5,6,7,8]}", "{\"c\":[9,\"x\",2,3,4,5,6,7,\"y\"]}"),
	"~c{= 9; - \"1\"; + \"x\"; = 2; = 3; . 2 items unchanged; = 6; = 7; - 8; + \"y\"}"},
    {"sorted texts are a set", SIDES("{\"a\":[\"b\",\"c\",\"d\"]}", "{\"a\":[\"a\",\"c\",\"d\"]}"),
	"~a{- \"b\"; + \"a\"; . 2 members unchanged}"},
    {"a set by its schema",
	OF_TYPE("aws_x", "{\"subnet_ids\":[\"z\",\"b\"]}", "{\"subnet_ids\":[\"b\",\"y\",\"a\"]}"),
	"~subnet_ids{- \"z\"; + \"y\"; + \"a\"; . 1 member unchanged}"},
    {"a set in another order",
	OF_TYPE("aws_x", "{\"subnet_ids\":[\"z\",\"b\"]}", "{\"subnet_ids\":[\"b\",\"z\"]}"),
	"~subnet_ids{! the same members in another order}(the same members in another order)"},
    {"a set in a block, in another order",
	OF_TYPE("aws_x", "{\"v\":[{\"subnet_ids\":[\"z\",\"b\"]}]}",
	    "{\"v\":[{\"subnet_ids\":[\"b\",\"z\"]}]}"),
	"~v[0].subnet_ids{! the same members in another order}(the same members in another order)"},
    {"a set of one block of one type",
	OF_TYPE("azurerm_role_definition", "{\"permissions\":[{\"actions\":[\"z\",\"b\"]}]}",
	    "{\"permissions\":[{\"actions\":[\"b\",\"z\"]}]}"),
	"~permissions[0].actions{! the same members in another order}(the same members in another "
	"order)"},
    {"no set in another block",
	OF_TYPE("azurerm_role_definition", "{\"steps\":[{\"actions\":[\"z\",\"b\"]}]}",
	    "{\"steps\":[{\"actions\":[\"b\",\"z\"]}]}"),
	"~steps[0].actions{- \"z\"; = \"b\"; + \"z\"}"},
    {"layers have an order",
	OF_TYPE("aws_lambda_function", "{\"layers\":[\"z\",\"b\"]}", "{\"layers\":[\"b\",\"z\"]}"),
	"~layers{- \"z\"; = \"b\"; + \"z\"}"},
    {"a list where others have a set",
	OF_TYPE("aws_fsx_x", "{\"subnet_ids\":[\"z\",\"b\"]}", "{\"subnet_ids\":[\"b\",\"z\"]}"),
	"~subnet_ids{- \"z\"; = \"b\"; + \"z\"}"},
    {"no set of a type nobody knows",
	OF_TYPE("my_cloud", "{\"subnet_ids\":[\"z\",\"b\"]}", "{\"subnet_ids\":[\"b\",\"z\"]}"),
	"~subnet_ids{- \"z\"; = \"b\"; + \"z\"}"},
    {"no set in a free map",
	OF_TYPE("aws_x", "{\"input\":{\"subnet_ids\":[\"z\",\"b\"]}}",
	    "{\"input\":{\"subnet_ids\":[\"b\",\"z\"]}}"),
	"~input.subnet_ids{- \"z\"; = \"b\"; + \"z\"}"},
    {"no set in a list of lists",
	OF_TYPE(
	    "aws_x", "{\"subnet_ids\":[[\"z\",\"b\"],[]]}", "{\"subnet_ids\":[[\"b\",\"z\"],[]]}"),
	"~subnet_ids[0]{- \"z\"; = \"b\"; + \"z\"}"},
    {"no set in JSON",
	OF_TYPE("aws_x", "{\"d\":\"{\\\"subnets\\\":[\\\"z\\\",\\\"b\\\"]}\"}",
	    "{\"d\":\"{\\\"subnets\\\":[\\\"b\\\",\\\"z\\\"]}\"}"),
	"~d.subnets@{- \"z\"; = \"b\"; + \"z\"}"},
    {"in a delete nothing is noise",
	{.type = "aws_x",
	    .before = "{\"subnet_ids\":[\"z\",\"b\"]}",
	    .after = "{\"subnet_ids\":[\"b\",\"z\"]}"},
	"~subnet_ids{! the same members in another order}"},
    {"twice in a set",
	OF_TYPE(
	    "aws_iam_policy_attachment", "{\"users\":[\"a\",\"a\"]}", "{\"users\":[\"a\",\"b\"]}"),
	"~users{- \"a\"; + \"b\"; . 1 member unchanged}"},
    {"hidden members",
	SIDES("{\"a\":[\"HIDDEN\",\"HIDDEN!\"]}", "{\"a\":[\"HIDDEN\",\"HIDDEN!\"]}"),
	"~a{= (sensitive); - (sensitive, changed); + (sensitive, changed)}"},
    {"unknown members", SIDES("{\"a\":[\"x\",\"y\"]}", "{\"a\":[\"x\",\"UNKNOWN\"]}"),
	"~a{= \"x\"; - \"y\"; + (known after apply)}"},
    {"forces", FORCES("{\"a\":[1,2]}", "{\"a\":[3,2]}", "[[\"a\",0]]"), "~a!{- 1; + 3; = 2}"},
    {"strange characters", SIDES("{\"a\":[\"x\",\"\\u202e\"]}", "{\"a\":[\"x\",\"\\u001b[31m\"]}"),
	"~a{= \"x\"; - \"\\u202e\"; + \"\\u001b[31m\"}"},
};

static const struct row items[] = {
    {"by name",
	SIDES("{\"c\":[{\"name\":\"a\",\"v\":1},{\"name\":\"b\",\"v\":1}]}",
	    "{\"c\":[{\"name\":\"new\"},{\"name\":\"b\",\"v\":1},{\"name\":\"a\",\"v\":2}]}"),
	"~c[name=\"a\"].v +c[name=\"new\"] ~c{! the members stand in another order, too}"},
    {"the only one by its name",
	SIDES("{\"c\":[{\"name\":\"a\\\"]\",\"v\":1}]}", "{\"c\":[{\"name\":\"a\\\"]\",\"v\":2}]}"),
	"~c[name=\"a\\\"]\"].v"},
    {"the only one of another name",
	SIDES("{\"c\":[{\"name\":\"a\"}]}", "{\"c\":[{\"name\":\"b\"}]}"), "~c[0].name"},
    {"by number",
	SIDES("{\"c\":[{\"id\":1,\"v\":1},{\"id\":2}]}", "{\"c\":[{\"id\":2},{\"id\":1,\"v\":3}]}"),
	"~c[id=1].v ~c{! the members stand in another order, too}"},
    {"ids not known",
	SIDES("{\"c\":[{\"id\":\"1\",\"name\":\"a\",\"v\":1},{\"id\":\"2\",\"name\":\"b\"}]}",
	    "{\"c\":[{\"id\":\"UNKNOWN\",\"name\":\"b\"},{\"id\":\"UNKNOWN\",\"name\":\"a\",\"v\":"
	    "1}]}"),
	"~c[name=\"a\"].id ~c[name=\"b\"].id ~c{! the members stand in another order, too}"},
    {"a name that stands twice is none",
	SIDES("{\"c\":[{\"name\":\"a\",\"v\":1},{\"name\":\"a\",\"v\":2}]}",
	    "{\"c\":[{\"name\":\"a\",\"v\":2},{\"name\":\"a\",\"v\":3}]}"),
	"~c[1].v"},
    {"in front",
	SIDES("{\"c\":[{\"p\":1,\"q\":2},{\"p\":3,\"q\":4}]}",
	    "{\"c\":[{\"p\":9,\"q\":9},{\"p\":1,\"q\":2},{\"p\":3,\"q\":4}]}"),
	"+c[0]"},
    {"by likeness",
	SIDES("{\"c\":[{\"p\":1,\"q\":2,\"r\":3},{\"p\":4,\"q\":5,\"r\":6}]}",
	    "{\"c\":[{\"p\":4,\"q\":5,\"r\":7},{\"p\":1,\"q\":2,\"r\":8}]}"),
	"~c[1].r ~c[0].r"},
    {"nothing alike",
	SIDES("{\"c\":[{\"p\":1},{\"p\":2}]}", "{\"c\":[{\"p\":3},{\"p\":4},{\"p\":5}]}"),
	"-c[0] -c[1] +c[0] +c[1] +c[2]"},
    {"nothing alike, as many",
	SIDES("{\"c\":[{\"p\":1},{\"p\":2}]}", "{\"c\":[{\"p\":3},{\"p\":4}]}"), "~c[0].p ~c[1].p"},
    {"another order",
	SIDES("{\"c\":[{\"p\":1},{\"p\":2},{\"p\":3}]}", "{\"c\":[{\"p\":3},{\"p\":1},{\"p\":2}]}"),
	"~c{! the same members in another order}"},
    {"another order, with one that changes",
	SIDES("{\"c\":[{\"name\":\"a\",\"v\":1},{\"name\":\"b\",\"v\":1}]}",
	    "{\"c\":[{\"name\":\"b\",\"v\":2},{\"name\":\"a\",\"v\":1}]}"),
	"~c[name=\"b\"].v ~c{! the members stand in another order, too}"},
    {"another order, with one more",
	SIDES("{\"c\":[{\"p\":1},{\"p\":2}]}", "{\"c\":[{\"p\":2},{\"p\":1},{\"p\":3}]}"),
	"+c[2] ~c{! the members stand in another order, too}"},
    {"null in front", SIDES("{\"c\":[{\"p\":1},null]}", "{\"c\":[null,{\"p\":1},null]}"), "+c[0]"},
    {"null at the end, in another order",
	SIDES("{\"c\":[null,{\"p\":1}]}", "{\"c\":[{\"p\":1},null,null]}"),
	"+c[2] ~c{! the members stand in another order, too}"},
    {"null goes", SIDES("{\"c\":[null,{\"p\":1}]}", "{\"c\":[{\"p\":1}]}"), "-c[0]"},
    {"what changes may stand elsewhere, as in a set",
	SIDES("{\"c\":[{\"p\":1,\"q\":1},{\"p\":2},{\"p\":3}]}",
	    "{\"c\":[{\"p\":2},{\"p\":3},{\"p\":1,\"q\":2}]}"),
	"~c[2].q"},
    {"forces in the index of either side",
	FORCES("{\"c\":[{\"name\":\"a\",\"v\":1},{\"name\":\"b\"}]}",
	    "{\"c\":[{\"name\":\"b\"},{\"name\":\"a\",\"v\":2}]}", "[[\"c\",0,\"v\"]]"),
	"~c[name=\"a\"].v! ~c!{! the members stand in another order, too}"},
    {"forces in a set",
	FORCES("{\"c\":[{\"p\":1},{\"p\":2}]}", "{\"c\":[{\"p\":3},{\"p\":2}]}",
	    "[[\"c\",{\"p\":3},\"p\"]]"),
	"~c[0].p!"},
    {"forces elsewhere",
	FORCES(
	    "{\"c\":[{\"p\":1},{\"q\":2}]}", "{\"c\":[{\"p\":3},{\"q\":2}]}", "[[\"c\",1,\"p\"]]"),
	"~c[0].p"},
    {"mixed", SIDES("{\"c\":[1,{\"p\":1},[2]]}", "{\"c\":[1,{\"p\":2},[3]]}"), "~c[1].p ~c[2][0]"},
    {"hidden in an item",
	SIDES("{\"c\":[{\"name\":\"a\",\"v\":\"HIDDEN!\"},{\"name\":\"b\",\"v\":\"HIDDEN\"}]}",
	    "{\"c\":[{\"name\":\"b\",\"v\":\"HIDDEN\"},{\"name\":\"a\",\"v\":\"HIDDEN!\"}]}"),
	"~c[name=\"a\"].v ~c{! the members stand in another order, too}"},
};

static const struct row noises[] = {
    {"tags_all", SIDES("{\"tags_all\":{\"a\":1}}", "{\"tags_all\":{\"a\":2}}"),
	"~tags_all.a(repeats the tags, with the defaults of the provider)"},
    {"a hash that is set", SIDES("{\"etag\":\"a\"}", "{\"etag\":\"b\"}"), "~etag"},
    {"a hash that nobody sets", SIDES("{\"etag\":\"a\"}", "{\"etag\":\"UNKNOWN\"}"),
	"~etag(set by the service whenever it writes)"},
    {"not of a delete", {.before = "{\"tags_all\":1}", .after = "{}"}, "-tags_all"},
    {"not of a replace", {.before = "{\"tags_all\":1}", .after = "{}", .action = ACTION_REPLACE},
	"-tags_all"},
    {"not of a forget", {.before = "{\"tags_all\":1}", .after = "{}", .action = ACTION_FORGET},
	"-tags_all"},
    {"not of an unknown action",
	{.before = "{\"tags_all\":1}", .after = "{}", .action = ACTION_OTHER}, "-tags_all"},
    {"not what forces",
	{.before = "{\"tags_all\":1}",
	    .after = "{}",
	    .action = ACTION_UPDATE,
	    .replace_paths = "[[\"tags_all\"]]"},
	"-tags_all!"},
};

static void check(const struct row *table, size_t count)
{
	for (size_t i = 0; i < count; i++)
		diff_expect(table[i].label, &table[i].in, table[i].want);
}

static void test_values(void **state)
{
	(void)state;
	check(rows, ARRAY_LEN(rows));
}

static void test_lists(void **state)
{
	(void)state;
	check(lists, ARRAY_LEN(lists));
}

static void test_items(void **state)
{
	(void)state;
	check(items, ARRAY_LEN(items));
}

static void test_noise(void **state)
{
	(void)state;
	check(noises, ARRAY_LEN(noises));
}

static struct value numbers(struct arena *arena, size_t count)
{
	struct value *items_of = arena_array(arena, struct value, count);

	for (size_t i = 0; i < count; i++)
		items_of[i] = value_int((int64_t)i);
	return value_list(items_of, count);
}

/* The first of each attribute at the top has a row beyond ATTRIBUTES_MAX, too. */
static void test_at_most_10000_rows(void **state)
{
	const size_t count = 20000, rows_max = 10000;
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct value_entry *entries = arena_array(arena, struct value_entry, count);
	struct value empty = {.kind = VALUE_MAP};
	struct shown_change change = {.has_values = true, .before = {empty}};
	struct diff diff;
	struct str twice;

	(void)state;
	for (size_t i = 0; i < count; i++)
		entries[i] = (struct value_entry){
		    value_string(str_format(arena, "k%05zu", i)), value_int(1)};
	assert_true(value_map(arena, entries, count, &change.after.value, &twice));
	diff_values(arena, &change, &(struct diff_rules){0}, &diff);
	assert_int_equal(diff.count, rows_max);
	assert_int_equal(diff.left_out, count - rows_max);
	assert_string_equal(str_to_c(arena, diff.rows[499].path), "k00499");
}

#define MANY_RULES 3000
#define STATEMENT(action) \
	"{\\\"Statement\\\":[{\\\"Effect\\\":\\\"Allow\\\",\\\"Action\\\":\\\"" action "\\\"}]}"

static const char *many_rules(struct arena *arena, int value, const char *rest)
{
	struct buf buf;

	buf_init(&buf, arena, (size_t)1 << 20);
	buf_adds(&buf, "{\"many\":{");
	for (int i = 0; i < MANY_RULES; i++)
		buf_addf(&buf, "%s\"r%04d\":%d", i > 0 ? "," : "", i, value);
	buf_addf(&buf, "},%s}", rest);
	return str_to_c(arena, buf_str(&buf));
}

/* Behind thousands of places of one attribute the others are still named and called out. */
static void test_share_of_each_attribute(void **state)
{
	static const struct {
		const char *label, *before, *after, *replace_paths, *want;
		size_t count;
	} cases[] = {
	    {"another attribute", "\"z\":1", "\"z\":2", NULL, " ~z", ATTRIBUTES_MAX + 1},
	    {"what is called out", "\"policy\":\"" STATEMENT("a:b") "\"",
		"\"policy\":\"" STATEMENT("*") "\"", NULL, "!> now allows *", ATTRIBUTES_MAX + 1},
	    {"what forces", "\"z\":1", "\"z\":2", "[[\"z\"]]", " ~z!", ATTRIBUTES_MAX + 1},
	    {"what forces among them", "\"z\":1", "\"z\":1", "[[\"many\",\"r2999\"]]",
		" ~many.r2999!", ATTRIBUTES_MAX + 1},
	    {"ten of each",
		"\"z\":{\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1,\"j\":1,"
		"\"k\":1,\"l\":1,\"m\":1}",
		"\"z\":{\"b\":2,\"c\":2,\"d\":2,\"e\":2,\"f\":2,\"g\":2,\"h\":2,\"i\":2,\"j\":2,"
		"\"k\":2,\"l\":2,\"m\":2}",
		NULL, " ~z.k", ATTRIBUTES_MAX + 10},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct diff_case in = {.action = ACTION_UPDATE,
		    .before = many_rules(arena, 1, cases[i].before),
		    .after = many_rules(arena, 2, cases[i].after),
		    .replace_paths = cases[i].replace_paths};
		struct diff diff;
		struct str sketch;

		diff_of(arena, &in, &diff);
		sketch = diff_sketch(arena, &diff);
		if (diff.count != cases[i].count || !str_contains(sketch, str_from(cases[i].want)))
			fail_msg("%s: %zu rows, %zu left out: %.*s", cases[i].label, diff.count,
			    diff.left_out, (int)size_min(sketch.len, 300),
			    str_skip(sketch, sketch.len - size_min(sketch.len, 300)).ptr);
	}
}

static void test_at_most_400_parts(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct shown_change change = {.has_values = true, .before = {{.kind = VALUE_LIST}}};
	struct diff diff;

	(void)state;
	change.after.value = numbers(arena, 10000);
	diff_values(arena, &change, &(struct diff_rules){0}, &diff);
	assert_int_equal(diff.count, 1);
	assert_int_equal(diff.rows[0].part_count, DIFF_PARTS_MAX);
	assert_int_equal(diff.rows[0].parts_left_out, 10000 - DIFF_PARTS_MAX);
}

static struct value nested(struct arena *arena, size_t depth, int64_t leaf)
{
	struct value value = value_int(leaf);

	for (size_t i = 0; i < depth; i++) {
		struct value *item = arena_make(arena, struct value);

		*item = value;
		value = value_list(item, 1);
	}
	return value;
}

static void test_depth_is_bounded(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct shown_change change = {
	    .has_values = true,
	    .before = {nested(arena, 1000, 1)},
	    .after = {nested(arena, 1000, 2)},
	};
	struct diff diff;

	(void)state;
	diff_values(arena, &change, &(struct diff_rules){0}, &diff);
	assert_int_equal(diff.count, 1);
	assert_int_equal(diff.rows[0].path.len, JSON_DEPTH_MAX * 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_values),
	    cmocka_unit_test(test_lists),
	    cmocka_unit_test(test_items),
	    cmocka_unit_test(test_noise),
	    cmocka_unit_test(test_at_most_10000_rows),
	    cmocka_unit_test(test_share_of_each_attribute),
	    cmocka_unit_test(test_at_most_400_parts),
	    cmocka_unit_test(test_depth_is_bounded),
	};

	return cmocka_run_group_tests_name("report/diff", tests, NULL, NULL);
}

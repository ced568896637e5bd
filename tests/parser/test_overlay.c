#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json_read.h"
#include "parser/overlay.h"

#define SHOW_MAX ((size_t)1 << 20)

struct overlay_case {
	const char *name;
	const char *value, *unknown, *sensitive;
	/* unknown: ?, sensitive parts in round brackets with * in front */
	const char *want;
};

static const struct overlay_case cases[] = {
    {"nothing", "{\"a\":1}", "{}", "{}", "{a:1}"},
    {"false everywhere", "{\"a\":[1,{}]}", "{\"a\":[false,{}]}", "{\"a\":[false,{}]}",
	"{a:[1,{}]}"},
    {"trees are null", "{\"a\":1}", "null", "null", "{a:1}"},
    {"trees are false", "{\"a\":1}", "false", "false", "{a:1}"},
    {"unknown as a whole", "null", "true", "false", "?"},
    {"an absent key is unknown", "{\"b\":1}", "{\"a\":true}", "{}", "{a:?,b:1}"},
    {"inserted in the middle", "{\"a\":1,\"c\":2}", "{\"b\":true}", "{}", "{a:1,b:?,c:2}"},
    {"inserted at the end", "{\"a\":1}", "{\"b\":true,\"c\":true}", "{}", "{a:1,b:?,c:?}"},
    {"inserted into nothing", "{}", "{\"b\":true}", "{}", "{b:?}"},
    {"unsorted keys", "{\"z\":1,\"a\":2}", "{\"m\":true}", "{}", "{z:1,a:2,m:?}"},
    {"many unsorted keys are found",
	"{\"z\":1,\"y\":1,\"x\":1,\"w\":1,\"v\":1,\"u\":1,\"t\":1,\"s\":1,\"r\":1,\"a\":1}", "{}",
	"{\"a\":true}", "{z:1,y:1,x:1,w:1,v:1,u:1,t:1,s:1,r:1,a:*(1)}"},
    {"null in a list is unknown", "[null,1]", "[true,false]", "[]", "[?,1]"},
    {"an unknown part of a map in a list", "[{\"a\":1}]", "[{\"b\":true}]", "[]", "[{a:1,b:?}]"},
    {"the unknown list is longer", "[1]", "[false,true]", "[]", "?"},
    {"the unknown list is shorter", "[1,2]", "[true]", "[]", "?"},
    {"the unknown list is shorter, and blank", "[1,2]", "[false]", "[]", "[1,2]"},
    {"longer by blanks only", "[1]", "[false,false,{}]", "[]", "[1]"},
    {"unknown items of an empty list", "[]", "[false,true]", "[]", "?"},
    {"a hole before the unknown item", "{}", "{\"a\":[false,true]}", "{}", "{a:[null,?]}"},
    {"unknown inside of nothing", "null", "{\"a\":{\"b\":[true]}}", "{}", "{a:{b:[?]}}"},
    {"unknown inside of an absent key", "{}", "{\"a\":[{\"b\":true,\"c\":false}]}", "{}",
	"{a:[{b:?}]}"},
    {"blank inside of an absent key", "{}", "{\"a\":[{\"c\":false}]}", "{}", "{}"},
    {"unknown beats a value", "{\"a\":\"old\"}", "{\"a\":true}", "{}", "{a:?}"},
    {"unknown map on a text", "{\"a\":\"x\"}", "{\"a\":{\"b\":true}}", "{}", "{a:?}"},
    {"unknown list on a map", "{\"a\":{\"x\":1}}", "{\"a\":[true]}", "{}", "{a:?}"},
    {"blank map on a text", "{\"a\":\"x\"}", "{\"a\":{\"b\":false}}", "{}", "{a:x}"},
    {"sensitive leaf", "{\"a\":\"x\",\"b\":1}", "{}", "{\"a\":true}", "{a:*(x),b:1}"},
    {"sensitive as a whole", "{\"a\":1}", "{}", "true", "*({a:1})"},
    {"sensitive text", "\"x\"", "false", "true", "*(x)"},
    {"sensitive null", "{\"a\":null}", "{}", "{\"a\":true}", "{a:*(null)}"},
    {"sensitive item", "[1,2]", "[]", "[false,true]", "[1,*(2)]"},
    {"sensitive deep inside", "{\"a\":[{\"b\":{\"c\":1,\"d\":2}}]}", "{}",
	"{\"a\":[{\"b\":{\"d\":true}}]}", "{a:[{b:{c:1,d:*(2)}}]}"},
    {"unknown and sensitive", "{}", "{\"a\":true}", "{\"a\":true}", "{a:*(?)}"},
    {"sensitive parts of the unknown", "{}", "{\"a\":true}", "{\"a\":{\"b\":true}}", "{a:*(?)}"},
    {"a secret in a key that is not there hides that key only", "{\"a\":{\"x\":1},\"c\":2}", "{}",
	"{\"a\":{\"b\":true}}", "{a:{b:*(null),x:1},c:2}"},
    {"a secret inside of a key that is not there", "{\"z\":1,\"c\":2}", "{}",
	"{\"a\":[{\"b\":true}]}", "{z:1,c:2,a:*(null)}"},
    {"a secret in an unknown key", "{\"c\":2}", "{\"a\":true}", "{\"a\":true,\"b\":true}",
	"{a:*(?),b:*(null),c:2}"},
    {"a secret behind the end of a list hides the list", "{\"a\":[1]}", "{}",
	"{\"a\":[false,true]}", "{a:*([1])}"},
    {"a secret inside of a text hides the text", "{\"a\":\"x\"}", "{}", "{\"a\":[true]}",
	"{a:*(x)}"},
    {"a tree that holds words", "{\"a\":\"x\"}", "{}", "{\"a\":\"true\"}", "{a:*(x)}"},
    {"a tree that holds numbers", "{\"a\":\"x\"}", "{\"a\":1}", "{}", "{a:?}"},
    {"map tree on a list", "[1]", "{}", "{\"0\":true}", "*([1])"},
};

static void show(struct buf *out, struct value value);

static void show_scalar(struct buf *out, struct value value)
{
	char digits[24];
	struct str number;

	if (value.kind == VALUE_UNKNOWN)
		buf_addc(out, '?');
	else if (value.kind == VALUE_NULL)
		buf_adds(out, "null");
	else if (value_as_number_text(value, digits, &number))
		buf_add(out, number);
	else
		buf_add(out, value_text(value));
}

static void show_list(struct buf *out, struct value list)
{
	buf_addc(out, '[');
	for (uint32_t i = 0; i < list.len; i++) {
		buf_adds(out, i ? "," : "");
		show(out, list.as.items[i]);
	}
	buf_addc(out, ']');
}

static void show_map(struct buf *out, struct value map)
{
	buf_addc(out, '{');
	for (uint32_t i = 0; i < map.len; i++) {
		const struct value_entry *entry = &map.as.entries[i];

		buf_adds(out, i ? "," : "");
		buf_add(out, value_text(entry->key));
		buf_addc(out, ':');
		show(out, entry->value);
		/* look-up has to go on working */
		assert_ptr_equal(value_get(map, value_text(entry->key)), &entry->value);
	}
	buf_addc(out, '}');
}

static void show(struct buf *out, struct value value)
{
	bool sensitive = (value.marks & VALUE_SENSITIVE) != 0;

	buf_adds(out, sensitive ? "*(" : "");
	if (value.kind == VALUE_LIST)
		show_list(out, value);
	else if (value.kind == VALUE_MAP)
		show_map(out, value);
	else
		show_scalar(out, value);
	buf_adds(out, sensitive ? ")" : "");
}

static uint8_t marks_inside(struct value value)
{
	const uint8_t inside = VALUE_HAS_UNKNOWN | VALUE_HAS_SENSITIVE;
	uint8_t marks = value.kind == VALUE_UNKNOWN ? VALUE_HAS_UNKNOWN : 0;

	if (value.marks & VALUE_SENSITIVE)
		marks |= VALUE_HAS_SENSITIVE;
	for (uint32_t i = 0; value.kind == VALUE_LIST && i < value.len; i++)
		marks |= marks_inside(value.as.items[i]);
	for (uint32_t i = 0; value.kind == VALUE_MAP && i < value.len; i++)
		marks |= marks_inside(value.as.entries[i].value);
	if (marks != (value.marks & inside))
		fail_msg("marks are %d, expected %d", value.marks & inside, marks);
	return marks;
}

static struct value parse(struct arena *arena, const char *text)
{
	struct jsonr reader = {0};
	struct value value;
	struct err err = {0};

	if (!jsonr_read(arena, str_from(text), &reader, &value, &err))
		fail_msg("%s: %s", text, err.text);
	return value;
}

static void overlay_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct value out;
		struct err err = {0};
		struct buf text;

		if (!overlay_value(arena, parse(arena, cases[i].value),
			parse(arena, cases[i].unknown), parse(arena, cases[i].sensitive), &out,
			&err))
			fail_msg("%s: %s", cases[i].name, err.text);
		buf_init(&text, arena, SHOW_MAX);
		show(&text, out);
		if (!str_is(buf_str(&text), cases[i].want))
			fail_msg("%s: %.*s, expected %s", cases[i].name, STR_ARG(buf_str(&text)),
			    cases[i].want);
		(void)marks_inside(out);
	}
}

static void untouched_parts_are_shared(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct value value = parse(arena, "{\"a\":{\"x\":[1,2]},\"b\":{\"y\":\"s\"}}");
	struct value out;
	struct err err = {0};

	(void)state;
	assert_true(overlay_value(arena, value, parse(arena, "{\"a\":{\"x\":[false,false]}}"),
	    parse(arena, "{\"a\":{},\"b\":{}}"), &out, &err));
	assert_ptr_equal(out.as.entries, value.as.entries);
	assert_true(overlay_value(
	    arena, value, parse(arena, "{}"), parse(arena, "{\"b\":{\"y\":true}}"), &out, &err));
	assert_ptr_not_equal(out.as.entries, value.as.entries);
	assert_ptr_equal(
	    value_get(out, STR("a"))->as.entries, value_get(value, STR("a"))->as.entries);
	assert_int_equal(value_get(value, STR("b"))->marks & VALUE_HAS_SENSITIVE, 0);
}

static struct value nested(struct arena *arena, int depth, struct value leaf)
{
	for (int i = 0; i < depth; i++) {
		struct value *item = arena_make(arena, struct value);

		*item = leaf;
		leaf = value_list(item, 1);
	}
	return leaf;
}

static void depth_is_limited(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct value deep = nested(arena, JSON_DEPTH_MAX + 10, value_int(1));
	struct value tree = nested(arena, JSON_DEPTH_MAX + 10, value_bool(true));
	struct value out;
	struct err err = {0};

	(void)state;
	assert_false(overlay_value(arena, deep, value_null(), tree, &out, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	deep = nested(arena, JSON_DEPTH_MAX - 1, value_int(1));
	tree = nested(arena, JSON_DEPTH_MAX - 1, value_bool(true));
	err = (struct err){0};
	assert_true(overlay_value(arena, deep, value_null(), tree, &out, &err));
	assert_true(out.marks & VALUE_HAS_SENSITIVE);
}

static void large_maps_are_merged(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct buf value, tree;
	struct value out;
	struct err err = {0};

	(void)state;
	buf_init(&value, arena, SHOW_MAX);
	buf_init(&tree, arena, SHOW_MAX);
	for (int i = 0; i < 20000; i++) {
		buf_addf(&value, "%s\"k%05d\":%d", i ? "," : "{", i * 2, i);
		buf_addf(&tree, "%s\"k%05d\":true", i ? "," : "{", i * 2 + 1);
	}
	buf_adds(&value, "}");
	buf_adds(&tree, "}");
	assert_true(overlay_value(arena, parse(arena, str_to_c(arena, buf_str(&value))),
	    parse(arena, str_to_c(arena, buf_str(&tree))), value_null(), &out, &err));
	assert_int_equal(out.len, 40000);
	assert_true(out.marks & VALUE_SORTED);
	assert_int_equal(value_get(out, STR("k00777"))->kind, VALUE_UNKNOWN);
	assert_int_equal(value_get(out, STR("k00778"))->as.integer, 389);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(overlay_table),
	    cmocka_unit_test(untouched_parts_are_shared),
	    cmocka_unit_test(depth_is_limited),
	    cmocka_unit_test(large_maps_are_merged),
	};

	return cmocka_run_group_tests_name("parser/overlay", tests, NULL, NULL);
}

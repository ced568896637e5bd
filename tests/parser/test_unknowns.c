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
#include "parser/unknowns.h"

#define TEXT_MAX ((size_t)1 << 20)

static struct value read_json(struct arena *arena, const char *json)
{
	struct jsonr reader = {0};
	struct value value;
	struct err err = {0};

	if (!jsonr_read(arena, str_from(json), &reader, &value, &err))
		fail_msg("%s: %s", json, err.text);
	return value;
}

static struct value overlaid(struct arena *arena, const char *after, const char *unknown)
{
	struct value value;
	struct err err = {0};

	assert_true(overlay_value(
	    arena, read_json(arena, after), read_json(arena, unknown), value_null(), &value, &err));
	return value;
}

/* The paths of all unknown leaves, in order. */
static void add_paths(struct buf *out, struct value value)
{
	if (value.kind == VALUE_UNKNOWN) {
		buf_add(out, (struct str){value.as.text ? value.as.text : "?", value.len});
		buf_addc(out, ' ');
	}
	for (uint32_t i = 0; value.kind == VALUE_LIST && i < value.len; i++)
		add_paths(out, value.as.items[i]);
	for (uint32_t i = 0; value.kind == VALUE_MAP && i < value.len; i++)
		add_paths(out, value.as.entries[i].value);
}

static const struct {
	const char *name, *after, *unknown, *want;
} rows[] = {
    {"nothing", "{\"a\":1}", "{}", ""},
    {"the whole", "{}", "true", "after "},
    {"attribute", "{\"a\":1}", "{\"b\":true}", "after.b "},
    {"list", "{\"a\":[1,null,null]}", "{\"a\":[false,true,true]}", "after.a[1] after.a[2] "},
    {"block", "{\"ingress\":[{\"p\":1}]}", "{\"ingress\":[{\"cidr_blocks\":true}]}",
	"after.ingress[0].cidr_blocks "},
    {"lists in lists", "{\"a\":[[1],[null]]}", "{\"a\":[[],[true]]}", "after.a[1][0] "},
    {"quoted", "{\"tags\":{}}", "{\"tags\":{\"a.b\":true}}", "after.tags[\"a.b\"] "},
    {"quotes", "{\"tags\":{}}", "{\"tags\":{\"a\\\"\\\\\":true}}", "after.tags[\"a\\\"\\\\\"] "},
    {"empty key", "{\"tags\":{}}", "{\"tags\":{\"\":true}}", "after.tags[\"\"] "},
    {"plain key", "{\"tags\":{}}", "{\"tags\":{\"a_B-9\":true}}", "after.tags.a_B-9 "},
    {"not ASCII", "{\"tags\":{}}", "{\"tags\":{\"\\u00e9\":true}}", "after.tags[\"\xc3\xa9\"] "},
    {"many keys out of order",
	"{\"z\":1,\"y\":1,\"x\":1,\"w\":1,\"v\":1,\"u\":1,\"t\":1,\"s\":1,\"r\":1}",
	"{\"y2\":true,\"a\":true}", "after.y2 after.a "},
};

static void leaves_have_their_paths(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct value value = overlaid(arena, rows[i].after, rows[i].unknown);
		struct value stamped = unknowns_stamp(arena, value, STR("after"));
		struct buf text;

		buf_init(&text, arena, TEXT_MAX);
		add_paths(&text, stamped);
		if (!str_is(buf_str(&text), rows[i].want))
			fail_msg("%s: %.*s", rows[i].name, STR_ARG(buf_str(&text)));
		assert_int_equal(stamped.marks, value.marks);
		assert_true(value_equal(stamped, value));
	}
}

static void what_is_known_is_shared(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct value value =
	    overlaid(arena, "{\"a\":{\"b\":[1,2]},\"c\":{}}", "{\"c\":{\"d\":true}}");
	struct value stamped = unknowns_stamp(arena, value, STR("x"));

	(void)state;
	assert_ptr_equal(
	    value_get_c(value, "a")->as.entries, value_get_c(stamped, "a")->as.entries);
	value = overlaid(arena, "{\"a\":{\"b\":[1,2]}}", "{}");
	assert_ptr_equal(unknowns_stamp(arena, value, STR("x")).as.entries, value.as.entries);
}

static void every_key_is_found_again(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	const char *keys[] = {"z", "y", "x", "w", "v", "u", "t", "s", "r", "q", "u1"};
	struct value value = overlaid(arena,
	    "{\"z\":1,\"y\":1,\"x\":1,\"w\":1,\"v\":1,\"u\":1,\"t\":1,\"s\":1,\"r\":1,\"q\":1}",
	    "{\"u1\":true}");
	struct value stamped = unknowns_stamp(arena, value, STR("a"));

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		assert_non_null(value_get_c(stamped, keys[i]));
}

/* A path that would be very long is that of a part around it. */
static void long_paths_are_cut_at_a_step(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct value leaf = value_unknown();
	struct buf key;
	const struct value *inner;

	(void)state;
	buf_init(&key, arena, TEXT_MAX);
	buf_repeat(&key, 'k', 3000);
	for (int i = 0; i < 3; i++) {
		struct value_entry *entries = arena_array(arena, struct value_entry, 1);
		struct str twice;

		entries[0] = (struct value_entry){value_string(buf_str(&key)), leaf};
		assert_true(value_map(arena, entries, 1, &leaf, &twice));
	}
	leaf = unknowns_stamp(arena, leaf, STR("after"));
	inner = &leaf;
	for (int i = 0; i < 3; i++)
		inner = &inner->as.entries[0].value;
	assert_int_equal(inner->kind, VALUE_UNKNOWN);
	assert_in_range(inner->len, 5, 4096);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(leaves_have_their_paths),
	    cmocka_unit_test(what_is_known_is_shared),
	    cmocka_unit_test(every_key_is_found_again),
	    cmocka_unit_test(long_paths_are_cut_at_a_step),
	};

	return cmocka_run_group_tests_name("parser/unknowns", tests, NULL, NULL);
}

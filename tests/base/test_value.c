#include "base/value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"

static struct value number(const char *lexeme)
{
	struct value value = value_string(str_from(lexeme));

	value.kind = VALUE_NUMBER;
	return value;
}

static struct value text(const char *bytes)
{
	return value_string(str_from(bytes));
}

/* {"keys[i]": i}, the keys cut at commas */
static bool make_map(
    struct arena *arena, const char *keys, struct value *out, struct str *duplicate)
{
	struct value_entry *entries = arena_array(arena, struct value_entry, strlen(keys) + 1);
	struct str rest = str_from(keys), key;
	size_t count = 0;

	for (; str_split(&rest, ',', &key); count++)
		entries[count] = (struct value_entry){value_string(key), value_int((int64_t)count)};
	return value_map(arena, entries, count, out, duplicate);
}

static struct value map_of(struct arena *arena, const char *keys)
{
	struct str duplicate;
	struct value map;

	assert_true(make_map(arena, keys, &map, &duplicate));
	return map;
}

struct map_row {
	const char *name, *keys;
	bool sorted;
	const char *duplicate; /* NULL: none */
};

static const struct map_row map_rows[] = {
    {"empty", "", true, NULL},
    {"one", "a", true, NULL},
    {"sorted", "a,aa,b", true, NULL},
    {"unsorted", "b,a,c", false, NULL},
    {"eight sorted", "a,b,c,d,e,f,g,h", true, NULL},
    {"eight unsorted", "h,a,b,c,d,e,f,g", false, NULL},
    {"nine sorted", "a,b,c,d,e,f,g,h,i", true, NULL},
    {"nine unsorted", "i,h,g,f,e,d,c,b,a", false, NULL},
    {"last out of order", "a,b,c,d,e,f,g,h,i,j,k,ja", false, NULL},
    {"upper case first", "B,a", true, NULL},
    {"duplicate of two", "a,a", true, "a"},
    {"duplicate in sorted", "a,b,b,c", true, "b"},
    {"duplicate in small unsorted", "c,a,b,c", false, "c"},
    {"duplicate apart in big unsorted", "k,j,i,h,g,f,e,d,c,b,a,k", false, "k"},
    {"duplicate neighbours in big unsorted", "k,j,i,h,g,g,e,d,c,b,a", false, "g"},
    {"empty keys", "b,,a,", false, NULL}, /* the last comma opens no part */
    {"two empty keys", "b,,a,,c", false, ""},
};

static void check_lookup(const struct map_row *row, struct value map)
{
	struct str rest = str_from(row->keys), key;

	for (int64_t i = 0; str_split(&rest, ',', &key); i++) {
		const struct value *found = value_get(map, key);

		if (!found || found->as.integer != i)
			fail_msg("%s: %.*s", row->name, STR_ARG(key));
	}
	assert_null(value_get_c(map, "nowhere"));
	assert_null(value_get_c(map, "zz"));
	assert_null(value_get_c(map, "!"));
}

static void test_maps(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(map_rows); i++) {
		const struct map_row *row = &map_rows[i];
		struct str duplicate = STR_EMPTY;
		struct value map;
		bool ok = make_map(arena, row->keys, &map, &duplicate);

		if (ok != !row->duplicate || (!ok && !str_is(duplicate, row->duplicate)))
			fail_msg("%s: '%.*s'", row->name, STR_ARG(duplicate));
		if (!ok)
			continue;
		if (!(map.marks & VALUE_SORTED) != !row->sorted)
			fail_msg("%s: sorted is wrong", row->name);
		check_lookup(row, map);
	}
}

/* --- value_map_like() --- */

/* As value_map() would make it of the same keys and other values. */
static void check_like(struct arena *arena, const char *name, struct value map, struct value made)
{
	struct value_entry *entries = arena_array(arena, struct value_entry, made.len + 1);
	struct str duplicate;
	struct value want;

	if (made.len > 0)
		memcpy(entries, made.as.entries, made.len * sizeof(*entries));
	assert_true(value_map(arena, entries, made.len, &want, &duplicate));
	if (made.kind != VALUE_MAP || made.len != map.len || made.tag != 0 ||
	    made.marks != want.marks)
		fail_msg("%s: marks %x, not %x", name, made.marks, want.marks);
	for (size_t i = 0; i < map.len; i++) {
		struct str key = value_text(map.as.entries[i].key);

		if (!str_eq(value_text(made.as.entries[i].key), key) ||
		    value_get(made, key) != &made.as.entries[i].value)
			fail_msg("%s: '%.*s'", name, STR_ARG(key));
	}
}

static struct value like(struct arena *arena, struct value map, struct value filling)
{
	struct value_entry *entries = arena_array(arena, struct value_entry, map.len + 1);

	for (size_t i = 0; i < map.len; i++)
		entries[i] = (struct value_entry){map.as.entries[i].key, filling};
	return value_map_like(arena, map, entries);
}

static void test_maps_like_another(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct value secret = text("s"), detected = text("d"), inner = map_of(arena, "b,a");
	struct value unknown = value_unknown();

	secret.marks = VALUE_SENSITIVE;
	detected.marks = VALUE_DETECTED | VALUE_HAS_DETECTED;
	inner.tag = 7;
	const struct value fillings[] = {value_null(), value_int(-1), secret, detected, inner,
	    unknown, value_list(&secret, 1), value_list(&unknown, 1), value_hidden(true),
	    value_string(STR_EMPTY)};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(map_rows) * ARRAY_LEN(fillings); i++) {
		const struct map_row *row = &map_rows[i / ARRAY_LEN(fillings)];
		struct value filling = fillings[i % ARRAY_LEN(fillings)], map, made;
		struct str duplicate;

		if (row->duplicate)
			continue;
		/* What the model was does not come along: its tag, that something in it was
		 * secret. */
		assert_true(make_map(arena, row->keys, &map, &duplicate));
		map.tag = 3;
		map.marks |= VALUE_HAS_SENSITIVE | VALUE_HAS_UNKNOWN | VALUE_SENSITIVE;
		made = like(arena, map, filling);
		check_like(arena, row->name, map, made);
		check_like(arena, row->name, made, like(arena, made, value_int(1)));
		check_like(arena, row->name, map, like(arena, value_copy(arena, map), filling));
		assert_true(row->sorted == !!(made.marks & VALUE_SORTED));
		check_lookup(row, map); /* the model is untouched */
	}
}

/* Keys of every byte and length, in an order of chance: every one is found, no other. */
static void test_hostile_maps_like_another(void **state)
{
	static const char bytes[] = {'a', 'a', 'b', '\0', '\xff', '\x7f', ' ', '"'};
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	uint32_t seed = 20261122;

	(void)state;
	for (int round = 0; round < 500; round++) {
		struct arena_mark mark = arena_save(arena);
		size_t count = (size_t)(round % 40);
		struct value_entry *entries = arena_array(arena, struct value_entry, count + 1);
		struct value map, made;
		struct str duplicate;

		for (size_t i = 0; i < count; i++) {
			size_t len = (seed >> 12) % 9;
			char *key = arena_alloc(arena, len + 1);

			for (size_t k = 0; k < len; k++) {
				seed = seed * 1664525u + 1013904223u;
				key[k] = bytes[(seed >> 16) % sizeof(bytes)];
			}
			seed = seed * 1664525u + 1013904223u;
			entries[i].key = value_string((struct str){key, len});
			entries[i].value = value_int((int64_t)i);
		}
		if (value_map(arena, entries, count, &map, &duplicate)) {
			made = like(arena, map, value_unknown());
			check_like(arena, "hostile", map, made);
			assert_null(value_get_c(made, "nowhere to be found"));
		}
		arena_rewind(arena, mark);
	}
}

/* Order of the input stays, whatever the look-up needs. */
static void test_big_maps(void **state)
{
	enum {
		COUNT = 100003
	}; /* prime: the step reaches every key */
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct value_entry *entries = arena_array(arena, struct value_entry, COUNT);
	struct str duplicate;
	struct value map, copy;

	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		int key = (int)(i * 7919 % COUNT);

		entries[i].key = value_string(str_format(arena, "key-%d", key));
		entries[i].value = value_int(key);
	}
	assert_true(value_map(arena, entries, COUNT, &map, &duplicate));
	copy = value_copy(arena, map);
	for (int i = 0; i < COUNT; i++) {
		struct str key = str_format(arena, "key-%d", i);

		assert_int_equal(value_get(map, key)->as.integer, i);
		assert_int_equal(value_get(copy, key)->as.integer, i);
		assert_int_equal(map.as.entries[i].value.as.integer, (size_t)i * 7919 % COUNT);
	}
	assert_true(value_equal(map, copy));
	entries[COUNT - 1].key = entries[5].key;
	assert_false(value_map(arena, entries, COUNT, &map, &duplicate));
	assert_true(str_eq(duplicate, value_text(entries[5].key)));
}

static void test_every_size_of_unsorted_map(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();

	(void)state;
	for (size_t count = 2; count < 80; count++) {
		struct value_entry *entries = arena_array(arena, struct value_entry, count);
		struct str duplicate;
		struct value map;

		for (size_t i = 0; i < count; i++) {
			entries[i].key =
			    value_string(str_format(arena, "%02zu", (count - i) * 37 % 83));
			entries[i].value = value_int((int64_t)i);
		}
		assert_true(value_map(arena, entries, count, &map, &duplicate));
		for (size_t i = 0; i < count; i++) {
			const struct value *found = value_get(map, value_text(entries[i].key));

			assert_int_equal(found->as.integer, i);
		}
	}
}

static void test_marks_go_up(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct value secret = text("x"), list, map;
	struct value_entry entries[2] = {{text("a"), value_null()}, {text("b"), value_unknown()}};
	struct str duplicate;

	(void)state;
	secret.marks = VALUE_SENSITIVE;
	list = value_list(&secret, 1);
	assert_int_equal(list.marks, VALUE_HAS_SENSITIVE);
	assert_int_equal(value_list(&list, 1).marks, VALUE_HAS_SENSITIVE);
	assert_true(value_map(arena, entries, 2, &map, &duplicate));
	assert_int_equal(map.marks, VALUE_HAS_UNKNOWN | VALUE_SORTED);
	list = value_list(&map, 1);
	assert_int_equal(list.marks, VALUE_HAS_UNKNOWN);
	assert_int_equal(value_list(NULL, 0).marks, 0);
}

static void test_convenience(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct value_entry entries[] = {
	    {text("s"), text("hello")},
	    {text("b"), value_bool(true)},
	    {text("i"), value_int(-5)},
	    {text("n"), value_null()},
	    {text("f"), number("1.5")},
	};
	struct str duplicate;
	struct value map;

	(void)state;
	assert_true(value_map(arena, entries, ARRAY_LEN(entries), &map, &duplicate));
	assert_true(str_is(value_get_str(map, "s"), "hello"));
	assert_true(str_is(value_get_str(map, "b"), ""));
	assert_true(str_is(value_get_str(map, "f"), ""));
	assert_true(str_is(value_get_str(map, "x"), ""));
	assert_true(value_get_bool(map, "b", false));
	assert_true(value_get_bool(map, "s", true));
	assert_false(value_get_bool(map, "x", false));
	assert_int_equal(value_get_int(map, "i", 1), -5);
	assert_int_equal(value_get_int(map, "f", 1), 1);
	assert_int_equal(value_get_int(map, "x", 2), 2);
	assert_null(value_get_c(text("s"), "s"));
	assert_null(value_get_c(value_null(), "s"));
}

static void test_text_of_other_kinds_is_empty(void **state)
{
	(void)state;
	assert_true(str_is(value_text(text("a")), "a"));
	assert_true(str_is(value_text(number("1e5")), "1e5"));
	assert_true(str_is(value_text(value_int(5)), ""));
	assert_true(str_is(value_text(value_null()), ""));
	assert_true(str_is(value_text(value_hidden(true)), ""));
}

struct equal_row {
	const char *name;
	struct value a, b;
	bool want;
};

static void test_equality(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct value ab[] = {text("a"), text("b")}, ac[] = {text("a"), text("c")};
	const struct equal_row rows[] = {
	    {"null", value_null(), value_null(), true},
	    {"null and false", value_null(), value_bool(false), false},
	    {"true", value_bool(true), value_bool(true), true},
	    {"true and false", value_bool(true), value_bool(false), false},
	    {"int", value_int(3), value_int(3), true},
	    {"other int", value_int(3), value_int(4), false},
	    {"int and lexeme", value_int(1), number("1.0"), true},
	    {"lexeme and lexeme", number("100e-2"), number("1e0"), true},
	    {"int and other lexeme", value_int(1), number("1.1"), false},
	    {"int and string", value_int(1), text("1"), false},
	    {"lexeme and string", number("1.0"), text("1.0"), false},
	    {"string and lexeme", text("1.0"), number("1.0"), false},
	    {"lowest", value_int(INT64_MIN), number("-9223372036854775808.0"), true},
	    {"string", text("a"), text("a"), true},
	    {"other string", text("a"), text("b"), false},
	    {"empty string and null", text(""), value_null(), false},
	    {"list", value_list(ab, 2), value_list(ab, 2), true},
	    {"other list", value_list(ab, 2), value_list(ac, 2), false},
	    {"shorter list", value_list(ab, 2), value_list(ab, 1), false},
	    {"empty list and map", value_list(ab, 0), map_of(arena, ""), false},
	    {"map", map_of(arena, "a,b"), map_of(arena, "a,b"), true},
	    {"map and list", map_of(arena, ""), value_list(ab, 0), false},
	    {"map with other values", map_of(arena, "a,b"), map_of(arena, "b,a"), false},
	    {"map with other key", map_of(arena, "a,b"), map_of(arena, "a,c"), false},
	    {"shorter map", map_of(arena, "a,b"), map_of(arena, "a"), false},
	    {"unknown", value_unknown(), value_unknown(), true},
	    {"unknown and null", value_unknown(), value_null(), false},
	    {"hidden and the same", value_hidden(false), value_hidden(false), true},
	    {"hidden and changed", value_hidden(true), value_hidden(true), false},
	    {"hidden and null", value_hidden(false), value_null(), false},
	    {"no kind at all", {.kind = 99}, {.kind = 99}, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (value_equal(rows[i].a, rows[i].b) != rows[i].want ||
		    value_equal(rows[i].b, rows[i].a) != rows[i].want)
			fail_msg("%s", rows[i].name);
	}
}

static void test_maps_are_equal_in_any_order(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct value_entry forward[20], back[20];
	struct value a, b;
	struct str duplicate;

	(void)state;
	for (size_t i = 0; i < 20; i++) {
		forward[i].key = value_string(str_format(arena, "%02zu", i));
		forward[i].value = value_int((int64_t)i);
		back[19 - i] = forward[i];
	}
	assert_true(value_map(arena, forward, 20, &a, &duplicate));
	assert_true(value_map(arena, back, 20, &b, &duplicate));
	assert_true(value_equal(a, b));
	assert_true(value_equal(b, a));
}

static void test_number_text(void **state)
{
	static const struct {
		int64_t number;
		const char *want;
	} rows[] = {
	    {0, "0"},
	    {7, "7"},
	    {-7, "-7"},
	    {1234567890, "1234567890"},
	    {INT64_MAX, "9223372036854775807"},
	    {INT64_MIN, "-9223372036854775808"},
	};
	char scratch[24];
	struct str out;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_true(value_as_number_text(value_int(rows[i].number), scratch, &out));
		assert_true(str_is(out, rows[i].want));
	}
	assert_true(value_as_number_text(number("1.50"), scratch, &out));
	assert_true(str_is(out, "1.50"));
	assert_false(value_as_number_text(text("1"), scratch, &out));
	assert_false(value_as_number_text(value_null(), scratch, &out));
}

/* The copy lives on when everything it came from is gone. */
static void test_copy_is_deep(void **state)
{
	struct arena *kept CLEANUP(arena_free_ptr) = arena_new();
	struct arena *gone = arena_new();
	struct value *items = arena_array(gone, struct value, 8);
	struct value copy, list;

	(void)state;
	items[0] = value_string(str_copy(gone, STR("bytes")));
	items[1] = number(str_to_c(gone, STR("1e999")));
	items[2] = map_of(gone, str_to_c(gone, STR("c,a,b")));
	items[3] = map_of(gone, str_to_c(gone, STR("9,8,7,6,5,4,3,2,1,0")));
	items[4] = value_unknown();
	items[5] = value_bool(true);
	items[6] = value_list(NULL, 0);
	items[7] = value_int(-1);
	items[0].marks = VALUE_SENSITIVE;
	items[0].tag = 3;
	list = value_list(items, 8);
	copy = value_copy(kept, list);
	assert_true(value_equal(copy, list));
	arena_free(gone);
	assert_int_equal(copy.marks, VALUE_HAS_UNKNOWN | VALUE_HAS_SENSITIVE);
	assert_true(str_is(value_text(copy.as.items[0]), "bytes"));
	assert_int_equal(copy.as.items[0].marks, VALUE_SENSITIVE);
	assert_int_equal(copy.as.items[0].tag, 3);
	assert_true(str_is(value_text(copy.as.items[1]), "1e999"));
	assert_int_equal(value_get_int(copy.as.items[2], "b", -1), 2);
	assert_int_equal(value_get_int(copy.as.items[3], "0", -1), 9);
	assert_int_equal(copy.as.items[7].as.integer, -1);
}

static void test_kind_names(void **state)
{
	(void)state;
	assert_string_equal(value_kind_name(VALUE_NULL), "null");
	assert_string_equal(value_kind_name(VALUE_INT), value_kind_name(VALUE_NUMBER));
	assert_string_equal(value_kind_name(VALUE_MAP), "map");
	assert_string_equal(value_kind_name(VALUE_HIDDEN), "hidden");
}

/* Not _exit(), which would lose what was measured of the coverage. */
static void leave(int signal_number)
{
	(void)signal_number;
	exit(42); /* NOLINT(bugprone-signal-handler): abort() was called on purpose, nothing is held
		   */
}

static void test_too_long_a_string_aborts(void **state)
{
	int status;
	pid_t child = fork();

	(void)state;
	assert_true(child >= 0);
	if (child == 0) {
		(void)signal(SIGABRT, leave);
		(void)value_string((struct str){"", (size_t)UINT32_MAX + 1});
		_exit(1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 42);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_maps),
	    cmocka_unit_test(test_maps_like_another),
	    cmocka_unit_test(test_hostile_maps_like_another),
	    cmocka_unit_test(test_big_maps),
	    cmocka_unit_test(test_every_size_of_unsorted_map),
	    cmocka_unit_test(test_marks_go_up),
	    cmocka_unit_test(test_convenience),
	    cmocka_unit_test(test_text_of_other_kinds_is_empty),
	    cmocka_unit_test(test_equality),
	    cmocka_unit_test(test_maps_are_equal_in_any_order),
	    cmocka_unit_test(test_number_text),
	    cmocka_unit_test(test_copy_is_deep),
	    cmocka_unit_test(test_kind_names),
	    cmocka_unit_test(test_too_long_a_string_aborts),
	};

	return cmocka_run_group_tests_name("base/value", tests, NULL, NULL);
}

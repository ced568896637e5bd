#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "parser/address.h"

struct address_case {
	const char *name, *text;
	const char *module, *mode, *type, *label;
	enum value_kind kind;
	const char *key; /* of a STRING */
	int64_t number;	 /* of an INT */
};

static const struct address_case good[] = {
    {"plain", "aws_x.y", "", "managed", "aws_x", "y", VALUE_NULL, "", 0},
    {"count", "aws_x.y[12]", "", "managed", "aws_x", "y", VALUE_INT, "", 12},
    {"key", "aws_x.y[\"a\"]", "", "managed", "aws_x", "y", VALUE_STRING, "a", 0},
    {"key with dots and brackets", "aws_x.y[\"a.b[0].c\"]", "", "managed", "aws_x", "y",
	VALUE_STRING, "a.b[0].c", 0},
    {"key with quotes", "aws_x.y[\"a\\\"]b\"]", "", "managed", "aws_x", "y", VALUE_STRING, "a\"]b",
	0},
    {"key with escapes", "aws_x.y[\"\\n\\t\\r\\\\\\u00e9\"]", "", "managed", "aws_x", "y",
	VALUE_STRING, "\n\t\r\\\xc3\xa9", 0},
    {"key with long escape", "aws_x.y[\"\\U0001F600\"]", "", "managed", "aws_x", "y", VALUE_STRING,
	"\xf0\x9f\x98\x80", 0},
    {"key with template signs", "aws_x.y[\"$${a} %%{b}\"]", "", "managed", "aws_x", "y",
	VALUE_STRING, "${a} %{b}", 0},
    {"broken escape stays", "aws_x.y[\"\\u12\"]", "", "managed", "aws_x", "y", VALUE_STRING, "u12",
	0},
    {"empty key", "aws_x.y[\"\"]", "", "managed", "aws_x", "y", VALUE_STRING, "", 0},
    {"words of a header as key", "a.b[\"x will be destroyed\"]", "", "managed", "a", "b",
	VALUE_STRING, "x will be destroyed", 0},
    {"module", "module.a.aws_x.y", "module.a", "managed", "aws_x", "y", VALUE_NULL, "", 0},
    {"modules with keys", "module.a[\"x.y\"].module.b[1].data.aws_x.y[0]",
	"module.a[\"x.y\"].module.b[1]", "data", "aws_x", "y", VALUE_INT, "", 0},
    {"data", "data.aws_x.y", "", "data", "aws_x", "y", VALUE_NULL, "", 0},
    {"ephemeral", "ephemeral.aws_x.y", "", "ephemeral", "aws_x", "y", VALUE_NULL, "", 0},
    {"action", "module.m.action.aws_x.y", "module.m", "action", "aws_x", "y", VALUE_NULL, "", 0},
    {"unknown instances", "aws_x.y[*]", "", "managed", "aws_x", "y", VALUE_UNKNOWN, "", 0},
    {"unicode name", "aws_x.n\xc3\xa4me-1", "", "managed", "aws_x", "n\xc3\xa4me-1", VALUE_NULL, "",
	0},
    {"index over 64 bits", "aws_x.y[99999999999999999999]", "", "managed", "aws_x", "y",
	VALUE_STRING, "99999999999999999999", 0},
};

static const char *const bad[] = {"", "aws_x", "aws_x.", ".y", "aws_x.y[", "aws_x.y[]",
    "aws_x.y[\"a]", "aws_x.y[\"a\"", "aws_x.y[a]", "aws_x.y.z", "aws_x.y ", "module.a", "module.a.",
    "module.a.aws_x", "data.aws_x", "aws_x.y[\"a\nb\"]", "aws_x.y[\"\\", "a b.c"};

static bool is(struct str got, const char *want)
{
	return str_is(got, want);
}

static bool check_index(const struct address_case *row, struct value index)
{
	if (index.kind != row->kind)
		return false;
	if (row->kind == VALUE_INT)
		return index.as.integer == row->number;
	return row->kind != VALUE_STRING || is(value_text(index), row->key);
}

static void test_good(void **state)
{
	struct arena *arena = arena_new();
	size_t failures = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		const struct address_case *row = &good[i];
		struct address got;
		size_t len;

		if (address_parse(arena, str_from(row->text), &got) &&
		    is(got.module, row->module) && is(got.mode, row->mode) &&
		    is(got.type, row->type) && is(got.name, row->label) &&
		    check_index(row, got.index) && address_scan(str_from(row->text), &len) &&
		    len == strlen(row->text))
			continue;
		print_error("%s\n", row->name);
		failures++;
	}
	assert_int_equal(failures, 0);
	arena_free(arena);
}

static void test_bad(void **state)
{
	struct arena *arena = arena_new();
	struct address got;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (address_parse(arena, str_from(bad[i]), &got))
			fail_msg("'%s' is no address", bad[i]);
	}
	arena_free(arena);
}

static void test_scan(void **state)
{
	size_t len;

	(void)state;
	assert_true(address_scan(STR("a.b[\"x y\"] will be created"), &len));
	assert_int_equal(len, strlen("a.b[\"x y\"]"));
	assert_true(address_scan(STR("a.b: Creating..."), &len));
	assert_int_equal(len, 3);
	assert_false(address_scan(STR("a.b.c will"), &len));
	assert_false(address_scan(STR("Error: x.y"), &len));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_good),
	    cmocka_unit_test(test_bad),
	    cmocka_unit_test(test_scan),
	};

	return cmocka_run_group_tests_name("parser/address", tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json_write.h"
#include "base/sink.h"
#include "parser/hcl_literal.h"

/* As JSON; NULL: no literal. */
static const struct {
	const char *name, *text, *want;
} rows[] = {
    {"a string", "\"a\"", "\"a\""},
    {"an empty string", "\"\"", "\"\""},
    {"a comment behind", "\"a\" # b", "\"a\""},
    {"up to its line", "\"a\"\nb = 1", "\"a\""},
    {"up to a brace", "\"a\" }", "\"a\""},
    {"simple escapes", "\"\\n\\r\\t\\\"\\\\\"", "\"\\n\\r\\t\\\"\\\\\""},
    {"four digits", "\"prod\\u002Fdb\"", "\"prod/db\""},
    {"eight digits", "\"\\U0001f600\"", "\"\xf0\x9f\x98\x80\""},
    {"a surrogate", "\"\\ud83d\"", NULL},
    {"beyond Unicode", "\"\\U00110000\"", NULL},
    {"too few digits", "\"\\u00g0\"", NULL},
    {"an escape that HCL has not", "\"\\/\"", NULL},
    {"an escape at the end", "\"\\", NULL},
    {"escaped templates", "\"$${a} %%{b} $ % {\"", "\"${a} %{b} $ % {\""},
    {"a template of a string", "\"${\"prod\"}/db\"", "\"prod/db\""},
    {"of a number and a bool", "\"${1}-${ -5 }-${true}\"", "\"1--5-true\""},
    {"of parentheses over lines", "\"${(\n\"a\")}\"", "\"a\""},
    {"in each other", "\"${\"${\"a\"}b\"}c\"", "\"abc\""},
    {"of null", "\"${null}\"", NULL},
    {"of a reference", "\"${var.a}\"", NULL},
    {"with strip markers", "\"a ${~\"b\"~} c\"", NULL},
    {"a directive", "\"%{if true}a%{endif}\"", NULL},
    {"no end", "\"a", NULL},
    {"over lines", "\"a\nb\"", NULL},
    {"parentheses", "(\"b\")", "\"b\""},
    {"parentheses over lines", "(\n  (\"b\") # c\n)", "\"b\""},
    {"parentheses without an end", "(\"b\"", NULL},
    {"deep parentheses", "(((((((((((((((((((((((((1)))))))))))))))))))))))))", NULL},
    {"null", "null", "null"},
    {"true", "true", "true"},
    {"a negative number", "-12", "-12"},
    {"a fraction", "1.50", "1.50"},
    {"a leading zero", "007", NULL},
    {"a word", "local", NULL},
    {"a reference", "var.x", NULL},
    {"a call", "upper(\"a\")", NULL},
    {"a sum", "1 + 1", NULL},
    {"a condition", "true ? \"a\" : \"b\"", NULL},
    {"an index", "[\"a\"][0]", NULL},
    {"a list", "[\"a\", (1), true,]", "[\"a\",1,true]"},
    {"an empty list over lines", "[\n]", "[]"},
    {"a list in a list", "[[1]]", NULL},
    {"a list with a reference", "[var.a]", NULL},
    {"a list without commas", "[1 2]", NULL},
    {"a list without an end", "[1,", NULL},
    {"an object", "{}", NULL},
    {"a heredoc", "<<E\na\nE\n", NULL},
    {"nothing", "", NULL},
};

static struct str as_json(struct arena *arena, struct value value)
{
	struct jsonw json;
	struct sink sink;
	struct buf text;

	buf_init(&text, arena, 1000);
	sink_to_buf(&sink, &text);
	jsonw_init(&json, &sink, 0);
	jsonw_value(&json, value);
	return buf_str(&text);
}

static void literals_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct hcl_scan scan = {.text = str_from(rows[i].text)};
		struct value value;

		if (!hcl_literal(arena, &scan, &value)) {
			if (rows[i].want)
				fail_msg("%s: not read", rows[i].name);
		} else if (!rows[i].want || !str_is(as_json(arena, value), rows[i].want)) {
			fail_msg("%s: %.*s", rows[i].name, STR_ARG(as_json(arena, value)));
		}
	}
}

static void quoted_texts_are_read(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct value value;

	(void)state;
	assert_true(hcl_literal_quoted(arena, STR("s\\u0033"), &value));
	assert_true(str_is(value_text(value), "s3"));
	assert_true(hcl_literal_quoted(arena, STR_EMPTY, &value));
	assert_true(str_is(value_text(value), ""));
	assert_false(hcl_literal_quoted(arena, STR("${a}"), &value));
}

static void long_lists_are_no_literals(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct buf text;
	struct value value;

	(void)state;
	buf_init(&text, arena, (size_t)1 << 20);
	buf_addc(&text, '[');
	for (int i = 0; i < HCL_LITERAL_ITEMS_MAX; i++)
		buf_adds(&text, "1,");
	buf_addc(&text, ']');
	assert_true(hcl_literal(arena, &(struct hcl_scan){.text = buf_str(&text)}, &value));
	assert_int_equal(value.len, HCL_LITERAL_ITEMS_MAX);
	buf_rewind(&text, text.len - 1);
	buf_adds(&text, "1]");
	assert_false(hcl_literal(arena, &(struct hcl_scan){.text = buf_str(&text)}, &value));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(literals_are_read),
	    cmocka_unit_test(quoted_texts_are_read),
	    cmocka_unit_test(long_lists_are_no_literals),
	};
	return cmocka_run_group_tests_name("parser/hcl_literal", tests, NULL, NULL);
}

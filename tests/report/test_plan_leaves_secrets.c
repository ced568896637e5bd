#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "tests/support/leaf_plan.h"

static void test_secrets_need_the_key(void **state)
{
	static const struct leaf_plan other = {.update = UPDATE(BEFORE,
						   "\"n\":2,\"same\":\"s\",\"tags\":{\"x\":\"1\","
						   "\"y\":\"3\"},\"pw\":\"p3\",\"list\":[1,2,4]",
						   UNKNOWN)};
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct plan_fingerprint with = leaf_plan_fingerprint(arena, "k", &leaf_plan_base, "k");
	struct plan_fingerprint with_l = leaf_plan_fingerprint(arena, "l", &leaf_plan_base, "l");
	struct plan_fingerprint without = leaf_plan_fingerprint(arena, "none", &leaf_plan_base, "");

	(void)state;
	assert_int_equal(with.hidden_keyed, 1);
	assert_int_equal(without.hidden_keyed, 0);
	assert_int_equal(without.hidden_left_out, 1);
	assert_false(str_eq(with.text, with_l.text));
	assert_false(str_eq(with.text, without.text));
	/* without a key the value is not in it: nobody can search for it */
	assert_true(str_eq(without.text, leaf_plan_fingerprint(arena, "p3", &other, "").text));
	assert_false(str_eq(with.text, leaf_plan_fingerprint(arena, "p3", &other, "k").text));
}

/* What one change marks stands unmarked in another, in front of it or behind: where it does, it
 * counts as hidden, in whatever order they come. */
static void test_unmarked_secrets(void **state)
{
#define MARKED                                                                               \
	"{\"address\":\"a.marked\",\"mode\":\"managed\",\"type\":\"a\",\"name\":\"marked\"," \
	"\"change\":{\"actions\":[\"create\"],\"before\":null,\"after\":{\"pw\":"            \
	"\"correct-horse\"},\"after_sensitive\":{\"pw\":true}}}"
#define CLEAR(value)                                                                       \
	"{\"address\":\"a.clear\",\"mode\":\"managed\",\"type\":\"a\",\"name\":\"clear\"," \
	"\"change\":{\"actions\":[\"create\"],\"before\":null,\"after\":{\"text\":\"run "  \
	"with " value " now\"}}}"
	static const struct leaf_plan first = {.update = MARKED, .create = CLEAR("correct-horse")};
	static const struct leaf_plan last = {.update = CLEAR("correct-horse"), .create = MARKED};
	static const struct leaf_plan plain = {.update = CLEAR("other-horse-1"), .create = MARKED};
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct plan_fingerprint a = leaf_plan_fingerprint(arena, "first", &first, "");
	struct plan_fingerprint b = leaf_plan_fingerprint(arena, "last", &last, "");
	struct plan_fingerprint keyed = leaf_plan_fingerprint(arena, "keyed", &last, "k");
	struct plan_fingerprint c = leaf_plan_fingerprint(arena, "plain", &plain, "");

	(void)state;
	assert_true(str_eq(a.text, b.text));
	assert_int_equal(a.hidden_left_out, 2);
	assert_int_equal(b.hidden_left_out, 2);
	assert_int_equal(keyed.hidden_keyed, 2);
	assert_int_equal(keyed.hidden_left_out, 0);
	assert_int_equal(c.hidden_left_out, 1);
	assert_false(str_eq(a.text, c.text));
}

/* A list on both sides: the diff aligns it and shows nothing of what only moved. */
static void test_unmarked_secret_that_moved(void **state)
{
#define LISTS(secret)                                                                      \
	"{\"address\":\"a.lists\",\"mode\":\"managed\",\"type\":\"a\",\"name\":\"lists\"," \
	"\"change\":{\"actions\":[\"update\"],\"before\":{\"l\":[\"" secret                \
	"\",\"b\",\"c\"]},\"after\":{\"l\":[\"new\",\"" secret "\",\"b\",\"c\"]}}}"
	static const struct leaf_plan one = {.update = MARKED, .create = LISTS("correct-horse")};
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct plan_fingerprint a = leaf_plan_fingerprint(arena, "moved", &one, "");

	(void)state;
	assert_int_equal(a.hidden_left_out, 3);
}

/* A row whose values are over the budget shows none: what it holds is searched all the same. */
static void test_unmarked_secret_over_the_budget(void **state)
{
	const size_t items = OUTCOME_DIFF_BYTES / sizeof(struct value) + 1;
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct leaf_plan large = {.update = MARKED};
	struct plan_fingerprint a;
	struct buf row;

	(void)state;
	buf_init(&row, arena, 3 * items + 1000);
	buf_adds(&row,
	    "{\"address\":\"a.clear\",\"mode\":\"managed\",\"type\":\"a\",\"name\":\"clear\","
	    "\"change\":{\"actions\":[\"create\"],\"before\":null,\"after\":{\"text\":\"run "
	    "with correct-horse now\",\"list\":[0");
	for (size_t i = 1; i < items; i++)
		buf_adds(&row, ",0");
	buf_add(&row, (struct str){"]}}}", sizeof("]}}}")}); /* with its NUL */
	large.create = buf_str(&row).ptr;
	a = leaf_plan_fingerprint(arena, "large", &large, "");
	assert_int_equal(a.hidden_left_out, 2);
}

/* Of JSON text with a secret in it, the rest counts as it is. */
static void test_secret_inside_of_json_text(void **state)
{
#define TASK(password, cpu)                                                                     \
	"{\"address\":\"a.task\",\"mode\":\"managed\",\"type\":\"a\",\"name\":\"task\","        \
	"\"change\":{"                                                                          \
	"\"actions\":[\"create\"],\"before\":null,\"after\":{\"definitions\":\"[{\\\"name\\\":" \
	"\\\"a\\\","                                                                            \
	"\\\"environment\\\":[{\\\"name\\\":\\\"DB_PASSWORD\\\",\\\"value\\\":\\\"" password    \
	"\\\"}],\\\"cpu\\\":" cpu "}]\"}}}"
	static const struct leaf_plan one = {.create = TASK("hunter2-hunter2", "1")};
	static const struct leaf_plan cpu = {.create = TASK("hunter2-hunter2", "2")};
	static const struct leaf_plan password = {.create = TASK("hunter3-hunter3", "1")};
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct plan_fingerprint a = leaf_plan_fingerprint(arena, "one", &one, "");

	(void)state;
	assert_int_equal(a.hidden_left_out, 2);
	assert_false(str_eq(a.text, leaf_plan_fingerprint(arena, "cpu", &cpu, "").text));
	assert_true(str_eq(a.text, leaf_plan_fingerprint(arena, "password", &password, "").text));
	assert_false(str_eq(leaf_plan_fingerprint(arena, "one", &one, "k").text,
	    leaf_plan_fingerprint(arena, "password", &password, "k").text));
}

/* With a key all of its bytes count, as those of any other text. */
static void test_bytes_of_json_text_with_a_secret(void **state)
{
#define TEXT(before, after)                                                                     \
	{                                                                                       \
		.create =                                                                       \
		    "{\"address\":\"a.text\",\"mode\":\"managed\",\"type\":\"a\",\"name\":"     \
		    "\"text\",\"change\":{\"actions\":[\"update\"],\"before\":{\"t\":\"" before \
		    "\"},\"after\":{\"t\":\"" after "\"}}}"                                     \
	}
#define PASSWORD "\\\"password\\\":\\\"hunter2-hunter2\\\""
	const struct {
		const char *label;
		bool same_without_key;
		struct leaf_plan with;
	} rows[] = {
	    {"one", true, TEXT("{}", "{" PASSWORD ",\\\"n\\\":1}")},
	    {"a null more", true, TEXT("{}", "{" PASSWORD ",\\\"n\\\":1,\\\"x\\\":null}")},
	    {"a number spelt otherwise", true, TEXT("{}", "{" PASSWORD ",\\\"n\\\":1.0}")},
	    {"keys in another order", true, TEXT("{}", "{\\\"n\\\":1," PASSWORD "}")},
	    {"white space", true, TEXT("{}", "{" PASSWORD ",\\\"n\\\": 1}")},
	    {"an escape", true, TEXT("{}", "{" PASSWORD ",\\\"\\\\u006e\\\":1}")},
	    {"white space of what was there", true, TEXT("{ }", "{" PASSWORD ",\\\"n\\\":1}")},
	    {"another number", false, TEXT("{}", "{" PASSWORD ",\\\"n\\\":2}")},
	};
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct str all[ARRAY_LEN(rows)], plain[ARRAY_LEN(rows)];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		all[i] = leaf_plan_fingerprint(arena, rows[i].label, &rows[i].with, "k").text;
		plain[i] = leaf_plan_fingerprint(arena, rows[i].label, &rows[i].with, "").text;
		if (str_eq(plain[i], plain[0]) != rows[i].same_without_key)
			fail_msg("'%s' without a key", rows[i].label);
		for (size_t j = 0; j < i; j++) {
			if (str_eq(all[i], all[j]))
				fail_msg(
				    "'%s' and '%s' are the same", rows[j].label, rows[i].label);
		}
	}
}

/* What is not shown enters by its bytes, in whatever it is wrapped. */
static void test_bytes_of_what_is_hidden(void **state)
{
#define HIDDEN(after)                                                                            \
	{                                                                                        \
		.create =                                                                        \
		    "{\"address\":\"a.text\",\"mode\":\"managed\",\"type\":\"a\",\"name\":"      \
		    "\"text\","                                                                  \
		    "\"change\":{\"actions\":[\"create\"],\"before\":null,\"after\":" after "}}" \
	}
	/* base64 of {"password":"hunter2-hunter2","n":1}, and with a blank behind the colon */
#define BASE64_TIGHT "eyJwYXNzd29yZCI6Imh1bnRlcjItaHVudGVyMiIsIm4iOjF9"
#define BASE64_LOOSE "eyJwYXNzd29yZCI6Imh1bnRlcjItaHVudGVyMiIsIm4iOiAxfQ=="
	const struct {
		const char *label;
		struct leaf_plan with;
	} rows[] = {
	    {"base64", HIDDEN("{\"t\":\"" BASE64_TIGHT "\"}")},
	    {"base64 of other bytes that say the same", HIDDEN("{\"t\":\"" BASE64_LOOSE "\"}")},
	    {"with a line feed", HIDDEN("{\"t\":\"" BASE64_TIGHT "\\n\"}")},
	    {"under a name", HIDDEN("{\"password\":\"hunter2-hunter2\"}")},
	    {"in upper case", HIDDEN("{\"password\":\"Hunter2-hunter2\"}")},
	    {"with a blank", HIDDEN("{\"password\":\"hunter2-hunter2 \"}")},
	    {"as a map", HIDDEN("{\"password\":{\"hunter2-hunter2\":null}}")},
	};
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct str all[ARRAY_LEN(rows)];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		all[i] = leaf_plan_fingerprint(arena, rows[i].label, &rows[i].with, "k").text;
		for (size_t j = 0; j < i; j++) {
			if (str_eq(all[i], all[j]))
				fail_msg(
				    "'%s' and '%s' are the same", rows[j].label, rows[i].label);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_secrets_need_the_key),
	    cmocka_unit_test(test_unmarked_secrets),
	    cmocka_unit_test(test_unmarked_secret_that_moved),
	    cmocka_unit_test(test_unmarked_secret_over_the_budget),
	    cmocka_unit_test(test_secret_inside_of_json_text),
	    cmocka_unit_test(test_bytes_of_json_text_with_a_secret),
	    cmocka_unit_test(test_bytes_of_what_is_hidden),
	};

	return cmocka_run_group_tests_name("report/plan_leaves_secrets", tests, NULL, NULL);
}

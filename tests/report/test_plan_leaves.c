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
#include "report/outcome.h"

/* A plan whose parts can be replaced one by one; NULL: as it is. */
struct sketch {
	const char *head, *update, *create, *drop, *noop, *outputs, *rest;
};

static const struct sketch base = {
    .head = "\"format_version\":\"1.2\",\"terraform_version\":\"1.11.4\",\"timestamp\":"
	    "\"2026-11-01T00:00:00Z\",\"applyable\":true",
    .update = "{\"address\":\"a.update\",\"mode\":\"managed\",\"type\":\"a\",\"name\":\"update\","
	      "\"change\":{\"actions\":[\"update\"],"
	      "\"before\":{\"n\":1,\"same\":\"s\",\"tags\":{\"x\":\"1\",\"y\":\"2\"},\"pw\":\"p1\","
	      "\"list\":[1,2,3],\"etag\":\"e\"},"
	      "\"after\":{\"n\":2,\"same\":\"s\",\"tags\":{\"x\":\"1\",\"y\":\"3\"},\"pw\":\"p2\","
	      "\"list\":[1,2,4]},"
	      "\"after_unknown\":{\"etag\":true},"
	      "\"before_sensitive\":{\"pw\":true},\"after_sensitive\":{\"pw\":true}}}",
    .create = "{\"address\":\"a.create\",\"mode\":\"managed\",\"type\":\"a\",\"name\":\"create\","
	      "\"change\":{\"actions\":[\"create\"],\"before\":null,\"after\":{\"k\":{\"v\":true}},"
	      "\"after_unknown\":{\"id\":true}}}",
    .drop = "{\"address\":\"a.drop\",\"mode\":\"managed\",\"type\":\"a\",\"name\":\"drop\","
	    "\"deposed\":\"d1\",\"change\":{\"actions\":[\"delete\"],\"before\":{\"x\":1},"
	    "\"after\":null}}",
    .noop = "{\"address\":\"a.noop\",\"mode\":\"managed\",\"type\":\"a\",\"name\":\"noop\","
	    "\"change\":{\"actions\":[\"no-op\"],\"before\":{\"z\":1},\"after\":{\"z\":1}}}",
    .outputs = "\"o\":{\"actions\":[\"create\"],\"before\":null,\"after\":\"v\"}",
    .rest = "",
};

static const char *pick(const char *one, const char *other)
{
	return one ? one : other;
}

static struct str plan_text(struct arena *arena, const struct sketch *with)
{
	return str_format(arena,
	    "{%s,\"resource_changes\":[%s,%s,%s,%s],\"output_changes\":{%s}%s}",
	    pick(with->head, base.head), pick(with->update, base.update),
	    pick(with->create, base.create), pick(with->drop, base.drop),
	    pick(with->noop, base.noop), pick(with->outputs, base.outputs),
	    pick(with->rest, base.rest));
}

static struct outcome *outcome_of(
    struct arena *arena, const char *label, struct str json, const char *key)
{
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct outcome *outcome = arena_make(arena, struct outcome);
	struct outcome_rules rules = {.fingerprint_key = str_from(key)};
	struct plan_options options = {0};
	struct err err = {0};
	struct plan *plan = NULL;
	struct input *input = input_from_str(arena, "plan.json", json);

	if (!plan_read(arena, input, &options, &plan, &err) ||
	    !outcome_add_plan(arena, scratch, plan, &rules, outcome, &err))
		fail_msg("%s: %s", label, err.text);
	return outcome;
}

static struct plan_fingerprint fingerprint(
    struct arena *arena, const char *label, const struct sketch *with, const char *key)
{
	return outcome_of(arena, label, plan_text(arena, with), key)->fingerprint;
}

/* --- what makes no difference --- */

#define UPDATE(before, after, rest)                                                                \
	"{\"address\":\"a.update\",\"mode\":\"managed\",\"type\":\"a\",\"name\":\"update\","       \
	"\"change\":{\"actions\":[\"update\"],\"before\":{" before "},\"after\":{" after "}," rest \
	"\"before_sensitive\":{\"pw\":true},\"after_sensitive\":{\"pw\":true}}}"
#define BEFORE                                                                     \
	"\"n\":1,\"same\":\"s\",\"tags\":{\"x\":\"1\",\"y\":\"2\"},\"pw\":\"p1\"," \
	"\"list\":[1,2,3],\"etag\":\"e\""
#define AFTER \
	"\"n\":2,\"same\":\"s\",\"tags\":{\"x\":\"1\",\"y\":\"3\"},\"pw\":\"p2\",\"list\":[1,2,4]"
#define UNKNOWN "\"after_unknown\":{\"etag\":true},"
#define MARKS(before, after)                                                                 \
	"{\"address\":\"a.update\",\"mode\":\"managed\",\"type\":\"a\",\"name\":\"update\"," \
	"\"change\":{\"actions\":[\"update\"],\"before\":{" BEFORE "},\"after\":{" AFTER     \
	"}," UNKNOWN "\"before_sensitive\":{" before "},\"after_sensitive\":{" after "}}}"

static void test_what_makes_no_difference(void **state)
{
	const struct { /* rows of the sketch above are no constants to clang */
		const char *label;
		struct sketch with;
	} rows[] = {
	    {"the same", {0}},
	    {"another version and time",
		{.head = "\"format_version\":\"1.3\",\"terraform_version\":\"1.15.0\","
			 "\"timestamp\":\"2027-01-01T00:00:00Z\",\"applyable\":true,"
			 "\"complete\":true"}},
	    {"resources in another order", {.update = base.drop, .drop = base.update}},
	    {"keys in another order",
		{.update = UPDATE("\"list\":[1,2,3],\"pw\":\"p1\",\"etag\":\"e\",\"tags\":{\"y\":"
				  "\"2\",\"x\":\"1\"},\"same\":\"s\",\"n\":1",
		     AFTER, UNKNOWN)}},
	    {"numbers spelt otherwise",
		{.update = UPDATE("\"n\":1.0,\"same\":\"s\",\"tags\":{\"x\":\"1\",\"y\":\"2\"},"
				  "\"pw\":\"p1\",\"list\":[1,2,30e-1],\"etag\":\"e\"",
		     "\"n\":0.2e1,\"same\":\"s\",\"tags\":{\"x\":\"1\",\"y\":\"3\"},\"pw\":\"p2\","
		     "\"list\":[1e0,2,4]",
		     UNKNOWN)}},
	    {"text with escapes",
		{.update =
			UPDATE("\"n\":1,\"\\u0073ame\":\"\\u0073\",\"tags\":{\"x\":\"1\",\"y\":"
			       "\"\\u0032\"},\"pw\":\"p\\u0031\",\"list\":[1,2,3],\"etag\":\"e\"",
			    AFTER, UNKNOWN)}},
	    {"what stays the same differs in both plans",
		{.update = UPDATE(
		     "\"n\":1,\"same\":\"other\",\"tags\":{\"x\":\"9\",\"y\":\"2\"},"
		     "\"pw\":\"p1\",\"list\":[7,2,3],\"etag\":\"e\",\"more\":{\"a\":[]}",
		     "\"n\":2,\"same\":\"other\",\"tags\":{\"x\":\"9\",\"y\":\"3\"},\"pw\":\"p2\","
		     "\"list\":[7,2,4],\"more\":{\"a\":[]}",
		     UNKNOWN)}},
	    {"attributes that are null",
		{.update = UPDATE(BEFORE ",\"new\":null", AFTER ",\"other\":null", UNKNOWN)}},
	    {"marks of what is null or not there",
		{.update = MARKS("\"pw\":true", "\"pw\":true,\"new\":true")}},
	    {"on the other side", {.update = MARKS("\"pw\":true,\"tags\":{\"z\":true}",
				       "\"pw\":true,\"etag\":false")}},
	    {"what stays the same is marked on both sides",
		{.update = MARKS("\"pw\":true,\"same\":true,\"tags\":{\"x\":true}",
		     "\"pw\":true,\"same\":true,\"tags\":{\"x\":true}")}},
	    {"blank trees",
		{.update = UPDATE(BEFORE, AFTER,
		     "\"after_unknown\":{\"etag\":true,\"tags\":{},\"list\":[false,false]},")}},
	    {"a reason, replace_paths and a provider",
		{.drop = "{\"address\":\"a.drop\",\"mode\":\"managed\",\"type\":\"a\",\"name\":"
			 "\"drop\",\"provider_name\":\"registry.opentofu.org/x/a\",\"deposed\":"
			 "\"d1\",\"action_reason\":\"delete_because_no_resource_config\","
			 "\"change\":{\"actions\":[\"delete\"],\"before\":{\"x\":1},\"after\":"
			 "null,\"replace_paths\":[[\"x\"]]}}"}},
	    {"other resources that do not change",
		{.noop = "{\"address\":\"a.noop2\",\"mode\":\"managed\",\"type\":\"a\",\"name\":"
			 "\"noop2\",\"change\":{\"actions\":[\"no-op\"],\"before\":{\"z\":2},"
			 "\"after\":{\"z\":2}}},{\"address\":\"data.a.read\",\"mode\":\"data\","
			 "\"type\":\"a\",\"name\":\"read\",\"change\":{\"actions\":[\"read\"],"
			 "\"before\":null,\"after\":{},\"after_unknown\":{\"id\":true}}}"}},
	    {"what a refresh found",
		{.rest = ",\"resource_drift\":[{\"address\":\"a.noop\",\"mode\":\"managed\","
			 "\"type\":\"a\",\"name\":\"noop\",\"change\":{\"actions\":[\"update\"],"
			 "\"before\":{\"z\":0},\"after\":{\"z\":1}}}]"}},
	    {"checks, relevant attributes, prior state",
		{.rest =
			",\"checks\":[{\"address\":{\"kind\":\"check\",\"to_display\":\"check.c\"},"
			"\"status\":\"fail\",\"instances\":[]}],\"relevant_attributes\":[],"
			"\"prior_state\":{\"values\":{}}"}},
	    {"an output that stays the same",
		{.outputs = "\"p\":{\"actions\":[\"no-op\"],\"before\":1,\"after\":1},"
			    "\"o\":{\"actions\":[\"create\"],\"before\":null,\"after\":\"v\"}"}},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct plan_fingerprint want = fingerprint(arena, "base", &base, "k");
		struct plan_fingerprint got = fingerprint(arena, rows[i].label, &rows[i].with, "k");

		assert_true(plan_fingerprint_is_one(want.text));
		if (!str_eq(want.text, got.text))
			print_error("%s: another fingerprint\n", rows[i].label);
		assert_true(str_eq(want.text, got.text));
		assert_int_equal(want.count, 4);
		assert_int_equal(want.hidden_keyed, 1);
		assert_int_equal(want.hidden_left_out, 0);
	}
}

/* --- what makes a difference --- */

#define DROP(address, deposed, head, actions, before, after)                                  \
	"{\"address\":\"" address "\",\"mode\":\"managed\",\"type\":\"a\",\"name\":\"drop\"," \
	"\"deposed\":\"" deposed "\"," head "\"change\":{\"actions\":" actions                \
	",\"before\":" before ",\"after\":" after "}}"

static void test_what_makes_a_difference(void **state)
{
	const struct { /* rows of the sketch above are no constants to clang */
		const char *label;
		struct sketch with;
	} rows[] = {
	    {"base", {0}},
	    {"a change is missing", {.drop = base.noop}},
	    {"a change stands twice", {.noop = base.drop}},
	    {"another address",
		{.drop = DROP("a.drop2", "d1", "", "[\"delete\"]", "{\"x\":1}", "null")}},
	    {"another deposed object",
		{.drop = DROP("a.drop", "d2", "", "[\"delete\"]", "{\"x\":1}", "null")}},
	    {"the current object",
		{.drop = DROP("a.drop", "", "", "[\"delete\"]", "{\"x\":1}", "null")}},
	    {"forget", {.drop = DROP("a.drop", "d1", "", "[\"forget\"]", "{\"x\":1}", "null")}},
	    {"an action nobody knows",
		{.drop = DROP("a.drop", "d1", "", "[\"burn\"]", "{\"x\":1}", "null")}},
	    {"another one", {.drop = DROP("a.drop", "d1", "", "[\"bury\"]", "{\"x\":1}", "null")}},
	    {"replace", {.drop = DROP("a.drop", "d1", "", "[\"delete\",\"create\"]", "{\"x\":1}",
			     "{\"x\":2}")}},
	    {"replace the other way round",
		{.drop = DROP(
		     "a.drop", "d1", "", "[\"create\",\"delete\"]", "{\"x\":1}", "{\"x\":2}")}},
	    {"what is deleted",
		{.drop = DROP("a.drop", "d1", "", "[\"delete\"]", "{\"x\":2}", "null")}},
	    {"a number as text",
		{.drop = DROP("a.drop", "d1", "", "[\"delete\"]", "{\"x\":\"1\"}", "null")}},
	    {"false", {.drop = DROP("a.drop", "d1", "", "[\"delete\"]", "{\"x\":false}", "null")}},
	    {"an empty map",
		{.drop = DROP("a.drop", "d1", "", "[\"delete\"]", "{\"x\":{}}", "null")}},
	    {"an empty list",
		{.drop = DROP("a.drop", "d1", "", "[\"delete\"]", "{\"x\":[]}", "null")}},
	    {"a list of null",
		{.drop = DROP("a.drop", "d1", "", "[\"delete\"]", "{\"x\":[null]}", "null")}},
	    {"a list of two nulls",
		{.drop = DROP("a.drop", "d1", "", "[\"delete\"]", "{\"x\":[null,null]}", "null")}},
	    {"a map of a map",
		{.drop = DROP("a.drop", "d1", "", "[\"delete\"]", "{\"x\":{\"y\":1}}", "null")}},
	    {"its key with a dot",
		{.drop = DROP("a.drop", "d1", "", "[\"delete\"]", "{\"x.y\":1}", "null")}},
	    {"a list of a number",
		{.drop = DROP("a.drop", "d1", "", "[\"delete\"]", "{\"x\":[1]}", "null")}},
	    {"a key that is a number",
		{.drop = DROP("a.drop", "d1", "", "[\"delete\"]", "{\"x\":{\"0\":1}}", "null")}},
	    {"more digits than a double has", {.drop = DROP("a.drop", "d1", "", "[\"delete\"]",
						   "{\"x\":1.00000000000000000001}", "null")}},
	    {"nothing at all", {.drop = DROP("a.drop", "d1", "", "[\"delete\"]", "null", "null")}},
	    {"moved", {.drop = DROP("a.drop", "d1", "\"previous_address\":\"a.old\",",
			   "[\"delete\"]", "{\"x\":1}", "null")}},
	    {"moved from elsewhere",
		{.drop = DROP("a.drop", "d1", "\"previous_address\":\"a.older\",", "[\"delete\"]",
		     "{\"x\":1}", "null")}},
	    {"imported",
		{.drop = "{\"address\":\"a.drop\",\"mode\":\"managed\",\"type\":\"a\",\"name\":"
			 "\"drop\",\"change\":{\"actions\":[\"no-op\"],\"before\":{},\"after\":{},"
			 "\"importing\":{\"id\":\"i-1\"}}}"}},
	    {"imported from elsewhere",
		{.drop = "{\"address\":\"a.drop\",\"mode\":\"managed\",\"type\":\"a\",\"name\":"
			 "\"drop\",\"change\":{\"actions\":[\"no-op\"],\"before\":{},\"after\":{},"
			 "\"importing\":{\"id\":\"i-2\"}}}"}},
	    {"a nested value", {.update = UPDATE(BEFORE,
				    "\"n\":2,\"same\":\"s\",\"tags\":{\"x\":\"1\",\"y\":\"4\"},"
				    "\"pw\":\"p2\",\"list\":"
				    "[1,2,4]",
				    UNKNOWN)}},
	    {"an item of a list", {.update = UPDATE(BEFORE,
				       "\"n\":2,\"same\":\"s\",\"tags\":{\"x\":\"1\",\"y\":\"3\"},"
				       "\"pw\":\"p2\",\"list\":"
				       "[1,2,5]",
				       UNKNOWN)}},
	    {"the order of a list", {.update = UPDATE(BEFORE,
					 "\"n\":2,\"same\":\"s\",\"tags\":{\"x\":\"1\",\"y\":\"3\"}"
					 ",\"pw\":\"p2\",\"list\":"
					 "[1,4,2]",
					 UNKNOWN)}},
	    {"a longer list", {.update = UPDATE(BEFORE,
				   "\"n\":2,\"same\":\"s\",\"tags\":{\"x\":\"1\",\"y\":\"3\"},"
				   "\"pw\":\"p2\",\"list\":"
				   "[1,2,4,null]",
				   UNKNOWN)}},
	    {"one attribute more", {.update = UPDATE(BEFORE,
					"\"n\":2,\"same\":\"s2\",\"tags\":{\"x\":\"1\",\"y\":\"3\"}"
					",\"pw\":\"p2\",\"list\":"
					"[1,2,4]",
					UNKNOWN)}},
	    {"what was there before",
		{.update =
			UPDATE("\"n\":0,\"same\":\"s\",\"tags\":{\"x\":\"1\",\"y\":\"2\"},\"pw\":"
			       "\"p1\",\"list\":[1,2,3],\"etag\":\"e\"",
			    AFTER, UNKNOWN)}},
	    {"known instead of unknown",
		{.update = UPDATE(BEFORE, AFTER ",\"etag\":\"f\"", "\"after_unknown\":{},")}},
	    {"gone instead of unknown", {.update = UPDATE(BEFORE, AFTER, "\"after_unknown\":{},")}},
	    {"unknown instead of known", {.update = UPDATE(BEFORE,
					      "\"same\":\"s\",\"tags\":{\"x\":\"1\",\"y\":\"3\"},"
					      "\"pw\":\"p2\",\"list\":[1,2,4]",
					      "\"after_unknown\":{\"etag\":true,\"n\":true},")}},
	    {"another secret", {.update = UPDATE(BEFORE,
				    "\"n\":2,\"same\":\"s\",\"tags\":{\"x\":\"1\",\"y\":\"3\"},"
				    "\"pw\":\"p3\",\"list\":"
				    "[1,2,4]",
				    UNKNOWN)}},
	    {"a secret that stays", {.update = UPDATE(BEFORE,
					 "\"n\":2,\"same\":\"s\",\"tags\":{\"x\":\"1\",\"y\":\"3\"}"
					 ",\"pw\":\"p1\",\"list\":"
					 "[1,2,4]",
					 UNKNOWN)}},
	    {"a value that becomes sensitive",
		{.update = MARKS("\"pw\":true", "\"pw\":true,\"same\":true")}},
	    {"a value that is sensitive no more",
		{.update = MARKS("\"pw\":true,\"same\":true", "\"pw\":true")}},
	    {"in a map", {.update = MARKS("\"pw\":true", "\"pw\":true,\"tags\":{\"x\":true}")}},
	    {"in a list", {.update = MARKS("\"pw\":true", "\"pw\":true,\"list\":[true]")}},
	    {"another item of it",
		{.update = MARKS("\"pw\":true", "\"pw\":true,\"list\":[false,true]")}},
	    {"one item instead of another", {.update = MARKS("\"pw\":true,\"list\":[true]",
						 "\"pw\":true,\"list\":[false,true]")}},
	    {"all of a map instead of a part", {.update = MARKS("\"pw\":true,\"tags\":{\"x\":true}",
						    "\"pw\":true,\"tags\":true")}},
	    {"a part of a map instead of all", {.update = MARKS("\"pw\":true,\"tags\":true",
						    "\"pw\":true,\"tags\":{\"x\":true}")}},
	    {"another part of it", {.update = MARKS("\"pw\":true,\"tags\":true",
					"\"pw\":true,\"tags\":{\"y\":true}")}},
	    {"a secret that becomes public with another value",
		{.update = MARKS("\"pw\":true", "")}},
	    {"an output's value",
		{.outputs = "\"o\":{\"actions\":[\"create\"],\"before\":null,\"after\":\"w\"}"}},
	    {"an output's name",
		{.outputs = "\"p\":{\"actions\":[\"create\"],\"before\":null,\"after\":\"v\"}"}},
	    {"an output is sensitive",
		{.outputs = "\"o\":{\"actions\":[\"create\"],\"before\":null,\"after\":\"v\","
			    "\"after_sensitive\":true}"}},
	    {"no outputs", {.outputs = ""}},
	    {"something deferred",
		{.rest = ",\"deferred_changes\":[{\"reason\":\"provider_config_unknown\","
			 "\"resource_change\":{\"address\":\"a.later\",\"mode\":\"managed\","
			 "\"type\":"
			 "\"a\",\"name\":\"later\",\"change\":{\"actions\":[\"create\"],\"before\":"
			 "null,\"after\":{}}}}]"}},
	    {"an action",
		{.rest = ",\"action_invocations\":[{\"address\":\"action.b.c\",\"type\":\"b\","
			 "\"config_values\":{\"x\":1}}]"}},
	    {"another configuration of it",
		{.rest = ",\"action_invocations\":[{\"address\":\"action.b.c\",\"type\":\"b\","
			 "\"config_values\":{\"x\":2}}]"}},
	    {"another trigger",
		{.rest = ",\"action_invocations\":[{\"address\":\"action.b.c\",\"type\":\"b\","
			 "\"config_values\":{\"x\":1},\"lifecycle_action_trigger\":{"
			 "\"action_trigger_event\":\"AfterCreate\",\"triggering_resource_address\":"
			 "\"a.create\"}}]"}},
	    {"a deferred action", {.rest = ",\"deferred_action_invocations\":[{\"reason\":\"x\","
					   "\"action_invocation\":{"
					   "\"address\":\"action.b.c\",\"type\":\"b\",\"config_"
					   "values\":{\"x\":1}}}]"}},
	};
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct str all[ARRAY_LEN(rows)];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		all[i] = fingerprint(arena, rows[i].label, &rows[i].with, "k").text;
		for (size_t j = 0; j < i; j++) {
			if (str_eq(all[i], all[j]))
				print_error(
				    "'%s' and '%s' are the same\n", rows[j].label, rows[i].label);
			assert_false(str_eq(all[i], all[j]));
		}
	}
}

/* --- secrets --- */

static void test_secrets_need_the_key(void **state)
{
	static const struct sketch other = {.update = UPDATE(BEFORE,
						"\"n\":2,\"same\":\"s\",\"tags\":{\"x\":\"1\","
						"\"y\":\"3\"},\"pw\":\"p3\",\"list\":[1,2,4]",
						UNKNOWN)};
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct plan_fingerprint with = fingerprint(arena, "k", &base, "k");
	struct plan_fingerprint with_l = fingerprint(arena, "l", &base, "l");
	struct plan_fingerprint without = fingerprint(arena, "none", &base, "");

	(void)state;
	assert_int_equal(with.hidden_keyed, 1);
	assert_int_equal(without.hidden_keyed, 0);
	assert_int_equal(without.hidden_left_out, 1);
	assert_false(str_eq(with.text, with_l.text));
	assert_false(str_eq(with.text, without.text));
	/* without a key the value is not in it: nobody can search for it */
	assert_true(str_eq(without.text, fingerprint(arena, "p3", &other, "").text));
	assert_false(str_eq(with.text, fingerprint(arena, "p3", &other, "k").text));
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
	static const struct sketch first = {.update = MARKED, .create = CLEAR("correct-horse")};
	static const struct sketch last = {.update = CLEAR("correct-horse"), .create = MARKED};
	static const struct sketch plain = {.update = CLEAR("other-horse-1"), .create = MARKED};
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct plan_fingerprint a = fingerprint(arena, "first", &first, "");
	struct plan_fingerprint b = fingerprint(arena, "last", &last, "");
	struct plan_fingerprint keyed = fingerprint(arena, "keyed", &last, "k");
	struct plan_fingerprint c = fingerprint(arena, "plain", &plain, "");

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
	static const struct sketch one = {.update = MARKED, .create = LISTS("correct-horse")};
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct plan_fingerprint a = fingerprint(arena, "moved", &one, "");

	(void)state;
	assert_int_equal(a.hidden_left_out, 3);
}

/* A row whose values are over the budget shows none: what it holds is searched all the same. */
static void test_unmarked_secret_over_the_budget(void **state)
{
	const size_t items = OUTCOME_DIFF_BYTES / sizeof(struct value) + 1;
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct sketch large = {.update = MARKED};
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
	a = fingerprint(arena, "large", &large, "");
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
	static const struct sketch one = {.create = TASK("hunter2-hunter2", "1")};
	static const struct sketch cpu = {.create = TASK("hunter2-hunter2", "2")};
	static const struct sketch password = {.create = TASK("hunter3-hunter3", "1")};
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct plan_fingerprint a = fingerprint(arena, "one", &one, "");

	(void)state;
	assert_int_equal(a.hidden_left_out, 2);
	assert_false(str_eq(a.text, fingerprint(arena, "cpu", &cpu, "").text));
	assert_true(str_eq(a.text, fingerprint(arena, "password", &password, "").text));
	assert_false(str_eq(fingerprint(arena, "one", &one, "k").text,
	    fingerprint(arena, "password", &password, "k").text));
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
		struct sketch with;
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
		all[i] = fingerprint(arena, rows[i].label, &rows[i].with, "k").text;
		plain[i] = fingerprint(arena, rows[i].label, &rows[i].with, "").text;
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
		struct sketch with;
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
		all[i] = fingerprint(arena, rows[i].label, &rows[i].with, "k").text;
		for (size_t j = 0; j < i; j++) {
			if (str_eq(all[i], all[j]))
				fail_msg(
				    "'%s' and '%s' are the same", rows[j].label, rows[i].label);
		}
	}
}

/* Drift is in the fingerprint of a plan that lists no managed resource: of one in -refresh-only
 * mode. */
static void test_drift_of_a_refresh_only_plan(void **state)
{
#define DRIFT(head, resources, value)                                                             \
	"{\"format_version\":\"1.2\"," head "\"resource_changes\":[" resources "],"               \
	"\"resource_drift\":[{\"address\":\"a.b\",\"mode\":\"managed\",\"type\":\"a\",\"name\":"  \
	"\"b\",\"change\":{\"actions\":[\"update\"],\"before\":{\"z\":0},\"after\":{\"z\":" value \
	"}}}]}"
#define BOTH(head, resources) DRIFT(head, resources, "1"), DRIFT(head, resources, "2")
#define YES		      "\"applyable\":true,"
#define NO		      "\"applyable\":false,"
#define OUTPUT		      "\"output_changes\":{\"o\":{\"actions\":[\"update\"],\"before\":1,\"after\":2}},"
#define NOOP                                                                       \
	"{\"address\":\"a.b\",\"mode\":\"managed\",\"type\":\"a\",\"name\":\"b\"," \
	"\"change\":{\"actions\":[\"no-op\"],\"before\":{\"z\":1},\"after\":{\"z\":1}}}"
#define READ                                                                         \
	"{\"address\":\"data.a.r\",\"mode\":\"data\",\"type\":\"a\",\"name\":\"r\"," \
	"\"change\":{\"actions\":[\"read\"],\"before\":null,\"after\":{}}}"
#define CREATE                                                                     \
	"{\"address\":\"a.c\",\"mode\":\"managed\",\"type\":\"a\",\"name\":\"c\"," \
	"\"change\":{\"actions\":[\"create\"],\"before\":null,\"after\":{}}}"
	static const struct {
		const char *label, *one, *two;
		size_t count;
		bool has_drift, refresh_only;
	} rows[] = {
	    {"drift alone", BOTH(YES, ""), 1, true, true},
	    {"with an output", BOTH(YES OUTPUT, ""), 2, true, true},
	    {"with an output and a data source", BOTH(YES OUTPUT, READ), 2, true, true},
	    {"resources that stay, and nothing else", BOTH(YES, NOOP), 1, true, true},
	    {"an output beside resources that stay", BOTH(YES OUTPUT, NOOP), 1, false, false},
	    {"a create", BOTH(YES, CREATE), 1, false, false},
	    {"nothing to apply", BOTH(NO, ""), 0, false, false},
	    {"nobody says whether it can be applied", BOTH("", ""), 1, true, false},
	    {"the same with an output", BOTH(OUTPUT, ""), 2, true, false},
	    {"the same beside resources that stay", BOTH(OUTPUT, NOOP), 1, false, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct outcome *one = outcome_of(arena, rows[i].label, str_from(rows[i].one), "");
		struct outcome *two = outcome_of(arena, rows[i].label, str_from(rows[i].two), "");

		if (one->fingerprint.count != rows[i].count ||
		    one->refresh_only != rows[i].refresh_only ||
		    (one->drift[0].leaf != NULL) != rows[i].has_drift ||
		    str_eq(one->fingerprint.text, two->fingerprint.text) == rows[i].has_drift)
			fail_msg("%s: %zu leaves", rows[i].label, one->fingerprint.count);
		assert_true(plan_fingerprint_is_one(one->fingerprint.text));
	}
}

static void test_text_has_none(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct outcome *outcome = outcome_of(arena, "text",
	    STR("Terraform will perform the following actions:\n\n  # a.b will be created\n"
		"  + resource \"a\" \"b\" {\n    }\n\nPlan: 1 to add, 0 to change, 0 to "
		"destroy.\n"),
	    "");

	(void)state;
	assert_int_equal(outcome->change_count, 1);
	assert_int_equal(outcome->fingerprint.text.len, 0);
	assert_null(outcome->changes[0].leaf);
}

/* --- leaves --- */

static void test_leaf_text(void **state)
{
	static const char *const bad[] = {"", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA+",
	    "AAAAAAAAAAAAAAA\nAAAAAAAAAAAAAAAA"};
	struct change_leaf leaf, back;
	char text[LEAF_TEXT_LEN];

	(void)state;
	for (size_t i = 0; i < sizeof(leaf); i++)
		((uint8_t *)&leaf)[i] = (uint8_t)(i * 37 + 5);
	leaf_letters(&leaf, text);
	assert_true(leaf_from_text((struct str){text, sizeof(text)}, &back));
	assert_int_equal(leaf_cmp(&leaf, &back), 0);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(leaf_from_text(str_from(bad[i]), &back));
}

static void test_form_of_a_fingerprint(void **state)
{
	static const struct {
		const char *text;
		bool is;
	} rows[] = {
	    {"pf1:AAAAAAAAAAAAAAAAAAAAAA", true},
	    {"pf1:abc-_0123456789ABCDEFG", true},
	    {"pf1:AAAAAAAAAAAAAAAAAAAAA", false},
	    {"pf1:AAAAAAAAAAAAAAAAAAAAAAA", false},
	    {"pf2:AAAAAAAAAAAAAAAAAAAAAA", false},
	    {"pf1:AAAAAAAAAAAAAAAAAAAAA/", false},
	    {"", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(plan_fingerprint_is_one(str_from(rows[i].text)), rows[i].is);
}

/* --- two threads --- */

#define LONG_PLAN 12000

static struct str long_plan(struct arena *arena)
{
	struct buf text;

	buf_init(&text, arena, (size_t)32 << 20);
	buf_adds(&text, "{\"format_version\":\"1.2\",\"resource_changes\":[");
	for (int i = 0; i < LONG_PLAN; i++)
		buf_addf(&text,
		    "%s{\"address\":\"a.b[%d]\",\"mode\":\"managed\",\"type\":\"a\",\"name\":\"b\","
		    "\"index\":%d,\"change\":{\"actions\":[\"update\"],\"before\":{\"n\":%d,"
		    "\"same\":\"the same text on both sides\",\"pw\":\"secret-%d\"},\"after\":{"
		    "\"n\":%d,\"same\":\"the same text on both sides\",\"pw\":\"other-%d\"},"
		    "\"before_sensitive\":{\"pw\":true},\"after_sensitive\":{\"pw\":true}}}",
		    i > 0 ? "," : "", i, i, i, i, i + 1, i);
	buf_adds(&text, "]}");
	return buf_str(&text);
}

struct one_by_one {
	struct arena *arena;
	struct leaf_maker maker;
	const struct outcome *outcome;
	size_t seen;
};

/* A change_visitor: the leaf of the row is the one that is made alone. */
static bool compare_leaf(void *context, const struct change *change, struct err *err)
{
	struct one_by_one *one = context;
	const struct outcome_change *row = &one->outcome->changes[one->seen++];
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct shown_change shown;
	struct change_leaf leaf;

	if (!redact_change(scratch, NULL, change, &shown, err) ||
	    !leaf_make(&one->maker, scratch, LEAF_RESOURCE, change, &shown, &leaf, err))
		return false;
	assert_true(str_eq(row->head.address, change->head.address));
	assert_int_equal(leaf_cmp(&leaf, row->leaf), 0);
	return true;
}

static void test_leaves_of_two_threads(void **state)
{
	static const char *const keys[] = {"", "key"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
		struct str text = long_plan(arena);
		struct input *input = input_from_str(arena, "plan.json", text);
		struct one_by_one one = {.arena = arena};
		struct plan *plan = NULL;
		struct err err = {0};

		one.outcome = outcome_of(arena, "long", text, keys[i]);
		leaf_maker_open(&one.maker, str_from(keys[i]));
		assert_int_equal(one.outcome->change_count, LONG_PLAN);
		assert_true(plan_read_json(arena, input, NULL, &plan, &err));
		assert_true(plan_visit(plan, (struct plan_selection){CHANGES_RESOURCE, VISIT_ALL},
		    scratch, compare_leaf, &one, &err));
		assert_int_equal(one.maker.hidden_keyed, one.outcome->fingerprint.hidden_keyed);
		assert_int_equal(
		    one.maker.hidden_left_out, one.outcome->fingerprint.hidden_left_out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_what_makes_no_difference),
	    cmocka_unit_test(test_what_makes_a_difference),
	    cmocka_unit_test(test_secrets_need_the_key),
	    cmocka_unit_test(test_unmarked_secrets),
	    cmocka_unit_test(test_unmarked_secret_that_moved),
	    cmocka_unit_test(test_unmarked_secret_over_the_budget),
	    cmocka_unit_test(test_secret_inside_of_json_text),
	    cmocka_unit_test(test_bytes_of_json_text_with_a_secret),
	    cmocka_unit_test(test_bytes_of_what_is_hidden),
	    cmocka_unit_test(test_drift_of_a_refresh_only_plan),
	    cmocka_unit_test(test_text_has_none),
	    cmocka_unit_test(test_leaf_text),
	    cmocka_unit_test(test_form_of_a_fingerprint),
	    cmocka_unit_test(test_leaves_of_two_threads),
	};

	return cmocka_run_group_tests_name("report/plan_leaves", tests, NULL, NULL);
}

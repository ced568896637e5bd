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
#include "tests/support/leaf_plan.h"

/* --- what makes no difference --- */

static void test_what_makes_no_difference(void **state)
{
	const struct { /* rows of the sketch above are no constants to clang */
		const char *label;
		struct leaf_plan with;
	} rows[] = {
	    {"the same", {0}},
	    {"another version and time",
		{.head = "\"format_version\":\"1.3\",\"terraform_version\":\"1.15.0\","
			 "\"timestamp\":\"2027-01-01T00:00:00Z\",\"applyable\":true,"
			 "\"complete\":true"}},
	    {"resources in another order",
		{.update = leaf_plan_base.drop, .drop = leaf_plan_base.update}},
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
		struct plan_fingerprint want =
		    leaf_plan_fingerprint(arena, "base", &leaf_plan_base, "k");
		struct plan_fingerprint got =
		    leaf_plan_fingerprint(arena, rows[i].label, &rows[i].with, "k");

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

#define IMPORT(importing)                                                                          \
	"{\"address\":\"a.drop\",\"mode\":\"managed\",\"type\":\"a\",\"name\":\"drop\","           \
	"\"change\":{\"actions\":[\"no-op\"],\"before\":{},\"after\":{},\"importing\":{" importing \
	"}}}"

static void test_what_makes_a_difference(void **state)
{
	const struct { /* rows of the sketch above are no constants to clang */
		const char *label;
		struct leaf_plan with;
	} rows[] = {
	    {"base", {0}},
	    {"a change is missing", {.drop = leaf_plan_base.noop}},
	    {"a change stands twice", {.noop = leaf_plan_base.drop}},
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
	    {"imported", {.drop = IMPORT("\"id\":\"i-1\"")}},
	    {"imported from elsewhere", {.drop = IMPORT("\"id\":\"i-2\"")}},
	    {"what is imported is not known", {.drop = IMPORT("\"unknown\":true")}},
	    {"an id that may be another", {.drop = IMPORT("\"id\":\"i-1\",\"unknown\":true")}},
	    {"imported by identity", {.drop = IMPORT("\"identity\":{\"id\":\"i-1\"}")}},
	    {"an id that looks like one", {.drop = IMPORT("\"id\":\"id=i-1\"")}},
	    {"a number in the identity", {.drop = IMPORT("\"identity\":{\"id\":1}")}},
	    {"its text", {.drop = IMPORT("\"identity\":{\"id\":\"1\"}")}},
	    {"two parts", {.drop = IMPORT("\"identity\":{\"a\":\"x\",\"b\":\"y\"}")}},
	    {"one part that looks like two", {.drop = IMPORT("\"identity\":{\"a\":\"x, b=y\"}")}},
	    {"both", {.drop = IMPORT("\"id\":\"i-1\",\"identity\":{\"a\":\"x\"}")}},
	    {"both, another identity",
		{.drop = IMPORT("\"id\":\"i-1\",\"identity\":{\"a\":\"y\"}")}},
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
	    {"another block of triggers",
		{.rest = ",\"action_invocations\":[{\"address\":\"action.b.c\",\"type\":\"b\","
			 "\"config_values\":{\"x\":1},\"lifecycle_action_trigger\":{"
			 "\"action_trigger_event\":\"AfterCreate\",\"triggering_resource_address\":"
			 "\"a.create\",\"action_trigger_block_index\":1}}]"}},
	    {"another place in its list",
		{.rest = ",\"action_invocations\":[{\"address\":\"action.b.c\",\"type\":\"b\","
			 "\"config_values\":{\"x\":1},\"lifecycle_action_trigger\":{"
			 "\"action_trigger_event\":\"AfterCreate\",\"triggering_resource_address\":"
			 "\"a.create\",\"actions_list_index\":1}}]"}},
	    {"a deferred action", {.rest = ",\"deferred_action_invocations\":[{\"reason\":\"x\","
					   "\"action_invocation\":{"
					   "\"address\":\"action.b.c\",\"type\":\"b\",\"config_"
					   "values\":{\"x\":1}}}]"}},
	};
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct str all[ARRAY_LEN(rows)];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		all[i] = leaf_plan_fingerprint(arena, rows[i].label, &rows[i].with, "k").text;
		for (size_t j = 0; j < i; j++) {
			if (str_eq(all[i], all[j]))
				print_error(
				    "'%s' and '%s' are the same\n", rows[j].label, rows[i].label);
			assert_false(str_eq(all[i], all[j]));
		}
	}
}

static void test_same_identity_otherwise_written(void **state)
{
	static const char *const same[] = {
	    IMPORT("\"identity\":{\"a\":\"x\",\"b\":1}"),
	    IMPORT("\"identity\":{\"b\":1.0,\"a\":\"x\"}"),
	    IMPORT("\"identity\":{\"b\":1,\"c\":null,\"a\":\"x\"},\"id\":\"\",\"unknown\":false"),
	};
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct str texts[ARRAY_LEN(same)];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(same); i++) {
		const struct leaf_plan with = {.drop = same[i]};

		texts[i] = leaf_plan_fingerprint(arena, same[i], &with, "k").text;
		if (!str_eq(texts[i], texts[0]))
			print_error("'%s' has another fingerprint\n", same[i]);
		assert_true(str_eq(texts[i], texts[0]));
	}
}

/* --- secrets --- */

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
		struct outcome *one =
		    leaf_plan_outcome(arena, rows[i].label, str_from(rows[i].one), "");
		struct outcome *two =
		    leaf_plan_outcome(arena, rows[i].label, str_from(rows[i].two), "");

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
	struct outcome *outcome = leaf_plan_outcome(arena, "text",
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

		one.outcome = leaf_plan_outcome(arena, "long", text, keys[i]);
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
	    cmocka_unit_test(test_same_identity_otherwise_written),
	    cmocka_unit_test(test_drift_of_a_refresh_only_plan),
	    cmocka_unit_test(test_text_has_none),
	    cmocka_unit_test(test_leaf_text),
	    cmocka_unit_test(test_form_of_a_fingerprint),
	    cmocka_unit_test(test_leaves_of_two_threads),
	};

	return cmocka_run_group_tests_name("report/plan_leaves", tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "policies/match.h"
#include "tests/support/verdict_world.h"

#define NAMES(...)                                                \
	((struct policy_names){(const struct str[]){__VA_ARGS__}, \
	    sizeof((const struct str[]){__VA_ARGS__}) / sizeof(struct str)})

static void test_wildcard(void **state)
{
	(void)state;
	static const struct {
		const char *pattern, *text;
		bool matches;
	} rows[] = {
	    {"", "", true},
	    {"", "a", false},
	    {"*", "", true},
	    {"*", "a.b[\"c\"]", true},
	    {"**", "x", true},
	    {"a*", "ab", true},
	    {"a*", "ba", false},
	    {"*b", "ab", true},
	    {"a*c*e", "abcde", true},
	    {"a*c*e", "abcd", false},
	    {"t.a[*]", "t.a[0]", true},
	    {"t.a[01]", "t.a[0]", false},
	    {"t.?", "t.a", false},
	    {"a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false},
	    {"*ab", "aab", true},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (match_wildcard(str_from(rows[i].pattern), str_from(rows[i].text)) !=
		    rows[i].matches)
			fail_msg("%s %s", rows[i].pattern, rows[i].text);
	}
}

static void test_names(void **state)
{
	(void)state;
	const struct {
		const char *name;
		struct policy_names patterns;
		const char *text;
		bool matches;
	} rows[] = {
	    {"none takes all", {0}, "x", true},
	    {"one of them", NAMES(STR("a"), STR("b")), "b", true},
	    {"none of them", NAMES(STR("a"), STR("b")), "c", false},
	    {"a glob", NAMES(STR("azurerm_*_server")), "azurerm_x_server", true},
	    {"excluded", NAMES(STR("aws_*"), STR("!aws_x")), "aws_x", false},
	    {"excluded in front", NAMES(STR("!aws_x"), STR("aws_*")), "aws_x", false},
	    {"not the one excluded", NAMES(STR("!aws_x"), STR("aws_*")), "aws_y", true},
	    {"exclusions only", NAMES(STR("!aws_*")), "google_x", true},
	    {"exclusions only, excluded", NAMES(STR("!aws_*")), "aws_x", false},
	    {"empty", NAMES(STR("aws_*")), "", false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (match_names(&rows[i].patterns, str_from(rows[i].text)) != rows[i].matches)
			fail_msg("%s", rows[i].name);
	}
}

/* Module addresses are matched without their keys. */
static void test_modules(void **state)
{
	(void)state;
	const struct {
		const char *name, *pattern, *module;
		bool matches;
	} rows[] = {
	    {"plain", "module.a", "module.a", true},
	    {"a number", "module.a", "module.a[0]", true},
	    {"a text", "module.a.module.b", "module.a[\"x\"].module.b[1]", true},
	    {"a bracket in a key", "module.a", "module.a[\"x]y\"]", true},
	    {"a quote in a key", "module.a.module.b", "module.a[\"x\\\"]y\"].module.b", true},
	    {"a key that looks like a module", "module.a", "module.a[\"].module.b[\"]", true},
	    {"a key without an end", "module.a", "module.a[\"x", true},
	    {"another", "module.a", "module.b", false},
	    {"below", "module.a", "module.a.module.b", false},
	    {"a glob", "module.*", "module.a[0].module.b", true},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct rule_match match = {.modules = NAMES(str_from(rows[i].pattern))};
		struct change change = {.head.module = str_from(rows[i].module)};

		change.head.address = change.head.provider = STR("x");
		if (match_change(&match, &change) != rows[i].matches)
			fail_msg("%s", rows[i].name);
	}
}

static void test_has(void **state)
{
	(void)state;
	struct arena *arena = arena_new();
	const struct {
		const char *name, *before, *after;
		bool has_values, matches;
	} rows[] = {
	    {"in after", "null", "{'tags': null}", true, true},
	    {"not there", "null", "{'x': 1}", true, false},
	    {"going away", "{'tags': 1}", "null", true, true},
	    {"only before, with an after", "{'tags': 1}", "{}", true, false},
	    {"nobody knows", "null", "null", false, true},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct rule_match match = {.has = NAMES(STR("tags"))};
		struct change change = {.has_values = rows[i].has_values,
		    .before = verdict_json(arena, rows[i].before),
		    .after = verdict_json(arena, rows[i].after)};

		change.head.address = change.head.provider = change.head.module = STR("x");
		if (match_change(&match, &change) != rows[i].matches)
			fail_msg("%s", rows[i].name);
	}
	arena_free(arena);
}

static void test_entries(void **state)
{
	(void)state;
	const struct {
		const char *name;
		struct rule_match match;
		struct change_entry entry;
		bool matches;
	} rows[] = {
	    {"create", {.actions = MATCH_CREATE}, {.action = ACTION_CREATE}, true},
	    {"not delete", {.actions = MATCH_DELETE}, {.action = ACTION_CREATE}, false},
	    {"import of what stays", {.actions = MATCH_IMPORT},
		{.action = ACTION_NOOP, .flags = ENTRY_IMPORTING}, true},
	    {"deposed", {.actions = MATCH_DELETE},
		{.action = ACTION_DELETE, .flags = ENTRY_DEPOSED}, false},
	    {"deposed, asked for", {.actions = MATCH_DELETE, .deposed = true},
		{.action = ACTION_DELETE, .flags = ENTRY_DEPOSED}, true},
	    {"data", {.actions = MATCH_READ}, {.action = ACTION_READ, .flags = ENTRY_DATA}, true},
	    {"data that does something strange", {.actions = MATCH_DELETE},
		{.action = ACTION_DELETE, .flags = ENTRY_DATA}, false},
	    {"the same, asked for", {.actions = MATCH_DELETE, .data = true},
		{.action = ACTION_DELETE, .flags = ENTRY_DATA}, true},
	    {"ephemeral", {.actions = MATCH_READ}, {.action = ACTION_OPEN, .flags = ENTRY_DATA},
		true},
	    {"of the future", {.actions = MATCH_FORGET}, {.action = ACTION_OTHER}, true},
	    {"of the future, no reader", {.actions = MATCH_READ | MATCH_NO_OP},
		{.action = ACTION_OTHER}, false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (match_entry(&rows[i].match, &rows[i].entry) != rows[i].matches)
			fail_msg("%s", rows[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_wildcard),
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_modules),
	    cmocka_unit_test(test_has),
	    cmocka_unit_test(test_entries),
	};

	return cmocka_run_group_tests_name("policies/match", tests, NULL, NULL);
}

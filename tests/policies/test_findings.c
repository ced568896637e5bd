#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "tests/support/verdict_world.h"

/* Levels, fates, what is unknown, pre-existing findings, limits, breaking the glass. */

struct row {
	const char *name;
	const struct source_row *rules;
	const char *plan;
	const char *text;
};

static unsigned run_row(const struct row *row, void (*prepare)(struct verdict_world *world))
{
	struct verdict_world world;
	unsigned wrong = 0;

	verdict_world_begin(&world, row->rules, NULL);
	if (prepare)
		prepare(&world);
	verdict_world_plan(&world, row->plan);
	verdict_world_judge(&world);
	verdict_check(&wrong, row->name, verdict_world_text(&world), row->text);
	verdict_world_end(&world);
	return wrong;
}

static void run_rows(
    const struct row *rows, size_t count, void (*prepare)(struct verdict_world *world))
{
	unsigned wrong = 0;

	for (size_t i = 0; i < count; i++)
		wrong += run_row(&rows[i], prepare);
	assert_int_equal(wrong, 0);
}

#define RULE(level, more) "rules:\n  - {id: r, level: " level ", " more "}\n"
#define BAD		  PLAN(CREATE("t", "a", "{'p': 1}"))
#define UNKNOWN		  PLAN(CREATE_UNKNOWN("t", "a", "{}", "{'p': true}"))
#define P_IS_1		  "forbid: resource.after.p == 1"

static void test_levels(void **state)
{
	(void)state;
	const struct row rows[] = {
	    {"info", POLICY(RULE("info", P_IS_1)), BAD, "info violation r t.a\n"},
	    {"warn", POLICY(RULE("warn", P_IS_1)), BAD, "warn violation r t.a\n"},
	    {"deny", POLICY(RULE("deny", P_IS_1)), BAD, "deny violation r t.a\n"},
	    {"not enforced yet", POLICY(RULE("deny", P_IS_1 ", enforce_from: 2026-11-23")), BAD,
		"warn violation r t.a (not yet enforced)\n"},
	    {"enforced from today on", POLICY(RULE("deny", P_IS_1 ", enforce_from: 2026-11-22")),
		BAD, "deny violation r t.a\n"},
	    {"an info rule is no warning before its day",
		POLICY(RULE("info", P_IS_1 ", enforce_from: 2027-01-01")), BAD,
		"info violation r t.a (not yet enforced)\n"},
	    {"errors too have the level of the rule",
		POLICY(RULE("warn", "forbid: resource.after.p.x == 1")), BAD,
		"warn error r t.a \"no such overload: 'x' of int; only maps have fields\"\n"},
	    {"an error is told once, with a count",
		POLICY(RULE("deny", "forbid: resource.after.q == 1")),
		PLAN(CREATE("t", "a", "{'q': 2}") "," CREATE("t", "b", "{}") "," CREATE(
		    "t", "c", "{}") "," CREATE("t", "d", "{}")),
		"deny error r t.b \"no such key: 'q'\" x3\n"},
	};

	run_rows(rows, sizeof(rows) / sizeof(rows[0]), NULL);
}

static void test_on_unknown(void **state)
{
	(void)state;
#define ON(level, more)	    POLICY(RULE(level, P_IS_1 more))
#define STRICT(level, more) POLICY("undecided: deny\n" RULE(level, P_IS_1 more))
	const struct row rows[] = {
	    {"default, info", ON("info", ""), UNKNOWN, "info undecided r t.a on after.p\n"},
	    {"default, warn", ON("warn", ""), UNKNOWN, "warn undecided r t.a on after.p\n"},
	    {"default, deny", ON("deny", ""), UNKNOWN, "warn undecided r t.a on after.p\n"},
	    {"directory, info", STRICT("info", ""), UNKNOWN, "info undecided r t.a on after.p\n"},
	    {"directory, warn", STRICT("warn", ""), UNKNOWN, "warn undecided r t.a on after.p\n"},
	    {"directory, deny", STRICT("deny", ""), UNKNOWN, "deny undecided r t.a on after.p\n"},
	    {"ignore", ON("deny", ", on_unknown: ignore"), UNKNOWN, ""},
	    {"info", ON("deny", ", on_unknown: info"), UNKNOWN,
		"info undecided r t.a on after.p\n"},
	    {"warn", STRICT("deny", ", on_unknown: warn"), UNKNOWN,
		"warn undecided r t.a on after.p\n"},
	    {"deny", ON("warn", ", on_unknown: deny"), UNKNOWN,
		"deny undecided r t.a on after.p\n"},
	};

	run_rows(rows, sizeof(rows) / sizeof(rows[0]), NULL);
}

static void be_strict(struct verdict_world *world)
{
	world->world.strict_unknown = true;
}

static void test_strict_unknown(void **state)
{
	(void)state;
	const struct row rows[] = {
	    {"deny", ON("deny", ""), UNKNOWN, "deny undecided r t.a on after.p\n"},
	    {"also where the rule ignores it", ON("deny", ", on_unknown: ignore"), UNKNOWN,
		"deny undecided r t.a on after.p\n"},
	    {"warn", ON("warn", ""), UNKNOWN, "warn undecided r t.a on after.p\n"},
	};

	run_rows(rows, sizeof(rows) / sizeof(rows[0]), be_strict);
}

static void break_the_glass(struct verdict_world *world)
{
	world->world.break_glass = STR("INC-1");
}

static void test_break_glass(void **state)
{
	(void)state;
	const struct row rows[] = {
	    {"a denial", POLICY(RULE("deny", P_IS_1)), BAD, "info violation r t.a (overridden)\n"},
	    {"a warning stays one", POLICY(RULE("warn", P_IS_1)), BAD, "warn violation r t.a\n"},
	    {"an error", POLICY(RULE("deny", "forbid: resource.after.q == 1")), BAD,
		"info error r t.a (overridden) \"no such key: 'q'\"\n"},
	};

	run_rows(rows, sizeof(rows) / sizeof(rows[0]), break_the_glass);
}

static void test_absorbed(void **state)
{
	(void)state;
	struct verdict_world world;

	verdict_world_begin(&world,
	    POLICY(RULE("deny", "forbid: 'resource.after.nope == 1 || resource.after.p == 1'")),
	    NULL);
	verdict_world_plan(&world, BAD);
	verdict_world_judge(&world);
	assert_int_equal(world.verdict.absorbed_count, 1);
	assert_true(str_is(world.verdict.absorbed[0].text, "no such key: 'nope'"));
	assert_true(str_is(world.verdict.absorbed[0].address, "t.a"));
	assert_int_equal(world.verdict.absorbed[0].place.line, 3);
	verdict_world_end(&world);
}

/* --- require_rules --- */

static void test_require_rules(void **state)
{
	(void)state;
	const struct {
		const char *name;
		const struct source_row *rules;
		bool denied;
	} rows[] = {
	    {"no rules, not required", POLICY("rules: []\n"), false},
	    {"no rules, required", POLICY("require_rules: true\n"), true},
	    {"none that matches",
		POLICY("require_rules: true\n" RULE("deny", "match: {types: [x]}, forbid: 'true'")),
		true},
	    {"one that passes", POLICY("require_rules: true\n" RULE("deny", "forbid: 'false'")),
		false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct verdict_world world;

		verdict_world_begin(&world, rows[i].rules, NULL);
		verdict_world_plan(&world, BAD);
		verdict_world_judge(&world);
		if (world.verdict.denied != rows[i].denied)
			fail_msg("%s", rows[i].name);
		verdict_world_end(&world);
	}
}

/* --- very many --- */

#define MANY 12000

static char *many_plan(struct arena *arena)
{
	static const char head[] = "{\"format_version\":\"1.2\",\"complete\":true,"
				   "\"resource_changes\":[";
	const size_t room = sizeof(head) + (size_t)MANY * 200;
	char *text = arena_alloc(arena, room);
	size_t len = (size_t)snprintf(text, room, "%s", head);

	for (int i = 0; i < MANY; i++)
		len += (size_t)snprintf(text + len, room - len,
		    "%s{\"address\":\"t.a[%d]\",\"mode\":\"managed\",\"type\":\"t\",\"name\":\"a\","
		    "\"change\":{\"actions\":[\"create\"],\"before\":null,\"after\":{\"p\":1}}}",
		    i > 0 ? "," : "", i);
	(void)snprintf(text + len, room - len, "]}");
	return text;
}

static void test_very_many(void **state)
{
	(void)state;
	struct arena *arena = arena_new();
	struct verdict_world world;
	const char *text = many_plan(arena);

	for (int glass = 0; glass < 2; glass++) {
		verdict_world_begin(
		    &world, POLICY(RULE("deny", P_IS_1 ", message: '${resource.address}'")), NULL);
		if (glass)
			break_the_glass(&world);
		world.plan = NULL;
		verdict_world_plan_text(&world, str_from(text));
		verdict_world_judge(&world);
		assert_int_equal(world.verdict.finding_count, FINDINGS_MAX);
		assert_int_equal(world.verdict.tallies[0].violated, MANY);
		assert_int_equal(world.verdict.counts[LEVEL_DENY], glass ? 0 : MANY);
		assert_int_equal(world.verdict.denied, !glass);
		verdict_world_end(&world);
	}
	arena_free(arena);
}

/* A thousand items of one resource, each a finding. */
static void test_many_items(void **state)
{
	(void)state;
	struct arena *arena = arena_new();
	struct verdict_world world;
	const size_t room = 40000;
	char *text = arena_alloc(arena, room);
	size_t len = 0;

	len += (size_t)snprintf(text, room,
	    "{\"format_version\":\"1.2\",\"complete\":true,\"resource_changes\":[{\"address\":"
	    "\"t.a\",\"mode\":\"managed\",\"type\":\"t\",\"name\":\"a\",\"change\":{\"actions\":"
	    "[\"update\"],\"before\":{\"p\":[1000]},\"after\":{\"p\":[0");
	for (int i = 1; i < 1000; i++)
		len += (size_t)snprintf(text + len, room - len, ",%d", i);
	(void)snprintf(text + len, room - len, "]}}}]}");
	verdict_world_begin(
	    &world, POLICY(RULE("deny", "each: resource.after.p, forbid: item < 2000")), NULL);
	verdict_world_plan_text(&world, str_from(text));
	verdict_world_judge(&world);
	assert_int_equal(world.verdict.counts[LEVEL_DENY], 1000);
	verdict_world_end(&world);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_levels),
	    cmocka_unit_test(test_on_unknown),
	    cmocka_unit_test(test_strict_unknown),
	    cmocka_unit_test(test_break_glass),
	    cmocka_unit_test(test_absorbed),
	    cmocka_unit_test(test_require_rules),
	    cmocka_unit_test(test_very_many),
	    cmocka_unit_test(test_many_items),
	};

	return cmocka_run_group_tests_name("policies/findings", tests, NULL, NULL);
}

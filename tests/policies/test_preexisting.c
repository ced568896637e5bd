#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "tests/support/verdict_world.h"

/* Was a violation there before the plan? */

#define RULE(more) POLICY("rules:\n  - {id: r, level: deny, " more "}\n")
#define BEFORE	   "warn violation r t.a (pre-existing)\n"
#define STANDS	   "deny violation r t.a\n"
#define ITEM(fate) "violation r t.a [2]" fate "\n"
#define SG(from, to)                                                             \
	"{'ingress': [{'protocol': 'tcp', 'from_port': " from ", 'to_port': " to \
	", 'cidr_blocks': ['0.0.0.0/0']}], 'tags': {'x': 'y'}}"
#define SG_OLD                                                                             \
	"{'ingress': [{'protocol': 'tcp', 'from_port': 22, 'to_port': 22, 'cidr_blocks': " \
	"['0.0.0.0/0']}], 'tags': {}}"

static const struct {
	const char *name;
	const struct source_row *rules;
	const char *plan, *text;
} rows[] = {
    {"a tag is touched", RULE("forbid: resource.after.p == 1"),
	PLAN(UPDATE("t", "a", "{'p': 1, 'tags': {}}", "{'p': 1, 'tags': {'x': 1}}")), BEFORE},
    {"a new violation", RULE("forbid: resource.after.p == 1"),
	PLAN(UPDATE("t", "a", "{'p': 2}", "{'p': 1}")), STANDS},
    {"a violation with another value", RULE("forbid: resource.after.p > 1"),
	PLAN(UPDATE("t", "a", "{'p': 2}", "{'p': 3}")), STANDS},
    {"something new", RULE("forbid: resource.after.p == 1"), PLAN(CREATE("t", "a", "{'p': 1}")),
	STANDS},
    {"replaced by the same", RULE("forbid: resource.after.p == 1"),
	PLAN(CHANGE("t", "a", "'delete','create'", "{'p': 1}", "{'p': 1}", "")), BEFORE},
    {"existing: same", RULE("forbid: resource.after.p == 1, existing: same"),
	PLAN(UPDATE("t", "a", "{'p': 1}", "{'p': 1}")), STANDS},
    {"existing: ignore", RULE("forbid: resource.after.p == 1, existing: ignore"),
	PLAN(UPDATE("t", "a", "{'p': 1}", "{'p': 1}")), ""},
    {"a rule about what happens",
	RULE("forbid: 'resource.after.p == 1 && resource.action == \"update\"'"),
	PLAN(UPDATE("t", "a", "{'p': 1}", "{'p': 1}")), STANDS},
    {"a rule about what changes",
	RULE("forbid: 'resource.after.p == 1 && changed(resource.after.q)'"),
	PLAN(UPDATE("t", "a", "{'p': 1, 'q': 1}", "{'p': 1, 'q': 2}")), STANDS},
    {"a rule about what was", RULE("forbid: 'resource.after.p == 1 && resource.before.p == 1'"),
	PLAN(UPDATE("t", "a", "{'p': 1}", "{'p': 1}")), STANDS},
    {"a rule about the whole plan",
	RULE("forbid: 'resource.after.p == 1 && plan.summary.change == 1'"),
	PLAN(UPDATE("t", "a", "{'p': 1}", "{'p': 1}")), STANDS},
    {"match alone", RULE("match: {types: [t], actions: [update]}"),
	PLAN(UPDATE("t", "a", "{'p': 1}", "{'p': 1}")), STANDS},
    {"a guard and match: what may not be replaced was there before",
	RULE("match: {types: [t], actions: [replace, delete]}, when: resource.after.p == 1"),
	PLAN(CHANGE("t", "a", "'delete','create'", "{'p': 1}", "{'p': 1}", "")), STANDS},
    {"frozen: a rule about updates alone is about the update",
	RULE("match: {types: [t], actions: [update]}, forbid: resource.after.p == 1"),
	PLAN(UPDATE("t", "a", "{'p': 1, 'tags': {}}", "{'p': 1, 'tags': {'x': 1}}")), STANDS},
    {"a rule about creates and updates",
	RULE("match: {types: [t], actions: [create, update]}, forbid: resource.after.p == 1"),
	PLAN(UPDATE("t", "a", "{'p': 1, 'tags': {}}", "{'p': 1, 'tags': {'x': 1}}")), BEFORE},
    {"a condition that does not look at creates",
	RULE("match: {types: [t], actions: [replace]}, forbid: resource.after.p == 1"),
	PLAN(CHANGE("t", "a", "'delete','create'", "{'p': 1}", "{'p': 1}", "")), STANDS},
    {"an item that was there", RULE("each: resource.after.p, forbid: item > 1"),
	PLAN(UPDATE("t", "a", "{'p': [2]}", "{'p': [1, 2]}")), "warn " ITEM(" (pre-existing)")},
    {"an item that was not", RULE("each: resource.after.p, forbid: item > 1"),
	PLAN(UPDATE("t", "a", "{'p': [3]}", "{'p': [1, 2]}")), "deny " ITEM("")},
    {"the same item, worse beside it",
	RULE("each: resource.after.p, forbid: 'item > 1 && resource.after.q > 1'"),
	PLAN(UPDATE("t", "a", "{'p': [2], 'q': 2}", "{'p': [2], 'q': 99}")), "deny " ITEM("")},
    {"the same network rule", RULE("each: network_rules(resource), forbid: 'item.covers([22])'"),
	PLAN(UPDATE("aws_security_group", "a", SG_OLD, SG("22", "22"))),
	"warn violation r aws_security_group.a [ingress[0]] (pre-existing)\n"},
    {"a wider network rule", RULE("each: network_rules(resource), forbid: 'item.covers([22])'"),
	PLAN(UPDATE("aws_security_group", "a", SG_OLD, SG("22", "99"))),
	"deny violation r aws_security_group.a [ingress[0]]\n"},
    {"a wider network rule, seen as a whole",
	RULE("forbid: 'network_rules(resource).exists(x, x.covers([22]))'"),
	PLAN(UPDATE("aws_security_group", "a", SG_OLD, SG("22", "99"))),
	"deny violation r aws_security_group.a\n"},
    {"what is unknown now is not what was there",
	RULE("forbid: 'resource.after.p == 1 || resource.after.q == 1'"),
	PLAN(CHANGE(
	    "t", "a", "'update'", "{'p': 1, 'q': 1}", "{'p': 1}", ",'after_unknown':{'q':true}")),
	STANDS},
    {"null is the same value, but not for has()", RULE("forbid: '!has(resource.after.p)'"),
	PLAN(UPDATE("t", "a", "{'p': null, 'q': 1}", "{'q': 2}")), STANDS},
    {"what is at an index", RULE("forbid: 'resource.after.p[1].x == 1'"),
	PLAN(UPDATE("t", "a", "{'p': [0, {'x': 1}], 'q': 1}", "{'p': [7, {'x': 1}]}")), BEFORE},
    {"a whole list, in another order of its keys", RULE("forbid: size(resource.after.p) == 1"),
	PLAN(UPDATE("t", "a", "{'p': [{'x': 1, 'y': 2}]}", "{'p': [{'y': 2, 'x': 1}]}")), BEFORE},
    {"a part of it is another", RULE("forbid: size(resource.after.p) == 1"),
	PLAN(UPDATE("t", "a", "{'p': [{'x': 1}]}", "{'p': [{'x': true}]}")), STANDS},
    {"items that cannot be compared",
	RULE("each: 'resource.after.p.map(x, cidr(x))', forbid: 'item.prefixLength() == 8'"),
	PLAN(UPDATE("t", "a", "{'p': ['10.0.0.0/8']}", "{'p': ['10.0.0.0/8'], 'q': 1}")),
	"deny violation r t.a [10.0.0.0/8]\n"},
    {"through a variable",
	POLICY("variables: {v: resource.after.p == 1}\nrules:\n  - {id: r, level: deny, forbid: "
	       "v}\n"),
	PLAN(UPDATE("t", "a", "{'p': 1, 'q': 1}", "{'p': 1}")), BEFORE},
    {"params do not matter",
	POLICY("params: {n: {type: int, value: 1}}\nrules:\n  - {id: r, level: deny, forbid: "
	       "resource.after.p == params.n}\n"),
	PLAN(UPDATE("t", "a", "{'p': 1, 'q': 1}", "{'p': 1}")), BEFORE},
};

static void test_preexisting(void **state)
{
	(void)state;
	unsigned wrong = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct verdict_world world;

		verdict_world_begin(&world, rows[i].rules, NULL);
		verdict_world_plan(&world, rows[i].plan);
		verdict_world_judge(&world);
		verdict_check(&wrong, rows[i].name, verdict_world_text(&world), rows[i].text);
		verdict_world_end(&world);
	}
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_preexisting)};

	return cmocka_run_group_tests_name("policies/preexisting", tests, NULL, NULL);
}

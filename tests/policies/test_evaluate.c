#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "tests/support/valgrind.h"
#include "tests/support/verdict_world.h"

struct row {
	const char *name;
	const struct source_row *rules;
	const char *plan;
	const char *text, *tallies; /* NULL: not looked at */
};

static void run_rows(const struct row *rows, size_t count)
{
	unsigned wrong = 0;

	for (size_t i = 0; i < count; i++) {
		struct verdict_world world;

		verdict_world_begin(&world, rows[i].rules, NULL);
		verdict_world_plan(&world, rows[i].plan);
		verdict_world_judge(&world);
		verdict_check(&wrong, rows[i].name, verdict_world_text(&world), rows[i].text);
		if (rows[i].tallies)
			verdict_check(
			    &wrong, rows[i].name, verdict_world_tallies(&world), rows[i].tallies);
		verdict_world_end(&world);
	}
	assert_int_equal(wrong, 0);
}

/* Steps on all resources together: who uses up its own is an error, and takes none from others. */
static void test_steps_of_a_rule(void **state)
{
	const struct source_row *const rules = POLICY(
	    "rules:\n  - {id: r, level: deny, forbid: \"plan.by_type('t').exists(x, "
	    "x.after.p == -1)\"}\n  - {id: s, level: deny, forbid: 'resource.after.p == 3'}\n");
	static const struct {
		const char *name;
		uint64_t steps;
		const char *text, *tallies;
	} rows[] = {
	    {"enough for all", 1000, "deny violation s t.c\n", "r 3/3/0/0/0\ns 3/2/1/0/0\n"},
	    {"for the first one only", 30,
		"deny error r t.b \"no steps are left: the rule, or all rules together, took too "
		"many "
		"on this plan\" x2\ndeny violation s t.c\n",
		"r 3/1/0/0/2\ns 3/2/1/0/0\n"},
	};
	unsigned wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct verdict_world world;

		verdict_world_begin(&world, rules, NULL);
		world.world.rule_steps = rows[i].steps;
		verdict_world_plan(&world, PLAN(CREATE("t", "a", "{'p': 1}") "," CREATE("t", "b",
					       "{'p': 2}") "," CREATE("t", "c", "{'p': 3}")));
		verdict_world_judge(&world);
		verdict_check(&wrong, rows[i].name, verdict_world_text(&world), rows[i].text);
		verdict_check(&wrong, rows[i].name, verdict_world_tallies(&world), rows[i].tallies);
		verdict_world_end(&world);
	}
	assert_int_equal(wrong, 0);
}

#define R(more)	      "rules:\n  - {id: r, level: deny, " more "}\n"
#define AND(id, more) "  - {id: " id ", level: deny, " more "}\n"

/* --- how a rule ends --- */

static void test_ends(void **state)
{
	(void)state;
	const struct row rows[] = {
	    {"forbid that is true", POLICY(R("forbid: resource.after.p == 1")),
		PLAN(CREATE("t", "a", "{'p': 1}")), "deny violation r t.a\n", "r 1/0/1/0/0\n"},
	    {"forbid that is false", POLICY(R("forbid: resource.after.p == 1")),
		PLAN(CREATE("t", "a", "{'p': 2}")), "", "r 1/1/0/0/0\n"},
	    {"require that is false", POLICY(R("require: resource.after.p == 1")),
		PLAN(CREATE("t", "a", "{'p': 2}")), "deny violation r t.a\n", NULL},
	    {"require that is true", POLICY(R("require: resource.after.p == 1")),
		PLAN(CREATE("t", "a", "{'p': 1}")), "", NULL},
	    {"match alone", POLICY(R("match: {types: [t], actions: [delete]}")),
		PLAN(DELETE("t", "a", "{}") "," CREATE("t", "b", "{}")), "deny violation r t.a\n",
		"r 1/0/1/0/0\n"},
	    {"a guard that is false",
		POLICY(R("when: resource.after.q == 1, forbid: resource.after.p == 1")),
		PLAN(CREATE("t", "a", "{'p': 1, 'q': 2}")), "", "r 1/1/0/0/0\n"},
	    {"a guard keeps an error away",
		POLICY(R("when: '\"p\" in resource.after', forbid: resource.after.p == 1")),
		PLAN(CREATE("t", "a", "{}")), "", NULL},
	    {"nothing matches", POLICY(R("match: {types: [other]}, forbid: 'true'")),
		PLAN(CREATE("t", "a", "{}")),
		"note none of the 1 policy rule matched anything in this plan\n", "r 0/0/0/0/0\n"},
	    {"no rules", POLICY("rules: []\n"), PLAN(CREATE("t", "a", "{}")),
		"note no policy rules are in force here: nothing was checked\n", ""},
	    {"an error", POLICY(R("forbid: resource.after.p.startsWith('x')")),
		PLAN(CREATE("t", "a", "{'p': 1}")),
		"deny error r t.a \"no such overload: startsWith(int, string)\"\n",
		"r 1/0/0/0/1\n"},
	    {"no bool", POLICY(R("forbid: resource.after.p")), PLAN(CREATE("t", "a", "{'p': 1}")),
		"deny error r t.a \"'forbid' gives int, not a bool\"\n", NULL},
	    {"a guard that is no bool", POLICY(R("when: resource.after.p, forbid: 'true'")),
		PLAN(CREATE("t", "a", "{'p': 'x'}")),
		"deny error r t.a \"'when' gives string, not a bool\"\n", NULL},
	    {"each that is no list", POLICY(R("each: resource.after.p, forbid: 'true'")),
		PLAN(CREATE("t", "a", "{'p': 1}")),
		"deny error r t.a \"'each' gives int, not a list\"\n", NULL},
	    {"a finding per item",
		POLICY(R("each: resource.after.p, forbid: item > 1, message: "
			 "'${index}: ${item}'")),
		PLAN(CREATE("t", "a", "{'p': [1, 2, 3]}")),
		"deny violation r t.a [2] \"1: 2\"\ndeny violation r t.a [3] \"2: 3\"\n",
		"r 1/0/2/0/0\n"},
	    {"each of nothing", POLICY(R("each: resource.after.p, forbid: 'true'")),
		PLAN(CREATE("t", "a", "{'p': []}")), "", "r 1/1/0/0/0\n"},
	    {"the guard comes before each",
		POLICY(
		    R("when: '\"p\" in resource.after', each: resource.after.p, forbid: item < 3")),
		PLAN(CREATE("t", "a", "{'p': [2, 3]}") "," CREATE("t", "b", "{}")),
		"deny violation r t.a [2]\n", "r 2/1/1/0/0\n"},
	    {"messages and params",
		POLICY("params: {n: {type: int, value: 7}}\n" R(
		    "forbid: 'true', message: '${resource.address} ${params.n} ${dir}'")),
		PLAN(CREATE("t", "a", "{}")), "deny violation r t.a \"t.a 7 .\"\n", NULL},
	};

	run_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

/* --- variables: one that says nothing of an item is evaluated once per change --- */

#define SHARED \
	"variables: {big: 'resource.after.p > 5', all: 'resource.after.l.filter(x, x > 1)'}\n"

static void test_variables(void **state)
{
	(void)state;
	const struct row rows[] = {
	    {"each change has its own",
		POLICY(SHARED R("forbid: big") AND("s", "when: big, forbid: 'true'")),
		PLAN(CREATE("t", "a", "{'p': 9, 'l': []}") "," CREATE(
		    "t", "b", "{'p': 1, 'l': []}") "," CREATE("t", "c", "{'p': 6, 'l': []}")),
		"deny violation r t.a\ndeny violation r t.c\n"
		"deny violation s t.a\ndeny violation s t.c\n",
		"r 3/1/2/0/0\ns 3/1/2/0/0\n"},
	    {"a list outlives the finding of one of its items",
		POLICY(SHARED R("each: all, forbid: 'item > 2', message: '${item} of ${all}'")
			AND("s", "each: all, forbid: item == 3")),
		PLAN(CREATE("t", "a", "{'p': 1, 'l': [1, 2, 3, 4, 5]}")),
		"deny violation r t.a [3] \"3 of [2, 3, 4, 5]\"\n"
		"deny violation r t.a [4] \"4 of [2, 3, 4, 5]\"\n"
		"deny violation r t.a [5] \"5 of [2, 3, 4, 5]\"\ndeny violation s t.a [3]\n",
		NULL},
	    {"an error is one in every rule",
		POLICY(SHARED R("forbid: big") AND("s", "forbid: '!big'")),
		PLAN(CREATE("t", "a", "{'p': 'x', 'l': []}") "," CREATE(
		    "t", "b", "{'p': 6, 'l': []}")),
		"deny error r t.a \"in 'big': no such overload: _>_(string, int)\"\n"
		"deny violation r t.b\n"
		"deny error s t.a \"in 'big': no such overload: _>_(string, int)\"\n",
		NULL},
	    {"params of an override are those of its rule",
		((const struct source_row[]){
		    {"tfherald.yaml",
			"version: 1\nuse: [./rules.yaml]\noverride: {s: {params: {n: 1}}}\n",
			false},
		    {"rules.yaml",
			"version: 1\nparams: {n: {type: int, value: 5}}\n"
			"variables: {over: 'resource.after.p > params.n'}\n" R("forbid: over")
			    AND("s", "forbid: over") AND("u", "forbid: over"),
			false},
		    {NULL, NULL, false}}),
		PLAN(CREATE("t", "a", "{'p': 3}")), "deny violation s t.a\n",
		"r 1/1/0/0/0\ns 1/0/1/0/0\nu 1/1/0/0/0\n"},
	    {"one of an item is not shared",
		POLICY(
		    "variables: {odd: 'item % 2 == 1'}\n" R("each: resource.after.l, forbid: odd")
			AND("s", "each: resource.after.m, forbid: odd")),
		PLAN(CREATE("t", "a", "{'l': [1, 2, 3], 'm': [2, 5]}")),
		"deny violation r t.a [1]\ndeny violation r t.a [3]\ndeny violation s t.a [5]\n",
		NULL},
	    {"what was there before is judged with the values of before",
		POLICY(SHARED R("each: all, forbid: item > 7")
			AND("s", "each: all, forbid: item > 7")),
		PLAN(UPDATE("t", "a", "{'l': [1, 9]}", "{'l': [9, 1]}") "," UPDATE(
		    "t", "b", "{'l': [1, 2]}", "{'l': [9]}")),
		"deny violation r t.b [9]\ndeny violation s t.b [9]\n"
		"warn violation r t.a [9] (pre-existing)\nwarn violation s t.a [9] "
		"(pre-existing)\n",
		NULL},
	};

	run_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

/* --- what it sees of a resource --- */

static const struct row resource_rows[] = {
    {"changed_paths, in the first rule that asks",
	POLICY(R("forbid: '\"p\" in resource.changed_paths'")
		AND("s", "forbid: 'size(resource.changed_paths) == 2', message: "
			 "'${resource.changed_paths}'")),
	PLAN(UPDATE("t", "a", "{'p': 1, 'q': [1], 'z': 1}", "{'p': 2, 'q': [2], 'z': 1}")),
	"deny violation r t.a\ndeny violation s t.a \"[\"p\", \"q[0]\"]\"\n", NULL},
    {"changed_paths only in a message",
	POLICY(R("forbid: 'true', message: '${resource.changed_paths}'")),
	PLAN(UPDATE("t", "a", "{'p': 1}", "{'p': 2}")), "deny violation r t.a \"[\"p\"]\"\n", NULL},
    {"changed()", POLICY(R("forbid: 'changed(resource.after.p) && !changed(resource.after.q)'")),
	PLAN(UPDATE("t", "a", "{'p': 1, 'q': {'x': 1}}", "{'p': 2, 'q': {'x': 1}}")),
	"deny violation r t.a\n", NULL},
    {"changed() of something new", POLICY(R("forbid: changed(resource.after.p.x)")),
	PLAN(CREATE("t", "a", "{'p': {'x': 1}}")), "deny violation r t.a\n", NULL},
    {"replaced_by()",
	POLICY(R("forbid: 'replaced_by(resource.after.p.x) && "
		 "!replaced_by(resource.after.q)'")),
	PLAN(CHANGE("t", "a", "'delete','create'", "{'p': {'x': 1}}", "{'p': {'x': 2}}",
	    ",'replace_paths':[['p']]")),
	"deny violation r t.a\n", NULL},
    {"head",
	POLICY(R("forbid: 'resource.type == \"t\" && resource.name == \"a\" && "
		 "resource.mode == \"managed\" && resource.module == \"\" && "
		 "resource.actions == [\"create\"] && resource.index == null && "
		 "!resource.importing && resource.deposed == null'")),
	PLAN(CREATE("t", "a", "{}")), "deny violation r t.a\n", NULL},
    {"plan.resources, asked for after plan.summary was",
	POLICY(R("forbid: plan.summary.add == 1")
		AND("s", "forbid: 'plan.resources.exists(x, x.type == \"t\")'")),
	PLAN(CREATE("t", "a", "{}")), "deny violation r t.a\ndeny violation s t.a\n", NULL},
    {"plan.resources has no values",
	POLICY(R("forbid: 'plan.resources.exists(x, get(x.after.p, 0) == 1)'")),
	PLAN(CREATE("t", "a", "{'p': 1}")), "warn undecided r t.a on plan.resources.after\n", NULL},
    {"plan.resources only in a message",
	POLICY(R("forbid: 'true', message: '${size(plan.resources)}'")),
	PLAN(CREATE("t", "a", "{}")), "deny violation r t.a \"1\"\n", NULL},
    {"plan.by_type",
	POLICY(R("match: {types: [t]}, forbid: 'plan.by_type(\"u\").exists(x, x.after.p == "
		 "resource.after.p)'")),
	PLAN(CREATE("t", "a", "{'p': 1}") "," CREATE("t", "b", "{'p': 2}") "," CREATE(
	    "u", "c", "{'p': 2}")),
	"deny violation r t.b\n", NULL},
    {"plan.by_type, the one that belongs to each, in any order",
	POLICY(R("match: {types: [t]}, require: 'plan.by_type(\"u\").exists(x, x.after.p "
		 "== resource.after.p)'")),
	PLAN(CREATE("t", "a", "{'p': 2}") "," CREATE("t", "b", "{'p': 3}") "," CREATE(
	    "t", "c", "{'p': 1}") "," CREATE("t", "d", "{'p': 4}") "," CREATE("t", "e",
	    "{'p': 3}") "," CREATE("u", "a", "{'p': 1}") "," CREATE("u", "b",
	    "{'p': 2}") "," CREATE("u", "c", "{'p': 3}")),
	"deny violation r t.d\n", "r 5/4/1/0/0\n"},
    {"unknown ones count only where none decides, wherever the last search ended",
	POLICY(R("match: {types: [t]}, require: 'plan.by_type(\"u\").exists(x, x.after.p "
		 "== resource.after.p)'")),
	PLAN(CREATE("t", "a", "{'p': 3}") "," CREATE("t", "b", "{'p': 1}") "," CREATE(
	    "t", "c", "{'p': 4}") "," CREATE("u", "a", "{'p': 1}") "," CREATE_UNKNOWN("u", "b",
	    "{}", "{'p': true}") "," CREATE("u", "c", "{'p': 3}")),
	"warn undecided r t.c on after.p\n", "r 3/2/0/1/0\n"},
    {"network_rules in two rules, the second after a finding",
	POLICY(R("each: network_rules(resource), forbid: 'item.covers([22])', message: "
		 "'${item.from}'")
		AND("s", "each: network_rules(resource), forbid: 'item.covers([80])'")),
	PLAN(CREATE("aws_security_group", "a",
	    "{'ingress': [{'protocol': 'tcp', 'from_port': 20, 'to_port': 90, "
	    "'cidr_blocks': ['0.0.0.0/0']}]}")),
	"deny violation r aws_security_group.a [ingress[0]] \"20\"\n"
	"deny violation s aws_security_group.a [ingress[0]]\n",
	NULL},
};

static void test_resource(void **state)
{
	(void)state;
	run_rows(resource_rows, sizeof(resource_rows) / sizeof(resource_rows[0]));
}

/* --- what is looked at --- */

#define EVERY "actions: [create, update, delete, replace, forget]"

#define CUT_SHORT                                                                               \
	"withheld the text ends before its summary (\"Plan: ...\"): what is missing cannot be " \
	"judged; give the whole text, or the plan as JSON\n"

static const struct row entry_rows[] = {
    {"an action of the future is seen by every guard",
	POLICY(R("match: {types: [t], actions: [delete]}")
		AND("s", "match: {types: [t], actions: [forget]}")
		    AND("u", "match: {types: [t], actions: [read, no-op]}")),
	PLAN(CHANGE("t", "a", "'explode'", "{}", "{}", "")),
	"deny violation r t.a\ndeny violation s t.a\n", NULL},
    {"create then forget is create, replace and forget",
	POLICY(R("match: {types: [t], actions: [forget]}")
		AND("s", "match: {types: [t], actions: [replace]}")
		    AND("u", "match: {types: [t], actions: [create]}")
			AND("v", "match: {types: [t], actions: [delete, update]}")),
	PLAN(CHANGE("t", "a", "'create','forget'", "{}", "{}", "")),
	"deny violation r t.a\ndeny violation s t.a\ndeny violation u t.a\n", NULL},
    {"replace in both orders, and not delete",
	POLICY(R("match: {types: [t], actions: [replace]}")
		AND("s", "match: {types: [t], actions: [delete, create]}")),
	PLAN(CHANGE("t", "a", "'delete','create'", "{}", "{}", "") "," CHANGE(
	    "t", "b", "'create','delete'", "{}", "{}", "")),
	"deny violation r t.a\ndeny violation r t.b\n", NULL},
    {"deposed objects only where they are asked for",
	POLICY(R("match: {types: [t], actions: [delete]}")
		AND("s", "match: {types: [t], actions: [delete], deposed: true}")),
	PLAN("{'address':'t.a','mode':'managed','type':'t','name':'a','deposed':'00ff',"
	     "'change':{'actions':['delete'],'before':{},'after':null}}"),
	"deny violation s t.a\n", "r 0/0/0/0/0\ns 1/0/1/0/0\n"},
    {"data sources",
	POLICY(R("match: {types: [t], actions: [read]}, forbid: 'true'")
		AND("s", "match: {types: [t]}, forbid: 'true'")),
	PLAN(CHANGE_AT("data.t.a", "", "data", "t", "a", "'read'", "null", "{}", "")),
	"deny violation r data.t.a\n", NULL},
    {"a type without a name",
	POLICY(R("forbid: 'true'") AND("s", "match: {types: [t]}, "
					    "forbid: 'true'")),
	PLAN(CREATE("", "a", "{}")), "deny violation r .a\n", NULL},
    {"hostile addresses", POLICY(R("match: {address: ['t.a[\"x]*\"]']}, forbid: 'true'")),
	PLAN(CHANGE_AT(
	    "t.a[\\\"x]y\\n\\u0000\\\"]", "", "managed", "t", "a", "'create'", "null", "{}", "")),
	"deny violation r t.a[\"x]y \"]\n", NULL},
    {"no changes at all", POLICY(R("forbid: 'true'")), PLAN(""),
	"note none of the 1 policy rule matched anything in this plan\n", NULL},
    /* its text is made in a second look, at what does not pass; names have escapes */
    {"a computed message, of some that pass",
	POLICY(R("match: {types: [t], " EVERY "}, forbid: 'resource.after.p == 1', message: "
		 "'${string(resource.after.p + 1)}'") AND("s",
	    "match: {types: [t], " EVERY "}, each: '[resource.after.p, 2].map(x, x + 1)', "
	    "forbid: 'item == 2', message: '${item}'")),
	PLAN(CREATE("t", "a", "{'p': 1}") "," CREATE(
	    "t", "b", "{'p': 3}") ","
				  "{'address':'t.c[\\'k\\u0041<\\']','mode':'managed','"
				  "type':'t','name':'c','index':"
				  "'kA<','change':{'actions':['create'],'before':null,'"
				  "after':{'p':1},"
				  "'after_unknown':{}}}"),
	"deny violation r t.a \"2\"\ndeny violation r t.c[\"kA<\"] \"2\"\n"
	"deny violation s t.a [2] \"2\"\ndeny violation s t.c[\"kA<\"] [2] \"2\"\n",
	"r 3/1/2/0/0\ns 3/1/2/0/0\n"},
    {"an errored plan gets no verdict", POLICY(R("forbid: 'true'")),
	PLAN_WITH(CREATE("t", "a", "{}"), ",'errored':true"),
	"withheld terraform reported an error: an errored plan gets no verdict\n", NULL},
    {"text: actions and types decide, values do not",
	POLICY(R("match: {types: [t], " EVERY "}")
		AND("s", "match: {types: [t], " EVERY "}, forbid: resource.after.p == 1") AND("u",
		    "match: {types: [t], " EVERY "}, forbid: resource.action == 'update'") AND("v",
		    "match: {types: [t], " EVERY "}, forbid: 'replaced_by(resource.after.p)'")),
	"Terraform will perform the following actions:\n\n  # t.a will be created\n"
	"  + resource \"t\" \"a\" {\n      + p = 1\n    }\n\n"
	"Plan: 1 to add, 0 to change, 0 to destroy.\n",
	"deny violation r t.a\nwarn undecided s t.a on after\nwarn undecided v t.a on "
	"replace_paths\n",
	NULL},
    {"text: what it does not list may be there",
	POLICY(R("scope: plan, forbid: \"plan.by_type('t').exists(x, x.action == 'create')\"")
		AND("s", "scope: plan, forbid: \"plan.by_type('u').size() > 0\"")
		    AND("u", "scope: plan, require: \"plan.by_type('u').exists(x, x.type == 'u')\"")
			AND("v", "scope: plan, require: \"plan.resources.all(x, x.type == 't')\"")
			    AND("w", "scope: plan, forbid: plan.outputs.size() > 0")
				AND("x", "scope: plan, forbid: plan.losses.size() > 0")),
	"Terraform will perform the following actions:\n\n  # t.a will be created\n"
	"  + resource \"t\" \"a\" {\n      + p = 1\n    }\n\n"
	"Plan: 1 to add, 0 to change, 0 to destroy.\n",
	"deny violation r\nwarn undecided s on plan.by_type\nwarn undecided u on "
	"plan.by_type\nwarn undecided v on plan.resources\nwarn undecided w on "
	"plan.outputs\n",
	NULL},
    {"text: it counts what is forgotten, and does not list it",
	POLICY(R("match: {types: [t], actions: [forget]}")),
	"Plan: 0 to add, 0 to change, 0 to destroy, 2 to forget.\n",
	"withheld the text counts more changes than it lists: what is missing cannot be "
	"judged; read the plan as JSON\n",
	NULL},
    {"text: one that counts more than it lists was cut",
	POLICY(R("match: {types: [t], " EVERY "}")),
	"  # t.a will be created\n  + resource \"t\" \"a\" {\n    }\n\n"
	"Plan: 1 to add, 0 to change, 1 to destroy.\n",
	"withheld the text counts more changes than it lists: what is missing cannot be "
	"judged; read the plan as JSON\n",
	NULL},
    {"text: one that ends before it counts was cut",
	POLICY(R("match: {types: [t], actions: [delete]}")),
	"  # t.a will be created\n  + resource \"t\" \"a\" {\n    }\n", CUT_SHORT, NULL},
    {"stream: one that ends before it counts was cut",
	POLICY(R("match: {types: [t], actions: [delete]}")),
	"{'@message':'t.a: Plan to create','type':'planned_change','change':{'resource':"
	"{'addr':'t.a','resource':'t.a','resource_type':'t','resource_name':'a'},"
	"'action':'create'}}\n{'@message':'t.b: Plan to",
	CUT_SHORT, NULL},
};

static void test_entries(void **state)
{
	(void)state;
	run_rows(entry_rows, sizeof(entry_rows) / sizeof(entry_rows[0]));
}

/* --- two types with one hash --- */

/* hash_bytes() of 16 bytes, up to where the second word goes in. */
static uint64_t hash_before_last(uint64_t first)
{
	const uint64_t factor = UINT64_C(0x9e3779b97f4a7c15);
	uint64_t hash = ((16 * factor) ^ first) * factor;

	return hash ^ (hash >> 32);
}

static bool is_plain(const char *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (bytes[i] < '#' || bytes[i] > '~' || bytes[i] == '\\' || bytes[i] == '\'')
			return false;
	}
	return true;
}

/* Another text of 16 bytes with the hash of this one. */
static void collide(const char *type, char out[17])
{
	uint64_t words[2], first, last;

	memcpy(words, type, sizeof(words));
	for (uint32_t i = 0; i < 10000000; i++) {
		char digits[9];

		(void)snprintf(digits, sizeof(digits), "e%07u", i % 10000000);
		memcpy(&first, digits, sizeof(first));
		last = hash_before_last(first) ^ hash_before_last(words[0]) ^ words[1];
		memcpy(out, &first, sizeof(first));
		memcpy(out + 8, &last, sizeof(last));
		out[16] = '\0';
		if (is_plain(out, 16))
			return;
	}
	fail_msg("no collision");
}

static void test_colliding_types(void **state)
{
	(void)state;
	char evil[17], plan[2000];
	struct verdict_world world;
	unsigned wrong = 0;

	collide("aws_ebs_snapshot", evil);
	if (hash_bytes(str_from(evil)) != hash_bytes(STR("aws_ebs_snapshot")))
		fail_msg("%s does not collide: has hash_bytes() changed?", evil);
	(void)snprintf(plan, sizeof(plan),
	    PLAN(CHANGE_AT("%s.a", "", "managed", "%s", "a", "'create'", "null", "{}",
		"") "," CREATE("aws_ebs_snapshot", "b", "{}")),
	    evil, evil);
	verdict_world_begin(&world,
	    POLICY(R("match: {types: [aws_ebs_snapshot], actions: [create]}")
		    AND("s", "match: {types: ['!aws_*'], actions: [create]}")),
	    NULL);
	verdict_world_plan(&world, plan);
	verdict_world_judge(&world);
	verdict_check(
	    &wrong, "colliding types", verdict_world_tallies(&world), "r 1/0/1/0/0\ns 1/0/1/0/0\n");
	verdict_world_end(&world);
	assert_int_equal(wrong, 0);
}

/* --- expressions that do harm --- */

static void test_harmful(void **state)
{
	(void)state;
	const struct row rows[] = {
	    {"an exploding expression is an error of its rule",
		POLICY("variables: {l: '[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20]'}\n" R(
		    "forbid: "
		    "'l.exists(a, l.exists(b, l.exists(c, l.exists(d, l.exists(e, "
		    "a+b+c+d+e == resource.after.p)))))'") AND("s", "forbid: 'true'")),
		PLAN(CREATE("t", "a", "{'p': 0}")),
		"deny error r t.a \"the expression needs too many steps\"\n"
		"deny violation s t.a\n",
		NULL},
	    {"a match is paid for by what it takes",
		POLICY("variables: {l: '[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20]'}\n" R(
		    "forbid: 'l.exists(a, l.exists(b, "
		    "resource.after.p.matches(\"^(a|aa)+[xy]\")))'") AND("s", "forbid: 'true'")),
		PLAN(CREATE("t", "a", "{'p': 'aaaaaaaaaaaaaaaaaa'}")),
		"deny error r t.a \"the expression needs too many steps\"\n"
		"deny violation s t.a\n",
		NULL},
	    {"a catastrophic regex is an error of its rule",
		POLICY(R("forbid: resource.after.p.matches('^(a+)+$')") AND("s", "forbid: 'true'")),
		PLAN(CREATE("t", "a",
		    "{'p': 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab'}")),
		"deny error r t.a \"the regular expression needs too much work (match limit "
		"exceeded); make it simpler, for instance without a repetition inside a "
		"repetition\"\n"
		"deny violation s t.a\n",
		NULL},
	};

	run_rows(rows, under_valgrind() ? 1 : ARRAY_LEN(rows));
}

/* --- many of one type --- */

#define MANY 12000

/* Each has one that belongs to it, but the last. */
static struct str many_resources(struct arena *arena)
{
	struct buf plan;

	buf_init(&plan, arena, (size_t)16 << 20);
	buf_adds(&plan, "{\"format_version\":\"1.2\",\"resource_changes\":[");
	for (unsigned i = 0; i < 2 * MANY - 1; i++)
		buf_addf(&plan,
		    "%s{\"address\":\"%c.n%u\",\"mode\":\"managed\",\"type\":\"%c\",\"name\":\"n%"
		    "u\","
		    "\"change\":{\"actions\":[\"create\"],\"before\":null,\"after\":{\"p\":%u}}}",
		    i > 0 ? "," : "", i < MANY ? 't' : 'u', i % MANY, i < MANY ? 't' : 'u',
		    i % MANY, i % MANY);
	buf_adds(&plan, "]}");
	return buf_str(&plan);
}

/* Neither too many for a list nor, in the order of the plan, square work. */
static void test_many_of_a_type(void **state)
{
	static const struct source_row rules[] = {
	    {.path = "tfherald.yaml",
		.text = "version: 1\n" R("match: {types: [t]}, require: "
					 "'plan.by_type(\"u\").exists(x, x.after.p == "
					 "resource.after.p)'")},
	    {.path = NULL}};
	struct verdict_world world;
	unsigned wrong = 0;

	(void)state;
	verdict_world_begin(&world, rules, NULL);
	verdict_world_plan_text(&world, many_resources(world.arena));
	verdict_world_judge(&world);
	verdict_check(
	    &wrong, "many of a type", verdict_world_text(&world), "deny violation r t.n11999\n");
	verdict_world_end(&world);
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_ends),
	    cmocka_unit_test(test_variables),
	    cmocka_unit_test(test_resource),
	    cmocka_unit_test(test_entries),
	    cmocka_unit_test(test_colliding_types),
	    cmocka_unit_test(test_harmful),
	    cmocka_unit_test(test_many_of_a_type),
	    cmocka_unit_test(test_steps_of_a_rule),
	};

	return cmocka_run_group_tests_name("policies/evaluate", tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "tests/support/policy_reading.h"

#define SHOWN_MAX ((size_t)1 << 20)
#define RULE	  "rules:\n  - id: r\n    level: deny\n    match: {actions: [create]}\n"

static struct reading *read_good(
    struct arena *arena, enum policy_file_kind kind, const char *name, const char *text)
{
	struct reading *reading = reading_of(arena, kind, name, str_from(text));

	if (reading->problems.count > 0)
		fail_msg("%.*s", STR_ARG(reading_problems(arena, reading)));
	return reading;
}

static void check_str(const char *label, struct str got, const char *want)
{
	if (!str_is(got, want))
		fail_msg("%s: '%.*s', want '%s'", label, STR_ARG(got), want);
}

/* --- good files --- */

static const char whole_file[] =
    "version: 1\n"
    "target: prod\n" /* a setting: not read here */
    "directories: \"envs/{env}/app-{service}\"\n"
    "labels: {tier: gold, code: 007}\n"
    "params:\n"
    "  ports: {type: list<int>, value: [22, 0x10], tighten: superset}\n"
    "  accounts: {type: list<string>, value: [012345678901, 'x'], tighten: subset}\n"
    "  most: {type: int, value: 3, tighten: lower}\n"
    "  rate: {type: double, value: 1.5}\n"
    "  on: {type: bool, value: true, tighten: 'true'}\n"
    "  names: {type: map<string>, value: {a: 1, b: x}}\n"
    "  short: [a, 1]\n"
    "  only_value: {value: 7}\n"
    "variables:\n"
    "  prod: labels.env == \"prod\"\n"
    "use: [pack:tags@1.0, ./policies/*.yaml]\n"
    "rules:\n"
    "  - id: first\n"
    "    title: A title\n"
    "    level: deny\n"
    "    waivable: false\n"
    "    lock: weaken\n"
    "    scope: resource\n"
    "    match:\n"
    "      types: [aws_db_instance, '!aws_x', azurerm_*_server]\n"
    "      actions: [delete, replace, forget]\n"
    "      dirs: [\"envs/prod/**\", \"!envs/prod/sandbox/**\"]\n"
    "      modules: ['', a.*]\n"
    "      address: aws_x.y[\"*\"]\n"
    "      has: tags\n"
    "      labels: {env: [prod, p*]}\n"
    "      deposed: true\n"
    "    each: network_rules(resource)\n"
    "    when: |\n"
    "      !resource.after.x\n"
    "    require: |\n"
    "      a == 1 &&\n"
    "        b == 2\n"
    "    message: ${resource.address} is\n"
    "    remediation: Ask.\n"
    "    variables: {x: 1 + 1}\n"
    "    on_unknown: deny\n"
    "    existing: same\n"
    "    enforce_from: 2026-12-31\n"
    "    owners: ['@acme/a', '@b']\n"
    "    url: https://x\n"
    "    description: d\n"
    "  - id: second\n"
    "    level: info\n"
    "    forbid: a\n"
    "override:\n"
    "  third: {level: warn, disabled: true, params: {most: 2}}\n"
    "data: {cost: \"{dir}/cost.json\"}\n"
    "undecided: deny\n"
    "require_rules: true\n"
    "waiver_policy: {max_days: 30, require: [reason, ticket]}\n"
    "owners: {policy: ['@acme/dba'], team: '@acme/web'}\n"
    "break_glass: {who: ['@acme/oncall'], notify: ['#incidents']}\n";

static void test_whole_file(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	const struct policy_file *file =
	    &read_good(arena, POLICY_CHAIN, "tfherald.yaml", whole_file)->file;
	const struct rule *rule = &file->rules[0];

	(void)state;
	check_str("directories", file->directories.text, "envs/{env}/app-{service}");
	assert_int_equal(file->label_count, 2);
	check_str("label", value_text(file->labels[1].value), "007");
	assert_int_equal(file->variable_count, 1);
	assert_int_equal(file->use_count, 2);
	check_str("use", file->uses[1].text, "./policies/*.yaml");
	assert_int_equal(file->uses[1].place.column, 22);
	assert_int_equal(file->rule_count, 2);

	check_str("id", rule->id, "first");
	assert_int_equal(rule->place.line, 18);
	assert_int_equal(rule->level, LEVEL_DENY);
	assert_false(rule->waivable);
	assert_int_equal(rule->lock, LOCK_WEAKEN);
	assert_int_equal(rule->match.types.count, 3);
	assert_int_equal(rule->match.actions, MATCH_DELETE | MATCH_REPLACE | MATCH_FORGET);
	assert_true(rule->match.actions_given && rule->match.deposed && !rule->match.data);
	assert_int_equal(rule->match.modules.count, 2);
	check_str("root module", rule->match.modules.items[0], "");
	check_str("has", rule->match.has.items[0], "tags");
	assert_int_equal(value_get_c(rule->match.labels, "env")->len, 2);
	assert_true(rule->is_require && rule->has_condition);
	check_str("condition", rule->condition.text, "a == 1 &&\n  b == 2");
	check_str("when", rule->when.text, "!resource.after.x");
	check_str("message", rule->message.text, "${resource.address} is");
	check_str("remedy", rule->remedy.text, "Ask.");
	check_str("remediation", rule->remediation, "Ask.");
	assert_int_equal(rule->variable_count, 1);
	assert_int_equal(rule->on_unknown, ON_UNKNOWN_DENY);
	assert_int_equal(rule->existing, EXISTING_SAME);
	assert_int_equal(rule->enforce_from, 1798675200);
	assert_int_equal(rule->owners.count, 2);

	rule = &file->rules[1];
	assert_true(rule->waivable && !rule->is_require && rule->has_condition);
	assert_int_equal(rule->match.actions, MATCH_ACTIONS_DEFAULT);
	assert_false(rule->match.actions_given);
	assert_int_equal(rule->enforce_from, 0);
	check_str("no pack", rule->pack, "");
	check_str("no message", rule->message.text, "");

	assert_int_equal(file->override_count, 1);
	check_str("overridden", file->overrides[0].rule, "third");
	assert_true(file->overrides[0].has_level && file->overrides[0].disabled);
	assert_int_equal(file->overrides[0].param_count, 1);
	assert_int_equal(file->overrides[0].params[0].value.as.integer, 2);
	assert_int_equal(file->data_count, 1);
	assert_true(file->has_undecided && file->undecided == LEVEL_DENY);
	assert_true(file->has_require_rules && file->require_rules);
	assert_int_equal(file->waiver_max_days, 30);
	assert_int_equal(file->waiver_require.count, 2);
	assert_int_equal(file->owners_policy.count, 1);
	assert_int_equal(file->owners_team.count, 1);
	assert_true(file->has_break_glass);
	assert_int_equal(file->break_glass_notify.count, 1);
}

static void test_params(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	const struct policy_file *file =
	    &read_good(arena, POLICY_CHAIN, "tfherald.yaml", whole_file)->file;
	const struct param *param = file->params;
	struct value out;
	struct err err = {0};

	(void)state;
	assert_int_equal(file->param_count, 8);
	assert_int_equal(param[0].type, PARAM_LIST_INT);
	assert_int_equal(param[0].tighten, TIGHTEN_SUPERSET);
	assert_int_equal(param[0].value.as.items[1].as.integer, 16);
	check_str("account", value_text(param[1].value.as.items[0]), "012345678901");
	assert_int_equal(param[2].value.as.integer, 3);
	check_str("double", value_text(param[3].value), "1.5");
	assert_true(param[4].value.as.boolean && param[4].tighten == TIGHTEN_TRUE);
	assert_int_equal(param[5].type, PARAM_MAP_STRING);
	check_str("map", value_get_str(param[5].value, "a"), "1");
	assert_false(param[6].type_given || param[7].type_given);
	assert_int_equal(param[6].value.as.items[1].kind, VALUE_INT);
	assert_int_equal(param[7].value.as.integer, 7);
	/* the type is inherited: what was written tells more than what it looks like */
	assert_true(param_value(arena, PARAM_LIST_STRING, param[6].written, &out, &err));
	check_str("inherited type", value_text(out.as.items[1]), "1");
	assert_false(param_value(arena, PARAM_LIST_INT, param[6].written, &out, &err));
	assert_string_equal(err.text, "item 1 of a list<int> has to be int, not text");
	err_clear(&err);
	assert_false(param_value(arena, PARAM_MAP_STRING, param[6].written, &out, &err));
	assert_string_equal(err.text, "map<string> expected, not a list");
}

/* Where a byte of an expression stands. */
static void test_places(void **state)
{
	static const struct {
		const char *label, *text;
		size_t at;
		int line, column;
	} rows[] = {
	    {"plain", RULE "    forbid: a == b\n", 5, 5, 18},
	    {"plain in flow", "rules: [{id: r, level: info, forbid: a == b}]\n", 5, 1, 43},
	    {"double quotes", RULE "    forbid: \"a == b\"\n", 5, 5, 19},
	    {"single quotes", RULE "    forbid: 'a == b'\n", 5, 5, 19},
	    {"literal", RULE "    forbid: |\n      a ==\n        b\n", 7, 7, 9},
	    {"literal, chomped", RULE "    forbid: |-\n      a == b\n", 5, 6, 12},
	    {"folded", RULE "    forbid: >\n      a ==\n      b\n", 5, 7, 7},
	    {"wide letters", RULE "    forbid: |\n      '\xc3\xa9' == b\n", 8, 6, 14},
	    {"CRLF", "rules:\r\n- id: r\r\n  level: info\r\n  forbid: |\r\n    a ==\r\n    b\r\n",
		5, 6, 5},
	    {"anchored", RULE "    forbid: &x a == b\n", 5, 5, 21},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		const struct reading *reading =
		    read_good(arena, POLICY_CHAIN, "a/tfherald.yaml", rows[i].text);
		struct policy_place place =
		    policy_text_place(&reading->file.rules[0].condition, rows[i].at);

		if (place.line != rows[i].line || place.column != rows[i].column)
			fail_msg("%s: %d:%d", rows[i].label, place.line, place.column);
		check_str("file", place.file, "a/tfherald.yaml");
		check_str("directory", reading->file.rules[0].directory, "a");
	}
}

/* --- problems --- */

static void check_problems(enum policy_file_kind kind, const char *name, const char *label,
    const char *text, const char *want)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct reading *reading = reading_of(arena, kind, name, str_from(text));
	struct str got = reading_problems(arena, reading);

	if (!str_is(got, want))
		fail_msg("%s:\n%.*s\nwant:\n%s", label, STR_ARG(got), want);
}

static void test_problems(void **state)
{
	static const struct {
		const char *label, *text, *want;
	} rows[] = {
	    {"an empty file", "", ""},
	    {"a file of settings", "github: {comment: off}\nnonsense: 1\n", ""},
	    {"empty keys", "rules:\nparams:\nlabels:\nuse:\noverride:\ntests:\nundecided:\n", ""},
	    {"not a map", "- a\n", "1:1 the file must be a map, not a list"},
	    {"text", "hello\n", "1:1 the file must be a map, not text"},
	    {"newer format: nothing else is said", "version: 2\nrules: 7\n",
		"1:10 version 2 of the format needs a newer tfherald; this is " TFHERALD_VERSION
		" and reads version 1"},
	    {"no version", "version: one\n",
		"1:10 'version' must be 1, the version of the file format"},
	    {"version 0", "version: 0\n",
		"1:10 'version' must be 1, the version of the file format"},
	    {"duplicate keys", "rules: []\nrules: []\n",
		"2:1 the key 'rules' stands here a second time"},
	    {"all at once",
		"rules:\n  - id: a\n    level: error\n    mesage: x\n    forbid: x\n  - id: a\n    "
		"level: deny\n    forbid: x\n    require: y\n  - 7\nundecided: no\n",
		"3:12 'level' must be info, warn or deny, not 'error'\n"
		"4:5 unknown key 'mesage' of a rule; did you mean 'message'?\n"
		"6:5 rule 'a' has both forbid and require; write two rules, or one of them "
		"negated\n"
		"10:5 a rule must be a map, not an int\n"
		"6:5 the id 'a' is that of the rule at line 2 too\n"
		"11:12 'undecided' must be warn or deny, not 'no'"},
	    {"neither", "rules: [{id: a, level: deny}]\n",
		"1:9 rule 'a' has neither forbid nor require: everything it matches violates it, "
		"so its match has to name actions"},
	    {"neither, with actions", "rules: [{id: a, level: deny, match: {actions: delete}}]\n",
		""},
	    {"neither, of a plan", "rules: [{id: a, level: deny, scope: plan}]\n",
		"1:9 rule 'a' needs forbid or require"},
	    {"no id, no level", "rules: [{forbid: x}]\n",
		"1:9 a rule needs an id\n1:9 rule '' needs a level: info, warn or deny"},
	    {"ids",
		"rules: [{id: -a, level: info, forbid: x}, {id: 'a b', level: info, forbid: "
		"x}, {id: 7, level: info, forbid: x}]\n",
		"1:14 'id' has letters, digits, '-', '_' and '.', begins with a letter or digit, "
		"and is at most 100 long\n"
		"1:48 'id' has letters, digits, '-', '_' and '.', begins with a letter or digit, "
		"and is at most 100 long"},
	    {"actions",
		"rules: [{id: a, level: info, match: {actions: [destroy, updat, create]}}]\n",
		"1:48 unknown action 'destroy'; known here: create, update, delete, replace, "
		"forget, import, read or no-op\n"
		"1:57 unknown action 'updat'; did you mean 'update'?"},
	    {"no actions", "rules: [{id: a, level: info, match: {actions: []}}]\n",
		"1:47 'actions' is empty; leave it out or say what it lists"},
	    {"globs",
		"rules: [{id: a, level: info, forbid: x, match: {types: ['aws_[a'], dirs: "
		"['/x', '../y', 'a/../b', '!']}}]\n",
		"1:57 'types': the pattern 'aws_[a': '[' has no ']'; write '\\[' for the character "
		"itself\n"
		"1:99 'dirs': a pattern is missing\n"
		"1:75 'dirs': '/x' has to be relative to this file and below it\n"
		"1:81 'dirs': '../y' has to be relative to this file and below it\n"
		"1:89 'dirs': 'a/../b' has to be relative to this file and below it"},
	    {"scope of a match",
		"rules:\n- {id: a, level: info, forbid: x, scope: plan, match: {types: [x]}}\n- "
		"{id: b, level: info, forbid: x, scope: output, match: {has: tags, actions: "
		"[delete]}}\n- {id: c, level: info, forbid: x, scope: output, match: {actions: "
		"[delete]}}\n",
		"2:3 rule 'a' has scope plan: its match can only have dirs and labels\n"
		"3:3 rule 'b' has scope output: its match can only have dirs and labels, actions "
		"and address"},
	    {"dates", "rules: [{id: a, level: info, forbid: x, enforce_from: 2026-02-30}]\n",
		"1:55 'enforce_from': '2026-02-30': there is no such day"},
	    {"bools", "rules: [{id: a, level: info, forbid: x, waivable: yes, disabled: []}]\n",
		"1:51 'waivable' must be true or false, not 'yes'\n"
		"1:66 'disabled' must be true or false, not a list"},
	    {"params",
		"params:\n  a: {type: list<int>, value: [1, x]}\n  b: {type: int}\n"
		"  c: {type: number, value: 1}\n  d: {type: int, value: 1.5}\n"
		"  e: {type: string, value: x, tighten: lower}\n  f: {value: 1, tighten: lower}\n"
		"  0g: 1\n  h: {type: int, value: 1, tightn: lower}\n"
		"  i: {type: list<string>, value: x}\n"
		"  j: {type: map<string>, value: {a: [1]}}\n  k:\n",
		"2:35 param 'a': item 2 of a list<int> has to be int, not text\n"
		"3:3 param 'b' needs a value\n"
		"4:13 'type' must be bool, int, double, string, list<bool>, list<int>, "
		"list<double>, list<string> or map<string>, not 'number'\n"
		"5:25 param 'd': int expected, not a number\n"
		"6:40 param 'e': a string cannot be tightened by 'lower'\n"
		"7:26 param 'f': 'tighten' stands beside 'type', where the param is made\n"
		"8:3 param '0g': a name has letters, digits and '_', begins with no digit, and is "
		"at most 100 long\n"
		"9:28 unknown key 'tightn' of a param; did you mean 'tighten'?\n"
		"10:34 param 'i': list<string> expected, not text\n"
		"11:33 param 'j': 'a' of a map<string> has to be string, not a list\n"
		"12:3 param 'k' needs a value"},
	    {"overrides",
		"override:\n  a: {level: none}\n  b: {forbid: x}\n  c: {levl: warn}\n  d: {}\n  e: "
		"warn\n",
		"2:14 'level' must be info, warn or deny, not 'none'\n"
		"3:15 'forbid' cannot be overridden: an override changes level, params or "
		"disabled, never what a rule looks at or says\n"
		"4:7 unknown key 'levl' of an override; did you mean 'level'?\n"
		"5:3 the override changes nothing\n"
		"6:6 an override must be a map, not text"},
	    {"variables", "variables: {resource: a, x-y: b, c: [d]}\n",
		"1:13 variable 'resource': expressions have that name already\n"
		"1:26 variable 'x-y': a name has letters, digits and '_', begins with no digit, "
		"and is at most 100 long\n"
		"1:37 'c': a plain text that begins with '[' is a list to YAML; write it as a "
		"block scalar: '|' and the text on the next line"},
	    {"directories", "directories: /a\n",
		"1:14 'directories': it is relative to this file: no '/' at its ends, no '.' and "
		"no '..'"},
	    {"directories, label", "directories: 'a/{b'\n",
		"1:14 'directories': '{' and '}' stand around the name of a label"},
	    {"directories, neighbours", "directories: 'a/{b}{c}'\n",
		"1:14 'directories': two labels need something between them"},
	    {"directories, end", "directories: 'a/'\n",
		"1:14 'directories': it is relative to this file: no '/' at its ends, no '.' and "
		"no '..'"},
	    {"directories, name", "directories: '{b c}'\n",
		"1:14 'directories': the name of a label has letters, digits and '_', and begins "
		"with no digit"},
	    {"labels", "labels: {a: [x], b: , c: ''}\n",
		"1:13 'a' must be text, not a list\n1:18 'b' must be text, not nothing\n"
		"1:26 'c' must be text, not nothing"},
	    {"use", "use: pack:tags@1.0\n", "1:6 'use' must be a list, not text"},
	    {"tests",
		"tests:\n- {rule: a, expect: fine}\n- {rule: a, resource: {typ: x}, expect: {und: "
		"[]}}\n- {expect: pass}\n- {rule: a, expct: pass}\n- {rule: a, expect: pass, "
		"resource: {after: {x: !foo 1}}}\n",
		"2:21 'expect' must be pass, violation, undecided, error, not_matched or guarded, "
		"not 'fine'\n"
		"3:24 unknown key 'typ' of 'resource'; did you mean 'type'?\n"
		"3:42 unknown key 'und' of 'expect'; did you mean 'undecided'?\n"
		"4:3 a test needs 'rule'\n"
		"5:13 unknown key 'expct' of a test; did you mean 'expect'?\n"
		"5:3 a test needs 'expect'\n"
		"6:49 the tag of '!foo 1' is not known; values of tests can have !unknown and "
		"!sensitive"},
	    {"tags elsewhere", "undecided: !unknown\nlabels: {a: !sensitive x, b: !x y}\n",
		"1:1 'undecided': !unknown is for values in documents of tests\n"
		"2:24 'a': !sensitive is for values in documents of tests\n"
		"2:30 'b': a plain text that begins with '!' is a tag to YAML; put it in quotes"},
	    {"waivers in the wrong file", "waivers: [{rule: a}]\n",
		"1:10 'waivers' stand in tfherald.waivers.yaml beside this file, so that they can "
		"have other owners"},
	    {"settings of policies",
		"require_rules: maybe\nwaiver_policy: {max_day: 3, require: [reasn]}\nowners: "
		"{policy: [acme]}\nbreak_glass: yes\n",
		"1:16 'require_rules' must be true or false, not 'maybe'\n"
		"2:17 unknown key 'max_day' of 'waiver_policy'; did you mean 'max_days'?\n"
		"2:39 'require' must be reason, ticket or approved_by, not 'reasn'\n"
		"3:19 'policy': write an account as \"@user\", \"@org/team\" or an address, not "
		"'acme'\n"
		"4:14 'break_glass' must be a map, not text"},
	    {"days", "waiver_policy: {max_days: 0}\n",
		"1:27 'max_days' must be a whole number from 1 to 3650"},
	    {"pack keys are not for files",
		"rules: [{id: a, level: info, forbid: x, since: 1.0}]\n",
		"1:41 unknown key 'since' of a rule; known here: id, title, description, url, "
		"level, waivable, disabled, lock, scope, match, each, when, forbid, require, "
		"message, remediation, variables, on_unknown, existing, enforce_from or owners"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_problems(
		    POLICY_CHAIN, "tfherald.yaml", rows[i].label, rows[i].text, rows[i].want);
}

static void test_kinds(void **state)
{
	static const struct {
		enum policy_file_kind kind;
		const char *name, *text, *want;
	} rows[] = {
	    {POLICY_INCLUDED, "p/x.yaml", RULE "params: {a: 1}\nvariables: {b: a}\ntests: []\n",
		""},
	    {POLICY_INCLUDED, "p/x.yaml", "labels: {a: b}\nrule: []\n",
		"1:1 unknown key 'labels' of an included file; known here: version, params, "
		"variables, use, "
		"rules or tests\n"
		"2:1 unknown key 'rule' of an included file; did you mean 'rules'?"},
	    {POLICY_TESTS, "x_test.yaml", "tests: [{rule: a, expect: pass}]\n", ""},
	    {POLICY_TESTS, "x_test.yaml", "rules: []\n",
		"1:1 unknown key 'rules' of a file of tests; known here: version or tests"},
	    {POLICY_WAIVERS, "tfherald.waivers.yaml", "version: 1\nwaiver: []\n",
		"2:1 unknown key 'waiver' of a file of waivers; did you mean 'waivers'?"},
	    {POLICY_WAIVERS, "tfherald.waivers.yaml", "waivers: {a: 1}\n",
		"1:10 'waivers' must be a list, not a map"},
	    {POLICY_WAIVERS, "tfherald.waivers.yaml", "waivers: [\n",
		"2:1 flow sequence without a closing bracket"},
	    {POLICY_CHAIN, "a/tfherald.yaml", "break_glass: {who: '@x'}\n",
		"1:14 'break_glass' has a meaning only in the file at the repository root"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_problems(
		    rows[i].kind, rows[i].name, rows[i].text, rows[i].text, rows[i].want);
}

static void test_many_problems(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct reading *reading;
	struct buf buf;

	(void)state;
	buf_init(&buf, arena, SHOWN_MAX);
	buf_adds(&buf, "rules:\n");
	for (int i = 0; i < 250; i++)
		buf_addf(&buf, "- {id: r%d, level: x, forbid: y}\n", i);
	reading = reading_of(arena, POLICY_CHAIN, "tfherald.yaml", buf_str(&buf));
	assert_int_equal(reading->problems.count, POLICY_PROBLEMS_MAX);
	assert_int_equal(reading->problems.left_out, 250 - POLICY_PROBLEMS_MAX);
	assert_int_equal(reading->file.rule_count, 250);
}

/* --- waivers and tests --- */

static void test_waivers(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
	    {"{rule: a, resource: b.c, reason: d, expires: 2026-12-31}", ""},
	    {"{rule: a, resource: b.c, reason: d, expires: 2026-12-31, value: 'vf1:x', ticket: 7, "
	     "approved_by: '@x'}",
		""},
	    {"{rule: a, resource: b.c, reason: d}", "'expires' is missing"},
	    {"{rule: a}", "'resource' is missing; 'reason' is missing; 'expires' is missing"},
	    {"{rule: a, resource: b.c, reason: d, expire: 2026-12-31}",
		"unknown key 'expire' of a waiver; did you mean 'expires'?; 'expires' is missing"},
	    {"{rule: a, resource: b.c, reason: d, expires: tomorrow}",
		"'expires': 'tomorrow' is no date; write year, month and day as in 2026-12-31"},
	    {"{rule: a, resource: b.c, reason: , expires: 2026-12-31}",
		"'reason' must be text, not nothing"},
	    {"{rule: a, resource: b.c, reason: d, expires: 2026-12-31, value: x}",
		"'value' must be a fingerprint that begins with 'vf1:', as 'tfherald policy waive' "
		"writes it"},
	    {"text", "a waiver must be a map, not text"},
	    {"!x y", "'a waiver': a plain text that begins with '!' is a tag to YAML; put it in "
		     "quotes"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct str text = str_format(arena, "version: 1\nwaivers:\n  - %s\n", rows[i].text);
		struct reading *reading =
		    reading_of(arena, POLICY_WAIVERS, "a/b/tfherald.waivers.yaml", text);
		const struct waiver *waiver = &reading->file.waivers[0];

		assert_int_equal(reading->problems.count, 0);
		assert_int_equal(reading->file.waiver_count, 1);
		check_str(rows[i].text, waiver->problem, rows[i].want);
		check_str("directory", waiver->directory, "a/b");
		assert_int_equal(waiver->place.line, 3);
		if (rows[i].want[0] == '\0')
			assert_int_equal(waiver->expires, 1798675200 + 86400);
	}
}

static void test_test_documents(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	const struct reading *reading = read_good(arena, POLICY_CHAIN, "tfherald.yaml",
	    "tests:\n"
	    "- rule: sg\n"
	    "  name: 7\n"
	    "  resource: {type: t, action: create, after: {port: 22, name: '22', cidrs: !unknown , "
	    "key: !sensitive x, m: !sensitive {a: 1}, n: 1.50, e: null, f: !sensitive }}\n"
	    "  expect: {undecided: [\"after.cidrs\"]}\n");
	const struct policy_test *test = &reading->file.tests[0];
	const struct value *resource = value_get_c(test->document, "resource");
	const struct value *after = value_get_c(*resource, "after");

	(void)state;
	check_str("rule", test->rule, "sg");
	check_str("name", test->name, "7");
	assert_int_equal(test->place.line, 2);
	assert_int_equal(value_get_int(*after, "port", 0), 22);
	check_str("quoted", value_get_str(*after, "name"), "22");
	check_str("number", value_text(*value_get_c(*after, "n")), "1.50");
	assert_int_equal(value_get_c(*after, "cidrs")->kind, VALUE_UNKNOWN);
	assert_int_equal(value_get_c(*after, "e")->kind, VALUE_NULL);
	assert_int_equal(value_get_c(*after, "f")->kind, VALUE_NULL);
	assert_true(value_get_c(*after, "f")->marks & VALUE_SENSITIVE);
	assert_true(value_get_c(*after, "key")->marks & VALUE_SENSITIVE);
	assert_true(value_get_c(*after, "m")->marks & VALUE_SENSITIVE);
	assert_int_equal(value_get_int(*value_get_c(*after, "m"), "a", 0), 1);
	assert_true(after->marks & VALUE_HAS_UNKNOWN);
	assert_true(after->marks & VALUE_HAS_SENSITIVE);
	assert_false(value_get_c(*after, "port")->marks & VALUE_HAS_SENSITIVE);
}

/* --- all of it again, cut off, and large --- */

static void test_every_beginning(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(whole_file); i += 3) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		char *copy = malloc(i + 1); /* ASan sees a read over the end */
		struct reading *reading;

		assert_non_null(copy);
		memcpy(copy, whole_file, i);
		reading = reading_of(arena, POLICY_CHAIN, "tfherald.yaml", (struct str){copy, i});
		for (size_t k = 0; k < reading->problems.count; k++)
			assert_true(reading->problems.items[k].text[0] != '\0');
		free(copy);
	}
}

static void test_large_file(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct reading *reading;
	struct buf buf;

	(void)state;
	buf_init(&buf, arena, (size_t)4 << 20);
	buf_adds(&buf, "rules:\n");
	for (int i = 0; i < 5000; i++)
		buf_addf(&buf,
		    "- id: rule-%d\n  level: deny\n  match: {types: [aws_x]}\n  forbid: |\n    "
		    "resource.after.x == %d\n",
		    i, i);
	reading = reading_of(arena, POLICY_CHAIN, "tfherald.yaml", buf_str(&buf));
	assert_int_equal(reading->problems.count, 0);
	assert_int_equal(reading->file.rule_count, 5000);
}

static void test_key_table(void **state)
{
	(void)state;
	for (size_t i = 0; policy_key_rows[i].name; i++) {
		assert_true(policy_key(str_from(policy_key_rows[i].name)));
		assert_true(policy_key_rows[i].help[0] != '\0');
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(policy_key_rows[i].name, policy_key_rows[k].name);
	}
	assert_false(policy_key(STR("github")));
	assert_false(policy_key(STR("version")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_whole_file),
	    cmocka_unit_test(test_params),
	    cmocka_unit_test(test_places),
	    cmocka_unit_test(test_problems),
	    cmocka_unit_test(test_kinds),
	    cmocka_unit_test(test_many_problems),
	    cmocka_unit_test(test_waivers),
	    cmocka_unit_test(test_test_documents),
	    cmocka_unit_test(test_every_beginning),
	    cmocka_unit_test(test_large_file),
	    cmocka_unit_test(test_key_table),
	};

	return cmocka_run_group_tests_name("policies/policy_file", tests, NULL, NULL);
}

/* `tfherald policy test|explain|record|waive|effective|list|lint`, as a person runs them. */
#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/arena.h"
#include "tests/support/program.h"

#define SECRET "hunter2hunter2"

static const char policies[] =
    "version: 1\n"
    "params:\n"
    "  ports: {type: list<int>, value: [22], tighten: superset}\n"
    "  spare: {type: int, value: 1}\n"
    "rules:\n"
    "  - id: sg-port\n"
    "    title: Ports are closed\n"
    "    level: deny\n"
    "    match: {types: [aws_security_group]}\n"
    "    each: network_rules(resource)\n"
    "    forbid: |\n"
    "      item.covers(params.ports) && item.cidrs.exists(c, c == '0.0.0.0/0')\n"
    "    message: ${resource.address} opens ${item.from}\n"
    "  - id: few\n"
    "    level: deny\n"
    "    scope: plan\n"
    "    require: plan.summary.destroy <= 3\n"
    "  - id: all-plans\n"
    "    level: deny\n"
    "    scope: run\n"
    "    require: run.summary.destroy <= 3\n"
    "  - id: password\n"
    "    level: deny\n"
    "    match: {types: [aws_db]}\n"
    "    forbid: resource.after.password.size() > 7\n"
    "    message: password ${resource.after.password}\n"
    "  - id: strict\n"
    "    level: deny\n"
    "    waivable: false\n"
    "    match: {types: [aws_s3_bucket]}\n"
    "    forbid: \"true\"\n"
    "  - id: shout\n"
    "    level: warn\n"
    "    match: {types: [aws_s3_bucket], dirs: [\"envs/**\"]}\n"
    "    forbid: dir == 'envs/prod'\n"
    "  - id: secret-output\n"
    "    level: warn\n"
    "    scope: output\n"
    "    forbid: output.name == 'key' && !output.sensitive\n";

static const char plan[] =
    "{\"format_version\":\"1.2\",\"terraform_version\":\"1.9.0\",\"resource_changes\":["
    "{\"address\":\"aws_security_group.a\",\"mode\":\"managed\",\"type\":\"aws_security_group\","
    "\"name\":\"a\",\"change\":{\"actions\":[\"create\"],\"before\":null,\"after\":{\"ingress\":["
    "{\"protocol\":\"tcp\",\"from_port\":20,\"to_port\":30,\"cidr_blocks\":[\"0.0.0.0/0\"],"
    "\"description\":\"" SECRET "\"},"
    "{\"protocol\":\"tcp\",\"from_port\":22,\"to_port\":22,\"cidr_blocks\":[\"0.0.0.0/0\"]}]},"
    "\"after_unknown\":{\"id\":true}}},"
    "{\"address\":\"aws_db.p\",\"mode\":\"managed\",\"type\":\"aws_db\",\"name\":\"p\","
    "\"change\":{\"actions\":[\"create\"],\"before\":null,\"after\":{\"password\":\"" SECRET
    "\"},\"after_unknown\":{},\"after_sensitive\":{\"password\":true}}},"
    "{\"address\":\"aws_s3_bucket.b[\\\"k\\\"]\",\"mode\":\"managed\",\"type\":\"aws_s3_bucket\","
    "\"name\":\"b\",\"index\":\"k\",\"change\":{\"actions\":[\"update\"],\"before\":{\"x\":1},"
    "\"after\":{\"x\":2},\"after_unknown\":{}}}],"
    "\"output_changes\":{\"key\":{\"actions\":[\"create\"],\"before\":null,\"after\":\"v\","
    "\"after_unknown\":false}}}";

static void make_directory(struct program *program, const char *name)
{
	const char *path = str_format(program->arena, "%s/%s", program->directory, name).ptr;

	if (mkdir(path, 0700) != 0)
		fail_msg("%s", path);
}

static void begin(struct program *program)
{
	program_begin(program);
	make_directory(program, ".git");
	make_directory(program, "envs");
	make_directory(program, "envs/prod");
	program_write(program, "tfherald.yaml", str_from(policies));
	program_write(program, "main.tf", STR("# nothing\n"));
	program_write(program, "envs/prod/main.tf", STR("# nothing\n"));
	program_write(program, "plan.json", str_from(plan));
}

static void no_secret(const char *name, const struct program_result *result)
{
	if (str_contains(result->out, STR("hunter2")) || str_contains(result->err, STR("hunter2")))
		fail_msg("%s: the secret is shown: %.*s%.*s", name, STR_ARG(result->out),
		    STR_ARG(result->err));
}

/* --- policy test --- */

struct test_row {
	const char *name, *test;
	int status;
	const char *out;
};

static const struct test_row tests_of_rules[] = {
    {"violation",
	"{rule: sg-port, resource: {type: aws_security_group, after: {ingress: [{protocol: tcp, "
	"from_port: 20, to_port: 30, cidr_blocks: [0.0.0.0/0]}]}}, expect: violation, message: "
	"opens 20}",
	0, "1 test passed"},
    {"other message",
	"{rule: sg-port, resource: {type: aws_security_group, after: {ingress: [{protocol: tcp, "
	"from_port: 20, to_port: 30, cidr_blocks: [0.0.0.0/0]}]}}, expect: violation, message: "
	"opens 99}",
	65, "got violation with 'aws_security_group.test opens 20'"},
    {"params",
	"{rule: sg-port, params: {ports: [99]}, resource: {type: aws_security_group, after: "
	"{ingress: [{protocol: tcp, from_port: 20, to_port: 30, cidr_blocks: [0.0.0.0/0]}]}}, "
	"expect: pass}",
	0, "1 test passed"},
    {"undecided",
	"{rule: sg-port, resource: {type: aws_security_group, after: {ingress: [{protocol: tcp, "
	"from_port: 22, to_port: 22, cidr_blocks: !unknown }]}}, expect: {undecided: "
	"[\"after.ingress[0].cidr_blocks\"]}}",
	0, "1 test passed"},
    {"undecided elsewhere",
	"{rule: sg-port, resource: {type: aws_security_group, after: {ingress: [{protocol: tcp, "
	"from_port: 22, to_port: 22, cidr_blocks: !unknown }]}}, expect: {undecided: [after.x]}}",
	65, "got undecided (after.ingress[0].cidr_blocks)"},
    {"not matched", "{rule: sg-port, resource: {type: aws_db, after: {}}, expect: not_matched}", 0,
	"1 test passed"},
    {"explained", "{rule: few, plan: {summary: {destroy: 4}}, expect: pass}", 65,
	"plan.summary.destroy  => 4"},
    {"counted", "{rule: few, plan: {count: {delete: 4}}, expect: violation}", 0, "1 test passed"},
    {"incomplete", "{rule: few, plan: {complete: false}, expect: undecided}", 0, "1 test passed"},
    {"all plans",
	"{rule: all-plans, run: {plans: [{summary: {destroy: 2}}, {dir: b, count: {replace: 2}}]}, "
	"expect: violation}",
	0, "1 test passed"},
    {"all plans without", "{rule: all-plans, expect: pass}", 65, "the test needs 'run'"},
    {"output", "{rule: secret-output, output: {name: key, after: 1}, expect: violation}", 0,
	"1 test passed"},
    {"sensitive output",
	"{rule: secret-output, output: {name: key, after: 1, sensitive: true}, expect: pass}", 0,
	"1 test passed"},
    {"directory",
	"{rule: shout, dir: envs/prod, resource: {type: aws_s3_bucket, after: {}}, expect: "
	"violation}",
	0, "1 test passed"},
    {"other directory",
	"{rule: shout, dir: b, resource: {type: aws_s3_bucket, after: {}}, expect: not_matched}", 0,
	"1 test passed"},
    {"error", "{rule: password, resource: {type: aws_db, after: {}}, expect: error}", 0,
	"1 test passed"},
    {"sensitive is not shown",
	"{rule: password, resource: {type: aws_db, after: {password: !sensitive " SECRET
	"}}, expect: pass}",
	65, "resource.after.password  => (sensitive)"},
    {"no such rule", "{rule: sg-prot, resource: {type: a}, expect: pass}", 65,
	"did you mean 'sg-port'?"},
    {"no resource", "{rule: sg-port, expect: pass}", 65, "the test needs 'resource'"},
    {"no type", "{rule: sg-port, resource: {after: {}}, expect: pass}", 65, "needs a 'type'"},
    {"bad action", "{rule: sg-port, resource: {type: a, action: make}, expect: pass}", 65,
	"not 'make'"},
    {"bad address", "{rule: sg-port, resource: {address: '..'}, expect: pass}", 65,
	"is no address"},
    {"bad plan key", "{rule: few, plan: {sumary: {}}, expect: pass}", 65,
	"did you mean 'summary'?"},
    {"bad figure", "{rule: few, plan: {summary: {destroy: x}}, expect: pass}", 65, "holds numbers"},
    {"too many", "{rule: few, plan: {count: {delete: 99999999}}, expect: pass}", 65, "'count'"},
    {"bad param", "{rule: few, params: {nope: 1}, plan: {}, expect: pass}", 65, "no param 'nope'"},
    {"bad time", "{rule: few, now: soon, plan: {}, expect: pass}", 65, "'now' is a date"},
    {"bad expectation", "{rule: few, plan: {}, expect: perhaps}", 65, NULL},
};

static void test_tests(void **state)
{
	struct program program;
	struct program_result result;

	(void)state;
	begin(&program);
	result = RUN(&program, "policy", "test");
	program_expect("none", &result, 0, "there are no tests here", NULL);
	for (size_t i = 0; i < ARRAY_LEN(tests_of_rules); i++) {
		const struct test_row *row = &tests_of_rules[i];

		program_write(&program, "a_test.yaml",
		    str_format(program.arena, "tests:\n  - %s\n", row->test));
		result = RUN(&program, "policy", "test");
		program_expect(row->name, &result, row->status, row->out, NULL);
		no_secret(row->name, &result);
	}
	program_end(&program);
}

static void test_places(void **state)
{
	static const char one[] = "tests:\n  - {rule: few, plan: {summary: {destroy: 1}}, expect: "
				  "pass}\n";
	struct program program;
	struct program_result result;

	(void)state;
	begin(&program);
	program_write(&program, "a_test.yaml", str_from(one));
	program_write(&program, "envs/prod/b_test.yaml", str_from(one));
	result = RUN(&program, "policy", "test");
	program_expect("all", &result, 0, "2 tests passed", NULL);
	result = RUN(&program, "policy", "test", "envs");
	program_expect("below", &result, 0, "1 test passed", NULL);
	result = RUN(&program, "policy", "test", "--verbose", "envs/prod/b_test.yaml");
	program_expect("file", &result, 0, "ok      envs/prod/b_test.yaml:2:5: few: pass\n", NULL);
	result = RUN(&program, "policy", "test", "gone");
	program_expect("missing", &result, 66, NULL, "gone");
	result = RUN(&program, "policy", "test", "/dev/null");
	program_expect("device", &result, 65, NULL, "is a device");
	result = RUN(&program, "policy", "test", "--verbose",
	    program_fixture(&program, "policies/packs/tags.yaml"));
	program_expect("pack", &result, 0, "required-tags (both tags): pass", NULL);
	program_write(
	    &program, "envs/prod/tfherald.yaml", STR("rules:\n  - id: x\n    forbid: 1 +\n"));
	result = RUN(&program, "policy", "test");
	program_expect("broken", &result, 65, NULL, "envs/prod/tfherald.yaml:");
	program_end(&program);
}

/* --- explain, record --- */

static void test_explain(void **state)
{
	struct program program;
	struct program_result result;

	(void)state;
	begin(&program);
	result = RUN(&program, "policy", "explain", "sg-port", "aws_security_group.a", "plan.json");
	program_expect("rule", &result, 0,
	    "sg-port (deny, tfherald.yaml:6:5) on aws_security_group.a (create): violation\n",
	    NULL);
	program_expect("rule", &result, 0, "item.covers(params.ports)  => true", NULL);
	no_secret("rule", &result);
	result = RUN(&program, "policy", "explain", "password", "aws_db.p", "plan.json");
	program_expect("sensitive", &result, 0, "sensitive values are not shown", NULL);
	no_secret("sensitive", &result);
	result = RUN(&program, "policy", "explain", "few", "plan.json");
	program_expect("plan", &result, 0, "plan.summary.destroy  => 0", NULL);
	result = RUN(&program, "policy", "explain", "secret-output", "key", ".=plan.json");
	program_expect("output", &result, 0, "on key (create): violation", NULL);
	result = RUN(&program, "policy", "explain", "shout", "aws_s3_bucket.b[\"k\"]", "plan.json");
	program_expect("elsewhere", &result, 0, "not in force in this directory: dirs:", NULL);
	result = RUN(&program, "policy", "explain", "sg-prot", "aws_db.p", "plan.json");
	program_expect("no rule", &result, 64, NULL, "did you mean 'sg-port'?");
	result = RUN(&program, "policy", "explain", "password", "aws_db.q", "plan.json");
	program_expect("no address", &result, 64, NULL, "did you mean 'aws_db.p'?");
	result = RUN(&program, "policy", "explain", "all-plans", "plan.json");
	program_expect("run", &result, 64, NULL, "all plans of a pull request");
	result = RUN(&program, "policy", "explain", "few", "gone.json");
	program_expect("no plan", &result, 66, NULL, "gone.json");
	result = RUN(&program, "policy", "explain", "few", "envs=plan.json");
	program_expect("no root module", &result, 64, NULL, "holds no Terraform files");
	result = RUN(&program, "policy", "explain", "few", ".=envs");
	program_expect("a directory", &result, 66, NULL, "envs");
	result = RUN(&program, "policy", "explain", "few", ".=tfherald.yaml");
	program_expect("no plan in it", &result, 65, NULL, NULL);
	result = RUN(&program, "policy", "explain");
	program_expect("nothing", &result, 64, NULL, "which rule");
	program_end(&program);
}

static void test_record(void **state)
{
	struct program program;
	struct program_result result;
	struct str text;

	(void)state;
	begin(&program);
	result = RUN(&program, "policy", "record", "--output", "r_test.yaml", "plan.json");
	program_expect("record", &result, 0, NULL, NULL);
	text = program_read(&program, "r_test.yaml");
	if (str_contains(text, STR("hunter2")) ||
	    !str_contains(text, STR("password: !sensitive \"(sensitive)\"")) ||
	    !str_contains(text, STR("description: !sensitive")) ||
	    !str_contains(text, STR("id: !unknown")))
		fail_msg("%.*s", STR_ARG(text));
	result = RUN(&program, "policy", "test");
	program_expect("what was recorded passes", &result, 0, "tests passed", NULL);
	result = RUN(&program, "policy", "record", "--rule", "few", "plan.json");
	program_expect("one rule", &result, 0, "  - rule: few\n    plan:\n      summary:\n", NULL);
	result = RUN(&program, "policy", "record", "--rule", "none", "plan.json");
	program_expect("no rule", &result, 64, NULL, "there is no rule 'none'");
	result = RUN(&program, "policy", "record", "--address", "aws_x.y", "plan.json");
	program_expect("no address", &result, 65, NULL, "nothing to record");
	result = RUN(&program, "policy", "record", "--output", "gone/x.yaml", "plan.json");
	program_expect("nowhere", &result, 66, NULL, "gone/x.yaml");
	program_end(&program);
}

/* --- waive --- */

#define WAIVE(...) RUN(&program, "policy", "waive", "--now", "2026-11-22", __VA_ARGS__)
#define UNTIL	   "--reason", "why", "--expires", "2026-12-31"

static void test_waive(void **state)
{
	struct program program;
	struct program_result result;

	(void)state;
	begin(&program);
	program_write(&program, "tfherald.waivers.yaml", STR("# ours\nversion: 1\n"));
	result = WAIVE("sg-port", "aws_security_group.a", "plan.json", "--item", "2", UNTIL);
	program_expect("one item", &result, 0, "value: \"vf1:", NULL);
	no_secret("one item", &result);
	if (!str_starts(program_read(&program, "tfherald.waivers.yaml"),
		STR("# ours\nversion: 1\nwaivers:\n  - rule: sg-port\n")))
		fail_msg("%s", program_read(&program, "tfherald.waivers.yaml").ptr);
	result = WAIVE("sg-port", "aws_security_group.a", "plan.json", UNTIL);
	program_expect(
	    "the other", &result, 0, NULL, "already waived by tfherald.waivers.yaml:4:5");
	result = WAIVE("sg-port", "aws_security_group.a", "plan.json", UNTIL);
	program_expect("all of it", &result, 65, NULL, "waived already");
	result = WAIVE("strict", "aws_s3_bucket.b[\"k\"]", "plan.json", UNTIL);
	program_expect("waivable: false", &result, 65, NULL, "waivable: false");
	result = WAIVE("password", "aws_db.p", "plan.json", UNTIL);
	program_expect("sensitive, without a key", &result, 65, NULL, "at most 14 days");
	no_secret("sensitive, without a key", &result);
	result =
	    WAIVE("password", "aws_db.p", "plan.json", "--reason", "x", "--expires", "2026-12-01");
	program_expect("fourteen days", &result, 0, NULL, "covers every value");
	no_secret("fourteen days", &result);
	result = WAIVE("sg-port", "aws_security_group.b", "plan.json", UNTIL);
	program_expect("no finding", &result, 64, NULL, "has no finding about");
	result = WAIVE("sg", "aws_security_group.a", "plan.json", UNTIL);
	program_expect("no rule", &result, 64, NULL, "there is no rule 'sg'");
	result = WAIVE("few", "plan.json", "--reason", "x", "--expires", "2026-11-21");
	program_expect("past", &result, 64, NULL, "in the past");
	result = WAIVE("few", "plan.json", "--reason", "x", "--expires", "2027-11-21");
	program_expect("too long", &result, 65, NULL, "more than 90 days");
	result = WAIVE("few", "plan.json", "--reason", "x", "--expires", "2026-02-30");
	program_expect("no date", &result, 64, NULL, "--expires");
	result = WAIVE("few", "plan.json", "--reason", " ", "--expires", "2026-12-30");
	program_expect("no reason", &result, 64, NULL, "--reason");
	result = WAIVE("few", "plan.json", UNTIL, "--file", "envs/prod/tfherald.waivers.yaml");
	program_expect("a file that is not read", &result, 64, NULL, "is not read for");
	result = WAIVE("few", "plan.json", UNTIL, "--file", "waivers.yaml");
	program_expect("another name", &result, 64, NULL, "tfherald.waivers.yaml");
	result = WAIVE("sg-port", "aws_security_group.a", "plan.json", "--item", "9", UNTIL);
	program_expect("no item", &result, 64, NULL, "there is no item 9");
	program_end(&program);
}

/* What is written for a finding of the whole plan is a waiver of it; --now is the clock of all. */
static void test_waive_plan(void **state)
{
	struct program program;
	struct program_result result;

	(void)state;
	begin(&program);
	program_write(&program, "tfherald.yaml",
	    STR("version: 1\nrules:\n  - {id: none, level: deny, scope: plan, forbid: "
		"plan.summary.add > 0}\n"));
	result = WAIVE("none", "", "plan.json", UNTIL);
	program_expect("written", &result, 0, "resource: \"*\"", NULL);
	result = RUN(&program, "check", "--now", "2026-12-24", "plan.json");
	program_expect("used", &result, 0, "none on *: expires in 8 days, after 2026-12-31", NULL);
	result = RUN(&program, "check", "--now", "2027-01-01", "plan.json");
	program_expect("expired", &result, 3, "none on *: expired 2026-12-31", NULL);
	program_write(&program, "tfherald.yaml",
	    STR("version: 1\nrules:\n  - {id: all, level: deny, scope: run, forbid: "
		"run.summary.add > 0}\n"));
	result = WAIVE("all", "", "plan.json", UNTIL);
	program_expect("of scope run", &result, 0, "rule: all", NULL);
	result = RUN(&program, "check", "--now", "2026-12-24", "plan.json");
	program_expect("of scope run, used", &result, 0, "all on *: expires in 8 days", NULL);
	program_end(&program);
}

static void test_waive_locked(void **state)
{
	struct program program;
	struct program_result result;
	struct str text = str_from(policies);
	size_t at;

	(void)state;
	begin(&program);
	assert_true(str_find(text, STR("    match: {types: [aws_security_group]}\n"), &at));
	program_write(&program, "tfherald.yaml",
	    str_format(program.arena, "%.*s    lock: all\n%s", (int)at, text.ptr, text.ptr + at));
	result = WAIVE("sg-port", "aws_security_group.a", "envs/prod=plan.json", UNTIL);
	program_expect("below the lock", &result, 65, NULL, "--file tfherald.waivers.yaml");
	result = WAIVE("sg-port", "aws_security_group.a", "envs/prod=plan.json", UNTIL, "--file",
	    "tfherald.waivers.yaml");
	program_expect("at the lock", &result, 0, "tfherald.waivers.yaml has now:", NULL);
	program_end(&program);
}

/* --- effective, list, lint --- */

static void test_effective(void **state)
{
	struct program program;
	struct program_result result;

	(void)state;
	begin(&program);
	program_write(&program, "envs/prod/tfherald.yaml",
	    STR("labels: {env: prod}\noverride:\n  shout: {level: deny}\n"));
	program_write(&program, "tfherald.waivers.yaml",
	    STR("waivers:\n  - {rule: few, resource: x, reason: y, expires: 2020-01-01}\n"));
	result = RUN(&program, "policy", "effective", "envs/prod");
	program_expect("rules", &result, 0, "  deny  shout  tfherald.yaml:32:5\n", NULL);
	program_expect("override", &result, 0,
	    "        level warn -> deny at envs/prod/tfherald.yaml:3:", NULL);
	program_expect("labels", &result, 0, "  env = prod  envs/prod/tfherald.yaml:1:", NULL);
	program_expect("waivers", &result, 0, "  expired  few on x until 2020-01-01", NULL);
	result = RUN(&program, "policy", "effective");
	program_expect("not here", &result, 0, "  shout  tfherald.yaml:32:5: dirs: ", NULL);
	result = RUN(&program, "policy", "effective", "--format", "json", "envs/prod");
	program_expect("json", &result, 0, "\"directory\": \"envs/prod\"", NULL);
	result = RUN(&program, "policy", "effective", "gone");
	program_expect("gone", &result, 66, NULL, "gone");
	program_end(&program);
}

static void test_list(void **state)
{
	struct program program;
	struct program_result result;

	(void)state;
	begin(&program);
	result = RUN(&program, "policy", "list");
	program_expect(
	    "list", &result, 0, "deny  sg-port  tfherald.yaml:6:5\n      Ports are closed\n", NULL);
	result = RUN(&program, "policy", "list", "--format", "json");
	program_expect("json", &result, 0, "\"id\": \"sg-port\"", NULL);
	result = RUN(&program, "policy", "list", "--packs");
	program_expect("packs", &result, 0, "required-tags  pack:tags@", NULL);
	result = RUN(&program, "policy", "list", "envs");
	program_expect("of a directory without", &result, 0, "there are no rules here", NULL);
	program_end(&program);
}

static void test_lint(void **state)
{
	struct program program;
	struct program_result result;

	(void)state;
	begin(&program);
	make_directory(&program, "docs");
	program_write(&program, "docs/tfherald.yaml", STR("labels: {a: b}\n"));
	program_write(&program, "docs/tfherald.yml", STR("labels: {a: b}\n"));
	program_write(&program, "CODEOWNERS", STR("/docs/ @acme/docs\n"));
	program_write(&program, "tfherald.waivers.yaml",
	    STR("waivers:\n  - {rule: few, resource: x, reason: y, expires: 2020-01-01}\n"
		"  - {rule: few, resource: x}\n"));
	result = RUN(&program, "policy", "lint");
	program_expect("tests", &result, 0,
	    "tfherald.yaml:6:5: warning: rule 'sg-port' denies and has no test", NULL);
	program_expect("params", &result, 0, "param 'spare' is used by no rule", NULL);
	program_expect("nothing governed", &result, 0,
	    "docs/tfherald.yaml: warning: the file governs no root module", NULL);
	program_expect(
	    "name", &result, 0, "docs/tfherald.yml: warning: the file is not read", NULL);
	program_expect("owner", &result, 0, "tfherald.yaml: warning: the file has no owner", NULL);
	program_expect("expired", &result, 0, "expired on 2020-01-01", NULL);
	program_expect("malformed", &result, 0, "the waiver is not applied", NULL);
	result = RUN(&program, "policy", "lint", "--strict");
	program_expect("strict", &result, 65, "0 errors, ", NULL);
	result = RUN(&program, "policy", "lint", "--plans", "plan.json");
	program_expect("plans", &result, 0, "warning", NULL);
	no_secret("plans", &result);
	result = RUN(&program, "policy", "lint", "--plans", "gone.json");
	program_expect("no plan", &result, 66, NULL, "gone.json");
	program_write(&program, "docs/tfherald.yaml",
	    STR("rules:\n  - {id: gone, level: deny, match: {types: [a], actions: [delete]}}\n"
		"tests:\n  - {rule: gone, resource: {type: a, action: delete}, expect: "
		"violation}\n"));
	result = RUN(&program, "policy", "lint");
	program_expect("a match alone never passes", &result, 0,
	    "rule 'gone' denies and has no test that expects not_matched", NULL);
	program_write(&program, "docs/tfherald.yaml",
	    STR("rules:\n  - id: x\n    forbid: nmae == 1\n  - id: x\n    forbid: \"true\"\n"));
	result = RUN(&program, "policy", "lint");
	program_expect("errors", &result, 65, "docs/tfherald.yaml:3:", NULL);
	program_end(&program);
}

/* What is wrong with the file itself is an error, whoever reads the key. */
static void test_lint_files(void **state)
{
	static const struct {
		const char *name, *text;
		int status;
		const char *out;
	} rows[] = {
	    {"settings", "version: 1\nterraform: tofu\nlabels: {a: b}\n", 0, NULL},
	    {"unknown key", "version: 1\nrulse: []\n", 65,
		"docs/tfherald.yaml:2:1: error: unknown key 'rulse'; did you mean 'rules'?"},
	    {"unknown key, nothing near", "version: 1\nnothing_like_it: 1\n", 65,
		"docs/tfherald.yaml:2:1: error: unknown key 'nothing_like_it'"},
	    {"unknown setting", "terraform: {comand: tofu}\n", 65,
		"docs/tfherald.yaml:1:13: error: unknown key 'terraform.comand'"},
	    {"both", "rules: 7\nrulse: []\n", 65, "2 errors"},
	    {"another version", "version: 99\n", 65, "1 error,"},
	    {"no YAML", "rules: [", 65, "1 error,"},
	};
	struct program program;
	struct program_result result;

	(void)state;
	begin(&program);
	make_directory(&program, "docs");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		program_write(&program, "docs/tfherald.yaml", str_from(rows[i].text));
		result = RUN(&program, "policy", "lint");
		program_expect(rows[i].name, &result, rows[i].status, rows[i].out, NULL);
	}
	make_directory(&program, "envs/tfherald.yaml");
	make_directory(&program, "envs/tfherald.waivers.yaml");
	result = RUN(&program, "policy", "lint");
	program_expect("a directory", &result, 65,
	    "envs/tfherald.yaml: error: is a directory: expected a file", NULL);
	program_expect("a directory for waivers", &result, 65,
	    "envs/tfherald.waivers.yaml: error: is a directory", NULL);
	program_end(&program);
}

/* --- a plan as text --- */

static void test_text_plan(void **state)
{
	static const char text[] = "Terraform will perform the following actions:\n\n"
				   "  # aws_s3_bucket.b will be created\n"
				   "  + resource \"aws_s3_bucket\" \"b\" {\n"
				   "      + acl = \"public-read\"\n"
				   "    }\n\n"
				   "Plan: 1 to add, 0 to change, 0 to destroy.\n";
	static const struct {
		const char *name, *rule, *says;
	} rows[] = {
	    {"a value", "forbid: resource.after.acl == 'public-read'",
		"holds no values: give the plan as JSON (terraform show -json)"},
	    {"known", "forbid: known(resource.after.acl)", "1 rule"},
	    {"not known", "require: known(resource.after.acl)", "  warn r"},
	    {"who", "require: pr.draft", "not known in this run (see --facts and --data)"},
	    {"action", "forbid: resource.action == 'create'", "  warn r"},
	};
	struct program program;
	struct program_result result;

	(void)state;
	begin(&program);
	program_write(&program, "plan.txt", str_from(text));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		bool undecided = str_contains(str_from(rows[i].says), STR("know")) ||
				 str_contains(str_from(rows[i].says), STR("values"));

		program_write(&program, "tfherald.yaml",
		    str_format(program.arena,
			"version: 1\nrules:\n  - id: r\n    level: warn\n    match: {types: "
			"[aws_s3_bucket]}\n    %s\n",
			rows[i].rule));
		result = RUN(&program, "check", "plan.txt");
		program_expect(rows[i].name, &result, 0, rows[i].says, NULL);
		if (str_contains(result.out, STR("depends on after")) ||
		    str_contains(result.out, STR("undecided")) != undecided)
			fail_msg("%s: %.*s", rows[i].name, STR_ARG(result.out));
	}
	program_write(&program, "tfherald.yaml", str_from(policies));
	result = RUN(&program, "policy", "explain", "strict", "aws_s3_bucket.b", "plan.txt");
	program_expect("decided", &result, 0, "violation\n", NULL);
	result = RUN(&program, "policy", "explain", "few", "plan.txt");
	program_expect("a figure", &result, 0, "plan.summary.destroy  => 0", NULL);
	program_write(&program, "tfherald.yaml",
	    STR("version: 1\nrules:\n  - id: r\n    level: warn\n    match: {types: "
		"[aws_s3_bucket]}\n    require: resource.after.acl == 'x'\n"));
	result = RUN(&program, "policy", "explain", "r", "aws_s3_bucket.b", "plan.txt");
	program_expect("explained", &result, 0, "holds no values: give the plan as JSON", NULL);
	program_end(&program);
}

/* --- a branch that loosens what its base says --- */

static void git(struct program *program, const char *const *words)
{
	const char *argv[16] = {"git", "-c", "user.name=a", "-c", "user.email=a@b.c"};
	struct program_result result;
	size_t count = 5;

	for (size_t i = 0; words[i] && count < 15; i++)
		argv[count++] = words[i];
	result = program_other(program, argv);
	if (result.status == 127)
		skip();
	if (result.status != 0)
		fail_msg("git %s: %.*s", words[0], STR_ARG(result.err));
}
#define GIT(...) git(&program, (const char *const[]){__VA_ARGS__, NULL})

static void test_base(void **state)
{
	static const char strong[] = "require: plan.summary.destroy <= 3";
	struct program program;
	struct program_result result;
	struct str text = str_from(policies);
	size_t at;

	(void)state;
	begin(&program);
	GIT("init", "-q", "-b", "main", ".");
	GIT("add", "tfherald.yaml", "main.tf");
	GIT("commit", "-q", "-m", "one");
	GIT("checkout", "-q", "-b", "feature");
	assert_true(str_find(text, str_from(strong), &at));
	program_write(&program, "tfherald.yaml",
	    str_format(program.arena, "%.*srequire: plan.summary.destroy <= 9%s", (int)at, text.ptr,
		text.ptr + at + sizeof(strong) - 1));
	result = RUN(&program, "policy", "effective", "--base", "main");
	program_expect("trusted", &result, 0, "trusted: main at ", NULL);
	program_expect("weaker", &result, 0, "weaker here than on the base branch:\n  few: ", NULL);
	result = RUN(&program, "policy", "explain", "--base", "main", "few", "plan.json");
	program_expect("head", &result, 0, "plan.summary.destroy <= 9  => true", NULL);
	program_expect("base", &result, 0, "plan.summary.destroy <= 3  => true", NULL);
	result = WAIVE("--base", "main", "sg-port", "aws_security_group.a", "plan.json", UNTIL);
	program_expect("waive", &result, 0, "It counts once it is on main", NULL);
	result = RUN(&program, "policy", "effective", "--base", "main", "--now", "2026-11-22");
	program_expect("not yet", &result, 0, "  untrusted  sg-port on aws_security_group.a", NULL);
	program_end(&program);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_tests),
	    cmocka_unit_test(test_places),
	    cmocka_unit_test(test_explain),
	    cmocka_unit_test(test_record),
	    cmocka_unit_test(test_waive),
	    cmocka_unit_test(test_waive_plan),
	    cmocka_unit_test(test_waive_locked),
	    cmocka_unit_test(test_effective),
	    cmocka_unit_test(test_list),
	    cmocka_unit_test(test_lint),
	    cmocka_unit_test(test_lint_files),
	    cmocka_unit_test(test_text_plan),
	    cmocka_unit_test(test_base),
	};
	return cmocka_run_group_tests_name("e2e/policy_commands", tests, NULL, NULL);
}

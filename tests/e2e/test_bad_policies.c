/* Policy files, expressions, facts and clocks that are wrong: one clear line each with its place,
 * the documented status, no crash and no waiting. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "tests/support/program.h"

#define PARTS_MAX 6
#define TF	  "resource \"aws_x\" \"a\" {}\n"
#define PLAN(after)                                                                               \
	"{\"format_version\":\"1.2\",\"terraform_version\":\"1.9.0\",\"complete\":true,"          \
	"\"resource_changes\":[{\"address\":\"aws_x.a\",\"mode\":\"managed\",\"type\":\"aws_x\"," \
	"\"name\":\"a\",\"provider_name\":\"registry.terraform.io/hashicorp/aws\",\"change\":{"   \
	"\"actions\":[\"create\"],\"before\":null,\"after\":" after "}}]}"
#define SIMPLE	   PLAN("{\"n\":5,\"name\":\"x\",\"list\":[1,2,3]}")
#define RULE	   "version: 1\nrules:\n  - id: a\n    title: A\n    level: deny\n"
#define HOLDS	   RULE "    forbid: resource.after.n == 5\n"
#define EXPR(text) RULE "    forbid: |\n      " text "\n"

static void write_file(struct program *program, const char *path, const char *text)
{
	(void)program_write(program, path, str_from(text));
}

static void begin(struct program *program, const char *policy)
{
	program_begin(program);
	write_file(program, "main.tf", TF);
	write_file(program, "p.json", SIMPLE);
	if (policy)
		write_file(program, "tfherald.yaml", policy);
}

static void expect(const char *name, const struct program_result *result, int status,
    const char *const parts[PARTS_MAX])
{
	program_expect(name, result, status, NULL, NULL);
	for (size_t i = 0; i < PARTS_MAX && parts[i]; i++) {
		if (!str_contains(result->out, str_from(parts[i])) &&
		    !str_contains(result->err, str_from(parts[i])))
			fail_msg("%s: nowhere is '%s' in:\n%.*s%.*s", name, parts[i],
			    STR_ARG(result->out), STR_ARG(result->err));
	}
}

/* --- one policy file, `check` --- */

static const struct {
	const char *name, *policy;
	int status;
	const char *parts[PARTS_MAX];
} bad_files[] = {
    /* YAML */
    {"open bracket", "version: 1\nrules: [\n", 65, {"tfherald.yaml:3:1:", "closing bracket"}},
    {"tab", "version: 1\nrules:\n\t- id: a\n", 65, {"tfherald.yaml:3:1:", "tab"}},
    {"two documents", HOLDS "---\nversion: 1\n", 65, {"tfherald.yaml:7:1:", "one document"}},
    {"a list", "- 1\n", 65, {"tfherald.yaml:1:1:", "expected a map"}},
    {"nothing", "~\n", 65, {"tfherald.yaml:1:1:", "must be a map"}},
    {"newer version", "version: 2\n", 65, {"tfherald.yaml:1:10:", "newer tfherald"}},
    {"duplicate key", "version: 1\nlabels: {a: b, a: c}\n", 65,
	{"tfherald.yaml:2:16:", "second time"}},
    {"duplicate key of a rule", RULE "    level: info\n", 65, {"tfherald.yaml:6:5:", "'level'"}},
    {"alias of itself", "version: 1\nlabels: &a {b: *a}\n", 65,
	{"tfherald.yaml:2:17:", "contains itself"}},
    {"CRLF",
	"version: 1\r\nrules:\r\n  - {id: a, level: deny, title: A, forbid: "
	"resource.after.n == 5}\r\n",
	3, {"1 denial: a"}},
    {"byte order mark", "\xef\xbb\xbf" HOLDS, 3, {"1 denial: a"}},
    {"not UTF-8", "version: 1\n# \xff\n", 65, {"tfherald.yaml:2:3:", "not valid UTF-8"}},
    /* traps */
    {"trap !", RULE "    forbid: !has(resource.after.x)\n", 65,
	{"tfherald.yaml:6:13:", "'!' is a tag", "block scalar", "\n              ^\n"}},
    {"trap ? :", RULE "    forbid: true ? false : true\n", 65,
	{"tfherald.yaml:6:26:", "a ? b : c", "block scalar"}},
    {"trap quote", RULE "    forbid: \"a\" == resource.type\n", 65,
	{"tfherald.yaml:6:17:", "begins with a quote", "block scalar"}},
    {"trap {", RULE "    forbid: {\"a\": 1}.size() == 1\n", 65,
	{"tfherald.yaml:6:21:", "'{' is a map", "block scalar"}},
    {"trap [", RULE "    forbid: [1, 2].size() == 2\n", 65,
	{"tfherald.yaml:6:", "'[' is a list", "block scalar"}},
    {"trap *", RULE "    forbid: *x\n", 65,
	{"tfherald.yaml:6:14:", "'*' is an alias", "block scalar"}},
    {"trap &", RULE "    forbid: & true\n", 65,
	{"tfherald.yaml:6:14:", "'&' is an anchor", "block scalar"}},
    {"trap #", RULE "    forbid: resource.type == #x\n", 65,
	{"tfherald.yaml:6:", "expected a value"}},
    /* everything at once, settings and policies */
    {"all problems in one run",
	"version: 1\nfoo: 1\nlabels: [a]\nundecided: maybe\nrequire_rules: 3\nrules:\n  - "
	"{id: a, level: hard, forbid: \"true\", enforce_from: 2026-02-30}\n",
	65,
	{"tfherald.yaml:2:1: unknown key 'foo'", "tfherald.yaml:3:9: 'labels'",
	    "tfherald.yaml:4:12: 'undecided'", "tfherald.yaml:5:16: 'require_rules'",
	    "tfherald.yaml:7:20: 'level'",
	    "tfherald.yaml:7:56: 'enforce_from': '2026-02-30': there is no such day"}},
    {"unknown keys of a rule",
	RULE "    forbid: \"true\"\n    matc: {}\n    match: {foo: 1, actions: [destroy]}\n", 65,
	{"tfherald.yaml:7:5:", "did you mean 'match'", "tfherald.yaml:8:13: unknown key 'foo'",
	    "tfherald.yaml:8:31: unknown action 'destroy'"}},
    {"duplicate id", HOLDS "  - {id: a, level: warn, forbid: \"true\"}\n", 65,
	{"tfherald.yaml:7:5:", "the rule at line 3"}},
    {"bad glob", RULE "    forbid: \"true\"\n    match: {dirs: [\"[\"]}\n", 65,
	{"tfherald.yaml:7:", "has no ']'"}},
    {"params",
	"version: 1\nparams:\n  p: {type: int, value: x}\n  q: {type: int, value: 3, "
	"tighten: superset}\n  r: {type: strng, value: x}\n",
	65, {"tfherald.yaml:3:25:", "int expected", "tfherald.yaml:4:37:", "tfherald.yaml:5:13:"}},
    {"variables in a circle", "version: 1\nvariables: {x: y, y: x}\n", 65,
	{"tfherald.yaml:2:16:", "depends on itself"}},
    {"override of nothing", "version: 1\noverride: {nope: {level: warn}}\n", 65,
	{"tfherald.yaml:2:12:", "no rule 'nope'"}},
    {"waivers in the wrong file",
	"version: 1\nwaivers: []\nrules:\n  - {id: a, level: warn, forbid: \"true\"}\nfoo: "
	"1\n",
	65, {"tfherald.yaml:5:1:"}},
    /* use */
    {"missing file", "version: 1\nuse: [./no.yaml]\n", 65,
	{"tfherald.yaml:2:7: there is no file 'no.yaml'"}},
    {"glob without match", "version: 1\nuse: [./no/*.yaml]\n", 65,
	{"tfherald.yaml:2:7:", "matches no file"}},
    {"out of the repository", "version: 1\nuse: [../x.yaml]\n", 65,
	{"tfherald.yaml:2:7:", "outside the repository"}},
    {"absolute", "version: 1\nuse: [/etc/passwd]\n", 65,
	{"tfherald.yaml:2:7:", "outside the repository"}},
    {"itself", "version: 1\nuse: [./tfherald.yaml]\n", 65, {"tfherald.yaml:2:7:", "circle"}},
    {"unknown pack", "version: 1\nuse: [\"pack:nope@1.0\"]\n", 65,
	{"tfherald.yaml:2:7: no pack 'nope'"}},
    {"unpinned pack", "version: 1\nuse: [\"pack:tags\"]\n", 65, {"tfherald.yaml:2:7:", "pinned"}},
    {"unknown version of a pack", "version: 1\nuse: [\"pack:tags@9.9\"]\n", 65,
	{"tfherald.yaml:2:7:", "no version '9.9'"}},
    {"data outside", HOLDS "data: {x: ../../etc/passwd}\n", 65,
	{"tfherald.yaml:7:8:", "out of the repository"}},
};

static void policy_files(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad_files); i++) {
		struct program program;
		struct program_result result;

		if (!program_takes_row(i))
			continue;
		begin(&program, bad_files[i].policy);
		result = RUN(&program, "check", ".=p.json");
		expect(bad_files[i].name, &result, bad_files[i].status, bad_files[i].parts);
		program_end(&program);
	}
}

/* --- expressions --- */

static void expressions(void **state)
{
	static const struct {
		const char *name, *policy;
		int status;
		const char *parts[PARTS_MAX];
	} rows[] = {
	    {"end", EXPR("1 +"), 65,
		{"tfherald.yaml:7:10: rule 'a': expected a value",
		    "\n        1 +\n           ^\n"}},
	    {"lexical", EXPR("\"open"), 65, {"tfherald.yaml:7:7:", "not closed"}},
	    {"unknown name", EXPR("nope == 1"), 65, {"tfherald.yaml:7:7:", "unknown name 'nope'"}},
	    {"unknown function", EXPR("nope(1) == 2"), 65,
		{"tfherald.yaml:7:7:", "unknown function 'nope'"}},
	    {"unknown field", EXPR("resource.foo == 1"), 65,
		{"tfherald.yaml:7:16:", "no field 'foo'"}},
	    {"unknown param", EXPR("params.nope == 1"), 65,
		{"tfherald.yaml:7:14:", "no field 'nope'"}},
	    {"arity", EXPR("size() == 1"), 65, {"tfherald.yaml:7:7:", "does not take 0 arguments"}},
	    {"regex", EXPR("resource.after.name.matches(\"(\")"), 65,
		{"tfherald.yaml:7:35:", "does not parse"}},
	    {"look-around", EXPR("resource.after.name.matches(\"(?=x)\")"), 65,
		{"tfherald.yaml:7:35:", "RE2"}},
	    {"cidr", EXPR("cidr(\"10.0.0.0/33\").prefixLength() == 1"), 65,
		{"tfherald.yaml:7:7:", "cidr()"}},
	    {"semver", EXPR("semver(\"1.x\") == semver(\"1.0.0\")"), 65,
		{"tfherald.yaml:7:7:", "semver()"}},
	    {"timestamp", EXPR("timestamp(\"2026-02-30T00:00:00Z\") < now"), 65,
		{"tfherald.yaml:7:7:", "no timestamp"}},
	    {"glob", EXPR("glob(\"x\", \"[\")"), 65, {"tfherald.yaml:7:", "has no ']'"}},
	    {"wrong place", EXPR("item == 1"), 65,
		{"tfherald.yaml:7:7:", "only there in rules with 'each'"}},
	    {"types", EXPR("\"x\" + 1 == \"y\""), 65, {"tfherald.yaml:7:11:", "no such overload"}},
	    {"empty", EXPR(""), 65, {"'forbid' must be an expression"}},
	    /* errors of the rule, told as such; the run goes on */
	    {"no bool", EXPR("1 + 1"), 3, {"the rule itself fails", "not a bool"}},
	    {"each of no list", RULE "    each: resource.after.n\n    forbid: \"true\"\n", 3,
		{"'each' gives int, not a list"}},
	    {"many steps",
		EXPR("resource.after.list.map(a, [1,2,3,4,5,6,7,8,9,10].map(b, "
		     "[1,2,3,4,5,6,7,8,9,10].map(c, [1,2,3,4,5,6,7,8,9,10].map(d, "
		     "[1,2,3,4,5,6,7,8,9,10].map(e, [1,2,3,4,5,6,7,8,9,10].map(f, "
		     "[1,2,3,4,5,6,7,8,9,10].map(g, resource.after.n))))))).size() == 1"),
		3, {"too many steps"}},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct program program;
		struct program_result result;

		if (!program_takes_row(i))
			continue;
		begin(&program, rows[i].policy);
		result = RUN(&program, "check", ".=p.json");
		expect(rows[i].name, &result, rows[i].status, rows[i].parts);
		program_end(&program);
	}
}

/* --- large and deep --- */

struct repeated {
	const char *before, *part, *after;
	size_t times;
};

static struct str repeat(struct arena *arena, const struct repeated *repeated)
{
	struct str out;
	struct err err = {0};
	struct buf buf;

	buf_init(&buf, arena, (size_t)32 << 20);
	buf_adds(&buf, repeated->before);
	for (size_t i = 0; i < repeated->times; i++)
		buf_adds(&buf, repeated->part);
	buf_adds(&buf, repeated->after);
	assert_true(buf_finish(&buf, &out, &err));
	return out;
}

#define BEFORE RULE "    forbid: |\n      "
static void large_and_deep(void **state)
{
	static const struct {
		const char *name;
		struct repeated policy;
		const char *parts[PARTS_MAX];
	} rows[] = {
	    {"11 MB", {"version: 1\n", "# a comment\n", "", 1000000},
		{"larger than 4194304 bytes"}},
	    {"11 MB of rules",
		{"version: 1\nrules:\n", "  - {id: a, title: A, level: warn, forbid: \"true\"}\n",
		    "", 220000},
		{"larger than 4194304 bytes"}},
	    {"60,000 rules", {"version: 1\nrules:\n", "  - {id: a, forbid: b}\n", "", 60000},
		{"more than 100000 values"}},
	    {"depth 1000", {"version: 1\nlabels: ", "[", "", 1000},
		{"tfherald.yaml:2:72:", "64 deep"}},
	    {"1 MB expression", {BEFORE "true", " && true", "\n", 130000},
		{"tfherald.yaml:7:7:", "at most 65536"}},
	    {"10,000 brackets", {BEFORE, "(", "true\n", 10000},
		{"tfherald.yaml:7:207:", "200 levels of nesting"}},
	    {"10,000 !", {BEFORE, "!", "true\n", 10000},
		{"tfherald.yaml:7:", "200 levels of nesting"}},
	    {"5,000 fields", {BEFORE "resource.after", ".a", " == 1\n", 5000},
		{"tfherald.yaml:7:", "more than 1000 operations"}},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct program program;
		struct program_result result;

		if (!program_takes_row(i))
			continue;
		begin(&program, NULL);
		(void)program_write(
		    &program, "tfherald.yaml", repeat(program.arena, &rows[i].policy));
		result = RUN(&program, "check", ".=p.json");
		expect(rows[i].name, &result, 65, rows[i].parts);
		program_end(&program);
	}
}

/* What follows a NUL byte would be lost without a word. */
static void nul_bytes(void **state)
{
	static const struct {
		const char *name, *file;
		struct str text;
		const char *parts[PARTS_MAX];
	} rows[] = {
	    {"UTF-16 with its mark", "tfherald.yaml",
		STR_INIT("\xff\xfev\0e\0r\0s\0i\0o\0n\0:\0 \0"
			 "1\0"),
		{"tfherald.yaml:1:1:", "not valid UTF-8"}},
	    {"UTF-16 without a mark", "tfherald.yaml",
		STR_INIT("\0v\0e\0r\0s\0i\0o\0n\0:\0 \0"
			 "1"),
		{"tfherald.yaml:1:1:", "NUL byte"}},
	    {"behind a rule", "tfherald.yaml", STR_INIT(HOLDS "\0\n  - {id: b}\n"),
		{"tfherald.yaml:7:1:", "NUL byte"}},
	    {"waivers", "tfherald.waivers.yaml", STR_INIT("version: 1\n\0"),
		{"tfherald.waivers.yaml:2:1:", "NUL byte"}},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct program program;
		struct program_result result;

		if (!program_takes_row(i))
			continue;
		begin(&program, HOLDS);
		(void)program_write(&program, rows[i].file, rows[i].text);
		result = RUN(&program, "check", ".=p.json");
		expect(rows[i].name, &result, 65, rows[i].parts);
		program_end(&program);
	}
}

/* A regular expression that the plan brings along: its rule fails, once for all, and soon. */
static void catastrophic_regex(void **state)
{
	struct program program;
	struct program_result result;
	struct buf buf;
	struct str plan;
	struct err err = {0};

	(void)state;
	begin(&program, RULE "    forbid: resource.after.text.matches(resource.after.pattern)\n");
	buf_init(&buf, program.arena, (size_t)4 << 20);
	buf_adds(&buf, "{\"format_version\":\"1.2\",\"complete\":true,\"resource_changes\":[");
	for (int i = 0; i < 100; i++)
		buf_addf(&buf,
		    "%s{\"address\":\"aws_x.a%d\",\"mode\":\"managed\",\"type\":\"aws_x\",\"name\":"
		    "\"a%d\",\"provider_name\":\"p\",\"change\":{\"actions\":[\"create\"],"
		    "\"before\":null,"
		    "\"after\":{\"pattern\":\"(a+)+$\",\"text\":"
		    "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\"}}}",
		    i > 0 ? "," : "", i, i);
	buf_adds(&buf, "]}");
	assert_true(buf_finish(&buf, &plan, &err));
	(void)program_write(&program, "p.json", plan);
	result = RUN(&program, "check", ".=p.json");
	expect("regex", &result, 3,
	    (const char *const[PARTS_MAX]){
		"the rule itself fails", "too much work", "aws_x.a0 and 99 more"});
	program_end(&program);
}

/* --- links, pipes, devices, directories --- */

static void no_regular_files(void **state)
{
	static const struct {
		const char *name, *make;
		const char *args[5];
		int status;
		const char *parts[PARTS_MAX];
	} rows[] = {
	    {"use of a link", "ln -s /etc/passwd l.yaml", {"check", ".=p.json"}, 65,
		{"l.yaml: 'l.yaml' is a symbolic link", "1 problem"}},
	    {"use of a loop", "ln -s l.yaml l.yaml", {"check", ".=p.json"}, 65,
		{"is a symbolic link"}},
	    {"use of a device", "ln -s /dev/zero l.yaml", {"check", ".=p.json"}, 65,
		{"is a symbolic link"}},
	    {"use of a pipe", "mkfifo l.yaml", {"check", ".=p.json"}, 65, {"is a pipe"}},
	    {"use of a directory", "mkdir l.yaml", {"check", ".=p.json"}, 65, {"is a directory"}},
	    {"root file is a link", "rm tfherald.yaml; ln -s /etc/passwd tfherald.yaml",
		{"check", ".=p.json"}, 65, {"leads out of the repository"}},
	    {"root file is a pipe", "rm tfherald.yaml; mkfifo tfherald.yaml", {"check", ".=p.json"},
		65, {"no regular file"}},
	    {"the same, lint", "rm tfherald.yaml; mkfifo tfherald.yaml", {"policy", "lint"}, 65,
		{"is a pipe"}},
	    {"the same, test", "rm tfherald.yaml; mkfifo tfherald.yaml", {"policy", "test"}, 65,
		{"is a pipe"}},
	    {"the same, config", "rm tfherald.yaml; mkfifo tfherald.yaml", {"config", "check"}, 65,
		{"no regular file"}},
	    {"waivers are a link",
		"echo version: 1 > l.yaml; ln -s /etc/passwd tfherald.waivers.yaml",
		{"check", ".=p.json"}, 65, {"tfherald.waivers.yaml' is a symbolic link"}},
	    {"waivers are a pipe", "echo version: 1 > l.yaml; mkfifo tfherald.waivers.yaml",
		{"check", ".=p.json"}, 65, {"is a pipe"}},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct program program;
		struct program_result result;

		if (!program_takes_row(i))
			continue;
		begin(&program, "version: 1\nuse: [./l.yaml]\n");
		result =
		    program_other(&program, (const char *const[]){"sh", "-c", rows[i].make, NULL});
		assert_int_equal(result.status, 0);
		result = program_run(&program, rows[i].args);
		expect(rows[i].name, &result, rows[i].status, rows[i].parts);
		program_end(&program);
	}
}

/* --- other files, options, commands --- */

static const struct {
	const char *name, *input;
	const char *args[10];
	int status;
	const char *parts[PARTS_MAX];
} bad_inputs[] = {
    {"config check", NULL, {"config", "check"}, 0, {"nothing wrong"}},
    {"clock", NULL, {"check", "--now", "yesterday", ".=p.json"}, 64, {"--now expects"}},
    {"no such day", NULL, {"check", "--now", "2026-02-30", ".=p.json"}, 64, {"--now expects"}},
    {"facts: no JSON", "hello", {"check", "--facts", "in", ".=p.json"}, 65, {"in:1:1:"}},
    {"facts: a list", "[]", {"check", "--facts", "in", ".=p.json"}, 65, {"JSON object"}},
    {"facts: unknown key", "{\"foo\":1}", {"check", "--facts", "in", ".=p.json"}, 65,
	{"unknown key 'foo'"}},
    {"facts: pr is no map", "{\"pr\":5}", {"check", "--facts", "in", ".=p.json"}, 65,
	{"'pr' must be a map"}},
    {"facts: number", "{\"pr\":{\"number\":\"7\"}}", {"check", "--facts", "in", ".=p.json"}, 65,
	{"'pr.number' must be a whole number"}},
    {"facts: labels", "{\"pr\":{\"labels\":\"x\"}}", {"check", "--facts", "in", ".=p.json"}, 65,
	{"'pr.labels' must be a list"}},
    {"facts: approvals", "{\"pr\":{\"approvals\":[5]}}", {"check", "--facts", "in", ".=p.json"}, 65,
	{"'pr.approvals' must be a list"}},
    {"facts: user", "{\"pr\":{\"approvals\":[{\"user\":7}]}}",
	{"check", "--facts", "in", ".=p.json"}, 65, {"'approval.user' must be text"}},
    {"facts: approvals of nothing", "{\"approvals\":[{\"user\":7}]}",
	{"check", "--facts", "in", ".=p.json"}, 65,
	{"unknown key 'approvals'; facts have 'pr', 'git' and 'backend'"}},
    {"no plan behind =", NULL, {"check", ".="}, 64, {"which plan of the directory '.'?"}},
    {"an endless device", NULL, {"check", ".=/dev/zero"}, 65, {"'/dev/zero' is a device"}},
    {"show of a device", NULL, {"show", "/dev/zero"}, 65, {"'/dev/zero' is a device"}},
    {"facts: teams", "{\"pr\":{\"approvals\":[{\"teams\":\"a/b\"}]}}",
	{"check", "--facts", "in", ".=p.json"}, 65, {"'approval.teams' must be a list"}},
    {"facts: fine",
	"{\"pr\":{\"number\":7,\"labels\":[\"x\"],\"draft\":false,\"author\":\"b\","
	"\"approvals\":[{\"user\":\"a\",\"teams\":[],\"commit\":\"c\"}]},\"git\":{"
	"\"changed_files\":[]},\"backend\":{\"type\":\"s3\",\"config\":{}}}",
	{"check", "--facts", "in", ".=p.json"}, 3, {"1 denial: a"}},
    {"facts: missing", NULL, {"check", "--facts", "no", ".=p.json"}, 66, {"'no'"}},
    {"data: no JSON", "{", {"check", "--data", "x=in", ".=p.json"}, 65, {"in:1:2:"}},
    {"data: no name", NULL, {"check", "--data", "in", ".=p.json"}, 64, {"NAME=FILE"}},
    {"data: missing", NULL, {"check", "--data", "x=no", ".=p.json"}, 66, {"'no'"}},
    {"plan: a directory", NULL, {"check", ".=."}, 66, {"is a directory"}},
    {"plan: empty", "", {"check", ".=in"}, 65, {"is empty"}},
    {"plan: text", "hello", {"check", ".=in"}, 65, {"no plan"}},
    {"plan: errored", "{\"format_version\":\"1.2\",\"errored\":true,\"resource_changes\":[]}",
	{"check", ".=in"}, 65, {"gets no verdict"}},
    {"DIR: none", NULL, {"check", "no=p.json"}, 64, {"no directory"}},
    {"DIR: without Terraform", NULL, {"check", "tmp=p.json"}, 64, {"no Terraform files"}},
    {"DIR: not said", NULL, {"check", "tmp/p.json"}, 64, {"DIR="}},
    {"waive: no such day", NULL,
	{"policy", "waive", "a", "aws_x.a", ".=p.json", "--reason=r", "--expires=2026-02-30"}, 64,
	{"no such day"}},
    {"waive: unknown rule", NULL,
	{"policy", "waive", "b", "aws_x.a", ".=p.json", "--reason=r", "--expires=2026-12-20",
	    "--now=2026-11-22"},
	64, {"no rule 'b'"}},
    {"explain: unknown resource", NULL, {"policy", "explain", "a", "aws_x.b", ".=p.json"}, 64,
	{"did you mean 'aws_x.a'"}},
    {"effective: missing", NULL, {"policy", "effective", "no"}, 66, {"'no'"}},
    {"eval: two lines", NULL, {"policy", "eval", "1 +\n(2"}, 65, {"to close '(2'", "  (2\n    ^"}},
    {"eval: variables", "[]", {"policy", "eval", "--vars", "in", "1"}, 65, {"object of variables"}},
    {"list", NULL, {"policy", "list"}, 0, {"tfherald.yaml:3:5"}},
};

static void other_inputs(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad_inputs); i++) {
		struct program program;
		struct program_result result;

		if (!program_takes_row(i))
			continue;
		begin(&program, HOLDS);
		if (bad_inputs[i].input)
			write_file(&program, "in", bad_inputs[i].input);
		result = program_run(&program, bad_inputs[i].args);
		expect(bad_inputs[i].name, &result, bad_inputs[i].status, bad_inputs[i].parts);
		program_end(&program);
	}
}

/* The keys of policies belong to the files that `config check` looks at. */
static void config_check_sees_policies(void **state)
{
	struct program program;
	struct program_result result;

	(void)state;
	begin(&program, "version: 1\nfoo: 1\nrules: {a: 1}\n");
	result = RUN(&program, "config", "check");
	expect("config check", &result, 65,
	    (const char *const[PARTS_MAX]){"tfherald.yaml:2:1: unknown key 'foo'",
		"tfherald.yaml:3:8: 'rules' must be a list"});
	program_end(&program);
}

/* --- waivers: what is wrong with one leaves its finding --- */

static void waivers(void **state)
{
	static const struct {
		const char *name, *waiver;
		int status;
		const char *part;
	} rows[] = {
	    {"fine", "{rule: a, resource: aws_x.a, reason: r, expires: 2026-12-01}", 0, "1 waived"},
	    {"no such day", "{rule: a, resource: aws_x.a, reason: r, expires: 2026-02-30}", 3,
		"there is no such day"},
	    {"no end", "{rule: a, resource: aws_x.a, reason: r}", 3, "'expires' is missing"},
	    {"far end", "{rule: a, resource: aws_x.a, reason: r, expires: 2099-01-01}", 3,
		"more than 14 days"},
	    {"expired", "{rule: a, resource: aws_x.a, reason: r, expires: 2026-11-21}", 3,
		"expired 2026-11-21"},
	    {"no reason", "{rule: a, resource: aws_x.a, expires: 2026-12-01}", 3,
		"'reason' is missing"},
	    {"unknown key", "{rule: a, resource: aws_x.a, reason: r, expires: 2026-12-01, foo: 1}",
		3, "unknown key 'foo'"},
	    {"any rule", "{rule: \"*\", resource: aws_x.a, reason: r, expires: 2026-12-01}", 3,
		"unused"},
	    {"bad value", "{rule: a, resource: aws_x.a, reason: r, expires: 2026-12-01, value: x}",
		3, "'vf1:'"},
	    {"hostile pattern",
		"{rule: a, resource: \"*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b\", reason: "
		"r, expires: 2026-12-01}",
		3, "unused"},
	    {"no map", "5", 3, "a waiver must be a map"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct program program;
		struct program_result result;

		if (!program_takes_row(i))
			continue;
		begin(&program, HOLDS);
		write_file(&program, "tfherald.waivers.yaml",
		    str_format(program.arena, "version: 1\nwaivers:\n  - %s\n", rows[i].waiver)
			.ptr);
		result = RUN(&program, "check", "--now", "2026-11-22", ".=p.json");
		expect(rows[i].name, &result, rows[i].status,
		    (const char *const[PARTS_MAX]){rows[i].part});
		program_end(&program);
	}
}

/* --- a child under a lock --- */

static void locks(void **state)
{
	static const char root[] =
	    "version: 1\nparams: {lim: {type: int, value: 3, tighten: lower}}\nlabels: {t: x}\n"
	    "variables: {v: \"true\"}\nrules:\n  - {id: a, title: A, level: deny, lock: weaken, "
	    "forbid: 'resource.after.n > params.lim && labels.t == \"x\" && v'}\n";
	static const struct {
		const char *name, *child;
		int status;
		const char *parts[PARTS_MAX];
	} rows[] = {
	    {"tighter", "params: {lim: {value: 2}}\n", 3, {"1 denial: a"}},
	    {"looser", "params: {lim: {value: 9}}\n", 65,
		{"c/tfherald.yaml:2:10:", "not lower than 3"}},
	    {"type", "params: {lim: {value: x}}\n", 65, {"c/tfherald.yaml:2:10:", "int expected"}},
	    {"label", "labels: {t: y}\n", 65, {"c/tfherald.yaml:2:10:", "locked with it"}},
	    {"variable", "variables: {v: \"false\"}\n", 65,
		{"c/tfherald.yaml:2:16:", "locked with it"}},
	    {"level", "override: {a: {level: warn}}\n", 65,
		{"c/tfherald.yaml:2:12:", "below deny"}},
	    {"disabled", "override: {a: {disabled: true}}\n", 65,
		{"c/tfherald.yaml:2:12:", "tfherald.yaml:6:5"}},
	    {"same id", "rules:\n  - {id: a, level: info, forbid: \"false\"}\n", 65,
		{"c/tfherald.yaml:3:5:", "is taken by tfherald.yaml:6:5"}},
	    {"break-glass", "break_glass: {}\n", 65, {"c/tfherald.yaml:2:14:", "repository root"}},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct program program;
		struct program_result result;
		const char *const make[] = {"sh", "-c",
		    "mkdir -p c .git/refs .git/objects && echo 'ref: refs/heads/main' > .git/HEAD",
		    NULL};

		begin(&program, root);
		assert_int_equal(program_other(&program, make).status, 0);
		write_file(&program, "c/main.tf", TF);
		write_file(&program, "c/tfherald.yaml",
		    str_format(program.arena, "version: 1\n%s", rows[i].child).ptr);
		result = RUN(&program, "check", "c=p.json");
		expect(rows[i].name, &result, rows[i].status, rows[i].parts);
		program_end(&program);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(policy_files),
	    cmocka_unit_test(expressions),
	    cmocka_unit_test(large_and_deep),
	    cmocka_unit_test(nul_bytes),
	    cmocka_unit_test(catastrophic_regex),
	    cmocka_unit_test(no_regular_files),
	    cmocka_unit_test(other_inputs),
	    cmocka_unit_test(config_check_sees_policies),
	    cmocka_unit_test(waivers),
	    cmocka_unit_test(locks),
	};

	return cmocka_run_group_tests_name("e2e/bad_policies", tests, NULL, NULL);
}

/* `tfherald check`: statuses, formats, directories, several plans, imports, and hostile content. */
#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json_read.h"
#include "tests/support/program.h"

#define ARGS_MAX 12

static bool other(struct program *program, const char *const *argv)
{
	return program_other(program, argv).status == 0;
}
#define OTHER(program, ...) other((program), (const char *const[]){__VA_ARGS__, NULL})

/* The repository of tests/conformance/sarif, committed, as `repo`. */
static void begin(struct program *program)
{
	bool made;

	program_begin(program);
	program_env(program, "GIT_CONFIG_GLOBAL", "/dev/null");
	if (!OTHER(program, "git", "--version")) {
		program_end(program);
		if (getenv("CI"))
			fail_msg("git is missing");
		skip();
	}
	made = OTHER(program, "cp", "-R",
		   program_fixture(program, "tests/conformance/sarif/repository"), "repo") &&
	       OTHER(program, "sh", "-c", "cd repo && cat passing.json plan.json > two.json") &&
	       OTHER(program, "git", "-C", "repo", "init", "-q", "-b", "main") &&
	       OTHER(program, "git", "-C", "repo", "add", "-A") &&
	       OTHER(program, "git", "-C", "repo", "-c", "user.name=t", "-c",
		   "user.email=t@example.com", "commit", "-q", "-m", "t");
	assert_true(made);
}

static struct program_result check(struct program *program, const char *const *args)
{
	const char *words[ARGS_MAX + 8] = {"check", "--base", "HEAD", "--now", "2026-11-22"};
	size_t count = 5;

	for (size_t i = 0; i < ARGS_MAX && args[i]; i++)
		words[count++] = args[i];
	return program_run(program, words);
}
#define CHECK(program, ...) check((program), (const char *const[]){__VA_ARGS__, NULL})

#define PROD		    "repo/envs/prod=repo/plan.json"
#define DEV		    "repo/envs/dev=repo/passing.json"

static const struct {
	const char *name;
	const char *args[ARGS_MAX];
	int status;
	const char *out, *err;
} rows[] = {
    {"denied", {PROD}, 3, "no-public-bucket", "exit status 3: envs/prod: "},
    {"a debt only warns", {PROD}, 3, "  warn existing: ", NULL},
    {"allowed", {DEV}, 0, NULL, NULL},
    {"several", {PROD, DEV}, 3, "all-plans", NULL},
    {"a rule over all plans sees both", {DEV, "repo/empty=repo/passing.json"}, 0, NULL, NULL},
    {"errored", {"repo/envs/prod=repo/errored.json"}, 65, NULL, "terraform reported an error"},
    {"errored and denied", {PROD, "repo/envs/dev=repo/errored.json"}, 65, "no-public-bucket", NULL},
    {"two plans, the second one behind", {"repo/envs/dev=repo/two.json"}, 65, NULL,
	"'repo/two.json' holds more than one JSON document"},
    {"no policies", {"repo/empty=repo/passing.json"}, 0, NULL, NULL},
    {"strict", {"--strict-unknown", PROD}, 3, "module.net.aws_s3_bucket.inner", NULL},
    /* usage */
    {"nothing", {NULL}, 64, NULL, "which plan?"},
    {"no directory", {"repo/plan.json"}, 64, NULL, "say DIR=repo/plan.json"},
    {"not a directory", {"repo/gone=repo/plan.json"}, 64, NULL, "'repo/gone' is no directory"},
    {"no Terraform in it", {"repo/modules=repo/plan.json"}, 64, NULL, "holds no Terraform files"},
    {"unknown format", {"--format", "xml", PROD}, 64, NULL, "junit"},
    {"data", {"--data", "x", PROD}, 64, NULL, "--data expects NAME=FILE"},
    {"clock", {"--now", "yesterday", PROD}, 64, NULL, "--now expects"},
    /* inputs */
    {"no such plan", {"repo/envs/prod=repo/gone.json"}, 66, NULL, "gone.json"},
    {"not a plan", {"repo/envs/prod=repo/other.sarif"}, 65, NULL, "other.sarif"},
    {"import", {"--import", "repo/other.sarif", PROD}, 3, "tflint:aws_s3_bucket_acl", NULL},
    {"import that denies alone", {"--import", "repo/other.sarif", DEV}, 3, "tflint", NULL},
    {"no such import", {"--import", "repo/gone.sarif", PROD}, 66, NULL, "gone.sarif"},
    {"import of no SARIF", {"--import", "repo/plan.json", PROD}, 65, NULL,
	"plan.json: --import: expected a SARIF document"},
    {"import of no JSON", {"--import", "repo/envs/prod/main.tf", PROD}, 65, NULL,
	"main.tf:1:1: --import: "},
    {"import of a directory", {"--import", "repo", PROD}, 66, NULL, "repo"},
    {"no such directory to write to", {"--output", "gone/x", PROD}, 66, NULL, "gone/x"},
};

static void statuses(void **state)
{
	struct program program;

	(void)state;
	begin(&program);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct program_result result;

		if (!program_takes_row(i))
			continue;
		result = check(&program, rows[i].args);
		program_expect(rows[i].name, &result, rows[i].status, rows[i].out, rows[i].err);
	}
	assert_int_equal(program_left_over(&program), 0);
	program_end(&program);
}

static void formats(void **state)
{
	static const struct {
		const char *format, *start, *has;
	} formats_of[] = {
	    {"terminal", "", "envs/prod/main.tf:1"},
	    {"json", "{", "\"denied\": true"},
	    {"markdown", "#", "`no-public-bucket`"},
	    {"sarif", "{\n \"$schema\": ", "\"uri\": \"envs/prod/main.tf\""},
	    {"junit", "<?xml ", "<failure "},
	    {"github", "::error file=envs/prod/main.tf,line=",
		"::error file=envs/prod/main.tf,line=1,col=1,title=no-public-bucket%3A "},
	};
	struct program program;

	(void)state;
	begin(&program);
	for (size_t i = 0; i < ARRAY_LEN(formats_of); i++) {
		const char *format = formats_of[i].format;
		struct program_result result =
		    CHECK(&program, "--format", format, "--import", "repo/more.sarif", PROD, DEV);
		struct program_result written = CHECK(&program, "--format", format, "--import",
		    "repo/more.sarif", "--output", "out", PROD, DEV);

		program_expect(format, &result, 3, formats_of[i].has, NULL);
		assert_true(str_starts(result.out, str_from(formats_of[i].start)));
		/* nothing in any of them can move a cursor; what people read hides no text */
		assert_false(str_contains(result.out, STR("\x1b")));
		if (strcmp(format, "json") != 0 && str_contains(result.out, STR("\xe2\x80\xae")))
			fail_msg("%s: right-to-left", format);
		program_expect(format, &written, 3, NULL, NULL);
		assert_int_equal(written.out.len, 0);
		if (!str_eq(program_read(&program, "out"), result.out))
			fail_msg("%s: --output writes something else", format);
	}
	program_end(&program);
}

static struct value json_of(struct program *program, const char *name, struct str text)
{
	struct value value = value_null();
	struct err err = {0};

	if (!jsonr_read(program->arena, text, &(struct jsonr){0}, &value, &err))
		fail_msg("%s: %d:%d: %s", name, err.line, err.column, err.text);
	return value;
}

static void well_formed(void **state)
{
	struct program program;
	struct program_result result;
	const char *path;

	(void)state;
	begin(&program);
	result = CHECK(&program, "--format", "sarif", "--import", "repo/other.sarif", PROD, DEV);
	assert_int_equal(value_get(json_of(&program, "sarif", result.out), STR("runs"))->len, 2);
	result = CHECK(&program, "--format", "json", "--import", "repo/other.sarif", PROD, DEV);
	assert_int_equal(
	    value_get(json_of(&program, "json", result.out), STR("directories"))->len, 2);
	result = CHECK(&program, "--format", "junit", "--import", "repo/other.sarif", PROD, DEV);
	path = program_write(&program, "junit.xml", result.out);
	if (OTHER(&program, "xmllint", "--version") && !OTHER(&program, "xmllint", "--noout", path))
		fail_msg("xmllint: %.*s", STR_ARG(result.out));
	program_end(&program);
}

static bool commit(struct program *program)
{
	return OTHER(program, "git", "-C", "repo", "add", "-A") &&
	       OTHER(program, "git", "-C", "repo", "-c", "user.name=t", "-c",
		   "user.email=t@example.com", "commit", "-q", "-m", "t");
}

/* Findings of other tools: whose they are, under which waivers, with whose words. */
static void imports(void **state)
{
	static const char waivers[] =
	    "version: 1\n"
	    "waivers:\n"
	    "  - {rule: 'tflint:aws_s3_bucket_acl', resource: aws_s3_bucket.b, reason: r, expires: "
	    "2026-11-30}\n"
	    "  - {rule: 'no-public-bucket', resource: '*', reason: r, expires: 2026-11-30}\n";
	struct program program;
	struct program_result result;

	(void)state;
	begin(&program);
	result = CHECK(&program, "--format", "github", "--import", "repo/other.sarif", PROD, DEV);
	program_expect("resource by line", &result, 3,
	    "::error file=envs/prod/main.tf,line=2,title=tflint%3Aaws_s3_bucket_acl%3A Bad "
	    "ACL::aws_s3_bucket.b: acl",
	    NULL);
	program_expect("resource in a module", &result, 3,
	    "::warning file=modules/net/main.tf,line=1,title=tflint%3Aaws_s3_bucket_acl%3A Bad "
	    "ACL::module.net.aws_s3_bucket.inner: in a module",
	    NULL);
	(void)program_write(&program, "repo/envs/prod/tfherald.waivers.yaml", str_from(waivers));
	result =
	    RUN(&program, "check", "--now", "2026-11-22", "--import", "repo/other.sarif", PROD);
	assert_true(commit(&program));
	result = CHECK(&program, "--format", "github", "--import", "repo/other.sarif", PROD);
	if (str_contains(result.out, STR("::error file=envs/prod/main.tf,line=2,title=tflint")) ||
	    str_contains(result.out, STR("title=no-public-bucket")))
		program_expect("waived", &result, 3, "(neither of them)", NULL);
	result = CHECK(&program, "--import", "repo/other.sarif", PROD);
	program_expect("waived", &result, 3, "tflint:aws_s3_bucket_acl", NULL);
	program_end(&program);
}

/* A directory may lower or disable a rule of another tool, the head of a pull request may not. */
static void tool_levels(void **state)
{
	struct program program;
	struct program_result result;

	(void)state;
	begin(&program);
	(void)program_write(&program, "repo/envs/dev/tfherald.yaml",
	    STR("version: 1\noverride: {'tflint:*': {disabled: true}}\n"));
	result = CHECK(&program, "--import", "repo/other.sarif", DEV);
	program_expect("by the head", &result, 3, "weakens tflint:*", NULL);
	assert_true(commit(&program));
	result = CHECK(&program, "--import", "repo/other.sarif", DEV);
	program_expect("disabled", &result, 0, "left out: an override disables the rule", NULL);
	result = RUN(&program, "policy", "effective", "--base", "HEAD", "repo/envs/dev");
	program_expect(
	    "effective", &result, 0, "  off   tflint:*  envs/dev/tfherald.yaml:2:12\n", NULL);
	(void)program_write(&program, "repo/envs/dev/tfherald.yaml",
	    STR("version: 1\noverride: {'tflint:aws_s3_bucket_acl': {level: warn}}\n"));
	assert_true(commit(&program));
	result = CHECK(&program, "--import", "repo/other.sarif", DEV);
	program_expect("lowered", &result, 0, "  warn tflint:aws_s3_bucket_acl", NULL);
	program_end(&program);
}

#define ORDERED 3000

/* One result of many: its number tells rule, file and line. */
static void add_result(struct buf *buf, size_t i)
{
	buf_addf(buf,
	    "{\"ruleId\":\"r%zu\",\"level\":\"note\",\"message\":{\"text\":\"m%zu\"},\"locations\":"
	    "[{"
	    "\"physicalLocation\":{\"artifactLocation\":{\"uri\":\"envs/prod/%c.tf\"},\"region\":{"
	    "\"startLine\":%zu}}}]}",
	    i % 3, i, (char)('a' + i / 3 % 5), i / 15 + 1);
}

static void write_many(struct program *program, const char *name, size_t step)
{
	struct buf buf;

	buf_init(&buf, program->arena, (size_t)4 << 20);
	buf_adds(&buf, "{\"version\":\"2.1.0\",\"runs\":[{\"tool\":{\"driver\":{\"name\":\"t\"}},"
		       "\"results\":[");
	for (size_t i = 0; i < ORDERED; i++) {
		buf_adds(&buf, i > 0 ? "," : "");
		add_result(&buf, i * step % ORDERED);
	}
	buf_adds(&buf, "]}]}");
	(void)program_write(program, name, buf_str(&buf));
}

/* However the tool ordered its results, they are told by rule, file and line. */
static void imports_in_order(void **state)
{
	static const char *const formats_of[] = {"json", "github", "sarif", "terminal"};
	struct program program;
	struct program_result result;
	struct value document = value_null();
	struct str last_rule = STR_EMPTY, last_file = STR_EMPTY;
	int64_t last_line = 0;
	struct jsonr json = {.file = "out"};
	struct err err = {0};
	const struct value *verdict, *findings;
	size_t count = 0;

	(void)state;
	begin(&program);
	write_many(&program, "up.sarif", 1);
	write_many(&program, "mixed.sarif", 1337);
	for (size_t i = 0; i < ARRAY_LEN(formats_of); i++) {
		const char *format = formats_of[i];
		struct program_result up =
		    CHECK(&program, "--format", format, "--import", "up.sarif", DEV);
		struct program_result mixed =
		    CHECK(&program, "--format", format, "--import", "mixed.sarif", DEV);

		program_expect(format, &up, 0, "r1", NULL);
		if (!str_eq(up.out, mixed.out))
			fail_msg("%s: the order of the results is that of the tool", format);
	}
	result = CHECK(&program, "--format", "json", "--import", "mixed.sarif", DEV);
	assert_true(jsonr_read(program.arena, result.out, &json, &document, &err));
	verdict = value_get_c(value_get_c(document, "directories")->as.items[0], "verdict");
	assert_non_null(verdict);
	findings = value_get_c(*verdict, "findings");
	for (uint32_t i = 0; i < findings->len; i++) {
		struct value finding = findings->as.items[i];
		const struct value *source = value_get_c(finding, "source");
		struct str rule = value_get_str(finding, "rule");
		struct str file = value_get_str(*source, "file");
		int64_t line = value_get_int(*source, "line", 0);
		int order = str_cmp(last_rule, rule);

		if (!str_starts(rule, STR("t:r")))
			continue;
		if (order == 0)
			order = str_cmp(last_file, file);
		assert_true(order < 0 || (order == 0 && last_line <= line));
		last_rule = rule;
		last_file = file;
		last_line = line;
		count++;
	}
	assert_int_equal(count, ORDERED);
	program_end(&program);
}

#define ACL    "tflint:aws_s3_bucket_acl"
#define IMPORT "--import", "repo/other.sarif"
#define POLICY(command, ...) \
	RUN(&program, "policy", command, "--base", "HEAD", "--now", "2026-11-22", __VA_ARGS__)
#define UNTIL(date) "--reason", "why", "--expires", date

/* What is known of a rule of another tool: its document, its levels, overrides, findings. */
static void tool_explained(void **state)
{
	static const struct {
		const char *name, *args[ARGS_MAX];
		int status;
		const char *out, *err;
	} asked[] = {
	    {"where from", {ACL, IMPORT, PROD}, 0,
		ACL " (a rule of tflint 0.50.0, imported from repo/other.sarif)\nBad ACL\n", NULL},
	    {"levels", {ACL, IMPORT, PROD}, 0,
		"  error -> deny (1 result)\n  warning -> warn (1 result)\n", NULL},
	    {"override", {ACL, IMPORT, PROD}, 0, "override: none, the tool's level counts\n", NULL},
	    {"findings", {ACL, IMPORT, PROD}, 0,
		"  deny on aws_s3_bucket.b (envs/prod/main.tf:2): acl ", NULL},
	    {"about one resource", {ACL, "aws_s3_bucket.b", IMPORT, PROD}, 0,
		"findings:\n  deny on aws_s3_bucket.b", NULL},
	    {"about none", {ACL, "aws_s3_bucket.c", IMPORT, PROD}, 64, NULL,
		"has no finding about 'aws_s3_bucket.c'"},
	    {"suppressed", {"tflint:suppressed-one", IMPORT, PROD}, 0,
		"  suppressed by the tool on aws_s3_bucket.b", NULL},
	    {"no such rule", {"tflint:aws_s3_bucket_ac", IMPORT, PROD}, 64, NULL,
		"did you mean '" ACL "'?"},
	    {"a slash", {"tflint/aws_s3_bucket_acl", IMPORT, PROD}, 64, NULL,
		"did you mean '" ACL "'?"},
	    {"no file", {ACL, PROD}, 64, NULL, "--import FILE"},
	    {"no such file", {ACL, "--import", "repo/gone.sarif", PROD}, 66, NULL, "gone.sarif"},
	    {"no SARIF", {ACL, "--import", "repo/plan.json", PROD}, 65, NULL,
		"expected a SARIF document"},
	    {"an own rule all the same", {"whole-plan", IMPORT, PROD}, 0, "plan.summary.add", NULL},
	};
	struct program program;
	struct program_result result;

	(void)state;
	begin(&program);
	for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
		const char *words[ARGS_MAX + 6] = {
		    "policy", "explain", "--base", "HEAD", "--now", "2026-11-22"};

		for (size_t k = 0; asked[i].args[k]; k++)
			words[6 + k] = asked[i].args[k];
		result = program_run(&program, words);
		program_expect(asked[i].name, &result, asked[i].status, asked[i].out, asked[i].err);
	}
	(void)program_write(&program, "repo/envs/prod/tfherald.yaml",
	    STR("version: 1\noverride: {'" ACL "': {level: warn}}\n"));
	result = POLICY("explain", ACL, IMPORT, PROD);
	program_expect("by the head", &result, 0,
	    "override here: level warn (envs/prod/tfherald.yaml:2:12)\noverride in HEAD at ", NULL);
	program_expect("by the head", &result, 0, "  deny on aws_s3_bucket.b", NULL);
	assert_true(commit(&program));
	result = POLICY("explain", ACL, IMPORT, PROD);
	program_expect("lowered", &result, 0, "  warn on aws_s3_bucket.b", NULL);
	(void)program_write(&program, "repo/envs/prod/tfherald.yaml",
	    STR("version: 1\noverride: {'tflint:*': {disabled: true}}\n"));
	assert_true(commit(&program));
	result = POLICY("explain", ACL, IMPORT, PROD);
	program_expect(
	    "disabled", &result, 0, "override: disabled (envs/prod/tfherald.yaml:2:12)", NULL);
	result = POLICY("waive", ACL, "aws_s3_bucket.b", PROD, IMPORT, UNTIL("2026-12-31"));
	program_expect("nothing to waive", &result, 64, NULL,
	    "an override disables the rule (envs/prod/tfherald.yaml:2:12)");
	program_end(&program);
}

/* A waiver that was written for a finding of another tool covers it, and nothing else. */
static void tool_waived(void **state)
{
	struct program program;
	struct program_result result;

	(void)state;
	begin(&program);
	result = POLICY("waive", ACL, "aws_s3_bucket.b", PROD, IMPORT, UNTIL("2026-12-31"));
	program_expect("written", &result, 0,
	    "  - rule: \"" ACL "\"\n    resource: aws_s3_bucket.b\n    value: \"vf1:", NULL);
	assert_true(commit(&program));
	result = POLICY("explain", ACL, "aws_s3_bucket.b", IMPORT, PROD);
	program_expect("counts", &result, 0,
	    "  waived by envs/prod/tfherald.waivers.yaml:3:5 on aws_s3_bucket.b", NULL);
	result = CHECK(&program, "--format", "github", IMPORT, PROD);
	if (str_contains(result.out, STR("::error file=envs/prod/main.tf,line=2,title=tflint")))
		program_expect("counts", &result, 3, "(not the waived one)", NULL);
	program_expect("not the other", &result, 3,
	    "::warning file=modules/net/main.tf,line=1,title=tflint", NULL);
	result = POLICY("waive", ACL, "aws_s3_bucket.b", PROD, IMPORT, UNTIL("2026-12-31"));
	program_expect("again", &result, 65, NULL, "all of it is waived already");
	result = POLICY(
	    "waive", "tflint:suppressed-one", "aws_s3_bucket.b", PROD, IMPORT, UNTIL("2026-12-31"));
	program_expect("suppressed", &result, 65, NULL, "already suppressed by tflint 0.50.0: x");
	result = POLICY("waive", ACL, "aws_s3_bucket.c", PROD, IMPORT, UNTIL("2026-12-31"));
	program_expect("no finding", &result, 64, NULL, "has no finding about 'aws_s3_bucket.c'");
	result = POLICY("waive", ACL, PROD, UNTIL("2026-12-31"));
	program_expect("not given, too long", &result, 64, NULL, "lasts at most 14 days");
	result = POLICY("waive", ACL, PROD, UNTIL("2026-12-01"));
	program_expect("not given", &result, 0, "    resource: \"*\"\n    reason: why\n",
	    "this waiver covers all of them");
	result = RUN(&program, "policy", "lint", "repo");
	if (str_contains(result.out, STR("which is no rule here")))
		program_expect("lint", &result, 0, "(no word about its rule)", NULL);
	program_end(&program);
}

static void reports(void **state)
{
	struct program program;
	struct program_result result;

	(void)state;
	begin(&program);
	result = CHECK(&program, "--reports", "reports", PROD, DEV);
	program_expect("reports", &result, 3, NULL, NULL);
	result = program_other(&program,
	    (const char *const[]){"sh", "-c", "ls reports | wc -l; cat reports/*prod*", NULL});
	program_expect("reports", &result, 0, "no-public-bucket", NULL);
	assert_true(str_starts(str_trim(result.out), STR("2\n")));
	program_end(&program);
}

/* What reorders text on a screen does not come through as it is, whichever command writes JSON. */
static void reordered(void **state)
{
	static const char hostile[] =
	    "{\"format_version\":\"1.2\",\"resource_changes\":[{\"address\":"
	    "\"aws_s3_bucket.b[\\\"\xe2\x80\xae\xe2\x81\xa6\\\"]\",\"mode\":\"managed\",\"type\":"
	    "\"aws_s3_bucket\",\"name\":\"b\",\"index\":\"\xe2\x80\xae\xe2\x81\xa6\",\"change\":{"
	    "\"actions\":[\"create\"],\"before\":null,\"after\":{\"acl\":\"public-read\"},"
	    "\"after_unknown\":{}}}]}";
	static const char *const formats_of[][2] = {{"json", "\\u202e\\u2066"}, {"sarif", NULL}};
	struct program program;
	struct program_result result;

	(void)state;
	begin(&program);
	(void)program_write(&program, "hostile.json", str_from(hostile));
	for (size_t i = 0; i < ARRAY_LEN(formats_of); i++) {
		result =
		    CHECK(&program, "--format", formats_of[i][0], "repo/envs/prod=hostile.json");
		program_expect(formats_of[i][0], &result, 3, formats_of[i][1], NULL);
		assert_false(str_contains(result.out, STR("\xe2\x80\xae")));
		assert_false(str_contains(result.out, STR("\xe2\x81\xa6")));
	}
	result = RUN(&program, "show", "--format", "json", "hostile.json");
	program_expect("show", &result, 0, "\\u202e\\u2066", NULL);
	assert_false(str_contains(result.out, STR("\xe2\x80\xae")));
	program_end(&program);
}

/* A plan of the text form has rules over the whole, too; what they cannot know is undecided. */
static void other_plans(void **state)
{
	static const struct {
		const char *name, *text;
		int status;
		const char *out, *err;
	} plans[] = {
	    {"text",
		"Terraform will perform the following actions:\n\n"
		"  # aws_s3_bucket.b will be created\n"
		"  + resource \"aws_s3_bucket\" \"b\" {\n"
		"      + acl = \"public-read\"\n"
		"    }\n\n"
		"Plan: 1 to add, 0 to change, 0 to destroy.\n",
		-1, NULL, NULL},
	    {"empty", "", 65, NULL, "plan"},
	    {"invalid UTF-8",
		"{\"format_version\":\"1.2\",\"resource_changes\":[{\"address\":\"\xff\"}]}", 65,
		NULL, NULL},
	    {"cut off", "{\"format_version\":\"1.2\",\"resource_changes\":[{", 65, NULL, NULL},
	};
	struct program program;

	(void)state;
	begin(&program);
	for (size_t i = 0; i < ARRAY_LEN(plans); i++) {
		const char *path = program_write(&program, "plan", str_from(plans[i].text));
		const char *operand = str_format(program.arena, "repo/envs/prod=%s", path).ptr;
		struct program_result result = CHECK(&program, operand);

		if (plans[i].status >= 0)
			program_expect(
			    plans[i].name, &result, plans[i].status, plans[i].out, plans[i].err);
		else if (result.status == 0 && !str_contains(result.out, STR("undecided")))
			fail_msg("%s: passes: %.*s", plans[i].name, STR_ARG(result.out));
	}
	program_end(&program);
}

/* What a text does not tell is not known, and nothing of it is a pass. */
static void text_knows_less(void **state)
{
	static const char text[] =
	    "Terraform will perform the following actions:\n\n  # x_y.a will be created\n"
	    "  + resource \"x_y\" \"a\" {\n      + input = (sensitive value)\n    }\n\n"
	    "Plan: 1 to add, 0 to change, 0 to destroy.\n";
	static const char rules[] =
	    "version: 1\nrules:\n  - {id: marked, title: t, level: deny, match: {types: [x_y]}, "
	    "forbid: sensitive(resource.after.input)}\n  - {id: by-provider, title: t, level: "
	    "deny, match: {types: [x_y]}, forbid: 'resource.provider == \"a/b/c\"'}\n  - {id: "
	    "matched, title: t, level: deny, match: {types: [x_y], providers: ['*/*/x'], actions: "
	    "[create]}}\n  - "
	    "{id: version, title: t, level: deny, scope: plan, forbid: "
	    "plan.terraform_version.startsWith('1.')}\n  - {id: elsewhere, title: t, level: deny, "
	    "match: {types: [z], providers: ['*/*/x'], actions: [create]}}\n";
	struct program program;
	struct program_result result;

	(void)state;
	program_begin(&program);
	program_write(&program, "plan.txt", str_from(text));
	program_write(&program, "main.tf", STR("\n"));
	program_write(&program, "tfherald.yaml", str_from(rules));
	result = RUN(&program, "check", ".=plan.txt");
	program_expect("undecided", &result, 0, "Cannot be decided before apply (4)", NULL);
	result = RUN(&program, "check", "--strict-unknown", ".=plan.txt");
	program_expect("strict", &result, 3, "Denied by policy (4)", NULL);
	program_end(&program);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(statuses),
	    cmocka_unit_test(formats),
	    cmocka_unit_test(well_formed),
	    cmocka_unit_test(imports),
	    cmocka_unit_test(imports_in_order),
	    cmocka_unit_test(tool_levels),
	    cmocka_unit_test(tool_explained),
	    cmocka_unit_test(tool_waived),
	    cmocka_unit_test(reports),
	    cmocka_unit_test(reordered),
	    cmocka_unit_test(other_plans),
	    cmocka_unit_test(text_knows_less),
	};
	return cmocka_run_group_tests_name("e2e/check", tests, NULL, NULL);
}

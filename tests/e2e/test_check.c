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
		struct program_result result = check(&program, rows[i].args);

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

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(statuses),
	    cmocka_unit_test(formats),
	    cmocka_unit_test(well_formed),
	    cmocka_unit_test(imports),
	    cmocka_unit_test(tool_levels),
	    cmocka_unit_test(reports),
	    cmocka_unit_test(other_plans),
	};
	return cmocka_run_group_tests_name("e2e/check", tests, NULL, NULL);
}

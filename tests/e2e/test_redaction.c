/* Secrets that nobody marked: what is shown, what passes by, what --fail-on-leak says. */
#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/arena.h"
#include "tests/support/program.h"

#define TOKEN  "ghp_Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8Qr9St0"
#define MARKED "by-the-plan-1"
#define WORD   "hunter2hunter2"

static const char plan[] =
    "{\"format_version\":\"1.2\",\"terraform_version\":\"1.11.4\",\"resource_changes\":[{"
    "\"address\":\"x_service.a\",\"mode\":\"managed\",\"type\":\"x_service\",\"name\":\"a\","
    "\"provider_name\":\"registry.terraform.io/x/x\",\"change\":{\"actions\":[\"update\"],"
    "\"before\":{\"image\":\"v1\",\"env\":\"[{\\\"name\\\":\\\"DB_PASSWORD\\\",\\\"value\\\":"
    "\\\"" WORD "\\\"}]\"},\"after\":{\"image\":\"v2\",\"header\":\"" TOKEN
    "\",\"marked\":\"" MARKED
    "\",\"corp\":\"corp-12345678\",\"from_env\":\"the value of it\",\"env\":\"[{\\\"name\\\":"
    "\\\"HOST\\\",\\\"value\\\":\\\"h9\\\"},{\\\"name\\\":\\\"DB_PASSWORD\\\",\\\"value\\\":"
    "\\\"" WORD "2\\\"}]\"},\"after_unknown\":{},\"before_sensitive\":{},\"after_sensitive\":{"
    "\"marked\":true}}}],"
    "\"output_changes\":{\"hook\":{\"actions\":[\"create\"],\"before\":null,\"after\":"
    "\"postgres://app:" WORD "@db/x\",\"after_unknown\":false,\"before_sensitive\":false,"
    "\"after_sensitive\":false}}}";

static const char *const secrets[] = {TOKEN, MARKED, WORD};

static bool other(struct program *program, const char *const *argv)
{
	return program_other(program, argv).status == 0;
}
#define OTHER(program, ...) other((program), (const char *const[]){__VA_ARGS__, NULL})

static void begin(struct program *program, const char *settings)
{
	program_begin(program);
	(void)program_write(program, "plan.json", str_from(plan));
	(void)program_write(program, "main.tf", STR("\n"));
	(void)program_write(program, "tfherald.yaml", str_from(settings));
	program_env(program, "GIT_CONFIG_GLOBAL", "/dev/null");
	if (!OTHER(program, "git", "init", "-q", "-b", "main") ||
	    !OTHER(program, "git", "add", "-A"))
		fail_msg("git is missing");
	assert_true(OTHER(program, "git", "-c", "user.name=t", "-c", "user.email=t@example.com",
	    "commit", "-q", "-m", "t"));
}

static void must_hide(const char *label, const struct program_result *result)
{
	for (size_t i = 0; i < ARRAY_LEN(secrets); i++) {
		if (str_contains(result->out, str_from(secrets[i])) ||
		    str_contains(result->err, str_from(secrets[i])))
			fail_msg("%s shows %s:\n%.*s", label, secrets[i], STR_ARG(result->out));
	}
}

static void test_formats(void **state)
{
	static const char *const formats[] = {
	    "terminal", "summary", "markdown", "slack", "json", "html"};
	struct program program;

	(void)state;
	begin(&program, "version: 1\n");
	for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
		struct program_result result =
		    RUN(&program, "show", "--format", formats[i], "plan.json");

		program_expect(formats[i], &result, 0, NULL, NULL);
		must_hide(formats[i], &result);
	}
	/* what is no secret in the same JSON text can be reviewed */
	struct program_result result = RUN(&program, "show", "plan.json");

	program_expect("terminal", &result, 0, "h9", NULL);
	program_expect("terminal", &result, 0, "corp-12345678", NULL);
	program_end(&program);
}

static void test_settings(void **state)
{
	struct program program;
	struct program_result result;

	(void)state;
	begin(&program, "redact:\n  detectors: {github_token: off}\n"
			"  masks: ['regexp:corp-[0-9]+']\n  env: [MINE]\n");
	program_env(&program, "MINE", "the value of it");
	result = RUN(&program, "show", "plan.json");
	program_expect("off", &result, 0, TOKEN, NULL);
	assert_false(str_contains(result.out, STR("corp-12345678")));
	assert_false(str_contains(result.out, STR("the value of it")));
	program_end(&program);
}

static void test_leaks(void **state)
{
	struct program program;
	struct program_result result;

	(void)state;
	begin(&program, "version: 1\n");
	result = RUN(&program, "show", "--fail-on-leak", "plan.json");
	program_expect("show", &result, 3, "leak/github_token", NULL);
	program_expect("show", &result, 3, "leak/url_password", NULL);
	must_hide("show", &result);
	result = RUN(&program, "check", "--base", "HEAD", "--fail-on-leak", ".=plan.json");
	program_expect("check", &result, 3, "'header' of 'x_service.a'", "exit status 3");
	must_hide("check", &result);
	result = RUN(&program, "check", "--base", "HEAD", "--fail-on-leak", "--format", "sarif",
	    ".=plan.json");
	program_expect("sarif", &result, 3, "leak/github_token", NULL);
	must_hide("sarif", &result);
	result = RUN(&program, "check", "--base", "HEAD", "--fail-on-leak", "--format", "junit",
	    ".=plan.json");
	program_expect("junit", &result, 3, "leak/github_token", NULL);
	must_hide("junit", &result);
	result = RUN(&program, "plan", "--base", "HEAD", "--fail-on-leak", "--plan", "plan.json");
	program_expect("plan", &result, 3, "leak/github_token", "exit status 3");
	result = RUN(&program, "show", "plan.json");
	program_expect("not asked", &result, 0, NULL, NULL);
	program_end(&program);
	begin(&program, "fail_on_leak: true\n");
	result = RUN(&program, "show", "plan.json");
	program_expect("setting", &result, 3, "leak/github_token", NULL);
	program_end(&program);
}

/* A rule whose message, title and item are what is to be hidden: no format of `check` has it. */
static const char quoting[] =
    "version: 1\nrules:\n  - id: quotes\n    level: deny\n    match: {types: [x_service]}\n"
    "    title: a title\n    forbid: resource.after.header != \"\"\n"
    "    message: header ${resource.after.header} marked ${resource.after.marked} env "
    "${resource.after.env}\n"
    "  - id: warns\n    level: warn\n    match: {types: [x_service]}\n"
    "    each: '[resource.after.header, resource.after.marked]'\n"
    "    forbid: item != \"\"\n    message: item ${item}\n";

static void test_check_formats(void **state)
{
	static const char *const formats[] = {
	    "terminal", "json", "markdown", "html", "sarif", "junit", "github"};
	struct program program;

	(void)state;
	begin(&program, quoting);
	for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
		struct program_result result = RUN(&program, "check", "--base", "HEAD",
		    "--fail-on-leak", "--format", formats[i], ".=plan.json");

		program_expect(formats[i], &result, 3, "quotes", NULL);
		program_expect(formats[i], &result, 3, "warns", NULL);
		program_expect(formats[i], &result, 3, "leak/github_token", NULL);
		must_hide(formats[i], &result);
	}
	program_end(&program);
}

/* A key of for_each may be a secret: also in what is made of an address. */
static const char keys[] =
    "{\"format_version\":\"1.2\",\"terraform_version\":\"1.11.4\",\"resource_changes\":["
    "{\"address\":\"x_a.b[\\\"" TOKEN "\\\"]\",\"mode\":\"managed\",\"type\":\"x_a\","
    "\"name\":\"b\",\"index\":\"" TOKEN "\",\"provider_name\":\"p\",\"change\":{\"actions\":["
    "\"delete\"],\"before\":{\"x\":1},\"after\":null}},"
    "{\"address\":\"x_a.c[\\\"it's-" WORD "\\\"]\",\"mode\":\"managed\",\"type\":\"x_a\","
    "\"name\":\"c\",\"index\":\"it's-" WORD "\",\"provider_name\":\"p\",\"change\":{"
    "\"actions\":[\"delete\"],\"before\":{\"x\":1},\"after\":null}}]}";

static const char losses[] =
    "version: 1\nrules:\n  - id: kept\n    level: deny\n    match: {types: [x_a], actions: "
    "[delete]}\n  - id: typo\n    level: warn\n    match: {types: [x_a], actions: [delete]}\n"
    "    forbid: resource.before[resource.index] == 1 || resource.before.x == 1\n"
    "    message: about ${resource.index}\n";

static const char waived[] =
    "version: 1\nwaivers:\n  - {rule: kept, resource: \"x_a.c*\", reason: \"it is " WORD
    "\", expires: 2026-11-30}\n";

static void test_secret_keys(void **state)
{
	static const char *const formats[] = {
	    "terminal", "json", "markdown", "html", "sarif", "junit", "github"};
	struct program program;
	struct program_result result;

	(void)state;
	begin(&program, losses);
	(void)program_write(&program, "plan.json", str_from(keys));
	(void)program_write(&program, "tfherald.waivers.yaml", str_from(waived));
	program_env(&program, "MY_PASSWORD", "it's-" WORD);
	program_env(&program, "ITS_PASSWORD", WORD);
	for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
		result = RUN(&program, "check", "--now", "2026-11-20", "--base", "HEAD", "--format",
		    formats[i], ".=plan.json");
		program_expect(formats[i], &result, 3, "kept", NULL);
		must_hide(formats[i], &result);
	}
	result = RUN(&program, "check", "--base", "HEAD", ".=plan.json");
	program_expect(
	    "the hint", &result, 3, "policy waive kept 'x_a.b[\"(sensitive)\"]' PLAN", NULL);
	result = RUN(&program, "policy", "record", "--base", "HEAD", ".=plan.json");
	program_expect("record", &result, 0, "x_a.b", NULL);
	must_hide("record", &result);
	result = RUN(&program, "policy", "explain", "--base", "HEAD", "typo",
	    "x_a.b[\"" TOKEN "\"]", ".=plan.json");
	program_expect("explain", &result, 0, "typo", NULL);
	must_hide("explain", &result);
	program_end(&program);
}

static void test_passing_by(void **state)
{
	static const char script[] =
	    "printf 'a hunter2h'; sleep 0.02; echo 'unter2 b'; echo aHVudGVyMmh1bnRlcjI=; "
	    "echo '-----BEGIN PRIVATE KEY-----'; echo MIIE; echo '-----END PRIVATE KEY-----'; "
	    "echo 'No changes. Your infrastructure matches the configuration.'";
	struct program program;
	struct program_result result;

	(void)state;
	begin(&program, "version: 1\n");
	program_env(&program, "MY_PASSWORD", WORD);
	result = RUN(&program, "plan", "--no-json", "--", "sh", "-c", script);
	program_expect("child", &result, 0, "a (sensitive) b\n", NULL);
	must_hide("child", &result);
	assert_false(str_contains(result.out, STR("MIIE")));
	assert_false(str_contains(result.out, STR("aHVudGVyMmh1bnRlcj")));
	program.input = program_write(&program, "text",
	    STR("x " WORD " y\nNo changes. Your infrastructure matches the "
		"configuration.\n"));
	result = RUN(&program, "plan");
	program_expect("pipe", &result, 0, "x (sensitive) y\n", NULL);
	must_hide("pipe", &result);
	program.input = NULL;
	result = RUN(&program, "show", WORD);
	must_hide("log", &result);
	program_end(&program);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_formats),
	    cmocka_unit_test(test_settings),
	    cmocka_unit_test(test_leaks),
	    cmocka_unit_test(test_check_formats),
	    cmocka_unit_test(test_secret_keys),
	    cmocka_unit_test(test_passing_by),
	};

	return cmocka_run_group_tests_name("e2e/redaction", tests, NULL, NULL);
}

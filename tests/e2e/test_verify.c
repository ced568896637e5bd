/* Was this plan reviewed? With the real terraform: planned once more, changed, targeted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/process.h"
#include "tests/support/program.h"

static const char main_tf[] =
    "variable \"size\" {\n  default = \"small\"\n}\n"
    "variable \"pw\" {\n  sensitive = true\n  default = \"first-Secret-4711\"\n}\n"
    "resource \"terraform_data\" \"web\" {\n"
    "  input = { size = var.size, pw = var.pw, name = \"web\" }\n}\n"
    "resource \"terraform_data\" \"db\" {\n  count = 2\n  input = "
    "\"${var.size}-${count.index}\"\n}\n"
    "output \"size\" {\n  value = var.size\n}\n";

/* A missing terraform is a reason to pass over on a laptop, and an error in CI. */
static void project(struct program *program)
{
	struct program_result result;

	program_begin(program);
	if (!process_find(program->arena, "terraform")) {
		if (getenv("CI"))
			fail_msg("terraform is not on PATH, and CI is set");
		program_end(program);
		skip();
	}
	program_write(program, "main.tf", str_from(main_tf));
	result = program_other(program, (const char *const[]){"sh", "-c",
					    "terraform init -no-color && terraform apply "
					    "-no-color -auto-approve && mkdir .git",
					    NULL});
	program_expect("terraform apply", &result, 0, NULL, NULL);
}

static void plan(struct program *program, const char *name, const char *more)
{
	struct str line =
	    str_format(program->arena, "terraform plan -no-color -out=%s %s", name, more);
	struct program_result result =
	    program_other(program, (const char *const[]){"sh", "-c", line.ptr, NULL});

	program_expect(line.ptr, &result, 0, NULL, NULL);
}

static void review(struct program *program, const char *report, const char *more)
{
	struct program_result result;

	plan(program, "reviewed", more);
	result = RUN(program, "show", "--report", report, "reviewed");
	program_expect("show", &result, 0, "fingerprint: pf1:", NULL);
}

/* The text between two others in a file. */
static char *text_of(struct program *program, const char *path, const char *from, size_t len)
{
	struct str text = program_read(program, path);
	size_t at;

	assert_true(str_find(text, str_from(from), &at));
	text = str_skip(text, at + strlen(from));
	return str_to_c(program->arena, str_from_to(text, 0, len));
}

static void verifies(void **state)
{
	static const struct {
		const char *label, *plan, *flag;
		int status;
		const char *out_has, *err_has;
	} rows[] = {
	    {"planned again", "-var size=large", NULL, 0, "identical", NULL},
	    {"planned again, exactly", "-var size=large", "--exact", 0, "identical", NULL},
	    {"in another order of work", "-var size=large -parallelism=1", NULL, 0, "identical",
		NULL},
	    {"without a refresh", "-var size=large -refresh=false", NULL, 0, "identical", NULL},
	    {"another variable", "-var size=huge", NULL, 4,
		"      input.size\n        reviewed: \"small\" -> \"large\"\n"
		"        now:      \"small\" -> \"huge\"\n",
		"exit status 4"},
	    {"an output", "-var size=huge", NULL, 4, "~ output size  update", NULL},
	    {"a part", "-var size=large -target terraform_data.web", NULL, 0, "subset", NULL},
	    {"a part, exactly", "-var size=large -target terraform_data.web", "--exact", 4,
		"- terraform_data.db[0]  update", "--exact was given"},
	    {"replaced", "-var size=large -replace terraform_data.web", NULL, 4,
		"~ terraform_data.web  replace", NULL},
	    {"destroyed", "-destroy", NULL, 4, "terraform_data.db[1]  delete", NULL},
	    {"a secret without a key", "-var size=large -var pw=second-Secret-4712", NULL, 4,
		"not compared", NULL},
	    {"as JSON", "-var size=huge", "--format=json", 4, "\"result\": \"differs\"", NULL},
	};
	struct program program;

	(void)state;
	project(&program);
	review(&program, "reviewed.json", "-var size=large");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct program_result result;

		plan(&program, "now", rows[i].plan);
		result = rows[i].flag
			     ? RUN(&program, "verify", rows[i].flag, "--reviewed", "reviewed.json",
				   "now")
			     : RUN(&program, "verify", "--reviewed", "reviewed.json", "now");
		program_expect(
		    rows[i].label, &result, rows[i].status, rows[i].out_has, rows[i].err_has);
		assert_false(str_contains(result.out, STR("-Secret-")));
	}
	assert_int_equal(program_left_over(&program), 0);
	program_end(&program);
}

static void secrets_under_a_key(void **state)
{
	struct program program;
	struct program_result result;

	(void)state;
	project(&program);
	program_write(&program, "tfherald.yaml", STR("version: 1\nfingerprint_key: env:FP_KEY\n"));
	program_env(&program, "FP_KEY", "a long key that nobody knows");
	review(&program, "reviewed.json", "-var size=large -var pw=second-Secret-4712");
	result = RUN(&program, "verify", "--reviewed", "reviewed.json", "reviewed");
	program_expect("the same", &result, 0, "identical", NULL);
	assert_false(str_contains(result.out, STR("not compared")));
	plan(&program, "now", "-var size=large -var pw=third-Secret-4713");
	result = RUN(&program, "verify", "--reviewed", "reviewed.json", "now");
	program_expect("another secret", &result, 4, "in (sensitive) values", NULL);
	assert_false(str_contains(result.out, STR("-Secret-")));
	assert_false(str_contains(program_read(&program, "reviewed.json"), STR("-Secret-")));
	program_env(&program, "FP_KEY", "another key that nobody knows");
	result = RUN(&program, "verify", "--reviewed", "reviewed.json", "reviewed");
	program_expect("another key", &result, 4, "with another fingerprint_key", NULL);
	program_env(&program, "FP_KEY", "");
	result = RUN(&program, "verify", "--reviewed", "reviewed.json", "reviewed");
	program_expect("no key", &result, 4, "this run has none",
	    "fingerprint_key names FP_KEY, which is not set: hidden values are left out");
	program_env(&program, "FP_KEY", "15 bytes only..");
	result = RUN(&program, "verify", "--reviewed", "reviewed.json", "reviewed");
	program_expect("a short key", &result, 65, NULL,
	    "tfherald.yaml:2:18: fingerprint_key: the variable FP_KEY holds fewer than 16 bytes");
	assert_false(str_contains(result.err, STR("15 bytes only")));
	result = RUN(&program, "show", "reviewed");
	program_expect("a short key of show", &result, 65, NULL, "fewer than 16 bytes");
	program_env(&program, "FP_KEY", "16 bytes of key.");
	result = RUN(&program, "show", "--format", "json", "reviewed");
	program_expect("a key that will do", &result, 0, "\"key_id\": \"", NULL);
	program_end(&program);
}

#define JSON_PLAN(changes)                                                                   \
	"{\"format_version\":\"1.2\",\"terraform_version\":\"1.11.4\",\"resource_changes\":" \
	"[" changes "]}"
#define JSON_CHANGE(name, before, after, marks)                                                \
	"{\"address\":\"a_b." name "\",\"mode\":\"managed\",\"type\":\"a_b\",\"name\":\"" name \
	"\",\"change\":{\"actions\":[\"update\"],\"before\":{\"v\":\"" before                  \
	"\"},\"after\":{\"v\":\"" after "\"},\"after_unknown\":{},\"before_sensitive\":" marks \
	",\"after_sensitive\":" marks "}}"

/* The report was made before anybody marked it. */
static void secret_of_the_plan_at_hand(void **state)
{
	static const char reviewed[] =
	    JSON_PLAN(JSON_CHANGE("url", "old", "is Gq7-kZp-Wm3xR", "{}"));
	static const char now[] = JSON_PLAN(JSON_CHANGE("url", "old", "now Gq7-kZp-Wm3xR",
	    "{}") "," JSON_CHANGE("secret", "none", "Gq7-kZp-Wm3xR", "{\"v\":true}"));
	static const char *const formats[] = {"terminal", "json"};
	struct program program;
	struct program_result result;

	(void)state;
	program_begin(&program);
	program_write(&program, "reviewed.json", str_from(reviewed));
	program_write(&program, "now.json", str_from(now));
	result = RUN(&program, "show", "--report", "report.json", "reviewed.json");
	program_expect("show", &result, 0, "Gq7-kZp-Wm3xR", NULL);
	for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
		result = RUN(&program, "verify", "--format", formats[i], "--reviewed",
		    "report.json", "now.json");
		program_expect(formats[i], &result, 4, "is (sensitive)", NULL);
		if (str_contains(result.out, STR("Gq7")))
			fail_msg("%s:\n%.*s", formats[i], STR_ARG(result.out));
	}
	program_end(&program);
}

/* Settings of how a plan is shown have no part in it; its JSON is as good as its file. */
static void by_the_fingerprint(void **state)
{
	struct program program;
	struct program_result result;
	char *fingerprint;

	(void)state;
	project(&program);
	review(&program, "reviewed.json", "-var size=large");
	fingerprint = text_of(&program, "reviewed.json", "\"fingerprint\": {\"plan\": \"", 26);
	result = RUN(&program, "verify", "--reviewed", fingerprint, "reviewed");
	program_expect("identical", &result, 0, "identical", NULL);
	plan(&program, "now", "-var size=huge");
	result = RUN(&program, "verify", "--reviewed", fingerprint, "now");
	program_expect("differs", &result, 4, "give the report", "exit status 4");
	result = program_other(
	    &program, (const char *const[]){
			  "sh", "-c", "terraform show -json reviewed > reviewed.plan.json", NULL});
	program_expect("terraform show", &result, 0, NULL, NULL);
	program.input = str_format(program.arena, "%s/reviewed.plan.json", program.directory).ptr;
	result = RUN(&program, "verify", "--reviewed", fingerprint);
	program_expect("from standard input", &result, 0, "identical", NULL);
	program.input = NULL;
	result = RUN(&program, "show", "--format", "markdown", "reviewed");
	program_expect("comment", &result, 0, fingerprint, NULL);
	program_end(&program);
}

static void what_cannot_be_compared(void **state)
{
	static const struct {
		const char *label;
		const char *words[6];
		int status;
		const char *err_has;
	} rows[] = {
	    {"nothing reviewed", {"verify", "plan.json"}, 64, "which plan was reviewed"},
	    {"no fingerprint", {"verify", "--reviewed", "pf1:abc", "plan.json"}, 64,
		"is no fingerprint"},
	    {"both from standard input", {"verify", "--reviewed", "-", "-"}, 64, "both"},
	    {"no such report", {"verify", "--reviewed", "none.json", "plan.json"}, 66, "none.json"},
	    {"no such plan", {"verify", "--reviewed", "report.json", "none"}, 66, "none"},
	    {"a plan as the report", {"verify", "--reviewed", "plan.json", "plan.json"}, 65,
		"plan.json:1:1: this is no report"},
	    {"text as the report", {"verify", "--reviewed", "text", "plan.json"}, 65, "text:1:1"},
	    {"two plans", {"verify", "--reviewed", "report.json", "two.json"}, 65,
		"'two.json' holds more than one JSON document: expected one plan"},
	    {"two plans with text between them",
		{"verify", "--reviewed", "report.json", "far.json"}, 65,
		"'far.json' holds more than one JSON document"},
	    {"a plan and text", {"verify", "--reviewed", "report.json", "log.json"}, 0, NULL},
	    {"a part of the plan that stands twice",
		{"verify", "--reviewed", "report.json", "twice.json"}, 65,
		"the key 'resource_changes' stands there twice"},
	    {"a plan that failed", {"verify", "--reviewed", "report.json", "failed.json"}, 65,
		"'failed.json' is of a run that failed"},
	    {"a text plan", {"verify", "--reviewed", "report.json", "text"}, 65,
		"does not tell the values"},
	    {"the report of a text plan", {"verify", "--reviewed", "text.json", "plan.json"}, 65,
		"its plan was read from text"},
	    {"a report that was changed", {"verify", "--reviewed", "forged.json", "plan.json"}, 65,
		"changed by hand"},
	    {"a report whose leaves were taken out",
		{"verify", "--reviewed", "less.json", "plan.json"}, 65, "changed by hand"},
	    {"a report with another address", {"verify", "--reviewed", "renamed.json", "plan.json"},
		65, "'leaf' is not that of 'address'"},
	    {"an unknown format", {"verify", "--format", "xml", "plan.json"}, 64, "xml"},
	    {"all is well", {"verify", "--reviewed", "report.json", "plan.json"}, 0, NULL},
	};
	static const char json[] =
	    "{\"format_version\":\"1.2\",\"resource_changes\":[{\"address\":\"a.b\",\"mode\":"
	    "\"managed\",\"type\":\"a\",\"name\":\"b\",\"change\":{\"actions\":[\"delete\"],"
	    "\"before\":{\"x\":1},\"after\":null}}]}";
	struct program program;
	struct program_result result;

	(void)state;
	program_begin(&program);
	program_write(&program, "plan.json", str_from(json));
	program_write(&program, "text",
	    STR("  # a.b will be destroyed\n  - resource \"a\" \"b\" {\n"
		"    }\n\nPlan: 0 to add, 0 to change, 1 to destroy.\n"));
	result = RUN(&program, "show", "--report", "report.json", "plan.json");
	program_expect("report", &result, 0, NULL, NULL);
	result = RUN(&program, "show", "--report", "text.json", "text");
	program_expect("text", &result, 0, NULL, NULL);
	result =
	    program_other(&program, (const char *const[]){"sh", "-c",
					"sed 's/\"leaf\": \"..../\"leaf\": \"AAAA/' report.json "
					"> forged.json && "
					"sed 's/\"leaf\": \"[^\"]*\"/\"leaf\": null/' report.json "
					"> less.json && "
					"sed 's/\"address\": \"a.b\"/\"address\": \"a.c\"/' "
					"report.json > renamed.json; "
					"cat plan.json plan.json > two.json; "
					"(cat plan.json; printf '\\n%5000d\\n' 1; cat plan.json) "
					"> far.json; "
					"(cat plan.json; echo; echo done) > log.json; "
					"sed 's/}$/,\"errored\":true}/' plan.json > failed.json; "
					"sed 's/}$/,\"resource_changes\":[]}/' plan.json "
					"> twice.json",
					NULL});
	program_expect("sed", &result, 0, NULL, NULL);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		result = program_run(&program, rows[i].words);
		program_expect(rows[i].label, &result, rows[i].status, NULL, rows[i].err_has);
	}
	program_end(&program);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(verifies),
	    cmocka_unit_test(secrets_under_a_key),
	    cmocka_unit_test(secret_of_the_plan_at_hand),
	    cmocka_unit_test(by_the_fingerprint),
	    cmocka_unit_test(what_cannot_be_compared),
	};

	return cmocka_run_group_tests_name("e2e/verify", tests, NULL, NULL);
}

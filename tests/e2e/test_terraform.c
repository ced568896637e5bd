/* The main job on a real terraform: what a user's first hour looks like. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/process.h"
#include "tests/support/program.h"

static const char create_tf[] = "resource \"terraform_data\" \"web\" {\n  count = 2\n"
				"  input = \"web-${count.index}\"\n}\n";
static const char replace_tf[] = "resource \"terraform_data\" \"web\" {\n  count = 1\n"
				 "  input = \"other\"\n  triggers_replace = [1]\n}\n";
static const char secret_tf[] =
    "variable \"pw\" {\n  sensitive = true\n  default = \"top-Secret-4711\"\n}\n"
    "resource \"terraform_data\" \"db\" {\n  input = { pw = var.pw, name = \"db\" }\n}\n";
static const char variable_tf[] =
    "variable \"pw\" {\n  sensitive = true\n  default = \"top-Secret-4711\"\n}\n"
    "resource \"terraform_data\" \"x\" {\n  input = 1\n}\n"
    "check \"c\" {\n  assert {\n    condition = terraform_data.x.input == 2\n"
    "    error_message = \"bad ${nonsensitive(var.pw)}\"\n  }\n}\n";
static const char broken_tf[] = "resource \"terraform_data\" \"x\" {\n  input = var.none\n}\n";
static const char failing_tf[] =
    "resource \"terraform_data\" \"good\" {\n  input = 1\n}\n"
    "resource \"terraform_data\" \"bad\" {\n  depends_on = [terraform_data.good]\n"
    "  provisioner \"local-exec\" {\n    command = \"exit 3\"\n  }\n}\n";

/* A missing terraform is a reason to pass over on a laptop, and an error in CI. */
static bool have_terraform(struct program *program)
{
	if (process_find(program->arena, "terraform"))
		return true;
	if (getenv("CI"))
		fail_msg("terraform is not on PATH, and CI is set");
	return false;
}

static void project(struct program *program, const char *content)
{
	program_begin(program);
	if (!have_terraform(program)) {
		program_end(program);
		skip();
	}
	program_write(program, "main.tf", str_from(content));
	const char *const init[] = {"terraform", "init", "-no-color", NULL};
	struct program_result result = program_other(program, init);
	program_expect("terraform init", &result, 0, NULL, NULL);
}

static void apply_quietly(struct program *program)
{
	const char *const apply[] = {"terraform", "apply", "-auto-approve", "-no-color", NULL};
	struct program_result result = program_other(program, apply);
	program_expect("terraform apply", &result, 0, NULL, NULL);
}

/* Without -out: a temporary plan file gives the JSON, and is gone afterwards. */
static void plan_without_out(void **state)
{
	struct program program;

	(void)state;
	project(&program, create_tf);
	struct program_result result = RUN(&program, "plan", "--report", "report.json",
	    "--markdown", "comment.md", "--", "terraform", "plan", "-no-color");
	program_expect("plan", &result, 0, "2 to add, 0 to change, 0 to destroy", "2 to add");
	struct str report = program_read(&program, "report.json");
	assert_true(str_contains(report, STR("\"form\": \"json\"")));
	assert_true(str_contains(report, STR("\"address\": \"terraform_data.web[1]\"")));
	assert_true(str_contains(
	    program_read(&program, "comment.md"), STR("<code>terraform_data.web[0]</code>")));
	assert_int_equal(program_left_over(&program), 0);
	program_end(&program);
}

static void statuses_pass_through(void **state)
{
	static const struct {
		const char *name, *content, *first, *flag;
		int status;
		const char *err_has;
	} rows[] = {
	    {"changes with -detailed-exitcode", create_tf, NULL, "-detailed-exitcode", 2,
		"exit status 2"},
	    {"no changes", create_tf, create_tf, "-detailed-exitcode", 0, "No changes"},
	    {"replace and destroy", replace_tf, create_tf, "-detailed-exitcode", 2, "2 to destroy"},
	    {"an error", broken_tf, NULL, "-no-color", 1, "main.tf:2"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct program program;

		project(&program, rows[i].first ? rows[i].first : rows[i].content);
		if (rows[i].first)
			apply_quietly(&program);
		program_write(&program, "main.tf", str_from(rows[i].content));
		struct program_result result =
		    RUN(&program, "plan", "--", "terraform", "plan", rows[i].flag);
		program_expect(rows[i].name, &result, rows[i].status, NULL, rows[i].err_has);
		assert_int_equal(program_left_over(&program), 0);
		program_end(&program);
	}
}

static void output_is_untouched(void **state)
{
	struct program program;
	const char *const alone[] = {"terraform", "plan", "-out=p", NULL};

	(void)state;
	project(&program, create_tf);
	struct program_result direct = program_other(&program, alone);
	struct program_result ours = RUN(&program, "plan", "--", "terraform", "plan", "-out=p");
	assert_int_equal(ours.status, direct.status);
	assert_true(str_eq(ours.out, direct.out));
	program_end(&program);
}

/* A plan file of an earlier run is not the plan of this one. */
static void stale_plan_files_are_not_read(void **state)
{
	struct program program;

	(void)state;
	project(&program, create_tf);
	struct program_result result = RUN(&program, "plan", "--", "terraform", "plan", "-out=p");
	program_expect("first", &result, 0, NULL, "2 to add");
	program_write(&program, "main.tf", str_from("resource \"terraform_data\" {"));
	result = RUN(&program, "plan", "--report", "r.json", "--", "terraform", "plan", "-out=p");
	program_expect("second", &result, 1, NULL, "failed");
	assert_false(str_contains(program_read(&program, "r.json"), STR("terraform_data.web")));
	program_end(&program);
}

static void other_ways_to_plan(void **state)
{
	static const struct {
		const char *name;
		const char *arguments[8];
		const char *form;
	} rows[] = {
	    {"-chdir", {"terraform", "-chdir=sub", "plan", "-out=p"}, "json"},
	    {"-out F", {"terraform", "-chdir=sub", "plan", "-out", "p"}, "json"},
	    {"-json", {"terraform", "-chdir=sub", "plan", "-json"}, "json"},
	    {"behind a wrapper", {"env", "A=b", "terraform", "-chdir=sub", "plan"}, "text"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct program program;
		const char *words[24] = {"plan", "--report", "r.json", "--"};
		const char *const prepare[] = {"sh", "-c",
		    "mkdir sub && mv main.tf sub/ && terraform -chdir=sub init >/dev/null", NULL};

		project(&program, create_tf);
		struct program_result result = program_other(&program, prepare);
		program_expect("prepare", &result, 0, NULL, NULL);
		for (size_t k = 0; rows[i].arguments[k]; k++)
			words[4 + k] = rows[i].arguments[k];
		result = program_run(&program, words);
		program_expect(rows[i].name, &result, 0, NULL, "2 to add");
		struct str want = str_format(program.arena, "\"form\": \"%s\"", rows[i].form);
		if (!str_contains(program_read(&program, "r.json"), want))
			fail_msg("%s: the report's form is not %s", rows[i].name, rows[i].form);
		program_end(&program);
	}
}

/* With -chdir the run is about that directory: its name, its settings. */
static void chdir_names_the_directory(void **state)
{
	struct program program;
	const char *const prepare[] = {"sh", "-c",
	    "mkdir -p .git a && mv main.tf a/ && terraform -chdir=a init >/dev/null && "
	    "echo 'target: from-a' > a/tfherald.yaml",
	    NULL};

	(void)state;
	project(&program, create_tf);
	struct program_result result = program_other(&program, prepare);
	program_expect("prepare", &result, 0, NULL, NULL);
	result = RUN(&program, "plan", "--report", "r.json", "--", "terraform", "-chdir=a", "plan");
	program_expect("plan", &result, 0, NULL, "from-a");
	assert_true(str_contains(
	    program_read(&program, "r.json"), STR("\"directory\": {\"value\": \"a\"")));
	program_end(&program);
}

/* Two workspaces of one directory have a name each, and so a comment and a report each. */
static void workspaces_are_told_apart(void **state)
{
	struct program program;
	const char *const select[] = {"terraform", "workspace", "new", "stage", NULL};

	(void)state;
	project(&program, create_tf);
	struct program_result result = program_other(&program, select);
	program_expect("workspace new", &result, 0, NULL, NULL);
	result = RUN(&program, "plan", "--target", "db", "--", "terraform", "plan");
	program_expect("selected", &result, 0, NULL, "Plan: db [stage]");
	program_env(&program, "TF_WORKSPACE", "default");
	result = RUN(&program, "plan", "--target", "db", "--", "terraform", "plan");
	program_expect("TF_WORKSPACE", &result, 0, NULL, "Plan: db\n");
	program_end(&program);
}

/* What stands in the way of the JSON is said; terraform runs all the same. */
static void without_room_for_json(void **state)
{
	struct program program;

	(void)state;
	/* valgrind, which the program then runs under, keeps files of its own in TMPDIR */
	if (getenv("TFHERALD_UNDER_VALGRIND"))
		skip();
	project(&program, create_tf);
	program_env(&program, "TMPDIR", "/nonexistent");
	struct program_result result =
	    RUN(&program, "plan", "--report", "r.json", "--", "terraform", "plan");
	program_expect("no TMPDIR", &result, 0, "2 to add", "using the text instead");
	assert_true(str_contains(program_read(&program, "r.json"), STR("\"form\": \"text\"")));
	program_end(&program);
}

static void saved_plan_files(void **state)
{
	struct program program;
	const char *const plan[] = {"terraform", "plan", "-out=tfplan", NULL};

	(void)state;
	project(&program, create_tf);
	program_other(&program, plan);
	struct program_result result = RUN(&program, "show", "--format", "summary", "tfplan");
	program_expect("show", &result, 0, "2 to add", NULL);
	result = RUN(&program, "show", "--terraform", "/no/terraform", "tfplan");
	program_expect("no terraform", &result, 127, NULL, "/no/terraform");
	const char *const corrupt[] = {"sh", "-c", "head -c 200 tfplan > broken; exit 0", NULL};
	program_other(&program, corrupt);
	result = RUN(&program, "show", "broken");
	program_expect("a broken plan file", &result, 65, NULL, "broken");
	result = RUN(&program, "apply", "--report", "r.json", "--", "terraform", "apply",
	    "-no-color", "tfplan");
	program_expect("apply", &result, 0, "Apply complete!", "2 added");
	assert_true(
	    str_contains(program_read(&program, "r.json"), STR("\"operation\": \"apply\"")));
	program_end(&program);
}

static void failed_apply(void **state)
{
	struct program program;

	(void)state;
	project(&program, failing_tf);
	struct program_result result = RUN(&program, "apply", "--markdown", "c.md", "--",
	    "terraform", "apply", "-auto-approve", "-no-color");
	program_expect("apply", &result, 1, NULL, "terraform_data.bad");
	program_expect("apply", &result, 1, NULL, "main.tf:6");
	assert_true(str_contains(program_read(&program, "c.md"), STR("terraform_data.bad")));
	program_end(&program);
}

static void in_a_pipe(void **state)
{
	struct program program;
	const char *const argv[] = {"sh", "-c",
	    "terraform plan -no-color 2>&1 | \"$0\" plan --markdown c.md", getenv("TFHERALD"),
	    NULL};

	(void)state;
	project(&program, create_tf);
	struct program_result result = program_other(&program, argv);
	program_expect("pipe", &result, 0, "Plan: 2 to add", "2 to add");
	program_write(&program, "main.tf", str_from(broken_tf));
	result = program_other(&program, argv);
	program_expect("pipe, error", &result, 1, "Error: ", "failed");
	program_end(&program);
}

/* Marked values appear nowhere, even where terraform itself prints them. */
static void secrets_stay_inside(void **state)
{
	static const char *const formats[] = {"terminal", "summary", "markdown", "slack", "json"};
	struct program program;
	const char *const plan[] = {"terraform", "plan", "-destroy", "-out=tfplan", NULL};

	(void)state;
	project(&program, secret_tf);
	apply_quietly(&program);
	program_other(&program, plan);
	for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
		struct program_result result =
		    RUN(&program, "show", "--format", formats[i], "tfplan");
		program_expect(formats[i], &result, 0, "terraform_data.db", NULL);
		if (str_contains(result.out, STR("top-Secret-4711")))
			fail_msg("%s shows the secret", formats[i]);
	}
	struct program_result result = RUN(&program, "plan", "--markdown", "c.md", "--report",
	    "r.json", "--", "terraform", "plan", "-destroy", "-no-color");
	program_expect("plan", &result, 0, NULL, NULL);
	assert_false(str_contains(program_read(&program, "c.md"), STR("top-Secret-4711")));
	assert_false(str_contains(program_read(&program, "r.json"), STR("top-Secret-4711")));
	program_end(&program);
}

/* A sensitive variable is a secret wherever its value turns up. */
static void variables_stay_inside(void **state)
{
	struct program program;

	(void)state;
	project(&program, variable_tf);
	struct program_result result = RUN(&program, "plan", "--markdown", "c.md", "--report",
	    "r.json", "--", "terraform", "plan", "-no-color");
	program_expect("plan", &result, 0, "top-Secret-4711", NULL);
	assert_false(str_contains(result.err, STR("top-Secret-4711")));
	assert_false(str_contains(program_read(&program, "c.md"), STR("top-Secret-4711")));
	assert_false(str_contains(program_read(&program, "r.json"), STR("top-Secret-4711")));
	program_end(&program);
}

/* SIGTERM reaches terraform once, the temporary plan is removed, and the status tells. */
static void termination(void **state)
{
	struct program program;
	const char *const argv[] = {"sh", "-c",
	    "\"$0\" plan -- sh -c 'trap \"echo told; exit 9\" TERM; echo up; while :; do sleep "
	    "0.1; "
	    "done' > out 2> err & p=$!; i=0; while [ $i -lt 100 ] && ! grep -q up out; do "
	    "i=$((i+1)); sleep 0.1; done; kill $p; wait "
	    "$p; echo status $?; cat out",
	    getenv("TFHERALD"), NULL};

	(void)state;
	program_begin(&program);
	struct program_result result = program_other(&program, argv);
	program_expect("SIGTERM", &result, 0, "status 9\nup\ntold\n", NULL);
	program_end(&program);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(plan_without_out),
	    cmocka_unit_test(statuses_pass_through),
	    cmocka_unit_test(output_is_untouched),
	    cmocka_unit_test(stale_plan_files_are_not_read),
	    cmocka_unit_test(other_ways_to_plan),
	    cmocka_unit_test(chdir_names_the_directory),
	    cmocka_unit_test(workspaces_are_told_apart),
	    cmocka_unit_test(without_room_for_json),
	    cmocka_unit_test(saved_plan_files),
	    cmocka_unit_test(failed_apply),
	    cmocka_unit_test(in_a_pipe),
	    cmocka_unit_test(secrets_stay_inside),
	    cmocka_unit_test(variables_stay_inside),
	    cmocka_unit_test(termination),
	};
	return cmocka_run_group_tests_name("e2e/terraform", tests, NULL, NULL);
}

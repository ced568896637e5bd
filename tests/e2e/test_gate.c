/* The gate of `apply`: what policies deny is not applied, on a real terraform. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/arena.h"
#include "tests/support/terraform_project.h"

static const char main_tf[] = "variable \"v\" {\n  default = \"x\"\n}\n"
			      "resource \"terraform_data\" \"web\" {\n  input = var.v\n}\n";
static const char deny_bad[] =
    "version: 1\nrules:\n  - id: no-bad\n    level: deny\n    match: {types: [terraform_data], "
    "actions: [create, update]}\n    forbid: resource.after.input == \"bad\"\n"
    "  - id: keep\n    level: deny\n    match: {types: [terraform_data], actions: [delete]}\n"
    "    when: resource.before.input == \"keep\"\n    forbid: \"true\"\n";
static const char warn_bad[] =
    "version: 1\nrules:\n  - id: no-bad\n    level: warn\n    match: {types: [terraform_data]}\n"
    "    forbid: resource.after.input == \"bad\"\n";

static void nothing_applied(struct program *program, const char *label)
{
	if (project_has(program, "terraform.tfstate", "terraform_data"))
		fail_msg("%s: something was applied", label);
	assert_int_equal(program_left_over(program), 0);
}

static void applied(struct program *program, const char *label, const char *input)
{
	const char *want = str_format(program->arena, "\"value\": \"%s\"", input).ptr;

	if (!project_has(program, "terraform.tfstate", want))
		fail_msg("%s: %s is not in the state", label, input);
	assert_int_equal(program_left_over(program), 0);
}

static void denied_apply_runs_nothing(void **state)
{
	struct program program;

	(void)state;
	project_begin(&program, main_tf, deny_bad);
	project_watch(&program, NULL);
	struct program_result result = RUN(&program, "apply", "--report", "r.json", "--markdown",
	    "c.md", "--", "terraform", "apply", "-no-color", "-auto-approve", "-var", "v=bad");
	program_expect("denied", &result, 3, "1 to add", "nothing was applied: 1 denial: no-bad");
	nothing_applied(&program, "denied");
	assert_false(project_has(&program, "calls.log", "apply"));
	assert_true(project_has(&program, "r.json", "\"status\": 3"));
	assert_true(project_has(&program, "r.json", "nothing was applied"));
	assert_true(project_has(&program, "c.md", "no-bad"));
	program_end(&program);
}

/* Each flag goes to the step that knows it; the saved plan is what is applied. */
static void flags_are_sorted(void **state)
{
	static const struct {
		const char *name;
		const char *flags[8];
		const char *plan, *apply; /* in the calls; apply: what stands before the file */
	} rows[] = {
	    {"-var=", {"-var=v=y"}, "plan -var=v=y -out=", "apply /"},
	    {"-var and a word", {"-var", "v=y"}, "plan -var v=y -out=", "apply /"},
	    {"both", {"-no-color", "-parallelism=3"},
		"plan -no-color -parallelism=3 -out=", "apply -no-color -parallelism=3 /"},
	    {"two dashes", {"--lock-timeout", "1s"},
		"plan --lock-timeout 1s -out=", "apply --lock-timeout 1s /"},
	    {"-target, -refresh", {"-target", "terraform_data.web", "-refresh=false"},
		"plan -target terraform_data.web -refresh=false -out=", "apply /"},
	    {"-replace", {"-replace=terraform_data.web"},
		"plan -replace=terraform_data.web -out=", "apply /"},
	    {"-input", {"-input=false", "-compact-warnings"},
		"plan -input=false -compact-warnings -out=",
		"apply -input=false -compact-warnings /"},
	    {"-backup", {"-backup=-"}, "plan -out=", "apply -backup=- /"},
	    {"-json", {"-json"}, "plan -json -out=", "apply -json /"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct program program;
		const char *words[24] = {"apply", "--", "terraform", "apply", "-auto-approve"};
		struct program_result result;

		project_begin(&program, main_tf, deny_bad);
		project_watch(&program, NULL);
		for (size_t k = 0; rows[i].flags[k]; k++)
			words[5 + k] = rows[i].flags[k];
		result = program_run(&program, words);
		program_expect(rows[i].name, &result, 0, NULL, "1 added");
		if (!project_has(&program, "calls.log", rows[i].plan) ||
		    !project_has(&program, "calls.log", rows[i].apply))
			fail_msg("%s: the calls were %s", rows[i].name,
			    program_read(&program, "calls.log").ptr);
		assert_int_equal(program_left_over(&program), 0);
		program_end(&program);
	}
}

/* The file of the plan is ours and gone at the end: nobody is told to apply it. */
static void nothing_about_our_file(void **state)
{
	static const char *const parts[] = {
	    "Saved the plan to", "To perform exactly these actions", "terraform apply \""};
	struct program program;
	struct program_result result;

	(void)state;
	project_begin(&program, main_tf, deny_bad);
	result = RUN(&program, "apply", "--", "terraform", "apply", "-auto-approve");
	program_expect("an apply", &result, 0, " 1 to add, ", "1 added");
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		if (str_contains(result.out, str_from(parts[i])))
			fail_msg("%s: %.*s", parts[i], STR_ARG(result.out));
	}
	result = RUN(&program, "plan", "--", "terraform", "plan", "-var", "v=z", "-out=p.tfplan");
	program_expect("a plan of one's own", &result, 0, "Saved the plan to: p.tfplan", NULL);
	program_expect("a plan of one's own", &result, 0, "terraform apply \"p.tfplan\"", NULL);
	program_end(&program);
}

/* terraform would put these words into its command lines by itself. */
static void words_of_the_environment(void **state)
{
	struct program program;

	(void)state;
	project_begin(&program, main_tf, deny_bad);
	project_watch(&program, "echo \"[$TF_CLI_ARGS$TF_CLI_ARGS_plan]\" >> calls.log");
	program_env(&program, "TF_CLI_ARGS", "-no-color");
	program_env(&program, "TF_CLI_ARGS_plan", "-var v=bad");
	program_env(&program, "TF_CLI_ARGS_apply", "-auto-approve -var 'v=from here'");
	struct program_result result = RUN(&program, "apply", "--", "terraform", "apply");
	program_expect("environment", &result, 0, "Apply complete", "1 added");
	applied(&program, "environment", "from here");
	assert_true(project_has(&program, "calls.log", "plan -var v=from here -no-color -out=") &&
		    project_has(&program, "calls.log", "apply -no-color /"));
	assert_true(project_has(&program, "calls.log", "[]"));
	program_end(&program);
}

/* A plan with values is judged by them; who takes them away gets no verdict by the text. */
static void plans_that_cannot_be_read(void **state)
{
	static const struct {
		const char *name, *policies;
		const char *variable, *words; /* of the environment */
		const char *script;	      /* of bin/terraform */
		const char *child[8];
		int status;
		const char *said;
	} rows[] = {
	    {"words for every command", deny_bad, "TF_CLI_ARGS", "-input=false", NULL,
		{"terraform", "plan", "-var", "v=bad"}, 3, "1 denial: no-bad"},
	    {"the variable itself", deny_bad, "TF_CLI_ARGS", "-var=v=bad", NULL,
		{"terraform", "plan", "-out=p"}, 3, "1 denial: no-bad"},
	    {"words for show", deny_bad, "TF_CLI_ARGS_show", "-none", NULL,
		{"terraform", "plan", "-var", "v=bad"}, 3, "1 denial: no-bad"},
	    {"a show that fails", deny_bad, "X", "", "[ $1 != show ] || exit 1",
		{"terraform", "plan", "-var", "v=bad"}, 65, "--no-json judges the text"},
	    {"a show that fails, and rules that only warn", warn_bad, "X", "",
		"[ $1 != show ] || exit 1", {"terraform", "plan", "-var", "v=bad"}, 0,
		"using the text instead"},
	    {"an apply", deny_bad, "X", "", NULL,
		{"terraform", "apply", "-auto-approve", "-var", "v=bad"}, 64, "nothing was run"},
	    {"an apply in a script", deny_bad, "X", "", NULL,
		{"sh", "-c", "terraform apply -auto-approve"}, 65,
		"'tfherald apply' judges before"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct program program;
		const char *words[12] = {"plan", "--"};
		struct program_result result;

		project_begin(&program, main_tf, rows[i].policies);
		project_watch(&program, rows[i].script);
		program_env(&program, rows[i].variable, rows[i].words);
		for (size_t k = 0; rows[i].child[k]; k++)
			words[2 + k] = rows[i].child[k];
		result = program_run(&program, words);
		program_expect(rows[i].name, &result, rows[i].status, NULL, rows[i].said);
		assert_int_equal(program_left_over(&program), 0);
		program_end(&program);
	}
}

/* Terraform would ask; an apply of a saved plan does not, so we do. */
static void approval(void **state)
{
	static const struct {
		const char *name, *input, *flag;
		const char *out_has, *err_has;
		int status;
		bool is_applied;
	} rows[] = {
	    {"yes", "yes\n", "-no-color", "Only 'yes' will be accepted to approve.", "1 added", 0,
		true},
	    {"no", "no\n", "-no-color", "Apply cancelled.", "not approved", 1, false},
	    {"nobody", "", "-no-color", "Enter a value: ", "error asking for approval: EOF", 1,
		false},
	    {"nobody, -input=false", "", "-input=false", NULL, "EOF", 1, false},
	    {"Yes is not yes", "Yes\n", "-no-color", "Apply cancelled.", NULL, 1, false},
	    {"-auto-approve=false", "", "-auto-approve=false", NULL, "EOF", 1, false},
	    {"nothing to destroy, no question", "no\n", "-destroy", NULL, NULL, 0, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct program program;
		struct program_result result;

		project_begin(&program, main_tf, deny_bad);
		project_input(&program, rows[i].input);
		result = RUN(&program, "apply", "--report", "r.json", "--", "terraform", "apply",
		    rows[i].flag);
		program_expect(
		    rows[i].name, &result, rows[i].status, rows[i].out_has, rows[i].err_has);
		if (rows[i].is_applied)
			applied(&program, rows[i].name, "x");
		else
			nothing_applied(&program, rows[i].name);
		program_end(&program);
	}
}

static void destroy(void **state)
{
	struct program program;
	struct program_result result;

	(void)state;
	project_begin(&program, main_tf, deny_bad);
	(void)project_shell(&program, "terraform apply -auto-approve -var v=keep");
	result = RUN(&program, "apply", "--", "terraform", "destroy", "-auto-approve");
	program_expect("denied", &result, 3, "1 to destroy", "nothing was applied");
	applied(&program, "denied", "keep");
	(void)project_shell(&program, "terraform apply -auto-approve");
	project_input(&program, "no\n");
	result = RUN(&program, "apply", "--", "terraform", "destroy", "-no-color");
	program_expect("cancelled", &result, 1, "Destroy cancelled.", NULL);
	project_input(&program, "yes\n");
	result = RUN(&program, "apply", "--", "terraform", "destroy", "-no-color");
	program_expect(
	    "destroyed", &result, 0, "Do you really want to destroy all resources?", "1 destroyed");
	nothing_applied(&program, "destroyed");
	program_end(&program);
}

/* What does nothing is applied as terraform does it: without a question. */
static void plans_without_changes(void **state)
{
	struct program program;
	struct program_result result;

	(void)state;
	project_begin(&program, main_tf, deny_bad);
	(void)project_shell(&program, "terraform apply -auto-approve");
	result = RUN(&program, "apply", "--", "terraform", "apply", "-no-color");
	program_expect("no changes", &result, 0, "0 added", NULL);
	result = RUN(&program, "apply", "--", "terraform", "apply", "-refresh-only", "-no-color");
	program_expect("refresh only", &result, 0, NULL, NULL);
	program_end(&program);
}

static void saved_plans(void **state)
{
	struct program program;
	struct program_result result;

	(void)state;
	project_begin(&program, main_tf, deny_bad);
	(void)project_shell(
	    &program, "terraform plan -out=good; terraform plan -var v=bad -out=bad");
	project_watch(&program, NULL);
	result = RUN(&program, "apply", "--report", "r.json", "--", "terraform", "apply", "bad");
	program_expect("denied", &result, 3, NULL, "nothing was applied: 1 denial: no-bad");
	nothing_applied(&program, "denied");
	assert_false(project_has(&program, "calls.log", "apply"));
	assert_true(project_has(&program, "r.json", "terraform_data.web"));
	result = RUN(&program, "apply", "--", "terraform", "apply", "none");
	program_expect("missing", &result, 65, NULL, "nothing was applied");
	result = RUN(&program, "apply", "--", "terraform", "apply", "good", "bad");
	program_expect("two of them", &result, 64, NULL, "which plan file");
	result = RUN(&program, "apply", "--", "terraform", "apply", "-no-color", "good");
	program_expect("good", &result, 0, "Apply complete!", "1 added");
	applied(&program, "good", "x");
	program_end(&program);
}

static void other_commands(void **state)
{
	static const struct {
		const char *name;
		const char *words[10];
		const char *policies, *err_has;
		int status;
		bool is_applied;
	} rows[] = {
	    {"a script", {"apply", "--", "./deploy.sh"}, deny_bad, "tfherald check", 64, false},
	    {"a script, --no-gate",
		{"apply", "--no-gate", "--report", "r.json", "--", "./deploy.sh"}, deny_bad,
		"were not evaluated before the apply: --no-gate", 0, true},
	    {"a script, nothing can be denied", {"apply", "--", "./deploy.sh"}, warn_bad,
		"were not evaluated", 0, true},
	    {"a script, no rules", {"apply", "--", "./deploy.sh"}, "version: 1\n", "1 added", 0,
		true},
	    {"--no-json", {"apply", "--no-json", "--", "terraform", "apply", "-auto-approve"},
		deny_bad, "--no-json", 64, false},
	    {"-json without an approval", {"apply", "--", "terraform", "apply", "-json"}, deny_bad,
		"-auto-approve", 64, false},
	    {"another subcommand", {"apply", "--", "terraform", "import", "a", "b"}, deny_bad,
		"only apply and destroy", 64, false},
	    {"behind a wrapper",
		{"apply", "--", "env", "A=b", "terraform", "apply", "-auto-approve"}, deny_bad,
		"1 added", 0, true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct program program;
		struct program_result result;

		project_begin(&program, main_tf, rows[i].policies);
		(void)project_shell(&program,
		    "printf '#!/bin/sh\\nexec terraform apply -no-color -auto-approve\\n' > "
		    "deploy.sh; chmod +x deploy.sh");
		result = program_run(&program, rows[i].words);
		program_expect(rows[i].name, &result, rows[i].status, NULL, rows[i].err_has);
		if (rows[i].is_applied)
			applied(&program, rows[i].name, "x");
		else
			nothing_applied(&program, rows[i].name);
		program_end(&program);
	}
}

/* Without rules an apply is what it was: one command. */
static void without_rules_no_split(void **state)
{
	struct program program;

	(void)state;
	project_begin(&program, main_tf, NULL);
	project_watch(&program, NULL);
	struct program_result result =
	    RUN(&program, "apply", "--", "terraform", "apply", "-auto-approve");
	program_expect("apply", &result, 0, NULL, "1 added");
	assert_false(project_has(&program, "calls.log", "plan"));
	program_end(&program);
}

/* There have to be rules: without any nothing is applied. */
static void demanded_rules(void **state)
{
	struct program program;
	struct program_result result;

	(void)state;
	project_begin(&program, main_tf, "version: 1\nrequire_rules: true\n");
	result = RUN(&program, "apply", "--", "terraform", "apply", "-auto-approve");
	program_expect("apply", &result, 3, "1 to add", "require_rules is true");
	nothing_applied(&program, "apply");
	result = RUN(&program, "apply", "--", "sh", "-c", "terraform apply -auto-approve");
	program_expect("a script", &result, 64, NULL, NULL);
	nothing_applied(&program, "a script");
	program_end(&program);
}

/* A secret that nobody marked denies without any rule, when that is asked for. */
static void leaks_are_not_applied(void **state)
{
	static const char token[] = "ghp_Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8Qr9St0";
	static const char marked[] =
	    "variable \"v\" {\n  default   = \"x\"\n  sensitive = true\n}\n"
	    "resource \"terraform_data\" \"web\" {\n  input = var.v\n}\n";
	static const struct {
		const char *name, *terraform, *policies, *flag, *value;
		bool denied;
	} rows[] = {
	    {"a leak", main_tf, NULL, "--fail-on-leak", token, true},
	    {"a leak, by the setting", main_tf, "fail_on_leak: true\n", "--no-color", token, true},
	    {"a leak among rules", main_tf, deny_bad, "--fail-on-leak", token, true},
	    {"no leak", main_tf, NULL, "--fail-on-leak", "plain", false},
	    {"a marked one", marked, NULL, "--fail-on-leak", token, false},
	    {"not asked for", main_tf, deny_bad, "--no-color", token, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct program program;
		struct program_result result;
		const char *flag = rows[i].flag;

		project_begin(&program, rows[i].terraform, rows[i].policies);
		project_watch(&program, NULL);
		program_env(&program, "TF_VAR_v", rows[i].value);
		result = RUN(&program, "apply", "--report", "r.json", "--markdown", "c.md", flag,
		    "--", "terraform", "apply", "-no-color", "-auto-approve");
		if (rows[i].denied) {
			program_expect(rows[i].name, &result, 3, NULL,
			    "nothing was applied: 1 denial: leak/github_token");
			nothing_applied(&program, rows[i].name);
			if (project_has(&program, "calls.log", "apply"))
				fail_msg("%s: an apply was called", rows[i].name);
		} else {
			program_expect(rows[i].name, &result, 0, NULL, "1 added");
			applied(&program, rows[i].name, rows[i].value);
		}
		/* standard output is terraform's own */
		if (str_contains(result.err, str_from(token)) ||
		    project_has(&program, "r.json", token) || project_has(&program, "c.md", token))
			fail_msg("%s: the token is shown", rows[i].name);
		program_end(&program);
	}
}

static void failures_before_the_apply(void **state)
{
	static const struct {
		const char *name, *terraform, *policies, *watch;
		int status;
		const char *err_has;
	} rows[] = {
	    {"the plan fails", "resource \"terraform_data\" \"x\" {\n  input = var.none\n}\n",
		deny_bad, NULL, 1, "main.tf:2"},
	    {"the rules are broken", main_tf,
		"version: 1\nrules:\n  - id: a\n    level: deny\n    match: {types: "
		"[terraform_data]}\n    forbid: resource.nothing_like_it ==\n",
		NULL, 65, "tfherald.yaml:6"},
	    {"the backend saves no plans", main_tf, deny_bad,
		"case $1 in plan) echo 'Saving a generated plan is currently not supported'; exit "
		"1;; esac",
		64, "cannot save plans"},
	    {"no plan is written", main_tf, deny_bad, "case $1 in plan) exit 0;; esac", 65,
		"nothing was applied"},
	    {"terminated while planning", main_tf, deny_bad,
		"case $1 in plan) kill -TERM $PPID; sleep 0.5;; esac", 143, "nothing was applied"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct program program;
		struct program_result result;

		project_begin(&program, main_tf, rows[i].policies);
		program_write(&program, "main.tf", str_from(rows[i].terraform));
		project_watch(&program, rows[i].watch);
		result = RUN(&program, "apply", "--", "terraform", "apply", "-auto-approve");
		program_expect(rows[i].name, &result, rows[i].status, NULL, rows[i].err_has);
		nothing_applied(&program, rows[i].name);
		if (project_has(&program, "calls.log", "apply"))
			fail_msg("%s: an apply was called", rows[i].name);
		program_end(&program);
	}
}

/* No saved plan holds the value of an ephemeral variable: it is given twice. */
static void ephemeral_variables(void **state)
{
	struct program program;
	struct program_result result;

	(void)state;
	project_begin(&program,
	    "variable \"token\" {\n  type = string\n  ephemeral = true\n}\nvariable \"v\" {}\n"
	    "resource \"terraform_data\" \"web\" {\n  input = var.v\n}\n",
	    deny_bad);
	project_watch(&program, NULL);
	result = RUN(&program, "apply", "--", "terraform", "apply", "-auto-approve", "-var",
	    "token=t", "-var=v=y");
	program_expect("ephemeral", &result, 0, NULL, "1 added");
	assert_true(project_has(&program, "calls.log", "apply -var token=t /"));
	program_end(&program);
}

static void after_the_fact(void **state)
{
	struct program program;
	struct program_result result;

	(void)state;
	project_begin(&program, main_tf, deny_bad);
	(void)project_shell(
	    &program, "terraform apply -no-color -auto-approve -var v=bad > apply.txt");
	result = RUN(&program, "apply", "--report", "r.json", "--plan", "apply.txt");
	program_expect("a file", &result, 0, NULL, NULL);
	assert_true(project_has(&program, "r.json", "after the fact"));
	program.input = str_format(program.arena, "%s/apply.txt", program.directory).ptr;
	result = RUN(&program, "apply", "--report", "r.json");
	program_expect("a pipe", &result, 0, NULL, NULL);
	assert_true(project_has(&program, "r.json", "after the fact"));
	program_end(&program);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(denied_apply_runs_nothing),
	    cmocka_unit_test(flags_are_sorted),
	    cmocka_unit_test(nothing_about_our_file),
	    cmocka_unit_test(words_of_the_environment),
	    cmocka_unit_test(plans_that_cannot_be_read),
	    cmocka_unit_test(approval),
	    cmocka_unit_test(destroy),
	    cmocka_unit_test(plans_without_changes),
	    cmocka_unit_test(saved_plans),
	    cmocka_unit_test(other_commands),
	    cmocka_unit_test(without_rules_no_split),
	    cmocka_unit_test(demanded_rules),
	    cmocka_unit_test(leaks_are_not_applied),
	    cmocka_unit_test(failures_before_the_apply),
	    cmocka_unit_test(ephemeral_variables),
	    cmocka_unit_test(after_the_fact),
	};
	return cmocka_run_group_tests_name("e2e/gate", tests, NULL, NULL);
}

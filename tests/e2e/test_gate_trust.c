/* What stands around the gate of `apply`: break-glass, the second look at the state, a directory
 * that takes over the state of another one, and how policies weigh against a plan's own status. */
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
static const char chain_tf[] = "variable \"v\" {\n  default = \"x\"\n}\n"
			       "resource \"terraform_data\" \"a\" {\n  input = var.v\n}\n"
			       "resource \"terraform_data\" \"b\" {\n"
			       "  input = \"${var.v}-${terraform_data.a.id}\"\n}\n";

#define DENY_BAD                                                                       \
	"version: 1\n%s\nrules:\n  - id: no-bad\n    level: deny\n    match: {types: " \
	"[terraform_data]}\n    forbid: resource.after.input == \"bad\"\n"

static const char *rules(struct program *program, const char *more)
{
	return str_format(program->arena, DENY_BAD, more).ptr;
}

static void repository(struct program *program)
{
	(void)project_shell(program,
	    "git init -q -b main . && git config user.email a@example.com && git config user.name "
	    "a && echo .terraform > .gitignore && echo tmp >> .gitignore && git add -A && git "
	    "commit -qm base");
}

/* --- break-glass --- */

static void break_glass(void **state)
{
	static const struct {
		const char *name, *setting, *variable, *reason, *actor;
		int status;
		const char *err_has;
	} rows[] = {
	    {"allowed", "break_glass: {}", "1", "INC-1 restore", NULL, 0, "INC-1 restore"},
	    {"not in the root file", "", "1", "INC-1", NULL, 64, "'break_glass:'"},
	    {"no variable", "break_glass: {}", NULL, "INC-1", NULL, 64,
		"needs TFHERALD_BREAK_GLASS in the environment"},
	    {"neither", "", NULL, "INC-1", NULL, 64,
		"'break_glass:' in the tfherald.yaml of the repository root at the working tree, "
		"and "
		"TFHERALD_BREAK_GLASS"},
	    {"no reason", "break_glass: {}", "1", " ", NULL, 64, "a reason"},
	    {"who, one of them", "break_glass: {who: [\"@ann\", \"@bob\"]}", "1", "INC-1", "Bob", 0,
		"INC-1"},
	    {"who, another one", "break_glass: {who: [\"@ann\"]}", "1", "INC-1", "eve", 64,
		"started by 'eve'"},
	    {"who, nobody knows", "break_glass: {who: [\"@ann\"]}", "1", "INC-1", NULL, 0,
		"not verified"},
	    {"who, a team", "break_glass: {who: [\"@acme/sre\"]}", "1", "INC-1", "eve", 0,
		"not verified"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct program program;
		struct program_result result;

		project_begin(&program, main_tf, NULL);
		program_write(
		    &program, "tfherald.yaml", str_from(rules(&program, rows[i].setting)));
		if (rows[i].variable)
			program_env(&program, "TFHERALD_BREAK_GLASS", rows[i].variable);
		if (rows[i].actor) {
			program_env(&program, "CIRCLECI", "true");
			program_env(&program, "CIRCLE_USERNAME", rows[i].actor);
			program_env(&program, "TFHERALD_BASE", "HEAD");
			repository(&program);
		}
		result =
		    RUN(&program, "apply", "--break-glass", rows[i].reason, "--report", "r.json",
			"--dry-run", "--", "terraform", "apply", "-auto-approve", "-var", "v=bad");
		program_expect(rows[i].name, &result, rows[i].status, NULL, rows[i].err_has);
		assert_int_equal(
		    project_has(&program, "terraform.tfstate", "\"bad\""), rows[i].status == 0);
		if (rows[i].status == 0)
			assert_true(project_has(&program, "r.json", "overridden"));
		if (rows[i].actor && rows[i].status == 0)
			assert_true(project_has(&program, "r.json",
			    str_format(program.arena, "INC-1 (by %s)", rows[i].actor).ptr));
		if (rows[i].err_has && strcmp(rows[i].err_has, "not verified") == 0)
			assert_true(project_has(&program, "r.json", "(not verified: it is for @"));
		program_end(&program);
	}
}

/* What is overridden after the apply only is not quiet, either. */
static void break_glass_after_the_apply(void **state)
{
	struct program program;
	struct program_result result;

	(void)state;
	project_begin(&program, main_tf,
	    "version: 1\nbreak_glass: {notify: [\"#incidents\"]}\nrules:\n  - id: late\n    level: "
	    "deny\n    match: {types: [terraform_data]}\n    forbid: resource.after.id != \"\"\n");
	program_env(&program, "TFHERALD_BREAK_GLASS", "1");
	result = RUN(&program, "apply", "--break-glass", "INC-1", "--markdown", "c.md", "--",
	    "terraform", "apply", "-auto-approve");
	program_expect("after", &result, 0, NULL, "'notify'");
	assert_true(project_has(&program, "c.md", "1 denial OVERRIDDEN by break-glass"));
	program_end(&program);
}

/* The glass is broken for denials; rules that cannot be used are no denials. */
static void break_glass_and_broken_rules(void **state)
{
	struct program program;
	struct program_result result;

	(void)state;
	project_begin(&program, main_tf,
	    "version: 1\nbreak_glass: {}\nrules:\n  - id: a\n    level: deny\n    match: {types: "
	    "[terraform_data]}\n    forbid: resource. ==\n");
	program_env(&program, "TFHERALD_BREAK_GLASS", "1");
	result = RUN(&program, "apply", "--break-glass", "INC-1", "--", "terraform", "apply",
	    "-auto-approve");
	program_expect("broken", &result, 65, NULL, "tfherald.yaml:7");
	assert_false(project_has(&program, "terraform.tfstate", "terraform_data"));
	result = RUN(&program, "apply", "--break-glass", "INC-1", "--no-gate", "--", "true");
	program_expect("both", &result, 64, NULL, "exclude each other");
	result = RUN(&program, "plan", "--break-glass", "INC-1", "--", "terraform", "plan");
	program_expect("plan", &result, 64, NULL, "--break-glass");
	program_end(&program);
}

/* --- after the apply --- */

static void undecided_is_decided_after_the_apply(void **state)
{
	static const struct {
		const char *name, *condition, *watch;
		int status;
		const char *err_has, *report_has;
	} rows[] = {
	    {"violated", "resource.after.input.endsWith(\"no\")", NULL, 3,
		"on the state after the apply: 1 denial: late", "\"violation\""},
	    {"holds", "resource.after.input.startsWith(\"x-\")", NULL, 0, NULL,
		"decided again on the state"},
	    {"another unknown", "resource.after.input.startsWith(\"x-\") && pr.draft == true", NULL,
		0, NULL, "cannot be decided on the state either"},
	    {"no state to read", "resource.after.input.endsWith(\"no\")",
		"case \"$*\" in 'show -json -no-color') echo 'Error: no state today' >&2; exit "
		"1;; esac",
		0, "no state today", "the state after the apply cannot be read"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct program program;
		struct program_result result;

		project_begin(&program, chain_tf, NULL);
		program_write(&program, "tfherald.yaml",
		    str_format(program.arena,
			"version: 1\nrules:\n  - id: late\n    level: deny\n    match: {types: "
			"[terraform_data], address: [terraform_data.b]}\n    require: |\n      "
			"%s\n",
			rows[i].condition));
		if (rows[i].watch)
			project_watch(&program, rows[i].watch);
		result = RUN(&program, "apply", "--report", "r.json", "--", "terraform", "apply",
		    "-auto-approve");
		program_expect(rows[i].name, &result, rows[i].status, NULL, rows[i].err_has);
		assert_true(project_has(&program, "terraform.tfstate", "terraform_data"));
		if (!project_has(&program, "r.json", rows[i].report_has))
			fail_msg("%s: the report lacks %s", rows[i].name, rows[i].report_has);
		assert_int_equal(program_left_over(&program), 0);
		program_end(&program);
	}
}

/* What the state marks is shown to nobody, by the trusted chain neither. */
static void secrets_of_the_state_stay_inside(void **state)
{
	struct program program;
	struct program_result result;

	(void)state;
	project_begin(&program,
	    "resource \"terraform_data\" \"a\" {}\nresource \"terraform_data\" \"b\" {\n  input = "
	    "sensitive(\"top-Secret-${terraform_data.a.id}\")\n}\n",
	    "version: 1\nrules:\n  - id: late\n    level: deny\n    match: {types: "
	    "[terraform_data], address: [terraform_data.b]}\n    forbid: "
	    "resource.after.input.startsWith(\"top\")\n    message: it is "
	    "${resource.after.input}\n");
	repository(&program);
	(void)project_shell(&program, "git checkout -qb x; echo >> main.tf; git commit -qam x");
	result = RUN(&program, "apply", "--base", "main", "--report", "r.json", "--markdown",
	    "c.md", "--", "terraform", "apply", "-auto-approve");
	program_expect("secret", &result, 3, NULL, "it is (sensitive)");
	assert_false(str_contains(result.err, STR("top-Secret")));
	assert_false(project_has(&program, "r.json", "top-Secret"));
	assert_false(project_has(&program, "c.md", "top-Secret"));
	program_end(&program);
}

/* The state stands where -state-out and -chdir say. */
static void the_state_is_found(void **state)
{
	struct program program;
	struct program_result result;

	(void)state;
	project_begin(&program, chain_tf,
	    "version: 1\nrules:\n  - id: late\n    level: deny\n    match: {types: "
	    "[terraform_data], address: [terraform_data.b]}\n    forbid: "
	    "resource.after.input.startsWith(\"x-\")\n");
	(void)project_shell(&program, "mkdir .git sub; mv main.tf sub/; terraform -chdir=sub init");
	result = RUN(&program, "apply", "--", "terraform", "-chdir=sub", "apply", "-auto-approve",
	    "-state-out=there.tfstate");
	program_expect("there", &result, 3, NULL, "on the state after the apply: 1 denial: late");
	program_end(&program);
}

/* --- a directory that takes over a state --- */

#define BACKEND "terraform {\n  backend \"local\" {\n    path = \"%s/%s.tfstate\"\n  }\n}\n"

static void moved_backends(void **state)
{
	static const struct {
		const char *name, *backend, *input, *team;
		int status;
		const char *err_has;
	} rows[] = {
	    {"the state of prod", "prod", "x", "other", 3, "takes over the state of prod"},
	    {"judged by prod's rules", "prod", "bad", "other", 3, "prod-no-bad"},
	    {"its own state", "own", "bad", "other", 0, NULL},
	    {"written in another way", "\\u0070rod", "x", "other", 3,
		"takes over the state of prod"},
	    {"released by its owners", "prod", "x", "acme/prod", 0, NULL},
	    {"released, and judged", "prod", "bad", "acme/prod", 3, "1 denial: prod-no-bad"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct program program;
		struct program_result result;

		project_begin(&program, main_tf, NULL);
		(void)project_shell(
		    &program, "mkdir prod new; mv main.tf prod/; rm -rf .terraform*");
		program_write(&program, "prod/backend.tf",
		    str_format(program.arena, BACKEND, program.directory, "prod"));
		program_write(&program, "prod/tfherald.yaml",
		    str_from("version: 1\nowners: {policy: [\"@acme/prod\"]}\nlabels: {env: "
			     "prod}\nrules:\n  - id: prod-no-bad\n    level: deny\n    match: "
			     "{types: [terraform_data]}\n    forbid: labels.env == \"prod\" && "
			     "resource.after.input == \"bad\"\n"));
		repository(&program);
		(void)project_shell(&program, "cp prod/main.tf new/; git checkout -qb move");
		program_write(&program, "new/backend.tf",
		    str_format(program.arena, BACKEND, program.directory, rows[i].backend));
		(void)project_shell(&program, "git add -A; git commit -qm move; terraform "
					      "-chdir=new init -no-color");
		(void)project_shell(&program,
		    str_format(program.arena,
			"echo '{\"pr\": {\"approvals\": [{\"user\": \"ann\", \"teams\": "
			"[\"%s\"], \"commit\": \"'$(git rev-parse HEAD)'\"}]}}' > facts.json",
			rows[i].team)
			.ptr);
		result = RUN(&program, "plan", "--base", "main", "--facts", "facts.json",
		    "--report", "r.json", "--", "terraform", "-chdir=new", "plan", "-var",
		    str_format(program.arena, "v=%s", rows[i].input).ptr);
		program_expect(rows[i].name, &result, rows[i].status, NULL, rows[i].err_has);
		if (rows[i].status == 3) {
			assert_true(project_has(&program, "r.json", "\"moved\""));
			assert_true(project_has(&program, "r.json", "@acme/prod"));
			assert_true(project_has(&program, "r.json", "new/backend.tf"));
		}
		program_end(&program);
	}
}

#define S3(key) "terraform {\n  backend \"s3\" {\n    bucket = \"st\"\n    key = " key "\n  }\n}\n"

/* It cannot be read whose state it is: the rules of all count, and an owner of each has to agree.
 */
static void one_of_several_backends(void **state)
{
	static const struct {
		const char *name, *users;
		int status;
		const char *says;
	} rows[] = {
	    {"nobody", "", 3, "may take over the state of a or prod"},
	    {"the owner of the first", "{\"user\":\"dev\",\"commit\":\"COMMIT\"}", 3,
		"deny no-del"},
	    {"both",
		"{\"user\":\"dev\",\"commit\":\"COMMIT\"},{\"user\":\"sec\",\"commit\":\"COMMIT\"}",
		3, "1 denied"},
	};
	static const char plan[] =
	    "{\"format_version\":\"1.2\",\"terraform_version\":\"1.11.4\",\"resource_changes\":[{"
	    "\"address\":\"x_db.a\",\"mode\":\"managed\",\"type\":\"x_db\",\"name\":\"a\","
	    "\"change\":{\"actions\":[\"delete\"],\"before\":{},\"after\":null}}]}";
	struct program program;
	struct program_result result;

	(void)state;
	project_begin(&program, "", "version: 1\n");
	(void)project_shell(&program, "rm -rf main.tf .terraform*; mkdir a prod new");
	program_write(&program, "a/main.tf", STR(S3("\"a\"")));
	program_write(
	    &program, "a/tfherald.yaml", STR("version: 1\nowners: {policy: [\"@dev\"]}\n"));
	program_write(&program, "prod/main.tf", STR(S3("\"prod\"")));
	program_write(&program, "prod/tfherald.yaml",
	    STR("version: 1\nowners: {policy: [\"@sec\"]}\nrules:\n  - {id: no-del, title: t, "
		"level: deny, match: {types: [x_db], actions: [delete]}}\n"));
	repository(&program);
	(void)project_shell(&program, "git checkout -qb move");
	program_write(&program, "new/main.tf", STR(S3("true ? \"prod\" : \"\"")));
	(void)project_shell(&program, "git add -A; git commit -qm move");
	program_write(&program, "plan.json", str_from(plan));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		program_write(&program, "facts.json",
		    str_format(program.arena, "{\"pr\":{\"approvals\":[%s]}}", rows[i].users));
		(void)project_shell(
		    &program, "sed -i \"s/COMMIT/$(git rev-parse HEAD)/g\" facts.json");
		result = RUN(
		    &program, "check", "--base", "main", "--facts", "facts.json", "new=plan.json");
		program_expect(rows[i].name, &result, rows[i].status, rows[i].says, NULL);
	}
	program_end(&program);
}

/* A link in the place of a directory: where it is run, the rules of the directory count. */
static void directories_behind_links(void **state)
{
	static const struct {
		const char *name, *chdir, *operand;
		int status;
	} rows[] = {
	    {"by its operand", ".", "prod/db=plan.json", 3},
	    {"by --chdir", "prod/db", ".=../plan.json", 3},
	    {"by what it is called now", ".", "sandbox=plan.json", 0},
	    {"a link that was there before", ".", "old=plan.json", 0},
	};
	static const char plan[] =
	    "{\"format_version\":\"1.2\",\"terraform_version\":\"1.11.4\",\"resource_changes\":[{"
	    "\"address\":\"x_db.a\",\"mode\":\"managed\",\"type\":\"x_db\",\"name\":\"a\","
	    "\"change\":{\"actions\":[\"delete\"],\"before\":{},\"after\":null}}]}";
	struct program program;

	(void)state;
	project_begin(&program, "", NULL);
	(void)project_shell(&program, "rm -rf main.tf .terraform*; mkdir -p prod/db sandbox; touch "
				      "prod/db/main.tf sandbox/main.tf; ln -s sandbox old");
	program_write(&program, "prod/tfherald.yaml",
	    STR("version: 1\nrules:\n  - {id: no-del, title: t, level: deny, match: {types: "
		"[x_db], actions: [delete]}}\n"));
	repository(&program);
	(void)project_shell(&program, "git checkout -qb x; rm -rf prod/db; ln -s ../sandbox "
				      "prod/db; git add -A; git commit -qm x");
	program_write(&program, "plan.json", str_from(plan));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct program_result result = RUN(
		    &program, "--chdir", rows[i].chdir, "check", "--base", "main", rows[i].operand);

		program_expect(rows[i].name, &result, rows[i].status,
		    rows[i].status == 0 ? "sandbox" : "deny no-del", NULL);
	}
	program_end(&program);
}

/* --- the plan command --- */

static void statuses_of_a_plan(void **state)
{
	static const struct {
		const char *name, *terraform, *rules;
		const char *words[12];
		int status;
		const char *err_has;
	} rows[] = {
	    {"denied", main_tf, "", {"plan", "--", "terraform", "plan", "-var", "v=bad"}, 3,
		"1 denial: no-bad"},
	    {"a denial beats changes present", main_tf, "",
		{"plan", "--", "terraform", "plan", "-detailed-exitcode", "-var", "v=bad"}, 3,
		"no-bad"},
	    {"changes present", main_tf, "",
		{"plan", "--", "terraform", "plan", "-detailed-exitcode"}, 2, NULL},
	    {"an error beats a denial", "resource \"terraform_data\" \"x\" {\n  input = var.n\n}\n",
		"", {"plan", "--", "terraform", "plan"}, 1, NULL},
	    {"broken rules", main_tf, "nothing: like it",
		{"plan", "--", "terraform", "plan", "-detailed-exitcode"}, 65, "tfherald.yaml:2"},
	    {"deferred", main_tf, "",
		{"plan", "--defer-exit", "--report", "r.json", "--", "terraform", "plan", "-var",
		    "v=bad"},
		0, "deferred exit status 3"},
	    {"the text only", main_tf, "",
		{"plan", "--no-json", "--", "terraform", "plan", "-no-color", "-var", "v=bad"}, 0,
		"1 undecided"},
	    {"the text only, strictly", main_tf, "",
		{"plan", "--no-json", "--strict-unknown", "--", "terraform", "plan", "-no-color"},
		3, "no-bad"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct program program;
		struct program_result result;

		project_begin(&program, main_tf, NULL);
		program_write(&program, "main.tf", str_from(rows[i].terraform));
		program_write(&program, "tfherald.yaml", str_from(rules(&program, rows[i].rules)));
		result = program_run(&program, rows[i].words);
		program_expect(rows[i].name, &result, rows[i].status, NULL, rows[i].err_has);
		program_end(&program);
	}
}

/* --- where no repository is --- */

static const char one_more[] =
    "{\"format_version\":\"1.2\",\"resource_changes\":[{\"address\":\"a.b\",\"mode\":\"managed\","
    "\"type\":\"a\",\"name\":\"b\",\"change\":{\"actions\":[\"create\"],\"before\":null,\"after\":{"
    "},"
    "\"after_unknown\":{}}}]}";

#define SETTINGS_ONLY "version: 1\nterraform: {command: tofu}\nlabels: {a: b}\n"
#define DENIES                                                                                 \
	"version: 1\nrules: [{id: none, level: deny, scope: plan, forbid: plan.summary.add > " \
	"0}]\n"

static void policies_without_a_repository(void **state)
{
	static const struct {
		const char *name, *root, *waivers, *prod, *ci, *base;
		int status;
		const char *err;
	} rows[] = {
	    {"on a laptop", NULL, NULL, DENIES, "", NULL, 3, "the files here are trusted"},
	    {"no policies", NULL, NULL, NULL, "true", NULL, 0, NULL},
	    {"settings", NULL, NULL, SETTINGS_ONLY, "true", NULL, 0, NULL},
	    {"policies", NULL, NULL, DENIES, "true", NULL, 65,
		"/envs/prod/tfherald.yaml' were merged: check out the repository with its .git"},
	    {"above", DENIES, NULL, SETTINGS_ONLY, "true", NULL, 65, "/tfherald.yaml' were merged"},
	    {"waivers", NULL, "waivers: []\n", NULL, "true", NULL, 65, "tfherald.waivers.yaml'"},
	    {"a pack", NULL, NULL, "use: ['pack:tags@1.0']\n", "true", NULL, 65, "were merged"},
	    {"broken", "rules: [", NULL, NULL, "true", NULL, 65, "were merged"},
	    {"a branch", NULL, NULL, DENIES, "true", "main", 65, "there is no git repository here"},
	    {"that judge themselves", NULL, NULL, DENIES, "true", "HEAD", 3, "exit status 3"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct program program;
		struct program_result result;

		if (!program_takes_row(i))
			continue;
		program_begin(&program);
		(void)project_shell(&program, "mkdir -p envs/prod");
		program_write(&program, "envs/prod/main.tf", STR("# nothing\n"));
		program_write(&program, "plan.json", str_from(one_more));
		if (rows[i].root)
			program_write(&program, "tfherald.yaml", str_from(rows[i].root));
		if (rows[i].waivers)
			program_write(&program, "tfherald.waivers.yaml", str_from(rows[i].waivers));
		if (rows[i].prod)
			program_write(&program, "envs/prod/tfherald.yaml", str_from(rows[i].prod));
		program_env(&program, "CI", rows[i].ci);
		if (rows[i].base)
			program_env(&program, "TFHERALD_BASE", rows[i].base);
		result = RUN(&program, "check", "envs/prod=plan.json");
		program_expect(rows[i].name, &result, rows[i].status, NULL, rows[i].err);
		result = RUN(
		    &program, "--chdir", "envs/prod", "plan", "--", "sh", "-c", "echo child ran");
		if (str_contains(result.out, STR("child ran")) == (rows[i].status == 65))
			fail_msg("%s: plan: %.*s", rows[i].name, STR_ARG(result.err));
		program_end(&program);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(break_glass),
	    cmocka_unit_test(break_glass_after_the_apply),
	    cmocka_unit_test(break_glass_and_broken_rules),
	    cmocka_unit_test(undecided_is_decided_after_the_apply),
	    cmocka_unit_test(secrets_of_the_state_stay_inside),
	    cmocka_unit_test(the_state_is_found),
	    cmocka_unit_test(moved_backends),
	    cmocka_unit_test(one_of_several_backends),
	    cmocka_unit_test(directories_behind_links),
	    cmocka_unit_test(statuses_of_a_plan),
	    cmocka_unit_test(policies_without_a_repository),
	};
	return cmocka_run_group_tests_name("e2e/gate_trust", tests, NULL, NULL);
}

/* What a pull request may try in CI: nothing in it switches a trusted rule off, but for an approval
 * of this very commit by the owners that the base branch names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/arena.h"
#include "tests/support/program.h"

#define TF "resource \"aws_x\" \"a\" {}\n"
#define SIMPLE                                                                                    \
	"{\"format_version\":\"1.2\",\"terraform_version\":\"1.9.0\",\"complete\":true,"          \
	"\"resource_changes\":[{\"address\":\"aws_x.a\",\"mode\":\"managed\",\"type\":\"aws_x\"," \
	"\"name\":\"a\",\"provider_name\":\"example/hashicorp/"                                   \
	"aws\",\"change\":{\"actions\":[\"create\"],\"before\":null,\"after\":{\"n\":5}}}]}"

#define BASE                                                                                      \
	"version: 1\nowners: {policy: [\"@acme/sec\"]}\nparams: {lim: {type: int, value: 4, "     \
	"tighten: lower}}\nuse: [./policies/x.yaml]\nrules:\n  - {id: a, title: A, level: deny, " \
	"forbid: resource.after.n > params.lim}\n"
#define USED \
	"version: 1\nrules:\n  - {id: x, title: X, level: deny, forbid: resource.after.n == 5}\n"
#define LOOSE "sed -i 's/level: deny/level: info/' tfherald.yaml policies/x.yaml"
#define WAIVE                                                                                   \
	"printf 'version: 1\\nwaivers:\\n  - {rule: a, resource: aws_x.a, reason: r, expires: " \
	"2026-12-01}\\n  - {rule: x, resource: aws_x.a, reason: r, expires: 2026-12-01}\\n' > " \
	"prod/tfherald.waivers.yaml"
#define RIGHT "$(git rev-parse HEAD)"
#define WRONG "1111111111111111111111111111111111111111"

static void set_platform(struct program *program, bool github, const char *commit)
{
	program_env(program, "CI", "true");
	program_env(program, "TFHERALD_BREAK_GLASS", "1");
	program_env(program, github ? "GITHUB_ACTIONS" : "CIRCLECI", "true");
	program_env(program, "GITHUB_EVENT_NAME", "pull_request");
	program_env(program, "GITHUB_REF", "refs/pull/7/merge");
	program_env(program, "GITHUB_HEAD_REF", "change");
	program_env(program, "GITHUB_BASE_REF", "main");
	program_env(program, "CIRCLE_BRANCH", "change");
	program_env(program, "CIRCLE_PULL_REQUEST", "https://github.com/acme/infra/pull/7");
	program_env(program, "CIRCLE_SHA1", commit);
}

static void run_sh(struct program *program, const char *script)
{
	struct program_result result =
	    program_other(program, (const char *const[]){"sh", "-ec", script, NULL});

	if (result.status != 0)
		fail_msg("%s: %.*s", script, STR_ARG(result.err));
}

static void make_repository(struct program *program)
{
	program_begin(program);
	program_env(program, "GIT_CONFIG_GLOBAL", "/dev/null");
	if (program_other(program, (const char *const[]){"git", "--version", NULL}).status != 0) {
		program_end(program);
		if (getenv("CI"))
			fail_msg("git is missing");
		skip();
	}
	run_sh(program, "mkdir -p o/policies o/prod");
	(void)program_write(program, "o/tfherald.yaml", STR(BASE));
	(void)program_write(program, "o/policies/x.yaml", STR(USED));
	(void)program_write(program, "o/prod/main.tf", STR(TF));
	run_sh(program, "cd o; git init -q -b main; git add -A; git -c user.name=a -c "
			"user.email=a@e commit -qm "
			"b; cd ..; git clone -q o c; cd c; git checkout -qb change");
}

static const struct attempt {
	const char *name, *script;
	const char *approved, *team; /* approvals: the commit */
	const char *part;
	int status;
	bool github;
} attempts[] = {
    {"nothing", "true", NULL, NULL, "denials: a, x", 3, false},
    {"nothing, GitHub", "true", NULL, NULL, "denials: a, x", 3, true},
    {"file deleted", "git rm -q tfherald.yaml", NULL, NULL, "weakens tfherald.yaml", 3, false},
    {"file deleted, GitHub", "git rm -q tfherald.yaml", NULL, NULL, "weakens tfherald.yaml", 3,
	true},
    {"file deleted, not committed", "rm tfherald.yaml", NULL, NULL, "weakens tfherald.yaml", 3,
	false},
    {"renamed to .yml", "git mv tfherald.yaml tfherald.yml", NULL, NULL, "is not read", 3, false},
    {"disabled", "sed -i 's/level: deny/level: deny, disabled: true/' tfherald.yaml", NULL, NULL,
	"weakens a", 3, false},
    {"levels", LOOSE, NULL, NULL, "weakens x", 3, false},
    {"param", "sed -i 's/value: 4/value: 400/' tfherald.yaml", NULL, NULL, "weakens", 3, false},
    {"child", "printf 'version: 1\\noverride: {a: {disabled: true}}\\n' > prod/tfherald.yaml", NULL,
	NULL, "weakens a", 3, false},
    {"waivers", WAIVE, NULL, NULL, "denials: a, x", 3, false},
    {"moved to another file",
	"(echo 'version: 1'; sed -n '/^rules/,$p' tfherald.yaml) > policies/y.yaml; sed -i "
	"'/^rules/,$d; s/x.yaml/*.yaml/' tfherald.yaml",
	NULL, NULL, "denials: a, x", 3, false},
    {"owners", "sed -i 's/acme.sec/acme\\/evil/' tfherald.yaml; " LOOSE, RIGHT, "acme/evil",
	"weakens a", 3, false},
    {"break-glass", "echo 'break_glass: {}' >> tfherald.yaml", NULL, NULL, "denials", 3, false},
    {"approved", LOOSE, RIGHT, "acme/sec", "released", 0, false},
    {"approved, deleted", "git rm -q tfherald.yaml", RIGHT, "acme/sec", "released", 0, false},
    {"approved, waivers", WAIVE, RIGHT, "acme/sec", "waived", 0, false},
    {"approved, rules not committed", LOOSE, RIGHT, "acme/sec", "is not as in the commit", 3,
	false},
    {"approved, waivers not committed", WAIVE, RIGHT, "acme/sec", "is not as in the commit", 3,
	false},
    {"approved, a file elsewhere not committed",
	LOOSE "; git add -A; git -c user.name=a -c "
	      "user.email=a@e commit -qm c; touch prod/new.tf",
	RIGHT, "acme/sec", "released", 0, false},
    {"approved another commit", LOOSE, WRONG, "acme/sec", "weakens a", 3, false},
    {"approved part of a commit", LOOSE, "$(git rev-parse --short HEAD)", "acme/sec", "weakens a",
	3, false},
    {"approved no commit", LOOSE, "", "acme/sec", "weakens a", 3, false},
    {"approved by others", LOOSE, RIGHT, "acme/web", "weakens a", 3, false},
};

static void pull_requests(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(attempts); i++) {
		const struct attempt *row = &attempts[i];
		struct program program;
		struct program_result result;
		struct str commit;

		if (!program_takes_row(i))
			continue;
		make_repository(&program);
		run_sh(&program,
		    str_format(program.arena,
			"cd c; %s\ncase '%s' in *'not committed'*) ;; *) git add -A; git -c "
			"user.name=a -c user.email=a@e commit -q --allow-empty -m c;; esac\ngit "
			"rev-parse HEAD > ../id\nprintf '{\"pr\": {\"approvals\": [%%s]}}' "
			"\"%s\" > ../f.json",
			row->script, row->name,
			row->approved
			    ? str_format(program.arena,
				  "{\\\"user\\\": \\\"al\\\", \\\"teams\\\": [\\\"%s\\\"], "
				  "\\\"commit\\\": \\\"%s\\\"}",
				  row->team, row->approved)
				  .ptr
			    : "")
			.ptr);
		commit = str_trim(program_read(&program, "id"));
		set_platform(&program, row->github, str_to_c(program.arena, commit));
		(void)program_write(&program, "p.json", STR(SIMPLE));
		result = RUN(
		    &program, "check", "--now", "2026-11-22", "--facts", "f.json", "c/prod=p.json");
		program_expect(row->name, &result, row->status, NULL, NULL);
		if (!str_contains(result.out, str_from(row->part)) &&
		    !str_contains(result.err, str_from(row->part)))
			fail_msg("%s: nowhere is '%s' in: %.*s%.*s", row->name, row->part,
			    STR_ARG(result.out), STR_ARG(result.err));
		program_end(&program);
	}
}

/* A link in the place of the directory, into another repository of the machine: its own rules, or
 * none, shall not count. */
static void elsewhere(void **state)
{
	struct program program;
	struct program_result result;

	(void)state;
	make_repository(&program);
	run_sh(&program,
	    "mkdir evil; cd evil; git init -q -b main; cp ../o/prod/main.tf .; git "
	    "add -A; git -c user.name=a -c user.email=a@e commit -qm e; git update-ref "
	    "refs/remotes/origin/main HEAD; cd ../c; rm -r prod; ln -s ../evil prod");
	(void)program_write(&program, "plan.json", STR(SIMPLE));
	set_platform(&program, false, WRONG);
	result = program_run(
	    &program, (const char *const[]){"--chdir", "c", "check", "prod=../plan.json", NULL});
	program_expect("elsewhere", &result, 65, NULL, "lies in another repository");
	program_end(&program);
}

/* A document that the base holds is read from there; one that a step made is in no commit. */
static void documents(void **state)
{
	static const struct {
		const char *name, *script;
		int status;
	} rows[] = {
	    {"as it was", "true", 3},
	    {"changed", "echo '{\"most\": 9}' > limits.json", 3},
	    {"removed", "rm limits.json", 3},
	    {"made by a step", "echo '{\"most\": 9}' > made.json", 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct program program;
		struct program_result result;
		const char *name = i + 1 < ARRAY_LEN(rows) ? "limits" : "made";

		make_repository(&program);
		(void)program_write(&program, "o/limits.json", STR("{\"most\": 4}"));
		(void)program_write(&program, "o/tfherald.yaml",
		    str_format(program.arena,
			"version: 1\ndata: {d: %s.json}\nrules:\n  - {id: a, title: A, level: "
			"deny, "
			"forbid: resource.after.n > data.d.most}\n",
			name));
		run_sh(&program,
		    str_format(program.arena,
			"cd o; git add -A; git -c user.name=a -c user.email=a@e commit -qm d; cd "
			"../c; git pull -q origin main; %s",
			rows[i].script)
			.ptr);
		(void)program_write(&program, "p.json", STR(SIMPLE));
		set_platform(&program, false, WRONG);
		result = RUN(&program, "check", "c/prod=p.json");
		program_expect(rows[i].name, &result, rows[i].status, NULL, NULL);
		program_end(&program);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pull_requests),
	    cmocka_unit_test(elsewhere),
	    cmocka_unit_test(documents),
	};

	return cmocka_run_group_tests_name("e2e/pull_request_tricks", tests, NULL, NULL);
}

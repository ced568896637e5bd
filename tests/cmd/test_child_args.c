#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "cmd/child_args.h"
#include "tests/support/sys_script.h"

#define WORDS_MAX 16

static size_t words_of(const char *line, struct arena *arena, const char **words)
{
	struct str rest = str_from(line);
	struct str word;
	size_t count = 0;

	while (str_split(&rest, ' ', &word))
		words[count++] = str_to_c(arena, word);
	words[count] = NULL;
	return count;
}

static const char *line_of(struct arena *arena, const char *const *words)
{
	struct str line = STR("");

	for (size_t i = 0; words[i]; i++)
		line = str_format(arena, "%.*s%s%s", STR_ARG(line), i ? " " : "", words[i]);
	return line.ptr;
}

static const char *or_none(const char *text)
{
	return text ? text : "(none)";
}

static void reads_command_lines(void **state)
{
	static const struct {
		const char *name, *line;
		enum child_tool tool;
		const char *subcommand, *out, *chdir, *saved;
		bool json, many;
		const char *title;
	} rows[] = {
	    {"plain", "terraform plan", CHILD_TERRAFORM, "plan", NULL, NULL, NULL, false, false,
		"terraform plan"},
	    {"-out=F", "terraform plan -out=x.tfplan", CHILD_TERRAFORM, "plan", "x.tfplan", NULL,
		NULL, false, false, "terraform plan"},
	    {"--out F", "terraform plan --out x -lock=false", CHILD_TERRAFORM, "plan", "x", NULL,
		NULL, false, false, "terraform plan"},
	    {"-out without its value", "terraform plan -out", CHILD_TERRAFORM, "plan", NULL, NULL,
		NULL, false, false, "terraform plan"},
	    {"-chdir", "terraform -chdir=envs/prod plan -out=x", CHILD_TERRAFORM, "plan", "x",
		"envs/prod", NULL, false, false, "terraform plan"},
	    {"path and version", "/opt/bin/terraform-1.11.4 plan -json", CHILD_TERRAFORM, "plan",
		NULL, NULL, NULL, true, false, "terraform-1.11.4 plan"},
	    {"-json=false", "terraform plan -json=false", CHILD_TERRAFORM, "plan", NULL, NULL, NULL,
		false, false, "terraform plan"},
	    {"tofu", "tofu apply plan.bin", CHILD_TOFU, "apply", NULL, NULL, "plan.bin", false,
		false, "tofu apply"},
	    {"a value is no saved plan", "terraform apply -var a=b -target x.y", CHILD_TERRAFORM,
		"apply", NULL, NULL, NULL, false, false, "terraform apply"},
	    {"terragrunt", "terragrunt plan", CHILD_TERRAGRUNT, "plan", NULL, NULL, NULL, false,
		false, "terragrunt plan"},
	    {"terragrunt run-all", "terragrunt run-all plan", CHILD_TERRAGRUNT, "plan", NULL, NULL,
		NULL, false, true, "terragrunt plan"},
	    {"terragrunt run --all", "terragrunt run --all -- plan", CHILD_TERRAGRUNT, "plan", NULL,
		NULL, NULL, false, true, "terragrunt plan"},
	    {"wrapper", "aws-vault exec prod -- terraform plan -out=x", CHILD_TERRAFORM, "plan",
		"x", NULL, NULL, false, false, "terraform plan"},
	    {"another program", "make plan", CHILD_OTHER, "", NULL, NULL, NULL, false, false,
		"make"},
	    {"terraform-docs is another program", "terraform-docs plan", CHILD_OTHER, "", NULL,
		NULL, NULL, false, false, "terraform-docs"},
	    {"secrets stay out of the title", "env TOKEN=abc terraform plan -var=pw=x",
		CHILD_TERRAFORM, "plan", NULL, NULL, NULL, false, false, "terraform plan"},
	};
	struct sys_script sys;

	(void)state;
	sys_script_init(&sys);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		const char *words[WORDS_MAX];
		struct child_args args;

		words_of(rows[i].line, arena, words);
		child_args_read(arena, &sys.sys, words, &args);
		print_message("%s\n", rows[i].name);
		assert_int_equal(args.tool, rows[i].tool);
		assert_string_equal(args.subcommand, rows[i].subcommand);
		assert_string_equal(or_none(args.out), or_none(rows[i].out));
		assert_string_equal(or_none(args.chdir), or_none(rows[i].chdir));
		assert_string_equal(or_none(args.saved_plan), or_none(rows[i].saved));
		assert_int_equal(args.json, rows[i].json);
		assert_int_equal(args.many, rows[i].many);
		assert_string_equal(child_args_title(arena, &args).ptr, rows[i].title);
	}
}

static void reads_terraforms_environment(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	const char *const argv[] = {"terraform", "plan", NULL};
	struct sys_script sys;
	struct child_args args;

	(void)state;
	sys_script_init(&sys);
	sys_script_env(&sys, "TF_CLI_ARGS_plan", "-lock=false  -out=from-env");
	sys_script_env(&sys, "TF_CLI_ARGS_apply", "-out=not-this");
	child_args_read(arena, &sys.sys, argv, &args);
	assert_string_equal(args.out, "from-env");
	sys_script_env(&sys, "TF_CLI_ARGS_plan", "-lock=false -out \"env p4\" -var='a b'");
	child_args_read(arena, &sys.sys, argv, &args);
	assert_string_equal(args.out, "env p4");
}

static void writes_command_lines(void **state)
{
	static const struct {
		const char *name, *line, *inserted, *shown;
	} rows[] = {
	    {"plain", "terraform plan -lock=false", "terraform plan -out=T -lock=false",
		"terraform show -json -no-color F"},
	    {"-chdir", "terraform -chdir=d plan", "terraform -chdir=d plan -out=T",
		"terraform -chdir=d show -json -no-color F"},
	    {"wrapper", "op run -- tofu plan", "op run -- tofu plan -out=T",
		"op run -- tofu show -json -no-color F"},
	};
	struct sys_script sys;

	(void)state;
	sys_script_init(&sys);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		const char *words[WORDS_MAX];
		struct child_args args;

		print_message("%s\n", rows[i].name);
		words_of(rows[i].line, arena, words);
		child_args_read(arena, &sys.sys, words, &args);
		assert_string_equal(
		    line_of(arena, child_args_insert(arena, &args, "-out=T")), rows[i].inserted);
		assert_string_equal(
		    line_of(arena, child_args_show(arena, &args, "F")), rows[i].shown);
	}
}

static void finds_files_where_the_child_writes_them(void **state)
{
	static const struct {
		const char *name, *line, *file, *path;
	} rows[] = {
	    {"here", "terraform plan", "f", "f"},
	    {"below -chdir", "terraform -chdir=d/e plan", "f", "d/e/f"},
	    {"absolute", "terraform -chdir=d plan", "/f", "/f"},
	    {"terragrunt's cache cannot be known", "terragrunt plan", "f", NULL},
	    {"terragrunt, absolute", "terragrunt plan", "/f", "/f"},
	};
	struct sys_script sys;

	(void)state;
	sys_script_init(&sys);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		const char *words[WORDS_MAX];
		struct child_args args;

		print_message("%s\n", rows[i].name);
		words_of(rows[i].line, arena, words);
		child_args_read(arena, &sys.sys, words, &args);
		assert_string_equal(
		    or_none(child_args_path(arena, &args, rows[i].file)), or_none(rows[i].path));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_command_lines),
	    cmocka_unit_test(reads_terraforms_environment),
	    cmocka_unit_test(writes_command_lines),
	    cmocka_unit_test(finds_files_where_the_child_writes_them),
	};
	return cmocka_run_group_tests_name("cmd/child_args", tests, NULL, NULL);
}

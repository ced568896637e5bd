#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "cmd/apply_split.h"
#include "tests/support/sys_script.h"

static const char *const *words_of(struct arena *arena, const char *line)
{
	struct str rest = str_from(line), word;
	const char **words = arena_array(arena, const char *, strlen(line) + 2);
	size_t count = 0;

	while (str_split(&rest, ' ', &word))
		words[count++] = str_to_c(arena, word);
	return words;
}

static const char *line_of(struct arena *arena, const char *const *words)
{
	struct str line = STR("");

	for (size_t i = 0; words[i]; i++)
		line = str_format(arena, "%.*s%s%s", STR_ARG(line), i ? " " : "", words[i]);
	return line.ptr;
}

static void splits(void **state)
{
	static const struct {
		const char *name, *line, *plan, *apply;
	} rows[] = {
	    {"plain", "terraform apply", "terraform plan -out=F", "terraform apply F"},
	    {"destroy", "terraform destroy -auto-approve", "terraform plan -destroy -out=F",
		"terraform apply F"},
	    {"-destroy", "terraform apply -destroy", "terraform plan -destroy -out=F",
		"terraform apply F"},
	    {"wrapper, -chdir", "aws-vault exec p -- terraform -chdir=d apply -lock=false",
		"aws-vault exec p -- terraform -chdir=d plan -lock=false -out=F",
		"aws-vault exec p -- terraform -chdir=d apply -lock=false F"},
	    {"terragrunt", "terragrunt run -- apply --terragrunt-config x -target=a",
		"terragrunt run -- plan --terragrunt-config x -target=a -out=F",
		"terragrunt run -- apply --terragrunt-config x F"},
	    {"tofu", "tofu apply -exclude a -concise", "tofu plan -exclude a -concise -out=F",
		"tofu apply -concise F"},
	    {"nobody knows it", "terraform apply -new=1", "terraform plan -new=1 -out=F",
		"terraform apply -new=1 F"},
	    {"ephemeral", "terraform apply -var e=1 -var=o=2 -var-file f",
		"terraform plan -var e=1 -var=o=2 -var-file f -out=F",
		"terraform apply -var e=1 -var-file f F"},
	    {"--", "terraform apply -lock=false --", "terraform plan -lock=false -out=F",
		"terraform apply -lock=false F"},
	    {"a value is missing", "terraform apply -var", "terraform plan -var -out=F",
		"terraform apply F"},
	};
	const struct str ephemeral[] = {STR("e")};
	struct sys_script script;

	(void)state;
	sys_script_init(&script);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct child_args args;
		struct apply_words words;
		struct apply_split split;

		child_args_read(arena, &script.sys, words_of(arena, rows[i].line), &args);
		apply_words_read(arena, &script.sys, &args, &words);
		apply_split(arena, &args, &words, "F", (struct policy_names){ephemeral, 1}, &split);
		if (strcmp(line_of(arena, split.plan), rows[i].plan) != 0)
			fail_msg("%s: %s", rows[i].name, line_of(arena, split.plan));
		if (strcmp(split.unpassed_lines[0], "Saved the plan to: F") != 0 ||
		    strcmp(split.unpassed_lines[2], "    terraform apply \"F\"") != 0)
			fail_msg("%s: '%s'", rows[i].name, split.unpassed_lines[0]);
		if (strcmp(line_of(arena, split.apply), rows[i].apply) != 0)
			fail_msg("%s: %s", rows[i].name, line_of(arena, split.apply));
	}
}

static void reads_words(void **state)
{
	static const struct {
		const char *name, *line, *operand, *state;
		size_t operands;
		enum apply_mode mode;
		bool approved, json;
	} rows[] = {
	    {"plain", "terraform apply", NULL, NULL, 0, APPLY_NORMAL, false, false},
	    {"approved", "terraform apply -auto-approve -json", NULL, NULL, 0, APPLY_NORMAL, true,
		true},
	    {"not approved", "terraform apply -auto-approve=false", NULL, NULL, 0, APPLY_NORMAL,
		false, false},
	    {"the last one counts", "terraform apply -auto-approve -auto-approve=0", NULL, NULL, 0,
		APPLY_NORMAL, false, false},
	    {"no plan file: a value", "terraform apply -target a -var b=c", NULL, NULL, 0,
		APPLY_NORMAL, false, false},
	    {"a plan file", "terraform apply -lock=false p", "p", NULL, 1, APPLY_NORMAL, false,
		false},
	    {"behind --", "terraform apply -- -p", "-p", NULL, 1, APPLY_NORMAL, false, false},
	    {"two", "terraform apply a b", "b", NULL, 2, APPLY_NORMAL, false, false},
	    {"states", "terraform apply -state=a -state-out b", NULL, "b", 0, APPLY_NORMAL, false,
		false},
	    {"destroy", "terraform destroy -state a", NULL, "a", 0, APPLY_DESTROY, false, false},
	    {"-destroy=false", "terraform apply -destroy=false", NULL, NULL, 0, APPLY_NORMAL, false,
		false},
	    {"-refresh-only", "terraform apply -refresh-only", NULL, NULL, 0, APPLY_REFRESH_ONLY,
		false, false},
	};
	struct sys_script script;

	(void)state;
	sys_script_init(&script);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct child_args args;
		struct apply_words words;

		child_args_read(arena, &script.sys, words_of(arena, rows[i].line), &args);
		apply_words_read(arena, &script.sys, &args, &words);
		if (words.operand_count != rows[i].operands ||
		    (rows[i].operand && strcmp(words.operand, rows[i].operand) != 0) ||
		    !words.state != !rows[i].state ||
		    (rows[i].state && strcmp(words.state, rows[i].state) != 0) ||
		    words.mode != rows[i].mode || words.approved != rows[i].approved ||
		    words.json != rows[i].json)
			fail_msg("%s: read differently", rows[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(splits),
	    cmocka_unit_test(reads_words),
	};
	return cmocka_run_group_tests_name("cmd/apply_split", tests, NULL, NULL);
}

#include "tests/support/terraform_project.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/process.h"

static void need_terraform(struct program *program)
{
	if (process_find(program->arena, "terraform"))
		return;
	if (getenv("CI"))
		fail_msg("terraform is not on PATH, and CI is set");
	program_end(program);
	skip();
}

struct program_result project_shell(struct program *program, const char *script)
{
	const char *const argv[] = {"sh", "-ec", script, NULL};
	struct program_result result = program_other(program, argv);

	program_expect(script, &result, 0, NULL, NULL);
	return result;
}

void project_begin(struct program *program, const char *terraform, const char *policies)
{
	program_begin(program);
	need_terraform(program);
	program_write(program, "main.tf", str_from(terraform));
	if (policies)
		program_write(program, "tfherald.yaml", str_from(policies));
	(void)project_shell(program, "terraform init -no-color");
}

void project_watch(struct program *program, const char *script)
{
	const char *real = process_find(program->arena, "terraform");

	(void)project_shell(program, "mkdir -p bin");
	(void)program_write(program, "bin/terraform",
	    str_format(program->arena,
		"#!/bin/sh\necho \"$@\" >> '%s/calls.log'\n%s\nexec '%s' \"$@\"\n",
		program->directory, script ? script : "", real));
	(void)project_shell(program, "chmod +x bin/terraform");
	program_env(program, "PATH",
	    str_format(program->arena, "%s/bin:%s", program->directory, getenv("PATH")).ptr);
}

void project_input(struct program *program, const char *text)
{
	program->input = program_write(program, "input.txt", str_from(text));
}

bool project_has(struct program *program, const char *file, const char *text)
{
	return str_contains(program_read(program, file), str_from(text));
}

/*
 * terraform_project.h: a directory with Terraform files and policies, initialised by the real
 * terraform (terraform_data only: no provider is loaded from anywhere).
 *
 * A missing terraform passes the test over on a laptop and ends it in CI. Layer: tests.
 */
#ifndef TESTS_SUPPORT_TERRAFORM_PROJECT_H
#define TESTS_SUPPORT_TERRAFORM_PROJECT_H

#include "tests/support/program.h"

/* main.tf and tfherald.yaml (NULL: none), terraform init. */
void project_begin(struct program *program, const char *terraform, const char *policies);
/* A shell script in the program's environment and directory; ends the test when it fails. */
struct program_result project_shell(struct program *program, const char *script);
/* `bin/terraform` first in PATH: writes a line per call to calls.log ("plan -out=..."), then runs
 * the lines of `script` (NULL: none), then the real one. */
void project_watch(struct program *program, const char *script);
/* Standard input of the program from now on. */
void project_input(struct program *program, const char *text);
/* Is this text in a file below the directory? A missing file has none. */
bool project_has(struct program *program, const char *file, const char *text);

#endif

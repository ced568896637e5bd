#include "cmd/run.h"

static NODISCARD bool apply_run(struct app *app, const void *values,
    const struct operands *operands, int *status, struct err *err)
{
	return run_operation(app, OPERATION_APPLY, values, operands, status, err);
}

static const struct opt apply_opts[] = {
    RUN_OPTIONS_TO_BRANCH,
    {.name = "break-glass",
	.type = OPT_TEXT,
	.arg = "REASON",
	.offset = offsetof(struct run_options, policies.break_glass),
	.help = "in an emergency: apply what policies deny, and say so everywhere"},
    RUN_OPTIONS_TO_MARKDOWN,
    {.name = "no-gate",
	.type = OPT_FLAG,
	.offset = offsetof(struct run_options, no_gate),
	.help = "run the command without evaluating policies before"},
    RUN_OPTIONS_FROM_NO_JSON,
    {.name = NULL},
};

const struct command command_apply = {
    .name = "apply",
    .args = "[-- COMMAND...]",
    .help = "run terraform apply, tell what it did",
    .description =
	"Runs the command after '--', passes its output through and tells people what was applied\n"
	"and what failed. The exit status is the command's own.\n"
	"\n"
	"Where policies are in force they are evaluated before anything is applied, and what they\n"
	"deny is not applied (status 3). A saved plan is read first. A plain 'terraform apply' or\n"
	"'destroy' is run as two steps, a plan into a temporary file and the apply of that file;\n"
	"where terraform would ask for an approval, tfherald asks. What cannot be judged before "
	"(a\n"
	"script, make, several units of terragrunt, a backend that cannot save plans) is refused\n"
	"with status 64 while a policy can deny: name terraform itself, or judge the plan with\n"
	"'tfherald check' and say --no-gate. What could not be decided before is decided again on\n"
	"the state after the apply. Output that is read on standard input or from --plan FILE "
	"comes\n"
	"after the fact: no policy is evaluated then.\n"
	"\n"
	"--break-glass REASON overrides denials. It needs 'break_glass:' in the tfherald.yaml of\n"
	"the repository root, on the base branch, and TFHERALD_BREAK_GLASS in the environment.\n"
	"\n"
	"Without a command it reads terraform's output on standard input, or --plan FILE. Outside\n"
	"CI nothing is sent without --notify.",
    .example = "tfherald apply -- terraform apply -auto-approve tfplan\n"
	       "tfherald apply --report apply.json -- tofu apply -auto-approve",
    .opts = apply_opts,
    .values_size = sizeof(struct run_options),
    .takes_child = true,
    .run = apply_run,
};

#include "cmd/run.h"

static NODISCARD bool apply_run(struct app *app, const void *values,
    const struct operands *operands, int *status, struct err *err)
{
	return run_operation(app, OPERATION_APPLY, values, operands, status, err);
}

static const struct opt apply_opts[] = {
    RUN_OPTIONS,
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
	"Without a command it reads terraform's output on standard input, or --plan FILE. Outside\n"
	"CI nothing is sent without --notify.",
    .example = "tfherald apply -- terraform apply -auto-approve tfplan\n"
	       "tfherald apply --report apply.json -- tofu apply -auto-approve",
    .opts = apply_opts,
    .values_size = sizeof(struct run_options),
    .takes_child = true,
    .run = apply_run,
};

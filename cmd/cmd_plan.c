#include "cmd/run.h"

static NODISCARD bool plan_run(struct app *app, const void *values, const struct operands *operands,
    int *status, struct err *err)
{
	return run_operation(app, OPERATION_PLAN, values, operands, status, err);
}

static const struct opt plan_opts[] = {
    RUN_OPTIONS,
    {.name = NULL},
};

const struct command command_plan = {
    .name = "plan",
    .args = "[-- COMMAND...]",
    .help = "run terraform plan, tell what it will do",
    .description =
	"Runs the command after '--', passes its output through, reads the plan it made and tells\n"
	"people: a summary here, a comment on the pull request, Slack. The exit status is the\n"
	"command's own.\n"
	"\n"
	"Without a command it reads terraform's output on standard input, or --plan FILE, or, at "
	"a\n"
	"terminal, runs terraform plan. Outside CI nothing is sent without --notify.",
    .example = "tfherald plan -- terraform plan -out=tfplan\n"
	       "tfherald plan --dry-run --plan tfplan.json\n"
	       "terraform plan -no-color | tfherald plan --markdown comment.md",
    .opts = plan_opts,
    .values_size = sizeof(struct run_options),
    .takes_child = true,
    .run = plan_run,
};

#include <errno.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "base/log.h"
#include "base/sink.h"
#include "cmd/check_plan.h"
#include "cmd/command.h"
#include "cmd/exit_codes.h"
#include "cmd/import_findings.h"
#include "cmd/report_file.h"
#include "report/checked.h"
#include "report/render_html.h"

enum check_format {
	CHECK_TERMINAL,
	CHECK_JSON,
	CHECK_MARKDOWN,
	CHECK_HTML,
	CHECK_SARIF,
	CHECK_JUNIT,
	CHECK_GITHUB,
};

static const char *const check_formats[] = {
    [CHECK_TERMINAL] = "terminal",
    [CHECK_JSON] = "json",
    [CHECK_MARKDOWN] = "markdown",
    [CHECK_HTML] = "html",
    [CHECK_SARIF] = "sarif",
    [CHECK_JUNIT] = "junit",
    [CHECK_GITHUB] = "github",
    NULL,
};

struct check_options {
	struct check_plan_options plan;
	int format; /* enum check_format */
	const char *output, *reports;
};

/* What the command holds while it runs. */
struct check {
	struct app *app;
	const struct check_options *options;
	struct check_plan *plans;
	size_t count;
	struct checked checked;
};

static void close_all(struct check *check)
{
	/* backwards: the first one owns what the others share */
	for (size_t i = check->count; i > 0; i--)
		check_plan_close(&check->plans[i - 1]);
}

NODISCARD static bool open_all(
    struct check *check, const struct operands *operands, struct err *err)
{
	struct app *app = check->app;

	check->plans = arena_array(app->run, struct check_plan, operands->count + 1);
	for (size_t i = 0; i < operands->count; i++) {
		const struct check_plan *first = check->count > 0 ? &check->plans[0] : NULL;

		if (!check_plan_open(app, operands->items[i], &check->options->plan, first,
			&check->plans[check->count++], err))
			return false;
		/* people read the first ones of each rule, programs read all */
		check->plans[i].policies.world.tell_all =
		    check->options->format != CHECK_TERMINAL &&
		    check->options->format != CHECK_MARKDOWN;
	}
	return true;
}

NODISCARD static bool load_all(struct check *check, struct err *err)
{
	for (size_t i = 0; i < check->count; i++) {
		if (!check_plan_load(check->app, &check->options->plan, &check->plans[i], err))
			return false;
	}
	return true;
}

NODISCARD static bool import_all(struct check *check, struct err *err)
{
	struct import_target *targets =
	    arena_array(check->app->run, struct import_target, check->count);
	struct imported_results results;

	if (!imports_read(check->app, &check->options->plan.imports, &results, err))
		return false;
	for (size_t i = 0; i < check->count; i++)
		targets[i] =
		    (struct import_target){&check->plans[i].policies, check->plans[i].plan};
	imports_assign(check->app, &results, targets, check->count);
	return true;
}

NODISCARD static bool judge_all(struct check *check, struct err *err)
{
	for (size_t i = 0; i < check->count; i++) {
		if (!check_plan_judge(check->app, &check->plans[i], err))
			return false;
	}
	return true;
}

/* Rules about the whole pull request need all plans at once. */
NODISCARD static bool judge_run(struct check *check, struct err *err)
{
	struct arena *arena = check->app->run;
	const struct evaluation **evaluations =
	    arena_array(arena, const struct evaluation *, check->count);
	struct policy_problems problems;

	policy_problems_init(&problems, arena);
	for (size_t i = 0; i < check->count; i++)
		evaluations[i] = &check->plans[i].policies.evaluation;
	if (evaluate_run(arena, evaluations, check->count, &problems, &check->checked.run, err))
		return policies_report(check->app, &problems, err);
	return false;
}

static void collect(struct check *check)
{
	struct arena *arena = check->app->run;
	const struct outcome **outcomes = arena_array(arena, const struct outcome *, check->count);
	const struct ruleset **rulesets = arena_array(arena, const struct ruleset *, check->count);

	for (size_t i = 0; i < check->count; i++) {
		outcomes[i] = &check->plans[i].outcome;
		rulesets[i] = check->plans[i].policies.head;
	}
	check->checked.version = TFHERALD_VERSION;
	check->checked.outcomes = outcomes;
	check->checked.rulesets = rulesets;
	check->checked.count = check->count;
}

NODISCARD static bool show_to(struct check *check, int fd, struct err *err)
{
	const struct app *app = check->app;
	const struct checked *checked = &check->checked;
	struct render_options render = {.colour = app_colour(app, fd),
	    .columns = app->sys->columns(app->sys->state, fd),
	    .details = true};
	struct sink sink;
	bool ok = true;

	sink_to_fd(&sink, app->run, fd, 0);
	switch ((enum check_format)check->options->format) {
	case CHECK_TERMINAL:
		ok = render_check_terminal(app->run, checked, &render, &sink, err);
		break;
	case CHECK_MARKDOWN:
		ok = render_check_markdown(app->run, checked, &render, &sink, err);
		break;
	case CHECK_HTML:
		render_check_html(checked, &sink);
		break;
	case CHECK_JSON:
		render_check_json(app->run, checked, &sink);
		break;
	case CHECK_SARIF:
		render_sarif(app->run, checked, &sink);
		break;
	case CHECK_JUNIT:
		render_junit(app->run, checked, &sink);
		break;
	case CHECK_GITHUB:
		render_annotations(app->run, checked, &sink);
		break;
	}
	return ok && sink_finish(&sink, err);
}

NODISCARD static bool show(struct check *check, struct err *err)
{
	struct file_draft draft;

	if (!check->options->output)
		return show_to(check, check->app->out, err);
	if (!file_draft_open(check->app->run, check->options->output, &draft, err))
		return false;
	if (!show_to(check, draft.fd, err)) {
		file_draft_abandon(&draft);
		return err_context(err, "'%s'", check->options->output);
	}
	return file_draft_commit(&draft, err);
}

/* A report for each directory, under a name of its own, for a later `notify`. */
NODISCARD static bool write_reports(struct check *check, int status, struct err *err)
{
	for (size_t i = 0; check->options->reports && i < check->count; i++) {
		struct outcome *outcome = &check->plans[i].outcome;
		const char *path;

		outcome->exit_status = outcome->verdict.denied ? EXIT_DENIED : status;
		outcome->exit_reason =
		    outcome->verdict.denied ? outcome->verdict.reason : STR("done");
		if (!report_path(check->app->run, check->options->reports, outcome, &path, err) ||
		    !report_write(check->app->run, path, outcome, err))
			return false;
	}
	return true;
}

/* An errored plan has no verdict, which is no pass. */
static int decide_status(const struct check *check)
{
	for (size_t i = 0; i < check->count; i++) {
		const struct verdict *verdict = &check->plans[i].outcome.verdict;

		if (verdict->withheld.len > 0) {
			log_error("%s: %.*s", check->plans[i].path, STR_ARG(verdict->withheld));
			return EXIT_INVALID;
		}
	}
	return checked_denied(&check->checked) ? EXIT_DENIED : EXIT_DONE;
}

static void say_status(const struct check *check, int status)
{
	for (size_t i = 0; status == EXIT_DENIED && i < check->count; i++) {
		const struct outcome *outcome = &check->plans[i].outcome;

		if (outcome->verdict.denied)
			log_info("exit status 3: %.*s: %.*s",
			    STR_ARG(outcome->facts.directory.value),
			    STR_ARG(outcome->verdict.reason));
	}
	if (status == EXIT_DENIED && check->checked.run.denied)
		log_info("exit status 3: over all plans: %.*s", STR_ARG(check->checked.run.reason));
}

static NODISCARD bool check_run(struct app *app, const void *values,
    const struct operands *operands, int *status, struct err *err)
{
	struct check check = {.app = app, .options = values};
	bool ok;

	if (operands->count == 0)
		return err_set(err, ERR_USAGE,
		    "which plan? for example: tfherald check envs/prod=tfplan.json");
	ok = open_all(&check, operands, err) && load_all(&check, err) && import_all(&check, err) &&
	     judge_all(&check, err) && judge_run(&check, err);
	if (ok) {
		collect(&check);
		*status = decide_status(&check);
		ok = show(&check, err) && write_reports(&check, *status, err);
	}
	if (ok)
		say_status(&check, *status);
	close_all(&check);
	return ok;
}

static const struct opt check_opts[] = {
    POLICY_OPTION_BASE(check_options, plan.policies),
    {.name = "branch",
	.type = OPT_TEXT,
	.arg = "NAME",
	.offset = offsetof(struct check_options, plan.facts.branch),
	.help = "branch of the run, instead of what CI or git says"},
    {.name = "commit",
	.type = OPT_TEXT,
	.arg = "SHA",
	.offset = offsetof(struct check_options, plan.facts.commit),
	.help = "commit the run is about"},
    POLICY_OPTION_DATA(check_options, plan.policies),
    POLICY_OPTION_FACTS(check_options, plan.policies),
    OPTION_FAIL_ON_LEAK(check_options, plan.fail_on_leak),
    {.name = "format",
	.type = OPT_CHOICE,
	.arg = "FORMAT",
	.choices = check_formats,
	.offset = offsetof(struct check_options, format),
	.help = "how to show the findings"},
    {.name = "import",
	.type = OPT_LIST,
	.arg = "FILE",
	.offset = offsetof(struct check_options, plan.imports),
	.help = "findings of another tool, as SARIF 2.1.0; may be repeated"},
    POLICY_OPTION_NOW(check_options, plan.policies),
    {.name = "output",
	.type = OPT_FILE,
	.arg = "FILE",
	.offset = offsetof(struct check_options, output),
	.help = "write to FILE instead of standard output"},
    {.name = "pr",
	.type = OPT_TEXT,
	.arg = "NUMBER",
	.offset = offsetof(struct check_options, plan.facts.pr),
	.help = "number of the pull request"},
    {.name = "reports",
	.type = OPT_DIR,
	.arg = "DIR",
	.offset = offsetof(struct check_options, reports),
	.help = "write a report of each directory to DIR"},
    {.name = "strict-json",
	.type = OPT_FLAG,
	.offset = offsetof(struct check_options, plan.strict_json),
	.help = "refuse a JSON plan with a fault in what is not used, or beside it"},
    POLICY_OPTION_STRICT(check_options, plan.policies),
    {.name = "terraform",
	.type = OPT_COMMAND,
	.arg = "PATH",
	.offset = offsetof(struct check_options, plan.terraform),
	.help = "program that reads saved plan files"},
    {.name = NULL},
};

const struct command command_check = {
    .name = "check",
    .args = "[DIR=]PLAN...",
    .help = "evaluate the policies of a directory on its plan",
    .description =
	"Reads each plan, evaluates the policies of its directory (every tfherald.yaml from the\n"
	"root of the repository down to it, see docs/policies.md) and shows what is forbidden, "
	"what\n"
	"cannot be decided before apply, and what is waived.\n"
	"\n"
	"DIR is the directory of the root module; without it the plan's own folder, when it holds\n"
	"Terraform files. Several plans are judged together: rules of scope `run` see all of "
	"them.\n"
	"\n"
	"Exit status: 0, 3 when something is denied, 65 for policies or plans that cannot be used.",
    .example = "tfherald check envs/prod/db=tfplan.json\n"
	       "tfherald check --format sarif --output findings.sarif envs/prod=plan.json\n"
	       "tfherald check --strict-unknown --now 2026-12-31 .=plan.json",
    .opts = check_opts,
    .values_size = sizeof(struct check_options),
    .operands_max = 1000,
    .run = check_run,
};

#include "base/arena.h"
#include "base/err.h"
#include "base/input.h"
#include "base/log.h"
#include "base/sink.h"
#include "cmd/command.h"
#include "cmd/exit_codes.h"
#include "cmd/outcome_rules.h"
#include "cmd/plan_source.h"
#include "cmd/session.h"
#include "report/report_read.h"
#include "report/verification.h"

enum verify_format {
	VERIFY_TERMINAL,
	VERIFY_JSON,
};

static const char *const verify_formats[] = {
    [VERIFY_TERMINAL] = "terminal",
    [VERIFY_JSON] = "json",
    NULL,
};

struct verify_options {
	int format; /* enum verify_format */
	const char *reviewed, *terraform;
	bool exact, strict_json;
};

static NODISCARD bool check_usage(const struct app *app, const struct verify_options *options,
    const struct operands *operands, struct err *err)
{
	const char *path = operands->count > 0 ? operands->items[0] : "-";
	struct str reviewed = str_from(options->reviewed);

	if (reviewed.len == 0)
		return err_set(err, ERR_USAGE,
		    "which plan was reviewed? for example: tfherald verify --reviewed report.json "
		    "tfplan");
	if (operands->count == 0 && app->sys->is_terminal(app->sys->state, app->in))
		return err_set(err, ERR_USAGE,
		    "which plan? for example: tfherald verify --reviewed report.json tfplan");
	if (str_is(reviewed, "-") && strcmp(path, "-") == 0)
		return err_set(
		    err, ERR_USAGE, "the report and the plan cannot both come from standard input");
	if (str_starts(reviewed, STR(PLAN_FINGERPRINT_PREFIX)) &&
	    !plan_fingerprint_is_one(reviewed))
		return err_set(err, ERR_USAGE,
		    "'%.*s' is no fingerprint: expected " PLAN_FINGERPRINT_PREFIX
		    " and 22 letters, as the comment and the report show it",
		    STR_ARG(reviewed));
	return true;
}

/* A plan that failed is not whole and terraform does not apply it: it is like no plan at all. */
static NODISCARD bool check_whole(const struct plan *plan, const char *path, struct err *err)
{
	if (!plan->errored)
		return true;
	return err_set(err, ERR_INVALID,
	    "'%s' is of a run that failed ('errored' is true): it is not whole and cannot be "
	    "applied; mend the error and plan again",
	    path);
}

/* As `show` reads it, and by the same settings as the reviewed one. */
static NODISCARD bool read_planned(struct app *app, const struct verify_options *options,
    const char *path, struct outcome *outcome, struct err *err)
{
	struct session_options opening = {.terraform = options->terraform};
	struct plan_options reading = {.strict_json = options->strict_json};
	struct outcome_rules rules;
	struct session session;
	struct plan *plan;

	if (!session_open(app, &opening, &session, err) ||
	    !outcome_rules_load(app, &session.settings, &rules, err) ||
	    !plan_from_file(app, path, session_terraform(&session), &reading, &plan, err) ||
	    !plan_is_alone(plan, path, err) || !check_whole(plan, path, err) ||
	    !outcome_add_plan(app->run, app->scratch, plan, &rules, outcome, err))
		return false;
	outcome->facts.directory = (struct fact){session.workspace.directory,
	    session.workspace.in_repository ? STR("working directory") : STR_EMPTY};
	if (outcome->fingerprint.text.len == 0)
		return err_set(err, ERR_INVALID,
		    "'%s' does not tell the values of its changes: give a saved plan file, or what "
		    "'terraform show -json' prints",
		    path);
	return true;
}

static NODISCARD bool compare(struct app *app, const char *reviewed, const struct outcome *outcome,
    struct verification *out, struct err *err)
{
	struct report *report = arena_make(app->run, struct report);
	struct input *input;
	bool ok;

	if (str_starts(str_from(reviewed), STR(PLAN_FINGERPRINT_PREFIX))) {
		verify_fingerprint(app->run, str_from(reviewed), outcome, out);
		return true;
	}
	ok = input_open(app->run, reviewed, REPORT_BYTES_MAX, &input, err) &&
	     report_read(app->run, input, report, err);
	report->secrets = outcome->secrets;
	return ok &&
	       verify_report(app->run, report, str_from(input_name(input)), outcome, out, err);
}

static NODISCARD bool print(struct app *app, const struct verify_options *options,
    const struct verification *verification, struct err *err)
{
	struct render_options render = {
	    .colour = app_colour(app, app->out),
	    .columns = app->sys->columns(app->sys->state, app->out),
	    .details = true,
	};
	struct str text = STR_EMPTY;
	struct sink sink;

	sink_to_fd(&sink, app->run, app->out, 0);
	if (options->format == VERIFY_JSON) {
		if (!render_verification_json(verification, &sink, err))
			return false;
	} else if (!render_verification(app->run, verification, &render, &text, err)) {
		return false;
	}
	sink_add(&sink, text);
	return sink_finish(&sink, err);
}

static int decide(const struct verify_options *options, const struct verification *verification)
{
	if (verification->match == PLAN_IDENTICAL)
		return EXIT_DONE;
	if (verification->match == PLAN_SUBSET && !options->exact)
		return EXIT_DONE;
	log_info("exit status 4: the plan is not the one that was reviewed%s",
	    verification->match == PLAN_SUBSET ? " but a part of it, and --exact was given" : "");
	return EXIT_NOT_REVIEWED;
}

static NODISCARD bool verify_run(struct app *app, const void *values,
    const struct operands *operands, int *status, struct err *err)
{
	const struct verify_options *options = values;
	const char *path = operands->count > 0 ? operands->items[0] : "-";
	struct outcome *outcome = arena_make(app->run, struct outcome);
	struct verification verification;

	outcome->version = TFHERALD_VERSION;
	if (!check_usage(app, options, operands, err) ||
	    !read_planned(app, options, path, outcome, err) ||
	    !compare(app, options->reviewed, outcome, &verification, err) ||
	    !print(app, options, &verification, err))
		return false;
	*status = decide(options, &verification);
	return true;
}

static const struct opt verify_opts[] = {
    {.name = "exact",
	.type = OPT_FLAG,
	.offset = offsetof(struct verify_options, exact),
	.help = "a part of the reviewed plan counts as another plan, too"},
    {.name = "format",
	.type = OPT_CHOICE,
	.arg = "FORMAT",
	.choices = verify_formats,
	.offset = offsetof(struct verify_options, format),
	.help = "how to show what differs"},
    {.name = "reviewed",
	.type = OPT_FILE,
	.arg = "REPORT",
	.offset = offsetof(struct verify_options, reviewed),
	.help = "the report of the plan that was reviewed, or its fingerprint (pf1:...)"},
    {.name = "strict-json",
	.type = OPT_FLAG,
	.offset = offsetof(struct verify_options, strict_json),
	.help = "refuse a JSON plan with a fault in what is not used, or beside it"},
    {.name = "terraform",
	.type = OPT_COMMAND,
	.arg = "PATH",
	.offset = offsetof(struct verify_options, terraform),
	.help = "program that reads saved plan files"},
    {.name = NULL},
};

const struct command command_verify = {
    .name = "verify",
    .args = "--reviewed REPORT [PLAN]",
    .help = "compare a plan with the one that was reviewed",
    .description =
	"Says whether PLAN does what the reviewed plan did: identical, a subset of it, or not, "
	"and\n"
	"then what is new, what changed (attribute by attribute) and what is missing. PLAN is a\n"
	"saved plan file or what terraform show -json prints; without PLAN, or with -, standard\n"
	"input is read. REPORT is the file that --report wrote when the plan was reviewed. With a\n"
	"fingerprint instead, as the comment shows it, the answer is identical or differs.\n"
	"\n"
	"The order of a plan, refreshed values, unchanged resources, versions and times make no\n"
	"difference. Hidden values are compared when fingerprint_key is set (docs/settings.md).\n"
	"\n"
	"Exit status: 0 identical or a subset, 4 differs (with --exact: also a subset), 65 for a\n"
	"report or plan that cannot be used: also of a plan that failed, and of two plans in one.",
    .example =
	"tfherald plan --report reviewed.json -- terraform plan -out=tfplan\n"
	"tfherald verify --reviewed reviewed.json tfplan && terraform apply tfplan\n"
	"tfherald verify --reviewed pf1:c3RhYmxlIGFuZCBzaG9ydA --exact tfplan\n"
	"terraform show -json tfplan | tfherald verify --reviewed reviewed.json --format json",
    .opts = verify_opts,
    .values_size = sizeof(struct verify_options),
    .operands_max = 1,
    .run = verify_run,
};

#include "base/ahead.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/input.h"
#include "base/sink.h"
#include "cmd/ci.h"
#include "cmd/command.h"
#include "cmd/exit_codes.h"
#include "cmd/outcome_rules.h"
#include "cmd/plan_source.h"
#include "cmd/report_file.h"
#include "cmd/session.h"
#include "report/hide.h"
#include "report/leaks.h"
#include "report/render.h"
#include "report/render_html.h"

enum show_format {
	SHOW_TERMINAL,
	SHOW_SUMMARY,
	SHOW_MARKDOWN,
	SHOW_SLACK,
	SHOW_HTML,
	SHOW_JSON,
};

struct show_options {
	int format; /* enum show_format */
	int64_t max_bytes;
	const char *output, *report, *target, *terraform;
	bool strict_json, fail_on_leak;
};

static const char *const show_formats[] = {
    [SHOW_TERMINAL] = "terminal",
    [SHOW_SUMMARY] = "summary",
    [SHOW_MARKDOWN] = "markdown",
    [SHOW_SLACK] = "slack",
    [SHOW_HTML] = "html",
    [SHOW_JSON] = "json",
    NULL,
};

/* JSON is whole or useless, and the page folds what is too much. */
static bool format_has_limit(enum show_format format)
{
	return format != SHOW_HTML && format != SHOW_JSON;
}

#define SHOW_MAX_BYTES ((int64_t)1 << 30)
/* Below it a second thread does not pay. */
#define BESIDE_CHANGES_MIN ((size_t)2000)

/* In the root of a repository the directory says nothing; the name of the file does. */
static struct fact show_target(const struct session *session, const char *path)
{
	const struct setting_value *target = &session->settings.values[SET_TARGET];
	const char *slash = strrchr(path, '/');

	if (target->is_set)
		return (struct fact){target->text, target->origin};
	if (!str_is(session->workspace.directory, "."))
		return (struct fact){session->workspace.directory, STR("working directory")};
	if (strcmp(path, "-") == 0)
		return (struct fact){STR("standard input"), STR("operand")};
	return (struct fact){str_from(slash ? slash + 1 : path), STR("operand")};
}

/* What is shown before anybody is told needs no facts but names; finding the others costs time. */
static void show_facts(
    const struct app *app, const struct session *session, const char *path, struct facts *facts)
{
	facts->operation = OPERATION_SHOW;
	facts->now = app->sys->now(app->sys->state);
	facts->directory = (struct fact){session->workspace.directory, STR("working directory")};
	facts->target = show_target(session, path);
}

/* A text to be rendered: what is asked of the terminal is known before. */
struct text_job {
	enum show_format format;
	const struct outcome *outcome;
	struct render_options render;
	struct str text;
};

static struct text_job text_job(
    struct app *app, const struct show_options *options, const struct outcome *outcome, int fd)
{
	return (struct text_job){
	    .format = (enum show_format)options->format,
	    .outcome = outcome,
	    .render =
		{
		    .max_bytes = (size_t)options->max_bytes,
		    .colour = app_colour(app, fd),
		    .columns = app->sys->columns(app->sys->state, fd),
		    .details = options->format == SHOW_TERMINAL,
		},
	    .text = STR_EMPTY,
	};
}

static NODISCARD bool render_text(struct arena *arena, struct text_job *job, struct err *err)
{
	struct slack_message message;
	switch (job->format) {
	case SHOW_MARKDOWN:
		return render_markdown(arena, job->outcome, &job->render, &job->text, err);
	case SHOW_SLACK:
		if (!render_slack(arena, job->outcome, &job->render, NULL, &message, err))
			return false;
		job->text = message.blocks;
		return true;
	case SHOW_TERMINAL:
	case SHOW_SUMMARY:
	case SHOW_HTML:
	case SHOW_JSON:
		break;
	}
	return render_terminal(arena, job->outcome, &job->render, &job->text, err);
}

static void add_text(struct sink *sink, struct str text)
{
	sink_add(sink, text);
	if (text.len > 0 && !str_ends(text, STR("\n")))
		sink_add(sink, STR("\n"));
}

static NODISCARD bool show_to(struct app *app, const struct show_options *options,
    const struct outcome *outcome, int fd, struct err *err)
{
	struct text_job job = text_job(app, options, outcome, fd);
	struct sink sink;
	sink_to_fd(&sink, app->run, fd, 0);
	if (options->format == SHOW_JSON)
		render_json(outcome, &sink);
	else if (options->format == SHOW_HTML)
		render_html(&outcome, 1, &sink);
	else if (!render_text(app->run, &job, err))
		return false;
	add_text(&sink, job.text);
	return sink_finish(&sink, err);
}

/* An ahead_step: the one batch is the text. */
static bool make_text(void *context, struct ahead_batch *batch, struct err *err)
{
	batch->is_last = true;
	return render_text(batch->arena, context, err);
}

/* A second thread renders the text while the report is written: both take long of a large plan. */
static NODISCARD bool show_beside_report(struct app *app, const struct show_options *options,
    const struct outcome *outcome, struct err *err)
{
	struct text_job job = text_job(app, options, outcome, app->out);
	struct ahead_work work = {.make = make_text, .context = &job};
	struct ahead *ahead CLEANUP(ahead_stop_ptr) =
	    ahead_start(app->run, &work, outcome->change_count >= BESIDE_CHANGES_MIN);
	const struct ahead_batch *batch;
	struct sink sink;
	if (!report_write(app->run, options->report, outcome, err))
		return false;
	batch = ahead_next(ahead);
	if (batch->failed) {
		*err = batch->err;
		return false;
	}
	sink_to_fd(&sink, app->run, app->out, 0);
	add_text(&sink, job.text);
	return sink_finish(&sink, err);
}

static NODISCARD bool show_to_file(struct app *app, const struct show_options *options,
    const struct outcome *outcome, struct err *err)
{
	struct file_draft draft;
	if (!file_draft_open(app->run, options->output, &draft, err))
		return false;
	if (!show_to(app, options, outcome, draft.fd, err)) {
		file_draft_abandon(&draft);
		return err_context(err, "'%s'", options->output);
	}
	return file_draft_commit(&draft, err);
}

/* Without a report of policies, but a secret in a plan is one wherever it is shown. */
static NODISCARD bool find_leaks(struct app *app, const struct outcome_rules *rules,
    const struct plan *plan, struct outcome *outcome, int *status, struct err *err)
{
	const struct leak_question question = {.plan = plan,
	    .detectors = rules->detectors,
	    .directory = outcome->facts.directory.value};

	const char *caveat = leaks_caveat(plan);

	if (!rules->fail_on_leak)
		return true;
	if (caveat)
		log_warn("%s", caveat);
	if (!leaks_judge(app->run, app->scratch, &question, &outcome->verdict, err))
		return false;
	outcome_hide_rest(app->run, outcome->secrets, outcome);
	if (outcome->verdict.denied) {
		*status = outcome->exit_status = EXIT_DENIED;
		outcome->exit_reason = outcome->verdict.reason;
	} else if (outcome->verdict.withheld.len > 0) {
		*status = outcome->exit_status = EXIT_INVALID;
		outcome->exit_reason = outcome->verdict.withheld;
		log_error("%.*s", STR_ARG(outcome->verdict.withheld));
	}
	return true;
}

static NODISCARD bool show_run(struct app *app, const void *values, const struct operands *operands,
    int *status, struct err *err)
{
	const struct show_options *options = values;
	const char *path = operands->count > 0 ? operands->items[0] : "-";
	struct session session;
	struct session_options opening = {.target = options->target,
	    .terraform = options->terraform,
	    .fail_on_leak = options->fail_on_leak};
	struct plan *plan;
	struct plan_options reading = {.strict_json = options->strict_json};
	struct outcome_rules rules = {0};
	struct outcome *outcome = arena_make(app->run, struct outcome);
	const struct written_file written[] = {
	    {"--output", options->output}, {"--report", options->report}};
	if (operands->count == 0 && app->sys->is_terminal(app->sys->state, app->in))
		return err_set(err, ERR_USAGE,
		    "which plan? for example: tfherald show tfplan (see 'tfherald show --help')");
	if (options->max_bytes > 0 && !format_has_limit((enum show_format)options->format))
		return err_set(err, ERR_USAGE,
		    "--max-bytes is for terminal, summary, markdown and slack; '%s' leaves "
		    "nothing out",
		    show_formats[options->format]);
	outcome->version = TFHERALD_VERSION;
	if (!written_files_differ(written, ARRAY_LEN(written), err) ||
	    !session_open(app, &opening, &session, err) ||
	    !outcome_rules_load(app, &session.settings, &rules, err) ||
	    !plan_from_file(app, path, session_terraform(&session), &reading, &plan, err) ||
	    !outcome_add_plan(app->run, app->scratch, plan, &rules, outcome, err))
		return false;
	show_facts(app, &session, path, &outcome->facts);
	if (!find_leaks(app, &rules, plan, outcome, status, err))
		return false;
	if (options->report && !options->output &&
	    format_has_limit((enum show_format)options->format))
		return show_beside_report(app, options, outcome, err);
	if (options->report && !report_write(app->run, options->report, outcome, err))
		return false;
	return options->output ? show_to_file(app, options, outcome, err)
			       : show_to(app, options, outcome, app->out, err);
}

static const struct opt show_opts[] = {
    OPTION_FAIL_ON_LEAK(show_options, fail_on_leak),
    {.name = "format",
	.type = OPT_CHOICE,
	.arg = "FORMAT",
	.choices = show_formats,
	.offset = offsetof(struct show_options, format),
	.help = "how to show it"},
    {.name = "max-bytes",
	.type = OPT_INT,
	.arg = "N",
	.min = 1000,
	.max = SHOW_MAX_BYTES,
	.offset = offsetof(struct show_options, max_bytes),
	.help =
	    "leave out what matters least above this size (markdown: 65000); not of html and json"},
    {.name = "output",
	.type = OPT_FILE,
	.arg = "FILE",
	.offset = offsetof(struct show_options, output),
	.help = "write to FILE instead of standard output"},
    {.name = "report",
	.type = OPT_FILE,
	.arg = "FILE",
	.offset = offsetof(struct show_options, report),
	.help = "also write the outcome as JSON to FILE"},
    {.name = "strict-json",
	.type = OPT_FLAG,
	.offset = offsetof(struct show_options, strict_json),
	.help = "refuse a JSON plan with a fault in what is not used, or beside it"},
    {.name = "target",
	.type = OPT_TEXT,
	.arg = "NAME",
	.offset = offsetof(struct show_options, target),
	.help = "name shown in titles, instead of the directory"},
    {.name = "terraform",
	.type = OPT_COMMAND,
	.arg = "PATH",
	.offset = offsetof(struct show_options, terraform),
	.help = "program that reads saved plan files"},
    {.name = NULL},
};

const struct command command_show = {
    .name = "show",
    .args = "[FILE]",
    .help = "show a plan: JSON, text, stream or saved plan file",
    .description =
	"Reads a plan in any form terraform writes it (the JSON of terraform show -json, a saved\n"
	"plan file, the text of plan or apply, the -json stream) and shows what matters first.\n"
	"FILE is found out by its content; without FILE, or with -, standard input is read.\n"
	"Values that the plan marks sensitive are never shown. An errored plan is shown as "
	"errored.",
    .example = "terraform show -json tfplan | tfherald show\n"
	       "tfherald show --format markdown --output comment.md tfplan.json\n"
	       "tfherald show --format html --output plan.html tfplan\n"
	       "tfherald show --format json tfplan.json | jq .plan.summary",
    .opts = show_opts,
    .values_size = sizeof(struct show_options),
    .operands_max = 1,
    .run = show_run,
};

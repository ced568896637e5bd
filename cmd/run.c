#include "cmd/run.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/input.h"
#include "base/log.h"
#include "cmd/apply_after.h"
#include "cmd/apply_gate.h"
#include "cmd/break_glass.h"
#include "cmd/child_args.h"
#include "cmd/child_run.h"
#include "cmd/child_tail.h"
#include "cmd/deliver.h"
#include "cmd/exit_codes.h"
#include "cmd/outcome_rules.h"
#include "cmd/plan_source.h"
#include "cmd/report_file.h"
#include "cmd/session.h"
#include "cmd/stdin_relay.h"
#include "parser/secrets.h"
#include "report/hide.h"
#include "report/render.h"

/* One run: what every step reads and the next one adds to. */
struct run {
	struct app *app;
	enum operation operation;
	const struct run_options *options;
	struct session session;
	struct outcome_rules rules; /* of the settings that count */
	struct policies policies;
	const struct plan *plan;  /* what was read last; NULL: nothing */
	struct gate_result *gate; /* of an apply that policies were asked about; else NULL */
	struct outcome outcome;
	bool told_to_stop; /* a signal came while the child ran: the next one may be SIGKILL */
	bool output_lost;  /* not all of the child's output got to where ours goes */
};

/* A plan that will be judged is so while it is read; what is wrong with the policies is told when
 * it is judged to the end. */
static void begin_judging(struct run *run, const struct plan *plan)
{
	struct err nobody = {0};

	run->rules.tap = NULL;
	if (plan && run->operation == OPERATION_PLAN &&
	    !policies_begin(&run->policies, plan, &run->rules, &nobody))
		run->rules.tap = NULL;
}

static bool add_plan(struct run *run, const struct plan *plan, struct err *err)
{
	run->plan = plan;
	begin_judging(run, plan);
	return !plan || outcome_add_plan(run->app->run, run->app->scratch, plan, &run->rules,
			    &run->outcome, err);
}

/* Why the plan that was judged is not all that the rules ask about; empty: it is. */
static struct str why_judged_in_part(const struct run *run)
{
	const struct outcome *outcome = &run->outcome;

	if (run->plan->apply.present)
		return STR("this was an apply, and the policies were evaluated after the fact: "
			   "'tfherald apply' judges before");
	if (outcome->child.ran && outcome->problem.len > 0)
		return str_format(run->app->run,
		    "the text tells no values, and the plan that has them cannot be read: %.*s "
		    "(--no-json judges the text)",
		    STR_ARG(outcome->problem));
	return STR_EMPTY;
}

/* Who makes the better source unreadable is not to be judged by the worse one. */
static void withhold_part(struct run *run)
{
	struct verdict *verdict = &run->outcome.verdict;

	if (!verdict->denied && verdict->withheld.len == 0 && policies_can_deny(&run->policies))
		verdict->withheld = why_judged_in_part(run);
}

/* Rules speak about what is going to happen: of an apply they did before it began. */
static bool judge(struct run *run, struct err *err)
{
	struct verdict *verdict = &run->outcome.verdict;

	if (run->operation == OPERATION_APPLY && !run->gate && policies_present(&run->policies))
		verdict->withheld = STR("the policies were not evaluated: this apply was told "
					"after the fact");
	if (!run->plan || run->operation != OPERATION_PLAN || run->outcome.verdict.evaluated)
		return true;
	run->policies.world.secrets = run->outcome.secrets;
	if (!policies_judge(&run->policies, run->plan, &run->outcome.verdict, err))
		return false;
	withhold_part(run);
	return true;
}

/* A child that did not succeed did not make a plan without errors, whatever its text says. */
static void judge_child(struct run *run, const struct child_outcome *child)
{
	struct outcome *outcome = &run->outcome;
	bool failed = outcome->child.status != 0 && outcome->child.status != 2;

	if (failed)
		outcome->result = PLAN_ERROR;
	if (failed && outcome->diagnostic_count == 0)
		outcome->tail = child_tail(run->app->run, &child->result);
	if (!outcome->has_plan && outcome->problem.len == 0)
		outcome->problem =
		    STR("the command printed nothing that terraform would say of a plan");
	if (child->result.pass_errno != 0 && child->result.pass_errno != EPIPE) {
		run->output_lost = true;
		log_warn("the command's output could not be passed on: %s",
		    strerror(child->result.pass_errno));
	}
}

/* Its status is what counts for a child that ran: JSON that does not load is a note, the text
 * remains. */
static bool add_plan_or_text(struct run *run, const struct child_outcome *child, struct err *err)
{
	struct arena *arena = run->app->run;
	char text[ERR_TEXT_MAX + 4096];

	if (add_plan(run, child->plan, err))
		return true;
	err_format(err, text, sizeof(text));
	run->outcome.problem = str_copy(arena, str_from(text));
	err_clear(err);
	return add_plan(run,
	    plan_from_output(arena, child->result.out.text, child->result.err.text, NULL), err);
}

static bool take_child(struct run *run, const struct child_outcome *child, struct err *err)
{
	struct outcome *outcome = &run->outcome;

	run->told_to_stop = child->result.our_signal != 0;
	outcome->child = (struct child_facts){
	    .ran = true,
	    .command = child->title,
	    .status = child->result.status,
	    .signal = child->result.child_signal,
	    .duration_ms = child->duration_ms,
	    .output_bytes = child->result.out.total + child->result.err.total,
	    .output_cut = child->result.out.cut || child->result.err.cut,
	};
	outcome->problem = child->problem;
	if (!add_plan_or_text(run, child, err))
		return false;
	judge_child(run, child);
	return true;
}

/* An apply that policies speak about: they are asked before it begins. */
static bool read_gated(struct run *run, const struct child_run *request, struct err *err)
{
	struct apply_gate gate = {.app = run->app,
	    .policies = &run->policies,
	    .run = *request,
	    .no_gate = run->options->no_gate};

	run->gate = arena_make(run->app->run, struct gate_result);
	if (!apply_gate(&gate, run->gate, err))
		return false;
	run->outcome.verdict = run->gate->verdict;
	return run->gate->ran ? take_child(run, &run->gate->child, err)
			      : add_plan(run, run->gate->child.plan, err);
}

/* A plan is judged before anything happens; what is behind a script is only seen afterwards. */
static bool check_no_apply(struct app *app, const char *const *argv, struct err *err)
{
	struct child_args args;

	child_args_read(app->run, app->sys, argv, &args);
	if (strcmp(args.subcommand, "apply") != 0 && strcmp(args.subcommand, "destroy") != 0)
		return true;
	return err_set(err, ERR_USAGE,
	    "'%.*s' changes resources before a policy is asked: 'tfherald apply' asks before; "
	    "nothing was run",
	    STR_ARG(child_args_title(app->run, &args)));
}

static bool read_child(struct run *run, const char *const *argv, struct err *err)
{
	struct child_outcome child;
	struct child_run request = {.argv = argv,
	    .operation = run->operation,
	    .no_json = run->options->no_json,
	    .capture_limit = (size_t)settings_number(&run->session.settings, SET_LIMITS_CAPTURE),
	    .plan_options = {.strict_json = run->options->strict_json}};

	if (run->operation == OPERATION_APPLY && policies_present(&run->policies))
		return read_gated(run, &request, err);
	if (run->operation == OPERATION_PLAN && policies_can_deny(&run->policies) &&
	    !check_no_apply(run->app, argv, err))
		return false;
	return child_run(run->app, &request, &child, err) && take_child(run, &child, err);
}

static bool read_file(struct run *run, const char *path, struct err *err)
{
	struct plan *plan;
	struct plan_options options = {.strict_json = run->options->strict_json};
	return plan_from_file(
		   run->app, path, session_terraform(&run->session), &options, &plan, err) &&
	       plan_is_alone(plan, path, err) && add_plan(run, plan, err);
}

/* `terraform plan | tfherald plan`: the text goes on to standard output as it comes. */
static bool read_stdin(struct run *run, struct err *err)
{
	struct input *input;
	struct plan *plan;
	struct plan_options options = {.strict_json = run->options->strict_json};
	size_t limit = (size_t)settings_number(&run->session.settings, SET_LIMITS_CAPTURE);
	if (!stdin_relay(run->app, limit, &input, &run->outcome.child.output_cut, err))
		return false;
	if (!plan_read(run->app->run, input, &options, &plan, err))
		return err_context(err, "put the command after '--', or pipe its output in");
	if (!plan_says_something(plan))
		return err_set(err, ERR_INVALID,
		    "no plan on standard input: neither a summary nor an error of terraform");
	return plan_is_alone(plan, "-", err) && add_plan(run, plan, err);
}

static bool read_input(struct run *run, const struct operands *operands, struct err *err)
{
	const struct app *app = run->app;
	if (operands->child && run->options->plan)
		return err_set(
		    err, ERR_USAGE, "--plan FILE and a command after '--' exclude each other");
	if (operands->child && !operands->child[0])
		return err_set(err, ERR_USAGE, "there is no command after '--'");
	if (operands->child)
		return read_child(run, operands->child, err);
	if (run->options->plan)
		return read_file(run, run->options->plan, err);
	if (!app->sys->is_terminal(app->sys->state, app->in))
		return read_stdin(run, err);
	if (run->operation == OPERATION_APPLY)
		return err_set(err, ERR_USAGE,
		    "which command? for example: tfherald apply -- terraform apply");
	const char **argv = arena_array(app->run, const char *, 3);
	argv[0] = session_terraform(&run->session);
	argv[1] = "plan";
	return read_child(run, argv, err);
}

/* The child's status; without a child, what its output says of it. */
static void decide_status(struct run *run)
{
	struct outcome *outcome = &run->outcome;
	struct arena *arena = run->app->run;
	const struct child_facts *child = &outcome->child;
	outcome->exit_reason = STR("done");
	if (child->signal > 0) {
		outcome->exit_status = EXIT_SIGNAL + child->signal;
		outcome->exit_reason = str_format(
		    arena, "%.*s was ended by signal %d", STR_ARG(child->command), child->signal);
	} else if (child->status == 2 && outcome->has_plan && outcome->result != PLAN_ERROR) {
		outcome->exit_status = 2;
		outcome->exit_reason = str_format(
		    arena, "the status of '%.*s' (changes present)", STR_ARG(child->command));
	} else if (child->status != 0) {
		outcome->exit_status = child->status;
		outcome->exit_reason = str_format(
		    arena, "'%.*s' ended with status %d", STR_ARG(child->command), child->status);
	} else if (!child->ran && outcome->result == PLAN_ERROR) {
		outcome->exit_status = 1;
		outcome->exit_reason = STR("terraform reported an error");
	} else if (run->output_lost) {
		outcome->exit_status = err_exit_status(ERR_IO);
		outcome->exit_reason = STR("the command's output could not be passed on");
	}
}

/* 2 is terraform's "changes present". */
static bool is_success(const struct outcome *outcome)
{
	return outcome->exit_status == 0 ||
	       (outcome->exit_status == 2 && outcome->child.status == 2);
}

/* A denial wins over every status that means success. */
static void decide_denied(struct run *run)
{
	struct outcome *outcome = &run->outcome;

	if (!is_success(outcome) || (!outcome->verdict.denied && !outcome->after_apply.denied))
		return;
	outcome->exit_status = EXIT_DENIED;
	if (!outcome->verdict.denied)
		outcome->exit_reason = str_format(run->app->run,
		    "on the state after the apply: %.*s", STR_ARG(outcome->after_apply.reason));
	else
		outcome->exit_reason = outcome->verdict.reason;
}

/* Where something could be denied, no verdict is no pass. Of an apply the gate decides. */
static void decide_withheld(struct run *run)
{
	struct outcome *outcome = &run->outcome;

	if (run->operation != OPERATION_PLAN || outcome->verdict.withheld.len == 0 ||
	    !is_success(outcome) || !policies_can_deny(&run->policies))
		return;
	outcome->exit_status = err_exit_status(ERR_INVALID);
	outcome->exit_reason = outcome->verdict.withheld;
}

/* An input that cannot be read is a result too: the report and the pull request shall say so. */
static void take_failure(struct run *run, struct err *err)
{
	char text[ERR_TEXT_MAX + 4096];
	struct outcome *outcome = &run->outcome;

	err_format(err, text, sizeof(text));
	outcome->problem = str_copy(run->app->run, str_from(text));
	outcome->result = PLAN_ERROR;
	outcome->exit_status = err_exit_status(err->code);
	outcome->exit_reason = outcome->problem;
	err_clear(err);
}

/* Without a plan: our own tokens are in the environment of the child, which may print it. */
static const struct secrets *own_secrets(const struct run *run)
{
	struct secrets *secrets = secrets_new(run->app->run);

	for (size_t i = 0; i < run->rules.literal_count; i++)
		secrets_add_own(secrets, run->rules.literals[i]);
	secrets_seal(secrets);
	return secrets;
}

/* Those of the plan, and our own with them, were taken out of it. This is about what was set
 * since: the verdict, the problem, the reason, the tail. */
static void hide_secrets(struct run *run)
{
	struct outcome *outcome = &run->outcome;

	outcome->detectors = run->rules.detectors;
	outcome_hide_rest(
	    run->app->run, outcome->secrets ? outcome->secrets : own_secrets(run), outcome);
}

/* A child's own output, or a file called -: the summary would be in the way of who reads that. */
static bool output_is_taken(const struct run_options *options)
{
	const char *const files[] = {options->report, options->html, options->markdown};
	bool taken = !options->plan;

	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		taken = taken || (files[i] && strcmp(files[i], "-") == 0);
	return taken;
}

static bool show_summary(struct run *run, struct err *err)
{
	const struct app *app = run->app;
	bool beside = output_is_taken(run->options);
	int fd = beside ? app->diag : app->out;
	struct render_options options = {
	    .colour = app_colour(app, fd), .columns = app->sys->columns(app->sys->state, fd)};
	struct str text;
	struct sink sink;
	if (!render_terminal(app->run, &run->outcome, &options, &text, err))
		return false;
	sink_to_fd(&sink, app->run, fd, 0);
	if (beside)
		sink_add(&sink, STR("\n"));
	sink_add(&sink, text);
	return sink_finish(&sink, err) || fd == app->diag;
}

static bool write_reports(struct run *run, struct err *err)
{
	const struct run_options *options = run->options;
	const char *path;

	if (options->report && !report_write(run->app->run, options->report, &run->outcome, err))
		return false;
	if (options->html && !html_write(run->app->run, options->html, &run->outcome, err))
		return false;
	return !options->reports ||
	       (report_path(run->app->run, options->reports, &run->outcome, &path, err) &&
		   report_write(run->app->run, path, &run->outcome, err));
}

/*
 * Before the deliveries, because a job that is ended meanwhile shall leave its report; not to a
 * pipe, which would get it twice.
 */
static bool write_reports_early(struct run *run, struct err *err)
{
	struct stat about;
	const char *report = run->options->report;
	bool special = report && (strcmp(report, "-") == 0 ||
				     (stat(report, &about) == 0 && !S_ISREG(about.st_mode)));

	return special || write_reports(run, err);
}

static void decide_after_deliveries(struct run *run, size_t failed)
{
	struct outcome *outcome = &run->outcome;

	if (failed > 0 && run->options->strict_notify && outcome->exit_status == 0) {
		outcome->exit_status = EXIT_NOT_NOTIFIED;
		outcome->exit_reason = STR("a notification could not be delivered");
	}
}

/* Without its report nobody could read a deferred status: then it is not deferred. */
static void decide_without_report(struct run *run, struct err *err)
{
	struct outcome *outcome = &run->outcome;

	log_error("%s", err->text);
	outcome->status_deferred = false;
	if (outcome->exit_status == 0) {
		outcome->exit_status = err_exit_status(err->code);
		outcome->exit_reason = STR("a file could not be written");
	}
	err_clear(err);
}

/* The last line names the reason of every status but 0; those of our own are errors. */
static void say_status(const struct outcome *outcome)
{
	int status = outcome->exit_status;
	const char *what = outcome->status_deferred ? "deferred exit status" : "exit status";

	if (status >= err_exit_status(ERR_USAGE) && status < EXIT_SIGNAL)
		log_error("%.*s (%s %d)", STR_ARG(outcome->exit_reason), what, status);
	else if (status != 0)
		log_info("%s %d: %.*s", what, status, STR_ARG(outcome->exit_reason));
}

static bool tell(struct run *run, int *status, struct err *err)
{
	struct outcome *outcome = &run->outcome;
	const struct run_options *options = run->options;
	struct deliver_options delivery = {.notify = options->notify,
	    .dry_run = options->dry_run,
	    .hurry = run->told_to_stop,
	    .markdown = options->markdown};

	outcome->status_deferred = options->defer_exit;
	hide_secrets(run);
	if (outcome->child.ran && outcome->has_plan && outcome->problem.len > 0)
		log_warn("%.*s; using the text instead", STR_ARG(outcome->problem));
	if (!show_summary(run, err))
		return false;
	bool reported = write_reports_early(run, err);
	decide_after_deliveries(run, deliver(run->app, &run->session.settings, &delivery, outcome));
	if (!reported || !write_reports(run, err))
		decide_without_report(run, err);
	*status = outcome->status_deferred ? 0 : outcome->exit_status;
	say_status(outcome);
	return true;
}

/* terraform -chdir=DIR works on DIR: its settings, its name, its comment. */
static const char *child_directory(struct app *app, const struct operands *operands)
{
	struct child_args args;
	struct stat about;

	if (!operands->child || !operands->child[0])
		return NULL;
	child_args_read(app->run, app->sys, operands->child, &args);
	return args.chdir && stat(args.chdir, &about) == 0 ? args.chdir : NULL;
}

/* Policies that cannot be used give no verdict, and no verdict is no pass; the plan is still told.
 */
static void take_policy_failure(struct run *run, struct verdict *verdict, struct err *err)
{
	char text[ERR_TEXT_MAX + 4096];
	struct outcome *outcome = &run->outcome;

	err_format(err, text, sizeof(text));
	verdict->withheld = str_copy(run->app->run, str_from(text));
	if (is_success(outcome)) {
		outcome->exit_status = err_exit_status(err->code);
		outcome->exit_reason = verdict->withheld;
	}
	err_clear(err);
}

/* What could not be decided before the apply is decided on what is there now. */
static bool judge_again(struct run *run, struct err *err)
{
	struct outcome *outcome = &run->outcome;

	if (!run->gate || run->gate->stopped.len > 0 || outcome->exit_status != 0 ||
	    run->told_to_stop)
		return true;
	return apply_after(run->app, &run->policies, run->gate, &outcome->after_apply, err);
}

/* After an apply the first question is what became of it. */
static void say_nothing_applied(struct run *run)
{
	struct outcome *outcome = &run->outcome;

	if (run->gate && run->gate->stopped.len > 0)
		outcome->exit_reason = str_format(
		    run->app->run, "nothing was applied: %.*s", STR_ARG(outcome->exit_reason));
}

static bool perform(struct run *run, const struct operands *operands, struct err *err)
{
	if (!read_input(run, operands, err)) {
		if (err->code == ERR_USAGE)
			return false;
		take_failure(run, err);
		return true;
	}
	decide_status(run);
	if (run->gate && run->gate->has_failure)
		take_policy_failure(run, &run->outcome.verdict, &run->gate->failure);
	else if (!judge(run, err))
		take_policy_failure(run, &run->outcome.verdict, err);
	else if (!judge_again(run, err))
		take_policy_failure(run, &run->outcome.after_apply, err);
	else
		decide_denied(run);
	decide_withheld(run);
	say_nothing_applied(run);
	return true;
}

bool run_operation(struct app *app, enum operation operation, const struct run_options *options,
    const struct operands *operands, int *status, struct err *err)
{
	struct run *run = arena_make(app->run, struct run);
	struct session_options opening = {.directory = child_directory(app, operands),
	    .target = options->target,
	    .terraform = options->terraform,
	    .fail_on_leak = options->fail_on_leak};
	struct fact_options facts = options->facts;
	const struct written_file written[] = {{"--report", options->report},
	    {"--html", options->html}, {"--markdown", options->markdown}};

	facts.base = options->policies.base;
	*run = (struct run){.app = app, .operation = operation, .options = options};
	run->outcome.version = TFHERALD_VERSION;
	if (options->defer_exit && !options->report && !options->reports)
		return err_set(err, ERR_USAGE,
		    "--defer-exit needs --report FILE or --reports DIR to keep the status in");
	if (!written_files_differ(written, ARRAY_LEN(written), err) ||
	    !session_open(app, &opening, &run->session, err) ||
	    !session_find_facts(app, &run->session, &facts, err) ||
	    !outcome_rules_load(app, &run->session.settings, &run->rules, err))
		return false;
	run->session.facts.operation = operation;
	run->outcome.facts = run->session.facts;
	/* before any child, which could change what the policies say */
	if (!policies_open(app, &run->session, &options->policies, false, &run->policies, err))
		return false;
	run->policies.rules = &run->rules;
	run->outcome.facts.now = run->policies.world.now; /* one clock a run */
	bool ok = break_glass_check(
		      &run->policies, &run->session, &options->policies, options->no_gate, err) &&
		  perform(run, operands, err) && tell(run, status, err);
	policies_close(&run->policies);
	return ok;
}

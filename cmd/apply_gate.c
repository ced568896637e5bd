#include "cmd/apply_gate.h"

#include <unistd.h>

#include "base/arena.h"
#include "base/directory.h"
#include "base/err.h"
#include "base/file.h"
#include "base/log.h"
#include "base/value.h"
#include "cmd/apply_approval.h"
#include "cmd/exit_codes.h"
#include "cmd/file_state.h"
#include "cmd/plan_secrets.h"
#include "parser/hcl.h"

void verdict_add_note(struct arena *arena, struct verdict *verdict, struct str note)
{
	struct str *notes = arena_array(arena, struct str, verdict->note_count + 1);

	for (size_t i = 0; i < verdict->note_count; i++)
		notes[i] = verdict->notes[i];
	notes[verdict->note_count++] = note;
	verdict->notes = notes;
}

/* --- without a judgement --- */

/* Said in the outcome and here: what was not evaluated must not look like a pass. */
static bool run_open(
    const struct apply_gate *gate, struct gate_result *out, struct str why, struct err *err)
{
	struct arena *arena = gate->app->run;

	out->verdict.withheld = str_format(
	    arena, "the policies were not evaluated before the apply: %.*s", STR_ARG(why));
	log_warn("%.*s", STR_ARG(out->verdict.withheld));
	out->ran = true;
	return child_run(gate->app, &gate->run, &out->child, err);
}

static bool refuse(
    const struct gate_result *out, struct arena *arena, struct str why, struct err *err)
{
	struct str title = child_args_title(arena, &out->args);

	return err_set(err, ERR_USAGE,
	    "'%.*s' is refused while a policy can deny: %.*s; name terraform itself ('tfherald "
	    "apply -- terraform apply'), or judge its plan with 'tfherald check' and say --no-gate",
	    STR_ARG(title), STR_ARG(why));
}

static bool open_or_refuse(
    const struct apply_gate *gate, struct gate_result *out, struct str why, struct err *err)
{
	if (policies_can_deny(gate->policies))
		return refuse(out, gate->app->run, why, err);
	return run_open(gate, out, why, err);
}

static const char *why_no_judgement(const struct apply_gate *gate, const struct child_args *args)
{
	if (args->tool == CHILD_OTHER)
		return "what it is going to apply cannot be known before";
	if (args->many)
		return "several units are applied at once, and their plans cannot be judged before";
	if (strcmp(args->subcommand, "apply") != 0 && strcmp(args->subcommand, "destroy") != 0)
		return "only apply and destroy can be judged before they begin";
	return gate->run.no_json ? "--no-json leaves no plan to judge" : NULL;
}

/* --- the judgement --- */

static void stop(const struct apply_gate *gate, struct gate_result *out, struct str why)
{
	out->stopped = why;
	verdict_add_note(gate->app->run, &out->verdict,
	    str_format(gate->app->run, "nothing was applied: %.*s", STR_ARG(why)));
}

static void say_findings(const struct verdict *verdict)
{
	size_t warnings = verdict->counts[LEVEL_WARN];

	if (verdict->overridden > 0)
		log_warn("policies: %zu finding%s overridden by break-glass", verdict->overridden,
		    verdict->overridden == 1 ? "" : "s");
	if (warnings + verdict->undecided > 0)
		log_info("policies: nothing is denied; %zu warning%s, %zu undecided", warnings,
		    warnings == 1 ? "" : "s", verdict->undecided);
}

/* False: nothing may be applied; out->stopped says why. */
static bool judge(const struct apply_gate *gate, const struct plan *plan, struct gate_result *out)
{
	struct verdict *verdict = &out->verdict;
	struct secrets *secrets = NULL;

	out->judged = plan;
	out->has_failure = policies_present(gate->policies) &&
			   !plan_secrets_collect(gate->app, plan, &secrets, &out->failure);
	gate->policies->world.secrets = secrets;
	out->has_failure =
	    out->has_failure || !policies_judge(gate->policies, plan, verdict, &out->failure);
	if (!out->has_failure && !verdict->evaluated)
		out->has_failure =
		    !err_set(&out->failure, ERR_INVALID, "%.*s", STR_ARG(verdict->withheld));
	if (out->has_failure) /* half a verdict is none */
		*verdict = (struct verdict){.withheld = verdict->withheld};
	if (out->has_failure)
		stop(gate, out, STR("there is no verdict"));
	else if (verdict->denied)
		stop(gate, out, STR("the policies deny it"));
	else
		say_findings(verdict);
	return out->stopped.len == 0;
}

/* What is applied is what was judged. */
static bool check_same(
    const struct file_state *before, const char *path, const char *file, struct err *err)
{
	struct file_state now = file_state_of(path);

	if (!path || file_state_same(before, &now))
		return true;
	return err_set(err, ERR_INVALID,
	    "'%s' changed after it was judged; nothing was applied, run it again", file);
}

/* --- a saved plan --- */

static bool apply_saved(const struct apply_gate *gate, struct gate_result *out, struct err *err)
{
	struct app *app = gate->app;
	const char *file = out->words.operand;
	const char *path = child_args_path(app->run, &out->args, file);
	struct file_state before = file_state_of(path);
	struct child_run run = gate->run;
	struct str problem = STR_EMPTY;

	run.plan = child_read_saved(app, &run, &out->args, file, &problem);
	if (!run.plan && policies_can_deny(gate->policies))
		return err_set(err, ERR_INVALID,
		    "'%s' cannot be judged, and nothing was applied: %.*s", file, STR_ARG(problem));
	if (!run.plan)
		return run_open(gate, out, problem, err);
	out->child.plan = run.plan;
	if (!judge(gate, run.plan, out))
		return true;
	out->ran = true;
	return check_same(&before, path, file, err) && child_run(app, &run, &out->child, err);
}

/* --- split --- */

#define EPHEMERAL_MAX 256

/* Names of `variable` blocks with `ephemeral = true`: no saved plan holds their values. */
static void ephemeral_of(struct arena *arena, const char *path, struct str *names, size_t *count)
{
	struct err err = {0};
	struct hcl_file file;
	struct str text;

	if (!file_read(arena, path, HCL_BYTES_MAX, &text, &err) ||
	    !str_contains(text, STR("ephemeral")))
		return;
	hcl_scan(arena, text, &file);
	for (size_t i = 0; i < file.count && *count < EPHEMERAL_MAX; i++) {
		const struct hcl_block *block = &file.blocks[i];
		const struct value *is_ephemeral;
		struct value attributes;

		if (block->depth != 0 || !str_is(block->type, "variable"))
			continue;
		hcl_attributes(arena, text, block, &attributes);
		is_ephemeral = value_get_c(attributes, "ephemeral");
		if (is_ephemeral && is_ephemeral->kind == VALUE_BOOL && is_ephemeral->as.boolean)
			names[(*count)++] = str_copy(arena, block->labels[0]);
	}
}

/* A file or directory that cannot be read declares none. */
static struct policy_names ephemeral_variables(struct arena *arena, const struct child_args *args)
{
	const char *directory = args->chdir ? args->chdir : ".";
	struct directory dir CLEANUP(directory_close) = DIRECTORY_NONE;
	struct str *names = arena_array(arena, struct str, EPHEMERAL_MAX);
	struct err ignored = {.code = ERR_NONE};
	const char *name;
	size_t count = 0;

	if (!directory_open(directory, &dir, &ignored))
		return (struct policy_names){names, 0};
	while ((name = directory_next(&dir)) != NULL) {
		if (str_ends(str_from(name), STR(".tf")))
			ephemeral_of(
			    arena, str_format(arena, "%s/%s", directory, name).ptr, names, &count);
	}
	return (struct policy_names){names, count};
}

/* What ran as two commands is told as one. */
static void add_up(struct child_outcome *apply, const struct child_outcome *plan)
{
	apply->duration_ms += plan->duration_ms;
	apply->result.out.total += plan->result.out.total;
	apply->result.err.total += plan->result.err.total;
}

/* No plan was made: the status of the command tells, nothing is applied. */
static bool plan_failed(const struct apply_gate *gate, struct gate_result *out, struct err *err)
{
	struct process_result *result = &out->child.result;

	if (result->our_signal == 0 && child_refused_out(result))
		return open_or_refuse(
		    gate, out, STR("its backend cannot save plans, so none can be judged"), err);
	if (result->status == 0 || result->status == 2) {
		/* told to stop, terraform finished the plan all the same */
		result->status = EXIT_SIGNAL + result->our_signal;
		result->child_signal = result->our_signal;
	}
	stop(gate, out, STR("the plan was not finished"));
	return true;
}

static bool is_planned(const struct child_outcome *child)
{
	return child->result.our_signal == 0 &&
	       (child->result.status == 0 || child->result.status == 2);
}

/* Terraform asks for no approval of a plan that does nothing. */
static bool is_approved(const struct apply_gate *gate, struct gate_result *out)
{
	const struct plan *plan = out->child.plan;
	struct process_result *result = &out->child.result;
	enum approval approval;

	if (out->words.approved ||
	    (plan && (plan->applyable == TRI_NO || plan->result == PLAN_NO_CHANGES)))
		return true;
	approval = apply_ask(gate->app, out->words.mode);
	if (approval == APPROVAL_GIVEN)
		return true;
	out->child.title = child_args_title(gate->app->run, &out->args);
	result->status = 1;
	result->out.text = STR_EMPTY;
	result->err.text = approval == APPROVAL_REFUSED
			       ? STR("the apply was not approved\n")
			       : STR("nobody was there to approve the apply; give -auto-approve\n");
	stop(gate, out, str_trim(result->err.text));
	if (approval == APPROVAL_NOBODY)
		log_error(
		    "error asking for approval: EOF; give -auto-approve where nobody answers");
	return false;
}

static bool judge_planned(const struct apply_gate *gate, struct gate_result *out, struct err *err)
{
	const struct plan *plan = out->child.plan;
	struct str problem = out->child.problem;

	if (plan && plan->form == PLAN_FORM_JSON)
		return judge(gate, plan, out);
	if (policies_can_deny(gate->policies))
		return err_set(err, ERR_INVALID,
		    "the plan cannot be judged, and nothing was applied: %.*s", STR_ARG(problem));
	out->verdict.withheld = str_format(gate->app->run,
	    "the policies were not evaluated before the apply: %.*s", STR_ARG(problem));
	log_warn("%.*s", STR_ARG(out->verdict.withheld));
	return true;
}

static bool apply_planned(const struct apply_gate *gate, const struct apply_split *split,
    struct gate_result *out, struct err *err)
{
	struct app *app = gate->app;
	const char *file = out->args.out;
	struct file_state before = file_state_of(file);
	struct child_outcome plan;
	struct child_run run = gate->run;

	if (!judge_planned(gate, out, err))
		return out->stopped.len > 0;
	if (!is_approved(gate, out))
		return true;
	if (!check_same(&before, file, "the plan", err))
		return false;
	plan = out->child;
	run.argv = split->apply;
	run.environment = split->environment;
	run.plan = plan.plan;
	if (!child_run(app, &run, &out->child, err))
		return false;
	out->child.title = child_args_title(app->run, &out->args);
	add_up(&out->child, &plan);
	return true;
}

static bool run_steps(
    const struct apply_gate *gate, const char *file, struct gate_result *out, struct err *err)
{
	struct app *app = gate->app;
	struct child_run run = gate->run;
	struct apply_split split;

	apply_split(app->run, &out->args, &out->words, file,
	    ephemeral_variables(app->run, &out->args), &split);
	run.argv = split.plan;
	run.environment = split.environment;
	run.operation = OPERATION_PLAN;
	run.unpassed_lines = split.unpassed_lines;
	out->ran = true;
	out->args.out = file;
	if (!child_run(app, &run, &out->child, err))
		return false;
	return is_planned(&out->child) ? apply_planned(gate, &split, out, err)
				       : plan_failed(gate, out, err);
}

static bool apply_unsaved(const struct apply_gate *gate, struct gate_result *out, struct err *err)
{
	struct app *app = gate->app;
	char *file;
	int fd;
	bool ok;

	if (out->words.json && !out->words.approved)
		return err_set(err, ERR_USAGE,
		    "terraform cannot ask for an approval with -json: give -auto-approve, or a "
		    "saved plan");
	if (!sys_temp_file(app->sys, app->run, ".tfplan", &file, &fd, err))
		return err_context(err, "the plan of this apply");
	close(fd);
	cleanup_files_add(file);
	ok = run_steps(gate, file, out, err);
	cleanup_files_remove(file);
	return ok;
}

bool apply_gate(const struct apply_gate *gate, struct gate_result *out, struct err *err)
{
	struct app *app = gate->app;
	const char *why;

	*out = (struct gate_result){.stopped = STR_EMPTY};
	child_args_read(app->run, app->sys, gate->run.argv, &out->args);
	if (gate->no_gate)
		return run_open(gate, out, STR("--no-gate"), err);
	why = why_no_judgement(gate, &out->args);
	if (why)
		return open_or_refuse(gate, out, str_from(why), err);
	apply_words_read(app->run, app->sys, &out->args, &out->words);
	if (out->words.operand_count > 1 ||
	    (out->words.operand && strcmp(out->args.subcommand, "destroy") == 0))
		return open_or_refuse(
		    gate, out, STR("which plan file it applies cannot be told"), err);
	return out->words.operand ? apply_saved(gate, out, err) : apply_unsaved(gate, out, err);
}

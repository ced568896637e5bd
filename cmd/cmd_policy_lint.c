#include "base/arena.h"
#include "base/err.h"
#include "base/sink.h"
#include "cmd/command.h"
#include "cmd/exit_codes.h"
#include "cmd/policy_lint.h"
#include "cmd/policy_plan.h"

struct lint_options {
	struct policy_plan_options plan;
	struct option_list plans;
	bool strict;
};

/* --- over plans --- */

static void note_findings(struct lint *lint, const struct verdict *verdict)
{
	for (size_t i = 0; i < verdict->finding_count; i++) {
		const struct finding *finding = &verdict->findings[i];

		if (finding->kind == FINDING_ERROR)
			lint_add(lint, false, &finding->place,
			    "rule '%.*s' ends with an error: %.*s", STR_ARG(finding->rule_id),
			    STR_ARG(finding->message));
	}
	for (size_t i = 0; i < verdict->absorbed_count; i++) {
		const struct absorbed_error *error = &verdict->absorbed[i];

		lint_add(lint, false, &error->place, "rule '%.*s': && or || hides an error: %.*s",
		    STR_ARG(error->rule->id), STR_ARG(error->text));
	}
	for (size_t i = 0; i < verdict->tally_count; i++) {
		const struct rule_tally *tally = &verdict->tallies[i];

		if (tally->matched > 0 && tally->undecided >= tally->matched &&
		    tally->passed + tally->violated == 0)
			lint_add(lint, false, &tally->rule->place,
			    "rule '%.*s' was decided for nothing in a plan given: all of it is "
			    "known only after apply",
			    STR_ARG(tally->rule->id));
	}
	for (size_t i = 0; i < verdict->waiver_count; i++) {
		const struct waiver_use *use = &verdict->waivers[i];

		if (use->state == WAIVER_UNUSED)
			lint_add(lint, false, &use->waiver->place,
			    "the waiver of '%.*s' is used by no plan given",
			    STR_ARG(use->waiver->rule));
	}
}

NODISCARD static bool lint_plan(
    struct lint *lint, const struct lint_options *options, const char *operand, struct err *err)
{
	struct policy_plan *plan = arena_make(lint->app->run, struct policy_plan);
	struct verdict verdict;
	bool ok = policy_plan_open(lint->app, operand, &options->plan, plan, err) &&
		  policies_judge(&plan->policies, plan->plan, &verdict, err);

	if (ok)
		note_findings(lint, &verdict);
	policy_plan_close(plan);
	return ok;
}

/* --- output --- */

static void print_finding(
    struct sink *sink, struct arena *arena, const struct lint_finding *finding)
{
	sink_add(sink,
	    str_format(arena, "%.*s: %s: %.*s\n", STR_ARG(place_shown(arena, &finding->place)),
		finding->is_error ? "error" : "warning", STR_ARG(finding->text)));
	if (finding->caret.len > 0)
		sink_add(sink, str_format(arena, "%.*s\n", STR_ARG(finding->caret)));
}

NODISCARD static bool print(const struct lint *lint, struct err *err)
{
	struct arena *arena = lint->app->run;
	size_t all = lint->finding_count + lint->left_out, warnings = all - lint->errors;
	struct sink sink;

	sink_to_fd(&sink, arena, lint->app->out, 0);
	for (size_t i = 0; i < lint->finding_count; i++)
		print_finding(&sink, arena, &lint->findings[i]);
	if (lint->use_count == 0 && all == 0)
		sink_add(&sink, STR("there are no rules here: nothing was checked\n"));
	else
		sink_add(
		    &sink, str_format(arena, "%zu error%s, %zu warning%s\n", lint->errors,
			       lint->errors == 1 ? "" : "s", warnings, warnings == 1 ? "" : "s"));
	return sink_finish(&sink, err);
}

static NODISCARD bool lint_run(struct app *app, const void *values, const struct operands *operands,
    int *status, struct err *err)
{
	const struct lint_options *options = values;
	const char *directory = operands->count > 0 ? operands->items[0] : NULL;
	struct policy_tree tree;
	struct lint *lint = arena_make(app->run, struct lint);

	lint->app = app;
	lint->tree = &tree;
	lint->now = app->sys->now(app->sys->state);
	if (!policy_tree_open(app, directory, &tree, err) ||
	    !lint_repository(lint, directory ? tree.directory : STR_EMPTY, err))
		return false;
	/* files that cannot be used judge no plan */
	for (size_t i = 0; lint->errors == 0 && i < options->plans.count; i++) {
		if (!lint_plan(lint, options, options->plans.items[i], err))
			return false;
	}
	if (lint->errors > 0 || (options->strict && lint->finding_count > 0))
		*status = EXIT_INVALID;
	return print(lint, err);
}

static const struct opt lint_opts[] = {
    POLICY_OPTION_BASE(lint_options, plan.policies),
    POLICY_OPTION_DATA(lint_options, plan.policies),
    POLICY_OPTION_FACTS(lint_options, plan.policies),
    {.name = "plans",
	.type = OPT_LIST,
	.arg = "[DIR=]PLAN",
	.offset = offsetof(struct lint_options, plans),
	.help = "also judge this plan: errors that && and || hide, waivers that are not used"},
    {.name = "strict",
	.type = OPT_FLAG,
	.offset = offsetof(struct lint_options, strict),
	.help = "warnings fail, too"},
    POLICY_PLAN_OPTION_TERRAFORM(lint_options, plan),
    {.name = NULL},
};

extern const struct command command_policy_lint;
const struct command command_policy_lint = {
    .name = "policy lint",
    .args = "[DIR]",
    .help = "check the policy files of the repository",
    .description =
	"Loads every policy file at or below DIR (default: the whole repository) and compiles\n"
	"every rule. Errors: what cannot be used. Warnings: rules that deny without a test that\n"
	"expects a violation and one that expects a pass; rules that can never match or hold in\n"
	"no root module; files that govern nothing, have no owner in CODEOWNERS or a name that\n"
	"is not read; waivers that are malformed, expired or for no rule; params that no rule\n"
	"uses; packs with a newer version. With --plans also what shows in a plan only.\n"
	"\n"
	"Exit status: 0, 65 when there are errors (with --strict: or warnings).",
    .example = "tfherald policy lint\n"
	       "tfherald policy lint --strict --plans envs/prod=tfplan.json",
    .opts = lint_opts,
    .values_size = sizeof(struct lint_options),
    .operands_max = 1,
    .run = lint_run,
};

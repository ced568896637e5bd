#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/sink.h"
#include "cmd/command.h"
#include "cmd/imported_rule.h"
#include "cmd/policy_files.h"
#include "cmd/policy_plan.h"

#define TEXT_MAX ((size_t)8 << 20)

struct explain_options {
	struct policy_plan_options plan;
};

struct explaining {
	struct policy_plan plan;
	struct found_rule rule;
	struct change change;
	bool has_change;
	struct buf text;
};

static void add_head(
    struct explaining *explaining, const struct found_rule *found, struct rule_result *result)
{
	struct arena *arena = explaining->plan.app->run;
	const struct rule *rule = &found->ruleset->rules[found->index];
	struct buf *text = &explaining->text;

	buf_addf(text, "%.*s (%s, %.*s)", STR_ARG(rule->id), level_name(rule->level),
	    STR_ARG(place_shown(arena, &rule->place)));
	if (explaining->has_change)
		buf_addf(text, " on %.*s (%s)", STR_ARG(explaining->change.head.address),
		    action_name(explaining->change.head.action));
	buf_addf(text, ": %s\n", rule_end_name(result->end));
	if (found->ruleset->states[found->index].inactive.len > 0)
		buf_addf(text, "not in force in this directory: %.*s\n",
		    STR_ARG(found->ruleset->states[found->index].inactive));
	if (rule->title.len > 0)
		buf_addf(text, "%.*s\n", STR_ARG(rule->title));
	if (result->message.len > 0)
		buf_addf(text, "%.*s\n", STR_ARG(result->message));
	buf_adds(text, "\n");
}

/* The tree is made from shown values; where those hide what decided, the two differ. */
static void add_hint(struct explaining *explaining, size_t from, const struct rule_result *result)
{
	bool has_values = explaining->plan.plan->form == PLAN_FORM_JSON;
	struct str tree = buf_str(&explaining->text);
	struct str line =
	    str_format(explaining->plan.app->run, "result: %s\n", rule_end_name(result->end));

	if (!str_contains(str_skip(tree, from), line) && result->end != RULE_NOT_MATCHED)
		buf_adds(&explaining->text,
		    "\nsensitive values are not shown; with them the result is the one above\n");
	if (result->end == RULE_UNDECIDED && !has_values)
		buf_adds(&explaining->text,
		    "\na plan that was read from text holds no values: give "
		    "the plan as JSON (terraform show -json)\n");
}

NODISCARD static bool explain_rule(
    struct explaining *explaining, const struct found_rule *found, struct err *err)
{
	struct policy_plan *plan = &explaining->plan;
	struct policies *policies = &plan->policies;
	const struct change *change = explaining->has_change ? &explaining->change : NULL;
	const struct rule_subject subject = {
	    found->ruleset, found->index, change, plan->plan, &policies->world};
	struct rule_result result;
	size_t from;

	if (!evaluate_rule(plan->app->run, &subject, &result, &policies->problems, err))
		return false;
	add_head(explaining, found, &result);
	from = explaining->text.len;
	if (!evaluate_explain(
		plan->app->run, &subject, &explaining->text, &policies->problems, err))
		return false;
	add_hint(explaining, from, &result);
	return true;
}

/* What the base branch says of it, when that is something else. */
NODISCARD static bool explain_trusted(struct explaining *explaining, struct err *err)
{
	const struct policies *policies = &explaining->plan.policies;
	const struct rule *rule = &explaining->rule.ruleset->rules[explaining->rule.index];
	struct found_rule trusted = {policies->trusted, SIZE_MAX};

	if (!policies->trusted || explaining->rule.ruleset == policies->trusted || rule->is_trusted)
		return true;
	trusted.index = ruleset_find(policies->trusted, rule->id);
	if (trusted.index == SIZE_MAX) {
		buf_addf(&explaining->text, "\n%.*s does not have this rule yet\n",
		    STR_ARG(policies->trusted->source));
		return true;
	}
	buf_addf(
	    &explaining->text, "\nas it stands in %.*s:\n", STR_ARG(policies->trusted->source));
	return explain_rule(explaining, &trusted, err);
}

NODISCARD static bool print(struct explaining *explaining, struct err *err)
{
	struct app *app = explaining->plan.app;
	struct sink sink;
	struct str text;

	if (!buf_finish(&explaining->text, &text, err))
		return false;
	sink_to_fd(&sink, app->run, app->out, 0);
	sink_add(&sink, policy_plan_hide(&explaining->plan, text));
	return sink_finish(&sink, err);
}

NODISCARD static bool explain_own(
    struct explaining *explaining, struct str id, struct str address, struct err *err)
{
	const struct rule *rule;

	if (!policy_plan_rule(&explaining->plan, id, &explaining->rule, err))
		return false;
	rule = &explaining->rule.ruleset->rules[explaining->rule.index];
	if (rule->scope == SCOPE_RUN)
		return err_set(err, ERR_USAGE,
		    "rule '%.*s' is about all plans of a pull request: see tfherald check",
		    STR_ARG(rule->id));
	return policy_plan_change(&explaining->plan, rule->scope, address, &explaining->change,
		   &explaining->has_change, err) &&
	       explain_rule(explaining, &explaining->rule, err) && explain_trusted(explaining, err);
}

NODISCARD static bool explain(struct app *app, const struct explain_options *options,
    const struct operands *operands, struct explaining *explaining, struct err *err)
{
	bool whole = operands->count == 2;
	struct str id = str_from(operands->items[0]);
	struct str address = str_from(whole ? "-" : operands->items[1]);
	bool ok;

	buf_init(&explaining->text, app->run, TEXT_MAX);
	if (!policy_plan_open(
		app, operands->items[operands->count - 1], &options->plan, &explaining->plan, err))
		return false;
	if (imported_rule_is(id))
		ok = imported_rule_explain(&explaining->plan, id,
		    str_is(address, "-") ? STR_EMPTY : address, &explaining->text, err);
	else
		ok = explain_own(explaining, id, address, err);
	return ok && print(explaining, err);
}

static NODISCARD bool explain_run(struct app *app, const void *values,
    const struct operands *operands, int *status UNUSED, struct err *err)
{
	struct explaining *explaining = arena_make(app->run, struct explaining);
	bool ok;

	if (operands->count < 2)
		return err_set(err, ERR_USAGE,
		    "policy explain: which rule, resource and plan? for example: tfherald policy "
		    "explain no-public-bucket aws_s3_bucket.site envs/prod=tfplan.json");
	ok = explain(app, values, operands, explaining, err);
	policy_plan_close(&explaining->plan);
	return ok;
}

static const struct opt explain_opts[] = {
    POLICY_OPTION_BASE(explain_options, plan.policies),
    POLICY_OPTION_DATA(explain_options, plan.policies),
    POLICY_OPTION_FACTS(explain_options, plan.policies),
    POLICY_PLAN_OPTION_IMPORT(explain_options, plan),
    POLICY_OPTION_NOW(explain_options, plan.policies),
    POLICY_PLAN_OPTION_TERRAFORM(explain_options, plan),
    {.name = NULL},
};

extern const struct command command_policy_explain;
const struct command command_policy_explain = {
    .name = "policy explain",
    .args = "RULE [ADDRESS] [DIR=]PLAN",
    .help = "show why a rule says what it says of a resource",
    .description =
	"Prints the expressions of the rule with the value of every part, errors that && and ||\n"
	"absorbed (most often typos), and of an undecided rule what is still to decide. ADDRESS\n"
	"is that of a resource, the name of an output for a rule about outputs; a rule about the\n"
	"whole plan has none.\n"
	"\n"
	"Of a rule of another tool (TOOL:RULE, with the files of check --import) it prints where\n"
	"it is from, what its levels count as, what overrides say, and its findings.\n"
	"\n"
	"DIR is the directory of the root module, as for check. Sensitive values are not shown.",
    .example = "tfherald policy explain no-public-bucket aws_s3_bucket.site envs/prod=tfplan.json\n"
	       "tfherald policy explain max-destroys envs/prod=tfplan.json\n"
	       "tfherald policy explain tflint:aws_instance_invalid_type envs/prod=tfplan.json \\\n"
	       "  --import tflint.sarif",
    .opts = explain_opts,
    .values_size = sizeof(struct explain_options),
    .operands_max = 3,
    .run = explain_run,
};

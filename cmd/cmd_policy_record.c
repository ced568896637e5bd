#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/log.h"
#include "base/sink.h"
#include "cmd/command.h"
#include "cmd/policy_record.h"

#define TEXT_MAX  ((size_t)64 << 20)
#define TESTS_MAX 1000 /* in one go: a person has to read them */

struct record_options {
	struct policy_plan_options plan;
	const char *rule, *address, *output;
};

struct recorder {
	struct policy_plan plan;
	const struct record_options *options;
	struct found_rule rule; /* at hand */
	struct buf text;
	size_t count, left_out;
};

static bool take(struct recorder *recorder, const struct change *change, struct err *err)
{
	bool recorded;

	if (recorder->count == TESTS_MAX) {
		recorder->left_out++;
		return true;
	}
	if (!policy_record(
		&recorder->plan, &recorder->rule, change, &recorder->text, &recorded, err))
		return false;
	recorder->count += recorded;
	return true;
}

static bool take_change(void *context, const struct change *change, struct err *err)
{
	struct recorder *recorder = context;
	struct str address = str_from(recorder->options->address);

	if (address.len > 0 && !str_eq(address, change->head.address))
		return true;
	return take(recorder, change, err);
}

NODISCARD static bool record_rule(struct recorder *recorder, struct err *err)
{
	const struct rule *rule = &recorder->rule.ruleset->rules[recorder->rule.index];
	struct plan_selection selection = {CHANGES_RESOURCE, VISIT_ALL};

	if (rule->scope == SCOPE_RUN)
		return true;
	if (rule_scope_set(rule->scope, &selection.set))
		return plan_visit(recorder->plan.plan, selection, recorder->plan.app->scratch,
		    take_change, recorder, err);
	return recorder->options->address != NULL || take(recorder, NULL, err);
}

NODISCARD static bool record_rules(struct recorder *recorder, struct err *err)
{
	struct ruleset *head = recorder->plan.policies.head;

	if (recorder->options->rule)
		return policy_plan_rule(&recorder->plan, str_from(recorder->options->rule),
			   &recorder->rule, err) &&
		       record_rule(recorder, err);
	for (size_t i = 0; i < head->rule_count; i++) {
		recorder->rule = (struct found_rule){head, i};
		if (!record_rule(recorder, err))
			return false;
	}
	return true;
}

NODISCARD static bool write_tests(struct recorder *recorder, struct err *err)
{
	struct app *app = recorder->plan.app;
	const char *output = recorder->options->output;
	struct str text;
	struct sink sink;

	if (!buf_finish(&recorder->text, &text, err))
		return err_context(err, "the tests; --rule and --address choose some");
	text = policy_plan_hide(&recorder->plan, text);
	if (output)
		return file_write(app->run, output, text, err);
	sink_to_fd(&sink, app->run, app->out, 0);
	sink_add(&sink, text);
	return sink_finish(&sink, err);
}

NODISCARD static bool record(struct recorder *recorder, const char *operand, struct err *err)
{
	if (!policy_plan_open(
		recorder->plan.app, operand, &recorder->options->plan, &recorder->plan, err) ||
	    !record_rules(recorder, err))
		return false;
	if (recorder->count == 0)
		return err_set(err, ERR_INVALID,
		    "nothing to record: no rule%s looks at %s of this plan",
		    recorder->options->rule ? " of that name" : "",
		    recorder->options->address ? "that resource" : "anything");
	if (recorder->left_out > 0)
		log_warn(
		    "%d tests are recorded, %zu more are not; --rule and --address choose some",
		    TESTS_MAX, recorder->left_out);
	return write_tests(recorder, err);
}

static NODISCARD bool record_run(struct app *app, const void *values,
    const struct operands *operands, int *status UNUSED, struct err *err)
{
	struct recorder *recorder = arena_make(app->run, struct recorder);
	bool ok;

	if (operands->count == 0)
		return err_set(err, ERR_USAGE,
		    "policy record: which plan? for example: tfherald policy record "
		    "envs/prod=tfplan.json");
	recorder->options = values;
	recorder->plan.app = app;
	buf_init(&recorder->text, app->run, TEXT_MAX);
	buf_adds(&recorder->text, "version: 1\ntests:\n");
	ok = record(recorder, operands->items[0], err);
	policy_plan_close(&recorder->plan);
	return ok;
}

static const struct opt record_opts[] = {
    {.name = "address",
	.type = OPT_TEXT,
	.arg = "ADDRESS",
	.offset = offsetof(struct record_options, address),
	.help = "only this resource or output"},
    POLICY_OPTION_BASE(record_options, plan.policies),
    POLICY_OPTION_DATA(record_options, plan.policies),
    POLICY_OPTION_FACTS(record_options, plan.policies),
    POLICY_OPTION_NOW(record_options, plan.policies),
    {.name = "output",
	.type = OPT_FILE,
	.arg = "FILE",
	.offset = offsetof(struct record_options, output),
	.help = "write to FILE instead of standard output"},
    {.name = "rule",
	.type = OPT_TEXT,
	.arg = "ID",
	.offset = offsetof(struct record_options, rule),
	.help = "only tests of this rule (default: every rule that looks at something)"},
    POLICY_PLAN_OPTION_TERRAFORM(record_options, plan),
    {.name = NULL},
};

extern const struct command command_policy_record;
const struct command command_policy_record = {
    .name = "policy record",
    .args = "[DIR=]PLAN",
    .help = "write tests of the rules from a real plan",
    .description =
	"For every rule and every resource that it looks at: a test that holds the values of the\n"
	"plan and expects what the rule says of them now. A file called something_test.yaml\n"
	"beside a tfherald.yaml is run by policy test.\n"
	"\n"
	"Sensitive values are not written: they become !sensitive \"(sensitive)\", what is known\n"
	"only after apply !unknown. Other values are: read the file before it is committed.",
    .example = "tfherald policy record --rule no-public-bucket envs/prod=tfplan.json\n"
	       "tfherald policy record --output envs/prod/plan_test.yaml envs/prod=tfplan.json",
    .opts = record_opts,
    .values_size = sizeof(struct record_options),
    .operands_max = 1,
    .run = record_run,
};

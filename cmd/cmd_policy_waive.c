#include <limits.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/log.h"
#include "base/sink.h"
#include "base/words.h"
#include "cmd/command.h"
#include "cmd/imported_rule.h"
#include "cmd/policy_files.h"
#include "cmd/policy_plan.h"
#include "cmd/waiver_file.h"
#include "policies/date.h"

#define FILE_BYTES_MAX ((size_t)4 << 20)
#define VALUELESS_DAYS 14 /* of policies/waive.c */
#define WAIVED_MAX     100

struct waive_options {
	struct policy_plan_options plan;
	const char *reason, *expires, *ticket, *approved_by, *file;
	int64_t item; /* 0: all of them */
};

struct waiving {
	struct policy_plan plan;
	const struct waive_options *options;
	struct str rule, address;
	struct verdict verdict;
	const struct finding *findings[WAIVED_MAX];
	struct waiver waivers[WAIVED_MAX];
	size_t finding_count, waiver_count;
	int64_t expires;      /* first second after the last valid one */
	struct str directory; /* of the file */
	struct str name;      /* of the file, relative to the root */
};

/* --- the findings --- */

static bool is_meant(const struct waiving *waiving, const struct finding *finding)
{
	return str_eq(finding->rule_id, waiving->rule) &&
	       str_eq(finding->address, waiving->address) && finding->kind != FINDING_WEAKENS &&
	       finding->kind != FINDING_MOVED;
}

static const char *closest_address(const struct waiving *waiving)
{
	struct arena *arena = waiving->plan.app->run;
	const char **addresses =
	    arena_array(arena, const char *, waiving->verdict.finding_count + 1);
	size_t count = 0;

	for (size_t i = 0; i < waiving->verdict.finding_count; i++) {
		if (str_eq(waiving->verdict.findings[i].rule_id, waiving->rule))
			addresses[count++] = str_to_c(arena, waiving->verdict.findings[i].address);
	}
	/* one finding alone is what was meant */
	return count == 1 ? addresses[0] : words_closest(waiving->address, addresses);
}

static bool no_finding(const struct waiving *waiving, struct err *err)
{
	struct found_rule found;
	const char *close = closest_address(waiving);

	if (imported_rule_is(waiving->rule)) {
		if (!imported_rule_has(&waiving->plan, waiving->rule, err))
			return false;
	} else if (!close && !policy_plan_rule(&waiving->plan, waiving->rule, &found, err)) {
		return false;
	}
	return err_set(err, ERR_USAGE, "rule '%.*s' has no finding about '%.*s' in this plan%s%s%s",
	    STR_ARG(waiving->rule), STR_ARG(waiving->address), close ? "; it has one about '" : "",
	    close ? close : "", close ? "'" : "");
}

static bool find_findings(struct waiving *waiving, struct err *err)
{
	size_t all = 0;

	for (size_t i = 0; i < waiving->verdict.finding_count; i++) {
		const struct finding *finding = &waiving->verdict.findings[i];

		if (is_meant(waiving, finding) && all++ < WAIVED_MAX)
			waiving->findings[waiving->finding_count++] = finding;
	}
	if (waiving->finding_count == 0)
		return no_finding(waiving, err);
	if (all > WAIVED_MAX)
		log_warn("the first %d of %zu findings are waived; an override of the rule's level "
			 "covers them all",
		    WAIVED_MAX, all);
	if (waiving->options->item > (int64_t)waiving->finding_count)
		return err_set(err, ERR_USAGE,
		    "there is no item %lld: rule '%.*s' has %zu finding%s "
		    "about this resource",
		    (long long)waiving->options->item, STR_ARG(waiving->rule),
		    waiving->finding_count, waiving->finding_count == 1 ? "" : "s");
	return true;
}

static bool may_waive(const struct waiving *waiving, const struct finding *finding, struct err *err)
{
	const struct rule *rule = finding->rule;
	struct arena *arena = waiving->plan.app->run;

	if (rule && !rule->waivable)
		return err_set(err, ERR_INVALID,
		    "rule '%.*s' (%.*s) cannot be waived: waivable: "
		    "false",
		    STR_ARG(rule->id), STR_ARG(place_shown(arena, &rule->place)));
	if (rule && rule->lock == LOCK_ALL && !path_is_below(rule->directory, waiving->directory))
		return err_set(err, ERR_INVALID,
		    "rule '%.*s' (%.*s) has lock: all: only a file at or above it can waive it; "
		    "--file %.*s%s" WAIVERS_FILE,
		    STR_ARG(rule->id), STR_ARG(place_shown(arena, &rule->place)),
		    STR_ARG(rule->directory), rule->directory.len > 0 ? "/" : "");
	return true;
}

/* --- the date --- */

static bool check_date(struct waiving *waiving, struct err *err)
{
	int64_t now = waiving->plan.policies.world.now;
	const struct policies *policies = &waiving->plan.policies;
	int64_t max_days = policies->head->waiver_max_days, first;

	if (policies->trusted && policies->trusted->waiver_max_days < max_days)
		max_days = policies->trusted->waiver_max_days;
	if (!date_parse(str_from(waiving->options->expires), &first, err)) {
		err->code = ERR_USAGE;
		return err_context(err, "--expires");
	}
	waiving->expires = first + DATE_DAY;
	if (waiving->expires <= now)
		return err_set(
		    err, ERR_USAGE, "--expires %s lies in the past", waiving->options->expires);
	if ((waiving->expires - now) / DATE_DAY > max_days)
		return err_set(err, ERR_INVALID,
		    "--expires %s is more than %lld days away (waiver_policy.max_days)",
		    waiving->options->expires, (long long)max_days);
	return true;
}

static bool check_required(
    const struct waiving *waiving, const struct ruleset *ruleset, struct err *err)
{
	for (size_t i = 0; ruleset && i < ruleset->waiver_require.count; i++) {
		struct str field = ruleset->waiver_require.items[i];
		bool missing = (str_is(field, "ticket") && !waiving->options->ticket) ||
			       (str_is(field, "approved_by") && !waiving->options->approved_by);

		if (missing)
			return err_set(err, ERR_USAGE, "waiver_policy requires --%s",
			    str_is(field, "ticket") ? "ticket" : "approved-by");
	}
	return true;
}

/* An error of a rule stands once for all the resources it met. */
static bool is_for_many(const struct finding *finding)
{
	return finding->count > 1;
}

static bool check_value(
    const struct waiving *waiving, const struct finding *finding, struct err *err)
{
	int64_t days = (waiving->expires - waiving->plan.policies.world.now) / DATE_DAY;

	if (finding->value_fingerprint.len > 0 && !is_for_many(finding))
		return true;
	if (is_for_many(finding) && days > VALUELESS_DAYS)
		return err_set(err, ERR_INVALID,
		    "the rule fails on %zu resources: a waiver of them all is bound to no value "
		    "and lasts at most %d days",
		    finding->count, VALUELESS_DAYS);
	if (days > VALUELESS_DAYS)
		return err_set(err, ERR_INVALID,
		    "no fingerprint of the value can be made: it is sensitive and there is no "
		    "fingerprint_key, or not known yet, or the rule looks at the plan as a whole; "
		    "a waiver that is bound to no value lasts at most %d days",
		    VALUELESS_DAYS);
	log_warn("no fingerprint of the value can be made: this waiver covers every value of the "
		 "resource until it expires");
	return true;
}

/* --- the waivers --- */

static bool is_there(const struct waiving *waiving, struct str value)
{
	for (size_t i = 0; i < waiving->waiver_count; i++) {
		if (str_eq(waiving->waivers[i].value, value))
			return true;
	}
	return false;
}

static bool add_waiver(struct waiving *waiving, const struct finding *finding, struct err *err)
{
	const struct waive_options *options = waiving->options;
	struct str value = is_for_many(finding) ? STR_EMPTY : finding->value_fingerprint;

	if (!may_waive(waiving, finding, err) || !check_value(waiving, finding, err))
		return false;
	if (finding->fate == FATE_WAIVED && finding->waiver->place.file.len == 0) {
		log_info("already suppressed by %.*s: %.*s", STR_ARG(finding->tool),
		    STR_ARG(finding->message));
		return true;
	}
	if (finding->fate == FATE_WAIVED) {
		log_info("already waived by %.*s: %.*s",
		    STR_ARG(place_shown(waiving->plan.app->run, &finding->waiver->place)),
		    STR_ARG(finding->item));
		return true;
	}
	if (is_there(waiving, value))
		return true;
	waiving->waivers[waiving->waiver_count++] = (struct waiver){.rule = waiving->rule,
	    .resource = is_for_many(finding) ? STR("*") : waiving->address,
	    .value = value,
	    .reason = str_from(options->reason),
	    .ticket = str_from(options->ticket),
	    .approved_by = str_from(options->approved_by),
	    .expires_text = str_from(options->expires)};
	return true;
}

static bool make_waivers(struct waiving *waiving, struct err *err)
{
	for (size_t i = 0; i < waiving->finding_count; i++) {
		if (waiving->options->item > 0 && (size_t)waiving->options->item != i + 1)
			continue;
		if (!add_waiver(waiving, waiving->findings[i], err))
			return false;
	}
	return waiving->waiver_count > 0 ||
	       err_set(err, ERR_INVALID, "all of it is waived already");
}

/* A rule of another tool whose findings nobody gave: by its name alone, for a short time. */
static bool waive_unseen(struct waiving *waiving, struct err *err)
{
	const struct waive_options *options = waiving->options;
	int64_t days = (waiving->expires - waiving->plan.policies.world.now) / DATE_DAY;

	if (days > VALUELESS_DAYS)
		return err_set(err, ERR_USAGE,
		    "'%.*s' is a rule of another tool: give the file with its findings, --import "
		    "FILE; without it the waiver is bound to no value and lasts at most %d days",
		    STR_ARG(waiving->rule), VALUELESS_DAYS);
	log_warn(
	    "no findings of '%.*s' were given (--import FILE): this waiver covers all of them%s",
	    STR_ARG(waiving->rule), waiving->address.len > 0 ? " about the resource" : "");
	waiving->waivers[waiving->waiver_count++] = (struct waiver){.rule = waiving->rule,
	    .resource = waiving->address,
	    .value = STR_EMPTY,
	    .reason = str_from(options->reason),
	    .ticket = str_from(options->ticket),
	    .approved_by = str_from(options->approved_by),
	    .expires_text = str_from(options->expires)};
	return true;
}

/* --- the file --- */

/* Only files of the chain are read: one beside the root module, or above it. */
static bool choose_file(struct waiving *waiving, struct err *err)
{
	struct arena *arena = waiving->plan.app->run;
	const char *file = waiving->options->file;
	const struct workspace *here = &waiving->plan.session.workspace;
	const char *slash = file ? strrchr(file, '/') : NULL;
	struct str own = str_is(here->directory, ".") ? STR_EMPTY : here->directory;
	struct workspace there;

	waiving->directory = own;
	if (file) {
		const char *directory =
		    slash ? str_to_c(arena, (struct str){file, (size_t)(slash - file) + 1}) : ".";

		if (!str_is(str_from(slash ? slash + 1 : file), WAIVERS_FILE))
			return err_set(err, ERR_USAGE,
			    "--file: waivers are read from files called " WAIVERS_FILE
			    " only, not '%s'",
			    file);
		if (!workspace_find_at(arena, directory, &there, err))
			return err_context(err, "--file");
		waiving->directory = str_is(there.directory, ".") ? STR_EMPTY : there.directory;
		if (!str_eq(there.root, here->root) || !path_is_below(own, waiving->directory))
			return err_set(err, ERR_USAGE,
			    "--file: '%s' is not read for '%.*s': it has to stand in that "
			    "directory or above it",
			    file, STR_ARG(here->directory));
	}
	waiving->name = waiving->directory.len > 0
			    ? str_format(arena, "%.*s/" WAIVERS_FILE, STR_ARG(waiving->directory))
			    : STR(WAIVERS_FILE);
	return true;
}

NODISCARD static bool write_file(struct waiving *waiving, struct err *err)
{
	struct arena *arena = waiving->plan.app->run;
	const struct source *source = &waiving->plan.policies.trust.head;
	struct waiver_list list = {waiving->waivers, waiving->waiver_count};
	struct str text = STR_EMPTY, extended;
	const char *path = str_format(arena, "%.*s/%.*s",
	    STR_ARG(waiving->plan.session.workspace.root), STR_ARG(waiving->name))
			       .ptr;
	bool found = false;

	if (!source->read(source->state, arena, waiving->name, FILE_BYTES_MAX, &text, &found, err))
		return false;
	return waiver_file_add(
		   arena, waiving->name, found ? text : STR_EMPTY, &list, &extended, err) &&
	       file_write(arena, path, extended, err);
}

NODISCARD static bool tell(const struct waiving *waiving, struct err *err)
{
	struct app *app = waiving->plan.app;
	const struct trust *trust = &waiving->plan.policies.trust;
	struct buf buf;
	struct sink sink;

	buf_init(&buf, app->run, FILE_BYTES_MAX);
	buf_addf(&buf, "%.*s has now:\n", STR_ARG(waiving->name));
	for (size_t i = 0; i < waiving->waiver_count; i++)
		waiver_write(&buf, &waiving->waivers[i], 2);
	if (trust->same)
		buf_adds(&buf, "It counts on a pull request once it is on the base branch, or its "
			       "owners have approved it.\n");
	else
		buf_addf(&buf,
		    "It counts once it is on %.*s, or its owners have approved the pull "
		    "request.\n",
		    STR_ARG(trust->base_name));
	sink_to_fd(&sink, app->run, app->out, 0);
	sink_add(&sink, buf_str(&buf));
	return sink_finish(&sink, err);
}

static bool is_about_run(const struct waiving *waiving)
{
	const struct ruleset *ruleset = waiving->plan.policies.head;
	size_t at = ruleset_find(ruleset, waiving->rule);

	return at != SIZE_MAX && ruleset->rules[at].scope == SCOPE_RUN;
}

/* A rule about all plans of a pull request sees the one that is given here. */
NODISCARD static bool judge(struct waiving *waiving, struct err *err)
{
	struct policy_plan *plan = &waiving->plan;
	const struct evaluation *evaluation = &plan->policies.evaluation;

	if (!policies_judge(&plan->policies, plan->plan, &waiving->verdict, err))
		return false;
	return !is_about_run(waiving) || evaluate_run(plan->app->run, &evaluation, 1,
					     &plan->policies.problems, &waiving->verdict, err);
}

NODISCARD static bool waive_found(struct waiving *waiving, struct err *err)
{
	if (imported_rule_is(waiving->rule) && waiving->options->plan.imports.count == 0)
		return waive_unseen(waiving, err);
	return judge(waiving, err) && find_findings(waiving, err) && make_waivers(waiving, err);
}

NODISCARD static bool waive(struct waiving *waiving, const char *operand, struct err *err)
{
	struct policy_plan *plan = &waiving->plan;

	if (!policy_plan_open(plan->app, operand, &waiving->options->plan, plan, err))
		return false;
	plan->policies.world.tell_all = true; /* any of them may be asked for */
	return choose_file(waiving, err) && check_date(waiving, err) &&
	       check_required(waiving, plan->policies.head, err) &&
	       check_required(waiving, plan->policies.trusted, err) && waive_found(waiving, err) &&
	       write_file(waiving, err) && tell(waiving, err);
}

static NODISCARD bool waive_run(struct app *app, const void *values,
    const struct operands *operands, int *status UNUSED, struct err *err)
{
	struct waiving *waiving = arena_make(app->run, struct waiving);
	const struct waive_options *options = values;
	bool ok;

	if (operands->count < 2)
		return err_set(err, ERR_USAGE,
		    "policy waive: which rule, resource and plan? for example: tfherald policy "
		    "waive "
		    "no-public-bucket aws_s3_bucket.site envs/prod=tfplan.json --reason ... "
		    "--expires 2026-12-31");
	if (!options->reason || str_trim(str_from(options->reason)).len == 0 || !options->expires)
		return err_set(err, ERR_USAGE, "policy waive needs --reason and --expires DATE");
	waiving->options = options;
	waiving->plan.app = app;
	waiving->rule = str_from(operands->items[0]);
	waiving->address = operands->count == 3 && strcmp(operands->items[1], "-") != 0
			       ? str_from(operands->items[1])
			       : STR_EMPTY;
	ok = waive(waiving, operands->items[operands->count - 1], err);
	policy_plan_close(&waiving->plan);
	return ok;
}

static const struct opt waive_opts[] = {
    {.name = "approved-by",
	.type = OPT_TEXT,
	.arg = "WHO",
	.offset = offsetof(struct waive_options, approved_by),
	.help = "who approved it: a team or a user, such as @acme/security"},
    POLICY_OPTION_BASE(waive_options, plan.policies),
    POLICY_OPTION_DATA(waive_options, plan.policies),
    {.name = "expires",
	.type = OPT_TEXT,
	.arg = "DATE",
	.offset = offsetof(struct waive_options, expires),
	.help = "last day on which it counts, UTC, such as 2026-12-31"},
    POLICY_OPTION_FACTS(waive_options, plan.policies),
    {.name = "file",
	.type = OPT_FILE,
	.arg = "FILE",
	.offset = offsetof(struct waive_options, file),
	.help = "the " WAIVERS_FILE " to write to (default: beside the root module)"},
    POLICY_PLAN_OPTION_IMPORT(waive_options, plan),
    {.name = "item",
	.type = OPT_INT,
	.arg = "N",
	.min = 1,
	.max = WAIVED_MAX,
	.offset = offsetof(struct waive_options, item),
	.help = "only the Nth finding of the rule about this resource"},
    POLICY_OPTION_NOW(waive_options, plan.policies),
    {.name = "reason",
	.type = OPT_TEXT,
	.arg = "TEXT",
	.offset = offsetof(struct waive_options, reason),
	.help = "why it may be as it is"},
    POLICY_PLAN_OPTION_TERRAFORM(waive_options, plan),
    {.name = "ticket",
	.type = OPT_TEXT,
	.arg = "ID",
	.offset = offsetof(struct waive_options, ticket),
	.help = "where it is written down"},
    {.name = NULL},
};

extern const struct command command_policy_waive;
const struct command command_policy_waive = {
    .name = "policy waive",
    .args = "RULE [ADDRESS] [DIR=]PLAN",
    .help = "write a waiver for a finding of a plan",
    .description =
	"Finds what the rule says of the resource in the plan and adds a waiver, bound to that\n"
	"value by a fingerprint, to " WAIVERS_FILE " beside the root module. A waiver for port\n"
	"443 does not cover a later 22. The rest of the file stays as it is.\n"
	"\n"
	"It counts once it is on the base branch, or when the owners of the policies have\n"
	"approved the pull request. A rule with waivable: false cannot be waived, one with\n"
	"lock: all only by a file at or above the rule.\n"
	"\n"
	"Rules of other tools are waived the same way: TOOL:RULE as the findings name it, and\n"
	"the files with the findings, as for check --import. A finding without a resource has\n"
	"no ADDRESS.",
    .example =
	"tfherald policy waive sg-admin-port aws_security_group.vpn envs/prod=tfplan.json \\\n"
	"  --reason 'vendor VPN until the migration' --expires 2026-12-31 --ticket SEC-1234\n"
	"tfherald policy waive tflint:aws_instance_invalid_type aws_instance.old \\\n"
	"  envs/prod=tfplan.json --import tflint.sarif --reason 'gone in May' --expires 2026-12-31",
    .opts = waive_opts,
    .values_size = sizeof(struct waive_options),
    .operands_max = 3,
    .run = waive_run,
};

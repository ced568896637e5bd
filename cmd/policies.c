#include "cmd/policies.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/log.h"
#include "cmd/policy_world.h"
#include "cmd/unversioned.h"
#include "policies/codeowners.h"
#include "policies/locate.h"
#include "report/leaks.h"

#define REPLACED "that directory of the base branch is a link to this one now"

/* "." of the workspace is "" of a source. */
static struct str source_directory(const struct workspace *workspace)
{
	return str_is(workspace->directory, ".") ? STR_EMPTY : workspace->directory;
}

static void say_problem(const struct policy_problems *problems, size_t i)
{
	char line[ERR_TEXT_MAX + 4096];
	struct str caret = problems->carets[i];

	err_format(&problems->items[i], line, sizeof(line));
	log_error("%s", line);
	log_quote(caret);
}

bool policies_report(
    struct app *app UNUSED, const struct policy_problems *problems, struct err *err)
{
	size_t all = problems->count + problems->left_out;

	for (size_t i = 0; i < problems->count; i++)
		say_problem(problems, i);
	if (problems->count == 0)
		return true;
	return err_set(err, problems->items[0].code, "%zu problem%s in the policy files", all,
	    all == 1 ? "" : "s");
}

/* A base branch whose policies are broken must not lock the pull request that mends them: what is
 * wrong with it is a finding that its owners can release; the rules that work still count. */
static void take_trusted_problems(struct policies *policies, const struct policy_problems *problems)
{
	struct ruleset_comparison *weakenings = &policies->weakenings;
	struct arena *arena = policies->app->rules;
	struct weakening *items;

	if (problems->count == 0)
		return;
	items = arena_array(arena, struct weakening, weakenings->count + problems->count);
	for (size_t i = 0; i < weakenings->count; i++)
		items[i] = weakenings->items[i];
	for (size_t i = 0; i < problems->count; i++) {
		const struct err *problem = &problems->items[i];

		items[weakenings->count++] = (struct weakening){.rule = STR("policy-files"),
		    .what = str_format(arena, "the trusted policies are broken: %s", problem->text),
		    .trusted = {.file = str_from(problem->file),
			.line = problem->line,
			.column = problem->column}};
	}
	weakenings->items = items;
}

NODISCARD static bool load_trusted(
    struct policies *policies, struct ruleset_request *request, struct err *err)
{
	struct policy_problems *problems = arena_make(policies->app->rules, struct policy_problems);

	policy_problems_init(problems, policies->app->rules);
	request->source = &policies->trust.trusted;
	request->check_own = true;
	if (!ruleset_load(policies->app->rules, request, &policies->trusted, problems, err))
		return false;
	ruleset_compare(
	    policies->app->rules, policies->trusted, policies->head, &policies->weakenings);
	take_trusted_problems(policies, problems);
	return true;
}

/* A ruleset that was loaded alone counts as both chains; this one is of the base only. */
static void mark_trusted(struct ruleset *ruleset)
{
	for (size_t i = 0; i < ruleset->rule_total; i++)
		ruleset->rules[i].is_head = false;
}

static bool fails_on_leak(const struct policies *policies)
{
	return policies->rules && policies->rules->fail_on_leak;
}

/* That there have to be rules is one. */
static bool says_something(const struct ruleset *ruleset)
{
	return ruleset && (ruleset->rule_count > 0 || ruleset->require_rules);
}

/* Apart from those of directories whose state it takes over. */
static bool has_policies(const struct policies *policies)
{
	return fails_on_leak(policies) || says_something(policies->head) ||
	       says_something(policies->trusted) || policies->weakenings.count > 0;
}

/* Files of the base that cannot be read: no reason to end the run of somebody who has no rules. */
static bool take_unread_base(
    const struct policies *policies, const struct err *why, struct err *err)
{
	if (policies_present(policies)) {
		*err = *why;
		return false;
	}
	log_warn("whose state this directory had is not known: %s", why->text);
	return true;
}

NODISCARD static bool load_moved_one(struct policies *policies, struct ruleset_request *request,
    struct str directory, struct err *err)
{
	struct policy_problems *problems = arena_make(policies->app->rules, struct policy_problems);
	struct moved_directory *moved = &policies->moved[policies->moved_count];

	policy_problems_init(problems, policies->app->rules);
	request->source = &policies->trust.trusted;
	request->directory = directory;
	if (!ruleset_load(policies->app->rules, request, &moved->rules, problems, err))
		return false;
	take_trusted_problems(policies, problems);
	mark_trusted(moved->rules);
	moved->directory = directory;
	policies->moved_count++;
	return true;
}

static void drop_moved(struct policies *policies)
{
	for (size_t i = 0; i < policies->moved_count; i++)
		ruleset_free(policies->moved[i].rules);
	policies->moved_count = 0;
}

static bool moved_has_rules(const struct policies *policies)
{
	for (size_t i = 0; i < policies->moved_count; i++) {
		if (policies->moved[i].rules->rule_total > 0)
			return true;
	}
	return false;
}

/* The directory of the base that is a link to this one now, and keeps its rules; empty: none is. */
NODISCARD static bool find_replaced(struct policies *policies, struct str *out, struct err *err)
{
	const struct source *base = &policies->trust.trusted;
	struct str named = policies->workspace->named;
	struct source_entry *entries;
	size_t count = 0;

	*out = STR_EMPTY;
	if (named.len == 0)
		return true;
	if (!base->list(base->state, policies->app->rules, named, &entries, &count, err))
		return false;
	if (count > 0)
		*out = named;
	return true;
}

/* Whoever takes over a state takes over its rules. Where nobody has rules it is nobody's matter. */
NODISCARD static bool load_moved(
    struct policies *policies, struct ruleset_request *request, struct err *err)
{
	struct backend_move move;
	struct str replaced;
	struct err why = {0};

	if (!policies->trust.known)
		return true;
	if (!backend_move_find(policies->app->rules, &policies->trust.trusted,
		&policies->trust.head, policies->head->directory, &move, &why)) {
		move = (struct backend_move){.doubt = STR_EMPTY};
		if (!take_unread_base(policies, &why, err))
			return false;
	}
	if (!find_replaced(policies, &replaced, err))
		return false;
	policies->moved = arena_array(policies->app->rules, struct moved_directory, move.count + 2);
	for (size_t i = 0; i < move.count; i++) {
		if (!load_moved_one(policies, request, move.directories[i], err))
			return false;
	}
	if (replaced.len > 0) {
		move.place.file = move.count == 0 ? replaced : move.place.file;
		move.doubt = STR(REPLACED);
		if (!load_moved_one(policies, request, replaced, err))
			return false;
	}
	policies->move = move;
	if (move.left_out > 0)
		log_warn("the rules of %zu more directories whose state this one may take over are "
			 "not looked at",
		    move.left_out);
	if (!moved_has_rules(policies) && !has_policies(policies))
		drop_moved(policies);
	return true;
}

NODISCARD static bool load_chains(struct policies *policies, bool check_all, struct err *err)
{
	struct source head = policies->trust.head;
	struct ruleset_request request = {.source = &head,
	    .directory = source_directory(policies->workspace),
	    .check_own = check_all};

	if (!policies->trust.same)
		policies->witness =
		    source_witness_new(policies->app->rules, &policies->trust.head, &head);
	policy_problems_init(&policies->problems, policies->app->rules);
	if (!ruleset_load(
		policies->app->rules, &request, &policies->head, &policies->problems, err) ||
	    !policies_report(policies->app, &policies->problems, err))
		return false;
	for (size_t i = 0; i < policies->head->not_read_count; i++)
		log_warn("%.*s is not read: the name is tfherald.yaml",
		    STR_ARG(policies->head->not_read[i]));
	return policies->trust.same ||
	       (load_trusted(policies, &request, err) && load_moved(policies, &request, err));
}

NODISCARD static bool open_rest(struct policies *policies, const struct session *session,
    const struct policy_options *options, bool check_all, struct err *err)
{
	const struct source *owners =
	    policies->trust.same ? &policies->trust.head : &policies->trust.trusted;

	if (!policies->locator)
		policies->locator = locator_new(policies->app->rules, &policies->trust.head);
	return load_chains(policies, check_all, err) &&
	       codeowners_read(policies->app->rules, owners, &policies->owners, err) &&
	       policy_world_make(policies, session, options, err);
}

bool policies_open(struct app *app, const struct session *session,
    const struct policy_options *options, bool check_all, struct policies *out, struct err *err)
{
	*out = (struct policies){.app = app, .workspace = &session->workspace};
	if (!unversioned_allowed(app, &session->workspace, &session->facts, options->base, err) ||
	    !trust_find(app, &session->workspace, &session->facts, options->base, &out->trust, err))
		return false;
	if (!open_rest(out, session, options, check_all, err))
		return false;
	/* Whose policies count interests those who have some. */
	for (size_t i = 0; policies_present(out) && i < out->trust.note_count; i++)
		log_info("%.*s", STR_ARG(out->trust.notes[i]));
	return true;
}

bool policies_open_directory(const struct policies *first, const struct session *session,
    const struct policy_options *options, bool check_all, struct policies *out, struct err *err)
{
	*out = (struct policies){.app = first->app,
	    .workspace = &session->workspace,
	    .trust = first->trust,
	    .locator = first->locator};
	out->trust.tree = NULL; /* the first one's to close */
	return open_rest(out, session, options, check_all, err);
}

/* What was begun; harmless when nothing was. */
static void drop_evaluation(struct policies *policies)
{
	evaluate_end(policies->evaluator);
	policies->evaluator = NULL;
	policies->verdict = NULL;
}

void policies_close(struct policies *policies)
{
	drop_evaluation(policies);
	if (policies->trusted)
		ruleset_free(policies->trusted);
	if (policies->head)
		ruleset_free(policies->head);
	trust_close(&policies->trust);
	drop_moved(policies);
	policies->trusted = policies->head = NULL;
}

bool policies_present(const struct policies *policies)
{
	return has_policies(policies) || policies->moved_count > 0;
}

static bool can_deny(const struct ruleset *ruleset)
{
	for (size_t i = 0; ruleset && i < ruleset->rule_count; i++) {
		const struct rule *rule = &ruleset->rules[i];

		if (!rule->disabled &&
		    (rule->level == LEVEL_DENY || rule->on_unknown == ON_UNKNOWN_DENY))
			return true;
	}
	return ruleset && ruleset->require_rules;
}

bool policies_can_deny(const struct policies *policies)
{
	return fails_on_leak(policies) || can_deny(policies->head) || can_deny(policies->trusted) ||
	       policies->moved_count > 0 || policies->weakenings.count > 0;
}

NODISCARD static bool find_leaks(
    const struct policies *policies, const struct plan *plan, struct verdict *out, struct err *err)
{
	struct leak_question question = {.plan = plan, .directory = policies->workspace->directory};
	const char *caveat = leaks_caveat(plan);

	if (!fails_on_leak(policies))
		return true;
	if (caveat)
		log_warn("%s", caveat);
	question.detectors = policies->rules->detectors;
	return leaks_judge(policies->app->run, policies->app->scratch, &question, out, err);
}

NODISCARD static bool begin(struct policies *policies, const struct plan *plan, struct err *err)
{
	drop_evaluation(policies);
	policies->verdict = arena_make(policies->app->rules, struct verdict);
	policies->evaluation = (struct evaluation){.plan = plan,
	    .trusted = policies->trusted,
	    .head = policies->head,
	    .moved = policies->moved,
	    .moved_count = policies->moved_count,
	    .moved_place = policies->move.place,
	    .moved_doubt = policies->move.doubt,
	    .weakenings = &policies->weakenings,
	    .world = &policies->world,
	    .imported = policies->imported,
	    .imported_count = policies->imported_count,
	    .locator = policies->locator};
	return evaluate_begin(policies->app->rules, policies->app->rules_scratch,
	    &policies->evaluation, &policies->problems, policies->verdict, &policies->evaluator,
	    err);
}

/* A change_visitor. */
static bool take_change(void *context, const struct change *change, struct err *err)
{
	struct policies *policies = context;

	return evaluate_change(policies->evaluator, change, err);
}

bool policies_begin(struct policies *policies, const struct plan *plan,
    struct outcome_rules *tapped, struct err *err)
{
	tapped->tap = take_change;
	tapped->tap_context = policies;
	if (begin(policies, plan, err))
		return true;
	drop_evaluation(policies);
	return false;
}

bool policies_judge(
    struct policies *policies, const struct plan *plan, struct verdict *out, struct err *err)
{
	struct err why = {0};
	bool begun = policies->verdict && policies->evaluation.plan == plan;
	bool ok =
	    (begun || begin(policies, plan, &why)) && evaluate_finish(policies->evaluator, &why);

	*out = *policies->verdict;
	drop_evaluation(policies);
	if (ok)
		return find_leaks(policies, plan, out, err);
	if (policies->problems.count == 0) {
		*err = why;
		return false;
	}
	return policies_report(policies->app, &policies->problems, err);
}

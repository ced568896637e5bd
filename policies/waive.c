/*
 * Waivers: which finding is covered by which, and what is to be said of each waiver. All of them
 * are listed, whatever became of them. Source: policies design, 1, 4 and 5.
 */

#include "base/arena.h"
#include "policies/evaluator.h"
#include "policies/match.h"

#define DAY	       ((int64_t)86400)
#define EXPIRING_DAYS  14
#define VALUELESS_DAYS 14 /* a waiver that is bound to no value lasts no longer */
#define WAIVER_DAYS    90 /* waiver_policy.max_days where none is set */

struct waiving {
	struct evaluator *evaluator;
	const struct ruleset *ruleset; /* whose waivers they are */
	struct waiver_use *uses;
	size_t count;
};

/* Whole days; the one that is running does not count. */
static int64_t days_left(const struct waiving *waiving, const struct waiver *waiver)
{
	return (waiver->expires - waiving->evaluator->world->now) / DAY;
}

static bool is_required(const struct ruleset *ruleset, const char *field)
{
	for (size_t i = 0; i < ruleset->waiver_require.count; i++) {
		if (str_is(ruleset->waiver_require.items[i], field))
			return true;
	}
	return false;
}

/* What the `waiver_policy` of a chain has against it; empty: nothing. */
static struct str policy_fault(
    const struct waiving *waiving, const struct ruleset *ruleset, const struct waiver *waiver)
{
	int64_t max_days = ruleset->waiver_max_days > 0 ? ruleset->waiver_max_days : WAIVER_DAYS;

	if (is_required(ruleset, "ticket") && waiver->ticket.len == 0)
		return STR("'ticket' is missing; waiver_policy requires it");
	if (is_required(ruleset, "approved_by") && waiver->approved_by.len == 0)
		return STR("'approved_by' is missing; waiver_policy requires it");
	if (days_left(waiving, waiver) > max_days)
		return str_format(waiving->evaluator->arena,
		    "it lasts more than %lld days (waiver_policy.max_days)", (long long)max_days);
	return STR_EMPTY;
}

/* Why a waiver is not applied; empty: it is. One of the head has to suit both chains. */
static struct str waiver_fault(const struct waiving *waiving, const struct waiver *waiver)
{
	const struct ruleset *trusted = waiving->evaluator->evaluation->trusted;
	struct str fault;

	if (waiver->problem.len > 0)
		return waiver->problem;
	if (waiver->value.len == 0 && days_left(waiving, waiver) > VALUELESS_DAYS)
		return str_format(waiving->evaluator->arena,
		    "it is bound to no value ('value: vf1:...', see tfherald policy waive) and "
		    "lasts more than %d days",
		    VALUELESS_DAYS);
	fault = policy_fault(waiving, waiving->ruleset, waiver);
	if (fault.len == 0 && trusted && trusted != waiving->ruleset)
		fault = policy_fault(waiving, trusted, waiver);
	return fault;
}

static enum waiver_state state_of(const struct waiving *waiving, const struct waiver *waiver)
{
	int64_t now = waiving->evaluator->world->now;

	if (waiver->expires > 0 && waiver->expires <= now)
		return WAIVER_EXPIRED;
	if (waiver_fault(waiving, waiver).len > 0)
		return WAIVER_MALFORMED;
	return waiver->expires - now <= EXPIRING_DAYS * DAY ? WAIVER_EXPIRING : WAIVER_ACTIVE;
}

static const struct rule *rule_of(const struct waiving *waiving, const struct waiver *waiver)
{
	size_t i = ruleset_find(waiving->ruleset, waiver->rule);

	return i == SIZE_MAX ? NULL : &waiving->ruleset->rules[i];
}

/* Have the owners of the rule, or those of the policy, approved the commit at hand? */
static bool is_approved(const struct waiving *waiving, const struct waiver *waiver)
{
	const struct evaluator *evaluator = waiving->evaluator;

	return is_approved_by_any(
	    evaluator, policy_owners(evaluator, rule_of(waiving, waiver), waiver->place.file));
}

/* Could nobody tell that whom it names has approved? */
static bool is_unverified(const struct waiving *waiving, const struct waiver *waiver)
{
	const struct policy_names named = {&waiver->approved_by, 1};

	return waiver->approved_by.len > 0 && !is_approved_by_any(waiving->evaluator, named);
}

/* On a pull request, one that only the head has counts when its owners approved it. */
static bool is_trusted(const struct waiving *waiving, const struct waiver *waiver)
{
	const struct evaluation *evaluation = waiving->evaluator->evaluation;

	return !evaluation->trusted || waiving->ruleset == evaluation->trusted ||
	       is_approved(waiving, waiver);
}

static void add_uses(struct waiving *waiving)
{
	const struct ruleset *ruleset = waiving->ruleset;
	const struct ruleset *trusted = waiving->evaluator->evaluation->trusted;
	struct verdict *verdict = waiving->evaluator->verdict;

	for (size_t i = 0; i < ruleset->waiver_count; i++) {
		const struct waiver *waiver = &ruleset->waivers[i];
		struct waiver_use *use = &verdict->waivers[verdict->waiver_count];

		/* In both chains: listed with the trusted one's. */
		if (trusted && ruleset != trusted && waiver->is_trusted)
			continue;
		verdict->waiver_count++;
		*use = (struct waiver_use){.waiver = waiver,
		    .state = state_of(waiving, waiver),
		    .fault = waiver_fault(waiving, waiver),
		    .unverified = is_unverified(waiving, waiver)};
		if ((use->state == WAIVER_ACTIVE || use->state == WAIVER_EXPIRING) &&
		    !is_trusted(waiving, waiver))
			use->state = WAIVER_UNTRUSTED;
	}
}

/* An error that stands for many resources has only the first one's address and value. */
static bool covers(const struct waiver *waiver, const struct finding *finding)
{
	if (!str_eq(waiver->rule, finding->rule_id))
		return false;
	if (finding->count > 1)
		return str_is(waiver->resource, "*") && waiver->value.len == 0;
	if (!match_wildcard(waiver->resource, finding->address))
		return false;
	return waiver->value.len == 0 || str_eq(waiver->value, finding->value_fingerprint);
}

static bool may_be_waived(const struct finding *finding)
{
	return (finding->rule ? finding->rule->waivable : finding->kind == FINDING_IMPORTED) &&
	       finding->kind != FINDING_WEAKENS && finding->kind != FINDING_MOVED;
}

/* A waiver of a nearer directory, too: all of the chain's hold for this root module. */
static void waive(struct evaluator *evaluator, struct finding *finding)
{
	struct verdict *verdict = evaluator->verdict;

	if (!may_be_waived(finding))
		return;
	for (size_t i = 0; i < verdict->waiver_count; i++) {
		struct waiver_use *use = &verdict->waivers[i];

		if (!covers(use->waiver, finding))
			continue;
		use->findings++;
		if (finding->fate == FATE_WAIVED ||
		    (use->state != WAIVER_ACTIVE && use->state != WAIVER_EXPIRING))
			continue;
		finding->fate = FATE_WAIVED;
		finding->level = LEVEL_INFO;
		finding->waiver = use->waiver;
	}
}

/* Whether one for a rule of scope run is used shows when all plans are there. */
static bool is_decided_here(const struct evaluator *evaluator, const struct waiver *waiver)
{
	const struct ruleset *head = evaluator->evaluation->head;
	size_t i = ruleset_find(head, waiver->rule);

	return i == SIZE_MAX || head->rules[i].scope != SCOPE_RUN || evaluator->scope == SCOPE_RUN;
}

static void mark_unused(const struct evaluator *evaluator)
{
	for (size_t i = 0; i < evaluator->verdict->waiver_count; i++) {
		struct waiver_use *use = &evaluator->verdict->waivers[i];

		if (use->findings == 0 && is_decided_here(evaluator, use->waiver) &&
		    (use->state == WAIVER_ACTIVE || use->state == WAIVER_EXPIRING))
			use->state = WAIVER_UNUSED;
	}
}

void waivers_apply(struct evaluator *evaluator)
{
	const struct evaluation *evaluation = evaluator->evaluation;
	struct waiving trusted = {.evaluator = evaluator, .ruleset = evaluation->trusted};
	struct waiving head = {.evaluator = evaluator, .ruleset = evaluation->head};
	size_t room =
	    (trusted.ruleset ? trusted.ruleset->waiver_count : 0) + head.ruleset->waiver_count;

	evaluator->verdict->waivers = arena_array(evaluator->arena, struct waiver_use, room + 1);
	if (trusted.ruleset)
		add_uses(&trusted);
	add_uses(&head);
	for (size_t i = 0; i < evaluator->findings.count; i++)
		waive(evaluator, &evaluator->findings.items[i]);
	mark_unused(evaluator);
}

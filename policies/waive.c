/*
 * Waivers: which finding is covered by which, and what is to be said of each waiver. All of them
 * are listed, whatever became of them. Source: policies design, 1, 4 and 5.
 */

#include "base/arena.h"
#include "policies/codeowners.h"
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

static bool is_required(const struct ruleset *ruleset, const char *field)
{
	for (size_t i = 0; i < ruleset->waiver_require.count; i++) {
		if (str_is(ruleset->waiver_require.items[i], field))
			return true;
	}
	return false;
}

/* Why a waiver is not applied, beyond what its file shows; empty: it is. */
static struct str waiver_fault(const struct waiving *waiving, const struct waiver *waiver)
{
	struct arena *arena = waiving->evaluator->arena;
	int64_t now = waiving->evaluator->world->now;
	int64_t left = (waiver->expires - now) / DAY;
	int64_t max_days =
	    waiving->ruleset->waiver_max_days > 0 ? waiving->ruleset->waiver_max_days : WAIVER_DAYS;

	if (waiver->problem.len > 0)
		return waiver->problem;
	if (is_required(waiving->ruleset, "ticket") && waiver->ticket.len == 0)
		return STR("'ticket' is missing; waiver_policy requires it");
	if (is_required(waiving->ruleset, "approved_by") && waiver->approved_by.len == 0)
		return STR("'approved_by' is missing; waiver_policy requires it");
	if (waiver->value.len == 0 && left > VALUELESS_DAYS)
		return str_format(arena,
		    "it is bound to no value ('value: vf1:...', see tfherald policy waive) and "
		    "lasts "
		    "more than %d days",
		    VALUELESS_DAYS);
	if (left > max_days)
		return str_format(arena, "it lasts more than %lld days (waiver_policy.max_days)",
		    (long long)max_days);
	return STR_EMPTY;
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

/* Has the owner whom the file names, or the rule's, approved the commit at hand? */
static bool is_approved(const struct waiving *waiving, const struct waiver *waiver)
{
	const struct policy_world *world = waiving->evaluator->world;
	struct str commit = world->facts->commit.value;
	struct policy_names owners = waiving->ruleset->owners_policy;

	if (owners.count == 0 && world->owners)
		owners = codeowners_of(world->owners, waiver->place.file);
	for (size_t i = 0; i < owners.count; i++) {
		struct value answer = approvals_by(world->pr, owners.items[i], commit);

		if (answer.kind == VALUE_BOOL && answer.as.boolean)
			return true;
	}
	return false;
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
	struct verdict *verdict = waiving->evaluator->verdict;

	for (size_t i = 0; i < ruleset->waiver_count; i++) {
		const struct waiver *waiver = &ruleset->waivers[i];
		struct waiver_use *use = &verdict->waivers[verdict->waiver_count];

		/* In both chains: listed with the trusted one's. */
		if (ruleset != waiving->evaluator->evaluation->trusted && waiver->is_trusted)
			continue;
		verdict->waiver_count++;
		*use = (struct waiver_use){.waiver = waiver,
		    .state = state_of(waiving, waiver),
		    .fault = waiver_fault(waiving, waiver),
		    .unverified = waiver->approved_by.len > 0};
		if ((use->state == WAIVER_ACTIVE || use->state == WAIVER_EXPIRING) &&
		    !is_trusted(waiving, waiver))
			use->state = WAIVER_UNTRUSTED;
	}
}

static bool covers(const struct waiver *waiver, const struct finding *finding)
{
	if (!str_eq(waiver->rule, finding->rule_id) ||
	    !match_wildcard(waiver->resource, finding->address))
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

static void mark_unused(struct verdict *verdict)
{
	for (size_t i = 0; i < verdict->waiver_count; i++) {
		struct waiver_use *use = &verdict->waivers[i];

		if (use->findings == 0 &&
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
	mark_unused(evaluator->verdict);
}

#include "policies/finding.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"

static const char *const kind_names[] = {
    [FINDING_VIOLATION] = "violation",
    [FINDING_UNDECIDED] = "undecided",
    [FINDING_ERROR] = "error",
    [FINDING_WEAKENS] = "weakens",
    [FINDING_MOVED] = "moved",
    [FINDING_IMPORTED] = "imported",
};

static const char *const fate_names[] = {
    [FATE_STANDS] = "stands",
    [FATE_WAIVED] = "waived",
    [FATE_RELEASED] = "released",
    [FATE_PREEXISTING] = "pre-existing",
    [FATE_NOT_YET] = "not yet enforced",
    [FATE_NEWER_PACK] = "newer than the pin",
    [FATE_OVERRIDDEN] = "overridden",
};

static const char *const waiver_state_names[] = {
    [WAIVER_ACTIVE] = "active",
    [WAIVER_EXPIRING] = "expiring",
    [WAIVER_EXPIRED] = "expired",
    [WAIVER_UNUSED] = "unused",
    [WAIVER_MALFORMED] = "malformed",
    [WAIVER_UNTRUSTED] = "untrusted",
};

const char *finding_kind_name(enum finding_kind kind)
{
	return kind_names[kind];
}

const char *finding_fate_name(enum finding_fate fate)
{
	return fate_names[fate];
}

const char *waiver_state_name(enum waiver_state state)
{
	return waiver_state_names[state];
}

bool finding_stands(const struct finding *finding)
{
	return finding->fate != FATE_WAIVED && finding->fate != FATE_RELEASED &&
	       finding->fate != FATE_OVERRIDDEN;
}

/* Denials, then undecided, then warnings, notes, and what was released at the end. */
static int importance(const struct finding *finding)
{
	if (!finding_stands(finding))
		return finding->fate == FATE_OVERRIDDEN ? 1 : 5;
	if (finding->level == LEVEL_DENY)
		return 0;
	if (finding->kind == FINDING_UNDECIDED)
		return 2;
	return finding->level == LEVEL_WARN ? 3 : 4;
}

/* A stable order, so that two runs of the same input say the same. */
static int by_importance(const void *a, const void *b)
{
	const struct finding *left = a, *right = b;
	int order = importance(left) - importance(right);

	if (order == 0)
		order = str_cmp(left->rule_id, right->rule_id);
	if (order == 0)
		order = str_cmp(left->address, right->address);
	if (order == 0)
		order = str_cmp(left->item, right->item);
	if (order == 0)
		order = str_cmp(left->fingerprint, right->fingerprint);
	if (order == 0)
		order = str_cmp(left->message, right->message);
	return order;
}

static void count(struct verdict *verdict, const struct finding *finding)
{
	verdict->waived += finding->fate == FATE_WAIVED || finding->fate == FATE_RELEASED;
	verdict->overridden += finding->fate == FATE_OVERRIDDEN;
	if (!finding_stands(finding))
		return;
	verdict->counts[finding->level]++;
	verdict->undecided += finding->kind == FINDING_UNDECIDED;
}

#define REASON_RULES 3

/* "2 denials: db-protect, sg-admin-port" */
static struct str denial_reason(struct arena *arena, const struct verdict *verdict)
{
	struct buf buf;
	struct str last = STR_EMPTY;
	size_t denials = verdict->counts[LEVEL_DENY], named = 0;

	buf_init(&buf, arena, 1024);
	buf_addf(&buf, "%zu denial%s", denials, denials == 1 ? "" : "s");
	for (size_t i = 0;
	     i < verdict->finding_count && i < denials && verdict->findings[i].level == LEVEL_DENY;
	     i++) {
		struct str id = verdict->findings[i].rule_id;

		if (str_eq(id, last))
			continue;
		if (named == REASON_RULES) {
			buf_adds(&buf, ", ...");
			break;
		}
		buf_adds(&buf, named == 0 ? ": " : ", ");
		buf_add(&buf, id);
		last = id;
		named++;
	}
	return buf_str(&buf);
}

void verdict_seal(struct arena *arena, struct verdict *verdict)
{
	for (size_t i = 0; i <= LEVEL_DENY; i++)
		verdict->counts[i] = verdict->left_out[i];
	verdict->waived = verdict->undecided = verdict->overridden = 0;
	if (verdict->finding_count > 1)
		qsort(verdict->findings, verdict->finding_count, sizeof(*verdict->findings),
		    by_importance);
	for (size_t i = 0; i < verdict->finding_count; i++)
		count(verdict, &verdict->findings[i]);
	verdict->denied = verdict->counts[LEVEL_DENY] > 0 || verdict->nothing_evaluated;
	verdict->reason = STR_EMPTY;
	if (verdict->counts[LEVEL_DENY] > 0)
		verdict->reason = denial_reason(arena, verdict);
	else if (verdict->nothing_evaluated)
		verdict->reason = STR("no policy was evaluated, and require_rules is true");
}

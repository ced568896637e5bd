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

/* Rules have their texts in common: most need no look at the bytes. */
static int compare_texts(struct str a, struct str b)
{
	return a.ptr == b.ptr && a.len == b.len ? 0 : str_cmp(a, b);
}

/* What nearly always decides, close together: thousands of findings are megabytes. */
struct rank {
	int importance;
	bool brief;    /* no text: behind those of the rule that say something */
	uint64_t head; /* of the address, behind what all addresses begin with */
	struct str rule_id, address;
	const struct finding *finding;
};

/* What other tools found stands in the order of the code: they know few resources. */
static int by_place(const struct finding *left, const struct finding *right)
{
	int order = str_cmp(left->file, right->file);

	if (order == 0)
		order = (left->line > right->line) - (left->line < right->line);
	if (order == 0)
		order = (left->column > right->column) - (left->column < right->column);
	return order;
}

/* A stable order, so that two runs of the same input say the same. */
static int by_importance(const void *a, const void *b)
{
	const struct rank *left = a, *right = b;
	int order = left->importance - right->importance;

	if (order == 0)
		order = compare_texts(left->rule_id, right->rule_id);
	if (order == 0 && left->finding->kind == FINDING_IMPORTED)
		order = by_place(left->finding, right->finding);
	if (order == 0)
		order = (left->brief > right->brief) - (left->brief < right->brief);
	if (order == 0)
		order = (left->head > right->head) - (left->head < right->head);
	if (order == 0)
		order = compare_texts(left->address, right->address);
	if (order == 0)
		order = str_cmp(left->finding->item, right->finding->item);
	if (order == 0)
		order = str_cmp(left->finding->fingerprint, right->finding->fingerprint);
	if (order == 0)
		order = str_cmp(left->finding->message, right->finding->message);
	return order;
}

/* Moves to each place the finding that its rank names, with one of extra memory. */
static void arrange(struct finding *findings, struct rank *ranks, size_t count)
{
	for (size_t start = 0; start < count; start++) {
		struct finding first = findings[start];
		size_t at = start, from = (size_t)(ranks[at].finding - findings);

		if (from == start)
			continue;
		while (from != start) {
			findings[at] = findings[from];
			ranks[at].finding = &findings[at];
			at = from;
			from = (size_t)(ranks[at].finding - findings);
		}
		findings[at] = first;
		ranks[at].finding = &findings[at];
	}
}

/* How many bytes all addresses that are there have in common. */
static size_t common_start(const struct finding *findings, size_t count)
{
	struct str first = STR_EMPTY;
	size_t common = 0;

	for (size_t i = 0; i < count; i++) {
		struct str address = findings[i].address;
		size_t same = 0;

		if (address.len == 0)
			continue;
		if (first.len == 0) {
			first = address;
			common = address.len;
		}
		while (same < common && same < address.len && address.ptr[same] == first.ptr[same])
			same++;
		common = same;
	}
	return common;
}

/* Eight bytes as a number that sorts as they do. */
static uint64_t head_of(struct str address, size_t from)
{
	uint64_t head = 0;

	for (size_t i = from; i < from + sizeof(head); i++)
		head = head << 8 | (i < address.len ? (unsigned char)address.ptr[i] : 0U);
	return head;
}

static void sort(struct arena *arena, struct finding *findings, size_t count)
{
	struct arena_mark mark = arena_save(arena);
	struct rank *ranks = arena_alloc(arena, (count + 1) * sizeof(*ranks));
	size_t common = common_start(findings, count);

	for (size_t i = 0; i < count; i++)
		ranks[i] = (struct rank){.importance = importance(&findings[i]),
		    .brief = findings[i].fingerprint.len == 0,
		    .head = head_of(findings[i].address, common),
		    .rule_id = findings[i].rule_id,
		    .address = findings[i].address,
		    .finding = &findings[i]};
	qsort(ranks, count, sizeof(*ranks), by_importance);
	arrange(findings, ranks, count);
	arena_rewind(arena, mark);
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
		sort(arena, verdict->findings, verdict->finding_count);
	for (size_t i = 0; i < verdict->finding_count; i++)
		count(verdict, &verdict->findings[i]);
	verdict->denied = verdict->counts[LEVEL_DENY] > 0 || verdict->nothing_evaluated;
	verdict->reason = STR_EMPTY;
	if (verdict->counts[LEVEL_DENY] > 0)
		verdict->reason = denial_reason(arena, verdict);
	else if (verdict->nothing_evaluated)
		verdict->reason = STR("no policy was evaluated, and require_rules is true");
}

/* From the findings of both chains to the verdict. */

#include "base/arena.h"
#include "base/digest.h"
#include "base/size.h"
#include "policies/evaluator.h"
#include "policies/locate.h"
#include "policies/release.h"

/* An error counts once with all its changes. */
static void count_errors(struct evaluator *evaluator)
{
	for (size_t i = 0; i < evaluator->findings.count; i++) {
		struct finding *finding = &evaluator->findings.items[i];

		for (size_t k = 0; finding->kind == FINDING_ERROR && k < evaluator->rule_count;
		     k++) {
			if (evaluator->rules[k].rule == finding->rule)
				finding->count = evaluator->rules[k].tally->errors;
		}
	}
}

/* --- both chains found the same: the stricter of the two stays --- */

static bool is_waivable(const struct finding *finding)
{
	return !finding->rule || finding->rule->waivable;
}

static bool is_same_finding(const struct finding *a, const struct finding *b)
{
	return a->rule != b->rule && a->kind == b->kind && is_waivable(a) == is_waivable(b) &&
	       str_eq(a->fingerprint, b->fingerprint) && str_eq(a->item, b->item);
}

struct seen_table { /* open addressing; numbers from 1, 0: free */
	uint32_t *slots;
	size_t size; /* a power of two */
};

/* The finding among those kept that says the same; else its free place. */
static uint32_t *find_seen(
    const struct seen_table *seen, const struct finding *kept, const struct finding *finding)
{
	size_t at = (size_t)hash_bytes(finding->fingerprint) & (seen->size - 1);

	while (seen->slots[at] != 0 && !is_same_finding(&kept[seen->slots[at] - 1], finding))
		at = (at + 1) & (seen->size - 1);
	return &seen->slots[at];
}

static void join_findings(struct finding *kept, const struct finding *other)
{
	size_t count = size_max(kept->count, other->count);

	if (other->level > kept->level)
		*kept = *other;
	kept->count = count;
	kept->from_trusted = kept->from_head = true;
}

static void merge_chains(struct evaluator *evaluator)
{
	struct finding_list *list = &evaluator->findings;
	struct seen_table seen = {.size = 64};
	size_t kept = 0;

	if (!evaluator->evaluation->trusted)
		return;
	while (seen.size < list->count * 2)
		seen.size *= 2;
	seen.slots = arena_array(evaluator->arena, uint32_t, seen.size);
	for (size_t i = 0; i < list->count; i++) {
		uint32_t *slot = find_seen(&seen, list->items, &list->items[i]);

		if (*slot != 0) {
			join_findings(&list->items[*slot - 1], &list->items[i]);
			continue;
		}
		list->items[kept++] = list->items[i];
		*slot = (uint32_t)kept;
	}
	list->count = kept;
}

static void add_places(struct evaluator *evaluator)
{
	struct locator *locator = evaluator->evaluation->locator;
	struct str directory = evaluator->evaluation->head->directory;
	struct policy_place place;

	if (!locator || evaluator->findings.count == 0)
		return;
	locate_findings(locator, host_configuration(evaluator->host), directory,
	    evaluator->findings.items, evaluator->findings.count);
	if (locate_directory(locator, directory, &place))
		evaluator->verdict->root_file = place.file;
}

static void break_glass(struct evaluator *evaluator)
{
	size_t *left_out = evaluator->verdict->left_out;

	if (evaluator->world->break_glass.len == 0)
		return;
	evaluator->verdict->break_glass = evaluator->world->break_glass;
	left_out[LEVEL_INFO] += left_out[LEVEL_DENY];
	left_out[LEVEL_DENY] = 0;
	for (size_t i = 0; i < evaluator->findings.count; i++) {
		struct finding *finding = &evaluator->findings.items[i];

		if (finding->level != LEVEL_DENY && finding->kind != FINDING_ERROR)
			continue;
		if (finding_stands(finding)) {
			finding->fate = FATE_OVERRIDDEN;
			finding->level = LEVEL_INFO;
		}
	}
}

static void add_releases(struct evaluator *evaluator)
{
	for (size_t i = 0; i < evaluator->findings.count; i++) {
		struct finding *finding = &evaluator->findings.items[i];

		if (finding->level == LEVEL_DENY)
			finding->release = finding_release(evaluator, finding);
	}
}

static bool requires_rules(const struct evaluator *evaluator)
{
	const struct evaluation *evaluation = evaluator->evaluation;

	return evaluation->head->require_rules ||
	       (evaluation->trusted && evaluation->trusted->require_rules &&
		   !setting_is_released(evaluator, "require_rules"));
}

/* Zero is said out loud: "0/0 policies checked" must not look like a pass. Empty: not zero. */
static struct str zero_note(const struct evaluator *evaluator)
{
	const struct verdict *verdict = evaluator->verdict;

	if (verdict->rules == 0)
		return STR("no policy rules are in force here: nothing was checked");
	if (verdict->rules_matched > 0)
		return STR_EMPTY;
	return str_format(evaluator->arena,
	    "none of the %zu policy rule%s matched anything in this plan", verdict->rules,
	    verdict->rules == 1 ? "" : "s");
}

/* Did the other chain's rule of this name count already? */
static bool is_counted(const struct evaluator *evaluator, size_t i, bool has_matched)
{
	const struct judged_rule *rules = evaluator->rules;

	for (size_t k = 0; k < i; k++) {
		if (rules[k].ruleset != rules[i].ruleset &&
		    (!has_matched || rules[k].tally->matched > 0) &&
		    str_eq(rules[k].rule->id, rules[i].rule->id))
			return true;
	}
	return false;
}

/* One that both chains run, because its params differ, is one rule. */
static void count_rules(struct evaluator *evaluator)
{
	struct verdict *verdict = evaluator->verdict;

	for (size_t i = 0; i < evaluator->rule_count; i++) {
		bool has_matched = evaluator->rules[i].tally->matched > 0;

		verdict->rules += !is_counted(evaluator, i, false);
		verdict->rules_matched += has_matched && !is_counted(evaluator, i, true);
	}
}

static void add_notes(struct evaluator *evaluator)
{
	struct verdict *verdict = evaluator->verdict;
	struct str *notes = arena_array(evaluator->arena, struct str, 2);
	struct str zero, imported = imported_note(evaluator);

	count_rules(evaluator);
	zero = zero_note(evaluator);
	if (zero.len > 0)
		notes[verdict->note_count++] = zero;
	if (imported.len > 0)
		notes[verdict->note_count++] = imported;
	verdict->notes = notes;
	verdict->nothing_evaluated = zero.len > 0 && requires_rules(evaluator);
}

void evaluator_finish(struct evaluator *evaluator)
{
	struct verdict *verdict = evaluator->verdict;

	count_errors(evaluator);
	merge_chains(evaluator);
	add_places(evaluator);
	waivers_apply(evaluator);
	break_glass(evaluator);
	add_releases(evaluator);
	add_notes(evaluator);
	verdict->findings = evaluator->findings.items;
	verdict->finding_count = evaluator->findings.count;
	verdict->evaluated = true;
	verdict_seal(evaluator->arena, verdict);
}

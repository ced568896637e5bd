/* Sections and blocks of a verdict. The words are in findings_words.c. */
#include "report/findings.h"

#include <stdlib.h>

#include "base/arena.h"
#include "report/outcome.h"

static const char *const section_titles[FINDING_SECTIONS][2] = {
    [FINDINGS_DENIED] = {"Denied by policy", "After apply: denied by policy"},
    [FINDINGS_OVERRIDDEN] = {"Overridden by break-glass", "After apply: overridden by break-glass"},
    [FINDINGS_BROKEN] = {"Rules that fail", "After apply: rules that fail"},
    [FINDINGS_UNDECIDED] = {"Cannot be decided before apply", "After apply: still undecided"},
    [FINDINGS_WARNED] = {"Policy warnings", "After apply: policy warnings"},
    [FINDINGS_NOTED] = {"Policy notes", "After apply: policy notes"},
    [FINDINGS_LET_GO] = {"Waived or released", "After apply: waived or released"},
};

const char *finding_section_title(enum finding_section section, bool after_apply)
{
	return section_titles[section][after_apply];
}

bool finding_section_is_kept(enum finding_section section)
{
	return section <= FINDINGS_BROKEN;
}

static enum finding_section section_of(const struct finding *finding)
{
	if (!finding_stands(finding))
		return finding->fate == FATE_OVERRIDDEN ? FINDINGS_OVERRIDDEN : FINDINGS_LET_GO;
	if (finding->level == LEVEL_DENY)
		return FINDINGS_DENIED;
	if (finding->kind == FINDING_ERROR)
		return FINDINGS_BROKEN;
	if (finding->kind == FINDING_UNDECIDED)
		return FINDINGS_UNDECIDED;
	return finding->level == LEVEL_WARN ? FINDINGS_WARNED : FINDINGS_NOTED;
}

/* Findings of a rule have its texts in common: most need no look at the bytes. */
static int compare_texts(struct str a, struct str b)
{
	return a.ptr == b.ptr && a.len == b.len ? 0 : str_cmp(a, b);
}

/* What makes two findings stand in one block; 0: they do. The order is only there to be one. */
static int compare_blocks(const struct finding *a, const struct finding *b)
{
	int order = (int)section_of(a) - (int)section_of(b);

	if (order == 0)
		order = compare_texts(a->rule_id, b->rule_id);
	if (order == 0)
		order = (int)a->kind - (int)b->kind;
	if (order == 0)
		order = (int)b->level - (int)a->level;
	if (order == 0)
		order = (int)a->fate - (int)b->fate;
	if (order == 0)
		order = compare_texts(a->title, b->title);
	if (order == 0)
		order = compare_texts(a->tool, b->tool);
	return order;
}

/* The order of the verdict stays inside of a block: the pointers are into its array. */
static int compare_rows(const void *a, const void *b)
{
	const struct finding *left = *(const struct finding *const *)a;
	const struct finding *right = *(const struct finding *const *)b;
	int order = compare_blocks(left, right);

	return order != 0 ? order : (left > right) - (left < right);
}

static bool same_causes(const struct finding *a, const struct finding *b)
{
	bool same = a->cause_count == b->cause_count;

	for (size_t i = 0; same && i < a->cause_count; i++)
		same = str_eq(a->causes[i], b->causes[i]);
	/* paths are told where there are no causes */
	same = same && (a->cause_count > 0 || a->path_count == b->path_count);
	for (size_t i = 0; same && a->cause_count == 0 && i < a->path_count; i++)
		same = str_eq(a->paths[i], b->paths[i]);
	return same;
}

static void find_what_is_shared(struct finding_block *block)
{
	const struct finding *first = block->rows[0];

	block->same_message = block->same_remediation = block->same_cause = true;
	block->same_fate = block->same_release = true;
	for (size_t i = 1; i < block->count; i++) {
		const struct finding *row = block->rows[i];

		block->same_message = block->same_message && str_eq(first->message, row->message);
		block->same_remediation =
		    block->same_remediation && str_eq(first->remediation, row->remediation);
		block->same_cause = block->same_cause && same_causes(first, row);
		block->same_fate = block->same_fate && first->waiver == row->waiver;
		block->same_release = block->same_release && str_eq(first->release, row->release);
	}
	/* of a single one it stands beside its name */
	if (block->count == 1 && first->kind != FINDING_ERROR)
		block->same_message = false;
}

static size_t count_blocks(const struct finding *const *rows, size_t count)
{
	size_t blocks = 0;

	for (size_t i = 0; i < count; i++)
		blocks += i == 0 || compare_blocks(rows[i - 1], rows[i]) != 0;
	return blocks;
}

static void add_blocks(
    struct arena *arena, const struct finding *const *rows, size_t count, struct findings *out)
{
	size_t block_count = count_blocks(rows, count), at = 0, end;
	struct finding_block *blocks = arena_array(arena, struct finding_block, block_count + 1);

	for (size_t i = 0; i < block_count; i++, at = end) {
		enum finding_section section = section_of(rows[at]);

		end = at + 1;
		while (end < count && compare_blocks(rows[at], rows[end]) == 0)
			end++;
		blocks[i] = (struct finding_block){.verdict = out->verdict,
		    .after_apply = out->after_apply,
		    .rows = rows + at,
		    .count = end - at};
		find_what_is_shared(&blocks[i]);
		if (out->block_counts[section]++ == 0)
			out->blocks[section] = &blocks[i];
		out->counts[section] += end - at;
	}
}

/* What was left out is known by level only: an undecided one counts as a warning there. */
static void add_left_out(struct findings *out)
{
	static const enum finding_section sections[] = {
	    [LEVEL_INFO] = FINDINGS_NOTED,
	    [LEVEL_WARN] = FINDINGS_WARNED,
	    [LEVEL_DENY] = FINDINGS_DENIED,
	};

	for (size_t level = 0; level <= LEVEL_DENY; level++) {
		out->left_out[sections[level]] = out->verdict->left_out[level];
		out->counts[sections[level]] += out->verdict->left_out[level];
	}
}

/* Nearly always: the verdict's own order is close to that of the blocks. */
static bool is_in_order(const struct finding *const *rows, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		if (compare_blocks(rows[i - 1], rows[i]) > 0)
			return false;
	}
	return true;
}

void findings_of(
    struct arena *arena, const struct verdict *verdict, bool after_apply, struct findings *out)
{
	size_t count = verdict->finding_count;
	const struct finding **rows =
	    arena_alloc(arena, (count + 1) * sizeof(const struct finding *));

	*out = (struct findings){.verdict = verdict, .after_apply = after_apply};
	for (size_t i = 0; i < count; i++) {
		rows[i] = &verdict->findings[i];
		out->released += rows[i]->fate == FATE_RELEASED;
	}
	if (count > 1 && !is_in_order(rows, count))
		qsort((void *)rows, count, sizeof(const struct finding *), compare_rows);
	add_blocks(arena, rows, count, out);
	add_left_out(out);
}

bool verdict_is_told(const struct outcome *outcome, const struct verdict *verdict)
{
	if (verdict->withheld.len > 0)
		return !outcome->errored && outcome->result != PLAN_ERROR;
	return verdict->evaluated && (verdict->rules > 0 || verdict->finding_count > 0 ||
					 verdict->waiver_count > 0 || verdict->nothing_evaluated);
}

enum finding_section findings_first_open(bool decided_again)
{
	return decided_again ? FINDINGS_WARNED : FINDINGS_UNDECIDED;
}

size_t findings_notes(const struct findings *findings, const struct str **notes)
{
	const struct verdict *verdict = findings->verdict;
	bool is_told = findings->says_all || verdict->rules > 0 || verdict->nothing_evaluated;

	*notes = verdict->notes;
	return is_told ? verdict->note_count : 0;
}

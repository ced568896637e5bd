/*
 * Findings of other tools under the levels of this directory: what an override says of a rule of a
 * tool, the stricter of the chains. Those of a disabled rule are counted in a note, nothing else.
 */

#include "base/arena.h"
#include "policies/evaluator.h"

#define CHAINS_MAX 102 /* trusted, head, and of directories that it may take over */

/* Have the owners let go what the head loosens about this rule? */
static bool is_released(const struct evaluator *evaluator, struct str rule)
{
	const struct evaluation *evaluation = evaluator->evaluation;
	struct str rest = rule, tool;

	if (ruleset_names_tool_rule(evaluation->trusted, rule) ||
	    ruleset_names_tool_rule(evaluation->head, rule))
		return rule_is_released(evaluator, rule);
	if (!str_split(&rest, ':', &tool))
		return false;
	return rule_is_released(evaluator, str_format(evaluator->trace, "%.*s:*", STR_ARG(tool)));
}

static size_t find_chains(
    const struct evaluator *evaluator, struct str rule, const struct ruleset **chains)
{
	const struct evaluation *evaluation = evaluator->evaluation;
	size_t count = 0;

	if (evaluation->trusted && !is_released(evaluator, rule))
		chains[count++] = evaluation->trusted;
	for (size_t i = 0; i < evaluation->moved_count && count + 1 < CHAINS_MAX; i++)
		chains[count++] = evaluation->moved[i].rules;
	chains[count++] = evaluation->head;
	return count;
}

/* False: every chain has the rule disabled. */
static bool decide_level(const struct evaluator *evaluator, struct finding *finding)
{
	const struct ruleset *chains[CHAINS_MAX];
	size_t count = find_chains(evaluator, finding->rule_id, chains);
	enum level strictest = LEVEL_INFO;
	bool enabled = false;

	for (size_t i = 0; i < count; i++) {
		struct tool_level says = ruleset_tool_level(chains[i], finding->rule_id);
		enum level level = says.has_level ? says.level : finding->rule_level;

		if (says.disabled)
			continue;
		enabled = true;
		if (level > strictest)
			strictest = level;
	}
	finding->rule_level = strictest;
	/* what the tool itself suppressed stays a note */
	if (finding->fate == FATE_STANDS)
		finding->level = strictest;
	return enabled;
}

void imported_add(struct evaluator *evaluator)
{
	const struct evaluation *evaluation = evaluator->evaluation;

	for (size_t i = 0; i < evaluation->imported_count; i++) {
		struct arena_mark mark = arena_save(evaluator->trace);
		struct finding finding = evaluation->imported[i];

		if (decide_level(evaluator, &finding))
			finding_add(evaluator, &finding);
		else
			evaluator->switched_off++;
		arena_rewind(evaluator->trace, mark);
	}
}

struct str imported_note(const struct evaluator *evaluator)
{
	size_t count = evaluator->switched_off;

	if (count == 0)
		return STR_EMPTY;
	return str_format(evaluator->arena,
	    "%zu finding%s of other tools left out: an override disables the rule%s", count,
	    count == 1 ? "" : "s", count == 1 ? "" : "s");
}

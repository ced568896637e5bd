/*
 * `override:` of rules of other tools ("tflint:x", "tflint:*"): nobody here knows these rules, only
 * what their findings count as.
 */

#include "base/arena.h"
#include "policies/ruleset_compare.h"

bool is_tool_rule(struct str rule)
{
	return str_contains(rule, STR(":"));
}

static bool is_all_rules(struct str rule)
{
	return str_ends(rule, STR(":*"));
}

/* --- the chain --- */

/* A name that no finding can have would be an override that never works. */
static const char *name_fault(struct str rule)
{
	struct str rest = rule, tool = STR_EMPTY;
	size_t star;

	(void)str_split(&rest, ':', &tool);
	if (tool.len == 0 || rest.len == 0)
		return "expected TOOL:RULE";
	for (size_t i = 0; i < tool.len; i++) {
		if (tool.ptr[i] >= 'A' && tool.ptr[i] <= 'Z')
			return "write the tool in lower case, as its findings do";
	}
	if (str_find(rule, STR("*"), &star) && (!is_all_rules(rule) || star + 1 < rule.len))
		return "'*' stands for all rules of a tool ('tflint:*'), not for a part of a name";
	return NULL;
}

static void set_override(struct chain *chain, const struct rule_override *override)
{
	struct ruleset *set = chain->set;
	const char *fault = name_fault(override->rule);

	if (fault == NULL && override->param_count > 0)
		fault = "a rule of another tool has a level and can be disabled; it has no params";
	if (fault == NULL && set->tool_override_count == RULESET_NAMES_MAX)
		fault = "too many overrides of rules of other tools";
	if (fault != NULL) {
		policy_problem(chain->problems, &override->place, "override '%.*s': %s",
		    STR_ARG(override->rule), fault);
		return;
	}
	set->tool_overrides = array_room(chain->arena, set->tool_overrides,
	    set->tool_override_count, sizeof(*set->tool_overrides));
	set->tool_overrides[set->tool_override_count++] = *override;
}

/* Of one file what names a rule counts more than what names all of its tool, wherever it stands. */
void chain_override_tools(struct chain *chain)
{
	const struct policy_file *own = chain->own;

	for (int exact = 0; own != NULL && exact < 2; exact++) {
		for (size_t i = 0; i < own->override_count; i++) {
			const struct rule_override *override = &own->overrides[i];

			if (is_tool_rule(override->rule) &&
			    is_all_rules(override->rule) == (exact == 0))
				set_override(chain, override);
		}
	}
}

/* --- what comes out --- */

static bool covers(const struct rule_override *override, struct str rule)
{
	struct str tool = override->rule;

	if (str_eq(tool, rule))
		return true;
	tool.len--; /* the star */
	return is_all_rules(override->rule) && str_starts(rule, tool);
}

struct tool_level ruleset_tool_level(const struct ruleset *set, struct str rule)
{
	struct tool_level level = {.place = {.file = STR_EMPTY}};

	for (size_t i = 0; i < set->tool_override_count; i++) {
		const struct rule_override *override = &set->tool_overrides[i];

		if (!covers(override, rule))
			continue;
		if (override->has_level) {
			level.has_level = true;
			level.level = override->level;
		}
		if (override->has_disabled)
			level.disabled = override->disabled;
		level.place = override->place;
	}
	return level;
}

bool ruleset_names_tool_rule(const struct ruleset *set, struct str rule)
{
	for (size_t i = 0; i < set->tool_override_count; i++) {
		if (str_eq(set->tool_overrides[i].rule, rule))
			return true;
	}
	return false;
}

/* --- two chains --- */

/* Which level the tool gives is not known here: only `deny` is surely no lower, and what is `info`
 * cannot be lowered. */
static struct str loosened(
    struct arena *arena, const struct tool_level *from, const struct tool_level *to)
{
	if (from->disabled)
		return STR_EMPTY;
	if (to->disabled)
		return STR("disabled");
	if (from->has_level && to->has_level && to->level < from->level)
		return str_format(
		    arena, "level %s -> %s", level_name(from->level), level_name(to->level));
	if (!from->has_level && to->has_level && to->level != LEVEL_DENY)
		return str_format(arena, "the tool's level -> %s", level_name(to->level));
	if (from->has_level && !to->has_level && from->level != LEVEL_INFO)
		return str_format(arena, "level %s -> the tool's", level_name(from->level));
	return STR_EMPTY;
}

static void compare_tool_rule(struct comparing *at, struct str rule)
{
	struct tool_level from = ruleset_tool_level(at->trusted, rule);
	struct tool_level to = ruleset_tool_level(at->head, rule);
	struct str what = loosened(at->arena, &from, &to);

	if (what.len > 0)
		compare_add_rule(at,
		    compare_add(at, rule, what, &from.place, to.place.line > 0 ? &to.place : NULL),
		    rule);
}

static bool is_named_before(const struct ruleset *set, size_t count, struct str rule)
{
	for (size_t i = 0; i < count; i++) {
		if (str_eq(set->tool_overrides[i].rule, rule))
			return true;
	}
	return false;
}

void compare_tools(struct comparing *at)
{
	const struct ruleset *trusted = at->trusted, *head = at->head;

	for (size_t i = 0; i < trusted->tool_override_count; i++) {
		if (!is_named_before(trusted, i, trusted->tool_overrides[i].rule))
			compare_tool_rule(at, trusted->tool_overrides[i].rule);
	}
	for (size_t i = 0; i < head->tool_override_count; i++) {
		struct str rule = head->tool_overrides[i].rule;

		if (!is_named_before(head, i, rule) && !ruleset_names_tool_rule(trusted, rule))
			compare_tool_rule(at, rule);
	}
}

/*
 * Was a violation there before this plan? Then it is a debt, not a change, and at most warns.
 *
 * The rule runs again on `before` in the place of `after`. Only for rules that judge what will be
 * there and nothing of what happens (the action, what changes, what is replaced), and only when the
 * value it judges is the same.
 */

#include "base/arena.h"
#include "base/err.h"
#include "parser/path.h"
#include "policies/changed.h"
#include "policies/evaluator.h"

/* Fields of `resource` that a plan cannot change. */
static const char *const constant_fields[] = {
    "address", "index", "mode", "module", "name", "provider", "provider_config", "type"};

static bool is_constant(struct str field)
{
	for (size_t i = 0; i < ARRAY_LEN(constant_fields); i++) {
		if (str_is(field, constant_fields[i]))
			return true;
	}
	return false;
}

static struct str first_step(struct str path)
{
	size_t end = 0;

	while (end < path.len && path.ptr[end] != '.' && path.ptr[end] != '[')
		end++;
	return str_from_to(path, 0, end);
}

/* `resource` as a whole goes into functions that read its `after` (iam_statements, ...). */
static bool is_about_after(const struct cel_program *program, bool *after)
{
	struct cel_paths paths = cel_paths(program);

	for (size_t i = 0; i < paths.count; i++) {
		struct str path = paths.items[i], field;

		if (str_starts(path, STR("plan.")) || str_is(path, "plan"))
			return false;
		if (!str_eat(&path, STR("resource")))
			continue;
		(void)str_eat(&path, STR("."));
		field = first_step(path);
		if (field.len == 0 || str_is(field, "after"))
			*after = true;
		else if (!is_constant(field))
			return false;
	}
	return !cel_calls(program, "changed") && !cel_calls(program, "replaced_by");
}

bool preexisting_possible(const struct rule *rule, const struct rule_programs *programs)
{
	const struct cel_program *all[] = {programs->each, programs->when, programs->condition};
	bool after = false;

	/* one that does not look at what is made anew is about what happens to what is there:
	 * "what is tagged frozen is not updated" would deny nothing otherwise */
	if ((rule->match.actions & MATCH_CREATE) == 0)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		if (all[i] && !is_about_after(all[i], &after))
			return false;
	}
	return after;
}

/* An update that touches a tag, a no-op, a replacement by the same: not what is made anew. */
static bool has_both_sides(const struct change *change)
{
	enum action action = change->head.action;

	return (action == ACTION_UPDATE || action == ACTION_NOOP || action_is_replace(action)) &&
	       change->before.kind == VALUE_MAP && change->after.kind == VALUE_MAP;
}

/* The values at the paths that the program mentions are the same on both sides. */
static bool same_values(
    struct arena *arena, const struct cel_program *program, const struct change *change)
{
	struct cel_paths paths = program ? cel_paths(program) : (struct cel_paths){0};

	for (size_t i = 0; i < paths.count; i++) {
		struct str path = paths.items[i];

		/* as a whole, in a function that reads its `after` */
		if (str_is(path, "resource"))
			path = STR("resource.after");
		if (!str_eat(&path, STR("resource.after")))
			continue;
		(void)str_eat(&path, STR("."));
		if (path.len == 0)
			return value_sameness(&change->before, &change->after) == SAME;
		if (value_sameness(path_value(arena, change->before, path),
			path_value(arena, change->after, path)) != SAME)
			return false;
	}
	return true;
}

/* Items name the block they come from, which moves when another is inserted before it. */
static bool same_item(struct value a, struct value b)
{
	if (a.kind != VALUE_MAP || b.kind != VALUE_MAP || a.len != b.len)
		return a.kind < CEL_FIRST && b.kind < CEL_FIRST && value_equal(a, b);
	for (uint32_t i = 0; i < a.len; i++) {
		struct str key = value_text(a.as.entries[i].key);
		const struct value *other = value_get(b, key);

		if (!str_is(key, "attribute") &&
		    value_sameness(&a.as.entries[i].value, other) != SAME)
			return false;
	}
	return true;
}

/* The rule on the other side, which stands in the activation already. */
static bool violated_before(
    struct evaluator *evaluator, const struct judged_rule *rule, struct value item, bool has_item)
{
	struct ruling ruling;
	struct value items;

	if (!judge_items(evaluator, rule, NULL, &items, &ruling))
		return false;
	for (uint32_t i = 0; i < items.len; i++) {
		struct value candidate = cel_load(items.as.items[i]);

		if (has_item && !same_item(candidate, item))
			continue;
		ruling = judge_item(evaluator, rule, candidate, i, NULL);
		if (ruling.end == RULE_VIOLATION)
			return true;
	}
	return false;
}

bool preexisting(
    struct evaluator *evaluator, const struct judged_rule *rule, struct value item, bool has_item)
{
	const struct change *change = evaluator->change;
	struct change *before;
	struct err err = {0};
	bool was_there;

	if (!change || !has_both_sides(change))
		return false;
	if (!same_values(evaluator->trace, rule->programs->condition, change) ||
	    !same_values(evaluator->trace, rule->programs->when, change))
		return false;
	before = arena_make(evaluator->trace, struct change);
	*before = *change;
	before->after = change->before;
	if (!judge_view(evaluator, evaluator->trace, before, HOST_RAW, &err))
		return false;
	was_there = violated_before(evaluator, rule, item, has_item);
	return judge_view(evaluator, evaluator->scratch, change, HOST_RAW, &err) && was_there;
}

/* Which rules are in force in the directory: `disabled`, `dirs` and `labels`, decided once. */

#include "base/arena.h"
#include "base/glob.h"
#include "policies/match.h"
#include "policies/ruleset_chain.h"

struct str path_below(struct str directory, struct str path)
{
	struct str rest = path;

	if (directory.len == 0)
		return path;
	if (!str_eat(&rest, directory) || (rest.len > 0 && !str_eat(&rest, STR("/"))))
		return STR_EMPTY;
	return rest;
}

/* "./envs/prod/" is "envs/prod", "." the directory of the file itself. */
static struct str clean_pattern(struct str pattern)
{
	(void)str_eat(&pattern, STR("./"));
	if (pattern.len > 1)
		(void)str_eat_end(&pattern, STR("/"));
	return str_is(pattern, ".") ? STR_EMPTY : pattern;
}

/* Empty: the directory matches. */
static struct str dirs_problem(
    struct arena *arena, const struct policy_names *dirs, struct str path)
{
	bool included = false, has_inclusion = false;

	for (size_t i = 0; i < dirs->count; i++) {
		struct str pattern = dirs->items[i];
		bool excludes = str_eat(&pattern, STR("!"));

		has_inclusion |= !excludes;
		if (!glob_match(clean_pattern(pattern), path))
			continue;
		if (excludes)
			return str_format(arena, "dirs: '%.*s'", STR_ARG(dirs->items[i]));
		included = true;
	}
	if (included || !has_inclusion)
		return STR_EMPTY;
	return str_format(arena, "dirs: none matches '%.*s'", STR_ARG(path));
}

/* A text or a list of texts, as `match.labels` has them. */
static struct policy_names value_names(struct arena *arena, struct value value)
{
	size_t count = value.kind == VALUE_LIST ? value.len : 1;
	struct str *items = arena_array(arena, struct str, count);

	for (size_t i = 0; i < count; i++)
		items[i] = value_text(value.kind == VALUE_LIST ? value.as.items[i] : value);
	return (struct policy_names){items, count};
}

static struct str label_of(const struct ruleset *set, struct str name, bool *found)
{
	for (size_t i = 0; i < set->label_count; i++) {
		if (!str_eq(set->labels[i].name, name))
			continue;
		*found = true;
		return value_text(set->labels[i].value);
	}
	*found = false;
	return STR_EMPTY;
}

static struct str labels_problem(const struct ruleset *set, struct value labels)
{
	for (uint32_t i = 0; labels.kind == VALUE_MAP && i < labels.len; i++) {
		struct str name = value_text(labels.as.entries[i].key);
		struct policy_names wanted = value_names(set->arena, labels.as.entries[i].value);
		bool found;
		struct str label = label_of(set, name, &found);

		/* a label that is not there matches what only excludes */
		if (match_names(&wanted, label))
			continue;
		return found ? str_format(set->arena, "labels: %.*s is '%.*s'", STR_ARG(name),
				   STR_ARG(label))
			     : str_format(set->arena, "labels: %.*s is not set", STR_ARG(name));
	}
	return STR_EMPTY;
}

struct str ruleset_rule_elsewhere(const struct ruleset *ruleset, size_t rule)
{
	const struct rule *row = &ruleset->rules[rule];
	struct str why = dirs_problem(
	    ruleset->arena, &row->match.dirs, path_below(row->directory, ruleset->directory));

	return why.len > 0 ? why : labels_problem(ruleset, row->match.labels);
}

/* Why the rule is not in force, with the place that says so. */
static struct str find_reason(
    const struct ruleset *set, const struct rule *rule, struct policy_place *place)
{
	*place = rule->place;
	for (size_t i = 0; rule->disabled && i < rule->change_count; i++) {
		if (str_is(rule->changes[i].what, "disabled"))
			*place = rule->changes[i].place;
	}
	return rule->disabled ? STR("disabled")
			      : ruleset_rule_elsewhere(set, (size_t)(rule - set->rules));
}

void chain_decide_force(struct chain *chain)
{
	struct ruleset *set = chain->set;
	size_t count = set->rule_total, out = 0;
	struct rule *rules = arena_array(chain->arena, struct rule, count);
	struct rule_state *states = arena_array(chain->arena, struct rule_state, count);

	for (size_t i = 0; i < count; i++) {
		struct rule_state *state = &set->states[i];

		state->inactive = find_reason(set, &set->rules[i], &state->inactive_place);
		/* found again with the variables as they are now */
		state->sees = NULL;
		set->rule_count += state->inactive.len == 0;
	}
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < count; i++) {
			if ((set->states[i].inactive.len > 0) != (pass == 1))
				continue;
			rules[out] = set->rules[i];
			states[out++] = set->states[i];
		}
	}
	set->rules = rules;
	set->states = states;
}

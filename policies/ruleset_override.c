/* `override:` of inherited rules, and what a lock says of it; waivers under locks. */

#include "base/arena.h"
#include "policies/ruleset_chain.h"

static void add_change(
    struct chain *chain, struct rule *rule, const struct policy_place *place, struct str what)
{
	rule->changes =
	    array_room(chain->arena, rule->changes, rule->change_count, sizeof(*rule->changes));
	rule->changes[rule->change_count++] = (struct rule_change){what, *place};
}

static bool is_locked(const struct chain *chain, size_t i, enum rule_lock least)
{
	return chain->set->rules[i].lock >= least && chain->set->states[i].depth < chain->depth;
}

static void override_level(struct chain *chain, size_t i, const struct rule_override *override)
{
	struct rule *rule = &chain->set->rules[i];

	if (override->level == rule->level)
		return;
	if (is_locked(chain, i, LOCK_WEAKEN) && override->level < rule->level) {
		policy_problem(chain->problems, &override->place,
		    "%.*s: its level may only rise; %.*s sets %s, which is below %s",
		    STR_ARG(lock_text(chain->arena, rule)),
		    STR_ARG(place_text(chain->arena, &override->place)),
		    level_name(override->level), level_name(rule->level));
		return;
	}
	add_change(chain, rule, &override->place,
	    str_format(chain->arena, "level %s -> %s", level_name(rule->level),
		level_name(override->level)));
	rule->level = override->level;
}

static void override_disabled(struct chain *chain, size_t i, const struct rule_override *override)
{
	struct rule *rule = &chain->set->rules[i];

	if (override->disabled == rule->disabled)
		return;
	if (is_locked(chain, i, LOCK_WEAKEN) && override->disabled) {
		policy_problem(chain->problems, &override->place,
		    "%.*s may not be disabled at %.*s", STR_ARG(lock_text(chain->arena, rule)),
		    STR_ARG(place_text(chain->arena, &override->place)));
		return;
	}
	add_change(chain, rule, &override->place,
	    override->disabled ? STR("disabled") : STR("enabled again"));
	rule->disabled = override->disabled;
}

/* --- params of one rule --- */

/* A message may use a param, too; that is not worth looking for. */
static bool rule_uses_param(struct chain *chain, size_t i, struct str name)
{
	const struct rule *rule = &chain->set->rules[i];
	struct mentions sees = {0};

	/* not ruleset_sees(): variables of a directory below may still change this */
	rule_sees(chain->arena, rule, chain->set->states[i].space, &sees);
	return mentions_field(&sees, VARIABLE_params, name) ||
	       str_contains(rule->message.text, STR("params")) ||
	       str_contains(rule->remedy.text, STR("params"));
}

static const struct param *param_now(const struct ruleset *set, size_t i, struct str name)
{
	const struct rule_state *state = &set->states[i];

	for (size_t k = 0; k < state->param_count; k++) {
		if (str_eq(state->params[k].name, name))
			return &state->params[k];
	}
	return params_find(set->params, set->param_count, name);
}

/* Replaces or adds; a new array, because the old one may be shown elsewhere. */
static void set_param(struct chain *chain, size_t i, const struct param *param)
{
	struct rule_state *state = &chain->set->states[i];
	struct param *params = arena_array(chain->arena, struct param, state->param_count + 1);
	size_t count = 0;

	for (size_t k = 0; k < state->param_count; k++) {
		if (!str_eq(state->params[k].name, param->name))
			params[count++] = state->params[k];
	}
	params[count++] = *param;
	state->params = params;
	state->param_count = count;
}

static bool lock_allows_param(
    struct chain *chain, size_t i, const struct param *now, const struct param *next)
{
	struct str why;

	if (!is_locked(chain, i, LOCK_WEAKEN) ||
	    param_is_tighter(chain->arena, now->tighten, now->value, next->value, &why))
		return true;
	policy_problem(chain->problems, &next->place, "%.*s: %.*s sets params.%.*s to %.*s, %.*s",
	    STR_ARG(lock_text(chain->arena, &chain->set->rules[i])),
	    STR_ARG(place_text(chain->arena, &next->place)), STR_ARG(next->name),
	    STR_ARG(param_text(chain->arena, next->value)), STR_ARG(why));
	return false;
}

static void override_param(struct chain *chain, size_t i, const struct param *written)
{
	struct ruleset *set = chain->set;
	struct rule *rule = &set->rules[i];
	const struct param *now = param_now(set, i, written->name);
	struct param next = *written;

	if (now == NULL || !rule_uses_param(chain, i, written->name)) {
		policy_problem(chain->problems, &written->place,
		    now == NULL ? "there is no params.%.*s for rule '%.*s' (%.*s)"
				: "params.%.*s is not used by rule '%.*s' (%.*s)",
		    STR_ARG(written->name), STR_ARG(rule->id),
		    STR_ARG(place_text(chain->arena, &rule->place)));
		return;
	}
	if (!param_convert(chain, &next, now) || value_equal(now->value, next.value) ||
	    !lock_allows_param(chain, i, now, &next))
		return;
	add_change(chain, rule, &next.place,
	    str_format(chain->arena, "params.%.*s %.*s -> %.*s", STR_ARG(next.name),
		STR_ARG(param_text(chain->arena, now->value)),
		STR_ARG(param_text(chain->arena, next.value))));
	set_param(chain, i, &next);
}

/* --- one override --- */

/* The rule that it may change; SIZE_MAX: told why not. */
static size_t find_target(struct chain *chain, const struct rule_override *override)
{
	size_t i = chain_find_rule(chain, override->rule);
	const struct rule *rule;

	if (i == SIZE_MAX) {
		policy_problem(chain->problems, &override->place,
		    "override: there is no rule '%.*s' here or above%.*s", STR_ARG(override->rule),
		    STR_ARG(chain_suggest_rule(chain, override->rule)));
		return SIZE_MAX;
	}
	rule = &chain->set->rules[i];
	if (str_eq(rule->place.file, chain->own->name)) {
		policy_problem(chain->problems, &override->place,
		    "override: rule '%.*s' is of this file: change it in line %d",
		    STR_ARG(override->rule), rule->place.line);
		return SIZE_MAX;
	}
	if (is_locked(chain, i, LOCK_ALL)) {
		policy_problem(chain->problems, &override->place,
		    "%.*s may not be overridden at %.*s", STR_ARG(lock_text(chain->arena, rule)),
		    STR_ARG(place_text(chain->arena, &override->place)));
		return SIZE_MAX;
	}
	return i;
}

static void apply_override(struct chain *chain, const struct rule_override *override)
{
	size_t i = find_target(chain, override);

	if (i == SIZE_MAX)
		return;
	if (override->has_level)
		override_level(chain, i, override);
	if (override->has_disabled)
		override_disabled(chain, i, override);
	for (size_t k = 0; k < override->param_count; k++)
		override_param(chain, i, &override->params[k]);
}

void chain_apply_overrides(struct chain *chain)
{
	for (size_t i = 0; chain->own != NULL && i < chain->own->override_count; i++) {
		if (!is_tool_rule(chain->own->overrides[i].rule))
			apply_override(chain, &chain->own->overrides[i]);
	}
	chain_override_tools(chain);
}

/* --- waivers --- */

static bool waiver_gives(const struct waiver *waiver, struct str what)
{
	const struct {
		const char *name;
		struct str text;
	} rows[] = {
	    {"reason", waiver->reason},
	    {"ticket", waiver->ticket},
	    {"approved_by", waiver->approved_by},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (str_is(what, rows[i].name))
			return rows[i].text.len > 0;
	}
	return true;
}

/* Why the chain does not let a waiver count; empty: it does. */
static struct str waiver_problem(struct chain *chain, const struct waiver *waiver)
{
	const struct ruleset *set = chain->set;
	size_t i = chain_find_rule(chain, waiver->rule);
	const struct rule *rule = i != SIZE_MAX ? &set->rules[i] : NULL;

	if (rule != NULL && !rule->waivable)
		return str_format(chain->arena, "rule '%.*s' (%.*s) cannot be waived",
		    STR_ARG(rule->id), STR_ARG(place_text(chain->arena, &rule->place)));
	/* both lie on the way to one directory: the longer one is the deeper one */
	if (rule != NULL && rule->lock == LOCK_ALL && waiver->directory.len > rule->directory.len)
		return str_format(chain->arena, "%.*s is waived only in '%.*s' or above",
		    STR_ARG(lock_text(chain->arena, rule)),
		    STR_ARG(rule->directory.len > 0 ? rule->directory : STR(".")));
	for (size_t k = 0; k < set->waiver_require.count; k++) {
		if (!waiver_gives(waiver, set->waiver_require.items[k]))
			return str_format(chain->arena, "waiver_policy (%.*s) wants '%.*s'",
			    STR_ARG(place_text(chain->arena, &set->waiver_policy_place)),
			    STR_ARG(set->waiver_require.items[k]));
	}
	return STR_EMPTY;
}

void chain_check_waivers(struct chain *chain)
{
	struct ruleset *set = chain->set;

	for (size_t i = 0; i < set->waiver_count; i++) {
		struct waiver *waiver = &set->waivers[i];

		waiver->is_trusted = waiver->is_head = true;
		if (waiver->problem.len == 0)
			waiver->problem = waiver_problem(chain, waiver);
	}
}

#include "policies/ruleset.h"

#include "base/arena.h"
#include "base/err.h"
#include "policies/ruleset_chain.h"
#include "policies/ruleset_programs.h"

#define WAIVER_DAYS_DEFAULT 90

/* --- values for the activation --- */

/* Names are unique by now. */
static struct value finish_map(struct arena *arena, struct value_entry *entries, size_t count)
{
	struct value map;
	struct str duplicate;

	if (!value_map(arena, entries, count, &map, &duplicate))
		return value_null();
	return map;
}

static struct value params_map(struct arena *arena, const struct ruleset *set,
    const struct param *changed, size_t changed_count)
{
	struct value_entry *entries = arena_array(arena, struct value_entry, set->param_count);

	for (size_t i = 0; i < set->param_count; i++) {
		const struct param *param = &set->params[i];

		entries[i] = (struct value_entry){value_string(param->name), param->value};
		for (size_t k = 0; k < changed_count; k++) {
			if (str_eq(changed[k].name, param->name))
				entries[i].value = changed[k].value;
		}
	}
	return finish_map(arena, entries, set->param_count);
}

static struct value labels_map(struct arena *arena, const struct ruleset *set)
{
	struct value_entry *entries = arena_array(arena, struct value_entry, set->label_count);

	for (size_t i = 0; i < set->label_count; i++)
		entries[i] =
		    (struct value_entry){value_string(set->labels[i].name), set->labels[i].value};
	return finish_map(arena, entries, set->label_count);
}

struct value ruleset_params(struct arena *arena, const struct ruleset *ruleset, size_t rule)
{
	const struct rule_state *state = &ruleset->states[rule];

	if (state->param_count == 0)
		return ruleset->params_value;
	return params_map(arena, ruleset, state->params, state->param_count);
}

size_t ruleset_find(const struct ruleset *ruleset, struct str id)
{
	for (size_t i = 0; i < ruleset->rule_total; i++) {
		if (str_eq(ruleset->rules[i].id, id))
			return i;
	}
	return SIZE_MAX;
}

/* --- loading --- */

static void load_level(struct chain *chain)
{
	chain->locked_known = false;
	chain_read_level(chain);
	chain_merge_settings(chain);
	chain_merge_labels(chain);
	chain_merge_params(chain);
	chain_merge_data(chain);
	chain_merge_variables(chain);
	chain_add_rules(chain);
	chain_apply_overrides(chain);
}

/* The root, then every directory on the way down. */
static void load_levels(struct chain *chain)
{
	struct str all = chain->set->directory, rest = all, part;

	chain->directory = STR_EMPTY;
	load_level(chain);
	while (str_split(&rest, '/', &part) && !chain->gave_up) {
		struct policy_place place = {.file = all};

		if (++chain->depth > RULESET_DEPTH_MAX) {
			policy_problem(chain->problems, &place,
			    "the directory lies more than %d levels deep", RULESET_DEPTH_MAX);
			return;
		}
		chain->directory = str_from_to(all, 0, (size_t)(part.ptr - all.ptr) + part.len);
		load_level(chain);
	}
}

static void finish(struct chain *chain)
{
	static const struct str reason[] = {STR_INIT("reason")};
	struct ruleset *set = chain->set;

	if (set->waiver_max_days == 0)
		set->waiver_max_days = WAIVER_DAYS_DEFAULT;
	if (set->waiver_require.count == 0)
		set->waiver_require = (struct policy_names){reason, 1};
	chain_check_waivers(chain);
	chain_decide_force(chain);
	set->params_value = params_map(set->arena, set, NULL, 0);
	set->labels_value = labels_map(set->arena, set);
	set->programs = arena_array(set->arena, struct rule_programs, set->rule_total);
	set->scope = ruleset_scope(set);
}

static struct str clean_directory(struct arena *arena, struct str directory)
{
	struct str clean;

	if (directory.len == 0 || str_is(directory, ".") ||
	    !source_join(arena, STR_EMPTY, directory, &clean))
		return STR_EMPTY;
	return str_is(clean, ".") ? STR_EMPTY : clean;
}

bool ruleset_load(struct arena *arena, const struct ruleset_request *request, struct ruleset **out,
    struct policy_problems *problems, struct err *err)
{
	struct ruleset *set = arena_make(arena, struct ruleset);
	struct chain chain = {
	    .arena = arena,
	    .request = request,
	    .problems = problems,
	    .set = set,
	    .err = err,
	};

	set->arena = arena;
	set->source = request->source->name;
	set->directory = clean_directory(arena, request->directory);
	set->undecided = LEVEL_WARN;
	set->owners_place.file = set->undecided_place.file = STR_EMPTY;
	set->require_rules_place.file = set->waiver_policy_place.file = STR_EMPTY;
	set->break_glass_place.file = STR_EMPTY;
	set->space = arena_make(arena, struct variable_space);
	*out = set;
	load_levels(&chain);
	if (chain.gave_up)
		return false;
	finish(&chain);
	if (request->check_all || request->check_own)
		ruleset_check(set, request->check_all, problems);
	return true;
}

/* Labels, variables, documents and settings of one directory over those of the ones above. */

#include "base/arena.h"
#include "policies/ruleset_chain.h"

#define WAIVER_DAYS_DEFAULT 90

/* --- names in general --- */

static bool is_used_file(const struct chain *chain, struct str name)
{
	for (size_t i = 0; i < chain->level_count; i++) {
		if (chain->level[i] != chain->own && str_eq(chain->level[i]->name, name))
			return true;
	}
	return false;
}

bool chain_clashes(
    const struct chain *chain, const struct policy_place *now, const struct policy_place *next)
{
	return !str_eq(now->file, next->file) && is_used_file(chain, now->file) &&
	       is_used_file(chain, next->file);
}

static bool has_name_room(
    struct chain *chain, const struct policy_place *place, size_t count, const char *what)
{
	if (count < RULESET_NAMES_MAX)
		return true;
	policy_problem(chain->problems, place, "more than %d %s", RULESET_NAMES_MAX, what);
	return false;
}

/* --- labels --- */

static struct label *find_label(struct label *labels, size_t count, struct str name)
{
	for (size_t i = 0; i < count; i++) {
		if (str_eq(labels[i].name, name))
			return &labels[i];
	}
	return NULL;
}

static void set_label(struct chain *chain, const struct label *label)
{
	struct ruleset *set = chain->set;
	struct label *now = find_label(set->labels, set->label_count, label->name);
	const struct rule *rule;

	if (now == NULL) {
		if (!has_name_room(chain, &label->place, set->label_count, "labels"))
			return;
		set->labels =
		    array_room(chain->arena, set->labels, set->label_count, sizeof(*set->labels));
		set->labels[set->label_count++] = *label;
		return;
	}
	if (value_equal(now->value, label->value))
		return;
	rule = chain_locked(chain, SEEN_LABEL, label->name);
	if (rule == NULL) {
		*now = *label;
		return;
	}
	policy_problem(chain->problems, &label->place,
	    "labels.%.*s is used by %.*s and locked with it: %.*s sets %.*s, which is not %.*s "
	    "(%.*s)",
	    STR_ARG(label->name), STR_ARG(lock_text(chain->arena, rule)),
	    STR_ARG(place_text(chain->arena, &label->place)),
	    STR_ARG(param_text(chain->arena, label->value)),
	    STR_ARG(param_text(chain->arena, now->value)),
	    STR_ARG(place_text(chain->arena, &now->place)));
}

void chain_merge_labels(struct chain *chain)
{
	struct policy_file *file = chain->own;
	struct label *parts = NULL;
	size_t count = 0;

	if (file == NULL)
		return;
	if (file->directories.text.len > 0)
		parts = chain_pattern_labels(chain, &file->directories,
		    path_below(chain->directory, chain->set->directory), &count);
	/* parts of the path speak of deeper directories than this one */
	for (size_t i = 0; i < file->label_count; i++) {
		if (find_label(parts, count, file->labels[i].name) == NULL)
			set_label(chain, &file->labels[i]);
	}
	for (size_t i = 0; i < count; i++)
		set_label(chain, &parts[i]);
}

/* --- variables --- */

/* Not by set->space: that one stays as it was above until all are merged. */
static struct named_text *find_variable(struct ruleset *set, struct str name)
{
	for (size_t i = 0; i < set->variable_count; i++) {
		if (str_eq(set->variables[i].name, name))
			return &set->variables[i];
	}
	return NULL;
}

static void add_variable(struct chain *chain, const struct named_text *variable)
{
	struct ruleset *set = chain->set;

	if (!has_name_room(chain, &variable->text.place, set->variable_count, "variables"))
		return;
	set->variables =
	    array_room(chain->arena, set->variables, set->variable_count, sizeof(*set->variables));
	set->variables[set->variable_count++] = *variable;
}

static void set_variable(struct chain *chain, const struct named_text *variable)
{
	struct named_text *now = find_variable(chain->set, variable->name);
	struct policy_place place = variable->text.place;
	enum policy_variable builtin;
	const struct rule *rule;

	if (policy_variable_find(variable->name, &builtin)) {
		policy_problem(chain->problems, &place,
		    "variables: '%.*s' has a meaning of its own", STR_ARG(variable->name));
		return;
	}
	if (now == NULL) {
		add_variable(chain, variable);
		return;
	}
	if (str_eq(now->text.text, variable->text.text))
		return;
	rule = chain_locked(chain, SEEN_VARIABLE, variable->name);
	if (rule != NULL)
		policy_problem(chain->problems, &place,
		    "variable '%.*s' is used by %.*s and locked with it: %.*s may not change it "
		    "(%.*s)",
		    STR_ARG(variable->name), STR_ARG(lock_text(chain->arena, rule)),
		    STR_ARG(place_text(chain->arena, &place)),
		    STR_ARG(place_text(chain->arena, &now->text.place)));
	else if (chain_clashes(chain, &now->text.place, &place))
		policy_problem(chain->problems, &place,
		    "variable '%.*s' is also given at %.*s; one of the two has to go",
		    STR_ARG(variable->name), STR_ARG(place_text(chain->arena, &now->text.place)));
	else
		*now = *variable;
}

void chain_merge_variables(struct chain *chain)
{
	struct ruleset *set = chain->set;

	for (size_t i = 0; i < chain->level_count; i++) {
		const struct policy_file *file = chain->level[i];

		/* those of a pack are its own: chain_add_rules() */
		for (size_t k = 0; file->kind != POLICY_PACK && k < file->variable_count; k++)
			set_variable(chain, &file->variables[k]);
	}
	variable_space_init(chain->arena, set->space, set->variables, set->variable_count);
}

/* --- documents --- */

static struct data_document *find_data(struct ruleset *set, struct str name)
{
	for (size_t i = 0; i < set->data_count; i++) {
		if (str_eq(set->data[i].name, name))
			return &set->data[i];
	}
	return NULL;
}

static void set_data(struct chain *chain, const struct data_document *document)
{
	struct ruleset *set = chain->set;
	struct data_document *now = find_data(set, document->name);
	const struct rule *rule;

	if (now == NULL) {
		if (!has_name_room(chain, &document->place, set->data_count, "documents"))
			return;
		set->data =
		    array_room(chain->arena, set->data, set->data_count, sizeof(*set->data));
		set->data[set->data_count++] = *document;
		return;
	}
	if (str_eq(now->path, document->path))
		return;
	rule = chain_locked(chain, SEEN_DATA, document->name);
	if (rule == NULL)
		*now = *document;
	else
		policy_problem(chain->problems, &document->place,
		    "data.%.*s is used by %.*s and locked with it: %.*s may not change it (%.*s)",
		    STR_ARG(document->name), STR_ARG(lock_text(chain->arena, rule)),
		    STR_ARG(place_text(chain->arena, &document->place)),
		    STR_ARG(place_text(chain->arena, &now->place)));
}

void chain_merge_data(struct chain *chain)
{
	for (size_t i = 0; chain->own != NULL && i < chain->own->data_count; i++)
		set_data(chain, &chain->own->data[i]);
}

/* --- settings --- */

static bool names_have(const struct policy_names *names, struct str name)
{
	for (size_t i = 0; i < names->count; i++) {
		if (str_eq(names->items[i], name))
			return true;
	}
	return false;
}

static void add_name(struct arena *arena, struct policy_names *names, struct str name)
{
	struct str *items;

	if (names_have(names, name))
		return;
	items = arena_array(arena, struct str, names->count + 1);
	for (size_t i = 0; i < names->count; i++)
		items[i] = names->items[i];
	items[names->count] = name;
	*names = (struct policy_names){items, names->count + 1};
}

/* The strictest of the chain counts. */
static void merge_waiver_policy(struct ruleset *set, const struct policy_file *file)
{
	if (!file->has_waiver_policy)
		return;
	if (file->waiver_max_days > 0 &&
	    (set->waiver_max_days == 0 || file->waiver_max_days < set->waiver_max_days))
		set->waiver_max_days = file->waiver_max_days;
	for (size_t i = 0; i < file->waiver_require.count; i++)
		add_name(set->arena, &set->waiver_require, file->waiver_require.items[i]);
	set->waiver_policy_place = file->waiver_policy_place;
}

/* Nobody below may let others release what a directory above guards. */
static void merge_owners(struct chain *chain, const struct policy_file *file)
{
	struct ruleset *set = chain->set;

	if (file->owners_team.count > 0)
		set->owners_team = file->owners_team;
	if (file->owners_policy.count == 0)
		return;
	for (size_t i = 0; set->owners_policy.count > 0 && i < file->owners_policy.count; i++) {
		if (names_have(&set->owners_policy, file->owners_policy.items[i]))
			continue;
		policy_problem(chain->problems, &file->owners_place,
		    "owners.policy: '%.*s' is not among those of %.*s; a directory below can only "
		    "name fewer",
		    STR_ARG(file->owners_policy.items[i]),
		    STR_ARG(place_text(chain->arena, &set->owners_place)));
		return;
	}
	set->owners_policy = file->owners_policy;
	set->owners_place = file->owners_place;
}

static void merge_break_glass(struct chain *chain, const struct policy_file *file)
{
	struct ruleset *set = chain->set;

	if (!file->has_break_glass)
		return;
	if (chain->depth > 0) {
		policy_problem(chain->problems, &file->break_glass_place,
		    "break_glass is for the root file only: move it to ./" POLICY_FILE);
		return;
	}
	set->has_break_glass = true;
	set->break_glass_who = file->break_glass_who;
	set->break_glass_notify = file->break_glass_notify;
	set->break_glass_place = file->break_glass_place;
}

void chain_merge_settings(struct chain *chain)
{
	const struct policy_file *file = chain->own;
	struct ruleset *set = chain->set;

	if (file == NULL)
		return;
	if (file->has_undecided &&
	    (set->undecided_place.line == 0 || file->undecided > set->undecided)) {
		set->undecided = file->undecided;
		set->undecided_place = file->undecided_place;
	}
	if (file->has_require_rules &&
	    (set->require_rules_place.line == 0 || (file->require_rules && !set->require_rules))) {
		set->require_rules = file->require_rules;
		set->require_rules_place = file->require_rules_place;
	}
	merge_waiver_policy(set, file);
	merge_owners(chain, file);
	merge_break_glass(chain, file);
}

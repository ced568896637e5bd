/* What rules depend on, in the trusted chain and in the head's; and the settings. */

#include "base/arena.h"
#include "policies/ruleset_compare.h"

/* --- names that rules depend on --- */

/* One name with those that see it. */
struct users {
	const struct ruleset *set;
	const struct seen_names *names;
	enum seen_kind kind;
	struct str name;
	size_t first, count; /* rules */
};

static struct str used_by(struct arena *arena, const struct users *users)
{
	struct str first = users->set->rules[users->first].id;

	if (users->count > 1)
		return str_format(
		    arena, "used by '%.*s' and %zu more", STR_ARG(first), users->count - 1);
	return str_format(arena, "used by '%.*s'", STR_ARG(first));
}

static void add_rules_seeing(
    struct comparing *at, struct weakening *weakening, const struct users *users, struct str name)
{
	struct seen_name wanted = {users->kind, name, 0};

	for (size_t i = seen_find(users->names, &wanted); i < users->names->count; i++) {
		const struct seen_name *item = &users->names->items[i];

		if (item->kind != users->kind || !str_eq(item->name, name))
			return;
		compare_add_rule(at, weakening, users->set->rules[item->rule].id);
	}
}

static void add_users_of(
    struct comparing *at, struct weakening *weakening, const struct users *users)
{
	add_rules_seeing(at, weakening, users, users->name);
	add_rules_seeing(at, weakening, users, STR_EMPTY);
}

static void compare_param(struct comparing *at, const struct param *from, const struct users *users)
{
	const struct param *to = params_find(at->head->params, at->head->param_count, from->name);
	struct str name = str_format(at->arena, "params.%.*s", STR_ARG(from->name)), why;

	if (to == NULL)
		return; /* who still uses it does not compile */
	if (to->tighten != from->tighten)
		add_users_of(at,
		    compare_add(at, name,
			str_format(at->arena, "tighten %s -> %s, %.*s", tighten_name(from->tighten),
			    tighten_name(to->tighten), STR_ARG(used_by(at->arena, users))),
			&from->place, &to->place),
		    users);
	if (!param_is_tighter(at->arena, from->tighten, from->value, to->value, &why))
		add_users_of(at,
		    compare_add(at, name,
			str_format(at->arena, "%.*s -> %.*s, %.*s; %.*s",
			    STR_ARG(param_text(at->arena, from->value)),
			    STR_ARG(param_text(at->arena, to->value)), STR_ARG(why),
			    STR_ARG(used_by(at->arena, users))),
			&from->place, &to->place),
		    users);
}

static const struct label *find_label(const struct ruleset *set, struct str name)
{
	for (size_t i = 0; i < set->label_count; i++) {
		if (str_eq(set->labels[i].name, name))
			return &set->labels[i];
	}
	return NULL;
}

static struct str label_text(struct arena *arena, const struct label *label)
{
	return label != NULL ? param_text(arena, label->value) : STR("not set");
}

static void compare_label(struct comparing *at, struct str name, const struct users *users)
{
	const struct label *from = find_label(at->trusted, name);
	const struct label *to = find_label(at->head, name);

	if (from == to || (from != NULL && to != NULL && value_equal(from->value, to->value)))
		return;
	add_users_of(at,
	    compare_add(at, str_format(at->arena, "labels.%.*s", STR_ARG(name)),
		str_format(at->arena, "%.*s -> %.*s; %.*s", STR_ARG(label_text(at->arena, from)),
		    STR_ARG(label_text(at->arena, to)), STR_ARG(used_by(at->arena, users))),
		from != NULL ? &from->place : &to->place, to != NULL ? &to->place : NULL),
	    users);
}

static void compare_variable(
    struct comparing *at, const struct named_text *from, const struct users *users)
{
	size_t i = variable_space_find(at->head->space, from->name);
	const struct named_text *to = i != SIZE_MAX ? &at->head->variables[i] : NULL;

	if (to == NULL || str_eq(from->text.text, to->text.text))
		return; /* who still uses one that is gone does not compile */
	add_users_of(at,
	    compare_add(at, str_format(at->arena, "variables.%.*s", STR_ARG(from->name)),
		str_format(at->arena, "differs and cannot be proven stricter; %.*s",
		    STR_ARG(used_by(at->arena, users))),
		&from->text.place, &to->text.place),
	    users);
}

static void compare_document(
    struct comparing *at, const struct data_document *from, const struct users *users)
{
	const struct data_document *to = NULL;

	for (size_t i = 0; i < at->head->data_count; i++) {
		if (str_eq(at->head->data[i].name, from->name))
			to = &at->head->data[i];
	}
	if (to != NULL && str_eq(from->path, to->path))
		return;
	add_users_of(at,
	    compare_add(at, str_format(at->arena, "data.%.*s", STR_ARG(from->name)),
		str_format(at->arena, "%s; %.*s", to != NULL ? "another file" : "removed",
		    STR_ARG(used_by(at->arena, users))),
		&from->place, to != NULL ? &to->place : NULL),
	    users);
}

/* --- who uses what --- */

static void add_users(
    const struct seen_names *names, enum seen_kind kind, struct str name, struct users *users)
{
	struct seen_name wanted = {kind, name, 0};

	for (size_t i = seen_find(names, &wanted); i < names->count; i++) {
		const struct seen_name *item = &names->items[i];

		if (item->kind != kind || !str_eq(item->name, name))
			return;
		if (users->count++ == 0 || item->rule < users->first)
			users->first = item->rule;
	}
}

/* Those that see it, and those that see everything of its kind. */
static struct users users_of(const struct comparing *at, const struct seen_names *names,
    enum seen_kind kind, struct str name)
{
	struct users users = {.set = at->trusted, .names = names, .kind = kind, .name = name};

	add_users(names, kind, name, &users);
	add_users(names, kind, STR_EMPTY, &users);
	return users;
}

/* Labels come from both chains: one that is new may change what a rule says. */
static void compare_labels(struct comparing *at, const struct seen_names *names)
{
	const struct ruleset *sets[] = {at->trusted, at->head};

	for (size_t s = 0; s < ARRAY_LEN(sets); s++) {
		for (size_t i = 0; i < sets[s]->label_count; i++) {
			struct str name = sets[s]->labels[i].name;
			struct users users;

			if (s == 1 && find_label(at->trusted, name) != NULL)
				continue;
			users = users_of(at, names, SEEN_LABEL, name);
			if (users.count > 0)
				compare_label(at, name, &users);
		}
	}
}

void compare_names(struct comparing *at)
{
	const struct ruleset *set = at->trusted;
	struct seen_names names = {0};
	struct users users;

	for (size_t i = 0; i < set->rule_total; i++) {
		if (!set->rules[i].disabled)
			ruleset_seen_names(at->trusted, i, &names);
	}
	seen_sort(&names);
	compare_labels(at, &names);
	for (size_t i = 0; i < set->param_count; i++) {
		users = users_of(at, &names, SEEN_PARAM, set->params[i].name);
		if (users.count > 0)
			compare_param(at, &set->params[i], &users);
	}
	for (size_t i = 0; i < set->variable_count; i++) {
		users = users_of(at, &names, SEEN_VARIABLE, set->variables[i].name);
		if (users.count > 0)
			compare_variable(at, &set->variables[i], &users);
	}
	for (size_t i = 0; i < set->data_count; i++) {
		users = users_of(at, &names, SEEN_DATA, set->data[i].name);
		if (users.count > 0)
			compare_document(at, &set->data[i], &users);
	}
}

/* --- settings --- */

static void compare_waiver_policy(struct comparing *at)
{
	const struct ruleset *from = at->trusted, *to = at->head;
	struct str missing;

	if (to->waiver_max_days > from->waiver_max_days)
		compare_add(at, STR("waiver_policy.max_days"),
		    str_format(at->arena, "%lld -> %lld", (long long)from->waiver_max_days,
			(long long)to->waiver_max_days),
		    &from->waiver_policy_place, &to->waiver_policy_place);
	if (!names_within(&from->waiver_require, &to->waiver_require, &missing))
		compare_add(at, STR("waiver_policy.require"),
		    str_format(at->arena, "'%.*s' is no longer required", STR_ARG(missing)),
		    &from->waiver_policy_place, &to->waiver_policy_place);
}

/* A list in place of CODEOWNERS, or the other way round, lets others release. */
static void compare_owners(struct comparing *at)
{
	const struct policy_names *from = &at->trusted->owners_policy;
	const struct policy_names *to = &at->head->owners_policy;
	struct str missing, what = STR_EMPTY;

	if (from->count == 0 && to->count > 0)
		what = STR("set in place of CODEOWNERS");
	else if (from->count > 0 && to->count == 0)
		what = STR("removed, so that CODEOWNERS decides");
	else if (!names_within(to, from, &missing))
		what = str_format(at->arena, "'%.*s' added", STR_ARG(missing));
	if (what.len > 0)
		compare_add(at, STR("owners.policy"), what, &at->trusted->owners_place,
		    to->count > 0 ? &at->head->owners_place : NULL);
}

static void compare_break_glass(struct comparing *at)
{
	const struct ruleset *from = at->trusted, *to = at->head;
	struct str missing, what = STR_EMPTY;

	if (!to->has_break_glass)
		return;
	if (!from->has_break_glass)
		what = STR("added");
	else if (from->break_glass_who.count > 0 && to->break_glass_who.count == 0)
		what = STR("who: everybody");
	else if (from->break_glass_who.count > 0 &&
		 !names_within(&to->break_glass_who, &from->break_glass_who, &missing))
		what = str_format(at->arena, "who: '%.*s' added", STR_ARG(missing));
	if (what.len > 0)
		compare_add(
		    at, STR("break_glass"), what, &from->break_glass_place, &to->break_glass_place);
}

void compare_settings(struct comparing *at)
{
	const struct ruleset *from = at->trusted, *to = at->head;

	if (to->undecided < from->undecided)
		compare_add(at, STR("undecided"),
		    str_format(at->arena, "%s -> %s", level_name(from->undecided),
			level_name(to->undecided)),
		    &from->undecided_place, &to->undecided_place);
	if (from->require_rules && !to->require_rules)
		compare_add(at, STR("require_rules"), STR("true -> false"),
		    &from->require_rules_place, &to->require_rules_place);
	compare_waiver_policy(at);
	compare_owners(at);
	compare_break_glass(at);
}

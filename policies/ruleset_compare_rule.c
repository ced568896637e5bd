/* One rule in the trusted chain and in the head's. Only what is provably stricter is free. */

#include "base/arena.h"
#include "policies/ruleset_compare.h"

/* --- one property each: empty when the head's is as strict --- */

typedef struct str check(const struct rule_pair *pair);

static struct str from_to(
    const struct rule_pair *pair, const char *what, const char *from, const char *to)
{
	return str_format(pair->comparing->arena, "%s %s -> %s", what, from, to);
}

static struct str check_level(const struct rule_pair *pair)
{
	if (pair->head->level >= pair->trusted->level)
		return STR_EMPTY;
	return from_to(
	    pair, "level", level_name(pair->trusted->level), level_name(pair->head->level));
}

static struct str check_disabled(const struct rule_pair *pair)
{
	return pair->head->disabled ? STR("disabled") : STR_EMPTY;
}

static struct str check_lock(const struct rule_pair *pair)
{
	if (pair->head->lock >= pair->trusted->lock)
		return STR_EMPTY;
	return from_to(
	    pair, "lock", rule_lock_name(pair->trusted->lock), rule_lock_name(pair->head->lock));
}

static struct str check_waivable(const struct rule_pair *pair)
{
	return pair->head->waivable && !pair->trusted->waivable ? STR("waivable false -> true")
								: STR_EMPTY;
}

static struct str check_scope(const struct rule_pair *pair)
{
	if (pair->head->scope == pair->trusted->scope)
		return STR_EMPTY;
	return from_to(pair, "scope", rule_scope_name(pair->trusted->scope),
	    rule_scope_name(pair->head->scope));
}

static struct str check_enforce_from(const struct rule_pair *pair)
{
	if (pair->head->enforce_from <= pair->trusted->enforce_from)
		return STR_EMPTY;
	return pair->trusted->enforce_from == 0 ? STR("enforce_from added")
						: STR("enforce_from later");
}

static struct str check_existing(const struct rule_pair *pair)
{
	static const int strictness[] = {
	    [EXISTING_IGNORE] = 0, [EXISTING_WARN] = 1, [EXISTING_SAME] = 2};

	if (strictness[pair->head->existing] >= strictness[pair->trusted->existing])
		return STR_EMPTY;
	return from_to(pair, "existing", existing_name(pair->trusted->existing),
	    existing_name(pair->head->existing));
}

static enum on_unknown effective_on_unknown(const struct ruleset *set, const struct rule *rule)
{
	if (rule->on_unknown != ON_UNKNOWN_DEFAULT)
		return rule->on_unknown;
	if (rule->level == LEVEL_INFO)
		return ON_UNKNOWN_INFO;
	return set->undecided == LEVEL_DENY ? ON_UNKNOWN_DENY : ON_UNKNOWN_WARN;
}

/* Where both leave it to the directory, its setting is told, not each rule. */
static struct str check_on_unknown(const struct rule_pair *pair)
{
	enum on_unknown from = effective_on_unknown(pair->comparing->trusted, pair->trusted);
	enum on_unknown to = effective_on_unknown(pair->comparing->head, pair->head);

	if (to >= from || (pair->trusted->on_unknown == ON_UNKNOWN_DEFAULT &&
			      pair->head->on_unknown == ON_UNKNOWN_DEFAULT))
		return STR_EMPTY;
	return from_to(pair, "on_unknown", on_unknown_name(from), on_unknown_name(to));
}

static bool same_text(const struct policy_text *a, const struct policy_text *b)
{
	return str_eq(a->text, b->text);
}

static struct str check_condition(const struct rule_pair *pair)
{
	const struct rule *from = pair->trusted, *to = pair->head;

	/* neither: the match alone violates, and nothing is stricter */
	if (from->has_condition == to->has_condition && from->is_require == to->is_require &&
	    same_text(&from->condition, &to->condition))
		return STR_EMPTY;
	if (!to->has_condition)
		return STR_EMPTY;
	return STR("the condition differs and cannot be proven stricter");
}

static struct str check_each(const struct rule_pair *pair)
{
	if (same_text(&pair->trusted->each, &pair->head->each))
		return STR_EMPTY;
	return STR("'each' differs and cannot be proven stricter");
}

/* Without a guard a rule always speaks. */
static struct str check_when(const struct rule_pair *pair)
{
	if (same_text(&pair->trusted->when, &pair->head->when) || pair->head->when.text.len == 0)
		return STR_EMPTY;
	return STR("'when' differs and cannot be proven stricter");
}

static struct str check_directory(const struct rule_pair *pair)
{
	struct str rest = pair->trusted->directory, head = pair->head->directory;

	if (str_eq(rest, head))
		return STR_EMPTY;
	/* globs relative to another directory mean something else */
	if (pair->trusted->match.dirs.count + pair->head->match.dirs.count > 0 ||
	    !(head.len == 0 || (str_eat(&rest, head) && str_starts(rest, STR("/")))))
		return str_format(pair->comparing->arena, "moved from '%.*s' to '%.*s'",
		    STR_ARG(pair->trusted->directory), STR_ARG(head));
	return STR_EMPTY;
}

static struct str check_owners(const struct rule_pair *pair)
{
	struct str missing;

	if (names_same(&pair->trusted->owners, &pair->head->owners) ||
	    (pair->trusted->owners.count > 0 && pair->head->owners.count > 0 &&
		names_within(&pair->head->owners, &pair->trusted->owners, &missing)))
		return STR_EMPTY;
	return STR("other owners");
}

/* --- match --- */

static size_t count_inclusions(const struct policy_names *names)
{
	size_t count = 0;

	for (size_t i = 0; i < names->count; i++)
		count += !str_starts(names->items[i], STR("!"));
	return count;
}

static bool has_name(const struct policy_names *names, struct str name)
{
	for (size_t i = 0; i < names->count; i++) {
		if (str_eq(names->items[i], name))
			return true;
	}
	return false;
}

/* Every "!x" (or every other one) of `part` stands in `whole`. */
static bool kind_within(
    const struct policy_names *part, const struct policy_names *whole, bool exclusions)
{
	for (size_t i = 0; i < part->count; i++) {
		struct str name = part->items[i];

		if (str_starts(name, STR("!")) == exclusions && !has_name(whole, name))
			return false;
	}
	return true;
}

/* Does `to` take everything that `from` takes? Only where the texts alone prove it. */
static bool patterns_wider(const struct policy_names *from, const struct policy_names *to)
{
	if (!kind_within(to, from, true))
		return false;
	if (count_inclusions(to) == 0)
		return true;
	return count_inclusions(from) > 0 && kind_within(from, to, false);
}

static struct str narrower(const struct rule_pair *pair, const char *what)
{
	return str_format(pair->comparing->arena, "match.%s differs and may take less", what);
}

static struct str check_match_lists(const struct rule_pair *pair)
{
	const struct rule_match *from = &pair->trusted->match, *to = &pair->head->match;
	const struct {
		const char *name;
		const struct policy_names *from, *to;
	} rows[] = {
	    {"types", &from->types, &to->types},
	    {"dirs", &from->dirs, &to->dirs},
	    {"modules", &from->modules, &to->modules},
	    {"address", &from->address, &to->address},
	    {"providers", &from->providers, &to->providers},
	};
	struct str missing;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (!patterns_wider(rows[i].from, rows[i].to))
			return narrower(pair, rows[i].name);
	}
	/* all of `has` must be there: fewer take more */
	return names_within(&to->has, &from->has, &missing) ? STR_EMPTY : narrower(pair, "has");
}

static unsigned effective_actions(const struct rule_match *match)
{
	return match->actions_given ? match->actions : MATCH_ACTIONS_DEFAULT;
}

static struct str check_match_flags(const struct rule_pair *pair)
{
	const struct rule_match *from = &pair->trusted->match, *to = &pair->head->match;

	if ((effective_actions(from) & ~effective_actions(to)) != 0)
		return narrower(pair, "actions");
	if (from->deposed && !to->deposed)
		return narrower(pair, "deposed");
	return from->data && !to->data ? narrower(pair, "data") : STR_EMPTY;
}

/* Fewer labels asked for, or the same: wider. */
static struct str check_match_labels(const struct rule_pair *pair)
{
	struct value from = pair->trusted->match.labels, to = pair->head->match.labels;

	for (uint32_t i = 0; to.kind == VALUE_MAP && i < to.len; i++) {
		const struct value *wanted = value_get(from, value_text(to.as.entries[i].key));

		if (wanted == NULL || !value_equal(*wanted, to.as.entries[i].value))
			return narrower(pair, "labels");
	}
	return STR_EMPTY;
}

/* --- where the rule holds --- */

static struct str check_in_force(const struct rule_pair *pair)
{
	const struct rule_state *from = &pair->comparing->trusted->states[pair->trusted_index];
	const struct rule_state *to = &pair->comparing->head->states[pair->head_index];

	if (from->inactive.len > 0 || to->inactive.len == 0 || pair->head->disabled)
		return STR_EMPTY;
	return str_format(pair->comparing->arena, "no longer in force in this directory (%.*s)",
	    STR_ARG(to->inactive));
}

/* --- its own params --- */

static const struct param *own_param(const struct ruleset *set, size_t rule, struct str name)
{
	const struct rule_state *state = &set->states[rule];

	for (size_t i = 0; i < state->param_count; i++) {
		if (str_eq(state->params[i].name, name))
			return &state->params[i];
	}
	return NULL;
}

/* Where neither chain has an override, the param is compared once for all rules. */
static struct str check_param(const struct rule_pair *pair, struct str name)
{
	struct ruleset *trusted = pair->comparing->trusted, *head = pair->comparing->head;
	const struct param *from = own_param(trusted, pair->trusted_index, name);
	const struct param *to = own_param(head, pair->head_index, name);
	struct str why;

	if (from == NULL && to == NULL)
		return STR_EMPTY;
	if (from == NULL)
		from = params_find(trusted->params, trusted->param_count, name);
	if (to == NULL)
		to = params_find(head->params, head->param_count, name);
	if (from == NULL || to == NULL ||
	    param_is_tighter(pair->comparing->arena, from->tighten, from->value, to->value, &why))
		return STR_EMPTY;
	return str_format(pair->comparing->arena, "params.%.*s is %.*s, %.*s", STR_ARG(name),
	    STR_ARG(param_text(pair->comparing->arena, to->value)), STR_ARG(why));
}

static struct str check_params(const struct rule_pair *pair)
{
	const struct ruleset *sets[] = {pair->comparing->trusted, pair->comparing->head};
	const size_t rules[] = {pair->trusted_index, pair->head_index};

	for (size_t i = 0; i < ARRAY_LEN(sets); i++) {
		const struct rule_state *state = &sets[i]->states[rules[i]];

		for (size_t k = 0; k < state->param_count; k++) {
			struct str what = check_param(pair, state->params[k].name);

			if (what.len > 0)
				return what;
		}
	}
	return STR_EMPTY;
}

/* --- all together --- */

static bool same_variables(const struct rule_pair *pair)
{
	const struct rule *from = pair->trusted, *to = pair->head;

	if (from->variable_count != to->variable_count)
		return false;
	for (size_t i = 0; i < from->variable_count; i++) {
		if (!str_eq(from->variables[i].name, to->variables[i].name) ||
		    !same_text(&from->variables[i].text, &to->variables[i].text))
			return false;
	}
	return true;
}

static struct str check_variables(const struct rule_pair *pair)
{
	return same_variables(pair) ? STR_EMPTY
				    : STR("its variables differ and cannot be proven stricter");
}

/* The place of the head that made it looser: the last override, else the rule. */
static const struct policy_place *changed_place(const struct rule *rule)
{
	return rule->change_count > 0 ? &rule->changes[rule->change_count - 1].place : &rule->place;
}

void compare_rule(const struct rule_pair *pair)
{
	static const struct {
		check *check;
		bool by_override; /* an override may have done it */
	} checks[] = {
	    {check_disabled, true},
	    {check_level, true},
	    {check_params, true},
	    {check_lock, false},
	    {check_waivable, false},
	    {check_scope, false},
	    {check_directory, false},
	    {check_match_lists, false},
	    {check_match_flags, false},
	    {check_match_labels, false},
	    {check_in_force, false},
	    {check_each, false},
	    {check_when, false},
	    {check_condition, false},
	    {check_variables, false},
	    {check_enforce_from, false},
	    {check_existing, false},
	    {check_on_unknown, false},
	    {check_owners, false},
	};

	for (size_t i = 0; i < ARRAY_LEN(checks); i++) {
		struct str what = checks[i].check(pair);

		if (what.len == 0)
			continue;
		compare_add_rule(pair->comparing,
		    compare_add(pair->comparing, pair->trusted->id, what, &pair->trusted->place,
			checks[i].by_override ? changed_place(pair->head) : &pair->head->place),
		    pair->trusted->id);
	}
}

/* --- sameness --- */

static bool same_match(const struct rule_match *a, const struct rule_match *b)
{
	return names_same(&a->types, &b->types) && names_same(&a->dirs, &b->dirs) &&
	       names_same(&a->modules, &b->modules) && names_same(&a->address, &b->address) &&
	       names_same(&a->has, &b->has) && names_same(&a->providers, &b->providers) &&
	       value_equal(a->labels, b->labels) && effective_actions(a) == effective_actions(b) &&
	       a->actions_given == b->actions_given && a->deposed == b->deposed &&
	       a->data == b->data;
}

static bool same_words(const struct rule *a, const struct rule *b)
{
	return str_eq(a->title, b->title) && str_eq(a->description, b->description) &&
	       str_eq(a->url, b->url) && str_eq(a->remediation, b->remediation) &&
	       str_eq(a->directory, b->directory) && str_eq(a->pack, b->pack) &&
	       same_text(&a->message, &b->message) && same_text(&a->remedy, &b->remedy) &&
	       names_same(&a->owners, &b->owners);
}

static bool same_settings(const struct rule *a, const struct rule *b)
{
	return a->from_newer_pack == b->from_newer_pack && a->level == b->level &&
	       a->waivable == b->waivable && a->disabled == b->disabled && a->lock == b->lock &&
	       a->scope == b->scope && a->on_unknown == b->on_unknown &&
	       a->existing == b->existing && a->enforce_from == b->enforce_from;
}

static bool same_expressions(const struct rule_pair *pair)
{
	const struct rule *a = pair->trusted, *b = pair->head;

	return a->is_require == b->is_require && a->has_condition == b->has_condition &&
	       same_text(&a->each, &b->each) && same_text(&a->when, &b->when) &&
	       same_text(&a->condition, &b->condition) && same_variables(pair);
}

static bool same_value(const struct value *a, const struct value *b)
{
	return a == NULL || b == NULL ? a == b : value_equal(*a, *b);
}

static bool same_params(const struct rule_pair *pair, struct str name)
{
	struct ruleset *trusted = pair->comparing->trusted, *head = pair->comparing->head;
	struct value a = ruleset_params(pair->comparing->arena, trusted, pair->trusted_index);
	struct value b = ruleset_params(pair->comparing->arena, head, pair->head_index);

	if (name.len == 0)
		return value_equal(a, b);
	return same_value(value_get(a, name), value_get(b, name));
}

static const struct str *data_path(const struct ruleset *set, struct str name)
{
	for (size_t i = 0; i < set->data_count; i++) {
		if (str_eq(set->data[i].name, name))
			return &set->data[i].path;
	}
	return NULL;
}

static bool same_data(const struct rule_pair *pair, struct str name)
{
	const struct ruleset *trusted = pair->comparing->trusted, *head = pair->comparing->head;
	const struct str *a = data_path(trusted, name), *b = data_path(head, name);
	bool same = trusted->data_count == head->data_count;

	if (name.len > 0)
		return a == NULL || b == NULL ? a == b : str_eq(*a, *b);
	for (size_t i = 0; same && i < trusted->data_count; i++) {
		b = data_path(head, trusted->data[i].name);
		same = b != NULL && str_eq(trusted->data[i].path, *b);
	}
	return same;
}

static bool same_labels(const struct rule_pair *pair, struct str name)
{
	const struct ruleset *trusted = pair->comparing->trusted, *head = pair->comparing->head;

	if (name.len == 0)
		return value_equal(trusted->labels_value, head->labels_value);
	return same_value(label_value(trusted, name), label_value(head, name));
}

static bool same_named(const struct rule_pair *pair, struct str name)
{
	const struct variable_space *a =
	    pair->comparing->trusted->states[pair->trusted_index].space;
	const struct variable_space *b = pair->comparing->head->states[pair->head_index].space;
	size_t i = variable_space_find(a, name), k = variable_space_find(b, name);

	if (i == SIZE_MAX || k == SIZE_MAX)
		return i == k;
	return same_text(&a->texts[i].text, &b->texts[k].text);
}

static bool same_mention(const struct rule_pair *pair, const struct mention *mention)
{
	if (mention->kind == MENTION_NAMED)
		return same_named(pair, mention->name);
	if (mention->variable == VARIABLE_params)
		return same_params(pair, mention->name);
	if (mention->variable == VARIABLE_labels)
		return same_labels(pair, mention->name);
	return mention->variable != VARIABLE_data || same_data(pair, mention->name);
}

typedef bool same_name(const struct rule_pair *pair, struct str name);

static struct str name_at(struct str text)
{
	size_t end = 0;

	while (end < text.len &&
	       (text.ptr[end] == '_' || (text.ptr[end] >= '0' && text.ptr[end] <= '9') ||
		   ((text.ptr[end] | 0x20) >= 'a' && (text.ptr[end] | 0x20) <= 'z')))
		end++;
	return str_from_to(text, 0, end);
}

/* What a message shows of them: "params.x" is one, anything else may be all of them. */
static bool shows_same(
    const struct rule_pair *pair, struct str text, struct str word, same_name *same)
{
	size_t at;

	while (str_find(text, word, &at)) {
		struct str name = STR_EMPTY;

		text = str_skip(text, at + word.len);
		if (str_eat(&text, STR(".")))
			name = name_at(text);
		if (!same(pair, name))
			return false;
	}
	return true;
}

static bool message_shows_same(const struct rule_pair *pair, struct str word, same_name *same)
{
	return shows_same(pair, pair->trusted->message.text, word, same) &&
	       shows_same(pair, pair->trusted->remedy.text, word, same);
}

static bool same_names(const struct rule_pair *pair)
{
	const struct mentions *sees = ruleset_sees(pair->comparing->trusted, pair->trusted_index);

	if (sees->everything)
		return false;
	for (size_t i = 0; i < sees->count; i++) {
		if (!same_mention(pair, &sees->items[i]))
			return false;
	}
	/* what the rule shows */
	return message_shows_same(pair, STR("params"), same_params) &&
	       message_shows_same(pair, STR("labels"), same_labels);
}

bool rules_are_same(const struct rule_pair *pair)
{
	const struct ruleset *trusted = pair->comparing->trusted, *head = pair->comparing->head;
	bool active = trusted->states[pair->trusted_index].inactive.len == 0;

	return active == (head->states[pair->head_index].inactive.len == 0) &&
	       trusted->undecided == head->undecided && same_settings(pair->trusted, pair->head) &&
	       same_words(pair->trusted, pair->head) &&
	       same_match(&pair->trusted->match, &pair->head->match) && same_expressions(pair) &&
	       same_names(pair);
}

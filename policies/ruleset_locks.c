/* Which names are locked: those that a locked rule of a directory above depends on. */

#include <stdlib.h>

#include "base/arena.h"
#include "policies/ruleset_chain.h"

struct str place_text(struct arena *arena, const struct policy_place *place)
{
	if (place->line == 0)
		return place->file;
	if (place->column == 0)
		return str_format(arena, "%.*s:%d", STR_ARG(place->file), place->line);
	return str_format(arena, "%.*s:%d:%d", STR_ARG(place->file), place->line, place->column);
}

struct str lock_text(struct arena *arena, const struct rule *rule)
{
	return str_format(arena, "rule '%.*s' (%.*s, lock: %s)", STR_ARG(rule->id),
	    STR_ARG(place_text(arena, &rule->place)), rule_lock_name(rule->lock));
}

const struct mentions *ruleset_sees(struct ruleset *set, size_t i)
{
	struct rule_state *state = &set->states[i];
	struct mentions *sees;

	if (state->sees != NULL)
		return state->sees;
	sees = arena_make(set->arena, struct mentions);
	rule_sees(set->arena, &set->rules[i], state->space, sees);
	state->sees = sees;
	return sees;
}

static void add_name(
    struct arena *arena, struct seen_names *out, enum seen_kind kind, struct str name, size_t rule)
{
	out->items = array_room(arena, out->items, out->count, sizeof(*out->items));
	out->items[out->count++] = (struct seen_name){kind, name, rule};
}

static bool seen_kind_of(enum policy_variable variable, enum seen_kind *kind)
{
	static const struct {
		enum policy_variable variable;
		enum seen_kind kind;
	} rows[] = {
	    {VARIABLE_params, SEEN_PARAM},
	    {VARIABLE_labels, SEEN_LABEL},
	    {VARIABLE_data, SEEN_DATA},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (rows[i].variable != variable)
			continue;
		*kind = rows[i].kind;
		return true;
	}
	return false;
}

/* A pack's named expressions are its own: no file of the chain changes them. */
void ruleset_seen_names(struct ruleset *set, size_t rule, struct seen_names *out)
{
	const struct mentions *sees = ruleset_sees(set, rule);
	bool of_pack = set->states[rule].space != set->space;

	for (size_t i = 0; i < sees->count; i++) {
		const struct mention *mention = &sees->items[i];
		enum seen_kind kind = SEEN_VARIABLE;

		if (mention->kind == MENTION_NAMED ? !of_pack
						   : seen_kind_of(mention->variable, &kind))
			add_name(set->arena, out, kind, mention->name, rule);
	}
	for (int kind = 0; sees->everything && kind < SEEN_KINDS; kind++)
		add_name(set->arena, out, (enum seen_kind)kind, STR_EMPTY, rule);
}

static void lock_names_of(struct chain *chain, size_t rule)
{
	struct value labels = chain->set->rules[rule].match.labels;

	ruleset_seen_names(chain->set, rule, &chain->locked);
	for (uint32_t i = 0; labels.kind == VALUE_MAP && i < labels.len; i++)
		add_name(chain->arena, &chain->locked, SEEN_LABEL,
		    value_text(labels.as.entries[i].key), rule);
}

static int seen_cmp(const void *a, const void *b)
{
	const struct seen_name *left = a, *right = b;

	if (left->kind != right->kind)
		return left->kind < right->kind ? -1 : 1;
	return str_cmp(left->name, right->name);
}

size_t seen_find(const struct seen_names *names, const struct seen_name *wanted)
{
	size_t low = 0, high = names->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (seen_cmp(&names->items[middle], wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void seen_sort(struct seen_names *names)
{
	if (names->count > 0)
		qsort(names->items, names->count, sizeof(*names->items), seen_cmp);
}

static void find_locked(struct chain *chain)
{
	const struct ruleset *set = chain->set;

	chain->locked = (struct seen_names){0};
	chain->locked_known = true;
	for (size_t i = 0; i < set->rule_total; i++) {
		if (set->rules[i].lock != LOCK_NONE && set->states[i].depth < chain->depth)
			lock_names_of(chain, i);
	}
	seen_sort(&chain->locked);
}

/* `best`: found under another name, or NULL. */
static const struct rule *strictest(
    const struct chain *chain, const struct seen_name *wanted, const struct rule *best)
{
	for (size_t i = seen_find(&chain->locked, wanted);
	     i < chain->locked.count && seen_cmp(&chain->locked.items[i], wanted) == 0; i++) {
		const struct rule *rule = &chain->set->rules[chain->locked.items[i].rule];

		if (best == NULL || rule->lock > best->lock)
			best = rule;
	}
	return best;
}

const struct rule *chain_locked(struct chain *chain, enum seen_kind kind, struct str name)
{
	struct seen_name wanted = {kind, name, 0};
	struct seen_name all = {kind, STR_EMPTY, 0};

	if (!chain->locked_known)
		find_locked(chain);
	return strictest(chain, &all, strictest(chain, &wanted, NULL));
}

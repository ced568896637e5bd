/* Rules accumulate along the chain; an id is there once. */

#include <stdlib.h>

#include "base/arena.h"
#include "base/words.h"
#include "policies/ruleset_chain.h"

#define SUGGESTIONS_MAX 2000 /* ids that a suggestion looks through */

/* --- by id --- */

struct id_index {
	struct str id;
	size_t index;
};

static int id_cmp(const void *a, const void *b)
{
	const struct id_index *left = a, *right = b;
	int order = str_cmp(left->id, right->id);

	if (order != 0)
		return order;
	return (left->index > right->index) - (left->index < right->index);
}

/* Equal ids stand side by side, the one that came first in front. */
size_t *rules_by_id(struct arena *arena, const struct ruleset *set)
{
	size_t count = set->rule_total;
	struct id_index *rows = arena_array(arena, struct id_index, count);
	size_t *by_id = arena_array(arena, size_t, count);

	for (size_t i = 0; i < count; i++)
		rows[i] = (struct id_index){set->rules[i].id, i};
	if (count > 0)
		qsort(rows, count, sizeof(*rows), id_cmp);
	for (size_t i = 0; i < count; i++)
		by_id[i] = rows[i].index;
	return by_id;
}

size_t rules_find(const struct ruleset *set, const size_t *by_id, struct str id)
{
	size_t low = 0, high = set->rule_total;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = str_cmp(set->rules[by_id[middle]].id, id);

		if (order == 0)
			return by_id[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return SIZE_MAX;
}

size_t chain_find_rule(const struct chain *chain, struct str id)
{
	return rules_find(chain->set, chain->by_id, id);
}

struct str chain_suggest_rule(struct chain *chain, struct str id)
{
	const struct ruleset *set = chain->set;
	const char **words;
	const char *close;

	/* enough was said */
	if (set->rule_total > SUGGESTIONS_MAX || chain->problems->count == POLICY_PROBLEMS_MAX)
		return STR_EMPTY;
	words = arena_array(chain->arena, const char *, set->rule_total + 1);
	for (size_t i = 0; i < set->rule_total; i++)
		words[i] = str_to_c(chain->arena, set->rules[i].id);
	close = words_closest(id, words);
	return close != NULL ? str_format(chain->arena, "; did you mean '%s'?", close) : STR_EMPTY;
}

/* --- adding --- */

static void add_rule(struct chain *chain, const struct rule *rule, struct variable_space *space)
{
	struct ruleset *set = chain->set;
	size_t at = set->rule_total;

	set->rules = array_room(chain->arena, set->rules, at, sizeof(*set->rules));
	set->states = array_room(chain->arena, set->states, at, sizeof(*set->states));
	set->rules[at] = *rule;
	set->rules[at].is_trusted = set->rules[at].is_head = true;
	set->states[at] =
	    (struct rule_state){.depth = chain->depth, .space = space, .inactive = STR_EMPTY};
	set->rule_total++;
}

/* A pack brings its named expressions with it: what files of the chain call by the same name does
 * not change its rules. */
static struct variable_space *space_of(struct chain *chain, const struct policy_file *file)
{
	struct variable_space *space;

	if (file->kind != POLICY_PACK)
		return chain->set->space;
	space = arena_make(chain->arena, struct variable_space);
	variable_space_init(chain->arena, space, file->variables, file->variable_count);
	return space;
}

static void add_rules_of(struct chain *chain, const struct policy_file *file)
{
	struct variable_space *space = space_of(chain, file);

	for (size_t i = 0; i < file->rule_count; i++) {
		if (chain->set->rule_total == RULESET_RULES_MAX) {
			policy_problem(chain->problems, &file->rules[i].place,
			    "more than %d rules hold for one directory", RULESET_RULES_MAX);
			return;
		}
		add_rule(chain, &file->rules[i], space);
	}
}

static void tell_duplicate(struct chain *chain, const struct rule *first, const struct rule *second)
{
	/* within one file the reader has told it */
	if (str_eq(first->place.file, second->place.file))
		return;
	policy_problem(chain->problems, &second->place,
	    "the rule id '%.*s' is taken by %.*s; ids are unique from the root down",
	    STR_ARG(second->id), STR_ARG(place_text(chain->arena, &first->place)));
}

/* The first rule of an id stays. */
static void drop_duplicates(struct chain *chain)
{
	struct ruleset *set = chain->set;
	size_t count = set->rule_total, kept = 0;
	bool *dropped = arena_array(chain->arena, bool, count);

	for (size_t i = 1; i < count; i++) {
		size_t first = chain->by_id[i - 1], second = chain->by_id[i];

		if (!str_eq(set->rules[first].id, set->rules[second].id))
			continue;
		tell_duplicate(chain, &set->rules[first], &set->rules[second]);
		dropped[second] = true;
	}
	for (size_t i = 0; i < count; i++) {
		if (dropped[i])
			continue;
		set->rules[kept] = set->rules[i];
		set->states[kept++] = set->states[i];
	}
	if (kept == count)
		return;
	set->rule_total = kept;
	chain->by_id = rules_by_id(chain->arena, chain->set);
}

void chain_add_rules(struct chain *chain)
{
	size_t before = chain->set->rule_total;

	for (size_t i = 0; i < chain->level_count; i++)
		add_rules_of(chain, chain->level[i]);
	if (chain->set->rule_total == before && before > 0)
		return;
	chain->by_id = rules_by_id(chain->arena, chain->set);
	drop_duplicates(chain);
}

/* Which rules look at which type of the plan: most entries are refused by one look at this table.
 */

#include "base/arena.h"
#include "base/digest.h"
#include "base/err.h"
#include "policies/evaluator.h"
#include "policies/match.h"

#define TYPES_FIRST 64
#define LISTS_MAX   256 /* different lists of rules that are shared between types */

struct shared_lists {
	struct judged_rule **lists[LISTS_MAX];
	size_t counts[LISTS_MAX];
	size_t count;
};

static struct type_rules *slot_of(const struct type_table *table, uint64_t hash)
{
	size_t at = (size_t)hash & (table->size - 1);

	while (table->slots[at].type.ptr && table->slots[at].hash != hash)
		at = (at + 1) & (table->size - 1);
	return &table->slots[at];
}

const struct type_rules *type_rules_find(const struct type_table *table, uint64_t hash)
{
	const struct type_rules *slot;

	if (table->size == 0)
		return NULL;
	slot = slot_of(table, hash);
	return slot->type.ptr && slot->count > 0 ? slot : NULL;
}

static void table_grow(struct arena *arena, struct type_table *table)
{
	struct type_table larger = {.size = table->size ? table->size * 2 : TYPES_FIRST};

	larger.slots = arena_array(arena, struct type_rules, larger.size);
	for (size_t i = 0; i < table->size; i++) {
		if (table->slots[i].type.ptr)
			*slot_of(&larger, table->slots[i].hash) = table->slots[i];
	}
	larger.count = table->count;
	larger.actions = table->actions;
	*table = larger;
}

/* One list in memory for all types that the same rules look at. */
static struct judged_rule *const *share(
    struct arena *arena, struct shared_lists *shared, struct judged_rule **list, size_t count)
{
	struct judged_rule **copy;

	for (size_t i = 0; i < shared->count; i++) {
		if (shared->counts[i] == count &&
		    memcmp(shared->lists[i], list, count * sizeof(struct judged_rule *)) == 0)
			return shared->lists[i];
	}
	copy = arena_array(arena, struct judged_rule *, count + 1);
	memcpy(copy, list, count * sizeof(struct judged_rule *));
	if (shared->count < LISTS_MAX) {
		shared->lists[shared->count] = copy;
		shared->counts[shared->count++] = count;
	}
	return copy;
}

struct builder {
	struct evaluator *evaluator;
	enum rule_scope scope;
	struct shared_lists *shared;
	struct judged_rule **list; /* room for all rules */
};

static void fill_slot(struct builder *builder, struct type_rules *slot, struct str type)
{
	struct evaluator *evaluator = builder->evaluator;
	size_t count = 0;

	slot->type = str_copy(evaluator->arena, type);
	slot->actions = 0;
	for (size_t i = 0; i < evaluator->rule_count; i++) {
		struct judged_rule *rule = &evaluator->rules[i];

		if (rule->rule->scope != builder->scope || !match_type(&rule->rule->match, type))
			continue;
		builder->list[count++] = rule;
		slot->actions |= rule->rule->match.actions;
	}
	evaluator->types.actions |= slot->actions;
	slot->rules = share(evaluator->arena, builder->shared, builder->list, count);
	slot->count = count;
}

/* The first change of each type tells its name. Asked for every entry; takes new types only. */
static bool is_new_type(void *context, size_t i UNUSED, const struct change_entry *entry)
{
	const struct builder *builder = context;
	const struct type_table *table = &builder->evaluator->types;

	return !slot_of(table, entry->type_hash)->type.ptr;
}

static bool learn_type(void *context, const struct change *change, struct err *err UNUSED)
{
	struct builder *builder = context;
	struct type_table *table = &builder->evaluator->types;
	uint64_t hash = hash_bytes(change->head.type);
	struct type_rules *slot;

	if ((table->count + 1) * 2 > table->size)
		table_grow(builder->evaluator->arena, table);
	slot = slot_of(table, hash);
	if (slot->type.ptr)
		return true;
	slot->hash = hash;
	fill_slot(builder, slot, change->head.type);
	table->count++;
	return true;
}

bool type_rules_build(
    struct evaluator *evaluator, enum change_set set, enum rule_scope scope, struct err *err)
{
	struct builder builder = {.evaluator = evaluator, .scope = scope};

	evaluator->types = (struct type_table){0};
	table_grow(evaluator->arena, &evaluator->types);
	builder.shared = arena_make(evaluator->arena, struct shared_lists);
	builder.list =
	    arena_array(evaluator->arena, struct judged_rule *, evaluator->rule_count + 1);
	return plan_visit_wanted(
	    evaluator->plan, set, is_new_type, evaluator->scratch, learn_type, &builder, err);
}

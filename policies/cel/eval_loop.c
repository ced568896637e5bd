#include "policies/cel/eval.h"

#include "base/arena.h"

/* What a loop goes over. Lists and maps of the plan are read in place. */
struct items {
	const struct value *list;
	const struct value_entry *entries; /* of a map */
	bool is_map;
	uint32_t count;
	uint32_t cost; /* steps of a round */
};

/* False: *out is the result of the loop already. */
static bool open_range(
    struct cel_run *run, const struct cel_node *node, struct items *items, struct value *out)
{
	struct value range = cel_eval(run, node->children[0]);

	*items = (struct items){.count = range.len, .cost = (uint32_t)node->constant.len};
	if (LIKELY(range.kind == VALUE_LIST)) {
		items->list = range.as.items;
		return true;
	}
	if (range.kind == VALUE_MAP) {
		items->entries = range.as.entries;
		items->is_map = true;
		return true;
	}
	*out = range;
	if (!cel_is_special(range))
		*out = cel_fail(run, "expression of type '%s' cannot be range of a comprehension",
		    cel_kind_name(range.kind));
	return false;
}

/*
 * What the rounds to come look at is asked for ahead: resources of a plan lie far apart, and a loop
 * over many thousands of them would wait for memory most of the time. `extra` is what the body
 * selects from the local: item.field or item.field.field. First the field, nearer by, what is in
 * it.
 */
#define ROUNDS_AHEAD ((uint32_t)8)

static inline const struct value_entry *entry_ahead(
    const struct cel_run *run, const struct cel_node *select, const struct value *map)
{
	uint32_t hint = run->hints[select->id];

	return map->kind == VALUE_MAP && hint < map->len ? &map->as.entries[hint] : NULL;
}

static inline __attribute__((always_inline)) void ask_ahead(
    const struct cel_run *run, const struct cel_node *select, const struct items *items, uint32_t i)
{
	const struct cel_node *inner = select->children[0];
	const struct value_entry *entry;

	if (inner->kind != CEL_NODE_SELECT) {
		__builtin_prefetch(entry_ahead(run, select, &items->list[i + ROUNDS_AHEAD]));
		return;
	}
	__builtin_prefetch(entry_ahead(run, inner, &items->list[i + 2 * ROUNDS_AHEAD]));
	entry = entry_ahead(run, inner, &items->list[i + ROUNDS_AHEAD]);
	if (entry)
		__builtin_prefetch(entry_ahead(run, select, &entry->value));
}

/* Sets the locals of round i; false: the steps are used up. */
static inline __attribute__((always_inline)) bool enter_round(
    struct cel_run *run, const struct cel_node *node, const struct items *items, uint32_t i)
{
	if (UNLIKELY(run->left < (int64_t)items->cost)) {
		run->left = -1;
		return false;
	}
	run->left -= items->cost;
	if (LIKELY(node->slot2 < 0 && !items->is_map)) {
		if (node->extra && i + 2 * ROUNDS_AHEAD < items->count)
			ask_ahead(run, node->extra, items, i);
		run->frame[node->slot] = cel_load_at(&items->list[i]);
		return true;
	}
	if (node->slot2 < 0) {
		run->frame[node->slot] = cel_load_at(&items->entries[i].key);
		return true;
	}
	run->frame[node->slot] =
	    items->is_map ? cel_load(items->entries[i].key) : cel_int((int64_t)i);
	run->frame[node->slot2] =
	    cel_load(items->is_map ? items->entries[i].value : items->list[i]);
	return true;
}

static struct value out_of_steps(struct cel_run *run)
{
	return cel_fail_limit(run, "the expression needs too many steps");
}

static struct value out_of_memory(struct cel_run *run)
{
	return cel_fail_limit(run, "the results need too much memory");
}

static struct value predicate_error(struct cel_run *run, struct value value)
{
	if (cel_is_special(value))
		return value;
	return cel_fail(
	    run, "the condition of a macro is a %s; a bool is needed", cel_kind_name(value.kind));
}

/* --- all, exists: like && and || --- */

/*
 * The round that decided the last time comes first, and then those behind it: the resources of a
 * plan and those that belong to them stand in the same order, and finding one for each from the
 * start would take the square of their number. A traced run keeps the order.
 */
static inline uint32_t first_round(
    const struct cel_run *run, const struct cel_node *node, const struct items *items)
{
	uint32_t hint = run->hints[node->id];

	return run->trace || hint >= items->count ? 0 : hint;
}

static inline struct value loop_logic(
    struct cel_run *run, const struct cel_node *node, bool deciding)
{
	struct cel_pending pending = {.has_unknown = false};
	const struct cel_node *body = node->children[1];
	struct items items;
	struct value value;
	uint32_t i;

	if (UNLIKELY(!open_range(run, node, &items, &value)))
		return value;
	i = first_round(run, node, &items);
	for (uint32_t left = items.count; left > 0; left--, i = i + 1 < items.count ? i + 1 : 0) {
		if (UNLIKELY(!enter_round(run, node, &items, i)))
			return out_of_steps(run);
		value = cel_eval(run, body);
		if (UNLIKELY(value.kind != VALUE_BOOL)) {
			cel_pending_add(run, &pending, predicate_error(run, value));
			continue;
		}
		if (value.as.boolean != deciding)
			continue;
		if (pending.has_error)
			cel_absorb(run, pending.error);
		run->hints[node->id] = i;
		return value_bool(deciding);
	}
	if (UNLIKELY(pending.has_unknown)) {
		if (pending.has_error)
			cel_absorb(run, pending.error);
		return pending.unknown;
	}
	return UNLIKELY(pending.has_error) ? pending.error : value_bool(!deciding);
}

static struct value loop_all(struct cel_run *run, const struct cel_node *node)
{
	return loop_logic(run, node, false);
}

static struct value loop_exists(struct cel_run *run, const struct cel_node *node)
{
	return loop_logic(run, node, true);
}

/* Strict on errors; two that hold decide whatever the unknown ones are. */
static struct value loop_exists_one(struct cel_run *run, const struct cel_node *node)
{
	struct cel_pending pending = {.has_unknown = false};
	struct items items;
	struct value value;
	size_t holds = 0;

	if (!open_range(run, node, &items, &value))
		return value;
	for (uint32_t i = 0; i < items.count; i++) {
		if (!enter_round(run, node, &items, i))
			return out_of_steps(run);
		value = cel_eval(run, node->children[1]);
		if (value.kind == VALUE_BOOL)
			holds += value.as.boolean;
		else
			cel_pending_add(run, &pending, predicate_error(run, value));
		if (pending.has_error)
			return pending.error;
	}
	if (holds > 1)
		return value_bool(false);
	return pending.has_unknown ? pending.unknown : value_bool(holds == 1);
}

/* --- those that make lists and maps --- */

struct making {
	struct cel_pending pending; /* unknown conditions: what the result holds is unknown */
	struct value *values;
	struct value_entry *entries;
	size_t count, room;
};

/* Does this round take part? False also for an unknown or an error, then noted in `pending`. */
static bool takes_part(struct cel_run *run, const struct cel_node *filter, struct making *making)
{
	struct value value;

	if (!filter)
		return true;
	value = cel_eval(run, filter);
	if (LIKELY(value.kind == VALUE_BOOL))
		return value.as.boolean;
	cel_pending_add(run, &making->pending, predicate_error(run, value));
	return false;
}

static bool add_value(struct cel_run *run, struct making *making, struct value value)
{
	if (making->count == making->room) {
		size_t room = making->room ? making->room * 2 : 8;
		struct value *values = cel_alloc_values(run, room);

		if (!values)
			return false;
		if (making->count > 0)
			memcpy(values, making->values, making->count * sizeof(*values));
		making->values = values;
		making->room = room;
	}
	making->values[making->count++] = value;
	return true;
}

static bool add_entry(
    struct cel_run *run, struct making *making, struct value key, struct value value)
{
	if (making->count == making->room) {
		size_t room = making->room ? making->room * 2 : 8;
		struct value_entry *entries = cel_alloc(run, room * sizeof(*entries));

		if (!entries)
			return false;
		if (making->count > 0)
			memcpy(entries, making->entries, making->count * sizeof(*entries));
		making->entries = entries;
		making->room = room;
	}
	making->entries[making->count++] = (struct value_entry){key, value};
	return true;
}

/* [condition,] transform: the last child is what is made */
static const struct cel_node *filter_of(const struct cel_node *node)
{
	return node->child_count > 2 ? node->children[1] : NULL;
}

static struct value loop_list(struct cel_run *run, const struct cel_node *node)
{
	const struct cel_node *transform = node->children[node->child_count - 1];
	struct making making = {.count = 0};
	struct items items;
	struct value value;

	if (!open_range(run, node, &items, &value))
		return value;
	for (uint32_t i = 0; i < items.count; i++) {
		if (!enter_round(run, node, &items, i))
			return out_of_steps(run);
		bool taken = takes_part(run, filter_of(node), &making);
		if (making.pending.has_error)
			return making.pending.error;
		if (!taken)
			continue;
		value = cel_eval(run, transform);
		if (cel_is_error(value))
			return value;
		if (!add_value(run, &making, value))
			return out_of_memory(run);
	}
	if (making.pending.has_unknown)
		return making.pending.unknown;
	return cel_list(making.values, making.count);
}

static struct value loop_filter(struct cel_run *run, const struct cel_node *node)
{
	struct making making = {.count = 0};
	struct items items;
	struct value value;

	if (!open_range(run, node, &items, &value))
		return value;
	for (uint32_t i = 0; i < items.count; i++) {
		if (!enter_round(run, node, &items, i))
			return out_of_steps(run);
		/* taken before the condition, whose own loops may use the slot again */
		struct value item = run->frame[node->slot2 < 0 ? node->slot : node->slot2];
		bool taken = takes_part(run, node->children[1], &making);

		if (making.pending.has_error)
			return making.pending.error;
		if (taken && !add_value(run, &making, item))
			return out_of_memory(run);
	}
	if (making.pending.has_unknown)
		return making.pending.unknown;
	return cel_list(making.values, making.count);
}

/* The entries of the one map a round of transformMapEntry gives. */
static struct value add_entries_of(struct cel_run *run, struct making *making, struct value map)
{
	if (map.kind != VALUE_MAP)
		return cel_no_overload(run, "transformMapEntry", &map, 1);
	if (!cel_pay(run, map.len))
		return out_of_steps(run);
	for (uint32_t i = 0; i < map.len; i++) {
		if (!add_entry(run, making, cel_load(map.as.entries[i].key),
			cel_load(map.as.entries[i].value)))
			return out_of_memory(run);
	}
	return value_null();
}

static struct value add_round(
    struct cel_run *run, const struct cel_node *node, struct making *making)
{
	struct value key = run->frame[node->slot];
	struct value value = cel_eval(run, node->children[node->child_count - 1]);

	if (cel_is_error(value))
		return value;
	if (node->variant == CEL_LOOP_TRANSFORM_MAP)
		return add_entry(run, making, key, value) ? value_null() : out_of_memory(run);
	if (!cel_is_unknown(value))
		return add_entries_of(run, making, value);
	cel_pending_add(run, &making->pending, value);
	return value_null();
}

static struct value loop_map(struct cel_run *run, const struct cel_node *node)
{
	struct making making = {.count = 0};
	struct items items;
	struct value value;

	if (!open_range(run, node, &items, &value))
		return value;
	for (uint32_t i = 0; i < items.count; i++) {
		if (!enter_round(run, node, &items, i))
			return out_of_steps(run);
		bool taken = takes_part(run, filter_of(node), &making);
		if (making.pending.has_error)
			return making.pending.error;
		if (!taken)
			continue;
		value = add_round(run, node, &making);
		if (cel_is_error(value))
			return value;
	}
	if (making.pending.has_unknown)
		return making.pending.unknown;
	return cel_map(run, making.entries, making.count);
}

cel_eval_fn *const cel_loop_eval[CEL_LOOPS] = {
    [CEL_LOOP_ALL] = loop_all,
    [CEL_LOOP_EXISTS] = loop_exists,
    [CEL_LOOP_EXISTS_ONE] = loop_exists_one,
    [CEL_LOOP_MAP] = loop_list,
    [CEL_LOOP_FILTER] = loop_filter,
    [CEL_LOOP_TRANSFORM_LIST] = loop_list,
    [CEL_LOOP_TRANSFORM_MAP] = loop_map,
    [CEL_LOOP_TRANSFORM_MAP_ENTRY] = loop_map,
};

struct value cel_eval_loop(struct cel_run *run, const struct cel_node *node)
{
	return cel_loop_eval[node->variant](run, node);
}

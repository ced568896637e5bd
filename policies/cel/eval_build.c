#include "policies/cel/eval.h"

#include "base/arena.h"

static struct value too_large(struct cel_run *run)
{
	return cel_fail_limit(run, "the results need too much memory");
}

/* The value of an optional element; false: leave it out. */
static bool open_optional(struct cel_run *run, struct value *value)
{
	if (value->kind == CEL_OPTIONAL) {
		if (value->len == 0)
			return false;
		*value = cel_load(*value->as.items);
		return true;
	}
	if (!cel_is_special(*value))
		*value = cel_no_overload(run, "?_", value, 1);
	return true;
}

/* Something unknown stays inside; an error is the result. */
struct value cel_eval_list(struct cel_run *run, const struct cel_node *node)
{
	struct value *items = cel_alloc_values(run, node->child_count);
	size_t count = 0;

	if (!items)
		return too_large(run);
	for (uint32_t i = 0; i < node->child_count; i++) {
		struct value item = cel_eval(run, node->children[i]);

		if ((node->children[i]->flags & CEL_OPTIONAL_ENTRY) && !open_optional(run, &item))
			continue;
		if (cel_is_error(item))
			return item;
		items[count++] = item;
	}
	return cel_list(items, count);
}

static bool is_key_kind(struct value key)
{
	return key.kind == VALUE_STRING || key.kind == VALUE_INT || key.kind == VALUE_BOOL ||
	       key.kind == CEL_UINT;
}

/* Which map it would be depends on an unknown key: so is the map. */
struct value cel_eval_map(struct cel_run *run, const struct cel_node *node)
{
	struct value_entry *entries = cel_alloc(run, node->child_count / 2 * sizeof(*entries));
	struct cel_pending pending = {.has_unknown = false};
	size_t count = 0;

	if (!entries)
		return too_large(run);
	for (uint32_t i = 0; i + 1 < node->child_count; i += 2) {
		struct value key = cel_eval(run, node->children[i]);
		struct value value = cel_eval(run, node->children[i + 1]);

		if ((node->children[i]->flags & CEL_OPTIONAL_ENTRY) && !open_optional(run, &value))
			continue;
		if (cel_is_error(key) || cel_is_error(value))
			return cel_is_error(key) ? key : value;
		if (cel_is_unknown(key)) {
			cel_pending_add(run, &pending, key);
			continue;
		}
		if (!is_key_kind(key))
			return cel_fail(run, "unsupported key type %s", cel_kind_name(key.kind));
		entries[count++] = (struct value_entry){key, value};
	}
	if (pending.has_unknown)
		return pending.unknown;
	return cel_map(run, entries, count);
}

/* Refused by the compiler, unless names are looked up late. */
struct value cel_eval_struct(struct cel_run *run, const struct cel_node *node)
{
	return cel_fail(run, "messages such as '%.*s' are not supported", STR_ARG(node->name));
}

#include "report/module_tree.h"

#include <string.h>

#include "base/arena.h"
#include "base/digest.h"

/* What is only needed while it grows. */
struct growing {
	struct arena *arena;
	struct module_tree *tree;
	size_t room;	 /* of nodes */
	uint32_t *slots; /* by path, open addressing; MODULE_NONE: free */
	size_t mask;
};

/* "a[\"x.y\"].module.b" -> length of what stands before the point that ends it; a point in
 * brackets or quotes ends nothing. */
static size_t name_length(struct str text)
{
	bool quoted = false;
	size_t depth = 0, at = 0;

	for (; at < text.len; at++) {
		char c = text.ptr[at];

		if (quoted && c == '\\')
			at++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && (c == '[' || c == ']'))
			depth += c == '[' ? 1 : depth > 0 ? SIZE_MAX : 0;
		else if (!quoted && depth == 0 && c == '.')
			break;
	}
	return at < text.len ? at : text.len;
}

/* The end of the first segment at or behind `from`: "module.a" and its key. */
static size_t segment_end(struct str path, size_t from)
{
	struct str rest = str_skip(path, from);

	if (!str_eat(&rest, STR("module.")))
		return path.len;
	return path.len - rest.len + name_length(rest);
}

static uint32_t *slot_of(struct growing *growing, struct str path)
{
	size_t at = (size_t)hash_bytes(path) & growing->mask;

	while (growing->slots[at] != MODULE_NONE &&
	       !str_eq(growing->tree->nodes[growing->slots[at]].path, path))
		at = (at + 1) & growing->mask;
	return &growing->slots[at];
}

/* At most half of the slots are taken. */
static void grow_slots(struct growing *growing, size_t size)
{
	growing->slots = arena_array(growing->arena, uint32_t, size);
	growing->mask = size - 1;
	memset(growing->slots, 0xff, size * sizeof(uint32_t));
	for (size_t i = 0; i < growing->tree->count; i++)
		*slot_of(growing, growing->tree->nodes[i].path) = (uint32_t)i;
}

static uint32_t add_node(struct growing *growing, struct str path, uint32_t parent)
{
	struct module_tree *tree = growing->tree;
	uint32_t number = (uint32_t)tree->count;
	struct module_node *node;

	if (tree->count == growing->room) {
		tree->nodes = arena_grow(growing->arena, tree->nodes,
		    growing->room * sizeof(*tree->nodes), 2 * growing->room * sizeof(*tree->nodes));
		growing->room *= 2;
	}
	node = &tree->nodes[tree->count++];
	memset(node, 0, sizeof(*node));
	node->path = path;
	node->parent = parent;
	node->first_child = node->last_child = node->next = MODULE_NONE;
	if (parent != MODULE_NONE) {
		struct module_node *above = &tree->nodes[parent];

		node->depth = above->depth + 1;
		if (above->last_child == MODULE_NONE)
			above->first_child = number;
		else
			tree->nodes[above->last_child].next = number;
		above->last_child = number;
		above->child_count++;
	}
	if (2 * tree->count > growing->mask)
		grow_slots(growing, 4 * (growing->mask + 1));
	else
		*slot_of(growing, path) = number;
	return number;
}

static uint32_t node_of(struct growing *growing, struct str path)
{
	uint32_t node, above = 0;
	size_t end = 0;

	if (path.len == 0)
		return 0;
	node = *slot_of(growing, path);
	if (node != MODULE_NONE)
		return node;
	for (int depth = 1; end < path.len; depth++) {
		end = depth >= MODULE_DEPTH_MAX ? path.len : segment_end(path, end);
		node = *slot_of(growing, str_from_to(path, 0, end));
		if (node == MODULE_NONE)
			node = add_node(growing, str_from_to(path, 0, end), above);
		above = node;
		end += end < path.len; /* the point */
	}
	return above;
}

static void count_change(struct module_tree *tree, uint32_t node, enum change_group group)
{
	tree->nodes[node].own[group]++;
	tree->nodes[node].row_count++;
	for (; node != MODULE_NONE; node = tree->nodes[node].parent) {
		tree->nodes[node].all[group]++;
		tree->nodes[node].total++;
	}
}

/* `homes`: the node of each change, in their order. */
static void hand_out_rows(struct arena *arena, struct module_tree *tree, const uint32_t *homes,
    const uint32_t *order, size_t count)
{
	uint32_t *rows = arena_array(arena, uint32_t, count);
	uint32_t **next = arena_array(arena, uint32_t *, tree->count);

	for (size_t i = 0; i < tree->count; i++) {
		tree->nodes[i].rows = next[i] = rows;
		rows += tree->nodes[i].row_count;
	}
	for (size_t i = 0; i < count; i++)
		*next[homes[i]]++ = order ? order[i] : (uint32_t)i;
}

void module_tree_in_order(struct arena *arena, const struct outcome_change *changes,
    const uint32_t *order, size_t count, struct module_tree *out)
{
	struct growing growing = {.arena = arena, .tree = out, .room = 16};
	uint32_t *homes = arena_array(arena, uint32_t, count);
	const struct change_head *before = NULL;

	*out = (struct module_tree){.nodes = arena_array(arena, struct module_node, growing.room)};
	grow_slots(&growing, 64);
	add_node(&growing, STR_EMPTY, MODULE_NONE);
	for (size_t i = 0; i < count; i++) {
		const struct change_head *head = &changes[order ? order[i] : i].head;

		/* neighbours mostly stand in one module */
		homes[i] = before && str_eq(head->module, before->module)
			       ? homes[i - 1]
			       : node_of(&growing, head->module);
		count_change(out, homes[i], change_group(head));
		before = head;
	}
	hand_out_rows(arena, out, homes, order, count);
}

void module_tree_of(struct arena *arena, const struct outcome_change *changes, size_t count,
    struct module_tree *out)
{
	module_tree_in_order(arena, changes, NULL, count, out);
}

uint32_t module_tree_telling(const struct module_tree *tree, uint32_t node)
{
	while (node != 0 && tree->nodes[node].row_count == 0 && tree->nodes[node].child_count == 1)
		node = tree->nodes[node].first_child;
	return node;
}

struct str module_tree_label(const struct module_tree *tree, uint32_t node, uint32_t above)
{
	struct str path = tree->nodes[node].path, before = tree->nodes[above].path;

	return str_skip(path, before.len > 0 ? before.len + 1 : 0);
}

#include "policies/cel/ast.h"

/* One step of a chain; an optional one gives an optional value instead of a place. */
static bool is_step(const struct cel_node *node)
{
	return (node->kind == CEL_NODE_SELECT || node->kind == CEL_NODE_INDEX) &&
	       (node->flags & CEL_OPTIONAL_SELECT) == 0;
}

bool cel_is_chain(const struct cel_node *node)
{
	while (is_step(node))
		node = node->children[0];
	return node->kind == CEL_NODE_IDENT;
}

#include "policies/cel/eval.h"

#define ARGS_ON_STACK 8

static struct value strict_special(
    struct cel_run *run, const struct value *args, size_t count, bool looks_inside)
{
	struct cel_pending pending = {.has_unknown = false};

	for (size_t i = 0; i < count; i++) {
		if (cel_is_error(args[i]))
			return args[i];
	}
	for (size_t i = 0; i < count; i++) {
		if (cel_is_unknown(args[i]))
			cel_pending_add(run, &pending, args[i]);
		else if (!looks_inside && (args[i].marks & VALUE_HAS_UNKNOWN))
			cel_pending_add(run, &pending, cel_unknown_inside(run, args[i]));
	}
	return pending.unknown;
}

struct value cel_call_strict(
    struct cel_run *run, const struct cel_node *node, const struct value *args, size_t count)
{
	const struct cel_function *function = node->function;
	bool looks_inside = function->flags & CEL_LOOKS_INSIDE;
	bool special = false;

	for (size_t i = 0; i < count; i++)
		special |= cel_is_special(args[i]) ||
			   (!looks_inside && (args[i].marks & VALUE_HAS_UNKNOWN));
	if (UNLIKELY(special))
		return strict_special(run, args, count, looks_inside);
	return function->fn(run, args, count);
}

static struct value call_many(struct cel_run *run, const struct cel_node *node)
{
	struct value *args = cel_alloc_values(run, node->child_count);

	if (!args)
		return cel_fail_limit(run, "the results need too much memory");
	for (uint32_t i = 0; i < node->child_count; i++)
		args[i] = cel_eval(run, node->children[i]);
	return cel_call_strict(run, node, args, node->child_count);
}

struct value cel_eval_call(struct cel_run *run, const struct cel_node *node)
{
	struct value args[ARGS_ON_STACK];

	if (UNLIKELY(!node->function))
		return cel_fail(run, "undeclared function '%.*s'", STR_ARG(node->name));
	if (UNLIKELY(node->child_count > ARGS_ON_STACK))
		return call_many(run, node);
	for (uint32_t i = 0; i < node->child_count; i++)
		args[i] = cel_eval(run, node->children[i]);
	return cel_call_strict(run, node, args, node->child_count);
}

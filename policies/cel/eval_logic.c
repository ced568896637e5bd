#include "policies/cel/eval.h"

/* In the fast tree cheap operands come first (specialise.c); the result is the same. */
static inline const struct cel_node *const *operands(const struct cel_node *node)
{
	return node->extra ? (const struct cel_node *const *)node->extra : node->children;
}

/* Neither true nor false: a special value, or of the wrong type. */
static void add_odd(
    struct cel_run *run, const struct cel_node *node, struct cel_pending *pending, struct value odd)
{
	if (!cel_is_special(odd))
		odd = cel_no_overload(run, node->kind == CEL_NODE_AND ? "_&&_" : "_||_", &odd, 1);
	cel_pending_add(run, pending, odd);
}

static struct value undecided(
    struct cel_run *run, const struct cel_pending *pending, struct value otherwise)
{
	if (pending->has_unknown) {
		if (pending->has_error)
			cel_absorb(run, pending->error);
		return pending->unknown;
	}
	return pending->has_error ? pending->error : otherwise;
}

static inline struct value eval_logic(
    struct cel_run *run, const struct cel_node *node, bool deciding)
{
	const struct cel_node *const *children = operands(node);
	struct cel_pending pending;
	bool odd = false;

	for (uint32_t i = 0; i < node->child_count; i++) {
		struct value value = cel_eval(run, children[i]);

		if (LIKELY(value.kind == VALUE_BOOL)) {
			if (value.as.boolean != deciding)
				continue;
			if (odd && pending.has_error)
				cel_absorb(run, pending.error);
			return value_bool(deciding);
		}
		if (!odd)
			pending = (struct cel_pending){.has_unknown = false};
		odd = true;
		add_odd(run, node, &pending, value);
	}
	return odd ? undecided(run, &pending, value_bool(!deciding)) : value_bool(!deciding);
}

struct value cel_eval_and(struct cel_run *run, const struct cel_node *node)
{
	return eval_logic(run, node, false);
}

struct value cel_eval_or(struct cel_run *run, const struct cel_node *node)
{
	return eval_logic(run, node, true);
}

struct value cel_eval_not(struct cel_run *run, const struct cel_node *node)
{
	struct value value = cel_eval(run, node->children[0]);

	if (LIKELY(value.kind == VALUE_BOOL))
		return value_bool(!value.as.boolean);
	return cel_is_special(value) ? value : cel_no_overload(run, "!_", &value, 1);
}

struct value cel_eval_if(struct cel_run *run, const struct cel_node *node)
{
	struct value value = cel_eval(run, node->children[0]);

	if (LIKELY(value.kind == VALUE_BOOL))
		return cel_eval(run, node->children[value.as.boolean ? 1 : 2]);
	return cel_is_special(value) ? value : cel_no_overload(run, "_?_:_", &value, 1);
}

#include "policies/cel/eval.h"

#include "base/arena.h"
#include "policies/cel/ip.h"

/*
 * Quicker functions for what rules are made of. Each looks for the usual case and leaves the rest
 * to the plain function or to cel_call_strict(), so that the meaning stands in one place.
 */

#define QUICK_TEXT 512

static inline struct value operand(struct cel_run *run, const struct cel_node *node)
{
	return node->kind == CEL_NODE_CONST ? node->constant : node->eval(run, node);
}

static inline bool both(struct value a, struct value b, uint8_t kind)
{
	return a.kind == kind && b.kind == kind;
}

static struct value eval_variable(struct cel_run *run, const struct cel_node *node)
{
	return cel_load_at(&run->activation[node->slot]);
}

static struct value eval_local(struct cel_run *run, const struct cel_node *node)
{
	return run->frame[node->slot];
}

/* Apart, so that the quick way needs no array (which would be guarded on the stack). */
static __attribute__((noinline)) struct value strict_two(
    struct cel_run *run, const struct cel_node *node, struct value a, struct value b)
{
	struct value args[2] = {a, b};

	return cel_call_strict(run, node, args, 2);
}

#define COMPARISON(name, op)                                                       \
	static struct value name(struct cel_run *run, const struct cel_node *node) \
	{                                                                          \
		struct value a = operand(run, node->children[0]);                  \
		struct value b = operand(run, node->children[1]);                  \
                                                                                   \
		if (LIKELY(both(a, b, VALUE_INT)))                                 \
			return value_bool(a.as.integer op b.as.integer);           \
		return strict_two(run, node, a, b);                                \
	}

COMPARISON(eval_less, <)
COMPARISON(eval_less_equal, <=)
COMPARISON(eval_greater, >)
COMPARISON(eval_greater_equal, >=)

/* 1 or 0; -1: not one of the usual pairs */
static inline int quick_equal(struct value a, struct value b)
{
	if (a.kind != b.kind)
		return -1;
	if (a.kind == VALUE_STRING && a.len <= QUICK_TEXT) /* longer ones are paid for */
		return str_eq(value_text(a), value_text(b));
	if (a.kind == VALUE_INT)
		return a.as.integer == b.as.integer;
	if (a.kind == VALUE_BOOL)
		return a.as.boolean == b.as.boolean;
	return -1;
}

static struct value eval_equal(struct cel_run *run, const struct cel_node *node)
{
	struct value a = operand(run, node->children[0]);
	struct value b = operand(run, node->children[1]);
	int equal = quick_equal(a, b);

	return LIKELY(equal >= 0) ? value_bool(equal) : strict_two(run, node, a, b);
}

static struct value eval_not_equal(struct cel_run *run, const struct cel_node *node)
{
	struct value a = operand(run, node->children[0]);
	struct value b = operand(run, node->children[1]);
	int equal = quick_equal(a, b);

	return LIKELY(equal >= 0) ? value_bool(!equal) : strict_two(run, node, a, b);
}

/* x in ["a", "b"]: only texts in the list */
static struct value eval_in_texts(struct cel_run *run, const struct cel_node *node)
{
	struct value item = operand(run, node->children[0]);
	struct value list = node->children[1]->constant;

	if (UNLIKELY(item.kind != VALUE_STRING))
		return strict_two(run, node, item, list);
	for (uint32_t i = 0; i < list.len; i++) {
		if (str_eq(value_text(item), value_text(list.as.items[i])))
			return value_bool(true);
	}
	return value_bool(false);
}

static struct value eval_in_integers(struct cel_run *run, const struct cel_node *node)
{
	struct value item = operand(run, node->children[0]);
	struct value list = node->children[1]->constant;

	if (UNLIKELY(item.kind != VALUE_INT))
		return strict_two(run, node, item, list);
	for (uint32_t i = 0; i < list.len; i++) {
		if (item.as.integer == list.as.items[i].as.integer)
			return value_bool(true);
	}
	return value_bool(false);
}

/* What does not take the quick way: not a text, or no range. */
static __attribute__((noinline)) struct value prefix_length_of(
    struct cel_run *run, const struct cel_node *node, struct value value)
{
	value = cel_call_strict(run, node->children[0], &value, 1);
	return cel_call_strict(run, node, &value, 1);
}

/* cidr(x).prefixLength() without the range in between; `extra` is x. */
static struct value eval_prefix_length(struct cel_run *run, const struct cel_node *node)
{
	struct value value = operand(run, node->extra);
	int bits = -1;

	if (LIKELY(value.kind == VALUE_STRING))
		bits = ip_prefix_bits(value_text(value));
	return LIKELY(bits >= 0) ? cel_int(bits) : prefix_length_of(run, node, value);
}

static __attribute__((noinline)) struct value compare_prefix_length(
    struct cel_run *run, const struct cel_node *node, struct value value)
{
	return strict_two(
	    run, node, prefix_length_of(run, node->children[0], value), node->constant);
}

/* cidr(local).prefixLength() == 0; `constant` is the number, `slot` the local. */
static struct value eval_prefix_length_is(struct cel_run *run, const struct cel_node *node)
{
	struct value value = run->frame[node->slot];
	int bits = -1;

	if (LIKELY(value.kind == VALUE_STRING))
		bits = ip_prefix_bits(value_text(value));
	return LIKELY(bits >= 0) ? value_bool(bits == node->constant.as.integer)
				 : compare_prefix_length(run, node, value);
}

/*
 * list.exists(c, cidr(c).prefixLength() == 0) without frame and call for each round, in the order
 * of the plain loop. A list with anything but ranges in it takes the plain way.
 */
static struct value eval_exists_range(struct cel_run *run, const struct cel_node *node)
{
	int64_t wanted = node->children[1]->constant.as.integer, cost = (int64_t)node->constant.len;
	struct value list = operand(run, node->children[0]);
	uint32_t at = run->hints[node->id], rounds = 0;
	bool found = false;

	if (UNLIKELY(list.kind != VALUE_LIST || run->trace || run->left < cost * list.len))
		return cel_eval_loop(run, node);
	at = at < list.len ? at : 0;
	while (rounds < list.len && !found) {
		const struct value *item = &list.as.items[at];
		int bits = item->kind == VALUE_STRING ? ip_prefix_bits(value_text(*item)) : -1;

		if (UNLIKELY(bits < 0))
			return cel_eval_loop(run, node);
		rounds++;
		found = bits == wanted;
		if (!found)
			at = at + 1 < list.len ? at + 1 : 0;
	}
	run->left -= cost * rounds;
	if (found)
		run->hints[node->id] = at;
	return value_bool(found);
}

static bool same_but_case(struct str a, struct str b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++) {
		unsigned differing = (unsigned char)(a.ptr[i] ^ b.ptr[i]);

		if (differing != 0 &&
		    (differing != 0x20 || (unsigned char)((a.ptr[i] | 0x20) - 'a') >= 26))
			return false;
	}
	return true;
}

/* a.lowerAscii() == b.lowerAscii() without the texts in between; != when `wanted` is false */
static inline struct value compare_lower(
    struct cel_run *run, const struct cel_node *node, bool wanted)
{
	const struct cel_node *left = node->children[0], *right = node->children[1];
	struct value a = operand(run, left->children[0]);
	struct value b = operand(run, right->children[0]);

	if (LIKELY(both(a, b, VALUE_STRING) && a.len <= QUICK_TEXT && b.len <= QUICK_TEXT))
		return value_bool(same_but_case(value_text(a), value_text(b)) == wanted);
	a = cel_call_strict(run, left, &a, 1);
	b = cel_call_strict(run, right, &b, 1);
	return strict_two(run, node, a, b);
}

static struct value eval_lower_equal(struct cel_run *run, const struct cel_node *node)
{
	return compare_lower(run, node, true);
}

static struct value eval_lower_not_equal(struct cel_run *run, const struct cel_node *node)
{
	return compare_lower(run, node, false);
}

static bool is_glob_special(char c)
{
	return c == '*' || c == '?' || c == '[' || c == '\\';
}

/* 1 or 0 when the letters before the first wildcard decide, whatever their case; else -1. What may
 * be no pattern at all decides nothing. */
static int quick_glob(struct str text, struct str pattern)
{
	size_t literal = 0;

	while (literal < pattern.len && !is_glob_special(pattern.ptr[literal]))
		literal++;
	for (size_t i = literal; i < pattern.len; i++) {
		if (pattern.ptr[i] == '[' || pattern.ptr[i] == '\\')
			return -1;
	}
	if (text.len < literal ||
	    !same_but_case(str_from_to(text, 0, literal), str_from_to(pattern, 0, literal)))
		return 0;
	return literal < pattern.len ? -1 : text.len == literal;
}

/* glob(a.lowerAscii(), b.lowerAscii()): names of actions, of which most are told apart by their
 * first letters. */
static struct value eval_glob_lower(struct cel_run *run, const struct cel_node *node)
{
	const struct cel_node *left = node->children[0], *right = node->children[1];
	struct value a = operand(run, left->children[0]);
	struct value b = operand(run, right->children[0]);
	int matched = -1;

	if (LIKELY(both(a, b, VALUE_STRING) && a.len <= QUICK_TEXT && b.len <= QUICK_TEXT))
		matched = quick_glob(value_text(a), value_text(b));
	if (LIKELY(matched >= 0))
		return value_bool(matched);
	a = cel_call_strict(run, left, &a, 1);
	b = cel_call_strict(run, right, &b, 1);
	return strict_two(run, node, a, b);
}

/* --- the choice --- */

static bool is_const_of(const struct cel_node *node, uint8_t kind)
{
	return node->kind == CEL_NODE_CONST && node->constant.kind == kind;
}

static bool is_const_list_of(const struct cel_node *node, uint8_t kind)
{
	if (node->kind != CEL_NODE_CONST || node->constant.kind != VALUE_LIST)
		return false;
	for (uint32_t i = 0; i < node->constant.len; i++) {
		if (node->constant.as.items[i].kind != kind)
			return false;
	}
	return true;
}

static bool is_call(const struct cel_node *node, const char *name, uint32_t args)
{
	return node->kind == CEL_NODE_CALL && node->function && node->child_count == args &&
	       strcmp(node->function->name, name) == 0;
}

/* Both sides in lower case? */
static bool compares_lower(const struct cel_node *node)
{
	return node->child_count == 2 && is_call(node->children[0], "lowerAscii", 1) &&
	       is_call(node->children[1], "lowerAscii", 1);
}

static cel_eval_fn *choose_operator(const struct cel_node *node)
{
	static const struct {
		const char *name;
		cel_eval_fn *eval;
	} pairs[] = {
	    {"_==_", eval_equal},
	    {"_!=_", eval_not_equal},
	    {"_<_", eval_less},
	    {"_<=_", eval_less_equal},
	    {"_>_", eval_greater},
	    {"_>=_", eval_greater_equal},
	};

	if (compares_lower(node) && is_call(node, "_==_", 2))
		return eval_lower_equal;
	if (compares_lower(node) && is_call(node, "_!=_", 2))
		return eval_lower_not_equal;
	if (compares_lower(node) && is_call(node, "glob", 2))
		return eval_glob_lower;
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		if (is_call(node, pairs[i].name, 2))
			return pairs[i].eval;
	}
	if (is_call(node, "@in", 2) && is_const_list_of(node->children[1], VALUE_STRING))
		return eval_in_texts;
	if (is_call(node, "@in", 2) && is_const_list_of(node->children[1], VALUE_INT))
		return eval_in_integers;
	return cel_eval_call;
}

/* cidr(x).prefixLength(), alone and compared. */
static bool choose_prefix_length(struct cel_node *node)
{
	const struct cel_node *call = node->children[0];

	if (is_call(node, "prefixLength", 1) && is_call(call, "cidr", 1)) {
		node->extra = call->children[0];
		node->eval = eval_prefix_length;
		return true;
	}
	if (!is_call(node, "_==_", 2) || call->eval != eval_prefix_length ||
	    !is_const_of(node->children[1], VALUE_INT))
		return false;
	call = call->extra;
	if (call->eval != eval_local)
		return false;
	node->constant = node->children[1]->constant;
	node->slot = call->slot;
	node->eval = eval_prefix_length_is;
	return true;
}

static void choose_call(struct cel_node *node)
{
	node->eval = cel_eval_call;
	if (!node->function || node->function->flags & CEL_IMPURE || node->child_count == 0)
		return;
	if (!choose_prefix_length(node))
		node->eval = choose_operator(node);
}

static bool is_variable(const struct cel_node *node)
{
	return node->kind == CEL_NODE_IDENT && node->variant == CEL_IDENT_VARIABLE;
}

/* `slot` is the variable, `extra` the select in the middle. */
static void choose_select(struct cel_node *node)
{
	const struct cel_node *base = node->children[0];

	node->eval = cel_eval_select;
	if (node->flags & CEL_OPTIONAL_SELECT)
		return;
	if (is_variable(base)) {
		node->slot = base->slot;
		node->eval = cel_eval_select_variable;
	} else if (base->eval == cel_eval_select_variable) {
		node->slot = base->slot;
		node->extra = base;
		node->eval = cel_eval_select_twice;
	}
}

#define SEARCH_LEVELS 8

/* The first select from a local in an expression: x.a, or x.a.b where that stands there. */
static const struct cel_node *find_select(
    const struct cel_node *node, int32_t local, unsigned levels)
{
	const struct cel_node *found = NULL;

	for (uint32_t i = 0; i < node->child_count && !found && levels > 0; i++)
		found = find_select(node->children[i], local, levels - 1);
	if (node->kind != CEL_NODE_SELECT || (node->flags & CEL_OPTIONAL_SELECT))
		return found;
	if (node->children[0]->eval == eval_local && node->children[0]->slot == local)
		return node;
	return found && found == node->children[0] && found->children[0]->eval == eval_local
		   ? node
		   : found;
}

/* `extra` of a loop: what its body most likely reads of each item. */
static void choose_loop(struct cel_node *node)
{
	const struct cel_node *body = node->child_count == 2 ? node->children[1] : NULL;

	node->eval = cel_loop_eval[node->variant];
	if (node->variant == CEL_LOOP_EXISTS && node->slot2 < 0 && body &&
	    body->eval == eval_prefix_length_is && body->slot == node->slot)
		node->eval = eval_exists_range;
	node->extra = node->child_count > 1
			  ? find_select(node->children[1], node->slot, SEARCH_LEVELS)
			  : NULL;
}

static cel_eval_fn *choose_ident(const struct cel_node *node)
{
	if (is_variable(node))
		return eval_variable;
	return node->variant == CEL_IDENT_LOCAL ? eval_local : cel_eval_ident;
}

static cel_eval_fn *choose(const struct cel_node *node)
{
	if (node->kind == CEL_NODE_IDENT)
		return choose_ident(node);
	if (node->kind == CEL_NODE_CHAIN)
		return cel_chain_eval[node->variant];
	return cel_plain_eval[node->kind];
}

/* --- cost --- */

#define COST_MAX    255
#define LOOP_ROUNDS 4 /* a guess */

static const uint8_t kind_costs[CEL_NODE_KINDS] = {
    [CEL_NODE_IDENT] = 1,
    [CEL_NODE_SELECT] = 2,
    [CEL_NODE_HAS] = 2,
    [CEL_NODE_INDEX] = 3,
    [CEL_NODE_CALL] = 6,
    [CEL_NODE_AND] = 1,
    [CEL_NODE_OR] = 1,
    [CEL_NODE_NOT] = 1,
    [CEL_NODE_IF] = 1,
    [CEL_NODE_LIST] = 8,
    [CEL_NODE_MAP] = 16,
    [CEL_NODE_LOOP] = 4,
    [CEL_NODE_BIND] = 1,
    [CEL_NODE_CHAIN] = 2,
    [CEL_NODE_NAMED] = 3,
};

static unsigned own_cost(const struct cel_node *node)
{
	if (node->kind == CEL_NODE_NAMED)
		return kind_costs[node->kind] + ((const struct cel_program *)node->extra)->cost;
	if (node->kind == CEL_NODE_CHAIN && node->variant >= CEL_CHAIN_CHANGED)
		return 60;
	if (node->kind != CEL_NODE_CALL || !node->function)
		return kind_costs[node->kind];
	if (node->function->flags & CEL_IMPURE)
		return 120;
	if (node->function->flags & CEL_OPERATOR)
		return 2;
	return strcmp(node->function->name, "matches") == 0 ? 40 : kind_costs[CEL_NODE_CALL];
}

static uint8_t cost_of(const struct cel_node *node)
{
	unsigned rounds = node->kind == CEL_NODE_LOOP ? LOOP_ROUNDS : 1;
	unsigned cost = own_cost(node);

	for (uint32_t i = 0; i < node->child_count && cost < COST_MAX; i++)
		cost += node->children[i]->cost * (i > 0 ? rounds : 1);
	return (uint8_t)(cost < COST_MAX ? cost : COST_MAX);
}

/* && and || commute, so that the cheap operands may go first; those of one cost keep their order.
 */
static void order_operands(struct arena *arena, struct cel_node *node)
{
	const struct cel_node **order;
	bool ordered = true;

	for (uint32_t i = 1; i < node->child_count; i++)
		ordered &= node->children[i - 1]->cost <= node->children[i]->cost;
	if (ordered)
		return;
	order = arena_alloc_array(arena, node->child_count, sizeof(const struct cel_node *));
	for (uint32_t i = 0; i < node->child_count; i++) {
		uint32_t place = i;

		for (; place > 0 && order[place - 1]->cost > node->children[i]->cost; place--)
			order[place] = order[place - 1];
		order[place] = node->children[i];
	}
	node->extra = order;
}

void cel_specialise(struct arena *arena, struct cel_node *node)
{
	if (node->kind == CEL_NODE_AND || node->kind == CEL_NODE_OR)
		order_operands(arena, node);
	node->cost = cost_of(node);
	if (node->kind == CEL_NODE_CALL)
		choose_call(node);
	else if (node->kind == CEL_NODE_SELECT)
		choose_select(node);
	else if (node->kind == CEL_NODE_LOOP)
		choose_loop(node);
	else
		node->eval = choose(node);
}

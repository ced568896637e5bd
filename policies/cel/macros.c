#include "policies/cel/macros.h"

#include "base/arena.h"
#include "base/err.h"
#include "policies/cel/function.h"

#define TARGET STR("@target") /* local of optMap; no text can spell it */

struct macro;
typedef struct cel_node *expand_fn(
    struct cel_parser *parser, struct cel_node *call, const struct macro *macro);

/* One row per name and style. Arguments are counted without the receiver. */
struct macro {
	struct str name;
	const char *space; /* NULL: global; "": x.name(); "cel": cel.name() */
	uint8_t min, max;
	uint8_t variant, variables;
	expand_fn *expand;
};

static struct cel_node *child(
    const struct cel_parser *parser, const struct cel_node *node, uint32_t number)
{
	return parser->made[node->children[number]->id];
}

/* The same node with another meaning. */
static void become(struct cel_node *node, enum cel_node_kind kind)
{
	node->kind = (uint8_t)kind;
	node->flags = 0;
	node->name = STR_EMPTY;
}

/* A name that a macro gives to a local. */
static bool take_variable(
    struct cel_parser *parser, const struct cel_node *node, const char *macro, struct str *out)
{
	if (node->kind != CEL_NODE_IDENT || (node->flags & CEL_ROOT_NAME))
		return cel_parser_error(
		    parser, node->from, "argument must be a simple name, as in %s(x, ...)", macro);
	if (str_is(node->name, "__result__"))
		return cel_parser_error(
		    parser, node->from, "the name '__result__' is reserved: use another one");
	*out = node->name;
	return true;
}

/* --- has, comprehensions, bind --- */

static struct cel_node *expand_has(
    struct cel_parser *parser, struct cel_node *call, const struct macro *macro)
{
	struct cel_node *field = child(parser, call, 0);

	(void)macro;
	if (field->kind != CEL_NODE_SELECT || (field->flags & CEL_OPTIONAL_SELECT)) {
		(void)cel_parser_error(parser, field->from,
		    "the argument of has() must be a field, as in has(resource.after.tags)%s",
		    field->kind == CEL_NODE_INDEX ? ": for a key use `key in map`" : "");
		return NULL;
	}
	struct cel_node *operand = child(parser, field, 0);

	become(call, CEL_NODE_HAS);
	call->name = field->name;
	call->flags = field->flags & CEL_QUOTED_NAME;
	call->at = field->at;
	return cel_node_adopt(parser, call, &operand, 1);
}

static struct cel_node *expand_loop(
    struct cel_parser *parser, struct cel_node *call, const struct macro *macro)
{
	struct str names[2] = {STR_EMPTY, STR_EMPTY};
	struct cel_node *children[3]; /* range, and one or two expressions */
	uint32_t count = 0;

	for (uint32_t i = 0; i < macro->variables; i++) {
		if (!take_variable(parser, call->children[i + 1], macro->name.ptr, &names[i]))
			return NULL;
	}
	if (macro->variables == 2 && str_eq(names[0], names[1])) {
		(void)cel_parser_error(parser, call->children[2]->from,
		    "the two variables of %s() must have different names", macro->name.ptr);
		return NULL;
	}
	children[count++] = child(parser, call, 0);
	for (uint32_t i = macro->variables + 1U; i < call->child_count; i++)
		children[count++] = child(parser, call, i);
	become(call, CEL_NODE_LOOP);
	call->variant = macro->variant;
	call->name = names[0];
	call->name2 = names[1];
	return cel_node_adopt(parser, call, children, count);
}

static struct cel_node *expand_bind(
    struct cel_parser *parser, struct cel_node *call, const struct macro *macro)
{
	struct cel_node *parts[2] = {child(parser, call, 2), child(parser, call, 3)};
	struct str name;

	if (!take_variable(parser, call->children[1], macro->name.ptr, &name))
		return NULL;
	become(call, CEL_NODE_BIND);
	call->name = name;
	return cel_node_adopt(parser, call, parts, 2);
}

/* --- optMap, optFlatMap --- */

/* A node that nobody wrote, with the bytes of one that somebody did. */
static struct cel_node *implied(struct cel_parser *parser, enum cel_node_kind kind,
    const struct cel_node *model, struct str name)
{
	struct cel_node *node = cel_node_new(parser, kind, model->from, model->at);

	if (node != NULL) {
		node->to = model->to;
		node->name = name;
	}
	return node;
}

/* @target.hasValue(), @target.value() */
static struct cel_node *target_method(
    struct cel_parser *parser, const struct cel_node *target, struct str method)
{
	struct cel_node *ident = implied(parser, CEL_NODE_IDENT, target, TARGET);
	struct cel_node *call = implied(parser, CEL_NODE_CALL, target, method);

	if (ident == NULL || call == NULL)
		return NULL;
	call->flags = CEL_MEMBER;
	return cel_node_adopt(parser, call, &ident, 1);
}

static struct cel_node *optional_call(struct cel_parser *parser, const struct cel_node *model,
    struct str name, struct cel_node *argument)
{
	struct cel_node *call = implied(parser, CEL_NODE_CALL, model, name);

	if (call != NULL)
		call->flags = CEL_ROOT_NAME;
	return cel_node_adopt(parser, call, &argument, argument ? 1 : 0);
}

/* IF(@target.hasValue(), wrap(BIND(variable, @target.value(), body)), optional.none()) */
static struct cel_node *optional_body(
    struct cel_parser *parser, const struct cel_node *call, struct str variable, bool wrap)
{
	const struct cel_node *target = call->children[0];
	struct cel_node *bound[2] = {
	    target_method(parser, target, STR("value")), child(parser, call, 2)};
	struct cel_node *bind = implied(parser, CEL_NODE_BIND, bound[1], variable);
	struct cel_node *parts[3] = {target_method(parser, target, STR("hasValue")), NULL,
	    optional_call(parser, call, STR("optional.none"), NULL)};

	if (bound[0] == NULL || parts[0] == NULL || parts[2] == NULL)
		return NULL;
	parts[1] = cel_node_adopt(parser, bind, bound, 2);
	if (parts[1] != NULL && wrap)
		parts[1] = optional_call(parser, bound[1], STR("optional.of"), parts[1]);
	if (parts[1] == NULL)
		return NULL;
	return cel_node_adopt(parser, implied(parser, CEL_NODE_IF, call, STR_EMPTY), parts, 3);
}

static struct cel_node *expand_optional(
    struct cel_parser *parser, struct cel_node *call, const struct macro *macro)
{
	bool wrap = str_is(macro->name, "optMap");
	struct cel_node *parts[2] = {child(parser, call, 0), NULL};
	struct str variable;

	if (!take_variable(parser, call->children[1], macro->name.ptr, &variable))
		return NULL;
	parts[1] = optional_body(parser, call, variable, wrap);
	if (parts[1] == NULL)
		return NULL;
	become(call, CEL_NODE_BIND);
	call->name = TARGET;
	return cel_node_adopt(parser, call, parts, 2);
}

/* --- cel.block: common parts pulled out by optimisers --- */

static struct cel_node *expand_block(
    struct cel_parser *parser, struct cel_node *call, const struct macro *macro)
{
	const struct cel_node *list = call->children[1];
	struct cel_node *body = child(parser, call, 2), *bind;

	(void)macro;
	if (list->kind != CEL_NODE_LIST) {
		(void)cel_parser_error(
		    parser, list->from, "the first argument of cel.block() must be a list literal");
		return NULL;
	}
	for (uint32_t i = list->child_count; i-- > 0;) {
		struct cel_node *parts[2] = {child(parser, list, i), body};

		bind = implied(parser, CEL_NODE_BIND, call,
		    str_format(parser->arena, "@index%u", (unsigned)i));
		body = cel_node_adopt(parser, bind, parts, 2);
		if (body == NULL)
			return NULL;
	}
	return body;
}

/* cel.index(0), cel.iterVar(0, 1): names in disguise. */
static struct cel_node *expand_hidden_name(
    struct cel_parser *parser, struct cel_node *call, const struct macro *macro)
{
	const struct cel_node *first = call->children[1], *second = call->children[macro->max];

	if (first->kind != CEL_NODE_CONST || first->constant.kind != VALUE_INT ||
	    second->kind != CEL_NODE_CONST || second->constant.kind != VALUE_INT) {
		(void)cel_parser_error(
		    parser, first->from, "cel.%s() takes number literals", macro->name.ptr);
		return NULL;
	}
	become(call, CEL_NODE_IDENT);
	call->child_count = 0;
	call->height = 1;
	call->name =
	    macro->max == 1
		? str_format(parser->arena, "@index%lld", (long long)first->constant.as.integer)
		: str_format(parser->arena, "@it:%lld:%lld", (long long)first->constant.as.integer,
		      (long long)second->constant.as.integer);
	return call;
}

/* --- our own: places instead of values --- */

static struct cel_node *expand_chain(
    struct cel_parser *parser, struct cel_node *call, const struct macro *macro)
{
	(void)parser;
	call->kind = CEL_NODE_CHAIN; /* keeps its name, for messages */
	call->flags = 0;
	call->variant = macro->variant;
	return call;
}

/* These ask the plan about the place itself, so there must be one. */
static struct cel_node *expand_place(
    struct cel_parser *parser, struct cel_node *call, const struct macro *macro)
{
	if (!cel_is_chain(call->children[0])) {
		(void)cel_parser_error(parser, call->children[0]->from,
		    "the first argument of %s() must be a path, as in %s(resource.after.tags%s)",
		    macro->name.ptr, macro->name.ptr, macro->max == 2 ? ", other" : "");
		return NULL;
	}
	return expand_chain(parser, call, macro);
}

static const struct macro macros[] = {
    {STR_INIT("has"), NULL, 1, 1, 0, 0, expand_has},
    {STR_INIT("all"), "", 2, 2, CEL_LOOP_ALL, 1, expand_loop},
    {STR_INIT("all"), "", 3, 3, CEL_LOOP_ALL, 2, expand_loop},
    {STR_INIT("exists"), "", 2, 2, CEL_LOOP_EXISTS, 1, expand_loop},
    {STR_INIT("exists"), "", 3, 3, CEL_LOOP_EXISTS, 2, expand_loop},
    {STR_INIT("exists_one"), "", 2, 2, CEL_LOOP_EXISTS_ONE, 1, expand_loop},
    {STR_INIT("exists_one"), "", 3, 3, CEL_LOOP_EXISTS_ONE, 2, expand_loop},
    {STR_INIT("existsOne"), "", 2, 2, CEL_LOOP_EXISTS_ONE, 1, expand_loop},
    {STR_INIT("existsOne"), "", 3, 3, CEL_LOOP_EXISTS_ONE, 2, expand_loop},
    {STR_INIT("map"), "", 2, 3, CEL_LOOP_MAP, 1, expand_loop},
    {STR_INIT("filter"), "", 2, 2, CEL_LOOP_FILTER, 1, expand_loop},
    {STR_INIT("transformList"), "", 3, 4, CEL_LOOP_TRANSFORM_LIST, 2, expand_loop},
    {STR_INIT("transformMap"), "", 3, 4, CEL_LOOP_TRANSFORM_MAP, 2, expand_loop},
    {STR_INIT("transformMapEntry"), "", 3, 4, CEL_LOOP_TRANSFORM_MAP_ENTRY, 2, expand_loop},
    {STR_INIT("optMap"), "", 2, 2, 0, 1, expand_optional},
    {STR_INIT("optFlatMap"), "", 2, 2, 0, 1, expand_optional},
    {STR_INIT("bind"), "cel", 3, 3, 0, 1, expand_bind},
    {STR_INIT("block"), "cel", 2, 2, 0, 0, expand_block},
    {STR_INIT("index"), "cel", 1, 1, 0, 0, expand_hidden_name},
    {STR_INIT("iterVar"), "cel", 2, 2, 0, 0, expand_hidden_name},
    {STR_INIT("as_list"), NULL, 1, 1, CEL_CHAIN_AS_LIST, 0, expand_chain},
    {STR_INIT("as_map"), NULL, 1, 1, CEL_CHAIN_AS_MAP, 0, expand_chain},
    {STR_INIT("get"), NULL, 2, 2, CEL_CHAIN_GET, 0, expand_chain},
    {STR_INIT("is_set"), NULL, 1, 1, CEL_CHAIN_IS_SET, 0, expand_chain},
    {STR_INIT("unknown"), NULL, 1, 1, CEL_CHAIN_UNKNOWN, 0, expand_chain},
    {STR_INIT("known"), NULL, 1, 1, CEL_CHAIN_KNOWN, 0, expand_chain},
    {STR_INIT("sensitive"), NULL, 1, 1, CEL_CHAIN_SENSITIVE, 0, expand_place},
    {STR_INIT("changed"), NULL, 1, 1, CEL_CHAIN_CHANGED, 0, expand_place},
    {STR_INIT("replaced_by"), NULL, 1, 1, CEL_CHAIN_REPLACED_BY, 0, expand_place},
    {STR_INIT("refers"), NULL, 2, 2, CEL_CHAIN_REFERS, 0, expand_place},
};

static bool stands_in(const struct cel_node *call, const char *space)
{
	const struct cel_node *receiver;

	if (space == NULL || (call->flags & CEL_MEMBER) == 0)
		return space == NULL && (call->flags & CEL_MEMBER) == 0;
	receiver = call->children[0];
	return *space == '\0' || (receiver->kind == CEL_NODE_IDENT && receiver->flags == 0 &&
				     str_is(receiver->name, space));
}

struct cel_node *cel_macro_expand(struct cel_parser *parser, struct cel_node *call)
{
	uint32_t arguments = call->child_count - ((call->flags & CEL_MEMBER) != 0);

	for (size_t i = 0; i < ARRAY_LEN(macros); i++) {
		const struct macro *macro = &macros[i];

		if (str_eq(call->name, macro->name) && arguments >= macro->min &&
		    arguments <= macro->max && stands_in(call, macro->space))
			return macro->expand(parser, call, macro);
	}
	return call;
}

/* --- documentation --- */

const struct cel_macro_doc cel_macro_docs[] = {
    {"has(value.field) -> bool", "whether the map has the field",
	"has({'a': 1}.a) && !has({'a': 1}.b)"},
    {"list.all(x, predicate) -> bool; map.all(key, predicate) -> bool",
	"whether the predicate holds for every item or key; true for none",
	"[1, 2].all(x, x > 0) && [].all(x, false)"},
    {"list.exists(x, predicate) -> bool; map.exists(key, predicate) -> bool",
	"whether the predicate holds for at least one item or key", "[1, 2].exists(x, x == 2)"},
    {"list.exists_one(x, predicate) -> bool; list.existsOne(x, predicate) -> bool",
	"whether the predicate holds for exactly one item or key",
	"[1, 2, 2].exists_one(x, x == 1) && !['a', 'a'].existsOne(x, x == 'a')"},
    {"list.map(x, expression) -> list; list.map(x, predicate, expression) -> list",
	"the expression of every item or key, or of those for which the predicate holds",
	"[1, 2].map(x, x * 2) == [2, 4] && [1, 2].map(x, x > 1, x * 2) == [4]"},
    {"list.filter(x, predicate) -> list; map.filter(key, predicate) -> list",
	"the items or keys for which the predicate holds", "[1, 2, 3].filter(x, x > 1) == [2, 3]"},
    {"list.all(index, x, predicate) -> bool; map.all(key, value, predicate) -> bool",
	"all() with two variables: index and item, or key and value",
	"{'a': 1}.all(key, value, key == 'a' && value == 1)"},
    {"list.exists(index, x, predicate) -> bool; map.exists(key, value, predicate) -> bool",
	"exists() with two variables", "['a', 'b'].exists(i, x, i == 1 && x == 'b')"},
    {"list.existsOne(index, x, predicate) -> bool; map.existsOne(key, value, predicate) -> bool",
	"existsOne() with two variables; exists_one is the same", "[1, 1].existsOne(i, x, i == x)"},
    {"list.transformList(index, x, expression) -> list; list.transformList(index, x, predicate, "
     "expression) -> list",
	"a list of the expression of every item, or of every entry of a map",
	"{'a': 1}.transformList(key, value, [key, value]) == [['a', 1]]"},
    {"map.transformMap(key, value, expression) -> map; map.transformMap(key, value, predicate, "
     "expression) -> map",
	"a map with the same keys (of a list: the indexes) and the expression as values",
	"{'a': 1, 'b': 2}.transformMap(key, value, value > 1, value * 10) == {'b': 20}"},
    {"map.transformMapEntry(key, value, entry) -> map; map.transformMapEntry(key, value, "
     "predicate, entry) -> map",
	"a map of the entries, which are map literals; a key that comes twice is an error",
	"{'a': 'x'}.transformMapEntry(key, value, {value: key}) == {'x': 'a'}"},
    {"optional.optMap(x, expression) -> optional",
	"the expression of the value inside, as an optional; none stays none",
	"optional.of(1).optMap(x, x + 1) == optional.of(2)"},
    {"optional.optFlatMap(x, expression) -> optional",
	"the expression, itself an optional, of the value inside; none stays none",
	"optional.of({'a': 1}).optFlatMap(m, m.?b) == optional.none()"},
    {"cel.bind(name, value, expression)", "the expression with a name for a value",
	"cel.bind(x, 20 + 1, x + x) == 42"},
    {"as_list(path) -> list",
	"the list at the path; null or missing: an empty one; any other value: a list of it",
	"as_list({'a': 1}.a) == [1] && as_list({'a': 1}.b) == []"},
    {"as_map(path) -> map",
	"the map at the path; null or missing: an empty one; any other value is an error",
	"as_map({'a': {'b': 1}}.a) == {'b': 1} && as_map({'a': 1}.b) == {}"},
    {"get(path, fallback)",
	"the value at the path, or the fallback when it is null or a link of the path is missing",
	"get({'a': 1}.a, 0) == 1 && get({'a': 1}.b.c, 0) == 0"},
    {"is_set(path) -> bool", "whether there is a value other than null at the path",
	"is_set({'a': 1}.a) && !is_set({'a': null}.a) && !is_set({'a': 1}.b)"},
    {"unknown(path) -> bool",
	"whether the value at the path, or something inside it, is known only after apply",
	"!unknown({'a': 1}.a)"},
    {"known(path) -> bool", "whether the value at the path is known in full", "known({'a': 1}.a)"},
    {"sensitive(path) -> bool", "whether the plan marks the value at the path as sensitive",
	"cel.bind(x, {'a': 1}, !sensitive(x.a))"},
    /* These ask the plan. */
    {"changed(path) -> bool", "whether the value at the path differs before and after", NULL},
    {"replaced_by(path) -> bool", "whether a change of the value at the path forces replacement",
	NULL},
    {"refers(path, resource) -> bool",
	"whether the configuration of the path refers to the resource, also when ids are unknown; "
	"a key in the code (a[0], b[\"x\"]) means that instance only",
	NULL},
    /* Operators that are no functions either. */
    {"a && b -> bool", "both hold; false as soon as one is false, even if the other is an error",
	"!(false && 1 / 0 > 0) && !(1 / 0 > 0 && false)"},
    {"a || b -> bool", "one holds; true as soon as one is true, even if the other is an error",
	"(true || 1 / 0 > 0) && (1 / 0 > 0 || true)"},
    {"!a -> bool", "the opposite", "!false"},
    {"condition ? a : b", "a if the condition holds, else b; only that one is evaluated",
	"(1 > 0 ? 'a' : 'b') == 'a'"},
    {NULL, NULL, NULL},
};

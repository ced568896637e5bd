/* cel_parse(): operators. What they stand between is in parse_member.c. */
#include "policies/cel/parse.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/utf8.h"

/* From the weakest binding to the strongest. && and || take all operands into one node. */
enum level {
	LEVEL_OR,
	LEVEL_AND,
	LEVEL_RELATION,
	LEVEL_SUM,
	LEVEL_PRODUCT,
	LEVELS,
};

static const struct operator_row {
	enum cel_token_kind token;
	enum level level;
	enum cel_node_kind kind;
	struct str name; /* of CALLs */
} operators[] = {
    {CEL_TOKEN_OR, LEVEL_OR, CEL_NODE_OR, STR_INIT("")},
    {CEL_TOKEN_AND, LEVEL_AND, CEL_NODE_AND, STR_INIT("")},
    {CEL_TOKEN_EQ, LEVEL_RELATION, CEL_NODE_CALL, STR_INIT("_==_")},
    {CEL_TOKEN_NE, LEVEL_RELATION, CEL_NODE_CALL, STR_INIT("_!=_")},
    {CEL_TOKEN_LT, LEVEL_RELATION, CEL_NODE_CALL, STR_INIT("_<_")},
    {CEL_TOKEN_LE, LEVEL_RELATION, CEL_NODE_CALL, STR_INIT("_<=_")},
    {CEL_TOKEN_GT, LEVEL_RELATION, CEL_NODE_CALL, STR_INIT("_>_")},
    {CEL_TOKEN_GE, LEVEL_RELATION, CEL_NODE_CALL, STR_INIT("_>=_")},
    {CEL_TOKEN_IN, LEVEL_RELATION, CEL_NODE_CALL, STR_INIT("@in")},
    {CEL_TOKEN_PLUS, LEVEL_SUM, CEL_NODE_CALL, STR_INIT("_+_")},
    {CEL_TOKEN_MINUS, LEVEL_SUM, CEL_NODE_CALL, STR_INIT("_-_")},
    {CEL_TOKEN_STAR, LEVEL_PRODUCT, CEL_NODE_CALL, STR_INIT("_*_")},
    {CEL_TOKEN_SLASH, LEVEL_PRODUCT, CEL_NODE_CALL, STR_INIT("_/_")},
    {CEL_TOKEN_PERCENT, LEVEL_PRODUCT, CEL_NODE_CALL, STR_INIT("_%_")},
};

static struct cel_node *parse_level(struct cel_parser *parser, enum level level);

static const struct operator_row *operator_at(const struct cel_parser *parser, enum level level)
{
	for (size_t i = 0; i < ARRAY_LEN(operators); i++) {
		if (operators[i].level == level && cel_parser_is(parser, operators[i].token))
			return &operators[i];
	}
	return NULL;
}

/* --- unary --- */

static struct cel_node *parse_unary(struct cel_parser *parser);

/* The token behind the operator at `from` is there. A chain of them is a level of nesting each. */
static struct cel_node *parse_operand(
    struct cel_parser *parser, enum cel_node_kind kind, size_t from)
{
	struct cel_node *operand, *node;

	if (!cel_parser_enter(parser))
		return NULL;
	operand = parse_unary(parser);
	cel_parser_leave(parser);
	if (operand == NULL)
		return NULL;
	node = cel_node_new(parser, kind, from, from);
	return cel_node_adopt(parser, node, &operand, 1);
}

/* A minus directly before a number is its sign: the smallest int has no other form. */
static struct cel_node *parse_unary(struct cel_parser *parser)
{
	size_t from = parser->token.from;
	struct cel_node *node;

	if (cel_parser_is(parser, CEL_TOKEN_NOT))
		return cel_parser_advance(parser) ? parse_operand(parser, CEL_NODE_NOT, from)
						  : NULL;
	if (!cel_parser_is(parser, CEL_TOKEN_MINUS))
		return cel_parse_member(parser);
	if (!cel_parser_advance(parser))
		return NULL;
	if (cel_parser_is(parser, CEL_TOKEN_INT) || cel_parser_is(parser, CEL_TOKEN_DOUBLE))
		return cel_parse_negative(parser, from);
	node = parse_operand(parser, CEL_NODE_CALL, from);
	if (node != NULL)
		node->name = STR("-_");
	return node;
}

/* --- binary --- */

static struct cel_node *parse_chain(struct cel_parser *parser, enum level level)
{
	struct cel_node *left = parse_level(parser, level + 1);
	const struct operator_row *row;

	while (left != NULL && (row = operator_at(parser, level)) != NULL) {
		size_t at = parser->token.from;
		struct cel_node *pair[2] = {left, NULL};

		if (!cel_parser_advance(parser))
			return NULL;
		pair[1] = parse_level(parser, level + 1);
		if (pair[1] == NULL)
			return NULL;
		left = cel_node_new(parser, row->kind, pair[0]->from, at);
		if (left != NULL)
			left->name = row->name;
		left = cel_node_adopt(parser, left, pair, 2);
	}
	return left;
}

/* a && b && c: one node that points to the first of its operators. */
static struct cel_node *parse_logical(struct cel_parser *parser, enum level level)
{
	struct cel_node *first = parse_level(parser, level + 1);
	const struct operator_row *row = operator_at(parser, level);
	size_t at = parser->token.from, pending = parser->pending_count;

	if (first == NULL || row == NULL)
		return first;
	if (!cel_pending_push(parser, first))
		return NULL;
	while (operator_at(parser, level) != NULL) {
		if (!cel_parser_advance(parser) ||
		    !cel_pending_push(parser, parse_level(parser, level + 1)))
			return NULL;
	}
	struct cel_node *node = cel_node_new(parser, row->kind, first->from, at);

	return cel_pending_adopt(parser, node, pending);
}

static struct cel_node *parse_level(struct cel_parser *parser, enum level level)
{
	if (level == LEVELS)
		return parse_unary(parser);
	return level <= LEVEL_AND ? parse_logical(parser, level) : parse_chain(parser, level);
}

/* --- conditional --- */

static bool expect_colon(struct cel_parser *parser, size_t question)
{
	bool ok = true;

	if (cel_parser_accept(parser, CEL_TOKEN_COLON, &ok) || !ok)
		return ok;
	if (cel_parser_is(parser, CEL_TOKEN_QUESTION))
		return cel_parser_error(parser, parser->token.from,
		    "expected ':' of the condition before: put an inner condition in parentheses");
	if (str_starts(str_skip(parser->lexer.text, question), STR("?.")))
		return cel_parser_error(parser, question,
		    "expected ':' for this '?': an optional field is written a.?b");
	return cel_parser_expected(parser, "an operator or ':' of the condition");
}

static struct cel_node *parse_conditional(struct cel_parser *parser)
{
	struct cel_node *parts[3] = {parse_level(parser, LEVEL_OR), NULL, NULL};
	size_t question = parser->token.from;

	if (parts[0] == NULL || !cel_parser_is(parser, CEL_TOKEN_QUESTION))
		return parts[0];
	if (!cel_parser_advance(parser))
		return NULL;
	parts[1] = parse_level(parser, LEVEL_OR);
	if (parts[1] == NULL || !expect_colon(parser, question))
		return NULL;
	parts[2] = cel_parse_expression(parser);
	if (parts[2] == NULL)
		return NULL;
	struct cel_node *node = cel_node_new(parser, CEL_NODE_IF, parts[0]->from, question);

	return cel_node_adopt(parser, node, parts, 3);
}

struct cel_node *cel_parse_expression(struct cel_parser *parser)
{
	struct cel_node *node;

	if (!cel_parser_enter(parser))
		return NULL;
	node = parse_conditional(parser);
	cel_parser_leave(parser);
	return node;
}

/* --- the whole --- */

static bool check_text(struct str text, size_t *at, struct err *err)
{
	size_t valid;

	if (text.len > CEL_TEXT_MAX) {
		*at = CEL_TEXT_MAX;
		return err_set(
		    err, ERR_LIMIT, "the expression is longer than %zu bytes", CEL_TEXT_MAX);
	}
	valid = utf8_valid_prefix(text);
	if (valid < text.len) {
		*at = valid;
		return err_set(err, ERR_SYNTAX, "invalid UTF-8");
	}
	return true;
}

/* Ids in the order of the source. The tree's height is bounded, and so is this. */
static void number_nodes(
    const struct cel_parser *parser, const struct cel_node *node, struct cel_ast *ast)
{
	struct cel_node *made = parser->made[node->id];
	uint32_t id = ast->node_count++;

	ast->nodes[id] = made;
	for (uint32_t i = 0; i < node->child_count; i++)
		number_nodes(parser, node->children[i], ast);
	made->id = id;
}

bool cel_parse(
    struct arena *arena, struct str text, struct cel_ast *out, size_t *at, struct err *err)
{
	struct cel_parser parser = {.arena = arena, .at = at, .err = err};
	struct cel_node *root;

	if (!check_text(text, at, err))
		return false;
	parser.lexer = (struct cel_lexer){.arena = arena, .text = text};
	parser.token.name = parser.last.name = STR_EMPTY;
	if (!cel_parser_advance(&parser))
		return false;
	if (cel_parser_is(&parser, CEL_TOKEN_END)) {
		*at = 0;
		return err_set(err, ERR_SYNTAX, "the expression is empty");
	}
	root = cel_parse_expression(&parser);
	if (root == NULL)
		return false;
	if (!cel_parser_is(&parser, CEL_TOKEN_END))
		return cel_parser_expected(&parser, "an operator or the end of the expression");
	*out = (struct cel_ast){.text = text, .root = root};
	out->nodes = arena_array(arena, struct cel_node *, parser.made_count);
	number_nodes(&parser, root, out);
	return true;
}

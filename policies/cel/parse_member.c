/* Literals, names, brackets, and what hangs on them. */
#include "policies/cel/macros.h"
#include "policies/cel/parse.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/utf8.h"

#define OPENED_MAX   24 /* bytes shown of what was not closed */
#define FIRST_FIELDS 8

/* The names of a message's fields; their values are pending nodes. */
struct fields {
	struct str *names;
	size_t count, cap;
};

typedef bool parse_item_fn(struct cel_parser *parser, struct fields *fields);

static struct cel_node *constant(struct cel_parser *parser, size_t from, struct value value)
{
	struct cel_node *node = cel_node_new(parser, CEL_NODE_CONST, from, from);

	if (node != NULL)
		node->constant = value;
	return node;
}

/* The closing bracket of what was opened at `open`. */
static bool expect_close(
    struct cel_parser *parser, enum cel_token_kind kind, size_t open, const char *what)
{
	bool ok = true;
	char text[128];

	if (cel_parser_accept(parser, kind, &ok) || !ok)
		return ok;
	struct str opened = utf8_cut(str_skip(parser->lexer.text, open), OPENED_MAX);

	(void)snprintf(text, sizeof(text), "%s to close '%.*s'", what, STR_ARG(opened));
	return cel_parser_expected(parser, text);
}

/* --- numbers --- */

static struct cel_node *parse_int(struct cel_parser *parser, size_t from, bool negative)
{
	uint64_t magnitude = parser->last.value.as.natural;

	if (magnitude > (uint64_t)INT64_MAX + negative) {
		(void)cel_parser_error(parser, from, "the number is over the range of int%s",
		    negative ? "" : ": a uint is written with a u behind it");
		return NULL;
	}
	return constant(
	    parser, from, cel_int(negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude));
}

static struct cel_node *parse_number(struct cel_parser *parser, size_t from, bool negative)
{
	double real;

	if (!cel_parser_advance(parser))
		return NULL;
	if (parser->last.kind == CEL_TOKEN_INT)
		return parse_int(parser, from, negative);
	real = parser->last.value.as.real;
	return constant(parser, from, cel_double(negative ? -real : real));
}

/* --- names and calls --- */

/* Arguments up to the closing parenthesis, onto the pending nodes. */
static bool parse_arguments(struct cel_parser *parser)
{
	size_t open = parser->token.from;
	bool ok = cel_parser_advance(parser);

	if (!ok)
		return false;
	if (!cel_parser_is(parser, CEL_TOKEN_RIGHT_PAREN)) {
		do {
			if (!cel_pending_push(parser, cel_parse_expression(parser)))
				return false;
		} while (cel_parser_accept(parser, CEL_TOKEN_COMMA, &ok));
	}
	return ok && expect_close(parser, CEL_TOKEN_RIGHT_PAREN, open, "an operator, ',' or ')'");
}

/* `receiver` NULL: a global function. The token is the opening parenthesis. */
static struct cel_node *parse_call(
    struct cel_parser *parser, struct cel_token name, struct cel_node *receiver, size_t from)
{
	size_t pending = parser->pending_count;
	struct cel_node *node;

	if (receiver != NULL && !cel_pending_push(parser, receiver))
		return NULL;
	if (!parse_arguments(parser))
		return NULL;
	node = cel_node_new(parser, CEL_NODE_CALL, from, name.from);
	if (node == NULL)
		return NULL;
	node->name = name.name;
	node->flags = receiver ? CEL_MEMBER : 0;
	if (from != name.from && receiver == NULL)
		node->flags = CEL_ROOT_NAME;
	node = cel_pending_adopt(parser, node, pending);
	return node ? cel_macro_expand(parser, node) : NULL;
}

/* A name, after the leading dot at `from` where there is one. */
static struct cel_node *parse_name(struct cel_parser *parser, size_t from)
{
	struct cel_token name = parser->token;
	struct cel_node *node;

	if (name.kind != CEL_TOKEN_NAME) {
		(void)cel_parser_expected(
		    parser, from == name.from ? "a value" : "a name after '.'");
		return NULL;
	}
	if (!cel_parser_advance(parser))
		return NULL;
	if (cel_parser_is(parser, CEL_TOKEN_LEFT_PAREN))
		return parse_call(parser, name, NULL, from);
	node = cel_node_new(parser, CEL_NODE_IDENT, from, name.from);
	if (node != NULL) {
		node->name = name.name;
		node->flags = from != name.from ? CEL_ROOT_NAME : 0;
	}
	return node;
}

/* --- brackets --- */

static struct cel_node *parse_parentheses(struct cel_parser *parser)
{
	size_t open = parser->token.from;
	struct cel_node *node;

	if (!cel_parser_advance(parser))
		return NULL;
	node = cel_parse_expression(parser);
	if (node == NULL ||
	    !expect_close(parser, CEL_TOKEN_RIGHT_PAREN, open, "an operator or ')'"))
		return NULL;
	node->from = (uint32_t)open;
	node->to = parser->last.to;
	node->flags |= CEL_PARENTHESES;
	return node;
}

/* A question mark before an element makes it optional. */
static bool parse_optional_mark(struct cel_parser *parser, uint8_t *flags)
{
	bool ok = true;

	*flags = cel_parser_accept(parser, CEL_TOKEN_QUESTION, &ok) ? CEL_OPTIONAL_ENTRY : 0;
	return ok;
}

static bool parse_element(struct cel_parser *parser, struct fields *unused)
{
	uint8_t flags;
	struct cel_node *node;

	(void)unused;
	if (!parse_optional_mark(parser, &flags))
		return false;
	node = cel_parse_expression(parser);
	if (node != NULL)
		node->flags |= flags;
	return cel_pending_push(parser, node);
}

static bool expect_entry_colon(struct cel_parser *parser, const char *expected)
{
	bool ok = true;

	if (cel_parser_accept(parser, CEL_TOKEN_COLON, &ok) || !ok)
		return ok;
	return cel_parser_expected(parser, expected);
}

static bool parse_entry(struct cel_parser *parser, struct fields *unused)
{
	if (!parse_element(parser, unused) ||
	    !expect_entry_colon(parser, "an operator or ':' after the key"))
		return false;
	return cel_pending_push(parser, cel_parse_expression(parser));
}

static bool is_field_name(const struct cel_parser *parser)
{
	return cel_parser_is(parser, CEL_TOKEN_NAME) || cel_parser_is(parser, CEL_TOKEN_RESERVED) ||
	       cel_parser_is(parser, CEL_TOKEN_QUOTED);
}

static void add_field(struct cel_parser *parser, struct fields *fields, struct str name)
{
	if (fields->count == fields->cap) {
		size_t cap = fields->cap ? fields->cap * 2 : FIRST_FIELDS;

		fields->names = arena_grow(parser->arena, fields->names,
		    fields->cap * sizeof(*fields->names), cap * sizeof(*fields->names));
		fields->cap = cap;
	}
	fields->names[fields->count++] = name;
}

static bool parse_field(struct cel_parser *parser, struct fields *fields)
{
	struct cel_node *node;
	uint8_t flags;

	if (!parse_optional_mark(parser, &flags))
		return false;
	if (!is_field_name(parser))
		return cel_parser_expected(parser, "a field name or '}'");
	add_field(parser, fields, parser->token.name);
	if (!cel_parser_advance(parser) || !expect_entry_colon(parser, "':' after the field name"))
		return false;
	node = cel_parse_expression(parser);
	if (node != NULL)
		node->flags |= flags;
	return cel_pending_push(parser, node);
}

/* Items with commas between them, one after the last allowed; the grammar has `[,]`, too. */
static bool parse_items(struct cel_parser *parser, enum cel_token_kind closing,
    parse_item_fn *parse_item, struct fields *fields)
{
	size_t open = parser->token.from;
	bool ok = cel_parser_advance(parser);

	if (ok && !cel_parser_accept(parser, CEL_TOKEN_COMMA, &ok)) {
		while (ok && !cel_parser_is(parser, closing)) {
			if (!parse_item(parser, fields))
				return false;
			if (!cel_parser_accept(parser, CEL_TOKEN_COMMA, &ok))
				break;
		}
	}
	return ok && expect_close(parser, closing, open,
			 closing == CEL_TOKEN_RIGHT_BRACKET ? "an operator, ',' or ']'"
							    : "an operator, ',' or '}'");
}

static struct cel_node *parse_list(struct cel_parser *parser)
{
	size_t from = parser->token.from, pending = parser->pending_count;

	if (!parse_items(parser, CEL_TOKEN_RIGHT_BRACKET, parse_element, NULL))
		return NULL;
	return cel_pending_adopt(parser, cel_node_new(parser, CEL_NODE_LIST, from, from), pending);
}

static struct cel_node *parse_map(struct cel_parser *parser)
{
	size_t from = parser->token.from, pending = parser->pending_count;

	if (!parse_items(parser, CEL_TOKEN_RIGHT_BRACE, parse_entry, NULL))
		return NULL;
	return cel_pending_adopt(parser, cel_node_new(parser, CEL_NODE_MAP, from, from), pending);
}

/* --- what hangs on a value --- */

/* a.b.C, as it may stand before the fields of a message. */
static bool is_qualified_name(const struct cel_node *node)
{
	const uint8_t none = CEL_PARENTHESES | CEL_QUOTED_NAME | CEL_OPTIONAL_SELECT;

	while (node->kind == CEL_NODE_SELECT && !(node->flags & none))
		node = node->children[0];
	return node->kind == CEL_NODE_IDENT && !(node->flags & none);
}

/* The name without the spaces that may stand in it, written from its end. */
static struct str join_name(struct cel_parser *parser, const struct cel_node *node, bool *root)
{
	size_t room = node->to - node->from, at = room;
	char *out = arena_alloc(parser->arena, room);

	for (;; node = node->children[0]) {
		at -= node->name.len;
		memcpy(out + at, node->name.ptr, node->name.len);
		if (node->kind == CEL_NODE_IDENT)
			break;
		out[--at] = '.';
	}
	*root = (node->flags & CEL_ROOT_NAME) != 0;
	return (struct str){out + at, room - at};
}

static struct cel_node *parse_struct(struct cel_parser *parser, struct cel_node *name)
{
	size_t open = parser->token.from, pending = parser->pending_count;
	struct fields fields = {NULL, 0, 0};
	struct cel_node *node;
	bool root;

	if (!parse_items(parser, CEL_TOKEN_RIGHT_BRACE, parse_field, &fields))
		return NULL;
	node = cel_node_new(parser, CEL_NODE_STRUCT, name->from, open);
	if (node == NULL)
		return NULL;
	node->name = join_name(parser, name, &root);
	node->flags = root ? CEL_ROOT_NAME : 0;
	node->fields = fields.names;
	return cel_pending_adopt(parser, node, pending);
}

static struct cel_node *expect_field_name(struct cel_parser *parser)
{
	if (cel_parser_is(parser, CEL_TOKEN_IN))
		(void)cel_parser_error(parser, parser->token.from,
		    "expected a field name after '.': write .`in` or [\"in\"]");
	else if (cel_parser_is(parser, CEL_TOKEN_LITERAL))
		(void)cel_parser_expected(parser, "a field name after '.' (other keys: [\"key\"])");
	else
		(void)cel_parser_expected(parser, "a field name after '.'");
	return NULL;
}

static struct cel_node *parse_select(struct cel_parser *parser, struct cel_node *operand)
{
	struct cel_token name;
	struct cel_node *node;
	bool ok = cel_parser_advance(parser), optional;

	optional = ok && cel_parser_accept(parser, CEL_TOKEN_QUESTION, &ok);
	if (!ok)
		return NULL;
	name = parser->token;
	if (!is_field_name(parser))
		return expect_field_name(parser);
	if (!cel_parser_advance(parser))
		return NULL;
	if (cel_parser_is(parser, CEL_TOKEN_LEFT_PAREN) && !optional &&
	    name.kind != CEL_TOKEN_QUOTED)
		return parse_call(parser, name, operand, operand->from);
	node = cel_node_new(parser, CEL_NODE_SELECT, operand->from, name.from);
	if (node == NULL)
		return NULL;
	node->name = name.name;
	node->flags = (uint8_t)((optional ? CEL_OPTIONAL_SELECT : 0) |
				(name.kind == CEL_TOKEN_QUOTED ? CEL_QUOTED_NAME : 0));
	return cel_node_adopt(parser, node, &operand, 1);
}

static struct cel_node *parse_index(struct cel_parser *parser, struct cel_node *operand)
{
	size_t open = parser->token.from;
	struct cel_node *pair[2] = {operand, NULL}, *node;
	bool ok = cel_parser_advance(parser), optional;

	optional = ok && cel_parser_accept(parser, CEL_TOKEN_QUESTION, &ok);
	if (!ok)
		return NULL;
	pair[1] = cel_parse_expression(parser);
	if (pair[1] == NULL ||
	    !expect_close(parser, CEL_TOKEN_RIGHT_BRACKET, open, "an operator or ']'"))
		return NULL;
	node = cel_node_new(parser, CEL_NODE_INDEX, operand->from, open);
	if (node != NULL)
		node->flags = optional ? CEL_OPTIONAL_SELECT : 0;
	return cel_node_adopt(parser, node, pair, 2);
}

static struct cel_node *parse_suffixes(struct cel_parser *parser, struct cel_node *node)
{
	while (node != NULL) {
		if (cel_parser_is(parser, CEL_TOKEN_DOT))
			node = parse_select(parser, node);
		else if (cel_parser_is(parser, CEL_TOKEN_LEFT_BRACKET))
			node = parse_index(parser, node);
		else if (cel_parser_is(parser, CEL_TOKEN_LEFT_BRACE) && is_qualified_name(node))
			node = parse_struct(parser, node);
		else
			break;
	}
	return node;
}

/* --- primary --- */

static struct cel_node *parse_root_name(struct cel_parser *parser)
{
	size_t dot = parser->token.from;

	return cel_parser_advance(parser) ? parse_name(parser, dot) : NULL;
}

static struct cel_node *parse_plain_name(struct cel_parser *parser)
{
	return parse_name(parser, parser->token.from);
}

static struct cel_node *parse_literal(struct cel_parser *parser)
{
	if (!cel_parser_advance(parser))
		return NULL;
	return constant(parser, parser->last.from, parser->last.value);
}

static struct cel_node *parse_positive(struct cel_parser *parser)
{
	return parse_number(parser, parser->token.from, false);
}

static const struct {
	enum cel_token_kind token;
	struct cel_node *(*parse)(struct cel_parser *parser);
} primaries[] = {
    {CEL_TOKEN_NAME, parse_plain_name},
    {CEL_TOKEN_LITERAL, parse_literal},
    {CEL_TOKEN_INT, parse_positive},
    {CEL_TOKEN_DOUBLE, parse_positive},
    {CEL_TOKEN_LEFT_PAREN, parse_parentheses},
    {CEL_TOKEN_LEFT_BRACKET, parse_list},
    {CEL_TOKEN_LEFT_BRACE, parse_map},
    {CEL_TOKEN_DOT, parse_root_name},
};

static struct cel_node *parse_primary(struct cel_parser *parser)
{
	for (size_t i = 0; i < ARRAY_LEN(primaries); i++) {
		if (cel_parser_is(parser, primaries[i].token))
			return primaries[i].parse(parser);
	}
	(void)cel_parser_expected(parser, cel_parser_is(parser, CEL_TOKEN_QUOTED)
					      ? "a value (backquotes are for fields: a.`b-c`)"
					      : "a value");
	return NULL;
}

struct cel_node *cel_parse_member(struct cel_parser *parser)
{
	return parse_suffixes(parser, parse_primary(parser));
}

struct cel_node *cel_parse_negative(struct cel_parser *parser, size_t from)
{
	return parse_suffixes(parser, parse_number(parser, from, true));
}

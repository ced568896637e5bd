/* The parser's tools: tokens, errors, nodes. */
#include "policies/cel/parse.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/utf8.h"

#define FIRST_CAP 32
#define FOUND_MAX 40 /* bytes of a token in an error text */

bool cel_parser_advance(struct cel_parser *parser)
{
	parser->last = parser->token;
	return cel_lexer_next(&parser->lexer, &parser->token, parser->at, parser->err);
}

bool cel_parser_is(const struct cel_parser *parser, enum cel_token_kind kind)
{
	return parser->token.kind == kind;
}

bool cel_parser_accept(struct cel_parser *parser, enum cel_token_kind kind, bool *ok)
{
	if (parser->token.kind != kind)
		return false;
	*ok = cel_parser_advance(parser);
	return *ok;
}

/* --- errors --- */

bool cel_parser_error(struct cel_parser *parser, size_t at, const char *fmt, ...)
{
	char text[ERR_TEXT_MAX];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	*parser->at = at;
	return err_set(parser->err, ERR_SYNTAX, "%s", text);
}

static bool limit_error(struct cel_parser *parser, size_t at, size_t limit, const char *what)
{
	*parser->at = at;
	return err_set(parser->err, ERR_LIMIT, "the expression has more than %zu %s", limit, what);
}

/* Words that people write where CEL wants an operator, or an operand. */
static const struct {
	const char *word, *hint;
} word_hints[] = {
    {"and", "use &&"},
    {"or", "use ||"},
    {"not", "use !"},
    {"is", "use == to compare"},
    {"eq", "use =="},
    {"ne", "use !="},
    {"mod", "use %"},
    {"like", "use glob(text, pattern) or text.matches(pattern)"},
    {"contains", "write text.contains(part)"},
    {"startsWith", "write text.startsWith(part)"},
    {"endsWith", "write text.endsWith(part)"},
    {"matches", "write text.matches(pattern)"},
    {"if", "write condition ? yes : no"},
    {"else", "write condition ? yes : no"},
    {"then", "write condition ? yes : no"},
    {"for", "use list.all(x, ...), list.exists(x, ...) or list.map(x, ...)"},
    {"let", "use cel.bind(name, value, expression)"},
    {"var", "use cel.bind(name, value, expression)"},
    {"function", "use the variables of a policy file"},
    {"return", "an expression is its own result"},
    {"rb", "raw bytes are written br'...'"},
};

static const char *word_hint(struct str word)
{
	for (size_t i = 0; i < ARRAY_LEN(word_hints); i++) {
		if (str_is(word, word_hints[i].word))
			return word_hints[i].hint;
	}
	return NULL;
}

static struct str token_text(const struct cel_parser *parser, const struct cel_token *token)
{
	return utf8_cut(str_from_to(parser->lexer.text, token->from, token->to), FOUND_MAX);
}

static const char *find_hint(const struct cel_parser *parser)
{
	const char *hint = word_hint(parser->token.name);

	/* `not x`: the surprise is the word after it. */
	return hint != NULL ? hint : word_hint(parser->last.name);
}

bool cel_parser_expected(struct cel_parser *parser, const char *what)
{
	const char *hint = find_hint(parser);
	const char *colon = hint ? ": " : "";

	if (cel_parser_is(parser, CEL_TOKEN_END))
		return cel_parser_error(parser, parser->last.to,
		    "expected %s, found the end of the expression%s%s", what, colon,
		    hint ? hint : "");
	return cel_parser_error(parser, parser->token.from, "expected %s, found %s'%.*s'%s%s", what,
	    cel_parser_is(parser, CEL_TOKEN_RESERVED) ? "the reserved word " : "",
	    STR_ARG(token_text(parser, &parser->token)), colon, hint ? hint : "");
}

bool cel_parser_enter(struct cel_parser *parser)
{
	if (parser->depth >= CEL_DEPTH_MAX)
		return limit_error(parser, parser->token.from, CEL_DEPTH_MAX, "levels of nesting");
	parser->depth++;
	return true;
}

void cel_parser_leave(struct cel_parser *parser)
{
	parser->depth--;
}

/* --- nodes --- */

/* Doubles the room of an array of nodes in the arena when it is full. */
static void make_room(struct arena *arena, struct cel_node ***array, size_t count, size_t *cap)
{
	if (count < *cap)
		return;
	size_t wanted = *cap ? *cap * 2 : FIRST_CAP;

	*array = arena_grow(
	    arena, *array, *cap * sizeof(struct cel_node *), wanted * sizeof(struct cel_node *));
	*cap = wanted;
}

struct cel_node *cel_node_new(
    struct cel_parser *parser, enum cel_node_kind kind, size_t from, size_t at)
{
	if (parser->made_count >= CEL_NODES_MAX) {
		(void)limit_error(parser, at, CEL_NODES_MAX, "parts");
		return NULL;
	}
	struct cel_node *node = arena_make(parser->arena, struct cel_node);

	make_room(parser->arena, &parser->made, parser->made_count, &parser->made_cap);
	node->kind = (uint8_t)kind;
	node->id = (uint32_t)parser->made_count;
	node->from = (uint32_t)from;
	node->to = parser->last.to;
	node->at = (uint32_t)at;
	node->slot = node->slot2 = -1;
	node->name = node->name2 = STR_EMPTY;
	node->height = 1;
	parser->made[parser->made_count++] = node;
	return node;
}

struct cel_node *cel_node_adopt(struct cel_parser *parser, struct cel_node *node,
    struct cel_node *const *children, size_t count)
{
	uint32_t height = 0;

	if (node == NULL)
		return NULL;
	node->children = arena_array(parser->arena, const struct cel_node *, count);
	for (size_t i = 0; i < count; i++) {
		node->children[i] = children[i];
		if (children[i]->height > height)
			height = children[i]->height;
	}
	node->child_count = (uint32_t)count;
	node->height = height + 1;
	if (node->height <= CEL_HEIGHT_MAX)
		return node;
	(void)limit_error(parser, node->at, CEL_HEIGHT_MAX, "operations that depend on each other");
	return NULL;
}

bool cel_pending_push(struct cel_parser *parser, struct cel_node *node)
{
	if (node == NULL)
		return false;
	make_room(parser->arena, &parser->pending, parser->pending_count, &parser->pending_cap);
	parser->pending[parser->pending_count++] = node;
	return true;
}

struct cel_node *cel_pending_adopt(struct cel_parser *parser, struct cel_node *node, size_t first)
{
	struct cel_node *none = NULL;
	size_t count = parser->pending_count - first;

	if (parser->pending == NULL || count == 0)
		return cel_node_adopt(parser, node, &none, 0);
	node = cel_node_adopt(parser, node, parser->pending + first, count);
	parser->pending_count = first;
	return node;
}

/*
 * parse.h: the parser's state, for parse*.c and macros.c only.
 *
 * Functions that make a node return NULL after an error: parser->err and *parser->at are set then.
 * Nodes are made in the order in which they end; their ids become dense in parse.c, after macros
 * have thrown some away. Layer: policies.
 */
#ifndef POLICIES_CEL_PARSE_H
#define POLICIES_CEL_PARSE_H

#include "policies/cel/ast.h"
#include "policies/cel/lexer.h"

struct cel_parser {
	struct arena *arena;
	struct cel_lexer lexer;
	struct cel_token token; /* the next one */
	struct cel_token last;	/* the one before it */
	unsigned depth;
	struct cel_node **made; /* by preliminary id */
	size_t made_count, made_cap;
	struct cel_node **pending; /* finished children of unfinished nodes */
	size_t pending_count, pending_cap;
	size_t *at;
	struct err *err;
};

/* --- parse_nodes.c: tokens, errors, nodes --- */

NODISCARD bool cel_parser_advance(struct cel_parser *parser);
bool cel_parser_is(const struct cel_parser *parser, enum cel_token_kind kind);
/* Takes the token if it is of this kind; *ok turns false when what follows it is no token. */
bool cel_parser_accept(struct cel_parser *parser, enum cel_token_kind kind, bool *ok);

/* Each sets the error and returns false. */
bool cel_parser_error(struct cel_parser *parser, size_t at, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* "expected WHAT, found 'x'", with a hint for words of other languages. */
bool cel_parser_expected(struct cel_parser *parser, const char *what);

NODISCARD bool cel_parser_enter(struct cel_parser *parser); /* one level of nesting */
void cel_parser_leave(struct cel_parser *parser);

/* A node without children that ends where the last token ended. */
struct cel_node *cel_node_new(
    struct cel_parser *parser, enum cel_node_kind kind, size_t from, size_t at);
/* Gives it children (copied) and its height. */
struct cel_node *cel_node_adopt(struct cel_parser *parser, struct cel_node *node,
    struct cel_node *const *children, size_t count);
bool cel_pending_push(struct cel_parser *parser, struct cel_node *node);
/* Adopts the pending nodes from number `first` on. */
struct cel_node *cel_pending_adopt(struct cel_parser *parser, struct cel_node *node, size_t first);

/* --- parse.c, parse_member.c --- */

struct cel_node *cel_parse_expression(struct cel_parser *parser);
/* Literals, names, brackets, and what hangs on them: .name [index] (arguments) {fields}. */
struct cel_node *cel_parse_member(struct cel_parser *parser);
/* The same for a number whose sign stands at `from`; the token is INT or DOUBLE. */
struct cel_node *cel_parse_negative(struct cel_parser *parser, size_t from);

#endif

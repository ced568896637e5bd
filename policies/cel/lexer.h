/*
 * lexer.h: the words of an expression. Literals are decoded here, so that the parser only looks at
 * kinds.
 *
 * The text must be valid UTF-8 (cel_parse() checks). Typical slips of other languages (`=`, `&`,
 * `<>`, `${`) are refused with a hint. Views of the text where possible, else in the arena.
 *
 * Errors: ERR_SYNTAX, with the byte in *at. Source: the CEL language definition, lexis; where it is
 * silent, its reference implementation (line ends in strings become LF). Layer: policies.
 */
#ifndef POLICIES_CEL_LEXER_H
#define POLICIES_CEL_LEXER_H

#include "policies/cel/value.h"

struct arena;
struct err;

enum cel_token_kind {
	CEL_TOKEN_END,
	CEL_TOKEN_NAME,
	CEL_TOKEN_RESERVED, /* `if`, `for` ...: a name only behind a dot */
	CEL_TOKEN_QUOTED,   /* `a-b` in backquotes: only behind a dot and in messages */
	CEL_TOKEN_LITERAL,  /* string, bytes, uint, true, false, null */
	CEL_TOKEN_INT,	    /* value.as.natural: the sign comes with the parser */
	CEL_TOKEN_DOUBLE,
	CEL_TOKEN_IN,
	CEL_TOKEN_EQ,
	CEL_TOKEN_NE,
	CEL_TOKEN_LE,
	CEL_TOKEN_GE,
	CEL_TOKEN_LT,
	CEL_TOKEN_GT,
	CEL_TOKEN_AND,
	CEL_TOKEN_OR,
	CEL_TOKEN_PLUS,
	CEL_TOKEN_MINUS,
	CEL_TOKEN_STAR,
	CEL_TOKEN_SLASH,
	CEL_TOKEN_PERCENT,
	CEL_TOKEN_NOT,
	CEL_TOKEN_QUESTION,
	CEL_TOKEN_COLON,
	CEL_TOKEN_COMMA,
	CEL_TOKEN_DOT,
	CEL_TOKEN_LEFT_PAREN,
	CEL_TOKEN_RIGHT_PAREN,
	CEL_TOKEN_LEFT_BRACKET,
	CEL_TOKEN_RIGHT_BRACKET,
	CEL_TOKEN_LEFT_BRACE,
	CEL_TOKEN_RIGHT_BRACE,
};

struct cel_token {
	enum cel_token_kind kind;
	uint32_t from, to;  /* bytes of the text */
	struct str name;    /* NAME, RESERVED, QUOTED (without its quotes) */
	struct value value; /* LITERAL, INT, DOUBLE */
};

struct cel_lexer {
	struct arena *arena;
	struct str text; /* at most CEL_TEXT_MAX bytes */
	size_t pos;
};

/* The next token; END at the end, again and again. */
NODISCARD bool cel_lexer_next(
    struct cel_lexer *lexer, struct cel_token *out, size_t *at, struct err *err);

/* For lexer.c: the string that begins at lexer->pos, behind a prefix of letters (r, b, br) that
 * begins at `from`. Moves behind it. */
struct cel_quoted {
	size_t from;
	bool raw, bytes;
};
NODISCARD bool cel_lexer_string(struct cel_lexer *lexer, struct cel_quoted quoted,
    struct value *out, size_t *at, struct err *err);

#endif

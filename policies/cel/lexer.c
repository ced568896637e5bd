#include "policies/cel/lexer.h"

#include <math.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/utf8.h"

#define DIGITS_MAX 1000 /* of one number: far beyond what a double can tell apart */

static const struct {
	struct str text;
	enum cel_token_kind kind;
} symbols[] = {
    /* longer ones first */
    {STR_INIT("=="), CEL_TOKEN_EQ},
    {STR_INIT("!="), CEL_TOKEN_NE},
    {STR_INIT("<="), CEL_TOKEN_LE},
    {STR_INIT(">="), CEL_TOKEN_GE},
    {STR_INIT("&&"), CEL_TOKEN_AND},
    {STR_INIT("||"), CEL_TOKEN_OR},
    {STR_INIT("<"), CEL_TOKEN_LT},
    {STR_INIT(">"), CEL_TOKEN_GT},
    {STR_INIT("+"), CEL_TOKEN_PLUS},
    {STR_INIT("-"), CEL_TOKEN_MINUS},
    {STR_INIT("*"), CEL_TOKEN_STAR},
    {STR_INIT("/"), CEL_TOKEN_SLASH},
    {STR_INIT("%"), CEL_TOKEN_PERCENT},
    {STR_INIT("!"), CEL_TOKEN_NOT},
    {STR_INIT("?"), CEL_TOKEN_QUESTION},
    {STR_INIT(":"), CEL_TOKEN_COLON},
    {STR_INIT(","), CEL_TOKEN_COMMA},
    {STR_INIT("."), CEL_TOKEN_DOT},
    {STR_INIT("("), CEL_TOKEN_LEFT_PAREN},
    {STR_INIT(")"), CEL_TOKEN_RIGHT_PAREN},
    {STR_INIT("["), CEL_TOKEN_LEFT_BRACKET},
    {STR_INIT("]"), CEL_TOKEN_RIGHT_BRACKET},
    {STR_INIT("{"), CEL_TOKEN_LEFT_BRACE},
    {STR_INIT("}"), CEL_TOKEN_RIGHT_BRACE},
};

/* What begins no token, or never stands in an expression, and what was meant. Those of one byte are
 * looked up only after the symbols (`&` and `&&`). */
static const struct {
	struct str text;
	const char *hint;
} slips[] = {
    {STR_INIT("==="), "use == to compare"},
    {STR_INIT("!=="), "use != to compare"},
    {STR_INIT("<>"), "use != to compare"},
    {STR_INIT("=~"), "use text.matches('pattern')"},
    {STR_INIT("!~"), "use !text.matches('pattern')"},
    {STR_INIT("=>"), "use >="},
    {STR_INIT("=<"), "use <="},
    {STR_INIT(":="), "use == to compare, cel.bind(name, value, expression) to name a value"},
    {STR_INIT("??"), "use get(path, fallback)"},
    {STR_INIT("/*"), "comments begin with // and end with the line"},
    {STR_INIT("${"), "an expression is written without ${ }"},
    {STR_INIT("="), "use == to compare"},
    {STR_INIT("&"), "use &&"},
    {STR_INIT("|"), "use ||"},
    {STR_INIT("#"), "comments begin with //"},
    {STR_INIT(";"), "an expression ends without it"},
    {STR_INIT("$"), "names have letters, digits and _"},
    {STR_INIT("\xe2\x80\x9c"), "use plain quotes: \" or '"},
    {STR_INIT("\xe2\x80\x9d"), "use plain quotes: \" or '"},
    {STR_INIT("\xe2\x80\x98"), "use plain quotes: \" or '"},
    {STR_INIT("\xe2\x80\x99"), "use plain quotes: \" or '"},
    {STR_INIT("\xc2\xa0"), "this is a no-break space: use a plain one"},
};
static const struct str reserved_words[] = {
    STR_INIT("as"),
    STR_INIT("break"),
    STR_INIT("const"),
    STR_INIT("continue"),
    STR_INIT("else"),
    STR_INIT("for"),
    STR_INIT("function"),
    STR_INIT("if"),
    STR_INIT("import"),
    STR_INIT("let"),
    STR_INIT("loop"),
    STR_INIT("namespace"),
    STR_INIT("package"),
    STR_INIT("return"),
    STR_INIT("var"),
    STR_INIT("void"),
    STR_INIT("while"),
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_name_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_name(char c)
{
	return is_name_start(c) || is_digit(c);
}

static char byte_at(const struct cel_lexer *lexer, size_t pos)
{
	if (pos >= lexer->text.len)
		return '\0';
	return lexer->text.ptr[pos];
}

static void skip_space(struct cel_lexer *lexer)
{
	struct str text = lexer->text;
	size_t pos = lexer->pos;

	for (; pos < text.len; pos++) {
		char c = text.ptr[pos];

		if (c == '/' && pos + 1 < text.len && text.ptr[pos + 1] == '/') {
			while (pos < text.len && text.ptr[pos] != '\n')
				pos++;
			if (pos == text.len)
				break;
			c = '\n';
		}
		if (c != ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f')
			break;
	}
	lexer->pos = pos;
}

/* --- numbers --- */

static bool read_natural(struct str digits, unsigned base, uint64_t *out)
{
	uint64_t number = 0;

	for (size_t i = 0; i < digits.len; i++) {
		char c = digits.ptr[i];
		unsigned digit =
		    is_digit(c) ? (unsigned)(c - '0') : (unsigned)((c | 0x20) - 'a' + 10);

		if (__builtin_mul_overflow(number, base, &number) ||
		    __builtin_add_overflow(number, digit, &number))
			return false;
	}
	*out = number;
	return true;
}

static size_t skip_digits(const struct cel_lexer *lexer, size_t pos)
{
	while (is_digit(byte_at(lexer, pos)))
		pos++;
	return pos;
}

/* Behind digits, a fraction and an exponent where they are complete: `1.e` is `1` and a field. */
static size_t skip_decimal(const struct cel_lexer *lexer, size_t pos)
{
	pos = skip_digits(lexer, pos);
	if (byte_at(lexer, pos) == '.' && is_digit(byte_at(lexer, pos + 1)))
		pos = skip_digits(lexer, pos + 1);
	if ((byte_at(lexer, pos) | 0x20) == 'e') {
		char sign = byte_at(lexer, pos + 1);
		size_t digits = pos + (sign == '+' || sign == '-' ? 2 : 1);

		if (is_digit(byte_at(lexer, digits)))
			pos = skip_digits(lexer, digits);
	}
	return pos;
}

static bool finish_double(
    struct cel_lexer *lexer, struct str text, struct value *out, struct err *err)
{
	double real;

	if (text.len > DIGITS_MAX)
		return err_set(err, ERR_SYNTAX, "a number of more than %d digits", DIGITS_MAX);
	/* The program never leaves the C locale: the point is a point. */
	real = strtod(str_to_c(lexer->arena, text), NULL);
	if (isinf(real))
		return err_set(err, ERR_SYNTAX, "the number is over the range of double");
	*out = cel_double(real);
	return true;
}

static bool finish_whole(struct cel_lexer *lexer, struct str digits, unsigned base,
    struct cel_token *out, struct err *err)
{
	uint64_t natural;

	if (!read_natural(digits, base, &natural))
		return err_set(err, ERR_SYNTAX, "the number is over the range of int and uint%s",
		    base == 10 ? ": as a double it is written with a point" : "");
	out->value = cel_uint(natural);
	out->kind = CEL_TOKEN_INT;
	if ((byte_at(lexer, lexer->pos) | 0x20) == 'u') {
		lexer->pos++;
		out->kind = CEL_TOKEN_LITERAL;
	}
	return true;
}

static bool lex_hex(struct cel_lexer *lexer, struct cel_token *out, struct err *err)
{
	size_t first = lexer->pos + 2, pos = first;

	while (is_hex(byte_at(lexer, pos)))
		pos++;
	if (pos == first)
		return err_set(err, ERR_SYNTAX, "expected hexadecimal digits after '0x'");
	lexer->pos = pos;
	return finish_whole(lexer, str_from_to(lexer->text, first, pos), 16, out, err);
}

static bool lex_number(struct cel_lexer *lexer, struct cel_token *out, struct err *err)
{
	size_t from = lexer->pos, whole = skip_digits(lexer, from), end;
	bool ok;

	if (byte_at(lexer, from) == '0' && byte_at(lexer, from + 1) == 'x') {
		ok = lex_hex(lexer, out, err);
	} else {
		end = skip_decimal(lexer, from);
		lexer->pos = end;
		out->kind = CEL_TOKEN_DOUBLE;
		struct str text = str_from_to(lexer->text, from, end);
		ok = end == whole ? finish_whole(lexer, text, 10, out, err)
				  : finish_double(lexer, text, &out->value, err);
	}
	if (ok && is_name(byte_at(lexer, lexer->pos)))
		return err_set(err, ERR_SYNTAX,
		    "expected a space or an operator after the number '%.*s'",
		    STR_ARG(str_from_to(lexer->text, from, lexer->pos)));
	return ok;
}

/* --- names --- */

static bool is_reserved(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(reserved_words); i++) {
		if (str_eq(name, reserved_words[i]))
			return true;
	}
	return false;
}

static void classify_name(struct cel_token *token)
{
	static const struct {
		struct str name;
		enum cel_token_kind kind;
		struct value value;
	} words[] = {
	    {STR_INIT("true"), CEL_TOKEN_LITERAL, {.kind = VALUE_BOOL, .as.boolean = true}},
	    {STR_INIT("false"), CEL_TOKEN_LITERAL, {.kind = VALUE_BOOL, .as.boolean = false}},
	    {STR_INIT("null"), CEL_TOKEN_LITERAL, {.kind = VALUE_NULL}},
	    {STR_INIT("in"), CEL_TOKEN_IN, {.kind = VALUE_NULL}},
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (str_eq(token->name, words[i].name)) {
			token->kind = words[i].kind;
			token->value = words[i].value;
			return;
		}
	}
	token->kind = is_reserved(token->name) ? CEL_TOKEN_RESERVED : CEL_TOKEN_NAME;
}

static void lex_name(struct cel_lexer *lexer, struct cel_token *out)
{
	size_t pos = lexer->pos;

	while (is_name(byte_at(lexer, pos)))
		pos++;
	out->name = str_from_to(lexer->text, lexer->pos, pos);
	lexer->pos = pos;
	classify_name(out);
}

static bool lex_quoted(struct cel_lexer *lexer, struct cel_token *out, struct err *err)
{
	size_t first = lexer->pos + 1, pos = first;

	while (is_name(byte_at(lexer, pos)) ||
	       (byte_at(lexer, pos) != '\0' && strchr(".-/ ", byte_at(lexer, pos)) != NULL))
		pos++;
	if (pos == first || byte_at(lexer, pos) != '`')
		return err_set(err, ERR_SYNTAX,
		    "expected a name of letters, digits, _ . - / and spaces between backquotes");
	out->kind = CEL_TOKEN_QUOTED;
	out->name = str_from_to(lexer->text, first, pos);
	lexer->pos = pos + 1;
	return true;
}

/* --- strings and the rest --- */

static bool is_quote(char c)
{
	return c == '"' || c == '\'';
}

/* r, b or br directly before a quote, in either case. */
static bool string_ahead(const struct cel_lexer *lexer, struct cel_quoted *out, size_t *quote)
{
	size_t pos = lexer->pos;

	*out = (struct cel_quoted){.from = pos};
	if ((byte_at(lexer, pos) | 0x20) == 'b') {
		out->bytes = true;
		pos++;
	}
	if ((byte_at(lexer, pos) | 0x20) == 'r') {
		out->raw = true;
		pos++;
	}
	*quote = pos;
	return is_quote(byte_at(lexer, pos));
}

/* True when there is none of at least `min` bytes. */
static bool refuse_slip(const struct cel_lexer *lexer, size_t min, struct err *err)
{
	struct str rest = str_skip(lexer->text, lexer->pos);

	for (size_t i = 0; i < ARRAY_LEN(slips); i++) {
		if (slips[i].text.len < min || !str_starts(rest, slips[i].text))
			continue;
		return err_set(
		    err, ERR_SYNTAX, "unexpected '%s': %s", slips[i].text.ptr, slips[i].hint);
	}
	return true;
}

static bool refuse_character(struct cel_lexer *lexer, struct err *err)
{
	size_t pos = lexer->pos;
	uint32_t code = utf8_next(lexer->text, &pos);
	struct str text = str_from_to(lexer->text, lexer->pos, pos);

	if (utf8_width(text) == 0)
		return err_set(err, ERR_SYNTAX, "unexpected character U+%04X", (unsigned)code);
	return err_set(err, ERR_SYNTAX, "unexpected character '%.*s'%s", STR_ARG(text),
	    code > 0x7f ? ": names have ASCII letters, digits and _" : "");
}

static bool lex_symbol(struct cel_lexer *lexer, struct cel_token *out, struct err *err)
{
	struct str rest = str_skip(lexer->text, lexer->pos);

	if (!refuse_slip(lexer, 2, err))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(symbols); i++) {
		if (str_starts(rest, symbols[i].text)) {
			out->kind = symbols[i].kind;
			lexer->pos += symbols[i].text.len;
			return true;
		}
	}
	return refuse_slip(lexer, 1, err) && refuse_character(lexer, err);
}

static bool lex_token(struct cel_lexer *lexer, struct cel_token *out, size_t *at, struct err *err)
{
	char c = byte_at(lexer, lexer->pos);
	struct cel_quoted quoted;
	size_t quote;

	if (string_ahead(lexer, &quoted, &quote)) {
		lexer->pos = quote;
		out->kind = CEL_TOKEN_LITERAL;
		return cel_lexer_string(lexer, quoted, &out->value, at, err);
	}
	if (is_name_start(c)) {
		lex_name(lexer, out);
		return true;
	}
	if (is_digit(c) || (c == '.' && is_digit(byte_at(lexer, lexer->pos + 1))))
		return lex_number(lexer, out, err);
	if (c == '`')
		return lex_quoted(lexer, out, err);
	return lex_symbol(lexer, out, err);
}

bool cel_lexer_next(struct cel_lexer *lexer, struct cel_token *out, size_t *at, struct err *err)
{
	skip_space(lexer);
	*out = (struct cel_token){.kind = CEL_TOKEN_END,
	    .from = (uint32_t)lexer->pos,
	    .to = (uint32_t)lexer->pos,
	    .name = STR_EMPTY};
	if (lexer->pos >= lexer->text.len)
		return true;
	*at = lexer->pos;
	if (!lex_token(lexer, out, at, err))
		return false;
	out->to = (uint32_t)lexer->pos;
	return true;
}

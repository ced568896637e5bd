/* The strings of the lexer: where they end, and what their escapes mean. */
#include "policies/cel/lexer.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/utf8.h"

/* One literal under way. */
struct reader {
	struct str body;
	size_t pos;   /* in body */
	size_t start; /* of body in the text */
	bool raw, bytes;
	char *out;
	size_t len;
	size_t *at;
	struct err *err;
};

static const struct {
	char letter, byte;
} plain_escapes[] = {
    {'a', '\a'},
    {'b', '\b'},
    {'f', '\f'},
    {'n', '\n'},
    {'r', '\r'},
    {'t', '\t'},
    {'v', '\v'},
    {'\\', '\\'},
    {'?', '?'},
    {'"', '"'},
    {'\'', '\''},
    {'`', '`'},
};

/* Escapes of digits: how many of which base stand after the letter, and what was expected. */
struct digit_escape {
	char letter;
	unsigned base, digits;
	bool strings_only;
	const char *expected;
};

static const struct digit_escape digit_escapes[] = {
    {'x', 16, 2, false, "two hexadecimal digits after \\x"},
    {'X', 16, 2, false, "two hexadecimal digits after \\X"},
    {'u', 16, 4, true, "four hexadecimal digits after \\u"},
    {'U', 16, 8, true, "eight hexadecimal digits after \\U"},
};

static const struct digit_escape octal_escape = {
    '0', 8, 3, false, "three octal digits from \\000 to \\377"};

static bool refuse(struct reader *reader, size_t pos, const char *text)
{
	*reader->at = reader->start + pos;
	return err_set(reader->err, ERR_SYNTAX, "%s", text);
}

static bool digit_value(char c, unsigned base, uint32_t *out)
{
	uint32_t value = 16;

	if (c >= '0' && c <= '9')
		value = (uint32_t)(c - '0');
	else if (c >= 'a' && c <= 'f')
		value = (uint32_t)(c - 'a') + 10;
	else if (c >= 'A' && c <= 'F')
		value = (uint32_t)(c - 'A') + 10;
	*out = value;
	return value < base;
}

static bool read_digits(
    struct reader *reader, size_t pos, const struct digit_escape *escape, uint32_t *out)
{
	uint32_t code = 0, digit;

	for (unsigned i = 0; i < escape->digits; i++) {
		if (pos + i >= reader->body.len ||
		    !digit_value(reader->body.ptr[pos + i], escape->base, &digit))
			return false;
		code = code * escape->base + digit;
	}
	*out = code;
	return true;
}

/* \uD83D\uDE00 is one character; half of one is none. */
static bool join_surrogates(struct reader *reader, uint32_t *code)
{
	uint32_t low;
	size_t next = reader->pos;

	if (*code < 0xD800 || *code > 0xDFFF)
		return *code <= 0x10FFFF;
	if (*code > 0xDBFF || !str_starts(str_skip(reader->body, next), STR("\\u")))
		return false;
	if (!read_digits(reader, next + 2, &digit_escapes[2], &low) || low < 0xDC00 || low > 0xDFFF)
		return false;
	*code = 0x10000 + ((*code - 0xD800) << 10) + (low - 0xDC00);
	reader->pos = next + 6;
	return true;
}

/* reader->pos stands behind the backslash and, unless octal, the letter. */
static bool decode_digits(struct reader *reader, size_t slash, const struct digit_escape *escape)
{
	uint32_t code;

	if (reader->bytes && escape->strings_only)
		return refuse(
		    reader, slash, "\\u and \\U are for strings: bytes have \\xFF and \\377");
	if (!read_digits(reader, reader->pos, escape, &code) || (escape->base == 8 && code > 255))
		return err_set(reader->err, ERR_SYNTAX, "expected %s", escape->expected);
	reader->pos += escape->digits;
	if (reader->bytes) {
		reader->out[reader->len++] = (char)(unsigned char)code;
		return true;
	}
	if (!join_surrogates(reader, &code))
		return refuse(reader, slash, "the escape names no Unicode code point");
	reader->len += utf8_encode(code, reader->out + reader->len);
	return true;
}

static bool decode_escape(struct reader *reader)
{
	size_t slash = reader->pos++;
	char letter = reader->body.ptr[reader->pos];

	*reader->at = reader->start + slash;
	for (size_t i = 0; i < ARRAY_LEN(plain_escapes); i++) {
		if (plain_escapes[i].letter == letter) {
			reader->out[reader->len++] = plain_escapes[i].byte;
			reader->pos++;
			return true;
		}
	}
	if (letter >= '0' && letter <= '9')
		return decode_digits(reader, slash, &octal_escape);
	for (size_t i = 0; i < ARRAY_LEN(digit_escapes); i++) {
		if (digit_escapes[i].letter == letter) {
			reader->pos++;
			return decode_digits(reader, slash, &digit_escapes[i]);
		}
	}
	return refuse(reader, slash,
	    "unknown escape in a string: write \\\\ for a backslash, or r'...' for a pattern");
}

/* No escape is shorter than what it stands for, so the body's length is enough. */
static bool decode(struct arena *arena, struct reader *reader, struct str *out)
{
	struct str body = reader->body;

	reader->out = arena_alloc(arena, body.len);
	while (reader->pos < body.len) {
		char c = body.ptr[reader->pos];

		if (c == '\\' && !reader->raw) {
			if (!decode_escape(reader))
				return false;
			continue;
		}
		reader->pos++;
		if (c == '\r') {
			c = '\n';
			if (reader->pos < body.len && body.ptr[reader->pos] == '\n')
				reader->pos++;
		}
		reader->out[reader->len++] = c;
	}
	*out = (struct str){reader->out, reader->len};
	return true;
}

/* The bytes up to the closing quotes; a string of one line does not pass its end. */
static bool find_end(struct str text, struct str quotes, bool raw, size_t *end)
{
	size_t pos = *end;

	for (; pos < text.len; pos++) {
		char c = text.ptr[pos];

		if (quotes.len == 1 && (c == '\n' || c == '\r'))
			return false;
		if (c == '\\' && !raw) {
			pos++;
			continue;
		}
		if (c == quotes.ptr[0] && str_starts(str_skip(text, pos), quotes)) {
			*end = pos;
			return true;
		}
	}
	return false;
}

bool cel_lexer_string(struct cel_lexer *lexer, struct cel_quoted quoted, struct value *out,
    size_t *at, struct err *err)
{
	struct str rest = str_skip(lexer->text, lexer->pos), quotes, body;
	bool triple = rest.len >= 3 && rest.ptr[1] == rest.ptr[0] && rest.ptr[2] == rest.ptr[0];
	size_t end;

	quotes = str_from_to(rest, 0, triple ? 3 : 1);
	end = lexer->pos + quotes.len;
	if (!find_end(lexer->text, quotes, quoted.raw, &end)) {
		*at = quoted.from;
		return err_set(err, ERR_SYNTAX,
		    triple ? "the string is not closed: expected %.*s"
			   : "the string is not closed: expected %.*s on the same line",
		    STR_ARG(quotes));
	}
	body = str_from_to(lexer->text, lexer->pos + quotes.len, end);
	struct reader reader = {.body = body,
	    .start = lexer->pos + quotes.len,
	    .raw = quoted.raw,
	    .bytes = quoted.bytes,
	    .at = at,
	    .err = err};
	bool plain = memchr(body.ptr, '\r', body.len) == NULL &&
		     (quoted.raw || memchr(body.ptr, '\\', body.len) == NULL);
	if (!plain && !decode(lexer->arena, &reader, &body))
		return false;
	*out = quoted.bytes ? cel_bytes(body) : value_string(body);
	lexer->pos = end + quotes.len;
	return true;
}

/* How a secret stands in other texts: masker_add_written(), masker_add_encoded() of masker.h. */
#include "base/base64.h"
#include "base/masker.h"

#include "base/arena.h"
#include "base/buf.h"

/* How a text writes a character: as terraform prints a quoted string, as its jsonencode() does, as
 * GitHub's Markdown shows it in running text. */
struct escapes {
	const char *of[256];
};

#define QUOTED ['\n'] = "\\n", ['\r'] = "\\r", ['\t'] = "\\t", ['"'] = "\\\"", ['\\'] = "\\\\"

static const struct escapes writings[] = {
    {{QUOTED}},
    {{QUOTED, ['<'] = "\\u003c", ['>'] = "\\u003e", ['&'] = "\\u0026"}},
    {{['_'] = "\\_"}},
};

static void add_escaped(
    struct masker *masker, struct arena *arena, struct str text, const struct escapes *escapes)
{
	size_t plain = 0;
	struct buf buf;

	while (plain < text.len && !escapes->of[(unsigned char)text.ptr[plain]])
		plain++;
	if (plain == text.len || text.len > MASKER_MAX)
		return;
	buf_init(&buf, arena, MASKER_MAX * 6);
	for (size_t i = 0; i < text.len; i++) {
		const char *escape = escapes->of[(unsigned char)text.ptr[i]];

		if (escape)
			buf_adds(&buf, escape);
		else
			buf_addc(&buf, text.ptr[i]);
	}
	masker_add(masker, buf_str(&buf));
}

/* A text of several lines is printed as a heredoc, each line behind an indentation of its own. */
static void add_lines(struct masker *masker, struct str text)
{
	struct str line;
	size_t at;

	if (!str_find_char(text, '\n', &at))
		return;
	while (str_line(&text, &line)) {
		line = str_trim(line);
		if (line.len >= MASKER_LINE_MIN)
			masker_add(masker, line);
	}
}

/* Written in one way only. */
static bool is_plain(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];

		if (c < ' ' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' ||
		    c == '_')
			return false;
	}
	return true;
}

void masker_add_written(struct masker *masker, struct str literal)
{
	struct arena *scratch CLEANUP(arena_free_ptr) = NULL;

	masker_add(masker, literal);
	if (is_plain(literal)) /* there may be tens of thousands */
		return;
	scratch = arena_new();
	for (size_t i = 0; i < ARRAY_LEN(writings); i++)
		add_escaped(masker, scratch, literal, &writings[i]);
	add_lines(masker, literal);
}

/* "-" and "_" for "+" and "/" in the alphabet of addresses. */
static void add_both_alphabets(struct masker *masker, struct arena *arena, struct str text)
{
	char *other = str_to_c(arena, text);

	masker_add(masker, text);
	for (size_t i = 0; i < text.len; i++) {
		if (other[i] == '+')
			other[i] = '-';
		else if (other[i] == '/')
			other[i] = '_';
	}
	masker_add(masker, (struct str){other, text.len});
}

/*
 * Three bytes become four characters: where the secret begins inside such a group is one of three
 * places. Only characters that hold nothing but bits of the secret are looked for.
 */
static void add_base64(struct masker *masker, struct arena *arena, struct str text)
{
	static const size_t before[] = {0, 2, 3}; /* characters that other bytes have a part in */

	for (size_t lead = 0; lead < ARRAY_LEN(before); lead++) {
		char *bytes = arena_zalloc(arena, lead + text.len);
		size_t whole = (lead + text.len) * 8 / 6;
		struct str encoded;

		memcpy(bytes + lead, text.ptr, text.len);
		encoded = base64_encode(arena, (struct str){bytes, lead + text.len});
		if (whole > before[lead])
			add_both_alphabets(
			    masker, arena, str_from_to(encoded, before[lead], whole));
	}
}

static bool is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("-._~", c));
}

static void add_hex(struct buf *buf, unsigned char byte, bool lower)
{
	const char *digits = lower ? "0123456789abcdef" : "0123456789ABCDEF";

	buf_addc(buf, '%');
	buf_addc(buf, digits[byte >> 4]);
	buf_addc(buf, digits[byte & 15]);
}

/* As a part of an address, or (`plus`) of a form. */
static void add_percent(
    struct masker *masker, struct arena *arena, struct str text, bool lower, bool plus)
{
	struct buf buf;
	size_t plain = 0;

	while (plain < text.len && is_unreserved(text.ptr[plain]))
		plain++;
	if (plain == text.len) /* as it is written */
		return;
	buf_init(&buf, arena, MASKER_MAX * 3);
	for (size_t i = 0; i < text.len; i++) {
		if (is_unreserved(text.ptr[i]))
			buf_addc(&buf, text.ptr[i]);
		else if (plus && text.ptr[i] == ' ')
			buf_addc(&buf, '+');
		else
			add_hex(&buf, (unsigned char)text.ptr[i], lower);
	}
	masker_add(masker, buf_str(&buf));
}

void masker_add_encoded(struct masker *masker, struct str literal)
{
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();

	masker_add_written(masker, literal);
	if (literal.len < MASKER_MIN || literal.len > MASKER_MAX)
		return;
	add_base64(masker, scratch, literal);
	add_percent(masker, scratch, literal, false, false);
	add_percent(masker, scratch, literal, true, false);
	add_percent(masker, scratch, literal, false, true);
}

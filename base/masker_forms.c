/* How a secret stands in other texts: masker_add_written(), masker_add_encoded() of masker.h. */
#include "base/base64.h"
#include "base/masker.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"

/* How a text writes a character: as terraform prints a quoted string, as its jsonencode() does, as
 * GitHub's Markdown shows it in running text. */
struct escapes {
	const char *of[256];
};

#define QUOTED ['\n'] = "\\n", ['\r'] = "\\r", ['\t'] = "\\t", ['"'] = "\\\"", ['\\'] = "\\\\"

/* HTML as Go, Python and XML write it; single quotes of YAML and SQL, of shells. */
static const struct escapes passing[] = {
    {{['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&#34;", ['\''] = "&#39;"}},
    {{['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&#x27;"}},
    {{['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;"}},
    {{['\''] = "''"}},
    {{['\''] = "'\\''"}},
};

#define JSON_WRITINGS ((size_t)2) /* the first of these */

static const struct escapes writings[] = {
    {{QUOTED}},
    {{QUOTED, ['<'] = "\\u003c", ['>'] = "\\u003e", ['&'] = "\\u0026"}},
    {{['_'] = "\\_"}},
};

/* The text itself where nothing is to be escaped. */
static struct str escaped(struct arena *arena, struct str text, const struct escapes *escapes)
{
	size_t plain = 0;
	struct buf buf;

	while (plain < text.len && !escapes->of[(unsigned char)text.ptr[plain]])
		plain++;
	if (plain == text.len)
		return text;
	buf_init(&buf, arena, MASKER_MAX * 12);
	for (size_t i = 0; i < text.len; i++) {
		const char *escape = escapes->of[(unsigned char)text.ptr[i]];

		if (escape)
			buf_adds(&buf, escape);
		else
			buf_addc(&buf, text.ptr[i]);
	}
	return buf_str(&buf);
}

static void add_escaped(
    struct masker *masker, struct arena *arena, struct str text, const struct escapes *escapes)
{
	struct str form = text.len <= MASKER_MAX ? escaped(arena, text, escapes) : text;

	if (form.ptr != text.ptr)
		masker_add(masker, form);
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

static bool is_bare(char c, const char *safe)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && (strchr("-._~", c) || strchr(safe, c)));
}

/* What an encoder leaves as it is besides letters, digits and "-._~". */
struct percent {
	const char *safe;
	bool lower, plus; /* digits; a blank is a plus, as in a form */
};

static const struct percent percents[] = {{"", false, false}, {"", true, false}, {"", false, true}};

/* Go's PathEscape and userinfo, JavaScript's encodeURIComponent and encodeURI, Python's quote. */
static const struct percent passing_percents[] = {
    {"$&+=:@", false, false},
    {"$&+,;=", false, false},
    {"!'()*", false, false},
    {"!'()*;/?:@&=+$,#", false, false},
    {"/", false, false},
};

static void add_hex(struct buf *buf, unsigned char byte, bool lower)
{
	const char *digits = lower ? "0123456789abcdef" : "0123456789ABCDEF";

	buf_addc(buf, '%');
	buf_addc(buf, digits[byte >> 4]);
	buf_addc(buf, digits[byte & 15]);
}

static void add_percent(
    struct masker *masker, struct arena *arena, struct str text, const struct percent *percent)
{
	struct buf buf;
	size_t plain = 0;

	while (plain < text.len && is_bare(text.ptr[plain], percent->safe))
		plain++;
	if (plain == text.len) /* as it is written */
		return;
	buf_init(&buf, arena, MASKER_MAX * 3);
	for (size_t i = 0; i < text.len; i++) {
		if (is_bare(text.ptr[i], percent->safe))
			buf_addc(&buf, text.ptr[i]);
		else if (percent->plus && text.ptr[i] == ' ')
			buf_addc(&buf, '+');
		else
			add_hex(&buf, (unsigned char)text.ptr[i], percent->lower);
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
	for (size_t i = 0; i < ARRAY_LEN(percents); i++)
		add_percent(masker, scratch, literal, &percents[i]);
}

/* A unit of UTF-16 as JSON writes it. */
static void add_unit(struct buf *buf, uint32_t unit, bool upper)
{
	buf_addf(buf, upper ? "\\u%04X" : "\\u%04x", (unsigned)unit);
}

/* JSON in ASCII, of what is JSON already. */
static void add_ascii(struct masker *masker, struct arena *arena, struct str json, bool upper)
{
	struct buf buf;

	buf_init(&buf, arena, MASKER_MAX * 12);
	for (size_t at = 0; at < json.len;) {
		uint32_t code = utf8_next(json, &at);

		if (code < 0x80) {
			buf_addc(&buf, (char)code);
		} else if (code < 0x10000) {
			add_unit(&buf, code, upper);
		} else {
			add_unit(&buf, 0xD800 + ((code - 0x10000) >> 10), upper);
			add_unit(&buf, 0xDC00 + ((code - 0x10000) & 0x3FF), upper);
		}
	}
	masker_add(masker, buf_str(&buf));
}

static bool is_ascii(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if ((unsigned char)text.ptr[i] >= 0x80)
			return false;
	}
	return true;
}

void masker_add_passing(struct masker *masker, struct str literal)
{
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();

	masker_add_encoded(masker, literal);
	if (literal.len < MASKER_MIN || literal.len > MASKER_MAX)
		return;
	for (size_t i = 0; i < ARRAY_LEN(passing_percents); i++)
		add_percent(masker, scratch, literal, &passing_percents[i]);
	for (size_t i = 0; i < ARRAY_LEN(passing); i++)
		add_escaped(masker, scratch, literal, &passing[i]);
	for (size_t i = 0; i < JSON_WRITINGS; i++) {
		struct str json = escaped(scratch, literal, &writings[i]);

		add_escaped(masker, scratch, json, &writings[0]);
		if (is_ascii(json) || !utf8_is_valid(json))
			continue;
		add_ascii(masker, scratch, json, false);
		add_ascii(masker, scratch, json, true);
	}
}

#include "parser/address.h"

#include "base/arena.h"
#include "base/compiler.h"
#include "base/utf8.h"

struct scan {
	struct str text;
	size_t at;
};

struct key {
	struct str raw; /* between the brackets */
	bool present;
};

struct parts {
	struct str module, mode, type, name;
	struct key key;
};

static const struct {
	struct str word; /* as it stands before the type */
	struct str mode;
} modes[] = {
    {STR_INIT("data."), STR_INIT("data")},
    {STR_INIT("ephemeral."), STR_INIT("ephemeral")},
    {STR_INIT("action."), STR_INIT("action")},
    {STR_INIT("list."), STR_INIT("list")},
};

static bool is_ident(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-' || (unsigned char)c >= 0x80;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool at_char(const struct scan *s, char c)
{
	return s->at < s->text.len && s->text.ptr[s->at] == c;
}

static bool scan_ident(struct scan *s, struct str *out)
{
	size_t start = s->at;

	while (s->at < s->text.len && is_ident(s->text.ptr[s->at]))
		s->at++;
	*out = str_from_to(s->text, start, s->at);
	return out->len > 0;
}

/* The string after an opening quote, up to and with the closing one. */
static bool scan_quoted(struct scan *s)
{
	for (s->at++; s->at < s->text.len; s->at++) {
		char c = s->text.ptr[s->at];

		if (c == '\\')
			s->at++;
		else if (c == '"' || c == '\n')
			break;
	}
	if (!at_char(s, '"'))
		return false;
	s->at++;
	return true;
}

/* An optional [key]; false when something else stands in brackets. */
static bool scan_key(struct scan *s, struct key *key)
{
	size_t start = s->at + 1;

	*key = (struct key){.raw = STR_EMPTY};
	if (!at_char(s, '['))
		return true;
	s->at++;
	if (at_char(s, '"')) {
		if (!scan_quoted(s))
			return false;
	} else if (at_char(s, '*')) {
		s->at++;
	} else {
		while (s->at < s->text.len && is_digit(s->text.ptr[s->at]))
			s->at++;
	}
	if (s->at == start || !at_char(s, ']'))
		return false;
	*key = (struct key){.raw = str_from_to(s->text, start, s->at), .present = true};
	s->at++;
	return true;
}

static bool scan_modules(struct scan *s, struct str *module)
{
	struct str rest = s->text, name;
	struct key key;
	size_t end = 0;

	while (str_eat(&rest, STR("module."))) {
		s->at = s->text.len - rest.len;
		if (!scan_ident(s, &name) || !scan_key(s, &key) || !at_char(s, '.'))
			return false;
		end = s->at;
		s->at++;
		rest = str_skip(s->text, s->at);
	}
	*module = str_from_to(s->text, 0, end);
	return true;
}

static void scan_mode(struct scan *s, struct str *mode)
{
	struct str rest = str_skip(s->text, s->at);

	*mode = STR("managed");
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		if (!str_starts(rest, modes[i].word))
			continue;
		s->at += modes[i].word.len;
		*mode = modes[i].mode;
		return;
	}
}

static bool scan_address(struct scan *s, struct parts *out)
{
	if (!scan_modules(s, &out->module))
		return false;
	scan_mode(s, &out->mode);
	if (!scan_ident(s, &out->type) || !at_char(s, '.'))
		return false;
	s->at++;
	return scan_ident(s, &out->name) && scan_key(s, &out->key);
}

bool address_scan(struct str text, size_t *len)
{
	struct scan s = {.text = text};
	struct parts parts;

	if (!scan_address(&s, &parts))
		return false;
	*len = s.at;
	return !at_char(&s, '.') && !at_char(&s, '[');
}

static uint32_t hex_digits(struct str digits)
{
	uint32_t code = 0;

	for (size_t i = 0; i < digits.len; i++) {
		char c = digits.ptr[i];

		if (is_digit(c))
			code = code * 16 + (uint32_t)(c - '0');
		else if ((c | 32) >= 'a' && (c | 32) <= 'f')
			code = code * 16 + (uint32_t)((c | 32) - 'a' + 10);
		else
			return UINT32_MAX;
	}
	return code;
}

/* \uXXXX or \UXXXXXXXX at `at` (of the letter); how many bytes it took, 0 if it is none. */
static size_t decode_code(struct str raw, size_t at, char *out, size_t *len)
{
	size_t digits = raw.ptr[at] == 'u' ? 4 : 8;
	uint32_t code;

	if (raw.len - at - 1 < digits)
		return 0;
	code = hex_digits(str_from_to(raw, at + 1, at + 1 + digits));
	if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
		return 0;
	*len += utf8_encode(code, out + *len);
	return digits + 1;
}

static char simple_escape(char c)
{
	switch (c) {
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	default:
		return c;
	}
}

/* One escape after a backslash at `at`; returns the bytes it took. */
static size_t decode_escape(struct str raw, size_t at, char *out, size_t *len)
{
	char c = raw.ptr[at];
	size_t took = c == 'u' || c == 'U' ? decode_code(raw, at, out, len) : 0;

	if (took > 0)
		return took;
	out[(*len)++] = simple_escape(c);
	return 1;
}

/* The text of a quoted key: HCL escapes, and the doubled $ and % before a brace. */
static struct str decode_key(struct arena *arena, struct str raw)
{
	char *out;
	size_t len = 0;

	if (!memchr(raw.ptr, '\\', raw.len) && !str_contains(raw, STR("{")))
		return raw;
	out = arena_alloc(arena, raw.len + 1);
	for (size_t i = 0; i < raw.len; i++) {
		struct str rest = str_skip(raw, i);

		if (raw.ptr[i] == '\\' && rest.len > 1) {
			i += decode_escape(raw, i + 1, out, &len);
			continue;
		}
		if (str_starts(rest, STR("$${")) || str_starts(rest, STR("%%{")))
			i++;
		out[len++] = raw.ptr[i];
	}
	out[len] = '\0';
	return (struct str){out, len};
}

static struct value key_value(struct arena *arena, const struct key *key)
{
	int64_t number = 0;

	if (!key->present)
		return value_null();
	if (key->raw.ptr[0] == '*')
		return value_unknown();
	if (key->raw.ptr[0] == '"')
		return value_string(decode_key(arena, str_from_to(key->raw, 1, key->raw.len - 1)));
	for (size_t i = 0; i < key->raw.len; i++) {
		if (__builtin_mul_overflow(number, 10, &number) ||
		    __builtin_add_overflow(number, key->raw.ptr[i] - '0', &number))
			return value_string(key->raw);
	}
	return value_int(number);
}

bool address_parse(struct arena *arena, struct str text, struct address *out)
{
	struct scan s = {.text = text};
	struct parts parts;

	if (!scan_address(&s, &parts) || s.at != text.len)
		return false;
	*out = (struct address){
	    .module = parts.module,
	    .mode = parts.mode,
	    .type = parts.type,
	    .name = parts.name,
	    .index = key_value(arena, &parts.key),
	};
	return true;
}

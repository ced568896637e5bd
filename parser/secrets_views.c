#include "base/arena.h"
#include "base/json_token.h"
#include "base/utf8.h"
#include "parser/secrets_parts.h"

#include <string.h>

#define ENTITY_DIGITS 7

/* Longer texts are searched as they are. */
#define VIEW_MAX ((size_t)16 << 20)

/* One step over the text: how many bytes were read, and what they stand for. */
struct step {
	size_t read;
	char bytes[4];
	size_t len;
};

typedef struct step stepper(struct str text, size_t at);

static int hex_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static struct step as_it_is(struct str text, size_t at)
{
	return (struct step){.read = 1, .bytes = {text.ptr[at]}, .len = 1};
}

/* What stands behind "\\u"; false: no four digits. */
static bool read_unit(struct str text, size_t at, uint32_t *out)
{
	*out = 0;
	if (at + 6 > text.len || text.ptr[at] != '\\' || text.ptr[at + 1] != 'u')
		return false;
	for (size_t i = 2; i < 6; i++) {
		int digit = hex_of(text.ptr[at + i]);

		if (digit < 0)
			return false;
		*out = *out << 4 | (uint32_t)digit;
	}
	return true;
}

static struct step unescape_unit(struct str text, size_t at)
{
	struct step step = {.read = 6};
	uint32_t code, low;

	if (!read_unit(text, at, &code))
		return as_it_is(text, at);
	if (code >= 0xD800 && code < 0xDC00 && read_unit(text, at + 6, &low) && low >= 0xDC00 &&
	    low < 0xE000) {
		code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
		step.read = 12;
	}
	step.len = utf8_encode(code, step.bytes);
	return step;
}

static struct step unescape(struct str text, size_t at)
{
	static const char letters[] = "nrtbf\"\\/", meanings[] = "\n\r\t\b\f\"\\/";
	const char *found;

	if (text.ptr[at] != '\\' || at + 1 == text.len)
		return as_it_is(text, at);
	if (text.ptr[at + 1] == 'u')
		return unescape_unit(text, at);
	found = text.ptr[at + 1] ? strchr(letters, text.ptr[at + 1]) : NULL;
	if (!found)
		return as_it_is(text, at);
	return (struct step){.read = 2, .bytes = {meanings[found - letters]}, .len = 1};
}

static struct step unpercent(struct str text, size_t at)
{
	int high, low;

	if (text.ptr[at] != '%' || at + 3 > text.len)
		return as_it_is(text, at);
	high = hex_of(text.ptr[at + 1]);
	low = hex_of(text.ptr[at + 2]);
	if (high < 0 || low < 0)
		return as_it_is(text, at);
	return (struct step){.read = 3, .bytes = {(char)(high << 4 | low)}, .len = 1};
}

/* Terraform's box is drawn in bytes over 0x7f. */
static bool is_margin(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '|' || c == '\n';
}

static const struct str box = STR_INIT("\xe2\x94\x82");

static struct step join_lines(struct str text, size_t at)
{
	size_t end = at;

	if (text.ptr[at] != '\n')
		return as_it_is(text, at);
	for (;;) {
		if (end < text.len && is_margin(text.ptr[end]))
			end++;
		else if (str_starts(str_skip(text, end), box))
			end += box.len;
		else
			break;
	}
	return (struct step){.read = end - at, .bytes = {' '}, .len = 1};
}

/* "&#39;", "&#x27;": `at` is behind the '#'. */
static struct step number_entity(struct str text, size_t at, size_t from)
{
	struct step step;
	uint32_t code = 0;
	bool hex = at < text.len && (text.ptr[at] | 0x20) == 'x';
	size_t digits = 0;

	for (at += hex; at < text.len && digits <= ENTITY_DIGITS; at++, digits++) {
		int digit = hex_of(text.ptr[at]);

		if (digit < 0 || (!hex && digit > 9))
			break;
		code = code * (hex ? 16 : 10) + (uint32_t)digit;
	}
	if (digits == 0 || digits > ENTITY_DIGITS || at == text.len || text.ptr[at] != ';' ||
	    code == 0 || code > 0x10FFFF)
		return as_it_is(text, from);
	step.read = at + 1 - from;
	step.len = utf8_encode(code, step.bytes);
	return step;
}

static struct step unmark(struct str text, size_t at)
{
	static const struct {
		struct str name;
		char meaning;
	} entities[] = {{STR_INIT("&amp;"), '&'}, {STR_INIT("&lt;"), '<'}, {STR_INIT("&gt;"), '>'},
	    {STR_INIT("&quot;"), '"'}, {STR_INIT("&apos;"), '\''}};
	struct str rest = str_skip(text, at);

	for (size_t i = 0; i < ARRAY_LEN(entities); i++) {
		if (str_starts(rest, entities[i].name))
			return (struct step){
			    .read = entities[i].name.len, .bytes = {entities[i].meaning}, .len = 1};
	}
	if (str_starts(rest, STR("&#")))
		return number_entity(text, at + 2, at);
	return as_it_is(text, at);
}

static struct step unquote(struct str text, size_t at)
{
	static const struct str writings[] = {STR_INIT("'\\''"), STR_INIT("''")};

	for (size_t i = 0; i < ARRAY_LEN(writings); i++) {
		if (str_starts(str_skip(text, at), writings[i]))
			return (struct step){.read = writings[i].len, .bytes = {'\''}, .len = 1};
	}
	return as_it_is(text, at);
}

/* "$${" and "%%{" */
static struct step untemplate(struct str text, size_t at)
{
	if (at + 3 > text.len || text.ptr[at + 1] != text.ptr[at] || text.ptr[at + 2] != '{')
		return as_it_is(text, at);
	return (struct step){.read = 2, .bytes = {text.ptr[at]}, .len = 1};
}

static const struct {
	char sign; /* without it there is nothing to do */
	stepper *step;
} viewings[VIEWINGS] = {
    [VIEW_UNESCAPED] = {'\\', unescape},
    [VIEW_PERCENT] = {'%', unpercent},
    [VIEW_JOINED] = {'\n', join_lines},
    [VIEW_MARKUP] = {'&', unmark},
    [VIEW_QUOTED] = {'\'', unquote},
    [VIEW_TEMPLATE] = {'$', untemplate},
    [VIEW_DIRECTIVE] = {'%', untemplate},
};

char view_sign(enum viewing viewing)
{
	return viewings[viewing].sign;
}

struct making {
	const struct view *from;
	struct view *out;
	char *bytes;
	size_t len;
};

static void put(struct making *making, size_t from, const char *bytes, size_t len, bool is_one)
{
	uint32_t *at = making->out->at + making->len;

	memcpy(making->bytes + making->len, bytes, len);
	for (size_t i = 0; i < len; i++) {
		size_t place = is_one ? from : from + i;

		at[i] = making->from->at ? making->from->at[place] : (uint32_t)place;
	}
	making->len += len;
}

bool view_make(struct arena *arena, enum viewing viewing, const struct view *from, struct view *out)
{
	struct making making = {.from = from, .out = out};
	const struct str text = from->text;
	const char sign = viewings[viewing].sign;
	bool differs = false;

	if (text.len == 0 || text.len > VIEW_MAX || !memchr(text.ptr, sign, text.len))
		return false;
	making.bytes = arena_alloc(arena, text.len);
	out->at = arena_alloc(arena, (text.len + 1) * sizeof(*out->at));
	for (size_t i = 0; i < text.len;) {
		const char *next = memchr(text.ptr + i, sign, text.len - i);
		size_t plain = next ? (size_t)(next - text.ptr) - i : text.len - i;
		struct step step;

		put(&making, i, text.ptr + i, plain, false);
		i += plain;
		if (!next)
			break;
		step = viewings[viewing].step(text, i);
		put(&making, i, step.bytes, step.len, true);
		differs = differs || step.read > 1 || step.bytes[0] != text.ptr[i];
		i += step.read;
	}
	out->at[making.len] = from->at ? from->at[text.len] : (uint32_t)text.len;
	out->text = (struct str){making.bytes, making.len};
	return differs;
}

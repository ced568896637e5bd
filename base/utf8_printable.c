#include "base/utf8.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"

#define ESC 0x1b
#define BEL 0x07
#define NEL 0x85
#define CSI 0x9b
#define ST  0x9c

/* Parameters of real control sequences are short; what is longer is text that wants to hide. */
#define CSI_MAX ((size_t)64)

static bool is_control(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code <= 0x9f);
}

enum looks {
	LOOKS_LIKE_ITSELF,
	LOOKS_LIKE_NOTHING,
	LOOKS_LIKE_A_SPACE,
};

/*
 * What nobody can see, or nobody can tell from a space, and marks that change the order of text
 * (Unicode 15: Default_Ignorable_Code_Point, White_Space). The joiners stay: scripts need them.
 */
static const struct {
	uint32_t first, last;
	enum looks looks;
} unseen[] = {
    {0x00a0, 0x00a0, LOOKS_LIKE_A_SPACE}, {0x00ad, 0x00ad, LOOKS_LIKE_NOTHING}, /* soft hyphen */
    {0x034f, 0x034f, LOOKS_LIKE_NOTHING}, /* combining grapheme joiner */
    {0x061c, 0x061c, LOOKS_LIKE_NOTHING}, /* arabic letter mark */
    {0x115f, 0x1160, LOOKS_LIKE_NOTHING}, /* hangul fillers */
    {0x1680, 0x1680, LOOKS_LIKE_A_SPACE}, /* ogham */
    {0x17b4, 0x17b5, LOOKS_LIKE_NOTHING}, /* khmer inherent vowels */
    {0x180b, 0x180f, LOOKS_LIKE_NOTHING}, /* mongolian selectors and vowel separator */
    {0x2000, 0x200a, LOOKS_LIKE_A_SPACE},
    {0x200b, 0x200b, LOOKS_LIKE_NOTHING}, /* zero width space */
    {0x200e, 0x200f, LOOKS_LIKE_NOTHING}, {0x202a, 0x202e, LOOKS_LIKE_NOTHING}, /* bidi */
    {0x202f, 0x202f, LOOKS_LIKE_A_SPACE}, {0x205f, 0x205f, LOOKS_LIKE_A_SPACE},
    {0x2060, 0x206f, LOOKS_LIKE_NOTHING}, /* word joiner, operators, bidi */
    {0x2800, 0x2800, LOOKS_LIKE_A_SPACE}, /* braille blank */
    {0x3000, 0x3000, LOOKS_LIKE_A_SPACE}, {0x3164, 0x3164, LOOKS_LIKE_NOTHING}, /* hangul filler */
    {0xfe00, 0xfe0f, LOOKS_LIKE_NOTHING}, /* variation selectors */
    {0xfeff, 0xfeff, LOOKS_LIKE_NOTHING},
    {0xffa0, 0xffa0, LOOKS_LIKE_NOTHING}, /* halfwidth hangul filler */
    {0xfff0, 0xfffb, LOOKS_LIKE_NOTHING}, /* interlinear annotation */
    {0x1bca0, 0x1bca3, LOOKS_LIKE_NOTHING}, {0x1d173, 0x1d17a, LOOKS_LIKE_NOTHING},
    {0xe0000, 0xe0fff, LOOKS_LIKE_NOTHING}, /* tags, more selectors */
};

/* U+FE0F makes an emoji of a sign that is there as text, too: U+2764, a heart. Then it is seen. */
#define EMOJI_STYLE 0xfe0f
static bool may_be_emoji(uint32_t code)
{
	return code == 0xa9 || code == 0xae || (code >= 0x203c && code <= 0x3299) ||
	       (code >= 0x1f000 && code <= 0x1faff);
}

bool utf8_is_emoji_style(struct str text, size_t at)
{
	size_t start = at, next = at;

	if (utf8_next(text, &next) != EMOJI_STYLE)
		return false;
	while (start > 0 && at - start < 4) {
		start--;
		if (((unsigned char)text.ptr[start] & 0xc0) != 0x80)
			break;
	}
	return start < at && may_be_emoji(utf8_next(text, &start));
}

static enum looks looks_of(uint32_t code)
{
	for (size_t i = 0; i < ARRAY_LEN(unseen) && code >= unseen[i].first; i++) {
		if (code <= unseen[i].last)
			return unseen[i].looks;
	}
	return LOOKS_LIKE_ITSELF;
}

bool utf8_is_unseen(uint32_t code)
{
	return looks_of(code) != LOOKS_LIKE_ITSELF;
}

size_t utf8_escape(uint32_t code, char out[UTF8_ESCAPE_MAX])
{
	static const char hex[] = "0123456789abcdef";
	uint32_t units[2] = {code, 0};
	size_t count = 1, len = 0;

	if (code > 0xffff) { /* as JSON has it */
		units[0] = 0xd800 + ((code - 0x10000) >> 10);
		units[1] = 0xdc00 + ((code - 0x10000) & 0x3ff);
		count = 2;
	}
	for (size_t i = 0; i < count; i++) {
		out[len++] = '\\';
		out[len++] = 'u';
		for (int shift = 12; shift >= 0; shift -= 4)
			out[len++] = hex[units[i] >> shift & 15];
	}
	return len;
}

static bool is_line_separator(uint32_t code)
{
	return code == 0x2028 || code == 0x2029;
}

static bool byte_within(struct str text, size_t at, char first, char last)
{
	return at < text.len && text.ptr[at] >= first && text.ptr[at] <= last;
}

/* ECMA-48, 5.4: parameters, intermediates, one final byte. */
static size_t skip_csi(struct str text, size_t start)
{
	size_t at = start;

	while (byte_within(text, at, 0x30, 0x3f))
		at++;
	while (byte_within(text, at, 0x20, 0x2f))
		at++;
	if (at - start > CSI_MAX || !byte_within(text, at, 0x40, 0x7e))
		return start;
	return at + 1;
}

/*
 * Control strings (OSC and its like) end with BEL or ST. One that meets another control first, or
 * the end, loses only its introducer: otherwise it could swallow every line up to a BEL in another
 * place.
 */
static size_t skip_control_string(struct str text, size_t start)
{
	size_t at = start;

	while (at < text.len) {
		uint32_t code = utf8_next(text, &at);

		if (code == BEL || code == ST)
			return at;
		if (code == ESC && byte_within(text, at, '\\', '\\'))
			return at + 1;
		if (is_control(code))
			break;
	}
	return start;
}

/* DCS, SOS, OSC, PM, APC by the last byte of their two-byte form. */
static bool opens_control_string(uint32_t code)
{
	return code == 'P' || code == 'X' || code == ']' || code == '^' || code == '_';
}

/* `at` stands behind ESC. */
static size_t skip_escape(struct str text, size_t at)
{
	size_t end = at;

	if (byte_within(text, at, '[', '['))
		return skip_csi(text, at + 1);
	if (at < text.len && opens_control_string((unsigned char)text.ptr[at]))
		return skip_control_string(text, at + 1);
	while (byte_within(text, end, 0x20, 0x2f))
		end++;
	return end - at <= CSI_MAX && byte_within(text, end, 0x30, 0x7e) ? end + 1 : at;
}

/* `at` stands behind the control; gives where text goes on. */
static size_t skip_control(struct str text, uint32_t code, size_t at)
{
	if (code == ESC)
		return skip_escape(text, at);
	if (code == CSI)
		return skip_csi(text, at);
	if (code >= 0x80 && opens_control_string(code - 0x40))
		return skip_control_string(text, at);
	return at;
}

/* Length of what can be copied as it is. */
static size_t clean_run(struct str text, size_t from)
{
	size_t at = from;

	while (at < text.len) {
		unsigned char byte = (unsigned char)text.ptr[at];
		size_t next = at;
		uint32_t code;

		if (byte >= 0x20 && byte < 0x7f) {
			at++;
			continue;
		}
		if (byte < 0x80)
			break;
		code = utf8_next(text, &next);
		if (next - at == 1 || is_control(code) ||
		    (utf8_is_unseen(code) && !utf8_is_emoji_style(text, at)) ||
		    is_line_separator(code))
			break;
		at = next;
	}
	return at - from;
}

/* One code point that clean_run() stopped at. */
static size_t print_special(struct str text, size_t at, bool one_line, struct buf *out)
{
	size_t start = at;
	uint32_t code = utf8_next(text, &at);

	if (code == 0xfffd) { /* a valid one never stops the run */
		buf_add(out, STR("\xef\xbf\xbd"));
		return at;
	}
	if (code == '\t') {
		buf_addc(out, one_line ? ' ' : '\t');
		return at;
	}
	if (code == '\r' || code == '\n' || code == NEL || is_line_separator(code)) {
		buf_addc(out, one_line ? ' ' : '\n');
		return code == '\r' && byte_within(text, at, '\n', '\n') ? start + 2 : at;
	}
	if (looks_of(code) == LOOKS_LIKE_A_SPACE)
		buf_addc(out, ' ');
	return skip_control(text, code, at);
}

struct str utf8_printable(struct arena *arena, struct str text, bool one_line)
{
	size_t at = 0;
	struct buf out;

	buf_init(&out, arena, SIZE_MAX);
	out.ptr = arena_alloc(arena, text.len + 1);
	out.cap = text.len + 1;
	while (at < text.len) {
		size_t len = clean_run(text, at);

		buf_add(&out, str_from_to(text, at, at + len));
		at += len;
		if (at < text.len)
			at = print_special(text, at, one_line, &out);
	}
	out.ptr[out.len] = '\0';
	return buf_str(&out);
}

/* Works in place: whatever is replaced becomes one byte, so the text only ever gets shorter. */
void utf8_clean_line(char *text)
{
	struct str old = str_from(text);
	size_t at = 0, to = 0;
	uint32_t code = 0;

	while (at < old.len) {
		size_t start = at;
		uint32_t previous = code;
		bool is_style;

		code = utf8_next(old, &at);
		is_style = code == EMOJI_STYLE && may_be_emoji(previous);
		if (code == '\n' || code == '\t' || looks_of(code) == LOOKS_LIKE_A_SPACE) {
			text[to++] = ' ';
		} else if ((is_control(code) || utf8_is_unseen(code) || is_line_separator(code) ||
			       (code == 0xfffd && at - start == 1)) &&
			   !is_style) {
			text[to++] = '?';
		} else {
			memmove(text + to, text + start, at - start);
			to += at - start;
		}
	}
	text[to] = '\0';
}

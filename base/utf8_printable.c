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

/* Marks that change the order of text or that nobody can see. The joiners stay: emoji need them. */
static bool is_hidden(uint32_t code)
{
	static const struct {
		uint32_t first, last;
	} hidden[] = {
	    {0x061c, 0x061c},
	    {0x200b, 0x200b},
	    {0x200e, 0x200f},
	    {0x202a, 0x202e},
	    {0x2060, 0x2060},
	    {0x2066, 0x2069},
	    {0xfeff, 0xfeff},
	};

	for (size_t i = 0; i < ARRAY_LEN(hidden); i++) {
		if (code >= hidden[i].first && code <= hidden[i].last)
			return true;
	}
	return false;
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
		if (next - at == 1 || is_control(code) || is_hidden(code) ||
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

	while (at < old.len) {
		size_t start = at;
		uint32_t code = utf8_next(old, &at);

		if (code == '\n' || code == '\t') {
			text[to++] = ' ';
		} else if (is_control(code) || is_hidden(code) || is_line_separator(code) ||
			   (code == 0xfffd && at - start == 1)) {
			text[to++] = '?';
		} else {
			memmove(text + to, text + start, at - start);
			to += at - start;
		}
	}
	text[to] = '\0';
}

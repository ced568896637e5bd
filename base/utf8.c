#include "base/utf8.h"

#include <string.h>

#include "base/buf.h"
#include "base/size.h"

#define REPLACEMENT 0xfffd

static const char *const encoding_names[] = {
    [ENCODING_UTF8] = "UTF-8",
    [ENCODING_UTF8_BOM] = "UTF-8 with byte order mark",
    [ENCODING_UTF16LE] = "UTF-16LE",
    [ENCODING_UTF16BE] = "UTF-16BE",
};

static bool is_within(unsigned char byte, unsigned char first, unsigned char last)
{
	return byte >= first && byte <= last;
}

/* The second byte alone shuts out overlong forms, surrogates and what is over U+10FFFF. */
static bool second_is_valid(unsigned char lead, unsigned char second)
{
	unsigned char first = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
	unsigned char last = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;

	return is_within(second, first, last);
}

/* Length of the sequence at `p` (RFC 3629, section 4), 0 when there is no valid one. */
static size_t sequence_len(const unsigned char *p, size_t left)
{
	size_t len;

	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	len = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (left < len || !second_is_valid(p[0], p[1]))
		return 0;
	for (size_t i = 2; i < len; i++) {
		if (!is_within(p[i], 0x80, 0xbf))
			return 0;
	}
	return len;
}

/* Skips 16 bytes at a time while all of them are ASCII. */
static size_t skip_ascii(const unsigned char *p, size_t at, size_t len)
{
	uint64_t pair[2];

	while (len - at >= sizeof(pair)) {
		memcpy(pair, p + at, sizeof(pair));
		if ((pair[0] | pair[1]) & UINT64_C(0x8080808080808080))
			break;
		at += sizeof(pair);
	}
	return at;
}

size_t utf8_valid_prefix(struct str text)
{
	const unsigned char *p = (const unsigned char *)text.ptr;
	size_t at = 0;

	while (at < text.len) {
		size_t len;

		if (p[at] < 0x80) {
			at = skip_ascii(p, at, text.len);
			while (at < text.len && p[at] < 0x80)
				at++;
			continue;
		}
		len = sequence_len(p + at, text.len - at);
		if (len == 0)
			break;
		at += len;
	}
	return at;
}

bool utf8_is_valid(struct str text)
{
	return utf8_valid_prefix(text) == text.len;
}

uint32_t utf8_next(struct str text, size_t *at)
{
	static const unsigned char lead_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	const unsigned char *p = (const unsigned char *)text.ptr + *at;
	size_t len = sequence_len(p, text.len - *at);
	uint32_t code;

	if (len == 0) {
		*at += 1;
		return REPLACEMENT;
	}
	code = p[0] & lead_bits[len];
	for (size_t i = 1; i < len; i++)
		code = code << 6 | (p[i] & 0x3f);
	*at += len;
	return code;
}

size_t utf8_encode(uint32_t code, char out[4])
{
	if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		code = REPLACEMENT;
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xc0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (char)(0xe0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 0x3f));
		out[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 0x3f));
	out[2] = (char)(0x80 | (code >> 6 & 0x3f));
	out[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}

struct str utf8_cut(struct str text, size_t max)
{
	size_t end = max;

	if (text.len <= max)
		return text;
	/* bytes that are no UTF-8 at all are cut where the limit is */
	for (size_t back = 0; back < 3 && end > 0; back++) {
		if (!is_within((unsigned char)text.ptr[end], 0x80, 0xbf))
			break;
		end--;
	}
	if (is_within((unsigned char)text.ptr[end], 0x80, 0xbf))
		end = max;
	return str_from_to(text, 0, end);
}

size_t utf8_count(struct str text)
{
	size_t at = 0, count = 0;

	while (at < text.len) {
		(void)utf8_next(text, &at);
		count++;
	}
	return count;
}

/* The NUL bytes of ASCII characters in UTF-16: at `nul` (0 or 1) of each of the first pairs. */
static bool looks_like_utf16(struct str head, size_t nul)
{
	size_t pairs = size_min(head.len / 2, 2);

	for (size_t i = 0; i < pairs; i++) {
		if (head.ptr[2 * i + nul] != '\0' || head.ptr[2 * i + 1 - nul] == '\0')
			return false;
	}
	return pairs > 0;
}

enum encoding encoding_detect(struct str head)
{
	if (str_starts(head, STR("\xef\xbb\xbf")))
		return ENCODING_UTF8_BOM;
	if (str_starts(head, STR("\xff\xfe")) || looks_like_utf16(head, 1))
		return ENCODING_UTF16LE;
	if (str_starts(head, STR("\xfe\xff")) || looks_like_utf16(head, 0))
		return ENCODING_UTF16BE;
	return ENCODING_UTF8;
}

const char *encoding_name(enum encoding encoding)
{
	return encoding_names[encoding];
}

static uint32_t utf16_unit(struct str text, size_t at, bool big_endian)
{
	unsigned char first = (unsigned char)text.ptr[at];
	unsigned char second = (unsigned char)text.ptr[at + 1];

	return big_endian ? (uint32_t)first << 8 | second : (uint32_t)second << 8 | first;
}

/* One code point of at least two bytes at *at; moves it by 2 or 4. */
static uint32_t utf16_next(struct str text, size_t *at, bool big_endian)
{
	uint32_t unit = utf16_unit(text, *at, big_endian);

	*at += 2;
	if (unit >= 0xd800 && unit <= 0xdbff && text.len - *at >= 2) {
		uint32_t low = utf16_unit(text, *at, big_endian);

		if (low >= 0xdc00 && low <= 0xdfff) {
			*at += 2;
			return 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
		}
	}
	return unit; /* utf8_encode() replaces a surrogate */
}

void utf16_to_utf8(struct str text, bool big_endian, struct buf *out)
{
	char block[512];
	size_t used = 0, at = 0;

	if (text.len >= 2 && utf16_unit(text, 0, big_endian) == 0xfeff)
		at = 2;
	while (text.len - at >= 2) {
		used += utf8_encode(utf16_next(text, &at, big_endian), block + used);
		if (sizeof(block) - used < 4) {
			buf_add(out, (struct str){block, used});
			used = 0;
		}
	}
	if (at < text.len)
		used += utf8_encode(REPLACEMENT, block + used);
	buf_add(out, (struct str){block, used});
}

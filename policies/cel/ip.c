#include "policies/cel/ip.h"

#include <stdio.h>

#define GROUPS 8

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool parse_four(const char *at, const char *end, uint8_t bytes[4])
{
	for (int i = 0; i < 4; i++) {
		unsigned value = 0;
		const char *first;

		if (i > 0 && (at == end || *at++ != '.'))
			return false;
		first = at;
		while (at < end && is_digit(*at) && at - first < 3)
			value = value * 10 + (unsigned)(*at++ - '0');
		if (at == first || value > 255 || (*first == '0' && at - first > 1))
			return false;
		bytes[i] = (uint8_t)value;
	}
	return at == end;
}

static int hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Groups before and behind "::". */
struct groups {
	uint8_t bytes[16];
	size_t len;   /* bytes so far */
	int ellipsis; /* bytes before "::"; -1: none */
};

/* One group, or four bytes of IPv4 at the end; NULL: neither. */
static const char *parse_group(const char *at, const char *end, struct groups *groups)
{
	const char *first = at;
	unsigned value = 0;

	while (at < end && at - first < 4 && hex_digit(*at) >= 0)
		value = value << 4 | (unsigned)hex_digit(*at++);
	if (at == first)
		return NULL;
	if (at < end && *at == '.') {
		if (groups->len > 12 || !parse_four(first, end, groups->bytes + groups->len))
			return NULL;
		groups->len += 4;
		return end;
	}
	groups->bytes[groups->len++] = (uint8_t)(value >> 8);
	groups->bytes[groups->len++] = (uint8_t)value;
	return at;
}

static bool spread(const struct groups *groups, uint8_t out[16])
{
	size_t before = groups->ellipsis < 0 ? groups->len : (size_t)groups->ellipsis;
	size_t behind = groups->len - before;

	if (groups->ellipsis < 0 ? groups->len != 16 : groups->len > 14)
		return false;
	memset(out, 0, 16);
	memcpy(out, groups->bytes, before);
	memcpy(out + 16 - behind, groups->bytes + before, behind);
	return true;
}

static bool is_mapped(const uint8_t bytes[16])
{
	static const uint8_t head[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

	return memcmp(bytes, head, sizeof(head)) == 0;
}

static bool parse_six(const char *at, const char *end, uint8_t bytes[16])
{
	struct groups groups = {.ellipsis = -1};

	if (end - at >= 2 && at[0] == ':' && at[1] == ':') {
		groups.ellipsis = 0;
		at += 2;
	}
	while (at < end) {
		if (groups.len == 16)
			return false;
		at = parse_group(at, end, &groups);
		if (!at)
			return false;
		if (at == end)
			break;
		if (*at++ != ':' || at == end)
			return false;
		if (*at != ':')
			continue;
		if (groups.ellipsis >= 0)
			return false;
		groups.ellipsis = (int)groups.len;
		at++;
	}
	return spread(&groups, bytes);
}

bool ip_parse(struct str text, struct ip_address *out)
{
	const char *end = text.ptr + text.len;
	size_t look = text.len < 5 ? text.len : 5;

	if (memchr(text.ptr, ':', look)) {
		out->family = 6;
		return parse_six(text.ptr, end, out->bytes) && !is_mapped(out->bytes);
	}
	out->family = 4;
	return parse_four(text.ptr, end, out->bytes);
}

bool ip_parse_prefix(struct str text, struct ip_prefix *out)
{
	size_t slash = text.len;
	unsigned bits = 0;

	/* at most three digits behind the slash */
	while (slash > 0 && text.ptr[slash - 1] != '/' && text.len - slash < 4)
		slash--;
	if (slash == 0 || text.ptr[slash - 1] != '/' || slash == text.len)
		return false;
	if (text.ptr[slash] == '0' && text.len - slash > 1)
		return false;
	for (size_t i = slash; i < text.len; i++) {
		if (!is_digit(text.ptr[i]))
			return false;
		bits = bits * 10 + (unsigned)(text.ptr[i] - '0');
	}
	if (!ip_parse((struct str){text.ptr, slash - 1}, &out->address))
		return false;
	out->bits = (uint8_t)bits;
	return bits <= (out->address.family == 4 ? 32 : 128);
}

/* One number of an address: no leading zero, at most 255; NULL: it is none. */
static inline const char *skip_octet(const char *at, const char *end)
{
	unsigned first = (unsigned char)*at++ - '0';
	unsigned next;

	if (first > 9 || at == end)
		return NULL;
	next = (unsigned char)*at - '0';
	if (next > 9)
		return at;
	first = first * 10 + next;
	if (first < 10 || ++at == end)
		return NULL;
	next = (unsigned char)*at - '0';
	if (next > 9)
		return at;
	return first * 10 + next <= 255 ? at + 1 : NULL;
}

/* The usual form of IPv4 in one pass; -1: look closer. */
static inline int bits_of_four(struct str text)
{
	const char *at = text.ptr, *end = at + text.len;
	unsigned value, next;

	for (int i = 0; i < 4; i++) {
		if (at == end)
			return -1;
		at = skip_octet(at, end);
		if (!at || at == end || *at++ != (i < 3 ? '.' : '/'))
			return -1;
	}
	if (at == end)
		return -1;
	value = (unsigned char)*at++ - '0';
	if (value > 9)
		return -1;
	if (at < end) {
		next = (unsigned char)*at++ - '0';
		if (value == 0 || next > 9)
			return -1;
		value = value * 10 + next;
	}
	return at == end && value <= 32 ? (int)value : -1;
}

/* The number at the end of IPv6, after the slash; -1: none, or too large. */
static int six_bits(const char *at, const char *end)
{
	int value = 0;

	if (at == end || end - at > 3 || (*at == '0' && end - at > 1))
		return -1;
	for (; at < end; at++) {
		if (!is_digit(*at))
			return -1;
		value = value * 10 + (*at - '0');
	}
	return value <= 128 ? value : -1;
}

/* One group and the colons behind it, up to the next group or the slash; NULL: neither. */
static const char *skip_group(const char *at, const char *end, int *gaps)
{
	const char *first = at;

	while (at < end && hex_digit(*at) >= 0)
		at++;
	if (at == first || at - first > 4 || at == end)
		return NULL;
	if (*at == '/')
		return at;
	if (*at++ != ':' || at == end || *at == '/')
		return NULL;
	if (*at != ':')
		return at;
	++*gaps;
	return at + 1;
}

/*
 * IPv6 that begins with a digit other than 0 or a letter, so that it is no mapped IPv4, with groups
 * only; -1: look closer.
 */
static int bits_of_six(struct str text)
{
	const char *at = text.ptr, *end = at + text.len;
	int groups = 0, gaps = 0;

	if (text.len == 4 && memcmp(at, "::/0", 4) == 0)
		return 0;
	if (at == end || *at == '0')
		return -1;
	do {
		at = skip_group(at, end, &gaps);
		if (!at || at == end || ++groups > 8)
			return -1;
	} while (*at != '/');
	if (gaps == 0 ? groups != 8 : gaps > 1 || groups > 7)
		return -1;
	return six_bits(at + 1, end);
}

static __attribute__((noinline)) int bits_of_any(struct str text)
{
	struct ip_prefix prefix;
	int bits = bits_of_six(text);

	if (bits >= 0)
		return bits;
	return ip_parse_prefix(text, &prefix) ? prefix.bits : -1;
}

int ip_prefix_bits(struct str text)
{
	int bits = bits_of_four(text);

	return LIKELY(bits >= 0) ? bits : bits_of_any(text);
}

/* --- text --- */

static unsigned group_at(const uint8_t bytes[16], int i)
{
	size_t at = (size_t)i * 2;

	return (unsigned)bytes[at] << 8 | bytes[at + 1];
}

/* The longest run of at least two zero groups, the first of those; -1: none. */
static int zero_run(const uint8_t bytes[16], int *count)
{
	int best = -1;

	*count = 1;
	for (int i = 0; i < GROUPS; i++) {
		int len = 0;

		while (i + len < GROUPS && group_at(bytes, i + len) == 0)
			len++;
		if (len > *count) {
			best = i;
			*count = len;
		}
		i += len;
	}
	return best;
}

size_t ip_format(const struct ip_address *address, char out[IP_TEXT_MAX])
{
	const uint8_t *b = address->bytes;
	int run, run_len;
	size_t len = 0;

	if (address->family == 4)
		return (size_t)snprintf(out, IP_TEXT_MAX, "%u.%u.%u.%u", b[0], b[1], b[2], b[3]);
	run = zero_run(b, &run_len);
	out[0] = '\0';
	for (int i = 0; i < GROUPS; i++) {
		if (i == run) {
			len += (size_t)snprintf(out + len, IP_TEXT_MAX - len, "::");
			i += run_len - 1;
			continue;
		}
		len += (size_t)snprintf(out + len, IP_TEXT_MAX - len, "%s%x",
		    i > 0 && out[len - 1] != ':' ? ":" : "", group_at(b, i));
	}
	return len;
}

size_t ip_format_prefix(const struct ip_prefix *prefix, char out[IP_TEXT_MAX])
{
	size_t len = ip_format(&prefix->address, out);

	return len + (size_t)snprintf(out + len, IP_TEXT_MAX - len, "/%u", prefix->bits);
}

/* --- ranges --- */

static size_t width(const struct ip_address *address)
{
	return address->family == 4 ? 4 : 16;
}

static uint8_t mask_byte(uint8_t bits, size_t i)
{
	size_t first = i * 8;

	if (bits >= first + 8)
		return 0xff;
	if (bits <= first)
		return 0;
	return (uint8_t)(0xffU << (8 - (bits - first)) & 0xffU);
}

struct ip_prefix ip_mask(struct ip_prefix prefix)
{
	for (size_t i = 0; i < width(&prefix.address); i++)
		prefix.address.bytes[i] &= mask_byte(prefix.bits, i);
	return prefix;
}

bool ip_in_prefix(const struct ip_prefix *prefix, const struct ip_address *address)
{
	if (prefix->address.family != address->family)
		return false;
	for (size_t i = 0; i < width(address); i++) {
		if ((prefix->address.bytes[i] ^ address->bytes[i]) & mask_byte(prefix->bits, i))
			return false;
	}
	return true;
}

bool ip_prefix_in_prefix(const struct ip_prefix *outer, const struct ip_prefix *inner)
{
	return inner->bits >= outer->bits && ip_in_prefix(outer, &inner->address);
}

/* Does a list of ranges of addresses, taken together, cover a whole internet? */

#include <stdint.h>
#include <stdlib.h>

#include "base/arena.h"
#include "policies/cel/ip.h"
#include "policies/shapes_network.h"
#include "policies/shapes_network_parts.h"

#define ADDRESS 16 /* bytes; those of IPv4 stand in front */

struct addresses {
	uint8_t first[ADDRESS], last[ADDRESS];
};

struct family {
	struct addresses *ranges;
	size_t count, width;
};

static int by_first(const void *a, const void *b)
{
	const struct addresses *left = a, *right = b;

	return memcmp(left->first, right->first, ADDRESS);
}

/* The next address; false: there is none. */
static bool next(uint8_t address[ADDRESS], size_t width)
{
	for (size_t i = width; i > 0; i--) {
		if (++address[i - 1] != 0)
			return true;
	}
	return false;
}

static bool covers_family(struct family *family)
{
	uint8_t wanted[ADDRESS] = {0};

	if (family->count > 1)
		qsort(family->ranges, family->count, sizeof(*family->ranges), by_first);
	for (size_t i = 0; i < family->count; i++) {
		const struct addresses *range = &family->ranges[i];

		if (memcmp(range->first, wanted, ADDRESS) > 0)
			return false;
		if (memcmp(range->last, wanted, ADDRESS) < 0)
			continue;
		memcpy(wanted, range->last, ADDRESS);
		if (!next(wanted, family->width))
			return true;
	}
	return false;
}

static void add_prefix(struct family families[2], struct ip_prefix prefix)
{
	struct family *family = &families[prefix.address.family == 6];
	struct addresses *range = &family->ranges[family->count++];
	size_t width = family->width;

	prefix = ip_mask(prefix);
	memset(range, 0, sizeof(*range));
	memcpy(range->first, prefix.address.bytes, width);
	memcpy(range->last, prefix.address.bytes, width);
	for (size_t bit = prefix.bits; bit < width * 8; bit++)
		range->last[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
}

/* "0.0.0.0/0", and what a provider may make of it: any text that ends in a prefix of 0. */
static bool is_everywhere(struct str text)
{
	while (str_eat_end(&text, STR("0"))) {
		if (str_ends(text, STR("/")))
			return true;
	}
	return false;
}

#define WHOLE (UINT64_C(1) << 32)

/* How much of its internet it is at most, in parts of WHOLE. The digits behind the slash say it
 * without the address being read; what has none is no prefix. */
static uint64_t share_of(struct str text)
{
	unsigned bits = 0;
	size_t at = text.len;

	while (at > 0 && text.len - at < 4 && text.ptr[at - 1] >= '0' && text.ptr[at - 1] <= '9')
		at--;
	if (at == text.len || at == 0 || text.ptr[at - 1] != '/')
		return 0;
	for (; at < text.len; at++)
		bits = bits * 10 + (unsigned)(text.ptr[at] - '0');
	return WHOLE >> (bits < 32 ? bits : 32);
}

static bool covers(struct arena *arena, struct value cidrs)
{
	struct arena_mark mark = arena_save(arena);
	struct family families[2] = {{.width = 4}, {.width = 16}};
	bool open;

	for (size_t i = 0; i < 2; i++)
		families[i].ranges = arena_alloc(arena, cidrs.len * sizeof(*families[i].ranges));
	for (uint32_t i = 0; i < cidrs.len; i++) {
		struct ip_prefix prefix;

		if (ip_parse_prefix(str_trim(value_text(cidrs.as.items[i])), &prefix))
			add_prefix(families, prefix);
	}
	open = covers_family(&families[0]) || covers_family(&families[1]);
	arena_rewind(arena, mark);
	return open;
}

struct value shape_network_open(struct arena *arena, struct value cidrs)
{
	struct value unknown = value_bool(false);
	uint64_t share = 0;
	bool open = false;

	if (cidrs.kind != VALUE_LIST)
		return shape_is_open(cidrs) ? cidrs : unknown;
	for (uint32_t i = 0; i < cidrs.len && !open; i++) {
		struct value item = cidrs.as.items[i];
		struct str text = str_trim(value_text(item));

		if (shape_is_open(item))
			unknown = item;
		else if (is_everywhere(text))
			open = true;
		else
			share += share_of(text);
	}
	/* most lists are far too small for it */
	open = open || (share >= WHOLE && covers(arena, cidrs));
	return open ? value_bool(true) : unknown;
}

/*
 * Does a list of ranges of addresses, taken together, cover an internet? Three quarters of it are
 * enough: who leaves out what nobody has (224.0.0.0/3) or a network of his own opens it to all
 * others just the same, and no list of friends comes near.
 */

#include <stdint.h>
#include <stdlib.h>

#include "base/arena.h"
#include "policies/cel/ip.h"
#include "policies/shapes_network.h"
#include "policies/shapes_network_parts.h"

/* Addresses by their first 64 bits; of IPv4 all 32. Both ends are in it. */
struct addresses {
	uint64_t first, last;
};

struct family {
	struct addresses *ranges;
	size_t count;
	unsigned width;		   /* bits of what is looked at */
	struct addresses internet; /* nothing else is routed */
};

static const struct family of_families[2] = {
    {.width = 32, .internet = {0, UINT32_MAX}},
    {.width = 64, .internet = {UINT64_C(0x2000) << 48, UINT64_C(0x3fffffffffffffff)}},
};

static int by_first(const void *a, const void *b)
{
	const struct addresses *left = a, *right = b;

	return (left->first > right->first) - (left->first < right->first);
}

/* How many of the internet's are in one of the ranges. */
static uint64_t covered(struct family *family)
{
	uint64_t next = family->internet.first, sum = 0;

	if (family->count > 1)
		qsort(family->ranges, family->count, sizeof(*family->ranges), by_first);
	for (size_t i = 0; i < family->count && next <= family->internet.last; i++) {
		uint64_t first = family->ranges[i].first, last = family->ranges[i].last;

		first = first > next ? first : next;
		last = last < family->internet.last ? last : family->internet.last;
		if (first > last)
			continue;
		sum += last - first + 1;
		next = last + 1;
	}
	return sum;
}

static uint64_t size_of(const struct family *family)
{
	return family->internet.last - family->internet.first + 1;
}

/* What is smaller than the parts that are looked at covers nothing. */
static void add_prefix(struct family families[2], struct ip_prefix prefix)
{
	struct family *family = &families[prefix.address.family == 6];
	struct addresses *range = &family->ranges[family->count];
	unsigned width = family->width;

	if (prefix.bits > width)
		return;
	prefix = ip_mask(prefix);
	range->first = 0;
	for (size_t i = 0; i < width / 8; i++)
		range->first = range->first << 8 | prefix.address.bytes[i];
	range->last = range->first;
	if (prefix.bits < width)
		range->last |= UINT64_MAX >> (64 - (width - prefix.bits));
	family->count++;
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

#define WHOLE	    (UINT64_C(1) << 32)
#define ROUTED_BITS 3 /* of IPv6: 2000::/3 */

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
	if (str_contains(text, STR(":")))
		bits = bits < ROUTED_BITS ? 0 : bits - ROUTED_BITS;
	return WHOLE >> (bits < 32 ? bits : 32);
}

static void measure(struct arena *arena, struct value cidrs, bool *all, bool *half)
{
	struct arena_mark mark = arena_save(arena);
	struct family families[2] = {of_families[0], of_families[1]};

	for (size_t i = 0; i < 2; i++)
		families[i].ranges = arena_alloc(arena, cidrs.len * sizeof(*families[i].ranges));
	for (uint32_t i = 0; i < cidrs.len; i++) {
		struct ip_prefix prefix;

		if (ip_parse_prefix(str_trim(value_text(cidrs.as.items[i])), &prefix))
			add_prefix(families, prefix);
	}
	*all = *half = false;
	for (size_t i = 0; i < 2; i++) {
		uint64_t sum = covered(&families[i]);

		*all = *all || sum >= size_of(&families[i]) / 4 * 3;
		*half = *half || sum >= size_of(&families[i]) / 2;
	}
	arena_rewind(arena, mark);
}

struct value shape_network_open(struct arena *arena, struct value cidrs)
{
	struct value unknown = value_bool(false);
	uint64_t share = 0;
	bool open = false, half;

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
	if (!open && share >= WHOLE / 4 * 3)
		measure(arena, cidrs, &open, &half);
	return open ? value_bool(true) : unknown;
}

bool shape_network_is_half(struct arena *arena, struct value cidrs)
{
	uint64_t share = 0;
	bool all, half = false;

	for (uint32_t i = 0; cidrs.kind == VALUE_LIST && i < cidrs.len; i++)
		share += share_of(str_trim(value_text(cidrs.as.items[i])));
	if (share >= WHOLE / 2)
		measure(arena, cidrs, &all, &half);
	return half;
}

/*
 * text_may_hold(), declared in detectors_parts.h: says of most texts in two or three steps a byte
 * that there is nothing to look for in them.
 *
 * In the beginning of every shape stand three bytes that are rare elsewhere, in every name three
 * letters. Wherever they stand, one of their two pairs begins at an even place: so every second
 * pair of a text is looked up, and its neighbours where it may be one half of the three.
 */
#include "parser/detectors_parts.h"

#include <string.h>

#include "base/size.h"

/* Three belong together when their pairs are of one group; few groups do, as pairs overlap. */
enum group {
	GROUP_A = 1 << 0,
	GROUP_B = 1 << 1,
	GROUP_URL = 1 << 2, /* "://": needs an '@', too */
	GROUP_NAME = 1 << 3,
};

#define ALL_GROUPS   0xfu
#define SECOND_SHIFT 4
#define FIRST(g)     (GROUP_##g)
#define SECOND(g)    (GROUP_##g << SECOND_SHIFT)

_Static_assert(TEXT_NAMES == (FIRST(NAME) | SECOND(NAME)), "both pairs of each group");
_Static_assert((TEXT_SHAPES | TEXT_NAMES) == 0xff && !(TEXT_SHAPES & TEXT_NAMES), "all groups");

/* The index is what the two bytes are when read as one number; of UTF-8 the highest bits go. */
#define PAIR_MASK 0x7f7f
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define PAIR(a, b) ((a) << 8 | (b))
#else
#define PAIR(a, b) ((b) << 8 | (a))
#endif

/* clang-format off */
#define THREE(g, a, b, c) [PAIR(a, b)] = FIRST(g), [PAIR(b, c)] = SECOND(g)
/* Names are written in any case. */
#define UP(c) ((c) - 0x20)
#define ANY_CASE(a, b, bits) [PAIR(a, b)] = (bits), [PAIR(UP(a), b)] = (bits), \
	[PAIR(a, UP(b))] = (bits), [PAIR(UP(a), UP(b))] = (bits)
#define NAME(a, b, c) ANY_CASE(a, b, FIRST(NAME)), ANY_CASE(b, c, SECOND(NAME))
#define BEFORE_8(a, c, bits) [PAIR(a, c)] = (bits), [PAIR(a, (c) + 1)] = (bits), \
	[PAIR(a, (c) + 2)] = (bits), [PAIR(a, (c) + 3)] = (bits), [PAIR(a, (c) + 4)] = (bits), \
	[PAIR(a, (c) + 5)] = (bits), [PAIR(a, (c) + 6)] = (bits), [PAIR(a, (c) + 7)] = (bits)
#define BEFORE_32(a, c, bits) BEFORE_8(a, c, bits), BEFORE_8(a, (c) + 8, bits), \
	BEFORE_8(a, (c) + 16, bits), BEFORE_8(a, (c) + 24, bits)
#define BEFORE_ANY(a, bits) BEFORE_32(a, 0, bits), BEFORE_32(a, 32, bits), \
	BEFORE_32(a, 64, bits), BEFORE_32(a, 96, bits)

static const uint8_t pairs[PAIR_MASK + 1] = {
	THREE(A, 'E', 'G', 'I'),		/* -----BEGIN */
	THREE(A, 'A', 'K', 'I'),		/* AKIA */
	THREE(B, 'S', 'I', 'A'),		/* ASIA */
	THREE(B, 't', '_', 'a'),		/* aws_secret_access_key; "s_s" is of aws_s3_bucket */
	THREE(A, 'S', '_', 'S'),		/* AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN */
	THREE(A, 'A', 'I', 'z'),		/* AIza */
	THREE(A, 'C', 'S', 'P'),		/* GOCSPX- */
	THREE(A, 'y', 'a', '2'),		/* ya29. */
	[PAIR('t', 'K')] = FIRST(A),		/* AccountKey= */
	[PAIR('s', 'K')] = FIRST(A),		/* SharedAccessKey= */
	[PAIR('K', 'e')] = SECOND(A) | FIRST(NAME), /* of both, and of "Key" */
	THREE(A, 'i', 'g', '='),		/* sig= */
	[PAIR('g', 'h')] = FIRST(A),		/* ghp_ gho_ ghs_ ghu_ ghr_ */
	[PAIR('h', 'p')] = SECOND(A), [PAIR('h', 'o')] = SECOND(A), [PAIR('h', 's')] = SECOND(A),
	[PAIR('h', 'u')] = SECOND(A), [PAIR('h', 'r')] = SECOND(A),
	THREE(B, 'b', '_', 'p'),		/* github_pat_ */
	[PAIR('g', 'l')] = FIRST(A),		/* glpat- gldt- glrt- glptt- */
	[PAIR('l', 'p')] = SECOND(A), [PAIR('l', 'd')] = SECOND(A), [PAIR('l', 'r')] = SECOND(A),
	THREE(A, 'x', 'o', 'x'),		/* xoxb- and the like */
	THREE(B, 'x', 'a', 'p'),		/* xapp- */
	THREE(A, 'k', '.', 'c'),		/* hooks.slack.com/services/ */
	THREE(A, 'p', 'm', '_'),		/* npm_ */
	THREE(A, '-', 'A', 'g'),		/* pypi-AgE */
	THREE(B, 'k', '_', 'l'),		/* sk_live_ rk_live_ */
	THREE(A, 'e', 'c', '_'),		/* whsec_ */
	[PAIR('s', 'v')] = FIRST(A),		/* .atlasv1. */
	[PAIR('_', 'v')] = FIRST(A),		/* dop_v1_ doo_v1_ dor_v1_ */
	[PAIR('v', '1')] = SECOND(A),		/* of both */
	[PAIR('h', 'v')] = FIRST(B),		/* hvs. hvb. hvr. */
	[PAIR('v', 's')] = SECOND(B), [PAIR('v', 'b')] = SECOND(B), [PAIR('v', 'r')] = SECOND(B),
	THREE(A, 'S', 'G', '.'),		/* SG. */
	[PAIR('S', 'K')] = FIRST(A),		/* SK and a hexadecimal digit */
	BEFORE_8('K', '0', SECOND(A)), [PAIR('K', '8')] = SECOND(A), [PAIR('K', '9')] = SECOND(A),
	[PAIR('K', 'a')] = SECOND(A), [PAIR('K', 'b')] = SECOND(A), [PAIR('K', 'c')] = SECOND(A),
	[PAIR('K', 'd')] = SECOND(A), [PAIR('K', 'f')] = SECOND(A),
	[PAIR('e', 'y')] = FIRST(A) | SECOND(NAME), /* eyJ, and of "key" */
	[PAIR('y', 'J')] = SECOND(A),
	THREE(URL, ':', '/', '/'),
	[PAIR('B', 'e')] = FIRST(B),		/* Bearer, bearer */
	[PAIR('b', 'e')] = FIRST(B), [PAIR('e', 'a')] = SECOND(B),
	THREE(A, 'i', 'z', 'a'),		/* Authorization, authorization */

	NAME('p', 'a', 's'), NAME('c', 'r', 'e'), NAME('t', 'o', 'k'), NAME('a', 'u', 't'),
	NAME('a', 'l', 't'), NAME('n', 'n', 'e'), NAME('e', 'e', 'd'), NAME('g', 'n', 'a'),
	NAME('h', 'm', 'a'),
	[PAIR('k', 'e')] = FIRST(NAME), [PAIR('k', 'E')] = FIRST(NAME),
	[PAIR('K', 'E')] = FIRST(NAME), [PAIR('E', 'y')] = SECOND(NAME),
	[PAIR('e', 'Y')] = SECOND(NAME), [PAIR('E', 'Y')] = SECOND(NAME),
	ANY_CASE('p', 'w', FIRST(NAME)),	/* whatever follows */
	BEFORE_ANY('w', SECOND(NAME)), BEFORE_ANY('W', SECOND(NAME)),
};
/* clang-format on */

static unsigned pair_at(const char *at)
{
	uint16_t pair;

	memcpy(&pair, at, sizeof(pair));
	return pairs[pair & PAIR_MASK];
}

/* The groups of the three around the pair at `i`. */
static unsigned groups_at(struct str text, size_t i, unsigned here)
{
	unsigned groups = 0;

	if (i + 2 < text.len)
		groups |= here & pair_at(text.ptr + i + 1) >> SECOND_SHIFT;
	if (i > 0)
		groups |= here >> SECOND_SHIFT & pair_at(text.ptr + i - 1);
	return groups;
}

static bool is_found(struct str text, size_t from, size_t to, unsigned wanted)
{
	size_t at;

	for (size_t i = from; i < to; i += 2) {
		unsigned found = pair_at(text.ptr + i) & wanted;

		if (LIKELY(!found))
			continue;
		found = groups_at(text, i, found) & wanted & ALL_GROUPS;
		if (UNLIKELY(found & ~(unsigned)GROUP_URL) ||
		    (found && str_find_char(text, '@', &at)))
			return true;
	}
	return false;
}

#define BLOCK ((size_t)8)

static bool is_in_block(struct str text, size_t i, unsigned wanted)
{
	const char *at = text.ptr + i;
	unsigned any = pair_at(at) | pair_at(at + 2) | pair_at(at + 4) | pair_at(at + 6);

	return UNLIKELY(any & wanted) && is_found(text, i, i + BLOCK, wanted);
}

/* At the end of a text "pw" has nothing after it. */
static bool ends_in_name(struct str text)
{
	return text.len >= 2 && (text.ptr[text.len - 1] | 0x20) == 'w' &&
	       (text.ptr[text.len - 2] | 0x20) == 'p';
}

bool text_may_hold(struct str text, unsigned parts)
{
	if ((parts & TEXT_NAMES) && ends_in_name(text))
		return true;
	if (text.len < BLOCK)
		return is_found(text, 0, text.len & ~(size_t)1, parts);
	for (size_t i = 0; i + BLOCK <= text.len; i += BLOCK) {
		if (is_in_block(text, i, parts))
			return true;
	}
	/* the rest; some of it for the second time */
	return text.len % BLOCK > 0 && is_in_block(text, text.len - BLOCK, parts);
}

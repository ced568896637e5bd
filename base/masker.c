#include "base/masker.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/size.h"

#define BUCKETS_BITS 16
/* Blocks of two bytes while there are few literals, of three (hashed) when there are many. */
#define FEW	  256
#define FEW_BITS  16
#define MANY_BITS 20
#define SHIFT_MAX 255

/* A Bloom filter of the first MASKER_MIN bytes, two bits each: a window that is no literal seldom
 * gets further. */
#define FILTER_BITS	 17
#define FILTER_BITS_MANY 21

static const struct str key_beginning = STR_INIT("-----BEGIN ");

struct literal {
	struct str text;
	uint64_t order; /* sealed */
	/* index + 1: until sealed of the next one in the same bucket, then of the longest other one
	 * that this one begins with */
	union {
		uint32_t next, prefix;
	};
	bool is_key;
};

struct masker {
	struct arena *arena;
	struct literal *items; /* sealed: in byte order */
	size_t count, room;
	uint32_t *buckets; /* by the whole text, index + 1; to find repeated ones */
	bool full, sealed;

	size_t least, most; /* bytes */
	uint8_t *shifts;    /* by block: how far the window may go on */
	bool many;
	uint64_t *filter;
	unsigned filter_bits;
	size_t farthest; /* of the shifts */
	bool first[256]; /* a literal begins with this byte */
};

struct masker *masker_new(struct arena *arena)
{
	struct masker *masker = arena_make(arena, struct masker);

	masker->arena = arena;
	return masker;
}

size_t masker_count(const struct masker *masker)
{
	return masker->count;
}

bool masker_full(const struct masker *masker)
{
	return masker->full;
}

/* --- collecting --- */

static bool is_known(const struct masker *masker, struct str text, uint32_t bucket)
{
	uint32_t at = masker->buckets[bucket];

	while (at > 0 && !str_eq(masker->items[at - 1].text, text))
		at = masker->items[at - 1].next;
	return at > 0;
}

static void make_room(struct masker *masker)
{
	size_t room = masker->room ? masker->room * 2 : 64;

	if (!masker->buckets)
		masker->buckets = arena_array(masker->arena, uint32_t, (size_t)1 << BUCKETS_BITS);
	if (masker->count < masker->room)
		return;
	masker->items = arena_grow(masker->arena, masker->items,
	    masker->room * sizeof(struct literal), room * sizeof(struct literal));
	masker->room = room;
}

static void add(struct masker *masker, struct str text, bool is_key)
{
	uint32_t bucket;

	if (text.len < MASKER_MIN || text.len > MASKER_MAX)
		return;
	make_room(masker);
	bucket = (uint32_t)(hash_bytes(text) >> (64 - BUCKETS_BITS));
	if (is_known(masker, text, bucket))
		return;
	if (masker->count == MASKER_COUNT_MAX) {
		masker->full = true;
		return;
	}
	masker->items[masker->count] = (struct literal){.text = str_copy(masker->arena, text),
	    .next = masker->buckets[bucket],
	    .is_key = is_key};
	masker->buckets[bucket] = (uint32_t)++masker->count;
	masker->sealed = false;
}

void masker_add(struct masker *masker, struct str literal)
{
	add(masker, literal, false);
}

void masker_add_private_keys(struct masker *masker)
{
	add(masker, key_beginning, true);
}

/* --- sealing --- */

static inline uint64_t hash_head(const char *bytes)
{
	uint64_t head = 0;

	memcpy(&head, bytes, MASKER_MIN);
	return head * 0x9E3779B97F4A7C15u;
}

static inline uint64_t first_bit(const struct masker *masker, uint64_t hash)
{
	return hash >> (64 - masker->filter_bits);
}

static inline uint64_t second_bit(const struct masker *masker, uint64_t hash)
{
	return (hash >> (64 - 2 * masker->filter_bits)) &
	       ((UINT64_C(1) << masker->filter_bits) - 1);
}

static inline bool filter_has(const struct masker *masker, const char *head)
{
	uint64_t hash = hash_head(head);
	uint64_t first = first_bit(masker, hash), second = second_bit(masker, hash);

	return (masker->filter[first / 64] >> (first % 64) & 1) &&
	       (masker->filter[second / 64] >> (second % 64) & 1);
}

static inline size_t block_of(const struct masker *masker, const char *end)
{
	const unsigned char *at = (const unsigned char *)end;

	if (!masker->many)
		return (size_t)at[-1] << 8 | at[0];
	return (((uint32_t)at[-2] << 16 | (uint32_t)at[-1] << 8 | at[0]) * 2654435761u) >>
	       (32 - MANY_BITS);
}

/* The first eight bytes as a number that is ordered as they are; behind the end are zeros. */
static uint64_t order_of(struct str text)
{
	uint64_t order = 0;

	for (size_t i = 0; i < sizeof(order); i++)
		order = order << 8 | (i < text.len ? (unsigned char)text.ptr[i] : 0u);
	return order;
}

static int literal_cmp(const void *a, const void *b)
{
	const struct literal *left = a, *right = b;

	if (left->order != right->order)
		return left->order < right->order ? -1 : 1;
	return str_cmp(left->text, right->text);
}

/* --- ordering: there may be tens of thousands --- */

#define RADIX	  256
#define RADIX_MIN ((size_t)512)

/* One pass of a radix sort: by the byte at `shift`. False: they are all the same there. */
static bool order_by_byte(
    const struct literal *from, struct literal *to, size_t count, unsigned int shift)
{
	size_t places[RADIX] = {0}, next = 0;

	for (size_t i = 0; i < count; i++)
		places[from[i].order >> shift & (RADIX - 1)]++;
	if (places[from[0].order >> shift & (RADIX - 1)] == count)
		return false;
	for (size_t i = 0; i < RADIX; i++) {
		size_t here = places[i];

		places[i] = next;
		next += here;
	}
	for (size_t i = 0; i < count; i++)
		to[places[from[i].order >> shift & (RADIX - 1)]++] = from[i];
	return true;
}

/* Those that begin with the same eight bytes. */
static void order_alike(struct literal *items, size_t count)
{
	for (size_t from = 0, to; from < count; from = to) {
		for (to = from + 1; to < count && items[to].order == items[from].order;)
			to++;
		if (to - from > 1)
			qsort(items + from, to - from, sizeof(*items), literal_cmp);
	}
}

static void order_literals(struct masker *masker)
{
	struct literal *items = masker->items, *spare;

	for (size_t i = 0; i < masker->count; i++)
		items[i].order = order_of(items[i].text);
	if (masker->count < RADIX_MIN) {
		qsort(items, masker->count, sizeof(*items), literal_cmp);
		return;
	}
	spare = arena_array(masker->arena, struct literal, masker->count);
	for (unsigned int shift = 0; shift < 64; shift += 8) {
		struct literal *sorted = spare;

		if (!order_by_byte(items, spare, masker->count, shift))
			continue;
		spare = items;
		items = sorted;
	}
	order_alike(items, masker->count);
	masker->items = items;
}

static void find_prefixes(struct masker *masker)
{
	for (size_t i = 0; i < masker->count; i++) {
		size_t at = i; /* index + 1 of the one before */

		while (at > 0 && !str_starts(masker->items[i].text, masker->items[at - 1].text))
			at = masker->items[at - 1].prefix;
		masker->items[i].prefix = (uint32_t)at;
	}
}

static void fill_shifts(struct masker *masker, struct str text)
{
	size_t block = masker->many ? 3 : 2;

	for (size_t end = block - 1; end < masker->least; end++) {
		uint8_t *shift = &masker->shifts[block_of(masker, text.ptr + end)];

		*shift = (uint8_t)size_min(*shift, masker->least - 1 - end);
	}
}

static void fill_filter(struct masker *masker, struct str text)
{
	uint64_t hash = hash_head(text.ptr);
	uint64_t first = first_bit(masker, hash), second = second_bit(masker, hash);

	masker->filter[first / 64] |= UINT64_C(1) << (first % 64);
	masker->filter[second / 64] |= UINT64_C(1) << (second % 64);
	masker->first[(unsigned char)text.ptr[0]] = true;
}

void masker_seal(struct masker *masker)
{
	size_t blocks;

	if (masker->sealed || masker->count == 0)
		return;
	masker->sealed = true;
	order_literals(masker);
	find_prefixes(masker);
	masker->least = SHIFT_MAX;
	for (size_t i = 0; i < masker->count; i++) {
		masker->least = size_min(masker->least, masker->items[i].text.len);
		masker->most = size_max(masker->most, masker->items[i].text.len);
	}
	masker->many = masker->count > FEW;
	masker->filter_bits = masker->many ? FILTER_BITS_MANY : FILTER_BITS;
	masker->filter =
	    arena_array(masker->arena, uint64_t, ((size_t)1 << masker->filter_bits) / 64);
	blocks = (size_t)1 << (masker->many ? MANY_BITS : FEW_BITS);
	masker->farthest = masker->least - (masker->many ? 2 : 1);
	masker->shifts = arena_alloc(masker->arena, blocks);
	memset(masker->shifts, (int)masker->farthest, blocks);
	for (size_t i = 0; i < masker->count; i++) {
		fill_shifts(masker, masker->items[i].text);
		fill_filter(masker, masker->items[i].text);
	}
}

/* --- searching --- */

/* Of two that begin with the same eight bytes, or are no longer. */
static int compare_rest(struct str a, struct str b)
{
	size_t skip = sizeof(uint64_t), common = size_min(a.len, b.len);
	int order;

	if (common < skip)
		return str_cmp(a, b);
	order = memcmp(a.ptr + skip, b.ptr + skip, common - skip);
	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

/* How many literals stand before the text in byte order, those that begin it among them. */
static size_t rank_of(const struct masker *masker, struct str text)
{
	const struct literal *items = masker->items;
	const uint64_t order = order_of(text);
	size_t low = 0, high = masker->count;

	/* first by eight bytes: nearly all of a text that is no literal are settled by them */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (items[middle].order < order)
			low = middle + 1;
		else
			high = middle;
	}
	for (high = masker->count; low < high;) {
		size_t middle = low + (high - low) / 2;

		if (items[middle].order == order && compare_rest(items[middle].text, text) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The longest literal that the text begins with. */
static const struct literal *find_at(const struct masker *masker, struct str text)
{
	size_t at = rank_of(masker, text);

	/* What begins the text stands before it in byte order, and so does all that it begins with.
	 */
	while (at > 0 && !str_starts(text, masker->items[at - 1].text))
		at = masker->items[at - 1].prefix;
	return at > 0 ? &masker->items[at - 1] : NULL;
}

/* Goes on while nothing is near, four windows at a time: one look need not wait for the other. */
static inline size_t skip_far(const struct masker *masker, struct str text, size_t end)
{
	size_t far = masker->farthest;
	const uint8_t *shifts = masker->shifts;

	while (end + 3 * far < text.len) {
		const char *at = text.ptr + end;
		size_t nearest = size_min(
		    size_min(shifts[block_of(masker, at)], shifts[block_of(masker, at + far)]),
		    size_min(shifts[block_of(masker, at + 2 * far)],
			shifts[block_of(masker, at + 3 * far)]));

		if (nearest < far)
			break;
		end += 4 * far;
	}
	return end;
}

/* The window stands where a literal may: does one begin there? */
static const struct literal *look_closely(const struct masker *masker, struct str text, size_t at)
{
	if (!filter_has(masker, text.ptr + at))
		return NULL;
	return find_at(masker, str_skip(text, at));
}

/* The first literal that begins at or after *at and before `limit`; moves *at to it. */
static const struct literal *find_next(
    const struct masker *masker, struct str text, size_t limit, size_t *at)
{
	size_t last = masker->least - 1; /* of the window */
	size_t end = *at + last;

	if (masker->count == 0)
		return NULL;
	for (end = skip_far(masker, text, end); end < text.len && end < limit + last;
	     end = skip_far(masker, text, end)) {
		size_t shift = masker->shifts[block_of(masker, text.ptr + end)];
		const struct literal *found =
		    LIKELY(shift > 0) ? NULL : look_closely(masker, text, end - last);

		if (found) {
			*at = end - last;
			return found;
		}
		end += size_max(shift, 1);
	}
	return NULL;
}

/* What begins inside one that was found is hidden with it. */
bool masker_next(const struct masker *masker, struct str text, size_t at, struct masker_match *out)
{
	const struct literal *found = find_next(masker, text, text.len, &at);

	if (!found)
		return false;
	*out = (struct masker_match){at, at + found->text.len, found->is_key};
	if (found->is_key)
		return true;
	for (at++; (found = find_next(masker, text, out->to, &at)) != NULL; at++) {
		if (!found->is_key)
			out->to = size_max(out->to, at + found->text.len);
	}
	return true;
}

/* Does a longer literal begin with this text? It stands right behind it in byte order. */
static bool begins_literal(const struct masker *masker, struct str text)
{
	size_t at;

	if (!masker->first[(unsigned char)text.ptr[0]])
		return false;
	if (text.len >= MASKER_MIN && !filter_has(masker, text.ptr))
		return false;
	at = rank_of(masker, text);
	return at < masker->count && str_starts(masker->items[at].text, text);
}

size_t masker_live(const struct masker *masker, struct str text)
{
	size_t longest = masker->count > 0 ? size_min(text.len, masker->most - 1) : 0;

	for (size_t len = longest; len > 0; len--) {
		if (begins_literal(masker, str_skip(text, text.len - len)))
			return text.len - len;
	}
	return text.len;
}

bool masker_is_in(const struct masker *masker, struct str text)
{
	size_t at = 0;

	return text.len >= masker->least && find_next(masker, text, text.len, &at) != NULL;
}

static void add_to_buf(void *context, struct str bytes)
{
	buf_add(context, bytes);
}

struct str masker_hide(struct arena *arena, const struct masker *masker, struct str text)
{
	struct buf buf;

	if (!masker_is_in(masker, text))
		return text;
	buf_init(&buf, arena, SIZE_MAX);
	masker_emit_hidden(masker, text, add_to_buf, &buf);
	return buf_str(&buf);
}

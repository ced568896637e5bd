#include "parser/plan_fingerprint.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/base64.h"
#include "base/digest.h"

#define FINGERPRINT_BYTES   ((size_t)16)
#define FINGERPRINT_LETTERS ((size_t)22)
#define KEY_ID_BYTES	    ((size_t)8)
#define KEY_ID_LETTERS	    ((size_t)11)

#define BUCKETS		    ((size_t)1 << 16)
#define BUCKETS_FROM	    ((size_t)4096) /* for fewer leaves they are not worth it */

static int by_bytes(const void *a, const void *b)
{
	return leaf_cmp(a, b);
}

/* Leaves are digests: by their first two bytes they are in order already, but for a few. */
static size_t bucket_of(const struct change_leaf *leaf)
{
	return (size_t)leaf->address[0] << 8 | leaf->address[1];
}

static void sort_part(struct change_leaf *leaves, size_t count)
{
	if (count > 1)
		qsort(leaves, count, sizeof(*leaves), by_bytes);
}

static const struct change_leaf *sorted(
    struct arena *arena, struct change_leaf *leaves, size_t count)
{
	struct change_leaf *out;
	size_t *ends;

	if (count < BUCKETS_FROM) {
		sort_part(leaves, count);
		return leaves;
	}
	out = arena_alloc(arena, count * sizeof(*out)); /* all of it is filled */
	ends = arena_array(arena, size_t, BUCKETS + 1);
	for (size_t i = 0; i < count; i++)
		ends[bucket_of(&leaves[i]) + 1]++;
	for (size_t i = 0; i < BUCKETS; i++)
		ends[i + 1] += ends[i];
	for (size_t i = 0; i < count; i++)
		out[ends[bucket_of(&leaves[i])]++] = leaves[i];
	for (size_t i = 0, from = 0; i < BUCKETS; from = ends[i], i++)
		sort_part(out + from, ends[i] - from);
	return out;
}

struct str plan_fingerprint_text(struct arena *arena, struct change_leaf *leaves, size_t count)
{
	struct arena *temp CLEANUP(arena_free_ptr) = arena_new();
	const struct change_leaf *in_order = sorted(temp, leaves, count);
	struct sha256 *sha = sha256_begin();
	struct digest digest;
	struct str text;

	sha256_add(sha, str_format(arena, PLAN_FINGERPRINT_PREFIX "%zu:", count));
	sha256_add(sha, (struct str){(const char *)in_order, count * sizeof(*in_order)});
	digest = sha256_end(sha);
	text = base64url_encode(arena, (struct str){(const char *)digest.bytes, FINGERPRINT_BYTES});
	return str_format(arena, PLAN_FINGERPRINT_PREFIX "%.*s", STR_ARG(text));
}

static bool is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '_';
}

struct str plan_fingerprint_key_id(struct arena *arena, struct str key)
{
	struct digest digest;

	if (key.len == 0)
		return STR_EMPTY;
	digest = digest_hmac(key, STR("tfherald key id"));
	return base64url_encode(arena, (struct str){(const char *)digest.bytes, KEY_ID_BYTES});
}

NODISCARD static bool are_letters(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (!is_letter(text.ptr[i]))
			return false;
	}
	return true;
}

bool plan_fingerprint_is_key_id(struct str text)
{
	return text.len == KEY_ID_LETTERS && are_letters(text);
}

bool plan_fingerprint_is_one(struct str text)
{
	return str_eat(&text, STR(PLAN_FINGERPRINT_PREFIX)) && text.len == FINGERPRINT_LETTERS &&
	       are_letters(text);
}

#include "parser/plan_fingerprint.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/digest.h"

#define FINGERPRINT_BYTES   ((size_t)16)
#define FINGERPRINT_LETTERS ((size_t)22)

static int by_bytes(const void *a, const void *b)
{
	return leaf_cmp(a, b);
}

struct str plan_fingerprint_text(struct arena *arena, struct change_leaf *leaves, size_t count)
{
	struct sha256 *sha = sha256_begin();
	struct digest digest;
	struct str text;

	if (count > 0)
		qsort(leaves, count, sizeof(*leaves), by_bytes);
	sha256_add(sha, str_format(arena, PLAN_FINGERPRINT_PREFIX "%zu:", count));
	sha256_add(sha, (struct str){(const char *)leaves, count * sizeof(*leaves)});
	digest = sha256_end(sha);
	text = base64url_encode(arena, (struct str){(const char *)digest.bytes, FINGERPRINT_BYTES});
	return str_format(arena, PLAN_FINGERPRINT_PREFIX "%.*s", STR_ARG(text));
}

static bool is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '_';
}

bool plan_fingerprint_is_one(struct str text)
{
	if (!str_eat(&text, STR(PLAN_FINGERPRINT_PREFIX)) || text.len != FINGERPRINT_LETTERS)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (!is_letter(text.ptr[i]))
			return false;
	}
	return true;
}

#include "base/digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* EVP's handles cost more than the digest of a short text; its successor of SHA256_Init() has none
 * that is quick. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/sha.h>

#include "base/arena.h"

#define HASH_FACTOR UINT64_C(0x9E3779B97F4A7C15) /* 2^64 over the golden ratio, odd */

/* Blocks of HMAC with SHA-256. */
#define HMAC_BLOCK 64

/* libcrypto refuses SHA-256 only when it has no memory or is broken: nothing could be trusted then.
 */
static void must(bool good)
{
	if (good)
		return;
	(void)fputs("tfherald: libcrypto does not compute SHA-256\n", stderr);
	abort();
}

struct sha256 {
	SHA256_CTX context;
};

struct sha256 *sha256_begin(void)
{
	struct sha256 *sha = malloc(sizeof(*sha));

	must(sha != NULL);
	must(SHA256_Init(&sha->context) == 1);
	return sha;
}

void sha256_add(struct sha256 *sha, struct str data)
{
	must(SHA256_Update(&sha->context, data.ptr, data.len) == 1);
}

struct digest sha256_restart(struct sha256 *sha)
{
	struct digest digest = {0};

	must(SHA256_Final(digest.bytes, &sha->context) == 1);
	must(SHA256_Init(&sha->context) == 1);
	return digest;
}

struct digest sha256_end(struct sha256 *sha)
{
	struct digest digest = sha256_restart(sha);

	free(sha);
	return digest;
}

struct digest digest_sha256(struct str data)
{
	struct sha256 sha;

	must(SHA256_Init(&sha.context) == 1);
	sha256_add(&sha, data);
	return sha256_restart(&sha);
}

static struct digest hash_padded(const uint8_t pad[HMAC_BLOCK], struct str data)
{
	struct sha256 sha;
	struct digest digest;

	must(SHA256_Init(&sha.context) == 1);
	sha256_add(&sha, (struct str){(const char *)pad, HMAC_BLOCK});
	sha256_add(&sha, data);
	digest = sha256_restart(&sha);
	OPENSSL_cleanse(&sha, sizeof(sha));
	return digest;
}

/* RFC 2104 by hand: HMAC() takes the key's length as an int, and an empty key means "the last one".
 */
struct digest digest_hmac(struct str key, struct str data)
{
	uint8_t inner[HMAC_BLOCK] = {0}, outer[HMAC_BLOCK];
	struct digest digest;

	if (key.len > HMAC_BLOCK) {
		digest = digest_sha256(key);
		memcpy(inner, digest.bytes, DIGEST_SIZE);
	} else {
		memcpy(inner, key.ptr, key.len);
	}
	for (size_t i = 0; i < HMAC_BLOCK; i++) {
		outer[i] = inner[i] ^ 0x5c;
		inner[i] ^= 0x36;
	}
	digest = hash_padded(inner, data);
	digest = hash_padded(outer, (struct str){(const char *)digest.bytes, DIGEST_SIZE});
	OPENSSL_cleanse(inner, sizeof(inner));
	OPENSSL_cleanse(outer, sizeof(outer));
	return digest;
}

bool digest_equal(const struct digest *a, const struct digest *b)
{
	return CRYPTO_memcmp(a->bytes, b->bytes, DIGEST_SIZE) == 0;
}

struct str digest_hex(struct arena *arena, const uint8_t *bytes, size_t count)
{
	static const char digits[] = "0123456789abcdef";
	char *text = arena_alloc_array(arena, count * 2 + 1, 1);

	for (size_t i = 0; i < count; i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 15];
	}
	return (struct str){text, count * 2};
}

uint64_t hash_bytes(struct str data)
{
	uint64_t hash = data.len * HASH_FACTOR;
	uint64_t word;
	size_t at = 0;

	for (; data.len - at >= sizeof(word); at += sizeof(word)) {
		memcpy(&word, data.ptr + at, sizeof(word));
		hash = (hash ^ word) * HASH_FACTOR;
		hash ^= hash >> 32;
	}
	word = 0;
	memcpy(&word, data.ptr + at, data.len - at);
	hash = (hash ^ word) * HASH_FACTOR;
	return hash ^ (hash >> 29);
}

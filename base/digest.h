/*
 * digest.h: SHA-256 and HMAC-SHA-256 through libcrypto, and the text forms of their results.
 *
 * Errors: none that a caller could handle (a failing libcrypto is ERR_BUG and ends the program).
 * Layer: base. Only digest.c knows libcrypto here.
 */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct arena;

#define DIGEST_SIZE 32

struct digest {
	uint8_t bytes[DIGEST_SIZE];
};

struct digest digest_sha256(struct str data);
struct digest digest_hmac(struct str key, struct str data);
bool digest_equal(const struct digest *a, const struct digest *b); /* constant time */

/* A running SHA-256. The state is small; sha256_end() releases it. */
struct sha256;
struct sha256 *sha256_begin(void);
void sha256_add(struct sha256 *sha, struct str data);
struct digest sha256_end(struct sha256 *sha);
/* The result so far; then it begins anew. For many short texts: that is several times as fast. */
struct digest sha256_restart(struct sha256 *sha);

struct str digest_hex(struct arena *arena, const uint8_t *bytes, size_t count);

/* 64 bits, 8 bytes at a time; the same within one run only (byte order). For tables in memory whose
 * entries are compared as well, never for anything an attacker could gain by. */
uint64_t hash_bytes(struct str data);

#endif

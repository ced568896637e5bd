/*
 * json_scan.h: classifies the bytes of JSON text, 64 or 16 at a time: SSE2 or NEON where the target
 * has them, else a portable loop (-DJSON_SCAN_PORTABLE asks for it). Chosen when compiling; all
 * three give the same answers, which tests/base/test_json_cursor.c checks for the one that is built
 * in.
 *
 * Used by json_skip.c and json_token.h only. Layer: base.
 */
#ifndef BASE_JSON_SCAN_H
#define BASE_JSON_SCAN_H

#include <stdint.h>

#include "base/json_marks.h"

#if defined(JSON_SCAN_PORTABLE)
#include "base/json_scan_portable.h"
#define JSON_SCAN(what) json_portable_##what
#elif defined(__SSE2__)
#include "base/json_scan_sse2.h"
#define JSON_SCAN(what) json_sse2_##what
#elif defined(__ARM_NEON) && defined(__aarch64__)
#include "base/json_scan_neon.h"
#define JSON_SCAN(what) json_neon_##what
#else
#include "base/json_scan_portable.h"
#define JSON_SCAN(what) json_portable_##what
#endif

/* JSON_BLOCK bytes at `block` are read. */
static inline struct json_marks json_scan_marks(const char *block)
{
	return JSON_SCAN(marks)(block);
}

static inline struct json_rare json_scan_rare(const char *block)
{
	return JSON_SCAN(rare)(block);
}

/*
 * The first byte from `at` on that cannot stand plainly in a string (a quote, a backslash, a
 * control character), or `end`. Sets *wide when a byte over 0x7f stands before it. Reads nothing
 * past `end`.
 */
static inline const char *json_scan_plain(const char *at, const char *end, uint32_t *wide)
{
	return JSON_SCAN(plain)(at, end, wide);
}

#endif

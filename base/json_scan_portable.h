/*
 * json_scan_portable.h: the byte classes of json_scan.h in plain C, for every other processor and
 * as the yardstick of the vector versions. Included by json_scan.h (and its test) only. Layer:
 * base.
 */
#ifndef BASE_JSON_SCAN_PORTABLE_H
#define BASE_JSON_SCAN_PORTABLE_H

#include <stdint.h>

#include "base/json_marks.h"

static inline struct json_marks json_portable_marks(const char *block)
{
	struct json_marks marks = {0};

	for (unsigned i = 0; i < JSON_BLOCK; i++) {
		unsigned byte = (unsigned char)block[i];
		unsigned folded = byte | 0x20; /* '[' -> '{', ']' -> '}' */
		uint64_t quote = byte == '"';
		uint64_t bracket = (folded == '{') | (folded == '}');

		marks.quote |= quote << i;
		marks.bracket |= bracket << i;
		marks.rare |= (uint64_t)((byte == '\\') | (byte < 0x20));
	}
	return marks;
}

static inline struct json_rare json_portable_rare(const char *block)
{
	struct json_rare rare = {0};

	for (unsigned i = 0; i < JSON_BLOCK; i++) {
		unsigned byte = (unsigned char)block[i];
		uint64_t backslash = byte == '\\';
		uint64_t control = byte < 0x20;

		rare.backslash |= backslash << i;
		rare.control |= control << i;
	}
	return rare;
}

static inline const char *json_portable_plain(const char *at, const char *end, uint32_t *wide)
{
	for (; at < end; at++) {
		unsigned byte = (unsigned char)*at;

		if (byte < 0x20 || byte == '"' || byte == '\\')
			return at;
		*wide |= byte & 0x80;
	}
	return at;
}

#endif

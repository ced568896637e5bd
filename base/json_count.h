/*
 * json_count.h: how often a word stands in a value that is only skipped.
 *
 * Looks at the bytes as they are, in pieces, at the speed of skipping: every JSON_COUNT_MIN bytes
 * at four of them. Who writes a word in another way (white space, escapes) is not counted.
 *
 * Limits: words of JSON_COUNT_MIN to JSON_COUNT_MAX bytes. Layer: base.
 */
#ifndef BASE_JSON_COUNT_H
#define BASE_JSON_COUNT_H

#include <stdint.h>

#include "base/str.h"

#define JSON_COUNT_MIN	((size_t)8)
#define JSON_COUNT_MAX	((size_t)32)
#define JSON_COUNT_BITS 11

struct json_count {
	struct str word;
	size_t found;
	size_t tail_len;
	char tail[JSON_COUNT_MAX];
	/* by four bytes of the word, hashed: where they begin in it, plus 1 */
	uint8_t places[(size_t)1 << JSON_COUNT_BITS];
};

void json_count_init(struct json_count *count, struct str word);
/* The next piece of the value. */
void json_count_in(struct json_count *count, struct str piece);
/* Between two values: a word does not go on from one to the other. */
void json_count_end(struct json_count *count);

#endif

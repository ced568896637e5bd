/*
 * json_scan_sse2.h: the byte classes of json_scan.h with SSE2, which every x86-64 has.
 * Included by json_scan.h only. Layer: base.
 */
#ifndef BASE_JSON_SCAN_SSE2_H
#define BASE_JSON_SCAN_SSE2_H

#ifdef __SSE2__

#include <emmintrin.h>
#include <stdint.h>

#include "base/json_marks.h"

static inline __m128i json_sse2_load(const char *at)
{
	return _mm_loadu_si128((const __m128i *)(const void *)at);
}

static inline __m128i json_sse2_is(__m128i bytes, char wanted)
{
	return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(wanted));
}

/* SSE2 compares signed bytes only; the unsigned minimum does it. */
static inline __m128i json_sse2_is_control(__m128i bytes)
{
	return _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
}

static inline __m128i json_sse2_is_bracket(__m128i bytes)
{
	/* '[' and ']' differ from '{' and '}' in one bit. */
	__m128i folded = _mm_or_si128(bytes, _mm_set1_epi8(0x20));

	return _mm_or_si128(json_sse2_is(folded, '{'), json_sse2_is(folded, '}'));
}

static inline uint32_t json_sse2_bits(__m128i truth)
{
	return (uint32_t)_mm_movemask_epi8(truth);
}

static inline uint64_t json_sse2_mask(__m128i a, __m128i b, __m128i c, __m128i d)
{
	uint64_t low = json_sse2_bits(a) | json_sse2_bits(b) << 16;
	uint64_t high = json_sse2_bits(c) | json_sse2_bits(d) << 16;

	return low | high << 32;
}

static inline __m128i json_sse2_is_rare(__m128i bytes)
{
	return _mm_or_si128(json_sse2_is(bytes, '\\'), json_sse2_is_control(bytes));
}

static inline struct json_marks json_sse2_marks(const char *block)
{
	__m128i a = json_sse2_load(block);
	__m128i b = json_sse2_load(block + 16);
	__m128i c = json_sse2_load(block + 32);
	__m128i d = json_sse2_load(block + 48);
	/* the smallest byte of each column tells whether there are control characters */
	__m128i lowest = _mm_min_epu8(_mm_min_epu8(a, b), _mm_min_epu8(c, d));
	__m128i rare = _mm_or_si128(_mm_or_si128(json_sse2_is(a, '\\'), json_sse2_is(b, '\\')),
	    _mm_or_si128(json_sse2_is(c, '\\'), json_sse2_is(d, '\\')));

	rare = _mm_or_si128(rare, json_sse2_is_control(lowest));
	return (struct json_marks){
	    .quote = json_sse2_mask(json_sse2_is(a, '"'), json_sse2_is(b, '"'),
		json_sse2_is(c, '"'), json_sse2_is(d, '"')),
	    .bracket = json_sse2_mask(json_sse2_is_bracket(a), json_sse2_is_bracket(b),
		json_sse2_is_bracket(c), json_sse2_is_bracket(d)),
	    .rare = json_sse2_bits(rare),
	};
}

static inline struct json_rare json_sse2_rare(const char *block)
{
	__m128i a = json_sse2_load(block);
	__m128i b = json_sse2_load(block + 16);
	__m128i c = json_sse2_load(block + 32);
	__m128i d = json_sse2_load(block + 48);

	return (struct json_rare){
	    .backslash = json_sse2_mask(json_sse2_is(a, '\\'), json_sse2_is(b, '\\'),
		json_sse2_is(c, '\\'), json_sse2_is(d, '\\')),
	    .control = json_sse2_mask(json_sse2_is_control(a), json_sse2_is_control(b),
		json_sse2_is_control(c), json_sse2_is_control(d)),
	};
}

static inline const char *json_sse2_plain(const char *at, const char *end, uint32_t *wide)
{
	for (; end - at >= 16; at += 16) {
		__m128i bytes = json_sse2_load(at);
		uint32_t high = json_sse2_bits(bytes);
		uint32_t stop = json_sse2_bits(
		    _mm_or_si128(json_sse2_is_rare(bytes), json_sse2_is(bytes, '"')));

		if (stop != 0) {
			*wide |= high & ((stop & -stop) - 1);
			return at + __builtin_ctz(stop);
		}
		*wide |= high;
	}
	for (; at < end; at++) {
		unsigned char byte = (unsigned char)*at;

		if (byte < 0x20 || byte == '"' || byte == '\\')
			break;
		*wide |= byte & 0x80u;
	}
	return at;
}

#endif

#endif

/*
 * json_scan_avx2.h: the two most frequent questions of json_scan.h with AVX2 and carry-less
 * multiplication, for processors that have them: JSON_AVX2 functions are called by such functions
 * only, behind json_has_avx2(). Elsewhere JSON_AVX2 is not defined (-DJSON_SCAN_NO_AVX2 asks for
 * that). Included by json_skip.c only. Layer: base.
 */
#ifndef BASE_JSON_SCAN_AVX2_H
#define BASE_JSON_SCAN_AVX2_H

#if defined(__x86_64__) && defined(__GNUC__) && !defined(JSON_SCAN_PORTABLE) && \
    !defined(JSON_SCAN_NO_AVX2)

#include <immintrin.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/json_marks.h"

#define JSON_AVX2 __attribute__((target("avx2,bmi,pclmul")))

static inline bool json_has_avx2(void)
{
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
	       __builtin_cpu_supports("pclmul");
}

JSON_AVX2 static inline __m256i json_avx2_is(__m256i bytes, char wanted)
{
	return _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(wanted));
}

JSON_AVX2 static inline __m256i json_avx2_is_bracket(__m256i bytes)
{
	/* '[' and ']' differ from '{' and '}' in one bit. */
	__m256i folded = _mm256_or_si256(bytes, _mm256_set1_epi8(0x20));

	return _mm256_or_si256(json_avx2_is(folded, '{'), json_avx2_is(folded, '}'));
}

JSON_AVX2 static inline uint64_t json_avx2_mask(__m256i low, __m256i high)
{
	return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high)
							 << 32;
}

JSON_AVX2 static inline struct json_marks json_avx2_marks(const char *block)
{
	__m256i a = _mm256_loadu_si256((const __m256i *)(const void *)block);
	__m256i b = _mm256_loadu_si256((const __m256i *)(const void *)(block + 32));
	/* the smaller byte of each column tells whether there are control characters */
	__m256i lower = _mm256_min_epu8(a, b);
	__m256i control = _mm256_cmpeq_epi8(_mm256_min_epu8(lower, _mm256_set1_epi8(0x1f)), lower);
	__m256i backslash = _mm256_or_si256(json_avx2_is(a, '\\'), json_avx2_is(b, '\\'));

	return (struct json_marks){
	    .quote = json_avx2_mask(json_avx2_is(a, '"'), json_avx2_is(b, '"')),
	    .bracket = json_avx2_mask(json_avx2_is_bracket(a), json_avx2_is_bracket(b)),
	    .rare = (uint32_t)_mm256_movemask_epi8(_mm256_or_si256(control, backslash)),
	};
}

/* Bit i becomes the parity of bits 0 to i. */
JSON_AVX2 static inline uint64_t json_avx2_prefix_xor(uint64_t bits)
{
	__m128i product =
	    _mm_clmulepi64_si128(_mm_set_epi64x(0, (int64_t)bits), _mm_set1_epi8((char)0xff), 0);

	return (uint64_t)_mm_cvtsi128_si64(product);
}

#endif

#endif

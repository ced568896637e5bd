/*
 * json_scan_neon.h: the byte classes of json_scan.h with NEON, which every 64-bit ARM has.
 * Included by json_scan.h only. Layer: base.
 */
#ifndef BASE_JSON_SCAN_NEON_H
#define BASE_JSON_SCAN_NEON_H

#if defined(__ARM_NEON) && defined(__aarch64__)

#include <arm_neon.h>
#include <stdint.h>

#include "base/json_marks.h"

static inline uint8x16_t json_neon_load(const char *at)
{
	return vld1q_u8((const uint8_t *)(const void *)at);
}

static inline uint8x16_t json_neon_is(uint8x16_t bytes, char wanted)
{
	return vceqq_u8(bytes, vdupq_n_u8((uint8_t)wanted));
}

static inline uint8x16_t json_neon_is_control(uint8x16_t bytes)
{
	return vcltq_u8(bytes, vdupq_n_u8(0x20));
}

static inline uint8x16_t json_neon_is_bracket(uint8x16_t bytes)
{
	/* '[' and ']' differ from '{' and '}' in one bit. */
	uint8x16_t folded = vorrq_u8(bytes, vdupq_n_u8(0x20));

	return vorrq_u8(json_neon_is(folded, '{'), json_neon_is(folded, '}'));
}

static inline uint8x16_t json_neon_is_rare(uint8x16_t bytes)
{
	return vorrq_u8(json_neon_is(bytes, '\\'), json_neon_is_control(bytes));
}

/* NEON has no movemask: each truth byte keeps its own bit, and pairs are added up three times. */
static inline uint64_t json_neon_mask(uint8x16_t a, uint8x16_t b, uint8x16_t c, uint8x16_t d)
{
	const uint8x16_t bit = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
	uint8x16_t ab = vpaddq_u8(vandq_u8(a, bit), vandq_u8(b, bit));
	uint8x16_t cd = vpaddq_u8(vandq_u8(c, bit), vandq_u8(d, bit));
	uint8x16_t sum = vpaddq_u8(ab, cd);

	sum = vpaddq_u8(sum, sum);
	return vgetq_lane_u64(vreinterpretq_u64_u8(sum), 0);
}

static inline struct json_marks json_neon_marks(const char *block)
{
	uint8x16_t a = json_neon_load(block);
	uint8x16_t b = json_neon_load(block + 16);
	uint8x16_t c = json_neon_load(block + 32);
	uint8x16_t d = json_neon_load(block + 48);
	uint8x16_t rare = vorrq_u8(vorrq_u8(json_neon_is_rare(a), json_neon_is_rare(b)),
	    vorrq_u8(json_neon_is_rare(c), json_neon_is_rare(d)));

	return (struct json_marks){
	    .quote = json_neon_mask(json_neon_is(a, '"'), json_neon_is(b, '"'),
		json_neon_is(c, '"'), json_neon_is(d, '"')),
	    .bracket = json_neon_mask(json_neon_is_bracket(a), json_neon_is_bracket(b),
		json_neon_is_bracket(c), json_neon_is_bracket(d)),
	    .rare = vmaxvq_u8(rare),
	};
}

static inline struct json_rare json_neon_rare(const char *block)
{
	uint8x16_t a = json_neon_load(block);
	uint8x16_t b = json_neon_load(block + 16);
	uint8x16_t c = json_neon_load(block + 32);
	uint8x16_t d = json_neon_load(block + 48);

	return (struct json_rare){
	    .backslash = json_neon_mask(json_neon_is(a, '\\'), json_neon_is(b, '\\'),
		json_neon_is(c, '\\'), json_neon_is(d, '\\')),
	    .control = json_neon_mask(json_neon_is_control(a), json_neon_is_control(b),
		json_neon_is_control(c), json_neon_is_control(d)),
	};
}

/* Four bits for each byte, the usual replacement of movemask for 16 bytes. */
static inline uint64_t json_neon_nibbles(uint8x16_t truth)
{
	uint8x8_t narrow = vshrn_n_u16(vreinterpretq_u16_u8(truth), 4);

	return vget_lane_u64(vreinterpret_u64_u8(narrow), 0);
}

static inline const char *json_neon_plain(const char *at, const char *end, uint32_t *wide)
{
	for (; end - at >= 16; at += 16) {
		uint8x16_t bytes = json_neon_load(at);
		uint64_t high = json_neon_nibbles(vcgeq_u8(bytes, vdupq_n_u8(0x80)));
		uint64_t stop =
		    json_neon_nibbles(vorrq_u8(json_neon_is_rare(bytes), json_neon_is(bytes, '"')));

		if (stop != 0) {
			*wide |= (high & ((stop & -stop) - 1)) != 0;
			return at + (__builtin_ctzll(stop) >> 2);
		}
		*wide |= high != 0;
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

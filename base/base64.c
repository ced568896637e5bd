#include "base/base64.h"

#include <stdint.h>

#include "base/arena.h"

static const char plain_letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url_letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* The last group of 1 or 2 bytes gives 2 or 3 characters, `pad` fills it up. */
static size_t write_text(char *out, struct str data, const char *letters, bool pad)
{
	size_t used = 0;

	for (size_t i = 0; i < data.len; i += 3) {
		uint32_t group = 0;
		size_t have = data.len - i < 3 ? data.len - i : 3;

		for (size_t j = 0; j < 3; j++)
			group = group << 8 | (j < have ? (uint8_t)data.ptr[i + j] : 0);
		for (size_t j = 0; j <= have; j++)
			out[used++] = letters[group >> (18 - 6 * j) & 63];
		for (size_t j = have; pad && j < 3; j++)
			out[used++] = '=';
	}
	return used;
}

static struct str encode(struct arena *arena, struct str data, const char *letters, bool pad)
{
	char *text = arena_alloc(arena, BASE64_TEXT_LEN(data.len) + 1);
	size_t used = write_text(text, data, letters, pad);

	text[used] = '\0';
	return (struct str){text, used};
}

struct str base64_encode(struct arena *arena, struct str data)
{
	return encode(arena, data, plain_letters, true);
}

struct str base64url_encode(struct arena *arena, struct str data)
{
	return encode(arena, data, url_letters, false);
}

void base64_write(char *out, struct str data)
{
	(void)write_text(out, data, plain_letters, true);
}

bool base64_read(struct str digits, enum base64_alphabet alphabet, char *out, size_t *len)
{
	uint32_t bits = 0;
	size_t used = 0;

	if (digits.len % 4 == 1)
		return false;
	for (size_t i = 0; i < digits.len; i++) {
		int digit = base64_digit(digits.ptr[i], alphabet);

		if (digit < 0)
			return false;
		bits = bits << 6 | (uint32_t)digit;
		if (i % 4 > 0)
			out[used++] = (char)(bits >> (6 - i % 4 * 2) & 0xff);
	}
	*len = used;
	return true;
}

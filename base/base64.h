/*
 * base64.h: bytes as base64 text and back (RFC 4648).
 *
 * Ownership: texts live in the arena; base64_write() and base64_read() fill what the caller gives.
 * Errors: base64_read() says false for what is no base64; nothing else can go wrong.
 * Layer: base.
 */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct arena;

enum base64_alphabet {
	BASE64_PLAIN, /* + and / */
	BASE64_URL,   /* - and _ */
	BASE64_EITHER /* for reading only */
};

/* Room for the text of so many bytes, with its padding; and for the bytes of so many characters. */
#define BASE64_TEXT_LEN(bytes)	(((bytes) + 2) / 3 * 4)
#define BASE64_BYTES_LEN(chars) ((chars) / 4 * 3 + 2)

/* -1: none of the alphabet. In the header: detectors ask for every byte. */
static inline int base64_digit(char c, enum base64_alphabet alphabet)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if ((c == '+' && alphabet != BASE64_URL) || (c == '-' && alphabet != BASE64_PLAIN))
		return 62;
	if ((c == '/' && alphabet != BASE64_URL) || (c == '_' && alphabet != BASE64_PLAIN))
		return 63;
	return -1;
}

struct str base64_encode(struct arena *arena, struct str data);	   /* ends with a NUL */
struct str base64url_encode(struct arena *arena, struct str data); /* without padding; NUL, too */

/* With padding, no NUL; `out` has room for BASE64_TEXT_LEN(data.len). */
void base64_write(char *out, struct str data);

/* Digits alone, without padding; `out` has room for BASE64_BYTES_LEN(digits.len). */
bool base64_read(struct str digits, enum base64_alphabet alphabet, char *out, size_t *len);

#endif

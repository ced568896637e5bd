/*
 * utf8.h: UTF-8 as RFC 3629 has it (no surrogates, nothing over U+10FFFF, no overlong forms), and
 * the encodings that files come in.
 *
 * Layer: base.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct arena;
struct buf;

/* Length of the longest valid prefix; equal to text.len when all of it is valid. */
size_t utf8_valid_prefix(struct str text);
bool utf8_is_valid(struct str text);

/* Decodes one code point at `at` and moves it; an invalid byte gives U+FFFD and moves by 1. */
uint32_t utf8_next(struct str text, size_t *at);
/* Writes 1 to 4 bytes to `out`, returns how many. */
size_t utf8_encode(uint32_t code, char out[4]);

/* The longest prefix of at most `max` bytes that does not cut a code point. */
struct str utf8_cut(struct str text, size_t max);
/* Terminal columns: 0 for combining marks and controls, 2 for wide East Asian and emoji, else 1. */
size_t utf8_width(struct str text);
size_t utf8_count(struct str text); /* code points */

/*
 * Text made safe to show: invalid bytes become U+FFFD, CRLF and CR become LF, NUL and other control
 * characters (tab and LF excepted), bidirectional controls, ANSI sequences and what nobody can see
 * (U+200B, U+00AD, tags, U+FE0F but behind emoji, ...) are removed; other spaces (U+00A0, U+3000,
 * ...) become a plain one; U+2028, U+2029 and NEL become LF. `one_line` also turns LF and tab into
 * a space. A control string (OSC and its like) that does not end on its line loses only its
 * introducer. The result is NUL-terminated.
 */
struct str utf8_printable(struct arena *arena, struct str text, bool one_line);

/*
 * The same for one line without an arena, in place: LF and tab become a space, everything else that
 * is not safe (also a byte that is no UTF-8) a question mark. For error and log texts.
 */
void utf8_clean_line(char *text);

/* Nobody can see it, or nobody can tell it from a plain space, or it changes the order of text.
 * Controls and line separators are not meant. */
bool utf8_is_unseen(uint32_t code);
/* U+FE0F at `at`, right behind a sign that it makes an emoji of: there it is seen. */
bool utf8_is_emoji_style(struct str text, size_t at);

/* \u00a0; beyond U+FFFF two of them, as JSON has it. Returns how many bytes; no NUL. */
#define UTF8_ESCAPE_MAX 12
size_t utf8_escape(uint32_t code, char out[UTF8_ESCAPE_MAX]);

enum encoding {
	ENCODING_UTF8,
	ENCODING_UTF8_BOM,
	ENCODING_UTF16LE,
	ENCODING_UTF16BE,
};
/* By byte order mark, else by NUL pattern of the first bytes (PowerShell omits the mark at times).
 */
enum encoding encoding_detect(struct str head);
const char *encoding_name(enum encoding encoding);
/* UTF-16 to UTF-8 without a leading mark; unpaired surrogates become U+FFFD. Appends to out. */
void utf16_to_utf8(struct str text, bool big_endian, struct buf *out);

#endif

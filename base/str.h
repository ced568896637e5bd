/*
 * str.h: a view of bytes that somebody else owns.
 *
 * `ptr` is never NULL, even when `len` is 0; the bytes need not be UTF-8 and need not end in NUL.
 * Functions that return a str without taking an arena return a part of their argument.
 * Layer: base.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/compiler.h"

struct arena;
struct err;

struct str {
	const char *ptr;
	size_t len;
};

#define STR(literal) ((struct str){"" literal, sizeof(literal) - 1})
#define STR_INIT(literal)                       \
	{                                       \
		"" literal, sizeof(literal) - 1 \
	}
#define STR_EMPTY ((struct str){"", 0})

/* For printf's "%.*s". Only for text whose length fits an int; longer text is cut. */
#define STR_ARG(s) ((int)((s).len > 4096 ? 4096 : (s).len)), (s).ptr

/* NULL gives the empty string. */
static inline struct str str_from(const char *text)
{
	return text ? (struct str){text, strlen(text)} : STR_EMPTY;
}

static inline bool str_eq(struct str a, struct str b)
{
	if (a.len != b.len)
		return false;
	/* Most texts that differ do so at once: no call for those. */
	return a.len == 0 || (a.ptr[0] == b.ptr[0] && memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool str_starts(struct str s, struct str prefix)
{
	if (s.len < prefix.len)
		return false;
	return prefix.len == 0 ||
	       (s.ptr[0] == prefix.ptr[0] && memcmp(s.ptr, prefix.ptr, prefix.len) == 0);
}

static inline bool str_is(struct str a, const char *b)
{
	return str_eq(a, str_from(b));
}

/* Bytewise; shorter first. Keys of one map differ within a few bytes, which a call would not beat.
 */
static inline int str_cmp(struct str a, struct str b)
{
	size_t common = a.len < b.len ? a.len : b.len;
	size_t near = common < 16 ? common : 16;

	for (size_t i = 0; i < near; i++) {
		if (a.ptr[i] != b.ptr[i])
			return (unsigned char)a.ptr[i] < (unsigned char)b.ptr[i] ? -1 : 1;
	}
	int order = common > near ? memcmp(a.ptr + near, b.ptr + near, common - near) : 0;
	if (order != 0)
		return order < 0 ? -1 : 1;
	return (a.len > b.len) - (a.len < b.len);
}

bool str_eq_nocase(struct str a, struct str b); /* ASCII only */
bool str_ends(struct str s, struct str suffix);
bool str_contains(struct str s, struct str part);
bool str_find(struct str s, struct str part, size_t *at); /* first occurrence */
bool str_find_char(struct str s, char c, size_t *at);

static inline struct str str_from_to(struct str s, size_t from, size_t to)
{
	return (struct str){s.ptr + from, to - from};
}

struct str str_skip(struct str s, size_t n); /* without the first n bytes; all gone if shorter */
struct str str_trim(struct str s);	     /* without ASCII white space at both ends */
struct str str_trim_end(struct str s);

/* Removes a prefix or suffix; false and unchanged if it is not there. */
bool str_eat(struct str *s, struct str prefix);
bool str_eat_end(struct str *s, struct str suffix);

/* Cuts the text up to `sep` off the front of *rest; false when *rest was empty. */
bool str_split(struct str *rest, char sep, struct str *part);

/* The next line without its LF or CRLF; false at the end. A last line without LF counts. */
bool str_line(struct str *rest, struct str *line);

/* A copy in the arena, NUL-terminated (the NUL is not counted). */
struct str str_copy(struct arena *arena, struct str s);
char *str_to_c(struct arena *arena, struct str s);
struct str str_format(struct arena *arena, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Whole text as a decimal integer within [min, max]; ERR_INVALID otherwise. */
NODISCARD bool str_to_int64(struct str s, int64_t min, int64_t max, int64_t *out, struct err *err);

#endif

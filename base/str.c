#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/size.h"

static int lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

bool str_eq_nocase(struct str a, struct str b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++) {
		if (a.ptr[i] != b.ptr[i] && lower(a.ptr[i]) != lower(b.ptr[i]))
			return false;
	}
	return true;
}

bool str_ends(struct str s, struct str suffix)
{
	return s.len >= suffix.len &&
	       memcmp(s.ptr + s.len - suffix.len, suffix.ptr, suffix.len) == 0;
}

bool str_contains(struct str s, struct str part)
{
	size_t at;

	return str_find(s, part, &at);
}

bool str_find(struct str s, struct str part, size_t *at)
{
	const char *found = memmem(s.ptr, s.len, part.ptr, part.len);

	if (!found)
		return false;
	*at = (size_t)(found - s.ptr);
	return true;
}

bool str_find_char(struct str s, char c, size_t *at)
{
	const char *found = memchr(s.ptr, (unsigned char)c, s.len);

	if (!found)
		return false;
	*at = (size_t)(found - s.ptr);
	return true;
}

struct str str_skip(struct str s, size_t n)
{
	n = size_min(n, s.len);
	return str_from_to(s, n, s.len);
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str str_trim_end(struct str s)
{
	while (s.len > 0 && is_space(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

struct str str_trim(struct str s)
{
	size_t from = 0;

	s = str_trim_end(s);
	while (from < s.len && is_space(s.ptr[from]))
		from++;
	return str_from_to(s, from, s.len);
}

bool str_eat(struct str *s, struct str prefix)
{
	if (!str_starts(*s, prefix))
		return false;
	*s = str_skip(*s, prefix.len);
	return true;
}

bool str_eat_end(struct str *s, struct str suffix)
{
	if (!str_ends(*s, suffix))
		return false;
	s->len -= suffix.len;
	return true;
}

bool str_split(struct str *rest, char sep, struct str *part)
{
	size_t at;

	if (rest->len == 0)
		return false;
	if (str_find_char(*rest, sep, &at)) {
		*part = str_from_to(*rest, 0, at);
		*rest = str_skip(*rest, at + 1);
	} else {
		*part = *rest;
		*rest = str_skip(*rest, rest->len);
	}
	return true;
}

bool str_line(struct str *rest, struct str *line)
{
	size_t before = rest->len;

	if (!str_split(rest, '\n', line))
		return false;
	if (line->len < before)
		(void)str_eat_end(line, STR("\r"));
	return true;
}

struct str str_copy(struct arena *arena, struct str s)
{
	return (struct str){str_to_c(arena, s), s.len};
}

char *str_to_c(struct arena *arena, struct str s)
{
	char *copy = arena_alloc(arena, s.len + 1);

	memcpy(copy, s.ptr, s.len);
	copy[s.len] = '\0';
	return copy;
}

struct str str_format(struct arena *arena, const char *fmt, ...)
{
	char small[256];
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(small, sizeof(small), fmt, args);
	va_end(args);
	if (len <= 0)
		return STR_EMPTY;
	if ((size_t)len < sizeof(small))
		return str_copy(arena, (struct str){small, (size_t)len});

	char *text = arena_alloc(arena, (size_t)len + 1);

	va_start(args, fmt);
	(void)vsnprintf(text, (size_t)len + 1, fmt, args);
	va_end(args);
	return (struct str){text, (size_t)len};
}

/* Counts downwards, because INT64_MIN has no positive twin. False when it does not fit. */
static bool parse_negated(struct str digits, int64_t *out)
{
	int64_t number = 0;

	if (digits.len == 0)
		return false;
	for (size_t i = 0; i < digits.len; i++) {
		char c = digits.ptr[i];

		if (c < '0' || c > '9')
			return false;
		if (__builtin_mul_overflow(number, 10, &number) ||
		    __builtin_sub_overflow(number, c - '0', &number))
			return false;
	}
	*out = number;
	return true;
}

bool str_to_int64(struct str s, int64_t min, int64_t max, int64_t *out, struct err *err)
{
	struct str digits = s;
	bool negative = str_eat(&digits, STR("-"));
	int64_t number;
	bool fits = parse_negated(digits, &number) && (negative || number != INT64_MIN);

	if (fits && !negative)
		number = -number;
	if (!fits || number < min || number > max)
		return err_set(err, ERR_INVALID,
		    "expected a whole number from %lld to %lld, not '%.*s'", (long long)min,
		    (long long)max, (int)size_min(s.len, 40), s.ptr);
	*out = number;
	return true;
}

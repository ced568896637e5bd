#include "base/glob.h"

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/utf8.h"

#define NOWHERE SIZE_MAX

enum token_kind {
	TOKEN_CHAR,
	TOKEN_ANY,  /* ? */
	TOKEN_STAR, /* one or more of them */
	TOKEN_SET,
};

struct token {
	enum token_kind kind;
	uint32_t code;	/* CHAR */
	struct str set; /* SET: between the brackets, without the negation */
	bool negated;
};

/* Where the set that opens at `at` ends: behind its ']'; NOWHERE if it does not. */
static size_t set_end(struct str pattern, size_t at)
{
	size_t i = at + 1;

	if (i < pattern.len && (pattern.ptr[i] == '!' || pattern.ptr[i] == '^'))
		i++;
	/* a ']' that stands first is one of the set */
	for (size_t first = i; i < pattern.len; i++) {
		if (pattern.ptr[i] == ']' && i > first)
			return i + 1;
		if (pattern.ptr[i] == '\\')
			i++;
	}
	return NOWHERE;
}

/* 0 or the column, from 1, of what is wrong. */
static size_t bad_column(struct str pattern, const char **what)
{
	size_t at = 0;

	while (at < pattern.len) {
		size_t end = at + 1;

		if (pattern.ptr[at] == '[')
			end = set_end(pattern, at);
		else if (pattern.ptr[at] == '\\')
			end = at + 2;
		if (end == NOWHERE)
			*what = "'[' has no ']'; write '\\[' for the character itself";
		else if (end > pattern.len)
			*what = "nothing follows the '\\' at the end";
		if (end > pattern.len)
			return utf8_count(str_from_to(pattern, 0, at)) + 1;
		at = end;
	}
	return 0;
}

bool glob_check(struct str pattern, struct err *err)
{
	const char *what = "";
	size_t column = bad_column(pattern, &what);

	return column == 0 || err_set_at(err, ERR_SYNTAX, NULL, 0, (int)column,
				  "the pattern '%.*s': %s", STR_ARG(pattern), what);
}

static struct token set_token(struct str pattern, size_t *at)
{
	struct token token = {.kind = TOKEN_SET};
	size_t end = set_end(pattern, *at);

	token.set = str_from_to(pattern, *at + 1, end - 1);
	token.negated = str_eat(&token.set, STR("!")) || str_eat(&token.set, STR("^"));
	*at = end;
	return token;
}

/* The pattern has been checked: sets are closed, something follows a backslash. */
static struct token token_next(struct str pattern, size_t *at)
{
	switch (pattern.ptr[*at]) {
	case '[':
		return set_token(pattern, at);
	case '?':
		++*at;
		return (struct token){.kind = TOKEN_ANY};
	case '*':
		while (*at < pattern.len && pattern.ptr[*at] == '*')
			++*at;
		return (struct token){.kind = TOKEN_STAR};
	case '\\':
		++*at;
		break;
	default:
		break;
	}
	return (struct token){.kind = TOKEN_CHAR, .code = utf8_next(pattern, at)};
}

static uint32_t set_char(struct str set, size_t *at)
{
	if (set.ptr[*at] == '\\' && *at + 1 < set.len)
		++*at;
	return utf8_next(set, at);
}

static bool set_has(struct str set, uint32_t code)
{
	size_t at = 0;

	while (at < set.len) {
		uint32_t from = set_char(set, &at), to = from;

		/* a '-' at the end is itself */
		if (at + 1 < set.len && set.ptr[at] == '-') {
			at++;
			to = set_char(set, &at);
		}
		if (from <= code && code <= to)
			return true;
	}
	return false;
}

static bool token_takes(const struct token *token, uint32_t code)
{
	switch (token->kind) {
	case TOKEN_CHAR:
		return token->code == code;
	case TOKEN_ANY:
	case TOKEN_STAR:
		return true;
	case TOKEN_SET:
		return set_has(token->set, code) != token->negated;
	}
	return false;
}

/*
 * Without a view for '/'. On a mismatch only the last star has to take more: what stands before it
 * can stay as it is. That keeps the time at text times pattern.
 */
static bool match_flat(struct str pattern, struct str text)
{
	size_t p = 0, t = 0, star_p = NOWHERE, star_t = 0;

	while (t < text.len) {
		size_t next_p = p, next_t = t;
		uint32_t code = utf8_next(text, &next_t);
		struct token token = {.kind = TOKEN_CHAR, .code = UINT32_MAX};

		if (p < pattern.len)
			token = token_next(pattern, &next_p);
		if (token.kind == TOKEN_STAR) {
			star_p = p = next_p;
			star_t = t;
		} else if (p < pattern.len && token_takes(&token, code)) {
			p = next_p;
			t = next_t;
		} else if (star_p != NOWHERE) {
			utf8_next(text, &star_t);
			t = star_t;
			p = star_p;
		} else {
			return false;
		}
	}
	while (p < pattern.len && pattern.ptr[p] == '*')
		p++;
	return p == pattern.len;
}

/* The segment of the pattern that begins at *at, which moves behind its '/'; escaped ones count. */
static struct str pattern_segment(struct str pattern, size_t *at)
{
	size_t from = *at, i = from, end;

	while (i < pattern.len && pattern.ptr[i] != '/') {
		if (pattern.ptr[i] == '\\' && pattern.ptr[i + 1] == '/')
			break;
		if (pattern.ptr[i] == '[')
			i = set_end(pattern, i);
		else
			i += pattern.ptr[i] == '\\' ? 2 : 1;
	}
	end = i;
	*at = end + 1 + (i < pattern.len && pattern.ptr[i] == '\\');
	return str_from_to(pattern, from, end);
}

static struct str text_segment(struct str text, size_t *at)
{
	struct str rest = str_skip(text, *at);
	size_t len = rest.len;

	(void)str_find_char(rest, '/', &len);
	*at += len + 1;
	return str_from_to(rest, 0, len);
}

/* What is left of the pattern takes no segment at all. */
static bool only_stars(struct str pattern, size_t p)
{
	while (p <= pattern.len)
		if (!str_is(pattern_segment(pattern, &p), "**"))
			return false;
	return true;
}

/* The same walk as match_flat(), over segments: '**' is the star. A place behind the end is len
 * + 1. */
static bool match_path(struct str pattern, struct str text)
{
	size_t p = 0, t = 0, star_p = NOWHERE, star_t = 0;

	while (t <= text.len) {
		size_t next_p = p, next_t = t;
		struct str have = text_segment(text, &next_t), want = STR_EMPTY;
		bool left = p <= pattern.len;

		if (left)
			want = pattern_segment(pattern, &next_p);
		if (left && str_is(want, "**")) {
			star_p = p = next_p;
			star_t = t;
		} else if (left && match_flat(want, have)) {
			p = next_p;
			t = next_t;
		} else if (star_p != NOWHERE) {
			(void)text_segment(text, &star_t);
			t = star_t;
			p = star_p;
		} else {
			return false;
		}
	}
	return only_stars(pattern, p);
}

bool glob_match(struct str pattern, struct str text)
{
	const char *what;

	if (bad_column(pattern, &what) != 0)
		return str_eq(pattern, text);
	return match_path(pattern, text);
}

bool glob_match_name(struct str pattern, struct str text)
{
	const char *what;

	if (bad_column(pattern, &what) != 0)
		return str_eq(pattern, text);
	return match_flat(pattern, text);
}

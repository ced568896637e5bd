#include "parser/ansi.h"

#include <string.h>

#include "base/arena.h"

#define ESC 0x1b
#define BEL 0x07

struct strip {
	const char *at, *end; /* of the input */
	char *out, *line;     /* where to write, and where the current line of the output began */
	bool keep_lines;      /* a lone CR is a space */
};

static bool in_range(const struct strip *s, unsigned low, unsigned high)
{
	unsigned c;

	if (s->at == s->end)
		return false;
	c = (unsigned char)*s->at;
	return c >= low && c <= high;
}

static void skip_range(struct strip *s, unsigned low, unsigned high)
{
	while (in_range(s, low, high))
		s->at++;
}

/* ECMA-48 5.4: parameter bytes, intermediate bytes, one final byte. */
static void skip_csi(struct strip *s)
{
	skip_range(s, 0x30, 0x3f);
	skip_range(s, 0x20, 0x2f);
	if (in_range(s, 0x40, 0x7e))
		s->at++;
}

/* Up to BEL or ST; a line feed or another escape ends it too. */
static void skip_string(struct strip *s)
{
	while (s->at < s->end && *s->at != '\n' && *s->at != BEL && *s->at != ESC)
		s->at++;
	if (s->at == s->end || *s->at == '\n')
		return;
	if (*s->at == BEL)
		s->at++;
	else if (s->end - s->at >= 2 && s->at[1] == '\\')
		s->at += 2;
}

static void skip_escape(struct strip *s)
{
	s->at++;
	if (s->at == s->end)
		return;
	switch (*s->at) {
	case '[':
		s->at++;
		skip_csi(s);
		return;
	case ']':
	case 'P':
	case 'X':
	case '^':
	case '_':
		s->at++;
		skip_string(s);
		return;
	default:
		skip_range(s, 0x20, 0x2f);
		if (in_range(s, 0x30, 0x7e))
			s->at++;
	}
}

static void carriage_return(struct strip *s)
{
	while (s->at < s->end && *s->at == '\r')
		s->at++;
	if (s->at == s->end || *s->at == '\n')
		return;
	if (!s->keep_lines)
		s->out = s->line;
	else if (s->out > s->line)
		*s->out++ = ' ';
}

/* Copies up to `stop`, keeping track of where the line began. */
static void copy_plain(struct strip *s, const char *stop)
{
	size_t len = (size_t)(stop - s->at);
	const char *newline = memrchr(s->at, '\n', len);

	memcpy(s->out, s->at, len);
	if (newline)
		s->line = s->out + (newline - s->at) + 1;
	s->out += len;
	s->at = stop;
}

static const char *find(const char *at, const char *end, int c)
{
	const char *found = memchr(at, c, (size_t)(end - at));

	return found ? found : end;
}

static struct str strip(struct arena *arena, struct str text, bool keep_lines)
{
	const char *end = text.ptr + text.len;
	const char *escape = find(text.ptr, end, ESC), *cr = find(text.ptr, end, '\r');
	struct strip s = {.at = text.ptr, .end = end, .keep_lines = keep_lines};
	char *copy;

	if (escape == end && cr == end)
		return text;
	copy = arena_alloc(arena, text.len + 1);
	s.out = s.line = copy;
	for (;;) {
		copy_plain(&s, escape < cr ? escape : cr);
		if (s.at == end)
			break;
		if (*s.at == '\r')
			carriage_return(&s);
		else
			skip_escape(&s);
		if (escape < s.at)
			escape = find(s.at, end, ESC);
		if (cr < s.at)
			cr = find(s.at, end, '\r');
	}
	*s.out = '\0';
	return (struct str){copy, (size_t)(s.out - copy)};
}

struct str ansi_strip(struct arena *arena, struct str text)
{
	return strip(arena, text, false);
}

struct str ansi_strip_lines(struct arena *arena, struct str text)
{
	return strip(arena, text, true);
}

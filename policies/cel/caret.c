#include "policies/cel/trace.h"

#include "base/buf.h"
#include "base/size.h"
#include "base/utf8.h"

#define INDENT	   2
#define COLUMNS	   100 /* shown of a line */
#define BEFORE_MAX 60  /* of them before the place */
#define DOTS	   STR("...")

/* The line in which `at` stands, without its line end. */
static struct str line_around(struct str text, size_t at, size_t *offset)
{
	size_t from = at, to = at;

	while (from > 0 && text.ptr[from - 1] != '\n')
		from--;
	while (to < text.len && text.ptr[to] != '\n')
		to++;
	if (to > from && text.ptr[to - 1] == '\r')
		to--;
	*offset = size_min(at, to) - from;
	return str_from_to(text, from, to);
}

/* The last part of a text that is at most so many columns wide. */
static struct str last_columns(struct str text, size_t columns)
{
	size_t width = utf8_width(text), at = 0;

	while (width > columns && at < text.len) {
		size_t next = at;

		(void)utf8_next(text, &next);
		width -= utf8_width(str_from_to(text, at, next));
		at = next;
	}
	return str_skip(text, at);
}

static struct str first_columns(struct str text, size_t columns)
{
	size_t width = 0, at = 0;

	while (at < text.len) {
		size_t next = at;

		(void)utf8_next(text, &next);
		width += utf8_width(str_from_to(text, at, next));
		if (width > columns)
			break;
		at = next;
	}
	return str_from_to(text, 0, at);
}

/* Code points are not cut: a place inside of one is its beginning. */
static size_t code_point_start(struct str text, size_t at)
{
	while (at > 0 && at < text.len && ((unsigned char)text.ptr[at] & 0xC0) == 0x80)
		at--;
	return at;
}

void cel_caret(struct buf *buf, struct str text, size_t at)
{
	size_t offset, column, left = 0;
	struct str line, before, after;

	at = code_point_start(text, at < text.len ? at : text.len);
	line = line_around(text, at, &offset);
	before = utf8_printable(buf->arena, str_from_to(line, 0, offset), true);
	after = utf8_printable(buf->arena, str_skip(line, offset), true);
	buf_repeat(buf, ' ', INDENT);
	if (utf8_width(before) + utf8_width(after) > COLUMNS && utf8_width(before) > BEFORE_MAX) {
		before = last_columns(before, BEFORE_MAX - DOTS.len);
		left = DOTS.len;
		buf_add(buf, DOTS);
	}
	column = left + utf8_width(before);
	buf_add(buf, before);
	if (column + utf8_width(after) > COLUMNS) {
		buf_add(buf, first_columns(after, COLUMNS - DOTS.len - column));
		buf_add(buf, DOTS);
	} else {
		buf_add(buf, after);
	}
	buf_addc(buf, '\n');
	buf_repeat(buf, ' ', INDENT + column);
	buf_addc(buf, '^');
}

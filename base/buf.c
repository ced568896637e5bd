#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/size.h"

#define BUF_FIRST ((size_t)128)

void buf_init(struct buf *buf, struct arena *arena, size_t limit)
{
	*buf = (struct buf){.arena = arena, .ptr = NULL, .limit = limit};
}

/* Room for `more` bytes and a NUL, or false over the limit. */
static bool buf_reserve(struct buf *buf, size_t more)
{
	size_t wanted;

	if (more < buf->cap - buf->len && more <= buf->limit - buf->len)
		return true;
	if (more > buf->limit - buf->len || !size_add(buf->len, more, &wanted) ||
	    !size_add(wanted, 1, &wanted)) {
		buf->overflow = true;
		return false;
	}
	wanted = size_max(wanted, size_max(BUF_FIRST, 2 * buf->cap));
	buf->ptr = arena_grow(buf->arena, buf->ptr, buf->cap, wanted);
	buf->cap = wanted;
	return true;
}

void buf_add(struct buf *buf, struct str text)
{
	if (!buf_reserve(buf, text.len))
		return;
	memcpy(buf->ptr + buf->len, text.ptr, text.len);
	buf->len += text.len;
}

void buf_adds(struct buf *buf, const char *text)
{
	buf_add(buf, str_from(text));
}

void buf_add_escaped(struct buf *buf, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (c == '&')
			buf_adds(buf, "&amp;");
		else if (c == '<')
			buf_adds(buf, "&lt;");
		else if (c == '>')
			buf_adds(buf, "&gt;");
		else
			buf_addc(buf, c);
	}
}

void buf_addc(struct buf *buf, char c)
{
	if (!buf_reserve(buf, 1))
		return;
	buf->ptr[buf->len++] = c;
}

void buf_addf(struct buf *buf, const char *fmt, ...)
{
	va_list args;
	int len;

	if (!buf_reserve(buf, 0))
		return;
	va_start(args, fmt);
	len = vsnprintf(buf->ptr + buf->len, buf->cap - buf->len, fmt, args);
	va_end(args);
	if (len <= 0)
		return;

	bool fitted = (size_t)len < buf->cap - buf->len;

	if (!buf_reserve(buf, (size_t)len))
		return;
	if (!fitted) {
		va_start(args, fmt);
		(void)vsnprintf(buf->ptr + buf->len, (size_t)len + 1, fmt, args);
		va_end(args);
	}
	buf->len += (size_t)len;
}

void buf_repeat(struct buf *buf, char c, size_t count)
{
	if (!buf_reserve(buf, count))
		return;
	memset(buf->ptr + buf->len, c, count);
	buf->len += count;
}

struct str buf_str(const struct buf *buf)
{
	return buf->ptr ? (struct str){buf->ptr, buf->len} : STR_EMPTY;
}

size_t buf_room(const struct buf *buf)
{
	return buf->limit - buf->len;
}

void buf_rewind(struct buf *buf, size_t len)
{
	buf->len = size_min(len, buf->len);
	buf->overflow = false;
}

bool buf_finish(struct buf *buf, struct str *out, struct err *err)
{
	if (buf->overflow)
		return err_set(err, ERR_LIMIT, "text is over the limit of %zu bytes", buf->limit);
	(void)buf_reserve(buf, 0);
	buf->ptr[buf->len] = '\0';
	*out = buf_str(buf);
	return true;
}

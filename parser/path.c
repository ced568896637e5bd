#include "parser/path.h"

#include "base/arena.h"
#include "base/err.h"

bool path_key_is_plain(struct str key)
{
	for (size_t i = 0; i < key.len; i++) {
		char c = key.ptr[i];
		bool is_word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			       (c >= '0' && c <= '9') || c == '_' || c == '-';

		if (!is_word)
			return false;
	}
	return key.len > 0;
}

static void add_quoted(struct buf *path, struct str key)
{
	buf_adds(path, "[\"");
	for (size_t i = 0; i < key.len; i++) {
		if (key.ptr[i] == '"' || key.ptr[i] == '\\')
			buf_addc(path, '\\');
		buf_addc(path, key.ptr[i]);
	}
	buf_adds(path, "\"]");
}

void path_add_key(struct buf *path, struct str key)
{
	if (!path_key_is_plain(key)) {
		add_quoted(path, key);
		return;
	}
	if (path->len > 0)
		buf_addc(path, '.');
	buf_add(path, key);
}

void path_add_index(struct buf *path, int64_t index)
{
	buf_addf(path, "[%lld]", (long long)index);
}

/* --- reading --- */

static bool is_ident(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-' || (unsigned char)c >= 0x80;
}

struct str path_take_name(struct str *rest)
{
	size_t len = 0;
	struct str ident;

	while (len < rest->len && is_ident(rest->ptr[len]))
		len++;
	ident = str_from_to(*rest, 0, len);
	*rest = str_skip(*rest, len);
	return ident;
}

/* The end of the quoted text that begins at 2: of ["text"]. */
static bool quoted_end(struct str path, size_t *end)
{
	for (size_t i = 2; i + 1 < path.len; i++) {
		if (path.ptr[i] == '\\') {
			i++;
		} else if (path.ptr[i] == '"') {
			*end = i;
			return path.ptr[i + 1] == ']';
		}
	}
	return false;
}

static bool take_bracket(struct str *path, struct path_step *step)
{
	bool quoted = path->len > 1 && path->ptr[1] == '"';
	size_t end;

	if (quoted ? !quoted_end(*path, &end) : !str_find_char(*path, ']', &end))
		return false;
	step->is_index = !quoted;
	step->text = str_from_to(*path, quoted ? 2 : 1, end);
	*path = str_skip(*path, end + (quoted ? 2 : 1));
	return true;
}

bool path_next(struct str *path, struct path_step *step)
{
	if (path->len > 0 && path->ptr[0] == '[')
		return take_bracket(path, step);
	(void)str_eat(path, STR("."));
	*step = (struct path_step){.is_index = false, .text = path_take_name(path)};
	return step->text.len > 0;
}

static char escaped_char(char c)
{
	switch (c) {
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	default:
		return c;
	}
}

struct str path_name(struct arena *arena, const struct path_step *step)
{
	struct str text = step->text;
	size_t len = 0, at;
	char *out;

	if (!str_find_char(text, '\\', &at))
		return text;
	out = arena_alloc(arena, text.len);
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\\' && i + 1 < text.len)
			out[len++] = escaped_char(text.ptr[++i]);
		else
			out[len++] = text.ptr[i];
	}
	return (struct str){out, len};
}

static const struct value *step_into(struct arena *arena, struct value value, struct str *path)
{
	struct path_step step;
	struct err err = {0};
	int64_t index;

	if (!path_next(path, &step))
		return NULL;
	if (!step.is_index)
		return value_get(value, path_name(arena, &step));
	if (value.kind != VALUE_LIST || !str_to_int64(step.text, 0, UINT32_MAX, &index, &err) ||
	    index >= value.len)
		return NULL;
	return value.as.items + index;
}

const struct value *path_value(struct arena *arena, struct value value, struct str path)
{
	const struct value *at = NULL;

	while (path.len > 0) {
		at = step_into(arena, value, &path);
		if (!at)
			return NULL;
		value = *at;
	}
	return at;
}

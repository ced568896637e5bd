#include "parser/secrecy.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/json_read.h"
#include "parser/canonical.h"

#define FORM_BYTES_MAX ((size_t)1 << 30)
#define DEPTH_MAX      (2 * JSON_DEPTH_MAX)

/* The form: SECRET, or what is in it, KEY length ":" text ... END or INDEX number ":" ... END. */
#define MARK_SECRET 's'
#define MARK_KEY    'k'
#define MARK_INDEX  'i'
#define MARK_END    'e'

static bool is_container(const struct value *value)
{
	return value && (value->kind == VALUE_LIST || value->kind == VALUE_MAP);
}

static bool is_secret(const struct value *value)
{
	return value && (value->marks & VALUE_SENSITIVE) && value->kind != VALUE_NULL;
}

static bool has_marks(const struct value *value)
{
	return value && (value->marks & (VALUE_SENSITIVE | VALUE_HAS_SENSITIVE));
}

bool secrecy_is_alike(const struct value *a, const struct value *b)
{
	if (!has_marks(a) && !has_marks(b))
		return true;
	if (is_secret(a) != is_secret(b))
		return false;
	return is_secret(a) || (!is_container(a) && !is_container(b));
}

NODISCARD static bool write_marks(
    struct arena *scratch, const struct value *value, int depth, struct buf *out)
{
	const struct value_entry *entries;

	if (depth > DEPTH_MAX)
		return false;
	if (is_secret(value))
		buf_addc(out, MARK_SECRET);
	if (is_secret(value) || !has_marks(value) || !is_container(value))
		return true;
	entries = value->kind == VALUE_MAP ? canonical_entries(scratch, *value) : NULL;
	for (uint32_t i = 0; i < value->len; i++) {
		const struct value *part = entries ? &entries[i].value : &value->as.items[i];
		struct str key = entries ? value_text(entries[i].key) : STR_EMPTY;
		size_t mark = out->len, start;

		buf_addf(
		    out, "%c%zu:", entries ? MARK_KEY : MARK_INDEX, entries ? key.len : (size_t)i);
		buf_add(out, key);
		start = out->len;
		if (!write_marks(scratch, part, depth + 1, out))
			return false;
		if (out->len == start)
			buf_rewind(out, mark);
		else
			buf_addc(out, MARK_END);
	}
	return true;
}

static void add_side(struct buf *out, struct str side)
{
	buf_addf(out, "%zu:", side.len);
	buf_add(out, side);
}

bool secrecy_write_difference(struct arena *scratch, const struct value *before,
    const struct value *after, struct buf *out, bool *differs)
{
	struct buf left, right;

	*differs = false;
	if (secrecy_is_alike(before, after))
		return true;
	buf_init(&left, scratch, FORM_BYTES_MAX);
	buf_init(&right, scratch, FORM_BYTES_MAX);
	if (!write_marks(scratch, before, 0, &left) || !write_marks(scratch, after, 0, &right) ||
	    left.overflow || right.overflow)
		return false;
	*differs = !str_eq(buf_str(&left), buf_str(&right));
	if (!*differs)
		return true;
	add_side(out, buf_str(&left));
	add_side(out, buf_str(&right));
	return true;
}

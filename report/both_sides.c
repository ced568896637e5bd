#include "report/both_sides.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/size.h"
#include "base/utf8.h"
#include "report/wording.h"

#define ELLIPSIS "…"
#define WHOLE_MAX \
	((size_t)65536) /* bytes of lists and maps that are compared as they are written */
#define FAR_AWAY " (what differs comes later)"

static bool is_inside(struct str text, size_t at)
{
	return at < text.len && ((unsigned char)text.ptr[at] & 0xc0) == 0x80;
}

size_t both_sides_head(struct str a, struct str b)
{
	size_t most = size_min(a.len, b.len), head = 0;

	while (head < most && a.ptr[head] == b.ptr[head])
		head++;
	while (head > 0 && (is_inside(a, head) || is_inside(b, head)))
		head--;
	return head;
}

size_t both_sides_from(struct str text, size_t head, size_t max)
{
	size_t from;

	if (text.len <= max || head <= max - max / 3)
		return 0;
	/* what ends soon behind the difference has room for more before it */
	from = size_min(head - max / 3, text.len - max);
	while (is_inside(text, from))
		from++;
	return from;
}

static struct str written(struct arena *arena, const struct shown *side, size_t max)
{
	struct buf buf;

	buf_init(&buf, arena, 8 * max + 1024);
	if (side)
		wording_value(&buf, *side, max);
	return buf_str(&buf);
}

static struct str string_from(struct arena *arena, struct str text, size_t from, size_t max)
{
	struct buf buf;

	buf_init(&buf, arena, 8 * max + 1024);
	wording_string(&buf, text, from, max);
	return buf_str(&buf);
}

static void cut_strings(
    struct arena *arena, struct str a, struct str b, size_t max, struct both_sides *out)
{
	size_t head = size_max(a.len, b.len) > max ? both_sides_head(a, b) : 0;
	/* both begin at the same place, or nobody could compare them */
	size_t from = both_sides_from(a.len > b.len ? a : b, head, max);

	out->before = string_from(arena, a, from, max);
	out->after = string_from(arena, b, from, max);
	out->is_cut = size_max(a.len, b.len) > max;
}

/* An escape is not cut: \n, \u202e. */
static size_t behind_escape(struct str text, size_t at)
{
	size_t end;

	for (size_t i = at > 6 ? at - 6 : 0; i < at; i++) {
		if (text.ptr[i] != '\\' || i + 1 >= text.len)
			continue;
		end = i + (text.ptr[i + 1] == 'u' ? 6 : 2);
		if (end > at)
			return size_min(end, text.len);
		i = end - 1;
	}
	return at;
}

static struct str window(struct arena *arena, struct str text, size_t from, size_t max)
{
	struct str rest = str_skip(text, size_min(from, text.len));
	struct str shown = utf8_cut(rest, size_min(rest.len, max));

	return str_format(arena, "%s%.*s%s", from > 0 ? ELLIPSIS : "", STR_ARG(shown),
	    shown.len < rest.len ? ELLIPSIS : "");
}

/* Lists, maps, and two of different kinds: as they are written. */
static void cut_written(struct arena *arena, const struct shown *before, const struct shown *after,
    size_t max, struct both_sides *out)
{
	size_t whole = size_max(WHOLE_MAX, max), head, from;
	struct str a = written(arena, before, whole), b = written(arena, after, whole);
	bool is_same = str_eq(a, b);

	out->before = a;
	out->after = b;
	out->is_cut = size_max(a.len, b.len) > max;
	if (!out->is_cut)
		return;
	head = both_sides_head(a, b);
	from = is_same ? 0 : both_sides_from(a.len > b.len ? a : b, head, max);
	if (from == 0) {
		out->before = written(arena, before, max);
		out->after = written(arena, after, max);
	} else {
		from = behind_escape(a, from);
		out->before = window(arena, a, from, max);
		out->after = window(arena, b, from, max);
	}
	if (is_same)
		out->after = str_format(arena, "%.*s" FAR_AWAY, STR_ARG(out->after));
}

void both_sides_of(struct arena *arena, const struct shown *before, const struct shown *after,
    size_t max, struct both_sides *out)
{
	*out = (struct both_sides){.before = STR_EMPTY, .after = STR_EMPTY};
	if (!before || !after) {
		const struct shown *side = before ? before : after;

		out->before = written(arena, before, max);
		out->after = written(arena, after, max);
		out->is_cut = side && side->value.kind == VALUE_STRING && side->value.len > max;
	} else if (before->value.kind == VALUE_STRING && after->value.kind == VALUE_STRING) {
		cut_strings(arena, value_text(before->value), value_text(after->value), max, out);
	} else {
		cut_written(arena, before, after, max, out);
	}
}

#include "report/both_sides.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/size.h"
#include "base/utf8.h"
#include "report/wording.h"

#define ELLIPSIS "…"
#define WHOLE_MAX \
	((size_t)65536) /* bytes of lists and maps that are compared as they are written */
#define DIGEST_SHOWN 4	/* bytes, two digits each */
#define HOLE_TOLD    32 /* bytes of what is said of a longer one */
#define FAR_AWAY     " (what differs comes later)"

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

static size_t same_tail(struct str a, struct str b, size_t head)
{
	size_t most = size_min(a.len, b.len) - head, tail = 0;

	while (tail < most && a.ptr[a.len - 1 - tail] == b.ptr[b.len - 1 - tail])
		tail++;
	while (tail > 0 && (is_inside(a, a.len - tail) || is_inside(b, b.len - tail)))
		tail--;
	return tail;
}

/* Where `text` is to begin so that what follows the first `head` bytes is among `max` of it. */
static size_t begin_of(struct str text, size_t head, size_t max)
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

static size_t whole_down(struct str text, size_t at)
{
	at = size_min(at, text.len);
	while (at > 0 && is_inside(text, at))
		at--;
	return at;
}

/* The second piece: up to `end`, at most `max` bytes, not before the first one ends. */
static void add_last(struct str text, size_t end, size_t max, struct cut *cut)
{
	end = whole_down(text, end + max / 4);
	if (end <= cut->to)
		return;
	cut->end = end;
	cut->resume = end > max ? size_max(cut->to, whole_down(text, end - max)) : cut->to;
	if (cut->resume > cut->to)
		return;
	cut->to = end;
	cut->resume = 0;
	cut->end = 0;
}

/* Behind the first pieces both go on with the same; then what differs is near enough to the end. */
static bool resume_together(
    struct str a, struct str b, size_t max, struct cut *of_a, struct cut *of_b)
{
	struct str rest_a = str_skip(a, of_a->to), rest_b = str_skip(b, of_b->to);
	size_t same = both_sides_head(rest_a, rest_b);
	size_t skip = whole_down(rest_a, same - size_min(same, max / 4));

	if (of_a->resume == 0 || of_b->resume == 0 || skip == 0 ||
	    of_a->end - of_a->to - skip > max || of_b->end - of_b->to - skip > max)
		return false;
	of_a->resume = of_a->to + skip;
	of_b->resume = of_b->to + skip;
	return true;
}

/* No shorter in other words. */
static void fill_short(struct cut *cut)
{
	if (cut->resume == 0 || cut->resume - cut->to > HOLE_TOLD)
		return;
	cut->to = cut->end;
	cut->resume = 0;
	cut->end = 0;
}

static struct str left_out(struct str text, const struct cut *cut)
{
	return str_from_to(text, cut->to, cut->resume > 0 ? cut->resume : cut->to);
}

void both_sides_cut(struct str a, struct str b, size_t max, struct cut *of_a, struct cut *of_b)
{
	size_t head = size_max(a.len, b.len) > max ? both_sides_head(a, b) : 0;
	size_t tail = same_tail(a, b, head), first = max - max / 3;
	size_t a_end = a.len - tail, b_end = b.len - tail;
	/* both begin at the same place, or nobody could compare them */
	size_t from = begin_of(a.len > b.len ? a : b, head, max);
	bool is_all = size_max(a_end, b_end) <= from + max;

	if (!is_all)
		from = begin_of(a.len > b.len ? a : b, head, first);
	*of_a = (struct cut){.from = size_min(from, a.len)};
	*of_b = (struct cut){.from = size_min(from, b.len)};
	of_a->to = whole_down(a, from + (is_all ? max : first));
	of_b->to = whole_down(b, from + (is_all ? max : first));
	if (is_all)
		return;
	add_last(a, a_end, max / 3, of_a);
	add_last(b, b_end, max / 3, of_b);
	if (resume_together(a, b, max / 3, of_a, of_b))
		return;
	of_a->is_told = of_b->is_told = !str_eq(left_out(a, of_a), left_out(b, of_b));
	if (of_a->is_told) {
		fill_short(of_a);
		fill_short(of_b);
	}
}

struct str both_sides_left_out(struct arena *arena, struct str text, const struct cut *cut)
{
	struct str part = left_out(text, cut);
	struct digest digest;

	if (!cut->is_told || part.len == 0)
		return STR_EMPTY;
	digest = digest_sha256(part);
	return str_format(arena, "[%zu bytes, sha256 %.*s]", part.len,
	    STR_ARG(digest_hex(arena, digest.bytes, DIGEST_SHOWN)));
}

static struct str written(struct arena *arena, const struct shown *side, size_t max)
{
	struct buf buf;

	buf_init(&buf, arena, 8 * max + 1024);
	if (side)
		wording_value(&buf, *side, max);
	return buf_str(&buf);
}

size_t both_sides_share(struct str a, struct str b)
{
	size_t head = both_sides_head(a, b);

	return head + same_tail(a, b, head);
}

struct str both_sides_string(struct arena *arena, struct str text, const struct cut *cut)
{
	const struct str hole = STR("\"" ELLIPSIS);
	struct buf buf, last;

	buf_init(&buf, arena, 8 * text.len + 1024);
	wording_string(&buf, text, cut->from, cut->to - cut->from);
	if (cut->resume == 0)
		return buf_str(&buf);
	/* one string: without the quote between the two */
	buf_rewind(&buf, buf.len - 1);
	buf_init(&last, arena, 8 * text.len + 1024);
	wording_string(&last, text, cut->resume, cut->end - cut->resume);
	buf_add(&buf, both_sides_left_out(arena, text, cut));
	buf_adds(&buf, cut->is_told ? ELLIPSIS : "");
	buf_add(&buf, str_skip(buf_str(&last), hole.len));
	return buf_str(&buf);
}

struct str both_sides_pieces(struct arena *arena, struct str text, const struct cut *cut)
{
	struct buf buf;

	buf_init(&buf, arena, text.len + 1024);
	buf_adds(&buf, cut->from > 0 ? ELLIPSIS : "");
	buf_add(&buf, str_from_to(text, cut->from, cut->to));
	buf_adds(&buf, cut->to < text.len ? ELLIPSIS : "");
	if (cut->resume > 0) {
		buf_add(&buf, both_sides_left_out(arena, text, cut));
		buf_adds(&buf, cut->is_told ? ELLIPSIS : "");
		buf_add(&buf, str_from_to(text, cut->resume, cut->end));
		buf_adds(&buf, cut->end < text.len ? ELLIPSIS : "");
	}
	return buf_str(&buf);
}

static void cut_strings(
    struct arena *arena, struct str a, struct str b, size_t max, struct both_sides *out)
{
	struct cut of_a, of_b;

	both_sides_cut(a, b, max, &of_a, &of_b);
	out->before = both_sides_string(arena, a, &of_a);
	out->after = both_sides_string(arena, b, &of_b);
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

/* Lists, maps, and two of different kinds: as they are written. */
static void cut_written(struct arena *arena, const struct shown *before, const struct shown *after,
    size_t max, struct both_sides *out)
{
	size_t whole = size_max(WHOLE_MAX, max);
	struct str a = written(arena, before, whole), b = written(arena, after, whole);
	bool is_same = str_eq(a, b);
	struct cut of_a, of_b;

	out->before = a;
	out->after = b;
	out->is_cut = size_max(a.len, b.len) > max;
	if (!out->is_cut)
		return;
	both_sides_cut(a, b, max, &of_a, &of_b);
	of_a.from = size_min(behind_escape(a, of_a.from), of_a.to);
	of_b.from = size_min(behind_escape(b, of_b.from), of_b.to);
	out->before = both_sides_pieces(arena, a, &of_a);
	out->after = both_sides_pieces(arena, b, &of_b);
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

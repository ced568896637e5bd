/* Texts that hold something: JSON, base64 of a text, several lines. */
#include <string.h>

#include "base/arena.h"
#include "base/base64.h"
#include "base/err.h"
#include "base/size.h"
#include "base/utf8.h"
#include "report/diff_parts.h"
#include "report/diff_walk.h"

#define LINES_MAX      ((size_t)50000) /* of each side, of what differs; beyond it is counted */
#define BASE64_MIN     ((size_t)16)

#define OTHER_SPELLING "the same JSON, written another way"
#define OTHER_POLICY   "the same policy, written another way"
#define OTHER_ENDS     "only line ends change"

void diff_add_remark(struct diff_walk *walk, struct str remark, bool is_noise)
{
	struct diff_parts parts = {.arena = walk->arena};
	struct attribute_change *row;

	diff_parts_add(&parts, PART_REMARK, 0, remark);
	row = diff_add_view(walk, DIFFERENCE_CHANGED, DIFF_LINES, &parts);
	if (row && is_noise && walk->may_fold && !row->forces_replacement && row->noise.len == 0)
		row->noise = remark;
}

/* --- JSON --- */

static bool looks_like_json(struct str text)
{
	text = str_trim(text);
	return text.len >= 2 && ((text.ptr[0] == '{' && text.ptr[text.len - 1] == '}') ||
				    (text.ptr[0] == '[' && text.ptr[text.len - 1] == ']'));
}

/* A text that is JSON, or one that was opened before. */
static bool json_of(struct diff_walk *walk, const struct value *value, struct value *out)
{
	struct jsonr reader = {0};
	struct err err = {0};

	if (value->kind == VALUE_MAP || value->kind == VALUE_LIST) {
		*out = *value;
		out->tag = 0;
		return true;
	}
	return value->kind == VALUE_STRING && value->len <= DIFF_TEXT_MAX &&
	       looks_like_json(value_text(*value)) &&
	       jsonr_read(walk->arena, value_text(*value), &reader, out, &err);
}

/* `same`: the texts are, whatever of them is hidden. */
static bool walk_json(
    struct diff_walk *walk, const struct value *before, const struct value *after, bool same)
{
	size_t found = diff_found(walk);
	bool iam = diff_is_iam(before) && diff_is_iam(after);
	bool says_all = iam && diff_iam_says_all(before) && diff_iam_says_all(after);

	if (says_all && diff_iam_pair(walk, before, after)) {
		if (diff_found(walk) == found && !walk->rest_of_rules && !same)
			diff_add_remark(walk, STR(OTHER_POLICY), true);
		return true;
	}
	if (iam && !says_all)
		diff_iam_call_out(walk, before, after);
	walk->text_depth++;
	diff_pair(walk, before, after);
	walk->text_depth--;
	if (diff_found(walk) == found && !walk->rest_of_rules && !same)
		diff_add_remark(walk, STR(OTHER_SPELLING), true);
	return true;
}

static bool iam_of(struct diff_walk *walk, const struct value *value, struct value *out)
{
	if (value->kind == VALUE_STRING && !str_contains(value_text(*value), STR("tatement\"")))
		return false;
	return json_of(walk, value, out) && diff_is_iam(out);
}

/* Providers write "no policy" in many ways. */
static bool is_nothing(const struct value *value)
{
	struct str text = str_trim(value_text(*value));

	if (value->kind == VALUE_STRING)
		return text.len == 0 || str_is(text, "{}");
	return value->kind == VALUE_NULL || (value->kind == VALUE_MAP && value->len == 0);
}

/* A document of IAM that comes or goes is shown as one, other JSON as it stands. One that takes the
 * place of something else, or gives way to it, is called out beside that. */
static bool one_document(
    struct diff_walk *walk, const struct value *before, const struct value *after)
{
	struct value sides[2], documents[2];
	bool was = iam_of(walk, before, &documents[0]), is = iam_of(walk, after, &documents[1]);

	if (was == is)
		return false;
	sides[0] = was ? documents[0] : walk->no_value;
	sides[1] = is ? documents[1] : walk->no_value;
	if (is_nothing(was ? after : before) && diff_iam_says_all(&sides[is]))
		return diff_iam_pair(walk, &sides[0], &sides[1]);
	diff_iam_call_out(walk, &sides[0], &sides[1]);
	return false;
}

static bool json_pair(struct diff_walk *walk, const struct value *before, const struct value *after)
{
	struct arena_mark mark = arena_save(walk->arena);
	struct value a, b;

	if (json_of(walk, before, &a) && json_of(walk, after, &b) && a.kind == b.kind &&
	    (a.kind == VALUE_MAP || a.kind == VALUE_LIST))
		return walk_json(walk, &a, &b, after->tag == SHOWN_JSON_SAME);
	arena_rewind(walk->arena, mark);
	return false;
}

/* --- lines --- */

static size_t count_lines(struct str text)
{
	size_t count = 0;

	for (const char *at = text.ptr, *end = at + text.len; at < end; count++) {
		const char *feed = memchr(at, '\n', (size_t)(end - at));

		at = feed ? feed + 1 : end;
	}
	return count;
}

/* Back to where the line begins, `more` lines further up. */
static size_t line_start(struct str text, size_t at, size_t more)
{
	while (at > 0 && (text.ptr[at - 1] != '\n' || more > 0)) {
		more -= text.ptr[at - 1] == '\n';
		at--;
	}
	return at;
}

/* The beginning of both texts that is the same, in whole lines. */
static size_t same_head(struct str a, struct str b)
{
	size_t most = size_min(a.len, b.len), at = 0;

	while (at < most && a.ptr[at] == b.ptr[at])
		at++;
	/* the last line of one may go on in the other */
	return line_start(a, at, 0);
}

static size_t same_tail(struct str a, struct str b)
{
	size_t most = size_min(a.len, b.len), len = 0;

	while (len < most && a.ptr[a.len - 1 - len] == b.ptr[b.len - 1 - len])
		len++;
	/* up to the start of a line on both sides */
	while (len > 0 && ((len < a.len && a.ptr[a.len - 1 - len] != '\n') ||
			      (len < b.len && b.ptr[b.len - 1 - len] != '\n')))
		len--;
	return len;
}

static size_t skip_lines(struct str text, size_t at, size_t lines)
{
	while (lines > 0 && at < text.len) {
		const char *feed = memchr(text.ptr + at, '\n', text.len - at);

		at = feed ? (size_t)(feed - text.ptr) + 1 : text.len;
		lines--;
	}
	return at;
}

static struct diff_lines lines_of(struct arena *arena, struct str text)
{
	size_t count = size_min(count_lines(text), LINES_MAX);
	struct diff_lines lines = {
	    .items = arena_array(arena, struct diff_line, count), .count = count};

	for (size_t i = 0; i < count; i++) {
		size_t end;

		if (!str_find_char(text, '\n', &end))
			end = text.len;
		lines.items[i].text = str_from_to(text, 0, end);
		lines.items[i].kind = VALUE_STRING;
		text = str_skip(text, end + 1);
	}
	return lines;
}

/* A CR ends a line before LF and at the end of the text; elsewhere it is a character like others.
 */
static struct str without_returns(struct arena *arena, struct str text)
{
	char *out = arena_alloc(arena, text.len);
	size_t len = 0;

	for (size_t i = 0; i < text.len; i++) {
		bool ends = i + 1 == text.len || text.ptr[i + 1] == '\n';

		out[len] = text.ptr[i];
		len += !(text.ptr[i] == '\r' && ends);
	}
	return (struct str){out, len};
}

static bool only_ends_differ(struct arena *arena, struct str a, struct str b)
{
	struct arena_mark mark = arena_save(arena);
	size_t at;
	bool same = false;

	if (a.len != b.len && (str_find_char(a, '\r', &at) || str_find_char(b, '\r', &at)))
		same = str_eq(without_returns(arena, a), without_returns(arena, b));
	arena_rewind(arena, mark);
	return same;
}

/* The middle of two texts with some lines around it that are the same. */
static void text_lines(struct arena *arena, struct str a, struct str b, struct diff_text *out)
{
	size_t head = same_head(a, b);
	size_t tail = same_tail(str_skip(a, head), str_skip(b, head));
	size_t from = line_start(a, head, DIFF_CONTEXT);
	size_t a_end = skip_lines(a, a.len - tail, DIFF_CONTEXT);
	size_t b_end = b.len - (a.len - a_end);

	out->head = count_lines(str_from_to(a, 0, from));
	out->tail = count_lines(str_skip(a, a_end));
	out->before = lines_of(arena, str_from_to(a, from, a_end));
	out->after = lines_of(arena, str_from_to(b, from, b_end));
}

/* It is no line of its own: nothing else would show it. */
static void add_last_feed(struct diff_parts *parts, struct str a, struct str b)
{
	bool ends = str_ends(b, STR("\n"));

	if (a.len > 0 && b.len > 0 && str_ends(a, STR("\n")) != ends)
		diff_parts_add(parts, PART_REMARK, 0,
		    ends ? STR("the last line ends with a line feed now")
			 : STR("the last line has no line feed any more"));
}

static void add_lines(struct diff_walk *walk, struct str a, struct str b)
{
	struct diff_parts parts = {.arena = walk->arena};
	struct diff_text text = {
	    .one = "line unchanged", .many = "lines unchanged", .is_text = true};
	size_t more;

	text_lines(walk->arena, a, b, &text);
	diff_script(walk->arena, &text.before, &text.after, &text.marks);
	diff_parts_add_text(&parts, &text);
	add_last_feed(&parts, a, b);
	more = size_max(count_lines(a), count_lines(b));
	if (text.before.count == LINES_MAX || text.after.count == LINES_MAX)
		parts.left_out += (uint32_t)size_min(more - LINES_MAX, UINT32_MAX / 2);
	(void)diff_add_view(walk, DIFFERENCE_CHANGED, DIFF_LINES, &parts);
}

static bool lines_pair(struct diff_walk *walk, struct str a, struct str b)
{
	size_t at;

	if (!str_find_char(str_trim_end(a), '\n', &at) &&
	    !str_find_char(str_trim_end(b), '\n', &at))
		return false;
	if (only_ends_differ(walk->arena, a, b))
		diff_add_remark(walk, STR(OTHER_ENDS), false);
	else
		add_lines(walk, a, b);
	return true;
}

/* --- base64 --- */

/* One line of base64 with its padding. */
static bool decode(struct arena *arena, struct str text, struct str *out)
{
	char *bytes = arena_alloc(arena, BASE64_BYTES_LEN(text.len));

	if (!str_eat_end(&text, STR("==")))
		(void)str_eat_end(&text, STR("="));
	out->ptr = bytes;
	return base64_read(text, BASE64_PLAIN, bytes, &out->len);
}

static bool is_readable(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];

		if ((c < 0x20 && c != '\n' && c != '\r' && c != '\t') || c == 0x7f)
			return false;
	}
	return utf8_is_valid(text);
}

static bool base64_of(struct arena *arena, struct str text, struct str *out)
{
	struct str head;

	text = str_trim(text);
	if (text.len < BASE64_MIN || text.len % 4 != 0 || text.len > DIFF_TEXT_MAX)
		return false;
	/* most texts that are none show it at once */
	head = str_from_to(text, 0, BASE64_MIN - 4);
	for (size_t i = 0; i < head.len; i++) {
		if (base64_digit(head.ptr[i], BASE64_PLAIN) < 0)
			return false;
	}
	return decode(arena, text, out) && is_readable(*out);
}

static bool base64_pair(struct diff_walk *walk, struct str before, struct str after)
{
	struct arena_mark mark = arena_save(walk->arena);
	struct value a = value_string(STR_EMPTY), b = a;
	struct str texts[2];

	if (!base64_of(walk->arena, before, &texts[0]) ||
	    !base64_of(walk->arena, after, &texts[1]) || str_eq(texts[0], texts[1])) {
		arena_rewind(walk->arena, mark);
		return false;
	}
	a = value_string(texts[0]);
	b = value_string(texts[1]);
	walk->text_depth++;
	walk->decoded_depth++;
	if (!diff_text_pair(walk, &a, &b))
		diff_add_values(walk, &a, &b);
	walk->decoded_depth--;
	walk->text_depth--;
	return true;
}

bool diff_text_pair(struct diff_walk *walk, const struct value *before, const struct value *after)
{
	if (walk->text_depth >= DIFF_TEXT_DEPTH_MAX)
		return false;
	if (one_document(walk, before, after))
		return true;
	if (before->kind == VALUE_NULL || after->kind == VALUE_NULL)
		return false;
	if (json_pair(walk, before, after))
		return true;
	if (before->kind != VALUE_STRING || after->kind != VALUE_STRING)
		return false;
	return lines_pair(walk, value_text(*before), value_text(*after)) ||
	       base64_pair(walk, value_text(*before), value_text(*after));
}

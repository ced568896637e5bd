/* Lines that differ and look the same on a screen. Declared in diff_parts.h. */
#include "report/diff_parts.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "report/diff_walk.h"

#define TAB_STOP 8 /* of a browser */

/* What can hide: a tab, a blank at the end, what is written as an escape, and what looks like one.
 */
static bool may_hide(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];

		if (c < 0x20 || c == '\\' || c >= 0x7f)
			return true;
	}
	return text.len > 0 && text.ptr[text.len - 1] == ' ';
}

/* As it is seen where a tab is `stop` columns, or one blank (0). */
static struct str look_of(struct arena *arena, struct str text, size_t stop)
{
	struct str cell = diff_cell(arena, text, false);
	struct buf buf;

	buf_init(&buf, arena, cell.len * TAB_STOP + 1);
	for (size_t i = 0, column = 0; i < cell.len; i++) {
		size_t wide = cell.ptr[i] == '\t' && stop > 0 ? stop - column % stop : 1;

		if (cell.ptr[i] == '\t')
			buf_repeat(&buf, ' ', wide);
		else
			buf_addc(&buf, cell.ptr[i]);
		/* not inside a character */
		column += ((unsigned char)cell.ptr[i] & 0xc0) == 0x80 ? 0 : wide;
	}
	return str_trim_end(buf_str(&buf));
}

static struct diff_lines marked_lines(
    struct arena *arena, const struct diff_lines *lines, const bool *marked, size_t count)
{
	struct diff_lines out = {.items = arena_array(arena, struct diff_line, count)};

	for (size_t i = 0; i < lines->count; i++) {
		if (marked[i])
			out.items[out.count++] = lines->items[i];
	}
	return out;
}

static struct diff_lines looks_of(struct arena *arena, const struct diff_lines *lines, size_t stop)
{
	struct diff_lines out = {
	    .items = arena_array(arena, struct diff_line, lines->count), .count = lines->count};

	for (size_t i = 0; i < lines->count; i++)
		out.items[i].text = look_of(arena, lines->items[i].text, stop);
	return out;
}

/* Is there a line on one side that looks like another one on the other side? */
static bool some_look_alike(struct arena *arena, const struct diff_lines *before,
    const struct diff_lines *after, size_t stop)
{
	struct diff_lines a = looks_of(arena, before, stop), b = looks_of(arena, after, stop);
	struct diff_numbers looks, texts;
	uint32_t *text_of; /* + 1, of each look: the text of the last line before that has it */

	diff_number_lines(arena, &a, &b, &looks);
	diff_number_lines(arena, before, after, &texts);
	text_of = arena_array(arena, uint32_t, looks.count);
	for (size_t i = 0; i < a.count; i++)
		text_of[looks.before[i]] = texts.before[i] + 1;
	for (size_t i = 0; i < b.count; i++) {
		uint32_t other = text_of[looks.after[i]];

		if (other > 0 && other != texts.after[i] + 1)
			return true;
	}
	return false;
}

bool diff_looks_same(struct arena *arena, const struct diff_text *text)
{
	struct diff_lines before =
	    marked_lines(arena, &text->before, text->marks.removed, text->marks.removed_count);
	struct diff_lines after =
	    marked_lines(arena, &text->after, text->marks.added, text->marks.added_count);
	bool hides = false;

	for (size_t i = 0; i < before.count && !hides; i++)
		hides = may_hide(before.items[i].text);
	for (size_t i = 0; i < after.count && !hides; i++)
		hides = may_hide(after.items[i].text);
	return hides && (some_look_alike(arena, &before, &after, 0) ||
			    some_look_alike(arena, &before, &after, TAB_STOP));
}

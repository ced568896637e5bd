#include "report/detail_views.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/size.h"
#include "base/utf8.h"
#include "report/both_sides.h"
#include "report/wording.h"

#define LINE_BYTES ((size_t)8192)
#define NEAR	   ((size_t)40) /* parts before and behind that a cut one is compared with */

static const char marks[] = {
    [PART_SAME] = ' ',
    [PART_GAP] = ' ',
    [PART_ADDED] = '+',
    [PART_REMOVED] = '-',
    [PART_CHANGED] = '~',
    [PART_REMARK] = '!',
};

static const struct column {
	const char *title;
	size_t most; /* columns of the screen */
} columns[DIFF_RULE_CELLS] = {
    {"direction", 24},
    {"protocol", 12},
    {"ports", 24},
    {"from/to", 44},
    {"description", 80},
};

bool detail_view_is_short(const struct attribute_change *row)
{
	return row->part_count == 1 && row->parts[0].mark == PART_REMARK &&
	       row->parts_left_out == 0;
}

/* One cell of a part of a row. */
struct cell {
	const struct attribute_change *row;
	const struct diff_part *part;
	size_t number;
};

/* What goes is compared with what comes; anything else with all. */
static bool may_compare(enum part_mark mark, enum part_mark other)
{
	if (mark == PART_REMOVED)
		return other == PART_ADDED;
	return mark != PART_ADDED || other == PART_REMOVED;
}

/* The same cell of the part nearby that is most like it; empty: there is none. */
static struct str most_alike(const struct cell *cell)
{
	size_t at = (size_t)(cell->part - cell->row->parts), most = 0;
	size_t from = at - size_min(at, NEAR);
	size_t to = size_min(cell->row->part_count, at + NEAR + 1);
	struct str text = cell->part->cells[cell->number], best = STR_EMPTY;

	for (size_t i = from; i < to; i++) {
		const struct diff_part *other = &cell->row->parts[i];
		size_t share;

		if (other->cell_count <= cell->number ||
		    !may_compare(cell->part->mark, other->mark) ||
		    str_eq(other->cells[cell->number], text))
			continue;
		share = both_sides_share(text, other->cells[cell->number]);
		if (best.len == 0 || share > most)
			best = other->cells[cell->number];
		most = size_max(most, share);
	}
	return best;
}

static struct str cut_columns(struct arena *scratch, struct str text, size_t most)
{
	size_t at = 0, end = 0, width = 0;

	while (at < text.len) {
		size_t start = at;

		(void)utf8_next(text, &at);
		width += utf8_width(str_from_to(text, start, at));
		if (width < most)
			end = at;
		if (width > most)
			return str_format(scratch, "%.*s…", (int)end, text.ptr);
	}
	return text;
}

static bool is_told_apart(const struct cell *cell)
{
	enum part_mark mark = cell->part->mark;

	return mark == PART_ADDED || mark == PART_REMOVED || mark == PART_CHANGED;
}

/* At most about `most` columns of it, those that make it differ from what stands nearby; printable,
 * also when it comes from a report that somebody wrote. */
static struct str fit(struct arena *scratch, const struct cell *cell, size_t most)
{
	struct str text = cell->part->cells[cell->number];
	struct cut cut, of_other;

	if (text.len > most && utf8_width(text) > most && is_told_apart(cell)) {
		both_sides_cut(text, most_alike(cell), most, &cut, &of_other);
		return utf8_printable(scratch, both_sides_pieces(scratch, text, &cut), true);
	}
	text = utf8_printable(scratch, text, true);
	return text.len > most ? cut_columns(scratch, text, most) : text;
}

static bool put(const struct detail_view *view, enum part_mark mark, const struct buf *buf)
{
	const struct detail_text line = {.mark = marks[mark], .text = buf_str(buf)};

	return view->line(view->context, &line);
}

/* A line without a mark has no room for it either: two columns more. */
static void indent(struct buf *buf, enum part_mark mark, size_t level)
{
	buf_repeat(buf, ' ', 2 + 2 * level + (marks[mark] == ' ' ? 2 : 0));
}

/* --- lines of all views but rules --- */

static bool put_part(const struct detail_view *view, const struct attribute_change *row,
    const struct diff_part *part)
{
	bool gutter = row->view == DIFF_LINES && part->mark != PART_REMARK;
	struct arena_mark mark = arena_save(view->scratch);
	struct buf buf;
	bool more;

	buf_init(&buf, view->scratch, LINE_BYTES);
	indent(&buf, part->mark, part->level);
	if (gutter)
		buf_adds(&buf, part->mark == PART_GAP ? ": " : "| ");
	if (part->mark == PART_GAP)
		buf_adds(&buf, "… ");
	if (part->cell_count > 0)
		buf_add(&buf, fit(view->scratch, &(struct cell){row, part, 0}, view->width));
	more = put(view, part->mark, &buf);
	arena_rewind(view->scratch, mark);
	return more;
}

/* --- rules --- */

struct widths {
	size_t of[DIFF_RULE_CELLS];
};

static void measure(const struct attribute_change *row, struct widths *out)
{
	for (size_t i = 0; i < DIFF_RULE_CELLS; i++)
		out->of[i] = str_from(columns[i].title).len;
	for (size_t i = 0; i < row->part_count; i++) {
		const struct diff_part *part = &row->parts[i];

		for (size_t k = 0; part->cell_count == DIFF_RULE_CELLS && k < DIFF_RULE_CELLS; k++)
			out->of[k] = size_min(
			    columns[k].most, size_max(out->of[k], utf8_width(part->cells[k])));
	}
}

static bool put_cells(const struct detail_view *view, const struct attribute_change *row,
    const struct diff_part *part, const struct widths *widths)
{
	struct arena_mark start = arena_save(view->scratch);
	struct buf buf;
	size_t end = 0;
	bool more;

	buf_init(&buf, view->scratch, LINE_BYTES);
	indent(&buf, part->mark, 0);
	for (size_t i = 0; i < DIFF_RULE_CELLS; i++) {
		struct str cell = fit(view->scratch, &(struct cell){row, part, i}, columns[i].most);
		size_t width = utf8_width(cell);

		buf_add(&buf, cell);
		end = cell.len > 0 ? buf.len : end;
		buf_repeat(&buf, ' ', 2 + (widths->of[i] > width ? widths->of[i] - width : 0));
	}
	buf_rewind(&buf, end);
	more = put(view, part->mark, &buf);
	arena_rewind(view->scratch, start);
	return more;
}

static bool put_titles(const struct detail_view *view, const struct widths *widths)
{
	struct str titles[DIFF_RULE_CELLS];
	const struct diff_part part = {
	    .mark = PART_SAME, .cells = titles, .cell_count = DIFF_RULE_CELLS};
	const struct attribute_change alone = {.parts = &part, .part_count = 1};

	for (size_t i = 0; i < DIFF_RULE_CELLS; i++)
		titles[i] = str_from(columns[i].title);
	return put_cells(view, &alone, &part, widths);
}

static bool put_more(const struct detail_view *view, size_t count)
{
	struct arena_mark mark = arena_save(view->scratch);
	struct buf buf;
	bool more;

	if (count == 0)
		return true;
	buf_init(&buf, view->scratch, LINE_BYTES);
	indent(&buf, PART_SAME, 0);
	buf_adds(&buf, "… and ");
	wording_things(&buf, count, "more line", "more lines");
	more = put(view, PART_SAME, &buf);
	arena_rewind(view->scratch, mark);
	return more;
}

bool detail_view_lines(const struct detail_view *view, const struct attribute_change *row)
{
	bool is_table = row->view == DIFF_RULES;
	size_t left = view->most, over = row->parts_left_out;
	struct widths widths = {{0}};

	if (is_table) {
		measure(row, &widths);
		if (!put_titles(view, &widths))
			return false;
	}
	for (size_t i = 0; i < row->part_count; i++) {
		const struct diff_part *part = &row->parts[i];
		bool is_rule = is_table && part->cell_count == DIFF_RULE_CELLS;

		if (left == 0 && part->mark != PART_REMARK) {
			over++;
			continue;
		}
		left -= left > 0;
		if (!(is_rule ? put_cells(view, row, part, &widths) : put_part(view, row, part)))
			return false;
	}
	return put_more(view, over);
}

/* What differs of one change: a table of places; each in the view that says most. */
#include "report/html_page.h"

#include "base/arena.h"
#include "base/size.h"
#include "base/utf8.h"
#include "report/both_sides.h"
#include "report/detail.h"
#include "report/wording.h"

#define PATH_SHOWN  ((size_t)400)
#define NAMES_SHOWN ((size_t)2000) /* of places that are only named, in one paragraph */
#define BESIDE_MAX  ((size_t)90)   /* bytes of two sides that stand in one line */

/* In the order in which they stand. */
enum place {
	PLACE_FORCING,
	PLACE_SHOWN,
	PLACE_NAMED,   /* without values: over the budget of the outcome */
	PLACE_UNKNOWN, /* comes or goes with a value that nobody knows yet */
	PLACE_EMPTY, /* "", [] and {} of what comes or goes: many providers fill in all they have */
	PLACE_NOISE,
};

static const struct {
	const char *class, *mark, *word;
} differences[] = {
    [DIFFERENCE_ADDED] = {"add", "+", "added"},
    [DIFFERENCE_REMOVED] = {"del", "-", "removed"},
    [DIFFERENCE_CHANGED] = {"chg", "~", "changed"},
};

static const struct {
	const char *class, *mark;
} parts[] = {
    [PART_SAME] = {"same", " "},
    [PART_GAP] = {"gap", "⋯"},
    [PART_ADDED] = {"add", "+"},
    [PART_REMOVED] = {"del", "-"},
    [PART_CHANGED] = {"chg", "~"},
    [PART_REMARK] = {"remark", "!"},
};

static bool is_empty(const struct value *value)
{
	return value->kind == VALUE_NULL ||
	       (value->kind >= VALUE_STRING && value->kind <= VALUE_MAP && value->len == 0);
}

static enum place place_of(const struct outcome_change *change, const struct attribute_change *row)
{
	enum action action = change->head.action;

	if (row->forces_replacement)
		return PLACE_FORCING;
	if (row->noise.len > 0)
		return PLACE_NOISE;
	if (!row->has_values)
		return PLACE_NAMED;
	if (row->view != DIFF_VALUES)
		return PLACE_SHOWN;
	if (row->difference == DIFFERENCE_ADDED && row->after.value.kind == VALUE_UNKNOWN)
		return PLACE_UNKNOWN;
	if ((action == ACTION_CREATE && is_empty(&row->after.value)) ||
	    (action == ACTION_DELETE && is_empty(&row->before.value)))
		return PLACE_EMPTY;
	return PLACE_SHOWN;
}

/* --- values --- */

static void put_path(struct html *html, struct str path)
{
	html_raw(html, "<code>");
	html_name(html, path.len > 0 ? path : STR("value"), PATH_SHOWN);
	html_raw(html, "</code>");
}

/* How much of two texts is the same at both ends, in whole characters. */
struct ends {
	size_t head, tail;
};

static bool is_inside(struct str text, size_t at)
{
	return at < text.len && ((unsigned char)text.ptr[at] & 0xc0) == 0x80;
}

static struct ends common_ends(struct str a, struct str b)
{
	struct ends ends = {.head = both_sides_head(a, b)};
	size_t most = size_min(a.len, b.len);

	while (ends.tail < most - ends.head &&
	       a.ptr[a.len - 1 - ends.tail] == b.ptr[b.len - 1 - ends.tail])
		ends.tail++;
	while (ends.tail > 0 && is_inside(a, a.len - ends.tail))
		ends.tail--;
	return ends;
}

static void put_marked(struct html *html, struct str text, struct ends ends)
{
	html_text(html, str_from_to(text, 0, ends.head));
	html_raw(html, "<mark>");
	html_text(html, str_from_to(text, ends.head, text.len - ends.tail));
	html_raw(html, "</mark>");
	html_text(html, str_skip(text, text.len - ends.tail));
}

static const char *value_class(const struct shown *shown)
{
	if (shown->value.kind == VALUE_HIDDEN)
		return " class=\"hidden\"";
	return shown->value.kind == VALUE_UNKNOWN ? " class=\"unknown\"" : "";
}

struct side {
	const char *tag; /* "del", "ins" */
	const struct shown *shown;
	struct str text;
	struct ends ends; /* what is the same on the other side */
};

static void put_side(struct html *html, const struct side *side)
{
	bool is_marked = side->ends.head + side->ends.tail > 0;

	html_raw(html, "<");
	html_raw(html, side->tag);
	html_raw(html, value_class(side->shown));
	html_raw(html, ">");
	if (is_marked)
		put_marked(html, side->text, side->ends);
	else
		html_text(html, side->text);
	html_raw(html, "</");
	html_raw(html, side->tag);
	html_raw(html, ">");
}

/* Two texts that have something in common: what they do not is marked. */
static void compare_sides(struct side *before, struct side *after)
{
	bool are_texts =
	    before->shown->value.kind == VALUE_STRING && after->shown->value.kind == VALUE_STRING;
	struct ends ends;

	if (!are_texts)
		return;
	ends = common_ends(before->text, after->text);
	/* the quotes alone are no likeness */
	if (3 * (ends.head + ends.tail) < size_min(before->text.len, after->text.len))
		return;
	before->ends = after->ends = ends;
}

static void put_values(struct html *html, const struct attribute_change *row)
{
	struct arena_mark mark = arena_save(html->scratch);
	bool both_hidden =
	    row->before.value.kind == VALUE_HIDDEN && row->after.value.kind == VALUE_HIDDEN;
	bool has_before = row->difference != DIFFERENCE_ADDED && !both_hidden;
	bool has_after = row->difference != DIFFERENCE_REMOVED;
	struct side before = {.tag = "del", .shown = &row->before};
	struct side after = {.tag = "ins", .shown = &row->after};
	struct both_sides sides;

	both_sides_of(html->scratch, has_before ? &row->before : NULL,
	    has_after ? &row->after : NULL, HTML_VALUE_MAX, &sides);
	before.text = sides.before;
	after.text = sides.after;
	if (has_before && has_after)
		compare_sides(&before, &after);
	if (has_before)
		put_side(html, &before);
	if (has_before && has_after)
		html_raw(html, before.text.len + after.text.len > BESIDE_MAX
				   ? "<br><span class=\"to\">→</span> "
				   : " <span class=\"to\">→</span> ");
	if (has_after)
		put_side(html, &after);
	if (sides.is_cut)
		html_raw(html, has_before && has_after
				   ? "<p class=\"more\">cut to 64 kB around what differs</p>"
				   : "<p class=\"more\">cut to 64 kB</p>");
	arena_rewind(html->scratch, mark);
}

static void put_origin(struct html *html, const struct attribute_change *row)
{
	if (row->origin.len == 0)
		return;
	html_raw(html, " <span class=\"origin\">from <code>");
	html_name(html, row->origin, HTML_TEXT_MAX);
	html_raw(html, "</code></span>");
}

/* --- views --- */

static void put_cell(struct html *html, struct str cell)
{
	html_text(html, utf8_cut(cell, size_min(cell.len, HTML_PART_MAX)));
	if (cell.len > HTML_PART_MAX)
		html_raw(html, "…");
}

static void put_line(struct html *html, const struct diff_part *part)
{
	html_raw(html, "<div class=\"");
	html_raw(html, parts[part->mark].class);
	html_raw(html, part->level == 0 ? "\"><i>" : part->level == 1 ? " l1\"><i>" : " l2\"><i>");
	html_raw(html, parts[part->mark].mark);
	html_raw(html, "</i>");
	if (part->cell_count > 0)
		put_cell(html, part->cells[0]);
	html_raw(html, "</div>");
}

static void put_lines(struct html *html, const struct attribute_change *row, const char *class)
{
	html_raw(html, "<div class=\"lines ");
	html_raw(html, class);
	html_raw(html, "\">");
	for (uint32_t i = 0; i < row->part_count; i++)
		put_line(html, &row->parts[i]);
	html_raw(html, "</div>");
}

static void put_rule(struct html *html, const struct diff_part *part)
{
	bool is_wide = part->cell_count < DIFF_RULE_CELLS;

	html_raw(html, "<tr class=\"");
	html_raw(html, parts[part->mark].class);
	html_raw(html, "\"><td class=\"m\">");
	html_raw(html, parts[part->mark].mark);
	html_raw(html, "</td>");
	for (size_t i = 0; i < part->cell_count; i++) {
		html_raw(html, is_wide ? "<td colspan=\"5\">" : "<td>");
		put_cell(html, part->cells[i]);
		html_raw(html, "</td>");
	}
	html_raw(html, "</tr>");
}

static void put_rules(struct html *html, const struct attribute_change *row)
{
	html_raw(html,
	    "<table class=\"rules\"><thead><tr><th><span class=\"vh\">Difference</span></th>"
	    "<th scope=\"col\">Direction</th><th scope=\"col\">Protocol</th>"
	    "<th scope=\"col\">Ports</th><th scope=\"col\">From / to</th>"
	    "<th scope=\"col\">Description</th></tr></thead><tbody>");
	for (uint32_t i = 0; i < row->part_count; i++)
		put_rule(html, &row->parts[i]);
	html_raw(html, "</tbody></table>");
}

static void put_view(struct html *html, const struct attribute_change *row)
{
	switch (row->view) {
	case DIFF_VALUES:
		put_values(html, row);
		break;
	case DIFF_LINES:
		put_lines(html, row, "text");
		break;
	case DIFF_MEMBERS:
		put_lines(html, row, "members");
		break;
	case DIFF_STATEMENTS:
		put_lines(html, row, "statements");
		break;
	case DIFF_RULES:
		put_rules(html, row);
		break;
	}
	if (row->parts_left_out > 0) {
		html_raw(html, "<p class=\"more\">… and ");
		html_things(html, row->parts_left_out, "more line", "more lines");
		html_raw(html, "</p>");
	}
}

/* --- rows --- */

static void put_row(struct html *html, const struct attribute_change *row)
{
	html_raw(html, "<tr class=\"");
	html_raw(html, differences[row->difference].class);
	html_raw(html, "\"><td class=\"m\"><span aria-hidden=\"true\">");
	html_raw(html, differences[row->difference].mark);
	html_raw(html, "</span><span class=\"vh\">");
	html_raw(html, differences[row->difference].word);
	html_raw(html, "</span></td><td class=\"p\">");
	put_path(html, row->path);
	if (row->in_text) {
		html_raw(html, " <small>");
		html_text(html, detail_opened(row));
		html_raw(html, "</small>");
	}
	if (row->forces_replacement)
		html_raw(html, " <em class=\"force\">forces replacement</em>");
	html_raw(html, "</td><td class=\"v\">");
	if (row->has_values)
		put_view(html, row);
	put_origin(html, row);
	html_raw(html, "</td></tr>\n");
}

static size_t count_places(const struct outcome_change *change, enum place place)
{
	size_t count = 0;

	for (size_t i = 0; i < change->attribute_count; i++)
		count += place_of(change, &change->attributes[i]) == place;
	return count;
}

static void put_rows(struct html *html, const struct outcome_change *change, enum place place)
{
	for (size_t i = 0; i < change->attribute_count; i++) {
		if (place_of(change, &change->attributes[i]) == place)
			put_row(html, &change->attributes[i]);
	}
}

/* "Known after apply: arn, id (from aws_x.y.id)": many, and they say little. */
static void put_names(
    struct html *html, const struct outcome_change *change, enum place place, const char *title)
{
	size_t shown = 0, count = count_places(change, place);

	if (count == 0)
		return;
	html_raw(html, "<p class=\"names\"><b>");
	html_raw(html, title);
	html_raw(html, "</b> ");
	for (size_t i = 0; i < change->attribute_count && shown < NAMES_SHOWN; i++) {
		const struct attribute_change *row = &change->attributes[i];

		if (place_of(change, row) != place)
			continue;
		html_raw(html, shown++ > 0 ? ", " : "");
		put_path(html, row->path);
		put_origin(html, row);
	}
	if (count > shown) {
		html_raw(html, " … and ");
		html_things(html, count - shown, "more", "more");
	}
	html_raw(html, "</p>\n");
}

/* Folded, counted, and there for who wants to look. */
static void put_noise(struct html *html, const struct outcome_change *change)
{
	size_t count = count_places(change, PLACE_NOISE);
	struct str reason = STR_EMPTY;
	bool is_same = true;

	if (count == 0)
		return;
	for (size_t i = 0; i < change->attribute_count; i++) {
		const struct attribute_change *row = &change->attributes[i];

		if (place_of(change, row) != PLACE_NOISE)
			continue;
		is_same = is_same && (reason.len == 0 || str_eq(reason, row->noise));
		reason = row->noise;
	}
	html_raw(html, "<details class=\"noise\"><summary>");
	html_things(html, count, "attribute folded as noise", "attributes folded as noise");
	if (is_same) {
		html_raw(html, ": ");
		html_cut(html, reason, HTML_TEXT_MAX);
	}
	html_raw(html, "</summary><table class=\"a\"><tbody>");
	put_rows(html, change, PLACE_NOISE);
	html_raw(html, "</tbody></table></details>\n");
}

void html_put_diff(struct html *html, const struct outcome_change *change)
{
	if (!change->has_values && change->body.len > 0) {
		html_block(html, "body", change->body);
		return;
	}
	if (count_places(change, PLACE_FORCING) + count_places(change, PLACE_SHOWN) > 0) {
		html_raw(html, "<table class=\"a\"><tbody>");
		put_rows(html, change, PLACE_FORCING);
		put_rows(html, change, PLACE_SHOWN);
		html_raw(html, "</tbody></table>\n");
	}
	put_names(html, change, PLACE_NAMED, "Changed, values left out for size:");
	put_names(html, change, PLACE_UNKNOWN, "Known after apply:");
	put_names(html, change, PLACE_EMPTY, "Empty:");
	put_noise(html, change);
	if (change->attributes_left_out > 0) {
		html_raw(html, "<p class=\"more\">… and ");
		html_things(html, change->attributes_left_out, "more attribute", "more attributes");
		html_raw(html, "</p>\n");
	}
}

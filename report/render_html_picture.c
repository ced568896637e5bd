/* The change as a picture: a bar of each module, by action. Numbers stand beside the bars. */
#include "report/html_page.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/size.h"

#define BAR_WIDTH     ((size_t)1000)
#define BAR_PIECE_MIN ((size_t)6) /* what is there is seen */
#define MODULES_SHOWN ((size_t)14)

/* A line of the table: a module, or what is beyond those shown. */
struct bar_row {
	uint32_t node;
	size_t order; /* as it stands in the tree */
	size_t losses, total;
	const size_t *counts;
};

static size_t sum(const size_t counts[CHANGE_GROUPS])
{
	size_t total = 0;

	for (size_t group = 0; group < CHANGE_GROUPS; group++)
		total += counts[group];
	return total;
}

static size_t sum_losses(const size_t counts[CHANGE_GROUPS])
{
	return counts[GROUP_DESTROY] + counts[GROUP_REPLACE] + counts[GROUP_FORGET] +
	       counts[GROUP_OTHER];
}

/* "2 destroy, 14 update" */
static void put_counts(struct html *html, const size_t counts[CHANGE_GROUPS])
{
	bool is_first = true;

	for (size_t group = 0; group < CHANGE_GROUPS; group++) {
		if (counts[group] == 0)
			continue;
		html_raw(html, is_first ? "" : ", ");
		html_count(html, counts[group]);
		html_raw(html, " ");
		html_raw(html, html_group((enum change_group)group));
		is_first = false;
	}
}

void html_put_bar(struct html *html, const size_t counts[CHANGE_GROUPS], size_t width)
{
	size_t total = size_max(sum(counts), 1), kinds = 0, x = 0;

	for (size_t group = 0; group < CHANGE_GROUPS; group++)
		kinds += counts[group] > 0;
	width -= size_min(width, kinds * BAR_PIECE_MIN); /* what is shared out beyond the least */
	html_raw(html, "<svg class=\"bar\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" "
		       "role=\"img\" aria-label=\"");
	put_counts(html, counts);
	html_raw(html, "\">");
	for (size_t group = 0; group < CHANGE_GROUPS; group++) {
		size_t piece = BAR_PIECE_MIN + counts[group] * width / total;

		if (counts[group] == 0)
			continue;
		html_raw(html, "<rect class=\"");
		html_raw(html, html_group((enum change_group)group));
		html_raw(html, "\" x=\"");
		html_number(html, x);
		html_raw(html, "\" width=\"");
		html_number(html, piece);
		html_raw(html, "\" height=\"10\"/>");
		x += piece;
	}
	html_raw(html, "</svg>");
}

/* Losses first, then the most; else as in the tree, so that the page is always the same. */
static int compare_rows(const void *a, const void *b)
{
	const struct bar_row *left = a, *right = b;

	if (left->losses != right->losses)
		return left->losses > right->losses ? -1 : 1;
	if (left->total != right->total)
		return left->total > right->total ? -1 : 1;
	return (left->order > right->order) - (left->order < right->order);
}

static size_t collect_rows(struct html *html, struct bar_row *rows)
{
	size_t count = 0;

	for (size_t i = 0; i < html->tree.count; i++) {
		const struct module_node *node = &html->tree.nodes[i];

		if (node->row_count == 0)
			continue;
		rows[count] = (struct bar_row){.node = (uint32_t)i,
		    .order = i,
		    .losses = sum_losses(node->own),
		    .total = node->row_count,
		    .counts = node->own};
		count++;
	}
	qsort(rows, count, sizeof(*rows), compare_rows);
	return count;
}

static void put_cells(struct html *html, const size_t counts[CHANGE_GROUPS], size_t most)
{
	const size_t *all = html->tree.nodes[0].all;

	html_raw(html, "<td class=\"picture\">");
	html_put_bar(html, counts, size_max(sum(counts) * BAR_WIDTH / size_max(most, 1), 1));
	html_raw(html, "</td>");
	for (size_t group = 0; group < CHANGE_GROUPS; group++) {
		if (all[group] == 0)
			continue;
		html_raw(html, "<td class=\"");
		html_raw(html, html_group((enum change_group)group));
		html_raw(html, "\">");
		if (counts[group] > 0)
			html_count(html, counts[group]);
		html_raw(html, "</td>");
	}
}

static void put_row(struct html *html, const struct bar_row *row, size_t most)
{
	const struct module_node *node = &html->tree.nodes[row->node];

	html_raw(html, "<tr><th scope=\"row\"><a href=\"#");
	html_raw(html, html->prefix);
	html_raw(html, "m");
	html_number(html, row->node);
	html_raw(html, "\">");
	if (node->path.len > 0)
		html_name(html, node->path, HTML_ADDRESS_MAX);
	else
		html_raw(html, "root module");
	html_raw(html, "</a></th>");
	put_cells(html, row->counts, most);
	html_raw(html, "</tr>\n");
}

static void put_others(struct html *html, const struct bar_row *rows, size_t count, size_t most)
{
	size_t counts[CHANGE_GROUPS] = {0};

	if (count == 0)
		return;
	for (size_t i = 0; i < count; i++) {
		for (size_t group = 0; group < CHANGE_GROUPS; group++)
			counts[group] += rows[i].counts[group];
	}
	html_raw(html, "<tr><th scope=\"row\">");
	html_things(html, count, "more module", "more modules");
	html_raw(html, "</th>");
	put_cells(html, counts, size_max(most, sum(counts)));
	html_raw(html, "</tr>\n");
}

static void put_table_head(struct html *html)
{
	const size_t *all = html->tree.nodes[0].all;

	html_raw(html, "<table class=\"modules\"><thead><tr><th scope=\"col\">Module</th>"
		       "<th scope=\"col\"><span class=\"vh\">Picture</span></th>");
	for (size_t group = 0; group < CHANGE_GROUPS; group++) {
		if (all[group] == 0)
			continue;
		html_raw(html, "<th scope=\"col\" class=\"");
		html_raw(html, html_group((enum change_group)group));
		html_raw(html, "\">");
		html_raw(html, change_group_title((enum change_group)group));
		html_raw(html, "</th>");
	}
	html_raw(html, "</tr></thead>\n<tbody>");
}

void html_put_picture(struct html *html)
{
	const struct module_node *root = &html->tree.nodes[0];
	struct arena_mark mark = arena_save(html->scratch);
	struct bar_row *rows = arena_array(html->scratch, struct bar_row, html->tree.count);
	size_t count = collect_rows(html, rows), shown = size_min(count, MODULES_SHOWN), most = 0;

	if (root->total == 0)
		return;
	for (size_t i = 0; i < count; i++)
		most = size_max(most, rows[i].total);
	html_section(html, "overview", "By module and action", 0);
	html_put_bar(html, root->all, BAR_WIDTH);
	put_table_head(html);
	for (size_t i = 0; i < shown; i++)
		put_row(html, &rows[i], most);
	put_others(html, rows + shown, count - shown, most);
	html_raw(html, "</tbody></table></section>\n");
	arena_rewind(html->scratch, mark);
}

/* Updates, creates, imports and moves on the terminal, by the module they stand in. */
#include "report/terminal_screen.h"

#include "base/arena.h"
#include "base/size.h"
#include "report/callout.h"
#include "report/module_tree.h"
#include "report/wording.h"

#define TREE_CHANGES_MIN ((size_t)8) /* fewer are read as fast in a list */
#define MODULE_ROWS_MIN	 ((size_t)3)
#define INDENT_MAX	 ((size_t)16)

static const struct {
	enum change_group group;
	const char *symbol;
} gains[] = {
    {GROUP_UPDATE, "~"},
    {GROUP_CREATE, "+"},
    {GROUP_IMPORT, "<-"},
    {GROUP_MOVE, "->"},
};

struct tree_view {
	struct screen *screen;
	const struct outcome_change *changes;
	struct module_tree tree;
	size_t rows_each;		/* of a module, before it is folded */
	size_t rows_left, modules_left; /* of the whole tree */
	size_t modules_over, changes_over;
};

/* "~24 +2" */
static struct str counts_text(struct tree_view *view, const size_t counts[CHANGE_GROUPS])
{
	struct buf buf;

	buf_init(&buf, view->screen->arena, 256);
	for (size_t i = 0; i < ARRAY_LEN(gains); i++) {
		if (counts[gains[i].group] == 0)
			continue;
		buf_adds(&buf, buf.len > 0 ? " " : "");
		buf_adds(&buf, gains[i].symbol);
		wording_count(&buf, counts[gains[i].group]);
	}
	return buf_str(&buf);
}

/* "Update (40), create (5)" */
static void put_heading(struct tree_view *view)
{
	const size_t *all = view->tree.nodes[0].all;
	struct buf buf;

	buf_init(&buf, view->screen->arena, 256);
	for (size_t i = 0; i < ARRAY_LEN(gains); i++) {
		if (all[gains[i].group] == 0)
			continue;
		buf_adds(&buf, buf.len > 0 ? ", " : "");
		buf_adds(&buf, change_group_title(gains[i].group));
		buf_adds(&buf, " (");
		wording_count(&buf, all[gains[i].group]);
		buf_addc(&buf, ')');
	}
	screen_put_heading(
	    view->screen, TONE_YELLOW, str_to_c(view->screen->arena, buf_str(&buf)), 0);
}

static void put_folded(struct tree_view *view, size_t indent, size_t count)
{
	struct screen_line line = {.indent = indent};
	struct buf buf;

	if (count == 0)
		return;
	view->screen->left_out += count;
	buf_init(&buf, view->screen->arena, 64);
	buf_adds(&buf, "... and ");
	wording_count(&buf, count);
	buf_adds(&buf, " more");
	line.text = buf_str(&buf);
	screen_put_line(view->screen, &line);
}

static void put_rows(struct tree_view *view, const struct module_node *node, size_t indent)
{
	size_t most = size_min(view->rows_each, view->rows_left);
	size_t shown = size_min(node->row_count, most);
	struct change_place place = {.indent = indent, .below = true};

	for (size_t i = 0; i < shown && !view->screen->out.overflow; i++) {
		struct arena_mark mark = arena_save(view->screen->arena);

		screen_put_change(view->screen, &view->changes[node->rows[i]], &place);
		arena_rewind(view->screen->arena, mark);
	}
	view->rows_left -= shown;
	put_folded(view, indent, node->row_count - shown);
}

static void put_module(struct tree_view *view, uint32_t number, uint32_t above, size_t indent)
{
	const struct module_node *node = &view->tree.nodes[number];
	struct str label = module_tree_label(&view->tree, number, above);
	struct screen_line line = {.indent = indent,
	    .text = wording_name(view->screen->arena, label, view->screen->caps->text),
	    .remark = counts_text(view, node->row_count > 0 ? node->own : node->all),
	    .whole = true};

	screen_put_line(view->screen, &line);
	put_rows(view, node, indent + 2);
}

/* As deep as MODULE_DEPTH_MAX at most. */
static void put_below(/* NOLINT(misc-no-recursion) */
    struct tree_view *view, uint32_t above, size_t indent)
{
	uint32_t next = view->tree.nodes[above].first_child;

	for (; next != MODULE_NONE; next = view->tree.nodes[next].next) {
		uint32_t node = module_tree_telling(&view->tree, next);

		if (view->modules_left == 0 || view->rows_left == 0) {
			view->modules_over++;
			view->changes_over += view->tree.nodes[node].total;
			continue;
		}
		view->modules_left--;
		put_module(view, node, above, indent);
		put_below(view, node, size_min(indent + 2, INDENT_MAX));
	}
}

static void put_modules_over(struct tree_view *view)
{
	struct buf *out = &view->screen->out;

	if (view->modules_over == 0)
		return;
	view->screen->left_out += view->changes_over;
	buf_adds(out, "  ... and ");
	wording_things(out, view->modules_over, "more module", "more modules");
	buf_adds(out, " with ");
	wording_things(out, view->changes_over, "change", "changes");
	buf_addc(out, '\n');
}

bool screen_put_tree(struct screen *screen)
{
	const struct groups *groups = &screen->groups;
	struct tree_view view = {.screen = screen, .changes = groups->rows[GROUP_UPDATE]};
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_LEN(gains); i++)
		count += groups->counts[gains[i].group];
	if (count < TREE_CHANGES_MIN)
		return false;
	module_tree_in_order(screen->arena, view.changes,
	    callout_order(screen->arena, view.changes, count), count, &view.tree);
	if (view.tree.nodes[0].child_count == 0)
		return false;
	view.rows_each =
	    size_min(screen->caps->gains, size_max(screen->caps->gains / 4, MODULE_ROWS_MIN));
	view.rows_left = 2 * screen->caps->gains;
	view.modules_left = screen->caps->gains;
	put_heading(&view);
	put_rows(&view, &view.tree.nodes[0], 2);
	put_below(&view, 0, 2);
	put_modules_over(&view);
	return true;
}

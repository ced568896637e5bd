/* The changes: a tree of modules, in it one row each, folded; what differs is inside. */
#include "report/html_page.h"

#include "base/arena.h"
#include "base/buf.h"
#include "report/detail.h"
#include "report/groups.h"
#include "report/wording.h"

#define OPEN_MAX     ((size_t)400) /* of more changes only modules that lose something are open */
#define WHY_MAX	     ((size_t)600)
#define REMARKS_MAX  3
#define FOLDED_BYTES ((size_t)100)

/* --- one row --- */

static const char *symbol_of(const struct change_head *head)
{
	enum change_group group = change_group(head);

	if (group == GROUP_IMPORT)
		return "<-";
	if (group == GROUP_MOVE)
		return "->";
	return action_symbol(head->action);
}

static void put_action(struct html *html, const struct change_head *head)
{
	html_raw(html, "<b class=\"s\"><span aria-hidden=\"true\">");
	html_text(html, str_from(symbol_of(head)));
	html_raw(html, "</span> ");
	if (head->action == ACTION_OTHER)
		html_cut(html, wording_action(html->scratch, head), 40);
	else
		html_raw(html, html_group(change_group(head)));
	html_raw(html, "</b>");
}

/* Without the module, whose name stands above. The type is paler than the name. */
static void put_address(struct html *html, const struct change_head *head)
{
	struct str rest = head->address, type = STR_EMPTY;

	if (head->module.len > 0 && str_eat(&rest, head->module) && rest.len > 0)
		rest = str_skip(rest, 1);
	if (rest.len == 0)
		rest = head->address;
	html_raw(html, "<code class=\"at\">");
	if (head->type.len > 0 && str_find(rest, head->type, &type.len) &&
	    type.len + head->type.len < rest.len) {
		type = str_from_to(rest, 0, type.len + head->type.len + 1);
		html_raw(html, "<i>");
		html_name(html, type, HTML_ADDRESS_MAX);
		html_raw(html, "</i>");
		rest = str_skip(rest, type.len);
	}
	html_name(html, rest, HTML_ADDRESS_MAX);
	html_raw(html, "</code>");
	if (head->deposed.len > 0) {
		html_raw(html, " <small>deposed ");
		html_name(html, head->deposed, 100);
		html_raw(html, "</small>");
	}
}

static void put_names(struct html *html, const struct detail_names *names)
{
	for (size_t i = 0; i < names->count; i++) {
		html_raw(html, i > 0 ? ", " : "");
		html_name(html, names->names[i].len > 0 ? names->names[i] : STR("value"), 100);
	}
	if (names->more > 0) {
		html_raw(html, " and ");
		html_count(html, names->more);
		html_raw(html, " more");
	}
}

/* "now allows *": what a view calls out is seen before the row is unfolded. */
static void put_remarks(struct html *html, const struct outcome_change *change)
{
	size_t shown = 0;

	for (size_t i = 0; i < change->attribute_count && shown < REMARKS_MAX; i++) {
		const struct attribute_change *row = &change->attributes[i];

		for (uint32_t part = 0; part < row->part_count && shown < REMARKS_MAX; part++) {
			if (row->parts[part].mark != PART_REMARK ||
			    row->parts[part].cell_count == 0)
				continue;
			html_raw(html, "<span class=\"why remark\">");
			html_cut(html, row->parts[part].cells[0], WHY_MAX);
			html_raw(html, "</span>");
			shown++;
		}
	}
}

static void put_why(struct html *html, const struct outcome_change *change)
{
	const struct change_head *head = &change->head;
	struct arena_mark mark = arena_save(html->scratch);
	struct detail_names forcing, changed;

	detail_forcing_names(change, &forcing);
	detail_changed_names(change, &changed);
	put_remarks(html, change);
	if (head->reason.len > 0) {
		html_raw(html, "<span class=\"why\">");
		html_cut(html, wording_reason(html->scratch, head->reason), WHY_MAX);
		html_raw(html, "</span>");
	}
	if (forcing.count > 0) {
		html_raw(html, "<span class=\"why force\">");
		put_names(html, &forcing);
		html_raw(html, forcing.count + forcing.more == 1 ? " forces replacement</span>"
								 : " force replacement</span>");
	}
	if (changed.count > 0) {
		html_raw(html, "<span class=\"why\">");
		put_names(html, &changed);
		html_raw(html, "</span>");
	}
	arena_rewind(html->scratch, mark);
}

/* "deny sg-admin-port +1" */
static void put_tag(struct html *html, const struct change_findings *findings)
{
	const struct finding *worst = findings->worst;
	const char *level;

	if (!worst)
		return;
	level = worst->level == LEVEL_DENY	   ? "deny"
		: worst->kind == FINDING_UNDECIDED ? "undecided"
		: worst->level == LEVEL_WARN	   ? "warn"
						   : "info";
	html_raw(html, "<span class=\"tag ");
	html_raw(html, level);
	html_raw(html, "\">");
	html_raw(html, level);
	html_raw(html, " ");
	html_name(html, worst->rule_id, 100);
	if (findings->count > 1) {
		html_raw(html, " +");
		html_count(html, findings->count - 1);
	}
	html_raw(html, "</span>");
}

static void put_fact(struct html *html, const char *label, struct str text)
{
	if (text.len == 0)
		return;
	html_raw(html, "<span class=\"fact\">");
	html_raw(html, label);
	html_raw(html, " <code>");
	html_name(html, text, HTML_ADDRESS_MAX);
	html_raw(html, "</code></span> ");
}

static void put_facts(struct html *html, const struct change_head *head)
{
	html_raw(html, "<p class=\"full\"><code class=\"copy\">");
	html_name(html, head->address, HTML_ADDRESS_MAX);
	html_raw(html, "</code> ");
	put_fact(html, "moved from", head->previous_address);
	if (head->importing)
		put_fact(html, "imported from",
		    head->import_id.len > 0 ? head->import_id : STR("(unknown id)"));
	put_fact(html, "deposed", head->deposed);
	put_fact(html, "provider", head->provider);
	html_raw(html, "</p>\n");
}

/*
 * With a script the inside of <noscript> is one piece of text, which page.js turns into rows when
 * somebody opens it: a page of thousands is there at once. Without a script it is simply there.
 */
static void put_inside(struct html *html, const struct outcome_change *change)
{
	html_raw(html, "<noscript><div class=\"d\">");
	put_facts(html, &change->head);
	html_put_diff(html, change);
	html_raw(html, "</div></noscript></details>\n");
}

static void put_row_start(
    struct html *html, const char *letter, size_t number, const struct change_head *head)
{
	html_raw(html, "<details class=\"c ");
	html_raw(html, html_group(change_group(head)));
	html_raw(html, "\" id=\"");
	html_raw(html, html->prefix);
	html_raw(html, letter);
	html_number(html, number);
}

static void put_change(struct html *html, size_t number)
{
	const struct outcome_change *change = &html->outcome->changes[number];
	const struct change_findings *findings = &html->index.findings[number];

	put_row_start(html, "c", number, &change->head);
	if (findings->worst && findings->worst->level == LEVEL_DENY)
		html_raw(html, "\" data-denied=\"");
	html_raw(html, "\" data-g=\"");
	html_raw(html, html_group(change_group(&change->head)));
	html_raw(html, "\"><summary>");
	put_action(html, &change->head);
	put_address(html, &change->head);
	put_tag(html, findings);
	put_why(html, change);
	html_raw(html, "</summary>");
	put_inside(html, change);
}

/* --- modules --- */

static bool loses_something(const struct module_node *node)
{
	for (size_t group = 0; group < CHANGE_GROUPS; group++) {
		if (node->all[group] > 0 && change_group_is_loss((enum change_group)group))
			return true;
	}
	return false;
}

static void put_module_start(struct html *html, uint32_t number, uint32_t above)
{
	const struct module_node *node = &html->tree.nodes[number];
	bool is_open = html->outcome->change_count <= OPEN_MAX || loses_something(node);

	html_raw(html, "<details class=\"mod\" id=\"");
	html_raw(html, html->prefix);
	html_raw(html, "m");
	html_number(html, number);
	html_raw(html, is_open ? "\" open><summary><code>" : "\"><summary><code>");
	if (number == 0)
		html_raw(html, "root module");
	else
		html_name(html, module_tree_label(&html->tree, number, above), HTML_ADDRESS_MAX);
	html_raw(html, "</code> <span class=\"n\">");
	html_count(html, number == 0 ? node->row_count : node->total);
	html_raw(html, "</span>");
	html_put_bar(html, number == 0 ? node->own : node->all, 1000);
	html_raw(html, "</summary><div class=\"in\">\n");
}

/* --- rows that say the same --- */

void html_find_same(struct html *html)
{
	const struct outcome *outcome = html->outcome;
	struct collapsed_list list;
	struct groups groups;

	html->items = arena_array(html->scratch, const struct collapsed *, outcome->change_count);
	groups_of(outcome, &groups);
	collapse_updates(
	    html->scratch, groups.rows[GROUP_UPDATE], groups.counts[GROUP_UPDATE], &list);
	for (size_t i = 0; i < list.count; i++) {
		const struct collapsed *item = &list.items[i];

		for (size_t row = 0; item->kind != COLLAPSE_NOT && row < item->count; row++)
			html->items[item->rows[row] - outcome->changes] = item;
	}
}

/* How many rows from `from` on are told as one. What the policies speak about stands alone. */
static size_t run_length(const struct html *html, const struct module_node *node, size_t from)
{
	const struct collapsed *item = html->items[node->rows[from]];
	size_t at = from;

	while (item && at < node->row_count && html->items[node->rows[at]] == item &&
	       !html->index.findings[node->rows[at]].worst)
		at++;
	return at - from;
}

/* What and why stands at each of them. */
static void put_folded(struct html *html, const struct module_node *node, size_t from, size_t count)
{
	struct arena_mark mark = arena_save(html->scratch);
	const struct outcome_change **rows =
	    arena_alloc(html->scratch, count * sizeof(const struct outcome_change *));
	struct collapsed run = *html->items[node->rows[from]];
	struct buf buf;

	for (size_t i = 0; i < count; i++)
		rows[i] = &html->outcome->changes[node->rows[from + i]];
	run.rows = rows;
	run.count = count;
	run.folded = collapse_count_folded(rows, count);
	buf_init(&buf, html->scratch, FOLDED_BYTES);
	collapse_add_folded(&buf, &run);
	html_text(html, buf_str(&buf));
	arena_rewind(html->scratch, mark);
}

/* "24 updates aws_instance.web: only tags.version" */
static void put_run_start(
    struct html *html, const struct module_node *node, size_t from, size_t count)
{
	const struct collapsed *item = html->items[node->rows[from]];
	const struct change_head *head = &html->outcome->changes[node->rows[from]].head;
	struct detail_names names;

	html_raw(html, "<details class=\"run update\"><summary><b class=\"s\"><span "
		       "aria-hidden=\"true\">~</span> update</b><span class=\"at\">");
	html_things(html, count, "resource", "resources");
	if (item->one_type) {
		html_raw(html, " <code><i>");
		html_name(html, head->type, HTML_ADDRESS_MAX);
		html_raw(html, item->one_resource ? ".</i>" : "</i>");
		if (item->one_resource)
			html_name(html, head->name, HTML_ADDRESS_MAX);
		html_raw(html, "</code>");
	}
	html_raw(html, "</span><span class=\"why\">");
	collapse_names(item, &names);
	html_raw(html, item->kind == COLLAPSE_NOISE ? "only noise" : "only ");
	if (item->kind != COLLAPSE_NOISE)
		put_names(html, &names);
	put_folded(html, node, from, count);
	html_raw(html, item->kind == COLLAPSE_SAME    ? ", the same in all</span>"
		       : item->kind == COLLAPSE_PATHS ? ", each its own</span>"
						      : "</span>");
	html_raw(html, "</summary><div class=\"in\">\n");
}

static void put_own_rows(struct html *html, const struct module_node *node)
{
	size_t at = 0;

	while (at < node->row_count) {
		size_t count = run_length(html, node, at);
		bool is_run = count >= COLLAPSE_MIN;
		size_t end = at + (is_run ? count : 1);

		if (is_run)
			put_run_start(html, node, at, count);
		for (; at < end; at++)
			put_change(html, node->rows[at]);
		html_raw(html, is_run ? "</div></details>\n" : "");
	}
}

/* As deep as MODULE_DEPTH_MAX at most. */
static void put_modules_below(struct html *html, uint32_t above) /* NOLINT(misc-no-recursion) */
{
	uint32_t next = html->tree.nodes[above].first_child;

	for (; next != MODULE_NONE; next = html->tree.nodes[next].next) {
		uint32_t node = module_tree_telling(&html->tree, next);

		put_module_start(html, node, above);
		put_own_rows(html, &html->tree.nodes[node]);
		put_modules_below(html, node);
		html_raw(html, "</div></details>\n");
	}
}

void html_put_changes(struct html *html)
{
	const struct module_node *root = &html->tree.nodes[0];

	if (html->outcome->change_count == 0)
		return;
	html_section(html, "changes", "Changes", html->outcome->change_count);
	if (root->row_count > 0 && root->child_count > 0) {
		put_module_start(html, 0, 0);
		put_own_rows(html, root);
		html_raw(html, "</div></details>\n");
	} else {
		put_own_rows(html, root);
	}
	put_modules_below(html, 0);
	html_raw(html, "<p class=\"none\" hidden>Nothing matches.</p></section>\n");
}

void html_put_set(struct html *html, const char *title, const char *letter,
    const struct outcome_change *changes, size_t count)
{
	if (count == 0)
		return;
	html_section(html, "set", title, count);
	for (size_t i = 0; i < count; i++) {
		put_row_start(html, letter, i, &changes[i].head);
		html_raw(html, "\"><summary>");
		put_action(html, &changes[i].head);
		put_address(html, &changes[i].head);
		put_why(html, &changes[i]);
		html_raw(html, "</summary>");
		put_inside(html, &changes[i]);
	}
	html_raw(html, "</section>\n");
}

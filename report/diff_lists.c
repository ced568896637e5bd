/*
 * Lists: of plain values as sets where order says nothing, else as lines in their order; of others
 * item by item, each with the one it was.
 */
#include "base/arena.h"
#include "base/size.h"
#include "report/diff_align.h"
#include "report/diff_parts.h"
#include "report/diff_walk.h"

#define OTHER_ORDER "the same members in another order"
#define MOVED	    "the members stand in another order, too"
#define ITEMS_MAX   ((size_t)100000) /* of a list of plain values; beyond, the rest is counted */

static bool is_plain(const struct value *list)
{
	for (uint32_t i = 0; i < list->len; i++) {
		if (list->as.items[i].kind == VALUE_LIST || list->as.items[i].kind == VALUE_MAP)
			return false;
	}
	return true;
}

/* Terraform writes sets of texts in byte order. */
static bool is_sorted(const struct value *list)
{
	for (uint32_t i = 0; i < list->len; i++) {
		const struct value *item = &list->as.items[i];

		if (item->kind != VALUE_STRING ||
		    (i > 0 && str_cmp(value_text(item[-1]), value_text(*item)) >= 0))
			return false;
	}
	return true;
}

static bool is_set(
    const struct diff_walk *walk, const struct value *before, const struct value *after)
{
	if (before->len == 0 || after->len == 0)
		return true;
	return diff_is_set_place(walk) || (is_sorted(before) && is_sorted(after));
}

static struct diff_lines lines_of(struct arena *arena, const struct value *list)
{
	size_t count = size_min(list->len, ITEMS_MAX);
	struct diff_lines lines = {
	    .items = arena_alloc(arena, count * sizeof(*lines.items)), .count = count};

	for (size_t i = 0; i < count; i++)
		lines.items[i] = diff_value_line(arena, &list->as.items[i]);
	return lines;
}

static bool same_plain(const struct value *before, const struct value *after)
{
	if (before->len != after->len)
		return false;
	for (uint32_t i = 0; i < before->len; i++) {
		if (diff_leaf_differs(&before->as.items[i], &after->as.items[i]))
			return false;
	}
	return true;
}

static void add_other_order(struct diff_walk *walk, struct str words, bool is_noise)
{
	struct diff_parts parts = {.arena = walk->arena};
	struct attribute_change *row;

	diff_parts_add(&parts, PART_REMARK, 0, words);
	row = diff_add_view(walk, DIFFERENCE_CHANGED, DIFF_MEMBERS, &parts);
	if (row && is_noise && walk->may_fold && !row->forces_replacement && row->noise.len == 0)
		row->noise = words;
}

static void plain_pair(
    struct diff_walk *walk, const struct value *before, const struct value *after)
{
	struct diff_parts parts = {.arena = walk->arena};
	struct diff_text text = {.one = "item unchanged", .many = "items unchanged"};
	bool set;

	if (same_plain(before, after))
		return;
	set = is_set(walk, before, after);
	text.before = lines_of(walk->arena, before);
	text.after = lines_of(walk->arena, after);
	if (set) {
		text.one = "member unchanged";
		text.many = "members unchanged";
		diff_members(walk->arena, &text.before, &text.after, &text.marks);
		if (text.marks.removed_count + text.marks.added_count == 0) {
			add_other_order(walk, STR(OTHER_ORDER), diff_is_set_place(walk));
			return;
		}
		diff_parts_add_members(&parts, 0, &text, false);
	} else {
		diff_script(walk->arena, &text.before, &text.after, &text.marks);
		if (text.marks.removed_count + text.marks.added_count == 0)
			return;
		diff_parts_add_text(&parts, &text);
	}
	parts.left_out += (uint32_t)(size_max(before->len, after->len) -
				     size_min(size_max(before->len, after->len), ITEMS_MAX));
	(void)diff_add_view(walk, DIFFERENCE_CHANGED, set ? DIFF_MEMBERS : DIFF_LINES, &parts);
}

/* --- items --- */

static void walk_item(struct diff_walk *walk, const struct value *lists[2], const uint32_t at[2],
    const char *identity)
{
	const struct value *none = &walk->no_value;
	const struct value *before = at[0] != NO_ITEM ? &lists[0]->as.items[at[0]] : none;
	const struct value *after = at[1] != NO_ITEM ? &lists[1]->as.items[at[1]] : none;
	const struct value *name = NULL;
	struct diff_step *step = &walk->steps[walk->depth++];
	bool is_only;

	if (identity)
		name = value_get_c(at[1] != NO_ITEM ? *after : *before, identity);
	step->key = (struct str){NULL, 0};
	step->before = at[0];
	step->after = at[1];
	step->identity = name && (name->kind == VALUE_STRING || name->kind == VALUE_INT ||
				     name->kind == VALUE_NUMBER)
			     ? identity
			     : NULL;
	step->name = name ? *name : *none;
	is_only = lists[0]->len == 1 && lists[1]->len == 1;
	step->before_item = is_only ? before : NULL;
	step->after_item = is_only ? after : NULL;
	/* absent is null in a map only: of a list one item more is one more */
	if (before->kind == VALUE_NULL && after->kind == VALUE_NULL && at[0] != at[1] &&
	    (at[0] == NO_ITEM || at[1] == NO_ITEM))
		(void)diff_add_row(
		    walk, at[0] == NO_ITEM ? DIFFERENCE_ADDED : DIFFERENCE_REMOVED, false);
	else if (!diff_network_rest(walk, before, after))
		diff_pair(walk, before, after);
	walk->depth--;
}

static void items_pair(
    struct diff_walk *walk, const struct value *before, const struct value *after)
{
	const struct value *lists[2] = {before, after};
	struct alignment alignment;
	size_t found = diff_found(walk);

	align_items(walk->arena, before, after, &walk->work, &alignment);
	for (uint32_t i = 0; i < before->len; i++)
		walk_item(walk, lists, (uint32_t[2]){i, alignment.after_of[i]}, alignment.identity);
	for (uint32_t i = 0; i < after->len; i++) {
		if (alignment.before_of[i] == NO_ITEM)
			walk_item(walk, lists, (uint32_t[2]){NO_ITEM, i}, alignment.identity);
	}
	if (alignment.is_moved)
		add_other_order(walk, diff_found(walk) == found ? STR(OTHER_ORDER) : STR(MOVED),
		    walk->is_network && walk->depth == 1 && walk->text_depth == 0);
}

void diff_list_pair(struct diff_walk *walk, const struct value *before, const struct value *after)
{
	const struct value *lists[2] = {before, after};

	if (before->len == 1 && after->len == 1)
		walk_item(walk, lists, (uint32_t[2]){0, 0}, NULL);
	else if (is_plain(before) && is_plain(after))
		plain_pair(walk, before, after);
	else
		items_pair(walk, before, after);
}

/* The lists of the Markdown comment: what happens to which resource. */
#include "report/markdown_page.h"

#include "base/arena.h"
#include "base/size.h"
#include "report/detail.h"
#include "report/markdown.h"
#include "report/wording.h"

#define FOLD_OVER	 20	      /* longer lists of what is no loss are folded */
#define MORE_LINE_SIZE	 ((size_t)40) /* "- … and 4,980 more" */
#define OTHER_TYPES_SIZE ((size_t)40) /* ", 4,980 of other types" and the line's end */
#define TYPES_ROOM_MIN	 ((size_t)200)
#define NAME_MAX_BYTES	 ((size_t)100)

static const char *const group_icons[CHANGE_GROUPS] = {
    [GROUP_DESTROY] = "🔴",
    [GROUP_REPLACE] = "🟠",
    [GROUP_FORGET] = "🟣",
    [GROUP_OTHER] = "❓",
    [GROUP_UPDATE] = "🟡",
    [GROUP_CREATE] = "🟢",
    [GROUP_IMPORT] = "📥",
    [GROUP_MOVE] = "🚚",
};

/* How much of a row is told. */
enum row_detail {
	ROW_FULL,
	ROW_ADDRESS,
};

/* A list that may be cut: rows first to count - 1 of something. */
struct list {
	const char *icon, *title;
	size_t count;
	bool folded;
	void (*row)(struct page *page, const void *context, size_t index);
	const void *context;
};

static void add_code(struct page *page, struct str text, size_t max)
{
	markdown_code(&page->out, wording_name(page->arena, text, max));
}

static void add_names(struct page *page, const struct detail_names *names)
{
	for (size_t i = 0; i < names->count; i++) {
		buf_adds(&page->out, i > 0 ? ", " : "");
		add_code(
		    page, names->names[i].len > 0 ? names->names[i] : STR("value"), NAME_MAX_BYTES);
	}
	if (names->more > 0)
		buf_addf(&page->out, " and %zu more", names->more);
}

/* " — why; what forces it; imported as `id`": only what there is. */
static void add_remarks(struct page *page, const struct outcome_change *change)
{
	const struct change_head *head = &change->head;
	struct detail_names names;
	const char *join = " — ";

	if (head->reason.len > 0) {
		buf_adds(&page->out, join);
		markdown_text(&page->out, wording_reason(page->arena, head->reason));
		join = "; ";
	}
	detail_forcing_names(change, &names);
	if (names.count > 0) {
		buf_adds(&page->out, join);
		add_names(page, &names);
		buf_adds(&page->out,
		    names.count + names.more == 1 ? " forces replacement" : " force replacement");
		join = "; ";
	}
	detail_changed_names(change, &names);
	if (names.count > 0) {
		buf_adds(&page->out, join);
		add_names(page, &names);
		join = "; ";
	}
	if (head->importing) {
		buf_adds(&page->out, join);
		buf_adds(&page->out, head->import_id.len > 0 ? "import id " : "imported");
		if (head->import_id.len > 0)
			add_code(page, head->import_id, NAME_MAX_BYTES);
	}
}

static void add_address(struct page *page, const struct change_head *head)
{
	if (head->previous_address.len > 0) {
		add_code(page, head->previous_address, WORDING_ADDRESS_MAX);
		buf_adds(&page->out, " → ");
	}
	add_code(page, head->address, WORDING_ADDRESS_MAX);
	if (head->deposed.len > 0) {
		buf_adds(&page->out, " (deposed ");
		add_code(page, head->deposed, NAME_MAX_BYTES);
		buf_addc(&page->out, ')');
	}
	if (head->action == ACTION_OTHER) {
		buf_adds(&page->out, ": ");
		add_code(page, head->action_text, NAME_MAX_BYTES);
	}
	if (head->action == ACTION_CREATE_THEN_FORGET)
		buf_adds(&page->out, " and created again");
}

static void add_change_row(
    struct page *page, const struct outcome_change *change, enum row_detail detail)
{
	buf_adds(&page->out, "- ");
	add_address(page, &change->head);
	if (detail == ROW_FULL)
		add_remarks(page, change);
	buf_addc(&page->out, '\n');
}

/* --- lists that are cut when there is no more room --- */

static void add_more(struct page *page, size_t count)
{
	buf_adds(&page->out, "- … and ");
	wording_count(&page->out, count);
	buf_adds(&page->out, " more\n");
}

static void begin_list(struct page *page, const struct list *list)
{
	if (list->folded)
		page_fold_begin(page, list->icon, list->title, list->count);
	else
		page_heading(page, list->icon, list->title, list->count);
}

/* Each row whole or not at all; returns how many there was room for. */
static size_t add_rows(struct page *page, const struct list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		size_t mark = page->out.len;

		list->row(page, list->context, i);
		if (page->out.overflow) {
			buf_rewind(&page->out, mark);
			break;
		}
	}
	return i;
}

/* The shortest form, one heading with its count, was reserved by page_count_sections(). */
static size_t add_list(struct page *page, const struct list *list)
{
	size_t mark, rows;

	if (list->count == 0)
		return 0;
	page->reserve -= size_min(page->reserve, PAGE_SECTION_MIN);
	mark = page_begin(page, MORE_LINE_SIZE + PAGE_FOLD_END_SIZE + 1);
	begin_list(page, list);
	if (!page_end(page, mark))
		return 0;
	rows = add_rows(page, list);
	(void)page_begin(page, 0);
	if (rows < list->count)
		add_more(page, list->count - rows);
	if (list->folded)
		page_fold_end(page);
	else
		buf_addc(&page->out, '\n');
	(void)page_end(page, mark);
	return rows;
}

/* --- groups of changes; they stand in `changes` one after the other --- */

static void change_row(struct page *page, const void *context, size_t index)
{
	const struct outcome_change *rows = context;

	add_change_row(page, &rows[index], ROW_FULL);
}

static bool add_all_rows(struct page *page, enum change_group group, enum row_detail detail)
{
	const struct outcome_change *rows = page->groups.rows[group];
	size_t count = page->groups.counts[group];
	size_t mark = page->out.len;

	for (size_t i = 0; i < count && !page->out.overflow; i++)
		add_change_row(page, &rows[i], detail);
	return page_end(page, mark);
}

static void address_row(struct page *page, const void *context, size_t index)
{
	const struct outcome_change *rows = context;

	add_change_row(page, &rows[index], ROW_ADDRESS);
}

/*
 * "- … and 3,650 more: 2,000 × `aws_instance`, 1,650 × `aws_db_instance`" as far as there is room,
 * which is opened less `aside`. Returns how many of them stand there by type.
 */
static size_t add_more_by_type(
    struct page *page, const struct outcome_change *rows, size_t count, size_t aside)
{
	struct type_counts types;
	size_t counted = 0;
	/* right below the heading there is nothing that it would be more of */
	bool is_rest = !str_ends(buf_str(&page->out), STR("\n\n"));

	groups_count_types(rows, count, &types);
	(void)page_begin(page, aside + OTHER_TYPES_SIZE);
	buf_adds(&page->out, is_rest ? "- … and " : "- ");
	wording_count(&page->out, count);
	buf_adds(&page->out, is_rest ? " more" : " not named here");
	for (size_t i = 0; i < types.row_count; i++) {
		size_t mark = page->out.len;

		buf_adds(&page->out, i > 0 ? ", " : ": ");
		wording_count(&page->out, types.rows[i].count);
		buf_adds(&page->out, " × ");
		add_code(page, types.rows[i].type, NAME_MAX_BYTES);
		if (!page_end(page, mark))
			break;
		counted += types.rows[i].count;
	}
	(void)page_begin(page, aside);
	if (counted > 0 && counted < count) {
		buf_adds(&page->out, ", ");
		wording_count(&page->out, count - counted);
		buf_adds(&page->out, " of other types");
	}
	buf_addc(&page->out, '\n');
	return counted;
}

/*
 * More losses than the page holds, even with nothing but their addresses: the types of all of them
 * get their room first, at most a half when that is enough for some; then as many are named as fit,
 * and the rest is counted.
 */
static void add_losses_as_fit(struct page *page, enum change_group group, size_t aside)
{
	const struct outcome_change *rows = page->groups.rows[group];
	struct list list = {
	    .count = page->groups.counts[group], .row = address_row, .context = (const void *)rows};
	size_t mark = page_begin(page, aside), room = buf_room(&page->out), types, named;
	size_t for_types = size_max(room / 2, size_min(room, TYPES_ROOM_MIN));

	(void)add_more_by_type(page, rows, list.count, aside + room - for_types);
	types = page->out.len - mark;
	buf_rewind(&page->out, mark);
	(void)page_begin(page, aside + types + OTHER_TYPES_SIZE);
	named = add_rows(page, &list);
	page->listed += named;
	page->losses.named += named;
	page->losses.counted += add_more_by_type(page, rows + named, list.count - named, aside);
}

/* What the later groups of losses need to name each address, so that one group does not take it
 * all. */
static size_t later_losses(const struct page *page, enum change_group group)
{
	size_t room = page->max_bytes / 4, need = 0;

	for (size_t later = (size_t)group + 1; later <= GROUP_OTHER; later++) {
		const struct outcome_change *rows = page->groups.rows[later];

		for (size_t i = 0; i < page->groups.counts[later] && need < room; i++)
			need += size_min(rows[i].head.address.len, WORDING_ADDRESS_MAX) + 6;
	}
	return size_min(need, room);
}

static void add_loss_group(struct page *page, enum change_group group)
{
	size_t count = page->groups.counts[group];
	size_t mark, room, aside;

	if (count == 0)
		return;
	page->losses.total += count;
	page->reserve -= size_min(page->reserve, PAGE_SECTION_MIN);
	mark = page_begin(page, 0);
	page_heading(page, group_icons[group], change_group_title(group), count);
	if (!page_end(page, mark))
		return;
	(void)page_begin(page, 0);
	/* the later groups have the room of their headings beside that */
	room = buf_room(&page->out);
	aside = size_min(later_losses(page, group), (room - size_min(room, PAGE_SECTION_MIN)) / 2);
	(void)page_begin(page, aside + 1);
	if (add_all_rows(page, group, ROW_FULL) || add_all_rows(page, group, ROW_ADDRESS)) {
		page->listed += count;
		page->losses.named += count;
	} else {
		add_losses_as_fit(page, group, aside + 1);
	}
	(void)page_begin(page, 0);
	buf_addc(&page->out, '\n');
}

void page_add_losses(struct page *page)
{
	for (size_t group = 0; group < CHANGE_GROUPS; group++) {
		if (change_group_is_loss((enum change_group)group))
			add_loss_group(page, (enum change_group)group);
	}
}

void page_add_gains(struct page *page)
{
	for (size_t group = 0; group < CHANGE_GROUPS; group++) {
		struct list list = {
		    .icon = group_icons[group],
		    .title = change_group_title((enum change_group)group),
		    .count = page->groups.counts[group],
		    .folded = page->groups.counts[group] > FOLD_OVER,
		    .row = change_row,
		    .context = page->groups.rows[group],
		};

		if (!change_group_is_loss((enum change_group)group))
			page->listed += add_list(page, &list);
	}
}

/* --- an apply: what it did --- */

static const char *const section_icons[APPLIED_SECTIONS] = {
    [APPLIED_LOST] = "🚨",
    [APPLIED_FAILED] = "❌",
    [APPLIED_UNFINISHED] = "⏳",
    [APPLIED_UNSTARTED] = "⏹️",
    [APPLIED_DONE] = "✅",
};

static void applied_row(struct page *page, const void *context, size_t index)
{
	const struct applied_row *row = (const struct applied_row *)context + index;

	buf_adds(&page->out, "- ");
	add_code(page, row->address, WORDING_ADDRESS_MAX);
	if (row->section == APPLIED_LOST)
		buf_addf(&page->out, ": %s\n", row->what);
	else
		buf_addf(&page->out, " (%s)\n", row->what);
}

void page_add_applied(struct page *page)
{
	for (size_t i = 0; i < APPLIED_SECTIONS; i++) {
		size_t count = page->applied.counts[i];
		struct list list = {
		    .icon = section_icons[i],
		    .title = applied_section_title((enum applied_section)i),
		    .count = count,
		    .folded = i == APPLIED_DONE && count > FOLD_OVER,
		    .row = applied_row,
		    .context = page->applied.rows[i],
		};

		(void)add_list(page, &list);
	}
	/* the resources of the plan are not listed beside the steps: nothing is "not shown" */
	page->listed = page->outcome->change_count;
}

/* --- what is not a resource's change --- */

static void output_row(struct page *page, const void *context, size_t index)
{
	const struct outcome_change *output = (const struct outcome_change *)context + index;

	buf_adds(&page->out, "- ");
	add_code(page, output->head.address, WORDING_ADDRESS_MAX);
	buf_addf(&page->out, " (%s)", action_name(output->head.action));
	buf_addc(&page->out, '\n');
}

void page_add_outputs(struct page *page)
{
	const struct outcome *outcome = page->outcome;
	struct list list = {
	    .icon = "📤",
	    .title = "Outputs",
	    .count = outcome->output_count,
	    .folded = outcome->output_count > FOLD_OVER,
	    .row = output_row,
	    .context = outcome->outputs,
	};

	(void)add_list(page, &list);
}

static void drift_row(struct page *page, const void *context, size_t index)
{
	const struct outcome_change *change = (const struct outcome_change *)context + index;

	buf_adds(&page->out, "- ");
	add_address(page, &change->head);
	buf_addf(&page->out, " (%s)", change->head.action == ACTION_DELETE ? "deleted" : "changed");
	add_remarks(page, change);
	buf_addc(&page->out, '\n');
}

static void deferred_row(struct page *page, const void *context, size_t index)
{
	const struct outcome_change *change = (const struct outcome_change *)context + index;

	add_change_row(page, change, ROW_FULL);
}

static void invocation_row(struct page *page, const void *context, size_t index)
{
	const struct action_invocation *action = (const struct action_invocation *)context + index;

	buf_adds(&page->out, "- ");
	add_code(page, action->address, WORDING_ADDRESS_MAX);
	if (action->trigger.len > 0) {
		buf_adds(&page->out, " — ");
		add_code(page, action->trigger, WORDING_ADDRESS_MAX);
	}
	buf_addc(&page->out, '\n');
}

static bool check_failed(const struct plan_check *check)
{
	return str_is(check->status, "fail") || str_is(check->status, "error");
}

static void check_row(struct page *page, const void *context, size_t index)
{
	const struct plan_check *const *checks = context;

	buf_adds(&page->out, "- ");
	add_code(page, checks[index]->address, WORDING_ADDRESS_MAX);
	if (checks[index]->problem.len > 0) {
		buf_adds(&page->out, " — ");
		markdown_text(&page->out, wording_cut(page->arena, checks[index]->problem, 500));
	}
	buf_addc(&page->out, '\n');
}

static const struct plan_check **failed_checks(const struct page *page, size_t *count)
{
	const struct outcome *outcome = page->outcome;
	const struct plan_check **checks =
	    arena_alloc(page->arena, outcome->check_count * sizeof(const struct plan_check *));

	*count = 0;
	for (size_t i = 0; i < outcome->check_count; i++) {
		if (check_failed(&outcome->checks[i]))
			checks[(*count)++] = &outcome->checks[i];
	}
	return checks;
}

static size_t fill_others(const struct page *page, struct list lists[4])
{
	const struct outcome *outcome = page->outcome;
	size_t failed;
	const struct plan_check **checks = failed_checks(page, &failed);

	lists[0] =
	    (struct list){"🚨", "Failed checks", failed, false, check_row, (const void *)checks};
	lists[1] = (struct list){"⚡", "Actions to invoke", outcome->invocation_count, false,
	    invocation_row, outcome->invocations};
	lists[2] = (struct list){"⏸️", "Deferred", outcome->deferred_count,
	    outcome->deferred_count > FOLD_OVER, deferred_row, outcome->deferred};
	lists[3] = (struct list){"🌀", "Changed outside of Terraform", outcome->drift_count,
	    outcome->drift_count > FOLD_OVER || !outcome->refresh_only, drift_row, outcome->drift};
	return 4;
}

void page_add_others(struct page *page)
{
	struct list lists[4];
	size_t count = fill_others(page, lists);

	for (size_t i = 0; i < count; i++)
		(void)add_list(page, &lists[i]);
}

size_t page_count_sections(const struct page *page)
{
	struct list lists[4];
	size_t count = page->outcome->output_count > 0, lists_count = fill_others(page, lists);

	for (size_t i = 0; i < lists_count; i++)
		count += lists[i].count > 0;
	if (page->outcome->apply.present) {
		for (size_t i = 0; i < APPLIED_SECTIONS; i++)
			count += page->applied.counts[i] > 0;
		return count;
	}
	for (size_t i = 0; i < CHANGE_GROUPS; i++)
		count += page->groups.counts[i] > 0;
	return count;
}

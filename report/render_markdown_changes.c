/* The lists of the Markdown comment: what happens to which resource. */
#include "report/markdown_page.h"

#include "base/arena.h"
#include "base/size.h"
#include "report/both_sides.h"
#include "report/callout.h"
#include "report/detail.h"
#include "report/markdown.h"
#include "report/wording.h"

#define NAME_MAX_BYTES	 ((size_t)100)
#define CALLOUT_MAX	 ((size_t)200)
#define CHECK_TEXT_MAX	 ((size_t)500)
#define TYPES_MAX	 ((size_t)8000) /* bytes of the numbers by type */
#define OTHER_TYPES_SIZE (sizeof(", 1,234,567 of other types\n") - 1)
#define LINE_LEVEL	 1 /* the address */
#define NAMES_LEVEL	 2 /* and why, and what changes */
#define DIFF_LEVEL	 3 /* and the diff, from here on longer */

/* A diff by level; the last one is all there is, as far as a comment could hold it. */
static const struct page_diff_size diff_sizes[BUDGET_LEVELS + 1] = {
    [DIFF_LEVEL] = {400, &detail_brief},
    [4] = {1500, &detail_brief},
    [5] = {8000, &detail_brief},
    [6] = {60000, &detail_full},
};
/* Addresses behind a fold by level. */
static const size_t listed_max[BUDGET_LEVELS + 1] = {0, 0, 10, 20, 50, 500, 2000};

/* --- one change --- */

static void add_names(struct page *page, const struct detail_names *names)
{
	for (size_t i = 0; i < names->count; i++) {
		buf_adds(&page->out, i > 0 ? ", " : "");
		page_code(
		    page, names->names[i].len > 0 ? names->names[i] : STR("value"), NAME_MAX_BYTES);
	}
	if (names->more > 0)
		buf_addf(&page->out, " and %zu more", names->more);
}

static void add_reason(struct page *page, struct str reason)
{
	if (!page->in_html)
		markdown_text(&page->out, wording_reason(page->arena, reason));
	else if (wording_reason_is_known(reason))
		buf_add(&page->out, wording_reason(page->arena, reason));
	else
		page_code(page, wording_reason(page->arena, reason), NAME_MAX_BYTES);
}

/* What stands between two remarks, or before the first. */
static void add_join(struct page *page, bool *is_first)
{
	buf_adds(&page->out, *is_first ? " — " : "; ");
	*is_first = false;
}

/* "⚠️ `now allows *`": what it does that nobody should miss, before anything is unfolded. */
static void add_callout(struct page *page, struct str text, size_t more, bool *is_first)
{
	if (text.len == 0)
		return;
	add_join(page, is_first);
	buf_adds(&page->out, "⚠️ ");
	page_code(page, text, CALLOUT_MAX);
	if (more > 0)
		buf_addf(&page->out, " and %zu more", more);
}

/* " — why; what forces it; imported as `id`": only what there is. */
static void add_remarks(
    struct page *page, const struct outcome_change *change, bool with_names, bool is_first)
{
	const struct change_head *head = &change->head;
	struct detail_names names;

	if (head->reason.len > 0) {
		add_join(page, &is_first);
		add_reason(page, head->reason);
	}
	detail_forcing_names(change, &names);
	if (names.count > 0) {
		add_join(page, &is_first);
		add_names(page, &names);
		buf_adds(&page->out,
		    names.count + names.more == 1 ? " forces replacement" : " force replacement");
	}
	detail_changed_names(change, &names);
	if (names.count > 0 && with_names) {
		add_join(page, &is_first);
		add_names(page, &names);
	}
	if (head->importing) {
		add_join(page, &is_first);
		buf_adds(&page->out, head->import_id.len > 0 ? "import id " : "imported");
		if (head->import_id.len > 0)
			page_code(page, head->import_id, NAME_MAX_BYTES);
	}
}

/* Bytes of an address by level: two that differ in the middle are to be told apart. */
static size_t address_max(unsigned level)
{
	return level > LINE_LEVEL ? WORDING_ADDRESS_WHOLE : WORDING_ADDRESS_MAX;
}

static void add_address(struct page *page, const struct change_head *head, size_t max)
{
	if (head->previous_address.len > 0) {
		page_code(page, head->previous_address, max);
		buf_adds(&page->out, " → ");
	}
	page_code(page, head->address, max);
	if (head->deposed.len > 0) {
		buf_adds(&page->out, " (deposed ");
		page_code(page, head->deposed, NAME_MAX_BYTES);
		buf_addc(&page->out, ')');
	}
	if (head->action == ACTION_OTHER) {
		buf_adds(&page->out, ": ");
		page_code(page, wording_action(page->arena, head), NAME_MAX_BYTES);
	}
	if (head->action == ACTION_CREATE_THEN_FORGET)
		buf_adds(&page->out, " and created again");
}

/* How an item begins: a bullet, or the summary line of a fold. */
static void begin_item(struct page *page, bool folded)
{
	if (folded)
		page_blank(page);
	page->in_html = folded;
	buf_adds(&page->out, folded ? "<details><summary>" : "- ");
}

/* The end of its first line. */
static void end_line(struct page *page, bool folded)
{
	page->in_html = false;
	buf_adds(&page->out, folded ? "</summary>\n\n" : "\n");
}

static void end_item(struct page *page, bool folded)
{
	if (folded)
		page_fold_end(page);
}

/* " (changed)" and the like, behind the address. */
typedef void add_word(struct page *page, const struct outcome_change *change);

static void add_change(struct page *page, const struct part *part,
    const struct outcome_change *change, unsigned level, add_word *word)
{
	bool has_diff = level >= DIFF_LEVEL && page_has_diff(part, change);
	bool folded = has_diff && !part->open, is_first = true;
	size_t more;
	struct str callout = callout_of(change, &more);

	begin_item(page, folded);
	add_address(page, &change->head, address_max(level));
	if (word)
		word(page, change);
	add_callout(page, callout, more, &is_first);
	/* what stands right below needs no names */
	if (level >= NAMES_LEVEL)
		add_remarks(page, change, !has_diff || folded, is_first);
	end_line(page, folded);
	if (has_diff)
		page_diff(page, &change, 1, &diff_sizes[level], folded ? "" : "  ");
	end_item(page, folded);
}

static void change_item(struct page *page, const struct part *part, size_t index, unsigned level)
{
	add_change(page, part, &part->items.changes[index], level, NULL);
}

/* --- what is not named, by type --- */

static void count_types(const struct part *part, size_t from, struct type_counts *out)
{
	size_t left = part->total - part_resources(part, 0, from);

	if (part->kind == PART_UPDATE) /* their members stand one after the other */
		groups_count_types_of(part->items.updates[from].rows, left, out);
	else
		groups_count_types(&part->items.changes[from], left, out);
}

/* Returns how many of `left` stand there by type. */
static size_t add_types(
    struct page *page, const struct type_counts *types, size_t left, size_t most, size_t end)
{
	size_t counted = 0;

	for (size_t i = 0; i < types->row_count && i < most; i++) {
		bool last = counted + types->rows[i].count == left; /* no other types are told of */
		size_t reserved = last ? 1 : OTHER_TYPES_SIZE;
		size_t mark = page->out.len;

		buf_adds(&page->out, i > 0 ? ", " : ": ");
		wording_count(&page->out, types->rows[i].count);
		buf_adds(&page->out, " × ");
		page_code(page, types->rows[i].type, NAME_MAX_BYTES);
		/* what is over the limit of the page while it is measured stays so */
		if (page->out.overflow && page->measuring)
			break;
		if (page->out.overflow || page->out.len + reserved > end) {
			buf_rewind(&page->out, mark);
			break;
		}
		counted += types->rows[i].count;
	}
	return counted;
}

/*
 * "- … and 3,650 more: 2,000 × `aws_instance`, 1,650 × `aws_db_instance`". What is left may have
 * longer names than the most frequent of the whole, for which there is room.
 */
static void add_rest(struct page *page, const struct part *part, size_t from, unsigned whole)
{
	static const size_t shown[] = {0, 0, 3, 12, TYPE_COUNTS_MAX};
	size_t left = part->total - part_resources(part, 0, from), counted = 0;
	size_t most = shown[size_min(whole, ARRAY_LEN(shown) - 1)];
	size_t end = page->out.len + (from > 0 ? page_rest_size(page, part, whole) : TYPES_MAX);
	struct type_counts types;

	page_rest_words(page, from, left);
	if (whole > 1) {
		count_types(part, from, &types);
		counted = add_types(page, &types, left, most, end);
		if (counted > 0 && counted < left) {
			buf_adds(&page->out, ", ");
			wording_count(&page->out, left - counted);
			buf_adds(&page->out, " of other types");
		}
	}
	buf_addc(&page->out, '\n');
	if (part_is_loss(part))
		page->parts.told.by_type += counted;
}

static void change_rest(struct page *page, const struct part *part, size_t from, unsigned whole)
{
	if (part_is_changes(part))
		add_rest(page, part, from, whole);
	else
		page_more(page, part->total - from);
}

const struct part_writer change_writer = {.item = change_item, .rest = change_rest};

/* --- updates that say the same --- */

/* "**97 resources**: only `tags.version` (all `aws_instance.web`)" */
static void add_collapsed_line(struct page *page, const struct collapsed *item)
{
	const struct change_head *head = &item->rows[0]->head;
	struct detail_names names;
	bool is_first = true;

	buf_adds(&page->out, page->in_html ? "<b>" : "**");
	wording_things(&page->out, item->count, "resource", "resources");
	buf_adds(&page->out, page->in_html ? "</b>: only " : "**: only ");
	collapse_names(item, &names);
	if (item->kind == COLLAPSE_NOISE)
		buf_adds(&page->out, "noise");
	else
		add_names(page, &names);
	collapse_add_folded(&page->out, item);
	if (item->one_resource || item->one_type) {
		struct str type = wording_name(page->arena, head->type, NAME_MAX_BYTES);
		struct str name = wording_name(page->arena, head->name, NAME_MAX_BYTES);

		buf_adds(&page->out, " (all ");
		page_code(page,
		    item->one_resource
			? str_format(page->arena, "%.*s.%.*s", STR_ARG(type), STR_ARG(name))
			: type,
		    2 * NAME_MAX_BYTES + 1);
		buf_addc(&page->out, ')');
	}
	add_callout(page, item->callout, item->more_callouts, &is_first);
}

/* "folded: tags_all: why", below the first line. */
static void add_folded(struct page *page, const struct collapsed *item)
{
	struct str words = item->folded_words;

	if (words.len == 0)
		return;
	buf_adds(&page->out, "folded: ");
	markdown_text(&page->out, words);
	buf_addc(&page->out, '\n');
	page_blank(page);
}

static void add_addresses(struct page *page, const struct collapsed *item, size_t most)
{
	size_t shown = size_min(item->count, most);

	for (size_t i = 0; i < shown; i++) {
		struct arena_mark mark = arena_save(page->arena);

		buf_adds(&page->out, "- ");
		add_address(page, &item->rows[i]->head, WORDING_ADDRESS_MAX);
		buf_addc(&page->out, '\n');
		arena_rewind(page->arena, mark);
	}
	if (shown < item->count)
		page_more(page, item->count - shown);
}

static void add_collapsed(
    struct page *page, const struct part *part, const struct collapsed *item, unsigned level)
{
	bool folded = level >= NAMES_LEVEL;
	bool has_diff = level >= DIFF_LEVEL && item->kind != COLLAPSE_NOISE &&
			page_has_diff(part, item->rows[0]);

	begin_item(page, folded);
	add_collapsed_line(page, item);
	end_line(page, folded);
	if (has_diff) {
		page_diff(page, item->rows, item->kind == COLLAPSE_SAME ? 1 : item->count,
		    &diff_sizes[level], "");
		page_blank(page);
	}
	if (folded)
		add_folded(page, item);
	if (folded)
		add_addresses(page, item, listed_max[level]);
	end_item(page, folded);
}

static void update_item(struct page *page, const struct part *part, size_t index, unsigned level)
{
	const struct collapsed *item = &part->items.updates[index];

	if (item->kind == COLLAPSE_NOT)
		add_change(page, part, item->rows[0], level, NULL);
	else
		add_collapsed(page, part, item, level);
}

const struct part_writer update_writer = {.item = update_item, .rest = add_rest};

/* --- an apply: what it did --- */

static void applied_item(
    struct page *page, const struct part *part, size_t index, unsigned level UNUSED)
{
	const struct applied_row *row = &part->items.applied[index];

	buf_adds(&page->out, "- ");
	page_code(page, row->address, WORDING_ADDRESS_MAX);
	if (row->section == APPLIED_LOST)
		buf_addf(&page->out, ": %s\n", row->what);
	else
		buf_addf(&page->out, " (%s)\n", row->what);
}

const struct part_writer applied_writer = {.item = applied_item};

/* --- what is not a resource's change --- */

static void add_action(struct page *page, const struct outcome_change *change)
{
	buf_addf(&page->out, " (%s)", action_name(change->head.action));
}

/* An output is mostly one value: both sides fit on its line. */
static const struct attribute_change *single_value(const struct outcome_change *output)
{
	const struct attribute_change *row = output->attributes;

	return output->attribute_count == 1 && row->path.len == 0 && row->has_values &&
		       row->view == DIFF_VALUES
		   ? row
		   : NULL;
}

static void add_both_sides(struct page *page, const struct attribute_change *row)
{
	bool both_hidden =
	    row->before.value.kind == VALUE_HIDDEN && row->after.value.kind == VALUE_HIDDEN;
	bool has_before = row->difference != DIFFERENCE_ADDED && !both_hidden;
	bool has_after = row->difference != DIFFERENCE_REMOVED;
	struct both_sides sides;

	both_sides_of(page->arena, has_before ? &row->before : NULL, has_after ? &row->after : NULL,
	    DETAIL_VALUE_MAX, &sides);
	buf_adds(&page->out, ": ");
	page_code(page,
	    str_format(page->arena, "%.*s%s%.*s", STR_ARG(sides.before),
		has_before && has_after ? " -> " : "", STR_ARG(sides.after)),
	    (size_t)16 * DETAIL_VALUE_MAX);
}

static void output_item(struct page *page, const struct part *part, size_t index, unsigned level)
{
	const struct outcome_change *output = &part->items.changes[index];
	const struct attribute_change *row = single_value(output);

	if (!row || level < NAMES_LEVEL) {
		add_change(page, part, output, level, add_action);
		return;
	}
	begin_item(page, false);
	add_address(page, &output->head, address_max(level));
	add_action(page, output);
	add_both_sides(page, row);
	end_line(page, false);
}

const struct part_writer output_writer = {.item = output_item};

/* Where changes of every action stand in one list. */
static void mixed_item(struct page *page, const struct part *part, size_t index, unsigned level)
{
	add_change(page, part, &part->items.changes[index], level, add_action);
}

const struct part_writer mixed_writer = {.item = mixed_item, .rest = change_rest};

static void add_drift_word(struct page *page, const struct outcome_change *change)
{
	buf_adds(&page->out, change->head.action == ACTION_DELETE ? " (deleted)" : " (changed)");
}

static void drift_item(struct page *page, const struct part *part, size_t index, unsigned level)
{
	add_change(page, part, &part->items.changes[index], level, add_drift_word);
}

const struct part_writer drift_writer = {.item = drift_item};

static void invocation_item(
    struct page *page, const struct part *part, size_t index, unsigned level)
{
	const struct action_invocation *action = &part->items.invocations[index];
	const struct outcome_change *rows = part->outcome->invocation_rows;
	bool has_diff = level >= DIFF_LEVEL && rows && page_has_diff(part, &rows[index]);
	bool folded = has_diff && !part->open;

	begin_item(page, folded);
	page_code(page, action->address, address_max(level));
	if (action->trigger.len > 0) {
		buf_adds(&page->out, " — ");
		page_code(page, action->trigger, WORDING_ADDRESS_MAX);
	}
	end_line(page, folded);
	if (has_diff) {
		const struct outcome_change *row = &rows[index];

		page_diff(page, &row, 1, &diff_sizes[level], folded ? "" : "  ");
	}
	end_item(page, folded);
}

const struct part_writer invocation_writer = {.item = invocation_item};

static void check_item(struct page *page, const struct part *part, size_t index, unsigned level)
{
	const struct plan_check *check = part->items.checks[index];

	buf_adds(&page->out, "- ");
	page_code(page, check->address, WORDING_ADDRESS_MAX);
	if (check->problem.len > 0 && level > LINE_LEVEL) {
		buf_adds(&page->out, " — ");
		markdown_text(&page->out, wording_cut(page->arena, check->problem, CHECK_TEXT_MAX));
	}
	buf_addc(&page->out, '\n');
}

const struct part_writer check_writer = {.item = check_item};

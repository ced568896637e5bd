/* The diffs of the Markdown comment: each beside the line of its change, in a fence. */
#include "report/markdown_page.h"

#include <string.h>

#include "base/arena.h"
#include "base/size.h"
#include "report/detail.h"
#include "report/wording.h"

#define SHORT_LINES ((size_t)24)   /* of the diffs of a part, taken together */
#define OVER_MAX    ((size_t)1000) /* lines that are counted beyond the room */

struct str page_without_long_runs(struct arena *arena, struct str line)
{
	size_t run = 0;
	struct buf buf;

	for (size_t i = 0; i < line.len && run < FENCE_TICKS_MAX; i++)
		run = line.ptr[i] == '`' ? run + 1 : 0;
	if (run < FENCE_TICKS_MAX)
		return line;
	buf_init(&buf, arena, line.len * 2);
	run = 0;
	for (size_t i = 0; i < line.len; i++) {
		run = line.ptr[i] == '`' ? run + 1 : 0;
		if (run > 0 && run % (FENCE_TICKS_MAX - 1) == 0)
			buf_addc(&buf, ' ');
		buf_addc(&buf, line.ptr[i]);
	}
	return buf_str(&buf);
}

static size_t longest_run(struct str text)
{
	size_t longest = 0, run = 0;

	for (size_t i = 0; i < text.len; i++) {
		run = text.ptr[i] == '`' ? run + 1 : 0;
		longest = size_max(longest, run);
	}
	return longest;
}

/* The body is written first and then taken back, because the fence depends on it. */
void page_fence_around(struct page *page, size_t start, const char *info, const char *indent)
{
	struct buf *out = &page->out;
	struct str body = str_trim_end(str_copy(page->arena, str_skip(buf_str(out), start)));
	size_t ticks = size_max(3, longest_run(body) + 1);
	bool overflow = out->overflow;

	buf_rewind(out, start);
	out->overflow = overflow;
	buf_adds(out, indent);
	buf_repeat(out, '`', ticks);
	buf_addf(out, "%s\n", info);
	buf_add(out, body);
	buf_addf(out, "\n%s", indent);
	buf_repeat(out, '`', ticks);
	buf_addc(out, '\n');
}

struct lines {
	struct page *page;
	const struct detail_limits *limits;
	const char *indent;
	size_t end;  /* of the page: no line goes beyond it */
	size_t over; /* lines that did not fit */
};

/* GitHub colours '!' in a diff as changed, and knows no '~'. */
static bool add_line(void *context, const struct detail_text *line)
{
	struct lines *lines = context;
	struct buf *out = &lines->page->out;
	size_t room = lines->end - size_min(lines->end, out->len);
	struct str text = page_without_long_runs(lines->page->arena, line->text);
	char mark = line->mark;

	if (lines->over > 0 || strlen(lines->indent) + text.len + strlen("~ \n") > room)
		return ++lines->over < OVER_MAX;
	buf_adds(out, lines->indent);
	if (mark != ' ') {
		if (mark == '~')
			mark = '!';
		buf_addc(out, mark);
		buf_addc(out, ' ');
	}
	buf_add(out, text);
	buf_addc(out, '\n');
	return !out->overflow;
}

static bool add_change(struct lines *lines, const struct outcome_change *change, bool named)
{
	struct arena *arena = lines->page->arena;
	struct str address = wording_name(arena, change->head.address,
	    lines->limits == &detail_full ? WORDING_ADDRESS_WHOLE : WORDING_ADDRESS_MAX);
	const struct detail_text line = {
	    .mark = ' ', .text = str_format(arena, "@@ %.*s @@", STR_ARG(address))};

	return (!named || add_line(lines, &line)) &&
	       detail_lines(arena, change, lines->limits, add_line, lines);
}

static void add_over(struct page *page, const struct lines *lines)
{
	if (lines->over == 0)
		return;
	buf_addf(&page->out, "%s# … ", lines->indent);
	wording_things(&page->out, lines->over, "more line", "more lines");
	buf_adds(&page->out, lines->over >= OVER_MAX ? " or more\n" : "\n");
}

void page_diff(struct page *page, const struct outcome_change *const *changes, size_t count,
    const struct page_diff_size *size, const char *indent)
{
	size_t start = page->out.len;
	struct lines lines = {
	    .page = page, .limits = size->limits, .indent = indent, .end = start + size->bytes};

	for (size_t i = 0; i < count; i++) {
		if (!add_change(&lines, changes[i], count > 1))
			break;
	}
	if (page->out.len == start)
		return;
	add_over(page, &lines);
	page_fence_around(page, start, "diff", indent);
}

bool page_has_diff(const struct part *part, const struct outcome_change *change)
{
	/* without values the text of the plan says it all, and better */
	if (!change->has_values && part->outcome->text.changes.len > 0)
		return false;
	return change->attribute_count > 0 || change->body.len > 0;
}

static bool count_line(void *context, const struct detail_text *line UNUSED)
{
	size_t *lines = context;

	return ++*lines <= SHORT_LINES;
}

/* Of the attributes of what is created or destroyed few say much. */
static bool is_worth_showing(enum part_kind kind)
{
	static const enum part_kind worth[] = {PART_REPLACE, PART_FORGET, PART_OTHER, PART_UPDATE,
	    PART_OUTPUTS, PART_DRIFT, PART_PLANNED};

	for (size_t i = 0; i < ARRAY_LEN(worth); i++) {
		if (worth[i] == kind)
			return true;
	}
	return false;
}

bool page_diffs_are_short(struct page *page, const struct part *part)
{
	size_t count = is_worth_showing(part->kind) ? part->total : SIZE_MAX, lines = 0;

	if (count > SHORT_LINES)
		return false;
	for (size_t i = 0; i < count && lines <= SHORT_LINES; i++) {
		struct arena_mark mark = arena_save(page->arena);
		const struct outcome_change *change = &part->items.changes[i];

		if (part->kind == PART_UPDATE) /* their members stand one after the other */
			change = part->items.updates[0].rows[i];
		if (page_has_diff(part, change))
			(void)detail_lines(page->arena, change, &detail_full, count_line, &lines);
		arena_rewind(page->arena, mark);
	}
	return lines <= SHORT_LINES;
}

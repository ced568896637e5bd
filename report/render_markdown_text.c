/* The texts of the Markdown comment: errors, warnings, and Terraform's own text of the plan. */
#include "report/markdown_page.h"

#include <string.h>

#include "base/size.h"
#include "base/utf8.h"
#include "report/markdown.h"
#include "report/wording.h"

#define SUMMARY_MAX ((size_t)300)

/* Bytes of a text by level. */
static const size_t detail_max[BUDGET_LEVELS + 1] = {0, 0, 250, 2000, 2000, 2000, 2000};
static const size_t error_max[BUDGET_LEVELS + 1] = {0, 400, 8000, 8000, 8000, 8000, 8000};
static const size_t tail_max[BUDGET_LEVELS + 1] = {0, 250, 1000, 4000, 4000, 4000, 4000};

/* "**summary** — `main.tf:12`, `aws_x.y`" */
static void add_diagnostic_line(struct page *page, const struct diagnostic *diagnostic)
{
	struct buf *out = &page->out;

	struct str summary = wording_cut(page->arena, diagnostic->summary, SUMMARY_MAX);

	buf_adds(out, "**");
	markdown_text(out, summary.len > 0 ? summary : STR("…")); /* nothing would be a line */
	buf_adds(out, "**");
	if (diagnostic->file.len > 0) {
		struct str file = wording_name(page->arena, diagnostic->file, SUMMARY_MAX);

		buf_adds(out, " — ");
		markdown_code(out, diagnostic->line > 0 ? str_format(page->arena, "%.*s:%d",
							      STR_ARG(file), diagnostic->line)
							: file);
	}
	if (diagnostic->address.len > 0) {
		buf_adds(out, diagnostic->file.len > 0 ? ", " : " — ");
		markdown_code(
		    out, wording_name(page->arena, diagnostic->address, WORDING_ADDRESS_MAX));
	}
	buf_adds(out, "\n\n");
}

/* By whole lines while there are some; a single endless line is cut. */
static struct str cut_lines(struct str text, size_t max)
{
	struct str head = utf8_cut(text, size_min(text.len, max));
	size_t end = head.len;

	if (head.len == text.len)
		return text;
	while (end > 0 && head.ptr[end - 1] != '\n')
		end--;
	return end > 0 ? str_from_to(head, 0, end) : head;
}

static void add_fenced(struct page *page, struct str text, size_t max)
{
	struct str shown;

	text = str_trim_end(text);
	if (text.len == 0)
		return;
	shown = cut_lines(text, max);
	/* only what is shown is made printable: the text may be megabytes of hostile data */
	markdown_fence(&page->out, "", page_without_long_runs(page->arena, shown));
	buf_adds(&page->out, shown.len < text.len ? "\n… cut\n\n" : "\n");
}

static void diagnostic_item(
    struct page *page, const struct part *part, size_t index, unsigned level)
{
	const struct diagnostic *diagnostic = part->items.diagnostics[index];

	add_diagnostic_line(page, diagnostic);
	add_fenced(page, level > 1 ? diagnostic->detail : STR_EMPTY, detail_max[level]);
}

const struct part_writer diagnostic_writer = {.item = diagnostic_item};

/* Without a plan and without diagnostics: what else of the output could be read. */
static void error_text_item(
    struct page *page, const struct part *part, size_t index UNUSED, unsigned level)
{
	buf_adds(&page->out, "#### ❌ Errors\n\n");
	add_fenced(page, part->outcome->text.errors, error_max[level]);
}

const struct part_writer error_text_writer = {.item = error_text_item};

static void tail_item(
    struct page *page, const struct part *part, size_t index UNUSED, unsigned level)
{
	struct str tail = wording_last_lines(part->outcome->tail, tail_max[level]);

	buf_adds(&page->out, "<details><summary>📄 <b>Details: the last output</b></summary>\n\n");
	add_fenced(page, tail, 2 * tail.len + 1);
	page_fold_end(page);
}

const struct part_writer tail_writer = {.item = tail_item};

/* --- Terraform's own text: each line is an item --- */

static size_t count_lines(struct str text)
{
	size_t count = 0;
	struct str line;

	while (str_line(&text, &line))
		count++;
	return count;
}

void page_add_text(struct page *page, const struct outcome *outcome)
{
	size_t lines = count_lines(outcome->text.changes);
	struct part *part = lines > 0 ? parts_add_single(&page->parts, PART_TEXT, outcome) : NULL;

	if (!part)
		return;
	part->total = lines;
	page->parts.budget[page->parts.count - 1].count = lines;
	page->parts.budget[page->parts.count - 1].most = lines;
}

/* Lines are asked for one after the other; then once more from the beginning. */
static struct str line_at(struct page *page, struct str text, size_t index)
{
	struct page_cursor *cursor = &page->cursor;
	struct str line = STR_EMPTY;

	if (index < cursor->next || cursor->next == 0)
		*cursor = (struct page_cursor){.rest = text};
	while (cursor->next <= index && str_line(&cursor->rest, &line))
		cursor->next++;
	return line;
}

static void text_item(
    struct page *page, const struct part *part, size_t index, unsigned level UNUSED)
{
	struct str line = line_at(page, part->outcome->text.changes, index);
	struct str clean = utf8_printable(page->arena, line, false), piece;

	if (clean.len == 0)
		buf_addc(&page->out, '\n');
	/* a lone CR inside the line ends a line in Markdown */
	while (str_line(&clean, &piece)) {
		buf_add(&page->out, page_without_long_runs(page->arena, piece));
		buf_addc(&page->out, '\n');
	}
}

/* The fence is written when its longest run of backticks is known; it is measured as the longest.
 */
static void text_begin(struct page *page, const struct part *part UNUSED)
{
	buf_adds(&page->out, "<details><summary>📄 <b>Plan text</b></summary>\n\n");
	if (page->measuring)
		buf_repeat(&page->out, '`', 2 * FENCE_TICKS_MAX + strlen("hcl\n\n"));
	page->text_start = page->out.len;
	page->text_fenced = false;
}

static void end_fence(struct page *page)
{
	if (!page->text_fenced && page->out.len > page->text_start)
		page_fence_around(page, page->text_start, "hcl", "");
	page->text_fenced = true;
}

static void text_rest(
    struct page *page, const struct part *part, size_t from, unsigned whole UNUSED)
{
	end_fence(page);
	buf_adds(&page->out, from > 0 ? "\n✂️ " : "✂️ ");
	wording_things(&page->out, part->total - from, "more line", "more lines");
	buf_adds(&page->out, " not shown: the comment is full\n");
}

static void text_end(struct page *page, const struct part *part UNUSED)
{
	end_fence(page);
	page_fold_end(page);
}

const struct part_writer text_writer = {
    .begin = text_begin, .item = text_item, .rest = text_rest, .end = text_end};

/* The texts of the Markdown comment: errors, warnings, and the plan in a fence. */
#include "report/markdown_page.h"

#include "base/arena.h"
#include "base/size.h"
#include "base/utf8.h"
#include "report/detail.h"
#include "report/markdown.h"
#include "report/wording.h"

#define DIAGNOSTICS_MAX ((size_t)10)
#define DETAIL_MAX	((size_t)2000) /* bytes of a diagnostic's detail */
#define TAIL_MAX	((size_t)4000)
#define TAIL_MIN	((size_t)50)
#define SUMMARY_MAX	((size_t)300)
#define FENCE_TICKS_MAX ((size_t)64) /* longer runs of backticks in the text are broken up */
#define FENCE_END_MAX	(FENCE_TICKS_MAX + 80 + PAGE_FOLD_END_SIZE)

static size_t count_diagnostics(const struct page *page, enum severity severity)
{
	size_t count = 0;

	for (size_t i = 0; i < page->outcome->diagnostic_count; i++)
		count += page->outcome->diagnostics[i].severity == severity;
	return count;
}

/* "**summary** — `main.tf:12`, `aws_x.y`" */
static void add_diagnostic_line(struct page *page, const struct diagnostic *diagnostic)
{
	struct buf *out = &page->out;

	buf_adds(out, "**");
	markdown_text(out, wording_cut(page->arena, diagnostic->summary, SUMMARY_MAX));
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

/* Long runs of backticks would make the fence long: they are broken up by a space. */
static struct str without_long_runs(struct arena *arena, struct str line)
{
	size_t run = 0;
	struct buf buf;

	for (size_t i = 0; i < line.len; i++) {
		run = line.ptr[i] == '`' ? run + 1 : 0;
		if (run >= FENCE_TICKS_MAX)
			break;
	}
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

static bool add_fenced(struct page *page, const char *info, struct str text, size_t max)
{
	size_t mark = page->out.len;
	struct str shown;

	if (text.len == 0)
		return true;
	text = str_trim_end(text);
	shown = cut_lines(text, max);
	markdown_fence(&page->out, info, shown);
	buf_adds(&page->out, shown.len < text.len ? "\n… cut\n\n" : "\n");
	return page_end(page, mark);
}

static bool add_diagnostic(struct page *page, const struct diagnostic *diagnostic)
{
	size_t mark = page->out.len;

	add_diagnostic_line(page, diagnostic);
	if (!page_end(page, mark))
		return false;
	/* a detail that does not fit is tried shorter, then left out; its line stays */
	if (!add_fenced(page, "", diagnostic->detail, DETAIL_MAX))
		(void)add_fenced(page, "", diagnostic->detail, DETAIL_MAX / 8);
	return true;
}

static void add_diagnostics(struct page *page, enum severity severity, size_t total)
{
	size_t shown = 0;

	for (size_t i = 0; i < page->outcome->diagnostic_count && shown < DIAGNOSTICS_MAX; i++) {
		const struct diagnostic *diagnostic = &page->outcome->diagnostics[i];

		if (diagnostic->severity != severity)
			continue;
		if (!add_diagnostic(page, diagnostic))
			break;
		shown++;
	}
	if (shown < total) {
		page->out.limit += 60; /* kept aside by the caller */
		buf_adds(&page->out, "… and ");
		wording_count(&page->out, total - shown);
		buf_adds(&page->out, " more\n\n");
	}
}

/* Without a plan and without diagnostics: what else of the output could be read. */
static void add_error_text(struct page *page)
{
	const struct plan_text_parts *text = &page->outcome->text;
	struct str shown = text->errors.len > 0 ? text->errors : STR_EMPTY;
	size_t room = page->max_bytes / 4;
	size_t mark = page_begin(page, page->max_bytes / 4);

	if (shown.len == 0)
		return;
	page_heading(page, "❌", "Errors", 0);
	if (!page_end(page, mark))
		return;
	if (!add_fenced(page, "", shown, room) && !add_fenced(page, "", shown, room / 4))
		buf_rewind(&page->out, mark);
}

void page_add_errors(struct page *page)
{
	size_t total = count_diagnostics(page, SEVERITY_ERROR);
	size_t mark;

	if (total == 0) {
		add_error_text(page);
		return;
	}
	/* half of the page is for the resources */
	mark = page_begin(page, page->max_bytes / 4 + 60);
	page_heading(page, "❌", "Errors", total);
	if (page_end(page, mark))
		add_diagnostics(page, SEVERITY_ERROR, total);
}

void page_add_warnings(struct page *page)
{
	size_t total = count_diagnostics(page, SEVERITY_WARNING);
	size_t mark;

	if (!outcome_status_is_failure(outcome_status(page->outcome)))
		page_add_errors(page);
	if (total == 0)
		return;
	mark = page_begin(page, 60 + PAGE_FOLD_END_SIZE);
	page_fold_begin(page, "⚠️", "Warnings", total);
	if (!page_end(page, mark))
		return;
	add_diagnostics(page, SEVERITY_WARNING, total);
	page->out.limit += PAGE_FOLD_END_SIZE;
	page_fold_end(page);
}

void page_add_tail(struct page *page)
{
	struct str tail = page->outcome->tail;
	size_t room = size_min(page->max_bytes / 4, TAIL_MAX);
	size_t mark = page_begin(page, PAGE_FOLD_END_SIZE);
	bool fitted = false;

	if (tail.len == 0)
		return;
	page_fold_begin(page, "📄", "Details: the last output", 0);
	if (!page_end(page, mark))
		return;
	for (; room >= TAIL_MIN && !fitted; room /= 2) {
		struct str shown = wording_last_lines(tail, room);

		fitted = add_fenced(page, "", without_long_runs(page->arena, shown), 2 * TAIL_MAX);
	}
	if (!fitted) {
		buf_rewind(&page->out, mark);
		return;
	}
	page->out.limit += PAGE_FOLD_END_SIZE;
	page_fold_end(page);
}

/* --- the plan itself --- */

/* A fence that is filled line by line until the page is full. */
struct fenced {
	struct page *page;
	size_t lines;		/* written */
	size_t left_out;	/* lines or changes that were not */
	const char *one, *many; /* what is counted: "line", "resource" */
	const char *what;	/* before the name of a change: "", "output " */
	bool full;
};

static bool fenced_line(struct fenced *fenced, struct str prefix, struct str text)
{
	struct page *page = fenced->page;
	size_t mark = page->out.len;

	buf_add(&page->out, prefix);
	buf_add(&page->out, without_long_runs(page->arena, text));
	buf_addc(&page->out, '\n');
	fenced->full = !page_end(page, mark);
	fenced->lines += !fenced->full;
	return !fenced->full;
}

static bool mark_line(void *context, char mark, struct str text)
{
	const char prefix[] = {mark, ' '};

	return fenced_line(context, (struct str){prefix, mark == ' ' ? 0 : 2}, text);
}

static bool diff_change(struct fenced *fenced, const struct outcome_change *change)
{
	struct page *page = fenced->page;
	struct str address = wording_name(page->arena, change->head.address, WORDING_ADDRESS_MAX);
	struct str head = str_format(page->arena, "%s %s%.*s @@", action_name(change->head.action),
	    fenced->what, STR_ARG(address));

	if (change->attribute_count == 0 && change->body.len == 0)
		return true;
	return fenced_line(fenced, STR("@@ "), head) &&
	       detail_lines(page->arena, change, mark_line, fenced) &&
	       fenced_line(fenced, STR(""), STR(""));
}

static void diff_set(struct fenced *fenced, const struct outcome_change *changes, size_t count)
{
	size_t i = 0;

	/* a change that does not fit is taken back as a whole, but for the very first */
	while (i < count && !fenced->full) {
		size_t mark = fenced->page->out.len;

		if (!diff_change(fenced, &changes[i]) && i > 0)
			buf_rewind(&fenced->page->out, mark);
		i += !fenced->full;
	}
	fenced->left_out += count - i;
}

static void fill_diff(struct fenced *fenced)
{
	const struct outcome *outcome = fenced->page->outcome;

	fenced->what = "";
	diff_set(fenced, outcome->changes, outcome->change_count);
	fenced->what = "output ";
	diff_set(fenced, outcome->outputs, outcome->output_count);
}

static void fill_text(struct fenced *fenced)
{
	struct str rest = fenced->page->outcome->text.changes;
	struct str line;

	while (!fenced->full && str_line(&rest, &line)) {
		struct str clean = utf8_printable(fenced->page->arena, line, false);
		struct str part;

		/* a lone CR inside the line ends a line in Markdown */
		if (clean.len == 0)
			(void)fenced_line(fenced, STR(""), STR(""));
		while (!fenced->full && str_line(&clean, &part))
			(void)fenced_line(fenced, STR(""), part);
	}
	fenced->left_out += fenced->full;
	while (fenced->full && str_line(&rest, &line))
		fenced->left_out++;
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

/* The body is written first with the opening fence as long as it may get, then moved up to it. */
static void add_fence_around(struct page *page, size_t start, const char *info)
{
	struct str body = str_trim_end(str_copy(page->arena, str_skip(buf_str(&page->out), start)));
	size_t ticks = size_max(3, longest_run(body) + 1);

	buf_rewind(&page->out, start);
	buf_repeat(&page->out, '`', ticks);
	buf_addf(&page->out, "%s\n", info);
	buf_add(&page->out, body);
	buf_addc(&page->out, '\n');
	buf_repeat(&page->out, '`', ticks);
	buf_addc(&page->out, '\n');
}

static void add_left_out(struct page *page, const struct fenced *fenced)
{
	if (fenced->left_out == 0)
		return;
	buf_adds(&page->out, "\n✂️ ");
	wording_things(&page->out, fenced->left_out, fenced->one, fenced->many);
	buf_adds(&page->out, " not shown: the comment is full\n");
}

void page_add_details(struct page *page)
{
	const struct outcome *outcome = page->outcome;
	bool has_text = outcome->text.changes.len > 0;
	struct fenced fenced = {.page = page, .what = ""};
	size_t mark, start;

	if (!has_text && outcome->change_count + outcome->output_count == 0)
		return;
	if (page->listed < outcome->change_count) /* a name is worth more than a detail */
		return;
	mark = page_begin(page, 2 * FENCE_END_MAX);
	page_fold_begin(page, "📄", has_text ? "Plan text" : "Details", 0);
	start = page->out.len;
	fenced.one = has_text ? "more line" : "more change";
	fenced.many = has_text ? "more lines" : "more changes";
	fenced.full = page->out.overflow;
	if (has_text)
		fill_text(&fenced);
	else
		fill_diff(&fenced);
	(void)page_begin(page, 0);
	if (fenced.lines == 0) {
		buf_rewind(&page->out, mark);
		return;
	}
	add_fence_around(page, start, has_text ? "hcl" : "diff");
	add_left_out(page, &fenced);
	page_fold_end(page);
	(void)page_end(page, mark);
}

/* The verdicts of `check` as Markdown: a table of the directories, then each with its findings. */
#include "report/checked.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/size.h"
#include "report/markdown.h"
#include "report/markdown_page.h"
#include "report/wording.h"

#define VERSION_LINE_MAX ((size_t)100)
#define NAME_MAX	 ((size_t)200)
#define DIRECTORY_PARTS	 ((size_t)15) /* its heading, its verdict, its sections, its waivers */

static const char *const result_icons[] = {
    [CHECK_PASSED] = "✅",
    [CHECK_WARNED] = "⚠️",
    [CHECK_OVERRIDDEN] = "🚨",
    [CHECK_WITHHELD] = "❌",
    [CHECK_DENIED] = "⛔",
};

/* Counts are words of ours: nothing to escape, no '|' in them. */
static void say_words(void *context, enum voice voice UNUSED, struct str text)
{
	buf_add(context, text);
}

static void table_item(
    struct page *page, const struct part *part, size_t index, unsigned level UNUSED)
{
	const struct outcome *outcome = part->items.outcomes[index];
	struct speaker speaker = {say_words, &page->out};
	enum check_result result = checked_result(&outcome->verdict);
	struct findings findings;

	buf_addf(&page->out, "| %s | ", result_icons[result]);
	markdown_code(&page->out,
	    wording_name(page->arena, checked_directory(page->arena, outcome), NAME_MAX));
	buf_addf(&page->out, " | %s", check_result_text(result));
	if (result != CHECK_WITHHELD) {
		findings_of(page->arena, &outcome->verdict, false, &findings);
		buf_adds(&page->out, ": ");
		findings_say_counts(&findings, &speaker);
	}
	buf_adds(&page->out, " |\n");
}

static void table_begin(struct page *page, const struct part *part UNUSED)
{
	buf_adds(&page->out, "| | Directory | Policies |\n|---|---|---|\n");
}

static void table_rest(
    struct page *page, const struct part *part, size_t from, unsigned whole UNUSED)
{
	buf_adds(&page->out, "\n… and ");
	wording_things(&page->out, part->total - from, "more directory\n", "more directories\n");
}

static void table_end(struct page *page, const struct part *part UNUSED)
{
	page_blank(page);
}

const struct part_writer table_writer = {
    .begin = table_begin, .item = table_item, .rest = table_rest, .end = table_end};

static void directory_item(
    struct page *page, const struct part *part, size_t index UNUSED, unsigned level UNUSED)
{
	const struct outcome *outcome = part->outcome;
	enum check_result result = checked_result(&outcome->verdict);

	buf_addf(&page->out, "### %s ", result_icons[result]);
	if (outcome->has_plan || outcome->facts.directory.value.len > 0)
		markdown_code(&page->out,
		    wording_name(page->arena, checked_directory(page->arena, outcome), NAME_MAX));
	else
		buf_adds(&page->out, "All plans together");
	buf_addf(&page->out, ": %s\n\n", check_result_text(result));
}

const struct part_writer directory_writer = {.item = directory_item};

static enum check_result worst_result(const struct checked *checked)
{
	enum check_result worst = CHECK_PASSED;

	for (size_t i = 0; i < checked->count; i++) {
		enum check_result result = checked_result(&checked->outcomes[i]->verdict);

		worst = result > worst ? result : worst;
	}
	return checked_denied(checked) ? CHECK_DENIED : worst;
}

static void add_title(struct page *page, const struct checked *checked)
{
	enum check_result worst = worst_result(checked);

	buf_addf(&page->out, "## %s Policy check: %s\n\n", result_icons[worst],
	    check_result_text(worst));
	buf_adds(&page->out, "**");
	checked_say_totals(&page->out, checked);
	buf_adds(&page->out, "**\n\n");
}

static void add_directory(struct page *page, const struct outcome *outcome)
{
	struct findings *findings = arena_make(page->arena, struct findings);
	struct verdict_parts told = {.outcome = outcome, .findings = findings};

	findings_of(page->arena, &outcome->verdict, false, findings);
	findings->says_all = true;
	(void)parts_add_single(&page->parts,
	    outcome->verdict.denied ? PART_DIRECTORY_DENIED : PART_DIRECTORY, outcome);
	parts_add_verdict(&page->parts, &told);
	parts_add_denials(&page->parts, &told);
	parts_add_open(&page->parts, &told);
	parts_add_waivers(&page->parts, &told);
}

/* Those that deny come first. */
static void add_directories(struct page *page, const struct checked *checked)
{
	struct outcome *run = arena_make(page->arena, struct outcome);

	checked_run_outcome(checked, run);
	if (checked_has_run(checked))
		add_directory(page, run);
	for (size_t pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < checked->count; i++) {
			if (checked->outcomes[i]->verdict.denied == (pass == 0))
				add_directory(page, checked->outcomes[i]);
		}
	}
}

/* Nothing of a directory stands there without its heading. */
static void write_parts(struct page *page)
{
	bool is_headed = true;

	for (size_t i = 0; i < page->parts.count; i++) {
		enum part_kind kind = page->parts.list[i].kind;

		if (kind == PART_DIRECTORY || kind == PART_DIRECTORY_DENIED)
			is_headed = page->parts.budget[i].reach[0] > 0;
		if (is_headed)
			page_write_part(page, i);
	}
}

bool render_check_markdown(struct arena *arena, const struct checked *checked,
    const struct render_options *options, struct sink *sink, struct err *err)
{
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct arena *spare CLEANUP(arena_free_ptr) = arena_new();
	struct page page = {
	    .arena = scratch,
	    .spare = spare,
	    .max_bytes = options->max_bytes ? options->max_bytes : MARKDOWN_LIMIT,
	};
	struct part *table;
	struct str text;

	buf_init(&page.out, arena, page.max_bytes);
	parts_init(scratch, (checked->count + 2) * DIRECTORY_PARTS, &page.parts);
	table = checked->count > 1
		    ? parts_add_items(&page.parts, PART_TABLE, checked->outcomes[0], checked->count)
		    : NULL;
	if (table)
		table->items.outcomes = checked->outcomes;
	add_directories(&page, checked);
	add_title(&page, checked);
	if (page.out.overflow || page.out.len + VERSION_LINE_MAX > page.max_bytes)
		return err_set(err, ERR_LIMIT,
		    "a page of %zu bytes has no room for its title, allow at least 1000",
		    page.max_bytes);
	page_spend(&page, page.out.len + VERSION_LINE_MAX);
	write_parts(&page);
	buf_addf(&page.out, "<sub>tfherald %s</sub>\n", checked->version ? checked->version : "");
	if (!buf_finish(&page.out, &text, err))
		return false;
	sink_add(sink, text);
	return true;
}

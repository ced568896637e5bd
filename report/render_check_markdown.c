/* The verdicts of `check` as Markdown: a table of the directories, then each with its findings. */
#include "report/checked.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/size.h"
#include "report/markdown.h"
#include "report/markdown_page.h"
#include "report/wording.h"

#define NAME_MAX    ((size_t)200)
#define QUIET_ROOM  ((size_t)300) /* a directory that does not deny */
#define TABLE_SHARE 3		  /* the table takes at most this part of the page */

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

static void add_table_row(struct page *page, const struct outcome *outcome)
{
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

/* Every directory has its line, as far as they fit; the last line says what does not. */
static void add_table(struct page *page, const struct checked *checked)
{
	size_t shown;

	(void)page_begin(page, page->max_bytes - page->max_bytes / TABLE_SHARE);
	buf_adds(&page->out, "| | Directory | Policies |\n|---|---|---|\n");
	for (shown = 0; shown < checked->count; shown++) {
		size_t mark = page->out.len;

		add_table_row(page, checked->outcomes[shown]);
		if (!page_end(page, mark))
			break;
	}
	(void)page_begin(page, 0);
	buf_addc(&page->out, '\n');
	if (shown < checked->count) {
		buf_adds(&page->out, "… and ");
		wording_things(&page->out, checked->count - shown, "more directory\n\n",
		    "more directories\n\n");
	}
}

static enum check_result worst_result(const struct checked *checked)
{
	enum check_result worst = CHECK_PASSED;

	for (size_t i = 0; i < checked->count; i++) {
		enum check_result result = checked_result(&checked->outcomes[i]->verdict);

		worst = result > worst ? result : worst;
	}
	return checked_denied(checked) ? CHECK_DENIED : worst;
}

static bool add_title(struct page *page, const struct checked *checked)
{
	enum check_result worst = worst_result(checked);
	size_t mark = page_begin(page, 0);

	buf_addf(&page->out, "## %s Policy check: %s\n\n", result_icons[worst],
	    check_result_text(worst));
	buf_adds(&page->out, "**");
	checked_say_totals(&page->out, checked);
	buf_adds(&page->out, "**\n\n");
	return page_end(page, mark);
}

/* `later`: bytes that are kept for the directories to come. */
static void add_directory(
    struct page *page, const struct outcome *outcome, struct str name, size_t later)
{
	enum check_result result = checked_result(&outcome->verdict);
	size_t mark;

	page->outcome = outcome;
	page_find_findings(page);
	page->tells_verdict = true;
	page->tells_after_apply = false;
	page->findings.says_all = true;
	page->reserve = later;
	mark = page_begin(page, 0);
	buf_addf(&page->out, "### %s ", result_icons[result]);
	if (outcome->has_plan || outcome->facts.directory.value.len > 0)
		markdown_code(&page->out, wording_name(page->arena, name, NAME_MAX));
	else
		buf_add(&page->out, name);
	buf_addf(&page->out, ": %s\n\n", check_result_text(result));
	if (!page_end(page, mark))
		return;
	page->reserve += size_min(page_count_findings(page) * PAGE_SECTION_MIN,
	    (page->max_bytes - size_min(page->max_bytes, page->out.len)) / 4);
	page_add_verdict(page);
	page_add_denials(page);
	page_add_policy_warnings(page);
	page_add_waivers(page, outcome->facts.now);
}

/* What the directories after this one need: those that deny an equal share of what is left. */
static size_t room_for_later(const struct page *page, size_t denied, size_t others)
{
	size_t used = page->out.len + page->footer;
	size_t left = page->max_bytes > used ? page->max_bytes - used : 0;
	size_t quiet = size_min(others * QUIET_ROOM, left / 4);

	return quiet + (left - quiet) / (denied + 1) * denied;
}

static size_t count_denied(const struct checked *checked)
{
	size_t denied = 0;

	for (size_t i = 0; i < checked->count; i++)
		denied += checked->outcomes[i]->verdict.denied;
	return denied;
}

/* Those that deny come first. */
static void add_directories(struct page *page, const struct checked *checked)
{
	size_t denied = count_denied(checked), others = checked->count - denied;
	struct outcome *run = arena_make(page->arena, struct outcome);

	checked_run_outcome(checked, run);
	if (checked_has_run(checked))
		add_directory(
		    page, run, STR("All plans together"), room_for_later(page, denied, others));
	for (size_t pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < checked->count; i++) {
			const struct outcome *outcome = checked->outcomes[i];

			if (outcome->verdict.denied != (pass == 0))
				continue;
			denied -= pass == 0;
			others -= pass == 1;
			add_directory(page, outcome, checked_directory(page->arena, outcome),
			    room_for_later(page, denied, others));
		}
	}
}

bool render_check_markdown(struct arena *arena, const struct checked *checked,
    const struct render_options *options, struct sink *sink, struct err *err)
{
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct page page = {
	    .arena = scratch,
	    .max_bytes = options->max_bytes ? options->max_bytes : MARKDOWN_LIMIT,
	    .footer = PAGE_FOOTER_MAX,
	};
	struct str text;

	buf_init(&page.out, arena, page.max_bytes);
	if (!add_title(&page, checked))
		return err_set(err, ERR_LIMIT,
		    "a page of %zu bytes has no room for its title, allow at least 1000",
		    page.max_bytes);
	if (checked->count > 1)
		add_table(&page, checked);
	add_directories(&page, checked);
	page.footer = page.reserve = 0;
	(void)page_begin(&page, 0);
	buf_addf(&page.out, "<sub>tfherald %s</sub>\n", checked->version ? checked->version : "");
	if (!buf_finish(&page.out, &text, err))
		return false;
	sink_add(sink, text);
	return true;
}

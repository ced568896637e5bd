#include "report/render.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/size.h"
#include "report/markdown.h"
#include "report/markdown_page.h"
#include "report/wording.h"

#define LINK_MAX     ((size_t)1000)
#define COMMIT_SHOWN ((size_t)8)
#define TARGET_MAX   ((size_t)200)
#define NOTE_MAX     ((size_t)300)
#define NOTES_MAX    ((size_t)5)

size_t page_begin(struct page *page, size_t aside)
{
	size_t kept = page->footer + page->reserve + aside;

	page->out.limit = size_max(
	    page->out.len, page->max_bytes > kept ? page->max_bytes - kept : page->out.len);
	page->out.overflow = false;
	return page->out.len;
}

bool page_end(struct page *page, size_t mark)
{
	bool fitted = !page->out.overflow;

	if (!fitted)
		buf_rewind(&page->out, mark);
	return fitted;
}

static void add_heading_count(struct buf *out, size_t count)
{
	if (count == 0)
		return;
	buf_adds(out, " (");
	wording_count(out, count);
	buf_addc(out, ')');
}

void page_heading(struct page *page, const char *icon, const char *title, size_t count)
{
	buf_addf(&page->out, "#### %s %s", icon, title);
	add_heading_count(&page->out, count);
	buf_adds(&page->out, "\n\n");
}

void page_fold_begin(struct page *page, const char *icon, const char *title, size_t count)
{
	/* without the blank line what follows would be HTML, and its fence would not open */
	buf_addf(&page->out, "<details><summary>%s <b>%s", icon, title);
	add_heading_count(&page->out, count);
	buf_adds(&page->out, "</b></summary>\n\n");
}

void page_fold_end(struct page *page)
{
	if (!str_ends(buf_str(&page->out), STR("\n\n")))
		buf_addc(&page->out, '\n');
	buf_adds(&page->out, "</details>\n\n");
}

static void add_commit(struct page *page)
{
	const struct facts *facts = &page->outcome->facts;
	struct str id = facts->commit.value;
	struct str url;

	if (!fact_known(&facts->commit))
		return;
	buf_adds(&page->out, " · commit ");
	id = str_from_to(id, 0, size_min(id.len, COMMIT_SHOWN));
	if (!fact_known(&facts->host) || !fact_known(&facts->repository)) {
		markdown_code(&page->out, id);
		return;
	}
	url = str_format(page->arena, "https://%.*s/%.*s/commit/%.*s", STR_ARG(facts->host.value),
	    STR_ARG(facts->repository.value), STR_ARG(facts->commit.value));
	markdown_code_link(&page->out, id, url);
}

static bool add_title(struct page *page, size_t target_max)
{
	const struct outcome *outcome = page->outcome;
	struct buf *out = &page->out;
	size_t mark = page_begin(page, 0);
	struct str target = wording_target(page->arena, outcome);

	buf_addf(out, "## %s", wording_operation(outcome));
	if (target.len > 0) {
		buf_adds(out, ": ");
		markdown_code(out, wording_name(page->arena, target, target_max));
	}
	buf_addf(out, "\n\n%s **", outcome_status_icon(outcome_status(outcome)));
	markdown_text(out, outcome_headline(page->arena, outcome));
	buf_adds(out, "**\n\n");
	return page_end(page, mark);
}

/* Behind the headline, on its line; left out as a whole when there is no room for them. */
static void add_links(struct page *page)
{
	const struct facts *facts = &page->outcome->facts;
	size_t mark = page_begin(page, page->max_bytes / 2);

	buf_rewind(&page->out, mark - 2); /* the blank line after the headline */
	if (fact_known(&facts->link) && facts->link.value.len <= LINK_MAX) {
		buf_adds(&page->out, " · ");
		markdown_link(&page->out, STR("CI log"), facts->link.value);
	}
	add_commit(page);
	buf_adds(&page->out, "\n\n");
	if (!page_end(page, mark - 2)) {
		(void)page_begin(page, 0);
		buf_adds(&page->out, "\n\n");
	}
}

static void add_note(struct page *page, struct str text)
{
	size_t mark = page_begin(page, 0);

	if (text.len == 0)
		return;
	buf_adds(&page->out, "> ℹ️ ");
	markdown_text(&page->out, wording_cut(page->arena, text, NOTE_MAX));
	buf_adds(&page->out, "\n\n");
	(void)page_end(page, mark);
}

static void add_notes(struct page *page)
{
	const struct outcome *outcome = page->outcome;

	add_note(page, wording_exit(page->arena, outcome));
	add_note(page, outcome->problem);
	for (size_t i = 0; i < outcome->note_count && i < NOTES_MAX; i++)
		add_note(page, outcome->notes[i]);
}

static void add_loss(struct buf *out, size_t count, const char *what, bool *is_first)
{
	if (count == 0)
		return;
	buf_adds(out, *is_first ? "" : ", ");
	wording_count(out, count);
	buf_adds(out, what);
	*is_first = false;
}

/* GitHub shows this as a red box, every other reader of Markdown as a quotation in bold. */
static void add_caution(struct page *page)
{
	const struct plan_summary *summary = &page->outcome->summary;
	size_t mark = page_begin(page, 0);
	bool is_first = true;
	size_t start;

	buf_adds(&page->out, "> [!CAUTION]\n> **Resources will be lost: ");
	start = page->out.len;
	add_loss(&page->out, page->groups.counts[GROUP_DESTROY], " destroyed", &is_first);
	add_loss(&page->out, page->groups.counts[GROUP_REPLACE], " destroyed and created again",
	    &is_first);
	add_loss(&page->out, page->groups.counts[GROUP_FORGET], " forgotten", &is_first);
	add_loss(
	    &page->out, page->groups.counts[GROUP_OTHER], " with an unknown action", &is_first);
	if (page->out.len == start) {
		/* a text of which only the summary line could be read */
		add_loss(&page->out, summary->destroy, " destroyed", &is_first);
		add_loss(&page->out, summary->forget, " forgotten", &is_first);
	}
	buf_adds(&page->out, "**\n\n");
	if (page->out.len == start + 4)
		buf_rewind(&page->out, mark);
	(void)page_end(page, mark);
}

/* Of a replace that stopped halfway: worse than what was asked for. */
static void add_lost_caution(struct page *page)
{
	size_t count = page->applied.counts[APPLIED_LOST];
	size_t mark = page_begin(page, 0);

	if (count == 0)
		return;
	buf_adds(&page->out, "> [!CAUTION]\n> **");
	wording_things(&page->out, count, "resource was", "resources were");
	buf_adds(&page->out, " destroyed and not created again**\n\n");
	(void)page_end(page, mark);
}

/* 1.15.0-beta2+x: what needs no escapes, so that the footer's size is known. */
static bool is_version(struct str text)
{
	static const struct str allowed = STR_INIT("0123456789abcdefghijklmnopqrstuvwxyz.+-");
	size_t at;

	for (size_t i = 0; i < text.len; i++) {
		if (!str_find_char(allowed, text.ptr[i], &at))
			return false;
	}
	return text.len > 0 && text.len <= 40;
}

/*
 * "1,400 of 5,000 resources shown; 1,350 of 2,500 destroys named, 1,150 counted by type, 0
 * omitted". What is replaced or forgotten is lost as well and counted with the destroys.
 */
static void add_shown(struct page *page)
{
	const struct losses *losses = &page->losses;
	struct buf *out = &page->out;

	if (page->listed >= page->outcome->change_count)
		return;
	wording_count(out, page->listed);
	buf_adds(out, " of ");
	wording_things(out, page->outcome->change_count, "resource", "resources");
	buf_adds(out, " shown; ");
	if (losses->named < losses->total) {
		wording_count(out, losses->named);
		buf_adds(out, " of ");
		wording_things(out, losses->total, "destroy", "destroys");
		buf_adds(out, " named, ");
		wording_count(out, losses->counted);
		buf_adds(out, " counted by type, ");
		wording_count(out, losses->total - losses->named - losses->counted);
		buf_adds(out, " omitted\n\n");
	} else {
		buf_adds(out, "0 destroys omitted\n\n");
	}
}

/* The last lines; there is always room for them. */
static void add_footer(struct page *page)
{
	const struct outcome *outcome = page->outcome;
	struct buf *out = &page->out;

	page->footer = 0;
	page->reserve = 0;
	(void)page_begin(page, 0);
	add_shown(page);
	buf_adds(out, "<sub>");
	if (outcome->has_plan && is_version(outcome->tool_version))
		buf_addf(
		    out, "%s %.*s · ", tool_name(outcome->tool), STR_ARG(outcome->tool_version));
	buf_addf(out, "tfherald %s</sub>\n", outcome->version ? outcome->version : "");
}

static void add_body(struct page *page)
{
	enum outcome_status status = outcome_status(page->outcome);

	if (outcome_status_is_failure(status))
		page_add_errors(page);
	if (page->outcome->apply.present) {
		add_lost_caution(page);
		page_add_applied(page);
		page_add_tail(page);
		page_add_policy_warnings(page);
	} else {
		page_add_tail(page);
		add_caution(page);
		page_add_losses(page);
		page_add_policy_warnings(page);
		page_add_gains(page);
	}
	page_add_outputs(page);
	page_add_others(page);
	page_add_warnings(page);
	page_add_waivers(page, page->outcome->facts.now);
	page_add_details(page);
}

bool render_markdown(struct arena *arena, const struct outcome *outcome,
    const struct render_options *options, struct str *out, struct err *err)
{
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct page page = {
	    .arena = scratch,
	    .outcome = outcome,
	    .max_bytes = options->max_bytes ? options->max_bytes : MARKDOWN_LIMIT,
	    .footer = PAGE_FOOTER_MAX,
	};

	buf_init(&page.out, arena, page.max_bytes);
	groups_of(outcome, &page.groups);
	if (outcome->apply.present)
		applied_of(scratch, outcome, &page.applied);
	page_find_findings(&page);
	if (!add_title(&page, TARGET_MAX) && !add_title(&page, TARGET_MAX / 8))
		return err_set(err, ERR_LIMIT,
		    "a comment of %zu bytes has no room for its title, allow at least 1000",
		    page.max_bytes);
	page.reserve =
	    size_min((page_count_sections(&page) + page_count_findings(&page)) * PAGE_SECTION_MIN,
		page.max_bytes / 3);
	add_links(&page);
	page_add_verdict(&page);
	page_add_denials(&page);
	add_notes(&page);
	add_body(&page);
	add_footer(&page);
	return buf_finish(&page.out, out, err);
}

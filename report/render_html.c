#include "report/render_html.h"

#include "base/arena.h"
#include "base/base64.h"
#include "base/digest.h"
#include "report/html_page.h"
#include "report/wording.h"

/* All outcomes of the page. */
struct page {
	const struct outcome *const *outcomes;
	size_t count;
	const struct outcome *together; /* what the rules say of all of them; NULL: nothing */
	struct html html;		/* of the page itself, then of each outcome in turn */
};

static void put_hash(struct html *html, const char *directive, struct str content)
{
	struct digest digest = digest_sha256(content);
	struct str bytes = {(const char *)digest.bytes, DIGEST_SIZE};

	html_raw(html, directive);
	html_raw(html, " 'sha256-");
	sink_add(html->sink, base64_encode(html->scratch, bytes));
	html_raw(html, "'; ");
}

static void put_policy(struct html *html)
{
	html_raw(
	    html, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; ");
	put_hash(html, "style-src", html_page_css);
	put_hash(html, "script-src", html_page_js);
	html_raw(html, "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; "
		       "trusted-types tfherald\">\n");
}

static void put_title(struct page *page)
{
	struct html *html = &page->html;
	const struct outcome *outcome = page->outcomes[0];
	struct str target;

	html_raw(html, "<title>");
	if (page->count == 1) {
		target = wording_target(html->scratch, outcome);
		html_raw(html, wording_operation(outcome));
		html_raw(html, target.len > 0 ? ": " : "");
		html_text(html, target);
	} else {
		html_things(html, page->count, "directory", "directories");
	}
	html_raw(html, "</title>\n");
}

static void put_document_head(struct page *page)
{
	struct html *html = &page->html;

	html_raw(html, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
	put_policy(html);
	html_raw(html, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		       "<meta name=\"referrer\" content=\"no-referrer\">\n"
		       "<meta name=\"color-scheme\" content=\"light dark\">\n"
		       "<meta name=\"robots\" content=\"noindex\">\n"
		       "<meta name=\"generator\" content=\"tfherald ");
	html_text(html, str_from(page->outcomes[0]->version));
	html_raw(html, "\">\n");
	put_title(page);
	html_raw(html, "<style>");
	sink_add(html->sink, html_page_css);
	html_raw(html, "</style>\n</head>\n");
}

/* --- the bar of tools --- */

static void put_chip(struct html *html, const char *what, const char *title, size_t count)
{
	if (count == 0)
		return;
	html_raw(html, "<button type=\"button\" class=\"chip ");
	html_raw(html, what);
	html_raw(html, "\" data-filter=\"");
	html_raw(html, what);
	html_raw(html, "\" aria-pressed=\"false\">");
	html_raw(html, title);
	html_raw(html, " <b>");
	html_count(html, count);
	html_raw(html, "</b></button>\n");
}

/* How many changes have a finding that denies. */
static size_t count_denied(struct page *page)
{
	size_t denied = 0;

	for (size_t i = 0; i < page->count; i++) {
		struct arena_mark mark = arena_save(page->html.scratch);
		struct change_index index;

		change_index_of(page->html.scratch, page->outcomes[i], &index);
		for (size_t row = 0; row < page->outcomes[i]->change_count; row++) {
			const struct finding *worst = index.findings[row].worst;

			denied += worst && worst->level == LEVEL_DENY;
		}
		arena_rewind(page->html.scratch, mark);
	}
	return denied;
}

static void put_chips(struct page *page)
{
	struct html *html = &page->html;
	size_t counts[CHANGE_GROUPS] = {0};

	for (size_t i = 0; i < page->count; i++) {
		const struct outcome *outcome = page->outcomes[i];

		for (size_t row = 0; row < outcome->change_count; row++)
			counts[change_group(&outcome->changes[row].head)]++;
	}
	html_raw(html, "<div class=\"chips\" role=\"group\" aria-label=\"Filter by action\">\n");
	put_chip(html, "denied", "Denied", count_denied(page));
	for (size_t group = 0; group < CHANGE_GROUPS; group++)
		put_chip(html, html_group((enum change_group)group),
		    change_group_title((enum change_group)group), counts[group]);
	html_raw(html, "</div>\n");
}

/* Only a script can use it; the style shows it when there is one. */
static void put_tools(struct page *page)
{
	struct html *html = &page->html;

	html_raw(html,
	    "<div class=\"tools\" role=\"search\">\n"
	    "<input type=\"search\" id=\"search\" placeholder=\"Search addresses and values\" "
	    "aria-label=\"Search the changes\" autocomplete=\"off\" spellcheck=\"false\">"
	    "<kbd aria-hidden=\"true\">/</kbd>\n");
	put_chips(page);
	html_raw(html, "<span class=\"count\" role=\"status\" aria-live=\"polite\"></span>\n"
		       "<span class=\"right\">"
		       "<button type=\"button\" id=\"unfold\" title=\"Unfold all shown (e)\">Unfold"
		       "</button><button type=\"button\" id=\"fold\" title=\"Fold all (f)\">Fold"
		       "</button><button type=\"button\" id=\"theme\" title=\"Dark or light\" "
		       "aria-label=\"Theme: as the system says\">◐</button>"
		       "<button type=\"button\" id=\"keys\" title=\"Keys (?)\" "
		       "aria-label=\"Keyboard shortcuts\">?</button></span>\n</div>\n"
		       "<dialog id=\"help\" aria-label=\"Keyboard shortcuts\"><h2>Keys</h2><dl>"
		       "<dt>/</dt><dd>search</dd><dt>j k</dt><dd>next, previous row</dd>"
		       "<dt>Enter</dt><dd>unfold or fold the row</dd>"
		       "<dt>Esc</dt><dd>fold the row, clear the search</dd>"
		       "<dt>e f</dt><dd>unfold all shown, fold all</dd><dt>?</dt><dd>this</dd></dl>"
		       "<form method=\"dialog\"><button>Close</button></form></dialog>\n");
}

/* --- one outcome --- */

static void put_raw_changes(struct html *html)
{
	const struct outcome *outcome = html->outcome;

	/* a text whose changes could not be told apart */
	if (outcome->change_count > 0 || outcome->text.changes.len == 0)
		return;
	html_section(html, "changes", "Changes as printed", 0);
	html_block(html, "body", outcome->text.changes);
	html_raw(html, "</section>\n");
}

static void put_sections(struct html *html)
{
	const struct outcome *outcome = html->outcome;

	html_put_diagnostics(html, SEVERITY_ERROR);
	html_put_applied(html);
	html_put_findings(html);
	html_put_picture(html);
	html_put_changes(html);
	put_raw_changes(html);
	html_put_warnings(html);
	html_put_set(html, "Outputs", "o", outcome->outputs, outcome->output_count);
	html_put_checks(html);
	html_put_invocations(html);
	html_put_set(html, "Deferred", "w", outcome->deferred, outcome->deferred_count);
	html_put_set(
	    html, "Changed outside of Terraform", "x", outcome->drift, outcome->drift_count);
	html_put_diagnostics(html, SEVERITY_WARNING);
	html_put_waivers(html);
}

static void begin_outcome(struct page *page, size_t number)
{
	struct html *html = &page->html;

	html->outcome = page->outcomes[number];
	html->prefix = "";
	if (page->count > 1)
		html->prefix = str_format(html->scratch, "d%zu-", number + 1).ptr;
	module_tree_of(
	    html->scratch, html->outcome->changes, html->outcome->change_count, &html->tree);
	change_index_of(html->scratch, html->outcome, &html->index);
	html_find_same(html);
	html->tells_verdict = verdict_is_told(html->outcome, &html->outcome->verdict);
	html->tells_after_apply = verdict_is_told(html->outcome, &html->outcome->after_apply);
	findings_of(html->scratch, &html->outcome->verdict, false, &html->findings);
	findings_of(html->scratch, &html->outcome->after_apply, true, &html->after_apply);
}

/* The only directory of a page stands open at its top; of several each is folded by its own. */
static void put_directory(struct page *page, size_t number)
{
	struct arena_mark mark = arena_save(page->html.scratch);
	struct html *html = &page->html;
	struct str target;

	begin_outcome(page, number);
	target = wording_target(html->scratch, html->outcome);
	html_raw(html, "<details class=\"dir\" id=\"");
	html_raw(html, html->prefix);
	html_raw(html, "top\" open><summary>");
	html_raw(html, outcome_status_icon(outcome_status(html->outcome)));
	html_raw(html, " <span class=\"target\">");
	html_text(html, target.len > 0 ? target : STR("(root)"));
	html_raw(html, "</span> <span class=\"headline\">");
	html_text(html, outcome_headline(html->scratch, html->outcome));
	html_raw(html, "</span></summary>\n");
	html_put_head(html);
	put_sections(html);
	html_raw(html, "</details>\n");
	arena_rewind(html->scratch, mark);
}

/* The rules of scope run: no changes of its own. */
static void put_together(struct page *page)
{
	struct arena_mark mark = arena_save(page->html.scratch);
	struct html *html = &page->html;

	html->outcome = page->together;
	html->prefix = "all-";
	change_index_of(html->scratch, html->outcome, &html->index);
	html->tells_verdict = true;
	html->tells_after_apply = false;
	findings_of(html->scratch, &html->outcome->verdict, false, &html->findings);
	html_raw(html, "<details class=\"dir\" id=\"all-top\" open><summary><span class=\"target\">"
		       "All plans together</span></summary>\n");
	html_put_verdict(html);
	html_put_findings(html);
	html_put_warnings(html);
	html_put_waivers(html);
	html_raw(html, "</details>\n");
	arena_rewind(html->scratch, mark);
}

static void put_body(struct page *page)
{
	struct html *html = &page->html;

	html_raw(html, "<body>\n<a class=\"skip\" href=\"#main\">Skip to the changes</a>\n");
	if (page->count == 1) {
		begin_outcome(page, 0);
		html_put_head(html);
	} else {
		html_raw(html, "<header class=\"head plain\"><h1>");
		html_things(html, page->count, "directory", "directories");
		html_raw(html, "</h1></header>\n");
	}
	put_tools(page);
	html_raw(html, "<main id=\"main\">\n");
	if (page->count == 1)
		put_sections(html);
	if (page->together)
		put_together(page);
	for (size_t i = 0; page->count > 1 && i < page->count; i++)
		put_directory(page, i);
	html_raw(html, "</main>\n<footer>Made by tfherald ");
	html_text(html, str_from(page->outcomes[0]->version));
	html_raw(html, ". Values that the plan marks sensitive are not in this file.</footer>\n"
		       "<script>");
	sink_add(html->sink, html_page_js);
	html_raw(html, "</script>\n</body>\n</html>\n");
}

static void render_page(struct page *page, struct sink *sink)
{
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();

	page->html = (struct html){.sink = sink, .scratch = scratch};
	put_document_head(page);
	put_body(page);
}

void render_html(const struct outcome *const *outcomes, size_t count, struct sink *sink)
{
	struct page page = {.outcomes = outcomes, .count = count};

	render_page(&page, sink);
}

void render_check_html(const struct checked *checked, struct sink *sink)
{
	struct page page = {.outcomes = checked->outcomes, .count = checked->count};
	struct outcome together;

	if (checked_has_run(checked)) {
		checked_run_outcome(checked, &together);
		page.together = &together;
	}
	render_page(&page, sink);
}

/* Findings and waivers on the page: denials first, a block for each rule. */
#include "report/html_page.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/size.h"
#include "report/wording.h"

#define ROWS_OPEN  ((size_t)50) /* of a block; what is beyond is folded */
#define ROWS_SHOWN ((size_t)10000)

static const char *const section_classes[FINDING_SECTIONS] = {
    [FINDINGS_DENIED] = "deny",
    [FINDINGS_OVERRIDDEN] = "deny",
    [FINDINGS_BROKEN] = "deny",
    [FINDINGS_UNDECIDED] = "undecided",
    [FINDINGS_WARNED] = "warn",
    [FINDINGS_NOTED] = "info",
    [FINDINGS_LET_GO] = "info",
};

/* A finding about one of the changes leads to it. */
static void put_row(struct html *html, const struct finding_block *block, size_t number)
{
	const struct finding *finding = block->rows[number];
	struct speaker speaker = html_speaker(html);
	size_t change = change_index_find(&html->index, finding->address, finding->deposed);

	html_raw(html, "<li>");
	block_say_row(block, number, &speaker);
	if (change != CHANGE_NONE) {
		html_raw(html, " <a class=\"go\" href=\"#");
		html_raw(html, html->prefix);
		html_raw(html, "c");
		html_number(html, change);
		html_raw(html, "\">show</a>");
	}
	html_raw(html, "</li>\n");
}

static void put_rows(struct html *html, const struct finding_block *block)
{
	size_t open = size_min(block->count, ROWS_OPEN), shown = size_min(block->count, ROWS_SHOWN);

	html_raw(html, "<ul>");
	for (size_t i = 0; i < open; i++)
		put_row(html, block, i);
	html_raw(html, "</ul>");
	if (shown > open) {
		html_raw(html, "<details class=\"rest\"><summary>");
		html_count(html, block->count - open);
		html_raw(html, " more</summary><ul>");
		for (size_t i = open; i < shown; i++)
			put_row(html, block, i);
		html_raw(html, "</ul></details>");
	}
	if (block->count > shown) {
		html_raw(html, "<p class=\"more\">… and ");
		html_count(html, block->count - shown);
		html_raw(html, " more</p>");
	}
}

static void put_block(struct html *html, const struct finding_block *block)
{
	struct speaker speaker = html_speaker(html);

	html_raw(html, "<article><h3>");
	block_say_line(block, BLOCK_HEAD, &speaker);
	html_raw(html, "</h3>");
	for (size_t line = BLOCK_WHY; line < BLOCK_LINES; line++) {
		if (!block_has_line(block, (enum block_line)line))
			continue;
		html_raw(html, line == BLOCK_PLACE ? "<p class=\"place\">" : "<p>");
		block_say_line(block, (enum block_line)line, &speaker);
		html_raw(html, "</p>");
	}
	put_rows(html, block);
	html_raw(html, "</article>\n");
}

static void put_section(
    struct html *html, const struct findings *findings, enum finding_section section)
{
	struct arena_mark mark = arena_save(html->scratch);
	struct buf class;

	if (findings->counts[section] == 0)
		return;
	buf_init(&class, html->scratch, 100);
	buf_addf(&class, "findings %s", section_classes[section]);
	html_section(html, str_to_c(html->scratch, buf_str(&class)),
	    finding_section_title(section, findings->after_apply), findings->counts[section]);
	for (size_t i = 0; i < findings->block_counts[section]; i++)
		put_block(html, &findings->blocks[section][i]);
	if (findings->left_out[section] > 0) {
		html_raw(html, "<p class=\"more\">… and ");
		html_count(html, findings->left_out[section]);
		html_raw(html, " more that are only counted</p>");
	}
	html_raw(html, "</section>\n");
	arena_rewind(html->scratch, mark);
}

static void put_sections(struct html *html, const struct findings *findings, size_t from, size_t to)
{
	for (size_t section = from; section <= to; section++)
		put_section(html, findings, (enum finding_section)section);
}

void html_put_findings(struct html *html)
{
	if (html->tells_after_apply)
		put_sections(html, &html->after_apply, FINDINGS_DENIED, FINDINGS_UNDECIDED);
	if (html->tells_verdict)
		put_sections(html, &html->findings, FINDINGS_DENIED,
		    html->tells_after_apply ? FINDINGS_BROKEN : FINDINGS_UNDECIDED);
}

void html_put_warnings(struct html *html)
{
	if (html->tells_after_apply)
		put_sections(html, &html->after_apply, FINDINGS_WARNED, FINDINGS_LET_GO);
	if (html->tells_verdict)
		put_sections(html, &html->findings, FINDINGS_WARNED, FINDINGS_LET_GO);
}

void html_put_waivers(struct html *html)
{
	const struct verdict *verdict = &html->outcome->verdict;
	struct speaker speaker = html_speaker(html);

	if (!html->tells_verdict || verdict->waiver_count == 0)
		return;
	html_section(html, "waivers", "Waivers", verdict->waiver_count);
	html_raw(html, "<p>");
	waivers_say_counts(verdict, &speaker);
	html_raw(html, "</p><ul>");
	for (size_t i = 0; i < verdict->waiver_count; i++) {
		const struct waiver_use *use = &verdict->waivers[i];

		html_raw(html, waiver_needs_attention(use) ? "<li class=\"warn\">" : "<li>");
		waiver_say(use, html->outcome->facts.now, true, &speaker);
		html_raw(html, "</li>\n");
	}
	html_raw(html, "</ul></section>\n");
}

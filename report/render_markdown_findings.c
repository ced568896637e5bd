/* Findings and waivers in the Markdown comment. */
#include "report/markdown_page.h"

#include "base/arena.h"
#include "base/size.h"
#include "report/markdown.h"
#include "report/wording.h"

#define LINK_MAX      ((size_t)1000)
#define NAME_MAX      ((size_t)300)
#define REST_LINE     ((size_t)80)   /* "- … and 4,980 more of 12 rules" */
#define FOLD_LINE     ((size_t)60)   /* <details><summary>… and 180 more</summary> */
#define FOLDED_MAX    ((size_t)2000) /* rows behind that */
#define WAIVERS_SHOWN ((size_t)200)

static const char *const section_icons[FINDING_SECTIONS] = {
    [FINDINGS_DENIED] = "⛔",
    [FINDINGS_OVERRIDDEN] = "🚨",
    [FINDINGS_BROKEN] = "💥",
    [FINDINGS_UNDECIDED] = "❔",
    [FINDINGS_WARNED] = "⚠️",
    [FINDINGS_NOTED] = "ℹ️",
    [FINDINGS_LET_GO] = "🎫",
};

/* How much of a section is told; the next shorter form is tried when one does not fit. */
struct form {
	size_t rows; /* of a block; 0: its number stands behind its head */
	size_t text; /* bytes of a text from elsewhere */
	bool lines;  /* why, how to fix, who can release it */
	bool fold;   /* all further rows stand behind a fold */
};

static const struct form forms[] = {
    {20, 1000, true, true},
    {20, 300, true, false},
    {10, 200, false, false},
    {3, 100, false, false},
    {0, 80, false, false},
};
#define FORMS_WITH_LINES 2

/* --- words --- */

struct spoken {
	struct page *page;
	size_t text;
};

static void say(void *context, enum voice voice, struct str text)
{
	struct spoken *spoken = context;
	struct page *page = spoken->page;
	struct buf *out = &page->out;

	if (out->overflow)
		return;
	switch (voice) {
	case VOICE_WORDS:
		buf_add(out, text);
		break;
	case VOICE_LEVEL:
		buf_addf(out, "**%.*s**", STR_ARG(text));
		break;
	case VOICE_NAME:
		markdown_code(out, wording_name(page->arena, text, NAME_MAX));
		break;
	case VOICE_DATA:
		markdown_text(out, wording_cut(page->arena, text, spoken->text));
		break;
	case VOICE_LINK:
		if (text.len <= LINK_MAX)
			markdown_link(out, text, text);
		break;
	}
}

/* --- blocks --- */

static void add_more(struct page *page, size_t count)
{
	if (count == 0)
		return;
	buf_adds(&page->out, "- … and ");
	wording_count(&page->out, count);
	buf_adds(&page->out, " more\n");
}

static void add_rows(struct page *page, const struct finding_block *block, size_t from, size_t to,
    const struct speaker *speaker)
{
	for (size_t i = from; i < to && !page->out.overflow; i++) {
		struct arena_mark mark = arena_save(page->arena);

		buf_adds(&page->out, "- ");
		block_say_row(block, i, speaker);
		buf_addc(&page->out, '\n');
		arena_rewind(page->arena, mark);
	}
}

static void add_folded_rows(struct page *page, const struct finding_block *block, size_t from,
    const struct speaker *speaker)
{
	size_t to = size_min(block->count, from + FOLDED_MAX);

	buf_adds(&page->out, "\n<details><summary>… and ");
	wording_count(&page->out, block->count - from);
	buf_adds(&page->out, " more</summary>\n\n");
	for (size_t i = from; i < to && !page->out.overflow; i++) {
		buf_adds(&page->out, "- ");
		block_say_name(block, i, speaker);
		buf_addc(&page->out, '\n');
	}
	add_more(page, block->count - to);
	buf_adds(&page->out, "\n</details>\n");
}

/* The head and, as lines of one paragraph, what all its rows have in common. */
static void add_lines(struct page *page, const struct finding_block *block, const struct form *form,
    const struct speaker *speaker)
{
	for (size_t line = 0; line < BLOCK_LINES && !page->out.overflow; line++) {
		bool is_head = line == BLOCK_HEAD;

		if ((!is_head && !form->lines) || !block_has_line(block, (enum block_line)line))
			continue;
		buf_adds(&page->out, is_head ? "" : "\\\n"); /* ends the line before */
		block_say_line(block, (enum block_line)line, speaker);
	}
}

static void add_block(struct page *page, const struct finding_block *block, const struct form *form)
{
	struct spoken spoken = {page, form->text};
	struct speaker speaker = {say, &spoken};
	size_t shown = size_min(block->count, form->rows);

	if (form->rows == 0) {
		buf_adds(&page->out, "- ");
		block_say_line(block, BLOCK_HEAD, &speaker);
		buf_adds(&page->out, " (");
		wording_count(&page->out, block->count);
		buf_adds(&page->out, ")\n");
		return;
	}
	add_lines(page, block, form, &speaker);
	buf_adds(&page->out, "\n\n");
	add_rows(page, block, 0, shown, &speaker);
	if (shown < block->count && form->fold)
		add_folded_rows(page, block, shown, &speaker);
	else
		add_more(page, block->count - shown);
	buf_addc(&page->out, '\n');
}

static bool add_all_blocks(
    struct page *page, const struct finding_block *blocks, size_t count, const struct form *form)
{
	size_t mark = page->out.len;

	for (size_t i = 0; i < count && !page->out.overflow; i++)
		add_block(page, &blocks[i], form);
	return page_end(page, mark);
}

/* Not even a line for each rule fits: as many as do, the others are counted. */
static void add_as_fit(struct page *page, const struct finding_block *blocks, size_t count)
{
	size_t shown, left = 0;

	for (shown = 0; shown < count; shown++) {
		size_t mark = page->out.len;

		add_block(page, &blocks[shown], &forms[ARRAY_LEN(forms) - 1]);
		if (!page_end(page, mark))
			break;
	}
	page->out.limit += REST_LINE; /* kept aside by the caller */
	for (size_t i = shown; i < count; i++)
		left += blocks[i].count;
	buf_adds(&page->out, shown > 0 ? "- … and " : "- ");
	wording_count(&page->out, left);
	buf_adds(&page->out, " of ");
	wording_things(&page->out, count - shown, "more rule\n", "more rules\n");
}

/* --- sections --- */

static void add_blocks(
    struct page *page, const struct findings *findings, enum finding_section section, size_t aside)
{
	const struct finding_block *blocks = findings->blocks[section];
	size_t count = findings->block_counts[section], room;

	(void)page_begin(page, aside);
	room = buf_room(&page->out);
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		/* long forms leave half of the page to what comes later */
		(void)page_begin(page, aside + (i < FORMS_WITH_LINES ? room / 2 : 0));
		if (add_all_blocks(page, blocks, count, &forms[i]))
			return;
	}
	(void)page_begin(page, aside);
	add_as_fit(page, blocks, count);
}

static void add_left_out(struct page *page, size_t count)
{
	if (count == 0)
		return;
	buf_adds(&page->out, "- … and ");
	wording_count(&page->out, count);
	buf_adds(&page->out, " more that are only counted\n");
}

static void add_section(
    struct page *page, const struct findings *findings, enum finding_section section)
{
	bool is_folded = section >= FINDINGS_NOTED;
	const char *title = finding_section_title(section, findings->after_apply);
	size_t aside = REST_LINE + (is_folded ? PAGE_FOLD_END_SIZE : 0) + 2, mark;

	if (findings->counts[section] == 0)
		return;
	aside += findings->left_out[section] > 0 ? REST_LINE : 0;
	page->reserve -= size_min(page->reserve, PAGE_SECTION_MIN);
	mark = page_begin(page, is_folded ? PAGE_FOLD_END_SIZE : 0);
	if (is_folded)
		page_fold_begin(page, section_icons[section], title, findings->counts[section]);
	else
		page_heading(page, section_icons[section], title, findings->counts[section]);
	if (!page_end(page, mark))
		return;
	add_blocks(page, findings, section, aside);
	(void)page_begin(page, is_folded ? PAGE_FOLD_END_SIZE : 0);
	add_left_out(page, findings->left_out[section]);
	if (!str_ends(buf_str(&page->out), STR("\n\n")))
		buf_addc(&page->out, '\n');
	(void)page_begin(page, 0);
	if (is_folded)
		page_fold_end(page);
	if (page->out.overflow)
		(void)page_end(page, mark);
}

static void add_sections(struct page *page, const struct findings *findings, size_t from, size_t to)
{
	for (size_t section = from; section <= to; section++)
		add_section(page, findings, (enum finding_section)section);
}

void page_add_denials(struct page *page)
{
	if (page->tells_after_apply)
		add_sections(page, &page->after_apply, FINDINGS_DENIED, FINDINGS_BROKEN);
	if (page->tells_verdict)
		add_sections(page, &page->findings, FINDINGS_DENIED, FINDINGS_BROKEN);
}

void page_add_policy_warnings(struct page *page)
{
	if (page->tells_after_apply)
		add_sections(page, &page->after_apply, FINDINGS_UNDECIDED, FINDINGS_LET_GO);
	if (page->tells_verdict)
		add_sections(page, &page->findings, findings_first_open(page->tells_after_apply),
		    FINDINGS_LET_GO);
}

/* --- the verdict --- */

void page_find_findings(struct page *page)
{
	const struct outcome *outcome = page->outcome;

	page->tells_verdict = verdict_is_told(outcome, &outcome->verdict);
	page->tells_after_apply = verdict_is_told(outcome, &outcome->after_apply);
	findings_of(page->arena, &outcome->verdict, false, &page->findings);
	findings_of(page->arena, &outcome->after_apply, true, &page->after_apply);
}

size_t page_count_findings(const struct page *page)
{
	size_t count = 0;

	for (size_t i = 0; i < FINDING_SECTIONS; i++) {
		count += page->tells_verdict && page->findings.counts[i] > 0;
		count += page->tells_after_apply && page->after_apply.counts[i] > 0;
	}
	return count + (page->tells_verdict && page->findings.verdict->waiver_count > 0);
}

static void add_verdict(struct page *page, const struct findings *findings, const char *label)
{
	struct spoken spoken = {page, NAME_MAX};
	struct speaker speaker = {say, &spoken};
	const struct str *notes;
	size_t count = findings_notes(findings, &notes);
	size_t mark = page_begin(page, 0);

	buf_adds(&page->out, label);
	findings_say_verdict(findings, &speaker);
	buf_adds(&page->out, "\n\n");
	(void)page_end(page, mark);
	for (size_t i = 0; i < size_min(count, 5); i++) {
		mark = page_begin(page, page->max_bytes / 2);
		buf_adds(&page->out, "> ℹ️ ");
		say(&spoken, VOICE_DATA, notes[i]);
		buf_adds(&page->out, "\n\n");
		(void)page_end(page, mark);
	}
}

void page_add_verdict(struct page *page)
{
	if (page->tells_verdict)
		add_verdict(page, &page->findings, "**Policies**: ");
	if (page->tells_after_apply)
		add_verdict(page, &page->after_apply, "**Policies after apply**: ");
}

/* --- waivers --- */

static void add_waiver_rows(struct page *page, int64_t now)
{
	const struct verdict *verdict = page->findings.verdict;
	struct spoken spoken = {page, NAME_MAX};
	struct speaker speaker = {say, &spoken};
	size_t i;

	for (i = 0; i < size_min(verdict->waiver_count, WAIVERS_SHOWN); i++) {
		size_t mark = page->out.len;

		buf_adds(&page->out, "- ");
		waiver_say(&verdict->waivers[i], now, true, &speaker);
		buf_addc(&page->out, '\n');
		if (!page_end(page, mark))
			break;
	}
	page->out.limit += FOLD_LINE; /* kept aside by the caller */
	add_more(page, verdict->waiver_count - i);
}

void page_add_waivers(struct page *page, int64_t now)
{
	const struct verdict *verdict = page->findings.verdict;
	struct speaker speaker;
	struct buf title;
	size_t mark;

	if (!page->tells_verdict || verdict->waiver_count == 0)
		return;
	page->reserve -= size_min(page->reserve, PAGE_SECTION_MIN);
	buf_init(&title, page->arena, NAME_MAX);
	buf_adds(&title, "Waivers: ");
	speaker = speaker_plain(&title);
	waivers_say_counts(verdict, &speaker);
	mark = page_begin(page, FOLD_LINE + PAGE_FOLD_END_SIZE);
	page_fold_begin(page, "🎫", str_to_c(page->arena, buf_str(&title)), 0);
	if (!page_end(page, mark))
		return;
	add_waiver_rows(page, now);
	(void)page_begin(page, 0);
	page_fold_end(page);
	(void)page_end(page, mark);
}

/* Findings and waivers in the Markdown comment. */
#include "report/markdown_page.h"

#include "base/arena.h"
#include "base/size.h"
#include "report/markdown.h"
#include "report/wording.h"

#define LINK_MAX   ((size_t)1000)
#define NAME_MAX   ((size_t)300)
#define FOLDED_MAX ((size_t)2000) /* rows behind that */

/* How much of a rule is told, by level. */
struct form {
	size_t rows;   /* of a block; 0: its number stands behind its head */
	size_t text;   /* bytes of a text from elsewhere */
	bool lines;    /* why, how to fix, who can release it */
	size_t folded; /* as many further rows stand behind a fold */
};

static const struct form forms[BUDGET_LEVELS + 1] = {
    {0, 80, false, 0},
    {0, 80, false, 0},
    {3, 100, false, 0},
    {10, 200, false, 0},
    {20, 300, true, 0},
    {20, 1000, true, 40},
    {20, 1000, true, 200},
    {20, 1000, true, 600},
    {20, 1000, true, FOLDED_MAX},
};

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
	if (count > 0)
		page_more(page, count);
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
    size_t most, const struct speaker *speaker)
{
	size_t to = size_min(block->count, from + most);

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
	if (shown < block->count && form->folded > 0)
		add_folded_rows(page, block, shown, form->folded, &speaker);
	else
		add_more(page, block->count - shown);
	buf_addc(&page->out, '\n');
}

static void finding_item(struct page *page, const struct part *part, size_t index, unsigned level)
{
	add_block(page, &part->items.blocks[index], &forms[level]);
}

/* "- … and 4,980 of 12 more rules" */
static void finding_rest(
    struct page *page, const struct part *part, size_t from, unsigned whole UNUSED)
{
	size_t rules = part->findings->block_counts[part->section], left = 0;

	for (size_t i = from; i < rules; i++)
		left += part->items.blocks[i].count;
	buf_adds(&page->out, from > 0 ? "- … and " : "- ");
	wording_count(&page->out, left);
	buf_adds(&page->out, from > 0 ? " of " : " findings of ");
	wording_things(&page->out, rules - from, from > 0 ? "more rule\n" : "rule\n",
	    from > 0 ? "more rules\n" : "rules\n");
}

static void finding_end(struct page *page, const struct part *part)
{
	size_t left_out = part->findings->left_out[part->section];

	if (left_out > 0) {
		page_rest_words(page, 1, left_out);
		buf_adds(&page->out, " that are only counted\n");
	}
	if (part->folded)
		page_fold_end(page);
	else
		page_blank(page);
}

const struct part_writer finding_writer = {
    .item = finding_item, .rest = finding_rest, .end = finding_end};

/* --- the verdict --- */

static void verdict_item(
    struct page *page, const struct part *part, size_t index UNUSED, unsigned level UNUSED)
{
	struct spoken spoken = {page, NAME_MAX};
	struct speaker speaker = {say, &spoken};

	buf_adds(&page->out,
	    part->findings->after_apply ? "**Policies after apply**: " : "**Policies**: ");
	findings_say_verdict(part->findings, &speaker);
	buf_adds(&page->out, "\n\n");
}

const struct part_writer verdict_writer = {.item = verdict_item};

static void policy_note_item(
    struct page *page, const struct part *part, size_t index, unsigned level UNUSED)
{
	struct spoken spoken = {page, NAME_MAX};

	buf_adds(&page->out, "> ℹ️ ");
	say(&spoken, VOICE_DATA, part->items.notes[index]);
	buf_adds(&page->out, "\n\n");
}

const struct part_writer policy_note_writer = {.item = policy_note_item};

/* --- waivers --- */

static void waiver_begin(struct page *page, const struct part *part)
{
	struct speaker speaker = speaker_plain(&page->out);

	buf_addf(&page->out, "<details><summary>%s <b>%s: ", part->icon, part->title);
	waivers_say_counts(part->findings->verdict, &speaker);
	buf_adds(&page->out, "</b></summary>\n\n");
}

static void waiver_item(
    struct page *page, const struct part *part, size_t index, unsigned level UNUSED)
{
	struct spoken spoken = {page, NAME_MAX};
	struct speaker speaker = {say, &spoken};

	buf_adds(&page->out, "- ");
	waiver_say(
	    &part->findings->verdict->waivers[index], part->outcome->facts.now, true, &speaker);
	buf_addc(&page->out, '\n');
}

const struct part_writer waiver_writer = {.begin = waiver_begin, .item = waiver_item};

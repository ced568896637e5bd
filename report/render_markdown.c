/* The Markdown comment: its frame, and how much of each part there is room for. */
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
#define TARGET_SHORT ((size_t)25)
#define NOTE_MAX     ((size_t)300)

/* --- what stands around the items of a part --- */

void page_blank(struct page *page)
{
	if (!str_ends(buf_str(&page->out), STR("\n\n")))
		buf_addc(&page->out, '\n');
}

void page_heading(struct page *page, const struct part *part)
{
	struct buf *out = &page->out;

	/* without the blank line what follows would be HTML, and its fence would not open */
	if (part->folded)
		buf_addf(out, "<details><summary>%s <b>%s (", part->icon, part->title);
	else
		buf_addf(out, "#### %s %s (", part->icon, part->title);
	wording_count(out, part->total);
	buf_adds(out, part->folded ? ")</b></summary>\n\n" : ")\n\n");
}

void page_fold_end(struct page *page)
{
	page_blank(page);
	buf_adds(&page->out, "</details>\n\n");
}

void page_rest_words(struct page *page, size_t from, size_t left)
{
	buf_adds(&page->out, from > 0 ? "- … and " : "- ");
	wording_count(&page->out, left);
	/* right below the heading there is nothing that it would be more of */
	buf_adds(&page->out, from > 0 ? " more" : " not named here");
}

void page_more(struct page *page, size_t count)
{
	page_rest_words(page, 1, count);
	buf_addc(&page->out, '\n');
}

void page_code(struct page *page, struct str text, size_t max)
{
	struct str name = wording_name(page->arena, text, max);

	if (page->in_html)
		markdown_html_code(&page->out, name);
	else
		markdown_code(&page->out, name);
}

/* --- the frame --- */

static void add_title(struct page *page, const struct part *part, size_t target_max)
{
	struct str target = wording_target(page->arena, part->outcome);

	buf_addf(&page->out, "## %s", wording_operation(part->outcome));
	if (target.len > 0) {
		buf_adds(&page->out, ": ");
		markdown_code(&page->out, wording_name(page->arena, target, target_max));
	}
	buf_adds(&page->out, "\n\n");
}

static void add_headline(struct page *page, const struct outcome *outcome)
{
	buf_addf(&page->out, "%s **", outcome_status_icon(outcome_status(outcome)));
	markdown_text(&page->out, outcome_headline(page->arena, outcome));
	buf_adds(&page->out, "**");
}

static void add_commit(struct page *page, const struct facts *facts)
{
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

static bool has_link(const struct outcome *outcome)
{
	const struct fact *link = &outcome->facts.link;

	return fact_known(link) && link->value.len > 0 && link->value.len <= LINK_MAX;
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
	/* behind a digit nothing is a link: 'www.a.example' at the beginning of a word is one */
	return text.len > 0 && text.len <= 40 && text.ptr[0] >= '0' && text.ptr[0] <= '9';
}

static void add_shown(struct page *page, const struct outcome *outcome)
{
	const struct told *told = &page->parts.told;
	struct buf *out = &page->out;

	if (!parts_say_shown(out, &page->parts, outcome))
		return;
	if (told->named < told->losses && page_level_of(page, PART_REPORT_LINK) > 0 &&
	    has_link(outcome)) {
		buf_adds(out, "; ");
		markdown_link(out, STR("all of them"), outcome->facts.link.value);
	}
	buf_adds(out, "\n\n");
}

/* The last line. */
static void add_versions(struct page *page, const struct outcome *outcome)
{
	struct buf *out = &page->out;
	struct str fingerprint = wording_fingerprint(page->arena, outcome);

	buf_adds(out, "<sub>");
	if (fingerprint.len > 0)
		buf_addf(out, "fingerprint %.*s · ", STR_ARG(fingerprint));
	if (outcome->has_plan && is_version(outcome->tool_version))
		buf_addf(
		    out, "%s %.*s · ", tool_name(outcome->tool), STR_ARG(outcome->tool_version));
	buf_addf(out, "tfherald %s</sub>\n", outcome->version ? outcome->version : "");
}

static void title_item(
    struct page *page, const struct part *part, size_t index UNUSED, unsigned level UNUSED)
{
	/* what it has more than the short one, which is there in any case */
	size_t start = page->out.len, shorter;
	bool overflow;

	add_title(page, part, TARGET_SHORT);
	shorter = page->out.len - start;
	buf_rewind(&page->out, start);
	add_title(page, part, TARGET_MAX);
	overflow = page->out.overflow;
	buf_rewind(&page->out, page->out.len - size_min(shorter, page->out.len - start));
	page->out.overflow = overflow;
}

static void links_item(
    struct page *page, const struct part *part, size_t index UNUSED, unsigned level UNUSED)
{
	const struct facts *facts = &part->outcome->facts;

	if (has_link(part->outcome)) {
		buf_adds(&page->out, " · ");
		markdown_link(&page->out, STR("CI log"), facts->link.value);
	}
	add_commit(page, facts);
}

static void report_link_item(
    struct page *page, const struct part *part, size_t index UNUSED, unsigned level UNUSED)
{
	buf_adds(&page->out, "; ");
	if (has_link(part->outcome))
		markdown_link(&page->out, STR("all of them"), part->outcome->facts.link.value);
}

/* --- notes and cautions --- */

static void note_item(
    struct page *page, const struct part *part, size_t index, unsigned level UNUSED)
{
	buf_adds(&page->out, "> ℹ️ ");
	markdown_text(&page->out, wording_cut(page->arena, part->items.notes[index], NOTE_MAX));
	buf_adds(&page->out, "\n\n");
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
static void caution_item(
    struct page *page, const struct part *part, size_t index UNUSED, unsigned level UNUSED)
{
	const struct plan_summary *summary = &part->outcome->summary;
	const size_t *counts = page->parts.groups.counts;
	bool is_first = true;

	buf_adds(&page->out, "> [!CAUTION]\n> **Resources will be lost: ");
	add_loss(&page->out, counts[GROUP_DESTROY], " destroyed", &is_first);
	add_loss(&page->out, counts[GROUP_REPLACE], " destroyed and created again", &is_first);
	add_loss(&page->out, counts[GROUP_FORGET], " forgotten", &is_first);
	add_loss(&page->out, counts[GROUP_OTHER], " with an unknown action", &is_first);
	if (is_first) {
		/* a text of which only the summary line could be read */
		add_loss(&page->out, summary->destroy, " destroyed", &is_first);
		add_loss(&page->out, summary->forget, " forgotten", &is_first);
	}
	buf_adds(&page->out, "**\n\n");
}

/* Of a replace that stopped halfway: worse than what was asked for. */
static void lost_caution_item(
    struct page *page, const struct part *part UNUSED, size_t index UNUSED, unsigned level UNUSED)
{
	buf_adds(&page->out, "> [!CAUTION]\n> **");
	wording_things(
	    &page->out, page->parts.applied.counts[APPLIED_LOST], "resource was", "resources were");
	buf_adds(&page->out, " destroyed and not created again**\n\n");
}

/* --- writing and measuring --- */

static const struct part_writer title_writer = {.item = title_item};
static const struct part_writer links_writer = {.item = links_item};
static const struct part_writer note_writer = {.item = note_item};
static const struct part_writer caution_writer = {.item = caution_item};
static const struct part_writer lost_caution_writer = {.item = lost_caution_item};
static const struct part_writer report_link_writer = {.item = report_link_item};

static const struct part_writer *const writers[PART_KINDS] = {
    [PART_TITLE] = &title_writer,
    [PART_LINKS] = &links_writer,
    [PART_DIRECTORY] = &directory_writer,
    [PART_DIRECTORY_DENIED] = &directory_writer,
    [PART_TABLE] = &table_writer,
    [PART_VERDICT] = &verdict_writer,
    [PART_POLICY_NOTES] = &policy_note_writer,
    [PART_DENIED] = &finding_writer,
    [PART_OVERRIDDEN] = &finding_writer,
    [PART_BROKEN] = &finding_writer,
    [PART_NOTES] = &note_writer,
    [PART_ERRORS] = &diagnostic_writer,
    [PART_ERROR_TEXT] = &error_text_writer,
    [PART_LOST_CAUTION] = &lost_caution_writer,
    [PART_LOST] = &applied_writer,
    [PART_FAILED] = &applied_writer,
    [PART_UNFINISHED] = &applied_writer,
    [PART_UNSTARTED] = &applied_writer,
    [PART_DONE] = &applied_writer,
    [PART_TAIL] = &tail_writer,
    [PART_CAUTION] = &caution_writer,
    [PART_DESTROY] = &change_writer,
    [PART_REPLACE] = &change_writer,
    [PART_FORGET] = &change_writer,
    [PART_OTHER] = &change_writer,
    [PART_UNDECIDED] = &finding_writer,
    [PART_WARNED] = &finding_writer,
    [PART_NOTED] = &finding_writer,
    [PART_LET_GO] = &finding_writer,
    [PART_UPDATE] = &update_writer,
    [PART_CREATE] = &change_writer,
    [PART_IMPORT] = &change_writer,
    [PART_MOVE] = &change_writer,
    [PART_OUTPUTS] = &output_writer,
    [PART_CHECKS] = &check_writer,
    [PART_INVOCATIONS] = &invocation_writer,
    [PART_DEFERRED] = &mixed_writer,
    [PART_DRIFT] = &drift_writer,
    [PART_WARNINGS] = &diagnostic_writer,
    [PART_WAIVERS] = &waiver_writer,
    [PART_PLANNED] = &mixed_writer,
    [PART_TEXT] = &text_writer,
    [PART_REPORT_LINK] = &report_link_writer,
};

/* Those stand on the page's frame, which writes them itself. */
static bool is_of_frame(enum part_kind kind)
{
	return kind == PART_TITLE || kind == PART_LINKS || kind == PART_REPORT_LINK;
}

static void write_begin(struct page *page, const struct part *part)
{
	const struct part_writer *writer = writers[part->kind];

	if (writer->begin)
		writer->begin(page, part);
	else if (part->title)
		page_heading(page, part);
}

static void write_end(struct page *page, const struct part *part)
{
	const struct part_writer *writer = writers[part->kind];

	if (writer->end)
		writer->end(page, part);
	else if (part->folded)
		page_fold_end(page);
	else if (part->title)
		page_blank(page);
}

static void write_rest(struct page *page, const struct part *part, size_t from, unsigned whole)
{
	const struct part_writer *writer = writers[part->kind];

	if (writer->rest) {
		writer->rest(page, part, from, whole);
	} else if (part->title) {
		page_rest_words(page, from, part->total - from);
		buf_addc(&page->out, '\n');
	}
}

static void write_measured(struct page *page, const struct part *part, size_t item, unsigned level)
{
	bool is_whole = item == BUDGET_WHOLE;

	if (!is_whole && item != BUDGET_REST) {
		writers[part->kind]->item(page, part, item, level);
		return;
	}
	if (is_whole)
		write_begin(page, part);
	write_rest(page, part, 0, level);
	if (is_whole)
		write_end(page, part);
}

/* Written on a page of its own, and forgotten. */
static size_t measure(struct page *page, const struct part *part, size_t item, unsigned level)
{
	struct arena_mark mark = arena_save(page->arena), spare = arena_save(page->spare);
	struct buf kept = page->out;
	size_t size;

	buf_init(&page->out, page->spare, page->max_bytes);
	page->measuring = true;
	write_measured(page, part, item, level);
	page->measuring = false;
	size = page->out.overflow ? BUDGET_TOO_MUCH : page->out.len;
	page->out = kept;
	arena_rewind(page->arena, mark);
	arena_rewind(page->spare, spare);
	return size;
}

static void measure_part(
    void *context, size_t at, size_t item, unsigned level, struct budget_size *out)
{
	struct page *page = context;

	out->units[0] = measure(page, &page->parts.list[at], item, level);
}

size_t page_rest_size(const struct page *page, const struct part *part, unsigned whole)
{
	struct page copy = *page;

	return measure(&copy, part, BUDGET_REST, whole);
}

void page_spend(struct page *page, size_t fixed)
{
	struct budget budget = {
	    .parts = page->parts.budget,
	    .part_count = page->parts.count,
	    .limit = {{page->max_bytes}},
	    .used = {{fixed}},
	    .measure = measure_part,
	    .context = page,
	};

	for (size_t i = 0; i < page->parts.count; i++) {
		struct part *part = &page->parts.list[i];

		if (part_is_changes(part) || part->kind >= PART_OUTPUTS)
			part->open = page_diffs_are_short(page, part);
	}
	(void)budget_spend(&budget, importance_steps, importance_step_count);
	parts_count_shown(&page->parts);
}

void page_write_part(struct page *page, size_t at)
{
	const struct part *part = &page->parts.list[at];
	const struct budget_part *told = &page->parts.budget[at];

	if (told->whole == 0 || is_of_frame(part->kind))
		return;
	write_begin(page, part);
	for (size_t i = 0; i < told->reach[0]; i++) {
		struct arena_mark mark = arena_save(page->arena);

		writers[part->kind]->item(page, part, i, budget_level(told, i));
		arena_rewind(page->arena, mark);
	}
	if (told->reach[0] < told->count)
		write_rest(page, part, told->reach[0], told->whole);
	write_end(page, part);
}

unsigned page_level_of(const struct page *page, enum part_kind kind)
{
	for (size_t i = 0; i < page->parts.count; i++) {
		if (page->parts.list[i].kind == kind)
			return budget_level(&page->parts.budget[i], 0);
	}
	return 0;
}

/* --- the comment --- */

static void add_head(struct page *page, const struct part *title)
{
	size_t full = page_level_of(page, PART_TITLE);

	add_title(page, title, full > 0 ? TARGET_MAX : TARGET_SHORT);
	add_headline(page, title->outcome);
	if (page_level_of(page, PART_LINKS) > 0)
		links_item(page, title, 0, 1);
	buf_adds(&page->out, "\n\n");
}

bool page_plan_comment(struct page *page, const struct outcome *outcome, struct err *err)
{
	size_t fixed;

	parts_init(page->arena, PARTS_MAX, &page->parts);
	parts_add_outcome(page->arena, outcome, &page->parts);
	page_add_text(page, outcome);
	add_head(page, &page->parts.list[0]);
	add_versions(page, outcome);
	fixed = page->out.len + SHOWN_MAX;
	if (page->out.overflow || fixed > page->max_bytes)
		return err_set(err, ERR_LIMIT,
		    "a comment of %zu bytes has no room for its title, allow at least 1000",
		    page->max_bytes);
	buf_rewind(&page->out, 0);
	page_spend(page, fixed);
	return true;
}

void page_write_comment(struct page *page, const struct outcome *outcome)
{
	add_head(page, &page->parts.list[0]);
	for (size_t i = 0; i < page->parts.count; i++)
		page_write_part(page, i);
	add_shown(page, outcome);
	add_versions(page, outcome);
}

bool render_markdown(struct arena *arena, const struct outcome *outcome,
    const struct render_options *options, struct str *out, struct err *err)
{
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct arena *spare CLEANUP(arena_free_ptr) = arena_new();
	struct page page = {
	    .arena = scratch,
	    .spare = spare,
	    .max_bytes = options->max_bytes ? options->max_bytes : MARKDOWN_LIMIT,
	};

	buf_init(&page.out, arena, page.max_bytes);
	if (!page_plan_comment(&page, outcome, err))
		return false;
	page_write_comment(&page, outcome);
	return buf_finish(&page.out, out, err);
}

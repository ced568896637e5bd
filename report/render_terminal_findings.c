/* Findings and waivers on the terminal. */
#include "report/terminal_screen.h"

#include "base/arena.h"
#include "base/size.h"
#include "report/wording.h"

#define LINE_MAX_BYTES ((size_t)16384) /* one line of a block before it is wrapped */
#define INDENT_HEAD    ((size_t)2)
#define INDENT_LINE    ((size_t)6)
#define WHY_PARAGRAPH  5 /* the rule's description is told while paragraphs are this long */

static const enum tone section_tones[FINDING_SECTIONS] = {
    [FINDINGS_DENIED] = TONE_RED,
    [FINDINGS_OVERRIDDEN] = TONE_RED,
    [FINDINGS_BROKEN] = TONE_RED,
    [FINDINGS_UNDECIDED] = TONE_MAGENTA,
    [FINDINGS_WARNED] = TONE_YELLOW,
    [FINDINGS_NOTED] = TONE_CYAN,
    [FINDINGS_LET_GO] = TONE_CYAN,
};

/* A line that is being spoken. */
struct spoken {
	struct screen *screen;
	struct buf buf;
};

static void say(void *context, enum voice voice, struct str text)
{
	struct spoken *spoken = context;
	struct screen *screen = spoken->screen;
	size_t max = screen->caps->text;

	if (voice == VOICE_DATA)
		text = wording_cut(screen->arena, text, max);
	else if (voice == VOICE_NAME || voice == VOICE_LINK)
		text = wording_name(screen->arena, text, max);
	buf_add(&spoken->buf, text);
}

static struct speaker begin(struct screen *screen, struct spoken *spoken, const char *before)
{
	spoken->screen = screen;
	buf_init(&spoken->buf, screen->arena, LINE_MAX_BYTES);
	buf_adds(&spoken->buf, before);
	return (struct speaker){say, spoken};
}

/* What was said stands in scratch memory until it is on the screen. */
static void end(struct spoken *spoken, size_t indent, enum tone tone, struct arena_mark mark)
{
	screen_put_wrapped(spoken->screen, indent, tone, buf_str(&spoken->buf));
	arena_rewind(spoken->screen->arena, mark);
}

/* --- blocks --- */

static bool line_is_told(const struct screen *screen, enum block_line line)
{
	if (line == BLOCK_HEAD)
		return true;
	if (line == BLOCK_WHY)
		return screen->caps->paragraph >= WHY_PARAGRAPH;
	return screen->caps->paragraph > 0;
}

static void put_block_line(
    struct screen *screen, const struct finding_block *block, enum block_line line, enum tone tone)
{
	struct arena_mark mark = arena_save(screen->arena);
	bool is_head = line == BLOCK_HEAD;
	struct spoken spoken;
	struct speaker speaker = begin(screen, &spoken, "");

	block_say_line(block, line, &speaker);
	end(&spoken, is_head ? INDENT_HEAD : INDENT_LINE,
	    is_head		  ? tone
	    : line == BLOCK_PLACE ? TONE_DIM
				  : TONE_PLAIN,
	    mark);
}

static void put_more(struct screen *screen, size_t count)
{
	if (count == 0)
		return;
	buf_repeat(&screen->out, ' ', INDENT_LINE);
	buf_adds(&screen->out, "... and ");
	wording_count(&screen->out, count);
	buf_adds(&screen->out, " more\n");
}

static void put_block(
    struct screen *screen, const struct finding_block *block, enum tone tone, size_t cap)
{
	size_t shown = size_min(block->count, cap);

	for (size_t line = 0; line < BLOCK_LINES; line++) {
		if (line_is_told(screen, (enum block_line)line) &&
		    block_has_line(block, (enum block_line)line))
			put_block_line(screen, block, (enum block_line)line, tone);
	}
	for (size_t i = 0; i < shown && !screen->out.overflow; i++) {
		struct arena_mark mark = arena_save(screen->arena);
		struct spoken spoken;
		struct speaker speaker = begin(screen, &spoken, "- ");

		block_say_row(block, i, &speaker);
		end(&spoken, INDENT_LINE, TONE_PLAIN, mark);
	}
	put_more(screen, block->count - shown);
}

/* Rules beyond those with a block, and findings that are only counted. */
static void put_rest(
    struct screen *screen, const struct findings *findings, enum finding_section section, size_t at)
{
	size_t rules = findings->block_counts[section] - at, count = 0;

	for (size_t i = 0; i < rules; i++)
		count += findings->blocks[section][at + i].count;
	if (rules > 0) {
		buf_adds(&screen->out, "  ... and ");
		wording_count(&screen->out, count);
		buf_adds(&screen->out, " more of ");
		wording_things(&screen->out, rules, "rule", "rules");
		buf_addc(&screen->out, '\n');
	}
	if (findings->left_out[section] > 0) {
		buf_adds(&screen->out, "  ... and ");
		wording_count(&screen->out, findings->left_out[section]);
		buf_adds(&screen->out, " more that are only counted\n");
	}
}

static void put_section(
    struct screen *screen, const struct findings *findings, enum finding_section section)
{
	const struct screen_caps *caps = screen->caps;
	bool is_kept = finding_section_is_kept(section);
	size_t rows = is_kept ? caps->losses : caps->others;
	size_t blocks = is_kept ? caps->types : caps->others, shown;

	if (findings->counts[section] == 0)
		return;
	if (is_kept && caps->text == SCREEN_TEXT_MAX) /* there is room: none is left out */
		blocks = SIZE_MAX;
	shown = size_min(findings->block_counts[section], blocks);
	screen_put_heading(screen, section_tones[section],
	    finding_section_title(section, findings->after_apply), findings->counts[section]);
	for (size_t i = 0; i < shown && !screen->out.overflow; i++)
		put_block(screen, &findings->blocks[section][i], section_tones[section], rows);
	put_rest(screen, findings, section, shown);
}

static void put_sections(
    struct screen *screen, const struct findings *findings, size_t from, size_t to)
{
	for (size_t section = from; section <= to; section++)
		put_section(screen, findings, (enum finding_section)section);
}

/* --- the verdict --- */

void screen_find_findings(struct screen *screen)
{
	const struct outcome *outcome = screen->outcome;

	screen->tells_verdict = verdict_is_told(outcome, &outcome->verdict);
	screen->tells_after_apply = verdict_is_told(outcome, &outcome->after_apply);
	findings_of(screen->arena, &outcome->verdict, false, &screen->findings);
	findings_of(screen->arena, &outcome->after_apply, true, &screen->after_apply);
}

static void put_verdict(struct screen *screen, const struct findings *findings, const char *label)
{
	struct arena_mark mark = arena_save(screen->arena);
	struct spoken spoken;
	struct speaker speaker = begin(screen, &spoken, label);
	const struct str *notes;
	size_t count = findings_notes(findings, &notes);

	findings_say_verdict(findings, &speaker);
	end(&spoken, 0, TONE_PLAIN, mark);
	for (size_t i = 0; i < size_min(count, screen->caps->others); i++) {
		speaker = begin(screen, &spoken, "note: ");
		speaker.say(speaker.context, VOICE_DATA, notes[i]);
		end(&spoken, 0, TONE_DIM, mark);
	}
}

void screen_put_verdict(struct screen *screen)
{
	if (screen->tells_verdict)
		put_verdict(screen, &screen->findings, "Policies: ");
	if (screen->tells_after_apply)
		put_verdict(screen, &screen->after_apply, "Policies after apply: ");
}

void screen_put_denials(struct screen *screen)
{
	if (screen->tells_after_apply)
		put_sections(screen, &screen->after_apply, FINDINGS_DENIED, FINDINGS_BROKEN);
	if (screen->tells_verdict)
		put_sections(screen, &screen->findings, FINDINGS_DENIED, FINDINGS_BROKEN);
}

void screen_put_warnings(struct screen *screen)
{
	if (screen->tells_after_apply)
		put_sections(screen, &screen->after_apply, FINDINGS_UNDECIDED, FINDINGS_LET_GO);
	if (screen->tells_verdict)
		put_sections(screen, &screen->findings,
		    findings_first_open(screen->tells_after_apply), FINDINGS_LET_GO);
}

/* --- waivers --- */

static void put_waiver(struct screen *screen, const struct waiver_use *use, bool all)
{
	struct arena_mark mark = arena_save(screen->arena);
	struct spoken spoken;
	struct speaker speaker = begin(screen, &spoken, "");

	waiver_say(use, screen->outcome->facts.now, all, &speaker);
	end(&spoken, INDENT_HEAD, waiver_needs_attention(use) ? TONE_YELLOW : TONE_PLAIN, mark);
}

static void put_absorbed(struct screen *screen)
{
	size_t count = screen->outcome->verdict.absorbed_count;
	struct arena_mark mark = arena_save(screen->arena);
	struct spoken spoken;

	if (count == 0 || !screen_shows_details(screen))
		return;
	(void)begin(screen, &spoken, "");
	wording_things(&spoken.buf, count, "error was", "errors were");
	buf_adds(&spoken.buf, " absorbed by && or ||; see tfherald policy lint");
	buf_addc(&screen->out, '\n');
	end(&spoken, 0, TONE_DIM, mark);
}

/* Those that somebody has to do something about; with details all of them. */
void screen_put_waivers(struct screen *screen)
{
	const struct verdict *verdict = &screen->outcome->verdict;
	bool all = screen_shows_details(screen);
	size_t shown = 0, count = 0;

	if (!screen->tells_verdict)
		return;
	if (verdict->waiver_count > 0) {
		struct arena_mark mark = arena_save(screen->arena);
		struct spoken spoken;
		struct speaker speaker = begin(screen, &spoken, "Waivers: ");

		buf_addc(&screen->out, '\n');
		waivers_say_counts(verdict, &speaker);
		end(&spoken, 0, TONE_BOLD, mark);
	}
	for (size_t i = 0; i < verdict->waiver_count; i++) {
		if (!all && !waiver_needs_attention(&verdict->waivers[i]))
			continue;
		if (count++ < (all ? SCREEN_TEXT_MAX : screen->caps->others)) {
			put_waiver(screen, &verdict->waivers[i], all);
			shown++;
		}
	}
	screen_put_more(screen, count - shown);
	put_absorbed(screen);
}

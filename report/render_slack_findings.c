/* Findings in the Slack message. */
#include "report/slack_message.h"

#include "base/arena.h"
#include "base/size.h"
#include "report/wording.h"

#define LINK_MAX     ((size_t)500)
#define DENIED_SHARE 2 /* long forms take at most this part of the room, for the losses' sake */
#define OTHERS_SHARE 4
#define BLOCKS_SHOWN 5 /* rules of a section that does not deny */

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
	size_t text;
	bool lines;
};
static const struct form forms[] = {
    {10, 300, true},
    {5, 150, false},
    {2, 80, false},
    {0, 60, false},
};
#define FORMS_SHORTEST (ARRAY_LEN(forms) - 1)

struct spoken {
	struct message *message;
	size_t text;
};

/* The text of a link is ours: what is no web address is shown as it is. */
static void say_link(struct message *message, struct str url)
{
	struct buf link;

	buf_init(&link, message->arena, 4 * LINK_MAX);
	if (url.len <= LINK_MAX)
		slack_add_link(&link, url, "more about it");
	if (link.len > 0 && !link.overflow)
		buf_add(&message->text, buf_str(&link));
	else
		slack_add_code(message, url);
}

static void say(void *context, enum voice voice, struct str text)
{
	struct spoken *spoken = context;
	struct message *message = spoken->message;

	switch (voice) {
	case VOICE_WORDS:
		slack_add_escaped(&message->text, text);
		break;
	case VOICE_LEVEL:
		buf_addf(&message->text, "*%.*s*", STR_ARG(text));
		break;
	case VOICE_NAME:
		slack_add_code(message, text);
		break;
	case VOICE_DATA:
		slack_add_data(message, text, spoken->text);
		break;
	case VOICE_LINK:
		say_link(message, text);
		break;
	}
}

static void add_more(struct message *message, size_t count)
{
	if (count == 0)
		return;
	buf_adds(&message->text, "… and ");
	wording_count(&message->text, count);
	buf_adds(&message->text, " more\n");
}

/* Where a rule stands is for the comment and the log, unless it has a page that explains it. */
static bool line_is_told(
    const struct finding_block *block, const struct form *form, enum block_line line)
{
	if (line == BLOCK_HEAD)
		return true;
	return form->lines && block_has_line(block, line) &&
	       (line != BLOCK_PLACE || block->rows[0]->url.len > 0);
}

static void add_block(
    struct message *message, const struct finding_block *block, const struct form *form)
{
	struct spoken spoken = {message, form->text};
	struct speaker speaker = {say, &spoken};
	struct buf *out = &message->text;
	size_t shown = size_min(block->count, form->rows);

	for (size_t line = 0; line < BLOCK_LINES && !out->overflow; line++) {
		if (!line_is_told(block, form, (enum block_line)line))
			continue;
		block_say_line(block, (enum block_line)line, &speaker);
		if (line == BLOCK_HEAD && form->rows == 0) {
			buf_adds(out, " (");
			wording_count(out, block->count);
			buf_addc(out, ')');
		}
		buf_addc(out, '\n');
	}
	for (size_t i = 0; i < shown && !out->overflow; i++) {
		buf_adds(out, "• ");
		block_say_row(block, i, &speaker);
		buf_addc(out, '\n');
	}
	if (form->rows > 0)
		add_more(message, block->count - shown);
}

/* As many rules as fit; the findings of the others are counted. */
static size_t add_blocks(struct message *message, const struct finding_block *blocks, size_t count,
    const struct form *form)
{
	size_t shown;

	for (shown = 0; shown < count; shown++) {
		size_t mark = message->text.len;

		add_block(message, &blocks[shown], form);
		if (message->text.overflow) {
			buf_rewind(&message->text, mark);
			break;
		}
	}
	return shown;
}

static void add_rest(struct message *message, const struct findings *findings,
    enum finding_section section, size_t shown)
{
	const struct finding_block *blocks = findings->blocks[section];
	size_t rules = findings->block_counts[section], left = findings->left_out[section];

	for (size_t i = shown; i < rules; i++)
		left += blocks[i].count;
	if (left == 0)
		return;
	buf_adds(&message->text, "… and ");
	wording_count(&message->text, left);
	buf_adds(&message->text, " more");
	if (shown < rules) {
		buf_adds(&message->text, " of ");
		wording_things(&message->text, rules - shown, "rule", "rules");
	}
}

static void begin(
    struct message *message, const struct findings *findings, enum finding_section section)
{
	slack_begin_section(message);
	message->text.limit -= size_min(message->text.limit, SLACK_MORE_SIZE);
	buf_addf(&message->text, "*%s %s (", section_icons[section],
	    finding_section_title(section, findings->after_apply));
	wording_count(&message->text, findings->counts[section]);
	buf_adds(&message->text, ")*\n");
}

static void add_section(
    struct message *message, const struct findings *findings, enum finding_section section)
{
	const struct finding_block *blocks = findings->blocks[section];
	bool is_kept = finding_section_is_kept(section);
	size_t count = findings->block_counts[section], shown = 0;
	size_t share = message->room / (is_kept ? DENIED_SHARE : OTHERS_SHARE);

	if (findings->counts[section] == 0)
		return;
	if (!is_kept)
		count = size_min(count, BLOCKS_SHOWN);
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		begin(message, findings, section);
		if (i < FORMS_SHORTEST || !is_kept)
			message->text.limit = size_min(message->text.limit, share);
		shown = add_blocks(message, blocks, count, &forms[i]);
		if (shown == count)
			break;
	}
	message->text.limit += SLACK_MORE_SIZE;
	add_rest(message, findings, section, shown);
	slack_end_section(message);
}

static void add_sections(
    struct message *message, const struct findings *findings, size_t from, size_t to)
{
	for (size_t section = from; section <= to; section++)
		add_section(message, findings, (enum finding_section)section);
}

static void add_verdict(struct message *message, const struct findings *findings, const char *label)
{
	struct spoken spoken = {message, LINK_MAX};
	struct speaker speaker = {say, &spoken};
	const struct str *notes;
	size_t count = findings_notes(findings, &notes);

	slack_begin_section(message);
	buf_adds(&message->text, label);
	findings_say_verdict(findings, &speaker);
	for (size_t i = 0; i < size_min(count, 3); i++) {
		buf_addc(&message->text, '\n');
		slack_add_data(message, notes[i], LINK_MAX);
	}
	slack_end_section(message);
}

void slack_find_findings(struct message *message)
{
	const struct outcome *outcome = message->outcome;

	message->tells_verdict = verdict_is_told(outcome, &outcome->verdict);
	message->tells_after_apply = verdict_is_told(outcome, &outcome->after_apply);
	findings_of(message->arena, &outcome->verdict, false, &message->findings);
	findings_of(message->arena, &outcome->after_apply, true, &message->after_apply);
}

void slack_add_denials(struct message *message)
{
	if (message->tells_verdict)
		add_verdict(message, &message->findings, "Policies: ");
	if (message->tells_after_apply)
		add_verdict(message, &message->after_apply, "Policies after apply: ");
	if (message->tells_after_apply)
		add_sections(message, &message->after_apply, FINDINGS_DENIED, FINDINGS_BROKEN);
	if (message->tells_verdict)
		add_sections(message, &message->findings, FINDINGS_DENIED, FINDINGS_BROKEN);
}

/* Waivers that need attention, by number: who they are stands in the comment. */
static void add_waivers(struct message *message)
{
	const struct verdict *verdict = message->findings.verdict;
	struct spoken spoken = {message, LINK_MAX};
	struct speaker speaker = {say, &spoken};
	size_t count = 0;

	for (size_t i = 0; i < verdict->waiver_count; i++)
		count += waiver_needs_attention(&verdict->waivers[i]);
	if (count == 0)
		return;
	slack_begin_section(message);
	buf_adds(&message->text, "Waivers: ");
	waivers_say_counts(verdict, &speaker);
	slack_end_section(message);
}

void slack_add_policy_warnings(struct message *message)
{
	if (message->tells_after_apply)
		add_sections(message, &message->after_apply, FINDINGS_UNDECIDED, FINDINGS_WARNED);
	if (!message->tells_verdict)
		return;
	add_sections(message, &message->findings, findings_first_open(message->tells_after_apply),
	    FINDINGS_WARNED);
	add_section(message, &message->findings, FINDINGS_LET_GO);
	add_waivers(message);
}

/* Findings in the Slack message. */
#include "report/slack_message.h"

#include "base/arena.h"
#include "base/size.h"
#include "report/wording.h"

#define LINK_MAX ((size_t)500)

/* How much of a rule is told, by level. */
struct form {
	size_t rows; /* of a block; 0: its number stands behind its head */
	size_t text;
	bool lines;
};
static const struct form forms[BUDGET_LEVELS + 1] = {
    {0, 60, false},
    {0, 60, false},
    {2, 80, false},
    {5, 150, false},
    {10, 300, true},
    {10, 300, true},
    {10, 300, true},
    {10, 300, true},
    {10, 300, true},
};

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
		buf_add_escaped(&message->text, text);
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
	slack_add_rest_words(message, 1, count);
	buf_addc(&message->text, '\n');
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

static void finding_item(
    struct message *message, const struct part *part, size_t index, unsigned level)
{
	add_block(message, &part->items.blocks[index], &forms[level]);
}

/* "… and 4,980 more of 12 rules" */
static void finding_rest(
    struct message *message, const struct part *part, size_t from, unsigned whole UNUSED)
{
	const struct findings *findings = part->findings;
	size_t rules = findings->block_counts[part->section] - from;
	size_t left = findings->left_out[part->section];

	for (size_t i = 0; i < rules; i++)
		left += part->items.blocks[from + i].count;
	slack_add_rest_words(message, from, left);
	buf_adds(&message->text, " of ");
	wording_things(&message->text, rules, "rule", "rules");
}

const struct slack_writer slack_finding_writer = {.item = finding_item, .rest = finding_rest};

static void verdict_item(
    struct message *message, const struct part *part, size_t index UNUSED, unsigned level UNUSED)
{
	struct spoken spoken = {message, LINK_MAX};
	struct speaker speaker = {say, &spoken};
	const struct str *notes;
	size_t count = findings_notes(part->findings, &notes);

	buf_adds(
	    &message->text, part->findings->after_apply ? "Policies after apply: " : "Policies: ");
	findings_say_verdict(part->findings, &speaker);
	for (size_t i = 0; i < size_min(count, 3); i++) {
		buf_addc(&message->text, '\n');
		slack_add_data(message, notes[i], LINK_MAX);
	}
}

const struct slack_writer slack_verdict_writer = {.item = verdict_item};

/* Waivers that need attention, by number: who they are stands in the comment. */
static void waiver_item(
    struct message *message, const struct part *part, size_t index UNUSED, unsigned level UNUSED)
{
	struct spoken spoken = {message, LINK_MAX};
	struct speaker speaker = {say, &spoken};

	buf_adds(&message->text, "Waivers: ");
	waivers_say_counts(part->findings->verdict, &speaker);
}

const struct slack_writer slack_waiver_writer = {.item = waiver_item};

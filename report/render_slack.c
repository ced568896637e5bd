/* The Slack message: its blocks, and how much of each part there is room for. */
#include "report/render.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/size.h"
#include "base/utf8.h"
#include "report/slack_message.h"
#include "report/wording.h"

#define BLOCKS_MAX     ((size_t)50)
#define SECTION_MAX    ((size_t)3000)
#define HEADER_MAX     ((size_t)150)
#define TEXT_TOTAL_MAX ((size_t)9000)
#define JSON_MAX       ((size_t)14000) /* a hidden cap on all blocks, see api-facts 1.2 */
#define FALLBACK_MAX   ((size_t)3000)
#define URL_MAX	       ((size_t)500)
#define GAINS_SHOWN    ((size_t)60)
#define LOSSES_SHOWN   ((size_t)60)
#define RULES_SHOWN    ((size_t)5)
#define DIFF_LEVELS    4 /* of an item with a diff: short, then longer */

/* What stands around the text of a block, and the comma behind it. */
#define HEADER_JSON \
	"{\"type\":\"header\",\"text\":{\"type\":\"plain_text\",\"text\":\"\",\"emoji\":false}},"
#define SECTION_JSON \
	"{\"type\":\"section\",\"text\":{\"type\":\"mrkdwn\",\"text\":\"\",\"verbatim\":true}},"
#define CONTEXT_JSON                                                                           \
	"{\"type\":\"context\",\"elements\":[{\"type\":\"mrkdwn\",\"text\":\"\",\"verbatim\":" \
	"true}]},"
/* A part goes on in another block when one is full: every one of those holds so much at least. */
#define FILLED_MIN ((size_t)900)
/* An item that would be longer is told as on a lower level; the lowest is never over 2,100. */
#define ITEM_MAX ((size_t)1500)

/* --- blocks --- */

static void write_text_object(struct message *message, const char *type, struct str text)
{
	struct jsonw *writer = &message->writer;

	jsonw_begin_object(writer);
	jsonw_key(writer, "type");
	jsonw_c(writer, type);
	jsonw_field_str(writer, "text", text);
	if (type[0] == 'p') /* plain_text */
		jsonw_field_bool(writer, "emoji", false);
	else /* no link, channel or mention is made of what only looks like one */
		jsonw_field_bool(writer, "verbatim", true);
	jsonw_end_object(writer);
}

static void write_section(struct message *message)
{
	struct jsonw *writer = &message->writer;
	struct str text = str_trim_end(buf_str(&message->text));

	if (text.len == 0)
		return;
	jsonw_begin_object(writer);
	jsonw_key(writer, "type");
	jsonw_c(writer, "section");
	jsonw_key(writer, "text");
	write_text_object(message, "mrkdwn", text);
	jsonw_end_object(writer);
	buf_rewind(&message->text, 0);
}

static struct str title_of(struct message *message, size_t max)
{
	const struct outcome *outcome = message->outcome;
	struct str target = wording_target(message->arena, outcome);
	struct str title =
	    str_format(message->arena, "%s %s%s%.*s", outcome_status_icon(outcome_status(outcome)),
		wording_operation(outcome), target.len > 0 ? ": " : "", STR_ARG(target));

	return wording_cut(message->arena, title, max);
}

static void write_header(struct message *message)
{
	struct jsonw *writer = &message->writer;

	jsonw_begin_object(writer);
	jsonw_key(writer, "type");
	jsonw_c(writer, "header");
	jsonw_key(writer, "text");
	write_text_object(message, "plain_text", title_of(message, HEADER_MAX));
	jsonw_end_object(writer);
}

/* What is to be known before everything else; notes stand below it, as many as there is room for.
 */
static void add_headline(struct message *message)
{
	buf_addc(&message->text, '*');
	buf_add_escaped(&message->text, outcome_headline(message->arena, message->outcome));
	buf_addc(&message->text, '*');
}

/* --- where it comes from --- */

static void write_context(struct message *message)
{
	struct jsonw *writer = &message->writer;

	if (message->text.len == 0)
		return;
	jsonw_begin_object(writer);
	jsonw_key(writer, "type");
	jsonw_c(writer, "context");
	jsonw_key(writer, "elements");
	jsonw_begin_array(writer);
	write_text_object(message, "mrkdwn", buf_str(&message->text));
	jsonw_end_array(writer);
	jsonw_end_object(writer);
	buf_rewind(&message->text, 0);
}

/* --- writing and measuring --- */

/* What Slack is told of a kind of part: not everything that the comment says. */
static const struct {
	const struct slack_writer *writer; /* NULL: nothing */
	size_t most;			   /* items; 0: all */
	unsigned top;			   /* level of an item; 0: the part's */
} kinds[PART_KINDS] = {
    [PART_LINKS] = {&slack_links_writer, 0, 0},
    [PART_VERDICT] = {&slack_verdict_writer, 0, 0},
    [PART_DENIED] = {&slack_finding_writer, 0, 4},
    [PART_OVERRIDDEN] = {&slack_finding_writer, 0, 4},
    [PART_BROKEN] = {&slack_finding_writer, 0, 4},
    [PART_NOTES] = {&slack_note_writer, 2, 0},
    [PART_ERRORS] = {&slack_error_writer, 1, 1},
    [PART_ERROR_TEXT] = {&slack_error_writer, 1, 1},
    [PART_LOST] = {&slack_applied_writer, LOSSES_SHOWN, 0},
    [PART_FAILED] = {&slack_applied_writer, LOSSES_SHOWN, 0},
    [PART_UNFINISHED] = {&slack_applied_writer, GAINS_SHOWN, 0},
    [PART_UNSTARTED] = {&slack_applied_writer, GAINS_SHOWN, 0},
    [PART_DONE] = {&slack_applied_writer, GAINS_SHOWN, 0},
    [PART_TAIL] = {&slack_tail_writer, 0, 1},
    [PART_DESTROY] = {&slack_change_writer, LOSSES_SHOWN, 2},
    [PART_REPLACE] = {&slack_change_writer, LOSSES_SHOWN, DIFF_LEVELS},
    [PART_FORGET] = {&slack_change_writer, LOSSES_SHOWN, 2},
    [PART_OTHER] = {&slack_change_writer, LOSSES_SHOWN, 2},
    [PART_UNDECIDED] = {&slack_finding_writer, RULES_SHOWN, 4},
    [PART_WARNED] = {&slack_finding_writer, RULES_SHOWN, 4},
    [PART_LET_GO] = {&slack_finding_writer, RULES_SHOWN, 4},
    [PART_UPDATE] = {&slack_update_writer, GAINS_SHOWN, DIFF_LEVELS},
    [PART_CREATE] = {&slack_change_writer, GAINS_SHOWN, 2},
    [PART_IMPORT] = {&slack_change_writer, GAINS_SHOWN, 2},
    [PART_MOVE] = {&slack_change_writer, GAINS_SHOWN, 2},
    [PART_DEFERRED] = {&slack_deferred_writer, GAINS_SHOWN, 2},
    [PART_OUTPUTS] = {&slack_figures_writer, 0, 1},
    [PART_WAIVERS] = {&slack_waiver_writer, 1, 1},
};

/* Parts that are no section of their own. */
static bool is_of_frame(enum part_kind kind)
{
	return kind == PART_LINKS || kind == PART_NOTES;
}

static void write_begin(struct message *message, const struct part *part)
{
	const struct slack_writer *writer = kinds[part->kind].writer;

	if (writer->begin) {
		writer->begin(message, part);
	} else if (part->title && part->total > 0) {
		buf_addf(&message->text, "*%s %s (", part->icon, part->title);
		wording_count(&message->text, part->total);
		buf_adds(&message->text, ")*\n");
	}
}

static void write_rest(
    struct message *message, const struct part *part, size_t from, unsigned whole)
{
	const struct slack_writer *writer = kinds[part->kind].writer;

	if (writer->rest)
		writer->rest(message, part, from, whole);
	else if (part->title && part->total > 0)
		slack_add_rest_words(message, from, part->total - from);
}

static void add_item(struct message *message, const struct part *part, size_t index, unsigned level)
{
	size_t start = message->text.len;

	for (; level > 0; level--) {
		kinds[part->kind].writer->item(message, part, index, level);
		if (level == 1 || utf8_count(str_skip(buf_str(&message->text), start)) <= ITEM_MAX)
			break;
		buf_rewind(&message->text, start);
	}
}

static void write_measured(
    struct message *message, const struct part *part, size_t item, unsigned level)
{
	if (item == BUDGET_WHOLE)
		write_begin(message, part);
	if (item == BUDGET_WHOLE || item == BUDGET_REST)
		write_rest(message, part, 0, level);
	else
		add_item(message, part, item, level);
}

/* Bytes of a text as JSON, at most. */
static size_t json_size(struct str text)
{
	size_t size = text.len;

	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];

		if (c == '"' || c == '\\' || c == '\n')
			size++;
		else if (c < 0x20 || c == 0x7f)
			size += 5;
		else if (c == 0xe2) /* perhaps a line separator */
			size += str_starts(str_skip(text, i), STR("\xe2\x80\xa8")) ||
					str_starts(str_skip(text, i), STR("\xe2\x80\xa9"))
				    ? 3
				    : 0;
	}
	return size;
}

static struct budget_size size_of_text(struct str text)
{
	return (struct budget_size){{utf8_count(text), 0, json_size(text)}};
}

static struct budget_size measure(
    struct message *message, const struct part *part, size_t item, unsigned level)
{
	struct arena_mark mark = arena_save(message->arena), spare = arena_save(message->spare);
	struct buf kept = message->text;
	struct budget_size size;

	buf_init(&message->text, message->spare, JSON_MAX);
	write_measured(message, part, item, level);
	size = size_of_text(buf_str(&message->text));
	if (message->text.overflow)
		size.units[0] = BUDGET_TOO_MUCH;
	message->text = kept;
	arena_rewind(message->arena, mark);
	arena_rewind(message->spare, spare);
	return size;
}

size_t slack_rest_size(const struct message *message, const struct part *part, unsigned whole)
{
	struct message copy = *message;

	/* in bytes it is never less than in characters */
	return measure(&copy, part, BUDGET_REST, whole).units[0];
}

static void measure_part(
    void *context, size_t at, size_t item, unsigned level, struct budget_size *out)
{
	struct message *message = context;
	const struct part *part = &message->parts.list[at];

	*out = measure(message, part, item, level);
	if (item == BUDGET_WHOLE && part->kind != PART_NOTES) {
		out->units[1] = 1;
		out->units[2] += strlen(part->kind == PART_LINKS ? CONTEXT_JSON : SECTION_JSON);
	}
}

/* A section that would be too long goes on in another block, between items. */
static void write_item(struct message *message, const struct part *part, size_t index)
{
	const struct budget_part *told = &message->parts.budget[part - message->parts.list];
	struct arena_mark mark = arena_save(message->arena);
	size_t start = message->text.len;
	unsigned level = budget_level(told, index);

	add_item(message, part, index, level);
	if (start > 0 && utf8_count(buf_str(&message->text)) > SECTION_MAX) {
		buf_rewind(&message->text, start);
		write_section(message);
		add_item(message, part, index, level);
	}
	arena_rewind(message->arena, mark);
}

static void write_part(struct message *message, size_t at)
{
	const struct part *part = &message->parts.list[at];
	const struct budget_part *told = &message->parts.budget[at];
	size_t start;

	if (told->whole == 0)
		return;
	write_begin(message, part);
	for (size_t i = 0; i < told->reach[0]; i++)
		write_item(message, part, i);
	if (told->reach[0] < told->count) {
		start = message->text.len;
		write_rest(message, part, told->reach[0], told->whole);
		if (start > 0 && utf8_count(buf_str(&message->text)) > SECTION_MAX) {
			buf_rewind(&message->text, start);
			write_section(message);
			write_rest(message, part, told->reach[0], told->whole);
		}
	}
}

/* --- the message --- */

static bool needs_attention(const struct verdict *verdict)
{
	for (size_t i = 0; i < verdict->waiver_count; i++) {
		if (waiver_needs_attention(&verdict->waivers[i]))
			return true;
	}
	return false;
}

static bool has_figures(const struct outcome *outcome)
{
	return outcome->output_count + outcome->check_count + outcome->invocation_count +
		   outcome->drift_count + outcome->diagnostic_count >
	       0;
}

/* What Slack is not told is taken away: a part without items is not told. */
static void limit_part(struct message *message, size_t at)
{
	struct part *part = &message->parts.list[at];
	struct budget_part *told = &message->parts.budget[at];
	bool failed = outcome_status_is_failure(outcome_status(message->outcome));

	if (!kinds[part->kind].writer || part->kind == PART_OUTPUTS ||
	    (part->kind == PART_ERRORS && !failed) ||
	    (part->kind == PART_WAIVERS && !needs_attention(part->findings->verdict))) {
		told->count = 0;
		return;
	}
	if (kinds[part->kind].most > 0)
		told->most = size_min(told->most, kinds[part->kind].most);
	if (kinds[part->kind].top > 0)
		told->top = kinds[part->kind].top;
	if (part->kind == PART_ERRORS || part->kind == PART_WAIVERS) {
		/* one item that says it all */
		told->count = told->most = 1;
		part->title = NULL;
	}
}

static void find_parts(struct message *message)
{
	parts_init(message->arena, PARTS_MAX, &message->parts);
	parts_add_outcome(message->arena, message->outcome, &message->parts);
	for (size_t i = 0; i < message->parts.count; i++)
		limit_part(message, i);
	if (has_figures(message->outcome)) {
		struct part *part =
		    parts_add_single(&message->parts, PART_OUTPUTS, message->outcome);

		part->title = NULL;
		message->parts.budget[message->parts.count - 1].top = 1;
	}
}

static struct budget_size size_of_frame(struct message *message)
{
	struct arena_mark mark = arena_save(message->arena);
	struct str title = title_of(message, HEADER_MAX);
	struct budget_size size;

	add_headline(message);
	size = size_of_text(buf_str(&message->text));
	buf_rewind(&message->text, 0);
	size.units[0] += utf8_count(title) + SHOWN_MAX;
	size.units[1] = 3;
	size.units[2] +=
	    json_size(title) + SHOWN_MAX + strlen(HEADER_JSON SECTION_JSON SECTION_JSON "[]");
	arena_rewind(message->arena, mark);
	return size;
}

static bool spend(struct message *message, size_t max_bytes)
{
	size_t more = size_min(max_bytes, TEXT_TOTAL_MAX) / FILLED_MIN;
	struct budget budget = {
	    .parts = message->parts.budget,
	    .part_count = message->parts.count,
	    .limit = {{TEXT_TOTAL_MAX, BLOCKS_MAX - more,
		max_bytes - size_min(max_bytes, more * strlen(SECTION_JSON))}},
	    .used = size_of_frame(message),
	    .measure = measure_part,
	    .context = message,
	};

	for (size_t i = 0; i < BUDGET_UNITS; i++) {
		if (budget.used.units[i] > budget.limit.units[i])
			return false;
	}
	(void)budget_spend(&budget, importance_steps, importance_step_count);
	parts_count_shown(&message->parts);
	return true;
}

bool slack_plan(struct message *message, size_t max_bytes, struct err *err)
{
	find_parts(message);
	if (!spend(message, max_bytes))
		return err_set(err, ERR_LIMIT,
		    "a Slack message of %zu bytes has no room for its title, allow at least 1000",
		    max_bytes);
	return true;
}

static size_t part_of(const struct message *message, enum part_kind kind)
{
	for (size_t i = 0; i < message->parts.count; i++) {
		if (message->parts.list[i].kind == kind)
			return i;
	}
	return message->parts.count;
}

static void write_frame_part(struct message *message, enum part_kind kind)
{
	size_t at = part_of(message, kind);

	if (at < message->parts.count)
		write_part(message, at);
}

static void write_blocks(struct message *message)
{
	jsonw_begin_array(&message->writer);
	write_header(message);
	add_headline(message);
	write_frame_part(message, PART_NOTES);
	write_section(message);
	for (size_t i = 0; i < message->parts.count; i++) {
		if (is_of_frame(message->parts.list[i].kind))
			continue;
		write_part(message, i);
		write_section(message);
	}
	(void)parts_say_shown(&message->text, &message->parts, message->outcome);
	write_section(message);
	write_frame_part(message, PART_LINKS);
	write_context(message);
	jsonw_end_array(&message->writer);
}

static void write_fallback(struct message *message, struct str *out)
{
	const struct outcome *outcome = message->outcome;
	struct str target = wording_target(message->arena, outcome);

	buf_rewind(&message->text, 0);
	buf_addf(&message->text, "%s %s", outcome_status_icon(outcome_status(outcome)),
	    wording_operation(outcome));
	if (target.len > 0) {
		buf_addc(&message->text, ' ');
		slack_add_code(message, target);
	}
	buf_adds(&message->text, ": ");
	buf_add_escaped(&message->text, outcome_headline(message->arena, message->outcome));
	*out = buf_str(&message->text);
}

bool render_slack(struct arena *arena, const struct outcome *outcome,
    const struct render_options *options, const char *link_override, struct slack_message *out,
    struct err *err)
{
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct arena *spare CLEANUP(arena_free_ptr) = arena_new();
	size_t max_bytes =
	    options->max_bytes > 0 ? size_min(options->max_bytes, JSON_MAX) : JSON_MAX;
	struct message message = {
	    .arena = scratch,
	    .spare = spare,
	    .outcome = outcome,
	    .link = str_from(link_override),
	};
	struct sink sink;
	struct buf json;

	buf_init(&message.text, arena, JSON_MAX);
	if (!slack_plan(&message, max_bytes, err))
		return false;
	buf_init(&json, arena, max_bytes);
	sink_to_buf(&sink, &json);
	jsonw_init(&message.writer, &sink, 0);
	write_blocks(&message);
	if (!sink_finish(&sink, err))
		return false;
	write_fallback(&message, &out->text);
	return buf_finish(&json, &out->blocks, err);
}

/* Changes of resources in the Slack message. */
#include "report/slack_message.h"

#include "base/arena.h"
#include "base/size.h"
#include "report/callout.h"
#include "report/detail.h"
#include "report/wording.h"

#define DATA_SHOWN	 ((size_t)100)
#define FOLDED_MAX	 ((size_t)200)
#define ADDRESS_SHORT	 ((size_t)200)
#define ADDRESS_WHOLE	 ((size_t)1000) /* an item is no longer than half a section */
#define NAMES_LEVEL	 2
#define DIFF_LEVEL	 3
#define TYPES_MAX	 ((size_t)1000) /* bytes of the numbers by type */
#define OTHER_TYPES_SIZE (sizeof(", …") - 1)

static void add_names(struct message *message, const char *before, const struct detail_names *names)
{
	for (size_t i = 0; i < names->count; i++) {
		buf_adds(&message->text, i == 0 ? before : ", ");
		slack_add_code(message, names->names[i].len > 0 ? names->names[i] : STR("value"));
	}
	if (names->count > 0 && names->more > 0)
		buf_addf(&message->text, " and %zu more", names->more);
}

/* " — ⚠️ `now allows *`" */
static void add_callout(struct message *message, struct str text, size_t more)
{
	if (text.len == 0)
		return;
	buf_adds(&message->text, " — ⚠️ ");
	slack_add_code(message, text);
	if (more > 0)
		buf_addf(&message->text, " and %zu more", more);
}

static void add_import(struct message *message, struct str id)
{
	buf_adds(&message->text, id.len > 0 ? " — import id " : " — imported");
	if (id.len > 0)
		slack_add_code(message, id);
}

static void add_remarks(
    struct message *message, const struct outcome_change *change, bool with_names)
{
	struct str reason = change->head.reason;
	struct detail_names names;

	if (reason.len > 0) {
		buf_adds(&message->text, " — ");
		if (wording_reason_is_known(reason))
			buf_add_escaped(&message->text, wording_reason(message->arena, reason));
		else
			slack_add_data(message, wording_reason(message->arena, reason), DATA_SHOWN);
	}
	detail_forcing_names(change, &names);
	add_names(message, " — because of ", &names);
	detail_changed_names(change, &names);
	if (with_names)
		add_names(message, " — ", &names);
	if (change->head.importing)
		add_import(message, change->head.import_id);
}

static void add_address(struct message *message, const struct change_head *head, unsigned level)
{
	size_t max = level >= NAMES_LEVEL ? ADDRESS_WHOLE : ADDRESS_SHORT;

	if (head->previous_address.len > 0) {
		slack_add_name(message, head->previous_address, max);
		buf_adds(&message->text, " → ");
	}
	slack_add_name(message, head->address, max);
	if (head->deposed.len > 0)
		buf_adds(&message->text, " (deposed)");
	if (head->action == ACTION_CREATE_THEN_FORGET)
		buf_adds(&message->text, " and created again");
	if (head->action == ACTION_OTHER) {
		buf_adds(&message->text, ": ");
		slack_add_code(message, wording_action(message->arena, head));
	}
}

/* --- diffs: short, or none --- */

struct lines {
	struct message *message;
	struct buf buf;
};

static bool add_line(void *context, const struct detail_text *line)
{
	struct lines *lines = context;
	size_t start = lines->buf.len;
	char prefix[] = {line->mark, ' '};

	buf_add(&lines->buf, (struct str){prefix, line->mark == ' ' ? 0 : 2});
	buf_add(&lines->buf, line->text);
	buf_addc(&lines->buf, '\n');
	if (!lines->buf.overflow)
		return true;
	buf_rewind(&lines->buf, start);
	lines->buf.limit += sizeof("…\n") - 1;
	buf_adds(&lines->buf, "…\n");
	return false;
}

/* Bytes of a diff by level. */
static const size_t diff_max[] = {0, 0, 0, 400, 1200};

static void add_diff(struct message *message, const struct outcome_change *change, unsigned level)
{
	/* lines are not kept where detail_lines() has its scratch */
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct lines lines = {.message = message};

	buf_init(&lines.buf, arena, diff_max[size_min(level, ARRAY_LEN(diff_max) - 1)]);
	(void)detail_lines(message->arena, change, &detail_brief, add_line, &lines);
	if (lines.buf.len == 0)
		return;
	buf_adds(&message->text, "```");
	slack_add_block(message, str_trim_end(buf_str(&lines.buf)));
	buf_adds(&message->text, "```\n");
}

static void add_change(struct message *message, const struct outcome_change *change, unsigned level,
    const char *action)
{
	size_t more;
	struct str callout = callout_of(change, &more);

	buf_adds(&message->text, "• ");
	add_address(message, &change->head, level);
	if (action)
		buf_addf(&message->text, " (%s)", action);
	add_callout(message, callout, more);
	if (level >= NAMES_LEVEL)
		/* what stands right below needs no names */
		add_remarks(message, change, level < DIFF_LEVEL || change->attribute_count == 0);
	buf_addc(&message->text, '\n');
	if (level >= DIFF_LEVEL)
		add_diff(message, change, level);
}

static void change_item(
    struct message *message, const struct part *part, size_t index, unsigned level)
{
	add_change(message, &part->items.changes[index], level, NULL);
}

static void deferred_item(
    struct message *message, const struct part *part, size_t index, unsigned level)
{
	const struct outcome_change *change = &part->items.changes[index];

	add_change(message, change, level, action_name(change->head.action));
}

/* "• *97 resources*: only `tags.version`" */
static void add_collapsed(struct message *message, const struct collapsed *item, unsigned level)
{
	struct detail_names names;
	struct str words;

	buf_adds(&message->text, "• *");
	wording_things(&message->text, item->count, "resource", "resources");
	buf_adds(&message->text, "*: only ");
	collapse_names(item, &names);
	if (item->kind == COLLAPSE_NOISE)
		buf_adds(&message->text, "noise");
	else
		add_names(message, "", &names);
	collapse_add_folded(&message->text, item);
	if (item->one_type) {
		buf_adds(&message->text, " (all ");
		slack_add_code(message, item->rows[0]->head.type);
		buf_addc(&message->text, ')');
	}
	words = item->folded_words;
	if (words.len > 0) {
		buf_adds(&message->text, ", folded: ");
		slack_add_data(message, words, FOLDED_MAX);
	}
	add_callout(message, item->callout, item->more_callouts);
	buf_addc(&message->text, '\n');
	/* the same of each of them */
	if (level >= DIFF_LEVEL && item->kind == COLLAPSE_SAME)
		add_diff(message, item->rows[0], level);
}

static void update_item(
    struct message *message, const struct part *part, size_t index, unsigned level)
{
	const struct collapsed *item = &part->items.updates[index];

	if (item->kind == COLLAPSE_NOT)
		add_change(message, item->rows[0], level, NULL);
	else
		add_collapsed(message, item, level);
}

/* --- what is not named, by type --- */

static void count_types(const struct part *part, size_t from, struct type_counts *out)
{
	size_t left = part->total - part_resources(part, 0, from);

	if (part->kind == PART_UPDATE) /* their members stand one after the other */
		groups_count_types_of(part->items.updates[from].rows, left, out);
	else
		groups_count_types(&part->items.changes[from], left, out);
}

/* "… and 3,650 more: 2,000 × `aws_instance`, …" */
static void change_rest(
    struct message *message, const struct part *part, size_t from, unsigned whole)
{
	static const size_t shown[] = {0, 0, 3, 12, 40};
	struct buf *out = &message->text;
	size_t end = out->len + (from > 0 ? slack_rest_size(message, part, whole) : TYPES_MAX);
	size_t left = part->total - part_resources(part, 0, from), counted = 0;
	struct type_counts types = {.row_count = 0};

	slack_add_rest_words(message, from, left);
	if (whole > 1)
		count_types(part, from, &types);
	for (size_t i = 0; i < types.row_count && i < shown[whole]; i++) {
		bool last = counted + types.rows[i].count == left;
		size_t mark = out->len;

		buf_adds(out, i > 0 ? ", " : ": ");
		wording_count(out, types.rows[i].count);
		buf_adds(out, " × ");
		slack_add_code(message, types.rows[i].type);
		if (out->len + (last ? 0 : OTHER_TYPES_SIZE) > end) {
			buf_rewind(out, mark);
			break;
		}
		counted += types.rows[i].count;
	}
	if (part_is_loss(part))
		message->parts.told.by_type += counted;
	if (counted > 0 && counted < left)
		buf_adds(out, ", …");
}

const struct slack_writer slack_change_writer = {.item = change_item, .rest = change_rest};
const struct slack_writer slack_deferred_writer = {.item = deferred_item, .rest = change_rest};
const struct slack_writer slack_update_writer = {.item = update_item, .rest = change_rest};

/* --- an apply --- */

static void applied_begin(struct message *message, const struct part *part)
{
	enum outcome_status status = outcome_status(message->outcome);

	if (part->kind == PART_DONE && status == STATUS_APPLY_FAILED)
		buf_adds(&message->text, "*Applied before it failed (");
	else
		buf_addf(&message->text, "*%s %s (", part->icon, part->title);
	wording_count(&message->text, part->total);
	buf_adds(&message->text, ")*\n");
}

static void applied_item(
    struct message *message, const struct part *part, size_t index, unsigned level UNUSED)
{
	const struct applied_row *row = &part->items.applied[index];

	buf_adds(&message->text, "• ");
	slack_add_code(message, row->address);
	if (row->section == APPLIED_LOST)
		buf_addf(&message->text, ": %s\n", row->what);
	else
		buf_addf(&message->text, " (%s)\n", row->what);
}

const struct slack_writer slack_applied_writer = {.begin = applied_begin, .item = applied_item};

/* --- one line for everything that is no resource --- */

static void add_figure(struct buf *buf, size_t count, const char *one, const char *many)
{
	if (count == 0)
		return;
	buf_adds(buf, buf->len > 0 ? " · " : "");
	wording_things(buf, count, one, many);
}

static void figures_item(struct message *message, const struct part *part UNUSED,
    size_t index UNUSED, unsigned level UNUSED)
{
	const struct outcome *outcome = message->outcome;
	size_t warnings = 0, failed = 0;

	for (size_t i = 0; i < outcome->diagnostic_count; i++)
		warnings += outcome->diagnostics[i].severity == SEVERITY_WARNING;
	for (size_t i = 0; i < outcome->check_count; i++)
		failed += str_is(outcome->checks[i].status, "fail");
	add_figure(&message->text, outcome->output_count, "output changes", "outputs change");
	add_figure(&message->text, failed, "check fails", "checks fail");
	add_figure(&message->text, outcome->invocation_count, "action", "actions");
	add_figure(&message->text, outcome->drift_count, "resource changed outside of Terraform",
	    "resources changed outside of Terraform");
	add_figure(&message->text, warnings, "warning", "warnings");
}

const struct slack_writer slack_figures_writer = {.item = figures_item};

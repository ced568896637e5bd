#include "report/render.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/size.h"
#include "base/utf8.h"
#include "report/applied.h"
#include "report/detail.h"
#include "report/groups.h"
#include "report/slack_message.h"
#include "report/wording.h"

/* Slack's limits are in characters; bytes are never fewer, so that counting bytes keeps them. */
#define BLOCKS_MAX     ((size_t)50)
#define SECTION_MAX    ((size_t)3000)
#define HEADER_MAX     ((size_t)150)
#define TEXT_TOTAL_MAX ((size_t)9000)
#define JSON_MAX       ((size_t)14000) /* a hidden cap on all blocks, see api-facts 1.2 */
#define FALLBACK_MAX   ((size_t)3000)
#define ERROR_SHOWN    ((size_t)500)
#define ADDRESS_SHOWN  ((size_t)200)
#define CONTEXT_KEPT   ((size_t)1200) /* room for links and facts at the end */
#define URL_MAX	       ((size_t)500)
#define GAINS_SHOWN    10
#define LOSSES_SHOWN   60
#define MORE_LINE_SIZE ((size_t)40)
#define LOSS_LINE_SIZE ((size_t)300) /* with the types of what is not named */

static const char *const group_icons[CHANGE_GROUPS] = {
    [GROUP_DESTROY] = "🔴",
    [GROUP_REPLACE] = "🟠",
    [GROUP_FORGET] = "🟣",
    [GROUP_OTHER] = "❓",
    [GROUP_UPDATE] = "🟡",
    [GROUP_CREATE] = "🟢",
    [GROUP_IMPORT] = "📥",
    [GROUP_MOVE] = "🚚",
};

static const char *const section_icons[APPLIED_SECTIONS] = {
    [APPLIED_LOST] = "🚨",
    [APPLIED_FAILED] = "❌",
    [APPLIED_UNFINISHED] = "⏳",
    [APPLIED_UNSTARTED] = "⏹️",
    [APPLIED_DONE] = "✅",
};

void slack_add_escaped(struct buf *buf, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (c == '&')
			buf_adds(buf, "&amp;");
		else if (c == '<')
			buf_adds(buf, "&lt;");
		else if (c == '>')
			buf_adds(buf, "&gt;");
		else
			buf_addc(buf, c);
	}
}

/* A backtick cannot be escaped inside code: it is replaced by a letter that looks like it. */
static void add_in_code(struct buf *buf, struct str text)
{
	size_t at;

	while (str_find_char(text, '`', &at)) {
		slack_add_escaped(buf, str_from_to(text, 0, at));
		buf_adds(buf, "ʼ");
		text = str_skip(text, at + 1);
	}
	slack_add_escaped(buf, text);
}

void slack_add_code(struct message *message, struct str text)
{
	buf_addc(&message->text, '`');
	add_in_code(&message->text, wording_name(message->arena, text, ADDRESS_SHOWN));
	buf_addc(&message->text, '`');
}

/* Running text from elsewhere: outside of code, *b* in it would be bold and a URL a link. */
void slack_add_data(struct message *message, struct str text, size_t max)
{
	text = wording_cut(message->arena, text, max);
	if (text.len == 0)
		return;
	buf_addc(&message->text, '`');
	add_in_code(&message->text, text);
	buf_addc(&message->text, '`');
}

void slack_add_link(struct buf *buf, struct str url, const char *label)
{
	if (!str_starts(url, STR("https://")) && !str_starts(url, STR("http://")))
		return;
	buf_adds(buf, buf->len > 0 ? " · <" : "<");
	for (size_t i = 0; i < url.len; i++) {
		unsigned char c = (unsigned char)url.ptr[i];
		size_t at;

		if (c == '&')
			buf_adds(buf, "&amp;");
		else if (c <= ' ' || c >= 0x7f || str_find_char(STR("<>|\""), (char)c, &at))
			buf_addf(buf, "%%%02X", c);
		else
			buf_addc(buf, (char)c);
	}
	buf_addf(buf, "|%s>", label);
}

/* --- blocks --- */

void slack_begin_section(struct message *message)
{
	buf_init(&message->text, message->arena, size_min(SECTION_MAX, message->room));
}

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

/* One block is kept for the context at the end. */
void slack_end_section(struct message *message)
{
	struct jsonw *writer = &message->writer;
	struct str text = str_trim_end(buf_str(&message->text));

	/* half a section could leave code open */
	if (text.len == 0 || message->text.overflow || message->blocks >= BLOCKS_MAX - 1)
		return;
	message->blocks++;
	message->room -= size_min(message->room, text.len);
	jsonw_begin_object(writer);
	jsonw_key(writer, "type");
	jsonw_c(writer, "section");
	jsonw_key(writer, "text");
	write_text_object(message, "mrkdwn", text);
	jsonw_end_object(writer);
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

	message->blocks++;
	jsonw_begin_object(writer);
	jsonw_key(writer, "type");
	jsonw_c(writer, "header");
	jsonw_key(writer, "text");
	write_text_object(message, "plain_text", title_of(message, HEADER_MAX));
	jsonw_end_object(writer);
}

static void write_headline(struct message *message)
{
	const struct outcome *outcome = message->outcome;
	const struct str notes[] = {wording_exit(message->arena, outcome), outcome->problem};

	slack_begin_section(message);
	buf_addc(&message->text, '*');
	slack_add_escaped(&message->text, outcome_headline(message->arena, outcome));
	buf_addc(&message->text, '*');
	for (size_t i = 0; i < ARRAY_LEN(notes); i++) {
		buf_adds(&message->text, notes[i].len > 0 ? "\n" : "");
		slack_add_data(message, notes[i], ERROR_SHOWN);
	}
	slack_end_section(message);
}

/* --- what went wrong --- */

static const struct diagnostic *first_error(const struct outcome *outcome)
{
	for (size_t i = 0; i < outcome->diagnostic_count; i++) {
		if (outcome->diagnostics[i].severity == SEVERITY_ERROR)
			return &outcome->diagnostics[i];
	}
	return NULL;
}

static struct str error_text(struct message *message, const struct diagnostic *error)
{
	struct str text = message->outcome->text.errors;

	if (error)
		text = str_format(
		    message->arena, "%.*s\n%.*s", STR_ARG(error->summary), STR_ARG(error->detail));
	if (text.len == 0)
		return STR_EMPTY;
	text = str_trim(
	    utf8_printable(message->arena, utf8_cut(text, size_min(text.len, 4096)), false));
	return utf8_cut(text, size_min(text.len, ERROR_SHOWN));
}

static void write_error(struct message *message)
{
	const struct diagnostic *error = first_error(message->outcome);
	struct str text = error_text(message, error);
	struct buf *out = &message->text;

	if (text.len == 0)
		return;
	slack_begin_section(message);
	buf_adds(out, "*Error*");
	if (error && error->file.len > 0) {
		buf_adds(out, " in ");
		slack_add_code(message, error->line > 0 ? str_format(message->arena, "%.*s:%d",
							      STR_ARG(error->file), error->line)
							: error->file);
	}
	buf_adds(out, "\n```");
	add_in_code(out, text);
	buf_adds(out, "```");
	slack_end_section(message);
}

/* What a child printed last when it failed with words of its own. */
static void write_tail(struct message *message)
{
	struct str tail = message->outcome->tail;

	if (tail.len == 0)
		return;
	tail = wording_last_lines(utf8_printable(message->arena, tail, false), ERROR_SHOWN);
	slack_begin_section(message);
	buf_adds(&message->text, "*Last output*\n```");
	add_in_code(&message->text, tail);
	buf_adds(&message->text, "```");
	slack_end_section(message);
}

/* Rows until the section is full; each row whole or not at all. */
static void write_applied(
    struct message *message, const struct applied *applied, enum applied_section section)
{
	size_t count = applied->counts[section], shown;
	size_t cap = section <= APPLIED_FAILED ? LOSSES_SHOWN : GAINS_SHOWN;
	bool failed = outcome_status(message->outcome) == STATUS_APPLY_FAILED;

	if (count == 0)
		return;
	slack_begin_section(message);
	message->text.limit -= size_min(message->text.limit, MORE_LINE_SIZE);
	if (section == APPLIED_DONE && failed)
		buf_addf(&message->text, "*Applied before it failed (%zu)*\n", count);
	else
		buf_addf(&message->text, "*%s %s (%zu)*\n", section_icons[section],
		    applied_section_title(section), count);
	for (shown = 0; shown < count && shown < cap; shown++) {
		const struct applied_row *row = &applied->rows[section][shown];
		size_t mark = message->text.len;

		buf_adds(&message->text, "• ");
		slack_add_code(message, row->address);
		if (section == APPLIED_LOST)
			buf_addf(&message->text, ": %s\n", row->what);
		else
			buf_addf(&message->text, " (%s)\n", row->what);
		if (message->text.overflow) {
			buf_rewind(&message->text, mark);
			break;
		}
	}
	message->text.limit += MORE_LINE_SIZE;
	if (shown < count)
		buf_addf(&message->text, "… and %zu more", count - shown);
	slack_end_section(message);
}

static void write_apply(struct message *message)
{
	struct applied applied;

	if (!message->outcome->apply.present)
		return;
	applied_of(message->arena, message->outcome, &applied);
	for (size_t section = 0; section < APPLIED_SECTIONS; section++)
		write_applied(message, &applied, (enum applied_section)section);
}

/* --- what a plan would do --- */

static void add_remark(struct message *message, const struct outcome_change *change)
{
	struct detail_names names;

	if (change->head.reason.len > 0) {
		struct str reason = wording_reason(message->arena, change->head.reason);

		buf_adds(&message->text, " — ");
		if (wording_reason_is_known(change->head.reason))
			slack_add_escaped(&message->text, reason);
		else
			slack_add_data(message, reason, ERROR_SHOWN);
	}
	detail_forcing_names(change, &names);
	for (size_t i = 0; i < names.count; i++) {
		buf_adds(&message->text, i == 0 ? " — because of " : ", ");
		slack_add_code(message, names.names[i]);
	}
}

static void add_row(struct message *message, const struct outcome_change *change)
{
	const struct change_head *head = &change->head;

	buf_adds(&message->text, "• ");
	if (head->previous_address.len > 0) {
		slack_add_code(message, head->previous_address);
		buf_adds(&message->text, " → ");
	}
	slack_add_code(message, head->address);
	if (head->deposed.len > 0)
		buf_adds(&message->text, " (deposed)");
	add_remark(message, change);
	buf_addc(&message->text, '\n');
}

/* "… and 3,650 more: 2,000 × `aws_instance`, …": losses are counted by type as far as there is
 * room.
 */
static void add_more(
    struct message *message, const struct outcome_change *rows, size_t count, bool by_type)
{
	struct buf *out = &message->text;
	struct type_counts types = {.row_count = 0};

	buf_adds(out, "… and ");
	wording_count(out, count);
	buf_adds(out, " more");
	if (by_type)
		groups_count_types(rows, count, &types);
	for (size_t i = 0; i < types.row_count; i++) {
		size_t mark = out->len;

		buf_adds(out, i > 0 ? ", " : ": ");
		wording_count(out, types.rows[i].count);
		buf_adds(out, " × ");
		slack_add_code(message, types.rows[i].type);
		if (!out->overflow && buf_room(out) >= strlen(", …"))
			continue;
		buf_rewind(out, mark);
		buf_adds(out, i > 0 ? ", …" : "");
		break;
	}
}

static void write_group(
    struct message *message, const struct groups *groups, enum change_group group)
{
	size_t count = groups->counts[group], shown;
	size_t cap = change_group_is_loss(group) ? LOSSES_SHOWN : GAINS_SHOWN;
	size_t more = change_group_is_loss(group) ? LOSS_LINE_SIZE : MORE_LINE_SIZE;
	struct buf *out = &message->text;

	if (count == 0)
		return;
	slack_begin_section(message);
	more = size_min(more, out->limit / 4);
	out->limit -= more;
	buf_addf(out, "*%s %s (", group_icons[group], change_group_title(group));
	wording_count(out, count);
	buf_adds(out, ")*\n");
	if (out->overflow)
		return;
	for (shown = 0; shown < count && shown < cap; shown++) {
		size_t mark = out->len;

		add_row(message, &groups->rows[group][shown]);
		if (out->overflow) {
			buf_rewind(out, mark);
			break;
		}
	}
	out->limit += more;
	if (shown < count)
		add_more(message, &groups->rows[group][shown], count - shown,
		    change_group_is_loss(group));
	slack_end_section(message);
}

static void add_figure(struct buf *buf, size_t count, const char *one, const char *many)
{
	if (count == 0)
		return;
	buf_adds(buf, buf->len > 0 ? " · " : "");
	wording_things(buf, count, one, many);
}

/* One line for everything that is no resource. */
static void write_figures(struct message *message)
{
	const struct outcome *outcome = message->outcome;
	size_t warnings = 0, failed = 0;

	for (size_t i = 0; i < outcome->diagnostic_count; i++)
		warnings += outcome->diagnostics[i].severity == SEVERITY_WARNING;
	for (size_t i = 0; i < outcome->check_count; i++)
		failed += str_is(outcome->checks[i].status, "fail");
	slack_begin_section(message);
	add_figure(&message->text, outcome->output_count, "output changes", "outputs change");
	add_figure(&message->text, failed, "check fails", "checks fail");
	add_figure(&message->text, outcome->invocation_count, "action", "actions");
	add_figure(&message->text, outcome->drift_count, "resource changed outside of Terraform",
	    "resources changed outside of Terraform");
	add_figure(&message->text, warnings, "warning", "warnings");
	slack_end_section(message);
}

/* --- where it comes from --- */

static void add_fact(struct message *message, const char *label, const struct fact *fact)
{
	if (!fact_known(fact) || fact->value.len == 0)
		return;
	buf_adds(&message->text, message->text.len > 0 ? " · " : "");
	buf_adds(&message->text, label);
	slack_add_code(message, fact->value);
}

static void add_pull_request(struct message *message)
{
	const struct facts *facts = &message->outcome->facts;
	struct str url;

	if (!fact_known(&facts->pull_request) || !fact_known(&facts->repository) ||
	    !fact_known(&facts->host))
		return;
	url = str_format(message->arena, "https://%.*s/%.*s/pull/%.*s", STR_ARG(facts->host.value),
	    STR_ARG(facts->repository.value), STR_ARG(facts->pull_request.value));
	if (url.len <= URL_MAX)
		slack_add_link(&message->text, url, "pull request");
}

static void write_context(struct message *message, const char *link_override)
{
	const struct facts *facts = &message->outcome->facts;
	struct str override = str_from(link_override);
	struct fact commit = facts->commit;
	struct jsonw *writer = &message->writer;

	buf_init(&message->text, message->arena, CONTEXT_KEPT);
	if (override.len > 0 && override.len <= URL_MAX)
		slack_add_link(&message->text, override, "details");
	if (facts->link.value.len <= URL_MAX && fact_known(&facts->link))
		slack_add_link(&message->text, facts->link.value, "CI log");
	add_pull_request(message);
	add_fact(message, "", &facts->repository);
	if (commit.value.len > 8)
		commit.value = str_from_to(commit.value, 0, 8);
	add_fact(message, "commit ", &commit);
	if (message->text.len == 0)
		return;
	message->blocks++;
	jsonw_begin_object(writer);
	jsonw_key(writer, "type");
	jsonw_c(writer, "context");
	jsonw_key(writer, "elements");
	jsonw_begin_array(writer);
	write_text_object(message, "mrkdwn", buf_str(&message->text));
	jsonw_end_array(writer);
	jsonw_end_object(writer);
}

static void write_groups(struct message *message, const struct groups *groups, bool losses)
{
	for (size_t i = 0; i < CHANGE_GROUPS && !message->outcome->apply.present; i++) {
		if (change_group_is_loss((enum change_group)i) == losses)
			write_group(message, groups, (enum change_group)i);
	}
}

static void write_blocks(struct message *message, const char *link_override)
{
	struct groups groups;

	groups_of(message->outcome, &groups);
	jsonw_begin_array(&message->writer);
	write_header(message);
	write_headline(message);
	slack_add_denials(message);
	if (outcome_status_is_failure(outcome_status(message->outcome)))
		write_error(message);
	write_apply(message);
	write_tail(message);
	write_groups(message, &groups, true);
	slack_add_policy_warnings(message);
	write_groups(message, &groups, false);
	write_figures(message);
	write_context(message, link_override);
	jsonw_end_array(&message->writer);
}

static void write_fallback(struct message *message, struct str *out)
{
	const struct outcome *outcome = message->outcome;
	struct str target = wording_target(message->arena, outcome);

	buf_init(&message->text, message->arena, FALLBACK_MAX);
	buf_addf(&message->text, "%s %s", outcome_status_icon(outcome_status(outcome)),
	    wording_operation(outcome));
	if (target.len > 0) {
		buf_addc(&message->text, ' ');
		slack_add_code(message, target);
	}
	buf_adds(&message->text, ": ");
	slack_add_escaped(&message->text, outcome_headline(message->arena, message->outcome));
	*out = buf_str(&message->text);
}

bool render_slack(struct arena *arena, const struct outcome *outcome, const char *link_override,
    struct slack_message *out, struct err *err)
{
	struct message message = {.arena = arena, .outcome = outcome};

	slack_find_findings(&message);

	/* escapes may make the JSON longer than its text: then again with less text */
	for (size_t room = TEXT_TOTAL_MAX - CONTEXT_KEPT - HEADER_MAX; room > 100; room /= 2) {
		struct buf json;
		struct sink sink;

		buf_init(&json, arena, JSON_MAX);
		sink_to_buf(&sink, &json);
		jsonw_init(&message.writer, &sink, 0);
		message.room = room;
		message.blocks = 0;
		write_blocks(&message, link_override);
		if (json.overflow || sink.overflow || !sink_finish(&sink, err)) {
			err_clear(err);
			continue;
		}
		write_fallback(&message, &out->text);
		return buf_finish(&json, &out->blocks, err);
	}
	return err_set(err, ERR_LIMIT, "the Slack message is over %zu bytes", JSON_MAX);
}

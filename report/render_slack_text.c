/* Texts of the Slack message: how what comes from elsewhere is written, what went wrong, links. */
#include "report/slack_message.h"

#include "base/arena.h"
#include "base/size.h"
#include "base/utf8.h"
#include "report/wording.h"

#define ERROR_SHOWN   ((size_t)500)
#define ADDRESS_SHOWN ((size_t)200)
#define URL_MAX	      ((size_t)500)

/* A backtick cannot be escaped inside code: it is replaced by a letter that looks like it. */
static void add_in_code(struct buf *buf, struct str text)
{
	size_t at;

	while (str_find_char(text, '`', &at)) {
		buf_add_escaped(buf, str_from_to(text, 0, at));
		buf_adds(buf, "ʼ");
		text = str_skip(text, at + 1);
	}
	buf_add_escaped(buf, text);
}

void slack_add_name(struct message *message, struct str name, size_t max)
{
	buf_addc(&message->text, '`');
	add_in_code(&message->text, wording_name(message->arena, name, max));
	buf_addc(&message->text, '`');
}

void slack_add_code(struct message *message, struct str text)
{
	slack_add_name(message, text, ADDRESS_SHOWN);
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

void slack_add_block(struct message *message, struct str text)
{
	add_in_code(&message->text, text);
}

void slack_add_rest_words(struct message *message, size_t from, size_t left)
{
	buf_adds(&message->text, from > 0 ? "… and " : "");
	wording_count(&message->text, left);
	buf_adds(&message->text, from > 0 ? " more" : " not named here");
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

/* --- notes --- */

static void note_item(
    struct message *message, const struct part *part, size_t index, unsigned level UNUSED)
{
	buf_addc(&message->text, '\n');
	slack_add_data(message, part->items.notes[index], ERROR_SHOWN);
}

const struct slack_writer slack_note_writer = {.item = note_item};

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

static void error_item(struct message *message, const struct part *part UNUSED, size_t index UNUSED,
    unsigned level UNUSED)
{
	const struct diagnostic *error = first_error(message->outcome);
	struct str text = error_text(message, error);
	struct buf *out = &message->text;

	if (text.len == 0)
		return;
	buf_adds(out, "*Error*");
	if (error && error->file.len > 0) {
		buf_adds(out, " in ");
		slack_add_code(message, error->line > 0 ? str_format(message->arena, "%.*s:%d",
							      STR_ARG(error->file), error->line)
							: error->file);
	}
	buf_adds(out, "\n```");
	slack_add_block(message, text);
	buf_adds(out, "```");
}

/* What a child printed last when it failed with words of its own. */
static void tail_item(
    struct message *message, const struct part *part, size_t index UNUSED, unsigned level UNUSED)
{
	struct str tail = utf8_printable(message->arena, part->outcome->tail, false);

	buf_adds(&message->text, "*Last output*\n```");
	slack_add_block(message, wording_last_lines(tail, ERROR_SHOWN));
	buf_adds(&message->text, "```");
}

const struct slack_writer slack_error_writer = {.item = error_item};
const struct slack_writer slack_tail_writer = {.item = tail_item};

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

static void links_item(struct message *message, const struct part *part UNUSED, size_t index UNUSED,
    unsigned level UNUSED)
{
	const struct facts *facts = &message->outcome->facts;
	struct fact commit = facts->commit;

	if (message->link.len > 0 && message->link.len <= URL_MAX)
		slack_add_link(&message->text, message->link, "details");
	if (facts->link.value.len <= URL_MAX && fact_known(&facts->link))
		slack_add_link(&message->text, facts->link.value, "CI log");
	add_pull_request(message);
	add_fact(message, "", &facts->repository);
	if (commit.value.len > 8)
		commit.value = str_from_to(commit.value, 0, 8);
	add_fact(message, "commit ", &commit);
}

const struct slack_writer slack_links_writer = {.item = links_item};

#include "notifiers/slack.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/json_write.h"
#include "base/utf8.h"

#define POST_MAX    ((size_t)256 << 10)
#define DETAILS_MAX ((size_t)2800)
#define WORD_MAX    100

static void add_string(struct buf *buf, const char *key, struct str text)
{
	struct sink sink;
	struct jsonw writer;

	buf_addf(buf, "%s\"%s\":", buf->len > 1 ? "," : "", key);
	sink_to_buf(&sink, buf);
	jsonw_init(&writer, &sink, 0);
	jsonw_str(&writer, text);
}

struct str slack_post_json(struct arena *arena, const struct slack_post *post)
{
	struct buf buf;

	buf_init(&buf, arena, POST_MAX);
	buf_addc(&buf, '{');
	if (post->channel.len)
		add_string(&buf, "channel", post->channel);
	if (post->ts.len)
		add_string(&buf, "ts", post->ts);
	if (post->thread.len)
		add_string(&buf, "thread_ts", post->thread);
	/* always: notifications and screen readers show it, not the blocks */
	add_string(&buf, "text", post->message.text);
	if (post->message.blocks.len) {
		buf_adds(&buf, ",\"blocks\":");
		buf_add(&buf, post->message.blocks); /* JSON already */
	}
	buf_adds(&buf, ",\"unfurl_links\":false,\"unfurl_media\":false}");
	return buf_str(&buf);
}

static const struct {
	const char *error, *text;
} error_texts[] = {
    {"channel_not_found",
	"the channel is not there or the bot cannot see it; invite the bot, or give "
	"the channel's id"},
    {"not_in_channel", "the bot is not in the channel; invite it (/invite) or add the scope "
		       "chat:write.public"},
    {"is_archived", "the channel is archived"},
    {"channel_is_archived", "the channel is archived"},
    {"invalid_auth", "the token is not valid; check SLACK_BOT_TOKEN"},
    {"not_authed", "the token is missing or not valid; check SLACK_BOT_TOKEN"},
    {"account_inactive", "the token belongs to a removed app or account"},
    {"token_revoked", "the token was revoked; make a new one"},
    {"token_expired", "the token has expired; make a new one"},
    {"no_permission", "the token has no permission for this; it needs the scope chat:write"},
    {"not_allowed_token_type", "this type of token cannot post; use a bot token (xoxb-)"},
    {"ratelimited", "Slack's rate limit is used up for longer than the time for deliveries"},
    {"rate_limited", "Slack's rate limit is used up for longer than the time for deliveries"},
    {"restricted_action", "the workspace does not let this app post there"},
    {"action_prohibited", "the workspace does not let this webhook post there"},
    {"no_service", "the webhook was removed or disabled; make a new one"},
    {"no_team", "the webhook's workspace is not there any more"},
    {"no_active_hooks", "the webhook was removed or disabled; make a new one"},
    {"invalid_token", "the webhook's address is not valid; copy it again"},
    {"msg_too_long", "the message is too long"},
    {"team_access_not_granted", "the token has no access to this workspace"},
};

static struct str known_error(struct str error)
{
	for (size_t i = 0; i < ARRAY_LEN(error_texts); i++)
		if (str_is(error, error_texts[i].error))
			return str_from(error_texts[i].text);
	return STR_EMPTY;
}

struct str slack_error_text(struct arena *arena, struct str error, struct str needed)
{
	struct str known = known_error(error);

	error = utf8_printable(arena, utf8_cut(str_trim(error), WORD_MAX), true);
	needed = utf8_printable(arena, utf8_cut(needed, WORD_MAX), true);
	if (str_is(error, "missing_scope"))
		return str_format(arena,
		    "the token lacks the scope %.*s; add it and install the app again (%.*s)",
		    STR_ARG(needed.len ? needed : STR("chat:write")), STR_ARG(error));
	if (known.len)
		return str_format(arena, "%.*s (%.*s)", STR_ARG(known), STR_ARG(error));
	if (error.len)
		return str_format(arena, "Slack says '%.*s'", STR_ARG(error));
	return STR("an answer that was not expected; is there a proxy in between?");
}

/* Slack's three characters; a backtick could end the block and has no escape. */
static void add_escaped(struct buf *buf, struct str text)
{
	size_t at;

	while (str_find_char(text, '`', &at)) {
		buf_add_escaped(buf, str_from_to(text, 0, at));
		buf_addc(buf, '\'');
		text = str_skip(text, at + 1);
	}
	buf_add_escaped(buf, text);
}

static void add_error(struct arena *arena, struct buf *buf, const struct diagnostic *diagnostic)
{
	add_escaped(buf, utf8_printable(arena, diagnostic->summary, true));
	buf_addc(buf, '\n');
	if (diagnostic->address.len) {
		buf_adds(buf, "  with ");
		add_escaped(buf, utf8_printable(arena, diagnostic->address, true));
		buf_addc(buf, '\n');
	}
	if (diagnostic->detail.len) {
		add_escaped(buf, str_trim(utf8_printable(
				     arena, utf8_cut(diagnostic->detail, DETAILS_MAX), false)));
		buf_addc(buf, '\n');
	}
}

/* One error after the other, as long as they fit; the escaped text is never cut inside an entity.
 */
struct str slack_error_details(struct arena *arena, const struct outcome *outcome)
{
	struct buf buf;
	size_t shown = 0;
	size_t errors = 0;

	buf_init(&buf, arena, DETAILS_MAX);
	buf_adds(&buf, "```\n");
	for (size_t i = 0; i < outcome->diagnostic_count; i++) {
		size_t before = buf.len;

		if (outcome->diagnostics[i].severity != SEVERITY_ERROR)
			continue;
		errors++;
		add_error(arena, &buf, &outcome->diagnostics[i]);
		if (!buf.overflow)
			shown++;
		else
			buf_rewind(&buf, before);
	}
	if (shown == 0)
		return STR_EMPTY;
	if (shown < errors)
		return str_format(arena, "%s```\n%zu more errors are in the log",
		    str_to_c(arena, buf_str(&buf)), errors - shown);
	return str_format(arena, "%s```", str_to_c(arena, buf_str(&buf)));
}

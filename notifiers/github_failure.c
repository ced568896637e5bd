#include "notifiers/github_failure.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/utf8.h"

#include "notifiers/reply.h"

#define MESSAGE_MAX 200

static const char *const action_texts[] = {
    [GITHUB_FIND_PULL] = "cannot read the pull request",
    [GITHUB_LIST_COMMENTS] = "cannot read the comments of the pull request",
    [GITHUB_WRITE_COMMENT] = "cannot write the comment",
};

static const char *const permission_texts[] = {
    [GITHUB_FIND_PULL] = "the token needs the permission 'pull requests: read'",
    [GITHUB_LIST_COMMENTS] = "the token needs the permission 'pull requests: read'",
    [GITHUB_WRITE_COMMENT] =
	("the token needs the permission 'pull requests: write' (classic: scope 'repo'); tokens of "
	 "forked pull requests never have it"),
};

static bool contains_nocase(struct str text, struct str part)
{
	for (size_t i = 0; i + part.len <= text.len; i++)
		if (str_eq_nocase(str_from_to(text, i, i + part.len), part))
			return true;
	return false;
}

/* The top message and those of errors[], which are objects or plain texts. */
static bool message_contains(const struct http_reply *reply, struct str part)
{
	struct reply *json CLEANUP(reply_free_ptr) = NULL;
	struct err err = {0};
	const struct reply *errors;

	if (!reply_parse(reply->body, &json, &err))
		return false;
	if (contains_nocase(reply_text(json, "message"), part))
		return true;
	errors = reply_get(json, "errors");
	for (size_t i = 0; i < reply_count(errors); i++)
		if (contains_nocase(reply_text(reply_at(errors, i), "message"), part) ||
		    contains_nocase(reply_text_of(reply_at(errors, i)), part))
			return true;
	return contains_nocase(reply_text_of(errors), part);
}

bool github_is_too_long(const struct http_reply *reply)
{
	return reply->failure == HTTP_OK && reply->status == 422 &&
	       message_contains(reply, STR("is too long"));
}

bool github_is_locked(const struct http_reply *reply)
{
	return reply->failure == HTTP_OK && reply->status == 403 &&
	       message_contains(reply, STR("locked"));
}

static struct str service_message(struct arena *arena, const struct http_reply *reply)
{
	struct reply *json CLEANUP(reply_free_ptr) = NULL;
	struct err err = {0};
	struct str text;

	if (!reply_parse(reply->body, &json, &err))
		return STR_EMPTY;
	text = utf8_printable(arena, utf8_cut(reply_text(json, "message"), MESSAGE_MAX), true);
	return text.len ? str_format(arena, ": %.*s", STR_ARG(text)) : STR_EMPTY;
}

/* What fine-grained and app tokens would have needed, in GitHub's own words. */
static struct str accepted_permissions(struct arena *arena, const struct http_reply *reply)
{
	struct str accepted = http_reply_header(reply, "x-accepted-github-permissions");

	accepted = utf8_printable(arena, utf8_cut(accepted, MESSAGE_MAX), true);
	if (accepted.len == 0)
		return STR_EMPTY;
	return str_format(arena, " (GitHub accepts: %.*s)", STR_ARG(accepted));
}

static struct str forbidden(
    struct arena *arena, enum github_action action, const struct http_reply *reply)
{
	if (github_is_locked(reply))
		return STR(
		    "the conversation is locked; unlock it or let the token's user write there");
	if (message_contains(reply, STR("archived")))
		return STR("the repository is archived and takes no comments");
	if (message_contains(reply, STR("rate limit")) ||
	    str_is(http_reply_header(reply, "x-ratelimit-remaining"), "0"))
		return STR(
		    "GitHub's rate limit is used up for longer than the time for deliveries");
	return str_format(
	    arena, "%s%.*s", permission_texts[action], STR_ARG(accepted_permissions(arena, reply)));
}

static struct str advice(
    struct arena *arena, enum github_action action, const struct http_reply *reply)
{
	switch (reply->status) {
	case 401:
		return STR("the token is not valid or has expired; check GITHUB_TOKEN");
	case 403:
		return forbidden(arena, action, reply);
	case 404:
		return STR(
		    "not visible to this token, or not there; check the repository's name, the "
		    "number of the pull request and what the token may see");
	case 410:
		return STR("gone: issues and comments are disabled in this repository");
	case 422:
		return github_is_too_long(reply)
			   ? STR("GitHub finds it too long at half the size too; set "
				 "limits.github_comment lower")
			   : STR("GitHub did not accept the request");
	case 429:
		return STR(
		    "GitHub's rate limit is used up for longer than the time for deliveries");
	case 200:
	case 201:
		return STR(
		    "the answer is not the JSON that was expected; is there a proxy in between?");
	default:
		break;
	}
	return reply->status >= 500 ? STR("GitHub has trouble; try again later")
				    : STR("an answer that was not expected");
}

struct str github_failure_text(
    struct arena *arena, enum github_action action, const struct http_reply *reply)
{
	if (reply->failure != HTTP_OK)
		return str_format(
		    arena, "%s: %.*s", action_texts[action], STR_ARG(reply->failure_text));
	return str_format(arena, "%s: %.*s (HTTP %d%.*s)", action_texts[action],
	    STR_ARG(advice(arena, action, reply)), reply->status,
	    STR_ARG(service_message(arena, reply)));
}

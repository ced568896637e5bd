#include "notifiers/github.h"

#include <ctype.h>

#include "base/arena.h"
#include "base/err.h"

/*
 * Whoever can write to the repository can edit a comment, and with it the marker: a forged run
 * would silence all later ones, a forged place would redirect Slack's message. REST does not name
 * an editor. One query names those of all that were ever edited; where GraphQL does not answer,
 * they count as ours (the run number of a marker is bounded, a place is checked for its form).
 */
#define QUERY_MAX ((size_t)32 << 10)
#define QUERY                                                                   \
	"{\"query\":\"query($ids:[ID!]!){viewer{login} nodes(ids:$ids){... on " \
	"IssueComment{editor{login}}}}\",\"variables\":{\"ids\":["

static bool is_node(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!isalnum((unsigned char)text.ptr[i]) && !strchr("_=-", text.ptr[i]))
			return false;
	return text.len > 0 && text.len <= 100 && !memchr(text.ptr, '\0', text.len);
}

static struct str query(struct github_step *step)
{
	struct github *github = step->github;
	struct buf buf;

	buf_init(&buf, step->arena, QUERY_MAX);
	buf_adds(&buf, QUERY);
	for (size_t i = 0; i < github->found.count; i++) {
		const struct github_comment *comment = &github->found.items[i];

		if (!is_node(comment->node))
			continue;
		buf_addf(
		    &buf, "%s\"%.*s\"", github->edited_count ? "," : "", STR_ARG(comment->node));
		github->edited[github->edited_count++] = comment->id;
	}
	buf_adds(&buf, "]}}");
	return buf_str(&buf);
}

enum github_go github_editors(struct github_step *step)
{
	struct github *github = step->github;
	struct step_request *request;
	struct str body;

	github->stage = GITHUB_DECIDE;
	github->edited_count = 0;
	body = query(step);
	if (github->edited_count == 0) {
		github->looked = true;
		return GO_ON;
	}
	request = github_ask(step, ASK_EDITORS, "POST", github_graphql_url(step), body);
	request->repeat = REPEAT_SAFE;
	request->look_again = false;
	request->request.fresh_connection = false;
	return GO_ASK;
}

static struct str plain_login(const struct reply *actor)
{
	struct str login = reply_text(actor, "login");

	(void)str_eat_end(&login, STR("[bot]"));
	return login;
}

void github_leave_edited(const struct github *github, struct github_comments *comments)
{
	for (size_t i = 0; i < github->edited_count; i++)
		github_comments_remove(comments, github->edited[i]);
}

bool github_take_editors(struct github_step *step, const struct http_reply *reply)
{
	struct github *github = step->github;
	struct reply *json CLEANUP(reply_free_ptr) = NULL;
	struct err err = {0};
	const struct reply *data;
	struct str viewer;
	size_t asked = github->edited_count;

	github->looked = true;
	github->edited_count = 0;
	if (!http_reply_is_success(reply) || !reply_parse(reply->body, &json, &err))
		return true;
	data = reply_get(json, "data");
	viewer = plain_login(reply_get(data, "viewer"));
	for (size_t i = 0; i < asked && viewer.len; i++) {
		const struct reply *node = reply_at(reply_get(data, "nodes"), i);
		struct str editor = plain_login(reply_get(node, "editor"));

		if (editor.len && !str_eq_nocase(editor, viewer))
			github->edited[github->edited_count++] = github->edited[i];
	}
	github_leave_edited(github, &github->found);
	return true;
}

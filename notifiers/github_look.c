#include "notifiers/github.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/sys.h"

#include "notifiers/github_failure.h"

#define SINCE_SLACK 60 /* s: how far the server's clocks may be apart */

static struct str comments_url(const struct github_step *step)
{
	const struct github *github = step->github;

	return str_format(step->arena, "%s/issues/%s/comments?per_page=100",
	    str_to_c(step->arena, github->api), str_to_c(step->arena, github->number));
}

static void set_number(struct github_step *step, struct str number)
{
	step->github->number = number;
	step->github->next_page = comments_url(step);
}

struct str github_graphql_url(const struct github_step *step)
{
	const struct github_config *config = &step->github->config;
	struct str base = config->api_url;

	if (config->graphql_url.len)
		return config->graphql_url;
	(void)str_eat_end(&base, STR("/v3")); /* enterprise: /api/v3 and /api/graphql */
	return str_format(step->arena, "%s/graphql", str_to_c(step->arena, base));
}

struct str github_comment_url(const struct github_step *step, int64_t id)
{
	return str_format(step->arena, "%s/issues/comments/%lld",
	    str_to_c(step->arena, step->github->api), (long long)id);
}

struct str github_since_url(const struct github_step *step)
{
	const struct github *github = step->github;

	return str_format(step->arena, "%s%s%s", comments_url(step).ptr,
	    github->since.len ? "&since=" : "", str_to_c(step->arena, github->since));
}

static enum github_go ask_page(struct github_step *step)
{
	struct github *github = step->github;

	if (github->pages++ == GITHUB_PAGES_MAX) {
		github->next_page = STR_EMPTY;
		github->capped = true;
		return GO_ON;
	}
	if (github->pages > 1) /* takes its time: the first page is no news any more */
		step->delivery->waited = true;
	github_ask(step, ASK_PAGE, "GET", github->next_page, STR_EMPTY);
	github->next_page = STR_EMPTY;
	return GO_ASK;
}

static enum github_go look_first(struct github_step *step)
{
	struct github *github = step->github;
	const struct facts *facts = &step->delivery->outcome->facts;
	const char *api = str_to_c(step->arena, github->api);

	github->started = true;
	if (github->number.len)
		github_ask(step, ASK_PULL, "GET",
		    str_format(
			step->arena, "%s/pulls/%s", api, str_to_c(step->arena, github->number)),
		    STR_EMPTY);
	else
		github_ask(step, ASK_PULLS_OF_COMMIT, "GET",
		    str_format(step->arena, "%s/commits/%s/pulls?per_page=100", api,
			str_to_c(step->arena, facts->commit.value)),
		    STR_EMPTY);
	github_ask(step, ASK_USER, "GET",
	    str_format(step->arena, "%s/user", str_to_c(step->arena, github->config.api_url)),
	    STR_EMPTY);
	if (github->next_page.len)
		(void)ask_page(step);
	return GO_ASK;
}

enum github_go github_look(struct github_step *step)
{
	struct github *github = step->github;

	if (!github->started)
		return look_first(step);
	if (!github->author_known) {
		struct step_request *request = github_ask(step, ASK_VIEWER, "POST",
		    github_graphql_url(step), STR("{\"query\":\"query{viewer{login}}\"}"));

		request->repeat = REPEAT_SAFE;
		request->look_again = false;
		request->request.fresh_connection = false;
		return GO_ASK;
	}
	if (github->next_page.len && ask_page(step) == GO_ASK)
		return GO_ASK;
	github->stage = GITHUB_EDITORS;
	return GO_ON;
}

/* Reasons not to go on that hold for every first request. */
static bool end_without_token(struct github_step *step, const struct http_reply *reply)
{
	const struct facts *facts = &step->delivery->outcome->facts;

	if (step->github->config.token.len || reply->failure == HTTP_DRY_RUN)
		return false;
	if (str_is(facts->fork.value, "true")) {
		github_skip(step, STR("no token: pull requests from forks get none; the payload is "
				      "kept in the report (--report)"));
		return true;
	}
	github_fail(step, STR("no token: set GITHUB_TOKEN (it needs 'pull requests: write')"));
	return true;
}

static bool take_pull(struct github_step *step, const struct http_reply *reply)
{
	struct github *github = step->github;
	struct reply *json CLEANUP(reply_free_ptr) = NULL;
	struct err err = {0};

	if (reply->failure == HTTP_DRY_RUN)
		return true;
	if (!http_reply_is_success(reply) || !reply_parse(reply->body, &json, &err))
		return github_fail_reply(step, GITHUB_FIND_PULL, reply);
	github->pull = github_pull_read(step->arena, json);
	return github->pull.number > 0 || github_fail_reply(step, GITHUB_FIND_PULL, reply);
}

static bool skip_no_pull(struct github_step *step)
{
	delivery_skip(step->delivery,
	    str_format(step->arena, "no pull request for commit %.12s",
		str_to_c(step->arena, step->delivery->outcome->facts.commit.value)));
	return false;
}

static bool take_pulls(struct github_step *step, const struct http_reply *reply)
{
	struct github *github = step->github;
	struct reply *json CLEANUP(reply_free_ptr) = NULL;
	struct err err = {0};

	if (reply->failure == HTTP_DRY_RUN) {
		set_number(step, STR("NUMBER"));
		return true;
	}
	if (reply->failure == HTTP_OK && reply->status == 422) /* a commit that was never pushed */
		return skip_no_pull(step);
	if (!http_reply_is_success(reply) || !reply_parse(reply->body, &json, &err) ||
	    !reply_is_array(json))
		return github_fail_reply(step, GITHUB_FIND_PULL, reply);
	github->pull = github_pull_choose(step->arena, json, &step->delivery->outcome->facts);
	if (github->pull.number <= 0)
		return skip_no_pull(step);
	set_number(step, str_format(step->arena, "%lld", (long long)github->pull.number));
	return true;
}

static bool take_user(struct github_step *step, const struct http_reply *reply)
{
	struct github *github = step->github;
	struct reply *json CLEANUP(reply_free_ptr) = NULL;
	struct err err = {0};

	if (reply->failure == HTTP_DRY_RUN) {
		github->author_known = true;
		return true;
	}
	/* a token of an app or of GitHub Actions has no user: GraphQL knows */
	if (reply->failure == HTTP_OK && (reply->status == 403 || reply->status == 404))
		return true;
	if (!http_reply_is_success(reply) || !reply_parse(reply->body, &json, &err))
		return github_fail_reply(step, GITHUB_FIND_PULL, reply);
	github->author.id = reply_int(json, "id");
	github->author_known = github->author.id > 0;
	return github->author_known || github_fail_reply(step, GITHUB_FIND_PULL, reply);
}

static bool is_same_origin(const struct github_step *step, struct str url)
{
	struct http_url ours;
	struct http_url theirs;

	return http_url_parse(step->github->config.api_url, &ours) &&
	       http_url_parse(url, &theirs) && http_same_origin(&ours, &theirs);
}

/* The number behind "page=" of a link; 0: none. */
static int64_t page_number(struct str url)
{
	struct err err = {0};
	struct str part;
	int64_t number;
	size_t at;

	if (!str_find_char(url, '?', &at))
		return 0;
	url = str_skip(url, at + 1);
	while (str_split(&url, '&', &part))
		if (str_eat(&part, STR("page=")) && str_to_int64(part, 1, INT64_MAX, &number, &err))
			return number;
	return 0;
}

/* More than the cap: the first page has been read, the newest are worth more than the second. */
static struct str choose_next(struct github *github, struct str link)
{
	struct str last = http_link(link, "last");

	if (github->backwards)
		return http_link(link, "prev");
	if (github->pages > 1 || page_number(last) <= GITHUB_PAGES_MAX)
		return http_link(link, "next");
	github->backwards = true;
	return last;
}

static bool take_next_link(struct github_step *step, const struct http_reply *reply)
{
	struct github *github = step->github;
	struct str next = choose_next(github, http_reply_header(reply, "link"));

	github->next_page = STR_EMPTY;
	/* back at the first one, which was read at first */
	if (next.len == 0 || (github->backwards && page_number(next) == 1))
		return true;
	if (!is_same_origin(step, next)) {
		github_fail(step, STR("cannot read the comments of the pull request: the next page "
				      "is said to be on another host"));
		return false;
	}
	github->next_page = next;
	return true;
}

static void note_time(struct github_step *step, const struct http_reply *reply)
{
	struct github *github = step->github;
	int64_t at = step->delivery->outcome->facts.now;

	(void)http_date(http_reply_header(reply, "date"), &at);
	if (github->since.len == 0 && at > SINCE_SLACK)
		github->since = time_to_rfc3339(step->arena, at - SINCE_SLACK);
}

static bool take_page(struct github_step *step, const struct http_reply *reply)
{
	struct github *github = step->github;
	struct err err = {0};

	if (reply->failure == HTTP_DRY_RUN)
		return true;
	if (!http_reply_is_success(reply) ||
	    !github_comments_add(step->arena, reply->body, github->marker.key, &github->author,
		&github->found, &err))
		return github_fail_reply(step, GITHUB_LIST_COMMENTS, reply);
	note_time(step, reply);
	return take_next_link(step, reply);
}

static bool take_viewer(struct github_step *step, const struct http_reply *reply)
{
	struct github *github = step->github;
	struct reply *json CLEANUP(reply_free_ptr) = NULL;
	struct err err = {0};

	if (http_reply_is_success(reply) && reply_parse(reply->body, &json, &err)) {
		struct str login =
		    reply_text(reply_get(reply_get(json, "data"), "viewer"), "login");

		(void)str_eat_end(&login, STR("[bot]"));
		github->author.login = str_copy(step->arena, login);
	}
	github->author_known = true;
	if (!github->page_is_held)
		return true;
	github->page_is_held = false;
	return take_page(step, &github->held_page);
}

bool github_take_look(
    struct github_step *step, enum github_ask kind, const struct http_reply *reply)
{
	struct github *github = step->github;

	if (end_without_token(step, reply))
		return false;
	if (kind == ASK_PULL || kind == ASK_PULLS_OF_COMMIT) {
		if (!(kind == ASK_PULL ? take_pull : take_pulls)(step, reply))
			return false;
		github->marker.key =
		    marker_key(step->arena, step->delivery->outcome, github->pull.number);
		return true;
	}
	if (kind == ASK_USER)
		return take_user(step, reply);
	if (kind == ASK_VIEWER)
		return take_viewer(step, reply);
	if (kind == ASK_EDITORS)
		return github_take_editors(step, reply);
	if (github->author_known)
		return take_page(step, reply);
	github->held_page = *reply;
	github->page_is_held = true;
	return true;
}

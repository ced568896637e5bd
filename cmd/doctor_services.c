#include "cmd/doctor.h"

#include "base/arena.h"
#include "base/err.h"
#include "notifiers/http.h"
#include "notifiers/reply.h"

#define SECOND_NS	 UINT64_C(1000000000)
#define DOCTOR_BUDGET_NS (30 * SECOND_NS)
#define SLACK_API	 "https://slack.com/api"

static const struct http_header github_headers[] = {
    {STR_INIT("Accept"), STR_INIT("application/vnd.github+json")},
    {STR_INIT("X-GitHub-Api-Version"), STR_INIT("2022-11-28")},
};

/* One status of GitHub's, what it says about the token, and what to do. */
struct github_row {
	int status;
	const char *text, *remedy;
};

static const struct github_row github_rows[] = {
    {301, "the repository was renamed", "use its new name"},
    {401, "the token is refused (401)", "make a new token: it has expired or is mistyped"},
    {403, "the token has no permission (403)",
	"allow it to read the repository and to write pull requests, and authorise it for the "
	"organisation's single sign-on"},
    {404, "the repository is not visible to the token (404)",
	"check the name; allow the token to read this repository and to write its pull requests"},
    {429, "GitHub's rate limit is used up (429)", "try again later"},
};

static bool ask(struct doctor *doctor, const char *what, const struct http_request *request,
    struct http_reply *reply)
{
	const struct sys *sys = doctor->app->sys;
	uint64_t deadline = sys->monotonic(sys->state) + DOCTOR_BUDGET_NS;
	struct err err = {0};

	*reply = (struct http_reply){.failure_text = STR_EMPTY, .body = STR_EMPTY};
	if (!http_send(doctor->http, doctor->app->run, request, reply, deadline, &err)) {
		doctor_unavailable(
		    doctor, what, "check the network; --offline leaves this out", "%s", err.text);
		return false;
	}
	if (reply->failure == HTTP_OK)
		return true;
	doctor_unavailable(doctor, what,
	    "check the network, a proxy (HTTPS_PROXY) and certificates (TFHERALD_CA_BUNDLE)",
	    "%.*s", STR_ARG(reply->failure_text));
	return false;
}

static void judge_github(struct doctor *doctor, const char *what, const struct http_reply *reply)
{
	const struct fact *repository = &doctor->session->facts.repository;

	if (reply->status == 200) {
		doctor_ok(
		    doctor, what, "%.*s is visible with the token", STR_ARG(repository->value));
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(github_rows); i++) {
		if (github_rows[i].status == reply->status) {
			doctor_problem(doctor, what, github_rows[i].remedy, "%.*s: %s",
			    STR_ARG(repository->value), github_rows[i].text);
			return;
		}
	}
	doctor_unavailable(doctor, what, "check github.base_url, or try again later",
	    "the API answered with status %d", reply->status);
}

static void ask_github(struct doctor *doctor, struct str token)
{
	static const char what[] = "GitHub API";
	struct app *app = doctor->app;
	const struct facts *facts = &doctor->session->facts;
	struct str api = github_api_url(app->run, app->sys, &doctor->session->settings, facts);
	struct http_request request = {
	    .method = "GET",
	    .token = token,
	    .headers = github_headers,
	    .header_count = ARRAY_LEN(github_headers),
	    .body = STR_EMPTY,
	};
	struct http_reply reply;

	if (api.len == 0) {
		doctor_note(doctor, what, "%.*s is not GitHub", STR_ARG(facts->host.value));
		return;
	}
	request.url =
	    str_format(app->run, "%.*s/repos/%.*s", STR_ARG(api), STR_ARG(facts->repository.value));
	if (ask(doctor, what, &request, &reply))
		judge_github(doctor, what, &reply);
}

void doctor_github(struct doctor *doctor)
{
	const struct facts *facts = &doctor->session->facts;
	const struct settings *settings = &doctor->session->settings;
	const char *origin;
	struct str token = github_token(doctor->app, &origin);

	if (str_is(settings_text(settings, SET_GITHUB_COMMENT), "off")) {
		doctor_note(doctor, "GitHub", "comments are off (github.comment)");
		return;
	}
	if (token.len == 0) {
		doctor_problem(doctor, "GitHub token",
		    "set TFHERALD_GITHUB_TOKEN (or GITHUB_TOKEN) to a token that may write pull "
		    "requests, or github.comment: off",
		    "not set");
		return;
	}
	doctor_ok(doctor, "GitHub token", "set (from %s)", origin);
	if (doctor->http == NULL)
		doctor_note(doctor, "GitHub API", "not asked (--offline)");
	else if (fact_known(&facts->repository))
		ask_github(doctor, token);
}

static void judge_slack(struct doctor *doctor, const char *what, const struct http_reply *http)
{
	struct reply *reply CLEANUP(reply_free_ptr) = NULL;
	struct err err = {0};

	if (http->status != 200 || !reply_parse(http->body, &reply, &err)) {
		doctor_unavailable(doctor, what, "try again later",
		    "the API answered with status %d%s", http->status,
		    http->status == 200 ? " and no JSON" : "");
		return;
	}
	if (reply_bool(reply, "ok")) {
		doctor_ok(doctor, what, "the token is accepted: team %.*s, user %.*s",
		    STR_ARG(reply_text(reply, "team")), STR_ARG(reply_text(reply, "user")));
		return;
	}
	doctor_problem(doctor, what,
	    "take the bot token (xoxb-...) of an app that is installed and may chat:write",
	    "the token is refused: %.*s", STR_ARG(reply_text(reply, "error")));
}

static void ask_slack(struct doctor *doctor, struct str token)
{
	static const char what[] = "Slack API";
	struct str api = sys_env(doctor->app->sys, "SLACK_API_URL");
	struct http_request request = {.method = "POST", .token = token, .body = STR_EMPTY};
	struct http_reply reply;

	request.url = str_format(
	    doctor->app->run, "%.*s/auth.test", STR_ARG(api.len > 0 ? api : STR(SLACK_API)));
	if (ask(doctor, what, &request, &reply))
		judge_slack(doctor, what, &reply);
}

/* A bot token posts to the channel that the route names; a webhook knows its own. */
static void check_routes(struct doctor *doctor, bool has_webhook)
{
	const struct settings *settings = &doctor->session->settings;
	size_t without = 0;

	for (size_t i = 0; i < settings->route_count; i++)
		without += settings->routes[i].channel.len == 0;
	if (settings->route_count == 0)
		doctor_problem(doctor, "Slack routes",
		    "add slack.routes, such as {on: apply_failed, channel: \"#deploys\"}",
		    "none, so that nothing is sent");
	else if (without > 0 && !has_webhook)
		doctor_problem(doctor, "Slack routes", "name a channel in each route",
		    "%zu of %zu without a channel", without, settings->route_count);
	else
		doctor_ok(doctor, "Slack routes", "%zu", settings->route_count);
}

static void doctor_token(struct doctor *doctor, struct str token)
{
	struct str name = settings_secret_variable(&doctor->session->settings, SET_SLACK_TOKEN);

	doctor_ok(doctor, "Slack token", "set (from %.*s)", STR_ARG(name));
	if (doctor->http == NULL)
		doctor_note(doctor, "Slack API", "not asked (--offline)");
	else
		ask_slack(doctor, token);
}

void doctor_slack(struct doctor *doctor)
{
	const struct settings *settings = &doctor->session->settings;
	struct str token = settings_secret(doctor->app, settings, SET_SLACK_TOKEN);
	struct str webhook = settings_secret(doctor->app, settings, SET_SLACK_WEBHOOK);
	bool wanted = settings->route_count > 0 || settings->values[SET_SLACK_TOKEN].is_set ||
		      settings->values[SET_SLACK_WEBHOOK].is_set;

	if (!wanted) {
		doctor_note(doctor, "Slack", "not set up");
		return;
	}
	if (token.len == 0 && webhook.len == 0) {
		doctor_problem(doctor, "Slack",
		    "set the variable that slack.token or slack.webhook names (or SLACK_BOT_TOKEN, "
		    "SLACK_WEBHOOK_URL)",
		    "neither a token nor a webhook is set");
		return;
	}
	if (webhook.len > 0)
		doctor_ok(doctor, "Slack webhook",
		    "set (from %.*s); not tried, as that would post a message",
		    STR_ARG(settings_secret_variable(settings, SET_SLACK_WEBHOOK)));
	if (token.len > 0)
		doctor_token(doctor, token);
	check_routes(doctor, webhook.len > 0);
}

#include "notifiers/github.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/json_write.h"

#include "report/render.h"

#define JSON_MAX     ((size_t)4 << 20)
#define PULL_MAX     INT64_C(999999999)
#define RUN_UNKNOWN  (-1)
#define CHANNEL_NAME "github comment"

static const struct http_header github_headers[] = {
    {STR_INIT("Accept"), STR_INIT("application/vnd.github+json")},
    {STR_INIT("X-GitHub-Api-Version"), STR_INIT("2022-11-28")},
};

/* The same with a body. */
static const struct http_header github_write_headers[] = {
    {STR_INIT("Accept"), STR_INIT("application/vnd.github+json")},
    {STR_INIT("X-GitHub-Api-Version"), STR_INIT("2022-11-28")},
    {STR_INIT("Content-Type"), STR_INIT("application/json; charset=utf-8")},
};

struct step_request *github_ask(struct github_step *step, enum github_ask kind, const char *method,
    struct str url, struct str body)
{
	struct github *github = step->github;
	struct step_request *request = &step->requests[github->asked_count];
	bool creates = str_is(str_from(method), "POST");
	bool writes = creates || str_is(str_from(method), "PATCH");

	github->asked[github->asked_count++] = kind;
	*request = (struct step_request){
	    .request =
		{
		    .method = method,
		    .url = url,
		    .token = github->config.token,
		    .headers = body.len ? github_write_headers : github_headers,
		    .header_count =
			body.len ? ARRAY_LEN(github_write_headers) : ARRAY_LEN(github_headers),
		    .body = body,
		    .fresh_connection = creates,
		    .needs_token = true,
		},
	    .repeat = creates ? REPEAT_RECONCILE : REPEAT_SAFE,
	    .look_again = writes,
	};
	return request;
}

struct str github_body_json(struct arena *arena, struct str text)
{
	struct buf buf;
	struct sink sink;
	struct jsonw writer;

	buf_init(&buf, arena, JSON_MAX);
	sink_to_buf(&sink, &buf);
	jsonw_init(&writer, &sink, 0);
	jsonw_begin_object(&writer);
	jsonw_field_str(&writer, "body", text);
	jsonw_end_object(&writer);
	return buf_str(&buf);
}

enum github_go github_fail(struct github_step *step, struct str reason)
{
	/* a body that cannot be rendered has ended the delivery with that reason */
	if (step->github->body.len == 0 && !github_render(step))
		return GO_END;
	delivery_fail(step->delivery, own_secrets_hide(step->github->own, step->arena, reason),
	    step->github->body);
	return GO_END;
}

enum github_go github_skip(struct github_step *step, struct str reason)
{
	if (github_fail(step, STR_EMPTY) == GO_END && step->github->body.len)
		delivery_skip(step->delivery, reason);
	return GO_END;
}

bool github_fail_reply(
    struct github_step *step, enum github_action action, const struct http_reply *reply)
{
	if (reply->failure == HTTP_OK && reply->status == 403 &&
	    str_is(step->delivery->outcome->facts.fork.value, "true"))
		github_skip(step, STR("the token may not do this: that of a pull request from a "
				      "fork only reads; the payload is kept in the report "
				      "(--report)"));
	else
		github_fail(step, github_failure_text(step->arena, action, reply));
	return false;
}

static bool changes_nothing(const struct outcome *outcome)
{
	return outcome->has_plan && outcome->result == PLAN_NO_CHANGES && !outcome->errored;
}

/* Of an appended one: that of this very run, should it be sent twice. */
bool github_is_same_run(const struct github *github, const struct marker *marker)
{
	return github->marker.run >= 0 && marker->run == github->marker.run &&
	       str_eq(marker->sha, github->marker.sha);
}

/* Of ours the newest by marker, which knows where Slack's messages stand; NULL: none. */
static const struct github_comment *find_newest(const struct github_step *step)
{
	const struct github *github = step->github;
	const struct github_comment *newest = NULL;

	for (size_t i = 0; i < github->found.count; i++) {
		const struct github_comment *comment = &github->found.items[i];

		/* an appended one of another commit has messages of its own */
		if (github->config.mode == COMMENT_APPEND &&
		    !str_eq(comment->marker.sha, github->marker.sha))
			continue;
		if (!newest || marker_may_replace(&comment->marker, &newest->marker,
				   step->delivery->outcome->facts.operation, github->pull.head))
			newest = comment;
	}
	return newest;
}

/* Of ours one that this run may not replace; NULL: none. */
static const struct github_comment *find_newer(const struct github_step *step)
{
	const struct github *github = step->github;

	if (github->config.mode == COMMENT_APPEND)
		return NULL;
	for (size_t i = 0; i < github->found.count; i++)
		if (!marker_may_replace(&github->marker, &github->found.items[i].marker,
			step->delivery->outcome->facts.operation, github->pull.head))
			return &github->found.items[i];
	return NULL;
}

static bool keeps_newest(const struct github *github, const struct outcome *outcome)
{
	return github->config.mode == COMMENT_RECREATE && github->config.skip_no_changes &&
	       changes_nothing(outcome);
}

/* The one to be written; NULL: a new one. */
static const struct github_comment *find_target(const struct github_step *step)
{
	const struct github *github = step->github;
	const struct github_comments *found = &github->found;

	if (found->count == 0)
		return NULL;
	if (github->config.mode == COMMENT_UPDATE)
		return &found->items[0];
	if (keeps_newest(github, step->delivery->outcome))
		return &found->items[found->count - 1];
	for (size_t i = found->count; i > 0; i--)
		if (github_is_same_run(github, &found->items[i - 1].marker))
			return &found->items[i - 1];
	return NULL;
}

static void adopt_places(struct github *github, const struct github_comment *comment)
{
	if (!comment)
		return;
	memcpy(github->marker.slack, comment->marker.slack, sizeof(github->marker.slack));
	github->marker.slack_count = comment->marker.slack_count;
}

/* Whose the bot's comment is cannot be known: neither overwritten nor doubled. */
static enum github_go fail_unproved(struct github_step *step)
{
	return github_fail(step,
	    STR("a bot's comment with the marker of this run's stands there, and the token cannot "
		"prove that it is its own; let it ask GraphQL's 'viewer' (every token of an app "
		"may, "
		"is POST /graphql blocked?) or use a user's token"));
}

static enum github_go decide(struct github_step *step)
{
	struct github *github = step->github;
	const struct outcome *outcome = step->delivery->outcome;
	const struct github_comment *newer = find_newer(step);
	const struct github_comment *target = find_target(step);

	github->stage = GITHUB_SLACK;
	github->target = (struct github_comment){.url = STR_EMPTY, .body = STR_EMPTY};
	if (newer) {
		github->outdated = true;
		step->delivery->record.url = newer->url;
		delivery_skip(step->delivery,
		    STR("the comment is of a newer commit or run already; it was left as it is"));
		return GO_END;
	}
	if (github->found.unproved && github->found.count == 0)
		return fail_unproved(step);
	adopt_places(github, find_newest(step));
	if (target)
		github->target = *target;
	if (!target && github->config.skip_no_changes && changes_nothing(outcome)) {
		delivery_skip(step->delivery, STR("no changes"));
		return GO_END;
	}
	return GO_ON;
}

void github_collect_places(struct github_step *step)
{
	struct github *github = step->github;

	for (size_t i = 0; i < github->slack_count; i++)
		if (github->slacks[i]->done)
			marker_slack_set(step->arena, &github->marker,
			    slack_delivery_channel(github->slacks[i]),
			    slack_delivery_place(github->slacks[i]));
}

static bool first_message_is_open(const struct github_step *step)
{
	const struct github *github = step->github;

	for (size_t i = 0; i < github->slack_count; i++) {
		const struct delivery *slack = github->slacks[i];
		struct str channel = slack_delivery_channel(slack);

		if (!slack->done && channel.len &&
		    marker_slack_find(step->arena, &github->marker, channel).ts.len == 0)
			return true;
	}
	return false;
}

/* A first message's place is not known before Slack has answered; later it is written by `places`.
 */
static enum github_go wait_for_slack(struct github_step *step)
{
	struct github *github = step->github;
	struct delivery *delivery = step->delivery;

	if (!github->slack_waited && !delivery->overdue && first_message_is_open(step)) {
		delivery->patience_ns = GITHUB_PATIENCE_NS;
		delivery->waited = true;
		return GO_WAIT;
	}
	github->slack_waited = true;
	github_collect_places(step);
	github->stage = delivery->waited ? GITHUB_FRESH : GITHUB_WRITE;
	return GO_ON;
}

static enum github_go run_stages(struct github_step *step)
{
	static enum github_go (*const stages[])(struct github_step *) = {
	    [GITHUB_LOOK] = github_look,
	    [GITHUB_EDITORS] = github_editors,
	    [GITHUB_DECIDE] = decide,
	    [GITHUB_SLACK] = wait_for_slack,
	    [GITHUB_FRESH] = github_fresh,
	    [GITHUB_CONFIRM] = github_confirm,
	    [GITHUB_WRITE] = github_write,
	    [GITHUB_REREAD] = github_reread,
	    [GITHUB_RETIRE] = github_retire,
	    [GITHUB_PLACES] = github_places,
	};
	enum github_go go = GO_ON;

	while (go == GO_ON)
		go = stages[step->github->stage](step);
	return go;
}

static enum step_result github_step_run(struct delivery *delivery, struct arena *arena,
    const struct http_reply *replies, size_t reply_count, struct step_request *requests,
    size_t *request_count)
{
	static const enum step_result results[] = {
	    [GO_ON] = STEP_DONE, /* does not come out of run_stages() */
	    [GO_ASK] = STEP_MORE,
	    [GO_WAIT] = STEP_WAIT,
	    [GO_END] = STEP_DONE,
	};
	struct github_step step = {delivery, delivery->state, arena, requests};
	struct github *github = delivery->state;
	enum github_go go;

	*request_count = 0;
	if (delivery->done)
		return STEP_DONE;
	for (size_t i = 0; i < reply_count && i < github->asked_count; i++) {
		enum github_ask kind = github->asked[i];
		struct http_reply reply = replies[i];

		/* what an error says may hold what was sent */
		if (!http_reply_is_success(&reply))
			reply.body = own_secrets_hide(github->own, arena, reply.body);
		if (!(kind < ASK_CREATE ? github_take_look : github_take_write)(
			&step, kind, &reply))
			return STEP_DONE;
	}
	github->asked_count = 0;
	go = run_stages(&step);
	*request_count = github->asked_count;
	return results[go];
}

const struct notifier notifier_github = {.name = "github", .step = github_step_run};

static int64_t number_or(struct str text, int64_t max, int64_t otherwise)
{
	struct err err = {0};
	int64_t number;

	return str_to_int64(text, 0, max, &number, &err) ? number : otherwise;
}

/* Everything that must be right before the first request; false: the delivery has ended. */
static bool check_facts(struct github_step *step)
{
	struct github *github = step->github;
	const struct facts *facts = &step->delivery->outcome->facts;
	struct str repository = facts->repository.value;

	if (repository.len == 0) {
		github_fail(step, STR("the repository is not known; give it as owner/name"));
		return false;
	}
	if (!github_is_repository(repository)) {
		github_fail(step, STR("the repository is not of the form owner/name"));
		return false;
	}
	if (github->pull.number > 0 || github_is_commit(facts->commit.value))
		return true;
	delivery_skip(step->delivery, STR("neither a pull request nor a commit is known"));
	return false;
}

static void set_number(struct github_step *step, struct str text)
{
	struct github *github = step->github;

	github->pull.number = number_or(text, PULL_MAX, 0);
	if (github->pull.number == 0)
		return;
	github->number = str_format(step->arena, "%lld", (long long)github->pull.number);
	github->next_page = str_format(step->arena, "%s/issues/%s/comments?per_page=100",
	    str_to_c(step->arena, github->api), str_to_c(step->arena, github->number));
}

static struct github *github_new(
    struct arena *arena, const struct outcome *outcome, const struct github_config *config)
{
	struct github *github = arena_make(arena, struct github);
	struct str api = config->api_url;

	while (str_eat_end(&api, STR("/")))
		continue;
	*github = (struct github){
	    .arena = arena,
	    .config = *config,
	    .pull = {.head = STR_EMPTY, .url = STR_EMPTY},
	    .number = STR_EMPTY,
	    .author = {.login = STR_EMPTY},
	    .next_page = STR_EMPTY,
	    .since = STR_EMPTY,
	    .target = {.url = STR_EMPTY, .body = STR_EMPTY},
	    .body = STR_EMPTY,
	    .result = DELIVERY_SENT,
	};
	github->config.api_url = str_copy(arena, api);
	/* tokens come from environment variables, often with a newline at the end */
	github->config.token = str_copy(arena, str_trim(config->token));
	github->config.graphql_url = config->graphql_url.ptr ? config->graphql_url : STR_EMPTY;
	if (github->config.max_bytes == 0)
		github->config.max_bytes = MARKDOWN_LIMIT;
	github->own = own_secrets_new(arena);
	own_secrets_add(github->own, github->config.token);
	github->api = str_format(arena, "%s/repos/%s", github->config.api_url.ptr,
	    str_to_c(arena, outcome->facts.repository.value));
	github->marker = (struct marker){
	    .key = STR_EMPTY,
	    .sha = github_is_commit(outcome->facts.commit.value) ? outcome->facts.commit.value
								 : STR_EMPTY,
	    .run = number_or(outcome->facts.run.value, MARKER_RUN_MAX, RUN_UNKNOWN),
	};
	return github;
}

struct delivery *github_delivery(
    struct arena *arena, const struct outcome *outcome, const struct github_config *config)
{
	struct delivery *delivery =
	    delivery_new(arena, &notifier_github, outcome, STR(CHANNEL_NAME));
	struct github *github = github_new(arena, outcome, config);
	struct github_step step = {delivery, github, arena, NULL};

	delivery->state = github;
	set_number(&step, outcome->facts.pull_request.value);
	if (check_facts(&step))
		github->marker.key = marker_key(arena, outcome, github->pull.number);
	return delivery;
}

void github_delivery_add_slack(struct delivery *comment, const struct delivery *slack)
{
	struct github *github = comment->state;

	if (slack)
		slack_delivery_secrets(slack, github->own);
	if (slack && github->slack_count < MARKER_SLACK_MAX &&
	    slack_delivery_channel(slack).len > 0)
		github->slacks[github->slack_count++] = slack;
}

struct slack_place github_delivery_slack_place(
    const struct delivery *comment, struct str channel, bool *known)
{
	const struct github *github = comment->state;

	*known = comment->done || github->looked;
	return marker_slack_find(github->arena, &github->marker, channel);
}

void github_delivery_secrets(const struct delivery *comment, struct own_secrets *own)
{
	const struct github *github = comment->state;

	own_secrets_add(own, github->config.token);
}

bool github_delivery_is_outdated(const struct delivery *comment)
{
	const struct github *github = comment->state;

	return github->outdated;
}

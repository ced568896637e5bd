#include "cmd/deliver.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/glob.h"
#include "base/log.h"
#include "base/sink.h"
#include "cmd/ci.h"
#include "notifiers/channels.h"
#include "notifiers/dispatch.h"
#include "notifiers/http_curl.h"
#include "notifiers/http_print.h"

#define DELIVERIES_MAX 64
/* CI systems kill about ten seconds after they have asked to stop. */
#define HURRY_BUDGET_NS UINT64_C(6000000000)

struct delivery_list {
	struct delivery *items[DELIVERIES_MAX];
	size_t count;
	struct delivery *comment; /* the GitHub one among them, or NULL */
};

static void list_add(struct delivery_list *list, struct delivery *delivery)
{
	if (delivery && list->count < DELIVERIES_MAX)
		list->items[list->count++] = delivery;
}

static enum comment_mode comment_mode(const struct settings *settings, enum operation operation)
{
	enum setting_id id =
	    operation == OPERATION_APPLY ? SET_GITHUB_MODE_APPLY : SET_GITHUB_MODE_PLAN;
	return (enum comment_mode)settings_number(settings, id);
}

static void add_comment(struct app *app, const struct settings *settings,
    const struct outcome *outcome, struct delivery_list *list)
{
	if (str_is(settings_text(settings, SET_GITHUB_COMMENT), "off"))
		return;
	const char *origin;
	struct github_config config = {
	    .api_url = github_api_url(app->run, app->sys, settings, &outcome->facts),
	    .graphql_url = sys_env(app->sys, "GITHUB_GRAPHQL_URL"),
	    .token = github_token(app, &origin),
	    .mode = comment_mode(settings, outcome->facts.operation),
	    .skip_no_changes = settings_bool(settings, SET_GITHUB_SKIP_NO_CHANGES),
	    .max_bytes = (size_t)settings_number(settings, SET_LIMITS_GITHUB_COMMENT),
	};
	list->comment = github_delivery(app->run, outcome, &config);
	list_add(list, list->comment);
}

static bool route_covers(const struct slack_route *route, struct str directory)
{
	if (route->dir_count == 0)
		return true;
	struct str path = directory;
	if (route->base.len > 0) {
		if (!str_eat(&path, route->base))
			return false;
		str_eat(&path, STR("/"));
	}
	if (path.len == 0)
		path = STR(".");
	for (size_t i = 0; i < route->dir_count; i++) {
		if (glob_match(route->dirs[i], path))
			return true;
	}
	return false;
}

static bool route_applies(const struct slack_route *route, const struct outcome *outcome)
{
	if (!route_covers(route, outcome->facts.directory.value))
		return false;
	for (unsigned event = 0; event < ROUTE_EVENTS; event++) {
		if ((route->events & (1u << event)) &&
		    route_event_holds((enum route_event)event, outcome))
			return true;
	}
	return false;
}

/* "#infra" and "infra" are one channel. */
static struct str channel_name(struct str channel)
{
	(void)str_eat(&channel, STR("#"));
	return channel;
}

/* Two routes to one channel are one message; so are all routes of a webhook, which has one channel.
 */
static bool is_repeated(const struct settings *settings, size_t index,
    const struct slack_config *config, const struct outcome *outcome)
{
	struct str channel = channel_name(settings->routes[index].channel);

	for (size_t i = 0; i < index; i++) {
		if ((config->token.len == 0 ||
			str_eq(channel_name(settings->routes[i].channel), channel)) &&
		    route_applies(&settings->routes[i], outcome))
			return true;
	}
	return false;
}

static void add_slack(struct app *app, const struct settings *settings,
    const struct outcome *outcome, struct delivery_list *list)
{
	struct str api = sys_env(app->sys, "SLACK_API_URL");
	struct slack_config config = {
	    .api_url = api.len > 0 ? api : STR("https://slack.com/api"),
	    .token = settings_secret(app, settings, SET_SLACK_TOKEN),
	    .webhook = settings_secret(app, settings, SET_SLACK_WEBHOOK),
	};
	for (size_t i = 0; i < settings->route_count; i++) {
		const struct slack_route *route = &settings->routes[i];
		if (!route_applies(route, outcome) || is_repeated(settings, i, &config, outcome))
			continue;
		config.channel = route->channel;
		struct delivery *delivery =
		    slack_delivery(app->run, outcome, &config, list->comment);
		if (list->comment)
			github_delivery_add_slack(list->comment, delivery);
		list_add(list, delivery);
	}
}

static void warn_failed(const struct delivery_list *list, size_t *failed)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct delivery_record *record = &list->items[i]->record;
		if (record->state == DELIVERY_FAILED) {
			log_warn("%.*s: %.*s", STR_ARG(record->channel), STR_ARG(record->reason));
			(*failed)++;
		} else if (record->state == DELIVERY_SKIPPED) {
			log_info("%.*s: %.*s", STR_ARG(record->channel), STR_ARG(record->reason));
		}
	}
}

static void keep_records(
    struct arena *arena, const struct delivery_list *list, struct outcome *outcome)
{
	outcome->deliveries = arena_array(arena, struct delivery_record, list->count);
	outcome->delivery_count = list->count;
	for (size_t i = 0; i < list->count; i++)
		outcome->deliveries[i] = list->items[i]->record;
}

/* Through the door that this run has: a printer, a test's script, or the network. */
static void send(struct app *app, const struct deliver_options *options, struct delivery_list *list)
{
	struct sink sink;
	struct err err = {0};
	struct http *network CLEANUP(http_curl_close_ptr) = NULL;
	struct dispatch dispatch = {
	    .sys = app->sys, .http = app->http, .budget_ns = options->hurry ? HURRY_BUDGET_NS : 0};
	sink_to_fd(&sink, app->run, app->out, 0);
	if (options->dry_run)
		dispatch.http = http_print_new(app->run, &sink);
	else if (!app->http)
		network = http_curl_new(app->run, app->sys);
	if (network)
		dispatch.http = network;
	dispatch_run(&dispatch, app->run, list->items, list->count);
	if (!sink_finish(&sink, &err))
		log_warn("%s", err.text);
}

size_t deliver(struct app *app, const struct settings *settings,
    const struct deliver_options *options, struct outcome *outcome)
{
	struct delivery_list list = {.count = 0};
	bool sends = outcome->facts.in_ci || options->notify || options->dry_run;
	if (options->markdown)
		list_add(&list, file_delivery(app->run, outcome, options->markdown));
	struct str summary = sys_env(app->sys, "GITHUB_STEP_SUMMARY");
	if (sends && !options->dry_run && summary.len > 0)
		list_add(
		    &list, job_summary_delivery(app->run, outcome, str_to_c(app->run, summary)));
	if (sends) {
		add_comment(app, settings, outcome, &list);
		add_slack(app, settings, outcome, &list);
	}
	if (list.count > 0)
		send(app, options, &list);
	keep_records(app->run, &list, outcome);
	size_t failed = 0;
	warn_failed(&list, &failed);
	return failed;
}

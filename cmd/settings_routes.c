#include "cmd/settings_file.h"

#include <string.h>

#include "base/arena.h"
#include "base/glob.h"
#include "base/words.h"
#include "cmd/options.h"

#define CHANNEL_MAX 80 /* of a Slack channel's name or id */
#define DIRS_MAX    100

static const char *const route_keys[] = {"channel", "dirs", "on", NULL};

static void event_names(const char *names[ROUTE_EVENTS + 1])
{
	for (int i = 0; i < ROUTE_EVENTS; i++)
		names[i] = route_event_name((enum route_event)i);
	names[ROUTE_EVENTS] = NULL;
}

static void read_event(
    struct setting_reader *reader, const struct value *node, struct slack_route *route)
{
	const char *names[ROUTE_EVENTS + 1];
	enum route_event event;
	const char *close;

	event_names(names);
	if (node->kind != VALUE_STRING) {
		setting_problem(
		    reader, node, "slack.routes.on: expected a name, found %s", node_is(*node));
		return;
	}
	if (route_event_from_str(value_text(*node), &event)) {
		route->events |= 1u << event;
		return;
	}
	close = words_closest(value_text(*node), names);
	setting_problem(reader, node, "slack.routes.on: expected %.*s, not '%.*s'%s%s%s",
	    STR_ARG(words_listed(reader->arena, names)), STR_ARG(value_text(*node)),
	    close != NULL ? "; did you mean '" : "", close != NULL ? close : "",
	    close != NULL ? "'?" : "");
}

static void read_channel(
    struct setting_reader *reader, const struct value *node, struct slack_route *route)
{
	struct str text = value_text(*node);
	struct str name = text;

	(void)str_eat(&name, STR("#"));
	if (node->kind != VALUE_STRING || name.len == 0) {
		setting_problem(reader, node,
		    "slack.routes.channel: expected a channel such as \"#deploys\" (with quotes: a "
		    "bare # begins a comment), found %s",
		    node_is(*node));
		return;
	}
	if (text.len > CHANNEL_MAX ||
	    strpbrk(str_to_c(reader->arena, text), " \t\r\n\"<>&") != NULL) {
		setting_problem(reader, node,
		    "slack.routes.channel: expected the name or id of a channel, at most %d bytes "
		    "without spaces",
		    CHANNEL_MAX);
		return;
	}
	route->channel = str_copy(reader->arena, text);
}

static bool read_dir(struct setting_reader *reader, const struct value *node, struct str *out)
{
	struct str text = value_text(*node);
	struct err why = {0};

	if (node->kind != VALUE_STRING || text.len == 0) {
		setting_problem(
		    reader, node, "slack.routes.dirs: expected a glob, found %s", node_is(*node));
		return false;
	}
	if (text.ptr[0] == '/' || str_starts(text, STR("../"))) {
		setting_problem(reader, node,
		    "slack.routes.dirs: expected a glob below the directory of this file, not "
		    "'%.*s'",
		    STR_ARG(text));
		return false;
	}
	if (!glob_check(text, &why)) {
		setting_problem(reader, node, "slack.routes.dirs: %s", why.text);
		return false;
	}
	while (text.len > 1 && str_eat_end(&text, STR("/")))
		continue;
	*out = str_copy(reader->arena, text);
	return true;
}

static void read_dirs(
    struct setting_reader *reader, const struct value *node, struct slack_route *route)
{
	const struct value *items = node->kind == VALUE_LIST ? node->as.items : node;
	size_t count = node->kind == VALUE_LIST ? node->len : 1;
	struct str *dirs;

	if (count == 0 || count > DIRS_MAX) {
		setting_problem(
		    reader, node, "slack.routes.dirs: expected 1 to %d globs", DIRS_MAX);
		return;
	}
	dirs = arena_array(reader->arena, struct str, count);
	route->dirs = dirs;
	for (size_t i = 0; i < count; i++) {
		if (read_dir(reader, &items[i], &dirs[route->dir_count]))
			route->dir_count++;
	}
}

static void read_on(
    struct setting_reader *reader, const struct value *node, struct slack_route *route)
{
	if (node->kind != VALUE_LIST) {
		read_event(reader, node, route);
		return;
	}
	if (node->len == 0)
		setting_problem(reader, node,
		    "slack.routes.on: the list is empty; this route would "
		    "never be used");
	for (size_t i = 0; i < node->len; i++)
		read_event(reader, &node->as.items[i], route);
}

static void read_route_key(
    struct setting_reader *reader, const struct value_entry *entry, struct slack_route *route)
{
	struct str key = value_text(entry->key);
	const char *close;

	if (str_is(key, "on")) {
		read_on(reader, &entry->value, route);
	} else if (str_is(key, "channel")) {
		read_channel(reader, &entry->value, route);
	} else if (str_is(key, "dirs")) {
		read_dirs(reader, &entry->value, route);
	} else {
		close = words_closest(key, route_keys);
		setting_problem(reader, &entry->key, "unknown key 'slack.routes.%.*s'; %s%s%s",
		    STR_ARG(key), close != NULL ? "did you mean '" : "known here: ",
		    close != NULL ? close : "channel, dirs and on", close != NULL ? "'?" : "");
	}
}

static void read_route(struct setting_reader *reader, const struct value *node)
{
	struct settings *settings = reader->settings;
	struct slack_route route = {.channel = STR_EMPTY, .base = reader->base};
	size_t before = reader->problems->count;

	if (node->kind != VALUE_MAP) {
		setting_problem(reader, node,
		    "slack.routes: expected {on, channel, dirs}, found %s", node_is(*node));
		return;
	}
	if (settings->route_count == ROUTES_MAX) {
		setting_problem(reader, node, "slack.routes: more than %d routes", ROUTES_MAX);
		return;
	}
	route.origin = setting_origin(reader, node);
	for (size_t i = 0; i < node->len; i++)
		read_route_key(reader, &node->as.entries[i], &route);
	if (route.events == 0 && value_get_c(*node, "on") == NULL)
		route.events = 1u << ROUTE_APPLY_FAILED;
	if (reader->problems->count == before)
		reader->routes[settings->route_count++] = route;
}

void settings_read_routes(struct setting_reader *reader, const struct value *node)
{
	struct setting_value *slot = &reader->settings->values[SET_SLACK_ROUTES];

	if (node->kind != VALUE_LIST) {
		setting_problem(reader, node,
		    "slack.routes: expected a list of {on, channel, dirs}, found %s",
		    node_is(*node));
		return;
	}
	for (size_t i = 0; i < node->len; i++)
		read_route(reader, &node->as.items[i]);
	slot->is_set = true;
	slot->origin = setting_origin(reader, node);
}

#include "base/arena.h"
#include "base/log.h"
#include "cmd/app.h"
#include "cmd/settings_file.h"
#include "policies/source.h"

#define WARNINGS_MAX 5

static void warn(const struct source *trusted, const struct problems *problems)
{
	char line[ERR_TEXT_MAX + 300];

	for (size_t i = 0; i < problems->count && i < WARNINGS_MAX; i++) {
		err_format(&problems->items[i], line, sizeof(line));
		log_warn("settings of %.*s: %s", STR_ARG(trusted->name), line);
	}
	if (problems->count > WARNINGS_MAX)
		log_warn("settings of %.*s: %zu problems in all", STR_ARG(trusted->name),
		    problems->count);
}

static bool same_value(const struct setting_value *a, const struct setting_value *b)
{
	return a->is_set == b->is_set && a->number == b->number && str_eq(a->text, b->text);
}

static bool same_route(const struct slack_route *a, const struct slack_route *b)
{
	if (a->events != b->events || !str_eq(a->channel, b->channel) ||
	    !str_eq(a->base, b->base) || a->dir_count != b->dir_count)
		return false;
	for (size_t i = 0; i < a->dir_count; i++) {
		if (!str_eq(a->dirs[i], b->dirs[i]))
			return false;
	}
	return true;
}

/* Without the route that stands for none. */
static size_t written_routes(const struct settings *settings)
{
	bool none = settings->route_count == 1 && str_is(settings->routes[0].origin, "default");

	return none ? 0 : settings->route_count;
}

static bool same_routes(const struct settings *a, const struct settings *b)
{
	if (written_routes(a) != written_routes(b))
		return false;
	for (size_t i = 0; i < written_routes(a); i++) {
		if (!same_route(&a->routes[i], &b->routes[i]))
			return false;
	}
	return true;
}

static void take_value(struct settings *settings, enum setting_id id, const struct settings *from)
{
	struct setting_value *now = &settings->values[id];

	/* a file of this branch may be stricter, a variable may not be laxer */
	if (setting_rows[id].inherit == INHERIT_STRICTEST) {
		if (from->values[id].number > now->number)
			*now = from->values[id];
		return;
	}
	if (now->is_outside || same_value(now, &from->values[id]))
		return;
	settings->pending[id] = *now;
	settings->is_pending[id] = true;
	*now = from->values[id];
}

static void take_routes(
    struct app *app, struct settings *settings, struct settings *from, struct slack_route *routes)
{
	struct setting_value *now = &settings->values[SET_SLACK_ROUTES];

	from->routes = routes;
	if (!same_routes(settings, from)) {
		settings->pending[SET_SLACK_ROUTES] = *now;
		settings->is_pending[SET_SLACK_ROUTES] = true;
		now->origin = from->values[SET_SLACK_ROUTES].origin;
		now->is_set = from->values[SET_SLACK_ROUTES].is_set;
	}
	/* again in any case: whether Slack is set up at all may have changed */
	settings->route_count = from->route_count;
	settings_finish_routes(app, settings, routes);
}

void settings_trust(struct app *app, const struct workspace *workspace,
    const struct source *trusted, struct settings *settings)
{
	struct settings *merged = arena_make(app->run, struct settings);
	struct problems problems;
	struct setting_reader reader = {.arena = app->run,
	    .settings = merged,
	    .problems = &problems,
	    .source = trusted,
	    .routes = arena_array(app->run, struct slack_route, ROUTES_MAX + 1)};

	problems_init(&problems, app->run);
	settings_defaults(app->run, merged);
	settings_read_chain(&reader, workspace);
	warn(trusted, &problems);
	settings->trusted_by = trusted->name;
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		if (setting_rows[i].trusted && setting_rows[i].type != SETTING_ROUTES)
			take_value(settings, (enum setting_id)i, merged);
	}
	take_routes(app, settings, merged, reader.routes);
}

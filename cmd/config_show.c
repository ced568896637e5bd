#include "cmd/config_show.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/json_write.h"
#include "base/size.h"
#include "base/utf8.h"

#define JSON_INDENT 2
#define COLUMN_MAX  60 /* a longer value pushes its origin to the right */
#define TABLE_ROWS  64

struct show_row {
	struct str name, value, origin;
};

struct show_table {
	struct show_row rows[TABLE_ROWS];
	size_t count;
};

static void table_add(struct arena *arena, struct show_table *table, struct str name,
    struct str value, struct str origin)
{
	if (table->count == TABLE_ROWS)
		return;
	table->rows[table->count++] = (struct show_row){
	    .name = name,
	    .value = utf8_printable(arena, value, true),
	    .origin = utf8_printable(arena, origin, true),
	};
}

static void pad(struct sink *sink, struct str text, size_t width)
{
	size_t used = utf8_width(text);

	sink_add(sink, text);
	for (size_t i = used; i < width + 2; i++)
		sink_add(sink, STR(" "));
}

static size_t widen(size_t width, struct str text)
{
	return size_max(width, size_min(utf8_width(text), COLUMN_MAX));
}

static void table_print(struct sink *sink, const char *title, const struct show_table *table)
{
	size_t names = 0, values = 0;

	for (size_t i = 0; i < table->count; i++) {
		names = widen(names, table->rows[i].name);
		values = widen(values, table->rows[i].value);
	}
	sink_add(sink, str_from(title));
	sink_add(sink, STR("\n"));
	for (size_t i = 0; i < table->count; i++) {
		sink_add(sink, STR("  "));
		pad(sink, table->rows[i].name, names);
		if (table->rows[i].origin.len > 0)
			pad(sink, table->rows[i].value, values);
		else
			sink_add(sink, table->rows[i].value);
		sink_add(sink, table->rows[i].origin);
		sink_add(sink, STR("\n"));
	}
}

static void add_fact(
    struct app *app, struct show_table *table, const char *name, const struct fact *fact)
{
	table_add(app->run, table, str_from(name),
	    fact_known(fact) ? fact->value : STR("not known"), fact->origin);
}

static struct str secret_text(struct app *app, const char *variable, bool is_set)
{
	return is_set ? str_format(app->run, "set (from %s)", variable) : STR("not set");
}

static struct str entries_text(struct arena *arena, struct str text)
{
	struct str entry;
	struct buf buf;

	buf_init(&buf, arena, SIZE_MAX);
	while (settings_entry(&text, &entry))
		buf_addf(&buf, "%s%.*s", buf.len > 0 ? ", " : "", STR_ARG(entry));
	return buf_str(&buf);
}

/* "tags.version (why), etag" */
static struct str noise_text(struct arena *arena, struct str text)
{
	struct str entry, path;
	struct buf buf;

	buf_init(&buf, arena, SIZE_MAX);
	while (settings_entry(&text, &entry) && str_split(&entry, '\t', &path)) {
		buf_adds(&buf, buf.len > 0 ? ", " : "");
		buf_add(&buf, path);
		if (entry.len > 0)
			buf_addf(&buf, " (%.*s)", STR_ARG(entry));
	}
	return buf_str(&buf);
}

/* A secret's value is never shown, only whether there is one, and the variable. */
static struct str setting_text(struct app *app, const struct settings *settings, enum setting_id id)
{
	if (setting_rows[id].type == SETTING_LIST || setting_rows[id].type == SETTING_SWITCHES)
		return entries_text(app->run, settings_text(settings, id));
	if (setting_rows[id].type == SETTING_NOISE)
		return noise_text(app->run, settings_text(settings, id));
	if (setting_rows[id].type != SETTING_SECRET)
		return settings_text(settings, id);
	return secret_text(app, settings_secret_variable(settings, id).ptr,
	    settings_secret(app, settings, id).len > 0);
}

static struct str github_token_text(struct app *app)
{
	const char *origin;
	struct str token = github_token(app, &origin);

	return secret_text(app, origin, token.len > 0);
}

static struct str route_text(struct arena *arena, const struct slack_route *route)
{
	struct buf buf;

	buf_init(&buf, arena, (size_t)64 << 10);
	for (int i = 0; i < ROUTE_EVENTS; i++) {
		if ((route->events >> i & 1) != 0)
			buf_addf(&buf, "%s%s", buf_str(&buf).len > 0 ? ", " : "",
			    route_event_name((enum route_event)i));
	}
	if (route->channel.len > 0)
		buf_addf(&buf, " -> %.*s", STR_ARG(route->channel));
	for (size_t i = 0; i < route->dir_count; i++)
		buf_addf(&buf, "%s%.*s%s%.*s", i == 0 ? " for " : ", ", STR_ARG(route->base),
		    route->base.len > 0 ? "/" : "", STR_ARG(route->dirs[i]));
	return buf_str(&buf);
}

static void facts_table(struct app *app, const struct session *session, struct sink *sink)
{
	struct show_table *table = arena_make(app->run, struct show_table);

#define X(name, help) add_fact(app, table, #name, &session->facts.name);
	FACTS(X)
#undef X
	table_add(app->run, table, STR("github token"), github_token_text(app), STR_EMPTY);
	table_add(app->run, table, STR("github api"),
	    github_api_url(app->run, app->sys, &session->settings, &session->facts), STR_EMPTY);
	table_print(sink, "Facts", table);
}

static void trust_table(struct app *app, const struct session *session, struct sink *sink)
{
	struct show_table *table = arena_make(app->run, struct show_table);
	const struct session_trust *trust = &session->trust;

	table_add(app->run, table, STR("trusted"),
	    trust->problem.len > 0 ? STR("not known") : trust->trusted, STR_EMPTY);
	if (trust->base_commit.len > 0)
		table_add(app->run, table, STR("its commit"), trust->base_commit, STR_EMPTY);
	if (trust->problem.len > 0)
		table_add(app->run, table, STR("problem"), trust->problem, STR_EMPTY);
	for (size_t i = 0; i < trust->note_count; i++)
		table_add(app->run, table, STR("note"), trust->notes[i], STR_EMPTY);
	table_print(sink, "\nRules and settings", table);
}

/* What the files here say and the trusted chain does not. */
static void add_pending(
    struct app *app, struct show_table *table, const struct settings *settings, enum setting_id id)
{
	const struct setting_value *pending = &settings->pending[id];

	if (!settings->is_pending[id])
		return;
	table_add(app->run, table, STR("  after the merge"),
	    pending->text.len > 0 ? pending->text : STR("-"), pending->origin);
}

void config_show_terminal(struct app *app, const struct session *session, struct sink *sink)
{
	const struct settings *settings = &session->settings;
	struct show_table *table = arena_make(app->run, struct show_table);
	struct show_table *routes = arena_make(app->run, struct show_table);
	struct show_table *files = arena_make(app->run, struct show_table);

	facts_table(app, session, sink);
	trust_table(app, session, sink);
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		struct str text = setting_text(app, settings, (enum setting_id)i);

		table_add(app->run, table, str_from(setting_rows[i].key),
		    text.len > 0 ? text : STR("-"), settings->values[i].origin);
		add_pending(app, table, settings, (enum setting_id)i);
	}
	table_print(sink, "\nSettings", table);
	for (size_t i = 0; i < settings->route_count; i++)
		table_add(app->run, routes, str_format(app->run, "%zu", i + 1),
		    route_text(app->run, &settings->routes[i]), settings->routes[i].origin);
	if (routes->count > 0)
		table_print(sink, "\nSlack routes", routes);
	for (size_t i = 0; i < settings->file_count; i++)
		table_add(app->run, files, settings->files[i], STR_EMPTY, STR_EMPTY);
	table_add(app->run, files, STR("root"), session->workspace.root, STR_EMPTY);
	table_print(sink, "\nFiles", files);
}

static void json_fact(struct jsonw *writer, const char *name, const struct fact *fact)
{
	jsonw_key(writer, name);
	jsonw_begin_flat_object(writer);
	jsonw_key(writer, "value");
	if (fact_known(fact))
		jsonw_str(writer, fact->value);
	else
		jsonw_null(writer);
	jsonw_field_str(writer, "origin", fact->origin);
	jsonw_end_object(writer);
}

static void json_setting(
    struct app *app, const struct settings *settings, enum setting_id id, struct jsonw *writer)
{
	const struct setting_value *value = &settings->values[id];

	jsonw_key(writer, setting_rows[id].key);
	jsonw_begin_flat_object(writer);
	switch (setting_rows[id].type) {
	case SETTING_BOOL:
		jsonw_field_bool(writer, "value", value->number != 0);
		break;
	case SETTING_INT:
	case SETTING_SIZE:
	case SETTING_ROUTES:
		jsonw_field_int(writer, "value", value->number);
		break;
	case SETTING_TEXT:
	case SETTING_CHOICE:
	case SETTING_SECRET:
	case SETTING_SWITCHES:
	case SETTING_LIST:
	case SETTING_NOISE:
		jsonw_field_str(writer, "value", setting_text(app, settings, id));
		break;
	}
	jsonw_field_str(writer, "origin", value->origin);
	if (settings->is_pending[id]) {
		jsonw_field_str(writer, "after_merge", settings->pending[id].text);
		jsonw_field_str(writer, "after_merge_origin", settings->pending[id].origin);
	}
	jsonw_end_object(writer);
}

static void json_trust(const struct session_trust *trust, struct jsonw *writer)
{
	jsonw_key(writer, "trust");
	jsonw_begin_object(writer);
	jsonw_field_str(writer, "trusted", trust->trusted);
	jsonw_field_str(writer, "base_commit", trust->base_commit);
	jsonw_field_str(writer, "head_commit", trust->head_commit);
	jsonw_field_str(writer, "problem", trust->problem);
	jsonw_key(writer, "notes");
	jsonw_begin_array(writer);
	for (size_t i = 0; i < trust->note_count; i++)
		jsonw_str(writer, trust->notes[i]);
	jsonw_end_array(writer);
	jsonw_end_object(writer);
}

static void json_route(struct jsonw *writer, const struct slack_route *route)
{
	jsonw_begin_flat_object(writer);
	jsonw_key(writer, "on");
	jsonw_begin_flat_array(writer);
	for (int i = 0; i < ROUTE_EVENTS; i++) {
		if ((route->events >> i & 1) != 0)
			jsonw_c(writer, route_event_name((enum route_event)i));
	}
	jsonw_end_array(writer);
	jsonw_field_str(writer, "channel", route->channel);
	jsonw_key(writer, "dirs");
	jsonw_begin_flat_array(writer);
	for (size_t i = 0; i < route->dir_count; i++)
		jsonw_str(writer, route->dirs[i]);
	jsonw_end_array(writer);
	jsonw_field_str(writer, "base", route->base);
	jsonw_field_str(writer, "origin", route->origin);
	jsonw_end_object(writer);
}

static void json_lists(const struct settings *settings, struct jsonw *writer)
{
	jsonw_key(writer, "routes");
	jsonw_begin_array(writer);
	for (size_t i = 0; i < settings->route_count; i++)
		json_route(writer, &settings->routes[i]);
	jsonw_end_array(writer);
	jsonw_key(writer, "files");
	jsonw_begin_array(writer);
	for (size_t i = 0; i < settings->file_count; i++)
		jsonw_str(writer, settings->files[i]);
	jsonw_end_array(writer);
}

void config_show_json(struct app *app, const struct session *session, struct sink *sink)
{
	struct jsonw writer;

	jsonw_init(&writer, sink, JSON_INDENT);
	jsonw_begin_object(&writer);
	jsonw_key(&writer, "facts");
	jsonw_begin_object(&writer);
#define X(name, help) json_fact(&writer, #name, &session->facts.name);
	FACTS(X)
#undef X
	jsonw_end_object(&writer);
	jsonw_field_bool(&writer, "in_ci", session->facts.in_ci);
	jsonw_key(&writer, "github_token");
	jsonw_str(&writer, github_token_text(app));
	jsonw_key(&writer, "github_api");
	jsonw_str(&writer, github_api_url(app->run, app->sys, &session->settings, &session->facts));
	jsonw_key(&writer, "settings");
	jsonw_begin_object(&writer);
	for (size_t i = 0; i < SETTING_COUNT; i++)
		json_setting(app, &session->settings, (enum setting_id)i, &writer);
	jsonw_end_object(&writer);
	json_lists(&session->settings, &writer);
	json_trust(&session->trust, &writer);
	jsonw_end_object(&writer);
	sink_add(sink, STR("\n"));
}

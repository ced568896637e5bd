#include "cmd/settings_file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/input.h"
#include "base/log.h"
#include "cmd/app.h"
#include "policies/policy_file.h"
#include "policies/source.h"

/* Through symbolic links a file may come from elsewhere; outside the repository nobody reviewed it.
 */
static bool is_inside(const struct workspace *workspace, const char *path)
{
	char real_root[PATH_MAX], real_path[PATH_MAX];
	struct str rest;

	if (realpath(workspace->root.ptr, real_root) == NULL || realpath(path, real_path) == NULL)
		return false;
	rest = str_from(real_path);
	return str_is(str_from(real_root), "/") ||
	       (str_eat(&rest, str_from(real_root)) && str_starts(rest, STR("/")));
}

static bool read_text(struct setting_reader *reader, const struct workspace *workspace,
    const char *path, struct str *text, struct err *err)
{
	struct stat about;

	if (!is_inside(workspace, path))
		return err_set(err, ERR_INVALID,
		    "leads out of the repository (or nowhere); settings must stand inside it");
	/* A pipe would be waited for; what is wrong with a directory, file_read() says. */
	if (stat(path, &about) == 0 && !S_ISREG(about.st_mode) && !S_ISDIR(about.st_mode))
		return err_set(err, ERR_INVALID, "is no regular file");
	return file_read(reader->arena, path, SETTINGS_FILE_MAX, text, err);
}

static bool read_working_tree(struct setting_reader *reader, const struct workspace *workspace,
    struct str *text, bool *found, struct err *err)
{
	struct str path = str_format(reader->arena, "%s/%s",
	    workspace->root.len > 1 ? workspace->root.ptr : "", reader->file);
	struct stat about;

	*found = lstat(path.ptr, &about) == 0 || (errno != ENOENT && errno != ENOTDIR);
	return !*found || read_text(reader, workspace, path.ptr, text, err);
}

static bool read_source(
    struct setting_reader *reader, struct str *text, bool *found, struct err *err)
{
	if (reader->source->read(reader->source->state, reader->arena, str_from(reader->file),
		SETTINGS_FILE_MAX, text, found, err))
		return true;
	*found = true;
	return false;
}

/* Both readers look at `version`: one problem, said once. */
static bool is_said(const struct problems *problems, const struct err *problem)
{
	for (size_t i = 0; i < problems->count; i++) {
		const struct err *said = &problems->items[i];

		if (said->line == problem->line && said->column == problem->column &&
		    said->line > 0 && str_eq(str_from(said->file), str_from(problem->file)))
			return true;
	}
	return false;
}

static void check_policies(struct setting_reader *reader, struct str text)
{
	struct policy_problems *found = arena_make(reader->arena, struct policy_problems);
	struct policy_file *file = arena_make(reader->arena, struct policy_file);

	policy_problems_init(found, reader->arena);
	policy_file_read(reader->arena, POLICY_CHAIN, str_from(reader->file), text, file, found);
	for (size_t i = 0; i < found->count; i++) {
		if (!is_said(reader->problems, &found->items[i]))
			problems_add(reader->problems, &found->items[i]);
	}
}

void settings_read_file(
    struct setting_reader *reader, const struct workspace *workspace, bool *found)
{
	struct str text = STR_EMPTY;
	struct err why = {0};
	bool read = reader->source != NULL
			? read_source(reader, &text, found, &why)
			: read_working_tree(reader, workspace, &text, found, &why);

	if (read && !*found)
		return;
	if (!read ||
	    !yaml_read_with(reader->arena, reader->file, text, &policy_yaml, &reader->yaml, &why)) {
		policy_yaml_error(text, &why);
		why.file = reader->file;
		problems_add(reader->problems, &why);
		return;
	}
	settings_read_document(reader);
	/* another version or no map at all: once is enough */
	if (reader->policies && yaml_root(reader->yaml).kind == VALUE_MAP)
		check_policies(reader, text);
}

void settings_defaults(struct arena *arena, struct settings *settings)
{
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		struct setting_value *slot = &settings->values[i];
		struct err why = {0};

		*slot = (struct setting_value){.text = STR_EMPTY};
		if (setting_rows[i].default_text[0] != '\0' &&
		    !setting_parse(arena, &setting_rows[i], str_from(setting_rows[i].default_text),
			slot, &why))
			slot->text = STR_EMPTY;
		slot->origin = STR("default");
	}
}

/* "": the root; then every directory on the way to that of the run. */
void settings_read_chain(struct setting_reader *reader, const struct workspace *workspace)
{
	struct str dir = workspace->directory;
	size_t levels = 2, count = 0, at = 0;
	struct str *files;

	for (size_t i = 0; i < dir.len; i++)
		levels += dir.ptr[i] == '/';
	files = arena_array(reader->arena, struct str, levels);
	for (reader->base = STR_EMPTY;;) {
		bool found;

		reader->file =
		    reader->base.len == 0
			? SETTINGS_FILE
			: str_format(reader->arena, "%s/%s", reader->base.ptr, SETTINGS_FILE).ptr;
		settings_read_file(reader, workspace, &found);
		if (found)
			files[count++] = str_from(reader->file);
		if (at >= dir.len || str_is(dir, "."))
			break;
		for (at += at > 0; at < dir.len && dir.ptr[at] != '/';)
			at++;
		reader->base = str_copy(reader->arena, str_from_to(dir, 0, at));
	}
	reader->settings->files = files;
	reader->settings->file_count = count;
}

/* A token right in TFHERALD_SLACK_TOKEN is as good as one in a variable that env: names. */
static bool holds_the_secret(const struct setting_row *row, struct str text)
{
	return row->type == SETTING_SECRET && !str_starts(text, STR("env:"));
}

static void read_variable(struct app *app, const struct setting_row *row,
    struct setting_value *slot, struct problems *problems)
{
	struct setting_value value = {.text = STR_EMPTY};
	struct str name, text;
	struct err why = {0};

	if (!setting_variable(app->run, row, &name))
		return;
	text = sys_env(app->sys, name.ptr);
	if (text.len == 0)
		return;
	if (holds_the_secret(row, text)) {
		value.text = name;
	} else if (!setting_parse(app->run, row, text, &value, &why)) {
		(void)err_context(&why, "environment variable %s", name.ptr);
		problems_add(problems, &why);
		return;
	}
	if (row->inherit == INHERIT_STRICTEST && slot->number > value.number)
		return;
	*slot = value;
	slot->origin = name;
	slot->is_set = slot->is_outside = true;
}

/* All but the last are said here; the last is the error, so that they appear in order. */
static bool report(const struct problems *problems, struct err *err)
{
	char line[ERR_TEXT_MAX + 300];

	for (size_t i = 0; i + 1 < problems->count; i++) {
		err_format(&problems->items[i], line, sizeof(line));
		log_error("%s", line);
	}
	if (problems->count == 0)
		return true;
	*err = problems->items[problems->count - 1];
	if (problems->count > 1) {
		char last[ERR_TEXT_MAX];

		(void)snprintf(last, sizeof(last), "%s", err->text);
		(void)snprintf(err->text, sizeof(err->text), "%.*s (%zu problems in all)",
		    ERR_TEXT_MAX - 40, last, problems->count);
	}
	return false;
}

static bool wants_default_route(const struct app *app, const struct settings *settings)
{
	return settings->values[SET_SLACK_TOKEN].is_set ||
	       settings_secret(app, settings, SET_SLACK_WEBHOOK).len > 0;
}

/* Slack is set up and no route says for what: failed applies (the settings design page). */
void settings_finish_routes(
    const struct app *app, struct settings *settings, struct slack_route *routes)
{
	struct setting_value *slot = &settings->values[SET_SLACK_ROUTES];

	if (settings->route_count == 0 && wants_default_route(app, settings))
		routes[settings->route_count++] = (struct slack_route){
		    .events = 1u << ROUTE_APPLY_FAILED,
		    .channel = STR_EMPTY,
		    .base = STR_EMPTY,
		    .origin = STR("default"),
		};
	settings->routes = routes;
	slot->number = (int64_t)settings->route_count;
	slot->text = str_format(
	    app->run, "%zu route%s", settings->route_count, settings->route_count == 1 ? "" : "s");
}

static void read_all(struct app *app, const struct workspace *workspace, bool policies,
    struct settings *out, struct problems *problems)
{
	struct setting_reader reader = {
	    .arena = app->run, .settings = out, .problems = problems, .policies = policies};

	*out = (struct settings){0};
	problems_init(problems, app->run);
	reader.routes = arena_array(app->run, struct slack_route, ROUTES_MAX + 1);
	settings_defaults(app->run, out);
	settings_read_chain(&reader, workspace);
	for (size_t i = 0; i < SETTING_COUNT; i++)
		read_variable(app, &setting_rows[i], &out->values[i], problems);
	settings_finish_routes(app, out, reader.routes);
}

bool settings_load(
    struct app *app, const struct workspace *workspace, struct settings *out, struct err *err)
{
	struct problems problems;

	read_all(app, workspace, false, out, &problems);
	/* The run ends here: what it would have found in the policies later is told now, too. */
	if (problems.count > 0)
		read_all(app, workspace, true, out, &problems);
	return report(&problems, err);
}

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json_write.h"
#include "cmd/command.h"
#include "cmd/config_check.h"
#include "cmd/config_show.h"
#include "cmd/session.h"

enum config_format {
	CONFIG_TERMINAL,
	CONFIG_JSON,
};
static const char *const formats[] = {
    [CONFIG_TERMINAL] = "terminal",
    [CONFIG_JSON] = "json",
    NULL,
};

struct config_options {
	struct fact_options facts;
	int format;
};

static NODISCARD bool show(struct app *app, const struct config_options *options, struct err *err)
{
	struct session session;
	struct sink sink;

	if (!session_open(app, &(struct session_options){0}, &session, err) ||
	    !session_look_around(app, &session, &options->facts, err))
		return false;
	sink_to_fd(&sink, app->run, app->out, 0);
	if (options->format == CONFIG_JSON)
		config_show_json(app, &session, &sink);
	else
		config_show_terminal(app, &session, &sink);
	return sink_finish(&sink, err);
}

static void print_json(const struct problems *problems, size_t files, struct sink *sink)
{
	struct jsonw writer;

	jsonw_init(&writer, sink, 2);
	jsonw_begin_object(&writer);
	jsonw_field_int(&writer, "files", (int64_t)files);
	jsonw_key(&writer, "problems");
	jsonw_begin_array(&writer);
	for (size_t i = 0; i < problems->count; i++) {
		const struct err *problem = &problems->items[i];

		jsonw_begin_flat_object(&writer);
		jsonw_key(&writer, "file");
		jsonw_c(&writer, problem->file);
		jsonw_field_int(&writer, "line", problem->line);
		jsonw_field_int(&writer, "column", problem->column);
		jsonw_field_str(&writer, "text", str_from(problem->text));
		jsonw_end_object(&writer);
	}
	jsonw_end_array(&writer);
	jsonw_end_object(&writer);
	sink_add(sink, STR("\n"));
}

static void print_lines(
    struct arena *arena, const struct problems *problems, size_t files, struct sink *sink)
{
	char line[ERR_TEXT_MAX + PATH_MAX];

	for (size_t i = 0; i < problems->count; i++) {
		err_format(&problems->items[i], line, sizeof(line));
		sink_add(sink, str_from(line));
		sink_add(sink, STR("\n"));
	}
	if (problems->count == 0)
		sink_add(sink, str_format(arena, "%zu file%s named %s, nothing wrong\n", files,
				   files == 1 ? "" : "s", SETTINGS_FILE));
}

/* The directory given, else the whole repository. */
static NODISCARD bool place(
    struct app *app, const char *dir, struct workspace *out, struct err *err)
{
	char path[PATH_MAX];

	if (dir == NULL)
		return workspace_find(app->run, out, err);
	if (realpath(dir, path) == NULL)
		return err_set(
		    err, ERR_IO, "directory '%s' cannot be read: %s", dir, strerror(errno));
	*out = (struct workspace){.root = str_copy(app->run, str_from(path)),
	    .directory = STR("."),
	    .in_repository = false};
	return true;
}

static NODISCARD bool check(
    struct app *app, const struct config_options *options, const char *dir, struct err *err)
{
	struct workspace workspace = {.root = STR_EMPTY, .directory = STR_EMPTY};
	struct problems problems;
	struct sink sink;
	size_t files = 0;

	problems_init(&problems, app->run);
	if (!place(app, dir, &workspace, err) ||
	    !config_check(app->run, &workspace, &problems, &files, err))
		return false;
	sink_to_fd(&sink, app->run, app->out, 0);
	if (options->format == CONFIG_JSON)
		print_json(&problems, files, &sink);
	else
		print_lines(app->run, &problems, files, &sink);
	if (!sink_finish(&sink, err))
		return false;
	if (problems.count == 0)
		return true;
	return err_set(err, ERR_INVALID, "%zu problem%s in the settings below '%s'", problems.count,
	    problems.count == 1 ? "" : "s", workspace.root.ptr);
}

static NODISCARD bool config_run(struct app *app, const void *values,
    const struct operands *operands, int *status UNUSED, struct err *err)
{
	const struct config_options *options = values;
	const char *dir = operands->count > 1 ? operands->items[1] : NULL;

	if (operands->count == 0)
		return err_set(err, ERR_USAGE, "config: expected show or check");
	if (strcmp(operands->items[0], "check") == 0)
		return check(app, options, dir, err);
	if (dir != NULL)
		return err_set(err, ERR_USAGE,
		    "config show: unexpected '%s'; try 'tfherald --chdir %s config show'", dir,
		    dir);
	return show(app, options, err);
}

static const struct opt config_opts[] = {
    {.name = "base",
	.type = OPT_TEXT,
	.arg = "NAME",
	.offset = offsetof(struct config_options, facts.base),
	.help = "branch or commit whose settings are trusted, as for plan"},
    {.name = "branch",
	.type = OPT_TEXT,
	.arg = "NAME",
	.offset = offsetof(struct config_options, facts.branch),
	.help = "branch of the run, as for plan"},
    {.name = "commit",
	.type = OPT_TEXT,
	.arg = "SHA",
	.offset = offsetof(struct config_options, facts.commit),
	.help = "commit the run is about, as for plan"},
    {.name = "format",
	.type = OPT_CHOICE,
	.arg = "FORMAT",
	.offset = offsetof(struct config_options, format),
	.help = "for people or for programs",
	.choices = formats},
    {.name = "pr",
	.type = OPT_TEXT,
	.arg = "NUMBER",
	.offset = offsetof(struct config_options, facts.pr),
	.help = "number of the pull request, as for plan"},
    {.name = "repo",
	.type = OPT_TEXT,
	.arg = "OWNER/NAME",
	.offset = offsetof(struct config_options, facts.repo),
	.help = "repository on GitHub, as for plan"},
    {.name = NULL},
};

static const char *const actions[] = {"check", "show", NULL};

extern const struct command command_config;
const struct command command_config = {
    .name = "config",
    .args = "show | check [DIR]",
    .help = "show every setting with its origin, or check the files",
    .description =
	"show prints every fact about this run (pull request, commit, repository) and every\n"
	"setting, with where each comes from: file, line and column, a variable, an option. "
	"Secrets\n"
	"appear as 'set' or 'not set' only. In CI, settings that are trusted come from the base\n"
	"branch; where the files here say something else, both are shown.\n"
	"\n"
	"check reads every tfherald.yaml of the repository, or below DIR, and prints all that is\n"
	"wrong with file, line and column; expressions are looked at by 'tfherald policy lint'.\n"
	"The exit status is 65 if anything is.",
    .example = "tfherald config show\n"
	       "tfherald config check",
    .opts = config_opts,
    .values_size = sizeof(struct config_options),
    .operand_choices = actions,
    .operands_max = 2,
    .run = config_run,
};

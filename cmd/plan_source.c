#include "cmd/plan_source.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/input.h"
#include "base/process.h"
#include "base/utf8.h"
#include "cmd/progress.h"

/* The first line of what a failing terraform said, which names the reason ("Error: ..."). */
static struct str first_error_line(struct arena *arena, struct str text)
{
	struct str rest = utf8_printable(arena, text, false);
	struct str line;
	struct str first = STR_EMPTY;
	while (str_line(&rest, &line)) {
		line = str_trim(line);
		if (str_eat(&line, STR("│")))
			line = str_trim(line);
		if (str_starts(line, STR("Error")))
			return utf8_cut(line, 300);
		if (first.len == 0 && line.len > 0 && !str_starts(line, STR("╷")))
			first = line;
	}
	return utf8_cut(first, 300);
}

static bool show_into(
    struct app *app, const char *const *argv, const char *directory, int fd, struct err *err)
{
	/* flags of other commands, with which `show` would only end */
	static const char *const environment[] = {"TF_CLI_ARGS=", "TF_CLI_ARGS_show=", NULL};
	struct process process = {PROCESS_DEFAULTS, .argv = argv, .directory = directory};
	process.env_add = environment;
	process.stdout_to = fd;
	process.capture_limit = (size_t)64 << 10;
	struct process_result result;
	struct progress *progress = progress_begin(app, "waiting for terraform show -json", NULL);
	bool ran = process_run(app->run, &process, &result, err);
	progress_end(progress);
	if (!ran)
		return false;
	if (result.status == 0)
		return true;
	struct str said = first_error_line(app->run, result.err.text);
	return err_set(err, ERR_INVALID, "'%s show -json' ended with status %d%s%.*s", argv[0],
	    result.status, said.len > 0 ? ": " : "", STR_ARG(said));
}

bool input_from_show(struct app *app, const char *const *argv, const char *directory,
    struct input **out, struct err *err)
{
	char *path;
	int fd;
	if (!sys_temp_file(app->sys, app->run, ".json", &path, &fd, err))
		return false;
	unlink(path);
	if (!show_into(app, argv, directory, fd, err)) {
		close(fd);
		return false;
	}
	if (lseek(fd, 0, SEEK_END) == 0) {
		close(fd);
		return err_set(err, ERR_IO,
		    "'%s show -json' printed nothing; is there room for temporary files in '%s'?",
		    argv[0], app->sys->tmpdir(app->sys->state));
	}
	/* The input takes the descriptor over. */
	return (lseek(fd, 0, SEEK_SET) == 0 ||
		   err_set(err, ERR_IO, "cannot rewind a temporary file")) &&
	       input_from_fd(app->run, fd, "terraform show -json", 0, out, err);
}

bool plan_from_show(struct app *app, const char *const *argv, const char *directory,
    const struct plan_options *options, struct plan **out, struct err *err)
{
	struct input *input = NULL;

	return input_from_show(app, argv, directory, &input, err) &&
	       plan_read_json(app->run, input, options, out, err);
}

static bool is_directory(const char *path)
{
	struct stat status;
	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/*
 * terraform reads a plan with the providers of its working directory. When that of the plan file is
 * an initialised one and ours is not, it runs there.
 */
static const char *show_directory(struct arena *arena, const char *path, const char **file)
{
	const char *slash = strrchr(path, '/');
	*file = path;
	if (!slash || is_directory(".terraform"))
		return NULL;
	char *directory = str_to_c(arena, (struct str){path, (size_t)(slash - path)});
	const char *cache = str_format(arena, "%s/.terraform", directory).ptr;
	if (!is_directory(cache))
		return NULL;
	*file = slash + 1;
	return directory;
}

static bool plan_from_saved(struct app *app, const char *path, const char *terraform,
    const struct plan_options *options, struct plan **out, struct err *err)
{
	if (strcmp(path, "-") == 0)
		return err_set(err, ERR_INVALID,
		    "standard input is a saved plan file; give its path, terraform reads it by "
		    "name");
	const char *file;
	const char *directory = show_directory(app->run, path, &file);
	const char *argv[] = {terraform, "show", "-json", "-no-color", file, NULL};
	if (!plan_from_show(app, argv, directory, options, out, err))
		return err_context(err, "'%s' is a saved plan file", path);
	return true;
}

bool plan_says_something(const struct plan *plan)
{
	size_t rows = 0;

	for (size_t set = 0; set < CHANGE_SETS; set++)
		rows += plan->counts[set];
	return plan->form != PLAN_FORM_TEXT || plan->has_result || plan->apply.present ||
	       plan->diagnostic_count > 0 || plan->invocation_count > 0 || rows > 0;
}

bool plan_is_alone(const struct plan *plan, const char *path, struct err *err)
{
	const char *name = strcmp(path, "-") == 0 ? "standard input" : path;

	if (!plan->more_plans)
		return true;
	return err_set(err, ERR_INVALID,
	    "'%s' holds more than one JSON document: expected one plan, the one that is going to "
	    "be applied",
	    name);
}

/* Some never end (/dev/zero); standard input has a name of its own. */
static bool is_device(const char *path)
{
	struct stat about;

	return strcmp(path, "-") != 0 && stat(path, &about) == 0 &&
	       (S_ISCHR(about.st_mode) || S_ISBLK(about.st_mode));
}

/* Standard input may come slowly: it is taken in as a whole, and says how much of it is there. */
static bool open_shown(struct app *app, const char *path, struct input **out, struct err *err)
{
	bool is_stream = strcmp(path, "-") == 0;
	struct input_seen *seen = arena_make(app->run, struct input_seen);
	struct progress *progress = NULL;
	bool ok;

	/* whoever types it sees it */
	if (is_stream && !app->sys->is_terminal(app->sys->state, app->in))
		progress = progress_begin_seen(app, "reading", "standard input", seen);
	ok = input_open_seen(app->run, path, seen, out, err);
	progress_end(progress);
	return ok;
}

bool plan_from_file(struct app *app, const char *path, const char *terraform,
    const struct plan_options *options, struct plan **out, struct err *err)
{
	struct input *input;
	enum input_kind kind;
	if (is_device(path))
		return err_set(err, ERR_INVALID,
		    "'%s' is a device; expected a file with a plan, or - for standard input", path);
	if (!open_shown(app, path, &input, err) || !plan_detect(input, &kind, err))
		return false;
	if (kind == INPUT_SAVED_PLAN) {
		input_close(input);
		return plan_from_saved(app, path, terraform, options, out, err);
	}
	struct progress *progress = progress_begin(app, "reading", path);
	bool read = plan_read(app->run, input, options, out, err);
	progress_end(progress);
	if (!read)
		return false;
	if (!plan_says_something(*out))
		return err_set_at(err, ERR_INVALID, input_name(input), 0, 0,
		    "no plan in this text: neither a summary nor an error of terraform");
	return true;
}

static struct plan *read_output(struct arena *arena, struct str text)
{
	struct input *input = input_from_str(arena, "output", text);
	enum input_kind kind;
	struct plan *plan = NULL;
	struct err err = {0};
	if (plan_detect(input, &kind, &err) && kind == INPUT_STREAM &&
	    plan_read_stream(arena, text, &plan, &err))
		return plan;
	return plan_read_text(arena, text);
}

struct plan *plan_from_output(
    struct arena *arena, struct str output, struct str errors, struct plan *json)
{
	struct plan *said = read_output(arena, output);
	if (errors.len > 0)
		plan_add_text(arena, said, plan_read_text(arena, errors));
	struct plan *plan = json ? json : said;
	if (json)
		plan_add_text(arena, json, said);
	else if (!plan_says_something(said))
		return NULL;
	plan->result = plan_decide_result(plan);
	return plan;
}

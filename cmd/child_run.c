#include "cmd/child_run.h"

#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/log.h"
#include "cmd/child_args.h"
#include "cmd/file_state.h"
#include "cmd/plan_source.h"

/* Where the child's plan will be: a file it names itself, or a temporary one of ours. */
struct plan_file {
	const char *file; /* as terraform is told, or NULL: no JSON will come */
	const char *path; /* as we see it, or NULL: unknown */
	bool temporary;
	struct file_state before;
};

static bool makes_plan(const struct child_args *args)
{
	return args->tool != CHILD_OTHER && strcmp(args->subcommand, "plan") == 0;
}

static bool temporary_plan(struct app *app, struct plan_file *file, struct err *err)
{
	char *path;
	int fd;
	if (!sys_temp_file(app->sys, app->run, ".tfplan", &path, &fd, err))
		return false;
	close(fd);
	cleanup_files_add(path);
	file->file = file->path = path;
	file->temporary = true;
	return true;
}

static void plan_file_choose(struct app *app, const struct child_run *run,
    const struct child_args *args, struct plan_file *file, struct str *problem)
{
	struct err err = {0};

	*file = (struct plan_file){0};
	if (run->no_json || args->many || !makes_plan(args))
		return;
	if (args->out) {
		file->file = args->out;
		file->path = child_args_path(app->run, args, args->out);
	} else if (args->tool_at == 0 && !temporary_plan(app, file, &err)) {
		/* Behind a wrapper (a container, another host) our temporary file may not exist. */
		*problem = str_copy(app->run, str_from(err.text));
	}
	file->before = file_state_of(file->path);
}

static bool was_written(const struct plan_file *file, int status)
{
	struct file_state after = file_state_of(file->path);

	/* It may stand where we cannot look (terragrunt's cache, a wrapper that changes directory):
	 * then the child's status tells. */
	if (!after.exists && !file->temporary)
		return status == 0 || status == 2;
	return after.exists && after.size > 0 && !file_state_same(&file->before, &after);
}

/* Backends that run remotely refuse -out; both wordings are terraform's own. */
bool child_refused_out(const struct process_result *result)
{
	static const char *const wordings[] = {
	    "Saving a generated plan is currently not supported",
	    "does not support saving the generated execution plan",
	};
	for (size_t i = 0; i < ARRAY_LEN(wordings); i++) {
		if (result->status == 1 &&
		    (str_contains(result->err.text, str_from(wordings[i])) ||
			str_contains(result->out.text, str_from(wordings[i]))))
			return true;
	}
	return false;
}

static bool run_once(struct app *app, const struct child_run *run, const char *const *argv,
    struct process_result *result, struct err *err)
{
	struct process process = {PROCESS_DEFAULTS, .argv = argv};
	process.env_add = run->environment;
	process.unpassed_lines = run->unpassed_lines;
	process.stdout_fd = app->out;
	process.stderr_fd = app->diag;
	process.capture_limit = run->capture_limit;
	process.masker = app_masker(app);
	return process_run(app->run, &process, result, err);
}

static bool run_with_plan(struct app *app, const struct child_run *run,
    const struct child_args *args, struct plan_file *file, struct process_result *result,
    struct err *err)
{
	const char *const *argv = run->argv;
	if (file->temporary)
		argv = child_args_insert(
		    app->run, args, str_format(app->run, "-out=%s", file->file).ptr);
	if (!run_once(app, run, argv, result, err))
		return false;
	if (!file->temporary || result->our_signal != 0 || !child_refused_out(result))
		return true;
	log_info(
	    "this backend cannot save plans; running '%s' again without -out", args->subcommand);
	file->file = NULL;
	return run_once(app, run, run->argv, result, err);
}

struct plan *child_read_saved(struct app *app, const struct child_run *run,
    const struct child_args *args, const char *file, struct str *problem)
{
	struct plan *plan = NULL;
	struct err err = {0};
	const char *const *argv = child_args_show(app->run, args, file);
	if (plan_from_show(app, argv, NULL, &run->plan_options, &plan, &err))
		return plan;
	char text[ERR_TEXT_MAX + 256];
	err_format(&err, text, sizeof(text));
	*problem = str_copy(app->run, str_from(text));
	return NULL;
}

static struct plan *read_written(struct app *app, const struct child_run *run,
    const struct child_args *args, const struct plan_file *file, struct child_outcome *out)
{
	int status = out->result.status;

	if (was_written(file, status))
		return child_read_saved(app, run, args, file->file, &out->problem);
	/* A child that failed early is expected to have written none. */
	if (status == 0 || status == 2)
		out->problem =
		    str_format(app->run, "the command wrote no plan to '%s'", file->file);
	return NULL;
}

/* A saved plan that will be applied is read before: afterwards the state has moved on. */
static struct plan *read_before_apply(struct app *app, const struct child_run *run,
    const struct child_args *args, struct str *problem)
{
	if (run->plan)
		return run->plan;
	bool reads = run->operation == OPERATION_APPLY && !run->no_json && args->saved_plan &&
		     strcmp(args->subcommand, "apply") == 0;
	return reads ? child_read_saved(app, run, args, args->saved_plan, problem) : NULL;
}

bool child_run(
    struct app *app, const struct child_run *run, struct child_outcome *out, struct err *err)
{
	*out = (struct child_outcome){.problem = STR_EMPTY};
	struct child_args args;
	struct plan_file file;
	child_args_read(app->run, app->sys, run->argv, &args);
	out->title = child_args_title(app->run, &args);
	struct plan *json = read_before_apply(app, run, &args, &out->problem);
	plan_file_choose(app, run, &args, &file, &out->problem);
	uint64_t start = app->sys->monotonic(app->sys->state);
	bool ok = run_with_plan(app, run, &args, &file, &out->result, err);
	out->duration_ms = (app->sys->monotonic(app->sys->state) - start) / 1000000;
	/* told to stop: no time for another terraform */
	bool stopping = ok && out->result.our_signal != 0;
	if (ok && !stopping && file.file)
		json = read_written(app, run, &args, &file, out);
	if (file.temporary)
		cleanup_files_remove(file.path);
	if (file.temporary && json)
		log_info(
		    "'%s' was temporary and is removed; give -out=FILE to keep a plan", file.path);
	if (ok)
		out->plan =
		    plan_from_output(app->run, out->result.out.text, out->result.err.text, json);
	return ok;
}

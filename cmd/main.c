/*
 * main.c: the only file that prints an error, maps it to an exit status, and ends the program.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/log.h"
#include "base/process.h"
#include "base/sink.h"
#include "cmd/command.h"
#include "cmd/exit_codes.h"
#include "cmd/help.h"
#include "cmd/masks.h"
#include "cmd/options.h"
#include "cmd/settings.h"

#define HELP_MAX ((size_t)1 << 20)

static NODISCARD bool print_help(
    const struct app *app, const struct command *command, struct err *err)
{
	struct buf buf;
	struct sink sink;
	buf_init(&buf, app->run, HELP_MAX);
	if (command)
		help_command(&buf, command);
	else
		help_overview(&buf);
	sink_to_fd(&sink, app->run, app->out, 0);
	sink_add(&sink, buf_str(&buf));
	return sink_finish(&sink, err);
}

/* Nothing was asked for: what there is, and an error. `group` NULL: all commands. */
static NODISCARD bool ask_for_command(
    const struct app *app, const struct command *group, struct err *err)
{
	struct err ignored = {0};
	struct app to_diag = *app;

	to_diag.out = app->diag;
	if (!print_help(&to_diag, group, &ignored))
		err_clear(&ignored);
	if (group)
		return err_set(err, ERR_USAGE, "%s: which command? see 'tfherald %s --help'",
		    group->name, group->name);
	return err_set(err, ERR_USAGE, "which command? see 'tfherald --help'");
}

/* As a shell does: through which links the directory was reached is told by $PWD (workspace.c). */
static bool change_directory(struct app *app, const char *directory)
{
	char before[WORKSPACE_PATH_MAX];
	struct str now = str_from(directory);

	if (directory[0] != '/' && workspace_here(before))
		now = str_format(app->run, "%s/%s", before, directory);
	return chdir(directory) == 0 && setenv("PWD", str_to_c(app->run, now), 1) == 0;
}

static NODISCARD bool run_command(
    struct app *app, const struct command_line *line, int *status, struct err *err)
{
	if (line->globals.help)
		return print_help(app, line->command, err);
	if (line->globals.version)
		return command_find(STR("version"))->run(app, NULL, &line->operands, status, err);
	if (!line->command || line->command->is_group)
		return ask_for_command(app, line->command, err);
	if (app->globals.chdir && !change_directory(app, app->globals.chdir))
		return err_set(err, ERR_IO, "cannot change to directory '%s': %s",
		    app->globals.chdir, strerror(errno));
	return line->command->run(app, line->values, &line->operands, status, err);
}

/* What went wrong before the settings were read may name a secret, too: "tfherald --$TOKEN". */
static int report_error(struct app *app, const struct err *err)
{
	char text[ERR_TEXT_MAX + 4096];
	if (!app->masks) {
		masks_load_environment(app);
		log_set_masker(app_masker(app));
	}
	err_format(err, text, sizeof(text));
	log_error("%s", text);
	return err_exit_status(err->code);
}

/* Of a word with a secret in it an error shows a part at most, in which nobody finds the secret. */
static int report_usage(struct app *app, int argc, char **argv, struct err *err)
{
	masks_load_environment(app);
	log_set_masker(app_masker(app));
	for (int i = 1; i < argc; i++) {
		if (!masker_is_in(app_masker(app), str_from(argv[i])))
			continue;
		err_clear(err);
		(void)err_set(err, ERR_USAGE,
		    "the command line is wrong, and a secret of the environment is in it: what is "
		    "wrong is not shown; see 'tfherald --help'");
		break;
	}
	return report_error(app, err);
}

/*
 * A descriptor 0, 1 or 2 that is closed would be given to the first file we open. What takes the
 * place of standard output cannot be written to, so that lost output is an error and not silence.
 */
static void open_standard_streams(void)
{
	for (int fd = 0; fd <= 2; fd++) {
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			(void)open("/dev/null", fd == 1 ? O_RDONLY : O_RDWR);
	}
}

int main(int argc, char **argv)
{
	struct arena *run CLEANUP(arena_free_ptr) = arena_new();
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct arena *rules CLEANUP(arena_free_ptr) = arena_new();
	struct arena *rules_scratch CLEANUP(arena_free_ptr) = arena_new();
	struct app app = {.sys = sys_real(),
	    .run = run,
	    .scratch = scratch,
	    .rules = rules,
	    .rules_scratch = rules_scratch,
	    .in = 0,
	    .out = 1,
	    .diag = 2};
	struct command_line line;
	struct err err = {0};
	int status = 0;

	open_standard_streams();
	(void)signal(SIGPIPE, SIG_IGN);
	cleanup_files_install();
	if (!options_parse(run, argc, (const char *const *)argv, &line, &err))
		return report_usage(&app, argc, argv, &err);
	app.globals = line.globals;
	log_set_colour(app_colour(&app, app.diag));
	if (!run_command(&app, &line, &status, &err))
		status = report_error(&app, &err);
	cleanup_files_run();
	app_close(&app);
	return status;
}

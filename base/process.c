#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/process_relay.h"
#include "base/process_signals.h"

extern char **environ;

/* What execvp() takes when PATH is not set. */
#define PATH_DEFAULT "/usr/local/bin:/usr/bin:/bin"

/* As much as Linux gives without privileges; fewer, larger reads. */
#define PIPE_SIZE (1 << 20)

/* Why a program cannot be started; also what the look-up itself finds. */
static const struct {
	int why;
	enum err_code code;
	const char *text;
} refusals[] = {
    {ENOENT, ERR_EXEC, "the interpreter or loader that it names does not exist"},
    {EACCES, ERR_EXEC, "it is not executable; 'chmod +x' would make it so"},
    {EISDIR, ERR_EXEC, "it is a directory, not a program"},
    {ENOEXEC, ERR_EXEC, "it is no program for this machine; a script needs a '#!' line"},
    {E2BIG, ERR_EXEC, "its arguments and environment are longer than the system takes"},
    {ETXTBSY, ERR_EXEC, "somebody is writing to it"},
    {EAGAIN, ERR_IO, "the system has no room for another process"},
    {ENOMEM, ERR_IO, "the system has no memory for another process"},
};

/* 0, or why it is no program: ENOENT, EACCES, EISDIR. */
static int check_program(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return errno == EACCES ? EACCES : ENOENT;
	if (S_ISDIR(st.st_mode))
		return EISDIR;
	return access(path, X_OK) == 0 ? 0 : EACCES;
}

/* The child may start in another directory; a path of the user's is meant from ours. */
static char *absolute(struct arena *arena, struct str path)
{
	char *here = NULL, *full;

	if (!str_starts(path, STR("/")))
		here = getcwd(NULL, 0);
	if (!here)
		return str_to_c(arena, path);
	full = str_to_c(arena, str_format(arena, "%s/%.*s", here, (int)path.len, path.ptr));
	free(here);
	return full;
}

/* The program's path, or NULL and why: like execvp, what is found first and can be run counts. */
static char *look_up(struct arena *arena, const char *program, int *why)
{
	const char *path = getenv("PATH");
	struct str rest = str_from(path ? path : PATH_DEFAULT), part;

	*why = ENOENT;
	if (program[0] == '\0')
		return NULL;
	if (strchr(program, '/')) {
		*why = check_program(program);
		return *why ? NULL : absolute(arena, str_from(program));
	}
	while (str_split(&rest, ':', &part)) {
		const char *dir = part.len > 0 ? str_to_c(arena, part) : ".";
		struct str candidate = str_format(arena, "%s/%s", dir, program);
		int found = check_program(candidate.ptr);

		if (found == 0)
			return absolute(arena, candidate);
		if (found == EACCES)
			*why = EACCES;
	}
	return NULL;
}

char *process_find(struct arena *arena, const char *program)
{
	int why;

	return look_up(arena, program, &why);
}

static bool refuse(const char *program, int why, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++)
		if (refusals[i].why == why)
			return err_set(err, refusals[i].code, "'%s' cannot be started: %s", program,
			    refusals[i].text);
	return err_set(err, ERR_EXEC, "'%s' cannot be started: %s", program, strerror(why));
}

static bool refuse_missing(const char *program, int why, struct err *err)
{
	if (why != ENOENT)
		return refuse(program, why, err);
	if (strchr(program, '/'))
		return err_set(err, ERR_NOT_FOUND, "'%s' does not exist", program);
	return err_set(err, ERR_NOT_FOUND,
	    "'%s' was not found in PATH; install it or give its full path", program);
}

static bool check_directory(const char *directory, struct err *err)
{
	struct stat st;

	if (!directory)
		return true;
	if (stat(directory, &st) == 0 && !S_ISDIR(st.st_mode))
		errno = ENOTDIR;
	else if (access(directory, X_OK) == 0)
		return true;
	return err_set(
	    err, ERR_IO, "the directory '%s' cannot be entered: %s", directory, strerror(errno));
}

static size_t count_of(const char *const *list)
{
	size_t count = 0;

	while (list && list[count])
		count++;
	return count;
}

static char **copy_list(struct arena *arena, const char *const *list)
{
	size_t count = count_of(list);
	char **copy = arena_array(arena, char *, count + 1);

	for (size_t i = 0; i < count; i++)
		copy[i] = str_to_c(arena, str_from(list[i]));
	return copy;
}

static bool same_name(const char *a, const char *b)
{
	size_t len = strcspn(a, "=");

	return strcspn(b, "=") == len && strncmp(a, b, len) == 0;
}

/* Our environment with `add` over it; the last of equal names in `add` wins. */
static char **merge_env(struct arena *arena, const char *const *add)
{
	const char *const *ours = (const char *const *)environ;
	size_t count = count_of(ours), added = count_of(add), used = 0;
	char **merged;

	if (added == 0)
		return environ;
	merged = arena_array(arena, char *, count + added + 1);
	for (size_t i = 0; i < count + added; i++) {
		const char *entry = i < count ? ours[i] : add[i - count];
		size_t at = 0;

		while (at < used && !(i >= count && same_name(merged[at], entry)))
			at++;
		merged[at] = str_to_c(arena, str_from(entry));
		used += at == used;
	}
	return merged;
}

/* The pipes between the child and us; [0] is our end, [1] the child's; -1 where there is none. */
struct pipes {
	int out[2], err[2];
};

static void close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void pipes_close(struct pipes *pipes)
{
	for (int i = 0; i < 2; i++) {
		close_end(&pipes->out[i]);
		close_end(&pipes->err[i]);
	}
}

static bool pipes_open(struct pipes *pipes, const struct process *process, struct err *err)
{
	int *both[2] = {pipes->out, pipes->err};

	*pipes = (struct pipes){{-1, -1}, {-1, -1}};
	for (int i = process->stdout_to >= 0 ? 1 : 0; i < 2; i++) {
		if (!pipe_open(both[i], err)) {
			pipes_close(pipes);
			return false;
		}
		fcntl(both[i][0], F_SETFL, O_NONBLOCK);
#ifdef F_SETPIPE_SZ
		/* Refused when the user's share is used up: then it is slower, that is all. */
		(void)fcntl(both[i][1], F_SETPIPE_SZ, PIPE_SIZE);
#endif
	}
	return true;
}

/* The child's signals are the default ones, whatever we or our parent did to ours. */
static int set_signals(posix_spawnattr_t *attr)
{
	sigset_t defaults, mask;

	sigemptyset(&mask);
	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE);
	sigaddset(&defaults, SIGCHLD);
	posix_spawnattr_setsigmask(attr, &mask);
	posix_spawnattr_setsigdefault(attr, &defaults);
	return posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

static int set_streams(
    posix_spawn_file_actions_t *actions, const struct process *process, const struct pipes *pipes)
{
	int out = process->stdout_to >= 0 ? process->stdout_to : pipes->out[1], why = 0;

	if (process->stdin_fd >= 0)
		why = posix_spawn_file_actions_adddup2(actions, process->stdin_fd, STDIN_FILENO);
	/* stderr last: stdout_to may be our descriptor 2. */
	if (why == 0)
		why = posix_spawn_file_actions_adddup2(actions, out, STDOUT_FILENO);
	if (why == 0)
		why = posix_spawn_file_actions_adddup2(actions, pipes->err[1], STDERR_FILENO);
#if defined(__linux__) || defined(__APPLE__)
	if (why == 0 && process->directory)
		why = posix_spawn_file_actions_addchdir_np(actions, process->directory);
#endif
	return why;
}

/* What execve() takes, in its own types. */
struct image {
	const char *path;
	char **argv, **env;
};

#if defined(__linux__) || defined(__APPLE__)
static int spawn_there(pid_t *child, const struct image *image, const char *directory,
    posix_spawn_file_actions_t *actions, posix_spawnattr_t *attr)
{
	(void)directory; /* among the actions */
	return posix_spawn(child, image->path, actions, attr, image->argv, image->env);
}
#else
/* Without addchdir_np we go there ourselves and come back. */
static int spawn_there(pid_t *child, const struct image *image, const char *directory,
    posix_spawn_file_actions_t *actions, posix_spawnattr_t *attr)
{
	int here = directory ? open(".", O_RDONLY | O_CLOEXEC) : -1, why = 0;

	if (directory && (here < 0 || chdir(directory) < 0))
		why = errno;
	if (why == 0)
		why = posix_spawn(child, image->path, actions, attr, image->argv, image->env);
	if (here >= 0 && fchdir(here) < 0 && why == 0)
		why = errno;
	close_end(&here);
	return why;
}
#endif

static bool spawn(struct arena *arena, const struct process *process, const char *path,
    const struct pipes *pipes, pid_t *child, struct err *err)
{
	struct image image = {
	    .path = path,
	    .argv = copy_list(arena, process->argv),
	    .env = merge_env(arena, process->env_add),
	};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	int why;

	if (posix_spawnattr_init(&attr) != 0)
		return refuse(process->argv[0], ENOMEM, err);
	why = posix_spawn_file_actions_init(&actions);
	if (why == 0) {
		why = set_signals(&attr);
		if (why == 0)
			why = set_streams(&actions, process, pipes);
		if (why == 0)
			why = spawn_there(child, &image, process->directory, &actions, &attr);
		posix_spawn_file_actions_destroy(&actions);
	}
	posix_spawnattr_destroy(&attr);
	return why == 0 || refuse(process->argv[0], why, err);
}

/* Between signals_begin() and signals_end(): the child from its start to its end. */
static bool run_child(struct arena *arena, const struct process *process, const char *path,
    struct pipes *pipes, struct process_result *out, struct err *err)
{
	struct relay relay;
	pid_t child = 0;

	if (!spawn(arena, process, path, pipes, &child, err))
		return false;
	signals_child(child);
	close_end(&pipes->out[1]);
	close_end(&pipes->err[1]);
	relay_init(&relay, arena, process, (const int[2]){pipes->out[0], pipes->err[0]});
	pipes->out[0] = pipes->err[0] = -1; /* the relay closes them */
	relay_run(&relay, child);
	relay_finish(&relay, out);
	return true;
}

bool process_run(
    struct arena *arena, const struct process *process, struct process_result *out, struct err *err)
{
	struct pipes pipes;
	bool done;
	char *path;
	int why;

	*out = (struct process_result){.status = 0};
	path = look_up(arena, process->argv[0], &why);
	if (!path)
		return refuse_missing(process->argv[0], why, err);
	if (!check_directory(process->directory, err))
		return false;
	if (!pipes_open(&pipes, process, err))
		return false;
	done = signals_begin(err);
	if (done) {
		done = run_child(arena, process, path, &pipes, out, err);
		out->our_signal = signals_end();
	}
	pipes_close(&pipes);
	return done;
}

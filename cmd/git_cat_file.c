#include "cmd/git_cat_file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/process.h"
#include "base/size.h"
#include "base/utf8.h"

#define NS_PER_MS  UINT64_C(1000000)
#define TIMEOUT_NS (UINT64_C(60) * 1000 * NS_PER_MS)
#define HEADER_MAX 256 /* "OID TYPE SIZE\n" */
#define SAYING_MAX ((size_t)8 << 10)
#define CHUNK	   ((size_t)64 << 10)

extern char **environ;

/* How the remote is reached and where git itself is; every other GIT_* could change what is read.
 */
static const char *const kept[] = {
    "GIT_ASKPASS=",
    "GIT_CONFIG_GLOBAL=",
    "GIT_CONFIG_NOSYSTEM=",
    "GIT_CONFIG_SYSTEM=",
    "GIT_EXEC_PATH=",
    "GIT_SSH=",
    "GIT_SSH_COMMAND=",
    "GIT_SSH_VARIANT=",
    "GIT_SSL_CAINFO=",
    "GIT_SSL_CAPATH=",
};

static const char *const added[] = {
    "GIT_ALLOW_PROTOCOL=file:http:https:ssh",
    "GIT_NO_REPLACE_OBJECTS=1", /* an object is its bytes, whatever refs/replace/ says */
    "GIT_TERMINAL_PROMPT=0",
    "LC_ALL=C",
};

/* One child and what it said so far. */
struct cat {
	struct app *app;
	const char *git_dir;
	struct str oid;
	size_t limit;
	pid_t child;
	int in, out, diag; /* in: its standard input; the others are our ends */
	char *bytes;
	size_t len, cap;
	char saying[SAYING_MAX]; /* the end of its standard error */
	size_t saying_len;
	bool timed_out;
};

static bool is_kept(const char *variable)
{
	if (strncmp(variable, "GIT_", 4) != 0)
		return strncmp(variable, "LC_ALL=", 7) != 0;
	for (size_t i = 0; i < ARRAY_LEN(kept); i++) {
		if (strncmp(variable, kept[i], strlen(kept[i])) == 0)
			return true;
	}
	return false;
}

static char **environment(struct arena *arena)
{
	size_t count = 0, used = 0;
	char **list;

	while (environ[count] != NULL)
		count++;
	list = arena_array(arena, char *, count + ARRAY_LEN(added) + 1);
	for (size_t i = 0; i < count; i++) {
		if (is_kept(environ[i]))
			list[used++] = environ[i];
	}
	for (size_t i = 0; i < ARRAY_LEN(added); i++)
		list[used++] = str_to_c(arena, str_from(added[i]));
	return list;
}

static void close_end(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

static bool open_pipe(int ends[2], struct err *err)
{
	if (pipe(ends) != 0) {
		ends[0] = ends[1] = -1;
		return err_set(err, ERR_IO, "no pipe to git: %s", strerror(errno));
	}
	(void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	(void)fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	return true;
}

/* The whole question is in the pipe before the child starts: nothing has to be written later. */
static bool ask(struct cat *cat, struct err *err)
{
	struct str question = str_format(cat->app->run, "%.*s\n", STR_ARG(cat->oid));
	int ends[2];
	bool written;

	if (!open_pipe(ends, err))
		return false;
	written = write(ends[1], question.ptr, question.len) == (ssize_t)question.len;
	(void)close(ends[1]);
	cat->in = ends[0];
	return written || err_set(err, ERR_IO, "git cannot be asked: %s", strerror(errno));
}

/* A group of its own: a timeout ends git's own children too. */
static int spawn_child(struct cat *cat, const char *path, int out, int diag)
{
	struct arena *arena = cat->app->run;
	const char *const words[] = {"git", str_format(arena, "--git-dir=%s", cat->git_dir).ptr,
	    "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "gc.auto=0", "-c",
	    "maintenance.auto=false", "cat-file", "--batch"};
	char *argv[ARRAY_LEN(words) + 1] = {NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t defaults;
	int why;

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		argv[i] = str_to_c(arena, str_from(words[i]));
	if (posix_spawnattr_init(&attr) != 0)
		return ENOMEM;
	if (posix_spawn_file_actions_init(&actions) != 0) {
		(void)posix_spawnattr_destroy(&attr);
		return ENOMEM;
	}
	(void)sigemptyset(&defaults);
	(void)sigaddset(&defaults, SIGPIPE);
	(void)posix_spawnattr_setsigdefault(&attr, &defaults);
	(void)posix_spawnattr_setpgroup(&attr, 0);
	(void)posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
	why = posix_spawn_file_actions_adddup2(&actions, cat->in, STDIN_FILENO);
	if (why == 0)
		why = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	if (why == 0)
		why = posix_spawn_file_actions_adddup2(&actions, diag, STDERR_FILENO);
	if (why == 0)
		why = posix_spawn(&cat->child, path, &actions, &attr, argv, environment(arena));
	(void)posix_spawn_file_actions_destroy(&actions);
	(void)posix_spawnattr_destroy(&attr);
	return why;
}

static bool start(struct cat *cat, struct err *err)
{
	const char *path = process_find(cat->app->run, "git");
	int out[2], diag[2] = {-1, -1}, why;

	if (path == NULL)
		return err_set(err, ERR_INVALID,
		    "the program git is not installed, and only it "
		    "can fetch what a partial clone left out");
	if (!ask(cat, err) || !open_pipe(out, err))
		return false;
	cat->out = out[0];
	if (!open_pipe(diag, err)) {
		close_end(&out[1]);
		return false;
	}
	cat->diag = diag[0];
	why = spawn_child(cat, path, out[1], diag[1]);
	close_end(&out[1]);
	close_end(&diag[1]);
	close_end(&cat->in);
	if (why == 0)
		return true;
	cat->child = 0;
	return err_set(err, ERR_IO, "git cannot be started: %s", strerror(why));
}

/* Keeps the first bytes up to the limit; what comes after is read and dropped. */
static ssize_t read_object(struct cat *cat, char *chunk)
{
	ssize_t got = read(cat->out, chunk, CHUNK);
	size_t most = cat->limit + HEADER_MAX, take;

	if (got <= 0)
		return got;
	take = size_min((size_t)got, most - size_min(most, cat->len));
	if (cat->len + take > cat->cap) {
		size_t cap = size_min(most, size_max(cat->cap * 2, cat->len + take));

		cat->bytes = arena_grow(cat->app->run, cat->bytes, cat->cap, cap);
		cat->cap = cap;
	}
	memcpy(cat->bytes + cat->len, chunk, take);
	cat->len += take;
	return got;
}

static ssize_t read_saying(struct cat *cat, char *chunk)
{
	ssize_t got = read(cat->diag, chunk, SAYING_MAX / 2);
	size_t len = got > 0 ? (size_t)got : 0;

	if (cat->saying_len + len > SAYING_MAX) {
		size_t keep = SAYING_MAX / 2;

		memmove(cat->saying, cat->saying + cat->saying_len - keep, keep);
		cat->saying_len = keep;
	}
	memcpy(cat->saying + cat->saying_len, chunk, len);
	cat->saying_len += len;
	return got;
}

static void read_end(
    struct cat *cat, const struct pollfd *ready, int *fd, ssize_t (*take)(struct cat *, char *))
{
	char chunk[CHUNK];
	ssize_t got;

	if (*fd < 0 || ready->revents == 0)
		return;
	got = take(cat, chunk);
	if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN))
		close_end(fd);
}

static uint64_t monotonic(const struct cat *cat)
{
	return cat->app->sys->monotonic(cat->app->sys->state);
}

static void listen_to(struct cat *cat)
{
	uint64_t end = monotonic(cat) + TIMEOUT_NS;

	while (cat->out >= 0 || cat->diag >= 0) {
		struct pollfd ends[] = {
		    {.fd = cat->out, .events = POLLIN}, {.fd = cat->diag, .events = POLLIN}};
		uint64_t now = monotonic(cat);

		if (now >= end) {
			cat->timed_out = true;
			return;
		}
		if (poll(ends, ARRAY_LEN(ends), (int)((end - now) / NS_PER_MS) + 1) < 0 &&
		    errno != EINTR)
			return;
		read_end(cat, &ends[0], &cat->out, read_object);
		read_end(cat, &ends[1], &cat->diag, read_saying);
	}
}

static void finish(struct cat *cat)
{
	int status;

	close_end(&cat->in);
	close_end(&cat->out);
	close_end(&cat->diag);
	if (cat->child <= 0)
		return;
	if (cat->timed_out)
		(void)kill(-cat->child, SIGKILL);
	while (waitpid(cat->child, &status, 0) < 0 && errno == EINTR)
		continue;
}

/* The last line that is not empty: what git gave up with. */
static struct str last_words(struct cat *cat)
{
	struct str rest = {cat->saying, cat->saying_len}, line, last = STR_EMPTY;

	while (str_line(&rest, &line)) {
		if (str_trim(line).len > 0)
			last = str_trim(line);
	}
	(void)str_eat(&last, STR("fatal: "));
	return last.len > 0 ? utf8_printable(cat->app->run, last, true)
			    : STR("git said nothing about it");
}

/* "OID TYPE SIZE\n", SIZE bytes, "\n"; or "OID missing\n". */
static bool take_answer(struct cat *cat, struct cat_file_object *out, struct err *err)
{
	struct str rest = {cat->bytes, cat->len}, header, oid, size;
	struct err why = {0};
	int64_t bytes;

	if (cat->timed_out)
		return err_set(err, ERR_INVALID, "'git cat-file' did not answer within %d seconds",
		    (int)(TIMEOUT_NS / NS_PER_MS / 1000));
	if (!str_split(&rest, '\n', &header) || !str_split(&header, ' ', &oid) ||
	    !str_eq_nocase(oid, cat->oid) || !str_split(&header, ' ', &out->type) ||
	    !str_split(&header, ' ', &size) || !str_to_int64(size, 0, INT64_MAX, &bytes, &why))
		return err_set(err, ERR_INVALID, "git cannot give object %.*s: %.*s",
		    STR_ARG(cat->oid), STR_ARG(last_words(cat)));
	if ((uint64_t)bytes > cat->limit)
		return err_set(err, ERR_LIMIT, "is larger than %zu bytes", cat->limit);
	if ((uint64_t)bytes > rest.len)
		return err_set(err, ERR_INVALID, "git gave a part of object %.*s only: %.*s",
		    STR_ARG(cat->oid), STR_ARG(last_words(cat)));
	out->type = str_copy(cat->app->run, out->type);
	out->bytes = str_copy(cat->app->run, str_from_to(rest, 0, (size_t)bytes));
	return true;
}

bool git_cat_file(struct app *app, const char *git_dir, struct str oid, size_t limit,
    struct cat_file_object *out, struct err *err)
{
	struct cat cat = {.app = app,
	    .git_dir = git_dir,
	    .oid = oid,
	    .limit = limit,
	    .in = -1,
	    .out = -1,
	    .diag = -1};
	bool started = start(&cat, err);

	if (started)
		listen_to(&cat);
	finish(&cat);
	return started && take_answer(&cat, out, err);
}

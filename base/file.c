#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/input.h"

#define DRAFT_NAMES 1000 /* tried before we believe that something else is wrong */

bool file_read(
    struct arena *arena, const char *path, size_t limit, struct str *out, struct err *err)
{
	struct input *input CLEANUP(input_close_ptr) = NULL;
	size_t got;

	if (!input_open(arena, path, limit, &input, err))
		return false;
	if (input_size(input) >= SIZE_MAX)
		return err_set(err, ERR_LIMIT, "'%s' is too large", path);
	size_t size = (size_t)input_size(input);
	char *text = arena_alloc(arena, size + 1);
	if (!input_read_at(input, 0, text, size, &got, err))
		return false;
	text[got] = '\0';
	*out = (struct str){text, got};
	return true;
}

static bool error_write(const char *path, struct err *err)
{
	return err_set(err, ERR_IO, "cannot write '%s': %s", path, strerror(errno));
}

/* The descriptor that a name like /dev/stdout stands for; -1: none. Opening such a name would begin
 * at the start of a file that the descriptor is in the middle of. */
static int named_descriptor(const char *path)
{
	static const struct name {
		const char *path;
		int fd;
	} names[] = {
	    {"-", STDOUT_FILENO},
	    {"/dev/stdout", STDOUT_FILENO},
	    {"/dev/stderr", STDERR_FILENO},
	};
	struct str rest = str_from(path);
	struct err ignored = {.code = ERR_NONE};
	int64_t fd;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (strcmp(path, names[i].path) == 0)
			return names[i].fd;
	}
	if ((str_eat(&rest, STR("/dev/fd/")) || str_eat(&rest, STR("/proc/self/fd/"))) &&
	    str_to_int64(rest, 0, INT_MAX, &fd, &ignored))
		return (int)fd;
	return -1;
}

static bool open_direct(const char *path, struct file_draft *out, struct err *err)
{
	do
		out->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666);
	while (out->fd < 0 && errno == EINTR);
	return out->fd >= 0 || error_write(path, err);
}

/* A new file beside `path`. */
static bool open_draft(
    struct arena *arena, const char *path, struct file_draft *out, struct err *err)
{
	const char *slash = strrchr(path, '/');
	struct str folder = {path, slash ? (size_t)(slash - path) + 1 : 0};

	out->fd = -1;
	for (int number = 0; number < DRAFT_NAMES && out->fd < 0; number++) {
		char name[64];
		char *folder_c = str_to_c(arena, folder);

		(void)snprintf(name, sizeof(name), ".tfherald-%ld-%d.tmp", (long)getpid(), number);
		out->draft = str_to_c(arena, str_format(arena, "%s%s", folder_c, name));
		out->fd =
		    open(out->draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0666);
		if (out->fd < 0 && errno != EEXIST && errno != EINTR)
			break;
	}
	if (out->fd >= 0)
		return true;
	out->draft = NULL;
	/* a file that may be written in a folder that may not */
	if ((errno == EACCES || errno == EPERM || errno == EROFS) && access(path, W_OK) == 0)
		return open_direct(path, out, err);
	return error_write(path, err);
}

static bool open_named(int fd, const char *path, struct file_draft *out, struct err *err)
{
	out->fd = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	return out->fd >= 0 || error_write(path, err);
}

static bool open_target(
    struct arena *arena, const char *path, struct file_draft *out, struct err *err)
{
	char real[PATH_MAX];
	struct stat info;
	int named = named_descriptor(path);

	if (named >= 0)
		return open_named(named, path, out, err);
	if (path[0] == '\0')
		return err_set(err, ERR_IO, "cannot write '': No such file or directory");
	if (stat(path, &info) != 0) {
		/* a dangling link is followed */
		if (lstat(path, &info) == 0)
			return open_direct(path, out, err);
		return open_draft(arena, path, out, err);
	}
	if (S_ISDIR(info.st_mode))
		return err_set(err, ERR_IO, "cannot write '%s': it is a directory", path);
	/* realpath: the target of a link is replaced, not the link */
	if (!S_ISREG(info.st_mode) || !realpath(path, real))
		return open_direct(path, out, err);
	out->path = str_to_c(arena, str_from(real));
	if (!open_draft(arena, real, out, err))
		return false;
	if (out->draft)
		(void)fchmod(out->fd, info.st_mode & 07777);
	return true;
}

bool file_draft_open(struct arena *arena, const char *path, struct file_draft *out, struct err *err)
{
	*out = (struct file_draft){.fd = -1, .path = str_to_c(arena, str_from(path))};
	if (open_target(arena, path, out, err))
		return true;
	*out = (struct file_draft){.fd = -1};
	return false;
}

bool file_draft_commit(struct file_draft *draft, struct err *err)
{
	bool ok = close(draft->fd) == 0 || errno == EINTR;

	draft->fd = -1;
	if (ok && draft->draft)
		ok = rename(draft->draft, draft->path) == 0;
	if (!ok)
		(void)error_write(draft->path, err);
	else
		draft->draft = NULL;
	file_draft_abandon(draft);
	return ok;
}

void file_draft_abandon(struct file_draft *draft)
{
	if (draft->path && draft->fd >= 0)
		(void)close(draft->fd);
	if (draft->draft)
		(void)unlink(draft->draft);
	*draft = (struct file_draft){.fd = -1};
}

static bool write_all(const struct file_draft *draft, struct str bytes, struct err *err)
{
	while (bytes.len > 0) {
		ssize_t n = write(draft->fd, bytes.ptr, bytes.len);

		if (n < 0 && errno != EINTR)
			return error_write(draft->path, err);
		if (n > 0)
			bytes = str_skip(bytes, (size_t)n);
	}
	return true;
}

bool file_write(struct arena *arena, const char *path, struct str bytes, struct err *err)
{
	struct file_draft draft;

	if (!file_draft_open(arena, path, &draft, err))
		return false;
	if (!write_all(&draft, bytes, err)) {
		file_draft_abandon(&draft);
		return false;
	}
	return file_draft_commit(&draft, err);
}

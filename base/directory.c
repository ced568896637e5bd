#include "base/directory.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"

static bool error_read(const char *path, int reason, struct err *err)
{
	return err_set(err, ERR_IO, "directory '%s' cannot be read: %s", path, strerror(reason));
}

bool directory_open(const char *path, struct directory *out, struct err *err)
{
	*out = (struct directory){.stream = opendir(path), .path = path};
	return out->stream || error_read(path, errno, err);
}

bool directory_open_fd(int fd, const char *path, struct directory *out, struct err *err)
{
	*out = (struct directory){.stream = fdopendir(fd), .path = path};
	if (!out->stream) {
		int reason = errno;

		(void)close(fd);
		return error_read(path, reason, err);
	}
	return true;
}

static bool is_self_or_parent(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

const char *directory_next(struct directory *dir)
{
	const struct dirent *entry;

	do {
		errno = 0; /* the only way to tell a failure from the end */
		/* The stream is ours alone, so readdir() is safe; readdir_r() is deprecated. */
		/* cppcheck-suppress readdirCalled */
		entry = readdir(dir->stream);
	} while (entry && is_self_or_parent(entry->d_name));
	if (!entry)
		dir->failure = errno;
	return entry ? entry->d_name : NULL;
}

bool directory_finish(const struct directory *dir, struct err *err)
{
	return dir->failure == 0 || error_read(dir->path, dir->failure, err);
}

void directory_close(struct directory *dir)
{
	if (dir->stream)
		(void)closedir(dir->stream);
	*dir = DIRECTORY_NONE;
}

#include "cmd/file_state.h"

#include <sys/stat.h>

struct file_state file_state_of(const char *path)
{
	struct stat status;

	if (!path || stat(path, &status) != 0)
		return (struct file_state){0};
#ifdef __APPLE__
	struct timespec changed = status.st_ctimespec;
#else
	struct timespec changed = status.st_ctim;
#endif
	return (struct file_state){true, status.st_ino, status.st_size, changed};
}

bool file_state_same(const struct file_state *a, const struct file_state *b)
{
	return a->exists == b->exists && a->inode == b->inode && a->size == b->size &&
	       a->changed.tv_sec == b->changed.tv_sec && a->changed.tv_nsec == b->changed.tv_nsec;
}

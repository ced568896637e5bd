#include "cmd/settings.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"

/* `path` has no slash at its end, but for "/" itself. */
static bool holds_git(struct arena *arena, struct str path)
{
	struct arena_mark mark = arena_save(arena);
	struct str git = str_format(arena, "%s/.git", path.len > 1 ? str_to_c(arena, path) : "");
	struct stat about;
	bool found =
	    stat(git.ptr, &about) == 0 && (S_ISDIR(about.st_mode) || S_ISREG(about.st_mode));

	arena_rewind(arena, mark);
	return found;
}

/* The directory above; false at the top. */
static bool parent(struct str *path)
{
	size_t len = path->len;

	if (len <= 1)
		return false;
	while (len > 0 && path->ptr[len - 1] != '/')
		len--;
	path->len = len > 1 ? len - 1 : 1;
	return true;
}

static struct str below(struct arena *arena, struct str root, struct str path)
{
	struct str rest = str_skip(path, root.len);

	(void)str_eat(&rest, STR("/"));
	return rest.len > 0 ? str_copy(arena, rest) : STR(".");
}

static bool real_directory(const char *path, char here[PATH_MAX], struct err *err)
{
	if (path ? realpath(path, here) != NULL : getcwd(here, PATH_MAX) != NULL)
		return true;
	return err_set(err, ERR_IO, "%s%s%s cannot be found: %s",
	    path ? "directory '" : "the working directory", path ? path : "", path ? "'" : "",
	    strerror(errno));
}

bool workspace_find_at(
    struct arena *arena, const char *path, struct workspace *out, struct err *err)
{
	char here[PATH_MAX];
	struct str root;

	if (!real_directory(path, here, err))
		return false;
	out->root = str_copy(arena, str_from(here));
	out->directory = STR(".");
	out->in_repository = false;
	root = out->root;
	do {
		if (holds_git(arena, root)) {
			out->directory = below(arena, root, out->root);
			out->root = str_copy(arena, root);
			out->in_repository = true;
			return true;
		}
	} while (parent(&root));
	return true;
}

bool workspace_find(struct arena *arena, struct workspace *out, struct err *err)
{
	return workspace_find_at(arena, NULL, out, err);
}

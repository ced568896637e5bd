#include "cmd/settings.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "policies/source.h"

_Static_assert(WORKSPACE_PATH_MAX >= PATH_MAX, "what the system calls a path fits");

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

bool workspace_here(char here[WORKSPACE_PATH_MAX])
{
	const char *pwd = getenv("PWD");
	struct stat named, real;

	if (!pwd || pwd[0] != '/' || strlen(pwd) >= PATH_MAX || stat(pwd, &named) != 0 ||
	    stat(".", &real) != 0 || named.st_dev != real.st_dev || named.st_ino != real.st_ino)
		return getcwd(here, PATH_MAX) != NULL;
	memcpy(here, pwd, strlen(pwd) + 1);
	return true;
}

/* The path as it was said, absolute, without "." and "..". */
static bool logical_path(struct arena *arena, const char *path, struct str *out)
{
	char here[PATH_MAX];
	struct str rest = STR_EMPTY;

	if (path && path[0] == '/')
		return source_join(arena, STR_EMPTY, str_from(path + 1), out);
	if (!workspace_here(here))
		return false;
	if (path)
		rest = str_from(path);
	return source_join(arena, str_from(here + 1), rest, out);
}

/* What of it stands behind the root of the repository, which may have other names, too. */
static struct str below_root(struct arena *arena, struct str root, struct str logical)
{
	char real[PATH_MAX];

	for (size_t at = 0; at <= logical.len; at++) {
		if (at < logical.len && logical.ptr[at] != '/')
			continue;
		if (realpath(str_format(arena, "/%.*s", (int)at, logical.ptr).ptr, real) &&
		    str_is(root, real))
			return at < logical.len ? str_skip(logical, at + 1) : STR(".");
	}
	return STR_EMPTY;
}

static struct str name_of(struct arena *arena, const char *path, const struct workspace *workspace)
{
	struct str logical, name = STR_EMPTY;

	if (logical_path(arena, path, &logical))
		name = below_root(arena, workspace->root, logical);
	return str_eq(name, workspace->directory) ? STR_EMPTY : name;
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
	out->named = STR_EMPTY;
	out->in_repository = false;
	root = out->root;
	do {
		if (holds_git(arena, root)) {
			out->directory = below(arena, root, out->root);
			out->root = str_copy(arena, root);
			out->in_repository = true;
			out->named = name_of(arena, path, out);
			return true;
		}
	} while (parent(&root));
	return true;
}

bool workspace_find(struct arena *arena, struct workspace *out, struct err *err)
{
	return workspace_find_at(arena, NULL, out, err);
}

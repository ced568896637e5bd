#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/directory.h"
#include "base/err.h"
#include "base/size.h"
#include "policies/source.h"

#define ENTRIES_MAX 100000 /* of one directory */
#define PATH_BYTES  4096
#define CHUNK	    ((size_t)64 << 10)

struct tree {
	char *root;
};

static void close_fd(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

/* --- paths --- */

/* One part onto the end, or the last one off; false when there is none left to take. */
static bool join_part(char *joined, size_t *len, struct str part)
{
	if (part.len == 0 || str_is(part, "."))
		return true;
	if (!str_is(part, "..")) {
		if (*len > 0)
			joined[(*len)++] = '/';
		memcpy(joined + *len, part.ptr, part.len);
		*len += part.len;
		return true;
	}
	if (*len == 0)
		return false;
	while (*len > 0 && joined[*len - 1] != '/')
		(*len)--;
	*len -= *len > 0;
	return true;
}

bool source_join(struct arena *arena, struct str directory, struct str path, struct str *out)
{
	struct str rest[2] = {directory, path}, part;
	char *joined = arena_alloc(arena, directory.len + path.len + 2);
	size_t len = 0;

	if (str_starts(directory, STR("/")) || str_starts(path, STR("/")))
		return false;
	for (size_t i = 0; i < 2; i++)
		while (str_split(&rest[i], '/', &part))
			if (!join_part(joined, &len, part))
				return false;
	joined[len] = '\0';
	*out = (struct str){joined, len};
	return true;
}

static bool check_path(struct arena *arena, struct str path, struct err *err)
{
	struct str joined;

	if (path.len < PATH_BYTES && memchr(path.ptr, '\0', path.len) == NULL &&
	    source_join(arena, STR_EMPTY, path, &joined) && str_eq(joined, path))
		return true;
	return err_set(err, ERR_INVALID, "'%.*s' is no path inside the repository", STR_ARG(path));
}

/* --- opening: a component at a time, so that no link is followed on the way --- */

enum found {
	FOUND,
	FOUND_NOTHING,
	FOUND_BAD, /* err is set */
};

static enum found refuse(struct str path, mode_t mode, struct err *err)
{
	const char *what = "a device";

	if (S_ISLNK(mode))
		what = "a symbolic link, which is not followed";
	else if (S_ISFIFO(mode))
		what = "a pipe";
	else if (S_ISSOCK(mode))
		what = "a socket";
	else if (S_ISDIR(mode))
		what = "a directory";
	(void)err_set(err, ERR_INVALID, "'%.*s' is %s; policies are read from regular files only",
	    STR_ARG(path), what);
	return FOUND_BAD;
}

static enum found io_error(struct str path, struct err *err)
{
	(void)err_set(err, ERR_IO, "'%.*s' cannot be read: %s", STR_ARG(path), strerror(errno));
	return FOUND_BAD;
}

/* Why a name could not be opened without following it. */
static enum found tell_failure(int directory, const char *name, struct str path, struct err *err)
{
	int reason = errno;
	struct stat info;

	if (reason == ENOENT)
		return FOUND_NOTHING;
	if (fstatat(directory, name, &info, AT_SYMLINK_NOFOLLOW) == 0) {
		if (S_ISLNK(info.st_mode))
			return refuse(path, info.st_mode, err);
		if (reason == ENOTDIR) /* a file where a directory was asked for */
			return FOUND_NOTHING;
		if (!S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode))
			return refuse(path, info.st_mode, err);
	}
	errno = reason;
	return io_error(path, err);
}

/* The directory that `path` names; "" is the root, which may be reached over links. */
static enum found open_directory(
    struct arena *arena, const struct tree *tree, struct str path, int *out, struct err *err)
{
	int fd = open(tree->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct str rest = path, part;

	if (fd < 0)
		return io_error(str_from(tree->root), err);
	while (str_split(&rest, '/', &part)) {
		int parent CLEANUP(close_fd) = fd;
		const char *name = str_to_c(arena, part);

		fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0)
			return tell_failure(parent, name, path, err);
	}
	*out = fd;
	return FOUND;
}

/* "a/b/c": c in a/b. */
static void split_path(struct str path, struct str *directory, struct str *name)
{
	*directory = STR_EMPTY;
	*name = path;
	for (size_t i = path.len; i > 0; i--) {
		if (path.ptr[i - 1] != '/')
			continue;
		*directory = str_from_to(path, 0, i - 1);
		*name = str_skip(path, i);
		return;
	}
}

/* A pipe does not block the opening, and is refused before anything is read from it. */
static enum found open_file(
    struct arena *arena, const struct tree *tree, struct str path, int *out, struct err *err)
{
	int parent CLEANUP(close_fd) = -1;
	struct str directory, name;
	const char *last;
	struct stat info;
	enum found found;

	split_path(path, &directory, &name);
	found = open_directory(arena, tree, directory, &parent, err);
	if (found != FOUND)
		return found;
	last = str_to_c(arena, name);
	*out = openat(parent, last, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (*out < 0)
		return tell_failure(parent, last, path, err);
	if (fstat(*out, &info) != 0)
		return io_error(path, err);
	return S_ISREG(info.st_mode) ? FOUND : refuse(path, info.st_mode, err);
}

/* --- reading --- */

/* Until the end of the file, whatever size it said it had. */
static bool read_all(
    struct arena *arena, int fd, struct str path, size_t limit, struct str *text, struct err *err)
{
	size_t cap = CHUNK, len = 0;
	char *bytes = arena_alloc(arena, cap);

	for (;;) {
		ssize_t got = read(fd, bytes + len, cap - len - 1);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			(void)io_error(path, err);
			return false;
		}
		len += (size_t)got;
		if (len > limit)
			return err_set(err, ERR_LIMIT,
			    "'%.*s' has more than %zu bytes, the most that are read", STR_ARG(path),
			    limit);
		if (got == 0)
			break;
		if (cap - len - 1 > 0)
			continue;
		bytes = arena_grow(arena, bytes, cap, cap * 2);
		cap *= 2;
	}
	bytes[len] = '\0';
	*text = (struct str){bytes, len};
	return true;
}

/* NOLINTNEXTLINE(readability-function-size): the parameters of struct source */
static bool files_read(void *state, struct arena *arena, struct str path, size_t limit,
    struct str *text, bool *found, struct err *err)
{
	int fd CLEANUP(close_fd) = -1;

	*found = false;
	*text = STR_EMPTY;
	if (!check_path(arena, path, err))
		return false;
	if (path.len == 0)
		return err_set(err, ERR_INVALID, "the name of a file is missing");
	switch (open_file(arena, state, path, &fd, err)) {
	case FOUND_BAD:
		return false;
	case FOUND_NOTHING:
		return true;
	case FOUND:
		break;
	}
	*found = true;
	return read_all(arena, fd, path, limit, text, err);
}

/* --- listing --- */

static enum source_kind kind_of(int directory, const char *name)
{
	struct stat info;

	if (fstatat(directory, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
		return SOURCE_OTHER;
	if (S_ISREG(info.st_mode))
		return SOURCE_FILE;
	if (S_ISLNK(info.st_mode))
		return SOURCE_LINK;
	return S_ISDIR(info.st_mode) ? SOURCE_DIRECTORY : SOURCE_OTHER;
}

static int entry_cmp(const void *a, const void *b)
{
	return str_cmp(
	    ((const struct source_entry *)a)->name, ((const struct source_entry *)b)->name);
}

struct listing {
	struct source_entry *entries;
	size_t count, cap;
};

static void listing_add(struct arena *arena, struct listing *listing, int fd, const char *name)
{
	if (listing->count == listing->cap) {
		size_t cap = size_max(32, listing->cap * 2);

		listing->entries = arena_grow(arena, listing->entries,
		    listing->cap * sizeof(*listing->entries), cap * sizeof(*listing->entries));
		listing->cap = cap;
	}
	listing->entries[listing->count].name = str_copy(arena, str_from(name));
	listing->entries[listing->count++].kind = kind_of(fd, name);
}

/* The descriptor becomes the stream's. */
static bool list_directory(
    struct arena *arena, int fd, struct str path, struct listing *listing, struct err *err)
{
	struct directory dir CLEANUP(directory_close) = DIRECTORY_NONE;
	const char *name;

	if (!directory_open_fd(fd, str_to_c(arena, path), &dir, err))
		return false;
	while ((name = directory_next(&dir)) != NULL) {
		if (listing->count == ENTRIES_MAX)
			return err_set(err, ERR_LIMIT, "'%.*s' has more than %d entries",
			    STR_ARG(path), ENTRIES_MAX);
		listing_add(arena, listing, fd, name);
	}
	return directory_finish(&dir, err);
}

static bool files_list(void *state, struct arena *arena, struct str directory,
    struct source_entry **entries, size_t *count, struct err *err)
{
	struct listing listing = {.entries = NULL};
	enum found found;
	int fd = -1;

	*entries = NULL;
	*count = 0;
	if (!check_path(arena, directory, err))
		return false;
	found = open_directory(arena, state, directory, &fd, err);
	if (found != FOUND)
		return found == FOUND_NOTHING;
	if (!list_directory(arena, fd, directory, &listing, err))
		return false;
	if (listing.count > 0)
		qsort(listing.entries, listing.count, sizeof(*listing.entries), entry_cmp);
	*entries = listing.entries;
	*count = listing.count;
	return true;
}

/* --- links --- */

static bool files_link(
    void *state, struct arena *arena, struct str path, struct str *target, struct err *err)
{
	int parent CLEANUP(close_fd) = -1;
	struct str directory, name;
	char text[PATH_BYTES];
	ssize_t len;
	enum found found;

	*target = STR_EMPTY;
	if (!check_path(arena, path, err))
		return false;
	split_path(path, &directory, &name);
	found = open_directory(arena, state, directory, &parent, err);
	if (found != FOUND)
		return found == FOUND_NOTHING;
	len = readlinkat(parent, str_to_c(arena, name), text, sizeof(text));
	if (len > 0)
		*target = str_copy(arena, (struct str){text, (size_t)len});
	return true;
}

bool source_files(struct arena *arena, struct str root, struct source *out, struct err *err)
{
	struct tree *tree = arena_make(arena, struct tree);

	if (!str_starts(root, STR("/")) || memchr(root.ptr, '\0', root.len) != NULL)
		return err_set(err, ERR_INVALID, "'%.*s' is no absolute path", STR_ARG(root));
	tree->root = str_to_c(arena, root);
	*out = (struct source){
	    .state = tree,
	    .name = STR("working tree"),
	    .read = files_read,
	    .list = files_list,
	    .link = files_link,
	};
	return true;
}

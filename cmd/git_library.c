#include "cmd/git_library.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/utf8.h"

/*
 * Extensions of the repository format that change nothing of what we read: where missing objects
 * come from, configuration of a worktree, objects that must not be pruned, relative worktrees.
 */
static const char *const extensions[] = {
    "partialclone",
    "worktreeconfig",
    "preciousobjects",
    "relativeworktrees",
};

#ifdef GIT2_LINKED

static bool bind(struct gitlib *library)
{
#define X(function) library->function = function;
	GITLIB_FUNCTIONS(X)
#undef X
	return true;
}

static void release(struct gitlib *library)
{
	(void)library;
}

#else

/* Versions whose functions are the ones this was compiled against. */
static const char *const names[] = {
    "libgit2.so.1.9",
    "libgit2.so.1.8",
    "libgit2.so.1.7",
    "libgit2.so.1.6",
    "libgit2.so.1.5",
    "libgit2.so",
    "libgit2.dylib",
};

static void release(struct gitlib *library)
{
	if (library->handle != NULL)
		(void)dlclose(library->handle);
	library->handle = NULL;
}

/* memcpy: ISO C has no conversion from an object's address to a function's. */
static bool load(void *handle, const char *name, void *slot)
{
	void *address = dlsym(handle, name);

	memcpy(slot, &address, sizeof(address));
	return address != NULL;
}

static bool bind(struct gitlib *library)
{
	bool whole = true;
	int flags = RTLD_NOW | RTLD_LOCAL;

#ifdef RTLD_NODELETE
	flags |= RTLD_NODELETE; /* OpenSSL, which comes with it, registers functions for the end */
#endif
	for (size_t i = 0; library->handle == NULL && i < ARRAY_LEN(names); i++)
		library->handle = dlopen(names[i], flags);
	if (library->handle == NULL)
		return false;
#define X(function) whole = load(library->handle, #function, (void *)&library->function) && whole;
	GITLIB_FUNCTIONS(X)
#undef X
	return whole;
}

#endif

bool gitlib_open(struct gitlib *library)
{
	memset(library, 0, sizeof(*library));
	if (!bind(library)) {
		release(library);
		return false;
	}
	if (library->git_libgit2_init() < 0) {
		release(library);
		return false;
	}
	/*
	 * A CI checkout often belongs to another user than the one we run as, which libgit2 refuses
	 * by default, because git may run programs that a repository's configuration names. We only
	 * read refs, objects and the address of a remote, and libgit2 runs nothing for that.
	 */
	(void)library->git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
	(void)library->git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, extensions, ARRAY_LEN(extensions));
	return true;
}

/* It stays initialised until the program ends: doing that again costs 5 ms, several times a run. */
void gitlib_close(struct gitlib *library)
{
	release(library);
}

struct str gitlib_problem(struct arena *arena, const struct gitlib *library, const char *what)
{
	const git_error *last = library->git_error_last();
	const char *why = last != NULL && last->message != NULL ? last->message : "no reason given";

	return utf8_printable(arena, str_format(arena, "%s: %s", what, why), true);
}

bool gitlib_repository_open(
    struct arena *arena, struct str root, struct gitlib_repository *out, struct err *err)
{
	*out = (struct gitlib_repository){.handle = NULL};
	if (!gitlib_open(&out->library))
		return err_set(err, ERR_INVALID,
		    "libgit2 is not installed, so that no commit of the repository can be read");
	/* GIT_DIR and its kin do not count: no GIT_REPOSITORY_OPEN_FROM_ENV. */
	if (out->library.git_repository_open_ext(
		&out->handle, str_to_c(arena, root), GIT_REPOSITORY_OPEN_NO_SEARCH, NULL) == 0)
		return true;
	(void)err_set(err, ERR_INVALID, "%s",
	    gitlib_problem(arena, &out->library, "the repository cannot be read").ptr);
	out->handle = NULL;
	gitlib_close(&out->library);
	return false;
}

void gitlib_repository_close(struct gitlib_repository *repository)
{
	if (repository->handle == NULL)
		return;
	repository->library.git_repository_free(repository->handle);
	repository->handle = NULL;
	gitlib_close(&repository->library);
}

bool gitlib_oid(const struct gitlib *library, struct str text, git_oid *out)
{
	return text.len == GITLIB_OID_TEXT &&
	       library->git_oid_fromstrn(out, text.ptr, text.len) == 0;
}

struct str gitlib_oid_text(struct arena *arena, const struct gitlib *library, const git_oid *oid)
{
	char text[GITLIB_OID_TEXT];

	(void)library->git_oid_fmt(text, oid);
	return str_copy(arena, (struct str){text, sizeof(text)});
}

#include "cmd/git_head.h"

#include <dlfcn.h>
#include <git2.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/utf8.h"

#define OID_TEXT 40 /* libgit2 reads SHA-1 repositories */

/*
 * The functions that we call, loaded on first use: linking libgit2 costs every start 3 ms, also of
 * `tfherald version`. A build with -DGIT2_LINKED calls them directly (static builds).
 */
#define GIT_FUNCTIONS(X)                  \
	X(git_config_free)                \
	X(git_config_iterator_free)       \
	X(git_config_iterator_new)        \
	X(git_config_next)                \
	X(git_error_last)                 \
	X(git_libgit2_init)               \
	X(git_libgit2_opts)               \
	X(git_libgit2_shutdown)           \
	X(git_oid_fmt)                    \
	X(git_reference_free)             \
	X(git_reference_shorthand)        \
	X(git_reference_target)           \
	X(git_repository_config_snapshot) \
	X(git_repository_free)            \
	X(git_repository_head)            \
	X(git_repository_head_detached)   \
	X(git_repository_open_ext)

struct gitlib {
	void *handle;
#define X(function) __typeof__(&function) function;
	GIT_FUNCTIONS(X)
#undef X
};

#ifdef GIT2_LINKED

static bool bind(struct gitlib *library)
{
#define X(function) library->function = function;
	GIT_FUNCTIONS(X)
#undef X
	return true;
}

static void release(struct gitlib *library)
{
	(void)library;
}

#else

/* Versions whose functions above are the ones this was compiled against. */
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
	GIT_FUNCTIONS(X)
#undef X
	return whole;
}

#endif

static bool gitlib_open(struct gitlib *library)
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
	 * read HEAD and the address of a remote, and libgit2 runs nothing for that.
	 */
	(void)library->git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
	return true;
}

static void gitlib_close(struct gitlib *library)
{
	(void)library->git_libgit2_shutdown();
	release(library);
}

/* The library's last words; they name paths, never contents. */
static struct str problem(struct arena *arena, const struct gitlib *library, const char *what)
{
	const git_error *last = library->git_error_last();
	const char *why = last != NULL && last->message != NULL ? last->message : "no reason given";

	return utf8_printable(arena, str_format(arena, "%s: %s", what, why), true);
}

static void read_head(struct arena *arena, const struct gitlib *library, git_repository *repository,
    struct git_head *out)
{
	git_reference *head = NULL;
	const git_oid *oid;
	char text[OID_TEXT];

	if (library->git_repository_head(&head, repository) != 0) {
		out->problem = problem(arena, library, "HEAD cannot be read");
		return;
	}
	oid = library->git_reference_target(head);
	if (oid != NULL) {
		(void)library->git_oid_fmt(text, oid);
		out->commit = str_copy(arena, (struct str){text, OID_TEXT});
	}
	if (library->git_repository_head_detached(repository) == 0)
		out->branch = str_copy(arena, str_from(library->git_reference_shorthand(head)));
	library->git_reference_free(head);
}

/* "remote.NAME.url" -> NAME */
static bool remote_name(struct str key, struct str *name)
{
	*name = key;
	return str_eat(name, STR("remote.")) && str_eat_end(name, STR(".url"));
}

/* What a walk over the configuration looks for. */
struct remote_search {
	struct arena *arena;
	struct str url; /* of "origin", or of the only one */
	size_t remotes;
	bool is_origin;
	struct str from, to; /* the longest url.TO.insteadOf = FROM that the address begins with */
};

static void note_remote(struct remote_search *search, struct str key, struct str value)
{
	struct str name;

	if (!remote_name(key, &name) || search->is_origin)
		return;
	search->is_origin = str_is(name, "origin");
	search->remotes++;
	search->url = str_copy(search->arena, value);
}

static void note_rewrite(struct remote_search *search, struct str key, struct str value)
{
	struct str to = key;

	if (!str_eat(&to, STR("url.")) || !str_eat_end(&to, STR(".insteadof")))
		return;
	if (!str_starts(search->url, value) || value.len <= search->from.len)
		return;
	search->from = str_copy(search->arena, value);
	search->to = str_copy(search->arena, to);
}

/*
 * By hand: git_remote_list() and git_remote_lookup() match regular expressions against every entry,
 * and libgit2 1.5 loses 20 KiB for each that does not match.
 */
static void walk_config(const struct gitlib *library, git_config *config,
    struct remote_search *search,
    void (*note)(struct remote_search *search, struct str key, struct str value))
{
	git_config_iterator *iterator = NULL;
	git_config_entry *entry;

	if (library->git_config_iterator_new(&iterator, config) != 0)
		return;
	while (library->git_config_next(&entry, iterator) == 0)
		note(search, str_from(entry->name), str_from(entry->value));
	library->git_config_iterator_free(iterator);
}

/* Among several remotes none of which is "origin", none is the obvious one. */
static void read_remote(struct arena *arena, const struct gitlib *library,
    git_repository *repository, struct git_head *out)
{
	struct remote_search search = {
	    .arena = arena, .url = STR_EMPTY, .from = STR_EMPTY, .to = STR_EMPTY};
	git_config *config = NULL;
	struct str rest;

	if (library->git_repository_config_snapshot(&config, repository) != 0)
		return;
	walk_config(library, config, &search, note_remote);
	walk_config(library, config, &search, note_rewrite);
	library->git_config_free(config);
	if (!search.is_origin && search.remotes != 1)
		return;
	rest = str_skip(search.url, search.from.len);
	if (search.from.len > 0)
		search.url = str_format(arena, "%.*s%.*s", STR_ARG(search.to), STR_ARG(rest));
	(void)git_remote_parse(arena, search.url, &out->host, &out->repository);
}

void git_head_read(struct arena *arena, struct str root, struct git_head *out)
{
	struct gitlib library;
	git_repository *repository = NULL;
	const char *path = str_to_c(arena, root);

	*out = (struct git_head){STR_EMPTY, STR_EMPTY, STR_EMPTY, STR_EMPTY, STR_EMPTY};
	if (!gitlib_open(&library)) {
		out->problem = STR("libgit2 is not installed; give --commit, --branch and --repo "
				   "instead");
		return;
	}
	if (library.git_repository_open_ext(
		&repository, path, GIT_REPOSITORY_OPEN_NO_SEARCH, NULL) == 0) {
		read_remote(arena, &library, repository, out);
		read_head(arena, &library, repository, out);
		library.git_repository_free(repository);
	} else {
		out->problem = problem(arena, &library, "the repository cannot be read");
	}
	gitlib_close(&library);
}

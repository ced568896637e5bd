#include "cmd/git_head.h"

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "cmd/git_library.h"

static void read_head(struct arena *arena, const struct gitlib *library, git_repository *repository,
    struct git_head *out)
{
	git_reference *head = NULL;
	const git_oid *oid;

	if (library->git_repository_head(&head, repository) != 0) {
		out->problem = gitlib_problem(arena, library, "HEAD cannot be read");
		return;
	}
	oid = library->git_reference_target(head);
	if (oid != NULL)
		out->commit = gitlib_oid_text(arena, library, oid);
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
		out->problem = gitlib_problem(arena, &library, "the repository cannot be read");
	}
	gitlib_close(&library);
}

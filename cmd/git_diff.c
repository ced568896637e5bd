#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "cmd/git_library.h"
#include "cmd/git_tree.h"

#define PATHS_MAX ((size_t)100000)

struct ends {
	git_oid base, head;
};

static bool find_ends(
    const struct gitlib_repository *repository, struct str base, struct str head, struct ends *out)
{
	return gitlib_oid(&repository->library, base, &out->base) &&
	       gitlib_oid(&repository->library, head, &out->head);
}

static bool tree_of(
    const struct gitlib_repository *repository, const git_oid *commit, git_tree **out)
{
	const struct gitlib *library = &repository->library;
	git_commit *handle = NULL;
	bool found;

	if (library->git_commit_lookup(&handle, repository->handle, commit) != 0)
		return false;
	found = library->git_commit_tree(out, handle) == 0;
	library->git_commit_free(handle);
	return found;
}

static int by_text(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static size_t without_twins(struct str *paths, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		if (kept == 0 || !str_eq(paths[kept - 1], paths[i]))
			paths[kept++] = paths[i];
	}
	return kept;
}

/* A change names the path before and after; one that was added or deleted names it twice. */
static bool take_paths(struct arena *arena, const struct gitlib *library, const git_diff *diff,
    struct str **paths, size_t *count)
{
	size_t changes = library->git_diff_num_deltas(diff), used = 0;

	if (changes > PATHS_MAX)
		return false;
	*paths = arena_array(arena, struct str, changes * 2);
	for (size_t i = 0; i < changes; i++) {
		const git_diff_delta *delta = library->git_diff_get_delta(diff, i);

		(*paths)[used++] = str_copy(arena, str_from(delta->old_file.path));
		(*paths)[used++] = str_copy(arena, str_from(delta->new_file.path));
	}
	if (used > 0)
		qsort(*paths, used, sizeof(**paths), by_text);
	*count = without_twins(*paths, used);
	return true;
}

static bool compare(struct arena *arena, const struct gitlib_repository *repository,
    const struct ends *ends, struct str **paths, size_t *count)
{
	const struct gitlib *library = &repository->library;
	git_tree *before = NULL, *after = NULL;
	git_diff *diff = NULL;
	git_oid left;
	bool known =
	    library->git_merge_base(&left, repository->handle, &ends->base, &ends->head) == 0 &&
	    tree_of(repository, &left, &before) && tree_of(repository, &ends->head, &after) &&
	    library->git_diff_tree_to_tree(&diff, repository->handle, before, after, NULL) == 0 &&
	    take_paths(arena, library, diff, paths, count);

	if (diff != NULL)
		library->git_diff_free(diff);
	if (after != NULL)
		library->git_tree_free(after);
	if (before != NULL)
		library->git_tree_free(before);
	return known;
}

/* NOLINTNEXTLINE(readability-function-size): two commits in, a list that may be unknown out */
bool git_changed_files(struct app *app, struct str root, struct str base, struct str head,
    struct str **paths, size_t *count, bool *known, struct err *err)
{
	struct gitlib_repository repository;
	struct ends ends;

	*paths = NULL;
	*count = 0;
	*known = false;
	if (!gitlib_repository_open(app->run, root, &repository, err))
		return false;
	*known = find_ends(&repository, base, head, &ends) &&
		 compare(app->run, &repository, &ends, paths, count);
	gitlib_repository_close(&repository);
	return true;
}

bool git_is_merged(struct app *app, struct str root, struct str commit, struct str base)
{
	struct gitlib_repository repository;
	struct err ignored = {0};
	struct ends ends;
	bool merged = false;

	if (str_eq_nocase(commit, base))
		return true;
	if (!gitlib_repository_open(app->run, root, &repository, &ignored))
		return false;
	if (find_ends(&repository, base, commit, &ends))
		merged = repository.library.git_graph_descendant_of(
			     repository.handle, &ends.base, &ends.head) == 1;
	gitlib_repository_close(&repository);
	return merged;
}

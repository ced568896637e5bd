#include "base/arena.h"
#include "base/err.h"
#include "cmd/git_library.h"
#include "cmd/git_tree.h"

#define REMOTE	   "refs/remotes/origin/"
#define BRANCH_MAX 1000 /* git's own limit of a path is near 4,096 */

/* Where a branch that somebody named may stand, nearest to the truth first. */
struct place {
	const char *prefix, *shown;
	bool laptop_only; /* in CI these are whatever a step left behind */
};

static const struct place places[] = {
    {REMOTE, "origin/", false},
    {"refs/remotes/upstream/", "upstream/", true},
    {"refs/heads/", "", true},
};

static const char *const usual[] = {"main", "master"};

struct search {
	struct arena *arena;
	struct gitlib_repository repository;
	struct git_base *out;
};

/* libgit2 refuses what git does, but for slashes, which it tidies up. */
static bool is_tidy(struct str branch)
{
	return !str_contains(branch, (struct str){"", 1}) && !str_starts(branch, STR("/")) &&
	       !str_contains(branch, STR("//"));
}

/* A name that git would refuse finds nothing. */
static bool find_at(struct search *search, const struct place *place, struct str branch)
{
	const struct gitlib *library = &search->repository.library;
	struct str ref = str_format(search->arena, "%s%.*s", place->prefix, STR_ARG(branch));
	git_oid oid;

	if (!is_tidy(branch) ||
	    library->git_reference_name_to_id(&oid, search->repository.handle, ref.ptr) != 0)
		return false;
	*search->out = (struct git_base){
	    .ref = ref,
	    .name = str_format(search->arena, "%s%.*s", place->shown, STR_ARG(branch)),
	    .branch = str_copy(search->arena, branch),
	    .commit = gitlib_oid_text(search->arena, library, &oid),
	};
	return true;
}

static bool find_named(struct search *search, struct str branch, bool in_ci)
{
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		if (in_ci && places[i].laptop_only)
			continue;
		if (find_at(search, &places[i], branch))
			return true;
	}
	/* as git and we show it */
	return str_eat(&branch, STR("origin/")) && find_at(search, &places[0], branch);
}

/* The head says what a submodule is and where it comes from: its author could replace a directory
 * by a repository of his own, whose base branch then judges. */
static bool is_submodule(const struct search *search)
{
	struct str path =
	    str_from(search->repository.library.git_repository_path(search->repository.handle));

	return str_contains(path, STR("/.git/modules/")) ||
	       (str_contains(path, STR("/.git/worktrees/")) &&
		   str_contains(path, STR("/modules/")));
}

/* refs/remotes/origin/HEAD as `git clone` writes it: a symbolic one. A branch that somebody pushed
 * under the name HEAD is none. */
static bool find_default(struct search *search)
{
	const struct gitlib *library = &search->repository.library;
	git_reference *head = NULL;
	struct str target;
	bool found = false;

	if (library->git_reference_lookup(&head, search->repository.handle, REMOTE "HEAD") != 0)
		return false;
	target = str_from(library->git_reference_symbolic_target(head));
	if (str_eat(&target, STR(REMOTE)))
		found = find_at(search, &places[0], target);
	library->git_reference_free(head);
	return found;
}

static bool find_usual(struct search *search, struct err *err)
{
	struct git_base only = {.commit = STR_EMPTY};
	size_t found = 0;

	for (size_t i = 0; i < ARRAY_LEN(usual); i++) {
		if (find_at(search, &places[0], str_from(usual[i]))) {
			only = *search->out;
			found++;
		}
	}
	*search->out = only;
	if (found == 1)
		return true;
	if (found > 1)
		return err_set(err, ERR_INVALID,
		    "which branch the base is cannot be told: origin has main and master; run "
		    "'git remote set-head origin --auto', or give --base NAME");
	return err_set(err, ERR_INVALID,
	    "no base branch is here (no origin/HEAD, origin/main or origin/master): run "
	    "'git fetch --depth=1 origin +refs/heads/main:refs/remotes/origin/main' before (or "
	    "check out with full history), or give --base NAME (--base HEAD: this commit "
	    "judges itself)");
}

static bool find(struct search *search, struct str branch, bool in_ci, struct err *err)
{
	if (branch.len > BRANCH_MAX)
		return err_set(err, ERR_INVALID, "the name of the base branch is too long");
	if (branch.len == 0) {
		if (!find_default(search) && !find_usual(search, err))
			return false;
		search->out->assumed = true;
		return true;
	}
	if (find_named(search, branch, in_ci))
		return true;
	return err_set(err, ERR_INVALID,
	    "the base branch '%.*s' is not here: run 'git fetch --depth=1 origin "
	    "+refs/heads/%.*s:refs/remotes/origin/%.*s' before (or check out with full history)",
	    STR_ARG(branch), STR_ARG(branch), STR_ARG(branch));
}

bool git_base_find(struct app *app, struct str root, struct str branch, bool in_ci,
    struct git_base *out, struct err *err)
{
	struct search search = {.arena = app->run, .out = out};
	bool found;

	*out = (struct git_base){
	    .ref = STR_EMPTY, .name = STR_EMPTY, .branch = STR_EMPTY, .commit = STR_EMPTY};
	if (!gitlib_repository_open(app->run, root, &search.repository, err))
		return false;
	if (in_ci && is_submodule(&search))
		found = err_set(err, ERR_INVALID,
		    "'%.*s' is a submodule, which a pull request can put in the place of any "
		    "directory: run in a checkout of its own, or give --base HEAD or --base COMMIT",
		    STR_ARG(root));
	else
		found = find(&search, branch, in_ci, err);
	gitlib_repository_close(&search.repository);
	return found;
}

#include "cmd/ci_platform.h"

#include "base/arena.h"

/* A forked pull request: the number comes alone, owner and name are those of the fork. */
static void fill_fork(struct ci_run *run)
{
	struct str number = ci_env(run, "CIRCLE_PR_NUMBER");

	if (number.len == 0)
		return;
	fact_number(run, &run->facts->pull_request, number, "CIRCLE_PR_NUMBER");
	fact_set(run, &run->facts->fork, STR("true"), "CIRCLE_PR_NUMBER");
}

/*
 * The project's name is the repository's for OAuth projects only; those of the GitHub App, which
 * have no CIRCLE_REPOSITORY_URL, may carry something else there (api-facts 1.3).
 */
static void fill_repository(struct ci_run *run)
{
	struct str owner = ci_env(run, "CIRCLE_PROJECT_USERNAME");
	struct str name = ci_env(run, "CIRCLE_PROJECT_REPONAME");
	struct str url = ci_env(run, "CIRCLE_REPOSITORY_URL");
	struct str repository;

	fact_remote(run, url, "CIRCLE_REPOSITORY_URL");
	run->prefer_git_remote = url.len == 0;
	if (owner.len == 0 || name.len == 0)
		return;
	repository = str_format(run->app->run, "%.*s/%.*s", STR_ARG(owner), STR_ARG(name));
	if (is_repository(repository))
		fact_set(run, &run->facts->repository, repository,
		    "CIRCLE_PROJECT_USERNAME, CIRCLE_PROJECT_REPONAME");
}

static void circleci_fill(struct ci_run *run)
{
	struct facts *facts = run->facts;
	struct str pulls = ci_env(run, "CIRCLE_PULL_REQUESTS"), first;

	fact_pull_url(run, ci_env(run, "CIRCLE_PULL_REQUEST"), "CIRCLE_PULL_REQUEST");
	if (str_split(&pulls, ',', &first))
		fact_pull_url(run, str_trim(first), "CIRCLE_PULL_REQUESTS");
	fill_fork(run);
	fill_repository(run);
	fact_commit(run, ci_env(run, "CIRCLE_SHA1"), "CIRCLE_SHA1");
	fact_env(run, &facts->branch, "CIRCLE_BRANCH");
	fact_env(run, &facts->link, "CIRCLE_BUILD_URL");
	fact_env(run, &facts->actor, "CIRCLE_USERNAME");
	fact_number(run, &facts->run, ci_env(run, "CIRCLE_BUILD_NUM"), "CIRCLE_BUILD_NUM");
	fact_number(run, &facts->shard, ci_env(run, "CIRCLE_NODE_INDEX"), "CIRCLE_NODE_INDEX");
	fact_number(run, &facts->shards, ci_env(run, "CIRCLE_NODE_TOTAL"), "CIRCLE_NODE_TOTAL");
}

const struct ci_platform ci_circleci = {
    .name = "CircleCI",
    .variable = "CIRCLECI",
    .fill = circleci_fill,
};

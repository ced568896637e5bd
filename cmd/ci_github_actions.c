#include "cmd/ci_platform.h"

#include <inttypes.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/input.h"
#include "base/json_read.h"
#include "base/log.h"

#define EVENT_MAX      ((size_t)32 << 20) /* GitHub's own limit of a payload is 25 MB */
#define ATTEMPTS_MAX   1000
#define RUN_NUMBER_MAX (INT64_MAX / ATTEMPTS_MAX - 1)

struct event_row {
	const char *name; /* GITHUB_EVENT_NAME */
	void (*fill)(struct ci_run *run, struct value event);
	bool own_commit; /* GITHUB_SHA is another commit (a merge commit, the default branch) */
};

static struct value member(struct value map, const char *key)
{
	const struct value *found = value_get_c(map, key);

	return found != NULL ? *found : value_null();
}

static struct str number_text(struct ci_run *run, struct value map, const char *key)
{
	int64_t number = value_get_int(map, key, 0);

	return number > 0 ? str_format(run->app->run, "%lld", (long long)number) : STR_EMPTY;
}

static void fill_pull(struct ci_run *run, struct value event)
{
	struct value pull = member(event, "pull_request");
	struct value head = member(pull, "head"), base = member(pull, "base");
	struct str from = value_get_str(member(head, "repo"), "full_name");
	struct str into = value_get_str(member(base, "repo"), "full_name");
	struct facts *facts = run->facts;

	fact_number(run, &facts->pull_request, number_text(run, pull, "number"),
	    "GITHUB_EVENT_PATH pull_request.number");
	fact_commit(run, value_get_str(head, "sha"), "GITHUB_EVENT_PATH pull_request.head.sha");
	fact_set(run, &facts->branch, value_get_str(head, "ref"),
	    "GITHUB_EVENT_PATH pull_request.head.ref");
	fact_set(run, &facts->base_branch, value_get_str(base, "ref"),
	    "GITHUB_EVENT_PATH pull_request.base.ref");
	/* head.repo.fork alone would say so of every pull request inside a repository that is a
	 * fork */
	if (pull.kind == VALUE_MAP && into.len > 0 && !str_eq_nocase(from, into))
		fact_set(
		    run, &facts->fork, STR("true"), "GITHUB_EVENT_PATH pull_request.head.repo");
}

/* A comment on a pull request: its head is not in the event. */
static void fill_comment(struct ci_run *run, struct value event)
{
	struct value issue = member(event, "issue");

	if (member(issue, "pull_request").kind == VALUE_MAP)
		fact_number(run, &run->facts->pull_request, number_text(run, issue, "number"),
		    "GITHUB_EVENT_PATH issue.number");
}

/* "refs/heads/gh-readonly-queue/main/pr-12-0123abc" */
static void fill_queue_number(struct ci_run *run, struct str ref)
{
	struct str rest, number;
	size_t at;

	if (!str_find(ref, STR("/pr-"), &at))
		return;
	rest = str_skip(ref, at + 4);
	if (str_split(&rest, '-', &number))
		fact_number(run, &run->facts->pull_request, number,
		    "GITHUB_EVENT_PATH merge_group.head_ref");
}

static void fill_merge_group(struct ci_run *run, struct value event)
{
	struct value group = member(event, "merge_group");
	struct str head = value_get_str(group, "head_ref"), base = value_get_str(group, "base_ref");

	(void)str_eat(&base, STR("refs/heads/"));
	fact_commit(
	    run, value_get_str(group, "head_sha"), "GITHUB_EVENT_PATH merge_group.head_sha");
	fact_set(run, &run->facts->base_branch, base, "GITHUB_EVENT_PATH merge_group.base_ref");
	fill_queue_number(run, head);
	(void)str_eat(&head, STR("refs/heads/"));
	fact_set(run, &run->facts->branch, head, "GITHUB_EVENT_PATH merge_group.head_ref");
}

static void fill_workflow_run(struct ci_run *run, struct value event)
{
	struct value about = member(event, "workflow_run");
	struct value pulls = member(about, "pull_requests");
	struct str from = value_get_str(member(about, "head_repository"), "full_name");
	struct str into = value_get_str(member(event, "repository"), "full_name");

	fact_commit(
	    run, value_get_str(about, "head_sha"), "GITHUB_EVENT_PATH workflow_run.head_sha");
	fact_set(run, &run->facts->branch, value_get_str(about, "head_branch"),
	    "GITHUB_EVENT_PATH workflow_run.head_branch");
	/* empty for forks: the pull request is then found by its commit */
	if (pulls.kind == VALUE_LIST && pulls.len > 0)
		fact_number(run, &run->facts->pull_request,
		    number_text(run, pulls.as.items[0], "number"),
		    "GITHUB_EVENT_PATH workflow_run.pull_requests");
	if (from.len > 0 && into.len > 0 && !str_eq_nocase(from, into))
		fact_set(run, &run->facts->fork, STR("true"),
		    "GITHUB_EVENT_PATH workflow_run.head_repository");
}

static const struct event_row events[] = {
    {"pull_request", fill_pull, true},
    {"pull_request_target", fill_pull, true},
    {"pull_request_review", fill_pull, true},
    {"pull_request_review_comment", fill_pull, true},
    {"issue_comment", fill_comment, true},
    {"merge_group", fill_merge_group, false},
    {"workflow_run", fill_workflow_run, true},
};

static const struct event_row *event_find(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(events); i++) {
		if (str_is(name, events[i].name))
			return &events[i];
	}
	return NULL;
}

static bool event_read(struct ci_run *run, struct str path, struct value *out, struct err *err)
{
	struct jsonr reader = {.file = path.ptr};
	struct str text;

	return file_read(run->app->scratch, path.ptr, EVENT_MAX, &text, err) &&
	       jsonr_read(run->app->scratch, text, &reader, out, err);
}

static void fill_event(struct ci_run *run, const struct event_row *row)
{
	struct str path = sys_env(run->app->sys, "GITHUB_EVENT_PATH");
	struct arena_mark mark = arena_save(run->app->scratch);
	struct value event = value_null();
	struct err why = {0};
	char line[ERR_TEXT_MAX + 300];

	if (path.len == 0 || row == NULL)
		return;
	if (event_read(run, path, &event, &why)) {
		row->fill(run, event);
	} else {
		err_format(&why, line, sizeof(line));
		log_warn("the event file of GitHub Actions cannot be used: %s", line);
	}
	arena_rewind(run->app->scratch, mark);
}

/* "refs/pull/12/merge" */
static void fill_ref_number(struct ci_run *run)
{
	struct str ref = ci_env(run, "GITHUB_REF"), number;

	if (str_eat(&ref, STR("refs/pull/")) && str_split(&ref, '/', &number))
		fact_number(run, &run->facts->pull_request, number, "GITHUB_REF");
}

/* A re-run keeps number and id of the run; the attempt tells them apart, in the link as well. */
static void fill_run(struct ci_run *run, struct str server, struct str repository)
{
	struct str id = ci_env(run, "GITHUB_RUN_ID");
	struct err why = {0};
	int64_t number, attempt;

	if (!str_to_int64(ci_env(run, "GITHUB_RUN_ATTEMPT"), 1, ATTEMPTS_MAX - 1, &attempt, &why)) {
		err_clear(&why);
		attempt = 1;
	}
	if (str_to_int64(ci_env(run, "GITHUB_RUN_NUMBER"), 1, RUN_NUMBER_MAX, &number, &why))
		fact_set(run, &run->facts->run,
		    str_format(run->app->run, "%" PRId64, number * ATTEMPTS_MAX + attempt),
		    "GITHUB_RUN_NUMBER, GITHUB_RUN_ATTEMPT");
	if (id.len > 0 && server.len > 0 && repository.len > 0)
		fact_set(run, &run->facts->link,
		    str_format(run->app->run, "%.*s/%.*s/actions/runs/%.*s/attempts/%lld",
			STR_ARG(server), STR_ARG(repository), STR_ARG(id), (long long)attempt),
		    "GITHUB_RUN_ID, GITHUB_RUN_ATTEMPT");
}

static void github_actions_fill(struct ci_run *run)
{
	struct facts *facts = run->facts;
	const struct event_row *row = event_find(ci_env(run, "GITHUB_EVENT_NAME"));
	struct str server = ci_env(run, "GITHUB_SERVER_URL");
	struct str repository = ci_env(run, "GITHUB_REPOSITORY");
	struct str host = server;

	(void)str_eat_end(&server, STR("/"));
	if (str_eat(&host, STR("https://")) || str_eat(&host, STR("http://")))
		fact_set(run, &facts->host, host, "GITHUB_SERVER_URL");
	if (is_repository(repository))
		fact_set(run, &facts->repository, repository, "GITHUB_REPOSITORY");
	fill_event(run, row);
	fill_ref_number(run);
	if (row == NULL || !row->own_commit)
		fact_commit(run, ci_env(run, "GITHUB_SHA"), "GITHUB_SHA");
	fact_env(run, &facts->branch, "GITHUB_HEAD_REF");
	/* a tag may have the name of a branch, and be pushed by others */
	if (!fact_known(&facts->pull_request) &&
	    !str_starts(ci_env(run, "GITHUB_REF"), STR("refs/tags/")))
		fact_env(run, &facts->branch, "GITHUB_REF_NAME");
	fact_env(run, &facts->base_branch, "GITHUB_BASE_REF");
	fact_env(run, &facts->actor, "GITHUB_ACTOR");
	fill_run(run, server, repository);
}

const struct ci_platform ci_github_actions = {
    .name = "GitHub Actions",
    .variable = "GITHUB_ACTIONS",
    .fill = github_actions_fill,
};

#include "cmd/ci.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/input.h"
#include "base/log.h"
#include "cmd/ci_platform.h"
#include "cmd/git_head.h"
#include "cmd/trust.h"

static const struct ci_platform *const platforms[] = {&ci_circleci, &ci_github_actions};

static const char *const token_variables[] = {"TFHERALD_GITHUB_TOKEN", "GITHUB_TOKEN"};

static bool bad_option(const char *name, const char *value, const char *expected, struct err *err)
{
	return err_set(err, ERR_USAGE, "option '--%s' expects %s, not '%s'", name, expected, value);
}

/* "owner/name", "host/owner/name", or any address to clone from. */
static bool option_repository(struct ci_run *run, const char *value, struct err *err)
{
	struct facts *facts = run->facts;
	struct str text = str_from(value), first = text, rest = text;
	bool is_address = str_contains(text, STR("://")) || str_contains(text, STR("@"));

	if (is_address) {
		fact_remote(run, text, "option --repo");
		return fact_known(&facts->repository) ||
		       bad_option("repo", value, "OWNER/NAME or an address", err);
	}
	if (!is_repository(text))
		return bad_option("repo", value, "OWNER/NAME or HOST/OWNER/NAME", err);
	(void)str_split(&rest, '/', &first);
	if (str_contains(first, STR(".")) && is_repository(rest)) {
		fact_set(run, &facts->host, first, "option --repo");
		text = rest;
	}
	fact_set(run, &facts->repository, text, "option --repo");
	return true;
}

static bool option_pull(struct ci_run *run, const char *value, struct err *err)
{
	struct fact *fact = &run->facts->pull_request;
	struct str host, repository, number;
	struct err why = {0};
	int64_t parsed;

	if (pull_url_parse(str_from(value), &host, &repository, &number)) {
		fact_pull_url(run, str_from(value), "option --pr");
		return true;
	}
	if (!str_to_int64(str_from(value), 1, INT64_MAX, &parsed, &why))
		return bad_option("pr", value, "the number or address of a pull request", err);
	fact_set(run, fact, str_from(value), "option --pr");
	return true;
}

/* Only a branch is a fact about the pull request; a commit or HEAD is for trust_find() alone. */
static void take_base(struct ci_run *run, const struct fact_options *options)
{
	struct str option = str_from(options->base), variable = ci_env(run, "TFHERALD_BASE");

	if (option.len > 0 && trust_base_is_branch(option))
		fact_set(run, &run->facts->base_branch, option, "option --base");
	else if (option.len == 0 && trust_base_is_branch(variable))
		fact_set(run, &run->facts->base_branch, variable, "TFHERALD_BASE");
}

static bool take_options(struct ci_run *run, const struct fact_options *options, struct err *err)
{
	struct facts *facts = run->facts;
	struct str link = str_from(options->link);

	if (options->repo != NULL && !option_repository(run, options->repo, err))
		return false;
	if (options->pr != NULL && !option_pull(run, options->pr, err))
		return false;
	if (options->commit != NULL && !is_commit(str_from(options->commit)))
		return bad_option("commit", options->commit, "40 or 64 hex digits", err);
	if (link.len > 0 && !str_starts(link, STR("https://")) && !str_starts(link, STR("http://")))
		return bad_option("link", options->link, "an address (https://...)", err);
	fact_set(run, &facts->commit, str_from(options->commit), "option --commit");
	fact_set(run, &facts->branch, str_from(options->branch), "option --branch");
	fact_set(run, &facts->link, link, "option --link");
	take_base(run, options);
	return true;
}

/* The first platform that matches; CI=true alone is one that we do not know. */
static bool take_platform(struct ci_run *run)
{
	struct facts *facts = run->facts;

	for (size_t i = 0; i < ARRAY_LEN(platforms); i++) {
		if (ci_env(run, platforms[i]->variable).len == 0)
			continue;
		fact_set(run, &facts->ci, str_from(platforms[i]->name), platforms[i]->variable);
		facts->in_ci = true;
		platforms[i]->fill(run);
		return true;
	}
	if (ci_env(run, "CI").len > 0) {
		fact_set(run, &facts->ci, STR("unknown"), "CI");
		facts->in_ci = true;
	}
	return false;
}

static void take_remote(struct ci_run *run, const struct git_head *head)
{
	struct facts *facts = run->facts;
	struct fact *repository = &facts->repository;
	bool doubtful = run->prefer_git_remote && !fact_known(&facts->host);

	if (doubtful && head->repository.len > 0 &&
	    str_starts(repository->origin, STR("CIRCLE_PROJECT")))
		*repository = (struct fact){.value = STR_EMPTY, .origin = STR_EMPTY};
	if (!fact_known(repository))
		fact_set(run, &facts->host, head->host, "git remote");
	fact_set(run, repository, head->repository, "git remote");
	if (str_eq(repository->value, head->repository))
		fact_set(run, &facts->host, head->host, "git remote");
}

/*
 * A known platform knows its commit; where it does not say one (a comment's event), what is checked
 * out may be anything. libgit2 is loaded only when something is missing.
 */
static void take_git(struct ci_run *run, const struct workspace *workspace, bool known_platform)
{
	struct facts *facts = run->facts;
	struct git_head head = {.problem = STR_EMPTY};
	bool wants_head =
	    !known_platform && (!fact_known(&facts->commit) || !fact_known(&facts->branch));
	bool wants_remote = !fact_known(&facts->repository) ||
			    (run->prefer_git_remote && !fact_known(&facts->host));

	if (!workspace->in_repository || (!wants_head && !wants_remote))
		return;
	git_head_read(run->app->run, workspace->root, &head);
	if (head.problem.len > 0)
		log_debug("git: %.*s", STR_ARG(head.problem));
	if (wants_remote)
		take_remote(run, &head);
	if (!wants_head)
		return;
	fact_commit(run, head.commit, "git HEAD");
	fact_set(run, &facts->branch, head.branch, "git HEAD");
}

static struct str last_part(struct str path)
{
	struct str rest = path, part = path;

	while (str_split(&rest, '/', &part))
		continue;
	return part;
}

#define WORKSPACE_NAME_MAX ((size_t)4096)

/* `terraform workspace select` writes the name into the data directory of the root module. */
static struct str selected_workspace(struct ci_run *run, const struct workspace *workspace)
{
	struct arena *arena = run->app->run;
	struct str data = sys_env(run->app->sys, "TF_DATA_DIR");
	struct err ignored = {0};
	struct str name;
	const char *path = str_format(arena, "%s/%s/%s/environment", workspace->root.ptr,
	    workspace->directory.ptr, data.len > 0 ? data.ptr : ".terraform")
			       .ptr;

	if (!file_read(arena, path, WORKSPACE_NAME_MAX, &name, &ignored))
		return STR_EMPTY;
	return str_trim(name);
}

/* Two workspaces of one directory are two plans: each has a name, a comment, a report of its own.
 */
static void add_terraform_workspace(struct ci_run *run, const struct workspace *workspace)
{
	struct fact *target = &run->facts->target;
	struct str name = sys_env(run->app->sys, "TF_WORKSPACE");

	if (name.len == 0)
		name = selected_workspace(run, workspace);
	if (name.len == 0 || str_is(name, "default"))
		return;
	target->value =
	    str_format(run->app->run, "%.*s [%.*s]", STR_ARG(target->value), STR_ARG(name));
}

static void take_place(
    struct ci_run *run, const struct workspace *workspace, const struct settings *settings)
{
	const struct setting_value *target = &settings->values[SET_TARGET];
	struct facts *facts = run->facts;
	const char *origin = "repository";

	fact_set(run, &facts->directory, workspace->directory, "working directory");
	fact_set(run, &facts->target, target->text, str_to_c(run->app->run, target->origin));
	if (!str_is(workspace->directory, "."))
		fact_set(run, &facts->target, workspace->directory, "directory");
	fact_set(run, &facts->target, last_part(facts->repository.value), origin);
	fact_set(run, &facts->target, last_part(workspace->root), "directory");
	fact_set(run, &facts->target, STR("."), "directory");
	add_terraform_workspace(run, workspace);
}

bool facts_resolve(struct app *app, const struct workspace *workspace,
    const struct settings *settings, const struct fact_options *options, struct facts *out,
    struct err *err)
{
	struct ci_run run = {.app = app, .facts = out};
	bool known_platform;

	*out = (struct facts){.now = app->sys->now(app->sys->state)};
#define X(name, help) out->name = (struct fact){.value = STR_EMPTY, .origin = STR_EMPTY};
	FACTS(X)
#undef X
	if (!take_options(&run, options, err))
		return false;
	known_platform = take_platform(&run);
	take_git(&run, workspace, known_platform);
	if (fact_known(&out->repository))
		fact_set(&run, &out->host, STR("github.com"), "default");
	take_place(&run, workspace, settings);
	return true;
}

struct str github_token(const struct app *app, const char **origin)
{
	for (size_t i = 0; i < ARRAY_LEN(token_variables); i++) {
		struct str token = str_trim(sys_env(app->sys, token_variables[i]));

		if (token.len > 0) {
			*origin = token_variables[i];
			return token;
		}
	}
	*origin = NULL;
	return STR_EMPTY;
}

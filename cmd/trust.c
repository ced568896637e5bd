#include "cmd/trust.h"

#include "base/arena.h"
#include "base/err.h"
#include "cmd/ci_platform.h"
#include "cmd/git_head.h"

#define SHORT_ID 7

static const char variable[] = "TFHERALD_BASE";

/* One search for the trusted chain. */
struct search {
	struct app *app;
	const struct workspace *workspace;
	const struct facts *facts;
	struct trust *out;
	struct str branch; /* the base's, or empty */
};

static void note(struct search *search, struct str text)
{
	struct trust *out = search->out;

	if (out->note_count < TRUST_NOTES_MAX)
		out->notes[out->note_count++] = text;
}

bool trust_base_is_branch(struct str base)
{
	return base.len > 0 && !is_commit(base) && !str_is(base, "HEAD");
}

struct str trust_base(const struct app *app, const char *option)
{
	return option ? str_from(option) : str_trim(sys_env(app->sys, variable));
}

bool trust_working_tree(struct app *app, const struct workspace *workspace, struct str text,
    struct trust *out, struct err *err)
{
	struct search search = {.app = app, .workspace = workspace, .out = out};

	*out = (struct trust){.same = true,
	    .base_name = STR_EMPTY,
	    .base_commit = STR_EMPTY,
	    .head_commit = STR_EMPTY};
	if (!source_files(app->run, workspace->root, &out->head, err))
		return false;
	out->trusted = out->head;
	if (text.len > 0)
		note(&search, text);
	return true;
}

/* `name`: what the commit is the tip of, or empty. */
static bool take_commit(struct search *search, struct str commit, struct str name, struct err *err)
{
	struct arena *arena = search->app->run;
	struct trust *out = search->out;

	if (!git_tree_open(
		search->app, search->workspace->root, commit, &out->tree, &out->trusted, err))
		return false;
	out->base_commit = git_tree_commit(out->tree);
	out->base_name = name.len > 0 ? name : out->trusted.name;
	if (name.len > 0)
		out->trusted.name = str_format(
		    arena, "%.*s at %.*s", STR_ARG(name), SHORT_ID, out->base_commit.ptr);
	out->same = false;
	out->known = true;
	return true;
}

/*
 * Whether what runs here was merged already. The branch's name must come from the CI platform or an
 * option: the name that a step gave its local branch proves nothing. A fork has a main of its own.
 */
static bool is_on_base(const struct search *search, const struct git_base *base)
{
	const struct facts *facts = search->facts;
	bool named = fact_known(&facts->branch) && !str_is(facts->branch.origin, "git HEAD");

	if (fact_known(&facts->pull_request) || fact_known(&facts->fork))
		return false;
	if (named && str_eq(facts->branch.value, base->branch))
		return true;
	return git_is_merged(
	    search->app, search->workspace->root, search->out->head_commit, base->commit);
}

static void note_base(struct search *search, const struct git_base *base)
{
	struct arena *arena = search->app->run;
	struct err ignored = {0};
	struct git_base usual;

	if (base->assumed)
		note(search,
		    str_format(arena,
			"nobody named the base branch, %.*s is assumed; --base NAME or %s says "
			"otherwise",
			STR_ARG(base->name), variable));
	else if (git_base_find(
		     search->app, search->workspace->root, STR_EMPTY, true, &usual, &ignored) &&
		 !str_eq(usual.branch, base->branch))
		note(
		    search, str_format(arena, "the base branch %.*s is not the default branch %.*s",
				STR_ARG(base->name), STR_ARG(usual.name)));
}

static bool find_in_ci(struct search *search, struct err *err)
{
	struct git_base base;

	if (!git_base_find(search->app, search->workspace->root, search->branch, true, &base, err))
		return false;
	if (is_on_base(search, &base))
		return take_commit(search, STR("HEAD"), STR("HEAD"), err);
	note_base(search, &base);
	return take_commit(search, base.commit, base.name, err);
}

/* Nobody is kept from anything here: without a base the files are all there is. */
static bool find_on_laptop(struct search *search, struct err *err)
{
	struct git_base base;
	struct err why = {0};

	if (git_base_find(
		search->app, search->workspace->root, search->branch, false, &base, &why) &&
	    take_commit(search, base.commit, base.name, &why))
		return true;
	if (search->branch.len > 0) {
		*err = why;
		return false;
	}
	note(search, str_format(search->app->run, "the working tree is trusted: %s", why.text));
	return true;
}

static bool find(struct search *search, struct str base, struct err *err)
{
	if (is_commit(base))
		return take_commit(search, base, STR_EMPTY, err);
	if (str_is(base, "HEAD"))
		return take_commit(search, base, base, err);
	return search->facts->in_ci ? find_in_ci(search, err) : find_on_laptop(search, err);
}

bool trust_find(struct app *app, const struct workspace *workspace, const struct facts *facts,
    const char *base, struct trust *out, struct err *err)
{
	struct str text = trust_base(app, base);
	struct search search = {app, workspace, facts, out,
	    trust_base_is_branch(text) ? text : facts->base_branch.value};
	struct git_head head;

	if (!workspace->in_repository)
		return trust_working_tree(app, workspace,
		    STR("this is no git repository: the files here are trusted"), out, err);
	if (!trust_working_tree(app, workspace, STR_EMPTY, out, err))
		return false;
	git_head_read(app->run, workspace->root, &head);
	out->head_commit = head.commit;
	out->binds_settings = facts->in_ci;
	return find(&search, text, err) || err_context(err, "trusted rules and settings");
}

void trust_close(struct trust *trust)
{
	if (trust->tree != NULL)
		git_tree_close(trust->tree);
	trust->tree = NULL;
}

#include "cmd/session.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/log.h"

static bool override(struct app *app, struct session *session, enum setting_id id,
    const char *option, const char *text, struct err *err)
{
	return !text ||
	       settings_override(app->run, &session->settings, id, option, str_from(text), err);
}

static bool is_elsewhere(
    struct app *app, const struct session_options *options, const struct workspace *workspace)
{
	struct workspace here;
	struct err err = {0};

	return options->directory && workspace_find(app->run, &here, &err) && here.in_repository &&
	       !str_eq(here.root, workspace->root);
}

bool session_open(
    struct app *app, const struct session_options *options, struct session *out, struct err *err)
{
	*out = (struct session){0};
	if (!workspace_find_at(app->run, options->directory, &out->workspace, err) ||
	    !settings_load(app, &out->workspace, &out->settings, err) ||
	    !override(app, out, SET_TARGET, "--target", options->target, err) ||
	    !override(app, out, SET_TERRAFORM_COMMAND, "--terraform", options->terraform, err) ||
	    !override(app, out, SET_FAIL_ON_LEAK, "--fail-on-leak",
		options->fail_on_leak ? "true" : NULL, err) ||
	    !override(app, out, SET_LOG_LEVEL, "--log-level", app->globals.log_level, err))
		return false;
	out->is_elsewhere = is_elsewhere(app, options, &out->workspace);
	enum log_level level;
	if (log_level_from_str(settings_text(&out->settings, SET_LOG_LEVEL), &level))
		log_set_level(level);
	return true;
}

static void keep_trust(struct session *session, const struct trust *trust)
{
	session->trust = (struct session_trust){
	    .trusted = trust->trusted.name,
	    .base_commit = trust->base_commit,
	    .head_commit = trust->head_commit,
	    .note_count = trust->note_count,
	    .problem = STR_EMPTY,
	};
	for (size_t i = 0; i < trust->note_count; i++)
		session->trust.notes[i] = trust->notes[i];
}

/* The repository is closed again: who loads rules opens it for that. */
static bool find_trust(
    struct app *app, struct session *session, const struct fact_options *options, struct err *err)
{
	struct trust trust = {.tree = NULL};
	bool found;

	/* A link in the place of a directory may lead into any repository on the machine, whose
	 * rules would then count. */
	if (session->facts.in_ci && session->is_elsewhere && !options->base)
		return err_set(err, ERR_INVALID,
		    "the directory lies in another repository ('%.*s') than the one this job works "
		    "in; give --base HEAD or --base COMMIT when that is meant",
		    STR_ARG(session->workspace.root));
	found = trust_find(app, &session->workspace, &session->facts, options->base, &trust, err);

	if (found)
		keep_trust(session, &trust);
	if (found && trust.binds_settings && !trust.same)
		settings_trust(app, &session->workspace, &trust.trusted, &session->settings);
	trust_close(&trust);
	return found;
}

static bool find_facts(
    struct app *app, struct session *session, const struct fact_options *options, struct err *err)
{
	session->trust = (struct session_trust){.trusted = STR_EMPTY,
	    .base_commit = STR_EMPTY,
	    .head_commit = STR_EMPTY,
	    .problem = STR_EMPTY};
	return facts_resolve(
	    app, &session->workspace, &session->settings, options, &session->facts, err);
}

bool session_find_facts(
    struct app *app, struct session *session, const struct fact_options *options, struct err *err)
{
	return find_facts(app, session, options, err) && find_trust(app, session, options, err);
}

bool session_look_around(
    struct app *app, struct session *session, const struct fact_options *options, struct err *err)
{
	struct err why = {0};

	if (!find_facts(app, session, options, err))
		return false;
	if (!find_trust(app, session, options, &why))
		session->trust.problem = str_copy(app->run, str_from(why.text));
	return true;
}

const char *session_terraform(const struct session *session)
{
	return settings_text(&session->settings, SET_TERRAFORM_COMMAND).ptr;
}

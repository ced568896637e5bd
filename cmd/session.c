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

bool session_open(
    struct app *app, const struct session_options *options, struct session *out, struct err *err)
{
	*out = (struct session){0};
	if (!workspace_find_at(app->run, options->directory, &out->workspace, err) ||
	    !settings_load(app, &out->workspace, &out->settings, err) ||
	    !override(app, out, SET_TARGET, "--target", options->target, err) ||
	    !override(app, out, SET_TERRAFORM_COMMAND, "--terraform", options->terraform, err) ||
	    !override(app, out, SET_LOG_LEVEL, "--log-level", app->globals.log_level, err))
		return false;
	enum log_level level;
	if (log_level_from_str(settings_text(&out->settings, SET_LOG_LEVEL), &level))
		log_set_level(level);
	return true;
}

bool session_find_facts(
    struct app *app, struct session *session, const struct fact_options *options, struct err *err)
{
	return facts_resolve(
	    app, &session->workspace, &session->settings, options, &session->facts, err);
}

const char *session_terraform(const struct session *session)
{
	return settings_text(&session->settings, SET_TERRAFORM_COMMAND).ptr;
}

#include "cmd/app.h"

#include "cmd/masks.h"

void app_close(struct app *app)
{
	log_set_masker(NULL);
	masks_close(app->masks);
	app->masks = NULL;
}

const struct masker *app_masker(const struct app *app)
{
	return app->masks ? app->masks->masker : NULL;
}

bool app_colour(const struct app *app, int fd)
{
	if (app->globals.no_color || sys_env_is_set(app->sys, "NO_COLOR"))
		return false;
	if (str_is(sys_env(app->sys, "TERM"), "dumb"))
		return false;
	return app->sys->is_terminal(app->sys->state, fd);
}

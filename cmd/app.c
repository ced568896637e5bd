#include "cmd/app.h"

bool app_colour(const struct app *app, int fd)
{
	if (app->globals.no_color || sys_env_is_set(app->sys, "NO_COLOR"))
		return false;
	if (str_is(sys_env(app->sys, "TERM"), "dumb"))
		return false;
	return app->sys->is_terminal(app->sys->state, fd);
}

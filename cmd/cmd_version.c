#include "base/arena.h"
#include "base/sink.h"
#include "cmd/command.h"

static NODISCARD bool version_run(struct app *app, const void *values UNUSED,
    const struct operands *operands UNUSED, int *status UNUSED, struct err *err)
{
	struct sink sink;
	sink_to_fd(&sink, app->run, app->out, 0);
	sink_add(&sink, STR("tfherald " TFHERALD_VERSION "\n"));
	return sink_finish(&sink, err);
}

static const struct opt version_opts[] = {{.name = NULL}};

const struct command command_version = {
    .name = "version",
    .args = "",
    .help = "print the version",
    .description = "Prints the name and version of this program.",
    .example = "tfherald version",
    .opts = version_opts,
    .run = version_run,
};

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/sink.h"
#include "cmd/command.h"
#include "cmd/completion.h"
#include "cmd/help.h"

#define SCRIPT_MAX ((size_t)1 << 20)

static NODISCARD bool completion_run(struct app *app, const void *values UNUSED,
    const struct operands *operands, int *status UNUSED, struct err *err)
{
	struct buf buf;
	struct sink sink;

	if (operands->count == 0)
		return err_set(
		    err, ERR_USAGE, "completion: which shell? expected bash, fish or zsh");
	buf_init(&buf, app->run, SCRIPT_MAX);
	if (!completion_script(&buf, str_from(operands->items[0]), err))
		return false;
	sink_to_fd(&sink, app->run, app->out, 0);
	sink_add(&sink, buf_str(&buf));
	return sink_finish(&sink, err);
}

extern const struct command command_completion;
const struct command command_completion = {
    .name = "completion",
    .args = "bash|fish|zsh",
    .help = "print the completion script of a shell",
    .description =
	"Prints a script that completes commands, options, their values, and behind '--' the\n"
	"command line of the program to run. The script is complete in itself: pressing Tab does\n"
	"not start tfherald.\n"
	"\n"
	"Load it once in ~/.bashrc or config.fish as the examples show; for zsh, write it to a "
	"file\n"
	"_tfherald in a directory of fpath.",
    .example = "source <(tfherald completion bash)\n"
	       "tfherald completion fish | source\n"
	       "tfherald completion zsh >~/.zsh/completions/_tfherald",
    .operand_choices = completion_shells,
    .operands_max = 1,
    .run = completion_run,
};

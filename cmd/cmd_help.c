#include "base/arena.h"
#include "base/buf.h"
#include "base/sink.h"
#include "cmd/command.h"
#include "cmd/help.h"
#include "cmd/help_topics.h"

#define HELP_MAX ((size_t)1 << 20)

/* The parser has checked the word: it is a topic or a command. */
static void print_topic(struct buf *buf, const char *word)
{
	for (const struct help_topic *topic = help_topics; topic->name != NULL; topic++) {
		if (str_is(str_from(word), topic->name)) {
			topic->print(buf);
			return;
		}
	}
	help_command(buf, command_find(str_from(word)));
}

static NODISCARD bool help_run(struct app *app, const void *values UNUSED,
    const struct operands *operands, int *status UNUSED, struct err *err)
{
	struct buf buf;
	struct sink sink;

	buf_init(&buf, app->run, HELP_MAX);
	if (operands->count > 0)
		print_topic(&buf, operands->items[0]);
	else
		help_overview(&buf);
	sink_to_fd(&sink, app->run, app->out, 0);
	sink_add(&sink, buf_str(&buf));
	return sink_finish(&sink, err);
}

/* The names of help_topics (a test compares them). */
static const char *const topics[] = {"environment", "exit-codes", "settings", NULL};

extern const struct command command_help;
const struct command command_help = {
    .name = "help",
    .args = "[TOPIC]",
    .help = "show help of a command or a topic",
    .description = "Shows the commands, the options of one command, or a topic: exit-codes,\n"
		   "environment, settings.",
    .example = "tfherald help plan\n"
	       "tfherald help exit-codes",
    .operand_choices = topics,
    .operand_is_command = true,
    .operands_max = 1,
    .run = help_run,
};

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/sink.h"
#include "cmd/command.h"
#include "cmd/help.h"
#include "cmd/help_topics.h"

#define HELP_MAX ((size_t)1 << 20)

/* The parser has checked the first word: it is a topic or a command. */
static NODISCARD bool print_topic(struct buf *buf, const struct operands *words, struct err *err)
{
	const char *word = words->items[0];
	const struct command *command = command_find_in(NULL, str_from(word));

	if (words->count > 1 && (command == NULL || !command->is_group))
		return err_set(err, ERR_USAGE, "help: unexpected '%s'; try 'tfherald help %s'",
		    words->items[1], word);
	if (words->count > 1) {
		command = command_find_in(command, str_from(words->items[1]));
		if (command == NULL)
			return err_set(err, ERR_USAGE,
			    "help: %s has no command '%s'; see 'tfherald help %s'", word,
			    words->items[1], word);
	}
	for (const struct help_topic *topic = help_topics; topic->name != NULL; topic++) {
		if (str_is(str_from(word), topic->name)) {
			topic->print(buf);
			return true;
		}
	}
	help_command(buf, command);
	return true;
}

static NODISCARD bool help_run(struct app *app, const void *values UNUSED,
    const struct operands *operands, int *status UNUSED, struct err *err)
{
	struct buf buf;
	struct sink sink;

	buf_init(&buf, app->run, HELP_MAX);
	if (operands->count == 0)
		help_overview(&buf);
	else if (!print_topic(&buf, operands, err))
		return false;
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
	       "tfherald help policy eval\n"
	       "tfherald help exit-codes",
    .operand_choices = topics,
    .operand_is_command = true,
    .operands_max = 2,
    .run = help_run,
};

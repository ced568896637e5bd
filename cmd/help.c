#include "cmd/help.h"

#include "base/arena.h"
#include "base/size.h"
#include "base/utf8.h"
#include "base/words.h"
#include "cmd/ci.h"
#include "cmd/exit_codes.h"
#include "cmd/help_text.h"
#include "cmd/help_topics.h"
#include "cmd/options.h"
#include "cmd/settings_file.h"

#define LEFT_MAX 28 /* a longer label stands on a line of its own */

static void settings_topic(struct buf *buf);

const struct help_topic help_topics[] = {
    {"environment", "every environment variable that is read", help_environment},
    {"exit-codes", "every exit status and its meaning", help_exit_codes},
    {"settings", "every key of tfherald.yaml", settings_topic},
    {NULL, NULL, NULL},
};

static size_t option_column(struct arena *arena, const struct opt *opts)
{
	size_t column = 0;

	for (const struct opt *opt = opts; opt != NULL && opt->name != NULL; opt++) {
		size_t width = utf8_width(help_option_label(arena, opt));

		if (width <= LEFT_MAX)
			column = size_max(column, width);
	}
	return column + 4;
}

static void option_rows(struct buf *buf, const struct opt *opts, const void *defaults)
{
	size_t at =
	    size_max(option_column(buf->arena, opts), option_column(buf->arena, global_opts));

	for (const struct opt *opt = opts; opt != NULL && opt->name != NULL; opt++)
		help_columns(buf, help_option_label(buf->arena, opt),
		    help_option_text(buf->arena, opt, defaults), at);
}

static void command_rows(struct buf *buf, const struct command *group)
{
	for (size_t i = 0; commands[i] != NULL; i++) {
		if (!commands[i]->hidden && command_is_in(commands[i], group))
			help_columns(buf, str_from(command_word(commands[i])),
			    str_from(commands[i]->help), 14);
	}
}

static void topic_rows(struct buf *buf)
{
	for (const struct help_topic *topic = help_topics; topic->name != NULL; topic++)
		help_columns(buf, str_from(topic->name), str_from(topic->help), 16);
}

void help_overview(struct buf *buf)
{
	buf_adds(buf,
	    "tfherald tells people what terraform is about to do, or did: a summary here, a\n"
	    "comment on the pull request, a message in Slack.\n"
	    "\n"
	    "Usage: tfherald COMMAND [OPTIONS] [-- PROGRAM [ARGUMENTS]]\n"
	    "\n"
	    "Commands:\n");
	command_rows(buf, NULL);
	buf_adds(buf, "\nGlobal options, before or after the command:\n");
	option_rows(buf, global_opts, NULL);
	buf_adds(buf, "\nTopics, for 'tfherald help TOPIC':\n");
	topic_rows(buf);
	buf_adds(buf,
	    "\nExamples:\n"
	    "  tfherald plan -- terraform plan\n"
	    "  tfherald show tfplan.json\n"
	    "  tfherald help plan\n"
	    "\n"
	    "-x and --x are equal. What stands after '--' is the program to run, or, where none\n"
	    "is run, no option: tfherald policy eval -- -1\n");
}

static void description(struct buf *buf, const char *text)
{
	struct str rest = str_from(text), paragraph;
	bool verbatim;

	while (help_paragraph(buf->arena, &rest, &paragraph, &verbatim)) {
		buf_addc(buf, '\n');
		if (verbatim)
			buf_addf(buf, "%.*s\n", STR_ARG(paragraph));
		else
			help_fill(buf, paragraph, 0, 0);
	}
}

static void examples(struct buf *buf, const char *text)
{
	struct str rest = str_from(text), line;

	if (rest.len == 0)
		return;
	buf_adds(buf, "\nExamples:\n");
	while (str_line(&rest, &line))
		buf_addf(buf, "  %.*s\n", STR_ARG(line));
}

void help_command(struct buf *buf, const struct command *command)
{
	buf_addf(buf, "Usage: %.*s\n", STR_ARG(help_usage(buf->arena, command)));
	description(buf, command->description);
	if (command->is_group) {
		buf_adds(buf, "\nCommands:\n");
		command_rows(buf, command);
	}
	examples(buf, command->example);
	if (command->opts != NULL && command->opts[0].name != NULL) {
		buf_adds(buf, "\nOptions:\n");
		option_rows(buf, command->opts, command->defaults);
	}
	buf_adds(buf, "\nGlobal options:\n");
	option_rows(buf, global_opts, NULL);
}

void help_exit_codes(struct buf *buf)
{
	buf_adds(buf, "Exit statuses\n\n");
	for (int i = 0; i < exit_code_count(); i++)
		help_columns(
		    buf, str_from(exit_code_at(i).status), str_from(exit_code_at(i).meaning), 13);
	buf_addc(buf, '\n');
	help_fill(buf,
	    STR("A child status that means failure wins over 3 and 4; 3 and 4 win over one that "
		"means success (0, and 2 under -detailed-exitcode); everything wins over 5. With "
		"--defer-exit the status is written into the report and 0 is returned. The last "
		"line on standard error names the reason."),
	    0, 0);
}

void help_environment(struct buf *buf)
{
	struct str name;

	buf_adds(buf, "Environment variables\n\n");
	for (const struct environment_row *row = environment_rows; row->name != NULL; row++)
		help_columns(buf, str_from(row->name), str_from(row->help), 28);
	buf_adds(buf, "\nSettings (they win over files; options win over them)\n\n");
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		if (setting_variable(buf->arena, &setting_rows[i], &name))
			help_columns(buf, name, str_from(setting_rows[i].help), 28);
	}
	buf_addc(buf, '\n');
	help_fill(buf,
	    STR("The empty text and \"<nil>\" count as unset; in a variable of a CI platform, "
		"\"false\" and \"null\" as well. TFHERALD_SLACK_TOKEN and TFHERALD_SLACK_WEBHOOK "
		"may "
		"hold the secret itself."),
	    0, 0);
}

static void settings_topic(struct buf *buf)
{
	buf_adds(buf, "Keys of tfherald.yaml\n\n");
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		const struct setting_row *row = &setting_rows[i];
		struct str text = str_from(row->help);

		if (row->choices != NULL)
			text = str_format(buf->arena, "%s: %.*s", row->help,
			    STR_ARG(words_listed(buf->arena, row->choices)));
		if (row->default_text[0] != '\0')
			text = str_format(
			    buf->arena, "%.*s (default %s)", STR_ARG(text), row->default_text);
		help_columns(buf, str_from(row->key), text, 26);
	}
	buf_addc(buf, '\n');
	help_fill(buf,
	    STR("A file may stand in any directory from the root of the repository down to that of "
		"the run. Precedence: option, environment (see 'tfherald help environment'), "
		"nearest "
		"file, ..., root file, default. 'tfherald config show' prints every value with its "
		"origin."),
	    0, 0);
}

#include "cmd/completion.h"

#include "base/err.h"
#include "cmd/help.h"
#include "cmd/help_topics.h"
#include "cmd/options.h"

const char *const completion_shells[] = {"bash", "fish", "zsh", NULL};

struct shell_row {
	const char *name;
	void (*print)(struct buf *buf);
};

static const struct shell_row shells[] = {
    {"bash", completion_bash},
    {"fish", completion_fish},
    {"zsh", completion_zsh},
};

void completion_options(struct buf *buf, const struct command *command,
    void (*row)(struct buf *buf, const struct command *command, const struct opt *opt))
{
	const struct opt *own = command != NULL ? command->opts : NULL;

	for (const struct opt *opt = own; opt != NULL && opt->name != NULL; opt++)
		row(buf, command, opt);
	for (const struct opt *opt = global_opts; opt->name != NULL; opt++)
		row(buf, command, opt);
}

void completion_commands(struct buf *buf, const struct command *group)
{
	const char *between = "";

	for (size_t i = 0; commands[i] != NULL; i++) {
		if (commands[i]->hidden || !command_is_in(commands[i], group))
			continue;
		buf_addf(buf, "%s%s", between, command_word(commands[i]));
		between = " ";
	}
}

void completion_groups(struct buf *buf)
{
	for (size_t i = 0; commands[i] != NULL; i++) {
		if (commands[i]->is_group)
			buf_addf(buf, " %s", commands[i]->name);
	}
}

void completion_operands(struct buf *buf, const struct command *command, const char *separator)
{
	const char *between = "";

	if (command->is_group)
		completion_commands(buf, command);
	for (size_t i = 0; command->operand_choices != NULL && command->operand_choices[i]; i++) {
		buf_addf(buf, "%s%s", between, command->operand_choices[i]);
		between = separator;
	}
	for (size_t i = 0; command->operand_is_command && commands[i] != NULL; i++) {
		if (commands[i]->hidden || !command_is_in(commands[i], NULL))
			continue;
		buf_addf(buf, "%s%s", between, commands[i]->name);
		between = separator;
	}
}

void completion_quoted(struct buf *buf, struct str text)
{
	buf_addc(buf, '\'');
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\'')
			buf_adds(buf, "'\\''");
		else
			buf_addc(buf, text.ptr[i]);
	}
	buf_addc(buf, '\'');
}

bool completion_script(struct buf *buf, struct str shell, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(shells); i++) {
		if (str_is(shell, shells[i].name)) {
			shells[i].print(buf);
			return true;
		}
	}
	return err_set(
	    err, ERR_USAGE, "no completion for '%.*s'; expected bash, fish or zsh", STR_ARG(shell));
}

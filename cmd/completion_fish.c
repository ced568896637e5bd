#include "cmd/completion.h"

#include "cmd/options.h"

static const char *const arguments[] = {
    [OPT_FLAG] = "",
    [OPT_TEXT] = " -x",
    [OPT_LIST] = " -x",
    [OPT_FILE] = " -r -F",
    [OPT_DIR] = " -x -a '(__fish_complete_directories)'",
    [OPT_INT] = " -x",
    [OPT_CHOICE] = " -x",
    [OPT_COMMAND] = " -x -a '(__fish_complete_command)'",
};

/* fish escapes a quote by a backslash, unlike the other shells. */
static void quoted(struct buf *buf, const char *text)
{
	buf_addc(buf, '\'');
	for (; *text != '\0'; text++) {
		if (*text == '\'' || *text == '\\')
			buf_addc(buf, '\\');
		buf_addc(buf, *text);
	}
	buf_addc(buf, '\'');
}

static void option_line(struct buf *buf, const struct command *command, const struct opt *opt)
{
	if (command != NULL)
		buf_addf(buf, "complete -c tfherald -n '__tfherald_is \"%s\"'", command->name);
	else
		buf_adds(buf, "complete -c tfherald -n 'not __tfherald_child_at >/dev/null'");
	buf_addf(buf, " -l %s%s", opt->name, opt->choices != NULL ? " -x" : arguments[opt->type]);
	if (opt->choices != NULL) {
		buf_adds(buf, " -a '");
		for (size_t i = 0; opt->choices[i] != NULL; i++)
			buf_addf(buf, "%s%s", i > 0 ? " " : "", opt->choices[i]);
		buf_addc(buf, '\'');
	}
	buf_adds(buf, " -d ");
	quoted(buf, opt->help);
	buf_addc(buf, '\n');
}

/* Where it stands: behind nothing, or behind the name of its group. */
static struct str place(struct buf *buf, const struct command *command)
{
	struct str place = {command->name, (size_t)(command_word(command) - command->name)};

	(void)str_eat_end(&place, STR(" "));
	return str_format(buf->arena, "__tfherald_is \"%.*s\"", STR_ARG(place));
}

static void command_lines(struct buf *buf, const struct command *command)
{
	buf_addf(buf, "complete -c tfherald -n '%.*s' -f -a %s -d ", STR_ARG(place(buf, command)),
	    command_word(command));
	quoted(buf, command->help);
	buf_addc(buf, '\n');
	for (const struct opt *opt = command->opts; opt != NULL && opt->name != NULL; opt++)
		option_line(buf, command, opt);
	if (command->operand_choices == NULL)
		return;
	buf_addf(buf, "complete -c tfherald -n '__tfherald_is \"%s\"' -f -a '", command->name);
	completion_operands(buf, command, " ");
	buf_adds(buf, "'\n");
}

static void value_options(struct buf *buf)
{
	buf_adds(buf, "set -g __tfherald_with_value");
	for (const struct opt *opt = global_opts; opt->name != NULL; opt++) {
		if (opt->type != OPT_FLAG)
			buf_addf(buf, " --%s -%s", opt->name, opt->name);
	}
	buf_adds(buf, "\n# commands that consist of two words\nset -g __tfherald_groups");
	completion_groups(buf);
	buf_addc(buf, '\n');
}

void completion_fish(struct buf *buf)
{
	buf_adds(buf, "# fish completion of tfherald; load it with: tfherald completion fish | "
		      "source\n\n");
	value_options(buf);
	buf_adds(buf, "\n# prints the index of \"--\" among the words before the cursor\n"
		      "function __tfherald_child_at\n"
		      "    contains -i -- -- (commandline -opc)\n"
		      "end\n\n"
		      "# is this the command (\"\": is there none yet), and no \"--\" behind it?\n"
		      "function __tfherald_is\n"
		      "    __tfherald_child_at >/dev/null; and return 1\n"
		      "    set -l words (commandline -opc)\n"
		      "    set -l value 0\n"
		      "    set -l command\n"
		      "    for word in $words[2..-1]\n"
		      "        if test $value = 1\n"
		      "            set value 0\n"
		      "        else if contains -- $word $__tfherald_with_value\n"
		      "            set value 1\n"
		      "        else if not string match -q -- '-*' $word\n"
		      "            set -a command $word\n"
		      "            contains -- \"$command\" $__tfherald_groups; or break\n"
		      "        end\n"
		      "    end\n"
		      "    test \"$command\" = \"$argv[1]\"\n"
		      "end\n\n"
		      "# what stands behind \"--\" is a command line of its own\n"
		      "function __tfherald_child\n"
		      "    set -l at (__tfherald_child_at); or return\n"
		      "    set -l words (commandline -opc)[(math $at + 1)..-1]\n"
		      "    complete -C (string join ' ' -- (string escape -- $words) "
		      "(commandline -ct))\n"
		      "end\n\n"
		      "complete -c tfherald -n '__tfherald_child_at >/dev/null' -f -a "
		      "'(__tfherald_child)'\n");
	completion_options(buf, NULL, option_line);
	for (size_t i = 0; commands[i] != NULL; i++) {
		if (!commands[i]->hidden)
			command_lines(buf, commands[i]);
	}
}

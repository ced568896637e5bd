#include "cmd/completion.h"

#include "cmd/help_text.h"
#include "cmd/options.h"

static const char *const actions[] = {
    [OPT_FLAG] = "",
    [OPT_TEXT] = "",
    [OPT_LIST] = "",
    [OPT_FILE] = "_files",
    [OPT_DIR] = "_files -/",
    [OPT_INT] = "",
    [OPT_CHOICE] = "",
    [OPT_COMMAND] = "_command_names -e",
};

/* In a description, brackets, colons and backslashes are zsh's own. */
static struct str escaped(struct buf *buf, const char *text)
{
	struct buf out;

	buf_init(&out, buf->arena, 1000);
	for (; *text != '\0'; text++) {
		if (*text == '[' || *text == ']' || *text == ':' || *text == '\\')
			buf_addc(&out, '\\');
		buf_addc(&out, *text);
	}
	return buf_str(&out);
}

static void spec(struct buf *buf, const struct opt *opt, const char *dashes)
{
	struct buf out;

	buf_init(&out, buf->arena, 2000);
	buf_addf(&out, "%s%s%s[%.*s]", dashes, opt->name, opt->arg != NULL ? "=" : "",
	    STR_ARG(escaped(buf, opt->help)));
	if (opt->arg != NULL) {
		buf_addf(&out, ":%.*s:", STR_ARG(escaped(buf, opt->arg)));
		buf_adds(&out, opt->choices != NULL ? "(" : actions[opt->type]);
		for (size_t i = 0; opt->choices != NULL && opt->choices[i] != NULL; i++)
			buf_addf(&out, "%s%s", i > 0 ? " " : "", opt->choices[i]);
		buf_adds(&out, opt->choices != NULL ? ")" : "");
	}
	buf_adds(buf, "            ");
	completion_quoted(buf, buf_str(&out));
	buf_adds(buf, " \\\n");
}

static void option_spec(struct buf *buf, const struct command *command, const struct opt *opt)
{
	(void)command;
	spec(buf, opt, "--");
}

static void command_case(struct buf *buf, const struct command *command)
{
	buf_addf(buf, "        %s)\n        _arguments -S \\\n", command_word(command));
	completion_options(buf, command, option_spec);
	if (command->operand_choices != NULL) {
		buf_adds(buf, "            '1:operand:(");
		completion_operands(buf, command, " ");
		buf_adds(buf, ")' '*:file:_files' ;;\n");
	} else {
		buf_adds(buf, "            '*:file:_files' ;;\n");
	}
}

/* A group: its commands, then what stands behind one of them. */
static void group_case(struct buf *buf, const struct command *group)
{
	buf_addf(buf, "        %s)\n        _arguments -C -S \\\n", group->name);
	completion_options(buf, NULL, option_spec);
	buf_adds(buf, "            '1:command:(");
	completion_commands(buf, group);
	buf_adds(buf, ")' '*::argument:->arguments' && return\n"
		      "        case $words[1] in\n");
	for (size_t i = 0; commands[i] != NULL; i++) {
		if (!commands[i]->hidden && command_is_in(commands[i], group))
			command_case(buf, commands[i]);
	}
	buf_adds(buf, "        esac ;;\n");
}

static void command_list(struct buf *buf)
{
	struct buf row;

	buf_adds(buf, "    list=(\n");
	for (size_t i = 0; commands[i] != NULL; i++) {
		if (commands[i]->hidden || !command_is_in(commands[i], NULL))
			continue;
		buf_init(&row, buf->arena, 2000);
		buf_addf(
		    &row, "%s:%.*s", commands[i]->name, STR_ARG(escaped(buf, commands[i]->help)));
		buf_adds(buf, "        ");
		completion_quoted(buf, buf_str(&row));
		buf_addc(buf, '\n');
	}
	buf_adds(buf, "    )\n");
}

void completion_zsh(struct buf *buf)
{
	buf_adds(buf, "#compdef tfherald\n"
		      "# zsh completion of tfherald; put it into a file _tfherald on your fpath\n\n"
		      "_tfherald()\n{\n"
		      "    local curcontext=$curcontext state line child=${words[(i)--]}\n"
		      "    local -a list\n"
		      "    typeset -A opt_args\n"
		      "    # what stands behind \"--\" is a command line of its own\n"
		      "    if (( child < CURRENT )); then\n"
		      "        shift $child words\n"
		      "        (( CURRENT -= child ))\n"
		      "        _normal\n"
		      "        return\n"
		      "    fi\n");
	command_list(buf);
	buf_adds(buf, "    _arguments -C -S \\\n");
	completion_options(buf, NULL, option_spec);
	buf_adds(buf, "            '1:command:->command' '*::argument:->arguments' && return\n"
		      "    case $state in\n"
		      "    command) _describe -t commands command list ;;\n"
		      "    arguments)\n"
		      "        case $words[1] in\n");
	for (size_t i = 0; commands[i] != NULL; i++) {
		if (commands[i]->hidden || !command_is_in(commands[i], NULL))
			continue;
		if (commands[i]->is_group)
			group_case(buf, commands[i]);
		else
			command_case(buf, commands[i]);
	}
	buf_adds(buf, "        esac ;;\n"
		      "    esac\n"
		      "}\n\n"
		      "if [[ $funcstack[1] == _tfherald ]]; then\n"
		      "    _tfherald \"$@\"\n"
		      "else\n"
		      "    compdef _tfherald tfherald\n"
		      "fi\n");
}

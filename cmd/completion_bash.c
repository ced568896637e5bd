#include "cmd/completion.h"

#include "cmd/options.h"

/* What a value is completed as; the script's functions know these words. */
static const char *const kinds[] = {
    [OPT_FLAG] = "flag",
    [OPT_TEXT] = "text",
    [OPT_LIST] = "text",
    [OPT_FILE] = "file",
    [OPT_DIR] = "dir",
    [OPT_INT] = "text",
    [OPT_CHOICE] = "text",
    [OPT_COMMAND] = "command",
};

static void option_word(struct buf *buf, const struct command *command, const struct opt *opt)
{
	(void)command;
	buf_addf(buf, " --%s", opt->name);
}

static void value_case(struct buf *buf, const struct opt *opt, const char *command)
{
	buf_addf(buf, "    %s:%s) REPLY='", command, opt->name);
	if (opt->choices != NULL) {
		buf_adds(buf, "words");
		for (size_t i = 0; opt->choices[i] != NULL; i++)
			buf_addf(buf, " %s", opt->choices[i]);
	} else {
		buf_adds(buf, kinds[opt->type]);
	}
	buf_adds(buf, "' ;;\n");
}

/* Its name as a pattern of `case`: the space of two words would end it. */
static const char *pattern(const struct buf *buf, const struct command *command)
{
	return str_format(buf->arena, command_is_in(command, NULL) ? "%s" : "'%s'", command->name)
	    .ptr;
}

static void value_function(struct buf *buf)
{
	buf_adds(buf, "# COMMAND OPTION -> REPLY: what its value is\n"
		      "_tfherald_value()\n{\n    case $1:$2 in\n");
	for (size_t i = 0; commands[i] != NULL; i++) {
		for (const struct opt *opt = commands[i]->opts; opt != NULL && opt->name; opt++)
			value_case(buf, opt, pattern(buf, commands[i]));
	}
	for (const struct opt *opt = global_opts; opt->name != NULL; opt++)
		value_case(buf, opt, "*");
	buf_adds(buf, "    *) REPLY=flag ;;\n    esac\n}\n\n");
}

static void words_function(struct buf *buf)
{
	buf_adds(buf, "# COMMAND -> REPLY: its options, OPERANDS: what its operand may be\n"
		      "_tfherald_words()\n{\n    case $1 in\n");
	for (size_t i = 0; commands[i] != NULL; i++) {
		if (commands[i]->hidden)
			continue;
		buf_addf(buf, "    %s)\n        REPLY='", pattern(buf, commands[i]));
		completion_options(buf, commands[i], option_word);
		buf_addf(buf, "%s'\n        OPERANDS='", commands[i]->takes_child ? " --" : "");
		completion_operands(buf, commands[i], " ");
		buf_adds(buf, "' ;;\n");
	}
	buf_adds(buf, "    *)\n        REPLY='");
	completion_options(buf, NULL, option_word);
	buf_adds(buf, "'\n        OPERANDS='");
	completion_commands(buf, NULL);
	buf_adds(buf, "' ;;\n    esac\n}\n\n");
}

/* COMP_WORDS is split at '=' as well: "--format=json" comes as three words. */
static const char script[] =
    "# bash 3.2 has no mapfile\n"
    "_tfherald_reply()\n{\n"
    "    local line\n"
    "    while IFS= read -r line; do\n"
    "        COMPREPLY+=(\"$line\")\n"
    "    done < <(compgen \"$@\")\n"
    "}\n\n"

    "_tfherald_complete_value()\n{\n"
    "    local kind=$1 current=$2\n"
    "    case $kind in\n"
    "    file) compopt -o filenames 2>/dev/null; _tfherald_reply -f -- "
    "\"$current\" ;;\n"
    "    dir) compopt -o filenames 2>/dev/null; _tfherald_reply -d -- "
    "\"$current\" ;;\n"
    "    command) _tfherald_reply -c -- \"$current\" ;;\n"
    "    words*) _tfherald_reply -W \"${kind#words}\" -- \"$current\" ;;\n"
    "    esac\n"
    "}\n\n"
    "# $1: index of the program's name behind \"--\"\n"
    "_tfherald_child()\n{\n"
    "    if declare -F _comp_command_offset >/dev/null; then\n"
    "        _comp_command_offset \"$1\"\n"
    "    elif declare -F _command_offset >/dev/null; then\n"
    "        _command_offset \"$1\"\n"
    "    elif ((COMP_CWORD == $1)); then\n"
    "        _tfherald_complete_value command \"${COMP_WORDS[COMP_CWORD]}\"\n"
    "    else\n"
    "        _tfherald_complete_value file \"${COMP_WORDS[COMP_CWORD]}\"\n"
    "    fi\n"
    "}\n\n"
    "_tfherald()\n{\n"
    "    local current=${COMP_WORDS[COMP_CWORD]} command='' pending='' word at REPLY OPERANDS\n"
    "    COMPREPLY=()\n"
    "    for ((at = 1; at < COMP_CWORD; at++)); do\n"
    "        word=${COMP_WORDS[at]}\n"
    "        if [[ $word == -- && -z $pending ]]; then\n"
    "            _tfherald_child $((at + 1))\n"
    "            return\n"
    "        elif [[ $word == '=' ]]; then\n"
    "            continue\n"
    "        elif [[ -n $pending ]]; then\n"
    "            pending=''\n"
    "        elif [[ $word == -* ]]; then\n"
    "            word=${word#-}\n"
    "            _tfherald_value \"$command\" \"${word#-}\"\n"
    "            [[ $REPLY == flag ]] || pending=$REPLY\n"
    "        elif [[ -z $command ]]; then\n"
    "            command=$word\n"
    "        elif [[ \" $_tfherald_groups \" == *\" $command \"* ]]; then\n"
    "            command+=\" $word\"\n"
    "        fi\n"
    "    done\n"
    "    [[ $current == '=' ]] && current=''\n"
    "    if [[ -n $pending ]]; then\n"
    "        _tfherald_complete_value \"$pending\" \"$current\"\n"
    "        return\n"
    "    fi\n"
    "    _tfherald_words \"$command\"\n"
    "    if [[ $current == -* ]]; then\n"
    "        # one dash is as good as two\n"
    "        [[ $current == -?* && $current != --* ]] && current=-$current\n"
    "        _tfherald_reply -W \"$REPLY\" -- \"$current\"\n"
    "    elif [[ -n $OPERANDS ]]; then\n"
    "        _tfherald_reply -W \"$OPERANDS\" -- \"$current\"\n"
    "    else\n"
    "        _tfherald_complete_value file \"$current\"\n"
    "    fi\n"
    "}\n\n"
    "complete -F _tfherald tfherald\n";

void completion_bash(struct buf *buf)
{
	buf_adds(buf, "# bash completion of tfherald; load it with: source <(tfherald completion "
		      "bash)\n\n");
	buf_adds(buf, "# commands that consist of two words\n_tfherald_groups='");
	completion_groups(buf);
	buf_adds(buf, "'\n\n");
	value_function(buf);
	words_function(buf);
	buf_adds(buf, script);
}

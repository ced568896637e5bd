#include "cmd/options.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/words.h"

#define NAMES_MAX      256 /* options and commands that a suggestion looks through */
#define WORD_SHOWN_MAX ((size_t)200)

static const char *const log_levels[] = {"error", "warn", "info", "debug", NULL};

const struct opt global_opts[] = {
    {.name = "chdir",
	.type = OPT_DIR,
	.arg = "DIR",
	.offset = offsetof(struct global_options, chdir),
	.help = "change to DIR before anything else"},
    {.name = "help",
	.type = OPT_FLAG,
	.offset = offsetof(struct global_options, help),
	.help = "show help of the command; also -h"},
    {.name = "log-level",
	.type = OPT_TEXT,
	.arg = "LEVEL",
	.offset = offsetof(struct global_options, log_level),
	.help = "how much is said on standard error",
	.choices = log_levels},
    {.name = "no-color",
	.type = OPT_FLAG,
	.offset = offsetof(struct global_options, no_color),
	.help = "no colour; the variable NO_COLOR does the same"},
    {.name = "version",
	.type = OPT_FLAG,
	.offset = offsetof(struct global_options, version),
	.help = "show the version"},
    {.name = NULL},
};

struct parse {
	struct arena *arena;
	const char *const *args; /* behind the program's name */
	size_t count, at;	 /* count: up to "--" */
	struct command_line *line;
	const char **operands;
	size_t operand_count;
};

/* Where a line's help stands: "see 'tfherald plan --help'". */
static struct str see(const struct parse *parse)
{
	const struct command *command = parse->line->command;

	if (command == NULL)
		return STR("see 'tfherald --help'");
	return str_format(parse->arena, "see 'tfherald %s --help'", command->name);
}

static const struct opt *table_find(const struct opt *table, struct str name)
{
	for (const struct opt *opt = table; opt != NULL && opt->name != NULL; opt++) {
		if (str_is(name, opt->name))
			return opt;
	}
	return NULL;
}

/* The row for a name and the struct that its offset counts from. */
static const struct opt *option_find(const struct parse *parse, struct str name, void **base)
{
	const struct command *command = parse->line->command;
	const struct opt *opt = command != NULL ? table_find(command->opts, name) : NULL;

	*base = parse->line->values;
	if (opt != NULL)
		return opt;
	*base = &parse->line->globals;
	if (str_is(name, "h"))
		name = STR("help");
	return table_find(global_opts, name);
}

static bool is_option(const char *arg)
{
	return arg[0] == '-' && arg[1] != '\0';
}

/* "--name=value" -> name, and the value or NULL. Three dashes are no option of anybody. */
static struct str option_split(const char *arg, const char **value)
{
	struct str name = str_from(arg + 1);
	size_t at;

	*value = NULL;
	(void)str_eat(&name, STR("-"));
	if (!str_find_char(name, '=', &at))
		return name;
	*value = name.ptr + at + 1;
	return str_from_to(name, 0, at);
}

static void names_add(const char **names, size_t *count, const struct opt *table)
{
	for (const struct opt *opt = table; opt != NULL && opt->name != NULL; opt++) {
		if (*count + 1 < NAMES_MAX)
			names[(*count)++] = opt->name;
	}
}

/* Commands are still to be named: there is none yet, or a group whose second word is missing. */
static bool lacks_command(const struct command *command)
{
	return command == NULL || command->is_group;
}

/* A command whose option was written in front of it; of the group when that stands there. */
static const struct command *option_owner(const struct command *group, struct str name)
{
	for (size_t i = 0; commands[i] != NULL; i++) {
		if ((group == NULL || command_is_in(commands[i], group)) &&
		    table_find(commands[i]->opts, name) != NULL)
			return commands[i];
	}
	return NULL;
}

/* A word as a person may see it in an error. One of such a length is none that was typed: most
 * likely a secret, or a file, that the shell put there. */
static struct str shown_word(const struct parse *parse, struct str word)
{
	if (word.len <= WORD_SHOWN_MAX)
		return word;
	return str_format(parse->arena, "(%zu bytes)", word.len);
}

/* "-1" of "-1=2", with its dashes. What follows '=' may be a secret. */
static struct str typed_option(const char *arg)
{
	struct str typed = str_from(arg);
	size_t at;

	return str_find_char(typed, '=', &at) ? str_from_to(typed, 0, at) : typed;
}

/* What a word with a dash may have been meant as. */
static const char *hint_of(const struct command *command)
{
	if (command == NULL)
		return "";
	if (command->takes_child)
		return "options of the program to run stand after '--'; ";
	return command->operands_max > 0 ? "if it is no option, put '--' before it; " : "";
}

static bool unknown_option(
    const struct parse *parse, const char *arg, struct str name, struct err *err)
{
	const struct command *command = parse->line->command;
	const struct command *owner = lacks_command(command) ? option_owner(command, name) : NULL;
	const char *names[NAMES_MAX] = {NULL};
	const char *close;
	size_t count = 0;

	name = shown_word(parse, name);
	if (owner != NULL)
		return err_set(err, ERR_USAGE,
		    "option '--%.*s' belongs behind the command, as in 'tfherald %s --%.*s ...'",
		    STR_ARG(name), owner->name, STR_ARG(name));
	names_add(names, &count, command != NULL ? command->opts : NULL);
	names_add(names, &count, global_opts);
	close = words_closest(name, names);
	if (close != NULL)
		return err_set(err, ERR_USAGE, "unknown option '%.*s'; did you mean '--%s'? %.*s",
		    STR_ARG(shown_word(parse, typed_option(arg))), close, STR_ARG(see(parse)));
	return err_set(err, ERR_USAGE, "unknown option '%.*s'; %s%.*s",
	    STR_ARG(shown_word(parse, typed_option(arg))), hint_of(command), STR_ARG(see(parse)));
}

static bool set_flag(const struct parse *parse, const struct opt *opt, bool *slot,
    const char *value, struct err *err)
{
	struct str text = str_from(value);

	if (value != NULL && !str_is(text, "true") && !str_is(text, "false"))
		return err_set(err, ERR_USAGE,
		    "option '--%s' is a flag: '%.*s' is neither true nor false; %.*s", opt->name,
		    STR_ARG(shown_word(parse, text)), STR_ARG(see(parse)));
	*slot = value == NULL || str_is(text, "true");
	return true;
}

static bool set_int(const struct parse *parse, const struct opt *opt, int64_t *slot,
    const char *value, struct err *err)
{
	struct err why = {0};

	if (str_to_int64(str_from(value), opt->min, opt->max, slot, &why))
		return true;
	return err_set(err, ERR_USAGE,
	    "option '--%s' expects a number from %lld to %lld, not '%.*s'; %.*s", opt->name,
	    (long long)opt->min, (long long)opt->max, STR_ARG(shown_word(parse, str_from(value))),
	    STR_ARG(see(parse)));
}

static bool set_choice(const struct parse *parse, const struct opt *opt, int *index,
    const char *value, struct err *err)
{
	for (int i = 0; opt->choices[i] != NULL; i++) {
		if (strcmp(opt->choices[i], value) == 0) {
			*index = i;
			return true;
		}
	}
	return err_set(err, ERR_USAGE, "option '--%s' expects %.*s, not '%.*s'; %.*s", opt->name,
	    STR_ARG(words_listed(parse->arena, opt->choices)),
	    STR_ARG(shown_word(parse, str_from(value))), STR_ARG(see(parse)));
}

static bool set_text(const struct parse *parse, const struct opt *opt, const char **slot,
    const char *value, struct err *err)
{
	int index;

	if (opt->choices != NULL && !set_choice(parse, opt, &index, value, err))
		return false;
	if (opt->type != OPT_TEXT && value[0] == '\0')
		return err_set(err, ERR_USAGE, "option '--%s' expects a name, not nothing; %.*s",
		    opt->name, STR_ARG(see(parse)));
	*slot = value;
	return true;
}

static bool add_to_list(const struct parse *parse, const struct opt *opt, struct option_list *list,
    const char *value, struct err *err)
{
	if (list->count == OPTION_LIST_MAX)
		return err_set(err, ERR_USAGE, "option '--%s' is given more than %d times; %.*s",
		    opt->name, OPTION_LIST_MAX, STR_ARG(see(parse)));
	return set_text(parse, opt, &list->items[list->count++], value, err);
}

static bool option_set(const struct parse *parse, const struct opt *opt, void *base,
    const char *value, struct err *err)
{
	void *slot = (char *)base + opt->offset;

	switch (opt->type) {
	case OPT_FLAG:
		return set_flag(parse, opt, slot, value, err);
	case OPT_INT:
		return set_int(parse, opt, slot, value, err);
	case OPT_CHOICE:
		return set_choice(parse, opt, slot, value, err);
	case OPT_TEXT:
	case OPT_FILE:
	case OPT_DIR:
	case OPT_COMMAND:
		return set_text(parse, opt, slot, value, err);
	case OPT_LIST:
		return add_to_list(parse, opt, slot, value, err);
	}
	return err_set(err, ERR_BUG, "option '--%s' has an unknown type", opt->name);
}

/* The next word as a value; what is an option here is none: "--report --dry-run" lacks a name. */
static const char *value_take(struct parse *parse)
{
	const char *next = parse->at < parse->count ? parse->args[parse->at] : NULL;
	const char *value;
	void *base;

	if (next == NULL)
		return NULL;
	if (is_option(next) && option_find(parse, option_split(next, &value), &base) != NULL)
		return NULL;
	parse->at++;
	return next;
}

static bool parse_option(struct parse *parse, const char *arg, struct err *err)
{
	const char *value;
	struct str name = option_split(arg, &value);
	void *base;
	const struct opt *opt = option_find(parse, name, &base);

	if (opt == NULL)
		return unknown_option(parse, arg, name, err);
	if (value == NULL && opt->type != OPT_FLAG)
		value = value_take(parse);
	if (value == NULL && opt->type != OPT_FLAG)
		return err_set(err, ERR_USAGE, "option '--%s' expects a value: --%s=%s; %.*s",
		    opt->name, opt->name, opt->arg != NULL ? opt->arg : "VALUE",
		    STR_ARG(see(parse)));
	return option_set(parse, opt, base, value, err);
}

/* The words that may stand here: all commands, or those of a group. */
static void command_words(const struct command *group, const char **names, size_t *count)
{
	for (size_t i = 0; commands[i] != NULL && *count + 1 < NAMES_MAX; i++) {
		if (!commands[i]->hidden && command_is_in(commands[i], group))
			names[(*count)++] = command_word(commands[i]);
	}
}

static bool unknown_command(
    const struct parse *parse, const struct command *group, const char *word, struct err *err)
{
	const char *names[NAMES_MAX] = {NULL};
	struct str shown = shown_word(parse, str_from(word));
	struct str which = group != NULL
			       ? str_format(parse->arena, "%s: unknown command '%.*s'", group->name,
				     STR_ARG(shown))
			       : str_format(parse->arena, "unknown command '%.*s'", STR_ARG(shown));
	const char *close;
	size_t count = 0;

	command_words(group, names, &count);
	close = words_closest(str_from(word), names);
	if (close != NULL)
		return err_set(err, ERR_USAGE, "%.*s; did you mean '%s'? %.*s", STR_ARG(which),
		    close, STR_ARG(see(parse)));
	return err_set(err, ERR_USAGE, "%.*s; %.*s", STR_ARG(which), STR_ARG(see(parse)));
}

static bool parse_command(struct parse *parse, const char *word, struct err *err)
{
	const struct command *group = parse->line->command;
	const struct command *command = command_find_in(group, str_from(word));
	struct command_line *line = parse->line;

	if (command == NULL)
		return unknown_command(parse, group, word, err);
	line->command = command;
	if (command->values_size > 0)
		line->values = arena_zalloc(parse->arena, command->values_size);
	if (command->values_size > 0 && command->defaults != NULL)
		memcpy(line->values, command->defaults, command->values_size);
	return true;
}

static bool parse_word(struct parse *parse, struct err *err)
{
	const char *arg = parse->args[parse->at++];

	if (is_option(arg))
		return parse_option(parse, arg, err);
	if (lacks_command(parse->line->command))
		return parse_command(parse, arg, err);
	parse->operands[parse->operand_count++] = arg;
	return true;
}

static bool operand_is_known(const struct command *command, struct str word)
{
	for (size_t i = 0; command->operand_choices[i] != NULL; i++) {
		if (str_is(word, command->operand_choices[i]))
			return true;
	}
	return command->operand_is_command && command_find_in(NULL, word) != NULL;
}

static bool unknown_operand(const struct parse *parse, const char *word, struct err *err)
{
	const struct command *command = parse->line->command;
	const char *names[NAMES_MAX] = {NULL};
	struct str shown = shown_word(parse, str_from(word));
	const char *close;
	size_t count = 0;

	for (size_t i = 0; command->operand_choices[i] != NULL && count + 1 < NAMES_MAX; i++)
		names[count++] = command->operand_choices[i];
	if (command->operand_is_command)
		command_words(NULL, names, &count);
	close = words_closest(str_from(word), names);
	if (close != NULL)
		return err_set(err, ERR_USAGE, "%s: unknown '%.*s'; did you mean '%s'? %.*s",
		    command->name, STR_ARG(shown), close, STR_ARG(see(parse)));
	return err_set(err, ERR_USAGE, "%s: unknown '%.*s'; expected %.*s", command->name,
	    STR_ARG(shown), STR_ARG(words_listed(parse->arena, names)));
}

static bool check_operands(const struct parse *parse, bool has_child, struct err *err)
{
	const struct command *command = parse->line->command;

	if (command == NULL) {
		if (!has_child)
			return true;
		return err_set(err, ERR_USAGE,
		    "no command stands before '--'; try 'tfherald plan -- terraform plan'");
	}
	if (has_child && !command->takes_child)
		return err_set(err, ERR_USAGE,
		    "%s: '--' is for commands that run a program or take operands; %.*s",
		    command->name, STR_ARG(see(parse)));
	if (parse->operand_count > 0 && command->operand_choices != NULL &&
	    !operand_is_known(command, str_from(parse->operands[0])))
		return unknown_operand(parse, parse->operands[0], err);
	if (parse->operand_count <= command->operands_max)
		return true;
	return err_set(err, ERR_USAGE, "%s: unexpected '%.*s'; %s%.*s", command->name,
	    STR_ARG(shown_word(parse, str_from(parse->operands[command->operands_max]))),
	    command->takes_child ? "the program to run stands after '--'; " : "",
	    STR_ARG(see(parse)));
}

static size_t child_index(const char *const *args, size_t count)
{
	size_t at = 0;

	while (at < count && strcmp(args[at], "--") != 0)
		at++;
	return at;
}

static const char *const help_words[] = {"-h", "--h", "-help", "--help", NULL};
static const char *const version_words[] = {"-version", "--version", NULL};

static bool is_one_of(const char *word, const char *const *words)
{
	while (*words != NULL && strcmp(word, *words) != 0)
		words++;
	return *words != NULL;
}

/* --help and --version count wherever they stand, even as the value of something else. */
static void scan_help(struct parse *parse)
{
	struct global_options *globals = &parse->line->globals;

	for (size_t i = 0; i < parse->count; i++) {
		const char *word = parse->args[i];

		if (is_one_of(word, help_words))
			globals->help = true;
		if (is_one_of(word, version_words))
			globals->version = true;
	}
}

/* Where no program is run, '--' ends the options: "policy eval -- -1". */
static bool is_end_of_options(const struct parse *parse)
{
	const struct command *command = parse->line->command;

	return command != NULL && !command->takes_child && command->operands_max > 0;
}

static bool parse_line(struct parse *parse, size_t all, bool *has_child, struct err *err)
{
	while (parse->at < parse->count) {
		if (!parse_word(parse, err))
			return false;
	}
	if (*has_child && is_end_of_options(parse)) {
		*has_child = false;
		for (size_t i = parse->count + 1; i < all; i++)
			parse->operands[parse->operand_count++] = parse->args[i];
	}
	return check_operands(parse, *has_child, err);
}

/* A wrong line with --help in it: help, of the command if one can be made out. */
static bool help_anyway(const struct parse *parse, struct err *err)
{
	const struct command_line *line = parse->line;
	bool is_unknown = lacks_command(line->command) && err->code != ERR_NONE && parse->at > 0 &&
			  !is_option(parse->args[parse->at - 1]);

	if ((!line->globals.help && !line->globals.version) || is_unknown)
		return false;
	err_clear(err);
	return true;
}

bool options_parse(struct arena *arena, int argc, const char *const *argv, struct command_line *out,
    struct err *err)
{
	size_t count = argc > 1 ? (size_t)argc - 1 : 0;
	const char *const *args = argv + (argc > 0);
	size_t child = child_index(args, count);
	struct parse parse = {.arena = arena, .args = args, .count = child, .line = out};

	bool has_child = child < count;

	*out = (struct command_line){0};
	parse.operands = arena_array(arena, const char *, count + 1);
	scan_help(&parse);
	if (!parse_line(&parse, count, &has_child, err) && !help_anyway(&parse, err))
		return false;
	out->operands.items = parse.operands;
	out->operands.count = parse.operand_count;
	out->operands.child = has_child ? args + child + 1 : NULL;
	return true;
}

#include "cmd/options.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#define NAMES_MAX 256 /* options and commands that a suggestion looks through */

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
	const char *const *args; /* behind the program's name, up to "--" */
	size_t count, at;
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

/* An option of some command that was written in front of the command. */
static bool belongs_to_a_command(struct str name)
{
	for (size_t i = 0; commands[i] != NULL; i++) {
		if (table_find(commands[i]->opts, name) != NULL)
			return true;
	}
	return false;
}

static bool unknown_option(const struct parse *parse, struct str name, struct err *err)
{
	const struct command *command = parse->line->command;
	const char *names[NAMES_MAX] = {NULL};
	const char *close;
	size_t count = 0;

	if (command == NULL && belongs_to_a_command(name))
		return err_set(err, ERR_USAGE,
		    "option '--%.*s' belongs behind the command, as in 'tfherald plan "
		    "--%.*s ...'",
		    STR_ARG(name), STR_ARG(name));
	names_add(names, &count, command != NULL ? command->opts : NULL);
	names_add(names, &count, global_opts);
	close = suggest(name, names);
	if (close != NULL)
		return err_set(err, ERR_USAGE, "unknown option '--%.*s'; did you mean '--%s'? %.*s",
		    STR_ARG(name), close, STR_ARG(see(parse)));
	return err_set(err, ERR_USAGE, "unknown option '--%.*s'; %s%.*s", STR_ARG(name),
	    command != NULL && command->takes_child ? "options of the program to run stand after "
						      "'--'; "
						    : "",
	    STR_ARG(see(parse)));
}

static bool set_flag(const struct parse *parse, const struct opt *opt, bool *slot,
    const char *value, struct err *err)
{
	struct str text = str_from(value);

	if (value != NULL && !str_is(text, "true") && !str_is(text, "false"))
		return err_set(err, ERR_USAGE,
		    "option '--%s' is a flag: '%s' is neither true nor false; %.*s", opt->name,
		    value, STR_ARG(see(parse)));
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
	    "option '--%s' expects a number from %lld to %lld, not '%s'; %.*s", opt->name,
	    (long long)opt->min, (long long)opt->max, value, STR_ARG(see(parse)));
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
	return err_set(err, ERR_USAGE, "option '--%s' expects %.*s, not '%s'; %.*s", opt->name,
	    STR_ARG(words_or(parse->arena, opt->choices)), value, STR_ARG(see(parse)));
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
		return unknown_option(parse, name, err);
	if (value == NULL && opt->type != OPT_FLAG)
		value = value_take(parse);
	if (value == NULL && opt->type != OPT_FLAG)
		return err_set(err, ERR_USAGE, "option '--%s' expects a value: --%s=%s; %.*s",
		    opt->name, opt->name, opt->arg != NULL ? opt->arg : "VALUE",
		    STR_ARG(see(parse)));
	return option_set(parse, opt, base, value, err);
}

static bool parse_command(struct parse *parse, const char *word, struct err *err)
{
	const char *names[NAMES_MAX] = {NULL};
	const struct command *command = command_find(str_from(word));
	struct command_line *line = parse->line;
	const char *close;

	line->command = command;
	if (command != NULL) {
		if (command->values_size > 0)
			line->values = arena_zalloc(parse->arena, command->values_size);
		if (command->values_size > 0 && command->defaults != NULL)
			memcpy(line->values, command->defaults, command->values_size);
		return true;
	}
	for (size_t i = 0; commands[i] != NULL && !commands[i]->hidden && i + 1 < NAMES_MAX; i++)
		names[i] = commands[i]->name;
	close = suggest(str_from(word), names);
	if (close != NULL)
		return err_set(err, ERR_USAGE,
		    "unknown command '%s'; did you mean '%s'? see 'tfherald --help'", word, close);
	return err_set(err, ERR_USAGE, "unknown command '%s'; see 'tfherald --help'", word);
}

static bool parse_word(struct parse *parse, struct err *err)
{
	const char *arg = parse->args[parse->at++];

	if (is_option(arg))
		return parse_option(parse, arg, err);
	if (parse->line->command == NULL)
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
	return command->operand_is_command && command_find(word) != NULL;
}

static bool unknown_operand(const struct parse *parse, const char *word, struct err *err)
{
	const struct command *command = parse->line->command;
	const char *names[NAMES_MAX] = {NULL};
	const char *close;
	size_t count = 0;

	for (size_t i = 0; command->operand_choices[i] != NULL && count + 1 < NAMES_MAX; i++)
		names[count++] = command->operand_choices[i];
	for (size_t i = 0; command->operand_is_command && commands[i] != NULL; i++) {
		if (!commands[i]->hidden && count + 1 < NAMES_MAX)
			names[count++] = commands[i]->name;
	}
	close = suggest(str_from(word), names);
	if (close != NULL)
		return err_set(err, ERR_USAGE, "%s: unknown '%s'; did you mean '%s'? %.*s",
		    command->name, word, close, STR_ARG(see(parse)));
	return err_set(err, ERR_USAGE, "%s: unknown '%s'; expected %.*s", command->name, word,
	    STR_ARG(words_or(parse->arena, names)));
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
		return err_set(err, ERR_USAGE, "%s: '--' is for commands that run a program; %.*s",
		    command->name, STR_ARG(see(parse)));
	if (parse->operand_count > 0 && command->operand_choices != NULL &&
	    !operand_is_known(command, str_from(parse->operands[0])))
		return unknown_operand(parse, parse->operands[0], err);
	if (parse->operand_count <= command->operands_max)
		return true;
	return err_set(err, ERR_USAGE, "%s: unexpected '%s'; %s%.*s", command->name,
	    parse->operands[command->operands_max],
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

static bool parse_line(struct parse *parse, bool has_child, struct err *err)
{
	while (parse->at < parse->count) {
		if (!parse_word(parse, err))
			return false;
	}
	return check_operands(parse, has_child, err);
}

/* A wrong line with --help in it: help, of the command if one can be made out. */
static bool help_anyway(const struct parse *parse, struct err *err)
{
	const struct command_line *line = parse->line;
	bool unknown_command = line->command == NULL && err->code != ERR_NONE && parse->at > 0 &&
			       !is_option(parse->args[parse->at - 1]);

	if ((!line->globals.help && !line->globals.version) || unknown_command)
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

	*out = (struct command_line){0};
	parse.operands = arena_array(arena, const char *, child + 1);
	scan_help(&parse);
	if (!parse_line(&parse, child < count, err) && !help_anyway(&parse, err))
		return false;
	out->operands.items = parse.operands;
	out->operands.count = parse.operand_count;
	out->operands.child = child < count ? args + child + 1 : NULL;
	return true;
}

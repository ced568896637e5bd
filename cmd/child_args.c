#include "cmd/child_args.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/sys.h"

static const struct {
	const char *name;
	enum child_tool tool;
} child_tools[] = {
    {"terraform", CHILD_TERRAFORM},
    {"tofu", CHILD_TOFU},
    {"opentofu", CHILD_TOFU},
    {"terragrunt", CHILD_TERRAGRUNT},
};

static struct str base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return str_from(slash ? slash + 1 : path);
}

/* "terraform", "terraform-1.11.4" and "terraform_1.5" are all terraform; "terraform-docs" is not.
 */
static enum child_tool tool_of(const char *program)
{
	struct str name = base_name(program);
	for (size_t i = 0; i < ARRAY_LEN(child_tools); i++) {
		struct str rest = name;
		if (!str_eat(&rest, str_from(child_tools[i].name)))
			continue;
		bool versioned = rest.len > 1 && (rest.ptr[0] == '-' || rest.ptr[0] == '_') &&
				 ((rest.ptr[1] >= '0' && rest.ptr[1] <= '9') || rest.ptr[1] == 'v');
		if (rest.len == 0 || versioned)
			return child_tools[i].tool;
	}
	return CHILD_OTHER;
}

/* "-out=F" and "--out=F": F; "-out": "" with *separate set; NULL when it is another argument. */
static const char *flag_value(const char *argument, const char *name, bool *separate)
{
	*separate = false;
	if (argument[0] != '-')
		return NULL;
	argument += argument[1] == '-' ? 2 : 1;
	size_t len = strlen(name);
	if (strncmp(argument, name, len) != 0)
		return NULL;
	if (argument[len] == '=')
		return argument + len + 1;
	*separate = argument[len] == '\0';
	return *separate ? "" : NULL;
}

static bool is_flag(const char *argument, const char *name)
{
	bool separate;
	const char *value = flag_value(argument, name, &separate);
	return value && (separate || strcmp(value, "true") == 0);
}

/* Flags of terraform that take their value as the next word when there is no '='. */
static const char *const valued_flags[] = {"out", "var", "var-file", "target", "replace", "state",
    "state-out", "backup", "parallelism", "lock-timeout", "generate-config-out", "exclude"};

static bool takes_next_word(const char *argument)
{
	for (size_t i = 0; i < ARRAY_LEN(valued_flags); i++) {
		bool separate;
		if (flag_value(argument, valued_flags[i], &separate))
			return separate;
	}
	return false;
}

static void find_tool(struct child_args *args)
{
	for (size_t i = 0; i < args->count; i++) {
		args->tool = tool_of(args->argv[i]);
		args->tool_at = i;
		if (args->tool != CHILD_OTHER)
			return;
	}
	args->tool_at = 0;
}

/* terragrunt: `run-all plan`, `run --all plan`, `run plan`, `plan-all`. */
static bool is_terragrunt_run(const struct child_args *args, const char *word)
{
	return args->tool == CHILD_TERRAGRUNT &&
	       (strcmp(word, "run-all") == 0 || strcmp(word, "run") == 0 ||
		   strcmp(word, "--") == 0);
}

static void find_subcommand(struct child_args *args)
{
	for (size_t i = args->tool_at + 1; i < args->count; i++) {
		const char *word = args->argv[i];
		bool separate;
		const char *chdir = flag_value(word, "chdir", &separate);
		if (chdir && !separate)
			args->chdir = chdir;
		if (is_flag(word, "all") || strcmp(word, "run-all") == 0)
			args->many = true;
		if (is_terragrunt_run(args, word) || word[0] == '-')
			continue;
		args->subcommand_at = i;
		args->subcommand = word;
		return;
	}
}

static void read_arguments(struct child_args *args, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		bool separate;
		const char *out = flag_value(words[i], "out", &separate);
		if (out)
			args->out = separate ? (i + 1 < count ? words[i + 1] : NULL) : out;
		if (is_flag(words[i], "json"))
			args->json = true;
		if (is_flag(words[i], "all"))
			args->many = true;
		if (takes_next_word(words[i]))
			i++;
		else if (words[i][0] != '-')
			args->saved_plan = words[i];
	}
}

/* The next word as a shell would see it: quotes keep spaces, a backslash keeps the next character.
 */
static bool next_word(struct arena *arena, struct str *rest, struct str *word)
{
	struct buf buf;
	char quote = 0;
	size_t at = 0;

	*rest = str_trim(*rest);
	buf_init(&buf, arena, rest->len + 1);
	for (; at < rest->len; at++) {
		char c = rest->ptr[at];

		if (!quote && (c == ' ' || c == '\t' || c == '\n'))
			break;
		if (c == quote)
			quote = 0;
		else if (!quote && (c == '"' || c == '\''))
			quote = c;
		else if (c == '\\' && quote != '\'' && at + 1 < rest->len)
			buf_addc(&buf, rest->ptr[++at]);
		else
			buf_addc(&buf, c);
	}
	bool any = at > 0;
	*rest = str_skip(*rest, at);
	*word = str_copy(arena, buf_str(&buf));
	return any;
}

/* terraform splices these in front of the arguments of its subcommand. */
static void add_environment(
    struct arena *arena, const struct sys *sys, const char *name, struct child_words *out)
{
	struct str rest = sys_env(sys, name);
	struct str word;
	const char **words = arena_array(arena, const char *, out->count + rest.len + 1);

	if (out->count > 0)
		memcpy(words, out->words, out->count * sizeof(*words));
	out->words = words;
	while (next_word(arena, &rest, &word))
		out->words[out->count++] = word.ptr;
}

struct child_words child_args_words(
    struct arena *arena, const struct sys *sys, const struct child_args *args)
{
	struct child_words out = {0};
	const char **words;
	size_t first = args->subcommand_at + 1;

	if (args->subcommand_at == 0)
		return out;
	add_environment(
	    arena, sys, str_format(arena, "TF_CLI_ARGS_%s", args->subcommand).ptr, &out);
	add_environment(arena, sys, "TF_CLI_ARGS", &out);
	words = arena_array(arena, const char *, out.count + args->count - first + 1);
	memcpy(words, out.words, out.count * sizeof(*words));
	for (size_t i = first; i < args->count; i++)
		words[out.count++] = args->argv[i];
	out.words = words;
	return out;
}

void child_args_read(
    struct arena *arena, const struct sys *sys, const char *const *argv, struct child_args *out)
{
	*out = (struct child_args){.argv = argv, .subcommand = ""};
	while (argv[out->count])
		out->count++;
	find_tool(out);
	if (out->tool == CHILD_OTHER)
		return;
	find_subcommand(out);
	if (out->subcommand_at == 0)
		return;
	struct child_words words = child_args_words(arena, sys, out);
	read_arguments(out, words.words, words.count);
}

const char *const *child_args_insert(
    struct arena *arena, const struct child_args *args, const char *argument)
{
	const char **copy = arena_array(arena, const char *, args->count + 2);
	size_t n = 0;
	for (size_t i = 0; i < args->count; i++) {
		copy[n++] = args->argv[i];
		if (i == args->subcommand_at)
			copy[n++] = argument;
	}
	return copy;
}

const char *const *child_args_show(
    struct arena *arena, const struct child_args *args, const char *file)
{
	const char **copy = arena_array(arena, const char *, args->tool_at + 7);
	size_t n = 0;
	for (size_t i = 0; i <= args->tool_at; i++)
		copy[n++] = args->argv[i];
	if (args->chdir)
		copy[n++] = str_format(arena, "-chdir=%s", args->chdir).ptr;
	copy[n++] = "show";
	copy[n++] = "-json";
	copy[n++] = "-no-color";
	if (file)
		copy[n++] = file;
	return copy;
}

const char *child_args_path(struct arena *arena, const struct child_args *args, const char *file)
{
	if (file[0] == '/')
		return file;
	/* terragrunt runs terraform in a cache directory of its own. */
	if (args->tool == CHILD_TERRAGRUNT)
		return NULL;
	if (!args->chdir)
		return file;
	return str_format(arena, "%s/%s", args->chdir, file).ptr;
}

struct str child_args_title(struct arena *arena, const struct child_args *args)
{
	struct str program = args->count > 0 ? base_name(args->argv[args->tool_at]) : STR("");
	if (args->subcommand_at == 0)
		return str_copy(arena, program);
	return str_format(arena, "%.*s %s", STR_ARG(program), args->subcommand);
}

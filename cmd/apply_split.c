#include "cmd/apply_split.h"

#include "base/arena.h"

enum step {
	STEP_NONE = 0,
	STEP_PLAN = 1,
	STEP_APPLY = 2,
	STEP_BOTH = STEP_PLAN | STEP_APPLY,
	STEP_EPHEMERAL = 4, /* the plan; the apply where a value is in no saved plan */
};

struct apply_flag {
	const char *name;
	unsigned steps;
	bool valued; /* takes the next word when there is no '=' */
};

static const struct apply_flag apply_flags[] = {
    {"allow-deferral", STEP_PLAN, false},
    {"auto-approve", STEP_NONE, false},
    {"backup", STEP_APPLY, true},
    {"compact-warnings", STEP_BOTH, false},
    {"concise", STEP_BOTH, false},
    {"consolidate-errors", STEP_BOTH, false},
    {"consolidate-warnings", STEP_BOTH, false},
    {"deprecation", STEP_BOTH, true},
    {"destroy", STEP_PLAN, false},
    {"exclude", STEP_PLAN, true},
    {"exclude-file", STEP_PLAN, true},
    {"force", STEP_NONE, false},
    {"generate-config-out", STEP_PLAN, true},
    {"input", STEP_BOTH, false},
    {"json", STEP_BOTH, false},
    {"json-into", STEP_APPLY, true},
    {"lock", STEP_BOTH, false},
    {"lock-timeout", STEP_BOTH, true},
    {"no-color", STEP_BOTH, false},
    {"parallelism", STEP_BOTH, true},
    {"refresh", STEP_PLAN, false},
    {"refresh-only", STEP_PLAN, false},
    {"replace", STEP_PLAN, true},
    {"show-sensitive", STEP_BOTH, false},
    {"state", STEP_BOTH, true},
    {"state-out", STEP_APPLY, true},
    {"suppress-forget-errors", STEP_APPLY, false},
    {"target", STEP_PLAN, true},
    {"target-file", STEP_PLAN, true},
    {"var", STEP_EPHEMERAL, true},
    {"var-file", STEP_EPHEMERAL, true},
    /* terragrunt's own: to both, known here for their values */
    {"config", STEP_BOTH, true},
    {"download-dir", STEP_BOTH, true},
    {"iam-assume-role", STEP_BOTH, true},
    {"log-level", STEP_BOTH, true},
    {"source", STEP_BOTH, true},
    {"terragrunt-config", STEP_BOTH, true},
    {"terragrunt-download-dir", STEP_BOTH, true},
    {"terragrunt-iam-role", STEP_BOTH, true},
    {"terragrunt-log-level", STEP_BOTH, true},
    {"terragrunt-source", STEP_BOTH, true},
    {"terragrunt-tfpath", STEP_BOTH, true},
    {"terragrunt-working-dir", STEP_BOTH, true},
    {"tf-path", STEP_BOTH, true},
    {"working-dir", STEP_BOTH, true},
};

/* One flag with its value, or one operand, of the words. */
struct flag_at {
	const char *word, *value;      /* value NULL: none was given */
	const struct apply_flag *flag; /* NULL: an operand, or a flag that we do not know */
	bool is_operand;
	size_t words; /* 1, or 2 with a separate value */
};

static const struct apply_flag *find_flag(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(apply_flags); i++) {
		if (str_is(name, apply_flags[i].name))
			return &apply_flags[i];
	}
	return NULL;
}

static struct flag_at flag_at(const struct child_words *words, size_t i)
{
	const char *word = words->words[i];
	struct flag_at at = {.word = word, .words = 1};
	struct str name = str_from(word);
	size_t equals;

	at.is_operand = word[0] != '-' || word[1] == '\0';
	if (at.is_operand)
		return at;
	name = str_skip(name, word[1] == '-' ? 2 : 1);
	if (str_find_char(name, '=', &equals)) {
		at.value = name.ptr + equals + 1;
		name = str_from_to(name, 0, equals);
	}
	at.flag = find_flag(name);
	if (at.flag && at.flag->valued && !at.value && i + 1 < words->count) {
		at.value = words->words[i + 1];
		at.words = 2;
	}
	return at;
}

/* Go's strconv.ParseBool; what it refuses terraform refuses, too. */
static bool is_true(const char *value)
{
	static const char *const words[] = {"1", "t", "T", "true", "TRUE", "True"};

	for (size_t i = 0; value && i < ARRAY_LEN(words); i++) {
		if (strcmp(value, words[i]) == 0)
			return true;
	}
	return !value;
}

static bool is_flag(const struct flag_at *at, const char *name)
{
	return at->flag && strcmp(at->flag->name, name) == 0;
}

static void read_flag(const struct flag_at *at, const char **state, struct apply_words *out)
{
	if (is_flag(at, "auto-approve") || is_flag(at, "force"))
		out->approved = is_true(at->value);
	else if (is_flag(at, "json"))
		out->json = is_true(at->value);
	else if (is_flag(at, "state"))
		*state = at->value;
	else if (is_flag(at, "state-out"))
		out->state = at->value;
	else if (is_flag(at, "destroy") && is_true(at->value))
		out->mode = APPLY_DESTROY;
	else if (is_flag(at, "refresh-only") && is_true(at->value))
		out->mode = APPLY_REFRESH_ONLY;
}

/* Behind "--" there are operands only. */
static bool ends_flags(const struct flag_at *at)
{
	return strcmp(at->word, "--") == 0;
}

void apply_words_read(struct arena *arena, const struct sys *sys, const struct child_args *args,
    struct apply_words *out)
{
	const char *state = NULL;
	bool operands_only = false;

	*out = (struct apply_words){.all = child_args_words(arena, sys, args)};
	if (strcmp(args->subcommand, "destroy") == 0)
		out->mode = APPLY_DESTROY;
	for (size_t i = 0; i < out->all.count;) {
		struct flag_at at = flag_at(&out->all, i);

		i += at.words;
		if (at.is_operand || operands_only) {
			out->operand = at.word;
			out->operand_count++;
		} else if (ends_flags(&at)) {
			operands_only = true;
		} else {
			read_flag(&at, &state, out);
		}
	}
	if (!out->state)
		out->state = state;
}

/* "-var name=value" of a variable that no saved plan holds; a file may hold some of them. */
static bool is_ephemeral(const struct flag_at *at, struct policy_names ephemeral)
{
	struct str name = at->value ? str_from(at->value) : STR_EMPTY;
	size_t equals;

	if (is_flag(at, "var-file"))
		return ephemeral.count > 0;
	if (!str_find_char(name, '=', &equals))
		return false;
	name = str_trim(str_from_to(name, 0, equals));
	for (size_t i = 0; i < ephemeral.count; i++) {
		if (str_eq(ephemeral.items[i], name))
			return true;
	}
	return false;
}

static bool is_for(const struct flag_at *at, enum step step, struct policy_names ephemeral)
{
	unsigned steps = at->flag ? at->flag->steps : STEP_BOTH;

	if (at->is_operand || ends_flags(at))
		return false;
	if (steps == STEP_EPHEMERAL)
		return step == STEP_PLAN || is_ephemeral(at, ephemeral);
	return (steps & step) != 0;
}

struct step_request {
	enum step step;
	struct policy_names ephemeral;
	const char *last; /* word */
};

/* The command with another subcommand, the flags of one step, and one word at the end. */
static const char *const *step_argv(struct arena *arena, const struct child_args *args,
    const struct apply_words *words, struct step_request request)
{
	const char **argv =
	    arena_array(arena, const char *, args->subcommand_at + words->all.count + 4);
	size_t n = 0;

	for (size_t i = 0; i < args->subcommand_at; i++)
		argv[n++] = args->argv[i];
	argv[n++] = request.step == STEP_PLAN ? "plan" : "apply";
	if (request.step == STEP_PLAN && strcmp(args->subcommand, "destroy") == 0)
		argv[n++] = "-destroy";
	for (size_t i = 0; i < words->all.count;) {
		struct flag_at at = flag_at(&words->all, i);

		for (size_t k = 0; k < at.words && is_for(&at, request.step, request.ephemeral);
		     k++)
			argv[n++] = words->all.words[i + k];
		i += at.words;
	}
	argv[n++] = request.last;
	return argv;
}

/* Whole lines, as terraform prints them to a pipe; it wraps a long path onto a line of its own. */
static const char *const *lines_about(struct arena *arena, const char *file)
{
	static const char *const formats[] = {"Saved the plan to: %s",
	    "To perform exactly these actions, run the following command to apply:",
	    "    terraform apply \"%s\"", "    tofu apply \"%s\"", "Saved the plan to:", "%s"};
	const char **lines = arena_array(arena, const char *, ARRAY_LEN(formats) + 1);

	for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
		struct str format = str_from(formats[i]), line = format;
		size_t at;

		if (str_find(format, STR("%s"), &at))
			line = str_format(
			    arena, "%.*s%s%s", (int)at, format.ptr, file, format.ptr + at + 2);
		lines[i] = line.ptr;
	}
	return lines;
}

void apply_split(struct arena *arena, const struct child_args *args,
    const struct apply_words *words, const char *file, struct policy_names ephemeral,
    struct apply_split *out)
{
	static const char *const environment[] = {"TF_CLI_ARGS=", "TF_CLI_ARGS_plan=",
	    "TF_CLI_ARGS_apply=", "TF_CLI_ARGS_destroy=", NULL};

	/* the last -out counts */
	out->plan = step_argv(arena, args, words,
	    (struct step_request){STEP_PLAN, ephemeral, str_format(arena, "-out=%s", file).ptr});
	out->apply =
	    step_argv(arena, args, words, (struct step_request){STEP_APPLY, ephemeral, file});
	out->environment = environment;
	out->unpassed_lines = lines_about(arena, file);
}

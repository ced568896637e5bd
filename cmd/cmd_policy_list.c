#include "base/arena.h"
#include "base/err.h"
#include "base/json_write.h"
#include "base/sink.h"
#include "cmd/command.h"
#include "cmd/policies.h"
#include "cmd/policy_files.h"
#include "policies/packs.h"

enum list_format {
	LIST_TERMINAL,
	LIST_JSON,
};
static const char *const formats[] = {[LIST_TERMINAL] = "terminal", [LIST_JSON] = "json", NULL};

struct list_options {
	bool packs;
	int format; /* enum list_format */
};

struct listing {
	struct app *app;
	const struct list_options *options;
	struct sink sink;
	struct jsonw writer;
	struct str *files; /* whose rules were listed */
	size_t file_count, rule_count;
};

static void list_rule(struct listing *listing, const struct rule *rule)
{
	struct arena *arena = listing->app->scratch;
	struct arena_mark mark = arena_save(arena);
	struct jsonw *writer = &listing->writer;

	listing->rule_count++;
	if (listing->options->format == LIST_TERMINAL) {
		sink_add(&listing->sink,
		    str_format(arena, "%-4s  %.*s  %.*s\n", level_name(rule->level),
			STR_ARG(rule->id), STR_ARG(place_shown(arena, &rule->place))));
		if (rule->title.len > 0)
			sink_add(&listing->sink,
			    str_format(arena, "      %.*s\n", STR_ARG(rule->title)));
	} else {
		jsonw_begin_object(writer);
		jsonw_field_str(writer, "id", rule->id);
		jsonw_key(writer, "level");
		jsonw_c(writer, level_name(rule->level));
		jsonw_key(writer, "scope");
		jsonw_c(writer, rule_scope_name(rule->scope));
		jsonw_field_str(writer, "title", rule->title);
		jsonw_field_str(writer, "file", rule->place.file);
		jsonw_field_int(writer, "line", rule->place.line);
		jsonw_end_object(writer);
	}
	arena_rewind(arena, mark);
}

static bool is_new(struct listing *listing, struct str file)
{
	size_t size = sizeof(*listing->files);

	for (size_t i = 0; i < listing->file_count; i++) {
		if (str_eq(listing->files[i], file))
			return false;
	}
	listing->files = arena_grow(listing->app->run, listing->files, listing->file_count * size,
	    (listing->file_count + 1) * size);
	listing->files[listing->file_count++] = file;
	return true;
}

static void list_files(struct listing *listing, const struct ruleset *ruleset)
{
	for (size_t i = 0; i < ruleset->file_count; i++) {
		const struct policy_file *file = ruleset->files[i];

		if (!is_new(listing, file->name))
			continue;
		for (size_t k = 0; k < file->rule_count; k++)
			list_rule(listing, &file->rules[k]);
	}
}

NODISCARD static bool list_directory(
    struct listing *listing, const struct policy_tree *tree, struct str directory, struct err *err)
{
	struct ruleset_request request = {.source = &tree->source, .directory = directory};
	struct policy_problems *problems = arena_make(listing->app->run, struct policy_problems);
	struct ruleset *ruleset = NULL;
	bool ok;

	policy_problems_init(problems, listing->app->run);
	ok = ruleset_load(listing->app->run, &request, &ruleset, problems, err) &&
	     policies_report(listing->app, problems, err);
	if (ok)
		list_files(listing, ruleset);
	ruleset_free(ruleset);
	return ok;
}

NODISCARD static bool list_repository(
    struct listing *listing, const char *directory, struct err *err)
{
	struct policy_directories directories;
	struct policy_tree tree;

	if (!policy_tree_open(listing->app, directory, &tree, err) ||
	    !policy_directories_find(listing->app->run, &tree.source,
		directory ? tree.directory : STR_EMPTY, &directories, err))
		return false;
	for (size_t i = 0; i < directories.count; i++) {
		if ((directories.items[i].flags & HAS_POLICY) != 0 &&
		    !list_directory(listing, &tree, directories.items[i].path, err))
			return false;
	}
	return true;
}

NODISCARD static bool list_packs(struct listing *listing, struct err *err)
{
	struct arena *arena = listing->app->run;
	struct policy_problems *problems = arena_make(arena, struct policy_problems);

	policy_problems_init(problems, arena);
	for (size_t i = 0; packs[i].name; i++) {
		struct use use = {
		    .text = str_format(arena, "pack:%s@%s", packs[i].name, packs[i].version)};
		struct policy_file file;

		use.place.file = use.text;
		if (!pack_read(arena, &use, &file, problems))
			break;
		for (size_t k = 0; k < file.rule_count; k++)
			list_rule(listing, &file.rules[k]);
	}
	return policies_report(listing->app, problems, err);
}

static NODISCARD bool list_run(struct app *app, const void *values, const struct operands *operands,
    int *status UNUSED, struct err *err)
{
	struct listing *listing = arena_make(app->run, struct listing);
	bool ok;

	listing->app = app;
	listing->options = values;
	sink_to_fd(&listing->sink, app->run, app->out, 0);
	jsonw_init(&listing->writer, &listing->sink, 2);
	if (listing->options->format == LIST_JSON)
		jsonw_begin_array(&listing->writer);
	ok = listing->options->packs
		 ? list_packs(listing, err)
		 : list_repository(listing, operands->count > 0 ? operands->items[0] : NULL, err);
	if (!ok)
		return false;
	if (listing->options->format == LIST_JSON) {
		jsonw_end_array(&listing->writer);
		sink_add(&listing->sink, STR("\n"));
	} else if (listing->rule_count == 0) {
		sink_add(&listing->sink, STR("there are no rules here\n"));
	}
	return sink_finish(&listing->sink, err);
}

static const struct opt list_opts[] = {
    {.name = "format",
	.type = OPT_CHOICE,
	.arg = "FORMAT",
	.choices = formats,
	.offset = offsetof(struct list_options, format),
	.help = "terminal or json (default: terminal)"},
    {.name = "packs",
	.type = OPT_FLAG,
	.offset = offsetof(struct list_options, packs),
	.help = "the rules of the packs that ship with this program"},
    {.name = NULL},
};

extern const struct command command_policy_list;
const struct command command_policy_list = {
    .name = "policy list",
    .args = "[DIR]",
    .help = "list the rules of the repository or of the packs",
    .description =
	"Every rule of every policy file at or below DIR (default: the whole repository), of the\n"
	"files that these use and of the packs in use, with its level and where it stands. What\n"
	"overrides make of a rule in a directory is shown by policy effective.",
    .example = "tfherald policy list\n"
	       "tfherald policy list --packs --format json",
    .opts = list_opts,
    .values_size = sizeof(struct list_options),
    .operands_max = 1,
    .run = list_run,
};

#include "cmd/policy_files.h"

#include "base/arena.h"
#include "base/err.h"

#define DEPTH_MAX 128

struct walk {
	struct arena *arena;
	const struct source *source;
	struct policy_directories *out;
	size_t seen;
	struct err *err;
};

static bool is_left_out(struct str name)
{
	static const char *const names[] = {
	    ".git", ".terraform", ".terragrunt-cache", "node_modules"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (str_is(name, names[i]))
			return true;
	}
	return false;
}

static unsigned flag_of(struct str name)
{
	if (str_is(name, POLICY_FILE))
		return HAS_POLICY;
	if (str_is(name, WAIVERS_FILE))
		return HAS_WAIVERS;
	if (str_is(name, "tfherald.yml") || str_is(name, "tfherald.waivers.yml"))
		return HAS_NEAR_MISS;
	if (str_ends(name, STR("_test.yaml")))
		return HAS_TESTS;
	if (str_ends(name, STR(".tf")) || str_ends(name, STR(".tf.json")) ||
	    str_is(name, "terragrunt.hcl"))
		return HAS_TERRAFORM;
	return 0;
}

/* A name that nobody gives a directory. */
static unsigned flag_of_directory(struct str name)
{
	if (str_is(name, POLICY_FILE))
		return POLICY_IS_DIRECTORY;
	return str_is(name, WAIVERS_FILE) ? WAIVERS_IS_DIRECTORY : 0;
}

static bool keep(struct walk *walk, struct str path, unsigned flags)
{
	struct policy_directories *out = walk->out;
	size_t size = sizeof(*out->items);

	if (++walk->seen > DIRECTORIES_MAX)
		return err_set(walk->err, ERR_LIMIT,
		    "the repository has more than %zu directories; name the one to look at",
		    DIRECTORIES_MAX);
	if (flags == 0)
		return true;
	if ((out->count & (out->count + 1)) == 0) /* room for 1, 3, 7 ... */
		out->items = arena_grow(
		    walk->arena, out->items, out->count * size, (2 * out->count + 1) * size);
	out->items[out->count++] = (struct policy_directory){path, flags};
	return true;
}

// NOLINTNEXTLINE(misc-no-recursion)
static bool walk_directory(struct walk *walk, struct str path, int depth)
{
	struct source_entry *entries = NULL;
	size_t count = 0;
	unsigned flags = 0;

	if (depth > DEPTH_MAX)
		return true; /* no chain reaches down there */
	if (!walk->source->list(
		walk->source->state, walk->arena, path, &entries, &count, walk->err))
		return false;
	for (size_t i = 0; i < count; i++) {
		flags |= entries[i].kind == SOURCE_DIRECTORY ? flag_of_directory(entries[i].name)
							     : flag_of(entries[i].name);
	}
	if (!keep(walk, path, flags))
		return false;
	for (size_t i = 0; i < count; i++) {
		struct str name = entries[i].name;

		if (entries[i].kind != SOURCE_DIRECTORY || is_left_out(name))
			continue;
		name = path.len > 0
			   ? str_format(walk->arena, "%.*s/%.*s", STR_ARG(path), STR_ARG(name))
			   : name;
		if (!walk_directory(walk, name, depth + 1))
			return false;
	}
	return true;
}

bool policy_directories_find(struct arena *arena, const struct source *source, struct str below,
    struct policy_directories *out, struct err *err)
{
	struct walk walk = {.arena = arena, .source = source, .out = out, .err = err};

	*out = (struct policy_directories){0};
	return walk_directory(&walk, below, 0);
}

bool policy_tree_open(
    struct app *app, const char *directory, struct policy_tree *out, struct err *err)
{
	*out = (struct policy_tree){0};
	if (!workspace_find_at(app->run, directory, &out->workspace, err) ||
	    !source_files(app->run, out->workspace.root, &out->source, err))
		return false;
	out->directory =
	    str_is(out->workspace.directory, ".") ? STR_EMPTY : out->workspace.directory;
	return true;
}

bool path_is_below(struct str path, struct str directory)
{
	return directory.len == 0 ||
	       (str_eat(&path, directory) && (path.len == 0 || path.ptr[0] == '/'));
}

const char *const *ruleset_ids(struct arena *arena, const struct ruleset *ruleset)
{
	const char **ids = arena_array(arena, const char *, ruleset->rule_total + 1);

	for (size_t i = 0; i < ruleset->rule_total; i++)
		ids[i] = str_to_c(arena, ruleset->rules[i].id);
	return ids;
}

struct str place_shown(struct arena *arena, const struct policy_place *place)
{
	if (place->line == 0)
		return place->file;
	if (place->column == 0)
		return str_format(arena, "%.*s:%d", STR_ARG(place->file), place->line);
	return str_format(arena, "%.*s:%d:%d", STR_ARG(place->file), place->line, place->column);
}

/* Globs of `use:` over a source: "./policies/(two stars)/x*.yaml". */

#include "base/arena.h"
#include "base/glob.h"
#include "policies/ruleset_chain.h"

#define GLOB_LISTS_MAX 2000 /* directories looked into */
#define GLOB_DEPTH_MAX 64

struct glob_search {
	struct chain *chain;
	struct policy_names *out;
	struct str *items;
	size_t lists;
	const char *why; /* a limit was passed */
};

bool path_has_glob(struct str path)
{
	for (size_t i = 0; i < path.len; i++) {
		if (strchr("*?[", path.ptr[i]) != NULL)
			return true;
	}
	return false;
}

static void add_hit(struct glob_search *search, struct str path)
{
	size_t count = search->out->count;

	/* "(two stars)/(two stars)" meets a file on several ways */
	for (size_t i = 0; i < count; i++) {
		if (str_eq(search->out->items[i], path))
			return;
	}
	if (count == RULESET_INCLUDES_MAX) {
		search->why = "matches more than 1000 files";
		return;
	}
	search->items =
	    array_room(search->chain->arena, search->items, count, sizeof(*search->items));
	search->items[count] = path;
	*search->out = (struct policy_names){search->items, count + 1};
}

static void walk(struct glob_search *search, struct str directory, struct str rest, size_t depth);

/* One entry against the first segment of the pattern; `tail` is what follows that. */
// NOLINTNEXTLINE(misc-no-recursion)
static void try_entry(struct glob_search *search, struct str directory,
    const struct source_entry *entry, struct str rest, size_t depth)
{
	struct str tail = rest, segment;
	struct str path = path_join(search->chain->arena, directory, entry->name);
	bool is_directory = entry->kind == SOURCE_DIRECTORY;

	(void)str_split(&tail, '/', &segment);
	/* hidden ones (.git, .terraform) only when the pattern says so */
	if (str_starts(entry->name, STR(".")) && !str_starts(segment, STR(".")))
		return;
	if (str_is(segment, "**")) {
		if (is_directory)
			walk(search, path, rest, depth + 1);
		else if (tail.len == 0)
			add_hit(search, path);
		return;
	}
	if (!glob_match(segment, entry->name))
		return;
	if (tail.len > 0 && is_directory)
		walk(search, path, tail, depth + 1);
	else if (tail.len == 0 && !is_directory)
		add_hit(search, path);
}

// NOLINTNEXTLINE(misc-no-recursion)
static void walk(struct glob_search *search, struct str directory, struct str rest, size_t depth)
{
	struct source_entry *entries = NULL;
	struct str tail = rest, segment;
	size_t count;

	(void)str_split(&tail, '/', &segment);
	if (tail.len > 0 && !path_has_glob(segment)) {
		walk(search, path_join(search->chain->arena, directory, segment), tail, depth);
		return;
	}
	if (str_is(segment, "**") && tail.len > 0) /* none of the directories that it stands for */
		walk(search, directory, tail, depth);
	if (search->why != NULL)
		return;
	if (++search->lists > GLOB_LISTS_MAX || depth > GLOB_DEPTH_MAX) {
		search->why = depth > GLOB_DEPTH_MAX ? "would look more than 64 directories deep"
						     : "would look into more than 2000 directories";
		return;
	}
	if (!chain_list(search->chain, directory, &entries, &count))
		return;
	for (size_t i = 0; i < count && search->why == NULL; i++)
		try_entry(search, directory, &entries[i], rest, depth);
}

/* "a/(two stars)/(two stars)/b" is "a/(two stars)/b": once is any depth already. */
static struct str fold_stars(struct arena *arena, struct str pattern)
{
	struct str folded = STR_EMPTY, segment, last = STR_EMPTY;

	while (str_split(&pattern, '/', &segment)) {
		if (!(str_is(segment, "**") && str_is(last, "**")))
			folded = path_join(arena, folded, segment);
		last = segment;
	}
	return folded;
}

bool chain_glob(struct chain *chain, struct str pattern, struct policy_names *out, const char **why)
{
	struct glob_search search = {.chain = chain, .out = out};

	*out = (struct policy_names){0};
	walk(&search, STR_EMPTY, fold_stars(chain->arena, pattern), 0);
	*why = search.why;
	return search.why == NULL;
}

/* The files of one directory of the chain. */

#include "base/arena.h"
#include "base/err.h"
#include "base/glob.h"
#include "policies/ruleset_chain.h"

#define FILE_BYTES_MAX ((size_t)4 << 20) /* of base/yaml.h */
#define TESTS_SUFFIX   STR("_test.yaml")

void *array_room(struct arena *arena, void *items, size_t count, size_t size)
{
	if (count == 0)
		return arena_alloc_array(arena, 4, size);
	if (count < 4 || (count & (count - 1)) != 0)
		return items;
	return arena_grow(arena, items, count * size, 2 * count * size);
}

struct str path_join(struct arena *arena, struct str directory, struct str name)
{
	if (directory.len == 0)
		return str_copy(arena, name);
	return str_format(arena, "%.*s/%.*s", STR_ARG(directory), STR_ARG(name));
}

/* --- the source --- */

/* A missing object or a disk that fails is nobody's mistake in a file: loading ends. */
static bool is_about_the_file(enum err_code code)
{
	return code == ERR_INVALID || code == ERR_LIMIT || code == ERR_SYNTAX;
}

void chain_source_problem(struct chain *chain, struct str path, struct err *err)
{
	if (err->file == NULL)
		(void)err_in_file(err, str_to_c(chain->arena, path));
	if (is_about_the_file(err->code)) {
		policy_problem_err(chain->problems, err);
		return;
	}
	if (!chain->gave_up)
		*chain->err = *err;
	chain->gave_up = true;
}

bool chain_read(struct chain *chain, struct str path, struct str *text, bool *found)
{
	const struct source *source = chain->request->source;
	struct err err = {0};

	*found = true;
	if (chain->gave_up)
		return false;
	if (source->read(source->state, chain->arena, path, FILE_BYTES_MAX, text, found, &err))
		return *found;
	*found = true; /* what is wrong with it is told: nobody need say that it is missing */
	chain_source_problem(chain, path, &err);
	return false;
}

bool chain_list(
    struct chain *chain, struct str directory, struct source_entry **entries, size_t *count)
{
	const struct source *source = chain->request->source;
	struct err err = {0};

	*count = 0;
	if (chain->gave_up)
		return false;
	if (source->list(source->state, chain->arena, directory, entries, count, &err))
		return true;
	chain_source_problem(chain, directory.len > 0 ? directory : STR("."), &err);
	return false;
}

/* --- files --- */

bool chain_was_read(const struct chain *chain, struct str path)
{
	for (size_t i = 0; i < chain->read_count; i++) {
		if (str_eq(chain->read_paths[i], path))
			return true;
	}
	return false;
}

void chain_note_read(struct chain *chain, struct str path)
{
	chain->read_paths = array_room(
	    chain->arena, chain->read_paths, chain->read_count, sizeof(*chain->read_paths));
	chain->read_paths[chain->read_count++] = path;
}

struct policy_file *chain_parse(
    struct chain *chain, enum policy_file_kind kind, struct str name, struct str text)
{
	struct ruleset *set = chain->set;
	struct policy_file *file = arena_make(chain->arena, struct policy_file);

	policy_file_read(chain->arena, kind, name, text, file, chain->problems);
	set->files = array_room(chain->arena, set->files, set->file_count, sizeof(void *));
	set->files[set->file_count++] = file;
	return file;
}

static void add_tests(struct chain *chain, const struct policy_file *file)
{
	struct ruleset *set = chain->set;

	for (size_t i = 0; i < file->test_count; i++) {
		set->tests =
		    array_room(chain->arena, set->tests, set->test_count, sizeof(*set->tests));
		set->tests[set->test_count++] = file->tests[i];
	}
}

void chain_add_file(struct chain *chain, struct policy_file *file)
{
	chain->level = array_room(chain->arena, chain->level, chain->level_count, sizeof(void *));
	chain->level[chain->level_count++] = file;
	if (file->kind != POLICY_PACK)
		add_tests(chain, file);
}

/* --- one directory --- */

void chain_read_tests(struct chain *chain, struct str path)
{
	struct str text;
	bool found;

	if (chain_was_read(chain, path) || !chain_read(chain, path, &text, &found))
		return;
	chain_note_read(chain, path);
	add_tests(chain, chain_parse(chain, POLICY_TESTS, path, text));
}

static void read_waivers(struct chain *chain, struct str path)
{
	struct ruleset *set = chain->set;
	struct policy_file *file;
	struct str text;
	bool found;

	if (!chain_read(chain, path, &text, &found))
		return;
	file = chain_parse(chain, POLICY_WAIVERS, path, text);
	for (size_t i = 0; i < file->waiver_count; i++) {
		set->waivers = array_room(
		    chain->arena, set->waivers, set->waiver_count, sizeof(*set->waivers));
		set->waivers[set->waiver_count] = file->waivers[i];
		set->waivers[set->waiver_count++].directory = chain->directory;
	}
}

static void read_own(struct chain *chain, struct str path)
{
	struct include include = {path, NULL};
	struct str text;
	bool found;

	if (!chain_read(chain, path, &text, &found))
		return;
	chain_note_read(chain, path);
	chain->own = chain_parse(chain, POLICY_CHAIN, path, text);
	chain_use_all(chain, chain->own, &include);
	chain_add_file(chain, chain->own);
}

/* Names that somebody takes for ours. */
static bool is_near_miss(struct str name)
{
	static const char *const names[] = {POLICY_FILE, WAIVERS_FILE, "tfherald.yml",
	    "tfherald.waivers.yml", "tfherald.waiver.yaml", "tfherald-waivers.yaml"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (str_eq_nocase(name, str_from(names[i])))
			return true;
	}
	return false;
}

static void note_not_read(struct chain *chain, struct str path)
{
	struct ruleset *set = chain->set;

	set->not_read =
	    array_room(chain->arena, set->not_read, set->not_read_count, sizeof(*set->not_read));
	set->not_read[set->not_read_count++] = path;
}

static void read_entry(struct chain *chain, const struct source_entry *entry)
{
	struct str path = path_join(chain->arena, chain->directory, entry->name);

	if (entry->kind == SOURCE_DIRECTORY)
		return;
	if (str_is(entry->name, POLICY_FILE))
		read_own(chain, path);
	else if (str_is(entry->name, WAIVERS_FILE))
		read_waivers(chain, path);
	else if (is_near_miss(entry->name))
		note_not_read(chain, path);
	else if (chain->request->tests && str_ends(entry->name, TESTS_SUFFIX))
		chain_read_tests(chain, path);
}

static void read_pack_file(struct chain *chain)
{
	const struct ruleset_request *request = chain->request;
	struct policy_file *file;

	if (request->pack_file.len == 0)
		return;
	file = chain_parse(chain, POLICY_PACK, request->pack_file, request->pack_text);
	chain_adopt(chain, file);
	chain_add_file(chain, file);
	add_tests(chain, file);
}

/* Files of the command line come first, as if the root file used them. */
static void read_extra(struct chain *chain)
{
	const struct policy_names *extra = &chain->request->extra;

	read_pack_file(chain);
	for (size_t i = 0; i < extra->count; i++) {
		struct policy_place place = {.file = extra->items[i]};
		struct str path;

		if (source_join(chain->arena, STR_EMPTY, extra->items[i], &path))
			chain_use_file(chain, path, &place, NULL);
		else
			policy_problem(chain->problems, &place, "'%.*s' is outside the repository",
			    STR_ARG(extra->items[i]));
	}
}

void chain_read_level(struct chain *chain)
{
	struct source_entry *entries = NULL;
	size_t count;

	chain->own = NULL;
	chain->level = NULL;
	chain->level_count = 0;
	if (chain->depth == 0)
		read_extra(chain);
	if (!chain_list(chain, chain->directory, &entries, &count))
		return;
	for (size_t i = 0; i < count && !chain->gave_up; i++)
		read_entry(chain, &entries[i]);
}

/* `use:`: other files of the repository, each once, without going round in circles. */

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/glob.h"
#include "policies/ruleset_chain.h"

#define NESTING_MAX 64
#define ROUND_BYTES 400 /* of a cycle in a message */

static struct str base_name(struct str path)
{
	for (size_t i = path.len; i > 0; i--) {
		if (path.ptr[i - 1] == '/')
			return str_skip(path, i);
	}
	return path;
}

static struct str directory_of(struct str path)
{
	struct str base = base_name(path);

	return (struct str){path.ptr, path.len > base.len ? path.len - base.len - 1 : 0};
}

static bool is_test_file(struct str path)
{
	return str_ends(path, STR("_test.yaml"));
}

static bool is_chain_file(struct str path)
{
	struct str base = base_name(path);

	return str_is(base, POLICY_FILE) || str_is(base, WAIVERS_FILE);
}

/* "a.yaml -> b.yaml -> a.yaml": from the first `path` on the way here back to it. */
static void add_round(struct buf *buf, const struct include *up, struct str path)
{
	const struct include *way[NESTING_MAX + 2];
	size_t count = 0;

	while (up != NULL && count < ARRAY_LEN(way)) {
		const struct include *at = up;

		way[count++] = at;
		up = str_eq(at->path, path) ? NULL : at->up;
	}
	for (; count > 0; count--)
		buf_addf(buf, "%.*s -> ", STR_ARG(way[count - 1]->path));
	buf_add(buf, path);
}

/* The problem of a file that may not be used from here; true when there is one. */
static bool refused(struct chain *chain, struct str path, const struct policy_place *place,
    const struct include *up)
{
	size_t depth = 0;
	struct buf round;

	for (const struct include *at = up; at != NULL; at = at->up, depth++) {
		if (!str_eq(at->path, path))
			continue;
		buf_init(&round, chain->arena, ROUND_BYTES);
		add_round(&round, up, path);
		policy_problem(chain->problems, place, "files use each other in a circle: %.*s",
		    STR_ARG(buf_str(&round)));
		return true;
	}
	if (depth > NESTING_MAX) {
		policy_problem(chain->problems, place,
		    "files use each other more than %d levels deep", NESTING_MAX);
		return true;
	}
	if (!is_chain_file(path))
		return false;
	policy_problem(chain->problems, place,
	    "'%.*s' holds for its own directory; move what is to be shared into a file of another "
	    "name",
	    STR_ARG(path));
	return true;
}

void chain_adopt(struct chain *chain, struct policy_file *file)
{
	file->directory = chain->directory;
	for (size_t i = 0; i < file->rule_count; i++)
		file->rules[i].directory = chain->directory;
}

// NOLINTNEXTLINE(misc-no-recursion)
void chain_use_file(struct chain *chain, struct str path, const struct policy_place *place,
    const struct include *up)
{
	struct include include = {path, up};
	struct policy_file *file;
	struct str text;
	bool found;

	if (refused(chain, path, place, up) || chain_was_read(chain, path))
		return;
	if (chain->include_count == RULESET_INCLUDES_MAX) {
		policy_problem(
		    chain->problems, place, "more than %d files are used", RULESET_INCLUDES_MAX);
		chain->include_count++; /* told once */
	}
	if (chain->include_count >= RULESET_INCLUDES_MAX)
		return;
	if (!chain_read(chain, path, &text, &found)) {
		if (!found)
			policy_problem(
			    chain->problems, place, "there is no file '%.*s'", STR_ARG(path));
		return;
	}
	chain->include_count++;
	chain_note_read(chain, path);
	file = chain_parse(chain, POLICY_INCLUDED, path, text);
	chain_adopt(chain, file);
	chain_use_all(chain, file, &include);
	chain_add_file(chain, file);
}

// NOLINTNEXTLINE(misc-no-recursion)
static void use_glob(
    struct chain *chain, struct str pattern, const struct use *use, const struct include *up)
{
	struct policy_names hits;
	const char *why;
	struct err err = {0};
	size_t used = 0;

	if (!glob_check(pattern, &err)) {
		policy_problem(chain->problems, &use->place, "%s", err.text);
		return;
	}
	if (!chain_glob(chain, pattern, &hits, &why)) {
		policy_problem(chain->problems, &use->place, "'%.*s' %s", STR_ARG(use->text), why);
		return;
	}
	for (size_t i = 0; i < hits.count; i++) {
		struct str path = hits.items[i];

		if (is_chain_file(path))
			continue;
		used++;
		if (!is_test_file(path))
			chain_use_file(chain, path, &use->place, up);
		else if (chain->request->tests)
			chain_read_tests(chain, path);
	}
	if (used == 0 && !chain->gave_up)
		policy_problem(
		    chain->problems, &use->place, "'%.*s' matches no file", STR_ARG(use->text));
}

// NOLINTNEXTLINE(misc-no-recursion)
static void use_path(struct chain *chain, const struct policy_file *file, const struct use *use,
    const struct include *up)
{
	struct str path;

	if (!source_join(chain->arena, directory_of(file->name), use->text, &path)) {
		policy_problem(chain->problems, &use->place,
		    "'%.*s' is outside the repository; only its own files can be used",
		    STR_ARG(use->text));
		return;
	}
	if (path_has_glob(path))
		use_glob(chain, path, use, up);
	else
		chain_use_file(chain, path, &use->place, up);
}

// NOLINTNEXTLINE(misc-no-recursion)
void chain_use_all(struct chain *chain, const struct policy_file *file, const struct include *up)
{
	for (size_t i = 0; i < file->use_count && !chain->gave_up; i++) {
		const struct use *use = &file->uses[i];

		if (str_starts(use->text, STR("pack:")))
			chain_use_pack(chain, use);
		else
			use_path(chain, file, use, up);
	}
}

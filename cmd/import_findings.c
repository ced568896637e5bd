#include "cmd/import_findings.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "policies/evaluator.h"
#include "policies/locate.h"

/* How well a directory fits a file: the more of the path the better, below the two sure ones. */
#define CLAIM_DIRECTORY SIZE_MAX
#define CLAIM_MODULE	(SIZE_MAX - 1)
#define CLAIM_NONE	0

/* One target with what is asked about it again and again. */
struct candidate {
	struct policies *policies;
	const struct configuration *configuration; /* NULL: none */
	struct str directory;			   /* "" for the root */
	struct finding *findings;
	size_t count;
};

struct assignment {
	struct arena *arena;
	struct locator *locator;
	struct str root; /* of the repository, absolute */
	struct candidate *candidates;
	size_t count;
};

bool imports_read(
    struct app *app, const struct option_list *files, struct imported_results *out, struct err *err)
{
	*out = (struct imported_results){0};
	for (size_t i = 0; i < files->count; i++) {
		struct str text;

		if (!file_read(app->run, files->items[i], IMPORT_BYTES_MAX, &text, err) ||
		    !import_sarif(app->run, files->items[i], text, out, err))
			return err_context(err, "--import");
	}
	return true;
}

/* --- which file of the repository --- */

static bool below_root(const struct assignment *assignment, struct str path, struct str *out)
{
	struct str rest = path;

	if (!str_eat(&rest, assignment->root) ||
	    (!str_starts(rest, STR("/")) && !str_ends(assignment->root, STR("/"))))
		return false;
	while (str_eat(&rest, STR("/")))
		;
	return source_join(assignment->arena, STR_EMPTY, rest, out);
}

/* The first place where such a file is. */
static bool look_around(const struct assignment *assignment, struct str path, struct str *out)
{
	struct arena *arena = assignment->arena;

	if (source_join(arena, STR_EMPTY, path, out) && locate_has_file(assignment->locator, *out))
		return true;
	for (size_t i = 0; i < assignment->count; i++) {
		if (source_join(arena, assignment->candidates[i].directory, path, out) &&
		    locate_has_file(assignment->locator, *out))
			return true;
	}
	return false;
}

/* Some tools write "/main.tf" for a file at the root of what they scanned. */
static struct str file_of(const struct assignment *assignment, const struct imported_result *result)
{
	struct str path = result->path, out;

	if (path.len == 0 || (result->absolute && below_root(assignment, path, &out)))
		return path.len == 0 ? STR_EMPTY : out;
	while (str_eat(&path, STR("/")))
		;
	if (path.len > 0 && look_around(assignment, path, &out))
		return out;
	if (result->absolute || !source_join(assignment->arena, STR_EMPTY, path, &out))
		return STR_EMPTY;
	return out;
}

static struct str directory_of(struct str file)
{
	size_t end = file.len;

	while (end > 0 && file.ptr[end - 1] != '/')
		end--;
	return str_from_to(file, 0, end > 0 ? end - 1 : 0);
}

/* --- whose it is --- */

static size_t claim_file(const struct assignment *assignment, const struct candidate *candidate,
    struct str file, struct str *module)
{
	struct str directory = directory_of(file), rest = directory;

	*module = STR_EMPTY;
	if (str_eq(directory, candidate->directory))
		return CLAIM_DIRECTORY;
	if (locate_module(assignment->locator, candidate->configuration, candidate->directory,
		directory, module))
		return CLAIM_MODULE;
	if (candidate->directory.len == 0)
		return 1;
	if (str_eat(&rest, candidate->directory) && str_starts(rest, STR("/")))
		return candidate->directory.len + 1;
	return CLAIM_NONE;
}

static bool has_address(struct arena *arena, const struct candidate *candidate, struct str address)
{
	return candidate->configuration && address.len > 0 &&
	       configuration_find(candidate->configuration, configuration_address(arena, address));
}

struct claim {
	struct candidate *candidate;
	struct str module; /* that the file is of */
	size_t strength;
};

static struct claim best_claim(
    const struct assignment *assignment, const struct imported_result *result, struct str file)
{
	struct claim best = {&assignment->candidates[0], STR_EMPTY, CLAIM_NONE};

	for (size_t i = 0; i < assignment->count; i++) {
		struct candidate *candidate = &assignment->candidates[i];
		struct claim claim = {candidate, STR_EMPTY, CLAIM_NONE};

		if (file.len > 0)
			claim.strength = claim_file(assignment, candidate, file, &claim.module);
		else if (has_address(assignment->arena, candidate, result->address))
			claim.strength = CLAIM_MODULE;
		if (claim.strength > best.strength)
			best = claim;
	}
	return best;
}

/* --- the finding --- */

static struct str address_of(const struct assignment *assignment,
    const struct imported_result *result, struct str file, const struct claim *claim)
{
	struct str address;

	if (result->address.len > 0)
		return result->address;
	/* Elsewhere a block of that name is another one. */
	if (file.len == 0 || result->line == 0 || claim->strength < CLAIM_MODULE)
		return STR_EMPTY;
	address = locate_line(assignment->locator, file, result->line);
	if (address.len == 0 || claim->module.len == 0)
		return address;
	return str_format(assignment->arena, "%.*s.%.*s", STR_ARG(claim->module), STR_ARG(address));
}

/* A newer version of the tool finds the same thing. */
static struct str fingerprint_of(struct arena *arena, struct finding finding)
{
	finding.tool = STR_EMPTY;
	return finding_fingerprint(arena, &finding);
}

static void assign(const struct assignment *assignment, const struct imported_result *result)
{
	struct str file = file_of(assignment, result);
	struct claim claim = best_claim(assignment, result, file);
	struct candidate *candidate = claim.candidate;
	struct finding *finding = &candidate->findings[candidate->count++];

	*finding = result->finding;
	finding->directory = candidate->directory;
	finding->address = address_of(assignment, result, file, &claim);
	finding->file = file;
	finding->line = file.len > 0 ? result->line : 0;
	finding->column = file.len > 0 ? result->column : 0;
	finding->fingerprint = fingerprint_of(assignment->arena, *finding);
}

static const struct configuration *read_configuration(struct app *app, const struct plan *plan)
{
	const struct configuration *configuration;
	struct err why = {0};

	if (plan->form != PLAN_FORM_JSON || plan->configuration.len == 0 ||
	    !configuration_read(app->run, app->scratch, plan, &configuration, &why))
		return NULL;
	return configuration;
}

/* Tools write them in any order, and every run in another one. */
static int by_place(const void *a, const void *b)
{
	const struct finding *left = a, *right = b;
	int order = str_cmp(left->file, right->file);

	if (order == 0)
		order = (left->line > right->line) - (left->line < right->line);
	if (order == 0)
		order = (left->column > right->column) - (left->column < right->column);
	if (order == 0)
		order = str_cmp(left->rule_id, right->rule_id);
	if (order == 0)
		order = str_cmp(left->message, right->message);
	if (order == 0)
		order = str_cmp(left->value_fingerprint, right->value_fingerprint);
	return order;
}

void imports_assign(struct app *app, const struct imported_results *results,
    const struct import_target *targets, size_t count)
{
	struct assignment assignment = {.arena = app->run,
	    .locator = targets[0].policies->locator,
	    .root = targets[0].policies->workspace->root,
	    .candidates = arena_array(app->run, struct candidate, count),
	    .count = count};

	if (results->count == 0)
		return;
	for (size_t i = 0; i < count; i++)
		assignment.candidates[i] = (struct candidate){.policies = targets[i].policies,
		    .configuration = read_configuration(app, targets[i].plan),
		    .directory = targets[i].policies->head->directory,
		    .findings = arena_array(app->run, struct finding, results->count)};
	for (size_t i = 0; i < results->count; i++)
		assign(&assignment, &results->items[i]);
	for (size_t i = 0; i < count; i++) {
		struct candidate *candidate = &assignment.candidates[i];

		if (candidate->count > 1)
			qsort(candidate->findings, candidate->count, sizeof(*candidate->findings),
			    by_place);
		targets[i].policies->imported = assignment.candidates[i].findings;
		targets[i].policies->imported_count = assignment.candidates[i].count;
	}
}

#include "cmd/policy_lint.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/err.h"
#include "cmd/settings_file.h"
#include "policies/codeowners.h"
#include "policies/match.h"
#include "policies/packs.h"

#define TEXT_MAX 1000

enum lint_kind {
	LINT_RULE,
	LINT_PARAM,
};
struct lint_use {
	enum lint_kind kind;
	struct str name;
	struct policy_place place;
	bool used;		/* a rule: in force in a root module */
	bool passes, violates;	/* a rule: in a test */
	bool deny, has_modules; /* a rule: root modules lie at or below its file */
	bool is_match_alone;	/* a rule: without a condition it never passes */
};

/* --- findings --- */

static bool is_same_place(const struct policy_place *a, const struct policy_place *b)
{
	return a->line == b->line && a->column == b->column && str_eq(a->file, b->file);
}

static bool is_told(const struct lint *lint, const struct policy_place *place, struct str text)
{
	for (size_t i = 0; i < lint->finding_count; i++) {
		if (is_same_place(&lint->findings[i].place, place) &&
		    str_eq(lint->findings[i].text, text))
			return true;
	}
	return false;
}

static void keep(struct lint *lint, const struct lint_finding *finding)
{
	if (is_told(lint, &finding->place, finding->text))
		return;
	lint->errors += finding->is_error;
	if (!lint->findings)
		lint->findings = arena_array(lint->app->run, struct lint_finding, LINT_MAX);
	if (lint->finding_count == LINT_MAX)
		lint->left_out++;
	else
		lint->findings[lint->finding_count++] = *finding;
}

void lint_add(
    struct lint *lint, bool is_error, const struct policy_place *place, const char *fmt, ...)
{
	char text[TEXT_MAX];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	keep(lint, &(struct lint_finding){.is_error = is_error,
		       .place = *place,
		       .text = str_copy(lint->app->run, str_from(text)),
		       .caret = STR_EMPTY});
}

static void add_problems(struct lint *lint, const struct policy_problems *problems)
{
	for (size_t i = 0; i < problems->count; i++) {
		const struct err *problem = &problems->items[i];

		keep(lint, &(struct lint_finding){.is_error = true,
			       .place = {.file = str_from(problem->file),
				   .line = problem->line,
				   .column = problem->column},
			       .text = str_copy(lint->app->run, str_from(problem->text)),
			       .caret = problems->carets[i]});
	}
}

/* --- what is used --- */

static struct lint_use *find_use(
    struct lint *lint, enum lint_kind kind, struct str name, const struct policy_place *place)
{
	size_t size = sizeof(*lint->uses), count = lint->use_count;

	for (size_t i = 0; i < count; i++) {
		if (lint->uses[i].kind == kind && is_same_place(&lint->uses[i].place, place) &&
		    str_eq(lint->uses[i].name, name))
			return &lint->uses[i];
	}
	if ((count & (count + 1)) == 0) /* room for 1, 3, 7 ... */
		lint->uses =
		    arena_grow(lint->app->run, lint->uses, count * size, (2 * count + 1) * size);
	lint->uses[count] = (struct lint_use){.kind = kind, .name = name, .place = *place};
	lint->use_count++;
	return &lint->uses[count];
}

static bool mentions_param(
    const struct rule *rule, const struct rule_programs *programs, struct str name)
{
	const struct cel_program *all[] = {programs->each, programs->when, programs->condition};
	const struct str texts[] = {rule->message.text, rule->remedy.text};

	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		if (all[i] && cel_mentions_field(all[i], VARIABLE_params, name))
			return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (str_contains(texts[i], STR("params")) && str_contains(texts[i], name))
			return true;
	}
	return false;
}

static bool is_of_pack(const struct policy_place *place)
{
	return str_starts(place->file, STR("pack:"));
}

static void note_params(struct lint *lint, const struct ruleset *ruleset)
{
	for (size_t i = 0; i < ruleset->param_count; i++) {
		const struct param *param = &ruleset->params[i];
		struct lint_use *use;

		if (is_of_pack(&param->place))
			continue;
		use = find_use(lint, LINT_PARAM, param->name, &param->place);
		for (size_t k = 0; !use->used && k < ruleset->rule_total; k++)
			use->used =
			    mentions_param(&ruleset->rules[k], &ruleset->programs[k], param->name);
	}
}

/* Where nothing can pass, that the rule does not match is the other case. */
static void note_tests(struct lint_use *use, const struct ruleset *ruleset)
{
	for (size_t i = 0; i < ruleset->test_count; i++) {
		const struct value *expect = value_get_c(ruleset->tests[i].document, "expect");
		struct str end;

		if (!expect || !str_eq(ruleset->tests[i].rule, use->name))
			continue;
		end = value_text(*expect);
		use->passes |= use->is_match_alone
				   ? str_is(end, "not_matched") || str_is(end, "guarded")
				   : str_is(end, "pass");
		use->violates |= str_is(end, "violation");
	}
}

/* --- rules --- */

/* Every type that is named is taken out again. */
static bool excludes_itself(const struct policy_names *types)
{
	bool any = false;

	for (size_t i = 0; i < types->count; i++) {
		struct str name = types->items[i];

		if (str_starts(name, STR("!")))
			continue;
		if (str_contains(name, STR("*")) || str_contains(name, STR("?")) ||
		    match_names(types, name))
			return false;
		any = true;
	}
	return any;
}

static void check_match(struct lint *lint, const struct rule *rule)
{
	if (excludes_itself(&rule->match.types))
		lint_add(lint, false, &rule->place,
		    "rule '%.*s' can never match: 'types' takes out every type that it names",
		    STR_ARG(rule->id));
	if (rule->match.actions == 0)
		lint_add(lint, false, &rule->place,
		    "rule '%.*s' can never match: no action is left", STR_ARG(rule->id));
}

static bool has_modules(const struct lint *lint, struct str directory)
{
	for (size_t i = 0; i < lint->directories.count; i++) {
		if ((lint->directories.items[i].flags & HAS_TERRAFORM) != 0 &&
		    path_is_below(lint->directories.items[i].path, directory))
			return true;
	}
	return false;
}

static void note_rules(struct lint *lint, const struct ruleset *ruleset, bool is_module)
{
	for (size_t i = 0; i < ruleset->rule_total; i++) {
		const struct rule *rule = &ruleset->rules[i];
		struct lint_use *use;

		if (rule->pack.len > 0 || is_of_pack(&rule->place))
			continue;
		use = find_use(lint, LINT_RULE, rule->id, &rule->place);
		use->deny |= rule->level == LEVEL_DENY;
		use->used |= is_module && i < ruleset->rule_count;
		use->has_modules |= has_modules(lint, rule->directory);
		use->is_match_alone = !rule->has_condition;
		note_tests(use, ruleset);
		check_match(lint, rule);
	}
}

static void check_tests(struct lint *lint, const struct lint_use *use)
{
	const char *missing = "a violation, and none that expects a pass";

	if (!use->deny || (use->passes && use->violates))
		return;
	if (use->passes)
		missing = "a violation";
	else if (use->violates)
		missing = use->is_match_alone ? "not_matched" : "a pass";
	lint_add(lint, false, &use->place, "rule '%.*s' denies and has no test that expects %s",
	    STR_ARG(use->name), missing);
}

static void check_uses(struct lint *lint)
{
	for (size_t i = 0; i < lint->use_count; i++) {
		const struct lint_use *use = &lint->uses[i];

		if (use->kind == LINT_PARAM && !use->used)
			lint_add(lint, false, &use->place, "param '%.*s' is used by no rule",
			    STR_ARG(use->name));
		if (use->kind != LINT_RULE)
			continue;
		check_tests(lint, use);
		if (use->has_modules && !use->used)
			lint_add(lint, false, &use->place,
			    "rule '%.*s' is in force in no root module", STR_ARG(use->name));
	}
}

/* --- waivers and packs --- */

static void check_waivers(struct lint *lint, const struct ruleset *ruleset)
{
	for (size_t i = 0; i < ruleset->waiver_count; i++) {
		const struct waiver *waiver = &ruleset->waivers[i];

		if (waiver->problem.len > 0)
			lint_add(lint, false, &waiver->place, "the waiver is not applied: %.*s",
			    STR_ARG(waiver->problem));
		else if (waiver->expires <= lint->now)
			lint_add(lint, false, &waiver->place,
			    "the waiver of '%.*s' expired on %.*s", STR_ARG(waiver->rule),
			    STR_ARG(waiver->expires_text));
		else if (!str_contains(waiver->rule, STR(":")) &&
			 ruleset_find(ruleset, waiver->rule) == SIZE_MAX)
			lint_add(lint, false, &waiver->place,
			    "the waiver is for '%.*s', which is no rule here",
			    STR_ARG(waiver->rule));
	}
}

static void check_packs(struct lint *lint, const struct ruleset *ruleset)
{
	for (size_t i = 0; i < ruleset->pack_count; i++) {
		const struct used_pack *used = &ruleset->packs[i];
		struct str name = str_format(lint->app->run, "pack:%.*s", STR_ARG(used->name));
		const struct pack *pack = pack_find(name);

		if (pack && !str_is(used->version, pack->version))
			lint_add(lint, false, &used->place,
			    "pack '%.*s' is pinned to %.*s; rules newer than that only warn, and "
			    "this tfherald has %s",
			    STR_ARG(used->name), STR_ARG(used->version), pack->version);
	}
}

/* --- directories --- */

static bool has_finding_at(const struct lint *lint, const struct policy_place *place)
{
	for (size_t i = 0; i < lint->finding_count; i++) {
		if (is_same_place(&lint->findings[i].place, place))
			return true;
	}
	return false;
}

/* Keys that are none of the policies' are settings, or nobody's: as every other command sees it. */
static void check_settings(struct lint *lint, struct str directory, struct str file)
{
	struct arena *arena = lint->app->run;
	struct settings *settings = arena_make(arena, struct settings);
	struct problems problems;
	struct setting_reader reader = {.arena = arena,
	    .settings = settings,
	    .problems = &problems,
	    .file = str_to_c(arena, file),
	    .base = directory,
	    .routes = arena_array(arena, struct slack_route, ROUTES_MAX + 1)};
	bool found;

	problems_init(&problems, arena);
	settings_read_file(&reader, &lint->tree->workspace, &found);
	for (size_t i = 0; i < problems.count; i++) {
		const struct err *problem = &problems.items[i];
		struct policy_place place = {
		    .file = file, .line = problem->line, .column = problem->column};

		/* what both readers look at is said once */
		if (!has_finding_at(lint, &place))
			lint_add(lint, true, &place, "%s", problem->text);
	}
}

static void check_directory(
    struct lint *lint, const struct policy_directory *directory, const struct codeowners *owners)
{
	static const struct {
		enum policy_directory_flag flag, is_directory;
		const char *name;
	} files[] = {{HAS_POLICY, POLICY_IS_DIRECTORY, POLICY_FILE},
	    {HAS_WAIVERS, WAIVERS_IS_DIRECTORY, WAIVERS_FILE}};
	struct arena *arena = lint->app->run;

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		struct policy_place place = {0};

		place.file = str_format(arena, "%.*s%s%s", STR_ARG(directory->path),
		    directory->path.len > 0 ? "/" : "", files[i].name);
		if (directory->flags & (unsigned)files[i].is_directory)
			lint_add(lint, true, &place, "is a directory: expected a file");
		if ((directory->flags & (unsigned)files[i].flag) == 0)
			continue;
		if (files[i].flag == HAS_POLICY)
			check_settings(lint, directory->path, place.file);
		if (owners && codeowners_of(owners, place.file).count == 0)
			lint_add(lint, false, &place, "the file has no owner in %.*s",
			    STR_ARG(codeowners_file(owners)));
		if (!has_modules(lint, directory->path))
			lint_add(lint, false, &place,
			    "the file governs no root module: there is no Terraform file at or "
			    "below it");
	}
}

static void check_not_read(struct lint *lint, const struct ruleset *ruleset)
{
	for (size_t i = 0; i < ruleset->not_read_count; i++) {
		struct policy_place place = {.file = ruleset->not_read[i]};

		lint_add(lint, false, &place,
		    "the file is not read: the names are " POLICY_FILE " and " WAIVERS_FILE);
	}
}

NODISCARD static bool lint_ruleset(
    struct lint *lint, const struct policy_directory *directory, struct err *err)
{
	struct arena *arena = lint->app->run;
	struct policy_problems *problems = arena_make(arena, struct policy_problems);
	struct ruleset_request request = {.source = &lint->tree->source,
	    .directory = directory->path,
	    .check_all = true,
	    .tests = true};
	struct ruleset *ruleset = NULL;
	bool ok;

	policy_problems_init(problems, arena);
	ok = ruleset_load(arena, &request, &ruleset, problems, err);
	if (ok) {
		add_problems(lint, problems);
		note_rules(lint, ruleset, (directory->flags & HAS_TERRAFORM) != 0);
		note_params(lint, ruleset);
		check_waivers(lint, ruleset);
		check_packs(lint, ruleset);
		check_not_read(lint, ruleset);
	}
	ruleset_free(ruleset);
	return ok;
}

bool lint_repository(struct lint *lint, struct str below, struct err *err)
{
	const struct source *source = &lint->tree->source;
	const struct codeowners *owners;

	if (!policy_directories_find(lint->app->run, source, below, &lint->directories, err) ||
	    !codeowners_read(lint->app->run, source, &owners, err))
		return false;
	for (size_t i = 0; i < lint->directories.count; i++) {
		if (!lint_ruleset(lint, &lint->directories.items[i], err))
			return false;
		check_directory(lint, &lint->directories.items[i], owners);
	}
	check_uses(lint);
	return true;
}

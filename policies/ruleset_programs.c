#include "policies/ruleset_programs.h"

#include "base/arena.h"
#include "base/err.h"
#include "policies/host.h"
#include "policies/ruleset_chain.h"
#include "policies/template.h"

/* --- scopes --- */

static const struct {
	enum policy_variable variable;
	const char *const *fields;
} known_fields[] = {
    {VARIABLE_resource, resource_fields},
    {VARIABLE_plan, plan_fields},
    {VARIABLE_output, output_fields},
    {VARIABLE_run, run_fields},
    {VARIABLE_backend, backend_fields},
    {VARIABLE_git, git_fields},
    {VARIABLE_pr, pr_fields},
};

/* Params are declared, so that a typo in one is found. Labels are facts that a directory may lack.
 */
static const char *const *param_fields(const struct ruleset *set)
{
	const char **fields = arena_array(set->arena, const char *, set->param_count + 1);

	for (size_t i = 0; i < set->param_count; i++)
		fields[i] = str_to_c(set->arena, set->params[i].name);
	return fields;
}

struct cel_scope ruleset_scope(const struct ruleset *set)
{
	struct cel_variable *variables =
	    arena_array(set->arena, struct cel_variable, POLICY_VARIABLE_COUNT);

	for (size_t i = 0; i < POLICY_VARIABLE_COUNT; i++)
		variables[i].name = str_from(policy_variable_name((enum policy_variable)i));
	for (size_t i = 0; i < ARRAY_LEN(known_fields); i++)
		variables[known_fields[i].variable].fields = known_fields[i].fields;
	variables[VARIABLE_params].fields = param_fields(set);
	return (struct cel_scope){
	    .variables = variables,
	    .variable_count = POLICY_VARIABLE_COUNT,
	    .host_functions = policy_functions,
	};
}

/* One expression at work: whose names it sees, and what it may use. */
struct compiling {
	struct ruleset *set;
	struct policy_problems *problems;
	const struct rule *rule;       /* NULL: a named expression of the chain on its own */
	struct variable_space *own;    /* the rule's own variables; NULL: none are seen */
	struct variable_space *shared; /* of the chain or the pack */
	bool items;		       /* item and index are there */
	size_t depth;
};

/* --- which variables are there in which scope --- */

#define IN(scope)     (1U << SCOPE_##scope)
#define IN_ALL	      (IN(RESOURCE) | IN(PLAN) | IN(OUTPUT) | IN(DRIFT) | IN(RUN))
#define IN_ONE_PLAN   (IN_ALL & ~IN(RUN))
#define IN_A_RESOURCE (IN(RESOURCE) | IN(DRIFT))

static const struct {
	enum policy_variable variable;
	unsigned scopes;
	const char *where;
} limited[] = {
    {VARIABLE_resource, IN_A_RESOURCE, "in rules of scope resource and drift"},
    {VARIABLE_output, IN(OUTPUT), "in rules of scope output"},
    {VARIABLE_run, IN(RUN), "in rules of scope run"},
    {VARIABLE_plan, IN_ONE_PLAN, "in rules about one plan, not in scope run"},
    {VARIABLE_backend, IN_ONE_PLAN, "in rules about one plan, not in scope run"},
};

/* NULL, or where the variable is to be had. */
static const char *out_of_scope(const struct compiling *at, enum policy_variable variable)
{
	if ((variable == VARIABLE_item || variable == VARIABLE_index) && !at->items)
		return at->rule->each.text.len > 0
			   ? "in the condition and the message, not in 'each' and 'when'"
			   : "in rules with 'each'";
	for (size_t i = 0; i < ARRAY_LEN(limited); i++) {
		if (limited[i].variable == variable &&
		    (limited[i].scopes & (1U << at->rule->scope)) == 0)
			return limited[i].where;
	}
	return NULL;
}

static bool check_variable(const struct compiling *at, const struct mention *mention)
{
	const char *where = out_of_scope(at, mention->variable);
	struct policy_place place;

	if (where == NULL)
		return true;
	place = policy_text_place(mention->text, mention->at);
	policy_problem(at->problems, &place, "rule '%.*s' (scope %s): '%s' is only there %s",
	    STR_ARG(at->rule->id), rule_scope_name(at->rule->scope),
	    policy_variable_name(mention->variable), where);
	return false;
}

static bool check_variables(const struct compiling *at, const struct mentions *mentions)
{
	bool good = true;

	for (size_t i = 0; i < mentions->count; i++) {
		if (mentions->items[i].kind == MENTION_BUILTIN)
			good &= check_variable(at, &mentions->items[i]);
	}
	return good;
}

/* Also behind named expressions: a rule on a plan cannot use one that speaks of a resource. The
 * rule's own come first; those of the chain do not see them. */
static bool check_scope(const struct compiling *at, const struct policy_text *text)
{
	struct mentions own = {0}, shared = {0};

	mentions_scan(at->set->arena, text, &own);
	if (at->own != NULL)
		mentions_follow(at->set->arena, at->own, &own);
	for (size_t i = 0; i < own.count; i++) {
		const struct mention *mention = &own.items[i];

		if (mention->kind == MENTION_NAMED &&
		    (at->own == NULL || variable_space_find(at->own, mention->name) == SIZE_MAX))
			mentions_add(at->set->arena, &shared, mention);
	}
	mentions_follow(at->set->arena, at->shared, &shared);
	bool good = check_variables(at, &own);
	return check_variables(at, &shared) && good;
}

/* --- compiling one text --- */

static void tell(struct policy_problems *problems, const struct policy_text *text,
    const struct cel_problems *found, const char *what, struct str name)
{
	for (size_t i = 0; i < found->count; i++) {
		struct policy_place place = policy_text_place(text, found->items[i].at);

		policy_problem(problems, &place, "%s '%.*s': %.*s", what, STR_ARG(name),
		    STR_ARG(found->items[i].text));
	}
}

static void keep(struct ruleset *set, struct cel_program *program)
{
	set->owned = array_room(set->arena, set->owned, set->owned_count, sizeof(void *));
	set->owned[set->owned_count++] = program;
}

static void keep_template(struct ruleset *set, struct policy_template *template)
{
	set->owned_templates =
	    array_room(set->arena, set->owned_templates, set->owned_template_count, sizeof(void *));
	set->owned_templates[set->owned_template_count++] = template;
}

struct named_list {
	struct cel_named *items;
	size_t count;
};

static bool compile_named(struct compiling *at, struct variable_space *space, size_t i);

/* Compiles the named expression behind a name, if it is one, and adds it to the scope. */
// NOLINTNEXTLINE(misc-no-recursion)
static bool need_named(struct compiling *at, struct str name, struct named_list *list)
{
	struct variable_space *space = at->own;
	size_t i = space != NULL ? variable_space_find(space, name) : SIZE_MAX;

	if (i == SIZE_MAX) {
		space = at->shared;
		i = variable_space_find(space, name);
	}
	if (i == SIZE_MAX)
		return true; /* unknown: the compiler will say so */
	if (!compile_named(at, space, i))
		return false;
	list->items = array_room(at->set->arena, list->items, list->count, sizeof(*list->items));
	list->items[list->count++] = (struct cel_named){name, space->states[i].program};
	return true;
}

// NOLINTNEXTLINE(misc-no-recursion)
static bool need_all_named(
    struct compiling *at, const struct mentions *mentions, struct named_list *list)
{
	bool good = true;

	for (size_t i = 0; i < mentions->count; i++) {
		if (mentions->items[i].kind == MENTION_NAMED)
			good &= need_named(at, mentions->items[i].name, list);
	}
	return good;
}

// NOLINTNEXTLINE(misc-no-recursion)
static bool compile_text(struct compiling *at, const struct policy_text *text,
    const struct mentions *mentions, struct str name, struct cel_program **out)
{
	struct cel_scope scope = at->set->scope;
	struct named_list list = {0};
	struct cel_problems found;

	if (!need_all_named(at, mentions, &list))
		return false;
	scope.named = list.items;
	scope.named_count = list.count;
	found.count = 0;
	if (cel_compile(at->set->arena, &scope, text->text, out, &found)) {
		keep(at->set, *out);
		return true;
	}
	tell(at->problems, text, &found, at->rule != NULL ? "rule" : "variable", name);
	return false;
}

static void tell_cycle(struct compiling *at, struct variable_space *space, size_t i)
{
	const struct policy_text *text = &space->texts[i].text;

	policy_problem(at->problems, &text->place,
	    "variable '%.*s' depends on itself, through those that it uses",
	    STR_ARG(space->texts[i].name));
}

/* What says nothing of an item says the same in every rule that looks at the resource. */
static void keep_per_resource(struct ruleset *set, struct cel_program *program)
{
	if (!cel_mentions_variable(program, VARIABLE_item) &&
	    !cel_mentions_variable(program, VARIABLE_index))
		cel_program_keep(program, set->owned_count);
}

// NOLINTNEXTLINE(misc-no-recursion)
static bool compile_new(struct compiling *at, struct variable_space *space, size_t i)
{
	const struct named_text *named = &space->texts[i];
	struct compiling inner = *at;

	if (at->depth == VARIABLE_NESTING_MAX) {
		policy_problem(at->problems, &named->text.place,
		    "variables use each other more than %d levels deep", VARIABLE_NESTING_MAX);
		return false;
	}
	/* a named expression of the chain does not see the variables of one rule */
	if (space != at->own)
		inner.own = NULL;
	inner.rule = NULL;
	inner.depth++;
	if (!compile_text(&inner, &named->text, variable_space_mentions(at->set->arena, space, i),
		named->name, &space->states[i].program))
		return false;
	keep_per_resource(at->set, space->states[i].program);
	return true;
}

// NOLINTNEXTLINE(misc-no-recursion)
static bool compile_named(struct compiling *at, struct variable_space *space, size_t i)
{
	struct named_state *state = &space->states[i];

	if (state->state == NAMED_IN_WORK) {
		tell_cycle(at, space, i);
		state->state = NAMED_BROKEN;
	}
	if (state->state == NAMED_NEW) {
		state->state = NAMED_IN_WORK;
		bool good = compile_new(at, space, i);

		/* in a circle it has become broken meanwhile */
		state->state = good && state->state == NAMED_IN_WORK ? NAMED_DONE : NAMED_BROKEN;
	}
	return state->state == NAMED_DONE;
}

/* --- the programs of a rule --- */

/* False: told. A text that is not given has no program. */
static bool compile_part(
    struct compiling *at, const struct policy_text *text, bool items, struct cel_program **out)
{
	struct mentions mentions = {0};

	*out = NULL;
	if (text->text.len == 0)
		return true;
	at->items = items && at->rule->each.text.len > 0;
	if (!check_scope(at, text))
		return false;
	mentions_scan(at->set->arena, text, &mentions);
	return compile_text(at, text, &mentions, at->rule->id, out);
}

/* Names in a message: every word that is one of a named expression. Some may stand in its plain
 * text; those are compiled for nothing. */
static bool need_words(struct compiling *at, struct str text, struct named_list *list)
{
	struct mentions words = {0};

	mentions_words(at->set->arena, text, &words);
	return need_all_named(at, &words, list);
}

/* What is not there has no name, so that using it in a message is a problem. */
static const struct cel_variable *variables_in_scope(const struct compiling *at)
{
	struct cel_variable *table =
	    arena_array(at->set->arena, struct cel_variable, POLICY_VARIABLE_COUNT);

	for (size_t i = 0; i < POLICY_VARIABLE_COUNT; i++) {
		table[i] = at->set->scope.variables[i];
		if (out_of_scope(at, (enum policy_variable)i) != NULL)
			table[i].name = STR_EMPTY;
	}
	return table;
}

static bool compile_message(
    struct compiling *at, const struct policy_text *text, struct policy_template **out)
{
	struct cel_scope scope = at->set->scope;
	struct named_list list = {0};
	struct cel_problems found;

	*out = NULL;
	if (text->text.len == 0)
		return true;
	at->items = at->rule->each.text.len > 0;
	if (str_contains(text->text, STR("${")) && !need_words(at, text->text, &list))
		return false;
	scope.variables = variables_in_scope(at);
	scope.named = list.items;
	scope.named_count = list.count;
	found.count = 0;
	if (template_compile(at->set->arena, &scope, text->text, out, &found)) {
		keep_template(at->set, *out);
		return true;
	}
	tell(at->problems, text, &found, "message of rule", at->rule->id);
	return false;
}

static bool check_own_names(const struct compiling *at)
{
	const struct rule *rule = at->rule;
	enum policy_variable builtin;

	for (size_t i = 0; i < rule->variable_count; i++) {
		if (!policy_variable_find(rule->variables[i].name, &builtin))
			continue;
		policy_problem(at->problems, &rule->variables[i].text.place,
		    "variables: '%.*s' has a meaning of its own", STR_ARG(rule->variables[i].name));
		return false;
	}
	return true;
}

/* What is more than the name and the action of a resource. */
static bool reads_values(const struct cel_program *program)
{
	static const enum policy_variable holders[] = {
	    VARIABLE_item, VARIABLE_output, VARIABLE_plan, VARIABLE_run};

	for (size_t i = 0; i < ARRAY_LEN(holders); i++) {
		if (cel_mentions_variable(program, holders[i]))
			return true;
	}
	return cel_mentions_field(program, VARIABLE_resource, STR("before")) ||
	       cel_mentions_field(program, VARIABLE_resource, STR("after"));
}

static bool is_computed_text(const struct cel_program *program)
{
	return cel_computes(program) && reads_values(program);
}

/* Items are shown, too. Choosing among them is no computing. */
static bool has_computed_texts(const struct rule_programs *programs)
{
	return template_any(programs->message, is_computed_text) ||
	       template_any(programs->remedy, is_computed_text) ||
	       (programs->each && cel_rewrites(programs->each) && reads_values(programs->each));
}

static bool compile_rule(struct ruleset *set, size_t i, struct policy_problems *problems)
{
	const struct rule *rule = &set->rules[i];
	struct rule_programs *programs = &set->programs[i];
	struct variable_space own;
	struct compiling at = {
	    .set = set,
	    .problems = problems,
	    .rule = rule,
	    .shared = set->states[i].space,
	};
	bool good;

	if (rule->variable_count > 0) {
		variable_space_init(set->arena, &own, rule->variables, rule->variable_count);
		at.own = &own;
	}
	good = check_own_names(&at);
	/* all of them, so that all problems are told at once */
	good = compile_part(&at, &rule->each, false, &programs->each) && good;
	good = compile_part(&at, &rule->when, false, &programs->when) && good;
	good = compile_part(&at, &rule->condition, true, &programs->condition) && good;
	good = compile_message(&at, &rule->message, &programs->message) && good;
	return compile_message(&at, &rule->remedy, &programs->remedy) && good;
}

bool ruleset_programs(struct ruleset *ruleset, size_t rule, const struct rule_programs **out,
    struct policy_problems *problems)
{
	struct rule_programs *programs = &ruleset->programs[rule];

	if (!programs->compiled) {
		programs->compiled = true;
		programs->broken = !compile_rule(ruleset, rule, problems);
		programs->waits = !programs->broken && has_computed_texts(programs);
	}
	*out = programs;
	return !programs->broken;
}

void ruleset_check(struct ruleset *set, bool packs, struct policy_problems *problems)
{
	struct compiling at = {.set = set, .problems = problems, .shared = set->space};
	const struct rule_programs *programs;

	for (size_t i = 0; i < set->variable_count; i++)
		(void)compile_named(&at, set->space, i);
	for (size_t i = 0; i < set->rule_total; i++) {
		if (packs || set->rules[i].pack.len == 0)
			(void)!ruleset_programs(set, i, &programs, problems);
	}
}

void ruleset_free(struct ruleset *ruleset)
{
	if (ruleset == NULL)
		return;
	for (size_t i = 0; i < ruleset->owned_template_count; i++)
		template_free(ruleset->owned_templates[i]);
	for (size_t i = 0; i < ruleset->owned_count; i++)
		cel_program_free(ruleset->owned[i]);
	ruleset->owned_count = ruleset->owned_template_count = 0;
}

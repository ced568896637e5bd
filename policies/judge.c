/* One rule on the change at hand: the fast way, which only says how it ends. */

#include "base/arena.h"
#include "base/err.h"
#include "policies/evaluator.h"

static bool mentions_plan(const struct rule_programs *programs)
{
	const struct cel_program *const all[] = {
	    programs->each, programs->when, programs->condition};

	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		if (all[i] && cel_mentions_variable(all[i], VARIABLE_plan))
			return true;
	}
	return false;
}

bool judge_ready(struct evaluator *evaluator, struct judged_rule *rule)
{
	const struct rule_programs *programs;

	if (rule->programs)
		return !rule->programs->broken;
	if (!ruleset_programs(rule->ruleset, rule->index, &programs, evaluator->problems)) {
		rule->programs = programs;
		return false;
	}
	rule->programs = programs;
	rule->mentions_plan = mentions_plan(programs);
	rule->after_paths = preexisting_paths(evaluator->arena, rule->rule, programs);
	evaluator->outdated |= host_want(evaluator->host, programs);
	return true;
}

void judge_bind_plan(struct evaluator *evaluator)
{
	if (evaluator->activation[VARIABLE_plan].kind == VALUE_NULL)
		(void)host_plan(
		    evaluator->host, evaluator->view, &evaluator->activation[VARIABLE_plan]);
}

/* Named expressions are the chain's, and so are params, unless an override gave a rule its own. */
static bool has_params_of_chain(const struct judged_rule *rule)
{
	return rule->params.as.entries == rule->ruleset->params_value.as.entries;
}

/* What a rule sees of its own chain. */
static void bind_chain(struct evaluator *evaluator, const struct judged_rule *rule)
{
	bool keeps = evaluator->keeps && has_params_of_chain(rule);

	(void)cel_run_keep(evaluator->run, keeps ? evaluator->kept : NULL);
	evaluator->activation[VARIABLE_params] = rule->params;
	evaluator->activation[VARIABLE_labels] = rule->labels;
	evaluator->activation[VARIABLE_dir] = rule->dir;
	evaluator->activation[VARIABLE_dir_parts] = rule->dir_parts;
}

static struct value evaluate(
    struct evaluator *evaluator, const struct cel_program *program, struct cel_trace *trace)
{
	return cel_evaluate(evaluator->run, program, evaluator->activation,
	    trace ? evaluator->trace : evaluator->results, trace);
}

static struct value type_error(
    struct evaluator *evaluator, const char *key, const char *wanted, struct value value)
{
	static const struct cel_error plain = {.text = STR_INIT("a value of another type")};
	struct cel_error *error;

	if (!cel_traced(evaluator->run))
		return (struct value){.kind = CEL_ERROR, .as.other = &plain};
	error = arena_make(evaluator->trace, struct cel_error);
	error->text = str_format(
	    evaluator->trace, "'%s' gives %s, not a %s", key, cel_kind_name(value.kind), wanted);
	return (struct value){.kind = CEL_ERROR, .as.other = error};
}

void rule_traces_begin(
    struct arena *arena, const struct rule_programs *programs, struct rule_traces *out)
{
	*out = (struct rule_traces){0};
	if (programs->each)
		cel_trace_begin(arena, programs->each, &out->each);
	if (programs->when)
		cel_trace_begin(arena, programs->when, &out->when);
	if (programs->condition)
		cel_trace_begin(arena, programs->condition, &out->condition);
}

struct rule_traces *rule_traces_again(struct evaluator *evaluator, struct judged_rule *rule)
{
	struct rule_traces *traces = rule->traces;

	if (!traces) {
		traces = rule->traces = arena_make(evaluator->arena, struct rule_traces);
		rule_traces_begin(evaluator->arena, rule->programs, traces);
	}
	cel_trace_again(&traces->each, evaluator->trace);
	cel_trace_again(&traces->when, evaluator->trace);
	cel_trace_again(&traces->condition, evaluator->trace);
	return traces;
}

/* A guard that is not known, as `guard && value`: false decides, unknown beats error. */
static struct ruling behind_unknown_guard(const struct evaluator *evaluator, struct value value)
{
	struct value guard = evaluator->guard;

	if (value.kind == VALUE_BOOL && !value.as.boolean)
		return (struct ruling){RULE_PASS, value};
	if (cel_is_unknown(value))
		guard = cel_join_unknowns(evaluator->run, guard, value);
	return (struct ruling){RULE_UNDECIDED, guard};
}

/* True: the rule speaks here, or may; evaluator->guard says which. */
static bool judge_guard(struct evaluator *evaluator, const struct judged_rule *rule,
    struct rule_traces *traces, struct ruling *ruling)
{
	struct value guard = value_bool(true);

	if (rule->programs->when)
		guard = evaluate(evaluator, rule->programs->when, traces ? &traces->when : NULL);
	evaluator->guard = guard;
	*ruling = (struct ruling){RULE_GUARDED, guard};
	if (guard.kind == VALUE_BOOL)
		return guard.as.boolean;
	if (cel_is_unknown(guard))
		return true;
	ruling->end = RULE_ERROR;
	if (!cel_is_error(guard))
		ruling->value = type_error(evaluator, "when", "bool", guard);
	return false;
}

bool judge_items(struct evaluator *evaluator, const struct judged_rule *rule,
    struct rule_traces *traces, struct value *items, struct ruling *ruling)
{
	static const struct value nothing = {.kind = VALUE_NULL};
	struct value list;

	bind_chain(evaluator, rule);
	if (rule->mentions_plan)
		judge_bind_plan(evaluator);
	if (!judge_guard(evaluator, rule, traces, ruling))
		return false;
	*items = value_list(&nothing, 1);
	if (!rule->programs->each)
		return true;
	list = evaluate(evaluator, rule->programs->each, traces ? &traces->each : NULL);
	if (list.kind == VALUE_LIST) {
		*items = list;
		return true;
	}
	*ruling = (struct ruling){RULE_ERROR, list};
	if (cel_is_unknown(evaluator->guard))
		*ruling = behind_unknown_guard(evaluator, list);
	else if (cel_is_unknown(list))
		ruling->end = RULE_UNDECIDED;
	else if (!cel_is_error(list))
		ruling->value = type_error(evaluator, "each", "list", list);
	return false;
}

/* The condition as "does it violate": bool, unknown or error. */
static struct value violates(
    struct evaluator *evaluator, const struct judged_rule *rule, struct cel_trace *trace)
{
	struct value value;

	if (!rule->programs->condition)
		return value_bool(true);
	value = evaluate(evaluator, rule->programs->condition, trace);
	if (value.kind == VALUE_BOOL)
		return value_bool(value.as.boolean != rule->rule->is_require);
	if (cel_is_unknown(value) || cel_is_error(value))
		return value;
	return type_error(evaluator, rule->rule->is_require ? "require" : "forbid", "bool", value);
}

struct ruling judge_item(struct evaluator *evaluator, const struct judged_rule *rule,
    struct value item, size_t index, struct rule_traces *traces)
{
	struct value violation;

	evaluator->activation[VARIABLE_item] = item;
	evaluator->activation[VARIABLE_index] = cel_int((int64_t)index);
	violation = violates(evaluator, rule, traces ? &traces->condition : NULL);
	if (cel_is_unknown(evaluator->guard))
		return behind_unknown_guard(evaluator, violation);
	if (cel_is_error(violation))
		return (struct ruling){RULE_ERROR, violation};
	if (cel_is_unknown(violation))
		return (struct ruling){RULE_UNDECIDED, violation};
	return (struct ruling){violation.as.boolean ? RULE_VIOLATION : RULE_PASS, violation};
}

bool judge_view(struct evaluator *evaluator, struct arena *arena, const struct change *change,
    enum host_view view, struct err *err)
{
	size_t variable = evaluator->scope == SCOPE_OUTPUT ? VARIABLE_output : VARIABLE_resource;

	evaluator->view = view;
	evaluator->activation[VARIABLE_plan] = value_null();
	host_look(evaluator->host, view);
	return !change || host_change(evaluator->host, arena, change, view,
			      &evaluator->activation[variable], err);
}

/* What passes was counted ahead. */
static void count_pass(const struct evaluator *evaluator, struct judged_rule *rule)
{
	rule->tally->passed += evaluator->turn != TURN_WAITING;
}

static bool judge_all_items(
    struct evaluator *evaluator, struct judged_rule *rule, struct value items, struct err *err)
{
	bool has_items = rule->programs->each != NULL, ok = true, clean = true;

	for (uint32_t i = 0; ok && i < items.len; i++) {
		struct value item = cel_load(items.as.items[i]), guard = evaluator->guard;
		struct ruling ruling = judge_item(evaluator, rule, item, i, NULL);

		if (ruling.end == RULE_PASS)
			continue;
		clean = false;
		ok =
		    finding_report(evaluator, rule, item, has_items ? (int64_t)i : -1, ruling, err);
		evaluator->guard = guard; /* other runs of the rule had theirs */
	}
	if (clean)
		count_pass(evaluator, rule);
	return ok;
}

/* The steps of the run, but no more than this rule has left. */
static void budget_begin(struct evaluator *evaluator, const struct judged_rule *rule)
{
	uint64_t most =
	    evaluator->world->rule_steps > 0 ? evaluator->world->rule_steps : RULE_STEPS;
	uint64_t used = cel_run_steps(evaluator->run);
	uint64_t end = used + (rule->steps < most ? most - rule->steps : 0);

	cel_run_budget(evaluator->run, end < EVALUATION_STEPS ? end : EVALUATION_STEPS);
}

/* What comes next, a message for instance, is not this rule's. */
static void budget_end(struct evaluator *evaluator, struct judged_rule *rule, uint64_t used)
{
	rule->steps += cel_run_steps(evaluator->run) - used;
	cel_run_budget(evaluator->run, EVALUATION_STEPS);
}

static bool passes(struct evaluator *evaluator, const struct judged_rule *rule)
{
	struct value items;
	struct ruling ruling;

	if (!judge_items(evaluator, rule, NULL, &items, &ruling))
		return ruling.end == RULE_GUARDED || ruling.end == RULE_PASS;
	for (uint32_t i = 0; i < items.len; i++) {
		struct value item = cel_load(items.as.items[i]);

		if (judge_item(evaluator, rule, item, i, NULL).end != RULE_PASS)
			return false;
	}
	return true;
}

bool judge_passes(struct evaluator *evaluator, struct judged_rule *rule)
{
	uint64_t used = cel_run_steps(evaluator->run);
	struct arena_mark mark = arena_save(evaluator->results);
	bool ok;

	budget_begin(evaluator, rule);
	ok = passes(evaluator, rule);
	if (ok)
		count_pass(evaluator, rule);
	budget_end(evaluator, rule, used);
	arena_rewind(evaluator->results, mark);
	return ok;
}

bool judge_rule(struct evaluator *evaluator, struct judged_rule *rule, struct err *err)
{
	uint64_t used = cel_run_steps(evaluator->run);
	struct arena_mark mark = arena_save(evaluator->results);
	struct value items;
	struct ruling ruling;
	bool ok = true;

	budget_begin(evaluator, rule);
	if (judge_items(evaluator, rule, NULL, &items, &ruling))
		ok = judge_all_items(evaluator, rule, items, err);
	else if (ruling.end == RULE_GUARDED || ruling.end == RULE_PASS)
		count_pass(evaluator, rule);
	else
		ok = finding_report(evaluator, rule, value_null(), -1, ruling, err);
	budget_end(evaluator, rule, used);
	arena_rewind(evaluator->results, mark);
	return ok;
}

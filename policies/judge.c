/* One rule on the change at hand: the fast way, which only says how it ends. */

#include "base/arena.h"
#include "base/err.h"
#include "policies/evaluator.h"

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
	rule->is_about_after = preexisting_possible(rule->rule, programs);
	evaluator->outdated |= host_want(evaluator->host, programs);
	return true;
}

void judge_bind_plan(struct evaluator *evaluator)
{
	if (evaluator->activation[VARIABLE_plan].kind == VALUE_NULL)
		(void)host_plan(
		    evaluator->host, evaluator->view, &evaluator->activation[VARIABLE_plan]);
}

/* What a rule sees of its own chain. */
static void bind_chain(struct evaluator *evaluator, const struct judged_rule *rule)
{
	evaluator->activation[VARIABLE_params] = rule->params;
	evaluator->activation[VARIABLE_labels] = rule->labels;
	evaluator->activation[VARIABLE_dir] = rule->dir;
	evaluator->activation[VARIABLE_dir_parts] = rule->dir_parts;
}

static struct value evaluate(
    struct evaluator *evaluator, const struct cel_program *program, struct cel_trace *trace)
{
	if (cel_mentions_variable(program, VARIABLE_plan))
		judge_bind_plan(evaluator);
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

bool judge_items(struct evaluator *evaluator, const struct judged_rule *rule,
    struct rule_traces *traces, struct value *items, struct ruling *ruling)
{
	static const struct value nothing = {.kind = VALUE_NULL};
	struct value list;

	bind_chain(evaluator, rule);
	*items = value_list(&nothing, 1);
	if (!rule->programs->each)
		return true;
	list = evaluate(evaluator, rule->programs->each, traces ? &traces->each : NULL);
	if (list.kind == VALUE_LIST) {
		*items = list;
		return true;
	}
	*ruling = (struct ruling){RULE_ERROR, list};
	if (cel_is_unknown(list))
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

/* A guard that is not known, as `guard && violation`: false decides, unknown beats error. */
static struct ruling behind_unknown_guard(
    struct evaluator *evaluator, struct value guard, struct value violation)
{
	if (violation.kind == VALUE_BOOL && !violation.as.boolean)
		return (struct ruling){RULE_PASS, violation};
	if (cel_is_unknown(violation))
		guard = cel_join_unknowns(evaluator->run, guard, violation);
	return (struct ruling){RULE_UNDECIDED, guard};
}

struct ruling judge_item(struct evaluator *evaluator, const struct judged_rule *rule,
    struct value item, size_t index, struct rule_traces *traces)
{
	struct value guard = value_bool(true), violation;

	evaluator->activation[VARIABLE_item] = item;
	evaluator->activation[VARIABLE_index] = cel_int((int64_t)index);
	if (rule->programs->when)
		guard = evaluate(evaluator, rule->programs->when, traces ? &traces->when : NULL);
	if (guard.kind == VALUE_BOOL && !guard.as.boolean)
		return (struct ruling){RULE_GUARDED, guard};
	if (cel_is_error(guard))
		return (struct ruling){RULE_ERROR, guard};
	if (guard.kind != VALUE_BOOL && !cel_is_unknown(guard))
		return (struct ruling){RULE_ERROR, type_error(evaluator, "when", "bool", guard)};
	violation = violates(evaluator, rule, traces ? &traces->condition : NULL);
	if (cel_is_unknown(guard))
		return behind_unknown_guard(evaluator, guard, violation);
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
	return !change || host_change(evaluator->host, arena, change, view,
			      &evaluator->activation[variable], err);
}

bool judge_rule(struct evaluator *evaluator, struct judged_rule *rule, struct err *err)
{
	struct arena_mark mark = arena_save(evaluator->results);
	bool has_items = rule->programs->each != NULL;
	struct value items;
	struct ruling ruling;
	bool ok = true, clean = true;

	if (!judge_items(evaluator, rule, NULL, &items, &ruling)) {
		ok = finding_report(evaluator, rule, value_null(), -1, ruling, err);
		arena_rewind(evaluator->results, mark);
		return ok;
	}
	for (uint32_t i = 0; ok && i < items.len; i++) {
		struct value item = cel_load(items.as.items[i]);

		ruling = judge_item(evaluator, rule, item, i, NULL);
		if (ruling.end == RULE_PASS || ruling.end == RULE_GUARDED)
			continue;
		clean = false;
		ok =
		    finding_report(evaluator, rule, item, has_items ? (int64_t)i : -1, ruling, err);
	}
	rule->tally->passed += clean;
	arena_rewind(evaluator->results, mark);
	return ok;
}

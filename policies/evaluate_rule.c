/* One rule on one resource: what `policy test` compares and `policy explain` shows. */

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "policies/evaluator.h"
#include "policies/match.h"
#include "policies/template.h"

/* An evaluation of nothing but this: no findings are kept. */
struct single {
	struct evaluation evaluation;
	struct evaluator evaluator;
	struct verdict verdict;
	struct rule_tally tally;
	struct judged_rule rule;
};

static struct single *single_begin(
    struct arena *arena, const struct rule_subject *subject, struct policy_problems *problems)
{
	struct single *single = arena_make(arena, struct single);

	single->evaluation = (struct evaluation){
	    .plan = subject->plan, .head = subject->ruleset, .world = subject->world};
	evaluator_begin(&single->evaluator, arena, arena, &single->evaluation);
	single->evaluator.problems = problems;
	single->evaluator.verdict = &single->verdict;
	judged_rule_begin(&single->evaluator, subject->ruleset, subject->rule, &single->rule);
	single->rule.tally = &single->tally;
	single->rule.is_trusted = single->rule.is_head = true;
	single->evaluator.scope = single->rule.rule->scope;
	return single;
}

static bool single_ready(struct single *single, struct err *err)
{
	if (judge_ready(&single->evaluator, &single->rule))
		return true;
	return err_set(
	    err, ERR_INVALID, "rule '%.*s' cannot be used", STR_ARG(single->rule.rule->id));
}

static bool is_matched(const struct rule *rule, const struct change *change)
{
	struct change_entry entry = {.action = (uint8_t)change->head.action};
	unsigned flags = 0;

	flags |= change->head.importing ? ENTRY_IMPORTING : 0U;
	flags |= change->head.deposed.len > 0 ? ENTRY_DEPOSED : 0U;
	flags |=
	    change->head.mode.len > 0 && !str_is(change->head.mode, "managed") ? ENTRY_DATA : 0U;
	entry.flags = (uint8_t)flags;
	if (rule->scope == SCOPE_PLAN || rule->scope == SCOPE_RUN)
		return true;
	return (rule->scope == SCOPE_OUTPUT || match_type(&rule->match, change->head.type)) &&
	       match_entry(&rule->match, &entry) && match_change(&rule->match, change);
}

/* Does `match` take it at all? */
static bool is_taken(const struct rule_subject *subject)
{
	return !subject->change ||
	       is_matched(&subject->ruleset->rules[subject->rule], subject->change);
}

/* Of several items: a violation is what was looked for, whatever stands beside it. */
static int weight(enum rule_end end)
{
	static const int weights[] = {
	    [RULE_NOT_MATCHED] = 0,
	    [RULE_GUARDED] = 1,
	    [RULE_PASS] = 2,
	    [RULE_UNDECIDED] = 3,
	    [RULE_ERROR] = 4,
	    [RULE_VIOLATION] = 5,
	};

	return weights[end];
}

/* The worst of the items is what the rule says of the resource. */
static struct ruling judge_items_worst(
    struct single *single, struct rule_traces *traces, size_t *count, size_t *item)
{
	struct ruling worst = {RULE_PASS, value_null()}, ruling;
	struct value items;

	*count = *item = 0;
	if (!judge_items(&single->evaluator, &single->rule, traces, &items, &ruling))
		return ruling;
	*count = single->rule.programs->each ? items.len : 0;
	for (uint32_t i = 0; i < items.len; i++) {
		ruling = judge_item(
		    &single->evaluator, &single->rule, cel_load(items.as.items[i]), i, traces);
		if (i == 0 || weight(ruling.end) > weight(worst.end)) {
			worst = ruling;
			*item = i;
		}
	}
	return worst;
}

static bool set_view(
    struct single *single, const struct change *change, enum host_view view, struct err *err)
{
	single->evaluator.change = change;
	return judge_view(&single->evaluator, single->evaluator.arena, change, view, err);
}

static bool add_message(
    struct single *single, const struct change *change, struct rule_result *out, struct err *err)
{
	const struct rule_programs *programs = single->rule.programs;

	if (!programs->message)
		return true;
	if (!set_view(single, change, HOST_SHOWN, err))
		return false;
	finding_bind_shown_item(
	    &single->evaluator, &single->rule, programs->each ? (int64_t)out->item : -1);
	out->message = template_printable(
	    single->evaluator.arena, finding_render(&single->evaluator, programs->message));
	return true;
}

/* Parts of the plan are missing: as for `check`, what counts them is not decided. */
static bool is_incomplete(const struct single *single)
{
	const struct plan *plan = single->evaluator.plan;

	return single->rule.rule->scope == SCOPE_PLAN && plan && plan_is_incomplete(plan);
}

static bool decide(
    struct single *single, const struct change *change, struct rule_result *out, struct err *err)
{
	static const struct str incomplete[] = {STR_INIT("plan.complete")};
	struct arena *arena = single->evaluator.arena;
	struct rule_traces *traces = arena_make(arena, struct rule_traces);
	struct ruling ruling;

	if (is_incomplete(single)) {
		out->end = RULE_UNDECIDED;
		out->paths = incomplete;
		out->path_count = 1;
		return true;
	}
	if (!set_view(single, change, HOST_RAW_WITH_PATHS, err))
		return false;
	rule_traces_begin(arena, single->rule.programs, traces);
	ruling = judge_items_worst(single, traces, &out->item_count, &out->item);
	out->end = ruling.end;
	if (ruling.end == RULE_UNDECIDED) {
		struct cel_unknowns unknowns = cel_unknown_paths(arena, ruling.value);

		out->paths = unknowns.paths;
		out->path_count = unknowns.count;
	}
	if (ruling.end == RULE_ERROR && cel_is_error(ruling.value))
		out->error = str_copy(arena, cel_error_of(ruling.value)->text);
	return ruling.end != RULE_VIOLATION || add_message(single, change, out, err);
}

bool evaluate_rule(struct arena *arena, const struct rule_subject *subject, struct rule_result *out,
    struct policy_problems *problems, struct err *err)
{
	struct single *single;
	bool ok;

	*out =
	    (struct rule_result){.end = RULE_NOT_MATCHED, .error = STR_EMPTY, .message = STR_EMPTY};
	if (!is_taken(subject))
		return true;
	single = single_begin(arena, subject, problems);
	ok = single_ready(single, err) && decide(single, subject->change, out, err);
	evaluator_end(&single->evaluator);
	return ok;
}

/* --- policy explain: over shown values, so that no secret is printed --- */

static void explain_part(struct buf *out, const char *title, const struct cel_program *program,
    const struct cel_trace *trace)
{
	if (!program)
		return;
	buf_addf(out, "%s:\n", title);
	cel_explain(out, trace);
}

static bool was_run(const struct cel_trace *trace)
{
	return trace->program && trace->nodes[trace->root->id].rounds > 0;
}

static void explain_end(
    struct buf *out, struct arena *arena, const struct rule_traces *traces, struct ruling ruling)
{
	buf_addf(out, "result: %s\n", rule_end_name(ruling.end));
	if (ruling.end == RULE_UNDECIDED) {
		struct cel_unknowns unknowns = cel_unknown_paths(arena, ruling.value);

		for (size_t i = 0; i < unknowns.count; i++)
			buf_addf(out, "  depends on %.*s\n", STR_ARG(unknowns.paths[i]));
		if (was_run(&traces->condition))
			buf_addf(out, "  still to decide: %.*s\n",
			    STR_ARG(cel_residual(arena, &traces->condition)));
	}
	if (ruling.end == RULE_ERROR && cel_is_error(ruling.value))
		buf_addf(out, "  %.*s\n", STR_ARG(cel_error_of(ruling.value)->text));
}

static void explain_item(
    struct single *single, struct value item, size_t index, bool has_item, struct buf *out)
{
	struct evaluator *evaluator = &single->evaluator;
	struct rule_traces *traces = arena_make(evaluator->arena, struct rule_traces);
	const struct rule_programs *programs = single->rule.programs;
	struct ruling ruling;

	rule_traces_begin(evaluator->arena, programs, traces);
	ruling = judge_item(evaluator, &single->rule, item, index, traces);
	if (has_item)
		buf_addf(out, "item %zu: %.*s\n", index,
		    STR_ARG(cel_to_text(evaluator->arena, item, 200)));
	explain_part(out, single->rule.rule->is_require ? "require" : "forbid", programs->condition,
	    &traces->condition);
	explain_end(out, evaluator->arena, traces, ruling);
}

#define EXPLAINED_ITEMS 20

static void explain(struct single *single, struct buf *out)
{
	struct evaluator *evaluator = &single->evaluator;
	struct rule_traces *traces = arena_make(evaluator->arena, struct rule_traces);
	const struct rule_programs *programs = single->rule.programs;
	struct ruling ruling = {RULE_PASS, value_null()};
	struct value items;
	bool has_items;

	rule_traces_begin(evaluator->arena, programs, traces);
	has_items = judge_items(evaluator, &single->rule, traces, &items, &ruling);
	explain_part(out, "when", programs->when, &traces->when);
	if (has_items || ruling.end != RULE_GUARDED)
		explain_part(out, "each", programs->each, &traces->each);
	if (!has_items) {
		explain_end(out, evaluator->arena, traces, ruling);
		return;
	}
	for (uint32_t i = 0; i < items.len && i < EXPLAINED_ITEMS; i++)
		explain_item(single, cel_load(items.as.items[i]), i, programs->each != NULL, out);
	if (items.len == 0)
		buf_adds(out, "no items: the rule passes\n");
	if (items.len > EXPLAINED_ITEMS)
		buf_addf(out, "... and %u more items\n", (unsigned)(items.len - EXPLAINED_ITEMS));
}

bool evaluate_explain(struct arena *arena, const struct rule_subject *subject, struct buf *out,
    struct policy_problems *problems, struct err *err)
{
	struct single *single;
	bool ok;

	if (!is_taken(subject)) {
		buf_adds(out, "result: not matched\n");
		return true;
	}
	single = single_begin(arena, subject, problems);
	ok = single_ready(single, err) && set_view(single, subject->change, HOST_SHOWN, err);
	if (ok)
		explain(single, out);
	evaluator_end(&single->evaluator);
	return ok;
}

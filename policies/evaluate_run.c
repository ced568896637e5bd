/* Rules of scope `run`: about all plans of one pull request together. */

#include "base/arena.h"
#include "base/err.h"
#include "policies/evaluator.h"

/* What a rule of scope run sees of the plans: {plans: [{dir, labels, summary}], summary}. */

static struct value map_of(struct arena *arena, struct value_entry *entries, size_t count)
{
	struct value map = value_null();
	struct str duplicate;

	/* The keys are ours and differ. */
	return value_map(arena, entries, count, &map, &duplicate) ? map : value_null();
}

static struct value_entry entry(const char *key, struct value value)
{
	return (struct value_entry){value_string(str_from(key)), value};
}

static struct value summary_of(struct arena *arena, const struct plan_summary *summary)
{
	struct value_entry *entries = arena_array(arena, struct value_entry, 6);

	entries[0] = entry("add", value_int((int64_t)summary->add));
	entries[1] = entry("change", value_int((int64_t)summary->change));
	entries[2] = entry("destroy", value_int((int64_t)summary->destroy));
	entries[3] = entry("forget", value_int((int64_t)summary->forget));
	entries[4] = entry("import", value_int((int64_t)summary->import));
	entries[5] = entry("replace", value_int((int64_t)summary->replace));
	return map_of(arena, entries, 6);
}

static void add_summary(struct plan_summary *total, const struct plan_summary *summary)
{
	total->add += summary->add;
	total->change += summary->change;
	total->destroy += summary->destroy;
	total->forget += summary->forget;
	total->import += summary->import;
	total->replace += summary->replace;
}

static struct value plan_of(struct arena *arena, const struct evaluation *evaluation)
{
	struct value_entry *entries = arena_array(arena, struct value_entry, 3);
	struct str directory = evaluation->head->directory;

	entries[0] = entry("dir", value_string(directory.len > 0 ? directory : STR(".")));
	entries[1] = entry("labels", evaluation->head->labels_value);
	entries[2] = entry("summary", summary_of(arena, &evaluation->plan->summary));
	return map_of(arena, entries, 3);
}

static struct value run_value(
    struct arena *arena, const struct evaluation *const *plans, size_t count)
{
	struct value *items = arena_array(arena, struct value, count + 1);
	struct value_entry *entries = arena_array(arena, struct value_entry, 2);
	struct plan_summary total = {0};

	for (size_t i = 0; i < count; i++) {
		items[i] = plan_of(arena, plans[i]);
		add_summary(&total, &plans[i]->plan->summary);
	}
	entries[0] = entry("plans", value_list(items, count));
	entries[1] = entry("summary", summary_of(arena, &total));
	return map_of(arena, entries, 2);
}

/* One rule of the root directory stands in the chain of every plan. */
static bool is_same_place(const struct policy_place *a, const struct policy_place *b)
{
	return a->line == b->line && a->column == b->column && str_eq(a->file, b->file);
}

static bool is_seen(
    const struct judged_rule *seen, size_t seen_count, const struct judged_rule *rule)
{
	for (size_t i = 0; i < seen_count; i++) {
		if (str_eq(seen[i].rule->id, rule->rule->id) &&
		    is_same_place(&seen[i].rule->place, &rule->rule->place) &&
		    seen[i].is_trusted == rule->is_trusted)
			return true;
	}
	return false;
}

struct run_rules {
	struct judged_rule *seen;
	size_t count;
};

/* Keeps the rules of scope run that no earlier plan's chain had. */
static void keep_new_rules(
    struct arena *arena, struct evaluator *evaluator, struct run_rules *rules)
{
	size_t kept = 0, size = sizeof(*rules->seen);

	for (size_t i = 0; i < evaluator->rule_count; i++) {
		struct judged_rule *rule = &evaluator->rules[i];

		if (rule->rule->scope != SCOPE_RUN || is_seen(rules->seen, rules->count, rule))
			continue;
		rules->seen =
		    arena_grow(arena, rules->seen, rules->count * size, (rules->count + 1) * size);
		rules->seen[rules->count++] = *rule;
		evaluator->rules[kept++] = *rule;
	}
	evaluator->rule_count = kept;
}

/* What is the same for every directory. */
struct run {
	struct value value;
	bool incomplete;
	struct run_rules rules;
	struct policy_problems *problems;
};

static bool any_incomplete(const struct evaluation *const *plans, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (plan_is_incomplete(plans[i]->plan))
			return true;
	}
	return false;
}

static void append_findings(struct arena *arena, struct verdict *out, const struct verdict *part)
{
	size_t size = sizeof(*out->findings);

	out->findings = arena_grow(arena, out->findings, out->finding_count * size,
	    (out->finding_count + part->finding_count) * size);
	for (size_t i = 0; i < part->finding_count; i++)
		out->findings[out->finding_count++] = part->findings[i];
	out->rules += part->rules;
	for (size_t i = 0; i < LEVEL_DENY + 1; i++)
		out->left_out[i] += part->left_out[i];
	if (part->break_glass.len > 0)
		out->break_glass = part->break_glass;
}

/* Those that cover something here; the others are listed with the plans. */
static void append_waivers(struct arena *arena, struct verdict *out, const struct verdict *part)
{
	size_t size = sizeof(*out->waivers);

	out->waivers = arena_grow(arena, out->waivers, out->waiver_count * size,
	    (out->waiver_count + part->waiver_count) * size);
	for (size_t i = 0; i < part->waiver_count; i++) {
		if (part->waivers[i].findings > 0)
			out->waivers[out->waiver_count++] = part->waivers[i];
	}
}

static bool run_one(struct arena *arena, struct run *run, const struct evaluation *evaluation,
    struct verdict *out, struct err *err)
{
	struct evaluator *evaluator = arena_make(arena, struct evaluator);
	struct verdict *part = arena_make(arena, struct verdict);
	bool ok;

	evaluator_begin(evaluator, arena, arena, evaluation);
	evaluator->problems = run->problems;
	evaluator->verdict = part;
	evaluator->incomplete = run->incomplete;
	evaluator->activation[VARIABLE_run] = run->value;
	evaluator_choose(evaluator);
	keep_new_rules(arena, evaluator, &run->rules);
	part->tally_count = evaluator->rule_count;
	ok = judge_whole(evaluator, SCOPE_RUN, err);
	if (ok) {
		evaluator_finish(evaluator);
		append_findings(arena, out, part);
		append_waivers(arena, out, part);
	}
	evaluator_end(evaluator);
	return ok;
}

bool evaluate_run(struct arena *arena, const struct evaluation *const *plans, size_t count,
    struct policy_problems *problems, struct verdict *out, struct err *err)
{
	struct run run = {.value = run_value(arena, plans, count),
	    .incomplete = any_incomplete(plans, count),
	    .problems = problems};
	bool ok = true;

	*out = (struct verdict){.evaluated = true};
	for (size_t i = 0; ok && i < count; i++)
		ok = run_one(arena, &run, plans[i], out, err);
	verdict_seal(arena, out);
	return ok;
}

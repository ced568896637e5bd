#include "policies/evaluate_state.h"

#include "base/arena.h"
#include "base/err.h"
#include "policies/evaluator.h"

struct again {
	struct evaluator *evaluator;
	const struct evaluation_state *after;
	size_t undecided; /* before, by rule and address */
	size_t missing;	  /* of those: not in the state */
};

static bool is_about_state(const struct finding *finding)
{
	return finding->kind == FINDING_UNDECIDED && finding->rule && finding->address.len > 0 &&
	       finding->deposed.len == 0 &&
	       (finding->rule->scope == SCOPE_RESOURCE || finding->rule->scope == SCOPE_OUTPUT);
}

bool evaluate_has_undecided(const struct verdict *verdict)
{
	for (size_t i = 0; verdict->evaluated && i < verdict->finding_count; i++) {
		if (verdict->findings[i].kind == FINDING_UNDECIDED)
			return true;
	}
	return false;
}

/* `each` gives one finding per item; the rule runs once for all of them. */
static bool is_repeated(const struct verdict *before, size_t i)
{
	const struct finding *finding = &before->findings[i];

	for (size_t k = 0; k < i; k++) {
		const struct finding *other = &before->findings[k];

		if (other->rule == finding->rule && is_about_state(other) &&
		    str_eq(other->address, finding->address))
			return true;
	}
	return false;
}

static struct judged_rule *find_rule(struct evaluator *evaluator, const struct rule *rule)
{
	for (size_t i = 0; i < evaluator->rule_count; i++) {
		if (evaluator->rules[i].rule == rule)
			return &evaluator->rules[i];
	}
	return NULL;
}

/* What went away has no state: its plan said all there is. */
static bool leaves_nothing(const struct change *change)
{
	return change->after.kind == VALUE_NULL;
}

/* The planned change as it came out. */
static bool change_now(const struct again *again, const struct finding *finding,
    struct change *change, bool *found, struct err *err)
{
	const struct plan *plan = again->evaluator->plan;
	const struct state *state = again->after->state;
	struct arena *scratch = again->evaluator->scratch;
	bool is_output = finding->rule->scope == SCOPE_OUTPUT;
	enum change_set set = is_output ? CHANGES_OUTPUT : CHANGES_RESOURCE;
	struct change now;
	size_t i;

	if (!plan_find(plan, set, finding->address, scratch, &i, found, err))
		return false;
	if (!*found)
		return true;
	if (!plan_load(plan, set, i, scratch, change, err))
		return false;
	if (leaves_nothing(change))
		return true;
	if (is_output)
		return state_output(scratch, state, finding->address, &change->after, found, err);
	if (!state_find(scratch, state, finding->address, &now, found, err))
		return false;
	change->after = *found ? now.after : change->after;
	return true;
}

static bool judge_now(
    struct again *again, struct judged_rule *rule, const struct change *change, struct err *err)
{
	struct evaluator *evaluator = again->evaluator;
	bool ok;

	evaluator->scope = rule->rule->scope;
	evaluator->change = change;
	rule->tally->matched++;
	ok = judge_view(evaluator, evaluator->scratch, change, HOST_RAW, err) &&
	     judge_rule(evaluator, rule, err);
	evaluator->change = NULL;
	return ok;
}

/* It stays what it was. */
static void keep(struct again *again, const struct finding *finding)
{
	(void)finding_add(again->evaluator, finding);
}

static bool judge_finding(struct again *again, const struct finding *finding, struct err *err)
{
	struct evaluator *evaluator = again->evaluator;
	struct judged_rule *rule = find_rule(evaluator, finding->rule);
	struct arena_mark mark = arena_save(evaluator->scratch);
	struct change *change = arena_make(evaluator->scratch, struct change);
	bool found = false, ok = true;

	again->undecided++;
	if (rule && judge_ready(evaluator, rule))
		ok = change_now(again, finding, change, &found, err);
	if (ok && found) {
		ok = judge_now(again, rule, change, err);
	} else if (ok) {
		again->missing++;
		keep(again, finding);
	}
	arena_rewind(evaluator->scratch, mark);
	return ok;
}

static bool judge_undecided(struct again *again, struct err *err)
{
	const struct verdict *before = again->after->before;
	bool ok = true;

	for (size_t i = 0; ok && i < before->finding_count; i++) {
		const struct finding *finding = &before->findings[i];

		if (finding->kind != FINDING_UNDECIDED)
			continue;
		if (!is_about_state(finding)) {
			again->undecided++;
			again->missing++;
			keep(again, finding);
		} else if (!is_repeated(before, i)) {
			ok = judge_finding(again, finding, err);
		}
	}
	return ok;
}

/* Only what was looked at counts; that the rest was not is no news. */
static void keep_matched(struct verdict *verdict)
{
	size_t tallies = 0, waivers = 0;

	for (size_t i = 0; i < verdict->tally_count; i++) {
		if (verdict->tallies[i].matched > 0)
			verdict->tallies[tallies++] = verdict->tallies[i];
	}
	verdict->tally_count = tallies;
	verdict->rules = verdict->rules_matched;
	for (size_t i = 0; i < verdict->waiver_count; i++) {
		if (verdict->waivers[i].findings > 0)
			verdict->waivers[waivers++] = verdict->waivers[i];
	}
	verdict->waiver_count = waivers;
	verdict->nothing_evaluated = false;
}

static void add_notes(const struct again *again, struct verdict *verdict)
{
	struct arena *arena = again->evaluator->arena;
	struct str *notes = arena_array(arena, struct str, 2);
	size_t still = verdict->undecided, n = 0;

	notes[n++] = str_format(arena,
	    "%zu rule%s on a resource could not be decided before the apply and %s decided again "
	    "on the state",
	    again->undecided, again->undecided == 1 ? "" : "s",
	    again->undecided == 1 ? "was" : "were");
	if (still > 0)
		notes[n++] =
		    str_format(arena, "%zu finding%s cannot be decided on the state either", still,
			still == 1 ? "" : "s");
	verdict->notes = notes;
	verdict->note_count = n;
}

bool evaluate_again(struct arena *arena, struct arena *scratch,
    const struct evaluation_state *after, struct policy_problems *problems, struct verdict *out,
    struct err *err)
{
	const struct evaluation *evaluation = after->evaluation;
	struct evaluator *evaluator = arena_make(arena, struct evaluator);
	struct again again = {.evaluator = evaluator, .after = after};
	size_t before = problems->count;
	bool ok;

	*out = (struct verdict){0};
	out->head_source = evaluation->head->source;
	out->trusted_source = evaluation->trusted ? evaluation->trusted->source : STR_EMPTY;
	evaluator_begin(evaluator, arena, scratch, evaluation);
	evaluator->problems = problems;
	evaluator->verdict = out;
	evaluator_choose(evaluator);
	ok = judge_undecided(&again, err);
	if (ok) {
		evaluator_finish(evaluator);
		keep_matched(out);
		verdict_seal(arena, out);
		add_notes(&again, out);
	}
	evaluator_end(evaluator);
	if (ok && problems->count > before)
		return err_set(err, ERR_INVALID, "a rule cannot be used");
	return ok;
}

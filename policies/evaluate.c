#include "policies/evaluate.h"

#include "base/arena.h"
#include "base/digest.h"
#include "base/err.h"
#include "policies/evaluator.h"
#include "policies/match.h"
#include "policies/moved.h"

static const char *const end_names[] = {
    [RULE_NOT_MATCHED] = "not matched",
    [RULE_GUARDED] = "guarded",
    [RULE_PASS] = "pass",
    [RULE_VIOLATION] = "violation",
    [RULE_UNDECIDED] = "undecided",
    [RULE_ERROR] = "error",
};

const char *rule_end_name(enum rule_end end)
{
	return end_names[end];
}

/* --- what does not change from one resource to the next --- */

static struct value unknown_named(const char *path)
{
	struct value value = value_unknown();

	value.as.text = path;
	value.len = (uint32_t)strlen(path);
	return value;
}

static struct value directory_parts(struct arena *arena, struct str directory)
{
	struct value *items = arena_array(arena, struct value, directory.len + 1);
	struct str part;
	size_t count = 0;

	while (str_split(&directory, '/', &part)) {
		if (part.len > 0)
			items[count++] = value_string(part);
	}
	return value_list(items, count);
}

static const char *operation_word(const struct policy_world *world)
{
	return world->operation_word ? world->operation_word
				     : operation_name(world->facts->operation);
}

void evaluator_bind(struct evaluator *evaluator)
{
	const struct policy_world *world = evaluator->world;
	struct value *activation = evaluator->activation;

	activation[VARIABLE_operation] = value_string(str_from(operation_word(world)));
	activation[VARIABLE_resource] = value_null();
	activation[VARIABLE_plan] = value_null(); /* made when it is asked for */
	activation[VARIABLE_output] = value_null();
	activation[VARIABLE_run] = unknown_named("run");
	activation[VARIABLE_backend] = world->backend;
	activation[VARIABLE_git] = world->git;
	activation[VARIABLE_pr] = world->pr;
	activation[VARIABLE_data] = world->data;
	activation[VARIABLE_now] = cel_time(CEL_TIMESTAMP, world->now, 0);
}

void evaluator_begin(struct evaluator *evaluator, struct arena *arena, struct arena *scratch,
    const struct evaluation *evaluation)
{
	*evaluator = (struct evaluator){.arena = arena,
	    .scratch = scratch,
	    .results = arena_new(),
	    .trace = arena_new(),
	    .kept = arena_new(),
	    .evaluation = evaluation,
	    .world = evaluation->world,
	    .plan = evaluation->plan};
	evaluator->kept_start = arena_save(evaluator->kept);
	evaluator->host = host_new(arena, evaluation->plan, evaluation->world);
	evaluator->run = cel_run_new(arena);
	cel_run_host(evaluator->run, host_cel(evaluator->host));
	cel_run_budget(evaluator->run, EVALUATION_STEPS);
	evaluator_bind(evaluator);
}

void evaluator_end(struct evaluator *evaluator)
{
	cel_run_free(evaluator->run);
	arena_free(evaluator->results);
	arena_free(evaluator->trace);
	arena_free(evaluator->kept);
}

/* All rules look at it one after the other: what a named expression says is kept meanwhile. */
static void begin_subject(struct evaluator *evaluator, const struct change *change)
{
	evaluator->change = change;
	evaluator->keeps = true;
	arena_rewind(evaluator->kept, evaluator->kept_start);
	cel_run_subject(evaluator->run);
}

/* --- which rules are run --- */

void judged_rule_begin(
    struct evaluator *evaluator, struct ruleset *ruleset, size_t index, struct judged_rule *rule)
{
	struct str directory = ruleset->directory;

	*rule = (struct judged_rule){.ruleset = ruleset,
	    .index = index,
	    .rule = &ruleset->rules[index],
	    .params = ruleset_params(evaluator->arena, ruleset, index),
	    .labels = ruleset->labels_value,
	    .dir = value_string(directory.len > 0 ? directory : STR(".")),
	    .dir_parts = directory_parts(evaluator->arena, directory)};
}

/* Of two chains: what is the same in both is run once, with the trusted one's; what the head
 * changes and the owners let go is run as the head has it. */
static bool is_run(
    const struct evaluator *evaluator, const struct ruleset *ruleset, const struct rule *rule)
{
	const struct evaluation *evaluation = evaluator->evaluation;

	if (rule->disabled)
		return false;
	if (!evaluation->trusted)
		return true;
	if (ruleset == evaluation->head)
		return !rule->is_trusted;
	return rule->is_head || !rule_is_released(evaluator, rule->id);
}

static void add_rules(struct evaluator *evaluator, struct ruleset *ruleset)
{
	const struct evaluation *evaluation = evaluator->evaluation;

	for (size_t i = 0; ruleset && i < ruleset->rule_count; i++) {
		const struct rule *rule = &ruleset->rules[i];
		struct judged_rule *judged = &evaluator->rules[evaluator->rule_count];
		struct rule_tally *tally = &evaluator->verdict->tallies[evaluator->rule_count];

		if (!is_run(evaluator, ruleset, rule) ||
		    (is_moved(evaluation, ruleset) && !moved_rule_adds(evaluator, ruleset, i)))
			continue;
		judged_rule_begin(evaluator, ruleset, i, judged);
		tally->rule = rule;
		judged->tally = tally;
		judged->is_trusted = ruleset != evaluation->head || !evaluation->trusted;
		judged->is_head = ruleset == evaluation->head || rule->is_head;
		evaluator->rule_count++;
	}
}

void evaluator_choose(struct evaluator *evaluator)
{
	const struct evaluation *evaluation = evaluator->evaluation;
	size_t room = evaluation->head->rule_count;

	room += evaluation->trusted ? evaluation->trusted->rule_count : 0;
	for (size_t i = 0; i < evaluation->moved_count; i++)
		room += evaluation->moved[i].rules->rule_count;
	evaluator->rules = arena_array(evaluator->arena, struct judged_rule, room + 1);
	evaluator->verdict->tallies = arena_array(evaluator->arena, struct rule_tally, room + 1);
	add_rules(evaluator, evaluation->trusted);
	add_rules(evaluator, evaluation->head);
	for (size_t i = 0; i < evaluation->moved_count; i++)
		add_rules(evaluator, evaluation->moved[i].rules);
	evaluator->verdict->tally_count = evaluator->rule_count;
}

static bool has_scope(const struct evaluator *evaluator, enum rule_scope scope)
{
	for (size_t i = 0; i < evaluator->rule_count; i++) {
		if (evaluator->rules[i].rule->scope == scope)
			return true;
	}
	return false;
}

/* --- resources, drift --- */

static bool is_judged(const struct evaluator *evaluator, const struct change_entry *entry)
{
	return evaluator->changed_judged && evaluator->scope == SCOPE_RESOURCE &&
	       plan_selection_takes(
		   (struct plan_selection){CHANGES_RESOURCE, VISIT_CHANGED}, entry);
}

static bool some_rule_wants(const struct evaluator *evaluator, const struct change_entry *entry)
{
	unsigned actions = match_entry_actions(entry);
	const struct type_rules *types;

	if ((evaluator->types.actions & actions) == 0) /* most of a large plan is no-ops */
		return false;
	types = type_rules_find(&evaluator->types, entry->type_hash);
	return types && (types->actions & actions) != 0;
}

static bool some_rule_waits(const struct evaluator *evaluator, const struct change_entry *entry)
{
	const struct type_rules *types = type_rules_find(&evaluator->types, entry->type_hash);

	for (size_t i = 0; types && i < types->count; i++) {
		if (types->rules[i]->waits)
			return true;
	}
	return false;
}

static int by_number(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

static bool is_waited_for(void *context, size_t i UNUSED, const struct change_entry *entry)
{
	const struct evaluator *evaluator = context;

	return is_judged(evaluator, entry) && some_rule_wants(evaluator, entry) &&
	       some_rule_waits(evaluator, entry) &&
	       bsearch(&entry->address_hash, evaluator->waited.hashes, evaluator->waited.count,
		   sizeof(uint64_t), by_number);
}

static bool wants_entry(void *context, size_t i UNUSED, const struct change_entry *entry)
{
	const struct evaluator *evaluator = context;

	return some_rule_wants(evaluator, entry) && !is_judged(evaluator, entry);
}

/* The bits of the index, from a loaded change. */
static struct change_entry entry_of(const struct change_head *head)
{
	unsigned flags = 0;

	flags |= head->importing ? ENTRY_IMPORTING : 0U;
	flags |= head->deposed.len > 0 ? ENTRY_DEPOSED : 0U;
	flags |= !str_is(head->mode, "managed") && head->mode.len > 0 ? ENTRY_DATA : 0U;
	return (struct change_entry){.action = (uint8_t)head->action, .flags = (uint8_t)flags};
}

/* A rule that was compiled for this change may want more of it than was made. */
static bool bring_up_to_date(struct evaluator *evaluator, struct err *err)
{
	if (!evaluator->outdated)
		return true;
	evaluator->outdated = false;
	return judge_view(evaluator, evaluator->scratch, evaluator->change, HOST_RAW, err);
}

static void wait_for_change(struct evaluator *evaluator)
{
	struct waited *waited = &evaluator->waited;
	uint64_t hash = hash_bytes(evaluator->change->head.address);

	if (waited->count > 0 && waited->hashes[waited->count - 1] == hash)
		return;
	if (waited->count == waited->room) {
		waited->room = waited->room > 0 ? waited->room * 2 : 256;
		waited->hashes = arena_grow(evaluator->arena, waited->hashes,
		    waited->count * sizeof(uint64_t), waited->room * sizeof(uint64_t));
	}
	waited->hashes[waited->count++] = hash;
}

static bool wait_unless_passed(
    struct evaluator *evaluator, struct judged_rule *rule, struct err *err)
{
	if (!bring_up_to_date(evaluator, err))
		return false;
	if (match_is_unsure(&rule->rule->match, evaluator->change) ||
	    !judge_passes(evaluator, rule)) {
		rule->waits = true;
		wait_for_change(evaluator);
	}
	return true;
}

static bool judge_one(struct evaluator *evaluator, struct judged_rule *rule,
    const struct change_entry *entry, bool *any, struct err *err)
{
	const struct rule_match *match = &rule->rule->match;

	if ((evaluator->turn == TURN_WAITING && !rule->waits) || !match_entry(match, entry) ||
	    !match_change(match, evaluator->change) || !judge_ready(evaluator, rule))
		return true;
	if (evaluator->turn != TURN_WAITING) { /* else it was counted ahead */
		rule->tally->matched++;
		*any = true;
	}
	if (evaluator->turn == TURN_AHEAD && rule->programs->waits)
		return wait_unless_passed(evaluator, rule, err);
	if (match_is_unsure(match, evaluator->change))
		return finding_report(evaluator, rule, value_null(), -1,
		    (struct ruling){RULE_UNDECIDED, unknown_named("resource.provider")}, err);
	return bring_up_to_date(evaluator, err) && judge_rule(evaluator, rule, err);
}

static bool judge_rules_of_type(struct evaluator *evaluator, const struct type_rules *types,
    const struct change_entry *entry, bool *any, struct err *err)
{
	for (size_t i = 0; i < types->count; i++) {
		if (!judge_one(evaluator, types->rules[i], entry, any, err))
			return false;
	}
	return true;
}

/* Without the table: for a type that has the hash of another one. */
static bool judge_rules_of_scope(struct evaluator *evaluator, const struct change_entry *entry,
    struct str type, bool *any, struct err *err)
{
	for (size_t i = 0; i < evaluator->rule_count; i++) {
		struct judged_rule *rule = &evaluator->rules[i];

		if (rule->rule->scope == evaluator->scope && match_type(&rule->rule->match, type) &&
		    !judge_one(evaluator, rule, entry, any, err))
			return false;
	}
	return true;
}

static bool judge_change(void *context, const struct change *change, struct err *err)
{
	struct evaluator *evaluator = context;
	struct str type = change->head.type;
	const struct type_rules *types = type_rules_find(&evaluator->types, hash_bytes(type));
	struct change_entry entry = entry_of(&change->head);
	bool any = false, ok;

	begin_subject(evaluator, change);
	if (!judge_view(evaluator, evaluator->scratch, change, HOST_RAW, err))
		return false;
	if (types && str_eq(types->type, type))
		ok = judge_rules_of_type(evaluator, types, &entry, &any, err);
	else
		ok = judge_rules_of_scope(evaluator, &entry, type, &any, err);
	evaluator->verdict->resources += any;
	evaluator->change = NULL;
	return ok;
}

/* Which rules look at which entries of a set. */
NODISCARD static bool begin_set(
    struct evaluator *evaluator, enum rule_scope scope, enum change_set set, struct err *err)
{
	evaluator->scope = scope;
	return !has_scope(evaluator, scope) || type_rules_build(evaluator, set, scope, err);
}

/* Nothing is left when every change was judged and no rule asks for what does not change. */
static bool is_all_judged(const struct evaluator *evaluator)
{
	return evaluator->changed_judged && evaluator->scope == SCOPE_RESOURCE &&
	       (evaluator->types.actions & (MATCH_NO_OP | MATCH_READ)) == 0;
}

/* By the rules that waited, what the others judged ahead. */
static bool judge_waiting(struct evaluator *evaluator, struct err *err)
{
	bool ok;

	if (evaluator->waited.count == 0)
		return true;
	qsort(evaluator->waited.hashes, evaluator->waited.count, sizeof(uint64_t), by_number);
	evaluator->turn = TURN_WAITING;
	ok = plan_visit_wanted(evaluator->plan, CHANGES_RESOURCE, is_waited_for, evaluator->scratch,
	    judge_change, evaluator, err);
	evaluator->turn = TURN_ALL;
	return ok;
}

static bool judge_set(struct evaluator *evaluator, enum change_set set, struct err *err)
{
	return !has_scope(evaluator, evaluator->scope) || is_all_judged(evaluator) ||
	       plan_visit_wanted(evaluator->plan, set, wants_entry, evaluator->scratch,
		   judge_change, evaluator, err);
}

/* --- outputs --- */

/* Outputs have no type: every rule of the scope looks at each. */
static bool judge_output(void *context, const struct change *change, struct err *err)
{
	struct evaluator *evaluator = context;
	struct change_entry entry = {.action = (uint8_t)change->head.action};
	bool any = false, ok = true;

	begin_subject(evaluator, change);
	ok = judge_view(evaluator, evaluator->scratch, change, HOST_RAW, err);
	for (size_t i = 0; ok && i < evaluator->rule_count; i++) {
		if (evaluator->rules[i].rule->scope == SCOPE_OUTPUT)
			ok = judge_one(evaluator, &evaluator->rules[i], &entry, &any, err);
	}
	evaluator->verdict->resources += any;
	evaluator->change = NULL;
	return ok;
}

static bool judge_outputs(struct evaluator *evaluator, struct err *err)
{
	evaluator->scope = SCOPE_OUTPUT;
	return !has_scope(evaluator, SCOPE_OUTPUT) ||
	       plan_visit(evaluator->plan, (struct plan_selection){CHANGES_OUTPUT, VISIT_ALL},
		   evaluator->scratch, judge_output, evaluator, err);
}

/* --- the plan as a whole --- */

/* What is not all there cannot be counted: every rule about the whole is undecided. */
static bool judge_incomplete(struct evaluator *evaluator, struct judged_rule *rule, struct err *err)
{
	struct ruling ruling = {RULE_UNDECIDED, unknown_named("plan.complete")};

	return finding_report(evaluator, rule, value_null(), -1, ruling, err);
}

bool judge_whole(struct evaluator *evaluator, enum rule_scope scope, struct err *err)
{
	bool ok = true;

	evaluator->scope = scope;
	begin_subject(evaluator, NULL);
	ok = judge_view(evaluator, evaluator->scratch, NULL, HOST_RAW, err);
	for (size_t i = 0; ok && i < evaluator->rule_count; i++) {
		struct judged_rule *rule = &evaluator->rules[i];

		if (rule->rule->scope != scope || !judge_ready(evaluator, rule))
			continue;
		rule->tally->matched++;
		ok = bring_up_to_date(evaluator, err) &&
		     (evaluator->incomplete ? judge_incomplete(evaluator, rule, err)
					    : judge_rule(evaluator, rule, err));
	}
	return ok;
}

/* --- */

bool plan_is_incomplete(const struct plan *plan)
{
	return plan->complete == TRI_NO || plan->counts[CHANGES_DEFERRED] > 0 ||
	       !plan->summary.known || plan->errored || plan->result == PLAN_ERROR;
}

static bool judge_all(struct evaluator *evaluator, struct err *err)
{
	return judge_waiting(evaluator, err) && judge_set(evaluator, CHANGES_RESOURCE, err) &&
	       begin_set(evaluator, SCOPE_DRIFT, CHANGES_DRIFT, err) &&
	       judge_set(evaluator, CHANGES_DRIFT, err) && judge_outputs(evaluator, err) &&
	       judge_whole(evaluator, SCOPE_PLAN, err);
}

bool plan_is_cut_text(const struct plan *plan)
{
	struct plan_summary listed = {0};

	if (plan->form == PLAN_FORM_JSON)
		return false;
	if (!plan->summary.known)
		return plan->counts[CHANGES_RESOURCE] > 0 && !plan->apply.present;
	for (size_t i = 0; i < plan->counts[CHANGES_RESOURCE]; i++) {
		struct change_entry entry = entry_of(&plan->rows[CHANGES_RESOURCE][i].head);

		plan_summary_add(&listed, &entry);
	}
	return listed.add < plan->summary.add || listed.change < plan->summary.change ||
	       listed.destroy < plan->summary.destroy || listed.forget < plan->summary.forget;
}

/* Why there can be no verdict; empty: there can. */
static struct str why_withheld(const struct plan *plan)
{
	if (plan->errored || plan->result == PLAN_ERROR)
		return STR("terraform reported an error: an errored plan gets no verdict");
	if (plan_is_cut_text(plan) && plan->summary.known)
		return STR("the text counts more changes than it lists: what is missing cannot be "
			   "judged; read the plan as JSON");
	if (plan_is_cut_text(plan))
		return STR(
		    "the text ends before its summary (\"Plan: ...\"): what is missing cannot "
		    "be judged; give the whole text, or the plan as JSON");
	return STR_EMPTY;
}

/* NOLINTNEXTLINE(readability-function-size): the parameters of evaluate_plan() and a result */
bool evaluate_begin(struct arena *arena, struct arena *scratch, const struct evaluation *evaluation,
    struct policy_problems *problems, struct verdict *out, struct evaluator **evaluator,
    struct err *err)
{
	struct evaluator *begun;

	*evaluator = NULL;
	*out = (struct verdict){0};
	out->head_source = evaluation->head->source;
	out->trusted_source = evaluation->trusted ? evaluation->trusted->source : STR_EMPTY;
	out->withheld = why_withheld(evaluation->plan);
	if (out->withheld.len > 0)
		return true;
	begun = *evaluator = arena_make(arena, struct evaluator);
	evaluator_begin(begun, arena, scratch, evaluation);
	begun->problems = problems;
	begun->problems_before = problems->count;
	begun->verdict = out;
	begun->incomplete = plan_is_incomplete(evaluation->plan);
	evaluator_choose(begun);
	weakenings_report(begun);
	moved_report(begun);
	imported_add(begun);
	return begin_set(begun, SCOPE_RESOURCE, CHANGES_RESOURCE, err);
}

bool evaluate_change(struct evaluator *evaluator, const struct change *change, struct err *err)
{
	struct change_entry entry;
	struct arena_mark mark;
	bool ok;

	if (!evaluator)
		return true;
	evaluator->changed_judged = true;
	evaluator->turn = TURN_AHEAD;
	entry = entry_of(&change->head);
	entry.type_hash = hash_bytes(change->head.type);
	if (!some_rule_wants(evaluator, &entry))
		return true;
	mark = arena_save(evaluator->scratch);
	ok = judge_change(evaluator, change, err);
	arena_rewind(evaluator->scratch, mark);
	return ok;
}

bool evaluate_finish(struct evaluator *evaluator, struct err *err)
{
	if (!evaluator)
		return true;
	evaluator->turn = TURN_ALL;
	host_forget_shown(evaluator->host);
	if (!judge_all(evaluator, err))
		return false;
	evaluator_finish(evaluator);
	if (evaluator->problems->count > evaluator->problems_before)
		return err_set(err, ERR_INVALID, "a rule cannot be used");
	return true;
}

void evaluate_end(struct evaluator *evaluator)
{
	if (evaluator)
		evaluator_end(evaluator);
}

bool evaluate_plan(struct arena *arena, struct arena *scratch, const struct evaluation *evaluation,
    struct policy_problems *problems, struct verdict *out, struct err *err)
{
	struct evaluator *evaluator;
	bool ok = evaluate_begin(arena, scratch, evaluation, problems, out, &evaluator, err) &&
		  evaluate_finish(evaluator, err);

	evaluate_end(evaluator);
	return ok;
}

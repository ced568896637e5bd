#include "policies/evaluate.h"

#include "base/arena.h"
#include "base/digest.h"
#include "base/err.h"
#include "policies/evaluator.h"
#include "policies/locate.h"
#include "policies/match.h"
#include "policies/release.h"

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
	const struct ruleset *ruleset = evaluator->evaluation->head;
	struct value *activation = evaluator->activation;

	activation[VARIABLE_operation] = value_string(str_from(operation_word(world)));
	activation[VARIABLE_resource] = value_null();
	activation[VARIABLE_plan] = value_null(); /* made when it is asked for */
	activation[VARIABLE_output] = value_null();
	activation[VARIABLE_run] = unknown_named("run");
	activation[VARIABLE_backend] = world->backend;
	activation[VARIABLE_labels] = ruleset->labels_value;
	activation[VARIABLE_dir] =
	    value_string(ruleset->directory.len > 0 ? ruleset->directory : STR("."));
	activation[VARIABLE_dir_parts] = directory_parts(evaluator->arena, ruleset->directory);
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
	    .evaluation = evaluation,
	    .world = evaluation->world,
	    .plan = evaluation->plan};
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
}

/* --- which rules are run --- */

/* Of two chains: what is the same in both is run once, with the trusted one's; what the trusted one
 * has and the owners let go is run as the head has it. */
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
	return !rule_is_released(evaluator, rule->id);
}

static void add_rules(struct evaluator *evaluator, struct ruleset *ruleset)
{
	for (size_t i = 0; ruleset && i < ruleset->rule_count; i++) {
		const struct rule *rule = &ruleset->rules[i];
		struct judged_rule *judged = &evaluator->rules[evaluator->rule_count];
		struct rule_tally *tally = &evaluator->verdict->tallies[evaluator->rule_count];

		if (!is_run(evaluator, ruleset, rule))
			continue;
		tally->rule = rule;
		*judged = (struct judged_rule){.ruleset = ruleset,
		    .index = i,
		    .rule = rule,
		    .params = ruleset_params(evaluator->arena, ruleset, i),
		    .tally = tally,
		    .is_trusted = ruleset == evaluator->evaluation->trusted ||
				  ruleset == evaluator->evaluation->moved_from,
		    .is_head = ruleset == evaluator->evaluation->head || rule->is_head};
		evaluator->rule_count++;
	}
}

void evaluator_choose(struct evaluator *evaluator)
{
	const struct evaluation *evaluation = evaluator->evaluation;
	size_t room = evaluation->head->rule_count;

	room += evaluation->trusted ? evaluation->trusted->rule_count : 0;
	room += evaluation->moved_from ? evaluation->moved_from->rule_count : 0;
	evaluator->rules = arena_array(evaluator->arena, struct judged_rule, room + 1);
	evaluator->verdict->tallies = arena_array(evaluator->arena, struct rule_tally, room + 1);
	add_rules(evaluator, evaluation->trusted);
	add_rules(evaluator, evaluation->head);
	add_rules(evaluator, evaluation->moved_from);
	evaluator->verdict->tally_count = evaluator->rule_count;
	evaluator->verdict->rules = evaluator->rule_count;
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

static bool wants_entry(void *context, size_t i UNUSED, const struct change_entry *entry)
{
	struct evaluator *evaluator = context;

	evaluator->at_hand = type_rules_find(&evaluator->types, entry->type_hash);
	return evaluator->at_hand &&
	       (evaluator->at_hand->actions & match_entry_actions(entry)) != 0;
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

static bool judge_one(struct evaluator *evaluator, struct judged_rule *rule,
    const struct change_entry *entry, bool *any, struct err *err)
{
	const struct rule_match *match = &rule->rule->match;

	if (!match_entry(match, entry) || !match_change(match, evaluator->change) ||
	    !judge_ready(evaluator, rule))
		return true;
	rule->tally->matched++;
	*any = true;
	return judge_rule(evaluator, rule, err);
}

static bool judge_change(void *context, const struct change *change, struct err *err)
{
	struct evaluator *evaluator = context;
	const struct type_rules *types =
	    type_rules_find(&evaluator->types, hash_bytes(change->head.type));
	struct change_entry entry = entry_of(&change->head);
	bool any = false;

	if (!types || !str_eq(types->type, change->head.type))
		return true;
	evaluator->change = change;
	if (!judge_view(evaluator, evaluator->scratch, change, HOST_RAW, err))
		return false;
	for (size_t i = 0; i < types->count; i++) {
		if (!judge_one(evaluator, types->rules[i], &entry, &any, err))
			return false;
	}
	evaluator->verdict->resources += any;
	evaluator->change = NULL;
	return true;
}

static bool judge_set(
    struct evaluator *evaluator, enum rule_scope scope, enum change_set set, struct err *err)
{
	if (!has_scope(evaluator, scope))
		return true;
	evaluator->scope = scope;
	return type_rules_build(evaluator, set, scope, err) &&
	       plan_visit_wanted(evaluator->plan, set, wants_entry, evaluator->scratch,
		   judge_change, evaluator, err);
}

/* --- outputs --- */

static bool judge_output(void *context, const struct change *change, struct err *err)
{
	struct evaluator *evaluator = context;
	struct change_entry entry = {.action = (uint8_t)change->head.action};
	bool any = false;

	evaluator->change = change;
	if (!judge_view(evaluator, evaluator->scratch, change, HOST_RAW, err))
		return false;
	for (size_t i = 0; i < evaluator->rule_count; i++) {
		if (evaluator->rules[i].rule->scope == SCOPE_OUTPUT &&
		    !judge_one(evaluator, &evaluator->rules[i], &entry, &any, err))
			return false;
	}
	evaluator->verdict->resources += any;
	evaluator->change = NULL;
	return true;
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
	evaluator->change = NULL;
	for (size_t i = 0; ok && i < evaluator->rule_count; i++) {
		struct judged_rule *rule = &evaluator->rules[i];

		if (rule->rule->scope != scope || !judge_ready(evaluator, rule))
			continue;
		rule->tally->matched++;
		ok = evaluator->incomplete ? judge_incomplete(evaluator, rule, err)
					   : judge_rule(evaluator, rule, err);
	}
	return ok;
}

/* --- after all of them --- */

/* An error counts once with all its changes. */
static void count_errors(struct evaluator *evaluator)
{
	for (size_t i = 0; i < evaluator->findings.count; i++) {
		struct finding *finding = &evaluator->findings.items[i];

		for (size_t k = 0; finding->kind == FINDING_ERROR && k < evaluator->rule_count;
		     k++) {
			if (evaluator->rules[k].rule == finding->rule)
				finding->count = evaluator->rules[k].tally->errors;
		}
	}
}

/* Both chains found the same: the stricter of the two stays. */
static bool is_same_finding(const struct finding *a, const struct finding *b)
{
	return str_eq(a->fingerprint, b->fingerprint) && str_eq(a->item, b->item) &&
	       a->kind == b->kind;
}

static void merge_chains(struct evaluator *evaluator)
{
	struct finding_list *list = &evaluator->findings;
	size_t kept = 0;

	for (size_t i = 0; evaluator->evaluation->trusted && i < list->count; i++) {
		size_t same = 0;

		while (same < kept && (list->items[i].from_trusted ||
					  !is_same_finding(&list->items[same], &list->items[i])))
			same++;
		if (same == kept) {
			list->items[kept++] = list->items[i];
			continue;
		}
		if (list->items[i].level > list->items[same].level)
			list->items[same] = list->items[i];
		list->items[same].from_trusted = list->items[same].from_head = true;
	}
	if (evaluator->evaluation->trusted)
		list->count = kept;
}

static void add_imported(struct evaluator *evaluator)
{
	const struct evaluation *evaluation = evaluator->evaluation;

	for (size_t i = 0; i < evaluation->imported_count; i++)
		(void)finding_add(evaluator, &evaluation->imported[i]);
}

static void add_places(struct evaluator *evaluator)
{
	struct locator *locator = evaluator->evaluation->locator;
	struct str directory = evaluator->evaluation->head->directory;
	struct policy_place place;

	if (!locator || evaluator->findings.count == 0)
		return;
	locate_findings(locator, host_configuration(evaluator->host), directory,
	    evaluator->findings.items, evaluator->findings.count);
	if (locate_directory(locator, directory, &place))
		evaluator->verdict->root_file = place.file;
}

static void break_glass(struct evaluator *evaluator)
{
	if (evaluator->world->break_glass.len == 0)
		return;
	evaluator->verdict->break_glass = evaluator->world->break_glass;
	for (size_t i = 0; i < evaluator->findings.count; i++) {
		struct finding *finding = &evaluator->findings.items[i];

		if (finding->level != LEVEL_DENY && finding->kind != FINDING_ERROR)
			continue;
		if (finding_stands(finding)) {
			finding->fate = FATE_OVERRIDDEN;
			finding->level = LEVEL_INFO;
		}
	}
}

static void add_releases(struct evaluator *evaluator)
{
	for (size_t i = 0; i < evaluator->findings.count; i++) {
		struct finding *finding = &evaluator->findings.items[i];

		if (finding->level == LEVEL_DENY)
			finding->release = finding_release(evaluator, finding);
	}
}

static bool requires_rules(const struct evaluation *evaluation)
{
	return evaluation->head->require_rules ||
	       (evaluation->trusted && evaluation->trusted->require_rules);
}

/* Zero is said out loud: "0/0 policies checked" must not look like a pass. */
static void say_nothing(struct evaluator *evaluator)
{
	struct verdict *verdict = evaluator->verdict;
	struct str *notes = arena_array(evaluator->arena, struct str, 2);

	for (size_t i = 0; i < evaluator->rule_count; i++)
		verdict->rules_matched += evaluator->rules[i].tally->matched > 0;
	if (verdict->rules == 0)
		notes[0] = STR("no policy rules are in force here: nothing was checked");
	else if (verdict->rules_matched == 0)
		notes[0] = str_format(evaluator->arena,
		    "none of the %zu policy rule%s matched anything in this plan", verdict->rules,
		    verdict->rules == 1 ? "" : "s");
	else
		return;
	verdict->notes = notes;
	verdict->note_count = 1;
	verdict->nothing_evaluated = requires_rules(evaluator->evaluation);
}

void evaluator_finish(struct evaluator *evaluator)
{
	struct verdict *verdict = evaluator->verdict;

	count_errors(evaluator);
	merge_chains(evaluator);
	add_places(evaluator);
	waivers_apply(evaluator);
	break_glass(evaluator);
	add_releases(evaluator);
	say_nothing(evaluator);
	verdict->findings = evaluator->findings.items;
	verdict->finding_count = evaluator->findings.count;
	verdict->evaluated = true;
	verdict_seal(evaluator->arena, verdict);
}

bool plan_is_incomplete(const struct plan *plan)
{
	return plan->complete == TRI_NO || plan->counts[CHANGES_DEFERRED] > 0 ||
	       !plan->summary.known;
}

static bool judge_all(struct evaluator *evaluator, struct err *err)
{
	return judge_set(evaluator, SCOPE_RESOURCE, CHANGES_RESOURCE, err) &&
	       judge_set(evaluator, SCOPE_DRIFT, CHANGES_DRIFT, err) &&
	       judge_outputs(evaluator, err) && judge_whole(evaluator, SCOPE_PLAN, err);
}

bool evaluate_plan(struct arena *arena, struct arena *scratch, const struct evaluation *evaluation,
    struct policy_problems *problems, struct verdict *out, struct err *err)
{
	struct evaluator *evaluator = arena_make(arena, struct evaluator);
	size_t before = problems->count;
	bool ok;

	*out = (struct verdict){0};
	out->head_source = evaluation->head->source;
	out->trusted_source = evaluation->trusted ? evaluation->trusted->source : STR_EMPTY;
	if (evaluation->plan->errored || evaluation->plan->result == PLAN_ERROR) {
		out->withheld = STR("terraform reported an error: an errored plan gets no verdict");
		return true;
	}
	evaluator_begin(evaluator, arena, scratch, evaluation);
	evaluator->problems = problems;
	evaluator->verdict = out;
	evaluator->incomplete = plan_is_incomplete(evaluation->plan);
	evaluator_choose(evaluator);
	weakenings_report(evaluator);
	add_imported(evaluator);
	ok = judge_all(evaluator, err);
	if (ok)
		evaluator_finish(evaluator);
	evaluator_end(evaluator);
	if (ok && problems->count > before)
		return err_set(err, ERR_INVALID, "a rule cannot be used");
	return ok;
}

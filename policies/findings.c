/*
 * From a ruling to a finding: the rule runs once more, traced, for what it depends on, and its
 * message is made from values that may be shown.
 */

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/size.h"
#include "policies/cel/trace.h"
#include "policies/evaluator.h"
#include "policies/template.h"

#define ITEM_TEXT_MAX  ((size_t)120)
#define PATHS_MAX      20
#define CAUSES_MAX     10
#define TOLD_PER_RULE  100
#define TOLD_EXISTING  20 /* of those, what was there before: nobody is stopped by it */
#define ABSORBED_MAX   200
#define FINDINGS_FIRST ((size_t)32)
#define FINDINGS_MANY  ((size_t)256)

/* Is there no room for one more of this level? Then it counts, and that is all. */
static bool is_counted_only(struct evaluator *evaluator, enum level level)
{
	if (evaluator->findings.kept[level] < FINDINGS_MAX)
		return false;
	evaluator->verdict->left_out[level]++;
	return true;
}

/* Where there are many there are thousands, and copying them costs more than memory that stays
 * untouched. */
static size_t next_room(size_t room)
{
	if (room >= FINDINGS_MANY)
		return size_max(FINDINGS_MAX, room * 2);
	return size_max(FINDINGS_FIRST, room * 2);
}

void finding_add(struct evaluator *evaluator, const struct finding *finding)
{
	struct finding_list *list = &evaluator->findings;
	size_t size = sizeof(*list->items);

	if (is_counted_only(evaluator, finding->level))
		return;
	if (list->count == list->room) {
		size_t room = next_room(list->room);

		list->items =
		    arena_grow(evaluator->arena, list->items, list->room * size, room * size);
		list->room = room;
	}
	list->kept[finding->level]++;
	list->items[list->count++] = *finding;
}

static enum level at_most(enum level level, enum level limit)
{
	return level < limit ? level : limit;
}

/* The directory's `undecided`: the stricter of both chains. */
static enum level undecided_setting(const struct evaluator *evaluator)
{
	const struct ruleset *head = evaluator->evaluation->head;
	const struct ruleset *trusted = evaluator->evaluation->trusted;

	if (!trusted || head->undecided >= trusted->undecided ||
	    setting_is_released(evaluator, "undecided"))
		return head->undecided;
	return trusted->undecided;
}

/* What an undecided finding of this rule counts as. */
static enum level undecided_level(const struct evaluator *evaluator, const struct judged_rule *rule)
{
	static const enum level by_word[] = {
	    [ON_UNKNOWN_IGNORE] = LEVEL_INFO,
	    [ON_UNKNOWN_INFO] = LEVEL_INFO,
	    [ON_UNKNOWN_WARN] = LEVEL_WARN,
	    [ON_UNKNOWN_DENY] = LEVEL_DENY,
	};

	if (evaluator->world->strict_unknown)
		return rule->rule->level;
	if (rule->rule->on_unknown != ON_UNKNOWN_DEFAULT)
		return by_word[rule->rule->on_unknown];
	return at_most(rule->rule->level, undecided_setting(evaluator));
}

static void decide_level(struct evaluator *evaluator, const struct judged_rule *rule,
    struct finding *finding, bool was_there)
{
	const struct rule *source = rule->rule;

	finding->rule_level = source->level;
	finding->level =
	    finding->kind == FINDING_UNDECIDED ? undecided_level(evaluator, rule) : source->level;
	if (was_there && source->existing == EXISTING_WARN)
		finding->fate = FATE_PREEXISTING;
	if (source->from_newer_pack)
		finding->fate = FATE_NEWER_PACK;
	if (source->enforce_from > evaluator->world->now)
		finding->fate = FATE_NOT_YET;
	if (finding->fate != FATE_STANDS)
		finding->level = at_most(finding->level, LEVEL_WARN);
}

/* --- what it depends on: the traced run --- */

static void note_absorbed(struct evaluator *evaluator, const struct judged_rule *rule,
    const struct policy_text *text, const struct cel_trace *trace)
{
	struct verdict *verdict = evaluator->verdict;

	if (!verdict->absorbed)
		verdict->absorbed =
		    arena_array(evaluator->arena, struct absorbed_error, ABSORBED_MAX);
	for (size_t i = 0; i < trace->absorbed_count && verdict->absorbed_count < ABSORBED_MAX;
	     i++) {
		const struct cel_error *error = trace->absorbed[i];

		verdict->absorbed[verdict->absorbed_count++] = (struct absorbed_error){
		    .rule = rule->rule,
		    .text = str_copy(evaluator->arena, error->text),
		    .address = evaluator->change
				   ? str_copy(evaluator->arena, evaluator->change->head.address)
				   : STR_EMPTY,
		    .place = policy_text_place(text, error->from),
		};
	}
}

/* The same evaluation, traced; `index` -1 when it has no item. */
static struct ruling run_traced(
    struct evaluator *evaluator, struct judged_rule *rule, int64_t index)
{
	struct rule_traces *traces = rule_traces_again(evaluator, rule);
	struct value items;
	struct ruling ruling = {RULE_PASS, value_null()};
	size_t at = index < 0 ? 0 : (size_t)index;

	if (judge_items(evaluator, rule, traces, &items, &ruling) && at < items.len)
		ruling = judge_item(evaluator, rule, cel_load(items.as.items[at]), at, traces);
	note_absorbed(evaluator, rule, &rule->rule->when, &traces->when);
	note_absorbed(evaluator, rule, &rule->rule->each, &traces->each);
	note_absorbed(evaluator, rule, &rule->rule->condition, &traces->condition);
	return ruling;
}

/* `resource` again as it was before: the other rules of this change go on with it. */
static bool back_to_raw(struct evaluator *evaluator, struct err *err)
{
	return judge_view(evaluator, evaluator->scratch, evaluator->change, HOST_RAW, err);
}

static bool trace_ruling(struct evaluator *evaluator, struct judged_rule *rule, int64_t index,
    struct ruling *ruling, struct err *err)
{
	if (!judge_view(evaluator, evaluator->trace, evaluator->change, HOST_RAW_WITH_PATHS, err))
		return false;
	*ruling = run_traced(evaluator, rule, index);
	return true;
}

static void add_paths(struct evaluator *evaluator, struct value unknown, struct finding *finding)
{
	struct cel_unknowns unknowns = cel_unknown_paths(evaluator->trace, unknown);
	size_t count = size_min(unknowns.count, PATHS_MAX);
	struct str *paths = arena_array(evaluator->arena, struct str, count + 1);

	for (size_t i = 0; i < count; i++)
		paths[i] = str_copy(evaluator->arena, unknowns.paths[i]);
	finding->paths = paths;
	finding->path_count = count;
}

static bool is_listed(const struct str *items, size_t count, struct str text)
{
	for (size_t i = 0; i < count; i++) {
		if (str_eq(items[i], text))
			return true;
	}
	return false;
}

/* "cannot be verified before apply: depends on aws_kms_key.main.arn" */
static void add_causes(struct evaluator *evaluator, struct finding *finding)
{
	struct str *causes = arena_array(evaluator->arena, struct str, CAUSES_MAX);

	for (size_t i = 0; i < finding->path_count; i++) {
		struct policy_names found = host_causes(
		    evaluator->host, evaluator->arena, finding->address, finding->paths[i]);

		for (size_t k = 0; k < found.count && finding->cause_count < CAUSES_MAX; k++) {
			if (!is_listed(causes, finding->cause_count, found.items[k]))
				causes[finding->cause_count++] = found.items[k];
		}
	}
	finding->causes = causes;
}

/* --- what is said: over shown values --- */

/* The field that names an item: of a network rule or statement, of a module or block. */
static struct str item_name(struct value item)
{
	static const char *const fields[] = {"attribute", "address", "source", "name"};
	struct str name = STR_EMPTY;

	for (size_t i = 0; name.len == 0 && i < ARRAY_LEN(fields); i++)
		name = value_get_str(item, fields[i]);
	return name;
}

/* Never the beginning of a longer one: it could be that of a secret, which nobody would know. */
static struct str item_text(struct evaluator *evaluator, struct value item, int64_t index)
{
	struct str name;

	if (item.kind == VALUE_UNKNOWN)
		return str_format(evaluator->arena, "[%lld]", (long long)index);
	if (item.kind != VALUE_MAP && item.kind != VALUE_LIST &&
	    cel_to_whole_text(evaluator->arena, item, ITEM_TEXT_MAX, &name))
		return name;
	name = item_name(item);
	if (name.len > 0 && name.len <= ITEM_TEXT_MAX)
		return str_copy(evaluator->arena, name);
	return str_format(evaluator->arena, "[%lld]", (long long)index);
}

struct str finding_render(struct evaluator *evaluator, const struct policy_template *text)
{
	if (!text)
		return STR_EMPTY;
	if (template_mentions_variable(text, VARIABLE_plan))
		judge_bind_plan(evaluator);
	return str_copy(evaluator->arena,
	    template_render(evaluator->trace, evaluator->run, text, evaluator->activation));
}

/* Over shown values there may be fewer items (what is hidden gives none): then the item is named by
 * its number, and what depends on it reads "(sensitive)". */
void finding_bind_shown_item(
    struct evaluator *evaluator, const struct judged_rule *rule, int64_t index)
{
	struct ruling ruling;
	struct value items, hidden = value_unknown();

	if (index < 0) { /* no `each`, or nobody knows its items: not those of another rule */
		evaluator->activation[VARIABLE_item] = hidden;
		evaluator->activation[VARIABLE_index] = hidden;
		return;
	}
	hidden.marks |= CEL_BECAUSE_HIDDEN;
	if (!judge_items(evaluator, rule, NULL, &items, &ruling) || index >= items.len)
		evaluator->activation[VARIABLE_item] = hidden;
	else
		evaluator->activation[VARIABLE_item] = cel_load(items.as.items[index]);
	evaluator->activation[VARIABLE_index] = cel_int(index);
}

static bool add_texts(struct evaluator *evaluator, const struct judged_rule *rule, int64_t index,
    struct finding *finding, struct err *err)
{
	if (!judge_view(evaluator, evaluator->trace, evaluator->change, HOST_SHOWN, err))
		return false;
	finding_bind_shown_item(evaluator, rule, index);
	if (index >= 0) {
		finding->has_item = true;
		finding->item = item_text(evaluator, evaluator->activation[VARIABLE_item], index);
	}
	finding->message_made = finding_render(evaluator, rule->programs->message);
	finding->message = template_printable(evaluator->arena, finding->message_made);
	finding->remediation_made = finding_render(evaluator, rule->programs->remedy);
	finding->remediation = template_printable(evaluator->arena, finding->remediation_made);
	return true;
}

/* --- */

static const enum finding_kind kind_of_end[] = {
    [RULE_VIOLATION] = FINDING_VIOLATION,
    [RULE_UNDECIDED] = FINDING_UNDECIDED,
    [RULE_ERROR] = FINDING_ERROR,
};

static struct finding finding_begin(
    const struct evaluator *evaluator, const struct judged_rule *rule, enum rule_end end)
{
	const struct change *change = evaluator->change;
	const struct rule *source = rule->rule;
	struct finding finding = {
	    .kind = kind_of_end[end],
	    .rule = source,
	    .rule_id = source->id,
	    .title = source->title,
	    .description = source->description,
	    .url = source->url,
	    .place = source->place,
	    .tool = STR_EMPTY,
	    /* a rule about all plans together stands where its file does */
	    .directory = source->scope == SCOPE_RUN ? source->directory
						    : evaluator->evaluation->head->directory,
	    .address = STR_EMPTY,
	    .deposed = STR_EMPTY,
	    .item = STR_EMPTY,
	    .message = STR_EMPTY,
	    .remediation = STR_EMPTY,
	    .fingerprint = STR_EMPTY,
	    .value_fingerprint = STR_EMPTY,
	    .value_texts = STR_EMPTY,
	    .release = STR_EMPTY,
	    .file = STR_EMPTY,
	    .count = 1,
	    .from_trusted = rule->is_trusted,
	    .from_head = rule->is_head,
	};

	if (change) {
		finding.address = change->head.address; /* copied when it is kept */
		finding.deposed = change->head.deposed;
		finding.action = change->head.action;
	}
	return finding;
}

static void tally(struct judged_rule *rule, enum rule_end end)
{
	rule->tally->violated += end == RULE_VIOLATION;
	rule->tally->undecided += end == RULE_UNDECIDED;
	rule->tally->errors += end == RULE_ERROR;
}

static struct str error_message(struct evaluator *evaluator, struct value error)
{
	const struct cel_error *told = cel_is_error(error) ? cel_error_of(error) : NULL;

	return str_copy(evaluator->arena, told ? told->text : STR("the rule gives an error"));
}

/* Of an undecided finding; `ruling` is the fast run's, which knows when nothing is to be run. */
static void add_dependencies(struct evaluator *evaluator, struct ruling ruling,
    struct ruling traced, struct finding *finding)
{
	struct value unknown = cel_is_unknown(traced.value) ? traced.value : ruling.value;

	finding->no_values = evaluator->plan && evaluator->plan->form != PLAN_FORM_JSON;
	if (finding->kind != FINDING_UNDECIDED || !cel_is_unknown(unknown))
		return;
	add_paths(evaluator, unknown, finding);
	add_causes(evaluator, finding);
}

/* What is known without another run; false: there is nothing more to tell. */
static bool decide_fate(struct evaluator *evaluator, const struct judged_rule *rule,
    struct value item, int64_t index, struct finding *finding)
{
	bool was_there = finding->kind == FINDING_VIOLATION && rule->after_paths &&
			 preexisting(evaluator, rule, item, index >= 0);

	if (was_there && rule->rule->existing == EXISTING_IGNORE)
		return false;
	decide_level(evaluator, rule, finding, was_there);
	return !is_counted_only(evaluator, finding->level);
}

static void keep(struct evaluator *evaluator, struct finding *finding)
{
	finding->address = str_copy(evaluator->arena, finding->address);
	finding->deposed = str_copy(evaluator->arena, finding->deposed);
	finding_add(evaluator, finding);
}

static bool complete(struct evaluator *evaluator, struct judged_rule *rule, int64_t index,
    struct ruling ruling, struct finding *finding, struct err *err)
{
	struct ruling traced;

	if (!trace_ruling(evaluator, rule, index, &traced, err))
		return false;
	add_dependencies(evaluator, ruling, traced, finding);
	if (!add_texts(evaluator, rule, index, finding, err))
		return false;
	if (finding->kind == FINDING_ERROR) {
		finding->message = error_message(evaluator, traced.value);
		finding->message_made = finding->message;
		rule->error_seen = true;
	}
	finding->fingerprint = finding_fingerprint(evaluator->arena, finding);
	keep(evaluator, finding);
	return true;
}

/* A waiver may be bound to the value, which then has to be known of every finding. */
static bool has_waivers(const struct ruleset *ruleset, struct str rule)
{
	for (size_t i = 0; ruleset && i < ruleset->waiver_count; i++) {
		if (str_eq(ruleset->waivers[i].rule, rule))
			return true;
	}
	return false;
}

/* The address is enough: hundreds of the same rule were told of already, and nothing is bound to
 * this one. Making a message costs ten times what judging does. */
static bool is_brief(
    const struct evaluator *evaluator, struct judged_rule *rule, const struct finding *finding)
{
	const struct evaluation *evaluation = evaluator->evaluation;
	bool existing = finding->fate == FATE_PREEXISTING;
	bool is_told = rule->tally->violated <= TOLD_PER_RULE;

	rule->existing += existing;
	if (existing)
		is_told = rule->existing <= TOLD_EXISTING;
	return finding->kind == FINDING_VIOLATION && !is_told && !evaluator->world->tell_all &&
	       !evaluation->trusted && !has_waivers(evaluation->head, rule->rule->id);
}

/* Nothing to tell: errors once per rule, what is undecided not where the rule says so. */
static bool is_silent(
    const struct evaluator *evaluator, const struct judged_rule *rule, enum rule_end end)
{
	if (end == RULE_ERROR)
		return rule->error_seen;
	return end == RULE_UNDECIDED && rule->rule->on_unknown == ON_UNKNOWN_IGNORE &&
	       !evaluator->world->strict_unknown;
}

static bool tell(struct evaluator *evaluator, struct judged_rule *rule, struct value item,
    int64_t index, struct ruling ruling, struct err *err)
{
	struct finding finding = finding_begin(evaluator, rule, ruling.end);

	if (!decide_fate(evaluator, rule, item, index, &finding))
		return true;
	if (is_brief(evaluator, rule, &finding)) {
		finding.has_item = index >= 0;
		if (index >= 0)
			finding.item = str_format(evaluator->arena, "[%lld]", (long long)index);
		keep(evaluator, &finding);
		return true;
	}
	finding_take_value(evaluator, rule, item, index >= 0, &finding);
	return complete(evaluator, rule, index, ruling, &finding, err) &&
	       back_to_raw(evaluator, err);
}

bool finding_report(struct evaluator *evaluator, struct judged_rule *rule, struct value item,
    int64_t index, struct ruling ruling, struct err *err)
{
	struct arena_mark trace = arena_save(evaluator->trace);
	struct arena_mark results = arena_save(evaluator->results);
	const struct change *change = evaluator->change;
	bool undecided = ruling.end == RULE_UNDECIDED, keeps = evaluator->keeps, ok = true;
	struct arena *kept = cel_run_keep(evaluator->run, NULL);
	struct change *filled = undecided ? arena_make(evaluator->trace, struct change) : NULL;

	evaluator->keeps = false; /* other views of the change come now */
	if (undecided && is_laundered(evaluator, rule, filled, &item, &index)) {
		ruling.end = RULE_VIOLATION;
		evaluator->change = filled;
	}
	tally(rule, ruling.end);
	if (undecided) /* looking through terraform_data changed the view */
		ok = back_to_raw(evaluator, err);
	if (ok && !is_silent(evaluator, rule, ruling.end))
		ok = tell(evaluator, rule, item, index, ruling, err);
	if (evaluator->change != change) {
		evaluator->change = change;
		ok = back_to_raw(evaluator, err) && ok;
	}
	evaluator->keeps = keeps;
	(void)cel_run_keep(evaluator->run, kept);
	arena_rewind(evaluator->trace, trace);
	arena_rewind(evaluator->results, results);
	return ok;
}

#include "cmd/policy_test_world.h"

#include "base/arena.h"
#include "base/err.h"
#include "cmd/policy_test_plan.h"
#include "policies/cel/time.h"
#include "policies/date.h"
#include "policies/host.h"

#define COMMIT	  "0000000000000000000000000000000000000000"
#define PLANS_MAX 1000

static struct value part(struct value document, const char *key)
{
	const struct value *value = value_get_c(document, key);

	return value ? *value : value_null();
}

static struct value unknown_named(struct arena *arena, const char *prefix, const char *name)
{
	struct value value = value_unknown();
	struct str path = str_format(arena, "%s%s%s", prefix, name[0] != '\0' ? "." : "", name);

	value.as.text = path.ptr;
	value.len = (uint32_t)path.len;
	return value;
}

/* The keys of one map over those of another. */
static struct value map_over(struct arena *arena, struct value under, struct value over)
{
	size_t under_len = under.kind == VALUE_MAP ? under.len : 0, count = 0;
	size_t over_len = over.kind == VALUE_MAP ? over.len : 0;
	struct value_entry *entries = arena_array(arena, struct value_entry, under_len + over_len);
	struct value map = value_null();
	struct str duplicate;

	for (size_t i = 0; i < under_len; i++) {
		if (over_len == 0 || !value_get(over, value_text(under.as.entries[i].key)))
			entries[count++] = under.as.entries[i];
	}
	for (size_t i = 0; i < over_len; i++)
		entries[count++] = over.as.entries[i];
	/* keys of one map differ, and those of both were left out above */
	return value_map(arena, entries, count, &map, &duplicate) ? map : value_null();
}

static struct value unknown_fields(struct arena *arena, const char *name, const char *const *fields)
{
	size_t count = 0;
	struct value_entry *entries;
	struct value map = value_null();
	struct str duplicate;

	while (fields[count])
		count++;
	entries = arena_array(arena, struct value_entry, count + 1);
	for (size_t i = 0; i < count; i++) {
		entries[i].key = value_string(str_from(fields[i]));
		entries[i].value = unknown_named(arena, name, fields[i]);
	}
	return value_map(arena, entries, count, &map, &duplicate) ? map : value_null();
}

static bool check_fields(
    const char *name, const char *const *fields, struct value given, struct err *err)
{
	if (given.kind != VALUE_MAP && given.kind != VALUE_NULL)
		return err_set(err, ERR_INVALID, "'%s' is a map", name);
	for (uint32_t i = 0; given.kind == VALUE_MAP && i < given.len; i++) {
		struct str key = value_text(given.as.entries[i].key);
		size_t at = 0;

		while (fields[at] && !str_is(key, fields[at]))
			at++;
		if (!fields[at])
			return err_set(
			    err, ERR_INVALID, "'%s' has no key '%.*s'", name, STR_ARG(key));
	}
	return true;
}

static bool known_part(struct arena *arena, struct value document, const char *name,
    const char *const *fields, struct value *out, struct err *err)
{
	struct value given = part(document, name);

	*out = map_over(arena, unknown_fields(arena, name, fields), given);
	return given.kind == VALUE_UNKNOWN || check_fields(name, fields, given, err);
}

/* --- approvals --- */

static struct value with_commit(struct arena *arena, struct value approval)
{
	struct value_entry *entry = arena_make(arena, struct value_entry);
	struct value commit;
	struct str duplicate;

	entry->key = value_string(STR("commit"));
	entry->value = value_string(STR(COMMIT));
	if (approval.kind != VALUE_MAP || value_get_c(approval, "commit") ||
	    !value_map(arena, entry, 1, &commit, &duplicate))
		return approval;
	return map_over(arena, approval, commit);
}

static struct value with_commits(struct arena *arena, struct value pr)
{
	struct value approvals = part(pr, "approvals"), list, over;
	struct value_entry *entry = arena_make(arena, struct value_entry);
	struct value *items;
	struct str duplicate;

	if (approvals.kind != VALUE_LIST)
		return pr;
	items = arena_array(arena, struct value, approvals.len + 1);
	for (uint32_t i = 0; i < approvals.len; i++)
		items[i] = with_commit(arena, approvals.as.items[i]);
	list = value_list(items, approvals.len);
	entry->key = value_string(STR("approvals"));
	entry->value = list;
	return value_map(arena, entry, 1, &over, &duplicate) ? map_over(arena, pr, over) : pr;
}

/* --- the lock file --- */

/* `locked` of the providers of the test's plan; when none has it, there is no lock file. */
static struct value provider_locks(struct arena *arena, struct value providers)
{
	uint32_t len = providers.kind == VALUE_LIST ? providers.len : 0;
	struct value_entry *entries = arena_array(arena, struct value_entry, len + 1U);
	struct value locks = value_unknown();
	struct str duplicate;
	bool is_known = false;
	size_t count = 0;

	for (uint32_t i = 0; i < len; i++) {
		const struct value *locked = value_get_c(providers.as.items[i], "locked");

		is_known = is_known || locked;
		if (locked && locked->kind == VALUE_MAP)
			entries[count++] =
			    (struct value_entry){part(providers.as.items[i], "source"), *locked};
	}
	if (!is_known || !value_map(arena, entries, count, &locks, &duplicate))
		return value_unknown();
	return locks;
}

/* --- the world --- */

static bool read_now(struct value document, int64_t *now, struct err *err)
{
	struct str text = value_get_str(document, "now");
	struct err no_date = {0};
	struct value time;

	if (text.len == 0 || date_parse(text, now, &no_date))
		return true;
	if (cel_timestamp_parse(text, &time) != TIME_OK)
		return err_set(err, ERR_INVALID,
		    "'now' is a date or time such as 2026-12-31T12:00:00Z, not '%.*s'",
		    STR_ARG(text));
	*now = time.as.integer;
	return true;
}

bool test_world_make(struct arena *arena, struct value document, int64_t now,
    struct test_world *out, struct err *err)
{
	struct policy_world *world = &out->world;
	struct str operation = value_get_str(document, "operation");

	*out = (struct test_world){.facts = {.operation = OPERATION_SHOW}};
	out->facts.commit.value = STR(COMMIT);
	world->facts = &out->facts;
	world->operation_word = operation.len > 0 ? str_to_c(arena, operation) : "check";
	world->now = now;
	world->break_glass = world->fingerprint_key = STR_EMPTY;
	world->provider_locks = provider_locks(arena, part(part(document, "plan"), "providers"));
	world->data = part(document, "data");
	if (world->data.kind != VALUE_MAP)
		world->data = unknown_named(arena, "data", "");
	world->backend = part(document, "backend");
	if (world->backend.kind == VALUE_NULL)
		world->backend = unknown_named(arena, "backend", "");
	if (!read_now(document, &world->now, err) ||
	    !known_part(arena, document, "git", git_fields, &world->git, err) ||
	    !known_part(arena, document, "pr", pr_fields, &world->pr, err))
		return false;
	world->pr = with_commits(arena, world->pr);
	return true;
}

/* --- labels, params, directory --- */

static bool set_param(struct arena *arena, const struct ruleset *ruleset,
    const struct value_entry *given, struct value_entry *out, struct err *err)
{
	struct str name = value_text(given->key);

	for (size_t i = 0; i < ruleset->param_count; i++) {
		if (!str_eq(ruleset->params[i].name, name))
			continue;
		out->key = given->key;
		return param_value(
			   arena, ruleset->params[i].type, given->value, &out->value, err) ||
		       err_context(err, "'params.%.*s'", STR_ARG(name));
	}
	return err_set(err, ERR_INVALID, "there is no param '%.*s' here", STR_ARG(name));
}

static bool set_params(
    struct arena *arena, struct ruleset *ruleset, size_t rule, struct value given, struct err *err)
{
	uint32_t count = given.kind == VALUE_MAP ? given.len : 0;
	struct value_entry *entries = arena_array(arena, struct value_entry, count + 1);
	struct rule_state *states = arena_array(arena, struct rule_state, ruleset->rule_total);
	struct value over = value_null();
	struct str duplicate;

	if (count == 0)
		return true;
	for (uint32_t i = 0; i < count; i++) {
		if (!set_param(arena, ruleset, &given.as.entries[i], &entries[i], err))
			return false;
	}
	/* keys of one map differ */
	(void)!value_map(arena, entries, count, &over, &duplicate);
	memcpy(states, ruleset->states, ruleset->rule_total * sizeof(*states));
	ruleset->params_value = map_over(arena, ruleset_params(arena, ruleset, rule), over);
	states[rule].param_count = 0;
	ruleset->states = states;
	return true;
}

static struct str clean_directory(struct value document, struct str fallback)
{
	struct str dir = value_get_str(document, "dir");

	if (dir.len == 0)
		return fallback;
	return str_is(dir, ".") ? STR_EMPTY : dir;
}

/* `labels` as rules match them, besides the value that expressions see. */
static void set_labels(struct arena *arena, struct ruleset *ruleset, struct value given)
{
	struct value all = map_over(arena, ruleset->labels_value, given);

	ruleset->labels_value = all;
	ruleset->labels = arena_array(arena, struct label, all.len + 1U);
	ruleset->label_count = all.len;
	for (uint32_t i = 0; i < all.len; i++) {
		ruleset->labels[i].name = value_text(all.as.entries[i].key);
		ruleset->labels[i].value = all.as.entries[i].value;
	}
}

static void set_directory(struct arena *arena, struct ruleset *ruleset, struct value document)
{
	ruleset->arena = arena;
	ruleset->directory = clean_directory(document, ruleset->directory);
	if (part(document, "labels").kind == VALUE_MAP)
		set_labels(arena, ruleset, part(document, "labels"));
}

bool test_ruleset(struct arena *arena, const struct ruleset *ruleset, size_t rule,
    struct value document, struct ruleset **out, struct err *err)
{
	*out = arena_make(arena, struct ruleset);
	**out = *ruleset;
	set_directory(arena, *out, document);
	return set_params(arena, *out, rule, part(document, "params"), err);
}

bool test_is_elsewhere(const struct ruleset *ruleset, size_t rule, struct value document)
{
	return (value_get_c(document, "dir") || value_get_c(document, "labels")) &&
	       ruleset_rule_elsewhere(ruleset, rule).len > 0;
}

/* --- scope run --- */

static bool add_plan(struct arena *arena, const struct ruleset *ruleset, struct value document,
    const struct policy_world *world, struct evaluation *out, struct err *err)
{
	struct ruleset *own = arena_make(arena, struct ruleset);
	struct value_entry *entries = arena_array(arena, struct value_entry, document.len + 1U);
	struct value rest = value_null();
	struct plan *plan;
	struct str duplicate;
	size_t count = 0;

	*own = *ruleset;
	set_directory(arena, own, document);
	for (uint32_t i = 0; document.kind == VALUE_MAP && i < document.len; i++) {
		struct str key = value_text(document.as.entries[i].key);

		if (!str_is(key, "dir") && !str_is(key, "labels"))
			entries[count++] = document.as.entries[i];
	}
	if (!value_map(arena, entries, count, &rest, &duplicate) ||
	    !test_plan_of_run(arena, rest, &plan, err))
		return err_context(err, "'run.plans'");
	*out = (struct evaluation){.plan = plan, .head = own, .world = world};
	return true;
}

static void take_finding(const struct finding *finding, struct rule_result *out)
{
	static const enum rule_end ends[] = {[FINDING_VIOLATION] = RULE_VIOLATION,
	    [FINDING_UNDECIDED] = RULE_UNDECIDED,
	    [FINDING_ERROR] = RULE_ERROR};

	out->end = ends[finding->kind];
	out->message = finding->message;
	out->error = finding->kind == FINDING_ERROR ? finding->message : STR_EMPTY;
	out->paths = finding->paths;
	out->path_count = finding->path_count;
}

bool test_judge_run(struct arena *arena, const struct test_run *run, struct rule_result *out,
    struct policy_problems *problems, struct err *err)
{
	struct value plans = part(part(run->document, "run"), "plans");
	uint32_t count = plans.kind == VALUE_LIST ? plans.len : 0;
	struct evaluation *evaluations = arena_array(arena, struct evaluation, count + 1U);
	const struct evaluation **list = arena_array(arena, const struct evaluation *, count + 1U);
	struct verdict verdict;

	*out = (struct rule_result){.end = RULE_PASS, .error = STR_EMPTY, .message = STR_EMPTY};
	if (count == 0 || count > PLANS_MAX)
		return err_set(err, ERR_INVALID,
		    "the rule has scope run: the test needs 'run', {plans: [{summary: {destroy: "
		    "1}}]}");
	for (uint32_t i = 0; i < count; i++) {
		if (!add_plan(arena, run->ruleset, plans.as.items[i], &run->world->world,
			&evaluations[i], err))
			return false;
		list[i] = &evaluations[i];
	}
	if (!evaluate_run(arena, list, count, problems, &verdict, err))
		return false;
	for (size_t i = 0; i < verdict.finding_count && out->end == RULE_PASS; i++) {
		const struct finding *finding = &verdict.findings[i];

		if (str_eq(finding->rule_id, run->ruleset->rules[run->rule].id) &&
		    finding->kind <= FINDING_ERROR)
			take_finding(finding, out);
	}
	return true;
}

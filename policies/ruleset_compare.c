/* Two chains: which rules say the same, and what the head would loosen. */

#include "policies/ruleset_compare.h"

#include "base/arena.h"
#include "base/buf.h"
#include "policies/packs.h"

#define LISTED_IDS 5

static const struct used_pack *find_pack(const struct ruleset *set, struct str name)
{
	for (size_t i = 0; i < set->pack_count; i++) {
		if (str_eq(set->packs[i].name, name))
			return &set->packs[i];
	}
	return NULL;
}

/* Of "pack:tags@1.0" and "tags@1.0". */
static struct str pack_name(struct str pack)
{
	struct str name = STR_EMPTY;

	(void)str_eat(&pack, STR("pack:"));
	(void)str_split(&pack, '@', &name);
	return name;
}

/* A place in a file of the repository. */
static struct policy_place place_in(const struct ruleset *set, const struct policy_place *place)
{
	const struct used_pack *pack;

	if (place == NULL || place->file.len == 0)
		return (struct policy_place){.file = STR(POLICY_FILE)};
	if (!str_starts(place->file, STR("pack:")))
		return *place;
	pack = find_pack(set, pack_name(place->file));
	return pack != NULL ? pack->place : *place;
}

struct weakening *compare_add(struct comparing *at, struct str name, struct str what,
    const struct policy_place *trusted, const struct policy_place *head)
{
	struct ruleset_comparison *out = at->out;
	struct weakening item = {
	    .rule = name,
	    .what = what,
	    .trusted = place_in(at->trusted, trusted),
	    .head = place_in(at->head, head),
	};

	out->items = array_room(at->arena, out->items, out->count, sizeof(*out->items));
	out->items[out->count] = item;
	return &out->items[out->count++];
}

void compare_add_rule(struct comparing *at, struct weakening *weakening, struct str rule)
{
	struct policy_names *rules = &weakening->rules;
	struct str *items = rules->count == 0 ? NULL : at->rules;

	/* the list of the newest weakening grows; those before it keep theirs */
	items = array_room(at->arena, items, rules->count, sizeof(*items));
	items[rules->count] = rule;
	at->rules = items;
	*rules = (struct policy_names){items, rules->count + 1};
}

bool weakening_is_about(const struct weakening *weakening, struct str rule)
{
	for (size_t i = 0; i < weakening->rules.count; i++) {
		if (str_eq(weakening->rules.items[i], rule))
			return true;
	}
	return false;
}

bool names_within(
    const struct policy_names *part, const struct policy_names *whole, struct str *missing)
{
	for (size_t i = 0; i < part->count; i++) {
		bool found = false;

		for (size_t k = 0; k < whole->count && !found; k++)
			found = str_eq(part->items[i], whole->items[k]);
		*missing = part->items[i];
		if (!found)
			return false;
	}
	return true;
}

bool names_same(const struct policy_names *a, const struct policy_names *b)
{
	bool same = a->count == b->count;

	for (size_t i = 0; same && i < a->count; i++)
		same = str_eq(a->items[i], b->items[i]);
	return same;
}

const struct value *label_value(const struct ruleset *set, struct str name)
{
	return value_get(set->labels_value, name);
}

/* --- packs --- */

/* A pack takes its rules with it, also into an older version of itself. */
static void add_pack_rules(struct comparing *at, struct weakening *weakening, struct str name)
{
	for (size_t i = 0; i < at->trusted->rule_total; i++) {
		const struct rule *rule = &at->trusted->rules[i];

		if (rule->pack.len > 0 && str_eq(pack_name(rule->pack), name))
			compare_add_rule(at, weakening, rule->id);
	}
}

static void compare_packs(struct comparing *at)
{
	for (size_t i = 0; i < at->trusted->pack_count; i++) {
		const struct used_pack *from = &at->trusted->packs[i];
		const struct used_pack *to = find_pack(at->head, from->name);
		struct str name = str_format(at->arena, "pack:%.*s", STR_ARG(from->name));
		struct str what = STR("the pack is no longer used");

		if (to != NULL && pack_version_cmp(to->version, from->version) >= 0)
			continue;
		if (to != NULL)
			what = str_format(at->arena, "version %.*s -> %.*s", STR_ARG(from->version),
			    STR_ARG(to->version));
		add_pack_rules(at,
		    compare_add(at, name, what, &from->place, to != NULL ? &to->place : NULL),
		    from->name);
	}
}

/* --- rules that are gone --- */

static bool has_file(const struct ruleset *set, struct str name)
{
	for (size_t i = 0; i < set->file_count; i++) {
		if (str_eq(set->files[i]->name, name))
			return true;
	}
	return false;
}

static bool is_gone(const struct comparing *at, const struct rule *rule)
{
	return !rule->disabled && rules_find(at->head, at->head_by_id, rule->id) == SIZE_MAX;
}

/* One weakening for a whole file that is no longer there or no longer used. */
static void tell_gone_file(struct comparing *at, struct str file, size_t first)
{
	const struct ruleset *set = at->trusted;
	struct weakening *weakening =
	    compare_add(at, file, STR_EMPTY, &set->rules[first].place, NULL);
	size_t count = 0;
	struct buf buf;

	buf_init(&buf, at->arena, 2000);
	for (size_t i = first; i < set->rule_total; i++) {
		const struct rule *rule = &set->rules[i];

		if (!str_eq(rule->place.file, file) || !is_gone(at, rule))
			continue;
		if (count < LISTED_IDS)
			buf_addf(&buf, "%s%.*s", count > 0 ? ", " : "", STR_ARG(rule->id));
		compare_add_rule(at, weakening, rule->id);
		count++;
	}
	weakening->what =
	    str_format(at->arena, "the file is no longer read, %zu rule%s gone: %.*s%s", count,
		count == 1 ? " is" : "s are", STR_ARG(buf_str(&buf)),
		count > LISTED_IDS ? ", ..." : "");
}

/* True when the file was seen before, so that each is told once. */
static bool note_file(struct comparing *at, struct policy_names *told, struct str file)
{
	struct str *items = NULL;

	for (size_t i = 0; i < told->count; i++) {
		if (str_eq(told->items[i], file))
			return true;
	}
	items = arena_array(at->arena, struct str, told->count + 1);
	for (size_t i = 0; i < told->count; i++)
		items[i] = told->items[i];
	items[told->count] = file;
	*told = (struct policy_names){items, told->count + 1};
	return false;
}

static void tell_gone_rule(struct comparing *at, size_t i, struct policy_names *told)
{
	const struct rule *rule = &at->trusted->rules[i];

	if (rule->pack.len > 0 && find_pack(at->head, pack_name(rule->pack)) == NULL)
		return; /* compare_packs() has told it */
	if (rule->pack.len > 0 || has_file(at->head, rule->place.file))
		compare_add_rule(
		    at, compare_add(at, rule->id, STR("removed"), &rule->place, NULL), rule->id);
	else if (!note_file(at, told, rule->place.file))
		tell_gone_file(at, rule->place.file, i);
}

/* --- rules --- */

static void mark(struct rule *rule, bool trusted, bool head)
{
	rule->is_trusted = trusted;
	rule->is_head = head;
}

static void compare_rules(struct comparing *at)
{
	struct policy_names told = {0};

	for (size_t i = 0; i < at->trusted->rule_total; i++)
		mark(&at->trusted->rules[i], true, false);
	for (size_t i = 0; i < at->head->rule_total; i++)
		mark(&at->head->rules[i], false, true);
	for (size_t i = 0; i < at->trusted->rule_total; i++) {
		struct rule *rule = &at->trusted->rules[i];
		struct rule_pair pair = {at, i, 0, rule, NULL};

		pair.head_index = rules_find(at->head, at->head_by_id, rule->id);
		if (pair.head_index == SIZE_MAX) {
			if (!rule->disabled)
				tell_gone_rule(at, i, &told);
			continue;
		}
		pair.head = &at->head->rules[pair.head_index];
		/* a disabled rule has nothing to lose */
		if (!rule->disabled)
			compare_rule(&pair);
		if (rules_are_same(&pair)) {
			mark(rule, true, true);
			mark(&at->head->rules[pair.head_index], true, true);
		}
	}
}

/* --- waivers --- */

/* Reason and ticket are words; whom and what it covers, and for how long, is what counts. */
static bool same_waiver(const struct waiver *a, const struct waiver *b)
{
	return str_eq(a->rule, b->rule) && str_eq(a->resource, b->resource) &&
	       str_eq(a->value, b->value) && str_eq(a->approved_by, b->approved_by) &&
	       str_eq(a->directory, b->directory) && str_eq(a->problem, b->problem) &&
	       a->expires == b->expires;
}

static void mark_waivers(struct ruleset *trusted, struct ruleset *head)
{
	for (size_t i = 0; i < trusted->waiver_count; i++)
		trusted->waivers[i].is_head = false;
	for (size_t i = 0; i < head->waiver_count; i++)
		head->waivers[i].is_trusted = false;
	for (size_t i = 0; i < trusted->waiver_count; i++) {
		for (size_t k = 0; k < head->waiver_count; k++) {
			if (!same_waiver(&trusted->waivers[i], &head->waivers[k]))
				continue;
			trusted->waivers[i].is_head = true;
			head->waivers[k].is_trusted = true;
		}
	}
}

void ruleset_compare(struct arena *arena, struct ruleset *trusted, struct ruleset *head,
    struct ruleset_comparison *out)
{
	struct comparing at = {.arena = arena, .trusted = trusted, .head = head, .out = out};

	*out = (struct ruleset_comparison){0};
	at.head_by_id = rules_by_id(arena, head);
	compare_packs(&at);
	compare_rules(&at);
	mark_waivers(trusted, head);
	compare_tools(&at);
	/* a repository that had no rules has nothing to loosen */
	if (trusted->rule_total == 0)
		return;
	compare_names(&at);
	compare_settings(&at);
}

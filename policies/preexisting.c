/*
 * Was a violation there before this plan? Then it is a debt, not a change, and at most warns.
 *
 * The rule runs again on `before` in the place of `after`. Only for rules that judge what will be
 * there and nothing of what happens (the action, what changes, what is replaced), and only when the
 * value it judges is the same. When all that it reads is identical, it need not run at all.
 */

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "parser/path.h"
#include "policies/changed.h"
#include "policies/evaluator.h"

/* Fields of `resource` that a plan cannot change. */
static const char *const constant_fields[] = {
    "address", "index", "mode", "module", "name", "provider", "provider_config", "type"};

static bool is_constant(struct str field)
{
	for (size_t i = 0; i < ARRAY_LEN(constant_fields); i++) {
		if (str_is(field, constant_fields[i]))
			return true;
	}
	return false;
}

static struct str first_step(struct str path)
{
	size_t end = 0;

	while (end < path.len && path.ptr[end] != '.' && path.ptr[end] != '[')
		end++;
	return str_from_to(path, 0, end);
}

/* `resource` as a whole goes into functions that read its `after` (iam_statements, ...). */
static bool is_about_after(const struct cel_program *program, bool *after)
{
	struct cel_paths paths = cel_paths(program);

	for (size_t i = 0; i < paths.count; i++) {
		struct str path = paths.items[i], field;

		if (str_starts(path, STR("plan.")) || str_is(path, "plan"))
			return false;
		if (!str_eat(&path, STR("resource")))
			continue;
		(void)str_eat(&path, STR("."));
		field = first_step(path);
		if (field.len == 0 || str_is(field, "after"))
			*after = true;
		else if (!is_constant(field))
			return false;
	}
	return !cel_calls(program, "changed") && !cel_calls(program, "replaced_by");
}

/* --- the paths of a rule under `resource.after` --- */

/* Texts for fields and keys, numbers for indexes; null for what leads nowhere. */
struct after_path {
	const struct value *steps;
	size_t count;
};

struct after_paths {
	struct after_path *items;
	size_t judging; /* of when and condition; those of `each` stand behind */
	size_t count;
};

static struct value step_value(struct arena *arena, const struct path_step *step)
{
	struct err err = {0};
	int64_t index;

	if (!step->is_index)
		return value_string(path_name(arena, step));
	return str_to_int64(step->text, 0, UINT32_MAX, &index, &err) ? value_int(index)
								     : value_null();
}

static struct after_path read_path(struct arena *arena, struct str text)
{
	struct value *steps = arena_array(arena, struct value, text.len + 1);
	struct after_path path = {.steps = steps};
	struct path_step step;

	while (text.len > 0 && path_next(&text, &step))
		steps[path.count++] = step_value(arena, &step);
	if (text.len > 0)
		steps[path.count++] = value_null();
	return path;
}

static void add_paths(
    struct arena *arena, const struct cel_program *program, struct after_paths *out)
{
	struct cel_paths paths = program ? cel_paths(program) : (struct cel_paths){0};
	size_t size = sizeof(*out->items);

	out->items =
	    arena_grow(arena, out->items, out->count * size, (out->count + paths.count + 1) * size);
	for (size_t i = 0; i < paths.count; i++) {
		struct str path = paths.items[i];

		/* as a whole, in a function that reads its `after` */
		if (str_is(path, "resource"))
			path = STR("resource.after");
		if (!str_eat(&path, STR("resource.after")))
			continue;
		(void)str_eat(&path, STR("."));
		out->items[out->count++] = read_path(arena, path);
	}
}

const struct after_paths *preexisting_paths(
    struct arena *arena, const struct rule *rule, const struct rule_programs *programs)
{
	const struct cel_program *all[] = {programs->each, programs->when, programs->condition};
	struct after_paths *paths;
	bool after = false;

	/* one that does not look at what is made anew is about what happens to what is there:
	 * "what is tagged frozen is not updated" would deny nothing otherwise */
	if ((rule->match.actions & MATCH_CREATE) == 0)
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		if (all[i] && !is_about_after(all[i], &after))
			return NULL;
	}
	if (!after)
		return NULL;
	paths = arena_make(arena, struct after_paths);
	add_paths(arena, programs->condition, paths);
	add_paths(arena, programs->when, paths);
	paths->judging = paths->count;
	add_paths(arena, programs->each, paths);
	return paths;
}

static const struct value *follow(const struct value *value, const struct after_path *path)
{
	for (size_t i = 0; value && i < path->count; i++) {
		const struct value *step = &path->steps[i];

		if (step->kind == VALUE_STRING)
			value = value_get(*value, value_text(*step));
		else if (step->kind == VALUE_INT && value->kind == VALUE_LIST &&
			 step->as.integer < value->len)
			value = value->as.items + step->as.integer;
		else
			value = NULL;
	}
	return value;
}

/* --- both sides --- */

/* An update that touches a tag, a no-op, a replacement by the same: not what is made anew. */
static bool has_both_sides(const struct change *change)
{
	enum action action = change->head.action;

	return (action == ACTION_UPDATE || action == ACTION_NOOP || action_is_replace(action)) &&
	       change->before.kind == VALUE_MAP && change->after.kind == VALUE_MAP;
}

static bool same_bytes(struct value a, struct value b)
{
	return a.len == b.len && memcmp(a.as.text, b.as.text, a.len) == 0;
}

static bool is_identical(const struct value *a, const struct value *b);

static bool identical_items(struct value a, struct value b)
{
	for (uint32_t i = 0; i < a.len; i++) {
		if (!is_identical(&a.as.items[i], &b.as.items[i]))
			return false;
	}
	return true;
}

static bool identical_entries(struct value a, struct value b)
{
	for (uint32_t i = 0; i < a.len; i++) {
		if (!same_bytes(a.as.entries[i].key, b.as.entries[i].key) ||
		    !is_identical(&a.as.entries[i].value, &b.as.entries[i].value))
			return false;
	}
	return true;
}

/* So much the same that no expression can tell them apart. */
static bool is_identical(const struct value *a, const struct value *b)
{
	if (!a || !b)
		return a == b;
	if (a->kind != b->kind || a->marks != b->marks || a->len != b->len)
		return false;
	switch ((enum value_kind)a->kind) {
	case VALUE_NULL:
		return true;
	case VALUE_BOOL:
		return a->as.boolean == b->as.boolean;
	case VALUE_INT:
		return a->as.integer == b->as.integer;
	case VALUE_NUMBER:
	case VALUE_STRING:
		return same_bytes(*a, *b);
	case VALUE_LIST:
		return identical_items(*a, *b);
	case VALUE_MAP:
		return identical_entries(*a, *b);
	case VALUE_UNKNOWN:
	case VALUE_HIDDEN:
		return false;
	}
	return false;
}

/* How much the same is what a rule reads on both sides? */
enum reading {
	READS_OTHER,	 /* it judges another value now */
	READS_SAME,	 /* its condition does; the items, or how they are written, may differ */
	READS_IDENTICAL, /* so it says the same */
};

static enum reading compare_sides(const struct after_paths *paths, const struct change *change)
{
	enum reading reading = READS_IDENTICAL;

	for (size_t i = 0; i < paths->count; i++) {
		const struct value *before = follow(&change->before, &paths->items[i]);
		const struct value *after = follow(&change->after, &paths->items[i]);

		if (is_identical(before, after))
			continue;
		reading = READS_SAME;
		if (i < paths->judging && value_sameness(before, after) != SAME)
			return READS_OTHER;
	}
	return reading;
}

/* Items name the block they come from, which moves when another is inserted before it. */
static bool same_item(struct value a, struct value b)
{
	if (a.kind != VALUE_MAP || b.kind != VALUE_MAP || a.len != b.len)
		return a.kind < CEL_FIRST && b.kind < CEL_FIRST && value_equal(a, b);
	for (uint32_t i = 0; i < a.len; i++) {
		struct str key = value_text(a.as.entries[i].key);
		const struct value *other = value_get(b, key);

		if (!str_is(key, "attribute") &&
		    value_sameness(&a.as.entries[i].value, other) != SAME)
			return false;
	}
	return true;
}

/* The rule on the other side, which stands in the activation already. */
static bool violated_before(
    struct evaluator *evaluator, const struct judged_rule *rule, struct value item, bool has_item)
{
	struct ruling ruling;
	struct value items;

	if (!judge_items(evaluator, rule, NULL, &items, &ruling))
		return false;
	for (uint32_t i = 0; i < items.len; i++) {
		struct value candidate = cel_load(items.as.items[i]);

		if (has_item && !same_item(candidate, item))
			continue;
		ruling = judge_item(evaluator, rule, candidate, i, NULL);
		if (ruling.end == RULE_VIOLATION)
			return true;
	}
	return false;
}

bool preexisting(
    struct evaluator *evaluator, const struct judged_rule *rule, struct value item, bool has_item)
{
	const struct change *change = evaluator->change;
	enum reading reading;
	struct change *before;
	struct err err = {0};
	bool was_there;

	if (!change || !has_both_sides(change))
		return false;
	reading = compare_sides(rule->after_paths, change);
	if (reading == READS_OTHER)
		return false;
	if (reading == READS_IDENTICAL && (!has_item || same_item(item, item)))
		return true;
	before = arena_make(evaluator->trace, struct change);
	*before = *change;
	before->after = change->before;
	if (!judge_view(evaluator, evaluator->trace, before, HOST_RAW, &err))
		return false;
	was_there = violated_before(evaluator, rule, item, has_item);
	return judge_view(evaluator, evaluator->scratch, change, HOST_RAW, &err) && was_there;
}

#include "policies/cel/eval.h"

#include "base/arena.h"
#include "policies/cel/trace.h"

/*
 * Macros over a path that may be missing. The path is followed here, link by link: a key that is
 * not there, a null on the way and an index out of range are absence, not errors.
 */

#define PATH_STEPS_MAX 64

struct walk {
	bool absent;
	bool sensitive; /* a link, or what it led to, is marked */
	bool unknown;	/* a link before the last is not known */
};

static struct value follow(struct cel_run *run, const struct cel_node *node, struct walk *walk);

static struct value absence(struct walk *walk)
{
	walk->absent = true;
	return value_null();
}

static struct value follow_select(
    struct cel_run *run, const struct cel_node *node, struct walk *walk)
{
	struct value base = follow(run, node->children[0], walk);
	const struct value *found;

	walk->unknown = walk->unknown || base.kind == VALUE_UNKNOWN;
	if (walk->absent || cel_is_special(base))
		return base;
	if (base.kind == VALUE_NULL)
		return absence(walk);
	if (base.kind != VALUE_MAP)
		return cel_fail(run, "no such overload: '%.*s' of %s; only maps have fields",
		    STR_ARG(node->name), cel_kind_name(base.kind));
	found = cel_find_field(run, node, &base);
	return found ? cel_load_at(found) : absence(walk);
}

static const struct value *item_at(struct value base, struct value index)
{
	if (base.kind == VALUE_MAP)
		return cel_map_get(base, index);
	if (index.as.integer < 0 || index.as.integer >= (int64_t)base.len)
		return NULL;
	return base.as.items + index.as.integer;
}

static struct value follow_index(
    struct cel_run *run, const struct cel_node *node, struct walk *walk)
{
	struct value base = follow(run, node->children[0], walk);
	struct value index = cel_eval(run, node->children[1]);
	const struct value *found;

	walk->unknown = walk->unknown || base.kind == VALUE_UNKNOWN;
	if (cel_is_error(index) && !cel_is_error(base))
		return index;
	if (walk->absent || cel_is_special(base))
		return base;
	if (base.kind == VALUE_NULL)
		return absence(walk);
	if (cel_is_special(index))
		return index;
	if ((base.kind != VALUE_LIST || index.kind != VALUE_INT) && base.kind != VALUE_MAP) {
		struct value args[2] = {base, index};

		return cel_no_overload(run, "_[_]", args, 2);
	}
	found = item_at(base, index);
	return found ? cel_load_at(found) : absence(walk);
}

static struct value follow_other(
    struct cel_run *run, const struct cel_node *node, struct walk *walk)
{
	struct value value = cel_eval(run, node);

	if (value.kind != CEL_OPTIONAL)
		return value;
	return value.len == 0 ? absence(walk) : cel_load(*value.as.items);
}

static struct value follow(struct cel_run *run, const struct cel_node *node, struct walk *walk)
{
	bool plain = !(node->flags & CEL_OPTIONAL_SELECT);
	struct value value;

	if (node->kind == CEL_NODE_SELECT && plain)
		value = follow_select(run, node, walk);
	else if (node->kind == CEL_NODE_INDEX && plain)
		value = follow_index(run, node, walk);
	else
		return follow_other(run, node, walk);
	if (value.marks & VALUE_SENSITIVE)
		walk->sensitive = true;
	if (UNLIKELY(run->trace != NULL))
		cel_trace_note(run, node, value);
	return value;
}

/*
 * variable.field and variable.field.field, which nearly all paths are: the fast run takes the
 * fields in place, and what is no plain map on the way is followed link by link.
 */
static inline struct value follow_path(
    struct cel_run *run, const struct cel_node *node, struct walk *walk)
{
	const struct cel_node *fields[] = {node->extra, node};
	size_t first = node->eval == cel_eval_select_twice ? 0 : 1;
	const struct value *value;

	if (UNLIKELY(first == 1 && node->eval != cel_eval_select_variable))
		return follow(run, node, walk);
	value = &run->activation[node->slot];
	for (size_t i = first; i < ARRAY_LEN(fields); i++) {
		if (UNLIKELY(value->kind != VALUE_MAP))
			return follow(run, node, walk);
		value = cel_find_field(run, fields[i], value);
		if (!value)
			return absence(walk);
	}
	return cel_load_at(value);
}

static struct value chain_as_list(struct cel_run *run, const struct cel_node *node)
{
	struct walk walk = {.absent = false};
	struct value value = follow_path(run, node->children[0], &walk);

	if (LIKELY(value.kind == VALUE_LIST) || cel_is_special(value))
		return value;
	if (value.kind == VALUE_NULL)
		return cel_list(NULL, 0);
	return cel_list(cel_keep(run, value), 1);
}

static struct value chain_as_map(struct cel_run *run, const struct cel_node *node)
{
	struct walk walk = {.absent = false};
	struct value value = follow_path(run, node->children[0], &walk);

	if (LIKELY(value.kind == VALUE_MAP) || cel_is_special(value))
		return value;
	if (value.kind == VALUE_NULL)
		return (struct value){.kind = VALUE_MAP, .marks = VALUE_SORTED};
	return cel_no_overload(run, "as_map", &value, 1);
}

static struct value chain_get(struct cel_run *run, const struct cel_node *node)
{
	struct walk walk = {.absent = false};
	struct value value = follow_path(run, node->children[0], &walk);

	return value.kind == VALUE_NULL ? cel_eval(run, node->children[1]) : value;
}

static struct value chain_is_set(struct cel_run *run, const struct cel_node *node)
{
	struct walk walk = {.absent = false};
	struct value value = follow_path(run, node->children[0], &walk);

	return cel_is_special(value) ? value : value_bool(value.kind != VALUE_NULL);
}

static struct value is_unknown(struct cel_run *run, const struct cel_node *node, bool wanted)
{
	struct walk walk = {.absent = false};
	struct value value = follow_path(run, node->children[0], &walk);
	bool unknown = (value.marks & VALUE_HAS_UNKNOWN) && !(value.marks & CEL_BECAUSE_HIDDEN);

	return cel_is_error(value) ? value : value_bool(unknown == wanted);
}

static struct value chain_unknown(struct cel_run *run, const struct cel_node *node)
{
	return is_unknown(run, node, true);
}

static struct value chain_known(struct cel_run *run, const struct cel_node *node)
{
	return is_unknown(run, node, false);
}

static struct value chain_sensitive(struct cel_run *run, const struct cel_node *node)
{
	struct walk walk = {.absent = false};
	struct value value = follow(run, node->children[0], &walk);

	if (cel_is_error(value))
		return value;
	if (value.kind == VALUE_UNKNOWN && (value.marks & CEL_BECAUSE_HIDDEN))
		return value_bool(true);
	if (walk.unknown && !walk.sensitive) /* what is in it may be marked, when it is known */
		return value;
	return value_bool(
	    walk.sensitive || (value.marks & (VALUE_SENSITIVE | VALUE_HAS_SENSITIVE)));
}

/* --- those that the host answers --- */

struct path {
	size_t variable, count;
	struct value steps[PATH_STEPS_MAX];
};

static struct value step_of(struct cel_run *run, const struct cel_node *node)
{
	struct value step;

	if (node->kind == CEL_NODE_SELECT)
		return value_string(node->name);
	step = cel_eval(run, node->children[1]);
	if (cel_is_special(step) || step.kind == VALUE_STRING || step.kind == VALUE_INT)
		return step;
	return cel_fail(run, "an index of a path is a %s; a string or an int is needed",
	    cel_kind_name(step.kind));
}

/* From the end to the front, so that it stands at the end of `steps`; null, or what is wrong. */
static struct value path_of(
    struct cel_run *run, const struct cel_node *node, struct path *path, const struct value **from)
{
	size_t first = PATH_STEPS_MAX;

	path->variable = path->count = 0;
	for (; node->kind == CEL_NODE_SELECT || node->kind == CEL_NODE_INDEX;
	     node = node->children[0]) {
		if (first == 0)
			return cel_fail_limit(run, "a path has too many steps");
		path->steps[--first] = step_of(run, node);
		if (cel_is_special(path->steps[first]))
			return path->steps[first];
	}
	if (node->kind != CEL_NODE_IDENT || node->variant == CEL_IDENT_UNDECLARED)
		return cel_fail(run, "a path that starts at a variable is needed here");
	path->variable = node->variant == CEL_IDENT_VARIABLE ? (size_t)node->slot : CEL_NO_VARIABLE;
	path->count = PATH_STEPS_MAX - first;
	*from = path->steps + first;
	return value_null();
}

static struct value needs_plan(struct cel_run *run, const char *name)
{
	return cel_fail(run, "%s() needs a plan", name);
}

static struct value chain_changed(struct cel_run *run, const struct cel_node *node)
{
	const struct value *steps = NULL;
	struct path path;
	struct value problem;

	if (!run->host || !run->host->changed)
		return needs_plan(run, "changed");
	problem = path_of(run, node->children[0], &path, &steps);
	if (cel_is_special(problem))
		return problem;
	return run->host->changed(run, path.variable, steps, path.count);
}

static struct value chain_replaced_by(struct cel_run *run, const struct cel_node *node)
{
	const struct value *steps = NULL;
	struct path path;
	struct value problem;

	if (!run->host || !run->host->replaced_by)
		return needs_plan(run, "replaced_by");
	problem = path_of(run, node->children[0], &path, &steps);
	if (cel_is_special(problem))
		return problem;
	return run->host->replaced_by(run, path.variable, steps, path.count);
}

/* What a path starts at that begins with a local: one of plan.by_type(), most often. */
static struct value subject_of(struct cel_run *run, const struct cel_node *node)
{
	while (node->kind == CEL_NODE_SELECT || node->kind == CEL_NODE_INDEX)
		node = node->children[0];
	return cel_eval(run, node);
}

static struct value chain_refers(struct cel_run *run, const struct cel_node *node)
{
	const struct value *steps = NULL;
	struct path path;
	struct value problem, other, subject = value_null();

	if (!run->host || !run->host->refers)
		return needs_plan(run, "refers");
	other = cel_eval(run, node->children[1]);
	problem = path_of(run, node->children[0], &path, &steps);
	if (cel_is_special(problem))
		return problem;
	if (cel_is_special(other))
		return other;
	if (path.variable == CEL_NO_VARIABLE)
		subject = subject_of(run, node->children[0]);
	if (cel_is_special(subject))
		return subject;
	return run->host->refers(run, path.variable, subject, steps, path.count, other);
}

cel_eval_fn *const cel_chain_eval[CEL_CHAINS] = {
    [CEL_CHAIN_AS_LIST] = chain_as_list,
    [CEL_CHAIN_AS_MAP] = chain_as_map,
    [CEL_CHAIN_GET] = chain_get,
    [CEL_CHAIN_IS_SET] = chain_is_set,
    [CEL_CHAIN_UNKNOWN] = chain_unknown,
    [CEL_CHAIN_KNOWN] = chain_known,
    [CEL_CHAIN_SENSITIVE] = chain_sensitive,
    [CEL_CHAIN_CHANGED] = chain_changed,
    [CEL_CHAIN_REPLACED_BY] = chain_replaced_by,
    [CEL_CHAIN_REFERS] = chain_refers,
};

struct value cel_eval_chain(struct cel_run *run, const struct cel_node *node)
{
	return cel_chain_eval[node->variant](run, node);
}

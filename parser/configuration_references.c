#include "parser/configuration_parts.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#define NAME_BYTES_MAX ((size_t)64 << 10)

/* Where an expression stands. */
struct scope {
	uint32_t module;
	struct span for_each; /* what each.value comes from; len 0: there is no each */
};

struct follow {
	struct arena *arena;
	const struct configuration *configuration;
	bool with_keys; /* names of instances stay apart from those of the whole resource */
	struct str names[REFERENCES_MAX];
	size_t count;
	bool full; /* there were more */
	struct follow_budget budget;
};

static void follow_list(struct follow *f, struct scope scope, const struct value *list);

/* Is `longer` the same thing or an attribute of it? An instance is not the resource: who names both
 * means all. */
static bool extends(const struct follow *f, struct str longer, struct str shorter)
{
	return str_eat(&longer, shorter) &&
	       (longer.len == 0 || longer.ptr[0] == '.' || (longer.ptr[0] == '[' && !f->with_keys));
}

static void add_name(struct follow *f, struct str name)
{
	for (size_t i = 0; i < f->count; i++) {
		if (extends(f, f->names[i], name))
			return;
		if (extends(f, name, f->names[i])) {
			f->names[i] = name;
			return;
		}
	}
	if (f->count < REFERENCES_MAX)
		f->names[f->count++] = name;
	else
		f->full = true;
}

/* The head of a reference as seen from the root, and what follows it. */
static struct str full_name(
    struct follow *f, uint32_t module, const struct reference *reference, struct str rest)
{
	struct str prefix = f->configuration->modules[module].address;
	struct buf name;

	buf_init(&name, f->arena, NAME_BYTES_MAX);
	buf_add(&name, prefix);
	buf_adds(&name, prefix.len > 0 ? "." : "");
	buf_add(&name, reference->head);
	if (f->with_keys && reference->kind == REFERENCE_RESOURCE)
		buf_add(&name, reference->key);
	buf_add(&name, rest);
	return buf_str(&name);
}

static void follow_span(struct follow *f, struct scope scope, struct span span)
{
	struct value expression = config_read_within(f->arena, f->configuration, span, &f->budget);

	follow_list(f, scope, expression_references(expression));
}

static void follow_variable(struct follow *f, struct scope scope, const struct reference *reference)
{
	const struct configuration *configuration = f->configuration;
	struct scope outer = {.module = configuration->parents[scope.module],
	    .for_each = configuration->modules[scope.module].for_each};

	/* what a root variable holds comes from outside */
	if (scope.module == 0)
		add_name(f, full_name(f, 0, reference, reference->rest));
	else
		follow_span(f, outer,
		    config_find_part(configuration, PART_ARGUMENT, scope.module, reference->name));
}

static void follow_output(struct follow *f, struct scope scope, const struct reference *reference)
{
	struct str call = full_name(f, scope.module, reference, STR_EMPTY);
	struct scope inner = {0};

	if (reference->name.len == 0)
		add_name(f, call);
	else if (config_find_module(f->configuration, call, &inner.module))
		follow_span(f, inner,
		    config_find_part(f->configuration, PART_OUTPUT, inner.module, reference->name));
}

static void follow_reference(struct follow *f, struct scope scope, struct str text)
{
	struct reference reference = reference_parse(text);
	struct scope outside_each = {.module = scope.module};

	if (reference.head.len == 0)
		return;
	switch (reference.kind) {
	case REFERENCE_VARIABLE:
		follow_variable(f, scope, &reference);
		return;
	case REFERENCE_OUTPUT:
		follow_output(f, scope, &reference);
		return;
	case REFERENCE_EACH:
		follow_span(f, outside_each, scope.for_each);
		return;
	case REFERENCE_RESOURCE:
	case REFERENCE_LOCAL:
		add_name(f, full_name(f, scope.module, &reference, reference.rest));
		return;
	case REFERENCE_KNOWN:
		return;
	}
}

static void follow_list(struct follow *f, struct scope scope, const struct value *list)
{
	struct str text;
	size_t at = 0;

	if (f->budget.depth == FOLLOW_DEPTH_MAX)
		return;
	f->budget.depth++;
	while (list && f->budget.steps > 0 && references_next(list, &at, &text)) {
		f->budget.steps--;
		follow_reference(f, scope, text);
	}
	f->budget.depth--;
}

/* All expressions in a block. */
static void follow_block(struct follow *f, struct scope scope, struct value node)
{
	if (is_expression(node)) {
		follow_list(f, scope, expression_references(node));
		return;
	}
	for (uint32_t i = 0; node.kind == VALUE_MAP && i < node.len; i++)
		follow_block(f, scope, node.as.entries[i].value);
	for (uint32_t i = 0; node.kind == VALUE_LIST && i < node.len; i++)
		follow_block(f, scope, node.as.items[i]);
}

static void follow_path(struct follow *f, struct scope scope, struct value node, struct str path);

/* A block that may stand there several times: the one that is meant, else any of them: blocks of a
 * set have another order in the plan, and dynamic ones are not in the configuration. */
static void follow_blocks(struct follow *f, struct scope scope, struct value list,
    const struct path_step *step, struct str path)
{
	size_t before = f->count;
	struct err err = {0};
	int64_t index;

	if (step->is_index && str_to_int64(step->text, 0, INT32_MAX, &index, &err) &&
	    index < list.len)
		follow_path(f, scope, list.as.items[index], path);
	if (f->count > before)
		return;
	for (uint32_t i = 0; i < list.len; i++)
		follow_path(f, scope, list.as.items[i], path);
}

static void follow_path(struct follow *f, struct scope scope, struct value node, struct str path)
{
	const struct value *inner;
	struct path_step step;

	while (!is_expression(node) && path_next(&path, &step)) {
		if (node.kind == VALUE_LIST) {
			follow_blocks(f, scope, node, &step, path);
			return;
		}
		inner = step.is_index ? NULL : value_get(node, path_name(f->arena, &step));
		if (!inner)
			return;
		node = *inner;
	}
	/* what is left of a broken path names nothing */
	if (path.len == 0 || is_expression(node))
		follow_block(f, scope, node);
}

static void follow_resource(struct follow *f, struct str address, struct str path)
{
	const struct configuration *configuration = f->configuration;
	const struct config_resource *resource =
	    configuration_find(configuration, configuration_address(f->arena, address));
	struct scope scope = {0};

	if (!resource || !config_find_module(configuration, resource->module, &scope.module))
		return;
	scope.for_each = resource->for_each;
	follow_path(f, scope,
	    config_read_within(f->arena, configuration, resource->expressions, &f->budget),
	    path_of_value(path));
}

static struct config_names names_of(const struct follow *f)
{
	struct str *names = arena_array(f->arena, struct str, f->count);

	memcpy(names, f->names, f->count * sizeof(*names));
	return (struct config_names){names, f->count};
}

struct config_names configuration_references(struct arena *arena,
    const struct configuration *configuration, struct str address, struct str path)
{
	struct follow follow = {.arena = arena,
	    .configuration = configuration,
	    .budget = {.steps = REFERENCE_STEPS_MAX}};

	follow_resource(&follow, address, path);
	return names_of(&follow);
}

struct config_names configuration_instances(struct arena *arena,
    const struct configuration *configuration, struct str address, struct str path)
{
	struct follow follow = {.arena = arena,
	    .configuration = configuration,
	    .with_keys = true,
	    .budget = {.steps = REFERENCE_STEPS_MAX}};

	follow_resource(&follow, address, path);
	if (follow.full)
		return configuration_references(arena, configuration, address, path);
	return names_of(&follow);
}

/* "0" of [0] and of ["0"]: both name the same instance. */
static struct str key_inside(struct str key)
{
	struct str inner = str_from_to(key, 1, key.len - 1);

	if (inner.len >= 2 && inner.ptr[0] == '"' && inner.ptr[inner.len - 1] == '"')
		return str_from_to(inner, 1, inner.len - 1);
	return inner;
}

bool configuration_names(struct str reference, struct str address, struct str key)
{
	size_t len;

	if (!str_eat(&reference, address))
		return false;
	if (reference.len == 0 || reference.ptr[0] == '.')
		return true;
	if (reference.ptr[0] != '[')
		return false;
	len = config_key_len(reference);
	return key.len < 2 || len < 2 ||
	       str_eq(key_inside(str_from_to(reference, 0, len)), key_inside(key));
}

#include "parser/terraform_data.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/json_read.h"
#include "parser/configuration_parts.h"

#define TEXT_MAX    ((size_t)64 << 10)
#define BLOCKS_MAX  64 /* that are matched with one another */
#define TYPE_PREFIX "terraform_data."

struct filler {
	struct arena *arena;
	const struct configuration *configuration;
	struct follow_budget budget;
	int chain;
	struct err *err;
};

/* A module instance: where an expression is evaluated. */
struct place {
	uint32_t module;
	struct str prefix; /* "module.a[0].module.b", empty: root */
};

/* What an expression leads to. */
struct target {
	struct str address; /* of a terraform_data instance */
	struct str path;    /* into its input: ".a[0]" or empty */
};

NODISCARD static bool fill(
    struct filler *f, struct place place, struct value node, struct value value, struct value *out);
NODISCARD static bool follow(struct filler *f, struct place place, const struct value *list,
    struct str rest, struct value *out);

bool terraform_data_present(const struct plan *plan)
{
	const uint64_t type = hash_bytes(STR("terraform_data"));
	const struct change_entry *entries = plan->entries[CHANGES_RESOURCE];

	if (plan->form != PLAN_FORM_JSON)
		return false;
	for (size_t i = 0; i < plan->counts[CHANGES_RESOURCE]; i++) {
		if (entries[i].type_hash == type)
			return true;
	}
	return false;
}

static struct str join(struct arena *arena, struct str a, const char *between, struct str b)
{
	struct buf text;

	buf_init(&text, arena, TEXT_MAX);
	buf_add(&text, a);
	buf_adds(&text, a.len > 0 ? between : "");
	buf_add(&text, b);
	return text.overflow ? STR_EMPTY : buf_str(&text);
}

static struct place place_of(
    const struct configuration *configuration, struct arena *arena, struct str prefix, bool *found)
{
	struct place place = {.prefix = prefix};

	*found =
	    config_find_module(configuration, configuration_address(arena, prefix), &place.module);
	return place;
}

/* The instance around this one. */
static struct place place_outside(const struct configuration *configuration, struct place place)
{
	struct str rest = place.prefix;
	size_t last = 0;

	while (rest.len > 0) {
		size_t at = place.prefix.len - rest.len;
		struct reference step = reference_parse(rest);
		size_t took = step.head.len + step.key.len;

		if (step.kind != REFERENCE_OUTPUT || took == 0)
			break;
		last = at;
		rest = str_skip(rest, took);
		(void)str_eat(&rest, STR("."));
	}
	return (struct place){
	    .module = configuration->parents[place.module],
	    .prefix = str_from_to(place.prefix, 0, last > 0 ? last - 1 : 0),
	};
}

/* The only reference of a list; several times the same one counts as one. */
static bool only_reference(const struct value *list, struct str *text)
{
	struct str next;
	size_t at = 0;

	if (!references_next(list, &at, text))
		return false;
	while (references_next(list, &at, &next)) {
		if (!str_eq(*text, next))
			return false;
	}
	return true;
}

/* --- from a target to its value --- */

static struct value value_at(struct arena *arena, struct value value, struct str path)
{
	const struct value *inner = path.len > 0 ? path_value(arena, value, path) : &value;

	return inner ? *inner : value_unknown();
}

/* The first of the plan's terraform_data with this hash, or where it would be. */
static size_t first_with_hash(const struct configuration *configuration, uint64_t hash)
{
	const struct change_entry *entries = configuration->plan->entries[CHANGES_RESOURCE];
	size_t from = 0, to = configuration->data_count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (entries[configuration->data[middle]].address_hash < hash)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

/* Loads the planned change of a terraform_data; *found false: there is none, or no steps are left.
 */
NODISCARD static bool load_data(
    struct filler *f, struct str address, struct change *change, bool *found)
{
	const struct plan *plan = f->configuration->plan;
	const uint64_t hash = hash_bytes(address);

	*found = false;
	for (size_t i = first_with_hash(f->configuration, hash); i < f->configuration->data_count;
	     i++) {
		size_t number = f->configuration->data[i];
		const struct change_entry *entry = &plan->entries[CHANGES_RESOURCE][number];
		size_t cost = 1 + (size_t)(entry->len / STEP_BYTES);

		if (entry->address_hash != hash || cost > f->budget.steps)
			return true;
		if (entry->flags & ENTRY_DEPOSED)
			continue;
		f->budget.steps -= cost;
		if (!plan_load(plan, CHANGES_RESOURCE, number, f->arena, change, f->err))
			return false;
		*found = str_eq(change->head.address, address);
		if (*found)
			return true;
	}
	return true;
}

/* What the configuration says about one argument of a resource. */
static struct value argument_node(struct filler *f, struct str address, const char *name)
{
	const struct config_resource *resource =
	    configuration_find(f->configuration, configuration_address(f->arena, address));
	const struct value *node;

	if (!resource)
		return value_null();
	node = value_get_c(
	    config_read_within(f->arena, f->configuration, resource->expressions, &f->budget),
	    name);
	return node ? *node : value_null();
}

NODISCARD static bool target_value(
    struct filler *f, struct place place, const struct target *target, struct value *out)
{
	const struct value *input;
	struct change change;
	struct value filled;
	bool found;

	if (f->chain == FOLLOW_CHAIN_MAX)
		return true;
	if (!load_data(f, target->address, &change, &found))
		return false;
	input = found ? value_get(change.after, STR("input")) : NULL;
	if (!input)
		return true;
	filled = *input;
	if (filled.marks & VALUE_HAS_UNKNOWN) {
		struct value node = argument_node(f, target->address, "input");

		f->chain++;
		if (!fill(f, place, node, *input, &filled))
			return false;
		f->chain--;
	}
	*out = value_at(f->arena, filled, target->path);
	return true;
}

/* --- from a reference to its target --- */

/* terraform_data.x.output.a; *out stays unknown when it is anything else. */
NODISCARD static bool follow_resource(struct filler *f, struct place place,
    const struct reference *reference, struct str rest, struct value *out)
{
	struct str address = join(f->arena, reference->head, "", reference->key);
	struct target target = {.path = join(f->arena, reference->rest, "", rest)};

	if (!str_starts(reference->head, STR(TYPE_PREFIX)) ||
	    !str_eat(&target.path, STR(".output")))
		return true;
	if (target.path.len > 0 && target.path.ptr[0] != '.' && target.path.ptr[0] != '[')
		return true;
	target.address = join(f->arena, place.prefix, ".", address);
	/* without a key it is there only if it is single */
	return target_value(f, place, &target, out);
}

NODISCARD static bool follow_span(
    struct filler *f, struct place place, struct span span, struct str rest, struct value *out)
{
	struct value node = config_read_within(f->arena, f->configuration, span, &f->budget);

	return follow(f, place, expression_references(node), rest, out);
}

NODISCARD static bool follow_variable(struct filler *f, struct place place,
    const struct reference *reference, struct str rest, struct value *out)
{
	struct span span =
	    config_find_part(f->configuration, PART_ARGUMENT, place.module, reference->name);

	if (place.module == 0)
		return true;
	return follow_span(f, place_outside(f->configuration, place), span, rest, out);
}

NODISCARD static bool follow_output(struct filler *f, struct place place,
    const struct reference *reference, struct str rest, struct value *out)
{
	struct str call = join(f->arena, reference->head, "", reference->key);
	struct str prefix = join(f->arena, place.prefix, ".", call);
	bool found;
	struct place inner = place_of(f->configuration, f->arena, prefix, &found);

	if (!found || reference->name.len == 0)
		return true;
	return follow_span(f, inner,
	    config_find_part(f->configuration, PART_OUTPUT, inner.module, reference->name), rest,
	    out);
}

/* *out stays as it is when the list leads nowhere. `rest`: what is taken from the result. */
static bool follow(struct filler *f, struct place place, const struct value *list, struct str rest,
    struct value *out)
{
	struct reference reference;
	struct str text;
	bool ok = true;

	if (!list || f->budget.steps == 0 || f->budget.depth == FOLLOW_DEPTH_MAX ||
	    !only_reference(list, &text))
		return true;
	f->budget.steps--;
	f->budget.depth++;
	reference = reference_parse(text);
	if (reference.kind == REFERENCE_RESOURCE) {
		ok = follow_resource(f, place, &reference, rest, out);
	} else if (reference.kind == REFERENCE_VARIABLE || reference.kind == REFERENCE_OUTPUT) {
		rest = join(f->arena, reference.rest, "", rest);
		ok = reference.kind == REFERENCE_VARIABLE
			 ? follow_variable(f, place, &reference, rest, out)
			 : follow_output(f, place, &reference, rest, out);
	}
	f->budget.depth--;
	return ok;
}

/* --- the walk over a value and the expressions that made it --- */

static size_t count_unknown(struct value value)
{
	size_t count = value.kind == VALUE_UNKNOWN ? 1 : 0;

	if (!(value.marks & VALUE_HAS_UNKNOWN))
		return 0;
	for (uint32_t i = 0; value.kind == VALUE_LIST && i < value.len; i++)
		count += count_unknown(value.as.items[i]);
	for (uint32_t i = 0; value.kind == VALUE_MAP && i < value.len; i++)
		count += count_unknown(value.as.entries[i].value);
	return count;
}

/* Could these expressions have made this value? What is constant in them tells. */
static bool block_fits(struct value node, struct value value)
{
	const struct value *constant, *inner;

	for (uint32_t i = 0; node.kind == VALUE_MAP && i < node.len; i++) {
		constant = value_get(node.as.entries[i].value, STR("constant_value"));
		inner = value_get(value, value_text(node.as.entries[i].key));
		if (constant && !(inner && value_equal(*constant, *inner)))
			return false;
	}
	return true;
}

/* The block of the configuration that item `at` of a list came from: those of a set have another
 * order in a plan. Null when it could be several. */
static struct value block_of(struct value nodes, struct value list, uint32_t at)
{
	struct value found = value_null();
	size_t count = 0;

	if (nodes.kind != VALUE_LIST || nodes.len != list.len || list.len > BLOCKS_MAX)
		return found;
	for (uint32_t i = 0; i < nodes.len; i++) {
		if (!block_fits(nodes.as.items[i], list.as.items[at]))
			continue;
		found = nodes.as.items[i];
		count++;
	}
	return count == 1 ? found : value_null();
}

NODISCARD static bool fill_list(
    struct filler *f, struct place place, struct value node, struct value list, struct value *out)
{
	struct value *items = arena_alloc(f->arena, list.len * sizeof(*items));
	bool whole = is_expression(node);

	for (uint32_t i = 0; i < list.len; i++) {
		struct value inner = whole ? node : block_of(node, list, i);

		if (!fill(f, place, inner, list.as.items[i], &items[i]))
			return false;
	}
	*out = value_list(items, list.len);
	out->marks |= list.marks & (VALUE_SENSITIVE | VALUE_HAS_SENSITIVE);
	return true;
}

NODISCARD static bool fill_map(
    struct filler *f, struct place place, struct value node, struct value map, struct value *out)
{
	struct value_entry *entries = arena_alloc(f->arena, map.len * sizeof(*entries));
	bool whole = is_expression(node);
	struct str twice;

	for (uint32_t i = 0; i < map.len; i++) {
		const struct value *inner =
		    whole ? &node : value_get(node, value_text(map.as.entries[i].key));

		entries[i] = map.as.entries[i];
		if (inner && !fill(f, place, *inner, entries[i].value, &entries[i].value))
			return false;
	}
	if (!value_map(f->arena, entries, map.len, out, &twice))
		*out = map; /* keys of a map do not repeat */
	out->marks |= map.marks & (VALUE_SENSITIVE | VALUE_HAS_SENSITIVE);
	return true;
}

static bool fill(
    struct filler *f, struct place place, struct value node, struct value value, struct value *out)
{
	*out = value;
	if (!(value.marks & VALUE_HAS_UNKNOWN) || node.kind == VALUE_NULL)
		return true;
	/* one of them may be what the provider adds */
	if (is_expression(node) && (!expression_references(node) || count_unknown(value) > 1))
		return true;
	if (value.kind == VALUE_LIST)
		return fill_list(f, place, node, value, out);
	if (value.kind == VALUE_MAP)
		return fill_map(f, place, node, value, out);
	if (!follow(f, place, expression_references(node), STR_EMPTY, out))
		return false;
	out->marks |= value.marks & (VALUE_SENSITIVE | VALUE_HAS_SENSITIVE);
	return true;
}

NODISCARD static bool fill_change(struct filler *f, struct change *change)
{
	const struct config_resource *resource;
	struct value node;
	bool found;
	struct place place = place_of(f->configuration, f->arena, change->head.module, &found);

	resource = configuration_find(
	    f->configuration, configuration_address(f->arena, change->head.address));
	if (!found || !resource)
		return true;
	node = config_read_within(f->arena, f->configuration, resource->expressions, &f->budget);
	return fill(f, place, node, change->after, &change->after);
}

bool terraform_data_fill(struct arena *arena, const struct configuration *configuration,
    struct change *change, struct err *err)
{
	struct filler filler = {.arena = arena,
	    .configuration = configuration,
	    .budget = {.steps = REFERENCE_STEPS_MAX},
	    .err = err};

	if (configuration->data_count == 0 || !(change->after.marks & VALUE_HAS_UNKNOWN) ||
	    change->after.kind != VALUE_MAP)
		return true;
	return fill_change(&filler, change);
}

bool terraform_data_resolve(struct arena *arena, const struct configuration *configuration,
    struct data_place place, struct value *out, bool *found, struct err *err)
{
	struct change change;
	struct str path = path_of_value(place.path);
	size_t number;

	*out = value_unknown();
	if (!plan_find(
		configuration->plan, CHANGES_RESOURCE, place.address, arena, &number, found, err))
		return false;
	if (!*found)
		return true;
	if (!plan_load(configuration->plan, CHANGES_RESOURCE, number, arena, &change, err))
		return false;
	*found = value_at(arena, change.after, path).kind == VALUE_UNKNOWN;
	if (!*found)
		return true;
	if (!terraform_data_fill(arena, configuration, &change, err))
		return false;
	*out = value_at(arena, change.after, path);
	*found = out->kind != VALUE_UNKNOWN;
	return true;
}

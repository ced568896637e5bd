/* Look-ups in a configuration that has been read. */
#include "parser/configuration_parts.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/input.h"

static struct config_table table_new(struct arena *arena, size_t count)
{
	size_t size = 16;

	while (size < count * 2)
		size *= 2;
	return (struct config_table){arena_array(arena, uint32_t, size), size - 1};
}

static void table_add(struct config_table *table, uint64_t hash, size_t number)
{
	size_t at = (size_t)hash & table->mask;

	while (table->slots[at] != 0)
		at = (at + 1) & table->mask;
	table->slots[at] = (uint32_t)number + 1;
}

static uint64_t expression_hash(enum config_part part, uint32_t module, struct str name)
{
	return (hash_bytes(name) ^ ((uint64_t)module << 2 | part)) * 0x9e3779b97f4a7c15U >> 16;
}

static int data_cmp(const void *a, const void *b)
{
	const uint64_t *left = a, *right = b;

	return (left[0] > right[0]) - (left[0] < right[0]);
}

/* The plan's changes of terraform_data: rows of hash and number, sorted, of which the numbers stay.
 */
static void index_data(struct arena *arena, struct configuration *out)
{
	const uint64_t type = hash_bytes(STR("terraform_data"));
	const struct change_entry *entries = out->plan->entries[CHANGES_RESOURCE];
	size_t total = out->plan->form == PLAN_FORM_JSON ? out->plan->counts[CHANGES_RESOURCE] : 0;
	struct arena *temp CLEANUP(arena_free_ptr) = arena_new();
	uint64_t(*rows)[2];
	uint32_t *numbers;
	size_t count = 0;

	for (size_t i = 0; i < total; i++)
		count += entries[i].type_hash == type ? 1 : 0;
	rows = arena_alloc(temp, count * sizeof(*rows));
	numbers = arena_array(arena, uint32_t, count);
	for (size_t i = 0, at = 0; i < total && at < count; i++) {
		if (entries[i].type_hash != type)
			continue;
		rows[at][0] = entries[i].address_hash;
		rows[at++][1] = i;
	}
	qsort(rows, count, sizeof(*rows), data_cmp);
	for (size_t i = 0; i < count; i++)
		numbers[i] = (uint32_t)rows[i][1];
	out->data = numbers;
	out->data_count = count;
}

void config_index(struct arena *arena, struct configuration *out)
{
	out->module_table = table_new(arena, out->module_count);
	out->resource_table = table_new(arena, out->resource_count);
	out->expression_table = table_new(arena, out->expression_count);
	for (size_t i = 0; i < out->module_count; i++)
		table_add(&out->module_table, hash_bytes(out->modules[i].address), i);
	for (size_t i = 0; i < out->resource_count; i++)
		table_add(&out->resource_table, hash_bytes(out->resources[i].address), i);
	for (size_t i = 0; i < out->expression_count; i++) {
		const struct config_expression *expression = &out->expressions[i];

		table_add(&out->expression_table,
		    expression_hash(expression->part, expression->module, expression->name), i);
	}
	index_data(arena, out);
}

bool config_find_module(
    const struct configuration *configuration, struct str address, uint32_t *module)
{
	const struct config_table *table = &configuration->module_table;
	size_t at = (size_t)hash_bytes(address) & table->mask;

	for (; table->slots[at] != 0; at = (at + 1) & table->mask) {
		*module = table->slots[at] - 1;
		if (str_eq(configuration->modules[*module].address, address))
			return true;
	}
	return false;
}

const struct config_resource *configuration_find(
    const struct configuration *configuration, struct str address)
{
	const struct config_table *table = &configuration->resource_table;
	size_t at = (size_t)hash_bytes(address) & table->mask;

	for (; table->slots[at] != 0; at = (at + 1) & table->mask) {
		const struct config_resource *resource =
		    &configuration->resources[table->slots[at] - 1];

		if (str_eq(resource->address, address))
			return resource;
	}
	return NULL;
}

struct value config_read_span(
    struct arena *arena, const struct configuration *configuration, struct span span)
{
	struct jsonr json = {0};
	struct value value;
	struct str text;
	struct err err = {0};

	/* The walk over the configuration has seen that brackets match. What is wrong beyond that
	 * is told by whoever reads the plan strictly. */
	if (span.len == 0 || span.len > CONFIGURATION_MAX ||
	    !input_text(
		arena, configuration->plan->input, span.offset, (size_t)span.len, &text, &err) ||
	    !jsonr_read(arena, text, &json, &value, &err))
		return value_null();
	return value;
}

struct value config_read_within(struct arena *arena, const struct configuration *configuration,
    struct span span, struct follow_budget *budget)
{
	uint64_t cost = span.len / STEP_BYTES;

	if (cost > budget->steps)
		return value_null();
	budget->steps -= (size_t)cost;
	return config_read_span(arena, configuration, span);
}

struct span config_find_part(const struct configuration *configuration, enum config_part part,
    uint32_t module, struct str name)
{
	const struct config_table *table = &configuration->expression_table;
	size_t at = (size_t)expression_hash(part, module, name) & table->mask;

	for (; table->slots[at] != 0; at = (at + 1) & table->mask) {
		const struct config_expression *found =
		    &configuration->expressions[table->slots[at] - 1];

		if (found->part == part && found->module == module && str_eq(found->name, name))
			return found->span;
	}
	return (struct span){0};
}

size_t config_key_len(struct str text)
{
	bool quoted = false;

	for (size_t i = 1; i < text.len; i++) {
		char c = text.ptr[i];

		if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (c == ']' && !quoted)
			return i + 1;
	}
	return text.len;
}

struct str configuration_address(struct arena *arena, struct str address)
{
	char *out;
	size_t len = 0, bracket;

	if (!str_find_char(address, '[', &bracket))
		return address;
	out = arena_alloc(arena, address.len);
	for (size_t i = 0; i < address.len;) {
		if (address.ptr[i] == '[')
			i += config_key_len(str_skip(address, i));
		else
			out[len++] = address.ptr[i++];
	}
	return (struct str){out, len};
}

struct str configuration_key(struct str address)
{
	if (address.len == 0 || address.ptr[address.len - 1] != ']')
		return STR_EMPTY;
	for (size_t i = 0; i < address.len;) {
		size_t len = address.ptr[i] == '[' ? config_key_len(str_skip(address, i)) : 1;

		if (i + len == address.len)
			return str_skip(address, i);
		i += len;
	}
	return STR_EMPTY;
}

const struct config_module *configuration_modules(
    const struct configuration *configuration, size_t *count)
{
	/* the first one is the root */
	*count = configuration->module_count - 1;
	return configuration->modules + 1;
}

const struct config_provider *configuration_providers(
    const struct configuration *configuration, size_t *count)
{
	*count = configuration->provider_count;
	return configuration->providers;
}

const struct config_resource *configuration_resources(
    const struct configuration *configuration, size_t *count)
{
	*count = configuration->resource_count;
	return configuration->resources;
}

struct str configuration_module_source(const struct configuration *configuration, struct str module)
{
	uint32_t number;

	return config_find_module(configuration, module, &number)
		   ? configuration->modules[number].source
		   : STR_EMPTY;
}

bool configuration_variable_is_sensitive(const struct configuration *configuration, struct str name)
{
	if (!configuration || !configuration->present)
		return true;
	for (size_t i = 0; i < configuration->sensitive.count; i++) {
		if (str_eq(configuration->sensitive.items[i], name))
			return true;
	}
	return false;
}

struct value configuration_expressions(struct arena *arena,
    const struct configuration *configuration, const struct config_resource *resource)
{
	return config_read_span(arena, configuration, resource->expressions);
}

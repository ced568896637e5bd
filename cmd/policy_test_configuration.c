#include "cmd/policy_test_configuration.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/json_write.h"

#define MODULES_MAX 1000
#define DEPTH_MAX   32

struct called_module {
	struct str address, source, version;
};

struct configuration_draft {
	struct arena *arena;
	struct jsonw *writer;
	const struct test_resource *resources;
	size_t resource_count;
	struct called_module *modules;
	size_t module_count;
};

static struct value part(struct value document, const char *key)
{
	const struct value *value = value_get_c(document, key);

	return value ? *value : value_null();
}

/* --- modules: those that are named, those that hold resources, and those around them --- */

static struct called_module *find_module(struct configuration_draft *draft, struct str address)
{
	for (size_t i = 0; i < draft->module_count; i++) {
		if (str_eq(draft->modules[i].address, address))
			return &draft->modules[i];
	}
	return NULL;
}

/* "module.a.module.b" -> "module.a", and "b" */
static struct str module_parent(struct str address, struct str *name)
{
	size_t dot = address.len;

	while (dot > 0 && address.ptr[dot - 1] != '.')
		dot--;
	*name = str_skip(address, dot);
	address.len = dot > 0 ? dot - 1 : 0;
	if (str_is(address, "module"))
		return STR_EMPTY;
	(void)str_eat_end(&address, STR(".module"));
	return address;
}

static bool add_module(struct configuration_draft *draft, struct str address, struct err *err)
{
	struct str name;

	for (size_t depth = 0; address.len > 0 && !find_module(draft, address); depth++) {
		if (draft->module_count == MODULES_MAX || depth == DEPTH_MAX)
			return err_set(err, ERR_LIMIT, "a test has at most %d modules, %d deep",
			    MODULES_MAX, DEPTH_MAX);
		draft->modules[draft->module_count++] = (struct called_module){
		    .address = address, .source = STR_EMPTY, .version = STR_EMPTY};
		address = module_parent(address, &name);
	}
	return true;
}

static bool add_modules(struct configuration_draft *draft, struct value modules, struct err *err)
{
	draft->modules = arena_array(draft->arena, struct called_module, MODULES_MAX);
	for (uint32_t i = 0; modules.kind == VALUE_LIST && i < modules.len; i++) {
		struct value item = modules.as.items[i];
		struct str address = value_get_str(item, "address");
		struct called_module *module;

		if (!str_starts(address, STR("module.")))
			return err_set(err, ERR_INVALID,
			    "a module of 'plan.modules' needs an address such as module.vpc");
		if (!add_module(draft, address, err))
			return false;
		module = find_module(draft, address);
		if (module) {
			module->source = value_get_str(item, "source");
			module->version = value_get_str(item, "version");
		}
	}
	for (size_t i = 0; i < draft->resource_count; i++) {
		if (!add_module(draft, draft->resources[i].plain_module, err))
			return false;
	}
	return true;
}

/* --- JSON --- */

static void write_expressions(struct jsonw *writer, struct value references)
{
	jsonw_key(writer, "expressions");
	jsonw_begin_object(writer);
	for (uint32_t i = 0; references.kind == VALUE_MAP && i < references.len; i++) {
		struct value value = references.as.entries[i].value;

		jsonw_key_str(writer, value_text(references.as.entries[i].key));
		if (value.kind == VALUE_MAP) { /* as Terraform writes it */
			jsonw_value(writer, value);
			continue;
		}
		jsonw_begin_object(writer);
		jsonw_key(writer, "references");
		if (value.kind != VALUE_LIST)
			jsonw_begin_array(writer);
		jsonw_value(writer, value);
		if (value.kind != VALUE_LIST)
			jsonw_end_array(writer);
		jsonw_end_object(writer);
	}
	jsonw_end_object(writer);
}

static bool is_written_before(const struct configuration_draft *draft, size_t at)
{
	for (size_t i = 0; i < at; i++) {
		if (str_eq(draft->resources[i].plain_address, draft->resources[at].plain_address))
			return true;
	}
	return false;
}

static void write_resource(struct jsonw *writer, const struct test_resource *resource)
{
	struct str key = value_get_str(resource->document, "provider_config");
	struct str local = resource->plain_address;

	(void)str_eat(&local, resource->plain_module);
	(void)str_eat(&local, STR("."));
	jsonw_begin_object(writer);
	jsonw_field_str(writer, "address", local);
	jsonw_field_str(writer, "mode", resource->mode);
	jsonw_field_str(writer, "type", resource->type);
	jsonw_field_str(writer, "name", resource->name);
	if (key.len > 0)
		jsonw_field_str(writer, "provider_config_key", key);
	write_expressions(writer, part(resource->document, "references"));
	jsonw_end_object(writer);
}

static void write_module(struct configuration_draft *draft, struct str address);

static void write_calls(struct configuration_draft *draft, struct str address)
{
	struct jsonw *writer = draft->writer;

	jsonw_key(writer, "module_calls");
	jsonw_begin_object(writer);
	for (size_t i = 0; i < draft->module_count; i++) {
		const struct called_module *module = &draft->modules[i];
		struct str name;

		if (!str_eq(module_parent(module->address, &name), address))
			continue;
		jsonw_key_str(writer, name);
		jsonw_begin_object(writer);
		jsonw_field_str(writer, "source", module->source);
		if (module->version.len > 0)
			jsonw_field_str(writer, "version_constraint", module->version);
		jsonw_key(writer, "module");
		write_module(draft, module->address);
		jsonw_end_object(writer);
	}
	jsonw_end_object(writer);
}

/* As deep as the addresses, which add_module() limits. */
// NOLINTNEXTLINE(misc-no-recursion)
static void write_module(struct configuration_draft *draft, struct str address)
{
	struct jsonw *writer = draft->writer;

	jsonw_begin_object(writer);
	jsonw_key(writer, "resources");
	jsonw_begin_array(writer);
	for (size_t i = 0; i < draft->resource_count; i++) {
		if (str_eq(draft->resources[i].plain_module, address) &&
		    !is_written_before(draft, i))
			write_resource(writer, &draft->resources[i]);
	}
	jsonw_end_array(writer);
	write_calls(draft, address);
	jsonw_end_object(writer);
}

static void write_provider(struct jsonw *writer, struct value provider)
{
	struct value config = part(provider, "config");
	struct str name = value_get_str(provider, "name");

	jsonw_key_str(writer, name);
	jsonw_begin_object(writer);
	jsonw_field_str(writer, "name", name);
	jsonw_field_str(writer, "full_name", value_get_str(provider, "source"));
	if (value_get_str(provider, "constraint").len > 0)
		jsonw_field_str(
		    writer, "version_constraint", value_get_str(provider, "constraint"));
	jsonw_key(writer, "expressions");
	jsonw_begin_object(writer);
	for (uint32_t i = 0; config.kind == VALUE_MAP && i < config.len; i++) {
		jsonw_key_str(writer, value_text(config.as.entries[i].key));
		jsonw_begin_object(writer);
		jsonw_key(writer, "constant_value");
		jsonw_value(writer, config.as.entries[i].value);
		jsonw_end_object(writer);
	}
	jsonw_end_object(writer);
	jsonw_end_object(writer);
}

static bool write_providers(struct jsonw *writer, struct value providers, struct err *err)
{
	jsonw_key(writer, "provider_config");
	jsonw_begin_object(writer);
	for (uint32_t i = 0; providers.kind == VALUE_LIST && i < providers.len; i++) {
		if (value_get_str(providers.as.items[i], "name").len == 0)
			return err_set(
			    err, ERR_INVALID, "a provider of 'plan.providers' needs a name");
		write_provider(writer, providers.as.items[i]);
	}
	jsonw_end_object(writer);
	return true;
}

static bool is_told(struct value plan, const struct test_resource *resources, size_t count)
{
	bool told = value_get_c(plan, "modules") || value_get_c(plan, "providers");

	for (size_t i = 0; i < count; i++)
		told = told || value_get_c(resources[i].document, "references") ||
		       value_get_c(resources[i].document, "provider_config");
	return told;
}

bool test_configuration_write(struct jsonw *writer, struct arena *arena, struct value plan,
    const struct test_resource *resources, size_t count, struct err *err)
{
	struct configuration_draft draft = {
	    .arena = arena, .writer = writer, .resources = resources, .resource_count = count};
	const struct value *given = value_get_c(plan, "configuration");

	if (given) {
		jsonw_key(writer, "configuration");
		jsonw_value(writer, *given);
		return true;
	}
	if (!is_told(plan, resources, count))
		return true;
	if (!add_modules(&draft, part(plan, "modules"), err))
		return false;
	jsonw_key(writer, "configuration");
	jsonw_begin_object(writer);
	if (!write_providers(writer, part(plan, "providers"), err))
		return false;
	jsonw_key(writer, "root_module");
	write_module(&draft, STR_EMPTY);
	jsonw_end_object(writer);
	return true;
}

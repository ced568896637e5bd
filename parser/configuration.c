#include "parser/configuration_parts.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/input.h"
#include "parser/plan_build.h"

/* Words that repeat in thousands of resources are kept once. */
#define WORD_SLOTS 256
/* Of resources, modules, outputs and arguments each. */
#define ITEMS_MAX ((size_t)1000000)
/* Addresses say the names of all modules again for each resource: their sum has a limit. */
#define ADDRESS_BYTES_MAX CONFIGURATION_MAX

struct reader {
	struct arena *arena;   /* of the result */
	struct arena *scratch; /* of the cursor and the lists that grow */
	struct arena *temp;    /* of one resource */
	struct cursor *cursor;
	struct configuration *out;
	struct growing modules, parents, resources, expressions, providers, sensitive;
	struct str words[WORD_SLOTS];
	size_t address_bytes;
};

/* One resource or call while its members come in any order; texts in temporary memory. */
struct draft {
	struct str address, mode, type, name, provider_key; /* of resources */
	struct str source, version;			    /* of calls */
	struct span expressions, for_each, count;
	struct config_names provisioners;
};

struct draft_member {
	const char *name;
	bool (*read)(struct reader *r, void *field, struct err *err);
	size_t offset; /* of the field in struct draft */
};

NODISCARD static bool read_module(struct reader *r, uint32_t module, struct err *err);

/* Enters what opens with this bracket; anything else is skipped and counts as empty. */
NODISCARD static bool enter_if(struct reader *r, char open, bool *entered, struct err *err)
{
	struct span span;
	char kind;

	if (!cursor_peek(r->cursor, &kind, err))
		return false;
	*entered = kind == open;
	return *entered ? cursor_enter(r->cursor, open, err) : cursor_skip(r->cursor, &span, err);
}

/* The members of an object or the items of a list, which starts as {0}. What is of another kind has
 * none. */
struct walk {
	bool begun, entered, failed;
};

static bool walk_begin(struct reader *r, struct walk *walk, char open, struct err *err)
{
	if (!walk->begun)
		walk->failed = !enter_if(r, open, &walk->entered, err);
	walk->begun = true;
	return walk->entered && !walk->failed;
}

/* False: there are no more, or `failed`. */
static bool members_next(struct reader *r, struct walk *walk, struct str *key, struct err *err)
{
	bool more = false;

	if (!walk_begin(r, walk, '{', err))
		return false;
	walk->failed = !cursor_key(r->cursor, key, &more, err);
	return more && !walk->failed;
}

static bool items_next(struct reader *r, struct walk *walk, struct err *err)
{
	bool more = false;

	if (!walk_begin(r, walk, '[', err))
		return false;
	walk->failed = !cursor_item(r->cursor, &more, err);
	return more && !walk->failed;
}

static struct str keep_word(struct reader *r, struct str word)
{
	struct str *slot = &r->words[hash_bytes(word) % WORD_SLOTS];

	if (!slot->ptr || !str_eq(*slot, word))
		*slot = str_copy(r->arena, word);
	return *slot;
}

static bool read_text(struct reader *r, void *field, struct err *err)
{
	struct str text;
	bool is_null;

	if (!cursor_string(r->cursor, &text, &is_null, err))
		return false;
	*(struct str *)field = str_copy(r->temp, text);
	return true;
}

static bool read_place(struct reader *r, void *field, struct err *err)
{
	return cursor_skip(r->cursor, field, err);
}

/* {"type":"local-exec",...} */
NODISCARD static bool read_provisioner(struct reader *r, struct str *type, struct err *err)
{
	struct walk walk = {0};
	struct span span;
	struct str key;

	while (members_next(r, &walk, &key, err)) {
		if (!(str_is(key, "type") ? read_text(r, type, err)
					  : cursor_skip(r->cursor, &span, err)))
			return false;
	}
	return !walk.failed;
}

static bool read_provisioners(struct reader *r, void *field, struct err *err)
{
	struct config_names *names = field;
	struct growing types = {0};
	struct walk walk = {0};

	while (items_next(r, &walk, err)) {
		struct str type = STR_EMPTY;

		if (!read_provisioner(r, &type, err))
			return false;
		if (type.len > 0)
			*growing_add(r->temp, &types, struct str) = type;
	}
	*names = (struct config_names){types.items, types.count};
	return !walk.failed;
}

static const struct draft_member resource_members[] = {
    {"address", read_text, offsetof(struct draft, address)},
    {"mode", read_text, offsetof(struct draft, mode)},
    {"type", read_text, offsetof(struct draft, type)},
    {"name", read_text, offsetof(struct draft, name)},
    {"provider_config_key", read_text, offsetof(struct draft, provider_key)},
    {"provisioners", read_provisioners, offsetof(struct draft, provisioners)},
    {"expressions", read_place, offsetof(struct draft, expressions)},
    {"for_each_expression", read_place, offsetof(struct draft, for_each)},
    {"count_expression", read_place, offsetof(struct draft, count)},
    {NULL, NULL, 0},
};

NODISCARD static bool read_draft_member(struct reader *r, const struct draft_member *members,
    struct str key, struct draft *draft, struct err *err)
{
	struct span span;

	for (const struct draft_member *member = members; member->name; member++) {
		if (str_is(key, member->name))
			return member->read(r, (char *)draft + member->offset, err);
	}
	return cursor_skip(r->cursor, &span, err);
}

NODISCARD static bool check_count(size_t count, const char *what, struct err *err)
{
	if (count < ITEMS_MAX)
		return true;
	return err_set(err, ERR_LIMIT, "there are more than %zu %s", ITEMS_MAX, what);
}

/* Module, dot, local part. */
NODISCARD static bool join_address(
    struct reader *r, struct str module, struct str local, struct str *out, struct err *err)
{
	size_t prefix = module.len > 0 ? module.len + 1 : 0;
	char *text;

	r->address_bytes += prefix + local.len;
	if (r->address_bytes > ADDRESS_BYTES_MAX)
		return err_set(err, ERR_LIMIT, "the addresses are over %zu MiB in all",
		    ADDRESS_BYTES_MAX >> 20);
	text = arena_alloc(r->arena, prefix + local.len);
	if (prefix > 0) {
		memcpy(text, module.ptr, module.len);
		text[module.len] = '.';
	}
	memcpy(text + prefix, local.ptr, local.len);
	*out = (struct str){text, prefix + local.len};
	return true;
}

static struct str join_word(struct arena *arena, struct str first, struct str second)
{
	char *text = arena_alloc(arena, first.len + 1 + second.len);

	memcpy(text, first.ptr, first.len);
	text[first.len] = '.';
	memcpy(text + first.len + 1, second.ptr, second.len);
	return (struct str){text, first.len + 1 + second.len};
}

static struct str local_address(struct reader *r, const struct draft *draft)
{
	struct str local;

	if (draft->address.len > 0)
		return draft->address;
	local = join_word(r->temp, draft->type, draft->name);
	return str_is(draft->mode, "managed") ? local : join_word(r->temp, draft->mode, local);
}

static struct config_names keep_names(struct reader *r, struct config_names names)
{
	struct str *items;

	if (names.count == 0)
		return names;
	items = arena_array(r->arena, struct str, names.count);
	for (size_t i = 0; i < names.count; i++)
		items[i] = keep_word(r, names.items[i]);
	return (struct config_names){items, names.count};
}

/* Names mostly stand at the end of the address: no copy then. */
static struct str keep_name(struct reader *r, struct str name, struct str address)
{
	if (str_ends(address, name))
		return str_skip(address, address.len - name.len);
	return str_copy(r->arena, name);
}

NODISCARD static bool add_resource(
    struct reader *r, uint32_t module, const struct draft *draft, struct err *err)
{
	const struct config_module *modules = r->modules.items;
	struct str address = STR_EMPTY, local = local_address(r, draft);

	if (!check_count(r->resources.count, "resources", err) ||
	    !join_address(r, modules[module].address, local, &address, err))
		return false;
	*growing_add(r->scratch, &r->resources, struct config_resource) = (struct config_resource){
	    .address = address,
	    .mode = keep_word(r, draft->mode),
	    .type = keep_word(r, draft->type),
	    .name = keep_name(r, draft->name, address),
	    .module = modules[module].address,
	    .provider_key = keep_word(r, draft->provider_key),
	    .provisioners = keep_names(r, draft->provisioners),
	    .expressions = draft->expressions,
	    .for_each = draft->for_each,
	    .repeated = draft->for_each.len > 0 || draft->count.len > 0,
	};
	return true;
}

static struct draft draft_new(void)
{
	return (struct draft){
	    .address = STR_EMPTY,
	    .mode = STR("managed"),
	    .type = STR_EMPTY,
	    .name = STR_EMPTY,
	    .provider_key = STR_EMPTY,
	    .source = STR_EMPTY,
	    .version = STR_EMPTY,
	};
}

NODISCARD static bool read_resource(struct reader *r, uint32_t module, struct err *err)
{
	struct arena_mark mark = arena_save(r->temp);
	struct draft draft = draft_new();
	struct walk walk = {0};
	struct str key;

	while (members_next(r, &walk, &key, err)) {
		if (!read_draft_member(r, resource_members, key, &draft, err))
			return false;
	}
	if (walk.failed || (walk.entered && !add_resource(r, module, &draft, err)))
		return false;
	arena_rewind(r->temp, mark);
	return true;
}

NODISCARD static bool read_resources(struct reader *r, uint32_t module, struct err *err)
{
	struct walk walk = {0};

	while (items_next(r, &walk, err)) {
		if (!read_resource(r, module, err))
			return false;
	}
	return !walk.failed;
}

NODISCARD static bool add_expression(
    struct reader *r, const struct config_expression *expression, struct err *err)
{
	struct config_expression *kept;

	if (!check_count(r->expressions.count, "outputs and arguments of modules", err))
		return false;
	kept = growing_add(r->scratch, &r->expressions, struct config_expression);
	*kept = *expression;
	kept->name = str_copy(r->arena, expression->name);
	return true;
}

/* {"expression":{...},"sensitive":true} */
static bool read_output(struct reader *r, uint32_t module, struct str name, struct err *err)
{
	struct config_expression output = {
	    .part = PART_OUTPUT, .module = module, .name = str_copy(r->temp, name)};
	struct walk walk = {0};
	struct str key;

	while (members_next(r, &walk, &key, err)) {
		bool wanted = str_is(key, "expression");
		struct span span;

		if (!cursor_skip(r->cursor, &span, err))
			return false;
		if (wanted)
			output.span = span;
	}
	return !walk.failed && add_expression(r, &output, err);
}

static bool read_argument(struct reader *r, uint32_t module, struct str name, struct err *err)
{
	struct config_expression argument = {
	    .part = PART_ARGUMENT, .module = module, .name = str_copy(r->temp, name)};

	return cursor_skip(r->cursor, &argument.span, err) && add_expression(r, &argument, err);
}

/* {"default":1,"sensitive":true} */
static bool read_variable(struct reader *r, uint32_t module, struct str name, struct err *err)
{
	struct str key, kept = str_copy(r->temp, name);
	struct walk walk = {0};
	struct span span;
	char kind;

	while (members_next(r, &walk, &key, err)) {
		bool says = module == 0 && str_is(key, "sensitive");
		if (!cursor_peek(r->cursor, &kind, err) || !cursor_skip(r->cursor, &span, err))
			return false;
		if (says && kind == 't')
			*growing_add(r->scratch, &r->sensitive, struct str) =
			    str_copy(r->arena, kept);
	}
	return !walk.failed;
}

static bool read_call(struct reader *r, uint32_t parent, struct str name, struct err *err);

/* A map whose entries are all of one kind. */
NODISCARD static bool read_entries(struct reader *r, uint32_t module,
    bool (*read)(struct reader *r, uint32_t module, struct str name, struct err *err),
    struct err *err)
{
	struct walk walk = {0};
	struct str key;

	while (members_next(r, &walk, &key, err)) {
		struct arena_mark mark = arena_save(r->temp);

		if (!read(r, module, key, err))
			return false;
		arena_rewind(r->temp, mark);
	}
	return !walk.failed;
}

static const struct draft_member call_members[] = {
    {"source", read_text, offsetof(struct draft, source)},
    {"version_constraint", read_text, offsetof(struct draft, version)},
    {"for_each_expression", read_place, offsetof(struct draft, for_each)},
    {"count_expression", read_place, offsetof(struct draft, count)},
    {NULL, NULL, 0},
};

NODISCARD static bool add_module(
    struct reader *r, uint32_t parent, struct str name, uint32_t *number, struct err *err)
{
	const struct config_module *modules = r->modules.items;
	struct str address = STR_EMPTY, local = join_word(r->temp, STR("module"), name);
	struct config_module *module;

	if (!check_count(r->modules.count, "calls of modules", err) ||
	    !join_address(r, modules[parent].address, local, &address, err))
		return false;
	*number = (uint32_t)r->modules.count;
	module = growing_add(r->scratch, &r->modules, struct config_module);
	module->address = address;
	module->name = keep_name(r, name, address);
	*growing_add(r->scratch, &r->parents, uint32_t) = parent;
	return true;
}

static void finish_call(struct reader *r, uint32_t number, const struct draft *draft)
{
	struct config_module *module = (struct config_module *)r->modules.items + number;

	module->source = str_copy(r->arena, draft->source);
	module->version = str_copy(r->arena, draft->version);
	module->for_each = draft->for_each;
	module->repeated = draft->for_each.len > 0 || draft->count.len > 0;
}

static bool read_call(struct reader *r, uint32_t parent, struct str name, struct err *err)
{
	struct draft draft = draft_new();
	struct walk walk = {0};
	uint32_t module;
	struct str key;
	bool ok;

	if (!add_module(r, parent, name, &module, err))
		return false;
	while (members_next(r, &walk, &key, err)) {
		if (str_is(key, "module"))
			ok = read_module(r, module, err);
		else if (str_is(key, "expressions"))
			ok = read_entries(r, module, read_argument, err);
		else
			ok = read_draft_member(r, call_members, key, &draft, err);
		if (!ok)
			return false;
	}
	finish_call(r, module, &draft);
	return !walk.failed;
}

static bool read_module(struct reader *r, uint32_t module, struct err *err)
{
	struct walk walk = {0};
	struct span span;
	struct str key;
	bool ok;

	while (members_next(r, &walk, &key, err)) {
		if (str_is(key, "resources"))
			ok = read_resources(r, module, err);
		else if (str_is(key, "outputs"))
			ok = read_entries(r, module, read_output, err);
		else if (str_is(key, "module_calls"))
			ok = read_entries(r, module, read_call, err);
		else if (str_is(key, "variables"))
			ok = read_entries(r, module, read_variable, err);
		else
			ok = cursor_skip(r->cursor, &span, err);
		if (!ok)
			return false;
	}
	return !walk.failed;
}

/* The attributes of a provider's block that are constant. */
static struct value constants_of(struct arena *arena, struct value expressions)
{
	struct value_entry *entries = arena_array(arena, struct value_entry, expressions.len);
	struct value map;
	struct str twice;
	size_t count = 0;

	for (uint32_t i = 0; expressions.kind == VALUE_MAP && i < expressions.len; i++) {
		const struct value_entry *entry = &expressions.as.entries[i];
		const struct value *constant = value_get(entry->value, STR("constant_value"));

		if (!constant)
			continue;
		entries[count].key = value_copy(arena, entry->key);
		entries[count++].value = value_copy(arena, *constant);
	}
	/* the keys come from a map: none stands there twice */
	if (!value_map(arena, entries, count, &map, &twice))
		return value_null();
	return map;
}

static bool read_provider(struct reader *r, uint32_t module, struct str key, struct err *err)
{
	struct config_provider *provider;
	const struct value *expressions;
	struct value block;
	struct span span;

	(void)module;
	if (!check_count(r->providers.count, "providers", err))
		return false;
	provider = growing_add(r->scratch, &r->providers, struct config_provider);
	provider->key = str_copy(r->arena, key);
	if (!cursor_skip(r->cursor, &span, err))
		return false;
	block = config_read_span(r->temp, r->out, span);
	expressions = value_get(block, STR("expressions"));
	provider->name = str_copy(r->arena, value_get_str(block, "name"));
	provider->full_name = str_copy(r->arena, value_get_str(block, "full_name"));
	provider->constraint = str_copy(r->arena, value_get_str(block, "version_constraint"));
	provider->alias = str_copy(r->arena, value_get_str(block, "alias"));
	provider->module = str_copy(r->arena, value_get_str(block, "module_address"));
	provider->config = constants_of(r->arena, expressions ? *expressions : value_null());
	return true;
}

NODISCARD static bool read_document(struct reader *r, struct err *err)
{
	struct walk walk = {0};
	struct span span;
	struct str key;
	bool ok;

	while (members_next(r, &walk, &key, err)) {
		if (str_is(key, "provider_config"))
			ok = read_entries(r, 0, read_provider, err);
		else if (str_is(key, "root_module"))
			ok = read_module(r, 0, err);
		else
			ok = cursor_skip(r->cursor, &span, err);
		if (!ok)
			return false;
	}
	return !walk.failed;
}

static const void *keep_list(struct reader *r, const struct growing *list, size_t size)
{
	void *items = arena_alloc_array(r->arena, list->count, size);

	if (list->count > 0)
		memcpy(items, list->items, list->count * size);
	return items;
}

static void keep_lists(struct reader *r)
{
	struct configuration *out = r->out;

	out->modules = keep_list(r, &r->modules, sizeof(struct config_module));
	out->module_count = r->modules.count;
	out->parents = keep_list(r, &r->parents, sizeof(uint32_t));
	out->resources = keep_list(r, &r->resources, sizeof(struct config_resource));
	out->resource_count = r->resources.count;
	out->expressions = keep_list(r, &r->expressions, sizeof(struct config_expression));
	out->expression_count = r->expressions.count;
	out->providers = keep_list(r, &r->providers, sizeof(struct config_provider));
	out->provider_count = r->providers.count;
	out->sensitive = (struct config_names){
	    keep_list(r, &r->sensitive, sizeof(struct str)), r->sensitive.count};
	config_index(r->arena, out);
}

static void add_root(struct reader *r)
{
	*growing_add(r->scratch, &r->modules, struct config_module) = (struct config_module){
	    .address = STR_EMPTY, .source = STR_EMPTY, .version = STR_EMPTY, .name = STR_EMPTY};
	*growing_add(r->scratch, &r->parents, uint32_t) = 0;
}

bool configuration_read(struct arena *arena, struct arena *scratch, const struct plan *plan,
    const struct configuration **out, struct err *err)
{
	struct arena *temp CLEANUP(arena_free_ptr) = arena_new();
	struct arena_mark mark = arena_save(scratch);
	struct reader r = {.arena = arena, .scratch = scratch, .temp = temp};
	bool ok = true;

	r.out = arena_make(arena, struct configuration);
	r.out->plan = plan;
	*out = r.out;
	add_root(&r);
	if (plan->configuration.len > CONFIGURATION_MAX)
		return err_set(
		    err, ERR_LIMIT, "the configuration is over %zu MiB", CONFIGURATION_MAX >> 20);
	/* null is 4 long */
	if (plan->form == PLAN_FORM_JSON && plan->configuration.len > 4) {
		r.out->present = true;
		r.cursor = cursor_new(scratch, plan->input, plan->configuration.offset);
		ok = read_document(&r, err);
	}
	if (ok)
		keep_lists(&r);
	arena_rewind(scratch, mark);
	return ok ? true : err_context(err, "configuration");
}

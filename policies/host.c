#include "policies/host_state.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "parser/path.h"
#include "parser/secrets.h"
#include "parser/unknowns.h"
#include "policies/changed.h"
#include "policies/template.h"

#define PATH_BYTES_MAX ((size_t)64 << 10)

static const struct str resource_keys[RESOURCE_FIELD_COUNT] = {
#define X(name) [RESOURCE_##name] = STR_INIT(#name),
    RESOURCE_FIELDS(X)
#undef X
};

static struct value unknown_named(struct str path)
{
	struct value value = value_unknown();

	value.as.text = path.ptr;
	value.len = (uint32_t)path.len;
	return value;
}

static struct value text_or_null(struct str text)
{
	return text.len > 0 ? value_string(text) : value_null();
}

/* ["delete","create"] from "delete,create" */
static struct value action_words(struct arena *arena, struct str words)
{
	struct value *items = arena_array(arena, struct value, 4);
	struct str word;
	size_t count = 0;

	while (count < 4 && str_split(&words, ',', &word))
		items[count++] = value_string(word);
	return value_list(items, count);
}

/* "provider.aws.west" as the configuration calls it; unknown when there is no configuration. */
static struct value provider_config(
    struct policy_host *host, struct arena *arena, const struct change_head *head)
{
	const struct configuration *configuration;
	const struct config_resource *resource;

	if (!host->wants_provider_config)
		return value_null();
	configuration = host_configuration(host);
	if (!configuration)
		return unknown_named(STR("provider_config"));
	resource = configuration_find(configuration, configuration_address(arena, head->address));
	return resource ? text_or_null(resource->provider_key)
			: unknown_named(STR("provider_config"));
}

static struct value changed_field(
    struct policy_host *host, struct arena *arena, struct value before, struct value after)
{
	if (!host->wants_changed_paths)
		return value_null();
	if (before.kind == VALUE_UNKNOWN || after.kind == VALUE_UNKNOWN)
		return unknown_named(STR("changed_paths"));
	return changed_paths(arena, before, after);
}

/* A plan that was read from text does not say them. */
static struct value replace_paths(const struct policy_host *host)
{
	if (!host->change)
		return value_null();
	return host->change->has_values ? host->change->replace_paths
					: unknown_named(STR("replace_paths"));
}

struct value host_resource(struct policy_host *host, struct arena *arena,
    const struct change_head *head, struct value before, struct value after)
{
	struct value_entry *entries = arena_alloc(arena, RESOURCE_FIELD_COUNT * sizeof(*entries));
	const struct value values[RESOURCE_FIELD_COUNT] = {
	    [RESOURCE_action] = value_string(str_from(action_name(head->action))),
	    [RESOURCE_action_reason] = text_or_null(head->reason),
	    [RESOURCE_actions] = action_words(arena, head->action_text),
	    [RESOURCE_address] = value_string(head->address),
	    [RESOURCE_after] = after,
	    [RESOURCE_before] = before,
	    [RESOURCE_changed_paths] = changed_field(host, arena, before, after),
	    [RESOURCE_deposed] = text_or_null(head->deposed),
	    [RESOURCE_importing] = value_bool(head->importing),
	    [RESOURCE_index] = head->index,
	    [RESOURCE_mode] = value_string(head->mode),
	    [RESOURCE_module] = value_string(head->module),
	    [RESOURCE_name] = value_string(head->name),
	    [RESOURCE_previous_address] = text_or_null(head->previous_address),
	    [RESOURCE_provider] = head->provider.len > 0 ? value_string(head->provider)
							 : unknown_named(STR("provider")),
	    [RESOURCE_provider_config] = provider_config(host, arena, head),
	    [RESOURCE_replace_paths] = replace_paths(host),
	    [RESOURCE_type] = value_string(head->type),
	};
	uint8_t marks = VALUE_SORTED;

	for (size_t i = 0; i < RESOURCE_FIELD_COUNT; i++) {
		entries[i] = host_entry(resource_keys[i], values[i]);
		marks |= values[i].marks & (VALUE_HAS_UNKNOWN | VALUE_HAS_SENSITIVE);
	}
	return (struct value){
	    .kind = VALUE_MAP, .marks = marks, .len = RESOURCE_FIELD_COUNT, .as.entries = entries};
}

const struct value *host_field(struct value resource, enum resource_field field)
{
	struct str key = resource_keys[field];

	if (resource.kind == VALUE_MAP && resource.len == RESOURCE_FIELD_COUNT) {
		const struct value_entry *entries = resource.as.entries;

		if (entries[field].key.as.text == key.ptr)
			return &entries[field].value;
	}
	return value_get(resource, key);
}

static struct str address_in(struct value resource)
{
	const struct value *address = host_field(resource, RESOURCE_address);

	return address && address->kind == VALUE_STRING ? value_text(*address) : STR_EMPTY;
}

/* NOLINTNEXTLINE(readability-function-size): a change, how it is seen, and its two sides */
bool host_sides(const struct policy_host *host, struct arena *arena, const struct change *change,
    enum host_view view, struct value *before, struct value *after, struct err *err)
{
	struct shown_change shown;
	struct change marked;

	if (!change->has_values) { /* read from text: nobody knows, which is not "nothing" */
		*before = unknown_named(STR("before"));
		*after = unknown_named(STR("after"));
		return true;
	}
	*before = change->before;
	*after = change->after;
	if (view == HOST_RAW_WITH_PATHS)
		*after = unknowns_stamp(arena, change->after, STR("after"));
	if (view != HOST_SHOWN)
		return true;
	if (host->world->secrets) {
		marked = secrets_mark(arena, host->world->secrets, change);
		change = &marked;
	}
	if (!redact_change(arena, NULL, change, &shown, err))
		return false;
	*before = redact_close_texts(arena, shown.before.value);
	*after = unknowns_stamp(arena, redact_close_texts(arena, shown.after.value), STR("after"));
	return true;
}

static struct value output_value(
    struct arena *arena, const struct change_head *head, struct value before, struct value after)
{
	struct value_entry *entries = arena_array(arena, struct value_entry, 5);
	bool sensitive = head->sensitive_output || (after.marks & VALUE_SENSITIVE) != 0 ||
			 (before.marks & VALUE_SENSITIVE) != 0;

	entries[0] = host_entry(STR("action"), value_string(str_from(action_name(head->action))));
	entries[1] = host_entry(STR("after"), after);
	entries[2] = host_entry(STR("before"), before);
	entries[3] = host_entry(STR("name"), value_string(head->address));
	entries[4] = host_entry(STR("sensitive"), value_bool(sensitive));
	return (struct value){.kind = VALUE_MAP,
	    .marks = (uint8_t)(VALUE_SORTED | ((before.marks | after.marks) &
						  (VALUE_HAS_UNKNOWN | VALUE_HAS_SENSITIVE))),
	    .len = 5,
	    .as.entries = entries};
}

bool host_change(struct policy_host *host, struct arena *scratch, const struct change *change,
    enum host_view view, struct value *resource, struct err *err)
{
	bool is_output = change->head.type.len == 0 && change->head.mode.len == 0;

	host->change = change;
	host->view = view;
	host->change_arena = scratch;
	host->iam.values = host->network.values = NULL;
	if (!host_sides(
		host, scratch, change, view, &host->change_before, &host->change_after, err))
		return false;
	*resource = is_output ? output_value(
				    scratch, &change->head, host->change_before, host->change_after)
			      : host_resource(host, scratch, &change->head, host->change_before,
				    host->change_after);
	return true;
}

void host_look(struct policy_host *host, enum host_view view)
{
	host->view = view;
}

void host_forget_shown(struct policy_host *host)
{
	size_t kept = 0;

	host->plan_made[HOST_SHOWN] = false;
	for (size_t i = 0; i < host->by_type_count; i++) {
		if (host->by_type[i].view != HOST_SHOWN)
			host->by_type[kept++] = host->by_type[i];
	}
	host->by_type_count = kept;
}

/* --- changed(p), replaced_by(p), refers(p, r): the chain macros that look at the other side --- */

static bool is_side(const struct value *path, size_t steps)
{
	struct str side = steps > 0 ? value_text(path[0]) : STR_EMPTY;

	return str_is(side, "after") || str_is(side, "before");
}

/* resource.after.x or resource.before.x, of the change at hand. */
static bool split_side(size_t variable, const struct value *path, size_t steps)
{
	return (variable == VARIABLE_resource || variable == VARIABLE_output) &&
	       is_side(path, steps);
}

/* The value under the steps; what is under something unknown is that unknown itself. */
static const struct value *follow(const struct value *value, const struct value *path, size_t steps)
{
	for (size_t i = 0; value && i < steps; i++) {
		if (value->kind == VALUE_UNKNOWN)
			return value;
		if (path[i].kind == VALUE_STRING)
			value = value_get(*value, value_text(path[i]));
		else if (value->kind == VALUE_LIST && path[i].kind == VALUE_INT &&
			 path[i].as.integer >= 0 && path[i].as.integer < value->len)
			value = &value->as.items[path[i].as.integer];
		else
			value = NULL;
	}
	return value;
}

static struct value changed(
    struct cel_run *run, size_t variable, const struct value *path, size_t steps)
{
	struct policy_host *host = cel_host(run);
	const struct value *before, *after;
	enum sameness same;

	if (!split_side(variable, path, steps))
		return cel_fail(run, "changed() takes a path that begins with resource.after");
	before = follow(&host->change_before, path + 1, steps - 1);
	after = follow(&host->change_after, path + 1, steps - 1);
	same = value_sameness(before, after);
	if (same != SAME_UNKNOWN)
		return value_bool(same == DIFFERENT);
	return cel_unknown_inside(
	    run, after && (after->marks & VALUE_HAS_UNKNOWN) ? *after : *before);
}

/* Is one path the beginning of the other? Replacing a block is replacing what is in it. */
static bool is_prefix(struct value listed, const struct value *path, size_t steps)
{
	for (uint32_t i = 0; i < listed.len && i < steps; i++) {
		if (!value_equal(listed.as.items[i], path[i]))
			return false;
	}
	return true;
}

static struct value replaced_by(
    struct cel_run *run, size_t variable, const struct value *path, size_t steps)
{
	struct policy_host *host = cel_host(run);
	struct value paths = replace_paths(host);

	if (!split_side(variable, path, steps))
		return cel_fail(run, "replaced_by() takes a path that begins with resource.after");
	if (paths.kind == VALUE_UNKNOWN)
		return paths;
	for (uint32_t i = 0; paths.kind == VALUE_LIST && i < paths.len; i++) {
		struct value listed = paths.as.items[i];

		if (listed.kind == VALUE_LIST && is_prefix(listed, path + 1, steps - 1))
			return value_bool(true);
	}
	return value_bool(false);
}

static struct str path_text(struct cel_run *run, const struct value *path, size_t steps)
{
	struct buf buf;

	buf_init(&buf, cel_arena(run), PATH_BYTES_MAX);
	for (size_t i = 0; i < steps; i++) {
		if (path[i].kind == VALUE_INT)
			path_add_index(&buf, path[i].as.integer);
		else
			path_add_key(&buf, value_text(path[i]));
	}
	return buf_str(&buf);
}

/* The address of the resource that a path speaks of: the one at hand, or that of a local. */
static struct str subject_address(struct policy_host *host, size_t variable, struct value subject,
    const struct value *path, size_t steps)
{
	if (variable == CEL_NO_VARIABLE)
		return is_side(path, steps) ? address_in(subject) : STR_EMPTY;
	return split_side(variable, path, steps) && host->change ? host->change->head.address
								 : STR_EMPTY;
}

/* The place of these in the table, or a free one. */
static struct kept_references *find_references(
    const struct reference_table *table, struct str from, struct str path)
{
	size_t at = (size_t)(hash_bytes(from) ^ hash_bytes(path)) & (table->size - 1);
	struct kept_references *kept = &table->slots[at];

	while (kept->from.len > 0 && !(str_eq(kept->from, from) && str_eq(kept->path, path))) {
		at = (at + 1) & (table->size - 1);
		kept = &table->slots[at];
	}
	return kept;
}

/* At least half of it stays free. */
static void grow_references(struct arena *arena, struct reference_table *table)
{
	struct reference_table larger = *table;

	if (table->count * 2 < table->size)
		return;
	larger.size = table->size ? table->size * 2 : REFERENCES_FIRST;
	larger.slots = arena_array(arena, struct kept_references, larger.size);
	for (size_t i = 0; i < table->size; i++) {
		const struct kept_references *kept = &table->slots[i];

		if (kept->from.len > 0)
			*find_references(&larger, kept->from, kept->path) = *kept;
	}
	*table = larger;
}

static void keep_references(
    struct arena *arena, struct reference_table *table, const struct kept_references *found)
{
	struct str *items;

	if (table->names + found->names.count >= REFERENCE_NAMES_MAX)
		return;
	items = arena_array(arena, struct str, found->names.count + 1);
	for (size_t i = 0; i < found->names.count; i++)
		items[i] = str_copy(arena, found->names.items[i]);
	*find_references(table, found->from, found->path) =
	    (struct kept_references){str_copy(arena, found->from), str_copy(arena, found->path),
		{items, found->names.count}};
	table->count++;
	table->names += found->names.count + 1;
}

/* `from` without keys, not empty. */
static struct config_names references_of(
    struct policy_host *host, struct arena *arena, struct str from, struct str path)
{
	struct kept_references found = {.from = from, .path = path};
	const struct kept_references *kept;

	grow_references(host->arena, &host->references);
	kept = find_references(&host->references, from, path);
	if (kept->from.len > 0)
		return kept->names;
	found.names = configuration_instances(arena, host_configuration(host), from, path);
	keep_references(host->arena, &host->references, &found);
	return found.names;
}

static struct value refers(struct cel_run *run, size_t variable, struct value subject,
    const struct value *path, size_t steps, struct value other)
{
	struct policy_host *host = cel_host(run);
	const struct configuration *configuration = host_configuration(host);
	struct arena *arena = cel_arena(run);
	struct str address = other.kind == VALUE_MAP ? address_in(other) : value_text(other);
	struct str from = subject_address(host, variable, subject, path, steps);
	struct str key = configuration_key(address);
	struct config_names references;

	if (from.len == 0)
		return cel_fail(run, "refers() takes a path that begins with resource.after, or "
				     "with after of another resource");
	if (address.len == 0)
		return cel_fail(run, "refers() takes a resource or an address as its second part");
	if (!configuration)
		return unknown_named(STR("plan.configuration"));
	address = configuration_address(arena, address);
	references = references_of(
	    host, arena, configuration_address(arena, from), path_text(run, path + 1, steps - 1));
	for (size_t i = 0; i < references.count; i++) {
		if (configuration_names(references.items[i], address, key))
			return value_bool(true);
	}
	return value_bool(false);
}

/* --- */

struct policy_host *host_new(
    struct arena *arena, const struct plan *plan, const struct policy_world *world)
{
	struct policy_host *host = arena_make(arena, struct policy_host);

	host->arena = arena;
	host->plan = plan;
	host->world = world;
	host->cel = (struct cel_host){
	    .context = host, .changed = changed, .replaced_by = replaced_by, .refers = refers};
	return host;
}

const struct cel_host *host_cel(const struct policy_host *host)
{
	return &host->cel;
}

static bool mentions(const struct rule_programs *programs, size_t variable, const char *field)
{
	const struct cel_program *const expressions[] = {
	    programs->each, programs->when, programs->condition};
	const struct policy_template *const texts[] = {programs->message, programs->remedy};

	for (size_t i = 0; i < ARRAY_LEN(expressions); i++) {
		if (expressions[i] && cel_mentions_field(expressions[i], variable, str_from(field)))
			return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (texts[i] && template_mentions_field(texts[i], variable, str_from(field)))
			return true;
	}
	return false;
}

bool host_want(struct policy_host *host, const struct rule_programs *programs)
{
	const struct {
		bool *wanted;
		size_t variable;
		const char *field;
	} fields[] = {
	    {&host->wants_changed_paths, VARIABLE_resource, "changed_paths"},
	    {&host->wants_provider_config, VARIABLE_resource, "provider_config"},
	    {&host->wants_resources, VARIABLE_plan, "resources"},
	    {&host->wants_losses, VARIABLE_plan, "losses"},
	    {&host->wants_drift, VARIABLE_plan, "drift"},
	};
	bool more = false;

	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		if (*fields[i].wanted || !mentions(programs, fields[i].variable, fields[i].field))
			continue;
		*fields[i].wanted = more = true;
		if (fields[i].variable == VARIABLE_plan) /* the one that was made has none */
			memset(host->plan_made, 0, sizeof(host->plan_made));
	}
	return more;
}

const struct configuration *host_configuration(struct policy_host *host)
{
	struct arena *scratch;
	struct err err = {0};

	if (host->configuration_read || !host->plan)
		return host->configuration;
	host->configuration_read = true;
	if (host->plan->form != PLAN_FORM_JSON || host->plan->configuration.len == 0)
		return NULL;
	scratch = arena_new();
	if (!configuration_read(host->arena, scratch, host->plan, &host->configuration, &err))
		host->configuration = NULL; /* broken: what it would tell stays unknown */
	arena_free(scratch);
	return host->configuration;
}

struct policy_names host_causes(
    struct policy_host *host, struct arena *arena, struct str address, struct str path)
{
	const struct configuration *configuration = host_configuration(host);
	struct config_names found;

	if (!configuration)
		return (struct policy_names){0};
	found = configuration_references(
	    arena, configuration, configuration_address(arena, address), path);
	return (struct policy_names){found.items, found.count};
}

/* The value of `plan`: made once, when a rule first asks for it. */

#include "base/arena.h"
#include "base/err.h"
#include "base/input.h"
#include "base/json_read.h"
#include "parser/unknowns.h"
#include "policies/host_state.h"

/* A map under construction: keys in byte order are the caller's business, value_map() finds out. */
struct fields {
	struct arena *arena;
	struct value_entry *entries;
	size_t count, room;
};

static void fields_begin(struct fields *fields, struct arena *arena, size_t room)
{
	*fields = (struct fields){arena, arena_array(arena, struct value_entry, room), 0, room};
}

static void field(struct fields *fields, struct str key, struct value value)
{
	if (fields->count < fields->room)
		fields->entries[fields->count++] = host_entry(key, value);
}

static struct value fields_end(struct fields *fields)
{
	struct value map;
	struct str duplicate;

	/* Keys come from names that are unique in a plan; should one not be, the first counts. */
	while (!value_map(fields->arena, fields->entries, fields->count, &map, &duplicate)) {
		size_t i = fields->count - 1;

		while (i > 0 && !str_eq(value_text(fields->entries[i].key), duplicate))
			i--;
		fields->entries[i] = fields->entries[--fields->count];
	}
	return map;
}

static struct value count_value(size_t count)
{
	return value_int((int64_t)count);
}

static struct value unknown_field(const char *path)
{
	struct value value = value_unknown();

	value.as.text = path;
	value.len = (uint32_t)strlen(path);
	return value;
}

/* Text and streams list what changes, and nothing else. */
static bool lists_all(const struct plan *plan)
{
	return plan->form == PLAN_FORM_JSON;
}

static struct value summary_value(struct arena *arena, const struct plan *plan)
{
	const struct plan_summary *summary = &plan->summary;
	struct fields fields;

	if (!summary->known)
		return unknown_field("plan.summary");
	fields_begin(&fields, arena, 12);
	field(&fields, STR("add"), count_value(summary->add));
	field(&fields, STR("change"), count_value(summary->change));
	field(&fields, STR("destroy"), count_value(summary->destroy));
	field(&fields, STR("drift"), count_value(summary->drift));
	field(&fields, STR("forget"), count_value(summary->forget));
	field(&fields, STR("import"), count_value(summary->import));
	field(&fields, STR("move"), count_value(summary->move));
	field(&fields, STR("no_op"),
	    lists_all(plan) ? count_value(summary->no_op) : unknown_field("plan.summary.no_op"));
	field(&fields, STR("output"), count_value(summary->output));
	field(&fields, STR("read"), count_value(summary->read));
	field(&fields, STR("replace"), count_value(summary->replace));
	return fields_end(&fields);
}

/* create, delete, ...: how many changes have this action, by the words of `resource.action`. */
static struct value counts_value(struct arena *arena, const struct plan *plan)
{
	size_t counts[ACTION_COUNT] = {0};
	struct fields fields;

	for (size_t i = 0; i < plan->counts[CHANGES_RESOURCE]; i++)
		counts[plan->entries[CHANGES_RESOURCE]
			   ? plan->entries[CHANGES_RESOURCE][i].action
			   : (uint8_t)plan->rows[CHANGES_RESOURCE][i].head.action]++;
	counts[ACTION_REPLACE] += counts[ACTION_REPLACE_CREATE_FIRST];
	fields_begin(&fields, arena, ACTION_COUNT);
	for (size_t i = 0; i < ACTION_COUNT; i++) {
		bool is_listed = i != ACTION_NOOP || lists_all(plan);

		if (i != ACTION_REPLACE_CREATE_FIRST)
			field(&fields, str_from(action_name((enum action)i)),
			    is_listed ? count_value(counts[i]) : unknown_field("plan.count"));
	}
	return fields_end(&fields);
}

static struct value modules_value(struct arena *arena, const struct configuration *configuration)
{
	const struct config_module *modules;
	struct value *items;
	size_t count;

	if (!configuration)
		return unknown_field("plan.modules");
	modules = configuration_modules(configuration, &count);
	items = arena_array(arena, struct value, count + 1);
	for (size_t i = 0; i < count; i++) {
		struct fields fields;

		fields_begin(&fields, arena, 3);
		field(&fields, STR("address"), value_string(modules[i].address));
		field(&fields, STR("source"), value_string(modules[i].source));
		field(&fields, STR("version"), value_string(modules[i].version));
		items[i] = fields_end(&fields);
	}
	return value_list(items, count);
}

/* What the lock file says of a provider: {version, constraints, hashes}; null when it does not name
 * it, unknown where there is no lock file or the plan is too old to say whose provider it is. */
static struct value locked_value(struct value locks, struct str source)
{
	const struct value *locked;

	if (locks.kind != VALUE_MAP || source.len == 0)
		return unknown_field("plan.providers.locked");
	locked = value_get(locks, source);
	return locked ? *locked : value_null();
}

static struct value providers_value(struct policy_host *host)
{
	const struct configuration *configuration = host_configuration(host);
	const struct config_provider *providers;
	struct value *items;
	size_t count;

	if (!configuration)
		return unknown_field("plan.providers");
	providers = configuration_providers(configuration, &count);
	items = arena_array(host->arena, struct value, count + 1);
	for (size_t i = 0; i < count; i++) {
		struct fields fields;

		fields_begin(&fields, host->arena, 7);
		field(&fields, STR("alias"), value_string(providers[i].alias));
		field(&fields, STR("config"), providers[i].config);
		field(&fields, STR("constraint"), value_string(providers[i].constraint));
		field(&fields, STR("locked"),
		    locked_value(host->world->provider_locks, providers[i].full_name));
		field(&fields, STR("module"), value_string(providers[i].module));
		field(&fields, STR("name"), value_string(providers[i].name));
		field(&fields, STR("source"), value_string(providers[i].full_name));
		items[i] = fields_end(&fields);
	}
	return value_list(items, count);
}

static struct value names_value(struct arena *arena, const struct config_names *names)
{
	struct value *items = arena_array(arena, struct value, names->count + 1);

	for (size_t i = 0; i < names->count; i++)
		items[i] = value_string(names->items[i]);
	return value_list(items, names->count);
}

static struct value block_value(struct arena *arena, const struct config_resource *resource)
{
	struct fields fields;

	fields_begin(&fields, arena, 6);
	field(&fields, STR("address"), value_string(resource->address));
	field(&fields, STR("mode"), value_string(resource->mode));
	field(&fields, STR("module"), value_string(resource->module));
	field(&fields, STR("name"), value_string(resource->name));
	field(&fields, STR("provisioners"), names_value(arena, &resource->provisioners));
	field(&fields, STR("type"), value_string(resource->type));
	return fields_end(&fields);
}

#define BLOCKS_MAX ((size_t)200000)

/* The resource and data blocks of the code: data that was read already is no change of the plan. */
static struct value blocks_value(struct arena *arena, const struct configuration *configuration)
{
	const struct config_resource *resources;
	struct value *items;
	size_t count;

	if (!configuration)
		return unknown_field("plan.blocks");
	resources = configuration_resources(configuration, &count);
	if (count > BLOCKS_MAX)
		return unknown_field("plan.blocks");
	items = arena_array(arena, struct value, count + 1);
	for (size_t i = 0; i < count; i++)
		items[i] = block_value(arena, &resources[i]);
	return value_list(items, count);
}

static struct value checks_value(struct arena *arena, const struct plan *plan)
{
	struct value *items = arena_array(arena, struct value, plan->check_count + 1);

	if (!lists_all(plan))
		return unknown_field("plan.checks");
	for (size_t i = 0; i < plan->check_count; i++) {
		const struct plan_check *check = &plan->checks[i];
		struct fields fields;

		fields_begin(&fields, arena, 4);
		field(&fields, STR("address"), value_string(check->address));
		field(&fields, STR("kind"), value_string(check->kind));
		field(&fields, STR("problem"), value_string(check->problem));
		field(&fields, STR("status"), value_string(check->status));
		items[i] = fields_end(&fields);
	}
	return value_list(items, plan->check_count);
}

/* Collects changes as values; what is over the limit makes the whole list unknown, never short. */
struct collected {
	struct policy_host *host;
	enum host_view view;
	bool heads_only;
	struct fields by_name;
	struct value *items;
	size_t count, room;
};

#define PLAN_LIST_MAX ((size_t)200000)

/* Its values are not here, which is not "nothing": plan.by_type() has them. */
static struct value head_value(struct arena *arena, const struct change_head *head)
{
	struct fields fields;

	fields_begin(&fields, arena, 10);
	field(&fields, STR("action"), value_string(str_from(action_name(head->action))));
	field(&fields, STR("address"), value_string(str_copy(arena, head->address)));
	field(&fields, STR("after"), unknown_field("plan.resources.after"));
	field(&fields, STR("before"), unknown_field("plan.resources.before"));
	field(&fields, STR("deposed"), value_string(str_copy(arena, head->deposed)));
	field(&fields, STR("importing"), value_bool(head->importing));
	field(&fields, STR("mode"), value_string(str_copy(arena, head->mode)));
	field(&fields, STR("module"), value_string(str_copy(arena, head->module)));
	field(&fields, STR("name"), value_string(str_copy(arena, head->name)));
	field(&fields, STR("type"), value_string(str_copy(arena, head->type)));
	return fields_end(&fields);
}

static bool collect_head(void *context, const struct change *change, struct err *err UNUSED)
{
	struct collected *collected = context;

	if (collected->count < collected->room)
		collected->items[collected->count++] =
		    head_value(collected->host->arena, &change->head);
	return true;
}

/* Nobody asked for it: not made, which no expression can see. */
static struct value list_of(struct policy_host *host, bool wanted, struct plan_selection selection,
    const char *path, struct arena *scratch)
{
	struct collected collected = {.host = host, .room = host->plan->counts[selection.set]};
	struct err err = {0};

	if (!wanted || collected.room > PLAN_LIST_MAX)
		return unknown_field(path);
	/* not zeroed: of a large plan most of it stays untouched */
	collected.items = arena_alloc(host->arena, (collected.room + 1) * sizeof(*collected.items));
	if (!plan_visit(host->plan, selection, scratch, collect_head, &collected, &err))
		return unknown_field(path);
	/* an unknown item leaves open how many there are */
	if (!lists_all(host->plan) && selection.filter != VISIT_LOSSES)
		collected.items[collected.count++] = unknown_field(path);
	return value_list(collected.items, collected.count);
}

static bool collect_output(void *context, const struct change *change, struct err *err)
{
	struct collected *collected = context;
	struct arena *arena = collected->host->arena;
	struct value before, after;
	struct fields fields;
	struct str path;

	if (!host_sides(collected->host, arena, change, collected->view, &before, &after, err))
		return false;
	path = str_format(arena, "plan.outputs.%.*s.after", STR_ARG(change->head.address));
	after = value_copy(arena, unknowns_stamp(arena, after, path));
	fields_begin(&fields, arena, 3);
	field(&fields, STR("action"), value_string(str_from(action_name(change->head.action))));
	field(&fields, STR("after"), after);
	field(&fields, STR("before"), value_copy(arena, before));
	field(&collected->by_name, str_copy(arena, change->head.address), fields_end(&fields));
	return true;
}

static struct value outputs_value(
    struct policy_host *host, enum host_view view, struct arena *scratch)
{
	struct collected collected = {.host = host, .view = view};
	struct err err = {0};

	fields_begin(&collected.by_name, host->arena, host->plan->counts[CHANGES_OUTPUT]);
	if (!lists_all(host->plan) || host->plan->counts[CHANGES_OUTPUT] > PLAN_LIST_MAX ||
	    !plan_visit(host->plan, (struct plan_selection){CHANGES_OUTPUT, VISIT_ALL}, scratch,
		collect_output, &collected, &err))
		return unknown_field("plan.outputs");
	return fields_end(&collected.by_name);
}

#define VARIABLES_BYTES_MAX ((size_t)16 << 20)

/* The plan does not mark variables, but what stands in one can be marked elsewhere. */
static struct value shown_variable(struct policy_host *host, struct value value)
{
	const struct change change = {.has_values = true, .after = value};
	struct value before, after;
	struct err ignored = {0};

	if (!host_sides(host, host->arena, &change, HOST_SHOWN, &before, &after, &ignored))
		return value_hidden(false);
	return after;
}

/* {"name": {"value": ...}} -> {name: value}; those that the code calls sensitive are hidden in
 * shown values, and all of them when the code is not known. */
static struct value variables_value(struct policy_host *host, enum host_view view)
{
	const struct plan *plan = host->plan;
	const struct configuration *configuration = host_configuration(host);
	struct jsonr json = {0};
	struct value document;
	struct fields fields;
	struct str text;
	struct err err = {0};
	bool has_sensitive = false;

	if (plan->form != PLAN_FORM_JSON || plan->variables.len > VARIABLES_BYTES_MAX)
		return unknown_field("plan.variables");
	fields_begin(&fields, host->arena, 0);
	if (plan->variables.len == 0)
		return fields_end(&fields);
	if (!input_text(host->arena, plan->input, plan->variables.offset,
		(size_t)plan->variables.len, &text, &err) ||
	    !jsonr_read(host->arena, text, &json, &document, &err) || document.kind != VALUE_MAP)
		return unknown_field("plan.variables");
	fields_begin(&fields, host->arena, document.len);
	for (uint32_t i = 0; i < document.len; i++) {
		struct str name = value_text(document.as.entries[i].key);
		const struct value *given = value_get_c(document.as.entries[i].value, "value");
		struct value value = given ? *given : value_null();

		if (configuration_variable_is_sensitive(configuration, name)) {
			value = view == HOST_SHOWN ? value_hidden(false) : value;
			value.marks |= VALUE_SENSITIVE;
			has_sensitive = true;
		} else if (view == HOST_SHOWN) {
			value = shown_variable(host, value);
		}
		field(&fields, name, value);
	}
	document = fields_end(&fields);
	/* the plan does not mark them: without a mark their fingerprint would need no key */
	if (has_sensitive)
		document.marks |= VALUE_HAS_SENSITIVE;
	return document;
}

static struct value tristate_value(enum tristate state, const char *path)
{
	return state == TRI_UNKNOWN ? unknown_field(path) : value_bool(state == TRI_YES);
}

static struct value make_plan(struct policy_host *host, enum host_view view, struct arena *scratch)
{
	const struct plan *plan = host->plan;
	const struct configuration *configuration = host_configuration(host);
	struct arena *arena = host->arena;
	struct fields fields;

	fields_begin(&fields, arena, 16);
	field(&fields, STR("blocks"), blocks_value(arena, configuration));
	field(&fields, STR("checks"), checks_value(arena, plan));
	/* Plans of before 1.8 do not say; those were always whole. */
	field(&fields, STR("complete"),
	    plan->complete == TRI_UNKNOWN && plan->form == PLAN_FORM_JSON
		? value_bool(!plan->errored)
		: tristate_value(plan->complete, "plan.complete"));
	field(&fields, STR("count"), counts_value(arena, plan));
	field(&fields, STR("drift"),
	    list_of(host, host->wants_drift, (struct plan_selection){CHANGES_DRIFT, VISIT_ALL},
		"plan.drift", scratch));
	field(&fields, STR("errored"), value_bool(plan->errored));
	field(&fields, STR("losses"),
	    list_of(host, host->wants_losses,
		(struct plan_selection){CHANGES_RESOURCE, VISIT_LOSSES}, "plan.losses", scratch));
	field(&fields, STR("modules"), modules_value(arena, configuration));
	field(&fields, STR("outputs"), outputs_value(host, view, scratch));
	field(&fields, STR("providers"), providers_value(host));
	field(&fields, STR("resources"),
	    list_of(host, host->wants_resources,
		(struct plan_selection){CHANGES_RESOURCE, VISIT_ALL}, "plan.resources", scratch));
	field(&fields, STR("summary"), summary_value(arena, plan));
	field(&fields, STR("terraform_version"),
	    plan->tool_version.len > 0 ? value_string(plan->tool_version)
				       : unknown_field("plan.terraform_version"));
	field(&fields, STR("timestamp"), value_string(plan->timestamp));
	field(&fields, STR("variables"), variables_value(host, view));
	return fields_end(&fields);
}

/* Only outputs and variables look different in another view. */
static struct value plan_of_view(
    struct policy_host *host, struct value other, enum host_view view, struct arena *scratch)
{
	struct fields fields;

	fields_begin(&fields, host->arena, other.len);
	for (uint32_t i = 0; i < other.len; i++) {
		struct str name = value_text(other.as.entries[i].key);
		struct value value = other.as.entries[i].value;

		if (str_is(name, "outputs"))
			value = outputs_value(host, view, scratch);
		else if (str_is(name, "variables"))
			value = variables_value(host, view);
		field(&fields, name, value);
	}
	return fields_end(&fields);
}

bool host_plan(struct policy_host *host, enum host_view view, struct value *plan)
{
	enum host_view other = view == HOST_SHOWN ? HOST_RAW : HOST_SHOWN;
	struct arena *scratch;

	if (view == HOST_RAW_WITH_PATHS)
		view = HOST_RAW; /* its unknowns have their names already */
	if (!host->plan) {
		*plan = unknown_field("plan");
		return false;
	}
	if (!host->plan_made[view]) {
		scratch = arena_new();
		host->plan_values[view] =
		    host->plan_made[other]
			? plan_of_view(host, host->plan_values[other], view, scratch)
			: make_plan(host, view, scratch);
		host->plan_made[view] = true;
		arena_free(scratch);
	}
	*plan = host->plan_values[view];
	return true;
}

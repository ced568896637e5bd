/* Functions of rules that need the plan at hand: shapes, plan.by_type(), pr.approved_by(). */

#include "base/arena.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/size.h"
#include "policies/host_state.h"
#include "policies/shapes_iam.h"
#include "policies/shapes_network.h"

static struct policy_host *host_of(struct cel_run *run)
{
	return cel_host(run);
}

typedef bool shape_fn(
    struct arena *arena, struct str type, struct value values, struct value *out, struct err *err);

/* A document that the code does not set is the provider's own affair, not an unknown one. */
static struct value without_unset(
    struct policy_host *host, struct arena *arena, struct value resource, struct value after)
{
	const struct configuration *configuration;
	const struct config_resource *code = NULL;
	struct str type = value_get_str(resource, "type");

	if (!host || !shape_iam_may_be_unset(type, after))
		return after;
	configuration = host_configuration(host);
	if (configuration)
		code = configuration_find(configuration,
		    configuration_address(arena, value_get_str(resource, "address")));
	return code ? shape_iam_without_unset(
			  arena, type, after, configuration_expressions(arena, configuration, code))
		    : after;
}

/* What will be there; of a resource that goes away, nothing. */
static struct value shape_of(struct cel_run *run, struct value resource, const char *name,
    shape_fn *shape, struct shape_memo *memo)
{
	const struct value *found = host_field(resource, RESOURCE_after);
	struct value after = found ? cel_load(*found) : value_null();
	struct arena *arena = memo ? host_of(run)->change_arena : cel_arena(run);
	struct value items, values;
	struct err err = {0};

	if (resource.kind != VALUE_MAP || !found)
		return cel_no_overload(run, name, &resource, 1);
	if (after.kind == VALUE_NULL)
		return value_list(NULL, 0);
	if (after.kind == VALUE_UNKNOWN)
		return after;
	if (memo && memo->values == after.as.entries)
		return memo->items;
	values = shape == shape_iam_statements ? without_unset(host_of(run), arena, resource, after)
					       : after;
	if (!shape(arena, value_get_str(resource, "type"), values, &items, &err))
		return cel_fail(run, "%s: %s", name, err.text);
	if (memo)
		*memo = (struct shape_memo){after.as.entries, items};
	return items;
}

/* Only the change at hand is remembered: its values live until the next one. */
static struct shape_memo *memo_for(
    struct policy_host *host, struct value resource, struct shape_memo *memo)
{
	const struct value *after = host_field(resource, RESOURCE_after);

	return host && after && after->kind == VALUE_MAP &&
		       after->as.entries == host->change_after.as.entries
		   ? memo
		   : NULL;
}

static struct value iam_statements(
    struct cel_run *run, const struct value *args, size_t count UNUSED)
{
	struct policy_host *host = cel_host(run);

	return shape_of(run, args[0], "iam_statements", shape_iam_statements,
	    memo_for(host, args[0], host ? &host->iam : NULL));
}

static struct value network_rules(
    struct cel_run *run, const struct value *args, size_t count UNUSED)
{
	struct policy_host *host = cel_host(run);

	return shape_of(run, args[0], "network_rules", shape_network_rules,
	    memo_for(host, args[0], host ? &host->network : NULL));
}

static struct value covers(struct cel_run *run, const struct value *args, size_t count)
{
	struct value covered = value_null();

	if (args[0].kind == VALUE_MAP && value_get_c(args[0], "protocol"))
		covered = shape_network_covers(args[0], args[1]);
	return covered.kind == VALUE_NULL ? cel_no_overload(run, "covers", args, count)
					  : cel_load(covered);
}

/* --- plan.by_type("aws_x") --- */

struct type_search {
	struct policy_host *host;
	uint64_t hash;
	struct str type;
	struct value *items;
	size_t count, room;
	size_t held; /* by the arena before it */
};

static bool is_type(void *context, size_t i UNUSED, const struct change_entry *entry)
{
	const struct type_search *search = context;

	return entry->type_hash == search->hash && (entry->flags & ENTRY_DEPOSED) == 0;
}

static void make_room(struct type_search *search)
{
	size_t size = sizeof(*search->items), room = size_max(16, search->room * 2);

	if (search->count < search->room)
		return;
	search->items =
	    arena_grow(search->host->arena, search->items, search->room * size, room * size);
	search->room = room;
}

/* Without the keys, which are ours. */
static struct value copy_resource(struct arena *arena, struct value resource)
{
	struct value_entry *entries = arena_alloc(arena, resource.len * sizeof(*entries));

	for (uint32_t i = 0; i < resource.len; i++) {
		entries[i].key = resource.as.entries[i].key;
		entries[i].value = value_copy(arena, resource.as.entries[i].value);
	}
	resource.as.entries = entries;
	return resource;
}

static bool add_resource(void *context, const struct change *change, struct err *err)
{
	struct type_search *search = context;
	struct policy_host *host = search->host;
	struct value before, after, resource;
	const struct change *at_hand = host->change;

	if (!str_eq(change->head.type, search->type))
		return true; /* another type with this hash */
	if (search->count == BY_TYPE_ITEMS)
		return err_set(err, ERR_LIMIT, "more than %d resources of one type", BY_TYPE_ITEMS);
	if (arena_held(host->arena) - search->held > BY_TYPE_BYTES)
		return err_set(err, ERR_LIMIT, "more than %zu MiB of resources of one type",
		    BY_TYPE_BYTES >> 20);
	make_room(search);
	if (!host_sides(host, host->arena, change, host->view, &before, &after, err))
		return false;
	host->change = change;
	resource = host_resource(host, host->arena, &change->head, before, after);
	host->change = at_hand;
	search->items[search->count++] = copy_resource(host->arena, resource);
	return true;
}

/* Text and streams do not list what stays as it is: an unknown item leaves open how many those are.
 */
static void add_unlisted(struct type_search *search)
{
	static const char path[] = "plan.by_type";
	struct value value = value_unknown();

	value.as.text = path;
	value.len = sizeof(path) - 1;
	make_room(search);
	search->items[search->count++] = value;
}

/* Where there are none, there are none in any view. */
static struct by_type *remembered(struct policy_host *host, struct str type)
{
	for (size_t i = 0; i < host->by_type_count; i++) {
		struct by_type *known = &host->by_type[i];

		if ((known->view == host->view || known->list.len == 0) &&
		    str_eq(known->type, type))
			return known;
	}
	return NULL;
}

static struct value by_type(struct cel_run *run, const struct value *args, size_t count)
{
	struct policy_host *host = cel_host(run);
	struct type_search search = {.host = host, .held = host ? arena_held(host->arena) : 0};
	struct by_type *known;
	struct arena *scratch;
	struct err err = {0};
	bool ok;

	if (args[1].kind != VALUE_STRING || !host || !host->plan)
		return cel_no_overload(run, "by_type", args, count);
	search.type = value_text(args[1]);
	known = remembered(host, search.type);
	if (known)
		return known->list;
	if (host->by_type_count == BY_TYPE_MAX)
		return cel_fail_limit(run, "plan.by_type() asked for too many types");
	search.hash = hash_bytes(search.type);
	scratch = arena_new();
	ok = plan_visit_wanted(
	    host->plan, CHANGES_RESOURCE, is_type, scratch, add_resource, &search, &err);
	arena_free(scratch);
	if (!ok)
		return cel_fail(run, "plan.by_type(): %s", err.text);
	if (host->plan->form != PLAN_FORM_JSON)
		add_unlisted(&search);
	known = &host->by_type[host->by_type_count++];
	*known = (struct by_type){.type = str_copy(host->arena, search.type),
	    .view = host->view,
	    .list = value_list(search.items, search.count)};
	return known->list;
}

/* --- pr.approved_by("@acme/dba") --- */

static struct str without_at(struct str name)
{
	(void)str_eat(&name, STR("@"));
	return name;
}

/* A user is no team, however his name is spelled: "acme/dba" stands in `teams` only. */
static bool is_member(struct value approval, struct str team)
{
	const struct value *teams = value_get_c(approval, "teams");

	if (team.len == 0)
		return false;
	if (!str_contains(team, STR("/")) &&
	    str_eq_nocase(without_at(value_get_str(approval, "user")), team))
		return true;
	for (uint32_t i = 0; teams && teams->kind == VALUE_LIST && i < teams->len; i++) {
		if (str_eq_nocase(without_at(value_text(teams->as.items[i])), team))
			return true;
	}
	return false;
}

/* An approval of an earlier commit is none of this one. */
static bool is_of_commit(struct value approval, struct str commit)
{
	struct str approved = value_get_str(approval, "commit");

	return approved.len > 0 && commit.len > 0 && str_eq(approved, commit);
}

/* Nobody approves what he wrote himself. */
static bool is_own(struct value approval, struct value pr)
{
	struct str author = without_at(value_get_str(pr, "author"));

	return author.len > 0 && str_eq_nocase(without_at(value_get_str(approval, "user")), author);
}

struct value approvals_by(struct value pr, struct str team, struct str commit)
{
	const struct value *approvals = value_get_c(pr, "approvals");

	if (pr.kind == VALUE_UNKNOWN)
		return pr;
	if (!approvals || approvals->kind != VALUE_LIST)
		return approvals && approvals->kind == VALUE_UNKNOWN ? *approvals : value_unknown();
	for (uint32_t i = 0; i < approvals->len; i++) {
		struct value approval = approvals->as.items[i];

		if (approval.kind == VALUE_MAP && is_of_commit(approval, commit) &&
		    !is_own(approval, pr) && is_member(approval, without_at(team)))
			return value_bool(true);
	}
	return value_bool(false);
}

static struct value approved_by(struct cel_run *run, const struct value *args, size_t count)
{
	const struct policy_host *host = cel_host(run);

	if (!host || args[0].kind != VALUE_MAP || args[1].kind != VALUE_STRING)
		return cel_no_overload(run, "approved_by", args, count);
	return approvals_by(args[0], value_text(args[1]), host->world->facts->commit.value);
}

static const struct cel_function plan_functions[] = {
    {.name = "iam_statements",
	.flags = CEL_GLOBAL | CEL_LOOKS_INSIDE | CEL_IMPURE | CEL_READS_PARTS,
	.min = 1,
	.max = 1,
	.fn = iam_statements,
	.signature = "iam_statements(resource) -> list(map)",
	.help = "the IAM statements of a resource in one shape: {effect, principals, actions, "
		"resources, not_action, not_resource, not_principal, condition, attribute, sid}"},
    {.name = "network_rules",
	.flags = CEL_GLOBAL | CEL_LOOKS_INSIDE | CEL_IMPURE | CEL_READS_PARTS,
	.min = 1,
	.max = 1,
	.fn = network_rules,
	.signature = "network_rules(resource) -> list(map)",
	.help = "the network rules of a resource in one shape: {direction, protocol, from, to, "
		"ports, cidrs, open, refs, description, priority, action, attribute}; refs are the "
		"groups and prefix lists it names: what is in those is not looked up; open: its "
		"cidrs cover three quarters of the internet or more, together"},
    {.name = "covers",
	.flags = CEL_METHOD | CEL_LOOKS_INSIDE | CEL_IMPURE | CEL_READS_PARTS,
	.min = 2,
	.max = 2,
	.fn = covers,
	.signature = "item.covers(list(int)) -> bool",
	.help = "does this network rule open any of the ports; all protocols and null ports cover "
		"everything"},
    {.name = "by_type",
	.flags = CEL_METHOD | CEL_LOOKS_INSIDE | CEL_IMPURE | CEL_READS_PARTS,
	.min = 2,
	.max = 2,
	.fn = by_type,
	.signature = "plan.by_type(string) -> list(resource)",
	.help = "all resources of one type in the plan, unchanged ones too"},
    {.name = "approved_by",
	.flags = CEL_METHOD | CEL_LOOKS_INSIDE | CEL_IMPURE | CEL_READS_PARTS,
	.min = 2,
	.max = 2,
	.fn = approved_by,
	.signature = "pr.approved_by(string) -> bool",
	.help = "has this user or a member of this team approved the commit at hand; unknown where "
		"nobody could be asked"},
    CEL_FUNCTIONS_END,
};

const struct cel_function *const policy_functions[] = {plan_functions, NULL};

/* Firewalls and firewall policies of Google. */

#include "base/arena.h"
#include "policies/shapes_network_parts.h"

/* Which attributes say where traffic comes from or goes to. */
struct ends {
	const char *ranges;
	const char *const *refs;
};

static const char *const no_refs[] = {NULL};
static const char *const firewall_sources[] = {"source_tags", "source_service_accounts", NULL};
static const char *const policy_sources[] = {"src_address_groups", "src_fqdns", "src_region_codes",
    "src_threat_intelligences", "src_secure_tags", "src_networks", "src_network_scope",
    "src_network_context", "src_network_type", NULL};
static const char *const policy_targets[] = {"dest_address_groups", "dest_fqdns",
    "dest_region_codes", "dest_threat_intelligences", "dest_network_scope", "dest_network_context",
    "dest_network_type", NULL};

static const struct ends firewall_ends[] = {
    {"source_ranges", firewall_sources}, {"destination_ranges", no_refs}};
static const struct ends policy_ends[] = {
    {"src_ip_ranges", policy_sources}, {"dest_ip_ranges", policy_targets}};

/* Texts, and of secure tags, which are blocks, their names. */
static void add_refs(struct shape_list *refs, struct value value)
{
	if (value.kind == VALUE_STRING && value.len == 0)
		return;
	if (value.kind != VALUE_LIST) {
		shape_list_add_all(refs, value);
		return;
	}
	for (uint32_t i = 0; i < value.len; i++) {
		struct value item = value.as.items[i];

		shape_list_add(refs, item.kind == VALUE_MAP ? shape_get(item, "name") : item);
	}
}

/* "INTERNET" as the scope, type or context of a network, and nothing that is less. */
static bool are_internet(const struct shape_list *refs)
{
	for (size_t i = 0; i < refs->count; i++) {
		if (!str_eq_nocase(value_text(refs->items[i]), STR("INTERNET")))
			return false;
	}
	return refs->count > 0;
}

/* "If neither source ranges nor source tags are given, the rule applies to every source": the
 * firewalls.insert method of the Compute API. Policies are read in the same way. */
static void read_ends(
    struct arena *arena, struct network_item *item, struct value holder, const struct ends ends[2])
{
	const struct ends *side = &ends[str_is(value_text(item->direction), "egress")];
	struct shape_list cidrs, refs;

	if (shape_is_open(item->direction)) {
		item->cidrs = item->refs = item->direction;
		return;
	}
	shape_list_begin(&cidrs, arena, SIZE_MAX);
	shape_list_begin(&refs, arena, SIZE_MAX);
	shape_list_add_all(&cidrs, shape_get(holder, side->ranges));
	for (const char *const *name = side->refs; *name; name++)
		add_refs(&refs, shape_get(holder, *name));
	item->refs = shape_list_value(&refs);
	if (cidrs.count == 0 && (refs.count == 0 || are_internet(&refs)))
		shape_list_add(&cidrs, value_string(STR("0.0.0.0/0")));
	/* a source that may turn out to be none leaves everywhere */
	if (cidrs.count == 0 && refs.count == refs.unknown_sources)
		shape_list_add_source(&cidrs, refs.items[0]);
	item->cidrs = shape_list_value(&cidrs);
}

static void read_protocol(
    struct arena *arena, struct network_item *item, struct value block, const char *protocol)
{
	struct shape_list ports;

	item->protocol = network_protocol(arena, shape_get(block, protocol));
	shape_list_begin(&ports, arena, SIZE_MAX);
	shape_list_add_all(&ports, shape_get(block, "ports"));
	network_set_ports(arena, item, &ports);
	if (item->protocol.kind == VALUE_STRING && !network_has_ports(value_text(item->protocol)))
		network_no_ports(item);
}

/* A rule that is switched off neither allows nor denies. */
static struct value action_unless_disabled(struct value action, struct value disabled)
{
	if (shape_is_open(disabled))
		return disabled;
	return disabled.kind == VALUE_BOOL && disabled.as.boolean ? value_string(STR("none"))
								  : action;
}

/* --- google_compute_firewall --- */

static void read_allow(struct network_reading *reading, struct value values, struct value block,
    struct str path, const void *action)
{
	struct network_item item = network_item(path);

	item.action =
	    action_unless_disabled(value_string(str_from(action)), shape_get(values, "disabled"));
	item.direction = network_direction(reading->arena, shape_get(values, "direction"));
	item.description = shape_get(values, "description");
	item.priority = shape_get(values, "priority");
	read_protocol(reading->arena, &item, block, "protocol");
	read_ends(reading->arena, &item, values, firewall_ends);
	network_add(reading, &item);
}

void network_google_firewall(
    struct network_reading *reading, struct value values, const void *context UNUSED)
{
	static const char *const actions[] = {"allow", "deny"};

	for (size_t i = 0; i < ARRAY_LEN(actions); i++) {
		const struct network_blocks blocks = {.name = actions[i],
		    .within = STR_EMPTY,
		    .read = read_allow,
		    .context = actions[i]};

		network_each_block(reading, values, values, &blocks);
	}
}

/* --- rules of firewall policies: match { layer4_configs } --- */

static const struct network_word policy_actions[] = {
    {"goto_next", "none"},
    {"apply_security_profile_group", "allow"},
    {NULL, NULL},
};

static void read_layer(struct network_reading *reading, struct value rule, struct value block,
    struct str path, const void *match)
{
	struct network_item item = network_item(path);
	const struct value *ends = match;

	item.action = action_unless_disabled(
	    network_word(reading->arena, shape_get(rule, "action"), policy_actions, "allow"),
	    shape_get(rule, "disabled"));
	item.direction = network_direction(reading->arena, shape_get(rule, "direction"));
	item.description = shape_get(rule, "description");
	item.priority = shape_get(rule, "priority");
	read_protocol(reading->arena, &item, block, "ip_protocol");
	read_ends(reading->arena, &item, *ends, policy_ends);
	network_add(reading, &item);
}

static const char *const layer_names[] = {"layer4_configs", "layer4_config", NULL};

static void read_match(struct network_reading *reading, struct value rule, struct value block,
    struct str path, const void *context UNUSED)
{
	for (const char *const *name = layer_names; *name; name++) {
		const struct network_blocks blocks = {
		    .name = *name, .within = path, .read = read_layer, .context = &block};

		network_each_block(reading, rule, block, &blocks);
	}
}

static void read_policy_rule(struct network_reading *reading, struct value values UNUSED,
    struct value rule, struct str path, const void *context UNUSED)
{
	const struct network_blocks blocks = {.name = "match", .within = path, .read = read_match};

	network_each_block(reading, rule, rule, &blocks);
}

void network_google_policy_rule(
    struct network_reading *reading, struct value values, const void *context)
{
	read_policy_rule(reading, values, values, STR_EMPTY, context);
}

void network_google_policy(
    struct network_reading *reading, struct value values, const void *context UNUSED)
{
	const struct network_blocks blocks = {
	    .name = "rule", .within = STR_EMPTY, .read = read_policy_rule};

	network_each_block(reading, values, values, &blocks);
}
